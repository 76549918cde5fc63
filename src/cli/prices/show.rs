//! `prices show`: everything that is known of the price of one model.

use std::path::PathBuf;

use super::Shape;
use super::list::{mark, place};
use super::sources::{PriceArgs, after};
use super::table::{self, Chosen, Field, Made, columns, document, or_none, rows};
use crate::cli::args::OutputArgs;
use crate::cli::world::World;
use crate::cli::{Answered, Stop};
use crate::fact::in_force;
use crate::rates::{ContextTier, DatedRates, TokenClass};
use crate::report::{Cell, Missing, Unit};
use crate::units::Usd;

/// Show every price of one model: days, context tiers, batches, dearer hours, sources
///
/// A line is a price from one day on, and beneath it the rates of longer prompts: past the mark (`>`) or from it on
/// (`>=`) the whole request is billed at them, answer included. A class that a tier leaves out keeps its base rate.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The model, by its exact name or an alias
    #[arg(value_name = "MODEL")]
    model: String,
    /// Also take prices from these files; later ones win
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    prices: PriceArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost prices show gpt-5.6-luna
  plancost prices show claude-opus-4-6 --json

Exit codes:
  0  done      2  wrong use, or no such model      3  an input could not be used
  5  the output could not be written";

/// The base rates of an entry, or those of a tier.
struct Line<'a> {
    entry: &'a DatedRates,
    tier: Option<&'a ContextTier>,
    age: Option<u64>,
    in_force: bool,
}

fn fields<'a>() -> [Field<Line<'a>>; 17] {
    [
        ("from", "From", Unit::Date, Some(0), "first day on which it is known to have held", |l| {
            or_none(l.entry.validity.from, Cell::Date)
        }),
        ("until", "Until", Unit::Date, Some(2), "first day on which it held no longer", |l| {
            or_none(l.entry.validity.until, Cell::Date)
        }),
        ("held_earlier", "Earlier", Unit::Flag, None, "it was already so before, since when is not recorded", |l| {
            Cell::Flag(l.entry.validity.held_earlier)
        }),
        ("in_force", "Now", Unit::Flag, Some(5), "it holds on the day that is asked for", |l| Cell::Flag(l.in_force)),
        ("prompt", "Prompt", Unit::Text, Some(1), "size of prompt for which the rates hold", |l| {
            Cell::Text(l.tier.map_or_else(|| "any".to_owned(), mark))
        }),
        ("input_usd_per_mtok", "In", Unit::Rate, Some(0), "prompt tokens that were not in the cache", |l| {
            class(l, TokenClass::Input)
        }),
        ("cache_read_usd_per_mtok", "Read", Unit::Rate, Some(0), "prompt tokens read from the cache", |l| {
            class(l, TokenClass::CacheRead)
        }),
        (
            "cache_write_5m_usd_per_mtok",
            "Write",
            Unit::Rate,
            Some(3),
            "prompt tokens written to the cache for five minutes, or to the only cache there is",
            |l| class(l, TokenClass::CacheWrite5m),
        ),
        (
            "cache_write_1h_usd_per_mtok",
            "1h",
            Unit::Rate,
            Some(4),
            "prompt tokens written to the cache for an hour",
            |l| class(l, TokenClass::CacheWrite1h),
        ),
        ("output_usd_per_mtok", "Out", Unit::Rate, Some(0), "answer tokens, thinking included", |l| {
            class(l, TokenClass::Output)
        }),
        ("batch_multiplier", "Batch", Unit::Number, Some(6), "what a batch pays, as a share of list", |l| {
            or_none(l.entry.rates.batch_multiplier.clone(), |share| Cell::Number(share.into()))
        }),
        ("usd_per_request", "Per request", Unit::Rate, None, "fee of each request on top", |l| {
            let fee = l.entry.rates.usd_per_request;
            table::usd((fee != Usd::ZERO).then(|| fee.ratio()))
        }),
        ("cited", "Cited", Unit::Text, None, "who says so", |l| table::text(l.entry.provenance.source.as_deref())),
        ("source", "Source", Unit::List, None, "file and line of the price", |l| place(l.entry)),
        ("checked", "Checked", Unit::Date, Some(7), "the day on which it was last compared with its source", |l| {
            or_none(l.entry.provenance.checked, Cell::Date)
        }),
        ("age_days", "Age", Unit::Count, None, "days since then", |l| {
            l.age.map_or(Cell::Missing(Missing::Unknown), Cell::Count)
        }),
        ("note", "Note", Unit::Text, None, "what a reader should know", |l| {
            table::text(l.entry.provenance.note.as_deref())
        }),
    ]
}

