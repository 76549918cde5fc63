//! One uncertain number and its distribution.

use std::fmt;

use crate::population::special::{
    beta_quantile, beta_split, beta_upper_quantile, normal_cdf, normal_quantile, normal_survival, normal_upper_quantile,
};

/// An uncertain number. Values may be negative, unlike those of a population: an API gross margin can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input(Shape);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Point(f64),
    Uniform {
        lo: f64,
        hi: f64,
    },
    Triangular {
        lo: f64,
        mode: f64,
        hi: f64,
    },
    /// Beta, stretched to `lo..lo + width`.
    Beta {
        a: f64,
        b: f64,
        lo: f64,
        width: f64,
    },
    /// `median e^(s Z)` with one `s` below the median and one above it.
    Lognormal {
        median: f64,
        below: f64,
        above: f64,
    },
}

/// Why numbers do not make a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputError {
    /// Not finite, or above [`Input::VALUE_MAX`].
    Size,
    /// The ends, or an end and the likely value, are in the wrong order.
    Order,
    /// A shape parameter of a beta distribution outside its range.
    Shape,
    /// A median, or the low end of a range, of zero or below.
    Median,
    /// The `s` of a lognormal distribution outside its range.
    Spread,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size => write!(f, "a value is a number from -{0:e} to {0:e}", Input::VALUE_MAX),
            Self::Order => f.write_str("the low end comes first, the high end last, and a likely value lies between"),
            Self::Shape => {
                let (least, most) = Input::BETA_SHAPES;
                write!(f, "the `a` and `b` of a beta distribution are from {least} to {most}")
            }
            Self::Median => f.write_str("a lognormal distribution has a median, and a low end, above zero"),
            Self::Spread => write!(f, "the `s` of a lognormal distribution is from 0 to {}", Input::SPREAD_MAX),
        }
    }
}

impl std::error::Error for InputError {}

/// `Phi^-1(0.95)`.
const Z95: f64 = 1.644_853_626_951_472_7;

impl Input {
    /// The largest value, so that no square overflows.
    pub const VALUE_MAX: f64 = 1e15;
    /// The largest `s` of a lognormal distribution: P5 to P95 then span a factor of thirteen million.
    pub const SPREAD_MAX: f64 = 5.0;
    /// Least and most of the parameters of a beta distribution.
    pub const BETA_SHAPES: (f64, f64) = (0.01, 1e6);

    /// A number that is known.
    ///
    /// # Errors
    ///
    /// If it is not a number, or larger than [`Self::VALUE_MAX`]; all other constructors as well.
    pub fn point(value: f64) -> Result<Self, InputError> {
        sized(&[value])?;
        Ok(Self(Shape::Point(value)))
    }

    /// Anything from `lo` to `hi` alike.
    ///
    /// # Errors
    ///
    /// If `lo` is above `hi`.
    pub fn uniform(lo: f64, hi: f64) -> Result<Self, InputError> {
        ordered(&[lo, hi])?;
        Ok(if lo < hi { Self(Shape::Uniform { lo, hi }) } else { Self(Shape::Point(lo)) })
    }

    /// From `lo` to `hi`, most likely `mode`, the density straight between.
    ///
    /// # Errors
    ///
    /// If they are not in that order.
    pub fn triangular(lo: f64, mode: f64, hi: f64) -> Result<Self, InputError> {
        ordered(&[lo, mode, hi])?;
        Ok(if lo < hi { Self(Shape::Triangular { lo, mode, hi }) } else { Self(Shape::Point(lo)) })
    }

    /// From `lo` to `hi`, most likely `mode`, smooth, with the mean `(lo + 4 mode + hi) / 6`: a beta distribution with
    /// the parameters `1 + 4 (mode - lo) / (hi - lo)` and `1 + 4 (hi - mode) / (hi - lo)`.
    ///
    /// # Errors
    ///
    /// If they are not in that order.
    pub fn pert(lo: f64, mode: f64, hi: f64) -> Result<Self, InputError> {
        ordered(&[lo, mode, hi])?;
        let width = hi - lo;
        if width <= 0.0 {
            return Ok(Self(Shape::Point(lo)));
        }
        let (a, b) = (1.0 + 4.0 * ((mode - lo) / width), 1.0 + 4.0 * ((hi - mode) / width));
        Ok(Self(Shape::Beta { a, b, lo, width }))
    }

