//! One plan, answered: what its allowance is worth, what it costs to serve, and what is missing to say so.
//!
//! A limit in dollars says by itself what it is worth. Any other limit is asked how much of it the plan's workload
//! uses, and the workload is priced at the rates of the day. What cannot be told is a [`Gap`], never a zero.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::allowance::{Activity, Ceiling, Grant, Limit, Maximum, Program, Schedule};
use crate::economics::{Economics, Fees, Overage, Revenue, Terms, serving_share};
use crate::fact::Basis;
use crate::plan::{Allowance, Billing, MixRule, OverageRate, Plan, Vendor};
use crate::rates::{DatedRates, RateBook};
use crate::units::{Date, Ratio, Usd};
use crate::workload::{NoRate, Workload};

/// The API gross margin where no file states one: 0.75, the figure the published tables were made with
/// (SemiAnalysis, June 2026).
#[must_use]
pub fn default_api_gross_margin() -> Ratio {
    Ratio::new(3, 4)
}

/// What all plans are measured against.
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    /// List prices.
    pub rates: &'a RateBook,
    /// Workloads by id.
    pub workloads: &'a BTreeMap<Arc<str>, Workload>,
    /// Vendors by id.
    pub vendors: &'a BTreeMap<Arc<str>, Vendor>,
}

/// What is asked of every plan alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The day whose facts hold.
    pub day: Date,
    /// When the user works.
    pub schedule: Schedule,
    /// The mix rule, where it is not each plan's own.
    pub mix: Option<MixRule>,
    /// The workload, where it is not each plan's own.
    pub workload: Option<Arc<str>>,
    /// The billing, where a plan sells it; otherwise its own.
    pub billing: Option<Billing>,
    /// The API gross margin, where it is not the vendor's; at most 1.
    pub api_gross_margin: Option<Ratio>,
    /// Cost of taking the money, where it is not each plan's own.
    pub fees: Option<Fees>,
}

impl Question {
    /// What a plan says of itself on a day, used day and night.
    #[must_use]
    pub const fn on(day: Date) -> Self {
        Self {
            day,
            schedule: Schedule::AlwaysOn,
            mix: None,
            workload: None,
            billing: None,
            api_gross_margin: None,
            fees: None,
        }
    }
}

/// Something that is not known and that a figure needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The price.
    Price,
    /// The allowance.
    Allowance,
    /// A limit that holds on the day.
    LimitOnThatDay,
    /// A workload that prices a limit.
    Workload {
        /// The limit.
        limit: Arc<str>,
    },
    /// The workload that the plan or the question names.
    NoSuchWorkload(Arc<str>),
    /// A model's rates.
    Rate(NoRate),
    /// What a credit buys.
    Credit {
        /// The limit.
        limit: Arc<str>,
        /// The file says that nobody knows.
        stated: bool,
    },
    /// How much of a limit the workload uses.
    UseOf {
        /// The limit.
        limit: Arc<str>,
        /// The key of its grant: `credits`.
        grant: &'static str,
    },
}

/// The month's maximum at API list prices.
#[derive(Clone, Debug, PartialEq)]
pub enum MaxApi {
    /// Bounded.
    Finite(Ceiling),
    /// Sold without limit, or some use counts against none.
    Unlimited,
    /// Not known.
    Unknown,
}

/// Where the serving cost comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServingSource {
    /// A flag.
    Asked,
    /// The plan.
    Plan,
    /// Per-token serving costs of the models used.
    Rates,
    /// The vendor.
    Vendor,
    /// [`default_api_gross_margin`].
    Default,
}

