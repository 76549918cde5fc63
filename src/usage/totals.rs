//! Sums of responses by day, week, month, model, project, session and user.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Record;
use super::price::{Cost, Prices, Unpriced};
use crate::rates::{ByClass, TokenClass};
use crate::units::{Date, Instant, Ratio, TimeZone, Usd};

/// What to sum by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The calendar day in the stated zone.
    Day,
    /// The calendar week in the stated zone, by its Monday.
    Week,
    /// The month in the stated zone that begins on a given day: 1 is a calendar month, 15 a billing month from the
    /// 15th. Taken as 1 to 31; in a shorter month it begins on the last day.
    Month {
        /// The day of the month on which it begins.
        begins: u8,
    },
    /// The model.
    Model,
    /// The project.
    Project,
    /// The session.
    Session,
    /// The user.
    User,
    /// The kind of log.
    Source,
}

/// Which group a record belongs to. Groups sort by what they hold; what the log does not tell comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The log does not say.
    Unknown,
    /// The first day of the day, week or month.
    From(Date),
    /// A name.
    Name(Arc<str>),
}

/// What the responses of a group come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Tokens of each class.
    pub tokens: ByClass<u128>,
    /// Responses.
    pub responses: u64,
    /// Requests.
    pub requests: u128,
    /// Searches of the web.
    pub web_searches: u128,
    /// What those responses cost at list that have a price.
    pub priced: Cost,
    /// How many responses have none, and why.
    pub unpriced: BTreeMap<Unpriced, u64>,
    /// What the log itself says the responses cost that it gives a cost for, in dollars.
    pub stated_usd: Ratio,
    /// How many responses those are.
    pub stated: u64,
    /// The first response.
    pub first: Option<Instant>,
    /// The last response.
    pub last: Option<Instant>,
}

impl Total {
    /// What all of it costs at list; `None` if any response has no price.
    #[must_use]
    pub fn list_usd(&self) -> Option<Ratio> {
        self.unpriced.is_empty().then(|| self.priced.usd())
    }

    /// Tokens of the prompts.
    #[must_use]
    pub fn prompt_tokens(&self) -> u128 {
        self.tokens.iter().filter(|(class, _)| *class != TokenClass::Output).map(|(_, count)| count).sum()
    }

    /// The share of prompt tokens that was read from the cache; `None` without prompts.
    #[must_use]
    pub fn cache_hit_share(&self) -> Option<Ratio> {
        let read = i128::try_from(self.tokens[TokenClass::CacheRead]).ok()?;
        Ratio::from(read).checked_div(&Ratio::from(i128::try_from(self.prompt_tokens()).ok()?))
    }

    /// Adds a response.
    pub fn add(&mut self, record: &Record, prices: &Prices<'_>) {
        for (class, tokens) in record.tokens.iter() {
            self.tokens[class] += u128::from(tokens.0);
        }
        self.responses += 1;
        self.requests += u128::from(record.requests);
        self.web_searches += u128::from(record.web_searches);
        match prices.of(record) {
            Ok(cost) => self.priced.add(&cost),
            Err(reason) => *self.unpriced.entry(reason).or_default() += 1,
        }
        if let Some(usd) = record.stated_usd.filter(|usd| *usd != Usd::ZERO) {
            self.stated_usd += &usd.ratio();
        }
        self.stated += u64::from(record.stated_usd.is_some());
        self.first = Some(self.first.map_or(record.instant, |first| first.min(record.instant)));
        self.last = self.last.max(Some(record.instant));
    }
}

/// Sums records by each combination of the dimensions, in their order; no dimension gives one sum, under an empty key.
#[must_use]
pub fn totals(
    records: &[Record],
    by: &[Dimension],
    zone: &TimeZone,
    prices: &Prices<'_>,
) -> BTreeMap<Vec<Group>, Total> {
    let mut sums = BTreeMap::<Vec<Group>, Total>::new();
    let mut key = Vec::new();
    for record in records {
        key.clear();
        key.extend(by.iter().map(|dimension| dimension.group(record, zone)));
        match sums.get_mut(&key) {
            Some(total) => total.add(record, prices),
            None => sums.entry(key.clone()).or_default().add(record, prices),
        }
    }
    sums
}

impl Dimension {
    /// The group of a record.
    #[must_use]
    pub fn group(self, record: &Record, zone: &TimeZone) -> Group {
        let name = |name: &Option<Arc<str>>| name.clone().map_or(Group::Unknown, Group::Name);
        match self {
            Self::Day | Self::Week | Self::Month { .. } => self.of_day(record.instant.day_in(zone)),
            Self::Model => name(&record.model),
            Self::Project => name(&record.project),
            Self::Session => name(&record.session),
            Self::User => name(&record.user),
            Self::Source => Group::Name(record.source.word().into()),
        }
    }
}

impl Dimension {
    /// The group of a day; [`Group::Unknown`] where days do not decide.
    #[must_use]
    pub fn of_day(self, day: Date) -> Group {
        match self {
            Self::Day => Group::From(day),
            Self::Week => Group::From(week_of(day)),
            Self::Month { begins } => Group::From(month_of(day, begins)),
            _ => Group::Unknown,
        }
    }
}

/// The Monday of a day's week; the day itself where the calendar begins within the week.
fn week_of(day: Date) -> Date {
    let mut monday = day;
    for _ in 0..day.weekday().to_monday_zero_offset() {
        monday = monday.yesterday().unwrap_or(monday);
    }
    monday
}

/// The first day of a day's month, where months begin on a given day.
fn month_of(day: Date, begins: u8) -> Date {
    let starts = |of: Date| {
        let begins = i8::try_from(begins.clamp(1, 31)).expect("at most 31").min(of.days_in_month());
        Date::new(of.year(), of.month(), begins).expect("a day of that month")
    };
    let this = starts(day);
    if this <= day { this } else { day.first_of_month().yesterday().map_or(day, starts) }
}
