//! A comparison as a comment on a pull request: the summary, one line for each plan, and why, folded away.
//!
//! A comment of more than 65,536 characters is refused by GitHub, so each part stops before its share of 60,000 and
//! says what it leaves out. The first line is how a bot finds its own comment again.

use std::collections::BTreeMap;

use super::figures::Style;
use super::{Look, escape};
use crate::report::{Cell, Missing, Record, Report, Row};

/// The first line; its number changes when a reader of the old form would fail.
const MARKER: &str = "<!-- plancost:diff:v1 -->";

/// Most characters of the table, of the block of lines, and of the reasons. With the rest, below 60,000.
const TABLE_MOST: usize = 22_000;
const LINES_MOST: usize = 14_000;
const WHY_MOST: usize = 14_000;
/// Most characters of list prices.
const PRICES_MOST: usize = 5_000;
/// Most characters of the plans that a policy denies, and of those that it cannot judge.
const DENIED_MOST: usize = 1_000;
/// Most characters of a line of the footer.
const FOOTER_MOST: usize = 1_000;

/// The columns of the table: key and title.
const FIGURES: [(&str, &str); 5] = [
    ("price_usd_per_month", "Price"),
    ("max_api_usd_per_month", "Max API"),
    ("multiple", "Multiple"),
    ("break_even", "Break-even"),
    ("margin_at_full", "Margin at full use"),
];

/// The comment.
pub(super) fn comment(report: &Report, look: &Look) -> String {
    let view = View { report, look };
    let mut out = format!("{MARKER}\n{}{}", view.summary(), view.judged());
    let plans = view.plans();
    if !plans.is_empty() {
        out += "\n| Plan |";
        FIGURES.iter().for_each(|(_, title)| out += &format!(" {title} |"));
        out += "\n|---|";
        FIGURES.iter().for_each(|_| out += "--:|");
        out.push('\n');
        let (lines, left) = kept(&plans, TABLE_MOST, |plan| view.line(plan));
        out += &(lines + &left_out(left, "plans"));
        let (lines, left) = kept(&plans, LINES_MOST, |plan| view.signed(plan));
        out += &format!("\n```diff\n{lines}```\n{}", left_out(left, "plans"));
    }
    let with_inputs: Vec<&Plan<'_>> = plans.iter().filter(|plan| view.has_inputs(plan)).collect();
    let prices = view.list_prices();
    if !with_inputs.is_empty() || !prices.is_empty() {
        let (why, left) = kept(&with_inputs, WHY_MOST, |plan| view.why(plan));
        let (moved, more) = kept(&prices, PRICES_MOST, |row| format!("- list price {}\n", view.moved(row)));
        out += "\n<details><summary>Why</summary>\n\n";
        out += &(why + &left_out(left, "plans") + &moved + &left_out(more, "list prices"));
        out += "\n</details>\n";
    }
    if !look.quiet {
        for text in report.footer.iter().skip(1) {
            let text: String = text.chars().take(FOOTER_MOST).collect();
            out += &format!("\n{}\n", escape::markdown(&text, look.ascii));
        }
    }
    out
}

/// As many parts as fit, in order, and how many do not.
fn kept<T>(items: &[T], most: usize, part: impl Fn(&T) -> String) -> (String, usize) {
    let (mut out, mut length) = (String::new(), 0);
    for (done, item) in items.iter().enumerate() {
        let part = part(item);
        length += part.chars().count();
        if length > most {
            return (out, items.len() - done);
        }
        out += &part;
    }
    (out, 0)
}

fn left_out(left: usize, what: &str) -> String {
    match left {
        0 => String::new(),
        left => format!("\n**{left} more {what} are not shown: a comment has at most 60,000 characters.**\n"),
    }
}

/// The text under a key.
fn text<'a>(record: &'a Record, key: &str) -> &'a str {
    match record.iter().find(|(known, _)| *known == key) {
        Some((_, Cell::Text(text))) => text,
        _ => "",
    }
}

/// The rows of one plan.
type Plan<'a> = Vec<&'a Row>;

struct View<'a> {
    report: &'a Report,
    look: &'a Look,
}

