//! A plan at a utilization, at one pace of everything.

use super::Args;
use super::pace::{Change, Scenario};
use crate::analysis::{Answer, MaxApi};
use crate::catalog::codes;
use crate::cli::Stop;
use crate::economics::BreakEven;
use crate::problem::Problem;
use crate::report::{Cell, Column, Crossed, HeatTitle, Missing, Row, Unit};
use crate::scenario::outlook::{Crossing, Outlook, OutlookError, Side, Years};
use crate::units::Ratio;

/// Crossings later than this are not told.
const YEARS_MOST: i32 = 100;

/// What a row is made of.
pub(super) struct Line<'a> {
    pub(super) answer: &'a Answer<'a>,
    pub(super) point: &'a HeatTitle,
    pub(super) scenario: &'a Scenario,
    price: &'a Change,
    /// `None`: not all that it takes is known, or there is no full use.
    pub(super) outlook: Option<Outlook>,
    crossings: Vec<Crossing>,
}

struct Field {
    key: &'static str,
    title: &'static str,
    unit: Unit,
    /// What goes first where it does not fit; `None`: not printed unless asked for.
    shown: Option<u8>,
    meaning: &'static str,
    fill: fn(&Line<'_>) -> Cell,
}

const fn field(
    key: &'static str,
    title: &'static str,
    unit: Unit,
    shown: Option<u8>,
    meaning: &'static str,
    fill: fn(&Line<'_>) -> Cell,
) -> Field {
    Field { key, title, unit, shown, meaning, fill }
}

const FIELDS: [Field; 22] = [
    field("plan", "Plan", Unit::Text, Some(0), "the plan's id", |line| Cell::Text(line.answer.plan.id.to_string())),
    field("vendor", "Vendor", Unit::Text, None, "the vendor's id", |line| text(line.answer.plan.vendor.as_deref())),
    field("name", "Name", Unit::Text, None, "the plan's name", |line| text(line.answer.plan.name.as_deref())),
    field(
        "status",
        "Status",
        Unit::Text,
        None,
        "`ok`; `uncapped`: no limit, so that there is no full use; `unknown`: price or allowance is",
        |line| {
            let word = match () {
                () if line.outlook.is_some() => "ok",
                () if is_uncapped(line.answer) => "uncapped",
                () => "unknown",
            };
            Cell::Text(word.to_owned())
        },
    ),
    field("utilization", "Use now", Unit::Share, Some(0), "share of the allowance that is used today", |line| {
        Cell::Share(line.point.utilization.clone().into())
    }),
    field("use_growth_per_year", "Use/year", Unit::Share, Some(0), "how use changes each year", |line| {
        Cell::Share(line.scenario.growth.value.clone().into())
    }),
    field(
        "cost_decline",
        "Serving",
        Unit::Text,
        Some(0),
        "how serving gets cheaper: a named pace, or as asked",
        |line| Cell::Text(line.scenario.name.clone()),
    ),
    field(
        "times_cheaper_per_year",
        "A year",
        Unit::Multiple,
        None,
        "how many times cheaper a year makes it; none: segments differ",
        |line| or_none(line.scenario.times_cheaper.clone(), |times| Cell::Multiple(times.into())),
    ),
    field("price_growth_per_year", "Price/year", Unit::Share, None, "how the price changes each year", |line| {
        Cell::Share(line.price.value.clone().into())
    }),
    field("break_even", "Even at", Unit::Share, Some(2), "today's break-even utilization", |line| {
        match line.answer.economics.as_ref().map(crate::economics::Economics::break_even) {
            None => Cell::Missing(Missing::Unknown),
            Some(BreakEven::Never) => Cell::Missing(Missing::Never),
            Some(BreakEven::Always) => Cell::Missing(Missing::Always),
            Some(BreakEven::Finite { utilization, .. }) => {
                utilization.map_or(Cell::Missing(Missing::Unlimited), |share| Cell::Share(share.into()))
            }
        }
    }),
    field(
        "net_usd_per_month",
        "To pay",
        Unit::Usd,
        Some(5),
        "what is there to pay for serving today: revenue after fees and fixed cost",
        |line| line.known(|outlook| usd(outlook.net_usd.clone())),
    ),
    field("serving_usd_per_month", "Serving now", Unit::Usd, Some(4), "what serving costs today at that use", |line| {
        line.known(|outlook| outlook.trajectory(0).first().map_or(NONE, |today| usd(today.serving_usd.clone())))
    }),
    field("covers", "Covers", Unit::Text, None, "whether it covers its cost `now`, `later` or `never`", |line| {
        line.known(|outlook| Cell::Text(outlook.years_to_break_even().status().to_owned()))
    }),
    field(
        "covers_years",
        "Covers",
        Unit::Text,
        Some(0),
        "the same in words, with when it no longer does: `now`, `3.13`, `until 1.82, from 9.95`, `never`",
        |line| line.known(|_| Cell::Text(line.words())),
    ),
    field(
        "years_to_break_even",
        "Years",
        Unit::Number,
        None,
        "years until it first covers its cost, 0 if it does today; none: never",
        |line| {
            line.known(|outlook| match outlook.years_to_break_even() {
                Years::Now => Cell::Number(Ratio::zero().into()),
                Years::Later(after) => years(after),
                Years::Never => Cell::Missing(Missing::Never),
            })
        },
    ),
    field(
        "first_loss_years",
        "Loses at",
        Unit::Number,
        None,
        "years until it first loses, 0 if it does today; none: not within 100 years",
        |line| {
            line.known(|outlook| match line.first_loss() {
                _ if !outlook.covers_now() => Cell::Number(Ratio::zero().into()),
                Some(crossing) => years(crossing.year),
                None => Cell::Missing(Missing::Never),
            })
        },
    ),
    field(
        "saturated_years",
        "Full at",
        Unit::Number,
        Some(6),
        "years until growing use reaches the allowance, 0 if it has; none: it does not",
        |line| {
            line.known(|outlook| {
                let first =
                    outlook.segments.iter().filter_map(|one| one.saturates_after_years()).min_by(f64::total_cmp);
                first.map_or(NONE, years)
            })
        },
    ),
    field(
        "recovery_years",
        "Recovers",
        Unit::Number,
        None,
        "years until it covers its cost again after it first loses; none: it does not lose, or not within 100 years",
        |line| {
            line.known(|outlook| match line.recovery() {
                Some(crossing) => years(crossing.year),
                None if outlook.covers_now() && line.first_loss().is_none() => NONE,
                None => Cell::Missing(Missing::Never),
            })
        },
    ),
    field(
        "crossings",
        "Crossings",
        Unit::List,
        None,
        "every passing of zero profit within 100 years, in order",
        |line| {
            line.known(|_| {
                let word =
                    |crossing: &Crossing| Cell::Text(format!("{} {}", crossing.to.word(), rounded(crossing.year)));
                Cell::List(line.crossings.iter().map(word).collect())
            })
        },
    ),
    field(
        "floor_usd_per_month",
        "Stays",
        Unit::Usd,
        Some(3),
        "what serving still costs once all that gets cheaper is cheap, in dollars of today's price",
        |line| line.known(|outlook| usd(outlook.floor_usd())),
    ),
    field("serving_usd_at_full", "At full use", Unit::Usd, None, "what full use costs to serve today", |line| {
        line.known(|_| {
            let full = line.answer.economics.as_ref().and_then(|economics| economics.serving_usd_at_full());
            or_none(full, usd)
        })
    }),
    field("source", "Source", Unit::List, None, "file and line of the plan", |line| {
        let at = &line.answer.plan.provenance.line;
        Cell::Record(vec![("path", Cell::Text(at.path.to_string())), ("line", Cell::Count(at.line as u64))])
    }),
];

const NONE: Cell = Cell::Missing(Missing::NotApplicable);

fn or_none<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
    value.map_or(NONE, cell)
}

fn text(text: Option<&str>) -> Cell {
    or_none(text, |text| Cell::Text(text.to_owned()))
}

fn usd(value: Ratio) -> Cell {
    Cell::Usd(value.into())
}

/// Years to two decimals: more would be a claim.
fn rounded(years: f64) -> String {
    Ratio::from_f64(years).map_or_else(|| "?".to_owned(), |years| years.to_decimal_trimmed(2, 2))
}

fn years(value: f64) -> Cell {
    let rounded = Ratio::parse(&rounded(value)).ok();
    rounded.map_or(Cell::Missing(Missing::Unknown), |years| Cell::Number(years.into()))
}

/// Whether use of a plan has no limit.
pub(super) fn is_uncapped(answer: &Answer<'_>) -> bool {
    answer.max_api == MaxApi::Unlimited
}

impl<'a> Line<'a> {
    pub(super) fn new(
        answer: &'a Answer<'a>,
        point: &'a HeatTitle,
        scenario: &'a Scenario,
        args: &'a Args,
    ) -> Result<Self, Stop> {
        let price = &args.price_growth;
        let outlook = answer.economics.as_ref().and_then(|economics| {
            let full = economics.serving_usd_at_full()?;
            let usd = [&economics.revenue.revenue_usd, &economics.room_usd(), &full];
            Some(scenario.outlook(usd, &point.utilization, price.trend(), args.ceiling()))
        });
        let outlook: Option<Outlook> = outlook
            .transpose()
            .map_err(|error: OutlookError| Stop::from(Problem::error(codes::USAGE, error.to_string())))?;
        let crossings = outlook.as_ref().map_or_else(Vec::new, |outlook| outlook.crossings(&Ratio::from(YEARS_MOST)));
        Ok(Self { answer, point, scenario, price, outlook, crossings })
    }

