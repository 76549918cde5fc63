//! `check`: whether plans hold to a policy, and what is odd about their files.

pub(super) mod finding;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches as _};

use super::args::{InputArgs, OutputArgs, TermsArgs, at_defaults};
use super::asked::{Asked, ask, assumptions, wanted};
use super::inputs::{self, Selection};
use super::publish::{complain, look, not_written, stopped};
use super::world::World;
use super::{Exit, Stop, output, say};
use crate::catalog::{codes, policy as files};
use crate::plan::Plan;
use crate::policy::{self, Bench, Bound, Grade, Policy, Rule, Test};
use crate::problem::{Level, Place, Problem, Source};
use crate::render::finding::{Checked, Outcome, RuleText};
use crate::render::{self, Format, Look, MessageFormat};
use crate::report::{Cell, Layout, Record, Report, Row};
use crate::units::Ratio;
pub(super) use finding::columns;
use finding::{Findings, Item};

/// Say whether plans hold to a policy, and what is odd about their files
///
/// A policy is a TOML file of rules, or flags. A rule that cannot be evaluated never passes: the exit code is 4, which
/// outranks 1. What a plan's file itself declares unknown (`price_unknown`, `allowance_unknown`, `credits_unpriced`) is
/// not applicable and counted; free plans are not applicable to rules about shares of the price.
///
/// Where a limit has a range, the end that is worse for the rule is used, unless --likely is given. Each breach says at
/// which price, allowance or API margin the plan would pass, as `--set` takes it.
///
/// Without a policy only the files are checked: stale prices, figures without a source, limits that can never bind,
/// tiers that another one beats. Unknown figures that no file declares are then exit code 4 too, unless PLANCOST_STRICT
/// is 0.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    terms: TermsArgs,
    #[command(flatten)]
    output: CheckOutput,
}

/// What plans must hold to.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Policy")]
struct PolicyArgs {
    /// Rules and waivers; `plancost schema policy` describes the file
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Deny more API dollars per dollar paid
    #[arg(long, value_name = "N", value_parser = number)]
    max_multiple: Option<Ratio>,
    /// Deny fewer API dollars per dollar paid
    #[arg(long, value_name = "N", value_parser = number)]
    min_multiple: Option<Ratio>,
    /// Deny a lower break-even utilization
    #[arg(long, value_name = "U", value_parser = share)]
    min_break_even: Option<Ratio>,
    /// Deny a lower margin at a utilization, such as `0.5=0.1`
    #[arg(long, value_name = "U=SHARE", value_parser = margin_at)]
    min_margin_at: Vec<(Ratio, Ratio)>,
    /// Deny a larger loss on a month of full use
    #[arg(long, value_name = "USD", value_parser = super::values::usd)]
    max_loss_at_full_usd: Option<Ratio>,
    /// Deny a higher cost of serving full use, as a share of revenue
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_serving_share_at_full: Option<Ratio>,
    /// Prices checked longer ago than this cannot be judged, such as `45d`
    #[arg(long, value_name = "DAYS", value_parser = age)]
    max_price_age: Option<u64>,
    /// Use the likely figure of a limit with a range, not the end that is worse for the rule
    #[arg(long)]
    likely: bool,
    /// What makes the exit code 1
    #[arg(long, value_name = "LEVEL", default_value = "deny")]
    fail_on: FailOn,
    /// What cannot be evaluated does not make the exit code 4; said in the output
    #[arg(long)]
    allow_incomplete: bool,
    /// Denied does not make the exit code 1; said in the output
    #[arg(long)]
    exit_zero: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Rules to deny
    Deny,
    /// Warnings too
    Warn,
}

/// Where the result goes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
struct CheckOutput {
    /// Form of the result [default: text] [env: PLANCOST_FORMAT]
    #[arg(short, long, value_name = "FORMAT")]
    format: Option<Form>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write the result to a file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write it to a file in another form too, such as `sarif=plans.sarif`
    #[arg(long, value_name = "FORMAT=FILE", value_parser = export)]
    export: Vec<(Form, PathBuf)>,
    /// Shape of the JSON document
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=1))]
    format_version: u8,
    /// Colours [default: auto] [env: PLANCOST_COLOR, NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR]
    #[arg(long, value_name = "WHEN")]
    color: Option<super::looks::When>,
    /// Only ASCII characters
    #[arg(long)]
    ascii: bool,
    /// Fit so many columns [default: the terminal; a pipe is not fitted] [env: COLUMNS]
    #[arg(long, value_name = "N", value_parser = super::args::width)]
    width: Option<usize>,
    /// Form of the findings in text, and of errors on standard error
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    message_format: super::args::MessageWord,
    /// Most findings to print as text; those denied come first
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// Findings with the lines they speak of, and their count as the last line
    Text,
    /// One JSON document; its results are the verdicts
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML: a suite for each plan, a case for each rule
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// A Markdown table, for a step summary
    Markdown,
}

