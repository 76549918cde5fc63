//! `compare`: plans side by side, or as a ladder of which is the cheapest at which use.

mod best;
mod figures;
mod ladder;

pub(super) use figures::{columns, dollars};
pub(super) use ladder::{columns as ladder_columns, fee_share, ladder_of};

use super::analyze::{basis_line, explain_gaps, gap_text};
use super::asked::{Asked, ask, assumptions, strict};
use super::pictures::draw;
use super::publish::{columns_help, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::analysis::{Answer, answer, plans_on};
use crate::catalog::codes;
use crate::plan::Plan;
use crate::problem::{Level, Problem, nearest};
use crate::report::{Cell, Column, HeatTitle, Layout, Missing, Report, Row};
use crate::units::Ratio;

/// Show plans side by side, or which of them is the cheapest at which use
///
/// Plans are columns, figures are lines. `*` marks the best of a line where one side is better off for it: most API
/// value per dollar, the lowest break-even of his own and the lowest cost of a token for the buyer; the highest
/// break-even, margin and profit for the vendor. Equal figures are all marked. Two sentences below say which plan each
/// side should prefer, and why.
///
/// With --ladder each line is a stretch of monthly use, in dollars at API list prices, on which one plan or the API
/// itself is the cheapest for a buyer who knows his use and buys overflow at the plan's overage rate (at list price
/// where it has none). COST, PROFIT: what the buyer pays and the vendor earns at the upper end of the stretch; NEXT: API
/// dollars that one more dollar buys in the next tier; EVEN AT: the use above which serving costs the vendor more than
/// the price; LOSES AT: the use from which on the vendor loses money within the stretch.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("paths", |arg| arg.long("from").num_args(1..).help(
    "Take the plans from these files, folders or patterns, or from `-`, standard input; write them after the ids"
)))]
#[command(mut_arg("plan", |arg| arg.hide(true)))]
pub(super) struct Args {
    /// Ids of plans, or patterns of them such as `claude-*`
    #[arg(value_name = "PLAN_ID")]
    pub(super) ids: Vec<String>,
    /// Show which plan, or the API, is the cheapest at which use
    #[arg(long, help_heading = "Question")]
    pub(super) ladder: bool,
    /// Draw the results in place of the table; other forms of the document do not change
    #[arg(long, help_heading = "Question")]
    pub(super) chart: bool,
    /// All plans of this vendor
    #[arg(long, help_heading = "Question", value_name = "ID")]
    pub(super) vendor: Vec<String>,
    /// Also say how much more or less than this plan the others have
    #[arg(long, help_heading = "Question", value_name = "PLAN_ID", conflicts_with = "ladder")]
    pub(super) baseline: Option<String>,
    /// Show the margin at these utilizations: percent, decimal or fraction [default: 25%,50%,100%]
    #[arg(long, help_heading = "Question", value_name = "U,…", value_delimiter = ',', value_parser = super::values::utilization,
          conflicts_with = "ladder")]
    pub(super) at: Vec<HeatTitle>,
    #[command(flatten)]
    pub(super) inputs: super::args::InputArgs,
    #[command(flatten)]
    pub(super) terms: super::args::TermsArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost compare claude-max-20x chatgpt-pro-20x cursor-ultra
  plancost compare 'claude-max-*' --baseline claude-pro --at 5%,10%,50%
  plancost compare kilo-19 copilot-pro --workload standard-anthropic/claude-opus-5-5
  plancost compare team max --from plans/*.toml -f markdown
  plancost compare --ladder claude-pro claude-max-5x claude-max-20x
  plancost compare --ladder --vendor openai --vendor anthropic --width 140
  plancost compare --ladder --vendor anthropic --chart
  plancost compare --ladder 'cursor-*' --json

Exit codes:
  0  done
  2  wrong use, or a plan that does not exist
  3  an input could not be used; plans of the others are answered
  4  the answer is incomplete, with --strict
  5  the output could not be written";

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let points = if args.at.is_empty() { default_points() } else { args.at.clone() };
    let columns = if args.ladder { ladder::columns() } else { figures::columns(&points) };
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (mut chosen, order) = select(&args.output, &all)?;
    if args.output.columns.is_empty() && !args.ladder {
        chosen = figures::default_order(&columns, args.baseline.is_some());
    }
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let plans = if failed && args.inputs.fail_fast { Vec::new() } else { wanted(args, &asked, &problems)? };
    let answers: Vec<Answer<'_>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    explain_gaps(&answers, &asked.catalog, &mut problems);
    let mut report = Report {
        kind: if args.ladder { "ladder" } else { "compare" },
        layout: Layout::Rows,
        complete: !failed && answers.iter().all(|answer| answer.gaps.is_empty()),
        as_of: asked.day,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions: assumptions(&asked, &args.inputs.set),
        columns,
        summary: summary(&answers),
        footer: Vec::new(),
        rows: Vec::new(),
        problems,
        sections: Vec::new(),
        verdicts: None,
    };
    if args.ladder {
        let ladder = ladder::ladder_of(&answers, &asked);
        (report.rows, report.footer) = (ladder.rows, ladder.footer);
        report.sections.extend(ladder.picture.filter(|_| args.chart));
        if let Some((column, descending)) = order {
            sort(&mut report.rows, column, descending);
        }
    } else {
        report.rows = answers.iter().map(|answer| figures::row(answer, &asked, &points)).collect();
        if let Some((column, descending)) = order {
            sort(&mut report.rows, column, descending);
        }
        let side = best::side_by_side(&mut report, args.baseline.as_deref());
        report.footer = best::sentences(&report, &side, &chosen);
        report.layout = Layout::Columns(side);
    }
    report.footer.extend(basis(&asked, &answers, args));
    if args.chart && !args.ladder {
        draw(&mut report, &answers, &args.at);
    }
    let exit = Exit::of(failed, report.complete, strict(&args.terms, world));
    Ok(Answered::Report(Box::new(Found { report, columns: chosen, exit, inputs: asked.input_names })))
}

/// Utilizations where none are asked for.
fn default_points() -> Vec<HeatTitle> {
    [25, 50, 100]
        .map(|percent| HeatTitle { utilization: Ratio::new(percent, 100), text: format!("{percent}%") })
        .to_vec()
}

/// The plans that were named, each once, in the order in which they were; the baseline first if it is not among them.
fn wanted<'a>(args: &Args, asked: &'a Asked, problems: &[Problem]) -> Result<Vec<&'a Plan>, Stop> {
    let plans = plans_on(&asked.catalog.plans, asked.question.day);
    let (mut found, mut unknown) = fitting(&args.ids, &args.inputs, &plans, asked);
    for id in &args.vendor {
        let of_vendor = |plan: &&&'a Plan| plan.vendor.as_deref() == Some(id.as_str());
        if plans.iter().filter(of_vendor).inspect(|plan| add(&mut found, plan)).count() == 0 {
            unknown.push(unknown_vendor(id, &plans));
        }
    }
    let nothing_named = args.ids.is_empty() && args.inputs.plan.is_empty() && args.vendor.is_empty();
    if nothing_named && !args.inputs.paths.is_empty() {
        found.clone_from(&plans);
    }
    if let Some(id) = &args.baseline
        && !found.iter().any(|plan| *plan.id == **id)
    {
        match plans.iter().find(|plan| *plan.id == **id) {
            Some(plan) => found.insert(0, plan),
            None => unknown.push(unknown_plan(id, &plans, asked)),
        }
    }
    let failed = all_known(problems, unknown)?;
    let least = if args.ladder { 1 } else { 2 };
    if found.len() < least {
        return Err(too_few(args, &found, failed, problems));
    }
    Ok(found)
}

/// The plans that ids and patterns name, each once, in the order in which they were named; all of the files that are read
/// if none is.
pub(super) fn named<'a>(
    ids: &[String],
    inputs: &super::args::InputArgs,
    asked: &'a Asked,
    problems: &[Problem],
) -> Result<Vec<&'a Plan>, Stop> {
    let plans = plans_on(&asked.catalog.plans, asked.question.day);
    let (mut found, unknown) = fitting(ids, inputs, &plans, asked);
    if ids.is_empty() && inputs.plan.is_empty() && !inputs.paths.is_empty() {
        found.clone_from(&plans);
    }
    let failed = all_known(problems, unknown)?;
    match found.is_empty() {
        true if failed => Err(Stop { exit: Exit::Input, problems: problems.to_vec() }),
        true => Err(Problem::error(codes::USAGE, "no plan is named")
            .help("name plans such as `claude-max-20x` or `'claude-*'`; `plancost analyze --columns plan` lists them")
            .into()),
        false => Ok(found),
    }
}

fn add<'a>(found: &mut Vec<&'a Plan>, plan: &'a Plan) {
    if !found.iter().any(|known| std::ptr::eq(*known, plan)) {
        found.push(plan);
    }
}

/// The plans that fit ids and patterns, and those of them that nothing fits.
fn fitting<'a>(
    ids: &[String],
    inputs: &super::args::InputArgs,
    plans: &[&'a Plan],
    asked: &'a Asked,
) -> (Vec<&'a Plan>, Vec<Problem>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for id in ids.iter().chain(&inputs.plan) {
        let before = plans.iter().filter(|plan| fits(id, &plan.id)).inspect(|plan| add(&mut found, plan)).count();
        if before == 0 {
            unknown.push(unknown_plan(id, plans, asked));
        }
    }
    (found, unknown)
}

/// Whether an input could not be used; stops if a plan was not found. It may be missing because its table could not be
/// read: what is wrong with that comes first.
fn all_known(problems: &[Problem], unknown: Vec<Problem>) -> Result<bool, Stop> {
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    if unknown.is_empty() {
        return Ok(failed);
    }
    let exit = if failed { Exit::Input } else { Exit::Usage };
    Err(Stop { exit, problems: problems.iter().filter(|_| failed).cloned().chain(unknown).collect() })
}

fn too_few(args: &Args, found: &[&Plan], failed: bool, problems: &[Problem]) -> Stop {
    if failed && found.is_empty() {
        return Stop { exit: Exit::Input, problems: problems.to_vec() };
    }
    let problem = match (found, args.ladder) {
        ([only], false) => Problem::error(codes::USAGE, format!("there is nothing to compare `{}` with", only.id))
            .help("name at least two plans; `plancost analyze --plan ID` shows one"),
        (_, false) => Problem::error(codes::USAGE, "no plan is named")
            .help("name at least two, such as `plancost compare claude-max-20x chatgpt-pro-20x`"),
        (_, true) => Problem::error(codes::USAGE, "no plan is named")
            .help("name plans, or a vendor as in `plancost compare --ladder --vendor openai`"),
    };
    problem.into()
}

pub(super) fn fits(pattern: &str, id: &str) -> bool {
    pattern == id || glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(id))
}

pub(super) fn unknown_plan(id: &str, plans: &[&Plan], asked: &Asked) -> Problem {
    if let Err(error) = glob::Pattern::new(id) {
        let message = format!("`{id}` is not a pattern: {}", error.msg.to_lowercase());
        return Problem::error(codes::USAGE, message).help("write the id of a plan, or `*` for anything: `claude-*`");
    }
    let problem = if id.contains(['*', '?', '[']) {
        Problem::error(codes::UNKNOWN_PLAN, format!("no plan fits `{id}`"))
    } else {
        Problem::error(codes::UNKNOWN_PLAN, format!("no plan `{id}`"))
    };
    if let (Some(day), true) = (asked.day, asked.catalog.plans.iter().any(|plan| fits(id, &plan.id))) {
        return problem.note(format!("it was not on sale on {day}")).help("ask for another day with `--as-of`");
    }
    match nearest(id, plans.iter().map(|plan| &*plan.id)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if std::path::Path::new(id).extension().is_some_and(|extension| extension == "toml") => {
            problem.help("plan files come after `--from`")
        }
        None => problem.help("`plancost analyze --columns plan` lists them"),
    }
}

pub(super) fn unknown_vendor(id: &str, plans: &[&Plan]) -> Problem {
    let problem = Problem::error(codes::UNKNOWN_PLAN, format!("no plan of a vendor `{id}`"));
    let mut vendors: Vec<&str> = plans.iter().filter_map(|plan| plan.vendor.as_deref()).collect();
    vendors.sort_unstable();
    vendors.dedup();
    match nearest(id, vendors.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("`plancost analyze --columns vendor,plan` lists them"),
    }
}

fn summary(answers: &[Answer<'_>]) -> crate::report::Record {
    let incomplete = answers.iter().filter(|answer| !answer.gaps.is_empty()).count();
    vec![
        ("plans", Cell::Count(answers.len() as u64)),
        ("ok", Cell::Count((answers.len() - incomplete) as u64)),
        ("incomplete", Cell::Count(incomplete as u64)),
    ]
}

/// What the figures rest on, and what is not known.
fn basis(asked: &Asked, answers: &[Answer<'_>], args: &Args) -> Vec<String> {
    let mut lines = Vec::new();
    let unknown = answers.iter().filter(|answer| !answer.gaps.is_empty()).map(|answer| {
        let gaps: Vec<String> = answer.gaps.iter().map(gap_text).collect();
        format!("{} ({})", answer.plan.id, gaps.join(", "))
    });
    let unknown: Vec<String> = unknown.collect();
    if !unknown.is_empty() {
        let left_out = if args.ladder { "Left out, since not all is known" } else { "? is not known" };
        lines.push(format!("{left_out}: {}.", unknown.join(", ")));
    }
    if answers.iter().any(Answer::is_approximate) {
        lines.push("~ is measured or estimated, not published (--columns plan,basis).".to_owned());
    }
    let is_cut = |answer: &&Answer<'_>| answer.economics.as_ref().is_some_and(|economics| economics.overage.is_none());
    let cut: Vec<&str> = answers.iter().filter(is_cut).map(|answer| &*answer.plan.id).collect();
    if !cut.is_empty() && args.at.iter().any(|point| point.utilization > Ratio::one()) {
        let names = best::listed(&cut, "and");
        lines.push(format!("Above 100%: no overage is sold by {names}, so that no more than all is served."));
    }
    if args.ladder {
        lines.retain(|line| !line.starts_with('~'));
        if answers.iter().any(Answer::is_approximate) {
            lines.push(
                "Rests on allowances that are measured or estimated, not published (--columns plan,included_usd_per_month)."
                    .to_owned(),
            );
        }
    }
    lines.push(basis_line(asked, answers));
    if !args.inputs.set.is_empty() {
        lines.push(format!("Set: {}.", args.inputs.set.join(", ")));
    }
    lines
}

/// A cell of what may not be known.
pub(super) fn or_missing<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
    value.map_or(Cell::Missing(Missing::NotApplicable), cell)
}

/// A cell of a row, by the key of its column.
fn cell<'a>(columns: &[Column], row: &'a Row, key: &str) -> &'a Cell {
    let at = columns.iter().position(|column| column.key == key).expect("the key is one of the columns");
    &row.cells[at]
}
