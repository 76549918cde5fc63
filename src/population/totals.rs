//! What many users come to together, and how bad a month can be.

use libm::ceil;

use super::special::{beta_split, normal_cdf, normal_density, normal_quantile};
use super::{Distribution, Seat, count};

/// The profit of many users in a month, as far as the normal approximation goes.
///
/// It is the better the more users there are and the less they move together; below some hundred simulate, or use
/// [`TwoPoint`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// Mean.
    pub mean_usd: f64,
    /// Standard deviation.
    pub sd_usd: f64,
    /// Skewness; `None` if users move together, all are alike, or it is infinite.
    pub skewness: Option<f64>,
}

/// How many users it takes for losses to be rare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UsersNeeded {
    /// At least this many; a whole number.
    AtLeast(f64),
    /// However many: a user loses on average, or what moves all of them together is too much by itself.
    Never,
}

/// A share of losses between 0 and 1, both excluded; `None` for anything else.
fn tail(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some(1.0 - level)
}

/// A correlation from 0 to 1; `None` for anything else.
fn correlation(rho: f64) -> Option<f64> {
    (0.0..=1.0).contains(&rho).then_some(rho)
}

/// Users of one kind: how many, and what each of them leaves in a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lot {
    /// How many.
    pub users: usize,
    /// Mean profit of one.
    pub mean_usd: f64,
    /// Standard deviation of it.
    pub sd_usd: f64,
    /// Skewness of it; `None` if all are alike or it is infinite.
    pub skewness: Option<f64>,
}

impl Lot {
    /// So many users of a seat who are spread like `utilization`; `None` if that has no variance.
    #[must_use]
    pub fn of(seat: &Seat, utilization: &Distribution, users: usize) -> Option<Self> {
        Some(Self {
            users,
            mean_usd: seat.profit_usd(utilization),
            sd_usd: seat.profit_sd_usd(utilization)?,
            // The heavier the tail of use, the heavier that of losses.
            skewness: utilization.skewness().map(|skewness| -skewness),
        })
    }
}

impl Total {
    /// Of so many users who are spread like `utilization`, each two of them correlated by `rho`.
    ///
    /// `sd = K s_U sqrt(n (1 + (n - 1) rho))`. `None` if the utilization has no variance, `rho` is not from 0 to 1 or
    /// a total is too large for a float.
    #[must_use]
    pub fn of(seat: &Seat, utilization: &Distribution, users: usize, rho: f64) -> Option<Self> {
        Self::of_book(&[Lot::of(seat, utilization, users)?], rho)
    }

    /// Of all users of a book, each two of them correlated by `rho`, whichever lot they are in.
    ///
    /// `sd² = (1 - rho) sum n s² + rho (sum n s)²`, the same as for one lot. `None` as in [`of`](Self::of).
    #[must_use]
    pub fn of_book(lots: &[Lot], rho: f64) -> Option<Self> {
        let rho = correlation(rho)?;
        let sum = |of: fn(&Lot) -> f64| lots.iter().map(|lot| count(lot.users) * of(lot)).sum::<f64>();
        let (mean_usd, own) = (sum(|lot| lot.mean_usd), sum(|lot| lot.sd_usd * lot.sd_usd));
        let together = sum(|lot| lot.sd_usd);
        let sd_usd = ((1.0 - rho) * own + rho * together * together).max(0.0).sqrt();
        let third = || {
            let thirds = lots.iter().filter(|lot| lot.users > 0 && lot.sd_usd > 0.0);
            let thirds =
                thirds.map(|lot| Some(count(lot.users) * lot.skewness? * lot.sd_usd * lot.sd_usd * lot.sd_usd));
            Some(thirds.sum::<Option<f64>>()? / (own * own.sqrt())).filter(|skewness| skewness.is_finite())
        };
        let skewness = if rho > 0.0 { None } else { third() };
        (mean_usd.is_finite() && sd_usd.is_finite()).then_some(Self { mean_usd, sd_usd, skewness })
    }

