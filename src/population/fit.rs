//! Shapes from what is known of a population: quantiles, top shares, a Gini coefficient, moments.

use std::fmt;

use libm::{exp, log, log1p};

use super::special::{normal_quantile, normal_upper_quantile};
use super::{Distribution, Level, ShapeError};

/// Why no shape of the kind has these figures.
#[derive(Clone, Debug, PartialEq)]
pub enum FitError {
    /// Fewer figures than unknowns.
    TooFew {
        /// How many it takes.
        wanted: usize,
        /// Of what.
        what: &'static str,
    },
    /// A figure outside its range.
    OutOfRange {
        /// What it is called.
        name: &'static str,
        /// What it was.
        value: f64,
        /// What would be right.
        wanted: &'static str,
    },
    /// Quantiles that do not grow with their share.
    NotGrowing,
    /// A top share that nobody's or everybody's distribution can have.
    TopShare {
        /// The heaviest share of the population.
        p: f64,
        /// What it is said to hold.
        share: f64,
        /// What shapes of the kind can have it hold, both ends excluded.
        possible: (f64, f64),
    },
    /// A quantile that no lognormal of the mean has.
    NoSuchTail {
        /// The mean.
        mean: f64,
        /// The share that stays below.
        q: f64,
        /// What it stays below.
        x: f64,
    },
    /// A standard deviation that is too large for the mean.
    TooWide {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
        /// What it must be below.
        below: f64,
    },
    /// The shape that comes out is beyond what is held.
    Shape(ShapeError),
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { wanted, what } => write!(f, "there are too few {what}; give at least {wanted}"),
            Self::OutOfRange { name, value, wanted } => write!(f, "{name} is {value}; it must be {wanted}"),
            Self::NotGrowing => f.write_str("the quantiles do not grow with their shares; a larger share needs more"),
            Self::TopShare { p, share, possible: (from, to) } => {
                write!(f, "the top {p} cannot hold {share}; for this shape it is more than {from} and less than {to}")
            }
            Self::NoSuchTail { mean, q, x } => {
                write!(
                    f,
                    "no lognormal of mean {mean} stays below {x} for a share of {q}; give the median, or another quantile"
                )
            }
            Self::TooWide { mean, sd, below } => {
                write!(f, "a standard deviation of {sd} is too large for a mean of {mean}; it must be below {below}")
            }
            Self::Shape(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FitError {}

impl From<ShapeError> for FitError {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

fn positive(name: &'static str, value: f64) -> Result<f64, FitError> {
    let fits = (1e-60..=1e60).contains(&value);
    if fits { Ok(value) } else { Err(FitError::OutOfRange { name, value, wanted: "above 0, from 1e-60 to 1e60" }) }
}

fn inside_one(name: &'static str, value: f64) -> Result<f64, FitError> {
    let fits = value > 0.0 && value < 1.0;
    if fits { Ok(value) } else { Err(FitError::OutOfRange { name, value, wanted: "between 0 and 1, both excluded" }) }
}

/// A lognormal shape: mean and standard deviation of the logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lognormal {
    /// Mean of the logarithm.
    pub m: f64,
    /// Standard deviation of the logarithm.
    pub s: f64,
}

impl Lognormal {
    /// The shape `s` at a median or mean.
    ///
    /// # Errors
    /// As [`Distribution::lognormal`].
    pub fn at(level: Level, s: f64) -> Result<Self, ShapeError> {
        Distribution::lognormal(level, s)?;
        let m = match level {
            Level::LogMean(m) => m,
            Level::Median(median) => log(median),
            Level::Mean(mean) => log(mean) - 0.5 * s * s,
        };
        Ok(Self { m, s })
    }

    /// The median.
    #[must_use]
    pub fn median(&self) -> f64 {
        exp(self.m).min(f64::MAX)
    }

    /// The distribution.
    ///
    /// # Errors
    /// As [`Distribution::lognormal`].
    pub fn distribution(&self) -> Result<Distribution, ShapeError> {
        Distribution::lognormal(Level::LogMean(self.m), self.s)
    }
}

/// Lognormal through two quantiles, or by least squares of `ln x` on the normal quantile through more. Points are a
/// share inside (0, 1) and the value it stays below.
///
/// # Errors
/// Fewer than two points with different shares, a value that is not above 0, or values that do not grow.
pub fn lognormal_from_quantiles(points: &[(f64, f64)]) -> Result<Lognormal, FitError> {
    let mut logs = Vec::with_capacity(points.len());
    for &(q, x) in points {
        logs.push((normal_quantile(inside_one("the share of a quantile", q)?), log(positive("a quantile", x)?)));
    }
    let n = super::count(logs.len().max(1));
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / n;
    let (z0, y0) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = logs.iter().map(|(z, _)| (z - z0) * (z - z0)).sum();
    let rise: f64 = logs.iter().map(|(z, y)| (z - z0) * (y - y0)).sum();
    if spread <= 1e-20 {
        return Err(FitError::TooFew { wanted: 2, what: "quantiles of different shares" });
    }
    let s = rise / spread;
    if s <= 0.0 {
        return Err(FitError::NotGrowing);
    }
    let fit = Lognormal { m: y0 - s * z0, s };
    fit.distribution()?;
    Ok(fit)
}

/// Lognormal with a mean and one quantile, `x` at the share `q`: `s = z - sqrt(z² - 2 ln(x / mean))`, the smaller of
/// two roots; the larger one has nearly everyone near zero.
///
/// # Errors
/// A figure outside its range, or a quantile that is too far above the mean, or below it at a share above half.
pub fn lognormal_from_mean_and_quantile(mean: f64, q: f64, x: f64) -> Result<Lognormal, FitError> {
    let z = normal_quantile(inside_one("the share of a quantile", q)?);
    let lead = log(positive("a quantile", x)? / positive("the mean", mean)?);
    let under = z * z - 2.0 * lead;
    let root = under.max(0.0).sqrt();
    let s = if lead < 0.0 { z + root } else { z - root };
    if under < 0.0 || s <= 0.0 {
        return Err(FitError::NoSuchTail { mean, q, x });
    }
    Ok(Lognormal::at(Level::Mean(mean), s)?)
}

/// Lognormal of shape `s` with the quantile `x` at the share `q`: its median is `x e^(-s z)`.
///
/// # Errors
/// A figure outside its range.
pub fn lognormal_from_quantile_and_s(q: f64, x: f64, s: f64) -> Result<Lognormal, FitError> {
    let z = normal_quantile(inside_one("the share of a quantile", q)?);
    Ok(Lognormal::at(Level::LogMean(log(positive("a quantile", x)?) - s * z), s)?)
}

/// A top share: the heaviest `p` of a population holds `share` of the total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopShare {
    /// Share of the population.
    pub p: f64,
    /// What it holds.
    pub share: f64,
}

impl TopShare {
    /// More than its own part and less than everything.
    fn checked(self) -> Result<Self, FitError> {
        let p = inside_one("the top share of the population", self.p)?;
        let share = inside_one("what the top holds", self.share)?;
        if share > p { Ok(self) } else { Err(FitError::TopShare { p, share, possible: (p, 1.0) }) }
    }
}

/// The shape that each of several figures asks for, and their mean. How far they differ says how well the kind fits.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeOfEach {
    /// One for each figure, in order.
    pub each: Vec<f64>,
    /// Their mean.
    pub mean: f64,
}

