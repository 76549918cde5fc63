//! What was asked: the inputs read, the question settled, the plans selected.

use std::sync::Arc;

use super::args::{BilledWord, InputArgs, MixWord, TermsArgs};
use super::inputs;
use super::values::{self, Day};
use super::world::World;
use super::{Exit, Stop};
use crate::allowance::{Hours, Schedule};
use crate::analysis::{Question, default_api_gross_margin, plans_on};
use crate::catalog::{self, Catalog, Input, codes};
use crate::economics::Fees;
use crate::plan::{Billing, MixRule, Plan};
use crate::problem::{Level, Problem, Source, nearest};
use crate::report::{Cell, Missing, Record};
use crate::units::{Date, Ratio};
use sha2::{Digest, Sha256};

/// The catalogue that was read and the question that is asked of it.
pub(super) struct Asked {
    pub(super) catalog: Catalog,
    pub(super) question: Question,
    /// The day whose facts hold; `None`: no input has a date.
    pub(super) day: Option<Date>,
    pub(super) inputs: Vec<Record>,
    /// The files that the rates come from.
    pub(super) prices: Vec<Record>,
    pub(super) input_names: Vec<String>,
    /// The texts of all of them, so that findings can show the line they speak of.
    pub(super) sources: Vec<Arc<Source>>,
}

pub(super) fn strict(terms: &TermsArgs, world: &World<'_>) -> bool {
    terms.strict || world.env("PLANCOST_STRICT").is_some_and(|value| value != "0")
}

/// Reads what the arguments name and settles the question.
pub(super) fn ask(
    args: &InputArgs,
    terms: &TermsArgs,
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Asked, Stop> {
    if world.stdin_is_terminal && args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Problem::error(codes::USAGE, "`-` reads standard input, which is a terminal")
            .help("pipe a plan file in, or name one")
            .into());
    }
    let mut inputs = Vec::new();
    if !args.no_bundled {
        inputs.extend(catalog::bundled());
    }
    if !args.no_bundled && !args.paths.is_empty() {
        for input in &mut inputs {
            input.plans = false;
        }
    }
    for (paths, plans) in [(&args.paths, true), (&args.prices, false)] {
        let selection = inputs::Selection {
            paths: paths.clone(),
            plans,
            recursive: args.recursive,
            max_bytes: args.max_file_size,
            stdin_name: args.stdin_name.clone(),
        };
        inputs.extend(inputs::read(&selection, world, problems));
    }
    hint_at_ids(&args.paths, problems);
    let (catalog, found) = catalog::read(&inputs, &args.set);
    let is_in_flag = |problem: &&Problem| problem.place.as_ref().is_some_and(|place| place.source.name == "--set");
    let wrong_flags: Vec<Problem> =
        found.iter().filter(is_in_flag).filter(|problem| problem.level == Level::Error).cloned().collect();
    if !wrong_flags.is_empty() {
        return Err(Stop { exit: Exit::Usage, problems: wrong_flags });
    }
    problems.extend(found);
    if strict(terms, world) {
        let is_unportable = |problem: &&mut Problem| problem.code == codes::TOML_1_1;
        problems.iter_mut().filter(is_unportable).for_each(|problem| problem.level = Level::Error);
    }
    if args.fail_fast {
        let first = problems.iter().position(|problem| problem.level == Level::Error);
        problems.truncate(first.map_or(problems.len(), |first| first + 1));
    }
    let day = match as_of(terms, world)? {
        Some(Day::On(day)) => Some(day),
        Some(Day::Today) => Some(today()),
        None => catalog.newest,
    };
    let question = question(terms, day, &catalog)?;
    let hashes: Vec<String> = inputs.iter().map(|input| sha256(&input.source.text)).collect();
    let asked_for = || inputs.iter().zip(&hashes).filter(|(input, _)| args.paths.is_empty() || !input.bundled);
    let names = inputs.iter().filter(|input| !input.bundled).map(|input| input.source.name.clone());
    Ok(Asked {
        inputs: asked_for().map(|(input, hash)| input_record(input, hash, &catalog)).collect(),
        prices: inputs
            .iter()
            .zip(&hashes)
            .filter_map(|(input, hash)| price_record(input, hash, &catalog, day))
            .collect(),
        input_names: names.collect(),
        sources: inputs.iter().map(|input| Arc::clone(&input.source)).collect(),
        catalog,
        question,
        day,
    })
}

