//! Plan files: text to plans, prices and workloads, and everything that is wrong with it at once.
//!
//! A file is read in three steps. `syntax` makes a tree of values that know their place, `shape` says which keys each
//! table has and what they hold, and `lower` checks the laws between them and makes the engine's types. A table with
//! a mistake is left out; those beside it are kept, so that one wrong plan does not hide the others.

mod builtin;
mod call;
pub mod codes;
pub mod config;
pub mod distribution;
mod form;
pub mod import;
mod lower;
pub mod policy;
mod read;
pub mod routes;
pub mod sample;
mod set;
mod shape;
mod syntax;
pub mod uncertain;
mod value;
pub mod write;

pub use builtin::bundled;
pub use call::Mistake;
pub use shape::{KeyDoc, PLAN_KEYS};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use crate::analysis::Market;
use crate::plan::{Plan, Vendor};
use crate::population::Population;
use crate::problem::{Level, Place, Problem, Source};
use crate::rates::RateBook;
use crate::units::Date;
use crate::workload::Workload;
use read::{Laid, PROBLEMS_MAX, Reader, Spot};

/// The JSON Schema (draft 7) of a plan file.
pub const PLAN_SCHEMA: &str = include_str!("../schemas/plan.schema.json");

/// A file to read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its text.
    pub source: Arc<Source>,
    /// It belongs to the catalogue inside the program: its prices, vendors and workloads serve where other inputs have
    /// none of that name.
    pub bundled: bool,
    /// Its plans are asked for.
    pub plans: bool,
}

/// What the files say.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Vendors by id.
    pub vendors: BTreeMap<Arc<str>, Vendor>,
    /// List prices. A model that a later file prices has that file's prices alone.
    pub rates: RateBook,
    /// Plans in the order of the files; several entries of one id differ in `from`.
    pub plans: Vec<Plan>,
    /// Workloads by id.
    pub workloads: BTreeMap<Arc<str>, Workload>,
    /// Populations by id.
    pub populations: BTreeMap<Arc<str>, Population>,
    /// Models of which a file says that nobody knows the price.
    pub unpriced: BTreeSet<Arc<str>>,
    /// The newest day on which a figure was checked, or a plan or limit began that does not say when it was checked;
    /// without one, on which a price began, which may be announced for later; `None` without dates.
    pub newest: Option<Date>,
}

impl Catalog {
    /// What plans are measured against.
    #[must_use]
    pub fn market(&self) -> Market<'_> {
        Market { rates: &self.rates, workloads: &self.workloads, vendors: &self.vendors }
    }
}

/// A warning that no file prices a model.
#[must_use]
pub fn no_price(model: &str) -> Problem {
    Problem::warning(codes::UNPRICED, format!("no price for model `{}`", read::shown(model)))
        .note("figures that need it are shown as `?`, never as 0")
}

/// Reads files, with overrides `PLAN.KEY=VALUE` laid over their plans.
///
/// Problems come in the order of the inputs and of their places in each, those of overrides last. Where one of them
/// is an error, the table it stands in is not in the catalogue.
#[must_use]
pub fn read(inputs: &[Input], overrides: &[String]) -> (Catalog, Vec<Problem>) {
    let mut reader = Reader::default();
    let trees: Vec<_> = inputs
        .iter()
        .map(|input| {
            let before = reader.errors;
            let tree = syntax::parse(&input.source, &mut reader);
            let whole = reader.errors == before;
            if whole && !input.bundled {
                syntax::newer(&input.source, &mut reader);
            }
            (input, tree, whole)
        })
        .collect();
    let ids = |tree| plan_ids(tree).collect::<BTreeSet<_>>();
    let used = |input: &Input| input.plans;
    let known: BTreeSet<&str> =
        trees.iter().filter(|(input, ..)| used(input)).flat_map(|(_, tree, _)| plan_ids(tree)).collect();
    let sets: Vec<_> = overrides.iter().flat_map(|text| set::Set::read(text, &known, &mut reader)).collect();
    let laid: Vec<_> = sets.iter().map(|set| (set, set.value())).collect();

    let mut lowering = lower::Lowering::new(trees.iter().all(|(.., whole)| *whole));
    for (input, tree, _) in &trees {
        let mut spot = Spot::new("", tree, &input.source);
        if used(input) {
            let ids = ids(tree);
            let mine = laid.iter().filter(|(set, _)| ids.contains(&*set.plan));
            spot.sets = mine.map(|(set, value)| Laid { set, value, depth: 0 }).collect();
        }
        if let Some(file) = read::table::<shape::File>(&mut reader, &spot) {
            lowering.file(file, input, used(input), &mut reader);
        }
    }
    let catalog = lowering.finish(&mut reader);
    (catalog, in_order(reader, inputs))
}

fn plan_ids<'a>(tree: &'a Spanned<DeValue<'_>>) -> impl Iterator<Item = &'a str> {
    let plans = tree.get_ref().get("plan").and_then(|plans| plans.get_ref().as_array());
    plans.into_iter().flatten().filter_map(|plan| plan.get_ref().get("id")?.get_ref().as_str())
}

/// Sorts problems by input and place, and says how many there were no room for.
fn in_order(reader: Reader, inputs: &[Input]) -> Vec<Problem> {
    let Reader { mut problems, more, .. } = reader;
    let order = |place: Option<&Place>| {
        let source = place.map_or(usize::MAX, |place| {
            inputs.iter().position(|input| Arc::ptr_eq(&input.source, &place.source)).unwrap_or(inputs.len())
        });
        (source, place.and_then(|place| place.span.as_ref()).map_or(0, |span| span.start))
    };
    problems.sort_by_cached_key(|problem| order(problem.place.as_ref()));
    // An override of many plans has the same mistake in each.
    problems.dedup_by(|b, a| {
        a.code == b.code && a.place == b.place && a.place.as_ref().is_some_and(|place| place.source.name == "--set")
    });
    if more > 0 {
        let message = format!("{more} more mistakes; the first {PROBLEMS_MAX} are listed");
        problems.push(Problem::new(Level::Note, codes::TOO_MANY, message));
    }
    problems
}
