//! The quantile table: any distribution drawn in the time of one multiplication, without a branch.
//!
//! A draw's top bit picks the lower or upper half, 52 bits give a tail probability below one half. Each half is cut into
//! octaves of that probability and each octave into 128 cells; inside a cell the quantile function is a straight line.
//! Cells shrink with the probability, so tails are as good as the middle; where it is straight enough, many cells share
//! a line.
//!
//! The line runs through the two Gauss points of its cell, which makes the mean of the cell right to the fourth order
//! (Abramowitz and Stegun 25.4.30). Where a line is further than [`TOLERANCE`] from the function at an end of its cell,
//! as at a jump, a kink or an atom, the cell is cut in halves until the pieces fit or are one step of the generator
//! wide. So an atom comes out as the very number with the very probability, and no draw is outside of the range of
//! the function.

use std::fmt;

use super::draw::Stream;
use crate::population::{Distribution, special};

/// Largest distance of a line from the quantile function, as a share of the value.
pub const TOLERANCE: f64 = 1e-4;

/// The same where cells share a line, so that sharing loses nothing that shows: a share of losers moves by less than
/// this.
const SHARED: f64 = 1e-5;

/// Below this share of the spread of the middle half, distances do not matter.
const NEGLIGIBLE: f64 = 1e-9;

/// Bits of a tail probability that pick the cell within its octave.
const CELL_BITS: u32 = 7;
const CELLS_PER_OCTAVE: u32 = 1 << CELL_BITS;

/// Octaves of `2 x tail probability`, from 2^-53 to 1.
const OCTAVES: i32 = 53;

/// Cells of a half: exponents modulo 64 times the cells of an octave; 11 octaves stay empty.
const HALF: usize = 64 << CELL_BITS;

/// Twice the tail probabilities that are drawn are the odd multiples of this: 2^-53.
const STEP: f64 = f64::EPSILON / 2.0;

/// The bits of 1.0, and the mask of the fraction of any float.
const ONE: u64 = 0x3ff0_0000_0000_0000;
const FRACTION: u64 = 0x000f_ffff_ffff_ffff;

/// `1 / sqrt 3`: Gauss points lie at `1/2 -+ this / 2` of a cell.
const GAUSS: f64 = 0.577_350_269_189_625_8;

/// A quantile function that cannot be drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotFinite {
    /// The tail probability where it has no value.
    pub tail: f64,
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the quantile at a tail probability of {:e} is not a finite number", self.tail)
    }
}

impl std::error::Error for NotFinite {}

/// A straight line over a cell: the value it would have at a tail probability of zero, and its slope over twice the
/// tail probability. Cut cells have NaN, and for the slope the number of their list of pieces.
#[derive(Clone, Copy, Debug)]
struct Cell {
    at_zero: f64,
    slope: f64,
}

/// A straight line over a part of a cell that was cut.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    /// Where it starts: twice a tail probability.
    from: f64,
    /// The value there.
    start: f64,
    /// Its slope over twice the tail probability.
    slope: f64,
}

/// A distribution ready to be drawn from.
#[derive(Clone, Debug)]
pub struct Table {
    cells: Box<[Cell; 2 * HALF]>,
    cut: Vec<Vec<Piece>>,
    least: f64,
    most: f64,
}

impl Table {
    /// A table of a quantile function, given from below and from above: the value that is not exceeded with a
    /// probability, and the one that is. Both are asked from 2^-54 to one half, and must not fall.
    ///
    /// # Errors
    ///
    /// If a value is not finite.
    pub fn new(lower: impl Fn(f64) -> f64, upper: impl Fn(f64) -> f64) -> Result<Self, NotFinite> {
        let smallest = libm::scalbn(1.0, -OCTAVES - 1);
        let (least, most) = (finite(&lower, smallest)?, finite(&upper, smallest)?);
        let negligible = NEGLIGIBLE * (finite(&upper, 0.25)? - finite(&lower, 0.25)?).abs();
        let mut table = Self { cells: empty_cells(), cut: Vec::new(), least, most };
        let bounds = (least.min(most), least.max(most));
        table.fill(0, &Half { quantile: &lower, bounds, negligible })?;
        table.fill(HALF, &Half { quantile: &upper, bounds, negligible })?;
        Ok(table)
    }

