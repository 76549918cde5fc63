//! `route.*`: routing, cascades, conversations and migration.

use plancost::rates::{ByClass, Rates, TokenClass};
use plancost::scenario::migration::{Factors, Job, cost, migrate};
use plancost::scenario::routing::cascade::{self, Stage};
use plancost::scenario::routing::classes::{Class, Classes, Quality};
use plancost::scenario::routing::optimize;
use plancost::scenario::routing::saving;
use plancost::scenario::routing::session::Conversation;
use plancost::scenario::routing::uniform::Uniform;
use plancost::units::{Ratio, Tokens};
use serde_json::{Map, Value};

use super::rates::{class, model, tokens};
use super::value::{Answer, json, json_or_null, number, number_or, object, optional};

pub(crate) fn simple(input: &Value) -> Answer {
    let of = |key| number_or(input, key, 0);
    let routed =
        Uniform::new(number(&input["rho"])?, number(&input["share"])?, of("escalation"), of("overhead")).ok()?;
    let mut answer = Map::new();
    answer.insert("savings".to_owned(), json(&routed.saving()));
    answer.insert("max_savings".to_owned(), json(&routed.best_saving()));
    answer.insert("breakeven_escalation".to_owned(), json_or_null(routed.break_even_escalation().as_ref()));
    if let Some(target) = optional(input, "target") {
        answer.insert("needed_share".to_owned(), json_or_null(routed.needed_share(&target).as_ref()));
        answer.insert("feasible".to_owned(), routed.reaches(&target).into());
        answer.insert("rho_max_at_full_share".to_owned(), json(&routed.cheap_cost_at_full_share(&target)));
    }
    Some(Value::Object(answer))
}

fn of_classes(input: &Value) -> Option<Classes> {
    let class = |class: &Value| {
        let quality = match (optional(class, "quality_frontier"), optional(class, "quality_cheap")) {
            (Some(frontier), Some(cheap)) => Some(Quality { frontier, cheap }),
            _ => None,
        };
        Some(Class {
            id: class["id"].as_str()?.into(),
            weight: number(&class["weight"])?,
            frontier_usd: number(&class["frontier_usd"])?,
            cheap_usd: number(&class["cheap_usd"])?,
            escalation: number_or(class, "escalation", 0),
            switch_usd: number_or(class, "switch_usd", 0),
            quality,
        })
    };
    let classes = input["classes"].as_array()?.iter().map(class).collect::<Option<_>>()?;
    Classes::new(classes, number_or(input, "router_usd", 0)).ok()
}

fn outcome(classes: &Classes, moved: &[Ratio]) -> Option<Map<String, Value>> {
    let outcome = classes.outcome(moved).ok()?;
    let mut answer = Map::new();
    answer.insert("base_usd".to_owned(), json(&outcome.before_usd));
    answer.insert("usd".to_owned(), json(&outcome.after_usd()));
    answer.insert("savings".to_owned(), json_or_null(outcome.saving().as_ref()));
    answer.insert("quality".to_owned(), json_or_null(classes.quality(moved).ok()?.as_ref()));
    Some(answer)
}

pub(crate) fn classes(input: &Value) -> Answer {
    let classes = of_classes(input)?;
    let share = &input["share"];
    let of = |class: &Class| match share.as_object() {
        Some(shares) => shares.get(&*class.id).map_or(Some(Ratio::zero()), number),
        None => number(share),
    };
    let moved: Vec<Ratio> = classes.classes().iter().map(of).collect::<Option<_>>()?;
    Some(Value::Object(outcome(&classes, &moved)?))
}

pub(crate) fn optimum(input: &Value) -> Answer {
    let classes = of_classes(input)?;
    let Some(best) = optimize::optimize(&classes, &number(&input["quality_floor"])?) else {
        return Some(object([("feasible", false.into())]));
    };
    let mut answer = outcome(&classes, &best.moved)?;
    let shares = classes.classes().iter().zip(&best.moved).map(|(class, share)| (class.id.to_string(), json(share)));
    answer.insert("share".to_owned(), Value::Object(shares.collect()));
    answer.insert("feasible".to_owned(), true.into());
    answer.insert("shadow".to_owned(), json(&best.shadow_usd));
    Some(Value::Object(answer))
}

pub(crate) fn cascade(input: &Value) -> Answer {
    let stages = input["stages"].as_array()?;
    let stage = |stage: &Value| {
        let (usd, accept) = (number(&stage["usd"])?, number(&stage["accept"])?);
        Some(Stage { usd, judge_usd: number_or(stage, "judge_usd", 0), accept })
    };
    let cascaded = cascade::cascade(&stages.iter().map(stage).collect::<Option<Vec<_>>>()?).ok()?;
    let reach = stages.iter().zip(&cascaded.reach);
    Some(object([
        ("usd", json(&cascaded.usd)),
        ("savings", json_or_null(cascaded.saving(&number(&input["baseline_usd"])?).as_ref())),
        ("unanswered", json(&cascaded.unanswered)),
        ("stages", reach.map(|(stage, share)| object([("id", stage["id"].clone()), ("reach", json(share))])).collect()),
    ]))
}

pub(crate) fn session(input: &Value) -> Answer {
    let models = input["rates"].as_object()?.iter().map(|(name, value)| Some((name.as_str(), model(value)?)));
    let models: Vec<(&str, Rates)> = models.collect::<Option<_>>()?;
    let of = |name: &Value| models.iter().find(|(known, _)| Some(*known) == name.as_str()).map(|(_, rates)| rates);
    let turns: Vec<&Rates> = input["models"].as_array()?.iter().map(of).collect::<Option<_>>()?;
    let count = |key: &str| input[key].as_u64().map(Tokens);
    let conversation = Conversation {
        context: count("context")?,
        new: count("new_tokens")?,
        output: count("output_tokens")?,
        write: input["write_class"].as_str().map_or(Some(TokenClass::CacheWrite5m), class)?,
        cache_minutes: optional(input, "ttl_minutes"),
    };
    let gaps: Vec<Ratio> = match input["gap_minutes"].as_array() {
        Some(gaps) => gaps.iter().map(number).collect::<Option<_>>()?,
        None => number(&input["gap_minutes"]).map_or_else(Vec::new, |gap| vec![gap; turns.len()]),
    };
    let turns = conversation.turns(&turns, &gaps).ok()?;
    Some(object([
        ("usd", json(&turns.iter().map(|turn| turn.usd.clone()).sum())),
        ("per_turn", turns.iter().map(|turn| json(&turn.usd)).collect()),
    ]))
}

pub(crate) fn migration(input: &Value) -> Answer {
    let tokens = tokens(&input["tokens"])?;
    let job = Job {
        tokens: ByClass::from_fn(|class| Ratio::from(tokens[class].0)),
        prompt_tokens: None,
        requests: Ratio::zero(),
    };
    let of = |key| number_or(input, key, 1);
    let factors = Factors::new(of("input_factor"), of("output_factor"), optional(input, "hit"), of("retries")).ok()?;
    let before = cost(&model(&input["from"])?, &job).ok()?;
    let after = migrate(&model(&input["to"])?, &job, &factors).ok()?.usd();
    Some(object([
        ("from_usd", json(&before)),
        ("to_usd", json(&after)),
        ("savings", json_or_null(saving(&before, &after).as_ref())),
    ]))
}
