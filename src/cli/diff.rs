//! `diff`: what a change of plan files does to every figure, which inputs did it, and for whom it is worse.

mod earlier;
mod gate;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Export, InputArgs, OutputArgs, TermsArgs};
use super::asked::{Asked, ask, assumptions, strict, wanted};
use super::facts::Stated;
use super::inputs::{self, Selection};
use super::publish::{columns_help, format_of, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop, analyze, check, facts};
use crate::catalog::codes;
use crate::changes::{Change, Facts, Moved, Named, PlanChange, Verdict, changes, moved};
use crate::problem::{Level, Problem, Source};
use crate::render::{self, Format, Look};
use crate::report::{Cell, Column, Layout, Missing, Record, Report, Row, Unit};
use crate::units::{Date, Ratio};
pub(super) use earlier::is_json;
use gate::Gate;

/// Show what changed between two sets of plans, which inputs did it, and for whom it is worse
///
/// Each of OLD and NEW is a plan file, a folder, a pattern, `-` for standard input, or what `plancost analyze --json`
/// printed earlier. Plans are matched by id. ▼ is worse for the vendor and ▲ better: by break-even, then by margin at
/// full use. List prices that changed stand apart. Both sides are asked the same question on the same day, the newest
/// date of both; an earlier document keeps the question it was made with.
///
/// With a policy, its rules are evaluated as `plancost check` does, on plans that were added or changed; those that
/// already broke one and did not change are counted in a line. `max_multiple_increase` and `max_break_even_decrease`
/// limit what the change itself does to a plan. A rule that cannot be evaluated never passes: code 4, which outranks 1.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// What it was
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// What it is
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Ignore numbers that moved by less than this share of what they were
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = super::values::share)]
    ignore_below: Ratio,
    /// End with code 1 if anything changed
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    gate: GateArgs,
    #[command(flatten)]
    sides: SideArgs,
    #[command(flatten)]
    terms: TermsArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What the change must hold to.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Policy")]
struct GateArgs {
    /// Rules for the plans that NEW adds or changes, and for how far they may move; code 1 if one is denied
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Use the likely figure of a limit with a range, not the end that is worse for the rule
    #[arg(long)]
    likely: bool,
}

/// What is read for both sides.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Plans and prices")]
struct SideArgs {
    /// Only plans whose id matches; `*` stands for anything
    #[arg(long, value_name = "GLOB")]
    plan: Vec<String>,
    /// Change one input of a plan of NEW, such as `claude-pro.price_usd=25`
    #[arg(long, value_name = "PLAN.KEY=VALUE")]
    set: Vec<String>,
    /// Also take rates and workloads from this file, on both sides; later ones win
    #[arg(long, value_name = "FILE")]
    prices: Vec<PathBuf>,
    /// Do not use the rates inside the program
    #[arg(long)]
    no_bundled: bool,
    /// Read folders within folders
    #[arg(short, long)]
    recursive: bool,
    /// Most bytes of a plan file
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = super::values::size)]
    max_file_size: u64,
    /// Name of standard input in messages
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    stdin_name: String,
}

const EXAMPLES: &str = "\
Examples:
  plancost diff plans/anthropic.toml plans/anthropic.toml --set 'claude-pro.price_usd=25'
  plancost analyze --json -o base.json && plancost diff base.json plans
  plancost diff base.json plans --format markdown        for a pull request's comment
  plancost diff base.json plans --exit-code --ignore-below 1%
  git show main:plans/openai.toml | plancost diff - plans/openai.toml
  plancost diff base.json plans --policy policy.toml     no change that breaks a rule

A rule for changes:
  [[rule]]
  id = \"no-jump\"
  max_multiple_increase = 5         from 20x to 25x, and no further
  max_break_even_decrease = 0.05    from 30% to 25%, and no further

Exit codes:
  0  done                                      3  an input could not be used
  1  denied by --policy, or something changed  4  a rule of --policy is not evaluable, or
     with --exit-code                             incomplete, with --strict
  2  wrong use or a bad policy                 5  the output could not be written
No answer (2 to 5) outranks no (1).";

/// Most bytes of an earlier document.
const DOCUMENT_MAX: u64 = 64 << 20;

/// Keys of `analyze` that say nothing of a plan's economics, or take flags that this command does not have.
const NOT_COMPARED: &[&str] = &[
    "plan",
    "checked",
    "source",
    "missing",
    "contribution_usd_per_month",
    "payback_months",
    "lifetime_months",
    "ltv_usd",
    "ltv_over_cac",
];

