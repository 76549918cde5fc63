//! What a command found: tables of typed cells and the envelope around them.
//!
//! A column has a key for machines, with its unit in the name, and a title for people. A heat map is a column of
//! [`Cell::Heat`]. So a format only ever prints one [`Report`], and every command has every format.

mod outline;
pub mod page;
mod picture;

pub use outline::{Block, Branch, Decimals, Outline, Piece};
pub use picture::{Axis, Bar, Bars, Chart, Curve, Picture};

use std::collections::BTreeSet;

use crate::problem::{Level, Problem};
use crate::units::{Date, Ratio};

/// The answer of one command.
#[derive(Clone, Debug)]
pub struct Report {
    /// The command: `analyze`.
    pub kind: &'static str,
    /// Which way its table lies for people.
    pub layout: Layout,
    /// Whether every figure that was asked for is known and every input was read.
    pub complete: bool,
    /// The day whose facts were used.
    pub as_of: Option<Date>,
    /// The files that were read.
    pub inputs: Vec<Record>,
    /// Where rates came from.
    pub prices: Vec<Record>,
    /// What was assumed, key by key.
    pub assumptions: Record,
    /// The columns of the table, all of them; those of [`Column::shown`] are printed by default.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for every column.
    pub rows: Vec<Row>,
    /// Tables that stand after it.
    pub sections: Vec<Section>,
    /// Counts over the rows.
    pub summary: Record,
    /// Lines under the table for people: basis, what is left out.
    pub footer: Vec<String>,
    /// What was wrong with the inputs.
    pub problems: Vec<Problem>,
    /// What a policy says of a change, where one was asked for.
    pub verdicts: Option<Vec<Record>>,
}

impl Report {
    /// The results.
    #[must_use]
    pub fn table(&self) -> Table<'_> {
        Table { columns: &self.columns, rows: &self.rows }
    }

    /// Whether people have nothing to read: no row, and what went wrong is said elsewhere. That a comparison found
    /// nothing is its answer, which its footer tells.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        let failed = || self.problems.iter().any(|problem| problem.level == Level::Error);
        let found_nothing = ["diff", "prices-import", "prices-diff", "prices-check"].contains(&self.kind);
        self.rows.is_empty() && (!found_nothing || failed()) && self.verdicts.as_ref().is_none_or(Vec::is_empty)
    }
}

/// A table beside the results, such as a histogram or what was skipped.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its key in documents for machines; no other key of an envelope.
    pub key: &'static str,
    /// What it shows, as a heading.
    pub title: String,
    /// Its columns; those of [`Column::shown`] are printed for people, and without one of them it is not.
    pub columns: Vec<Column>,
    /// Its rows; each has a cell for every column.
    pub rows: Vec<Row>,
    /// What a terminal shows in place of the rows.
    pub chart: Option<Picture>,
}

/// Columns and the rows under them.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The columns.
    pub columns: &'a [Column],
    /// The rows; each has a cell for every column.
    pub rows: &'a [Row],
}

impl Table<'_> {
    /// Positions of the columns that are printed unless others are asked for.
    #[must_use]
    pub fn shown(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&column| self.columns[column].shown).collect()
    }
}

impl Section {
    /// A picture of the results, which a terminal shows in place of their table. Other forms have the results alone.
    #[must_use]
    pub fn of_results(title: String, picture: Picture) -> Self {
        Self { key: "", title, columns: Vec::new(), rows: Vec::new(), chart: Some(picture) }
    }

    /// Whether it is a picture of the results, without rows of its own.
    #[must_use]
    pub fn is_of_results(&self) -> bool {
        self.columns.is_empty() && self.chart.is_some()
    }

    /// Whether people see it below the results: it has a row, and some column of it is shown.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        !self.rows.is_empty() && self.columns.iter().any(|column| column.shown)
    }

    /// Its columns and rows.
    #[must_use]
    pub fn table(&self) -> Table<'_> {
        Table { columns: &self.columns, rows: &self.rows }
    }
}

/// Which way a table lies. Documents for machines have an object or a line for each result, either way.
#[derive(Clone, Debug, Default)]
pub enum Layout {
    /// A line for each result, a column for each figure.
    #[default]
    Rows,
    /// A line for each figure, a column for each result.
    Columns(SideBySide),
    /// A line for results that differ in one point, a column for each value of that.
    Crossed(Crossed),
}

