//! What responses cost at list, laid out as charges: so many units of one thing, at one price, on one day.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::price::{Item, Prices};
use super::{Record, Service, Source};
use crate::allowance::CreditRates;
use crate::units::{Date, Ratio, TimeZone};

/// Units of one thing at one price on one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    /// The day, in the zone that was asked for.
    pub day: Date,
    /// Which kind of log tells of it.
    pub source: Source,
    /// The model, as the log names it.
    pub model: Option<Arc<str>>,
    /// What was used.
    pub item: Item,
    /// How it was served.
    pub service: Service,
    /// What one unit costs, in dollars; `None`: it has no list price.
    pub unit_usd: Option<Ratio>,
    /// Who sells the model, by the id of its list price.
    pub vendor: Option<Arc<str>>,
    /// How many units.
    pub quantity: u128,
}

impl Charge {
    /// What they cost at list, in dollars.
    #[must_use]
    pub fn list_usd(&self) -> Option<Ratio> {
        Some(self.unit_usd.as_ref()? * &self.units())
    }

    /// What one unit takes of a plan's credits; `None`: it is not known. `model` is the name in the list prices.
    #[must_use]
    pub fn unit_credits(&self, credits: &CreditRates, model: &str) -> Option<Ratio> {
        let Some(row) = credits.by_model.iter().find(|row| *row.model == *model) else {
            return Some(self.unit_usd.as_ref()? * credits.per_api_usd.as_ref()?);
        };
        match self.item {
            Item::Tokens(class) => Some(row.of_class(class)? / Ratio::from(1_000_000)),
            Item::Requests => Some(row.per_request.clone()),
            Item::WebSearches => None,
        }
    }

    /// How many units, as an exact number.
    #[must_use]
    pub fn units(&self) -> Ratio {
        Ratio::from(i128::try_from(self.quantity).expect("there are fewer than 2^63 responses"))
    }
}

/// The charges of responses, by day, source, model and item. Their list prices add up to those of the responses, and what
/// they take of a plan's credits to what the plan takes for them: so requests are charged too where only credits are
/// taken for them.
#[must_use]
pub fn charges(records: &[Record], zone: &TimeZone, prices: &Prices<'_>, credits: Option<&CreditRates>) -> Vec<Charge> {
    let mut sums = BTreeMap::<Charge, u128>::new();
    for record in records {
        let charge = |item, unit_usd, vendor| Charge {
            day: record.instant.day_in(zone),
            source: record.source,
            model: record.model.clone(),
            item,
            service: record.service,
            unit_usd,
            vendor,
            quantity: 0,
        };
        let takes_credits =
            record.requests > 0 && credits.is_some_and(|credits| takes_for_requests(credits, record, prices));
        let requests = |sums: &mut BTreeMap<Charge, u128>, usd, vendor| {
            *sums.entry(charge(Item::Requests, usd, vendor)).or_default() += u128::from(record.requests);
        };
        match prices.parts(record) {
            Ok(parts) => {
                let vendor = prices.rates_of(record).ok().and_then(|rates| rates.vendor.clone());
                if takes_credits && !parts.iter().any(|part| part.item == Item::Requests) {
                    requests(&mut sums, Some(Ratio::zero()), vendor.clone());
                }
                for part in parts {
                    let charge = charge(part.item, Some(part.unit_usd), vendor.clone());
                    *sums.entry(charge).or_default() += u128::from(part.quantity);
                }
            }
            Err(_) => {
                for (class, tokens) in record.tokens.iter().filter(|(_, tokens)| tokens.0 > 0) {
                    *sums.entry(charge(Item::Tokens(class), None, None)).or_default() += u128::from(tokens.0);
                }
                if takes_credits {
                    requests(&mut sums, None, None);
                }
            }
        }
    }
    sums.into_iter().map(|(charge, quantity)| Charge { quantity, ..charge }).collect()
}

/// Whether a plan takes credits for each request of the model.
fn takes_for_requests(credits: &CreditRates, record: &Record, prices: &Prices<'_>) -> bool {
    let name = record.model.as_deref().unwrap_or_default();
    let model = prices.rates.resolve(name).map_or(name, |model| model);
    credits.by_model.iter().any(|row| *row.model == *model && row.per_request.is_positive())
}

/// A sum shared out in proportion to weights, each share in whole units of 1e-9 but for what that leaves, which the
/// last share takes: they add up to exactly the sum. Nothing is shared out where the weights add up to nothing.
#[must_use]
pub fn shared_out(sum: &Ratio, weights: &[Ratio]) -> Vec<Ratio> {
    let billion = Ratio::from(1_000_000_000);
    let all: Ratio = weights.iter().cloned().sum();
    let Some(per_weight) = sum.checked_div(&all) else { return vec![Ratio::zero(); weights.len()] };
    let (mut weight, mut before) = (Ratio::zero(), Ratio::zero());
    let share = |one: &Ratio| {
        weight += one;
        let until = if weight == all { sum.clone() } else { (&weight * &per_weight * &billion).floor() / &billion };
        let share = &until - &before;
        before = until;
        share
    };
    weights.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_sum() {
        // A third of 20 is 6.666666666|66…; the last takes what the others leave.
        let shares = shared_out(&Ratio::from(20), &[1, 1, 1].map(Ratio::from));
        let texts: Vec<String> = shares.iter().map(Ratio::to_exact).collect();
        assert_eq!(texts, ["6.666666666", "6.666666667", "6.666666667"]);
        assert_eq!(shared_out(&Ratio::from(20), &[0, 0].map(Ratio::from)), [Ratio::zero(), Ratio::zero()]);
        assert_eq!(shared_out(&Ratio::from(20), &[0, 5].map(Ratio::from)), [Ratio::zero(), Ratio::from(20)]);
    }
}
