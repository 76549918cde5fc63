//! What `--json` prints: it keeps to its schema, its numbers are decimals, and each figure has an address.

mod program;
mod schema;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use program::Given;
use serde_json::Value;

/// Plans of every kind of limit and price.
const KINDS: &str = "tests/explain/kinds.toml";

/// Explanations of every sort; they have no goldens in JSON.
const EXPLAINED: &[&str] = &[
    "explain chatgpt-pro-20x:break_even",
    "explain glm-pro:multiple",
    "explain claude-ultra:break_even",
    "explain tokens:ltv_usd tests/explain/kinds.toml --mean-use 8% --churn 4.5%",
    "explain unlimited:max_api_usd_per_month tests/explain/kinds.toml",
    "explain tokens:mix tests/explain/kinds.toml",
    "explain tokens:limit.5h.tokens tests/explain/kinds.toml",
    "explain rates.large@2026-05-28.input_usd_per_mtok tests/explain/kinds.toml",
    "explain PC103",
    "explain codes",
    "explain routing",
];

/// Where outputs stand that may be JSON.
fn goldens() -> Vec<PathBuf> {
    let mut files =
        vec!["tests/check/golden.json".into(), "tests/diff/rows.json".into(), "tests/diff/rows.jsonl".into()];
    for folder in fs::read_dir("tests/golden").expect("the goldens are there") {
        for entry in fs::read_dir(folder.expect("an entry").path()).expect("a folder of goldens") {
            files.push(entry.expect("an entry").path());
        }
    }
    files.retain(|path: &PathBuf| {
        path.extension().is_some_and(|found| ["out", "json", "jsonl"].iter().any(|kind| found == *kind))
    });
    files.sort();
    files
}

/// The JSON documents among the goldens, each with its name; a line of JSON lines is one.
fn documents() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in goldens() {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let name = path.display().to_string();
        if text.starts_with("{\n") && !name.contains("schema") {
            found.push((name, text));
        } else if text.starts_with("{\"") {
            // The header object holds no results; the rows stand for them.
            let rows: Vec<&str> = text.lines().skip(1).collect();
            let header = text.lines().next().unwrap_or_default().trim_end_matches('}');
            found.push((name, format!("{header},\"results\":[{}]}}", rows.join(","))));
        }
    }
    for args in EXPLAINED {
        let answered = Given::args(args.split(' ').chain(["--json"])).run();
        assert_eq!(answered.code, 0, "{args}: {}", answered.err);
        found.push(((*args).to_owned(), answered.out));
    }
    found
}

#[test]
fn every_json_document_keeps_to_the_schema() {
    let schema = fs::read_to_string("schemas/output.schema.json").expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let documents = documents();
    assert!(documents.len() >= 25, "{} documents", documents.len());
    let mut kinds = BTreeSet::new();
    for (name, text) in documents {
        let document: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(schema::breaches(&document, &schema), Vec::<String>::new(), "{name}");
        kinds.insert(document["kind"].clone().to_string());
    }
    let named = schema["properties"]["kind"]["enum"].as_array().expect("the kinds");
    assert_eq!(named.iter().map(Value::to_string).collect::<BTreeSet<_>>(), kinds);
}

#[test]
fn each_kind_has_a_shape_of_its_own() {
    let schema = fs::read_to_string("schemas/output.schema.json").expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    for (name, text) in documents() {
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        if document["kind"] == "diff" {
            document["summary"].as_object_mut().expect("an object").remove("worse");
            assert!(!schema::breaches(&document, &schema).is_empty(), "{name} without a count");
        } else if document["results"].as_array().is_some_and(|results| !results.is_empty()) {
            document["kind"] = "diff".into();
            assert!(!schema::breaches(&document, &schema).is_empty(), "{name} as `diff`");
        }
    }
}

#[test]
fn the_check_of_the_schema_finds_what_is_wrong() {
    let schema = serde_json::json!({"type": "object", "required": ["a", "b"], "properties": {
        "a": {"type": ["integer", "null"], "minimum": 0}, "c": {"type": "array", "items": {"enum": ["x"]}}}});
    let mut wrong = schema::breaches(&serde_json::json!({"a": -1, "c": ["x", "y"], "d": 0}), &schema);
    wrong.sort();
    let expected = [
        "$ has no `b`",
        "$.a is -1, against minimum 0",
        "$.c[1] is \"y\", against enum [\"x\"]",
        "$.d is not in the schema",
    ];
    assert_eq!(wrong, expected);
}

