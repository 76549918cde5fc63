//! Verdicts and lints in words.

use crate::analysis::Gap;
use crate::plan::Plan;
use crate::policy::lint::{Kind, Lint, NOTED_AFTER, WARNED_AFTER};
use crate::policy::{Bound, Grade, NotApplicable, Rule, Side, Standing, Test, Value, Verdict, WayOut};
use crate::problem::{Code, Level, Place, Problem};
use crate::render::cell;
use crate::report::Cell;
use crate::units::{Date, Ratio};

use super::super::analyze::gap_text;
use crate::catalog::codes;

pub(super) fn usd(value: &Ratio) -> String {
    cell(&Cell::Usd(value.clone().into()))
}

fn percent(value: &Ratio) -> String {
    (value * &Ratio::from(100)).to_decimal_trimmed(0, 1) + "%"
}

pub(super) const fn level(grade: Grade) -> Level {
    match grade {
        Grade::Deny => Level::Error,
        Grade::Warn => Level::Warning,
        Grade::Note => Level::Note,
    }
}

/// `policy.toml:6`, or the flag.
pub(super) fn place(place: &Place) -> String {
    match place.line_column() {
        Some((line, _)) if !place.source.name.starts_with("--") => format!("{}:{line}", place.source.name),
        _ => place.source.text.clone(),
    }
}

/// What a rule demands: `max_multiple = 10`.
pub(super) fn bound(bound: &Bound) -> String {
    match bound {
        Bound::MinMarginAt { utilization, margin } => {
            format!("min_margin_at = {{ use = {}, ratio = {} }}", utilization.to_exact(), margin.to_exact())
        }
        other => format!("{} = {}", other.key(), other.threshold().to_exact()),
    }
}

/// A figure and its limit, with all their digits where they would look alike.
fn pair(bound: &Bound, value: &Ratio) -> (String, String) {
    let shown = |value: &Ratio| match bound {
        Bound::MaxMultiple(_) | Bound::MinMultiple(_) | Bound::MaxMultipleIncrease(_) => {
            cell(&Cell::Multiple(value.clone().into()))
        }
        Bound::MaxLossAtFullUsd(_) => usd(value),
        Bound::MinBreakEven(_)
        | Bound::MinMarginAt { .. }
        | Bound::MaxServingShareAtFull(_)
        | Bound::MaxBreakEvenDecrease(_) => percent(value),
    };
    let limit = bound.threshold();
    if shown(value) != shown(limit) {
        return (shown(value), shown(limit));
    }
    let digits = |value: &Ratio| value.to_decimal_trimmed(0, 9);
    if digits(value) == digits(limit) { (value.to_exact(), limit.to_exact()) } else { (digits(value), digits(limit)) }
}

/// `gives 70x, limit is 50x`.
fn figure(bound: &Bound, value: &Value) -> String {
    let limit = || pair(bound, &Ratio::zero()).1;
    let (figure, limit) = match value {
        Value::Finite(value) => pair(bound, value),
        Value::Unlimited => return format!("grants use without limit, limit is {}", limit()),
        Value::Never => return format!("loses money without any use, limit is {}", limit()),
        Value::Always => return format!("never loses by use, limit is {}", limit()),
    };
    match bound {
        Bound::MaxMultiple(_) | Bound::MinMultiple(_) => format!("gives {figure}, limit is {limit}"),
        Bound::MinBreakEven(_) => format!("breaks even at {figure}, limit is {limit}"),
        Bound::MinMarginAt { utilization, .. } => {
            format!("is at {figure} at {} use, limit is {limit}", percent(utilization))
        }
        Bound::MaxLossAtFullUsd(_) => format!("loses {figure} a month at full use, limit is {limit}"),
        Bound::MaxServingShareAtFull(_) => {
            format!("takes {figure} of revenue to serve at full use, limit is {limit}")
        }
        Bound::MaxMultipleIncrease(_) | Bound::MaxBreakEvenDecrease(_) => format!("is at {figure}, limit is {limit}"),
    }
}

