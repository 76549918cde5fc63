//! `allow.*`: from limits to the maximum of a month.

use std::sync::Arc;

use jiff::civil::Date;
use plancost::allowance::{
    Activity, CreditRates, Grant, Hours, Limit, Maximum, ModelCredits, Program, Schedule, Solution, Window,
    hours_per_month, pinged_windows_per_day, windows_per_month, windows_per_week,
};
use plancost::fact::{Basis, Line, Provenance, Validity};
use plancost::rates::{ByClass, DatedRates, Lookup, RateBook};
use plancost::units::{Ratio, Tokens, Usd};
use plancost::workload::{RequestKind, Work, Workload};
use serde_json::Value;

use super::rates::{class, model, tokens};
use super::value::{Answer, json, json_or_null, number, object, optional};

const DAY: Date = jiff::civil::date(2026, 6, 11);

fn schedule(value: &Value) -> Option<Schedule> {
    if value.is_null() {
        return Some(Schedule::AlwaysOn);
    }
    Some(Schedule::Active {
        hours_per_day: Hours::new(&number(&value["hours_per_day"])?)?,
        days_per_week: u8::try_from(number(&value["days_per_week"])?.to_i128()?).ok()?,
        pinged: false,
    })
}

fn pinged(schedule: Schedule, window: &Value) -> Schedule {
    match schedule {
        Schedule::Active { hours_per_day, days_per_week, .. } => {
            Schedule::Active { hours_per_day, days_per_week, pinged: window["prepinged"].as_bool().unwrap_or(false) }
        }
        Schedule::AlwaysOn => schedule,
    }
}

pub(crate) fn month(_: &Value) -> Answer {
    let every = |text: &str| windows_per_month(Window::parse(text).expect("a window"), &Schedule::AlwaysOn);
    Some(object([
        ("days", json(&every("day"))),
        ("hours", json(&hours_per_month())),
        ("weeks", json(&every("week"))),
        ("five_hour_windows", json(&every("5h"))),
        ("seconds", json(&(hours_per_month() * Ratio::from(3_600)))),
    ]))
}

pub(crate) fn windows(input: &Value) -> Answer {
    let length = Hours::new(&number(&input["window_h"])?)?;
    let schedule = schedule(input)?;
    let Schedule::Active { hours_per_day, .. } = schedule else { return None };
    Some(object([
        ("per_week", json(&windows_per_week(length, &schedule))),
        ("per_month", json(&windows_per_month(Window::Hours(length), &schedule))),
        ("prepinged_per_day", json(&pinged_windows_per_day(length, hours_per_day))),
    ]))
}

fn provenance() -> Provenance {
    Provenance {
        source: None,
        checked: None,
        basis: Basis::Measured,
        note: None,
        line: Line { path: "case".into(), line: 1 },
    }
}

/// A limit, the credit rates it goes by, and the activity that it is about.
struct Row {
    limit: Limit,
    credits: CreditRates,
    activity: Activity,
}

/// `Some(None)`: unlimited.
fn row(value: &Value) -> Option<Option<Row>> {
    let profile = &value["profile"];
    let activity = activity(profile)?;
    let cap = || number(&value["cap"]);
    let mut credits = CreditRates::default();
    let grant = match value["kind"].as_str()? {
        "unlimited" => return Some(None),
        "usd" | "budget" => {
            Grant::ApiUsd { usd: Usd::from_ratio(&cap()?)?, discount: optional(value, "discount").unwrap_or_default() }
        }
        "tokens" => {
            let mut weights = ByClass::from_fn(|_| Ratio::one());
            for (key, weight) in value["weights"].as_object().into_iter().flatten() {
                weights[class(key)?] = number(weight)?;
            }
            Grant::Tokens { count: Tokens(u64::try_from(cap()?.to_i128()?).ok()?), weights }
        }
        "credits" => {
            let mut per_mtok = ByClass::default();
            for (key, rate) in value["credit_rates"].as_object()? {
                per_mtok[class(key)?] = Some(number(rate)?);
            }
            let model = activity.model.clone()?;
            credits.by_model.push(ModelCredits { model, per_mtok, per_request: Ratio::zero() });
            Grant::Credits(cap()?)
        }
        "requests" => Grant::Requests(cap()?),
        "hours" => Grant::Hours(cap()?),
        _ => return None,
    };
    let limit = Limit {
        id: value["id"].as_str().unwrap_or("limit").into(),
        every: Window::parse(value["window"]["every"].as_str()?)?,
        grant,
        models: None,
        range: None,
        validity: Validity::default(),
        provenance: provenance(),
    };
    Some(Some(Row { limit, credits, activity }))
}

fn activity(profile: &Value) -> Option<Activity> {
    if let Some(per_hour) = optional(profile, "usd_per_hour") {
        return Some(Activity { value_usd: per_hour, hours: Some(Ratio::one()), ..Activity::api_dollar(None) });
    }
    if profile.is_null() {
        return Some(Activity::api_dollar(None));
    }
    let name: Arc<str> = "model".into();
    let mut book = RateBook::default();
    book.insert(DatedRates {
        model: Arc::clone(&name),
        aliases: Vec::new(),
        vendor: None,
        validity: Validity::default(),
        provenance: provenance(),
        rates: model(&profile["model"])?,
        bundled: false,
    });
    assert!(matches!(book.on("model", DAY), Lookup::Found(_)));
    let kind = RequestKind {
        id: "request".into(),
        model: name,
        share: Ratio::one(),
        tokens: tokens(&profile["tokens"])?,
        hours: None,
    };
    let workload =
        Workload { id: "case".into(), name: None, work: Work::Requests(vec![kind]), provenance: provenance() };
    // The reference leaves request fees out of a profile unless it counts requests.
    let fee = number(&profile["model"]["per_request"]).unwrap_or_default();
    let mut activity = workload.price(&book, DAY).ok()?.activities.remove(0);
    activity.value_usd = activity.value_usd - fee;
    Some(activity)
}

