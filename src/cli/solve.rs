//! `solve`: the one input that makes a plan meet a target.

mod case;
mod change;
mod figures;
mod other;
mod proof;
mod sought;
mod target;

pub(super) use figures::{SUMMARY, columns};

use super::analyze::{basis_line, explain_gaps};
use super::asked::{Asked, ask, assumptions, strict};
use super::compare::named;
use super::population::Chosen;
use super::publish::{columns_help, format_of, select, sort};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::analysis::{Answer, answer};
use crate::catalog::codes;
use crate::problem::{Level, Problem, nearest};
use crate::render::{self, Format};
use crate::report::{Cell, Column, Layout, Report, Section};
use crate::units::Ratio;
use case::{Case, Common, Outcome, Solved};
use change::Change;
use other::Other;
use sought::{Range, Sought};
use target::{Figure, Target};

/// Show what it would take: the price, limit, use or cost that makes a plan meet a target
///
/// --for says what is looked for, all else staying as it is; --target what is to be reached. Both may be given several
/// times. The value is exact. Below the table, and with -f plain, it stands rounded to the side on which the target still
/// holds, as arguments of `plancost analyze` that put it back, with the target's figure then.
///
/// What can be looked for: `price`, the least; `allowance`, the largest of a month, all limits in proportion; `limit:ID`, the
/// largest grant of one window, the others as they are, or `limit` for each window in turn; `utilization`, the highest;
/// `api-margin`, the least; `routed-share`, the least share of use on a cheaper model (--cheap-cost or --routed-to); and of a
/// population, whose demand in dollars stays: `cap`, the largest of a month, and `overage`, the least rate above the limit.
///
/// What can be reached, at a utilization U or at the `mean` use of a population: `margin@U>=S`, profit over revenue;
/// `profit@U>=USD`, per seat and month; `serving@U<=S`, serving cost over revenue, so that `serving@100%<=75%` keeps whoever
/// pins every window within 75% of the price; `break-even>=U`. `worst-case>=USD`, `worst-case-margin>=S` and
/// `worst-case-serving<=S` are at U = 100%, `mean-margin>=S` and `mean-profit>=USD` at the mean.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("paths", |arg| arg.long("from").num_args(1..).help(
    "Take the plans from these files, folders or patterns, or from `-`, standard input; write them after the ids"
)))]
#[command(mut_arg("plan", |arg| arg.hide(true)))]
#[command(mut_arg("table", |arg| arg.hide(false).help(
    "Print this table alone: `answers`, a line for each plan. JSON always has all"
)))]
pub(super) struct Args {
    /// Ids of plans, or patterns of them such as `claude-*`
    #[arg(value_name = "PLAN_ID")]
    ids: Vec<String>,
    /// Look for this: price, allowance, limit, limit:ID, utilization, api-margin, routed-share, cap or overage
    #[arg(long = "for", help_heading = "Question", value_name = "WHAT,…", value_delimiter = ',', value_parser = sought::sought)]
    sought: Vec<Sought>,
    /// Reach this: a figure, a use and a bound, such as `margin@20%>=60%`, `worst-case>=0` or `serving@100%<=75%`
    #[arg(long, help_heading = "Question", value_name = "TARGET", value_parser = target::target)]
    target: Vec<Target>,
    /// Look only within this range, in the unit of what is looked for; either end may be left out
    #[arg(long, help_heading = "Question", value_name = "LO:HI", value_parser = sought::range, allow_hyphen_values = true)]
    range: Option<Range>,
    /// For routed-share: what serving costs there, as a share of what it costs here; 4% is 25 times cheaper
    #[arg(long, help_heading = "Question", value_name = "SHARE", value_parser = super::values::share, conflicts_with = "routed_to")]
    cheap_cost: Option<Ratio>,
    /// For routed-share: the other model, at its list price for the tokens of the plan's workload
    #[arg(long, help_heading = "Question", value_name = "MODEL")]
    routed_to: Option<String>,
    /// For overage: the share of the use above the limit that is bought [default: 100%]
    #[arg(long, help_heading = "Question", value_name = "SHARE", value_parser = super::values::share)]
    take_up: Option<Ratio>,
    #[command(flatten)]
    population: super::population::PopulationArgs,
    #[command(flatten)]
    inputs: super::args::InputArgs,
    #[command(flatten)]
    terms: super::args::TermsArgs,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost solve claude-max-20x --for price --target 'margin@20%>=60%'
  plancost solve claude-max-20x --for limit --target 'serving@100%<=75%'
  plancost solve 'chatgpt-p*' --for allowance,utilization \\
      --target 'worst-case>=0'
  plancost solve claude-pro claude-max-5x claude-max-20x --table answers \\
      --for price,allowance,api-margin,routed-share --cheap-cost 1/25 \\
      --target 'margin@20%>=0' --target 'margin@20%>=60%'
  plancost solve copilot-pro --for price --target 'margin@50%>=20%' --range 5:20
  plancost solve claude-max-20x --for price --target 'margin@20%>=0' \\
      --range 200:300                                              # exit code 1
  plancost solve claude-max-20x --for cap --target 'mean-margin>=50%' \\
      --dist 'lognormal(median=3%, s=1.28)'

Exit codes:
  0  done
  1  some value that was asked for does not exist, or not within --range
  2  wrong use, or a plan that does not exist
  3  an input could not be used; plans of the others are answered
  4  the answer is incomplete, with --strict
  5  the output could not be written";

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let mut columns = columns();
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (mut chosen, order) = select(&args.output, &all)?;
    args.fit_together()?;
    let is_separated = matches!(format_of(&args.output, world)?, Format::Csv | Format::Tsv);
    let mut problems = Vec::new();
    let asked = ask(&args.inputs, &args.terms, world, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let plans =
        if failed && args.inputs.fail_fast { Vec::new() } else { named(&args.ids, &args.inputs, &asked, &problems)? };
    let population = args.asks_of_a_population().then(|| args.population.settle(&asked, world)).transpose()?;
    let answers: Vec<Answer<'_>> =
        plans.iter().map(|plan| answer(plan, asked.catalog.market(), &asked.question)).collect();
    explain_gaps(&answers, &asked.catalog, &mut problems);
    let common = args.common(&asked, population.as_ref())?;
    let cases = args.cases(&common, &answers)?;
    let solved: Vec<Solved> = cases.iter().map(Case::solve).collect();
    let both: Vec<(&Case<'_>, &Solved)> = cases.iter().zip(&solved).collect();
    let mut rows: Vec<_> = both.iter().map(|(case, solved)| figures::row(case, solved, heading(case))).collect();
    if let Some((column, descending)) = order {
        sort(&mut rows, column, descending);
    }
    if args.output.columns.is_empty() {
        for column in &mut columns {
            column.shown |= args.needs(column.key, is_separated);
        }
        chosen = (0..columns.len()).filter(|&c| columns[c].shown).collect();
    }
    let report = Report {
        kind: "solve",
        layout: Layout::Rows,
        complete: !failed && !solved.iter().any(|solved| matches!(solved.outcome, Outcome::Unknown(_))),
        as_of: asked.day,
        inputs: asked.inputs.iter().cloned().chain(population.iter().filter_map(|one| one.input.clone())).collect(),
        prices: asked.prices.clone(),
        assumptions: args.assumptions(&asked, population.as_ref()),
        columns,
        summary: figures::summary(&both),
        footer: args.footer(&asked, &both, &answers, population.as_ref()),
        rows,
        problems,
        sections: vec![figures::answers(&both)],
        verdicts: None,
    };
    let is_no = |solved: &Solved| matches!(solved.outcome, Outcome::Impossible(_) | Outcome::NotApplicable(_));
    let no = if solved.iter().any(is_no) { Exit::No } else { Exit::Done };
    let exit = Exit::of(failed, report.complete, strict(&args.terms, world)).or(no);
    let inputs = asked.input_names.iter().cloned().chain(population.and_then(|one| one.input_name)).collect();
    Ok(Answered::Report(Box::new(Found { report, columns: chosen, exit, inputs })))
}

/// The table beside the results, without lines.
pub(super) fn section() -> Section {
    figures::answers(&[])
}

fn heading(case: &Case<'_>) -> String {
    format!("{} for {}", case.sought.heading(), case.target.text)
}

fn usage(message: impl Into<String>, help: impl Into<String>) -> Stop {
    Problem::error(codes::USAGE, message).help(help).into()
}

impl Args {
    fn asks_of_a_population(&self) -> bool {
        self.sought.iter().any(Sought::is_of_population) || self.target.iter().any(Target::is_of_population)
    }

    /// Whether a column tells lines apart: windows of a plan, and in formats without headings all that a heading says.
    fn needs(&self, key: &str, is_separated: bool) -> bool {
        let has_limits = self.sought.iter().any(|sought| matches!(sought, Sought::Limit(_)));
        match key {
            "for" | "unit" => has_limits || is_separated,
            "target" => is_separated,
            _ => false,
        }
    }

    /// Whether the flags go with one another.
    fn fit_together(&self) -> Result<(), Stop> {
        const POPULATION: &str = "such as `--target 'mean-margin>=50%'`, at the mean use of the population";
        let routes = self.sought.contains(&Sought::RoutedShare);
        let names_another = self.cheap_cost.is_some() || self.routed_to.is_some();
        if self.sought.is_empty() {
            return Err(usage("nothing is looked for", "say what, such as `--for price` or `--for limit`"));
        }
        if self.target.is_empty() {
            return Err(usage("no target is set", "say what is to be reached, such as `--target 'margin@20%>=60%'`"));
        }
        if let Some(sought) = self.sought.iter().find(|sought| sought.is_of_population())
            && let Some(target) = self.target.iter().find(|target| !target.is_of_population())
        {
            let message = format!("`{sought}` is of a population, `{}` of one subscriber", target.text);
            return Err(usage(message, format!("ask for the whole population, {POPULATION}")));
        }
        if self.sought.contains(&Sought::Utilization)
            && let Some(target) = self.target.iter().find(|target| target.figure == Figure::BreakEven)
        {
            let message = format!("`{}` is a use itself, so that no utilization is to be found for it", target.text);
            return Err(usage(message, "ask for a margin or a profit, such as `--target 'worst-case>=0'`"));
        }
        if routes && !names_another {
            let help = "say what it costs with `--cheap-cost 4%`, or name it with `--routed-to MODEL`";
            return Err(usage("routed-share needs another model", help));
        }
        if names_another && !routes {
            return Err(usage(
                "no use is routed to another model",
                "ask `--for routed-share`, or leave that model out",
            ));
        }
        if self.range.is_some() && self.sought.len() > 1 {
            return Err(usage("one range for several things", "look for one thing at a time with `--range`"));
        }
        if self.take_up.is_some() && !self.sought.contains(&Sought::Overage) {
            return Err(usage("no overage is sold", "ask `--for overage`, or leave `--take-up` out"));
        }
        let names_users = self.population.dist.is_some()
            || self.population.population.is_some()
            || self.population.utilizations.is_some();
        if names_users && !self.asks_of_a_population() {
            return Err(usage("nothing is asked of the population", format!("ask for it, {POPULATION}")));
        }
        Ok(())
    }

    fn common<'a>(&self, asked: &'a Asked, population: Option<&'a Chosen>) -> Result<Common<'a>, Stop> {
        let other = match (&self.cheap_cost, &self.routed_to) {
            (Some(share), _) => Some(Other::Share(share.clone())),
            (None, Some(model)) if asked.catalog.rates.resolve(model).is_none() => {
                let help = match nearest(model, asked.catalog.rates.names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "add its rates with `--prices FILE`, or say what it costs with `--cheap-cost`".to_owned(),
                };
                return Err(usage(format!("no list price of a model `{model}`"), help));
            }
            (None, Some(model)) => Some(Other::Model(model.clone())),
            (None, None) => None,
        };
        Ok(Common {
            asked,
            population: population.map(|one| (&one.whole, one.of)),
            take_up: self.take_up.clone().unwrap_or_else(Ratio::one),
            other,
            range: self.range.clone(),
        })
    }

    /// Every question of every plan; each window of a plan is one where all are asked.
    fn cases<'a>(&'a self, common: &'a Common<'a>, answers: &'a [Answer<'a>]) -> Result<Vec<Case<'a>>, Stop> {
        let mut cases: Vec<Case<'a>> = Vec::new();
        for sought in &self.sought {
            if let Sought::Limit(Some(id)) = sought {
                limit_exists(id, answers)?;
            }
            for target in &self.target {
                for answer in answers {
                    let each: Vec<Sought> = match sought {
                        Sought::Limit(None) if !answer.limits.is_empty() => {
                            answer.limits.iter().map(|limit| Sought::Limit(Some(limit.id.to_string()))).collect()
                        }
                        sought => vec![sought.clone()],
                    };
                    let mut add = |sought: Sought| {
                        let is_known = |case: &Case<'_>| {
                            std::ptr::eq(case.answer, answer)
                                && case.sought == sought
                                && case.target.text == target.text
                        };
                        if !cases.iter().any(is_known) {
                            cases.push(Case { common, answer, sought, target });
                        }
                    };
                    each.into_iter().for_each(&mut add);
                }
            }
        }
        Ok(cases)
    }

    fn assumptions(&self, asked: &Asked, population: Option<&Chosen>) -> crate::report::Record {
        let mut record = assumptions(asked, &self.inputs.set);
        record.extend(population.map(|one| ("population", Cell::Text(one.words.clone()))));
        record
    }

    /// What has no value and why, the proofs of the others where they are few, and what the figures rest on.
    fn footer(
        &self,
        asked: &Asked,
        solved: &[(&Case<'_>, &Solved)],
        answers: &[Answer<'_>],
        population: Option<&Chosen>,
    ) -> Vec<String> {
        let mut lines = reasons(solved, self.sought.len() > 1);
        let mut proofs: Vec<String> = Vec::new();
        for line in solved.iter().filter_map(|(case, solved)| proof(case, solved)) {
            // Of a plan with one limit, the allowance and that limit are the same change.
            if !proofs.contains(&line) {
                proofs.push(line);
            }
        }
        match proofs.len() {
            0 => {}
            1..=PROOFS_SHOWN => lines.extend(proofs),
            _ => lines.push("What puts each value back, and what that reaches: -f plain, or --json.".to_owned()),
        }
        if let Some(population) = population {
            lines.push(population.line());
        }
        if !answers.is_empty() {
            lines.push(basis_line(asked, answers));
        }
        if !self.inputs.set.is_empty() {
            lines.push(format!("Set: {}.", self.inputs.set.join(", ")));
        }
        lines
    }
}

/// More are left to a column.
const PROOFS_SHOWN: usize = 6;

fn proof(case: &Case<'_>, solved: &Solved) -> Option<String> {
    let (change, reached) = solved.proof.as_ref()?;
    let arguments = change.arguments(case.answer.plan, &case.common.asked.question);
    let figure = render::cell(&figures::figure(case, Some(reached)));
    let name = match change {
        // The use that the target names is what was looked for.
        Change::At(_) => case.target.figure.word(),
        _ => case.target.text.split(['<', '>']).next().unwrap_or_default().trim_end(),
    };
    Some(format!("Proof: with {arguments}, {name} is {figure}."))
}

/// Plans without a value, by the reason.
fn reasons(solved: &[(&Case<'_>, &Solved)], several: bool) -> Vec<String> {
    let mut found: Vec<(&'static str, &str, Vec<String>)> = Vec::new();
    for (case, answer) in solved {
        let Some(reason) = answer.outcome.reason() else { continue };
        let word = match answer.outcome {
            Outcome::NotNeeded(_) => "always",
            Outcome::Impossible(_) => "never",
            Outcome::NotApplicable(_) => "n/a",
            Outcome::Solved(_) | Outcome::Unknown(_) => "?",
        };
        let is_limit = matches!(case.sought, Sought::Limit(_));
        let plan = &case.answer.plan.id;
        let name = if several || is_limit { format!("{plan} {}", case.sought) } else { plan.to_string() };
        match found.iter_mut().find(|(known, why, _)| (*known, *why) == (word, reason)) {
            Some((.., names)) if names.contains(&name) => {}
            Some((.., names)) => names.push(name),
            None => found.push((word, reason, vec![name])),
        }
    }
    found.into_iter().map(|(word, reason, names)| format!("{word}, {}: {reason}.", names.join(", "))).collect()
}

fn limit_exists(id: &str, answers: &[Answer<'_>]) -> Result<(), Stop> {
    let ids = || answers.iter().flat_map(|answer| answer.limits.iter().map(|limit| &*limit.id));
    if answers.is_empty() || ids().any(|known| known == id) {
        return Ok(());
    }
    let mut known: Vec<&str> = ids().collect();
    known.sort_unstable();
    known.dedup();
    let help = match nearest(id, known.iter().copied()) {
        Some(near) => format!("did you mean `limit:{near}`?"),
        None if known.is_empty() => "none of the plans has a limit".to_owned(),
        None => format!("the limits are {}", known.join(", ")),
    };
    Err(usage(format!("no plan has a limit `{id}`"), help))
}
