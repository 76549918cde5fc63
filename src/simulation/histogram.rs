//! Counts of values in boxes of equal ratio: quantiles of any number of draws in memory that never grows.
//!
//! A box is an exponent and the first 12 bits of the fraction of a float, so it is a 4096th of an octave wide and is
//! found without a logarithm. Counts are whole numbers: histograms merge exactly in any order.

/// Bits of the fraction that pick a box within its octave.
const BOX_BITS: u32 = 12;

/// The octaves from 2^-40 to 2^24.
const OCTAVES: usize = 64;

/// All boxes: 2 MiB of counts, of which a distribution touches a few octaves.
const BOXES: usize = OCTAVES << BOX_BITS;

/// Where the lowest box starts among floats: 2^-40. All below is in it, and counts as nothing.
const LOWEST: f64 = 1.0 / 1_099_511_627_776.0;

/// The largest value that is in a box: just below 2^24; above it a value counts as in it.
const HIGHEST: f64 = 16_777_216.0 - 1.0 / 268_435_456.0;

/// How many values lie in each box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Box<[u64; BOXES]>,
}

/// A box that is not empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// Its lower end, which is in it.
    pub from: f64,
    /// Its upper end, which is not.
    pub to: f64,
    /// Values in it.
    pub count: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let counts = vec![0; BOXES].into_boxed_slice().try_into().expect("it was made as long");
        Self { counts }
    }
}

impl Histogram {
    /// Counts values that are not negative.
    pub(super) fn count(&mut self, values: &[f64]) {
        for &value in values {
            // There are fewer than 2^64 values; a check in this loop would cost as much as the count.
            let count = &mut self.counts[box_of(value)];
            *count = count.wrapping_add(1);
        }
    }

    /// Adds the counts of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts.iter()) {
            *count += more;
        }
    }

    /// The boxes with values in them, upwards.
    pub fn classes(&self) -> impl DoubleEndedIterator<Item = Class> {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(number, &count)| Class {
            from: if number == 0 { 0.0 } else { lower_end(number) },
            to: lower_end(number + 1),
            count,
        })
    }

    /// How many values lie in or above the box that a value starts.
    #[must_use]
    pub fn at_least(&self, value: f64) -> u64 {
        self.counts[box_of(value)..].iter().sum()
    }

    /// Where a rank from 0 to the number of values lies: within the box, values are taken as evenly spread.
    ///
    /// From 2^-40 to 2^24 it is within 2^-12 of the true value, as a share of it, and mostly within a tenth of that;
    /// below it is 0.
    #[must_use]
    pub fn at_rank(&self, rank: f64) -> Option<f64> {
        let mut below = 0_u64;
        let mut last = None;
        for class in self.classes() {
            let within = (rank - below as f64) / class.count as f64;
            last = Some(class.to);
            if within < 1.0 {
                let nothing = class.from <= 0.0;
                return Some(if nothing { 0.0 } else { class.from + within.max(0.0) * (class.to - class.from) });
            }
            below += class.count;
        }
        last
    }
}

/// The box of a value: its bits from the lowest box on, shortened.
#[inline]
fn box_of(value: f64) -> usize {
    let value = if value > LOWEST { value } else { LOWEST };
    let value = if value < HIGHEST { value } else { HIGHEST };
    (value.to_bits().wrapping_sub(LOWEST.to_bits()) >> (52 - BOX_BITS)) as usize % BOXES
}

fn lower_end(number: usize) -> f64 {
    f64::from_bits(LOWEST.to_bits() + ((number as u64) << (52 - BOX_BITS)))
}

#[cfg(test)]
mod tests {
    use super::{BOXES, Histogram, box_of, lower_end};

    #[test]
    fn a_box_holds_its_lower_end_and_not_its_upper() {
        for number in [0, 1, 4095, 4096, 150_000, BOXES - 1] {
            assert_eq!(box_of(lower_end(number)), number);
            assert_eq!(box_of(lower_end(number + 1).next_down()), number);
        }
        assert_eq!((box_of(0.0), box_of(1e300)), (0, BOXES - 1));
        assert_eq!(lower_end(40 * 4096).to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn what_is_at_full_use_is_counted_apart_from_what_is_just_below() {
        let mut histogram = Histogram::default();
        histogram.count(&[0.5, 1.0_f64.next_down(), 1.0, 1.0]);
        assert_eq!(histogram.at_least(1.0), 2);
        assert_eq!(histogram.at_least(0.25), 4);
        assert_eq!(histogram.at_rank(3.0).map(f64::to_bits), Some(1.0_f64.to_bits() + (1 << 39)), "half of the box");
    }

    #[test]
    fn who_uses_nothing_has_a_quantile_of_nothing() {
        let mut histogram = Histogram::default();
        histogram.count(&[0.0, 0.0, 0.0, 0.5]);
        assert_eq!(histogram.at_rank(2.9).map(f64::to_bits), Some(0));
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_values() {
        // 100,000 values that grow by a fixed ratio from 1e-6 to 1.
        let values: Vec<f64> = (0..100_000).map(|i| libm::pow(10.0, f64::from(i) / 100_000.0 * 6.0 - 6.0)).collect();
        let mut histogram = Histogram::default();
        histogram.count(&values);
        for rank in [0_u32, 1_000, 50_000, 90_000, 99_999] {
            let (got, want) = (histogram.at_rank(f64::from(rank)).expect("values"), values[rank as usize]);
            assert!((got / want - 1.0).abs() < 2.5e-4, "{rank}: {got} {want}");
        }
        assert_eq!(Histogram::default().at_rank(0.0), None);
    }
}
