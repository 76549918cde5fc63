//! The break-even of a plan whose serving cost and maximum are uncertain: exact, without sampling.
//!
//! `u* = room / ((1 - g) M)`, the room being what is left of the price before serving, `g` the API gross margin and `M`
//! the maximum at list prices. It rises with `g` and falls with `M`. With one of them known, the quantiles of `u*` are
//! those of the other one, transformed; with both uncertain, `P(u* <= x) = E[P(g <= 1 - room / (x M))]` is one integral
//! (`economics` 5).

use std::fmt;

use super::quadrature::integrate;
use super::{Figure, Input};

/// What decides a break-even.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UncertainBreakEven {
    room_usd: f64,
    api_gross_margin: Input,
    max_api_usd: Input,
}

/// Why there is no break-even to ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The room is not a number.
    Room,
    /// An API gross margin that can be above 1.
    Margin,
    /// A maximum that can be negative.
    Maximum,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Room => "what is left of the price before serving is a number of dollars",
            Self::Margin => "an API gross margin is at most 1; take a distribution that ends there",
            Self::Maximum => "a maximum is zero dollars or more; take a distribution that begins there",
        })
    }
}

impl std::error::Error for Refused {}

/// Accuracy of a probability.
const TOLERANCE: f64 = 1e-11;

impl UncertainBreakEven {
    /// Of `room_usd = N - F` dollars a month, an API gross margin and a maximum in dollars a month.
    ///
    /// # Errors
    ///
    /// If the room is not a number, the margin can be above 1, or the maximum below zero.
    pub fn new(room_usd: f64, api_gross_margin: Input, max_api_usd: Input) -> Result<Self, Refused> {
        match () {
            () if !room_usd.is_finite() => Err(Refused::Room),
            () if api_gross_margin.support().1.is_none_or(|top| top > 1.0) => Err(Refused::Margin),
            () if max_api_usd.support().0 < 0.0 => Err(Refused::Maximum),
            () => Ok(Self { room_usd, api_gross_margin, max_api_usd }),
        }
    }

    /// The break-even utilization of one room, margin and maximum: [`Figure::Below`] where the plan loses without any
    /// use, [`Figure::Above`] where use costs nothing.
    pub(super) fn at(room_usd: f64, api_gross_margin: f64, max_api_usd: f64) -> Figure {
        let full = (1.0 - api_gross_margin) * max_api_usd;
        match () {
            () if room_usd < 0.0 => Figure::Below,
            () if full > 0.0 => Figure::of(room_usd / full).unwrap_or(Figure::Above),
            () => Figure::Above,
        }
    }

    /// The utilization that the break-even does not pass with probability `q`; `None` unless `q` is inside (0, 1).
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Figure> {
        if q <= 0.0 || q >= 1.0 || q.is_nan() {
            return None;
        }
        let both = self.api_gross_margin.known().is_none() && self.max_api_usd.known().is_none();
        if both && self.room_usd > 0.0 {
            return Some(self.root(q));
        }
        // One of them is the same at each level.
        Some(Self::at(self.room_usd, self.api_gross_margin.quantile(q), self.max_api_usd.upper_quantile(q)))
    }

    /// The probability that the break-even is at most `utilization`, which is above zero.
    #[must_use]
    pub fn probability(&self, utilization: f64) -> f64 {
        if self.room_usd <= 0.0 {
            // Wherever there is a break-even at all, it is at no use or never reached.
            let typical = Self::at(self.room_usd, self.api_gross_margin.quantile(0.5), self.max_api_usd.quantile(0.5));
            return f64::from(u8::from(typical < Figure::Above));
        }
        let of_max = |max_api_usd: f64| {
            let least_share = self.room_usd / utilization / max_api_usd;
            if least_share.is_nan() { 0.0 } else { self.api_gross_margin.cdf(1.0 - least_share) }
        };
        if let Some(max_api_usd) = self.max_api_usd.known() {
            return of_max(max_api_usd);
        }
        // Over the probability of M, cut where either distribution function bends.
        let bends = self.api_gross_margin.bends().map(|margin| self.room_usd / utilization / (1.0 - margin));
        let mut breaks: Vec<f64> = self.max_api_usd.bends().chain(bends).map(|max| self.max_api_usd.cdf(max)).collect();
        breaks.extend([0.0, 1.0]);
        breaks.retain(|at| (0.0..=1.0).contains(at));
        breaks.sort_by(f64::total_cmp);
        let [probability] = integrate(|q| [of_max(self.max_api_usd.quantile(q))], &breaks, TOLERANCE);
        probability.clamp(0.0, 1.0)
    }

