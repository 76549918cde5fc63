//! What crashes, full disks and other programs leave in logs: a line is lost, never a file, and it is told.

use std::io::{self, Read};

use plancost::logs::{Buffer, Format, Log, combine, read};
use plancost::rates::TokenClass;
use plancost::usage::Service;

use super::claude::Line;
use super::codex::{event, meta, turn};
use crate::{all_counts, log_of_bytes, notes};

fn good(id: &'static str) -> String {
    Line { id: Some(id), ..Line::default() }.text()
}

/// A transcript: a good line, what is given, another good line.
fn between(bad: &[u8]) -> Log {
    let file = [good("msg_1").as_bytes(), bad, good("msg_2").as_bytes()].concat();
    log_of_bytes(Format::Claude, &[("a.jsonl", &file)])
}

fn only_the_good_lines_count(bad: &[u8], expected: &str) {
    let log = between(bad);
    assert_eq!((log.records.len(), notes(&log).as_str()), (2, expected), "{:?}", String::from_utf8_lossy(bad));
}

#[test]
fn broken_lines_are_lost_one_by_one() {
    let third = good("msg_3");
    let cut = third.find(r#","type":"assistant""#).expect("it has a type");
    only_the_good_lines_count(format!("{}\n", &third[..cut]).as_bytes(), "broken_line 1");
    only_the_good_lines_count(b"\n\r\n \n", "");
    only_the_good_lines_count(&[&[0; 4_000][..], b"\n"].concat(), "");
    only_the_good_lines_count(b"\xFF\xFE{}\n", "");
    let bad_text = [b"{\"x\":\"\xFF\xC3(\",", &third.as_bytes()[1..]].concat();
    only_the_good_lines_count(&bad_text, "not_utf8 1");
}

#[test]
fn zeros_before_a_line_a_byte_order_mark_and_windows_line_ends_cost_nothing() {
    let third = good("msg_3");
    for file in [
        [&[0; 512], third.as_bytes()].concat(),
        [b"\xEF\xBB\xBF", third.as_bytes()].concat(),
        third.replace('\n', "\r\n").into_bytes(),
        third.trim_end().as_bytes().to_vec(),
    ] {
        let log = log_of_bytes(Format::Claude, &[("a.jsonl", &file)]);
        assert_eq!((log.records.len(), notes(&log).as_str()), (1, ""));
    }
}

#[test]
fn a_last_line_that_breaks_off_is_told() {
    let file = good("msg_1") + &good("msg_2");
    let bytes = &file.as_bytes()[..file.len() - 9];
    let log = log_of_bytes(Format::Claude, &[("a.jsonl", bytes)]);
    assert_eq!((log.records.len(), notes(&log).as_str()), (1, "torn_end 1"));
    assert!(log.tally.has_losses());
    let rollout = meta(0, "s", "") + &turn(1, "m") + &event(2, None, Some([5, 0, 1, 0]));
    let log = log_of_bytes(Format::Codex, &[("rollout-a.jsonl", &rollout.as_bytes()[..rollout.len() - 9])]);
    assert_eq!((log.records.len(), notes(&log).as_str()), (0, "torn_end 1"));
}

#[test]
fn odd_counts_are_read_or_told() {
    let output = |written: &str| {
        let text = Line::default().text().replace(r#""output_tokens":100"#, &format!(r#""output_tokens":{written}"#));
        let log = log_of_bytes(Format::Claude, &[("a.jsonl", text.as_bytes())]);
        (log.records.first().map(|record| record.tokens[TokenClass::Output].0), notes(&log))
    };
    let read = |count: u64, notes: &str| (Some(count), notes.to_owned());
    assert_eq!(output("12.0"), read(12, ""));
    assert_eq!(output("1e3"), read(1_000, ""));
    assert_eq!(output("12.7"), read(12, "part_of_token 1"));
    assert_eq!(output("-5"), read(0, "negative_count 1, without_final_count 1"));
    assert_eq!(output("null"), read(0, "without_final_count 1"));
    assert_eq!(output("9223372036854775808"), read(1 << 63, ""));
    assert_eq!(output("18446744073709551615"), read(u64::MAX, ""));
    for bad in ["18446744073709551616", "1e300", "\"12\"", "true", "[1]", "{}"] {
        assert_eq!(output(bad), (None, "bad_count 1".to_owned()), "{bad}");
    }
}

#[test]
fn sums_past_64_bits_are_exact() {
    use plancost::rates::RateBook;
    use plancost::units::TimeZone;
    use plancost::usage::price::{Premiums, Prices};
    use plancost::usage::totals::totals;
    let line = |id| Line { id: Some(id), output: u64::MAX, input: u64::MAX, ..Line::default() }.text();
    let text = line("msg_1") + &line("msg_2");
    let log = log_of_bytes(Format::Claude, &[("a.jsonl", text.as_bytes())]);
    let (rates, premiums) = (RateBook::default(), Premiums::default());
    let sums = totals(&log.records, &[], &TimeZone::UTC, &Prices { rates: &rates, premiums: &premiums });
    assert_eq!(sums[&vec![]].tokens[TokenClass::Output], 2 * u128::from(u64::MAX));
}

#[test]
fn nulls_and_wrong_kinds_in_any_field_are_no_reason_to_fail() {
    let text = Line::default().text();
    for (field, value) in [
        (r#""cwd":"/w/p""#, r#""cwd":null"#),
        (r#""sessionId":"s1""#, r#""sessionId":7"#),
        (r#""id":"msg_1""#, r#""id":null"#),
        (r#""stop_reason":null"#, r#""stop_reason":[]"#),
        (r#""isSidechain":false"#, r#""isSidechain":"no""#),
    ] {
        assert!(text.contains(field));
        let log = log_of_bytes(Format::Claude, &[("a.jsonl", text.replace(field, value).as_bytes())]);
        assert_eq!((log.records.len(), notes(&log).as_str()), (1, ""), "{value}");
    }
    for whole in ["[]", "7", "null", "\"usage\"", r#"{"message":null,"x":{"usage":{}}}"#, r#"{"message":{"usage":[]}}"#]
    {
        let log = log_of_bytes(Format::Claude, &[("a.jsonl", whole.as_bytes())]);
        assert_eq!(log.records, [], "{whole}");
    }
}

#[test]
fn a_clock_that_goes_back_changes_no_count() {
    let line = |id, second| Line { id: Some(id), second, ..Line::default() }.text();
    let text = line("msg_1", 50) + &line("msg_2", 10) + &line("msg_3", 30);
    let log = log_of_bytes(Format::Claude, &[("a.jsonl", text.as_bytes())]);
    let ids: Vec<_> = log.records.iter().map(|record| record.id.as_deref().unwrap_or("?")).collect();
    assert_eq!(ids, ["msg_2", "msg_3", "msg_1"]);
}

#[test]
fn a_line_of_forty_megabytes_is_read() {
    let picture = "iVBORw0KGgo".repeat(4_000_000);
    let long = Line::default().text().replacen(r#"{"isSidechain""#, &format!(r#"{{"a":"{picture}","isSidechain""#), 1);
    assert!(long.len() > 40_000_000);
    let file = [good("msg_0").as_bytes(), long.as_bytes(), good("msg_2").as_bytes()].concat();
    let log = log_of_bytes(Format::Claude, &[("a.jsonl", &file)]);
    assert_eq!((log.records.len(), notes(&log).as_str()), (3, ""));
    // The same at the end of a file, and with escapes and letters of several bytes where strings are cut.
    let text = "é\\\"\\u00e9\\\\".repeat(500_000);
    let long = Line::default().text().replacen(r#"{"isSidechain""#, &format!(r#"{{"a":"{text}","isSidechain""#), 1);
    let log = log_of_bytes(Format::Claude, &[("a.jsonl", long.trim_end().as_bytes())]);
    assert_eq!((log.records.len(), notes(&log).as_str()), (1, ""));
}

#[test]
fn a_line_that_is_all_structure_is_dropped_past_its_limit_and_told() {
    let long = format!("{{\"a\":[{}1]}}\n", "1,".repeat(10_000_000));
    let log = between(long.as_bytes());
    assert_eq!((log.records.len(), notes(&log).as_str()), (2, "line_too_long 1"));
}

/// Hands out a few bytes at a time, and fails at the end.
struct Failing<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Failing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            return Err(io::Error::other("the disk went away"));
        }
        let (now, later) = self.bytes.split_at(self.step.min(self.bytes.len()).min(into.len()));
        into[..now.len()].copy_from_slice(now);
        self.bytes = later;
        Ok(now.len())
    }
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_counts_up_to_there_and_is_told() {
    let file = good("msg_1") + &good("msg_2");
    for step in [1, 7, 4_096] {
        let input = Failing { bytes: file.as_bytes(), step };
        let log = combine(vec![read(Format::Claude, "a.jsonl", input, &mut Buffer::default())], Service::Standard);
        assert_eq!((log.records.len(), notes(&log).as_str()), (2, "unreadable 1"));
        assert_eq!(log.stopped, [("a.jsonl".into(), "the disk went away; what came before is counted".to_owned())]);
    }
}

/// A small rollout, packed, with a checksum.
fn packed() -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(rollout().as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

fn rollout() -> String {
    let events: String = (1..200).map(|n| event(n, Some([n.into(), 0, 1, 0]), Some([1, 0, 1, 0]))).collect();
    meta(0, "s", "") + &turn(1, "m") + &events
}

#[test]
fn a_packed_rollout_is_the_rollout() {
    let plain = log_of_bytes(Format::Codex, &[("rollout-a.jsonl", rollout().as_bytes())]);
    let packed_log = log_of_bytes(Format::Codex, &[("rollout-a.jsonl.zst", &packed())]);
    assert_eq!(plain, packed_log);
    assert_eq!(plain.records.len(), 199);
    // Two frames, and one to be skipped between them.
    let frames = [&packed()[..], &[0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9], &packed()[..]].concat();
    let log = log_of_bytes(Format::Codex, &[("rollout-a.jsonl.zst", &frames)]);
    assert_eq!((log.bytes, log.stopped.len()), (2 * plain.bytes, 0));
}

#[test]
fn the_format_of_a_packed_file_is_told_by_what_it_unpacks_to() {
    assert_eq!(Format::of("kept.jsonl.zst", &packed()), Format::Codex);
    assert_eq!(Format::of("kept.jsonl.zst", &packed()[..9]), Format::Events);
}

#[test]
fn packed_data_that_breaks_off_or_is_damaged_is_told() {
    let whole = packed();
    for end in [5, whole.len() / 2, whole.len() - 1] {
        let log = log_of_bytes(Format::Codex, &[("rollout-a.jsonl.zst", &whole[..end])]);
        assert_eq!(log.stopped.len(), 1, "{end}");
        assert!(notes(&log).contains("bad_compression 1"), "{}", notes(&log));
    }
    for at in (4..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        let log = log_of_bytes(Format::Codex, &[("rollout-a.jsonl.zst", &damaged)]);
        assert!(log.records.len() <= 199, "{at}");
    }
}

#[test]
fn no_prefix_and_no_changed_byte_of_a_log_makes_a_reader_fail() {
    let claude = good("msg_1") + &Line { request: None, usage: r#","speed":"fast""#, ..Line::default() }.text();
    let codex = meta(0, "s", r#","forked_from_id":"p""#) + &turn(1, "m") + &event(2, Some([9, 1, 2, 0]), None);
    let table = "time,model,output\n2026-11-10T10:00:00Z,\"m\",7\n".to_owned();
    for (format, text) in [(Format::Claude, claude), (Format::Codex, codex), (Format::Events, table)] {
        for at in 0..text.len() {
            let prefix = log_of_bytes(format, &[("a", &text.as_bytes()[..at])]);
            assert!(all_counts(&prefix).len() <= 2);
            for flip in [0x01, 0x80] {
                let mut changed = text.clone().into_bytes();
                changed[at] ^= flip;
                assert!(log_of_bytes(format, &[("a", &changed)]).records.len() <= 2);
            }
        }
    }
}
