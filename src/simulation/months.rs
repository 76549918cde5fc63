//! What a small book comes to in a month: the same months over and over, each subscriber drawn anew.
//!
//! For some hundred subscribers and fewer a total is not normal. Where a common factor moves all of them (a new feature
//! of an agent), it is not for any number.

use std::fmt;

use super::figures::Estimate;
use super::table::Table;
use super::{CHUNK, Simulation, Stream};
use crate::population::special;

/// The dimension of what moves all subscribers of a month; the month stands for the subscriber.
const FACTOR: u64 = 1;

/// The dimension of what the subscribers of the first month use; each further month has the next.
const FIRST_MONTH: u64 = 2;

/// How the use of subscribers of one month hangs together: a Gaussian copula with one factor.
///
/// Each has a normal score `sqrt(rho) x factor + sqrt(1 - rho) x own`, and uses the quantile of that score. So `rho` is
/// the correlation of two scores; that of their use is less, the more the wider use is spread.
#[derive(Clone, Debug)]
pub struct Togetherness {
    of_factor: f64,
    of_own: f64,
    normal: Table,
}

/// A correlation that is not from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoCorrelation(pub f64);

impl fmt::Display for NoCorrelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a correlation of {} between subscribers; it must be from 0 to 1", self.0)
    }
}

impl std::error::Error for NoCorrelation {}

impl Togetherness {
    /// Scores with a correlation from 0 to 1.
    ///
    /// # Errors
    ///
    /// If the correlation is not from 0 to 1.
    pub fn of(score_correlation: f64) -> Result<Self, NoCorrelation> {
        if !(0.0..=1.0).contains(&score_correlation) {
            return Err(NoCorrelation(score_correlation));
        }
        let normal = Table::new(special::normal_quantile, special::normal_upper_quantile);
        let normal = normal.map_err(|_| NoCorrelation(score_correlation))?;
        Ok(Self { of_factor: score_correlation.sqrt(), of_own: (1.0 - score_correlation).sqrt(), normal })
    }
}

impl Simulation {
    /// The profit of one month of the whole book in dollars; `together` is `None` if nothing moves subscribers
    /// together.
    ///
    /// Months are as good as any others: draw some ten thousand, in any order, and gather them in [`Months`].
    #[must_use]
    pub fn month_profit_usd(&self, month: u64, together: Option<&Togetherness>) -> f64 {
        let stream = Stream::new(self.seed, FIRST_MONTH.wrapping_add(month));
        let factor = together.map(|how| how.of_factor * how.normal.value(Stream::new(self.seed, FACTOR).bits(month)));
        let (mut first, mut sum) = (0, 0.0);
        let mut values = [0.0; CHUNK];
        for part in &self.parts {
            for from in (0..part.subscribers).step_by(CHUNK) {
                let length = usize::try_from(part.subscribers - from).unwrap_or(CHUNK).min(CHUNK);
                let values = &mut values[..length];
                match together.zip(factor) {
                    None => part.utilization.fill_values(values, stream, first + from),
                    Some((how, factor)) => {
                        how.normal.fill_values(values, stream, first + from);
                        for value in &mut *values {
                            *value = part.utilization.value_of_score(factor + how.of_own * *value);
                        }
                    }
                }
                sum += values.iter().map(|used| part.earnings.profit_usd(*used)).sum::<f64>();
            }
            first += part.subscribers;
        }
        sum
    }
}

/// The profits of simulated months. Its memory grows with the months, not with the subscribers.
#[derive(Clone, Debug, PartialEq)]
pub struct Months {
    /// Upwards; at least one.
    profits_usd: Vec<f64>,
}

impl Months {
    /// Of profits in any order; `None` if there are none, or one is not finite.
    #[must_use]
    pub fn of(mut profits_usd: Vec<f64>) -> Option<Self> {
        profits_usd.sort_unstable_by(f64::total_cmp);
        (!profits_usd.is_empty() && profits_usd.iter().all(|profit| profit.is_finite())).then_some(Self { profits_usd })
    }

