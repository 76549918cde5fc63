//! The table of sums: its columns, rows and summary.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::mem::discriminant;

use super::{Answer, Args, Case, words};
use crate::cli::log_args::{of_skipped, skipped};
use crate::problem::Problem;
use crate::rates::TokenClass;
use crate::report::{Cell, Column, Missing, Record, Row, Section, Unit};
use crate::units::Ratio;
use crate::usage::totals::{Dimension, Group, Total, totals};

/// One line of the table.
struct Line<'a> {
    key: &'a [Group],
    by: &'a [Dimension],
    total: &'a Total,
    /// What everything costs at list, if that is known.
    all_usd: Option<&'a Ratio>,
}

impl Line<'_> {
    /// The part of its key that is of one dimension.
    fn of(&self, dimension: Dimension) -> Cell {
        let at = self.by.iter().position(|by| discriminant(by) == discriminant(&dimension));
        match at.and_then(|at| self.key.get(at)) {
            None => Cell::Missing(Missing::NotApplicable),
            Some(Group::Unknown) => Cell::Missing(Missing::Unknown),
            Some(Group::From(day)) => Cell::Date(*day),
            Some(Group::Name(name)) => Cell::Text(name.to_string()),
        }
    }
}

type Field = (&'static str, &'static str, Unit, Option<u8>, &'static str, fn(&Line<'_>) -> Cell);

const FIELDS: [Field; 24] = [
    ("day", "Day", Unit::Date, None, "the day, with --by day", |line| line.of(Dimension::Day)),
    ("week", "Week of", Unit::Date, None, "the Monday of the week, with --by week", |line| line.of(Dimension::Week)),
    ("month", "Month of", Unit::Date, None, "the first day of the month, with --by month", |line| {
        line.of(Dimension::Month { begins: 1 })
    }),
    ("source", "Log", Unit::Text, None, "the kind of log, with --by source", |line| line.of(Dimension::Source)),
    (
        "model",
        "Model",
        Unit::Text,
        None,
        "the model as the log names it, with --by model; null: the log does not",
        |line| line.of(Dimension::Model),
    ),
    ("project", "Project", Unit::Text, None, "the folder it was for, with --by project", |line| {
        line.of(Dimension::Project)
    }),
    ("session", "Session", Unit::Text, None, "the conversation, with --by session", |line| line.of(Dimension::Session)),
    ("user", "User", Unit::Text, None, "who asked, with --by user", |line| line.of(Dimension::User)),
    ("responses", "Responses", Unit::Count, Some(2), "responses of models, each once", |line| {
        Cell::Count(line.total.responses)
    }),
    ("requests", "Requests", Unit::Count, None, "requests, where a log sums several in a row", |line| {
        count(line.total.requests)
    }),
    ("input_tokens", "Input", Unit::Count, Some(3), "prompt tokens that were not in the cache", |line| {
        of_class(line, TokenClass::Input)
    }),
    ("cache_read_tokens", "Cache read", Unit::Count, Some(5), "prompt tokens read from the cache", |line| {
        of_class(line, TokenClass::CacheRead)
    }),
    (
        "cache_write_5m_tokens",
        "Write 5m",
        Unit::Count,
        Some(7),
        "prompt tokens written to the cache for five minutes, or to the only cache",
        |line| of_class(line, TokenClass::CacheWrite5m),
    ),
    (
        "cache_write_1h_tokens",
        "Write 1h",
        Unit::Count,
        Some(8),
        "prompt tokens written to the cache for an hour",
        |line| of_class(line, TokenClass::CacheWrite1h),
    ),
    ("output_tokens", "Output", Unit::Count, Some(4), "answer tokens, thinking included", |line| {
        of_class(line, TokenClass::Output)
    }),
    ("cache_hit_share", "Cache", Unit::Share, Some(1), "share of prompt tokens that was read from the cache", |line| {
        or_none(line.total.cache_hit_share(), share)
    }),
    ("web_searches", "Searches", Unit::Count, None, "searches of the web that the vendor ran", |line| {
        count(line.total.web_searches)
    }),
    (
        "api_usd",
        "API USD",
        Unit::Usd,
        Some(0),
        "what it costs at list prices of its days; null if part has none",
        |line| line.total.list_usd().map_or(Cell::Missing(Missing::Unknown), usd),
    ),
    ("priced_usd", "At least", Unit::Usd, None, "what those responses cost that have a list price", |line| {
        usd(line.total.priced.usd())
    }),
    ("api_share", "Of all", Unit::Bar, Some(6), "its share of what everything costs", |line| {
        let share_of = |all: &Ratio| line.total.list_usd()?.checked_div(all);
        line.all_usd.map_or(Cell::Missing(Missing::Unknown), |all| or_none(share_of(all), share))
    }),
    ("stated_usd", "Log says", Unit::Usd, None, "what the log itself says it cost; in no other figure", |line| {
        or_none((line.total.stated > 0).then(|| line.total.stated_usd.clone()), usd)
    }),
    ("first", "First", Unit::Text, None, "its first response", |line| or_none(line.total.first, instant)),
    ("last", "Last", Unit::Text, None, "its last response", |line| or_none(line.total.last, instant)),
    ("status", "Status", Unit::Text, None, "`ok`; `unpriced`: part of it has no list price", |line| {
        Cell::Text(if line.total.unpriced.is_empty() { "ok" } else { "unpriced" }.to_owned())
    }),
];

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

