//! Months of the whole book, drawn one by one, where a total is not normal.

use std::sync::Arc;

use super::outcome::Draws;
use super::rows::{share, usd};
use super::sections::{Known, column, correlations, percent};
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::parallel::fold;
use crate::problem::Problem;
use crate::report::{Cell, Missing, Row, Section, Unit};
use crate::simulation::{Earnings, Months, Part, Simulation, Table, Togetherness};
use crate::units::Ratio;

/// Most subscribers that are drawn over all months: some minutes of a core.
const DRAWS_MOST: u64 = 100_000_000_000;

/// Least months to speak of one in twenty.
const MONTHS_LEAST: u64 = 100;
/// Most months; their profits are kept.
const MONTHS_MOST: u64 = 10_000_000;

/// How many months to draw.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let wanted = || "write a number of months from 100 to 1e7".to_owned();
    let months = super::book::count(text).map_err(|_| wanted())?;
    if (MONTHS_LEAST..=MONTHS_MOST).contains(&months) { Ok(months) } else { Err(wanted()) }
}

/// Independent months, and those in which all move together.
pub(super) fn section(
    known: &[Known<'_>],
    months: u64,
    draws: Draws,
    level: &Ratio,
    correlation: &Ratio,
) -> Result<Section, Stop> {
    if months == 0 || known.is_empty() {
        return Ok(table(Vec::new(), 0, level));
    }
    let refuse = |why: String| {
        let help = "give fewer `--months`, or leave them out: many subscribers come to a normal total";
        Stop::from(Problem::error(codes::USAGE, why).help(help))
    };
    let subscribers: u64 = known.iter().map(|known| known.cast.subscribers).sum();
    if subscribers.checked_mul(months).is_none_or(|all| all > DRAWS_MOST) {
        return Err(refuse(format!("{months} months of {subscribers} subscribers are more than 1e11 to draw")));
    }
    let mut parts = Vec::new();
    for known in known {
        let Some(earnings) = Earnings::of(&known.seated.economics) else { continue };
        let table = Table::of(&known.seated.used).map_err(|error| refuse(error.to_string()))?;
        parts.push(Part { subscribers: known.cast.subscribers, utilization: Arc::new(table), earnings });
    }
    let book = Simulation::new(draws.seed, parts).map_err(|error| refuse(error.to_string()))?;
    let mut rows = Vec::new();
    for correlation in correlations(correlation) {
        let together = (!correlation.is_zero()).then(|| Togetherness::of(correlation.to_f64())).transpose();
        let together = together.map_err(|error| refuse(error.to_string()))?;
        if let Some(drawn) = drawn(&book, months, together.as_ref(), draws) {
            rows.push(row(&drawn, &correlation, level));
        }
    }
    Ok(table(rows, months, level))
}

fn drawn(book: &Simulation, months: u64, together: Option<&Togetherness>, draws: Draws) -> Option<Months> {
    let profits = fold(
        months,
        draws.threads,
        draws.progress,
        Vec::new,
        |month, own: &mut Vec<f64>| own.push(book.month_profit_usd(month, together)),
        |whole, own| whole.extend(own),
    );
    Months::of(profits)
}

fn row(months: &Months, correlation: &Ratio, level: &Ratio) -> Row {
    let level = level.to_f64();
    let or_none = |value: Option<f64>| value.map_or(Cell::Missing(Missing::NotApplicable), usd);
    let (profit, loss) = (months.profit_usd(), months.loss_probability());
    let cells = vec![
        Cell::Share(correlation.clone().into()),
        usd(profit.value),
        usd(profit.standard_error),
        usd(months.sd_usd()),
        share(loss.value),
        share(loss.standard_error),
        or_none(months.value_at_risk_usd(level)),
        or_none(months.expected_shortfall_usd(level)),
    ];
    Row { group: None, cells }
}

/// The table of drawn months.
pub(super) fn table(rows: Vec<Row>, months: u64, level: &Ratio) -> Section {
    let at = percent(level);
    let drawn = crate::render::cell(&Cell::Count(months));
    Section {
        key: "months",
        title: format!("{drawn} months of the book, drawn; a negative VaR or ES is still a profit"),
        columns: vec![
            column(
                "score_correlation",
                "Correl.",
                Unit::Share,
                0,
                "correlation of the normal scores of each two subscribers; that of their use is less",
            ),
            column("profit_usd_per_month", "Profit", Unit::Usd, 0, "mean profit of a month"),
            column("profit_standard_error_usd", "± profit", Unit::Usd, 5, "its standard error"),
            column("profit_sd_usd", "SD", Unit::Usd, 3, "standard deviation of the profit of a month"),
            column("loss_probability", "P(loss)", Unit::Share, 0, "share of months with a loss"),
            column("loss_probability_standard_error", "± P(loss)", Unit::Share, 4, "its standard error"),
            column(
                "value_at_risk_usd",
                &format!("VaR {at}"),
                Unit::Usd,
                1,
                "loss that is not exceeded in a share --level of months; negative: still a profit",
            ),
            column(
                "expected_shortfall_usd",
                &format!("ES {at}"),
                Unit::Usd,
                2,
                "mean loss of the months beyond that; negative: still a profit",
            ),
        ],
        rows,
        chart: None,
    }
}
