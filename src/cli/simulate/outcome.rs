//! What the subscribers of a plan use and leave: by closed forms, or drawn one by one.

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::book::Seated;
use crate::cli::parallel::{Progress, fold};
use crate::population::Distribution;
use crate::report::HeatTitle;
use crate::simulation::{Earnings, Estimate, Figures, Part, Simulation, Table, Tally};

/// The figures of one plan, each per subscriber and month. Use counts as in [`Seated::counts`].
pub(super) struct Outcome {
    pub(super) mean_use: f64,
    pub(super) median_use: f64,
    pub(super) revenue_usd: f64,
    pub(super) profit_usd: f64,
    /// `None`: infinite.
    pub(super) profit_sd_usd: Option<f64>,
    /// `None`: infinite, all alike, or not drawn.
    pub(super) profit_skewness: Option<f64>,
    pub(super) margin: Option<f64>,
    pub(super) loss_share: f64,
    pub(super) surplus_usd: f64,
    pub(super) deficit_usd: f64,
    pub(super) deficit_ratio: Option<f64>,
    pub(super) top_1pct_share: Option<f64>,
    pub(super) top_10pct_share: Option<f64>,
    pub(super) gini: Option<f64>,
    /// Margins that 5, 50 and 95 % of subscribers stay at or below.
    pub(super) margins: [Option<f64>; 3],
    pub(super) quantiles: Vec<Quantile>,
    /// How far chance may have moved what was drawn.
    pub(super) drawn: Option<Drawn>,
    pub(super) spread: Spread,
}

/// A subscriber whose use a share of all do not exceed.
pub(super) struct Quantile {
    pub(super) share: HeatTitle,
    pub(super) used: f64,
    pub(super) margin: Option<f64>,
    pub(super) profit_usd: f64,
}

/// What was drawn, with standard errors.
pub(super) struct Drawn {
    pub(super) samples: u64,
    pub(super) mean_use: Estimate,
    pub(super) margin: Option<Estimate>,
    pub(super) loss_share: Estimate,
    pub(super) profit_usd: Estimate,
}

/// How use is spread.
pub(super) enum Spread {
    Known(Distribution),
    /// Upper ends of classes, with the shares of subscribers and of use up to there.
    Counted(Vec<(f64, f64, f64)>),
}

/// Below this a drawn use counts as none.
const NONE: f64 = 1.0 / 1_099_511_627_776.0;

impl Spread {
    /// The shares of subscribers and of use up to a use; the latter is 0 where nobody uses anything.
    pub(super) fn up_to(&self, used: f64) -> (f64, f64) {
        match self {
            Self::Known(spread) => {
                let mean = spread.mean();
                (spread.cdf(used), if mean > 0.0 { (spread.partial_mean(used) / mean).min(1.0) } else { 0.0 })
            }
            Self::Counted(classes) => {
                let used = used.max(NONE);
                let below = classes.partition_point(|class| class.0 <= used);
                below.checked_sub(1).and_then(|last| classes.get(last)).map_or((0.0, 0.0), |class| (class.1, class.2))
            }
        }
    }

    fn counted(tally: &Tally) -> Self {
        let all = tally.subscribers().max(1) as f64;
        let middle = |from: f64, to: f64| if from <= NONE { 0.0 } else { f64::midpoint(from, to) };
        let total: f64 =
            tally.histogram().classes().map(|class| middle(class.from, class.to) * class.count as f64).sum();
        let (mut count, mut used) = (0.0, 0.0);
        let classes = tally.histogram().classes().map(|class| {
            count += class.count as f64;
            used += middle(class.from, class.to) * class.count as f64;
            (class.from, count / all, if total > 0.0 { used / total } else { 0.0 })
        });
        Self::Counted(classes.collect())
    }
}

