//! Who gains at which use: zones, margin curves, and price against maximum.

use super::answer::by_multiple;
use crate::analysis::Answer;
use crate::cli::analyze::Analyzed;
use crate::cli::asked::Asked;
use crate::cli::compare::dollars;
use crate::economics::{BreakEven, Buyer, Economics};
use crate::population::special::places_at_equal_factors;
use crate::render::cell;
use crate::report::page::{
    Curves, Drawing, Lane, Lanes, Mark, Part, Plot, Point, Points, Side, Span, Tone, Window, Zone,
};
use crate::report::{Axis, Cell, Chart, Curve, Unit};
use crate::units::Ratio;

/// A plan whose maximum is bounded and above nothing, and which costs something.
struct Known<'a> {
    id: &'a str,
    answer: &'a Answer<'a>,
    economics: &'a Economics,
    max_usd: &'a Ratio,
}

fn known<'a>(analyzed: &'a Analyzed<'a>) -> Vec<Known<'a>> {
    let known = |answer: &'a Answer<'a>| {
        let economics = answer.economics.as_ref()?;
        let max_usd = economics.max_api_usd.as_ref()?;
        let is_sold = economics.revenue.revenue_usd.is_positive();
        (is_sold && max_usd.is_positive()).then_some(Known { id: &answer.plan.id, answer, economics, max_usd })
    };
    analyzed.answers.iter().filter_map(known).collect()
}

impl Known<'_> {
    fn buyer_break_even(&self) -> Option<f64> {
        self.economics.buyer_break_even(&Buyer::default()).map(|share| share.to_f64())
    }

    /// Where the vendor starts to lose; `None`: nowhere.
    fn break_even(&self) -> Option<f64> {
        match self.economics.break_even() {
            BreakEven::Never => Some(0.0),
            BreakEven::Always => None,
            BreakEven::Finite { utilization, .. } => utilization.map(|share| share.to_f64()),
        }
    }

    /// Both break-evens in words.
    fn words(&self) -> String {
        let buyer = match self.economics.buyer_break_even(&Buyer::default()) {
            Some(share) if share > Ratio::one() => "the API is cheaper at every use".to_owned(),
            Some(share) => format!("cheaper than the API from {}", percent(share)),
            None => "no use at which the API costs more".to_owned(),
        };
        let vendor = match self.economics.break_even() {
            BreakEven::Never => "the vendor loses at every use".to_owned(),
            BreakEven::Finite { utilization: Some(share), .. } if share < Ratio::one() => {
                format!("the vendor loses above {}", percent(share))
            }
            _ => "the vendor never loses".to_owned(),
        };
        format!("{buyer}; {vendor}")
    }
}

fn percent(share: Ratio) -> String {
    cell(&Cell::Share(share.into()))
}

fn utilization() -> Axis {
    Axis { title: "utilization of the full allowance, logarithmic".to_owned(), unit: Unit::Share, logarithmic: true }
}

