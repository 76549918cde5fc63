//! Continuous shapes, each by its closed forms, and what truncation and a cap make of them.

use libm::{erf, exp, expm1, log, pow};

use super::special::{
    beta_quantile, beta_split, beta_upper_quantile, expm1_over, ln_beta, mills_ratio, normal_cdf, normal_density,
    normal_quantile, normal_survival, normal_upper_quantile,
};

/// A continuous shape on numbers that are not negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Curve {
    /// Beta, stretched to `0..scale`.
    Beta { a: f64, b: f64, scale: f64 },
    /// The same density everywhere between two different values.
    Uniform { lo: f64, hi: f64 },
    /// The logarithm is normal with mean `m` and standard deviation `s > 0`.
    Lognormal { m: f64, s: f64 },
    /// `P(X > x) = (xm / x)^a` from `xm` on, with `a > 1`.
    Pareto { xm: f64, a: f64 },
}

/// Mean, variance and third central moment; those that are infinite, or larger than a float holds, are `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) variance: Option<f64>,
    pub(super) third: Option<f64>,
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Curve {
    /// The ends of the support; `None`: it has no upper end.
    pub(super) fn support(self) -> (f64, Option<f64>) {
        match self {
            Self::Beta { scale, .. } => (0.0, Some(scale)),
            Self::Uniform { lo, hi } => (lo, Some(hi)),
            Self::Lognormal { .. } => (0.0, None),
            Self::Pareto { xm, .. } => (xm, None),
        }
    }

    pub(super) fn moments(self) -> Moments {
        match self {
            Self::Beta { a, b, scale } => {
                let (n, mean) = (a + b, a / (a + b));
                let variance = mean * (b / n) / (n + 1.0);
                let third = 2.0 * variance * (b - a) / (n * (n + 2.0));
                Moments {
                    mean: mean * scale,
                    variance: Some(variance * scale * scale),
                    third: Some(third * scale * scale * scale),
                }
            }
            Self::Uniform { lo, hi } => {
                Moments { mean: lo + 0.5 * (hi - lo), variance: Some((hi - lo) * (hi - lo) / 12.0), third: Some(0.0) }
            }
            Self::Lognormal { m, s } => {
                let mean = exp(m + 0.5 * s * s);
                // mean^2 w and mean^3 w^2 (w + 3), with w = e^(s^2) - 1.
                let w = expm1(s * s);
                Moments {
                    mean,
                    variance: finite(mean * mean * w),
                    third: finite(mean * mean * mean * w * w * (w + 3.0)),
                }
            }
            Self::Pareto { xm, a } => {
                let variance = xm * xm * a / ((a - 1.0) * (a - 1.0) * (a - 2.0));
                let third = variance * xm * 2.0 * (1.0 + a) / ((a - 1.0) * (a - 3.0));
                Moments {
                    mean: xm * a / (a - 1.0),
                    variance: finite(variance).filter(|_| a > 2.0),
                    third: finite(third).filter(|_| a > 3.0),
                }
            }
        }
    }

    /// `P(X <= x)`, for `x` that is not negative.
    pub(super) fn cdf(self, x: f64) -> f64 {
        match self {
            Self::Beta { a, b, scale } => beta_split(a, b, x / scale, (scale - x) / scale).lower,
            Self::Uniform { lo, hi } => ((x - lo) / (hi - lo)).clamp(0.0, 1.0),
            Self::Lognormal { m, s } => normal_cdf((log(x) - m) / s),
            Self::Pareto { xm, .. } if x <= xm => 0.0,
            Self::Pareto { xm, a } => -expm1(-a * log(x / xm)),
        }
    }

    /// `P(X > x)`, for `x` that is not negative.
    pub(super) fn survival(self, x: f64) -> f64 {
        match self {
            Self::Beta { a, b, scale } => beta_split(a, b, x / scale, (scale - x) / scale).upper,
            Self::Uniform { lo, hi } => ((hi - x) / (hi - lo)).clamp(0.0, 1.0),
            Self::Lognormal { m, s } => normal_survival((log(x) - m) / s),
            Self::Pareto { xm, .. } if x <= xm => 1.0,
            Self::Pareto { xm, a } => pow(xm / x, a),
        }
    }

    /// The smallest `x` with `P(X <= x) >= q`, for `q` inside (0, 1).
    pub(super) fn quantile(self, q: f64) -> f64 {
        match self {
            Self::Beta { a, b, scale } => scale * beta_quantile(a, b, q),
            Self::Uniform { lo, hi } => lo + q * (hi - lo),
            Self::Lognormal { m, s } => exp(m + s * normal_quantile(q)).min(f64::MAX),
            Self::Pareto { .. } => self.upper_quantile(1.0 - q),
        }
    }

    /// The smallest `x` with `P(X > x) <= p`, for `p` inside (0, 1).
    pub(super) fn upper_quantile(self, p: f64) -> f64 {
        match self {
            Self::Beta { a, b, scale } => scale * beta_upper_quantile(a, b, p),
            Self::Uniform { lo, hi } => hi - p * (hi - lo),
            Self::Lognormal { m, s } => exp(m + s * normal_upper_quantile(p)).min(f64::MAX),
            Self::Pareto { xm, a } => (xm * pow(p, -1.0 / a)).min(f64::MAX),
        }
    }

    /// `E[X^k; X <= x]` for `k` up to 3 and `x` inside the support.
    pub(super) fn partial_moment(self, k: u8, x: f64) -> f64 {
        let n = f64::from(k);
        match self {
            Self::Beta { a, b, scale } => {
                let whole: f64 = (0..k).map(|j| scale * (a + f64::from(j)) / (a + b + f64::from(j))).product();
                whole * beta_split(a + n, b, x / scale, (scale - x) / scale).lower
            }
            Self::Uniform { lo, hi } => {
                let x = x.clamp(lo, hi);
                // (x^(k+1) - lo^(k+1)) / (x - lo) is the sum of x^i lo^(k-i).
                let sum = (0..k).fold((1.0, 1.0), |(sum, power), _| (sum * x + power * lo, power * lo)).0;
                sum / (n + 1.0) * ((x - lo) / (hi - lo))
            }
            Self::Lognormal { m, s } => lognormal_partial_moment(m, s, n, x),
            Self::Pareto { xm, .. } if x <= xm => 0.0,
            Self::Pareto { xm, a } => a * power(xm, k) * expm1_over(a - n, log(x / xm)),
        }
    }

    /// `E[X; X > x]`.
    pub(super) fn tail_mean(self, x: f64) -> f64 {
        let mean = self.moments().mean;
        match self {
            Self::Beta { a, b, scale } => mean * beta_split(a + 1.0, b, x / scale, (scale - x) / scale).upper,
            Self::Uniform { lo, hi } => {
                let x = x.clamp(lo, hi);
                (x + 0.5 * (hi - x)) * ((hi - x) / (hi - lo))
            }
            Self::Lognormal { m, s } => mean * normal_survival((log(x) - m) / s - s),
            Self::Pareto { xm, .. } if x <= xm => mean,
            Self::Pareto { xm, a } => mean * pow(xm / x, a - 1.0),
        }
    }

    /// The Gini coefficient of the whole shape.
    pub(super) fn gini(self) -> f64 {
        match self {
            Self::Beta { a, b, .. } => 2.0 / a * exp(ln_beta(2.0 * a, 2.0 * b) - 2.0 * ln_beta(a, b)),
            Self::Uniform { lo, hi } => (hi - lo) / (3.0 * (hi + lo)),
            // 2 Phi(s / sqrt 2) - 1.
            Self::Lognormal { s, .. } => erf(0.5 * s),
            Self::Pareto { a, .. } => 1.0 / (2.0 * a - 1.0),
        }
    }

    /// The shape of `factor X`, for a positive factor.
    pub(super) fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Beta { a, b, scale } => Self::Beta { a, b, scale: scale * factor },
            Self::Uniform { lo, hi } => Self::Uniform { lo: lo * factor, hi: hi * factor },
            Self::Lognormal { m, s } => Self::Lognormal { m: m + log(factor), s },
            Self::Pareto { xm, a } => Self::Pareto { xm: xm * factor, a },
        }
    }
}