/// The numbers of a JSON text, as they are written.
fn numbers(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut quoted, mut escaped) = (Vec::new(), None, false, false);
    for (at, c) in text.char_indices() {
        let is_part = !quoted && matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        match (start, is_part) {
            // `e` alone is of `true` or `false`.
            (None, true) if c != 'e' => start = Some(at),
            (Some(from), false) => {
                found.push(&text[from..at]);
                start = None;
            }
            _ => {}
        }
        match c {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    found
}

#[test]
fn every_json_number_is_a_plain_decimal() {
    assert_eq!(numbers(r#"{"a\"1": -1.50, "b": [true, 2e9]}"#), ["-1.50", "2e9"]);
    let mut count = 0;
    for (name, text) in documents() {
        for number in numbers(&text) {
            count += 1;
            let (_, decimals) = number.split_once('.').unwrap_or((number, ""));
            assert!(!number.contains(['e', 'E', '+']), "{name}: {number}");
            assert!(decimals.len() <= 9, "{name}: {number}");
            assert!(
                !number.starts_with('-') || number.contains(|c: char| ('1'..='9').contains(&c)),
                "{name}: {number}"
            );
        }
    }
    assert!(count >= 500, "{count} numbers");
}

/// One document, of a command that answers.
fn document(args: &[&str]) -> Value {
    let answered = Given::args(args.iter().copied().chain(["--json"])).run();
    serde_json::from_str(&answered.out).unwrap_or_else(|error| panic!("{args:?}: {error} {}", answered.err))
}

/// What `explain` says of an address: its result.
fn explained(what: &str, more: &[&str]) -> Value {
    let answered = Given::args(["explain", what].iter().chain(more).copied().chain(["--json"])).run();
    assert_eq!(answered.code, 0, "{what} {more:?}: {}", answered.err);
    let document: Value = serde_json::from_str(&answered.out).expect("JSON");
    document["results"][0].clone()
}

fn results(document: &Value) -> impl Iterator<Item = &serde_json::Map<String, Value>> {
    document["results"].as_array().expect("results").iter().map(|result| result.as_object().expect("an object"))
}

fn word<'a>(result: &'a serde_json::Map<String, Value>, key: &str) -> &'a str {
    result[key].as_str().unwrap_or_else(|| panic!("{key} of {result:?}"))
}

/// Every number of a result that is a figure, under its address.
fn addressed(result: &serde_json::Map<String, Value>) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = Vec::new();
    found.extend(result.iter().filter(|(_, value)| value.is_number()).map(|(key, value)| (key.clone(), value.clone())));
    for point in result.get("margin_at").and_then(Value::as_array).into_iter().flatten() {
        for (key, part) in [("margin_at", "margin"), ("profit_at", "profit_usd")] {
            if point[part].is_number() {
                found.push((format!("{key}[{}]", point["utilization"]), point[part].clone()));
            }
        }
    }
    found
}

#[test]
fn every_number_of_compare_has_an_address() {
    let document = document(&["compare", "--from", KINDS, "--baseline", "tokens", "--at", "25%,150%"]);
    let mut asked = 0;
    for result in results(&document) {
        let plan = word(result, "plan");
        for (figure, value) in addressed(result) {
            assert_eq!(explained(&format!("{plan}:{figure}"), &[KINDS])["value"], value, "{plan}:{figure}");
            asked += 1;
        }
        // How much more it has of a figure stands under the figure.
        for (figure, _) in result["difference"].as_object().into_iter().flatten().filter(|(_, value)| value.is_number())
        {
            explained(&format!("{plan}:{figure}"), &[KINDS]);
        }
    }
    assert!(asked > 150, "{asked}");
}

