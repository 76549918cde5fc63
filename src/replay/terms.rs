//! The limits of a plan as limits of a replay.

use std::fmt;
use std::sync::Arc;

use super::{Calendar, CalendarUnit, Limit, Rule, Weights, Window};
use crate::allowance::{self, CreditRates, Grant, Hours};
use crate::rates::{ByClass, TokenClass};
use crate::units::{Instant, Ratio, Time, TimeZone};

/// When the windows of one subscriber begin, which no plan says.
#[derive(Clone, Debug, PartialEq)]
pub struct Resets {
    /// When some week of the subscriber begins: what the usage page shows as the next weekly reset.
    pub week_anchor: Instant,
    /// The zone of calendar days and months.
    pub zone: TimeZone,
    /// The day of the month on which months begin, from 1 to 31.
    pub day_of_month: u8,
    /// Windows of hours begin at a multiple of so many minutes of the hour; 0: at the first request.
    pub floor_minutes: u16,
    /// How windows of hours and weeks follow one another; `None`: as vendors' meters behave.
    pub opening: Option<Opening>,
}

/// How windows of hours and weeks follow one another. Days and months go by the calendar in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The first request that is let in opens one.
    FirstUse,
    /// Without gaps, from the weekly anchor.
    Fixed,
    /// Each is the span up to now.
    Rolling,
}

/// Why a limit of a plan cannot be replayed. It is unknown what requests take of it, which is not nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmetered {
    /// It is in hours of work, and a log of requests does not tell how long they took.
    Hours {
        /// The limit.
        limit: Arc<str>,
    },
    /// Nothing says what a model costs in credits.
    Credits {
        /// The limit.
        limit: Arc<str>,
        /// The model.
        model: Arc<str>,
    },
    /// Months cannot begin on that day.
    DayOfMonth {
        /// The limit.
        limit: Arc<str>,
    },
}

impl fmt::Display for Unmetered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hours { limit } => {
                write!(f, "limit `{limit}` is in hours of work, which a log of requests does not tell")
            }
            Self::Credits { limit, model } => {
                write!(f, "limit `{limit}` is in credits, and nothing says what `{model}` costs in credits")
            }
            Self::DayOfMonth { limit } => {
                write!(f, "months of limit `{limit}` cannot begin on that day; use a day from 1 to 31")
            }
        }
    }
}

impl std::error::Error for Unmetered {}

/// A limit of a plan as a limit of a replay of requests on some models.
///
/// Windows of hours are sessions that the first request opens, days and months go by the calendar of the zone, and
/// weeks are seven days of real time from the anchor: so the vendors' meters behave as far as users have measured.
///
/// # Errors
///
/// If what requests take of it is not known.
pub fn metered(
    limit: &allowance::Limit,
    credits: &CreditRates,
    models: &[Arc<str>],
    resets: &Resets,
) -> Result<Limit, Unmetered> {
    let covered = limit.models.clone();
    let rule = |weights| vec![Rule { models: covered.clone(), weights }];
    let rules = match &limit.grant {
        Grant::ApiUsd { discount, .. } => rule(Weights { per_usd: Ratio::one() - discount, ..Weights::default() }),
        Grant::Tokens { weights, .. } => rule(Weights { per_token: clone(weights), ..Weights::default() }),
        Grant::Requests(_) => rule(Weights::requests()),
        Grant::Hours(_) => return Err(Unmetered::Hours { limit: limit.id.clone() }),
        Grant::Credits(_) => {
            let covered = models.iter().filter(|model| limit.covers(Some(model)));
            let rule = |model: &Arc<str>| {
                let unknown = || Unmetered::Credits { limit: limit.id.clone(), model: model.clone() };
                Ok(Rule { models: Some(vec![model.clone()]), weights: credits_of(credits, model).ok_or_else(unknown)? })
            };
            covered.map(rule).collect::<Result<_, _>>()?
        }
    };
    Ok(Limit { id: limit.id.clone(), cap: limit.grant.amount(), window: window(limit, resets)?, rules })
}

fn clone(weights: &ByClass<Ratio>) -> ByClass<Ratio> {
    ByClass::from_fn(|class| weights[class].clone())
}

fn window(limit: &allowance::Limit, resets: &Resets) -> Result<Window, Unmetered> {
    let calendar = |unit| {
        let calendar = Calendar::new(unit, Time::midnight(), resets.zone.clone());
        calendar.map(Window::Calendar).ok_or_else(|| Unmetered::DayOfMonth { limit: limit.id.clone() })
    };
    let (length, usual) = match limit.every {
        allowance::Window::Hours(length) => (length, Opening::FirstUse),
        allowance::Window::Week => (Hours::WEEK, Opening::Fixed),
        allowance::Window::Day => return calendar(CalendarUnit::Day),
        allowance::Window::Month => return calendar(CalendarUnit::Month(resets.day_of_month)),
    };
    Ok(match resets.opening.unwrap_or(usual) {
        Opening::FirstUse => Window::Session { length, floor_minutes: resets.floor_minutes },
        Opening::Fixed => Window::Fixed { length, anchor: resets.week_anchor },
        Opening::Rolling => Window::Rolling { length },
    })
}

