//! `pop.*`: how use is spread over a population, and what follows from it.

use plancost::economics::BreakEven;
use plancost::population::fit::{self, FitError, Lognormal, TopShare};
use plancost::population::{Distribution, Level, Seat, Total, TwoPoint, UsersNeeded, users_needed};
use serde_json::{Map, Value};

use super::margin::economics;
use super::value::{Answer, number, object};

pub(crate) fn float(value: &Value) -> Option<f64> {
    Some(number(value)?.to_f64())
}

fn float_or(value: &Value, default: f64) -> Option<f64> {
    if value.is_null() { Some(default) } else { float(value) }
}

fn floats(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(float).collect()
}

/// The distribution that a case describes; `None` if it is refused.
pub(crate) fn distribution(input: &Value) -> Option<Distribution> {
    let at = |key: &str| float(&input[key]);
    let made = match input["kind"].as_str()? {
        "point" => Distribution::point(at("x")?),
        "discrete" => {
            let weights = if input["w"].is_null() { None } else { Some(floats(&input["w"])?) };
            Distribution::discrete(&floats(&input["x"])?, weights.as_deref())
        }
        "beta" => Distribution::beta(at("a")?, at("b")?),
        "uniform" => Distribution::uniform(float_or(&input["lo"], 0.0)?, float_or(&input["hi"], 1.0)?),
        "lognormal" => lognormal(input),
        "lognormal_trunc" => lognormal(input).ok()?.truncated(float_or(&input["hi"], 1.0)?),
        "lognormal_clamp" => lognormal(input).ok()?.clamped(float_or(&input["hi"], 1.0)?),
        "pareto" => Distribution::pareto(float_or(&input["xm"], 1.0)?, at("a")?),
        "zero_inflated" => Distribution::zero_inflated(at("p0")?, &distribution(&input["base"])?),
        "mixture" => {
            let parts = input["parts"].as_array()?.iter();
            let parts: Option<Vec<_>> =
                parts.map(|part| Some((float(&part["w"])?, distribution(&part["dist"])?))).collect();
            Distribution::mixture(&parts?)
        }
        other => panic!("unknown kind of distribution `{other}`"),
    };
    made.ok()
}

fn level(input: &Value) -> Level {
    match (float(&input["m"]), float(&input["median"]), float(&input["mean"])) {
        (Some(m), _, _) => Level::LogMean(m),
        (_, Some(median), _) => Level::Median(median),
        (_, _, mean) => Level::Mean(mean.expect("a level")),
    }
}

fn lognormal(input: &Value) -> Result<Distribution, plancost::population::ShapeError> {
    Distribution::lognormal(level(input), float(&input["s"]).unwrap_or(f64::NAN))
}

/// A figure for each share of a list, under the share as it is written.
fn by_share(list: &Value, of: impl Fn(f64) -> Option<f64>) -> Option<Value> {
    let mut found = Map::new();
    for share in list.as_array().into_iter().flatten() {
        let name = share.as_str().map_or_else(|| share.to_string(), str::to_owned);
        found.insert(name, of(float(share)?).into());
    }
    Some(Value::Object(found))
}

pub(crate) fn stats(input: &Value) -> Answer {
    let plan = economics(&input["plan"])?;
    let (seat, users) = (Seat::of(&plan)?, distribution(&input["dist"])?);
    let subsidy = seat.subsidy(&users);
    let break_even = match plan.break_even() {
        BreakEven::Finite { utilization, .. } => utilization.map(|u| u.to_f64()),
        BreakEven::Never | BreakEven::Always => None,
    };
    let light = float(&input["light_u"]);
    Some(object([
        ("mean", users.mean().into()),
        ("sd", users.sd().into()),
        ("profit", seat.profit_usd(&users).into()),
        ("margin", seat.margin(&users).into()),
        ("margin_sd", seat.margin_sd(&users).into()),
        ("breakeven_u", break_even.into()),
        ("loss_share", subsidy.loss_share.into()),
        ("surplus", subsidy.surplus_usd.into()),
        ("deficit", subsidy.deficit_usd.into()),
        ("subsidy_ratio", subsidy.ratio.into()),
        ("top_share", by_share(&input["top"], |p| users.top_share(p))?),
        ("gini", users.gini().into()),
        ("quantiles", by_share(&input["q"], |q| Some(users.quantile(q)))?),
        ("margin_quantiles", by_share(&input["mq"], |q| seat.margin_quantile(&users, q))?),
        ("light_per_full", light.and_then(|u| seat.light_users_per_full_user(u)).into()),
    ]))
}

