//! Laws over all shapes, and figures worked by other means.

use proptest::prelude::*;

use super::{Distribution, Level, ShapeError};

fn shape(made: Result<Distribution, ShapeError>) -> Distribution {
    made.unwrap_or_else(|error| panic!("{error}"))
}

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "{got} is not {want}");
}

fn lognormal(median: f64, s: f64) -> Distribution {
    shape(Distribution::lognormal(Level::Median(median), s))
}

#[test]
fn a_sample_is_counted() {
    // 0, 1, 1, 2: mean 1, two of four at 1, the top half holds 2 + 1 of 4.
    let sample = shape(Distribution::empirical(&[1.0, 0.0, 2.0, 1.0]));
    close(sample.mean(), 1.0, 1e-15);
    close(sample.cdf(1.0), 0.75, 1e-15);
    close(sample.survival(0.5), 0.75, 1e-15);
    close(sample.partial_mean(1.0), 0.5, 1e-15);
    close(sample.limited_mean(1.5), (0.0 + 1.0 + 1.0 + 1.5) / 4.0, 1e-15);
    close(sample.excess_mean(1.5), 0.125, 1e-15);
    close(sample.quantile(0.75), 1.0, 1e-15);
    close(sample.quantile(0.7501), 2.0, 1e-15);
    close(sample.top_share(0.5).expect("a mean"), 0.75, 1e-15);
    // Half the mean absolute difference over the mean: pairs differ by 1 (0-1 twice, 1-2 twice) and 2 (0-2 once),
    // 6 over the 16 ordered pairs twice: 12 / 16 / 2.
    close(sample.gini().expect("a mean"), 0.375, 1e-15);
    close(sample.variance().expect("finite"), 0.5, 1e-15);
}

#[test]
fn nobody_uses_it_and_nothing_is_shared() {
    let nobody = shape(Distribution::point(0.0));
    assert_eq!(nobody.top_share(0.1), None);
    assert_eq!(nobody.gini(), None);
    assert_eq!(nobody.skewness(), None);
}

#[test]
fn a_cap_moves_what_is_above_to_the_cap() {
    // Uniform on 0 to 2 under a cap of 1: half of it at 1, mean 1/4 + 1/2, second moment 1/6 + 1/2.
    let capped = shape(shape(Distribution::uniform(0.0, 2.0)).clamped(1.0));
    close(capped.mean(), 0.75, 1e-15);
    close(capped.variance().expect("finite"), 2.0 / 3.0 - 0.5625, 1e-14);
    close(capped.quantile(0.6), 1.0, 1e-15);
    close(capped.survival(0.999_999), 0.500_000_5, 1e-12);
    close(capped.survival(1.0), 0.0, 1e-15);
    // 1 - (1 / 0.75) times the integral of (1 - x / 2)^2 from 0 to 1, which is 7/12.
    close(capped.gini().expect("a mean"), 1.0 - 7.0 / 9.0, 1e-12);
    // The top quarter are all at the cap.
    close(capped.top_share(0.25).expect("a mean"), 1.0 / 3.0, 1e-14);
}

#[test]
fn a_truncated_pareto_has_its_textbook_mean() {
    // a = 2, xm = 1 up to 10: E = 2 (1 - 1/10) / (1 - 1/100) = 20/11.
    let cut = shape(shape(Distribution::pareto(1.0, 2.0)).truncated(10.0));
    close(cut.mean(), 20.0 / 11.0, 1e-14);
    assert_eq!(cut.upper_end(), Some(10.0));
}

#[test]
fn a_pareto_without_a_mean_is_refused() {
    let error = Distribution::pareto(1.0, 1.0).expect_err("no mean");
    assert!(error.to_string().starts_with("a is 1; it must be above 1"), "{error}");
    assert_eq!(shape(Distribution::pareto(1.0, 2.0)).variance(), None);
    assert!(shape(Distribution::pareto(1.0, 2.5)).variance().is_some());
}

#[test]
fn weights_of_values_add_up_to_one_or_are_refused() {
    let error = Distribution::discrete(&[1.0, 2.0], Some(&[0.5, 0.75])).expect_err("too much");
    assert_eq!(error.to_string(), "the weights add up to 1.25; they must add up to 1");
    assert!(Distribution::discrete(&[1.0, 2.0], Some(&[1.0])).is_err());
    assert!(Distribution::discrete(&[], None).is_err());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(Distribution::point(bad).is_err(), "{bad}");
        assert!(Distribution::lognormal(Level::Median(1.0), bad).is_err(), "{bad}");
        assert!(Distribution::beta(bad, 1.0).is_err(), "{bad}");
    }
}

#[test]
fn ends_that_might_fall_together_are_refused() {
    // Scaled by 1e-60, both ends would have been 0.
    let error = Distribution::uniform(0.0, 1e-300).expect_err("too close");
    assert!(error.to_string().contains("by a billionth at least"), "{error}");
    assert!(Distribution::uniform(1.0, 1.0 + f64::EPSILON).is_err());
    assert!(shape(Distribution::uniform(0.0, 1e-30)).scaled(1e-60).is_err());
}

