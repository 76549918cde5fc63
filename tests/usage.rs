//! What responses come to: prices of their day, sums, spans, and what a plan's window is worth.

use std::collections::BTreeMap;
use std::sync::Arc;

use plancost::catalog::{self, bundled};
use plancost::rates::{ByClass, RateBook, TokenClass};
use plancost::units::{Date, Instant, Ratio, TimeZone, Tokens};
use plancost::usage::calibrate::calibrate;
use plancost::usage::price::{Premiums, Prices, Unpriced};
use plancost::usage::span::{gaps, span};
use plancost::usage::totals::{Dimension, Group, Total, totals};
use plancost::usage::{Meter, Record, Service, Source};

const PLANS: &str = r#"
[vendor]
id = "acme"
api_gross_margin = 0.75
source = "https://acme.example/margins"
checked = 2026-06-11
[[rates]]
model = "large"
from = 2026-01-01
until = 2026-06-01
input_usd_per_mtok = 3
cache_read_usd_per_mtok = 0.30
cache_write_5m_usd_per_mtok = 3.75
cache_write_1h_usd_per_mtok = 6
output_usd_per_mtok = 15
batch_multiplier = 0.5
source = "https://acme.example/prices"
checked = 2026-06-11
[[rates.tier]]
above_prompt_tokens = 200_000
input_usd_per_mtok = 6
cache_read_usd_per_mtok = 0.60
output_usd_per_mtok = 22.50
[[rates]]
model = "large"
from = 2026-06-01
input_usd_per_mtok = 2
cache_read_usd_per_mtok = 0.20
cache_write_5m_usd_per_mtok = 2.5
cache_write_1h_usd_per_mtok = 4
output_usd_per_mtok = 10
source = "https://acme.example/prices"
checked = 2026-06-11
[[rates]]
model = "inputless"
from = 2026-01-01
output_usd_per_mtok = 10
source = "https://acme.example/prices"
checked = 2026-06-11
"#;

fn rates() -> RateBook {
    let source = Arc::new(plancost::problem::Source { name: "acme.toml".to_owned(), text: PLANS.to_owned() });
    let (catalog, problems) = catalog::read(&[catalog::Input { source, bundled: false, plans: true }], &[]);
    assert!(problems.is_empty(), "{problems:?}");
    catalog.rates
}

fn at(text: &str) -> Instant {
    Instant::parse(text).expect("a time")
}

/// Input, cache read, written for five minutes, for an hour, output.
fn record(when: &str, counts: [u64; 5]) -> Record {
    let mut tokens = ByClass::default();
    for (class, count) in TokenClass::ALL.into_iter().zip(counts) {
        tokens[class] = Tokens(count);
    }
    Record {
        instant: at(when),
        model: Some("large".into()),
        tokens,
        requests: 1,
        web_searches: 0,
        service: Service::Standard,
        side: false,
        stated_usd: None,
        id: None,
        session: None,
        project: None,
        user: None,
        source: Source::Events,
    }
}

fn usd(record: &Record) -> Result<String, Unpriced> {
    let (rates, mut premiums) = (rates(), Premiums::default());
    premiums.fast.insert("large".into(), Ratio::from(6));
    Prices { rates: &rates, premiums: &premiums }.of(record).map(|cost| cost.usd().to_exact())
}

fn sums(records: &[Record], by: &[Dimension], zone: &TimeZone) -> BTreeMap<Vec<Group>, Total> {
    let (rates, premiums) = (rates(), Premiums::default());
    totals(records, by, zone, &Prices { rates: &rates, premiums: &premiums })
}

#[test]
fn a_response_costs_what_was_listed_on_its_day() {
    // 1,000 x 3 + 2,000 x 0.3 + 400 x 3.75 + 200 x 6 + 100 x 15 = 3,000 + 600 + 1,500 + 1,200 + 1,500 per million
    let counts = [1_000, 2_000, 400, 200, 100];
    assert_eq!(usd(&record("2026-05-31T23:59:59Z", counts)).as_deref(), Ok("0.0078"));
    // 2,000 + 400 + 1,000 + 800 + 1,000
    assert_eq!(usd(&record("2026-06-01T00:00:00Z", counts)).as_deref(), Ok("0.0052"));
    assert_eq!(usd(&record("2025-12-31T00:00:00Z", counts)), Err(Unpriced::NotOnThatDay));
}

