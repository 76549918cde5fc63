//! The table for a terminal: one line for each row, whatever the width.
//!
//! What fits is decided here: first the default heat columns become strips, then columns are dropped, then names are
//! cut. `comfy-table` only lays out what is left, and knows neither the terminal nor colour: a coloured cell is held
//! together by two characters of no width, which become escape sequences at the end.

use comfy_table::{Cell as LaidOut, CellAlignment, ContentArrangement, LineStyle, TableStyle};

use super::figures::{self, Style};
use super::heat::{self, Mark};
use super::width::{distinct, fill, middle, pad, width, wrap};
use super::{ColorDepth, Look, bar, chart, escape, palette};
use crate::report::{Cell, Column, Picture, Report, Row, Section, Table, Unit};

/// Spaces between columns.
pub(super) const GAP: usize = 2;
/// Spaces between the margins of a heat map, whose marks set them apart already.
const HEAT_GAP: usize = 1;
/// No text is cut shorter than this.
const TEXT_LEAST: usize = 8;
/// No column is dropped to show more of a text than this, or a fifth of the line.
const TEXT_ENOUGH: usize = 18;
/// Where nothing is cut: still far within what `comfy-table` can count.
const TEXT_MOST: usize = 20_000;

/// The results, the tables beside them, what their signs mean, and the footer.
pub(super) fn document(report: &Report, columns: &[usize], look: &Look) -> String {
    let is_drawn = report.sections.iter().any(Section::is_of_results);
    let (mut out, mut marks) = match report.rows.is_empty() || is_drawn {
        // A heading over nothing; what was found is said below, or drawn.
        true => (String::new(), Vec::new()),
        false => grid(report.table(), columns, "--columns, --width", look),
    };
    for section in report.sections.iter().filter(|section| section.is_shown() || section.is_of_results()) {
        let drawn = section.chart.as_ref().map(|picture| drawn(picture, look)).filter(|text| !text.is_empty());
        let (text, more) = match drawn {
            Some(text) => (text, Vec::new()),
            None => grid(section.table(), &section.table().shown(), "--width, --table", look),
        };
        let title = wrap(&escape::terminal(&section.title, look.ascii), look.width);
        out += &format!("{}{title}\n{text}", if out.is_empty() { "" } else { "\n" });
        marks.extend(more);
    }
    if !look.quiet {
        out += &below(report, &marks, look);
    }
    out
}

fn drawn(picture: &Picture, look: &Look) -> String {
    let (text, notes) = match picture {
        Picture::Curves(curves) => (chart::chart(curves, look), &curves.notes),
        Picture::Bars(bars) => (bar::picture(bars, look), &bars.notes),
    };
    let note = |line: &String| wrap(&escape::terminal(line, look.ascii), look.width) + "\n";
    text + &notes.iter().map(note).collect::<String>()
}

/// One table with what was left out of it, and the marks in it.
fn grid(table: Table<'_>, columns: &[usize], flags: &str, look: &Look) -> (String, Vec<Mark>) {
    let all: Vec<Choice> = columns.iter().map(|&column| Choice::new(table, column, look)).collect();
    let (mut kept, hidden) = match look.width {
        Some(columns) => fit(&all, columns),
        None => (all.iter().map(|choice| (choice, Form::Numbers)).collect(), Vec::new()),
    };
    kept.retain(|(choice, form)| !choice.printed(*form).is_empty());
    let marks = kept.iter().flat_map(|(choice, form)| choice.marks(*form)).collect();
    let mut printed: Vec<Printed> =
        kept.iter().flat_map(|(choice, form)| choice.printed(*form).iter().cloned()).collect();
    if let Some(columns) = look.width {
        cut(&mut printed, columns, look.ascii);
    }

    let mut out = lay_out(table.rows, &printed, look);
    if let (Some(columns), false) = (look.width, hidden.is_empty()) {
        out += &(wrap(&hidden_line(&hidden, columns, flags), look.width) + "\n");
    }
    (out, marks)
}

