//! Rollouts of Codex.

use plancost::logs::{Buffer, Format, Log, combine, read};
use plancost::units::Instant;
use plancost::usage::Service;

use crate::{all_counts, counts, log, notes};

/// Input, cached, output, reasoning of running totals or of one request.
type Used = [u64; 4];

fn usage([input, cached, output, reasoning]: Used) -> String {
    let total = input + output;
    format!(
        r#"{{"input_tokens":{input},"cached_input_tokens":{cached},"output_tokens":{output},"reasoning_output_tokens":{reasoning},"total_tokens":{total}}}"#
    )
}

fn record(second: u32, kind: &str, payload: &str) -> String {
    let (minute, second) = (second / 60, second % 60);
    format!(r#"{{"timestamp":"2026-11-10T10:{minute:02}:{second:02}.000Z","type":"{kind}","payload":{payload}}}"#)
        + "\n"
}

/// A description of a session; `more` has further fields, from a comma on.
pub(super) fn meta(second: u32, id: &str, more: &str) -> String {
    record(second, "session_meta", &format!(r#"{{"id":"{id}","cwd":"/w/p","model_provider":"openai"{more}}}"#))
}

pub(super) fn turn(second: u32, model: &str) -> String {
    record(second, "turn_context", &format!(r#"{{"cwd":"/w/p","model":"{model}","effort":"high"}}"#))
}

/// An event with running totals and the last request, either of which may be missing.
pub(super) fn event(second: u32, total: Option<Used>, last: Option<Used>) -> String {
    let total = total.map(|used| format!(r#""total_token_usage":{},"#, usage(used))).unwrap_or_default();
    let last = last.map(|used| format!(r#""last_token_usage":{},"#, usage(used))).unwrap_or_default();
    let info = format!(r#"{{{total}{last}"model_context_window":272000}}"#);
    record(second, "event_msg", &format!(r#"{{"type":"token_count","info":{info},"rate_limits":null}}"#))
}

fn response(second: u32, thread: &str, id: &str, used: Used) -> String {
    let usage = usage(used).replace('}', r#","cache_write_input_tokens":40}"#);
    let payload = format!(r#"{{"thread_id":"{thread}","response_id":"{id}","usage":{usage},"turn_token_usage":{{}}}}"#);
    record(second, "token_usage_record", &payload)
}

fn codex(files: &[(&str, &str)]) -> Log {
    log(Format::Codex, files)
}

fn one_file(text: &str) -> Log {
    codex(&[("rollout-a.jsonl", text)])
}

/// A session with two requests: 1,000 tokens in and 50 out, then 2,000 in and 80 out.
fn parent() -> String {
    meta(0, "p", "")
        + &turn(1, "gpt-5.5")
        + &event(5, Some([1_000, 400, 50, 20]), Some([1_000, 400, 50, 20]))
        + &event(9, Some([3_000, 1_900, 130, 50]), Some([2_000, 1_500, 80, 30]))
}

const PARENT: [[u64; 5]; 2] = [[600, 400, 0, 0, 50], [500, 1_500, 0, 0, 80]];

#[test]
fn cached_tokens_are_part_of_the_input_and_reasoning_of_the_output() {
    let log = one_file(&parent());
    assert_eq!(all_counts(&log), PARENT);
    let names = [&log.records[0].model, &log.records[0].session, &log.records[0].project];
    assert_eq!(names.map(|name| name.as_deref()), [Some("gpt-5.5"), Some("p"), Some("/w/p")]);
    let odd = one_file(&event(5, None, Some([10, 30, 5, 0])));
    assert_eq!(
        (all_counts(&odd), notes(&odd).as_str()),
        (vec![[0, 30, 0, 0, 5]], "more_cached_than_prompt 1, no_model 1")
    );
}

#[test]
fn an_event_with_the_same_totals_is_no_request() {
    let again = event(30, Some([3_000, 1_900, 130, 50]), Some([2_000, 1_500, 80, 30]));
    let log = one_file(&(parent() + &turn(29, "gpt-5.5") + &again));
    assert_eq!(all_counts(&log), PARENT);
    assert_eq!(notes(&log), "sent_again 1");
}

#[test]
fn totals_that_differ_in_any_field_are_another_request() {
    // Input and output add up to the same total; only their parts differ.
    let other = event(30, Some([3_000, 1_900, 130, 51]), Some([0, 0, 0, 1]));
    assert_eq!(one_file(&(parent() + &other)).records.len(), 3);
}

#[test]
fn without_the_last_request_totals_are_subtracted() {
    let text = parent() + &event(30, Some([3_500, 2_000, 140, 50]), None);
    assert_eq!(all_counts(&one_file(&text))[2], [400, 100, 0, 0, 10]);
}

#[test]
fn a_total_that_falls_began_anew() {
    let text = parent() + &event(30, Some([700, 100, 10, 0]), None);
    assert_eq!(all_counts(&one_file(&text))[2], [600, 100, 0, 0, 10]);
}

#[test]
fn without_totals_an_event_that_is_repeated_counts_once() {
    let last = |second, used| event(second, None, Some(used));
    let text =
        meta(0, "s", "") + &turn(1, "m") + &last(2, [9, 0, 1, 0]) + &last(3, [9, 0, 1, 0]) + &last(4, [8, 0, 1, 0]);
    assert_eq!(all_counts(&one_file(&text)), [[9, 0, 0, 0, 1], [8, 0, 0, 0, 1]]);
}

#[test]
fn an_event_without_information_holds_limits_alone() {
    let limits = r#"{"primary":{"used_percent":12.5,"window_minutes":300,"resets_at":1794300000},"secondary":{"used_percent":3.0,"window_minutes":10080,"resets_at":1794700000},"credits":null,"plan_type":"pro"}"#;
    let text = record(5, "event_msg", &format!(r#"{{"type":"token_count","info":null,"rate_limits":{limits}}}"#));
    let log = one_file(&format!("{text}{text}"));
    assert_eq!((log.records.len(), notes(&log).as_str()), (0, "limits_only 2"));
    // The second reading says what the first one said.
    let [five_hours, week] = &log.meters[..] else { panic!("{log:?}") };
    assert_eq!((five_hours.window_minutes, five_hours.used_millipercent), (300, 12_500));
    assert_eq!((week.window_minutes, week.used_millipercent), (10_080, 3_000));
    assert_eq!(week.resets_at, Instant::from_unix_ms(1_794_700_000_000));
    assert_eq!((week.plan.as_deref(), week.overflow), (Some("pro"), false));
}

#[test]
fn the_model_is_that_of_the_turn_and_unknown_without_one() {
    let first = event(1, Some([9, 0, 1, 0]), Some([9, 0, 1, 0]));
    let text = meta(0, "s", "") + &first + &turn(2, "gpt-5.5") + &event(3, Some([19, 0, 2, 0]), Some([10, 0, 1, 0]));
    let text = text + &turn(4, "gpt-5.4-mini") + &event(5, Some([30, 0, 3, 0]), Some([11, 0, 1, 0]));
    let log = one_file(&text);
    let models: Vec<_> = log.records.iter().map(|record| record.model.as_deref()).collect();
    assert_eq!(models, [None, Some("gpt-5.5"), Some("gpt-5.4-mini")]);
    assert_eq!(notes(&log), "no_model 1");
}

#[test]
fn a_fork_does_not_count_what_it_copied_from_its_parent() {
    let copied = parent().replace("2026-11-10T10:00", "2026-11-10T10:20");
    let fork = meta(1_200, "f", r#","forked_from_id":"p""#)
        + &copied
        + &turn(1_230, "gpt-5.5")
        + &event(1_240, Some([3_700, 2_000, 150, 50]), Some([700, 100, 20, 0]));
    let log = codex(&[("rollout-f.jsonl", &fork), ("rollout-p.jsonl", &parent())]);
    assert_eq!(all_counts(&log), [PARENT[0], PARENT[1], [600, 100, 0, 0, 20]]);
    assert_eq!(log.records[2].session.as_deref(), Some("f"));
    assert_eq!(notes(&log), "copied_by_fork 2");
}

#[test]
fn a_copy_is_known_though_the_parent_lost_a_line_and_what_was_lost_counts_in_the_fork() {
    let totals = [[1_000, 400, 50, 20], [2_000, 900, 90, 50], [3_000, 1_900, 130, 50]];
    let middle = event(7, Some(totals[1]), Some([1_000, 500, 40, 30]));
    let last = event(9, Some(totals[2]), Some([1_000, 1_000, 40, 0]));
    let start = turn(1, "m") + &event(5, Some(totals[0]), Some(totals[0]));
    let parent = meta(0, "p", "") + &start + &middle[..90] + "\n" + &last;
    let own = event(300, Some([3_700, 2_000, 150, 50]), None);
    let fork = meta(100, "f", r#","forked_from_id":"p""#) + &meta(100, "p", "") + &start + &middle + &last + &own;
    let log = codex(&[("rollout-p.jsonl", &parent), ("rollout-f.jsonl", &fork)]);
    assert_eq!(
        all_counts(&log),
        [[600, 400, 0, 0, 50], [500, 500, 0, 0, 40], [0, 1_000, 0, 0, 40], [600, 100, 0, 0, 20]]
    );
    assert_eq!(notes(&log), "broken_line 1, copied_by_fork 2");
}

#[test]
fn a_sub_agent_that_begins_at_zero_counts_in_full() {
    let agent = meta(60, "a", r#","forked_from_id":"p","thread_source":"subagent""#)
        + &turn(61, "gpt-5.5")
        + &event(65, Some([500, 0, 10, 0]), Some([500, 0, 10, 0]));
    for files in
        [vec![("rollout-a.jsonl", agent.as_str())], vec![("rollout-a.jsonl", &agent), ("rollout-p.jsonl", &parent())]]
    {
        let log = codex(&files);
        let last = log.records.last().expect("a response");
        assert_eq!((counts(last), last.side), ([500, 0, 0, 0, 10], true));
        assert_eq!(notes(&log), "");
    }
}

#[test]
fn a_fork_says_where_its_own_history_begins() {
    let numbered =
        |ordinal: u32, text: String| text.replacen(r#","type""#, &format!(r#","ordinal":{ordinal},"type""#), 1);
    let text = meta(60, "a", r#","forked_from_id":"gone","subagent_history_start_ordinal":7"#)
        + &turn(60, "m")
        + &numbered(5, event(60, Some([500, 0, 10, 0]), Some([500, 0, 10, 0])))
        + &numbered(7, event(60, Some([900, 0, 15, 0]), Some([400, 0, 5, 0])));
    assert_eq!(all_counts(&one_file(&text)), [[400, 0, 0, 0, 5]]);
}

#[test]
fn without_the_parent_a_fork_drops_its_first_burst() {
    let copied = event(60, Some([500, 0, 10, 0]), Some([500, 0, 10, 0]))
        + &event(60, Some([900, 0, 15, 0]), Some([400, 0, 5, 0]));
    let own = |second| turn(second, "m") + &event(second + 5, Some([1_000, 0, 16, 0]), Some([100, 0, 1, 0]));
    let start = meta(60, "f", r#","forked_from_id":"gone""#) + &meta(60, "gone", "");
    // The copy brings its turn along and a while passes; or it does not, and the first turn is the fork's own.
    for text in [start.clone() + &turn(60, "m") + &copied + &own(75), start.clone() + &copied + &own(60)] {
        let log = one_file(&text);
        assert_eq!(all_counts(&log), [[100, 0, 0, 0, 1]], "{text}");
        assert_eq!(notes(&log), "copied_by_fork 2");
    }
}

#[test]
fn one_session_in_two_places_counts_once_by_its_longer_file() {
    let shorter: String = parent().lines().take(3).map(|line| format!("{line}\n")).collect();
    let (name, archived) = ("s/2026/11/10/rollout-p.jsonl.zst", "archived/rollout-p.jsonl");
    let log = codex(&[(archived, &shorter), (name, &parent())]);
    assert_eq!(all_counts(&log), PARENT);
    assert_eq!(notes(&log), "same_session 1");
    // Files that only happen to have one name are two sessions.
    let other = meta(0, "other", "") + &turn(1, "m") + &event(2, None, Some([5, 0, 1, 0]));
    assert_eq!(codex(&[("a/log.jsonl", &parent()), ("b/log.jsonl", &other)]).records.len(), 3);
    // Under another name it repeats itself like a fork.
    let log = codex(&[("rollout-q.jsonl", &parent()), (name, &parent())]);
    assert_eq!(all_counts(&log), PARENT);
}

#[test]
fn a_record_of_a_response_stands_for_the_event_beside_it() {
    let text = parent() + &response(9, "p", "resp_2", [2_000, 1_500, 80, 30]);
    let log = one_file(&text);
    // 40 tokens of the 500 that were not cached were written to the cache.
    assert_eq!(all_counts(&log), [PARENT[0], [460, 1_500, 40, 0, 80]]);
    assert_eq!(log.records[1].id.as_deref(), Some("p/resp_2"));
    // Written before its event, it stands for it too.
    let before = text.lines().collect::<Vec<_>>();
    let swapped: String = [0, 1, 2, 4, 3].map(|line| format!("{}\n", before[line])).concat();
    assert_eq!(all_counts(&one_file(&swapped)), all_counts(&log));
}

#[test]
fn a_record_without_an_event_is_a_response_of_its_own_and_counts_once() {
    let compaction = response(20, "p", "resp_9", [9_000, 0, 700, 0]);
    let text = parent() + &compaction;
    assert_eq!(all_counts(&one_file(&text))[2], [8_960, 0, 40, 0, 700]);
    let other = meta(0, "q", "") + &turn(1, "m") + &compaction;
    let log = codex(&[("rollout-p.jsonl", &text), ("rollout-q.jsonl", &other)]);
    assert_eq!((log.records.len(), notes(&log).as_str()), (3, "copied_elsewhere 1"));
}

#[test]
fn a_tier_that_is_recorded_says_how_requests_were_served() {
    let fast = turn(1, "gpt-5.5").replace(r#""effort""#, r#""service_tier":"fast","effort""#);
    let log = one_file(&(meta(0, "s", "") + &fast + &event(2, Some([9, 0, 1, 0]), Some([9, 0, 1, 0]))));
    assert_eq!(log.records[0].service, Service::Fast);
    assert_eq!(log.tier_untold, 0);
}

/// Fast, then the settings' own tier again, then said to be the default.
#[test]
fn a_tier_that_is_not_recorded_is_the_callers_to_say() {
    let tier = |second, tier: &str| {
        turn(second, "gpt-5.5").replace(r#""effort""#, &format!(r#""service_tier":{tier},"effort""#))
    };
    let text = meta(0, "s", "")
        + &tier(1, r#""priority""#)
        + &event(2, Some([9, 0, 1, 0]), Some([9, 0, 1, 0]))
        + &tier(3, "null")
        + &event(4, Some([19, 0, 2, 0]), Some([10, 0, 1, 0]))
        + &tier(5, r#""default""#)
        + &event(6, Some([30, 0, 3, 0]), Some([11, 0, 1, 0]));
    for untold in [Service::Standard, Service::Fast] {
        let part = read(Format::Codex, "rollout-a.jsonl", text.as_bytes(), &mut Buffer::default());
        let log = combine(vec![part], untold);
        let served: Vec<_> = log.records.iter().map(|record| record.service).collect();
        assert_eq!((served.as_slice(), log.tier_untold), ([Service::Fast, untold, Service::Standard].as_slice(), 1));
    }
}

/// Ten o'clock and 5 seconds, and 900 seconds more.
#[test]
fn a_window_may_say_how_long_it_is_before_it_begins_anew() {
    let limits = r#"{"primary":{"used_percent":12.0,"window_minutes":300,"resets_in_seconds":900}}"#;
    let line = event(5, None, None).replace(r#""rate_limits":null"#, &format!(r#""rate_limits":{limits}"#));
    let log = one_file(&(meta(0, "s", "") + &line));
    assert_eq!(log.meters[0].resets_at, Instant::parse("2026-11-10T10:15:05Z"));
}

#[test]
fn what_a_tool_printed_is_no_event() {
    let quoted = event(7, Some([9_000, 0, 9, 0]), None).trim_end().replace('"', r#"\""#);
    let output = record(7, "response_item", &format!(r#"{{"type":"function_call_output","output":"{quoted}"}}"#));
    assert_eq!(all_counts(&one_file(&(parent() + &output))), PARENT);
}

#[test]
fn fields_may_stand_in_any_order_and_spaces_between_them() {
    let text = r#" { "payload" : { "info" : { "last_token_usage" : { "output_tokens" : 2 , "input_tokens" : 5 } } , "type" : "token_count" } , "type" : "event_msg" , "timestamp" : "2026-11-10T10:00:05Z" } "#;
    assert_eq!(all_counts(&one_file(text)), [[5, 0, 0, 0, 2]]);
}

#[test]
fn a_long_first_line_is_read() {
    let instructions = format!(r#","base_instructions":{{"text":"{}"}}"#, "do \\\"this\\\"\\n".repeat(150_000));
    let text = meta(0, "long", &instructions) + &turn(1, "m") + &event(2, None, Some([5, 0, 1, 0]));
    let log = one_file(&text);
    assert_eq!((log.records.len(), log.records[0].session.as_deref()), (1, Some("long")));
}
