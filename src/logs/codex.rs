//! Rollouts of Codex: `sessions/**/rollout-*.jsonl` and `archived_sessions`, plain or compressed.
//!
//! A rollout tells usage twice over: `token_count` events carry the session's running totals and the last request,
//! and are sent again whenever limits are refreshed; newer versions write a `token_usage_record` for each response
//! beside them. The reader looks at the head of each line and leaves all but those, the session's descriptions and the
//! turns' models alone. What a fork copied from its parent is for [`sessions`] to say, which sees all files.

pub(super) mod sessions;

use std::sync::Arc;

use memchr::memchr_iter;

use super::json::{Cursor, Malformed, unescaped};
use super::lines::{Buffer, Piece, pieces};
use super::names::{Field, Names};
use super::tally::{Note, Tally};
use super::{Part, stopped};
use crate::rates::{ByClass, TokenClass};
use crate::units::{Instant, Tokens};
use crate::usage::{Meter, Service, Source};

/// What one file tells of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rollout {
    /// The session's id.
    id: Option<Arc<str>>,
    /// The session that it is a fork of.
    forked_from: Option<Arc<str>>,
    /// A description of another session follows its own: it begins with a copy.
    has_copied_meta: bool,
    /// Its first event stands before any turn.
    starts_before_turn: bool,
    /// The session was started by another one.
    is_subagent: bool,
    /// Records before this place in the session are its parent's.
    own_from: Option<u64>,
    project: Option<Arc<str>>,
    events: Vec<Event>,
    /// How many events at the start were written in one go, with the copied description.
    burst: usize,
}

/// The counts of a token usage, as Codex keeps them: cached and written tokens are part of the input, reasoning of the
/// output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Counts {
    input: u64,
    cached: u64,
    cache_write: u64,
    output: u64,
    reasoning: u64,
    total: u64,
}

/// Usage of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    instant: Instant,
    ordinal: Option<u64>,
    /// What tells it from other events of its session: the running totals, or the request where there are none.
    mark: Option<Counts>,
    used: Counts,
    model: Option<Arc<str>>,
    service: Service,
    /// Thread and id of the response, where a record of it exists.
    response: Option<Arc<str>>,
}

/// Reads one rollout.
pub(super) fn read(input: impl std::io::Read, buffer: &mut Buffer, part: &mut Part) {
    let mut reader = Reader::new(part);
    let ended = pieces(input, buffer, |piece| match piece {
        Piece::Lines(lines) => {
            let mut from = 0;
            for end in memchr_iter(b'\n', lines) {
                reader.line(&lines[from..end]);
                from = end + 1;
            }
        }
        Piece::Rest(rest) => reader.rest(rest),
        Piece::TooLong => reader.part.tally.note(Note::TooLong),
    });
    let rollout = reader.finish();
    for event in &rollout.events {
        part.covers(event.instant);
    }
    part.rollout = Some(Box::new(rollout));
    stopped(part, ended);
}

/// Records that are further apart than this were not copied in one go.
const BURST_GAP_MS: i64 = 1_000;

/// How many events away from its record an event of the same response is looked for.
const NEAR: usize = 16;

struct Reader<'p> {
    part: &'p mut Part,
    names: Names,
    rollout: Rollout,
    records: Vec<(usize, Event)>,
    /// The totals of the last event.
    totals: Option<Counts>,
    /// The last request, if the last event had no totals.
    last: Option<Counts>,
    model: Option<Arc<str>>,
    service: Service,
    /// The time of the last line that was looked at.
    before: Option<Instant>,
    /// The burst of copied records has not ended.
    in_burst: bool,
    /// A turn's description has been read since the last session's.
    has_turn: bool,
}

/// The part of a line before its payload.
#[derive(Default)]
struct Head<'a> {
    timestamp: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
    ordinal: Option<&'a [u8]>,
    payload: Option<Cursor<'a>>,
}

impl<'p> Reader<'p> {
    fn new(part: &'p mut Part) -> Self {
        Self {
            part,
            names: Names::default(),
            rollout: Rollout::default(),
            records: Vec::new(),
            totals: None,
            last: None,
            model: None,
            service: Service::Standard,
            before: None,
            in_burst: true,
            has_turn: false,
        }
    }