/// The tables beside the results without their rows, for the schema.
pub(in crate::cli) fn sections() -> [Section; 2] {
    [skipped(), words::unpriced()]
}

const SUMMARY: [(&str, Unit); 24] = [
    ("responses", Unit::Count),
    ("input_tokens", Unit::Count),
    ("cache_read_tokens", Unit::Count),
    ("cache_write_5m_tokens", Unit::Count),
    ("cache_write_1h_tokens", Unit::Count),
    ("output_tokens", Unit::Count),
    ("cache_hit_share", Unit::Share),
    ("web_searches", Unit::Count),
    ("api_usd", Unit::Usd),
    ("priced_usd", Unit::Usd),
    ("unpriced_responses", Unit::Count),
    ("stated_usd", Unit::Usd),
    ("files", Unit::Count),
    ("files_not_read", Unit::Count),
    ("bytes", Unit::Count),
    ("covers_from", Unit::Text),
    ("covers_to", Unit::Text),
    ("covers_days", Unit::Count),
    ("lost_share", Unit::Share),
    ("plan", Unit::Text),
    ("months", Unit::Count),
    ("billed_usd", Unit::Usd),
    ("multiple", Unit::Multiple),
    ("limits_met", Unit::Count),
];

/// The keys of the summary.
pub(in crate::cli) fn summary_keys() -> Vec<(&'static str, Unit)> {
    SUMMARY.to_vec()
}

/// The answer.
pub(super) fn answer(case: &Case<'_>, problems: &mut Vec<Problem>) -> Answer {
    let (args, log) = (case.args, &case.used.log);
    let by = args.question.dimensions();
    let zone = &args.logs.tz.zone;
    let all = totals(&log.records, &[], zone, &case.prices).remove([].as_slice()).unwrap_or_default();
    let sums = totals(&log.records, &by, zone, &case.prices);
    let all_usd = all.list_usd();
    let rows = rows(&sums, &by, all_usd.as_ref());
    let unpriced = words::Unpriced::of(case);
    problems.extend(unpriced.problems(case));
    problems.extend(words::without_final_count(log));
    let is_asked = |key: &str| args.output.table.as_deref() == Some(key);
    let mut sections = vec![of_skipped(case.used), unpriced.section()];
    for section in &mut sections {
        // For people a line of the footer says it, unless they ask.
        let is_shown = is_asked(section.key);
        section.columns.iter_mut().for_each(|column| column.shown &= is_shown);
    }
    Answer {
        kind: "usage",
        rows,
        columns: shown_by(args, &by, &all),
        sections,
        summary: summary(case, &all),
        footer: words::footer(case, &all),
        complete: all.unpriced.is_empty(),
    }
}

/// The columns, with those shown that this question asks for.
fn shown_by(args: &Args, by: &[Dimension], all: &Total) -> Vec<Column> {
    let names: Vec<&str> = by.iter().map(|dimension| key_of(*dimension)).collect();
    let mut columns = columns();
    for column in &mut columns {
        if names.contains(&column.key) {
            (column.shown, column.drop_rank) = (true, 0);
        }
        if column.key == "priced_usd" && !all.unpriced.is_empty() {
            (column.shown, column.drop_rank) = (true, 1);
        }
        let unused = match column.key {
            "cache_write_5m_tokens" => all.tokens[TokenClass::CacheWrite5m] == 0,
            "cache_write_1h_tokens" => all.tokens[TokenClass::CacheWrite1h] == 0,
            "api_share" => !all.unpriced.is_empty(),
            _ => false,
        };
        let for_machines = args.output.format.is_some_and(|format| {
            matches!(format, crate::cli::args::FormatWord::Csv | crate::cli::args::FormatWord::Tsv)
        });
        column.shown &= !unused || for_machines;
    }
    columns
}

