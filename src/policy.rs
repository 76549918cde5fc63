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
    /// Whether it limits changes alone, so that it says nothing of a plan as it is.
    #[must_use]
    pub fn is_of_change_alone(&self) -> bool {
        self.tests.iter().all(|test| test.bound.is_of_change())
    }

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
    /// A change raises the multiple by at most so many API dollars per dollar of revenue.
    MaxMultipleIncrease(Ratio),
    /// A change lowers the break-even utilization by at most so much: 0.05 is from 30 % to 25 %.
    MaxBreakEvenDecrease(Ratio),
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
            Self::MaxMultipleIncrease(_) => "max_multiple_increase",
            Self::MaxBreakEvenDecrease(_) => "max_break_even_decrease",
        }
    }

    /// Whether it limits what a change does to a figure, not the figure: one plan alone says nothing of it.
    #[must_use]
    pub const fn is_of_change(&self) -> bool {
        matches!(self, Self::MaxMultipleIncrease(_) | Self::MaxBreakEvenDecrease(_))
    }

    /// The address of the figure that it limits: `margin_at[0.5]`.
    #[must_use]
    pub fn figure(&self) -> String {
        match self {
            Self::MaxMultiple(_) | Self::MinMultiple(_) => "multiple".to_owned(),
            Self::MinBreakEven(_) => "break_even".to_owned(),
            Self::MinMarginAt { utilization, .. } => format!("margin_at[{}]", utilization.to_exact()),
            Self::MaxLossAtFullUsd(_) => "loss_at_full_usd".to_owned(),
            Self::MaxServingShareAtFull(_) => "serving_share_at_full".to_owned(),
            Self::MaxMultipleIncrease(_) => "multiple_increase".to_owned(),
            Self::MaxBreakEvenDecrease(_) => "break_even_decrease".to_owned(),
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
            | Self::MaxServingShareAtFull(limit)
            | Self::MaxMultipleIncrease(limit)
            | Self::MaxBreakEvenDecrease(limit) => limit,
        }
    }

    /// What a limit for a change demands of a plan whose figure was this; `None`: no figure alone says it.
    fn after(&self, old: &Value) -> Option<Self> {
        match (self, old) {
            (Self::MaxMultipleIncrease(limit), Value::Finite(old)) => Some(Self::MaxMultiple(old + limit)),
            // Below zero there is no utilization: what loses without any use has no break-even to compare.
            (Self::MaxBreakEvenDecrease(limit), Value::Finite(old)) => {
                Some(Self::MinBreakEven((old - limit).max(Ratio::zero())))
            }
            _ => None,
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
    /// The rule is of a change, and there was no figure before it: the plan is new, or nobody knew.
    NothingBefore,
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
    /// What the figure was, where the rule is of a change.
    pub old: Option<Value>,
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
            for test in rule.tests.iter().filter(|test| !test.bound.is_of_change()) {
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
                let waiver = waiver(policy, rule, plan, &standing, bench);
                verdicts.push(Verdict {
                    rule,
                    test,
                    plan,
                    side,
                    other,
                    old: None,
                    from: from(used),
                    value,
                    standing,
                    waiver,
                });
            }
        }
    }
    verdicts
}

/// Where the figures of an answer come from.
fn from(answer: &Answer<'_>) -> Option<(Option<Ratio>, Ratio)> {
    let economics = answer.economics.as_ref()?;
    Some((economics.max_api_usd.clone(), economics.revenue.revenue_usd.clone()))
}

fn waiver<'a>(
    policy: &'a Policy,
    rule: &Rule,
    plan: &Plan,
    standing: &Standing,
    bench: Bench<'_>,
) -> Option<&'a Waiver> {
    let waived = matches!(standing, Standing::Failed(_) | Standing::NotEvaluable(_));
    policy
        .waivers
        .iter()
        .filter(|_| waived)
        .find(|waiver| waiver.rule == rule.id && waiver.plan == plan.id && !waiver.has_expired(bench.question.day))
}

/// What a plan was before a change.
#[derive(Clone, Copy)]
pub enum Before<'a> {
    /// There was no such plan.
    Nothing,
    /// This plan, and what it was held against.
    Plan(&'a Plan, Bench<'a>),
    /// Only figures are known, as tables show them: what the one that a bound limits was, and what it is.
    Figures(&'a Figures<'a>),
}

/// A figure before and after a change.
pub type Figures<'a> = dyn Fn(&Bound) -> (Reading, Option<Value>) + 'a;

/// What can be said of a figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// It is this.
    Known(Value),
    /// It is a share of revenue, and there is none.
    Free,
    /// It is not known; where that is all that a file says, `declared`.
    Unknown {
        /// What is missing.
        gaps: Vec<Gap>,
        /// Whether the plan's file says so itself.
        declared: bool,
    },
}

