//! A policy held against a change: its rules on the plans that were added or changed, and how far these may move.
//!
//! What did not change is not this change's fault: it is counted in a line, and decides nothing.

use std::collections::BTreeMap;

use super::Side;
use crate::catalog::codes;
use crate::changes::{Change, Facts, changes};
use crate::cli::asked::{Asked, wanted};
use crate::cli::check::contradicted;
use crate::cli::check::finding::{Findings, columns};
use crate::cli::{Exit, Stop};
use crate::plan::Plan;
use crate::policy::{Before, Bench, Bound, Policy, Reading, Standing, Value, verdicts};
use crate::problem::{Problem, Source};
use crate::render::finding::Outcome;
use crate::report::{Cell, Missing, Record};
use crate::units::Ratio;

/// What a policy says of a change.
#[derive(Default)]
pub(super) struct Judged {
    /// Each breach, and what could not be evaluated.
    pub(super) problems: Vec<Problem>,
    /// Every test of every plan that is judged.
    pub(super) verdicts: Vec<Record>,
    /// How many there are of each kind.
    pub(super) summary: Record,
    /// The same in words.
    pub(super) footer: Vec<String>,
    /// Whether all could be evaluated, and nothing is denied.
    pub(super) exit: Option<Exit>,
}

/// A policy, its name, and which end of ranges it is held against.
pub(super) struct Gate {
    pub(super) policy: Policy,
    pub(super) name: String,
    pub(super) likely: bool,
}

impl Gate {
    /// Judges a change; every move counts, however small.
    pub(super) fn judge(&self, old: &Side, new: &Side, told: &[Problem]) -> Result<Judged, Stop> {
        let none = Ratio::zero();
        let (moved, _) = changes(&old.facts, &new.facts, &none);
        let of: BTreeMap<&str, Change> =
            moved.iter().filter(|p| p.change != Change::Removed).map(|plan| (plan.plan, plan.change)).collect();
        let Some((asked, args)) = &new.files else {
            return Ok(if of.is_empty() { self.told(&[], 0, (0, 0)) } else { self.no_plans(new, of.len()) });
        };
        let mut quiet = Vec::new();
        let plans = wanted(asked, args, &mut quiet)?;
        contradicted(&plans, &self.policy)?;
        let unpriced = |model: &str| asked.catalog.unpriced.contains(model);
        let bench = self.bench(asked, &unpriced);
        let (changed, unchanged): (Vec<&Plan>, Vec<&Plan>) = plans.iter().partition(|plan| of.contains_key(&*plan.id));

        let was_unpriced =
            |model: &str| old.files.as_ref().is_some_and(|(asked, _)| asked.catalog.unpriced.contains(model));
        let before: BTreeMap<&str, Before<'_>> = match &old.files {
            Some((asked, args)) => {
                let then = self.bench(asked, &was_unpriced);
                let plans = wanted(asked, args, &mut quiet)?;
                plans.into_iter().map(|plan| (&*plan.id, Before::Plan(plan, then))).collect()
            }
            None => BTreeMap::new(),
        };
        let mut findings = Findings::new(asked, &self.policy, bench, false);
        // So that what cannot be evaluated is shown where a model without a price is named.
        let of_new = |source: &Source| asked.sources.iter().any(|known| known.name == source.name);
        let is_unpriced = |problem: &&Problem| {
            problem.code == codes::UNPRICED && problem.place.as_ref().is_some_and(|place| of_new(&place.source))
        };
        findings.unpriced(told.iter().filter(is_unpriced).cloned().collect());
        findings.verdicts(&changed);
        for plan in &changed {
            let figures = |bound: &Bound| {
                let of = |facts: &[Facts]| reading(facts, &plan.id, bound);
                let now = match of(&new.facts) {
                    Reading::Known(value) => Some(value),
                    _ => None,
                };
                (of(&old.facts), now)
            };
            let before = match (of.get(&*plan.id), before.get(&*plan.id)) {
                (Some(Change::Changed), Some(before)) => *before,
                (Some(Change::Changed), None) => Before::Figures(&figures),
                _ => Before::Nothing,
            };
            findings.changed(plan, before);
        }
        findings.stale(&changed);

