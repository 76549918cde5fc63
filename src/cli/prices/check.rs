//! `prices check`: what is stale, has no source, ends soon, or contradicts another price list.

use std::path::PathBuf;

use super::Shape;
use super::sources::{Loaded, PriceArgs};
use super::table::{self, Chosen, Field, Made, columns, counted, document, or_none, rows};
use crate::catalog::codes;
use crate::cli::args::OutputArgs;
use crate::cli::world::World;
use crate::cli::{Answered, Stop};
use crate::policy;
use crate::problem::{Level, Problem};
use crate::rates::{DatedRates, compare};
use crate::report::{Cell, Missing, Unit};
use crate::units::Date;

/// Say which list prices are stale, cite nothing, end soon, or contradict another file
///
/// A price that was compared with its source more than 30 days before the day that is asked for is noted, more than 60
/// warned of; past --max-age, or without a day, it is stale. Only prices in force count, and those that end within 30
/// days. With --against, prices are also held against another plan file or the file of another project: what both say
/// must be the same. By default the day is the newest date in the inputs; `--as-of today` asks for the clock.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Only the prices of these files [default: the catalogue inside the program]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prices checked longer ago than this are stale, such as `45d`
    #[arg(long, value_name = "DAYS", default_value = "60d", value_parser = age)]
    max_age: u64,
    /// Also hold them against this file
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
    /// Also list prices between 30 days and the limit
    #[arg(long)]
    notes: bool,
    #[command(flatten)]
    prices: PriceArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost prices check  # exit code 1: some are older than 60 days
  plancost prices check --max-age 150d --notes
  plancost prices check \\
      --against tests/data/prices/models-dev.json  # exit code 1

Exit codes:
  0  nothing is stale and nothing disagrees      3  an input could not be used
  1  something is stale, or disagrees            5  the output could not be written
  2  wrong use";

/// Days from which on a price is noted.
const NOTED: u64 = 30;
/// Days from which on it is warned of, whatever the limit.
const WARNED: u64 = 60;

fn age(text: &str) -> Result<u64, String> {
    policy::days(text).ok_or_else(|| "write a number of days such as `45d`".to_owned())
}

struct Line {
    level: &'static str,
    finding: &'static str,
    model: String,
    age: Option<u64>,
    checked: Option<Date>,
    from: Option<Date>,
    until: Option<Date>,
    message: String,
    against: Option<String>,
    source: Cell,
}

const FIELDS: [Field<Line>; 10] = [
    ("level", "Level", Unit::Text, Some(1), "deny, warning or note; what is denied makes the exit code 1", |l| {
        Cell::Text(l.level.to_owned())
    }),
    ("model", "Model", Unit::Text, Some(0), "the model", |l| Cell::Text(l.model.clone())),
    ("finding", "Finding", Unit::Text, Some(0), "stale, undated, no_source, ends or disagrees", |l| {
        Cell::Text(l.finding.to_owned())
    }),
    ("age_days", "Age", Unit::Count, Some(2), "days since the price was compared with its source", |l| {
        l.age.map_or(Cell::Missing(Missing::Unknown), Cell::Count)
    }),
    ("checked", "Checked", Unit::Date, None, "the day on which it was", |l| or_none(l.checked, Cell::Date)),
    ("from", "From", Unit::Date, None, "first day on which it is known to have held", |l| or_none(l.from, Cell::Date)),
    ("until", "Until", Unit::Date, None, "first day on which it holds no longer", |l| or_none(l.until, Cell::Date)),
    ("message", "What", Unit::Text, Some(0), "what is to be said", |l| Cell::Text(l.message.clone())),
    ("against", "There", Unit::Text, None, "the file that says otherwise", |l| table::text(l.against.as_deref())),
    ("source", "Source", Unit::List, Some(4), "file and line of the price", |l| l.source.clone()),
];

const COUNTS: [&str; 5] = ["prices", "denied", "warnings", "notes", "compared"];

