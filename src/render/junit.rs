//! JUnit XML: a suite for each plan, a case for each rule.
//!
//! Denied is a failure, what cannot be evaluated an error, and what is waived or does not apply is skipped, so that it is
//! not counted as passed. There is no host and no time: the same result is the same file.

use std::collections::BTreeMap;

use super::escape;
use super::finding::{Checked, Finding, Outcome};

/// The document.
#[must_use]
pub fn document(checked: &Checked) -> String {
    let mut suites: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &checked.findings {
        suites.entry(finding.plan.as_deref().unwrap_or("inputs")).or_default().push(finding);
    }
    let all: Vec<&Finding> = checked.findings.iter().collect();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out += &format!("<testsuites name=\"plancost check\"{}>\n", counts(&all, checked.warnings_fail));
    for (name, mut cases) in suites {
        cases.sort_by(|a, b| (&a.rule, &a.figure).cmp(&(&b.rule, &b.figure)));
        let counted = counts(&cases, checked.warnings_fail);
        let skipped = cases.iter().filter(|case| kind(case, false) == Kind::Skipped).count();
        out += &format!("  <testsuite name=\"{}\"{counted} skipped=\"{skipped}\">\n", escape::xml(name));
        if !checked.remarks.is_empty() {
            out += "    <properties>\n";
            for remark in &checked.remarks {
                out += &format!("      <property name=\"remark\" value=\"{}\"/>\n", escape::xml(remark));
            }
            out += "    </properties>\n";
        }
        for case in cases {
            out += &test_case(name, case, checked.warnings_fail);
        }
        out += "  </testsuite>\n";
    }
    out + "</testsuites>\n"
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Failure,
    Error,
    Skipped,
    /// Passed, with something to say.
    Told,
}

fn kind(finding: &Finding, warnings_fail: bool) -> Kind {
    match finding.outcome {
        Outcome::Denied => Kind::Failure,
        Outcome::Warned if warnings_fail => Kind::Failure,
        Outcome::Broken | Outcome::NotEvaluable => Kind::Error,
        Outcome::Waived | Outcome::NotApplicable | Outcome::DeclaredUnknown => Kind::Skipped,
        Outcome::Warned | Outcome::Noted => Kind::Told,
        Outcome::Passed => Kind::Passed,
    }
}

fn counts(cases: &[&Finding], warnings_fail: bool) -> String {
    let of = |wanted: Kind| cases.iter().filter(|case| kind(case, warnings_fail) == wanted).count();
    format!(" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"0\"", cases.len(), of(Kind::Failure), of(Kind::Error),)
}

fn test_case(suite: &str, finding: &Finding, warnings_fail: bool) -> String {
    let name = format!("{}: {}", finding.rule, finding.figure);
    let open = format!("    <testcase name=\"{}\" classname=\"{}\" time=\"0\"", escape::xml(&name), escape::xml(suite));
    let message = escape::xml(&finding.problem.message);
    let body: Vec<String> = finding.lines().map(|line| escape::xml(line)).collect();
    let place = finding.problem.place.as_ref().map(|place| {
        let (line, _) = finding.at.unwrap_or((1, 1));
        escape::xml(&format!("{}:{line}", place.source.name))
    });
    let body = body.into_iter().chain(place).collect::<Vec<_>>().join("\n");
    let inner = match kind(finding, warnings_fail) {
        Kind::Passed => return format!("{open}/>\n"),
        Kind::Failure => format!("<failure message=\"{message}\" type=\"{}\">{body}</failure>", finding.problem.code),
        Kind::Error => format!("<error message=\"{message}\" type=\"{}\">{body}</error>", finding.problem.code),
        Kind::Skipped => {
            let why = finding.waiver.as_ref().map_or_else(|| message.clone(), |reason| escape::xml(reason));
            format!("<skipped message=\"{why}\"/>")
        }
        Kind::Told => format!("<system-out>{body}</system-out>"),
    };
    format!("{open}>\n      {inner}\n    </testcase>\n")
}
