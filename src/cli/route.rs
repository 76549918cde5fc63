//! `route`: what it saves to send some of the work to a cheaper model, or all of it to another vendor.

mod case;
mod found;
mod migrated;
mod needed;
mod plans;
mod routed;
mod sections;
mod values;
mod work;

pub(super) use migrated::{
    columns as migrated_columns, sections as migrated_sections, summary_keys as migrated_summary,
};
pub(super) use routed::{columns, summary_keys};
pub(super) use sections::{all as sections, section};

use std::path::PathBuf;
use std::sync::Arc;

use super::asked::{Asked, ask, assumptions, sha256, strict};
use super::publish::{columns_help, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::problem::{Level, Problem, Source};
use crate::report::{Cell, Column, Layout, Record, Report};
use crate::scenario::migration::Factors;
use crate::units::Ratio;
use values::{Migrate, Shift};

/// Show what routing work to a cheaper model saves, or moving it to another vendor
///
/// Moving 95 % of requests to a model at 2 % of the cost saves 93.1 %, not 95 %: the cheap model has a bill of its own,
/// some requests come back and are paid twice, the router has a price, and a conversation that changes models loses its
/// cache. The second table says what each of these eats. SAVES is a share of the cost before; OF WORK, the share of
/// all requests that are of this kind; MOVED, the share of those that is tried on the cheap model.
///
/// The work is a workload of the catalogue (`agentic-coding` unless said), costs of a request, a routes file with
/// classes of requests, or a conversation turn by turn. With --quality-floor the cheapest routing that keeps a quality
/// is chosen; with --target-saving it is said what share of requests that takes, or what would have to be true.
///
/// With --migrate the same tokens are priced at other models. BEST is the saving at their list prices alone; SAVES that
/// of a finished task, with the stated factors for tokenizer, length of answers, cache hits and tries.
///
/// With PLAN_ID: what the saving does to the break-even of the one who sells that plan.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("paths", |arg| arg.long("from").num_args(1..).help(
    "Take plans, rates and workloads from these files, folders or patterns, or from `-`, standard input"
)))]
#[command(mut_arg("plan", |arg| arg.hide(true)))]
#[command(mut_arg("workload", |arg| arg.help(
    "The work that is routed [default: that of the plan, or `agentic-coding`]"
).help_heading("What is routed")))]
#[command(mut_arg("table", |arg| arg.hide(false).help(
    "Print this table alone: parts, frontier, patterns, stages or plans; of a migration, factors or plans"
)))]
pub(super) struct Args {
    /// Plans whose vendor routes: their break-even before and after
    #[arg(value_name = "PLAN_ID")]
    ids: Vec<String>,
    #[command(flatten)]
    question: QuestionArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    inputs: super::args::InputArgs,
    #[command(flatten)]
    terms: super::args::TermsArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

/// What is routed, and to where.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What is routed")]
struct QuestionArgs {
    /// Send a share of the work to another model, such as `claude-opus-4-8=deepseek-v4-pro:95%`; FROM may be left out
    #[arg(long, value_name = "[FROM=]TO[:SHARE]", value_parser = values::shift)]
    shift: Vec<Shift>,
    /// Route by classes of requests, a cascade or a conversation; `plancost schema example-routes` prints such a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["shift", "migrate", "frontier_usd", "workload", "share"])]
    routes: Option<PathBuf>,
    /// What a request costs on the frontier model
    #[arg(long, value_name = "USD", value_parser = super::values::usd, allow_negative_numbers = true, requires = "cheap_usd",
          conflicts_with_all = ["shift", "migrate", "workload"])]
    frontier_usd: Option<Ratio>,
    /// What it costs on the cheap model
    #[arg(long, value_name = "USD", value_parser = super::values::usd, allow_negative_numbers = true, requires = "frontier_usd")]
    cheap_usd: Option<Ratio>,
    /// Share that is tried on the cheap model [default: all]
    #[arg(long, value_name = "SHARE", value_parser = super::values::share, allow_negative_numbers = true)]
    share: Option<Ratio>,
    /// Price all of the work at another model; several are ranked. `NAME=IN/OUT[/CACHE_READ]`: at these dollars per
    /// million tokens
    #[arg(long, value_name = "[FROM=]TO", value_parser = values::migrate, conflicts_with_all = ["shift", "share"])]
    migrate: Vec<Migrate>,
    /// Tokens of a request of a workload, so that costs are of requests
    #[arg(long, value_name = "N", value_parser = values::above_zero, allow_negative_numbers = true)]
    tokens_per_request: Option<Ratio>,
    /// Keep at least this quality of an average answer, at the least cost
    #[arg(long, value_name = "SHARE", value_parser = super::values::share, allow_negative_numbers = true, conflicts_with = "migrate")]
    quality_floor: Option<Ratio>,
    /// Say what it takes to save so much; exit code 1 if nothing does
    #[arg(long, value_name = "SHARE", value_parser = super::values::share, allow_negative_numbers = true)]
    target_saving: Option<Ratio>,
}

