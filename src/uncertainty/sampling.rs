//! Propagation: the distribution of any function of uncertain inputs, with error bars.

use std::fmt;

use super::Input;
use super::points::{DIMENSIONS_MAX, Points};

/// How many scrambles are taken: enough that their spread is a fair measure of the error.
const SCRAMBLES: u64 = 16;

/// How many points are drawn, and by which seed.
///
/// The draws are taken in 16 independent scrambles of a power of two of points each, so that their number is rounded up
/// to 16 times a power of two. The same seed and draws give the same figures on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    points: u32,
    seed: u64,
}

impl Sampling {
    /// The fewest draws.
    pub const DRAWS_MIN: u64 = 1 << 10;
    /// The most draws.
    pub const DRAWS_MAX: u64 = 1 << 22;

    /// At least so many draws.
    ///
    /// # Errors
    ///
    /// If there are fewer than [`Self::DRAWS_MIN`] or more than [`Self::DRAWS_MAX`].
    pub fn new(draws: u64, seed: u64) -> Result<Self, SamplingError> {
        if !(Self::DRAWS_MIN..=Self::DRAWS_MAX).contains(&draws) {
            return Err(SamplingError::Draws);
        }
        let points = draws.div_ceil(SCRAMBLES).next_power_of_two();
        Ok(Self { points: u32::try_from(points).map_err(|_| SamplingError::Draws)?, seed })
    }

    /// The draws that are taken.
    #[must_use]
    pub fn draws(self) -> u64 {
        SCRAMBLES * u64::from(self.points)
    }

    /// The seed.
    #[must_use]
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// Points of each scramble.
    pub(super) const fn points(self) -> u32 {
        self.points
    }

    /// The scrambles of points of so many coordinates.
    pub(super) fn scrambles(self, dimensions: usize) -> impl Iterator<Item = Points> {
        (0..SCRAMBLES).map(move |scramble| Points::new(dimensions, self.seed, scramble))
    }
}

/// Why nothing can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplingError {
    /// Too few or too many draws.
    Draws,
    /// More inputs than the points have coordinates for.
    Inputs {
        /// The most.
        most: usize,
    },
    /// A level outside (0, 1).
    Level,
    /// The result does not exist for some inputs, and the question needs it for all.
    Undefined,
    /// The result is the same whatever the inputs, so that no share of its variance can be told.
    NoVariance,
}

impl fmt::Display for SamplingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draws => {
                write!(f, "the number of draws is from {} to {}", Sampling::DRAWS_MIN, Sampling::DRAWS_MAX)
            }
            Self::Inputs { most } => write!(f, "there are more than {most} uncertain inputs; fix some of them"),
            Self::Level => f.write_str("a level is between 0 and 1, such as 0.95"),
            Self::Undefined => f.write_str("the result does not exist for some of the inputs; narrow their ranges"),
            Self::NoVariance => {
                f.write_str("the result does not vary with the inputs; make one that it depends on uncertain")
            }
        }
    }
}

impl std::error::Error for SamplingError {}

/// A figure that was drawn, and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Standard deviation of the figure over other scrambles.
    pub standard_error: f64,
}

impl Estimate {
    /// The mean of independent figures; `None` without any.
    pub(super) fn of(figures: &[f64]) -> Option<Self> {
        let count = counted(figures.len());
        let value = figures.iter().sum::<f64>() / count;
        let squares: f64 = figures.iter().map(|figure| (figure - value) * (figure - value)).sum();
        let standard_error = if figures.len() > 1 { (squares / (count * (count - 1.0))).sqrt() } else { 0.0 };
        (value.is_finite() && standard_error.is_finite()).then_some(Self { value, standard_error })
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a few million draws")]
pub(super) fn counted(count: usize) -> f64 {
    count as f64
}

/// A figure that may lie beyond all numbers.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Figure {
    /// Below any number: a break-even that is never reached, since the plan loses without any use.
    Below,
    /// A number, always finite.
    At(f64),
    /// Above any number: a break-even that no use passes.
    Above,
}

impl Figure {
    /// The figure of a float; `None` for NaN.
    #[must_use]
    pub fn of(value: f64) -> Option<Self> {
        match value {
            _ if value.is_nan() => None,
            f64::INFINITY => Some(Self::Above),
            f64::NEG_INFINITY => Some(Self::Below),
            _ => Some(Self::At(value)),
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::At(value) => Some(value),
            Self::Below | Self::Above => None,
        }
    }
}

/// The figure that is not passed in a share of all outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The share, inside (0, 1).
    pub level: f64,
    /// The figure.
    pub figure: Figure,
    /// Standard deviation of it over other scrambles, zero where it was not drawn; `None` where some of them put it
    /// beyond all numbers.
    pub standard_error: Option<f64>,
}

