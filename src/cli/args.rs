//! The flags that commands share.

use std::path::PathBuf;

use super::values::Day;
use crate::allowance::Hours;
use crate::economics::Fees;
use crate::render::Format;
use crate::units::Ratio;

/// The flags of a command as if none was given.
pub(super) fn at_defaults<A: clap::Args>() -> A {
    let command = A::augment_args(clap::Command::new("plancost"));
    let matches = command.try_get_matches_from(["plancost"]).expect("no flag is required");
    A::from_arg_matches(&matches).expect("these are its flags")
}

/// Which plans and prices.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Plans and prices")]
pub(super) struct InputArgs {
    /// Plan files, folders of them, patterns, or `-` for standard input
    #[arg(value_name = "PLAN", help_heading = clap::builder::Resettable::Reset)]
    pub(super) paths: Vec<PathBuf>,
    /// Only plans whose id matches; `*` stands for anything
    #[arg(long, value_name = "GLOB")]
    pub(super) plan: Vec<String>,
    /// Change one input of a plan, such as `claude-pro.price_usd=25`
    #[arg(long, value_name = "PLAN.KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Also take rates and workloads from this file; later ones win
    #[arg(long, value_name = "FILE")]
    pub(super) prices: Vec<PathBuf>,
    /// Do not use the rates inside the program
    #[arg(long)]
    pub(super) no_bundled: bool,
    /// Read folders within folders
    #[arg(short, long)]
    pub(super) recursive: bool,
    /// Stop at the first input that cannot be used
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Most bytes of a file
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = super::values::size)]
    pub(super) max_file_size: u64,
    /// Name of standard input in messages
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub(super) stdin_name: String,
}

/// How plans are used and sold.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Assumptions")]
pub(super) struct TermsArgs {
    /// Use the facts of this day, or of `today` [default: the newest date in the inputs] [env: PLANCOST_AS_OF]
    #[arg(long, value_name = "DATE", value_parser = super::values::day)]
    pub(super) as_of: Option<Day>,
    /// API gross margin of every vendor; serving an API dollar costs 1 minus this
    #[arg(long, value_name = "SHARE", value_parser = super::values::margin, allow_hyphen_values = true)]
    pub(super) api_margin: Option<Ratio>,
    /// Hours a day that the user works, in a row [default: 24]
    #[arg(long, value_name = "HOURS", value_parser = super::values::hours_per_day)]
    pub(super) hours_per_day: Option<Hours>,
    /// Days a week that the user works, in a row [default: 7]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u8).range(0..=7))]
    pub(super) days_per_week: Option<u8>,
    /// Something opens a session window before work starts
    #[arg(long)]
    pub(super) ping: bool,
    /// How the requests of a workload share the limits [default: each plan's own]
    #[arg(long, value_name = "RULE")]
    pub(super) mix: Option<MixWord>,
    /// Price every plan's limits by this workload [default: each plan's own]
    #[arg(long, value_name = "ID")]
    pub(super) workload: Option<String>,
    /// Bill by the year where that is sold
    #[arg(long, value_name = "PERIOD")]
    pub(super) billed: Option<BilledWord>,
    /// Cost of taking the money [default: each plan's own, mostly none]
    #[arg(long, value_name = "CHANNEL")]
    pub(super) fees: Option<Channel>,
    /// An unknown figure or an input that other readers refuse is an error [env: PLANCOST_STRICT]
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum MixWord {
    /// In the workload's proportions
    AsMeasured,
    /// Whatever costs most
    WorstCase,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum BilledWord {
    /// Each month
    Month,
    /// Each year
    Year,
}

/// Fees as published by Stripe (US cards) and the app stores, 2026.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Channel {
    /// Nothing
    None,
    /// A card: 2.9 % of the charge and $0.30
    Card,
    /// An app store: 30 %
    Store,
    /// An app store at its reduced rate: 15 %
    StoreReduced,
}

/// Where the document goes and what it looks like.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// Form of the document [default: table] [env: PLANCOST_FORMAT]
    #[arg(short, long, value_name = "FORMAT")]
    pub(super) format: Option<FormatWord>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    /// Write the document to a file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write it to a file in another form too, such as `csv=plans.csv`
    #[arg(long, value_name = "FORMAT=FILE", value_parser = export)]
    pub(super) export: Vec<(Export, PathBuf)>,
    /// Columns to print, in this order; `help` lists them. JSON always has all
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(super) columns: Vec<String>,
    /// Print this table alone, of those beside the results, such as `histogram`; JSON always has all
    // Commands with such tables show it.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["columns", "sort"], hide = true)]
    pub(super) table: Option<String>,
    /// Order rows by a column; `:desc` for the largest first
    #[arg(long, value_name = "KEY[:desc]")]
    pub(super) sort: Option<String>,
    /// Do not disarm formulas in text cells of CSV and TSV
    #[arg(long)]
    pub(super) csv_raw: bool,
    /// Shape of the JSON document
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=1))]
    pub(super) format_version: u8,
    /// Colours [default: auto] [env: PLANCOST_COLOR, NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR]
    #[arg(long, value_name = "WHEN")]
    pub(super) color: Option<super::looks::When>,
    /// Only ASCII characters
    #[arg(long)]
    pub(super) ascii: bool,
    /// Fit so many columns [default: the terminal; a pipe is not fitted] [env: COLUMNS]
    #[arg(long, value_name = "N", value_parser = width)]
    pub(super) width: Option<usize>,
    /// No colour behind margins
    #[arg(long)]
    pub(super) no_heat: bool,
    /// Decimals of dollars in tables
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(0..=9))]
    pub(super) decimals: u8,
    /// Form of errors and warnings
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub(super) message_format: MessageWord,
    /// Most errors and warnings to print
    #[arg(long, value_name = "N", default_value = "20")]
    pub(super) max_diagnostics: usize,
    /// No legend, footer or notes
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say which files were used
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Take defaults from this file [default: the nearest plancost.toml] [env: PLANCOST_CONFIG]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(super) config: Option<PathBuf>,
    /// Take no defaults from files
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub(super) no_config: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum FormatWord {
    /// A table for people
    Table,
    /// A block of lines for each plan
    Plain,
    /// One JSON document
    Json,
    /// JSON lines
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
    /// A Markdown table
    Markdown,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum MessageWord {
    /// With the line they speak of
    Full,
    /// A line each
    Short,
    /// A JSON object each
    Json,
    /// Workflow commands for GitHub Actions
    Github,
}

impl FormatWord {
    pub(super) const fn format(self) -> Format {
        match self {
            Self::Table => Format::Table,
            Self::Plain => Format::Plain,
            Self::Json => Format::Json,
            Self::Jsonl => Format::Jsonl,
            Self::Csv => Format::Csv,
            Self::Tsv => Format::Tsv,
            Self::Markdown => Format::Markdown,
        }
    }
}

pub(super) fn width(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|width| (1..=10_000).contains(width)).ok_or_else(|| "write a number of columns".to_owned())
}

