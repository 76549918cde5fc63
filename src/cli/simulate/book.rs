//! Who subscribes to what: how many to each plan, and how the population uses it.

use super::Args;
use crate::analysis::Answer;
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::population::Chosen;
use crate::economics::{Economics, Overage};
use crate::population::{Distribution, Quantity, Seat};
use crate::problem::{Problem, nearest};
use crate::units::Ratio;

/// How many subscribers a flag gives: to one plan, or to each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subscribers {
    plan: Option<String>,
    count: u64,
}

/// Subscribers of a plan where no flag says.
pub(super) const DEFAULT: u64 = 1_000;

/// More than this no float counts one by one, and nobody sells.
const MOST: u64 = 1_000_000_000_000_000;

/// `N` or `PLAN=N`.
pub(super) fn subscribers(text: &str) -> Result<Subscribers, String> {
    let (plan, number) = text.rsplit_once('=').map_or((None, text), |(plan, number)| (Some(plan), number));
    if plan == Some("") {
        return Err("write a number, or PLAN=NUMBER such as `claude-pro=5000`".to_owned());
    }
    Ok(Subscribers { plan: plan.map(str::to_owned), count: count(number)? })
}

/// A whole number from 1 to 10^15: `1000`, `1_000_000`, `1e9`.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let digits = text.trim().replace('_', "");
    let (digits, zeros) = digits.split_once(['e', 'E']).unwrap_or((&digits, "0"));
    let number = digits.parse::<u64>().ok().zip(zeros.parse::<u32>().ok()).map(|(number, zeros)| {
        10_u64.checked_pow(zeros).and_then(|scale| number.checked_mul(scale)).unwrap_or(u64::MAX)
    });
    match number {
        None => Err("write a whole number such as `1000` or `1e9`".to_owned()),
        Some(0) => Err("nobody leaves nothing to ask; give at least 1".to_owned()),
        Some(number) if number > MOST => Err("at most 1e15: whatever holds of so many holds of more".to_owned()),
        Some(number) => Ok(number),
    }
}

/// How many subscribers each of these plans has, in their order.
pub(super) fn counts(given: &[Subscribers], plans: &[&str], all: &[&str]) -> Result<Vec<u64>, Stop> {
    for Subscribers { plan, .. } in given {
        if let Some(plan) = plan
            && !plans.contains(&plan.as_str())
        {
            let problem =
                Problem::error(codes::UNKNOWN_PLAN, format!("`{plan}` is given subscribers and not selected"));
            return Err(match nearest(plan, plans.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None if all.contains(&plan.as_str()) => problem.help(format!("select it too: `--plan {plan}`")),
                None => problem.help("`plancost analyze --columns plan` lists the plans"),
            }
            .into());
        }
    }
    let last = |wanted: Option<&str>| given.iter().rev().find(|of| of.plan.as_deref() == wanted).map(|of| of.count);
    Ok(plans.iter().map(|plan| last(Some(plan)).or_else(|| last(None)).unwrap_or(DEFAULT)).collect())
}

/// How many people there are where they pick their plans themselves.
pub(super) fn of_all(given: &[Subscribers]) -> Result<u64, Stop> {
    if let Some(plan) = given.iter().find_map(|of| of.plan.as_ref()) {
        let problem = Problem::error(codes::USAGE, format!("`--subscribers {plan}=…` decides what `--choose` asks"));
        return Err(problem.help("give the number of all of them: `--subscribers 10000`").into());
    }
    Ok(given.last().map_or(DEFAULT, |of| of.count))
}

/// A plan and those who subscribe to it.
pub(super) struct Cast<'a> {
    pub(super) answer: &'a Answer<'a>,
    pub(super) subscribers: u64,
    pub(super) seated: Result<Seated, Why>,
}

/// Why there are no figures of a plan.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Why {
    /// Its price or maximum is not known.
    Unknown,
    /// Use is unlimited, and the population is in shares of a maximum.
    Unlimited,
    /// The population divided by its maximum is beyond what is held.
    Shape(String),
}

