//! The inputs of a figure, and answering again with one of them changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Address, Case, figure};
use crate::allowance::{Grant, Hours, Limit, Schedule};
use crate::analysis::{Market, default_api_gross_margin};
use crate::economics::{Fees, Subscriber};
use crate::plan::{Allowance, Billing, OverageRate, Plan};
use crate::rates::{ByClass, RateBook, TokenClass};
use crate::units::{Rate, Ratio, Tokens, Usd};
use crate::workload::{Work, Workload};

/// Something that a file or a flag says and that a figure follows from.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The price of a period.
    Price,
    /// What a unit of the price's currency is worth.
    Currency,
    /// The tax in the price.
    Vat,
    /// The share that goes in fees.
    FeeShare,
    /// The fee of each charge.
    FeeFixed,
    /// What a subscriber costs besides serving.
    FixedCost,
    /// The API gross margin.
    ApiMargin,
    /// What a limit grants.
    Grant(Arc<str>),
    /// The low end of a limit's range.
    GrantLow(Arc<str>),
    /// The high end of a limit's range.
    GrantHigh(Arc<str>),
    /// What the vendor charges below list against a limit.
    Discount(Arc<str>),
    /// What a token of a class counts against a limit.
    Weight(Arc<str>, TokenClass),
    /// Credits that a dollar of list price costs.
    CreditsPerUsd,
    /// Credits per million tokens of a model and class.
    Credits(Arc<str>, TokenClass),
    /// Credits of a request of a model.
    CreditsPerRequest(Arc<str>),
    /// A list price of a model, in the base rates or a context tier.
    Rate(Arc<str>, TokenClass, Option<usize>),
    /// The fee of a request of a model.
    RequestFee(Arc<str>),
    /// What serving a token of a model costs.
    Serving(Arc<str>, TokenClass),
    /// The share of a class in a workload's tokens; the largest of the others makes room for it.
    ClassShare(TokenClass),
    /// The share of a kind of request; the largest of the others makes room for it.
    RequestShare(usize),
    /// Tokens of a kind of request.
    RequestTokens(usize, TokenClass),
    /// Hours of a kind of request.
    RequestHours(usize),
    /// Tokens of a request of a mix.
    TokensPerRequest,
    /// Tokens of an hour of a mix.
    TokensPerHour,
    /// What overage costs.
    Overage,
    /// Hours a day that the user works.
    HoursPerDay,
    /// The utilization of the address.
    Utilization,
    /// Mean utilization of a subscriber.
    MeanUse,
    /// Dollars a month of support.
    Support,
    /// Share of subscribers that leaves each month.
    Churn,
    /// Discount rate of a month.
    DiscountRate,
    /// Cost of winning a subscriber.
    Acquisition,
}

fn rates_with(
    book: &RateBook,
    model: &str,
    change: impl Fn(&mut crate::rates::DatedRates),
    case: &Case<'_>,
) -> RateBook {
    let mut changed = book.clone();
    let entries: Vec<_> = book.iter().filter(|entry| *entry.model == *model).cloned().collect();
    let held = match book.on(model, case.question.day) {
        crate::rates::Lookup::Found(dated) => Some(dated.clone()),
        _ => None,
    };
    changed.remove(model);
    for mut entry in entries {
        if held.as_ref() == Some(&entry) {
            change(&mut entry);
        }
        changed.insert(entry);
    }
    changed
}

fn whole(value: &Ratio) -> Option<u64> {
    value.to_i128().and_then(|count| u64::try_from(count).ok())
}

fn nearest_whole(value: &Ratio) -> Ratio {
    (value + &Ratio::new(1, 2)).floor()
}

/// One of several shares changed, the largest of the others making room; `None` if it cannot.
fn room(shares: &mut [Ratio], index: usize, to: &Ratio) -> Option<()> {
    let other = (0..shares.len()).filter(|&i| i != index).max_by(|&a, &b| shares[a].cmp(&shares[b]))?;
    let rest = &shares[other] - (to - &shares[index]);
    if rest.is_negative() {
        return None;
    }
    shares[other] = rest;
    shares[index] = to.clone();
    Some(())
}

impl Input {
    /// 10 % more; of what counts whole things, the nearest whole number. `None` if that is no change.
    pub(super) fn more(&self, value: &Ratio) -> Option<Ratio> {
        let more = value * &Ratio::new(11, 10);
        let to = match self {
            Self::RequestTokens(..) => nearest_whole(&more),
            _ => more,
        };
        (to != *value).then_some(to)
    }

