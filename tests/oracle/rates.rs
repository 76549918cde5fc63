//! `rates.*`: bills and blended rates.

use plancost::rates::{Bill, Bundle, ByClass, ContextTier, Rates, TokenClass, price_mix};
use plancost::units::{Rate, Ratio, Tokens, Usd};
use plancost::workload::adds_up;
use serde_json::Value;

use super::value::{Answer, json, json_or_null, number, object, optional};

fn class_rates(value: &Value) -> Option<ByClass<Option<Rate>>> {
    let mut rates = ByClass::default();
    for (key, value) in value.as_object()? {
        rates[class(key)?] = Some(Rate::from_usd_per_mtok(&number(value)?)?);
    }
    Some(rates)
}

pub(crate) fn class(key: &str) -> Option<TokenClass> {
    TokenClass::ALL.into_iter().find(|class| class.key() == key)
}

pub(crate) fn model(value: &Value) -> Option<Rates> {
    let tiers = value["tiers"].as_array().map_or(&[][..], Vec::as_slice);
    Some(Rates {
        base: class_rates(&value["rates"])?,
        tiers: tiers
            .iter()
            .map(|tier| {
                Some(ContextTier {
                    prompt_tokens: Tokens(tier["above"].as_u64()?),
                    inclusive: tier["inclusive"].as_bool().unwrap_or(false),
                    rates: class_rates(&tier["rates"])?,
                })
            })
            .collect::<Option<_>>()?,
        batch_multiplier: optional(value, "batch_multiplier"),
        usd_per_request: optional(value, "per_request").map_or(Some(Usd::ZERO), |fee| Usd::from_ratio(&fee))?,
        ..Rates::default()
    })
}

pub(crate) fn tokens(value: &Value) -> Option<ByClass<Tokens>> {
    let mut tokens = ByClass::default();
    for (key, count) in value.as_object()? {
        tokens[class(key)?] = Tokens(count.as_u64()?);
    }
    Some(tokens)
}

fn bill(model: &Rates, call: &Value) -> Option<Bill> {
    let bundle = Bundle {
        tokens: tokens(&call["tokens"])?,
        batch: call["batch"].as_bool().unwrap_or(false),
        requests: call["requests"].as_u64().unwrap_or(0),
        multiplier: optional(call, "multiplier"),
    };
    model.bill(&bundle).ok()
}

pub(crate) fn bundle(input: &Value) -> Answer {
    let bill = bill(&model(&input["model"])?, input)?;
    Some(object([
        ("usd", json(&bill.usd)),
        ("usd_exact", bill.usd.to_exact().into()),
        ("by_class", Value::Object(bill.by_class.iter().map(|(c, usd)| (c.key().to_owned(), json(usd))).collect())),
        ("fees", json(&bill.fees)),
        ("blended_per_mtok", json_or_null(bill.blended_usd_per_mtok.as_ref())),
        ("batch_missing", bill.batch_missing.into()),
    ]))
}

pub(crate) fn blended(input: &Value) -> Answer {
    if input.get("shares").is_some() {
        return blend_of_shares(input);
    }
    let (mut usd, mut count) = (Ratio::zero(), Ratio::zero());
    for call in input["calls"].as_array()? {
        let model = model(&input["models"][call["model"].as_str()?])?;
        let times = Ratio::from(call["count"].as_u64().unwrap_or(1));
        usd += &(bill(&model, call)?.usd * &times);
        let tokens: Ratio = tokens(&call["tokens"])?.iter().map(|(_, tokens)| Ratio::from(tokens.0)).sum();
        count += &(tokens * times);
    }
    let per_mtok = (&usd * Ratio::from(1_000_000)).checked_div(&count);
    Some(object([("usd", json(&usd)), ("tokens", json(&count)), ("per_mtok", json_or_null(per_mtok.as_ref()))]))
}

fn blend_of_shares(input: &Value) -> Answer {
    let mut shares = ByClass::<Ratio>::default();
    for (key, share) in input["shares"].as_object()? {
        shares[class(key)?] = number(share)?;
    }
    let whole = adds_up(shares.iter().map(|(_, share)| share));
    if !whole || shares.iter().any(|(_, share)| share.is_negative()) {
        return None;
    }
    let prompt = Tokens(input["prompt_tokens"].as_u64().unwrap_or(0));
    let per_token = price_mix(&model(&input["model"])?.for_prompt(prompt), &shares).ok()?;
    Some(object([("per_mtok", json(&(per_token * Ratio::from(1_000_000))))]))
}
