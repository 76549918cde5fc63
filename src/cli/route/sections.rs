//! The tables beside the results of a routing.

use super::or_none;
use super::work::Per;
use crate::report::{Cell, Column, Row, Section, Unit};
use crate::scenario::routing::cascade::Cascaded;
use crate::scenario::routing::classes::Classes;
use crate::scenario::routing::optimize::frontier;
use crate::scenario::routing::{Outcome, Parts};
use crate::units::Ratio;

/// What is shown of costs: those of a thousand.
pub(super) fn thousand(usd: &Ratio) -> Cell {
    Cell::Usd((usd * Ratio::from(1_000)).into())
}

pub(super) fn share(value: Ratio) -> Cell {
    Cell::Share(value.into())
}

/// The tables without their rows, for the schema.
pub(in crate::cli) fn all() -> [Section; 5] {
    [parts(), corners(), patterns(), stages(), plans()]
}

type Short = (&'static str, &'static str, Unit, Option<u8>, &'static str);

/// A table without its rows. Columns without a rank are not shown unless they are asked for.
pub(in crate::cli) fn section(key: &'static str, title: &str, columns: &[Short]) -> Section {
    let column = |&(key, title, unit, shown, meaning): &Short| Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: shown.is_some(),
        drop_rank: shown.unwrap_or(9),
        heat_points: Vec::new(),
    };
    Section {
        key,
        title: title.to_owned(),
        columns: columns.iter().map(column).collect(),
        rows: Vec::new(),
        chart: None,
    }
}

pub(super) fn parts() -> Section {
    let columns = [
        ("part", "Part", Unit::Text, None, "the part, in a word"),
        ("what", "What", Unit::Text, Some(0), "what it is"),
        ("usd", "USD", Unit::Usd, Some(0), "dollars for 1,000 units; negative where it is paid, not saved"),
        ("of_before", "Of cost", Unit::Bar, Some(0), "the same as a share of the cost before"),
    ];
    section("parts", "What eats the saving", &columns)
}

/// The saving if the cheap model were free, what eats it, and what is left.
pub(super) fn of_parts(outcome: &Outcome, per: Per) -> Section {
    let mut section = parts();
    let Parts { moved_usd, cheap_usd, escalation_usd, switch_usd, router_usd, cache_usd } = &outcome.parts;
    let mut add = |part: &str, what: String, usd: Ratio| {
        let of_before = or_none(usd.checked_div(&outcome.before_usd), share);
        let cells = vec![Cell::Text(part.to_owned()), Cell::Text(what), thousand(&usd), of_before];
        section.rows.push(Row { group: None, cells });
    };
    add("moved", format!("{} moved, for free", per.things()), moved_usd.clone());
    add("cheap", "the cheap model's own bill".to_owned(), -cheap_usd);
    add("escalation", "escalation: paid twice".to_owned(), -escalation_usd);
    if !switch_usd.is_zero() {
        add("switch", "switching".to_owned(), -switch_usd);
    }
    add("router", "the router".to_owned(), -router_usd);
    if per == Per::Conversation {
        add("cache", "caches written again".to_owned(), -cache_usd);
    }
    add("saved", "saved".to_owned(), &outcome.before_usd - outcome.after_usd());
    section
}

pub(super) fn corners() -> Section {
    let columns = [
        ("moved", "Moved", Unit::List, Some(0), "the classes that are moved, with the share of one that is split"),
        ("moved_share", "Of work", Unit::Share, Some(1), "share of all requests that is moved"),
        ("quality", "Quality", Unit::Share, Some(0), "quality of an average answer"),
        ("saving", "Saves", Unit::Bar, Some(0), "saved, as a share of the cost before"),
        ("usd", "After", Unit::Usd, Some(2), "cost of 1,000 requests"),
        ("is_chosen", "Chosen", Unit::Flag, None, "it is the routing of the results"),
    ];
    section("frontier", "Saving against quality", &columns)
}

/// A frontier has a corner for each class, each with a list of them; beyond this nobody reads it.
const CORNERS_MOST: usize = 200;

