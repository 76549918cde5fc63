//! GitLab's code quality report: a list of issues with fingerprints.

use serde_json::{Value, json};

use super::finding::{Checked, Outcome};
use super::{escape, json as documents};

/// The document.
#[must_use]
pub fn document(checked: &Checked) -> String {
    let issues: Vec<Value> = checked
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_shown() && finding.outcome != Outcome::Waived)
        .map(|finding| {
            let (path, line, _) = finding.location(checked);
            let lines: Vec<String> = finding.lines().map(|line| escape::terminal(line, false)).collect();
            json!({
                "description": lines.join("; "),
                "check_name": escape::terminal(&finding.rule, false),
                "fingerprint": finding.fingerprint,
                "severity": severity(finding.outcome),
                "location": {"path": escape::terminal(path, false), "lines": {"begin": line}},
            })
        })
        .collect();
    documents::pretty(&Value::Array(issues))
}

/// No answer is worse than no.
const fn severity(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Broken | Outcome::NotEvaluable => "critical",
        Outcome::Denied => "major",
        Outcome::Warned => "minor",
        _ => "info",
    }
}