/// Where the axis of utilization begins: 1 %, or below where something happens there.
fn least(known: &[Known<'_>]) -> f64 {
    let found = known.iter().flat_map(|plan| [plan.buyer_break_even(), plan.break_even()]).flatten();
    let least = found.filter(|&share| share > 0.0).fold(1.0, f64::min);
    [0.01, 0.001].into_iter().find(|&end| end < least).unwrap_or(0.0001)
}

/// Most lanes whose stretches are written on.
const LANES_TEXTED: usize = 12;

/// Who gains at which utilization, a lane for each plan.
pub(super) fn zones(analyzed: &Analyzed<'_>) -> Option<Part> {
    let known = known(analyzed);
    if known.is_empty() {
        return None;
    }
    // On many lanes the legend says it.
    let text = |text: &str| if known.len() <= LANES_TEXTED { text.to_owned() } else { String::new() };
    let lanes = known.iter().map(|plan| {
        let buyer = plan.buyer_break_even().unwrap_or(f64::MAX).min(1.0);
        let vendor = plan.break_even().unwrap_or(1.0).min(1.0);
        let span = |from: f64, to: f64, tone, said: &str| {
            let words = String::new();
            (from < to).then(|| Span { from, to: Some(to), tone, text: text(said), words })
        };
        let spans = [
            span(0.0, buyer.min(vendor), Tone::Plain, "API is cheaper"),
            span(buyer, vendor, Tone::Gain, "both gain"),
            span(vendor, buyer, Tone::Other, "both lose"),
            span(vendor.max(buyer), 1.0, Tone::Loss, "vendor loses"),
        ];
        let words = if known.len() <= LANES_TEXTED { format!("{}: {}", plan.id, plan.words()) } else { String::new() };
        Lane { name: plan.id.to_owned(), spans: spans.into_iter().flatten().collect(), words }
    });
    let drawing = Drawing {
        title: "Who gains at which utilization".to_owned(),
        description:
            "For each plan a lane from low to full utilization: first the API is cheaper for the buyer, then both \
                      sides gain, then the vendor loses. The table of the plans gives both break-evens."
                .to_owned(),
        is_small: false,
        plot: Plot::Lanes(Lanes {
            across: utilization(),
            ends: (least(&known), 1.0),
            ticks: Vec::new(),
            lanes: lanes.collect(),
            legend: vec![
                (Tone::Plain, "the API is cheaper for the buyer".to_owned()),
                (Tone::Gain, "both gain".to_owned()),
                (Tone::Loss, "the vendor loses".to_owned()),
                (Tone::Other, "the buyer would do better at the API, and the vendor loses".to_owned()),
            ],
        }),
    };
    let lead = "Below the buyer's break-even the API would have cost less than the plan. Above the vendor's break-even \
                serving costs more than the subscriber pays. Between the two, where the first is lower, both gain.";
    Some(Part {
        key: "zones",
        heading: "Who gains at which use".to_owned(),
        lead: vec![lead.to_owned(), left_out(analyzed, known.len())]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect(),
        drawings: vec![drawing],
        tables: Vec::new(),
    })
}

/// Plans that no drawing shows.
fn left_out(analyzed: &Analyzed<'_>, drawn: usize) -> String {
    match analyzed.answers.len() - drawn {
        0 => String::new(),
        1 => "1 plan is free, without limit or not known, and not drawn.".to_owned(),
        some => format!("{some} plans are free, without limit or not known, and not drawn."),
    }
}

/// The margin over utilization, a small drawing for each plan.
pub(super) fn margins(analyzed: &Analyzed<'_>) -> Option<Part> {
    let known = known(analyzed);
    let from = least(&known);
    let drawings: Vec<Drawing> = known.iter().map(|plan| margin(plan, from, known.len() > 1)).collect();
    if drawings.is_empty() {
        return None;
    }
    let lead = "The vendor's margin, in percent of what the subscriber pays, over utilization. The blue line is the \
                buyer's break-even, the orange one the vendor's; the shaded zone lies between them. Losses of more than \
                twice that are cut off. The table of the plans has both break-evens, the heat map margins as figures.";
    Some(Part {
        key: "margins",
        heading: "Margin curves".to_owned(),
        lead: vec![lead.to_owned()],
        drawings,
        tables: Vec::new(),
    })
}

fn margin(plan: &Known<'_>, from: f64, is_small: bool) -> Drawing {
    let at = |utilization: f64| {
        let outcome = plan.economics.at(&Ratio::from_f64(utilization)?)?;
        Some((utilization, outcome.margin?.to_f64()))
    };
    let points = places_at_equal_factors(from, 1.0, if is_small { 16 } else { 60 }).into_iter().filter_map(at);
    let (buyer, vendor) = (plan.buyer_break_even(), plan.break_even());
    let mark = |at: Option<f64>, whose| Some(Mark { at: at.filter(|at| (from..=1.0).contains(at))?, whose });
    let zone = buyer.map(|buyer| Zone { from: buyer, to: vendor.unwrap_or(1.0).min(1.0), tone: Tone::Gain });
    Drawing {
        title: plan.id.to_owned(),
        description: format!("{}.", plan.words()),
        is_small,
        plot: Plot::Curves(Curves {
            chart: Chart {
                across: utilization(),
                up: Axis { title: "margin".to_owned(), unit: Unit::Margin, logarithmic: false },
                curves: vec![Curve { name: "margin".to_owned(), points: points.collect(), mark: None }],
                notes: Vec::new(),
            },
            window: Some(Window { across: (from, 1.0), up: (-2.0, 1.0) }),
            zones: zone.filter(|zone| zone.from < zone.to).into_iter().collect(),
            marks: [mark(buyer, Side::Buyer), mark(vendor, Side::Vendor)].into_iter().flatten().collect(),
        }),
    }
}

/// Price against maximum.
pub(super) fn maximum(analyzed: &Analyzed<'_>, asked: &Asked) -> Option<Part> {
    let known = known(analyzed);
    let mut order: Vec<&Known<'_>> = known.iter().collect();
    // Those at the edge are named first.
    order.sort_by(|a, b| by_multiple(b.answer, a.answer));
    let point = |plan: &&Known<'_>| {
        let price = &plan.economics.revenue.gross_usd;
        let approximate = plan.answer.is_approximate();
        let multiple = plan.economics.multiple().map(|multiple| cell(&Cell::Multiple(multiple.into())));
        Point {
            name: plan.id.to_owned(),
            across: price.to_f64(),
            up: plan.max_usd.to_f64(),
            words: format!(
                "{} of {}: {} a month, up to {}{} at list prices, {}",
                plan.id,
                asked.vendor_name(plan.answer.plan),
                dollars(price),
                if approximate { "about " } else { "" },
                dollars(plan.max_usd),
                multiple.unwrap_or_default()
            ),
        }
    };
    let points: Vec<Point> = order.iter().map(point).collect();
    if points.len() < 2 {
        return None;
    }
    let axis = |title: &str| Axis { title: title.to_owned(), unit: Unit::Usd, logarithmic: true };
    let drawing = Drawing {
        title: "Price against what the full allowance costs at API list prices".to_owned(),
        description:
            "A point for each plan, both axes logarithmic, with lines of equal multiples. The farther up and left, \
                      the more API usage a dollar buys. The table of the plans has all figures."
                .to_owned(),
        is_small: false,
        plot: Plot::Points(Points {
            across: axis("price of a month in dollars, logarithmic"),
            up: axis("max API cost of a month in dollars, logarithmic"),
            points,
            multiples: vec![1, 2, 5, 10, 20, 40, 70],
        }),
    };
    let lead = "Each line is a multiple: API dollars per dollar paid. Names that would cover each other are left out; a \
                pointer over a point shows its figures.";
    Some(Part {
        key: "maximum",
        heading: "Price against maximum".to_owned(),
        lead: vec![lead.to_owned()],
        drawings: vec![drawing],
        tables: Vec::new(),
    })
}
