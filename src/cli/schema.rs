//! `schema`: the shapes of what the program reads and writes.

use serde_json::{Value, json};

use super::Exit;
use super::args::OutputArgs;
use super::compare;
use super::publish::print;
use super::world::World;
use super::{analyze, budget, check, diff, outlook, prices, replay, route, simulate, solve, usage};
use crate::catalog::PLAN_SCHEMA;
use crate::catalog::config::CONFIG_SCHEMA;
use crate::catalog::policy::POLICY_SCHEMA;
use crate::catalog::routes::ROUTES_SCHEMA;
use crate::report::{Column, Section, Unit};

/// Print the JSON Schema of plan, policy and routes files, the configuration or the output, or a file to start from
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// What to describe
    #[arg(value_name = "WHAT")]
    what: What,
    /// With `config`: print each default and where it comes from
    #[arg(long)]
    show_effective: bool,
    #[command(flatten)]
    output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost schema plan -o plan.schema.json
  plancost schema policy -o policy.schema.json  # for `plancost check --policy`
  plancost schema routes -o routes.schema.json  # for `plancost route --routes`
  plancost schema output                      what --json prints
  plancost schema config --show-effective     each default and its origin
  plancost schema example > my-plans.toml
  plancost schema example-routes > team.toml

An editor uses the schema of a plan file that begins with the line
`#:schema ./plan.schema.json`.

Exit codes:
  0  done      2  wrong use      5  the output could not be written";

/// What can be described.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// A plan file
    Plan,
    /// A policy file, for `check` and `diff`
    Policy,
    /// A routes file, for `route`
    Routes,
    /// What --json prints
    Output,
    /// A project's `plancost.toml`
    Config,
    /// A plan file to start from
    Example,
    /// A routes file to start from
    ExampleRoutes,
}

/// A plan file to start from.
const EXAMPLE: &str = include_str!("../../schemas/example.toml");
/// A routes file to start from.
const EXAMPLE_ROUTES: &str = include_str!("../../schemas/example-routes.toml");

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Exit {
    let text = match args.what {
        What::Plan => PLAN_SCHEMA.to_owned(),
        What::Policy => POLICY_SCHEMA.to_owned(),
        What::Routes => ROUTES_SCHEMA.to_owned(),
        What::Output => output_schema(),
        What::Config if args.show_effective => return super::show_effective(&args.output, world),
        What::Config => CONFIG_SCHEMA.to_owned(),
        What::Example => EXAMPLE.to_owned(),
        What::ExampleRoutes => EXAMPLE_ROUTES.to_owned(),
    };
    print(world, &args.output, &text)
}

/// The documents of one command.
pub(super) struct Kind {
    name: &'static str,
    result: Value,
    summary: Value,
    /// The tables beside the results: key and shape of a row.
    tables: Vec<(&'static str, Value)>,
}

impl Kind {
    /// A command whose results have these columns.
    pub(super) fn new(name: &'static str, columns: impl AsRef<[Column]>, summary: Value) -> Self {
        Self::other(name, result(name, columns.as_ref()), summary)
    }

    /// A command whose results are no rows of columns.
    fn other(name: &'static str, result: Value, summary: Value) -> Self {
        Self { name, result, summary, tables: Vec::new() }
    }

    /// With a table that may stand beside the results.
    pub(super) fn with(mut self, section: &Section) -> Self {
        self.tables.push((section.key, result(section.key, &section.columns)));
        self
    }

