//! Rules for plans: which figures may be how large, whether they are, and what would make a plan pass.
//!
//! A rule that cannot be evaluated does not pass. Where a limit has a range, the end that is worse for the rule is
//! used, unless the likely figure is asked for. The way out is computed from the same formulas as the figure, and is
//! rounded to the safe side, so that a plan changed by it passes.

pub mod lint;

use std::sync::Arc;

use crate::allowance::{Grant, Limit};
use crate::analysis::{Answer, Gap, Market, Question, answer};
use crate::economics::{BreakEven, Economics, Fees};
use crate::plan::{Allowance, Billing, MixRule, Plan};
use crate::problem::Place;
use crate::units::{Date, Ratio, Tokens, Usd};

/// What plans must hold to.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The rules, in the order of the file, those of flags last.
    pub rules: Vec<Rule>,
    /// Plans that may break a rule for some time.
    pub waivers: Vec<Waiver>,
    /// Days after which a price cannot be judged, and where that is written.
    pub max_price_age: Option<(u64, Place)>,
}

/// Limits for figures of some plans.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Unique name.
    pub id: Arc<str>,
    /// The plans it is for; none: all.
    pub plans: Vec<Pattern>,
    /// The vendor whose plans it is for.
    pub vendor: Option<Arc<str>>,
    /// What breaking it is.
    pub grade: Grade,
    /// Its limits; all hold together.
    pub tests: Vec<Test>,
    /// Where its id is written.
    pub place: Place,
}

impl Rule {
    /// Whether it is for a plan.
    #[must_use]
    pub fn is_for(&self, plan: &Plan) -> bool {
        let named = self.plans.is_empty() || self.plans.iter().any(|pattern| pattern.fits(&plan.id));
        named && self.vendor.as_ref().is_none_or(|vendor| plan.vendor.as_ref() == Some(vendor))
    }
}

/// A pattern of plan ids: `*` stands for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(glob::Pattern);

impl Pattern {
    /// Reads a pattern; `None` if it is ill-formed or empty.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        glob::Pattern::new(text).ok().filter(|_| !text.is_empty()).map(Self)
    }

    /// Whether an id fits.
    #[must_use]
    pub fn fits(&self, id: &str) -> bool {
        self.0.matches(id)
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.as_str()
    }
}

/// A limit for a figure, and where it is written.
#[derive(Clone, Debug)]
pub struct Test {
    /// The limit.
    pub bound: Bound,
    /// Where it is written.
    pub place: Place,
}

/// What breaking a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Worth knowing.
    Note,
    /// A reservation.
    Warn,
    /// The answer is no.
    Deny,
}

impl Grade {
    /// The word for it in files and documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// A limit for a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At most so many API dollars per dollar of revenue.
    MaxMultiple(Ratio),
    /// At least so many.
    MinMultiple(Ratio),
    /// A break-even utilization of at least this.
    MinBreakEven(Ratio),
    /// A margin of at least this at a utilization from 0 to 1.
    MinMarginAt {
        /// The utilization.
        utilization: Ratio,
        /// The margin.
        margin: Ratio,
    },
    /// At most so many dollars lost in a month of full use.
    MaxLossAtFullUsd(Ratio),
    /// Serving full use costs at most this share of revenue.
    MaxServingShareAtFull(Ratio),
}

