//! The ladder: which plan, or the API itself, is the cheapest at which use.

use super::best::listed;
use super::figures::dollars;
use super::{gap_text, or_missing};
use crate::analysis::Answer;
use crate::cli::asked::Asked;
use crate::cli::pictures;
use crate::economics::{BreakEven, Fees};
use crate::report::{Cell, Column, Figure, Missing, Row, Section, Unit};
use crate::scenario::tiers::{Dominated, Offer, Segment, dominated, ladder};
use crate::units::Ratio;

/// What the API is called; no plan can be, since ids are in lower case.
const API: &str = "API";

/// A line: a plan or the API on a stretch of use, or a plan that has none.
struct Line<'a> {
    answer: Option<&'a Answer<'a>>,
    /// `None`: not all that it takes is known.
    offer: Option<&'a Offer>,
    segment: Option<&'a Segment>,
    next: Option<&'a Offer>,
    reason: Option<String>,
    /// Whether what serving costs is known.
    profit_is_known: bool,
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
    field("plan", "Cheapest", Unit::Text, Some(0), "the plan's id, or `API`", |line| {
        Cell::Text(line.answer.map_or(API, |answer| &answer.plan.id).to_owned())
    }),
    field("vendor", "Vendor", Unit::Text, None, "the vendor's id", |line| {
        or_missing(line.answer.and_then(|answer| answer.plan.vendor.as_ref()), |id| Cell::Text(id.to_string()))
    }),
    field("name", "Name", Unit::Text, None, "the plan's name", |line| {
        or_missing(line.answer.and_then(|answer| answer.plan.name.as_ref()), |name| Cell::Text(name.to_string()))
    }),
    field(
        "status",
        "Status",
        Unit::Text,
        None,
        "`ok`: the cheapest on this stretch; `dominated`: never the cheapest; `unknown`: price or maximum is",
        |line| {
            let word = match (line.offer, line.segment) {
                (None, _) => "unknown",
                (Some(_), None) => "dominated",
                (Some(_), Some(_)) => "ok",
            };
            Cell::Text(word.to_owned())
        },
    ),
    field(
        "from_usd_per_month",
        "Above",
        Unit::Usd,
        Some(0),
        "use of a month at API list prices above which it is",
        |line| line.segment.map_or_else(|| line.none(), |segment| usd(segment.from_usd.clone())),
    ),
    field("to_usd_per_month", "Up to", Unit::Usd, Some(0), "use up to which it is; no cap: any", |line| {
        line.end(|_, to| usd(to.clone()), Missing::Unlimited)
    }),
    field(
        "price_usd_per_month",
        "Price",
        Unit::Usd,
        None,
        "price of a month and seat in dollars, tax included",
        |line| match line.answer.map(|answer| &answer.revenue) {
            Some(Some(revenue)) => usd(revenue.gross_usd.clone()),
            Some(None) => Cell::Missing(Missing::Unknown),
            None => usd(Ratio::zero()),
        },
    ),
    field(
        "included_usd_per_month",
        "Included",
        Unit::Usd,
        None,
        "use that the price includes, at API list prices",
        |line| {
            line.offer(|offer| match (&offer.included_usd, line.answer) {
                (Some(included), answer) => Cell::Usd(Figure {
                    value: included.clone(),
                    approximate: answer.is_some_and(Answer::is_approximate),
                }),
                (None, _) => Cell::Missing(Missing::Unlimited),
            })
        },
    ),
    field(
        "overflow_of_list_price",
        "Overflow",
        Unit::Multiple,
        None,
        "what use above it costs, as a multiple of list price",
        |line| line.offer(|offer| Cell::Multiple(offer.overflow_rate.clone().into())),
    ),
    field(
        "cost_from_usd",
        "Cost from",
        Unit::Usd,
        Some(7),
        "what the buyer pays at the lower end, without tax",
        |line| line.begin(|offer, from| usd(offer.cost_usd(from))),
    ),
    field("cost_to_usd", "Cost to", Unit::Usd, Some(4), "what the buyer pays at the upper end, without tax", |line| {
        line.end(|offer, to| usd(offer.cost_usd(to)), Missing::NotApplicable)
    }),
    field(
        "next_multiple",
        "Next",
        Unit::Multiple,
        Some(3),
        "API dollars that one more dollar of price includes in the next tier",
        |line| {
            let multiple = line.offer.zip(line.next).and_then(|(offer, next)| offer.marginal_multiple(next));
            or_missing(multiple, |multiple| Cell::Multiple(multiple.into()))
        },
    ),
    field("profit_from_usd", "Profit from", Unit::Usd, Some(6), "what the vendor earns at the lower end", |line| {
        line.profit(|line| line.begin(|offer, from| usd(offer.profit_usd(from))))
    }),
    field("profit_to_usd", "Profit to", Unit::Usd, Some(2), "what the vendor earns at the upper end", |line| {
        line.profit(|line| line.end(|offer, to| usd(offer.profit_usd(to)), Missing::NotApplicable))
    }),
    field(
        "margin_from",
        "Margin from",
        Unit::Margin,
        None,
        "the same over what the buyer pays, at the lower end",
        |line| line.profit(|line| line.begin(|offer, from| or_missing(offer.margin(from), share))),
    ),
    field("margin_to", "Margin", Unit::Margin, Some(5), "at the upper end", |line| {
        line.profit(|line| line.end(|offer, to| or_missing(offer.margin(to), share), Missing::NotApplicable))
    }),
    field(
        "profit_at_full_usd",
        "Full",
        Unit::Usd,
        None,
        "what the vendor earns at full use of what is included",
        |line| {
            line.profit(|line| {
                line.offer(|offer| match &offer.included_usd {
                    Some(included) => usd(offer.profit_usd(included)),
                    None => Cell::Missing(Missing::Unlimited),
                })
            })
        },
    ),
    field(
        "break_even_usd",
        "Even at",
        Unit::Usd,
        Some(3),
        "use above which serving costs the vendor more than the price",
        |line| {
            line.profit(|line| {
                line.offer(|offer| match offer.break_even() {
                    BreakEven::Finite { usd: even, .. } => usd(even),
                    BreakEven::Never => Cell::Missing(Missing::Never),
                    BreakEven::Always => Cell::Missing(Missing::Always),
                })
            })
        },
    ),
    field(
        "loses_from_usd_per_month",
        "Loses at",
        Unit::Usd,
        Some(1),
        "use within the stretch above which the vendor loses money; none: nowhere in it",
        |line| {
            line.profit(|line| match line.loses() {
                Some(Some((from, _))) => usd(from),
                Some(None) => Cell::Missing(Missing::Never),
                None => line.begin(|_, _| Cell::Missing(Missing::NotApplicable)),
            })
        },
    ),
    field(
        "loses_to_usd_per_month",
        "Loses to",
        Unit::Usd,
        None,
        "use from which overflow has paid for that; none: not within the stretch",
        |line| line.profit(|line| or_missing(line.loses().flatten().and_then(|(_, to)| to), usd)),
    ),
    field("reason", "Reason", Unit::Text, None, "why it is never the cheapest, or what is not known", |line| {
        or_missing(line.reason.clone(), Cell::Text)
    }),
    field("source", "Source", Unit::List, None, "file and line of the plan", |line| {
        or_missing(line.answer.map(|answer| &answer.plan.provenance.line), |at| {
            Cell::Record(vec![("path", Cell::Text(at.path.to_string())), ("line", Cell::Count(at.line as u64))])
        })
    }),
];

