//! `pop.mc_truth`: as many draws as the case's standard errors are for.

use std::sync::Arc;

use plancost::simulation::{Earnings, Figures, Part, Simulation, Table};
use serde_json::{Map, Value};

use super::margin::economics;
use super::pop::{distribution, float};
use super::value::{Answer, object};

pub(crate) fn draws(input: &Value) -> Answer {
    let earnings = Earnings::of(&economics(&input["plan"])?)?;
    let utilization = Arc::new(Table::of(&distribution(&input["dist"])?).ok()?);
    let part = Part { subscribers: input["n"].as_u64()?, utilization, earnings };
    let tally = Simulation::new(1, vec![part]).ok()?.run().pop()?;
    let figures = Figures::of(&tally, &earnings)?;
    let margin = figures.margin?;
    let mut quantiles = Map::new();
    // The cases' own shares, where they do not ask for others.
    let usual = Value::from(vec!["0.05", "0.5", "0.95"]);
    let shares = if input["q"].is_null() { &usual } else { &input["q"] };
    for share in shares.as_array()? {
        let quantile = tally.margin_quantile(&earnings, float(share)?)?;
        let found = object([("margin", quantile.value.into()), ("se", quantile.standard_error.into())]);
        quantiles.insert(share.as_str().map_or_else(|| share.to_string(), str::to_owned), found);
    }
    Some(object([
        ("mean_margin", margin.value.into()),
        ("mean_margin_se", margin.standard_error.into()),
        ("loss_share", figures.loss_share.value.into()),
        ("loss_share_se", figures.loss_share.standard_error.into()),
        ("quantiles", Value::Object(quantiles)),
    ]))
}
