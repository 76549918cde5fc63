//! How use is spread over subscribers, and who pays for whom.

use super::answer::by_multiple;
use super::{Args, Told};
use crate::cli::analyze::Analyzed;
use crate::cli::asked::Asked;
use crate::cli::simulate::{self, Table};
use crate::cli::world::World;
use crate::cli::{Exit, Stop};
use crate::report::page::{Curves, Drawing, Lane, Lanes, Part, Plot, Span, Tone};
use crate::report::{Axis, Cell, Column, Picture, Report, Row, Section, Unit};

/// Plans against the population; its shape on the plan that sells most per dollar.
pub(super) fn part(args: &Args, analyzed: &Analyzed<'_>, asked: &Asked, world: &mut World<'_>) -> Result<Told, Stop> {
    let all = simulate::Args::of(args.inputs.clone(), args.population.clone(), vec![Table::Book]);
    let (book, inputs) = simulate::answered(&all, asked, world, Vec::new())?;
    let mut drawings: Vec<Drawing> = payers(&book).into_iter().collect();
    let mut tables = vec![results(&book)];
    tables.extend(book.sections.iter().filter(|section| section.is_shown()).cloned());
    let mut lead: Vec<String> = book.footer.iter().map(|line| without_flags(line)).collect();
    if let Some(id) = shaped(analyzed, &book) {
        let mut one = args.inputs.clone();
        one.plan = vec![id.clone()];
        let shown = vec![Table::Histogram, Table::Curve, Table::Quantiles];
        let of_one = simulate::Args::of(one, args.population.clone(), shown);
        let (shape, _) = simulate::answered(&of_one, asked, world, Vec::new())?;
        let shown = || shape.sections.iter().filter(|section| section.is_shown());
        drawings.extend(shown().find(|section| section.key == "histogram").and_then(|section| histogram(section, &id)));
        drawings.extend(shown().find_map(|section| curve(section, &id)));
        tables.extend(shown().map(|section| Section { title: format!("{}, {id}", section.title), ..section.clone() }));
    }
    lead.insert(
        0,
        "What the subscribers of each plan earn and cost their vendor, if use is spread like this.".to_owned(),
    );
    let problems = book.problems.into_iter().filter(|problem| problem.code == crate::catalog::codes::SHAPE).collect();
    let heading = "Who pays for whom".to_owned();
    let part = Part { key: "population", heading, lead, drawings, tables };
    // Plans of which too little is known are missing from the whole page already.
    Ok(Told { part, answer: None, inputs, problems, exit: Exit::Done, missing: Vec::new() })
}

/// A sentence without what it says of flags, which a page does not have.
pub(super) fn without_flags(line: &str) -> String {
    let mut line = line.replace('`', "");
    while let Some(from) = line.find(" (--") {
        let Some(length) = line[from..].find(')') else { break };
        line.replace_range(from..=from + length, "");
    }
    let ends = line.ends_with('.');
    let kept: Vec<&str> = line.split("; ").filter(|clause| !clause.contains("--")).collect();
    let mut kept = kept.join("; ");
    if ends && !kept.is_empty() && !kept.ends_with('.') {
        kept.push('.');
    }
    kept
}

fn place(columns: &[Column], key: &str) -> Option<usize> {
    columns.iter().position(|column| column.key == key)
}

fn figure(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Usd(figure) | Cell::Share(figure) | Cell::Number(figure) | Cell::Multiple(figure) => {
            Some(figure.value.to_f64())
        }
        _ => None,
    }
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        other => crate::render::cell(other),
    }
}

fn results(book: &Report) -> Section {
    Section {
        key: "population",
        title: "Plans against the population, in dollars per subscriber".to_owned(),
        columns: book.columns.clone(),
        rows: book.rows.clone(),
        chart: None,
    }
}

/// The plan whose shape is shown: of those with figures, the one with the largest multiple.
fn shaped(analyzed: &Analyzed<'_>, book: &Report) -> Option<String> {
    let surplus = place(&book.columns, "surplus_usd")?;
    let is_known = |id: &str| {
        let row = book.rows.iter().find(|row| matches!(&row.cells[0], Cell::Text(known) if known == id));
        row.is_some_and(|row| figure(&row.cells[surplus]).is_some())
    };
    let known = analyzed.answers.iter().filter(|answer| is_known(&answer.plan.id));
    known.max_by(|a, b| by_multiple(a, b)).map(|answer| answer.plan.id.to_string())
}

