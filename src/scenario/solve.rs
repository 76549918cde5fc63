//! What would it take: the one input that makes a plan meet a target.
//!
//! A target asks at one utilization that profit be at least a share of revenue, or at least so many dollars, or that
//! serving cost at most a share of revenue. Profit and revenue are straight lines in the price, the allowance, the utilization, the API gross margin and the share of use
//! that another model serves, so each of them has at most one solution, and it is exact. One limit of several, and the
//! cap or the overage rate of a population, are in the modules below.

mod bracket;
mod demand;
mod window;

use std::fmt;

pub use bracket::{NoBracket, bisect};
pub use demand::{OverageRate, PopulationCap, PopulationRate, population_cap, population_overage};
pub use window::{Grants, NoWindow, limit_budget, limit_grant};

use crate::economics::{Economics, Revenue, Terms};
use crate::units::Ratio;

/// Everything that decides whether a plan meets a target, overage apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What a seat is sold for.
    pub terms: Terms,
    /// Cost of serving a dollar at API list prices, not negative: `c`.
    pub serving_share: Ratio,
    /// The month's maximum at list prices, in dollars, not negative: `M`; `None`: unlimited.
    pub max_api_usd: Option<Ratio>,
}

/// What a plan is to reach.
///
/// Utilizations are shares of the maximum, not negative. One above 1 is taken as if so much were served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Profit is at least a share of revenue. Without revenue: at least zero.
    Margin {
        /// The utilization at which it is asked.
        utilization: Ratio,
        /// The share; negative where a loss is borne.
        least_share: Ratio,
    },
    /// Profit is at least so many dollars per seat and month.
    Profit {
        /// The utilization at which it is asked.
        utilization: Ratio,
        /// The dollars; negative where a loss is borne.
        least_usd: Ratio,
    },
    /// Serving costs at most a share of revenue, whatever fees and fixed cost take.
    Serving {
        /// The utilization at which it is asked.
        utilization: Ratio,
        /// The share, not negative.
        most_share: Ratio,
    },
    /// The vendor loses money only above so much utilization, or never.
    BreakEven {
        /// The utilization.
        least_utilization: Ratio,
    },
}

impl Target {
    /// A margin of the worst case: a subscriber who uses everything.
    #[must_use]
    pub fn margin_at_full(least_share: Ratio) -> Self {
        Self::Margin { utilization: Ratio::one(), least_share }
    }

    /// A profit of the worst case, in dollars per seat and month.
    #[must_use]
    pub fn profit_at_full(least_usd: Ratio) -> Self {
        Self::Profit { utilization: Ratio::one(), least_usd }
    }

    /// The utilization at which it is asked.
    #[must_use]
    pub const fn utilization(&self) -> &Ratio {
        match self {
            Self::Margin { utilization, .. } | Self::Profit { utilization, .. } | Self::Serving { utilization, .. } => {
                utilization
            }
            Self::BreakEven { least_utilization } => least_utilization,
        }
    }

    /// The same, asked at another utilization.
    #[must_use]
    pub fn at(&self, utilization: Ratio) -> Self {
        match self {
            Self::Margin { least_share, .. } => Self::Margin { utilization, least_share: least_share.clone() },
            Self::Profit { least_usd, .. } => Self::Profit { utilization, least_usd: least_usd.clone() },
            Self::Serving { most_share, .. } => Self::Serving { utilization, most_share: most_share.clone() },
            Self::BreakEven { .. } => Self::BreakEven { least_utilization: utilization },
        }
    }

    /// What the target lets serving cost, in dollars; negative: it is missed without any use.
    #[must_use]
    pub fn budget_usd(&self, revenue: &Revenue, fixed_cost_usd: &Ratio) -> Ratio {
        let room = &revenue.net_usd - fixed_cost_usd;
        match self {
            Self::Margin { least_share, .. } => room - least_share * &revenue.revenue_usd,
            Self::Profit { least_usd, .. } => room - least_usd,
            Self::Serving { most_share, .. } => most_share * &revenue.revenue_usd,
            Self::BreakEven { .. } => room,
        }
    }
}

/// The input that is sought; all others stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The least price of a period and seat, in its currency, tax included.
    Price,
    /// The largest maximum of a month, in dollars at list prices.
    Allowance,
    /// The highest utilization; that of the target is not used.
    Utilization,
    /// The least API gross margin, as a share of list price.
    ApiMargin,
    /// The least share of all use, by list price, that another model serves instead.
    RoutedShare {
        /// Cost of serving there what costs a dollar at list prices here; not negative.
        serving_share: Ratio,
    },
}