    /// The value of a figure with this input changed: `None` if the input cannot take the value, `Some(None)` if the
    /// figure no longer exists.
    #[must_use]
    pub fn with(&self, to: &Ratio, case: &Case<'_>, address: &Address) -> Option<Option<Ratio>> {
        let mut plan = case.plan.clone();
        let mut question = case.question.clone();
        let mut subscriber = case.subscriber.cloned();
        let mut address = address.clone();
        let mut rates = None;
        let mut workloads = None;
        let one = Ratio::one();
        let share = |to: &Ratio| (*to <= one).then(|| to.clone());
        let cost = |to: &Ratio| Rate::from_usd_per_mtok(to);
        match self {
            Self::Price => {
                let amount = Some(Usd::from_ratio(to)?);
                match question.billing {
                    Some(Billing::Year) if plan.price.annual.is_some() => plan.price.annual = amount,
                    _ => plan.price.amount = amount,
                }
            }
            Self::Currency => plan.price.currency.as_mut()?.1 = to.clone(),
            Self::Vat => plan.vat_share = to.clone(),
            Self::FeeShare | Self::FeeFixed => {
                let mut fees = question.fees.clone().unwrap_or_else(|| plan.fees.clone());
                match (&mut fees, self) {
                    (Fees::Processor { fixed_usd, .. }, Self::FeeFixed) => *fixed_usd = to.clone(),
                    (Fees::Processor { share: fee, .. } | Fees::Store { share: fee }, _) => *fee = share(to)?,
                }
                question.fees = Some(fees);
            }
            Self::FixedCost => plan.fixed_cost = Usd::from_ratio(to)?,
            Self::ApiMargin => question.api_gross_margin = Some(share(to)?),
            Self::Grant(id) => limit(&mut plan, case, id)?.grant.set(to)?,
            Self::GrantLow(id) => limit(&mut plan, case, id)?.range.as_mut()?.0 = to.clone(),
            Self::GrantHigh(id) => limit(&mut plan, case, id)?.range.as_mut()?.1 = to.clone(),
            Self::Discount(id) => match &mut limit(&mut plan, case, id)?.grant {
                Grant::ApiUsd { discount, .. } if *to < one => *discount = to.clone(),
                _ => return None,
            },
            Self::Weight(id, class) => match &mut limit(&mut plan, case, id)?.grant {
                Grant::Tokens { weights, .. } => weights[*class] = to.clone(),
                _ => return None,
            },
            Self::CreditsPerUsd => plan.credits.per_api_usd = Some(to.clone()),
            Self::Credits(model, class) => {
                plan.credits.by_model.iter_mut().find(|row| row.model == *model)?.per_mtok[*class] = Some(to.clone());
            }
            Self::CreditsPerRequest(model) => {
                plan.credits.by_model.iter_mut().find(|row| row.model == *model)?.per_request = to.clone();
            }
            Self::Rate(model, class, tier) => {
                let rate = cost(to)?;
                let set = |dated: &mut crate::rates::DatedRates| {
                    let rates = match tier {
                        Some(tier) => &mut dated.rates.tiers[*tier].rates,
                        None => &mut dated.rates.base,
                    };
                    rates[*class] = Some(rate);
                };
                rates = Some(rates_with(case.market.rates, model, set, case));
            }
            Self::RequestFee(model) => {
                let fee = Usd::from_ratio(to)?;
                let set = |dated: &mut crate::rates::DatedRates| dated.rates.usd_per_request = fee;
                rates = Some(rates_with(case.market.rates, model, set, case));
            }
            Self::Serving(model, class) => {
                let rate = cost(to)?;
                let set = |dated: &mut crate::rates::DatedRates| {
                    if let Some(costs) = &mut dated.rates.serving_cost {
                        costs[*class] = Some(rate);
                    }
                };
                rates = Some(rates_with(case.market.rates, model, set, case));
            }
            Self::ClassShare(_)
            | Self::RequestShare(_)
            | Self::RequestTokens(..)
            | Self::RequestHours(_)
            | Self::TokensPerRequest
            | Self::TokensPerHour => workloads = Some(self.workloads(to, case)?),
            Self::Overage => match &mut plan.overage.as_mut()?.rate {
                OverageRate::OfListPrice(rate) | OverageRate::UsdPerCredit(rate) | OverageRate::UsdPerRequest(rate) => {
                    *rate = to.clone();
                }
            },
            Self::HoursPerDay => match &mut question.schedule {
                Schedule::Active { hours_per_day, .. } => {
                    *hours_per_day = Hours::new(to).filter(|hours| *hours <= Hours::DAY)?;
                }
                Schedule::AlwaysOn => return None,
            },
            Self::Utilization => address.utilization = Some(to.clone()),
            Self::MeanUse => subscriber.as_mut()?.mean_utilization = share(to)?,
            Self::Support => subscriber.as_mut()?.support_usd_per_month = to.clone(),
            Self::Churn => subscriber.as_mut()?.churn_per_month = share(to)?,
            Self::DiscountRate => subscriber.as_mut()?.discount_per_month = to.clone(),
            Self::Acquisition => subscriber.as_mut()?.acquisition_usd = Some(to.clone()),
        }
        let market = Market {
            rates: rates.as_ref().unwrap_or(case.market.rates),
            workloads: workloads.as_ref().unwrap_or(case.market.workloads),
            vendors: case.market.vendors,
        };
        let changed = Case { plan: &plan, market, question: &question, subscriber: subscriber.as_ref() };
        Some(figure(&changed, &changed.answer(), &address))
    }