/// One side, read.
struct Side {
    facts: Vec<Facts>,
    /// Every list price; `None` for a document, which has none.
    list_prices: Option<Vec<Named>>,
    complete: bool,
    failed: bool,
    day: Option<Date>,
    /// Each assumption of a document as it is written.
    assumed: BTreeMap<String, String>,
    price_files: Vec<String>,
    /// What the figures rest on, in words.
    basis: Option<String>,
    /// The plans themselves; `None` for a document.
    files: Option<(Box<Asked>, Box<InputArgs>)>,
    inputs: Vec<Record>,
    prices: Vec<Record>,
    assumptions: Record,
    names: Vec<String>,
}

/// A side before its figures are worked out.
enum Opened {
    Files(Box<Asked>, Vec<Problem>, Box<InputArgs>),
    Document(Arc<Source>),
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let columns = columns();
    let of_report: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&of_report)));
    }
    let (chosen, order) = select(&args.output, &of_report)?;
    if [&args.old, &args.new].iter().all(|path| path.as_os_str() == "-") {
        return Err(Problem::error(codes::USAGE, "standard input can only be one of OLD and NEW").into());
    }
    let mut problems = Vec::new();
    let mut of_policy = Vec::new();
    let gate = gate(args, world, &mut problems, &mut of_policy)?;
    let mut opened = [open(args, &args.old, false, world)?, open(args, &args.new, true, world)?];
    same_day(args, &mut opened);
    // A document is rounded and holds no inputs: beside one, the other side becomes one too.
    let as_documents = opened.iter().any(|side| matches!(side, Opened::Document(_)));
    let [old, new] = opened.map(|side| work_out(side, as_documents, &mut problems));
    let (mut old, mut new) = (old?, new?);
    // Against a side that could not be read at all, every plan would seem new, or gone.
    let unread = [&old, &new].into_iter().any(|side| side.failed && side.facts.is_empty());
    if unread {
        for side in [&mut old, &mut new] {
            side.facts.clear();
            side.list_prices = None;
        }
    }
    if old.facts.is_empty() && new.facts.is_empty() && !problems.iter().any(|p| p.level == Level::Error) {
        problems.push(none_selected(args));
    }
    let failed = old.failed || new.failed || problems.iter().any(|problem| problem.level == Level::Error);

    let (mut plans, unchanged) = changes(&old.facts, &new.facts, &args.ignore_below);
    plans.sort_by_key(order_of);
    let list_prices = match (&old.list_prices, &new.list_prices) {
        (Some(old), Some(new)) => moved(old, new, &args.ignore_below),
        _ => Vec::new(),
    };
    problems.extend(other_terms(&old, &new));
    let judged = gate.map(|gate| gate.judge(&old, &new, &problems)).transpose()?;
    let any = !plans.is_empty() || !list_prices.is_empty();
    let count = |pick: &dyn Fn(&&PlanChange<'_>) -> bool| Cell::Count(plans.iter().filter(pick).count() as u64);
    let mut summary = vec![
        ("worse", count(&|plan| plan.verdict == Some(Verdict::Worse))),
        ("better", count(&|plan| plan.verdict == Some(Verdict::Better))),
        (
            "other",
            count(&|p| p.change == Change::Changed && !matches!(p.verdict, Some(Verdict::Worse | Verdict::Better))),
        ),
        ("added", count(&|plan| plan.change == Change::Added)),
        ("removed", count(&|plan| plan.change == Change::Removed)),
        ("unchanged", Cell::Count(unchanged as u64)),
        ("list_prices", Cell::Count(list_prices.len() as u64)),
    ];
    let of_plans = analyze::columns();
    let now: BTreeMap<&str, &Facts> = new.facts.iter().map(|facts| (facts.plan.as_str(), facts)).collect();
    let mut rows: Vec<Row> = plans.iter().flat_map(|plan| plan_rows(plan, &now, &of_plans)).collect();
    rows.extend(
        list_prices.iter().map(|price| row("list_price", None, Some("List prices".to_owned()), &of_plans, price)),
    );
    if let Some((column, descending)) = order {
        sort(&mut rows, column, descending);
    }
    let mut footer = footer(args, &summary, &old, &new, any);
    let mut exit = if failed { Exit::Input } else { Exit::Done };
    let mut verdicts = None;
    if let Some(judged) = judged {
        footer.splice(footer.len().min(1)..footer.len().min(1), judged.footer);
        summary.extend(judged.summary);
        problems.extend(judged.problems);
        // So that no breach is among those that are not printed.
        problems.sort_by_key(|problem| std::cmp::Reverse(problem.level));
        verdicts = Some(judged.verdicts);
        exit = judged.exit.map_or(exit, |judged| exit.or(judged));
    }
    let evaluated = exit != Exit::Incomplete;
    let with_side = |side: &'static str, records: Vec<Record>| {
        records.into_iter().map(move |mut record| {
            record.push(("side", Cell::Text(side.to_owned())));
            record
        })
    };
    let mut assumed = new.assumptions;
    assumed.push(("ignore_below", Cell::Share(args.ignore_below.clone().into())));
    let report = Report {
        kind: "diff",
        complete: !failed && evaluated && old.complete && new.complete,
        as_of: new.day,
        inputs: with_side("old", old.inputs).chain(with_side("new", new.inputs)).collect(),
        prices: new.prices,
        assumptions: assumed,
        columns,
        layout: Layout::Rows,
        summary,
        footer,
        rows,
        problems,
        sections: Vec::new(),
        verdicts,
    };
    if !report.complete && strict(&args.terms, world) {
        exit = exit.or(Exit::Incomplete);
    }
    if any && args.exit_code {
        exit = exit.or(Exit::No);
    }
    let chosen = if args.output.columns.is_empty() { columns_for(args, &report, world)? } else { chosen };
    let inputs = old.names.into_iter().chain(new.names).chain(of_policy).collect();
    Ok(Answered::Report(Box::new(Found { report, columns: chosen, exit, inputs })))
}