    /// The utilization where the probability is `q`, by halving the logarithm between two bounds, quicker where a
    /// straight line through the last two guesses helps.
    fn root(&self, q: f64) -> Figure {
        // u* is below the first only if g is below its q/2 or M above its 1 - q/2, which is the case with probability q
        // at most; likewise above the second.
        let (a, b) = (0.5 * q, 0.5 * (1.0 - q));
        let low = Self::at(self.room_usd, self.api_gross_margin.quantile(a), self.max_api_usd.upper_quantile(a));
        let high = Self::at(self.room_usd, self.api_gross_margin.upper_quantile(b), self.max_api_usd.quantile(b));
        let (Figure::At(low), Figure::At(high)) = (low, high) else { return high };
        let excess = |ln_x: f64| self.probability(libm::exp(ln_x)) - q;
        let (mut low, mut high) = (libm::log(low.max(f64::MIN_POSITIVE)), libm::log(high.max(f64::MIN_POSITIVE)));
        let (mut below, mut above) = (excess(low), excess(high));
        let mut kept = 0_i32;
        for step in 0..200 {
            if high - low <= 1e-13 * low.abs().max(1.0) {
                break;
            }
            let guess = low + (high - low) * (below / (below - above));
            // Every fourth step halves, so that no shape makes the search slow.
            let middle = if step % 4 == 3 || !(low < guess && guess < high) { 0.5 * (low + high) } else { guess };
            let value = excess(middle);
            if value < 0.0 {
                (low, below) = (middle, value);
                above *= if kept < 0 { 0.5 } else { 1.0 };
                kept = -1;
            } else {
                (high, above) = (middle, value);
                below *= if kept > 0 { 0.5 } else { 1.0 };
                kept = 1;
            }
            if value.abs() <= 1e-13 {
                (low, high) = (middle, middle);
            }
        }
        Figure::of(libm::exp(0.5 * (low + high))).unwrap_or(Figure::Above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margin() -> Input {
        Input::triangular(0.6, 0.75, 0.85).expect("in order")
    }

    fn percents(break_even: &UncertainBreakEven) -> [f64; 3] {
        super::super::LEVELS.map(|q| 100.0 * break_even.quantile(q).and_then(Figure::value).expect("a number"))
    }

    fn near(got: [f64; 3], want: [f64; 3]) {
        assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() <= 0.0501), "got {got:?}, want {want:?}");
    }

    #[test]
    fn the_margin_alone_spreads_the_break_evens_as_the_worked_figures_say() {
        // `economics` 5: P5/P50/P95 in percent, g triangular 60, 75, 85 %.
        let of = |price: f64, max: f64| {
            percents(&UncertainBreakEven::new(price, margin(), Input::point(max).expect("a number")).expect("a plan"))
        };
        near(of(20.0, 400.0), [14.0, 19.0, 27.0]);
        near(of(200.0, 8_000.0), [7.0, 9.5, 13.5]);
        near(of(20.0, 700.0), [8.0, 10.9, 15.4]);
        near(of(200.0, 14_000.0), [4.0, 5.4, 7.7]);
    }

    #[test]
    fn a_maximum_off_by_a_fifth_widens_the_break_even_of_pro_20x() {
        let max = Input::lognormal(14_000.0, 0.2).expect("a spread");
        let both = UncertainBreakEven::new(200.0, margin(), max).expect("a plan");
        near(percents(&both), [3.5, 5.4, 8.7]);
    }

