//! Annotations of GitHub: workflow commands on standard output.
//!
//! A step shows ten of each level and drops the rest without a word, so the tenth says how many more there are.

use super::escape;
use super::finding::{Checked, Finding};
use crate::problem::Level;

/// Annotations of one level before the one that counts the rest.
const WORST: usize = 9;

/// The commands, a line each.
#[must_use]
pub fn commands(checked: &Checked) -> String {
    let mut out = String::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        let of_level: Vec<&Finding> = checked
            .findings
            .iter()
            .filter(|finding| finding.outcome.is_shown() && finding.problem.level == level)
            .collect();
        let most = if of_level.len() > WORST + 1 { WORST } else { WORST + 1 };
        for finding in of_level.iter().take(most) {
            out += &annotation(finding, checked);
        }
        let more = of_level.len().saturating_sub(most);
        if more > 0 {
            let word = command(level);
            out += &format!(
                "::{word} title=plancost check::{more} more of this level: `plancost check -f text` lists them all\n"
            );
        }
    }
    for remark in &checked.remarks {
        out += &format!("::notice title=plancost check::{}\n", escape::github_data(&safe(remark)));
    }
    out
}

fn annotation(finding: &Finding, checked: &Checked) -> String {
    let (path, line, column) = finding.location(checked);
    let title = escape::github_property(&safe(&finding.rule));
    let lines: Vec<String> = finding.lines().map(|line| safe(line)).collect();
    format!(
        "::{} file={},line={line},col={column},title={title}::{}\n",
        command(finding.problem.level),
        escape::github_property(&safe(path)),
        escape::github_data(&lines.join("\n")),
    )
}

fn safe(text: &str) -> String {
    escape::terminal(text, false)
}

const fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}
