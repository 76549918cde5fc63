//! The command line: arguments, files, streams, exit code. Nothing else in the crate touches the world.
//!
//! A command is a function from its arguments and the catalogue to a report. It is computed first and printed once,
//! here, so that a reader who leaves early never changes the exit code.

mod analyze;
mod args;
mod asked;
mod budget;
mod check;
mod compare;
mod completions;
mod config;
mod diff;
mod explain;
mod facts;
mod groups;
mod inputs;
#[cfg(unix)]
mod interrupt;
mod log_args;
pub mod logs;
mod looks;
mod man;
mod outlook;
mod output;
mod parallel;
mod pictures;
mod population;
mod prices;
mod publish;
mod replay;
mod report;
mod route;
mod schema;
mod simulate;
mod solve;
mod statistic;
mod usage;
mod values;
mod version;
mod world;

pub use world::World;

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::catalog::codes;
use crate::problem::Problem;
use crate::render::ColorDepth;
use crate::report::Report;
use args::OutputArgs;

/// Say what an AI subscription is worth, and what it costs the one who sells it
#[derive(Debug, Parser)]
#[command(
    name = "plancost",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    infer_long_args = false
)]
#[command(after_help = "Start with `plancost analyze`. Each command's --help has examples.")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Analyze(Box<analyze::Args>),
    Check(Box<check::Args>),
    Compare(Box<compare::Args>),
    Explain(Box<explain::Args>),
    Diff(Box<diff::Args>),
    Prices(Box<prices::Args>),
    Simulate(Box<simulate::Args>),
    Outlook(Box<outlook::Args>),
    Budget(Box<budget::Args>),
    Route(Box<route::Args>),
    Replay(Box<replay::Args>),
    Usage(Box<usage::Args>),
    Solve(Box<solve::Args>),
    Report(Box<report::Args>),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a run ended. Where several hold, the first in the order of [`Exit::rank`] is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Done = 0,
    /// The answer is no.
    No = 1,
    Usage = 2,
    Input = 3,
    Incomplete = 4,
    Output = 5,
}

impl Exit {
    const fn rank(self) -> u8 {
        match self {
            Self::Output => 0,
            Self::Usage => 1,
            Self::Input => 2,
            Self::Incomplete => 3,
            Self::No => 4,
            Self::Done => 5,
        }
    }

    /// What an answer ends with that says neither yes nor no: an input could not be used, or completeness was demanded.
    fn of(failed: bool, complete: bool, strict: bool) -> Self {
        match (failed, complete) {
            (true, _) => Self::Input,
            (false, false) if strict => Self::Incomplete,
            (false, _) => Self::Done,
        }
    }

    fn or(self, other: Self) -> Self {
        if other.rank() < self.rank() { other } else { self }
    }
}

/// What a command found.
struct Found {
    report: Report,
    /// Positions of the columns to print.
    columns: Vec<usize>,
    /// The code to end with if it can be printed.
    exit: Exit,
    /// Files that must not be written over.
    inputs: Vec<String>,
}

impl Found {
    /// Lists the config file among the inputs, so that it is named and not written over.
    fn used_config(&mut self, args: &OutputArgs) {
        if let Some(path) = &args.config {
            self.report.inputs.extend(config::record(path));
            self.inputs.push(path.to_string_lossy().into_owned());
        }
    }
}

/// What there is to print.
enum Answered {
    Report(Box<Found>),
    /// How a figure comes about.
    Explained(Box<explain::Explained>),
    /// The columns and their meanings.
    Help(String),
}

/// What a command stops for: the problems to print and the code to end with.
struct Stop {
    exit: Exit,
    problems: Vec<Problem>,
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self { exit: Exit::Usage, problems: vec![problem] }
    }
}

/// Runs the program and returns its exit code: 0 done, 1 the answer is no, 2 wrong use, 3 input unusable, 4 answer
/// incomplete, 5 output not written.
pub fn run(world: &mut World<'_>) -> u8 {
    let cli = match parse(world) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let exit = match cli.verb {
        Verb::Analyze(args) => finish(analyze::run(&args, world), &args.output, world),
        Verb::Check(args) => check::run(&args, world),
        Verb::Compare(args) => finish(compare::run(&args, world), &args.output, world),
        Verb::Explain(args) => finish(explain::run(&args, world), &args.output, world),
        Verb::Diff(args) => finish(diff::run(&args, world), &args.output, world),
        Verb::Prices(args) => prices::run(&args, world),
        Verb::Outlook(args) => finish(outlook::run(&args, world), &args.output, world),
        Verb::Budget(args) => finish(budget::run(&args, world), &args.output, world),
        Verb::Simulate(args) => finish(simulate::run(&args, world), &args.output, world),
        Verb::Route(args) => finish(route::run(&args, world), &args.output, world),
        Verb::Replay(args) => finish(replay::run(&args, world), &args.output, world),
        Verb::Usage(args) => finish(usage::run(&args, world), &args.output, world),
        Verb::Solve(args) => finish(solve::run(&args, world), &args.output, world),
        Verb::Report(args) => report::run(&args, world),
        Verb::Schema(args) => schema::run(&args, world),
        Verb::Completions(args) => completions::run(&args, world),
        Verb::Man(args) => man::run(&args, world),
    };
    exit as u8
}

