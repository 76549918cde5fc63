//! What responses cost at API list prices of the day on which they happened.
//!
//! The day is that of UTC, whatever time zone a report groups by, so that no figure depends on where it is read.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Record, Service};
use crate::rates::{DatedRates, Lookup, RateBook, Rates, TokenClass, prompt_tokens};
use crate::units::{Ratio, TimeZone, Usd};

/// List prices, and what vendors charge on top.
#[derive(Clone, Copy, Debug)]
pub struct Prices<'a> {
    /// List prices of models.
    pub rates: &'a RateBook,
    /// What else costs.
    pub premiums: &'a Premiums,
}

/// What vendors charge beside list prices of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premiums {
    /// What a model costs in fast mode, as a multiple of list, by its name in the rate book.
    pub fast: BTreeMap<Arc<str>, Ratio>,
    /// One search of the web.
    pub usd_per_web_search: Usd,
}

impl Default for Premiums {
    /// As published: fast mode bills every class of Claude at 6 times list (Opus 4.6 and 4.7) or twice (Opus 4.8,
    /// Fable 5.2), and draws on Codex at 2.5 times (GPT-5.5) or twice (GPT-5.4, GPT-5.3-Codex); web searches cost 10
    /// dollars a thousand.
    fn default() -> Self {
        let twice = ["claude-opus-4-8", "claude-fable-5-2", "gpt-5.4", "gpt-5.3-codex"].map(|model| (model, (2, 1)));
        let more = [("claude-opus-4-6", (6, 1)), ("claude-opus-4-7", (6, 1)), ("gpt-5.5", (5, 2))];
        let fast = twice.into_iter().chain(more);
        Self {
            fast: fast.map(|(model, (times, of))| (model.into(), Ratio::new(times, of))).collect(),
            usd_per_web_search: Usd::from_atto(Usd::ATTO / 100),
        }
    }
}

/// Why a response has no list price. Missing is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unpriced {
    /// The log does not name the model.
    NoModel,
    /// The model has no list price.
    NoSuchModel,
    /// The model has list prices, but none for that day.
    NotOnThatDay,
    /// The model has no rate for a class of tokens that was used.
    NoRate(TokenClass),
    /// The model's price in fast mode is not known.
    Fast,
    /// The model's price in a batch is not known.
    Batch,
    /// The price of priority service is not known.
    Priority,
}

impl fmt::Display for Unpriced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel => f.write_str("the log does not name the model"),
            Self::NoSuchModel => f.write_str("no list price for the model"),
            Self::NotOnThatDay => f.write_str("no list price for the model on that day"),
            Self::NoRate(class) => write!(f, "no rate for {class} tokens"),
            Self::Fast => f.write_str("no price for fast mode"),
            Self::Batch => f.write_str("no price for batches"),
            Self::Priority => f.write_str("no price for priority service"),
        }
    }
}

/// Something that a response is billed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// Tokens of a class.
    Tokens(TokenClass),
    /// Searches of the web.
    WebSearches,
    /// Requests, where each has a fee.
    Requests,
}

/// A part of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What for.
    pub item: Item,
    /// How many.
    pub quantity: u64,
    /// What one of them costs, in dollars.
    pub unit_usd: Ratio,
}

/// A sum of list prices, exact. Most are whole units of [`Usd`]; what is not goes into a fraction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    whole: Usd,
    rest: Ratio,
}

impl Cost {
    /// The sum in dollars.
    #[must_use]
    pub fn usd(&self) -> Ratio {
        self.whole.ratio() + &self.rest
    }

    /// Adds another sum.
    pub fn add(&mut self, other: &Self) {
        match self.whole.checked_add(other.whole) {
            Some(sum) => self.whole = sum,
            None => self.rest += &other.whole.ratio(),
        }
        if !other.rest.is_zero() {
            self.rest += &other.rest;
        }
    }
}

