//! `prices bill`: what a bundle of tokens costs.

use std::path::PathBuf;

use super::Shape;
use super::list::mark;
use super::sources::{Loaded, PriceArgs, after};
use super::table::{self, Chosen, Field, Made, columns, document, rows};
use crate::catalog::codes;
use crate::cli::args::OutputArgs;
use crate::cli::world::World;
use crate::cli::{Answered, Exit, Stop};
use crate::problem::Problem;
use crate::rates::{Bill, Bundle, ByClass, DatedRates, TokenClass, prompt_tokens};
use crate::report::{Cell, Missing, Unit};
use crate::units::{Ratio, Tokens};

/// Price the tokens of a request at a model's list prices, class by class, to the last digit
///
/// The prompt, cached or not, decides the context tier, and the whole request is billed at it. A class without a price
/// of its own is billed as another: cache reads and writes as input, writes of an hour as those of five minutes; RATE OF
/// says which. Answers are never billed as anything else. --requests repeats the request; tokens of several requests
/// cannot be billed as one where the model has tiers.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
// `--output` is of tokens here, beside `--input`.
#[command(mut_arg("output", |arg| arg.long("output-file")))]
pub(super) struct Args {
    /// The model, by its exact name or an alias
    #[arg(value_name = "MODEL")]
    model: String,
    /// Also take prices from these files; later ones win
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    prices: PriceArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// The tokens of one request.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The request")]
struct RequestArgs {
    /// Prompt tokens that are not in the cache: `12000`, `12k`
    #[arg(long, value_name = "N", value_parser = tokens, allow_negative_numbers = true, default_value = "0")]
    input: u64,
    /// Prompt tokens read from the cache
    #[arg(long, value_name = "N", value_parser = tokens, allow_negative_numbers = true, default_value = "0")]
    cache_read: u64,
    /// Prompt tokens written to the cache for five minutes, or to the only cache there is
    #[arg(long, value_name = "N", value_parser = tokens, allow_negative_numbers = true, default_value = "0")]
    cache_write_5m: u64,
    /// Prompt tokens written to the cache for an hour
    #[arg(long, value_name = "N", value_parser = tokens, allow_negative_numbers = true, default_value = "0")]
    cache_write_1h: u64,
    /// Answer tokens, thinking included
    #[arg(id = "answer", long = "output", value_name = "N", value_parser = tokens, allow_negative_numbers = true,
          default_value = "0")]
    answer: u64,
    /// So many requests like this one
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    requests: u64,
    /// Send it as a batch
    #[arg(long)]
    batch: bool,
}

const EXAMPLES: &str = "\
Examples:
  plancost prices bill claude-opus-4-8 --input 12000 --cache-read 150000 \\
      --cache-write-5m 9000 --cache-write-1h 3000 --output 2500
  plancost prices bill gpt-5.5 --input 300k --output 2k --batch

Exit codes:
  0  done
  2  wrong use, or no such model
  3  an input could not be used, or has no price for these tokens
  5  the output could not be written";

/// A number of tokens, `12000` or `12k`.
fn tokens(text: &str) -> Result<u64, String> {
    const MOST: u64 = 1_000_000_000_000;
    let plain = text.trim().replace('_', "");
    let (digits, times) = match plain.as_bytes().last() {
        Some(b'k' | b'K') => (&plain[..plain.len() - 1], 1_000),
        Some(b'm' | b'M') => (&plain[..plain.len() - 1], 1_000_000),
        _ => (plain.as_str(), 1),
    };
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let count = all_digits.then(|| digits.parse::<u64>().ok()?.checked_mul(times)).flatten();
    count.filter(|count| *count <= MOST).ok_or_else(|| "write a number of tokens such as `12000` or `12k`".to_owned())
}

/// The tokens of one class, or the fees.
struct Line {
    class: &'static str,
    count: u64,
    rate: Option<Ratio>,
    rate_of: Option<&'static str>,
    tier: Option<String>,
    usd: Ratio,
    share: Option<Ratio>,
}

