//! What can be said of plans without a policy: stale prices, figures without a source, limits and tiers that decide
//! nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::allowance::{Grant, Hours, Limit};
use crate::analysis::{Answer, Gap};
use crate::fact::{Line, Provenance};
use crate::plan::Plan;
use crate::policy::Grade;
use crate::rates::DatedRates;
use crate::units::{Date, Ratio};

/// Days after which a price is noted.
pub const NOTED_AFTER: u64 = 30;
/// Days after which a price is warned of.
pub const WARNED_AFTER: u64 = 60;

/// Something worth saying of a plan or a price.
#[derive(Clone, Debug)]
pub struct Lint<'a> {
    /// What it is.
    pub kind: Kind<'a>,
    /// The plan; `None`: it concerns the price of a model.
    pub plan: Option<&'a Plan>,
    /// Where it is written.
    pub line: &'a Line,
}

/// What a lint is about.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// A price was not compared with its source lately.
    Stale {
        /// The model, or `None` for the price of the plan.
        model: Option<&'a Arc<str>>,
        /// When it was compared.
        checked: Option<Date>,
        /// Days since; `None`: not known.
        age: Option<u64>,
        /// What that is; `None`: older than the policy takes, so that nothing rests on it.
        grade: Option<Grade>,
    },
    /// A price does not say where it comes from.
    NoSource {
        /// The model, or `None` for the price of the plan.
        model: Option<&'a Arc<str>>,
    },
    /// A limit that another one always comes before.
    NeverBinds {
        /// The limit.
        limit: &'a Limit,
        /// The tighter one.
        tighter: &'a Limit,
    },
    /// Another plan of the vendor costs no more and grants no less.
    Dominated {
        /// The other plan.
        by: &'a Plan,
        /// Maximum of the plan and of the other, in dollars a month.
        max_api_usd: (Ratio, Ratio),
    },
    /// The file says that nobody knows.
    DeclaredUnknown {
        /// What.
        gaps: Vec<Gap>,
    },
    /// A figure that is needed is not known, and no file says so.
    Gap {
        /// What.
        gaps: Vec<Gap>,
    },
}

/// What there is to say of plans, in their order, and then of the prices that their figures rest on.
#[must_use]
pub fn lints<'a>(
    answers: &'a [Answer<'a>],
    day: Option<Date>,
    max_age: Option<u64>,
    unpriced: &dyn Fn(&str) -> bool,
) -> Vec<Lint<'a>> {
    let mut lints = Vec::new();
    let mut rates: Vec<&DatedRates> = Vec::new();
    let mut dominated = dominated(answers);
    for answer in answers {
        let plan = answer.plan;
        let mut add = |kind, line| lints.push(Lint { kind, plan: Some(plan), line });
        let line = &plan.provenance.line;
        let (declared, missing): (Vec<Gap>, Vec<Gap>) =
            answer.gaps.iter().cloned().partition(|gap| super::is_declared(gap, unpriced));
        if !missing.is_empty() {
            add(Kind::Gap { gaps: missing }, line);
        } else if !declared.is_empty() {
            add(Kind::DeclaredUnknown { gaps: declared }, line);
        }
        if plan.price.amount.is_some() {
            for kind in of_price(&plan.provenance, None, day, max_age) {
                add(kind, line);
            }
        }
        for limit in &answer.limits {
            if let Some(tighter) = answer.limits.iter().find(|other| comes_before(other, limit)) {
                add(Kind::NeverBinds { limit, tighter }, &limit.provenance.line);
            }
        }
        if let Some(kind) = dominated.remove(&*plan.id) {
            add(kind, line);
        }
        for used in &answer.rates {
            if !rates.iter().any(|known| std::ptr::eq(*known, *used)) {
                rates.push(used);
            }
        }
    }
    for used in rates {
        for kind in of_price(&used.provenance, Some(&used.model), day, max_age) {
            lints.push(Lint { kind, plan: None, line: &used.provenance.line });
        }
    }
    lints
}

