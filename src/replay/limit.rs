//! What a plan limits: so much per window, of what a request takes of it.

use std::sync::Arc;

use super::Calendar;
use crate::allowance::Hours;
use crate::rates::ByClass;
use crate::units::{Instant, Ratio};

/// At most so much in each window.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Its name: `5h`.
    pub id: Arc<str>,
    /// How much a window holds, in the limit's own unit.
    pub cap: Ratio,
    /// When a window begins and ends.
    pub window: Window,
    /// What requests take of it. Of the rules that speak of a model the first decides; a model that none speaks of
    /// passes freely.
    pub rules: Vec<Rule>,
}

/// What a request of some models takes of a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The models; `None`: all.
    pub models: Option<Vec<Arc<str>>>,
    /// What their requests take.
    pub weights: Weights,
}

/// What a request takes of a limit: the sum of what its parts take. None is negative.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Weights {
    /// Per dollar at API list prices.
    pub per_usd: Ratio,
    /// Per token of each class.
    pub per_token: ByClass<Ratio>,
    /// Per credit that the log tells.
    pub per_credit: Ratio,
    /// Per request.
    pub per_request: Ratio,
}

impl Weights {
    /// A limit in dollars at API list prices.
    #[must_use]
    pub fn usd() -> Self {
        Self { per_usd: Ratio::one(), ..Self::default() }
    }

    /// A limit in tokens, all counted alike.
    #[must_use]
    pub fn tokens() -> Self {
        Self { per_token: ByClass::from_fn(|_| Ratio::one()), ..Self::default() }
    }

    /// A limit in credits that the log tells.
    #[must_use]
    pub fn credits() -> Self {
        Self { per_credit: Ratio::one(), ..Self::default() }
    }

    /// A limit in requests.
    #[must_use]
    pub fn requests() -> Self {
        Self { per_request: Ratio::one(), ..Self::default() }
    }
}

/// When a window begins and ends. Its end belongs to the next.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// From the first use that is let in while none is open.
    Session {
        /// How long it lasts.
        length: Hours,
        /// Its beginning is moved back to a multiple of so many minutes of the hour, as some tools assume; 0: it is not.
        floor_minutes: u16,
    },
    /// One after another without gaps, in real time.
    Fixed {
        /// How long each lasts.
        length: Hours,
        /// When one of them begins: what a usage page shows as the next reset.
        anchor: Instant,
    },
    /// The span up to now.
    Rolling {
        /// How long it reaches back; what was used that long ago is just outside.
        length: Hours,
    },
    /// By the calendar of a time zone.
    Calendar(Calendar),
    /// One window without an end: a balance that does not renew.
    Ever,
}

impl Limit {
    /// A limit of all requests of all models.
    #[must_use]
    pub fn new(id: &str, cap: Ratio, window: Window, weights: Weights) -> Self {
        Self { id: id.into(), cap, window, rules: vec![Rule { models: None, weights }] }
    }

    /// The same for some models alone.
    #[must_use]
    pub fn of_models(mut self, models: &[Arc<str>]) -> Self {
        for rule in &mut self.rules {
            rule.models = Some(models.to_vec());
        }
        self
    }

    pub(super) fn weights_of(&self, model: &str) -> Option<&Weights> {
        let speaks =
            |rule: &&Rule| rule.models.as_ref().is_none_or(|models| models.iter().any(|known| **known == *model));
        self.rules.iter().find(speaks).map(|rule| &rule.weights)
    }
}