/// Who names a plan where files go is told how plans are named.
fn hint_at_ids(paths: &[std::path::PathBuf], problems: &mut [Problem]) {
    let unread = problems.iter_mut().filter(|problem| problem.code == codes::UNREADABLE && problem.helps.is_empty());
    let mut ids = None;
    for problem in unread {
        let Some(name) = problem.place.as_ref().map(|place| place.source.name.clone()) else { continue };
        if !paths.iter().any(|path| path.as_os_str() == name.as_str()) {
            continue;
        }
        let ids = ids.get_or_insert_with(|| catalog::read(&catalog::bundled(), &[]).0.plans);
        let fits = |id: &str| id == name || glob::Pattern::new(&name).is_ok_and(|pattern| pattern.matches(id));
        if ids.iter().any(|plan| fits(&plan.id)) {
            let words = if name.contains(['*', '?', '[']) { format!("'{name}'") } else { name };
            problem.helps.push(format!("plans of the catalogue are chosen with `--plan {words}`"));
        }
    }
}

/// What the flags ask of every plan alike.
fn question(terms: &TermsArgs, day: Option<Date>, catalog: &Catalog) -> Result<Question, Stop> {
    let schedule = match (terms.hours_per_day, terms.days_per_week) {
        (None, None) if !terms.ping => Schedule::AlwaysOn,
        (hours, days) => Schedule::Active {
            hours_per_day: hours.unwrap_or(Hours::DAY),
            days_per_week: days.unwrap_or(7),
            pinged: terms.ping,
        },
    };
    if let Some(id) = &terms.workload
        && !catalog.workloads.contains_key(id.as_str())
    {
        let mut problem = Problem::error(codes::USAGE, format!("no workload `{id}`"));
        if let Some(near) = nearest(id, catalog.workloads.keys().map(|id| &**id)) {
            problem = problem.help(format!("did you mean `{near}`?"));
        }
        return Err(problem.into());
    }
    Ok(Question {
        day: day.unwrap_or(Date::MAX),
        schedule,
        mix: terms.mix.map(|word| match word {
            MixWord::AsMeasured => MixRule::AsMeasured,
            MixWord::WorstCase => MixRule::WorstCase,
        }),
        workload: terms.workload.as_deref().map(Into::into),
        billing: terms.billed.map(|word| match word {
            BilledWord::Month => Billing::Month,
            BilledWord::Year => Billing::Year,
        }),
        api_gross_margin: terms.api_margin.clone(),
        fees: terms.fees.map(super::args::Channel::fees),
    })
}

impl Asked {
    /// What to call the vendor of a plan.
    pub(super) fn vendor_name(&self, plan: &Plan) -> String {
        let Some(id) = &plan.vendor else { return "no vendor".to_owned() };
        let vendor = self.catalog.vendors.get(id);
        vendor.and_then(|vendor| vendor.name.as_ref()).unwrap_or(id).to_string()
    }
}

pub(super) fn input_record(input: &Input, hash: &str, catalog: &Catalog) -> Record {
    let plans = catalog.plans.iter().filter(|plan| *plan.provenance.line.path == *input.source.name).count();
    vec![
        ("path", Cell::Text(input.source.name.clone())),
        ("sha256", Cell::Text(hash.to_owned())),
        ("plans", Cell::Count(plans as u64)),
    ]
}

/// A file that holds rates in use, with the newest day they were checked.
pub(super) fn price_record(input: &Input, hash: &str, catalog: &Catalog, day: Option<Date>) -> Option<Record> {
    let mut found = catalog.rates.iter().filter(|rates| *rates.provenance.line.path == *input.source.name).peekable();
    found.peek()?;
    let date = found.filter_map(|rates| rates.provenance.checked).max();
    let unknown = || Cell::Missing(Missing::Unknown);
    let age = date.zip(day).and_then(|(date, day)| u64::try_from((day - date).get_days()).ok());
    Some(vec![
        ("source", Cell::Text(input.source.name.clone())),
        ("bundled", Cell::Flag(input.bundled)),
        ("date", date.map_or_else(unknown, Cell::Date)),
        ("age_days", age.map_or_else(unknown, Cell::Count)),
        ("sha256", Cell::Text(hash.to_owned())),
    ])
}

pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn as_of(terms: &TermsArgs, world: &World<'_>) -> Result<Option<Day>, Stop> {
    day_asked(terms.as_of, world)
}

/// The day of the flag, or else of the environment.
pub(super) fn day_asked(flag: Option<Day>, world: &World<'_>) -> Result<Option<Day>, Stop> {
    match (flag, world.env("PLANCOST_AS_OF")) {
        (None, Some(text)) => values::day(&text)
            .map(Some)
            .map_err(|error| Problem::error(codes::USAGE, format!("PLANCOST_AS_OF is `{text}`: {error}")).into()),
        (flag, _) => Ok(flag),
    }
}

/// The clock, in UTC: asked only for `--as-of today`.
pub(super) fn today() -> Date {
    jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
}