/// The distribution of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Its quantiles, in the order in which they were asked for; none if the result never exists.
    pub quantiles: Vec<Quantile>,
    /// Its mean; `None` if that is beyond all numbers, or the result never exists.
    pub mean: Option<Estimate>,
    /// The share of outcomes for which the result does not exist; the other figures are over the rest.
    pub undefined_share: f64,
    /// Draws, and their seed.
    pub sampling: Sampling,
}

/// The distribution of `f` of independent inputs.
///
/// `f` answers `None`, or NaN, where the result does not exist, and an infinity where it is beyond all numbers; see
/// [`Figure`]. Quantiles are interpolated between the two draws around them (type 7) of all scrambles together.
///
/// # Errors
///
/// If there are too many inputs, or a level is not inside (0, 1).
pub fn propagate(
    f: impl Fn(&[f64]) -> Option<f64>,
    inputs: &[Input],
    levels: &[f64],
    sampling: Sampling,
) -> Result<Spread, SamplingError> {
    check_levels(levels)?;
    if inputs.len() > DIMENSIONS_MAX {
        return Err(SamplingError::Inputs { most: DIMENSIONS_MAX });
    }
    let mut at = vec![0.0; inputs.len()];
    let draw = |mut points: Points| {
        let mut figures: Vec<f64> = (0..sampling.points())
            .filter_map(|_| {
                points.next_into(&mut at);
                at.iter_mut().zip(inputs).for_each(|(x, input)| *x = input.quantile(*x));
                f(&at).filter(|value| !value.is_nan())
            })
            .collect();
        figures.sort_by(f64::total_cmp);
        figures
    };
    let scrambles: Vec<Vec<f64>> = sampling.scrambles(inputs.len()).map(draw).collect();
    let mut pooled: Vec<f64> = scrambles.concat();
    pooled.sort_by(f64::total_cmp);
    let means: Vec<f64> =
        scrambles.iter().map(|figures| figures.iter().sum::<f64>() / counted(figures.len())).collect();
    let all = counted(scrambles.len()) * f64::from(sampling.points());
    Ok(Spread {
        quantiles: levels.iter().filter_map(|&level| quantile(&pooled, &scrambles, level)).collect(),
        mean: Estimate::of(&means),
        undefined_share: 1.0 - counted(pooled.len()) / all,
        sampling,
    })
}

pub(super) fn check_levels(levels: &[f64]) -> Result<(), SamplingError> {
    let inside = levels.iter().all(|&level| level > 0.0 && level < 1.0);
    if inside { Ok(()) } else { Err(SamplingError::Level) }
}

fn quantile(pooled: &[f64], scrambles: &[Vec<f64>], level: f64) -> Option<Quantile> {
    let figure = Figure::of(sample_quantile(pooled, level)?)?;
    let each: Vec<f64> = scrambles.iter().filter_map(|figures| sample_quantile(figures, level)).collect();
    let standard_error = figure.value().and(Estimate::of(&each)).map(|estimate| estimate.standard_error);
    Some(Quantile { level, figure, standard_error })
}

