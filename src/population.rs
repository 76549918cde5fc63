//! How use is spread over a population, and what follows from it.
//!
//! The mean of a population decides its margin; everything else asked of it (who loses money, who pays for whom, how
//! bad a month can be) is decided by the shape. A [`Distribution`] answers by closed forms wherever there are any.
//! Binary floats are for these figures alone; all functions come from `libm`, so that they are the same everywhere.

mod atoms;
mod curve;
pub mod fit;
mod quadrature;
mod seat;
mod segment;
mod shapes;
pub mod special;
mod split;
mod totals;

pub use segment::{Members, Population, Quantity, Segment};

use atoms::Atoms;
use curve::{Cut, Moments};

pub use seat::{Seat, Subsidy};
pub use shapes::{Level, ShapeError};
pub use totals::{Lot, Total, TwoPoint, UsersNeeded, users_needed};

/// How a quantity that is never negative is spread: a utilization, or dollars of use a month.
///
/// Every figure is finite. Where a mean of zero or an infinite moment leaves none, the answer is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Shares that add up to 1; at least one part.
    parts: Vec<(f64, Piece)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Atoms(Atoms),
    Cut(Cut),
}

/// A share as asked; below 0 and not a number count as 0, above 1 as 1.
fn share(p: f64) -> f64 {
    if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) }
}

/// A place as asked; below 0 and not a number count as 0, infinity as the largest float.
fn place(x: f64) -> f64 {
    if x.is_nan() { 0.0 } else { x.clamp(0.0, f64::MAX) }
}

/// A length as a float: exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "no list is as long as 2^53")]
fn count(length: usize) -> f64 {
    length as f64
}

/// What one asks of it.
impl Distribution {
    /// Mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum(|piece| piece.moments().mean)
    }

    /// Variance; `None` if it is infinite or too large for a float.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let mean = self.mean();
        let parts = self.parts.iter().map(|(weight, piece)| {
            let Moments { mean: own, variance, .. } = piece.moments();
            Some(weight * (variance? + (own - mean) * (own - mean)))
        });
        parts.sum::<Option<f64>>().filter(|variance| variance.is_finite())
    }

    /// Standard deviation; `None` as [`variance`](Self::variance).
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// Third central moment over the cube of the standard deviation; `None` if either is infinite or everyone alike.
    #[must_use]
    pub fn skewness(&self) -> Option<f64> {
        let (mean, sd) = (self.mean(), self.sd()?);
        let third = self.parts.iter().map(|(weight, piece)| {
            let Moments { mean: own, variance, third } = piece.moments();
            let off = own - mean;
            Some(weight * (third? + 3.0 * off * variance? + off * off * off))
        });
        Some(third.sum::<Option<f64>>()? / (sd * sd * sd)).filter(|skewness| skewness.is_finite())
    }

    /// The lower end of the support.
    #[must_use]
    pub fn lower_end(&self) -> f64 {
        self.parts.iter().map(|(_, piece)| piece.support().0).fold(f64::MAX, f64::min)
    }

    /// The upper end of the support; `None` if there is none.
    #[must_use]
    pub fn upper_end(&self) -> Option<f64> {
        self.parts.iter().map(|(_, piece)| piece.support().1).try_fold(0.0, |most, end| Some(end?.max(most)))
    }

    /// `P(X <= x)`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        self.sum(|piece| piece.cdf(place(x))).min(1.0)
    }

    /// `P(X > x)`, accurate where it is small.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 1.0;
        }
        self.sum(|piece| piece.survival(place(x))).min(1.0)
    }

    /// `E[X; X <= x]`: what those up to `x` add to the mean.
    #[must_use]
    pub fn partial_mean(&self, x: f64) -> f64 {
        self.sum(|piece| piece.partial_mean(place(x)))
    }

    /// `E[X; X > x]`: what those above `x` add to the mean, accurate where it is small.
    #[must_use]
    pub fn tail_mean(&self, x: f64) -> f64 {
        self.sum(|piece| piece.tail_mean(place(x)))
    }

    /// `inf{x: P(X <= x) >= q}`, for a share `q` inside (0, 1).
    ///
    /// At 0 it is the lower end, at 1 the upper end; without an upper end, what the smallest share that a float can
    /// say is above.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        let q = share(q);
        if q <= 0.0 {
            return self.lower_end();
        }
        if q >= 1.0 {
            return self.quantile_upper(0.0);
        }
        self.invert(|piece| piece.quantile(q), |x| self.cdf(x) >= q)
    }

    /// `quantile(1 - p)` without the cancellation: what a share of at most `p` is above.
    #[must_use]
    pub fn quantile_upper(&self, p: f64) -> f64 {
        let p = share(p);
        if p >= 1.0 {
            return self.lower_end();
        }
        match self.upper_end() {
            Some(end) if p <= 0.0 => end,
            _ => {
                let p = p.max(f64::MIN_POSITIVE);
                self.invert(|piece| piece.upper_quantile(p), |x| self.survival(x) <= p)
            }
        }
    }

    /// What the heaviest of so many typically uses: the quantile at `n / (n + 1)`.
    #[must_use]
    pub fn typical_largest(&self, users: usize) -> f64 {
        self.quantile_upper(1.0 / (count(users) + 1.0))
    }

    /// `E min(X, d)`.
    #[must_use]
    pub fn limited_mean(&self, d: f64) -> f64 {
        let d = place(d);
        // Of the two ways to say it, the one that adds.
        (self.partial_mean(d) + self.survival(d) * d).min(self.mean()).min(d)
    }

    /// `E (X - d)+`.
    #[must_use]
    pub fn excess_mean(&self, d: f64) -> f64 {
        let d = place(d);
        (self.tail_mean(d) - self.survival(d) * d).max(0.0)
    }

    /// The share of the total that the heaviest share `p` of the population holds. Of a value that many have, as many
    /// count as `p` needs. `None` if the mean is zero.
    #[must_use]
    pub fn top_share(&self, p: f64) -> Option<f64> {
        let (p, mean) = (share(p), self.mean());
        if mean <= 0.0 {
            return None;
        }
        if p <= 0.0 || p >= 1.0 {
            return Some(p);
        }
        let x = self.quantile_upper(p);
        Some(((self.tail_mean(x) + x * (p - self.survival(x))) / mean).clamp(p, 1.0))
    }

    /// The Gini coefficient: 0 if all are alike, towards 1 the more a few have it all. `None` if the mean is zero.
    #[must_use]
    pub fn gini(&self) -> Option<f64> {
        let closed = match self.parts.as_slice() {
            [(_, Piece::Atoms(atoms))] => return atoms.gini(),
            [(_, Piece::Cut(cut))] => cut.gini(),
            _ => None,
        };
        closed.or_else(|| self.gini_by_quadrature())
    }

    /// `1 - (1/mean)` times the integral of the squared survival function.
    fn gini_by_quadrature(&self) -> Option<f64> {
        let mean = self.mean();
        let area = self.survival_integral(1e-13 * mean, |_, survival| survival * survival);
        (mean > 0.0).then(|| (1.0 - area / mean).clamp(0.0, 1.0))
    }

    /// The integral of a function of `x` and `P(X > x)` over the support and what is below it.
    fn survival_integral(&self, tolerance: f64, of: impl Fn(f64, f64) -> f64) -> f64 {
        let mut cuts: Vec<f64> = self.parts.iter().flat_map(|(_, piece)| piece.landmarks()).collect();
        cuts.push(0.0);
        cuts.sort_by(f64::total_cmp);
        let pieces = cuts.windows(2).filter(|ends| ends[0] < ends[1]);
        pieces.map(|ends| quadrature::integral(|x| of(x, self.survival(x)), ends[0], ends[1], tolerance)).sum()
    }

    fn sum(&self, of: impl Fn(&Piece) -> f64) -> f64 {
        self.parts.iter().map(|(weight, piece)| weight * of(piece)).sum()
    }

    /// The smallest place that is far enough, given where each part would be.
    fn invert(&self, of: impl Fn(&Piece) -> f64, is_enough: impl Fn(f64) -> bool) -> f64 {
        let places = || self.parts.iter().map(|(_, piece)| of(piece));
        let (lo, hi) = (places().fold(f64::MAX, f64::min), places().fold(0.0, f64::max));
        if lo >= hi || self.parts.len() == 1 || is_enough(lo) {
            return lo;
        }
        // Floats that are not negative are in the order of their bits.
        let (mut below, mut enough) = (lo.to_bits(), hi.to_bits());
        while enough - below > 1 {
            let middle = below + (enough - below) / 2;
            if is_enough(f64::from_bits(middle)) {
                enough = middle;
            } else {
                below = middle;
            }
        }
        f64::from_bits(enough)
    }
}

