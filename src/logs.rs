//! Usage logs: bytes of files in, responses out.
//!
//! Each file is read by itself into a [`Part`], in any order and on any thread; [`combine`] makes one [`Log`] of the
//! parts, and the outcome depends on neither. Nothing of a file is kept but counts, times, models, ids and the names of
//! project folders: what people and models wrote never leaves a reader. Bad bytes lose a line, never a file, and what
//! was not counted is told by reason in a [`Tally`]. Memory grows with the number of responses, not of bytes.

mod claude;
mod codex;
mod events;
mod json;
mod lines;
mod meters;
mod names;
mod tally;
mod zstd;

use std::io::{self, Read, Seek};
use std::sync::Arc;

pub use lines::Buffer;
pub use tally::{Note, Tally};

use crate::units::{Instant, Ratio, Usd};
use crate::usage::dedup::{Merged, Sighting, responses};
use crate::usage::{LimitHit, Meter, Record, Service};

/// So much of a file tells its format.
const HEAD: u64 = 64 * 1024;

/// So much of a packed one, whose first block must be whole: it may pack to 128 KiB.
const HEAD_PACKED: u64 = 256 * 1024;

/// A format of log files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Transcripts of Claude Code.
    Claude,
    /// Rollouts of Codex, plain or compressed.
    Codex,
    /// Readings of a plan's meters: the state file of Claude Code, `.claude.json`; the history of its desktop application,
    /// `plan-usage-history.json`; lines that Claude Code hands a status line, each with a `timestamp`.
    Meters,
    /// Usage events: a table with a head, or a JSON object a line. Columns as in [`Format::columns`].
    Events,
}

impl Format {
    /// The first bytes of a file, as many as [`Self::of`] may need.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub fn head(mut input: impl Read) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        input.by_ref().take(HEAD).read_to_end(&mut head)?;
        if zstd::is_packed(&head) {
            input.take(HEAD_PACKED - HEAD).read_to_end(&mut head)?;
        }
        Ok(head)
    }

    /// The format of a file by its name and its first bytes, packed or not.
    #[must_use]
    pub fn of(name: &str, head: &[u8]) -> Self {
        if let Some(format) = Self::named(name) {
            return format;
        }
        let mut unpacked = Vec::new();
        if zstd::is_packed(head) {
            // It breaks off, and what came before that is enough.
            let _ = zstd::Frames::new(head).take(HEAD).read_to_end(&mut unpacked);
        }
        let head = if unpacked.is_empty() { head } else { &unpacked };
        let has = |mark: &[u8]| memchr::memmem::find(head, mark).is_some();
        match () {
            () if !head.starts_with(b"{") => Self::Events,
            () if has(b"\"payload\"") && has(b"\"session_meta\"") => Self::Codex,
            () if has(b"\"sessionId\"") || has(b"\"parentUuid\"") || has(b"\"leafUuid\"") => Self::Claude,
            () if has(b"\"rate_limits\"") && (has(b"\"five_hour\"") || has(b"\"seven_day\"")) => Self::Meters,
            () => Self::Events,
        }
    }

    /// The format of a file whose name alone tells it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        match file {
            _ if file.starts_with("rollout-") => Some(Self::Codex),
            _ if Self::is_of_meters(file) => Some(Self::Meters),
            _ => None,
        }
    }

    /// Whether a program keeps nothing but readings of meters, and settings, in files of this name.
    #[must_use]
    pub fn is_of_meters(file: &str) -> bool {
        matches!(file, ".claude.json" | "plan-usage-history.json")
    }

    /// The columns of [`Format::Events`], and other names under which they are known. Names are told apart by neither
    /// case nor `-`, `_` and spaces; fields of nested JSON objects are joined by points.
    pub fn columns() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        events::columns()
    }
}

/// What one file holds.
#[derive(Clone, Debug)]
pub struct Part {
    name: Arc<str>,
    sightings: Vec<Sighting>,
    rollout: Option<Box<codex::Rollout>>,
    /// Responses that are known to be told once in this file.
    records: Vec<Record>,
    meters: Vec<Meter>,
    limit_hits: Vec<LimitHit>,
    tally: Tally,
    merged: Merged,
    /// The first and last time of usage in it.
    covered: Option<(Instant, Instant)>,
    bytes: u64,
    is_compressed: bool,
    stopped: Option<String>,
}

