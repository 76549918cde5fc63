//! Sobol indices: which share of the variance of a result is due to which input.
//!
//! The first-order index of an input is the share of the variance that would go if it were known; the total index is
//! what would remain if all others were. Their difference is what it does together with others.

use super::Input;
use super::points::DIMENSIONS_MAX;
use super::sampling::{Estimate, Sampling, SamplingError, counted};

/// The most inputs of [`estimate`]: each takes two coordinates of a point.
pub const INPUTS_MAX: usize = DIMENSIONS_MAX / 2;

/// The indices of one input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indices<T> {
    /// Share of the variance due to it alone.
    pub first: T,
    /// Share due to it alone and together with others.
    pub total: T,
}

/// Mean and variance of a result, and what each input has to do with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity<T> {
    /// The mean.
    pub mean: T,
    /// The variance, above zero.
    pub variance: T,
    /// In the order of the inputs.
    pub indices: Vec<Indices<T>>,
}

/// The product of independent inputs, exactly; also for a margin, which is one minus such a product.
///
/// With means `m` and variances `v`: `V = prod (m² + v) - prod m²`, `S_i = v_i prod_{j != i} m_j² / V` and
/// `T_i = v_i prod_{j != i} (m_j² + v_j) / V` (`economics` 5). `None` if nothing varies, or a figure is too large for a
/// float.
#[must_use]
pub fn product(inputs: &[Input]) -> Option<Sensitivity<f64>> {
    product_of(&inputs.iter().map(|input| (input.mean(), input.variance())).collect::<Vec<_>>())
}

/// The same from the means and variances of the factors.
pub(super) fn product_of(moments: &[(f64, f64)]) -> Option<Sensitivity<f64>> {
    let mean = moments.iter().map(|(m, _)| m).product::<f64>();
    // Input by input, so that small variances are not lost in the difference of two products.
    let grow =
        |(squared, variance): (f64, f64), (m, v): &(f64, f64)| (squared * m * m, variance * (m * m + v) + squared * v);
    let (_, variance) = moments.iter().fold((1.0, 0.0), grow);
    let others = |i: usize, of: fn(&(f64, f64)) -> f64| {
        let rest = moments.iter().enumerate().filter(|(j, _)| *j != i);
        rest.map(|(_, moments)| of(moments)).product::<f64>()
    };
    let indices: Vec<Indices<f64>> = (0..moments.len())
        .map(|i| Indices {
            first: moments[i].1 * others(i, |(m, _)| m * m) / variance,
            total: moments[i].1 * others(i, |(m, v)| m * m + v) / variance,
        })
        .collect();
    let finite = mean.is_finite()
        && variance.is_finite()
        && indices.iter().all(|index| index.first.is_finite() && index.total.is_finite());
    (finite && variance > 0.0).then_some(Sensitivity { mean, variance, indices })
}

/// The indices of any function of independent inputs, drawn: Saltelli's estimator for the first order and Jansen's for
/// the total (A. Saltelli et al., "Variance based sensitivity analysis of model output", 2010).
///
/// The draws of `sampling` are pairs of points `A` and `B`; `f` is asked about `2 + inputs.len()` points for each.
///
/// # Errors
///
/// If there are more than [`INPUTS_MAX`] inputs, `f` answers `None` or what is not finite for any of them, or it does
/// not vary.
pub fn estimate(
    f: impl Fn(&[f64]) -> Option<f64>,
    inputs: &[Input],
    sampling: Sampling,
) -> Result<Sensitivity<Estimate>, SamplingError> {
    if inputs.len() > INPUTS_MAX {
        return Err(SamplingError::Inputs { most: INPUTS_MAX });
    }
    let scrambles = sampling
        .scrambles(2 * inputs.len())
        .map(|mut points| {
            let pairs = (0..sampling.points()).map(|_| Pair::draw(&f, inputs, |point| points.next_into(point)));
            of_scramble(&pairs.collect::<Option<Vec<Pair>>>().ok_or(SamplingError::Undefined)?, inputs.len())
        })
        .collect::<Result<Vec<Sensitivity<f64>>, _>>()?;
    let over = |of: &dyn Fn(&Sensitivity<f64>) -> f64| {
        Estimate::of(&scrambles.iter().map(of).collect::<Vec<f64>>()).ok_or(SamplingError::Undefined)
    };
    let index = |i: usize| Ok(Indices { first: over(&|s| s.indices[i].first)?, total: over(&|s| s.indices[i].total)? });
    Ok(Sensitivity {
        mean: over(&|s| s.mean)?,
        variance: over(&|s| s.variance)?,
        indices: (0..inputs.len()).map(index).collect::<Result<_, _>>()?,
    })
}

/// The result at two points and at all mixtures of them.
struct Pair {
    a: f64,
    b: f64,
    /// At `A` with one input from `B`, by that input.
    mixed: Vec<f64>,
}