    fn line(&mut self, line: &[u8]) {
        let start = line.iter().position(|byte| *byte != 0 && !byte.is_ascii_whitespace());
        let Some(line) = start.map(|start| &line[start..]) else { return };
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let Some(head) = Head::read(line) else {
            // Broken before its kind was told: it may have held usage.
            if memchr::memmem::find(line, b"token").is_some() {
                self.part.tally.note(Note::Broken);
            }
            return;
        };
        if let Err(note) = self.payload(line, &head) {
            self.part.tally.note(note);
        }
    }

    fn rest(&mut self, rest: &[u8]) {
        match rest.iter().rposition(|byte| !byte.is_ascii_whitespace() && *byte != 0) {
            Some(last) if rest[last] == b'}' => self.line(rest),
            Some(_) => self.part.tally.note(Note::TornEnd),
            None => {}
        }
    }

    fn payload(&mut self, line: &[u8], head: &Head<'_>) -> Result<(), Note> {
        let Some(payload) = &head.payload else { return Ok(()) };
        let mut cursor = payload.clone();
        let kind = match head.kind {
            Some(b"event_msg") if is_not_token_count(cursor.clone()) => return Ok(()),
            Some(kind @ (b"event_msg" | b"turn_context" | b"session_meta" | b"token_usage_record")) => kind,
            _ => return Ok(()),
        };
        if std::str::from_utf8(line).is_err() {
            return Err(Note::NotUtf8);
        }
        let payload = Payload::read(&mut cursor).map_err(|Malformed| Note::Broken)?;
        cursor.rest_of_object().map_err(|Malformed| Note::Broken)?;
        if kind == b"event_msg" && payload.kind != Some(b"token_count") {
            return Ok(());
        }
        let time = head.timestamp.and_then(|raw| Instant::parse(std::str::from_utf8(raw).ok()?));
        self.follow_burst(time);
        match kind {
            b"session_meta" => self.meta(&payload),
            b"turn_context" => self.turn(&payload),
            b"event_msg" => {
                let time = self.time(time, payload.info.is_some())?;
                self.meters(time, &payload);
                self.token_count(time, head, &payload)?;
            }
            _ => {
                let time = self.time(time, true)?;
                self.usage_record(time, head, &payload)?;
            }
        }
        Ok(())
    }

    /// The time of a line, or of the one before it.
    fn time(&mut self, time: Option<Instant>, has_usage: bool) -> Result<Instant, Note> {
        if time.is_none() && has_usage && self.before.is_some() {
            self.part.tally.note(Note::TimeOfLineBefore);
        }
        time.or(self.before).ok_or(Note::NoTime)
    }

    fn follow_burst(&mut self, time: Option<Instant>) {
        if let (Some(before), Some(time)) = (self.before, time) {
            self.in_burst &= (time.unix_ms() - before.unix_ms()).abs() < BURST_GAP_MS;
        }
        self.before = time.or(self.before);
    }

    fn meta(&mut self, payload: &Payload<'_>) {
        self.has_turn = false;
        let id = payload.id.and_then(unescaped).map(|id| self.names.intern(&id));
        if self.rollout.id.is_some() {
            self.rollout.has_copied_meta |= id != self.rollout.id;
            if self.rollout.forked_from.is_none() && self.rollout.has_copied_meta && self.rollout.events.is_empty() {
                self.rollout.forked_from = id;
            }
            return;
        }
        let forked_from = payload.forked_from.and_then(unescaped).map(|id| self.names.intern(&id));
        self.rollout.id = id;
        self.rollout.forked_from = forked_from;
        self.rollout.is_subagent = payload.is_subagent;
        self.rollout.own_from = payload.own_from.and_then(|raw| self.part.tally.count(raw));
        self.rollout.project = self.names.get(Field::Project, payload.cwd);
    }

    fn turn(&mut self, payload: &Payload<'_>) {
        // Copied events that no turn precedes end with the first turn, which is the fork's own.
        self.in_burst &= self.has_turn || self.rollout.events.is_empty();
        self.has_turn = true;
        self.model = self.names.get(Field::Model, payload.model);
        if let Some(tier) = payload.tier {
            self.service = if matches!(tier, b"fast" | b"priority") { Service::Fast } else { Service::Standard };
        }
        if self.rollout.project.is_none() {
            self.rollout.project = self.names.get(Field::Project, payload.cwd);
        }
    }

