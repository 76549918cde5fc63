//! Exact fractions, read from decimals and shown as decimals.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// An exact fraction of any size, always in lowest terms.
///
/// Dividing by zero is a defect of the caller and panics; divisors are checked where they come in, or use
/// [`Ratio::checked_div`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ratio(RBig);

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseNumberError {
    /// Not digits with at most one point.
    Shape,
    /// More than 12 digits before or after the point.
    Digits,
    /// A fraction over zero.
    ZeroDenominator,
}

impl fmt::Display for ParseNumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "not a plain decimal",
            Self::Digits => "more than 12 digits before or after the point",
            Self::ZeroDenominator => "a fraction over zero",
        })
    }
}

impl std::error::Error for ParseNumberError {}

impl Ratio {
    /// Most digits that a decimal may have on either side of its point.
    pub const DIGITS_MAX: usize = 12;

    /// `numerator / denominator`.
    ///
    /// # Panics
    ///
    /// If the denominator is zero.
    #[must_use]
    pub fn new(numerator: i128, denominator: i128) -> Self {
        Self(RBig::from_parts_signed(numerator.into(), denominator.into()))
    }

    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Self(RBig::ZERO)
    }

    /// One.
    #[must_use]
    pub fn one() -> Self {
        Self(RBig::ONE)
    }

    /// Reads a plain decimal: `20`, `-0.5`, `12.50`. No exponent, no sign `+`, digits on both sides of a point.
    ///
    /// # Errors
    ///
    /// If the text is anything else, or has more than 12 digits before or after the point.
    pub fn parse(text: &str) -> Result<Self, ParseNumberError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').map_or((digits, None), |(w, p)| (w, Some(p)));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !part.is_none_or(all_digits) {
            return Err(ParseNumberError::Shape);
        }
        let part = part.unwrap_or("");
        if whole.trim_start_matches('0').len() > Self::DIGITS_MAX || part.len() > Self::DIGITS_MAX {
            return Err(ParseNumberError::Digits);
        }
        let value = |s: &str| s.bytes().fold(0_i128, |n, b| n * 10 + i128::from(b - b'0'));
        let scale = 10_i128.pow(u32::try_from(part.len()).expect("at most 12 digits"));
        let units = value(whole.trim_start_matches('0')) * scale + value(part);
        Ok(Self::new(if negative { -units } else { units }, scale))
    }

    /// Reads a share: a decimal (`0.05`), a percentage (`5%`) or a fraction (`2/35`).
    ///
    /// # Errors
    ///
    /// As [`Self::parse`]; or a fraction over zero.
    pub fn parse_share(text: &str) -> Result<Self, ParseNumberError> {
        if let Some(percent) = text.strip_suffix('%') {
            return Ok(Self::parse(percent.trim_end())? / Self::from(100));
        }
        match text.split_once('/') {
            Some((over, under)) => {
                let under = Self::parse(under.trim_start())?;
                if under.is_zero() {
                    return Err(ParseNumberError::ZeroDenominator);
                }
                Ok(Self::parse(over.trim_end())? / under)
            }
            None => Self::parse(text),
        }
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is less than zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        *self < Self::zero()
    }

    /// Whether it is more than zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        *self > Self::zero()
    }

    /// Its distance from zero.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// The quotient, or `None` if `divisor` is zero.
    #[must_use]
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        (!divisor.is_zero()).then(|| self / divisor)
    }

    /// The whole number it equals, if it is one that fits.
    #[must_use]
    pub fn to_i128(&self) -> Option<i128> {
        (*self.0.denominator() == UBig::ONE).then(|| i128::try_from(self.0.numerator().clone()).ok()).flatten()
    }

    /// The number under the line in lowest terms, if it fits.
    #[must_use]
    pub fn denominator(&self) -> Option<i128> {
        i128::try_from(self.0.denominator().clone()).ok()
    }

    /// How many binary digits the number under the line has.
    #[must_use]
    pub fn denominator_bits(&self) -> usize {
        self.0.denominator().bit_len()
    }

    /// The largest whole number that is not above it.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self(RBig::from(self.0.floor()))
    }

    /// The smallest whole number that is not below it.
    #[must_use]
    pub fn ceil(&self) -> Self {
        Self(RBig::from(self.0.ceil()))
    }

    /// The nearest binary float, for plots and statistics only.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().value()
    }

    /// What a binary float stands for, exactly; for figures of statistics, which are not exact. `None` for what is no
    /// number or has no bound.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        RBig::try_from(value).ok().map(Self)
    }

    /// Rounded to so many decimals, ties to even, as digits: `-0.50`. Never `-0`.
    #[must_use]
    pub fn to_decimal(&self, places: usize) -> String {
        let scale = UBig::from(10_u8).pow(places);
        let (num, den) = (self.0.numerator() * IBig::from(scale), IBig::from(self.0.denominator().clone()));
        let negative = num < IBig::ZERO;
        let num = if negative { -num } else { num };
        let mut units = &num / &den;
        let rest = num - &units * &den;
        let twice = rest * IBig::from(2_u8);
        match twice.cmp(&den) {
            Ordering::Greater => units += IBig::ONE,
            Ordering::Equal if (&units % IBig::from(2_u8)) != IBig::ZERO => units += IBig::ONE,
            _ => {}
        }
        let mut digits = units.to_string();
        if places > 0 {
            if digits.len() <= places {
                digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
            }
            digits.insert(digits.len() - places, '.');
        }
        if negative && units != IBig::ZERO {
            digits.insert(0, '-');
        }
        digits
    }

    /// As [`Self::to_decimal`], without zeros at the end beyond `least` decimals.
    #[must_use]
    pub fn to_decimal_trimmed(&self, least: usize, most: usize) -> String {
        let mut text = self.to_decimal(most);
        if let Some(point) = text.find('.') {
            let keep = text.trim_end_matches('0').len().max(point + 1 + least);
            text.truncate(keep);
            if text.ends_with('.') {
                text.pop();
            }
        }
        text
    }

    /// All its digits if they end, else the fraction: `0.285`, `2/35`.
    #[must_use]
    pub fn to_exact(&self) -> String {
        let mut rest = self.0.denominator().clone();
        let mut places = [0_usize; 2];
        for (count, prime) in places.iter_mut().zip([2_u8, 5]) {
            let prime = UBig::from(prime);
            while (&rest % &prime) == UBig::ZERO {
                rest /= &prime;
                *count += 1;
            }
        }
        if rest == UBig::ONE { self.to_decimal(places[0].max(places[1])) } else { self.to_fraction() }
    }

    /// As `numerator/denominator`, or the whole number.
    #[must_use]
    pub fn to_fraction(&self) -> String {
        self.0.to_string()
    }
}