    /// What holds of documents of this kind.
    fn rule(&self) -> Value {
        let mut properties = serde_json::Map::new();
        properties.insert("results".to_owned(), json!({"items": self.result}));
        for (key, row) in &self.tables {
            properties.insert((*key).to_owned(), json!({"type": "array", "items": row}));
        }
        properties.insert("summary".to_owned(), self.summary.clone());
        json!({
            "if": {"required": ["kind"], "properties": {"kind": {"const": self.name}}},
            "then": {"properties": properties},
        })
    }
}

/// Names the tables beside the results among the members of a document, with the kinds that have them.
fn name_tables(schema: &mut Value, kinds: &[Kind]) {
    for key in kinds.iter().flat_map(|kind| kind.tables.iter().map(|(key, _)| *key)) {
        let of = kinds.iter().filter(|kind| kind.tables.iter().any(|(known, _)| *known == key));
        let of = of.map(|kind| format!("`{}`", kind.name)).collect::<Vec<_>>().join(", ");
        let said = format!("A table beside the results, of {of} alone.");
        schema["properties"][key] = json!({"type": "array", "description": said});
    }
}

fn with_all(kind: Kind, sections: &[Section]) -> Kind {
    sections.iter().fold(kind, Kind::with)
}

/// A summary of keys and what they hold.
fn of_units(keys: &[(&'static str, Unit)]) -> Value {
    let shapes: Vec<(&str, Value)> = keys.iter().map(|&(key, unit)| (key, shape_of_summary(key, unit))).collect();
    summary(&[], &shapes)
}

/// Counts of a summary of plans.
pub(super) fn summary_of_plans() -> Value {
    summary(&["plans", "ok", "incomplete"], &[])
}

const CHECKED: &[&str] = &[
    "plans",
    "ok",
    "incomplete",
    "denied",
    "warnings",
    "notes",
    "not_evaluable",
    "not_applicable",
    "declared_unknown",
    "waived",
    "passed",
    "errors",
];

const CHANGED: &[&str] = &["worse", "better", "other", "added", "removed", "unchanged", "list_prices"];

fn words_of_check() -> [(&'static str, Value); 3] {
    let flag = || json!({"type": "boolean"});
    [("fail_on", json!({"enum": ["deny", "warn"]})), ("allow_incomplete", flag()), ("exit_zero", flag())]
}

/// The JSON Schema (draft 7) of every JSON document, made from the columns themselves.
fn output_schema() -> String {
    let analyzed: Vec<Column> = analyze::fields(&[]).into_iter().map(|field| field.column).collect();
    let kinds = [
        Kind::new("analyze", analyzed, summary_of_plans())
            .with(&analyze::spreads())
            .with(&analyze::tornado_of_margin()),
        Kind::new("compare", compare::columns(&[]), summary_of_plans()),
        Kind::new("ladder", compare::ladder_columns(), summary_of_plans()),
        Kind::new("check", check::columns(), summary(CHECKED, &words_of_check())),
        Kind::other("explain", json!({"anyOf": [explained(), of_a_code(), of_published()]}), explained_summary()),
        Kind::new("diff", diff::columns(), summary(CHANGED, &[])),
        with_all(Kind::new("simulate", simulate::columns(), summary_of_plans()), &simulate::tables()),
        with_all(Kind::new("choice", simulate::choice_columns(), summary_of_plans()), &simulate::choice_tables()),
        Kind::new("repricing", simulate::repricing_columns(), summary_of_plans()),
        Kind::new("outlook", outlook::columns(), summary_of_plans()).with(&outlook::table()),
        Kind::new("billing", outlook::metered_columns(), summary_of_plans()),
        Kind::new("budget", budget::columns(), summary(&["shapes", "caps"], &[])).with(&budget::table()),
        with_all(Kind::new("route", route::columns(), of_units(&route::summary_keys())), &route::sections()),
        with_all(
            Kind::new("migrate", route::migrated_columns(), of_units(&route::migrated_summary())),
            &route::migrated_sections(),
        ),
        with_all(Kind::new("replay", replay::columns(), of_a_replay()), &replay::sections()),
        with_all(Kind::new("usage", usage::columns(), of_units(&usage::summary_keys())), &usage::sections()),
        Kind::new("calibrate", usage::calibrated_columns(), of_units(&usage::calibrated_summary()))
            .with(&usage::sections()[0]),
        Kind::new("solve", solve::columns(), summary(&solve::SUMMARY, &[])).with(&solve::section()),
    ];
    let prices = prices::shapes();
    let kinds: Vec<Kind> = kinds
        .into_iter()
        .chain(prices.into_iter().map(|(name, columns, summary, sections)| {
            with_all(Kind::new(name, columns, of_units(&summary)), &sections)
        }))
        .collect();
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "What plancost prints as JSON, format version 1",
        "description": "A figure that is not known is null, and never 0; `status` tells why. Shares are fractions of \
                        1. New keys may be added; readers ignore what they do not know.",
        "type": "object",
        "required": ["format_version", "kind", "tool", "complete", "currency", "as_of", "inputs", "prices",
                     "assumptions", "results", "summary", "diagnostics"],
        "properties": {
            "format_version": {"const": 1},
            "kind": {"description": "The command.",
                     "enum": kinds.iter().map(|kind| kind.name).collect::<Vec<_>>()},
            "tool": {"type": "object", "required": ["name", "version"], "properties": {
                "name": {"const": "plancost"}, "version": {"type": "string"}}},
            "complete": {"type": "boolean", "description": "Every input was read and every figure is known. Test this \
                         first: in jq `null < 0` is true."},
            "currency": {"const": "USD"},
            "as_of": {"type": ["string", "null"], "format": "date", "description": "The day whose facts were used."},
            "inputs": {"type": "array", "items": {"type": "object", "required": ["path", "sha256", "plans"],
                "properties": {"path": {"type": "string"}, "sha256": {"type": "string"},
                               "plans": {"type": "integer", "minimum": 0},
                               "side": {"enum": ["old", "new"], "description": "Of `diff`."}}}},
            "prices": {"type": "array", "items": {"type": "object",
                "required": ["source", "bundled", "date", "age_days", "sha256"],
                "properties": {"source": {"type": "string"}, "bundled": {"type": "boolean"},
                               "date": {"type": ["string", "null"], "format": "date"},
                               "age_days": {"type": ["integer", "null"]}, "sha256": {"type": "string"}}}},
            "assumptions": {"type": "object"},
            "results": {"type": "array"},
            "summary": {"type": "object"},
            "verdicts": {"description": "What a policy says of the plans that a change adds or changes; of `diff \
                         --policy` alone.", "type": "array", "items": result("check", &check::columns())},
            "diagnostics": {"type": "array", "items": {"type": "object",
                "required": ["code", "level", "message", "path", "line", "column", "plan", "help"],
                "properties": {
                    "code": {"type": "string", "pattern": "^PC[0-9]{3}$"},
                    "level": {"enum": ["error", "warning", "note"]},
                    "message": {"type": "string"},
                    "path": {"type": ["string", "null"]},
                    "line": {"type": ["integer", "null"], "minimum": 1},
                    "column": {"type": ["integer", "null"], "minimum": 1},
                    "plan": {"type": ["string", "null"]},
                    "help": {"type": ["string", "null"]},
                }}},
        },
        "allOf": kinds.iter().map(Kind::rule).collect::<Vec<_>>(),
        "definitions": {"input": of_a_tree()},
    });
    name_tables(&mut schema, &kinds);
    let mut text = serde_json::to_string_pretty(&schema).expect("a JSON value is written without fail");
    text.push('\n');
    text
}

/// One result of a kind of document.
fn result(kind: &str, columns: &[Column]) -> Value {
    let properties = columns.iter().map(|column| {
        let mut shape = shape(column.key, column.unit);
        if ["check", "diff"].contains(&kind) && column.key == "plan" {
            shape = json!({"type": ["string", "null"]});
        }
        if kind.starts_with("prices-") {
            shape = of_prices(column.key).unwrap_or(shape);
        }
        if kind == "solve" && column.key == "status" {
            shape = json!({"enum": ["solved", "not_needed", "impossible", "not_applicable", "unknown"]});
        }
        if kind == "diff" {
            shape = of_a_change(column.key).unwrap_or(shape);
        }
        shape["description"] = column.meaning.into();
        (column.key.to_owned(), shape)
    });
    json!({
        "title": kind,
        "type": "object",
        "required": columns.iter().map(|column| column.key).collect::<Vec<_>>(),
        "properties": properties.collect::<serde_json::Map<String, Value>>(),
    })
}

/// Counts, and what else a summary holds.
pub(super) fn summary(counts: &[&str], more: &[(&str, Value)]) -> Value {
    let count = || json!({"type": "integer", "minimum": 0});
    let counts = counts.iter().map(|key| ((*key).to_owned(), count()));
    let properties: serde_json::Map<String, Value> =
        counts.chain(more.iter().map(|(key, shape)| ((*key).to_owned(), shape.clone()))).collect();
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "required": required, "properties": properties})
}

