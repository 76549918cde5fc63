//! `prices diff`: what two price lists say differently of a day.

use std::path::PathBuf;

use super::Shape;
use super::sources::{Loaded, PriceArgs, pattern};
use super::table::{self, Chosen, Field, Made, columns, counted, document, or_none, rows};
use crate::catalog::codes;
use crate::cli::args::OutputArgs;
use crate::cli::world::World;
use crate::cli::{Answered, Exit, Stop};
use crate::problem::{Level, Problem};
use crate::rates::{Difference, Lookup, differences};
use crate::report::{Cell, Missing, Unit};

/// Show which list prices differ between two files, model by model
///
/// Each of OLD and NEW is a plan file, the price file of models.dev, litellm or genai-prices, `-` for standard input, or
/// `bundled`, the catalogue inside the program. Both are asked for the prices of the same day, the newest date of both.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("prices", |arg| arg.hide(true)))]
#[command(mut_arg("no_bundled", |arg| arg.hide(true)))]
pub(super) struct Args {
    /// What it was
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// What it is
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Only models whose name matches; `*` stands for anything
    #[arg(long, value_name = "GLOB")]
    model: Vec<String>,
    /// Only models that both price
    #[arg(long)]
    common: bool,
    /// End with code 1 if anything differs
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    prices: PriceArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost prices diff bundled tests/data/prices/litellm.json --common
  plancost prices diff old-rates.toml new-rates.toml --exit-code

Exit codes:
  0  done                                  2  wrong use
  1  something differs, with --exit-code   3  an input could not be used
                                           5  the output could not be written";

struct Line {
    model: String,
    change: &'static str,
    difference: Option<Difference>,
}

const FIELDS: [Field<Line>; 6] = [
    ("model", "Model", Unit::Text, Some(0), "the model, as OLD names it, or NEW alone", |l| {
        Cell::Text(l.model.clone())
    }),
    ("change", "Change", Unit::Text, Some(0), "added, removed or changed", |l| Cell::Text(l.change.to_owned())),
    ("rate", "Rate", Unit::Text, Some(0), "which rate; none: the model as a whole", |l| {
        or_none(l.difference.as_ref(), |difference| Cell::Text(difference.key.clone()))
    }),
    ("from", "From", Unit::Text, Some(0), "what OLD says", |l| {
        table::worth(l.difference.as_ref().and_then(|difference| difference.from.as_ref()))
    }),
    ("to", "To", Unit::Text, Some(0), "what NEW says", |l| {
        table::worth(l.difference.as_ref().and_then(|difference| difference.to.as_ref()))
    }),
    ("difference", "More", Unit::Share, Some(1), "how much more NEW says, as a share of OLD", |l| {
        or_none(l.difference.as_ref().and_then(Difference::share), |share| Cell::Share(share.into()))
    }),
];

const COUNTS: [&str; 4] = ["unchanged", "changed", "added", "removed"];

pub(super) fn shape() -> Shape {
    ("prices-diff", columns(&FIELDS), COUNTS.map(|key| (key, Unit::Count)).to_vec(), Vec::new())
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let selected = match table::chosen(&args.output, &columns(&FIELDS))? {
        Chosen::Help(help) => return Ok(help),
        Chosen::Columns(selected) => selected,
    };
    if args.old.as_os_str() == "-" && args.new.as_os_str() == "-" {
        return Err(Problem::error(codes::USAGE, "standard input cannot be both sides").into());
    }
    let patterns = args.model.iter().map(|text| pattern(text)).collect::<Result<Vec<_>, Stop>>()?;
    let mut problems = Vec::new();
    let mut old = args.prices.side(&args.old, world, &mut problems)?;
    let mut new = args.prices.side(&args.new, world, &mut problems)?;
    if problems.iter().any(|problem| problem.level == Level::Error) {
        // A comparison with half a file would call the rest removed.
        return Err(Stop { exit: Exit::Input, problems });
    }
    let day = old.day.max(new.day);
    (old.day, new.day) = (day, day);
    let wanted = |name: &str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name));
    let (lines, counts) = lines(&old, &new, args.common, &wanted);
    let is_changed = !lines.is_empty();
    let on = day.map_or_else(|| "without a day".to_owned(), |day| format!("of {day}"));
    let [unchanged, changed, added, removed] = counts;
    let left = if args.common { "; models of one side alone are left out" } else { "" };
    let footer = vec![format!(
        "List prices {on}: {} unchanged, {changed} changed, {added} added, {removed} removed{left}.",
        counted(unchanged, "model", "models")
    )];
    old.inputs.append(&mut new.inputs);
    old.prices.append(&mut new.prices);
    old.names.append(&mut new.names);
    let made = Made {
        kind: "prices-diff",
        columns: columns(&FIELDS),
        rows: rows(&FIELDS, &lines),
        sections: Vec::new(),
        summary: COUNTS.into_iter().zip(counts).map(|(key, count)| (key, Cell::Count(count as u64))).collect(),
        footer,
        assumptions: vec![
            ("old", Cell::Text(args.old.to_string_lossy().into_owned())),
            ("new", Cell::Text(args.new.to_string_lossy().into_owned())),
            ("common", Cell::Flag(args.common)),
            ("date", day.map_or(Cell::Missing(Missing::Unknown), Cell::Date)),
        ],
        no: args.exit_code && is_changed,
    };
    Ok(document(made, selected, old, problems))
}

/// What differs, and how many models are unchanged, changed, added and removed.
fn lines(old: &Loaded, new: &Loaded, common: bool, wanted: &dyn Fn(&str) -> bool) -> (Vec<Line>, [usize; 4]) {
    let mut lines = Vec::new();
    let mut counts = [0_usize; 4];
    let models = |side: &Loaded| {
        let mut names: Vec<String> = side.rates.iter().map(|rates| rates.model.to_string()).collect();
        names.dedup();
        names.retain(|name| wanted(name) && matches!(side.rates.on(name, side.on()), Lookup::Found(_)));
        names
    };
    let same = |side: &Loaded, name: &str| matches!(side.rates.on(name, side.on()), Lookup::Found(_));
    for model in models(old) {
        let Lookup::Found(before) = old.rates.on(&model, old.on()) else { continue };
        let names = || std::iter::once(&before.model).chain(&before.aliases);
        let after = names().find_map(|name| match new.rates.on(name, new.on()) {
            Lookup::Found(after) => Some(after),
            Lookup::NotOnThatDay | Lookup::NoSuchModel => None,
        });
        match after {
            None if common => {}
            None => {
                counts[3] += 1;
                lines.push(Line { model, change: "removed", difference: None });
            }
            Some(after) => {
                let found = differences(&before.rates, &after.rates);
                counts[usize::from(!found.is_empty())] += 1;
                lines.extend(found.into_iter().map(|difference| {
                    let change = match (&difference.from, &difference.to) {
                        (None, _) => "added",
                        (_, None) => "removed",
                        _ => "changed",
                    };
                    Line { model: model.clone(), change, difference: Some(difference) }
                }));
            }
        }
    }
    if !common {
        for model in models(new) {
            let Lookup::Found(after) = new.rates.on(&model, new.on()) else { continue };
            if !std::iter::once(&after.model).chain(&after.aliases).any(|name| same(old, name)) {
                counts[2] += 1;
                lines.push(Line { model, change: "added", difference: None });
            }
        }
    }
    // What changed, before models of one side alone.
    lines.sort_by(|a, b| (a.difference.is_none(), &a.model).cmp(&(b.difference.is_none(), &b.model)));
    (lines, counts)
}
