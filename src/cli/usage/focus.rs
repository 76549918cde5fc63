//! Charges as the FinOps Open Cost and Usage Specification has them, version 1.2.
//!
//! A subscription is a purchase each month; what was used is a charge for each day, model, kind of token and list price,
//! billed at nothing. Its effective cost is its share of that month's price, so that both come to the same sum. So list
//! cost of usage over billed cost of purchases is how many times the price was used. A charge without a list price has
//! empty prices, which the specification does not allow: 0 would be wrong.
//!
//! A plan whose limits are in credits is priced in them: the columns of the pricing currency have what a unit takes of
//! the plan's credits, and what the charge took.

use super::paid::{Days, Month, Paid, next_month, starts};
use crate::allowance::{CreditRates, Grant};
use crate::cli::asked::Asked;
use crate::plan::Allowance;
use crate::rates::TokenClass;
use crate::render::{self, Format, Look};
use crate::report::{Cell, Column, Layout, Missing, Report, Row, Unit};
use crate::units::{Date, Ratio};
use crate::usage::charges::{Charge, charges, shared_out};
use crate::usage::price::{Item, Prices};
use crate::usage::totals::{Dimension, Group};
use crate::usage::{Record, Service, Source};

/// The columns, in the order of the file: those that the specification demands, those of its conditional ones that say
/// something here, and our own.
const COLUMNS: [&str; 46] = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuPriceId",
    "Tags",
    "x_Model",
    "x_TokenType",
    "x_ServiceTier",
    "x_PlanId",
];

/// One row: values by column; of several for one column the last holds.
#[derive(Default)]
struct Values(Vec<(&'static str, String)>);

impl Values {
    fn put(&mut self, values: impl IntoIterator<Item = (&'static str, String)>) {
        self.0.extend(values);
    }

    fn row(self) -> Row {
        let cell = |column: &&str| {
            let value = self.0.iter().rev().find(|(name, _)| name == column).map(|(_, value)| value);
            value
                .filter(|value| !value.is_empty())
                .map_or(Cell::Missing(Missing::NotApplicable), |value| Cell::Text(value.clone()))
        };
        Row { group: None, cells: COLUMNS.iter().map(cell).collect() }
    }
}

/// What was used, and what was paid for it.
pub(in crate::cli) struct Sold<'a> {
    pub(in crate::cli) records: &'a [Record],
    pub(in crate::cli) days: Days<'a>,
    pub(in crate::cli) prices: Prices<'a>,
    pub(in crate::cli) paid: Option<&'a Paid<'a>>,
    pub(in crate::cli) asked: &'a Asked,
    /// Formulas in text are not disarmed.
    pub(in crate::cli) csv_raw: bool,
}

impl Sold<'_> {
    /// The file.
    pub(in crate::cli) fn file(&self) -> String {
        let charges = charges(self.records, self.days.zone, &self.prices, self.credits());
        let effective = effective(self, &charges);
        let purchases = self.paid.iter().flat_map(|paid| &paid.months);
        let mut rows: Vec<Row> = purchases.map(|month| purchase(self, month, &charges).row()).collect();
        rows.extend(charges.iter().zip(effective).map(|(charge, effective)| usage(self, charge, &effective).row()));
        written(rows, self.csv_raw)
    }

    /// The plan whose limits are in credits.
    fn credits(&self) -> Option<&CreditRates> {
        let plan = self.paid?.plan;
        let Allowance::Limits(limits) = &plan.allowance else { return None };
        limits.iter().any(|limit| matches!(limit.grant, Grant::Credits(_))).then_some(&plan.credits)
    }
}

fn written(rows: Vec<Row>, csv_raw: bool) -> String {
    let column = |key: &&'static str| Column {
        key,
        title: (*key).to_owned(),
        meaning: "",
        unit: Unit::Text,
        shown: true,
        drop_rank: 0,
        heat_points: Vec::new(),
    };
    let report = Report {
        kind: "focus",
        layout: Layout::Rows,
        complete: true,
        as_of: None,
        inputs: Vec::new(),
        prices: Vec::new(),
        assumptions: Vec::new(),
        columns: COLUMNS.iter().map(column).collect(),
        rows,
        sections: Vec::new(),
        summary: Vec::new(),
        footer: Vec::new(),
        problems: Vec::new(),
        verdicts: None,
    };
    let look = Look { csv_guard: !csv_raw, ..Look::default() };
    render::render(&report, &(0..COLUMNS.len()).collect::<Vec<_>>(), Format::Csv, &look)
}

/// All the digits of a figure, or eighteen of one that does not end.
fn digits(value: &Ratio) -> String {
    let exact = value.to_exact();
    if exact.contains('/') { value.to_decimal_trimmed(0, 18) } else { exact }
}