/// How results that differ in one point stand side by side: a line's cells of one column under the values of another.
#[derive(Clone, Debug)]
pub struct Crossed {
    /// Positions of the columns in which the results of a line agree.
    pub down: Vec<usize>,
    /// Position of the column in which they differ.
    pub across: usize,
    /// Position of the column whose cells are shown.
    pub figure: usize,
}

/// What results that stand side by side say of one another.
#[derive(Clone, Debug, Default)]
pub struct SideBySide {
    /// The figures that are the best of their line.
    pub best: BTreeSet<At>,
    /// The result that the others are held against, if there is one.
    pub baseline: Option<Baseline>,
}

/// One figure of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Position of the result.
    pub row: usize,
    /// Position of the column.
    pub column: usize,
    /// Which point of a heat column; 0 for others.
    pub point: usize,
}

/// A result that the others are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// Position of the result.
    pub row: usize,
    /// Position of the column whose records hold, by the keys of other columns, how much more a result has.
    pub differences: usize,
}

/// Keys and their values, in order.
pub type Record = Vec<(&'static str, Cell)>;

/// One kind of figure.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name for machines; ends in the unit.
    pub key: &'static str,
    /// Heading of the terminal table, at most ten characters or so.
    pub title: String,
    /// What it means, for `--columns help` and schemas.
    pub meaning: &'static str,
    /// What its cells hold.
    pub unit: Unit,
    /// Printed in a table unless other columns are asked for.
    pub shown: bool,
    /// What goes first where a table does not fit: the highest rank; 0 stays. A heat column of rank 0 was asked for:
    /// others go before its numbers become a strip of symbols.
    pub drop_rank: u8,
    /// The utilizations of a [`Unit::Heat`] column, as they were asked for (`2/35`, `10%`).
    pub heat_points: Vec<HeatTitle>,
}

/// Heading of one cell of a heat column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatTitle {
    /// The utilization.
    pub utilization: Ratio,
    /// As it was asked for: `2/35`, `10%`.
    pub text: String,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Words.
    Text,
    /// US dollars.
    Usd,
    /// US dollars of which every digit counts, such as a list price; `--decimals` does not shorten them.
    Rate,
    /// A share: a fraction for machines, percent for people.
    Share,
    /// A margin: a share that is shown in whole percent, as such tables are published.
    Margin,
    /// So many times something: `20x`.
    Multiple,
    /// A plain number.
    Number,
    /// A count.
    Count,
    /// A day.
    Date,
    /// Yes or no.
    Flag,
    /// Margins over utilization.
    Heat,
    /// A share, with a bar beside it for people; the longest bar is the largest share of the column.
    Bar,
    /// Several cells.
    List,
    /// Arguments of a command line: whole, or not shown.
    Command,
    /// Where something is said: an address or a name.
    Source,
}

/// One line of the table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What it is grouped under, where rows are grouped.
    pub group: Option<String>,
    /// A cell for every column of the report.
    pub cells: Vec<Cell>,
}

/// A figure, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// US dollars.
    Usd(Figure),
    /// A share.
    Share(Figure),
    /// So many times something.
    Multiple(Figure),
    /// A plain number.
    Number(Figure),
    /// A count.
    Count(u64),
    /// A day.
    Date(Date),
    /// Yes or no.
    Flag(bool),
    /// No figure.
    Missing(Missing),
    /// Several.
    List(Vec<Cell>),
    /// Named parts.
    Record(Record),
    /// Margins over utilization, one for each of [`Column::heat_points`].
    Heat(Vec<HeatCell>),
}

/// An exact figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its value.
    pub value: Ratio,
    /// Measured or estimated rather than published: shown with `~`.
    pub approximate: bool,
}

impl From<Ratio> for Figure {
    fn from(value: Ratio) -> Self {
        Self { value, approximate: false }
    }
}

/// Why there is no figure. Never shown as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Missing {
    /// Not known: `?`.
    Unknown,
    /// Has no meaning here, such as the multiple of a free plan: `n/a`.
    NotApplicable,
    /// No bound: `no cap`.
    Unlimited,
    /// Never happens: `never`.
    Never,
    /// Holds everywhere: `always`.
    Always,
}

/// Margin and profit at one utilization.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatCell {
    /// Share of the allowance that is asked for.
    pub utilization: Ratio,
    /// Share that is served: less than asked for past the limit, where no overage is sold. [`Cell::Share`] or
    /// [`Cell::Missing`].
    pub served: Cell,
    /// [`Cell::Share`] or [`Cell::Missing`].
    pub margin: Cell,
    /// [`Cell::Usd`] or [`Cell::Missing`].
    pub profit_usd: Cell,
}
