//! Trees of logs made up from a seed, with all that makes a log hard to read, and what they come to by construction.

use std::fmt::Write as _;

use plancost::logs::{Buffer, Format, Log, combine, read};
use plancost::usage::Service;

use super::auditor::{self, Totals};
use crate::{counts, notes};

/// Knuth's MMIX generator; the high bits are the random ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn in_100(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }
}

/// Files of a tree, and what they come to.
struct Tree {
    files: Vec<(String, Vec<u8>)>,
    truth: Totals,
}

impl Tree {
    fn counts(&mut self, model: &str, counts: [u64; 5]) {
        let sum = self.truth.entry(model.to_owned()).or_default();
        for (sum, count) in sum.iter_mut().zip(counts.iter().chain(&[1])) {
            *sum += count;
        }
    }
}

fn stamp(second: u64) -> String {
    let (day, rest) = (second / 86_400, second % 86_400);
    format!(
        "2026-11-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        day % 28 + 1,
        rest / 3_600,
        rest / 60 % 60,
        rest % 60,
        second % 997
    )
}

/// What a tool printed, usage that it quotes included.
fn prose(dice: &mut Dice) -> String {
    let pieces =
        ["let x = \\\"y\\\";\\n", "{\\\"usage\\\":{\\\"input_tokens\\\":5}}", "caf\u{e9} \\u00e9 \\\\", "]}{[", ","];
    (0..dice.below(12)).map(|_| dice.pick(&pieces)).collect()
}

fn claude_tree(seed: u64) -> Tree {
    let mut dice = Dice(seed);
    let mut tree = Tree { files: Vec::new(), truth: Totals::new() };
    let mut earlier: Vec<String> = Vec::new();
    for session in 0..8 {
        let (mut main, mut agents) = (String::new(), String::new());
        // A resumed session begins with lines of an earlier one.
        if session > 2 && dice.in_100(50) {
            let from = earlier.len().saturating_sub(6);
            for line in &earlier[from..] {
                main += &line.replace("\"sessionId\":\"s", &format!("\"sessionId\":\"s{session}-was-"));
            }
        }
        for number in 0..5 + dice.below(25) {
            let lines = claude_response(&mut dice, &mut tree, session, number);
            match (dice.in_100(20), dice.in_100(30)) {
                // A sub-agent's response, sometimes reported as progress too.
                (true, reported) => {
                    for line in &lines {
                        let side = line.replace("\"isSidechain\":false", "\"isSidechain\":true");
                        if reported {
                            let inner = side.trim_end();
                            writeln!(
                                main,
                                r#"{{"type":"progress","sessionId":"s{session}","data":{{"message":{inner}}}}}"#
                            )
                            .expect("memory");
                        }
                        agents += &side;
                    }
                }
                (false, _) => {
                    main.extend(lines.iter().map(String::as_str));
                    earlier.extend(lines);
                }
            }
            main += &claude_noise(&mut dice, session);
        }
        tree.files.push((format!("p/{session}.jsonl"), main.into_bytes()));
        tree.files.push((format!("p/{session}/subagents/agent-1.jsonl"), agents.into_bytes()));
    }
    tree
}

