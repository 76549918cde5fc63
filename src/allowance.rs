//! Limits: how much a plan grants before it says stop.
//!
//! A limit is a grant and a window: at most so much of this in each span of that. A grant answers one question, how
//! much of it an activity uses. The maximum of a month divides by the answer, a replay adds the answers up, and so
//! the two cannot disagree.

mod lp;
mod schedule;

pub use lp::{Optimum, Program, Solution};
pub use schedule::{
    Hours, Schedule, WEEKS_PER_MONTH, Window, hours_per_month, pinged_windows_per_day, windows_per_month,
    windows_per_week,
};

use std::sync::Arc;

use crate::fact::{Provenance, Validity};
use crate::rates::{ByClass, TokenClass};
use crate::units::{Ratio, Tokens, Usd};

/// At most so much of something in each window.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Its name within the plan: `week`.
    pub id: Arc<str>,
    /// The span it holds for.
    pub every: Window,
    /// What it grants in each.
    pub grant: Grant,
    /// The models it covers; `None`: all.
    pub models: Option<Vec<Arc<str>>>,
    /// Lowest and highest figure for the grant, where sources disagree, in its unit.
    pub range: Option<(Ratio, Ratio)>,
    /// When it held.
    pub validity: Validity,
    /// What stands behind it.
    pub provenance: Provenance,
}

/// So much of something.
#[derive(Clone, Debug, PartialEq)]
pub enum Grant {
    /// Use worth so many dollars at API list prices.
    ApiUsd {
        /// The dollars.
        usd: Usd,
        /// What the vendor charges below list against this grant: 0.2 makes $20 last for $25 of list price.
        discount: Ratio,
    },
    /// Tokens.
    Tokens {
        /// How many.
        count: Tokens,
        /// What a token of each class counts; 1 is a whole token, 0 is free.
        weights: ByClass<Ratio>,
    },
    /// Units of the vendor's own, by its credit rates.
    Credits(Ratio),
    /// Requests, messages or prompts.
    Requests(Ratio),
    /// Hours of work.
    Hours(Ratio),
}

impl Grant {
    /// The number that is granted, in the grant's own unit.
    #[must_use]
    pub fn amount(&self) -> Ratio {
        match self {
            Self::ApiUsd { usd, .. } => usd.ratio(),
            Self::Tokens { count, .. } => Ratio::from(count.0),
            Self::Credits(amount) | Self::Requests(amount) | Self::Hours(amount) => amount.clone(),
        }
    }

    /// The key of the grant in files: `api_usd`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::ApiUsd { .. } => "api_usd",
            Self::Tokens { .. } => "tokens",
            Self::Credits(_) => "credits",
            Self::Requests(_) => "requests",
            Self::Hours(_) => "hours",
        }
    }
}

/// What a vendor's credits buy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreditRates {
    /// The file says that nobody knows what a credit buys.
    pub unpriced: bool,
    /// Credits that a dollar of list price costs, where credits follow list prices.
    pub per_api_usd: Option<Ratio>,
    /// Credits by model, where they do not.
    pub by_model: Vec<ModelCredits>,
}

/// Credits of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCredits {
    /// The model.
    pub model: Arc<str>,
    /// Credits per million tokens of each class; a missing cache class costs what input costs.
    pub per_mtok: ByClass<Option<Ratio>>,
    /// Credits of each request on top.
    pub per_request: Ratio,
}

impl ModelCredits {
    /// Credits per million tokens of a class; `None` if neither it nor one that stands in for it is known.
    #[must_use]
    pub fn of_class(&self, class: TokenClass) -> Option<&Ratio> {
        let stand_in = (class != TokenClass::Output).then(|| self.per_mtok[TokenClass::Input].as_ref()).flatten();
        self.per_mtok[class].as_ref().or(stand_in)
    }
}

/// A kind of use, per unit of it: so many tokens of each class on a model, worth so much at API list prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its name.
    pub id: Arc<str>,
    /// The model that does it; `None`: any that no limit singles out.
    pub model: Option<Arc<str>>,
    /// Its share of all units of use; shares add up to 1.
    pub share: Ratio,
    /// What a unit costs at API list prices.
    pub value_usd: Ratio,
    /// What a unit costs the vendor to serve, where its per-token costs are known.
    pub serving_usd: Option<Ratio>,
    /// Tokens of a unit; `None` where only its value is known.
    pub tokens: Option<ByClass<Ratio>>,
    /// Requests of a unit, where known.
    pub requests: Option<Ratio>,
    /// Hours of work of a unit, where known.
    pub hours: Option<Ratio>,
}