impl ShapeOfEach {
    fn of(shares: &[TopShare], shape: impl Fn(TopShare) -> f64) -> Result<Self, FitError> {
        let each = shares.iter().map(|top| top.checked().map(&shape)).collect::<Result<Vec<_>, _>>()?;
        if each.is_empty() {
            return Err(FitError::TooFew { wanted: 1, what: "top shares" });
        }
        Ok(Self { mean: each.iter().sum::<f64>() / super::count(each.len()), each })
    }
}

/// `s` of a lognormal from top shares: `Phi^-1(S) + Phi^-1(1 - p)`.
///
/// # Errors
/// No share, or one that holds no more than its own part.
pub fn lognormal_s_from_top_shares(shares: &[TopShare]) -> Result<ShapeOfEach, FitError> {
    ShapeOfEach::of(shares, |top| normal_quantile(top.share) + normal_upper_quantile(top.p))
}

/// `s` of a lognormal from its Gini coefficient: `sqrt 2 Phi^-1((G + 1) / 2)`.
///
/// # Errors
/// A coefficient that is not inside (0, 1).
pub fn lognormal_s_from_gini(gini: f64) -> Result<f64, FitError> {
    let gini = inside_one("the Gini coefficient", gini)?;
    Ok(std::f64::consts::SQRT_2 * normal_upper_quantile(0.5 * (1.0 - gini)))
}

