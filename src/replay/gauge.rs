//! What requests take of a limit, in whole units.
//!
//! A limit's unit is chosen so fine that its cap and whatever a request can take of it are whole numbers. The inner
//! loop then adds and compares integers, and is exact.

use super::log::all_tokens;
use super::{Event, Limit, Log, ReplayError, Weights};
use crate::rates::ByClass;
use crate::units::{Ratio, Usd};

/// Caps and sums stay below this, so that a sum of three of them cannot overflow.
const MOST: i128 = i128::MAX / 4;

/// A limit in whole units.
#[derive(Clone, Debug)]
pub(super) struct Gauge {
    /// Units of one dollar, token, credit or request.
    pub(super) per_one: i128,
    /// The cap, in units.
    pub(super) cap: i128,
    takes: Vec<Take>,
    fallback: Take,
}

/// The model that work falls to, and what it costs there as a multiple of what it cost before.
pub(super) struct Cheaper<'a> {
    pub(super) model: &'a str,
    pub(super) usd_ratio: &'a Ratio,
}

/// Units that a request takes: so many per part of it.
#[derive(Clone, Debug, PartialEq)]
enum Take {
    Nothing,
    PerAttoUsd(i128),
    PerToken(i128),
    PerAttoCredit(i128),
    PerRequest(i128),
    Mixed(Box<Parts>),
}

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    atto_usd: i128,
    tokens: ByClass<i128>,
    atto_credit: i128,
    request: i128,
}

impl Gauge {
    pub(super) fn new(limit: &Limit, log: &Log, cheaper: Option<&Cheaper>) -> Result<Self, ReplayError> {
        let all = log.models().iter().map(|model| limit.weights_of(model).cloned());
        let all: Vec<Option<Weights>> = all.collect();
        let fallback = cheaper.and_then(|cheaper| {
            let weights = limit.weights_of(cheaper.model)?.clone();
            let dearness = cheaper.usd_ratio;
            let (per_usd, per_credit) = (&weights.per_usd * dearness, &weights.per_credit * dearness);
            Some(Weights { per_usd, per_credit, ..weights })
        });
        let negative = |weights: &Weights| coefficients(weights).iter().any(Ratio::is_negative);
        if limit.cap.is_negative() || all.iter().chain([&fallback]).flatten().any(negative) {
            return Err(ReplayError::Negative { limit: limit.id.clone() });
        }
        let too_fine = || ReplayError::TooFine { limit: limit.id.clone() };
        // Never coarser than 1e-18, so that what is told in whole units is told to 18 decimals.
        let fractions = all.iter().chain([&fallback]).flatten().flat_map(coefficients).chain([limit.cap.clone()]);
        let per_one = fractions
            .map(|fraction| fraction.denominator())
            .try_fold(Usd::ATTO, |units, denominator| least_common_multiple(units, denominator?))
            .ok_or_else(too_fine)?;
        let in_units = |fraction: &Ratio| (fraction * Ratio::from(per_one)).to_i128().filter(|units| *units <= MOST);
        let take = |weights: &Option<Weights>| match weights {
            None => Some(Take::Nothing),
            Some(weights) => Take::new(weights, in_units),
        };
        let gauge = Self {
            per_one,
            cap: in_units(&limit.cap).ok_or_else(too_fine)?,
            takes: all.iter().map(take).collect::<Option<_>>().ok_or_else(too_fine)?,
            fallback: take(&fallback).ok_or_else(too_fine)?,
        };
        let too_much = || ReplayError::TooMuch { limit: limit.id.clone() };
        let total = totals(log).ok_or_else(too_much)?;
        // Each request counts once as it was and once as it falls back.
        let most = gauge
            .takes
            .iter()
            .chain([&gauge.fallback])
            .try_fold(0, |most: i128, take| Some(most.max(take.most(&total)?)));
        most.filter(|most| *most <= MOST / 2).ok_or_else(too_much)?;
        Ok(gauge)
    }

    /// Units that a request takes on its own model.
    pub(super) fn of(&self, event: &Event) -> i128 {
        self.takes[event.model as usize].of(event)
    }

    /// Units that it takes on the cheaper model.
    pub(super) fn of_fallback(&self, event: &Event) -> i128 {
        self.fallback.of(event)
    }

