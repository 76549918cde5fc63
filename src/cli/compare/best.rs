//! Which plan is the best in what, by how much they differ from a baseline, and which of them each side should prefer.

use std::collections::BTreeSet;

use super::cell;
use super::figures::{LAST_TWO, dollars};
use crate::report::{At, Baseline, Cell, Column, HeatCell, Missing, Report, Row, SideBySide, Unit};
use crate::units::Ratio;

/// Who is better off for a figure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Buyer,
    Vendor,
}

/// Which end of a figure is the better one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Most,
    Least,
}

/// The figures that are better for one side, and how a legend says so. All others have no better end: a low price is
/// no gain if it buys little.
const BETTER: [(&str, For, Better, &str); 7] = [
    ("multiple", For::Buyer, Better::Most, "most API value per dollar"),
    ("buyer_break_even", For::Buyer, Better::Least, "lowest buyer's break-even"),
    ("plan_usd_per_mtok_at_full", For::Buyer, Better::Least, "lowest cost of tokens"),
    ("break_even", For::Vendor, Better::Most, "highest vendor's break-even"),
    ("margin_at", For::Vendor, Better::Most, "highest margin"),
    ("margin_at_full", For::Vendor, Better::Most, "highest margin at full use"),
    ("profit_at_full_usd", For::Vendor, Better::Most, "highest profit at full use"),
];

/// How good a figure is; the greatest is the best.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Merit {
    Worst,
    Value(Ratio),
    Best,
}

fn merit(cell: &Cell, who: For, better: Better) -> Option<Merit> {
    match cell {
        Cell::Usd(figure) | Cell::Share(figure) | Cell::Multiple(figure) | Cell::Number(figure) => {
            Some(Merit::Value(if better == Better::Most { figure.value.clone() } else { -&figure.value }))
        }
        Cell::Missing(Missing::Always) => Some(Merit::Best),
        Cell::Missing(Missing::Never) => Some(Merit::Worst),
        // What has no cap is all a buyer can get, and cannot be said of a vendor.
        Cell::Missing(Missing::Unlimited) if who == For::Buyer => Some(Merit::Best),
        _ => None,
    }
}

/// Marks what is best, fills `best_in` and, with a baseline, `difference`.
pub(super) fn side_by_side(report: &mut Report, baseline: Option<&str>) -> SideBySide {
    let mut best = BTreeSet::new();
    for (column, shape) in report.columns.iter().enumerate() {
        let Some((_, who, better, _)) = BETTER.iter().find(|(key, ..)| *key == shape.key) else { continue };
        for point in 0..if shape.unit == Unit::Heat { shape.heat_points.len() } else { 1 } {
            let merits = report.rows.iter().map(|row| merit(at_point(&row.cells[column], point), *who, *better));
            let merits: Vec<Option<Merit>> = merits.collect();
            let known = merits.iter().flatten().count();
            let Some(top) = merits.iter().flatten().max().filter(|_| known > 1) else { continue };
            let tops = merits.iter().enumerate().filter(|(_, merit)| merit.as_ref() == Some(top));
            best.extend(tops.map(|(row, _)| At { row, column, point }));
        }
    }
    let differences = report.columns.len() - LAST_TWO;
    let row = baseline.and_then(|id| report.rows.iter().position(|row| row.cells[0] == Cell::Text(id.to_owned())));
    if let Some(base) = row {
        let base_row = report.rows[base].clone();
        for (at, row) in report.rows.iter_mut().enumerate().filter(|(at, _)| *at != base) {
            debug_assert_ne!(at, base);
            row.cells[differences] = difference(&report.columns, row, &base_row);
        }
    }
    for (at, row) in report.rows.iter_mut().enumerate() {
        let keys = best.iter().filter(|best| best.row == at).map(|best| {
            let shape = &report.columns[best.column];
            Cell::Text(match shape.heat_points.get(best.point) {
                Some(point) => format!("{}_{}", shape.key, point.utilization.to_exact()),
                None => shape.key.to_owned(),
            })
        });
        row.cells[differences + 1] = Cell::List(keys.collect());
    }
    SideBySide { best, baseline: row.map(|row| Baseline { row, differences }) }
}

fn at_point(cell: &Cell, point: usize) -> &Cell {
    match cell {
        Cell::Heat(cells) => cells.get(point).map_or(cell, |cell| &cell.margin),
        cell => cell,
    }
}

/// How much more a plan has than another, for every figure.
fn difference(columns: &[Column], row: &Row, base: &Row) -> Cell {
    let pairs = columns.iter().zip(row.cells.iter().zip(&base.cells));
    let differences = pairs.filter_map(|(column, (mine, theirs))| {
        let figure = !matches!(column.unit, Unit::Text | Unit::List | Unit::Date | Unit::Flag | Unit::Count);
        figure.then(|| (column.key, less(mine, theirs)))
    });
    Cell::Record(differences.collect())
}

fn less(mine: &Cell, theirs: &Cell) -> Cell {
    let minus = |a: &crate::report::Figure, b: &crate::report::Figure| (&a.value - &b.value).into();
    match (mine, theirs) {
        (Cell::Usd(a), Cell::Usd(b)) => Cell::Usd(minus(a, b)),
        (Cell::Share(a), Cell::Share(b)) => Cell::Share(minus(a, b)),
        (Cell::Multiple(a), Cell::Multiple(b)) => Cell::Multiple(minus(a, b)),
        (Cell::Number(a), Cell::Number(b)) => Cell::Number(minus(a, b)),
        (Cell::Heat(mine), Cell::Heat(theirs)) => {
            let cells = mine.iter().zip(theirs).map(|(a, b)| HeatCell {
                utilization: a.utilization.clone(),
                served: less(&a.served, &b.served),
                margin: less(&a.margin, &b.margin),
                profit_usd: less(&a.profit_usd, &b.profit_usd),
            });
            Cell::Heat(cells.collect())
        }
        (Cell::Missing(Missing::Unknown), _) | (_, Cell::Missing(Missing::Unknown)) => Cell::Missing(Missing::Unknown),
        _ => Cell::Missing(Missing::NotApplicable),
    }
}