/// Between the draws around it, in proportion, where both are numbers; otherwise the nearer one.
fn sample_quantile(sorted: &[f64], level: f64) -> Option<f64> {
    let last = counted(sorted.len().checked_sub(1)?);
    let place = level * last;
    let (below, part) = (place.floor(), place - place.floor());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list, not negative")]
    let at = below as usize;
    let low = *sorted.get(at)?;
    let high = sorted.get(at + 1).copied().unwrap_or(low);
    Some(match () {
        () if low.is_finite() && high.is_finite() => low + part * (high - low),
        () if part < 0.5 => low,
        () => high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(draws: u64, seed: u64) -> Sampling {
        Sampling::new(draws, seed).expect("enough draws")
    }

    fn uniform() -> Input {
        Input::uniform(0.0, 1.0).expect("in order")
    }

    #[test]
    fn draws_are_rounded_up_to_sixteen_times_a_power_of_two() {
        assert_eq!(sampling(1_024, 0).draws(), 1_024);
        assert_eq!(sampling(10_000, 0).draws(), 16_384);
        assert_eq!(sampling(Sampling::DRAWS_MAX, 0).draws(), Sampling::DRAWS_MAX);
        assert_eq!(Sampling::new(1_023, 0), Err(SamplingError::Draws));
        assert_eq!(Sampling::new(Sampling::DRAWS_MAX + 1, 0), Err(SamplingError::Draws));
    }

    #[test]
    fn a_sum_of_two_uniforms_has_the_quantiles_of_a_triangle() {
        // P(X + Y <= x) = x²/2 up to 1: P5 at sqrt 0.1, P50 at 1.
        for seed in 0..4 {
            let sum = propagate(
                |at| Some(at[0] + at[1]),
                &[uniform(), uniform()],
                &[0.05, 0.5, 0.95],
                sampling(1 << 14, seed),
            );
            let spread = sum.expect("an answer");
            for (quantile, want) in spread.quantiles.iter().zip([0.1_f64.sqrt(), 1.0, 2.0 - 0.1_f64.sqrt()]) {
                let (got, error) =
                    (quantile.figure.value().expect("a number"), quantile.standard_error.expect("numbers"));
                assert!((got - want).abs() <= 5.0 * error && error < 2e-3, "{quantile:?}, want {want}");
            }
            let mean = spread.mean.expect("a number");
            assert!(
                (mean.value - 1.0).abs() <= 5.0 * mean.standard_error + 1e-12 && mean.standard_error < 1e-5,
                "{mean:?}"
            );
        }
    }

    #[test]
    fn the_error_bar_is_as_wide_as_the_errors_are() {
        // P90 of a product, drawn under 40 seeds: their scatter against what each says of itself.
        let draw = |seed| {
            let spread = propagate(|at| Some(at[0] * at[1]), &[uniform(), uniform()], &[0.9], sampling(1 << 11, seed));
            let quantile = spread.expect("an answer").quantiles[0];
            (quantile.figure.value().expect("a number"), quantile.standard_error.expect("numbers"))
        };
        let draws: Vec<(f64, f64)> = (0..40).map(draw).collect();
        let mean = draws.iter().map(|draw| draw.0).sum::<f64>() / 40.0;
        let scatter = (draws.iter().map(|draw| (draw.0 - mean) * (draw.0 - mean)).sum::<f64>() / 39.0).sqrt();
        let stated = draws.iter().map(|draw| draw.1).sum::<f64>() / 40.0;
        assert!((0.5..2.0).contains(&(scatter / stated)), "scatter {scatter}, stated {stated}");
    }

    #[test]
    fn what_does_not_exist_is_counted_and_what_is_infinite_has_its_place() {
        // A fifth undefined, two fifths beyond all numbers, two fifths the input itself.
        let f = |at: &[f64]| match at[0] {
            x if x < 0.2 => None,
            x if x < 0.6 => Some(f64::INFINITY),
            x => Some(x),
        };
        let spread = propagate(f, &[uniform()], &[0.25, 0.75], sampling(1 << 12, 1)).expect("an answer");
        assert!((spread.undefined_share - 0.2).abs() < 1e-3, "{spread:?}");
        assert!((spread.quantiles[0].figure.value().expect("a number") - 0.8).abs() < 2e-3, "{spread:?}");
        assert_eq!(spread.quantiles[1].figure, Figure::Above);
        assert_eq!(spread.quantiles[1].standard_error, None);
        assert_eq!(spread.mean, None);
    }

    #[test]
    fn a_result_that_never_exists_has_no_quantiles() {
        let spread = propagate(|_| Some(f64::NAN), &[uniform()], &[0.5], sampling(1 << 10, 0)).expect("an answer");
        assert_eq!((spread.quantiles, spread.mean), (Vec::new(), None));
        assert!((spread.undefined_share - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_same_seed_gives_the_same_bits() {
        let ask = |seed| propagate(|at| Some(at[0] * at[1]), &[uniform(), uniform()], &[0.5], sampling(1 << 10, seed));
        assert_eq!(ask(7), ask(7));
        assert_ne!(ask(7), ask(8));
    }

    #[test]
    fn levels_are_inside_the_unit_interval_and_inputs_are_not_too_many() {
        let ask =
            |inputs: &[Input], level| propagate(|_| Some(1.0), inputs, &[level], sampling(1 << 10, 0)).map(|_| ());
        assert_eq!(ask(&[uniform()], 1.0), Err(SamplingError::Level));
        assert_eq!(ask(&[uniform()], f64::NAN), Err(SamplingError::Level));
        assert_eq!(ask(&[uniform(); 21], 0.5), Err(SamplingError::Inputs { most: 20 }));
    }
}
