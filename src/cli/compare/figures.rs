//! The figures of plans side by side: all that `analyze` knows, and what only matters beside another plan.

use super::or_missing;
use crate::allowance::Grant;
use crate::analysis::{Answer, MaxApi, list_usd_per_mtok};
use crate::cli::analyze::{Context, fields};
use crate::cli::asked::Asked;
use crate::economics::Buyer;
use crate::plan::{OverageKind, OverageRate};
use crate::report::{Cell, Column, Figure, HeatTitle, Missing, Row, Unit};
use crate::units::Ratio;

/// The lines that are shown by default, in their order, under their labels.
const SHOWN: [(&str, &str); 15] = [
    ("plan", "Plan"),
    ("price_usd_per_month", "Price a month"),
    ("max_api_usd_per_month", "Max API cost a month"),
    ("multiple", "API value per dollar"),
    ("break_even", "Vendor's break-even"),
    ("buyer_break_even", "Buyer's break-even"),
    ("win_win_from_usd", "Win-win zone from"),
    ("win_win_to_usd", "Win-win zone to"),
    ("margin_at", "Margin at"),
    ("profit_at_full_usd", "Profit at full use"),
    ("list_usd_per_mtok", "List price, M tokens"),
    ("plan_usd_per_mtok_at_full", "On the plan, M tokens"),
    ("windows", "Windows"),
    ("binding_limit", "Binding limit"),
    ("overage", "Overage"),
];

/// Longer labels for figures that `analyze` has under short headings.
const LABELS: [(&str, &str); 9] = [
    ("buyer_break_even_usd", "Buyer's break-even, $"),
    ("buyer_break_even", "Buyer's break-even"),
    ("break_even_status", "Break-even status"),
    ("break_even_usd", "Vendor's break-even, $"),
    ("serving_usd_at_full", "Serving at full use"),
    ("margin_at_full", "Margin at full use"),
    ("margin_floor", "API margin to break even"),
    ("net_usd_per_month", "Revenue after fees"),
    ("second_break_even", "Overage break-even"),
];

