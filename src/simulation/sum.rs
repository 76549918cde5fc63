//! A sum of floats without rounding, so that its order does not matter.

/// Words of 64 bits, the least first.
const WORDS: usize = 10;

/// The lowest bit stands for 2^-256, the highest for 2^383.
const LOWEST: i32 = 256;

/// A sum of numbers that are not negative: one whole number of 640 bits, in units of 2^-256.
///
/// What is added is cut below the unit, each number by itself, so sums of the same numbers are the same bits in any
/// order and any grouping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    words: [u64; WORDS],
}

impl Sum {
    /// The largest number that may be added, as often as 2^64 times.
    pub(super) const MOST: f64 = 1e90;

    /// Adds a number from 0 to [`Sum::MOST`]; what is not is left out, which callers exclude.
    pub(super) fn add(&mut self, number: f64) {
        debug_assert!((0.0..=Self::MOST).contains(&number), "{number}");
        if !(0.0..=Self::MOST).contains(&number) {
            return;
        }
        // `number` is `digits x 2^(exponent - 1075)`, and below 2^-1021 nothing is left of it anyway.
        let exponent = (number.to_bits() >> 52).cast_signed();
        let digits = number.to_bits() & ((1 << 52) - 1) | 1 << 52;
        let shift = exponent - 1075 + i64::from(LOWEST);
        let (digits, shift) = match u64::try_from(shift) {
            Ok(shift) => (digits, shift),
            Err(_) => (digits.checked_shr(u32::try_from(-shift).unwrap_or(64)).unwrap_or(0), 0),
        };
        let wide = u128::from(digits) << (shift % 64);
        let at = usize::try_from(shift / 64).unwrap_or(WORDS);
        self.carry(at, low(wide));
        self.carry(at + 1, low(wide >> 64));
    }

    /// Adds another sum.
    pub(super) fn merge(&mut self, other: &Self) {
        for (at, &word) in other.words.iter().enumerate() {
            self.carry(at, word);
        }
    }

    /// The nearest float, but for the last bit.
    pub(super) fn total(&self) -> f64 {
        let word = 18_446_744_073_709_551_616.0;
        let units = self.words.iter().rev().fold(0.0, |sum, &digits| sum * word + digits as f64);
        libm::scalbn(units, -LOWEST)
    }

    /// Adds to a word, and carries.
    fn carry(&mut self, at: usize, digits: u64) {
        let mut rest = digits;
        for word in self.words.iter_mut().skip(at) {
            let (sum, over) = word.overflowing_add(rest);
            *word = sum;
            rest = u64::from(over);
            if rest == 0 {
                return;
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low word is what is asked for")]
const fn low(wide: u128) -> u64 {
    wide as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Sum;

    fn sum(numbers: &[f64]) -> Sum {
        let mut sum = Sum::default();
        numbers.iter().for_each(|&number| sum.add(number));
        sum
    }

    #[test]
    fn nothing_is_lost_between_large_and_small() {
        // Ones stand 256 bits up, and 2^100 another 100.
        let large = sum(&[libm::scalbn(1.0, 100), 1.0, 2.0, libm::scalbn(1.0, -100)]);
        assert_eq!(large.words, [0, 0, 1 << 28, 0, 3, 1 << 36, 0, 0, 0, 0]);
        assert_eq!(
            sum(&[0.1; 10]).total().to_bits(),
            1.0_f64.to_bits(),
            "a tenth is a little more, not enough to show"
        );
        assert_eq!(sum(&[]).total().to_bits(), 0);
        assert_eq!(sum(&[0.0, f64::MIN_POSITIVE]).total().to_bits(), 0);
    }

    proptest! {
        #[test]
        fn the_order_and_the_grouping_do_not_matter(
            exponents in prop::collection::vec((-60_i32..60, 1.0..2.0_f64), 1..60),
            cut in 0_usize..60,
        ) {
            let numbers: Vec<f64> = exponents.iter().map(|&(power, digits)| libm::scalbn(digits, power)).collect();
            let whole = sum(&numbers);
            let mut backwards = numbers.clone();
            backwards.reverse();
            prop_assert_eq!(&sum(&backwards), &whole);
            let (left, right) = numbers.split_at(cut.min(numbers.len()));
            let mut merged = sum(right);
            merged.merge(&sum(left));
            prop_assert_eq!(&merged, &whole);
            let plain: f64 = numbers.iter().sum();
            prop_assert!((whole.total() - plain).abs() <= 1e-13 * plain);
        }
    }
}
