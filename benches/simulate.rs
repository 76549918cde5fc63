//! What a simulated subscriber costs on one thread, with all statistics, and what a table of quantiles costs once.
//!
//! The plan and the first population are those of the numpy program that the budget speaks of, so that the two can be
//! run by turns.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plancost::economics::{Economics, Overage, Terms};
use plancost::population::{Distribution, Level};
use plancost::simulation::{Earnings, Figures, Part, Simulation, Table};
use plancost::units::Ratio;

const SUBSCRIBERS: u64 = 10_000_000;

/// $200 a month, $3,500 to serve at full use.
fn earnings(overage: Option<Overage>) -> Earnings {
    let economics = Economics {
        revenue: Terms::monthly(Ratio::from(200)).revenue(),
        fixed_cost_usd: Ratio::zero(),
        serving_share: Ratio::new(1, 4),
        max_api_usd: Some(Ratio::from(14_000)),
        overage,
    };
    Earnings::of(&economics).expect("bounded")
}

fn populations() -> [(&'static str, Distribution); 4] {
    let lognormal = Distribution::lognormal(Level::Median(0.03), 1.2763).expect("a lognormal");
    [
        ("truncated lognormal", lognormal.truncated(1.0).expect("a bound")),
        ("clamped lognormal", lognormal.clamped(1.0).expect("a bound")),
        ("beta", Distribution::beta(0.55, 8.5).expect("a beta")),
        ("lognormal, some without use", Distribution::zero_inflated(0.3, &lognormal).expect("a share")),
    ]
}

fn subscribers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("10 million subscribers");
    group.sample_size(10).throughput(Throughput::Elements(SUBSCRIBERS));
    let at_list_price = Overage { of_list_price: Ratio::one(), fee_share: Ratio::zero() };
    for (overage, name) in [(None, ""), (Some(at_list_price), ", with overage")] {
        let earnings = earnings(overage);
        for (population, distribution) in populations() {
            let utilization = Arc::new(Table::of(&distribution).expect("finite quantiles"));
            let part = Part { subscribers: SUBSCRIBERS, utilization, earnings };
            let simulation = Simulation::new(42, vec![part]).expect("a book");
            group.bench_function(format!("{population}{name}"), |bench| {
                bench.iter(|| {
                    let tally = &simulation.run()[0];
                    let quantiles = [0.05, 0.5, 0.95].map(|share| tally.margin_quantile(&earnings, share));
                    black_box((Figures::of(tally, &earnings), quantiles))
                });
            });
        }
    }
    group.finish();
}

fn tables(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("table");
    group.sample_size(10);
    for (population, distribution) in populations() {
        group.bench_function(population, |bench| bench.iter(|| Table::of(&distribution)));
    }
    group.finish();
}

criterion_group!(benches, subscribers, tables);
criterion_main!(benches);