    fn workloads(&self, to: &Ratio, case: &Case<'_>) -> Option<BTreeMap<Arc<str>, Workload>> {
        let id = case.question.workload.as_ref().or(case.plan.workload.as_ref())?;
        let mut workloads = case.market.workloads.clone();
        match (&mut workloads.get_mut(id)?.work, self) {
            (Work::Mix(mix), Self::ClassShare(class)) => {
                let mut shares: Vec<Ratio> = mix.shares.iter().map(|(_, share)| share.clone()).collect();
                room(&mut shares, *class as usize, to)?;
                mix.shares = ByClass::from_fn(|class| shares[class as usize].clone());
            }
            (Work::Mix(mix), Self::TokensPerRequest) => mix.tokens_per_request = Some(to.clone()),
            (Work::Mix(mix), Self::TokensPerHour) => mix.tokens_per_hour = Some(to.clone()),
            (Work::Requests(kinds), Self::RequestShare(kind)) => {
                let mut shares: Vec<Ratio> = kinds.iter().map(|kind| kind.share.clone()).collect();
                room(&mut shares, *kind, to)?;
                kinds.iter_mut().zip(shares).for_each(|(kind, share)| kind.share = share);
            }
            (Work::Requests(kinds), Self::RequestTokens(kind, class)) => {
                kinds.get_mut(*kind)?.tokens[*class] = Tokens(whole(to)?);
            }
            (Work::Requests(kinds), Self::RequestHours(kind)) => kinds.get_mut(*kind)?.hours = Some(to.clone()),
            _ => return None,
        }
        Some(workloads)
    }

    /// The margin that the serving cost comes from, where no flag, plan or vendor states one.
    pub(super) fn default_margin() -> Ratio {
        default_api_gross_margin()
    }

    /// The key of a plan file that says it, as `--set` takes it; `None` for what is not in the plan.
    #[must_use]
    pub fn plan_key(&self, plan: &Plan, day: crate::units::Date) -> Option<String> {
        let of = |id: &Arc<str>, key: &dyn Fn(&Limit) -> String| {
            let limit = plan.allowance.limits_on(day).into_iter().find(|limit| limit.id == *id)?;
            Some(format!("limit.{id}.{}", key(limit)))
        };
        let range = |limit: &Limit| if limit.grant.key() == "api_usd" { "range_usd" } else { "range" }.to_owned();
        match self {
            Self::Price => Some(if plan.price.currency.is_some() { "price" } else { "price_usd" }.to_owned()),
            Self::Currency => Some("usd_per_unit".to_owned()),
            Self::Vat => Some("vat_share".to_owned()),
            Self::FeeShare => {
                Some(if matches!(plan.fees, Fees::Store { .. }) { "fees.store_share" } else { "fees.share" }.to_owned())
            }
            Self::FeeFixed => Some("fees.fixed_usd".to_owned()),
            Self::FixedCost => Some("fixed_cost_usd_per_month".to_owned()),
            Self::ApiMargin => Some("api_gross_margin".to_owned()),
            Self::Grant(id) => of(id, &|limit| limit.grant.key().to_owned()),
            Self::GrantLow(id) | Self::GrantHigh(id) => of(id, &range),
            Self::Discount(id) => of(id, &|_| "discount_share".to_owned()),
            Self::CreditsPerUsd => Some("credits_per_api_usd".to_owned()),
            _ => None,
        }
    }
}

/// The limit in force, to change.
fn limit<'p>(plan: &'p mut Plan, case: &Case<'_>, id: &str) -> Option<&'p mut Limit> {
    let held = case.plan.allowance.limits_on(case.question.day).into_iter().find(|limit| *limit.id == *id)?;
    let (Allowance::Limits(before), Allowance::Limits(limits)) = (&case.plan.allowance, &mut plan.allowance) else {
        return None;
    };
    let index = before.iter().position(|limit| std::ptr::eq(limit, held))?;
    limits.get_mut(index)
}

impl Grant {
    /// The same grant with another amount; `None` if it cannot be so much.
    fn set(&mut self, to: &Ratio) -> Option<()> {
        match self {
            Self::ApiUsd { usd, .. } => *usd = Usd::from_ratio(to)?,
            Self::Tokens { count, .. } => *count = Tokens(whole(to)?),
            Self::Credits(amount) | Self::Requests(amount) | Self::Hours(amount) => *amount = to.clone(),
        }
        Some(())
    }
}

/// A subscriber's inputs, each with its value.
pub(super) fn of_subscriber(subscriber: &Subscriber) -> [(Input, &Ratio); 4] {
    [
        (Input::MeanUse, &subscriber.mean_utilization),
        (Input::Support, &subscriber.support_usd_per_month),
        (Input::Churn, &subscriber.churn_per_month),
        (Input::DiscountRate, &subscriber.discount_per_month),
    ]
}

impl Plan {
    /// The limit of an id that is in force on a day grants another amount; `None` if it cannot be so much.
    pub fn set_grant(&mut self, id: &str, day: crate::units::Date, to: &Ratio) -> Option<()> {
        let held = self.allowance.limits_on(day).into_iter().find(|limit| *limit.id == *id)?.clone();
        let Allowance::Limits(limits) = &mut self.allowance else { return None };
        limits.iter_mut().find(|limit| **limit == held)?.grant.set(to)
    }
}