        let mut broken: BTreeMap<&str, bool> = BTreeMap::new();
        for verdict in verdicts(&unchanged, &self.policy, bench).iter().filter(|verdict| verdict.waiver.is_none()) {
            match verdict.standing {
                Standing::Failed(_) => *broken.entry(&verdict.plan.id).or_default() = true,
                Standing::NotEvaluable(_) => {
                    broken.entry(&verdict.plan.id).or_default();
                }
                _ => {}
            }
        }
        let breaking = broken.values().filter(|fails| **fails).count();
        let items = findings.finish();
        let outcomes: Vec<Outcome> = items.iter().map(|item| item.finding.outcome).collect();
        let mut judged = self.told(&outcomes, 0, (breaking, broken.len() - breaking));
        let keys = columns();
        for item in items {
            let named = keys.iter().map(|column| column.key).zip(item.cells);
            judged.verdicts.push(named.collect());
            if item.finding.outcome.is_shown() {
                judged.problems.push(item.finding.problem);
            }
        }
        Ok(judged)
    }

    fn bench<'a>(&self, asked: &'a Asked, unpriced: &'a dyn Fn(&str) -> bool) -> Bench<'a> {
        Bench { market: asked.catalog.market(), question: &asked.question, likely: self.likely, unpriced }
    }

    /// An earlier document has figures, but no plans to hold to anything.
    fn no_plans(&self, new: &Side, plans: usize) -> Judged {
        let mut judged = self.told(&[], plans, (0, 0));
        let name = new.names.first().map_or("NEW", String::as_str);
        judged.problems.push(
            Problem::error(codes::NOT_EVALUABLE, format!("{}: cannot evaluate `{name}`", self.name))
                .note("it holds figures, and no plans to hold to a rule")
                .help("name the plan files as NEW; where plancost.toml names the policy, --no-config leaves it out"),
        );
        judged
    }

    /// Counts in every form; `lost` plans could not be looked at.
    fn told(&self, outcomes: &[Outcome], lost: usize, unchanged: (usize, usize)) -> Judged {
        let count = |wanted: &[Outcome]| outcomes.iter().filter(|outcome| wanted.contains(outcome)).count();
        let counts = [
            ("denied", "denied", count(&[Outcome::Denied])),
            ("warnings", "warned of", count(&[Outcome::Warned])),
            ("notes", "noted", count(&[Outcome::Noted])),
            ("not_evaluable", "not evaluable", count(&[Outcome::NotEvaluable]) + lost),
            ("not_applicable", "not applicable", count(&[Outcome::NotApplicable, Outcome::DeclaredUnknown])),
            ("waived", "waived", count(&[Outcome::Waived])),
            ("passed", "passed", count(&[Outcome::Passed])),
        ];
        let said: Vec<String> =
            counts.iter().filter(|(.., n)| *n > 0).map(|(_, word, n)| format!("{n} {word}")).collect();
        let said = if said.is_empty() { "nothing to judge".to_owned() } else { said.join(", ") };
        let mut footer = vec![format!("Policy {}: {said}.", self.name)];
        let (breaking, unanswered) = unchanged;
        let plans = |n: usize| format!("{n} unchanged {}", if n == 1 { "plan" } else { "plans" });
        let mut old = Vec::new();
        if breaking > 0 {
            old.push(format!("{} {} a rule already", plans(breaking), if breaking == 1 { "breaks" } else { "break" }));
        }
        if unanswered > 0 {
            old.push(format!("{} cannot be evaluated", plans(unanswered)));
        }
        if !old.is_empty() {
            footer.push(format!("{}: not counted against this change.", old.join(", ")));
        }
        let mut exit = None;
        if counts[0].2 > 0 {
            exit = Some(Exit::No);
        }
        if counts[3].2 > 0 {
            exit = Some(Exit::Incomplete);
        }
        let summary = counts.iter().map(|(key, _, n)| (*key, *n));
        let summary = summary.chain([("unchanged_breaking", breaking), ("unchanged_not_evaluable", unanswered)]);
        Judged {
            summary: summary.map(|(key, n)| (key, Cell::Count(n as u64))).collect(),
            footer,
            exit,
            ..Judged::default()
        }
    }
}

/// The figure that a bound limits, as tables show it.
fn reading(facts: &[Facts], plan: &str, bound: &Bound) -> Reading {
    let is_multiple = matches!(bound, Bound::MaxMultipleIncrease(_));
    let key = if is_multiple { "multiple" } else { "break_even" };
    let named = facts.iter().find(|facts| facts.plan == plan).map(|facts| &facts.figures);
    let cell = named.and_then(|figures| figures.iter().find(|named| named.key == key)).map(|named| &named.cell);
    match cell {
        Some(Cell::Multiple(figure) | Cell::Share(figure)) => Reading::Known(Value::Finite(figure.value.clone())),
        Some(Cell::Missing(Missing::Unlimited)) if is_multiple => Reading::Known(Value::Unlimited),
        // Any use is no share of use without limit.
        Some(Cell::Missing(Missing::Unlimited)) => Reading::Known(Value::Finite(Ratio::zero())),
        Some(Cell::Missing(Missing::Never)) => Reading::Known(Value::Never),
        Some(Cell::Missing(Missing::Always)) => Reading::Known(Value::Always),
        Some(Cell::Missing(Missing::NotApplicable)) => Reading::Free,
        _ => Reading::Unknown { gaps: Vec::new(), declared: false },
    }
}