impl Bound {
    /// The key of it in files.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::MaxMultiple(_) => "max_multiple",
            Self::MinMultiple(_) => "min_multiple",
            Self::MinBreakEven(_) => "min_break_even",
            Self::MinMarginAt { .. } => "min_margin_at",
            Self::MaxLossAtFullUsd(_) => "max_loss_at_full_usd",
            Self::MaxServingShareAtFull(_) => "max_serving_share_at_full",
        }
    }

    /// The figure that it limits, with what distinguishes two of them: `margin_at 0.5`.
    #[must_use]
    pub fn figure(&self) -> String {
        match self {
            Self::MaxMultiple(_) | Self::MinMultiple(_) => "multiple".to_owned(),
            Self::MinBreakEven(_) => "break_even".to_owned(),
            Self::MinMarginAt { utilization, .. } => format!("margin_at {}", utilization.to_exact()),
            Self::MaxLossAtFullUsd(_) => "loss_at_full_usd".to_owned(),
            Self::MaxServingShareAtFull(_) => "serving_share_at_full".to_owned(),
        }
    }

    /// The limit itself.
    #[must_use]
    pub const fn threshold(&self) -> &Ratio {
        match self {
            Self::MaxMultiple(limit)
            | Self::MinMultiple(limit)
            | Self::MinBreakEven(limit)
            | Self::MinMarginAt { margin: limit, .. }
            | Self::MaxLossAtFullUsd(limit)
            | Self::MaxServingShareAtFull(limit) => limit,
        }
    }

    /// The end of a range that is worse for the rule: more use is worse for every rule of the vendor's, and better for
    /// the one of the buyer's.
    const fn worse(&self) -> Side {
        if matches!(self, Self::MinMultiple(_)) { Side::Low } else { Side::High }
    }
}

/// Which end of a limit's range a figure is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// There is no range.
    Only,
    /// The figure that tables show.
    Likely,
    /// The low end.
    Low,
    /// The high end.
    High,
}

impl Side {
    /// The word for it in documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Likely => "likely",
            Self::Low => "low",
            Self::High => "high",
        }
    }
}

/// A plan that may break a rule for some time.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule, by id.
    pub rule: Arc<str>,
    /// The plan, by id.
    pub plan: Arc<str>,
    /// Why it may.
    pub reason: Arc<str>,
    /// First day it may no longer.
    pub until: Date,
    /// Where the rule is named.
    pub place: Place,
}

impl Waiver {
    /// Whether it no longer holds on a day.
    #[must_use]
    pub fn has_expired(&self, day: Date) -> bool {
        self.until <= day
    }
}

/// A figure that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Finite(Ratio),
    /// Use has no limit, and neither has the figure; a margin falls without bound.
    Unlimited,
    /// The break-even of a plan that loses without any use.
    Never,
    /// The break-even of a plan that never loses by use.
    Always,
}

/// Why a rule does not apply to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotApplicable {
    /// The figure is a share of revenue, and there is none.
    Free,
    /// The plan's file says that nobody knows.
    DeclaredUnknown(Vec<Gap>),
}

/// How a plan stands to a test.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It holds.
    Passed,
    /// It does not.
    Failed(Box<WayOut>),
    /// It cannot be told.
    NotEvaluable(Vec<Gap>),
    /// It has no meaning for the plan.
    NotApplicable(NotApplicable),
}

/// One test of one plan.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its limit.
    pub test: &'a Test,
    /// The plan.
    pub plan: &'a Plan,
    /// The end of the range that [`Self::value`] is for.
    pub side: Side,
    /// The figure, where it is known and applies.
    pub value: Option<Value>,
    /// The same figure at the other end: the likely one where the worse is used, and the worse where the likely is.
    pub other: Option<(Side, Value)>,
    /// Maximum and revenue that the figure comes from, in dollars; the maximum of unlimited use is `None`.
    pub from: Option<(Option<Ratio>, Ratio)>,
    /// How the plan stands, before waivers.
    pub standing: Standing,
    /// The waiver that holds, of a failed or not evaluable test.
    pub waiver: Option<&'a Waiver>,
}

/// Changes each of which alone would make the plan pass, rounded to the safe side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WayOut {
    /// The price of a period and seat.
    pub price: Option<Fix>,
    /// The month's maximum at API list prices, exact.
    pub max_api_usd: Option<Ratio>,
    /// The grants that bring it there; all are changed together.
    pub limits: Vec<Fix>,
    /// The API gross margin.
    pub api_gross_margin: Option<Fix>,
}