/// What there is to say of a plan.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What comes in per seat and month; `None` if the price is not known.
    pub revenue: Option<Revenue>,
    /// The billing that the price is for.
    pub billing: Billing,
    /// The most a month allows.
    pub max_api: MaxApi,
    /// The mix rule that [`Self::max_api`] goes by.
    pub mix: MixRule,
    /// The same by the worst case; equal to it where the mix does not matter.
    pub worst_case: MaxApi,
    /// The maximum at the low and the high end of the limits' ranges, in dollars, where one has a range.
    pub max_api_range_usd: Option<(Ratio, Ratio)>,
    /// The limits in force, in the order of the plan; [`Ceiling::binding`] points into them.
    pub limits: Vec<&'a Limit>,
    /// The whole month of each limit alone, in dollars; `None` where it bounds nothing or is not known.
    pub limit_usd: Vec<Option<Ratio>>,
    /// Everything that decides what a seat earns; `None` if the price or the maximum is not known.
    pub economics: Option<Economics>,
    /// Serving cost of a dollar at list.
    pub serving_share: Ratio,
    /// Where that comes from.
    pub serving_source: ServingSource,
    /// How the maximum is known: the least sure of the limits that decide, and of the workload that priced them.
    pub basis: Basis,
    /// The rates that priced the workload, where one was needed.
    pub rates: Vec<&'a DatedRates>,
    /// What is done, a unit of each priced: what the limits were asked about; none where the maximum needs none or is
    /// not known.
    pub activities: Vec<Activity>,
    /// The plan's workload, or the one that was asked for, if it is defined.
    pub workload: Option<&'a Workload>,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

impl Answer<'_> {
    /// The maximum, if it is bounded.
    #[must_use]
    pub const fn ceiling(&self) -> Option<&Ceiling> {
        match &self.max_api {
            MaxApi::Finite(ceiling) => Some(ceiling),
            MaxApi::Unlimited | MaxApi::Unknown => None,
        }
    }

    /// The limits that decide.
    pub fn binding(&self) -> impl Iterator<Item = &Limit> {
        self.ceiling().into_iter().flat_map(|ceiling| ceiling.binding.iter().map(|&l| self.limits[l]))
    }

    /// Whether the maximum is anything but a published figure.
    #[must_use]
    pub fn is_approximate(&self) -> bool {
        self.basis != Basis::Published || self.max_api_range_usd.is_some()
    }
}

/// The plans in force on a day, each id once, in the order of the files.
#[must_use]
pub fn plans_on(plans: &[Plan], day: Date) -> Vec<&Plan> {
    let mut latest = BTreeMap::<&str, &Plan>::new();
    for plan in plans.iter().filter(|plan| plan.validity.holds_on(day)) {
        let known = latest.entry(&plan.id).or_insert(plan);
        if known.validity.from < plan.validity.from {
            *known = plan;
        }
    }
    plans.iter().filter(|plan| latest.get(&*plan.id).is_some_and(|in_force| std::ptr::eq(*in_force, *plan))).collect()
}

