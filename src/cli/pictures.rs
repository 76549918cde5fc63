//! Pictures of plans, for commands that draw their results: margins over utilization, and from price to allowance.

use super::analyze::gap_text;
use crate::analysis::Answer;
use crate::economics::{BreakEven, Buyer, Economics};
use crate::render;
use crate::report::{Axis, Bar, Bars, Cell, Chart, Curve, HeatTitle, Missing, Picture, Report, Section, Unit};
use crate::scenario::tiers::Offer;
use crate::units::Ratio;

/// Draws a report's results: in place of the table, with what is not drawn below.
pub(super) fn draw(report: &mut Report, answers: &[Answer<'_>], at: &[HeatTitle]) {
    let answers = in_order(report, answers);
    let known: Vec<&Answer<'_>> = answers.iter().copied().filter(|answer| answer.economics.is_some()).collect();
    let pictures = [margins(&known, at), (!answers.is_empty()).then(|| spans(report, &answers))];
    report.sections.splice(0..0, pictures.into_iter().flatten());
}

/// Draws sums: a bar for each row, named by the cells of the first columns, as long as its dollars.
pub(super) fn draw_sums(report: &mut Report, names: &[&str], shown: &str, drawn: &str) {
    let column = |key: &str| report.columns.iter().position(|column| column.key == key).expect("a column of sums");
    let titles = names.iter().map(|name| report.columns[column(name)].title.as_str());
    let titles = vec![titles.collect::<Vec<_>>().join(", "), report.columns[column(shown)].title.clone()];
    let bars = report.rows.iter().map(|row| {
        let name: Vec<String> = names.iter().map(|name| render::cell(&row.cells[column(name)])).collect();
        let usd = match &row.cells[column(drawn)] {
            Cell::Usd(figure) => figure.value.to_f64(),
            _ => 0.0,
        };
        Bar { name: name.join(", "), figures: vec![row.cells[column(shown)].clone()], from: 0.0, full_to: usd, to: usd }
    });
    let bars = Bars {
        axis: Axis { title: "API dollars".to_owned(), unit: Unit::Usd, logarithmic: false },
        titles,
        bars: bars.collect(),
        meanings: ["", "", ""],
        notes: Vec::new(),
    };
    if !bars.bars.is_empty() {
        let title = "What it costs at API list prices, as far as it has one (? where part has none)";
        report.sections.insert(0, Section::of_results(title.to_owned(), Picture::Bars(bars)));
    }
}

/// What offers cost a month over use: both axes in factors, on which the API is a straight line and a plan one with a knee.
pub(super) fn ladder(offers: &[(&str, &Offer)]) -> Option<Section> {
    /// From one point to the next.
    const STEP: f64 = 1.1;
    let dollars = |of: fn(&Offer) -> Option<&Ratio>| {
        offers.iter().filter_map(move |(_, offer)| of(offer).map(Ratio::to_f64)).filter(|usd| *usd > 0.0)
    };
    let fees = || dollars(|offer| Some(&offer.fee_usd));
    let low = fees().reduce(f64::min)? / 2.0;
    let high = fees().map(|fee| fee * 4.0).chain(dollars(|offer| offer.included_usd.as_ref())).reduce(f64::max)? * 1.5;
    let points = |offer: &Offer| {
        let knee = offer.included_usd.as_ref().map(Ratio::to_f64).filter(|usd| low < *usd && *usd < high);
        let steps = std::iter::successors(Some(low), |usd| Some(usd * STEP)).take_while(|usd| *usd < high);
        let mut uses: Vec<f64> = steps.chain(knee).chain([high]).collect();
        uses.sort_by(f64::total_cmp);
        let cost = |usd: &f64| Some((*usd, offer.cost_usd(&Ratio::from_f64(*usd)?).to_f64()));
        uses.iter().filter_map(cost).collect()
    };
    let drawn = offers.iter().take(Chart::CURVES_MOST).map(|(name, offer)| {
        // Where overflow begins; the API has nothing else.
        let mark = offer
            .included_usd
            .as_ref()
            .map(|usd| usd.to_f64().max(low))
            .map(|usd| (usd, offer.fee_usd.to_f64().max(low)));
        Curve { name: (*name).to_owned(), points: points(offer), mark }
    });
    let notes = match offers.len().checked_sub(Chart::CURVES_MOST) {
        Some(more) if more > 0 => vec![format!("{} of {} offers are drawn.", Chart::CURVES_MOST, offers.len())],
        _ => Vec::new(),
    };
    let chart = Chart {
        across: Axis { title: "use in API dollars a month".to_owned(), unit: Unit::Usd, logarithmic: true },
        up: Axis { title: "cost".to_owned(), unit: Unit::Usd, logarithmic: true },
        curves: drawn.collect(),
        notes,
    };
    let title = "What a month costs the buyer over use, and where overflow begins";
    Some(Section::of_results(title.to_owned(), Picture::Curves(chart)))
}

/// The answers in the order of the rows.
fn in_order<'a, 'b>(report: &Report, answers: &'a [Answer<'b>]) -> Vec<&'a Answer<'b>> {
    let column = report.columns.iter().position(|column| column.key == "plan").expect("results have their plans");
    let of = |cell: &Cell| answers.iter().find(|answer| matches!(cell, Cell::Text(id) if **id == *answer.plan.id));
    report.rows.iter().filter_map(|row| of(&row.cells[column])).collect()
}

