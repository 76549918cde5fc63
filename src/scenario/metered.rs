//! Billing by the meter: what a population pays, who pays it, and who would rather have the flat plan.
//!
//! A metered plan is a plan with little included and overage above that, so both kinds are billed by one rule: revenue
//! `R + r h E(D - I)+`, serving cost `c (E min(D, I) + h E(D - I)+)`. Demand `D` is in dollars at list prices a month.

mod split;

use std::fmt;

pub use split::{Sold, Split, SplitBill};

use crate::economics::Economics;
use crate::population::Distribution;
use crate::units::Ratio;

/// The share of the use above what is included that is bought when it has to be paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeUp(Ratio);

/// A share outside of zero to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAShare {
    what: &'static str,
    value: Ratio,
}

impl fmt::Display for NotAShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}; it must be a share from 0 to 1", self.what, self.value.to_exact())
    }
}

impl std::error::Error for NotAShare {}

fn share(what: &'static str, value: Ratio) -> Result<Ratio, NotAShare> {
    if value.is_negative() || value > Ratio::one() { Err(NotAShare { what, value }) } else { Ok(value) }
}

impl TakeUp {
    /// A share from 0, nobody buys any, to 1, all is bought.
    ///
    /// # Errors
    ///
    /// If it is not within that.
    pub fn new(value: Ratio) -> Result<Self, NotAShare> {
        share("the take-up", value).map(Self)
    }

    /// All of it is bought.
    #[must_use]
    pub fn all() -> Self {
        Self(Ratio::one())
    }

    /// The share.
    #[must_use]
    pub const fn value(&self) -> &Ratio {
        &self.0
    }

    pub(super) fn share(&self) -> f64 {
        self.0.to_f64()
    }
}

/// What a population pays and costs, in dollars a month and user. Taxes are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bill {
    /// Share of the users who have the plan.
    pub buyers_share: f64,
    /// Revenue before fees, overage included.
    pub revenue_usd: f64,
    /// The part of it that is overage.
    pub overage_usd: f64,
    /// Cost of serving.
    pub serving_usd: f64,
    /// What is left after fees, fixed cost and serving.
    pub profit_usd: f64,
    /// The same over revenue; `None` without revenue.
    pub margin: Option<f64>,
    /// Share of the users who pay overage.
    pub payers_share: f64,
    /// Overage over revenue; `None` without revenue.
    pub overage_share_of_revenue: Option<f64>,
    /// What the tenth of the users who use most pay of all overage; `None` without overage.
    pub top_decile_share_of_overage: Option<f64>,
    /// Mean bill of those who pay overage; `None` if nobody does.
    pub mean_bill_of_payers_usd: Option<f64>,
}

impl Bill {
    /// What a plan bills a population of that demand. Use above its maximum is served as far as overage is sold and
    /// taken up.
    #[must_use]
    pub fn of(plan: &Economics, take_up: &TakeUp, demand: &Distribution) -> Self {
        Self::of_those_above(None, plan, take_up, demand)
    }

    /// The same where only those buy who want more than so many dollars; `None`: everyone does.
    fn of_those_above(above: Option<f64>, plan: &Economics, take_up: &TakeUp, demand: &Distribution) -> Self {
        let buyers_share = above.map_or(1.0, |above| demand.survival(above));
        let wanted = above.map_or_else(|| demand.mean(), |above| demand.tail_mean(above));
        let meter = Meter::of(plan, take_up);
        let over = meter.over(above, demand);
        let sold = meter.take_up * over;
        let overage_usd = meter.of_list_price * sold;
        let revenue_usd = buyers_share * plan.revenue.revenue_usd.to_f64() + overage_usd;
        let serving_usd = plan.serving_share.to_f64() * (wanted - over + sold);
        let kept = buyers_share * plan.room_usd().to_f64() + meter.kept_share * overage_usd;
        let profit_usd = kept - serving_usd;
        let payers_share = meter.payers(above, demand);
        Self {
            buyers_share,
            revenue_usd,
            overage_usd,
            serving_usd,
            profit_usd,
            margin: over_if_any(profit_usd, revenue_usd),
            payers_share,
            overage_share_of_revenue: over_if_any(overage_usd, revenue_usd),
            top_decile_share_of_overage: if overage_usd > 0.0 { meter.top_decile(above, demand) } else { None },
            mean_bill_of_payers_usd: over_if_any(overage_usd, payers_share)
                .map(|overage| plan.revenue.revenue_usd.to_f64() + overage),
        }
    }
}

