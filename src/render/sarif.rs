//! SARIF 2.1.0: findings for code scanning.
//!
//! Paths are relative to `%SRCROOT%`, fingerprints do not depend on lines or values, and what passed or does not apply
//! is left out, because a service takes no more than 25,000 results.

use serde_json::{Map, Value, json};

use super::finding::{Checked, Finding, Outcome};
use super::{escape, json as documents};
use crate::problem::Level;

/// What a service takes.
const RESULTS_MOST: usize = 25_000;

/// The document.
#[must_use]
pub fn document(checked: &Checked) -> String {
    let rules: Vec<Value> = checked
        .rules
        .iter()
        .map(|rule| {
            json!({
                "id": text(&rule.id),
                "shortDescription": {"text": text(&rule.line)},
                "fullDescription": {"text": text(&rule.text)},
                "help": {"text": text(&rule.text)},
                "defaultConfiguration": {"level": level(rule.level)},
            })
        })
        .collect();
    let results: Vec<Value> = checked
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_shown())
        .take(RESULTS_MOST)
        .map(|finding| result(finding, checked))
        .collect();
    let mut properties = Map::new();
    properties.insert("summary".to_owned(), checked.count_line().into());
    if !checked.remarks.is_empty() {
        properties.insert("remarks".to_owned(), checked.remarks.iter().map(|remark| text(remark)).collect());
    }
    documents::pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": checked.count(Outcome::Broken) == 0,
                "exitCode": checked.exit_code,
            }],
            "originalUriBaseIds": {
                "%SRCROOT%": {"description": {"text": "The folder in which the check ran."}},
            },
            "columnKind": "unicodeCodePoints",
            "properties": properties,
            "results": results,
        }],
    }))
}

fn result(finding: &Finding, checked: &Checked) -> Value {
    let (path, line, column) = finding.location(checked);
    let mut result = json!({
        "ruleId": text(&finding.rule),
        "level": level(finding.problem.level),
        "kind": "fail",
        "message": {"text": finding.lines().map(|line| text(line)).collect::<Vec<_>>().join("\n")},
        "locations": [{"physicalLocation": {
            "artifactLocation": artifact(path),
            "region": {"startLine": line, "startColumn": column},
        }}],
        "partialFingerprints": {"plancost/v1": finding.fingerprint},
    });
    if let Some(index) = checked.rules.iter().position(|rule| rule.id == finding.rule) {
        result["ruleIndex"] = index.into();
    }
    if let Some(plan) = &finding.plan {
        result["properties"] = json!({"plan": text(plan), "outcome": finding.outcome.word()});
    }
    if let Some(reason) = &finding.waiver {
        result["suppressions"] = json!([{
            "kind": "external", "status": "accepted", "justification": text(reason),
        }]);
    }
    result
}

fn text(text: &str) -> String {
    escape::terminal(text, false)
}

/// A path as a URI; one that is not below the folder of the check stays absolute.
fn artifact(path: &str) -> Value {
    let absolute = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    let encoded: String = path.bytes().map(escape::uri).collect();
    match (absolute, path.starts_with('/')) {
        (true, true) => json!({"uri": format!("file://{encoded}")}),
        (true, false) => json!({"uri": format!("file:///{encoded}")}),
        (false, _) => json!({"uri": encoded, "uriBaseId": "%SRCROOT%"}),
    }
}

const fn level(level: Level) -> &'static str {
    level.word()
}
