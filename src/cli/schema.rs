//! `schema`: the shapes of what the program reads and writes.

use serde_json::{Value, json};

use super::Exit;
use super::args::OutputArgs;
use super::compare;
use super::publish::print;
use super::world::World;
use super::{analyze, check};
use crate::catalog::PLAN_SCHEMA;
use crate::catalog::config::CONFIG_SCHEMA;
use crate::catalog::policy::POLICY_SCHEMA;
use crate::report::{Column, Unit};

/// Print the JSON Schema of a plan file, a policy, the configuration or the output, or a plan file to start from
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
  plancost schema output                      what --json prints
  plancost schema config --show-effective     each default and its origin
  plancost schema example > my-plans.toml

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
    /// What --json prints
    Output,
    /// A project's `plancost.toml`
    Config,
    /// A plan file to start from
    Example,
}

/// A plan file to start from.
const EXAMPLE: &str = include_str!("../../schemas/example.toml");

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Exit {
    let text = match args.what {
        What::Plan => PLAN_SCHEMA.to_owned(),
        What::Policy => POLICY_SCHEMA.to_owned(),
        What::Output => output_schema(),
        What::Config if args.show_effective => return super::show_effective(&args.output, world),
        What::Config => CONFIG_SCHEMA.to_owned(),
        What::Example => EXAMPLE.to_owned(),
    };
    print(world, &args.output, &text)
}

/// The JSON Schema (draft 7) of every JSON document, made from the columns themselves.
fn output_schema() -> String {
    let analyzed: Vec<Column> = analyze::fields(&[]).into_iter().map(|field| field.column).collect();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "What plancost prints as JSON, format version 1",
        "description": "A figure that is not known is null, and never 0; `status` tells why. Shares are fractions of \
                        1. New keys may be added; readers ignore what they do not know.",
        "type": "object",
        "required": ["format_version", "kind", "tool", "complete", "currency", "as_of", "inputs", "prices",
                     "assumptions", "results", "summary", "diagnostics"],
        "properties": {
            "format_version": {"const": 1},
            "kind": {"description": "The command.", "enum": ["analyze", "compare", "ladder", "check"]},
            "tool": {"type": "object", "required": ["name", "version"], "properties": {
                "name": {"const": "plancost"}, "version": {"type": "string"}}},
            "complete": {"type": "boolean", "description": "Every input was read and every figure is known. Test this \
                         first: in jq `null < 0` is true."},
            "currency": {"const": "USD"},
            "as_of": {"type": ["string", "null"], "format": "date", "description": "The day whose facts were used."},
            "inputs": {"type": "array", "items": {"type": "object", "required": ["path", "sha256", "plans"],
                "properties": {"path": {"type": "string"}, "sha256": {"type": "string"},
                               "plans": {"type": "integer", "minimum": 0}}}},
            "prices": {"type": "array", "items": {"type": "object",
                "required": ["source", "bundled", "date", "age_days", "sha256"],
                "properties": {"source": {"type": "string"}, "bundled": {"type": "boolean"},
                               "date": {"type": ["string", "null"], "format": "date"},
                               "age_days": {"type": ["integer", "null"]}, "sha256": {"type": "string"}}}},
            "assumptions": {"type": "object"},
            "results": {"type": "array", "items": {"anyOf": [
                result("analyze", &analyzed),
                result("compare", &compare::columns(&[])),
                result("ladder", &compare::ladder_columns()),
                result("check", &check::columns()),
            ]}},
            "summary": {"type": "object", "required": ["plans", "ok", "incomplete"], "properties": {
                "plans": {"type": "integer"}, "ok": {"type": "integer"}, "incomplete": {"type": "integer"}}},
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
    });
    let mut text = serde_json::to_string_pretty(&schema).expect("a JSON value is written without fail");
    text.push('\n');
    text
}

/// One result of a kind of document.
fn result(kind: &str, columns: &[Column]) -> Value {
    let properties = columns.iter().map(|column| {
        let mut shape = shape(column.key, column.unit);
        if kind == "check" && column.key == "plan" {
            shape = json!({"type": ["string", "null"]});
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

fn shape(key: &str, unit: Unit) -> Value {
    match unit {
        _ if key == "plan" => json!({"type": "string"}),
        _ if key == "status" => {
            json!({"enum": ["ok", "not_applicable", "uncapped", "unpriced", "unknown", "dominated"]})
        }
        _ if key == "windows" => json!({"type": ["array", "null"], "items": {"type": "string"}}),
        _ if key == "difference" => json!({"type": ["object", "null"]}),
        _ if key == "source" => json!({"type": ["object", "null"], "required": ["path", "line"], "properties": {
            "path": {"type": "string"}, "line": {"type": "integer", "minimum": 1}}}),
        Unit::Text => json!({"type": ["string", "null"]}),
        Unit::Usd | Unit::Share | Unit::Margin | Unit::Multiple | Unit::Number => json!({"type": ["number", "null"]}),
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
