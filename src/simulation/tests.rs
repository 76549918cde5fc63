//! The kernel against a slow second one, and the laws of splitting and merging.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Earnings, Figures, Part, Simulation, SimulationError, Stream, Table, Tally};
use crate::economics::{Economics, Overage, Terms, serving_share};
use crate::population::{Distribution, Level};
use crate::units::Ratio;

fn economics(price_usd: i32, max_usd: i32, overage: Option<Ratio>) -> Economics {
    Economics {
        revenue: Terms::monthly(Ratio::from(price_usd)).revenue(),
        fixed_cost_usd: Ratio::zero(),
        serving_share: serving_share(&Ratio::new(3, 4)).expect("a margin below 1"),
        max_api_usd: Some(Ratio::from(max_usd)),
        overage: overage.map(|of_list_price| Overage { of_list_price, fee_share: Ratio::new(3, 100) }),
    }
}

fn earnings(price_usd: i32, max_usd: i32, overage: Option<Ratio>) -> Earnings {
    Earnings::of(&economics(price_usd, max_usd, overage)).expect("bounded")
}

fn lognormal() -> Distribution {
    Distribution::lognormal(Level::Median(0.03), 1.2763).expect("a lognormal")
}

fn part(subscribers: u64, distribution: &Distribution, earnings: Earnings) -> Part {
    Part { subscribers, utilization: Arc::new(Table::of(distribution).expect("finite quantiles")), earnings }
}

fn run(seed: u64, parts: Vec<Part>) -> Vec<Tally> {
    Simulation::new(seed, parts).expect("a book").run()
}

/// Subscribers one by one, by exact quantiles and plain sums.
struct Plain {
    uses: Vec<f64>,
    profits: Vec<f64>,
    revenue: f64,
}

impl Plain {
    fn of(seed: u64, first: u64, count: u64, demand: &Distribution, economics: &Economics) -> Self {
        let float = |ratio: &Ratio| ratio.to_f64();
        let max = float(economics.max_api_usd.as_ref().expect("bounded"));
        let (room, serving) = (float(&economics.room_usd()), float(&economics.serving_share) * max);
        let price = float(&economics.revenue.revenue_usd);
        let mut plain = Self { uses: Vec::new(), profits: Vec::new(), revenue: 0.0 };
        for subscriber in first..first + count {
            let bits = Stream::new(seed, 0).bits(subscriber);
            let tail = ((bits & ((1 << 52) - 1)) as f64 + 0.5) / 9_007_199_254_740_992.0;
            let demand = if bits >> 63 == 0 { demand.quantile(tail) } else { demand.quantile_upper(tail) };
            let (used, profit, revenue) = match &economics.overage {
                Some(overage) if demand > 1.0 => {
                    let paid = float(&overage.of_list_price) * (demand - 1.0) * max;
                    let kept = paid * (1.0 - float(&overage.fee_share));
                    (demand, room + kept - serving * demand, price + paid)
                }
                _ => (demand.min(1.0), room - serving * demand.min(1.0), price),
            };
            plain.uses.push(used);
            plain.profits.push(profit);
            plain.revenue += revenue;
        }
        plain.uses.sort_by(f64::total_cmp);
        plain
    }
}

fn near(got: f64, want: f64, rel: f64) -> bool {
    (got - want).abs() <= rel * want.abs() + 1e-12
}