/// The plans in force that were selected; none at all is a problem, unless it follows from one that is told already.
pub(super) fn wanted<'a>(
    asked: &'a Asked,
    args: &InputArgs,
    problems: &mut Vec<Problem>,
) -> Result<Vec<&'a Plan>, Stop> {
    let patterns = patterns(args)?;
    let is_wanted = |id: &str| args.plan.is_empty() || patterns.iter().any(|pattern| pattern.matches(id));
    let plans = plans_on(&asked.catalog.plans, asked.question.day);
    let selected: Vec<&Plan> = plans.iter().filter(|plan| is_wanted(&plan.id)).copied().collect();
    let is_told = |problem: &Problem| {
        problem.level == Level::Error
            && (args.plan.is_empty()
                || asked.catalog.plans.is_empty()
                || problem.plan.as_ref().is_some_and(|id| is_wanted(id)))
    };
    if selected.is_empty() && !problems.iter().any(is_told) {
        problems.push(nothing_selected(asked, args, &plans));
    }
    Ok(selected)
}

fn patterns(args: &InputArgs) -> Result<Vec<glob::Pattern>, Stop> {
    let pattern = |text: &String| {
        glob::Pattern::new(text).map_err(|error| {
            Problem::error(codes::USAGE, format!("`{text}` is not a pattern: {}", error.msg.to_lowercase()))
                .help("write the id of a plan, or `*` for anything: `claude-*`")
                .into()
        })
    };
    args.plan.iter().map(pattern).collect()
}

pub(super) fn nothing_selected(asked: &Asked, args: &InputArgs, plans: &[&Plan]) -> Problem {
    let problem = Problem::error(codes::NOTHING_SELECTED, "no plan is selected");
    let is_known = |pattern: &&String| asked.catalog.plans.iter().any(|plan| *plan.id == ***pattern);
    if let (Some(plan), Some(day)) = (args.plan.iter().find(is_known), asked.day) {
        return problem.note(format!("`{plan}` was not sold on {day}")).help("ask for another day with `--as-of`");
    }
    if !args.plan.is_empty() && !plans.is_empty() {
        let patterns: Vec<String> = args.plan.iter().map(|pattern| format!("`{pattern}`")).collect();
        let verb = if patterns.len() == 1 { "matches" } else { "match" };
        let problem = problem.note(format!("{} {verb} none of {} plans", patterns.join(", "), plans.len()));
        let near = args.plan.iter().find_map(|pattern| nearest(pattern, plans.iter().map(|plan| &*plan.id)));
        return match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("`plancost analyze --columns plan` lists them"),
        };
    }
    match (asked.catalog.plans.len(), asked.day) {
        (0, _) => {
            problem.note("the files hold no plan").help("a plan is a `[[plan]]` table; see `plancost schema example`")
        }
        (_, Some(day)) => problem.note(format!("none was sold on {day}")).help("ask for another day with `--as-of`"),
        (_, None) => problem,
    }
}

pub(super) fn assumptions(asked: &Asked, sets: &[String]) -> Record {
    let question = &asked.question;
    let text = |text: &str| Cell::Text(text.to_owned());
    // None was asked for: each plan has its own.
    let own = || Cell::Missing(Missing::NotApplicable);
    let (hours, days, pinged) = match question.schedule {
        Schedule::AlwaysOn => (Ratio::from(24), 7, false),
        Schedule::Active { hours_per_day, days_per_week, pinged } => (hours_per_day.ratio(), days_per_week, pinged),
    };
    let margin = question.api_gross_margin.as_ref();
    let fees = match &question.fees {
        None => own(),
        Some(Fees::Store { share }) => Cell::Record(vec![("store_share", Cell::Share(share.clone().into()))]),
        Some(Fees::Processor { share, fixed_usd }) => Cell::Record(vec![
            ("share", Cell::Share(share.clone().into())),
            ("fixed_usd", Cell::Usd(fixed_usd.clone().into())),
        ]),
    };
    vec![
        ("api_gross_margin", margin.map_or_else(own, |margin| Cell::Share(margin.clone().into()))),
        ("default_api_gross_margin", Cell::Share(default_api_gross_margin().into())),
        ("days_per_month", Cell::Number(Ratio::new(487, 16).into())),
        ("hours_per_day", Cell::Number(hours.into())),
        ("days_per_week", Cell::Count(days.into())),
        ("window_opened_before_work", Cell::Flag(pinged)),
        ("mix", question.mix.map_or_else(own, |mix| text(mix.word()))),
        ("workload", question.workload.as_ref().map_or_else(own, |id| text(id))),
        (
            "billed_every",
            match question.billing {
                None => own(),
                Some(Billing::Month) => text("month"),
                Some(Billing::Year) => text("year"),
            },
        ),
        ("fees", fees),
        ("set", Cell::List(sets.iter().map(|set| text(set)).collect())),
    ]
}
