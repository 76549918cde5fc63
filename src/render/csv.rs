//! Comma- and tab-separated values: raw figures, keys as headings, nothing where there is no figure.
//!
//! A heat column becomes one column for each point, named by its exact utilization: `margin_at_2/35`.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::{Look, escape, figures, heat};
use crate::report::{Cell, Column, Table, Unit};

/// RFC 4180 with `\n`.
pub(super) fn comma_separated(table: Table<'_>, columns: &[usize], look: &Look) -> String {
    let guard = look.csv_guard;
    write(table, columns, &mut WriterBuilder::new(), &|text| escape::csv(text, guard))
}

/// For `awk` and `cut`: a cell holds no tab and no line end, so nothing is quoted.
pub(super) fn tab_separated(table: Table<'_>, columns: &[usize], look: &Look) -> String {
    let guard = look.csv_guard;
    let mut format = WriterBuilder::new();
    format.delimiter(b'\t').quote_style(QuoteStyle::Never);
    write(table, columns, &mut format, &|text| escape::tsv(text, guard))
}

fn write(table: Table<'_>, columns: &[usize], format: &mut WriterBuilder, text: &dyn Fn(&str) -> String) -> String {
    let mut writer = format.terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    let columns: Vec<(usize, &Column)> = columns.iter().map(|&index| (index, &table.columns[index])).collect();
    let keys = columns.iter().flat_map(|(_, column)| keys(column));
    writer.write_record(keys.collect::<Vec<_>>()).expect("memory takes all");
    for row in table.rows {
        let values = columns.iter().flat_map(|(index, column)| values(column, &row.cells[*index], text));
        writer.write_record(values.collect::<Vec<_>>()).expect("memory takes all, and rows have equal lengths");
    }
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("built from text")
}

fn keys(column: &Column) -> Vec<String> {
    match column.unit {
        Unit::Heat => {
            column.heat_points.iter().map(|point| format!("{}_{}", column.key, point.utilization.to_exact())).collect()
        }
        _ => vec![column.key.to_owned()],
    }
}

fn values(column: &Column, cell: &Cell, text: &dyn Fn(&str) -> String) -> Vec<String> {
    match column.unit {
        Unit::Heat => heat::margins(cell, column.heat_points.len())
            .into_iter()
            .map(|margin| margin.map(figures::ratio_digits).unwrap_or_default())
            .collect(),
        _ => vec![figures::digits(cell).unwrap_or_else(|| text(&words(cell)))],
    }
}

/// What is not a figure, as it came.
fn words(cell: &Cell) -> String {
    let value = |cell: &Cell| figures::digits(cell).unwrap_or_else(|| words(cell));
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Date(date) => date.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::List(cells) => cells.iter().map(value).collect::<Vec<_>>().join("; "),
        Cell::Record(record) => {
            record.iter().map(|(key, cell)| format!("{key}={}", value(cell))).collect::<Vec<_>>().join("; ")
        }
        _ => String::new(),
    }
}
