//! Results as columns and figures as lines, for people: what `compare` shows.
//!
//! The first column of a report names its results. A figure that is the best of its line carries `*`; where there is a
//! baseline, the line below says how much more each result has. Lists take a line for each of their parts.

use std::ops::Range;

use super::figures::{Style, percent, word};
use super::text::{GAP, Printed, below, lay_out};
use super::width::{distinct, fill, middle, width, wrap};
use super::{Format, Look, escape};
use crate::report::{At, Cell, Report, Row, SideBySide, Unit};

/// Results that are shown where not all fit beside one another.
const RESULTS_MOST: usize = 6;
/// A name or a word is cut no shorter than this, unless it alone is too wide.
const TEXT_ENOUGH: usize = 18;
/// Texts are broken where they are wider than this and than every figure.
const TEXT_ROOM: usize = 12;
/// No name is cut shorter than this.
const TEXT_LEAST: usize = 8;

/// A figure of every result.
struct Line {
    label: String,
    /// The lines of each result's cell.
    cells: Vec<Vec<String>>,
    /// Whether each is the best.
    best: Vec<bool>,
    /// How much more than the baseline each has; empty for the baseline itself.
    more: Option<Vec<String>>,
    is_text: bool,
}

impl Line {
    /// The differences, where one of these results has one.
    fn more_within(&self, results: Range<usize>) -> Option<&Vec<String>> {
        self.more.as_ref().filter(|more| more[results].iter().any(|text| !text.is_empty()))
    }
}

/// The lines of the chosen columns, but for the one that names the results. Text in them is as it came.
fn lines(report: &Report, side: &SideBySide, columns: &[usize], look: &Look) -> Vec<Line> {
    let folded = side.baseline.map(|baseline| baseline.differences);
    let chosen = columns.iter().copied().filter(|&column| column != 0 && Some(column) != folded);
    chosen.flat_map(|column| column_lines(report, side, column, look)).collect()
}

fn column_lines(report: &Report, side: &SideBySide, column: usize, look: &Look) -> Vec<Line> {
    let shape = &report.columns[column];
    let style = Style::of_column(report.table(), column, look);
    let best = |point| (0..report.rows.len()).map(|row| side.best.contains(&At { row, column, point })).collect();
    if shape.unit != Unit::Heat {
        let more = side.baseline.and_then(|baseline| {
            let of: Vec<_> = report.rows.iter().map(|row| difference(row, baseline.differences, shape.key)).collect();
            let text = |cell: &Option<&Cell>| cell.map_or_else(String::new, |cell| signed(cell, &style));
            of.iter().any(Option::is_some).then(|| of.iter().map(text).collect())
        });
        return vec![Line {
            label: shape.title.clone(),
            cells: report.rows.iter().map(|row| parts(&row.cells[column], &style)).collect(),
            best: best(0),
            more,
            is_text: matches!(shape.unit, Unit::Text | Unit::List),
        }];
    }
    let whole = Style::margins(look);
    let point_lines = shape.heat_points.iter().enumerate().map(|(point, title)| {
        let margin = |cell: &Cell| match cell {
            Cell::Heat(cells) => cells.get(point).map_or_else(String::new, |cell| whole.raw(&cell.margin)),
            Cell::Missing(missing) => word(*missing).to_owned(),
            _ => String::new(),
        };
        let more = side.baseline.map(|baseline| {
            let of = |row: &Row| match difference(row, baseline.differences, shape.key) {
                Some(Cell::Heat(cells)) => cells.get(point).map_or_else(String::new, |c| signed(&c.margin, &whole)),
                _ => String::new(),
            };
            report.rows.iter().map(of).collect()
        });
        Line {
            label: format!("{} {}", shape.title, title.text),
            cells: report.rows.iter().map(|row| vec![margin(&row.cells[column])]).collect(),
            best: best(point),
            more,
            is_text: false,
        }
    });
    point_lines.collect()
}

fn parts(cell: &Cell, style: &Style) -> Vec<String> {
    match cell {
        Cell::List(cells) if !cells.is_empty() => cells.iter().map(|cell| style.raw(cell)).collect(),
        cell => vec![style.raw(cell)],
    }
}

fn difference<'a>(row: &'a Row, differences: usize, key: &str) -> Option<&'a Cell> {
    let Cell::Record(record) = &row.cells[differences] else { return None };
    record.iter().find(|(name, _)| *name == key).map(|(_, cell)| cell)
}

/// A difference with its sign; that of two shares is in points.
fn signed(cell: &Cell, style: &Style) -> String {
    let (value, text) = match cell {
        Cell::Share(figure) => (&figure.value, percent(&figure.value, style.share_decimals()) + " pt"),
        Cell::Usd(figure) | Cell::Multiple(figure) | Cell::Number(figure) => (&figure.value, style.raw(cell)),
        cell => return style.raw(cell),
    };
    if value.is_positive() { format!("+{text}") } else { text }
}

