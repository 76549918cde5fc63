//! Rollouts of Codex: `sessions/**/rollout-*.jsonl` and `archived_sessions`, plain or compressed.
//!
//! A rollout tells usage twice over: `token_count` events carry the session's running totals and the last request,
//! and are sent again whenever limits are refreshed; newer versions write a `token_usage_record` for each response
//! beside them. The reader looks at the head of each line and leaves all but those, the session's descriptions and the
//! turns' models alone. What a fork copied from its parent is for [`sessions`] to say, which sees all files.

mod counts;
mod line;
pub(super) mod sessions;

use std::sync::Arc;

use memchr::memchr_iter;

use self::counts::Counts;
use self::line::{Head, Payload, is_not_token_count};
use super::json::{Malformed, unescaped};
use super::lines::{Buffer, Piece, pieces};
use super::names::{Field, Names};
use super::tally::Note;
use super::{Part, stopped};
use crate::units::Instant;
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

/// Usage of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    instant: Instant,
    ordinal: Option<u64>,
    /// What tells it from other events of its session: the running totals, or the request where there are none.
    mark: Option<Counts>,
    used: Counts,
    model: Option<Arc<str>>,
    /// How it was served; `None`: nothing says.
    service: Option<Service>,
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
    service: Option<Service>,
    /// The time of the last line that was looked at.
    before: Option<Instant>,
    /// The burst of copied records has not ended.
    in_burst: bool,
    /// A turn's description has been read since the last session's.
    has_turn: bool,
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
            service: None,
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
            // `null` goes back to what the settings say, which the rollout does not tell.
            self.service = tier.map(|tier| match tier {
                b"fast" | b"priority" => Service::Fast,
                _ => Service::Standard,
            });
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
            let resets_at = window.resets_at(instant);
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
