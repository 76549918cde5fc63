//! How use is spread over a population, and what follows from it.
//!
//! The mean of a population decides its margin; everything else asked of it (who loses money, who pays for whom, how
//! bad a month can be) is decided by the shape. A [`Distribution`] answers by closed forms wherever there are any.
//! Binary floats are for these figures alone; all functions come from `libm`, so that they are the same everywhere.

mod atoms;
mod curve;
mod quadrature;
pub mod special;

use std::fmt;

use atoms::Atoms;
use curve::{Curve, Cut, Moments};

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

/// Why there is no such distribution.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeError {
    /// A parameter outside its range.
    OutOfRange {
        /// What it is called.
        name: &'static str,
        /// What it was.
        value: f64,
        /// What would be right.
        wanted: &'static str,
    },
    /// A list with nothing in it, of what it should hold.
    Empty(&'static str),
    /// More or fewer weights than values.
    WeightCount {
        /// How many values there are.
        values: usize,
        /// How many weights.
        weights: usize,
    },
    /// Weights of values that do not add up to 1, but to this.
    WeightSum(f64),
    /// Ends in the wrong order.
    Reversed {
        /// The lower end.
        lo: f64,
        /// The upper end.
        hi: f64,
    },
    /// Nothing is left below a bound.
    NothingBelow(f64),
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { name, value, wanted } => write!(f, "{name} is {value}; it must be {wanted}"),
            Self::Empty(what) => write!(f, "there are no {what}; give at least one"),
            Self::WeightCount { values, weights } => {
                write!(f, "{values} values have {weights} weights; give one for each, or none for equal weights")
            }
            Self::WeightSum(sum) => write!(f, "the weights add up to {sum}; they must add up to 1"),
            Self::Reversed { lo, hi } => write!(f, "the lower end {lo} is not below the upper end {hi}"),
            Self::NothingBelow(hi) => write!(f, "nothing is left below {hi}; truncate further up"),
        }
    }
}

impl std::error::Error for ShapeError {}

/// What describes the level of a lognormal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// Mean of the logarithm.
    LogMean(f64),
    /// Median.
    Median(f64),
    /// Mean.
    Mean(f64),
}

/// No value or parameter is larger: its cube is still a float.
const LARGEST: f64 = 1e60;
/// No parameter of a scale is smaller.
const SMALLEST: f64 = 1e-60;

fn within(name: &'static str, value: f64, from: f64, to: f64, wanted: &'static str) -> Result<f64, ShapeError> {
    if (from..=to).contains(&value) { Ok(value) } else { Err(ShapeError::OutOfRange { name, value, wanted }) }
}

fn value_within(name: &'static str, value: f64) -> Result<f64, ShapeError> {
    within(name, value, 0.0, LARGEST, "a number from 0 to 1e60")
}

fn scale_within(name: &'static str, value: f64) -> Result<f64, ShapeError> {
    within(name, value, SMALLEST, LARGEST, "above 0, from 1e-60 to 1e60")
}

/// A share as asked; below 0 and not a number count as 0, above 1 as 1.
fn share(p: f64) -> f64 {
    if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) }
}

/// A place as asked; below 0 and not a number count as 0, infinity as the largest float.
fn place(x: f64) -> f64 {
    if x.is_nan() { 0.0 } else { x.clamp(0.0, f64::MAX) }
}

/// What distributions there are.
impl Distribution {
    /// Everyone alike, at a value from 0 on.
    ///
    /// # Errors
    /// The value is negative or not finite.
    pub fn point(x: f64) -> Result<Self, ShapeError> {
        Ok(Self::atoms(&[(value_within("the value", x)?, 1.0)]))
    }

    /// Values with their weights, or with equal ones.
    ///
    /// # Errors
    /// No value, a negative one, a weight that is not above 0, or weights that do not add up to 1.
    pub fn discrete(values: &[f64], weights: Option<&[f64]>) -> Result<Self, ShapeError> {
        if values.is_empty() {
            return Err(ShapeError::Empty("values"));
        }
        for &value in values {
            value_within("a value", value)?;
        }
        let Some(weights) = weights else {
            let equal = 1.0 / count(values.len());
            return Ok(Self::atoms(&values.iter().map(|&value| (value, equal)).collect::<Vec<_>>()));
        };
        if weights.len() != values.len() {
            return Err(ShapeError::WeightCount { values: values.len(), weights: weights.len() });
        }
        for &weight in weights {
            within("a weight", weight, f64::MIN_POSITIVE, 1.0 + 1e-9, "above 0 and at most 1")?;
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(ShapeError::WeightSum(sum));
        }
        Ok(Self::atoms(&values.iter().zip(weights).map(|(&value, weight)| (value, weight / sum)).collect::<Vec<_>>()))
    }

