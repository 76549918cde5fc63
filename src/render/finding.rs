//! What a check found, as the formats of CI services take it: rules, findings and how they count.

use super::Look;
use crate::problem::{Level, Problem};

/// All that a check found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The rules that findings name, in the order of the policy.
    pub rules: Vec<RuleText>,
    /// Everything that was evaluated, worst first.
    pub findings: Vec<Finding>,
    /// What changes how the result is to be read: `--exit-zero`, `--allow-incomplete`.
    pub remarks: Vec<String>,
    /// The code that the program ends with.
    pub exit_code: u8,
    /// Warnings count as denied.
    pub warnings_fail: bool,
    /// The file that a finding without a place is shown at.
    pub home: String,
    /// The folder of the check, with `/` at its end; paths below it are shown without it.
    pub root: String,
}

/// A rule, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// Its id.
    pub id: String,
    /// What it demands, in a line.
    pub line: String,
    /// The same at length.
    pub text: String,
    /// How bad it is to break it.
    pub level: Level,
}

/// One rule of one plan, or one thing that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule, or the code of a problem.
    pub rule: String,
    /// The plan.
    pub plan: Option<String>,
    /// What tells it from others of the rule and plan: `multiple`.
    pub figure: String,
    /// How it counts.
    pub outcome: Outcome,
    /// What there is to say, and where.
    pub problem: Problem,
    /// Line and column of that, from 1; counted once, because a file may hold thousands of findings.
    pub at: Option<(usize, usize)>,
    /// Why it is waived, if it is.
    pub waiver: Option<String>,
    /// Names it from run to run: made from rule, plan and figure, not from lines or values.
    pub fingerprint: String,
}

/// How a finding counts, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An input could not be used.
    Broken,
    /// A rule to deny does not hold.
    Denied,
    /// A rule cannot be evaluated.
    NotEvaluable,
    /// A rule to warn does not hold.
    Warned,
    /// A rule to note does not hold.
    Noted,
    /// It does not hold, and is let pass for a time.
    Waived,
    /// It has no meaning for the plan.
    NotApplicable,
    /// The same, because the plan's file declares something unknown.
    DeclaredUnknown,
    /// It holds.
    Passed,
}

impl Outcome {
    /// Whether it is shown to people.
    #[must_use]
    pub const fn is_shown(self) -> bool {
        matches!(self, Self::Broken | Self::Denied | Self::NotEvaluable | Self::Warned | Self::Noted | Self::Waived)
    }

    /// The word for it in documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Broken => "error",
            Self::Denied => "denied",
            Self::NotEvaluable => "not evaluable",
            Self::Warned => "warning",
            Self::Noted => "note",
            Self::Waived => "waived",
            Self::NotApplicable | Self::DeclaredUnknown => "not applicable",
            Self::Passed => "passed",
        }
    }
}

impl Checked {
    /// How many findings count so.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.findings.iter().filter(|finding| finding.outcome == outcome).count()
    }

    /// The last line of the text: `check: 1 denied, 1 warning, 1 not evaluable, 1 not applicable, 4 passed`.
    #[must_use]
    pub fn count_line(&self) -> String {
        let plural = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let declared = self.count(Outcome::DeclaredUnknown);
        let rest = [
            (self.count(Outcome::Broken), plural(self.count(Outcome::Broken), "error")),
            (declared, format!("{declared} declared unknown")),
            (self.count(Outcome::Waived), format!("{} waived", self.count(Outcome::Waived))),
            (self.count(Outcome::Noted), plural(self.count(Outcome::Noted), "note")),
        ];
        let rest: Vec<String> = rest.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
        let rest = if rest.is_empty() { String::new() } else { format!(" ({})", rest.join(", ")) };
        format!(
            "check: {} denied, {}, {} not evaluable, {} not applicable, {} passed{rest}",
            self.count(Outcome::Denied),
            plural(self.count(Outcome::Warned), "warning"),
            self.count(Outcome::NotEvaluable),
            self.count(Outcome::NotApplicable) + declared,
            self.count(Outcome::Passed),
        )
    }
}

impl Finding {
    /// The path of the file, `/` between folders and without `./`, and line and column, from 1.
    pub(super) fn location<'a>(&'a self, checked: &'a Checked) -> (&'a str, usize, usize) {
        let place = self.problem.place.as_ref();
        // A flag is no file that a service could show.
        let place = place.filter(|place| !place.source.name.starts_with("--"));
        let path = place.map_or(checked.home.as_str(), |place| place.source.name.as_str());
        let (line, column) = place.and(self.at).unwrap_or((1, 1));
        let below = path.strip_prefix(checked.root.as_str()).filter(|below| !below.is_empty());
        let mut path = below.unwrap_or(path);
        while let Some(rest) = path.strip_prefix("./") {
            path = rest;
        }
        (path, line, column)
    }

    /// The message and what goes with it, a line each.
    pub(super) fn lines(&self) -> impl Iterator<Item = &String> {
        [&self.problem.message].into_iter().chain(&self.problem.notes).chain(&self.problem.helps)
    }
}

/// The findings as text: each with the line it speaks of, remarks, and the count as the last line.
#[must_use]
pub fn text(checked: &Checked, most: usize, format: super::MessageFormat, look: &Look) -> String {
    let shown: Vec<Problem> = checked
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_shown())
        .map(|finding| finding.problem.clone())
        .filter(|problem| !look.quiet || problem.level > Level::Note)
        .collect();
    let mut out = super::problems(&shown, format, most, look);
    if !out.is_empty() {
        out.push('\n');
    }
    for remark in &checked.remarks {
        out += &super::escape::terminal(remark, look.ascii);
        out.push('\n');
    }
    out + &checked.count_line() + "\n"
}

/// 900 KiB: a step summary over 1 MiB is dropped whole by GitHub.
const MARKDOWN_MOST: usize = 900 * 1024;

/// A Markdown table of what there is to say, the counts first, so that they are kept whatever is cut.
#[must_use]
pub fn markdown(checked: &Checked, look: &Look) -> String {
    use super::escape;

    let mut out = format!("**{}**\n\n", checked.count_line());
    for remark in &checked.remarks {
        out += &format!("{}\n\n", escape::markdown(remark, look.ascii));
    }
    let shown: Vec<&Finding> = checked
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_shown() && (!look.quiet || finding.problem.level > Level::Note))
        .collect();
    if shown.is_empty() {
        return out;
    }
    out += "| | Rule | Plan | Finding | Passes with | Where |\n|---|---|---|---|---|---|\n";
    for (done, finding) in shown.iter().enumerate() {
        let (path, line, _) = finding.location(checked);
        let said = [&finding.problem.message].into_iter().chain(&finding.problem.notes);
        let cells = [
            finding.outcome.word().to_owned(),
            escape::markdown_code(&finding.rule, look.ascii),
            escape::markdown_code(finding.plan.as_deref().unwrap_or(""), look.ascii),
            said.map(|text| escape::markdown(text, look.ascii)).collect::<Vec<_>>().join("<br>"),
            finding
                .problem
                .helps
                .iter()
                .map(|text| escape::markdown(text, look.ascii))
                .collect::<Vec<_>>()
                .join("<br>"),
            escape::markdown_code(&format!("{path}:{line}"), look.ascii),
        ];
        let row = format!("| {} |\n", cells.join(" | "));
        if out.len() + row.len() > MARKDOWN_MOST {
            out += &format!("\n**{done} of {} findings are shown: the rest would pass 900 KiB.**\n", shown.len());
            break;
        }
        out += &row;
    }
    super::escape::commands(out, look)
}