pub(super) const fn key_of(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Day => "day",
        Dimension::Week => "week",
        Dimension::Month { .. } => "month",
        Dimension::Model => "model",
        Dimension::Project => "project",
        Dimension::Session => "session",
        Dimension::User => "user",
        Dimension::Source => "source",
    }
}

/// By time, or where time is not asked for, the dearest first.
fn rows(sums: &BTreeMap<Vec<Group>, Total>, by: &[Dimension], all_usd: Option<&Ratio>) -> Vec<Row> {
    let is_time = |by: &Dimension| matches!(by, Dimension::Day | Dimension::Week | Dimension::Month { .. });
    let mut lines: Vec<Line<'_>> = sums.iter().map(|(key, total)| Line { key, by, total, all_usd }).collect();
    if !by.first().is_some_and(is_time) {
        // What has no price comes last, by what is known of it.
        lines.sort_by_cached_key(|line| {
            let heads = line.key.split_last().map_or([].as_slice(), |(_, heads)| heads);
            (heads.to_vec(), !line.total.unpriced.is_empty(), Reverse(line.total.priced.usd()))
        });
    }
    let row = |line: &Line<'_>| Row { group: None, cells: FIELDS.iter().map(|(.., fill)| fill(line)).collect() };
    lines.iter().map(row).collect()
}

fn summary(case: &Case<'_>, all: &Total) -> Record {
    let log = &case.used.log;
    let paid = case.paid.as_ref();
    let span = case.used.span;
    let cell = |key: &str| match key {
        "responses" => Cell::Count(all.responses),
        "input_tokens" => count(all.tokens[TokenClass::Input]),
        "cache_read_tokens" => count(all.tokens[TokenClass::CacheRead]),
        "cache_write_5m_tokens" => count(all.tokens[TokenClass::CacheWrite5m]),
        "cache_write_1h_tokens" => count(all.tokens[TokenClass::CacheWrite1h]),
        "output_tokens" => count(all.tokens[TokenClass::Output]),
        "cache_hit_share" => or_none(all.cache_hit_share(), share),
        "web_searches" => count(all.web_searches),
        "api_usd" => all.list_usd().map_or(Cell::Missing(Missing::Unknown), usd),
        "priced_usd" => usd(all.priced.usd()),
        "unpriced_responses" => Cell::Count(all.unpriced.values().sum()),
        "stated_usd" => or_none((all.stated > 0).then(|| all.stated_usd.clone()), usd),
        "files" => Cell::Count(log.files as u64),
        "files_not_read" => Cell::Count(log.stopped.len() as u64),
        "bytes" => Cell::Count(log.bytes),
        "covers_from" => or_none(span.map(|span| span.first), instant),
        "covers_to" => or_none(span.map(|span| span.last), instant),
        "covers_days" => or_none(span.and_then(|span| u64::try_from(span.whole_days()).ok()), Cell::Count),
        "lost_share" => share(case.used.skipped_share.clone()),
        "plan" => or_none(paid, |paid| Cell::Text(paid.plan.id.to_string())),
        "months" => or_none(paid, |paid| Cell::Count(paid.months.len() as u64)),
        "billed_usd" => or_none(paid, |paid| usd(paid.billed_usd())),
        "multiple" => match paid {
            Some(paid) if paid.list_usd.is_none() => Cell::Missing(Missing::Unknown),
            paid => or_none(paid.and_then(super::paid::Paid::multiple), |value| Cell::Multiple(value.into())),
        },
        _ => Cell::Count(log.limit_hits.len() as u64),
    };
    SUMMARY.iter().map(|(key, _)| (*key, cell(key))).collect()
}

fn of_class(line: &Line<'_>, class: TokenClass) -> Cell {
    count(line.total.tokens[class])
}

/// A count that may pass what 64 bits hold.
pub(super) fn count(value: u128) -> Cell {
    match u64::try_from(value) {
        Ok(value) => Cell::Count(value),
        Err(_) => {
            let value = i128::try_from(value).expect("fewer than 2^63 responses of fewer than 2^64 tokens");
            Cell::Number(Ratio::from(value).into())
        }
    }
}

pub(super) fn usd(value: Ratio) -> Cell {
    Cell::Usd(value.into())
}

pub(super) fn share(value: Ratio) -> Cell {
    Cell::Share(value.into())
}

pub(super) fn instant(at: crate::units::Instant) -> Cell {
    Cell::Text(at.to_string())
}

pub(super) fn or_none<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
    value.map_or(Cell::Missing(Missing::NotApplicable), cell)
}
