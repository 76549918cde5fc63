//! A plan whose inputs are uncertain: how sure its break-even and its margin are, and what they hang on.

use std::fmt;

use super::break_even::UncertainBreakEven;
use super::sampling::{Estimate, Figure, Quantile, Sampling, SamplingError, check_levels, propagate};
use super::sensitivity::{self, Indices};
use super::tornado::{Tornado, tornado};
use super::{Input, InputError};
use crate::analysis::Answer;
use crate::economics::Economics;
use crate::units::Ratio;

/// What decides the break-even and the margin of a plan, per seat and month, each independent of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanInputs {
    /// Revenue without tax, in dollars; not negative.
    pub revenue_usd: Input,
    /// Fixed cost, in dollars; not negative.
    pub fixed_cost_usd: Input,
    /// API gross margin, at most 1.
    pub api_gross_margin: Input,
    /// The maximum at list prices, in dollars; not negative.
    pub max_api_usd: Input,
    /// Mean utilization, 0 to 1: the margin's, the break-even does not depend on it.
    pub utilization: Input,
    /// Share of the revenue that goes in fees, 0 to 1; known.
    pub fee_share: f64,
}

/// Why inputs do not make a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A revenue that can be negative.
    Revenue,
    /// A fixed cost that can be negative.
    FixedCost,
    /// An API gross margin that can be above 1.
    Margin,
    /// A maximum that can be negative.
    Maximum,
    /// A utilization that can be outside 0 to 1.
    Utilization,
    /// A share of fees outside 0 to 1.
    Fees,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revenue => "the revenue can be negative; take a distribution that begins at zero dollars or above",
            Self::FixedCost => {
                "the fixed cost can be negative; take a distribution that begins at zero dollars or above"
            }
            Self::Margin => "the API gross margin can be above 1; take a distribution that ends there or below",
            Self::Maximum => "the maximum can be negative; take a distribution that begins at zero dollars or above",
            Self::Utilization => "the utilization can be outside 0 to 1; take one that stays inside, such as a beta",
            Self::Fees => "the share of the revenue that goes in fees is from 0 to 1",
        })
    }
}

impl std::error::Error for Refused {}

impl PlanInputs {
    /// A plan with all inputs known, to put uncertain ones in their places; `None` if use is unlimited, or a figure
    /// is too large.
    ///
    /// The fees keep their share of the revenue when that is uncertain.
    #[must_use]
    pub fn known(economics: &Economics, utilization: &Ratio) -> Option<Self> {
        let point = |value: &Ratio| Input::point(value.to_f64()).ok();
        let fee_share = economics.revenue.fees_usd.checked_div(&economics.revenue.revenue_usd);
        Some(Self {
            revenue_usd: point(&economics.revenue.revenue_usd)?,
            fixed_cost_usd: point(&economics.fixed_cost_usd)?,
            api_gross_margin: point(&(Ratio::one() - &economics.serving_share))?,
            max_api_usd: point(economics.max_api_usd.as_ref()?)?,
            utilization: point(utilization)?,
            fee_share: fee_share.map_or(0.0, |share| share.to_f64()),
        })
    }
}

/// The maximum of a plan with the range that sources give for its limits, by the convention of [`Input::range`]: the
/// low end is P5, the stated figure the median, the high end P95. Known where no limit has a range; `None` if it is
/// unlimited or not known.
///
/// # Errors
///
/// If the range does not hold the stated figure, or begins at zero.
pub fn max_api_usd(answer: &Answer<'_>) -> Option<Result<Input, InputError>> {
    let stated = answer.ceiling()?.usd.to_f64();
    Some(match &answer.max_api_range_usd {
        Some((low, high)) => Input::range(low.to_f64(), stated, high.to_f64()),
        None => Input::point(stated),
    })
}

/// A plan with uncertain inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UncertainPlan {
    inputs: PlanInputs,
}