    /// Probability of a loss.
    #[must_use]
    pub fn loss_probability(&self) -> f64 {
        if self.sd_usd > 0.0 {
            normal_cdf(-self.mean_usd / self.sd_usd)
        } else if self.mean_usd < 0.0 {
            1.0
        } else {
            0.0
        }
    }

    /// The loss that is not exceeded with probability `level`; negative if that is a profit. `None` for a level that
    /// is not inside (0, 1).
    #[must_use]
    pub fn value_at_risk_usd(&self, level: f64) -> Option<f64> {
        Some(-(self.mean_usd + self.sd_usd * normal_quantile(tail(level)?)))
    }

    /// The mean loss of the worst `1 - level` of months.
    #[must_use]
    pub fn expected_shortfall_usd(&self, level: f64) -> Option<f64> {
        let tail = tail(level)?;
        Some(-(self.mean_usd - self.sd_usd * normal_density(normal_quantile(tail)) / tail))
    }

    /// [`value_at_risk_usd`](Self::value_at_risk_usd) with the first Cornish-Fisher correction for skewness; `None`
    /// where there is no skewness.
    #[must_use]
    pub fn cornish_fisher_value_at_risk_usd(&self, level: f64) -> Option<f64> {
        let z = normal_quantile(tail(level)?);
        let z = z + (z * z - 1.0) * self.skewness? / 6.0;
        Some(-(self.mean_usd + self.sd_usd * z))
    }
}

/// How many users it takes for the probability of a loss to be at most `1 - level`.
///
/// `(1 - rho) / n + rho <= (m1 / (z K s_U))²`. `None` if the level is not from a half to below 1, or as in
/// [`Total::of`].
#[must_use]
pub fn users_needed(seat: &Seat, utilization: &Distribution, level: f64, rho: f64) -> Option<UsersNeeded> {
    let (rho, tail) = (correlation(rho)?, tail(level).filter(|tail| *tail <= 0.5)?);
    let (mean_usd, sd_usd) = (seat.profit_usd(utilization), seat.profit_sd_usd(utilization)?);
    let spread_usd = -normal_quantile(tail) * sd_usd;
    if mean_usd < 0.0 || (mean_usd <= 0.0 && spread_usd > 0.0) {
        return Some(UsersNeeded::Never);
    }
    if spread_usd <= mean_usd {
        return Some(UsersNeeded::AtLeast(1.0));
    }
    let bearable = (mean_usd / spread_usd) * (mean_usd / spread_usd);
    let users = ceil((1.0 - rho) / (bearable - rho));
    Some(if bearable > rho && users.is_finite() { UsersNeeded::AtLeast(users) } else { UsersNeeded::Never })
}

/// Users of two kinds, each of whom is a heavy one by chance: the total is binomial and all figures exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoPoint {
    room_usd: f64,
    /// The cheaper kind to serve.
    light_usd: f64,
    /// How much more the other kind costs.
    more_usd: f64,
    heavy_share: f64,
    users: usize,
}

impl TwoPoint {
    /// Of so many users, a share `heavy_share` of whom uses `heavy` and the others `light`; `None` if there are no
    /// users, the share is not one, or a utilization is negative or not finite.
    #[must_use]
    pub fn of(seat: &Seat, users: usize, heavy_share: f64, light: f64, heavy: f64) -> Option<Self> {
        let is_use = |u: f64| (0.0..=1e60).contains(&u);
        if users == 0 || !(0.0..=1.0).contains(&heavy_share) || !is_use(light) || !is_use(heavy) {
            return None;
        }
        let full = seat.serving_usd_at_full();
        let heavy_share = if heavy < light { 1.0 - heavy_share } else { heavy_share };
        Some(Self {
            room_usd: seat.room_usd(),
            light_usd: full * light.min(heavy),
            more_usd: full * (heavy - light).abs(),
            heavy_share,
            users,
        })
    }

    fn loss_usd(&self, heavy_users: usize) -> f64 {
        self.more_usd * count(heavy_users) - count(self.users) * (self.room_usd - self.light_usd)
    }

