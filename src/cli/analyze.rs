//! `analyze`: what each plan is worth and where its vendor starts to lose.

mod fields;
mod uncertain;

use super::asked::{Asked, ask, assumptions, strict, wanted};
use super::pictures::draw;
use super::publish::{columns_help, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::analysis::{Answer, Gap, answer, plans_on};
use crate::catalog::{Catalog, codes, no_price};
use crate::economics::{Subscriber, serving_share};
use crate::plan::Plan;
use crate::problem::{Level, Problem};
use crate::render;
use crate::report::{Cell, Column, HeatTitle, Layout, Report, Row, Unit};
use crate::units::Ratio;
use crate::workload::NoRateReason;
pub(super) use fields::{Context, Field, fields, gap_text, status};
pub(super) use uncertain::{spreads, tornado_of_margin};

use uncertain::UncertainArgs;

/// Show what each plan's allowance is worth and where its vendor starts to lose
///
/// MAX API is what the plan's full allowance of a month costs at API list prices: the most a subscriber can take out.
/// MULT is that over the price. EVEN AT is the share of it (the utilization) above which serving costs the vendor
/// more than the subscriber pays; AT FULL the vendor's margin on a subscriber who uses all of it. The strip shows
/// the margin from no use to full use.
///
/// Without PLAN the catalogue inside the program is used.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("table", |arg| arg.hide(false)))]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) inputs: super::args::InputArgs,
    /// Show the margin at these utilizations: percent, decimal or fraction
    #[arg(long, help_heading = "Question", value_name = "U,…", value_delimiter = ',', value_parser = super::values::utilization)]
    pub(super) at: Vec<HeatTitle>,
    /// Draw the results in place of the table; other forms of the document do not change
    #[arg(long, help_heading = "Question")]
    pub(super) chart: bool,
    /// Put plans of one vendor under one heading
    #[arg(long, help_heading = "Question", value_name = "WHAT")]
    pub(super) group: Option<Group>,
    /// Print everything that was assumed
    #[arg(long, help_heading = "Question")]
    pub(super) assumptions: bool,
    #[command(flatten)]
    pub(super) terms: super::args::TermsArgs,
    #[command(flatten)]
    pub(super) subscriber: SubscriberArgs,
    #[command(flatten)]
    pub(super) uncertain: UncertainArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Group {
    /// The vendor.
    Vendor,
}

/// A typical subscriber, for what one is worth over time.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "A subscriber over time")]
pub(super) struct SubscriberArgs {
    /// Mean utilization: adds contribution, payback and lifetime value
    #[arg(long, value_name = "U", value_parser = super::values::share)]
    mean_use: Option<Ratio>,
    /// Share of subscribers that leave each month
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = super::values::share, requires = "mean_use")]
    churn: Ratio,
    /// Cost of winning a subscriber
    #[arg(long, value_name = "USD", value_parser = super::values::usd, requires = "mean_use")]
    cac_usd: Option<Ratio>,
    /// Support of a subscriber
    #[arg(long, value_name = "USD", default_value = "0", value_parser = super::values::usd, requires = "mean_use")]
    support_usd_per_month: Ratio,
    /// Discount rate of a month
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = super::values::share, requires = "mean_use")]
    discount_per_month: Ratio,
}

impl SubscriberArgs {
    pub(super) fn subscriber(&self) -> Option<Subscriber> {
        Some(Subscriber {
            mean_utilization: self.mean_use.clone()?,
            support_usd_per_month: self.support_usd_per_month.clone(),
            churn_per_month: self.churn.clone(),
            discount_per_month: self.discount_per_month.clone(),
            acquisition_usd: self.cac_usd.clone(),
        })
    }
}

