//! The tables that a page begins with: the plans, and the heat map of their margins.

use crate::cli::analyze::Analyzed;
use crate::report::page::Part;
use crate::report::{Cell, Column, Missing, Row, Section, Unit};

/// Figures of plans as a table: these columns, in this order.
pub(super) fn of_plans(analyzed: &Analyzed<'_>, key: &'static str, title: &str, keys: &[&str]) -> Section {
    let at = |key: &&str| {
        let known = analyzed.columns.iter().position(|column| column.key == *key);
        known.expect("the keys are those of columns of `analyze`")
    };
    let places: Vec<usize> = keys.iter().map(at).collect();
    let columns = places.iter().map(|&at| Column { shown: true, ..analyzed.columns[at].clone() });
    let rows = analyzed
        .rows
        .iter()
        .map(|cells| Row { group: None, cells: places.iter().map(|&at| cells[at].clone()).collect() });
    Section { key, title: title.to_owned(), columns: columns.collect(), rows: rows.collect(), chart: None }
}

/// A table of a page: its columns by key, title, unit and meaning.
pub(super) fn table(
    key: &'static str,
    title: impl Into<String>,
    columns: &[(&'static str, &str, Unit, &'static str)],
    rows: Vec<Vec<Cell>>,
) -> Section {
    let column = |&(key, title, unit, meaning): &(&'static str, &str, Unit, &'static str)| Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: true,
        drop_rank: 0,
        heat_points: Vec::new(),
    };
    let columns = columns.iter().map(column).collect();
    let rows = rows.into_iter().map(|cells| Row { group: None, cells }).collect();
    Section { key, title: title.into(), columns, rows, chart: None }
}

pub(super) const NONE: Cell = Cell::Missing(Missing::NotApplicable);

/// What each plan costs and what it is worth.
pub(super) fn plans(analyzed: &Analyzed<'_>) -> Part {
    const KEYS: [&str; 13] = [
        "plan",
        "vendor",
        "price_usd_per_month",
        "max_api_usd_per_month",
        "max_api_low_usd_per_month",
        "max_api_high_usd_per_month",
        "multiple",
        "break_even",
        "buyer_break_even",
        "margin_at_full",
        "profit_at_full_usd",
        "binding_limit",
        "basis",
    ];
    let lead = "What a month of each plan costs, what its full allowance would cost at API list prices, and what that \
                leaves its vendor. ~ marks figures that rest on measured or estimated allowances, with the least and the most that sources \
                say where they disagree; ? is not known.";
    Part {
        key: "plans",
        heading: "The plans".to_owned(),
        lead: vec![lead.to_owned()],
        drawings: Vec::new(),
        tables: vec![of_plans(analyzed, "plans", "Plans, per seat and month in dollars", &KEYS)],
    }
}

/// The margin of each plan over utilization.
pub(super) fn heat_map(analyzed: &Analyzed<'_>) -> Part {
    let lead = "The vendor's margin in percent of what is paid, overage included, at each utilization of the full \
                allowance. ▲ profit over half of it, + profit, · within 5 %, − loss, ▼ loss over all of it; blue is \
                profit, orange is loss.";
    let keys = ["plan", "multiple", "break_even", "margin_at"];
    Part {
        key: "heat-map",
        heading: "Margin by plan and utilization".to_owned(),
        lead: vec![lead.to_owned()],
        drawings: Vec::new(),
        tables: vec![of_plans(analyzed, "heat", "Margin at each utilization, in percent", &keys)],
    }
}