fn program(rows: &[Option<Row>], schedules: &[Schedule]) -> Program {
    let activity = rows.iter().flatten().map(|row| &row.activity).next();
    let value = activity.map_or_else(Ratio::one, |activity| activity.value_usd.clone());
    let limit = |row: &Option<Row>, schedule: &Schedule| {
        row.as_ref().map_or((None, vec![Ratio::zero()]), |row| {
            let uses = row.limit.uses(&row.activity, &row.credits).expect("profiles tell what they use");
            // Dollar limits of a case have no profile of their own: a unit of theirs is a dollar.
            let uses = uses * &value / &row.activity.value_usd;
            (Some(row.limit.per_month(schedule)), vec![uses])
        })
    };
    Program { values: vec![value.clone()], limits: rows.iter().zip(schedules).map(|(r, s)| limit(r, s)).collect() }
}

fn bound(program: &Program) -> Option<Ratio> {
    match program.as_measured(&[Ratio::one()]) {
        Maximum::Finite(ceiling) => Some(ceiling.usd),
        Maximum::Unlimited { .. } => None,
    }
}

pub(crate) fn kind(input: &Value) -> Answer {
    let schedule = pinged(schedule(&input["schedule"])?, &input["limit"]["window"]);
    let row = row(&input["limit"])?;
    let windows = row.as_ref().map(|row| windows_per_month(row.limit.every, &schedule));
    let max = bound(&program(&[row], &[schedule]));
    Some(object([
        ("max_usd", json_or_null(max.as_ref())),
        ("unlimited", max.is_none().into()),
        ("windows_per_month", json_or_null(windows.as_ref())),
    ]))
}

pub(crate) fn nested(input: &Value) -> Answer {
    let limits = input["limits"].as_array()?;
    let base = schedule(&input["schedule"])?;
    let schedules: Vec<Schedule> = limits.iter().map(|limit| pinged(base, &limit["window"])).collect();
    let rows: Vec<Option<Row>> = limits.iter().map(row).collect::<Option<_>>()?;
    let whole = program(&rows, &schedules);
    let alone = |l: usize| Program { values: whole.values.clone(), limits: vec![whole.limits[l].clone()] };
    let id = |l: usize| limits[l]["id"].as_str().unwrap_or_default().to_owned();
    let (max, binding) = match whole.as_measured(&[Ratio::one()]) {
        Maximum::Finite(ceiling) => (Some(ceiling.usd), ceiling.binding),
        Maximum::Unlimited { .. } => (None, Vec::new()),
    };
    Some(object([
        (
            "per_limit_usd",
            Value::Object((0..limits.len()).map(|l| (id(l), json_or_null(bound(&alone(l)).as_ref()))).collect()),
        ),
        ("max_usd", json_or_null(max.as_ref())),
        ("unlimited", max.is_none().into()),
        ("binding", binding.into_iter().map(id).collect()),
    ]))
}

pub(crate) fn lp(input: &Value) -> Answer {
    let (limits, activities) = (input["limits"].as_array()?, input["activities"].as_array()?);
    let id = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
    let program = Program {
        values: activities.iter().map(|activity| number(&activity["value"])).collect::<Option<_>>()?,
        limits: limits
            .iter()
            .map(|limit| {
                let uses = activities.iter().map(|activity| optional(&activity["use"], &id(limit)).unwrap_or_default());
                (optional(limit, "budget"), uses.collect())
            })
            .collect(),
    };
    let sorted = |binding: &[usize]| {
        let mut ids: Vec<String> = binding.iter().map(|&l| id(&limits[l])).collect();
        ids.sort();
        Value::from(ids)
    };
    let named = |values: &[Ratio], of: &[Value]| {
        Value::Object(of.iter().zip(values).map(|(item, value)| (id(item), json(value))).collect())
    };
    let mut answer = match program.solve() {
        Solution::Unbounded { .. } => object([("status", "unbounded".into()), ("max_usd", Value::Null)]),
        Solution::Optimal(optimum) => {
            let binding: Vec<usize> = (0..limits.len()).filter(|&l| optimum.dual[l].is_positive()).collect();
            object([
                ("status", "optimal".into()),
                ("max_usd", json(&optimum.value)),
                ("primal_unique", optimum.x_unique.into()),
                ("dual_unique", optimum.dual_unique.into()),
                ("x", named(&optimum.x, activities)),
                ("dual", named(&optimum.dual, limits)),
                ("binding", sorted(&binding)),
            ])
        }
    };
    if input["mix"].is_object() {
        let shares: Vec<Ratio> =
            activities.iter().map(|activity| optional(&input["mix"], &id(activity)).unwrap_or_default()).collect();
        let (usd, binding) = match program.as_measured(&shares) {
            Maximum::Finite(ceiling) => (Some(ceiling.usd), ceiling.binding),
            Maximum::Unlimited { .. } => (None, Vec::new()),
        };
        answer["mix_usd"] = json_or_null(usd.as_ref());
        answer["mix_binding"] = sorted(&binding);
    }
    Some(answer)
}