/// The name of each result.
fn names(report: &Report) -> impl Iterator<Item = &str> {
    report.rows.iter().map(|row| match row.cells.first() {
        Some(Cell::Text(name)) => name.as_str(),
        _ => "",
    })
}

fn baseline_name<'a>(report: &'a Report, side: &SideBySide) -> Option<&'a str> {
    names(report).nth(side.baseline?.row)
}

/// The report in a format for people; `None`: the format is for machines, and has a result in each of its lines.
pub(super) fn document(
    report: &Report,
    side: &SideBySide,
    columns: &[usize],
    format: Format,
    look: &Look,
) -> Option<String> {
    match format {
        Format::Table => Some(table(report, side, columns, look)),
        Format::Plain => Some(blocks(report, side, columns, look)),
        Format::Markdown => Some(markdown(report, side, columns, look)),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => None,
    }
}

/// The tables, one below the other where not all results fit beside one another.
fn table(report: &Report, side: &SideBySide, columns: &[usize], look: &Look) -> String {
    let mut lines = lines(report, side, columns, look);
    if look.width.is_some() {
        fold_texts(&mut lines, look);
    }
    let (blocks, hidden) = blocks_of(report, side, &lines, look);
    let tables = blocks.iter().map(|block| lay_out(&vec![Row::default(); block[0].cells.len()], block, look));
    let mut out = tables.collect::<Vec<_>>().join("\n");
    if let (Some(columns), false) = (look.width, hidden.is_empty()) {
        let noun = if hidden.len() == 1 { "plan" } else { "plans" };
        let names = hidden.join(", ");
        let line = format!("{} {noun} hidden at {columns} columns: {names} (--width, -f csv, -f json)", hidden.len());
        out += &(wrap(&line, look.width) + "\n");
    }
    if !look.quiet {
        out += &below(report, &[], look);
    }
    out
}

/// Breaks texts between words, so that they are no wider than figures.
fn fold_texts(lines: &mut [Line], look: &Look) {
    let figures = lines.iter().filter(|line| !line.is_text).flat_map(|line| line.cells.iter().flatten());
    let room = figures.map(|text| width(text)).max().unwrap_or(0).max(TEXT_ROOM);
    for cell in lines.iter_mut().filter(|line| line.is_text).flat_map(|line| &mut line.cells) {
        let parts = cell.iter().map(|text| wrap(&escape::terminal(text, look.ascii), Some(room)));
        let parts: Vec<String> = parts.collect();
        *cell = parts.iter().flat_map(|part| part.lines()).map(|text| middle(text, TEXT_ENOUGH, look.ascii)).collect();
    }
}

/// The labels, with blank ones beside the further lines of a cell.
fn labels(lines: &[Line], results: Range<usize>, baseline: Option<&str>, look: &Look) -> Printed {
    let heights = heights(lines, results.clone());
    let mut cells = Vec::new();
    for (line, height) in lines.iter().zip(&heights) {
        cells.push(escape::terminal(&line.label, look.ascii));
        cells.resize(cells.len() + height - 1, String::new());
        if let (Some(_), Some(name)) = (line.more_within(results.clone()), baseline) {
            cells.push(format!("  vs {}", escape::terminal(name, look.ascii)));
        }
    }
    let widest = lines.iter().map(|line| width(&line.label)).max().unwrap_or(0);
    if look.width.is_some() {
        // A long name of a baseline does not widen the column.
        cells.iter_mut().for_each(|cell| *cell = middle(cell, widest, look.ascii));
    }
    Printed { title: String::new(), cells, steps: Vec::new(), right: false, is_text: true, gap: GAP }
}

/// How many lines each figure takes for some of the results.
fn heights(lines: &[Line], results: Range<usize>) -> Vec<usize> {
    let height = |line: &Line| line.cells[results.clone()].iter().map(Vec::len).max().unwrap_or(1).max(1);
    lines.iter().map(height).collect()
}

/// The column of a result. Where one of its figures is marked, the others leave room for the mark.
fn result(at: usize, title: &str, lines: &[Line], results: Range<usize>, look: &Look) -> Printed {
    let heights = heights(lines, results.clone());
    let marked = lines.iter().any(|line| line.best[at]);
    let end = |best: bool| match (marked, best) {
        (true, true) => " *",
        (true, false) => "  ",
        (false, _) => "",
    };
    let mut cells = Vec::new();
    for (line, height) in lines.iter().zip(&heights) {
        for part in 0..*height {
            let text = line.cells[at].get(part).map_or_else(String::new, |text| escape::terminal(text, look.ascii));
            cells.push(text + end(line.best[at] && part == 0));
        }
        if let Some(more) = line.more_within(results.clone()) {
            cells.push(escape::terminal(&more[at], look.ascii) + end(false));
        }
    }
    Printed { title: title.to_owned(), cells, steps: Vec::new(), right: true, is_text: false, gap: GAP }
}

