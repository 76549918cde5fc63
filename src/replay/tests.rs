//! Cases worked by hand.

use super::*;
use crate::allowance::Hours;
use crate::rates::{ByClass, TokenClass};
use crate::units::{Instant, Ratio, Tokens, Usd};

fn at(text: &str) -> Instant {
    Instant::parse(text).expect("a time")
}

fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

fn usd(text: &str) -> Usd {
    Usd::from_ratio(&ratio(text)).expect("a decimal")
}

fn event(when: &str, dollars: &str) -> Event {
    let (at, usd) = (at(when), usd(dollars));
    Event { at, model: 0, origin: 0, usd, tokens: ByClass::default(), credits_atto: 0 }
}

fn log(events: &[Event]) -> Log {
    let models = vec!["big".into(), "small".into()];
    Log::gather(models, 2, events.iter().map(|event| (None::<u8>, *event))).expect("a log")
}

fn session(id: &str, hours: &str, cap: &str) -> Limit {
    let length = Hours::new(&ratio(hours)).expect("hours");
    Limit::new(id, ratio(cap), Window::Session { length, floor_minutes: 0 }, Weights::usd())
}

fn policy(admission: Admission, overflow: Overflow) -> Policy {
    Policy { admission, overflow }
}

fn overage(spend_cap: Option<&str>) -> Policy {
    let spend_cap = spend_cap.map(|cap| (ratio(cap), Calendar::months()));
    Policy::new(Overflow::Overage(Paid { rate: Ratio::one(), spend_cap, prepaid: None }))
}

fn week() -> Span {
    Span::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z")).expect("a week")
}

fn run(events: &[Event], limits: &[Limit], policy: &Policy) -> Outcome {
    replay(&log(events), limits, policy, week()).expect("limits")
}

/// Thirty requests of $1.70, every 20 minutes from 08:00, against $10 in five hours and $28 a week.
fn burst(policy: &Policy) -> Outcome {
    let start = at("2026-03-03T08:00:00Z").unix_ms();
    let origin = |number: i64| u32::try_from(number % 2).expect("small");
    let events = (0..30_i64).map(|number| {
        let at = Instant::from_unix_ms(start + number * 20 * 60_000).expect("in range");
        Event { at, origin: origin(number), ..event("2026-03-03T08:00:00Z", "1.70") }
    });
    let fixed = Window::Fixed { length: Hours::WEEK, anchor: at("2026-03-02T09:00:00Z") };
    let limits = [session("5h", "5", "10"), Limit::new("week", ratio("28"), fixed, Weights::usd())];
    run(&events.collect::<Vec<_>>(), &limits, policy)
}

/// Included, refused, paid, hits of the two limits, hours blocked.
fn row(out: &Outcome) -> (Usd, Usd, Usd, [u64; 2], Ratio) {
    let hits = [out.limits[0].hits, out.limits[1].hits];
    (out.included, out.refused, out.overage_api, hits, out.blocked_hours())
}

#[test]
fn the_example_of_the_method_comes_out() {
    let drop = |admission| burst(&policy(admission, Overflow::Drop));
    let none = Usd::ZERO;
    // Sessions run from 08:00 and from 13:00. Soft lets in six ($10.20) each, from 10:00 and 15:00 all is refused.
    let soft = drop(Admission::Soft);
    assert_eq!(row(&soft), (usd("20.40"), usd("30.60"), none, [2, 0], ratio("6")));
    // Strict lets in five ($8.50): refused from 09:40 to 13:00, twice.
    let strict = drop(Admission::Strict);
    assert_eq!(row(&strict), (usd("17"), usd("34"), none, [2, 0], ratio("20/3")));
    assert_eq!(row(&drop(Admission::Split)), (usd("20"), usd("31"), none, [2, 0], ratio("20/3")));
    assert_eq!(row(&burst(&overage(None))), (usd("20"), none, usd("31"), [2, 0], ratio("0")));
    // $0.20 are paid at 09:40 and $1.70 four times until 11:00, which makes $7. All is refused from 11:20 to 13:00 and
    // from 14:40 to 18:00.
    assert_eq!(row(&burst(&overage(Some("7")))), (usd("20"), usd("24"), usd("7"), [2, 0], ratio("5")));
}