fn month(case: &Sold<'_>, day: Date) -> (Date, Date) {
    let month_of = |day: Date| Dimension::Month { begins: case.days.billing_day }.of_day(day);
    match month_of(day) {
        Group::From(first) => (first, next_month(first, &month_of).unwrap_or(Date::MAX)),
        _ => (day, day),
    }
}

fn time(case: &Sold<'_>, day: Date) -> String {
    starts(day, case.days.zone).map_or_else(String::new, |at| at.to_string())
}

/// Each charge's share of its month's price.
fn effective(case: &Sold<'_>, charges: &[Charge]) -> Vec<Ratio> {
    let mut shares = vec![Ratio::zero(); charges.len()];
    for (of, paid) in case.paid.iter().flat_map(|of| of.months.iter().map(move |month| (of, month))) {
        let is_in = |charge: &Charge| paid.days.0 <= charge.day && charge.day < paid.days.1;
        let places: Vec<usize> = (0..charges.len()).filter(|&at| is_in(&charges[at])).collect();
        let weights: Vec<Ratio> = places.iter().map(|&at| charges[at].list_usd().unwrap_or_default()).collect();
        for (at, share) in places.into_iter().zip(shared_out(&of.of_month(paid), &weights)) {
            shares[at] = share;
        }
    }
    shares
}

/// What every row of an account has.
fn common(case: &Sold<'_>, period: (Date, Date)) -> Values {
    let (id, name) = case.paid.map_or(("none", "No plan"), |paid| {
        let plan = paid.plan;
        (&*plan.id, plan.name.as_deref().unwrap_or(&plan.id))
    });
    let mut values = Values::default();
    values.put([
        ("BillingAccountId", id.to_owned()),
        ("BillingAccountName", name.to_owned()),
        ("BillingAccountType", "Subscription".to_owned()),
        ("BillingCurrency", "USD".to_owned()),
        ("BillingPeriodStart", time(case, period.0)),
        ("BillingPeriodEnd", time(case, period.1)),
        ("PricingCurrency", "USD".to_owned()),
        ("PricingCategory", "Standard".to_owned()),
        ("ServiceCategory", "AI and Machine Learning".to_owned()),
        ("ServiceSubcategory", "Generative AI".to_owned()),
        ("x_PlanId", case.paid.map(|paid| paid.plan.id.to_string()).unwrap_or_default()),
    ]);
    values
}

/// A price and what it comes to, at list and as agreed alike, in the currency of the bill.
fn priced(values: &mut Values, unit: &str, cost: &str) {
    for name in ["ListUnitPrice", "ContractedUnitPrice"] {
        values.put([(name, unit.to_owned())]);
    }
    for name in ["PricingCurrencyListUnitPrice", "PricingCurrencyContractedUnitPrice"] {
        values.put([(name, unit.to_owned())]);
    }
    for name in ["ListCost", "ContractedCost"] {
        values.put([(name, cost.to_owned())]);
    }
}

/// A month of the plan. Its cost is carried by what was used; in a month without use that has a price, by itself.
fn purchase(case: &Sold<'_>, month: &Month, charges: &[Charge]) -> Values {
    let paid = case.paid.expect("a purchase is one of a plan");
    let usd = paid.of_month(month);
    let vendor = vendor(case, paid.plan.vendor.as_deref());
    let is_used = |charge: &Charge| {
        month.days.0 <= charge.day
            && charge.day < month.days.1
            && charge.list_usd().is_some_and(|list| list.is_positive())
    };
    let effective = if charges.iter().any(is_used) { Ratio::zero() } else { usd.clone() };
    let mut values = common(case, month.days);
    priced(&mut values, &digits(&month.usd), &digits(&usd));
    values.put([
        ("BilledCost", digits(&usd)),
        ("EffectiveCost", digits(&effective)),
        ("PricingCurrencyEffectiveCost", digits(&effective)),
        ("ChargeCategory", "Purchase".to_owned()),
        ("ChargeFrequency", "Recurring".to_owned()),
        ("ChargeDescription", format!("A month of {}", paid.plan.name.as_deref().unwrap_or(&paid.plan.id))),
        ("ChargePeriodStart", time(case, month.days.0)),
        ("ChargePeriodEnd", time(case, month.days.1)),
        ("PricingQuantity", paid.seats.to_string()),
        ("PricingUnit", "Seats".to_owned()),
        ("ProviderName", vendor.clone()),
        ("PublisherName", vendor.clone()),
        ("InvoiceIssuerName", vendor),
        ("ServiceName", paid.plan.name.as_deref().unwrap_or(&paid.plan.id).to_owned()),
        ("SkuId", paid.plan.id.to_string()),
        ("SkuPriceId", format!("{}/{}", paid.plan.id, month.days.0)),
    ]);
    values
}

