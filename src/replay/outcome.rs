//! What a replay found.

use super::Span;
use crate::units::{Instant, Ratio, Usd};

/// What became of a log under a plan's limits.
///
/// Every dollar of `api` is in one place: `api = included + overage_api + downgraded + refused + pending`. A request
/// that is split is divided at a whole unit of 1e-18 dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The span that was looked at.
    pub horizon: Span,
    /// Requests within it.
    pub events: u64,
    /// Requests before or after it, which were not used.
    pub outside: u64,
    /// Worth of the requests at API list prices.
    pub api: Usd,
    /// What the limits let in.
    pub included: Usd,
    /// What was paid for, at API list prices.
    pub overage_api: Usd,
    /// What was paid for it, in dollars.
    pub overage_cost: Ratio,
    /// What ran on the cheaper model, at the list price of the model it was meant for.
    pub downgraded: Usd,
    /// The same at the cheaper model's list price, in dollars.
    pub fallback: Ratio,
    /// What did not run.
    pub refused: Usd,
    /// What still waited at the end.
    pub pending: Usd,
    /// Requests by what became of them; one that was split counts in each.
    pub counts: Counts,
    /// What the waiting of deferred requests that ran adds up to, in milliseconds.
    pub wait_ms: i128,
    /// The longest of them waited, in milliseconds.
    pub wait_ms_max: i64,
    /// Spans in which a request was, or would have been, let in by nothing, in order and apart; while requests wait,
    /// the spans in which some did.
    pub blocked: Vec<Span>,
    /// How full each limit was, in the order of the limits.
    pub limits: Vec<LimitUse>,
    /// Each window that stopped something, in the order of time.
    pub hits: Vec<Hit>,
}

/// Requests by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Refused, wholly or in part.
    pub refused: u64,
    /// Had to wait.
    pub deferred: u64,
    /// Still waited at the end.
    pub pending: u64,
    /// Paid for, wholly or in part.
    pub overage: u64,
    /// Ran on the cheaper model, wholly or in part.
    pub downgraded: u64,
}

/// How full a limit was.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitUse {
    /// Windows that stopped something; of a rolling window, spells.
    pub hits: u64,
    /// Windows with any use; `None` of a rolling window, which has none to count.
    pub windows_used: Option<u64>,
    /// What the used windows held on average, as a share of the cap; `None` without one, and of a rolling window.
    pub mean_utilization: Option<Ratio>,
    /// The most that a window held, as a share of the cap; more than 1 where a request may overshoot; `None` without
    /// any use.
    pub max_utilization: Option<Ratio>,
}

/// The first time that a window stopped something.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The limit, by its position in the plan.
    pub limit: usize,
    /// When; later than the request was made if it had waited already.
    pub at: Instant,
    /// The request, by its position in the log.
    pub event: usize,
    /// The window; of a rolling one, from the oldest use that counts to the first instant with room again. `None`
    /// where it has no bounds.
    pub window: Option<Span>,
    /// What filled the window: each origin with what it had used of it, in the limit's unit, most first.
    pub filled_by: Vec<(u32, Ratio)>,
}

impl Outcome {
    pub(super) fn empty(horizon: Span) -> Self {
        Self {
            horizon,
            events: 0,
            outside: 0,
            api: Usd::ZERO,
            included: Usd::ZERO,
            overage_api: Usd::ZERO,
            overage_cost: Ratio::zero(),
            downgraded: Usd::ZERO,
            fallback: Ratio::zero(),
            refused: Usd::ZERO,
            pending: Usd::ZERO,
            counts: Counts::default(),
            wait_ms: 0,
            wait_ms_max: 0,
            blocked: Vec::new(),
            limits: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// Hours of the spans in which work stood still.
    #[must_use]
    pub fn blocked_hours(&self) -> Ratio {
        let ms: i128 = self.blocked.iter().map(|span| i128::from(span.ms())).sum();
        Ratio::new(ms, i128::from(super::MS_PER_HOUR))
    }

    /// Average months of the horizon.
    #[must_use]
    pub fn months(&self) -> Ratio {
        super::months(self.horizon)
    }
}