/// The columns where none are asked for: people read plan and verdict above the lines, machines in each.
fn columns_for(args: &Args, report: &Report, world: &World<'_>) -> Result<Vec<usize>, Stop> {
    const FOR_MACHINES: &[&str] = &[
        "scope",
        "plan",
        "verdict",
        "change",
        "key",
        "from",
        "to",
        "difference",
        "relative",
        "from_status",
        "to_status",
        "where",
    ];
    let mut formats = vec![format_of(&args.output, world)?];
    formats.extend(args.output.export.iter().filter_map(|(form, _)| match form {
        Export::Document(format) => Some(*format),
        Export::Focus => None,
    }));
    let is_wanted = |column: &Column| {
        if formats.iter().any(|format| matches!(format, Format::Csv | Format::Tsv)) {
            FOR_MACHINES.contains(&column.key)
        } else {
            // A heading over nothing says nothing.
            column.shown && !report.rows.is_empty()
        }
    };
    Ok((0..report.columns.len()).filter(|&at| is_wanted(&report.columns[at])).collect())
}

/// Reads a side as far as telling what it is.
fn open(args: &Args, path: &Path, is_new: bool, world: &mut World<'_>) -> Result<Opened, Stop> {
    let is_stdin = path.as_os_str() == "-";
    if is_stdin && world.stdin_is_terminal {
        return Err(Problem::error(codes::USAGE, "`-` reads standard input, which is a terminal")
            .help("pipe a plan file or an earlier JSON in")
            .into());
    }
    let mut stdin = Vec::new();
    if is_stdin {
        // What cannot be read is told by whoever reads the rest.
        let _ = (&mut *world.stdin).take(DOCUMENT_MAX + 1).read_to_end(&mut stdin);
    }
    let begins =
        if is_stdin { String::from_utf8_lossy(&stdin[..stdin.len().min(256)]).into_owned() } else { begins(path) };
    let is_json = earlier::is_json(&path.to_string_lossy(), &begins) && !path.is_dir();
    let mut stdin = io::Cursor::new(stdin);
    let mut inner = World {
        args: Vec::new(),
        stdin: if is_stdin { &mut stdin } else { &mut *world.stdin },
        stdout: &mut *world.stdout,
        stderr: &mut *world.stderr,
        env: world.env,
        ..*world
    };
    if is_json {
        let selection = Selection {
            paths: vec![path.to_owned()],
            plans: true,
            recursive: false,
            max_bytes: DOCUMENT_MAX,
            stdin_name: args.sides.stdin_name.clone(),
        };
        let mut problems = Vec::new();
        let read = inputs::read(&selection, &mut inner, &mut problems);
        return match read.into_iter().next() {
            Some(input) => Ok(Opened::Document(input.source)),
            None => Err(Stop { exit: Exit::Input, problems }),
        };
    }
    let sides = &args.sides;
    let inputs = InputArgs {
        paths: vec![path.to_owned()],
        plan: sides.plan.clone(),
        set: if is_new { sides.set.clone() } else { Vec::new() },
        prices: sides.prices.clone(),
        no_bundled: sides.no_bundled,
        recursive: sides.recursive,
        fail_fast: false,
        max_file_size: sides.max_file_size,
        stdin_name: sides.stdin_name.clone(),
    };
    let mut problems = Vec::new();
    let asked = ask(&inputs, &args.terms, &mut inner, &mut problems)?;
    Ok(Opened::Files(Box::new(asked), problems, Box::new(inputs)))
}

