//! What a full window of a plan is worth, by readings of the vendor's own meter.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::table::{instant, usd};
use super::{Answer, Case};
use crate::allowance::{Hours, Window};
use crate::catalog::codes;
use crate::cli::log_args::{of_skipped, plural};
use crate::cli::route::section;
use crate::problem::Problem;
use crate::report::{Cell, Column, Missing, Record, Row, Unit};
use crate::units::{Instant, Ratio};
use crate::usage::calibrate::{Worth, calibrate};
use crate::usage::{Meter, Source};

/// A window of a plan.
pub(super) struct Line {
    pub(super) source: Source,
    /// The plan, as the meter names it.
    pub(super) plan: Option<Arc<str>>,
    pub(super) window_minutes: u64,
    pub(super) readings: u64,
    pub(super) first: Instant,
    pub(super) last: Instant,
    /// What it is worth; `None`: no two readings are far enough apart, or what was used between them has no price.
    pub(super) worth: Option<Worth>,
}

impl Line {
    /// The window as plan files write it; `None` for one that they cannot hold.
    pub(super) fn window(&self) -> Option<Window> {
        match self.window_minutes {
            0 => None,
            1_440 => Some(Window::Day),
            10_080 => Some(Window::Week),
            minutes => Hours::new(&Ratio::new(i128::from(minutes), 60)).map(Window::Hours),
        }
    }

    fn window_text(&self) -> String {
        self.window().map_or_else(|| format!("{} min", self.window_minutes), |window| window.to_string())
    }
}

/// Every window that a meter was read of.
pub(super) fn lines(case: &Case<'_>) -> Vec<Line> {
    let log = &case.used.log;
    let mut groups = BTreeMap::<(Source, Option<Arc<str>>), Vec<Meter>>::new();
    for meter in log.meters.iter().filter(|meter| meter.model.is_none()) {
        groups.entry((meter.source, meter.plan.clone())).or_default().push(meter.clone());
    }
    let mut lines = Vec::new();
    for ((source, plan), meters) in groups {
        let mut worth = calibrate(&log.records, &meters, source, &case.prices, case.args.question.points);
        let mut windows = BTreeMap::<u64, Vec<&Meter>>::new();
        for meter in &meters {
            windows.entry(meter.window_minutes).or_default().push(meter);
        }
        lines.extend(windows.into_iter().map(|(window_minutes, readings)| Line {
            source,
            plan: plan.clone(),
            window_minutes,
            readings: readings.len() as u64,
            first: readings[0].instant,
            last: readings[readings.len() - 1].instant,
            worth: worth.remove(&window_minutes),
        }));
    }
    lines
}

