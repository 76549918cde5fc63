//! One plan over all accounts.

use std::fmt;
use std::sync::Arc;

use super::Usage;
use crate::allowance::{self, Grant};
use crate::analysis::Answer;
use crate::plan::{Allowance, OverageRate};
use crate::rates::ByClass;
use crate::replay::{
    Admission, Calendar, Candidate, Fallback, Limit, Offer, Outcome, Overflow, Paid, Policy, ReplayError, Resets, Span,
    Unmetered, Valuation, Weights, metered, months, offers,
};
use crate::units::{Ratio, Tokens, Usd};

/// What becomes of work past the limits.
#[derive(Clone, Debug, PartialEq)]
pub enum Past {
    /// It is refused.
    Drop,
    /// It waits.
    Defer,
    /// It is paid for, where that is sold; elsewhere it is refused.
    Overage,
    /// It runs on a cheaper model.
    Downgrade(Fallback),
}

/// How plans are tried.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The span that is looked at.
    pub horizon: Span,
    /// When windows begin.
    pub resets: Resets,
    /// What happens at limits in the run that counts.
    pub past: Past,
    /// How requests pass limits; `None`: whole with overage off, in part with overage on.
    pub admission: Option<Admission>,
    /// The most that overage may cost in a calendar period.
    pub spend_cap: Option<(Ratio, Calendar)>,
    /// A balance that overage is paid from.
    pub prepaid: Option<Ratio>,
    /// Share of the use of each window that is on other surfaces and not in the log; below 1.
    pub other_surfaces: Ratio,
    /// What it is worth not to be stopped.
    pub value: Valuation,
}

/// Why a plan cannot be tried. What is not known is no pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untried {
    /// Nobody knows what it allows.
    Allowance,
    /// No limit of it is known for the day.
    NotOnThatDay,
    /// It is not known what requests take of a limit.
    Limit(Unmetered),
    /// None of the work has a list price.
    Unpriced,
    /// A limit counts requests, and the log sums several in a row.
    Summed {
        /// The limit.
        limit: Arc<str>,
    },
    /// The numbers are beyond exact counting.
    Replay(ReplayError),
}

impl fmt::Display for Untried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowance => f.write_str("its allowance is not known"),
            Self::NotOnThatDay => f.write_str("no limit of it is known for that day"),
            Self::Unpriced => f.write_str("none of the work has a list price"),
            Self::Limit(error) => error.fmt(f),
            Self::Summed { limit } => {
                write!(f, "limit `{limit}` counts requests, and rows of the log stand for several")
            }
            Self::Replay(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Untried {}

/// A plan that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its limits, as they were run.
    pub limits: Vec<Limit>,
    /// One for each account, in their order.
    pub seats: Vec<Seat>,
    /// Price of a seat in dollars a month; `None`: not known.
    pub price: Option<Ratio>,
    /// What overage costs as a multiple of list price; `None` where none is sold, or it is not known.
    pub overage_rate: Option<Ratio>,
    /// Overage is sold at a rate that this usage does not tell.
    pub overage_unknown: bool,
    /// Overage counts.
    pub pays: bool,
    /// Months of the span.
    pub months: Ratio,
}

/// What became of one account.
#[derive(Clone, Debug)]
pub struct Seat {
    /// With overage off.
    pub off: Offer,
    /// With overage on, where it is sold.
    pub on: Option<Offer>,
}

impl Seat {
    /// What became of the work with overage off.
    #[must_use]
    pub fn refused(&self) -> &Outcome {
        self.off.outcome.as_ref().expect("a plan was run")
    }

    /// What became of it with overage on.
    #[must_use]
    pub fn paid(&self) -> Option<&Outcome> {
        self.on.as_ref().and_then(|offer| offer.outcome.as_ref())
    }

    /// Whether nothing was stopped.
    #[must_use]
    pub fn fits(&self) -> bool {
        let outcome = self.refused();
        outcome.hits.is_empty()
            && [outcome.refused, outcome.pending, outcome.downgraded].iter().all(|usd| *usd == Usd::ZERO)
            && outcome.counts.refused == 0
    }
}