/// The quantiles of a result, and where they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantiles {
    /// In the order in which they were asked for; none if the result never exists.
    pub quantiles: Vec<Quantile>,
    /// The share of outcomes in which the result does not exist.
    pub undefined_share: f64,
    /// Draws and seed; `None`: there was a formula.
    pub drawn: Option<Sampling>,
}

/// What the margin owes to one input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginIndices {
    /// One of [`UncertainPlan::KEYS`].
    pub input: &'static str,
    /// Its indices.
    pub indices: Indices<Estimate>,
}

/// A value of each input, in the order of [`UncertainPlan::KEYS`].
type Values = [f64; 5];

impl UncertainPlan {
    /// What the inputs are called.
    pub const KEYS: [&str; 5] = ["revenue_usd", "fixed_cost_usd", "api_gross_margin", "max_api_usd", "utilization"];

    /// Checks the inputs.
    ///
    /// # Errors
    ///
    /// If one can be what it cannot be.
    pub fn new(inputs: PlanInputs) -> Result<Self, Refused> {
        let begins = |input: &Input| input.support().0 >= 0.0;
        let ends = |input: &Input| input.support().1.is_some_and(|top| top <= 1.0);
        match () {
            () if !begins(&inputs.revenue_usd) => Err(Refused::Revenue),
            () if !begins(&inputs.fixed_cost_usd) => Err(Refused::FixedCost),
            () if !ends(&inputs.api_gross_margin) => Err(Refused::Margin),
            () if !begins(&inputs.max_api_usd) => Err(Refused::Maximum),
            () if !begins(&inputs.utilization) || !ends(&inputs.utilization) => Err(Refused::Utilization),
            () if !(0.0..=1.0).contains(&inputs.fee_share) => Err(Refused::Fees),
            () => Ok(Self { inputs }),
        }
    }

    /// The margin at one value of each input; `None` without revenue.
    #[must_use]
    pub fn margin_at(&self, [revenue, fixed_cost, api_gross_margin, max_api, utilization]: Values) -> Option<f64> {
        let serving = (1.0 - api_gross_margin) * max_api * utilization;
        let margin = 1.0 - self.inputs.fee_share - (fixed_cost + serving) / revenue;
        (revenue > 0.0 && margin.is_finite()).then_some(margin)
    }

    /// The break-even utilization at one value of each input; [`Figure::Below`] where the plan loses without any use.
    #[must_use]
    pub fn break_even_at(&self, [revenue, fixed_cost, api_gross_margin, max_api, _]: Values) -> Figure {
        UncertainBreakEven::at(revenue * (1.0 - self.inputs.fee_share) - fixed_cost, api_gross_margin, max_api)
    }

    /// Quantiles of the break-even utilization: exact where revenue and fixed cost are known, drawn otherwise.
    ///
    /// # Errors
    ///
    /// If a level is not inside (0, 1).
    pub fn break_even(&self, levels: &[f64], sampling: Sampling) -> Result<Quantiles, SamplingError> {
        check_levels(levels)?;
        let PlanInputs { revenue_usd, fixed_cost_usd, api_gross_margin, max_api_usd, .. } = self.inputs;
        if let (Some(revenue), Some(fixed_cost)) = (revenue_usd.known(), fixed_cost_usd.known()) {
            let room_usd = revenue * (1.0 - self.inputs.fee_share) - fixed_cost;
            let exact = UncertainBreakEven::new(room_usd, api_gross_margin, max_api_usd);
            let exact =
                exact.expect("margin and maximum were checked, and sums of finite numbers this small are finite");
            let quantile =
                |&level: &f64| Some(Quantile { level, figure: exact.quantile(level)?, standard_error: Some(0.0) });
            let quantiles = levels.iter().filter_map(quantile).collect();
            return Ok(Quantiles { quantiles, undefined_share: 0.0, drawn: None });
        }
        self.drawn(levels, sampling, |at| {
            Some(match self.break_even_at(at) {
                Figure::Below => f64::NEG_INFINITY,
                Figure::At(utilization) => utilization,
                Figure::Above => f64::INFINITY,
            })
        })
    }