    /// A share with the mean `a / (a + b)`.
    ///
    /// # Errors
    ///
    /// If a parameter is outside [`Self::BETA_SHAPES`].
    pub fn beta(a: f64, b: f64) -> Result<Self, InputError> {
        let (least, most) = Self::BETA_SHAPES;
        let fits = |shape: f64| (least..=most).contains(&shape);
        if fits(a) && fits(b) { Ok(Self(Shape::Beta { a, b, lo: 0.0, width: 1.0 })) } else { Err(InputError::Shape) }
    }

    /// A number whose logarithm is normal with the standard deviation `s`: off by about `100 s` percent where `s` is
    /// small.
    ///
    /// # Errors
    ///
    /// If the median is not above zero, or `s` is negative or above [`Self::SPREAD_MAX`].
    pub fn lognormal(median: f64, s: f64) -> Result<Self, InputError> {
        Self::two_piece(median, s, s)
    }

    /// A figure with the low and the high end of what sources say: `low` is taken for P5, `likely` for the median and
    /// `high` for P95, with half a lognormal distribution on each side.
    ///
    /// That is a convention. The ends of a range are the lowest and the highest of a few measurements, none of which
    /// bounds the truth, so there is something beyond them; the stated figure stays in the middle, so that the P50 of a
    /// break-even is the break-even that tables show; and the sides may differ, as they do in reported ranges. A figure
    /// that is an end of its range has half of the outcomes at that end.
    ///
    /// # Errors
    ///
    /// If they are not in that order, `low` is not above zero, or an end is more than a factor of 3,700 away.
    pub fn range(low: f64, likely: f64, high: f64) -> Result<Self, InputError> {
        ordered(&[low, likely, high])?;
        if low <= 0.0 {
            return Err(InputError::Median);
        }
        Self::two_piece(likely, libm::log(likely / low) / Z95, libm::log(high / likely) / Z95)
    }

    fn two_piece(median: f64, below: f64, above: f64) -> Result<Self, InputError> {
        sized(&[median])?;
        let fits = |s: f64| (0.0..=Self::SPREAD_MAX).contains(&s);
        match () {
            () if median <= 0.0 => Err(InputError::Median),
            () if !fits(below) || !fits(above) => Err(InputError::Spread),
            () if below + above <= 0.0 => Ok(Self(Shape::Point(median))),
            () => Ok(Self(Shape::Lognormal { median, below, above })),
        }
    }

    /// The value, where it is known.
    #[must_use]
    pub const fn known(&self) -> Option<f64> {
        match self.0 {
            Shape::Point(value) => Some(value),
            _ => None,
        }
    }

    /// The least and the greatest possible value; `None`: there is no greatest.
    #[must_use]
    pub fn support(&self) -> (f64, Option<f64>) {
        match self.0 {
            Shape::Point(value) => (value, Some(value)),
            Shape::Uniform { lo, hi } | Shape::Triangular { lo, hi, .. } => (lo, Some(hi)),
            Shape::Beta { lo, width, .. } => (lo, Some(lo + width)),
            Shape::Lognormal { median, below, above } => {
                (if below > 0.0 { 0.0 } else { median }, if above > 0.0 { None } else { Some(median) })
            }
        }
    }

