//! A table of GitHub-flavoured Markdown, for pull requests and step summaries.
//!
//! The first text column names the rows: its cells are code spans. A summary over 1 MiB is dropped whole by GitHub, so
//! the table stops before that and says so.

use super::figures::{self, Style};
use super::{Look, escape, heat};
use crate::report::{Cell, Column, Report, Row, Table, Unit};

/// 900 KiB: room for a footer and for what else is in the summary.
const BYTES_MOST: usize = 900 * 1024;

/// The results, the tables beside them, legend, footer.
pub(super) fn document(report: &Report, columns: &[usize], look: &Look) -> String {
    let (mut out, mut marks) = table(report.table(), columns, BYTES_MOST, look);
    for section in report.sections.iter().filter(|section| section.is_shown()) {
        out += &format!("\n### {}\n\n", escape::markdown(&section.title, look.ascii));
        let room = BYTES_MOST.saturating_sub(out.len());
        let (text, more) = table(section.table(), &section.table().shown(), room, look);
        out += &text;
        marks.extend(more);
    }
    if !look.quiet {
        let legend = heat::legend(|mark| marks.contains(&mark), look.ascii);
        if !legend.is_empty() {
            out += &format!("\n{}\n", escape::markdown(&legend.join(" · "), look.ascii));
        }
        for text in &report.footer {
            out += &format!("\n{}\n", escape::markdown(text, look.ascii));
        }
    }
    out
}

/// Header, alignment and rows, and the marks in them.
fn table(table: Table<'_>, columns: &[usize], bytes_most: usize, look: &Look) -> (String, Vec<heat::Mark>) {
    let name = columns.iter().copied().find(|&index| table.columns[index].unit == Unit::Text);
    let columns: Vec<Printed> = columns
        .iter()
        .map(|&index| Printed {
            index,
            column: &table.columns[index],
            style: Style::of_column(table, index, look),
            is_name: Some(index) == name,
        })
        .collect();
    let mut out = line(columns.iter().flat_map(|c| c.titles(look)).collect());
    out += &line(columns.iter().flat_map(Printed::rules).collect());
    let mut group = None;
    for (done, row) in table.rows.iter().enumerate() {
        let mut text = String::new();
        if row.group != group {
            group.clone_from(&row.group);
            let heading = escape::markdown(group.as_deref().unwrap_or(""), look.ascii);
            text += &line(vec![if heading.is_empty() { heading } else { format!("**{heading}**") }]);
        }
        text += &line(columns.iter().flat_map(|c| c.values(&row.cells[c.index], look)).collect());
        if out.len() + text.len() > bytes_most {
            out += &format!("\n**{done} of {} rows are shown: the rest would pass 900 KiB.**\n", table.rows.len());
            break;
        }
        out += &text;
    }
    let marks = columns.iter().flat_map(|c| c.marks(table.rows)).collect();
    (out, marks)
}

struct Printed<'a> {
    index: usize,
    column: &'a Column,
    style: Style,
    is_name: bool,
}

impl Printed<'_> {
    /// The marks that stand beside numbers; a sign needs no legend.
    fn marks(&self, rows: &[Row]) -> Vec<heat::Mark> {
        let points = self.column.heat_points.len();
        let cells = rows.iter().map(|row| &row.cells[self.index]).filter(|_| self.column.unit == Unit::Heat);
        let marks = cells.flat_map(|cell| heat::margins(cell, points).into_iter().map(heat::Mark::of));
        marks.filter(|mark| !matches!(mark, heat::Mark::Profit | heat::Mark::Loss)).collect()
    }

    fn titles(&self, look: &Look) -> Vec<String> {
        match self.column.unit {
            Unit::Heat => self.column.heat_points.iter().map(|p| escape::markdown(&p.text, look.ascii)).collect(),
            _ => vec![escape::markdown(&self.column.title, look.ascii)],
        }
    }

    fn rules(&self) -> Vec<String> {
        let rule = |right: bool| if right { "--:" } else { "---" }.to_owned();
        match self.column.unit {
            Unit::Heat => vec![rule(true); self.column.heat_points.len()],
            unit => vec![rule(figures::is_right(unit))],
        }
    }

    fn values(&self, cell: &Cell, look: &Look) -> Vec<String> {
        match cell {
            _ if self.column.unit == Unit::Heat => heat::margins(cell, self.column.heat_points.len())
                .into_iter()
                .map(|margin| escape::markdown(heat::marked_number(margin, look.ascii).trim_end(), look.ascii))
                .collect(),
            Cell::Text(text) if self.is_name => vec![escape::markdown_code(text, look.ascii)],
            cell => vec![escape::markdown(&self.style.raw(cell), look.ascii)],
        }
    }
}

fn line(cells: Vec<String>) -> String {
    if cells.iter().all(|cell| cell.starts_with("--")) {
        return format!("|{}|\n", cells.join("|"));
    }
    format!("| {} |\n", cells.join(" | "))
}
