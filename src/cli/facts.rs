//! The inputs of a plan and the list prices of a catalogue as named values with their places, under the keys of files.

use crate::allowance::{Grant, Limit};
use crate::analysis::Answer;
use crate::catalog::Catalog;
use crate::changes::Named;
use crate::cli::asked::Asked;
use crate::economics::Fees;
use crate::fact::Provenance;
use crate::plan::{Allowance, Billing, OverageKind, OverageRate};
use crate::rates::{ByClass, DatedRates};
use crate::report::{Cell, Missing};
use crate::units::{Rate, Ratio};
use crate::workload::{Work, Workload};

/// What a file says.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    /// Its name: `price_usd`, `limit.week.api_usd`.
    pub(super) key: String,
    /// The value.
    pub(super) cell: Cell,
    /// Who says so.
    pub(super) from: Provenance,
}

impl Stated {
    /// Its value and its line.
    pub(super) fn named(self) -> Named {
        Named { key: self.key, cell: self.cell, line: Some(self.from.line) }
    }
}

/// Collects values of one place under one prefix.
struct Values<'a> {
    into: &'a mut Vec<Stated>,
    prefix: String,
    from: &'a Provenance,
}

impl<'a> Values<'a> {
    fn new(into: &'a mut Vec<Stated>, prefix: impl Into<String>, from: &'a Provenance) -> Self {
        Self { into, prefix: prefix.into(), from }
    }

    fn add(&mut self, key: &str, cell: Cell) {
        self.into.push(Stated { key: format!("{}{key}", self.prefix), cell, from: self.from.clone() });
    }

    fn text(&mut self, key: &str, text: &str) {
        self.add(key, Cell::Text(text.to_owned()));
    }

    fn usd(&mut self, key: &str, usd: impl Into<Ratio>) {
        self.add(key, Cell::Usd(usd.into().into()));
    }

    fn share(&mut self, key: &str, share: &Ratio) {
        self.add(key, Cell::Share(share.clone().into()));
    }

    fn number(&mut self, key: &str, number: impl Into<Ratio>) {
        self.add(key, Cell::Number(number.into().into()));
    }
}

/// Everything that a plan's figures were worked out from.
pub(super) fn inputs(answer: &Answer<'_>, asked: &Asked) -> Vec<Stated> {
    let catalog = &asked.catalog;
    let plan = answer.plan;
    let mut named = Vec::new();
    let mut of = Values::new(&mut named, "", &plan.provenance);
    match (&plan.price.amount, &plan.price.currency) {
        (None, _) => of.add("price_usd", Cell::Missing(Missing::Unknown)),
        (Some(amount), None) => of.usd("price_usd", *amount),
        (Some(amount), Some((currency, usd))) => {
            of.number("price", *amount);
            of.text("currency", currency);
            of.usd("usd_per_unit", usd.clone());
        }
    }
    of.text("billed_every", if plan.price.billed == Billing::Year { "year" } else { "month" });
    if let Some(annual) = plan.price.annual {
        of.usd("annual_price_usd", annual);
    }
    of.add("seats", Cell::Count(plan.seats.into()));
    of.share("vat_share", &plan.vat_share);
    of.usd("fixed_cost_usd_per_month", plan.fixed_cost);
    match &plan.fees {
        Fees::Store { share } => of.share("fees.store_share", share),
        Fees::Processor { share, fixed_usd } => {
            of.share("fees.share", share);
            of.usd("fees.fixed_usd", fixed_usd.clone());
        }
    }
    if let Some(margin) = &plan.api_gross_margin {
        of.share("api_gross_margin", margin);
    }
    if let Some(workload) = &plan.workload {
        of.text("workload", workload);
    }
    of.text("mix", plan.mix.word());
    match plan.allowance {
        Allowance::Limits(_) => {}
        Allowance::Unlimited => of.add("unlimited", Cell::Flag(true)),
        Allowance::Unknown => of.add("allowance_unknown", Cell::Flag(true)),
    }
    if let Some(credits) = &plan.credits.per_api_usd {
        of.number("credits_per_api_usd", credits.clone());
    }
    for credits in &plan.credits.by_model {
        of.prefix = format!("credit_rate.{}.", credits.model);
        for (class, amount) in credits.per_mtok.iter() {
            if let Some(amount) = amount {
                of.number(&format!("{class}_credits_per_mtok"), amount.clone());
            }
        }
        of.number("credits_per_request", credits.per_request.clone());
    }
    for limit in &answer.limits {
        self::limit(limit, &mut named);
    }
    if let Some(overage) = &plan.overage {
        let mut of = Values::new(&mut named, "overage.", &overage.provenance);
        of.text("kind", if overage.kind == OverageKind::Prepaid { "prepaid" } else { "metered" });
        match &overage.rate {
            OverageRate::OfListPrice(rate) => of.number("rate_of_list_price", rate.clone()),
            OverageRate::UsdPerCredit(usd) => of.usd("usd_per_credit", usd.clone()),
            OverageRate::UsdPerRequest(usd) => of.usd("usd_per_request", usd.clone()),
        }
    }
    if let Some(vendor) = plan.vendor.as_ref().and_then(|id| catalog.vendors.get(id))
        && plan.api_gross_margin.is_none()
        && let Some(margin) = &vendor.api_gross_margin
    {
        Values::new(&mut named, "vendor.", &vendor.provenance).share("api_gross_margin", margin);
    }
    if !answer.rates.is_empty()
        && let Some(workload) =
            asked.question.workload.as_ref().or(plan.workload.as_ref()).and_then(|id| catalog.workloads.get(id))
    {
        self::workload(workload, &mut named);
    }
    for dated in &answer.rates {
        rates(dated, format!("rates.{}.", dated.model), &mut named);
    }
    named
}