/// The lines of one response.
fn claude_response(dice: &mut Dice, tree: &mut Tree, session: u64, number: u64) -> Vec<String> {
    let model = dice.pick(&["claude-opus-4-6", "claude-haiku-4-5", "kimi-k2.5"]);
    let gateway = model == "kimi-k2.5";
    let (five, hour) = if gateway { (0, 0) } else { (dice.below(900), dice.below(2) * dice.below(5_000)) };
    let counts = [1 + number * 100 + dice.below(99), dice.below(99_999), five, hour, 12 + dice.below(4_000)];
    let [input, read, ..] = counts;
    // A gateway may give one id to all of a session's responses.
    let id = if gateway { format!("chat-{session}") } else { format!("msg_{session}_{number}") };
    let request = if gateway { String::new() } else { format!(r#","requestId":"req_{session}_{number}""#) };
    let advised = !gateway && dice.in_100(8);
    let blocks = 1 + dice.below(4);
    let mut lines = Vec::new();
    for block in 0..blocks {
        let is_last = block + 1 == blocks;
        let output = if is_last || dice.in_100(30) { counts[4] } else { 1 + dice.below(9) };
        let advice = if advised && output == counts[4] {
            r#","iterations":[{"type":"message","input_tokens":1},{"type":"advisor_message","model":"advisor","input_tokens":700,"output_tokens":30}]"#
        } else {
            ""
        };
        let written = five + hour;
        let second = session * 90_000 + number * 600 + block;
        let text = prose(dice);
        let space = dice.pick(&["", "", " "]);
        lines.push(format!(
            r#"{{"isSidechain":false,"sessionId":"s{session}","cwd":"/w/p","message":{{"id":{space}"{id}","model":"{model}","content":[{{"type":"text","text":"{text}"}}],"stop_reason":null,"usage":{space}{{"input_tokens":{input},"cache_creation_input_tokens":{written},"cache_read_input_tokens":{read},"output_tokens":{output},"cache_creation":{{"ephemeral_5m_input_tokens":{five},"ephemeral_1h_input_tokens":{hour}}}{advice}}}}}{request},"timestamp":"{}"}}{}"#,
            stamp(second),
            dice.pick(&["\n", "\n", "\r\n"]),
        ));
    }
    tree.counts(model, counts);
    if advised {
        tree.counts("advisor", [700, 0, 0, 0, 30]);
    }
    if !gateway && dice.in_100(10) {
        let replay = lines[0].replace("\"isSidechain\":false", "\"isSidechain\":true").replace("req_", "req_other_");
        lines.insert(0, replay);
    }
    lines
}

/// Lines that are no responses.
fn claude_noise(dice: &mut Dice, session: u64) -> String {
    let text = prose(dice);
    match dice.below(6) {
        0 => format!(
            "{{\"toolUseResult\":{{\"usage\":{{\"input_tokens\":7,\"output_tokens\":7}},\"text\":\"{text}\"}},\"timestamp\":\"{}\"}}\n",
            stamp(9)
        ),
        1 => format!(
            "{{\"sessionId\":\"s{session}\",\"message\":{{\"id\":\"e\",\"model\":\"<synthetic>\",\"usage\":{{\"input_tokens\":0}}}},\"timestamp\":\"{}\"}}\n",
            stamp(9)
        ),
        2 => "{\"message\":{\"id\":\"msg_torn\",\"model\":\"m\",\"usage\":{\"input_tokens\":5,\"outp\n".to_owned(),
        3 => "\n\0\0\0\n".to_owned(),
        _ => format!("{{\"type\":\"user\",\"message\":{{\"content\":\"{text}\"}}}}\n"),
    }
}

fn codex_tree(seed: u64) -> Tree {
    let mut dice = Dice(seed);
    let mut tree = Tree { files: Vec::new(), truth: Totals::new() };
    // Id, running totals and text of the events of sessions that can be forked.
    let mut parents: Vec<(String, [u64; 4], Vec<String>)> = Vec::new();
    for session in 0..14_u64 {
        let mut second = session * 80_000;
        let id = format!("0197-{session}");
        let parent = parents.get(usize::try_from(dice.below(20)).expect("small")).cloned();
        let (mut totals, mut events) = ([0; 4], Vec::new());
        let mut text = String::new();
        let meta = |id: &str, more: &str| {
            format!(
                "{{\"timestamp\":\"{}\",\"type\":\"session_meta\",\"payload\":{{\"id\":\"{id}\"{more}}}}}\n",
                stamp(second)
            )
        };
        match (&parent, dice.in_100(60)) {
            (Some((from, before, copied)), true) => {
                text += &(meta(&id, &format!(",\"forked_from_id\":\"{from}\"")) + &meta(from, ""));
                for event in copied {
                    text += &format!(
                        "{{\"timestamp\":\"{}\",\"type\":\"event_msg\",\"payload\":{event}}}\n",
                        stamp(second)
                    );
                }
                (totals, events) = (*before, copied.clone());
            }
            (Some((from, ..)), false) => {
                text += &meta(&id, &format!(",\"forked_from_id\":\"{from}\",\"thread_source\":\"subagent\""))
            }
            (None, _) => text += &meta(&id, ""),
        }
        second += 50;
        for _ in 0..3 + dice.below(20) {
            second += 5 + dice.below(300);
            let model = dice.pick(&["gpt-5.5", "gpt-5.3-codex"]);
            writeln!(
                text,
                r#"{{"timestamp":"{}","type":"turn_context","payload":{{"model":"{model}"}}}}"#,
                stamp(second)
            )
            .expect("memory");
            let event = codex_request(&mut dice, &mut tree, model, &mut totals);
            let line = |event: &str| {
                format!("{{\"timestamp\":\"{}\",\"type\":\"event_msg\",\"payload\":{event}}}\n", stamp(second))
            };
            text += &line(&event);
            if dice.in_100(50) {
                text += &line(&event);
            }
            events.push(event);
            text += &match dice.below(5) {
                0 => line(
                    r#"{"type":"token_count","info":null,"rate_limits":{"primary":{"used_percent":3.0,"window_minutes":300}}}"#,
                ),
                1 => line(&format!(r#"{{"type":"agent_message","message":"{}"}}"#, prose(&mut dice))),
                2 => line(r#"{"type":"token_count","info":{"total_token_usage":{"input_to"#).replace("}\n", "\n"),
                _ => format!(
                    "{{\"timestamp\":\"{}\",\"type\":\"response_item\",\"payload\":{{\"output\":\"{}\"}}}}\n",
                    stamp(second),
                    prose(&mut dice)
                ),
            };
        }
        let name = format!("sessions/2026/rollout-{id}.jsonl");
        if dice.in_100(20) {
            tree.files.push((format!("archived_sessions/rollout-{id}.jsonl"), text.clone().into_bytes()));
        }
        tree.files.push((name, text.into_bytes()));
        parents.push((id, totals, events));
    }
    tree
}

/// An event of one request, as the payload of its line.
fn codex_request(dice: &mut Dice, tree: &mut Tree, model: &str, totals: &mut [u64; 4]) -> String {
    let input = 1_000 + dice.below(90_000);
    let used = [input, dice.below(input), 1 + dice.below(900), dice.below(50)];
    tree.counts(model, [used[0] - used[1], used[1], 0, 0, used[2]]);
    for (total, used) in totals.iter_mut().zip(used) {
        *total += used;
    }
    let usage = |[input, cached, output, reasoning]: [u64; 4]| {
        let total = input + output;
        format!(
            r#"{{"input_tokens":{input},"cached_input_tokens":{cached},"output_tokens":{output},"reasoning_output_tokens":{reasoning},"total_tokens":{total}}}"#
        )
    };
    let last = if dice.in_100(10) { String::new() } else { format!(r#","last_token_usage":{}"#, usage(used)) };
    format!(r#"{{"type":"token_count","info":{{"total_token_usage":{}{last}}},"rate_limits":null}}"#, usage(*totals))
}

fn totals(log: &Log) -> Totals {
    let mut totals = Totals::new();
    for record in &log.records {
        let sum = totals.entry(record.model.as_deref().unwrap_or("?").to_owned()).or_default();
        for (sum, count) in sum.iter_mut().zip(counts(record).iter().chain(&[1])) {
            *sum += count;
        }
    }
    totals
}

fn read_all(format: Format, files: &[(String, Vec<u8>)]) -> Log {
    let mut buffer = Buffer::default();
    combine(files.iter().map(|(name, bytes)| read(format, name, &bytes[..], &mut buffer)).collect(), Service::Standard)
}

#[test]
fn transcripts_come_to_what_was_written_and_to_what_the_slow_reader_finds() {
    for seed in 1..=16 {
        let tree = claude_tree(seed);
        let log = read_all(Format::Claude, &tree.files);
        assert_eq!(totals(&log), tree.truth, "seed {seed}: {}", notes(&log));
        assert_eq!(auditor::claude(&tree.files), tree.truth, "seed {seed}, slow reader");
    }
}

#[test]
fn rollouts_come_to_what_was_written_and_to_what_the_slow_reader_finds() {
    for seed in 1..=60 {
        let tree = codex_tree(seed);
        let log = read_all(Format::Codex, &tree.files);
        assert_eq!(totals(&log), tree.truth, "seed {seed}: {}", notes(&log));
        assert_eq!(auditor::codex(&tree.files), tree.truth, "seed {seed}, slow reader");
    }
}

#[test]
fn the_order_of_files_changes_nothing() {
    for (format, mut tree) in [(Format::Claude, claude_tree(7)), (Format::Codex, codex_tree(7))] {
        let log = read_all(format, &tree.files);
        tree.files.reverse();
        assert_eq!(read_all(format, &tree.files), log);
        tree.files.rotate_left(5);
        assert_eq!(read_all(format, &tree.files), log);
    }
}

#[test]
fn two_trees_that_repeat_each_other_are_one() {
    for (format, tree) in [(Format::Claude, claude_tree(3)), (Format::Codex, codex_tree(3))] {
        let again = tree.files.iter().map(|(name, bytes)| (format!("backup/{name}"), bytes.clone()));
        let both: Vec<_> = tree.files.iter().cloned().chain(again).collect();
        assert_eq!(totals(&read_all(format, &both)), tree.truth);
    }
}