fn class(line: &Line<'_>, class: TokenClass) -> Cell {
    table::rate(line.tier.map_or(&line.entry.rates.base, |tier| &tier.rates)[class])
}

pub(super) fn shape() -> Shape {
    ("prices-show", columns(&fields()), vec![("entries", Unit::Count)], Vec::new())
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let selected = match table::chosen(&args.output, &columns(&fields()))? {
        Chosen::Help(help) => return Ok(help),
        Chosen::Columns(selected) => selected,
    };
    let mut problems = Vec::new();
    let loaded = args.prices.load(&args.files, world, &mut problems)?;
    let entries = loaded.entries(&args.model).map_err(|stop| after(stop, &problems))?;
    let current = in_force(&entries, loaded.on(), |entry| &entry.validity).copied();
    let mut lines = Vec::new();
    for entry in &entries {
        let age = loaded.age(entry);
        let is_current = current.is_some_and(|current| std::ptr::eq(current, *entry));
        let tiers = std::iter::once(None).chain(entry.rates.tiers.iter().map(Some));
        lines.extend(tiers.map(|tier| Line { entry, tier, age, in_force: is_current }));
    }
    let footer = footer(&entries, current, loaded.day);
    let count = entries.len() as u64;
    let made = Made {
        kind: "prices-show",
        columns: columns(&fields()),
        rows: rows(&fields(), &lines),
        sections: Vec::new(),
        summary: vec![("entries", Cell::Count(count))],
        footer,
        assumptions: vec![("model", Cell::Text(entries.first().map_or_else(String::new, |e| e.model.to_string())))],
        no: false,
    };
    Ok(document(made, selected, loaded, problems))
}

fn footer(entries: &[&DatedRates], current: Option<&DatedRates>, day: Option<crate::units::Date>) -> Vec<String> {
    let Some(last) = current.or(entries.last().copied()) else { return Vec::new() };
    let vendor = last.vendor.as_deref().map_or_else(String::new, |vendor| format!(" of {vendor}"));
    let also = match last.aliases.as_slice() {
        [] => String::new(),
        aliases => format!("; also {}", aliases.iter().map(|alias| &**alias).collect::<Vec<_>>().join(", ")),
    };
    let mut footer = vec![format!("{}{vendor}{also}. USD per million tokens.", last.model)];
    if let (None, Some(day)) = (current, day) {
        footer.push(format!("It has no price on {day}."));
    }
    let missing: Vec<&str> = [
        (TokenClass::CacheRead, "cache reads as input"),
        (TokenClass::CacheWrite5m, "cache writes as input"),
        (TokenClass::CacheWrite1h, "cache writes of an hour as those of five minutes"),
    ]
    .into_iter()
    .filter(|(class, _)| last.rates.base[*class].is_none())
    .map(|(_, words)| words)
    .collect();
    if !missing.is_empty() {
        footer.push(format!("No price of their own, so billed otherwise: {}.", missing.join(", ")));
    }
    if let Some(peak) = &last.rates.peak {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let spans = peak.minutes_utc.iter().map(|&(from, to)| format!("{}-{}", clock(from), clock(to)));
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].into_iter().zip(peak.days);
        let days: Vec<&str> = days.filter(|(_, holds)| *holds).map(|(day, _)| day).collect();
        let days = if days.len() == 7 { String::new() } else { format!(", {}", days.join(" ")) };
        let spans = spans.collect::<Vec<_>>().join(", ");
        footer.push(format!("{}x at {spans} UTC{days}.", peak.multiplier.to_decimal_trimmed(0, 4)));
    }
    let cited = last.provenance.source.as_deref().unwrap_or("no source");
    let checked = last.provenance.checked.map_or_else(|| "never".to_owned(), |day| day.to_string());
    footer.push(format!("Source: {cited}, checked {checked}."));
    if let Some(note) = &last.provenance.note {
        footer.push(format!("Note: {note}"));
    }
    footer
}