    /// The table of a distribution of use.
    ///
    /// # Errors
    ///
    /// If a quantile is not finite.
    pub fn of(distribution: &Distribution) -> Result<Self, NotFinite> {
        Self::new(|p| distribution.quantile(p), |p| distribution.quantile_upper(p))
    }

    /// The smallest value that a draw can have.
    #[must_use]
    pub const fn least(&self) -> f64 {
        self.least
    }

    /// The largest value that a draw can have.
    #[must_use]
    pub const fn most(&self) -> f64 {
        self.most
    }

    /// The value of a draw.
    #[inline]
    #[must_use]
    pub fn value(&self, bits: u64) -> f64 {
        self.value_at(half_of(bits), double_tail(bits))
    }

    /// The value at the probability of a normal score: what stands as far up among its kind.
    #[must_use]
    pub(super) fn value_of_score(&self, score: f64) -> f64 {
        let double_tail = (2.0 * special::normal_cdf(-score.abs())).clamp(STEP, 1.0 - STEP);
        self.value_at(if score > 0.0 { HALF } else { 0 }, double_tail)
    }

    #[inline]
    fn value_at(&self, half: usize, double_tail: f64) -> f64 {
        let value = self.line(half, double_tail);
        if value.is_nan() { self.value_in_pieces(half, double_tail) } else { value }
    }

    /// The values of neighbouring subscribers.
    pub(super) fn fill_values(&self, values: &mut [f64], stream: Stream, first: u64) {
        let mut subscriber = first;
        for value in &mut *values {
            let bits = stream.bits(subscriber);
            *value = self.line(half_of(bits), double_tail(bits));
            subscriber = subscriber.wrapping_add(1);
        }
        if self.cut.is_empty() {
            return;
        }
        for (value, number) in values.iter_mut().zip(0_u64..) {
            if value.is_nan() {
                let bits = stream.bits(first.wrapping_add(number));
                *value = self.value_in_pieces(half_of(bits), double_tail(bits));
            }
        }
    }

    #[inline]
    fn line(&self, half: usize, double_tail: f64) -> f64 {
        let Cell { at_zero, slope } = self.cells[(cell_of(double_tail) | half) % (2 * HALF)];
        at_zero + double_tail * slope
    }

    #[cold]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number of a list, as it was put")]
    fn value_in_pieces(&self, half: usize, double_tail: f64) -> f64 {
        let pieces = &self.cut[self.cells[cell_of(double_tail) | half].slope as usize];
        let piece = pieces[pieces.partition_point(|piece| piece.from <= double_tail).saturating_sub(1)];
        piece.start + (double_tail - piece.from) * piece.slope
    }

    fn fill(&mut self, offset: usize, half: &Half<'_>) -> Result<(), NotFinite> {
        for octave in -OCTAVES..0 {
            let width = libm::scalbn(1.0, octave);
            self.fill_run(offset, half, width / f64::from(CELLS_PER_OCTAVE), half.end(width)?, half.end(2.0 * width)?)?;
        }
        Ok(())
    }

    /// Fills the cells of a width between two ends: with one line if that fits, as it does far out, or else each half
    /// by itself.
    fn fill_run(&mut self, offset: usize, half: &Half<'_>, width: f64, first: End, last: End) -> Result<(), NotFinite> {
        let middle = half.end(f64::midpoint(first.0, last.0))?;
        let many = last.0 - first.0 > width;
        let line = half.fitted(first, middle, last, if many { SHARED } else { TOLERANCE })?;
        let cell = match line.and_then(|piece| piece.cell(last.0, half.bounds)) {
            Some(cell) => cell,
            None if many => {
                self.fill_run(offset, half, width, first, middle)?;
                return self.fill_run(offset, half, width, middle, last);
            }
            None => {
                let mut pieces = Vec::new();
                half.cut(first, last, &mut pieces)?;
                self.cut.push(pieces);
                Cell { at_zero: f64::NAN, slope: (self.cut.len() - 1) as f64 }
            }
        };
        self.cells[offset + cell_of(first.0)..=offset + cell_of(last.0 - width)].fill(cell);
        Ok(())
    }
}

