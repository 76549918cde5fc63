//! `replay.*`: a log met by limits.

use std::sync::Arc;

use plancost::allowance::Hours;
use plancost::rates::{ByClass, TokenClass};
use plancost::replay::{
    Admission, Calendar, CalendarUnit, Candidate, Event, Fallback, Limit, Log, Outcome, Overflow, Paid, Policy, Span,
    Valuation, Weights, Window, cheapest, offers, replay,
};
use plancost::units::{Instant, Ratio, Time, TimeZone, Tokens, Usd, Weekday, time_zone};
use serde_json::Value;

use super::value::{Answer, json, json_or_null, number, number_or, object, optional};

fn instant(value: &Value) -> Option<Instant> {
    match value {
        Value::String(text) => Instant::parse(text),
        _ => Instant::from_unix_ms(value.as_i64()?),
    }
}

fn whole<T: TryFrom<i128>>(value: &Value) -> Option<T> {
    T::try_from(number(value)?.to_i128()?).ok()
}

fn log(events: &Value) -> Option<Log> {
    let mut models: Vec<Arc<str>> = Vec::new();
    let mut records = Vec::new();
    for event in events.as_array()? {
        let name = event["model"].as_str().unwrap_or_default();
        let model = models.iter().position(|known| **known == *name).unwrap_or_else(|| {
            models.push(name.into());
            models.len() - 1
        });
        let mut tokens = ByClass::default();
        tokens[TokenClass::Input] = Tokens(whole(&event["tokens"]).unwrap_or_default());
        let event_read = Event {
            at: instant(&event["t"])?,
            model: u32::try_from(model).ok()?,
            origin: 0,
            usd: Usd::from_ratio(&number(&event["usd"])?)?,
            tokens,
            credits_atto: Usd::from_ratio(&optional(event, "credits").unwrap_or_default())?.atto(),
        };
        records.push((event["id"].as_str(), event_read));
    }
    Log::gather(models, 1, records).ok()
}

fn hours(value: &Value) -> Option<Hours> {
    Hours::new(&number(value)?)
}

fn calendar_of(window: &Value) -> Option<Calendar> {
    let unit = match window["unit"].as_str()? {
        "day" => CalendarUnit::Day,
        "week" => {
            let day = number_or(window, "weekday", 0).to_i128()?;
            CalendarUnit::Week(Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok()?)
        }
        "month" => CalendarUnit::Month(u8::try_from(number_or(window, "day", 1).to_i128()?).ok()?),
        _ => return None,
    };
    let at = window["at"].as_str().map_or(Some(Time::midnight()), |at| at.parse().ok())?;
    Calendar::new(unit, at, window["tz"].as_str().map_or(Some(TimeZone::UTC), time_zone)?)
}

fn window(value: &Value) -> Option<Window> {
    Some(match value["kind"].as_str()? {
        "session" => {
            let floor_minutes = u16::try_from(number_or(value, "floor_minutes", 0).to_i128()?).ok()?;
            Window::Session { length: hours(&value["hours"])?, floor_minutes }
        }
        "fixed" => Window::Fixed { length: hours(&value["hours"])?, anchor: instant(&value["anchor"])? },
        "rolling" => Window::Rolling { length: hours(&value["hours"])? },
        "calendar" => Window::Calendar(calendar_of(value)?),
        _ => return None,
    })
}

fn limits(value: &Value) -> Option<Vec<Limit>> {
    let limit = |value: &Value| {
        let weights = match value["metric"].as_str()? {
            "usd" => Weights::usd(),
            "tokens" => Weights::tokens(),
            "credits" => Weights::credits(),
            "requests" => Weights::requests(),
            _ => return None,
        };
        let limit = Limit::new(value["id"].as_str()?, number(&value["cap"])?, window(&value["window"])?, weights);
        Some(match value["models"].as_array() {
            None => limit,
            Some(models) => {
                let names: Option<Vec<Arc<str>>> = models.iter().map(|name| name.as_str().map(Into::into)).collect();
                limit.of_models(&names?)
            }
        })
    };
    value.as_array()?.iter().map(limit).collect()
}

fn policy(value: &Value) -> Option<Policy> {
    let mut policy = Policy::new(match value["overflow"].as_str()? {
        "drop" => Overflow::Drop,
        "defer" => Overflow::Defer,
        "overage" => {
            let period =
                if value["spend_window"].is_null() { Calendar::months() } else { calendar_of(&value["spend_window"])? };
            Overflow::Overage(Paid {
                rate: number_or(value, "rate", 1),
                spend_cap: optional(value, "spend_cap").map(|cap| (cap, period)),
                prepaid: optional(value, "prepaid"),
            })
        }
        "downgrade" => Overflow::Downgrade(Fallback {
            model: value["fallback"]["model"].as_str()?.into(),
            usd_ratio: number(&value["fallback"]["usd_ratio"])?,
        }),
        _ => return None,
    });
    match value["admission"].as_str() {
        None => {}
        Some("soft") => policy.admission = Admission::Soft,
        Some("strict") => policy.admission = Admission::Strict,
        Some("split") => policy.admission = Admission::Split,
        Some(_) => return None,
    }
    Some(policy)
}

