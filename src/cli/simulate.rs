//! `simulate`: plans against a population of subscribers.

mod book;
mod choice;
mod months;
mod outcome;
mod plans;
mod repricing;
mod rows;
mod sections;
mod words;

pub(super) use choice::{columns as choice_columns, tables as choice_tables};
pub(super) use repricing::columns as repricing_columns;
pub(super) use rows::columns;

use std::num::NonZeroUsize;

use super::analyze::explain_gaps;
use super::args::{InputArgs, at_defaults};
use super::asked::{Asked, ask, strict, wanted};
use super::parallel::Progress;
use super::population::{Chosen, PopulationArgs};
use super::publish::{columns_help, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::analysis::{Answer, answer};
use crate::catalog::codes;
use crate::plan::Plan;
use crate::problem::{Level, Problem};
use crate::report::{Cell, Column, HeatTitle, Layout, Report, Section};
use crate::units::Ratio;
use book::Subscribers;
use outcome::Draws;
pub(super) use sections::Table;

/// Show what a population of subscribers earns and costs
///
/// Use differs from one subscriber to the next: most use little, a few all they can. The mean decides the margin; the
/// shape decides who loses money, who pays for whom, and how bad a month can be. MEAN USE, MEDIAN: share of the maximum
/// that is served; EVEN AT: use above which a subscriber costs more than he brings; LOSERS: their share; SURPLUS,
/// DEFICIT: what the others leave and what the losers take of it, per subscriber; RATIO: deficit over surplus.
///
/// Use above the maximum is not served and counts as full use. Figures are closed forms wherever there are any;
/// --method simulate draws the subscribers one by one instead, and --method both checks one by the other.
///
/// With --choose subscribers pick among the plans, and the API, whatever is the cheapest at the use they expect. With
/// --new-price it shows who stays at another price, and what they leave.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("table", |arg| arg.hide(false)))]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) population: PopulationArgs,
    /// How many subscribe to each plan, or to one: `claude-pro=5000` [default: 1000 to each]
    #[arg(long, help_heading = "Population", value_name = "N | PLAN=N", value_delimiter = ',', value_parser = book::subscribers)]
    subscribers: Vec<Subscribers>,
    /// Bill use above the maximum where the plan sells it; such subscribers are drawn
    #[arg(long, help_heading = "Population")]
    overage: bool,
    /// Tables to print below: by default quantiles, histogram and totals of one plan, and the book of several
    #[arg(long, help_heading = "Question", value_name = "LIST", value_delimiter = ',')]
    show: Vec<Table>,
    /// Show the subscribers at these shares of all [default: 5%,50%,95%]
    #[arg(long, help_heading = "Question", value_name = "SHARE,…", value_delimiter = ',', value_parser = inside_one)]
    quantiles: Vec<HeatTitle>,
    /// Confidence of value at risk, expected shortfall and subscribers needed
    #[arg(long, help_heading = "Question", value_name = "SHARE", default_value = "95%", value_parser = confidence)]
    level: Ratio,
    /// How far each two subscribers move together in a month, beside those who do not
    #[arg(long, help_heading = "Question", value_name = "SHARE", default_value = "2%", value_parser = super::values::share)]
    correlation: Ratio,
    /// Use of the light users who pay for one at full use
    #[arg(long, help_heading = "Question", value_name = "U", default_value = "1%", value_parser = super::values::share)]
    light: Ratio,
    #[command(flatten)]
    choice: choice::ChoiceArgs,
    #[command(flatten)]
    repricing: repricing::PriceArgs,
    /// How figures are worked out
    #[arg(long, help_heading = "Drawing", value_name = "METHOD", default_value = "exact")]
    method: Method,
    /// Subscribers to draw for each plan [default: 100000]
    #[arg(long, help_heading = "Drawing", value_name = "N", value_parser = book::count)]
    samples: Option<u64>,
    /// Which draws: the same seed gives the same figures everywhere
    #[arg(long, help_heading = "Drawing", value_name = "N", default_value = "0")]
    seed: u64,
    /// Threads to draw on; figures do not depend on it [default: one for each processor]
    #[arg(long, help_heading = "Drawing", value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// Draw so many months of the whole book, rather than take a total to be normal: for some hundred subscribers
    #[arg(long, help_heading = "Drawing", value_name = "N", value_parser = months::count)]
    months: Option<u64>,
    #[command(flatten)]
    inputs: super::args::InputArgs,
    #[command(flatten)]
    terms: super::args::TermsArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Method {
    /// By closed forms and quadrature
    Exact,
    /// From subscribers drawn one by one
    Simulate,
    /// From draws, and checked by closed forms
    Both,
}

const EXAMPLES: &str = "\
Examples:
  plancost simulate --plan chatgpt-plus
  plancost simulate --plan 'claude-*' --dist 'lognormal(median=3%, s=1.2763)'
  plancost simulate --plan kilo-19 --dist 'mixture(90%: beta(2, 26), 10%: 80%)'
  plancost simulate --plan claude-pro --population gateway-2026-04 --show curve
  plancost simulate --plan 'claude-*' --subscribers 1e6,claude-pro=8e6
  plancost simulate --plan chatgpt-pro-20x --method both --samples 1e6
  plancost simulate --plan 'claude-[pm]*' --choose --over-estimate 2 --noise 1
  plancost simulate --plan claude-max-5x --new-price 125 --elasticity 1.2

Exit codes:
  0  done
  2  wrong use
  3  an input could not be used; plans of the others are answered
  4  the answer is incomplete, with --strict
  5  the output could not be written";

/// Fewer subscribers than this come to a total that is not near enough to normal.
const FEW: u64 = 300;

/// Subscribers to draw where no flag says.
const SAMPLES: u64 = 100_000;

/// A share between 0 and 1, both excluded, as it was written.
fn inside_one(text: &str) -> Result<HeatTitle, String> {
    let share = super::values::share(text)?;
    if share.is_zero() || share == Ratio::one() {
        return Err("write a share between 0 and 1, such as `95%`".to_owned());
    }
    Ok(HeatTitle { utilization: share, text: text.trim().to_owned() })
}

fn confidence(text: &str) -> Result<Ratio, String> {
    let level = super::values::share(text)?;
    if level < Ratio::new(1, 2) || level == Ratio::one() {
        return Err("a confidence is from 50% to below 100%, such as `95%`".to_owned());
    }
    Ok(level)
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text.trim().parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= 1_024);
    threads.ok_or_else(|| "write a number of threads from 1 to 1024".to_owned())
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    args.agree()?;
    let columns = args.columns();
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (chosen_columns, order) = select(&args.output, &all)?;
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let (mut report, mut inputs) = answered(args, &asked, world, problems)?;
    if let Some((column, descending)) = order {
        sort(&mut report.rows, column, descending);
    }
    let failed = report.problems.iter().any(|problem| problem.level == Level::Error);
    let exit = Exit::of(failed, report.complete, strict(&args.terms, world));
    inputs.extend(asked.input_names);
    Ok(Answered::Report(Box::new(Found { report, columns: chosen_columns, exit, inputs })))
}

