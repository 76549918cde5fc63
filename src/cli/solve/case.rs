//! One plan, one unknown, one target: the value, and the target's figure once it is put back.

use super::change::{self, Change};
use super::sought::{Range, Sought};
use super::target::{At, Figure, Target};
use crate::allowance::Limit;
use crate::analysis::{Answer, MaxApi, answer, terms};
use crate::cli::analyze::gap_text;
use crate::cli::asked::Asked;
use crate::economics::{BreakEven, Economics, Fees, Terms};
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

/// A figure of a target.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reached {
    Known(Ratio),
    /// A break-even that use never reaches.
    Always,
    /// A break-even below all use.
    Never,
    /// It does not exist: no revenue, or use without limit.
    None,
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

/// Statistics are right to so much.
const FLOAT_ERROR: i128 = 1_000_000_000_000;

impl Case<'_> {
    /// What a seat is sold for; `None` if the price is not known.
    fn terms(&self) -> Option<Terms> {
        let question = &self.common.asked.question;
        let (price, billing) = self.plan().price.billed(question.billing);
        Some(terms(self.plan(), price?, billing, question))
    }

    fn plan(&self) -> &Plan {
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

    fn limit(&self) -> Option<&Limit> {
        let Sought::Limit(Some(id)) = &self.sought else { return None };
        self.answer.limits.iter().find(|limit| *limit.id == **id).copied()
    }

    /// The plan as the engine sees it; a maximum that is asked for stands in its place.
    fn setting(&self, max_api_usd: Option<Ratio>) -> Option<Setting> {
        Some(Setting { terms: self.terms()?, serving_share: self.answer.serving_share.clone(), max_api_usd })
    }

    fn max(&self) -> Option<Ratio> {
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
    fn usd_demand(&self) -> Option<Distribution> {
        let (spread, of) = self.common.population?;
        match of {
            Quantity::ApiUsd => Some(spread.clone()),
            Quantity::Utilization => spread.scaled(self.max()?.to_f64()).ok(),
        }
    }

    /// What is used of a month's maximum, in dollars at list prices.
    fn used_usd(&self, at: &At, max: Option<&Ratio>) -> Option<Ratio> {
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

    fn in_range(&self, value: Ratio) -> Outcome {
        let Some(Range { low, high }) = &self.common.range else { return Outcome::Solved(value) };
        let (far, near) = if self.sought.is_most() { (low, high) } else { (high, low) };
        let is_past = |end: &Ratio| if self.sought.is_most() { value < *end } else { value > *end };
        match (far, near) {
            (Some(end), _) if is_past(end) => {
                let word = if self.sought.is_most() { "at most" } else { "at least" };
                Outcome::Impossible(format!(
                    "no value of the range does it; it takes {word} {}",
                    value.to_decimal_trimmed(0, 6)
                ))
            }
            (_, Some(end)) if !is_past(end) => Outcome::Solved(end.clone()),
            _ => Outcome::Solved(value),
        }
    }

    fn change(&self, value: &Ratio) -> Option<Change> {
        Some(match &self.sought {
            Sought::Price => change::price(value),
            Sought::Allowance | Sought::Cap => {
                let factor = value.checked_div(&self.max()?)?;
                let scaled = |limit: &&Limit| change::grant(limit, &(limit.grant.amount() * &factor));
                Change::Limits(self.answer.limits.iter().map(scaled).collect())
            }
            Sought::Limit(_) => Change::Limits(vec![change::grant(self.limit()?, value)]),
            Sought::Utilization => Change::At(change::share(value, false)),
            Sought::ApiMargin => Change::ApiMargin(change::share(value, true)),
            Sought::RoutedShare => {
                let to = self.common.other.as_ref()?.serving_share(self.answer, self.common.asked).ok()?;
                let share = change::share(value, true).min(Ratio::one());
                let mixed = &self.answer.serving_share * (Ratio::one() - &share) + to * &share;
                Change::ApiMargin(change::rounded(&(Ratio::one() - mixed), 6, true))
            }
            Sought::Overage => change::overage(value),
        })
    }

    /// The target's figure with a change.
    fn put_back(&self, change: &Change) -> Option<Reached> {
        let asked = self.common.asked;
        let mut question = asked.question.clone();
        if let (Change::ApiMargin(margin), true) = (change, question.api_gross_margin.is_some()) {
            question.api_gross_margin = Some(margin.clone());
        }
        let plan = change.applied(self.plan(), &question)?;
        let changed = answer(&plan, asked.catalog.market(), &question);
        Some(self.figure(&changed, Some(change)))
    }

    fn is_met(&self, reached: &Reached) -> bool {
        match reached {
            Reached::Known(figure) => {
                let spare = self.target.to_spare(figure);
                let is_float = self.target.is_of_population() || self.sought.is_of_population();
                !spare.is_negative() || is_float && spare.abs() * Ratio::from(FLOAT_ERROR) < Ratio::one() + figure.abs()
            }
            Reached::Always => true,
            Reached::Never | Reached::None => false,
        }
    }

    /// Below a grant with which the cost of the mix misses the target: a smaller one with which it does not, by halving.
    fn lower(&self, grant: &Ratio) -> Option<(Ratio, Change, Reached)> {
        let tried = |grant: &Ratio| {
            let change = self.change(grant)?;
            let reached = self.put_back(&change)?;
            self.is_met(&reached).then(|| (grant.clone(), change, reached))
        };
        let mut found = tried(&Ratio::zero())?;
        let (mut low, mut high) = (Ratio::zero(), grant.clone());
        for _ in 0..HALVINGS {
            let middle = (&low + &high) / Ratio::from(2);
            match tried(&middle) {
                Some(better) => (found, low) = (better, middle),
                None => high = middle,
            }
        }
        Some(found)
    }

    /// The target's figure of a plan; a change may say at which use, or what overage sells for.
    fn figure(&self, answer: &Answer<'_>, change: Option<&Change>) -> Reached {
        let Some(economics) = &answer.economics else { return Reached::None };
        let Some(at) = self.target.figure.at() else { return break_even(economics) };
        let at = match change {
            Some(Change::At(utilization)) => &At::Utilization(utilization.clone()),
            _ => at,
        };
        let max = answer.ceiling().map(|ceiling| ceiling.usd.clone());
        let Some(mut used) = self.used_usd(at, max.as_ref()) else { return Reached::None };
        let mut room = economics.room_usd();
        let mut revenue = economics.revenue.revenue_usd.clone();
        if let (Sought::Overage, Some(overage), Some(sold)) = (&self.sought, &economics.overage, self.sold_usd(&max)) {
            let paid = &overage.of_list_price * &sold;
            room = room + &paid * (Ratio::one() - &overage.fee_share);
            revenue = revenue + paid;
            used = used + sold;
        }
        let serving = &economics.serving_share * &used;
        let figure = match self.target.figure {
            Figure::Profit(_) => Some(room - serving),
            Figure::Serving(_) => serving.checked_div(&revenue),
            Figure::Margin(_) | Figure::BreakEven => (room - serving).checked_div(&revenue),
        };
        figure.map_or(Reached::None, Reached::Known)
    }

    /// What a population buys above the limit, in dollars at list prices a month and user.
    fn sold_usd(&self, max: &Option<Ratio>) -> Option<Ratio> {
        let excess = Ratio::from_f64(self.usd_demand()?.excess_mean(max.as_ref()?.to_f64()))?;
        Some(excess * &self.common.take_up)
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

/// Leaves less than a millionth of a millionth of the grant.
const HALVINGS: u32 = 40;

fn break_even(economics: &Economics) -> Reached {
    match economics.break_even() {
        BreakEven::Never => Reached::Never,
        BreakEven::Always => Reached::Always,
        BreakEven::Finite { utilization, .. } => utilization.map_or(Reached::None, Reached::Known),
    }
}
