//! `unc.*`: uncertain inputs.

use plancost::uncertainty::break_even::UncertainBreakEven;
use plancost::uncertainty::plan::{PlanInputs, UncertainPlan};
use plancost::uncertainty::tornado::tornado as blow;
use plancost::uncertainty::{Figure, Input, sensitivity};
use serde_json::{Map, Value};

use super::value::{Answer, number, object, optional};

fn float(input: &Value, key: &str) -> Option<f64> {
    optional(input, key).map(|value| value.to_f64())
}

fn uncertain(input: &Value) -> Option<Input> {
    let of = |key: &str| float(input, key);
    match input["kind"].as_str()? {
        "point" => Input::point(of("x")?),
        "uniform" => Input::uniform(of("lo")?, of("hi")?),
        "triangular" => Input::triangular(of("lo")?, of("mode")?, of("hi")?),
        "pert" => Input::pert(of("lo")?, of("mode")?, of("hi")?),
        "beta" => Input::beta(of("a")?, of("b")?),
        "lognormal" => Input::lognormal(of("median")?, of("s")?),
        _ => return None,
    }
    .ok()
}

pub(crate) fn breakeven(input: &Value) -> Answer {
    let plan =
        UncertainBreakEven::new(float(input, "room")?, uncertain(&input["api_margin"])?, uncertain(&input["max_usd"])?)
            .ok()?;
    let mut quantiles = Map::new();
    for level in input["q"].as_array()? {
        let name = level.as_str().map_or_else(|| level.to_string(), str::to_owned);
        let figure = plan.quantile(number(level)?.to_f64())?;
        quantiles.insert(name, figure.value().into());
    }
    Some(object([("quantiles", quantiles.into())]))
}

pub(crate) fn sobol_product(input: &Value) -> Answer {
    let named = input["inputs"].as_object()?;
    let inputs = named.values().map(uncertain).collect::<Option<Vec<Input>>>()?;
    let found = sensitivity::product(&inputs)?;
    let indices = named
        .keys()
        .zip(&found.indices)
        .map(|(name, index)| (name.clone(), object([("first", index.first.into()), ("total", index.total.into())])));
    Some(object([
        ("mean", found.mean.into()),
        ("variance", found.variance.into()),
        ("indices", indices.collect::<Map<String, Value>>().into()),
    ]))
}

pub(crate) fn tornado(input: &Value) -> Answer {
    // What the cases call the inputs of a plan, in the order of the plan's own.
    const NAMES: [&str; 5] = ["price", "fixed_cost", "api_margin", "max_usd", "mean_u"];
    let named = input["inputs"].as_object()?;
    let known = |value: f64| Input::point(value).expect("a small number");
    let of = |i: usize| named.get(NAMES[i]).map_or_else(|| Some(known(if i == 4 { 1.0 } else { 0.0 })), uncertain);
    let plan = UncertainPlan::new(PlanInputs {
        revenue_usd: of(0)?,
        fixed_cost_usd: of(1)?,
        api_gross_margin: of(2)?,
        max_api_usd: of(3)?,
        utilization: of(4)?,
        fee_share: 0.0,
    })
    .ok()?;
    let inputs = named.iter().map(|(name, input)| Some((name.as_str(), uncertain(input)?)));
    let inputs = inputs.collect::<Option<Vec<(&str, Input)>>>()?;
    let places = inputs.iter().map(|(name, _)| NAMES.iter().position(|known| known == name));
    let places = places.collect::<Option<Vec<usize>>>()?;
    let medians = [of(0)?, of(1)?, of(2)?, of(3)?, of(4)?].map(|input| input.quantile(0.5));
    let is_margin = input["output"] == "margin";
    let output = |values: &[f64]| {
        let mut at = medians;
        places.iter().zip(values).for_each(|(&i, value)| at[i] = *value);
        if is_margin { plan.margin_at(at) } else { Figure::value(plan.break_even_at(at)) }
    };
    let level = |key: &str, default: f64| float(input, key).unwrap_or(default);
    let found = blow(output, &inputs, level("lo", 0.05), level("hi", 0.95)).ok()?;
    let bars = found.bars.iter().map(|bar| {
        object([
            ("input", bar.name.clone().into()),
            ("low", bar.low.into()),
            ("high", bar.high.into()),
            ("swing", bar.swing.into()),
        ])
    });
    Some(object([("base", found.base.into()), ("bars", bars.collect())]))
}
