//! The replay against a slow one that was written without it, on thousands of small cases.
//!
//! The cases are drawn from a fixed seed; `PROPTEST_CASES` draws more, and `PROPTEST_RNG_SEED` others. One that differs
//! is made as small as it can be before it is shown.

mod auditor {
    pub(crate) mod calendar;
    pub(crate) mod case;
    pub(crate) mod slow;
}

use std::collections::BTreeMap;
use std::sync::Arc;

use auditor::case::{Case, EventCase, LimitCase, MODELS, Metric, OverflowCase, Tenths, WindowCase, after, instant};
use auditor::slow::{Finding, STEP, audit};
use plancost::replay::{Admission, CalendarUnit, Log, Outcome, Span, replay};
use plancost::units::{Instant, Ratio, TimeZone, Weekday, time_zone};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

fn drawn() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 2_000;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_611);
    }
    config
}

/// Shortly before the clocks of New York, Lord Howe Island and New York change, and before a short month.
const STARTS: [&str; 4] =
    ["2026-03-07T00:00:00Z", "2026-04-03T18:00:00Z", "2026-10-31T12:00:00Z", "2026-02-27T00:00:00Z"];

fn zone() -> impl Strategy<Value = TimeZone> {
    select(vec!["UTC", "America/New_York", "Australia/Lord_Howe"])
        .prop_map(|name| time_zone(name).expect("in the database"))
}

fn unit() -> impl Strategy<Value = CalendarUnit> {
    prop_oneof![
        3 => Just(CalendarUnit::Day),
        1 => (0_i8..7).prop_map(|day| CalendarUnit::Week(Weekday::from_monday_zero_offset(day).expect("a day"))),
        1 => select(vec![1_u8, 7, 28, 31]).prop_map(CalendarUnit::Month),
    ]
}

fn window(start: i64) -> impl Strategy<Value = WindowCase> {
    prop_oneof![
        (1_i64..14, select(vec![0_u16, 30, 60])).prop_map(|(length, floor)| {
            WindowCase::Session(length, if length == 1 { floor.min(30) } else { floor })
        }),
        (1_i64..60, -100_i64..100).prop_map(move |(length, anchor)| WindowCase::Fixed(length, after(start, anchor))),
        (1_i64..30).prop_map(WindowCase::Rolling),
        (unit(), zone(), 0_u8..48).prop_map(|(unit, zone, at)| WindowCase::Calendar(unit, zone, at)),
    ]
}

fn limit(start: i64) -> impl Strategy<Value = LimitCase> {
    let metric = select(vec![Metric::Usd, Metric::Tokens, Metric::Credits, Metric::Requests, Metric::Mixed]);
    let counts = prop_oneof![3 => Just([true; 3]), 1 => any::<[bool; 3]>()];
    (metric, 0_i32..24, window(start), counts).prop_map(|(metric, cap_halves, window, counts)| LimitCase {
        metric,
        cap_halves,
        window,
        counts,
    })
}

fn event(start: i64) -> impl Strategy<Value = EventCase> {
    (0_i64..130, 0_usize..3, 0_u32..3, 0_i32..40, 0_i32..7, 0_i32..7).prop_map(
        move |(step, model, origin, dimes, tokens, credits)| EventCase {
            at: after(start, step),
            model,
            origin,
            dimes,
            tokens,
            credits,
        },
    )
}

