//! What is routed: costs that were typed, a workload, a routes file, a conversation.

use std::sync::Arc;

use super::needed::percent;
use super::work::{self, Named, Per, Work};
use super::{Args, values};
use crate::catalog::codes;
use crate::catalog::routes::{self, Cascade, Routes, Session};
use crate::cli::asked::Asked;
use crate::cli::world::World;
use crate::cli::{Exit, Stop, inputs};
use crate::plan::Plan;
use crate::problem::{Level, Problem, Source};
use crate::rates::TokenClass;
use crate::scenario::migration::{cost, migrate};
use crate::scenario::routing::classes::{Class, Classes, Quality};
use crate::scenario::routing::session::{Conversation, Pattern};
use crate::units::{Ratio, Tokens};

/// What is routed: at least one of the three.
#[derive(Default)]
pub(super) struct Case {
    pub(super) per: Option<Per>,
    pub(super) classes: Option<Classes>,
    /// How much of each class is moved.
    pub(super) moved: Vec<Ratio>,
    /// The models of each class, where they are named.
    pub(super) models: Vec<(Option<String>, Option<String>)>,
    pub(super) cascade: Option<Cascade>,
    pub(super) session: Option<Session>,
    pub(super) escalation: Ratio,
    pub(super) router_usd: Ratio,
    pub(super) notes: Vec<String>,
    /// Files that were read besides the catalogue.
    pub(super) inputs: Vec<Arc<Source>>,
}

