//! What a tally says: means with their standard errors, quantiles, who loses how much.

use super::earnings::Earnings;
use super::histogram::Class;
use super::tally::Tally;

/// A simulated figure, and how far chance may have moved it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// What the simulated subscribers have.
    pub value: f64,
    /// Standard deviation of the value over runs with other seeds. Infinite variance shows as one that does not shrink
    /// as the run grows.
    pub standard_error: f64,
}

/// What the simulated subscribers of one part of a book use and earn. Everything is per subscriber and month.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// How many were drawn; never none.
    pub subscribers: u64,
    /// Mean utilization that is served.
    pub utilization: Estimate,
    /// Standard deviation of it.
    pub utilization_sd: f64,
    /// The smallest and the largest utilization that was drawn.
    pub range: (f64, f64),
    /// Share of subscribers at full use or above.
    pub at_full_share: f64,
    /// Share of subscribers who cost more than they bring.
    pub loss_share: Estimate,
    /// Mean profit in dollars.
    pub profit_usd: Estimate,
    /// Standard deviation of the profit in dollars.
    pub profit_sd_usd: f64,
    /// Profit over revenue, both of all subscribers; `None` without revenue.
    pub margin: Option<Estimate>,
    /// What those who do not lose earn, in dollars over all subscribers.
    pub surplus_usd: f64,
    /// What those who lose cost, in dollars over all subscribers: `profit = surplus - deficit`.
    pub deficit_usd: f64,
}

/// Moments of utilization `u` and of what is above 1, `e`.
struct Moments {
    u: f64,
    e: f64,
    var_u: f64,
    var_e: f64,
    cov: f64,
}

impl Moments {
    fn of(tally: &Tally) -> Self {
        let mean = |sum: f64| sum / tally.subscribers as f64;
        let (u, e) = (mean(tally.utilization.total()), mean(tally.excess[0].total()));
        let (uu, ee) = (mean(tally.squares.total()), mean(tally.excess[1].total()));
        // Where e is not zero u is 1 + e, so u e is e + e e.
        let cov = ee + e - u * e;
        Self { u, e, var_u: (uu - u * u).max(0.0), var_e: (ee - e * e).max(0.0), cov }
    }

    /// Standard deviation of `of_u x u + of_e x e`.
    fn sd(&self, of_u: f64, of_e: f64) -> f64 {
        (of_u * of_u * self.var_u + of_e * of_e * self.var_e + 2.0 * of_u * of_e * self.cov).max(0.0).sqrt()
    }
}

impl Figures {
    /// The figures of a part; `None` if nobody was drawn.
    ///
    /// The seat must be the one that the tally was made with: who loses was counted by it.
    #[must_use]
    pub fn of(tally: &Tally, earnings: &Earnings) -> Option<Self> {
        let range = tally.range?;
        let count = tally.subscribers as f64;
        let moments = Moments::of(tally);
        let (serving, kept, paid) = (earnings.serving_usd_at_full(), earnings.kept_usd(), earnings.paid_usd());
        let profit = earnings.room_usd() - serving * moments.u + kept * moments.e;
        let revenue = earnings.revenue_usd() + paid * moments.e;
        let profit_sd = moments.sd(-serving, kept);
        let losing = |sum: f64| sum / count;
        let loss_share = tally.losing as f64 / count;
        let loss = serving * losing(tally.losing_utilization.total()) - kept * losing(tally.excess[2].total());
        let deficit = (loss - earnings.room_usd() * loss_share).max(0.0);
        let estimate = |value: f64, sd: f64| Estimate { value, standard_error: sd / count.sqrt() };
        Some(Self {
            subscribers: tally.subscribers,
            utilization: estimate(moments.u, moments.sd(1.0, 0.0)),
            utilization_sd: moments.sd(1.0, 0.0),
            range,
            at_full_share: tally.histogram.at_least(1.0) as f64 / count,
            loss_share: estimate(loss_share, (loss_share * (1.0 - loss_share)).sqrt()),
            profit_usd: estimate(profit, profit_sd),
            profit_sd_usd: profit_sd,
            margin: (revenue > 0.0).then(|| {
                // A ratio of two means varies as the numerator less the ratio times the denominator.
                let margin = profit / revenue;
                estimate(margin, moments.sd(-serving, kept - margin * paid) / revenue)
            }),
            surplus_usd: profit + deficit,
            deficit_usd: deficit,
        })
    }
}

