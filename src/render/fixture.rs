//! Reports for the tests of `render`: the published plans, with the figures of a 75 % API margin.

use crate::report::{Cell, Column, Figure, HeatCell, HeatTitle, Layout, Missing, Report, Row, Unit};
use crate::units::Ratio;

/// Price and max API cost of the published tiers.
pub(super) const PUBLISHED: [(&str, &str, &str); 6] = [
    ("claude-pro", "20", "400"),
    ("claude-max-5x", "100", "2000"),
    ("claude-max-20x", "200", "8000"),
    ("chatgpt-plus", "20", "700"),
    ("chatgpt-pro-5x", "100", "3500"),
    ("chatgpt-pro-20x", "200", "14000"),
];

/// The utilizations of the published heat map.
pub(super) const POINTS: [&str; 10] = ["1%", "5%", "2/35", "10%", "4/35", "15%", "20%", "25%", "50%", "100%"];

pub(super) fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

pub(super) fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub(super) fn column(key: &'static str, title: &str, unit: Unit, drop_rank: u8) -> Column {
    Column { key, title: title.to_owned(), meaning: "", unit, shown: true, drop_rank, heat_points: Vec::new() }
}

/// A report of the columns `plan price max_api multiple break_even margin_at_full margin_at`, without rows.
pub(super) fn empty(points: &[&str]) -> Report {
    let mut heat = column("margin_at", "Use 0→100%", Unit::Heat, 1);
    heat.heat_points =
        points.iter().map(|&text| HeatTitle { utilization: ratio(text), text: text.to_owned() }).collect();
    Report {
        kind: "analyze",
        layout: Layout::Rows,
        complete: true,
        as_of: Some(crate::units::Date::constant(2026, 8, 20)),
        inputs: vec![vec![("path", text("plans/a.toml")), ("plans", Cell::Count(6))]],
        prices: Vec::new(),
        assumptions: vec![("api_gross_margin", Cell::Share(ratio("0.75").into()))],
        columns: vec![
            column("plan", "Plan", Unit::Text, 0),
            column("price_usd_per_month", "Price", Unit::Usd, 0),
            column("max_api_usd_per_month", "Max API", Unit::Usd, 4),
            column("multiple", "Mult", Unit::Multiple, 3),
            column("break_even", "Even at", Unit::Share, 2),
            column("margin_at_full", "At full", Unit::Margin, 2),
            heat,
        ],
        rows: Vec::new(),
        summary: vec![("plans", Cell::Count(6))],
        footer: vec!["Basis: API-equivalent at list prices; serving cost 0.25 × list.".to_owned()],
        problems: Vec::new(),
        sections: Vec::new(),
        verdicts: None,
    }
}

/// A plan with a known price and max API cost; serving costs a quarter of it.
pub(super) fn plan(report: &Report, name: &str, price: &str, max: &str) -> Row {
    let [price, max] = [price, max].map(ratio);
    let serving = &max / &Ratio::from(4);
    let margin = |u: &Ratio| Ratio::one() - u * &serving / &price;
    let heat = report.columns[6].heat_points.iter().map(|point| HeatCell {
        utilization: point.utilization.clone(),
        served: Cell::Share(point.utilization.clone().into()),
        margin: Cell::Share(margin(&point.utilization).into()),
        profit_usd: Cell::Usd((&price * &margin(&point.utilization)).into()),
    });
    let cells = vec![
        text(name),
        Cell::Usd(price.clone().into()),
        Cell::Usd(Figure { value: max.clone(), approximate: true }),
        Cell::Multiple((&max / &price).into()),
        Cell::Share((&price / &serving).into()),
        Cell::Share(margin(&Ratio::one()).into()),
        Cell::Heat(heat.collect()),
    ];
    Row { group: None, cells }
}

/// A plan of which only the price is known.
pub(super) fn unknown(name: &str) -> Row {
    let mut cells = vec![Cell::Missing(Missing::Unknown); 7];
    cells[0] = text(name);
    cells[1] = Cell::Usd(Ratio::from(40).into());
    Row { group: None, cells }
}

/// The published table.
pub(super) fn published() -> Report {
    let mut report = empty(&POINTS);
    report.rows = PUBLISHED.iter().map(|&(name, price, max)| plan(&report, name, price, max)).collect();
    report
}

/// Names that want to be something else.
pub(super) fn hostile() -> Vec<String> {
    let short = [
        "\u{1b}]52;c;aGk=\u{7}",
        "a\u{202e}b\u{2066}c\u{200d}d",
        "=cmd()",
        "@team",
        "</script>",
        "]]>",
        "${{ x }}",
        "two\nlines",
        "::error::x",
        "##[add-mask]x",
        "a`b``c",
        "a|b\\|c",
        "🦀 漢字",
        "\u{e0100}\u{e01ef}",
    ];
    let long = ["x".repeat(10_000), format!("e{}", "\u{301}".repeat(500))];
    short.into_iter().map(str::to_owned).chain(long).collect()
}

pub(super) fn hostile_report() -> Report {
    let mut report = empty(&["0%", "50%", "100%"]);
    report.rows = hostile().iter().map(|name| plan(&report, name, "20", "400")).collect();
    report.footer = hostile();
    report
}