impl Piece {
    /// The same line from a tail probability of zero, if rounding leaves it within bounds.
    ///
    /// Rounding keeps the order of products and sums, so the ends speak for what is between them.
    fn cell(&self, to: f64, (least, most): (f64, f64)) -> Option<Cell> {
        let cell = Cell { at_zero: self.start - self.from * self.slope, slope: self.slope };
        let over = [self.from, to].map(|end| cell.at_zero + end * cell.slope);
        over.into_iter().all(|value| least <= value && value <= most).then_some(cell)
    }
}

/// An end of a cell or piece: twice a tail probability, and the value there.
type End = (f64, f64);

/// One half of a quantile function, while its cells are made.
struct Half<'a> {
    quantile: &'a dyn Fn(f64) -> f64,
    bounds: (f64, f64),
    negligible: f64,
}

impl Half<'_> {
    fn at(&self, place: f64) -> Result<f64, NotFinite> {
        finite(self.quantile, place / 2.0)
    }

    fn end(&self, place: f64) -> Result<End, NotFinite> {
        Ok((place, self.at(place)?))
    }

    /// The line between two ends, if it is as close to the function there and in the middle as is asked.
    fn fitted(&self, first: End, middle: End, last: End, tolerance: f64) -> Result<Option<Piece>, NotFinite> {
        // It does not fall, so equal ends mean that it stays: an atom.
        if (first.1 - last.1).abs() <= 0.0 {
            return Ok(Some(Piece { from: first.0, start: first.1, slope: 0.0 }));
        }
        let slack = |want: f64| (tolerance * want.abs()).max(self.negligible);
        // Of a curve that a line fits within the slack, the chord is within half as much again: ask no further if not.
        if (f64::midpoint(first.1, last.1) - middle.1).abs() > 2.0 * slack(middle.1) {
            return Ok(None);
        }
        let reach = (last.0 - first.0) * GAUSS / 2.0;
        let (low, high) = (self.at(middle.0 - reach)?, self.at(middle.0 + reach)?);
        let (mean, rise) = (f64::midpoint(low, high), (high - low) / GAUSS);
        let ends = (mean - rise / 2.0, mean + rise / 2.0);
        let close = |got: f64, want: f64| (got - want).abs() <= slack(want);
        let inside = |value: f64| self.bounds.0 <= value && value <= self.bounds.1;
        let fits = close(ends.0, first.1) && close(mean, middle.1) && close(ends.1, last.1);
        let slope = rise / (last.0 - first.0);
        Ok((fits && inside(ends.0) && inside(ends.1)).then_some(Piece { from: first.0, start: ends.0, slope }))
    }

    /// Cuts what is between two ends into pieces that fit.
    fn cut(&self, first: End, last: End, pieces: &mut Vec<Piece>) -> Result<(), NotFinite> {
        if last.0 - first.0 <= STEP {
            // Half a step of the generator: no draw is inside.
            pieces.push(Piece { from: first.0, start: first.1, slope: 0.0 });
            return Ok(());
        }
        let middle = self.end(f64::midpoint(first.0, last.0))?;
        let Some(piece) = self.fitted(first, middle, last, TOLERANCE)? else {
            self.cut(first, middle, pieces)?;
            return self.cut(middle, last, pieces);
        };
        let same = |a: f64, b: f64| (a - b).abs() <= 0.0;
        let goes_on =
            |before: &Piece| same(before.slope, 0.0) && same(piece.slope, 0.0) && same(before.start, piece.start);
        if !pieces.last().is_some_and(goes_on) {
            pieces.push(piece);
        }
        Ok(())
    }
}

