//! Real usage put before the limits of the plans.

use super::population::without_flags;
use super::{Args, Told};
use crate::cli::Stop;
use crate::cli::asked::Asked;
use crate::cli::replay;
use crate::cli::world::World;
use crate::report::page::Part;
use crate::report::{Cell, Column, Section};

/// What the logs came to under the plans, and when which windows stopped work.
pub(super) fn part(args: &Args, asked: &Asked, world: &mut World<'_>) -> Result<Told, Stop> {
    let asks = replay::Args::of(args.usage.clone(), args.used.clone(), args.inputs.clone(), args.terms.clone());
    let found = replay::replayed(&asks, asked, world, Vec::new())?;
    let report = found.report;
    let is_shown = |at: usize| found.columns.contains(&at);
    let columns = report.columns.iter().enumerate();
    let results = Section {
        key: "replay",
        title: "What the usage came to under each plan, the cheapest first".to_owned(),
        columns: columns.map(|(at, column)| Column { shown: is_shown(at), ..column.clone() }).collect(),
        rows: report.rows,
        chart: None,
    };
    let others = report.sections.into_iter().map(seen).filter(Section::is_shown);
    // What the page answers with need not stand twice.
    let lead = report.footer.iter().filter(|line| **line != found.advice).map(|line| without_flags(line));
    let part = Part {
        key: "usage",
        heading: "Real usage against the limits".to_owned(),
        lead: lead.collect(),
        drawings: found.timeline.into_iter().collect(),
        tables: [results].into_iter().chain(others).collect(),
    };
    let answer = Some(format!("Of the usage that was read: {}", without_flags(&found.advice)));
    Ok(Told { part, answer, inputs: found.inputs, problems: report.problems, exit: found.exit, missing: found.missing })
}

/// Most hits that are listed.
const HITS_MOST: usize = 200;

/// The table with what a page shows of it: each hit too, which the drawing shows.
fn seen(mut section: Section) -> Section {
    if section.key != "hits" {
        return section;
    }
    let all = section.rows.len();
    if all > HITS_MOST {
        section.rows.truncate(HITS_MOST);
        section.title = format!("{}: the first {HITS_MOST} of {all}", section.title);
    }
    let user = section.columns.iter().position(|column| column.key == "user");
    let names_users = user.is_some_and(|at| section.rows.iter().any(|row| matches!(row.cells[at], Cell::Text(_))));
    for column in &mut section.columns {
        column.shown = match column.key {
            "user" => names_users,
            key => ["plan", "limit", "at", "window_from", "window_until", "project", "request_usd"].contains(&key),
        };
    }
    section
}