pub(super) fn shape() -> Shape {
    ("prices-check", columns(&FIELDS), COUNTS.map(|key| (key, Unit::Count)).to_vec(), Vec::new())
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let selected = match table::chosen(&args.output, &columns(&FIELDS))? {
        Chosen::Help(help) => return Ok(help),
        Chosen::Columns(selected) => selected,
    };
    let mut problems = Vec::new();
    let loaded = args.prices.load(&args.files, world, &mut problems)?;
    let day = loaded.on();
    let is_asked = |rates: &&DatedRates| args.files.is_empty() || !rates.bundled;
    let current: Vec<&DatedRates> =
        loaded.rates.iter().filter(is_asked).filter(|rates| rates.validity.holds_on(day)).collect();
    let mut lines: Vec<Line> = current.iter().flat_map(|rates| of_one(rates, &loaded, args.max_age)).collect();
    let mut compared = 0;
    for path in &args.against {
        let other = args.prices.side(path, world, &mut problems)?;
        compared += against(&current, &other, day, &path.to_string_lossy(), &loaded, &mut lines);
        if other.rates.iter().next().is_none() && !problems.iter().any(|problem| problem.level == Level::Error) {
            problems.push(Problem::error(codes::IMPORT, format!("`{}` has no price", path.display())));
        }
    }
    let count = |level: &str| lines.iter().filter(|line| line.level == level).count();
    let (denied, warnings, notes) = (count("deny"), count("warning"), count("note"));
    let day = loaded.day.map_or_else(|| "no day".to_owned(), |day| day.to_string());
    let mut footer = vec![format!(
        "{} in force on {day}: {denied} denied, {}, {}{}.",
        counted(current.len(), "price", "prices"),
        counted(warnings, "warning", "warnings"),
        counted(notes, "note", "notes"),
        if args.notes || notes == 0 { "" } else { " (--notes)" }
    )];
    if !args.against.is_empty() {
        footer.push(format!("{} could be compared.", counted(compared, "price", "prices")));
    }
    let rank = |line: &Line| ["deny", "warning", "note"].iter().position(|level| *level == line.level);
    lines.retain(|line| args.notes || line.level != "note");
    lines.sort_by(|a, b| (rank(a), &a.model, a.finding).cmp(&(rank(b), &b.model, b.finding)));
    let counts = [current.len(), denied, warnings, notes, compared];
    let made = Made {
        kind: "prices-check",
        columns: columns(&FIELDS),
        rows: rows(&FIELDS, &lines),
        sections: Vec::new(),
        summary: COUNTS.into_iter().zip(counts).map(|(key, count)| (key, Cell::Count(count as u64))).collect(),
        footer,
        assumptions: vec![("max_age_days", Cell::Count(args.max_age))],
        no: denied > 0,
    };
    Ok(document(made, selected, loaded, problems))
}

/// What can be said of a price alone.
fn of_one(rates: &DatedRates, loaded: &Loaded, most: u64) -> Vec<Line> {
    let line = |level, finding, message: String| line(rates, loaded, level, finding, message);
    let mut lines = Vec::new();
    match (rates.provenance.checked, loaded.age(rates)) {
        (None, _) => lines.push(line("deny", "undated", "the file says no `checked`".to_owned())),
        (Some(checked), Some(age)) if age > most => {
            lines.push(line("deny", "stale", format!("checked {checked}")));
        }
        (Some(checked), Some(age)) if age > NOTED => {
            let level = if age > WARNED { "warning" } else { "note" };
            lines.push(line(level, "stale", format!("checked {checked}")));
        }
        _ => {}
    }
    if rates.provenance.source.is_none() {
        lines.push(line("warning", "no_source", "cites nothing".to_owned()));
    }
    let left = rates.validity.until.zip(loaded.day).map(|(until, day)| (until, (until - day).get_days()));
    if let Some((until, _)) = left.filter(|(_, days)| (0..=30).contains(days)) {
        lines.push(line("warning", "ends", format!("until {until}")));
    }
    lines
}

fn line(rates: &DatedRates, loaded: &Loaded, level: &'static str, finding: &'static str, message: String) -> Line {
    Line {
        level,
        finding,
        model: rates.model.to_string(),
        age: loaded.age(rates),
        checked: rates.provenance.checked,
        from: rates.validity.from,
        until: rates.validity.until,
        message,
        against: None,
        source: super::list::place(rates),
    }
}

/// Where another price list contradicts; how many prices both have.
fn against(
    current: &[&DatedRates],
    other: &Loaded,
    day: Date,
    name: &str,
    loaded: &Loaded,
    lines: &mut Vec<Line>,
) -> usize {
    let theirs: Vec<DatedRates> = other.rates.iter().filter(|rates| rates.validity.holds_on(day)).cloned().collect();
    let mut count = 0;
    for compared in compare(&theirs, &loaded.rates, day) {
        let Some(known) = compared.known.filter(|known| current.iter().any(|rates| std::ptr::eq(*rates, *known)))
        else {
            continue;
        };
        count += 1;
        for difference in compared.differences.iter().filter(|difference| difference.contradicts()) {
            let words = |worth| match table::worth(worth) {
                Cell::Text(text) => text,
                _ => String::new(),
            };
            let (ours, theirs) = (words(difference.from.as_ref()), words(difference.to.as_ref()));
            let message = format!("{}: {ours}, there {theirs}", difference.key);
            let found = line(known, loaded, "deny", "disagrees", message);
            lines.push(Line { against: Some(name.to_owned()), ..found });
        }
    }
    count
}