fn empty_cells() -> Box<[Cell; 2 * HALF]> {
    let cells = vec![Cell { at_zero: 0.0, slope: 0.0 }; 2 * HALF];
    cells.into_boxed_slice().try_into().expect("it was made as long")
}

fn finite(quantile: &dyn Fn(f64) -> f64, tail: f64) -> Result<f64, NotFinite> {
    let value = quantile(tail);
    if value.is_finite() { Ok(value) } else { Err(NotFinite { tail }) }
}

/// Twice the tail probability of a draw: `(m + 1/2) / 2^52` of its low 52 bits `m`, without rounding, so never 0 or 1.
#[inline]
fn double_tail(bits: u64) -> f64 {
    f64::from_bits(ONE | bits & FRACTION) - (1.0 - f64::EPSILON / 2.0)
}

/// The cell within its half of twice a tail probability: the low bits of the exponent and the first of the fraction.
#[inline]
fn cell_of(double_tail: f64) -> usize {
    (double_tail.to_bits() >> (52 - CELL_BITS)) as usize % HALF
}

/// Where the half starts that the top bit picks.
#[inline]
fn half_of(bits: u64) -> usize {
    (bits >> 63) as usize * HALF
}

#[cfg(test)]
mod tests {
    use super::{FRACTION, NotFinite, Table};
    use crate::population::{Distribution, Level};
    use crate::simulation::Stream;

    fn lognormal(s: f64) -> Distribution {
        Distribution::lognormal(Level::Median(0.03), s).expect("a lognormal")
    }

    fn table(distribution: &Distribution) -> Table {
        Table::of(distribution).expect("finite quantiles")
    }

    /// The draw of a tail probability, as near as draws come.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "53 bits at most")]
    fn draw(lower_half: bool, tail: f64) -> u64 {
        let digits = (tail * 9_007_199_254_740_992.0 - 0.5).max(0.0) as u64;
        (digits & FRACTION) | if lower_half { 0 } else { 1 << 63 }
    }

    /// The quantile of a draw, without a table.
    fn exact(distribution: &Distribution, bits: u64) -> f64 {
        let tail = ((bits & FRACTION) as f64 + 0.5) / 9_007_199_254_740_992.0;
        if bits >> 63 == 0 { distribution.quantile(tail) } else { distribution.quantile_upper(tail) }
    }

    #[test]
    fn a_draw_is_the_quantile_of_its_probability() {
        let beta = Distribution::beta(0.55, 8.5).expect("a beta");
        let pareto = Distribution::pareto(0.01, 1.16).expect("a Pareto");
        let clamped = lognormal(1.2763).clamped(1.0).expect("a bound");
        let truncated = lognormal(1.2763).truncated(1.0).expect("a bound");
        let mixed = Distribution::mixture(&[(0.7, lognormal(1.0)), (0.3, beta.clone())]).expect("a mixture");
        for distribution in [lognormal(1.2763), lognormal(4.0), beta, pareto, clamped, truncated, mixed] {
            let table = table(&distribution);
            let neighbours = (0..20_000).map(|i| Stream::new(3, 0).bits(i));
            let tails = (1..52).flat_map(|power| {
                let tail = libm::scalbn(1.3, -power - 1);
                [draw(true, tail), draw(false, tail)]
            });
            for bits in neighbours.chain(tails) {
                let (got, want) = (table.value(bits), exact(&distribution, bits));
                // Twice the tolerance: a line that is right at both ends may be off by half as much between them.
                let slack = 2e-4 * want.abs() + 1e-9;
                assert!((got - want).abs() <= slack, "{distribution:?} {bits:x}: {got} {want}");
            }
        }
    }