fn limit(limit: &Limit, into: &mut Vec<Stated>) {
    let mut of = Values::new(into, format!("limit.{}.", limit.id), &limit.provenance);
    let amount = limit.grant.amount();
    match &limit.grant {
        Grant::ApiUsd { discount, .. } => {
            of.usd(limit.grant.key(), amount);
            if !discount.is_zero() {
                of.share("discount_share", discount);
            }
        }
        Grant::Tokens { weights, .. } => {
            of.number(limit.grant.key(), amount);
            for (class, weight) in weights.iter() {
                of.number(&format!("weights.{class}"), weight.clone());
            }
        }
        Grant::Credits(_) | Grant::Requests(_) | Grant::Hours(_) => of.number(limit.grant.key(), amount),
    }
    of.text("every", &limit.every.to_string());
    if let Some(models) = &limit.models {
        of.text("models", &models.iter().map(|model| &**model).collect::<Vec<_>>().join(", "));
    }
    if let Some((low, high)) = &limit.range {
        of.number("range.low", low.clone());
        of.number("range.high", high.clone());
    }
}

fn workload(workload: &Workload, into: &mut Vec<Stated>) {
    let mut of = Values::new(into, format!("workload.{}.", workload.id), &workload.provenance);
    match &workload.work {
        Work::Mix(mix) => {
            of.text("model", &mix.model);
            for (class, share) in mix.shares.iter() {
                of.share(&format!("{class}_share"), share);
            }
            if let Some(tokens) = mix.prompt_tokens {
                of.add("prompt_tokens", Cell::Count(tokens.0));
            }
            if let Some(tokens) = &mix.tokens_per_request {
                of.number("tokens_per_request", tokens.clone());
            }
            if let Some(tokens) = &mix.tokens_per_hour {
                of.number("tokens_per_hour", tokens.clone());
            }
        }
        Work::Requests(kinds) => {
            for kind in kinds {
                of.prefix = format!("workload.{}.request.{}.", workload.id, kind.id);
                of.text("model", &kind.model);
                of.share("share", &kind.share);
                for (class, tokens) in kind.tokens.iter() {
                    of.add(&format!("{class}_tokens"), Cell::Count(tokens.0));
                }
                if let Some(hours) = &kind.hours {
                    of.number("hours", hours.clone());
                }
            }
        }
    }
}

/// Every list price of a catalogue, each under its model and first day.
pub(super) fn list_prices(catalog: &Catalog) -> Vec<Stated> {
    let mut named = Vec::new();
    for dated in catalog.rates.iter() {
        let from = dated.validity.from.map_or_else(String::new, |from| format!("@{from}"));
        rates(dated, format!("rates.{}{from}.", dated.model), &mut named);
    }
    named
}

fn rates(dated: &DatedRates, prefix: String, into: &mut Vec<Stated>) {
    fn each(of: &mut Values<'_>, prefix: &str, rates: &ByClass<Option<Rate>>) {
        for (class, rate) in rates.iter() {
            if let Some(rate) = rate {
                of.usd(&format!("{prefix}{class}_usd_per_mtok"), rate.usd_per_mtok());
            }
        }
    }
    let mut of = Values::new(into, prefix, &dated.provenance);
    let rates = &dated.rates;
    each(&mut of, "", &rates.base);
    for tier in &rates.tiers {
        let mark = if tier.inclusive { "from" } else { "above" };
        each(&mut of, &format!("tier.{mark}-{}.", tier.prompt_tokens.0), &tier.rates);
    }
    if let Some(batch) = &rates.batch_multiplier {
        of.share("batch_multiplier", batch);
    }
    if rates.usd_per_request.atto() != 0 {
        of.usd("usd_per_request", rates.usd_per_request);
    }
    if let Some(peak) = &rates.peak {
        of.number("peak.multiplier", peak.multiplier.clone());
    }
    if let Some(serving) = &rates.serving_cost {
        each(&mut of, "serving_cost.", serving);
    }
    if let Some(until) = dated.validity.until {
        of.add("until", Cell::Date(until));
    }
}