/// Counts, the span, what all of it is worth, and the answer in words.
fn of_a_replay() -> Value {
    let day = || json!({"type": "string", "format": "date"});
    let text = || json!({"type": ["string", "null"]});
    let usd = || json!({"type": "number"});
    summary(
        &replay::summary_keys(),
        &[
            ("from", day()),
            ("to", day()),
            ("api_usd", json!({"type": ["number", "null"]})),
            ("billed_apart_usd", usd()),
            ("recommended", text()),
            ("recommendation", text()),
        ],
    )
}

/// What differs in `diff` from columns of other kinds: a value may be of any kind.
fn of_a_change(key: &str) -> Option<Value> {
    Some(match key {
        "scope" => json!({"enum": ["figure", "input", "list_price"]}),
        "change" => json!({"enum": ["added", "removed", "changed"]}),
        "verdict" => json!({"enum": ["worse", "better", "same", null]}),
        "from" | "to" => json!({"type": ["number", "string", "boolean", "array", "null"]}),
        "from_status" | "to_status" => {
            json!({"enum": ["known", "absent", "unknown", "not_applicable", "unlimited", "never", "always"]})
        }
        "from_source" | "to_source" => place(),
        "difference" => json!({"type": ["number", "null"]}),
        "unmoved" => json!({"type": ["object", "null"]}),
        _ => return None,
    })
}