const EXAMPLES: &str = "\
Examples:
  plancost analyze                                 every plan of the catalogue
  plancost analyze plans/*.toml                    the plans of these files
  plancost analyze --plan 'chatgpt-*' --at 1%,5%,2/35,10%
  plancost analyze --plan 'claude-*' --hours-per-day 8 --days-per-week 5
  plancost analyze --plan kilo-19 --set kilo-19.price_usd=25 --api-margin 0.6
  plancost analyze --plan 'claude-*' --chart       curves and bars
  plancost analyze --group vendor --columns plan,price_usd_per_month,break_even
  plancost analyze --uncertain 'api_margin=triangular(0.60,0.75,0.85)'
  plancost analyze --json --as-of 2026-06-15

Exit codes:
  0  done
  2  wrong use
  3  an input could not be used; the others are answered
  4  the answer is incomplete, with --strict
  5  the output could not be written";

/// The points of the strip and of the heat map where none are asked for: every tenth.
pub(super) fn default_points() -> Vec<HeatTitle> {
    (0..=10).map(|tenth| HeatTitle { utilization: Ratio::new(tenth, 10), text: format!("{}%", tenth * 10) }).collect()
}

/// What a strip of these points is called.
fn heat_title(points: &[HeatTitle]) -> String {
    match points {
        [one] => format!("Use {}", one.text),
        [first, .., last] => format!("Use {}→{}", first.text, last.text),
        [] => "Use".to_owned(),
    }
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let points = if args.at.is_empty() { default_points() } else { args.at.clone() };
    let mut fields = fields(&points);
    if !args.at.is_empty() {
        // Margins that were asked for stay when the table is too wide.
        for heat in fields.iter_mut().filter(|field| field.column.unit == Unit::Heat) {
            heat.column.drop_rank = 0;
            heat.column.title = heat_title(&args.at);
        }
    }
    let columns: Vec<&Column> = fields.iter().map(|field| &field.column).collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&columns)));
    }
    let (chosen, order) = select(&args.output, &columns)?;
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let plans = wanted(&asked, &args.inputs, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let plans = if failed && args.inputs.fail_fast { Vec::new() } else { plans };
    let (mut rows, answers) = rows(&plans, &asked, args, &points, &fields);
    explain_gaps(&answers, &asked.catalog, &mut problems);
    if let Some((column, descending)) = order {
        sort(&mut rows, column, descending);
    }
    let incomplete = answers.iter().filter(|answer| !answer.gaps.is_empty()).count();
    let mut report = Report {
        kind: "analyze",
        layout: Layout::Rows,
        complete: incomplete == 0 && !failed,
        as_of: asked.day,
        inputs: asked.inputs.clone(),
        prices: asked.prices.clone(),
        assumptions: assumptions(&asked, &args.inputs.set),
        columns: fields.into_iter().map(|field| field.column).collect(),
        summary: vec![
            ("plans", Cell::Count(rows.len() as u64)),
            ("ok", Cell::Count((rows.len() - incomplete) as u64)),
            ("incomplete", Cell::Count(incomplete as u64)),
        ],
        footer: footer(&asked, &answers, args),
        sections: args.uncertain.sections(&answers, args.subscriber.mean_use.as_ref())?,
        rows,
        problems,
        verdicts: None,
    };
    if args.chart {
        draw(&mut report, &answers, &args.at);
    }
    let exit = Exit::of(failed, report.complete, strict(&args.terms, world));
    Ok(Answered::Report(Box::new(Found { report, columns: chosen, exit, inputs: asked.input_names })))
}

/// The rows of the plans, and the answers they come from.
fn rows<'a>(
    plans: &[&'a Plan],
    asked: &'a Asked,
    args: &Args,
    points: &[HeatTitle],
    fields: &[Field],
) -> (Vec<Row>, Vec<Answer<'a>>) {
    let subscriber = args.subscriber.subscriber();
    let answers: Vec<Answer<'a>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    let rows = answers
        .iter()
        .map(|answer| {
            let unit = subscriber.as_ref().and_then(|subscriber| answer.economics.as_ref()?.unit(subscriber));
            let context = Context { answer, unit, asked, points };
            Row {
                group: args.group.map(|Group::Vendor| asked.vendor_name(answer.plan)),
                cells: fields.iter().map(|field| (field.fill)(&context)).collect(),
            }
        })
        .collect();
    (rows, answers)
}

/// Keeps what concerns the selected plans, and adds what only shows once they are answered.
pub(super) fn explain_gaps(answers: &[Answer<'_>], catalog: &Catalog, problems: &mut Vec<Problem>) {
    let mut unpriced: Vec<Problem> = Vec::new();
    let mut unpriced_limits = Vec::new();
    for answer in answers {
        for gap in &answer.gaps {
            match gap {
                Gap::Price | Gap::Allowance | Gap::Credit { .. } => {}
                // The file says that nobody knows.
                Gap::Rate(none) if catalog.unpriced.contains(&none.model) => {}
                Gap::LimitOnThatDay | Gap::Workload { .. } | Gap::NoSuchWorkload(_) | Gap::UseOf { .. } => {
                    unpriced_limits.push(format!("{} needs {}", answer.plan.id, gap_text(gap)));
                }
                Gap::Rate(none) => {
                    let problem = match none.reason {
                        NoRateReason::NoSuchModel => no_price(&none.model),
                        _ => Problem::warning(codes::UNPRICED, format!("no {}", gap_text(gap))),
                    };
                    if !unpriced.iter().any(|known| known.message == problem.message) {
                        unpriced.push(problem);
                    }
                }
            }
        }
    }
    let is_selected = |id: &String| answers.iter().any(|answer| *answer.plan.id == **id);
    problems.retain(|problem| match problem.code {
        _ if problem.level == Level::Error => true,
        codes::UNPRICED => unpriced.iter().any(|needed| needed.message == problem.message),
        _ => problem.plan.as_ref().is_none_or(is_selected),
    });
    let is_told = |needed: &Problem| problems.iter().any(|known| known.message == needed.message);
    let untold: Vec<Problem> = unpriced.into_iter().filter(|needed| !is_told(needed)).collect();
    problems.extend(
        untold.into_iter().map(|problem| {
            problem.help("add a `[[rates]]` table for it to a file, and name that file with `--prices`")
        }),
    );
    if !unpriced_limits.is_empty() {
        problems.push(
            Problem::warning(codes::UNPRICED_LIMIT, format!("no figure: {}", shortened(&unpriced_limits)))
                .help("name a workload in the plan or with `--workload`, and say there what its requests use"),
        );
    }
}

fn shortened(names: &[String]) -> String {
    const MOST: usize = 6;
    match names.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{} and {more} more", names[..MOST].join(", ")),
        _ => names.join(", "),
    }
}

/// The lines under a table: what the figures rest on, and what is not known.
fn footer(asked: &Asked, answers: &[Answer<'_>], args: &Args) -> Vec<String> {
    let mut lines = vec![basis_line(asked, answers)];
    let unknown = |pick: fn(&Gap) -> bool| answers.iter().filter(|answer| answer.gaps.iter().any(pick)).count();
    let incomplete = answers.iter().filter(|answer| !answer.gaps.is_empty()).count();
    if incomplete > 0 {
        let parts = [
            (unknown(|gap| matches!(gap, Gap::Price)), "price"),
            (unknown(|gap| matches!(gap, Gap::Allowance)), "allowance"),
            (unknown(|gap| matches!(gap, Gap::Rate(_))), "rate of a model"),
            (unknown(|gap| !matches!(gap, Gap::Price | Gap::Allowance | Gap::Rate(_))), "worth of a unit"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what} {count}")).collect();
        lines.push(format!(
            "? is not known, for {incomplete} of {} plans: {} (--columns plan,missing).",
            answers.len(),
            parts.join(", ")
        ));
    }
    if answers.iter().any(Answer::is_approximate) {
        lines.push("~ is measured or estimated, not published (--columns plan,basis).".to_owned());
    }
    let is_cut = |answer: &&Answer<'_>| answer.economics.as_ref().is_some_and(|economics| economics.overage.is_none());
    let cut = answers.iter().filter(is_cut).count();
    if cut > 0 && args.at.iter().any(|point| point.utilization > Ratio::one()) {
        lines.push(format!("Above 100%: {cut} of {} plans sell no overage and serve no more than all.", answers.len()));
    }
    let ended = asked.catalog.plans.len() - plans_on(&asked.catalog.plans, asked.question.day).len();
    if ended > 0 && args.inputs.plan.is_empty() {
        lines.push(format!(
            "{ended} not on sale that day {} left out (--as-of).",
            if ended == 1 { "is" } else { "are" }
        ));
    }
    if !args.inputs.set.is_empty() {
        lines.push(format!("Set: {}.", args.inputs.set.join(", ")));
    }
    lines.extend(args.uncertain.footer(args.subscriber.mean_use.as_ref()));
    if args.assumptions {
        lines.push("Assumptions:".to_owned());
        lines.extend(assumptions(asked, &args.inputs.set).iter().map(|(key, cell)| match cell {
            Cell::Missing(_) => format!("  {key}: each plan's own"),
            Cell::List(none) if none.is_empty() => format!("  {key}: nothing"),
            cell => format!("  {key}: {}", render::cell(cell)),
        }));
    }
    lines
}

/// What serving costs, in words: `0.25 x list`.
fn serving_words(asked: &Asked, answers: &[Answer<'_>]) -> String {
    let mut shares: Vec<&Ratio> = answers.iter().map(|answer| &answer.serving_share).collect();
    shares.sort_unstable();
    shares.dedup();
    match (&asked.question.api_gross_margin, shares.as_slice()) {
        (Some(margin), _) => {
            let share = serving_share(margin).expect("margins above 1 are refused where they come in");
            format!("{} x list (--api-margin)", share.to_decimal_trimmed(2, 4))
        }
        (None, [share]) => format!("{} x list", share.to_decimal_trimmed(2, 4)),
        (None, [least, .., most]) => {
            format!("{} to {} x list", least.to_decimal_trimmed(2, 4), most.to_decimal_trimmed(2, 4))
        }
        (None, []) => "not needed".to_owned(),
    }
}

pub(super) fn basis_line(asked: &Asked, answers: &[Answer<'_>]) -> String {
    let serving = serving_words(asked, answers);
    let prices = asked.day.map_or_else(|| "undated list prices".to_owned(), |day| format!("list prices of {day}"));
    format!(
        "USD per seat and month, API-equivalent at {prices}; serving cost {serving}; month of 30.4375 days. \
         Estimates, not invoices."
    )
}

/// Every column, in the order of documents.
pub(super) fn columns() -> Vec<Column> {
    fields(&[]).into_iter().map(|field| field.column).collect()
}

/// What is found of plans without the flags of this command, for others that show its figures.
pub(super) struct Analyzed<'a> {
    pub(super) columns: Vec<Column>,
    pub(super) answers: Vec<Answer<'a>>,
    /// A cell for every column, for each answer.
    pub(super) rows: Vec<Vec<Cell>>,
    /// What the figures rest on.
    pub(super) basis: String,
    /// What serving costs, in words.
    pub(super) serving: String,
}

/// Answers for plans, and explains what is missing.
pub(super) fn found<'a>(
    plans: &[&'a Plan],
    asked: &'a Asked,
    points: &[HeatTitle],
    problems: &mut Vec<Problem>,
) -> Analyzed<'a> {
    let answers: Vec<Answer<'a>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    let fields = fields(points);
    let cells = |answer: &Answer<'a>| {
        let context = Context { answer, unit: None, asked, points };
        fields.iter().map(|field| (field.fill)(&context)).collect()
    };
    let rows = answers.iter().map(cells).collect();
    explain_gaps(&answers, &asked.catalog, problems);
    let basis = basis_line(asked, &answers);
    let serving = serving_words(asked, &answers);
    let columns = fields.into_iter().map(|field| field.column).collect();
    Analyzed { columns, answers, rows, basis, serving }
}
