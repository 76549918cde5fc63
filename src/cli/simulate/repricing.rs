//! Another price: who stays, and what they leave.

use super::rows::{float, share, usd};
use super::{Given, Told};
use crate::analysis::{Answer, terms};
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::analyze::{basis_line, status};
use crate::cli::compare::dollars;
use crate::cli::population::demand;
use crate::economics::{Economics, Terms};
use crate::problem::Problem;
use crate::report::{Cell, Column, Missing, Row, Unit};
use crate::scenario::repricing::{BestPrice, Book, Group, Refused, best_price, price_change};
use crate::units::Ratio;

/// What price, and who leaves for it.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Another price")]
pub(super) struct PriceArgs {
    /// Show what another price does: dollars a month and seat, or a change such as `+25%`
    #[arg(long, value_name = "USD | ±N%", value_parser = price, allow_hyphen_values = true)]
    new_price: Option<NewPrice>,
    /// By how many percent subscribers become fewer for 1 % of price; one for each segment of the population
    /// [default: each segment's own]
    #[arg(long, value_name = "E,…", value_delimiter = ',', value_parser = elasticity, requires = "new_price")]
    elasticity: Vec<Ratio>,
}

#[derive(Clone, Debug, PartialEq)]
enum NewPrice {
    Usd(Ratio),
    Times(Ratio),
}

fn price(text: &str) -> Result<NewPrice, String> {
    let text = text.trim();
    let form = "write dollars a month such as `25`, or a change such as `+25%`";
    let change = text.strip_suffix('%').and_then(|digits| Some((digits.chars().next()?, digits)));
    let price = match change {
        Some(('+' | '-', digits)) => {
            let percent = Ratio::parse(digits.strip_prefix('+').unwrap_or(digits)).map_err(|_| form.to_owned())?;
            NewPrice::Times(Ratio::one() + percent / Ratio::from(100))
        }
        Some(_) => return Err(format!("{form}: with its sign")),
        None => NewPrice::Usd(Ratio::parse(text).map_err(|_| form.to_owned())?),
    };
    let (NewPrice::Usd(value) | NewPrice::Times(value)) = &price;
    if value.is_positive() { Ok(price) } else { Err("a price is above 0".to_owned()) }
}

fn elasticity(text: &str) -> Result<Ratio, String> {
    let value = Ratio::parse(text.trim()).map_err(|error| format!("{error}; write a number such as `1.2`"))?;
    if value.is_negative() || value > Ratio::from(100) {
        return Err("an elasticity is from 0 to 100: percent of subscribers lost for 1 % of price".to_owned());
    }
    Ok(value)
}

impl PriceArgs {
    pub(super) const fn is_asked(&self) -> bool {
        self.new_price.is_some()
    }
}

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
        column("plan", "Plan", Unit::Text, Some(0), "the plan's id"),
        column("status", "Status", Unit::Text, None, "as in `analyze`"),
        column(
            "at",
            "At",
            Unit::Text,
            Some(0),
            "`now`, `new`, or `best`: the price with the most profit, where subscribers are of one kind",
        ),
        column("price_usd_per_month", "Price", Unit::Usd, Some(0), "price of a month and seat, tax included"),
        column("subscribers", "Subs", Unit::Number, Some(2), "who stays; a part of one is a chance"),
        column("mean_utilization", "Mean use", Unit::Share, Some(1), "mean share of the maximum of those who stay"),
        column("margin", "Margin", Unit::Share, Some(0), "profit over revenue"),
        column("revenue_usd_per_month", "Revenue", Unit::Usd, Some(4), "revenue of all of them, without tax"),
        column("profit_usd_per_month", "Profit", Unit::Usd, Some(0), "profit on all of them"),
        column("subscribers_change", "Subs ±", Unit::Share, Some(5), "subscribers won or lost, over those of now"),
        column("profit_change", "Profit ±", Unit::Share, Some(3), "profit won or lost, over the size of that of now"),
    ]
}

