//! Who loses the vendor money, and who pays for whom.

use super::Distribution;
use crate::economics::{BreakEven, Economics};

/// What a user brings and costs in a month, in dollars: `profit(u) = room - serving at full use x u`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seat {
    room_usd: f64,
    serving_usd_at_full: f64,
    revenue_usd: f64,
    break_even: Option<f64>,
}

/// Users below break-even pay for those above. Dollars per user and month, over all users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subsidy {
    /// Share of users on whom the vendor loses: strictly above break-even.
    pub loss_share: f64,
    /// Profit from users up to break-even.
    pub surplus_usd: f64,
    /// Loss on users above break-even, as a positive number.
    pub deficit_usd: f64,
    /// Deficit over surplus: from 1 on the plan loses money. `None` without a surplus.
    pub ratio: Option<f64>,
}

impl Seat {
    /// A seat of given economics, its break-even rounded once; `None` if use is unlimited or a figure is beyond 1e60.
    #[must_use]
    pub fn of(economics: &Economics) -> Option<Self> {
        let float = |value: f64| (value.abs() <= 1e60).then_some(value);
        Some(Self {
            room_usd: float(economics.room_usd().to_f64())?,
            serving_usd_at_full: float(economics.serving_usd_at_full()?.to_f64())?,
            revenue_usd: float(economics.revenue.revenue_usd.to_f64())?,
            break_even: match economics.break_even() {
                BreakEven::Finite { utilization, .. } => Some(float(utilization?.to_f64())?),
                BreakEven::Never | BreakEven::Always => None,
            },
        })
    }

    /// What is left before serving: `N - F`.
    #[must_use]
    pub const fn room_usd(&self) -> f64 {
        self.room_usd
    }

    /// What full use costs to serve: `K`.
    #[must_use]
    pub const fn serving_usd_at_full(&self) -> f64 {
        self.serving_usd_at_full
    }

    /// Utilization above which a user loses money; `None`: at no use or at any, as the sign of the room says.
    #[must_use]
    pub const fn break_even(&self) -> Option<f64> {
        self.break_even
    }

    /// Profit on a user of this utilization.
    #[must_use]
    pub fn profit_usd_at(&self, utilization: f64) -> f64 {
        self.room_usd - self.serving_usd_at_full * utilization
    }

    /// Mean profit per user.
    #[must_use]
    pub fn profit_usd(&self, utilization: &Distribution) -> f64 {
        self.profit_usd_at(utilization.mean())
    }

    /// Standard deviation of a user's profit; `None` if that of the utilization is infinite.
    #[must_use]
    pub fn profit_sd_usd(&self, utilization: &Distribution) -> Option<f64> {
        Some(self.serving_usd_at_full * utilization.sd()?).filter(|sd| sd.is_finite())
    }

    /// Mean profit over revenue; `None` without revenue.
    #[must_use]
    pub fn margin(&self, utilization: &Distribution) -> Option<f64> {
        self.of_revenue(self.profit_usd(utilization))
    }

    /// Standard deviation of the margin of a user.
    #[must_use]
    pub fn margin_sd(&self, utilization: &Distribution) -> Option<f64> {
        self.of_revenue(self.profit_sd_usd(utilization)?)
    }

    /// The margin that a share `q` of users stays at or below. Where a range of margins would do, its upper end.
    #[must_use]
    pub fn margin_quantile(&self, utilization: &Distribution, q: f64) -> Option<f64> {
        self.of_revenue(self.profit_usd_at(utilization.quantile_upper(q)))
    }

    fn of_revenue(&self, usd: f64) -> Option<f64> {
        (self.revenue_usd > 0.0).then(|| usd / self.revenue_usd).filter(|margin| margin.is_finite())
    }

    /// Who pays for whom.
    #[must_use]
    pub fn subsidy(&self, utilization: &Distribution) -> Subsidy {
        let profit_usd = self.profit_usd(utilization);
        let Some(u) = self.break_even else {
            let loses = self.room_usd < 0.0;
            return Subsidy {
                loss_share: if loses { 1.0 } else { 0.0 },
                surplus_usd: profit_usd.max(0.0),
                deficit_usd: (-profit_usd).max(0.0),
                ratio: (!loses && profit_usd > 0.0).then_some(0.0),
            };
        };
        let (room, full) = (self.room_usd, self.serving_usd_at_full);
        let loss_share = utilization.survival(u);
        let surplus_usd = (room * utilization.cdf(u) - full * utilization.partial_mean(u)).max(0.0);
        let deficit_usd = (full * utilization.tail_mean(u) - room * loss_share).max(0.0);
        let ratio = (surplus_usd > 0.0).then(|| deficit_usd / surplus_usd).filter(|ratio| ratio.is_finite());
        Subsidy { loss_share, surplus_usd, deficit_usd, ratio }
    }

