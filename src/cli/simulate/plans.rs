//! Plans against a population: what is found of each, and the tables beside that.

use super::book::{Cast, Why, cast};
use super::outcome::{Draws, Outcome, drawn, exact};
use super::rows::{self, Context};
use super::sections::{self, Known};
use super::words::footer;
use super::{Args, Given, Method, Told, months};
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::population::Chosen;
use crate::cli::world::World;
use crate::population::Quantity;
use crate::problem::Problem;
use crate::simulation::Earnings;

/// The table of plans, and those beside it.
pub(super) fn told(given: &Given<'_>, world: &World<'_>, problems: &mut Vec<Problem>) -> Result<Told, Stop> {
    let args = given.args;
    let casts: Vec<Cast<'_>> = given
        .answers
        .iter()
        .zip(given.counts)
        .map(|(answer, &subscribers)| cast(answer, subscribers, given.chosen, args))
        .collect();
    let draws = args.draws(world);
    let outcomes = outcomes(&casts, args, draws)?;
    let rows = casts.iter().zip(&outcomes).map(|(cast, outcome)| {
        let outcome = outcome.as_ref().map(|(outcome, _)| outcome);
        rows::row(&Context { cast, outcome, light: &args.light })
    });
    let rows = rows.collect();
    let known: Vec<Known<'_>> = casts
        .iter()
        .zip(&outcomes)
        .filter_map(|(cast, outcome)| {
            let (outcome, exact) = outcome.as_ref()?;
            Some(Known { cast, seated: cast.seated.as_ref().ok()?, outcome, exact: exact.as_ref() })
        })
        .collect();
    let mut sections = sections::sections(&known, &args.shown(casts.len()), &args.level, &args.correlation);
    sections.push(months::section(&known, args.months.unwrap_or(0), draws, &args.level, &args.correlation)?);
    warn(given.chosen, &casts, &known, problems);
    Ok(Told { kind: "simulate", rows, sections, footer: footer(given, &known) })
}

/// What is found of a plan, and what closed forms say where both were asked for; `None`: nothing is known of it.
type Worked = Option<(Outcome, Option<Outcome>)>;

/// What is found of each plan.
fn outcomes(casts: &[Cast<'_>], args: &Args, draws: Draws) -> Result<Vec<Worked>, Stop> {
    let points = args.points();
    let outcome = |cast: &Cast<'_>| {
        let Ok(seated) = &cast.seated else { return Ok(None) };
        let Some(earnings) = Earnings::of(&seated.economics) else { return Ok(None) };
        let method = if seated.billed_above { Method::Simulate } else { args.method };
        let closed = || exact(seated, &earnings, &points);
        let drawn = || {
            drawn(seated, &earnings, &points, draws).map_err(|why| {
                let id = &cast.answer.plan.id;
                Stop::from(Problem::error(codes::USAGE, format!("subscribers of {id} cannot be drawn: {why}")))
            })
        };
        Ok(Some(match method {
            Method::Exact => (closed(), None),
            Method::Simulate => (drawn()?, None),
            Method::Both => (drawn()?, Some(closed())),
        }))
    };
    casts.iter().map(outcome).collect()
}

/// What keeps figures from being what they seem.
fn warn(chosen: &Chosen, casts: &[Cast<'_>], known: &[Known<'_>], problems: &mut Vec<Problem>) {
    if chosen.of == Quantity::Utilization && chosen.whole.quantile(0.5) > 1.0 {
        let message = "half of the population or more want above the maximum, and all of them count as full use";
        let help = "3 is 300 %: write `3%`, or give `--unit api-usd` if these are dollars";
        problems.push(Problem::warning(codes::SHAPE, message).help(help));
    }
    for cast in casts {
        if let Err(Why::Shape(why)) = &cast.seated {
            let id = &cast.answer.plan.id;
            problems.push(Problem::warning(codes::SHAPE, format!("no figure of {id}: {why}")).plan(&**id));
        }
    }
    let is_rough = |known: &&Known<'_>| {
        known
            .outcome
            .drawn
            .as_ref()
            .is_some_and(|drawn| drawn.profit_usd.standard_error > 0.01 * drawn.profit_usd.value.abs())
    };
    let rough: Vec<&str> = known.iter().filter(is_rough).map(|known| &*known.cast.answer.plan.id).collect();
    if !rough.is_empty() {
        let message = format!("the standard error of the profit is above 1 % of it: {}", rough.join(", "));
        let has_no_other_way = known.iter().any(|known| known.seated.billed_above);
        let other = if has_no_other_way { "" } else { ", or take `--method exact`" };
        problems.push(Problem::warning(codes::ROUGH, message).help(format!("draw more with `--samples`{other}")));
    }
}
