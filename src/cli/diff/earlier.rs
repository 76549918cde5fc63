//! An earlier `plancost analyze --json`, read back: every number digit by digit, never through a float.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::catalog::codes;
use crate::changes::{Facts, Named};
use crate::cli::{Exit, Stop};
use crate::fact::Line;
use crate::problem::{Place, Problem, Source};
use crate::report::{Cell, Column, Figure, Missing, Unit};
use crate::units::{Date, Ratio};

/// The versions of the document that can be read.
const VERSIONS: &[&str] = &["1"];

/// Longest number: far beyond any amount, and short enough to read at once.
const DIGITS_MOST: usize = 80;

type Object = BTreeMap<String, Box<RawValue>>;

/// What a document says of its plans, and how it was made.
pub(super) struct Document {
    pub(super) facts: Vec<Facts>,
    pub(super) complete: bool,
    pub(super) as_of: Option<Date>,
    /// Each assumption as it is written.
    pub(super) assumptions: BTreeMap<String, String>,
    /// The contents of the price files.
    pub(super) prices: Vec<String>,
}

/// What tells whose document it is.
#[derive(Deserialize)]
struct Head {
    format_version: Option<Box<RawValue>>,
    kind: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Body {
    complete: bool,
    as_of: Option<String>,
    #[serde(default)]
    assumptions: Object,
    #[serde(default)]
    prices: Vec<PriceFile>,
    results: Vec<Object>,
}

#[derive(Deserialize)]
struct PriceFile {
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct WrittenAt {
    path: String,
    line: usize,
}

/// Whether a text is meant as JSON: TOML never begins like this.
pub(in crate::cli) fn is_json(name: &str, text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_list = || text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', ']']));
    name.ends_with(".json") || text.starts_with('{') || is_list()
}

/// Reads a document; the columns say what each key holds.
pub(super) fn read(source: &Arc<Source>, columns: &[Column]) -> Result<Document, Stop> {
    let wrong = |message: String, help: &str| Stop {
        exit: Exit::Input,
        problems: vec![Problem::error(codes::DOCUMENT, message).at(Place::whole(source)).help(help)],
    };
    let name = &source.name;
    let text = source.text.trim_start_matches('\u{feff}');
    let head: Head = serde_json::from_str(text).map_err(|error| {
        let what = if error.is_data() { "a document of plancost" } else { "one JSON document" };
        wrong(format!("`{name}` is not {what}: {}", plain(&error)), MAKE)
    })?;
    let Some(version) = head.format_version else {
        return Err(wrong(format!("`{name}` has no `format_version`: it is the JSON of another tool"), MAKE));
    };
    if !VERSIONS.contains(&version.get()) {
        let found = clipped(version.get());
        return Err(wrong(
            format!("`{name}` has format version {found}; this plancost reads version 1"),
            "make it anew with this plancost, or compare with the plancost that wrote it",
        ));
    }
    match head.kind.as_ref().map(|kind| kind.get()) {
        Some("\"analyze\"") => {}
        kind => {
            let found = kind.map_or_else(|| "no command".to_owned(), clipped);
            return Err(wrong(format!("`{name}` is of {found}, not of \"analyze\" (format version 1)"), MAKE));
        }
    }
    let body: Body = serde_json::from_str(text)
        .map_err(|error| wrong(format!("`{name}` has format version 1, but not its shape: {}", plain(&error)), MAKE))?;
    let mut facts: Vec<Facts> = Vec::new();
    let mut ids = BTreeSet::new();
    for row in &body.results {
        let found =
            plan(row, columns).map_err(|message| wrong(format!("`{name}` (format version 1): {message}"), MAKE))?;
        if !ids.insert(found.plan.clone()) {
            return Err(wrong(format!("`{name}` has plan `{}` twice", found.plan), MAKE));
        }
        facts.push(found);
    }
    Ok(Document {
        facts,
        complete: body.complete,
        as_of: body.as_of.and_then(|day| day.parse().ok()),
        assumptions: body.assumptions.into_iter().map(|(key, value)| (key, compact(value.get()))).collect(),
        prices: body.prices.into_iter().filter_map(|file| file.sha256).collect(),
    })
}

const MAKE: &str = "a document to compare with is made by `plancost analyze --json`";

fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string().replace(" at line ", ", line ");
    text.replace("`", "'")
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value without the blanks between its parts.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_whitespace()).collect()
}