fn overflow() -> impl Strategy<Value = OverflowCase> {
    let tenths = || select(vec![0, 2, 7, 10, 11]).prop_map(Tenths);
    prop_oneof![
        Just(OverflowCase::Drop),
        Just(OverflowCase::Defer),
        (tenths(), proptest::option::of(0_i32..9), proptest::option::of(0_i32..9))
            .prop_map(|(rate, spend_cap, prepaid)| OverflowCase::Overage { rate, spend_cap, prepaid }),
        tenths().prop_map(|ratio| OverflowCase::Downgrade { ratio }),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    select(STARTS.to_vec()).prop_flat_map(|start| {
        let start = Instant::parse(start).expect("a time").unix_ms();
        let admission = select(vec![Admission::Soft, Admission::Strict, Admission::Split]);
        let limits = proptest::collection::vec(limit(start), 0..4);
        let events = proptest::collection::vec(event(start), 0..14);
        (events, limits, admission, overflow(), 100_i64..140).prop_map(
            move |(events, limits, admission, overflow, steps)| Case {
                start,
                end: after(start, steps),
                events,
                limits,
                admission,
                overflow,
            },
        )
    })
}

fn log(events: &[EventCase]) -> Log {
    let models: Vec<Arc<str>> = MODELS.map(Arc::from).to_vec();
    Log::gather(models, 3, events.iter().map(|event| (None::<u32>, event.event()))).expect("a log")
}

fn replayed(case: &Case) -> Outcome {
    let limits: Vec<_> = case.limits.iter().enumerate().map(|(id, limit)| limit.limit(id)).collect();
    let horizon = Span::new(instant(case.start), instant(case.end)).expect("not empty");
    replay(&log(&case.events), &limits, &case.overflow.policy(case.admission), horizon).expect("small numbers")
}

/// Dollars are divided at 1e-18 where a request is split; no case splits more than a few dozen.
fn close(quick: &Ratio, slow: &Ratio) -> bool {
    (quick - slow).abs() < Ratio::new(1, 1_000_000_000_000)
}

fn both_close(quick: Option<&Ratio>, slow: Option<&Ratio>) -> bool {
    match (quick, slow) {
        (Some(quick), Some(slow)) => close(quick, slow),
        (quick, slow) => quick == slow,
    }
}

fn blocked_steps(case: &Case, outcome: &Outcome) -> Vec<bool> {
    let at = |step: i64| instant(after(case.start, step));
    (0..(case.end - case.start) / STEP).map(|step| outcome.blocked.iter().any(|span| span.holds(at(step)))).collect()
}

fn agree(case: &Case, quick: &Outcome, slow: &Finding) -> Result<(), TestCaseError> {
    let dollars = [
        ("included", quick.included.ratio(), &slow.included),
        ("paid", quick.overage_api.ratio(), &slow.paid),
        ("cost", quick.overage_cost.clone(), &slow.cost),
        ("downgraded", quick.downgraded.ratio(), &slow.downgraded),
        ("refused", quick.refused.ratio(), &slow.refused),
        ("pending", quick.pending.ratio(), &slow.pending),
    ];
    for (name, quick, slow) in dollars {
        prop_assert!(close(&quick, slow), "{name}: {} and slowly {}", quick.to_exact(), slow.to_exact());
    }
    prop_assert_eq!(&quick.overage_cost, &slow.cost);
    let counts = quick.counts;
    let counts = [counts.refused, counts.deferred, counts.pending, counts.overage, counts.downgraded];
    prop_assert_eq!(counts, slow.counts);
    prop_assert_eq!(quick.wait_ms, i128::from(slow.wait_steps * STEP));
    prop_assert_eq!(quick.wait_ms_max, slow.wait_steps_max * STEP);
    prop_assert_eq!(blocked_steps(case, quick), slow.blocked.clone());
    for (limit, (quick, slow)) in quick.limits.iter().zip(&slow.uses).enumerate() {
        prop_assert_eq!(quick.windows_used, slow.0, "windows of limit {}", limit);
        prop_assert!(
            both_close(quick.mean_utilization.as_ref(), slow.1.as_ref()),
            "mean of {limit}: {quick:?} {slow:?}"
        );
        prop_assert!(
            both_close(quick.max_utilization.as_ref(), slow.2.as_ref()),
            "most of {limit}: {quick:?} {slow:?}"
        );
    }
    agree_on_hits(case, quick, slow)
}

fn agree_on_hits(case: &Case, quick: &Outcome, slow: &Finding) -> Result<(), TestCaseError> {
    prop_assert_eq!(quick.hits.len(), slow.hits.len(), "{:?}\n{:?}", quick.hits, slow.hits);
    for (quick, slow) in quick.hits.iter().zip(&slow.hits) {
        prop_assert_eq!((quick.limit, quick.event, quick.at.unix_ms()), (slow.limit, slow.event, slow.at));
        let window = quick.window.map(|span| (span.start.unix_ms(), span.end.unix_ms()));
        // The slow one looks no further than the end of the case.
        let until_end = |(start, end): (i64, i64)| (start, end.min(case.end));
        prop_assert_eq!(window.map(until_end), slow.window.map(until_end));
        let filled: BTreeMap<u32, &Ratio> = quick.filled_by.iter().map(|(origin, used)| (*origin, used)).collect();
        prop_assert_eq!(filled.len(), slow.filled_by.len(), "{:?} {:?}", quick, slow);
        for (origin, used) in &slow.filled_by {
            prop_assert!(both_close(filled.get(origin).copied(), Some(used)), "{quick:?} {slow:?}");
        }
    }
    for (limit, used) in quick.limits.iter().enumerate() {
        let hits = quick.hits.iter().filter(|hit| hit.limit == limit).count();
        prop_assert_eq!(used.hits, u64::try_from(hits).expect("few"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn the_replay_agrees_with_a_slow_and_obvious_one(case in case()) {
        let quick = replayed(&case);
        let events = log(&case.events);
        let in_order = |event: &plancost::replay::Event| {
            case.events.iter().find(|known| known.event() == *event).expect("one of them").clone()
        };
        let slow = audit(&case, events.events().iter().map(in_order).collect());
        agree(&case, &quick, &slow)?;
        let parts = [quick.included, quick.overage_api, quick.downgraded, quick.refused, quick.pending];
        prop_assert_eq!(parts.iter().map(|usd| usd.atto()).sum::<i128>(), quick.api.atto());
    }
}

// Laws.

/// What adds up over time: dollars, counts, blocked time and hits.
fn sums(outcome: &Outcome) -> (Vec<i128>, Vec<u64>, Ratio, Ratio) {
    let usd =
        [outcome.api, outcome.included, outcome.overage_api, outcome.downgraded, outcome.refused, outcome.pending];
    let counts = outcome.counts;
    let hits: Vec<u64> = outcome.limits.iter().map(|limit| limit.hits).collect();
    let counts = [outcome.events, counts.refused, counts.overage, counts.downgraded].into_iter().chain(hits);
    let usd = usd.iter().map(|usd| usd.atto()).collect();
    (usd, counts.collect(), outcome.overage_cost.clone(), outcome.blocked_hours())
}

/// A case whose limits all begin anew at an instant in its midst, so that nothing carries over it.
fn parted() -> impl Strategy<Value = (Case, i64)> {
    (case(), 1_i64..40, 1_i64..5).prop_map(|(mut case, length, count)| {
        let middle = after(case.start, length * count);
        for limit in &mut case.limits {
            limit.window = WindowCase::Fixed(length, middle);
            // A cap of zero stops work to the end, wherever that is.
            limit.cap_halves = limit.cap_halves.max(1);
        }
        case.overflow = match case.overflow {
            OverflowCase::Overage { rate, .. } => OverflowCase::Overage { rate, spend_cap: None, prepaid: None },
            OverflowCase::Defer => OverflowCase::Drop,
            other => other,
        };
        case.end = case.end.max(after(middle, 1));
        (case, middle)
    })
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn a_larger_cap_of_a_lone_dollar_limit_refuses_no_more(case in case(), halves in 1_i32..8) {
        let mut case = Case { overflow: OverflowCase::Drop, ..case };
        case.limits.truncate(1);
        for limit in &mut case.limits {
            limit.metric = Metric::Usd;
            // What fits whole may open a session, or fill a rolling window, at a time that shuts out more later.
            let moves = matches!(limit.window, WindowCase::Session(..) | WindowCase::Rolling(_));
            if moves && case.admission == Admission::Strict {
                case.admission = Admission::Soft;
            }
        }
        let mut larger = case.clone();
        for limit in &mut larger.limits {
            limit.cap_halves += halves;
        }
        prop_assert!(replayed(&larger).refused <= replayed(&case).refused);
    }

    #[test]
    fn the_order_of_lines_does_not_matter(case in case(), seed: u64) {
        // Distinct times: what happens at one instant happens in the order of its lines.
        let mut events: Vec<EventCase> = case.events.clone();
        events.sort_by_key(|event| event.at);
        events.dedup_by_key(|event| event.at);
        let mut shuffled = events.clone();
        let turn = usize::try_from(seed % 7).expect("small") % shuffled.len().max(1);
        shuffled.rotate_left(turn);
        if seed % 2 == 1 {
            shuffled.reverse();
        }
        let (case, shuffled) = (Case { events, ..case.clone() }, Case { events: shuffled, ..case });
        let (in_order, gathered) = (log(&case.events), log(&shuffled.events));
        prop_assert_eq!(in_order.out_of_order(), 0);
        prop_assert_eq!(in_order.events(), gathered.events());
        prop_assert_eq!(replayed(&case), replayed(&shuffled));
    }

    #[test]
    fn where_nothing_carries_over_the_parts_add_up_to_the_whole((case, middle) in parted()) {
        let whole = sums(&replayed(&case));
        let before = sums(&replayed(&Case { end: middle, ..case.clone() }));
        let after = sums(&replayed(&Case { start: middle, ..case }));
        let add = |a: &[i128], b: &[i128]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<_>>();
        prop_assert_eq!(whole.0, add(&before.0, &after.0));
        let counts: Vec<u64> = before.1.iter().zip(&after.1).map(|(a, b)| a + b).collect();
        prop_assert_eq!(whole.1, counts);
        prop_assert_eq!(whole.2, before.2 + after.2);
        prop_assert_eq!(whole.3, before.3 + after.3);
    }
}
