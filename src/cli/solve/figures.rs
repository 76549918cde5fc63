//! The columns of `solve`, and the cells of an answer.

use super::case::{Case, Outcome, Solved};
use super::change;
use super::proof::Reached;
use super::sought::Sought;
use crate::allowance::{Grant, Limit};
use crate::analysis::Question;
use crate::cli::compare::or_missing;
use crate::plan::{Billing, Plan};
use crate::render;
use crate::report::{Cell, Column, Missing, Record, Row, Section, Unit};
use crate::units::Ratio;

/// Key, heading, unit, whether it is shown, what goes first where there is no room, meaning.
type Shape = (&'static str, &'static str, Unit, bool, u8, &'static str);

const COLUMNS: [Shape; 14] = [
    ("plan", "Plan", Unit::Text, true, 0, "the plan's id"),
    ("for", "For", Unit::Text, false, 1, "what is looked for, as --for says it; a limit with its id"),
    ("target", "Target", Unit::Text, false, 8, "what is to be reached"),
    (
        "status",
        "Status",
        Unit::Text,
        false,
        7,
        "`solved`; `not_needed`: met whatever the value; `impossible`: met by no value, or by none of --range; \
         `not_applicable`: the question has no meaning for the plan; `unknown`: price, allowance or a rate is not known",
    ),
    (
        "value",
        "Value",
        Unit::Number,
        true,
        0,
        "the value that just meets the target, exactly; always: any does; never: none does (`reason`)",
    ),
    ("unit", "Unit", Unit::Text, false, 3, "what the value counts, such as `usd_per_month` or `share`"),
    ("current", "Now", Unit::Number, true, 2, "the value as the plan stands"),
    ("change", "Change", Unit::Number, true, 6, "the value less the one as the plan stands"),
    ("figure_now", "Is", Unit::Number, false, 8, "the target's figure as the plan stands"),
    (
        "reached",
        "Reaches",
        Unit::Number,
        true,
        4,
        "the target's figure once the value is put back, rounded to the side on which the target holds: prices to the \
         cent, tokens to whole ones, other grants to hundredths, shares to hundredths of a percent",
    ),
    ("to_spare", "To spare", Unit::Number, false, 8, "how far that is on the right side of the target"),
    ("reason", "Reason", Unit::Text, false, 9, "why there is no value"),
    (
        "put_back",
        "Put back with",
        Unit::Command,
        true,
        8,
        "arguments of `plancost analyze` that put the rounded value back; none: a plan file cannot say it",
    ),
    ("vendor", "Vendor", Unit::Text, false, 9, "the vendor's id"),
];

/// Every column, in the order of documents.
pub(in crate::cli) fn columns() -> Vec<Column> {
    COLUMNS.into_iter().map(column).collect()
}

fn column((key, title, unit, shown, drop_rank, meaning): Shape) -> Column {
    Column { key, title: title.to_owned(), meaning, unit, shown, drop_rank, heat_points: Vec::new() }
}

/// The answer in cells.
pub(super) fn row(case: &Case<'_>, solved: &Solved, group: String) -> Row {
    let question = &case.common.asked.question;
    let measure = Measure::of(case, question);
    let value = value(&solved.outcome, &measure);
    let change = match (&solved.outcome, &solved.current) {
        (Outcome::Solved(value), Some(current)) => measure.cell(value - current),
        _ => Cell::Missing(Missing::NotApplicable),
    };
    let reached = solved.proof.as_ref().map(|(_, reached)| reached);
    let spare = match reached {
        Some(Reached::Known(figure)) => case.target.figure.cell(case.target.to_spare(figure)),
        _ => Cell::Missing(Missing::NotApplicable),
    };
    let plan = case.answer.plan;
    let put_back = solved.proof.as_ref().map(|(change, _)| change.arguments(plan, question));
    let text = |text: &str| Cell::Text(text.to_owned());
    Row {
        group: Some(group),
        cells: vec![
            text(&plan.id),
            Cell::Text(case.sought.to_string()),
            text(&case.target.text),
            text(solved.outcome.status()),
            value,
            or_missing(measure.unit.as_deref(), text),
            current(case, solved, &measure),
            change,
            figure(case, Some(&solved.now)),
            figure(case, reached),
            spare,
            or_missing(solved.outcome.reason(), text),
            or_missing(put_back.as_deref(), text),
            or_missing(plan.vendor.as_deref(), text),
        ],
    }
}

/// A value rounded to the side on which it still meets the target, as people read it.
pub(super) fn safe(case: &Case<'_>, value: &Ratio) -> String {
    let measure = Measure::of(case, &case.common.asked.question);
    let places = if matches!(measure.kind, Kind::Share) { 3 } else { 2 };
    render::cell(&measure.cell(change::rounded(value, places, !case.sought.is_most())))
}

fn value(outcome: &Outcome, measure: &Measure) -> Cell {
    match outcome {
        Outcome::Solved(value) => measure.cell(value.clone()),
        Outcome::NotNeeded(_) => Cell::Missing(Missing::Always),
        Outcome::Impossible(_) => Cell::Missing(Missing::Never),
        Outcome::NotApplicable(_) => Cell::Missing(Missing::NotApplicable),
        Outcome::Unknown(_) => Cell::Missing(Missing::Unknown),
    }
}

fn current(case: &Case<'_>, solved: &Solved, measure: &Measure) -> Cell {
    match (&solved.current, &case.sought) {
        (Some(current), _) => measure.cell(current.clone()),
        (None, Sought::Allowance | Sought::Cap) if case.answer.gaps.is_empty() => Cell::Missing(Missing::Unlimited),
        (None, _) if matches!(solved.outcome, Outcome::Unknown(_)) => Cell::Missing(Missing::Unknown),
        (None, _) => Cell::Missing(Missing::NotApplicable),
    }
}

/// A figure of the target.
pub(super) fn figure(case: &Case<'_>, reached: Option<&Reached>) -> Cell {
    match reached {
        Some(Reached::Known(figure)) => case.target.figure.cell(figure.clone()),
        Some(Reached::Always) => Cell::Missing(Missing::Always),
        Some(Reached::Never) => Cell::Missing(Missing::Never),
        Some(Reached::None) if case.answer.economics.is_none() => Cell::Missing(Missing::Unknown),
        Some(Reached::None) | None => Cell::Missing(Missing::NotApplicable),
    }
}

/// What a value counts.
struct Measure {
    kind: Kind,
    /// `None`: the plan has no such limit.
    unit: Option<String>,
}

#[derive(Clone, Copy)]
enum Kind {
    Usd,
    Share,
    Number,
}

impl Measure {
    fn of(case: &Case<'_>, question: &Question) -> Self {
        let plan = case.answer.plan;
        let of = |kind, unit: &str| Self { kind, unit: Some(unit.to_owned()) };
        match &case.sought {
            Sought::Price => Self::of_price(plan, question),
            Sought::Allowance | Sought::Cap => of(Kind::Usd, "usd_per_month"),
            Sought::Limit(id) => {
                let known = |limit: &&&Limit| id.as_deref() == Some(&*limit.id);
                match case.answer.limits.iter().find(known) {
                    Some(limit) => {
                        let kind = if matches!(limit.grant, Grant::ApiUsd { .. }) { Kind::Usd } else { Kind::Number };
                        of(kind, &format!("{}_per_{}", limit.grant.key(), limit.every))
                    }
                    None => Self { kind: Kind::Number, unit: None },
                }
            }
            Sought::Utilization | Sought::ApiMargin | Sought::RoutedShare => of(Kind::Share, "share"),
            Sought::Overage => of(Kind::Number, "multiple"),
        }
    }

    fn of_price(plan: &Plan, question: &Question) -> Self {
        let is_yearly = change::is_yearly(plan, question) || plan.price.billed == Billing::Year;
        let period = if is_yearly { "year" } else { "month" };
        let (kind, currency) = match &plan.price.currency {
            Some((currency, _)) => (Kind::Number, currency.to_string().to_lowercase()),
            None => (Kind::Usd, "usd".to_owned()),
        };
        Self { kind, unit: Some(format!("{currency}_per_{period}")) }
    }

    fn cell(&self, value: Ratio) -> Cell {
        let figure = value.into();
        match self.kind {
            Kind::Usd => Cell::Usd(figure),
            Kind::Share => Cell::Share(figure),
            Kind::Number => Cell::Number(figure),
        }
    }
}

const ANSWERS: [Shape; 9] = [
    ("plan", "Plan", Unit::Text, true, 0, "the plan's id"),
    ("target", "Target", Unit::Text, false, 1, "what is to be reached"),
    ("price", "Price", Unit::Number, false, 1, "the least price of a period and seat, in the plan's currency"),
    ("allowance_usd_per_month", "Allowance", Unit::Usd, false, 2, "the largest allowance of a month"),
    ("utilization", "Use", Unit::Share, false, 3, "the highest utilization"),
    ("api_gross_margin", "API margin", Unit::Share, false, 4, "the least API gross margin"),
    ("routed_share", "Routed", Unit::Share, false, 5, "the least share of use on the other model"),
    ("cap_usd_per_month", "Cap", Unit::Usd, false, 6, "the largest cap of a month for the population"),
    ("overage_of_list_price", "Overage", Unit::Number, false, 7, "the least overage rate, as a multiple of list price"),
];

/// The column of what is looked for, where it has one: a plan has several limits.
fn place(sought: &Sought) -> Option<usize> {
    Some(match sought {
        Sought::Price => 2,
        Sought::Allowance => 3,
        Sought::Utilization => 4,
        Sought::ApiMargin => 5,
        Sought::RoutedShare => 6,
        Sought::Cap => 7,
        Sought::Overage => 8,
        Sought::Limit(_) => return None,
    })
}

/// All answers of a plan and target in one line; without lines where only one thing is looked for.
pub(super) fn answers(solved: &[(&Case<'_>, &Solved)]) -> Section {
    let mut columns: Vec<Column> = ANSWERS.into_iter().map(column).collect();
    let mut lines: Vec<(&str, &str, Row)> = Vec::new();
    for (case, answer) in solved {
        let Some(at) = place(&case.sought) else { continue };
        columns[at].shown = true;
        let (plan, target) = (&*case.answer.plan.id, case.target.text.as_str());
        let line = match lines.iter().position(|(p, t, _)| (*p, *t) == (plan, target)) {
            Some(line) => line,
            None => {
                let mut cells = vec![Cell::Missing(Missing::NotApplicable); columns.len()];
                cells[0] = Cell::Text(plan.to_owned());
                cells[1] = Cell::Text(target.to_owned());
                lines.push((plan, target, Row { group: None, cells }));
                lines.len() - 1
            }
        };
        let measure = Measure::of(case, &case.common.asked.question);
        lines[line].2.cells[at] = value(&answer.outcome, &measure);
    }
    let asked = columns.iter().filter(|column| column.shown).count();
    let targets = lines.iter().any(|(_, target, _)| *target != lines[0].1);
    lines.sort_by_key(|(_, target, _)| solved.iter().position(|(case, _)| case.target.text == *target));
    let rows = lines.into_iter().map(|(_, target, row)| Row { group: targets.then(|| target.to_owned()), ..row });
    let rows = if asked > 2 { rows.collect() } else { Vec::new() };
    Section { key: "answers", title: "All answers of a plan".to_owned(), columns, rows, chart: None }
}

/// Counts of the answers.
pub(super) fn summary(solved: &[(&Case<'_>, &Solved)]) -> Record {
    let count = |status: &str| {
        let found = solved.iter().filter(|(_, answer)| answer.outcome.status() == status);
        Cell::Count(found.count() as u64)
    };
    SUMMARY
        .iter()
        .map(|key| (*key, if *key == "answers" { Cell::Count(solved.len() as u64) } else { count(key) }))
        .collect()
}

/// The keys of the summary.
pub(in crate::cli) const SUMMARY: [&str; 6] =
    ["answers", "solved", "not_needed", "impossible", "not_applicable", "unknown"];
