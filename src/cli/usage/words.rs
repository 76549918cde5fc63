//! What is said of the sums: what has no price, what was lost, what they cover.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Case;
use super::paid::Paid;
use super::table::count;
use crate::catalog::{codes, no_price};
use crate::cli::log_args::plural;
use crate::cli::route::section;
use crate::logs::{Log, Note};
use crate::problem::{Problem, nearest};
use crate::render;
use crate::report::{Cell, Missing, Row, Section, Unit};
use crate::units::Ratio;
use crate::usage::price::Unpriced as Reason;
use crate::usage::totals::Total;

/// What has no list price, by model and reason.
pub(super) struct Unpriced<'a>(BTreeMap<(Option<Arc<str>>, Reason), Of<'a>>);

/// Responses without a price.
#[derive(Default)]
struct Of<'a> {
    responses: u64,
    tokens: u128,
    /// A priced model of a similar name.
    nearest: Option<&'a str>,
}

impl<'a> Unpriced<'a> {
    pub(super) fn of(case: &Case<'a>) -> Self {
        let mut found = BTreeMap::<_, Of<'a>>::new();
        for record in &case.used.log.records {
            let Err(reason) = case.prices.of(record) else { continue };
            let of = found.entry((record.model.clone(), reason)).or_default();
            of.responses += 1;
            of.tokens += record.tokens.iter().map(|(_, tokens)| u128::from(tokens.0)).sum::<u128>();
        }
        for ((model, reason), of) in &mut found {
            if let (Some(model), Reason::NoSuchModel) = (model, reason) {
                of.nearest = nearest(model, case.asked.catalog.rates.names());
            }
        }
        Self(found)
    }

    /// A warning for each.
    pub(super) fn problems(&self, case: &Case<'_>) -> Vec<Problem> {
        let problem = |((model, reason), of): (&(Option<Arc<str>>, Reason), &Of<'_>)| {
            let responses = plural(of.responses, "response", "responses");
            let problem = match (model, reason) {
                (Some(model), Reason::NoSuchModel) => no_price(model).note(format!("it gave {responses}")),
                (Some(model), reason) => {
                    Problem::warning(codes::UNPRICED, format!("no price for {responses} of `{model}`: {reason}"))
                        .note("figures that need it are shown as `?`, never as 0")
                }
                (None, reason) => Problem::warning(codes::UNPRICED, format!("no price for {responses}: {reason}"))
                    .note("figures that need it are shown as `?`, never as 0"),
            };
            let known = model.as_ref().is_some_and(|model| case.asked.catalog.unpriced.contains(model));
            match of.nearest {
                Some(near) => problem.help(format!("nearest id in the catalogue: `{near}`")),
                None if known => problem.note("a file says that nobody knows it"),
                None => problem,
            }
            .help("give it one with `--prices FILE`")
        };
        self.0.iter().map(problem).collect()
    }

    /// The table of it.
    pub(super) fn section(&self) -> Section {
        let mut section = unpriced();
        section.rows.extend(self.0.iter().map(|((model, reason), of)| Row {
            group: None,
            cells: vec![
                model.as_ref().map_or(Cell::Missing(Missing::Unknown), |model| Cell::Text(model.to_string())),
                Cell::Text(reason.to_string()),
                Cell::Count(of.responses),
                count(of.tokens),
                of.nearest.map_or(Cell::Missing(Missing::NotApplicable), |near| Cell::Text(near.to_owned())),
            ],
        }));
        section
    }
}

/// The table of what has no price, without its rows.
pub(super) fn unpriced() -> Section {
    let columns = [
        ("model", "Model", Unit::Text, Some(0), "the model as the log names it; null: the log does not"),
        ("reason", "Why", Unit::Text, Some(0), "why there is no list price"),
        ("responses", "Responses", Unit::Count, Some(1), "how many responses"),
        ("tokens", "Tokens", Unit::Count, Some(2), "their tokens of all classes"),
        ("nearest", "Nearest", Unit::Text, Some(3), "a priced model of a similar name"),
    ];
    section("unpriced", "What has no list price", &columns)
}

/// Responses of which only a placeholder of the output was written.
pub(in crate::cli) fn without_final_count(log: &Log) -> Option<Problem> {
    let times = log.tally.of(Note::WithoutFinalCount);
    (times > 0).then(|| {
        let responses = plural(times, "response has", "responses have");
        Problem::warning(codes::NO_FINAL_COUNT, format!("{responses} no final count of the output"))
            .note("the placeholder in the log, at most 9 tokens, is counted in its place")
    })
}

fn text(cell: &Cell) -> String {
    render::cell(cell)
}

fn usd(value: Ratio) -> String {
    text(&Cell::Usd(value.into()))
}

/// Lines under the table.
pub(super) fn footer(case: &Case<'_>, all: &Total) -> Vec<String> {
    let mut lines = vec![sum(all)];
    lines.extend(case.paid.as_ref().map(Paid::sentence));
    lines.extend(span(case));
    lines.extend(lost(&case.used.log));
    lines.push(super::basis(case));
    lines
}

fn sum(all: &Total) -> String {
    let tokens: u128 = all.tokens.iter().map(|(_, tokens)| tokens).sum();
    let cached = all
        .cache_hit_share()
        .map_or_else(String::new, |share| format!(", {} of prompts from the cache", text(&Cell::Share(share.into()))));
    let responses = plural(all.responses, "response", "responses");
    let worth = match all.list_usd() {
        Some(list) => format!("{} USD at list prices", usd(list)),
        None => format!(
            "at least {} USD at list prices, with {} without a price",
            usd(all.priced.usd()),
            plural(all.unpriced.values().sum(), "response", "responses")
        ),
    };
    format!("Together {responses}, {} tokens{cached}: {worth}.", text(&count(tokens)))
}

fn span(case: &Case<'_>) -> Option<String> {
    let covered = case.used.span?;
    let zone = &case.args.logs.tz;
    let day = |at: crate::units::Instant| at.day_in(&zone.zone);
    let files = plural(case.used.log.files as u64, "file", "files");
    let outside = match case.used.outside {
        0 => String::new(),
        more => format!("; {} of other days left out", plural(more, "response", "responses")),
    };
    Some(format!("The logs cover {} to {} in {files}{outside}.", day(covered.first), day(covered.last)))
}

fn lost(log: &Log) -> Option<String> {
    let losses: Vec<String> = log
        .tally
        .iter()
        .filter(|(note, _)| note.is_loss())
        .map(|(note, times)| format!("{} {}", text(&Cell::Count(times)), note.of(times)))
        .collect();
    (!losses.is_empty()).then(|| format!("Not counted: {} (--table skipped).", losses.join(", ")))
}