/// A whole power, by multiplication.
pub(super) fn power(x: f64, k: u8) -> f64 {
    (0..k).map(|_| x).product()
}

/// `E[X^k; X <= x] = e^{km + k²s²/2} Phi(z - ks)`, and where that is a huge number times a tiny one,
/// the same as `x^k density(z) Mills(ks - z)`.
fn lognormal_partial_moment(m: f64, s: f64, k: f64, x: f64) -> f64 {
    let z = (log(x) - m) / s;
    let w = z - k * s;
    if w > -5.0 || z < -30.0 {
        exp(k * m + 0.5 * k * k * s * s).min(f64::MAX) * normal_cdf(w)
    } else {
        exp(k * log(x)) * normal_density(z) * mills_ratio(-w)
    }
}

/// A shape below a bound and under a cap: first everything above `below` is left out, then what is above `cap`
/// counts as `cap`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) curve: Curve,
    /// Inside the support, with `P(X <= bound)` above zero.
    pub(super) below: Option<Truncation>,
    /// Inside what is left of the support.
    pub(super) cap: Option<f64>,
}

/// Where a shape is truncated, and the shares on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Truncation {
    pub(super) hi: f64,
    pub(super) kept: f64,
    pub(super) lost: f64,
}

impl Truncation {
    /// Whether more is lost than kept, so that the kept side is the accurate one to subtract on.
    fn is_low(self) -> bool {
        self.kept < self.lost
    }
}

impl Cut {
    pub(super) const fn whole(curve: Curve) -> Self {
        Self { curve, below: None, cap: None }
    }

    /// The ends of the support.
    pub(super) fn support(&self) -> (f64, Option<f64>) {
        let (lo, hi) = self.curve.support();
        (lo, self.cap.or(self.below.map(|below| below.hi)).or(hi))
    }

