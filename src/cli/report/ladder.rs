//! Which plan of a vendor, or the API, is the cheapest at which use.

use std::collections::BTreeMap;

use super::tables::NONE;
use crate::analysis::Answer;
use crate::cli::analyze::Analyzed;
use crate::cli::asked::Asked;
use crate::cli::compare::{dollars, ladder_columns, ladder_of};
use crate::report::page::{Drawing, Lane, Lanes, Part, Plot, Span, Tone};
use crate::report::{Axis, Cell, Column, Row, Section, Unit};
use crate::units::Ratio;

/// Columns of the table, by key.
const KEYS: [&str; 9] = [
    "plan",
    "from_usd_per_month",
    "to_usd_per_month",
    "cost_to_usd",
    "profit_to_usd",
    "break_even_usd",
    "loses_from_usd_per_month",
    "loses_to_usd_per_month",
    "reason",
];

/// The ladder of each vendor.
pub(super) fn part(analyzed: &Analyzed<'_>, asked: &Asked) -> Option<Part> {
    let columns = ladder_columns();
    let at = |key: &str| columns.iter().position(|column| column.key == key).expect("a column of the ladder");
    let (mut lanes, mut rows, mut most) = (Vec::new(), Vec::new(), 0.0_f64);
    for (vendor, answers) in by_vendor(analyzed, asked) {
        let found = ladder_of(&answers, asked).rows;
        let spans: Vec<Span> = spans(&found, &at);
        if spans.is_empty() {
            continue;
        }
        most = spans.iter().map(|span| span.to.unwrap_or(span.from)).fold(most, f64::max);
        rows.extend(found.iter().map(|row| {
            let cells = KEYS.iter().map(|key| row.cells[at(key)].clone());
            Row { group: None, cells: [Cell::Text(vendor.clone())].into_iter().chain(cells).collect() }
        }));
        lanes.push(Lane { name: vendor, spans, words: String::new() });
    }
    if lanes.is_empty() {
        return None;
    }
    let drawing = Drawing {
        title: "The cheapest way to buy a month's use, by vendor".to_owned(),
        description: "For each vendor a lane over the use of a month at API list prices: first the API itself is the \
                      cheapest, then one plan after the other. The table gives the ends of each stretch."
            .to_owned(),
        is_small: false,
        plot: Plot::Lanes(Lanes {
            across: Axis {
                title: "use of a month in dollars at API list prices, logarithmic".to_owned(),
                unit: Unit::Usd,
                logarithmic: true,
            },
            ends: (1.0, (most * 2.0).max(100.0)),
            ticks: Vec::new(),
            lanes,
            legend: vec![
                (Tone::Plain, "the API".to_owned()),
                (Tone::Gain, "a plan, the vendor earns".to_owned()),
                (Tone::Loss, "a plan, the vendor loses".to_owned()),
            ],
        }),
    };
    let vendor = Column { key: "vendor", title: "Vendor".to_owned(), meaning: "the vendor", ..columns[0].clone() };
    // A break-even of a stretch is in dollars, that of a plan a share.
    let title = |column: &Column| match column.key {
        "break_even_usd" => "Even at $".to_owned(),
        _ => column.title.clone(),
    };
    let chosen = KEYS.iter().map(|key| &columns[at(key)]);
    let chosen = chosen.map(|column| Column { shown: true, title: title(column), ..column.clone() });
    let table = Section {
        key: "ladder",
        title: "Stretches of use and the cheapest way to buy them".to_owned(),
        columns: [vendor].into_iter().chain(chosen).collect(),
        rows,
        chart: None,
    };
    let lead = "For a buyer who knows his use and buys what goes past the allowance at the plan's overage rate, or from \
                the API at list price. Plans without a stretch are never the cheapest; the table says why.";
    Some(Part {
        key: "ladder",
        heading: "The ladder of tiers".to_owned(),
        lead: vec![lead.to_owned()],
        drawings: vec![drawing],
        tables: vec![table],
    })
}

/// The answers of each vendor, in the order of the first plan of each.
fn by_vendor<'a>(analyzed: &Analyzed<'a>, asked: &Asked) -> Vec<(String, Vec<Answer<'a>>)> {
    let mut vendors: Vec<(String, Vec<Answer<'a>>)> = Vec::new();
    let mut places = BTreeMap::new();
    for answer in &analyzed.answers {
        let name = asked.vendor_name(answer.plan);
        let at = *places.entry(name.clone()).or_insert_with(|| {
            vendors.push((name, Vec::new()));
            vendors.len() - 1
        });
        vendors[at].1.push(answer.clone());
    }
    vendors
}

/// Dollars as a pointer shows them; the table has them exactly.
fn whole(usd: f64) -> String {
    Ratio::from_f64(usd)
        .and_then(|usd| Ratio::parse(&usd.to_decimal(2)).ok())
        .map_or_else(String::new, |usd| dollars(&usd))
}

/// The stretches of a lane; a stretch on which the vendor begins to lose is two.
fn spans(rows: &[Row], at: &dyn Fn(&str) -> usize) -> Vec<Span> {
    let usd = |cell: &Cell| match cell {
        Cell::Usd(figure) => Some(figure.value.to_f64()),
        _ => None,
    };
    let mut spans = Vec::new();
    for row in rows {
        let of = |key: &str| &row.cells[at(key)];
        let Some(from) = usd(of("from_usd_per_month")) else { continue };
        let to = usd(of("to_usd_per_month"));
        let Cell::Text(plan) = of("plan") else { continue };
        let is_plan = *of("source") != NONE;
        let span = |from: f64, to: Option<f64>, tone| Span {
            from,
            to,
            tone,
            text: plan.clone(),
            words: format!(
                "{plan}: from {}{}",
                whole(from),
                to.map_or_else(String::new, |to| format!(" to {}", whole(to)))
            ),
        };
        if !is_plan {
            spans.push(span(from, to, Tone::Plain));
            continue;
        }
        let loses = usd(of("loses_from_usd_per_month"));
        match loses {
            None => spans.push(span(from, to, Tone::Gain)),
            Some(loses) => {
                let repaid = usd(of("loses_to_usd_per_month"));
                if loses > from {
                    spans.push(span(from, Some(loses), Tone::Gain));
                }
                spans.push(span(loses, repaid.or(to), Tone::Loss));
                spans.extend(repaid.map(|repaid| span(repaid, to, Tone::Gain)));
            }
        }
    }
    spans
}