    fn token_count(&mut self, instant: Instant, head: &Head<'_>, payload: &Payload<'_>) -> Result<(), Note> {
        let tally = &mut self.part.tally;
        let Some(info) = &payload.info else {
            tally.note(Note::LimitsOnly);
            return Ok(());
        };
        let total = info.total.as_ref().map(|raw| raw.counts(tally)).transpose()?;
        let last = info.last.as_ref().map(|raw| raw.counts(tally)).transpose()?;
        let used = match (total, last) {
            (None, None) => {
                tally.note(Note::LimitsOnly);
                return Ok(());
            }
            (Some(total), _) if self.totals == Some(total) => None,
            (Some(_), Some(last)) => Some(last),
            (Some(total), None) => Some(total.since(self.totals)),
            (None, Some(last)) => (self.last != Some(last)).then_some(last),
        };
        self.totals = total.or(self.totals);
        self.last = if total.is_some() { None } else { last };
        let Some(used) = used else {
            tally.note(Note::SentAgain);
            return Ok(());
        };
        let event = self.event(instant, head, total.or(last), used);
        self.push(event);
        Ok(())
    }

    fn usage_record(&mut self, instant: Instant, head: &Head<'_>, payload: &Payload<'_>) -> Result<(), Note> {
        let Some(usage) = &payload.usage else { return Ok(()) };
        let used = usage.counts(&mut self.part.tally)?;
        let mut event = self.event(instant, head, None, used);
        let text = |raw: Option<&[u8]>| raw.and_then(|raw| unescaped(raw).map(String::from));
        if let Some(response) = text(payload.response_id) {
            let thread = text(payload.thread_id).or_else(|| self.rollout.id.as_deref().map(str::to_owned));
            event.response = Some(format!("{}/{response}", thread.unwrap_or_default()).into());
        }
        self.records.push((self.rollout.events.len(), event));
        Ok(())
    }

    fn event(&mut self, instant: Instant, head: &Head<'_>, mark: Option<Counts>, used: Counts) -> Event {
        Event {
            instant,
            ordinal: head.ordinal.and_then(|raw| self.part.tally.count(raw)),
            mark,
            used,
            model: self.model.clone(),
            service: self.service,
            response: None,
        }
    }

    fn push(&mut self, event: Event) {
        self.rollout.starts_before_turn |= self.rollout.events.is_empty() && !self.has_turn;
        self.rollout.events.push(event);
        if self.in_burst {
            self.rollout.burst = self.rollout.events.len();
        }
    }

    /// Readings of the plan's meters. Of readings in a row that agree, the first and nothing else is kept.
    fn meters(&mut self, instant: Instant, payload: &Payload<'_>) {
        for window in payload.windows.iter().flatten() {
            let Some((window_minutes, used_millipercent)) = window.reading() else { continue };
            let resets_at = window.resets_at.and_then(super::seconds);
            let jitter = |a: Instant, b: Instant| (a.unix_ms() - b.unix_ms()).abs() < 60_000;
            let last = self.part.meters.iter().rev().take(4).find(|meter| meter.window_minutes == window_minutes);
            let again = last.is_some_and(|last| {
                let same_reset = match (last.resets_at, resets_at) {
                    (Some(a), Some(b)) => jitter(a, b),
                    (a, b) => a == b,
                };
                last.used_millipercent == used_millipercent && same_reset
            });
            if !again {
                self.part.meters.push(Meter {
                    instant,
                    window_minutes,
                    used_millipercent,
                    resets_at,
                    model: None,
                    plan: self.names.get(Field::Plan, payload.plan),
                    overflow: payload.overflow,
                    source: Source::Codex,
                });
            }
        }
    }