impl Line<'_> {
    /// Why there is no figure of a stretch.
    const fn none(&self) -> Cell {
        Cell::Missing(if self.offer.is_none() { Missing::Unknown } else { Missing::Never })
    }

    fn offer(&self, cell: impl FnOnce(&Offer) -> Cell) -> Cell {
        self.offer.map_or(Cell::Missing(Missing::Unknown), cell)
    }

    fn begin(&self, cell: impl FnOnce(&Offer, &Ratio) -> Cell) -> Cell {
        match (self.offer, self.segment) {
            (Some(offer), Some(segment)) => cell(offer, &segment.from_usd),
            (Some(_), None) => Cell::Missing(Missing::NotApplicable),
            (None, _) => Cell::Missing(Missing::Unknown),
        }
    }

    fn end(&self, cell: impl FnOnce(&Offer, &Ratio) -> Cell, without_end: Missing) -> Cell {
        match (self.offer, self.segment.map(|segment| &segment.to_usd)) {
            (Some(offer), Some(Some(to))) => cell(offer, to),
            (Some(_), Some(None)) => Cell::Missing(without_end),
            (Some(_), None) => Cell::Missing(Missing::NotApplicable),
            (None, _) => Cell::Missing(Missing::Unknown),
        }
    }

    fn profit(&self, cell: impl FnOnce(&Self) -> Cell) -> Cell {
        if self.profit_is_known { cell(self) } else { Cell::Missing(Missing::Unknown) }
    }

    /// The outer `None`: there is no stretch.
    fn loses(&self) -> Option<Option<(Ratio, Option<Ratio>)>> {
        let (offer, segment) = (self.offer?, self.segment?);
        Some(offer.loses(&segment.from_usd, segment.to_usd.as_ref()))
    }
}

fn usd(value: Ratio) -> Cell {
    Cell::Usd(value.into())
}

