//! Findings: verdicts, lints and mistakes, each with its place, its fingerprint and its row of the JSON document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::words;
use crate::analysis::{Answer, Gap, answer};
use crate::catalog::codes;
use crate::cli::analyze::gap_text;
use crate::cli::asked::Asked;
use crate::fact::Line;
use crate::plan::Plan;
use crate::policy::lint::{Kind, lints};
use crate::policy::{
    Before, Bench, Bound, Grade, NotApplicable, Policy, Rule, Standing, Value, Verdict, WayOut, changed, verdicts,
};
use crate::problem::{Level, Place, Problem, Source, nearest};
use crate::render::finding::{Finding, Outcome};
use crate::report::{Cell, Column, Missing, Unit};
use crate::units::Ratio;

/// A finding and its row of the document.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Item {
    pub(in crate::cli) finding: Finding,
    pub(in crate::cli) cells: Vec<Cell>,
}

/// Collects findings.
pub(in crate::cli) struct Findings<'a> {
    asked: &'a Asked,
    policy: &'a Policy,
    bench: Bench<'a>,
    strict: bool,
    sources: BTreeMap<&'a str, (&'a Arc<Source>, Vec<usize>)>,
    /// Where a model without a price is named, by the message that says so.
    unpriced: Vec<Problem>,
    items: Vec<Item>,
    seen: BTreeMap<(String, String, String), u64>,
    /// Plans of which a rule said that something is missing.
    told: Vec<Arc<str>>,
    /// Waivers that were needed.
    used: Vec<*const crate::policy::Waiver>,
}

macro_rules! columns {
    ($($key:literal $unit:ident $meaning:literal)+) => {
        /// The columns of the JSON document.
        pub(in crate::cli) fn columns() -> Vec<Column> {
            vec![$(Column {
                key: $key,
                title: $key.to_owned(),
                meaning: $meaning,
                unit: Unit::$unit,
                shown: false,
                drop_rank: 0,
                heat_points: Vec::new(),
            }),+]
        }
    };
}

