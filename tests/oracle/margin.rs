//! `margin.*`: what one plan earns and costs.

use plancost::economics::{
    BreakEven, Buyer, Economics, Fees, Outcome, Overage, Portfolio, Subscriber, Terms, serving_share,
};
use plancost::units::Ratio;
use serde_json::{Map, Value};

use super::value::{Answer, json, json_or_null, number, number_or, object, optional};

pub(crate) fn terms(input: &Value) -> Option<Terms> {
    let whole = |key: &str| u32::try_from(number_or(input, key, 1).to_i128()?).ok();
    let fees = match optional(input, "store_share") {
        Some(share) if !share.is_zero() => Fees::Store { share },
        _ => Fees::Processor { share: number_or(input, "fee_pct", 0), fixed_usd: number_or(input, "fee_fixed", 0) },
    };
    Some(Terms {
        price: number(&input["price"])?,
        usd_per_unit: number_or(input, "fx", 1),
        period_months: whole("period_months")?,
        seats: whole("seats")?,
        vat_share: number_or(input, "vat", 0),
        fees,
        fixed_cost_usd: number_or(input, "fixed_cost", 0),
    })
}

pub(crate) fn economics(input: &Value) -> Option<Economics> {
    let terms = terms(input)?;
    let fee_share = number_or(input, "fee_pct", 0);
    Some(Economics {
        revenue: terms.revenue(),
        fixed_cost_usd: terms.fixed_cost_usd.clone(),
        serving_share: match optional(input, "cost_share") {
            Some(share) => share,
            None => serving_share(&number(&input["api_margin"])?)?,
        },
        max_api_usd: optional(input, "max_usd"),
        overage: optional(input, "overage_rate").map(|of_list_price| Overage { of_list_price, fee_share }),
    })
}

fn pair(zone: Option<(Ratio, Ratio)>) -> Value {
    zone.map_or(Value::Null, |(from, to)| Value::from(vec![json(&from), json(&to)]))
}

pub(crate) fn plan(input: &Value) -> Answer {
    let plan = economics(input)?;
    let buyer = Buyer {
        api_taxed: input["api_taxed"].as_bool().unwrap_or(true),
        api_discount: number_or(input, "buyer_api_discount", 0),
    };
    let break_even = plan.break_even();
    let usd = match &break_even {
        BreakEven::Finite { usd, .. } => Some(usd),
        BreakEven::Never | BreakEven::Always => None,
    };
    let full = plan.at(&Ratio::one());
    Some(object([
        ("revenue", json(&plan.revenue.revenue_usd)),
        ("fees", json(&plan.revenue.fees_usd)),
        ("net", json(&plan.revenue.net_usd)),
        ("serving_cost_full", json_or_null(plan.serving_usd_at_full().as_ref())),
        (
            "breakeven",
            object([
                ("status", break_even.status().into()),
                ("usd", json_or_null(usd)),
                ("u", json_or_null(break_even.utilization())),
            ]),
        ),
        ("unlimited", plan.max_api_usd.is_none().into()),
        ("buyer_breakeven_usd", json(&plan.buyer_break_even_usd(&buyer))),
        ("buyer_breakeven_u", json_or_null(plan.buyer_break_even(&buyer).as_ref())),
        ("zone", pair(plan.win_win(&buyer))),
        ("zone_usd", pair(plan.win_win_usd(&buyer))),
        ("subsidy_multiple", json_or_null(plan.multiple().as_ref())),
        ("profit_full", json_or_null(full.as_ref().map(|full| &full.profit_usd))),
        ("margin_full", json_or_null(full.as_ref().and_then(|full| full.margin.as_ref()))),
        ("margin_floor", json_or_null(plan.margin_floor().as_ref())),
        ("second_breakeven_u", json_or_null(plan.second_break_even().as_ref())),
    ]))
}

pub(crate) fn curve(input: &Value) -> Answer {
    let plan = economics(input)?;
    let rows = input["u"].as_array()?.iter().map(|u| {
        let outcome = plan.at(&number(u)?)?;
        Some(object([
            ("u", json(&outcome.utilization)),
            ("profit", json(&outcome.profit_usd)),
            ("revenue", json(&outcome.revenue_usd)),
            ("margin", json_or_null(outcome.margin.as_ref())),
        ]))
    });
    Some(object([("rows", rows.collect::<Option<Value>>()?)]))
}

