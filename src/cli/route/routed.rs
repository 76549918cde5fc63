//! Some of the work on a cheaper model: the document.

use super::case::{Case, case};
use super::found::{Found, Line, find};
use super::sections::{self, share, thousand};
use super::{Answer, Args, Parts, or_none, plans};
use crate::cli::Stop;
use crate::cli::asked::Asked;
use crate::cli::world::World;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::report::{Cell, Column, Record, Row, Unit};
use crate::scenario::routing::classes::Classes;
use crate::units::Ratio;

type Field = (&'static str, &'static str, Unit, Option<u8>, &'static str, fn(&Line) -> Cell);

const FIELDS: [Field; 20] = [
    ("route", "Route", Unit::Text, Some(0), "the class of requests, the models, or `all`", |line| {
        Cell::Text(line.route.clone())
    }),
    ("from", "From", Unit::Text, None, "the frontier model, where one is named", |line| text(line.from.as_ref())),
    ("to", "To", Unit::Text, None, "the cheap model, where one is named", |line| text(line.to.as_ref())),
    ("unit", "Costs of", Unit::Text, None, "what the costs are of", |line| Cell::Text(line.per.thousand().to_owned())),
    ("requests_share", "Of work", Unit::Share, Some(4), "share of all requests that is of this class", |line| {
        or_none(line.requests_share.clone(), share)
    }),
    ("moved_share", "Moved", Unit::Share, Some(0), "share of these that is tried on the cheap model", |line| {
        share(line.moved_share.clone())
    }),
    ("before_usd", "Before", Unit::Usd, Some(0), "all on the frontier model, per unit; classes add up", |line| {
        thousand(&line.outcome.before_usd)
    }),
    ("after_usd", "After", Unit::Usd, Some(0), "the same after routing; the router is in `all` alone", |line| {
        thousand(&line.outcome.after_usd())
    }),
    ("saved_usd", "Saved", Unit::Usd, None, "what is saved", |line| {
        thousand(&(&line.outcome.before_usd - line.outcome.after_usd()))
    }),
    (
        "saving",
        "Saves",
        Unit::Share,
        Some(0),
        "the same as a share of the cost before; negative: it costs more",
        |line| or_none(line.outcome.saving(), share),
    ),
    (
        "quality_before",
        "Quality before",
        Unit::Share,
        None,
        "quality of an average answer on the frontier model",
        |line| or_none(line.quality.as_ref(), |(before, _)| share(before.clone())),
    ),
    ("quality", "Quality", Unit::Share, Some(3), "quality of an average answer after routing", |line| {
        or_none(line.quality.as_ref(), |(_, after)| share(after.clone()))
    }),
    ("moved_usd", "Moved USD", Unit::Usd, None, "what the requests that are moved cost before", |line| {
        thousand(&line.outcome.parts.moved_usd)
    }),
    ("cheap_usd", "Cheap USD", Unit::Usd, None, "what they cost on the cheap model", |line| {
        thousand(&line.outcome.parts.cheap_usd)
    }),
    (
        "escalation_usd",
        "Escalation",
        Unit::Usd,
        None,
        "those that come back, paid again on the frontier model",
        |line| thousand(&line.outcome.parts.escalation_usd),
    ),
    ("switch_usd", "Switching", Unit::Usd, None, "what it costs to move them", |line| {
        thousand(&line.outcome.parts.switch_usd)
    }),
    ("router_usd", "Router", Unit::Usd, None, "what it costs to decide", |line| {
        thousand(&line.outcome.parts.router_usd)
    }),
    ("cache_usd", "Cache", Unit::Usd, None, "caches that are written again; of conversations alone", |line| {
        thousand(&line.outcome.parts.cache_usd)
    }),
    ("kind", "Kind", Unit::Text, None, "`class`, `all`, `cascade` or `conversation`", |line| {
        Cell::Text(line.kind.to_owned())
    }),
    (
        "status",
        "Status",
        Unit::Text,
        None,
        "`ok`; `not_applicable`: nothing is paid before, so that there is no share",
        |line| Cell::Text(if line.outcome.before_usd.is_zero() { "not_applicable" } else { "ok" }.to_owned()),
    ),
];

fn text(value: Option<&String>) -> Cell {
    or_none(value, |value| Cell::Text(value.clone()))
}

/// Every column, in the order of documents.
pub(in crate::cli) fn columns() -> Vec<Column> {
    let column = |&(key, title, unit, shown, meaning, _): &Field| Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: shown.is_some(),
        drop_rank: shown.unwrap_or(9),
        heat_points: Vec::new(),
    };
    FIELDS.iter().map(column).collect()
}