impl Activity {
    /// A dollar at API list prices, spent on a model or on any: prices limits that are in dollars already.
    #[must_use]
    pub fn api_dollar(model: Option<Arc<str>>) -> Self {
        Self {
            id: model.clone().unwrap_or_else(|| "api-usd".into()),
            model,
            share: Ratio::one(),
            value_usd: Ratio::one(),
            serving_usd: None,
            tokens: None,
            requests: None,
            hours: None,
        }
    }
}

impl Limit {
    /// Whether use of a model counts against it.
    #[must_use]
    pub fn covers(&self, model: Option<&str>) -> bool {
        match (&self.models, model) {
            (None, _) => true,
            (Some(models), Some(model)) => models.iter().any(|covered| **covered == *model),
            (Some(_), None) => false,
        }
    }

    /// What a unit of an activity uses of the grant, in its unit; zero if it does not count at all, `None` if what is
    /// known of the activity does not tell.
    #[must_use]
    pub fn uses(&self, activity: &Activity, credits: &CreditRates) -> Option<Ratio> {
        if !self.covers(activity.model.as_deref()) {
            return Some(Ratio::zero());
        }
        match &self.grant {
            Grant::ApiUsd { discount, .. } => Some(&activity.value_usd * (Ratio::one() - discount)),
            Grant::Tokens { weights, .. } => {
                Some(activity.tokens.as_ref()?.iter().map(|(class, count)| count * &weights[class]).sum())
            }
            Grant::Credits(_) => credits.of(activity),
            Grant::Requests(_) => activity.requests.clone(),
            Grant::Hours(_) => activity.hours.clone(),
        }
    }

    /// The whole grant of an average month, in its unit: grant times windows.
    #[must_use]
    pub fn per_month(&self, schedule: &Schedule) -> Ratio {
        self.grant.amount() * windows_per_month(self.every, schedule)
    }
}

impl CreditRates {
    /// Credits of a unit of an activity; `None` if nothing says what its model costs.
    #[must_use]
    pub fn of(&self, activity: &Activity) -> Option<Ratio> {
        let by_model = activity.model.as_ref().and_then(|model| self.by_model.iter().find(|row| row.model == *model));
        match by_model {
            Some(row) => row.of(activity),
            None => self.per_api_usd.as_ref().map(|per_usd| per_usd * &activity.value_usd),
        }
    }
}

impl ModelCredits {
    fn of(&self, activity: &Activity) -> Option<Ratio> {
        let mut per_million = Ratio::zero();
        for (class, count) in activity.tokens.as_ref()?.iter().filter(|(_, count)| !count.is_zero()) {
            let fallback = (class != TokenClass::Output).then(|| self.per_mtok[TokenClass::Input].as_ref()).flatten();
            per_million += &(self.per_mtok[class].as_ref().or(fallback)? * count);
        }
        let fees =
            if self.per_request.is_zero() { Ratio::zero() } else { &self.per_request * activity.requests.as_ref()? };
        Some(per_million / Ratio::from(1_000_000) + fees)
    }
}

/// The most that a month allows.
#[derive(Clone, Debug, PartialEq)]
pub enum Maximum {
    /// Bounded.
    Finite(Ceiling),
    /// Some activity of value uses no limit.
    Unlimited {
        /// The activity.
        through: usize,
    },
}

/// A bounded maximum and what bounds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceiling {
    /// Worth of the month at API list prices, in dollars.
    pub usd: Ratio,
    /// Units of each activity.
    pub units: Vec<Ratio>,
    /// The limits that decide, in the order of the plan.
    pub binding: Vec<usize>,
}

