//! `budget`: a company's bill, from how many people it has and how their spending is spread.

use super::args::{InputArgs, TermsArgs};
use super::asked::{Asked, ask};
use super::population::{Chosen, named, of_words};
use super::publish::{columns_help, select, sort};
use super::statistic::{or_none, share, usd};
use super::world::World;
use super::{Answered, Exit, Found, Stop};
use crate::catalog::codes;
use crate::population::Quantity;
use crate::problem::{Level, Problem};
use crate::report::{Cell, Column, Layout, Missing, Record, Report, Row, Section, Unit};
use crate::scenario::budget::{Budget, BudgetError, tokens_bought};
use crate::units::Ratio;

/// Work out a company's bill for use without limits, the people behind a bill, and what a cap on each seat saves
///
/// People x mean spending = bill. Two of the three are given: --heads and a spread make a bill, --total and a spread say
/// how many people it takes, and --total with --heads keeps only the shape of the spread and sets its level. Spending
/// is skewed: half of the people spend no more than MEDIAN; LARGEST is what one of them typically exceeds; TOP 1%: what
/// the hundredth who spend most make of the bill. With --cap a table shows what the bill would be if no seat could spend
/// more.
///
/// The answer is a scenario, no measurement. That holds of the example of $500 million a month above all: it rests on
/// one unnamed source, which others doubt; the table shows what would have to be true.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("table", |arg| arg.hide(false)))]
#[command(mut_arg("decimals", |arg| arg.default_value("0")))]
pub(super) struct Args {
    /// How many people: `10000`, `10k`
    #[arg(long, help_heading = "Question", value_name = "N", allow_negative_numbers = true, value_parser = amount)]
    heads: Option<Ratio>,
    /// The bill in dollars a month: `500000000`, `500M`
    #[arg(long, help_heading = "Question", value_name = "USD", allow_negative_numbers = true, value_parser = amount)]
    total: Option<Ratio>,
    /// How spending is spread, in dollars a head and month: `lognormal(median=1285, s=1.2763)`,
    /// `pareto(floor=1000, a=1.6)`, `mixture(80%: lognormal(median=50, s=1), 20%: point(2000))`; several are compared
    #[arg(long, help_heading = "Question", value_name = "SHAPE")]
    dist: Vec<String>,
    /// A `[[population]]` of the catalogue or of --from; several are compared [default: companies-2026-05]
    #[arg(long, help_heading = "Question", value_name = "ID")]
    population: Vec<String>,
    /// Take populations from these files too
    #[arg(long, help_heading = "Question", value_name = "FILE", num_args = 1..)]
    from: Vec<std::path::PathBuf>,
    /// Show the bill if no seat can spend more than this a month: `5000`, `5k`
    #[arg(long, help_heading = "Question", value_name = "USD,…", value_delimiter = ',', allow_negative_numbers = true, value_parser = amount)]
    cap: Vec<Ratio>,
    /// Dollars that a million tokens cost, all classes together: shows how many tokens people would have used
    #[arg(long, help_heading = "Question", value_name = "USD", allow_negative_numbers = true, value_parser = amount)]
    blended: Option<Ratio>,
    #[command(flatten)]
    pub(super) output: super::args::OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost budget --heads 500
  plancost budget --heads 500 --population companies-2026-05 \\
      --population claude-code-2026 --cap 200,500
  plancost budget --heads 2k --dist 'lognormal(median=86, p75=195)' \\
      --cap 100,250,1000 -f csv --table caps

What a reported bill of $500 million in a month would have taken; it rests on
one unnamed source, and is a scenario:
  plancost budget --total 500M --dist 'lognormal(median=1285, s=1.2763)' \\
      --dist 'pareto(floor=1000, a=1.6)' --dist 'pareto(floor=400, a=1.3)' \\
      --cap 5k
  plancost budget --total 500M --heads 10k --population viberank-2026-06 \\
      --cap 5k --blended 1.4

Exit codes:
  0  done
  2  wrong use, or a spread without a mean
  3  an input could not be used
  5  the output could not be written";

/// The spending where none is asked for: the largest measured sample of companies.
const DEFAULT: &str = "companies-2026-05";

/// More than anyone spends, and far from where floats end.
const AMOUNT_MOST: i128 = 1_000_000_000_000_000;

/// A number above 0: `10000`, `1_000`, `10k`, `$2.5M`, `1B`.
fn amount(text: &str) -> Result<Ratio, String> {
    const FORM: &str = "write a number above 0, such as `10000`, `10k`, `500M` or `1.5B`";
    let plain = text.trim().trim_start_matches('$').replace('_', "");
    let (digits, scale) = match plain.char_indices().last() {
        Some((at, 'k' | 'K')) => (&plain[..at], 1_000),
        Some((at, 'm' | 'M')) => (&plain[..at], 1_000_000),
        Some((at, 'b' | 'B')) => (&plain[..at], 1_000_000_000),
        _ => (plain.as_str(), 1),
    };
    let value = Ratio::parse(digits.trim_end()).map_err(|_| FORM.to_owned())? * Ratio::from(scale);
    match () {
        () if !value.is_positive() => Err(FORM.to_owned()),
        () if value > Ratio::from(AMOUNT_MOST) => Err("at most 1000000B".to_owned()),
        () => Ok(value),
    }
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let columns = columns();
    let all: Vec<&Column> = columns.iter().collect();
    if args.output.columns.iter().any(|name| name == "help") {
        return Ok(Answered::Help(columns_help(&all)));
    }
    let (mut chosen_columns, order) = select(&args.output, &all)?;
    if args.blended.is_none() && args.output.columns.is_empty() {
        chosen_columns.retain(|&at| !columns[at].key.ends_with("_tokens"));
    }
    if args.heads.is_none() && args.total.is_none() {
        return Err(Problem::error(codes::USAGE, "neither people nor a bill is given")
            .help("say `--heads 10000` for the bill they make, `--total 500M` for the people it takes, or both")
            .into());
    }
    let mut problems = Vec::new();
    let asked = args.asked(world, &mut problems)?;
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    if failed {
        return Err(Stop { exit: Exit::Input, problems });
    }
    let shapes = args.shapes(&asked)?;
    let bills: Vec<(Chosen, Budget)> = shapes
        .into_iter()
        .map(|chosen| args.bill(&chosen).map(|budget| (chosen, budget)))
        .collect::<Result<_, Stop>>()?;
    // Nothing of the catalogue is used but the populations that are named.
    problems.retain(|problem| problem.level == Level::Error);
    let mut report = Report {
        kind: "budget",
        layout: Layout::Rows,
        complete: true,
        as_of: None,
        inputs: if args.from.is_empty() { Vec::new() } else { asked.inputs.clone() },
        prices: Vec::new(),
        assumptions: assumed(args, &bills),
        columns,
        rows: bills.iter().map(|(chosen, budget)| row(chosen, budget, args)).collect(),
        sections: vec![caps(&bills, &args.cap)],
        summary: vec![("shapes", Cell::Count(bills.len() as u64)), ("caps", Cell::Count(args.cap.len() as u64))],
        footer: footer(args, &bills),
        problems,
        verdicts: None,
    };
    if let Some((column, descending)) = order {
        sort(&mut report.rows, column, descending);
    }
    Ok(Answered::Report(Box::new(Found {
        report,
        columns: chosen_columns,
        exit: Exit::Done,
        inputs: asked.input_names,
    })))
}

impl Args {
    /// The catalogue with the files that are named: of it only populations are asked for.
    fn asked(&self, world: &mut World<'_>, problems: &mut Vec<Problem>) -> Result<Asked, Stop> {
        let inputs = InputArgs {
            paths: self.from.clone(),
            plan: Vec::new(),
            set: Vec::new(),
            prices: Vec::new(),
            no_bundled: false,
            recursive: false,
            fail_fast: false,
            max_file_size: 1 << 20,
            stdin_name: "<stdin>".to_owned(),
        };
        let terms = TermsArgs {
            as_of: None,
            api_margin: None,
            hours_per_day: None,
            days_per_week: None,
            ping: false,
            mix: None,
            workload: None,
            billed: None,
            fees: None,
            strict: false,
        };
        ask(&inputs, &terms, world, problems)
    }

