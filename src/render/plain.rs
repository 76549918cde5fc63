//! One `label: value` block for each row: no columns, no boxes, nothing that depends on width.

use super::figures::{Style, percent, word};
use super::{Look, escape, heat};
use crate::report::{Cell, Column, Report, Table, Unit};

/// A list longer than this goes on lines of its own.
const LINE_MOST: usize = 60;

/// The blocks, then those of the tables beside them, then the footer.
pub(super) fn document(report: &Report, columns: &[usize], look: &Look) -> String {
    let mut parts = blocks(report.table(), columns, look);
    for section in report.sections.iter().filter(|section| section.is_shown()) {
        parts.push(escape::terminal(&section.title, look.ascii) + "\n");
        parts.extend(blocks(section.table(), &section.table().shown(), look));
    }
    let footer = report.footer.iter().filter(|_| !look.quiet);
    parts.push(footer.map(|line| escape::terminal(line, look.ascii) + "\n").collect());
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn blocks(table: Table<'_>, columns: &[usize], look: &Look) -> Vec<String> {
    let columns: Vec<_> =
        columns.iter().map(|&index| (index, &table.columns[index], Style::of_column(table, index, look))).collect();
    let block = |row: &crate::report::Row| {
        let group = row.group.as_ref().map(|group| format!("Group: {}\n", escape::terminal(group, look.ascii)));
        let values = columns.iter().map(|(index, column, style)| labelled(column, &row.cells[*index], style, look));
        group.into_iter().chain(values).collect::<String>()
    };
    table.rows.iter().map(block).collect()
}

fn labelled(column: &Column, cell: &Cell, style: &Style, look: &Look) -> String {
    let label = escape::terminal(&column.title, look.ascii);
    match cell {
        _ if column.unit == Unit::Heat => format!("{label}:\n{}", margins(column, cell, look)),
        Cell::List(cells) if style.text(cell).len() > LINE_MOST => {
            format!("{label}:\n{}", cells.iter().map(|cell| format!("  {}\n", style.text(cell))).collect::<String>())
        }
        cell => format!("{label}: {}\n", style.text(cell)),
    }
}

fn margins(column: &Column, cell: &Cell, look: &Look) -> String {
    let margins = heat::margins(cell, column.heat_points.len());
    let line = |(point, margin): (&crate::report::HeatTitle, &heat::Margin<'_>)| {
        let value = margin.map_or_else(|missing| word(missing).to_owned(), |margin| percent(margin, 0) + "%");
        format!("  {}: {value}\n", escape::terminal(&point.text, look.ascii))
    };
    column.heat_points.iter().zip(&margins).map(line).collect()
}
