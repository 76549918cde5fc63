//! Results that differ in one point side by side: the same rows, folded.

use super::width::width;
use super::{Format, Look, text};
use crate::report::{Cell, Column, Crossed, Layout, Report, Row, Unit};

/// The report with a line for all results that agree in the columns `down`, and the positions of its columns. `None`
/// where each result has a line of its own: in documents for machines, where there is nothing to put side by side, and
/// where the columns do not fit.
pub(super) fn folded(report: &Report, crossed: &Crossed, format: Format, look: &Look) -> Option<(Report, Vec<usize>)> {
    if report.rows.is_empty() || !matches!(format, Format::Table | Format::Plain | Format::Markdown) {
        return None;
    }
    let heading = |row: &Row| super::cell(&row.cells[crossed.across]);
    let mut across: Vec<String> = Vec::new();
    for row in &report.rows {
        let text = heading(row);
        if !across.contains(&text) {
            across.push(text);
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for row in &report.rows {
        let down = || crossed.down.iter().map(|&at| row.cells[at].clone());
        let at = across.iter().position(|text| *text == heading(row))?;
        let is_same = |known: &&mut Row| known.cells.iter().zip(down()).all(|(cell, own)| *cell == own);
        // A value may come twice only if a line was asked for twice.
        match rows.last_mut().filter(is_same) {
            Some(known) => known.cells[crossed.down.len() + at] = row.cells[crossed.figure].clone(),
            None => {
                let mut cells: Vec<Cell> = down().collect();
                cells.extend(across.iter().map(|_| Cell::Text(String::new())));
                cells[crossed.down.len() + at] = row.cells[crossed.figure].clone();
                rows.push(Row { group: row.group.clone(), cells });
            }
        }
    }
    let figure = &report.columns[crossed.figure];
    let values = across.into_iter().map(|title| Column { title, unit: Unit::Text, drop_rank: 0, ..figure.clone() });
    let columns: Vec<Column> = crossed.down.iter().map(|&at| report.columns[at].clone()).chain(values).collect();
    let all: Vec<usize> = (0..columns.len()).collect();
    // What goes by its rank where there is no room does not count.
    let stays: Vec<usize> = all.iter().copied().filter(|&at| columns[at].drop_rank == 0).collect();
    let folded = Report { layout: Layout::Rows, columns, rows, ..report.clone() };
    let is_too_wide = |columns: usize| {
        let unfitted = Look { width: None, ..look.clone() };
        let table = Report { sections: Vec::new(), footer: Vec::new(), ..folded.clone() };
        text::document(&table, &stays, &unfitted).lines().any(|line| width(line) > columns)
    };
    if format == Format::Table && look.width.is_some_and(is_too_wide) {
        return None;
    }
    Some((folded, all))
}