/// Every test of what a change did to a plan, in the order of the rules. Both sides are read at the end of their ranges
/// that is worse for the rule, unless the likely figures are asked for or alone are known.
#[must_use]
pub fn changed<'a>(plan: &'a Plan, before: Before<'_>, policy: &'a Policy, bench: Bench<'_>) -> Vec<Verdict<'a>> {
    let mut verdicts = Vec::new();
    let end = |plan: &Plan| at_end(plan, Side::High);
    let (new_end, old_end) = (end(plan), if let Before::Plan(old, _) = before { end(old) } else { None });
    let side = match before {
        _ if new_end.is_none() && old_end.is_none() => Side::Only,
        Before::Figures(_) => Side::Likely,
        _ if bench.likely => Side::Likely,
        _ => Side::High,
    };
    let new = new_end.as_ref().filter(|_| side == Side::High).unwrap_or(plan);
    let used = answer(new, bench.market, bench.question);
    let old = match before {
        Before::Plan(old, then) => {
            let old = old_end.as_ref().filter(|_| side == Side::High).unwrap_or(old);
            Some((answer(old, then.market, then.question), then))
        }
        _ => None,
    };
    for rule in policy.rules.iter().filter(|rule| rule.is_for(plan)) {
        for test in rule.tests.iter().filter(|test| test.bound.is_of_change()) {
            let bound = &test.bound;
            let mut now = reading(bound, &used, bench);
            let was = match (before, &old) {
                (Before::Figures(of), _) => {
                    let (was, is) = of(bound);
                    if let (Reading::Known(value), Some(is)) = (&mut now, is) {
                        *value = is;
                    }
                    Some(was)
                }
                (_, Some((old, then))) => Some(reading(bound, old, *then)),
                _ => None,
            };
            let standing = standing_of_change(bound, was.as_ref(), &now, &used, bench.question);
            let value = |reading: Option<Reading>| match reading {
                Some(Reading::Known(value)) => Some(value),
                _ => None,
            };
            verdicts.push(Verdict {
                rule,
                test,
                plan,
                side,
                value: value(Some(now)),
                old: value(was),
                other: None,
                from: from(&used),
                waiver: waiver(policy, rule, plan, &standing, bench),
                standing,
            });
        }
    }
    verdicts
}

fn reading(bound: &Bound, answer: &Answer<'_>, bench: Bench<'_>) -> Reading {
    match &answer.economics {
        Some(economics) => measure(bound, economics).map_or(Reading::Free, Reading::Known),
        None => Reading::Unknown { declared: all_declared(&answer.gaps, bench), gaps: answer.gaps.clone() },
    }
}

fn standing_of_change(
    bound: &Bound,
    was: Option<&Reading>,
    now: &Reading,
    answer: &Answer<'_>,
    question: &Question,
) -> Standing {
    use Reading::{Free, Known, Unknown};
    let not = Standing::NotApplicable;
    let (was, now) = match (was, now) {
        (None, _) | (Some(Unknown { declared: true, .. }), Known(_) | Free) => {
            return not(NotApplicable::NothingBefore);
        }
        (_, Unknown { gaps, declared: false }) => return Standing::NotEvaluable(gaps.clone()),
        (Some(Unknown { .. }), Unknown { gaps, .. }) => return not(NotApplicable::DeclaredUnknown(gaps.clone())),
        // What was known is hidden: that says nothing of where it went.
        (Some(Known(_) | Free), Unknown { gaps, .. }) => return Standing::NotEvaluable(gaps.clone()),
        (Some(Unknown { gaps, .. }), _) => return Standing::NotEvaluable(gaps.clone()),
        (Some(Free), _) => return not(NotApplicable::Free),
        (Some(Known(was)), Known(now)) => (was, Some(now)),
        (Some(Known(was)), Free) => (was, None),
    };
    let demanded = bound.after(was);
    let holds = match (now, &demanded) {
        _ if now == Some(was) => true,
        (Some(now), Some(demanded)) => holds(demanded, now),
        // Nothing is above what has no bound, nor below what loses without any use.
        (_, None) => matches!(was, Value::Unlimited | Value::Never),
        // A multiple of no revenue has no bound.
        (None, Some(_)) => false,
    };
    if holds {
        return Standing::Passed;
    }
    let ways = demanded.zip(answer.economics.as_ref());
    Standing::Failed(Box::new(
        ways.map_or_else(WayOut::default, |(demanded, economics)| way_out(&demanded, answer, economics, question)),
    ))
}

