//! Self-selection: who buys which plan when everyone takes the cheapest, and what that leaves the vendor.
//!
//! A buyer chooses by the use that he expects, `D b e^(tau z)` for a demand of `D`, an over-estimation `b` and a
//! standard normal `z` of his own; he is served and pays by `D`. The cheapest offer at each use comes from
//! [`ladder`], exactly; the demand is then integrated over its segments by means of its distribution function and
//! partial means, over `z` by quadrature (`economics` 4.5).

use std::fmt;

use super::tiers::{Offer, Segment, ladder};
use crate::population::Distribution;
use crate::population::special::{normal_cdf, normal_density, normal_survival};
use crate::uncertainty::quadrature::integrate;
use crate::units::Ratio;

/// How buyers see the use they will have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perception {
    over_estimation: f64,
    noise: f64,
}

/// Why a perception is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerceptionError {
    /// An over-estimation outside its range.
    OverEstimation,
    /// A noise outside its range.
    Noise,
}

impl fmt::Display for PerceptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OverEstimation => {
                "an over-estimation is a factor from 0.001 to 1000; 2 expects twice the use that will be"
            }
            Self::Noise => "a noise is from 0 to 10, the standard deviation of the logarithm of expected use",
        })
    }
}

impl std::error::Error for PerceptionError {}

impl Perception {
    /// Buyers who know their use.
    #[must_use]
    pub const fn informed() -> Self {
        Self { over_estimation: 1.0, noise: 0.0 }
    }

    /// Buyers who expect `over_estimation` times their use, with a noise whose logarithm has the standard deviation
    /// `noise`.
    ///
    /// # Errors
    ///
    /// If the factor is outside 0.001 to 1000 or the noise outside 0 to 10.
    pub fn new(over_estimation: f64, noise: f64) -> Result<Self, PerceptionError> {
        match () {
            () if !(0.001..=1_000.0).contains(&over_estimation) => Err(PerceptionError::OverEstimation),
            () if !(0.0..=10.0).contains(&noise) => Err(PerceptionError::Noise),
            () => Ok(Self { over_estimation, noise }),
        }
    }
}

/// Those who take one offer. Dollars are a month's, per user of the whole population, so that offers add up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buyers {
    /// Their share of all users.
    pub share: f64,
    /// Their use, at list prices.
    pub use_usd: f64,
    /// What of it the fee includes.
    pub served_usd: f64,
    /// What of it goes beyond; for the API, all.
    pub overflow_usd: f64,
    /// What they pay for the plan itself, without tax.
    pub revenue_usd: f64,
    /// What serving the included use costs.
    pub serving_usd: f64,
    /// What the plan leaves the vendor after fees, fixed cost and serving, without what overflow earns.
    pub profit_usd: f64,
    /// That over the revenue; `None` without any.
    pub margin: Option<f64>,
    /// What overflow leaves the vendor besides.
    pub overflow_profit_usd: f64,
    /// Served use over what is included; `None` without buyers, and where all or nothing is.
    pub mean_utilization: Option<f64>,
    /// The share of them that costs more than it brings, overflow aside; `None` without buyers.
    pub losers: Option<f64>,
}

/// Who buys what.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The cheapest offer at each expected use.
    pub segments: Vec<Segment>,
    /// Who takes which, in the order of the offers.
    pub buyers: Vec<Buyers>,
    /// What all pay for their plans, per user of the population.
    pub revenue_usd: f64,
    /// What all plans leave, overflow and API aside.
    pub profit_usd: f64,
    /// That over the revenue, which weights the margins of the plans by theirs; `None` without any.
    pub margin: Option<f64>,
}

