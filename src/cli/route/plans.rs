//! Plans whose vendor routes: what the saving does to their break-even.

use super::{Args, or_none, sections};
use crate::analysis::{Answer, answer, plans_on};
use crate::cli::analyze::explain_gaps;
use crate::cli::asked::Asked;
use crate::cli::compare::{fits, unknown_plan};
use crate::cli::{Exit, Stop};
use crate::economics::{BreakEven, Economics};
use crate::plan::Plan;
use crate::problem::{Level, Problem};
use crate::report::{Cell, Missing, Row, Section};
use crate::units::Ratio;

/// The plans that were named, each once.
pub(super) fn named<'a>(
    args: &Args,
    asked: &'a Asked,
    failed: bool,
    problems: &[Problem],
) -> Result<Vec<&'a Plan>, Stop> {
    let plans = plans_on(&asked.catalog.plans, asked.question.day);
    let (mut found, mut unknown): (Vec<&Plan>, Vec<Problem>) = (Vec::new(), Vec::new());
    for id in args.ids.iter().chain(&args.inputs.plan) {
        let mut fitting = plans.iter().copied().filter(|plan| fits(id, &plan.id)).peekable();
        if fitting.peek().is_none() {
            unknown.push(unknown_plan(id, &plans, asked));
        }
        for plan in fitting {
            if !found.iter().any(|known| std::ptr::eq(*known, plan)) {
                found.push(plan);
            }
        }
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    let told = problems.iter().filter(|problem| problem.level == Level::Error).cloned();
    let exit = if failed { Exit::Input } else { Exit::Usage };
    Err(Stop { exit, problems: told.chain(unknown).collect() })
}

/// Each plan as it is, and with serving that costs less by the saving. Whether every figure is known comes with it.
pub(super) fn section(
    plans: &[&Plan],
    saving: Option<&Ratio>,
    asked: &Asked,
    problems: &mut Vec<Problem>,
) -> (Section, bool) {
    let mut section = sections::plans();
    let mut complete = true;
    let answers: Vec<Answer<'_>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    explain_gaps(&answers, &asked.catalog, problems);
    for answer in &answers {
        let before = answer.economics.as_ref();
        let after = before.zip(saving).map(|(economics, saving)| Economics {
            // A saving is below 1 unless serving costs nothing.
            serving_share: (&economics.serving_share * (Ratio::one() - saving)).max(Ratio::zero()),
            ..economics.clone()
        });
        complete &= before.is_some();
        let break_even =
            |economics: Option<&Economics>| economics.map_or(Cell::Missing(Missing::Unknown), of_break_even);
        let margin = |economics: Option<&Economics>| match economics {
            None => Cell::Missing(Missing::Unknown),
            Some(economics) => or_none(economics.at(&Ratio::one()).and_then(|at_full| at_full.margin), |margin| {
                Cell::Share(margin.into())
            }),
        };
        section.rows.push(Row {
            group: None,
            cells: vec![
                Cell::Text(answer.plan.id.to_string()),
                break_even(before),
                break_even(after.as_ref()),
                margin(before),
                margin(after.as_ref()),
                before.map_or(Cell::Missing(Missing::Unknown), |economics| {
                    Cell::Share(economics.serving_share.clone().into())
                }),
                after.as_ref().map_or(Cell::Missing(Missing::Unknown), |economics| {
                    Cell::Share(economics.serving_share.clone().into())
                }),
            ],
        });
    }
    (section, complete)
}

fn of_break_even(economics: &Economics) -> Cell {
    match economics.break_even() {
        BreakEven::Never => Cell::Missing(Missing::Never),
        BreakEven::Always => Cell::Missing(Missing::Always),
        BreakEven::Finite { utilization, .. } => {
            utilization.map_or(Cell::Missing(Missing::NotApplicable), |share| Cell::Share(share.into()))
        }
    }
}