/// What a request of a model takes in credits. The rates of the model itself come before those by list price. `None`
/// if neither is known, or a class of token has no rate and none that stands in for it.
fn credits_of(credits: &CreditRates, model: &str) -> Option<Weights> {
    let Some(row) = credits.by_model.iter().find(|row| *row.model == *model) else {
        return Some(Weights { per_usd: credits.per_api_usd.clone()?, ..Weights::default() });
    };
    let mut per_token = ByClass::default();
    for class in TokenClass::ALL {
        per_token[class] = row.of_class(class)? / Ratio::from(1_000_000);
    }
    Some(Weights { per_token, per_request: row.per_request.clone(), ..Weights::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowance::ModelCredits;
    use crate::fact::{Basis, Line, Provenance, Validity};
    use crate::units::{Tokens, Usd};

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn limit(every: &str, grant: Grant) -> allowance::Limit {
        allowance::Limit {
            id: every.into(),
            every: allowance::Window::parse(every).expect("a window"),
            grant,
            models: None,
            range: None,
            validity: Validity::default(),
            provenance: Provenance {
                source: None,
                checked: None,
                basis: Basis::Measured,
                note: None,
                line: Line { path: "plan".into(), line: 1 },
            },
        }
    }

    fn resets() -> Resets {
        Resets {
            week_anchor: Instant::parse("2026-03-02T09:00:00Z").expect("a time"),
            zone: TimeZone::UTC,
            day_of_month: 1,
            floor_minutes: 0,
            opening: None,
        }
    }

    fn read(limit: &allowance::Limit, credits: &CreditRates) -> Result<Limit, Unmetered> {
        metered(limit, credits, &["opus".into()], &resets())
    }

    #[test]
    fn hours_are_sessions_weeks_are_fixed_and_the_rest_goes_by_the_calendar() {
        let window = |every| {
            let limit = limit(every, Grant::Requests(Ratio::one()));
            read(&limit, &CreditRates::default()).expect("requests are counted").window
        };
        let five = Hours::new(&Ratio::from(5)).expect("hours");
        assert_eq!(window("5h"), Window::Session { length: five, floor_minutes: 0 });
        assert_eq!(window("week"), Window::Fixed { length: Hours::WEEK, anchor: resets().week_anchor });
        assert_eq!(window("month"), Window::Calendar(Calendar::months()));
        assert!(matches!(window("day"), Window::Calendar(_)));
    }

    #[test]
    fn a_discounted_grant_is_used_slower_and_free_tokens_use_nothing() {
        // 20 % off: a dollar of list price takes 0.80 of the grant.
        let dollars = limit("month", Grant::ApiUsd { usd: Usd::dollars(20), discount: ratio("0.2") });
        let dollars = read(&dollars, &CreditRates::default()).expect("known");
        assert_eq!((dollars.cap.clone(), dollars.rules[0].weights.per_usd.clone()), (ratio("20"), ratio("0.8")));
        let mut weights = ByClass::from_fn(|_| Ratio::one());
        weights[TokenClass::CacheRead] = Ratio::zero();
        let tokens = limit("week", Grant::Tokens { count: Tokens(9), weights });
        let tokens = read(&tokens, &CreditRates::default()).expect("known");
        assert_eq!(tokens.rules[0].weights.per_token[TokenClass::CacheRead], Ratio::zero());
        assert_eq!(tokens.rules[0].weights.per_token[TokenClass::Output], Ratio::one());
    }

    #[test]
    fn credits_go_by_the_model_and_else_by_list_price() {
        let mut per_mtok = ByClass::default();
        per_mtok[TokenClass::Input] = Some(ratio("125"));
        per_mtok[TokenClass::Output] = Some(ratio("750"));
        let row = ModelCredits { model: "opus".into(), per_mtok, per_request: ratio("2") };
        let by_model = CreditRates { unpriced: false, per_api_usd: Some(ratio("25")), by_model: vec![row] };
        let by_price = CreditRates { by_model: Vec::new(), ..by_model.clone() };
        let credits = limit("week", Grant::Credits(ratio("100")));
        let weights = read(&credits, &by_model).expect("known").rules[0].weights.clone();
        // What is read from the cache costs what input costs where nothing else is said: 125 / 1e6 a token.
        assert_eq!(weights.per_token[TokenClass::CacheRead], ratio("0.000125"));
        assert_eq!((weights.per_request, weights.per_usd), (ratio("2"), Ratio::zero()));
        assert_eq!(read(&credits, &by_price).expect("known").rules[0].weights.per_usd, ratio("25"));
    }

    #[test]
    fn what_is_not_known_is_refused_and_not_free() {
        let hours = limit("week", Grant::Hours(ratio("40")));
        assert_eq!(read(&hours, &CreditRates::default()), Err(Unmetered::Hours { limit: "week".into() }));
        let credits = limit("week", Grant::Credits(ratio("100")));
        let unknown = Unmetered::Credits { limit: "week".into(), model: "opus".into() };
        assert_eq!(read(&credits, &CreditRates::default()), Err(unknown));
    }

    #[test]
    fn windows_of_hours_and_weeks_may_follow_one_another_otherwise() {
        let every = |every| limit(every, Grant::Requests(Ratio::one()));
        let five = Hours::new(&Ratio::from(5)).expect("an hour at least");
        let resets = |opening| Resets { opening, floor_minutes: 60, ..resets() };
        let found = |limit: &allowance::Limit, opening| window(limit, &resets(opening)).expect("a window");
        let anchor = resets(None).week_anchor;
        let session = |length| Window::Session { length, floor_minutes: 60 };
        let (hours, week) = (every("5h"), every("week"));
        assert_eq!(
            [found(&hours, None), found(&week, None)],
            [session(five), Window::Fixed { length: Hours::WEEK, anchor }]
        );
        for (opening, of) in [
            (Opening::FirstUse, [session(five), session(Hours::WEEK)]),
            (Opening::Fixed, [five, Hours::WEEK].map(|length| Window::Fixed { length, anchor })),
            (Opening::Rolling, [five, Hours::WEEK].map(|length| Window::Rolling { length })),
        ] {
            assert_eq!([found(&hours, Some(opening)), found(&week, Some(opening))], of);
            let month = every("month");
            assert!(matches!(found(&month, Some(opening)), Window::Calendar(_)));
        }
    }
}