    /// Quantiles of the margin: exact where at most one input is uncertain, drawn otherwise.
    ///
    /// # Errors
    ///
    /// If a level is not inside (0, 1).
    pub fn margin(&self, levels: &[f64], sampling: Sampling) -> Result<Quantiles, SamplingError> {
        check_levels(levels)?;
        let uncertain = self.uncertain();
        let can_be_free = self.inputs.revenue_usd.support().0 <= 0.0;
        if uncertain.len() > 1 || can_be_free {
            return self.drawn(levels, sampling, |at| self.margin_at(at));
        }
        // The margin rises with the revenue and the API gross margin and falls with the others.
        let quantile = |&level: &f64| {
            let one = |(key, input): (&str, &Input)| match key {
                "revenue_usd" | "api_gross_margin" => input.quantile(level),
                _ => input.upper_quantile(level),
            };
            let mut at = self.medians();
            for &i in &uncertain {
                at[i] = one((Self::KEYS[i], &self.list()[i]));
            }
            Some(Quantile { level, figure: Figure::At(self.margin_at(at)?), standard_error: Some(0.0) })
        };
        Ok(Quantiles { quantiles: levels.iter().filter_map(quantile).collect(), undefined_share: 0.0, drawn: None })
    }

    /// What each uncertain input does to the break-even by itself, from its P5 to its P95.
    #[must_use]
    pub fn break_even_tornado(&self) -> Tornado {
        self.tornado(|at| self.break_even_at(at).value(), &[0, 1, 2, 3])
    }

    /// What each uncertain input does to the margin by itself, from its P5 to its P95.
    #[must_use]
    pub fn margin_tornado(&self) -> Tornado {
        self.tornado(|at| self.margin_at(at), &[0, 1, 2, 3, 4])
    }

    /// Which share of the variance of the margin is due to which uncertain input: exact, with errors of zero, where
    /// only one input varies, or the margin is one minus a product, as it is at a known revenue and fixed cost.
    ///
    /// # Errors
    ///
    /// If no input is uncertain, or the revenue can be zero.
    pub fn margin_sensitivity(&self, sampling: Sampling) -> Result<Vec<MarginIndices>, SamplingError> {
        let uncertain = self.uncertain();
        if let Some(exact) = self.exact_sensitivity(&uncertain) {
            return Ok(exact);
        }
        let inputs: Vec<Input> = uncertain.iter().map(|&i| self.list()[i]).collect();
        let found = sensitivity::estimate(|values| self.margin_at(self.with(&uncertain, values)), &inputs, sampling)?;
        let named = uncertain.iter().zip(found.indices);
        Ok(named.map(|(&i, indices)| MarginIndices { input: Self::KEYS[i], indices }).collect())
    }

    fn exact_sensitivity(&self, uncertain: &[usize]) -> Option<Vec<MarginIndices>> {
        let known = |value: f64| Estimate { value, standard_error: 0.0 };
        let named = |i: usize, first: f64, total: f64| MarginIndices {
            input: Self::KEYS[i],
            indices: Indices { first: known(first), total: known(total) },
        };
        let revenue = self.inputs.revenue_usd.known()?;
        if revenue <= 0.0 {
            return None;
        }
        if let [only] = uncertain {
            return Some(vec![named(*only, 1.0, 1.0)]);
        }
        self.inputs.fixed_cost_usd.known()?;
        let moments = |input: &Input| (input.mean(), input.variance());
        // A dollar of use costs one minus the API margin to serve, which varies as that does.
        let factors = [&self.inputs.api_gross_margin, &self.inputs.max_api_usd, &self.inputs.utilization].map(moments);
        let [(margin, spread), max, utilization] = factors;
        let found = sensitivity::product_of(&[(1.0 - margin, spread), max, utilization])?;
        let of = |i: &usize| Some(named(*i, found.indices.get(i - 2)?.first, found.indices.get(i - 2)?.total));
        uncertain.iter().map(of).collect()
    }