    /// The shapes that were named, those in words first.
    fn shapes(&self, asked: &Asked) -> Result<Vec<Chosen>, Stop> {
        let in_words = self.dist.iter().map(|text| of_words(text, Quantity::ApiUsd));
        let default = [DEFAULT.to_owned()];
        let ids = if self.dist.is_empty() && self.population.is_empty() { &default[..] } else { &self.population };
        in_words.chain(ids.iter().map(|id| named(id, asked))).collect()
    }

    fn bill(&self, chosen: &Chosen) -> Result<Budget, Stop> {
        let spend = || chosen.whole.clone();
        let made = match (&self.total, &self.heads) {
            (Some(total), Some(heads)) => Budget::of_total_and_heads(total, heads, &chosen.whole),
            _ if chosen.of == Quantity::Utilization => {
                return Err(Problem::error(
                    codes::USAGE,
                    format!("{} counts shares of a plan's maximum, not dollars", chosen.words),
                )
                .help("give both `--total` and `--heads`: then only its shape is used, and its level follows")
                .into());
            }
            (Some(total), None) => Budget::of_total(total, spend()),
            (None, Some(heads)) => Budget::of_heads(heads, spend()),
            (None, None) => Err(BudgetError::NoSpending),
        };
        let budget = made.map_err(|error| {
            let problem = Problem::error(codes::SHAPE, format!("{}: {error}", chosen.words));
            let problem = match error {
                BudgetError::NoSpending => {
                    problem.help("say how much people spend: `--dist 'lognormal(median=100, s=1.28)'`")
                }
                BudgetError::NotPositive { .. } | BudgetError::Shape(_) => problem,
            };
            Stop::from(problem)
        })?;
        if budget.heads() < 1.0 {
            return Err(less_than_one(chosen, &budget).into());
        }
        Ok(budget)
    }
}

/// A bill that nobody in particular makes.
fn less_than_one(chosen: &Chosen, budget: &Budget) -> Problem {
    let dollars = |value| crate::render::cell(&usd(value));
    let message = format!(
        "a bill of ${} is less than one person spends on average, ${}: {}",
        dollars(budget.total_usd()),
        dollars(budget.spend().mean()),
        chosen.words
    );
    Problem::error(codes::USAGE, message)
        .help("give a larger `--total` or at least one head, or say that people spend less")
}

const NONE: Cell = Cell::Missing(Missing::NotApplicable);

fn column(key: &'static str, title: &str, unit: Unit, rank: Option<u8>, meaning: &'static str) -> Column {
    Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: rank.is_some(),
        drop_rank: rank.unwrap_or(8),
        heat_points: Vec::new(),
    }
}