/// Answers a question of a plan.
#[must_use]
pub fn answer<'a>(plan: &'a Plan, market: Market<'a>, question: &Question) -> Answer<'a> {
    let (price, billing) = plan.price.billed(question.billing);
    let terms = price.map(|price| terms(plan, price, billing, question));
    let mix = question.mix.unwrap_or(plan.mix);
    let limits = plan.allowance.limits_on(question.day);
    let mut gaps = Vec::new();
    if price.is_none() {
        gaps.push(Gap::Price);
    }
    match &plan.allowance {
        Allowance::Unknown => gaps.push(Gap::Allowance),
        Allowance::Limits(_) if limits.is_empty() => gaps.push(Gap::LimitOnThatDay),
        Allowance::Limits(_) | Allowance::Unlimited => {}
    }

    let work = Work::of(plan, market, question);
    let needs_work = !dollars_suffice(plan, &limits, mix);
    let priced = match credit_gaps(plan, &limits) {
        gaps if !gaps.is_empty() => Err(gaps),
        _ if needs_work => work.activities(&limits),
        _ => Ok(dollars(&limits)),
    };
    let uses = priced.and_then(|activities| {
        let rows = rows(&limits, &activities, plan)?;
        Ok((activities, rows))
    });
    let activities = uses.as_ref().map_or_else(|_| Vec::new(), |(activities, _)| activities.clone());
    let (max_api, worst_case, range, limit_usd, weights) = match (&plan.allowance, uses) {
        (Allowance::Unlimited, _) => (MaxApi::Unlimited, MaxApi::Unlimited, None, Vec::new(), None),
        (Allowance::Unknown, _) => (MaxApi::Unknown, MaxApi::Unknown, None, Vec::new(), None),
        (Allowance::Limits(_), Err(missing)) => {
            gaps.extend(missing);
            (MaxApi::Unknown, MaxApi::Unknown, None, vec![None; limits.len()], None)
        }
        (Allowance::Limits(_), Ok(_)) if limits.is_empty() => {
            (MaxApi::Unknown, MaxApi::Unknown, None, Vec::new(), None)
        }
        (Allowance::Limits(_), Ok((activities, rows))) => {
            let asked = Asked { limits: &limits, activities: &activities, rows: &rows, schedule: &question.schedule };
            let max_api = asked.maximum(mix, Limit::per_month);
            let worst_case = match mix {
                MixRule::WorstCase => max_api.clone(),
                MixRule::AsMeasured => asked.maximum(MixRule::WorstCase, Limit::per_month),
            };
            let weights = match &max_api {
                MaxApi::Finite(ceiling) if needs_work => Some(ceiling.units.clone()),
                _ => None,
            };
            (max_api, worst_case, asked.range(mix), asked.each_alone(mix), weights)
        }
    };

    let (serving_share, serving_source) = serving(plan, market, question, &work, weights.as_deref());
    let revenue = terms.as_ref().map(Terms::revenue);
    let known_max = match &max_api {
        MaxApi::Finite(ceiling) => Some(Some(ceiling.usd.clone())),
        MaxApi::Unlimited => Some(None),
        MaxApi::Unknown => None,
    };
    let economics = revenue.clone().zip(terms).zip(known_max).map(|((revenue, terms), max_api_usd)| Economics {
        revenue,
        overage: overage(plan, &terms.fees, &work, weights.as_deref()),
        fixed_cost_usd: terms.fixed_cost_usd,
        serving_share: serving_share.clone(),
        max_api_usd,
    });
    let binding_basis = match &max_api {
        MaxApi::Finite(ceiling) => ceiling.binding.iter().map(|&l| limits[l].provenance.basis).max(),
        MaxApi::Unlimited | MaxApi::Unknown => None,
    };
    let work_basis = work.workload.filter(|_| needs_work).map(|workload| workload.provenance.basis);
    Answer {
        basis: binding_basis.max(work_basis).unwrap_or_default(),
        rates: if needs_work { work.rates } else { Vec::new() },
        workload: work.workload,
        activities,
        plan,
        revenue,
        billing,
        max_api,
        mix,
        worst_case,
        max_api_range_usd: range,
        limits,
        limit_usd,
        economics,
        serving_share,
        serving_source,
        gaps,
    }
}

/// What a seat of a plan is sold for at a price of a period, on the terms of a question.
#[must_use]
pub fn terms(plan: &Plan, price: Usd, billing: Billing, question: &Question) -> Terms {
    Terms {
        price: price.ratio(),
        usd_per_unit: plan.price.currency.as_ref().map_or_else(Ratio::one, |(_, usd)| usd.clone()),
        period_months: billing.months(),
        seats: plan.seats,
        vat_share: plan.vat_share.clone(),
        fees: question.fees.clone().unwrap_or_else(|| plan.fees.clone()),
        fixed_cost_usd: plan.fixed_cost.ratio(),
    }
}