fn plan(row: &Object, columns: &[Column]) -> Result<Facts, String> {
    let text = |key: &str| row.get(key).and_then(|value| serde_json::from_str::<String>(value.get()).ok());
    let plan = text("plan").ok_or("a result has no `plan`")?;
    let line = row.get("source").and_then(|at| serde_json::from_str::<WrittenAt>(at.get()).ok());
    let line = line.map(|at| Line { path: at.path.into(), line: at.line });
    let (status, even) = (text("status"), text("break_even_status"));
    let known = |key: &str| row.get(key).is_some_and(|value| value.get() != "null");
    let approximate = text("basis").is_some_and(|basis| basis != "published") || known("max_api_low_usd_per_month");
    let mut figures = Vec::new();
    for column in columns {
        let Some(value) = row.get(column.key) else { continue };
        let cell = cell(value.get(), column, approximate)
            .map_err(|what| format!("`{}` of plan `{}` is not {what}", column.key, clipped(&plan)))?;
        let cell = match cell {
            Some(cell) => cell,
            None => Cell::Missing(missing(column, status.as_deref(), even.as_deref())),
        };
        figures.push(Named { key: column.key.to_owned(), cell, line: line.clone() });
    }
    Ok(Facts { plan, figures, inputs: None })
}

/// Why a figure is null.
fn missing(column: &Column, status: Option<&str>, even: Option<&str>) -> Missing {
    match (column.key, even, status) {
        _ if matches!(column.unit, Unit::Text | Unit::List) => Missing::Unknown,
        ("break_even" | "break_even_usd", Some("never"), _) => Missing::Never,
        ("break_even" | "break_even_usd", Some("always"), _) => Missing::Always,
        (_, _, Some("uncapped")) => Missing::Unlimited,
        (_, _, Some("ok" | "not_applicable")) => Missing::NotApplicable,
        _ => Missing::Unknown,
    }
}

fn cell(text: &str, column: &Column, approximate: bool) -> Result<Option<Cell>, &'static str> {
    let figure = |what| {
        let value = exact(text).ok_or(what)?;
        Ok::<_, &'static str>(Figure { value, approximate: approximate && column.key == "max_api_usd_per_month" })
    };
    let words = |text| serde_json::from_str::<String>(text).map_err(|_| "text");
    Ok(Some(match column.unit {
        _ if text == "null" => return Ok(None),
        Unit::Usd | Unit::Rate => Cell::Usd(figure("a number of dollars")?),
        Unit::Share | Unit::Margin | Unit::Bar => Cell::Share(figure("a share")?),
        Unit::Multiple => Cell::Multiple(figure("a number")?),
        Unit::Number => Cell::Number(figure("a number")?),
        Unit::Count => Cell::Count(text.parse().map_err(|_| "a count")?),
        Unit::Text | Unit::Command | Unit::Source => Cell::Text(words(text)?),
        Unit::List => {
            let items: Vec<String> = serde_json::from_str(text).map_err(|_| "a list of texts")?;
            Cell::List(items.into_iter().map(Cell::Text).collect())
        }
        Unit::Date | Unit::Flag | Unit::Heat => return Err("a figure that is compared"),
    }))
}

/// The number that a JSON number stands for.
fn exact(text: &str) -> Option<Ratio> {
    if text.len() > DIGITS_MOST {
        return None;
    }
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.trim_start_matches('+').parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |digits| (true, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let ten = Ratio::from(10);
    let mut value = Ratio::zero();
    for digit in whole.bytes().chain(part.bytes()) {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        value = value * ten.clone() + Ratio::from(i32::from(digit));
    }
    let places = exponent - i32::try_from(part.len()).ok()?;
    if whole.is_empty() || places.unsigned_abs() > 100 {
        return None;
    }
    for _ in 0..places.unsigned_abs() {
        value = if places < 0 { value / ten.clone() } else { value * ten.clone() };
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_json_are_exact() {
        let ratio = |text: &str| Ratio::parse(text).expect("a decimal");
        assert_eq!(exact("0.1"), Some(Ratio::new(1, 10)));
        assert_eq!(exact("-1.50"), Some(ratio("-1.5")));
        assert_eq!(exact("12e2"), Some(ratio("1200")));
        assert_eq!(exact("1.2E-1"), Some(ratio("0.12")));
        assert_eq!(exact("123456789012345678901234567890"), {
            Some(Ratio::from(123_456_789_012_345_678_901_234_567_890_i128))
        });
        for bad in ["", "-", "true", "\"1\"", "1e999999999", &"9".repeat(100)] {
            assert_eq!(exact(bad), None, "{bad}");
        }
    }

    #[test]
    fn json_is_told_from_toml_by_how_it_begins() {
        assert!(is_json("base.json", ""));
        assert!(is_json("-", " \n{\"format_version\": 1}"));
        assert!(is_json("-", "[ {} ]"));
        assert!(!is_json("a.toml", "[[plan]]\nid = \"x\""));
        assert!(!is_json("a.toml", "# {"));
    }
}
