//! `usage`: what logs hold, at the API list price of the day on which each token was used.

mod calibrated;
mod files;
pub(super) mod focus;
pub(super) mod paid;
mod table;
pub(super) mod words;

pub(super) use calibrated::{columns as calibrated_columns, summary_keys as calibrated_summary};
pub(super) use table::{columns, sections, summary_keys};

use std::path::{Path, PathBuf};

use super::args::{Export, TermsArgs};
use super::asked::{Asked, ask, strict};
use super::log_args::{LogArgs, Used, read_logs};
use super::output::to_file;
use super::pictures::draw_sums;
use super::publish::{columns_help, not_written, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::catalog::codes;
use crate::problem::{Level, Problem};
use crate::report::{Cell, Column, Layout, Missing, Record, Report};
use crate::units::Ratio;
use crate::usage::price::{Premiums, Prices};
use crate::usage::totals::Dimension;
use paid::{Days, Paid};

/// Show what usage logs hold at API list prices of the day each token was used
///
/// Reads the logs of Claude Code and Codex, or tables of usage events. Without LOG it looks where these programs keep
/// their logs. It reads counts, times, models and the names of project folders; never what people and models wrote.
///
/// Each response counts once, however often it was written: as it streamed in, in sessions that were resumed or forked,
/// on side chains and by sub-agents. API USD is what it would have cost at the API's list price of that day (in UTC), its
/// whole prompt deciding the context tier; it is no bill. CACHE is the share of prompt tokens read from the cache. What has
/// no list price shows as `?`, never as 0, and AT LEAST then has the rest.
///
/// With --plan: how many times the plan's price was used. With --calibrate: what a full window of a plan is worth, where
/// the vendor's own meter was read: in the logs of Codex; for Claude Code in ~/.claude.json, in plan-usage-history.json of
/// the desktop application, and in what a status line was handed, kept as JSON lines with a `timestamp`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("paths", |arg| arg.long("plans").value_name("FILE").num_args(1..).help(
    "Take --plan from these files, folders or patterns; write them after the logs"
)))]
#[command(mut_arg("plan", |arg| arg.value_name("PLAN_ID").help(
    "The plan that was paid for: how many times its price was used"
)))]
#[command(mut_arg("export", |arg| arg.value_parser(super::args::export_with_charges).help(
    "Write it to a file in another form too, such as `csv=usage.csv`; `focus=FILE`: charges as FOCUS 1.2 has them"
)))]
#[command(mut_arg("table", |arg| arg.hide(false).help("Print this table alone: skipped or unpriced")))]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) logs: LogArgs,
    #[command(flatten)]
    question: QuestionArgs,
    #[command(flatten)]
    inputs: super::args::InputArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

/// What to sum and to find.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to show")]
struct QuestionArgs {
    /// Sum by these, in this order [default: day]
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    by: Vec<ByWord>,
    /// Draw the sums in place of the table; other forms of the document do not change
    #[arg(long, conflicts_with = "calibrate")]
    chart: bool,
    /// Day on which a month begins, such as that of the bill
    #[arg(long, value_name = "DAY", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=31))]
    billing_day: u8,
    /// Write the measured mix of models and tokens as a workload, which `route` and `analyze` read
    #[arg(long, value_name = "FILE")]
    write_workload: Option<PathBuf>,
    /// Show what a full window of a plan is worth, by readings of the vendor's meter in the logs
    #[arg(long, conflicts_with_all = ["by", "write_workload"])]
    calibrate: bool,
    /// Points of a meter between two readings: more are more exact and fewer
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = points, allow_negative_numbers = true, requires = "calibrate")]
    points: u64,
    /// Write what windows are worth as limits of a plan, which every command reads
    #[arg(long, value_name = "FILE", requires = "calibrate")]
    write_limits: Option<PathBuf>,
    /// A response without a price, or too many lost lines, is an error [env: PLANCOST_STRICT]
    #[arg(long)]
    strict: bool,
}

/// What to sum by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ByWord {
    /// The day
    Day,
    /// The week, by its Monday
    Week,
    /// The month, by its first day
    Month,
    /// The model
    Model,
    /// The folder it was for
    Project,
    /// The conversation
    Session,
    /// Who asked
    User,
    /// The kind of log
    Source,
}