/// The keys of the summary: counts, shares and dollars, flags, words.
pub(in crate::cli) fn summary_keys() -> [(&'static str, Unit); 14] {
    [
        ("routes", Unit::Count),
        ("unit", Unit::Text),
        ("before_usd", Unit::Usd),
        ("after_usd", Unit::Usd),
        ("saving", Unit::Share),
        ("moved_share", Unit::Share),
        ("quality", Unit::Share),
        ("quality_floor", Unit::Share),
        ("quality_floor_is_reached", Unit::Flag),
        ("usd_per_quality_point", Unit::Usd),
        ("best_saving", Unit::Share),
        ("target_saving", Unit::Share),
        ("needed_share", Unit::Share),
        ("target_is_reached", Unit::Flag),
    ]
}

/// The answer.
pub(super) fn answer(
    args: &Args,
    asked: &Asked,
    plans: &[&Plan],
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Answer, Stop> {
    let case = case(args, asked, plans, world, problems)?;
    let found = find(args, &case)?;
    let main = found.main();
    let (of_plans, complete) = plans::section(plans, main.outcome.saving().as_ref(), asked, problems);
    let chosen = found.floor_is_reached.then_some(&*found.moved);
    let sections = vec![
        // What a cascade costs is told stage by stage.
        if main.kind == "cascade" { sections::parts() } else { sections::of_parts(&main.outcome, main.per) },
        case.classes.as_ref().map_or_else(sections::corners, |classes| sections::of_frontier(classes, chosen)),
        found.patterns.clone(),
        sections::of_cascade(case.cascade.as_ref().zip(found.cascaded.as_ref())),
        of_plans,
    ];
    let mut columns = columns();
    if found.lines.iter().all(|line| line.quality.is_none()) {
        hide(&mut columns, "quality");
    }
    if found.lines.len() == 1 {
        hide(&mut columns, "requests_share");
    }
    let row = |line: &Line| Row { group: None, cells: FIELDS.iter().map(|(.., fill)| fill(line)).collect() };
    let rows = found.lines.iter().map(row).collect();
    let (target, notes) = (found.target.as_ref(), case.notes.iter());
    let of_target = target.into_iter().flat_map(|target| &target.sentences);
    let footer = found.sentences.iter().chain(of_target).chain(notes).cloned();
    Ok(Answer {
        no: target.is_some_and(|target| !target.is_reached) || !found.floor_is_reached,
        complete,
        report: Parts {
            kind: "route",
            columns,
            rows,
            sections,
            summary: summary(args, &case, &found),
            footer: footer.chain([basis(asked, &found.lines)]).collect(),
            inputs: case.inputs,
        },
    })
}

fn summary(args: &Args, case: &Case, found: &Found) -> Record {
    let (main, target, question) = (found.main(), found.target.as_ref(), &args.question);
    let number = |value: Option<Ratio>| or_none(value, share);
    let of = |key: &str| match key {
        "routes" => Cell::Count(found.lines.len() as u64),
        "unit" => Cell::Text(main.per.thousand().to_owned()),
        "before_usd" => thousand(&main.outcome.before_usd),
        "after_usd" => thousand(&main.outcome.after_usd()),
        "saving" => number(main.outcome.saving()),
        "moved_share" => share(main.moved_share.clone()),
        "quality" => number(main.quality.as_ref().map(|(_, after)| after.clone())),
        "quality_floor" => number(question.quality_floor.clone()),
        "quality_floor_is_reached" => or_none(question.quality_floor.as_ref(), |_| Cell::Flag(found.floor_is_reached)),
        "usd_per_quality_point" => or_none(found.shadow_usd.as_ref(), |usd| thousand(&(usd / Ratio::from(100)))),
        "best_saving" => number(case.classes.as_ref().and_then(Classes::best_saving)),
        "target_saving" => number(question.target_saving.clone()),
        "needed_share" => number(target.and_then(|target| target.share.clone())),
        "target_is_reached" => or_none(target, |target| Cell::Flag(target.is_reached)),
        other => unreachable!("`{other}` is no key of the summary"),
    };
    summary_keys().into_iter().map(|(key, _)| (key, of(key))).collect()
}

fn hide(columns: &mut [Column], key: &str) {
    columns.iter_mut().filter(|column| column.key == key).for_each(|column| column.shown = false);
}

/// What the figures rest on.
fn basis(asked: &Asked, lines: &[Line]) -> String {
    let mut units: Vec<&str> = Vec::new();
    for line in lines {
        if !units.contains(&line.per.thousand()) {
            units.push(line.per.thousand());
        }
    }
    super::basis(asked, &units.join(", or "), lines.iter().any(|line| line.to.is_some()))
}
