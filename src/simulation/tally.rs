//! What is kept of simulated subscribers: counts and sums, never the subscribers.

use super::earnings::Earnings;
use super::histogram::Histogram;
use super::sum::Sum;

/// Subscribers whose sums are rounded as floats before they are added without rounding.
pub(super) const CHUNK: usize = 1024;

/// Sums that run side by side, so that the processor can.
const LANES: usize = 8;

/// What is known of the simulated subscribers of one part of a book.
///
/// It takes the same memory for any number of them. Two that were made of different subscribers merge into the one of
/// all of them, bit for bit, in any order. Within each 1,024 neighbours sums are floats in a fixed order, right to
/// 10^-13 of their value; beyond, whole numbers without rounding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub(super) subscribers: u64,
    pub(super) losing: u64,
    pub(super) utilization: Sum,
    pub(super) squares: Sum,
    pub(super) losing_utilization: Sum,
    /// What is above 1: sums, squares, and of those who lose.
    pub(super) excess: [Sum; 3],
    /// The smallest and the largest utilization, once there is one.
    pub(super) range: Option<(f64, f64)>,
    pub(super) histogram: Histogram,
}

impl Tally {
    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.subscribers += other.subscribers;
        self.losing += other.losing;
        self.utilization.merge(&other.utilization);
        self.squares.merge(&other.squares);
        self.losing_utilization.merge(&other.losing_utilization);
        for (sum, more) in self.excess.iter_mut().zip(&other.excess) {
            sum.merge(more);
        }
        if let Some(range) = other.range {
            self.widen(range);
        }
        self.histogram.merge(&other.histogram);
    }

    /// Adds at most [`CHUNK`] subscribers by what they use, which is not negative; the same ones always together.
    pub(super) fn add(&mut self, uses: &mut [f64], earnings: &Earnings) {
        if !earnings.serves_above_full() {
            cap(uses);
        }
        let mut lanes = Lanes::new(earnings);
        let (rows, rest) = uses.as_chunks();
        rows.iter().for_each(|row| lanes.add(row));
        rest.iter().for_each(|&used| lanes.add_first(used));

        self.subscribers += uses.len() as u64;
        self.losing += whole(total(lanes.losing));
        self.utilization.add(total(lanes.sum));
        self.squares.add(total(lanes.squares));
        self.losing_utilization.add(total(lanes.losing_sum));
        if !uses.is_empty() {
            let least = lanes.least.into_iter().fold(f64::MAX, f64::min);
            let most = lanes.most.into_iter().fold(0.0, f64::max);
            self.widen((least, most));
        }
        if earnings.serves_above_full() {
            self.add_excess(uses, earnings);
        }
        self.histogram.count(uses);
    }

    fn add_excess(&mut self, uses: &[f64], earnings: &Earnings) {
        let (mut sum, mut squares, mut losing) = (0.0, 0.0, 0.0);
        for &used in uses {
            let above = (used - 1.0).max(0.0);
            sum += above;
            squares += above * above;
            losing += if earnings.loses(used) { above } else { 0.0 };
        }
        self.excess[0].add(sum);
        self.excess[1].add(squares);
        self.excess[2].add(losing);
    }

    fn widen(&mut self, (least, most): (f64, f64)) {
        self.range = Some(self.range.map_or((least, most), |range| (range.0.min(least), range.1.max(most))));
    }
}

/// Use above 1 is not served.
#[inline]
fn cap(uses: &mut [f64]) {
    for used in uses {
        *used = if *used < 1.0 { *used } else { 1.0 };
    }
}

/// Sums that run side by side.
struct Lanes {
    above: f64,
    up_to: f64,
    sum: [f64; LANES],
    squares: [f64; LANES],
    losing_sum: [f64; LANES],
    losing: [f64; LANES],
    least: [f64; LANES],
    most: [f64; LANES],
}

impl Lanes {
    fn new(earnings: &Earnings) -> Self {
        let (above, up_to) = earnings.losing();
        let zero = [0.0; LANES];
        Self {
            above,
            up_to,
            sum: zero,
            squares: zero,
            losing_sum: zero,
            losing: zero,
            least: [f64::MAX; LANES],
            most: zero,
        }
    }

    #[inline]
    fn add(&mut self, row: &[f64; LANES]) {
        for (lane, &used) in row.iter().enumerate() {
            let loses = (used > self.above) & (used < self.up_to);
            self.sum[lane] += used;
            self.squares[lane] += used * used;
            self.losing_sum[lane] += if loses { used } else { 0.0 };
            self.losing[lane] += if loses { 1.0 } else { 0.0 };
            self.least[lane] = if used < self.least[lane] { used } else { self.least[lane] };
            self.most[lane] = if used > self.most[lane] { used } else { self.most[lane] };
        }
    }

    /// Adds one by itself.
    fn add_first(&mut self, used: f64) {
        let loses = (used > self.above) & (used < self.up_to);
        self.sum[0] += used;
        self.squares[0] += used * used;
        self.losing_sum[0] += if loses { used } else { 0.0 };
        self.losing[0] += if loses { 1.0 } else { 0.0 };
        self.least[0] = self.least[0].min(used);
        self.most[0] = self.most[0].max(used);
    }
}

/// The sum of all lanes, always in the same order.
fn total(lanes: [f64; LANES]) -> f64 {
    lanes.into_iter().sum()
}

/// A count that was kept as a float, at most [`CHUNK`].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
const fn whole(count: f64) -> u64 {
    count as u64
}
