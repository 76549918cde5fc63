//! The tables beside the results: quantiles, histogram, curve, totals, the book, and the check of draws.

use super::book::{Cast, Seated};
use super::outcome::{Outcome, Spread};
use super::rows::{float, hundredths, share, usd};
use crate::population::special::places_at_equal_factors;
use crate::population::{Lot, Quantity, Total, UsersNeeded, users_needed};
use crate::report::{Axis, Cell, Chart, Column, Curve, Missing, Picture, Row, Section, Unit};
use crate::units::Ratio;

/// A plan whose subscribers are known.
pub(super) struct Known<'a> {
    pub(super) cast: &'a Cast<'a>,
    pub(super) seated: &'a Seated,
    pub(super) outcome: &'a Outcome,
    /// What closed forms say where `outcome` was drawn, and both were asked for.
    pub(super) exact: Option<&'a Outcome>,
}

/// A table beside the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Table {
    /// Use, margin and profit of the subscriber at each of --quantiles
    Quantiles,
    /// Subscribers and use by bands of use
    Histogram,
    /// The same as cumulative curves
    Curve,
    /// The profit of all subscribers of a plan, and how bad a month can be
    Totals,
    /// The same for all plans together
    Book,
    /// With --method both: draws against closed forms
    Check,
    /// With --months: the same for all plans together, from months drawn one by one
    Months,
    /// None of them
    None,
}

const NONE: Cell = Cell::Missing(Missing::NotApplicable);

/// A column that goes at a rank where there is no room.
pub(super) fn column(key: &'static str, title: &str, unit: Unit, drop_rank: u8, meaning: &'static str) -> Column {
    Column { key, title: title.to_owned(), meaning, unit, shown: true, drop_rank, heat_points: Vec::new() }
}

fn plan_column(shown: bool) -> Column {
    Column { shown, ..column("plan", "Plan", Unit::Text, 0, "the plan's id") }
}

fn plan(known: &Known<'_>) -> Cell {
    Cell::Text(known.cast.answer.plan.id.to_string())
}

/// The figure where it is a share of a maximum, or where it is in dollars.
fn in_unit(known: &Known<'_>, unit: Quantity, cell: Cell) -> Cell {
    if known.seated.counts == unit { cell } else { NONE }
}