/// What was asked about.
pub(super) fn case(
    args: &Args,
    asked: &Asked,
    plans: &[&Plan],
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Case, Stop> {
    let or_zero = |value: &Option<Ratio>| value.clone().unwrap_or_default();
    let mut case = Case {
        escalation: or_zero(&args.model.escalation),
        router_usd: or_zero(&args.model.router_usd),
        ..Case::default()
    };
    if args.question.routes.is_some() {
        of_file(args, asked, world, problems, &mut case)?;
    } else if let (Some(frontier_usd), Some(cheap_usd)) = (&args.question.frontier_usd, &args.question.cheap_usd) {
        let class = class(args, "all", Ratio::one(), frontier_usd.clone(), cheap_usd.clone());
        set_classes(&mut case, vec![class], Per::Request)?;
        case.moved = vec![args.question.share.clone().unwrap_or_else(Ratio::one)];
        case.models = vec![(None, None)];
    } else if args.session.turns.is_some() {
        of_conversation(args, asked, plans, &mut case)?;
    } else {
        of_workload(args, asked, plans, &mut case)?;
    }
    Ok(case)
}

fn class(args: &Args, id: &str, weight: Ratio, frontier_usd: Ratio, cheap_usd: Ratio) -> Class {
    let quality = args.model.frontier_quality.clone().zip(args.model.cheap_quality.clone());
    Class {
        id: id.into(),
        weight,
        frontier_usd,
        cheap_usd,
        escalation: args.model.escalation.clone().unwrap_or_default(),
        switch_usd: args.model.switch_usd.clone().unwrap_or_default(),
        quality: quality.map(|(frontier, cheap)| Quality { frontier, cheap }),
    }
}

fn set_classes(case: &mut Case, classes: Vec<Class>, per: Per) -> Result<(), Stop> {
    case.per = Some(per);
    let classes = Classes::new(classes, case.router_usd.clone());
    case.classes = Some(classes.map_err(|error| Problem::error(codes::RANGE, error.to_string()))?);
    Ok(())
}

fn of_file(
    args: &Args,
    asked: &Asked,
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
    case: &mut Case,
) -> Result<(), Stop> {
    let path = args.question.routes.as_ref().expect("the caller saw it");
    if path.is_dir() {
        let message = format!("cannot read `{}`: it is a folder", path.display());
        return Err(Problem::error(codes::UNREADABLE, message).help("name a routes file").into());
    }
    if path.as_os_str() == "-" && world.stdin_is_terminal {
        return Err(Problem::error(codes::USAGE, "`--routes -` reads standard input, which is a terminal").into());
    }
    let selection = inputs::Selection {
        paths: vec![path.clone()],
        plans: false,
        recursive: false,
        max_bytes: args.inputs.max_file_size,
        stdin_name: args.inputs.stdin_name.clone(),
    };
    let mut found = Vec::new();
    let read = inputs::read(&selection, world, &mut found);
    let mut of_file = Routes::default();
    for input in &read {
        case.inputs.push(Arc::clone(&input.source));
        let (routes, wrong) = routes::read(&input.source, &asked.catalog.rates, asked.question.day);
        found.extend(wrong);
        of_file = routes;
    }
    if found.iter().any(|problem| problem.level == Level::Error) {
        return Err(Stop { exit: Exit::Input, problems: found });
    }
    if read.len() > 1 {
        let message = format!("`{}` names {} files", path.display(), read.len());
        return Err(Problem::error(codes::USAGE, message).help("name one routes file").into());
    }
    problems.extend(found);
    case.router_usd = of_file.router_usd;
    case.moved = of_file.classes.iter().map(|class| class.share.clone()).collect();
    let name = |model: &Option<Arc<str>>| model.as_ref().map(ToString::to_string);
    case.models = of_file.classes.iter().map(|class| (name(&class.frontier_model), name(&class.cheap_model))).collect();
    case.cascade = of_file.cascade;
    case.session = of_file.session;
    if !of_file.classes.is_empty() {
        set_classes(case, of_file.classes.into_iter().map(|class| class.class).collect(), Per::Request)?;
    }
    Ok(())
}

/// The one shift of a conversation, or of work that has one model.
fn only_shift(args: &Args) -> Result<&values::Shift, Stop> {
    match args.question.shift.as_slice() {
        [shift] => Ok(shift),
        _ => Err(Problem::error(codes::USAGE, "a conversation has two models, and `--shift` is given more than once")
            .help("give `--shift` once")
            .into()),
    }
}

fn share_of(args: &Args, shift: &values::Shift) -> Ratio {
    shift.share.clone().or_else(|| args.question.share.clone()).unwrap_or_else(Ratio::one)
}

fn of_conversation(args: &Args, asked: &Asked, plans: &[&Plan], case: &mut Case) -> Result<(), Stop> {
    let shift = only_shift(args)?;
    let from = match &shift.from {
        Some(from) => from.clone(),
        None => work::work(args, asked, plans, None)?.kinds.first().map(|kind| kind.model.clone()).unwrap_or_default(),
    };
    let count = |value: Option<u64>| Tokens(value.unwrap_or_default());
    let session = Session {
        frontier: (from.as_str().into(), work::rates(&from, of_shift(shift), asked)?.clone()),
        cheap: (shift.to.as_str().into(), work::rates(&shift.to, of_shift(shift), asked)?.clone()),
        conversation: Conversation {
            context: count(args.session.context_tokens),
            new: count(args.session.new_tokens),
            output: count(args.session.output_tokens),
            write: TokenClass::CacheWrite5m,
            cache_minutes: args.session.cache_minutes.clone(),
        },
        turns: args.session.turns.unwrap_or(1),
        gap_minutes: args.session.minutes_between_turns.clone().unwrap_or_default(),
        share: share_of(args, shift),
        pattern: args.session.pattern.map_or(Pattern::Spread, values::PatternWord::pattern),
    };
    for (model, rates) in [&session.frontier, &session.cheap] {
        session.conversation.turns(&[rates], &[]).map_err(|none| work::unpriced(model, of_shift(shift), none))?;
    }
    if args.model.has_factors() || args.model.switch_usd.is_some() || args.model.frontier_quality.is_some() {
        return Err(Problem::error(codes::USAGE, "a conversation takes no factors, switching cost or quality")
            .help("its caches are worked out turn by turn; `--escalation` and `--router-usd` are what it takes")
            .into());
    }
    case.notes.extend(work::peaks([(&*session.cheap.0, &session.cheap.1)]));
    case.session = Some(session);
    Ok(())
}

fn of_workload(args: &Args, asked: &Asked, plans: &[&Plan], case: &mut Case) -> Result<(), Stop> {
    let shifts = &args.question.shift;
    let only_from = match shifts.as_slice() {
        [first, rest @ ..] if rest.iter().all(|shift| shift.from == first.from) => {
            first.from.as_deref().map(|from| (from, of_shift(first)))
        }
        _ => None,
    };
    let work = work::work(args, asked, plans, only_from)?;
    fees_need_requests(args, &work)?;
    for shift in shifts {
        does_something(shift, &work, asked)?;
    }
    let mut classes = Vec::new();
    for kind in &work.kinds {
        let frontier = work::rates(&kind.model, work.named(), asked)?;
        let frontier_usd = cost(frontier, &kind.job).map_err(|none| work::unpriced(&kind.model, work.named(), none))?;
        let mine: Vec<&values::Shift> = shifts.iter().filter(|shift| fits(shift, &kind.model, asked)).collect();
        let total: Ratio = mine.iter().map(|shift| share_of(args, shift)).sum();
        if total > Ratio::one() {
            let message = format!("{} of `{}` is moved, which is more than all of it", percent(&total), kind.model);
            let problem = Problem::error(codes::RANGE, format!("--shift: {message}"));
            return Err(problem.help("the shares of one model add up to at most 1").into());
        }
        if mine.is_empty() {
            let stays =
                class(args, &format!("{} stays", kind.id), kind.weight.clone(), frontier_usd.clone(), frontier_usd);
            classes.push(Class { escalation: Ratio::zero(), ..stays });
            case.moved.push(Ratio::zero());
            case.models.push((Some(kind.model.clone()), None));
            continue;
        }
        for shift in &mine {
            let cheap = work::rates(&shift.to, of_shift(shift), asked)?;
            let migrated = migrate(cheap, &kind.job, &args.model.factors());
            let migrated = migrated.map_err(|none| work::unpriced(&shift.to, of_shift(shift), none))?;
            // What goes to several models is split in proportion, and the same share of each part is moved.
            let evenly = || Ratio::one() / Ratio::from(mine.len() as u64);
            let part = share_of(args, shift).checked_div(&total).unwrap_or_else(evenly);
            let label = format!("{} to {}", kind.model, shift.to);
            classes.push(class(args, &label, &kind.weight * part, frontier_usd.clone(), migrated.usd()));
            case.moved.push(total.clone());
            case.models.push((Some(kind.model.clone()), Some(shift.to.clone())));
            case.notes.extend(work::peaks([(shift.to.as_str(), cheap)]));
        }
    }
    case.notes.dedup();
    case.notes.push(of_work(&work));
    set_classes(case, classes, work.per)
}

fn of_shift(shift: &values::Shift) -> Named<'_> {
    Named { flag: "--shift", text: &shift.text }
}