/// Whether the limits are all in dollars, one way or another, so that no workload has to price them: the mix matters
/// only where models have limits of their own and their use is in proportion.
fn dollars_suffice(plan: &Plan, limits: &[&Limit], mix: MixRule) -> bool {
    let pegged = plan.credits.by_model.is_empty() && plan.credits.per_api_usd.is_some();
    let in_dollars = |limit: &&Limit| match limit.grant {
        Grant::ApiUsd { .. } => true,
        Grant::Credits(_) => pegged,
        Grant::Tokens { .. } | Grant::Requests(_) | Grant::Hours(_) => false,
    };
    limits.iter().all(in_dollars) && (mix == MixRule::WorstCase || limits.iter().all(|limit| limit.models.is_none()))
}

/// Limits in credits of a plan that does not say what a credit buys.
fn credit_gaps(plan: &Plan, limits: &[&Limit]) -> Vec<Gap> {
    let credits = &plan.credits;
    let unpriced = credits.by_model.is_empty() && credits.per_api_usd.is_none();
    limits
        .iter()
        .filter(|limit| unpriced && matches!(limit.grant, Grant::Credits(_)))
        .map(|limit| Gap::Credit { limit: Arc::clone(&limit.id), stated: credits.unpriced })
        .collect()
}

/// A dollar on each model that a limit singles out, and one on any other if some limit covers all.
fn dollars(limits: &[&Limit]) -> Vec<Activity> {
    let mut models: Vec<Option<&Arc<str>>> = limits.iter().flat_map(|l| l.models.iter().flatten()).map(Some).collect();
    if models.is_empty() || limits.iter().any(|limit| limit.models.is_none()) {
        models.push(None);
    }
    models.sort_unstable();
    models.dedup();
    let share = Ratio::one() / Ratio::from(models.len() as u64);
    models.into_iter().map(|model| Activity { share: share.clone(), ..Activity::api_dollar(model.cloned()) }).collect()
}

/// The workload of a plan and what it costs, or what is missing to say so.
struct Work<'a> {
    workload: Option<&'a Workload>,
    activities: Result<Vec<Activity>, Vec<Gap>>,
    rates: Vec<&'a DatedRates>,
}

impl<'a> Work<'a> {
    fn of(plan: &Plan, market: Market<'a>, question: &Question) -> Self {
        let Some(id) = question.workload.as_ref().or(plan.workload.as_ref()) else {
            return Self { workload: None, activities: Err(Vec::new()), rates: Vec::new() };
        };
        let Some(workload) = market.workloads.get(id) else {
            let gap = Gap::NoSuchWorkload(Arc::clone(id));
            return Self { workload: None, activities: Err(vec![gap]), rates: Vec::new() };
        };
        let (activities, rates) = match workload.price(market.rates, question.day) {
            Ok(priced) => (Ok(priced.activities), priced.rates),
            Err(missing) => (Err(missing.into_iter().map(Gap::Rate).collect()), Vec::new()),
        };
        Self { workload: Some(workload), activities, rates }
    }

    fn activities(&self, limits: &[&Limit]) -> Result<Vec<Activity>, Vec<Gap>> {
        match &self.activities {
            Err(gaps) if gaps.is_empty() => {
                Err(limits.iter().map(|limit| Gap::Workload { limit: Arc::clone(&limit.id) }).collect())
            }
            known => known.clone(),
        }
    }

    /// The sum over the activities of something, per dollar of their list price; `None` if it is not known of one.
    fn per_api_usd(&self, weights: Option<&[Ratio]>, amount: impl Fn(&Activity) -> Option<Ratio>) -> Option<Ratio> {
        let activities = self.activities.as_ref().ok()?;
        let (mut total, mut usd) = (Ratio::zero(), Ratio::zero());
        for (i, activity) in activities.iter().enumerate() {
            let weight = weights.map_or(&activity.share, |weights| &weights[i]);
            total += &(amount(activity)? * weight);
            usd += &(&activity.value_usd * weight);
        }
        total.checked_div(&usd)
    }
}