fn horizon(input: &Value, log: &Log) -> Option<Span> {
    let from = instant(&input["from"]).or_else(|| Some(log.horizon()?.start))?;
    let to = instant(&input["to"]).or_else(|| Some(log.horizon()?.end))?;
    Span::new(from, to)
}

fn hours_of(ms: i128) -> Value {
    json(&Ratio::new(ms, 3_600_000))
}

fn limits_used(limits: &[Limit], outcome: &Outcome) -> Value {
    let used = limits.iter().zip(&outcome.limits).map(|(limit, used)| {
        let fields = match used.windows_used {
            None => object([
                ("hits", used.hits.into()),
                ("peak_utilization", json(used.max_utilization.as_ref().unwrap_or(&Ratio::zero()))),
            ]),
            Some(windows) => object([
                ("hits", used.hits.into()),
                ("windows_used", windows.into()),
                ("mean_utilization", json_or_null(used.mean_utilization.as_ref())),
                ("max_utilization", json_or_null(used.max_utilization.as_ref())),
            ]),
        };
        (limit.id.to_string(), fields)
    });
    Value::Object(used.collect())
}

pub(crate) fn run(input: &Value) -> Answer {
    let (log, limits, policy) = (log(&input["events"])?, limits(&input["limits"])?, policy(&input["policy"])?);
    let out = replay(&log, &limits, &policy, horizon(input, &log)?).ok()?;
    Some(object([
        ("events", out.events.into()),
        ("duplicates", log.duplicates().into()),
        ("out_of_order", log.out_of_order().into()),
        ("outside", out.outside.into()),
        ("api_usd", json(&out.api.ratio())),
        ("included_usd", json(&out.included.ratio())),
        ("overage_api_usd", json(&out.overage_api.ratio())),
        ("overage_cost", json(&out.overage_cost)),
        ("refused_usd", json(&out.refused.ratio())),
        ("pending_usd", json(&out.pending.ratio())),
        ("downgraded_usd", json(&out.downgraded.ratio())),
        ("fallback_usd", json(&out.fallback)),
        ("refused_events", out.counts.refused.into()),
        ("deferred_events", out.counts.deferred.into()),
        ("pending_events", out.counts.pending.into()),
        ("overage_events", out.counts.overage.into()),
        ("downgraded_events", out.counts.downgraded.into()),
        ("wait_hours", hours_of(out.wait_ms)),
        ("wait_hours_max", hours_of(out.wait_ms_max.into())),
        ("blocked_hours", json(&out.blocked_hours())),
        ("blocked_spells", out.blocked.len().into()),
        ("months", json(&out.months())),
        ("limits", limits_used(&limits, &out)),
    ]))
}

pub(crate) fn calendar(input: &Value) -> Answer {
    let span = calendar_of(&input["window"])?.period(instant(&input["t"])?)?;
    Some(object([
        ("start", span.start.unix_ms().into()),
        ("end", span.end.unix_ms().into()),
        ("hours", hours_of(span.ms().into())),
    ]))
}

pub(crate) fn recommend(input: &Value) -> Answer {
    let log = log(&input["events"])?;
    let candidate = |plan: &Value| {
        Some(Candidate {
            id: plan["id"].as_str()?.into(),
            price_usd_per_month: number(&plan["price"])?,
            limits: limits(&plan["limits"])?,
            policy: policy(&plan["policy"])?,
        })
    };
    let candidates: Vec<Candidate> = input["plans"].as_array()?.iter().map(candidate).collect::<Option<_>>()?;
    let worth = |key: &str| optional(&input["value"], key).unwrap_or_default();
    let value = Valuation {
        usd_per_blocked_hour: worth("blocked_hour"),
        refused_share: worth("refused"),
        downgraded_share: worth("downgraded"),
    };
    let offers = offers(&log, &candidates, &value, horizon(input, &log)?).ok()?;
    let row = |offer: &plancost::replay::Offer| {
        object([
            ("id", offer.id().into()),
            ("price", json(&offer.price)),
            ("overage", json(&offer.overage)),
            ("blocked", json(&offer.blocked)),
            ("refused", json(&offer.refused)),
            ("downgraded", json(&offer.downgraded)),
            ("total", json(&offer.total)),
        ])
    };
    Some(object([("plans", offers.iter().map(row).collect()), ("best", cheapest(&offers)?.id().into())]))
}