const EXAMPLES: &str = "\
Examples:
  plancost usage
  plancost usage --by model --json
  plancost usage --by month,model --tz Europe/Berlin --billing-day 15
  plancost usage --by week --chart
  plancost usage --by project --from 2026-11-01 --sort api_usd:desc
  plancost usage ~/.codex --plan chatgpt-pro-20x --export focus=charges.csv
  plancost usage team.csv --by user,model -f csv --anonymize
  plancost usage --write-workload mine.toml
  plancost usage --calibrate --plan chatgpt-pro-20x --write-limits mine.toml

Exit codes:
  0  done
  2  wrong use, or a plan or time zone that does not exist
  3  a log or another input could not be used, or there is no usage
  4  with --strict, a response has no price, or more was lost than --max-skipped
  5  the output could not be written";

/// Points of a meter, in thousandths of a percent.
fn points(text: &str) -> Result<u64, String> {
    let wrong = || "write percent points from 0.001 to 100".to_owned();
    let points = Ratio::parse(text.trim().trim_end_matches('%')).map_err(|_| wrong())?;
    let thousandths = (points * Ratio::from(1_000)).to_i128().and_then(|points| u64::try_from(points).ok());
    thousandths.filter(|points| (1..=100_000).contains(points)).ok_or_else(wrong)
}

impl QuestionArgs {
    /// What to sum by, each once.
    fn dimensions(&self) -> Vec<Dimension> {
        let words = if self.by.is_empty() { [ByWord::Day].as_slice() } else { &self.by };
        let mut dimensions = Vec::new();
        for word in words {
            let dimension = match word {
                ByWord::Day => Dimension::Day,
                ByWord::Week => Dimension::Week,
                ByWord::Month => Dimension::Month { begins: self.billing_day },
                ByWord::Model => Dimension::Model,
                ByWord::Project => Dimension::Project,
                ByWord::Session => Dimension::Session,
                ByWord::User => Dimension::User,
                ByWord::Source => Dimension::Source,
            };
            if !dimensions.contains(&dimension) {
                dimensions.push(dimension);
            }
        }
        dimensions
    }

    /// The terms of a plan that was paid for are its own.
    const fn terms(&self) -> TermsArgs {
        TermsArgs {
            as_of: None,
            api_margin: None,
            hours_per_day: None,
            days_per_week: None,
            ping: false,
            mix: None,
            workload: None,
            billed: None,
            fees: None,
            strict: self.strict,
        }
    }
}

/// What everything is asked of.
struct Case<'a> {
    args: &'a Args,
    asked: &'a Asked,
    used: &'a Used,
    prices: Prices<'a>,
    paid: Option<Paid<'a>>,
}

/// What a form of the question comes to.
struct Answer {
    kind: &'static str,
    rows: Vec<crate::report::Row>,
    columns: Vec<Column>,
    sections: Vec<crate::report::Section>,
    summary: Record,
    footer: Vec<String>,
    complete: bool,
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let columns = if args.question.calibrate { calibrated::columns() } else { table::columns() };
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (chosen, order) = select(&args.output, &all)?;
    if args.question.calibrate && focus_files(&args.output).next().is_some() {
        let problem = Problem::error(codes::USAGE, "`--calibrate` finds no charges for `--export focus=FILE`");
        return Err(problem.help("leave out one of them").into());
    }
    let mut problems = Vec::new();
    let terms = args.question.terms();
    let asked = ask(&args.inputs, &terms, world, &mut problems)?;
    // No workload is asked for; which models lack a price is told of those in the logs.
    problems.retain(|problem| problem.code != codes::UNPRICED || problem.level == Level::Error);
    let strict = strict(&terms, world);
    let used = read_logs(&args.logs, &args.output, world, &mut problems)?;
    let premiums = Premiums::default();
    let prices = Prices { rates: &asked.catalog.rates, premiums: &premiums };
    let days = Days { zone: &args.logs.tz.zone, billing_day: args.question.billing_day };
    let paid = paid::of(&args.inputs.plan, days, &asked, &used.log.records, &prices)?;
    let case = Case { args, asked: &asked, used: &used, prices, paid };
    let answer = if args.question.calibrate {
        calibrated::answer(&case, &mut problems)
    } else {
        table::answer(&case, &mut problems)
    };
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let complete = answer.complete && !failed && used.skipped_share <= args.logs.max_skipped;
    let names: Vec<String> = asked.input_names.iter().chain(&used.names).cloned().collect();
    let mut exit = Exit::of(failed, complete, strict);
    for problem in write_all(&case, &names, &mut problems) {
        problems.push(problem);
        exit = exit.or(Exit::Output);
    }
    let mut report = Report {
        kind: answer.kind,
        layout: Layout::Rows,
        complete,
        as_of: asked.day,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions: assumed(args),
        columns: answer.columns,
        rows: answer.rows,
        sections: answer.sections,
        summary: answer.summary,
        footer: answer.footer,
        problems,
        verdicts: None,
    };
    if let Some((column, descending)) = order {
        sort(&mut report.rows, column, descending);
    }
    if args.question.chart {
        let by: Vec<&str> = args.question.dimensions().into_iter().map(table::key_of).collect();
        draw_sums(&mut report, &by, "api_usd", "priced_usd");
    }
    let chosen = if args.output.columns.is_empty() { report.table().shown() } else { chosen };
    Ok(Answered::Report(Box::new(Found { report, columns: chosen, exit, inputs: names })))
}

