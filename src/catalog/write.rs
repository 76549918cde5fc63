//! List prices as a plan file, exact to the last digit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Input;
use crate::problem::{Level, Problem, Source};
use crate::rates::{ByClass, DatedRates, Peak};
use crate::units::{Rate, Usd};

/// A plan file of these list prices, below lines of comment. Vendors stand in comments, since a file names one.
#[must_use]
pub fn rates(head: &[String], entries: &[DatedRates]) -> String {
    let mut out = String::new();
    for line in head {
        line_of(&mut out, format_args!("# {}", line.replace(|c: char| c.is_control(), " ")));
    }
    let mut vendor = None;
    for entry in entries {
        if entry.vendor != vendor {
            vendor.clone_from(&entry.vendor);
            let name = vendor.as_deref().unwrap_or("no vendor").replace(|c: char| c.is_control(), " ");
            line_of(&mut out, format_args!("\n# ---- {name}"));
        }
        one(&mut out, entry);
    }
    out
}

/// Reads a file back that was written, and says what is not as it was.
#[must_use]
pub fn problems(name: &str, text: &str, entries: &[DatedRates]) -> Vec<Problem> {
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let (catalog, problems) = super::read(&[Input { source, bundled: false, plans: true }], &[]);
    let mut wrong: Vec<Problem> = problems.into_iter().filter(|problem| problem.level == Level::Error).collect();
    let same = |a: &DatedRates, b: &DatedRates| {
        a.model == b.model && a.validity == b.validity && a.rates == b.rates && a.aliases == b.aliases
    };
    if wrong.is_empty() {
        let mut by_model: BTreeMap<&str, Vec<&DatedRates>> = BTreeMap::new();
        catalog.rates.iter().for_each(|read| by_model.entry(&read.model).or_default().push(read));
        let is_there = |entry: &DatedRates| {
            by_model.get(&*entry.model).is_some_and(|entries| entries.iter().any(|read| same(entry, read)))
        };
        let lost = entries.iter().filter(|entry| !is_there(entry));
        wrong.extend(lost.map(|entry| {
            let message = format!("`{}` would not read back as it was written", super::read::shown(&entry.model));
            Problem::error(super::codes::IMPORT, message)
        }));
    }
    wrong
}

fn line_of(out: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(out, "{line}").expect("memory takes all");
}

fn one(out: &mut String, entry: &DatedRates) {
    line_of(out, format_args!("\n[[rates]]\nmodel = {}", quoted(&entry.model)));
    if !entry.aliases.is_empty() {
        let aliases: Vec<String> = entry.aliases.iter().map(|alias| quoted(alias)).collect();
        line_of(out, format_args!("aliases = [{}]", aliases.join(", ")));
    }
    let validity = &entry.validity;
    for (key, day) in [("from", validity.from), ("until", validity.until)] {
        if let Some(day) = day {
            line_of(out, format_args!("{key} = {day}"));
        }
    }
    if validity.held_earlier {
        line_of(out, format_args!("held_earlier = true"));
    }
    let rates = &entry.rates;
    classes(out, &rates.base);
    if rates.usd_per_request != Usd::ZERO {
        line_of(out, format_args!("usd_per_request = {}", rates.usd_per_request.ratio().to_exact()));
    }
    if let Some(batch) = &rates.batch_multiplier {
        line_of(out, format_args!("batch_multiplier = {}", batch.to_exact()));
    }
    let from = &entry.provenance;
    for (key, text) in [("source", &from.source), ("note", &from.note)] {
        if let Some(text) = text {
            line_of(out, format_args!("{key} = {}", quoted(text)));
        }
    }
    if let Some(checked) = from.checked {
        line_of(out, format_args!("checked = {checked}"));
    }
    if from.basis != crate::fact::Basis::Published {
        line_of(out, format_args!("basis = {}", quoted(from.basis.word())));
    }
    for tier in &rates.tiers {
        let mark = if tier.inclusive { "from_prompt_tokens" } else { "above_prompt_tokens" };
        line_of(out, format_args!("\n[[rates.tier]]\n{mark} = {}", tier.prompt_tokens.0));
        classes(out, &tier.rates);
    }
    if let Some(peak) = &rates.peak {
        hours(out, peak);
    }
    if let Some(costs) = &rates.serving_cost {
        line_of(out, format_args!("\n[rates.serving_cost]"));
        classes(out, costs);
    }
}

fn classes(out: &mut String, rates: &ByClass<Option<Rate>>) {
    for (class, rate) in rates.iter() {
        if let Some(rate) = rate {
            line_of(out, format_args!("{class}_usd_per_mtok = {}", rate.usd_per_mtok().to_exact()));
        }
    }
}

fn hours(out: &mut String, peak: &Peak) {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let spans = peak.minutes_utc.iter().map(|&(from, to)| format!("\"{}-{}\"", clock(from), clock(to)));
    let spans: Vec<String> = spans.collect();
    line_of(out, format_args!("\n[rates.peak]\nmultiplier = {}", peak.multiplier.to_exact()));
    line_of(out, format_args!("hours_utc = [{}]", spans.join(", ")));
    if peak.days != [true; 7] {
        let days = DAYS.iter().zip(peak.days).filter(|(_, holds)| *holds).map(|(day, _)| format!("\"{day}\""));
        line_of(out, format_args!("days = [{}]", days.collect::<Vec<_>>().join(", ")));
    }
}

/// A TOML string on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            c if c.is_control() => out += &format!("\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}
