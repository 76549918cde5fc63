//! Statistics as cells. They are binary floats, of which people and machines see no more digits than they hold.

use crate::report::{Cell, Figure, Missing};
use crate::units::Ratio;

/// Digits that a float holds of any amount of money or people there is.
const PLACES: u32 = 4;

/// A float to four decimals; `None`: no number.
pub(super) fn rounded(value: f64) -> Option<Ratio> {
    let value = Ratio::from_f64(value)?;
    // As text it may have more digits than one writes by hand.
    let scale = Ratio::from(10_i128.pow(PLACES));
    let half = Ratio::new(1, 2);
    Some((value * &scale + half).floor() / scale)
}

/// Dollars.
pub(super) fn usd(value: f64) -> Cell {
    cell(rounded(value), Cell::Usd)
}

/// A share.
pub(super) fn share(value: f64) -> Cell {
    cell(Ratio::from_f64(value), Cell::Share)
}

/// The cell of a figure that may not exist.
pub(super) fn or_none(value: Option<f64>, cell: fn(f64) -> Cell) -> Cell {
    value.map_or(Cell::Missing(Missing::NotApplicable), cell)
}

fn cell(value: Option<Ratio>, cell: fn(Figure) -> Cell) -> Cell {
    value.map_or(Cell::Missing(Missing::Unknown), |value| cell(value.into()))
}