#[test]
fn a_hit_tells_when_by_what_and_who_had_filled_the_window() {
    let out = burst(&policy(Admission::Soft, Overflow::Drop));
    let hit = &out.hits[0];
    assert_eq!((hit.limit, hit.at, hit.event), (0, at("2026-03-03T10:00:00Z"), 6));
    assert_eq!(hit.window, Span::new(at("2026-03-03T08:00:00Z"), at("2026-03-03T13:00:00Z")));
    // Six requests, three of each origin.
    assert_eq!(hit.filled_by, [(0, ratio("5.1")), (1, ratio("5.1"))]);
    assert_eq!(out.hits[1].window, Span::new(at("2026-03-03T13:00:00Z"), at("2026-03-03T18:00:00Z")));
    assert_eq!(out.hits.len(), 2);
}

#[test]
fn a_request_at_the_end_of_a_window_opens_the_next() {
    let events = [
        event("2026-03-03T08:00:00Z", "10"),
        event("2026-03-03T12:59:59.999Z", "1"),
        event("2026-03-03T13:00:00Z", "1"),
    ];
    let out = run(&events, &[session("5h", "5", "10")], &Policy::new(Overflow::Drop));
    assert_eq!((out.included, out.refused), (usd("11"), usd("1")));
    // Blocked for the last millisecond.
    assert_eq!(out.blocked_hours(), Ratio::new(1, 3_600_000));
}

#[test]
fn a_request_larger_than_the_window_overshoots_is_refused_or_runs_in_parts() {
    let events = [event("2026-03-03T10:00:00Z", "25"), event("2026-03-03T10:10:00Z", "1")];
    let with = |admission, overflow| run(&events, &[session("5h", "5", "10")], &policy(admission, overflow));
    let soft = with(Admission::Soft, Overflow::Drop);
    assert_eq!((soft.included, soft.limits[0].max_utilization.clone()), (usd("25"), Some(ratio("2.5"))));
    let strict = with(Admission::Strict, Overflow::Drop);
    assert_eq!((strict.refused, strict.limits[0].hits, strict.blocked_hours()), (usd("25"), 0, ratio("0")));
    // $10 at 10:00, $10 at 15:00 and $5 at 20:00, when the dollar behind it runs too: 10 h and 9 h 50 min of waiting.
    let parts = with(Admission::Split, Overflow::Defer);
    assert_eq!((parts.included, parts.limits[0].windows_used), (usd("26"), Some(3)));
    assert_eq!((parts.wait_ms, parts.wait_ms_max), (i128::from(MS_PER_HOUR) * 119 / 6, 10 * MS_PER_HOUR));
}

#[test]
fn what_is_refused_opens_no_session() {
    // One request a day: the second of the day is refused, so the third at 01:30 opens the session that counts.
    let day = Calendar::new(CalendarUnit::Day, crate::units::Time::midnight(), crate::units::TimeZone::UTC);
    let day = Limit::new("day", ratio("1"), Window::Calendar(day.expect("possible")), Weights::requests());
    let events =
        [event("2026-03-03T20:00:00Z", "1"), event("2026-03-03T23:30:00Z", "1"), event("2026-03-04T01:30:00Z", "5")];
    let out = run(&events, &[session("5h", "5", "5"), day], &Policy::new(Overflow::Drop));
    assert_eq!((out.included, out.limits[0].windows_used), (usd("6"), Some(2)));
}