/// A form of a further file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Export {
    /// The document in another form.
    Document(Format),
    /// Charges as FOCUS has them, of commands that find charges; they write it themselves.
    Focus,
}

/// As [`export`], of commands that find charges.
pub(super) fn export_with_charges(text: &str) -> Result<(Export, PathBuf), String> {
    match text.split_once('=') {
        Some(("focus" | "focus@1.2", path)) if !path.is_empty() => Ok((Export::Focus, path.into())),
        Some((word, _)) if word.starts_with("focus@") => {
            Err("FOCUS is written in version 1.2: `focus=FILE`".to_owned())
        }
        _ => export(text).map_err(|error| error.replace("tsv or markdown", "tsv, markdown or focus")),
    }
}

pub(super) fn export(text: &str) -> Result<(Export, PathBuf), String> {
    let (word, path) = text.split_once('=').ok_or("write FORMAT=FILE, such as `csv=plans.csv`")?;
    let format = <FormatWord as clap::ValueEnum>::from_str(word, false)
        .map_err(|_| format!("`{word}` is not a format: table, plain, json, jsonl, csv, tsv or markdown"))?;
    if path.is_empty() {
        return Err("write FORMAT=FILE, such as `csv=plans.csv`".to_owned());
    }
    Ok((Export::Document(format.format()), path.into()))
}

impl Channel {
    /// What taking the money costs.
    pub(super) fn fees(self) -> Fees {
        match self {
            Self::None => Fees::default(),
            Self::Card => Fees::Processor { share: Ratio::new(29, 1_000), fixed_usd: Ratio::new(3, 10) },
            Self::Store => Fees::Store { share: Ratio::new(3, 10) },
            Self::StoreReduced => Fees::Store { share: Ratio::new(15, 100) },
        }
    }
}