fn share(value: Ratio) -> Cell {
    Cell::Share(value.into())
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

/// Which offer is the cheapest on which stretch of use.
pub(in crate::cli) struct Ladder {
    /// The stretches, from the least use to the most, then plans without one.
    pub(in crate::cli) rows: Vec<Row>,
    /// What there is to say of them.
    pub(in crate::cli) footer: Vec<String>,
    /// What each offer costs over use, for a terminal.
    pub(super) picture: Option<Section>,
}

/// The ladder of plans and the API.
pub(in crate::cli) fn ladder_of(answers: &[Answer<'_>], asked: &Asked) -> Ladder {
    let known: Vec<(&Answer<'_>, Offer)> = answers
        .iter()
        .filter_map(|answer| Some((answer, Offer::plan(answer.economics.as_ref()?, fee_share(answer, asked)))))
        .collect();
    // What the API costs to serve is the vendor's; of several that differ, it is not one figure.
    let mut shares: Vec<&Ratio> = known.iter().map(|(_, offer)| &offer.serving_share).collect();
    shares.sort_unstable();
    shares.dedup();
    let api = Offer::api(shares.first().map_or_else(Ratio::one, |share| (*share).clone()));
    let offers: Vec<Offer> = known.iter().map(|(_, offer)| offer.clone()).chain([api]).collect();
    let answer_of = |at: usize| known.get(at).map(|(answer, _)| *answer);
    let profit_is_known = |at: usize| at < known.len() || shares.len() == 1;
    let segments = ladder(&offers);

    let stretches = segments.iter().enumerate().map(|(at, segment)| Line {
        answer: answer_of(segment.offer),
        offer: Some(&offers[segment.offer]),
        segment: Some(segment),
        next: segments.get(at + 1).map(|next| &offers[next.offer]),
        reason: None,
        profit_is_known: profit_is_known(segment.offer),
    });
    let name = |at: usize| answer_of(at).map_or(API, |answer| &answer.plan.id);
    let beaten = (0..offers.len()).filter_map(|at| Some((at, dominated(&offers, &segments, at)?)));
    let beaten: Vec<(usize, String)> =
        beaten.map(|(at, by)| (at, reason(&offers[at], &by, name(by.offer())))).collect();
    let beaten_lines = beaten.iter().map(|(at, reason)| Line {
        answer: answer_of(*at),
        offer: Some(&offers[*at]),
        segment: None,
        next: None,
        reason: Some(reason.clone()),
        profit_is_known: profit_is_known(*at),
    });
    let unknown = answers.iter().filter(|answer| answer.economics.is_none()).map(|answer| Line {
        answer: Some(answer),
        offer: None,
        segment: None,
        next: None,
        reason: Some(format!("not known: {}", answer.gaps.iter().map(gap_text).collect::<Vec<_>>().join(", "))),
        profit_is_known: true,
    });
    // The API is always drawn, then the steps of the ladder, then those that are none.
    let steps = segments.iter().map(|segment| segment.offer).chain(beaten.iter().map(|(at, _)| *at));
    let order = [known.len()].into_iter().chain(steps.filter(|at| *at != known.len()));
    let drawn: Vec<(&str, &Offer)> = order.map(|at| (name(at), &offers[at])).collect();
    let picture = pictures::ladder(&drawn);
    let lines: Vec<Line<'_>> = stretches.chain(beaten_lines).chain(unknown).collect();
    let rows = lines
        .iter()
        .map(|line| Row { group: None, cells: FIELDS.iter().map(|field| (field.fill)(line)).collect() })
        .collect();

    let mut footer = vec![
        "The cheapest for a buyer who knows his use and buys overflow at the plan's rate, or at list price.".to_owned(),
    ];
    for (at, reason) in &beaten {
        footer.push(format!("{} is never the cheapest: {reason}.", name(*at)));
    }
    footer.extend(losses(&lines));
    if shares.len() > 1 {
        footer.push("What the API earns is not one figure: serving costs differ between the vendors.".to_owned());
    }
    Ladder { rows, footer, picture }
}

/// Stretches on which the vendor loses, in words.
fn losses(lines: &[Line<'_>]) -> Vec<String> {
    let mut said = Vec::new();
    let losing = |line: &&Line<'_>| {
        line.segment.is_some_and(|segment| {
            line.profit_is_known
                && line.loses().flatten().is_some_and(|(from, to)| from == segment.from_usd && to.is_none())
        })
    };
    let losing: Vec<&str> =
        lines.iter().filter(losing).map(|line| line.answer.map_or(API, |answer| &answer.plan.id)).collect();
    if !losing.is_empty() {
        said.push(format!(
            "Every informed buyer of {} loses the vendor money: at the use from which it is the cheapest it is past its \
             break-even.",
            listed(&losing, "and")
        ));
    }
    let repaid: Vec<String> = lines
        .iter()
        .filter_map(|line| {
            let (from, to) = line.loses()??;
            let (from, to) = (dollars(&from), dollars(&to?));
            Some(format!("{} loses the vendor money from {from} to {to}", line.answer?.plan.id))
        })
        .collect();
    if !repaid.is_empty() {
        said.push(format!("{}, from which on overflow has paid for it.", repaid.join("; ")));
    }
    said
}

fn reason(offer: &Offer, by: &Dominated, by_name: &str) -> String {
    match by {
        Dominated::ByOne { .. } => format!("{by_name} never costs more"),
        Dominated::ByTurns { use_usd, cost_usd, .. } => format!(
            "at its full {} of use it costs {} and {by_name} {}",
            dollars(use_usd),
            dollars(&offer.fee_usd),
            dollars(cost_usd)
        ),
    }
}

/// What goes in fees of what is paid for overflow.
pub(in crate::cli) fn fee_share(answer: &Answer<'_>, asked: &Asked) -> Ratio {
    let (Fees::Processor { share, .. } | Fees::Store { share }) =
        asked.question.fees.as_ref().unwrap_or(&answer.plan.fees);
    share.clone()
}
