//! `report`: one file of HTML that people read, send on and print.

mod answer;
mod curves;
mod facts;
mod ladder;
mod population;
mod tables;
mod usage;

use std::path::PathBuf;

use clap::{ArgMatches, FromArgMatches as _};

use super::analyze::{self, Analyzed};
use super::args::{OutputArgs, at_defaults};
use super::asked::{Asked, ask, strict, wanted};
use super::population::PopulationArgs;
use super::publish;
use super::replay::UsedArgs;
use super::world::World;
use super::{Exit, Found, Stop};
use crate::catalog::codes;
use crate::problem::{Level, Problem};
use crate::render;
use crate::report::page::{Page, Part, Theme};
use crate::report::{HeatTitle, Layout, Report};

/// Write what plans are worth as a page to read, with charts, tables and the source of each figure
///
/// The page answers in a sentence what the plans sell and where their vendors lose. It then shows the figures as a table,
/// a heat map of margins, who gains at which use, margin curves with both break-evens, price against maximum, the ladder
/// of which plan is the cheapest at which use, and where each figure comes from. With a population it also shows how use is
/// spread and who pays for whom.
///
/// It is one file of HTML: it runs no script, loads nothing, adapts to light, dark and paper, and what its charts show
/// stands in its tables too. The same inputs give the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("unit", |arg| arg.requires("population_words")))]
#[command(group(clap::ArgGroup::new("population_words").args(["dist", "utilizations"]).multiple(true)))]
#[command(mut_arg("log_format", |arg| arg.requires("usage")))]
#[command(mut_arg("codex_tier", |arg| arg.requires("usage")))]
#[command(mut_arg("threads", |arg| arg.requires("usage")))]
#[command(mut_arg("from", |arg| arg.requires("usage")))]
#[command(mut_arg("to", |arg| arg.requires("usage")))]
#[command(mut_arg("tz", |arg| arg.requires("usage")))]
#[command(mut_arg("other_surfaces", |arg| arg.requires("usage")))]
#[command(mut_arg("max_skipped", |arg| arg.requires("usage")))]
#[command(mut_arg("anonymize", |arg| arg.requires("usage")))]
pub(super) struct Args {
    #[command(flatten)]
    inputs: super::args::InputArgs,
    /// Utilizations of the heat map: percent, decimal or fraction [default: each tenth]
    #[arg(long, help_heading = "Page", value_name = "U,…", value_delimiter = ',', value_parser = super::values::utilization)]
    at: Vec<HeatTitle>,
    /// Title of the page
    #[arg(long, help_heading = "Page", value_name = "TEXT", default_value = "What AI subscriptions are worth")]
    title: String,
    /// Colours of the page
    #[arg(long, help_heading = "Page", value_name = "THEME", default_value = "auto")]
    theme: ThemeWord,
    #[command(flatten)]
    population: PopulationArgs,
    /// Also put real usage before the limits of the plans: logs, or folders of them
    #[arg(long, value_name = "LOG", help_heading = "What was used")]
    usage: Vec<PathBuf>,
    #[command(flatten)]
    used: UsedArgs,
    #[command(flatten)]
    terms: super::args::TermsArgs,
    #[command(flatten)]
    output: PageOutput,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ThemeWord {
    /// As the reader's system is set
    Auto,
    /// Dark on light
    Light,
    /// Light on dark; dark on light on paper
    Dark,
}

/// Where the page goes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
struct PageOutput {
    /// Write the page to this file; `-` is standard output, unless that is a terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Decimals of dollars in tables
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(0..=9))]
    decimals: u8,
    /// Colours of messages [default: auto] [env: PLANCOST_COLOR, NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR]
    #[arg(long, value_name = "WHEN")]
    color: Option<super::looks::When>,
    /// Form of errors and warnings
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    message_format: super::args::MessageWord,
    /// Most errors and warnings to print
    #[arg(long, value_name = "N", default_value = "20")]
    max_diagnostics: usize,
    /// No notes
    #[arg(short, long)]
    quiet: bool,
    /// Say which files were used
    #[arg(short, long)]
    verbose: bool,
    /// Take defaults from this file [default: the nearest plancost.toml] [env: PLANCOST_CONFIG]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,
    /// Take no defaults from files
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    no_config: bool,
}

impl PageOutput {
    /// The same among the flags of other commands.
    fn shared(&self) -> OutputArgs {
        OutputArgs {
            output: self.output.clone(),
            decimals: self.decimals,
            color: self.color,
            message_format: self.message_format,
            max_diagnostics: self.max_diagnostics,
            quiet: self.quiet,
            verbose: self.verbose,
            config: self.config.clone(),
            no_config: self.no_config,
            ..at_defaults()
        }
    }
}