    /// A number of units in the limit's own unit.
    pub(super) fn ones(&self, units: i128) -> Ratio {
        Ratio::new(units, self.per_one)
    }
}

impl Take {
    fn new(weights: &Weights, in_units: impl Fn(&Ratio) -> Option<i128>) -> Option<Self> {
        let [usd, credit, request, ..] = coefficients(weights);
        let (atto_usd, atto_credit, request) = (in_units(&usd)?, in_units(&credit)?, in_units(&request)?);
        let mut tokens = ByClass::default();
        for (class, weight) in weights.per_token.iter() {
            tokens[class] = in_units(weight)?;
        }
        let same = tokens.iter().map(|(_, units)| *units).min() == tokens.iter().map(|(_, units)| *units).max();
        let (_, &token) = tokens.iter().next()?;
        Some(match (atto_usd, token, atto_credit, request) {
            (0, 0, 0, 0) if same => Self::Nothing,
            (usd, 0, 0, 0) if same => Self::PerAttoUsd(usd),
            (0, token, 0, 0) if same => Self::PerToken(token),
            (0, 0, credit, 0) if same => Self::PerAttoCredit(credit),
            (0, 0, 0, request) if same => Self::PerRequest(request),
            _ => Self::Mixed(Box::new(Parts { atto_usd, tokens, atto_credit, request })),
        })
    }

    fn of(&self, event: &Event) -> i128 {
        match self {
            Self::Nothing => 0,
            Self::PerAttoUsd(units) => event.usd.atto() * units,
            Self::PerToken(units) => all_tokens(&event.tokens) * units,
            Self::PerAttoCredit(units) => event.credits_atto * units,
            Self::PerRequest(units) => *units,
            Self::Mixed(parts) => {
                let tokens: i128 =
                    parts.tokens.iter().map(|(class, units)| i128::from(event.tokens[class].0) * units).sum();
                event.usd.atto() * parts.atto_usd + tokens + event.credits_atto * parts.atto_credit + parts.request
            }
        }
    }

    /// No less than what a whole log takes; `None` past `i128`.
    fn most(&self, total: &Total) -> Option<i128> {
        match self {
            Self::Nothing => Some(0),
            Self::PerAttoUsd(units) => total.atto_usd.checked_mul(*units),
            Self::PerToken(units) => total.tokens.checked_mul(*units),
            Self::PerAttoCredit(units) => total.atto_credit.checked_mul(*units),
            Self::PerRequest(units) => total.requests.checked_mul(*units),
            Self::Mixed(parts) => {
                let dearest = parts.tokens.iter().map(|(_, units)| *units).max()?;
                let usd = total.atto_usd.checked_mul(parts.atto_usd)?;
                let credits = total.atto_credit.checked_mul(parts.atto_credit)?;
                let requests = total.requests.checked_mul(parts.request)?;
                let tokens = total.tokens.checked_mul(dearest)?;
                usd.checked_add(credits)?.checked_add(requests)?.checked_add(tokens)
            }
        }
    }
}

/// Per 1e-18 dollars, per 1e-18 credits, per request, per token of each class.
fn coefficients(weights: &Weights) -> [Ratio; 8] {
    let atto = Ratio::from(Usd::ATTO);
    let mut tokens = weights.per_token.iter().map(|(_, weight)| weight.clone());
    let mut token = || tokens.next().unwrap_or_default();
    [
        &weights.per_usd / &atto,
        &weights.per_credit / &atto,
        weights.per_request.clone(),
        token(),
        token(),
        token(),
        token(),
        token(),
    ]
}

fn least_common_multiple(a: i128, b: i128) -> Option<i128> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a.checked_mul(b / x)
}

struct Total {
    atto_usd: i128,
    tokens: i128,
    atto_credit: i128,
    requests: i128,
}

fn totals(log: &Log) -> Option<Total> {
    let zero = Total { atto_usd: 0, tokens: 0, atto_credit: 0, requests: 0 };
    log.events().iter().try_fold(zero, |sum, event| {
        Some(Total {
            atto_usd: sum.atto_usd.checked_add(event.usd.atto())?,
            tokens: sum.tokens + all_tokens(&event.tokens),
            atto_credit: sum.atto_credit.checked_add(event.credits_atto)?,
            requests: sum.requests + 1,
        })
    })
}