    /// The value that is not passed with probability `q`. Shares outside (0, 1) count as the nearest inside.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        let q = q.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
        match self.0 {
            Shape::Point(value) => value,
            Shape::Uniform { lo, hi } => lo + q * (hi - lo),
            Shape::Triangular { lo, mode, hi } => {
                let (rise, width) = (mode - lo, hi - lo);
                if q * width <= rise { lo + (q * width * rise).sqrt() } else { hi - falling(1.0 - q, mode, hi, width) }
            }
            Shape::Beta { a, b, lo, width } => lo + width * beta_quantile(a, b, q),
            Shape::Lognormal { median, below, above } => stretched(median, below, above, normal_quantile(q)),
        }
    }

    /// The value that is passed with probability `p`, accurate for the smallest `p`.
    #[must_use]
    pub fn upper_quantile(&self, p: f64) -> f64 {
        let p = p.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
        match self.0 {
            Shape::Uniform { lo, hi } => hi - p * (hi - lo),
            Shape::Triangular { lo, mode, hi } if p * (hi - lo) <= hi - mode => hi - falling(p, mode, hi, hi - lo),
            Shape::Beta { a, b, lo, width } => lo + width * beta_upper_quantile(a, b, p),
            Shape::Lognormal { median, below, above } => stretched(median, below, above, normal_upper_quantile(p)),
            Shape::Point(_) | Shape::Triangular { .. } => self.quantile(1.0 - p),
        }
    }

    /// `P(X <= x)`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        match (self.0, self.support()) {
            (_, (_, Some(top))) if x >= top => 1.0,
            (_, (least, _)) if x < least => 0.0,
            (Shape::Point(_), _) => 1.0,
            (Shape::Uniform { lo, hi }, _) => (x - lo) / (hi - lo),
            (Shape::Triangular { lo, mode, hi }, _) if x <= mode => {
                (x - lo) / (hi - lo) * ((x - lo) / (mode - lo).max(x - lo))
            }
            (Shape::Triangular { lo, mode, hi }, _) => 1.0 - (hi - x) / (hi - lo) * ((hi - x) / (hi - mode)),
            (Shape::Beta { a, b, lo, width }, _) => beta_split(a, b, (x - lo) / width, (lo + width - x) / width).lower,
            (Shape::Lognormal { median, below, above }, _) => normal_cdf(score(median, below, above, x)),
        }
    }

    /// `P(X >= x)`.
    #[must_use]
    pub fn at_least(&self, x: f64) -> f64 {
        match (self.0, self.support()) {
            (_, (least, _)) if x <= least => 1.0,
            (_, (_, Some(top))) if x > top => 0.0,
            (Shape::Beta { a, b, lo, width }, _) => beta_split(a, b, (x - lo) / width, (lo + width - x) / width).upper,
            // Half of all outcomes may be the median itself.
            (Shape::Lognormal { median, below, above }, _) if x > median || below > 0.0 => {
                normal_survival(score(median, below, above, x))
            }
            _ => 1.0 - self.cdf(x),
        }
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self.0 {
            Shape::Point(value) => value,
            Shape::Uniform { lo, hi } => 0.5 * (lo + hi),
            Shape::Triangular { lo, mode, hi } => (lo + mode + hi) / 3.0,
            Shape::Beta { a, b, lo, width } => lo + width * (a / (a + b)),
            Shape::Lognormal { median, below, above } => median * half_moments(below, above, 1.0),
        }
    }

    /// The variance.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self.0 {
            Shape::Point(_) => 0.0,
            Shape::Uniform { lo, hi } => (hi - lo) * (hi - lo) / 12.0,
            Shape::Triangular { lo, mode, hi } => {
                let (rise, width) = (mode - lo, hi - lo);
                (width * width - rise * width + rise * rise) / 18.0
            }
            Shape::Beta { a, b, width, .. } => {
                let n = a + b;
                width * width * (a / n) * (b / n) / (n + 1.0)
            }
            Shape::Lognormal { median, below, above } if (above - below).abs() <= 0.0 => {
                // e^(s²) (e^(s²) - 1) without the cancellation of a small s.
                median * median * libm::exp(above * above) * libm::expm1(above * above)
            }
            Shape::Lognormal { median, below, above } => {
                let mean = half_moments(below, above, 1.0);
                median * median * (half_moments(below, above, 2.0) - mean * mean).max(0.0)
            }
        }
    }

    /// Where the distribution function bends or jumps, in ascending order.
    pub(super) fn bends(&self) -> impl Iterator<Item = f64> {
        let points = match self.0 {
            Shape::Point(value) => [value; 3],
            Shape::Uniform { lo, hi } => [lo, lo, hi],
            Shape::Triangular { lo, mode, hi } => [lo, mode, hi],
            Shape::Beta { lo, width, .. } => [lo, lo, lo + width],
            Shape::Lognormal { median, .. } => [median; 3],
        };
        points.into_iter()
    }
}