/// What all files hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Each response once, by time.
    pub records: Vec<Record>,
    /// Readings of the plan's own meters, by time.
    pub meters: Vec<Meter>,
    /// Limits of the plan that were met, by time.
    pub limit_hits: Vec<LimitHit>,
    /// What was not counted, and why.
    pub tally: Tally,
    /// Responses of Codex of which no file says how they were served.
    pub tier_untold: u64,
    /// How many files were read.
    pub files: usize,
    /// How many bytes they hold, unpacked.
    pub bytes: u64,
    /// Files that could not be read to their end, and why. What they held before that is counted.
    pub stopped: Vec<(Arc<str>, String)>,
}

/// Reads one file. `name` is its path; the buffer may serve one file after another.
#[must_use]
pub fn read(format: Format, name: &str, mut input: impl Read, buffer: &mut Buffer) -> Part {
    let mut part = Part::new(name);
    let first = buffer.begin(&mut input, TOLD_BY);
    if format == Format::Events && is_parquet("", first) {
        part.stop(events::parquet::FROM_A_PIPE.to_owned());
    } else if zstd::is_packed(first) {
        part.is_compressed = true;
        let input = io::Cursor::new(first.to_vec()).chain(input);
        buffer.clear();
        plain(format, zstd::Frames::new(input), buffer, &mut part);
    } else {
        plain(format, input, buffer, &mut part);
    }
    part
}

/// How many first bytes tell whether a file is packed.
pub const TOLD_BY: usize = 4;

/// Whether a file of [`Format::Events`] is Parquet, by its name or its first bytes: then [`read_parquet`] reads it.
#[must_use]
pub fn is_parquet(name: &str, first: &[u8]) -> bool {
    first.starts_with(b"PAR1") || first.starts_with(b"PARE") || name.to_lowercase().ends_with(".parquet")
}

/// Reads a Parquet file of so many bytes, which has the columns of [`Format::Events`]. A program that was built without
/// the feature `parquet` makes a part of it that says so.
#[must_use]
pub fn read_parquet(name: &str, bytes: u64, input: impl Read + Seek + Send + 'static) -> Part {
    let mut part = Part::new(name);
    events::parquet::read(bytes, input, &mut part);
    part
}

fn plain(format: Format, input: impl Read, buffer: &mut Buffer, part: &mut Part) {
    match format {
        Format::Claude => claude::read(input, buffer, part),
        Format::Codex => codex::read(input, buffer, part),
        Format::Meters => meters::read(input, buffer, part),
        Format::Events => events::read(input, buffer, part),
    }
}

impl Part {
    /// A file that could not be opened.
    #[must_use]
    pub fn unreadable(name: &str, why: String) -> Self {
        let mut part = Self::new(name);
        part.stop(why);
        part
    }

    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            sightings: Vec::new(),
            rollout: None,
            records: Vec::new(),
            meters: Vec::new(),
            limit_hits: Vec::new(),
            tally: Tally::default(),
            merged: Merged::default(),
            covered: None,
            bytes: 0,
            is_compressed: false,
            stopped: None,
        }
    }

    fn covers(&mut self, instant: Instant) {
        let (first, last) = self.covered.unwrap_or((instant, instant));
        self.covered = Some((first.min(instant), last.max(instant)));
    }

    fn stop(&mut self, why: String) {
        self.tally.note(if self.is_compressed { Note::BadCompression } else { Note::Unreadable });
        self.stopped = Some(why);
    }
}

/// Notes how a file's stream ended.
fn stopped(part: &mut Part, ended: lines::Ended) {
    part.bytes += ended.bytes;
    if let Some(error) = ended.error {
        let why = error.to_string();
        let why = why.split(" (os error").next().unwrap_or(&why);
        part.stop(if part.bytes > 0 { format!("{why}; what came before is counted") } else { why.to_owned() });
    }
}

