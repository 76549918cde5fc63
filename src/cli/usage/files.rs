//! Files in the format of plan files: the measured mix as workloads, measured windows as limits of a plan.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Case;
use super::calibrated::{self, Line};
use crate::catalog::codes;
use crate::cli::log_args::plural;
use crate::problem::Problem;
use crate::rates::TokenClass;
use crate::units::{Instant, Ratio};
use crate::usage::Source;
use crate::usage::charges::shared_out;
use crate::usage::totals::{Dimension, Group, Total, totals};

/// The measured mix: requests of all models in proportion, and the tokens of each model by themselves. `None` if no
/// response names its model.
pub(super) fn workload(case: &Case<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let sums = totals(&case.used.log.records, &[Dimension::Model], &case.args.logs.tz.zone, &case.prices);
    let has_tokens = |total: &Total| total.tokens.iter().any(|(_, tokens)| *tokens > 0);
    let named = sums.iter().filter_map(|(key, total)| match key.as_slice() {
        [Group::Name(model)] if has_tokens(total) => Some((model, total)),
        _ => None,
    });
    let models: Vec<(&Arc<str>, &Total)> = named.collect();
    let left_out: u64 = case.used.log.records.len() as u64 - models.iter().map(|(_, of)| of.responses).sum::<u64>();
    if left_out > 0 {
        let responses = plural(left_out, "response", "responses");
        let message = format!("the workload leaves out {responses} without a model or without tokens");
        problems.push(Problem::warning(codes::UNPRICED, message));
    }
    if models.is_empty() {
        return None;
    }
    let said = said(case, case.used.log.records.len() as u64)?;
    let mut text = "# A measured mix of models and tokens. Read it as\n\
                    #   plancost analyze --prices THIS_FILE --workload measured\n\
                    #   plancost route --prices THIS_FILE --workload measured --shift FROM=TO\n\n\
                    [[workload]]\nid = \"measured\"\n"
        .to_owned();
    text += &said;
    let weights: Vec<Ratio> = models.iter().map(|(_, total)| Ratio::from(total.responses)).collect();
    let mut ids = BTreeSet::new();
    let named: Vec<(String, &Arc<str>, &Total)> =
        models.iter().map(|(model, total)| (id(model, &mut ids), *model, *total)).collect();
    for ((id, model, total), share) in named.iter().zip(shared_out(&Ratio::one(), &weights)) {
        write!(text, "\n[[workload.request]]\nid = {}\nmodel = {}\n", quoted(id), quoted(model)).expect("memory");
        writeln!(text, "share = {}", share.to_exact()).expect("memory");
        for (class, tokens) in total.tokens.iter().filter(|(_, tokens)| **tokens > 0) {
            writeln!(text, "{class}_tokens = {}", mean(*tokens, total).to_decimal(0)).expect("memory");
        }
    }
    for (id, model, total) in &named {
        text += &of_model(id, model, total, &said);
    }
    Some(text)
}

/// The shares of all tokens on one model.
fn of_model(id: &str, model: &str, total: &Total, said: &str) -> String {
    let tokens: Vec<Ratio> = TokenClass::ALL.iter().map(|class| whole(total.tokens[*class])).collect();
    let all: u128 = total.tokens.iter().map(|(_, tokens)| tokens).sum();
    let mut text = format!("\n[[workload]]\nid = {}\nmodel = {}\n", quoted(&format!("measured/{id}")), quoted(model));
    for (class, share) in TokenClass::ALL.iter().zip(shared_out(&Ratio::one(), &tokens)) {
        if share.is_positive() {
            writeln!(text, "{class}_share = {}", share.to_exact()).expect("memory");
        }
    }
    let prompt = mean(total.prompt_tokens(), total).to_decimal(0);
    let request = mean(all, total).to_decimal_trimmed(0, 2);
    write!(text, "prompt_tokens = {prompt}\ntokens_per_request = {request}\n{said}").expect("memory");
    text
}

fn whole(tokens: u128) -> Ratio {
    Ratio::from(i128::try_from(tokens).expect("fewer than 2^63 responses"))
}

fn mean(tokens: u128, total: &Total) -> Ratio {
    whole(tokens) / Ratio::from(total.responses)
}

