//! `prices list`: the prices of a day.

use std::path::PathBuf;

use super::Shape;
use super::sources::{Loaded, PriceArgs, pattern};
use super::table::{self, Chosen, Field, Made, columns, counted, document, or_none, rows};
use crate::catalog::codes;
use crate::cli::args::OutputArgs;
use crate::cli::world::World;
use crate::cli::{Answered, Stop};
use crate::problem::Problem;
use crate::rates::{ContextTier, DatedRates, Lookup, TokenClass};
use crate::report::{Cell, Missing, Unit};
use crate::units::Usd;

/// List the prices of every model, in USD per million tokens
///
/// With FILE the prices of that file alone. WRITE is the price of a cache of five minutes, or of the only cache there
/// is; 1H of one hour. n/a is no price of its own: cache reads and writes then cost as input, writes of an hour as the
/// others. LONG is the size of prompt past which (`>`), or from which on (`>=`), the whole request costs more.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Plan files, or price files of models.dev, litellm or genai-prices; `-` for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only models whose name or alias matches; `*` stands for anything
    #[arg(long, value_name = "GLOB")]
    model: Vec<String>,
    /// Only models of this vendor
    #[arg(long, value_name = "ID")]
    vendor: Vec<String>,
    #[command(flatten)]
    prices: PriceArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost prices list
  plancost prices list --model 'claude-*' --as-of 2026-06-15
  plancost prices list --vendor openai --sort output_usd_per_mtok:desc
  plancost prices list tests/data/prices/litellm.json --json

Exit codes:
  0  done      2  wrong use, or no such model      3  an input could not be used
  5  the output could not be written";

/// One price list, and what stands around it.
pub(super) struct Line<'a> {
    pub(super) rates: &'a DatedRates,
    pub(super) age: Option<u64>,
}

fn fields<'a>() -> [Field<Line<'a>>; 20] {
    [
        ("model", "Model", Unit::Text, Some(0), "the exact name of the model", |l| {
            Cell::Text(l.rates.model.to_string())
        }),
        ("vendor", "Vendor", Unit::Text, Some(8), "whose price it is", |l| table::text(l.rates.vendor.as_deref())),
        ("input_usd_per_mtok", "In", Unit::Rate, Some(0), "prompt tokens that were not in the cache", |l| {
            class(l, TokenClass::Input)
        }),
        ("cache_read_usd_per_mtok", "Read", Unit::Rate, Some(2), "prompt tokens read from the cache", |l| {
            class(l, TokenClass::CacheRead)
        }),
        (
            "cache_write_5m_usd_per_mtok",
            "Write",
            Unit::Rate,
            Some(5),
            "prompt tokens written to the cache for five minutes, or to the only cache there is",
            |l| class(l, TokenClass::CacheWrite5m),
        ),
        (
            "cache_write_1h_usd_per_mtok",
            "1h",
            Unit::Rate,
            Some(6),
            "prompt tokens written to the cache for an hour",
            |l| class(l, TokenClass::CacheWrite1h),
        ),
        ("output_usd_per_mtok", "Out", Unit::Rate, Some(0), "answer tokens, thinking included", |l| {
            class(l, TokenClass::Output)
        }),
        ("tier", "Long", Unit::Text, Some(4), "sizes of prompt past which the whole request costs more", |l| {
            let tiers = &l.rates.rates.tiers;
            let marks: Vec<String> = tiers.iter().map(mark).collect();
            if marks.is_empty() { Cell::Missing(Missing::NotApplicable) } else { Cell::Text(marks.join(" ")) }
        }),
        ("usd_per_request", "Per request", Unit::Rate, None, "fee of each request on top", |l| {
            let fee = l.rates.rates.usd_per_request;
            table::usd((fee != Usd::ZERO).then(|| fee.ratio()))
        }),
        ("batch_multiplier", "Batch", Unit::Number, None, "what a batch pays, as a share of list", |l| {
            or_none(l.rates.rates.batch_multiplier.clone(), |share| Cell::Number(share.into()))
        }),
        ("peak_multiplier", "Peak", Unit::Number, None, "what dearer hours cost, as a multiple of list", |l| {
            or_none(l.rates.rates.peak.as_ref(), |peak| Cell::Number(peak.multiplier.clone().into()))
        }),
        ("from", "From", Unit::Date, Some(3), "first day on which it is known to have held", |l| {
            or_none(l.rates.validity.from, Cell::Date)
        }),
        ("until", "Until", Unit::Date, None, "first day on which it holds no longer", |l| {
            or_none(l.rates.validity.until, Cell::Date)
        }),
        ("aliases", "Aliases", Unit::List, None, "other exact names of the model", |l| {
            Cell::List(l.rates.aliases.iter().map(|alias| Cell::Text(alias.to_string())).collect())
        }),
        ("cited", "Cited", Unit::Text, None, "who says so", |l| table::text(l.rates.provenance.source.as_deref())),
        ("source", "Source", Unit::List, None, "file and line of the price", |l| place(l.rates)),
        ("checked", "Checked", Unit::Date, Some(7), "the day on which it was last compared with its source", |l| {
            or_none(l.rates.provenance.checked, Cell::Date)
        }),
        ("age_days", "Age", Unit::Count, Some(1), "days since then", |l| {
            l.age.map_or(Cell::Missing(Missing::Unknown), Cell::Count)
        }),
        ("basis", "Basis", Unit::Text, None, "how it is known", |l| {
            Cell::Text(l.rates.provenance.basis.word().to_owned())
        }),
        ("note", "Note", Unit::Text, None, "what a reader should know", |l| {
            table::text(l.rates.provenance.note.as_deref())
        }),
    ]
}

