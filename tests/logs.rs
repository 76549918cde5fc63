//! Usage logs: one test for each rule of their formats, with the smallest lines that show it.

mod logs {
    mod auditor;
    mod bad_bytes;
    mod claude;
    mod codex;
    mod events;
    mod meters;
    #[cfg(feature = "parquet")]
    mod parquet;
    mod places;
    mod trees;
}

use plancost::logs::{Buffer, Format, Log, combine, read};
use plancost::rates::TokenClass;
use plancost::usage::{Record, Service};

/// Files, each a name and what it holds, read in order.
fn log(format: Format, files: &[(&str, &str)]) -> Log {
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    log_of_bytes(format, &bytes)
}

fn log_of_bytes(format: Format, files: &[(&str, &[u8])]) -> Log {
    // Zeroing a new buffer for each of thousands of small files would take longer than reading them.
    thread_local!(static BUFFER: std::cell::RefCell<Buffer> = std::cell::RefCell::default());
    BUFFER.with_borrow_mut(|buffer| read_with(buffer, format, files))
}

fn read_with(buffer: &mut Buffer, format: Format, files: &[(&str, &[u8])]) -> Log {
    combine(files.iter().map(|(name, bytes)| read(format, name, *bytes, buffer)).collect(), Service::Standard)
}

/// Input, cache read, written for five minutes, for an hour, output.
fn counts(record: &Record) -> [u64; 5] {
    TokenClass::ALL.map(|class| record.tokens[class].0)
}

/// The counts of each response, by time.
fn all_counts(log: &Log) -> Vec<[u64; 5]> {
    log.records.iter().map(counts).collect()
}

/// The notes of a log: `same_response 1, torn_end 1`.
fn notes(log: &Log) -> String {
    log.tally.iter().map(|(note, times)| format!("{} {times}", note.key())).collect::<Vec<_>>().join(", ")
}
