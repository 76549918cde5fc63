//! `prices`: the list prices that everything else is measured by: what they are, where they come from, what is stale.

mod bill;
mod check;
mod diff;
mod import;
mod list;
mod show;
mod sources;
mod table;

use super::world::World;
use super::{Exit, finish};
use crate::report::{Column, Section};

/// Show list prices and their sources, price a bundle of tokens, import the price files of other projects
///
/// List prices are dated: each says from which day it held, who says so and when that was last compared. Files may be
/// plan files, or the price files of models.dev, litellm and genai-prices as they are published.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(Box<list::Args>),
    Show(Box<show::Args>),
    Bill(Box<bill::Args>),
    Import(Box<import::Args>),
    Diff(Box<diff::Args>),
    Check(Box<check::Args>),
}

const EXAMPLES: &str = "\
Examples:
  plancost prices list --model 'claude-*'
  plancost prices show gpt-5.6-luna
  plancost prices bill claude-opus-4-8 --input 12000 --output 2500
  plancost prices import --from litellm model_prices.json --to rates.toml
  plancost prices diff bundled rates.toml
  plancost prices check --max-age 45d --as-of today

Exit codes:
  0  done
  1  prices are stale or disagree (`check`), or differ (`diff --exit-code`)
  2  wrong use, or a model that does not exist
  3  an input could not be used
  5  the output could not be written";

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Exit {
    match &args.verb {
        Verb::List(args) => finish(list::run(args, world), &args.output, world),
        Verb::Show(args) => finish(show::run(args, world), &args.output, world),
        Verb::Bill(args) => finish(bill::run(args, world), &args.output, world),
        Verb::Import(args) => finish(import::run(args, world), &args.output, world),
        Verb::Diff(args) => finish(diff::run(args, world), &args.output, world),
        Verb::Check(args) => finish(check::run(args, world), &args.output, world),
    }
}

/// What documents of a command consist of: kind, columns, counts of the summary, tables beside the results.
pub(super) type Shape = (&'static str, Vec<Column>, Vec<(&'static str, crate::report::Unit)>, Vec<Section>);

/// The shapes of all documents.
pub(super) fn shapes() -> [Shape; 6] {
    [list::shape(), show::shape(), bill::shape(), import::shape(), diff::shape(), check::shape()]
}