/// Whether everything that is missing is declared: one gap that is not keeps a rule from being evaluated.
fn all_declared(gaps: &[Gap], bench: Bench<'_>) -> bool {
    !gaps.is_empty() && gaps.iter().all(|gap| is_declared(gap, bench.unpriced))
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
        return (
            None,
            if all_declared(&gaps, bench) {
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
        Bound::MaxMultiple(_) | Bound::MinMultiple(_) | Bound::MaxMultipleIncrease(_) => {
            if free {
                return None;
            }
            economics.multiple().map_or(Value::Unlimited, Value::Finite)
        }
        Bound::MinBreakEven(_) | Bound::MaxBreakEvenDecrease(_) => match economics.break_even() {
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
        // What they demand of a plan is one of the above, see `Bound::after`.
        Bound::MaxMultipleIncrease(_) | Bound::MaxBreakEvenDecrease(_) => return WayOut::default(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{self, Catalog, Input};
    use crate::problem::Source;
    use jiff::civil::date;

    const DAY: Date = date(2026, 6, 15);

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn plans(text: &str) -> Catalog {
        let source = Arc::new(Source { name: "p.toml".to_owned(), text: text.to_owned() });
        let (catalog, problems) = catalog::read(&[Input { source, bundled: false, plans: true }], &[]);
        assert_eq!(problems, []);
        catalog
    }

    /// A plan `p` of a price and a monthly allowance in API dollars.
    fn plan(price: &str, allowance: &str) -> Catalog {
        plans(&format!("[[plan]]\nid = \"p\"\nprice_usd = {price}\n{allowance}\n"))
    }

    fn month(usd: &str) -> String {
        format!("[[plan.limit]]\nevery = \"month\"\napi_usd = {usd}\n")
    }

    fn judge(catalog: &Catalog, bound: Bound) -> (Option<Value>, Standing) {
        let source = Arc::new(Source { name: "rule".to_owned(), text: String::new() });
        let place = Place::whole(&source);
        let rule = Rule {
            id: "r".into(),
            plans: Vec::new(),
            vendor: None,
            grade: Grade::Deny,
            tests: vec![Test { bound, place: place.clone() }],
            place,
        };
        let policy = Policy { rules: vec![rule], ..Policy::default() };
        let plans: Vec<&Plan> = catalog.plans.iter().collect();
        let bench =
            Bench { market: catalog.market(), question: &Question::on(DAY), likely: false, unpriced: &|_| false };
        let verdicts = verdicts(&plans, &policy, bench);
        (verdicts[0].value.clone(), verdicts[0].standing.clone())
    }

    fn finite(text: &str) -> Option<Value> {
        Some(Value::Finite(ratio(text)))
    }

    fn ways(standing: Standing) -> WayOut {
        let Standing::Failed(ways) = standing else { panic!("it fails: {standing:?}") };
        *ways
    }

    #[test]
    fn each_figure_is_what_it_is_by_hand() {
        // $20 for $400 at list, a quarter of which is what serving costs: $100 at full use, $80 lost.
        let plan = plan("20", &month("400"));
        assert_eq!(judge(&plan, Bound::MaxMultiple(ratio("20"))), (finite("20"), Standing::Passed));
        assert_eq!(judge(&plan, Bound::MinMultiple(ratio("20"))), (finite("20"), Standing::Passed));
        assert_eq!(judge(&plan, Bound::MinBreakEven(ratio("0.2"))), (finite("0.2"), Standing::Passed));
        // (20 - 50) / 20 at half use.
        let half = |margin: &str| Bound::MinMarginAt { utilization: ratio("0.5"), margin: ratio(margin) };
        assert_eq!(judge(&plan, half("-1.5")), (finite("-1.5"), Standing::Passed));
        assert!(matches!(judge(&plan, half("-1.4999")).1, Standing::Failed(_)));
        assert_eq!(judge(&plan, Bound::MaxLossAtFullUsd(ratio("80"))), (finite("80"), Standing::Passed));
        assert_eq!(judge(&plan, Bound::MaxServingShareAtFull(ratio("5"))), (finite("5"), Standing::Passed));
    }

    #[test]
    fn the_way_out_is_worked_by_hand() {
        // $14,000 for $200 is 70x; 50x takes $280, or $10,000.
        let pro = plan("200", &month("14000"));
        let out = ways(judge(&pro, Bound::MaxMultiple(ratio("50"))).1);
        assert_eq!(out.price, Some(Fix { key: "price_usd".to_owned(), value: ratio("280"), at_least: true }));
        assert_eq!(out.max_api_usd, Some(ratio("10000")));
        assert_eq!(out.limits, [Fix { key: "limit.month.api_usd".to_owned(), value: ratio("10000"), at_least: false }]);
        assert_eq!(out.api_gross_margin, None, "serving cost has no part in a multiple");
        // Break-even at a fifth: 0.2 x 3,500 = $700; 200 / (0.2 x 0.25) = $4,000; 200 / (0.2 x 14,000) = 1/14 of list.
        let out = ways(judge(&pro, Bound::MinBreakEven(ratio("0.2"))).1);
        assert_eq!(out.price.map(|fix| fix.value), Some(ratio("700")));
        assert_eq!(out.max_api_usd, Some(ratio("4000")));
        assert_eq!(out.api_gross_margin.map(|fix| fix.value), Some(ratio("0.928572")), "13/14, rounded up");
    }

    #[test]
    fn a_way_out_that_does_not_exist_is_not_told() {
        // Fixed cost alone is above the price, so that no allowance and no margin makes up for it.
        let poor = plan("5", &format!("fixed_cost_usd_per_month = 6\n{}", month("100")));
        let (value, standing) = judge(&poor, Bound::MinBreakEven(ratio("0.1")));
        assert_eq!(value, Some(Value::Never));
        let out = ways(standing);
        // 0.1 x 25 + 6.
        assert_eq!(out.price.map(|fix| fix.value), Some(ratio("8.5")));
        assert_eq!((out.max_api_usd, out.api_gross_margin), (None, None));
        // A margin of 1 leaves nothing for serving at any price.
        let out = ways(
            judge(&plan("20", &month("400")), Bound::MinMarginAt { utilization: ratio("1"), margin: ratio("1") }).1,
        );
        assert_eq!(out.price, None);
    }

    #[test]
    fn use_without_limit_breaks_what_it_must() {
        let unlimited = plan("20", "unlimited = true");
        let fails = |bound| matches!(judge(&unlimited, bound), (_, Standing::Failed(_)));
        assert!(fails(Bound::MaxMultiple(ratio("1000"))));
        assert!(fails(Bound::MinBreakEven(ratio("0.01"))));
        assert!(fails(Bound::MaxLossAtFullUsd(ratio("1000"))));
        assert!(fails(Bound::MaxServingShareAtFull(ratio("1000"))));
        assert!(fails(Bound::MinMarginAt { utilization: ratio("0.01"), margin: ratio("-1000") }));
        assert_eq!(judge(&unlimited, Bound::MinMultiple(ratio("1000"))), (Some(Value::Unlimited), Standing::Passed));
        let at_zero = Bound::MinMarginAt { utilization: ratio("0"), margin: ratio("1") };
        assert_eq!(judge(&unlimited, at_zero), (finite("1"), Standing::Passed));
    }

    #[test]
    fn a_free_plan_has_no_shares_of_its_price_but_can_lose_dollars() {
        let free = plan("0", &month("40"));
        for bound in [
            Bound::MaxMultiple(ratio("1")),
            Bound::MaxServingShareAtFull(ratio("1")),
            Bound::MinMarginAt { utilization: ratio("0.5"), margin: ratio("0") },
        ] {
            assert_eq!(judge(&free, bound), (None, Standing::NotApplicable(NotApplicable::Free)));
        }
        assert_eq!(judge(&free, Bound::MaxLossAtFullUsd(ratio("10"))), (finite("10"), Standing::Passed));
        let out = ways(judge(&free, Bound::MaxLossAtFullUsd(ratio("4"))).1);
        assert_eq!(out.price.map(|fix| fix.value), Some(ratio("6")));
    }

    #[test]
    fn only_what_the_file_declares_unknown_does_not_apply() {
        let bound = || Bound::MaxMultiple(ratio("10"));
        let declared = judge(&plan("20", "allowance_unknown = true"), bound()).1;
        assert_eq!(declared, Standing::NotApplicable(NotApplicable::DeclaredUnknown(vec![Gap::Allowance])));
        let text = "[[plan]]\nid = \"p\"\nprice_usd = 20\n[[plan.limit]]\nevery = \"day\"\nrequests = 5\n";
        assert!(matches!(judge(&plans(text), bound()).1, Standing::NotEvaluable(_)));
        // The price is declared, the worth of a request is not: no answer.
        let both = text.replace("price_usd = 20", "price_unknown = true");
        assert!(matches!(judge(&plans(&both), bound()).1, Standing::NotEvaluable(_)));
    }

    #[test]
    fn the_worse_end_of_a_range_depends_on_the_rule() {
        let ranged = plan("10", &format!("{}range_usd = [50, 200]\n", month("100")));
        assert_eq!(judge(&ranged, Bound::MaxMultiple(ratio("20"))).0, finite("20"));
        assert_eq!(judge(&ranged, Bound::MinMultiple(ratio("5"))).0, finite("5"));
        assert_eq!(judge(&ranged, Bound::MinBreakEven(ratio("0"))).0, finite("0.2"));
    }

    #[test]
    fn a_number_of_days_is_digits_and_a_d() {
        assert_eq!(["45d", "0d"].map(days), [Some(45), Some(0)]);
        for bad in ["", "d", "45", "-1d", "1.5d", "123456d", "4 d"] {
            assert_eq!(days(bad), None, "{bad}");
        }
    }
}