    fn count(&self) -> f64 {
        self.profits_usd.len() as f64
    }

    /// Mean profit of a month in dollars.
    #[must_use]
    pub fn profit_usd(&self) -> Estimate {
        let value = self.profits_usd.iter().sum::<f64>() / self.count();
        Estimate { value, standard_error: self.sd_usd() / self.count().sqrt() }
    }

    /// Standard deviation of the profit of a month in dollars.
    #[must_use]
    pub fn sd_usd(&self) -> f64 {
        let mean = self.profits_usd.iter().sum::<f64>() / self.count();
        let squares: f64 = self.profits_usd.iter().map(|profit| (profit - mean) * (profit - mean)).sum();
        (squares / self.count()).sqrt()
    }

    /// Share of months with a loss.
    #[must_use]
    pub fn loss_probability(&self) -> Estimate {
        let value = self.profits_usd.partition_point(|profit| *profit < 0.0) as f64 / self.count();
        Estimate { value, standard_error: (value * (1.0 - value) / self.count()).sqrt() }
    }

    /// The loss in dollars that is not exceeded in a share `level` of months; negative if that is a profit. `None` for
    /// a level that is not inside (0, 1).
    #[must_use]
    pub fn value_at_risk_usd(&self, level: f64) -> Option<f64> {
        let worst = self.worst(level)?;
        let below = self.profits_usd.iter().zip(1_u32..).find(|(_, rank)| f64::from(*rank) >= worst);
        below.map(|(profit, _)| -profit)
    }

    /// The mean loss of the worst `1 - level` of months in dollars, of the last of them as much as the share needs.
    #[must_use]
    pub fn expected_shortfall_usd(&self, level: f64) -> Option<f64> {
        let worst = self.worst(level)?;
        let mut left = worst;
        let sum: f64 = self
            .profits_usd
            .iter()
            .map_while(|profit| {
                let taken = left.min(1.0);
                left -= taken;
                (taken > 0.0).then_some(taken * profit)
            })
            .sum();
        Some(-sum / worst)
    }

    /// How many months the worst `1 - level` are, not a whole number. Shares such as 0.95 are not quite what they say,
    /// so a count is a whole one if it is so to 10^-9.
    fn worst(&self, level: f64) -> Option<f64> {
        let worst = (1.0 - level) * self.count();
        let whole = worst.round();
        let worst = if (worst - whole).abs() < 1e-9 * self.count() { whole } else { worst };
        (level > 0.0 && level < 1.0 && worst > 0.0).then_some(worst)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Months, NoCorrelation, Togetherness};
    use crate::economics::{Economics, Terms};
    use crate::population::{Distribution, Seat, Total, TwoPoint};
    use crate::simulation::{Earnings, Part, Simulation, Table};
    use crate::units::Ratio;

    const MONTHS: u64 = 20_000;

    fn economics() -> Economics {
        Economics {
            revenue: Terms::monthly(Ratio::from(20)).revenue(),
            fixed_cost_usd: Ratio::zero(),
            serving_share: Ratio::new(1, 4),
            max_api_usd: Some(Ratio::from(400)),
            overage: None,
        }
    }

    fn months(subscribers: u64, use_: &Distribution, together: Option<&Togetherness>) -> Months {
        let earnings = Earnings::of(&economics()).expect("bounded");
        let utilization = Arc::new(Table::of(use_).expect("finite quantiles"));
        let simulation = Simulation::new(3, vec![Part { subscribers, utilization, earnings }]).expect("a book");
        let profits = (0..MONTHS).map(|month| simulation.month_profit_usd(month, together));
        Months::of(profits.collect()).expect("months")
    }

    fn within(got: f64, want: f64, slack: f64) {
        assert!((got - want).abs() <= slack, "{got} {want} +- {slack}");
    }