/// Of a ladder, what is of a stretch of use follows from all plans of the question: it is no figure of a plan.
#[test]
fn every_number_of_a_ladder_that_is_a_plans_own_has_an_address() {
    const OF_A_STRETCH: &[&str] = &[
        "from_usd_per_month",
        "to_usd_per_month",
        "cost_from_usd",
        "cost_to_usd",
        "next_multiple",
        "profit_from_usd",
        "profit_to_usd",
        "margin_from",
        "margin_to",
        "loses_from_usd_per_month",
        "loses_to_usd_per_month",
        // List price where a plan sells no overage.
        "overflow_of_list_price",
    ];
    let document = document(&["compare", "--ladder", "--from", KINDS]);
    let mut asked = 0;
    for result in results(&document).filter(|result| result["plan"] != "API") {
        for (key, value) in addressed(result).into_iter().filter(|(key, _)| !OF_A_STRETCH.contains(&key.as_str())) {
            let figure = if key == "included_usd_per_month" { "max_api_usd_per_month" } else { &key };
            let what = format!("{}:{figure}", word(result, "plan"));
            assert_eq!(explained(&what, &[KINDS])["value"], value, "{what}");
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
}

#[test]
fn every_figure_that_check_holds_against_a_rule_has_an_address() {
    let rules = [
        "--max-multiple",
        "30",
        "--min-multiple",
        "1",
        "--min-break-even",
        "10%",
        "--min-margin-at",
        "0.5=0.1",
        "--min-margin-at",
        "1/3=0.1",
        "--max-loss-at-full-usd",
        "100",
        "--max-serving-share-at-full",
        "0.9",
    ];
    let mut asked = 0;
    for likely in [&[][..], &["--likely"]] {
        let document = document(&[&["check", KINDS][..], &rules, likely].concat());
        for result in results(&document).filter(|result| result["key"].is_string() && result["plan"].is_string()) {
            let what = format!("{}:{}", word(result, "plan"), word(result, "figure"));
            let told = explained(&what, &[KINDS]);
            let (end, value) = (word(result, "range_end"), &result["value"]);
            let same = match end {
                "low" if told["range"].is_array() => &told["range"][0] == value,
                "high" if told["range"].is_array() => &told["range"][1] == value,
                _ => &told["value"] == value,
            };
            // Without a maximum, what costs nothing to serve has a margin and a loss all the same.
            assert!(same || told["status"] == "uncapped", "{what} {end}: {value} {told}");
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked}");
}

#[test]
fn every_number_of_diff_has_an_address() {
    let kept = tempfile::tempdir().expect("a folder");
    let mut text = fs::read_to_string(KINDS).expect("the plans");
    for (old, new) in [
        ("price_usd = 25.50", "price_usd = 26"),
        ("tokens = 9_000_000", "tokens = 9_500_000"),
        ("range = [8_000_000,", "range = [8_500_000,"),
        ("discount_share = 0.2", "discount_share = 0.1"),
        ("requests = 4500", "requests = 4600"),
        ("credits_per_api_usd = 25\n", "credits_per_api_usd = 26\n"),
        ("input_usd_per_mtok = 5\n", "input_usd_per_mtok = 6\n"),
        ("vat_share = 0.2", "vat_share = 0.19"),
        ("fixed_cost_usd_per_month = 1.5", "fixed_cost_usd_per_month = 1.6"),
        ("api_gross_margin = 0.7\n", "api_gross_margin = 0.71\n"),
        ("cache_read = 0.1,", "cache_read = 0.2,"),
    ] {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let changed = kept.path().join("new.toml").to_string_lossy().into_owned();
    fs::write(&changed, text).expect("written");
    let mut scopes = BTreeSet::new();
    let mut asked = 0;
    for [old, new] in [["tests/diff/old.toml", "tests/diff/new.toml"], [KINDS, &changed]] {
        let document = document(&["diff", old, new, "--no-bundled"]);
        let day = document["as_of"].as_str().expect("a day");
        for result in results(&document) {
            let key = word(result, "key");
            let what = result["plan"].as_str().map_or_else(|| key.to_owned(), |plan| format!("{plan}:{key}"));
            for (side, file) in [("from", old), ("to", new)] {
                if result[side].is_number() {
                    let told = explained(&what, &[file, "--no-bundled", "--as-of", day]);
                    assert_eq!(told["value"], result[side], "{what} {side}");
                    scopes.insert(word(result, "scope").to_owned());
                    asked += 1;
                }
            }
            for (figure, value) in result["unmoved"].as_object().into_iter().flatten().filter(|(_, v)| v.is_number()) {
                let what = format!("{}:{figure}", word(result, "plan"));
                assert_eq!(&explained(&what, &[new, "--no-bundled", "--as-of", day])["value"], value, "{what}");
            }
        }
    }
    assert_eq!(scopes.iter().map(String::as_str).collect::<Vec<_>>(), ["figure", "input", "list_price"]);
    assert!(asked > 200, "{asked}");
}