    /// Mean profit.
    #[must_use]
    pub fn mean_usd(&self) -> f64 {
        count(self.users) * (self.room_usd - self.light_usd - self.more_usd * self.heavy_share)
    }

    /// Probability of a loss.
    #[must_use]
    pub fn loss_probability(&self) -> f64 {
        match first(self.users, |heavy| self.loss_usd(heavy) > 0.0) {
            Some(heavy) => at_least(self.users, self.heavy_share, heavy),
            None => 0.0,
        }
    }

    /// The smallest loss that is not exceeded with probability `level`; negative if that is a profit.
    #[must_use]
    pub fn value_at_risk_usd(&self, level: f64) -> Option<f64> {
        Some(self.loss_usd(self.heavy_users_at(tail(level)?)))
    }

    /// The mean loss of the worst `1 - level` of months; of the months at the value at risk as many as are needed.
    #[must_use]
    pub fn expected_shortfall_usd(&self, level: f64) -> Option<f64> {
        let tail = tail(level)?;
        let heavy = self.heavy_users_at(tail);
        let (n, q) = (self.users, self.heavy_share);
        let beyond = at_least(n, q, heavy + 1);
        // E[J; J > heavy] = n q P(at least `heavy` of the n - 1 others).
        let heavy_beyond = count(n) * q * at_least(n - 1, q, heavy);
        let loss_beyond = self.more_usd * heavy_beyond + beyond * self.loss_usd(0);
        Some((loss_beyond + (tail - beyond) * self.loss_usd(heavy)) / tail)
    }

    /// The smallest number of heavy users that is exceeded with a probability of at most `tail`.
    fn heavy_users_at(&self, tail: f64) -> usize {
        first(self.users, |heavy| at_least(self.users, self.heavy_share, heavy + 1) <= tail).unwrap_or(self.users)
    }
}

/// The first number up to `most` from which on something holds.
fn first(most: usize, holds: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut from, mut to) = (0, most);
    if !holds(most) {
        return None;
    }
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    Some(to)
}