/// What was used.
fn usage(case: &Sold<'_>, charge: &Charge, effective: &Ratio) -> Values {
    let period = (charge.day, charge.day.tomorrow().unwrap_or(charge.day));
    let model = charge.model.as_deref().unwrap_or("unknown");
    let what = what(charge.item);
    let is_tokens = matches!(charge.item, Item::Tokens(_));
    // Tokens are priced by the million, all else by the piece.
    let (many, unit, pricing) = match charge.item {
        Item::Tokens(_) => (Ratio::from(1_000_000), "Tokens", "1000000 Tokens"),
        Item::WebSearches | Item::Requests => (Ratio::one(), "Requests", "Requests"),
    };
    let vendor = vendor(case, charge.vendor.as_deref());
    let issuer = case.paid.map_or_else(|| vendor.clone(), |paid| self::vendor(case, paid.plan.vendor.as_deref()));
    let unit_usd = charge.unit_usd.as_ref().map(|unit| digits(&(unit * &many))).unwrap_or_default();
    let list_usd = charge.list_usd().as_ref().map(digits).unwrap_or_default();
    let mut values = common(case, month(case, charge.day));
    priced(&mut values, &unit_usd, &list_usd);
    values.put([
        ("BilledCost", "0".to_owned()),
        ("EffectiveCost", digits(effective)),
        ("PricingCurrencyEffectiveCost", digits(effective)),
        ("ChargeCategory", "Usage".to_owned()),
        ("ChargeFrequency", "Usage-Based".to_owned()),
        ("ChargeDescription", format!("{model}: {}", what.1)),
        ("ChargePeriodStart", time(case, period.0)),
        ("ChargePeriodEnd", time(case, period.1)),
        ("ConsumedQuantity", charge.quantity.to_string()),
        ("ConsumedUnit", unit.to_owned()),
        ("PricingQuantity", digits(&(charge.units() / &many))),
        ("PricingUnit", pricing.to_owned()),
        ("ProviderName", vendor.clone()),
        ("PublisherName", vendor),
        ("InvoiceIssuerName", issuer),
        ("ServiceName", service_name(charge.source).to_owned()),
        ("SkuId", format!("{model}/{}", what.0)),
        ("SkuPriceId", format!("{model}/{}/{}", what.0, if unit_usd.is_empty() { "unpriced" } else { &unit_usd })),
        ("x_Model", charge.model.as_deref().unwrap_or_default().to_owned()),
        ("x_TokenType", if is_tokens { what.0.to_owned() } else { String::new() }),
        ("x_ServiceTier", tier(charge.service).to_owned()),
    ]);
    values.put(in_credits(case, charge, &many).into_iter().flatten());
    values
}

/// What a charge takes of the credits of a plan that is priced in them; nothing where that is not known.
fn in_credits(case: &Sold<'_>, charge: &Charge, many: &Ratio) -> Option<[(&'static str, String); 4]> {
    let credits = case.credits()?;
    let name = charge.model.as_deref().unwrap_or_default();
    let model = case.prices.rates.resolve(name).map_or(name, |model| model);
    let unit = charge.unit_credits(credits, model);
    let per_unit = unit.as_ref().map(|unit| digits(&(unit * many))).unwrap_or_default();
    let taken = unit.map(|unit| digits(&(unit * charge.units()))).unwrap_or_default();
    Some([
        ("PricingCurrency", "Credits".to_owned()),
        ("PricingCurrencyListUnitPrice", per_unit.clone()),
        ("PricingCurrencyContractedUnitPrice", per_unit),
        ("PricingCurrencyEffectiveCost", taken),
    ])
}

/// What a vendor is called; the specification wants some name.
fn vendor(case: &Sold<'_>, id: Option<&str>) -> String {
    let Some(id) = id else { return "unknown".to_owned() };
    let vendor = case.asked.catalog.vendors.get(id).and_then(|vendor| vendor.name.as_deref());
    vendor.unwrap_or(id).to_owned()
}

const fn what(item: Item) -> (&'static str, &'static str) {
    match item {
        Item::Tokens(class) => (
            class.key(),
            match class {
                TokenClass::Input => "prompt tokens not in the cache",
                TokenClass::CacheRead => "prompt tokens read from the cache",
                TokenClass::CacheWrite5m => "prompt tokens written to the cache for five minutes",
                TokenClass::CacheWrite1h => "prompt tokens written to the cache for an hour",
                TokenClass::Output => "answer tokens",
            },
        ),
        Item::WebSearches => ("web_searches", "searches of the web"),
        Item::Requests => ("requests", "fees of requests"),
    }
}

const fn service_name(source: Source) -> &'static str {
    match source {
        Source::ClaudeCode => "Claude Code",
        Source::Codex => "Codex",
        Source::Events => "API",
    }
}

const fn tier(service: Service) -> &'static str {
    match service {
        Service::Standard => "standard",
        Service::Batch => "batch",
        Service::Priority => "priority",
        Service::Fast => "fast",
    }
}