impl<'a> View<'a> {
    fn cell(&self, row: &'a Row, key: &str) -> &'a Cell {
        let at = self.report.columns.iter().position(|column| column.key == key);
        at.map_or(&Cell::Missing(Missing::NotApplicable), |at| &row.cells[at])
    }

    fn text(&self, row: &'a Row, key: &str) -> &'a str {
        if let Cell::Text(text) = self.cell(row, key) { text } else { "" }
    }

    /// A value in running text.
    fn value(&self, cell: &Cell) -> String {
        escape::markdown(&Style::of([cell], self.look).raw(cell), self.look.ascii)
    }

    fn sign(&self, sign: &'static str) -> String {
        escape::terminal(sign, self.look.ascii)
    }

    fn summary(&self) -> String {
        let count = |key: &str| {
            let found = self.report.summary.iter().find(|(known, _)| *known == key);
            found.map_or(0, |(_, cell)| if let Cell::Count(count) = cell { *count } else { 0 })
        };
        let words = [
            ("worse", "worse"),
            ("better", "better"),
            ("other", "changed otherwise"),
            ("added", "added"),
            ("removed", "removed"),
            ("unchanged", "unchanged"),
        ];
        let mut parts: Vec<String> = words
            .iter()
            .filter_map(|(key, word)| Some((count(key), word)).filter(|(count, _)| *count > 0))
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if let Some(first) = parts.first_mut() {
            let (count, word) = first.split_once(' ').unwrap_or((first, ""));
            *first = format!("{count} {} {word}", if count == "1" { "plan" } else { "plans" });
        }
        if count("list_prices") > 0 {
            let prices = count("list_prices");
            parts.push(format!("{prices} list {} moved", if prices == 1 { "price" } else { "prices" }));
        }
        let what = if parts.is_empty() { "nothing was compared".to_owned() } else { parts.join(", ") };
        let day = self.report.as_of.map_or_else(String::new, |day| format!(" {} prices of {day}", self.sign("—")));
        let serving = self.report.assumptions.iter().find(|(key, _)| *key == "serving_cost");
        let serving = serving.map_or_else(String::new, |(_, cell)| format!(", serving cost {}", self.value(cell)));
        format!("**Plan economics: {what}**{day}{serving}\n")
    }

    /// The plans that a policy denies, and those that it cannot judge.
    fn judged(&self) -> String {
        let Some(verdicts) = &self.report.verdicts else { return String::new() };
        let mut out = String::new();
        for (title, verdict, level) in [("Denied", "failed", "deny"), ("Not evaluable", "not_evaluable", "")] {
            let mut plans: Vec<(&str, Vec<&str>)> = Vec::new();
            let is_meant =
                |row: &&Record| text(row, "verdict") == verdict && (level.is_empty() || text(row, "level") == level);
            for row in verdicts.iter().filter(is_meant) {
                let (plan, rule) = (text(row, "plan"), text(row, "rule"));
                match plans.iter_mut().find(|(known, _)| *known == plan) {
                    Some((_, rules)) if rules.contains(&rule) => {}
                    Some((_, rules)) => rules.push(rule),
                    None => plans.push((plan, vec![rule])),
                }
            }
            if plans.is_empty() {
                continue;
            }
            let code = |text: &str| escape::markdown_code(text, self.look.ascii);
            let (named, left) = kept(&plans, DENIED_MOST, |(plan, rules)| {
                let rules = rules.iter().map(|rule| code(rule)).collect::<Vec<_>>().join(", ");
                let plan = if plan.is_empty() { "list prices".to_owned() } else { code(plan) };
                format!("{plan} ({rules}), ")
            });
            let mut named = named.trim_end_matches(", ").to_owned();
            if left > 0 {
                named += &format!(" and {left} more");
            }
            out += &format!("\n**{title} by the policy:** {named}\n");
        }
        out
    }

    fn plans(&self) -> Vec<Plan<'a>> {
        let mut plans: Vec<Plan<'a>> = Vec::new();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for row in self.report.rows.iter().filter(|row| self.text(row, "scope") != "list_price") {
            let at = *known.entry(self.text(row, "plan")).or_insert(plans.len());
            if at == plans.len() {
                plans.push(Vec::new());
            }
            plans[at].push(row);
        }
        plans
    }