/// Before and after.
pub(super) fn told(given: &Given<'_>) -> Result<Told, Stop> {
    let elasticities = elasticities(given)?;
    let mut rows = Vec::new();
    let mut footer = Vec::new();
    for (answer, &subscribers) in given.answers.iter().zip(given.counts) {
        match priced(given, answer, subscribers, &elasticities) {
            Ok(Some(priced)) => {
                rows.extend(priced.rows);
                footer.push(priced.best);
            }
            Ok(None) => rows.push(unknown(answer, Missing::Unknown)),
            Err(why) => {
                rows.push(unknown(answer, Missing::NotApplicable));
                footer.push(format!("{}: {why}.", answer.plan.id));
            }
        }
    }
    footer.push(
        "Elasticities are taken to hold at every price; far from the present one they are a direction only.".to_owned(),
    );
    footer.push(given.chosen.line());
    footer.push(basis_line(given.asked, given.answers));
    Ok(Told { kind: "repricing", rows, sections: Vec::new(), footer })
}

/// One for each segment.
fn elasticities(given: &Given<'_>) -> Result<Vec<Ratio>, Stop> {
    let segments = &given.chosen.members.segments;
    let asked = &given.args.repricing.elasticity;
    match asked.as_slice() {
        [] => {
            let own = segments.iter().map(|segment| segment.elasticity.and_then(Ratio::from_f64));
            own.collect::<Option<Vec<Ratio>>>().ok_or_else(|| {
                let problem = Problem::error(codes::USAGE, "the population does not say who leaves for a price");
                problem.help("give `--elasticity`, such as 1.2, or one for each segment: `1.8,0.9,0.3`").into()
            })
        }
        [one] => Ok(vec![one.clone(); segments.len()]),
        several if several.len() == segments.len() => Ok(several.to_vec()),
        several => {
            let of =
                if segments.len() == 1 { "one segment".to_owned() } else { format!("{} segments", segments.len()) };
            let message = format!("{} elasticities for {of}", several.len());
            Err(Problem::error(codes::USAGE, message).help("give one for each segment, or one for all").into())
        }
    }
}

/// The rows of a plan, and what its best price is.
struct Priced {
    rows: Vec<Row>,
    best: String,
}

fn priced(
    given: &Given<'_>,
    answer: &Answer<'_>,
    subscribers: u64,
    elasticities: &[Ratio],
) -> Result<Option<Priced>, String> {
    let (price, billing) = answer.plan.price.billed(given.asked.question.billing);
    let (Some(price), Some(economics)) = (price, &answer.economics) else { return Ok(None) };
    let terms = terms(answer.plan, price, billing, &given.asked.question);
    let Some(max) = &economics.max_api_usd else { return Err(Refused::Unlimited.to_string()) };
    let groups = groups(given, max, subscribers, elasticities)?;
    // A price of a month in dollars is one of the period in its currency.
    let of_period = |usd: &Ratio| usd * Ratio::from(u64::from(terms.period_months)) / &terms.usd_per_unit;
    let of_month = |price: &Ratio| price * &terms.usd_per_unit / Ratio::from(u64::from(terms.period_months));
    let new_price = match &given.args.repricing.new_price {
        Some(NewPrice::Usd(usd)) => of_period(usd),
        Some(NewPrice::Times(times)) => &terms.price * times,
        None => return Ok(None),
    };
    let said = |refused: Refused| refused.to_string();
    let change = price_change(&terms, economics, &new_price, &groups).map_err(said)?;
    let line = |word: &str, price: &Ratio, book: &Book| row(answer, word, &of_month(price), book, &change.before);
    let mut rows = vec![line("now", &terms.price, &change.before), line("new", &new_price, &change.after)];
    let best = best(&terms, economics, &groups).map_err(said)?;
    let id = &answer.plan.id;
    let best = match best {
        None => format!("{id}: subscribers of several kinds have no best price in closed form; try others."),
        Some(BestPrice::At(price)) => {
            let there = price_change(&terms, economics, &price, &groups).map_err(said)?;
            rows.push(line("best", &price, &there.after));
            format!("{id}: {} a month earns the most.", dollars(&cents(&of_month(&price))))
        }
        Some(BestPrice::Unbounded) => {
            format!("{id}: at an elasticity of 1 or less there is no best price, since each higher one earns more.")
        }
        Some(BestPrice::EverLower) => format!("{id}: a subscriber costs nothing, so that each lower price earns more."),
        Some(BestPrice::NeverPays) => format!("{id}: fees take the whole price, so that none pays."),
    };
    Ok(Some(Priced { rows, best }))
}