/// Lognormal with a mean and a standard deviation: `s² = ln(1 + (sd / mean)²)`.
///
/// # Errors
/// A figure that is not above 0.
pub fn lognormal_from_moments(mean: f64, sd: f64) -> Result<Lognormal, FitError> {
    let variation = positive("the standard deviation", sd)? / positive("the mean", mean)?;
    Ok(Lognormal::at(Level::Mean(mean), log1p(variation * variation).sqrt())?)
}

/// `a` of a Pareto from top shares: `1 / (1 - ln S / ln p)`.
///
/// # Errors
/// No share, or one that holds no more than its own part.
pub fn pareto_a_from_top_shares(shares: &[TopShare]) -> Result<ShapeOfEach, FitError> {
    ShapeOfEach::of(shares, |top| 1.0 / (1.0 - log(top.share) / log(top.p)))
}

/// Both shapes of a beta distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    /// First shape.
    pub a: f64,
    /// Second shape.
    pub b: f64,
}

impl Beta {
    /// The distribution.
    ///
    /// # Errors
    /// As [`Distribution::beta`].
    pub fn distribution(&self) -> Result<Distribution, ShapeError> {
        Distribution::beta(self.a, self.b)
    }
}

/// Beta with a mean and a standard deviation: `t = mean (1 - mean) / sd² - 1` is the sum of its shapes.
///
/// # Errors
/// A mean that is not inside (0, 1), or a standard deviation that nothing between 0 and 1 has.
pub fn beta_from_moments(mean: f64, sd: f64) -> Result<Beta, FitError> {
    let (mean, sd) = (inside_one("the mean", mean)?, positive("the standard deviation", sd)?);
    let sum = (mean * (1.0 - mean)) / (sd * sd) - 1.0;
    if sum <= 0.0 {
        return Err(FitError::TooWide { mean, sd, below: (mean * (1.0 - mean)).sqrt() });
    }
    let fit = Beta { a: mean * sum, b: (1.0 - mean) * sum };
    fit.distribution()?;
    Ok(fit)
}

/// Beta with a mean and a top share: one root in the sum of its shapes, since the top holds the less the larger that
/// is, from what it would hold if all were idle or full down to its own part.
///
/// # Errors
/// A figure that is not inside (0, 1), or a top share that no beta distribution of that mean has.
pub fn beta_from_mean_and_top_share(mean: f64, top: TopShare) -> Result<Beta, FitError> {
    let (mean, TopShare { p, share }) = (inside_one("the mean", mean)?, top.checked()?);
    let impossible = FitError::TopShare { p, share, possible: (p, (p / mean).min(1.0)) };
    if share >= p / mean {
        return Err(impossible);
    }
    let of = |ln_sum: f64| Beta { a: mean * exp(ln_sum), b: (1.0 - mean) * exp(ln_sum) };
    let holds_more = |ln_sum: f64| -> Result<bool, FitError> {
        Ok(of(ln_sum).distribution()?.top_share(p).is_some_and(|held| held > share))
    };
    // The shapes that a distribution may have.
    let (mut low, mut high) = (log(1e-6 / mean.min(1.0 - mean)) + 1e-9, log(1e7 / mean.max(1.0 - mean)) - 1e-9);
    if low >= high || !holds_more(low)? || holds_more(high)? {
        return Err(impossible);
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if holds_more(middle)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(of(0.5 * (low + high)))
}

/// How to fit a shape to a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Lognormal through the quantiles at 10, 25, 50, 75, 90 and 99 %.
    LognormalQuantiles,
    /// Lognormal from what the top 1 and 10 % hold, at the mean.
    LognormalTopShares,
    /// Lognormal from the Gini coefficient, at the mean.
    LognormalGini,
    /// Lognormal with the mean and the standard deviation.
    LognormalMoments,
    /// Pareto from what the top 1 and 10 % hold, at the mean.
    ParetoTopShares,
    /// Beta with the mean and the standard deviation, for values from 0 to 1.
    BetaMoments,
}

