//! Subscribers who pick among the plans and the API.

use super::book;
use super::rows::{float, share, usd};
use super::{Given, Told};
use crate::analysis::Answer;
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::analyze::{basis_line, status};
use crate::cli::compare::{dollars, fee_share};
use crate::population::Quantity;
use crate::problem::Problem;
use crate::report::{Cell, Column, Missing, Row, Section, Unit};
use crate::scenario::choice::{Buyers, Choice, Perception, choice};
use crate::scenario::tiers::Offer;
use crate::units::Ratio;

/// How subscribers pick.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Choice between plans")]
pub(super) struct ChoiceArgs {
    /// Subscribers pick the cheapest of these plans and the API, each by the use he expects [default population:
    /// lognormal(median=60, s=1.2763) dollars a month]
    #[arg(long, conflicts_with_all = ["new_price"])]
    pub(super) choose: bool,
    /// They expect so many times the use that they will have
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = factor, requires = "choose")]
    over_estimate: Ratio,
    /// Standard deviation of the logarithm of the use that they expect
    #[arg(long, value_name = "S", default_value = "0", value_parser = noise, requires = "choose")]
    noise: Ratio,
}

fn factor(text: &str) -> Result<Ratio, String> {
    let factor = Ratio::parse(text.trim()).map_err(|error| format!("{error}; write a factor such as `2`"))?;
    Perception::new(factor.to_f64(), 0.0).map(|_| factor).map_err(|error| error.to_string())
}

fn noise(text: &str) -> Result<Ratio, String> {
    let noise = Ratio::parse(text.trim()).map_err(|error| format!("{error}; write a number such as `1`"))?;
    Perception::new(1.0, noise.to_f64()).map(|_| noise).map_err(|error| error.to_string())
}

/// What the API goes by beside plans.
const API: &str = "API";

const NONE: Cell = Cell::Missing(Missing::NotApplicable);

fn column(key: &'static str, title: &str, unit: Unit, shown: Option<u8>, meaning: &'static str) -> Column {
    Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: shown.is_some(),
        drop_rank: shown.unwrap_or(9),
        heat_points: Vec::new(),
    }
}

/// Every column, in the order of documents.
pub(in crate::cli) fn columns() -> Vec<Column> {
    vec![
        column("plan", "Plan", Unit::Text, Some(0), "the plan's id, or `API`"),
        column(
            "status",
            "Status",
            Unit::Text,
            None,
            "`ok`; `dominated`: never the cheapest; otherwise as in `analyze`",
        ),
        column("buyers_share", "Buyers", Unit::Share, Some(0), "share of the population that picks it"),
        column("subscribers", "Subs", Unit::Count, Some(6), "how many these are, rounded"),
        column("mean_api_usd_per_month", "Mean API", Unit::Usd, Some(4), "their mean use at API list prices"),
        column("mean_utilization", "Mean use", Unit::Share, Some(5), "mean share of the maximum that they are served"),
        column("margin", "Margin", Unit::Share, Some(0), "profit of the plan over its revenue, overflow aside"),
        column("loss_share", "Losers", Unit::Share, Some(3), "share of its buyers who cost more than they bring"),
        column("revenue_usd_per_month", "Revenue", Unit::Usd, Some(3), "what they pay for the plan, without tax"),
        column("profit_usd_per_month", "Profit", Unit::Usd, Some(1), "what that leaves after serving"),
        column(
            "overflow_usd_per_month",
            "Overflow",
            Unit::Usd,
            None,
            "use above the maximum, at API list prices; for the API, all of it",
        ),
        column(
            "overflow_profit_usd_per_month",
            "Of overflow",
            Unit::Usd,
            Some(2),
            "what selling that leaves the vendor besides",
        ),
    ]
}

/// The offers, the API last, and the positions of the plans that they are.
struct Market<'a> {
    offers: Vec<Offer>,
    plans: Vec<&'a Answer<'a>>,
    /// Serving costs differ, so that what the API earns is not one figure.
    api_is_unclear: bool,
}

