//! How much one limit may grant in each window, so that all limits together allow a month of so much.
//!
//! The maximum of a month never falls as one limit's budget grows. As measured it is a straight line up to where another
//! limit decides; as the worst case it is concave and made of straight pieces, as the value of every linear program is.

use std::fmt;
use std::sync::Arc;

use super::{Reason, Solution};
use crate::allowance::{
    Activity, CreditRates, Limit, Maximum, Program, Schedule, Solution as Mixed, windows_per_month,
};
use crate::plan::MixRule;
use crate::units::Ratio;

/// The limits of a plan and what is done with them.
#[derive(Clone, Copy, Debug)]
pub struct Grants<'a> {
    /// The limits that hold.
    pub limits: &'a [&'a Limit],
    /// Kinds of use; their shares add up to 1.
    pub activities: &'a [Activity],
    /// What the plan's credits buy.
    pub credits: &'a CreditRates,
    /// When the user works.
    pub schedule: &'a Schedule,
    /// Which maximum is meant.
    pub mix: MixRule,
}

/// Why a limit cannot be asked at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWindow {
    /// The plan has none of that name.
    NoSuchLimit,
    /// What is known of the use does not tell how much of a limit it takes.
    UseOf {
        /// The limit.
        limit: Arc<str>,
    },
}

impl fmt::Display for NoWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchLimit => f.write_str("the plan has no limit of that name; it takes one that it has"),
            Self::UseOf { limit } => {
                write!(f, "what the use takes of `{limit}` is not known; it takes a workload that tells")
            }
        }
    }
}

impl std::error::Error for NoWindow {}

/// What one limit grants in each window, in its own unit, where the plan's maximum of a month is to be `max_api_usd`;
/// all other limits stay. Solved: with this grant the maximum is exactly that, and larger with a larger one.
///
/// # Errors
///
/// If there is no such limit, or the use of some limit is not known.
pub fn limit_grant(grants: Grants<'_>, limit: &str, max_api_usd: &Ratio) -> Result<Solution, NoWindow> {
    let index = grants.limits.iter().position(|known| *known.id == *limit).ok_or(NoWindow::NoSuchLimit)?;
    let program = grants.program()?;
    let shares: Vec<Ratio> = grants.activities.iter().map(|activity| activity.share.clone()).collect();
    let solution = limit_budget(&program, grants.mix, &shares, index, max_api_usd).ok_or(NoWindow::NoSuchLimit)?;
    let windows = windows_per_month(grants.limits[index].every, grants.schedule);
    Ok(match solution {
        Solution::Solved(budget) => match budget.checked_div(&windows) {
            Some(grant) => Solution::Solved(grant),
            // Nobody ever opens a window of it, so that its budget is zero already.
            None => Solution::NotNeeded { root: None },
        },
        other => other,
    })
}

impl Grants<'_> {
    fn program(&self) -> Result<Program, NoWindow> {
        let rows = self.limits.iter().map(|limit| {
            let uses: Option<Vec<Ratio>> =
                self.activities.iter().map(|activity| limit.uses(activity, self.credits)).collect();
            let uses = uses.ok_or_else(|| NoWindow::UseOf { limit: Arc::clone(&limit.id) })?;
            Ok((Some(limit.per_month(self.schedule)), uses))
        });
        Ok(Program {
            values: self.activities.iter().map(|activity| activity.value_usd.clone()).collect(),
            limits: rows.collect::<Result<_, _>>()?,
        })
    }
}

/// The budget of one limit in a month, in its unit, with which the maximum is exactly `max_api_usd`; `None` if there is
/// no limit at that place.
#[must_use]
pub fn limit_budget(
    program: &Program,
    mix: MixRule,
    shares: &[Ratio],
    limit: usize,
    max_api_usd: &Ratio,
) -> Option<Solution> {
    let uses = &program.limits.get(limit)?.1;
    let with = |budget: Option<Ratio>| {
        let mut changed = program.clone();
        changed.limits[limit].0 = budget;
        changed
    };
    let maximum = |budget: Option<Ratio>| {
        let maximum = match mix {
            MixRule::AsMeasured => with(budget).as_measured(shares),
            MixRule::WorstCase => with(budget).worst_case(),
        };
        match maximum {
            Maximum::Finite(ceiling) => Some(ceiling.usd),
            Maximum::Unlimited { .. } => None,
        }
    };
    if maximum(None).is_some_and(|others| others <= *max_api_usd) {
        return Some(Solution::NotNeeded { root: None });
    }
    let impossible = |reason| Some(Solution::Impossible { root: None, reason });
    match maximum(Some(Ratio::zero())) {
        None => return impossible(Reason::OtherUseUnlimited),
        Some(least) if least > *max_api_usd => return impossible(Reason::OtherUseWorthMore),
        Some(_) => {}
    }
    let dot = |row: &[Ratio]| row.iter().zip(shares).map(|(amount, share)| amount * share).sum::<Ratio>();
    match mix {
        MixRule::AsMeasured => (max_api_usd * dot(uses)).checked_div(&dot(&program.values)).map(Solution::Solved),
        MixRule::WorstCase => climb(with, limit, max_api_usd).map(Solution::Solved),
    }
}

/// Where a concave function of straight pieces that starts below a value reaches it.
///
/// A step follows the dual, the slope of the piece at hand, which overestimates everything to the right: no step goes
/// too far, and every second one at least leaves a piece behind, so that the steps end.
fn climb(with: impl Fn(Option<Ratio>) -> Program, limit: usize, max_api_usd: &Ratio) -> Option<Ratio> {
    let mut budget = Ratio::zero();
    loop {
        let Mixed::Optimal(optimum) = with(Some(budget.clone())).solve() else { return None };
        let missing = max_api_usd - &optimum.value;
        if !missing.is_positive() {
            return Some(budget);
        }
        budget += &missing.checked_div(&optimum.dual[limit])?;
    }
}