/// An input of a plan and what it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// As `--set` names it within the plan: `limit.week.api_usd`.
    pub key: String,
    /// Rounded to the safe side.
    pub value: Ratio,
    /// It has to be at least this; otherwise at most.
    pub at_least: bool,
}

impl Fix {
    /// As `--set` takes it.
    #[must_use]
    pub fn set(&self, plan: &Plan) -> String {
        format!("{}.{}={}", plan.id, self.key, self.value.to_exact())
    }
}

/// A number of days: `45d`.
#[must_use]
pub fn days(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('d')?;
    let fits = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}

/// Whether the plan's file says itself that something is not known.
#[must_use]
pub fn is_declared(gap: &Gap, unpriced: &dyn Fn(&str) -> bool) -> bool {
    match gap {
        Gap::Price | Gap::Allowance => true,
        Gap::Credit { stated, .. } => *stated,
        Gap::Rate(none) => unpriced(&none.model),
        Gap::LimitOnThatDay | Gap::Workload { .. } | Gap::NoSuchWorkload(_) | Gap::UseOf { .. } => false,
    }
}

/// What plans are held against, and how.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// Prices, workloads and vendors.
    pub market: Market<'a>,
    /// What is asked of every plan.
    pub question: &'a Question,
    /// Use the likely figure of a range, not the worse end.
    pub likely: bool,
    /// Whether a file says that nobody knows the price of a model.
    pub unpriced: &'a dyn Fn(&str) -> bool,
}

/// Every test of every plan that it is for, plan by plan, in the order of the rules.
#[must_use]
pub fn verdicts<'a>(plans: &[&'a Plan], policy: &'a Policy, bench: Bench<'a>) -> Vec<Verdict<'a>> {
    let mut verdicts = Vec::new();
    for plan in plans {
        let ends = [Side::Low, Side::High].map(|side| at_end(plan, side));
        let likely = answer(plan, bench.market, bench.question);
        let [low, high] =
            ends.each_ref().map(|end| end.as_ref().map(|plan| answer(plan, bench.market, bench.question)));
        for rule in policy.rules.iter().filter(|rule| rule.is_for(plan)) {
            for test in &rule.tests {
                let worse = match test.bound.worse() {
                    Side::Low => low.as_ref().map(|answer| (answer, Side::Low)),
                    _ => high.as_ref().map(|answer| (answer, Side::High)),
                };
                let (used, side) = match worse {
                    None => (&likely, Side::Only),
                    Some(_) if bench.likely => (&likely, Side::Likely),
                    Some(worse) => worse,
                };
                let (value, standing) = standing(&test.bound, used, bench);
                let other = worse.and_then(|(worse, end)| {
                    let (answer, side) = if bench.likely { (worse, end) } else { (&likely, Side::Likely) };
                    let other = measure(&test.bound, answer.economics.as_ref()?)?;
                    (Some(&other) != value.as_ref()).then_some((side, other))
                });
                let waived = matches!(standing, Standing::Failed(_) | Standing::NotEvaluable(_));
                let waiver = policy.waivers.iter().filter(|_| waived).find(|waiver| {
                    waiver.rule == rule.id && waiver.plan == plan.id && !waiver.has_expired(bench.question.day)
                });
                verdicts.push(Verdict {
                    rule,
                    test,
                    plan,
                    side,
                    other,
                    from: used
                        .economics
                        .as_ref()
                        .map(|economics| (economics.max_api_usd.clone(), economics.revenue.revenue_usd.clone())),
                    value,
                    standing,
                    waiver,
                });
            }
        }
    }
    verdicts
}

