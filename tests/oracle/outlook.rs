//! `outlook.*`: what the years change.

use plancost::economics::{Economics, Overage, Terms};
use plancost::scenario::metered::{Bill, TakeUp, WorseOff};
use plancost::scenario::outlook::{Ceiling, Crossing, Outlook, Segment, Side, Trend, Year, Years};
use plancost::units::Ratio;
use serde_json::{Map, Value};

use super::pop::distribution;
use super::value::{Answer, json, json_or_null, number, number_or, object, optional};

fn flat(net: Ratio, segments: Vec<Segment>) -> Outlook {
    Outlook { revenue_usd: net.clone(), net_usd: net, price: Trend::none(), segments }
}

fn years_of(outlook: &Outlook) -> [(&'static str, Value); 2] {
    let years = outlook.years_to_break_even();
    let value = match years {
        Years::Now => Value::from(0),
        Years::Later(years) => years.into(),
        Years::Never => Value::Null,
    };
    [("status", years.status().into()), ("years", value)]
}

pub(crate) fn years(input: &Value) -> Answer {
    let segment = Segment::new(
        number(&input["u"])?,
        number(&input["K0"])?,
        Trend::growth(&number_or(input, "growth", 0)).ok()?,
        Trend::times_cheaper(&number(&input["factor"])?).ok()?,
        Ceiling::Lifted,
    );
    Some(object(years_of(&flat(number(&input["net0"])?, vec![segment.ok()?]))))
}

pub(crate) fn crossings(input: &Value) -> Answer {
    let segment = Segment::new(
        number(&input["u0"])?,
        number(&input["K0"])?,
        Trend::growth(&number_or(input, "growth", 0)).ok()?,
        Trend::decline(&number_or(input, "decline", 0)).ok()?,
        Ceiling::Kept,
    )
    .ok()?;
    let saturation = segment.saturates_after_years();
    let price = Trend::growth(&number_or(input, "price_growth", 0)).ok()?;
    let outlook = Outlook { price, ..flat(number(&input["net0"])?, vec![segment]) };
    let crossings = outlook.crossings(&number_or(input, "horizon", 20));
    let now = outlook.covers_now();
    let row = |crossing: &Crossing| object([("year", crossing.year.into()), ("to", crossing.to.word().into())]);
    Some(object([
        ("profitable_now", now.into()),
        ("saturation_year", saturation.into()),
        ("crossings", crossings.iter().map(row).collect()),
        ("profitable_at_horizon", crossings.last().map_or(now, |last| last.to == Side::Profit).into()),
    ]))
}

pub(crate) fn trajectory(input: &Value) -> Answer {
    let segment = |entry: &Value| {
        let (used, cap) = (number(&entry["api_usd"])?, optional(entry, "cap_usd"));
        let full = cap.clone().unwrap_or_else(|| used.clone());
        Segment::new(
            used.checked_div(&full)?,
            full * number(&entry["cost_share"])?,
            Trend::growth(&number_or(entry, "growth", 0)).ok()?,
            Trend::decline(&number_or(entry, "decline", 0)).ok()?,
            if cap.is_some() { Ceiling::Kept } else { Ceiling::Lifted },
        )
        .ok()
    };
    let price = number(&input["price"])?;
    let outlook = Outlook {
        net_usd: &price * (Ratio::one() - number_or(input, "fee_pct", 0)) - number_or(input, "fixed", 0),
        revenue_usd: price,
        price: Trend::growth(&number_or(input, "price_growth", 0)).ok()?,
        segments: input["segments"].as_array()?.iter().map(segment).collect::<Option<_>>()?,
    };
    let years = outlook.trajectory(u8::try_from(number(&input["years"])?.to_i128()?).ok()?);
    let row = |year: &Year| {
        object([
            ("year", year.year.into()),
            ("revenue", json(&year.revenue_usd)),
            ("serving", json(&year.serving_usd)),
            ("margin", json_or_null(year.margin.as_ref())),
        ])
    };
    let first = years.iter().find(|year| !year.profit_usd.is_negative()).map(|year| year.year);
    Some(object([("rows", years.iter().map(row).collect()), ("first_profitable_year", first.into())]))
}

pub(crate) fn two_speed(input: &Value) -> Answer {
    let segment = |entry: &Value| {
        let decline = Trend::decline(&number_or(entry, "decline", 0)).ok()?;
        Segment::new(Ratio::one(), number(&entry["cost0"])?, Trend::none(), decline, Ceiling::Kept).ok()
    };
    let segments = input["segments"].as_array()?.iter().map(segment).collect::<Option<_>>()?;
    let outlook = flat(number(&input["net"])?, segments);
    let [status, years] = years_of(&outlook);
    Some(object([status, years, ("floor_cost", json(&outlook.floor_usd()))]))
}

pub(crate) fn metered(input: &Value) -> Answer {
    let (demand, cost) = (distribution(&input["demand"])?, number(&input["cost_share"])?);
    let take_up = TakeUp::new(number_or(input, "take_up", 1)).ok()?;
    let plan = |price: Ratio, max: Ratio, rate: Option<Ratio>| Economics {
        revenue: Terms::monthly(price).revenue(),
        fixed_cost_usd: Ratio::zero(),
        serving_share: cost.clone(),
        max_api_usd: Some(max),
        overage: rate.map(|of_list_price| Overage { of_list_price, fee_share: Ratio::zero() }),
    };
    let metered = plan(number(&input["price"])?, number(&input["included"])?, optional(input, "rate"));
    let bill = Bill::of(&metered, &take_up, &demand);
    let mut answer = Map::new();
    let figures = [
        ("revenue", Some(bill.revenue_usd)),
        ("overage_revenue", Some(bill.overage_usd)),
        ("serving_cost", Some(bill.serving_usd)),
        ("margin", bill.margin),
        ("payers", Some(bill.payers_share)),
        ("overage_share_of_revenue", bill.overage_share_of_revenue),
        ("top_decile_share_of_overage", bill.top_decile_share_of_overage),
        ("mean_bill_of_payers", bill.mean_bill_of_payers_usd),
    ];
    answer.extend(figures.map(|(key, figure)| (key.to_owned(), figure.into())));
    if input["flat"].is_object() {
        let flat = plan(number(&input["flat"]["price"])?, number(&input["flat"]["max_usd"])?, None);
        let worse = WorseOff::than_on(&flat, &metered, &take_up, &demand);
        answer.insert("flat_margin".to_owned(), Bill::of(&flat, &take_up, &demand).margin.into());
        answer.insert("worse_off_share".to_owned(), worse.share().into());
    }
    Some(answer.into())
}