/// The tables, those that were asked for shown to people.
pub(super) fn sections(known: &[Known<'_>], shown: &[Table], level: &Ratio, correlation: &Ratio) -> Vec<Section> {
    let several = known.len() > 1;
    let has_usd = known.iter().any(|known| known.seated.counts == Quantity::ApiUsd);
    let all = [
        (Table::Quantiles, quantiles(known, several, has_usd)),
        (Table::Histogram, histogram(known, several)),
        (Table::Curve, curve(known, several)),
        (Table::Totals, totals(known, several, level, correlation)),
        (Table::Book, book(known, level, correlation)),
        (Table::Check, check(known, several)),
    ];
    let all = all.into_iter().map(|(table, mut section)| {
        if !shown.contains(&table) {
            section.columns.iter_mut().for_each(|column| column.shown = false);
        }
        section
    });
    all.collect()
}

fn quantiles(known: &[Known<'_>], several: bool, has_usd: bool) -> Section {
    let rows = known.iter().flat_map(|known| {
        known.outcome.quantiles.iter().map(|point| {
            let used = point.used;
            let dollars = usd(used * known.seated.unit_usd.to_f64());
            Row {
                group: None,
                cells: vec![
                    plan(known),
                    Cell::Share(point.share.utilization.clone().into()),
                    in_unit(known, Quantity::Utilization, share(used)),
                    dollars,
                    point.margin.map_or(NONE, share),
                    usd(point.profit_usd),
                ],
            }
        })
    });
    let utilization = column("utilization", "Use", Unit::Share, 0, "share of the maximum that they use at most");
    Section {
        key: "quantiles",
        title: "The subscriber whose use a share of all do not exceed".to_owned(),
        columns: vec![
            plan_column(several),
            column("share", "Share", Unit::Share, 0, "share of the subscribers"),
            Column { shown: !has_usd || several, ..utilization },
            column("api_usd_per_month", "API use", Unit::Usd, 2, "the same in dollars at API list prices"),
            column("margin", "Margin", Unit::Share, 0, "margin of one who uses just so much"),
            column("profit_usd", "Profit", Unit::Usd, 1, "profit on that one"),
        ],
        rows: rows.collect(),
        chart: None,
    }
}

/// Ends of bands of utilization.
const SHARES: [(f64, &str); 9] = [
    (0.0, "none"),
    (0.01, "to 1%"),
    (0.02, "to 2%"),
    (0.05, "to 5%"),
    (0.1, "to 10%"),
    (0.2, "to 20%"),
    (0.5, "to 50%"),
    (1.0, "below 100%"),
    (f64::MAX, "100%"),
];

/// Ends of bands of dollars.
const DOLLARS: [(f64, &str); 10] = [
    (0.0, "none"),
    (10.0, "to $10"),
    (20.0, "to $20"),
    (50.0, "to $50"),
    (100.0, "to $100"),
    (200.0, "to $200"),
    (500.0, "to $500"),
    (1_000.0, "to $1,000"),
    (5_000.0, "to $5,000"),
    (f64::MAX, "above"),
];

fn histogram(known: &[Known<'_>], several: bool) -> Section {
    Section {
        key: "histogram",
        title: "Subscribers by use, and what of all use is theirs".to_owned(),
        columns: vec![
            plan_column(several),
            column("band", "Use", Unit::Text, 0, "use above the band before and up to this"),
            Column {
                shown: false,
                ..column(
                    "above",
                    "Above",
                    Unit::Number,
                    3,
                    "its lower end: a share of the maximum, or dollars for a plan without limit",
                )
            },
            Column { shown: false, ..column("up_to", "Most", Unit::Number, 3, "its upper end; none: any") },
            column("subscribers_share", "Subs", Unit::Bar, 0, "share of the subscribers"),
            column("cumulative_share", "Up to", Unit::Share, 1, "share of the subscribers up to here"),
            column("use_share", "Of use", Unit::Bar, 0, "share of all use"),
            Column {
                shown: false,
                ..column("cumulative_use_share", "Use up to", Unit::Share, 2, "share of all use up to here")
            },
        ],
        rows: known.iter().flat_map(bands).collect(),
        chart: None,
    }
}

fn bands(known: &Known<'_>) -> Vec<Row> {
    let ends: &[(f64, &str)] = if known.seated.counts == Quantity::Utilization { &SHARES } else { &DOLLARS };
    let mut rows = Vec::new();
    let mut below = (0.0, 0.0);
    let mut above = NONE;
    for &(end, words) in ends {
        // Those at full use are a band of their own.
        let full = words == "below 100%";
        let up_to = if end >= f64::MAX {
            (1.0, 1.0)
        } else {
            known.outcome.spread.up_to(if full { end.next_down() } else { end })
        };
        let up_to = (up_to.0.max(below.0), if known.outcome.mean_use > 0.0 { up_to.1.max(below.1) } else { 0.0 });
        let is_point = [0.0, f64::MAX].iter().any(|at| (end - at).abs() < f64::MIN_POSITIVE);
        if !is_point || up_to.0 - below.0 > 0.0 {
            let words = if known.seated.billed_above && words == "100%" { "100% and above" } else { words };
            rows.push(Row {
                group: None,
                cells: vec![
                    plan(known),
                    Cell::Text(words.to_owned()),
                    above.clone(),
                    if end >= f64::MAX { NONE } else { hundredths(end) },
                    share(up_to.0 - below.0),
                    share(up_to.0),
                    share(up_to.1 - below.1),
                    share(up_to.1),
                ],
            });
        }
        below = up_to;
        above = hundredths(end.min(1e6));
    }
    rows
}

/// Points of a curve.
const POINTS: u8 = 60;

/// The ends of the axis of a curve, and points at equal factors between them.
fn places(known: &Known<'_>) -> Vec<f64> {
    let (low, high) = match &known.outcome.spread {
        Spread::Known(spread) => (spread.quantile(0.005), spread.quantile_upper(0.001)),
        Spread::Counted(classes) => {
            let at = |q: f64| classes.iter().find(|class| class.1 >= q).map_or(0.0, |class| class.0);
            (at(0.005), at(0.999))
        }
    };
    let high = high.max(1.0);
    let low = low.clamp(high * 1e-5, high / 10.0);
    places_at_equal_factors(low, high, POINTS)
}

fn curve(known: &[Known<'_>], several: bool) -> Section {
    let mut rows = Vec::new();
    let mut curves = Vec::new();
    for known in known {
        let points: Vec<(f64, (f64, f64))> =
            places(known).into_iter().map(|at| (at, known.outcome.spread.up_to(at))).collect();
        rows.extend(points.iter().map(|&(at, (subscribers, used))| Row {
            group: None,
            cells: vec![
                plan(known),
                in_unit(known, Quantity::Utilization, share(at)),
                usd(at * known.seated.unit_usd.to_f64()),
                share(subscribers),
                share(used),
            ],
        }));
        let name =
            |what: &str| if several { format!("{what}, {}", known.cast.answer.plan.id) } else { what.to_owned() };
        curves.push(Curve {
            name: name("subscribers"),
            points: points.iter().map(|p| (p.0, p.1.0)).collect(),
            mark: None,
        });
        curves.push(Curve { name: name("use"), points: points.iter().map(|p| (p.0, p.1.1)).collect(), mark: None });
    }
    // Plans by shares and plans by dollars have no axis in common.
    let unit = known.first().map_or(Quantity::Utilization, |known| known.seated.counts);
    let alike = known.iter().all(|known| known.seated.counts == unit);
    let (title, axis) = match unit {
        Quantity::Utilization => ("use, share of the maximum", Unit::Share),
        Quantity::ApiUsd => ("use, API dollars a month", Unit::Usd),
    };
    Section {
        key: "curve",
        title: "Share of subscribers, and of all use, up to a use".to_owned(),
        columns: vec![
            plan_column(several),
            column("utilization", "Use", Unit::Share, 0, "use as a share of the maximum"),
            column("api_usd_per_month", "API use", Unit::Usd, 2, "the same in dollars at API list prices"),
            column("cumulative_share", "Subs", Unit::Share, 0, "share of the subscribers up to there"),
            column("cumulative_use_share", "Of use", Unit::Share, 0, "share of all use up to there"),
        ],
        rows,
        chart: alike.then(|| {
            Picture::Curves(Chart {
                across: Axis { title: title.to_owned(), unit: axis, logarithmic: true },
                up: Axis { title: "share".to_owned(), unit: Unit::Share, logarithmic: false },
                curves,
                notes: Vec::new(),
            })
        }),
    }
}

/// Percent as a title has it: `95%`.
pub(super) fn percent(share: &Ratio) -> String {
    (share * &Ratio::from(100)).to_decimal_trimmed(0, 4) + "%"
}

fn lot(known: &Known<'_>) -> Option<Lot> {
    Some(Lot {
        users: usize::try_from(known.cast.subscribers).ok()?,
        mean_usd: known.outcome.profit_usd,
        sd_usd: known.outcome.profit_sd_usd?,
        skewness: known.outcome.profit_skewness,
    })
}

fn risk_columns(level: &Ratio) -> Vec<Column> {
    let at = percent(level);
    vec![
        column("correlation", "Correl.", Unit::Share, 0, "correlation of each two subscribers"),
        column("profit_usd_per_month", "Profit", Unit::Usd, 0, "expected profit of a month"),
        column("profit_sd_usd", "SD", Unit::Usd, 5, "its standard deviation"),
        column("loss_probability", "P(loss)", Unit::Share, 0, "probability of a month with a loss"),
        column(
            "value_at_risk_usd",
            &format!("VaR {at}"),
            Unit::Usd,
            1,
            "loss that is not exceeded with the probability of --level; negative: still a profit",
        ),
        column(
            "expected_shortfall_usd",
            &format!("ES {at}"),
            Unit::Usd,
            2,
            "mean loss of the months beyond that; negative: still a profit",
        ),
        column(
            "cornish_fisher_value_at_risk_usd",
            "VaR skewed",
            Unit::Usd,
            4,
            "value at risk corrected for skewness; none where subscribers move together",
        ),
    ]
}

/// Profit of many users, or why it has none: an infinite variance.
fn risk(total: Option<Total>, correlation: &Ratio, level: f64) -> Vec<Cell> {
    let or_none = |value: Option<f64>| value.map_or(NONE, usd);
    vec![
        Cell::Share(correlation.clone().into()),
        or_none(total.map(|total| total.mean_usd)),
        or_none(total.map(|total| total.sd_usd)),
        total.map_or(NONE, |total| share(total.loss_probability())),
        or_none(total.and_then(|total| total.value_at_risk_usd(level))),
        or_none(total.and_then(|total| total.expected_shortfall_usd(level))),
        or_none(total.and_then(|total| total.cornish_fisher_value_at_risk_usd(level))),
    ]
}

/// Independent, then correlated where that was asked for.
pub(super) fn correlations(correlation: &Ratio) -> Vec<Ratio> {
    let asked = (!correlation.is_zero()).then(|| correlation.clone());
    [Ratio::zero()].into_iter().chain(asked).collect()
}

fn totals(known: &[Known<'_>], several: bool, level: &Ratio, correlation: &Ratio) -> Section {
    let float_level = level.to_f64();
    let rows = known.iter().flat_map(|known| {
        correlations(correlation).into_iter().map(|correlation| {
            let rho = correlation.to_f64();
            let total = lot(known).and_then(|lot| Total::of_book(&[lot], rho));
            let needed = match users_needed(&known.seated.seat, &known.seated.used, float_level, rho) {
                _ if known.seated.billed_above => NONE,
                None => NONE,
                Some(UsersNeeded::Never) => Cell::Missing(Missing::Never),
                Some(UsersNeeded::AtLeast(users)) => Ratio::from_f64(users)
                    .and_then(|users| u64::try_from(users.to_i128()?).ok())
                    .map_or(Cell::Missing(Missing::Never), Cell::Count),
            };
            let head = [plan(known), Cell::Count(known.cast.subscribers)];
            let cells = head.into_iter().chain(risk(total, &correlation, float_level)).chain([needed]);
            Row { group: None, cells: cells.collect() }
        })
    });
    let mut columns = vec![plan_column(several), column("subscribers", "Subs", Unit::Count, 6, "how many")];
    columns[1].shown = several;
    columns.extend(risk_columns(level));
    columns.push(column(
        "users_needed",
        "Needs",
        Unit::Count,
        3,
        "subscribers from which on a loss is as rare as --level asks; never: however many",
    ));
    let title = match known {
        [one] => format!("A month of {}", people(one.cast.subscribers)),
        _ => "A month of all subscribers of each plan".to_owned(),
    };
    Section {
        key: "totals",
        title: format!("{title}; a negative VaR or ES is still a profit"),
        columns,
        rows: rows.collect(),
        chart: None,
    }
}

pub(super) fn people(count: u64) -> String {
    let noun = if count == 1 { "subscriber" } else { "subscribers" };
    format!("{} {noun}", crate::render::cell(&Cell::Count(count)))
}

/// All plans together, weighted by what they bring.
fn book(known: &[Known<'_>], level: &Ratio, correlation: &Ratio) -> Section {
    let sum = |of: &dyn Fn(&Outcome) -> f64| -> f64 {
        known.iter().map(|known| float(known.cast.subscribers) * of(known.outcome)).sum()
    };
    let subscribers: u64 = known.iter().map(|known| known.cast.subscribers).sum();
    let revenue = sum(&|outcome| outcome.revenue_usd);
    let (surplus, deficit) = (sum(&|outcome| outcome.surplus_usd), sum(&|outcome| outcome.deficit_usd));
    let profit = sum(&|outcome| outcome.profit_usd);
    let losers = sum(&|outcome| outcome.loss_share) / float(subscribers.max(1));
    let lots: Option<Vec<Lot>> = known.iter().map(lot).collect();
    let rows = correlations(correlation).into_iter().map(|correlation| {
        let total = lots.as_ref().and_then(|lots| Total::of_book(lots, correlation.to_f64()));
        let head = [
            Cell::Count(subscribers),
            usd(revenue),
            if revenue > 0.0 { share(profit / revenue) } else { NONE },
            share(losers),
            if surplus > 0.0 { hundredths(deficit / surplus) } else { NONE },
        ];
        Row { group: None, cells: head.into_iter().chain(risk(total, &correlation, level.to_f64())).collect() }
    });
    let rows = if known.is_empty() { Vec::new() } else { rows.collect() };
    let mut columns = vec![
        column("subscribers", "Subs", Unit::Count, 6, "subscribers of all plans"),
        column("revenue_usd_per_month", "Revenue", Unit::Usd, 3, "what they pay, without tax"),
        column("margin", "Margin", Unit::Share, 0, "profit over revenue, so that plans weigh by what they bring"),
        column("loss_share", "Losers", Unit::Share, 0, "share of subscribers who cost more than they bring"),
        column("deficit_ratio", "Ratio", Unit::Number, 4, "what losers take over what the others leave"),
    ];
    columns.extend(risk_columns(level));
    Section {
        key: "book",
        title: format!("A month of the book, {}; a negative VaR or ES is still a profit", people(subscribers)),
        columns,
        rows,
        chart: None,
    }
}

/// Draws beside closed forms.
fn check(known: &[Known<'_>], several: bool) -> Section {
    let rows = known.iter().flat_map(|known| {
        let compared = known.exact.zip(known.outcome.drawn.as_ref()).map(|(exact, drawn)| {
            let shares = [
                ("mean_utilization", Some(exact.mean_use), Some(drawn.mean_use)),
                ("margin", exact.margin, drawn.margin),
                ("loss_share", Some(exact.loss_share), Some(drawn.loss_share)),
            ];
            let shares = shares.map(|(figure, exact, drawn)| (figure, exact.zip(drawn), share as fn(f64) -> Cell));
            let profit = ("profit_usd", Some((exact.profit_usd, drawn.profit_usd)), usd as fn(f64) -> Cell);
            shares.into_iter().chain([profit]).collect::<Vec<_>>()
        });
        compared.into_iter().flatten().map(|(figure, both, cell)| {
            let cells = both.map_or([NONE, NONE, NONE, NONE], |(exact, drawn)| {
                let off = (drawn.value - exact) / drawn.standard_error;
                [
                    cell(exact),
                    cell(drawn.value),
                    cell(drawn.standard_error),
                    if off.is_finite() { hundredths(off) } else { NONE },
                ]
            });
            Row { group: None, cells: [plan(known), Cell::Text(figure.to_owned())].into_iter().chain(cells).collect() }
        })
    });
    Section {
        key: "check",
        title: "Draws against closed forms; beyond four standard errors something is wrong".to_owned(),
        columns: vec![
            plan_column(several),
            column("figure", "Figure", Unit::Text, 0, "what was worked out in both ways"),
            column("exact", "Exact", Unit::Number, 0, "by closed form or quadrature"),
            column("drawn", "Drawn", Unit::Number, 0, "from subscribers drawn one by one"),
            column("standard_error", "Std. error", Unit::Number, 1, "of that"),
            column("difference_in_standard_errors", "Off by", Unit::Number, 0, "drawn less exact, in standard errors"),
        ],
        rows: rows.collect(),
        chart: None,
    }
}