fn over_if_any(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole).filter(|share| share.is_finite())
}

/// What use costs a buyer of a plan above what is included.
struct Meter {
    /// `None`: all.
    included_usd: Option<f64>,
    /// Zero if none is sold.
    of_list_price: f64,
    /// Zero if none is sold.
    take_up: f64,
    /// What is left of overage after fees.
    kept_share: f64,
}

impl Meter {
    fn of(plan: &Economics, take_up: &TakeUp) -> Self {
        let overage = plan.overage.as_ref();
        Self {
            included_usd: plan.max_api_usd.as_ref().map(Ratio::to_f64),
            of_list_price: overage.map_or(0.0, |overage| overage.of_list_price.to_f64()),
            take_up: overage.map_or(0.0, |_| take_up.share()),
            kept_share: overage.map_or(0.0, |overage| 1.0 - overage.fee_share.to_f64()),
        }
    }

    /// Use above what is included, of those who want more than so many dollars, bought or not.
    fn over(&self, above: Option<f64>, demand: &Distribution) -> f64 {
        self.included_usd.map_or(0.0, |included| {
            let from = included.max(above.unwrap_or(0.0));
            (demand.tail_mean(from) - included * demand.survival(from)).max(0.0)
        })
    }

    /// Share of the users who pay overage.
    fn payers(&self, above: Option<f64>, demand: &Distribution) -> f64 {
        let paid = self.of_list_price * self.take_up > 0.0;
        let included = self.included_usd.filter(|_| paid);
        included.map_or(0.0, |included| demand.survival(included.max(above.unwrap_or(0.0))))
    }

    /// The part of the tenth of all users who use most in the use above what is included.
    fn top_decile(&self, above: Option<f64>, demand: &Distribution) -> Option<f64> {
        const DECILE: f64 = 0.1;
        let included = self.included_usd?;
        let place = demand.quantile_upper(DECILE);
        if place < included.max(above.unwrap_or(0.0)) {
            return Some(1.0);
        }
        // Of those who want exactly the decile's lower end, as many count as are needed to make a tenth.
        let heavier = demand.survival(place);
        let over = demand.tail_mean(place) - included * heavier + (place - included) * (DECILE - heavier).max(0.0);
        over_if_any(over, self.over(above, demand)).map(|part| part.clamp(0.0, 1.0))
    }
}

/// Who pays more by the meter than for the flat plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WorseOff {
    /// All: the fee alone is higher.
    Everyone,
    /// Those who want more than so many dollars a month at list prices, a share of all.
    Above {
        /// The dollars.
        usd: f64,
        /// The share.
        share: f64,
    },
    /// None: what is above the included use costs nothing.
    Nobody,
}

impl WorseOff {
    /// Compares bills before tax, each user's use being what he buys by the meter; what the flat plan would refuse him
    /// is not weighed.
    #[must_use]
    pub fn than_on(flat: &Economics, metered: &Economics, take_up: &TakeUp, demand: &Distribution) -> Self {
        let saved = &flat.revenue.revenue_usd - &metered.revenue.revenue_usd;
        if saved.is_negative() {
            return Self::Everyone;
        }
        let price = metered.overage.as_ref().map(|overage| &overage.of_list_price * &take_up.0);
        match (price.and_then(|price| saved.checked_div(&price)), &metered.max_api_usd) {
            (Some(above), Some(included)) => {
                let usd = (included + above).to_f64();
                Self::Above { usd, share: demand.survival(usd) }
            }
            _ => Self::Nobody,
        }
    }

    /// The share of the users.
    #[must_use]
    pub const fn share(self) -> f64 {
        match self {
            Self::Everyone => 1.0,
            Self::Above { share, .. } => share,
            Self::Nobody => 0.0,
        }
    }
}

#[cfg(test)]
mod tests;