    fn list(&self) -> [Input; 5] {
        let inputs = &self.inputs;
        [inputs.revenue_usd, inputs.fixed_cost_usd, inputs.api_gross_margin, inputs.max_api_usd, inputs.utilization]
    }

    /// The places of the inputs that are not known.
    fn uncertain(&self) -> Vec<usize> {
        self.list().iter().enumerate().filter(|(_, input)| input.known().is_none()).map(|(i, _)| i).collect()
    }

    fn medians(&self) -> Values {
        self.list().map(|input| input.quantile(0.5))
    }

    /// The medians, with values in the places of some inputs.
    fn with(&self, places: &[usize], values: &[f64]) -> Values {
        let mut at = self.medians();
        places.iter().zip(values).for_each(|(&i, value)| at[i] = *value);
        at
    }

    fn drawn(
        &self,
        levels: &[f64],
        sampling: Sampling,
        f: impl Fn(Values) -> Option<f64>,
    ) -> Result<Quantiles, SamplingError> {
        let uncertain = self.uncertain();
        let inputs: Vec<Input> = uncertain.iter().map(|&i| self.list()[i]).collect();
        let spread = propagate(|values| f(self.with(&uncertain, values)), &inputs, levels, sampling)?;
        Ok(Quantiles { quantiles: spread.quantiles, undefined_share: spread.undefined_share, drawn: Some(sampling) })
    }