/// Answers the question for inputs that were read; also the names of further files that must not be written over.
pub(super) fn answered(
    args: &Args,
    asked: &Asked,
    world: &mut World<'_>,
    mut problems: Vec<Problem>,
) -> Result<(Report, Vec<String>), Stop> {
    let plans = wanted(asked, &args.inputs, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let plans = if failed && args.inputs.fail_fast { Vec::new() } else { plans };
    let settled = if args.choice.choose {
        args.population.settle_in_usd(asked, world)
    } else {
        args.population.settle(asked, world)
    };
    let chosen = settled.map_err(|stop| with_errors(stop, &problems))?;
    let answers: Vec<Answer<'_>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    explain_gaps(&answers, &asked.catalog, &mut problems);
    let counts = if args.choice.choose { Vec::new() } else { args.counts(&plans, asked)? };
    let given = Given { args, asked, chosen: &chosen, answers: &answers, counts: &counts };
    let told = match () {
        () if args.choice.choose => choice::told(&given)?,
        () if args.repricing.is_asked() => repricing::told(&given)?,
        () => plans::told(&given, world, &mut problems)?,
    };
    let mut inputs = asked.inputs.clone();
    inputs.extend(chosen.input.clone());
    let incomplete = answers.iter().filter(|answer| !answer.gaps.is_empty()).count();
    let report = Report {
        kind: told.kind,
        layout: Layout::Rows,
        complete: incomplete == 0 && !failed,
        as_of: asked.day,
        inputs,
        prices: asked.prices.clone(),
        assumptions: words::assumed(&given),
        columns: args.columns(),
        rows: told.rows,
        sections: told.sections,
        summary: vec![
            ("plans", Cell::Count(answers.len() as u64)),
            ("ok", Cell::Count((answers.len() - incomplete) as u64)),
            ("incomplete", Cell::Count(incomplete as u64)),
        ],
        footer: told.footer,
        problems,
        verdicts: None,
    };
    Ok((report, chosen.input_name.into_iter().collect()))
}

/// What is wrong with the plans is told as well.
fn with_errors(stop: Stop, problems: &[Problem]) -> Stop {
    let errors = problems.iter().filter(|problem| problem.level == Level::Error).cloned();
    Stop { problems: errors.chain(stop.problems).collect(), ..stop }
}

/// All that a table of this command is made of.
struct Given<'a> {
    args: &'a Args,
    asked: &'a Asked,
    chosen: &'a Chosen,
    answers: &'a [Answer<'a>],
    /// Subscribers of each plan.
    counts: &'a [u64],
}