type Field = (&'static str, &'static str, Unit, Option<u8>, &'static str, fn(&Line) -> Cell);

const FIELDS: [Field; 13] = [
    ("source", "Log", Unit::Text, Some(0), "the kind of log", |line| Cell::Text(line.source.word().to_owned())),
    ("meter_plan", "Plan", Unit::Text, Some(2), "the plan, as the meter names it; null: it does not", |line| {
        line.plan.as_ref().map_or(Cell::Missing(Missing::Unknown), |plan| Cell::Text(plan.to_string()))
    }),
    ("window", "Window", Unit::Text, Some(0), "how long the window is", |line| Cell::Text(line.window_text())),
    ("window_minutes", "Minutes", Unit::Count, None, "the same in minutes", |line| Cell::Count(line.window_minutes)),
    (
        "window_usd",
        "Worth",
        Unit::Usd,
        Some(0),
        "what a full window is worth at list prices: the median stretch",
        |line| worth(line, |worth| usd(worth.window_usd.clone())),
    ),
    ("low_usd", "Low", Unit::Usd, Some(1), "the same for the stretch a quarter from below", |line| {
        worth(line, |worth| usd(worth.low_usd.clone()))
    }),
    ("high_usd", "High", Unit::Usd, Some(1), "the same for the stretch a quarter from above", |line| {
        worth(line, |worth| usd(worth.high_usd.clone()))
    }),
    ("stretches", "Stretches", Unit::Count, Some(3), "stretches between readings that it rests on", |line| {
        Cell::Count(line.worth.as_ref().map_or(0, |worth| worth.stretches as u64))
    }),
    ("points", "Points", Unit::Number, Some(4), "percent points that the meter moved in all of them", |line| {
        worth(line, |worth| Cell::Number(Ratio::new(i128::from(worth.moved_millipercent), 1_000).into()))
    }),
    ("unpriced", "Unpriced", Unit::Count, None, "stretches left out because part of the use has no price", |line| {
        worth(line, |worth| Cell::Count(worth.unpriced as u64))
    }),
    ("readings", "Readings", Unit::Count, Some(5), "readings of the meter", |line| Cell::Count(line.readings)),
    ("last", "Last", Unit::Text, None, "the last reading", |line| instant(line.last)),
    (
        "status",
        "Status",
        Unit::Text,
        None,
        "`ok`; `unknown`: the meter did not move enough over use with a price",
        |line| Cell::Text(if line.worth.is_some() { "ok" } else { "unknown" }.to_owned()),
    ),
];

fn worth(line: &Line, cell: impl FnOnce(&Worth) -> Cell) -> Cell {
    line.worth.as_ref().map_or(Cell::Missing(Missing::Unknown), cell)
}

/// Every column, in the order of documents.
pub(in crate::cli) fn columns() -> Vec<Column> {
    let columns = FIELDS.map(|(key, title, unit, shown, meaning, _)| (key, title, unit, shown, meaning));
    section("results", "", &columns).columns
}

/// The keys of the summary.
pub(in crate::cli) fn summary_keys() -> [(&'static str, Unit); 4] {
    [("windows", Unit::Count), ("ok", Unit::Count), ("readings", Unit::Count), ("responses", Unit::Count)]
}

/// The answer.
pub(super) fn answer(case: &Case<'_>, problems: &mut Vec<Problem>) -> Answer {
    let lines = lines(case);
    let log = &case.used.log;
    if lines.is_empty() && !log.records.is_empty() {
        problems.push(
            Problem::error(codes::NO_METER, "the logs hold no reading of a plan's meter")
                .note("Codex writes them beside its responses; Claude Code has its last one in ~/.claude.json")
                .help(
                    "its desktop application keeps a month of them in plan-usage-history.json, and what a status line is handed \
                     can be kept, each line with a `timestamp`; name the file beside the logs",
                ),
        );
    }
    for line in lines.iter().filter(|line| line.worth.is_none()) {
        let readings = plural(line.readings, "reading", "readings");
        let message = format!("{readings} of the {} meter do not tell what it is worth", line.window_text());
        problems.push(
            Problem::warning(codes::NO_METER, message)
                .note("no two of one window are far enough apart with use between them that has a price")
                .help("try fewer `--points`"),
        );
    }
    let ok = lines.iter().filter(|line| line.worth.is_some()).count();
    let summary: Record = vec![
        ("windows", Cell::Count(lines.len() as u64)),
        ("ok", Cell::Count(ok as u64)),
        ("readings", Cell::Count(log.meters.len() as u64)),
        ("responses", Cell::Count(log.records.len() as u64)),
    ];
    let mut skipped = of_skipped(case.used);
    let is_asked = case.args.output.table.as_deref() == Some(skipped.key);
    skipped.columns.iter_mut().for_each(|column| column.shown &= is_asked);
    let row = |line: &Line| Row { group: None, cells: FIELDS.iter().map(|(.., fill)| fill(line)).collect() };
    Answer {
        kind: "calibrate",
        rows: lines.iter().map(row).collect(),
        columns: columns(),
        sections: vec![skipped],
        summary,
        footer: footer(case),
        complete: ok == lines.len(),
    }
}

fn footer(case: &Case<'_>) -> Vec<String> {
    let points = Cell::Number(Ratio::new(i128::from(case.args.question.points), 1_000).into());
    let mut lines = vec![
        format!(
            "WORTH: dollars at list price that were used while the meter moved, over the part of the window that it moved, \
             of stretches of {} points or more; LOW and HIGH are the quartiles.",
            crate::render::cell(&points)
        ),
        "Use that is not in these logs (chat, another machine) moves the meter too and makes a window look smaller."
            .to_owned(),
    ];
    let of_one_model = case.used.log.meters.iter().filter(|meter| meter.model.is_some()).count();
    if of_one_model > 0 {
        lines.push(format!("{} of windows of one model left out.", plural(of_one_model as u64, "reading", "readings")));
    }
    lines.push(super::basis(case));
    lines
}