/// The first bytes of a file; nothing of a folder, or of what has to be waited for.
fn begins(path: &Path) -> String {
    let mut bytes = Vec::new();
    if path.is_file()
        && let Ok(file) = fs::File::open(path)
    {
        let _ = file.take(256).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Both sides are asked of one day, so that a later date in one of them does not move the other's prices.
fn same_day(args: &Args, sides: &mut [Opened; 2]) {
    if args.terms.as_of.is_some() {
        return;
    }
    let newest = sides.iter().filter_map(|side| match side {
        Opened::Files(asked, ..) => asked.day,
        Opened::Document(_) => None,
    });
    let Some(newest) = newest.max() else { return };
    for side in sides {
        if let Opened::Files(asked, ..) = side {
            asked.day = Some(newest);
            asked.question.day = newest;
            for record in &mut asked.prices {
                let date =
                    record.iter().find_map(|(_, cell)| if let Cell::Date(date) = cell { Some(*date) } else { None });
                if let (Some(date), Some((_, age))) = (date, record.iter_mut().find(|(key, _)| *key == "age_days")) {
                    let days = u64::try_from((newest - date).get_days()).ok();
                    *age = days.map_or(Cell::Missing(Missing::Unknown), Cell::Count);
                }
            }
        }
    }
}

fn compared() -> impl Fn(&Column) -> bool {
    |column| !NOT_COMPARED.contains(&column.key) && !matches!(column.unit, Unit::Heat | Unit::Date | Unit::Flag)
}

/// The side that an earlier document is.
fn document_side(source: &Arc<Source>) -> Result<Side, Stop> {
    let columns: Vec<Column> = analyze::columns().into_iter().filter(compared()).collect();
    let document = earlier::read(source, &columns)?;
    let count = Cell::Count(document.facts.len() as u64);
    let inputs = vec![vec![
        ("path", Cell::Text(source.name.clone())),
        ("sha256", Cell::Text(super::asked::sha256(&source.text))),
        ("plans", count),
    ]];
    Ok(Side {
        facts: document.facts,
        list_prices: None,
        complete: document.complete,
        failed: false,
        day: document.as_of,
        assumed: document.assumptions,
        price_files: document.prices,
        basis: None,
        files: None,
        inputs,
        prices: Vec::new(),
        assumptions: Vec::new(),
        names: vec![source.name.clone()],
    })
}

/// A side's figures and inputs.
fn work_out(opened: Opened, as_document: bool, problems: &mut Vec<Problem>) -> Result<Side, Stop> {
    let (asked, mut found, args) = match opened {
        Opened::Files(asked, found, args) => (asked, found, args),
        Opened::Document(source) => return document_side(&source),
    };
    // A side without plans is a side on which all are new, or gone.
    let mut none = Vec::new();
    let plans = wanted(&asked, &args, &mut none)?;
    let failed = found.iter().any(|problem| problem.level == Level::Error);
    let analyzed = analyze::found(&plans, &asked, &[], &mut found);
    for problem in found {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let complete = !failed && analyzed.answers.iter().all(|answer| answer.gaps.is_empty());
    let assumptions = assumptions(&asked, &args.set);
    let mut side = Side {
        facts: Vec::new(),
        list_prices: Some(named(facts::list_prices(&asked.catalog))),
        complete,
        failed,
        day: asked.day,
        assumed: BTreeMap::new(),
        price_files: Vec::new(),
        basis: Some(analyzed.basis),
        files: None,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions: assumptions.clone().into_iter().chain([("serving_cost", Cell::Text(analyzed.serving))]).collect(),
        names: asked.input_names.clone(),
    };
    if as_document {
        let report = Report {
            kind: "analyze",
            complete,
            as_of: asked.day,
            inputs: Vec::new(),
            prices: asked.prices.clone(),
            assumptions,
            columns: analyzed.columns,
            layout: Layout::Rows,
            rows: analyzed.rows.into_iter().map(|cells| Row { group: None, cells }).collect(),
            summary: Vec::new(),
            footer: Vec::new(),
            problems: Vec::new(),
            sections: Vec::new(),
            verdicts: None,
        };
        let text = render::render(&report, &[], Format::Json, &Look::default());
        let columns: Vec<Column> = report.columns.into_iter().filter(compared()).collect();
        let source = Arc::new(Source { name: "<new>".to_owned(), text });
        let document = earlier::read(&source, &columns).unwrap_or_else(|_| unreachable!("what is written can be read"));
        side.facts = document.facts;
        side.assumed = document.assumptions;
        side.price_files = document.prices;
        side.list_prices = None;
        side.files = Some((asked, args));
        return Ok(side);
    }
    let is_compared = compared();
    side.facts = analyzed
        .answers
        .iter()
        .zip(analyzed.rows)
        .map(|(answer, cells)| {
            let figures = analyzed.columns.iter().zip(cells).filter(|(column, _)| is_compared(column));
            Facts {
                plan: answer.plan.id.to_string(),
                figures: figures
                    .map(|(column, cell)| Named {
                        key: column.key.to_owned(),
                        cell,
                        line: Some(answer.plan.provenance.line.clone()),
                    })
                    .collect(),
                inputs: Some(named(facts::inputs(answer, &asked))),
            }
        })
        .collect();
    side.files = Some((asked, args));
    Ok(side)
}

/// The policy that the change is held against.
fn gate(
    args: &Args,
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
    names: &mut Vec<String>,
) -> Result<Option<Gate>, Stop> {
    let Some(path) = &args.gate.policy else { return Ok(None) };
    if [path, &args.old, &args.new].iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        let message = "standard input can only be one of OLD, NEW and the policy";
        return Err(Problem::error(codes::USAGE, message).into());
    }
    let policy = check::read_file(path, args.sides.max_file_size, world, problems, names)?;
    let name = names.first().cloned().unwrap_or_else(|| path.to_string_lossy().into_owned());
    Ok(Some(Gate { policy, name, likely: args.gate.likely }))
}

fn named(stated: Vec<Stated>) -> Vec<Named> {
    stated.into_iter().map(Stated::named).collect()
}

fn none_selected(args: &Args) -> Problem {
    let problem = Problem::error(codes::NOTHING_SELECTED, "no plan is selected on either side");
    if args.sides.plan.is_empty() {
        problem.help("a plan is a `[[plan]]` table; see `plancost schema example`")
    } else {
        problem.help("`plancost analyze --columns plan` lists the ids")
    }
}

/// What else differs between two documents than their plans.
fn other_terms(old: &Side, new: &Side) -> Vec<Problem> {
    let mut out = Vec::new();
    if old.list_prices.is_some() && new.list_prices.is_some() {
        return out;
    }
    let keys = old.assumed.keys().filter(|key| *key != "set");
    let differs: Vec<String> = keys
        .filter_map(|key| {
            let (from, to) = (&old.assumed[key], new.assumed.get(key)?);
            (from != to).then(|| format!("`{key}` {from} -> {to}"))
        })
        .collect();
    if !differs.is_empty() {
        out.push(
            Problem::warning(
                codes::OTHER_TERMS,
                format!("the sides rest on other assumptions: {}", differs.join(", ")),
            )
            .help("give the flags again that the earlier document was made with"),
        );
    }
    if old.day != new.day {
        let day = |side: &Side| side.day.map_or_else(|| "no date".to_owned(), |day| day.to_string());
        out.push(
            Problem::new(Level::Note, codes::OTHER_TERMS, {
                format!("the sides are of other days: {} and {}", day(old), day(new))
            })
            .help("`--as-of` asks plan files for the day of the earlier document"),
        );
    }
    let sorted = |side: &Side| {
        let mut files = side.price_files.clone();
        files.sort();
        files.dedup();
        files
    };
    if sorted(old) != sorted(new) {
        let message = "the files with list prices differ; a document does not hold them, so what moved is not shown";
        out.push(Problem::new(Level::Note, codes::OTHER_TERMS, message).help("name plan files on both sides"));
    }
    out
}

/// Worse first.
fn order_of(plan: &PlanChange<'_>) -> u8 {
    match (plan.change, plan.verdict) {
        (Change::Changed, Some(Verdict::Worse)) => 0,
        (Change::Changed, None) => 1,
        (Change::Changed, Some(Verdict::Better)) => 2,
        (Change::Changed, Some(Verdict::Same)) => 3,
        (Change::Added, _) => 4,
        (Change::Removed, _) => 5,
    }
}

/// Every column, in the order of documents.
pub(super) fn columns() -> Vec<Column> {
    let column = |key, title: &str, meaning, unit, shown, drop_rank| Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown,
        drop_rank,
        heat_points: Vec::new(),
    };
    vec![
        column("scope", "Scope", "`figure`; `input` of a plan; `list_price` of a model", Unit::Text, false, 9),
        column("plan", "Plan", "the plan's id; none for list prices", Unit::Text, false, 9),
        column(
            "verdict",
            "Verdict",
            "for the plan's vendor: `worse`, `better`, `same`; none: not known",
            Unit::Text,
            false,
            9,
        ),
        column("change", "Change", "of the plan or price: `added`, `removed`, `changed`", Unit::Text, false, 9),
        column("key", "Key", "the figure, as in `analyze`, or the key in files", Unit::Text, false, 9),
        column("title", "What", "the same for people", Unit::Text, true, 0),
        column("from", "From", "what it was; none with `from_status`", Unit::Number, true, 0),
        column("to", "To", "what it is; none with `to_status`", Unit::Number, true, 0),
        column("difference", "Diff", "new less old, rounded from the exact difference", Unit::Number, true, 3),
        column("relative", "Moved by", "the difference as a share of the old value", Unit::Share, false, 4),
        column(
            "where",
            "Where",
            "file and line of the new value, or of the old one where there is no new",
            Unit::Text,
            true,
            5,
        ),
        column(
            "from_status",
            "Was",
            "`known`, `absent`, `unknown`, `not_applicable`, `unlimited`, `never`, `always`",
            Unit::Text,
            false,
            9,
        ),
        column("to_status", "Is", "the same of the new value", Unit::Text, false, 9),
        column("from_source", "Stood in", "file and line of the old value", Unit::List, false, 9),
        column("to_source", "Where", "file and line of the new value", Unit::List, false, 9),
        column(
            "unmoved",
            "Unmoved",
            "of a plan that changed: the main figures that did not move",
            Unit::List,
            false,
            9,
        ),
    ]
}

fn plan_rows(plan: &PlanChange<'_>, now: &BTreeMap<&str, &Facts>, of_plans: &[Column]) -> Vec<Row> {
    let mark = match (plan.change, plan.verdict) {
        (_, Some(Verdict::Worse)) => "▼ worse",
        (_, Some(Verdict::Better)) => "▲ better",
        (Change::Added, _) => "added",
        (Change::Removed, _) => "removed",
        (Change::Changed, _) => "changed",
    };
    let group = format!("{}  {mark}", plan.plan);
    let shown: Vec<&'static str> = of_plans.iter().filter(|column| column.shown).map(|column| column.key).collect();
    let of = |scope, moved| row(scope, Some(plan), Some(group.clone()), of_plans, moved);
    let wanted = |moved: &&Moved<'_>| plan.change == Change::Changed || shown.contains(&moved.key);
    let figures = plan.figures.iter().filter(wanted).map(|moved| of("figure", moved));
    let mut rows: Vec<Row> = figures.chain(plan.inputs.iter().map(|moved| of("input", moved))).collect();
    // The main figures that stay, so that a line of all of them can be shown.
    if let Some(facts) = now.get(plan.plan).filter(|_| plan.change == Change::Changed) {
        let stays = |key: &str| plan.figures.iter().all(|moved| moved.key != key);
        let cell = |key: &str| facts.figures.iter().find(|named| named.key == key).map(|named| named.cell.clone());
        let unmoved: Record =
            shown.iter().filter(|key| stays(key)).filter_map(|&key| Some((key, cell(key)?))).collect();
        for row in &mut rows {
            *row.cells.last_mut().expect("a row has cells") = Cell::Record(unmoved.clone());
        }
    }
    rows
}

fn row(
    scope: &'static str,
    plan: Option<&PlanChange<'_>>,
    group: Option<String>,
    of_plans: &[Column],
    moved: &Moved<'_>,
) -> Row {
    let none = || Cell::Missing(Missing::NotApplicable);
    let text = |text: &str| Cell::Text(text.to_owned());
    let title = match scope {
        "figure" => {
            let column = of_plans.iter().find(|column| column.key == moved.key);
            column.map_or_else(|| moved.key.to_owned(), |column| column.title.clone())
        }
        _ => moved.key.trim_start_matches("rates.").to_owned(),
    };
    let change = match plan {
        Some(plan) if scope == "figure" => plan.change,
        _ => moved.change(),
    };
    let cell = |named: Option<&Named>| named.map_or_else(none, |named| named.cell.clone());
    let place = |named: Option<&Named>| match named.and_then(|named| named.line.as_ref()) {
        Some(line) => Cell::Record(vec![("path", text(&line.path)), ("line", Cell::Count(line.line as u64))]),
        None => none(),
    };
    let cells = vec![
        text(scope),
        plan.map_or_else(none, |plan| text(plan.plan)),
        plan.and_then(|plan| plan.verdict).map_or_else(none, |verdict| text(verdict.word())),
        text(change.word()),
        text(moved.key),
        Cell::Text(title),
        cell(moved.from),
        cell(moved.to),
        moved.difference().unwrap_or_else(none),
        moved.relative().map_or_else(none, |relative| Cell::Share(relative.into())),
        moved
            .to
            .or(moved.from)
            .and_then(|named| named.line.as_ref())
            .map_or_else(none, |line| Cell::Text(format!("{}:{}", line.path, line.line))),
        text(status(moved.from)),
        text(status(moved.to)),
        place(moved.from),
        place(moved.to),
        none(),
    ];
    Row { group, cells }
}

const fn status(named: Option<&Named>) -> &'static str {
    match named {
        None => "absent",
        Some(named) => match named.cell {
            Cell::Missing(Missing::Unknown) => "unknown",
            Cell::Missing(Missing::NotApplicable) => "not_applicable",
            Cell::Missing(Missing::Unlimited) => "unlimited",
            Cell::Missing(Missing::Never) => "never",
            Cell::Missing(Missing::Always) => "always",
            _ => "known",
        },
    }
}