/// Two rules for one plan of which one demands more than the other allows.
#[must_use]
pub fn contradictions<'a>(plans: &[&'a Plan], policy: &'a Policy) -> Vec<(&'a Test, &'a Test, &'a Plan)> {
    let mut found: Vec<(&Test, &Test, &Plan)> = Vec::new();
    for plan in plans {
        let tests = || policy.rules.iter().filter(|rule| rule.is_for(plan)).flat_map(|rule| &rule.tests);
        for least in tests() {
            for most in tests() {
                let (Bound::MinMultiple(low), Bound::MaxMultiple(high)) = (&least.bound, &most.bound) else { continue };
                let told = found.iter().any(|(a, b, _)| std::ptr::eq(*a, least) && std::ptr::eq(*b, most));
                if high < low && !told {
                    found.push((least, most, plan));
                }
            }
        }
    }
    found
}

/// The plan with every limit at one end of its range; `None` if none has one.
fn at_end(plan: &Plan, side: Side) -> Option<Plan> {
    let Allowance::Limits(limits) = &plan.allowance else { return None };
    limits.iter().any(|limit| limit.range.is_some()).then_some(())?;
    let limits = limits.iter().map(|limit| {
        let Some((low, high)) = &limit.range else { return limit.clone() };
        let end = if side == Side::Low { low } else { high };
        Limit { grant: with_amount(&limit.grant, end), range: None, ..limit.clone() }
    });
    Some(Plan { allowance: Allowance::Limits(limits.collect()), ..plan.clone() })
}

fn with_amount(grant: &Grant, amount: &Ratio) -> Grant {
    match grant {
        Grant::ApiUsd { discount, usd } => {
            Grant::ApiUsd { usd: Usd::from_ratio(amount).unwrap_or(*usd), discount: discount.clone() }
        }
        Grant::Tokens { weights, count } => {
            let whole = amount.ceil().to_i128().and_then(|whole| u64::try_from(whole).ok());
            Grant::Tokens { count: whole.map_or(*count, Tokens), weights: weights.clone() }
        }
        Grant::Credits(_) => Grant::Credits(amount.clone()),
        Grant::Requests(_) => Grant::Requests(amount.clone()),
        Grant::Hours(_) => Grant::Hours(amount.clone()),
    }
}

fn standing(bound: &Bound, answer: &Answer<'_>, bench: Bench<'_>) -> (Option<Value>, Standing) {
    let Some(economics) = &answer.economics else {
        let gaps = answer.gaps.clone();
        // One that is not declared keeps the rule from being evaluated, whatever else is declared.
        let declared = !gaps.is_empty() && gaps.iter().all(|gap| is_declared(gap, bench.unpriced));
        return (
            None,
            if declared {
                Standing::NotApplicable(NotApplicable::DeclaredUnknown(gaps))
            } else {
                Standing::NotEvaluable(gaps)
            },
        );
    };
    let Some(value) = measure(bound, economics) else {
        return (None, Standing::NotApplicable(NotApplicable::Free));
    };
    let standing = if holds(bound, &value) {
        Standing::Passed
    } else {
        Standing::Failed(Box::new(way_out(bound, answer, economics, bench.question)))
    };
    (Some(value), standing)
}