/// Shapes of every kind, cut, scaled and mixed.
fn any_shape() -> impl Strategy<Value = Distribution> {
    let leaf = prop_oneof![
        (0.0..3.0).prop_map(|x| shape(Distribution::point(x))),
        proptest::collection::vec(0.0..2.0, 1..20).prop_map(|xs| shape(Distribution::empirical(&xs))),
        (0.05..20.0, 0.05..200.0).prop_map(|(a, b)| shape(Distribution::beta(a, b))),
        (0.0..1.0, 0.01..2.0).prop_map(|(lo, width)| shape(Distribution::uniform(lo, lo + width))),
        (0.001..2.0, 0.05..3.0).prop_map(|(median, s)| lognormal(median, s)),
        (0.001..1.0, 1.05..6.0).prop_map(|(xm, a)| shape(Distribution::pareto(xm, a))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), 0.0..3.0).prop_map(|(base, hi)| shape(base.clamped(hi))),
            (inner.clone(), 0.0..3.0).prop_map(|(base, hi)| base.truncated(hi).unwrap_or(base)),
            (inner.clone(), 0.01..100.0).prop_map(|(base, factor)| shape(base.scaled(factor))),
            (inner.clone(), 0.0..0.95).prop_map(|(base, p0)| shape(Distribution::zero_inflated(p0, &base))),
            proptest::collection::vec((0.01..1.0, inner), 1..4).prop_map(|parts| shape(Distribution::mixture(&parts))),
        ]
    })
}

proptest! {
    #[test]
    fn both_sides_of_a_place_make_the_whole(shape in any_shape(), x in 0.0..5.0) {
        prop_assert!((shape.cdf(x) + shape.survival(x) - 1.0).abs() < 1e-12);
        let mean = shape.mean();
        prop_assert!((shape.partial_mean(x) + shape.tail_mean(x) - mean).abs() < 1e-11 * mean.max(1e-300));
        prop_assert!((shape.limited_mean(x) + shape.excess_mean(x) - mean).abs() < 1e-11 * mean.max(1e-300));
    }

    #[test]
    fn a_quantile_is_the_first_place_that_reaches_its_share(shape in any_shape(), q in 1e-6..0.999_999) {
        let x = shape.quantile(q);
        prop_assert!(shape.cdf(x * (1.0 + 1e-12)) >= q * (1.0 - 1e-9), "{} at {x}", shape.cdf(x));
        prop_assert!(x <= shape.lower_end() || shape.cdf(x * (1.0 - 1e-9)) <= q * (1.0 + 1e-9));
        let above = shape.quantile_upper(1.0 - q);
        prop_assert!((above - x).abs() <= 1e-6 * x.max(1e-9) || shape.survival(above) <= 1.0 - q);
    }

    #[test]
    fn the_top_share_grows_ever_slower_up_to_everything(shape in any_shape(), p in 0.01..0.49) {
        if let Some(whole) = shape.top_share(1.0) {
            prop_assert!((whole - 1.0).abs() < 1e-12);
            let at = |p| shape.top_share(p).expect("a mean");
            let (small, middle, large) = (at(p), at(1.5 * p), at(2.0 * p));
            prop_assert!(small <= middle + 1e-11 && middle <= large + 1e-11);
            prop_assert!(middle >= 0.5 * (small + large) - 1e-9, "{small} {middle} {large}");
        }
    }

    #[test]
    fn a_limit_is_never_more_than_itself_or_the_mean(shape in any_shape(), d in 0.0..3.0) {
        let at = |d| shape.limited_mean(d);
        prop_assert!(at(d) <= d.min(shape.mean()));
        prop_assert!(at(d) <= at(1.5 * d) + 1e-12 && at(1.5 * d) <= at(2.0 * d) + 1e-12);
        prop_assert!(at(1.5 * d) >= 0.5 * (at(d) + at(2.0 * d)) - 1e-12);
        prop_assert!((shape.clamped(d).expect("a cap").mean() - at(d)).abs() < 1e-11);
    }

    #[test]
    fn no_figure_is_infinite(shape in any_shape(), x in any::<f64>()) {
        let always = [
            shape.mean(), shape.cdf(x), shape.survival(x), shape.partial_mean(x), shape.tail_mean(x),
            shape.quantile(x), shape.quantile_upper(x), shape.limited_mean(x), shape.excess_mean(x), shape.lower_end(),
        ];
        let sometimes = [shape.variance(), shape.sd(), shape.skewness(), shape.upper_end(), shape.top_share(x), shape.gini()];
        for (i, figure) in always.into_iter().chain(sometimes.into_iter().flatten()).enumerate() {
            prop_assert!(figure.is_finite(), "figure {i}: {figure}");
        }
    }

    #[test]
    fn scaling_moves_every_place(shape in any_shape(), q in 0.001..0.999) {
        let doubled = shape.scaled(2.0).expect("in range");
        prop_assert!((doubled.mean() - 2.0 * shape.mean()).abs() <= 1e-12 * doubled.mean());
        prop_assert!((doubled.quantile(q) - 2.0 * shape.quantile(q)).abs() <= 1e-9 * doubled.quantile(q).max(1e-200));
    }
}