/// Whether a shift is of work on this model.
fn fits(shift: &values::Shift, model: &str, asked: &Asked) -> bool {
    shift.from.as_ref().is_none_or(|from| work::is_same(from, model, asked))
}

/// Refuses a shift from a model on which nothing is done.
fn does_something(shift: &values::Shift, work: &Work, asked: &Asked) -> Result<(), Stop> {
    if work.kinds.iter().any(|kind| fits(shift, &kind.model, asked)) {
        return Ok(());
    }
    let from = shift.from.clone().unwrap_or_default();
    work::rates(&from, of_shift(shift), asked)?;
    Err(work::nothing_on(&from, work, of_shift(shift)))
}

/// Whose tokens they are.
pub(super) fn of_work(work: &Work) -> String {
    match &work.instead_of {
        Some(model) => format!("Tokens of workload {}, which names {model}.", work.id),
        None => format!("Tokens of workload {}.", work.id),
    }
}

/// What is paid by the request needs to know how many tokens share it.
fn fees_need_requests(args: &Args, work: &Work) -> Result<(), Stop> {
    let flag = match (&args.model.router_usd, &args.model.switch_usd) {
        (Some(_), _) => "--router-usd",
        (None, Some(_)) => "--switch-usd",
        (None, None) => return Ok(()),
    };
    if work.per == Per::Request {
        return Ok(());
    }
    let message = format!("{flag} is of a request, and workload `{}` does not say how many tokens that has", work.id);
    Err(Problem::error(codes::USAGE, message)
        .help("say it by `--tokens-per-request`, such as `--tokens-per-request 100000`")
        .into())
}