/// Tables that fit, as even as they can be, and the names of results that are in none.
fn blocks_of(report: &Report, side: &SideBySide, lines: &[Line], look: &Look) -> (Vec<Vec<Printed>>, Vec<String>) {
    let baseline = baseline_name(report, side);
    let names: Vec<String> = names(report).map(|name| escape::terminal(name, look.ascii)).collect();
    let block = |titles: &[String], results: Range<usize>| -> Vec<Printed> {
        let columns = results.clone().map(|at| result(at, &titles[at], lines, results.clone(), look));
        std::iter::once(labels(lines, results.clone(), baseline, look)).chain(columns).collect()
    };
    let Some(columns) = look.width else { return (vec![block(&names, 0..names.len())], Vec::new()) };
    let total = |block: &[Printed]| block.iter().map(|p| p.width() + p.gap).sum::<usize>().saturating_sub(GAP);
    let fits = |titles: &[String], results: Range<usize>| total(&block(titles, results)) <= columns;
    let chunks = |all: usize, size: usize| (0..all).step_by(size).map(move |at| at..all.min(at + size));

    // Names are cut before results go below one another, and further only where one alone is too wide.
    let short = |least: usize| distinct(&names, least, look.ascii);
    let one_fits = |titles: &[String]| chunks(names.len(), 1).all(|one| fits(titles, one));
    let titles = [names.clone(), short(TEXT_ENOUGH), short(TEXT_ROOM), short(TEXT_LEAST)];
    let whole = titles[..2].iter().find(|titles| fits(titles, 0..names.len()));
    if let Some(titles) = whole {
        return (vec![block(titles, 0..names.len())], Vec::new());
    }
    let titles = titles[1..].iter().find(|titles| one_fits(titles)).unwrap_or(&titles[3]);
    let shown = names.len().min(RESULTS_MOST);
    let fits_by = |size: &usize| chunks(shown, *size).all(|results| fits(titles, results));
    let most = (1..=shown).rev().find(fits_by).unwrap_or(1);
    let even = shown.div_ceil(shown.div_ceil(most));
    let size = Some(even).filter(fits_by).unwrap_or(most);
    let hidden = names[shown..].iter().map(|name| middle(name, columns.saturating_sub(1), look.ascii));
    (chunks(shown, size).map(|results| block(titles, results)).collect(), hidden.collect())
}

/// A block for each figure with a line for each result.
fn blocks(report: &Report, side: &SideBySide, columns: &[usize], look: &Look) -> String {
    let shown = |text: &str| escape::terminal(text, look.ascii);
    let against = baseline_name(report, side).map(shown);
    let block = |line: &Line| {
        let mut out = format!("{}:\n", shown(&line.label));
        for (at, name) in names(report).enumerate() {
            out += &format!("  {}: {}", shown(name), shown(&line.cells[at].join(", ")));
            if let (Some(more), Some(against)) = (&line.more, &against)
                && !more[at].is_empty()
            {
                out += &format!(", {} against {against}", shown(&more[at]));
            }
            out += if line.best[at] { " (best)\n" } else { "\n" };
        }
        out
    };
    let footer = report.footer.iter().filter(|_| !look.quiet).map(|line| shown(line) + "\n").collect::<String>();
    let blocks = lines(report, side, columns, look);
    let parts = blocks.iter().map(block).chain([footer]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A table of GitHub-flavoured Markdown.
fn markdown(report: &Report, side: &SideBySide, columns: &[usize], look: &Look) -> String {
    let shown = |text: &str| escape::markdown(text, look.ascii);
    let heads = names(report).map(|name| escape::markdown_code(name, look.ascii));
    let mut out = format!("| | {} |\n", heads.collect::<Vec<_>>().join(" | "));
    out += &format!("|---|{}\n", "--:|".repeat(report.rows.len()));
    for line in lines(report, side, columns, look) {
        let cells = line.cells.iter().zip(&line.best).map(|(parts, best)| {
            let text = fill(parts.iter().map(String::as_str), ", ", None);
            shown(&text) + if *best { " \\*" } else { "" }
        });
        out += &format!("| {} | {} |\n", shown(&line.label), cells.collect::<Vec<_>>().join(" | "));
        if let (Some(more), Some(name)) = (&line.more, baseline_name(report, side)) {
            let name = escape::markdown_code(name, look.ascii);
            let cells: Vec<String> = more.iter().map(|text| shown(text)).collect();
            out += &format!("| vs {name} | {} |\n", cells.join(" | "));
        }
    }
    if !look.quiet {
        for text in &report.footer {
            out += &format!("\n{}\n", shown(text));
        }
    }
    out
}
