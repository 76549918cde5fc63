//! `outlook`: what the years do to plans, and what other ways of billing would.

mod metered;
mod offer;
mod pace;
mod rows;
mod trajectory;

pub(super) use metered::columns as metered_columns;
pub(super) use rows::columns;

use super::analyze::{basis_line, explain_gaps, gap_text};
use super::asked::{Asked, ask, assumptions, strict};
use super::compare::{fits, unknown_plan};
use super::population::PopulationArgs;
use super::publish::{columns_help, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::analysis::{Answer, answer, plans_on};
use crate::catalog::codes;
use crate::plan::Plan;
use crate::problem::{Level, Problem};
use crate::report::{Cell, Chart, Column, HeatTitle, Layout, Record, Report, Section};
use crate::scenario::outlook::Ceiling;
use crate::units::Ratio;
use pace::{Change, Decline, Part, Scenario};

/// Show when each plan covers its cost as serving gets cheaper, use grows and prices move
///
/// What is carried on is the dollars that full use costs to serve today, not what it costs at list prices, which may
/// fall without any change in cost. Serving cost, use and price each change by a factor a year, every year alike. EVEN AT:
/// today's break-even utilization; COVERS: when serving costs no more than what is there to pay for it, in years from
/// now: `now`, `3.13` (from then on), `until 1.82, from 9.95`, `never`; FULL AT: when growing use reaches the allowance.
/// Several paces of decline stand side by side.
///
/// How fast serving cost falls is the open question: `--cost-decline list` shows what was measured, of prices, and by
/// whom. The price of a fixed quality falls fast (`mid-tier`), but who always takes the newest model sees nothing of
/// that (`frontier`); --segment lets a plan serve both.
///
/// With --metered or --split-frontier it shows instead what a population pays and costs if it is billed otherwise.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("paths", |arg| arg.long("from").num_args(1..).help(
    "Take the plans from these files, folders or patterns, or from `-`, standard input; write them after the ids"
)))]
#[command(mut_arg("plan", |arg| arg.hide(true)))]
#[command(mut_arg("table", |arg| arg.hide(false)))]
#[command(mut_arg("dist", |arg| arg.help(
    "How use is spread, in dollars a month at API list prices: `lognormal(median=60, s=1.2763)`, `pareto(floor=10, a=1.6)`, \
     `mixture(90%: point(20), 10%: point(400))` [default: the first]"
)))]
#[command(mut_arg("population", |arg| arg.help("A `[[population]]` of the files read, or of the catalogue")))]
#[command(mut_arg("unit", |arg| arg.help("What --dist or --utilizations count [default: api-usd]")))]
pub(super) struct Args {
    /// Ids of plans, or patterns of them such as `claude-*` [default: all]
    #[arg(value_name = "PLAN_ID")]
    ids: Vec<String>,
    /// Utilization today: percent, decimal or fraction [default: 10%,50%,100%]
    #[arg(long, help_heading = "Question", value_name = "U,…", value_delimiter = ',', allow_hyphen_values = true, value_parser = super::values::utilization)]
    at: Vec<HeatTitle>,
    /// How serving gets cheaper each year: a share (`25%`), so many times (`2x`) or a named pace; `list` shows those
    /// [default: frontier,market,mid-tier]
    #[arg(long, help_heading = "Question", value_name = "PACE,…", value_delimiter = ',', allow_hyphen_values = true, value_parser = pace::decline)]
    cost_decline: Vec<Decline>,
    /// A part of the serving cost with a pace of its own, and growth if need be: `frontier:60%`, `big:60%:1.2x:80%`
    #[arg(long, help_heading = "Question", value_name = "NAME:SHARE[:PACE[:GROWTH]]", conflicts_with = "cost_decline", value_parser = pace::part)]
    segment: Vec<Part>,
    /// How use grows each year, as a share of itself [default: 0%]
    #[arg(long, help_heading = "Question", value_name = "SHARE,…", value_delimiter = ',', allow_hyphen_values = true, value_parser = pace::growth)]
    use_growth: Vec<Change>,
    /// How the price, fees and fixed cost grow each year
    #[arg(long, help_heading = "Question", value_name = "SHARE", default_value = "0%", allow_hyphen_values = true, value_parser = pace::growth)]
    price_growth: Change,
    /// Whether use can grow past the allowance of today
    #[arg(long, help_heading = "Question", value_name = "WORD", default_value = "kept")]
    cap: Cap,
    /// Years to follow in the table `trajectory`
    #[arg(long, help_heading = "Question", value_name = "N", default_value = "10", value_parser = clap::value_parser!(u8).range(1..=50))]
    years: u8,
    /// Also show year by year: curves on a terminal, lines elsewhere
    #[arg(long, help_heading = "Question")]
    trajectory: bool,
    #[command(flatten)]
    billing: metered::BillingArgs,
    #[command(flatten)]
    population: PopulationArgs,
    #[command(flatten)]
    inputs: super::args::InputArgs,
    #[command(flatten)]
    terms: super::args::TermsArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Cap {
    /// Use above the allowance is not served
    Kept,
    /// The allowance grows with use
    Lifted,
}

const EXAMPLES: &str = "\
Examples:
  plancost outlook claude-max-20x chatgpt-pro-20x
  plancost outlook chatgpt-pro-20x --cost-decline 1.2x,2x,9x,40x \\
      --use-growth 0%,50%,100% --cap lifted
  plancost outlook chatgpt-pro-20x --at 3% --cost-decline 25% \\
      --use-growth 90% --trajectory
  plancost outlook claude-max-20x --segment frontier:60% --segment mid-tier:40%
  plancost outlook 'claude-*' --cost-decline 25% --price-growth -5% --json
  plancost outlook --cost-decline list
  plancost outlook claude-pro --dist 'lognormal(median=60, s=1.2763)' \\
      --metered 'fee=20, included=20, rate=1, take-up=60%'
  plancost outlook claude-max-20x --population viberank-2026-06 \\
      --split-frontier 'share=60%, sold=add-on, fee=100, included=400'

Exit codes:
  0  done
  2  wrong use, or a plan that does not exist
  3  an input could not be used; plans of the others are answered
  4  the answer is incomplete, with --strict
  5  the output could not be written";

/// Utilizations where none are asked for.
const POINTS: [i128; 3] = [10, 50, 100];

/// Paces where none are asked for: from what never falls to what falls fastest.
const PACES: [&str; 3] = ["frontier", "market", "mid-tier"];

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    if args.cost_decline.iter().any(|decline| decline.name == pace::LIST) {
        return Ok(Answered::Help(pace::list()));
    }
    args.agree()?;
    let columns = if args.billing.is_asked() { metered::columns() } else { rows::columns() };
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (mut chosen, order) = select(&args.output, &all)?;
    if args.output.columns.is_empty() {
        chosen.retain(|&at| !args.says_nothing(columns[at].key));
    }
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let plans = if failed && args.inputs.fail_fast { Vec::new() } else { wanted(args, &asked, &problems)? };
    let answers: Vec<Answer<'_>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    explain_gaps(&answers, &asked.catalog, &mut problems);
    let given = Given { args, asked: &asked, answers: &answers };
    let told = if args.billing.is_asked() { metered::told(&given, world)? } else { told(&given)? };
    let incomplete = answers.iter().filter(|answer| !answer.gaps.is_empty()).count();
    let mut inputs = asked.inputs.clone();
    inputs.extend(told.input);
    let mut footer = told.footer;
    footer.extend(basis(&asked, &answers, args));
    let mut report = Report {
        kind: told.kind,
        layout: told.layout,
        complete: !failed && incomplete == 0,
        as_of: asked.day,
        inputs,
        prices: asked.prices.clone(),
        assumptions: assumptions(&asked, &args.inputs.set).into_iter().chain(told.assumed).collect(),
        columns,
        rows: told.rows,
        sections: told.sections,
        summary: vec![
            ("plans", Cell::Count(answers.len() as u64)),
            ("ok", Cell::Count((answers.len() - incomplete) as u64)),
            ("incomplete", Cell::Count(incomplete as u64)),
        ],
        footer,
        problems,
        verdicts: None,
    };
    // Columns that were asked for, or an order of the rows, are of rows.
    if !args.output.columns.is_empty() || order.is_some() {
        report.layout = Layout::Rows;
    }
    if let Some((column, descending)) = order {
        sort(&mut report.rows, column, descending);
    }
    let exit = Exit::of(failed, report.complete, strict(&args.terms, world));
    let mut inputs = asked.input_names.clone();
    inputs.extend(told.input_name);
    Ok(Answered::Report(Box::new(Found { report, columns: chosen, exit, inputs })))
}

