//! JSON: one envelope for every command, figures as exact decimal digits, every key always there.

use std::io;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::value::RawValue;

use super::{escape, figures};
use crate::problem::Problem;
use crate::report::{Cell, Column, HeatCell, Record, Report, Row, Section, Table};

/// Changes when a reader of the old form would fail.
const FORMAT_VERSION: u32 = 1;

/// One document with 2 spaces of indent.
pub(super) fn document(report: &Report) -> String {
    write(&Envelope::new(report, Some(Rows(report.table()))), PrettyFormatter::new())
}

/// The envelope without results, then one result a line.
pub(super) fn lines(report: &Report) -> String {
    let mut out = write(&Envelope::new(report, None), CompactFormatter);
    for row in &report.rows {
        out += &write(&ResultRow(&report.columns, row), CompactFormatter);
    }
    out
}

/// A problem on one line.
pub(super) fn diagnostic(problem: &Problem) -> String {
    write(&Diagnostic::new(problem), CompactFormatter)
}

/// Any value, with 2 spaces of indent.
pub(super) fn pretty(value: &impl Serialize) -> String {
    write(value, PrettyFormatter::new())
}

fn write(value: &impl Serialize, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    value
        .serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Shown(formatter)))
        .expect("keys are text and memory takes all");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("JSON is text")
}

#[derive(serde::Serialize)]
struct Envelope<'a> {
    format_version: u32,
    kind: &'static str,
    tool: Tool,
    complete: bool,
    currency: &'static str,
    as_of: Option<String>,
    inputs: Vec<Object<'a>>,
    prices: Vec<Object<'a>>,
    assumptions: Object<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Rows<'a>>,
    #[serde(flatten)]
    sections: Sections<'a>,
    summary: Object<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<Vec<Object<'a>>>,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(serde::Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

impl<'a> Envelope<'a> {
    fn new(report: &'a Report, results: Option<Rows<'a>>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            kind: report.kind,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            complete: report.complete,
            currency: "USD",
            as_of: report.as_of.map(|date| date.to_string()),
            inputs: report.inputs.iter().map(Object).collect(),
            prices: report.prices.iter().map(Object).collect(),
            assumptions: Object(&report.assumptions),
            results,
            sections: Sections(&report.sections),
            summary: Object(&report.summary),
            verdicts: report.verdicts.as_ref().map(|verdicts| verdicts.iter().map(Object).collect()),
            diagnostics: report.problems.iter().map(Diagnostic::new).collect(),
        }
    }
}

#[derive(serde::Serialize)]
struct Diagnostic<'a> {
    code: String,
    level: &'static str,
    message: &'a str,
    path: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    plan: Option<&'a str>,
    help: Option<String>,
}

impl<'a> Diagnostic<'a> {
    fn new(problem: &'a Problem) -> Self {
        let place = problem.place.as_ref();
        let (line, column) = place.and_then(crate::problem::Place::line_column).unzip();
        Self {
            code: problem.code.to_string(),
            level: problem.level.word(),
            message: &problem.message,
            path: place.map(|place| place.source.name.as_str()),
            line,
            column,
            plan: problem.plan.as_deref(),
            help: (!problem.helps.is_empty()).then(|| problem.helps.join("\n")),
        }
    }
}

/// The tables beside the results, each under its key.
struct Sections<'a>(&'a [Section]);

impl Serialize for Sections<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tables = self.0.iter().filter(|section| !section.is_of_results());
        serializer.collect_map(tables.map(|section| (section.key, Rows(section.table()))))
    }
}

struct Rows<'a>(Table<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.rows.iter().map(|row| ResultRow(self.0.columns, row)))
    }
}

struct ResultRow<'a>(&'a [Column], &'a Row);

impl Serialize for ResultRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.1.cells.iter().map(Value);
        serializer.collect_map(self.0.iter().map(|column| column.key).zip(values))
    }
}

struct Object<'a>(&'a Record);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, cell)| (key, Value(cell))))
    }
}

struct Value<'a>(&'a Cell);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Date(date) => serializer.collect_str(date),
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
            Cell::Count(count) => serializer.serialize_u64(*count),
            Cell::Missing(_) => serializer.serialize_unit(),
            Cell::List(cells) => serializer.collect_seq(cells.iter().map(Value)),
            Cell::Record(record) => Object(record).serialize(serializer),
            Cell::Heat(cells) => serializer.collect_seq(cells.iter().map(HeatValue)),
            Cell::Usd(_) | Cell::Share(_) | Cell::Multiple(_) | Cell::Number(_) => {
                number(figures::digits(self.0).expect("these are figures")).serialize(serializer)
            }
        }
    }
}

struct HeatValue<'a>(&'a HeatCell);

impl Serialize for HeatValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("utilization", &number(figures::ratio_digits(&self.0.utilization)))?;
        map.serialize_entry("served", &Value(&self.0.served))?;
        map.serialize_entry("margin", &Value(&self.0.margin))?;
        map.serialize_entry("profit_usd", &Value(&self.0.profit_usd))?;
        map.end()
    }
}

/// A number that goes out digit by digit, past any float.
fn number(digits: String) -> Box<RawValue> {
    RawValue::from_string(digits).expect("decimal digits are JSON")
}

/// Writes strings so that a terminal may show them as they are.
struct Shown<F>(F);

impl<F: Formatter> Formatter for Shown<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(escape::json(fragment).as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