/// The shape that a sample, or any other distribution, suggests.
///
/// # Errors
/// The sample has figures that no such shape has; a lognormal or Pareto one has no zeros (set them apart with
/// [`Distribution::zero_inflated`]).
pub fn fit(sample: &Distribution, method: Method) -> Result<Distribution, FitError> {
    let mean = sample.mean();
    let sd = || sample.sd().ok_or(FitError::TooFew { wanted: 1, what: "finite standard deviations" });
    let top = |p: f64| TopShare { p, share: sample.top_share(p).unwrap_or(p) };
    let tops = [top(0.01), top(0.1)];
    let fitted = match method {
        Method::LognormalQuantiles => {
            let points = [0.1, 0.25, 0.5, 0.75, 0.9, 0.99].map(|q| (q, sample.quantile(q)));
            lognormal_from_quantiles(&points)?.distribution()
        }
        Method::LognormalTopShares => {
            Distribution::lognormal(Level::Mean(mean), lognormal_s_from_top_shares(&tops)?.mean)
        }
        Method::LognormalGini => {
            let gini = sample.gini().unwrap_or(0.0);
            Distribution::lognormal(Level::Mean(mean), lognormal_s_from_gini(gini)?)
        }
        Method::LognormalMoments => lognormal_from_moments(mean, sd()?)?.distribution(),
        Method::ParetoTopShares => {
            let a = pareto_a_from_top_shares(&tops)?.mean;
            Distribution::pareto(mean * (a - 1.0) / a, a)
        }
        Method::BetaMoments => {
            if sample.upper_end().is_none_or(|end| end > 1.0) {
                let value = sample.quantile(1.0);
                return Err(FitError::OutOfRange { name: "the largest value", value, wanted: "at most 1" });
            }
            beta_from_moments(mean, sd()?)?.distribution()
        }
    };
    Ok(fitted?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "{got} is not {want}");
    }

    const VIBERANK: [TopShare; 2] = [TopShare { p: 0.01, share: 0.14 }, TopShare { p: 0.1, share: 0.51 }];

    #[test]
    fn the_published_figures_of_viberank_come_out() {
        // Methodology 4.3: top 1 % hold 14 %, top 10 % hold 51 %, median $1,285, 800 people.
        let s = lognormal_s_from_top_shares(&VIBERANK).expect("two shares");
        assert_eq!(s.each.iter().map(|s| format!("{s:.3}")).collect::<Vec<_>>(), ["1.246", "1.307"]);
        assert_eq!(format!("{:.3}", s.mean), "1.276");
        let fit = Lognormal::at(Level::Median(1_285.0), s.mean).expect("a shape").distribution().expect("a shape");
        assert_eq!(format!("{:.0}", fit.mean()), "2902");
        assert_eq!(format!("{:.3}", fit.gini().expect("a mean")), "0.633");
        assert_eq!(format!("{:.0}", fit.typical_largest(800)), "60947");
        let a = pareto_a_from_top_shares(&VIBERANK).expect("two shares");
        assert_eq!(a.each.iter().map(|a| format!("{a:.3}")).collect::<Vec<_>>(), ["1.745", "1.413"]);
    }

    #[test]
    fn a_top_that_holds_no_more_than_its_part_is_refused() {
        let error = lognormal_s_from_top_shares(&[TopShare { p: 0.1, share: 0.1 }]).expect_err("too little");
        assert_eq!(
            error.to_string(),
            "the top 0.1 cannot hold 0.1; for this shape it is more than 0.1 and less than 1"
        );
        // Half of the full mean: a tenth of the population holds at most a fifth.
        let error = beta_from_mean_and_top_share(0.5, TopShare { p: 0.1, share: 0.9 }).expect_err("too much");
        assert_eq!(
            error.to_string(),
            "the top 0.1 cannot hold 0.9; for this shape it is more than 0.1 and less than 0.2"
        );
    }

    #[test]
    fn what_no_shape_has_is_refused() {
        assert!(lognormal_from_quantiles(&[(0.5, 1.0)]).is_err());
        assert!(lognormal_from_quantiles(&[(0.5, 1.0), (0.5, 2.0)]).is_err());
        assert_eq!(lognormal_from_quantiles(&[(0.5, 2.0), (0.9, 1.0)]), Err(FitError::NotGrowing));
        assert!(lognormal_from_quantiles(&[(0.5, 0.0), (0.9, 1.0)]).is_err());
        assert!(lognormal_from_quantiles(&[(0.0, 1.0), (0.9, 2.0)]).is_err());
        assert!(lognormal_s_from_gini(1.0).is_err());
        assert!(lognormal_s_from_gini(f64::NAN).is_err());
        assert!(pareto_a_from_top_shares(&[]).is_err());
        // Half idle, half full has a standard deviation of a half; nothing has more.
        assert!(beta_from_moments(0.5, 0.5).is_err());
        let zeros = Distribution::empirical(&[0.0, 0.0, 1.0]).expect("a sample");
        assert!(fit(&zeros, Method::LognormalQuantiles).is_err());
        let alike = Distribution::point(0.5).expect("a value");
        for method in [Method::LognormalTopShares, Method::LognormalGini, Method::LognormalMoments, Method::BetaMoments]
        {
            assert!(fit(&alike, method).is_err(), "{method:?}");
        }
    }

    proptest! {
        #[test]
        fn a_lognormal_is_found_again_by_every_way(median in 0.01..1e4, s in 0.1..2.5) {
            let shape = Distribution::lognormal(Level::Median(median), s).expect("a shape");
            for method in [
                Method::LognormalQuantiles, Method::LognormalTopShares, Method::LognormalGini, Method::LognormalMoments,
            ] {
                let found = fit(&shape, method).expect("a lognormal");
                close(found.mean(), shape.mean(), 1e-8);
                close(found.quantile(0.9), shape.quantile(0.9), 1e-8);
            }
        }

        #[test]
        fn a_pareto_is_found_again(xm in 0.01..1e4, a in 1.1..5.0) {
            let shape = Distribution::pareto(xm, a).expect("a shape");
            let found = fit(&shape, Method::ParetoTopShares).expect("a pareto");
            close(found.lower_end(), xm, 1e-8);
            close(found.quantile(0.99), shape.quantile(0.99), 1e-8);
        }

        #[test]
        fn a_beta_is_found_again_by_both_ways(a in 0.05..20.0, b in 0.05..200.0, p in 0.01..0.3) {
            let shape = Distribution::beta(a, b).expect("a shape");
            let found = beta_from_moments(shape.mean(), shape.sd().expect("finite")).expect("a beta");
            close(found.a, a, 1e-9);
            let share = shape.top_share(p).expect("a mean");
            if share < 0.999 * (p / shape.mean()).min(1.0) {
                let found = beta_from_mean_and_top_share(shape.mean(), TopShare { p, share }).expect("a beta");
                close(found.a, a, 1e-6);
                close(found.b, b, 1e-6);
            }
        }
    }
}
