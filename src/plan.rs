//! A subscription: what it costs and what it grants.

use std::sync::Arc;

use crate::allowance::{CreditRates, Limit};
use crate::economics::Fees;
use crate::fact::{Provenance, Validity, in_force};
use crate::units::{Date, Ratio, Usd};

/// A vendor: whose plans these are.
#[derive(Clone, Debug, PartialEq)]
pub struct Vendor {
    /// Short name.
    pub id: Arc<str>,
    /// Name for people.
    pub name: Option<Arc<str>>,
    /// Share of the API price that is left after serving, at most 1; negative where the API is sold below cost.
    pub api_gross_margin: Option<Ratio>,
    /// What stands behind it.
    pub provenance: Provenance,
}

/// A plan from one day on.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Unique name.
    pub id: Arc<str>,
    /// Name for people.
    pub name: Option<Arc<str>>,
    /// Vendor id.
    pub vendor: Option<Arc<str>>,
    /// What it costs.
    pub price: Price,
    /// Seats that one charge pays for; figures are per seat.
    pub seats: u32,
    /// Tax inside the price, as a share of the price without it.
    pub vat_share: Ratio,
    /// Cost of taking the money.
    pub fees: Fees,
    /// What a subscriber costs the vendor besides serving, in dollars a month.
    pub fixed_cost: Usd,
    /// Margin on this plan's models, where it is not the vendor's.
    pub api_gross_margin: Option<Ratio>,
    /// What it grants.
    pub allowance: Allowance,
    /// Id of the workload that prices limits which are not in dollars.
    pub workload: Option<Arc<str>>,
    /// How the workload's activities share the limits.
    pub mix: MixRule,
    /// What its credits buy.
    pub credits: CreditRates,
    /// What is sold past the limit.
    pub overage: Option<Overage>,
    /// When it was sold on these terms.
    pub validity: Validity,
    /// What stands behind the price.
    pub provenance: Provenance,
}

/// What a plan costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// The price of a period and seat, in its currency; `None`: not known.
    pub amount: Option<Usd>,
    /// The period.
    pub billed: Billing,
    /// The price of a year, where both are sold.
    pub annual: Option<Usd>,
    /// Another currency than dollars, and what one unit of it is worth in dollars.
    pub currency: Option<(Arc<str>, Ratio)>,
}

/// How often a price is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Billing {
    /// Each month.
    #[default]
    Month,
    /// Each year.
    Year,
}

impl Billing {
    /// Months of a period.
    #[must_use]
    pub const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Year => 12,
        }
    }
}

impl Price {
    /// The price when billed as asked, and the billing it is for: the yearly price only where one is sold.
    #[must_use]
    pub fn billed(&self, asked: Option<Billing>) -> (Option<Usd>, Billing) {
        match (asked, self.annual) {
            (Some(Billing::Year), Some(annual)) => (Some(annual), Billing::Year),
            _ => (self.amount, self.billed),
        }
    }
}

/// What a plan grants.
#[derive(Clone, Debug, PartialEq)]
pub enum Allowance {
    /// Limits that hold together.
    Limits(Vec<Limit>),
    /// Use without limit.
    Unlimited,
    /// Nobody knows.
    Unknown,
}

impl Allowance {
    /// The limits in force on a day: of those with one id, the one that began last.
    #[must_use]
    pub fn limits_on(&self, day: Date) -> Vec<&Limit> {
        let Self::Limits(limits) = self else { return Vec::new() };
        let mut held: Vec<&Limit> = Vec::new();
        for limit in limits {
            if held.iter().any(|known| known.id == limit.id) {
                continue;
            }
            let same: Vec<&Limit> = limits.iter().filter(|other| other.id == limit.id).collect();
            held.extend(in_force(&same, day, |limit| &limit.validity).copied());
        }
        held
    }
}

/// How a workload's activities share the limits of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MixRule {
    /// In the workload's proportions.
    #[default]
    AsMeasured,
    /// Whatever costs most.
    WorstCase,
}

impl MixRule {
    /// The word for it in files, flags and documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AsMeasured => "as-measured",
            Self::WorstCase => "worst-case",
        }
    }
}

/// What is sold past the limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Overage {
    /// When it is paid.
    pub kind: OverageKind,
    /// What it costs.
    pub rate: OverageRate,
    /// What stands behind it.
    pub provenance: Provenance,
}

/// When overage is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OverageKind {
    /// Afterwards, by the meter.
    Metered,
    /// Before, from a balance.
    Prepaid,
}

/// What overage costs.
#[derive(Clone, Debug, PartialEq)]
pub enum OverageRate {
    /// A multiple of API list price.
    OfListPrice(Ratio),
    /// Dollars a credit.
    UsdPerCredit(Ratio),
    /// Dollars a request.
    UsdPerRequest(Ratio),
}
