//! Readings of a plan's meters beside transcripts.

use plancost::logs::{Format, Log};
use plancost::units::Instant;

use crate::{log, notes};

/// Seconds since 10 November 2026 at 10:00, the window's minutes, thousandths of a percent.
fn told(log: &Log) -> Vec<(i64, u64, u64)> {
    let seconds = |at: Instant| at.unix_ms() / 1_000 - 1_794_304_800;
    log.meters.iter().map(|m| (seconds(m.instant), m.window_minutes, m.used_millipercent)).collect()
}

#[test]
fn the_state_file_gives_its_last_reading_of_the_meters_and_nothing_else() {
    let text = r#"{
        "numStartups": 9,
        "projects": {"/w/p": {"history": ["usage limits fetchedAtMs"]}},
        "cachedUsageUtilization": {"fetchedAtMs": 1794304800000, "limits": [
            {"kind": "session", "percent": 12.5, "resets_at": "2026-11-10T12:00:00Z"},
            {"kind": "weekly_all", "percent": 40, "resets_at": 1794700000},
            {"kind": "weekly_scoped", "percent": 7, "resets_at": null, "scope": {"model": {"display_name": "Opus"}}},
            {"kind": "something new", "percent": 1}
        ]}
    }"#;
    let log = crate::log(Format::Meters, &[(".claude.json", text)]);
    let of_models: Vec<_> =
        log.meters.iter().map(|m| (m.window_minutes, m.used_millipercent, m.model.as_deref())).collect();
    assert_eq!(of_models, [(300, 12_500, None), (10_080, 7_000, Some("Opus")), (10_080, 40_000, None)]);
    assert_eq!(log.meters[0].instant, Instant::from_unix_ms(1_794_304_800_000).expect("in range"));
    assert_eq!(log.meters[0].resets_at, Instant::parse("2026-11-10T12:00:00Z"));
    assert_eq!(notes(&log), "");
    let torn = crate::log(Format::Meters, &[(".claude.json", &text[..text.len() / 2])]);
    assert_eq!((torn.meters.len(), notes(&torn).as_str()), (0, "broken_reading 1"));
    let untimed = crate::log(Format::Meters, &[(".claude.json", &text.replace("fetchedAtMs", "fetched"))]);
    assert_eq!((untimed.meters.len(), notes(&untimed).as_str()), (0, "reading_without_time 1"));
}

/// The desktop application keeps a month of samples; one without figures is no reading of 0, and one without a time that
/// can be read is told.
#[test]
fn the_history_of_the_desktop_application_is_a_reading_a_sample() {
    let text = r#"{"version":2,"samples":[
        {"t":1794304800000,"org":"a","u":{"fh":64,"sd":7,"xu":78}},
        {"t":1794305100000,"org":"a","u":{}},
        {"t":1794305400000,"org":"a","u":{"fh":null,"sd":7.5}},
        {"t":null,"org":"a","u":{"fh":1}},
        {"t":"bogus","org":"a","u":{"fh":5,"sd":6}},
        {"org":"a","u":{"fh":6}},
        {"org":"a","u":{"fh":null}}
    ]}"#;
    let log = log(Format::Meters, &[("plan-usage-history.json", text)]);
    assert_eq!(told(&log), [(0, 300, 64_000), (0, 10_080, 7_000), (600, 10_080, 7_500)]);
    assert!(log.meters.iter().all(|meter| meter.resets_at.is_none() && meter.plan.is_none()));
    assert_eq!(notes(&log), "reading_without_time 3");
}

#[test]
fn organisations_of_one_history_are_told_apart_by_number_alone() {
    let text = r#"{"samples":[{"t":1794304800000,"org":"acme","u":{"fh":1}},{"t":1794304801000,"org":"other","u":{"fh":2}},
        {"t":1794304802000,"org":"acme","u":{"fh":3}}]}"#;
    let log = log(Format::Meters, &[("plan-usage-history.json", text)]);
    let plans: Vec<_> = log.meters.iter().map(|meter| meter.plan.as_deref().expect("a number")).collect();
    assert_eq!(plans, ["organisation-1", "organisation-2", "organisation-1"]);
}

/// A line each, as a script kept them: 23.5 % and 41.2 %; the same again; the week alone; no time; broken.
#[test]
fn lines_that_a_status_line_was_handed_are_readings_at_the_time_that_was_added() {
    let line = |time: &str, five: &str, week: &str| {
        let windows = format!(
            r#""five_hour":{{"used_percentage":{five},"resets_at":1794312000}},"seven_day":{{"used_percentage":{week},"resets_at":"2026-11-14T00:00:00Z"}}"#
        );
        format!(r#"{{"session_id":"s","model":{{"id":"m"}},{time}"rate_limits":{{{windows}}},"version":"2.1.80"}}"#)
    };
    let text = [
        line(r#""timestamp":"2026-11-10T11:00:00+01:00","#, "23.5", "41.2"),
        line(r#""timestamp":1794304801,"#, "23.5", "41.2"),
        line(r#""time":1794304802000,"#, "23.5", "42"),
        line("", "24", "43"),
        line(r#""timestamp":1794304803,"#, "24", "43")[..90].to_owned(),
        r#"{"timestamp":1794304804,"session_id":"s"}"#.to_owned(),
    ]
    .join("\n");
    assert_eq!(Format::of("kept.jsonl", text.as_bytes()), Format::Meters);
    let log = log(Format::Meters, &[("kept.jsonl", &text)]);
    assert_eq!(told(&log), [(0, 300, 23_500), (0, 10_080, 41_200), (2, 10_080, 42_000)]);
    assert_eq!(log.meters[0].resets_at, Instant::from_unix_ms(1_794_312_000_000));
    assert_eq!(log.meters[1].resets_at, Instant::parse("2026-11-14T00:00:00Z"));
    assert_eq!(notes(&log), "broken_reading 1, reading_without_time 1");
}