/// Everything that both kernels know, for one part that starts at subscriber 0.
fn agree(demand: &Distribution, economics: &Economics, count: u64) {
    let earnings = Earnings::of(economics).expect("bounded");
    let tally = &run(11, vec![part(count, demand, earnings)])[0];
    let figures = Figures::of(tally, &earnings).expect("subscribers");
    let plain = Plain::of(11, 0, count, demand, economics);
    let n = count as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let sd = |values: &[f64]| {
        let middle = mean(values);
        (values.iter().map(|value| (value - middle) * (value - middle)).sum::<f64>() / n).sqrt()
    };
    let (scale, profit) = (sd(&plain.profits), mean(&plain.profits));
    assert!(near(figures.utilization.value, mean(&plain.uses), 2e-5), "{figures:?}");
    assert!(near(figures.utilization_sd, sd(&plain.uses), 1e-4), "{figures:?}");
    assert!((figures.profit_usd.value - profit).abs() < 2e-5 * (scale + profit.abs()), "{figures:?} {profit}");
    assert!(near(figures.profit_sd_usd, scale, 1e-4), "{figures:?} {scale}");
    assert!(near(figures.profit_usd.standard_error, scale / n.sqrt(), 1e-4), "{figures:?}");
    let margin = profit * n / plain.revenue;
    assert!((figures.margin.expect("revenue").value - margin).abs() < 1e-4, "{figures:?} {margin}");
    // Who is within a ten-thousandth of break-even may be on either side.
    let losing = plain.profits.iter().filter(|profit| **profit < 0.0).count() as f64 / n;
    assert!((figures.loss_share.value - losing).abs() < 2e-4, "{figures:?} {losing}");
    let deficit = -mean(&plain.profits.iter().map(|profit| profit.min(0.0)).collect::<Vec<_>>());
    assert!(near(figures.deficit_usd, deficit, 1e-4), "{figures:?} {deficit}");
    assert!(near(figures.surplus_usd - figures.deficit_usd, figures.profit_usd.value, 1e-9), "{figures:?}");
    assert!(near(figures.range.0, plain.uses[0], 2e-4), "{figures:?}");
    assert!(near(figures.range.1, plain.uses[plain.uses.len() - 1], 2e-4), "{figures:?}");
    let mut margins: Vec<f64> = plain.uses.iter().map(|used| earnings.margin(*used).expect("revenue")).collect();
    margins.sort_by(f64::total_cmp);
    for percent in [5_u8, 50, 95, 99] {
        let share = f64::from(percent) / 100.0;
        let rank = plain.uses.len() * usize::from(percent) / 100;
        let got = tally.utilization_quantile(share).expect("subscribers").value;
        assert!(near(got, plain.uses[rank], 5e-4), "{percent}: {got} {}", plain.uses[rank]);
        let got = tally.margin_quantile(&earnings, share).expect("revenue").value;
        assert!((got - margins[rank]).abs() < 2e-3 * (1.0 + margins[rank].abs()), "{percent}: {got} {}", margins[rank]);
    }
    let top: f64 = plain.uses[plain.uses.len() - plain.uses.len() / 10..].iter().sum();
    let top = top / plain.uses.iter().sum::<f64>();
    assert!(near(tally.top_share(0.1).expect("use"), top, 5e-4));
}

#[test]
fn a_slow_kernel_draws_the_same_subscribers() {
    let capped = economics(200, 14_000, None);
    for demand in [
        lognormal(),
        lognormal().clamped(1.0).expect("a bound"),
        Distribution::beta(0.55, 8.5).expect("a beta"),
        Distribution::zero_inflated(0.4, &lognormal()).expect("a share"),
    ] {
        agree(&demand, &capped, 70_001);
    }
}

#[test]
fn overage_is_served_and_paid() {
    // At list price it pays for the loss at full use from about 131 % on; at a fifth it never does.
    let demand = Distribution::lognormal(Level::Median(0.3), 1.2763).expect("a lognormal");
    for rate in [Ratio::one(), Ratio::new(1, 5), Ratio::new(1, 2)] {
        agree(&demand, &economics(20, 400, Some(rate.clone())), 70_001);
        // A plan that earns at full use: only overage below its cost can lose.
        agree(&demand, &economics(200, 400, Some(rate)), 70_001);
    }
}

#[test]
fn who_stands_exactly_on_break_even_does_not_lose() {
    // $200 over $3,500 is 2/35.
    let on = 2.0 / 35.0;
    for (used, losing) in [(on, 0.0), (f64::next_up(on), 1.0), (f64::next_down(on), 0.0)] {
        let point = Distribution::point(used).expect("a point");
        let earnings = earnings(200, 14_000, None);
        let figures = Figures::of(&run(1, vec![part(1000, &point, earnings)])[0], &earnings).expect("subscribers");
        assert_eq!(figures.loss_share.value.to_bits(), f64::to_bits(losing), "{used}");
        assert_eq!(figures.range, (used, used));
    }
}