/// How to tell what is wrong with a configuration.
pub(super) fn looks_of(matches: &ArgMatches) -> OutputArgs {
    PageOutput::from_arg_matches(matches).expect("these are its arguments").shared()
}

const EXAMPLES: &str = "\
Examples:
  plancost report -o report.html
  plancost report plans/*.toml -o report.html --title 'Plans, autumn 2026'
  plancost report --plan 'claude-*' --at 1%,5%,20%,100% -o tiers.html
  plancost report --plan 'claude-[pm]*' --population typical -o who-pays.html
  plancost report --plan 'claude-*' --usage logs/ --anonymize -o use.html
  plancost report --as-of 2026-06-15 --api-margin 0.6 --theme light -o june.html

Exit codes:
  0  done
  2  wrong use, such as a page for a terminal
  3  an input could not be used; the others are on the page, which says so
  4  the answer is incomplete, with --strict; of the usage, nothing could be
     decided, or more of it was lost than --max-skipped allows
  5  the page could not be written";

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Exit {
    let output = args.output.shared();
    let to_terminal = output.output.as_ref().is_none_or(|path| path.as_os_str() == "-");
    if to_terminal && world.stdout_columns.is_some() {
        let problem = Problem::error(codes::USAGE, "the page is HTML, which a terminal does not show");
        return publish::stopped(world, &output, problem.help("name a file: `-o report.html`").into());
    }
    match found(args, world) {
        Ok((page, mut found)) => {
            found.used_config(&output);
            publish::page(world, &output, &found, &|look| render::html(&page, look))
        }
        Err(stop) => publish::stopped(world, &output, stop),
    }
}

/// A further part, and what comes with it.
struct Told {
    part: Part,
    /// What it adds to the answer.
    answer: Option<String>,
    /// Files that must not be written over.
    inputs: Vec<String>,
    problems: Vec<Problem>,
    exit: Exit,
    /// What is not known, a line each.
    missing: Vec<String>,
}

/// The page, and what there is to say beside it.
fn found(args: &Args, world: &mut World<'_>) -> Result<(Page, Found), Stop> {
    let points = if args.at.is_empty() { analyze::default_points() } else { args.at.clone() };
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let is_strict = strict(&args.terms, world);
    let plans = wanted(&asked, &args.inputs, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    if plans.is_empty() || failed && args.inputs.fail_fast {
        // A page about nothing would read as an answer.
        analyze::explain_gaps(&[], &asked.catalog, &mut problems);
        return Err(Stop { exit: Exit::Input, problems });
    }
    let analyzed = analyze::found(&plans, &asked, &points, &mut problems);
    let mut parts = parts(&analyzed, &asked);
    let mut inputs = asked.input_names.clone();
    let mut exit = Exit::Done;
    let mut answer = answer::answer(&analyzed, &asked);
    let mut missing = Vec::new();
    let population = args.population.is_given().then(|| population::part(args, &analyzed, &asked, world));
    let usage = (!args.usage.is_empty()).then(|| usage::part(args, &asked, world));
    for told in [population, usage].into_iter().flatten() {
        let told = told?;
        parts.push(told.part);
        answer.extend(told.answer);
        inputs.extend(told.inputs);
        problems.extend(told.problems);
        exit = exit.or(told.exit);
        missing.extend(told.missing);
    }
    let notice = answer::notice(&analyzed, &problems, missing);
    let (complete, failed) = (notice.complete, problems.iter().any(|problem| problem.level == Level::Error));
    parts.extend(facts::parts(&analyzed, &asked, &args.inputs.set));
    let page = Page {
        title: args.title.clone(),
        question: answer::question(&analyzed),
        answer,
        notice,
        facts: facts::brief(&analyzed, &asked),
        parts,
        theme: match args.theme {
            ThemeWord::Auto => Theme::Auto,
            ThemeWord::Light => Theme::Light,
            ThemeWord::Dark => Theme::Dark,
        },
    };
    let report = Report {
        kind: "report",
        layout: Layout::Rows,
        complete,
        as_of: asked.day,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        sections: Vec::new(),
        summary: Vec::new(),
        footer: Vec::new(),
        problems,
        verdicts: None,
    };
    let exit = exit.or(Exit::of(failed, complete, is_strict));
    Ok((page, Found { report, columns: Vec::new(), exit, inputs }))
}

/// What there is to see of the plans by themselves.
fn parts(analyzed: &Analyzed<'_>, asked: &Asked) -> Vec<Part> {
    [
        Some(tables::plans(analyzed)),
        Some(tables::heat_map(analyzed)),
        curves::zones(analyzed),
        curves::margins(analyzed),
        curves::maximum(analyzed, asked),
        ladder::part(analyzed, asked),
    ]
    .into_iter()
    .flatten()
    .collect()
}
