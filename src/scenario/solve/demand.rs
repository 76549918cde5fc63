//! The cap and the overage rate with which a whole population meets a target.
//!
//! Here demand is spread over many users, in dollars at list prices a month, and a cap changes how much of it is served:
//! the mean of what is served rises with the cap, ever more slowly, so that there is at most one root.

use super::{Reason, Setting, Target, bisect};
use crate::economics::Revenue;
use crate::population::Distribution;
use crate::scenario::metered::TakeUp;
use crate::units::Ratio;

/// The cap of a month with which a population meets a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PopulationCap {
    /// With this cap the target is met exactly.
    Solved {
        /// Dollars a month at list prices.
        max_usd: f64,
        /// Share of the users who want more.
        capped_share: f64,
        /// What they want more, in dollars at list prices a month and user of all.
        refused_usd: f64,
    },
    /// The target is met though everyone gets all that he wants.
    NotNeeded,
    /// No cap meets the target.
    Impossible(Reason),
}

impl PopulationCap {
    /// The word for it in documents.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Solved { .. } => "solved",
            Self::NotNeeded => "not_needed",
            Self::Impossible(_) => "impossible",
        }
    }
}

/// The largest cap with which a population of that demand meets a target; the plan's own maximum and the utilization of
/// the target are not used.
///
/// Solves `c E min(D, M) = N - F - target` (a limited expected value, as insurers call it) by halving, to the last bit.
#[must_use]
pub fn population_cap(setting: &Setting, target: &Target, demand: &Distribution) -> PopulationCap {
    let budget = setting.budget_usd(target);
    if budget.is_negative() {
        return PopulationCap::Impossible(Reason::MissedWithoutUse);
    }
    let Some(served) = budget.checked_div(&setting.serving_share) else { return PopulationCap::NotNeeded };
    let served = served.to_f64();
    if served >= demand.mean() {
        return PopulationCap::NotNeeded;
    }
    let mut enough = demand.mean();
    while enough < f64::MAX && demand.limited_mean(enough) < served {
        enough = (enough * 2.0).min(f64::MAX);
    }
    match bisect(0.0, enough, |cap| demand.limited_mean(cap) - served) {
        Ok(max_usd) => PopulationCap::Solved {
            max_usd,
            capped_share: demand.survival(max_usd),
            refused_usd: demand.excess_mean(max_usd),
        },
        // The tail is so heavy that the cap would be larger than any float.
        Err(_) => PopulationCap::NotNeeded,
    }
}

/// The overage rate with which a population meets a target, and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PopulationRate {
    /// Mean use within the plan's maximum, in dollars at list prices a month.
    pub included_usd: f64,
    /// Mean use above it that is bought, in dollars at list prices a month.
    pub sold_usd: f64,
    /// The rate.
    pub rate: OverageRate,
}

/// A rate for use above the maximum, as a multiple of list price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OverageRate {
    /// With this rate the target is met exactly.
    Solved(f64),
    /// The target is met at every rate, even if overage is given away.
    NotNeeded {
        /// The negative rate that would just meet it; `None` if no overage is bought or kept.
        root: Option<f64>,
    },
    /// No rate meets the target.
    Impossible(Reason),
}

impl OverageRate {
    /// The word for it in documents.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Solved(_) => "solved",
            Self::NotNeeded { .. } => "not_needed",
            Self::Impossible(_) => "impossible",
        }
    }
}

/// The least multiple of list price for use above the plan's maximum with which a population of that demand meets a
/// target. Overage counts as revenue; so large a share of it goes in fees, and take-up is taken not to depend on the
/// rate. The utilization of the target is not used.
#[must_use]
pub fn population_overage(
    setting: &Setting,
    target: &Target,
    overage_fee_share: &Ratio,
    take_up: &TakeUp,
    demand: &Distribution,
) -> PopulationRate {
    let max = setting.max_api_usd.as_ref().map(Ratio::to_f64);
    let included_usd = max.map_or_else(|| demand.mean(), |max| demand.limited_mean(max));
    let sold_usd = max.map_or(0.0, |max| take_up.share() * demand.excess_mean(max));
    let sold = |usd: Ratio| Revenue {
        net_usd: &usd * (Ratio::one() - overage_fee_share),
        fees_usd: &usd * overage_fee_share,
        gross_usd: usd.clone(),
        revenue_usd: usd,
    };
    let budget_of = |usd: Ratio| target.budget_usd(&sold(usd), &Ratio::zero());
    let kept = (budget_of(Ratio::one()) - budget_of(Ratio::zero())).to_f64();
    let missing = setting.serving_share.to_f64() * (included_usd + sold_usd) - setting.budget_usd(target).to_f64();
    let root = Some(missing / (sold_usd * kept)).filter(|root| sold_usd > 0.0 && kept > 0.0 && root.is_finite());
    let rate = match root {
        _ if missing <= 0.0 => OverageRate::NotNeeded { root },
        Some(root) => OverageRate::Solved(root),
        None if kept <= 0.0 => OverageRate::Impossible(Reason::FeesLeaveTooLittle),
        None => OverageRate::Impossible(Reason::NoOverageSold),
    };
    PopulationRate { included_usd, sold_usd, rate }
}