/// Makes one log of all files: what several of them hold counts once. Requests of Codex of which no file says how they
/// were served were served as stated.
#[must_use]
pub fn combine(mut parts: Vec<Part>, untold: Service) -> Log {
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    let mut log = Log { files: parts.len(), ..Log::default() };
    let file_order = file_order(&parts);
    let mut sightings = Vec::with_capacity(parts.iter().map(|part| part.sightings.len()).sum());
    let mut merged = Merged::default();
    let (mut rollouts, mut tables) = (Vec::new(), Vec::<Vec<Record>>::new());
    for (file, part) in parts.into_iter().enumerate() {
        log.bytes += part.bytes;
        log.tally.add_all(&part.tally);
        log.stopped.extend(part.stopped.map(|why| (Arc::clone(&part.name), why)));
        log.meters.extend(part.meters);
        log.limit_hits.extend(part.limit_hits);
        merged += part.merged;
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        sightings.extend(part.sightings.into_iter().map(|sighting| Sighting { file, ..sighting }));
        rollouts.extend(part.rollout.map(|rollout| (part.name, *rollout)));
        // Rows without ids cannot be told from rows of another file; whole files can.
        if part.records.is_empty() {
            continue;
        }
        if tables.contains(&part.records) {
            log.tally.note(Note::SameSession);
        } else {
            tables.push(part.records);
        }
    }
    let found = responses(sightings, &file_order);
    merged += found.merged;
    log.tally.add(Note::SameResponse, merged.lines);
    log.tally.add(Note::CopiedElsewhere, merged.copies);
    log.tally.add(Note::SideChainReplay, merged.side_chains);
    log.tally.add(Note::ProgressReport, merged.progress);
    log.tally.add(Note::WithoutFinalCount, found.without_final_count);
    log.records = found.records;
    log.records.extend(tables.into_iter().flatten());
    let (records, times) = codex::sessions::records(rollouts, untold, &mut log.tally);
    log.records.extend(records);
    log.tier_untold = times;
    log.records.sort_by_key(|record| record.instant);
    log.tally.add(Note::NoModel, log.records.iter().filter(|record| record.model.is_none()).count() as u64);
    log.meters.sort_by_key(|meter| (meter.instant, meter.window_minutes, meter.used_millipercent));
    log.meters.dedup();
    log.limit_hits.sort();
    log.limit_hits.dedup_by(|later, first| (later.instant, later.resets_at) == (first.instant, first.resets_at));
    log
}

/// The place of each file among those that hold the same response: the one whose usage began first; of those, the one
/// that ended first; then by name.
fn file_order(parts: &[Part]) -> Vec<u32> {
    let mut by_time: Vec<usize> = (0..parts.len()).collect();
    by_time.sort_by_key(|&file| (parts[file].covered.is_none(), parts[file].covered));
    let mut order = vec![0; parts.len()];
    for (place, file) in by_time.into_iter().enumerate() {
        order[file] = u32::try_from(place).unwrap_or(u32::MAX);
    }
    order
}

/// A decimal as JSON and tables write it, an exponent allowed; `None` if it is none, or absurdly long.
fn decimal(raw: &[u8]) -> Option<Ratio> {
    let text = std::str::from_utf8(raw).ok()?;
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok().filter(|e| (-40..=40).contains(e))?),
        None => (text, 0),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{part}");
    if digits.len() > 36 || whole.is_empty() || part.starts_with(['+', '-']) {
        return None;
    }
    let shift = exponent - i32::try_from(part.len()).ok()?;
    let digits = Ratio::from(digits.parse::<i128>().ok()?);
    let power = (0..shift.unsigned_abs()).fold(Ratio::one(), |power, _| power * Ratio::from(10));
    Some(if shift < 0 { digits / power } else { digits * power })
}

/// Dollars as they are written; below 1e-18 is cut off.
fn money(raw: &[u8]) -> Option<Usd> {
    // Most have no sign, no exponent and few digits.
    let point = raw.iter().position(|byte| *byte == b'.').unwrap_or(raw.len());
    let (whole, part) = (&raw[..point], raw.get(point + 1..).unwrap_or_default());
    if (1..=12).contains(&whole.len()) && part.len() <= 18 && [whole, part].concat().iter().all(u8::is_ascii_digit) {
        let digits = whole.iter().chain(part).fold(0, |number, digit| number * 10 + i128::from(digit - b'0'));
        let places = u32::try_from(part.len()).expect("at most 18");
        return Some(Usd::from_atto(digits * 10_i128.pow(18 - places)));
    }
    (decimal(raw)? * Ratio::from(Usd::ATTO)).floor().to_i128().map(Usd::from_atto)
}

/// Thousandths of a number as it is written; below that is cut off.
fn millis(raw: &[u8]) -> Option<u64> {
    // Most are whole, and short.
    let whole = raw.strip_suffix(b".0").unwrap_or(raw);
    if whole.len() <= 15 && !whole.is_empty() && whole.iter().all(u8::is_ascii_digit) {
        return Some(1_000 * whole.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
    }
    u64::try_from((decimal(raw)? * Ratio::from(1_000)).floor().to_i128()?).ok()
}

/// The instant so many seconds after 1970 began.
fn seconds(raw: &[u8]) -> Option<Instant> {
    Instant::from_unix_ms(i64::try_from(millis(raw)?).ok()?)
}
