//! `solve.*`: what would it take.

use plancost::economics::{Fees, Terms};
use plancost::scenario::metered::TakeUp;
use plancost::scenario::solve::{
    OverageRate, PopulationCap, Setting, Solution, Target, Unknown, population_cap, population_overage, solve,
};
use plancost::units::Ratio;
use serde_json::Value;

use super::pop::distribution;
use super::value::{Answer, json, json_or_null, number, number_or, object, optional};

/// `fixed` is a month's cost, not a fee of each charge.
fn setting(input: &Value) -> Option<Setting> {
    Some(Setting {
        terms: Terms {
            fees: Fees::Processor { share: number_or(input, "fee_pct", 0), fixed_usd: Ratio::zero() },
            fixed_cost_usd: number_or(input, "fixed", 0),
            ..Terms::monthly(number(&input["price"])?)
        },
        serving_share: number(&input["cost_share"])?,
        max_api_usd: optional(input, "max_usd"),
    })
}

pub(crate) fn linear(input: &Value) -> Answer {
    let unknown = match input["solve_for"].as_str()? {
        "price" => Unknown::Price,
        "max_usd" => Unknown::Allowance,
        "mean_u" => Unknown::Utilization,
        "api_margin" => Unknown::ApiMargin,
        "routing_share" => Unknown::RoutedShare { serving_share: number(&input["cheap_cost_share"])? },
        _ => return None,
    };
    let target = Target::Margin { utilization: number(&input["mean_u"])?, least_share: number(&input["target"])? };
    let solution = solve(&setting(input)?, &target, &unknown);
    let feasible = match &solution {
        Solution::Solved(_) => true,
        // A utilization above 1 is none.
        Solution::NotNeeded { .. } => unknown != Unknown::Utilization,
        Solution::Impossible { .. } => false,
    };
    let needed = match &solution {
        Solution::NotNeeded { .. } => Value::from(0),
        other => json_or_null(other.root()),
    };
    let value = solution.root().map_or(Value::Null, json);
    Some(object([("value", value), ("feasible", feasible.into()), ("needed", needed)]))
}

/// The margin asked of a population: the utilization is that of the demand.
fn margin(input: &Value) -> Option<Target> {
    Some(Target::margin_at_full(number(&input["target"])?))
}

pub(crate) fn cap(input: &Value) -> Answer {
    let found = population_cap(&setting(input)?, &margin(input)?, &distribution(&input["demand"])?);
    Some(match found {
        PopulationCap::Solved { max_usd, capped_share, refused_usd } => object([
            ("status", "solved".into()),
            ("max_usd", max_usd.into()),
            ("capped_share", capped_share.into()),
            ("refused_usd", refused_usd.into()),
        ]),
        PopulationCap::NotNeeded => object([("status", "no cap needed".into()), ("max_usd", Value::Null)]),
        PopulationCap::Impossible(_) => object([("status", "impossible".into()), ("max_usd", Value::Null)]),
    })
}

pub(crate) fn overage(input: &Value) -> Answer {
    let take_up = TakeUp::new(number_or(input, "take_up", 1)).ok()?;
    let fees = number_or(input, "fee_pct", 0);
    let found =
        population_overage(&setting(input)?, &margin(input)?, &fees, &take_up, &distribution(&input["demand"])?);
    let (rate, needed) = match found.rate {
        OverageRate::Solved(rate) => (Some(rate), Some(rate)),
        OverageRate::NotNeeded { root } => (root, Some(0.0)),
        OverageRate::Impossible(_) => (None, None),
    };
    Some(object([
        ("rate", rate.into()),
        ("feasible", needed.is_some().into()),
        ("needed", needed.into()),
        ("included_usd", found.included_usd.into()),
        ("excess_usd", found.sold_usd.into()),
    ]))
}