/// `gives 35x after 20x, up by 15x, limit is 5x`; `None`: the figure before is not known, or the rule is of no change.
fn movement(bound: &Bound, old: Option<&Value>, new: Option<&Value>) -> Option<String> {
    let is_multiple = match bound {
        Bound::MaxMultipleIncrease(_) => true,
        Bound::MaxBreakEvenDecrease(_) => false,
        _ => return None,
    };
    let percent = |value: &Ratio, decimals: usize| (value * &Ratio::from(100)).to_decimal_trimmed(0, decimals);
    let at = |value: &Ratio, decimals: usize| match is_multiple {
        true => format!("{}x", value.to_decimal_trimmed(0, decimals)),
        false => format!("{}%", percent(value, decimals)),
    };
    // Points, so that nobody takes it for a share of a share.
    let by = |value: &Ratio, decimals: usize| match is_multiple {
        true => at(value, decimals),
        false => format!("{} points", percent(value, decimals)),
    };
    let limit = bound.threshold();
    let was = |decimals: usize| match old {
        Some(Value::Finite(value)) => Some(at(value, decimals)),
        Some(Value::Unlimited) => Some("use without limit".to_owned()),
        Some(Value::Never) => Some("losing money without any use".to_owned()),
        Some(Value::Always) => Some("never losing by use".to_owned()),
        None => None,
    };
    let (Some(Value::Finite(from)), Some(Value::Finite(to))) = (old, new) else {
        let is = match new {
            None => "is free".to_owned(),
            Some(Value::Finite(to)) if is_multiple => format!("gives {}", at(to, 1)),
            Some(Value::Finite(to)) => format!("breaks even at {}", at(to, 1)),
            Some(Value::Unlimited) => "grants use without limit".to_owned(),
            Some(Value::Never) => "loses money without any use".to_owned(),
            Some(Value::Always) => "never loses by use".to_owned(),
        };
        return Some(format!("{is} after {}, limit is {}", was(1)?, by(limit, 9)));
    };
    let moved = to - from;
    let way = if moved.is_negative() { "down" } else { "up" };
    let moved = moved.abs();
    // As many decimals as tell apart what differs.
    let alike = (from != to && at(from, 1) == at(to, 1)) || (moved != *limit && by(&moved, 1) == by(limit, 1));
    let decimals = if alike { 9 } else { 1 };
    let verb = if is_multiple { "gives" } else { "breaks even at" };
    let step = format!("{way} by {}, limit is {}", by(&moved, decimals), by(limit, 9));
    Some(format!("{verb} {} after {}, {step}", at(to, decimals), at(from, decimals)))
}

/// What keeps a rule from being evaluated.
pub(super) fn missing(missing: &[Gap]) -> String {
    // Of an earlier document nothing but the lack of a figure is known.
    if missing.is_empty() { "the figure before the change".to_owned() } else { gaps(missing) }
}

/// That a limit is for `diff` alone.
pub(super) fn of_change(rule: &Rule, test: &Test) -> Problem {
    let message = format!("{}: {} is for `diff` alone", rule.id, bound(&test.bound));
    Problem::new(Level::Note, codes::OF_CHANGE, message)
        .at(test.place.clone())
        .note("it limits what a change does, so that it was not evaluated and does not count as passed")
        .help("`plancost diff OLD NEW --policy FILE` evaluates it")
}

fn gaps(gaps: &[Gap]) -> String {
    gaps.iter().map(gap_text).collect::<Vec<_>>().join(", ")
}