/// What a unit of each activity uses of each limit.
fn rows(limits: &[&Limit], activities: &[Activity], plan: &Plan) -> Result<Vec<Vec<Ratio>>, Vec<Gap>> {
    let mut unknown = Vec::new();
    let rows = limits
        .iter()
        .map(|limit| {
            let uses: Option<Vec<Ratio>> = activities.iter().map(|a| limit.uses(a, &plan.credits)).collect();
            uses.unwrap_or_else(|| {
                unknown.push(Gap::UseOf { limit: Arc::clone(&limit.id), grant: limit.grant.key() });
                Vec::new()
            })
        })
        .collect();
    if unknown.is_empty() { Ok(rows) } else { Err(unknown) }
}

/// A plan's limits and what is asked of them.
struct Asked<'a> {
    limits: &'a [&'a Limit],
    activities: &'a [Activity],
    rows: &'a [Vec<Ratio>],
    schedule: &'a Schedule,
}

impl Asked<'_> {
    fn maximum(&self, mix: MixRule, per_month: impl Fn(&Limit, &Schedule) -> Ratio) -> MaxApi {
        let budgets = self.limits.iter().map(|limit| Some(per_month(limit, self.schedule)));
        self.solve(mix, budgets.zip(self.rows.iter().cloned()).collect())
    }

    fn solve(&self, mix: MixRule, limits: Vec<(Option<Ratio>, Vec<Ratio>)>) -> MaxApi {
        let program = Program { values: self.activities.iter().map(|a| a.value_usd.clone()).collect(), limits };
        // With one activity there is nothing to mix.
        let maximum = match mix {
            MixRule::WorstCase if self.activities.len() > 1 => program.worst_case(),
            _ => program.as_measured(&self.activities.iter().map(|a| a.share.clone()).collect::<Vec<_>>()),
        };
        match maximum {
            Maximum::Finite(ceiling) => MaxApi::Finite(ceiling),
            Maximum::Unlimited { .. } => MaxApi::Unlimited,
        }
    }

    fn range(&self, mix: MixRule) -> Option<(Ratio, Ratio)> {
        self.limits.iter().any(|limit| limit.range.is_some()).then_some(())?;
        let end = |pick: fn(&(Ratio, Ratio)) -> &Ratio| {
            let per_month = |limit: &Limit, schedule: &Schedule| match &limit.range {
                Some(range) => pick(range) * crate::allowance::windows_per_month(limit.every, schedule),
                None => limit.per_month(schedule),
            };
            match self.maximum(mix, per_month) {
                MaxApi::Finite(ceiling) => Some(ceiling.usd),
                MaxApi::Unlimited | MaxApi::Unknown => None,
            }
        };
        Some((end(|range| &range.0)?, end(|range| &range.1)?))
    }

    fn each_alone(&self, mix: MixRule) -> Vec<Option<Ratio>> {
        let alone = |l: usize| match self
            .solve(mix, vec![(Some(self.limits[l].per_month(self.schedule)), self.rows[l].clone())])
        {
            MaxApi::Finite(ceiling) => Some(ceiling.usd),
            MaxApi::Unlimited | MaxApi::Unknown => None,
        };
        (0..self.limits.len()).map(alone).collect()
    }
}

fn serving(
    plan: &Plan,
    market: Market<'_>,
    question: &Question,
    work: &Work<'_>,
    weights: Option<&[Ratio]>,
) -> (Ratio, ServingSource) {
    let vendor = plan.vendor.as_ref().and_then(|id| market.vendors.get(id));
    let of = |margin: &Ratio| serving_share(margin).expect("margins above 1 are refused where they come in");
    if let Some(margin) = &question.api_gross_margin {
        return (of(margin), ServingSource::Asked);
    }
    if let Some(margin) = &plan.api_gross_margin {
        return (of(margin), ServingSource::Plan);
    }
    if let Some(share) = work.per_api_usd(weights, |activity| activity.serving_usd.clone()) {
        return (share, ServingSource::Rates);
    }
    match vendor.and_then(|vendor| vendor.api_gross_margin.as_ref()) {
        Some(margin) => (of(margin), ServingSource::Vendor),
        None => (of(&default_api_gross_margin()), ServingSource::Default),
    }
}