impl Tried {
    /// The run of a seat that counts: with overage on, if that was asked for and is sold.
    #[must_use]
    pub fn run<'a>(&self, seat: &'a Seat) -> &'a Offer {
        seat.on.as_ref().filter(|_| self.pays).unwrap_or(&seat.off)
    }

    /// What became of the work of each account, in the run that counts.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.seats.iter().filter_map(|seat| self.run(seat).outcome.as_ref())
    }

    /// How many accounts the plan fits.
    #[must_use]
    pub fn fitting(&self) -> usize {
        self.seats.iter().filter(|seat| seat.fits()).count()
    }

    /// Windows that stopped something, in the run that counts.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.outcomes().map(|outcome| outcome.hits.len() as u64).sum()
    }

    /// Hours in which work stood still with overage off, of all accounts.
    #[must_use]
    pub fn blocked_hours(&self) -> Ratio {
        self.seats.iter().map(|seat| seat.refused().blocked_hours()).sum()
    }

    /// The same with overage on, where it is sold: a cap or a balance was used up.
    #[must_use]
    pub fn blocked_hours_paying(&self) -> Option<Ratio> {
        self.seats.iter().map(|seat| seat.paid().map(Outcome::blocked_hours)).sum_of_all()
    }

    /// Dollars of overage over the span, where it is sold.
    #[must_use]
    pub fn overage_usd(&self) -> Option<Ratio> {
        self.seats.iter().map(|seat| seat.paid().map(|outcome| outcome.overage_cost.clone())).sum_of_all()
    }

    /// What all seats cost in dollars a month, with what it is worth not to be stopped; `None` if the price is not
    /// known.
    #[must_use]
    pub fn total_usd_per_month(&self) -> Option<Ratio> {
        self.price.as_ref()?;
        Some(self.seats.iter().map(|seat| self.run(seat).total.clone()).sum())
    }

    /// A sum of dollars over the accounts, in the run that counts.
    #[must_use]
    pub fn sum(&self, of: impl Fn(&Outcome) -> Usd) -> Ratio {
        self.outcomes().map(|outcome| of(outcome).ratio()).sum()
    }

    /// What the vendor earns in a month: revenue after fees and overage, less serving and what a subscriber costs
    /// besides; `None` if the price is not known.
    #[must_use]
    pub fn vendor_profit_usd_per_month(&self, answer: &Answer<'_>) -> Option<Ratio> {
        let revenue = answer.revenue.as_ref()?;
        let fee_share = match answer.economics.as_ref().and_then(|economics| economics.overage.as_ref()) {
            Some(overage) => overage.fee_share.clone(),
            None => Ratio::zero(),
        };
        let seats = Ratio::from(self.seats.len() as u64);
        let kept = (&revenue.net_usd - answer.plan.fixed_cost.ratio()) * seats;
        let income: Ratio = self.outcomes().map(|outcome| outcome.overage_cost.clone()).sum();
        let served: Ratio = self
            .outcomes()
            .map(|outcome| outcome.included.ratio() + outcome.overage_api.ratio() + &outcome.fallback)
            .sum();
        let over_span = income * (Ratio::one() - fee_share) - served * &answer.serving_share;
        Some(kept + over_span / &self.months)
    }

    /// The highest that any window of any limit was filled, as a share of its cap; `None` without use of a limit.
    #[must_use]
    pub fn peak_utilization(&self) -> Option<Ratio> {
        self.outcomes().flat_map(|outcome| &outcome.limits).filter_map(|limit| limit.max_utilization.clone()).max()
    }

    /// What the used windows of a limit held on average, over all accounts; `None` without such windows.
    #[must_use]
    pub fn mean_utilization(&self, limit: usize) -> Option<Ratio> {
        let (mut filled, mut windows) = (Ratio::zero(), 0);
        for used in self.outcomes().filter_map(|outcome| outcome.limits.get(limit)) {
            if let (Some(mean), Some(count)) = (&used.mean_utilization, used.windows_used) {
                filled += &(mean * Ratio::from(count));
                windows += count;
            }
        }
        filled.checked_div(&Ratio::from(windows))
    }
}

trait SumOfAll {
    /// The sum; `None` if one of them is not known, or there are none.
    fn sum_of_all(self) -> Option<Ratio>;
}

impl<I: Iterator<Item = Option<Ratio>>> SumOfAll for I {
    fn sum_of_all(mut self) -> Option<Ratio> {
        let first = self.next()??;
        self.try_fold(first, |sum, next| Some(sum + next?))
    }
}

/// Tries a plan on all accounts. `answer` is what is known of it.
///
/// # Errors
///
/// If it cannot be known what the plan would have stopped.
pub fn try_plan(answer: &Answer<'_>, usage: &Usage, setting: &Setting) -> Result<Tried, Untried> {
    if usage.is_unknown() {
        return Err(Untried::Unpriced);
    }
    let limits = limits(answer, usage, setting)?;
    let price = answer.revenue.as_ref().map(|revenue| revenue.gross_usd.clone());
    let (rate, overage_unknown) = overage_rate(answer, usage, setting);
    let candidate = |overflow| Candidate {
        id: Arc::clone(&answer.plan.id),
        price_usd_per_month: price.clone().unwrap_or_default(),
        limits: limits.clone(),
        policy: match setting.admission {
            Some(admission) => Policy { admission, overflow },
            None => Policy::new(overflow),
        },
    };
    let off = candidate(match &setting.past {
        Past::Drop | Past::Overage => Overflow::Drop,
        Past::Defer => Overflow::Defer,
        Past::Downgrade(fallback) => Overflow::Downgrade(fallback.clone()),
    });
    let on = rate.clone().map(|rate| {
        let paid = Paid { rate, spend_cap: setting.spend_cap.clone(), prepaid: setting.prepaid.clone() };
        candidate(Overflow::Overage(paid))
    });
    let candidates: Vec<Candidate> = [Some(off), on].into_iter().flatten().collect();
    let seats = usage.accounts.iter().map(|account| {
        let mut runs = offers(&account.log, &candidates, &setting.value, setting.horizon)?.into_iter();
        let off = runs.next().expect("one for each candidate");
        Ok(Seat { off, on: runs.next().filter(|run| run.plan.is_some()) })
    });
    Ok(Tried {
        seats: seats.collect::<Result<_, _>>().map_err(Untried::Replay)?,
        limits,
        price,
        overage_rate: rate,
        overage_unknown,
        pays: setting.past == Past::Overage,
        months: months(setting.horizon),
    })
}