/// A verdict as a problem, without its place.
pub(super) fn verdict(verdict: &Verdict<'_>) -> Problem {
    let (rule, plan) = (&verdict.rule.id, &verdict.plan.id);
    let said = movement(&verdict.test.bound, verdict.old.as_ref(), verdict.value.as_ref())
        .or_else(|| Some(figure(&verdict.test.bound, verdict.value.as_ref()?)))
        .unwrap_or_default();
    let note = |level: Level, message: String| Problem::new(level, codes::RULE_BROKEN, message);
    let problem = match &verdict.standing {
        Standing::Passed => note(Level::Note, format!("{rule}: {plan} {said}")),
        Standing::NotApplicable(NotApplicable::Free) => {
            note(Level::Note, format!("{rule}: {plan} is free, so that the rule is not applicable"))
        }
        Standing::NotApplicable(NotApplicable::DeclaredUnknown(unknown)) => note(
            Level::Note,
            format!("{rule}: not applicable to {plan}, whose file declares unknown: {}", gaps(unknown)),
        ),
        Standing::NotApplicable(NotApplicable::NothingBefore) => {
            note(Level::Note, format!("{rule}: not applicable to {plan}, of which nothing was known before"))
        }
        Standing::NotEvaluable(missing) => {
            let message = format!("{rule}: cannot evaluate {plan}");
            Problem::error(codes::NOT_EVALUABLE, message)
                .note(format!("not known: {}", self::missing(missing)))
                .help("add what is missing, or waive the rule with a reason and an end date")
        }
        Standing::Failed(ways) => {
            let mut problem = note(level(verdict.rule.grade), format!("{rule}: {plan} {said}"));
            if let Some((max, revenue)) = &verdict.from {
                let max = max.as_ref().map_or_else(|| "no cap".to_owned(), usd);
                problem = problem.label(format!("max API {max}, revenue {}", usd(revenue)));
            }
            way_out(problem, ways, verdict.plan)
        }
    };
    if matches!(verdict.standing, Standing::Passed | Standing::NotApplicable(_)) {
        return problem.plan(&**plan);
    }
    let mut problem = problem.plan(&**plan).note(format!(
        "rule {}: {} ({})",
        place(&verdict.test.place),
        bound(&verdict.test.bound),
        verdict.rule.grade.word()
    ));
    if let Some(waiver) = verdict.waiver {
        problem.level = Level::Note;
        problem.helps.clear();
        problem = problem.note(format!("waived until {} ({}): {}", waiver.until, place(&waiver.place), waiver.reason));
    }
    if verdict.old.is_some() && matches!(verdict.side, Side::High | Side::Likely) {
        return problem.note(match verdict.side {
            Side::High => "the high ends of ranges are used (--likely: the likely figures)",
            _ => "the likely figures are used; a limit has a range",
        });
    }
    match &verdict.other {
        Some((Side::Likely, Value::Finite(value))) => problem.note(format!(
            "the {} end of its range is used; the likely figure is {} (--likely)",
            verdict.side.word(),
            pair(&verdict.test.bound, value).0
        )),
        Some((side, Value::Finite(value))) => problem.note(format!(
            "the likely figure is used (--likely); the {} end of its range gives {}",
            side.word(),
            pair(&verdict.test.bound, value).0
        )),
        _ => problem,
    }
}

fn way_out(mut problem: Problem, ways: &WayOut, plan: &Plan) -> Problem {
    let sign = |at_least: bool| if at_least { "≥" } else { "≤" };
    let mut told = Vec::new();
    if let Some(price) = &ways.price {
        let currency = plan.price.currency.as_ref().map_or(String::new(), |(code, _)| format!(" {code}"));
        told.push(format!(
            "with price {} {}{currency}: --set {}",
            sign(price.at_least),
            usd(&price.value),
            price.set(plan)
        ));
    }
    if let Some(max) = &ways.max_api_usd {
        let less = ways.limits.iter().all(|fix| !fix.at_least);
        let sets: Vec<String> = ways.limits.iter().map(|fix| format!("--set {}", fix.set(plan))).collect();
        let how = if sets.is_empty() { " a month".to_owned() } else { format!(": {}", sets.join(" ")) };
        told.push(format!("with max API {} {}{how}", sign(!less), usd(max)));
    }
    if let Some(margin) = &ways.api_gross_margin {
        told.push(format!("with API margin ≥ {}: --set {}", margin.value.to_exact(), margin.set(plan)));
    }
    for (nth, way) in told.iter().enumerate() {
        problem = problem.help(format!("{} {way}", if nth == 0 { "passes" } else { "or" }));
    }
    if told.is_empty() { problem.help("no price, allowance or API margin alone makes it pass") } else { problem }
}

