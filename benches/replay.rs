//! What a log before limits costs: events times limits, for each kind of window and each way to pass.
//!
//! Compare within one run, or with `--baseline`; single times are of one machine on one day.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use plancost::allowance::Hours;
use plancost::rates::{ByClass, TokenClass};
use plancost::replay::{
    Admission, Calendar, CalendarUnit, Event, Limit, Log, Overflow, Paid, Policy, Weights, Window, replay,
};
use plancost::units::{Instant, Ratio, Time, Tokens, Usd, Weekday, time_zone};

/// Requests a minute apart on average over five months and a half, always the same.
fn log(events: u64) -> Log {
    let mut seed = 20_260_611_u64;
    let mut below = |most: u64| {
        // Knuth's MMIX generator; the high bits are the random ones.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    let mut now = 1_770_000_000_000_i64;
    let records = (0..events).map(|_| {
        now += i64::try_from(below(120_000)).expect("small");
        let mut tokens = ByClass::default();
        tokens[TokenClass::CacheRead] = Tokens(below(200_000));
        tokens[TokenClass::Output] = Tokens(below(4_000));
        let event = Event {
            at: Instant::from_unix_ms(now).expect("in range"),
            model: u32::try_from(below(4)).expect("small"),
            origin: u32::try_from(below(50)).expect("small"),
            usd: Usd::from_atto(i128::from(below(2_000_000)) * 1_000_000_000_000),
            tokens,
            credits_atto: 0,
        };
        (None::<u32>, event)
    });
    let models: Vec<Arc<str>> = ["opus", "sonnet", "haiku", "other"].map(Arc::from).to_vec();
    Log::gather(models, 50, records).expect("a log")
}

fn hours(hours: i32) -> Hours {
    Hours::new(&Ratio::from(hours)).expect("hours")
}

/// Four limits of the kinds that plans have; with `room`, so large that nothing is stopped.
fn limits(room: bool) -> Vec<Limit> {
    let scale = Ratio::from(if room { 1_000_000 } else { 1 });
    let cap = |number: i32| Ratio::from(number) * &scale;
    let anchor = Instant::parse("2026-01-05T09:00:00Z").expect("a time");
    let zone = time_zone("Europe/Berlin").expect("in the database");
    let week = Calendar::new(CalendarUnit::Week(Weekday::Monday), Time::midnight(), zone).expect("possible");
    let session = Window::Session { length: hours(5), floor_minutes: 0 };
    vec![
        Limit::new("5h", cap(150), session, Weights::usd()),
        Limit::new("week", cap(4_000), Window::Fixed { length: hours(168), anchor }, Weights::usd()),
        Limit::new("opus", cap(300_000_000), Window::Calendar(week), Weights::tokens()).of_models(&["opus".into()]),
        Limit::new("day", cap(1_000), Window::Rolling { length: hours(24) }, Weights::requests()),
    ]
}

fn checks(criterion: &mut Criterion) {
    let log = log(250_000);
    let horizon = log.horizon().expect("events");
    let paid = || Overflow::Overage(Paid { rate: Ratio::one(), spend_cap: None, prepaid: None });
    let cases = [
        ("room", true, Policy::new(Overflow::Drop)),
        ("soft", false, Policy::new(Overflow::Drop)),
        ("strict", false, Policy { admission: Admission::Strict, overflow: Overflow::Drop }),
        ("defer", false, Policy::new(Overflow::Defer)),
        ("overage", false, Policy::new(paid())),
    ];
    let mut group = criterion.benchmark_group("replay");
    group.sample_size(10);
    for (name, room, policy) in cases {
        let limits = limits(room);
        group.throughput(Throughput::Elements(log.events().len() as u64 * limits.len() as u64));
        group.bench_function(BenchmarkId::new("four-limits", name), |bencher| {
            bencher.iter(|| black_box(replay(&log, &limits, &policy, horizon).expect("limits")));
        });
    }
    group.finish();
}

/// The dearest there is: two rolling windows that are always full, so that nearly every request is split, and what is
/// left of each window is a longer fraction each time.
fn splits(criterion: &mut Criterion) {
    let log = log(10_000);
    let horizon = log.horizon().expect("events");
    let rolling = |length| Window::Rolling { length: hours(length) };
    let limits = [
        Limit::new("tokens", Ratio::from(20_000_000), rolling(5), Weights::tokens()),
        Limit::new("dollars", Ratio::from(850), rolling(24), Weights::usd()),
    ];
    let policy = Policy { admission: Admission::Split, overflow: Overflow::Drop };
    let mut group = criterion.benchmark_group("splits");
    group.sample_size(10);
    group.throughput(Throughput::Elements(log.events().len() as u64 * limits.len() as u64));
    group.bench_function("two-rolling", |bencher| {
        bencher.iter(|| black_box(replay(&log, &limits, &policy, horizon).expect("limits")));
    });
    group.finish();
}

/// Ten times the log must take ten times as long.
fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth");
    group.sample_size(10);
    for events in [25_000, 250_000, 2_500_000] {
        let log = log(events);
        let (horizon, limits) = (log.horizon().expect("events"), limits(false));
        let policy = Policy::new(Overflow::Drop);
        group.throughput(Throughput::Elements(events * 4));
        group.bench_function(BenchmarkId::new("soft", events), |bencher| {
            bencher.iter(|| black_box(replay(&log, &limits, &policy, horizon).expect("limits")));
        });
    }
    group.finish();
}

criterion_group!(benches, checks, splits, growth);
criterion_main!(benches);
