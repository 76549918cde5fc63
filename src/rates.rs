//! What a model charges for each kind of token, and the bill of a request.
//!
//! A context tier is a cliff: once the prompt passes its mark, the whole request, answer included, is billed at the
//! tier's rates. So a bill is always that of one request; sums of requests are sums of bills.

mod differences;

pub use differences::{Compared, Difference, Worth, compare, differences};

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use crate::fact::{Provenance, Validity, in_force};
use crate::units::{Date, Rate, Ratio, Tokens, Usd};

/// A kind of token that vendors price apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenClass {
    /// Prompt tokens that were not in the cache.
    Input,
    /// Prompt tokens read from the cache.
    CacheRead,
    /// Prompt tokens written to the cache for five minutes, or to the only cache there is.
    CacheWrite5m,
    /// Prompt tokens written to the cache for an hour.
    CacheWrite1h,
    /// Answer tokens, thinking included.
    Output,
}

impl TokenClass {
    /// Every class, in the order of files and documents.
    pub const ALL: [Self; 5] = [Self::Input, Self::CacheRead, Self::CacheWrite5m, Self::CacheWrite1h, Self::Output];

    /// The name in files and documents: `cache_read`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::CacheRead => "cache_read",
            Self::CacheWrite5m => "cache_write_5m",
            Self::CacheWrite1h => "cache_write_1h",
            Self::Output => "output",
        }
    }

    /// The class whose rate stands in where this one has none; nothing stands in for output or input.
    const fn stand_in(self) -> Option<Self> {
        match self {
            Self::CacheRead | Self::CacheWrite5m => Some(Self::Input),
            Self::CacheWrite1h => Some(Self::CacheWrite5m),
            Self::Input | Self::Output => None,
        }
    }
}

impl fmt::Display for TokenClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// One value for each class of token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ByClass<T>([T; 5]);

impl<T> ByClass<T> {
    /// The value that `of` gives for each class.
    pub fn from_fn(mut of: impl FnMut(TokenClass) -> T) -> Self {
        Self(TokenClass::ALL.map(&mut of))
    }

    /// Each class with its value.
    pub fn iter(&self) -> impl Iterator<Item = (TokenClass, &T)> {
        TokenClass::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<TokenClass> for ByClass<T> {
    type Output = T;
    fn index(&self, class: TokenClass) -> &T {
        &self.0[class as usize]
    }
}

impl<T> IndexMut<TokenClass> for ByClass<T> {
    fn index_mut(&mut self, class: TokenClass) -> &mut T {
        &mut self.0[class as usize]
    }
}

/// Rates of the whole request once its prompt passes a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextTier {
    /// The mark.
    pub prompt_tokens: Tokens,
    /// Whether a prompt of exactly the mark is already in the tier.
    pub inclusive: bool,
    /// The tier's rates; a class without one keeps its base rate.
    pub rates: ByClass<Option<Rate>>,
}

impl ContextTier {
    fn reached_by(&self, prompt: Tokens) -> bool {
        prompt > self.prompt_tokens || self.inclusive && prompt == self.prompt_tokens
    }
}

/// Hours at which a model is dearer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peak {
    /// What every class costs then, as a multiple of list.
    pub multiplier: Ratio,
    /// Spans of minutes since midnight UTC, end excluded.
    pub minutes_utc: Vec<(u16, u16)>,
    /// Days on which they hold, Monday first.
    pub days: [bool; 7],
}

/// What one model charges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Rates of a request below every context tier.
    pub base: ByClass<Option<Rate>>,
    /// Context tiers; of those reached the highest applies.
    pub tiers: Vec<ContextTier>,
    /// What a batch pays of list, for every class; `None`: no batches sold.
    pub batch_multiplier: Option<Ratio>,
    /// Fee of each request, not reduced in a batch.
    pub usd_per_request: Usd,
    /// Dearer hours; figures of a month use the rates outside them.
    pub peak: Option<Peak>,
    /// What serving a token costs the vendor, where that is known.
    pub serving_cost: Option<ByClass<Option<Rate>>>,
}