/// What the others leave, and what the losers take of it.
fn payers(book: &Report) -> Option<Drawing> {
    let (surplus, deficit) = (place(&book.columns, "surplus_usd")?, place(&book.columns, "deficit_usd")?);
    let lane = |row: &Row| {
        let (left, taken) = (figure(&row.cells[surplus])?, figure(&row.cells[deficit])?);
        let name = words(&row.cells[0]);
        let said = format!(
            "{name}: others leave ${}, losers take ${} per subscriber",
            words(&row.cells[surplus]),
            words(&row.cells[deficit])
        );
        let span =
            |from: f64, to: f64, tone| Span { from, to: Some(to), tone, text: String::new(), words: String::new() };
        let spans = vec![span(-taken, 0.0, Tone::Loss), span(0.0, left, Tone::Gain)];
        Some((taken, left, Lane { name, spans, words: said }))
    };
    let lanes: Vec<(f64, f64, Lane)> = book.rows.iter().filter_map(lane).collect();
    if lanes.is_empty() {
        return None;
    }
    let most = |pick: fn(&(f64, f64, Lane)) -> f64| lanes.iter().map(pick).fold(0.0, f64::max);
    let ends = (-most(|lane| lane.0).max(1.0) * 1.02, most(|lane| lane.1).max(1.0) * 1.02);
    Some(Drawing {
        title: "Who pays for whom".to_owned(),
        description: "For each plan, to the right what subscribers below break-even leave the vendor, to the left what \
                      those above it take, both in dollars per subscriber and month. A plan whose left bar is longer loses."
            .to_owned(),
        is_small: false,
        plot: Plot::Lanes(Lanes {
            across: Axis { title: "dollars per subscriber and month".to_owned(), unit: Unit::Usd, logarithmic: false },
            ends,
            ticks: Vec::new(),
            lanes: lanes.into_iter().map(|(_, _, lane)| lane).collect(),
            legend: vec![
                (Tone::Loss, "taken by those above break-even".to_owned()),
                (Tone::Gain, "left by the others".to_owned()),
            ],
        }),
    })
}

/// Subscribers and use by bands of use.
fn histogram(section: &Section, id: &str) -> Option<Drawing> {
    let band = place(&section.columns, "band")?;
    let (people, used) = (place(&section.columns, "subscribers_share")?, place(&section.columns, "use_share")?);
    let lanes: Vec<Lane> = section
        .rows
        .iter()
        .flat_map(|row| {
            let name = words(&row.cells[band]);
            [(people, Tone::Other, "of subscribers"), (used, Tone::Gain, "of use")].into_iter().enumerate().map(
                move |(nth, (at, tone, what))| Lane {
                    name: if nth == 0 { name.clone() } else { String::new() },
                    spans: figure(&row.cells[at])
                        .map(|share| Span {
                            from: 0.0,
                            to: Some(share),
                            tone,
                            text: words(&row.cells[at]),
                            words: format!("{name}: {} {what}", words(&row.cells[at])),
                        })
                        .into_iter()
                        .collect(),
                    words: String::new(),
                },
            )
        })
        .collect();
    let most = lanes.iter().flat_map(|lane| &lane.spans).filter_map(|span| span.to).fold(0.0, f64::max);
    Some(Drawing {
        title: format!("Subscribers by use, and what of all use is theirs, {id}"),
        description: "For each band of use two bars: its share of the subscribers, and its share of all use."
            .to_owned(),
        is_small: false,
        plot: Plot::Lanes(Lanes {
            across: Axis { title: "share".to_owned(), unit: Unit::Share, logarithmic: false },
            ends: (0.0, most.max(0.01)),
            ticks: Vec::new(),
            lanes,
            legend: vec![(Tone::Other, "of subscribers".to_owned()), (Tone::Gain, "of all use".to_owned())],
        }),
    })
}

fn curve(section: &Section, id: &str) -> Option<Drawing> {
    let Some(Picture::Curves(chart)) = section.chart.clone() else { return None };
    Some(Drawing {
        title: format!("{}, {id}", section.title),
        description:
            "Two curves over use, from none to all: the share of subscribers who use at most so much, and the share \
                      of all use that is theirs. The farther apart, the fewer carry the use."
                .to_owned(),
        is_small: false,
        plot: Plot::Curves(Curves { chart, window: None, zones: Vec::new(), marks: Vec::new() }),
    })
}