    fn tornado(&self, f: impl Fn(Values) -> Option<f64>, places: &[usize]) -> Tornado {
        let uncertain: Vec<usize> = self.uncertain().into_iter().filter(|i| places.contains(i)).collect();
        let inputs: Vec<(&str, Input)> = uncertain.iter().map(|&i| (Self::KEYS[i], self.list()[i])).collect();
        let [low, _, high] = super::LEVELS;
        tornado(|values| f(self.with(&uncertain, values)), &inputs, low, high).expect("the levels are inside (0, 1)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economics::Terms;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn pro_20x() -> PlanInputs {
        let terms = Terms::monthly(ratio("200"));
        let economics = Economics {
            revenue: terms.revenue(),
            fixed_cost_usd: Ratio::zero(),
            serving_share: ratio("0.25"),
            max_api_usd: Some(ratio("14000")),
            overage: None,
        };
        PlanInputs::known(&economics, &ratio("1/14")).expect("a maximum")
    }

    fn margin() -> Input {
        Input::triangular(0.6, 0.75, 0.85).expect("in order")
    }

    fn plan(inputs: PlanInputs) -> UncertainPlan {
        UncertainPlan::new(inputs).expect("inputs of a plan")
    }

    fn sampling() -> Sampling {
        Sampling::new(1 << 14, 0).expect("enough draws")
    }

    fn values(known: &Quantiles) -> Vec<f64> {
        known.quantiles.iter().map(|quantile| quantile.figure.value().expect("a number")).collect()
    }

    #[test]
    fn a_plan_that_is_known_has_one_break_even_and_one_margin() {
        // 200 / 3500 = 2/35; at a 14th of 14,000, serving is 250 of 200: -25 %.
        let plan = plan(pro_20x());
        for value in values(&plan.break_even(&super::super::LEVELS, sampling()).expect("levels")) {
            assert!((value - 2.0 / 35.0).abs() < 1e-15);
        }
        for value in values(&plan.margin(&super::super::LEVELS, sampling()).expect("levels")) {
            assert!((value + 0.25).abs() < 1e-14);
        }
        assert!(plan.margin_tornado().bars.is_empty());
        assert_eq!(plan.margin_sensitivity(sampling()), Err(SamplingError::NoVariance));
    }

    #[test]
    fn with_one_input_uncertain_the_margin_is_exact_on_both_sides() {
        // At c M u / R = 5 c the margin is 1 - 5 c: with g at its quantiles, and for M and u the other way round.
        let of = |inputs: PlanInputs| {
            let known = plan(inputs).margin(&[0.05, 0.95], sampling()).expect("levels");
            assert_eq!(known.drawn, None);
            values(&known)
        };
        let got = of(PlanInputs { api_gross_margin: margin(), ..pro_20x() });
        for (got, level) in got.iter().zip([0.05, 0.95]) {
            assert!((got - (1.0 - 5.0 * (1.0 - margin().quantile(level)))).abs() < 1e-12, "{got}");
        }
        // M uniform from 7,000 to 21,000: 0.625 to 1.875 of the revenue.
        let got = of(PlanInputs { max_api_usd: Input::uniform(7_000.0, 21_000.0).expect("in order"), ..pro_20x() });
        for (got, used) in got.iter().zip([1.875 - 0.0625, 0.625 + 0.0625]) {
            assert!((got - (1.0 - used)).abs() < 1e-12, "{got}");
        }
    }

    #[test]
    fn the_drawn_break_even_is_the_exact_one() {
        // A price that is off by next to nothing takes the other way to the same figures.
        let exact = PlanInputs {
            api_gross_margin: margin(),
            max_api_usd: Input::lognormal(14_000.0, 0.2).expect("a spread"),
            ..pro_20x()
        };
        let drawn = PlanInputs { revenue_usd: Input::uniform(200.0 - 1e-9, 200.0 + 1e-9).expect("in order"), ..exact };
        let exact = plan(exact).break_even(&super::super::LEVELS, sampling()).expect("levels");
        let drawn = plan(drawn).break_even(&super::super::LEVELS, sampling()).expect("levels");
        assert!(exact.drawn.is_none() && drawn.drawn.is_some());
        for (exact, drawn) in exact.quantiles.iter().zip(&drawn.quantiles) {
            let off = (exact.figure.value().expect("a number") - drawn.figure.value().expect("a number")).abs();
            let error = drawn.standard_error.expect("numbers");
            assert!(off <= 5.0 * error && error < 1e-3, "{exact:?} {drawn:?}");
        }
    }

    #[test]
    fn use_decides_the_margin_and_the_allowance_the_break_even() {
        let inputs = PlanInputs {
            api_gross_margin: margin(),
            max_api_usd: Input::range(7_000.0, 14_000.0, 28_000.0).expect("a range"),
            utilization: Input::beta(2.0, 26.0).expect("in range"),
            ..pro_20x()
        };
        let plan = plan(inputs);
        let names = |tornado: Tornado| tornado.bars.into_iter().map(|bar| bar.name).collect::<Vec<_>>();
        assert_eq!(names(plan.margin_tornado()), ["utilization", "max_api_usd", "api_gross_margin"]);
        assert_eq!(names(plan.break_even_tornado()), ["max_api_usd", "api_gross_margin"]);
        let indices = plan.margin_sensitivity(sampling()).expect("it varies");
        let first = |key: &str| indices.iter().find(|of| of.input == key).map(|of| of.indices.first.value);
        assert!(first("utilization") > first("max_api_usd") && first("max_api_usd") > first("api_gross_margin"));
    }

    #[test]
    fn indices_of_a_product_are_exact_and_those_of_one_input_are_one() {
        let inputs = PlanInputs {
            api_gross_margin: margin(),
            max_api_usd: Input::lognormal(14_000.0, 0.2).expect("a spread"),
            utilization: Input::beta(2.0, 26.0).expect("in range"),
            ..pro_20x()
        };
        let exact = plan(inputs).margin_sensitivity(sampling()).expect("it varies");
        // A revenue that is off by next to nothing takes the drawn way to the same figures.
        let revenue_usd = Input::uniform(200.0 - 1e-6, 200.0 + 1e-6).expect("in order");
        let drawn = plan(PlanInputs { revenue_usd, ..inputs }).margin_sensitivity(sampling()).expect("it varies");
        for exact in &exact {
            let drawn = drawn.iter().find(|other| other.input == exact.input).expect("the same inputs").indices;
            for (exact, drawn) in [(exact.indices.first, drawn.first), (exact.indices.total, drawn.total)] {
                assert!(exact.standard_error < 1e-300 && drawn.standard_error > 1e-9);
                assert!((exact.value - drawn.value).abs() < 5.0 * drawn.standard_error, "{exact:?} {drawn:?}");
            }
        }
        let one = plan(PlanInputs { api_gross_margin: margin(), ..pro_20x() }).margin_sensitivity(sampling());
        assert!(one.expect("it varies").iter().all(|of| (of.indices.first.value - 1.0).abs() < 1e-15));
    }

    #[test]
    fn a_fixed_cost_that_may_pass_the_revenue_may_leave_no_break_even() {
        let fixed_cost_usd = Input::uniform(100.0, 300.0).expect("in order");
        let known = plan(PlanInputs { fixed_cost_usd, ..pro_20x() }).break_even(&[0.25, 0.75], sampling());
        let known = known.expect("levels");
        assert_eq!(known.quantiles[0].figure, Figure::Below);
        // A quarter of the outcomes have a fixed cost below 150: 50 / 3500.
        let p75 = known.quantiles[1].figure.value().expect("a number");
        assert!((p75 - 50.0 / 3_500.0).abs() < 1e-4, "{p75}");
    }

    #[test]
    fn the_range_of_a_limit_is_the_uncertainty_of_the_maximum() {
        let (catalog, _) = crate::catalog::read(&crate::catalog::bundled(), &[]);
        let question = crate::analysis::Question::on(jiff::civil::date(2026, 6, 15));
        let plans = crate::analysis::plans_on(&catalog.plans, question.day);
        let answers = plans.into_iter().map(|plan| crate::analysis::answer(plan, catalog.market(), &question));
        let answers: Vec<Answer<'_>> = answers.collect();
        let max_of = |of: &dyn Fn(&Answer<'_>) -> bool| {
            let answer = answers.iter().find(|answer| of(answer)).expect("there is such a plan");
            max_api_usd(answer).expect("a maximum").expect("a range around its figure")
        };
        // $8,000, measured from $4,080 to $13,077; $400, which is the least of what was measured.
        let ranges = [("claude-max-20x", [4_080.0, 8_000.0, 13_077.0]), ("claude-pro", [400.0, 400.0, 1_595.0])];
        for (id, want) in ranges {
            let max = max_of(&|answer| *answer.plan.id == *id);
            for (level, want) in super::super::LEVELS.into_iter().zip(want) {
                assert!((max.quantile(level) - want).abs() < 1e-8, "{id}: {max:?}");
            }
        }
        let known = max_of(&|answer| answer.ceiling().is_some() && answer.max_api_range_usd.is_none());
        assert!(known.known().is_some());
    }

    #[test]
    fn inputs_that_can_be_what_they_cannot_be_are_refused() {
        let wide = Input::uniform(-1.0, 2.0).expect("in order");
        let refused = |inputs: PlanInputs| UncertainPlan::new(inputs).expect_err("refused");
        assert_eq!(refused(PlanInputs { revenue_usd: wide, ..pro_20x() }), Refused::Revenue);
        assert_eq!(refused(PlanInputs { fixed_cost_usd: wide, ..pro_20x() }), Refused::FixedCost);
        assert_eq!(refused(PlanInputs { api_gross_margin: wide, ..pro_20x() }), Refused::Margin);
        assert_eq!(refused(PlanInputs { max_api_usd: wide, ..pro_20x() }), Refused::Maximum);
        assert_eq!(refused(PlanInputs { utilization: wide, ..pro_20x() }), Refused::Utilization);
        assert_eq!(refused(PlanInputs { fee_share: f64::NAN, ..pro_20x() }), Refused::Fees);
    }
}