    /// Ties records of responses to the events that tell of the same usage; a record without one stands by itself.
    fn finish(mut self) -> Rollout {
        let mut alone = Vec::new();
        for (place, record) in self.records {
            let events = &mut self.rollout.events;
            let is_same = |event: &Event| event.response.is_none() && event.used.is_same_request(&record.used);
            // An event is written just before its record, or not long after.
            let near = (place.saturating_sub(NEAR)..place).rev().chain(place..(place + NEAR).min(events.len()));
            let same = near.into_iter().find(|&index| is_same(&events[index]));
            match same.map(|index| &mut events[index]) {
                Some(event) => {
                    event.used = record.used;
                    event.response = record.response;
                    if event.response.is_none() {
                        event.response = Some("".into());
                    }
                }
                None => alone.push((place, record)),
            }
        }
        for (place, record) in alone.into_iter().rev() {
            self.rollout.burst += usize::from(place < self.rollout.burst);
            self.rollout.events.insert(place, record);
        }
        self.rollout
    }
}

/// Whether the payload says that it is another kind of event, before anything else.
fn is_not_token_count(mut payload: Cursor<'_>) -> bool {
    let mut kind = None;
    // Stops at the first field.
    let _ = payload.object(|cursor, name| {
        if name == b"type" {
            kind = cursor.string()?;
        }
        Err(Malformed)
    });
    kind.is_some_and(|kind| kind != b"token_count")
}

impl<'a> Head<'a> {
    /// Reads as far as is needed to know that a line does not matter. `None` if it is broken before that.
    fn read(line: &'a [u8]) -> Option<Self> {
        let mut head = Self::default();
        let mut is_known = false;
        let read = Cursor::new(line).object(|cursor, name| {
            match name {
                b"timestamp" => head.timestamp = cursor.string()?,
                b"type" => head.kind = cursor.string()?,
                b"ordinal" => head.ordinal = Some(cursor.raw()?),
                b"payload" => {
                    head.payload = Some(cursor.clone());
                    if head.kind.is_some() && head.timestamp.is_some() {
                        is_known = true;
                        return Err(Malformed);
                    }
                    cursor.skip()?;
                }
                _ => cursor.skip()?,
            }
            Ok(())
        });
        (is_known || read.is_ok()).then_some(head)
    }
}

/// A payload of any kind, as far as it is looked at.
#[derive(Default)]
struct Payload<'a> {
    kind: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    forked_from: Option<&'a [u8]>,
    is_subagent: bool,
    own_from: Option<&'a [u8]>,
    cwd: Option<&'a [u8]>,
    model: Option<&'a [u8]>,
    tier: Option<&'a [u8]>,
    info: Option<Info<'a>>,
    windows: [Option<Window<'a>>; 2],
    plan: Option<&'a [u8]>,
    overflow: bool,
    thread_id: Option<&'a [u8]>,
    response_id: Option<&'a [u8]>,
    usage: Option<RawCounts<'a>>,
}

#[derive(Default)]
struct Info<'a> {
    total: Option<RawCounts<'a>>,
    last: Option<RawCounts<'a>>,
}

#[derive(Default)]
struct Window<'a> {
    used_percent: Option<&'a [u8]>,
    minutes: Option<&'a [u8]>,
    resets_at: Option<&'a [u8]>,
}

#[derive(Default)]
struct RawCounts<'a> {
    input: Option<&'a [u8]>,
    cached: Option<&'a [u8]>,
    cache_write: Option<&'a [u8]>,
    output: Option<&'a [u8]>,
    reasoning: Option<&'a [u8]>,
    total: Option<&'a [u8]>,
}