#[test]
fn a_long_prompt_makes_every_token_of_the_request_dearer() {
    // 200,000 x 3 + 1,000 x 15 = 0.615; 200,001 x 6 + 1,000 x 22.5 = 1.222506
    assert_eq!(usd(&record("2026-02-01T00:00:00Z", [200_000, 0, 0, 0, 1_000])).as_deref(), Ok("0.615"));
    assert_eq!(usd(&record("2026-02-01T00:00:00Z", [200_001, 0, 0, 0, 1_000])).as_deref(), Ok("1.222506"));
    // The price list of June has no such mark.
    assert_eq!(usd(&record("2026-07-01T00:00:00Z", [200_001, 0, 0, 0, 0])).as_deref(), Ok("0.400002"));
}

#[test]
fn how_a_response_was_served_changes_its_price() {
    let served = |service| usd(&Record { service, ..record("2026-02-01T00:00:00Z", [1_000, 0, 0, 0, 0]) });
    assert_eq!(served(Service::Standard).as_deref(), Ok("0.003"));
    assert_eq!(served(Service::Batch).as_deref(), Ok("0.0015"));
    assert_eq!(served(Service::Fast).as_deref(), Ok("0.018"));
    assert_eq!(served(Service::Priority), Err(Unpriced::Priority));
    let june = |service| usd(&Record { service, ..record("2026-07-01T00:00:00Z", [1_000, 0, 0, 0, 0]) });
    assert_eq!(june(Service::Batch), Err(Unpriced::Batch));
}

#[test]
fn searches_of_the_web_are_paid_apart() {
    // 3 x 10 USD / 1,000
    let searched = Record { web_searches: 3, ..record("2026-02-01T00:00:00Z", [1_000, 0, 0, 0, 0]) };
    assert_eq!(usd(&searched).as_deref(), Ok("0.033"));
}

#[test]
fn what_has_no_price_is_not_free() {
    let of = |model: Option<&str>, counts| {
        usd(&Record { model: model.map(Into::into), ..record("2026-02-01T00:00:00Z", counts) })
    };
    assert_eq!(of(None, [1, 0, 0, 0, 0]), Err(Unpriced::NoModel));
    assert_eq!(of(Some("other"), [1, 0, 0, 0, 0]), Err(Unpriced::NoSuchModel));
    assert_eq!(of(Some("inputless"), [1, 0, 0, 0, 0]), Err(Unpriced::NoRate(TokenClass::Input)));
    assert_eq!(of(Some("inputless"), [0, 0, 0, 0, 1_000]).as_deref(), Ok("0.01"));
    assert_eq!(of(None, [0; 5]).as_deref(), Ok("0"));
    let other = Record { model: Some("other".into()), ..record("2026-02-01T00:00:00Z", [5, 0, 0, 0, 0]) };
    let sums = sums(&[record("2026-02-01T00:00:00Z", [1_000, 0, 0, 0, 0]), other], &[], &TimeZone::UTC);
    let total = &sums[&vec![]];
    assert_eq!(total.list_usd(), None);
    assert_eq!(total.priced.usd(), Ratio::parse("0.003").expect("a decimal"));
    assert_eq!(total.unpriced, BTreeMap::from([(Unpriced::NoSuchModel, 1)]));
    assert_eq!(total.tokens[TokenClass::Input], 1_005);
}

#[test]
fn premiums_name_models_of_the_catalogue() {
    let (catalog, _) = catalog::read(&bundled(), &[]);
    for model in Premiums::default().fast.keys() {
        assert_eq!(catalog.rates.resolve(model), Some(model), "the premium would not be found");
    }
}

