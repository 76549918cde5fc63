//! How much of a limit is used, exactly.

use crate::units::Ratio;

/// Whole units of a limit, and the part of one that is left where a request was split.
#[derive(Clone, Debug, Default)]
pub(super) struct Amount {
    /// Whole units.
    pub(super) whole: i128,
    /// Above zero and below one.
    part: Option<Box<Ratio>>,
}

/// A part with more binary digits than this under its line counts as a whole unit.
///
/// Each split can lengthen the fractions of the windows that a request falls into, and where rolling windows split
/// nearly every request they would grow without end. Up to here, which is longer than what plans and prices lead to,
/// all is exact; beyond, a limit may hold one unit of 1e-18 less than stated for each split, and the work stays linear.
const PART_BITS: usize = 128;

impl Amount {
    /// Of any size that `i128` holds, not negative.
    pub(super) fn new(units: &Ratio) -> Self {
        let floor = units.floor();
        let whole = floor.to_i128().expect("the log and its limits were checked to stay below i128");
        let part = units - floor;
        match part.denominator_bits() {
            0 | 1 => Self { whole, part: None },
            2..=PART_BITS => Self { whole, part: Some(Box::new(part)) },
            _ => Self { whole: whole + 1, part: None },
        }
    }

    pub(super) fn ratio(&self) -> Ratio {
        let whole = Ratio::from(self.whole);
        self.part.as_deref().map_or_else(|| whole.clone(), |part| &whole + part)
    }

    /// The smallest number of whole units that it fits into.
    pub(super) fn ceil(&self) -> i128 {
        self.whole + i128::from(self.part.is_some())
    }

    pub(super) fn is_zero(&self) -> bool {
        self.ceil() == 0
    }

    pub(super) fn add(&mut self, other: &Self) {
        match (&self.part, &other.part) {
            (_, None) => self.whole += other.whole,
            (None, Some(part)) => {
                self.whole += other.whole;
                self.part = Some(part.clone());
            }
            (Some(_), Some(_)) => *self = Self::new(&(self.ratio() + other.ratio())),
        }
    }

    /// Takes away what was added before.
    pub(super) fn sub(&mut self, other: &Self) {
        match &other.part {
            None => self.whole -= other.whole,
            Some(_) => *self = Self::new(&(self.ratio() - other.ratio()).max(Ratio::zero())),
        }
    }
}

impl From<i128> for Amount {
    fn from(whole: i128) -> Self {
        Self { whole, part: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_wholes() {
        let third = Amount::new(&Ratio::new(1, 3));
        let mut sum = Amount::from(4);
        for _ in 0..3 {
            sum.add(&third);
        }
        assert_eq!((sum.whole, sum.ceil()), (5, 5));
        sum.sub(&third);
        assert_eq!(sum.ratio(), Ratio::new(14, 3));
    }

    #[test]
    fn an_endless_fraction_is_a_whole_unit() {
        let long = (0..10).fold(Ratio::one(), |product, _| product / Ratio::from(i128::MAX));
        assert_eq!(Amount::new(&long).ceil(), 1);
        assert_eq!(Amount::new(&long).whole, 1);
        assert_eq!(Amount::new(&Ratio::new(1, i128::MAX)).whole, 0);
        assert_eq!(Amount::new(&Ratio::new(1, i128::MAX)).ratio(), Ratio::new(1, i128::MAX));
    }
}