    /// A sample, each value with the same weight, in any order.
    ///
    /// # Errors
    /// No value, or a negative one.
    pub fn empirical(sample: &[f64]) -> Result<Self, ShapeError> {
        Self::discrete(sample, None)
    }

    /// Beta on 0 to 1.
    ///
    /// # Errors
    /// A shape outside 1e-6 to 1e7.
    pub fn beta(a: f64, b: f64) -> Result<Self, ShapeError> {
        let shape = |name, value| within(name, value, 1e-6, 1e7, "above 0, from 1e-6 to 1e7");
        Ok(Self::curve(Curve::Beta { a: shape("a", a)?, b: shape("b", b)?, scale: 1.0 }))
    }

    /// Everything between two different values alike.
    ///
    /// # Errors
    /// A negative end, or ends that are not in order.
    pub fn uniform(lo: f64, hi: f64) -> Result<Self, ShapeError> {
        let (lo, hi) = (value_within("the lower end", lo)?, value_within("the upper end", hi)?);
        if hi - lo < f64::MIN_POSITIVE {
            return Err(ShapeError::Reversed { lo, hi });
        }
        Ok(Self::curve(Curve::Uniform { lo, hi }))
    }

    /// Lognormal: the logarithm has standard deviation `s`.
    ///
    /// # Errors
    /// `s` outside (0, 20], or a median or mean outside 1e-60 to 1e60.
    pub fn lognormal(level: Level, s: f64) -> Result<Self, ShapeError> {
        let s = within("s", s, f64::MIN_POSITIVE, 20.0, "above 0 and at most 20")?;
        let m = match level {
            Level::LogMean(m) => within("m", m, -138.0, 138.0, "a logarithm from -138 to 138")?,
            Level::Median(median) => libm::log(scale_within("the median", median)?),
            Level::Mean(mean) => libm::log(scale_within("the mean", mean)?) - 0.5 * s * s,
        };
        let curve = Curve::Lognormal { m, s };
        within("the mean", curve.moments().mean, 0.0, LARGEST * (1.0 + 1e-9), "at most 1e60")?;
        Ok(Self::curve(curve))
    }

    /// Pareto: the share above `x` is `(xm / x)^a` from `xm` on.
    ///
    /// # Errors
    /// `a` of at most 1, where the mean is infinite, or above 1e6; or `xm` outside 1e-60 to 1e60.
    pub fn pareto(xm: f64, a: f64) -> Result<Self, ShapeError> {
        let xm = scale_within("xm", xm)?;
        let wanted = "above 1, since the mean is infinite up to there; at least 1.000001 and at most 1e6";
        Ok(Self::curve(Curve::Pareto { xm, a: within("a", a, 1.000_001, 1e6, wanted)? }))
    }

    /// A share of zeros, and the base among the others.
    ///
    /// # Errors
    /// A share outside 0 to 1.
    pub fn zero_inflated(p0: f64, base: &Self) -> Result<Self, ShapeError> {
        let p0 = within("the share of zeros", p0, 0.0, 1.0, "a share from 0 to 1")?;
        let zeros = Self::atoms(&[(0.0, 1.0)]);
        Self::mixture(&[(p0, zeros), (1.0 - p0, base.clone())])
    }

    /// Several distributions in proportion to their weights, whose sum may be anything above 0.
    ///
    /// # Errors
    /// No part, a weight that is negative or not finite, or none above 0.
    pub fn mixture(parts: &[(f64, Self)]) -> Result<Self, ShapeError> {
        if parts.is_empty() {
            return Err(ShapeError::Empty("parts"));
        }
        for (weight, _) in parts {
            value_within("a weight", *weight)?;
        }
        let sum: f64 = parts.iter().map(|(weight, _)| weight).sum();
        scale_within("the sum of weights", sum)?;
        let parts = parts.iter().filter(|(weight, _)| weight / sum > 0.0).flat_map(|(weight, part)| {
            part.parts.iter().map(move |(inner, piece)| (weight / sum * inner, piece.clone()))
        });
        Ok(Self { parts: parts.collect() })
    }