impl Tally {
    /// How many subscribers it has counted.
    #[must_use]
    pub const fn subscribers(&self) -> u64 {
        self.subscribers
    }

    /// How utilization is spread.
    #[must_use]
    pub const fn histogram(&self) -> &super::Histogram {
        &self.histogram
    }

    /// The utilization that a share of the subscribers does not exceed; `None` without subscribers.
    ///
    /// Within 2^-12 of the value of the subscribers drawn, as a share of it, and exact for no use and for full use.
    #[must_use]
    pub fn utilization_quantile(&self, share: f64) -> Option<Estimate> {
        self.quantile(share, |rank| self.utilization_at(rank))
    }

    /// The margin that a share of the subscribers does not exceed, each by themselves; `None` without subscribers or
    /// revenue.
    #[must_use]
    pub fn margin_quantile(&self, earnings: &Earnings, share: f64) -> Option<Estimate> {
        if !earnings.serves_above_full() {
            // Who uses most has the least margin.
            let used = |rank: f64| self.utilization_at(self.subscribers as f64 - rank);
            return self.quantile(share, |rank| earnings.margin(used(rank)?));
        }
        let middle = |class: &Class| earnings.margin(f64::midpoint(class.from, class.to));
        let mut margins: Vec<(f64, u64)> =
            self.histogram.classes().map(|class| Some((middle(&class)?, class.count))).collect::<Option<_>>()?;
        margins.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.quantile(share, |rank| {
            let mut left = rank;
            let reached = margins.iter().find(|(_, count)| {
                left -= *count as f64;
                left < 0.0
            });
            reached.or(margins.last()).map(|(margin, _)| *margin)
        })
    }

    /// The part of all use that the heaviest users have, for a share of the subscribers from 0 to 1; `None` without
    /// use, or for what is not a number.
    #[must_use]
    pub fn top_share(&self, share: f64) -> Option<f64> {
        let (_, most) = self.range.filter(|_| !share.is_nan())?;
        // No value is above the largest, which may be where its box starts: at full use.
        let middle = |class: &Class| f64::midpoint(class.from, class.to.min(most.max(class.from)));
        let all: f64 = self.histogram.classes().map(|class| middle(&class) * class.count as f64).sum();
        let mut left = share.clamp(0.0, 1.0) * self.subscribers as f64;
        let mut top = 0.0;
        for class in self.histogram.classes().rev() {
            let taken = left.min(class.count as f64);
            top += middle(&class) * taken;
            left -= taken;
        }
        (all > 0.0).then(|| top / all)
    }

    fn utilization_at(&self, rank: f64) -> Option<f64> {
        let (least, most) = self.range?;
        Some(self.histogram.at_rank(rank)?.clamp(least, most))
    }

    /// A value by rank and its standard error: half of what lies between the ranks of plus and minus four standard
    /// errors of the share, over four. A wider stretch than one, because few draws lie within one.
    fn quantile(&self, share: f64, at: impl Fn(f64) -> Option<f64>) -> Option<Estimate> {
        const STRETCH: f64 = 4.0;
        let count = self.subscribers as f64;
        let share = if share.is_nan() { return None } else { share.clamp(0.0, 1.0) };
        let moved = STRETCH * (share * (1.0 - share) / count).sqrt();
        let (low, high) = ((share - moved).max(0.0), (share + moved).min(1.0));
        let spread = (at(high * count)? - at(low * count)?).abs();
        Some(Estimate { value: at(share * count)?, standard_error: spread / (2.0 * STRETCH) })
    }
}
