//! Usage by user, in the form that limits are run over.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::rates::{Lookup, TokenClass};
use crate::replay::{Event, Log, LogError};
use crate::units::{Instant, Ratio, TimeZone, Usd};
use crate::usage::price::{Prices, Unpriced};
use crate::usage::{Record, Service, Source};

const MS_PER_HOUR: i64 = 3_600_000;

/// What one user did.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who; `None`: the log does not say.
    pub user: Option<Arc<str>>,
    /// The responses that count against limits.
    pub log: Log,
    /// Where its work comes from, by the number that events carry.
    pub origins: Vec<Origin>,
    /// Worth of the responses that are billed apart, at what they cost there.
    pub apart: Vec<(Instant, Usd)>,
}

/// Where work comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The project.
    pub project: Option<Arc<str>>,
    /// The session.
    pub session: Option<Arc<str>>,
    /// The beginning of the hour, in UTC.
    pub hour: Instant,
}

/// What a log comes to.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By user, in the order of their names, no user first; at least one.
    pub accounts: Vec<Account>,
    /// Vendors of the models that did the work, as the list prices name them.
    pub vendors: BTreeSet<Arc<str>>,
    /// Models that did it, by their names in the list prices, each with its vendor if that is known.
    pub models: BTreeMap<Arc<str>, Option<Arc<str>>>,
    /// Responses that have no list price and are left out, by model and reason.
    pub unpriced: BTreeMap<(Option<Arc<str>>, Unpriced), u64>,
    /// Responses without a token, which nothing counts.
    pub empty: u64,
    /// Rows that stand for several requests, so that their number in a window is not known.
    pub summed: u64,
    /// What the same work costs on another model, as a share of what it costs, where that was asked.
    pub on_other: Option<Result<Ratio, Unpriced>>,
}

impl Usage {
    /// Responses of all users, those that are billed apart included.
    #[must_use]
    pub fn responses(&self) -> u64 {
        self.accounts.iter().map(|account| (account.log.events().len() + account.apart.len()) as u64).sum()
    }

    /// The first and the last instant of use.
    #[must_use]
    pub fn span(&self) -> Option<(Instant, Instant)> {
        let instants = || {
            self.accounts.iter().flat_map(|account| {
                let counted = account.log.events().iter().map(|event| event.at);
                counted.chain(account.apart.iter().map(|(at, _)| *at))
            })
        };
        Some((instants().min()?, instants().max()?))
    }

    /// Whether there was work and none of it has a price.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.responses() == 0 && !self.unpriced.is_empty()
    }

    /// How many responses have no list price.
    #[must_use]
    pub fn responses_unpriced(&self) -> u64 {
        self.unpriced.values().sum()
    }
}

/// Numbers origins and collects events of one user.
#[derive(Default)]
struct Collected {
    events: Vec<(Option<()>, Event)>,
    origins: Vec<Origin>,
    numbers: HashMap<Origin, u32>,
    apart: Vec<(Instant, Usd)>,
}

/// Prices what was used, and sorts it by user. Fast mode of Claude Code is billed apart from the windows of a
/// subscription. `other`: a model that the same work is priced on too.
///
/// # Errors
///
/// If all of it costs more than can be counted.
pub fn gather(records: &[Record], prices: &Prices<'_>, other: Option<&Arc<str>>) -> Result<Usage, LogError> {
    let mut usage = Usage::default();
    let mut numbers = BTreeMap::<Arc<str>, u32>::new();
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut by_user = BTreeMap::<Option<Arc<str>>, Collected>::new();
    let (mut here, mut there) = (Ratio::zero(), Ok(Ratio::zero()));
    for record in records {
        // Who is only seen in what is left out has a seat too.
        let collected = by_user.entry(record.user.clone()).or_default();
        if record.tokens.iter().all(|(_, tokens)| tokens.0 == 0) && record.web_searches == 0 {
            usage.empty += 1;
            continue;
        }
        let priced = prices.of(record).and_then(|cost| {
            let atto = (cost.usd() * Ratio::from(Usd::ATTO)).floor().to_i128();
            // A response beyond all money is as unpriced as one without a rate.
            atto.map(Usd::from_atto).ok_or(Unpriced::NoRate(TokenClass::Output))
        });
        let usd = match priced {
            Ok(usd) => usd,
            Err(reason) => {
                *usage.unpriced.entry((record.model.clone(), reason)).or_default() += 1;
                continue;
            }
        };
        if let Some(other) = other {
            here += &usd.ratio();
            there = there.and_then(|sum| Ok(sum + on_model(record, prices, other)?));
        }
        if record.source == Source::ClaudeCode && record.service == Service::Fast {
            collected.apart.push((record.instant, usd));
            continue;
        }
        usage.summed += u64::from(record.requests > 1);
        let model = name_of(record, prices, &mut usage);
        let number = *numbers.entry(model.clone()).or_insert_with(|| {
            names.push(model);
            u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
        });
        collected.add(record, number, usd);
    }
    usage.on_other = other.map(|_| there.map(|there| there.checked_div(&here).unwrap_or_default()));
    if by_user.is_empty() {
        by_user.insert(None, Collected::default());
    }
    for (user, collected) in by_user {
        usage.accounts.push(collected.account(user, names.clone())?);
    }
    Ok(usage)
}

/// The model by its name in the list prices, and notes who sells it.
fn name_of(record: &Record, prices: &Prices<'_>, usage: &mut Usage) -> Arc<str> {
    let name = record.model.as_deref().unwrap_or_default();
    let dated = match prices.rates.on(name, record.instant.day_in(&TimeZone::UTC)) {
        Lookup::Found(dated) => dated,
        Lookup::NotOnThatDay | Lookup::NoSuchModel => return name.into(),
    };
    if !usage.models.contains_key(&dated.model) {
        usage.models.insert(Arc::clone(&dated.model), dated.vendor.clone());
        usage.vendors.extend(dated.vendor.clone());
    }
    Arc::clone(&dated.model)
}

fn on_model(record: &Record, prices: &Prices<'_>, model: &Arc<str>) -> Result<Ratio, Unpriced> {
    let moved = Record { model: Some(Arc::clone(model)), service: Service::Standard, ..record.clone() };
    prices.of(&moved).map(|cost| cost.usd())
}

impl Collected {
    fn add(&mut self, record: &Record, model: u32, usd: Usd) {
        let since = record.instant.unix_ms().div_euclid(MS_PER_HOUR) * MS_PER_HOUR;
        let origin = Origin {
            project: record.project.clone(),
            session: record.session.clone(),
            hour: Instant::from_unix_ms(since).unwrap_or(record.instant),
        };
        let next = u32::try_from(self.origins.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(origin.clone()).or_insert_with(|| {
            self.origins.push(origin);
            next
        });
        let event = Event { at: record.instant, model, origin: number, usd, tokens: record.tokens, credits_atto: 0 };
        self.events.push((None, event));
    }

    fn account(self, user: Option<Arc<str>>, models: Vec<Arc<str>>) -> Result<Account, LogError> {
        let origins = u32::try_from(self.origins.len()).unwrap_or(u32::MAX);
        let log = Log::gather(models, origins, self.events)?;
        Ok(Account { user, log, origins: self.origins, apart: self.apart })
    }
}