pub(crate) fn finite(input: &Value) -> Answer {
    let (seat, dist) = (Seat::of(&economics(&input["plan"])?)?, distribution(&input["dist"])?);
    let users = usize::try_from(input["n"].as_u64()?).ok()?;
    let (level, rho) = (float(&input["level"])?, float_or(&input["rho"], 0.0)?);
    let total = Total::of(&seat, &dist, users, rho)?;
    // Reference answers count users only where these are independent.
    let needed = match users_needed(&seat, &dist, level, rho)? {
        UsersNeeded::AtLeast(users) if rho <= 0.0 => Some(users),
        UsersNeeded::AtLeast(_) | UsersNeeded::Never => None,
    };
    Some(object([
        ("mean", total.mean_usd.into()),
        ("sd", total.sd_usd.into()),
        ("p_loss", total.loss_probability().into()),
        ("var", total.value_at_risk_usd(level).into()),
        ("es", total.expected_shortfall_usd(level).into()),
        ("skew", total.skewness.into()),
        ("var_cf", total.cornish_fisher_value_at_risk_usd(level).into()),
        ("n_safe", needed.into()),
    ]))
}

pub(crate) fn two_point(input: &Value) -> Answer {
    let seat = Seat::of(&economics(&input["plan"])?)?;
    let users = usize::try_from(input["n"].as_u64()?).ok()?;
    let at = |key: &str| float(&input[key]);
    let total = TwoPoint::of(&seat, users, at("q")?, at("lo")?, at("hi")?)?;
    let level = at("level")?;
    Some(object([
        ("mean", total.mean_usd().into()),
        ("p_loss", total.loss_probability().into()),
        ("var", total.value_at_risk_usd(level).into()),
        ("es", total.expected_shortfall_usd(level).into()),
    ]))
}

fn top_shares(input: &Value) -> Option<Vec<TopShare>> {
    let pairs = input.as_array()?.iter();
    pairs.map(|pair| Some(TopShare { p: float(&pair[0])?, share: float(&pair[1])? })).collect()
}

fn beta(fitted: Result<fit::Beta, FitError>) -> Value {
    match fitted {
        Ok(beta) => object([("feasible", true.into()), ("a", beta.a.into()), ("b", beta.b.into())]),
        Err(_) => object([("feasible", false.into())]),
    }
}

pub(crate) fn fit(input: &Value) -> Answer {
    let at = |key: &str| float(&input[key]);
    Some(match input["method"].as_str()? {
        "lognormal_quantiles" => {
            let points = input["points"].as_array()?.iter().map(|point| Some((float(&point[0])?, float(&point[1])?)));
            let fit = fit::lognormal_from_quantiles(&points.collect::<Option<Vec<_>>>()?).ok()?;
            let mean = fit.distribution().ok()?.mean();
            object([("m", fit.m.into()), ("s", fit.s.into()), ("median", fit.median().into()), ("mean", mean.into())])
        }
        "lognormal_top_shares" => {
            let s = fit::lognormal_s_from_top_shares(&top_shares(&input["shares"])?).ok()?;
            let fit = Lognormal::at(level(input), s.mean).ok()?;
            let dist = fit.distribution().ok()?;
            let users = usize::try_from(input["n"].as_u64()?).ok()?;
            object([
                ("s", s.mean.into()),
                ("s_each", s.each.into()),
                ("m", fit.m.into()),
                ("mean", dist.mean().into()),
                ("gini", dist.gini().into()),
                ("largest_of_n", dist.typical_largest(users).into()),
            ])
        }
        "pareto_top_shares" => {
            let a = fit::pareto_a_from_top_shares(&top_shares(&input["shares"])?).ok()?;
            object([("a_each", a.each.into()), ("a", a.mean.into())])
        }
        "lognormal_gini" => object([("s", fit::lognormal_s_from_gini(at("gini")?).ok()?.into())]),
        "beta_moments" => beta(fit::beta_from_moments(at("mean")?, at("sd")?)),
        "beta_mean_top_share" => {
            let top = TopShare { p: at("p")?, share: at("share")? };
            beta(fit::beta_from_mean_and_top_share(at("mean")?, top))
        }
        other => panic!("unknown method `{other}`"),
    })
}