/// A rate and where among a model's rates it is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The rate.
    pub rate: Rate,
    /// The class it is stated for: the one that was asked for, or the one that stands in for it.
    pub class: TokenClass,
    /// The context tier that states it, by its position in [`Rates::tiers`]; `None`: the base rates.
    pub tier: Option<usize>,
}

/// Tokens were used in a class that has no rate. Missing is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpriced(pub TokenClass);

impl fmt::Display for Unpriced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no rate for {} tokens", self.0)
    }
}

impl std::error::Error for Unpriced {}

/// Tokens to be billed together: one request, or several without context tiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Tokens of each class.
    pub tokens: ByClass<Tokens>,
    /// Sent as a batch.
    pub batch: bool,
    /// Requests that pay the fee.
    pub requests: u64,
    /// Region or speed premium; `None`: list.
    pub multiplier: Option<Ratio>,
}

/// What a bundle costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// Everything, in dollars.
    pub usd: Ratio,
    /// The tokens of each class, in dollars.
    pub by_class: ByClass<Ratio>,
    /// Request fees, in dollars.
    pub fees: Ratio,
    /// Asked for a batch of a model that sells none: billed at list.
    pub batch_missing: bool,
    /// Dollars per million tokens, fees apart; `None` without tokens.
    pub blended_usd_per_mtok: Option<Ratio>,
}

impl Rates {
    /// The rate of each class for a prompt of so many tokens: the highest tier reached, missing cache classes filled
    /// by the class that stands in for them.
    #[must_use]
    pub fn for_prompt(&self, prompt: Tokens) -> ByClass<Option<Rate>> {
        ByClass::from_fn(|class| self.stated(class, prompt).map(|stated| stated.rate))
    }

    /// Where the rate of a class comes from, for a prompt of so many tokens.
    #[must_use]
    pub fn stated(&self, class: TokenClass, prompt: Tokens) -> Option<Stated> {
        let reached = self.tiers.iter().enumerate().filter(|(_, tier)| tier.reached_by(prompt));
        let tier = reached.max_by_key(|(_, tier)| tier.prompt_tokens);
        let mut class = class;
        loop {
            if let Some((index, rate)) = tier.and_then(|(index, tier)| Some((index, tier.rates[class]?))) {
                return Some(Stated { rate, class, tier: Some(index) });
            }
            if let Some(rate) = self.base[class] {
                return Some(Stated { rate, class, tier: None });
            }
            class = class.stand_in()?;
        }
    }

    /// The bill of a bundle.
    ///
    /// # Errors
    ///
    /// If it holds tokens of a class that has no rate.
    pub fn bill(&self, bundle: &Bundle) -> Result<Bill, Unpriced> {
        let prompt = prompt_tokens(&bundle.tokens);
        let rates = self.for_prompt(prompt);
        let batch = self.batch_multiplier.as_ref().filter(|_| bundle.batch);
        let one = Ratio::one();
        let factor = batch.unwrap_or(&one) * bundle.multiplier.as_ref().unwrap_or(&one);
        let mut by_class = ByClass::<Ratio>::default();
        for (class, &tokens) in bundle.tokens.iter().filter(|(_, tokens)| tokens.0 > 0) {
            let rate = rates[class].ok_or(Unpriced(class))?;
            by_class[class] = (rate * tokens).ratio() * &factor;
        }
        let fees = self.usd_per_request.ratio() * Ratio::from(bundle.requests);
        let tokens_usd: Ratio = by_class.iter().map(|(_, usd)| usd.clone()).sum();
        let usd = &tokens_usd + &fees;
        let tokens: Ratio = bundle.tokens.iter().map(|(_, tokens)| Ratio::from(tokens.0)).sum();
        Ok(Bill {
            blended_usd_per_mtok: (tokens_usd * Ratio::from(1_000_000)).checked_div(&tokens),
            usd,
            by_class,
            fees,
            batch_missing: bundle.batch && batch.is_none(),
        })
    }
}

