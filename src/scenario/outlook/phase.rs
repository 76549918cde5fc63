//! A span of time in which cost is a sum of exponentials.

use super::{Crossing, Side, Trend};
use crate::scenario::solve::bisect;
use crate::units::Ratio;

/// A part of the cost.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// Dollars a month at time zero, above zero, whether or not the phase reaches back to that.
    pub(super) usd: Ratio,
    /// How it changes against the price.
    pub(super) trend: Trend,
}

/// From one saturation to the next.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    /// Years from today.
    pub(super) from: f64,
    /// Years from today; `None`: for ever.
    pub(super) to: Option<f64>,
    pub(super) terms: Vec<Term>,
}

impl Phase {
    /// Where cost passes what is there to pay it, so many dollars above zero; whether it is covered goes in for the beginning, and comes out for the
    /// end. In a span without end only crossings up to where cost has begun to rise for good are found.
    pub(super) fn crossings(&self, net_usd: &Ratio, covers: &mut bool) -> Vec<Crossing> {
        let curve = Curve::of(&self.terms, net_usd);
        let Some(to) = self.to.or_else(|| self.far(&curve, net_usd)) else { return Vec::new() };
        let turn = bisect(self.from, to, |year| curve.slope(year)).ok();
        let mut found = Vec::new();
        let mut from = self.from;
        for to in turn.into_iter().chain([to]) {
            let covered = curve.cost(to) <= 1.0;
            if covered != *covers {
                // What is exact at the beginning can differ from its float by a rounding: then it crosses there.
                let year = bisect(from, to, |year| curve.cost(year) - 1.0).unwrap_or(from);
                found.push(Crossing { year, to: if covered { Side::Profit } else { Side::Loss } });
                *covers = covered;
            }
            from = to;
        }
        found
    }

    /// What neither falls nor rises against the price.
    pub(super) fn floor_usd(&self) -> Ratio {
        let stays = self.terms.iter().filter(|term| *term.trend.per_year() == Ratio::one());
        stays.map(|term| term.usd.clone()).sum()
    }

    /// A year by which cost is covered, or past which it only rises; `None` if neither ever comes.
    fn far(&self, curve: &Curve, net_usd: &Ratio) -> Option<f64> {
        let rises = |term: &Term| *term.trend.per_year() > Ratio::one();
        if !self.terms.iter().any(rises) && self.floor_usd() >= *net_usd {
            return None;
        }
        let mut step = 1.0;
        while curve.cost(self.from + step) > 1.0 && curve.slope(self.from + step) < 0.0 {
            step *= 2.0;
        }
        let far = self.from + step;
        far.is_finite().then_some(far)
    }
}

/// The terms as floats, over what is there to pay them.
struct Curve {
    /// Share at time zero, and the logarithm of a year's factor.
    terms: Vec<(f64, f64)>,
}

impl Curve {
    fn of(terms: &[Term], net_usd: &Ratio) -> Self {
        let share = |term: &Term| (&term.usd / net_usd).to_f64().clamp(f64::MIN_POSITIVE, f64::MAX);
        let float = |term: &Term| (share(term), term.trend.log());
        Self { terms: terms.iter().map(float).collect() }
    }

    fn cost(&self, year: f64) -> f64 {
        self.terms.iter().map(|(share, log)| share * libm::exp(log * year)).sum()
    }

    /// Rises with the year: the cost is convex.
    fn slope(&self, year: f64) -> f64 {
        self.terms.iter().map(|(share, log)| share * log * libm::exp(log * year)).sum()
    }
}
