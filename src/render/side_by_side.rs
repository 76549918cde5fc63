//! Results as columns and figures as lines, for people: what `compare` shows.
//!
//! The first column of a report names its results. A figure that is the best of its line carries `*`; where there is a
//! baseline, the line below says how much more each result has. Lists take a line for each of their parts.

use super::figures::{Style, percent, word};
use super::text::{GAP, Printed, below, lay_out};
use super::width::{distinct, fill, middle, width, wrap};
use super::{Format, Look, escape};
use crate::report::{At, Cell, Report, Row, SideBySide, Unit};

/// Results that are shown where not all fit beside one another.
const RESULTS_MOST: usize = 6;
/// A name or text is cut no shorter than this where figures leave room for less.
const TEXT_ENOUGH: usize = 18;
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

/// The lines of the chosen columns, but for the one that names the results. Text in them is as it came.
fn lines(report: &Report, side: &SideBySide, columns: &[usize], look: &Look) -> Vec<Line> {
    let folded = side.baseline.map(|baseline| baseline.differences);
    let chosen = columns.iter().copied().filter(|&column| column != 0 && Some(column) != folded);
    chosen.flat_map(|column| column_lines(report, side, column, look)).collect()
}

fn column_lines(report: &Report, side: &SideBySide, column: usize, look: &Look) -> Vec<Line> {
    let shape = &report.columns[column];
    let style = Style::of_column(report, column, look);
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
    let lines = lines(report, side, columns, look);
    let label = labels(&lines, baseline_name(report, side), look);
    let results: Vec<Printed> =
        names(report).enumerate().map(|(at, name)| result(at, name, &lines, side, look)).collect();
    let (blocks, hidden) = blocks_of(&label, results, look);
    let tables = blocks.iter().map(|block| {
        let lines = vec![Row::default(); label.cells.len()];
        lay_out(&lines, block, look)
    });
    let mut out = tables.collect::<Vec<_>>().join("\n");
    if let (Some(columns), false) = (look.width, hidden.is_empty()) {
        let noun = if hidden.len() == 1 { "plan" } else { "plans" };
        let line = format!(
            "{} {noun} hidden at {columns} columns: {} (--width, -f csv, -f json)",
            hidden.len(),
            hidden.join(", ")
        );
        out += &(wrap(&line, look.width) + "\n");
    }
    if !look.quiet {
        out += &below(report, &[], look);
    }
    out
}

/// The labels, with blank ones beside the further lines of a cell.
fn labels(lines: &[Line], baseline: Option<&str>, look: &Look) -> Printed {
    let mut cells = Vec::new();
    for line in lines {
        cells.push(escape::terminal(&line.label, look.ascii));
        cells.resize(cells.len() + height(line) - 1, String::new());
        if let (Some(_), Some(name)) = (&line.more, baseline) {
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

fn height(line: &Line) -> usize {
    line.cells.iter().map(Vec::len).max().unwrap_or(1).max(1)
}

/// The column of a result. Where one of its figures is marked, the others leave room for the mark.
fn result(at: usize, name: &str, lines: &[Line], side: &SideBySide, look: &Look) -> Printed {
    let marked = side.best.iter().any(|best| best.row == at);
    let end = |best: bool| match (marked, best) {
        (true, true) => " *",
        (true, false) => "  ",
        (false, _) => "",
    };
    let most = TEXT_ENOUGH.max(look.width.unwrap_or(usize::MAX) / 5);
    let mut cells = Vec::new();
    for line in lines {
        let own = &line.cells[at];
        for part in 0..height(line) {
            let text = own.get(part).map_or_else(String::new, |text| escape::terminal(text, look.ascii));
            let text = if line.is_text { middle(&text, most, look.ascii) } else { text };
            cells.push(text + end(line.best[at] && part == 0));
        }
        if let Some(more) = &line.more {
            cells.push(escape::terminal(&more[at], look.ascii) + end(false));
        }
    }
    let title = escape::terminal(name, look.ascii);
    Printed { title, cells, steps: Vec::new(), right: true, is_text: false, gap: GAP }
}

/// Tables that fit, as even as they can be, and the names of results that are in none.
fn blocks_of(label: &Printed, mut results: Vec<Printed>, look: &Look) -> (Vec<Vec<Printed>>, Vec<String>) {
    let block = |results: &[Printed]| std::iter::once(label.clone()).chain(results.iter().cloned()).collect();
    let Some(columns) = look.width else { return (vec![block(&results)], Vec::new()) };
    let room = columns.saturating_sub(label.width() + GAP);
    let names: Vec<String> = results.iter().map(|result| result.title.clone()).collect();
    let figures = |result: &Printed| result.cells.iter().map(|cell| width(cell)).max().unwrap_or(0);
    let line =
        |results: &[Printed]| results.iter().map(|result| result.width() + GAP).sum::<usize>().saturating_sub(GAP);
    // Names are cut before results go below one another, and further only where one alone is too wide.
    let widest = results.iter().map(figures).max().unwrap_or(0);
    let too_wide: [fn(usize, usize, usize) -> bool; 2] = [|line, _, room| line > room, |_, widest, room| widest > room];
    for (least, too_wide) in [TEXT_ENOUGH, TEXT_LEAST].into_iter().zip(too_wide) {
        let one = results.iter().map(Printed::width).max().unwrap_or(0);
        if too_wide(line(&results), one, room) {
            let titles = distinct(&names, least.max(widest), look.ascii);
            results.iter_mut().zip(titles).for_each(|(result, title)| result.title = title);
        }
    }
    let fits = |size: usize| results.chunks(size).all(|chunk| line(chunk) <= room);
    if fits(results.len().max(1)) {
        return (vec![block(&results)], Vec::new());
    }
    let hidden = names.get(RESULTS_MOST..).unwrap_or_default().to_vec();
    results.truncate(RESULTS_MOST);
    let fits = |size: &usize| results.chunks(*size).all(|chunk| line(chunk) <= room);
    let most = (1..=results.len()).rev().find(fits).unwrap_or(1);
    let tables = results.len().div_ceil(most);
    let size = Some(results.len().div_ceil(tables)).filter(fits).unwrap_or(most);
    (results.chunks(size).map(block).collect(), hidden)
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