impl Prices<'_> {
    /// What a response costs at list prices of its day.
    ///
    /// # Errors
    ///
    /// If part of it has no price.
    pub fn of(&self, record: &Record) -> Result<Cost, Unpriced> {
        let searches = i128::from(record.web_searches);
        let searched = self.premiums.usd_per_web_search.ratio() * Ratio::from(searches);
        let searched = if searches == 0 { Ratio::zero() } else { searched };
        if record.tokens.iter().all(|(_, tokens)| tokens.0 == 0) && searches == 0 {
            return Ok(Cost::default());
        }
        let rates = self.rates_of(record)?;
        let listed = tokens_usd(&rates.rates, record)?;
        let fees = rates.rates.usd_per_request;
        let whole = if fees == Usd::ZERO { Ratio::zero() } else { fees.ratio() * Ratio::from(record.requests) };
        let mut cost = Cost { whole: Usd::ZERO, rest: searched + whole };
        match self.factor(record, &rates.model, &rates.rates)? {
            None => cost.whole = listed,
            Some(factor) => cost.rest += &(listed.ratio() * factor),
        }
        Ok(cost)
    }

    /// What a response is billed for, part by part; the parts add up to what [`Self::of`] says.
    ///
    /// # Errors
    ///
    /// If a part has no price.
    pub fn parts(&self, record: &Record) -> Result<Vec<Part>, Unpriced> {
        let used = || record.tokens.iter().filter(|(_, tokens)| tokens.0 > 0);
        if used().next().is_none() && record.web_searches == 0 {
            return Ok(Vec::new());
        }
        let rates = self.rates_of(record)?;
        let factor = self.factor(record, &rates.model, &rates.rates)?;
        let by_class = rates.rates.for_prompt(prompt_tokens(&record.tokens));
        let mut parts = Vec::new();
        for (class, tokens) in used() {
            let list = by_class[class].ok_or(Unpriced::NoRate(class))?.usd_per_token();
            let unit_usd = factor.as_ref().map_or_else(|| list.clone(), |factor| &list * factor);
            parts.push(Part { item: Item::Tokens(class), quantity: tokens.0, unit_usd });
        }
        let fees = [
            (Item::WebSearches, record.web_searches, self.premiums.usd_per_web_search),
            (Item::Requests, record.requests, rates.rates.usd_per_request),
        ];
        let charged = fees.into_iter().filter(|(_, quantity, usd)| *quantity > 0 && *usd != Usd::ZERO);
        parts.extend(charged.map(|(item, quantity, usd)| Part { item, quantity, unit_usd: usd.ratio() }));
        Ok(parts)
    }

    /// The rates of a response's model on its day.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn rates_of(&self, record: &Record) -> Result<&DatedRates, Unpriced> {
        let model = record.model.as_deref().ok_or(Unpriced::NoModel)?;
        match self.rates.on(model, record.instant.day_in(&TimeZone::UTC)) {
            Lookup::Found(dated) => Ok(dated),
            Lookup::NotOnThatDay => Err(Unpriced::NotOnThatDay),
            Lookup::NoSuchModel => Err(Unpriced::NoSuchModel),
        }
    }

    /// What service and hour do to the price of tokens; `None`: nothing.
    fn factor(&self, record: &Record, model: &str, rates: &Rates) -> Result<Option<Ratio>, Unpriced> {
        let served = match record.service {
            Service::Standard => None,
            Service::Batch => Some(rates.batch_multiplier.clone().ok_or(Unpriced::Batch)?),
            Service::Fast => Some(self.premiums.fast.get(model).cloned().ok_or(Unpriced::Fast)?),
            Service::Priority => return Err(Unpriced::Priority),
        };
        let minute = record.instant.minute_of_day_utc();
        let peak = rates.peak.as_ref().filter(|peak| {
            peak.days[record.instant.weekday_utc()]
                && peak.minutes_utc.iter().any(|&(from, until)| (from..until).contains(&minute))
        });
        Ok(match (served, peak) {
            (served, None) => served,
            (None, Some(peak)) => Some(peak.multiplier.clone()),
            (Some(served), Some(peak)) => Some(served * &peak.multiplier),
        })
    }
}

/// The tokens of one response at list; its whole prompt decides the context tier.
fn tokens_usd(rates: &Rates, record: &Record) -> Result<Usd, Unpriced> {
    let by_class = rates.for_prompt(prompt_tokens(&record.tokens));
    let mut sum = Usd::ZERO;
    for (class, &tokens) in record.tokens.iter().filter(|(_, tokens)| tokens.0 > 0) {
        let rate = by_class[class].ok_or(Unpriced::NoRate(class))?;
        sum = sum.checked_add(rate * tokens).expect("five products of a rate and a count fit");
    }
    Ok(sum)
}