/// What differs in the commands of `prices` from columns of other kinds.
fn of_prices(key: &str) -> Option<Value> {
    Some(match key {
        "change" => json!({"enum": ["added", "removed", "changed"]}),
        "level" => json!({"enum": ["deny", "warning", "note"]}),
        "finding" => json!({"enum": ["stale", "undated", "no_source", "ends", "disagrees"]}),
        "difference" => json!({"type": ["number", "null"]}),
        _ => return None,
    })
}

/// File and line.
fn place() -> Value {
    json!({"type": ["object", "null"], "required": ["path", "line"], "properties": {
        "path": {"type": "string"}, "line": {"type": "integer", "minimum": 1}}})
}

/// What every value of a tree has.
fn parts_of_a_tree() -> serde_json::Map<String, Value> {
    let text = || json!({"type": ["string", "null"]});
    let said = |meaning: &str| json!({"type": ["string", "null"], "description": meaning});
    let pair = json!({"type": ["array", "null"], "items": {"type": ["number", "null"]},
                      "description": "Lowest and highest, where sources disagree."});
    let parts = json!({
        "key": {"type": "string"},
        "label": {"type": "string"},
        "value": {"type": ["number", "string", "boolean", "null"], "description": "Words where a file says words."},
        "exact": said("The value as a decimal or a fraction, such as `2/35`."),
        "unit": {"enum": ["usd", "share", "multiple", "number", "date", "flag", "text"]},
        "per": {"type": "string", "description": "The unit in words."},
        "formula": said("How it follows from its inputs, by their labels."),
        "source": place(),
        "flag": said("The flag that says it."),
        "cited": said("Where the file has it from."),
        "checked": {"type": ["string", "null"], "format": "date"},
        "basis": text(),
        "notes": {"type": "array", "items": {"type": "string"}},
        "range": pair,
        "inputs": {"type": "array", "items": {"$ref": "#/definitions/input"}},
    });
    parts.as_object().cloned().unwrap_or_default()
}

fn with_all_required(title: &str, properties: serde_json::Map<String, Value>) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({"title": title, "type": "object", "required": required, "properties": properties})
}

fn of_a_tree() -> Value {
    with_all_required("an input of a figure", parts_of_a_tree())
}