columns! {
    "rule" Text "id of the rule, or name of the lint"
    "plan" Text "id of the plan; null: it concerns none"
    "figure" Text "the figure that is limited"
    "level" Text "what breaking it is: `deny`, `warn` or `note`"
    "verdict" Text "`passed`, `failed`, `not_evaluable`, `not_applicable`, `waived` or `error`"
    "why" Text "why it is waived, not applicable or not evaluable"
    "code" Text "number of the kind of finding; `plancost explain` tells more"
    "message" Text "the finding in words"
    "key" Text "the limit, as policy files name it"
    "value" Number "the figure; null: not known, or without bound"
    "value_status" Text "`finite`, `unlimited`, `never` or `always`; null: not known"
    "old_value" Number "what the figure was, where the rule is of a change; null: not known, or without bound"
    "old_value_status" Text "as `value_status`, of `old_value`"
    "threshold" Number "the limit"
    "range_end" Text "`only`, `likely`, `low` or `high`: the end of a limit's range that the figure is for"
    "passes_with_price" Usd "price at which it would pass, rounded to the safe side"
    "passes_with_max_api_usd_per_month" Usd "maximum at API list prices at which it would pass"
    "passes_with_api_gross_margin" Share "API gross margin at which it would pass, rounded to the safe side"
    "passes_with" List "what makes it pass, each alone, as `--set` takes it"
    "waived_until" Date "first day on which the waiver holds no longer"
    "path" Text "the file"
    "line" Count "line in it"
    "rule_path" Text "the file of the rule"
    "rule_line" Count "line in it"
    "fingerprint" Text "names the finding from run to run"
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn none() -> Cell {
    Cell::Missing(Missing::NotApplicable)
}

fn or_none<T>(value: Option<T>, cell: impl Fn(T) -> Cell) -> Cell {
    value.map_or_else(none, cell)
}

impl<'a> Findings<'a> {
    pub(in crate::cli) fn new(asked: &'a Asked, policy: &'a Policy, bench: Bench<'a>, strict: bool) -> Self {
        let starts = |text: &str| std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let sources = asked.sources.iter().map(|source| (&*source.name, (source, starts(&source.text)))).collect();
        Self {
            asked,
            policy,
            bench,
            strict,
            sources,
            unpriced: Vec::new(),
            items: Vec::new(),
            seen: BTreeMap::new(),
            told: Vec::new(),
            used: Vec::new(),
        }
    }

    /// Takes in mistakes of the policy and of the files, and returns those that concern what was asked for.
    pub(in crate::cli) fn problems(
        &mut self,
        policy: Vec<Problem>,
        files: Vec<Problem>,
        plans: &[&Plan],
    ) -> Vec<Problem> {
        let ids: BTreeSet<&str> = plans.iter().map(|plan| &*plan.id).collect();
        // What has no price is told of the plans that need it.
        let (unpriced, files): (Vec<Problem>, Vec<Problem>) =
            files.into_iter().partition(|problem| problem.code == codes::UNPRICED && problem.level < Level::Error);
        self.unpriced = unpriced;
        let concerns = |problem: &Problem| {
            problem.level == Level::Error || problem.plan.as_ref().is_none_or(|id| ids.contains(&**id))
        };
        let told: Vec<Problem> = policy.into_iter().chain(files.into_iter().filter(concerns)).collect();
        for problem in &told {
            let outcome = match problem.level {
                Level::Error => Outcome::Broken,
                Level::Warning => Outcome::Warned,
                Level::Note => Outcome::Noted,
            };
            let rule = problem.code.to_string();
            let path = problem.place.as_ref().map_or("input", |place| &place.source.name);
            self.add(&rule, path.to_owned(), outcome, problem.clone(), None);
        }
        told
    }

    /// Where models are named that have no price.
    pub(in crate::cli) fn unpriced(&mut self, problems: Vec<Problem>) {
        self.unpriced = problems;
    }

    /// Every test of every plan as it is.
    pub(in crate::cli) fn verdicts(&mut self, plans: &[&'a Plan]) {
        self.judged(verdicts(plans, self.policy, self.bench));
    }

    /// Every test of what a change did to a plan.
    pub(in crate::cli) fn changed(&mut self, plan: &'a Plan, before: Before<'_>) {
        self.judged(changed(plan, before, self.policy, self.bench));
    }

    fn judged(&mut self, verdicts: Vec<Verdict<'a>>) {
        for verdict in verdicts {
            let outcome = match &verdict.standing {
                _ if verdict.waiver.is_some() => Outcome::Waived,
                Standing::Passed => Outcome::Passed,
                Standing::NotEvaluable(_) => Outcome::NotEvaluable,
                Standing::NotApplicable(NotApplicable::Free | NotApplicable::NothingBefore) => Outcome::NotApplicable,
                Standing::NotApplicable(NotApplicable::DeclaredUnknown(_)) => Outcome::DeclaredUnknown,
                Standing::Failed(_) => match verdict.rule.grade {
                    Grade::Deny => Outcome::Denied,
                    Grade::Warn => Outcome::Warned,
                    Grade::Note => Outcome::Noted,
                },
            };
            let mut problem = words::verdict(&verdict);
            problem.place = self.place(&verdict.plan.provenance.line, true);
            if let Standing::NotEvaluable(gaps) = &verdict.standing {
                self.told.push(Arc::clone(&verdict.plan.id));
                if let Some(place) = self.named_at(gaps) {
                    problem.place = Some(place);
                }
            }
            if let Some(waiver) = verdict.waiver {
                self.used.push(std::ptr::from_ref(waiver));
            }
            let reason = verdict.waiver.map(|waiver| waiver.reason.to_string());
            self.add(&verdict.rule.id, verdict.test.bound.figure(), outcome, problem, reason);
            let item = self.items.last_mut().expect("it was added just now");
            fill(&mut item.cells, &verdict);
        }
    }

    /// Where a model is named that has no price.
    fn named_at(&self, gaps: &[Gap]) -> Option<Place> {
        let Gap::Rate(none) = gaps.iter().find(|gap| matches!(gap, Gap::Rate(_)))? else { return None };
        let message = crate::catalog::no_price(&none.model).message;
        self.unpriced.iter().find(|problem| problem.message == message)?.place.clone()
    }

    /// What is odd about the files.
    pub(super) fn lints(&mut self, plans: &[&'a Plan]) {
        self.some_lints(plans, |_| true);
    }

    /// Prices that the policy does not take, because they are too old.
    pub(in crate::cli) fn stale(&mut self, plans: &[&'a Plan]) {
        self.some_lints(plans, |kind| matches!(kind, Kind::Stale { grade: None, .. }));
    }

    fn some_lints(&mut self, plans: &[&'a Plan], wanted: impl Fn(&Kind<'_>) -> bool) {
        let answers: Vec<Answer<'_>> =
            plans.iter().map(|plan| answer(plan, self.bench.market, self.bench.question)).collect();
        let max_age = self.policy.max_price_age.as_ref();
        let strict = self.strict && self.policy.rules.iter().all(Rule::is_of_change_alone);
        let found = lints(&answers, self.asked.day, max_age.map(|(days, _)| *days), self.bench.unpriced);
        for lint in found.into_iter().filter(|lint| wanted(&lint.kind)) {
            let (name, figure) = words::lint_name(&lint.kind);
            let mut problem = words::lint(&lint, self.bench.question.day, max_age, strict);
            problem.place = self.place(lint.line, lint.plan.is_some() && !matches!(lint.kind, Kind::NeverBinds { .. }));
            if let Kind::Gap { gaps } = &lint.kind {
                if lint.plan.is_some_and(|plan| self.told.contains(&plan.id)) {
                    continue;
                }
                if let Some(place) = self.named_at(gaps) {
                    problem.place = Some(place);
                }
            }
            let day = self.bench.question.day;
            let waiver = self.policy.waivers.iter().find(|waiver| {
                *waiver.rule == *name
                    && lint.plan.is_some_and(|plan| plan.id == waiver.plan)
                    && !waiver.has_expired(day)
            });
            let outcome = match (problem.level, waiver) {
                (_, Some(waiver)) => {
                    self.used.push(std::ptr::from_ref(waiver));
                    problem.level = Level::Note;
                    problem = problem.note(format!("waived until {}: {}", waiver.until, waiver.reason));
                    Outcome::Waived
                }
                (Level::Error, None) => Outcome::NotEvaluable,
                (Level::Warning, None) => Outcome::Warned,
                (Level::Note, None) => Outcome::Noted,
            };
            self.add(name, figure, outcome, problem, waiver.map(|waiver| waiver.reason.to_string()));
        }
    }

    /// What is odd about the policy itself.
    pub(super) fn of_policy(&mut self, plans: &[&Plan]) {
        let policy = self.policy;
        let ids = || self.asked.catalog.plans.iter().map(|plan| &*plan.id);
        let mut found = Vec::new();
        for rule in &policy.rules {
            for test in rule.tests.iter().filter(|test| test.bound.is_of_change()) {
                let problem = words::of_change(rule, test);
                found.push((rule.id.to_string(), test.bound.figure(), Outcome::Noted, problem));
            }
            if plans.iter().any(|plan| rule.is_for(plan)) || plans.is_empty() {
                continue;
            }
            let mut problem = Problem::warning(codes::NO_MATCH, format!("rule `{}` is for no plan", rule.id))
                .at(rule.place.clone())
                .note(format!("none of {} plans fits it", plans.len()));
            let patterns = rule.plans.iter().map(crate::policy::Pattern::text);
            let vendors = || self.asked.catalog.vendors.keys().map(|id| &**id);
            let near = patterns.clone().find_map(|pattern| nearest(pattern, ids()));
            let near = near
                .or_else(|| nearest(rule.vendor.as_ref()?, vendors()).filter(|v| Some(*v) != rule.vendor.as_deref()));
            if let Some(near) = near {
                problem = problem.help(format!("did you mean `{near}`?"));
            }
            found.push((rule.id.to_string(), "plans".to_owned(), Outcome::Warned, problem));
        }
        for waiver in &policy.waivers {
            let figure = format!("waiver {}", waiver.plan);
            let (rule, plan) = (&waiver.rule, &waiver.plan);
            if waiver.has_expired(self.bench.question.day) {
                let message = format!("the waiver of {rule} for {plan} expired on {}", waiver.until);
                let problem = Problem::error(codes::WAIVER_EXPIRED, message)
                    .at(waiver.place.clone())
                    .note(format!("its reason was: {}", waiver.reason))
                    .help("remove it, or give it a later `until`")
                    .plan(&**plan);
                found.push((rule.to_string(), figure, Outcome::Denied, problem));
            } else if !self.used.contains(&std::ptr::from_ref(waiver)) {
                // What it waives may be a change.
                let of_change = |rule: &Rule| rule.tests.iter().any(|test| test.bound.is_of_change());
                if policy.rules.iter().any(|rule| rule.id == waiver.rule && of_change(rule)) {
                    continue;
                }
                let known = ids().any(|id| id == &**plan);
                let why = if known { "it does not break the rule" } else { "no file that was read holds it" };
                let message = format!("the waiver of {rule} for {plan} waives nothing");
                let mut problem = Problem::warning(codes::WAIVER_UNUSED, message).at(waiver.place.clone()).note(why);
                if let Some(near) = nearest(plan, ids()).filter(|_| !known) {
                    problem = problem.help(format!("did you mean `{near}`?"));
                }
                found.push((rule.to_string(), figure, Outcome::Warned, problem));
            }
        }
        for (rule, figure, outcome, problem) in found {
            self.add(&rule, figure, outcome, problem, None);
        }
    }

    fn add(&mut self, rule: &str, figure: String, outcome: Outcome, problem: Problem, waiver: Option<String>) {
        let plan = problem.plan.clone();
        let nth = self
            .seen
            .entry((rule.to_owned(), plan.clone().unwrap_or_default(), figure.clone()))
            .and_modify(|nth| *nth += 1)
            .or_insert(0);
        let mut hash = Sha256::new();
        for part in [rule, plan.as_deref().unwrap_or(""), &figure, &nth.to_string()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let fingerprint: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let verdict = match outcome {
            Outcome::Broken => "error",
            Outcome::Denied | Outcome::Warned | Outcome::Noted => "failed",
            Outcome::NotEvaluable => "not_evaluable",
            Outcome::Waived => "waived",
            Outcome::NotApplicable | Outcome::DeclaredUnknown => "not_applicable",
            Outcome::Passed => "passed",
        };
        let level = match problem.level {
            Level::Error => "deny",
            Level::Warning => "warn",
            Level::Note => "note",
        };
        let line = problem.place.as_ref().and_then(|place| self.line_column(place));
        let cells = vec![
            text(rule),
            or_none(plan.as_deref(), text),
            text(&figure),
            text(level),
            text(verdict),
            or_none(waiver.as_deref(), text),
            text(&problem.code.to_string()),
            text(&problem.message),
            none(),
            none(),
            none(),
            none(),
            none(),
            none(),
            none(),
            none(),
            none(),
            none(),
            Cell::List(Vec::new()),
            none(),
            or_none(problem.place.as_ref(), |place| text(&place.source.name)),
            or_none(line, |(line, _)| Cell::Count(line as u64)),
            none(),
            none(),
            text(&fingerprint),
        ];
        let finding = Finding { rule: rule.to_owned(), plan, figure, outcome, problem, at: line, waiver, fingerprint };
        self.items.push(Item { finding, cells });
    }

    /// The findings, worst first, else as they came.
    pub(in crate::cli) fn finish(mut self) -> Vec<Item> {
        self.items.sort_by_key(|item| item.finding.outcome);
        self.items
    }

    /// As [`Place::line_column`], without counting the lines anew.
    fn line_column(&self, place: &Place) -> Option<(usize, usize)> {
        let start = place.span.as_ref()?.start;
        match self.sources.get(&*place.source.name) {
            Some((source, starts)) if Arc::ptr_eq(source, &place.source) => {
                let line = starts.partition_point(|&first| first <= start);
                let before = source.text.get(starts[line - 1]..start)?;
                Some((line, 1 + before.chars().count()))
            }
            _ => place.line_column(),
        }
    }

    /// The place of a table: its line, or the line of its `id`.
    fn place(&self, line: &Line, by_id: bool) -> Option<Place> {
        let (source, starts) = self.sources.get(&*line.path)?;
        let lines = || {
            (line.line..=starts.len()).map(|number| {
                let start = starts[number - 1];
                let end = starts.get(number).map_or(source.text.len(), |next| next - 1);
                (start, &source.text[start..end])
            })
        };
        let (start, header) = lines().next()?;
        let is_id =
            |text: &str| text.trim_start().strip_prefix("id").is_some_and(|rest| rest.trim_start().starts_with('='));
        let id =
            lines().skip(1).take_while(|(_, text)| !text.trim_start().starts_with("[[")).find(|(_, text)| is_id(text));
        let (start, text) = id.filter(|_| by_id).unwrap_or((start, header));
        let trimmed = text.trim_end();
        let begin = start + (trimmed.len() - trimmed.trim_start().len());
        Some(Place::at(source, begin..start + trimmed.len()))
    }
}

/// The cells that only a rule has.
fn fill(cells: &mut [Cell], verdict: &Verdict<'_>) {
    let columns = columns();
    let mut set = |key: &str, cell: Cell| {
        let at = columns.iter().position(|column| column.key == key).expect("the column is declared above");
        cells[at] = cell;
    };
    let bound = &verdict.test.bound;
    let number = |value: &Ratio| match bound {
        Bound::MaxMultiple(_) | Bound::MinMultiple(_) | Bound::MaxMultipleIncrease(_) => {
            Cell::Multiple(value.clone().into())
        }
        Bound::MaxLossAtFullUsd(_) => Cell::Usd(value.clone().into()),
        Bound::MinBreakEven(_)
        | Bound::MinMarginAt { .. }
        | Bound::MaxServingShareAtFull(_)
        | Bound::MaxBreakEvenDecrease(_) => Cell::Share(value.clone().into()),
    };
    set("level", text(verdict.rule.grade.word()));
    set("key", text(bound.key()));
    set("threshold", number(bound.threshold()));
    set("range_end", text(verdict.side.word()));
    for (key, status_key, value) in
        [("value", "value_status", &verdict.value), ("old_value", "old_value_status", &verdict.old)]
    {
        let Some(value) = value else { continue };
        let (cell, status) = match value {
            Value::Finite(value) => (number(value), "finite"),
            Value::Unlimited => (none(), "unlimited"),
            Value::Never => (none(), "never"),
            Value::Always => (none(), "always"),
        };
        set(key, cell);
        set(status_key, text(status));
    }
    let gaps = |gaps: &[Gap]| text(&gaps.iter().map(gap_text).collect::<Vec<_>>().join(", "));
    match &verdict.standing {
        Standing::NotApplicable(NotApplicable::Free) => set("why", text("the plan is free")),
        Standing::NotApplicable(NotApplicable::NothingBefore) => set("why", text("there was no figure before")),
        Standing::NotApplicable(NotApplicable::DeclaredUnknown(unknown)) => {
            set(
                "why",
                text(&format!(
                    "declared unknown: {}",
                    match gaps(unknown) {
                        Cell::Text(text) => text,
                        _ => String::new(),
                    }
                )),
            );
        }
        Standing::NotEvaluable(missing) if verdict.waiver.is_none() => set("why", text(&words::missing(missing))),
        Standing::Failed(ways) => {
            let WayOut { price, max_api_usd, limits, api_gross_margin } = &**ways;
            set("passes_with_price", or_none(price.as_ref(), |fix| Cell::Usd(fix.value.clone().into())));
            set(
                "passes_with_max_api_usd_per_month",
                or_none(max_api_usd.as_ref(), |max| Cell::Usd(max.clone().into())),
            );
            set(
                "passes_with_api_gross_margin",
                or_none(api_gross_margin.as_ref(), |fix| Cell::Share(fix.value.clone().into())),
            );
            let together = limits.iter().map(|fix| fix.set(verdict.plan)).collect::<Vec<_>>().join(" ");
            let ways =
                [price.as_ref(), api_gross_margin.as_ref()].into_iter().flatten().map(|fix| fix.set(verdict.plan));
            let ways = ways.chain((!together.is_empty()).then_some(together));
            set("passes_with", Cell::List(ways.map(Cell::Text).collect()));
        }
        _ => {}
    }
    if let Some(waiver) = verdict.waiver {
        set("waived_until", Cell::Date(waiver.until));
    }
    let place = &verdict.test.place;
    set("rule_path", text(&place.source.name));
    set("rule_line", or_none(place.line_column(), |(line, _)| Cell::Count(line as u64)));
}