const FIELDS: [Field<Line>; 8] = [
    ("class", "Class", Unit::Text, Some(0), "kind of token, or `requests` for their fees", |l| {
        Cell::Text(l.class.to_owned())
    }),
    ("count", "Count", Unit::Count, Some(0), "tokens, or requests, of all that are billed", |l| Cell::Count(l.count)),
    ("usd_per_mtok", "Per Mtok", Unit::Rate, Some(1), "list price of a million of them", |l| {
        table::usd(l.rate.clone())
    }),
    ("rate_of", "Rate of", Unit::Text, Some(2), "the class whose price it is", |l| table::text(l.rate_of)),
    ("tier", "Tier", Unit::Text, Some(3), "the context tier that states it, or `base`", |l| {
        table::text(l.tier.as_deref())
    }),
    ("usd", "USD", Unit::Rate, Some(0), "what they cost", |l| Cell::Usd(l.usd.clone().into())),
    ("exact", "Exact", Unit::Text, None, "the same with every digit, where a number has nine decimals", |l| {
        Cell::Text(l.usd.to_exact())
    }),
    ("share", "Share", Unit::Share, Some(4), "of the bill", |l| {
        l.share.clone().map_or(Cell::Missing(Missing::NotApplicable), |share| Cell::Share(share.into()))
    }),
];

pub(super) fn shape() -> Shape {
    let summary = vec![
        ("usd", Unit::Rate),
        ("exact", Unit::Text),
        ("fees_usd", Unit::Rate),
        ("blended_usd_per_mtok", Unit::Rate),
        ("tokens", Unit::Count),
        ("prompt_tokens", Unit::Count),
        ("requests", Unit::Count),
        ("batch_billed", Unit::Flag),
    ];
    ("prices-bill", columns(&FIELDS), summary, Vec::new())
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let selected = match table::chosen(&args.output, &columns(&FIELDS))? {
        Chosen::Help(help) => return Ok(help),
        Chosen::Columns(selected) => selected,
    };
    let bundle = bundle(&args.request)?;
    let mut problems = Vec::new();
    let loaded = args.prices.load(&args.files, world, &mut problems)?;
    let dated = loaded.rates_of(&args.model).map_err(|stop| after(stop, &problems))?;
    let bill = dated.rates.bill(&bundle).map_err(|unpriced| {
        let problem = Problem::error(codes::UNPRICED, format!("`{}` has {unpriced}", dated.model))
            .note("missing is not free, and nothing else stands in for it");
        after(Stop { exit: Exit::Input, problems: vec![problem] }, &problems)
    })?;
    let lines = lines(dated, &bundle, &bill, args.request.requests);
    let tokens: u64 = bundle.tokens.iter().fold(0, |sum, (_, tokens)| sum.saturating_add(tokens.0));
    let times = Ratio::from(args.request.requests);
    let usd = |usd: &Ratio| Cell::Usd((usd * &times).into());
    let made = Made {
        kind: "prices-bill",
        columns: columns(&FIELDS),
        rows: rows(&FIELDS, &lines),
        sections: Vec::new(),
        summary: vec![
            ("usd", usd(&bill.usd)),
            ("exact", Cell::Text((&bill.usd * &times).to_exact())),
            ("fees_usd", usd(&bill.fees)),
            ("blended_usd_per_mtok", table::usd(bill.blended_usd_per_mtok.clone())),
            ("tokens", Cell::Count(tokens.saturating_mul(args.request.requests))),
            ("prompt_tokens", Cell::Count(prompt_tokens(&bundle.tokens).0)),
            ("requests", Cell::Count(args.request.requests)),
            ("batch_billed", Cell::Flag(bundle.batch && !bill.batch_missing)),
        ],
        footer: footer(dated, &bundle, &bill, args.request.requests, &loaded),
        assumptions: vec![("model", Cell::Text(dated.model.to_string())), ("batch", Cell::Flag(bundle.batch))],
        no: false,
    };
    Ok(document(made, selected, loaded, problems))
}