fn class(line: &Line<'_>, class: TokenClass) -> Cell {
    table::rate(line.rates.rates.base[class])
}

/// `>200k`, `>=128k`.
pub(super) fn mark(tier: &ContextTier) -> String {
    let tokens = tier.prompt_tokens.0;
    let size = if tokens.is_multiple_of(1_000) { format!("{}k", tokens / 1_000) } else { tokens.to_string() };
    format!("{}{size}", if tier.inclusive { ">=" } else { ">" })
}

/// File and line.
pub(super) fn place(rates: &DatedRates) -> Cell {
    let line = &rates.provenance.line;
    Cell::Record(vec![("path", Cell::Text(line.path.to_string())), ("line", Cell::Count(line.line as u64))])
}

pub(super) fn shape() -> Shape {
    ("prices-list", columns(&fields()), vec![("models", Unit::Count), ("not_on_that_day", Unit::Count)], Vec::new())
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let selected = match table::chosen(&args.output, &columns(&fields()))? {
        Chosen::Help(help) => return Ok(help),
        Chosen::Columns(selected) => selected,
    };
    let patterns = args.model.iter().map(|text| pattern(text)).collect::<Result<Vec<_>, Stop>>()?;
    let mut problems = Vec::new();
    let loaded = args.prices.load(&args.files, world, &mut problems)?;
    let is_wanted = |rates: &&DatedRates| {
        let names = || std::iter::once(&rates.model).chain(&rates.aliases);
        (patterns.is_empty() || patterns.iter().any(|pattern| names().any(|name| pattern.matches(name))))
            && (args.vendor.is_empty() || args.vendor.iter().any(|id| rates.vendor.as_deref() == Some(id)))
            && (args.files.is_empty() || !rates.bundled)
    };
    let mut models: Vec<&DatedRates> = loaded.rates.iter().filter(is_wanted).collect();
    models.dedup_by(|a, b| a.model == b.model);
    let mut lines: Vec<Line<'_>> = models
        .iter()
        .filter_map(|rates| match loaded.rates.on(&rates.model, loaded.on()) {
            Lookup::Found(rates) => Some(Line { rates, age: loaded.age(rates) }),
            Lookup::NotOnThatDay | Lookup::NoSuchModel => None,
        })
        .collect();
    lines.sort_by_key(|line| (line.rates.vendor.clone(), line.rates.model.clone()));
    if models.is_empty() && problems.is_empty() {
        problems.push(
            Problem::error(codes::UNKNOWN_MODEL, "no model is selected")
                .help("`plancost prices list --columns model,vendor` lists them"),
        );
        return Err(Stop { exit: crate::cli::Exit::Usage, problems });
    }
    let elsewhere = models.len() - lines.len();
    let made = Made {
        kind: "prices-list",
        columns: columns(&fields()),
        rows: rows(&fields(), &lines),
        sections: Vec::new(),
        summary: vec![("models", Cell::Count(lines.len() as u64)), ("not_on_that_day", Cell::Count(elsewhere as u64))],
        footer: footer(&lines, elsewhere, &loaded),
        assumptions: Vec::new(),
        no: false,
    };
    Ok(document(made, selected, loaded, problems))
}

/// What the prices rest on, and how old they are.
fn footer(lines: &[Line<'_>], elsewhere: usize, loaded: &Loaded) -> Vec<String> {
    let day = loaded.day.map_or_else(|| "no day: no input has a date".to_owned(), |day| day.to_string());
    let mut footer = vec![format!("USD per million tokens, list prices of {day}.")];
    let older = |days: u64| lines.iter().filter(|line| line.age.is_some_and(|age| age > days)).count();
    let undated = lines.iter().filter(|line| line.age.is_none()).count();
    if older(30) > 0 || undated > 0 {
        let unknown = if undated > 0 { format!(", {undated} on no day that is known") } else { String::new() };
        footer.push(format!(
            "{} compared with their source more than 30 days before, {} of them more than 60{unknown}.",
            older(30),
            older(60)
        ));
    }
    if elsewhere > 0 {
        let models = counted(elsewhere, "model has", "models have");
        footer.push(format!("{models} no price on that day, but on others (`plancost prices show MODEL`)."));
    }
    footer
}