/// A chosen column in each of the forms it may take.
struct Choice<'a> {
    column: &'a Column,
    /// As numbers; a heat column has one for each point.
    numbers: Vec<Printed>,
    /// A heat column as one strip of symbols.
    strip: Option<Printed>,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Numbers,
    Strip,
}

/// A column as it is printed.
#[derive(Clone)]
pub(super) struct Printed {
    pub(super) title: String,
    pub(super) cells: Vec<String>,
    /// Where the parts of each cell stand on the colour scale: one part, or one for each symbol.
    pub(super) steps: Vec<Vec<Option<usize>>>,
    pub(super) right: bool,
    /// Text may be cut; a figure never.
    pub(super) is_text: bool,
    /// Spaces after it.
    pub(super) gap: usize,
}

impl<'a> Choice<'a> {
    fn new(table: Table<'a>, index: usize, look: &Look) -> Self {
        let column = &table.columns[index];
        if column.unit == Unit::Heat {
            return Self::heat(table, index, look);
        }
        let style = Style::of_column(table, index, look);
        let cells = table.rows.iter().map(|row| middle(&style.text(&row.cells[index]), TEXT_MOST, look.ascii));
        let mut numbers = vec![Printed {
            title: title(&column.title, look),
            cells: cells.collect(),
            steps: Vec::new(),
            right: figures::is_right(column.unit),
            is_text: matches!(column.unit, Unit::Text | Unit::List),
            gap: if column.unit == Unit::Bar { 1 } else { GAP },
        }];
        if column.unit == Unit::Bar {
            let cells: Vec<&Cell> = table.rows.iter().map(|row| &row.cells[index]).collect();
            numbers.push(Printed {
                title: String::new(),
                cells: bar::bars(&cells, look),
                steps: Vec::new(),
                right: false,
                is_text: false,
                gap: GAP,
            });
        }
        Self { column, numbers, strip: None, marks: Vec::new() }
    }

    fn heat(table: Table<'a>, index: usize, look: &Look) -> Self {
        let column = &table.columns[index];
        let points = column.heat_points.len();
        let rows: Vec<_> = table.rows.iter().map(|row| heat::margins(&row.cells[index], points)).collect();
        let step = |margin: &heat::Margin<'_>| margin.ok().filter(|_| is_colored(look)).map(palette::step);
        let numbers = column.heat_points.iter().enumerate().map(|(point, head)| Printed {
            title: title(&head.text, look),
            cells: rows.iter().map(|row| heat::marked_number(row[point], look.ascii)).collect(),
            steps: rows.iter().map(|row| vec![step(&row[point])]).collect(),
            right: true,
            is_text: false,
            gap: if point + 1 < points { HEAT_GAP } else { GAP },
        });
        let symbols = |row: &Vec<heat::Margin<'_>>| row.iter().map(|&m| Mark::of(m).symbol(look.ascii)).collect();
        Self {
            column,
            numbers: numbers.collect(),
            strip: (points > 0).then(|| Printed {
                title: title(&column.title, look),
                cells: rows.iter().map(symbols).collect(),
                steps: rows.iter().map(|row| row.iter().map(step).collect()).collect(),
                right: false,
                is_text: false,
                gap: GAP,
            }),
            marks: rows.iter().flatten().map(|&margin| Mark::of(margin)).collect(),
        }
    }

    fn printed(&self, form: Form) -> &[Printed] {
        match (form, &self.strip) {
            (Form::Strip, Some(strip)) => std::slice::from_ref(strip),
            _ => &self.numbers,
        }
    }

    /// The symbols that occur; a sign before a number needs no legend.
    fn marks(&self, form: Form) -> Vec<Mark> {
        let mut marks = self.marks.clone();
        if form == Form::Numbers {
            marks.retain(|mark| !matches!(mark, Mark::Profit | Mark::Loss));
        }
        marks
    }

    /// Its least width, with the gap after it.
    fn width(&self, form: Form, columns: usize) -> usize {
        let enough = TEXT_ENOUGH.max(columns / 5);
        let least = |p: &Printed| if p.is_text { p.width().min(enough) } else { p.width() };
        self.printed(form).iter().map(|p| least(p) + p.gap).sum()
    }
}

