//! The bundled catalogue says what was collected, every figure of it dated and sourced.
//!
//! `plan_facts/facts.json` was taken once from the collected facts: list prices, plan prices, and what weekly
//! meters come to in a month. The catalogue is compared with it, never made from it.

use std::sync::LazyLock;

use plancost::analysis::{Answer, Question, answer, plans_on};
use plancost::catalog::{self, Catalog};
use plancost::fact::{Provenance, Validity};
use plancost::plan::{Allowance, Plan};
use plancost::problem::Level;
use plancost::rates::{ByClass, ContextTier, DatedRates, Lookup};
use plancost::units::{Date, Rate, Ratio, Tokens, Usd};
use serde_json::Value;

/// Prices that were collected and are not in the catalogue: model, input rate, and why.
const LEFT_OUT: &[(&str, &str, &str)] = &[(
    "deepseek-v4-pro",
    "1.74",
    "the launch discount was kept when it was due to end, so no day is known on which this was charged",
)];

/// Facts begin on no recorded day before this one.
const FIRST_DAY: &str = "2025-01-01";
/// A day after the last change that is announced.
const LAST_DAY: &str = "2027-02-01";

static FACTS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("plan_facts/facts.json")).expect("JSON"));

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let (catalog, problems) = catalog::read(&catalog::bundled(), &[]);
    assert!(problems.iter().all(|problem| problem.level != Level::Error), "{problems:?}");
    catalog
});

fn rows(of: &str) -> &'static [Value] {
    FACTS[of].as_array().expect("a list")
}

fn text(row: &Value) -> &str {
    row.as_str().expect("text")
}

fn ratio(row: &Value) -> Ratio {
    Ratio::parse(text(row)).expect("a decimal")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn rates(row: &Value) -> ByClass<Option<Rate>> {
    ByClass::from_fn(|class| {
        let usd = row.get(class.key())?;
        Some(Rate::from_usd_per_mtok(&ratio(usd)).expect("a rate"))
    })
}

fn tiers(row: &Value) -> Vec<ContextTier> {
    let tiers = row.get("tiers").and_then(Value::as_array);
    let tier = |tier: &Value| ContextTier {
        prompt_tokens: Tokens(text(&tier["above"]).parse().expect("a count")),
        inclusive: tier["inclusive"] == true,
        rates: rates(&tier["rates"]),
    };
    tiers.into_iter().flatten().map(tier).collect()
}

/// Tiers that were collected as if they still held, and the day on which they ended.
const TIER_ENDED: &[(&str, &str, &str)] =
    &[("claude-sonnet-4-5", "2026-04-30", "the tier belonged to a beta that ended, says a note beside the price")];

fn tiers_on(row: &Value, on: Date) -> Vec<ContextTier> {
    let ended = TIER_ENDED.iter().any(|(model, end, _)| row["id"] == *model && on >= day(end));
    if ended { Vec::new() } else { tiers(row) }
}

/// The days on which a collected price held.
fn days(row: &Value) -> impl Iterator<Item = Date> {
    let named = |key: &str| row.get(key).map(|value| day(text(value)));
    let first = named("valid_from").or(named("released")).unwrap_or(day(FIRST_DAY));
    let end = named("valid_to").unwrap_or(day(LAST_DAY));
    first.series(jiff::Span::new().days(1)).take_while(move |day| *day < end)
}

fn found(model: &str, day: Date) -> Result<&'static DatedRates, String> {
    match CATALOG.rates.on(model, day) {
        Lookup::Found(dated) => Ok(dated),
        none => Err(format!("{none:?}")),
    }
}

/// The first day on which a rate of the catalogue is not what was collected.
fn differs(row: &Value) -> Option<String> {
    let model = text(&row["id"]);
    let batch = row.get("batch_multiplier").map(ratio);
    days(row).find_map(|day| match found(model, day) {
        Err(none) => Some(format!("{model} on {day}: {none}")),
        Ok(dated) => {
            let same = dated.rates.base == rates(&row["rates"])
                && dated.rates.tiers == tiers_on(row, day)
                && dated.rates.batch_multiplier == batch
                && dated.rates.usd_per_request == Usd::ZERO;
            (!same).then(|| format!("{model} on {day}: {row} and {:?}", dated.rates))
        }
    })
}

/// Whether a price of dearer hours is the multiple of list that the catalogue has for them.
fn peak_differs(row: &Value) -> Option<String> {
    let model = text(&row["id"]);
    // "01:00-04:00" is 60 to 240 minutes past midnight; Monday to Friday are the first five days.
    let minutes = |clock: &str| {
        let (hours, minutes) = clock.split_once(':').expect("hours and minutes");
        hours.parse::<u16>().expect("hours") * 60 + minutes.parse::<u16>().expect("minutes")
    };
    let window = &row["window_utc"];
    let spans = window["utc"].as_array().expect("spans").iter().map(|span| {
        let (from, to) = text(span).split_once('-').expect("a span");
        (minutes(from), minutes(to))
    });
    let spans: Vec<(u16, u16)> = spans.collect();
    assert!(text(&window["days"]).starts_with("Mon-Fri"));
    let weekdays = [true, true, true, true, true, false, false];
    days(row).find_map(|day| {
        let dated = found(model, day).ok()?;
        let Some(peak) = &dated.rates.peak else { return Some(format!("{model} on {day}: no dearer hours")) };
        let dearer = ByClass::from_fn(|class| {
            Rate::from_usd_per_mtok(&(dated.rates.base[class]?.usd_per_mtok() * &peak.multiplier))
        });
        let same = dearer == rates(&row["rates"]) && peak.minutes_utc == spans && peak.days == weekdays;
        (!same).then(|| format!("{model} on {day}: {row} and {peak:?}"))
    })
}

