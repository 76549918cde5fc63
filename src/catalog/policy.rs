//! Policy files: text to the rules of `policy`, read as plan files are, so that all mistakes are told at once.

use std::sync::Arc;

use toml::de::DeValue;

use super::read::{Keys, Reader, Rows, Spot, table};
#[cfg(test)]
use super::shape::finish;
use super::shape::{Alternatives, Head, KeyDoc, Table, declare, plain};
use super::value::{Age, Count, Day, Id, Key, Margin, Money, Number, Share, Text, Value, word};
use super::{codes, in_order, syntax};
use crate::policy::{Bound, Grade, Pattern, Policy, Rule, Test, Waiver};
use crate::problem::{Level, Place, Problem, Source, nearest};

/// The JSON Schema (draft 7) of a policy file.
pub const POLICY_SCHEMA: &str = include_str!("../../schemas/policy.schema.json");

declare! {
    /// What plans must hold to, as `plancost check` and `plancost diff` read it
    File "plancost policy file" "the policy" [] ["policy_version"] {
        /// Form of this file: 1
        policy_version: Count = 1;
        /// Prices that were compared with their source longer ago than this cannot be judged
        max_price_age: Age = "45d";
        /// A limit for a figure of plans
        rule: Rows<RuleTable>;
        /// A plan that may break a rule for some time
        waiver: Rows<WaiverTable>;
    }
}

declare! {
    /// A limit for a figure of plans
    RuleTable "[[rule]]" "rule" ["id"] ["id"] {
        /// Unique name, of a-z 0-9 . _ / -
        id: Id = "multiple-cap";
        /// The plans it is for: an id, a pattern with `*`, or a list of them; all if left out
        plans: Patterns = "*";
        /// The vendor whose plans it is for, by id; all if left out
        vendor: Id = "northwind";
        /// Most API dollars per dollar paid
        max_multiple: Number = 10;
        /// Fewest API dollars per dollar paid
        min_multiple: Number = 2;
        /// Least utilization above which the vendor may lose money; more than 1: not even at full use
        min_break_even: Number = 0.3;
        /// Least margin at a utilization
        min_margin_at: MarginAt;
        /// Most dollars that a month at full use may lose
        max_loss_at_full_usd: Money = 50;
        /// Most that serving full use may cost, as a share of revenue
        max_serving_share_at_full: Number = 0.9;
        /// `plancost diff` alone: most API dollars per dollar paid by which a change may raise the multiple
        max_multiple_increase: Number = 5;
        /// `plancost diff` alone: most by which a change may lower the break-even utilization; 0.05: from 30 % to 25 %
        max_break_even_decrease: Number = 0.05;
        /// What breaking it is: `deny` (default), `warn` or `note`
        level: GradeWord = "deny";
    }
}

declare! {
    /// Least margin at a utilization
    MarginAt "min_margin_at = { use = 0.5, ratio = 0.1 }" "min_margin_at" [] ["use", "ratio"] {
        /// Share of the maximum that is used
        r#use: Share = 0.5;
        /// Least margin there, as a share of revenue
        ratio: Margin = 0.1;
    }
}

declare! {
    /// A plan that may break a rule for some time
    WaiverTable "[[waiver]]" "waiver" ["rule"] ["rule", "plan", "reason", "until"] {
        /// The rule, by id
        rule: Id = "multiple-cap";
        /// The plan, by id
        plan: Id = "northwind/max-20x";
        /// Why it may
        reason: Text = "launch offer";
        /// First day it may no longer
        until: Day = "2026-12-31";
    }
}

super::value::words! {
    /// What breaking a rule is.
    GradeWord { "deny" => Deny, "warn" => Warn, "note" => Note, }
}

/// One pattern of plan ids, or several.
#[derive(Clone, Debug)]
pub(super) struct Patterns(Vec<Pattern>);