/// What is known of each subscriber of a plan.
pub(super) struct Seated {
    /// What a seat earns by the use that `used` counts.
    pub(super) economics: Economics,
    /// The same without overage.
    pub(super) seat: Seat,
    /// Use that is served.
    pub(super) used: Distribution,
    /// What that counts: shares of the maximum, or dollars where there is none.
    pub(super) counts: Quantity,
    /// Dollars at list prices that a unit of use is worth.
    pub(super) unit_usd: Ratio,
    /// Use above the maximum is served and billed.
    pub(super) billed_above: bool,
}

/// Casts the population on a plan.
pub(super) fn cast<'a>(answer: &'a Answer<'a>, subscribers: u64, chosen: &Chosen, args: &Args) -> Cast<'a> {
    Cast { answer, subscribers, seated: seated(answer, chosen, args.overage) }
}

fn seated(answer: &Answer<'_>, chosen: &Chosen, overage: bool) -> Result<Seated, Why> {
    let economics = answer.economics.as_ref().ok_or(Why::Unknown)?;
    let Some(max) = &economics.max_api_usd else { return without_limit(economics, chosen) };
    let billed_above = overage && economics.overage.is_some();
    let demand = if max.is_zero() && chosen.of == Quantity::ApiUsd {
        // Whatever they want, nothing is granted.
        Distribution::point(0.0)
    } else {
        chosen.demand_on(max)
    };
    let used = demand.and_then(|demand| if billed_above { Ok(demand) } else { demand.clamped(1.0) });
    let economics = Economics { overage: economics.overage.clone().filter(|_| billed_above), ..economics.clone() };
    Ok(Seated {
        seat: Seat::of(&economics).ok_or_else(too_large)?,
        used: used.map_err(|error| Why::Shape(error.to_string()))?,
        counts: Quantity::Utilization,
        unit_usd: max.clone(),
        billed_above,
        economics,
    })
}

/// A plan without limit is one of a dollar that serves on for nothing: its use counts in dollars.
fn without_limit(economics: &Economics, chosen: &Chosen) -> Result<Seated, Why> {
    if chosen.of == Quantity::Utilization {
        return Err(Why::Unlimited);
    }
    let free = Overage { of_list_price: Ratio::zero(), fee_share: Ratio::zero() };
    let economics = Economics { max_api_usd: Some(Ratio::one()), overage: Some(free), ..economics.clone() };
    Ok(Seated {
        seat: Seat::of(&economics).ok_or_else(too_large)?,
        used: chosen.whole.clone(),
        counts: Quantity::ApiUsd,
        unit_usd: Ratio::one(),
        billed_above: false,
        economics,
    })
}

fn too_large() -> Why {
    Why::Shape("a figure of the plan is above 1e60".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_subscribers_are_whole_and_above_zero() {
        assert_eq!(count("1_000"), Ok(1_000));
        assert_eq!(count("1e9"), Ok(1_000_000_000));
        assert_eq!(count("25E2"), Ok(2_500));
        for bad in ["", "0", "0e5", "-1", "1.5", "1e16", "1e99", "99999999999999999999", "nan", "e3"] {
            assert!(count(bad).is_err(), "{bad}");
        }
        assert!(subscribers("=5").is_err());
        assert_eq!(subscribers("a=5"), Ok(Subscribers { plan: Some("a".to_owned()), count: 5 }));
    }

    #[test]
    fn a_plan_by_name_goes_before_all_and_the_last_word_counts() {
        let given: Vec<Subscribers> =
            ["7", "a=5", "8"].iter().map(|text| subscribers(text).expect("a count")).collect();
        assert_eq!(counts(&given, &["a", "b"], &[]).ok(), Some(vec![5, 8]));
        assert_eq!(counts(&[], &["a"], &[]).ok(), Some(vec![DEFAULT]));
        assert!(counts(&given, &["b"], &["a"]).is_err());
    }
}