/// `P(J >= k)` of a binomial number of `n` with probability `q`: the incomplete beta function (DLMF 8.17.5).
fn at_least(n: usize, q: f64, k: usize) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    beta_split(count(k), count(n - k + 1), q, 1.0 - q).lower
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::economics::{Economics, Terms, serving_share};
    use crate::units::Ratio;
    use proptest::prelude::*;

    /// $200 a month, full use costs $3,500.
    fn seat() -> Seat {
        let terms = Terms::monthly(Ratio::from(200));
        let economics = Economics {
            revenue: terms.revenue(),
            fixed_cost_usd: Ratio::zero(),
            serving_share: serving_share(&(Ratio::from(3) / Ratio::from(4))).expect("below 1"),
            max_api_usd: Some(Ratio::from(14_000)),
            overage: None,
        };
        Seat::of(&economics).expect("limited")
    }

    fn users(median: f64) -> Distribution {
        let demand = Distribution::lognormal(Level::Median(median), 1.2763).expect("a shape");
        demand.clamped(1.0).expect("a cap")
    }

    #[test]
    fn independent_users_even_out_and_correlated_ones_never_do() {
        // Methodology 4.4, at a median of 2 % and a level of 95 %.
        assert_eq!(users_needed(&seat(), &users(0.02), 0.95, 0.0), Some(UsersNeeded::AtLeast(109.0)));
        assert_eq!(users_needed(&seat(), &users(0.02), 0.95, 0.02), Some(UsersNeeded::Never));
        let many = Total::of(&seat(), &users(0.02), 100_000_000, 0.02).expect("finite");
        assert!((many.loss_probability() - 0.13).abs() < 0.005, "{}", many.loss_probability());
        // Just so many keep to the level, and one less does not.
        let chance = |n| Total::of(&seat(), &users(0.02), n, 0.0).expect("finite").loss_probability();
        assert!(chance(109) <= 0.05 && chance(108) > 0.05);
    }

    #[test]
    fn a_book_adds_up_whichever_way_it_is_cut() {
        let (light, heavy) = (users(0.01), users(0.05));
        let lots = [(&light, 300), (&heavy, 40), (&light, 700)];
        let lots = lots.map(|(spread, users)| Lot::of(&seat(), spread, users).expect("finite"));
        let joined = [Lot { users: 1_000, ..lots[0] }, lots[1]];
        for rho in [0.0, 0.02, 1.0] {
            let (cut, whole) = (Total::of_book(&lots, rho).expect("sums"), Total::of_book(&joined, rho).expect("sums"));
            assert!((cut.mean_usd - whole.mean_usd).abs() < 1e-9 * whole.mean_usd.abs());
            assert!((cut.sd_usd - whole.sd_usd).abs() < 1e-9 * whole.sd_usd);
        }
        // By hand: two users with standard deviations 3 and 4 have 5 together, 7 if they move as one.
        let one = |sd_usd: f64| Lot { users: 1, mean_usd: 1.0, sd_usd, skewness: Some(0.0) };
        let sd = |rho: f64| Total::of_book(&[one(3.0), one(4.0)], rho).expect("sums").sd_usd;
        assert!((sd(0.0) - 5.0).abs() < 1e-12 && (sd(1.0) - 7.0).abs() < 1e-12);
        assert_eq!(Total::of_book(&[], 0.0).map(|none| none.loss_probability().to_bits()), Some(0));
    }

    #[test]
    fn correlated_users_may_even_out_far_enough() {
        let Some(UsersNeeded::AtLeast(n)) = users_needed(&seat(), &users(0.01), 0.9, 0.01) else {
            panic!("light users leave a profit");
        };
        let chance = |n| Total::of(&seat(), &users(0.01), n, 0.01).expect("finite").loss_probability();
        let needed = (1..1_000).find(|&k| chance(k) <= 0.1).expect("rare at last");
        assert!((n - count(needed)).abs() < 0.5, "{n} is not {needed}");
    }

    #[test]
    fn a_level_is_inside_nothing_and_everything() {
        let total = Total::of(&seat(), &users(0.02), 10, 0.0).expect("finite");
        for level in [0.0, 1.0, f64::NAN, -1.0] {
            assert_eq!(total.value_at_risk_usd(level), None);
            assert_eq!(total.expected_shortfall_usd(level), None);
        }
        assert_eq!(Total::of(&seat(), &users(0.02), 10, 1.5), None);
    }

    proptest! {
        /// The slow way: every number of heavy users with its probability, worst first.
        #[test]
        fn two_kinds_of_users_are_counted_one_by_one(
            n in 1_usize..60, q in 0.0..1.0, light in 0.0..0.3, heavy in 0.0..1.0, level in 0.5..0.99,
        ) {
            let two = TwoPoint::of(&seat(), n, q, light, heavy).expect("users");
            let mut chances = vec![1.0];
            for _ in 0..n {
                let mut next = vec![0.0; chances.len() + 1];
                for (k, chance) in chances.iter().enumerate() {
                    next[k] += chance * (1.0 - q);
                    next[k + 1] += chance * q;
                }
                chances = next;
            }
            let loss = |k: usize| {
                3_500.0 * (count(k) * heavy + count(n - k) * light) - 200.0 * count(n)
            };
            let mut months: Vec<(f64, f64)> = chances.iter().enumerate().map(|(k, chance)| (loss(k), *chance)).collect();
            months.sort_by(|a, b| b.0.total_cmp(&a.0));
            let losing: f64 = months.iter().filter(|month| month.0 > 0.0).map(|month| month.1).sum();
            prop_assert!((two.loss_probability() - losing).abs() < 1e-10);
            let (mut left, mut worst) = (1.0 - level, 0.0);
            for (loss, chance) in months {
                let taken = f64::min(chance, left);
                worst += taken * loss;
                left -= taken;
            }
            let shortfall = two.expected_shortfall_usd(level).expect("a level");
            prop_assert!((shortfall - worst / (1.0 - level)).abs() < 1e-6, "{shortfall}");
            prop_assert!(two.value_at_risk_usd(level).expect("a level") <= shortfall + 1e-6);
        }
    }
}