/// Files that charges are to be written to.
pub(super) fn focus_files(output: &super::args::OutputArgs) -> impl Iterator<Item = &Path> {
    output.export.iter().filter(|(form, _)| *form == Export::Focus).map(|(_, path)| path.as_path())
}

/// Writes the files that were asked for beside the document, and says which could not be.
fn write_all(case: &Case<'_>, names: &[String], problems: &mut Vec<Problem>) -> Vec<Problem> {
    // Of nothing there is nothing to write, and what is wrong is said already.
    if case.used.log.records.is_empty() {
        return Vec::new();
    }
    let mut texts: Vec<(&Path, Option<String>)> = Vec::new();
    if let Some(path) = &case.args.question.write_workload {
        texts.push((path, files::workload(case, problems)));
    }
    if let Some(path) = &case.args.question.write_limits {
        texts.push((path, files::limits(case)));
    }
    let sold = focus::Sold {
        records: &case.used.log.records,
        days: Days { zone: &case.args.logs.tz.zone, billing_day: case.args.question.billing_day },
        prices: case.prices,
        paid: case.paid.as_ref(),
        asked: case.asked,
        csv_raw: case.args.output.csv_raw,
    };
    texts.extend(focus_files(&case.args.output).map(|path| (path, Some(sold.file()))));
    let written = texts.into_iter().filter_map(|(path, text)| {
        let error = to_file(path, &text?, names).err()?;
        Some(not_written(&error, Some(path)))
    });
    written.collect()
}

fn assumed(args: &Args) -> Record {
    let text = |text: &str| Cell::Text(text.to_owned());
    let none = || Cell::Missing(Missing::NotApplicable);
    let word = <super::log_args::LogFormat as clap::ValueEnum>::to_possible_value(&args.logs.read.log_format);
    vec![
        ("tz", text(&args.logs.tz.name)),
        ("from", args.logs.from.map_or_else(none, Cell::Date)),
        ("to", args.logs.to.map_or_else(none, Cell::Date)),
        ("billing_day", Cell::Count(args.question.billing_day.into())),
        ("log_format", word.map_or_else(none, |word| text(word.get_name()))),
        ("prices_of", text("the day of each response, in UTC")),
        ("max_skipped", Cell::Share(args.logs.max_skipped.clone().into())),
        ("anonymized", Cell::Flag(args.logs.anonymize)),
        ("set", Cell::List(args.inputs.set.iter().map(|set| text(set)).collect())),
    ]
}

/// What the figures rest on.
fn basis(case: &Case<'_>) -> String {
    let known = case.asked.day.map_or_else(String::new, |day| format!(", known up to {day}"));
    format!(
        "USD, API-equivalent: list prices of the day of each response{known}; days of {}. Estimates, not invoices.",
        case.args.logs.tz.name
    )
}
