//! What the figures rest on: sources and days of everything that went in, and what was assumed.

use std::collections::BTreeSet;

use super::tables::{NONE, table};
use crate::cli::analyze::Analyzed;
use crate::cli::asked::{Asked, assumptions};
use crate::cli::facts::{Stated, inputs};
use crate::fact::Provenance;
use crate::render::cell;
use crate::report::page::Part;
use crate::report::{Cell, Section, Unit};

/// What a reader has to know first.
pub(super) fn brief(analyzed: &Analyzed<'_>, asked: &Asked) -> Vec<(String, String)> {
    let day = asked.day.map_or_else(|| "undated".to_owned(), |day| day.to_string());
    let plans = analyzed.answers.len().to_string();
    let facts = [
        ("Facts as of", day),
        ("Plans", plans),
        ("Serving cost", analyzed.serving.clone()),
        ("Month", "30.4375 days".to_owned()),
        ("Dollars of API usage", "API-equivalent, at list prices".to_owned()),
    ];
    facts.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// Sources, then assumptions.
pub(super) fn parts(analyzed: &Analyzed<'_>, asked: &Asked, sets: &[String]) -> Vec<Part> {
    vec![sources(analyzed, asked), assumed(asked, sets)]
}

/// What one source says of one thing.
struct Said {
    subject: String,
    what: String,
    from: Provenance,
}

/// Keys that are listed with their values; others of the same place go without saying, being the defaults of a file.
fn is_told(stated: &Stated) -> bool {
    // Nothing is what a file means that does not name these.
    const NOTHING: [&str; 6] = [
        "vat_share",
        "fixed_cost_usd_per_month",
        "fees.share",
        "fees.fixed_usd",
        "fees.store_share",
        "credits_per_request",
    ];
    let key = stated.key.as_str();
    let is_default = match &stated.cell {
        Cell::Usd(figure) | Cell::Share(figure) | Cell::Number(figure) => {
            figure.value.is_zero() && (NOTHING.iter().any(|end| key.ends_with(end)) || key.starts_with("workload."))
        }
        Cell::Count(count) => *count == 1 && key == "seats",
        Cell::Text(text) => key == "mix" && text == "as-measured" || key == "billed_every" && text == "month",
        _ => false,
    };
    // What a token counts is told by the limit; weights of 1 say nothing.
    !is_default && !stated.key.contains(".weights.")
}

/// The facts of a plan by what says so: price, each limit, overage; and those that plans share.
fn said(analyzed: &Analyzed<'_>, asked: &Asked) -> (Vec<Said>, Vec<Said>) {
    let (mut own, mut shared) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for answer in &analyzed.answers {
        for stated in inputs(answer, asked).into_iter().filter(is_told) {
            let parts: Vec<&str> = stated.key.splitn(3, '.').collect();
            let (subject, key, is_shared) = match parts.as_slice() {
                ["vendor", key] => (asked.vendor_name(answer.plan), (*key).to_owned(), true),
                ["rates" | "workload", ..] => {
                    let (subject, key) = of_shared(&stated.key);
                    (subject, key, true)
                }
                _ => (answer.plan.id.to_string(), stated.key.clone(), false),
            };
            if is_shared && !seen.insert((subject.clone(), key.clone())) {
                continue;
            }
            let value = match &stated.cell {
                Cell::Usd(_) => format!("${}", exact(&stated.cell)),
                other => exact(other),
            };
            add(if is_shared { &mut shared } else { &mut own }, subject, format!("{key} {value}"), stated.from);
        }
    }
    (own, joined(shared))
}

/// Joins subjects of which the same is said by the same source.
fn joined(said: Vec<Said>) -> Vec<Said> {
    let mut joined: Vec<Said> = Vec::new();
    for found in said {
        let is_same = |known: &Said| {
            let (one, other) = (&known.from, &found.from);
            known.what == found.what
                && (&one.source, one.checked, one.basis) == (&other.source, other.checked, other.basis)
        };
        match joined.iter_mut().find(|known| is_same(known)) {
            Some(known) => {
                known.subject += ", ";
                known.subject += &found.subject;
            }
            None => joined.push(found),
        }
    }
    joined
}

/// A figure of an input with all its digits.
fn exact(value: &Cell) -> String {
    match value {
        Cell::Usd(figure) | Cell::Number(figure) => figure.value.to_decimal_trimmed(0, 12),
        other => cell(other),
    }
}

/// A model or a workload, and the key behind its name; names may hold points, keys of a place do not.
fn of_shared(key: &str) -> (String, String) {
    let (kind, rest) = key.split_once('.').unwrap_or(("", key));
    let at = match kind {
        "rates" => rest.find(".tier.").or_else(|| rest.find(".serving_cost.")).or_else(|| rest.find(".peak.")),
        _ => rest.find(".request."),
    };
    let (name, key) =
        at.map_or_else(|| rest.rsplit_once('.').unwrap_or((rest, "")), |at| (&rest[..at], &rest[at + 1..]));
    (format!("{kind} {name}"), key.to_owned())
}

/// Joins what the same source says of the same thing.
fn add(said: &mut Vec<Said>, subject: String, what: String, from: Provenance) {
    match said.iter_mut().rev().take_while(|known| known.subject == subject).find(|known| known.from == from) {
        Some(known) => {
            known.what += "; ";
            known.what += &what;
        }
        None => said.push(Said { subject, what, from }),
    }
}

fn sources(analyzed: &Analyzed<'_>, asked: &Asked) -> Part {
    let (own, shared) = said(analyzed, asked);
    let lead = "What the files say, under the keys of the files, and who says it. `plancost explain PLAN:KEY` shows one \
                with its file and line.";
    Part {
        key: "sources",
        heading: "Sources and days".to_owned(),
        lead: vec![lead.replace('`', "")],
        drawings: Vec::new(),
        tables: vec![
            sheet("sources-of-plans", "Prices, allowances and overage", own),
            sheet("sources-of-rates", "List prices, workloads and margins that plans share", shared),
        ],
    }
}

fn sheet(key: &'static str, title: &str, said: Vec<Said>) -> Section {
    let columns = [
        ("subject", "Of", Unit::Text, "the plan, model, workload or vendor that the fact is about"),
        ("fact", "What is said", Unit::Text, "keys of the file and their values"),
        (
            "fact_basis",
            "Basis",
            Unit::Text,
            "published by the vendor, measured by someone, or estimated from other figures",
        ),
        ("checked", "Checked", Unit::Date, "the last day it was compared with its source"),
        ("said_by", "Source", Unit::Source, "who says so"),
    ];
    let row = |said: Said| {
        vec![
            Cell::Text(said.subject),
            Cell::Text(said.what),
            Cell::Text(said.from.basis.word().to_owned()),
            said.from.checked.map_or(NONE, Cell::Date),
            said.from.source.map_or(NONE, |source| Cell::Text(source.to_string())),
        ]
    };
    table(key, title, &columns, said.into_iter().map(row).collect())
}

fn assumed(asked: &Asked, sets: &[String]) -> Part {
    let row = |(key, value): &(&'static str, Cell)| {
        let text = match value {
            Cell::Missing(_) => "each plan's own".to_owned(),
            Cell::List(none) if none.is_empty() => "nothing".to_owned(),
            value => cell(value),
        };
        vec![Cell::Text(key.replace('_', " ")), Cell::Text(text)]
    };
    let columns =
        [("assumption", "Assumption", Unit::Text, "what is assumed of every plan"), ("value", "Value", Unit::Text, "")];
    let rows = assumptions(asked, sets).iter().map(row).collect();
    let inputs = |records: &[crate::report::Record], keys: &[&str]| -> Vec<Vec<Cell>> {
        let of = |record: &crate::report::Record, key: &str| {
            record.iter().find(|(known, _)| *known == key).map_or(NONE, |(_, value)| value.clone())
        };
        records.iter().map(|record| keys.iter().map(|key| of(record, key)).collect()).collect()
    };
    let files = [
        ("file", "File", Unit::Text, "a file that was read; those of the catalogue are inside the program"),
        ("plans", "Plans", Unit::Count, "plans in it"),
        ("sha256", "SHA-256", Unit::Text, "names what the file held"),
    ];
    let lead = "API price is not cost: what serving costs is an assumption, and nobody outside knows the true share. Limits \
                change without notice. Nobody uses exactly all of a plan.";
    Part {
        key: "assumptions",
        heading: "Assumptions and inputs".to_owned(),
        lead: vec![lead.to_owned()],
        drawings: Vec::new(),
        tables: vec![
            table("assumed", "Assumptions", &columns, rows),
            table("inputs", "Files of plans", &files, inputs(&asked.inputs, &["path", "plans", "sha256"])),
        ],
    }
}