fn sized(values: &[f64]) -> Result<(), InputError> {
    if values.iter().all(|value| value.abs() <= Input::VALUE_MAX) { Ok(()) } else { Err(InputError::Size) }
}

fn ordered(values: &[f64]) -> Result<(), InputError> {
    sized(values)?;
    if values.is_sorted() { Ok(()) } else { Err(InputError::Order) }
}

/// How far below the top of a triangle the value lies that is passed with probability `p`.
fn falling(p: f64, mode: f64, hi: f64, width: f64) -> f64 {
    (p * width * (hi - mode)).sqrt()
}

/// `median e^(s z)`.
fn stretched(median: f64, below: f64, above: f64, z: f64) -> f64 {
    median * libm::exp(z * if z < 0.0 { below } else { above })
}

/// The `z` of a value above zero: infinite, with the sign of the side, where that side has no spread.
fn score(median: f64, below: f64, above: f64, x: f64) -> f64 {
    let distance = libm::log(x / median);
    match () {
        () if distance < 0.0 => distance / below,
        () if distance > 0.0 => distance / above,
        () => 0.0,
    }
}

/// `E[e^(k s Z)]` with one `s` on each side: `E[e^(tZ); Z > 0] = e^(t²/2) Phi(t)`.
fn half_moments(below: f64, above: f64, k: f64) -> f64 {
    let half = |t: f64| libm::exp(0.5 * t * t) * normal_cdf(t);
    half(k * above) + half(-k * below)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(got: f64, want: f64, within: f64) {
        assert!((got - want).abs() <= within, "got {got}, want {want}");
    }

    #[test]
    fn a_triangle_is_half_passed_where_half_its_area_is() {
        // 0, 1, 4: P(X <= 1) = 1/4. The median leaves (4-x)²/12 = 1/2 above it: 4 - sqrt 6.
        let input = Input::triangular(0.0, 1.0, 4.0).expect("in order");
        near(input.cdf(1.0), 0.25, 1e-15);
        near(input.quantile(0.5), 4.0 - 6.0_f64.sqrt(), 1e-14);
        near(input.mean(), 5.0 / 3.0, 1e-15);
        // (16 + 1 + 0 - 0 - 4 - 0) / 18
        near(input.variance(), 13.0 / 18.0, 1e-15);
    }

    #[test]
    fn the_median_of_the_published_margin_is_73_7_percent_and_not_its_mode() {
        // 85 - sqrt(0.5 x 25 x 10) would be past the mode; below it 60 + sqrt(0.5 x 25 x 15) = 73.693.
        let input = Input::triangular(0.6, 0.75, 0.85).expect("in order");
        near(input.quantile(0.5), 0.6 + (0.5_f64 * 0.25 * 0.15).sqrt(), 1e-15);
    }

    #[test]
    fn a_pert_has_its_mean_at_a_sixth_of_the_ends_and_four_of_the_mode() {
        let input = Input::pert(0.0, 1.0, 4.0).expect("in order");
        near(input.mean(), 8.0 / 6.0, 1e-15);
        // a = 2, b = 4: 16 x 8 / (36 x 7).
        near(input.variance(), 16.0 * 8.0 / (36.0 * 7.0), 1e-14);
    }

    #[test]
    fn the_ends_of_a_range_are_p5_and_p95_about_the_stated_figure() {
        let input = Input::range(4_080.0, 8_000.0, 13_077.0).expect("a range");
        near(input.quantile(0.05), 4_080.0, 1e-8);
        near(input.quantile(0.5), 8_000.0, 1e-8);
        near(input.upper_quantile(0.05), 13_077.0, 1e-8);
        near(input.cdf(4_080.0), 0.05, 1e-12);
        near(input.at_least(13_077.0), 0.05, 1e-12);
    }

    #[test]
    fn a_range_with_equal_sides_is_lognormal() {
        let ranged = Input::range(50.0, 100.0, 200.0).expect("a range");
        let s = libm::log(2.0) / Z95;
        let lognormal = Input::lognormal(100.0, s).expect("a spread");
        near(ranged.mean(), 100.0 * libm::exp(0.5 * s * s), 1e-10);
        near(lognormal.variance(), ranged.variance(), 1e-8);
    }

    #[test]
    fn a_range_that_ends_at_its_figure_has_half_of_its_weight_there() {
        let input = Input::range(100.0, 100.0, 200.0).expect("a range");
        near(input.cdf(100.0), 0.5, 1e-15);
        near(input.cdf(99.0), 0.0, 1e-15);
        near(input.at_least(100.0), 1.0, 1e-15);
        near(input.quantile(0.3), 100.0, 1e-12);
        near(input.upper_quantile(0.05), 200.0, 1e-10);
    }

    #[test]
    fn what_is_no_distribution_is_refused_with_its_reason() {
        assert_eq!(Input::point(f64::NAN), Err(InputError::Size));
        assert_eq!(Input::point(f64::INFINITY), Err(InputError::Size));
        assert_eq!(Input::uniform(2.0, 1.0), Err(InputError::Order));
        assert_eq!(Input::triangular(0.0, 3.0, 2.0), Err(InputError::Order));
        assert_eq!(Input::pert(0.0, f64::NAN, 2.0), Err(InputError::Size));
        assert_eq!(Input::beta(0.0, 1.0), Err(InputError::Shape));
        assert_eq!(Input::lognormal(0.0, 1.0), Err(InputError::Median));
        assert_eq!(Input::lognormal(1.0, -0.1), Err(InputError::Spread));
        assert_eq!(Input::lognormal(1.0, f64::NAN), Err(InputError::Spread));
        assert_eq!(Input::range(0.0, 1.0, 2.0), Err(InputError::Median));
    }

    #[test]
    fn ends_that_meet_make_a_known_number() {
        for input in [Input::uniform(3.0, 3.0), Input::triangular(3.0, 3.0, 3.0), Input::pert(3.0, 3.0, 3.0)] {
            assert_eq!(input, Input::point(3.0));
        }
        assert_eq!(Input::lognormal(3.0, 0.0), Input::point(3.0));
    }

    fn any_input() -> impl Strategy<Value = Input> {
        let three = || {
            [-50.0..50.0_f64, -50.0..50.0, -50.0..50.0].prop_map(|mut ends| {
                ends.sort_by(f64::total_cmp);
                ends
            })
        };
        prop_oneof![
            three().prop_map(|[lo, _, hi]| Input::uniform(lo, hi).expect("in order")),
            three().prop_map(|[lo, mode, hi]| Input::triangular(lo, mode, hi).expect("in order")),
            three().prop_map(|[lo, mode, hi]| Input::pert(lo, mode, hi).expect("in order")),
            (0.2..50.0, 0.2..50.0).prop_map(|(a, b)| Input::beta(a, b).expect("in range")),
            (0.01..1e6, 0.01..0.5).prop_map(|(median, s)| Input::lognormal(median, s).expect("in range")),
            [1.0..9.0_f64, 1.0..9.0, 1.0..9.0].prop_map(|mut ends| {
                ends.sort_by(f64::total_cmp);
                Input::range(ends[0], ends[1], ends[2]).expect("in order")
            }),
        ]
    }

    proptest! {
        #[test]
        fn a_quantile_is_passed_as_often_as_it_says(input in any_input(), q in 0.001..0.999) {
            let x = input.quantile(q);
            prop_assert!((input.cdf(x) - q).abs() < 1e-9, "{input:?} {x}");
            prop_assert!((input.at_least(x) - (1.0 - q)).abs() < 1e-9, "{input:?} {x}");
            let upper = input.upper_quantile(1.0 - q);
            prop_assert!((upper - x).abs() <= 1e-9 * x.abs().max(1.0), "{input:?} {x} {upper}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn mean_and_variance_are_those_of_the_quantiles(input in any_input()) {
            // Midpoints of equal shares: short of the outermost tails of a lognormal, so the bound is wide.
            let draws: Vec<f64> = (0..2_000).map(|i| input.quantile((f64::from(i) + 0.5) / 2_000.0)).collect();
            let mean = draws.iter().sum::<f64>() / 2_000.0;
            let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 2_000.0;
            prop_assert!((input.mean() - mean).abs() <= 0.01 * mean.abs().max(input.variance().sqrt()), "{input:?} {mean}");
            prop_assert!((input.variance() / variance - 1.0).abs() <= 0.25, "{input:?} {variance}");
        }
    }
}
