//! A subscriber: which tokens, on which models, how well cached. What prices limits that are not in dollars.

use std::sync::Arc;

use crate::allowance::Activity;
use crate::fact::Provenance;
use crate::rates::{ByClass, DatedRates, Lookup, RateBook, Rates, Unpriced, price_mix, prompt_tokens};
use crate::units::{Date, Ratio, Tokens};

/// What a subscriber does.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Its name in files.
    pub id: Arc<str>,
    /// Its name for people.
    pub name: Option<Arc<str>>,
    /// The work.
    pub work: Work,
    /// What stands behind it.
    pub provenance: Provenance,
}

/// The work of a workload.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Shares of all tokens on one model.
    Mix(Box<Mix>),
    /// Kinds of request in proportion.
    Requests(Vec<RequestKind>),
}

/// Shares of all tokens on one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// The model.
    pub model: Arc<str>,
    /// The share of each class; they add up to 1.
    pub shares: ByClass<Ratio>,
    /// The prompt of a typical request, which decides the context tier; base rates if unknown.
    pub prompt_tokens: Option<Tokens>,
    /// Tokens of a request, more than zero, where known.
    pub tokens_per_request: Option<Ratio>,
    /// Tokens of an hour of work, more than zero, where known.
    pub tokens_per_hour: Option<Ratio>,
}

/// A kind of request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestKind {
    /// Its name.
    pub id: Arc<str>,
    /// The model.
    pub model: Arc<str>,
    /// Its share of all requests; shares add up to 1.
    pub share: Ratio,
    /// Tokens of one request.
    pub tokens: ByClass<Tokens>,
    /// Hours of work in one request, where known.
    pub hours: Option<Ratio>,
}

/// A workload at the rates of a day.
#[derive(Clone, Debug)]
pub struct PricedWork<'a> {
    /// What it consists of, a unit of each priced.
    pub activities: Vec<Activity>,
    /// The rates that priced it.
    pub rates: Vec<&'a DatedRates>,
}

/// A model of a workload that has no price on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRate {
    /// The model.
    pub model: Arc<str>,
    /// Why.
    pub reason: NoRateReason,
}

/// Why a model has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRateReason {
    /// No file prices it.
    NoSuchModel,
    /// It is priced, but not on that day.
    NotOnThatDay,
    /// A class of token that it uses has no rate.
    Unpriced(Unpriced),
}

/// Whether shares add up to exactly 1.
#[must_use]
pub fn adds_up<'a>(shares: impl IntoIterator<Item = &'a Ratio>) -> bool {
    shares.into_iter().cloned().sum::<Ratio>() == Ratio::one()
}

const MILLION: i32 = 1_000_000;

impl Workload {
    /// The models it names.
    pub fn models(&self) -> impl Iterator<Item = &Arc<str>> {
        let (mix, requests) = match &self.work {
            Work::Mix(mix) => (Some(&mix.model), [].as_slice()),
            Work::Requests(kinds) => (None, kinds.as_slice()),
        };
        mix.into_iter().chain(requests.iter().map(|kind| &kind.model))
    }

    /// Its activities at the rates of a day. A unit of a mix is a million tokens, a unit of a request is one request.
    ///
    /// # Errors
    ///
    /// With every model that has no price then.
    pub fn price<'a>(&self, book: &'a RateBook, day: Date) -> Result<PricedWork<'a>, Vec<NoRate>> {
        let mut priced = PricedWork { activities: Vec::new(), rates: Vec::new() };
        let mut missing = Vec::new();
        let mut add = |model: &Arc<str>, activity: &dyn Fn(&DatedRates) -> Result<Activity, Unpriced>| {
            let reason = match book.on(model, day) {
                Lookup::Found(dated) => match activity(dated) {
                    Ok(activity) => {
                        priced.activities.push(activity);
                        if !priced.rates.iter().any(|known| std::ptr::eq(*known, dated)) {
                            priced.rates.push(dated);
                        }
                        return;
                    }
                    Err(unpriced) => NoRateReason::Unpriced(unpriced),
                },
                Lookup::NotOnThatDay => NoRateReason::NotOnThatDay,
                Lookup::NoSuchModel => NoRateReason::NoSuchModel,
            };
            let none = NoRate { model: Arc::clone(model), reason };
            if !missing.contains(&none) {
                missing.push(none);
            }
        };
        match &self.work {
            Work::Mix(mix) => add(&mix.model, &|dated| mix.activity(&self.id, dated)),
            Work::Requests(kinds) => {
                for kind in kinds {
                    add(&kind.model, &|dated| kind.activity(dated));
                }
            }
        }
        if missing.is_empty() { Ok(priced) } else { Err(missing) }
    }
}

impl Mix {
    fn activity(&self, id: &Arc<str>, dated: &DatedRates) -> Result<Activity, Unpriced> {
        let million = Ratio::from(MILLION);
        let tokens = ByClass::from_fn(|class| &self.shares[class] * &million);
        let prompt = self.prompt_tokens.unwrap_or_default();
        // A request fee needs to know how many tokens share it.
        let requests = self.tokens_per_request.as_ref().map(|per_request| &million / per_request);
        let fees = dated.rates.usd_per_request.ratio() * requests.clone().unwrap_or_default();
        Ok(Activity {
            id: Arc::clone(id),
            model: Some(Arc::clone(&dated.model)),
            share: Ratio::one(),
            value_usd: price_mix(&dated.rates.for_prompt(prompt), &tokens)? + fees,
            serving_usd: serving(&dated.rates, &tokens)?,
            tokens: Some(tokens),
            requests,
            hours: self.tokens_per_hour.as_ref().map(|per_hour| &million / per_hour),
        })
    }
}

impl RequestKind {
    fn activity(&self, dated: &DatedRates) -> Result<Activity, Unpriced> {
        let tokens = ByClass::from_fn(|class| Ratio::from(self.tokens[class].0));
        let rates = dated.rates.for_prompt(prompt_tokens(&self.tokens));
        Ok(Activity {
            id: Arc::clone(&self.id),
            model: Some(Arc::clone(&dated.model)),
            share: self.share.clone(),
            value_usd: price_mix(&rates, &tokens)? + dated.rates.usd_per_request.ratio(),
            serving_usd: serving(&dated.rates, &tokens)?,
            tokens: Some(tokens),
            requests: Some(Ratio::one()),
            hours: self.hours.clone(),
        })
    }
}

fn serving(rates: &Rates, tokens: &ByClass<Ratio>) -> Result<Option<Ratio>, Unpriced> {
    rates.serving_cost.as_ref().map(|costs| price_mix(costs, tokens)).transpose()
}
