//! What goes wrong with usage logs: counted, told by reason, and the sums exact, or a code that says that they are not.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::program::{Answered, Given};
use super::{codes, file, folder, json};

/// A line of Claude Code with so many tokens in and out.
fn line(id: &str, input: &str, output: &str) -> String {
    let usage = format!(r#""usage":{{"input_tokens":{input},"output_tokens":{output}}}"#);
    let message = format!(r#""message":{{"id":"{id}","model":"claude-opus-4-8","stop_reason":"end_turn",{usage}}}"#);
    let about = format!(r#""sessionId":"s","requestId":"r{id}","timestamp":"2026-11-10T10:00:00.000Z""#);
    format!("{{{about},\"type\":\"assistant\",{message}}}\n")
}

fn lines(numbers: std::ops::Range<u32>) -> String {
    numbers.map(|number| line(&format!("m{number}"), "2", "30")).collect()
}

fn usage(path: &Path, args: &[&str]) -> Answered {
    let mut given = Given::args(["usage", "--by", "model", "--json"].into_iter().chain(args.iter().copied()));
    given.args.push(path.into());
    given.run()
}

/// Responses, tokens in and out of all models.
fn sums(answered: &Answered) -> [u64; 3] {
    let summary = &json(answered)["summary"];
    ["responses", "input_tokens", "output_tokens"].map(|key| summary[key].as_u64().expect("a count"))
}

/// `broken_line 2, torn_end 1`
fn skipped(answered: &Answered) -> String {
    let document = json(answered);
    let rows = document["skipped"].as_array().expect("rows");
    let row = |row: &serde_json::Value| format!("{} {}", row["reason"].as_str().expect("a word"), row["times"]);
    rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

/// Five responses: 2 in and 30 out; the same with spaces; with the keys in another order; 2^63 - 2 in and 30 out; -5 in,
/// which is taken as 0, and 30 out.
#[test]
fn f20_good_lines_count_exactly_and_every_bad_one_is_told() {
    let whole = line("a", "2", "30");
    let spaced = line("b", "2", "30").replace(':', " : ").replace("10 : 00 : 00.000Z", "10:00:00.000Z");
    let other_order = concat!(
        r#"{"message":{"usage":{"output_tokens":30,"new":[{}],"input_tokens":2},"stop_reason":"end_turn","#,
        r#""model":"claude-opus-4-8","id":"c"},"version":7,"timestamp":"2026-11-09T10:00:00Z","requestId":"rc"}"#
    );
    let text = [
        whole.clone(),
        "\n \n\0\0\n".to_owned(),
        spaced,
        format!("{other_order}\n"),
        line("d", "9223372036854775806", "30"),
        line("e", "-5", "30"),
        // The same again, a count that is text, a message that is text, half a line in the middle.
        whole.clone(),
        line("f", "\"many\"", "30"),
        whole.replace(r#""message":{"#, r#""message":"usage","x":{"#),
        format!("{}\n", &whole[..whole.len() / 2 + 40]),
    ]
    .concat();
    let mut bytes = text.into_bytes();
    bytes.extend(line("g", "2", "30").replace("claude-opus-4-8", "\u{fffd}").into_bytes());
    let not_utf8 = bytes.windows(3).rposition(|window| window == "\u{fffd}".as_bytes()).expect("it was put there");
    bytes[not_utf8] = 0xFF;
    bytes.extend(&line("h", "2", "30").as_bytes()[..150]);
    let folder = folder();
    let path = file(&folder, "a.jsonl", &bytes);
    let answered = usage(&path, &[]);
    assert_eq!(answered.code, 0, "{answered:?}");
    assert_eq!(sums(&answered), [5, 9_223_372_036_854_775_812, 150]);
    let expected = "broken_line 1, not_utf8 1, torn_end 1, bad_count 1, negative_count 1, same_response 1";
    assert_eq!(skipped(&answered), expected);
    assert!(codes(&answered).contains(&"PC301".to_owned()), "{answered:?}");
    assert_eq!(json(&answered)["complete"], false);
    assert_eq!(usage(&path, &["--strict"]).code, 4);
    assert_eq!(usage(&path, &["--strict", "--max-skipped", "50%"]).code, 0);
}

/// Bytes drawn from a seed between good lines, some of which have the words of usage in them.
#[test]
fn f20_garbage_between_lines_costs_none_of_them() {
    let mut state = 5_u64;
    let mut draw = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let words: [&[u8]; 8] = [b"\"usage\":{", b"{", b"}", b"\"", b"\\", b"message", b"\0", b"\xC3\x28"];
    let mut bytes = Vec::new();
    for number in 0..200 {
        bytes.extend(line(&format!("m{number}"), "2", "30").into_bytes());
        for _ in 0..draw() % 40 {
            bytes.extend(words[usize::try_from(draw() % 8).expect("small")]);
            bytes.push(u8::try_from(draw() % 256).expect("a byte"));
        }
        bytes.push(b'\n');
    }
    let folder = folder();
    let answered = usage(&file(&folder, "a.jsonl", &bytes), &[]);
    assert_eq!((answered.code, sums(&answered)), (0, [200, 400, 6_000]), "{}", answered.err);
}

/// Text of 64 MiB in a line that counts, and 64 MiB of brackets in one that cannot be kept.
#[test]
fn f20_a_line_of_64_mebibytes_is_read_or_told() {
    const LONG: usize = 64 * 1024 * 1024;
    let folder = folder();
    let text = line("a", "2", "30").replacen('{', &format!("{{\"parentUuid\":null,\"x\":\"{}\",", "y".repeat(LONG)), 1);
    let answered = usage(&file(&folder, "text.jsonl", text + &lines(0..2)), &[]);
    assert_eq!((answered.code, sums(&answered), skipped(&answered).as_str()), (0, [3, 6, 90], ""));
    let nested =
        line("a", "2", "30").replacen('{', &format!("{{\"parentUuid\":null,\"x\":[{}1],", "1,".repeat(LONG / 2)), 1);
    let answered = usage(&file(&folder, "nested.jsonl", nested + &lines(0..2)), &["--strict"]);
    assert_eq!((answered.code, sums(&answered)), (4, [2, 4, 60]));
    assert_eq!(skipped(&answered), "line_too_long 1");
}

#[test]
fn f20_files_that_repeat_each_other_count_once() {
    let folder = folder();
    file(&folder, "a.jsonl", lines(0..20));
    file(&folder, "b.jsonl", lines(10..30));
    file(&folder, "c.jsonl", lines(0..20));
    let answered = usage(folder.path(), &[]);
    assert_eq!((sums(&answered), skipped(&answered).as_str()), ([30, 60, 900], "copied_elsewhere 30"));
}

/// A line at a time is added, in two halves, while the log is read again and again.
#[test]
fn f20_a_log_that_grows_while_it_is_read_is_read_as_far_as_it_went() {
    let folder = folder();
    let path = file(&folder, "a.jsonl", lines(0..100));
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut log = fs::OpenOptions::new().append(true).open(&path).expect("it is there");
            for number in 100..100_000 {
                let text = lines(number..number + 1);
                for half in [&text[..80], &text[80..]] {
                    log.write_all(half.as_bytes()).expect("there is room");
                }
                if is_done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut before = 100;
        for _ in 0..5 {
            let answered = usage(&path, &["--max-skipped", "1%"]);
            let [responses, input, output] = sums(&answered);
            assert!(responses >= before, "{answered:?}");
            assert_eq!((answered.code, input, output), (0, 2 * responses, 30 * responses), "{answered:?}");
            assert!(["", "torn_end 1"].contains(&skipped(&answered).as_str()), "{answered:?}");
            before = responses;
        }
        is_done.store(true, Ordering::Relaxed);
    });
}

fn packed(text: &[u8]) -> Vec<u8> {
    packed_by(1_000, text)
}

/// A frame of blocks of so many bytes that are not compressed, as the format allows.
fn packed_by(block: usize, text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58];
    let blocks: Vec<&[u8]> = text.chunks(block).collect();
    for (number, block) in blocks.iter().enumerate() {
        let is_last = u32::from(number + 1 == blocks.len());
        let head = is_last | u32::try_from(block.len()).expect("small") << 3;
        frame.extend(&head.to_le_bytes()[..3]);
        frame.extend(*block);
    }
    frame
}

#[test]
fn f20_packed_logs_that_break_off_are_code_3_and_what_came_before_is_counted() {
    let folder = folder();
    let whole = packed(lines(0..50).as_bytes());
    let answered = usage(&file(&folder, "a.jsonl.zst", &whole), &[]);
    assert_eq!((answered.code, sums(&answered)), (0, [50, 100, 1_500]), "{answered:?}");
    file(&folder, "b.jsonl.zst", &packed(lines(50..100).as_bytes())[..whole.len() / 2]);
    let answered = usage(folder.path(), &[]);
    let [responses, input, output] = sums(&answered);
    assert!((60..100).contains(&responses), "{answered:?}");
    assert_eq!((answered.code, input, output), (3, 2 * responses, 30 * responses));
    assert!(skipped(&answered).contains("bad_compression 1"), "{answered:?}");
    assert!(answered.err.contains("what came before is counted"), "{}", answered.err);
    let nothing = usage(&file(&folder, "c.jsonl.zst", &whole[..5]), &[]);
    assert_eq!((nothing.code, json(&nothing)["complete"].clone()), (3, false.into()), "{nothing:?}");
}

/// A block takes up to 128 KiB, and none of it can be unpacked before all of it is there.
#[test]
fn f20_what_a_packed_log_is_does_not_depend_on_its_name_or_on_the_size_of_its_first_block() {
    let folder = folder();
    let whole = packed_by(100_000, lines(0..600).as_bytes());
    assert!(whole.len() > 100_000);
    for name in ["a.jsonl.zst", "a.jsonl.zstd", "a"] {
        let answered = usage(&file(&folder, name, &whole), &[]);
        assert_eq!((answered.code, sums(&answered)), (0, [600, 1_200, 18_000]), "{name}: {}", answered.err);
    }
    let mut piped = Given::args(["usage", "-", "--by", "model", "--json"]);
    piped.stdin = whole;
    let answered = piped.run();
    assert_eq!((answered.code, sums(&answered)), (0, [600, 1_200, 18_000]), "{}", answered.err);
}

/// Whoever runs the tests may be allowed everything, so the program runs as nobody where that can be done.
#[cfg(target_os = "linux")]
#[test]
fn f20_a_folder_without_permission_is_told_and_the_rest_is_counted() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let folder = folder();
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    allow(folder.path(), 0o755);
    let (logs, closed) = (folder.path().join("logs"), folder.path().join("logs/closed"));
    fs::create_dir_all(&closed).expect("a folder");
    fs::write(logs.join("a.jsonl"), lines(0..3)).expect("a file");
    fs::write(closed.join("b.jsonl"), lines(3..9)).expect("a file");
    fs::write(logs.join("c.jsonl"), lines(9..20)).expect("a file");
    allow(&closed, 0o000);
    allow(&logs.join("c.jsonl"), 0o000);
    let program = folder.path().join("plancost");
    fs::copy(env!("CARGO_BIN_EXE_plancost"), &program).expect("there is room");
    let mut command = std::process::Command::new(&program);
    command.args(["usage", "--by", "model", "--json"]).arg(&logs).env_clear().current_dir("/");
    if fs::read_dir(&closed).is_ok() {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().expect("it runs");
    allow(&closed, 0o755);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let answered = Answered { code: 0, out: text(&output.stdout), err: text(&output.stderr) };
    assert_eq!((output.status.code(), sums(&answered)), (Some(3), [3, 6, 90]), "{answered:?}");
    assert_eq!(skipped(&answered), "unreadable 2");
    assert_eq!(answered.err.matches("permission denied").count(), 2, "{}", answered.err);
}

/// 300 files, so that handles must be given back; the answer is the same, or the code says that it is none.
#[cfg(target_os = "linux")]
#[test]
fn f25_logs_are_read_with_little_memory_few_handles_and_little_time() {
    let folder = folder();
    for number in 0..300 {
        file(&folder, &format!("{number}.jsonl"), lines(number * 40..(number + 1) * 40));
    }
    let path = folder.path().display();
    for command in ["usage --by model --json", "replay --plan claude-max-5x --json"] {
        let all = super::shell(&format!("$P {command} '{path}'"));
        assert_eq!(all.status.code(), Some(0), "{:?}", super::said(&all));
        // Data, not addresses: half of 64 MiB is taken by the text of a build for tests.
        for limit in ["ulimit -d 65536", "ulimit -n 16", "ulimit -t 20", "ulimit -s 512"] {
            let output = super::shell(&format!("{limit}; $P {command} '{path}'"));
            assert_eq!(output.status.code(), Some(0), "{limit}: {command}: {:?}", super::said(&output).1);
            assert!(output.stdout == all.stdout, "{limit}: {command} says something else");
        }
        // Time that does not suffice ends it without half an answer.
        let output = super::shell(&format!("ulimit -t 0; $P {command} '{path}'"));
        assert!(output.status.code() != Some(0) && output.stdout.is_empty(), "{:?}", super::said(&output));
    }
}
