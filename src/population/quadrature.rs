//! Integrals without a closed form.

use libm::{cosh, exp, sinh};

/// The integral of `f` over `from..to` by the double exponential rule, halving the step until it no longer changes
/// by more than `tolerance`.
///
/// The ends may be singular in their derivatives; a kink inside is for the caller to cut at.
pub(super) fn integral(f: impl Fn(f64) -> f64, from: f64, to: f64, tolerance: f64) -> f64 {
    const REACH: f64 = 3.5;
    let half = 0.5 * (to - from);
    // How far inside either end, in halves of the interval, and the weight.
    let at = |t: f64| {
        let u = std::f64::consts::FRAC_PI_2 * sinh(t);
        let inside = 1.0 / (1.0 + exp(2.0 * u)) * 2.0;
        let weight = std::f64::consts::FRAC_PI_2 * cosh(t) / (cosh(u) * cosh(u));
        weight * (f(from + half * inside) + f(to - half * inside))
    };
    let mut step = 0.5;
    let mut sum = std::f64::consts::FRAC_PI_2 * f(from + half);
    let mut count = 7_u16;
    sum += (1..=count).map(|n| at(f64::from(n) * step)).sum::<f64>();
    let mut value = sum * step * half;
    for _ in 0..7 {
        step *= 0.5;
        count *= 2;
        sum += (1..=count).step_by(2).map(|n| at(f64::from(n) * step)).filter(|term| term.is_finite()).sum::<f64>();
        let refined = sum * step * half;
        let change = (refined - value).abs();
        value = refined;
        if change <= tolerance || f64::from(count) * step > REACH {
            break;
        }
    }
    value
}