/// Every column, in the order of documents.
pub(super) fn columns() -> Vec<Column> {
    vec![
        column("shape", "Spending", Unit::Text, Some(0), "how spending is spread: as given, or the id of a population"),
        column("heads", "Heads", Unit::Number, Some(0), "people, to the nearest whole one"),
        column("total_usd_per_month", "Bill", Unit::Usd, Some(1), "what they spend together in a month"),
        column("mean_usd_per_month", "Mean", Unit::Usd, Some(3), "what one spends on average"),
        column("median_usd_per_month", "Median", Unit::Usd, Some(2), "half of them spend no more"),
        column("p90_usd_per_month", "90%", Unit::Usd, None, "nine of ten spend no more"),
        column("p99_usd_per_month", "99%", Unit::Usd, None, "ninety-nine of a hundred spend no more"),
        column(
            "largest_usd_per_month",
            "Largest",
            Unit::Usd,
            Some(2),
            "what one of them exceeds on average; none: of one person",
        ),
        column(
            "top_1_percent_share",
            "Top 1%",
            Unit::Share,
            Some(4),
            "what the hundredth who spend most make of the bill",
        ),
        column(
            "top_10_percent_share",
            "Top 10%",
            Unit::Share,
            Some(5),
            "what the tenth who spend most make of the bill",
        ),
        column(
            "median_tokens",
            "Median, tok",
            Unit::Count,
            Some(7),
            "tokens of a month that the median buys at --blended",
        ),
        column(
            "largest_tokens",
            "Largest, tok",
            Unit::Number,
            Some(6),
            "tokens of a month that the largest spending buys at --blended",
        ),
        column("population_source", "Source", Unit::Text, None, "where a population comes from"),
    ]
}

fn row(chosen: &Chosen, budget: &Budget, args: &Args) -> Row {
    let spend = budget.spend();
    let tokens = |usd: Option<f64>| {
        let bought = usd.zip(args.blended.as_ref()).and_then(|(usd, rate)| tokens_bought(usd, rate));
        bought.and_then(Ratio::from_f64).map_or(NONE, |tokens| Cell::Number(tokens.floor().into()))
    };
    let cells = vec![
        Cell::Text(shape(chosen)),
        people(budget.heads()),
        usd(budget.total_usd()),
        usd(spend.mean()),
        usd(budget.median_usd()),
        usd(spend.quantile_upper(0.1)),
        usd(spend.quantile_upper(0.01)),
        or_none(budget.largest_usd(), usd),
        or_none(spend.top_share(0.01), share),
        or_none(spend.top_share(0.1), share),
        tokens(Some(budget.median_usd())),
        tokens(budget.largest_usd()),
        chosen
            .provenance
            .as_ref()
            .and_then(|known| known.source.as_ref())
            .map_or(NONE, |text| Cell::Text(text.to_string())),
    ];
    Row { group: None, cells }
}

