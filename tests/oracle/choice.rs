//! `pop.choice`, `pop.price_change` and `pop.best_price`: who buys what, and at which price.

use plancost::scenario::choice::{Perception, choice as choose};
use plancost::scenario::repricing::{self, BestPrice, Book, Group};
use plancost::scenario::tiers::Offer;
use plancost::units::Ratio;
use serde_json::Value;

use super::margin::{economics, terms, with_defaults};
use super::pop::distribution;
use super::value::{Answer, json, json_or_null, number, number_or, object};

fn offer(plan: &Value) -> Option<Offer> {
    let offer = Offer::plan(&economics(plan)?, number_or(plan, "fee_pct", 0));
    Some(Offer { overflow_rate: number_or(plan, "overflow_rate", 1), ..offer })
}

pub(crate) fn choice(input: &Value) -> Answer {
    let mut names = Vec::new();
    let mut offers = Vec::new();
    for entry in input["plans"].as_array()? {
        let plan = with_defaults(entry, input);
        names.push(plan["id"].as_str()?.to_owned());
        offers.push(offer(&plan)?);
    }
    let with_api = input["api"].as_bool().unwrap_or(false);
    if with_api {
        names.push("api".to_owned());
        offers.push(Offer::api(offers.first().map_or_else(Ratio::zero, |offer| offer.serving_share.clone())));
    }
    let perception =
        Perception::new(number_or(input, "bias", 1).to_f64(), number_or(input, "noise", 0).to_f64()).ok()?;
    let choice = choose(&offers, &distribution(&input["demand"])?, perception);
    let cuts = choice.segments.iter().map(|segment| {
        object([
            ("from", json(&segment.from_usd)),
            ("to", json_or_null(segment.to_usd.as_ref())),
            ("plan", names[segment.offer].clone().into()),
        ])
    });
    let rows = choice.buyers.iter().zip(&names).enumerate().map(|(i, (of, name))| {
        if with_api && i + 1 == names.len() {
            return object([("id", name.clone().into()), ("share", of.share.into()), ("api_usd", of.use_usd.into())]);
        }
        object([
            ("id", name.clone().into()),
            ("share", of.share.into()),
            ("profit", of.profit_usd.into()),
            ("margin", of.margin.into()),
            ("mean_u", of.mean_utilization.into()),
            ("loss_share", of.losers.into()),
            ("overflow_usd", of.overflow_usd.into()),
        ])
    });
    Some(object([
        ("cuts", cuts.collect()),
        ("plans", rows.collect()),
        ("profit", choice.profit_usd.into()),
        ("margin", choice.margin.into()),
    ]))
}

fn book(book: &Book) -> Value {
    object([
        ("users", book.users.into()),
        ("mean_u", book.mean_utilization.into()),
        ("profit", book.profit_usd.into()),
        ("margin", book.margin.into()),
    ])
}

pub(crate) fn price_change(input: &Value) -> Answer {
    let (terms, economics) = (terms(&input["plan"])?, economics(&input["plan"])?);
    let group = |segment: &Value| {
        Some(Group {
            users: segment["n"].as_u64()?,
            mean_utilization: number(&segment["mean_u"])?,
            elasticity: number(&segment["elasticity"])?,
        })
    };
    let groups = input["segments"].as_array()?.iter().map(group).collect::<Option<Vec<Group>>>()?;
    let change = repricing::price_change(&terms, &economics, &number(&input["new_price"])?, &groups).ok()?;
    Some(object([("before", book(&change.before)), ("after", book(&change.after))]))
}

pub(crate) fn best_price(input: &Value) -> Answer {
    let (terms, economics) = (terms(&input["plan"])?, economics(&input["plan"])?);
    let ask = |key: &str| number(&input[key]);
    let best = repricing::best_price(&terms, &economics, &ask("mean_u")?, &ask("elasticity")?).ok()?;
    let price = match &best {
        BestPrice::At(price) => Some(price),
        BestPrice::Unbounded | BestPrice::EverLower | BestPrice::NeverPays => None,
    };
    Some(object([("bounded", price.is_some().into()), ("price", json_or_null(price))]))
}