impl Program {
    /// The month's maximum when activities keep their shares: the limit that runs out first decides.
    #[must_use]
    pub fn as_measured(&self, shares: &[Ratio]) -> Maximum {
        let dot = |row: &[Ratio]| row.iter().zip(shares).map(|(a, s)| a * s).sum::<Ratio>();
        let most: Vec<Option<Ratio>> =
            self.limits.iter().map(|(budget, uses)| budget.as_ref()?.checked_div(&dot(uses))).collect();
        match most.iter().flatten().min() {
            Some(scale) => Maximum::Finite(Ceiling {
                usd: dot(&self.values) * scale,
                units: shares.iter().map(|share| share * scale).collect(),
                binding: (0..most.len()).filter(|&l| most[l].as_ref() == Some(scale)).collect(),
            }),
            None if dot(&self.values).is_zero() => {
                Maximum::Finite(Ceiling { usd: Ratio::zero(), units: shares.to_vec(), binding: Vec::new() })
            }
            None => Maximum::Unlimited { through: shares.iter().position(Ratio::is_positive).unwrap_or(0) },
        }
    }

    /// The month's maximum over all mixes of the activities: a linear program.
    #[must_use]
    pub fn worst_case(&self) -> Maximum {
        match self.solve() {
            Solution::Unbounded { through } => Maximum::Unlimited { through },
            Solution::Optimal(optimum) => Maximum::Finite(Ceiling {
                binding: (0..self.limits.len()).filter(|&l| optimum.dual[l].is_positive()).collect(),
                usd: optimum.value,
                units: optimum.x,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    /// Chat, code and an agent against a week and the big model within it, of `economics` 2.3.
    fn three_activities() -> Program {
        let row = |texts: [&str; 3]| texts.map(ratio).to_vec();
        Program {
            values: row(["0.02", "0.9", "3.1"]),
            limits: vec![(Some(ratio("4000")), row(["1", "20", "55"])), (Some(ratio("900")), row(["0", "4", "25"]))],
        }
    }

    #[test]
    fn fixed_shares_stop_at_the_first_limit_that_runs_out() {
        // 0.7/0.25/0.05: 0.7 + 5 + 2.75 = 8.45 of the week, 1 + 1.25 = 2.25 of the big model.
        // 4000/8.45 = 473, 900/2.25 = 400 decides; 400 x (0.014 + 0.225 + 0.155) = 157.60
        let shares = ["0.7", "0.25", "0.05"].map(ratio);
        let Maximum::Finite(ceiling) = three_activities().as_measured(&shares) else { panic!("bounded") };
        assert_eq!(ceiling.usd, ratio("157.6"));
        assert_eq!(ceiling.binding, [1]);
    }

    #[test]
    fn the_worst_case_mixes_what_costs_most() {
        // 20 y + 55 z = 4000 and 4 y + 25 z = 900: y = 180 5/14, z = 7 1/7, worth 0.9 y + 3.1 z = 184.46...
        let Maximum::Finite(ceiling) = three_activities().worst_case() else { panic!("bounded") };
        assert_eq!(ceiling.units, ["0", "2525/14", "50/7"].map(ratio));
        assert_eq!(ceiling.usd, ratio("0.9") * ratio("2525/14") + ratio("3.1") * ratio("50/7"));
        assert_eq!(ceiling.binding, [0, 1]);
    }

    #[test]
    fn use_that_no_limit_counts_has_no_bound() {
        let free = Program { values: vec![ratio("1")], limits: vec![(Some(ratio("5")), vec![Ratio::zero()])] };
        assert_eq!(free.as_measured(&[Ratio::one()]), Maximum::Unlimited { through: 0 });
        assert_eq!(free.worst_case(), Maximum::Unlimited { through: 0 });
    }

    #[test]
    fn credits_that_follow_list_prices_make_the_mix_irrelevant() {
        // 25 credits a dollar: 100 dollars of anything are 2,500 credits.
        let credits = CreditRates { unpriced: false, per_api_usd: Some(ratio("25")), by_model: Vec::new() };
        let activity = Activity { value_usd: ratio("100"), ..Activity::api_dollar(None) };
        assert_eq!(credits.of(&activity), Some(ratio("2500")));
    }

    #[test]
    fn a_model_without_credit_rates_is_unknown_and_not_free() {
        let activity = Activity { tokens: Some(ByClass::default()), ..Activity::api_dollar(Some("m".into())) };
        assert_eq!(CreditRates::default().of(&activity), None);
    }
}