    pub(super) fn row(&self) -> Row {
        Row { group: None, cells: FIELDS.iter().map(|field| (field.fill)(self)).collect() }
    }

    fn known(&self, cell: impl FnOnce(&Outlook) -> Cell) -> Cell {
        match &self.outlook {
            Some(outlook) => cell(outlook),
            None if is_uncapped(self.answer) => NONE,
            None => Cell::Missing(Missing::Unknown),
        }
    }

    /// Where it first loses after it has covered its cost.
    fn first_loss(&self) -> Option<&Crossing> {
        self.crossings.iter().find(|crossing| crossing.to == Side::Loss)
    }

    fn recovery(&self) -> Option<&Crossing> {
        let loses_now = self.outlook.as_ref().is_some_and(|outlook| !outlook.covers_now());
        let from = if loses_now { Some(0.0) } else { self.first_loss().map(|loss| loss.year) }?;
        self.crossings.iter().find(|crossing| crossing.to == Side::Profit && crossing.year >= from)
    }

    /// Whether it covers its cost today, and at some time no longer.
    pub(super) fn loses_later(&self) -> bool {
        self.outlook.as_ref().is_some_and(Outlook::covers_now) && self.first_loss().is_some()
    }

    /// When it covers its cost.
    fn words(&self) -> String {
        let Some(outlook) = &self.outlook else { return String::new() };
        let mut spans: Vec<(Option<String>, Option<String>)> = Vec::new();
        if outlook.covers_now() {
            spans.push((None, None));
        }
        for crossing in &self.crossings {
            match (crossing.to, spans.last_mut()) {
                (Side::Profit, _) => spans.push((Some(rounded(crossing.year)), None)),
                (Side::Loss, Some((_, end))) => *end = Some(rounded(crossing.year)),
                (Side::Loss, None) => {}
            }
        }
        if spans.is_empty() {
            // Later than anyone plans for, but not never.
            return match outlook.years_to_break_even() {
                Years::Later(years) => rounded(years),
                Years::Now | Years::Never => "never".to_owned(),
            };
        }
        let only = spans.len() == 1;
        let words = spans.into_iter().map(|span| match span {
            (None, None) => "now".to_owned(),
            (None, Some(end)) => format!("until {end}"),
            (Some(from), None) if only => from,
            (Some(from), None) => format!("from {from}"),
            (Some(from), Some(end)) => format!("{from} to {end}"),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// Every column, in the order of documents.
pub(in crate::cli) fn columns() -> Vec<Column> {
    let column = |field: &Field| Column {
        key: field.key,
        title: field.title.to_owned(),
        meaning: field.meaning,
        unit: field.unit,
        shown: field.shown.is_some(),
        drop_rank: field.shown.unwrap_or(8),
        heat_points: Vec::new(),
    };
    FIELDS.iter().map(column).collect()
}

/// The paces side by side: years under each.
pub(super) fn crossed(scenarios: &[Scenario]) -> Crossed {
    let at = |key: &str| FIELDS.iter().position(|field| field.key == key).expect("the key is one of the columns");
    let grows = scenarios.iter().any(|scenario| !scenario.growth.value.is_zero());
    let down = ["plan", "utilization"].into_iter().chain(grows.then_some("use_growth_per_year")).chain(["break_even"]);
    Crossed { down: down.map(at).collect(), across: at("cost_decline"), figure: at("covers_years") }
}
