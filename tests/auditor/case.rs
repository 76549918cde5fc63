//! Small cases, told in whole numbers, as the auditor and the engine read them.

use std::sync::Arc;

use plancost::allowance::Hours;
use plancost::rates::{ByClass, TokenClass};
use plancost::replay::{
    Admission, Calendar, CalendarUnit, Event, Fallback, Limit, Overflow, Paid, Policy, Weights, Window,
};
use plancost::units::{Instant, Ratio, Time, TimeZone, Tokens, Usd};

use super::slow::STEP;

pub(crate) const MODELS: [&str; 3] = ["big", "small", "other"];

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) events: Vec<EventCase>,
    pub(crate) limits: Vec<LimitCase>,
    pub(crate) admission: Admission,
    pub(crate) overflow: OverflowCase,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EventCase {
    pub(crate) at: i64,
    pub(crate) model: usize,
    pub(crate) origin: u32,
    pub(crate) dimes: i32,
    pub(crate) tokens: i32,
    pub(crate) credits: i32,
}

#[derive(Clone, Debug)]
pub(crate) struct LimitCase {
    pub(crate) metric: Metric,
    pub(crate) cap_halves: i32,
    pub(crate) window: WindowCase,
    /// Whether it counts each of the models.
    pub(crate) counts: [bool; 3],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Metric {
    Usd,
    Tokens,
    Credits,
    Requests,
    /// A quarter per request, two and a half per dollar and a third of the tokens.
    Mixed,
}

/// Lengths are half hours.
#[derive(Clone, Debug)]
pub(crate) enum WindowCase {
    Session(i64, u16),
    Fixed(i64, i64),
    Rolling(i64),
    Calendar(CalendarUnit, TimeZone, u8),
    Ever,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OverflowCase {
    Drop,
    Defer,
    Overage { rate: Tenths, spend_cap: Option<i32>, prepaid: Option<i32> },
    Downgrade { ratio: Tenths },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tenths(pub(crate) i32);

impl Tenths {
    pub(crate) fn ratio(self) -> Ratio {
        Ratio::from(self.0) / Ratio::from(10)
    }
}

impl EventCase {
    pub(crate) fn usd(&self) -> Ratio {
        Tenths(self.dimes).ratio()
    }

    pub(crate) fn event(&self) -> Event {
        let mut tokens = ByClass::default();
        tokens[TokenClass::Output] = Tokens(u64::try_from(self.tokens).expect("not negative"));
        Event {
            at: instant(self.at),
            model: u32::try_from(self.model).expect("small"),
            origin: self.origin,
            usd: Usd::from_ratio(&self.usd()).expect("dimes"),
            tokens,
            credits_atto: Usd::dollars(self.credits.into()).atto(),
        }
    }
}

impl LimitCase {
    pub(crate) fn cap(&self) -> Ratio {
        Ratio::from(self.cap_halves) / Ratio::from(2)
    }

    /// What a request takes on a model, at so many times its dollars and credits.
    pub(crate) fn take(&self, event: &EventCase, model: usize, ratio: &Ratio) -> Ratio {
        if !self.counts[model] {
            return Ratio::zero();
        }
        match self.metric {
            Metric::Usd => event.usd() * ratio,
            Metric::Tokens => Ratio::from(event.tokens),
            Metric::Credits => Ratio::from(event.credits) * ratio,
            Metric::Requests => Ratio::one(),
            Metric::Mixed => {
                let (dollars, tokens) = (event.usd() * ratio * Ratio::new(5, 2), Ratio::from(event.tokens));
                Ratio::new(1, 4) + dollars + tokens / Ratio::from(3)
            }
        }
    }

    pub(crate) fn limit(&self, id: usize) -> Limit {
        let weights = match self.metric {
            Metric::Usd => Weights::usd(),
            Metric::Tokens => Weights::tokens(),
            Metric::Credits => Weights::credits(),
            Metric::Requests => Weights::requests(),
            Metric::Mixed => Weights {
                per_usd: Ratio::new(5, 2),
                per_token: ByClass::from_fn(|_| Ratio::new(1, 3)),
                per_request: Ratio::new(1, 4),
                ..Weights::default()
            },
        };
        let models = MODELS.iter().zip(self.counts).filter(|(_, counts)| *counts);
        let models: Vec<Arc<str>> = models.map(|(model, _)| Arc::from(*model)).collect();
        Limit::new(&format!("l{id}"), self.cap(), self.window.window(), weights).of_models(&models)
    }
}

impl WindowCase {
    pub(crate) fn months() -> Self {
        Self::Calendar(CalendarUnit::Month(1), TimeZone::UTC, 0)
    }

    fn window(&self) -> Window {
        let hours = |steps: &i64| Hours::new(&(Ratio::from(i128::from(*steps)) / Ratio::from(2))).expect("hours");
        match self {
            Self::Session(length, floor) => Window::Session { length: hours(length), floor_minutes: *floor },
            Self::Fixed(length, anchor) => Window::Fixed { length: hours(length), anchor: instant(*anchor) },
            Self::Rolling(length) => Window::Rolling { length: hours(length) },
            Self::Calendar(unit, zone, half_hours) => {
                let half_hours = i8::try_from(*half_hours).expect("a day has 48");
                let at = Time::new(half_hours / 2, half_hours % 2 * 30, 0, 0).expect("a time of day");
                Window::Calendar(Calendar::new(*unit, at, zone.clone()).expect("possible"))
            }
            Self::Ever => Window::Ever,
        }
    }
}

impl OverflowCase {
    pub(crate) fn policy(&self, admission: Admission) -> Policy {
        let overflow = match self {
            Self::Drop => Overflow::Drop,
            Self::Defer => Overflow::Defer,
            Self::Overage { rate, spend_cap, prepaid } => Overflow::Overage(Paid {
                rate: rate.ratio(),
                spend_cap: spend_cap.map(|usd| (Ratio::from(usd), Calendar::months())),
                prepaid: prepaid.map(Ratio::from),
            }),
            Self::Downgrade { ratio } => {
                Overflow::Downgrade(Fallback { model: MODELS[1].into(), usd_ratio: ratio.ratio() })
            }
        };
        Policy { admission, overflow }
    }
}

pub(crate) fn instant(ms: i64) -> Instant {
    Instant::from_unix_ms(ms).expect("in range")
}

/// A number of half hours after an instant.
pub(crate) const fn after(start: i64, steps: i64) -> i64 {
    start + steps * STEP
}
