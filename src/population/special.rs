//! Special functions: normal and beta probabilities and their inverses.
//!
//! All from `libm`, so that a result has the same bits on every machine. Both tails are computed as such and not as
//! one minus the other, so a share of one in a billion is as accurate as a half.

use libm::{erfc, exp, expm1, lgamma, log, log1p};

const SQRT_2: f64 = std::f64::consts::SQRT_2;
/// `1 / sqrt(2 pi)`.
const INV_SQRT_2PI: f64 = 0.398_942_280_401_432_7;
/// `ln(2 pi)`.
const LN_2PI: f64 = 1.837_877_066_409_345_5;

/// Density of the standard normal distribution.
#[must_use]
pub fn normal_density(z: f64) -> f64 {
    INV_SQRT_2PI * exp(-0.5 * z * z)
}

/// `P(Z <= z)` of the standard normal distribution.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// `P(Z > z)` of the standard normal distribution.
#[must_use]
pub fn normal_survival(z: f64) -> f64 {
    0.5 * erfc(z / SQRT_2)
}

/// The `z` with `P(Z <= z) = p`. Shares outside (0, 1) count as the nearest float inside: the answer is finite.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.5 { normal_lower_quantile(p) } else { -normal_lower_quantile(1.0 - p) }
}

/// The `z` with `P(Z > z) = p`, accurate for the smallest `p`; as [`normal_quantile`] for shares outside (0, 1).
#[must_use]
pub fn normal_upper_quantile(p: f64) -> f64 {
    -normal_quantile(p)
}

/// After a step so small, Newton has the root to the last bits: its next error is about the square.
const QUADRATIC: f64 = 1e-9;

/// As [`normal_quantile`], for at most a half.
fn normal_lower_quantile(p: f64) -> f64 {
    let p = p.max(f64::MIN_POSITIVE);
    // Abramowitz and Stegun 26.2.22, good to 3e-3; then Newton on the logarithm of the distribution function, which
    // is concave, so that each step ends on the near side of the root.
    let t = (-2.0 * log(p)).sqrt();
    let mut z = (2.307_53 + 0.270_61 * t) / (1.0 + t * (0.992_29 + 0.044_81 * t)) - t;
    for _ in 0..20 {
        let below = normal_cdf(z);
        let step = log(below / p) * below / normal_density(z);
        z -= step;
        if step.abs() <= QUADRATIC {
            break;
        }
    }
    z
}

/// `P(Z > t) / density(t)` for `t >= 5`: the Mills ratio, by its continued fraction.
#[must_use]
pub(super) fn mills_ratio(t: f64) -> f64 {
    let fraction = (1..=60_u8).rev().fold(t, |below, n| t + f64::from(n) / below);
    1.0 / fraction
}

/// `ln B(a, b)` for positive `a` and `b`.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if small >= STIRLING_FROM {
        let sum = a + b;
        0.5 * (LN_2PI - log(a * (b / sum))) + a * log(a / sum) + b * log(b / sum) + stirling_rest(a) + stirling_rest(b)
            - stirling_rest(sum)
    } else {
        lgamma(small) - ln_gamma_ratio(large, small)
    }
}

/// From here on Stirling's series with seven terms is exact to the last bit.
const STIRLING_FROM: f64 = 10.0;

/// What `ln Gamma(z)` has beyond `(z - 1/2) ln z - z + ln(2 pi) / 2`.
fn stirling_rest(z: f64) -> f64 {
    const TERMS: [f64; 7] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1_260.0, -1.0 / 1_680.0, 1.0 / 1_188.0, -691.0 / 360_360.0, 1.0 / 156.0];
    let w = 1.0 / (z * z);
    TERMS.iter().rev().fold(0.0, |sum, term| sum * w + term) / z
}

/// `ln (Gamma(z + d) / Gamma(z))` without the cancellation of large `z`.
fn ln_gamma_ratio(z: f64, d: f64) -> f64 {
    if z < STIRLING_FROM {
        return lgamma(z + d) - lgamma(z);
    }
    (z + d - 0.5) * log1p(d / z) + d * (log(z) - 1.0) + (stirling_rest(z + d) - stirling_rest(z))
}

