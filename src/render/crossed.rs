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

#[cfg(test)]
mod tests {
    use super::super::fixture::{column, empty, text};
    use super::super::render;
    use super::*;

    /// Two plans at two paces each; the second plan lacks one.
    fn report() -> Report {
        let columns = [column("plan", "Plan", Unit::Text, 0), column("pace", "Pace", Unit::Text, 0)];
        let row = |[plan, pace, years]: [&str; 3]| Row { group: None, cells: [plan, pace, years].map(text).to_vec() };
        Report {
            columns: columns.into_iter().chain([column("years", "Years", Unit::Text, 0)]).collect(),
            rows: [["a", "2x", "now"], ["a", "9x", "1.5"], ["b", "9x", "never"]].map(row).to_vec(),
            layout: Layout::Crossed(Crossed { down: vec![0], across: 1, figure: 2 }),
            ..empty(&[])
        }
    }

    fn printed(format: Format, width: Option<usize>) -> String {
        render(&report(), &[0, 1, 2], format, &Look { width, quiet: true, ..Look::default() })
    }

    #[test]
    fn results_that_differ_in_one_point_share_a_line() {
        let expected = "PLAN  2X   9X\n────────────────\na     now  1.5\nb          never\n";
        assert_eq!(printed(Format::Table, Some(20)), expected);
        assert!(printed(Format::Markdown, None).contains("| Plan | 2x | 9x |"));
    }

    #[test]
    fn where_they_do_not_fit_and_for_machines_each_has_its_line() {
        assert!(printed(Format::Table, Some(15)).starts_with("PLAN  PACE  YEARS\n"));
        assert_eq!(printed(Format::Csv, None).lines().count(), 4);
    }
}