/// The frontier of saving against quality, with the chosen routing in its place; no rows where quality is not known, or there are
/// very many classes.
pub(super) fn of_frontier(classes: &Classes, chosen: Option<&[Ratio]>) -> Section {
    let mut section = corners();
    if classes.classes().len() > CORNERS_MOST {
        return section;
    }
    let Some(mut points) = frontier(classes) else { return section };
    let quality = |moved: &[Ratio]| classes.quality(moved).ok().flatten().unwrap_or_default();
    if let Some(chosen) = chosen {
        // The frontier goes down in quality.
        let at = points.iter().position(|point| quality(point) < quality(chosen)).unwrap_or(points.len());
        if !points.iter().any(|point| point == chosen) {
            points.insert(at, chosen.to_vec());
        }
    }
    for point in &points {
        let Ok(outcome) = classes.outcome(point) else { continue };
        let named = classes.classes().iter().zip(point).filter(|(_, moved)| moved.is_positive());
        let named = named.map(|(class, moved)| {
            Cell::Text(if *moved == Ratio::one() {
                class.id.to_string()
            } else {
                format!("{} {}", class.id, crate::render::cell(&share(moved.clone())))
            })
        });
        let named: Vec<Cell> = named.collect();
        section.rows.push(Row {
            group: None,
            cells: vec![
                Cell::List(if named.is_empty() { vec![Cell::Text("nothing".to_owned())] } else { named }),
                share(outcome.moved_share.clone()),
                share(quality(point)),
                or_none(outcome.saving(), share),
                thousand(&outcome.after_usd()),
                Cell::Flag(chosen == Some(point)),
            ],
        });
    }
    section
}

pub(super) fn patterns() -> Section {
    let columns = [
        ("pattern", "Pattern", Unit::Text, None, "the pattern, in a word"),
        ("what", "Cheap turns", Unit::Text, Some(0), "which turns are on the cheap model"),
        ("moved_share", "Turns", Unit::Share, Some(1), "share of the turns"),
        ("expected", "No loss", Unit::Share, Some(0), "the saving if no cache were written again"),
        (
            "cache_share",
            "Cache",
            Unit::Share,
            Some(0),
            "what caches that are written again cost, as a share of the cost before",
        ),
        ("saving", "Saves", Unit::Bar, Some(0), "saved, as a share of the cost before"),
    ];
    section("patterns", "The same share of turns in each pattern", &columns)
}

/// One pattern of turns.
pub(super) fn of_pattern(section: &mut Section, word: &str, what: &str, outcome: &Outcome) {
    let of_before = |usd: &Ratio| or_none(usd.checked_div(&outcome.before_usd), share);
    let saved = &outcome.before_usd - outcome.after_usd();
    section.rows.push(Row {
        group: None,
        cells: vec![
            Cell::Text(word.to_owned()),
            Cell::Text(what.to_owned()),
            share(outcome.moved_share.clone()),
            of_before(&(&saved + &outcome.parts.cache_usd)),
            of_before(&outcome.parts.cache_usd),
            of_before(&saved),
        ],
    });
}

fn stages() -> Section {
    let columns = [
        ("stage", "Stage", Unit::Text, Some(0), "the model"),
        ("reach", "Reached by", Unit::Bar, Some(0), "share of the requests that reaches it"),
        ("accept", "Accepts", Unit::Share, Some(0), "share of its answers that is accepted"),
        ("usd", "USD", Unit::Usd, Some(0), "what it adds to the cost of 1,000 requests, with judging its answers"),
    ];
    section("stages", "The cascade", &columns)
}

pub(super) fn of_cascade(cascade: Option<(&crate::catalog::routes::Cascade, &Cascaded)>) -> Section {
    let mut section = stages();
    if let Some((cascade, cascaded)) = cascade {
        for ((name, stage), reach) in cascade.stages.iter().zip(&cascaded.reach) {
            let cells = vec![
                Cell::Text(name.to_string()),
                share(reach.clone()),
                share(stage.accept.clone()),
                thousand(&(reach * (&stage.usd + &stage.judge_usd))),
            ];
            section.rows.push(Row { group: None, cells });
        }
    }
    section
}

pub(super) fn plans() -> Section {
    let columns = [
        ("plan", "Plan", Unit::Text, Some(0), "the plan's id"),
        ("break_even_before", "Break-even", Unit::Share, Some(0), "utilization above which the vendor loses, as it is"),
        ("break_even_after", "Routed", Unit::Share, Some(0), "the same if serving costs less by the saving"),
        ("margin_at_full_before", "Margin at full", Unit::Margin, Some(1), "the vendor's margin at full use, as it is"),
        ("margin_at_full_after", "Routed", Unit::Margin, Some(1), "the same if serving costs less by the saving"),
        ("serving_share_before", "Serving", Unit::Share, None, "cost of serving an API dollar, as it is"),
        ("serving_share_after", "Routed", Unit::Share, None, "the same if it costs less by the saving"),
    ];
    section("plans", "If the vendor routes so", &columns)
}