    /// How many users of a light utilization pay for one at full use; `None` if that one loses nothing, or the light
    /// ones leave nothing.
    #[must_use]
    pub fn light_users_per_full_user(&self, light_utilization: f64) -> Option<f64> {
        let (loss_usd, left_usd) = (-self.profit_usd_at(1.0), self.profit_usd_at(light_utilization));
        (loss_usd > 0.0 && left_usd > 0.0).then(|| loss_usd / left_usd).filter(|users| users.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use crate::economics::{Terms, serving_share};
    use crate::units::Ratio;
    use proptest::prelude::*;

    fn seat(price_usd: i32, max_usd: i32) -> Seat {
        let terms = Terms::monthly(Ratio::from(price_usd));
        let economics = Economics {
            revenue: terms.revenue(),
            fixed_cost_usd: Ratio::zero(),
            serving_share: serving_share(&(Ratio::from(3) / Ratio::from(4))).expect("below 1"),
            max_api_usd: Some(Ratio::from(max_usd)),
            overage: None,
        };
        Seat::of(&economics).expect("limited")
    }

    fn lognormal_up_to_full(median: f64) -> Distribution {
        let demand = Distribution::lognormal(Level::Median(median), 1.2763).expect("a shape");
        demand.clamped(1.0).expect("a cap")
    }

    #[test]
    fn the_published_table_of_losers_comes_out() {
        // Methodology 4.2: median, mean, margin, losers in percent; surplus, deficit, ratio; as printed.
        for (price, max, median, printed) in [
            (20, 400, 0.03, ["6.60", "67.0", "6.9", "14.68", "1.27", "0.09"]),
            (200, 8_000, 0.03, ["6.60", "34.0", "17.3", "115.38", "47.30", "0.41"]),
            (20, 700, 0.03, ["6.60", "42.3", "14.7", "12.20", "3.74", "0.31"]),
            (200, 14_000, 0.01, ["2.25", "60.6", "8.6", "140.47", "19.26", "0.14"]),
            (200, 14_000, 0.03, ["6.60", "-15.4", "30.7", "86.42", "117.28", "1.36"]),
        ] {
            let (seat, users) = (seat(price, max), lognormal_up_to_full(median));
            let Subsidy { loss_share, surplus_usd, deficit_usd, ratio } = seat.subsidy(&users);
            let margin = seat.margin(&users).expect("revenue");
            let figures = [
                format!("{:.2}", 100.0 * users.mean()),
                format!("{:.1}", 100.0 * margin),
                format!("{:.1}", 100.0 * loss_share),
                format!("{surplus_usd:.2}"),
                format!("{deficit_usd:.2}"),
                format!("{:.2}", ratio.expect("a surplus")),
            ];
            assert_eq!(figures, printed, "${price} with a median of {median}");
        }
    }

    #[test]
    fn one_full_user_eats_what_twenty_light_ones_leave() {
        // $3,500 - $200 over $200 - $35.
        let users = seat(200, 14_000).light_users_per_full_user(0.01).expect("a loss");
        assert!((users - 20.0).abs() < 1e-12);
        // Full use costs $50 of $200: nobody has to pay for it.
        assert_eq!(seat(200, 200).light_users_per_full_user(0.01), None);
    }

    #[test]
    fn whoever_is_exactly_at_break_even_is_no_loser() {
        let users = Distribution::empirical(&[0.1, 0.2, 0.3, 0.4]).expect("a sample");
        let subsidy = seat(20, 400).subsidy(&users);
        // Room $20, full use $100: profits 10, 0, -10, -20.
        assert!((subsidy.loss_share - 0.5).abs() < 1e-15);
        assert!((subsidy.surplus_usd - 2.5).abs() < 1e-12);
        assert!((subsidy.deficit_usd - 7.5).abs() < 1e-12);
    }

    #[test]
    fn the_worst_margins_are_those_of_the_heaviest_users() {
        let users = Distribution::empirical(&[0.1, 0.2, 0.3, 1.0]).expect("a sample");
        let worst = seat(20, 400).margin_quantile(&users, 0.25).expect("revenue");
        let best = seat(20, 400).margin_quantile(&users, 1.0).expect("revenue");
        assert!((worst - -0.5).abs() < 1e-12, "{worst}");
        assert!((best - 0.5).abs() < 1e-12, "{best}");
    }

    proptest! {
        #[test]
        fn surplus_less_deficit_is_profit(price in 0..500, max in 0..20_000, median in 0.001..1.0) {
            let (seat, users) = (seat(price, max), lognormal_up_to_full(median));
            let Subsidy { surplus_usd, deficit_usd, .. } = seat.subsidy(&users);
            let profit_usd = seat.profit_usd(&users);
            prop_assert!((surplus_usd - deficit_usd - profit_usd).abs() < 1e-10 * (1.0 + profit_usd.abs()));
        }
    }
}
