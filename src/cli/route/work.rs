//! The work in question: which requests, on which models, billed as what.

use std::sync::Arc;

use super::Args;
use super::values::Migrate;
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::asked::Asked;
use crate::plan::Plan;
use crate::problem::{Place, Problem, Source, nearest};
use crate::rates::{ByClass, Lookup, Rates, TokenClass, Unpriced};
use crate::scenario::migration::Job;
use crate::units::Ratio;
use crate::workload;

/// What is routed where nothing else is said.
const DEFAULT_WORKLOAD: &str = "agentic-coding";

/// What costs are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Per {
    /// A request.
    #[default]
    Request,
    /// A million tokens.
    Mtok,
    /// A conversation.
    Conversation,
}

impl Per {
    /// A thousand of them, in which costs are shown.
    pub(super) const fn thousand(self) -> &'static str {
        match self {
            Self::Request => "1,000 requests",
            Self::Mtok => "a billion tokens",
            Self::Conversation => "1,000 conversations",
        }
    }

    /// What is moved, in the plural.
    pub(super) const fn things(self) -> &'static str {
        match self {
            Self::Request => "requests",
            Self::Mtok => "tokens",
            Self::Conversation => "turns",
        }
    }
}

/// Requests that are alike.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) id: Arc<str>,
    pub(super) model: String,
    /// Its share of the work.
    pub(super) weight: Ratio,
    pub(super) job: Job,
}

/// What the tokens are spent on.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) id: Arc<str>,
    pub(super) kinds: Vec<Kind>,
    pub(super) per: Per,
    /// The flag that names its models, and what was typed after it.
    named: (&'static str, String),
    /// The model that the workload names, where another is asked for.
    pub(super) instead_of: Option<Arc<str>>,
}

/// Refuses a command that does not say what to route.
pub(super) fn is_asked(args: &Args) -> Result<(), Stop> {
    let question = &args.question;
    let asked = !question.shift.is_empty()
        || !question.migrate.is_empty()
        || question.routes.is_some()
        || question.frontier_usd.is_some();
    if asked {
        return Ok(());
    }
    Err(Problem::error(codes::USAGE, "nothing says what goes where")
        .help("some of the work to another model: `plancost route --shift claude-opus-4-8=deepseek-v4-pro:95%`")
        .help("all of it: `plancost route --migrate deepseek-v4-pro`")
        .help("costs of a request: `plancost route --frontier-usd 1 --cheap-usd 0.02 --share 95%`")
        .help("classes of requests: `plancost route --routes team.toml`")
        .into())
}

/// The workload that was asked for, that of the plan, or the default.
pub(super) fn work(args: &Args, asked: &Asked, plans: &[&Plan], from: Option<(&str, Named<'_>)>) -> Result<Work, Stop> {
    let of_plan = plans.iter().find_map(|plan| plan.workload.clone());
    let id = asked.question.workload.clone().or(of_plan).unwrap_or_else(|| DEFAULT_WORKLOAD.into());
    let Some(workload) = asked.catalog.workloads.get(&id) else {
        return Err(Problem::error(codes::USAGE, format!("no workload `{id}`"))
            .help("name the work by `--workload`, or its costs by `--frontier-usd` and `--cheap-usd`")
            .into());
    };
    let (mut kinds, per) = match &workload.work {
        workload::Work::Mix(mix) => of_mix(args, &id, mix),
        workload::Work::Requests(requests) => (requests.iter().map(of_request).collect(), Per::Request),
    };
    let (mut instead_of, mut named) = (None, ("--workload", id.to_string()));
    if let Some((model, by)) = from {
        // Work of one model may be asked about on another.
        if let [kind] = kinds.as_mut_slice()
            && !is_same(&kind.model, model, asked)
        {
            instead_of = Some(Arc::from(std::mem::replace(&mut kind.model, model.to_owned())));
            named = (by.flag, by.text.to_owned());
        }
    }
    Ok(Work { id, kinds, per, named, instead_of })
}

fn of_mix(args: &Args, id: &Arc<str>, mix: &workload::Mix) -> (Vec<Kind>, Per) {
    let tokens_per_request = args.question.tokens_per_request.as_ref().or(mix.tokens_per_request.as_ref());
    let (tokens, requests, per) = match tokens_per_request {
        Some(tokens) => (tokens.clone(), Ratio::one(), Per::Request),
        None => (Ratio::from(1_000_000), Ratio::zero(), Per::Mtok),
    };
    let prompt_tokens = Some(Ratio::from(mix.prompt_tokens.unwrap_or_default().0));
    let job = Job { tokens: ByClass::from_fn(|class| &mix.shares[class] * &tokens), prompt_tokens, requests };
    let kind = Kind { id: Arc::clone(id), model: mix.model.to_string(), weight: Ratio::one(), job };
    (vec![kind], per)
}

fn of_request(kind: &workload::RequestKind) -> Kind {
    let tokens = ByClass::from_fn(|class| Ratio::from(kind.tokens[class].0));
    Kind {
        id: Arc::clone(&kind.id),
        model: kind.model.to_string(),
        weight: kind.share.clone(),
        job: Job { tokens, prompt_tokens: None, requests: Ratio::one() },
    }
}

/// Whether two names are of one model.
pub(super) fn is_same(one: &str, other: &str, asked: &Asked) -> bool {
    let resolve = |name: &str| asked.catalog.rates.resolve(name).cloned();
    one == other || resolve(one).is_some_and(|model| Some(model) == resolve(other))
}

/// Work that has nothing on a model.
pub(super) fn nothing_on(model: &str, work: &Work, named: Named<'_>) -> Stop {
    let mut models: Vec<String> = work.kinds.iter().map(|kind| format!("`{}`", kind.model)).collect();
    models.dedup();
    Problem::error(codes::USAGE, format!("workload `{}` does nothing on `{model}`", work.id))
        .at(named.place(model))
        .help(format!("its models are {}", models.join(", ")))
        .into()
}

/// Where a model was named.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    /// The flag.
    pub(super) flag: &'static str,
    /// What was typed after it.
    pub(super) text: &'a str,
}

