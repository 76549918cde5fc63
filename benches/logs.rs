//! What reading usage logs costs, beside a scan of the same bytes for one word: the least that any reader must do.
//!
//! Compare within one run. The logs are made up from a seed, in memory, with as much text around each response as
//! agents write. In memory nothing is copied from the system, which is the larger part of reading files: there the two
//! are closer together.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Read;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use memchr::memmem::Finder;
use plancost::logs::{Buffer, Format, combine, read};
use plancost::usage::Service;

const RESPONSES: u64 = 4_000;

/// What tools print: escapes on every line, and usage that is only quoted.
fn text(upto: &mut impl FnMut(u64) -> u64) -> String {
    let lines = [
        "    let value = config.get(\\\"name\\\").unwrap_or_default();\\n",
        "src/main.rs:12:9: the value returned from parse config is not used\\n",
        "{\\\"usage\\\":{\\\"input_tokens\\\":5}}\\n",
        "caf\u{e9} \u{2713} C:\\\\dir\\\\file \\u001b[31mred\\u001b[0m\\n",
    ];
    (0..upto(420)).map(|_| lines[usize::try_from(upto(4) - 1).expect("four")]).collect()
}

fn dice() -> impl FnMut(u64) -> u64 {
    let mut seed = 20_261_110_u64;
    move |most| {
        // Knuth's MMIX generator; the high bits are the random ones.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most + 1
    }
}

fn stamp(second: u64) -> String {
    format!("2026-11-10T{:02}:{:02}:{:02}.000Z", second / 3_600 % 24, second / 60 % 60, second % 60)
}

fn transcript() -> String {
    let mut upto = dice();
    let mut log = String::new();
    for number in 0..RESPONSES {
        let (input, read, written, output) = (upto(9), upto(150_000), upto(9_000), upto(2_000));
        for _ in 0..upto(3) {
            let block = "let value = config.get(\\\"name\\\");\\n".repeat(usize::try_from(upto(40)).expect("small"));
            writeln!(
                log,
                r#"{{"isSidechain":false,"cwd":"/w/p","sessionId":"s","message":{{"model":"claude-opus-4-6","id":"msg_{number}","role":"assistant","content":[{{"type":"text","text":"{block}"}}],"stop_reason":null,"usage":{{"input_tokens":{input},"cache_creation_input_tokens":{written},"cache_read_input_tokens":{read},"output_tokens":{output}}}}},"requestId":"req_{number}","type":"assistant","timestamp":"{}"}}"#,
                stamp(number)
            )
            .expect("memory");
        }
        let result = text(&mut upto);
        writeln!(
            log,
            r#"{{"type":"user","message":{{"role":"user","content":[{{"type":"tool_result","content":"{result}"}}]}},"toolUseResult":{{"stdout":"{result}"}}}}"#
        )
        .expect("memory");
    }
    log
}

fn rollout() -> String {
    let mut upto = dice();
    let mut log = format!(
        "{{\"timestamp\":\"{}\",\"type\":\"session_meta\",\"payload\":{{\"id\":\"s\",\"cwd\":\"/w/p\"}}}}\n",
        stamp(0)
    );
    let (mut input, mut output) = (0, 0);
    for number in 0..RESPONSES {
        (input, output) = (input + upto(90_000), output + upto(900));
        let (at, result) = (stamp(number), text(&mut upto));
        writeln!(log, r#"{{"timestamp":"{at}","type":"turn_context","payload":{{"model":"gpt-5.5"}}}}"#)
            .expect("memory");
        writeln!(
            log,
            r#"{{"timestamp":"{at}","type":"event_msg","payload":{{"type":"token_count","info":{{"total_token_usage":{{"input_tokens":{input},"cached_input_tokens":0,"output_tokens":{output},"total_tokens":{}}}}},"rate_limits":{{"primary":{{"used_percent":{}.0,"window_minutes":300,"resets_at":1794300000}}}}}}}}"#,
            input + output,
            number % 100
        )
        .expect("memory");
        for kind in ["function_call_output", "message"] {
            writeln!(
                log,
                r#"{{"timestamp":"{at}","type":"response_item","payload":{{"type":"{kind}","output":"{result}"}}}}"#
            )
            .expect("memory");
        }
    }
    log
}

fn table() -> String {
    let mut upto = dice();
    let mut log = "time,user,model,input,cache_read,output,cost_usd\n".to_owned();
    for number in 0..50 * RESPONSES {
        let (at, user) = (stamp(number), upto(500));
        writeln!(log, "{at},user-{user},claude-opus-4-6,{},{},{},0.0{}", upto(99), upto(99_999), upto(999), upto(99))
            .expect("memory");
    }
    log
}

/// The word in the bytes, read through a buffer of the size that readers use.
fn scan(mut bytes: &[u8], buffer: &mut [u8]) -> usize {
    let word = Finder::new("\"usage\"");
    let mut hits = 0;
    while let Ok(read @ 1..) = bytes.read(buffer) {
        hits += word.find_iter(&buffer[..read]).count();
    }
    hits
}

fn logs(criterion: &mut Criterion) {
    let files = [
        ("claude", Format::Claude, transcript()),
        ("codex", Format::Codex, rollout()),
        ("events", Format::Events, table()),
    ];
    let mut group = criterion.benchmark_group("logs");
    for (name, format, log) in &files {
        group.throughput(Throughput::Bytes(log.len() as u64));
        let mut block = vec![0; 1 << 20];
        group.bench_function(format!("{name}/scan"), |bench| {
            bench.iter(|| scan(black_box(log.as_bytes()), &mut block));
        });
        let mut buffer = Buffer::default();
        group.bench_function(format!("{name}/read"), |bench| {
            bench
                .iter(|| combine(vec![read(*format, name, black_box(log.as_bytes()), &mut buffer)], Service::Standard));
        });
    }
    group.finish();
}

criterion_group!(benches, logs);
criterion_main!(benches);