/// What is said of it.
struct Told {
    kind: &'static str,
    rows: Vec<crate::report::Row>,
    sections: Vec<Section>,
    footer: Vec<String>,
}

impl Args {
    /// What is asked of plans and a population without further flags, with these tables to be shown.
    pub(super) fn of(inputs: InputArgs, population: PopulationArgs, show: Vec<Table>) -> Self {
        Self { inputs, population, show, ..at_defaults() }
    }

    fn columns(&self) -> Vec<Column> {
        match () {
            () if self.choice.choose => choice::columns(),
            () if self.repricing.is_asked() => repricing::columns(),
            () => columns(),
        }
    }

    /// Flags that change nothing where they stand are refused.
    fn agree(&self) -> Result<(), Stop> {
        let draws = self.method != Method::Exact || self.overage || self.months.is_some();
        let asks_otherwise = self.choice.choose || self.repricing.is_asked();
        let refuse = |flag: &str, why: &str, help: &str| {
            Err(Stop::from(Problem::error(codes::USAGE, format!("`{flag}` {why}")).help(help)))
        };
        let by_price = "is worked out by closed forms with `--choose` and `--new-price`";
        match () {
            () if asks_otherwise && draws => {
                refuse("--method", by_price, "leave out `--method`, `--months` and `--overage`")
            }
            () if asks_otherwise && !(self.show.is_empty() && self.quantiles.is_empty()) => refuse(
                "--show",
                "has no table with `--choose` and `--new-price`",
                "leave out `--show` and `--quantiles`",
            ),
            () if self.show.contains(&Table::Months) && self.months.is_none() => {
                refuse("--show months", "has no months to show", "draw some: `--months 10000`")
            }
            () if self.method == Method::Exact && !self.overage && self.samples.is_some() => refuse(
                "--samples",
                "draws nobody without `--method simulate`",
                "add `--method simulate` or `--method both`",
            ),
            () if self.overage && self.method == Method::Both => refuse(
                "--method both",
                "has no closed form to check with where use above the maximum is billed",
                "take `--method simulate` with `--overage`",
            ),
            () if self.show.contains(&Table::Check) && self.method != Method::Both => {
                refuse("--show check", "has nothing to compare", "add `--method both`")
            }
            () => Ok(()),
        }
    }

    fn counts(&self, plans: &[&Plan], asked: &Asked) -> Result<Vec<u64>, Stop> {
        let ids: Vec<&str> = plans.iter().map(|plan| &*plan.id).collect();
        let all: Vec<&str> = asked.catalog.plans.iter().map(|plan| &*plan.id).collect();
        book::counts(&self.subscribers, &ids, &all)
    }

    fn shown(&self, plans: usize) -> Vec<Table> {
        let mut shown = match (self.show.is_empty(), plans) {
            (false, _) => self.show.clone(),
            (true, 0 | 1) => vec![Table::Quantiles, Table::Histogram, Table::Totals],
            (true, _) => vec![Table::Book],
        };
        if self.months.is_some() {
            shown.push(Table::Months);
        }
        if self.method == Method::Both && self.show.is_empty() {
            shown.retain(|table| *table == Table::Months);
            shown.push(Table::Check);
        }
        shown
    }

    fn draws(&self, world: &World<'_>) -> Draws {
        let is_watched = world.stderr_columns.is_some() && !self.output.quiet;
        Draws {
            samples: self.samples.unwrap_or(SAMPLES),
            seed: self.seed,
            threads: self.threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN),
            progress: if is_watched { Progress::Shown } else { Progress::Hidden },
        }
    }

    fn points(&self) -> Vec<HeatTitle> {
        let default =
            || [5, 50, 95].map(|n| HeatTitle { utilization: Ratio::new(n, 100), text: format!("{n}%") }).to_vec();
        if self.quantiles.is_empty() { default() } else { self.quantiles.clone() }
    }
}

/// The tables beside the results, without rows, for the schema.
pub(super) fn tables() -> Vec<Section> {
    let mut tables = sections::sections(&[], &[], &Ratio::new(95, 100), &Ratio::zero());
    tables.push(months::table(Vec::new(), 0, &Ratio::new(95, 100)));
    tables
}