/// A figure that `analyze` does not have.
struct Extra {
    key: &'static str,
    unit: Unit,
    meaning: &'static str,
    fill: fn(&Answer<'_>, &Asked) -> Cell,
}

const EXTRA: [Extra; 9] = [
    Extra {
        key: "buyer_break_even_usd",
        unit: Unit::Usd,
        meaning: "use at API list prices above which the plan is cheaper than the API",
        fill: |answer, _| match &answer.economics {
            Some(economics) => Cell::Usd(economics.buyer_break_even_usd(&Buyer::default()).into()),
            None => Cell::Missing(Missing::Unknown),
        },
    },
    Extra {
        key: "win_win_from_usd",
        unit: Unit::Usd,
        meaning: "from this use of a month on, at API list prices, the plan is cheaper than the API for the buyer, while the vendor \
                  covers its cost; none: no such zone",
        fill: |answer, _| zone(answer).0,
    },
    Extra {
        key: "win_win_to_usd",
        unit: Unit::Usd,
        meaning: "up to this use; no cap: use has no limit and serving costs nothing",
        fill: |answer, _| zone(answer).1,
    },
    Extra {
        key: "list_usd_per_mtok",
        unit: Unit::Number,
        meaning: "list price of a million tokens of the plan's workload, all classes together; none: no workload (--workload)",
        fill: blended,
    },
    Extra {
        key: "plan_usd_per_mtok_at_full",
        unit: Unit::Number,
        meaning: "what a million of the same tokens costs on the plan at full use (best for the buyer: least)",
        fill: on_the_plan,
    },
    Extra { key: "windows", unit: Unit::List, meaning: "the limits, each with its window", fill: windows },
    Extra {
        key: "overage",
        unit: Unit::Text,
        meaning: "what use above the limits costs, and whether it is metered or prepaid",
        fill: |answer, _| overage(answer),
    },
    Extra {
        key: "overage_of_list_price",
        unit: Unit::Multiple,
        meaning: "the same as a multiple of API list price; none: not sold, or not known in dollars",
        fill: |answer, _| {
            let overage = answer.economics.as_ref().and_then(|economics| economics.overage.as_ref());
            or_missing(overage, |overage| Cell::Multiple(overage.of_list_price.clone().into()))
        },
    },
    Extra {
        key: "overage_kind",
        unit: Unit::Text,
        meaning: "`metered` or `prepaid`; none: not sold",
        fill: |answer, _| or_missing(answer.plan.overage.as_ref(), |overage| Cell::Text(kind(overage.kind).to_owned())),
    },
];

/// The position of `difference` from the end, and of `best_in` after it.
pub(super) const LAST_TWO: usize = 2;

/// Every column, in the order of documents.
pub(in crate::cli) fn columns(points: &[HeatTitle]) -> Vec<Column> {
    let extra = EXTRA.iter().map(|extra| (extra.key, extra.unit, extra.meaning)).chain([
        ("difference", Unit::List, "with --baseline: how much more of each figure it has than that plan"),
        ("best_in", Unit::List, "the figures in which it is the best of the plans, or equal to the best"),
    ]);
    let extra = extra.map(|(key, unit, meaning)| Column {
        key,
        title: key.replace('_', " "),
        meaning,
        unit,
        shown: false,
        drop_rank: 8,
        heat_points: Vec::new(),
    });
    let mut columns: Vec<Column> = fields(points).into_iter().map(|field| field.column).chain(extra).collect();
    for column in &mut columns {
        let label = |(key, _): &&(&str, &str)| *key == column.key;
        let shown = SHOWN.iter().find(label);
        column.shown = shown.is_some();
        if let Some((_, title)) = shown.or_else(|| LABELS.iter().find(label)) {
            (*title).clone_into(&mut column.title);
        }
    }
    columns
}

/// The positions of the columns that are printed where none are asked for.
pub(super) fn default_order(columns: &[Column], with_differences: bool) -> Vec<usize> {
    let keys = SHOWN.iter().map(|(key, _)| *key).chain(with_differences.then_some("difference"));
    keys.filter_map(|key| columns.iter().position(|column| column.key == key)).collect()
}

/// The figures of a plan; [`super::best`] fills the last two.
pub(super) fn row(answer: &Answer<'_>, asked: &Asked, points: &[HeatTitle]) -> Row {
    let context = Context { answer, unit: None, asked, points };
    let known = fields(points).into_iter().map(|field| (field.fill)(&context));
    let extra = EXTRA.iter().map(|extra| (extra.fill)(answer, asked));
    let last = [Cell::Missing(Missing::NotApplicable), Cell::List(Vec::new())];
    Row { group: None, cells: known.chain(extra).chain(last).collect() }
}

/// Where the plan is cheaper than the API and the vendor covers its cost, in dollars at list prices; at most full use.
fn zone(answer: &Answer<'_>) -> (Cell, Cell) {
    let Some(economics) = &answer.economics else {
        return (Cell::Missing(Missing::Unknown), Cell::Missing(Missing::Unknown));
    };
    match economics.win_win_usd_within(&Buyer::default()) {
        None => (Cell::Missing(Missing::NotApplicable), Cell::Missing(Missing::NotApplicable)),
        Some((from, to)) => {
            (Cell::Usd(from.into()), to.map_or(Cell::Missing(Missing::Unlimited), |to| Cell::Usd(to.into())))
        }
    }
}

fn blended(answer: &Answer<'_>, asked: &Asked) -> Cell {
    match list_usd_per_mtok(answer.plan, asked.catalog.market(), &asked.question) {
        None => Cell::Missing(Missing::NotApplicable),
        Some(None) => Cell::Missing(Missing::Unknown),
        Some(Some(usd)) => Cell::Number(usd.into()),
    }
}

fn on_the_plan(answer: &Answer<'_>, asked: &Asked) -> Cell {
    let Some(list) = list_usd_per_mtok(answer.plan, asked.catalog.market(), &asked.question) else {
        return Cell::Missing(Missing::NotApplicable);
    };
    let (Some(list), Some(economics)) = (list, &answer.economics) else { return Cell::Missing(Missing::Unknown) };
    let Some(max) = &economics.max_api_usd else { return Cell::Missing(Missing::Unlimited) };
    or_missing((list * &economics.revenue.revenue_usd).checked_div(max), |usd| Cell::Number(usd.into()))
}

fn windows(answer: &Answer<'_>, _: &Asked) -> Cell {
    match answer.max_api {
        MaxApi::Unlimited if answer.limits.is_empty() => return Cell::Missing(Missing::Unlimited),
        _ if answer.limits.is_empty() => return Cell::Missing(Missing::Unknown),
        _ => {}
    }
    let words = answer.limits.iter().map(|limit| {
        let amount = limit.grant.amount();
        let granted = match limit.grant {
            Grant::ApiUsd { .. } => dollars(&amount),
            Grant::Tokens { .. } | Grant::Credits(_) | Grant::Requests(_) | Grant::Hours(_) => {
                format!("{} {}", short(&amount), limit.grant.key())
            }
        };
        let every = limit.every.to_string();
        let models = if limit.models.is_some() { format!(" ({})", limit.id) } else { String::new() };
        Cell::Text(format!("{granted}/{every}{models}"))
    });
    Cell::List(words.collect())
}

/// A number with thousands apart; millions by their letter where nothing is lost.
fn short(amount: &Ratio) -> String {
    let million = Ratio::from(1_000_000);
    let (value, unit) = match (amount / &million * Ratio::from(10)).to_i128() {
        Some(_) if *amount >= million => (amount / &million, "M"),
        _ => (amount.clone(), ""),
    };
    crate::render::cell(&Cell::Number(value.into())) + unit
}

fn overage(answer: &Answer<'_>) -> Cell {
    let Some(overage) = &answer.plan.overage else { return Cell::Text("not sold".to_owned()) };
    let kind = kind(overage.kind);
    Cell::Text(match &overage.rate {
        OverageRate::OfListPrice(rate) => format!("{}x list, {kind}", rate.to_decimal_trimmed(0, 4)),
        OverageRate::UsdPerCredit(usd) => format!("${} a credit, {kind}", usd.to_decimal_trimmed(0, 6)),
        OverageRate::UsdPerRequest(usd) => format!("${} a request, {kind}", usd.to_decimal_trimmed(0, 6)),
    })
}

const fn kind(kind: OverageKind) -> &'static str {
    match kind {
        OverageKind::Metered => "metered",
        OverageKind::Prepaid => "prepaid",
    }
}

/// Dollars in a sentence.
pub(in crate::cli) fn dollars(usd: &Ratio) -> String {
    let text = crate::render::cell(&Cell::Usd(Figure::from(usd.abs())));
    let text = text.strip_suffix(".00").unwrap_or(&text);
    format!("{}${text}", if usd.is_negative() { "-" } else { "" })
}