    /// Given that it is at most `hi`: whoever is above is left out.
    ///
    /// # Errors
    /// Nobody is left, or `hi` is not a number from 0 on.
    pub fn truncated(&self, hi: f64) -> Result<Self, ShapeError> {
        let hi = value_within("the bound", hi)?;
        let kept: Vec<(f64, Self)> = self
            .parts
            .iter()
            .filter_map(|(weight, piece)| {
                let left = match piece {
                    Piece::Atoms(atoms) => {
                        let inside: Vec<_> = atoms.pairs().filter(|(x, _)| *x <= hi).collect();
                        let sum: f64 = inside.iter().map(|pair| pair.1).sum();
                        (sum > 0.0).then(|| Self::atoms(&inside.iter().map(|(x, w)| (*x, w / sum)).collect::<Vec<_>>()))
                    }
                    Piece::Cut(cut) => cut.truncated(hi).map(|cut| Self { parts: vec![(1.0, Piece::Cut(cut))] }),
                };
                Some((weight * piece.cdf(hi), left?))
            })
            .collect();
        Self::mixture(&kept).map_err(|_| ShapeError::NothingBelow(hi))
    }

    /// `min(X, hi)`: whoever is above counts as `hi`.
    ///
    /// # Errors
    /// `hi` is not a number from 0 on.
    pub fn clamped(&self, hi: f64) -> Result<Self, ShapeError> {
        let hi = value_within("the cap", hi)?;
        let clamp = |piece: &Piece| match piece {
            Piece::Atoms(atoms) => {
                Piece::Atoms(Atoms::weighted(&atoms.pairs().map(|(x, w)| (x.min(hi), w)).collect::<Vec<_>>()))
            }
            Piece::Cut(cut) => match cut.clamped(hi) {
                Some(cut) => Piece::Cut(cut),
                None => Piece::Atoms(Atoms::weighted(&[(hi, 1.0)])),
            },
        };
        Ok(Self { parts: self.parts.iter().map(|(weight, piece)| (*weight, clamp(piece))).collect() })
    }

    /// `factor X`.
    ///
    /// # Errors
    /// The factor is not above 0, or values leave the range of 1e-60 to 1e60.
    pub fn scaled(&self, factor: f64) -> Result<Self, ShapeError> {
        let factor = scale_within("the factor", factor)?;
        scale_within("the mean after scaling", (self.mean() * factor).max(SMALLEST))?;
        if let Some(end) = self.upper_end() {
            value_within("the upper end after scaling", end * factor)?;
        }
        let scale = |piece: &Piece| match piece {
            Piece::Atoms(atoms) => {
                Piece::Atoms(Atoms::weighted(&atoms.pairs().map(|(x, w)| (x * factor, w)).collect::<Vec<_>>()))
            }
            Piece::Cut(cut) => Piece::Cut(cut.scaled(factor)),
        };
        Ok(Self { parts: self.parts.iter().map(|(weight, piece)| (*weight, scale(piece))).collect() })
    }

    fn atoms(pairs: &[(f64, f64)]) -> Self {
        Self { parts: vec![(1.0, Piece::Atoms(Atoms::weighted(pairs)))] }
    }

    fn curve(curve: Curve) -> Self {
        Self { parts: vec![(1.0, Piece::Cut(Cut::whole(curve)))] }
    }
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
        let mut cuts = vec![0.0, self.lower_end()];
        cuts.extend(self.parts.iter().flat_map(|(_, piece)| piece.landmarks()));
        cuts.sort_by(f64::total_cmp);
        let pieces = cuts.windows(2).filter(|ends| ends[0] < ends[1]).map(|ends| {
            let squared = |x: f64| self.survival(x) * self.survival(x);
            quadrature::integral(squared, ends[0], ends[1], 1e-13 * mean)
        });
        let area: f64 = pieces.sum();
        (mean > 0.0).then(|| (1.0 - area / mean).clamp(0.0, 1.0))
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