impl Pair {
    /// `None` if a result is not a number.
    fn draw(f: &impl Fn(&[f64]) -> Option<f64>, inputs: &[Input], next: impl FnOnce(&mut [f64])) -> Option<Self> {
        let mut point = vec![0.0; 2 * inputs.len()];
        next(&mut point);
        let places = inputs.iter().chain(inputs);
        point.iter_mut().zip(places).for_each(|(x, input)| *x = input.quantile(*x));
        let (a, b) = point.split_at_mut(inputs.len());
        let result = |at: &[f64]| f(at).filter(|value| value.is_finite());
        let (at_a, at_b) = (result(a)?, result(b)?);
        let mixed = (0..inputs.len()).map(|i| {
            std::mem::swap(&mut a[i], &mut b[i]);
            let value = result(a);
            std::mem::swap(&mut a[i], &mut b[i]);
            value
        });
        Some(Self { a: at_a, b: at_b, mixed: mixed.collect::<Option<_>>()? })
    }
}

fn of_scramble(pairs: &[Pair], inputs: usize) -> Result<Sensitivity<f64>, SamplingError> {
    let count = counted(pairs.len());
    let average = |of: &dyn Fn(&Pair) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let mean = average(&|pair| 0.5 * (pair.a + pair.b));
    let square = |x: f64| (x - mean) * (x - mean);
    let variance = average(&|pair| 0.5 * (square(pair.a) + square(pair.b)));
    // Less than the rounding of the mean is none.
    if variance.sqrt() <= 1e-14 * mean.abs() {
        return Err(SamplingError::NoVariance);
    }
    // About the mean, which leaves the expectation as it is and takes most of the noise away.
    let index = |i: usize| Indices {
        first: average(&|pair| (pair.b - mean) * (pair.mixed[i] - pair.a)) / variance,
        total: average(&|pair| (pair.a - pair.mixed[i]) * (pair.a - pair.mixed[i])) / (2.0 * variance),
    };
    Ok(Sensitivity { mean, variance, indices: (0..inputs).map(index).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean use, serving share and full use over price of chatgpt-pro-20x, of `economics` 5.
    fn published() -> [Input; 3] {
        [
            Input::beta(2.0, 26.0).expect("in range"),
            Input::triangular(0.15, 0.25, 0.4).expect("in order"),
            Input::lognormal(70.0, 0.2).expect("a spread"),
        ]
    }

    fn sampling(draws: u64, seed: u64) -> Sampling {
        Sampling::new(draws, seed).expect("enough draws")
    }

    #[test]
    fn mean_use_dominates_the_margin() {
        // `economics` 5: 0.80 for the mean use, 0.07 each for serving share and maximum.
        let exact = product(&published()).expect("it varies");
        for (index, want) in exact.indices.iter().zip([0.80, 0.07, 0.07]) {
            assert!((index.first - want).abs() < 0.005, "{exact:?}");
        }
    }

    #[test]
    fn a_product_of_two_is_worked_by_hand() {
        // Means 1/2 and 2, variances 1/12 and 1/3: V = 1/3 x 13/3 - 1/4 x 4 = 4/9.
        // First: 1/12 x 4 / V = 3/4 and 1/3 x 1/4 / V = 3/16; together 1/12 x 1/3 / V = 1/16.
        let inputs = [Input::uniform(0.0, 1.0), Input::uniform(1.0, 3.0)].map(|input| input.expect("in order"));
        let exact = product(&inputs).expect("it varies");
        let want = [(0.75, 0.8125), (0.1875, 0.25)];
        assert!((exact.variance - 4.0 / 9.0).abs() < 1e-15);
        for (index, (first, total)) in exact.indices.iter().zip(want) {
            assert!((index.first - first).abs() < 1e-14 && (index.total - total).abs() < 1e-14, "{exact:?}");
        }
    }

    #[test]
    fn the_estimator_finds_the_exact_indices_within_its_error() {
        let exact = product(&published()).expect("it varies");
        let margin = |at: &[f64]| Some(1.0 - at[0] * at[1] * at[2]);
        for seed in 0..4 {
            let drawn = estimate(margin, &published(), sampling(1 << 14, seed)).expect("it varies");
            let close = |drawn: Estimate, exact: f64| {
                let off = (drawn.value - exact).abs();
                assert!(off <= 5.0 * drawn.standard_error + 1e-12, "{drawn:?}, want {exact}");
                assert!(drawn.standard_error < 0.02, "{drawn:?}");
            };
            close(drawn.mean, 1.0 - exact.mean);
            close(drawn.variance, exact.variance);
            for (drawn, exact) in drawn.indices.iter().zip(&exact.indices) {
                close(drawn.first, exact.first);
                close(drawn.total, exact.total);
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_indices_and_another_one_others() {
        let ask = |seed| estimate(|at| Some(at[0] * at[1] * at[2]), &published(), sampling(1 << 10, seed));
        assert_eq!(ask(3), ask(3));
        assert_ne!(ask(3), ask(4));
    }

    #[test]
    fn what_does_not_vary_or_exist_has_no_indices() {
        assert_eq!(product(&[Input::point(3.0).expect("a number")]), None);
        let ask = |f: fn(&[f64]) -> Option<f64>| estimate(f, &published(), sampling(1 << 10, 0)).expect_err("refused");
        assert_eq!(ask(|_| Some(1.5)), SamplingError::NoVariance);
        assert_eq!(ask(|_| None), SamplingError::Undefined);
        assert_eq!(ask(|_| Some(f64::NAN)), SamplingError::Undefined);
        let many = [Input::point(1.0).expect("a number"); INPUTS_MAX + 1];
        assert_eq!(estimate(|_| Some(1.0), &many, sampling(1 << 10, 0)), Err(SamplingError::Inputs { most: 10 }));
    }
}
