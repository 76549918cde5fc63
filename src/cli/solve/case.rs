//! One plan, one unknown, one target: the value, and the target's figure once it is put back.

use super::change::Change;
use super::figures;
use super::proof::Reached;
use super::sought::{Range, Sought};
use super::target::{At, Target};
use crate::allowance::Limit;
use crate::analysis::{Answer, MaxApi, terms};
use crate::cli::analyze::gap_text;
use crate::cli::asked::Asked;
use crate::economics::{Fees, Terms};
use crate::plan::Plan;
use crate::population::{Distribution, Quantity};
use crate::scenario::metered::TakeUp;
use crate::scenario::solve::{
    Grants, OverageRate, PopulationCap, Reason, Setting, Solution, Target as Wanted, Unknown, limit_grant,
    population_cap, population_overage, solve,
};
use crate::units::Ratio;

/// What is asked of every plan alike, besides the question of `analyze`.
pub(super) struct Common<'a> {
    pub(super) asked: &'a Asked,
    /// Who uses the plans: how demand is spread, and in what it is counted.
    pub(super) population: Option<(&'a Distribution, Quantity)>,
    /// The share of the use above a limit that is bought as overage.
    pub(super) take_up: Ratio,
    /// The other model, where one is named.
    pub(super) other: Option<super::other::Other>,
    pub(super) range: Option<Range>,
}

/// A question of one plan.
pub(super) struct Case<'a> {
    pub(super) common: &'a Common<'a>,
    pub(super) answer: &'a Answer<'a>,
    pub(super) sought: Sought,
    pub(super) target: &'a Target,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// With this value the target is just met.
    Solved(Ratio),
    /// The target is met whatever the value.
    NotNeeded(String),
    /// No value meets it.
    Impossible(String),
    /// The question has no meaning for the plan.
    NotApplicable(String),
    /// Something is not known.
    Unknown(String),
}

impl Outcome {
    /// The word for it in documents.
    pub(super) const fn status(&self) -> &'static str {
        match self {
            Self::Solved(_) => "solved",
            Self::NotNeeded(_) => "not_needed",
            Self::Impossible(_) => "impossible",
            Self::NotApplicable(_) => "not_applicable",
            Self::Unknown(_) => "unknown",
        }
    }

    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::Solved(_) => None,
            Self::NotNeeded(why) | Self::Impossible(why) | Self::NotApplicable(why) | Self::Unknown(why) => Some(why),
        }
    }
}

/// What came of a question, and its proof.
pub(super) struct Solved {
    pub(super) outcome: Outcome,
    /// The value as the plan stands.
    pub(super) current: Option<Ratio>,
    /// The target's figure as the plan stands.
    pub(super) now: Reached,
    /// The value rounded to the safe side, and the target's figure with it; `None` where nothing can be put back.
    pub(super) proof: Option<(Change, Reached)>,
}