    #[test]
    fn the_mean_of_a_table_is_that_of_the_distribution() {
        // Over all cells: the mean of each line times the probability of its cell, which is what infinitely many draws
        // would give. Tails beyond 2^-54 are left out; they hold less than the bound allows.
        let pareto = Distribution::pareto(0.01, 1.5).expect("a Pareto");
        let beta = Distribution::beta(0.55, 8.5).expect("a beta");
        let zeros = Distribution::zero_inflated(0.3, &lognormal(1.2763)).expect("a share");
        let clamped = lognormal(1.2763).clamped(1.0).expect("a bound");
        for distribution in [lognormal(1.2763), lognormal(2.5), pareto, beta, zeros, clamped] {
            let table = table(&distribution);
            let mut mean = 0.0;
            for half in [0, 1_u64 << 63] {
                for octave in 1..53 {
                    // 4,096 evenly spread draws of each octave of the tail probability.
                    let octave_mean: f64 = (0..4096_u64)
                        .map(|i| table.value(half + ((1 << 52) >> octave) + ((2 * i + 1) << 39 >> octave)))
                        .sum::<f64>()
                        / 4096.0;
                    mean += octave_mean * libm::scalbn(1.0, -octave - 1);
                }
            }
            let want = distribution.mean();
            assert!((mean / want - 1.0).abs() < 1e-5, "{distribution:?}: {mean} {want}");
        }
    }

    #[test]
    fn atoms_and_jumps_come_out_as_they_are() {
        let values = [0.0, 0.1, 0.25, 1.0];
        let discrete = Distribution::discrete(&values, Some(&[0.5, 0.3, 0.15, 0.05])).expect("weights");
        let table = table(&discrete);
        for i in 0..200_000 {
            let bits = Stream::new(1, 0).bits(i);
            assert_eq!(table.value(bits).to_bits(), exact(&discrete, bits).to_bits(), "{bits:x}");
        }
        // Around each jump, draw by draw: 0.8 is an upper tail of 0.2.
        for jump in [0.2, 0.05] {
            let near = draw(false, jump);
            for bits in near - 1000..near + 1000 {
                assert_eq!(table.value(bits).to_bits(), exact(&discrete, bits).to_bits(), "{bits:x}");
            }
        }
        assert_eq!((table.least().to_bits(), table.most().to_bits()), (0, 1.0_f64.to_bits()));
    }

    #[test]
    fn many_equal_steps_are_not_taken_for_a_line() {
        // 4,096 values of the same weight: each cell of the upper quarter has eight, and its ends and middle lie on a
        // line.
        let values: Vec<f64> = (1..=4096).map(f64::from).collect();
        let steps = Distribution::discrete(&values, None).expect("equal weights");
        let table = table(&steps);
        for i in 0..20_000 {
            let bits = Stream::new(8, 0).bits(i);
            let (got, want) = (table.value(bits), exact(&steps, bits));
            assert!((got - want).abs() <= 1e-4 * want, "{bits:x}: {got} {want}");
        }
    }

    #[test]
    fn no_draw_is_outside_of_the_range() {
        let clamped = lognormal(2.0).clamped(1.0).expect("a bound");
        let truncated = lognormal(2.0).truncated(1.0).expect("a bound");
        let edge = Distribution::beta(3.0, 0.2).expect("a beta");
        for distribution in [clamped, truncated, edge] {
            let table = table(&distribution);
            let ends = [0, FRACTION, 1 << 63, 1 << 63 | FRACTION];
            for bits in (0..100_000).map(|i| Stream::new(2, 0).bits(i)).chain(ends) {
                let value = table.value(bits);
                assert!(table.least() <= value && value <= table.most() && value <= 1.0, "{bits:x}: {value}");
            }
        }
    }

    #[test]
    fn a_quantile_without_a_value_is_refused() {
        assert!(matches!(Table::new(|_| 0.0, |_| f64::INFINITY), Err(NotFinite { .. })));
        assert!(matches!(Table::new(|p| if p < 1e-9 { f64::NAN } else { p }, |p| 1.0 - p), Err(NotFinite { .. })));
    }
}