impl From<i128> for Ratio {
    fn from(whole: i128) -> Self {
        Self(RBig::from(whole))
    }
}

impl From<u64> for Ratio {
    fn from(whole: u64) -> Self {
        Self(RBig::from(whole))
    }
}

impl From<i32> for Ratio {
    fn from(whole: i32) -> Self {
        Self(RBig::from(whole))
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident)*) => {$(
        impl $trait for Ratio {
            type Output = Ratio;
            fn $method(self, other: Ratio) -> Ratio {
                Ratio($trait::$method(self.0, other.0))
            }
        }
        impl $trait<&Ratio> for Ratio {
            type Output = Ratio;
            fn $method(self, other: &Ratio) -> Ratio {
                Ratio($trait::$method(self.0, &other.0))
            }
        }
        impl $trait<Ratio> for &Ratio {
            type Output = Ratio;
            fn $method(self, other: Ratio) -> Ratio {
                Ratio($trait::$method(&self.0, other.0))
            }
        }
        impl $trait<&Ratio> for &Ratio {
            type Output = Ratio;
            fn $method(self, other: &Ratio) -> Ratio {
                Ratio($trait::$method(&self.0, &other.0))
            }
        }
    )*};
}

operator!(Add add Sub sub Mul mul Div div);

impl Neg for Ratio {
    type Output = Ratio;
    fn neg(self) -> Ratio {
        Ratio(-self.0)
    }
}

impl Neg for &Ratio {
    type Output = Ratio;
    fn neg(self) -> Ratio {
        Ratio(-self.0.clone())
    }
}

impl AddAssign<&Ratio> for Ratio {
    fn add_assign(&mut self, other: &Ratio) {
        self.0 += &other.0;
    }
}

impl std::iter::Sum for Ratio {
    fn sum<I: Iterator<Item = Ratio>>(terms: I) -> Ratio {
        terms.fold(Ratio::zero(), |total, term| total + term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    #[test]
    fn only_plain_decimals_are_numbers() {
        for good in ["0", "-0", "20", "20.10", "007", "0.000000000001", "999999999999.999999999999"] {
            assert!(Ratio::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-", "+5", ".5", "20.", "2e1", "nan", "inf", "0x10", "1_0", "1,0", " 1", "1 ", "--1", "1.2.3"] {
            assert_eq!(Ratio::parse(bad), Err(ParseNumberError::Shape), "{bad}");
        }
        for long in ["1234567890123", "0.1234567890123"] {
            assert_eq!(Ratio::parse(long), Err(ParseNumberError::Digits), "{long}");
        }
    }

    #[test]
    fn a_share_is_a_decimal_a_percentage_or_a_fraction() {
        assert_eq!(ratio("5%"), Ratio::new(1, 20));
        assert_eq!(ratio("0.05"), Ratio::new(1, 20));
        assert_eq!(ratio("2/35"), Ratio::new(2, 35));
        assert_eq!(Ratio::parse_share("1/0"), Err(ParseNumberError::ZeroDenominator));
        assert_eq!(Ratio::parse_share("%"), Err(ParseNumberError::Shape));
    }

    #[test]
    fn rounding_is_to_the_nearest_and_ties_go_to_even() {
        // 0.5 -> 0, 1.5 -> 2, 2.5 -> 2, -2.5 -> -2, 2.5000001 -> 3
        let rounded = ["0.5", "1.5", "2.5", "-2.5", "2.500001"].map(|t| ratio(t).to_decimal(0));
        assert_eq!(rounded, ["0", "2", "2", "-2", "3"]);
        assert_eq!(ratio("0.125").to_decimal(2), "0.12");
        assert_eq!(ratio("0.375").to_decimal(2), "0.38");
        assert_eq!(ratio("-1/8").to_decimal(4), "-0.1250");
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!(ratio("-0.004").to_decimal(2), "0.00");
        assert_eq!(ratio("-0.006").to_decimal(2), "-0.01");
    }

    #[test]
    fn zeros_at_the_end_go_but_for_the_least_number_of_decimals() {
        assert_eq!(ratio("20").to_decimal_trimmed(2, 9), "20.00");
        assert_eq!(ratio("20.125").to_decimal_trimmed(2, 9), "20.125");
        assert_eq!(ratio("20").to_decimal_trimmed(0, 6), "20");
        assert_eq!(ratio("2/35").to_decimal_trimmed(0, 6), "0.057143");
    }

    #[test]
    fn exact_text_is_a_decimal_where_one_exists() {
        assert_eq!(ratio("0.2837500").to_exact(), "0.28375");
        assert_eq!(ratio("2/35").to_exact(), "2/35");
        assert_eq!(ratio("1/16").to_exact(), "0.0625");
        assert_eq!(Ratio::from(7).to_exact(), "7");
    }
}