    #[test]
    fn the_quantile_of_a_known_margin_is_that_of_the_maximum() {
        // M uniform 100 to 300 at c = 1/2, room 30: u* = 60 / M, which passes 60/120 with probability 0.1.
        let max = Input::uniform(100.0, 300.0).expect("in order");
        let break_even = UncertainBreakEven::new(30.0, Input::point(0.5).expect("a number"), max).expect("a plan");
        let p90 = break_even.quantile(0.9).and_then(Figure::value).expect("a number");
        assert!((p90 - 0.5).abs() < 1e-14, "{p90}");
        assert!((break_even.probability(0.5) - 0.9).abs() < 1e-11);
    }

    #[test]
    fn a_product_of_lognormals_would_be_lognormal_and_the_integral_nearly_finds_it() {
        // c nearly a point: u* is then lognormal like 1/M, and its quantiles are known.
        let narrow = Input::uniform(0.75 - 1e-9, 0.75 + 1e-9).expect("in order");
        let max = Input::lognormal(14_000.0, 0.3).expect("a spread");
        let break_even = UncertainBreakEven::new(200.0, narrow, max).expect("a plan");
        let p95 = break_even.quantile(0.95).and_then(Figure::value).expect("a number");
        let want = 200.0 / 0.25 / max.quantile(0.05);
        assert!((p95 / want - 1.0).abs() < 1e-7, "{p95} {want}");
    }

    #[test]
    fn the_probability_at_a_quantile_is_its_level() {
        let inputs = [
            Input::pert(1_000.0, 3_000.0, 9_000.0),
            Input::triangular(1_000.0, 1_000.0, 9_000.0),
            Input::range(4_080.0, 8_000.0, 13_077.0),
            Input::range(8_000.0, 8_000.0, 13_077.0),
        ];
        let margins = [Input::pert(-0.2, 0.5, 1.0), Input::beta(6.0, 2.0), Input::uniform(0.1, 0.9)];
        for max in inputs.map(|input| input.expect("an input")) {
            for margin in margins.map(|input| input.expect("an input")) {
                let break_even = UncertainBreakEven::new(100.0, margin, max).expect("a plan");
                for q in [0.01, 0.2, 0.5, 0.9, 0.999] {
                    let x = break_even.quantile(q).and_then(Figure::value).expect("a number");
                    let back = break_even.probability(x);
                    assert!((back - q).abs() < 1e-9, "{margin:?} {max:?}: {q} came back as {back}");
                }
            }
        }
    }

    #[test]
    fn a_plan_without_room_never_breaks_even_and_one_that_costs_nothing_always_does() {
        let max = Input::lognormal(100.0, 0.5).expect("a spread");
        let quantile = |room: f64, margin: Input, max: Input| {
            UncertainBreakEven::new(room, margin, max).expect("a plan").quantile(0.5)
        };
        assert_eq!(quantile(-1.0, margin(), max), Some(Figure::Below));
        assert_eq!(quantile(0.0, margin(), max), Some(Figure::At(0.0)));
        let point = |x: f64| Input::point(x).expect("a number");
        assert_eq!(quantile(1.0, point(1.0), max), Some(Figure::Above));
        assert_eq!(quantile(1.0, margin(), point(0.0)), Some(Figure::Above));
        let plan = UncertainBreakEven::new(1.0, margin(), max).expect("a plan");
        assert_eq!(plan.quantile(0.0), None);
        let probability = |room: f64| UncertainBreakEven::new(room, margin(), max).expect("a plan").probability(0.1);
        assert_eq!([-1.0, 0.0].map(|room| probability(room).to_bits()), [1.0_f64.to_bits(); 2]);
        assert_eq!(plan.quantile(f64::NAN), None);
    }

    #[test]
    fn a_margin_above_one_and_a_negative_maximum_are_refused() {
        let point = |x: f64| Input::point(x).expect("a number");
        assert_eq!(UncertainBreakEven::new(1.0, point(1.1), point(1.0)), Err(Refused::Margin));
        let tail = Input::lognormal(0.7, 0.1).expect("a spread");
        assert_eq!(UncertainBreakEven::new(1.0, tail, point(1.0)), Err(Refused::Margin));
        assert_eq!(UncertainBreakEven::new(1.0, point(0.7), point(-1.0)), Err(Refused::Maximum));
        assert_eq!(UncertainBreakEven::new(f64::NAN, point(0.7), point(1.0)), Err(Refused::Room));
    }
}