/// `ln r - d` of a ratio `r` that is `1 + d`; each is given, since near their ends one says more than the other.
fn log_less(r: f64, d: f64) -> f64 {
    if d.abs() > 0.1 {
        return log(r) - d;
    }
    // -d^2/2 + d^3/3 - ...: seventeen terms below a tenth.
    let series = (2..=18_u8).rev().fold(0.0, |sum, n| 1.0 / f64::from(n) - d * sum);
    -d * d * series
}

/// A share and the rest of the whole, each accurate by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// At or below.
    pub lower: f64,
    /// Above.
    pub upper: f64,
}

/// `x^a y^b / B(a, b)` with `y = 1 - x`, both inside (0, 1).
fn beta_front(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if small >= STIRLING_FROM {
        // About the mean, where the powers nearly cancel.
        let sum = a + b;
        let off = x * b - y * a;
        let exponent = a * log_less(x * sum / a, off / a) + b * log_less(y * sum / b, -off / b);
        let rest = stirling_rest(sum) - stirling_rest(a) - stirling_rest(b);
        return (a * (b / sum)).sqrt() * INV_SQRT_2PI * exp(exponent + rest);
    }
    let ln_x = if x <= 0.5 { log(x) } else { log1p(-y) };
    let ln_y = if y <= 0.5 { log(y) } else { log1p(-x) };
    exp(a * ln_x + b * ln_y + ln_gamma_ratio(large, small) - lgamma(small))
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method; quick for
/// `x < (a + 1) / (a + b + 2)`.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for n in 1..20_000_u32 {
        let n = f64::from(n);
        let even = n * (b - n) * x / ((a + 2.0 * n - 1.0) * (a + 2.0 * n));
        let odd = -(a + n) * (a + b + n) * x / ((a + 2.0 * n) * (a + 2.0 * n + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            value *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The regularized incomplete beta function and its complement at `x`, given with `y = 1 - x`.
///
/// `a` and `b` are positive; below 0 and above 1 the distribution function of a beta variable goes on.
#[must_use]
pub fn beta_split(a: f64, b: f64, x: f64, y: f64) -> Split {
    if x <= 0.0 {
        return Split { lower: 0.0, upper: 1.0 };
    }
    if y <= 0.0 {
        return Split { lower: 1.0, upper: 0.0 };
    }
    beta_split_by(beta_front(a, b, x, y), a, b, x, y)
}

/// As [`beta_split`] inside (0, 1), with [`beta_front`] at hand.
fn beta_split_by(front: f64, a: f64, b: f64, x: f64, y: f64) -> Split {
    if x * (a + b + 2.0) <= a + 1.0 {
        let lower = (front * beta_fraction(a, b, x) / a).min(1.0);
        Split { lower, upper: 1.0 - lower }
    } else {
        let upper = (front * beta_fraction(b, a, y) / b).min(1.0);
        Split { lower: 1.0 - upper, upper }
    }
}

/// The `x` below which a share of a beta variable lies; 0 where it is smaller than a float can say.
#[must_use]
pub fn beta_quantile(a: f64, b: f64, lower: f64) -> f64 {
    beta_inverse(a, b, lower, 1.0 - lower).0
}

/// The `x` above which a share of a beta variable lies.
#[must_use]
pub fn beta_upper_quantile(a: f64, b: f64, upper: f64) -> f64 {
    beta_inverse(a, b, 1.0 - upper, upper).0
}

/// `x` and `1 - x` with the shares asked. The smaller share is the one that is solved for.
///
/// Newton in `t = ln(x / y)`, where the density is log-concave; hence so are both distribution functions, and Newton
/// on their logarithm goes past the root at most once. Bisection where it goes past what a float holds.
fn beta_inverse(a: f64, b: f64, lower: f64, upper: f64) -> (f64, f64) {
    if lower > upper {
        let (y, x) = beta_inverse(b, a, upper, lower);
        return (x, y);
    }
    if lower <= 0.0 {
        return (0.0, 1.0);
    }
    // Beyond these `x` or `1 - x` is about to be too small for a float.
    let (mut left, mut right) = (-700.0, 700.0);
    let mut t = log(a / b);
    for _ in 0..200 {
        let (x, y) = logistic(t);
        let front = beta_front(a, b, x, y);
        let below = beta_split_by(front, a, b, x, y).lower;
        if below > lower {
            right = t;
        } else {
            left = t;
        }
        let newton = t - log(below / lower) * below / front;
        if (newton - t).abs() <= QUADRATIC {
            t = newton;
            break;
        }
        // Where nothing is left of the share, or a step goes too far: halfway.
        t = if newton > left && newton < right { newton } else { 0.5 * (left + right) };
    }
    if t < -699.0 { (0.0, 1.0) } else { logistic(t) }
}

/// `x` and `1 - x` of a logit.
fn logistic(t: f64) -> (f64, f64) {
    let small = exp(-t.abs());
    let (near, far) = (1.0 / (1.0 + small), small / (1.0 + small));
    if t < 0.0 { (far, near) } else { (near, far) }
}

/// `(1 - e^{-d l}) / d`, which is `l` at `d = 0`.
#[must_use]
pub(super) fn expm1_over(d: f64, l: f64) -> f64 {
    if d == 0.0 { l } else { -expm1(-d * l) / d }
}

/// So many places from `low` to `high`, each the same factor above the one before; empty unless both are above 0.
#[must_use]
pub fn places_at_equal_factors(low: f64, high: f64, places: u8) -> Vec<f64> {
    if !(low > 0.0 && high >= low && high.is_finite()) {
        return Vec::new();
    }
    let step = log(high / low) / f64::from(places.max(2) - 1);
    (0..places).map(|at| if at + 1 == places { high } else { (low * exp(step * f64::from(at))).min(high) }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::ContinuousCDF;

    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "{got:e} is not {want:e}");
    }

    // Expected figures: mpmath with 40 digits.

    #[test]
    fn normal_shares_hold_far_out() {
        for (z, below) in [
            (-37.0, 5.725_571_222_524_577e-300),
            (-20.0, 2.753_624_118_606_233_7e-89),
            (-8.0, 6.220_960_574_271_784e-16),
            (-3.0, 0.001_349_898_031_630_094_5),
            (-1.0, 0.158_655_253_931_457_05),
            (0.3, 0.617_911_422_188_952_6),
            (2.0, 0.977_249_868_051_820_8),
        ] {
            close(normal_cdf(z), below, 2e-16 * f64::max(z * z, 10.0));
            close(normal_survival(-z), below, 2e-16 * f64::max(z * z, 10.0));
        }
    }

    #[test]
    fn normal_quantiles_hold_far_out() {
        for (p, z) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-100, -21.273_453_560_965_325),
            (1e-20, -9.262_340_089_798_408),
            (1e-9, -5.997_807_015_007_687),
            (1e-3, -3.090_232_306_167_813_5),
            (0.02, -2.053_748_910_631_823),
            (0.25, -0.674_489_750_196_081_7),
            (0.45, -0.125_661_346_855_074),
        ] {
            close(normal_quantile(p), z, 5e-15);
            close(normal_upper_quantile(p), -z, 5e-15);
        }
        assert!(normal_quantile(0.5).abs() < 1e-15);
        assert!(normal_quantile(0.0) < -37.0 && normal_quantile(1.0) > 37.0);
    }

    #[test]
    fn the_mills_ratio_is_the_tail_over_the_density() {
        for t in [5.0, 6.5, 10.0, 30.0] {
            close(mills_ratio(t), normal_survival(t) / normal_density(t), 1e-12);
        }
    }

    #[test]
    fn beta_shares_hold_on_both_sides() {
        for (a, b, x, lower, upper) in [
            (0.55, 8.5, 0.2, 0.937_260_517_857_714_6, 0.062_739_482_142_285_38),
            (0.55, 8.5, 1e-6, 0.001_803_162_879_694_665_4, 0.998_196_837_120_305_3),
            (0.55, 8.5, 0.9, 0.999_999_999_232_084_6, 7.679_154_380_232_805e-10),
            (3.0, 22.0, 0.12, 0.562_537_305_768_287_1, 0.437_462_694_231_712_9),
            (3.0, 22.0, 0.7, 0.999_999_999_559_504_1, 4.404_959_337_315_344e-10),
            (1e3, 3e3, 0.25, 0.502_427_980_892_099, 0.497_572_019_107_901),
            (1e3, 3e3, 0.3, 0.999_999_999_998_952_3, 1.047_725_138_756_873_6e-12),
            (1e3, 3e3, 0.2, 8.069_693_549_528_04e-15, 0.999_999_999_999_991_9),
            (0.05, 150.0, 0.01, 0.994_686_056_774_571_5, 0.005_313_943_225_428_525),
            (0.05, 150.0, 0.2, 1.0, 5.757_867_956_960_634e-18),
            (20.0, 0.5, 0.3, 5.173_003_965_299_164e-12, 0.999_999_999_994_827),
        ] {
            let split = beta_split(a, b, x, 1.0 - x);
            close(split.lower, lower, 3e-13);
            close(split.upper, upper, 3e-13);
            let (low, high) = (beta_quantile(a, b, lower), beta_upper_quantile(a, b, upper));
            close(if lower < upper { low } else { high }, x, 1e-12);
        }
    }

    proptest! {
        #[test]
        fn another_library_agrees(a in 0.02..300.0, b in 0.02..300.0, x in 0.0..1.0, p in 1e-12..0.5) {
            let split = beta_split(a, b, x, 1.0 - x);
            prop_assert!((split.lower - statrs::function::beta::beta_reg(a, b, x)).abs() < 1e-11);
            prop_assert!((ln_beta(a, b) - statrs::function::beta::ln_beta(a, b)).abs() < 1e-11);
            let normal = statrs::distribution::Normal::standard();
            prop_assert!((normal_quantile(p) - normal.inverse_cdf(p)).abs() < 1e-9);
            prop_assert!((normal_cdf(6.0 * x) - normal.cdf(6.0 * x)).abs() < 1e-10);
        }

        #[test]
        fn inverses_lead_back(a in 0.05..2e4, b in 0.05..2e4, exponent in -250.0..-0.31) {
            let p = libm::pow(10.0, exponent);
            close(normal_cdf(normal_quantile(p)), p, 5e-13);
            // The last bit of x moves the share by so much.
            let bound = 2e-12 + 2e-15 * (a + b);
            let (x, y) = beta_inverse(a, b, p, 1.0 - p);
            if x > 1e-290 {
                close(beta_split(a, b, x, y).lower, p, bound);
            }
            let (x, y) = beta_inverse(a, b, 1.0 - p, p);
            if y > 1e-290 {
                close(beta_split(a, b, x, y).upper, p, bound);
            }
        }
    }

    #[test]
    fn beta_with_whole_shapes_is_a_polynomial() {
        // Beta(2, 1): x^2. Beta(1, 3): 1 - (1 - x)^3. ln B(2, 3) = ln(1/12).
        close(beta_split(2.0, 1.0, 0.3, 0.7).lower, 0.09, 1e-15);
        close(beta_split(1.0, 3.0, 0.2, 0.8).upper, 0.512, 1e-15);
        close(beta_quantile(2.0, 1.0, 1e-200), 1e-100, 1e-13);
        close(ln_beta(2.0, 3.0), -log(12.0), 1e-15);
        // B(20, 30) = 19! 29! / 49!
        let factorial = |n: u8| (2..=n).map(f64::from).product::<f64>();
        close(ln_beta(20.0, 30.0), log(factorial(19) / factorial(49) * factorial(29)), 1e-14);
        close(ln_beta(2.0, 30.0), -log(30.0 * 31.0), 1e-14);
    }
}