/// The keys that say where a figure is from.
fn said(case: &Case<'_>, responses: u64) -> Option<String> {
    let instants = || case.used.log.records.iter().map(|record| record.instant);
    let (first, last) = (day(case, instants().min()?), day(case, instants().max()?));
    let responses = plural(responses, "response", "responses");
    Some(format!(
        "basis = \"measured\"\nsource = {}\nchecked = {last}\n",
        quoted(&format!("plancost usage: {responses}, {first} to {last}"))
    ))
}

fn day(case: &Case<'_>, at: Instant) -> crate::units::Date {
    at.day_in(&case.args.logs.tz.zone)
}

/// What windows are worth, as limits of a plan; `None` if none is known.
pub(super) fn limits(case: &Case<'_>) -> Option<String> {
    let lines = calibrated::lines(case);
    let of_plan = |line: &&Line| match case.paid.as_ref().and_then(|paid| paid.plan.vendor.as_deref()) {
        Some("anthropic") => line.source == Source::ClaudeCode,
        Some("openai") => line.source == Source::Codex,
        _ => true,
    };
    let known: Vec<&Line> = lines.iter().filter(|line| line.worth.is_some()).filter(of_plan).collect();
    let mut text = "# What windows of a plan are worth, measured. Read it as `plancost analyze THIS_FILE`\n".to_owned();
    let plans = known.chunk_by(|one, other| (one.source, &one.plan) == (other.source, &other.plan));
    let several = plans.clone().count() > 1;
    let mut ids = BTreeSet::new();
    for windows in plans {
        let first = windows.first()?;
        let meter = first.plan.as_deref().unwrap_or("plan");
        let base = match &case.paid {
            Some(paid) if several => format!("{}-{meter}-measured", paid.plan.id),
            Some(paid) => format!("{}-measured", paid.plan.id),
            None => format!("{}-{meter}-measured", first.source.word()),
        };
        write!(text, "\n[[plan]]\nid = {}\n", quoted(&id(&base, &mut ids))).expect("memory");
        text += &price(case);
        for line in windows {
            text += &limit(case, line).unwrap_or_default();
        }
    }
    (!known.is_empty()).then_some(text)
}

/// The price of the plan that was named.
fn price(case: &Case<'_>) -> String {
    let paid = case.paid.as_ref().and_then(|paid| Some((paid, paid.months.last()?)));
    let Some((paid, month)) = paid else { return "price_unknown = true\n".to_owned() };
    let mut text = String::new();
    if let Some(vendor) = &paid.plan.vendor {
        writeln!(text, "vendor = {}", quoted(vendor)).expect("memory");
    }
    writeln!(text, "price_usd = {}", month.usd.to_decimal_trimmed(0, 9)).expect("memory");
    let provenance = &paid.plan.provenance;
    if let Some(source) = &provenance.source {
        writeln!(text, "source = {}", quoted(source)).expect("memory");
    }
    if let Some(checked) = provenance.checked {
        writeln!(text, "checked = {checked}").expect("memory");
    }
    text
}

fn limit(case: &Case<'_>, line: &Line) -> Option<String> {
    let (window, worth) = (line.window()?, line.worth.as_ref()?);
    let usd = |value: &Ratio| value.to_decimal(2);
    // One stretch has no spread that is known.
    let spread = worth.stretches > 1;
    let range = format!("range_usd = [{}, {}]\n", usd(&worth.low_usd), usd(&worth.high_usd));
    let source = format!(
        "plancost usage --calibrate: {} of the meter, {} to {}",
        plural(worth.stretches as u64, "stretch", "stretches"),
        day(case, line.first),
        day(case, line.last)
    );
    Some(format!(
        "\n[[plan.limit]]\nevery = \"{window}\"\napi_usd = {}\n{}basis = \"measured\"\nsource = {}\nchecked = {}\n",
        usd(&worth.window_usd),
        if spread { range.as_str() } else { "" },
        quoted(&source),
        day(case, line.last)
    ))
}

/// A name as an id: of `a-z 0-9 . _ / -`, and no other's.
fn id(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = name.chars().map(|c| match c.to_ascii_lowercase() {
        c @ ('a'..='z' | '0'..='9' | '.' | '_' | '/' | '-') => c,
        _ => '-',
    });
    let plain: String = plain.take(100).collect();
    let mut id = if plain.is_empty() { "-".to_owned() } else { plain.clone() };
    let mut number = 1;
    while !taken.insert(id.clone()) {
        number += 1;
        id = format!("{plain}-{number}");
    }
    id
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => write!(quoted, "\\u{:04X}", u32::from(c)).expect("memory"),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