/// The overage as a multiple of list price; `None` where none is sold, or nothing tells what a credit or a request is
/// worth at list.
fn overage(plan: &Plan, fees: &Fees, work: &Work<'_>, weights: Option<&[Ratio]>) -> Option<Overage> {
    let of_list_price = match &plan.overage.as_ref()?.rate {
        OverageRate::OfListPrice(rate) => rate.clone(),
        OverageRate::UsdPerCredit(usd) => {
            let per_usd = match &plan.credits.per_api_usd {
                Some(per_usd) if plan.credits.by_model.is_empty() => per_usd.clone(),
                _ => work.per_api_usd(weights, |activity| plan.credits.of(activity))?,
            };
            usd * per_usd
        }
        OverageRate::UsdPerRequest(usd) => usd * work.per_api_usd(weights, |activity| activity.requests.clone())?,
    };
    let (Fees::Processor { share, .. } | Fees::Store { share }) = fees;
    Some(Overage { of_list_price, fee_share: share.clone() })
}

/// The list price of a million tokens of the workload, all classes together: the outer `None` where there is no
/// workload, the inner where it has no price.
#[must_use]
pub fn list_usd_per_mtok(plan: &Plan, market: Market<'_>, question: &Question) -> Option<Option<Ratio>> {
    let id = question.workload.as_ref().or(plan.workload.as_ref())?;
    let price = || {
        let priced = market.workloads.get(id)?.price(market.rates, question.day).ok()?;
        let (mut usd, mut tokens) = (Ratio::zero(), Ratio::zero());
        for activity in &priced.activities {
            usd += &(&activity.value_usd * &activity.share);
            let count: Ratio = activity.tokens.as_ref()?.iter().map(|(_, count)| count.clone()).sum();
            tokens += &(count * &activity.share);
        }
        (usd * Ratio::from(1_000_000)).checked_div(&tokens)
    };
    Some(price())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowance::{CreditRates, Window};
    use crate::fact::{Line, Provenance, Validity};
    use crate::plan::Price;
    use crate::rates::{ByClass, Rates, TokenClass};
    use crate::units::{Rate, Tokens};
    use crate::workload::{Mix, NoRateReason, Work as WorkOf};
    use jiff::civil::date;

    const DAY: Date = date(2026, 6, 15);

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn provenance() -> Provenance {
        let line = Line { path: "test".into(), line: 1 };
        Provenance { source: None, checked: None, basis: Basis::Published, note: None, line }
    }

    fn limit(every: &str, grant: Grant, models: Option<&[&str]>) -> Limit {
        Limit {
            id: models.map_or(every, |models| models[0]).into(),
            every: Window::parse(every).expect("a window"),
            grant,
            models: models.map(|models| models.iter().map(|&model| model.into()).collect()),
            range: None,
            validity: Validity::default(),
            provenance: provenance(),
        }
    }

    fn api_usd(usd: i64) -> Grant {
        Grant::ApiUsd { usd: Usd::dollars(usd), discount: Ratio::zero() }
    }

    fn plan(price: i64, limits: Vec<Limit>) -> Plan {
        Plan {
            id: "acme/team".into(),
            name: None,
            vendor: None,
            price: Price { amount: Some(Usd::dollars(price)), billed: Billing::Month, annual: None, currency: None },
            seats: 1,
            vat_share: Ratio::zero(),
            fees: Fees::default(),
            fixed_cost: Usd::ZERO,
            api_gross_margin: None,
            allowance: Allowance::Limits(limits),
            workload: None,
            mix: MixRule::AsMeasured,
            credits: CreditRates::default(),
            overage: None,
            validity: Validity::default(),
            provenance: provenance(),
        }
    }

    #[derive(Default)]
    struct Facts {
        rates: RateBook,
        workloads: BTreeMap<Arc<str>, Workload>,
        vendors: BTreeMap<Arc<str>, Vendor>,
    }

    impl Facts {
        /// A workload `w` of one token in ten answered, on a model at $2 in and $10 out.
        fn with_workload(model_is_priced: bool) -> Self {
            let mut facts = Self::default();
            let usd = |usd: i32| Some(Rate::from_usd_per_mtok(&Ratio::from(usd)).expect("a rate"));
            if model_is_priced {
                let mut base = ByClass::default();
                base[TokenClass::Input] = usd(2);
                base[TokenClass::Output] = usd(10);
                facts.rates.insert(DatedRates {
                    model: "m".into(),
                    aliases: Vec::new(),
                    vendor: None,
                    validity: Validity::default(),
                    provenance: provenance(),
                    rates: Rates { base, ..Rates::default() },
                    bundled: false,
                });
            }
            let mut shares = ByClass::<Ratio>::default();
            shares[TokenClass::Input] = ratio("0.9");
            shares[TokenClass::Output] = ratio("0.1");
            let mix =
                Mix { model: "m".into(), shares, prompt_tokens: None, tokens_per_request: None, tokens_per_hour: None };
            let work = WorkOf::Mix(Box::new(mix));
            facts.workloads.insert("w".into(), Workload { id: "w".into(), name: None, work, provenance: provenance() });
            facts
        }

        fn answer<'a>(&'a self, plan: &'a Plan) -> Answer<'a> {
            let market = Market { rates: &self.rates, workloads: &self.workloads, vendors: &self.vendors };
            answer(plan, market, &Question::on(DAY))
        }
    }

    fn usd(answer: &Answer<'_>) -> Option<Ratio> {
        answer.ceiling().map(|ceiling| ceiling.usd.clone())
    }

    #[test]
    fn the_tightest_limit_decides() {
        // $12 each 5 hours is 146.1 x 12 = $1,753.20; $30 a week is $130.45; $60 a month decides.
        let plan = plan(
            10,
            vec![limit("5h", api_usd(12), None), limit("week", api_usd(30), None), limit("month", api_usd(60), None)],
        );
        let facts = Facts::default();
        let answer = facts.answer(&plan);
        assert_eq!(usd(&answer), Some(Ratio::from(60)));
        assert_eq!(answer.binding().map(|limit| &*limit.id).collect::<Vec<_>>(), ["month"]);
        assert_eq!(answer.limit_usd[0], Some(ratio("1753.2")));
    }

    #[test]
    fn tokens_are_worth_what_the_workload_pays_for_them() {
        // 0.9 x 2 + 0.1 x 10 = $2.80 a million; 10 million a day for 30.4375 days is $852.25.
        let grant = Grant::Tokens { count: Tokens(10_000_000), weights: ByClass::from_fn(|_| Ratio::one()) };
        let mut plan = plan(30, vec![limit("day", grant, None)]);
        plan.workload = Some("w".into());
        assert_eq!(usd(&Facts::with_workload(true).answer(&plan)), Some(ratio("852.25")));
    }

    #[test]
    fn a_model_without_a_price_leaves_the_maximum_unknown() {
        let grant = Grant::Tokens { count: Tokens(10_000_000), weights: ByClass::from_fn(|_| Ratio::one()) };
        let mut plan = plan(30, vec![limit("day", grant, None)]);
        plan.workload = Some("w".into());
        let facts = Facts::with_workload(false);
        let answer = facts.answer(&plan);
        assert_eq!(answer.max_api, MaxApi::Unknown);
        assert!(answer.economics.is_none());
        let no_rate = NoRate { model: "m".into(), reason: NoRateReason::NoSuchModel };
        assert_eq!(answer.gaps, [Gap::Rate(no_rate)]);
    }

    #[test]
    fn a_limit_in_dollars_needs_no_workload_even_if_it_has_one() {
        let mut plan = plan(200, vec![limit("month", api_usd(14_000), None)]);
        plan.workload = Some("w".into());
        assert_eq!(usd(&Facts::with_workload(false).answer(&plan)), Some(Ratio::from(14_000)));
    }

    #[test]
    fn pools_of_different_models_add_up_in_the_worst_case() {
        // $300 on the vendor's own model and $20 on others.
        let mut plan =
            plan(20, vec![limit("month", api_usd(300), Some(&["own"])), limit("month", api_usd(20), Some(&["other"]))]);
        plan.mix = MixRule::WorstCase;
        let facts = Facts::default();
        let answer = facts.answer(&plan);
        assert_eq!(usd(&answer), Some(Ratio::from(320)));
        assert_eq!(answer.binding().count(), 2);
    }

    #[test]
    fn credits_that_follow_list_prices_are_dollars() {
        // 10,000 credits a week at 25 a dollar: $400 x 487/112 = $1,739.29.
        let mut plan = plan(200, vec![limit("week", Grant::Credits(Ratio::from(10_000)), None)]);
        plan.credits.per_api_usd = Some(Ratio::from(25));
        assert_eq!(usd(&Facts::default().answer(&plan)), Some(ratio("487") * ratio("400") / ratio("112")));
    }

    #[test]
    fn a_limit_in_a_unit_that_nothing_prices_is_unknown_and_not_free() {
        let plan = plan(20, vec![limit("month", Grant::Credits(Ratio::from(1_000)), None)]);
        let facts = Facts::default();
        assert_eq!(facts.answer(&plan).gaps, [Gap::Credit { limit: "month".into(), stated: false }]);
    }

    #[test]
    fn a_range_of_a_limit_is_a_range_of_the_maximum() {
        let mut capped = limit("month", api_usd(8_000), None);
        capped.range = Some((Ratio::from(4_080), Ratio::from(13_077)));
        let plan = plan(200, vec![capped]);
        let facts = Facts::default();
        let answer = facts.answer(&plan);
        assert_eq!(answer.max_api_range_usd, Some((Ratio::from(4_080), Ratio::from(13_077))));
        assert!(answer.is_approximate());
    }

    #[test]
    fn overage_by_the_credit_is_compared_with_list_price() {
        // 25 credits a dollar at 4 cents: a dollar of list price sells for a dollar.
        let mut plan = plan(200, vec![limit("month", api_usd(14_000), None)]);
        plan.credits.per_api_usd = Some(Ratio::from(25));
        plan.overage = Some(crate::plan::Overage {
            kind: crate::plan::OverageKind::Prepaid,
            rate: OverageRate::UsdPerCredit(ratio("0.04")),
            provenance: provenance(),
        });
        let facts = Facts::default();
        let overage = facts.answer(&plan).economics.and_then(|economics| economics.overage);
        assert_eq!(overage.map(|overage| overage.of_list_price), Some(Ratio::one()));
    }

    #[test]
    fn the_plan_that_began_last_is_in_force() {
        let since = |day: Date| Validity { from: Some(day), ..Validity::default() };
        let mut plans = vec![plan(25, Vec::new()), plan(30, Vec::new())];
        plans[0].validity = since(date(2025, 11, 1));
        plans[1].validity = since(date(2026, 3, 1));
        let price = |day: Date| plans_on(&plans, day).iter().map(|plan| plan.price.amount).collect::<Vec<_>>();
        assert_eq!(price(date(2026, 2, 28)), [Some(Usd::dollars(25))]);
        assert_eq!(price(date(2026, 3, 1)), [Some(Usd::dollars(30))]);
        assert!(price(date(2025, 10, 31)).is_empty());
    }
}
