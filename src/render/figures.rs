//! Cells as text: rounding, grouping, signs, and the words for figures that do not exist.

use super::{Look, escape};
use crate::report::{Cell, Figure, Missing, Table, Unit};
use crate::units::Ratio;

/// How the figures of one column are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    usd: usize,
    share: usize,
    number: usize,
    /// Dollars have all their digits.
    exact: bool,
    ascii: bool,
}

impl Style {
    /// Decimals of a rate: as many as a plan file has.
    const EXACT: usize = 12;

    /// The style of a column; see the head of `render`.
    pub(super) fn of_column(table: Table<'_>, column: usize, look: &Look) -> Self {
        let style = Self::of(table.rows.iter().map(|row| &row.cells[column]), look);
        let unit = table.columns[column].unit;
        Self { share: usize::from(unit != Unit::Margin), exact: unit == Unit::Rate, ..style }
    }

    /// The style of margins.
    pub(super) fn margins(look: &Look) -> Self {
        Self { share: 0, ..Self::of([], look) }
    }

    /// Decimals of a share in percent.
    pub(super) const fn share_decimals(&self) -> usize {
        self.share
    }

    /// The style of cells that stand under one another.
    pub(super) fn of<'a>(cells: impl IntoIterator<Item = &'a Cell>, look: &Look) -> Self {
        let mut seen = Seen::default();
        cells.into_iter().for_each(|cell| seen.note(cell));
        Self { usd: look.decimals, share: 1, number: seen.number_decimals, exact: false, ascii: look.ascii }
    }

    /// A cell for people, safe for a terminal.
    pub(super) fn text(&self, cell: &Cell) -> String {
        match cell {
            Cell::Text(text) => escape::terminal(text, self.ascii),
            _ => self.raw(cell),
        }
    }

    /// A cell for people; text in it is as it came.
    pub(super) fn raw(&self, cell: &Cell) -> String {
        match cell {
            Cell::Text(text) => text.clone(),
            Cell::Usd(figure) if self.exact => {
                marked(figure, grouped(&figure.value.to_decimal_trimmed(2, Self::EXACT)))
            }
            Cell::Usd(figure) => marked(figure, grouped(&figure.value.to_decimal(self.usd))),
            Cell::Share(figure) => marked(figure, percent(&figure.value, self.share) + "%"),
            Cell::Multiple(figure) => marked(figure, grouped(&multiple(&figure.value)) + "x"),
            Cell::Number(figure) => marked(figure, grouped(&figure.value.to_decimal(self.number))),
            Cell::Count(count) => grouped(&count.to_string()),
            Cell::Date(date) => date.to_string(),
            Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Cell::Missing(missing) => word(*missing).to_owned(),
            Cell::List(cells) => joined(cells.iter().map(|cell| self.text(cell))),
            Cell::Record(record) if let [("path", path), ("line", line)] = record.as_slice() => {
                format!("{}:{}", self.text(path), self.text(line))
            }
            Cell::Record(record) => joined(record.iter().map(|(key, cell)| format!("{key} {}", self.text(cell)))),
            Cell::Heat(cells) => joined(cells.iter().map(|cell| self.text(&cell.margin))),
        }
    }
}

/// What a column holds, as far as its style depends on it.
#[derive(Default)]
struct Seen {
    number_decimals: usize,
}

impl Seen {
    const NUMBER_DECIMALS_MAX: usize = 4;

    fn note(&mut self, cell: &Cell) {
        match cell {
            Cell::Number(figure) => {
                let text = figure.value.to_decimal_trimmed(0, Self::NUMBER_DECIMALS_MAX);
                let decimals = text.split_once('.').map_or(0, |(_, part)| part.len());
                self.number_decimals = self.number_decimals.max(decimals);
            }
            Cell::List(cells) => cells.iter().for_each(|cell| self.note(cell)),
            Cell::Record(record) => record.iter().for_each(|(_, cell)| self.note(cell)),
            Cell::Heat(cells) => cells.iter().for_each(|cell| self.note(&cell.margin)),
            Cell::Text(_)
            | Cell::Usd(_)
            | Cell::Share(_)
            | Cell::Multiple(_)
            | Cell::Count(_)
            | Cell::Date(_)
            | Cell::Flag(_)
            | Cell::Missing(_) => {}
        }
    }
}

/// A figure for machines: plain decimal digits; `None` for cells that are not figures.
pub(super) fn digits(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Usd(figure) => Some(figure.value.to_decimal_trimmed(2, 9)),
        Cell::Share(figure) | Cell::Multiple(figure) | Cell::Number(figure) => Some(ratio_digits(&figure.value)),
        Cell::Count(count) => Some(count.to_string()),
        _ => None,
    }
}