/// The prompt of a request: everything but the answer. Decides the context tier.
#[must_use]
pub fn prompt_tokens(tokens: &ByClass<Tokens>) -> Tokens {
    tokens[TokenClass::Input]
        + tokens[TokenClass::CacheRead]
        + tokens[TokenClass::CacheWrite5m]
        + tokens[TokenClass::CacheWrite1h]
}

/// The dollars of a token mix at given rates.
///
/// # Errors
///
/// If the mix holds tokens of a class that has no rate.
pub fn price_mix(rates: &ByClass<Option<Rate>>, tokens: &ByClass<Ratio>) -> Result<Ratio, Unpriced> {
    let mut usd = Ratio::zero();
    for (class, count) in tokens.iter().filter(|(_, count)| !count.is_zero()) {
        usd += &(rates[class].ok_or(Unpriced(class))?.usd_per_token() * count);
    }
    Ok(usd)
}

/// Rates of a model from one day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedRates {
    /// The model.
    pub model: Arc<str>,
    /// Other exact names of it.
    pub aliases: Vec<Arc<str>>,
    /// Vendor id, if the file names one.
    pub vendor: Option<Arc<str>>,
    /// When they held.
    pub validity: Validity,
    /// What stands behind them.
    pub provenance: Provenance,
    /// The rates.
    pub rates: Rates,
    /// They come from the catalogue inside the program.
    pub bundled: bool,
}

/// The rates of all models, by exact name or alias.
#[derive(Clone, Debug, Default)]
pub struct RateBook {
    by_model: BTreeMap<Arc<str>, Vec<DatedRates>>,
    aliases: BTreeMap<Arc<str>, Arc<str>>,
}

/// What a rate book says of a model on a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lookup<'a> {
    /// These rates held.
    Found(&'a DatedRates),
    /// It is priced, but not on that day.
    NotOnThatDay,
    /// It is not priced at all.
    NoSuchModel,
}

impl RateBook {
    /// Adds rates. The caller sees to it that no two hold for one model on one day.
    pub fn insert(&mut self, rates: DatedRates) {
        for alias in &rates.aliases {
            self.aliases.insert(Arc::clone(alias), Arc::clone(&rates.model));
        }
        self.by_model.entry(Arc::clone(&rates.model)).or_default().push(rates);
    }

    /// Forgets a model and its aliases: a later file prices it.
    pub fn remove(&mut self, model: &str) {
        self.by_model.remove(model);
        self.aliases.retain(|_, target| **target != *model);
    }

