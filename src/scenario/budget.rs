//! A company's bill for use without limits: how many people it takes, who spends it, and what a cap would have saved.
//!
//! Spending per head and month is a distribution; everything here follows from `heads x mean = bill`. Published figures
//! of such bills rest on single unnamed sources, so an answer is a scenario and no measurement.

use std::fmt;

use crate::population::{Distribution, ShapeError};
use crate::units::Ratio;

/// People and what they spend.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    heads: f64,
    spend: Distribution,
}

/// Why there is no such bill.
#[derive(Clone, Debug, PartialEq)]
pub enum BudgetError {
    /// A number that must be more than zero, and is not or is no float.
    NotPositive {
        /// What it is called.
        what: &'static str,
        /// What was given.
        value: Ratio,
    },
    /// Nobody spends anything.
    NoSpending,
    /// The spending that results is out of range.
    Shape(ShapeError),
}

impl fmt::Display for BudgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPositive { what, value } => write!(f, "{what} is {}; it must be above 0", value.to_exact()),
            Self::NoSpending => f.write_str("nobody spends anything; a bill takes a mean above 0"),
            Self::Shape(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BudgetError {}

/// What a cap on each seat does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capped {
    /// The bill, in dollars a month.
    pub total_usd: f64,
    /// What it was larger without the cap.
    pub saved_usd: f64,
    /// The same over the bill without the cap.
    pub saved_share: f64,
    /// People who would have spent more.
    pub heads: f64,
}

impl Budget {
    /// As many people as it takes to spend a total in dollars a month. Their number need not be whole.
    ///
    /// # Errors
    ///
    /// If the total is not above zero, or nobody spends anything.
    pub fn of_total(total_usd: &Ratio, spend: Distribution) -> Result<Self, BudgetError> {
        let total = positive("the bill", total_usd)?;
        let heads = Some(total / spend.mean()).filter(|heads| heads.is_finite()).ok_or(BudgetError::NoSpending)?;
        Ok(Self { heads, spend })
    }

    /// So many people.
    ///
    /// # Errors
    ///
    /// If their number is not above zero.
    pub fn of_heads(heads: &Ratio, spend: Distribution) -> Result<Self, BudgetError> {
        Ok(Self { heads: positive("the number of people", heads)?, spend })
    }

    /// So many people who spend a total in dollars a month: the shape of the spending is given, its level follows. The
    /// shape may be of any level.
    ///
    /// # Errors
    ///
    /// If total or number are not above zero, nobody spends anything, or the level is out of range.
    pub fn of_total_and_heads(total_usd: &Ratio, heads: &Ratio, shape: &Distribution) -> Result<Self, BudgetError> {
        let (total, heads) = (positive("the bill", total_usd)?, positive("the number of people", heads)?);
        let factor = Some(total / heads / shape.mean()).filter(|factor| factor.is_finite());
        let spend = shape.scaled(factor.ok_or(BudgetError::NoSpending)?).map_err(BudgetError::Shape)?;
        Ok(Self { heads, spend })
    }

    /// How many people.
    #[must_use]
    pub const fn heads(&self) -> f64 {
        self.heads
    }

    /// What each spends, in dollars a month: mean, quantiles and shares are asked of it.
    #[must_use]
    pub const fn spend(&self) -> &Distribution {
        &self.spend
    }

    /// The bill, in dollars a month.
    #[must_use]
    pub fn total_usd(&self) -> f64 {
        self.heads * self.spend.mean()
    }

    /// Half of the people spend no more, in dollars a month.
    #[must_use]
    pub fn median_usd(&self) -> f64 {
        self.spend.quantile(0.5)
    }

    /// What the largest of them typically spends, in dollars a month: one of them spends more, on average. `None` of
    /// one person or less.
    #[must_use]
    pub fn largest_usd(&self) -> Option<f64> {
        (self.heads > 1.0).then(|| self.spend.quantile_upper(1.0 / self.heads))
    }

    /// What a cap of so many dollars a month on each seat does; a negative cap is one of zero.
    #[must_use]
    pub fn capped(&self, cap_usd: &Ratio) -> Capped {
        let cap = cap_usd.to_f64().clamp(0.0, f64::MAX);
        let saved = self.spend.excess_mean(cap);
        Capped {
            total_usd: self.heads * self.spend.limited_mean(cap),
            saved_usd: self.heads * saved,
            saved_share: if saved > 0.0 { saved / self.spend.mean() } else { 0.0 },
            heads: self.heads * self.spend.survival(cap),
        }
    }
}

