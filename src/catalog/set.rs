//! Overrides: `--set PLAN.KEY=VALUE`, read as a plan file is.
//!
//! An override is a text of its own, so that it passes the checks of the key it stands for and its mistakes point
//! into the flag.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::codes;
use super::read::{Reader, shown};
use super::shape::PLAN_KEYS;
use crate::problem::{Place, Problem, Source, nearest};

/// One override of one plan.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) source: Arc<Source>,
    /// The plan.
    pub(super) plan: String,
    /// `plan`, its id, then the keys; each with its place.
    pub(super) path: Vec<(String, Range<usize>)>,
    /// The value under the key `v`, with every byte where it is in the source.
    document: String,
    value: Range<usize>,
}

impl Set {
    /// The overrides that a flag's text stands for: one for each plan it names.
    pub(super) fn read(text: &str, plans: &BTreeSet<&str>, reader: &mut Reader) -> Vec<Self> {
        let source = Arc::new(Source { name: "--set".to_owned(), text: text.to_owned() });
        let form = |message: String, span: Range<usize>| {
            Problem::error(codes::SET_FORM, message)
                .at(Place::at(&source, span))
                .help("write `PLAN.KEY=VALUE`, such as `claude-pro.price_usd=25` or `claude-*.limit.week.api_usd=300`")
        };
        let Some((name, value)) = text.split_once('=') else {
            reader.report(form(format!("`{}` has no `=`", shown(text)), 0..text.len()));
            return Vec::new();
        };
        let name = name.trim_end();
        if value.trim().is_empty() {
            reader.report(form(format!("`{}` has no value", shown(text)), 0..text.len()));
            return Vec::new();
        }
        let splits = || name.rmatch_indices('.').map(|(dot, _)| dot).filter(|dot| (1..name.len() - 1).contains(dot));
        if splits().next().is_none() {
            reader.report(form(format!("`{}` names no key", shown(name)), 0..name.len()));
            return Vec::new();
        }
        let matching = |pattern: &str| plans.iter().filter(|id| fits(pattern, id)).copied().collect::<Vec<_>>();
        let found = splits().map(|dot| (dot, matching(&name[..dot]))).find(|(_, ids)| !ids.is_empty());
        let Some((dot, ids)) = found else {
            reader.report(no_such_plan(name, &source, plans));
            return Vec::new();
        };
        let mut at = dot + 1;
        let mut path = vec![("plan".to_owned(), 0..dot), (String::new(), 0..dot)];
        for step in name[at..].split('.') {
            path.push((step.to_owned(), at..at + step.len()));
            at += step.len() + 1;
        }
        if let Some((_, empty)) = path[2..].iter().find(|(step, _)| step.is_empty()) {
            reader.report(form(format!("`{}` has an empty key", shown(name)), empty.clone()));
            return Vec::new();
        }
        let equals = text.len() - value.len() - 1;
        let start = text.len() - value.trim_start().len();
        let set = |id: &str| {
            let mut path = path.clone();
            id.clone_into(&mut path[1].0);
            Self {
                source: Arc::clone(&source),
                plan: id.to_owned(),
                path,
                document: format!("{}v={value}", " ".repeat(equals - 1)),
                value: start..text.trim_end().len(),
            }
        };
        let sets: Vec<_> = ids.into_iter().map(set).collect();
        // One mistake in the value is one problem, however many plans it is for.
        if sets[0].parse().is_none() && source.text[start..].starts_with(['"', '\'', '[', '{']) {
            reader.report(form(format!("`{}` is not a TOML value", shown(value.trim())), start..text.len()));
            return Vec::new();
        }
        sets
    }

    /// The value: TOML if it is, else the bare text.
    pub(super) fn value(&self) -> Spanned<DeValue<'_>> {
        self.parse().unwrap_or_else(|| {
            Spanned::new(self.value.clone(), DeValue::String(self.source.text[self.value.clone()].into()))
        })
    }

    fn parse(&self) -> Option<Spanned<DeValue<'_>>> {
        let table = DeTable::parse(&self.document).ok()?.into_inner();
        if table.len() != 1 {
            return None;
        }
        table.into_iter().next().map(|(_, value)| value)
    }
}

fn no_such_plan(name: &str, source: &Arc<Source>, plans: &BTreeSet<&str>) -> Problem {
    // What was meant as the plan ends where a known key begins.
    let begins_key = |dot: &usize| {
        let step = name[dot + 1..].split('.').next().unwrap_or("");
        PLAN_KEYS.iter().any(|doc| doc.key == step)
    };
    let dots = || name.match_indices('.').map(|(dot, _)| dot);
    let dot = dots().find(begins_key).or_else(|| dots().next()).unwrap_or(name.len());
    let plan = &name[..dot];
    let problem = Problem::error(codes::SET_PLAN, format!("no plan `{}`", shown(plan))).at(Place::at(source, 0..dot));
    match nearest(plan, plans.iter().copied()) {
        Some(near) => problem.label(format!("did you mean `{near}`?")),
        None => problem.help("the id of a plan, or a pattern with `*`; `plancost analyze` lists the plans"),
    }
}

/// Whether a name fits a pattern, in which `*` stands for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, fit) in [
            ("claude-pro", "claude-pro", true),
            ("claude-pro", "claude-pro-2", false),
            ("claude-*", "claude-pro", true),
            ("*", "", true),
            ("*-pro", "claude-pro", true),
            ("c*e*o", "claude-pro", true),
            ("ab*ba", "aba", false),
            ("*x*", "claude", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }
}