impl<'a> Payload<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Malformed> {
        let mut payload = Self::default();
        cursor.object(|cursor, name| {
            match name {
                b"type" => payload.kind = cursor.string()?,
                b"id" => payload.id = cursor.string()?,
                b"forked_from_id" => payload.forked_from = cursor.string()?,
                b"thread_source" => payload.is_subagent = cursor.string()? == Some(b"subagent"),
                b"subagent_history_start_ordinal" => {
                    payload.own_from = Some(cursor.raw()?).filter(|raw| raw != b"null");
                }
                b"cwd" => payload.cwd = cursor.string()?,
                b"model" => payload.model = cursor.string()?,
                b"service_tier" => payload.tier = cursor.string()?,
                b"info" => payload.info = Info::read(cursor)?,
                b"rate_limits" => payload.limits(cursor)?,
                b"thread_id" => payload.thread_id = cursor.string()?,
                b"response_id" => payload.response_id = cursor.string()?,
                b"usage" => payload.usage = RawCounts::read(cursor)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(payload)
    }

    fn limits(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
        cursor.object(|cursor, name| {
            match name {
                b"primary" => self.windows[0] = Window::read(cursor)?,
                b"secondary" => self.windows[1] = Window::read(cursor)?,
                b"plan_type" => self.plan = cursor.string()?,
                b"credits" => self.overflow = cursor.raw()? != b"null",
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(())
    }
}

impl<'a> Info<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
        let mut info = Self::default();
        let is_object = cursor.object(|cursor, name| {
            match name {
                b"total_token_usage" => info.total = RawCounts::read(cursor)?,
                b"last_token_usage" => info.last = RawCounts::read(cursor)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(is_object.then_some(info))
    }
}

impl<'a> Window<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
        let mut window = Self::default();
        let is_object = cursor.object(|cursor, name| {
            match name {
                b"used_percent" => window.used_percent = Some(cursor.raw()?),
                b"window_minutes" => window.minutes = Some(cursor.raw()?),
                b"resets_at" => window.resets_at = Some(cursor.raw()?),
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(is_object.then_some(window))
    }

    /// Minutes of the window and thousandths of a percent used.
    fn reading(&self) -> Option<(u64, u64)> {
        let whole = |raw: &[u8]| match super::json::count(raw) {
            super::json::Count::Whole(count) => Some(count),
            _ => None,
        };
        Some((whole(self.minutes?)?, super::millis(self.used_percent?)?))
    }
}

impl<'a> RawCounts<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
        let mut counts = Self::default();
        let is_object = cursor.object(|cursor, name| {
            let field = match name {
                b"input_tokens" => &mut counts.input,
                b"cached_input_tokens" => &mut counts.cached,
                b"cache_write_input_tokens" => &mut counts.cache_write,
                b"output_tokens" => &mut counts.output,
                b"reasoning_output_tokens" => &mut counts.reasoning,
                b"total_tokens" => &mut counts.total,
                _ => return cursor.skip(),
            };
            *field = Some(cursor.raw()?);
            Ok(())
        })?;
        Ok(is_object.then_some(counts))
    }

    fn counts(&self, tally: &mut Tally) -> Result<Counts, Note> {
        let mut count = |raw: Option<&[u8]>| raw.map_or(Some(0), |raw| tally.count(raw)).ok_or(Note::BadCount);
        Ok(Counts {
            input: count(self.input)?,
            cached: count(self.cached)?,
            cache_write: count(self.cache_write)?,
            output: count(self.output)?,
            reasoning: count(self.reasoning)?,
            total: count(self.total)?,
        })
    }
}

impl Counts {
    const fn parts(&self) -> [u64; 6] {
        [self.input, self.cached, self.cache_write, self.output, self.reasoning, self.total]
    }

    /// What was used since earlier totals. A count that fell means that counting began anew.
    fn since(self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        if self.parts().iter().zip(earlier.parts()).any(|(now, before)| *now < before) {
            return self;
        }
        Self {
            input: self.input - earlier.input,
            cached: self.cached - earlier.cached,
            cache_write: self.cache_write - earlier.cache_write,
            output: self.output - earlier.output,
            reasoning: self.reasoning - earlier.reasoning,
            total: self.total - earlier.total,
        }
    }

    /// Whether both tell of one request; events say less of it than records.
    const fn is_same_request(&self, other: &Self) -> bool {
        self.input == other.input && self.cached == other.cached && self.output == other.output
    }

    /// By the classes that are billed.
    fn tokens(&self, tally: &mut Tally) -> ByClass<Tokens> {
        if self.cached > self.input {
            tally.note(Note::MoreCachedThanPrompt);
        }
        let uncached = self.input.saturating_sub(self.cached);
        let written = self.cache_write.min(uncached);
        let mut tokens = ByClass::default();
        tokens[TokenClass::Input] = Tokens(uncached - written);
        tokens[TokenClass::CacheRead] = Tokens(self.cached);
        tokens[TokenClass::CacheWrite5m] = Tokens(written);
        tokens[TokenClass::Output] = Tokens(self.output);
        tokens
    }
}
