//! Finitely many values, each with its share: a sample, a point, a hand-written distribution.

use super::curve::Moments;

/// Distinct values in ascending order. Whatever is asked about a value is one search away.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atoms {
    values: Vec<f64>,
    shares: Vec<f64>,
    /// `P(X <= value)`.
    lower: Vec<f64>,
    /// `P(X > value)`.
    upper: Vec<f64>,
    /// `E[X; X <= value]`.
    lower_mean: Vec<f64>,
    /// `E[X; X > value]`.
    upper_mean: Vec<f64>,
    moments: Moments,
}

/// Weights add up to within rounding: a share this much off an atom's own is the atom's own.
const ROUNDING: f64 = 1e-14;

impl Atoms {
    /// Of at least one value with shares that add up to 1.
    pub(super) fn weighted(pairs: &[(f64, f64)]) -> Self {
        let mut sorted = pairs.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        sorted.dedup_by(|next, kept| {
            let same = next.0 <= kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        let running = |of: &dyn Fn(&(f64, f64)) -> f64| running_sums(sorted.iter().map(of));
        let backward = |of: &dyn Fn(&(f64, f64)) -> f64| {
            let mut sums = running_sums(sorted.iter().skip(1).rev().map(of));
            sums.reverse();
            sums.push(0.0);
            sums
        };
        let mut lower = running(&|pair| pair.1);
        if let Some(last) = lower.last_mut() {
            *last = 1.0;
        }
        Self {
            lower,
            upper: backward(&|pair| pair.1),
            lower_mean: running(&|pair| pair.0 * pair.1),
            upper_mean: backward(&|pair| pair.0 * pair.1),
            moments: moments(&sorted),
            shares: sorted.iter().map(|pair| pair.1).collect(),
            values: sorted.into_iter().map(|pair| pair.0).collect(),
        }
    }

    /// Each value and its share.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.values.iter().copied().zip(self.shares.iter().copied())
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn support(&self) -> (f64, Option<f64>) {
        (self.values.first().copied().unwrap_or(0.0), self.values.last().copied())
    }

    /// How many values are at most `x`.
    fn at_most(&self, x: f64) -> usize {
        self.values.partition_point(|&value| value <= x)
    }

    pub(super) fn cdf(&self, x: f64) -> f64 {
        self.at_most(x).checked_sub(1).map_or(0.0, |last| self.lower[last])
    }

    pub(super) fn survival(&self, x: f64) -> f64 {
        self.at_most(x).checked_sub(1).map_or(1.0, |last| self.upper[last])
    }

    pub(super) fn partial_mean(&self, x: f64) -> f64 {
        self.at_most(x).checked_sub(1).map_or(0.0, |last| self.lower_mean[last])
    }

    pub(super) fn tail_mean(&self, x: f64) -> f64 {
        self.at_most(x).checked_sub(1).map_or(self.moments.mean, |last| self.upper_mean[last])
    }

    pub(super) fn quantile(&self, q: f64) -> f64 {
        self.value_at(self.lower.partition_point(|&share| share < q * (1.0 - ROUNDING)))
    }

    pub(super) fn upper_quantile(&self, p: f64) -> f64 {
        self.value_at(self.upper.partition_point(|&share| share > p * (1.0 + ROUNDING)))
    }

    fn value_at(&self, place: usize) -> f64 {
        self.values.get(place).or(self.values.last()).copied().unwrap_or(0.0)
    }

    pub(super) const fn moments(&self) -> Moments {
        self.moments
    }

    /// The Gini coefficient; `None` if the mean is zero.
    pub(super) fn gini(&self) -> Option<f64> {
        // 1 - (1/mean) times the integral of the squared survival function, a step at each value.
        let steps = std::iter::once((0.0, 1.0)).chain(self.values.iter().copied().zip(self.upper.iter().copied()));
        let area: f64 = steps.zip(&self.values).map(|((from, above), to)| above * above * (to - from)).sum();
        (self.moments.mean > 0.0).then(|| (1.0 - area / self.moments.mean).clamp(0.0, 1.0))
    }
}

/// Running sums with the rounding error carried along (Neumaier).
fn running_sums(terms: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut sum, mut error) = (0.0_f64, 0.0);
    terms
        .map(|term| {
            let next = sum + term;
            error += if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
            sum = next;
            sum + error
        })
        .collect()
}

fn moments(pairs: &[(f64, f64)]) -> Moments {
    let total = |of: &dyn Fn(f64) -> f64| {
        running_sums(pairs.iter().map(|(x, share)| of(*x) * share)).last().copied().unwrap_or(0.0)
    };
    let mean = total(&|x| x);
    Moments {
        mean,
        variance: Some(total(&|x| (x - mean) * (x - mean))),
        third: Some(total(&|x| (x - mean) * (x - mean) * (x - mean))),
    }
}