/// A fraction for machines: at most six decimals.
pub(super) fn ratio_digits(value: &Ratio) -> String {
    value.to_decimal_trimmed(0, 6)
}

/// A share in percent, without the sign for it.
pub(super) fn percent(value: &Ratio, decimals: usize) -> String {
    (value * &Ratio::from(100)).to_decimal(decimals)
}

/// One decimal, more where that would be a small part of the figure.
fn multiple(value: &Ratio) -> String {
    let places = if *value < Ratio::new(1, 10) { 4 } else { 1 };
    value.to_decimal_trimmed(0, places)
}

/// The word for a figure that does not exist.
pub(super) fn word(missing: Missing) -> &'static str {
    match missing {
        Missing::Unknown => "?",
        Missing::NotApplicable => "n/a",
        Missing::Unlimited => "no cap",
        Missing::Never => "never",
        Missing::Always => "always",
    }
}

/// Whether the cells of a column stand at its right edge.
pub(super) fn is_right(unit: Unit) -> bool {
    matches!(
        unit,
        Unit::Usd | Unit::Rate | Unit::Share | Unit::Margin | Unit::Multiple | Unit::Number | Unit::Count | Unit::Bar
    )
}

fn marked(figure: &Figure, text: String) -> String {
    if figure.approximate { format!("~{text}") } else { text }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Thousands apart by `,`.
pub(super) fn grouped(decimal: &str) -> String {
    let whole = decimal.find('.').unwrap_or(decimal.len());
    let first = usize::from(decimal.starts_with('-'));
    let mut out = decimal.to_owned();
    let mut at = whole;
    while at > first + 3 {
        at -= 3;
        out.insert(at, ',');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(text: &str) -> Figure {
        Ratio::parse_share(text).expect("a number").into()
    }

    fn shown(cells: &[Cell]) -> Vec<String> {
        let style = Style::of(cells, &Look::default());
        cells.iter().map(|cell| style.text(cell)).collect()
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(["0", "999", "1000", "-1234567.891"].map(grouped), ["0", "999", "1,000", "-1,234,567.891"]);
    }

    #[test]
    fn money_has_two_decimals_and_ties_go_to_even() {
        assert_eq!(
            shown(&[Cell::Usd(figure("2731.5")), Cell::Usd(figure("0.125")), Cell::Usd(figure("-0.004"))]),
            ["2,731.50", "0.12", "0.00"]
        );
    }

    #[test]
    fn a_share_has_one_decimal() {
        // 4/35 is 11.43 %.
        assert_eq!(shown(&[Cell::Share(figure("0.2")), Cell::Share(figure("4/35"))]), ["20.0%", "11.4%"]);
        assert_eq!(shown(&[Cell::Share(figure("0.2"))]), ["20.0%"]);
    }

    #[test]
    fn a_multiple_has_a_decimal_unless_it_would_be_zero() {
        // 13.6575 is 13.7 at one decimal.
        assert_eq!(shown(&[Cell::Multiple(figure("20")), Cell::Multiple(figure("13.6575"))]), ["20x", "13.7x"]);
        assert_eq!(shown(&[Cell::Multiple(figure("0.05")), Cell::Multiple(figure("0"))]), ["0.05x", "0x"]);
    }

    #[test]
    fn numbers_take_the_decimals_that_the_column_needs() {
        assert_eq!(shown(&[Cell::Number(figure("1200")), Cell::Number(figure("2.25"))]), ["1,200.00", "2.25"]);
        assert_eq!(shown(&[Cell::Number(figure("2/3"))]), ["0.6667"]);
    }

    #[test]
    fn what_is_measured_says_so_and_what_is_missing_has_a_word() {
        let measured = Figure { value: Ratio::from(8000), approximate: true };
        assert_eq!(shown(&[Cell::Usd(measured)]), ["~8,000.00"]);
        let all = [Missing::Unknown, Missing::NotApplicable, Missing::Unlimited, Missing::Never, Missing::Always];
        assert_eq!(shown(&all.map(Cell::Missing)), ["?", "n/a", "no cap", "never", "always"]);
    }

    #[test]
    fn machines_get_money_with_two_to_nine_decimals_and_ratios_with_six() {
        assert_eq!(digits(&Cell::Usd(figure("20"))).as_deref(), Some("20.00"));
        assert_eq!(digits(&Cell::Usd(figure("1/3"))).as_deref(), Some("0.333333333"));
        assert_eq!(digits(&Cell::Share(figure("125/408"))).as_deref(), Some("0.306373"));
        assert_eq!(digits(&Cell::Number(figure("-0.0000001"))).as_deref(), Some("0"));
        assert_eq!(digits(&Cell::Missing(Missing::Unknown)), None);
    }
}