fn bundle(request: &RequestArgs) -> Result<Bundle, Stop> {
    let tokens = ByClass::from_fn(|class| {
        Tokens(match class {
            TokenClass::Input => request.input,
            TokenClass::CacheRead => request.cache_read,
            TokenClass::CacheWrite5m => request.cache_write_5m,
            TokenClass::CacheWrite1h => request.cache_write_1h,
            TokenClass::Output => request.answer,
        })
    });
    if tokens.iter().all(|(_, tokens)| tokens.0 == 0) {
        return Err(Problem::error(codes::USAGE, "there are no tokens to bill")
            .help("say how many, such as `--input 12000 --output 2500`")
            .into());
    }
    Ok(Bundle { tokens, batch: request.batch, requests: 1, multiplier: None })
}

fn lines(dated: &DatedRates, bundle: &Bundle, bill: &Bill, requests: u64) -> Vec<Line> {
    let prompt = prompt_tokens(&bundle.tokens);
    let times = Ratio::from(requests);
    let line = |(class, tokens): (TokenClass, &Tokens)| {
        let stated = dated.rates.stated(class, prompt)?;
        Some(Line {
            class: class.key(),
            count: tokens.0.saturating_mul(requests),
            rate: Some(stated.rate.usd_per_mtok()),
            rate_of: Some(stated.class.key()),
            tier: Some(stated.tier.and_then(|nth| dated.rates.tiers.get(nth)).map_or_else(|| "base".to_owned(), mark)),
            usd: &bill.by_class[class] * &times,
            share: bill.by_class[class].checked_div(&bill.usd),
        })
    };
    let mut lines: Vec<Line> = bundle.tokens.iter().filter(|(_, tokens)| tokens.0 > 0).filter_map(line).collect();
    if !bill.fees.is_zero() {
        lines.push(Line {
            class: "requests",
            count: requests,
            rate: None,
            rate_of: None,
            tier: None,
            usd: &bill.fees * &times,
            share: bill.fees.checked_div(&bill.usd),
        });
    }
    lines
}

fn footer(dated: &DatedRates, bundle: &Bundle, bill: &Bill, requests: u64, loaded: &Loaded) -> Vec<String> {
    let total = (&bill.usd * &Ratio::from(requests)).to_decimal_trimmed(2, 12);
    let each = if requests == 1 {
        String::new()
    } else {
        format!(" for {requests} requests, {} each", bill.usd.to_decimal_trimmed(2, 12))
    };
    let blended = bill.blended_usd_per_mtok.as_ref();
    let blended = blended.map_or_else(String::new, |usd| format!("; {} per million tokens", usd.to_decimal(4)));
    let mut footer = vec![format!("{total} USD{each}{blended}.")];
    match (bundle.batch, &dated.rates.batch_multiplier) {
        (true, Some(share)) => {
            let share = (share * &Ratio::from(100)).to_decimal_trimmed(0, 4);
            footer.push(format!("A batch pays {share} % of list; PER MTOK is list."));
        }
        (true, None) => footer.push(format!("{} sells no batches: billed at list.", dated.model)),
        (false, _) => {}
    }
    let prompt = prompt_tokens(&bundle.tokens);
    if bundle.tokens[TokenClass::CacheWrite1h].0 > 0
        && dated.rates.stated(TokenClass::CacheWrite1h, prompt).is_some_and(|s| s.class != TokenClass::CacheWrite1h)
    {
        footer.push(
            "Writes of an hour have no price here; they usually cost more than what they are billed as.".to_owned(),
        );
    }
    if dated.rates.peak.is_some() {
        footer.push("Outside its dearer hours (`plancost prices show`).".to_owned());
    }
    let day = loaded.day.map_or_else(|| "no day".to_owned(), |day| day.to_string());
    let cited = dated.provenance.source.as_deref().unwrap_or("no source");
    footer.push(format!("{}, list price of {day}: {cited}.", dated.model));
    footer
}