impl<'a> Market<'a> {
    fn of(given: &Given<'a>) -> Self {
        let known = given.answers.iter().filter_map(|answer| {
            Some((answer, Offer::plan(answer.economics.as_ref()?, fee_share(answer, given.asked))))
        });
        let (plans, mut offers): (Vec<&Answer<'_>>, Vec<Offer>) = known.unzip();
        let mut shares: Vec<Ratio> = offers.iter().map(|offer| offer.serving_share.clone()).collect();
        shares.sort_unstable();
        shares.dedup();
        offers.push(Offer::api(shares.first().cloned().unwrap_or_else(Ratio::one)));
        Self { offers, plans, api_is_unclear: shares.len() > 1 }
    }

    fn name(&self, offer: usize) -> &str {
        self.plans.get(offer).map_or(API, |answer| &answer.plan.id)
    }
}

/// Who picks what.
pub(super) fn told(given: &Given<'_>) -> Result<Told, Stop> {
    let args = &given.args.choice;
    if given.chosen.of != Quantity::ApiUsd {
        let problem = Problem::error(codes::USAGE, "`--choose` needs a population in API dollars");
        let help =
            "shares of a maximum do not say which plan it is of: give `--unit api-usd`, or a population in dollars";
        return Err(problem.help(help).into());
    }
    let count = book::of_all(&given.args.subscribers)?;
    let people = float(count);
    let perception = Perception::new(args.over_estimate.to_f64(), args.noise.to_f64())
        .map_err(|error| Problem::error(codes::USAGE, error.to_string()))?;
    if given.answers.is_empty() {
        return Ok(Told { kind: "choice", rows: Vec::new(), sections: tables(), footer: Vec::new() });
    }
    let market = Market::of(given);
    let found = choice(&market.offers, &given.chosen.whole, perception);
    let known = found.buyers.iter().enumerate().map(|(at, buyers)| row(&market, at, buyers, &found, people));
    let unknown = given.answers.iter().filter(|answer| answer.economics.is_none()).map(|answer| {
        let head = [Cell::Text(answer.plan.id.to_string()), Cell::Text(status(answer).to_owned())];
        let rest = (2..columns().len()).map(|_| Cell::Missing(Missing::Unknown));
        Row { group: None, cells: head.into_iter().chain(rest).collect() }
    });
    Ok(Told {
        kind: "choice",
        rows: known.chain(unknown).collect(),
        sections: vec![sum(&found, &market, people), stretches(&found, &market)],
        footer: footer(given, &market, count),
    })
}

fn row(market: &Market<'_>, at: usize, buyers: &Buyers, found: &Choice, people: f64) -> Row {
    let is_api = at >= market.plans.len();
    let taken = found.segments.iter().any(|segment| segment.offer == at);
    let word = match market.plans.get(at) {
        Some(_) if !taken => "dominated",
        Some(answer) => status(answer),
        None => "ok",
    };
    let or_none = |value: Option<f64>, cell: fn(f64) -> Cell| value.map_or(NONE, cell);
    let mean = (buyers.share > 0.0).then(|| buyers.use_usd / buyers.share);
    let of_plan = |cell: Cell| if is_api { NONE } else { cell };
    let overflow_profit = if is_api && market.api_is_unclear {
        Cell::Missing(Missing::Unknown)
    } else {
        usd(buyers.overflow_profit_usd * people)
    };
    let cells = vec![
        Cell::Text(market.name(at).to_owned()),
        Cell::Text(word.to_owned()),
        share(buyers.share),
        rounded(buyers.share * people),
        or_none(mean, usd),
        of_plan(or_none(buyers.mean_utilization, share)),
        of_plan(or_none(buyers.margin, share)),
        of_plan(or_none(buyers.losers, share)),
        of_plan(usd(buyers.revenue_usd * people)),
        of_plan(usd(buyers.profit_usd * people)),
        usd(buyers.overflow_usd * people),
        overflow_profit,
    ];
    Row { group: None, cells }
}

fn rounded(count: f64) -> Cell {
    let whole = Ratio::from_f64(count).map(|count| (count + Ratio::new(1, 2)).floor());
    let whole = whole.and_then(|count| u64::try_from(count.to_i128()?).ok());
    whole.map_or(Cell::Missing(Missing::Unknown), Cell::Count)
}

/// All plans together.
fn sum(found: &Choice, market: &Market<'_>, people: f64) -> Section {
    let plans = found.buyers.iter().take(market.plans.len());
    let (subscribed, overflow) =
        plans.fold((0.0, 0.0), |(share, usd), of| (share + of.share, usd + of.overflow_profit_usd));
    let cells = vec![
        share(subscribed),
        usd(found.revenue_usd * people),
        found.margin.map_or(NONE, share),
        usd(found.profit_usd * people),
        usd(overflow * people),
    ];
    Section {
        key: "all_plans",
        title: "All plans together, without those who take the API".to_owned(),
        columns: vec![
            column("buyers_share", "Buyers", Unit::Share, Some(0), "share of the population that picks a plan"),
            column("revenue_usd_per_month", "Revenue", Unit::Usd, Some(0), "what they pay for their plans"),
            column("margin", "Margin", Unit::Share, Some(0), "profit over revenue"),
            column("profit_usd_per_month", "Profit", Unit::Usd, Some(0), "what that leaves after serving"),
            column("overflow_profit_usd_per_month", "Of overflow", Unit::Usd, Some(1), "what overflow leaves besides"),
        ],
        rows: vec![Row { group: None, cells }],
        chart: None,
    }
}

/// The use that each expects on which an offer is the cheapest.
fn stretches(found: &Choice, market: &Market<'_>) -> Section {
    let rows = found.segments.iter().map(|segment| {
        let to = segment.to_usd.clone().map_or(Cell::Missing(Missing::Unlimited), |to| Cell::Usd(to.into()));
        let cells =
            vec![Cell::Usd(segment.from_usd.clone().into()), to, Cell::Text(market.name(segment.offer).to_owned())];
        Row { group: None, cells }
    });
    Section {
        key: "stretches",
        title: "What is the cheapest at the use that one expects".to_owned(),
        columns: vec![
            column("from_usd_per_month", "Above", Unit::Usd, Some(0), "expected use above which it is"),
            column("to_usd_per_month", "Up to", Unit::Usd, Some(0), "expected use up to which it is"),
            column("plan", "Plan", Unit::Text, Some(0), "the plan's id, or `API`"),
        ],
        rows: rows.collect(),
        chart: None,
    }
}

fn footer(given: &Given<'_>, market: &Market<'_>, people: u64) -> Vec<String> {
    let people = crate::render::cell(&Cell::Count(people));
    let args = &given.args.choice;
    let one = Ratio::one();
    let mut how = Vec::new();
    if args.over_estimate != one {
        how.push(format!("expects {} times the use that he has", args.over_estimate.to_decimal_trimmed(0, 4)));
    }
    if args.noise.is_positive() {
        how.push(format!(
            "errs by a factor whose logarithm has a standard deviation of {}",
            args.noise.to_decimal_trimmed(0, 4)
        ));
    }
    let how = if how.is_empty() { "knows his use".to_owned() } else { how.join(", and ") };
    let mut lines = vec![format!(
        "Each of {people} {how}, and pays overflow at the plan's rate, or at list price where it has none."
    )];
    let past: Vec<String> = market
        .plans
        .iter()
        .zip(&market.offers)
        .filter_map(|(answer, offer)| match offer.break_even() {
            crate::economics::BreakEven::Finite { usd, .. } => Some(format!("{} {}", answer.plan.id, dollars(&usd))),
            _ => None,
        })
        .collect();
    if !past.is_empty() {
        lines.push(format!("A buyer costs more than he brings above: {}.", past.join(", ")));
    }
    if market.api_is_unclear {
        lines.push("What the API earns is not one figure: serving costs differ between the vendors.".to_owned());
    }
    lines.push(given.chosen.line());
    lines.push(basis_line(given.asked, given.answers));
    lines
}

/// The tables beside the results, without rows, for the schema.
pub(in crate::cli) fn tables() -> Vec<Section> {
    let market = Market { offers: Vec::new(), plans: Vec::new(), api_is_unclear: false };
    let none = Choice { segments: Vec::new(), buyers: Vec::new(), revenue_usd: 0.0, profit_usd: 0.0, margin: None };
    let empty = |section: Section| Section { rows: Vec::new(), ..section };
    vec![empty(sum(&none, &market, 0.0)), empty(stretches(&none, &market))]
}