/// The answer to one unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solution {
    /// With this value the target is met exactly; on one side of it, it is missed.
    Solved(Ratio),
    /// The target is met whatever the value.
    NotNeeded {
        /// Where the line would meet the target, outside of what the value can be; `None` if nowhere.
        root: Option<Ratio>,
    },
    /// No value meets the target.
    Impossible {
        /// Where the line would meet the target, outside of what the value can be; `None` if nowhere.
        root: Option<Ratio>,
        /// Why.
        reason: Reason,
    },
}

impl Solution {
    /// Where the line meets the target, whether or not the value can be that.
    #[must_use]
    pub const fn root(&self) -> Option<&Ratio> {
        match self {
            Self::Solved(root) => Some(root),
            Self::NotNeeded { root } | Self::Impossible { root, .. } => root.as_ref(),
        }
    }

    /// The word for it in documents.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Solved(_) => "solved",
            Self::NotNeeded { .. } => "not_needed",
            Self::Impossible { .. } => "impossible",
        }
    }
}

/// Why no value meets a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Fees and target take all of every price, or of all overage.
    FeesLeaveTooLittle,
    /// It is missed without any use.
    MissedWithoutUse,
    /// The maximum is unlimited.
    Unlimited,
    /// The other model costs no less to serve.
    OtherModelNoCheaper,
    /// All use on the other model is not enough.
    OtherModelNotEnough,
    /// Use that other limits allow is worth more already.
    OtherUseWorthMore,
    /// Some use of value counts against no other limit, nor against this one.
    OtherUseUnlimited,
    /// Nobody wants more than the plan's maximum, or none of those who do would buy it.
    NoOverageSold,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FeesLeaveTooLittle => {
                "fees leave no more of what is charged than the target asks for; it takes lower fees or a lower margin"
            }
            Self::MissedWithoutUse => {
                "the target is missed even without use; it takes a higher price, lower costs or a lower target"
            }
            Self::Unlimited => "the plan has no maximum, so no share of it is an amount; it takes a limit first",
            Self::NoOverageSold => {
                "nobody would buy overage, whatever its rate; it takes a higher price or a lower cap"
            }
            Self::OtherModelNoCheaper => "the other model costs no less to serve; it takes one that does",
            Self::OtherModelNotEnough => {
                "the target is missed even with all use on the other model; it takes a cheaper one or less use"
            }
            Self::OtherUseWorthMore => {
                "use that does not count against this limit is worth more already; it takes a lower cap elsewhere"
            }
            Self::OtherUseUnlimited => {
                "some use counts neither against this limit nor against any other; it takes a limit that covers it"
            }
        })
    }
}

impl Setting {
    /// What the plan earns and costs, without overage.
    #[must_use]
    pub fn economics(&self) -> Economics {
        Economics {
            revenue: self.terms.revenue(),
            fixed_cost_usd: self.terms.fixed_cost_usd.clone(),
            serving_share: self.serving_share.clone(),
            max_api_usd: self.max_api_usd.clone(),
            overage: None,
        }
    }

    /// What serving might cost more, in dollars per seat and month; zero: exactly met; negative: missed; `None` if use is
    /// unlimited.
    #[must_use]
    pub fn slack_usd(&self, target: &Target) -> Option<Ratio> {
        Some(self.budget_usd(target) - self.serving_usd(target.utilization())?)
    }

    /// What is left to serve with.
    fn budget_usd(&self, target: &Target) -> Ratio {
        target.budget_usd(&self.terms.revenue(), &self.terms.fixed_cost_usd)
    }

    fn serving_usd(&self, utilization: &Ratio) -> Option<Ratio> {
        Some(&self.serving_share * self.used_usd(utilization)?)
    }

    /// Use in dollars at list prices; `None` if a share of it is no amount.
    fn used_usd(&self, utilization: &Ratio) -> Option<Ratio> {
        match &self.max_api_usd {
            Some(max) => Some(max * utilization),
            None => utilization.is_zero().then(Ratio::zero),
        }
    }
}