/// The tokens that so many dollars buy at a blended rate per million; `None` at a rate of zero or less. Tells whether
/// anyone can have used that much.
#[must_use]
pub fn tokens_bought(spend_usd: f64, blended_usd_per_mtok: &Ratio) -> Option<f64> {
    let tokens = spend_usd / blended_usd_per_mtok.to_f64() * 1e6;
    (blended_usd_per_mtok.is_positive() && tokens.is_finite()).then_some(tokens)
}

fn positive(what: &'static str, value: &Ratio) -> Result<f64, BudgetError> {
    let float = value.to_f64();
    let error = || BudgetError::NotPositive { what, value: value.clone() };
    (float > 0.0 && float.is_finite()).then_some(float).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Level;

    fn bill() -> Ratio {
        Ratio::from(500_000_000)
    }

    fn lognormal(median: f64, s: f64) -> Distribution {
        Distribution::lognormal(Level::Median(median), s).expect("a lognormal")
    }

    fn pareto(floor: f64, tail: f64) -> Distribution {
        Distribution::pareto(floor, tail).expect("a Pareto with a mean")
    }

    /// Heads, mean, median, largest, the top hundredth's part, the bill capped at $5,000 and how many that stops.
    fn row(budget: &Budget) -> [String; 7] {
        let capped = budget.capped(&Ratio::from(5_000));
        let largest = budget.largest_usd().expect("more than one person");
        [
            format!("{:.0}", budget.heads()),
            format!("{:.0}", budget.spend().mean()),
            format!("{:.0}", budget.median_usd()),
            if largest < 1e6 { format!("{:.0}k", largest / 1e3) } else { format!("{:.2}M", largest / 1e6) },
            format!("{:.1}%", budget.spend().top_share(0.01).expect("someone spends") * 100.0),
            format!("{:.0}M", capped.total_usd / 1e6),
            format!("{:.0}", capped.heads),
        ]
    }

    #[test]
    fn the_table_of_the_bill_of_500_million_a_month() {
        let of = |spend| Budget::of_total(&bill(), spend).expect("a bill");
        let rows = [
            (of(lognormal(1285.0, 1.2763)), ["172324", "2902", "1285", "346k", "14.7%", "332M", "24736"]),
            (of(pareto(1000.0, 1.6)), ["187500", "2667", "1542", "1.98M", "17.8%", "381M", "14277"]),
            (of(pareto(400.0, 1.3)), ["288462", "1733", "682", "6.34M", "34.6%", "320M", "10817"]),
            (
                Budget::of_total_and_heads(&bill(), &Ratio::from(10_000), &lognormal(1.0, 1.2763)).expect("a bill"),
                ["10000", "50000", "22144", "2.55M", "14.7%", "48M", "8782"],
            ),
        ];
        for (budget, want) in rows {
            assert_eq!(row(&budget), want);
            assert!((budget.total_usd() / 5e8 - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_median_of_the_last_row_is_16_billion_tokens() {
        let tokens = tokens_bought(22_144.0, &Ratio::new(14, 10)).expect("a rate");
        assert_eq!(format!("{:.1}", tokens / 1e9), "15.8");
        assert_eq!(tokens_bought(22_144.0, &Ratio::zero()), None);
    }

    #[test]
    fn a_cap_splits_the_bill_into_what_is_paid_and_what_is_saved() {
        // Ten people: five spend 100, five 300. A cap of 150 leaves 5 x 100 + 5 x 150.
        let spend = Distribution::discrete(&[100.0, 300.0], None).expect("two values");
        let budget = Budget::of_heads(&Ratio::from(10), spend).expect("people");
        let capped = budget.capped(&Ratio::from(150));
        let got = [capped.total_usd, capped.saved_usd, capped.saved_share, capped.heads];
        for (got, want) in got.into_iter().zip([1250.0, 750.0, 0.375, 5.0]) {
            assert!((got - want).abs() < 1e-9, "{got} for {want}");
        }
        let nothing = budget.capped(&Ratio::from(-1));
        assert!(nothing.total_usd <= 0.0 && nothing.heads > 9.9);
    }

    #[test]
    fn a_bill_takes_money_and_people() {
        let idle = Distribution::point(0.0).expect("a point");
        assert_eq!(Budget::of_total(&bill(), idle), Err(BudgetError::NoSpending));
        let error = Budget::of_total(&Ratio::zero(), lognormal(1.0, 1.0)).expect_err("a bill of nothing");
        assert_eq!(error.to_string(), "the bill is 0; it must be above 0");
        assert!(Budget::of_heads(&Ratio::from(-3), lognormal(1.0, 1.0)).is_err());
        let alone = Budget::of_heads(&Ratio::one(), lognormal(1.0, 1.0)).expect("one person");
        assert_eq!(alone.largest_usd(), None);
        assert!(Distribution::pareto(1000.0, 1.0).is_err(), "the mean is infinite");
    }
}