impl Printed {
    pub(super) fn width(&self) -> usize {
        self.cells.iter().map(|cell| width(cell)).chain([width(&self.title)]).max().unwrap_or(0)
    }

    fn cut(&mut self, columns: usize, ascii: bool) {
        self.title = middle(&self.title, columns, ascii);
        self.cells = distinct(&self.cells, columns, ascii);
    }

    /// The cell of a row; a coloured one fills its column and stands between its marks.
    fn cell(&self, row: usize, columns: usize, colored: bool) -> String {
        let text = &self.cells[row];
        match self.steps.get(row).map(Vec::as_slice) {
            Some([step]) if colored => paint(&pad(text, columns, self.right), *step),
            Some(steps) if colored => {
                text.chars().zip(steps).map(|(symbol, step)| paint(&symbol.to_string(), *step)).collect()
            }
            _ => text.clone(),
        }
    }
}

fn title(text: &str, look: &Look) -> String {
    escape::terminal(&text.to_uppercase(), look.ascii)
}

/// The columns that are printed, and in which form.
type Kept<'a, 'b> = Vec<(&'b Choice<'a>, Form)>;

/// What is printed and in which form, and the keys of what is not.
///
/// A heat column with a drop rank of its own is numbers only where everything fits. One of rank 0 was asked for: other
/// columns go before it, as long as that makes room for its numbers.
fn fit<'a, 'b>(all: &'b [Choice<'a>], columns: usize) -> (Kept<'a, 'b>, Vec<&'static str>) {
    let was_asked_for = |choice: &Choice<'_>| choice.column.drop_rank == 0;
    let mut kept: Kept<'a, 'b> = all.iter().map(|choice| (choice, Form::Numbers)).collect();
    if total(&kept, columns) > columns {
        kept = dropped(all, columns, |choice| if was_asked_for(choice) { Form::Numbers } else { Form::Strip });
    }
    if total(&kept, columns) > columns {
        kept = dropped(all, columns, |_| Form::Strip);
    }
    let is_kept = |key: &str| kept.iter().any(|(choice, _)| choice.column.key == key);
    let hidden = all.iter().map(|choice| choice.column.key).filter(|key| !is_kept(key)).collect();
    (kept, hidden)
}

/// The columns that are left when those of the highest rank went, the last of equals first, until they fit.
fn dropped<'a, 'b>(all: &'b [Choice<'a>], columns: usize, form: impl Fn(&Choice<'_>) -> Form) -> Kept<'a, 'b> {
    let mut kept: Kept<'a, 'b> = all.iter().map(|choice| (choice, form(choice))).collect();
    while total(&kept, columns) > columns {
        let droppable = kept.iter().enumerate().filter(|(_, (choice, _))| choice.column.drop_rank > 0);
        let Some((last, _)) = droppable.max_by_key(|(_, (choice, _))| choice.column.drop_rank) else { break };
        kept.remove(last);
    }
    kept
}

fn total(kept: &[(&Choice, Form)], columns: usize) -> usize {
    kept.iter().map(|(choice, form)| choice.width(*form, columns)).sum::<usize>().saturating_sub(GAP)
}

/// What went, and the flags that bring it back.
fn hidden_line(hidden: &[&str], columns: usize, flags: &str) -> String {
    let noun = if hidden.len() == 1 { "column" } else { "columns" };
    format!("{} {noun} hidden at {columns} columns: {} ({flags})", hidden.len(), hidden.join(", "))
}