fn of_price<'a>(
    said: &Provenance,
    model: Option<&'a Arc<str>>,
    day: Option<Date>,
    max_age: Option<u64>,
) -> Vec<Kind<'a>> {
    let mut kinds = Vec::new();
    let age = said.checked.zip(day).map(|(checked, day)| u64::try_from((day - checked).get_days()).unwrap_or(0));
    let past = |most: u64| age.is_none_or(|age| age > most);
    let grade = match max_age {
        Some(most) => past(most).then_some(None),
        None if past(WARNED_AFTER) => Some(Some(Grade::Warn)),
        None if past(NOTED_AFTER) => Some(Some(Grade::Note)),
        None => None,
    };
    if let Some(grade) = grade {
        kinds.push(Kind::Stale { model, checked: said.checked, age, grade });
    }
    if said.source.is_none() {
        kinds.push(Kind::NoSource { model });
    }
    kinds
}

/// Whether one limit is always reached before, or together with, another in the same unit: all that the windows of the
/// first grant within a window of the second is no more than that grants.
fn comes_before(first: &Limit, second: &Limit) -> bool {
    if std::ptr::eq(first, second) || !same_unit(&first.grant, &second.grant) {
        return false;
    }
    let covered = match (&first.models, &second.models) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(first), Some(second)) => second.iter().all(|model| first.contains(model)),
    };
    if !covered {
        return false;
    }
    let high = first.range.as_ref().map_or_else(|| first.grant.amount(), |(_, high)| high.clone());
    let low = second.range.as_ref().map_or_else(|| second.grant.amount(), |(low, _)| low.clone());
    if first.every == second.every {
        // Of two that are alike, neither is to blame.
        return high < low || high == low && first.models.is_none() && second.models.is_some();
    }
    let hours = |limit: &Limit| limit.every.length().map(Hours::ratio);
    let Some(short) = hours(first) else { return false };
    // A month has at most 31 days.
    let long = hours(second).unwrap_or_else(|| Ratio::from(31 * 24));
    if short > long {
        return false;
    }
    // So many windows touch a span that begins within one.
    let touching = (long / short).ceil() + Ratio::one();
    high * touching <= low
}

fn same_unit(first: &Grant, second: &Grant) -> bool {
    match (first, second) {
        (Grant::ApiUsd { discount: a, .. }, Grant::ApiUsd { discount: b, .. }) => a == b,
        (Grant::Tokens { weights: a, .. }, Grant::Tokens { weights: b, .. }) => a == b,
        (Grant::Credits(_), Grant::Credits(_))
        | (Grant::Requests(_), Grant::Requests(_))
        | (Grant::Hours(_), Grant::Hours(_)) => true,
        _ => false,
    }
}

/// Plans, by id, of which another plan of the vendor costs no more and grants no less, and is not just the same.
fn dominated<'a>(answers: &'a [Answer<'a>]) -> BTreeMap<&'a str, Kind<'a>> {
    type Tier<'a> = (Ratio, Ratio, &'a Plan);
    let mut vendors: BTreeMap<&str, Vec<Tier<'a>>> = BTreeMap::new();
    for answer in answers {
        let (Some(vendor), Some(revenue), Some(ceiling)) = (&answer.plan.vendor, &answer.revenue, answer.ceiling())
        else {
            continue;
        };
        let tier = (revenue.gross_usd.clone(), ceiling.usd.clone(), answer.plan);
        vendors.entry(vendor).or_default().push(tier);
    }
    let mut found = BTreeMap::new();
    for mut tiers in vendors.into_values() {
        // Cheapest first; of one price, the one that grants most.
        tiers.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        let mut best: Option<&Tier<'a>> = None;
        for tier in &tiers {
            match best {
                Some(known) if known.1 > tier.1 || known.1 == tier.1 && known.0 < tier.0 => {
                    if tier.1.is_positive() {
                        let max_api_usd = (tier.1.clone(), known.1.clone());
                        found.insert(&*tier.2.id, Kind::Dominated { by: known.2, max_api_usd });
                    }
                }
                Some(known) if known.1 == tier.1 => {}
                _ => best = Some(tier),
            }
        }
    }
    found
}
