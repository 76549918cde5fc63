//! Some of the work on a cheaper model: what it saves, and what eats the saving.
//!
//! A request is tried on the cheap model; some come back and are paid a second time on the frontier model. A router
//! that decides has a price of its own, and a conversation that changes models loses its cache. So a share of requests
//! moved is never the same share of cost saved, and [`Outcome`] keeps the parts apart.
//!
//! * [`uniform`]: all requests alike, the figures in closed form.
//! * [`classes`]: requests by difficulty, with quality on both sides.
//! * [`optimize`]: how much of which class to move under a floor for quality.
//! * [`cascade`]: models tried one after the other.
//! * [`session`]: conversations, whose turns share a cache.

pub mod cascade;
pub mod classes;
pub mod optimize;
pub mod session;
pub mod uniform;

use std::fmt;

use crate::units::Ratio;

/// What a routing costs, in dollars of whatever unit was routed: a request, a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Everything on the frontier model.
    pub before_usd: Ratio,
    /// What changes it.
    pub parts: Parts,
    /// Share of the requests that is tried on the cheap model.
    pub moved_share: Ratio,
}

/// What moves the cost. All of it is added but [`Parts::moved_usd`], which is no longer paid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What the requests that were moved cost on the frontier model.
    pub moved_usd: Ratio,
    /// What they cost on the cheap model.
    pub cheap_usd: Ratio,
    /// Those of them that came back, paid again on the frontier model.
    pub escalation_usd: Ratio,
    /// What it costs to change models.
    pub switch_usd: Ratio,
    /// What it costs to decide.
    pub router_usd: Ratio,
    /// What is written to a cache again because the other model had it.
    pub cache_usd: Ratio,
}

impl Outcome {
    /// The cost after routing.
    #[must_use]
    pub fn after_usd(&self) -> Ratio {
        &self.before_usd - &self.parts.moved_usd + self.parts.added_usd()
    }

    /// The same of a share of the units only, each as a whole. The router is paid on all of them unless none is moved.
    #[must_use]
    pub fn of_share(&self, share: &Ratio) -> Self {
        let parts = &self.parts;
        let router_usd = if share.is_zero() { Ratio::zero() } else { parts.router_usd.clone() };
        Self {
            before_usd: self.before_usd.clone(),
            moved_share: &self.moved_share * share,
            parts: Parts {
                moved_usd: &parts.moved_usd * share,
                cheap_usd: &parts.cheap_usd * share,
                escalation_usd: &parts.escalation_usd * share,
                switch_usd: &parts.switch_usd * share,
                router_usd,
                cache_usd: &parts.cache_usd * share,
            },
        }
    }

    /// Saved, as a share of the cost before; negative if it costs more, `None` if nothing was paid before.
    #[must_use]
    pub fn saving(&self) -> Option<Ratio> {
        saving(&self.before_usd, &self.after_usd())
    }
}

impl Parts {
    /// All that is paid because of the routing.
    #[must_use]
    pub fn added_usd(&self) -> Ratio {
        &self.cheap_usd + &self.escalation_usd + &self.switch_usd + &self.router_usd + &self.cache_usd
    }
}

/// `1 - after / before`; `None` if nothing was paid before.
#[must_use]
pub fn saving(before_usd: &Ratio, after_usd: &Ratio) -> Option<Ratio> {
    (before_usd - after_usd).checked_div(before_usd)
}

/// A value that no routing can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutingError {
    /// A cost below zero.
    NegativeCost,
    /// A share or a quality below 0 or above 1.
    NotAShare,
    /// No class, or no class that has weight.
    NoWeight,
    /// Shares for another number of classes than there are.
    OtherLength,
}

impl fmt::Display for RoutingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NegativeCost => "a cost is negative; it must be 0 or more",
            Self::NotAShare => "a share is not between 0 and 1",
            Self::NoWeight => "no class has weight; at least one needs more than 0",
            Self::OtherLength => "there must be one share for each class",
        })
    }
}

impl std::error::Error for RoutingError {}

fn costs<'a>(values: impl IntoIterator<Item = &'a Ratio>) -> Result<(), RoutingError> {
    if values.into_iter().any(Ratio::is_negative) { Err(RoutingError::NegativeCost) } else { Ok(()) }
}

fn shares<'a>(values: impl IntoIterator<Item = &'a Ratio>) -> Result<(), RoutingError> {
    let is_share = |value: &Ratio| !value.is_negative() && *value <= Ratio::one();
    if values.into_iter().all(is_share) { Ok(()) } else { Err(RoutingError::NotAShare) }
}