pub(crate) fn with_defaults(plan: &Value, input: &Value) -> Value {
    let mut merged: Map<String, Value> = input["defaults"].as_object().cloned().unwrap_or_default();
    merged.extend(plan.as_object().cloned().unwrap_or_default());
    Value::Object(merged)
}

pub(crate) fn heatmap(input: &Value) -> Answer {
    let utilizations: Vec<Ratio> = input["u"].as_array()?.iter().map(number).collect::<Option<_>>()?;
    let row = |plan: &Value| {
        let economics = economics(&with_defaults(plan, input))?;
        let margins: Vec<Option<Ratio>> =
            utilizations.iter().map(|u| economics.at(u).and_then(|outcome| outcome.margin)).collect();
        let percent = |margin: &Ratio| (margin * Ratio::from(100)).to_decimal(0).parse::<i64>().ok();
        Some(object([
            ("id", plan["id"].clone()),
            ("margin", margins.iter().map(|margin| json_or_null(margin.as_ref())).collect()),
            ("percent", margins.iter().map(|margin| Value::from(margin.as_ref().and_then(percent))).collect()),
            ("breakeven_u", json_or_null(economics.break_even().utilization())),
        ]))
    };
    let rows = input["plans"].as_array()?.iter().map(row).collect::<Option<Vec<Value>>>()?;
    let column = |j: usize| rows.iter().filter_map(move |row| row["margin"][j].as_f64()).collect::<Vec<f64>>();
    let average = |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / counted(values.len()));
    let columns = 0..utilizations.len();
    Some(object([
        ("simple_average", columns.clone().map(|j| Value::from(average(&column(j)))).collect()),
        ("profitable_plans", columns.map(|j| Value::from(column(j).iter().filter(|m| **m > 0.0).count())).collect()),
        ("rows", rows.clone().into()),
    ]))
}

#[expect(clippy::cast_precision_loss, reason = "a handful of plans")]
fn counted(count: usize) -> f64 {
    count as f64
}

pub(crate) fn portfolio(input: &Value) -> Answer {
    let mut book = Portfolio::default();
    let mut rows = Vec::new();
    for entry in input["plans"].as_array()? {
        let plan = with_defaults(entry, input);
        let outcome: Outcome = economics(&plan)?.at(&number(&plan["mean_u"])?)?;
        let mut alone = Portfolio::default();
        for portfolio in [&mut alone, &mut book] {
            portfolio.add(&outcome, plan["subscribers"].as_u64()?);
        }
        rows.push(object([
            ("id", plan["id"].clone()),
            ("profit", json(&alone.profit_usd)),
            ("revenue", json(&alone.revenue_usd)),
            ("margin", json_or_null(alone.margin().as_ref())),
        ]));
    }
    Some(object([
        ("rows", rows.into()),
        ("profit", json(&book.profit_usd)),
        ("revenue", json(&book.revenue_usd)),
        ("margin", json_or_null(book.margin().as_ref())),
    ]))
}

pub(crate) fn unit(input: &Value) -> Answer {
    let subscriber = Subscriber {
        mean_utilization: number(&input["mean_u"])?,
        support_usd_per_month: number_or(input, "support_cost", 0),
        churn_per_month: number(&input["churn"])?,
        discount_per_month: number_or(input, "discount_month", 0),
        acquisition_usd: optional(input, "cac"),
    };
    let unit = economics(input)?.unit(&subscriber)?;
    Some(object([
        ("contribution", json(&unit.contribution_usd)),
        ("contribution_margin", json_or_null(unit.contribution_margin.as_ref())),
        ("payback_months", json_or_null(unit.payback_months.as_ref())),
        ("lifetime_months", json_or_null(unit.lifetime_months.as_ref())),
        ("ltv", json_or_null(unit.ltv_usd.as_ref())),
        ("ltv_cac", json_or_null(unit.ltv_over_acquisition.as_ref())),
    ]))
}

pub(crate) fn vs_api(input: &Value) -> Answer {
    let sides = economics(input)?.against_api(&number(&input["usd"])?);
    Some(object([
        ("vendor_subscription", json(&sides.by_subscription_usd)),
        ("vendor_api", json(&sides.by_api_usd)),
        ("vendor_difference", json(&(&sides.by_subscription_usd - &sides.by_api_usd))),
        ("buyer_saving", json(&sides.buyer_saves_usd)),
        ("served", json(&sides.served_usd)),
    ]))
}