impl Case<'_> {
    /// What a seat is sold for; `None` if the price is not known.
    fn terms(&self) -> Option<Terms> {
        let question = &self.common.asked.question;
        let (price, billing) = self.plan().price.billed(question.billing);
        Some(terms(self.plan(), price?, billing, question))
    }

    pub(super) fn plan(&self) -> &Plan {
        self.answer.plan
    }

    /// Answers it.
    pub(super) fn solve(&self) -> Solved {
        let none =
            |outcome| Solved { outcome, current: self.current(), now: self.figure(self.answer, None), proof: None };
        let outcome = match self.refused().map_or_else(|| self.outcome(), Err) {
            Ok(solution) => self.worded(solution),
            Err(outcome) => outcome,
        };
        let outcome = match outcome {
            Outcome::Solved(value) => self.in_range(value),
            other => other,
        };
        let Outcome::Solved(value) = &outcome else { return none(outcome) };
        let Some(change) = self.change(value) else { return none(outcome) };
        match self.put_back(&change) {
            Some(reached) if self.is_met(&reached) => Solved { proof: Some((change, reached)), ..none(outcome) },
            Some(_) if matches!(self.sought, Sought::Limit(_)) => match self.lower(value) {
                Some((value, change, reached)) => {
                    Solved { proof: Some((change, reached)), ..none(Outcome::Solved(value)) }
                }
                None => none(Outcome::Impossible(
                    "serving costs too much in whatever mix this limit leaves; it takes a higher price".to_owned(),
                )),
            },
            // It is too large or too small for a plan file.
            _ => none(outcome),
        }
    }

    /// Why the question cannot be put to the plan.
    fn refused(&self) -> Option<Outcome> {
        let answer = self.answer;
        let Some(economics) = answer.economics.as_ref().filter(|_| answer.gaps.is_empty()) else {
            let gaps: Vec<String> = answer.gaps.iter().map(gap_text).collect();
            return Some(Outcome::Unknown(format!("not known: {}", gaps.join(", "))));
        };
        let is_free = economics.revenue.revenue_usd.is_zero();
        if is_free && self.target.figure.is_of_revenue() && self.sought != Sought::Price {
            return Some(Outcome::NotApplicable(
                "a free plan has no revenue to be a share of; it takes a target in dollars, or a price".to_owned(),
            ));
        }
        match (&self.sought, &answer.max_api) {
            (Sought::Limit(Some(id)), _) if self.limit().is_none() => {
                Some(Outcome::NotApplicable(format!("the plan has no limit `{id}`")))
            }
            (Sought::Limit(None), _) => Some(Outcome::NotApplicable("the plan has no limit".to_owned())),
            (Sought::Cap | Sought::Overage, MaxApi::Unlimited) if self.usd_demand().is_none() => {
                Some(Outcome::NotApplicable(
                    "shares of a plan without limit are no demand; it takes `--unit api-usd`".to_owned(),
                ))
            }
            _ => None,
        }
    }

    pub(super) fn limit(&self) -> Option<&Limit> {
        let Sought::Limit(Some(id)) = &self.sought else { return None };
        self.answer.limits.iter().find(|limit| *limit.id == **id).copied()
    }

    /// The plan as the engine sees it; a maximum that is asked for stands in its place.
    fn setting(&self, max_api_usd: Option<Ratio>) -> Option<Setting> {
        Some(Setting { terms: self.terms()?, serving_share: self.answer.serving_share.clone(), max_api_usd })
    }

    pub(super) fn max(&self) -> Option<Ratio> {
        self.answer.ceiling().map(|ceiling| ceiling.usd.clone())
    }

    fn outcome(&self) -> Result<Solution, Outcome> {
        let unknown = || Outcome::Unknown("not known: price".to_owned());
        let linear = |unknown_input: &Unknown| {
            let (max, target) = match self.target.figure.at() {
                // What is used is all that matters, and that is a share of itself.
                Some(at) => (self.used_usd(at, self.max().as_ref()), self.target.of_engine(Ratio::one())),
                None => (self.max(), self.target.of_engine(Ratio::one())),
            };
            Ok(solve(&self.setting(max).ok_or_else(unknown)?, &target, unknown_input))
        };
        match &self.sought {
            Sought::Price => linear(&Unknown::Price),
            Sought::ApiMargin => linear(&Unknown::ApiMargin),
            Sought::RoutedShare => {
                let other = self.common.other.as_ref().expect("a flag was demanded");
                linear(&Unknown::RoutedShare { serving_share: other.serving_share(self.answer, self.common.asked)? })
            }
            Sought::Utilization => {
                let setting = self.setting(self.max()).ok_or_else(unknown)?;
                Ok(solve(&setting, &self.target.of_engine(Ratio::one()), &Unknown::Utilization))
            }
            Sought::Allowance => self.allowance(),
            Sought::Limit(_) => match self.allowance()? {
                Solution::Solved(max) => self.grant(&max),
                other => Ok(other),
            },
            Sought::Cap => self.cap(),
            Sought::Overage => self.overage(),
        }
    }

    fn allowance(&self) -> Result<Solution, Outcome> {
        let setting = self.setting(self.max()).ok_or_else(|| Outcome::Unknown("not known: price".to_owned()))?;
        let utilization = match (self.target.figure.at(), self.common.population) {
            (Some(At::Mean), Some((_, Quantity::ApiUsd))) => return self.cap(),
            (Some(At::Mean), Some((spread, Quantity::Utilization))) => Ratio::from_f64(spread.limited_mean(1.0)),
            (Some(At::Utilization(utilization)), _) => Some(utilization.clone()),
            _ => None,
        };
        let target = self.target.of_engine(utilization.unwrap_or_else(Ratio::one));
        Ok(solve(&setting, &target, &Unknown::Allowance))
    }

    fn grant(&self, max: &Ratio) -> Result<Solution, Outcome> {
        let Some(limit) = self.limit() else { return Err(Outcome::NotApplicable("the plan has no limit".to_owned())) };
        let grants = Grants {
            limits: &self.answer.limits,
            activities: &self.answer.activities,
            credits: &self.plan().credits,
            schedule: &self.common.asked.question.schedule,
            mix: self.answer.mix,
        };
        limit_grant(grants, &limit.id, max).map_err(|error| Outcome::Unknown(error.to_string()))
    }

    fn cap(&self) -> Result<Solution, Outcome> {
        let (setting, demand) = self.with_demand()?;
        Ok(match population_cap(&setting, &self.wanted(), &demand) {
            PopulationCap::Solved { max_usd, .. } => {
                Ratio::from_f64(max_usd).map_or(Solution::NotNeeded { root: None }, Solution::Solved)
            }
            PopulationCap::NotNeeded => Solution::NotNeeded { root: None },
            PopulationCap::Impossible(reason) => Solution::Impossible { root: None, reason },
        })
    }

    fn overage(&self) -> Result<Solution, Outcome> {
        let (setting, demand) = self.with_demand()?;
        let (Fees::Processor { share, .. } | Fees::Store { share }) = &setting.terms.fees;
        let take_up = TakeUp::new(self.common.take_up.clone()).expect("the flag takes shares");
        let found = population_overage(&setting, &self.wanted(), share, &take_up, &demand);
        let number = |rate: f64| Ratio::from_f64(rate);
        Ok(match found.rate {
            OverageRate::Solved(rate) => match number(rate) {
                Some(rate) => Solution::Solved(rate),
                None => Solution::Impossible { root: None, reason: Reason::NoOverageSold },
            },
            OverageRate::NotNeeded { root } => Solution::NotNeeded { root: root.and_then(number) },
            OverageRate::Impossible(reason) => Solution::Impossible { root: None, reason },
        })
    }

    fn with_demand(&self) -> Result<(Setting, Distribution), Outcome> {
        let setting = self.setting(self.max()).ok_or_else(|| Outcome::Unknown("not known: price".to_owned()))?;
        let nothing = || Outcome::NotApplicable("shares of an allowance of nothing are no demand".to_owned());
        Ok((setting, self.usd_demand().ok_or_else(nothing)?))
    }

    /// The target where the use is that of a population.
    fn wanted(&self) -> Wanted {
        self.target.of_engine(Ratio::one())
    }

    /// Demand in dollars a month at list prices, which stays when the plan changes.
    pub(super) fn usd_demand(&self) -> Option<Distribution> {
        let (spread, of) = self.common.population?;
        match of {
            Quantity::ApiUsd => Some(spread.clone()),
            Quantity::Utilization => spread.scaled(self.max()?.to_f64()).ok(),
        }
    }

    /// What is used of a month's maximum, in dollars at list prices.
    pub(super) fn used_usd(&self, at: &At, max: Option<&Ratio>) -> Option<Ratio> {
        match at {
            At::Utilization(utilization) if utilization.is_zero() => Some(Ratio::zero()),
            At::Utilization(utilization) => Some(max? * utilization),
            At::Mean => match self.common.population? {
                (spread, Quantity::Utilization) if !self.sought.is_of_population() => {
                    Some(max? * Ratio::from_f64(spread.limited_mean(1.0))?)
                }
                _ => {
                    let demand = self.usd_demand()?;
                    Ratio::from_f64(max.map_or_else(|| demand.mean(), |max| demand.limited_mean(max.to_f64())))
                }
            },
        }
    }

    fn worded(&self, solution: Solution) -> Outcome {
        match solution {
            Solution::Solved(value) => Outcome::Solved(value),
            Solution::Impossible { reason, .. } => Outcome::Impossible(reason.to_string()),
            Solution::NotNeeded { .. } => Outcome::NotNeeded(
                match self.sought {
                    Sought::Price => "the target is met even if the plan is given away",
                    Sought::Allowance => "serving costs nothing, so that the target is met whatever is granted",
                    Sought::Limit(_) => "the target is met whatever this limit grants: others hold the month below it",
                    Sought::Utilization => "the target is met even at full use",
                    Sought::ApiMargin => "nothing is used, so that the target is met at any API margin",
                    Sought::RoutedShare => "the target is met without another model",
                    Sought::Cap => "the target is met though everyone gets all that he wants",
                    Sought::Overage => "the target is met even if overage is given away",
                }
                .to_owned(),
            ),
        }
    }

    /// The value of the range that is nearest to it and meets the target.
    fn in_range(&self, value: Ratio) -> Outcome {
        let Some(Range { low, high }) = &self.common.range else { return Outcome::Solved(value) };
        let (held, far) = if self.sought.is_most() {
            (high.clone().map_or(value.clone(), |high| high.min(value.clone())), low)
        } else {
            (low.clone().map_or(value.clone(), |low| low.max(value.clone())), high)
        };
        let is_past = |end: &Ratio| if self.sought.is_most() { held < *end } else { held > *end };
        if far.as_ref().is_some_and(is_past) {
            let word = if self.sought.is_most() { "at most" } else { "at least" };
            return Outcome::Impossible(format!(
                "no value of the range does it; it takes {word} {}",
                figures::safe(self, &value)
            ));
        }
        Outcome::Solved(held)
    }

    /// The value as the plan stands.
    fn current(&self) -> Option<Ratio> {
        let economics = self.answer.economics.as_ref();
        match &self.sought {
            Sought::Price => Some(self.terms()?.price),
            Sought::Allowance | Sought::Cap => self.max(),
            Sought::Limit(_) => Some(self.limit()?.grant.amount()),
            Sought::ApiMargin => Some(Ratio::one() - &economics?.serving_share),
            Sought::RoutedShare => Some(Ratio::zero()),
            Sought::Overage => Some(economics?.overage.as_ref()?.of_list_price.clone()),
            Sought::Utilization => match self.target.figure.at()? {
                At::Utilization(utilization) => Some(utilization.clone()),
                At::Mean => self.used_usd(&At::Mean, self.max().as_ref())?.checked_div(&self.max()?),
            },
        }
    }
}