/// Shapes at the ends of what is allowed.
fn extreme_shape() -> impl Strategy<Value = Distribution> {
    let power = |from: i32, to: i32| (from..=to).prop_map(|n| format!("1e{n}").parse::<f64>().expect("a power of ten"));
    let leaf = prop_oneof![
        (power(-6, 7), power(-6, 7)).prop_map(|(a, b)| shape(Distribution::beta(a, b))),
        (power(-60, 60), power(-300, 1)).prop_map(|(median, s)| {
            Distribution::lognormal(Level::Median(median), s).unwrap_or_else(|_| lognormal(1.0, 10.0))
        }),
        (power(-60, 60), 0.001..20.0).prop_map(|(mean, s)| shape(Distribution::lognormal(Level::Mean(mean), s))),
        (power(-60, 55), power(-6, 5)).prop_map(|(xm, over)| shape(Distribution::pareto(xm, 1.0 + over.max(2e-6)))),
        (power(-300, 60), power(-300, 60)).prop_map(|(lo, hi)| {
            Distribution::uniform(lo.min(hi), lo.max(hi)).unwrap_or_else(|_| lognormal(1.0, 10.0))
        }),
        power(-300, 60).prop_map(|x| shape(Distribution::point(x))),
    ];
    let cut = power(-60, 60);
    (leaf.clone(), leaf, cut.clone(), cut, 0..6_u8).prop_map(|(one, other, hi, weight, how)| match how {
        0 => one,
        1 => shape(one.clamped(hi)),
        2 => one.truncated(hi).unwrap_or(one),
        3 => shape(Distribution::mixture(&[(weight.min(1e30), one), (1.0, other)])),
        4 => one.scaled(hi).unwrap_or(one),
        _ => one.truncated(hi).and_then(|cut| cut.clamped(0.5 * hi)).unwrap_or(one),
    })
}

proptest! {
    #[test]
    fn no_figure_is_infinite_at_the_ends_of_what_is_allowed(
        shape in extreme_shape(), x in any::<f64>(), exponent in -320_i32..300,
    ) {
        let near: f64 = format!("1e{exponent}").parse().expect("a power of ten");
        for x in [x, near, 0.0, 1.0, 0.5, f64::MAX] {
            let always = [
                shape.mean(), shape.cdf(x), shape.survival(x), shape.partial_mean(x), shape.tail_mean(x),
                shape.quantile(x), shape.quantile_upper(x), shape.limited_mean(x), shape.excess_mean(x),
            ];
            let sometimes = [shape.variance(), shape.skewness(), shape.upper_end(), shape.top_share(x), shape.gini()];
            for (i, figure) in always.into_iter().chain(sometimes.into_iter().flatten()).enumerate() {
                prop_assert!(figure.is_finite(), "figure {i} at {x}: {figure}");
            }
            prop_assert!((shape.cdf(x) + shape.survival(x) - 1.0).abs() < 1e-8);
        }
    }

    #[test]
    fn moments_are_integrals_of_the_tail(shape in any_shape()) {
        // E X is the integral of P(X > x), E X^2 that of 2 x P(X > x); a Pareto tail is cut, so that both are there.
        let shape = shape.clamped(50.0).expect("a cap");
        let mean = shape.survival_integral(1e-13, |_, survival| survival);
        prop_assert!((mean - shape.mean()).abs() < 1e-10 * (1.0 + mean), "{mean} is not {}", shape.mean());
        let square = shape.survival_integral(1e-13, |x, survival| 2.0 * x * survival);
        let variance = shape.variance().expect("bounded");
        prop_assert!((square - mean * mean - variance).abs() < 1e-8 * (1.0 + square), "{square} {variance}");
        let cube = shape.survival_integral(1e-13, |x, survival| 3.0 * x * x * survival);
        if let Some(skewness) = shape.skewness().filter(|_| variance > 1e-4) {
            let third = cube - 3.0 * mean * variance - mean * mean * mean;
            prop_assert!((third / (variance * variance.sqrt()) - skewness).abs() < 1e-4 * (1.0 + skewness.abs()));
        }
    }

    #[test]
    fn a_closed_gini_is_the_integral(shape in any_shape()) {
        let shape = shape.clamped(50.0).expect("a cap");
        if let (Some(closed), Some(integral)) = (shape.gini(), shape.gini_by_quadrature()) {
            prop_assert!((closed - integral).abs() < 1e-9, "{closed} is not {integral}");
        }
    }
}

#[test]
fn closed_ginis_agree_with_the_integral() {
    for whole in [
        lognormal(0.03, 1.2763),
        lognormal(5.0, 0.2),
        shape(Distribution::beta(0.55, 8.5)),
        shape(Distribution::beta(30.0, 4.0)),
        shape(Distribution::uniform(0.2, 0.7)),
        shape(Distribution::pareto(2.0, 2.5)),
    ] {
        close(whole.gini_by_quadrature().expect("a mean"), whole.gini().expect("a mean"), 1e-9);
    }
}