#[test]
fn figures_of_a_book_of_two_users_are_worked_by_hand() {
    // Half use nothing and half all: at $20 and $400 with a quarter to serve, +20 and -80, whatever the draws.
    let half = Distribution::discrete(&[0.0, 1.0], None).expect("equal weights");
    let earnings = earnings(20, 400, None);
    let tally = &run(5, vec![part(100_000, &half, earnings)])[0];
    let figures = Figures::of(tally, &earnings).expect("subscribers");
    let full = figures.at_full_share;
    assert!((full - 0.5).abs() < 4.0 * 0.5 / 316.0, "{full}");
    assert!(near(figures.utilization.value, full, 1e-12));
    assert!(near(figures.loss_share.value, full, 1e-12));
    assert!(near(figures.deficit_usd, 80.0 * full, 1e-12));
    assert!(near(figures.surplus_usd, 20.0 * (1.0 - full), 1e-12));
    assert!(near(figures.profit_usd.value, 20.0 - 100.0 * full, 1e-9));
    assert!(near(figures.margin.expect("revenue").value, 1.0 - 5.0 * full, 1e-9));
    assert!(near(figures.profit_sd_usd, 100.0 * (full * (1.0 - full)).sqrt(), 1e-9));
}

#[test]
fn what_cannot_be_simulated_is_refused_and_nobody_has_no_figures() {
    let plan = earnings(20, 400, None);
    let new = |count, table: Table| {
        Simulation::new(0, vec![Part { subscribers: count, utilization: Arc::new(table), earnings: plan }]).map(|_| ())
    };
    let flat = |value: f64| Table::new(move |_| value, move |_| value).expect("finite");
    assert_eq!(new(u64::MAX, flat(0.5)), Err(SimulationError::TooMany));
    assert_eq!(new(1, flat(-0.5)), Err(SimulationError::Utilization { value: -0.5 }));
    assert_eq!(new(1, flat(1e41)), Err(SimulationError::Utilization { value: 1e41 }));
    assert_eq!(new(1, flat(1e40)), Ok(()));
    let nobody = &run(1, vec![part(0, &lognormal(), plan)])[0];
    assert_eq!(Figures::of(nobody, &plan), None);
    assert_eq!((nobody.utilization_quantile(0.5), nobody.top_share(0.5)), (None, None));
    let free = earnings(0, 400, None);
    let tally = &run(1, vec![part(1000, &lognormal(), free)])[0];
    assert_eq!(Figures::of(tally, &free).expect("subscribers").margin, None);
    assert_eq!(tally.margin_quantile(&free, 0.5), None);
}

#[test]
fn the_largest_use_leaves_finite_figures() {
    let plan = earnings(20, 400, Some(Ratio::one()));
    let large = Distribution::point(1e40).expect("a point");
    let figures = Figures::of(&run(1, vec![part(5000, &large, plan)])[0], &plan).expect("subscribers");
    assert!(near(figures.utilization.value, 1e40, 1e-12) && figures.profit_sd_usd.is_finite(), "{figures:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn blocks_in_any_order_and_any_split_give_the_same_tallies(
        seed in any::<u64>(),
        counts in prop::collection::vec(0_u64..200_000, 1..3),
        order in any::<u64>(),
        workers in 1_u64..5,
    ) {
        let table = Arc::new(Table::of(&lognormal()).expect("finite quantiles"));
        let part = |&subscribers: &u64| Part { subscribers, utilization: Arc::clone(&table), earnings: earnings(200, 14_000, None) };
        let simulation = Simulation::new(seed, counts.iter().map(part).collect()).expect("a book");
        let whole = simulation.run();
        for (tally, count) in whole.iter().zip(&counts) {
            prop_assert_eq!(tally.subscribers(), *count);
        }
        // Blocks dealt out as the bits of `order` say, each hand merged into the next, the last one first.
        let mut hands = vec![simulation.tallies(); 4];
        for block in (0..simulation.blocks()).rev() {
            let hand = usize::try_from(Stream::new(order, 0).bits(block) % workers).expect("below 5");
            simulation.add_block(block, &mut hands[hand]);
        }
        let mut merged = simulation.tallies();
        for hand in hands.iter().rev() {
            merged.iter_mut().zip(hand).for_each(|(tally, more)| tally.merge(more));
        }
        prop_assert!(merged == whole);
    }
}
