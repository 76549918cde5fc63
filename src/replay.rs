//! A log met by a plan's limits: what they let in, what they stopped, when, and what that cost.
//!
//! Requests run through the limits in the order of time. A limit holds so much per window; what a request takes of it
//! decides whether it passes ([`Admission`]), and the policy decides what becomes of it if it does not ([`Overflow`]).
//! Every window is half-open: a request at the instant of a reset belongs to the new window. A request is charged
//! whole at its instant, and one that is refused or paid for consumes nothing and opens no window.
//!
//! Caps, use and dollars are exact. The work is linear in the log: each request is looked at once by each limit, and
//! enters and leaves a rolling window once.

mod admission;
mod amount;
mod calendar;
mod gauge;
mod limit;
mod log;
mod meter;
mod outcome;
mod policy;
mod recommend;
mod run;
mod terms;

pub use calendar::{Calendar, CalendarUnit, Span};
pub use limit::{Limit, Rule, Weights, Window};
pub use log::{Event, Log, LogError, months};
pub use outcome::{Counts, Hit, LimitUse, Outcome};
pub use policy::{Admission, Fallback, Overflow, Paid, Policy};
pub use recommend::{Candidate, Offer, Valuation, cheapest, offers};
pub use run::replay;
pub use terms::{Opening, Resets, Unmetered, metered};

use std::fmt;
use std::sync::Arc;

const MS_PER_HOUR: i64 = 3_600_000;

/// Why a log cannot be put before limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// A cap, or what requests take, is below zero.
    Negative {
        /// The limit.
        limit: Arc<str>,
    },
    /// A cap, or what requests take, is too large or has too many decimals to be counted exactly.
    TooFine {
        /// The limit.
        limit: Arc<str>,
    },
    /// The log takes more of a limit than can be counted.
    TooMuch {
        /// The limit.
        limit: Arc<str>,
    },
    /// A window of no length.
    NoLength {
        /// The limit.
        limit: Arc<str>,
    },
    /// A window that would begin so far back that it is over at once.
    Floor {
        /// The limit.
        limit: Arc<str>,
    },
    /// The cheaper model costs less than nothing.
    NegativeFallback,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negative { limit } => {
                write!(f, "limit `{limit}` is below zero or counts requests below zero; the least is 0")
            }
            Self::TooFine { limit } => {
                write!(f, "limit `{limit}` is too large or too fine to be counted exactly; use fewer digits")
            }
            Self::TooMuch { limit } => {
                write!(f, "the log takes more of limit `{limit}` than can be counted; use a shorter log")
            }
            Self::NoLength { limit } => write!(f, "a window of limit `{limit}` has no length; use more than 0 hours"),
            Self::Floor { limit } => {
                write!(f, "windows of limit `{limit}` begin at a multiple of more minutes than they last; use fewer")
            }
            Self::NegativeFallback => f.write_str("the cheaper model costs less than nothing; the least is 0"),
        }
    }
}

impl std::error::Error for ReplayError {}

#[cfg(test)]
mod tests;