const EXAMPLES: &str = "\
Examples:
  plancost check plans/*.toml                              the files alone
  plancost check --policy policy.toml plans/*.toml
  plancost check --max-multiple 50 --plan 'chatgpt-pro-*'
  plancost check --min-margin-at 0.5=0.1 --min-break-even 30% --plan 'cursor-*'
  plancost check --max-price-age 45d --as-of today
  plancost check --policy policy.toml -f github --export sarif=p.sarif

A policy file:
  policy_version = 1
  [[rule]]
  id = \"multiple-cap\"
  plans = \"*\"
  max_multiple = 10
  level = \"deny\"

Exit codes:
  0  passed        2  wrong use or a bad policy       4  not evaluable, unless --allow-incomplete
  1  denied        3  an input could not be used      5  the output could not be written
No answer (2 to 5) outranks no (1).";

fn number(text: &str) -> Result<Ratio, String> {
    let value = Ratio::parse(text.trim()).map_err(|error| format!("{error}; write a number such as `10`"))?;
    if value.is_negative() { Err("must not be negative".to_owned()) } else { Ok(value) }
}

fn share(text: &str) -> Result<Ratio, String> {
    super::values::utilization(text).map(|title| title.utilization)
}

fn margin_at(text: &str) -> Result<(Ratio, Ratio), String> {
    let (utilization, margin) = text.split_once('=').ok_or("write UTILIZATION=MARGIN, such as `0.5=0.1`")?;
    Ok((super::values::share(utilization)?, super::values::margin(margin)?))
}

fn age(text: &str) -> Result<u64, String> {
    policy::days(text).ok_or_else(|| "write a number of days such as `45d`".to_owned())
}

const FORMS: &str = "text, json, sarif, junit, github, gitlab or markdown";

fn export(text: &str) -> Result<(Form, PathBuf), String> {
    const WRITE: &str = "write FORMAT=FILE, such as `sarif=plans.sarif`";
    let (word, path) = text.split_once('=').ok_or(WRITE)?;
    let form =
        <Form as clap::ValueEnum>::from_str(word, false).map_err(|_| format!("`{word}` is not a format: {FORMS}"))?;
    if path.is_empty() { Err(WRITE.to_owned()) } else { Ok((form, path.into())) }
}

/// How to tell what is wrong with a configuration.
pub(super) fn looks_of(matches: &ArgMatches) -> OutputArgs {
    CheckOutput::from_arg_matches(matches).expect("these are its arguments").shared()
}

impl CheckOutput {
    fn shared(&self) -> OutputArgs {
        OutputArgs {
            color: self.color,
            ascii: self.ascii,
            width: self.width,
            message_format: self.message_format,
            max_diagnostics: self.max_diagnostics,
            quiet: self.quiet,
            verbose: self.verbose,
            config: self.config.clone(),
            no_config: self.no_config,
            ..at_defaults()
        }
    }

    fn form(&self, world: &World<'_>) -> Result<Form, Stop> {
        if self.json {
            return Ok(Form::Json);
        }
        let Some(text) = world.env("PLANCOST_FORMAT").filter(|_| self.format.is_none()) else {
            return Ok(self.format.unwrap_or(Form::Text));
        };
        match text.as_str() {
            // What other commands call it.
            "table" | "plain" => Ok(Form::Text),
            text => <Form as clap::ValueEnum>::from_str(text, false).map_err(|_| {
                Problem::error(codes::USAGE, format!("PLANCOST_FORMAT is `{text}`"))
                    .help(format!("one of {FORMS}"))
                    .into()
            }),
        }
    }
}

/// What a waiver may name besides the rules of its file: rules that flags make, and lints.
const OTHER_RULES: [&str; 11] = [
    "stale-price",
    "missing-source",
    "limit-never-binds",
    "dominated-tier",
    "unknown-figure",
    "max-multiple",
    "min-multiple",
    "min-break-even",
    "min-margin-at",
    "max-loss-at-full-usd",
    "max-serving-share-at-full",
];

fn flag_rules(args: &PolicyArgs) -> Vec<Rule> {
    let one = |value: &Option<Ratio>, bound: fn(Ratio) -> Bound| value.clone().map(bound);
    let single = [
        one(&args.max_multiple, Bound::MaxMultiple),
        one(&args.min_multiple, Bound::MinMultiple),
        one(&args.min_break_even, Bound::MinBreakEven),
        one(&args.max_loss_at_full_usd, Bound::MaxLossAtFullUsd),
        one(&args.max_serving_share_at_full, Bound::MaxServingShareAtFull),
    ];
    let margins = args
        .min_margin_at
        .iter()
        .map(|(utilization, margin)| Bound::MinMarginAt { utilization: utilization.clone(), margin: margin.clone() });
    let rule = |bound: Bound| {
        let id = bound.key().replace('_', "-");
        let value = match &bound {
            Bound::MinMarginAt { utilization, margin } => format!("{}={}", utilization.to_exact(), margin.to_exact()),
            other => other.threshold().to_exact(),
        };
        let source = Arc::new(Source { name: format!("--{id}"), text: format!("--{id} {value}") });
        let place = Place::at(&source, 0..source.text.len());
        Rule {
            id: id.into(),
            plans: Vec::new(),
            vendor: None,
            grade: Grade::Deny,
            tests: vec![Test { bound, place: place.clone() }],
            place,
        }
    };
    single.into_iter().flatten().chain(margins).map(rule).collect()
}

/// The rules of the file and of the flags.
fn read_policy(
    args: &Args,
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
    names: &mut Vec<String>,
) -> Result<Policy, Stop> {
    let mut policy = Policy::default();
    if let Some(path) = &args.policy.policy {
        policy = read_file(path, args.inputs.max_file_size, world, problems, names)?;
    }
    policy.rules.extend(flag_rules(&args.policy));
    if let Some(days) = args.policy.max_price_age {
        let source = Arc::new(Source { name: "--max-price-age".to_owned(), text: format!("--max-price-age {days}d") });
        policy.max_price_age = Some((days, Place::at(&source, 0..source.text.len())));
    }
    Ok(policy)
}

/// The rules of a file.
pub(super) fn read_file(
    path: &Path,
    max_bytes: u64,
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
    names: &mut Vec<String>,
) -> Result<Policy, Stop> {
    let mut policy = Policy::default();
    let selection = Selection {
        paths: vec![path.to_owned()],
        plans: false,
        recursive: false,
        max_bytes,
        stdin_name: "<stdin>".to_owned(),
    };
    if path.is_dir() {
        let message = format!("cannot read `{}`: it is a folder", path.display());
        return Err(Problem::error(codes::UNREADABLE, message).help("name a policy file").into());
    }
    if path.as_os_str() == "-" && world.stdin_is_terminal {
        return Err(Problem::error(codes::USAGE, "`--policy -` reads standard input, which is a terminal").into());
    }
    let mut found = Vec::new();
    let read = inputs::read(&selection, world, &mut found);
    if read.len() > 1 {
        let message = format!("`{}` names {} files", path.display(), read.len());
        return Err(Problem::error(codes::USAGE, message).help("name one policy").into());
    }
    for input in read {
        names.push(input.source.name.clone());
        let (read, wrong) = files::read(&input.source, &OTHER_RULES);
        found.extend(wrong);
        policy = read;
    }
    if !files::is_sound(&found) {
        return Err(Stop { exit: Exit::Usage, problems: found });
    }
    problems.extend(found);
    Ok(policy)
}

pub(super) fn contradicted(plans: &[&Plan], policy: &Policy) -> Result<(), Stop> {
    let problems: Vec<Problem> = policy::contradictions(plans, policy)
        .into_iter()
        .map(|(least, most, plan)| {
            let limit = |test: &Test| test.bound.threshold().to_exact();
            let message =
                format!("for {}, the least multiple {} is above the most {}", plan.id, limit(least), limit(most));
            Problem::error(codes::CONTRADICTION, message)
                .at(least.place.clone())
                .label("no plan can have both")
                .related(most.place.clone(), "the other")
                .help("change one, or let `plans` part them")
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Stop { exit: Exit::Usage, problems }) }
}

/// What was found, in every form.
struct Outcomes {
    report: Report,
    checked: Checked,
    exit: Exit,
    /// Files that must not be written over.
    inputs: Vec<String>,
    /// What was wrong with the inputs.
    problems: Vec<Problem>,
}

fn find(args: &Args, world: &mut World<'_>) -> Result<Outcomes, Stop> {
    let mut problems = Vec::new();
    let mut names = Vec::new();
    let policy = read_policy(args, world, &mut problems, &mut names)?;
    let of_policy = problems.len();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let strict = args.terms.strict || world.env("PLANCOST_STRICT").is_none_or(|value| value != "0");
    if strict {
        let of_files = problems[of_policy..].iter_mut();
        let unportable = of_files.filter(|problem| problem.code == codes::TOML_1_1);
        unportable.for_each(|problem| problem.level = Level::Error);
    }
    let plans = wanted(&asked, &args.inputs, &mut problems)?;
    contradicted(&plans, &policy)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let plans = if failed && args.inputs.fail_fast { Vec::new() } else { plans };
    let unpriced = |model: &str| asked.catalog.unpriced.contains(model);
    let bench = Bench {
        market: asked.catalog.market(),
        question: &asked.question,
        likely: args.policy.likely,
        unpriced: &unpriced,
    };
    let own = problems.split_off(of_policy);
    let mut findings = Findings::new(&asked, &policy, bench, strict);
    let problems = findings.problems(problems, own, &plans);
    findings.verdicts(&plans);
    findings.lints(&plans);
    findings.of_policy(&plans);
    let items = findings.finish();

    let (allow, zero) = (args.policy.allow_incomplete, args.policy.exit_zero);
    let warnings_fail = args.policy.fail_on == FailOn::Warn;
    let count = |outcome: Outcome| items.iter().filter(|item| item.finding.outcome == outcome).count();
    let unanswered = count(Outcome::NotEvaluable);
    let refused = count(Outcome::Denied) + if warnings_fail { count(Outcome::Warned) } else { 0 };
    let mut exit = if failed { Exit::Input } else { Exit::Done };
    if unanswered > 0 && !allow {
        exit = exit.or(Exit::Incomplete);
    }
    if refused > 0 && !zero {
        exit = exit.or(Exit::No);
    }
    let mut remarks = Vec::new();
    if policy.rules.iter().all(Rule::is_of_change_alone) && policy.max_price_age.is_none() {
        remarks.push("no policy: only the files were checked".to_owned());
    }
    if allow {
        remarks.push("--allow-incomplete: what cannot be evaluated does not change the exit code".to_owned());
    }
    if zero {
        remarks.push("--exit-zero: what is denied does not change the exit code".to_owned());
    }
    if warnings_fail {
        remarks.push("--fail-on warn: a warning counts as denied for the exit code".to_owned());
    }
    let mut report = report(args, &asked, &plans, &items, unanswered == 0 && !failed, &problems);
    let checked = Checked {
        rules: rules(&policy, &items),
        findings: items.into_iter().map(|item| item.finding).collect(),
        remarks,
        exit_code: exit as u8,
        warnings_fail,
        home: asked.input_names.first().cloned().unwrap_or_else(|| "plans".to_owned()),
        root: std::env::current_dir().map(|root| format!("{}/", root.display())).unwrap_or_default(),
    };
    names.extend(asked.input_names.iter().cloned());
    if let Some(path) = &args.output.config {
        report.inputs.extend(super::config::record(path));
        names.push(path.to_string_lossy().into_owned());
    }
    Ok(Outcomes { report, checked, exit, inputs: names, problems })
}

/// The rules in words: those of the policy, then the kinds of mistake that were found.
fn rules(policy: &Policy, items: &[Item]) -> Vec<RuleText> {
    let mut rules: Vec<RuleText> = Vec::new();
    for rule in &policy.rules {
        let line = rule.tests.iter().map(|test| words::bound(&test.bound)).collect::<Vec<_>>().join("; ");
        if rules.iter().any(|known| known.id == *rule.id) {
            continue;
        }
        rules.push(RuleText {
            id: rule.id.to_string(),
            text: format!("{line} ({}, {})", rule.grade.word(), words::place(&rule.place)),
            line,
            level: words::level(rule.grade),
        });
    }
    for item in items {
        let finding = &item.finding;
        let Some(entry) = codes::entry(finding.problem.code).filter(|_| finding.outcome.is_shown()) else { continue };
        if !rules.iter().any(|known| known.id == finding.rule) {
            rules.push(RuleText {
                id: finding.rule.clone(),
                line: entry.line.to_owned(),
                text: entry.text.to_owned(),
                level: finding.problem.level,
            });
        }
    }
    rules
}

fn report(args: &Args, asked: &Asked, plans: &[&Plan], items: &[Item], complete: bool, problems: &[Problem]) -> Report {
    let unknown = |item: &&Item| item.finding.outcome == Outcome::NotEvaluable;
    let unanswered: BTreeSet<&String> =
        items.iter().filter(unknown).filter_map(|item| item.finding.plan.as_ref()).collect();
    let count = |wanted: &[Outcome]| {
        Cell::Count(items.iter().filter(|item| wanted.contains(&item.finding.outcome)).count() as u64)
    };
    let mut assumptions: Record = assumptions(asked, &args.inputs.set);
    let range = if args.policy.likely { "likely" } else { "worse" };
    assumptions.push(("range_end", Cell::Text(range.to_owned())));
    let fail_on = if args.policy.fail_on == FailOn::Warn { "warn" } else { "deny" };
    Report {
        kind: "check",
        complete,
        as_of: asked.day,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions,
        columns: finding::columns(),
        rows: items.iter().map(|item| Row { group: None, cells: item.cells.clone() }).collect(),
        summary: vec![
            ("plans", Cell::Count(plans.len() as u64)),
            ("ok", Cell::Count((plans.len() - unanswered.len()) as u64)),
            ("incomplete", Cell::Count(unanswered.len() as u64)),
            ("denied", count(&[Outcome::Denied])),
            ("warnings", count(&[Outcome::Warned])),
            ("notes", count(&[Outcome::Noted])),
            ("not_evaluable", count(&[Outcome::NotEvaluable])),
            ("not_applicable", count(&[Outcome::NotApplicable, Outcome::DeclaredUnknown])),
            ("declared_unknown", count(&[Outcome::DeclaredUnknown])),
            ("waived", count(&[Outcome::Waived])),
            ("passed", count(&[Outcome::Passed])),
            ("errors", count(&[Outcome::Broken])),
            ("fail_on", Cell::Text(fail_on.to_owned())),
            ("allow_incomplete", Cell::Flag(args.policy.allow_incomplete)),
            ("exit_zero", Cell::Flag(args.policy.exit_zero)),
        ],
        layout: Layout::Rows,
        footer: Vec::new(),
        problems: problems.to_vec(),
        sections: Vec::new(),
        verdicts: None,
    }
}

/// Answers the command: computed first, then written wherever it was asked for.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Exit {
    let shared = args.output.shared();
    let form = match args.output.form(world) {
        Ok(form) => form,
        Err(stop) => return stopped(world, &shared, stop),
    };
    let found = match find(args, world) {
        Ok(found) => found,
        Err(stop) => return stopped(world, &shared, stop),
    };
    let mut failures = Vec::new();
    let plain = Look { ascii: args.output.ascii, quiet: args.output.quiet, ..Look::default() };
    let to_file = args.output.output.as_ref().filter(|path| path.as_os_str() != "-");
    for (form, path) in
        args.output.export.iter().map(|(form, path)| (*form, path)).chain(to_file.map(|path| (form, path)))
    {
        // A file is kept whole, however much of it a screen would show.
        let document = render(&found, form, usize::MAX, &shared, &plain);
        let written = output::to_file(path, &document, &found.inputs);
        failures.extend(written.err().map(|error| not_written(&error, Some(path))));
    }
    if to_file.is_none() {
        let document = render(&found, form, args.output.max_diagnostics, &shared, &look(&shared, world));
        failures.extend(output::to_stdout(world, &document).err().map(|error| not_written(&error, None)));
    }
    if args.output.verbose {
        for name in &found.inputs {
            say(world, &format!("read {}\n", render::cell(&Cell::Text(name.clone()))));
        }
    }
    // In text and annotations the findings hold all that is wrong with the inputs.
    if to_file.is_some() || !matches!(form, Form::Text | Form::Github) {
        let told = found.problems.iter().filter(|problem| !args.output.quiet || problem.level > Level::Note);
        complain(world, &shared, &told.cloned().collect::<Vec<_>>());
    }
    if failures.is_empty() {
        return found.exit;
    }
    complain(world, &shared, &failures);
    found.exit.or(Exit::Output)
}

fn render(found: &Outcomes, form: Form, most: usize, shared: &OutputArgs, look: &Look) -> String {
    let checked = &found.checked;
    match form {
        Form::Text => render::finding::text(checked, most, shared.message_format.format(), look),
        Form::Json => render::render(&found.report, &[], Format::Json, look),
        Form::Sarif => render::sarif::document(checked),
        Form::Junit => render::junit::document(checked),
        Form::Github => render::github::commands(checked),
        Form::Gitlab => render::gitlab::document(checked),
        Form::Markdown => render::finding::markdown(checked, look),
    }
}

impl super::args::MessageWord {
    const fn format(self) -> MessageFormat {
        match self {
            Self::Full => MessageFormat::Full,
            Self::Short => MessageFormat::Short,
            Self::Json => MessageFormat::Json,
            Self::Github => MessageFormat::Github,
        }
    }
}