/// How the other model and the router behave.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What eats the saving")]
struct ModelArgs {
    /// Share of the requests tried on the cheap model that is paid again on the frontier model [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = super::values::share, allow_negative_numbers = true, conflicts_with_all = ["migrate", "routes"])]
    escalation: Option<Ratio>,
    /// What the router costs on every request [default: 0]
    #[arg(long, value_name = "USD", value_parser = super::values::usd, allow_negative_numbers = true, conflicts_with_all = ["migrate", "routes"])]
    router_usd: Option<Ratio>,
    /// What it costs to move a request [default: 0]
    #[arg(long, value_name = "USD", value_parser = super::values::usd, allow_negative_numbers = true, conflicts_with_all = ["migrate", "routes"])]
    switch_usd: Option<Ratio>,
    /// Quality of the frontier model's answers, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = super::values::share, allow_negative_numbers = true, requires = "cheap_quality",
          conflicts_with_all = ["migrate", "routes"])]
    frontier_quality: Option<Ratio>,
    /// Quality of the cheap model's answers
    #[arg(long, value_name = "SHARE", value_parser = super::values::share, allow_negative_numbers = true, requires = "frontier_quality")]
    cheap_quality: Option<Ratio>,
    /// Prompt tokens of the other model for each of this one's: its tokenizer [default: 1]
    #[arg(long, value_name = "FACTOR", value_parser = values::above_zero, allow_negative_numbers = true, conflicts_with_all = ["frontier_usd", "routes"])]
    input_factor: Option<Ratio>,
    /// Answer tokens of the other model for each of this one's [default: 1]
    #[arg(long, value_name = "FACTOR", value_parser = values::above_zero, allow_negative_numbers = true, conflicts_with_all = ["frontier_usd", "routes"])]
    output_factor: Option<Ratio>,
    /// Share of the prompt that the other model reads from its cache, the rest being fresh [default: as it is]
    #[arg(long, value_name = "SHARE", value_parser = super::values::share, allow_negative_numbers = true, conflicts_with_all = ["frontier_usd", "routes"])]
    cache_hits: Option<Ratio>,
    /// Tries of the other model for a finished task [default: 1]
    #[arg(long, value_name = "N", value_parser = values::at_least_one, allow_negative_numbers = true, conflicts_with_all = ["frontier_usd", "routes"])]
    tries: Option<Ratio>,
}

/// A conversation, turn by turn, in place of a workload.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "A conversation, turn by turn")]
struct SessionArgs {
    /// Turns; with the next three, the conversation is the work
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000), requires = "shift",
          requires_all = ["context_tokens", "new_tokens", "output_tokens"], conflicts_with_all = ["workload", "tokens_per_request", "quality_floor"])]
    turns: Option<u32>,
    /// Tokens of the prompt before anything is asked
    #[arg(long, value_name = "N", value_parser = values::tokens, allow_negative_numbers = true, requires = "turns")]
    context_tokens: Option<u64>,
    /// Tokens that each turn asks
    #[arg(long, value_name = "N", value_parser = values::tokens, allow_negative_numbers = true, requires = "turns")]
    new_tokens: Option<u64>,
    /// Tokens of each answer
    #[arg(long, value_name = "N", value_parser = values::tokens, allow_negative_numbers = true, requires = "turns")]
    output_tokens: Option<u64>,
    /// Minutes after which a cache that was not read is gone [default: never]
    #[arg(long, value_name = "MINUTES", value_parser = values::minutes, allow_negative_numbers = true, requires = "turns")]
    cache_minutes: Option<Ratio>,
    /// Minutes between two turns [default: 0]
    #[arg(long, value_name = "MINUTES", value_parser = values::minutes, allow_negative_numbers = true, requires = "turns")]
    minutes_between_turns: Option<Ratio>,
    /// Which turns go to the cheap model [default: spread]
    #[arg(long, value_name = "WHICH", requires = "turns")]
    pattern: Option<values::PatternWord>,
}

const EXAMPLES: &str = "\
Examples:
  plancost route --frontier-usd 1 --cheap-usd 0.02 --share 95% \\
      --target-saving 95%
  plancost route --frontier-usd 1 --cheap-usd 0.04 --escalation 2% \\
      --target-saving 95%  # out of reach: exit code 1
  plancost route --shift claude-opus-4-8=deepseek-v4-pro:95% --escalation 5%
  plancost route --workload standard-anthropic/claude-opus-5-5 \\
      --shift gpt-6-luna:80%
  plancost route claude-max-20x --shift claude-haiku-4-5:50%
  plancost route --shift claude-opus-4-8=claude-haiku-4-5:50% --turns 24 \\
      --context-tokens 30000 --new-tokens 2000 --output-tokens 800
  plancost route --workload cached-agent --migrate deepseek-v4-pro \\
      --migrate gpt-6-luna
  plancost route --workload cached-agent --migrate v3.2=0.28/0.42/0.028 \\
      --input-factor 1.12 --output-factor 1.6 --cache-hits 70% --tries 1.25
  plancost schema example-routes > team.toml
  plancost route --routes team.toml --quality-floor 0.955