#[test]
fn a_cap_of_zero_stops_all_but_what_is_free_to_the_end() {
    let events = [event("2026-03-03T09:00:00Z", "1"), event("2026-03-03T10:00:00Z", "0")];
    for overflow in [Overflow::Drop, Overflow::Defer] {
        let out = run(&events, &[session("5h", "5", "0")], &Policy::new(overflow));
        assert_eq!((out.refused, out.counts.refused, out.limits[0].hits), (usd("1"), 1, 1));
        assert_eq!(out.blocked, [Span::new(at("2026-03-03T09:00:00Z"), week().end).expect("a span")]);
        assert_eq!(out.limits[0].max_utilization, None);
    }
}

#[test]
fn a_queue_runs_before_what_arrives_at_the_same_time() {
    let events =
        [event("2026-03-03T08:00:00Z", "10"), event("2026-03-03T09:00:00Z", "1"), event("2026-03-03T13:00:00Z", "1")];
    let out = run(&events, &[session("5h", "5", "10")], &Policy::new(Overflow::Defer));
    assert_eq!((out.included, out.counts.deferred, out.wait_ms_max), (usd("12"), 1, 4 * MS_PER_HOUR));
}

#[test]
fn work_falls_to_a_cheaper_model_and_what_fits_nowhere_is_refused() {
    let small = session("small", "5", "1").of_models(&["small".into()]);
    let big = session("big", "5", "10").of_models(&["big".into()]);
    let events =
        [event("2026-03-03T08:00:00Z", "10"), event("2026-03-03T09:00:00Z", "6"), event("2026-03-03T09:30:00Z", "1")];
    let fallback = Fallback { model: "small".into(), usd_ratio: ratio("0.2") };
    let out = run(&events, &[big, small], &Policy::new(Overflow::Downgrade(fallback)));
    // $6 become $1.20 on the small model, which is then full; the last request finds no room before 13:00.
    assert_eq!((out.included, out.downgraded, out.fallback.clone()), (usd("10"), usd("6"), ratio("1.2")));
    assert_eq!((out.refused, out.blocked_hours()), (usd("1"), ratio("3.5")));
}

#[test]
fn a_split_request_keeps_every_dollar_and_every_part_of_a_token() {
    // Of three tokens two fit: a third of $1 ends nowhere among decimals.
    let mut tokens = ByClass::default();
    tokens[TokenClass::Output] = Tokens(3);
    let request = Event { tokens, ..event("2026-03-03T08:00:00Z", "1") };
    let week = Window::Fixed { length: Hours::WEEK, anchor: at("2026-03-02T09:00:00Z") };
    let limits = [Limit::new("week", ratio("2"), week, Weights::tokens()), session("5h", "5", "10")];
    let out = run(&[request], &limits, &policy(Admission::Split, Overflow::Drop));
    assert_eq!(out.included, Usd::from_atto(666_666_666_666_666_666));
    assert_eq!(out.included.atto() + out.refused.atto(), Usd::ATTO);
    assert_eq!(out.limits[0].max_utilization, Some(Ratio::one()));
}

#[test]
fn of_records_with_one_id_the_fullest_counts() {
    let sized = |count: u64, dollars: &str| {
        let mut tokens = ByClass::default();
        tokens[TokenClass::Output] = Tokens(count);
        Event { tokens, ..event("2026-03-03T10:00:00Z", dollars) }
    };
    let gathered = |records: Vec<(Option<&str>, Event)>| Log::gather(vec!["big".into()], 2, records).expect("a log");
    let later = event("2026-03-03T11:00:00Z", "7");
    let log = gathered(vec![
        (None, later),
        (Some("a"), sized(90, "4")),
        (Some("a"), sized(100, "3")),
        (Some("a"), sized(100, "3.50")),
        (None, sized(1, "1")),
        (None, sized(1, "1")),
    ]);
    assert_eq!(log.events(), [sized(100, "3.50"), sized(1, "1"), sized(1, "1"), later]);
    assert_eq!((log.duplicates(), log.out_of_order()), (2, 1));
    assert_eq!(log.horizon(), Span::new(at("2026-03-03T10:00:00Z"), at("2026-03-03T11:00:00.001Z")));
}

