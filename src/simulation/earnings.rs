//! What a subscriber's use earns, in the floats that a simulation works with.

use crate::economics::{BreakEven, Economics};
use crate::units::Ratio;

/// What a seat of a plan earns at each utilization, in dollars a month.
///
/// `profit(u) = room - serving u + kept (u - 1)+`. The utilizations where it turns are worked out exactly and rounded
/// once, so that who stands exactly on break-even does not lose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earnings {
    room_usd: f64,
    serving_usd_at_full: f64,
    revenue_usd: f64,
    above_full: Option<AboveFull>,
    /// Who uses more than the first and less than the second loses.
    losing: (f64, f64),
}

/// What use above the allowance pays, in dollars for a whole further allowance.
#[derive(Clone, Copy, Debug, PartialEq)]
struct AboveFull {
    paid_usd: f64,
    kept_usd: f64,
}

/// Nobody loses: more than any use.
const NOBODY: f64 = f64::MAX;

/// Everybody loses: less than any use.
const EVERYBODY: f64 = -1.0;

impl Earnings {
    /// The seat of a plan; `None` if its use is unlimited, so that there is no utilization.
    #[must_use]
    pub fn of(economics: &Economics) -> Option<Self> {
        let serving = economics.serving_usd_at_full()?;
        let above_full = economics.overage.as_ref().zip(economics.max_api_usd.as_ref()).map(|(overage, max)| {
            let paid = &overage.of_list_price * max;
            let kept = &paid * (Ratio::one() - &overage.fee_share);
            AboveFull { paid_usd: paid.to_f64(), kept_usd: kept.to_f64() }
        });
        Some(Self {
            room_usd: economics.room_usd().to_f64(),
            serving_usd_at_full: serving.to_f64(),
            revenue_usd: economics.revenue.revenue_usd.to_f64(),
            above_full,
            losing: losing(economics, &serving),
        })
    }

    /// Whether use above the allowance is served, and paid.
    #[must_use]
    pub const fn serves_above_full(&self) -> bool {
        self.above_full.is_some()
    }

    /// Whether who uses so much costs more than they bring.
    #[must_use]
    pub fn loses(&self, utilization: f64) -> bool {
        self.losing.0 < utilization && utilization < self.losing.1
    }

    /// Dollars a month that a seat earns; use above the allowance counts only where it is served.
    #[must_use]
    pub fn profit_usd(&self, utilization: f64) -> f64 {
        let served = self.served(utilization);
        self.room_usd - self.serving_usd_at_full * served + self.kept_usd() * (served - 1.0).max(0.0)
    }

    /// Profit over revenue; `None` without revenue.
    #[must_use]
    pub fn margin(&self, utilization: f64) -> Option<f64> {
        let revenue = self.revenue_usd + self.paid_usd() * (self.served(utilization) - 1.0).max(0.0);
        (revenue > 0.0).then(|| self.profit_usd(utilization) / revenue)
    }

    /// What is served of a demand: at most 1 where nothing above is.
    pub(super) fn served(&self, utilization: f64) -> f64 {
        if self.serves_above_full() { utilization } else { utilization.min(1.0) }
    }

    pub(super) const fn losing(&self) -> (f64, f64) {
        self.losing
    }

    pub(super) const fn room_usd(&self) -> f64 {
        self.room_usd
    }

    pub(super) const fn serving_usd_at_full(&self) -> f64 {
        self.serving_usd_at_full
    }

    pub(super) const fn revenue_usd(&self) -> f64 {
        self.revenue_usd
    }

    pub(super) fn paid_usd(&self) -> f64 {
        self.above_full.map_or(0.0, |above| above.paid_usd)
    }

    pub(super) fn kept_usd(&self) -> f64 {
        self.above_full.map_or(0.0, |above| above.kept_usd)
    }
}

/// The utilizations between which a seat loses.
fn losing(economics: &Economics, serving: &Ratio) -> (f64, f64) {
    let room = economics.room_usd();
    let from = match economics.break_even() {
        BreakEven::Never => EVERYBODY,
        BreakEven::Always => return (NOBODY, NOBODY),
        BreakEven::Finite { utilization, .. } => utilization.map_or(NOBODY, |share| share.to_f64()),
    };
    let to = economics.second_break_even().map_or(NOBODY, |share| share.to_f64());
    let Some((overage, max)) = economics.overage.as_ref().zip(economics.max_api_usd.as_ref()) else {
        return (from, NOBODY);
    };
    if room < *serving {
        return (from, to);
    }
    // Full use still earns; overage that is sold below its cost may yet end that.
    let costs = serving - &overage.of_list_price * (Ratio::one() - &overage.fee_share) * max;
    let lasts = costs.is_positive().then(|| Ratio::one() + (room - serving) / costs);
    (lasts.map_or(NOBODY, |share| share.to_f64()), NOBODY)
}