    /// The model that a name or alias stands for, if it is priced.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Option<&Arc<str>> {
        let model = self.aliases.get(name).map_or(name, |model| model);
        self.by_model.get_key_value(model).map(|(model, _)| model)
    }

    /// The rates in force for a model on a day.
    #[must_use]
    pub fn on(&self, name: &str, day: Date) -> Lookup<'_> {
        let Some(entries) = self.resolve(name).and_then(|model| self.by_model.get(model)) else {
            return Lookup::NoSuchModel;
        };
        in_force(entries, day, |entry| &entry.validity).map_or(Lookup::NotOnThatDay, Lookup::Found)
    }

    /// All entries, by model name, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &DatedRates> {
        self.by_model.values().flatten()
    }

    /// All names: models and aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_model.keys().chain(self.aliases.keys()).map(|name| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd_per_mtok(text: &str) -> Option<Rate> {
        Some(Rate::from_usd_per_mtok(&Ratio::parse(text).expect("a decimal")).expect("a rate"))
    }

    fn base(input: &str, cache_read: &str, write_5m: &str, write_1h: &str, output: &str) -> ByClass<Option<Rate>> {
        ByClass([input, cache_read, write_5m, write_1h, output].map(usd_per_mtok))
    }

    fn tokens(counts: [u64; 5]) -> Bundle {
        Bundle { tokens: ByClass(counts.map(Tokens)), ..Bundle::default() }
    }

    fn usd(bill: &Bill) -> String {
        bill.usd.to_exact()
    }

    #[test]
    fn a_bill_adds_the_classes() {
        // 12,000 x 5 + 150,000 x 0.5 + 9,000 x 6.25 + 3,000 x 10 + 2,500 x 25, per million:
        // 0.06 + 0.075 + 0.05625 + 0.03 + 0.0625 = 0.28375
        let rates = Rates { base: base("5", "0.5", "6.25", "10", "25"), ..Rates::default() };
        let bill = rates.bill(&tokens([12_000, 150_000, 9_000, 3_000, 2_500])).expect("priced");
        assert_eq!(usd(&bill), "0.28375");
        assert_eq!(bill.by_class[TokenClass::CacheWrite5m].to_exact(), "0.05625");
        // 0.28375 / 176,500 x 1e6
        assert_eq!(bill.blended_usd_per_mtok, Some(Ratio::new(28_375 * 10, 176_500)));
    }

    #[test]
    fn one_token_past_the_mark_reprices_the_whole_request() {
        let mut rates = Rates { base: base("3", "0.3", "3.75", "6", "15"), ..Rates::default() };
        rates.tiers.push(ContextTier {
            prompt_tokens: Tokens(200_000),
            inclusive: false,
            rates: base("6", "0.6", "7.5", "12", "22.5"),
        });
        // 200,000 x 3 + 1,000 x 15 = 0.615; 200,001 x 6 + 1,000 x 22.5 = 1.222506
        assert_eq!(usd(&rates.bill(&tokens([200_000, 0, 0, 0, 1_000])).expect("priced")), "0.615");
        assert_eq!(usd(&rates.bill(&tokens([200_001, 0, 0, 0, 1_000])).expect("priced")), "1.222506");
        rates.tiers[0].inclusive = true;
        assert_eq!(usd(&rates.bill(&tokens([200_000, 0, 0, 0, 1_000])).expect("priced")), "1.2225");
    }

    #[test]
    fn a_class_that_a_tier_leaves_out_keeps_its_base_rate() {
        let mut rates = Rates { base: base("1", "0.1", "1.25", "2", "5"), ..Rates::default() };
        let mut dearer = ByClass::default();
        dearer[TokenClass::Input] = usd_per_mtok("2");
        rates.tiers.push(ContextTier { prompt_tokens: Tokens(10), inclusive: false, rates: dearer });
        let filled = rates.for_prompt(Tokens(11));
        assert_eq!(filled[TokenClass::Input], usd_per_mtok("2"));
        assert_eq!(filled[TokenClass::Output], usd_per_mtok("5"));
    }

    #[test]
    fn missing_cache_rates_fall_back_and_missing_output_does_not() {
        let mut rates = Rates::default();
        rates.base[TokenClass::Input] = usd_per_mtok("2");
        let filled = rates.for_prompt(Tokens(0));
        assert_eq!(filled[TokenClass::CacheRead], usd_per_mtok("2"));
        assert_eq!(filled[TokenClass::CacheWrite1h], usd_per_mtok("2"));
        assert_eq!(rates.bill(&tokens([0, 0, 0, 0, 1])), Err(Unpriced(TokenClass::Output)));
        assert!(rates.bill(&tokens([1, 0, 0, 0, 0])).is_ok());
    }

    #[test]
    fn a_batch_halves_tokens_and_not_fees() {
        let rates = Rates {
            base: base("5", "0.5", "6.25", "10", "25"),
            batch_multiplier: Some(Ratio::new(1, 2)),
            usd_per_request: Usd::from_atto(Usd::ATTO / 100),
            ..Rates::default()
        };
        // 1,000,000 x 5 / 2 = 2.5, and three fees of a cent
        let bundle = Bundle { batch: true, requests: 3, ..tokens([1_000_000, 0, 0, 0, 0]) };
        assert_eq!(usd(&rates.bill(&bundle).expect("priced")), "2.53");
        let no_batch = Rates { batch_multiplier: None, ..rates };
        let bill = no_batch.bill(&bundle).expect("priced");
        assert!(bill.batch_missing);
        assert_eq!(usd(&bill), "5.03");
    }
}