impl Piece {
    fn moments(&self) -> Moments {
        match self {
            Self::Atoms(atoms) => atoms.moments(),
            Self::Cut(cut) => cut.moments(),
        }
    }

    fn support(&self) -> (f64, Option<f64>) {
        match self {
            Self::Atoms(atoms) => atoms.support(),
            Self::Cut(cut) => cut.support(),
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        match self {
            Self::Atoms(atoms) => atoms.cdf(x),
            Self::Cut(cut) => cut.cdf(x),
        }
    }

    fn survival(&self, x: f64) -> f64 {
        match self {
            Self::Atoms(atoms) => atoms.survival(x),
            Self::Cut(cut) => cut.survival(x),
        }
    }

    fn partial_mean(&self, x: f64) -> f64 {
        match self {
            Self::Atoms(atoms) => atoms.partial_mean(x),
            Self::Cut(cut) => cut.partial_mean(x),
        }
    }

    fn tail_mean(&self, x: f64) -> f64 {
        match self {
            Self::Atoms(atoms) => atoms.tail_mean(x),
            Self::Cut(cut) => cut.tail_mean(x),
        }
    }

    fn quantile(&self, q: f64) -> f64 {
        match self {
            Self::Atoms(atoms) => atoms.quantile(q),
            Self::Cut(cut) => cut.quantile(q),
        }
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        match self {
            Self::Atoms(atoms) => atoms.upper_quantile(p),
            Self::Cut(cut) => cut.upper_quantile(p),
        }
    }

    /// Places between which its distribution function is smooth and of one scale.
    fn landmarks(&self) -> Vec<f64> {
        const LOWER: [f64; 6] = [1e-9, 1e-6, 1e-3, 0.03, 0.15, 0.35];
        const UPPER: [f64; 10] = [0.5, 0.2, 0.05, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12];
        match self {
            Self::Atoms(atoms) => atoms.values().to_vec(),
            Self::Cut(cut) => {
                let lower = LOWER.iter().map(|&q| cut.quantile(q));
                let upper = UPPER.iter().map(|&p| cut.upper_quantile(p));
                let (lo, hi) = cut.support();
                lower.chain(upper).chain([lo]).chain(hi).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
