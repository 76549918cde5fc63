//! `solve.*`: what would it take.

use plancost::economics::{Fees, Terms};
use plancost::scenario::solve::{Setting, Solution, Target, Unknown, solve};
use plancost::units::Ratio;
use serde_json::Value;

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
