//! `replay`: what was really used, put before the limits of plans.

mod charges;
mod figures;
mod options;
mod population;
mod sections;
mod timeline;
mod tried;
mod words;

pub(super) use figures::{columns, summary_keys};
pub(super) use options::UsedArgs;
pub(super) use sections::all as sections;

use std::path::PathBuf;

use super::args::{InputArgs, TermsArgs, at_defaults};
use super::asked::{Asked, ask, assumptions, strict};
use super::log_args;
use super::publish::{columns_help, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::analysis::{Answer, answer};
use crate::catalog::codes;
use crate::logs::Log;
use crate::plan::Plan;
use crate::problem::{Level, Problem};
use crate::report::page::Drawing;
use crate::report::{Column, Layout, Report};
use crate::units::TimeZone;
use crate::usage::price::{Premiums, Prices};
use tried::Book;

/// Show which plan fits what was really used, and what the others would have stopped
///
/// Reads usage logs of Claude Code and Codex, or tables of usage events, prices each response at the list price of its
/// day, and runs all of them through the limits of every plan. Without LOG, it looks where these programs keep their
/// logs. It reads counts, times, models and the names of projects; never what people and models wrote.
///
/// A plan fails in one of two ways, and both are shown. BLOCKED: with overage off, hours in which a request would have
/// been refused, until the first instant at which it would have been let in. OVERAGE: with overage on, the dollars that
/// are paid past the limits, where the plan sells it. HITS: windows that stopped something. PEAK, MEAN: how full the
/// windows were that had any use. TOTAL: a month's price, with overage, the hours without work and the refused work at
/// what they are worth to the user; refused work counts at list price, as if it was bought from the API, unless
/// --refused says otherwise. VENDOR: what the vendor earns on it in a month. Pay as you go on the API is always a line.
///
/// With a column of users, each has a seat and limits of his own, and a line is the sum over all of them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("paths", |arg| arg.long("plans").value_name("FILE").num_args(1..).help(
    "Take the plans from these files, folders or patterns; write them after the logs"
)))]
#[command(mut_arg("mix", |arg| arg.hide(true)))]
#[command(mut_arg("workload", |arg| arg.hide(true)))]
#[command(mut_arg("hours_per_day", |arg| arg.hide(true)))]
#[command(mut_arg("days_per_week", |arg| arg.hide(true)))]
#[command(mut_arg("ping", |arg| arg.hide(true)))]
#[command(mut_arg("export", |arg| arg.value_parser(super::args::export_with_charges).help(
    "Write it to a file in another form too, such as `csv=replay.csv`; `focus=FILE`: charges as FOCUS 1.2 has them, of \
     one plan as if it had been paid for"
)))]
#[command(mut_arg("table", |arg| arg.hide(false).help(
    "Print this table alone: windows, causes, hits, users or skipped"
)))]
pub(super) struct Args {
    /// Logs, or folders of them at any depth, or `-` for standard input [default: where Claude Code and Codex keep them]
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    #[command(flatten)]
    used: options::UsedArgs,
    #[command(flatten)]
    limits: options::LimitArgs,
    #[command(flatten)]
    answers: options::AnswerArgs,
    #[command(flatten)]
    inputs: super::args::InputArgs,
    #[command(flatten)]
    terms: super::args::TermsArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost replay
  plancost replay ~/.claude --tz Europe/Berlin --weekly-anchor 'mon 09:00'
  plancost replay ~/.codex --vendor openai --blocked-hour 60
  plancost replay logs/ --plan 'claude-max-*' --overflow overage --spend-cap 50
  plancost replay logs/ --plans plans/*.toml --must-fit team --json
  plancost replay team.csv --by-user --write-population book.toml
  plancost replay logs/ --table hits -f csv --anonymize

Plans are those of the vendors whose models did the work, unless --plans, --plan
or --vendor name others; `--plan '*'` takes all.

Exit codes:
  0  done
  1  the plan of --must-fit does not fit
  2  wrong use, or a plan or time zone that does not exist
  3  a log or another input could not be used, or there is none
  4  nothing could be decided; with --max-skipped, too much of the logs was
     lost; with --must-fit, it is not known whether the plan fits; with
     --strict, the answer is incomplete
  5  the output could not be written";

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let columns = figures::columns();
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (chosen, order) = select(&args.output, &all)?;
    args.check()?;
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let mut found = replayed(args, &asked, world, problems)?;
    if let Some((column, descending)) = order {
        sort(&mut found.report.rows, column, descending);
    }
    let columns = if args.output.columns.is_empty() { found.columns } else { chosen };
    Ok(Answered::Report(Box::new(Found { report: found.report, columns, exit: found.exit, inputs: found.inputs })))
}

/// What a log came to under the limits of plans.
pub(super) struct Replayed {
    pub(super) report: Report,
    /// Positions of the columns that say something of it.
    pub(super) columns: Vec<usize>,
    pub(super) exit: Exit,
    /// Files that must not be written over.
    pub(super) inputs: Vec<String>,
    /// When which windows stopped something.
    pub(super) timeline: Option<Drawing>,
    /// Which plan comes cheapest, in a sentence.
    pub(super) advice: String,
    /// Why part of the usage is not known, a line each.
    pub(super) missing: Vec<String>,
}

impl Args {
    /// What is asked of a log and plans without further flags.
    pub(super) fn of(logs: Vec<PathBuf>, used: UsedArgs, inputs: InputArgs, terms: TermsArgs) -> Self {
        Self { logs, used, inputs, terms, ..at_defaults() }
    }
}

/// Puts a log before the limits of plans that were read.
pub(super) fn replayed(
    args: &Args,
    asked: &Asked,
    world: &mut World<'_>,
    mut problems: Vec<Problem>,
) -> Result<Replayed, Stop> {
    let zone = args.used.zone()?;
    args.check()?;
    // Workloads price nothing here; a limit of one's own on a model that nobody prices would let all pass.
    let is_own =
        |problem: &Problem| problem.place.as_ref().is_none_or(|place| asked.input_names.contains(&place.source.name));
    problems.retain(|problem| problem.code != codes::UNPRICED || is_own(problem));
    let (log, files) = read_logs(args, world, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let book = Book::of(args, asked, log, zone)?;
    let plans = wanted(args, asked, &book, failed, &problems)?;
    let answers: Vec<Answer<'_>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    let is_tried = |id: &String| plans.iter().any(|plan| *plan.id == **id);
    problems.retain(|problem| problem.level == Level::Error || problem.plan.as_ref().is_none_or(is_tried));
    let lines = book.try_all(&answers, args, world);
    let inputs: Vec<String> = asked.input_names.iter().chain(&files).cloned().collect();
    let charged = charges::write(args, asked, &book, &plans, &inputs)?;
    let mut written = Vec::new();
    if let Some(path) = &args.answers.write_population {
        let text = population::file(&book, &answers)?;
        written.extend(super::output::to_file(path, &text, &inputs).err());
    }
    problems.extend(unpriced(&book));
    problems.extend(no_usage_in_days(&book));
    let demanded = demanded(args, &book, &lines, &mut problems);
    let advice = words::advice(&book, &lines);
    let mut report = report(args, asked, &book, &lines, &advice, problems);
    charges::tell(&charged, &mut report);
    report.complete = !failed && report.complete;
    let mut exit = Exit::of(failed, report.complete, strict(&args.terms, world)).or(demanded);
    let is_outside = book.log.records.is_empty() && book.outside > 0;
    if is_outside || lines.iter().all(|line| line.rank.is_none()) {
        // Nothing could be decided, which is no success.
        exit = exit.or(Exit::Incomplete);
    }
    if let Some(error) = written.first() {
        report.problems.push(super::publish::not_written(error, args.answers.write_population.as_deref()));
        exit = exit.or(Exit::Output);
    }
    if charged.iter().any(|charged| !charged.failed.is_empty()) {
        exit = exit.or(Exit::Output);
    }
    let columns = figures::shown(&report, args);
    let timeline = timeline::timeline(&book, &lines);
    let missing = words::missing(&book);
    Ok(Replayed { report, columns, exit, inputs, timeline, advice: advice.text, missing })
}

/// The logs that were named, or those in the usual places, and the names of their files.
fn read_logs(args: &Args, world: &mut World<'_>, problems: &mut Vec<Problem>) -> Result<(Log, Vec<String>), Stop> {
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    if args.logs.iter().any(is_stdin) && args.inputs.paths.iter().any(is_stdin) {
        let problem = Problem::error(codes::USAGE, "`-` is named for a log and for plans, and can be one of them");
        return Err(problem.help("name a file for the other").into());
    }
    let how = &args.used.read;
    let (mut log, names) = log_args::read_named(&args.logs, how, &args.inputs.stdin_name, &args.output, world)?;
    if log.files == 0 {
        return Err(Stop { exit: Exit::Input, problems: vec![log_args::nothing_found(&args.logs)] });
    }
    log_args::of_files(args.used.anonymize, &mut log, problems);
    problems.extend(log_args::of_tier(&args.logs, how, &log, world));
    log_args::of_lines(&args.used.max_skipped(), &log, problems);
    log_args::of_history(&log, problems);
    problems.extend(super::usage::words::without_final_count(&log));
    if log.records.is_empty() && log.stopped.is_empty() {
        problems.push(no_usage(&log));
    }
    if log.records.is_empty() && problems.iter().any(|problem| problem.level == Level::Error) {
        // Zeros would read as an answer.
        return Err(Stop { exit: Exit::Input, problems: std::mem::take(problems) });
    }
    Ok((log, names))
}

/// A log without usage: what costs a plan's price and hits nothing. Where lines were lost it is no answer.
fn no_usage(log: &Log) -> Problem {
    let message = match log.files {
        1 => "the log holds no usage".to_owned(),
        files => format!("{files} logs hold no usage"),
    };
    let problem = if log.tally.has_losses() {
        Problem::error(codes::NO_USAGE, message)
    } else {
        Problem::warning(codes::NO_USAGE, message)
    };
    let lost: Vec<String> = log.tally.iter().filter(|(note, _)| note.is_loss()).map(words::note).collect();
    if lost.is_empty() {
        problem
    } else {
        problem.note(lost.join("; ")).help("it may be of another kind: `--log-format`")
    }
}

/// A log all of whose usage is of other days, which answers nothing.
fn no_usage_in_days(book: &Book) -> Option<Problem> {
    (book.log.records.is_empty() && book.outside > 0).then(|| {
        let (from, to) = book.days;
        let responses = log_args::plural(book.outside, "response", "responses");
        Problem::warning(codes::NO_USAGE, format!("there is no usage from {from} to {to}"))
            .note(format!("{responses} of other days"))
            .help("ask for other days with `--from` and `--to`")
    })
}

/// The plans to try, each once: those that were named, or all of the vendors whose models did the work.
fn wanted<'a>(
    args: &Args,
    asked: &'a Asked,
    book: &Book,
    failed: bool,
    problems: &[Problem],
) -> Result<Vec<&'a Plan>, Stop> {
    let plans = crate::analysis::plans_on(&asked.catalog.plans, asked.question.day);
    let (ids, vendors) = (&args.inputs.plan, &args.answers.vendor);
    let mut unknown = Vec::new();
    let mut is_wanted = vec![false; plans.len()];
    let mut take = |fits: &dyn Fn(&Plan) -> bool| {
        let mut any = false;
        for (wanted, plan) in is_wanted.iter_mut().zip(&plans) {
            *wanted |= fits(plan);
            any |= fits(plan);
        }
        any
    };
    for id in ids.iter().chain(&args.answers.must_fit) {
        if !take(&|plan| super::compare::fits(id, &plan.id)) {
            unknown.push(super::compare::unknown_plan(id, &plans, asked));
        }
    }
    for id in vendors {
        if !take(&|plan| plan.vendor.as_deref() == Some(id.as_str())) {
            unknown.push(super::compare::unknown_vendor(id, &plans));
        }
    }
    if ids.is_empty() && vendors.is_empty() {
        let of_vendors = |plan: &Plan| plan.vendor.as_ref().is_some_and(|vendor| book.usage.vendors.contains(vendor));
        if !args.inputs.paths.is_empty() || !take(&of_vendors) {
            take(&|_| true);
        }
    }
    if !unknown.is_empty() {
        let exit = if failed { Exit::Input } else { Exit::Usage };
        return Err(Stop { exit, problems: problems.iter().filter(|_| failed).cloned().chain(unknown).collect() });
    }
    let wanted: Vec<&Plan> =
        plans.iter().zip(&is_wanted).filter(|(_, wanted)| **wanted).map(|(plan, _)| *plan).collect();
    if wanted.is_empty() && !failed {
        let problem = super::asked::nothing_selected(asked, &args.inputs, &plans);
        return Err(Stop { exit: Exit::Input, problems: vec![problem] });
    }
    Ok(wanted)
}

/// The code that the demands of the arguments end with; what cannot be answered is a problem.
fn demanded(args: &Args, book: &Book, lines: &[tried::Line<'_>], problems: &mut Vec<Problem>) -> Exit {
    let mut exit = Exit::Done;
    if let Some(most) = args.used.max_skipped.as_ref().filter(|most| book.skipped_share() > **most) {
        let message = format!(
            "{} of the usage was lost, and `--max-skipped` allows {}",
            words::share(book.skipped_share()),
            words::share(most.clone())
        );
        problems.push(Problem::warning(codes::LOG_LINES, message).help("`--table skipped` tells why"));
        exit = exit.or(Exit::Incomplete);
    }
    for line in lines.iter().filter(|line| args.answers.must_fit.iter().any(|id| super::compare::fits(id, line.id()))) {
        exit = exit.or(match line.fits(book) {
            Some(true) => Exit::Done,
            Some(false) => Exit::No,
            None => {
                let why = line.tried.as_ref().err().map_or(words::why_unknown(book).to_owned(), ToString::to_string);
                let message = format!("it is not known whether `{}` fits: {why}", line.id());
                problems.push(Problem::warning(codes::FIT_UNKNOWN, message).plan(line.id()));
                Exit::Incomplete
            }
        });
    }
    exit
}

/// Models without a list price, which the work that is counted leaves out.
fn unpriced(book: &Book) -> impl Iterator<Item = Problem> {
    book.usage.unpriced.iter().map(|((model, reason), times)| {
        let (responses, are) =
            if *times == 1 { ("1 response".to_owned(), "is") } else { (format!("{times} responses"), "are") };
        let of = model.as_deref().map_or_else(String::new, |model| format!(" of `{model}`"));
        Problem::warning(codes::UNPRICED, format!("{reason}: {responses}{of} {are} left out"))
            .help("add its rates, or its name as an alias, with `--prices`")
    })
}

fn report(
    args: &Args,
    asked: &Asked,
    book: &Book,
    lines: &[tried::Line<'_>],
    advice: &words::Advice,
    problems: Vec<Problem>,
) -> Report {
    let mut record = assumptions(asked, &args.inputs.set);
    record.extend(figures::assumed(args, book));
    let is_known = |line: &tried::Line<'_>| line.tried.is_ok() && line.total(book).is_some();
    Report {
        kind: "replay",
        layout: Layout::Rows,
        complete: lines.iter().all(is_known)
            && book.usage.unpriced.is_empty()
            && !book.is_torn
            && book.skipped_share() <= args.used.max_skipped(),
        as_of: asked.day,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions: record,
        rows: figures::rows(book, lines),
        columns: figures::columns(),
        sections: sections::filled(book, lines, args),
        summary: figures::summary(book, lines, advice),
        footer: words::footer(args, asked, book, lines, advice.text.clone()),
        problems,
        verdicts: None,
    }
}

/// The list prices of the catalogue.
fn prices<'a>(asked: &'a Asked, premiums: &'a Premiums) -> Prices<'a> {
    Prices { rates: &asked.catalog.rates, premiums }
}

/// A zone by its name, as the database spells it.
fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}