    #[test]
    fn risk_is_worked_out_on_four_months_by_hand() {
        let months = Months::of(vec![30.0, -50.0, 10.0, -10.0]).expect("months");
        within(months.profit_usd().value, -5.0, 1e-12);
        // Deviations 35, -45, 15, -5: squares 1225, 2025, 225, 25, together 3500.
        within(months.sd_usd(), 875.0_f64.sqrt(), 1e-12);
        within(months.loss_probability().value, 0.5, 0.0);
        // The worst quarter is one month, the worst half two, the worst 3/8 one and a half.
        within(months.value_at_risk_usd(0.75).expect("a level"), 50.0, 0.0);
        within(months.expected_shortfall_usd(0.75).expect("a level"), 50.0, 1e-12);
        within(months.value_at_risk_usd(0.5).expect("a level"), 10.0, 0.0);
        within(months.expected_shortfall_usd(0.5).expect("a level"), 30.0, 1e-12);
        within(months.expected_shortfall_usd(0.625).expect("a level"), 55.0 / 1.5, 1e-12);
        assert_eq!((months.value_at_risk_usd(1.0), months.expected_shortfall_usd(0.0)), (None, None));
        assert_eq!((Months::of(vec![]), Months::of(vec![f64::NAN])), (None, None));
    }

    #[test]
    fn a_few_users_of_two_kinds_have_the_exact_risk() {
        // Ten users, a fifth of them at full use: +20 and -80 dollars.
        let kinds = Distribution::discrete(&[0.0, 1.0], Some(&[0.8, 0.2])).expect("weights");
        let months = months(10, &kinds, None);
        let seat = Seat::of(&economics()).expect("bounded");
        let exact = TwoPoint::of(&seat, 10, 0.2, 0.0, 1.0).expect("two kinds");
        let mean = months.profit_usd();
        within(mean.value, exact.mean_usd(), 4.0 * mean.standard_error);
        let loss = months.loss_probability();
        within(loss.value, exact.loss_probability(), 4.0 * loss.standard_error);
        let risk = |level| (months.value_at_risk_usd(level), exact.value_at_risk_usd(level));
        let (got, want) = risk(0.95);
        within(got.expect("a level"), want.expect("a level"), 1e-9);
    }

    #[test]
    fn many_alike_come_near_the_normal_total() {
        let beta = Distribution::beta(0.55, 8.5).expect("a beta");
        let months = months(300, &beta, None);
        let total = Total::of(&Seat::of(&economics()).expect("bounded"), &beta, 300, 0.0).expect("a variance");
        let mean = months.profit_usd();
        within(mean.value, total.mean_usd, 4.0 * mean.standard_error);
        // A standard deviation of 20,000 values has an error of half a percent.
        within(months.sd_usd(), total.sd_usd, 0.02 * total.sd_usd);
        let risk = months.value_at_risk_usd(0.99).expect("a level");
        within(risk, total.cornish_fisher_value_at_risk_usd(0.99).expect("a level"), 0.1 * total.sd_usd);
    }

    #[test]
    fn what_moves_all_does_not_average_out() {
        let beta = Distribution::beta(0.55, 8.5).expect("a beta");
        let alone = months(1, &beta, None);
        let score = |correlation| Togetherness::of(correlation).expect("a correlation");
        let (apart, some, all) = (
            months(25, &beta, Some(&score(0.0))),
            months(25, &beta, Some(&score(0.3))),
            months(25, &beta, Some(&score(1.0))),
        );
        // 25 that move as one are one of 25 times the size; 25 apart have five times the deviation of one.
        within(all.sd_usd(), 25.0 * alone.sd_usd(), 0.05 * 25.0 * alone.sd_usd());
        within(apart.sd_usd(), 5.0 * alone.sd_usd(), 0.05 * 5.0 * alone.sd_usd());
        assert!(apart.sd_usd() * 1.3 < some.sd_usd() && some.sd_usd() * 1.3 < all.sd_usd());
        for months in [&apart, &some, &all] {
            let mean = months.profit_usd();
            within(mean.value, 25.0 * (20.0 - 100.0 * beta.mean()), 4.0 * mean.standard_error);
        }
        assert_eq!(Togetherness::of(1.5).err(), Some(NoCorrelation(1.5)));
    }
}