/// The figures by closed forms and quadrature.
pub(super) fn exact(seated: &Seated, earnings: &Earnings, quantiles: &[HeatTitle]) -> Outcome {
    let Seated { seat, used, .. } = seated;
    let subsidy = seat.subsidy(used);
    Outcome {
        mean_use: used.mean(),
        median_use: used.quantile(0.5),
        revenue_usd: seated.economics.revenue.revenue_usd.to_f64(),
        profit_usd: seat.profit_usd(used),
        profit_sd_usd: seat.profit_sd_usd(used),
        profit_skewness: used.skewness().map(|skewness| -skewness),
        margin: seat.margin(used),
        loss_share: subsidy.loss_share,
        surplus_usd: subsidy.surplus_usd,
        deficit_usd: subsidy.deficit_usd,
        deficit_ratio: subsidy.ratio,
        top_1pct_share: used.top_share(0.01),
        top_10pct_share: used.top_share(0.1),
        gini: used.gini(),
        margins: [0.05, 0.5, 0.95].map(|share| seat.margin_quantile(used, share)),
        quantiles: quantile_points(quantiles, earnings, |share| Some(used.quantile(share))),
        drawn: None,
        spread: Spread::Known(used.clone()),
    }
}

fn quantile_points(shares: &[HeatTitle], earnings: &Earnings, at: impl Fn(f64) -> Option<f64>) -> Vec<Quantile> {
    let point = |share: &HeatTitle| {
        let used = at(share.utilization.to_f64())?;
        Some(Quantile {
            share: share.clone(),
            used,
            margin: earnings.margin(used),
            profit_usd: earnings.profit_usd(used),
        })
    };
    shares.iter().filter_map(point).collect()
}

/// How to draw.
#[derive(Clone, Copy)]
pub(super) struct Draws {
    pub(super) samples: u64,
    pub(super) seed: u64,
    pub(super) threads: NonZeroUsize,
    pub(super) progress: Progress,
}

/// The figures of subscribers drawn one by one. Every plan draws the same subscribers, so that plans differ by their
/// terms and not by chance.
pub(super) fn drawn(
    seated: &Seated,
    earnings: &Earnings,
    quantiles: &[HeatTitle],
    draws: Draws,
) -> Result<Outcome, String> {
    let table = Table::of(&seated.used).map_err(|error| error.to_string())?;
    let part = Part { subscribers: draws.samples, utilization: Arc::new(table), earnings: *earnings };
    let simulation = Simulation::new(draws.seed, vec![part]).map_err(|error| error.to_string())?;
    let tallies = fold(
        simulation.blocks(),
        draws.threads,
        draws.progress,
        || simulation.tallies(),
        |block, tallies: &mut Vec<Tally>| simulation.add_block(block, tallies),
        |whole, own| whole.iter_mut().zip(&own).for_each(|(tally, more)| tally.merge(more)),
    );
    let tally = tallies.first().ok_or("nobody was drawn")?;
    let figures = Figures::of(tally, earnings).ok_or("nobody was drawn")?;
    let at = |share: f64| Some(tally.utilization_quantile(share)?.value);
    let excess = seated.economics.overage.as_ref().map_or(0.0, |overage| {
        overage.of_list_price.to_f64() * seated.unit_usd.to_f64() * seated.used.excess_mean(1.0)
    });
    Ok(Outcome {
        mean_use: figures.utilization.value,
        median_use: at(0.5).unwrap_or(figures.utilization.value),
        revenue_usd: seated.economics.revenue.revenue_usd.to_f64() + excess,
        profit_usd: figures.profit_usd.value,
        profit_sd_usd: Some(figures.profit_sd_usd),
        profit_skewness: None,
        margin: figures.margin.map(|margin| margin.value),
        loss_share: figures.loss_share.value,
        surplus_usd: figures.surplus_usd,
        deficit_usd: figures.deficit_usd,
        deficit_ratio: (figures.surplus_usd > 0.0).then(|| figures.deficit_usd / figures.surplus_usd),
        top_1pct_share: tally.top_share(0.01),
        top_10pct_share: tally.top_share(0.1),
        gini: None,
        margins: [0.05, 0.5, 0.95].map(|share| tally.margin_quantile(earnings, share).map(|margin| margin.value)),
        quantiles: quantile_points(quantiles, earnings, at),
        drawn: Some(Drawn {
            samples: figures.subscribers,
            mean_use: figures.utilization,
            margin: figures.margin,
            loss_share: figures.loss_share,
            profit_usd: figures.profit_usd,
        }),
        spread: Spread::counted(tally),
    })
}