/// The name of a lint in documents, and what tells it from others of the plan.
pub(super) fn lint_name(kind: &Kind<'_>) -> (&'static str, String) {
    let of = |model: &Option<&std::sync::Arc<str>>| model.map_or("price".to_owned(), |model| format!("rates {model}"));
    match kind {
        Kind::Stale { model, .. } => ("stale-price", of(model)),
        Kind::NoSource { model } => ("missing-source", of(model)),
        Kind::NeverBinds { limit, .. } => ("limit-never-binds", format!("limit {}", limit.id)),
        Kind::Dominated { .. } => ("dominated-tier", "tier".to_owned()),
        Kind::DeclaredUnknown { .. } => ("declared-unknown", "figures".to_owned()),
        Kind::Gap { .. } => ("unknown-figure", "figures".to_owned()),
    }
}

/// A lint as a problem, without its place; `max_age` is where the greatest age of prices is demanded.
pub(super) fn lint(lint: &Lint<'_>, day: Date, max_age: Option<&(u64, Place)>, strict: bool) -> Problem {
    let whose = |model: &Option<&std::sync::Arc<str>>| match (model, lint.plan) {
        (Some(model), _) => format!("the price of model `{model}`"),
        (None, Some(plan)) => format!("the price of {}", plan.id),
        (None, None) => "a price".to_owned(),
    };
    let plan = lint.plan.map_or("", |plan| &plan.id);
    let at = |level: Level, code: Code, message: String| Problem::new(level, code, message);
    let problem = match &lint.kind {
        Kind::Stale { model, checked, age, grade } => {
            let said = match (checked, age) {
                (Some(checked), Some(age)) => format!("was checked on {checked}, {age} days before {day}"),
                _ => "has no `checked`, so that its age is not known".to_owned(),
            };
            let message = format!("{} {said}", whose(model));
            match (grade, max_age) {
                (Some(grade), _) => at(level(*grade), codes::STALE, message).note(format!(
                    "noted after {NOTED_AFTER} days, warned of after {WARNED_AFTER}, unless max_price_age says otherwise"
                )),
                (None, Some((days, written))) => at(Level::Error, codes::STALE, message)
                    .note(format!("prices older than {days} days cannot be judged: {}", place(written))),
                (None, None) => at(Level::Error, codes::STALE, message),
            }
            .help("compare it with its source and write the day as `checked`")
        }
        Kind::NoSource { model } => at(Level::Note, codes::NO_SOURCE, format!("{} has no `source`", whose(model)))
            .help("write where the figure comes from, an address or a name"),
        Kind::NeverBinds { limit, tighter } => at(
            Level::Warning,
            codes::NEVER_BINDS,
            format!("limit `{}` of {plan} can never bind: `{}` is always tighter", limit.id, tighter.id),
        )
        .note(format!(
            "{} {} each {} come before {} {} each {}",
            tighter.grant.amount().to_exact(),
            tighter.grant.key(),
            tighter.every,
            limit.grant.amount().to_exact(),
            limit.grant.key(),
            limit.every
        ))
        .help("drop it, or look for a slip of a digit"),
        Kind::Dominated { by, max_api_usd: (own, other) } => at(
            Level::Warning,
            codes::DOMINATED,
            format!("{plan} is beaten by {}, which costs no more and grants no less", by.id),
        )
        .note(format!("max API {} against {}", usd(own), usd(other)))
        .help("price it below, or grant more; if it sells something else than tokens, waive `dominated-tier`"),
        Kind::DeclaredUnknown { gaps: unknown } => {
            at(Level::Note, codes::DECLARED_UNKNOWN, format!("the file of {plan} declares unknown: {}", gaps(unknown)))
        }
        Kind::Gap { gaps: missing } => at(
            if strict { Level::Error } else { Level::Warning },
            codes::NOT_EVALUABLE,
            format!("{plan} has figures that are not known: {}", gaps(missing)),
        )
        .help("add what is missing, or declare it unknown in the file"),
    };
    match lint.plan {
        Some(plan) => problem.plan(&*plan.id),
        None => problem,
    }
}