    /// The table's line of a plan: `old → **new**`.
    fn line(&self, plan: &Plan<'a>) -> String {
        let first = plan[0];
        let mark = match self.text(first, "verdict") {
            "worse" => " ▼",
            "better" => " ▲",
            _ => "",
        };
        let moved =
            |key: &str| plan.iter().find(|row| self.text(row, "scope") == "figure" && self.text(row, "key") == key);
        let marked = if moved("break_even").is_some() { "break_even" } else { "margin_at_full" };
        let state = match self.text(first, "scope") {
            "figure" if self.text(first, "change") != "changed" => format!(" {}", self.text(first, "change")),
            _ => String::new(),
        };
        let mut line = format!("| {}{state} |", escape::markdown_code(self.text(first, "plan"), self.look.ascii));
        for (key, _) in FIGURES {
            let mut text = match moved(key) {
                Some(row) => self.step(row),
                None => match self.cell(first, "unmoved") {
                    Cell::Record(record) => record
                        .iter()
                        .find(|(known, _)| *known == key)
                        .map_or(String::new(), |(_, cell)| self.value(cell)),
                    _ => String::new(),
                },
            };
            if key == marked {
                text += &self.sign(mark);
            }
            line += &format!(" {text} |");
        }
        line + "\n"
    }

    fn step(&self, row: &'a Row) -> String {
        let (from, to) = (self.value(self.cell(row, "from")), self.value(self.cell(row, "to")));
        if self.text(row, "from_status") == "absent" {
            return format!("**{to}**");
        }
        if self.text(row, "to_status") == "absent" {
            return from;
        }
        let difference = match self.cell(row, "difference") {
            Cell::Share(figure) if self.text(row, "key") == "margin_at_full" => {
                let plus = if figure.value.is_positive() { "+" } else { "" };
                format!(" ({plus}{})", super::figures::percent(&figure.value, 1))
            }
            _ => String::new(),
        };
        format!("{from} {} **{to}**{difference}", self.sign("→"))
    }

    /// A plan's figures as lines with signs.
    fn signed(&self, plan: &Plan<'a>) -> String {
        let inert = |text: &str| escape::terminal(text, self.look.ascii).replace('`', "\\u{60}");
        let plain = |cell: &Cell| inert(&Style::of([cell], self.look).raw(cell));
        let mut out = format!("  {}\n", inert(self.text(plan[0], "plan")));
        for row in plan.iter().filter(|row| FIGURES.iter().any(|(key, _)| *key == self.text(row, "key"))) {
            let title = self.text(row, "title");
            if self.text(row, "from_status") != "absent" {
                out += &format!("-   {title:<8} {}\n", plain(self.cell(row, "from")));
            }
            if self.text(row, "to_status") != "absent" {
                out += &format!("+   {title:<8} {}\n", plain(self.cell(row, "to")));
            }
        }
        if out.lines().count() > 1 { out } else { String::new() }
    }

    fn has_inputs(&self, plan: &Plan<'a>) -> bool {
        plan.iter().any(|row| self.text(row, "scope") == "input")
    }

    /// What moved a plan's figures.
    fn why(&self, plan: &Plan<'a>) -> String {
        let inputs = plan.iter().filter(|row| self.text(row, "scope") == "input").map(|row| self.moved(row));
        let name = escape::markdown_code(self.text(plan[0], "plan"), self.look.ascii);
        format!("- {name}: {}\n", inputs.collect::<Vec<_>>().join("; "))
    }

    fn list_prices(&self) -> Vec<&'a Row> {
        self.report.rows.iter().filter(|row| self.text(row, "scope") == "list_price").collect()
    }

    /// One input: `key` old → new (`file:line`).
    fn moved(&self, row: &'a Row) -> String {
        let name = escape::markdown_code(self.text(row, "title"), self.look.ascii);
        let (from, to) = (self.value(self.cell(row, "from")), self.value(self.cell(row, "to")));
        let step = match self.text(row, "change") {
            "added" => format!("added: {to}"),
            "removed" => format!("removed: {from}"),
            _ => format!("{from} {} {to}", self.sign("→")),
        };
        match self.text(row, "where") {
            "" => format!("{name} {step}"),
            place => format!("{name} {step} ({})", escape::markdown_code(place, self.look.ascii)),
        }
    }
}