impl Value for Patterns {
    fn read(reader: &mut Reader, spot: &Spot<'_>) -> Option<Self> {
        let one = |reader: &mut Reader, spot: &Spot<'_>| {
            let DeValue::String(text) = spot.value.get_ref() else {
                return reader.wrong_type(spot, "an id, a pattern such as `\"claude-*\"`, or a list of them");
            };
            let pattern = Pattern::new(text);
            if pattern.is_none() {
                let help = "`*` stands for anything, `?` for one character, `[ab]` for one of some";
                reader.value_problem(spot, codes::PATTERN, "is not a pattern", help);
            }
            pattern
        };
        let patterns = match spot.value.get_ref() {
            DeValue::Array(array) if array.is_empty() => {
                reader.value_problem(spot, codes::RANGE, "must not be empty", "leave the key out for all plans");
                return None;
            }
            DeValue::Array(array) => {
                let read: Vec<_> = array.iter().map(|value| one(reader, &spot.item(value))).collect();
                read.into_iter().collect::<Option<Vec<_>>>()?
            }
            _ => vec![one(reader, spot)?],
        };
        Some(Self(patterns))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Patterns {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Patterns".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = serde_json::json!({"type": "string", "minLength": 1});
        schemars::json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}

/// Reads a policy file; its waivers may name other rules than its own. Where one of the problems is an error, the policy is not to be used.
#[must_use]
pub fn read(source: &Arc<Source>, other_rules: &[&str]) -> (Policy, Vec<Problem>) {
    let mut reader = Reader::default();
    let tree = syntax::parse(source, &mut reader);
    let whole = reader.errors == 0;
    if whole {
        syntax::newer(source, &mut reader);
    }
    let spot = Spot::new("", &tree, source);
    let mut policy = Policy::default();
    if let Some(file) = table::<File>(&mut reader, &spot) {
        policy = lower(&file, whole, other_rules, &mut reader);
    }
    (policy, in_order(reader, &[]))
}

fn lower(file: &File, whole: bool, other_rules: &[&str], reader: &mut Reader) -> Policy {
    if let Some(version) = file.policy_version.at().filter(|version| version.value.0 != 1) {
        reader.report(
            Problem::error(codes::POLICY_VERSION, format!("policy version {} is not known", version.value.0))
                .at(version.place.clone())
                .help("this program reads `policy_version = 1`"),
        );
    }
    let mut rules: Vec<Rule> = Vec::new();
    let tables = file.rule.get().map_or(&[][..], |rows| &rows.0);
    for row in tables {
        let Some(id) = row.id.at() else { continue };
        if let Some(other) = rules.iter().find(|rule| *rule.id == *id.value.0) {
            reader.report(
                Problem::error(codes::DUPLICATE, format!("two rules have the id `{}`", id.value.0))
                    .at(id.place.clone())
                    .related(other.place.clone(), "the other")
                    .help("give each its own id"),
            );
        }
        let tests = tests(row);
        if tests.is_empty() && row.head.sound {
            reader.report(
                Problem::error(codes::MISSING, format!("{} has no threshold", row.head.title))
                    .at(row.head.place.clone())
                    .help(
                        "one or more of `max_multiple`, `min_multiple`, `min_break_even`, `min_margin_at`, \
                         `max_loss_at_full_usd`, `max_serving_share_at_full`; for `diff`, `max_multiple_increase`, \
                         `max_break_even_decrease`",
                    ),
            );
        }
        rules.push(Rule {
            id: id.value.0.as_str().into(),
            plans: row.plans.get().map_or_else(Vec::new, |patterns| patterns.0.clone()),
            vendor: row.vendor.get().map(|id| id.0.as_str().into()),
            grade: match row.level.get() {
                Some(GradeWord::Warn) => Grade::Warn,
                Some(GradeWord::Note) => Grade::Note,
                Some(GradeWord::Deny) | None => Grade::Deny,
            },
            tests,
            place: id.place.clone(),
        });
    }
    let max_price_age = file.max_price_age.at().map(|age| (age.value.0, age.place.clone()));
    let empty = file.rule.get().is_none_or(|rows| rows.0.is_empty()) && max_price_age.is_none();
    if empty && whole && reader.errors == 0 {
        reader.report(
            Problem::error(codes::NO_RULES, "the policy has no rule")
                .at(Place::whole(file_source(file)))
                .note("a policy that demands nothing would pass everything")
                .help("a rule is a `[[rule]]` table with an `id` and a threshold such as `max_multiple = 10`"),
        );
    }
    let ids: Vec<Arc<str>> = rules.iter().map(|rule| Arc::clone(&rule.id)).collect();
    let known = || ids.iter().map(|id| &**id).chain(other_rules.iter().copied());
    let mut waivers = Vec::new();
    for row in file.waiver.get().into_iter().flat_map(|rows| &rows.0) {
        let (Some(rule), Some(plan), Some(reason), Some(until)) =
            (row.rule.at(), row.plan.get(), row.reason.get(), row.until.get())
        else {
            continue;
        };
        if !known().any(|id| id == rule.value.0) {
            let problem = Problem::error(codes::UNKNOWN_RULE, format!("no rule `{}`", rule.value.0));
            let problem = problem.at(rule.place.clone());
            reader.report(match nearest(&rule.value.0, known()) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.help("a waiver names a rule of this file by its id"),
            });
            continue;
        }
        waivers.push(Waiver {
            rule: rule.value.0.as_str().into(),
            plan: plan.0.as_str().into(),
            reason: reason.0.as_str().into(),
            until: until.0,
            place: rule.place.clone(),
        });
    }
    Policy { rules, waivers, max_price_age }
}

fn file_source(file: &File) -> &Arc<Source> {
    &file.head.place.source
}

fn tests(row: &RuleTable) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut add = |bound: Option<(Bound, &Place)>| {
        tests.extend(bound.map(|(bound, place)| Test { bound, place: place.clone() }));
    };
    let number = |key: &Key<Number>, bound: fn(crate::units::Ratio) -> Bound| {
        key.at().map(|at| (bound(at.value.0.clone()), at.place.clone()))
    };
    for found in [
        number(&row.max_multiple, Bound::MaxMultiple),
        number(&row.min_multiple, Bound::MinMultiple),
        number(&row.min_break_even, Bound::MinBreakEven),
        row.min_margin_at.at().and_then(|at| {
            let (utilization, margin) = (at.value.r#use.get()?.0.clone(), at.value.ratio.get()?.0.clone());
            Some((Bound::MinMarginAt { utilization, margin }, at.place.clone()))
        }),
        row.max_loss_at_full_usd.at().map(|at| (Bound::MaxLossAtFullUsd(at.value.0.clone()), at.place.clone())),
        number(&row.max_serving_share_at_full, Bound::MaxServingShareAtFull),
        number(&row.max_multiple_increase, Bound::MaxMultipleIncrease),
        number(&row.max_break_even_decrease, Bound::MaxBreakEvenDecrease),
    ] {
        add(found.as_ref().map(|(bound, place)| (bound.clone(), place)));
    }
    tests
}

/// Whether a policy may be used after these problems.
#[must_use]
pub fn is_sound(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.level != Level::Error)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_the_reader() {
        let generator = schemars::generate::SchemaSettings::draft07().into_generator();
        let schema = serde_json::to_value(generator.into_root_schema_for::<File>()).expect("a document");
        let text = serde_json::to_string_pretty(&schema).expect("a document") + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/policy.schema.json");
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            std::fs::write(path, &text).expect("the folder is there");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == text, "schemas/policy.schema.json is stale: run with PLANCOST_BLESS=1");
    }
}
