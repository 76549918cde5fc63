//! Reports and problems as text: the only code that rounds, and the only code that knows what a screen can show.
//!
//! Everything is a pure function of its arguments: whether there is a terminal, how wide it is and what it can show
//! comes in as a [`Look`]. Each sink has one encoder in `escape`; text of users reaches no output around it.
//!
//! Figures for people follow one rule per column, so that a column reads in one style:
//!
//! * money: [`Look::decimals`] decimals, thousands apart by `,`;
//! * shares: percent with one decimal; margins whole, as such tables are published;
//! * multiples: one decimal, unless it is zero;
//! * numbers: the fewest decimals, at most four, that show each of them.
//!
//! Figures for machines do not depend on their neighbours: money has 2 to 9 decimals, all else at most 6.

mod bar;
mod chart;
mod comment;
mod crossed;
mod csv;
mod escape;
mod figures;
pub mod finding;
pub mod github;
pub mod gitlab;
mod heat;
mod html;
mod json;
pub mod junit;
mod markdown;
mod outline;
mod palette;
mod plain;
mod problems;
pub mod sarif;
mod side_by_side;
mod text;
mod width;

pub use html::html;
pub use outline::outline;
pub use problems::{MessageFormat, problems};
pub(crate) use width::wrap;

use crate::report::{Cell, Layout, Report, Section};

/// The forms a report can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A table for a terminal.
    Table,
    /// One `label: value` block for each row, for screen readers and very narrow terminals.
    Plain,
    /// One JSON document with every column.
    Json,
    /// The envelope, then one result a line.
    Jsonl,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values, never quoted.
    Tsv,
    /// A table of GitHub-flavoured Markdown.
    Markdown,
}

/// How many colours there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColorDepth {
    /// No escape sequences at all.
    #[default]
    None,
    /// The sixteen named colours.
    Ansi16,
    /// The cube of 256 colours.
    Ansi256,
    /// 24 bits.
    TrueColor,
}

/// What the output may look like; never what it says.
#[derive(Clone, Debug)]
pub struct Look {
    /// Columns of the terminal; `None` is not a terminal: nothing is dropped, cut or wrapped.
    pub width: Option<usize>,
    /// Colours.
    pub depth: ColorDepth,
    /// Nothing but ASCII, for people's formats.
    pub ascii: bool,
    /// Colour behind the cells of heat columns; their symbols always stay.
    pub heat: bool,
    /// Decimals of money.
    pub decimals: usize,
    /// No legend and no footer.
    pub quiet: bool,
    /// Disarm spreadsheet formulas in the text cells of CSV and TSV.
    pub csv_guard: bool,
    /// The output is read by GitHub Actions: no line of it may be a workflow command.
    pub github_actions: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            width: None,
            depth: ColorDepth::None,
            ascii: false,
            heat: true,
            decimals: 2,
            quiet: false,
            csv_guard: true,
            github_actions: false,
        }
    }
}

/// A cell by itself, for a line of text.
#[must_use]
pub fn cell(cell: &Cell) -> String {
    figures::Style::of([cell], &Look::default()).text(cell)
}

/// The report in a format, with the chosen columns (positions in [`Report::columns`]) in their order.
///
/// JSON and JSON lines always hold every column.
#[must_use]
pub fn render(report: &Report, columns: &[usize], format: Format, look: &Look) -> String {
    if format == Format::Table && report.sections.iter().any(Section::is_of_results) {
        return escape::commands(text::document(report, columns, look), look);
    }
    if let Layout::Columns(side) = &report.layout
        && !report.rows.is_empty()
        && let Some(text) = side_by_side::document(report, side, columns, format, look)
    {
        return escape::commands(text, look);
    }
    if let Layout::Crossed(crossed) = &report.layout
        && let Some((report, columns)) = crossed::folded(report, crossed, format, look)
    {
        return render(&report, &columns, format, look);
    }
    match format {
        Format::Table | Format::Plain | Format::Markdown if report.says_nothing() => String::new(),
        Format::Table => escape::commands(text::document(report, columns, look), look),
        Format::Plain => escape::commands(plain::document(report, columns, look), look),
        Format::Markdown if report.kind == "diff" => escape::commands(comment::comment(report, look), look),
        Format::Markdown => escape::commands(markdown::document(report, columns, look), look),
        Format::Json => json::document(report),
        Format::Jsonl => json::lines(report),
        Format::Csv => csv::comma_separated(report.table(), columns, look),
        Format::Tsv => csv::tab_separated(report.table(), columns, look),
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
