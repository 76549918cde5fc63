//! Which plan a log would have been cheapest on.

use std::sync::Arc;

use super::{Limit, Log, Outcome, Policy, ReplayError, Span, months, replay};
use crate::units::{Ratio, Usd};

/// A plan that a log is put before.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub id: Arc<str>,
    /// Its price, in dollars a month.
    pub price_usd_per_month: Ratio,
    /// Its limits.
    pub limits: Vec<Limit>,
    /// What happens at them.
    pub policy: Policy,
}

/// What it is worth to the user not to be stopped. With all of them zero the smallest plan wins wherever work past the
/// limits is refused, so an answer must say which were used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Valuation {
    /// Dollars an hour in which work stands still.
    pub usd_per_blocked_hour: Ratio,
    /// Share of the API list price of work that was refused or still waits.
    pub refused_share: Ratio,
    /// Share of the API list price of work that ran on a cheaper model.
    pub downgraded_share: Ratio,
}

/// What a plan costs for a log, in dollars a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The plan; `None`: no plan, all paid by the meter at API list prices.
    pub plan: Option<Arc<str>>,
    /// Its price.
    pub price: Ratio,
    /// What is paid past its limits.
    pub overage: Ratio,
    /// What the hours without work are worth.
    pub blocked: Ratio,
    /// What the refused and waiting work is worth.
    pub refused: Ratio,
    /// What is lost on a cheaper model.
    pub downgraded: Ratio,
    /// All of it.
    pub total: Ratio,
    /// What became of the log; `None` without a plan.
    pub outcome: Option<Outcome>,
}

impl Offer {
    /// The plan's id, or `api` without a plan.
    #[must_use]
    pub fn id(&self) -> &str {
        self.plan.as_deref().unwrap_or("api")
    }
}

/// What each plan costs for a log over a horizon, in the order given, and last what it costs without a plan.
///
/// A log that was recorded under a plan was shaped by its limits: on a larger one there would have been more of it.
///
/// # Errors
///
/// As [`replay`], for the first plan that has an error.
pub fn offers(
    log: &Log,
    candidates: &[Candidate],
    value: &Valuation,
    horizon: Span,
) -> Result<Vec<Offer>, ReplayError> {
    let months = months(horizon);
    let mut offers = Vec::with_capacity(candidates.len() + 1);
    for plan in candidates {
        let outcome = replay(log, &plan.limits, &plan.policy, horizon)?;
        let not_run = outcome.refused.ratio() + outcome.pending.ratio();
        let costs = [
            outcome.overage_cost.clone(),
            outcome.blocked_hours() * &value.usd_per_blocked_hour,
            not_run * &value.refused_share,
            outcome.downgraded.ratio() * &value.downgraded_share,
        ];
        let [overage, blocked, refused, downgraded] = costs.map(|usd| usd / &months);
        let total = &plan.price_usd_per_month + &overage + &blocked + &refused + &downgraded;
        let (price, outcome) = (plan.price_usd_per_month.clone(), Some(outcome));
        offers.push(Offer {
            plan: Some(plan.id.clone()),
            price,
            overage,
            blocked,
            refused,
            downgraded,
            total,
            outcome,
        });
    }
    let events = log.events().iter().filter(|event| horizon.holds(event.at));
    let api = events.fold(Usd::ZERO, |sum, event| Usd::from_atto(sum.atto() + event.usd.atto())).ratio() / months;
    offers.push(Offer {
        plan: None,
        price: Ratio::zero(),
        overage: api.clone(),
        blocked: Ratio::zero(),
        refused: Ratio::zero(),
        downgraded: Ratio::zero(),
        total: api,
        outcome: None,
    });
    Ok(offers)
}

/// The offer with the lowest total; of equal ones that with the lower price, then the first by id. `None` of none.
#[must_use]
pub fn cheapest(offers: &[Offer]) -> Option<&Offer> {
    offers.iter().min_by(|a, b| (&a.total, &a.price, a.id()).cmp(&(&b.total, &b.price, b.id())))
}