/// A figure, an input or a list price.
fn explained() -> Value {
    let number = || json!({"type": ["number", "null"]});
    let effect = json!({
        "key": {"type": "string"}, "label": {"type": "string"}, "from": number(), "to": number(),
        "value": number(), "change": number(),
    });
    let effect = effect.as_object().cloned().unwrap_or_default();
    let more = json!({
        "plan": {"type": ["string", "null"], "description": "The plan's id; null: a list price."},
        "figure": {"type": "string", "description": "As it was asked for, without the plan."},
        "status": {"enum": ["ok", "unknown", "never", "always", "uncapped", "not_applicable"]},
        "missing": {"type": "array", "items": {"type": "string"}},
        "sensitivity": {"type": "array", "items": with_all_required("10 % more of an input", effect)},
    });
    let mut properties = more.as_object().cloned().unwrap_or_default();
    properties.extend(parts_of_a_tree());
    with_all_required("explain", properties)
}

/// A code, or one of the list of them.
fn of_a_code() -> Value {
    let text = || json!({"type": ["string", "null"]});
    let parts = json!({
        "code": {"type": "string", "pattern": "^PC[0-9]{3}$"},
        "line": {"type": "string"}, "text": {"type": "string"}, "wrong": text(), "right": text(),
    });
    with_all_required("explain CODE", parts.as_object().cloned().unwrap_or_default())
}

/// A saving by routing that others have published.
fn of_published() -> Value {
    let text = || json!({"type": ["string", "null"]});
    let parts = json!({
        "published": {"type": "string"}, "on": text(), "saving_least": {"type": "number"},
        "saving_most": {"type": "number"}, "quality": {"type": "string"}, "date": {"type": "string"},
        "source": {"type": "string"}, "note": {"type": "string"},
    });
    with_all_required("explain routing", parts.as_object().cloned().unwrap_or_default())
}

/// Codes have no summary.
fn explained_summary() -> Value {
    json!({"type": "object", "properties": {
        "inputs": {"type": "integer", "minimum": 0, "description": "How many inputs the figure follows from."}}})
}

/// A summary may name no plan.
fn shape_of_summary(key: &str, unit: Unit) -> Value {
    if key == "plan" { json!({"type": ["string", "null"]}) } else { shape(key, unit) }
}

fn shape(key: &str, unit: Unit) -> Value {
    match unit {
        _ if key == "plan" => json!({"type": "string"}),
        _ if key == "status" => {
            json!({"enum": ["ok", "not_applicable", "uncapped", "unpriced", "unknown", "dominated", "limits_unknown",
                            "price_unknown", "partial", "other_models"]})
        }
        Unit::List if ["windows", "crossings"].contains(&key) => {
            json!({"type": ["array", "null"], "items": {"type": "string"}})
        }
        _ if key == "difference" => json!({"type": ["object", "null"]}),
        Unit::Text if key == "source" => json!({"type": ["string", "object", "null"]}),
        _ if key == "source" => place(),
        Unit::List if key == "contributors" => json!({"type": "array", "items": {"type": "object"}}),
        Unit::Text | Unit::Command | Unit::Source => json!({"type": ["string", "null"]}),
        Unit::Usd | Unit::Rate | Unit::Share | Unit::Margin | Unit::Multiple | Unit::Number | Unit::Bar => {
            json!({"type": ["number", "null"]})
        }
        Unit::Count => json!({"type": ["integer", "null"], "minimum": 0}),
        Unit::Date => json!({"type": ["string", "null"], "format": "date"}),
        Unit::Flag => json!({"type": ["boolean", "null"]}),
        Unit::List => json!({"type": "array", "items": {"type": "string"}}),
        Unit::Heat => json!({"type": "array", "items": {"type": "object",
            "required": ["utilization", "served", "margin", "profit_usd"],
            "properties": {"utilization": {"type": "number", "minimum": 0},
                           "served": {"type": ["number", "null"], "description": "Less than asked for past the \
                                      limit, where no overage is sold."},
                           "margin": {"type": ["number", "null"]}, "profit_usd": {"type": ["number", "null"]}}}}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_of_the_output_is_the_one_that_is_printed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/output.schema.json");
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            std::fs::write(path, output_schema()).expect("the folder of schemas can be written");
        }
        let committed = std::fs::read_to_string(path).expect("the schema is committed");
        assert_eq!(committed, output_schema(), "run the tests with PLANCOST_BLESS=1 after a change that is meant");
    }
}