impl Named<'_> {
    /// The model in what was typed.
    fn place(self, model: &str) -> Place {
        let source = Arc::new(Source { name: self.flag.to_owned(), text: self.text.to_owned() });
        let is_first = self.text.split_once('=').is_some_and(|(first, _)| first.trim() == model);
        let start = if is_first { self.text.find(model) } else { self.text.rfind(model) }.unwrap_or(0);
        let end = (start + model.len()).min(self.text.len());
        Place::at(&source, start..end)
    }
}

/// The rates of a model on the day; an unknown model is wrong use.
pub(super) fn rates<'a>(name: &str, named: Named<'_>, asked: &'a Asked) -> Result<&'a Rates, Stop> {
    let problem = match asked.catalog.rates.on(name, asked.question.day) {
        Lookup::Found(dated) => return Ok(&dated.rates),
        Lookup::NotOnThatDay => {
            let day = asked.day.map_or_else(|| "that day".to_owned(), |day| day.to_string());
            Problem::error(codes::UNPRICED, format!("no price for model `{name}` on {day}"))
                .help("ask for another day with `--as-of`")
        }
        Lookup::NoSuchModel => {
            let problem = Problem::error(codes::UNPRICED, format!("no price for model `{name}`"));
            match nearest(name, asked.catalog.rates.names()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("price it in a file and name that with `--prices`"),
            }
        }
    };
    Err(problem.at(named.place(name)).into())
}

/// Rates that were typed.
pub(super) fn typed(migrate: &Migrate) -> Option<Rates> {
    let (input, output, read) = migrate.rates?;
    let mut rates = Rates::default();
    rates.base[TokenClass::Input] = Some(input);
    rates.base[TokenClass::Output] = Some(output);
    rates.base[TokenClass::CacheRead] = read;
    Some(rates)
}

/// A model without a rate for what it would do.
pub(super) fn unpriced(model: &str, named: Named<'_>, unpriced: Unpriced) -> Stop {
    Problem::error(codes::UNPRICED, format!("model `{model}` has {unpriced}")).at(named.place(model)).into()
}

impl Work {
    /// Where its models are named.
    pub(super) fn named(&self) -> Named<'_> {
        Named { flag: self.named.0, text: &self.named.1 }
    }
}

/// What the peak hours of these models leave out.
pub(super) fn peaks<'a>(models: impl IntoIterator<Item = (&'a str, &'a Rates)>) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for (model, rates) in models {
        if let Some(peak) = &rates.peak {
            let line = format!(
                "{model} costs {}x in its peak hours, which is left out.",
                peak.multiplier.to_decimal_trimmed(0, 2)
            );
            if !told.contains(&line) {
                told.push(line);
            }
        }
    }
    told
}
