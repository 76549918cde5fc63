//! What the tables of prices have in common: columns, cells of rates, and the document.

use super::sources::Loaded;
use crate::cli::args::OutputArgs;
use crate::cli::publish::{Selected, columns_help, select, sort};
use crate::cli::{Answered, Exit, Found, Stop};
use crate::problem::{Level, Problem};
use crate::rates::Worth;
use crate::report::{Cell, Column, Layout, Missing, Record, Report, Row, Section, Unit};
use crate::units::{Rate, Ratio};

/// A column and how its cell is made: key, title, unit, drop rank where it is shown, meaning, cell.
pub(super) type Field<T> = (&'static str, &'static str, Unit, Option<u8>, &'static str, fn(&T) -> Cell);

pub(super) fn columns<T>(fields: &[Field<T>]) -> Vec<Column> {
    let column = |&(key, title, unit, rank, meaning, _): &Field<T>| Column {
        key,
        title: title.to_owned(),
        meaning,
        unit,
        shown: rank.is_some(),
        drop_rank: rank.unwrap_or(9),
        heat_points: Vec::new(),
    };
    fields.iter().map(column).collect()
}

pub(super) fn rows<T>(fields: &[Field<T>], items: &[T]) -> Vec<Row> {
    let row = |item: &T| Row { group: None, cells: fields.iter().map(|(.., cell)| cell(item)).collect() };
    items.iter().map(row).collect()
}

pub(super) fn section<T>(key: &'static str, title: String, fields: &[Field<T>], items: &[T]) -> Section {
    Section { key, title, columns: columns(fields), rows: rows(fields, items), chart: None }
}

/// Which columns and which order were asked for, or the columns and their meanings.
pub(super) enum Chosen {
    Help(Answered),
    Columns(Selected),
}

/// Reads the flags of the table before anything else is read.
pub(super) fn chosen(output: &OutputArgs, columns: &[Column]) -> Result<Chosen, Stop> {
    let all: Vec<&Column> = columns.iter().collect();
    if output.columns.iter().any(|name| name == "help") {
        return Ok(Chosen::Help(Answered::Help(columns_help(&all))));
    }
    select(output, &all).map(Chosen::Columns)
}

/// What differs between the documents.
pub(super) struct Made {
    pub(super) kind: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    pub(super) sections: Vec<Section>,
    pub(super) summary: Record,
    pub(super) footer: Vec<String>,
    pub(super) assumptions: Record,
    /// The answer is no.
    pub(super) no: bool,
}

/// The document of a table.
pub(super) fn document(made: Made, (columns, order): Selected, loaded: Loaded, problems: Vec<Problem>) -> Answered {
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let mut report = Report {
        kind: made.kind,
        layout: Layout::Rows,
        complete: !failed,
        as_of: loaded.day,
        inputs: loaded.inputs,
        prices: loaded.prices,
        assumptions: made.assumptions,
        columns: made.columns,
        rows: made.rows,
        sections: made.sections,
        summary: made.summary,
        footer: made.footer,
        problems,
        verdicts: None,
    };
    if let Some((column, descending)) = order {
        sort(&mut report.rows, column, descending);
    }
    let exit = Exit::of(failed, !failed, false).or(if made.no { Exit::No } else { Exit::Done });
    Answered::Report(Box::new(Found { report, columns, exit, inputs: loaded.names }))
}

pub(super) fn rate(rate: Option<Rate>) -> Cell {
    usd(rate.map(Rate::usd_per_mtok))
}

pub(super) fn usd(usd: Option<Ratio>) -> Cell {
    usd.map_or(Cell::Missing(Missing::NotApplicable), |usd| Cell::Usd(usd.into()))
}

pub(super) fn text(text: Option<&str>) -> Cell {
    text.map_or(Cell::Missing(Missing::NotApplicable), |text| Cell::Text(text.to_owned()))
}

pub(super) fn or_none<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
    value.map_or(Cell::Missing(Missing::NotApplicable), cell)
}

/// A value of a price list in words: `0.50`, `x0.5`, `above`.
pub(super) fn worth(worth: Option<&Worth>) -> Cell {
    let Some(worth) = worth else { return Cell::Missing(Missing::NotApplicable) };
    Cell::Text(match worth {
        Worth::PerMtok(rate) => rate.usd_per_mtok().to_decimal_trimmed(2, 12),
        Worth::PerRequest(usd) => usd.ratio().to_decimal_trimmed(2, 12),
        Worth::Factor(factor) => format!("x{}", factor.to_decimal_trimmed(0, 12)),
        Worth::MarkIncluded(true) => "from the mark".to_owned(),
        Worth::MarkIncluded(false) => "above the mark".to_owned(),
        Worth::Hours(hours) => hours.clone(),
    })
}

/// So many things, in words.
pub(super) fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
