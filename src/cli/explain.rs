//! `explain`: how a figure comes about, or what a code means.

mod code;
mod document;
mod published;
mod stated;

use super::analyze::{SubscriberArgs, explain_gaps, gap_text};
use super::asked::{Asked, ask, assumptions, strict};
use super::publish::{select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop, facts};
use crate::analysis::{answer, plans_on};
use crate::catalog::codes;
use crate::explain::{Address, Case, MAIN_FIGURES, sensitivity, tree};
use crate::plan::Plan;
use crate::problem::{Level, Problem, nearest};
use crate::report::{Column, Outline, Report};

/// Show how a figure comes about, or what a code of a message means
///
/// PLAN_ID:FIGURE is a plan's id and a key of the JSON of `analyze` or `compare`, a `figure` of `check` or a `key` of
/// `diff`, such as `chatgpt-pro-20x:break_even`; margin_at and profit_at take a utilization:
/// `claude-pro:margin_at[50%]`. Shown are the exact figure, its formula, every input
/// with its file and line, its source and the day it was checked, what a range of an input does to the figure, and
/// what 10 % more of each input does, largest first.
///
/// An input is asked for by its key in `diff`, `--set` and plan files: `claude-pro:price_usd`, `glm-pro:limit.week.tokens`;
/// a list price by its key in `diff`, which begins with `rates.`. Shown is who says it, where and since when.
///
/// What `compare --ladder` says of a stretch of use follows from all plans of the question, and is no figure of one.
///
/// PCnnn is the code of an error or a warning; `codes` lists them. `routing` lists what others have published of the
/// savings that `route` works out.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// PLAN_ID:FIGURE, PLAN_ID:INPUT, a list price, a code such as PC103, `codes`, or `routing`
    #[arg(value_name = "WHAT")]
    what: String,
    #[command(flatten)]
    inputs: super::args::InputArgs,
    #[command(flatten)]
    terms: super::args::TermsArgs,
    #[command(flatten)]
    subscriber: SubscriberArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost explain chatgpt-pro-20x:break_even
  plancost explain 'claude-pro:margin_at[50%]' plans/*.toml
  plancost explain glm-pro:max_api_usd_per_month --hours-per-day 8 --days-per-week 5
  plancost explain kilo-19:multiple --set kilo-19.price_usd=25 --json
  plancost explain claude-pro:price_usd
  plancost explain PC103
  plancost explain codes
  plancost explain routing

Exit codes:
  0  done          2  wrong use                       4  incomplete, with --strict
                   3  an input could not be used      5  the output could not be written";

/// An explanation in each of its forms.
pub(super) struct Explained {
    /// For people.
    pub(super) outline: Outline,
    /// The tree, or the codes, for machines.
    pub(super) found: Found,
    /// The leaves as rows.
    pub(super) leaves: Report,
    /// Which of their columns are printed.
    pub(super) leaf_columns: Vec<usize>,
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let is_list_price = args.what.starts_with("rates.");
    let asked_for = args.what.rsplit_once(':');
    if args.what == "routing" {
        return Ok(answered(published::explained()));
    }
    if asked_for.is_none() && !is_list_price {
        return code::explained(&args.what).map(answered);
    }
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let list_prices = if is_list_price { facts::list_prices(&asked.catalog) } else { Vec::new() };
    if let Some(price) = list_prices.iter().find(|price| price.key == args.what) {
        return stated(args, None, price, &asked, problems);
    }
    let Some((id, figure)) = asked_for else {
        return Err(no_list_price(&args.what, &list_prices));
    };
    let address = address(figure);
    let Some(plan) = plan(id, &asked, failed, &mut problems)? else {
        return Err(Stop { exit: Exit::Input, problems });
    };
    let address = match address {
        Ok(address) => address,
        Err(stop) => {
            let inputs = facts::inputs(&answer(plan, asked.catalog.market(), &asked.question), &asked);
            return match inputs.iter().find(|input| input.key == figure) {
                Some(input) => stated(args, Some(&plan.id), input, &asked, problems),
                None => Err(with_near_input(stop, figure, &inputs)),
            };
        }
    };
    let subscriber = args.subscriber.subscriber();
    let case =
        Case { plan, market: asked.catalog.market(), question: &asked.question, subscriber: subscriber.as_ref() };
    let answer = case.answer();
    explain_gaps(std::slice::from_ref(&answer), &asked.catalog, &mut problems);
    let root = tree(&case, &answer, &address);
    let effects = root.as_ref().map(|root| sensitivity(&case, &address, root)).unwrap_or_default();
    let missing: Vec<String> = answer.gaps.iter().map(gap_text).collect();
    let told = document::Told {
        case: &case,
        answer: &answer,
        address: &address,
        name: format!("{id}:{figure}"),
        root: root.as_ref(),
        effects: &effects,
        missing: &missing,
        sets: &args.inputs.set,
    };
    let complete = !failed && (root.is_some() || missing.is_empty());
    let exit = Exit::of(failed, complete, strict(&args.terms, world));
    let report = Report { complete, ..told.report() };
    let told = (told.outline(), report, told.leaves());
    finish(args, told, exit, &asked, problems)
}

/// The outline, the document and the leaves with what they rest on.
fn finish(
    args: &Args,
    (outline, mut report, mut leaves): (Outline, Report, Report),
    exit: Exit,
    asked: &Asked,
    problems: Vec<Problem>,
) -> Result<Answered, Stop> {
    report.as_of = asked.day;
    report.inputs.clone_from(&asked.inputs);
    report.prices.clone_from(&asked.prices);
    report.assumptions = assumptions(asked, &args.inputs.set);
    report.problems = problems;
    // Its leaves are the only rows that an explanation has.
    let (leaf_columns, order) = select(&args.output, &leaves.columns.iter().collect::<Vec<&Column>>())?;
    if let Some((column, descending)) = order {
        sort(&mut leaves.rows, column, descending);
    }
    let columns = (0..report.columns.len()).collect();
    let found = Found { report, columns, exit, inputs: asked.input_names.clone() };
    Ok(answered(Explained { outline, found, leaves, leaf_columns }))
}

/// What a file says of a plan, or of a list price.
fn stated(
    args: &Args,
    plan: Option<&str>,
    stated: &facts::Stated,
    asked: &Asked,
    mut problems: Vec<Problem>,
) -> Result<Answered, Stop> {
    // Nothing is worked out: no price is needed.
    explain_gaps(&[], &asked.catalog, &mut problems);
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let (outline, mut report, leaves) = stated::explained(&args.what, plan, stated, &args.inputs.set);
    report.complete = !failed;
    let exit = if failed { Exit::Input } else { Exit::Done };
    finish(args, (outline, report, leaves), exit, asked, problems)
}

fn no_list_price(what: &str, list_prices: &[facts::Stated]) -> Stop {
    let problem = Problem::error(codes::USAGE, format!("no list price `{what}`"));
    match nearest(what, list_prices.iter().map(|price| &*price.key)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => {
            problem.help("such as `rates.gpt-5.5@2026-04-23.input_usd_per_mtok`, with the first day where it has one")
        }
    }
    .into()
}

/// The refusal of a figure, with the input of the plan that may be meant.
fn with_near_input(stop: Stop, figure: &str, inputs: &[facts::Stated]) -> Stop {
    let near = nearest(figure, inputs.iter().map(|input| &*input.key));
    match (near, nearest(figure, MAIN_FIGURES.iter().map(|(known, _)| *known))) {
        (Some(near), None) => Problem::error(codes::USAGE, format!("no figure or input `{figure}`"))
            .help(format!("did you mean `{near}`?"))
            .into(),
        _ => stop,
    }
}

fn answered(explained: Explained) -> Answered {
    Answered::Explained(Box::new(explained))
}

/// Reads `break_even`, `margin_at[2/35]`.
fn address(text: &str) -> Result<Address, Stop> {
    let usage = |message: String| Problem::error(codes::USAGE, message);
    let (key, utilization) = match text.split_once('[') {
        None => (text, None),
        Some((key, rest)) => {
            let inner = rest.strip_suffix(']').ok_or_else(|| {
                usage(format!("`{text}` has no closing `]`")).help(format!("write `{key}[50%]` or `{key}[2/35]`"))
            })?;
            let point = super::values::utilization(inner)
                .map_err(|error| usage(format!("`{inner}` is not a utilization: {error}")))?;
            (key, Some(point.utilization))
        }
    };
    if let Some(address) = Address::new(key, utilization) {
        return Ok(address);
    }
    let known = MAIN_FIGURES.iter().map(|(known, _)| *known);
    if known.clone().any(|known| known == key) {
        let problem = usage(format!("`{text}` is no figure"));
        return Err(if key.ends_with("_at") {
            problem.help(format!("it is one figure for each utilization: `{key}[50%]`")).into()
        } else {
            problem.help(format!("`{key}` has no utilization; `margin_at` and `profit_at` have")).into()
        });
    }
    let problem = usage(format!("no figure `{key}`"));
    Err(match nearest(key, known.clone()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("one of {}", known.collect::<Vec<_>>().join(", "))),
    }
    .into())
}

/// The plan of an id; `None` if it may be in an input that could not be used.
fn plan<'a>(id: &str, asked: &'a Asked, failed: bool, problems: &mut Vec<Problem>) -> Result<Option<&'a Plan>, Stop> {
    let plans = plans_on(&asked.catalog.plans, asked.question.day);
    if let Some(plan) = plans.iter().find(|plan| *plan.id == *id) {
        return Ok(Some(plan));
    }
    if failed {
        problems.push(Problem::new(Level::Note, codes::USAGE, format!("no plan `{id}` in what could be read")));
        return Ok(None);
    }
    let problem = Problem::error(codes::USAGE, format!("no plan `{id}`"));
    let sold_once = asked.catalog.plans.iter().any(|plan| *plan.id == *id);
    Err(match nearest(id, plans.iter().map(|plan| &*plan.id)) {
        _ if sold_once => problem.help("it was not on sale that day; ask for another with `--as-of`"),
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("`plancost analyze --columns plan` lists the plans"),
    }
    .into())
}

#[cfg(test)]
mod tests;
