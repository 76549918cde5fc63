//! What was used, in the order of time.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use super::{MS_PER_HOUR, Span};
use crate::rates::ByClass;
use crate::units::{Instant, Ratio, Tokens, Usd};

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was made.
    pub at: Instant,
    /// Which of the log's models did it.
    pub model: u32,
    /// Whose it was: a project, session, user or hour, as the caller numbers them.
    pub origin: u32,
    /// What it costs at API list prices.
    pub usd: Usd,
    /// Its tokens.
    pub tokens: ByClass<Tokens>,
    /// What it cost in credits that the log itself tells, in units of 1e-18 credits.
    pub credits_atto: i128,
}

/// Requests in the order of time, each once.
#[derive(Clone, Debug, Default)]
pub struct Log {
    models: Vec<Arc<str>>,
    events: Vec<Event>,
    duplicates: u64,
    out_of_order: u64,
}

/// Why records make no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogError {
    /// A record costs less than nothing.
    Negative {
        /// Which record.
        record: usize,
    },
    /// The dollars of all records are more than can be counted.
    TooMuch,
    /// A record is of an origin beyond their number.
    Origin {
        /// Which record.
        record: usize,
    },
    /// A record names a model by a number that the list of models does not reach.
    Model {
        /// Which record.
        record: usize,
    },
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negative { record } => write!(f, "record {record} costs less than nothing; the least is 0"),
            Self::TooMuch => f.write_str("the records cost more than 1.7e20 dollars; use fewer"),
            Self::Origin { record } => {
                write!(
                    f,
                    "record {record} has a higher origin than there are records; number origins from 0 without gaps"
                )
            }
            Self::Model { record } => write!(f, "record {record} names a model that is not in the list of models"),
        }
    }
}

impl std::error::Error for LogError {}

impl Log {
    /// Orders records by time, those of one instant as they came, and keeps one of each id: streams repeat a message
    /// while it grows, so the one with most tokens counts, then with the highest cost, then the first. Records without
    /// an id are never merged. `origins` is how many origins the caller has numbered, from zero on.
    ///
    /// # Errors
    ///
    /// If a record has a negative amount, a model that is not in the list or an origin beyond their number, or all
    /// cost more than [`Usd`] holds.
    pub fn gather<Id: Eq + Hash>(
        models: Vec<Arc<str>>,
        origins: u32,
        records: impl IntoIterator<Item = (Option<Id>, Event)>,
    ) -> Result<Self, LogError> {
        let mut log = Self { models, ..Self::default() };
        let mut kept = HashMap::<Id, usize>::new();
        let mut before = None;
        for (record, (id, event)) in records.into_iter().enumerate() {
            log.check(record, &event, origins)?;
            log.out_of_order += u64::from(before.replace(event.at).is_some_and(|before| event.at < before));
            match id.map(|id| *kept.entry(id).or_insert(log.events.len())) {
                Some(known) if known < log.events.len() => {
                    log.duplicates += 1;
                    let weight = |event: &Event| (all_tokens(&event.tokens), event.usd);
                    if weight(&event) > weight(&log.events[known]) {
                        log.events[known] = event;
                    }
                }
                _ => log.events.push(event),
            }
        }
        let total = log.events.iter().try_fold(Usd::ZERO, |sum, event| sum.checked_add(event.usd));
        total.ok_or(LogError::TooMuch)?;
        log.events.sort_by_key(|event| event.at);
        Ok(log)
    }

    fn check(&self, record: usize, event: &Event, origins: u32) -> Result<(), LogError> {
        if event.usd < Usd::ZERO || event.credits_atto < 0 {
            return Err(LogError::Negative { record });
        }
        if usize::try_from(event.model).map_or(true, |model| model >= self.models.len()) {
            return Err(LogError::Model { record });
        }
        if event.origin >= origins { Err(LogError::Origin { record }) } else { Ok(()) }
    }

    /// The models that the requests name by number.
    #[must_use]
    pub fn models(&self) -> &[Arc<str>] {
        &self.models
    }

    /// The requests.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Records that repeated another.
    #[must_use]
    pub const fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// How often a record was older than the one before it.
    #[must_use]
    pub const fn out_of_order(&self) -> u64 {
        self.out_of_order
    }

    /// From the first request to a millisecond after the last; `None` without requests, and in the last millisecond
    /// of the year 9999.
    #[must_use]
    pub fn horizon(&self) -> Option<Span> {
        let (first, last) = (self.events.first()?, self.events.last()?);
        Span::new(first.at, Instant::from_unix_ms(last.at.unix_ms() + 1)?)
    }
}

/// Tokens of all classes.
pub(super) fn all_tokens(tokens: &ByClass<Tokens>) -> i128 {
    tokens.iter().map(|(_, count)| i128::from(count.0)).sum()
}

/// Average months of a span, of 730.5 hours.
#[must_use]
pub fn months(span: Span) -> Ratio {
    Ratio::new(i128::from(span.ms()) * 2, i128::from(MS_PER_HOUR) * 1_461)
}