/// The counts in a line, then what they rest on.
fn footer(args: &Args, summary: &Record, old: &Side, new: &Side, any: bool) -> Vec<String> {
    let count = |key: &str| {
        summary.iter().find_map(|(known, cell)| match cell {
            Cell::Count(count) if *known == key => Some(*count),
            _ => None,
        })
    };
    let mut lines = Vec::new();
    let plans = |count: u64| if count == 1 { "1 plan".to_owned() } else { format!("{count} plans") };
    let unchanged = count("unchanged").unwrap_or(0);
    if any {
        let parts = ["worse", "better", "other", "added", "removed"];
        let mut told: Vec<String> = parts
            .iter()
            .filter_map(|key| {
                let word = if *key == "other" { "changed otherwise" } else { key };
                count(key).filter(|count| *count > 0).map(|count| format!("{count} {word}"))
            })
            .collect();
        told.push(format!("{unchanged} unchanged"));
        if let Some(prices) = count("list_prices").filter(|count| *count > 0) {
            told.push(format!("{prices} list {} changed", if prices == 1 { "price" } else { "prices" }));
        }
        lines.push(format!("Plans: {}.", told.join(", ")));
    } else if unchanged > 0 {
        lines.push(format!("Nothing changed: {}.", plans(unchanged)));
    } else {
        lines.push("Nothing was compared.".to_owned());
    }
    if !args.sides.set.is_empty() {
        lines.push(format!("Set in NEW: {}.", args.sides.set.join(", ")));
    }
    if !args.ignore_below.is_zero() {
        let share = (&args.ignore_below * &Ratio::from(100)).to_decimal_trimmed(0, 4);
        lines.push(format!("Moves of less than {share}% are left out (--ignore-below)."));
    }
    if (old.failed || new.failed) && any {
        lines.push("An input could not be read whole: what is missing there may show as added or removed.".to_owned());
    }
    lines.extend(new.basis.clone().or_else(|| old.basis.clone()));
    lines
}