    /// Without what is above `hi`; `None` if nothing is left.
    pub(super) fn truncated(&self, hi: f64) -> Option<Self> {
        if self.support().1.is_some_and(|end| end <= hi) {
            return Some(*self);
        }
        let kept = self.curve.cdf(hi);
        let below = Some(Truncation { hi, kept, lost: self.curve.survival(hi) });
        (kept > 0.0).then_some(Self { curve: self.curve, below, cap: None })
    }

    /// With what is above `hi` at `hi`; `None` if all of it is.
    pub(super) fn clamped(&self, hi: f64) -> Option<Self> {
        if self.support().1.is_some_and(|end| end <= hi) {
            return Some(*self);
        }
        (hi > self.support().0).then_some(Self { cap: Some(hi), ..*self })
    }

    pub(super) fn scaled(&self, factor: f64) -> Self {
        Self {
            curve: self.curve.scaled(factor),
            below: self.below.map(|below| Truncation { hi: below.hi * factor, ..below }),
            cap: self.cap.map(|cap| cap * factor),
        }
    }

    pub(super) fn cdf(&self, x: f64) -> f64 {
        match (self.cap, self.below) {
            (Some(cap), _) if x >= cap => 1.0,
            (_, Some(below)) if x >= below.hi => 1.0,
            (_, Some(below)) => (self.curve.cdf(x) / below.kept).min(1.0),
            _ => self.curve.cdf(x),
        }
    }

    pub(super) fn survival(&self, x: f64) -> f64 {
        match self.cap {
            Some(cap) if x >= cap => 0.0,
            _ => self.uncapped_survival(x),
        }
    }

    fn uncapped_survival(&self, x: f64) -> f64 {
        match self.below {
            Some(below) if x >= below.hi => 0.0,
            Some(below) => (self.between(x, below) / below.kept).clamp(0.0, 1.0),
            None => self.curve.survival(x),
        }
    }

    /// The share of the whole curve between a place and where it is truncated, by the smaller side.
    fn between(&self, x: f64, below: Truncation) -> f64 {
        if below.is_low() { below.kept - self.curve.cdf(x) } else { self.curve.survival(x) - below.lost }
    }

    pub(super) fn quantile(&self, q: f64) -> f64 {
        let share = self.below.map_or(q, |below| q * below.kept);
        self.within(self.curve.quantile(share))
    }

    pub(super) fn upper_quantile(&self, p: f64) -> f64 {
        self.within(match self.below {
            Some(below) if below.is_low() => self.curve.quantile(below.kept * (1.0 - p)),
            Some(below) => self.curve.upper_quantile(p * below.kept + below.lost),
            None => self.curve.upper_quantile(p),
        })
    }

    fn within(&self, x: f64) -> f64 {
        let (lo, hi) = self.support();
        hi.map_or(x, |hi| x.min(hi)).max(lo)
    }

    /// `E[X; X <= x]`.
    pub(super) fn partial_mean(&self, x: f64) -> f64 {
        match self.cap {
            Some(cap) if x >= cap => self.raw_moment(1, cap),
            _ => self.partial_moment(1, x),
        }
    }

    /// `E[X; X > x]`.
    pub(super) fn tail_mean(&self, x: f64) -> f64 {
        let uncapped = |x: f64| match self.below {
            Some(below) if x >= below.hi => 0.0,
            Some(below) if below.is_low() => (self.partial_moment(1, below.hi) - self.partial_moment(1, x)).max(0.0),
            Some(below) => ((self.curve.tail_mean(x) - self.curve.tail_mean(below.hi)) / below.kept).max(0.0),
            None => self.curve.tail_mean(x),
        };
        match self.cap {
            Some(cap) if x >= cap => 0.0,
            Some(cap) => (uncapped(x) - uncapped(cap)).max(0.0) + cap * self.uncapped_survival(cap),
            None => uncapped(x),
        }
    }

    /// `E[X^k; X <= x]`, the cap aside.
    fn partial_moment(&self, k: u8, x: f64) -> f64 {
        match self.below {
            Some(below) => self.curve.partial_moment(k, x.min(below.hi)) / below.kept,
            None => self.curve.partial_moment(k, x),
        }
    }

    /// `E[X^k]` of a shape with an upper end.
    fn raw_moment(&self, k: u8, end: f64) -> f64 {
        self.partial_moment(k, end) + power(end, k) * self.uncapped_survival(end)
    }

    pub(super) fn moments(&self) -> Moments {
        let Some(end) = self.cap.or(self.below.map(|below| below.hi)) else {
            return self.curve.moments();
        };
        let [mean, second, third] = [1, 2, 3].map(|k| self.raw_moment(k, end));
        let variance = (second - mean * mean).max(0.0);
        Moments { mean, variance: Some(variance), third: finite(third - 3.0 * mean * variance - mean * mean * mean) }
    }

    /// The Gini coefficient, where there is a closed form.
    pub(super) fn gini(&self) -> Option<f64> {
        (self.below.is_none() && self.cap.is_none()).then(|| self.curve.gini())
    }
}