/// The plan's limits, less what other surfaces use of them.
fn limits(answer: &Answer<'_>, usage: &Usage, setting: &Setting) -> Result<Vec<Limit>, Untried> {
    match &answer.plan.allowance {
        Allowance::Unknown => return Err(Untried::Allowance),
        Allowance::Limits(_) if answer.limits.is_empty() => return Err(Untried::NotOnThatDay),
        Allowance::Limits(_) | Allowance::Unlimited => {}
    }
    let mut models: Vec<Arc<str>> = usage.models.keys().cloned().collect();
    // What work falls to must be metered too, or it would pass freely.
    if let Past::Downgrade(fallback) = &setting.past {
        models.extend((!models.contains(&fallback.model)).then(|| Arc::clone(&fallback.model)));
    }
    let of_log = Ratio::one() - &setting.other_surfaces;
    let limit = |limit: &&allowance::Limit| {
        if usage.summed > 0 && counts_requests(limit, answer) {
            return Err(Untried::Summed { limit: Arc::clone(&limit.id) });
        }
        let metered = metered(limit, &answer.plan.credits, &models, &setting.resets).map_err(Untried::Limit)?;
        Ok(Limit { cap: &metered.cap * &of_log, ..metered })
    };
    answer.limits.iter().map(limit).collect()
}

fn counts_requests(limit: &allowance::Limit, answer: &Answer<'_>) -> bool {
    let has_fee = || answer.plan.credits.by_model.iter().any(|row| !row.per_request.is_zero());
    matches!(limit.grant, Grant::Requests(_)) || matches!(limit.grant, Grant::Credits(_)) && has_fee()
}

/// What overage costs as a multiple of list price, and whether it is sold at a rate that is not known. Where it goes by
/// credits or requests, the average of this usage.
fn overage_rate(answer: &Answer<'_>, usage: &Usage, setting: &Setting) -> (Option<Ratio>, bool) {
    let Some(overage) = &answer.plan.overage else { return (None, false) };
    let rate = match &overage.rate {
        OverageRate::OfListPrice(rate) => Some(rate.clone()),
        OverageRate::UsdPerCredit(usd) => credits_per_usd(answer, usage, setting).map(|credits| credits * usd),
        OverageRate::UsdPerRequest(usd) => (usage.summed == 0)
            .then(|| per_usd(usage, &|_| Weights::requests()))
            .flatten()
            .map(|requests| requests * usd),
    };
    let is_unknown = rate.is_none();
    (rate, is_unknown)
}

fn credits_per_usd(answer: &Answer<'_>, usage: &Usage, setting: &Setting) -> Option<Ratio> {
    let credits = &answer.plan.credits;
    if let (Some(per_usd), true) = (&credits.per_api_usd, credits.by_model.is_empty()) {
        return Some(per_usd.clone());
    }
    let models: Vec<Arc<str>> = usage.models.keys().cloned().collect();
    let limit = answer.limits.iter().find(|limit| matches!(limit.grant, Grant::Credits(_)))?;
    let of_all = allowance::Limit { models: None, ..(*limit).clone() };
    let metered = metered(&of_all, credits, &models, &setting.resets).ok()?;
    let weights = |model: &str| {
        let speaks = |models: &Option<Vec<Arc<str>>>| models.iter().flatten().any(|known| **known == *model);
        metered.rules.iter().find(|rule| speaks(&rule.models)).map(|rule| rule.weights.clone()).unwrap_or_default()
    };
    per_usd(usage, &weights)
}

/// What all of the work takes for each dollar of it; `None` without any.
fn per_usd(usage: &Usage, weights: &dyn Fn(&str) -> Weights) -> Option<Ratio> {
    let (mut takes, mut usd) = (Ratio::zero(), Ratio::zero());
    for account in &usage.accounts {
        let log = &account.log;
        for (number, model) in log.models().iter().enumerate() {
            let of_model = log.events().iter().filter(|event| usize::try_from(event.model) == Ok(number));
            let (mut atto, mut tokens, mut requests) = (0_i128, ByClass::<u128>::default(), 0_u64);
            for event in of_model {
                atto += event.usd.atto();
                requests += 1;
                for (class, Tokens(count)) in event.tokens.iter() {
                    tokens[class] += u128::from(*count);
                }
            }
            let weights = weights(model);
            let of_usd = Usd::from_atto(atto).ratio();
            let of_tokens = tokens.iter().filter_map(|(class, count)| {
                Some(&weights.per_token[class] * Ratio::from(i128::try_from(*count).ok()?))
            });
            takes +=
                &(of_tokens.sum::<Ratio>() + &weights.per_usd * &of_usd + &weights.per_request * Ratio::from(requests));
            usd += &of_usd;
        }
    }
    takes.checked_div(&usd)
}
