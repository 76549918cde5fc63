//! A tornado: what each uncertain input does to a result by itself.

use std::cmp::Ordering;

use super::Input;
use super::sampling::{SamplingError, check_levels};

/// What one input does to the result while the others stay at their medians.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Name of the input.
    pub name: String,
    /// The result at the low quantile of the input; `None` where there is no such number.
    pub low: Option<f64>,
    /// The result at its high quantile; below [`Self::low`] where the result falls as the input rises.
    pub high: Option<f64>,
    /// How far the two are apart; `None` if one is missing.
    pub swing: Option<f64>,
}

/// A result and what each input does to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tornado {
    /// The result with all inputs at their medians; `None` where there is no such number.
    pub base: Option<f64>,
    /// A bar for each input, the widest swing first, missing swings last, then by name.
    pub bars: Vec<Bar>,
}

/// One input at a time from its `low` to its `high` quantile, such as 0.05 and 0.95, the others at their medians.
///
/// `f` answers `None` where the result does not exist; what is not finite counts as that.
///
/// # Errors
///
/// If a level is not inside (0, 1).
pub fn tornado(
    f: impl Fn(&[f64]) -> Option<f64>,
    inputs: &[(&str, Input)],
    low: f64,
    high: f64,
) -> Result<Tornado, SamplingError> {
    check_levels(&[low, high])?;
    let medians: Vec<f64> = inputs.iter().map(|(_, input)| input.quantile(0.5)).collect();
    let result = |at: &[f64]| f(at).filter(|value| value.is_finite());
    let with = |i: usize, value: f64| {
        let mut at = medians.clone();
        at[i] = value;
        result(&at)
    };
    let bar = |(i, (name, input)): (usize, &(&str, Input))| {
        let (low, high) = (with(i, input.quantile(low)), with(i, input.quantile(high)));
        let swing = low.zip(high).map(|(low, high)| (high - low).abs());
        Bar { name: (*name).to_owned(), low, high, swing }
    };
    let mut bars: Vec<Bar> = inputs.iter().enumerate().map(bar).collect();
    bars.sort_by(|a, b| wider(a, b).then_with(|| a.name.cmp(&b.name)));
    Ok(Tornado { base: result(&medians), bars })
}

fn wider(a: &Bar, b: &Bar) -> Ordering {
    match (a.swing, b.swing) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(lo: f64, hi: f64) -> Input {
        Input::uniform(lo, hi).expect("in order")
    }

    #[test]
    fn the_widest_swing_comes_first_and_ties_go_by_name() {
        // 10 x + y - z with x, y, z from 0 to 1: P5 to P95 is 0.9 of each.
        let f = |at: &[f64]| Some(10.0 * at[0] + at[1] - at[2]);
        let inputs = [("x", uniform(0.0, 1.0)), ("z", uniform(0.0, 1.0)), ("y", uniform(0.0, 1.0))];
        let tornado = tornado(f, &inputs, 0.05, 0.95).expect("levels");
        let names: Vec<&str> = tornado.bars.iter().map(|bar| bar.name.as_str()).collect();
        assert_eq!(names, ["x", "y", "z"]);
        let swing = tornado.bars[0].swing.expect("numbers");
        assert!((swing - 9.0).abs() < 1e-12, "{swing}");
        assert!((tornado.base.expect("a number") - 5.0).abs() < 1e-12);
        // The one it falls with has its high end low.
        assert!(tornado.bars[1].high < tornado.bars[1].low || tornado.bars[2].high < tornado.bars[2].low);
    }

    #[test]
    fn an_end_without_a_result_is_missing_and_goes_last() {
        let f = |at: &[f64]| (at[0] > 0.0).then(|| 1.0 / at[0] + at[1]);
        let inputs = [("a", uniform(-1.0, 2.0)), ("b", uniform(0.0, 1.0))];
        let tornado = tornado(f, &inputs, 0.05, 0.95).expect("levels");
        assert_eq!((tornado.bars[0].name.as_str(), tornado.bars[1].swing), ("b", None));
        assert_eq!(tornado.bars[1].low, None);
        assert!(tornado.bars[1].high.is_some());
    }

    #[test]
    fn a_known_input_swings_nothing_and_levels_are_inside_the_unit_interval() {
        let inputs = [("a", Input::point(1.0).expect("a number"))];
        let known = tornado(|at| Some(at[0]), &inputs, 0.05, 0.95).expect("levels");
        assert_eq!(known.bars[0].swing, Some(0.0));
        assert_eq!(tornado(|at| Some(at[0]), &inputs, 0.0, 0.95), Err(SamplingError::Level));
    }
}