Exit codes:
  0  done
  1  the target saving, or the quality floor, is out of reach
  2  wrong use, or a model or plan that does not exist
  3  an input, such as the routes file, could not be used
  4  the answer is incomplete, with --strict
  5  the output could not be written";

/// What a form of the question comes to, before it is a document.
struct Answer {
    report: Parts,
    /// The answer to what was asked for is no.
    no: bool,
    complete: bool,
}

/// What differs between the documents of the two forms.
struct Parts {
    kind: &'static str,
    columns: Vec<Column>,
    rows: Vec<crate::report::Row>,
    sections: Vec<crate::report::Section>,
    summary: Record,
    footer: Vec<String>,
    /// Files that were read besides the catalogue.
    inputs: Vec<Arc<Source>>,
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let is_migration = !args.question.migrate.is_empty();
    let columns = if is_migration { migrated::columns() } else { routed::columns() };
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (chosen, order) = select(&args.output, &all)?;
    work::is_asked(args)?;
    let mut problems = Vec::new();
    let mut asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let plans = plans::named(args, &asked, failed, &problems)?;
    let answer = if is_migration {
        migrated::answer(args, &asked, &plans, &mut problems)
    } else {
        routed::answer(args, &asked, &plans, world, &mut problems)
    };
    let Answer { report: parts, no, complete } = answer.map_err(|stop| with_inputs(stop, failed, &problems))?;
    let complete = complete && !failed;
    for source in &parts.inputs {
        asked.input_names.push(source.name.clone());
        asked.inputs.push(vec![
            ("path", Cell::Text(source.name.clone())),
            ("sha256", Cell::Text(sha256(&source.text))),
            ("plans", Cell::Count(0)),
        ]);
    }
    let mut report = Report {
        kind: parts.kind,
        layout: Layout::Rows,
        complete,
        as_of: asked.day,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions: assumed(args, &asked),
        columns: parts.columns,
        rows: parts.rows,
        sections: parts.sections,
        summary: parts.summary,
        footer: parts.footer,
        problems,
        verdicts: None,
    };
    if let Some((column, descending)) = order {
        sort(&mut report.rows, column, descending);
    }
    let chosen = if args.output.columns.is_empty() { report.table().shown() } else { chosen };
    let exit = Exit::of(failed, complete, strict(&args.terms, world)).or(if no { Exit::No } else { Exit::Done });
    Ok(Answered::Report(Box::new(Found { report, columns: chosen, exit, inputs: asked.input_names })))
}

/// A stop, with what was wrong with the inputs before it: something may be missing because it could not be read.
fn with_inputs(stop: Stop, failed: bool, problems: &[Problem]) -> Stop {
    if !failed {
        return stop;
    }
    let told = problems.iter().filter(|problem| problem.level == Level::Error).cloned();
    Stop { exit: Exit::Input, problems: told.chain(stop.problems).collect() }
}

impl ModelArgs {
    /// The factors, each of which was checked as it was read.
    fn factors(&self) -> Factors {
        let or_one = |factor: &Option<Ratio>| factor.clone().unwrap_or_else(Ratio::one);
        let (input, output) = (or_one(&self.input_factor), or_one(&self.output_factor));
        Factors::new(input, output, self.cache_hits.clone(), or_one(&self.tries))
            .expect("flags refuse what is out of range")
    }

    fn has_factors(&self) -> bool {
        self.input_factor.is_some() || self.output_factor.is_some() || self.cache_hits.is_some() || self.tries.is_some()
    }
}

/// The assumptions of every command, and those of this one.
fn assumed(args: &Args, asked: &Asked) -> Record {
    let mut record = assumptions(asked, &args.inputs.set);
    let share = |value: &Option<Ratio>| or_none(value.as_ref(), |value| Cell::Share(value.clone().into()));
    let usd = |value: &Option<Ratio>| or_none(value.as_ref(), |value| Cell::Usd(value.clone().into()));
    let number = |value: &Option<Ratio>| or_none(value.as_ref(), |value| Cell::Number(value.clone().into()));
    record.extend([
        ("escalation", share(&args.model.escalation)),
        ("router_usd_per_request", usd(&args.model.router_usd)),
        ("switch_usd_per_request", usd(&args.model.switch_usd)),
        ("input_factor", number(&args.model.input_factor)),
        ("output_factor", number(&args.model.output_factor)),
        ("cache_hits", share(&args.model.cache_hits)),
        ("tries", number(&args.model.tries)),
        ("tokens_per_request", number(&args.question.tokens_per_request)),
    ]);
    record
}

/// What the figures rest on: what costs are of, and the day of the list prices where some were used.
fn basis(asked: &Asked, units: &str, has_prices: bool) -> String {
    let prices = match asked.day.filter(|_| has_prices) {
        Some(day) => format!(" at list prices of {day}"),
        None => String::new(),
    };
    format!("USD for {units}{prices}. Estimates, not invoices.")
}

fn or_none<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
    value.map_or(Cell::Missing(crate::report::Missing::NotApplicable), cell)
}
