//! What distributions there are, and what makes one impossible.

use std::fmt;

use super::atoms::Atoms;
use super::curve::{Curve, Cut};
use super::{Distribution, Piece, count};

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
            Self::Reversed { lo, hi } => {
                write!(f, "the lower end {lo} is not below the upper end {hi}; it must be, by a billionth at least")
            }
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
    /// A negative end, an upper one below 1e-60, or ends that are not in order by a billionth at least.
    pub fn uniform(lo: f64, hi: f64) -> Result<Self, ShapeError> {
        let (lo, hi) = (value_within("the lower end", lo)?, value_within("the upper end", hi)?);
        // Closer ends might fall together when scaled.
        if hi < SMALLEST || hi - lo < 1e-9 * hi {
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
        // Of each part, so that none loses its shape; zeros stay zeros.
        for mean in self.parts.iter().map(|(_, piece)| piece.moments().mean).filter(|mean| *mean > 0.0) {
            scale_within("a mean after scaling", mean * factor)?;
        }
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