fn cents(usd: &Ratio) -> Ratio {
    Ratio::parse(&usd.to_decimal(2)).unwrap_or_else(|_| usd.clone())
}

/// The best price, where all subscribers are of one kind.
fn best(terms: &Terms, economics: &Economics, groups: &[Group]) -> Result<Option<BestPrice>, Refused> {
    match groups {
        [one] => best_price(terms, economics, &one.mean_utilization, &one.elasticity).map(Some),
        _ => Ok(None),
    }
}

/// The segments of the population on a plan.
fn groups(given: &Given<'_>, max: &Ratio, subscribers: u64, elasticities: &[Ratio]) -> Result<Vec<Group>, String> {
    let mut before = 0;
    let mut weight = 0.0;
    let groups = given.chosen.members.segments.iter().zip(elasticities).map(|(segment, elasticity)| {
        let demand = demand(&segment.spread, given.chosen.of, max).map_err(|error| error.to_string())?;
        let used = demand.clamped(1.0).map_err(|error| error.to_string())?;
        weight += segment.weight;
        let up_to = whole(weight * float(subscribers)).clamp(before, subscribers);
        let users = up_to - before;
        before = up_to;
        let mean_utilization = Ratio::from_f64(used.mean()).unwrap_or_else(Ratio::zero);
        Ok(Group { users, mean_utilization, elasticity: elasticity.clone() })
    });
    groups.collect()
}

fn whole(count: f64) -> u64 {
    let rounded = Ratio::from_f64(count).map(|count| (count + Ratio::new(1, 2)).floor());
    rounded.and_then(|count| u64::try_from(count.to_i128()?).ok()).unwrap_or(0)
}

fn row(answer: &Answer<'_>, word: &str, price_usd: &Ratio, book: &Book, before: &Book) -> Row {
    let change = |of: fn(&Book) -> f64| {
        let (now, then) = (of(before), of(book));
        if now.abs() > 0.0 { share((then - now) / now.abs()) } else { NONE }
    };
    let users = Ratio::from_f64(book.users).map(|users| Ratio::parse(&users.to_decimal(1)).unwrap_or(users));
    let cells = vec![
        Cell::Text(answer.plan.id.to_string()),
        Cell::Text(status(answer).to_owned()),
        Cell::Text(word.to_owned()),
        Cell::Usd(price_usd.clone().into()),
        users.map_or(Cell::Missing(Missing::Unknown), |users| Cell::Number(users.into())),
        book.mean_utilization.map_or(NONE, share),
        book.margin.map_or(NONE, share),
        usd(book.revenue_usd),
        usd(book.profit_usd),
        change(|book| book.users),
        change(|book| book.profit_usd),
    ];
    Row { group: None, cells }
}

fn unknown(answer: &Answer<'_>, missing: Missing) -> Row {
    let word = if missing == Missing::Unknown { status(answer) } else { "not_applicable" };
    let head = [Cell::Text(answer.plan.id.to_string()), Cell::Text(word.to_owned())];
    let rest = (2..columns().len()).map(|_| Cell::Missing(missing));
    Row { group: None, cells: head.into_iter().chain(rest).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_price_is_dollars_or_a_change_with_its_sign() {
        assert_eq!(price("12.50"), Ok(NewPrice::Usd(Ratio::new(25, 2))));
        assert_eq!(price("+25%"), Ok(NewPrice::Times(Ratio::new(5, 4))));
        assert_eq!(price("-10%"), Ok(NewPrice::Times(Ratio::new(9, 10))));
        for bad in ["0", "-5", "25%", "-100%", "$20", "", "%", "+%"] {
            assert!(price(bad).is_err(), "{bad}");
        }
    }
}