/// What both kinds of answer are made of.
struct Given<'a> {
    args: &'a Args,
    asked: &'a Asked,
    answers: &'a [Answer<'a>],
}

/// What is said of it.
struct Told {
    kind: &'static str,
    layout: Layout,
    rows: Vec<crate::report::Row>,
    sections: Vec<Section>,
    footer: Vec<String>,
    assumed: Record,
    input: Option<Record>,
    input_name: Option<String>,
}

impl Args {
    /// Flags that change nothing where they stand are refused.
    fn agree(&self) -> Result<(), Stop> {
        let of_years = [
            (!self.at.is_empty(), "--at"),
            (!self.cost_decline.is_empty(), "--cost-decline"),
            (!self.segment.is_empty(), "--segment"),
            (!self.use_growth.is_empty(), "--use-growth"),
            (!self.price_growth.value.is_zero(), "--price-growth"),
            (self.cap == Cap::Lifted, "--cap"),
            (self.trajectory, "--trajectory"),
        ];
        let people = &self.population;
        let of_people = [
            (people.dist.is_some(), "--dist"),
            (people.population.is_some(), "--population"),
            (people.utilizations.is_some(), "--utilizations"),
        ];
        let first = |flags: &[(bool, &'static str)]| flags.iter().find(|(given, _)| *given).map(|(_, flag)| *flag);
        let problem = match (self.billing.is_asked(), first(&of_years), first(&of_people)) {
            (true, Some(flag), _) => {
                Problem::error(codes::USAGE, format!("`{flag}` is about years, and bills are of today"))
                    .help("ask one question at a time: leave it out, or leave out `--metered` and `--split-frontier`")
            }
            (false, _, Some(flag)) => {
                Problem::error(codes::USAGE, format!("`{flag}` says who is billed, and nothing is"))
                    .help("add `--metered` or `--split-frontier`, or say with `--at` how much a plan is used today")
            }
            _ => return pace::whole(&self.segment),
        };
        Err(problem.into())
    }

    /// Whether a column is the same in every row for want of a flag.
    fn says_nothing(&self, key: &str) -> bool {
        let grows = self.use_growth.iter().any(|growth| !growth.value.is_zero());
        match key {
            "use_growth_per_year" => !grows,
            "saturated_years" => !grows && !self.segment.iter().any(Part::grows),
            "cost_decline" => !self.segment.is_empty(),
            "floor_usd_per_month" => self.segment.is_empty(),
            "buyers_share" => self.billing.everyone_buys(),
            _ => false,
        }
    }

    fn points(&self) -> Vec<HeatTitle> {
        let default = || POINTS.map(|n| HeatTitle { utilization: Ratio::new(n, 100), text: format!("{n}%") }).to_vec();
        if self.at.is_empty() { default() } else { self.at.clone() }
    }

    const fn ceiling(&self) -> Ceiling {
        match self.cap {
            Cap::Kept => Ceiling::Kept,
            Cap::Lifted => Ceiling::Lifted,
        }
    }

    /// What may become of the cost, each with its growth of use; the growth decides first.
    fn scenarios(&self) -> Vec<Scenario> {
        let declines: Vec<Decline> = match (self.segment.is_empty(), self.cost_decline.is_empty()) {
            (true, true) => PACES.iter().map(|name| pace::named(name).expect("it is one of the table")).collect(),
            _ => self.cost_decline.clone(),
        };
        let growths = if self.use_growth.is_empty() { vec![Change::none()] } else { self.use_growth.clone() };
        let of = |growth: &Change| -> Vec<Scenario> {
            let growth = growth.clone();
            if self.segment.is_empty() {
                declines.iter().map(|decline| Scenario::of(decline, &growth)).collect()
            } else {
                vec![Scenario::of_parts(&self.segment, &growth)]
            }
        };
        growths.iter().flat_map(of).collect()
    }
}

/// The plans over the years.
fn told(given: &Given<'_>) -> Result<Told, Stop> {
    let (points, scenarios) = (given.args.points(), given.args.scenarios());
    let mut lines = Vec::new();
    for answer in given.answers {
        for scenario_growth in pace::by_growth(&scenarios) {
            for point in &points {
                for scenario in scenario_growth {
                    lines.push(rows::Line::new(answer, point, scenario, given.args)?);
                }
            }
        }
    }
    let paces = pace::by_growth(&scenarios).first().map_or(0, |of_one| of_one.len());
    Ok(Told {
        kind: "outlook",
        layout: if paces > 1 { Layout::Crossed(rows::crossed(&scenarios)) } else { Layout::Rows },
        rows: lines.iter().map(rows::Line::row).collect(),
        sections: vec![trajectory::section(&lines, given.args)],
        footer: footer(given, &scenarios, &lines),
        assumed: assumed(given.args, &scenarios),
        input: None,
        input_name: None,
    })
}

fn assumed(args: &Args, scenarios: &[Scenario]) -> Record {
    let text = |text: &str| Cell::Text(text.to_owned());
    vec![
        ("price_growth_per_year", Cell::Share(args.price_growth.value.clone().into())),
        ("cap", text(if args.cap == Cap::Kept { "kept" } else { "lifted" })),
        ("cost_declines", Cell::List(pace::paces(scenarios).iter().map(|pace| text(pace)).collect())),
    ]
}

/// What the figures mean, and where the paces come from.
fn footer(given: &Given<'_>, scenarios: &[Scenario], lines: &[rows::Line<'_>]) -> Vec<String> {
    let mut footer = vec![
        "Years from now until serving costs no more than what is there to pay for it, if each year changes alike."
            .to_owned(),
    ];
    footer.extend(pace::sources(scenarios));
    if given.args.segment.is_empty() {
        let used = pace::paces(scenarios);
        if !used.is_empty() {
            footer.push(format!("Serving, a year: {}.", used.join("; ")));
        }
    } else {
        footer.push(format!("Serving cost at full use: {}.", pace::paces(scenarios).join("; ")));
    }
    if !given.args.price_growth.value.is_zero() {
        footer.push(format!("Prices, fees and fixed cost: {} a year.", given.args.price_growth.signed()));
    }
    let grows = scenarios.iter().any(Scenario::grows);
    if grows {
        footer.push(match given.args.cap {
            Cap::Kept => {
                "Use above the allowance is not served (--cap lifted lets the allowance grow with it).".to_owned()
            }
            Cap::Lifted => "The allowance grows with use (--cap lifted).".to_owned(),
        });
    }
    let curves = lines.iter().filter(|line| line.outlook.is_some()).count();
    if given.args.trajectory && curves > Chart::CURVES_MOST {
        footer.push(format!(
            "{curves} lines are too many for a chart: name fewer plans, --at or --cost-decline, at most {} together.",
            Chart::CURVES_MOST
        ));
    }
    let uncapped: Vec<&str> =
        given.answers.iter().filter(|answer| rows::is_uncapped(answer)).map(|answer| &*answer.plan.id).collect();
    if !uncapped.is_empty() {
        footer.push(format!("No limit, so that there is no full use to carry on: {}.", uncapped.join(", ")));
    }
    if lines.iter().any(rows::Line::loses_later) {
        footer.push("`until`: it covers its cost today, and then no longer (--trajectory shows the years).".to_owned());
    }
    footer
}

/// What the figures rest on, and what is not known.
fn basis(asked: &Asked, answers: &[Answer<'_>], args: &Args) -> Vec<String> {
    let unknown: Vec<String> = answers
        .iter()
        .filter(|answer| !answer.gaps.is_empty())
        .map(|answer| {
            let gaps: Vec<String> = answer.gaps.iter().map(gap_text).collect();
            format!("{} ({})", answer.plan.id, gaps.join(", "))
        })
        .collect();
    let mut lines = Vec::new();
    if !unknown.is_empty() {
        lines.push(format!("? is not known: {}.", unknown.join(", ")));
    }
    if answers.iter().any(|answer| answer.economics.is_some() && answer.is_approximate()) {
        lines.push("Rests on allowances that are measured or estimated, not published.".to_owned());
    }
    lines.push(basis_line(asked, answers));
    if !args.inputs.set.is_empty() {
        lines.push(format!("Set: {}.", args.inputs.set.join(", ")));
    }
    lines
}

/// The plans that were named, each once, in the order in which they were; all if none was.
fn wanted<'a>(args: &Args, asked: &'a Asked, problems: &[Problem]) -> Result<Vec<&'a Plan>, Stop> {
    let plans = plans_on(&asked.catalog.plans, asked.question.day);
    let names = || args.ids.iter().chain(&args.inputs.plan);
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    if names().next().is_none() {
        if plans.is_empty() && !failed {
            return Err(super::asked::nothing_selected(asked, &args.inputs, &plans).into());
        }
        return Ok(plans);
    }
    let mut unknown = Vec::new();
    let mut found: Vec<&Plan> = Vec::new();
    for id in names() {
        let fitting: Vec<&Plan> = plans.iter().filter(|plan| fits(id, &plan.id)).copied().collect();
        if fitting.is_empty() {
            unknown.push(unknown_plan(id, &plans, asked));
        }
        let is_new = |plan: &&Plan| !found.iter().any(|known| std::ptr::eq(*known, *plan));
        let fresh: Vec<&Plan> = fitting.into_iter().filter(is_new).collect();
        found.extend(fresh);
    }
    if unknown.is_empty() {
        return Ok(found);
    }
    // A plan may be missing because its table could not be read: what is wrong with that comes first.
    let exit = if failed { Exit::Input } else { Exit::Usage };
    Err(Stop { exit, problems: problems.iter().filter(|_| failed).cloned().chain(unknown).collect() })
}

/// The table beside the results, without rows.
pub(super) fn table() -> Section {
    trajectory::empty()
}
