//! `ent.*`: a company's bill.

use plancost::scenario::budget::{Budget, tokens_bought};
use plancost::units::Ratio;
use serde_json::{Map, Value};

use super::pop::distribution;
use super::value::{Answer, number, object, optional};

pub(crate) fn headcount(input: &Value) -> Answer {
    let spend = distribution(&input["dist"])?;
    let budget = match optional(input, "heads") {
        Some(heads) => Budget::of_heads(&heads, spend),
        None => Budget::of_total(&number(&input["total"])?, spend),
    };
    let budget = budget.ok()?;
    let mut answer = Map::new();
    let largest = budget.largest_usd();
    let figures = [
        ("heads", Some(budget.heads())),
        ("mean", Some(budget.spend().mean())),
        ("median", Some(budget.median_usd())),
        ("largest", largest),
        ("top1_share", budget.spend().top_share(0.01)),
        ("top10_share", budget.spend().top_share(0.1)),
        ("total", Some(budget.total_usd())),
    ];
    answer.extend(figures.map(|(key, figure)| (key.to_owned(), figure.into())));
    if let Some(rate) = optional(input, "blended_per_mtok") {
        answer.insert("tokens_median".to_owned(), tokens_bought(budget.median_usd(), &rate).into());
        answer.insert("tokens_largest".to_owned(), tokens_bought(largest?, &rate).into());
    }
    let row = |cap: &Value| {
        let cap = number(cap)?;
        let capped = budget.capped(&cap);
        Some(object([
            ("cap", cap.to_f64().into()),
            ("total", capped.total_usd.into()),
            ("saved_share", capped.saved_share.into()),
            ("heads_capped", capped.heads.into()),
        ]))
    };
    let none = Vec::new();
    let caps = input["caps"].as_array().unwrap_or(&none).iter().map(row).collect::<Option<Vec<Value>>>()?;
    answer.insert("caps".to_owned(), caps.into());
    Some(answer.into())
}

pub(crate) fn scale(input: &Value) -> Answer {
    // Of level 1: the median of a lognormal, the floor of a Pareto.
    let mut shape = input["shape"].clone();
    shape["median"] = 1.into();
    let shape = distribution(&shape)?;
    let heads: Ratio = number(&input["heads"])?;
    let budget = Budget::of_total_and_heads(&number(&input["total"])?, &heads, &shape).ok()?;
    Some(object([
        ("mean", budget.spend().mean().into()),
        ("median", budget.median_usd().into()),
        ("scale", (budget.spend().mean() / shape.mean()).into()),
    ]))
}
