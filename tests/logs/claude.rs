//! Transcripts of Claude Code.

use plancost::logs::{Format, Log, Note};
use plancost::units::{Instant, Usd};
use plancost::usage::Service;

use crate::{all_counts, counts, log, notes};

/// A line with usage; what tests do not care about is always the same.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) id: Option<&'static str>,
    pub(super) request: Option<&'static str>,
    pub(super) session: &'static str,
    pub(super) second: u32,
    pub(super) model: &'static str,
    pub(super) input: u64,
    pub(super) cache_read: u64,
    pub(super) cache_write: u64,
    pub(super) output: u64,
    /// More fields of the usage, from a comma on.
    pub(super) usage: &'static str,
    /// More fields of the line, from a comma on.
    pub(super) fields: &'static str,
    pub(super) stop_reason: &'static str,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            id: Some("msg_1"),
            request: Some("req_1"),
            session: "s1",
            second: 5,
            model: "claude-opus-4-6",
            input: 3,
            cache_read: 0,
            cache_write: 0,
            output: 100,
            usage: "",
            fields: "",
            stop_reason: "null",
        }
    }
}

impl Line {
    pub(super) fn text(&self) -> String {
        let Self { session, second, model, input, cache_read, cache_write, output, .. } = self;
        let Self { usage, fields, stop_reason, .. } = self;
        let id = self.id.map(|id| format!(r#""id":"{id}","#)).unwrap_or_default();
        let request = self.request.map(|id| format!(r#","requestId":"{id}""#)).unwrap_or_default();
        format!(
            r#"{{"isSidechain":false,"cwd":"/w/p","sessionId":"{session}","message":{{"model":"{model}",{id}"role":"assistant","content":[{{"type":"text","text":"a \"usage\":{{\"input_tokens\":9}}"}}],"stop_reason":{stop_reason},"usage":{{"input_tokens":{input},"cache_creation_input_tokens":{cache_write},"cache_read_input_tokens":{cache_read},"output_tokens":{output}{usage}}}}}{request},"type":"assistant","timestamp":"2026-11-10T10:00:{second:02}.000Z"{fields}}}"#
        ) + "\n"
    }
}

fn claude(files: &[(&str, &[Line])]) -> Log {
    let texts: Vec<(&str, String)> =
        files.iter().map(|(name, lines)| (*name, lines.iter().map(Line::text).collect())).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    log(Format::Claude, &files)
}

fn one_file(lines: &[Line]) -> Log {
    claude(&[("a.jsonl", lines)])
}

fn raw(text: &str) -> Log {
    log(Format::Claude, &[("a.jsonl", text)])
}

#[test]
fn a_response_is_read_with_all_that_it_says() {
    let log = one_file(&[Line { cache_read: 45_678, cache_write: 1_234, ..Line::default() }]);
    let [record] = &log.records[..] else { panic!("{log:?}") };
    assert_eq!(counts(record), [3, 45_678, 1_234, 0, 100]);
    assert_eq!(record.instant, Instant::parse("2026-11-10T10:00:05Z").expect("a time"));
    let names = [&record.model, &record.id, &record.session, &record.project].map(|name| name.as_deref());
    assert_eq!(names, [Some("claude-opus-4-6"), Some("msg_1"), Some("s1"), Some("/w/p")]);
    assert_eq!((record.requests, record.service, record.side), (1, Service::Standard, false));
    assert_eq!(notes(&log), "");
}

#[test]
fn usage_is_found_by_structure_and_not_by_spelling() {
    let spaced = r#" { "timestamp" : "2026-11-10T10:00:05Z" , "requestId" : "r" , "message" : { "usage" : { "output_tokens" : 7 , "input_tokens" : 2 } , "id" : "m" } } "#;
    assert_eq!(all_counts(&raw(spaced)), [[2, 0, 0, 0, 7]]);
}

#[test]
fn the_usage_of_a_tool_result_is_no_response() {
    let text = r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","content":"…"}]},"toolUseResult":{"status":"completed","usage":{"input_tokens":7,"output_tokens":7}},"timestamp":"2026-11-10T10:00:05Z"}"#;
    assert_eq!(raw(text).records, []);
    // Nor is that of a call's own arguments.
    let text = r#"{"message":{"content":[{"type":"tool_use","input":{"usage":{"input_tokens":7}}}]},"timestamp":"2026-11-10T10:00:05Z"}"#;
    assert_eq!(raw(text).records, []);
}

#[test]
fn the_largest_output_of_a_response_holds_wherever_it_stands() {
    let line = |output| Line { output, ..Line::default() };
    for order in [[2, 9, 159], [159, 9, 2], [9, 159, 9]] {
        let log = one_file(&order.map(line));
        assert_eq!(all_counts(&log), [[3, 0, 0, 0, 159]], "{order:?}");
        assert_eq!(notes(&log), "same_response 2");
    }
}

#[test]
fn one_id_under_two_request_ids_is_one_response() {
    let line = |request, output| Line { request: Some(request), output, ..Line::default() };
    assert_eq!(all_counts(&one_file(&[line("req_1", 20), line("req_2", 30)])), [[3, 0, 0, 0, 30]]);
}

#[test]
fn a_request_id_stands_in_for_a_missing_id() {
    let line = |output| Line { id: None, output, ..Line::default() };
    assert_eq!(all_counts(&one_file(&[line(4), line(40)])), [[3, 0, 0, 0, 40]]);
}

#[test]
fn a_relay_that_gives_every_response_the_same_id_loses_none() {
    let line = |second, input| Line { request: None, second, input, ..Line::default() };
    let log = one_file(&[line(1, 1_000), line(2, 2_000), line(3, 3_000)]);
    assert_eq!(all_counts(&log), [[1_000, 0, 0, 0, 100], [2_000, 0, 0, 0, 100], [3_000, 0, 0, 0, 100]]);
}

#[test]
fn a_gateway_that_streams_one_response_counts_it_once() {
    let line = |second, output| Line { request: None, second, output, ..Line::default() };
    assert_eq!(all_counts(&one_file(&[line(1, 10), line(2, 50), line(3, 90)])), [[3, 0, 0, 0, 90]]);
}

#[test]
fn without_request_ids_sessions_share_a_response_only_if_time_and_usage_are_equal() {
    let line = |session, second| Line { request: None, session, second, ..Line::default() };
    let copied = claude(&[("a.jsonl", &[line("s1", 1)]), ("b.jsonl", &[line("s2", 1)])]);
    assert_eq!(copied.records.len(), 1);
    assert_eq!(notes(&copied), "copied_elsewhere 1");
    let another = claude(&[("a.jsonl", &[line("s1", 1)]), ("b.jsonl", &[line("s2", 2)])]);
    assert_eq!(another.records.len(), 2);
    // A copy of a response that streamed in is tied by the lines that agree, though the copy lacks the last one.
    let grown = Line { output: 300, ..line("s1", 2) };
    let partly = claude(&[("a.jsonl", &[line("s1", 1), grown]), ("b.jsonl", &[line("s2", 1)])]);
    assert_eq!(all_counts(&partly), [[3, 0, 0, 0, 300]]);
}

#[test]
fn without_any_id_equal_time_model_and_usage_are_one_response() {
    let line = |second| Line { id: None, request: None, second, ..Line::default() };
    let log = one_file(&[line(1), line(1), line(2)]);
    assert_eq!(log.records.len(), 2);
}

#[test]
fn a_copy_in_a_resumed_session_belongs_to_the_session_that_began_first() {
    let first = [Line { id: Some("msg_0"), second: 1, ..Line::default() }, Line::default()];
    let resumed = [
        Line { session: "s2", ..Line::default() },
        Line { id: Some("msg_2"), session: "s2", second: 9, ..Line::default() },
    ];
    for files in [[("z.jsonl", &first[..]), ("a.jsonl", &resumed[..])], [("a.jsonl", &resumed), ("z.jsonl", &first)]] {
        let log = claude(&files);
        let sessions: Vec<_> = log.records.iter().map(|record| record.session.as_deref()).collect();
        assert_eq!(sessions, [Some("s1"), Some("s1"), Some("s2")]);
        assert_eq!(notes(&log), "copied_elsewhere 1");
    }
}

#[test]
fn a_file_with_only_the_beginning_of_a_response_does_not_shrink_it() {
    let whole = [Line { output: 2, ..Line::default() }, Line { output: 500, ..Line::default() }];
    let log = claude(&[("0.jsonl", &whole[..1]), ("a.jsonl", &whole)]);
    assert_eq!(all_counts(&log), [[3, 0, 0, 0, 500]]);
}

#[test]
fn a_replay_on_a_side_chain_gives_way_and_a_response_of_a_side_chain_counts() {
    let side = r#","isSidechain":true"#;
    let main = Line { cache_read: 10, output: 40, ..Line::default() };
    let replay =
        Line { request: Some("req_2"), cache_read: 90_000, output: 80, fields: side, second: 6, ..Line::default() };
    let own = Line { id: Some("msg_2"), fields: side, second: 7, output: 5, ..Line::default() };
    for order in [[main.clone(), replay.clone(), own.clone()], [own, replay, main]] {
        let log = one_file(&order);
        assert_eq!(all_counts(&log), [[3, 10, 0, 0, 40], [3, 0, 0, 0, 5]]);
        assert_eq!([log.records[0].side, log.records[1].side], [false, true]);
        assert_eq!(log.tally.of(Note::SideChainReplay), 1);
    }
}

#[test]
fn a_progress_report_counts_only_if_nothing_else_tells_of_the_response() {
    let report = r#"{"type":"progress","sessionId":"s1","cwd":"/w/p","timestamp":"2026-11-10T10:00:06Z","data":{"type":"agent_progress","message":{"type":"assistant","isSidechain":true,"timestamp":"2026-11-10T10:00:05Z","requestId":"req_1","message":{"id":"msg_1","model":"m","usage":{"input_tokens":3,"output_tokens":900}}}}}"#;
    let alone = raw(report);
    assert_eq!(all_counts(&alone), [[3, 0, 0, 0, 900]]);
    assert_eq!(alone.records[0].session.as_deref(), Some("s1"));
    let own = Line { output: 20, ..Line::default() }.text();
    for order in [format!("{own}{report}"), format!("{report}\n{own}")] {
        assert_eq!(all_counts(&raw(&order)), [[3, 0, 0, 0, 20]]);
        assert_eq!(notes(&raw(&order)), "progress_report 1");
    }
}

#[test]
fn notices_of_errors_are_no_responses_and_limits_that_were_met_are_kept() {
    let notice = |model: &str, error: bool, text: &str| {
        format!(
            r#"{{"message":{{"id":"e","model":"{model}","content":[{{"type":"text","text":"{text}"}}],"usage":{{"input_tokens":0,"output_tokens":0}}}},"isApiErrorMessage":{error},"sessionId":"s1","timestamp":"2026-11-10T10:00:05Z"}}"#
        ) + "\n"
    };
    let text = notice("<synthetic>", false, "API Error") + &notice("m", true, "Claude usage limit reached|1760000000");
    let log = raw(&text);
    assert_eq!((log.records.len(), notes(&log).as_str()), (0, "error_notice 2"));
    let [hit] = &log.limit_hits[..] else { panic!("{log:?}") };
    assert_eq!(hit.resets_at, Instant::from_unix_ms(1_760_000_000_000));
    assert_eq!(hit.session.as_deref(), Some("s1"));
}

#[test]
fn cache_writes_are_told_apart_by_how_long_they_last() {
    let written = |cache_write, usage| counts(&one_file(&[Line { cache_write, usage, ..Line::default() }]).records[0]);
    let split = r#","cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":700}"#;
    assert_eq!(written(1_000, split), [3, 0, 300, 700, 100]);
    // The parts are more than the total, or less: nothing is lost, and what they leave out lasts five minutes.
    assert_eq!(written(0, split), [3, 0, 300, 700, 100]);
    assert_eq!(written(1_500, split), [3, 0, 800, 700, 100]);
    assert_eq!(written(1_000, ""), [3, 0, 1_000, 0, 100]);
}

#[test]
fn speed_and_tier_say_how_a_response_was_served() {
    let service = |usage| one_file(&[Line { usage, ..Line::default() }]).records[0].service;
    assert_eq!(service(r#","speed":"standard","service_tier":"standard""#), Service::Standard);
    assert_eq!(service(r#","speed":"fast","service_tier":"standard""#), Service::Fast);
    assert_eq!(service(r#","service_tier":"batch""#), Service::Batch);
    assert_eq!(service(r#","service_tier":"priority","speed":null"#), Service::Priority);
}

#[test]
fn searches_of_the_web_are_counted() {
    let usage = r#","server_tool_use":{"web_search_requests":4,"web_fetch_requests":1}"#;
    assert_eq!(one_file(&[Line { usage, ..Line::default() }]).records[0].web_searches, 4);
}

#[test]
fn an_advisors_answer_is_added_under_its_own_model() {
    let usage = r#","iterations":[{"type":"message","input_tokens":3,"output_tokens":100},{"type":"advisor_message","model":"claude-opus-4-8","input_tokens":20000,"output_tokens":300}]"#;
    let line = Line { usage, ..Line::default() };
    let log = one_file(&[line.clone(), line]);
    let told: Vec<_> = log.records.iter().map(|r| (r.model.as_deref().unwrap_or("?"), counts(r))).collect();
    let expected = [("claude-opus-4-6", [3, 0, 0, 0, 100]), ("claude-opus-4-8", [20_000, 0, 0, 0, 300])];
    assert_eq!(told, expected);
}

#[test]
fn the_cost_that_a_line_states_is_kept_apart() {
    let log = one_file(&[Line { fields: r#","costUSD":0.0123"#, ..Line::default() }]);
    // 123e-4 dollars
    assert_eq!(log.records[0].stated_usd, Some(Usd::from_atto(123 * Usd::ATTO / 10_000)));
    let small = one_file(&[Line { fields: r#","costUSD":2.5e-7"#, ..Line::default() }]);
    assert_eq!(small.records[0].stated_usd, Some(Usd::from_atto(250_000_000_000)));
}

#[test]
fn a_response_without_a_final_count_is_told() {
    let placeholder = Line { output: 3, ..Line::default() };
    assert_eq!(notes(&one_file(std::slice::from_ref(&placeholder))), "without_final_count 1");
    let ended = Line { stop_reason: r#""end_turn""#, ..placeholder.clone() };
    assert_eq!(notes(&one_file(&[placeholder, ended])), "same_response 1");
}

#[test]
fn a_time_may_have_an_offset() {
    let text = Line::default().text().replace("10:00:05.000Z", "12:00:05.000+02:00");
    assert_eq!(raw(&text).records[0].instant, Instant::parse("2026-11-10T10:00:05Z").expect("a time"));
}

#[test]
fn a_line_without_a_time_takes_that_of_the_line_before() {
    let dated = Line::default().text();
    let undated = Line { id: Some("msg_2"), ..Line::default() }
        .text()
        .replace(r#""timestamp":"2026-11-10T10:00:05.000Z""#, r#""timestamp":null"#);
    let log = raw(&format!("{undated}{dated}{undated}"));
    assert_eq!((log.records.len(), notes(&log).as_str()), (2, "no_time 1, time_of_line_before 1"));
}

#[test]
fn names_with_escapes_are_read_as_they_are_meant() {
    let text = Line::default().text().replace("/w/p", r"C:\\w\\caf\u00e9");
    assert_eq!(raw(&text).records[0].project.as_deref(), Some(r"C:\w\café"));
}