/// A line about plans that are not drawn.
fn left_out(what: &str, names: &[String]) -> Option<String> {
    const MOST: usize = 6;
    let more = names.len().saturating_sub(MOST);
    let named = names[..names.len() - more].join(", ");
    let named = if more > 0 { format!("{named} and {more} more") } else { named };
    (!names.is_empty()).then(|| format!("{what}: {named}."))
}

/// Margins over utilization: to the last that was asked for, or as far as one of them is worth a look.
fn margins(known: &[&Answer<'_>], at: &[HeatTitle]) -> Option<Section> {
    let none = known.iter().filter(|answer| Alike::of(answer).is_none()).map(|answer| answer.plan.id.to_string());
    let mut notes: Vec<String> =
        left_out("Without a margin over utilization, since free or without a limit", &none.collect::<Vec<_>>())
            .into_iter()
            .collect();
    let asked = at.iter().map(|point| &point.utilization).max();
    let last = asked.cloned().unwrap_or_else(Ratio::one);
    let mut curves = alike(known, &last);
    let all = curves.len();
    if all > Chart::CURVES_MOST {
        curves.sort_by(|a, b| b.full.cmp(&a.full));
        let spread = |nth: usize| nth * (all - 1) / (Chart::CURVES_MOST - 1);
        let drawn: Vec<usize> = (0..Chart::CURVES_MOST).map(spread).collect();
        let mut nth = 0..;
        curves.retain(|_| nth.next().is_some_and(|nth| drawn.contains(&nth)));
        notes.insert(
            0,
            format!(
                "{} of {all} curves are drawn, from the best margin at full use to the worst (--plan).",
                drawn.len()
            ),
        );
    }
    // A curve that begins below the floor has all of its points there.
    let is_cut = asked.is_none() && curves.iter().all(|curve| curve.start > floor());
    let floors: Vec<Option<Ratio>> = curves.iter().map(|curve| curve.reaches_floor().filter(|_| is_cut)).collect();
    let last = floors.iter().cloned().reduce(|a, b| Some(a?.max(b?))).flatten().unwrap_or(last);
    let drawn = curves.iter().zip(&floors).map(|(curve, floor)| Curve {
        name: curve.name(),
        points: curve.points(&last, floor.as_ref()),
        mark: curve.mark(),
    });
    let chart = Chart {
        across: Axis { title: "utilization".to_owned(), unit: Unit::Share, logarithmic: false },
        up: Axis { title: "margin".to_owned(), unit: Unit::Margin, logarithmic: false },
        curves: drawn.collect(),
        notes,
    };
    let title = "The vendor's margin over utilization, and where each plan breaks even";
    (!curves.is_empty()).then(|| Section::of_results(title.to_owned(), Picture::Curves(chart)))
}

/// Curves, plans with the same one together.
fn alike<'a>(known: &[&'a Answer<'a>], last: &Ratio) -> Vec<Alike<'a>> {
    let mut curves: Vec<Alike<'a>> = Vec::new();
    for curve in known.iter().filter_map(|answer| Alike::of(answer)) {
        match curves.iter_mut().find(|known| known.has_margins_of(&curve, last)) {
            Some(known) => known.names.extend(curve.names),
            None => curves.push(curve),
        }
    }
    curves
}

/// From what a plan costs to what its allowance costs at list prices, and where its vendor breaks even between them.
fn spans(report: &Report, answers: &[&Answer<'_>]) -> Section {
    let figures = ["price_usd_per_month", "max_api_usd_per_month", "multiple"]
        .map(|key| report.columns.iter().position(|column| column.key == key).expect("a figure of every plan"));
    let bars = answers.iter().zip(&report.rows).filter_map(|(answer, row)| {
        let economics = answer.economics.as_ref()?;
        let full_to = match economics.break_even() {
            BreakEven::Never => 0.0,
            BreakEven::Always => f64::INFINITY,
            BreakEven::Finite { usd, .. } => usd.to_f64(),
        };
        Some(Bar {
            name: answer.plan.id.to_string(),
            figures: figures.iter().map(|&column| row.cells[column].clone()).collect(),
            from: economics.buyer_break_even_usd(&Buyer::default()).to_f64(),
            full_to,
            to: economics.max_api_usd.as_ref().map_or(f64::INFINITY, Ratio::to_f64),
        })
    });
    let unknown = answers.iter().filter(|answer| answer.economics.is_none()).map(|answer| {
        let gaps: Vec<String> = answer.gaps.iter().map(gap_text).collect();
        format!("{} ({})", answer.plan.id, gaps.join(", "))
    });
    let bars = Bars {
        axis: Axis { title: "API dollars a month".to_owned(), unit: Unit::Usd, logarithmic: true },
        titles: ["Plan", "Price", "Max API", "Mult"].map(str::to_owned).to_vec(),
        bars: bars.collect(),
        meanings: [
            "cheaper than the API, and the vendor earns",
            "the vendor loses",
            "the price is more than all of it costs at the API",
        ],
        notes: left_out("Not drawn, since not all is known", &unknown.collect::<Vec<_>>()).into_iter().collect(),
    };
    let title = "From the price of a month to the max API cost; equal lengths are equal multiples";
    Section::of_results(title.to_owned(), Picture::Bars(bars))
}

/// Plans with the same margins at every utilization.
struct Alike<'a> {
    names: Vec<&'a str>,
    economics: &'a Economics,
    start: Ratio,
    full: Ratio,
}

impl<'a> Alike<'a> {
    /// `None`: no revenue to share, or no full use.
    fn of(answer: &'a Answer<'a>) -> Option<Self> {
        let economics = answer.economics.as_ref()?;
        let margin = |utilization: &Ratio| economics.at(utilization)?.margin;
        let (start, full) = (margin(&Ratio::zero())?, margin(&Ratio::one())?);
        Some(Self { names: vec![&answer.plan.id], economics, start, full })
    }

    fn has_margins_of(&self, other: &Self, last: &Ratio) -> bool {
        let at = |economics: &Economics| economics.at(last).map(|outcome| outcome.margin);
        (&self.start, &self.full) == (&other.start, &other.full) && at(self.economics) == at(other.economics)
    }

    /// The utilization at which the margin is a loss as high as the revenue; `None`: not below full use.
    fn reaches_floor(&self) -> Option<Ratio> {
        let fall = &self.start - &self.full;
        (self.full < floor()).then(|| (&self.start - floor()).checked_div(&fall)).flatten()
    }

    /// Straight to full use; what is paid beyond it bends the curve.
    fn points(&self, last: &Ratio, floor: Option<&Ratio>) -> Vec<(f64, f64)> {
        const STEPS: i128 = 40;
        let end = floor.map_or(last, |floor| floor.min(last));
        let bend = end.min(&Ratio::one()).clone();
        let beyond = (1..=STEPS).map(|step| &bend + (end - &bend) * Ratio::new(step, STEPS));
        let beyond = beyond.filter(|utilization| *utilization > bend);
        let points = [Ratio::zero(), bend.clone()].into_iter().chain(beyond);
        points
            .filter_map(|utilization| {
                let margin = self.economics.at(&utilization)?.margin?;
                Some((utilization.to_f64(), margin.to_f64()))
            })
            .collect()
    }

    /// Where the margin is nothing; of one that always loses, where it begins.
    fn mark(&self) -> Option<(f64, f64)> {
        match self.economics.break_even() {
            BreakEven::Finite { utilization, .. } => Some((utilization?.to_f64(), 0.0)),
            BreakEven::Never => Some((0.0, self.start.to_f64())),
            BreakEven::Always => None,
        }
    }

    fn name(&self) -> String {
        const MOST: usize = 3;
        let more = self.names.len().saturating_sub(MOST);
        let named = self.names[..self.names.len() - more].join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{named}{more} {}", render::cell(&break_even(self.economics)))
    }
}

/// A margin below which curves go out of the picture: the vendor pays as much again as he is paid.
fn floor() -> Ratio {
    Ratio::from(-1)
}

fn break_even(economics: &Economics) -> Cell {
    match economics.break_even() {
        BreakEven::Finite { utilization, .. } => {
            utilization.map_or(Cell::Missing(Missing::Unlimited), |utilization| Cell::Share(utilization.into()))
        }
        BreakEven::Never => Cell::Missing(Missing::Never),
        BreakEven::Always => Cell::Missing(Missing::Always),
    }
}
