//! Exact quantities: money, rates, tokens, shares, and the only arithmetic on them.
//!
//! Money that was counted (tokens times a rate) is whole units of 1e-18 dollars in [`Usd`]. Whatever a division
//! has touched (a month of weeks, a break-even) is an exact fraction in [`Ratio`]. Nothing here rounds; rounding
//! happens once, in `render`.

mod instant;
mod ratio;
mod zone;

pub use instant::Instant;
pub use ratio::{ParseNumberError, Ratio};
pub use zone::{instant_of, time_zone, wall_clock};

use std::ops::{Add, Mul};

/// A calendar day of the proleptic Gregorian calendar.
pub use jiff::civil::Date;

/// A date and a time on the clock of no zone in particular; a time of day; a day of the week.
pub use jiff::civil::{DateTime, Time, Weekday};

/// A time zone: its name, and its offset from UTC at every instant.
pub use jiff::tz::TimeZone;

/// An exact amount of US dollars, in whole units of 1e-18 dollars.
///
/// Holds up to 1.7e20 dollars. Sums of money that could pass that go through [`Ratio`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd {
    atto: i128,
}

impl Usd {
    /// Units in a dollar.
    pub const ATTO: i128 = 1_000_000_000_000_000_000;
    /// No money.
    pub const ZERO: Self = Self { atto: 0 };

    /// Whole dollars.
    #[must_use]
    pub const fn dollars(dollars: i64) -> Self {
        Self { atto: dollars as i128 * Self::ATTO }
    }

    /// An amount in units of 1e-18 dollars.
    #[must_use]
    pub const fn from_atto(atto: i128) -> Self {
        Self { atto }
    }

    /// The amount in units of 1e-18 dollars.
    #[must_use]
    pub const fn atto(self) -> i128 {
        self.atto
    }

    /// The amount as a fraction of dollars.
    #[must_use]
    pub fn ratio(self) -> Ratio {
        Ratio::new(self.atto, Self::ATTO)
    }

    /// The amount that equals `dollars`, or `None` if that takes more than 18 decimals or more than 1.7e20 dollars.
    #[must_use]
    pub fn from_ratio(dollars: &Ratio) -> Option<Self> {
        (dollars * &Ratio::from(Self::ATTO)).to_i128().map(|atto| Self { atto })
    }

    /// The sum, or `None` past 1.7e20 dollars.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.atto.checked_add(other.atto) {
            Some(atto) => Some(Self { atto }),
            None => None,
        }
    }
}

impl From<Usd> for Ratio {
    fn from(amount: Usd) -> Self {
        amount.ratio()
    }
}

/// A number of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tokens(pub u64);

impl Add for Tokens {
    type Output = Self;

    /// Saturates: 1.8e19 tokens are beyond any bill, and a prompt that long is past every context tier anyway.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A list price per token, in units of 1e-18 dollars; zero to a dollar a token.
///
/// Twelve decimals of dollars per million tokens are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    atto_per_token: u64,
}

impl Rate {
    /// A million dollars per million tokens: far above any price, and far below overflow.
    pub const MAX_USD_PER_MTOK: i64 = 1_000_000;

    /// The rate of so many dollars per million tokens; `None` if negative, above [`Self::MAX_USD_PER_MTOK`], or
    /// finer than twelve decimals.
    #[must_use]
    pub fn from_usd_per_mtok(usd: &Ratio) -> Option<Self> {
        let atto = (usd * &Ratio::from(Usd::ATTO / 1_000_000)).to_i128()?;
        let atto_per_token = u64::try_from(atto).ok()?;
        (i128::from(atto_per_token) <= Usd::ATTO).then_some(Self { atto_per_token })
    }

    /// Dollars per million tokens.
    #[must_use]
    pub fn usd_per_mtok(self) -> Ratio {
        Ratio::new(i128::from(self.atto_per_token), Usd::ATTO / 1_000_000)
    }

    /// Dollars per token.
    #[must_use]
    pub fn usd_per_token(self) -> Ratio {
        Ratio::new(i128::from(self.atto_per_token), Usd::ATTO)
    }
}

// A dollar a token times any count, in each of five classes, fits: the products and their sum cannot overflow.
const _: () = assert!((Usd::ATTO as u128) * (u64::MAX as u128) < (i128::MAX as u128) / 5);

impl Mul<Tokens> for Rate {
    type Output = Usd;

    fn mul(self, tokens: Tokens) -> Usd {
        Usd { atto: i128::from(self.atto_per_token) * i128::from(tokens.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_keeps_twelve_decimals_of_dollars_per_million_tokens() {
        // 0.000000000001 USD per million tokens is 1e-18 USD per token: one unit.
        let rate = Rate::from_usd_per_mtok(&Ratio::parse("0.000000000001").expect("a decimal")).expect("a rate");
        assert_eq!(rate * Tokens(3), Usd::from_atto(3));
        assert_eq!(Rate::from_usd_per_mtok(&Ratio::new(1, 10_000_000_000_000)), None);
    }

    #[test]
    fn a_rate_is_neither_negative_nor_above_a_dollar_a_token() {
        assert_eq!(Rate::from_usd_per_mtok(&Ratio::from(-1)), None);
        assert!(Rate::from_usd_per_mtok(&Ratio::from(1_000_000)).is_some());
        assert_eq!(Rate::from_usd_per_mtok(&Ratio::parse("1000000.01").expect("a decimal")), None);
    }

    #[test]
    fn the_dearest_rate_times_the_most_tokens_is_exact() {
        // 1 USD x 18,446,744,073,709,551,615 tokens
        let bill = Rate::from_usd_per_mtok(&Ratio::from(1_000_000)).expect("a rate") * Tokens(u64::MAX);
        assert_eq!(bill.ratio(), Ratio::from(i128::from(u64::MAX)));
    }
}