/// What the marks mean, and what each side should prefer.
pub(super) fn sentences(report: &Report, side: &SideBySide, chosen: &[usize]) -> Vec<String> {
    let mut lines = Vec::new();
    let marked: BTreeSet<&str> = side
        .best
        .iter()
        .filter(|best| chosen.contains(&best.column))
        .map(|best| report.columns[best.column].key)
        .collect();
    if !marked.is_empty() {
        let of = |who: For, name: &str| {
            let words: Vec<&str> = BETTER
                .iter()
                .filter(|(key, of, ..)| *of == who && marked.contains(key))
                .map(|(.., words)| *words)
                .collect();
            (!words.is_empty()).then(|| format!("for the {name} the {}", listed(&words, "and")))
        };
        let parts = [of(For::Buyer, "buyer"), of(For::Vendor, "vendor")];
        lines.push(format!("* best of its line: {}.", parts.into_iter().flatten().collect::<Vec<_>>().join("; ")));
    }
    lines.push(buyer(report));
    lines.push(vendor(report));
    lines
}

fn name(row: &Row) -> &str {
    match &row.cells[0] {
        Cell::Text(name) => name,
        _ => "",
    }
}

pub(super) fn listed(words: &[&str], and: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

/// The plans that are best in a figure, and its best cell.
fn winners<'a>(report: &'a Report, key: &str, who: For, better: Better) -> Option<(Vec<&'a Row>, &'a Cell, Merit)> {
    let of = |row: &'a Row| {
        let cell = cell(&report.columns, row, key);
        merit(cell, who, better).map(|merit| (row, cell, merit))
    };
    let known: Vec<_> = report.rows.iter().filter_map(of).collect();
    let top = known.iter().map(|(.., merit)| merit).max()?.clone();
    let (rows, cells): (Vec<_>, Vec<_>) =
        known.into_iter().filter(|(.., merit)| *merit == top).map(|(row, cell, _)| (row, cell)).unzip();
    Some((rows, cells[0], top))
}

fn names(rows: &[&Row]) -> String {
    listed(&rows.iter().map(|row| name(row)).collect::<Vec<_>>(), "and")
}

fn shown(cell: &Cell) -> String {
    crate::render::cell(cell)
}

fn buyer(report: &Report) -> String {
    let free: Vec<&Row> = report
        .rows
        .iter()
        .filter(|row| matches!(cell(&report.columns, row, "price_usd_per_month"), Cell::Usd(price) if price.value.is_zero()))
        .collect();
    let Some((rows, best, merit)) = winners(report, "multiple", For::Buyer, Better::Most) else {
        return "Buyer: no figure is known that tells the plans apart.".to_owned();
    };
    let most = match merit {
        Merit::Best => format!("Buyer: {} for much use, without a cap", names(&rows)),
        _ => format!("Buyer: {} for much use, with the most API value per dollar ({})", names(&rows), shown(best)),
    };
    if !free.is_empty() {
        return format!("{most}; {} for what it grants, since it is free.", names(&free));
    }
    let Some((first, Cell::Usd(from), _)) = winners(report, "buyer_break_even_usd", For::Buyer, Better::Least) else {
        return format!("{most}.");
    };
    let from = dollars(&from.value);
    let pays = if first.len() > 1 { "they pay" } else { "it pays" };
    if rows.iter().all(|row| first.iter().any(|first| std::ptr::eq(*row, *first))) {
        let pays = if rows.len() > 1 { "they pay" } else { "it pays" };
        let most = most.replace(" for much use, ", ", ");
        return format!("{most}; {pays} from {from} of API use a month on, and below that the API is cheaper.");
    }
    format!(
        "{most}; {} for little, since {pays} from {from} of API use a month on. Below that the API is cheaper (--ladder).",
        names(&first)
    )
}

fn vendor(report: &Report) -> String {
    let Some((rows, best, merit)) = winners(report, "break_even", For::Vendor, Better::Most) else {
        return "Vendor: no figure is known that tells the plans apart.".to_owned();
    };
    let who = names(&rows);
    let one = Ratio::one();
    let earns = match merit {
        Merit::Best => format!("Vendor: {who}, since use cannot make it lose"),
        Merit::Worst => return "Vendor: none of them, since each loses money without any use.".to_owned(),
        Merit::Value(even) if even.is_zero() => {
            return "Vendor: none whose allowance has an end, since each loses money from the first use on.".to_owned();
        }
        Merit::Value(even) if even >= one => format!("Vendor: {who}, which does not lose even at full use"),
        Merit::Value(_) => {
            format!("Vendor: {who}, which earns up to the highest utilization ({})", shown(best))
        }
    };
    let earns = if rows.len() > 1 {
        earns.replace(", which earns", ", which earn").replace(", which does", ", which do")
    } else {
        earns
    };
    match winners(report, "profit_at_full_usd", For::Vendor, Better::Most) {
        Some((rows, Cell::Usd(profit), _)) if profit.value.is_negative() => {
            format!("{earns}; all lose at full use, the least {} ({}).", names(&rows), dollars(&profit.value))
        }
        Some((rows, Cell::Usd(profit), _)) if !profit.value.is_zero() => {
            format!("{earns}; at full use {} leaves the most ({}).", names(&rows), dollars(&profit.value))
        }
        _ => format!("{earns}."),
    }
}