/// Who buys what when everyone takes the offer that is the cheapest at the use he expects; `demand` is in dollars a
/// month at list prices. The API is an offer like others ([`Offer::api`]) and takes part if it is among them.
#[must_use]
pub fn choice(offers: &[Offer], demand: &Distribution, perception: Perception) -> Choice {
    let segments = ladder(offers);
    let mut sums = vec![Sums::default(); offers.len()];
    for segment in &segments {
        let bends = Bends::of(&offers[segment.offer]);
        let part = over_segment(segment, &bends, demand, perception);
        sums[segment.offer].iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    let buyers: Vec<Buyers> = offers.iter().zip(sums).map(|(offer, sums)| buyers(offer, sums)).collect();
    let (revenue_usd, profit_usd) =
        buyers.iter().fold((0.0, 0.0), |(revenue, profit), of| (revenue + of.revenue_usd, profit + of.profit_usd));
    let margin = (revenue_usd > 0.0).then(|| profit_usd / revenue_usd);
    Choice { segments, buyers, revenue_usd, profit_usd, margin }
}

/// Share of users, use, served use, overflow, and share of users who lose money.
type Sums = [f64; 5];

/// Where what an offer brings and costs changes its slope.
struct Bends {
    /// `None`: all use is included.
    included_usd: Option<f64>,
    /// Included use above which the fee does not pay for the serving; negative: any. `None`: it always does.
    loses_above_usd: Option<f64>,
}

impl Bends {
    fn of(offer: &Offer) -> Self {
        let room = &offer.room_usd;
        let loses_above = match room.checked_div(&offer.serving_share) {
            _ if room.is_negative() => Some(Ratio::from(-1)),
            // At full use it still pays.
            Some(usd) if offer.included_usd.as_ref().is_some_and(|included| usd >= *included) => None,
            above => above,
        };
        Self {
            included_usd: offer.included_usd.as_ref().map(Ratio::to_f64),
            loses_above_usd: loses_above.map(|usd| usd.to_f64()),
        }
    }
}

/// Normal scores further out have a probability below that of rounding.
const SCORE_MAX: f64 = 8.5;

/// Accuracy of shares of users, and of shares of their use.
const TOLERANCE: f64 = 1e-12;

/// Of those who expect to use what belongs to a segment.
fn over_segment(segment: &Segment, bends: &Bends, demand: &Distribution, perception: Perception) -> Sums {
    // The first segment holds those without any use as well.
    let from = if segment.from_usd.is_zero() { -1.0 } else { segment.from_usd.to_f64() };
    let to = segment.to_usd.as_ref().map_or(f64::INFINITY, Ratio::to_f64);
    let Perception { over_estimation, noise } = perception;
    let (from, to) = (from / over_estimation, to / over_estimation);
    if noise <= 0.0 {
        return over_stretch(from, to, bends, demand);
    }
    // Single values would be jumps of the integrand; with them it is the noise that is integrated, in closed form.
    let mut sums = Sums::default();
    for (usd, share) in demand.values() {
        let share = share * within(from, to, usd, noise);
        let served = bends.included_usd.map_or(usd, |included| usd.min(included));
        let loses = bends.loses_above_usd.is_some_and(|above| usd > above);
        let part = [share, share * usd, share * served, share * (usd - served), if loses { share } else { 0.0 }];
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    if let Some((share, curve)) = demand.curves() {
        let part = over_noise(from, to, bends, &curve, noise);
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += share * part);
    }
    sums
}

/// The probability that who uses `usd` expects something above `from` and at most `to`.
fn within(from: f64, to: f64, usd: f64, noise: f64) -> f64 {
    let score = |end: f64| if end > 0.0 { libm::log(end / usd) / noise } else { f64::NEG_INFINITY };
    match (score(from), score(to)) {
        // Nothing is expected to be nothing.
        _ if usd <= 0.0 => f64::from(u8::from(from < 0.0)),
        (from, to) if from > 0.0 => normal_survival(from) - normal_survival(to),
        (from, to) => normal_cdf(to) - normal_cdf(from),
    }
}

/// As [`over_stretch`], for those whose demand times `e^(noise z)` is in the stretch.
fn over_noise(from: f64, to: f64, bends: &Bends, demand: &Distribution, noise: f64) -> Sums {
    let mean = demand.mean();
    let scale = if mean > 0.0 { [1.0, mean, mean, mean, 1.0] } else { [1.0; 5] };
    let at = |z: f64| {
        let factor = libm::exp(noise * z);
        let sums = over_stretch(from / factor, to / factor, bends, demand);
        std::array::from_fn(|i| normal_density(z) * sums[i] / scale[i])
    };
    // Cut where an end of the stretch meets a bend of the integrand, and where it crosses the bulk of the demand.
    let bulk = [0.001, 0.02, 0.16, 0.5, 0.84, 0.98, 0.999].into_iter().map(|q| demand.quantile(q));
    let own = [bends.included_usd, bends.loses_above_usd, Some(demand.lower_end()), demand.upper_end()];
    let met: Vec<f64> = bulk.chain(own.into_iter().flatten()).filter(|usd| *usd > 0.0).collect();
    let ends = [from, to].into_iter().filter(|end| *end > 0.0 && end.is_finite());
    let crossings = ends.flat_map(|end| met.iter().map(move |usd| libm::log(end / usd) / noise));
    let mut breaks: Vec<f64> = crossings.filter(|z| z.abs() < SCORE_MAX).chain([-SCORE_MAX, 0.0, SCORE_MAX]).collect();
    breaks.sort_by(f64::total_cmp);
    let sums: Sums = integrate(at, &breaks, TOLERANCE);
    std::array::from_fn(|i| sums[i] * scale[i])
}

/// Over those whose demand is above `from` and at most `to`.
fn over_stretch(from: f64, to: f64, bends: &Bends, demand: &Distribution) -> Sums {
    let share = |from: f64, to: f64| match () {
        () if from >= to => 0.0,
        // Of the two ways to say it, the one with the smaller figures.
        () if demand.survival(from) < 0.5 => demand.survival(from) - demand.survival(to),
        () => demand.cdf(to) - demand.cdf(from),
    };
    let use_usd = |from: f64, to: f64| match () {
        () if from >= to => 0.0,
        () if demand.tail_mean(from) < demand.partial_mean(to) => demand.tail_mean(from) - demand.tail_mean(to),
        () => demand.partial_mean(to) - demand.partial_mean(from),
    };
    let (served, overflow) = match bends.included_usd {
        Some(included) => {
            let above = from.max(included);
            let full = included * share(above, to);
            (use_usd(from, to.min(included)) + full, use_usd(above, to) - full)
        }
        None => (use_usd(from, to), 0.0),
    };
    let losers = bends.loses_above_usd.map_or(0.0, |usd| share(from.max(usd), to));
    [share(from, to), served + overflow, served, overflow.max(0.0), losers]
}

fn buyers(offer: &Offer, [share, use_usd, served_usd, overflow_usd, losers]: Sums) -> Buyers {
    let (fee, serving_share) = (offer.fee_usd.to_f64(), offer.serving_share.to_f64());
    let (revenue_usd, serving_usd) = (share * fee, serving_share * served_usd);
    let profit_usd = share * offer.room_usd.to_f64() - serving_usd;
    let included = offer.included_usd.as_ref().map(Ratio::to_f64).filter(|included| *included > 0.0);
    let has_buyers = share > 0.0;
    Buyers {
        share,
        use_usd,
        served_usd,
        overflow_usd,
        revenue_usd,
        serving_usd,
        profit_usd,
        margin: (revenue_usd > 0.0).then(|| profit_usd / revenue_usd),
        overflow_profit_usd: (offer.kept().to_f64() - serving_share) * overflow_usd,
        mean_utilization: included.filter(|_| has_buyers).map(|included| served_usd / share / included),
        losers: has_buyers.then(|| (losers / share).clamp(0.0, 1.0)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::population::Level;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn plan(fee: u64, included: Option<u64>, overflow_rate: &str) -> Offer {
        Offer {
            fee_usd: Ratio::from(fee),
            included_usd: included.map(Ratio::from),
            overflow_rate: ratio(overflow_rate),
            room_usd: Ratio::from(fee),
            serving_share: ratio("0.25"),
            fee_share: Ratio::zero(),
        }
    }

    fn tiers(included: [u64; 3]) -> Vec<Offer> {
        let fees = [20, 100, 200];
        let plans = fees.iter().zip(included).map(|(&fee, included)| plan(fee, Some(included), "1"));
        plans.chain([Offer::api(ratio("0.25"))]).collect()
    }

    fn demand() -> Distribution {
        Distribution::lognormal(Level::Median(60.0), 1.2763).expect("a distribution")
    }

    /// Margins of the three tiers and of all, in whole percents.
    fn margins(included: [u64; 3], perception: Perception) -> [f64; 4] {
        let choice = choice(&tiers(included), &demand(), perception);
        let of = |i: usize| choice.buyers[i].margin.expect("buyers");
        [of(0), of(1), of(2), choice.margin.expect("buyers")].map(|margin| (100.0 * margin).round())
    }

    #[test]
    fn the_worked_table_of_margins_results() {
        // `economics` 4.5: demand lognormal, median $60, s 1.2763.
        let (claude, chatgpt) = ([400, 2_000, 8_000], [700, 3_500, 14_000]);
        let informed = Perception::informed();
        let doubled = Perception::new(2.0, 0.0).expect("a perception");
        let noisy = Perception::new(2.0, 1.0).expect("a perception");
        let rows = [
            (claude, informed, [-39.0, -105.0, -306.0, -61.0]),
            (claude, doubled, [9.0, -10.0, -125.0, -10.0]),
            (claude, noisy, [-3.0, 28.0, 3.0, 12.0]),
            (chatgpt, informed, [-62.0, -222.0, -567.0, -85.0]),
            (chatgpt, doubled, [-14.0, -72.0, -261.0, -38.0]),
            (chatgpt, noisy, [-22.0, 4.0, -29.0, -13.0]),
        ];
        for (included, perception, want) in rows {
            let got = margins(included, perception);
            let off = got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f64::max);
            assert!(off < 0.5, "{included:?} {perception:?}: got {got:?}, want {want:?}");
        }
    }

    #[test]
    fn every_informed_buyer_of_the_upper_tiers_costs_more_than_he_brings() {
        let choice = choice(&tiers([400, 2_000, 8_000]), &demand(), Perception::informed());
        for i in [1, 2] {
            assert!((choice.buyers[i].losers.expect("buyers") - 1.0).abs() < 1e-12);
        }
        // Those who pay by the meter cost no plan anything.
        assert_eq!(choice.buyers[3].losers.map(f64::to_bits), Some(0));
        assert_eq!(choice.buyers[3].margin, None);
    }

    #[test]
    fn four_buyers_choose_as_they_would_by_hand() {
        // Uses 0 and 10 take the API, 100 pro, 1000 max 5x at 100 rather than pro at 20 + 600.
        let demand = Distribution::discrete(&[0.0, 10.0, 100.0, 1_000.0], None).expect("a distribution");
        let choice = choice(&tiers([400, 2_000, 8_000]), &demand, Perception::informed());
        let shares: Vec<f64> = choice.buyers.iter().map(|of| of.share).collect();
        assert_eq!(shares, [0.25, 0.25, 0.0, 0.5]);
        // Pro: (20 - 25) / 4; max 5x: (100 - 250) / 4; API: 10 / 4 of use, of which 3/4 is kept.
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-12, "got {got}, want {want}");
        near(choice.buyers[0].profit_usd, -1.25);
        near(choice.buyers[1].profit_usd, -37.5);
        near(choice.buyers[3].overflow_usd, 2.5);
        near(choice.buyers[3].overflow_profit_usd, 1.875);
        near(choice.margin.expect("fees"), -38.75 / 30.0);
        assert_eq!((choice.buyers[2].mean_utilization, choice.buyers[2].losers), (None, None));
        // Expecting ten times as much, 10 takes pro, 100 max 5x, and 1000 max 20x.
        let tenfold = Perception::new(10.0, 0.0).expect("a perception");
        let shares: Vec<f64> =
            super::choice(&tiers([400, 2_000, 8_000]), &demand, tenfold).buyers.iter().map(|of| of.share).collect();
        assert_eq!(shares, [0.25, 0.25, 0.25, 0.25]);
    }

    #[test]
    fn overflow_leaves_what_is_kept_of_it_after_serving() {
        // 500 on a plan of 400 at 1.2 of list, a tenth of that in fees: 100 x (1.08 - 0.25).
        let offer = Offer { fee_share: ratio("0.1"), ..plan(20, Some(400), "1.2") };
        let demand = Distribution::point(500.0).expect("a distribution");
        let buyers = choice(&[offer], &demand, Perception::informed()).buyers[0];
        assert!((buyers.overflow_profit_usd - 83.0).abs() < 1e-12, "{buyers:?}");
        assert!((buyers.profit_usd + 80.0).abs() < 1e-12, "{buyers:?}");
        assert!((buyers.mean_utilization.expect("a buyer") - 1.0).abs() < 1e-15);
    }

    #[test]
    fn noise_that_is_next_to_nothing_changes_next_to_nothing() {
        let offers = tiers([400, 2_000, 8_000]);
        let exact = choice(&offers, &demand(), Perception::informed());
        let noisy = choice(&offers, &demand(), Perception::new(1.0, 1e-7).expect("a perception"));
        for (exact, noisy) in exact.buyers.iter().zip(&noisy.buyers) {
            assert!((exact.share - noisy.share).abs() < 1e-9, "{exact:?} {noisy:?}");
            assert!((exact.use_usd - noisy.use_usd).abs() < 1e-6, "{exact:?} {noisy:?}");
        }
    }

    #[test]
    fn a_sample_is_asked_value_by_value_and_a_curve_is_its_limit() {
        // The same noise over a curve and over 4,000 equal shares of it.
        let values: Vec<f64> = (0..4_000).map(|i| demand().quantile((f64::from(i) + 0.5) / 4_000.0)).collect();
        let sample = Distribution::empirical(&values).expect("a sample");
        let perception = Perception::new(2.0, 1.0).expect("a perception");
        let offers = tiers([400, 2_000, 8_000]);
        let (of_curve, of_sample) = (choice(&offers, &demand(), perception), choice(&offers, &sample, perception));
        for (curve, sample) in of_curve.buyers.iter().zip(&of_sample.buyers) {
            assert!((curve.share - sample.share).abs() < 1e-4, "{curve:?} {sample:?}");
            assert!((curve.served_usd - sample.served_usd).abs() < 0.1, "{curve:?} {sample:?}");
        }
    }

    #[test]
    fn a_narrow_segment_far_from_the_typical_use_is_not_overlooked() {
        // All use about 100, with noise 2; the second plan is the cheapest from 420 to 425 alone.
        let offers = [plan(20, Some(400), "1"), plan(40, Some(405), "1"), plan(50, None, "1")];
        let demand = Distribution::uniform(99.999, 100.001).expect("a distribution");
        let choice = choice(&offers, &demand, Perception::new(1.0, 2.0).expect("a perception"));
        let cdf = |usd: f64| crate::population::special::normal_cdf(libm::log(usd / 100.0) / 2.0);
        let mut left = 1.0;
        for segment in choice.segments.iter().rev() {
            let above = cdf(segment.from_usd.to_f64());
            let share = left - above;
            let got = choice.buyers[segment.offer].share;
            assert!((got - share).abs() < 1e-8, "{segment:?}: got {got}, want {share}");
            left = above;
        }
    }

    #[test]
    fn what_no_buyer_perceives_is_refused() {
        for factor in [0.0, -1.0, 1e9, f64::NAN] {
            assert_eq!(Perception::new(factor, 0.0), Err(PerceptionError::OverEstimation));
        }
        assert_eq!(Perception::new(1.0, -0.1), Err(PerceptionError::Noise));
        assert_eq!(Perception::new(1.0, f64::INFINITY), Err(PerceptionError::Noise));
    }

    #[test]
    fn without_offers_nobody_buys() {
        let choice = choice(&[], &demand(), Perception::informed());
        assert_eq!((choice.buyers.len(), choice.margin), (0, None));
    }

    /// Everyone of a grid of demands and noises asked for the cheapest offer: share, use, served and losers of each.
    fn asked(offers: &[Offer], demand: &Distribution, perception: Perception) -> Vec<[f64; 4]> {
        let (people, moods) = if perception.noise > 0.0 { (600_u32, 200) } else { (6_000, 1) };
        let mut sums = vec![[0.0; 4]; offers.len()];
        for mood in 0..moods {
            let z = crate::population::special::normal_quantile((f64::from(mood) + 0.5) / f64::from(moods));
            let factor = perception.over_estimation * libm::exp(perception.noise * z);
            for person in 0..people {
                let need = demand.quantile((f64::from(person) + 0.5) / f64::from(people));
                let cost = |offer: &Offer| {
                    let over = offer.included_usd.as_ref().map_or(0.0, |usd| (need * factor - usd.to_f64()).max(0.0));
                    offer.fee_usd.to_f64() + offer.overflow_rate.to_f64() * over
                };
                let best = (0..offers.len()).min_by(|&a, &b| cost(&offers[a]).total_cmp(&cost(&offers[b])));
                let best = best.expect("there are offers");
                let served = offers[best].included_usd.as_ref().map_or(need, |usd| need.min(usd.to_f64()));
                let profit = offers[best].room_usd.to_f64() - 0.25 * served;
                let each = [1.0, need, served, f64::from(u8::from(profit < 0.0))];
                sums[best].iter_mut().zip(each).for_each(|(sum, x)| *sum += x / f64::from(people * moods));
            }
        }
        sums
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn the_integrals_are_what_asking_everyone_finds(
            plans in proptest::collection::vec((1..400_u64, 1..4_000_u64, 8..13_u64), 1..4),
            with_api: bool,
            median in 20.0..500.0_f64,
            s in 0.3..1.0_f64,
            over_estimation in 0.3..3.0_f64,
            noise in prop_oneof![Just(0.0), 0.2..1.0_f64],
        ) {
            let rated = |&(fee, included, tenths): &(u64, u64, u64)| Offer {
                overflow_rate: Ratio::from(tenths) / Ratio::from(10),
                ..plan(fee, Some(included), "1")
            };
            let mut offers: Vec<Offer> = plans.iter().map(rated).collect();
            offers.extend(with_api.then(|| Offer::api(ratio("0.25"))));
            let demand = Distribution::lognormal(Level::Median(median), s).expect("a distribution");
            let perception = Perception::new(over_estimation, noise).expect("a perception");
            let choice = choice(&offers, &demand, perception);
            let shares: f64 = choice.buyers.iter().map(|of| of.share).sum();
            prop_assert!((shares - 1.0).abs() < 1e-9, "{shares}");
            for (got, want) in choice.buyers.iter().zip(asked(&offers, &demand, perception)) {
                let losers = got.losers.unwrap_or(0.0) * got.share;
                let mean = demand.mean();
                let pairs = [(got.share, want[0]), (got.use_usd / mean, want[1] / mean),
                    (got.served_usd / mean, want[2] / mean), (losers, want[3])];
                for (got, want) in pairs {
                    prop_assert!((got - want).abs() < 0.015, "{got} {want}: {choice:?}");
                }
            }
        }

        #[test]
        fn any_demand_is_divided_without_rest(zeros in 0.0..0.9_f64, a in 0.3..5.0_f64, noise in 0.0..3.0_f64) {
            let base = Distribution::beta(a, 3.0).and_then(|beta| beta.scaled(3_000.0)).expect("a distribution");
            let capped = base.clamped(1_500.0).expect("a cap");
            let demand = Distribution::zero_inflated(zeros, &capped).expect("a share");
            let perception = Perception::new(1.5, noise).expect("a perception");
            let choice = choice(&tiers([400, 2_000, 8_000]), &demand, perception);
            let total = |of: fn(&Buyers) -> f64| choice.buyers.iter().map(of).sum::<f64>();
            prop_assert!((total(|of| of.share) - 1.0).abs() < 1e-9);
            prop_assert!((total(|of| of.use_usd) / demand.mean() - 1.0).abs() < 1e-8);
            prop_assert!((total(|of| of.served_usd + of.overflow_usd) / demand.mean() - 1.0).abs() < 1e-8);
        }
    }
}