/// The value of one input with which a plan meets a target.
#[must_use]
pub fn solve(setting: &Setting, target: &Target, unknown: &Unknown) -> Solution {
    let budget = setting.budget_usd(target);
    let unlimited = Solution::Impossible { root: None, reason: Reason::Unlimited };
    match unknown {
        Unknown::Price => price(setting, target).unwrap_or(unlimited),
        Unknown::Allowance => amount(&budget, &(&setting.serving_share * target.utilization()), None),
        Unknown::Utilization => {
            setting.serving_usd(&Ratio::one()).map_or(unlimited, |full| amount(&budget, &full, Some(&Ratio::one())))
        }
        Unknown::ApiMargin => {
            setting.used_usd(target.utilization()).map_or(unlimited, |used| match amount(&budget, &used, None) {
                Solution::Solved(share) => Solution::Solved(Ratio::one() - share),
                Solution::NotNeeded { root } => Solution::NotNeeded { root: root.map(|root| Ratio::one() - root) },
                Solution::Impossible { root, reason } => {
                    Solution::Impossible { root: root.map(|root| Ratio::one() - root), reason }
                }
            })
        }
        Unknown::RoutedShare { serving_share } => setting
            .used_usd(target.utilization())
            .map_or(unlimited, |used| routed(&setting.serving_share, serving_share, &budget, &used)),
    }
}

/// A plan and a target with the value of the unknown in its place.
#[must_use]
pub fn put_back(setting: &Setting, target: &Target, unknown: &Unknown, value: &Ratio) -> (Setting, Target) {
    let mut changed = setting.clone();
    match unknown {
        Unknown::Price => changed.terms.price = value.clone(),
        Unknown::Allowance => changed.max_api_usd = Some(value.clone()),
        Unknown::Utilization => return (changed, target.at(value.clone())),
        Unknown::ApiMargin => changed.serving_share = Ratio::one() - value,
        Unknown::RoutedShare { serving_share } => {
            changed.serving_share = &setting.serving_share * (Ratio::one() - value) + serving_share * value;
        }
    }
    (changed, target.clone())
}

/// `None` if use is unlimited.
fn price(setting: &Setting, target: &Target) -> Option<Solution> {
    // What a price leaves once fees are paid and the target has its part is a straight line above zero: two prices
    // tell it, and no fee needs a formula of its own here.
    let left = |price: i32| {
        let terms = Terms { price: Ratio::from(price), ..setting.terms.clone() };
        target.budget_usd(&terms.revenue(), &terms.fixed_cost_usd)
    };
    let slope = left(2) - left(1);
    let at_zero = left(1) - &slope;
    let serving = setting.serving_usd(target.utilization())?;
    if !slope.is_positive() {
        return Some(Solution::Impossible { root: None, reason: Reason::FeesLeaveTooLittle });
    }
    let root = (serving - at_zero) / slope;
    // A price of zero bears no fee, so that it can be enough where a small one is not.
    let free = Setting { terms: Terms { price: Ratio::zero(), ..setting.terms.clone() }, ..setting.clone() };
    let needed = root.is_zero() || free.slack_usd(target)?.is_negative();
    Some(if needed { Solution::Solved(root) } else { Solution::NotNeeded { root: Some(root) } })
}

/// The most of something that a budget pays for, at so many dollars for each; at most `most`.
fn amount(budget_usd: &Ratio, each_usd: &Ratio, most: Option<&Ratio>) -> Solution {
    let root = budget_usd.checked_div(each_usd);
    match root {
        root if budget_usd.is_negative() => Solution::Impossible { root, reason: Reason::MissedWithoutUse },
        Some(root) if most.is_none_or(|most| root <= *most) => Solution::Solved(root),
        root => Solution::NotNeeded { root },
    }
}

fn routed(from_share: &Ratio, to_share: &Ratio, budget_usd: &Ratio, used_usd: &Ratio) -> Solution {
    let Some(affordable) = budget_usd.checked_div(used_usd) else {
        return amount(budget_usd, used_usd, None);
    };
    let excess = from_share - affordable;
    let saved = from_share - to_share;
    let root = if saved.is_positive() { excess.checked_div(&saved) } else { None };
    let impossible = |reason| Solution::Impossible { root: root.clone(), reason };
    match &root {
        _ if excess.is_negative() => Solution::NotNeeded { root },
        _ if budget_usd.is_negative() => impossible(Reason::MissedWithoutUse),
        Some(share) if *share <= Ratio::one() => Solution::Solved(share.clone()),
        Some(_) => impossible(Reason::OtherModelNotEnough),
        None if excess.is_zero() => Solution::Solved(Ratio::zero()),
        None => impossible(Reason::OtherModelNoCheaper),
    }
}

#[cfg(test)]
mod tests;