#[test]
fn records_that_make_no_sense_are_refused() {
    let gathered = |event: Event| Log::gather(vec!["big".into()], 2, [(None::<u8>, event)]).err();
    let good = event("2026-03-03T10:00:00Z", "1");
    assert_eq!(gathered(Event { usd: Usd::from_atto(-1), ..good }), Some(LogError::Negative { record: 0 }));
    assert_eq!(gathered(Event { model: 1, ..good }), Some(LogError::Model { record: 0 }));
    assert_eq!(gathered(Event { origin: 2, ..good }), Some(LogError::Origin { record: 0 }));
    let much = Event { usd: Usd::from_atto(i128::MAX), ..good };
    let both = Log::gather(vec!["big".into()], 2, [(None::<u8>, much), (None, much)]);
    assert_eq!(both.err(), Some(LogError::TooMuch));
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let log = log(&[event("2026-03-03T10:00:00Z", "1")]);
    let refused = |limit: Limit| replay(&log, &[limit], &Policy::new(Overflow::Drop), week()).expect_err("refused");
    let id = || Arc::from("5h");
    assert_eq!(refused(session("5h", "5", "-1")), ReplayError::Negative { limit: id() });
    assert_eq!(refused(session("5h", "0", "1")), ReplayError::NoLength { limit: id() });
    assert_eq!(
        refused(Limit { cap: Ratio::from(i128::MAX), ..session("5h", "5", "1") }),
        ReplayError::TooFine { limit: id() }
    );
    let length = Hours::new(&ratio("0.5")).expect("hours");
    let floored = Window::Session { length, floor_minutes: 60 };
    assert_eq!(refused(Limit { window: floored, ..session("5h", "5", "1") }), ReplayError::Floor { limit: id() });
    let million = Weights { per_usd: Ratio::from(1_i128 << 100), ..Weights::default() };
    let heavy = Limit::new("5h", ratio("1"), Window::Ever, million);
    assert_eq!(refused(heavy), ReplayError::TooMuch { limit: id() });
}

#[test]
fn the_cheapest_plan_depends_on_what_an_hour_is_worth() {
    // A month and nothing else: 730.5 hours from 1 March.
    let start = at("2026-03-01T00:00:00Z");
    let end = Instant::from_unix_ms(start.unix_ms() + 730 * MS_PER_HOUR + MS_PER_HOUR / 2).expect("in range");
    let month = Span::new(start, end).expect("a month");
    let log = log(&[event("2026-03-03T08:00:00Z", "10"), event("2026-03-03T09:00:00Z", "30")]);
    let plan = |id: &str, price: &str, cap: &str| Candidate {
        id: id.into(),
        price_usd_per_month: ratio(price),
        limits: vec![session("5h", "5", cap)],
        policy: Policy::new(Overflow::Drop),
    };
    let plans = [plan("small", "5", "10"), plan("b", "9", "100"), plan("a", "9", "100"), plan("large", "20", "100")];
    let worth = |hour: &str| {
        let value = Valuation { usd_per_blocked_hour: ratio(hour), ..Valuation::default() };
        offers(&log, &plans, &value, month).expect("plans")
    };
    let free = worth("0");
    assert_eq!(cheapest(&free).map(Offer::id), Some("small"));
    // Refused at 09:00 until 13:00: four hours at $1.25 make the small plan dearer by five dollars.
    let dear = worth("1.25");
    assert_eq!((dear[0].blocked.clone(), dear[0].total.clone()), (ratio("5"), ratio("10")));
    assert_eq!(cheapest(&dear).map(Offer::id), Some("a"));
    assert_eq!((dear[4].id(), dear[4].total.clone()), ("api", ratio("40")));
    assert_eq!(cheapest(&[]), None);
}