/// The figure that a bound limits; `None` if it is a share of revenue and there is none.
fn measure(bound: &Bound, economics: &Economics) -> Option<Value> {
    let revenue = &economics.revenue.revenue_usd;
    let free = revenue.is_zero();
    // Serving without limit costs nothing only where serving costs nothing.
    let serving = match economics.serving_usd_at_full() {
        Some(usd) => Some(usd),
        None => economics.serving_share.is_zero().then(Ratio::zero),
    };
    let value = match bound {
        Bound::MaxMultiple(_) | Bound::MinMultiple(_) => {
            if free {
                return None;
            }
            economics.multiple().map_or(Value::Unlimited, Value::Finite)
        }
        Bound::MinBreakEven(_) => match economics.break_even() {
            BreakEven::Never => Value::Never,
            BreakEven::Always => Value::Always,
            // Any use is no share of use without limit.
            BreakEven::Finite { utilization, .. } => Value::Finite(utilization.unwrap_or_default()),
        },
        Bound::MinMarginAt { utilization, .. } => {
            let served = if utilization.is_zero() { Some(Ratio::zero()) } else { serving.map(|usd| usd * utilization) };
            match served {
                Some(usd) => Value::Finite((economics.room_usd() - usd).checked_div(revenue)?),
                None if free => return None,
                None => Value::Unlimited,
            }
        }
        Bound::MaxLossAtFullUsd(_) => serving.map_or(Value::Unlimited, |usd| Value::Finite(usd - economics.room_usd())),
        Bound::MaxServingShareAtFull(_) => match serving {
            Some(usd) => Value::Finite(usd.checked_div(revenue)?),
            None if free => return None,
            None => Value::Unlimited,
        },
    };
    Some(value)
}

fn holds(bound: &Bound, value: &Value) -> bool {
    let limit = bound.threshold();
    match (bound, value) {
        (
            Bound::MaxMultiple(_) | Bound::MaxLossAtFullUsd(_) | Bound::MaxServingShareAtFull(_),
            Value::Finite(value),
        ) => value <= limit,
        (_, Value::Finite(value)) => value >= limit,
        (Bound::MinMultiple(_), Value::Unlimited) | (_, Value::Always) => true,
        (_, Value::Unlimited | Value::Never) => false,
    }
}

/// Revenue of a month as it depends on what the buyer pays: both are lines.
struct Takings {
    /// Revenue without tax, of a dollar paid.
    revenue: Ratio,
    /// What is left of it after fees.
    net: Ratio,
    /// Fees that do not depend on the price.
    fixed: Ratio,
}

impl Takings {
    fn of(plan: &Plan, billing: Billing, question: &Question) -> Self {
        let revenue = Ratio::one() / (Ratio::one() + &plan.vat_share);
        match question.fees.as_ref().unwrap_or(&plan.fees) {
            Fees::Store { share } => Self { net: &revenue * (Ratio::one() - share), revenue, fixed: Ratio::zero() },
            Fees::Processor { share, fixed_usd } => {
                let charges = Ratio::from(u64::from(plan.seats)) * Ratio::from(u64::from(billing.months()));
                Self { net: &revenue - share, revenue, fixed: fixed_usd / charges }
            }
        }
    }
}