/// Cuts texts until the line fits: long ones that are not the name, then the name, then the others.
fn cut(printed: &mut [Printed], columns: usize, ascii: bool) {
    let texts: Vec<usize> = (0..printed.len()).filter(|&at| printed[at].is_text).collect();
    let Some((&name, others)) = texts.split_first() else { return };
    let enough = TEXT_ENOUGH.max(columns / 5);
    let order = others.iter().map(|&at| (at, enough)).chain([(name, TEXT_LEAST)]);
    for (at, least) in order.chain(others.iter().map(|&at| (at, TEXT_LEAST))).collect::<Vec<_>>() {
        let line: usize = printed.iter().map(|p| p.width() + p.gap).sum::<usize>().saturating_sub(GAP);
        let wide = printed[at].width();
        if line > columns && wide > least {
            printed[at].cut(wide.saturating_sub(line - columns).max(least), ascii);
        }
    }
}

fn is_colored(look: &Look) -> bool {
    look.heat && look.depth != ColorDepth::None
}

/// Header, rule and rows, with a heading before each group.
pub(super) fn lay_out(rows: &[Row], printed: &[Printed], look: &Look) -> String {
    if printed.is_empty() {
        return String::new();
    }
    let colored = is_colored(look);
    let widths: Vec<usize> = printed.iter().map(Printed::width).collect();
    let mut table = comfy_table::Table::new();
    let rule = if look.ascii { '-' } else { '─' };
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill(rule)));
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(printed.iter().map(|p| LaidOut::new(&p.title)).collect::<Vec<_>>());
    for row in 0..rows.len() {
        let cells = printed.iter().zip(&widths).map(|(p, &columns)| LaidOut::new(p.cell(row, columns, colored)));
        table.add_row(cells.collect::<Vec<_>>());
    }
    for (column, p) in table.column_iter_mut().zip(printed) {
        column.set_padding((0, u16::try_from(p.gap).expect("one or two")));
        column.set_cell_alignment(if p.right { CellAlignment::Right } else { CellAlignment::Left });
    }
    if let Some(last) = table.column_mut(printed.len() - 1) {
        last.set_padding((0, 0));
    }
    let mut out = String::new();
    let mut group = None;
    for (at, line) in table.lines().enumerate() {
        if let Some(row) = at.checked_sub(2).and_then(|row| rows.get(row))
            && row.group != group
        {
            group.clone_from(&row.group);
            out += &heading(group.as_deref().unwrap_or(""), at > 2, look);
        }
        out += line.trim_end();
        out.push('\n');
    }
    if colored { colors(&out, look.depth) } else { out }
}

fn heading(group: &str, blank: bool, look: &Look) -> String {
    let text = escape::terminal(group, look.ascii);
    let text = look.width.map_or(text.clone(), |columns| middle(&text, columns, look.ascii));
    format!("{}{text}\n", if blank { "\n" } else { "" })
}

/// Legend and footer, after a blank line.
pub(super) fn below(report: &Report, marks: &[Mark], look: &Look) -> String {
    let items = heat::legend(|mark| marks.contains(&mark), look.ascii);
    let legend = (!items.is_empty()).then(|| fill(items.iter().map(String::as_str), "   ", look.width));
    // A picture has none of the signs of a table.
    let is_drawn = report.sections.iter().any(Section::is_of_results);
    let footer = report.footer.iter().filter(|line| !(is_drawn && line.starts_with(['?', '*'])));
    let footer = footer.map(|line| wrap(&escape::terminal(line, look.ascii), look.width));
    let lines: Vec<String> = legend.into_iter().chain(footer).collect();
    if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join("\n")) }
}

/// Variation selectors take no room, and text of users has none: `escape` shows them by their code.
const PAINT: u32 = 0xE0100;
const PAINT_END: char = '\u{E01EF}';

fn paint(text: &str, step: Option<usize>) -> String {
    let begin = step.and_then(|step| u32::try_from(step).ok()).and_then(|step| char::from_u32(PAINT + step));
    begin.map_or(text.to_owned(), |begin| format!("{begin}{text}{PAINT_END}"))
}

fn colors(text: &str, depth: ColorDepth) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match u32::from(c).checked_sub(PAINT).and_then(|step| usize::try_from(step).ok()) {
            _ if c == PAINT_END => out += palette::RESET,
            Some(step) if step < 0xEF => out += &palette::begin(step, depth),
            _ => out.push(c),
        }
    }
    out
}