/// Prints what a command found, or what it stopped for.
fn finish(result: Result<Answered, Stop>, args: &OutputArgs, world: &mut World<'_>) -> Exit {
    match result {
        Ok(Answered::Report(mut found)) => {
            found.used_config(args);
            publish::publish(world, args, &found)
        }
        Ok(Answered::Explained(mut explained)) => {
            explained.found.used_config(args);
            publish::explained(world, args, &explained)
        }
        Ok(Answered::Help(text)) => publish::print(world, args, &text),
        Err(stop) => publish::stopped(world, args, stop),
    }
}

fn parse(world: &mut World<'_>) -> Result<Cli, u8> {
    // Help is coloured by the same policy as all else, before there are arguments to ask.
    let never = world.args.windows(2).any(|pair| pair[0] == "--color" && pair[1] == "never")
        || world.args.iter().any(|arg| arg == "--color=never");
    let depth = looks::depth(world, never.then_some(looks::When::Never), world.stdout_columns);
    let color = if depth == ColorDepth::None { clap::ColorChoice::Never } else { clap::ColorChoice::Always };
    if version::is_asked(&world.args) {
        return Err(put(world, &version::document()) as u8);
    }
    let columns = looks::width(world, None).unwrap_or(80).clamp(40, 100);
    let command = groups::grouped(Cli::command().color(color).term_width(columns), columns);
    let error = match command.clone().try_get_matches_from(&world.args) {
        Ok(matches) => {
            with_defaults(&command, &matches, world)?;
            match command.try_get_matches_from(&world.args).and_then(|matches| Cli::from_arg_matches(&matches)) {
                Ok(cli) => return Ok(cli),
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    let text = error.render();
    let text = if depth == ColorDepth::None { text.to_string() } else { text.ansi().to_string() };
    // Indented blank lines are clap's.
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if error.use_stderr() {
        say(world, &text);
        return Err(Exit::Usage as u8);
    }
    Err(put(world, &text) as u8)
}

/// Lays the defaults of configuration files under the arguments; wrong files end the run.
fn with_defaults(command: &clap::Command, matches: &clap::ArgMatches, world: &mut World<'_>) -> Result<(), u8> {
    let Some((name, verb)) = matches.subcommand() else { return Ok(()) };
    // A command of commands goes by the defaults of the inner one.
    if let (Some(inner), Some((inner_name, inner_verb))) = (command.find_subcommand(name), verb.subcommand()) {
        return defaults_of(inner, inner_name, inner_verb, world);
    }
    defaults_of(command, name, verb, world)
}

fn defaults_of(command: &clap::Command, name: &str, verb: &clap::ArgMatches, world: &mut World<'_>) -> Result<(), u8> {
    match config::defaults(verb, world) {
        Ok(None) => Ok(()),
        Ok(Some(defaults)) => {
            world.args = config::completed(command, name, verb, &defaults, world);
            Ok(())
        }
        Err(stop) => {
            let args = match name {
                "check" => check::looks_of(verb),
                "report" => report::looks_of(verb),
                _ => OutputArgs::from_arg_matches(verb).expect("a command with --config has these"),
            };
            Err(publish::stopped(world, &args, stop) as u8)
        }
    }
}

/// Prints each default and where it comes from.
fn show_effective(args: &OutputArgs, world: &mut World<'_>) -> Exit {
    let command = Cli::command();
    let matches = command.clone().try_get_matches_from(&world.args).expect("they were read before");
    let (_, verb) = matches.subcommand().expect("a command asked for this");
    match config::defaults(verb, world) {
        Ok(defaults) => {
            let analyze = command.find_subcommand("analyze").expect("it is one of the commands");
            let text = config::effective(defaults.as_ref(), analyze, world);
            put(world, &text)
        }
        Err(stop) => publish::stopped(world, args, stop),
    }
}

/// Prints a text that is no report.
fn put(world: &mut World<'_>, text: &str) -> Exit {
    match output::to_stdout(world, text) {
        Ok(()) => Exit::Done,
        Err(error) => {
            say(world, &format!("error[{}]: {}\n", codes::NOT_WRITTEN, output::words(&error)));
            Exit::Output
        }
    }
}

fn say(world: &mut World<'_>, text: &str) {
    // Nobody is left to tell if this fails.
    let _ = world.stderr.write_all(text.as_bytes()).and_then(|()| world.stderr.flush());
}