#[test]
fn every_collected_price_is_in_the_catalogue_on_every_day_it_held() {
    let prices = rows("prices");
    assert_eq!(prices.len(), 149);
    let is_left_out =
        |row: &Value| LEFT_OUT.iter().any(|(model, input, _)| row["id"] == *model && row["rates"]["input"] == *input);
    let (left_out, kept): (Vec<&Value>, Vec<&Value>) = prices.iter().partition(|row| is_left_out(row));
    assert_eq!(left_out.len(), LEFT_OUT.len(), "a price is listed as left out that was never collected");
    let (peaks, plain): (Vec<&Value>, Vec<&Value>) = kept.into_iter().partition(|row| row.get("window_utc").is_some());
    assert_eq!((plain.len(), peaks.len()), (146, 2));
    let found: Vec<String> =
        plain.into_iter().filter_map(differs).chain(peaks.into_iter().filter_map(peak_differs)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_is_left_out_is_in_the_catalogue_on_no_day() {
    for row in rows("prices").iter().filter(|row| LEFT_OUT.iter().any(|(_, input, _)| row["rates"]["input"] == *input))
    {
        let charged = days(row)
            .find(|day| found(text(&row["id"]), *day).is_ok_and(|dated| dated.rates.base == rates(&row["rates"])));
        assert_eq!(charged, None, "{row}");
    }
}

/// The newest entry of a plan.
fn plan(id: &str) -> Option<&'static Plan> {
    CATALOG.plans.iter().filter(|plan| *plan.id == *id).max_by_key(|plan| plan.validity.from)
}

#[test]
fn every_collected_plan_is_in_the_catalogue_with_price_yearly_price_and_seats() {
    let plans = rows("plans");
    assert_eq!(plans.len(), 73);
    let mut wrong = Vec::new();
    for row in plans {
        let id = text(&row["id"]);
        let Some(plan) = plan(id) else {
            wrong.push(format!("{id} is not there"));
            continue;
        };
        // Yearly prices were collected as what a month of the year costs: 17 a month are 204 a year.
        let price = row["price_month"].as_str().map(|_| ratio(&row["price_month"]));
        let yearly = row.get("price_month_billed_annually").map(|usd| ratio(usd) * Ratio::from(12));
        let seats = row.get("min_seats").map_or(1, |seats| text(seats).parse().expect("a count"));
        let same = plan.price.amount.map(Usd::ratio) == price
            && plan.price.currency.is_none()
            && plan.price.annual.map(Usd::ratio) == yearly
            && plan.seats == seats;
        if !same {
            wrong.push(format!("{id}: {row} and {:?} for {} seats", plan.price, plan.seats));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_figure_of_the_catalogue_is_sourced_checked_and_dated() {
    let mut facts: Vec<(String, &Provenance, Option<&Validity>)> = Vec::new();
    for rates in CATALOG.rates.iter() {
        facts.push((format!("rates of {}", rates.model), &rates.provenance, Some(&rates.validity)));
    }
    for plan in &CATALOG.plans {
        facts.push((format!("plan {}", plan.id), &plan.provenance, Some(&plan.validity)));
        if let Allowance::Limits(limits) = &plan.allowance {
            let name = |id: &str| format!("limit {id} of {}", plan.id);
            facts.extend(limits.iter().map(|limit| (name(&limit.id), &limit.provenance, Some(&limit.validity))));
        }
        facts.extend(plan.overage.iter().map(|sold| (format!("overage of {}", plan.id), &sold.provenance, None)));
    }
    for workload in CATALOG.workloads.values() {
        facts.push((format!("workload {}", workload.id), &workload.provenance, None));
    }
    let lacking = facts.iter().filter(|(_, provenance, validity)| {
        let dated = validity.is_none_or(|validity| validity.from.is_some());
        provenance.source.is_none() || provenance.checked.is_none() || !dated
    });
    let lacking: Vec<String> = lacking
        .map(|(name, provenance, _)| format!("{}:{}: {name}", provenance.line.path, provenance.line.line))
        .collect();
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn every_vendor_has_an_api_margin_with_its_source() {
    let files = catalog::bundled().len() - 2; // all but the workloads and the populations
    assert_eq!(CATALOG.vendors.len(), files);
    for vendor in CATALOG.vendors.values() {
        let known = vendor.api_gross_margin.is_some() && vendor.provenance.source.is_some();
        assert!(known && vendor.provenance.checked.is_some(), "{}", vendor.id);
    }
    for plan in &CATALOG.plans {
        assert!(plan.vendor.as_ref().is_some_and(|id| CATALOG.vendors.contains_key(id)), "{}", plan.id);
    }
}

fn answered(id: &str, on: Date) -> Answer<'static> {
    let plan = plans_on(&CATALOG.plans, on).into_iter().find(|plan| *plan.id == *id).expect("it is sold that day");
    answer(plan, CATALOG.market(), &Question::on(on))
}

fn today() -> Date {
    CATALOG.newest.expect("the catalogue is dated")
}

#[test]
fn the_six_tiers_have_the_published_figures() {
    // Break-even is price / (0.25 x maximum): 20/100 = 1/5, 200/2,000 = 1/10, 20/175 = 4/35, 200/3,500 = 2/35.
    // Margin at full use is 1 - 0.25 x multiple: 1 - 5 = -4 at 20x, 1 - 17.5 = -16.5 at 70x.
    let published = [
        ("claude-pro", 20, 400, 20, (1, 5), (-4, 1)),
        ("claude-max-5x", 100, 2_000, 20, (1, 5), (-4, 1)),
        ("claude-max-20x", 200, 8_000, 40, (1, 10), (-9, 1)),
        ("chatgpt-plus", 20, 700, 35, (4, 35), (-31, 4)),
        ("chatgpt-pro-5x", 100, 3_500, 35, (4, 35), (-31, 4)),
        ("chatgpt-pro-20x", 200, 14_000, 70, (2, 35), (-33, 2)),
    ];
    for on in [day("2026-06-15"), today()] {
        for (id, price, max, multiple, even, at_full) in published {
            let answer = answered(id, on);
            let economics = answer.economics.as_ref().expect("price and maximum are known");
            assert_eq!(economics.revenue.revenue_usd, Ratio::from(price), "{id}");
            assert_eq!(economics.max_api_usd, Some(Ratio::from(max)), "{id}");
            assert_eq!(economics.multiple(), Some(Ratio::from(multiple)), "{id}");
            assert_eq!(economics.break_even().utilization(), Some(&Ratio::new(even.0, even.1)), "{id}");
            let margin = economics.at(&Ratio::one()).and_then(|outcome| outcome.margin);
            assert_eq!(margin, Some(Ratio::new(at_full.0, at_full.1)), "{id}");
        }
    }
}

/// Meters that are neither the catalogue's figure nor within its range: plan, model, and why.
const OTHER_FIGURES: &[(&str, &str, &str)] = &[
    ("claude-max-20x", "claude-opus-5-5", "a sample of five hours, scaled by the week of another model"),
    ("claude-max-20x", "claude-fable-5-1", "a pool within the week, of which this model may use half at most"),
    ("cursor-pro", "grok-4.6", "the pool of Cursor's own models alone; the other pool adds $20"),
    ("cursor-ultra", "claude-opus-5-5", "the pool of other vendors' models alone"),
    ("google-ai-pro", "gemini-3.8-flash", "the week was read off in dollars, $120.10; its tokens come to $107"),
    ("kimi-moderato", "kimi-k3", KIMI),
    ("kimi-allegretto", "kimi-k3", KIMI),
    ("kimi-allegro", "kimi-k3", KIMI),
];
const KIMI: &str = "the month's pool alone, of five weeks; an average month has 4.348, so the week's pool decides";

#[test]
fn maxima_agree_with_the_weekly_meters_or_a_reason_is_given() {
    let meters = rows("plan_allowances");
    assert_eq!(meters.len(), 36);
    let percent = Ratio::new(1, 100);
    let mut explained = 0;
    for row in meters {
        let (id, model, metered) = (text(&row["plan"]), text(&row["model"]), ratio(&row["derived_api_usd_month"]));
        let answer = answered(id, today());
        let max = &answer.ceiling().expect("bounded").usd;
        let (low, high) = answer.max_api_range_usd.clone().unwrap_or_else(|| (max.clone(), max.clone()));
        let agrees = low * (Ratio::one() - &percent) <= metered && metered <= high * (Ratio::one() + &percent);
        let reason = OTHER_FIGURES.iter().find(|(plan, of, _)| *plan == id && *of == model);
        let shown = (metered.to_decimal(2), max.to_decimal(2));
        assert!(agrees != reason.is_some(), "{id} on {model}: metered and maximum {shown:?}, reason {reason:?}");
        explained += usize::from(reason.is_some());
    }
    assert_eq!(explained, OTHER_FIGURES.len(), "a reason is given for a meter that there is not");
}

#[test]
fn no_file_carries_an_answer() {
    // What the program works out: an answer that stands in an input proves nothing.
    let answers = ["break_even", "multiple", "margin_at", "max_api", "expect", "profit", "derived"];
    for input in catalog::bundled() {
        let keys = input.source.text.lines().filter_map(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let carried: Vec<&str> = keys.filter(|key| answers.iter().any(|answer| key.contains(answer))).collect();
        assert_eq!(carried, Vec::<&str>::new(), "{}", input.source.name);
    }
}