fn way_out(bound: &Bound, answer: &Answer<'_>, economics: &Economics, question: &Question) -> WayOut {
    let plan = answer.plan;
    let takings = Takings::of(plan, answer.billing, question);
    let limit = bound.threshold();
    let (one, fixed_cost) = (Ratio::one(), &economics.fixed_cost_usd);
    let (room, revenue) = (economics.room_usd(), &economics.revenue.revenue_usd);
    let (max, serving) = (economics.max_api_usd.as_ref(), economics.serving_usd_at_full());
    let at_least = !matches!(bound, Bound::MinMultiple(_));
    // What the buyer has to pay for `coefficient x paid` to cover `need`.
    let covering = |need: Ratio, coefficient: &Ratio| coefficient.is_positive().then(|| need / coefficient);
    // What serving may cost at full use, were all else as it is; the maximum and the margin follow.
    let (paid, may_cost) = match bound {
        Bound::MaxMultiple(_) | Bound::MinMultiple(_) => {
            (max.and_then(|max| max.checked_div(limit)).and_then(|need| covering(need, &takings.revenue)), None)
        }
        Bound::MinBreakEven(_) => {
            let need = serving.as_ref().map(|usd| usd * limit + fixed_cost + &takings.fixed);
            (need.and_then(|need| covering(need, &takings.net)), room.checked_div(limit))
        }
        Bound::MinMarginAt { utilization, .. } => {
            let need = serving.as_ref().map(|usd| usd * utilization + fixed_cost + &takings.fixed);
            let kept = &takings.net - limit * &takings.revenue;
            (need.and_then(|need| covering(need, &kept)), (&room - limit * revenue).checked_div(utilization))
        }
        Bound::MaxLossAtFullUsd(_) => {
            let need = serving.as_ref().map(|usd| usd - limit + fixed_cost + &takings.fixed);
            (need.and_then(|need| covering(need, &takings.net)), Some(&room + limit))
        }
        Bound::MaxServingShareAtFull(_) => {
            let need = serving.as_ref().and_then(|usd| usd.checked_div(limit));
            (need.and_then(|need| covering(need, &takings.revenue)), Some(limit * revenue))
        }
    };
    let target = match bound {
        Bound::MaxMultiple(_) | Bound::MinMultiple(_) => Some(limit * revenue),
        _ => may_cost.as_ref().and_then(|usd| usd.checked_div(&economics.serving_share)),
    };
    let target = target.filter(Ratio::is_positive);
    let margin = may_cost.filter(|usd| !usd.is_negative()).zip(max).and_then(|(usd, max)| {
        let value = up(&(one - usd.checked_div(max)?), 6);
        Some(Fix { key: "api_gross_margin".to_owned(), value, at_least: true })
    });
    WayOut {
        price: paid.filter(|paid| !paid.is_negative()).map(|paid| price(plan, answer.billing, &paid, at_least)),
        limits: target.as_ref().map_or_else(Vec::new, |target| limits(answer, target, !at_least)),
        max_api_usd: target,
        api_gross_margin: margin.filter(|_| question.api_gross_margin.is_none()),
    }
}

/// The price of a period at which a month brings in so many dollars.
fn price(plan: &Plan, billing: Billing, paid_usd: &Ratio, at_least: bool) -> Fix {
    let key = match &plan.price {
        price if billing == Billing::Year && price.annual.is_some() => "annual_price_usd",
        price if price.currency.is_some() => "price",
        _ => "price_usd",
    };
    let unit = plan.price.currency.as_ref().map_or_else(Ratio::one, |(_, usd)| usd.clone());
    let exact = paid_usd * Ratio::from(u64::from(billing.months())) / unit;
    Fix { key: key.to_owned(), value: if at_least { up(&exact, 2) } else { down(&exact, 2) }, at_least }
}

/// The grants at which the month's maximum is at most `target`, or at least.
///
/// The maximum grows in proportion to all grants. It does not pass `target` if only those that decide shrink by the
/// factor: the prices of the others are zero in the dual of the program.
fn limits(answer: &Answer<'_>, target: &Ratio, at_least: bool) -> Vec<Fix> {
    let Some(ceiling) = answer.ceiling() else { return Vec::new() };
    let Some(factor) = target.checked_div(&ceiling.usd) else { return Vec::new() };
    let mixed = answer.mix == MixRule::WorstCase;
    let changed = answer.limits.iter().enumerate().filter(|(l, _)| at_least || mixed || ceiling.binding.contains(l));
    changed
        .map(|(_, limit)| {
            let exact = limit.grant.amount() * &factor;
            let decimals = if matches!(limit.grant, Grant::Tokens { .. }) { 0 } else { 2 };
            Fix {
                key: format!("limit.{}.{}", limit.id, limit.grant.key()),
                value: if at_least { up(&exact, decimals) } else { down(&exact, decimals) },
                at_least,
            }
        })
        .collect()
}

fn scale(decimals: u32) -> Ratio {
    Ratio::from(10_i128.pow(decimals))
}

/// The least number of so many decimals that is not below.
fn up(value: &Ratio, decimals: u32) -> Ratio {
    (value * scale(decimals)).ceil() / scale(decimals)
}

/// The largest number of so many decimals that is not above.
fn down(value: &Ratio, decimals: u32) -> Ratio {
    (value * scale(decimals)).floor() / scale(decimals)
}
