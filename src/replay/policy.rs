//! What happens to a request that meets a limit.

use std::sync::Arc;

use super::Calendar;
use crate::units::Ratio;

/// How requests pass limits, and what becomes of those that do not.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How a request passes.
    pub admission: Admission,
    /// What becomes of the rest.
    pub overflow: Overflow,
}

/// How a request passes the limits that count it, a spend cap and a prepaid balance. One that takes nothing of a limit
/// always passes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Whole, if anything is left in each of them; it may overshoot. So do real meters.
    Soft,
    /// Whole, if it fits into each of them.
    Strict,
    /// The part of it that fits into each of them; the rest overflows.
    Split,
}

/// What becomes of what does not pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Overflow {
    /// It is refused.
    Drop,
    /// It waits, and all that comes after it behind it; it runs at the first instant at which it passes. What never
    /// could is refused.
    Defer,
    /// It is paid for.
    Overage(Paid),
    /// It runs on a cheaper model, through the limits that cover that; what still does not pass is refused.
    Downgrade(Fallback),
}

/// What is paid past the limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Paid {
    /// As a multiple of API list price.
    pub rate: Ratio,
    /// The most dollars of a period.
    pub spend_cap: Option<(Ratio, Calendar)>,
    /// Dollars of a balance that does not renew; `None`: paid afterwards.
    pub prepaid: Option<Ratio>,
}

/// A cheaper model.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallback {
    /// The model.
    pub model: Arc<str>,
    /// What the same request costs there, as a share of what it costs at API list prices.
    pub usd_ratio: Ratio,
}

impl Policy {
    /// A policy with the admission that goes with it: split where the rest is paid for, which keeps dollars
    /// continuous, and soft where it is not.
    #[must_use]
    pub const fn new(overflow: Overflow) -> Self {
        let admission = match overflow {
            Overflow::Overage(_) => Admission::Split,
            Overflow::Drop | Overflow::Defer | Overflow::Downgrade(_) => Admission::Soft,
        };
        Self { admission, overflow }
    }
}