fn first_days(records: &[Record], by: Dimension, zone: &TimeZone) -> Vec<(Date, u64)> {
    let sums = sums(records, &[by], zone);
    let days = sums.into_iter().map(|(key, total)| match key[..] {
        [Group::From(day)] => (day, total.responses),
        _ => panic!("{key:?}"),
    });
    days.collect()
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

#[test]
fn days_are_those_of_the_stated_zone_also_where_the_clock_changes() {
    let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
    let times = ["2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"];
    let records = times.map(|time| record(time, [1, 0, 0, 0, 0]));
    let expected = [(day("2026-03-28"), 1), (day("2026-03-29"), 2), (day("2026-03-30"), 1)];
    assert_eq!(first_days(&records, Dimension::Day, &berlin), expected);
    assert_eq!(first_days(&records, Dimension::Day, &TimeZone::UTC), [(day("2026-03-28"), 2), (day("2026-03-29"), 2)]);
}

#[test]
fn weeks_begin_on_monday_and_months_on_the_stated_day() {
    // 1 November 2026 is a Sunday.
    let records =
        ["2026-11-01T12:00:00Z", "2026-11-02T12:00:00Z", "2026-11-15T00:00:00Z"].map(|t| record(t, [1, 0, 0, 0, 0]));
    let by = |dimension| first_days(&records, dimension, &TimeZone::UTC);
    assert_eq!(by(Dimension::Week), [(day("2026-10-26"), 1), (day("2026-11-02"), 1), (day("2026-11-09"), 1)]);
    assert_eq!(by(Dimension::Month { begins: 1 }), [(day("2026-11-01"), 3)]);
    assert_eq!(by(Dimension::Month { begins: 15 }), [(day("2026-10-15"), 2), (day("2026-11-15"), 1)]);
    // A month without a 31st begins on its last day.
    let late = ["2026-02-27T00:00:00Z", "2026-02-28T00:00:00Z"].map(|t| record(t, [1, 0, 0, 0, 0]));
    let months = first_days(&late, Dimension::Month { begins: 31 }, &TimeZone::UTC);
    assert_eq!(months, [(day("2026-01-31"), 1), (day("2026-02-28"), 1)]);
    let odd = first_days(&late, Dimension::Month { begins: 0 }, &TimeZone::UTC);
    assert_eq!(odd, [(day("2026-02-01"), 2)]);
}

#[test]
fn sums_go_by_several_dimensions_and_what_is_not_told_is_a_group_of_its_own() {
    let ann = Record { user: Some("ann".into()), ..record("2026-02-01T00:00:00Z", [1, 3, 0, 0, 9]) };
    let records = [ann.clone(), ann, record("2026-02-01T00:00:00Z", [4, 0, 0, 0, 0])];
    let sums = sums(&records, &[Dimension::Model, Dimension::User], &TimeZone::UTC);
    let large = || Group::Name("large".into());
    let keys: Vec<_> = sums.keys().cloned().collect();
    assert_eq!(keys, [vec![large(), Group::Unknown], vec![large(), Group::Name("ann".into())]]);
    let total = &sums[&keys[1]];
    // 6 of 8 prompt tokens
    assert_eq!((total.responses, total.cache_hit_share()), (2, Some(Ratio::new(3, 4))));
    assert_eq!(Total::default().cache_hit_share(), None);
}

#[test]
fn a_log_tells_its_span_its_silences_and_a_cut_at_thirty_days() {
    let times = ["2026-11-03T00:00:00Z", "2026-11-01T00:00:00Z", "2026-11-30T12:00:00Z"];
    let records = times.map(|time| record(time, [1, 0, 0, 0, 0]));
    let covered = span(&records).expect("records");
    assert_eq!((covered.first, covered.last), (at(times[1]), at(times[2])));
    assert_eq!((covered.whole_days(), covered.looks_cut_at_30_days()), (29, true));
    assert!(!span(&records[..2]).expect("records").looks_cut_at_30_days());
    assert_eq!(span(&[]), None);
    let silent = gaps(&records, 3 * Instant::MS_PER_DAY);
    assert_eq!(silent.iter().map(|gap| gap.first).collect::<Vec<_>>(), [at(times[0])]);
    assert_eq!(gaps(&records, 0).len(), 2);
}

fn reading(when: &str, percent: u64, resets: &str) -> Meter {
    Meter {
        instant: at(when),
        window_minutes: 300,
        used_millipercent: percent * 1_000,
        resets_at: Some(at(resets)),
        model: None,
        plan: None,
        overflow: false,
        source: Source::Events,
    }
}

/// What a full window is worth in dollars: low, median, high; and the number of stretches.
fn worth(records: &[Record], meters: &[Meter], least_percent: u64) -> Option<([String; 3], usize)> {
    let (rates, premiums) = (rates(), Premiums::default());
    let prices = Prices { rates: &rates, premiums: &premiums };
    let found = calibrate(records, meters, Source::Events, &prices, least_percent * 1_000).remove(&300)?;
    let figures = [found.low_usd, found.window_usd, found.high_usd].map(|usd| usd.to_exact());
    Some((figures, found.stretches))
}

#[test]
fn a_window_is_worth_the_dollars_that_move_its_meter_by_100_percent() {
    // 1,000,000 tokens in at 3 USD between 10 % and 12 %: 1.50 a percent. Then 2 USD-million at 3 for 1 %: 6 a percent.
    let resets = "2026-02-01T05:00:00Z";
    let records = [("2026-02-01T01:30:00Z", 1_000_000), ("2026-02-01T02:30:00Z", 2_000_000)];
    let records = records.map(|(time, input)| record(time, [input / 10, 0, 0, 0, input / 50]));
    // 100,000 x 3 + 20,000 x 15 = 0.60; 200,000 x 3 + 40,000 x 15 = 1.20
    let meters = [("2026-02-01T01:00:00Z", 10), ("2026-02-01T02:00:00Z", 12), ("2026-02-01T03:00:00Z", 13)];
    let meters = meters.map(|(time, percent)| reading(time, percent, resets));
    // 0.60 / 2 x 100 = 30; 1.20 / 1 x 100 = 120; the median of two is their middle
    let expected = ["30", "75", "120"].map(str::to_owned);
    assert_eq!(worth(&records, &meters, 1), Some((expected, 2)));
    // Three percent at once: 1.80 / 3 x 100
    assert_eq!(worth(&records, &meters, 3), Some((["60", "60", "60"].map(str::to_owned), 1)));
    assert_eq!(worth(&records, &meters, 4), None);
}

#[test]
fn one_reading_is_enough_where_the_log_goes_back_to_the_windows_beginning() {
    // Five hours before the reset the meter stood at nothing; 100,000 x 3 for 20 %: 0.30 / 20 x 100
    let meter = [reading("2026-02-01T03:00:00Z", 20, "2026-02-01T05:00:00Z")];
    let used = record("2026-02-01T01:30:00Z", [100_000, 0, 0, 0, 0]);
    let earlier = record("2026-01-31T23:00:00Z", [900_000, 0, 0, 0, 0]);
    let expected = ["1.5", "1.5", "1.5"].map(str::to_owned);
    assert_eq!(worth(&[earlier, used.clone()], &meter, 1), Some((expected, 1)));
    assert_eq!(worth(&[used], &meter, 1), None);
}

#[test]
fn a_window_that_began_anew_and_usage_without_a_price_calibrate_nothing() {
    let used = record("2026-02-01T01:30:00Z", [100_000, 0, 0, 0, 0]);
    let other = [
        reading("2026-02-01T01:00:00Z", 10, "2026-02-01T05:00:00Z"),
        reading("2026-02-01T02:00:00Z", 12, "2026-02-01T10:00:00Z"),
    ];
    assert_eq!(worth(std::slice::from_ref(&used), &other, 1), None);
    let same = [other[0].clone(), reading("2026-02-01T02:00:00Z", 12, "2026-02-01T05:00:02Z")];
    assert_eq!(worth(std::slice::from_ref(&used), &same, 1).map(|(_, stretches)| stretches), Some(1));
    let unknown = Record { model: None, ..used.clone() };
    assert_eq!(worth(&[used, unknown], &same, 1), None);
    assert_eq!(worth(&[], &same, 1), None);
}

/// Every five minutes, of windows that do not say when they begin anew: 10, 20 %, a silence of 35 minutes, 30, 40 %, a fall
/// to 5 %, 25 %. Of five hours a tenth is 30 minutes.
#[test]
fn readings_that_tell_no_reset_are_of_one_window_until_a_long_silence_or_a_fall() {
    let untold = |when: &str, percent| Meter { resets_at: None, ..reading(when, percent, "2026-02-01T05:00:00Z") };
    let meters = [
        untold("2026-02-01T01:00:00Z", 10),
        untold("2026-02-01T01:05:00Z", 20),
        untold("2026-02-01T01:40:00Z", 30),
        untold("2026-02-01T01:45:00Z", 40),
        untold("2026-02-01T01:50:00Z", 5),
        untold("2026-02-01T01:55:00Z", 25),
    ];
    // 0.03 for 10 points, 0.30 in the silence, 0.06 for 10 points, 0.30 at the fall, 0.24 for 20: 0.30, 0.60 and 1.20.
    let used = [("01:02", 10), ("01:20", 100), ("01:42", 20), ("01:47", 100), ("01:52", 80)];
    let used = used.map(|(time, k)| record(&format!("2026-02-01T{time}:00Z"), [k * 1_000, 0, 0, 0, 0]));
    assert_eq!(worth(&used, &meters, 10), Some((["0.3", "0.6", "1.2"].map(str::to_owned), 3)));
}