/// What it is called in a row: its text, or its id.
fn shape(chosen: &Chosen) -> String {
    let id = chosen.words.strip_prefix('`').and_then(|rest| rest.split_once('`'));
    id.map_or_else(|| chosen.words.clone(), |(id, _)| id.to_owned())
}

/// People: nobody is half of one.
fn people(heads: f64) -> Cell {
    let whole = Ratio::from_f64(heads).map(|heads| (heads + Ratio::new(1, 2)).floor());
    whole.map_or(Cell::Missing(Missing::Unknown), |heads| Cell::Number(heads.into()))
}

/// What caps do to each bill.
fn caps(bills: &[(Chosen, Budget)], caps: &[Ratio]) -> Section {
    let row = |chosen: &Chosen, budget: &Budget, cap: &Ratio| {
        let capped = budget.capped(cap);
        let cells = vec![
            Cell::Text(shape(chosen)),
            Cell::Usd(cap.clone().into()),
            usd(capped.total_usd),
            usd(capped.saved_usd),
            share(capped.saved_share),
            people(capped.heads),
            share(capped.heads / budget.heads()),
        ];
        Row { group: None, cells }
    };
    Section {
        rows: bills.iter().flat_map(|(chosen, budget)| caps.iter().map(move |cap| row(chosen, budget, cap))).collect(),
        ..table()
    }
}

/// The table of caps without rows.
pub(super) fn table() -> Section {
    Section {
        key: "caps",
        title: "If no seat could spend more".to_owned(),
        columns: vec![
            column("shape", "Spending", Unit::Text, Some(0), "how spending is spread"),
            column("cap_usd_per_month", "Cap", Unit::Usd, Some(0), "the most that a seat can spend in a month"),
            column("total_usd_per_month", "Bill", Unit::Usd, Some(0), "what they spend together then"),
            column("saved_usd_per_month", "Saved", Unit::Usd, Some(2), "what that is less than without a cap"),
            column("saved_share", "Saved, %", Unit::Share, Some(1), "the same over the bill without a cap"),
            column("capped_heads", "Stopped", Unit::Number, Some(0), "people who would spend more"),
            column("capped_share", "Of heads", Unit::Share, Some(3), "their share of all"),
        ],
        rows: Vec::new(),
        chart: None,
    }
}

fn assumed(args: &Args, bills: &[(Chosen, Budget)]) -> Record {
    let given = |value: &Option<Ratio>, cell: fn(crate::report::Figure) -> Cell| {
        value.as_ref().map_or(NONE, |value| cell(value.clone().into()))
    };
    vec![
        ("heads", given(&args.heads, Cell::Number)),
        ("total_usd_per_month", given(&args.total, Cell::Usd)),
        ("blended_usd_per_mtok", given(&args.blended, Cell::Number)),
        ("populations", Cell::List(bills.iter().map(|(chosen, _)| Cell::Record(chosen.record())).collect())),
    ]
}

/// What the figures rest on.
fn footer(args: &Args, bills: &[(Chosen, Budget)]) -> Vec<String> {
    let follows = match (&args.total, &args.heads) {
        (Some(_), Some(_)) => "The level of spending follows from bill and heads; the shape is given.",
        (Some(_), None) => "Heads follow from the bill and the mean.",
        _ => "The bill follows from heads and mean.",
    };
    let mut lines = vec![format!(
        "A scenario, no measurement: heads x mean = bill. {follows} LARGEST is exceeded by one of them on average."
    )];
    if let Some(rate) = &args.blended {
        lines.push(format!("Tokens at ${} a million.", rate.to_decimal_trimmed(2, 6)));
    }
    lines.extend(bills.iter().filter(|(chosen, _)| chosen.provenance.is_some()).map(|(chosen, _)| chosen.line()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_letters_for_thousands_millions_and_billions() {
        let value = |text: &str| amount(text).map(|value| value.to_exact());
        assert_eq!(value("500M"), Ok("500000000".to_owned()));
        assert_eq!(value("$2.5k"), Ok("2500".to_owned()));
        assert_eq!(value("1_000"), Ok("1000".to_owned()));
        assert_eq!(value("1.5B"), Ok("1500000000".to_owned()));
        for bad in ["", "0", "-5", "nan", "inf", "1e9", "k", "5kk", "2000000B", "5%"] {
            assert!(amount(bad).is_err(), "{bad}");
        }
    }
}
