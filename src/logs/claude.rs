//! Transcripts of Claude Code: `projects/**/*.jsonl`, sub-agents in folders below.
//!
//! What counts is a line whose own `message.usage` is an object. Lines without the word `"usage"` are never looked at,
//! and of the others nothing is kept but counts, times, models, ids and the folder's name. Which lines are one response
//! is for [`crate::usage::dedup`] to say.

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};

use super::json::{Cursor, Malformed, unescaped};
use super::lines::{Buffer, Piece, pieces};
use super::names::{Field, Names};
use super::tally::{Note, Tally};
use super::{Part, money, stopped};
use crate::rates::{ByClass, TokenClass};
use crate::units::{Instant, Tokens};
use crate::usage::dedup::{Advice, Kind, Sighting};
use crate::usage::{LimitHit, Record, Service, Source};

/// How far back a line of the same response is looked for, before all files are known.
const LOOK_BACK: usize = 12;

/// The most output that a placeholder holds.
const PLACEHOLDER: u64 = 9;

/// Reads one transcript.
pub(super) fn read(input: impl std::io::Read, buffer: &mut Buffer, part: &mut Part) {
    let mut reader = Reader { part, names: Names::default(), before: None };
    let usage = Finder::new(b"\"usage\"");
    let ended = pieces(input, buffer, |piece| match piece {
        Piece::Lines(lines) => reader.lines(&usage, lines),
        Piece::Rest(rest) => reader.rest(&usage, rest),
        Piece::TooLong => reader.part.tally.note(Note::TooLong),
    });
    stopped(part, ended);
}

struct Reader<'p> {
    part: &'p mut Part,
    names: Names,
    /// The time of the last line that had one.
    before: Option<Instant>,
}

impl Reader<'_> {
    fn lines(&mut self, usage: &Finder<'_>, lines: &[u8]) {
        let mut from = 0;
        while let Some(hit) = lines.get(from..).and_then(|rest| usage.find(rest)) {
            let hit = from + hit;
            let end = memchr(b'\n', &lines[hit..]).map_or(lines.len(), |end| hit + end);
            if is_object(&lines[hit + b"\"usage\"".len()..end]) {
                let start = memrchr(b'\n', &lines[from..hit]).map_or(from, |start| from + start + 1);
                if let Err(note) = self.line(&lines[start..end]) {
                    self.part.tally.note(note);
                }
                from = end + 1;
            } else {
                from = hit + 1;
            }
        }
    }

    /// The end of a file without a line end: whole, or torn off while it was written.
    fn rest(&mut self, usage: &Finder<'_>, rest: &[u8]) {
        let Some(last) = rest.iter().rposition(|byte| !byte.is_ascii_whitespace() && *byte != 0) else { return };
        if rest[last] == b'}' {
            return self.lines(usage, rest);
        }
        self.part.tally.note(Note::TornEnd);
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Note> {
        // A crash leaves blocks of NUL before the line that was written next.
        let line = trimmed(line);
        // Most are ASCII, which is seen sooner than that a line is UTF-8.
        if !line.is_ascii() && std::str::from_utf8(line).is_err() {
            return Err(Note::NotUtf8);
        }
        let mut cursor = Cursor::new(line);
        let read = Line::read(&mut cursor, Depth::Line).and_then(|read| cursor.end().map(|()| read));
        let read = read.map_err(|Malformed| Note::Broken)?;
        if let Some(message) = read.message.filter(|message| message.usage.is_some()) {
            return self.response(&read.about, &message, None);
        }
        let Some((about, message)) = read.progress.map(|progress| *progress) else { return Ok(()) };
        self.response(&about, &message, Some(&read.about))
    }

    /// Keeps what a line with usage says; `outer` is the line that reports it as progress.
    fn response(&mut self, about: &About<'_>, message: &Message<'_>, outer: Option<&About<'_>>) -> Result<(), Note> {
        let time = about.timestamp.and_then(|raw| Instant::parse(std::str::from_utf8(raw).ok()?));
        let time = time.or_else(|| {
            let outer = outer?.timestamp?;
            Instant::parse(std::str::from_utf8(outer).ok()?)
        });
        if about.is_error || message.model == Some(b"<synthetic>") {
            self.part.tally.note(Note::ErrorNotice);
            self.limit_hit(time, about, message);
            return Ok(());
        }
        let instant = match time {
            Some(instant) => instant,
            None => self.before.inspect(|_| self.part.tally.note(Note::TimeOfLineBefore)).ok_or(Note::NoTime)?,
        };
        self.before = Some(instant);
        let usage = message.usage.as_ref().expect("the caller saw it");
        let tokens = usage.tokens(&mut self.part.tally)?;
        let mut advice = Vec::new();
        for (model, counts) in &usage.advice {
            advice.push(Advice {
                model: self.names.get(Field::Model, *model),
                tokens: counts.tokens(&mut self.part.tally)?,
            });
        }
        let model = self.names.get(Field::Model, message.model);
        let id = message.id.or(about.request_id).and_then(unescaped).filter(|id| !id.is_empty());
        let sighting = Sighting {
            kind: match (outer, about.is_side) {
                (Some(_), _) => Kind::Progress,
                (None, true) => Kind::SideChain,
                (None, false) => Kind::Main,
            },
            has_request_id: about.request_id.is_some_and(|id| !id.is_empty()),
            has_final_count: message.has_stop_reason || tokens[TokenClass::Output].0 > PLACEHOLDER,
            file: 0,
            advice,
            record: Record {
                instant,
                model,
                tokens,
                requests: 1,
                web_searches: usage.web_searches(&mut self.part.tally)?,
                service: usage.service(),
                side: about.is_side,
                stated_usd: about.cost.and_then(money),
                id: id.map(Into::into),
                session: self.names.get(Field::Session, outer.unwrap_or(about).session.or(about.session)),
                project: self.names.get(Field::Project, about.cwd.or_else(|| outer?.cwd)),
                user: None,
                source: Source::ClaudeCode,
            },
        };
        self.keep(sighting);
        Ok(())
    }

    fn keep(&mut self, sighting: Sighting) {
        self.part.covers(sighting.record.instant);
        let recent = self.part.sightings.iter_mut().rev().take(LOOK_BACK);
        match recent.into_iter().find(|earlier| earlier.is_surely(&sighting)) {
            Some(earlier) => self.part.merged += earlier.merge(sighting),
            None => self.part.sightings.push(sighting),
        }
    }

    /// "…usage limit reached|1760000000": the notice that a plan's limit was met, and until when.
    fn limit_hit(&mut self, time: Option<Instant>, about: &About<'_>, message: &Message<'_>) {
        let (Some(instant), Some(content)) = (time, message.content) else { return };
        let mark = b"limit reached|";
        let Some(at) = memchr::memmem::find(content, mark) else { return };
        let digits = content[at + mark.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        let seconds = digits.take(12).fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
        let session = self.names.get(Field::Session, about.session);
        let resets_at = (seconds > 0).then(|| Instant::from_unix_ms(seconds * 1_000)).flatten();
        self.part.limit_hits.push(LimitHit { instant, resets_at, session });
    }
}

/// Whether the value of a field, from its colon on, is an object.
fn is_object(value: &[u8]) -> bool {
    let mut signs = value.iter().filter(|byte| !matches!(byte, b' ' | b'\t'));
    signs.next() == Some(&b':') && signs.next() == Some(&b'{')
}

/// Without NULs, a byte order mark and white space around it.
fn trimmed(line: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let start = line.iter().position(|byte| !is_blank(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(start, |end| end + 1);
    let line = &line[start..end];
    line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
}

/// How deep in a line a line may stand.
#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Line,
    Progress,
}

/// A line, as far as it is looked at.
#[derive(Default)]
struct Line<'a> {
    about: About<'a>,
    message: Option<Message<'a>>,
    progress: Option<Box<(About<'a>, Message<'a>)>>,
}

/// What a line says about its message.
#[derive(Default)]
struct About<'a> {
    timestamp: Option<&'a [u8]>,
    session: Option<&'a [u8]>,
    cwd: Option<&'a [u8]>,
    request_id: Option<&'a [u8]>,
    cost: Option<&'a [u8]>,
    is_side: bool,
    is_error: bool,
}

#[derive(Default)]
struct Message<'a> {
    id: Option<&'a [u8]>,
    model: Option<&'a [u8]>,
    content: Option<&'a [u8]>,
    has_stop_reason: bool,
    usage: Option<Usage<'a>>,
}

/// The five counts of an answer, as they are written.
#[derive(Default)]
struct Counts<'a> {
    input: Option<&'a [u8]>,
    output: Option<&'a [u8]>,
    cache_read: Option<&'a [u8]>,
    cache_write: Option<&'a [u8]>,
    cache_write_5m: Option<&'a [u8]>,
    cache_write_1h: Option<&'a [u8]>,
}

#[derive(Default)]
struct Usage<'a> {
    counts: Counts<'a>,
    web_searches: Option<&'a [u8]>,
    speed: Option<&'a [u8]>,
    tier: Option<&'a [u8]>,
    /// The model and counts of each answer that the totals leave out.
    advice: Vec<(Option<&'a [u8]>, Counts<'a>)>,
}

impl<'a> Line<'a> {
    fn read(cursor: &mut Cursor<'a>, depth: Depth) -> Result<Self, Malformed> {
        let mut line = Self::default();
        let is_object = cursor.object(|cursor, name| {
            let about = &mut line.about;
            match name {
                b"timestamp" => about.timestamp = cursor.string()?,
                b"sessionId" => about.session = cursor.string()?,
                b"cwd" => about.cwd = cursor.string()?,
                b"requestId" => about.request_id = cursor.string()?,
                b"costUSD" => about.cost = Some(cursor.raw()?),
                b"isSidechain" => about.is_side = cursor.is_true()?,
                b"isApiErrorMessage" => about.is_error = cursor.is_true()?,
                b"message" => line.message = Message::read(cursor)?,
                b"data" if depth == Depth::Line => line.progress = Self::progress(cursor)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        if is_object { Ok(line) } else { Err(Malformed) }
    }

    /// A line within the `data.message` of a line, if it has usage.
    fn progress(cursor: &mut Cursor<'a>) -> Result<Option<Box<(About<'a>, Message<'a>)>>, Malformed> {
        let mut found = None;
        cursor.object(|cursor, name| {
            if name != b"message" {
                return cursor.skip();
            }
            // Anything may stand here; only an object can be a line.
            let mut inner = Cursor::new(cursor.raw()?);
            if let Ok(line) = Line::read(&mut inner, Depth::Progress) {
                let message = line.message.filter(|message| message.usage.is_some());
                found = message.map(|message| Box::new((line.about, message)));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

impl<'a> Message<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
        let mut message = Self::default();
        let is_object = cursor.object(|cursor, name| {
            match name {
                b"id" => message.id = cursor.string()?,
                b"model" => message.model = cursor.string()?,
                b"content" => message.content = Some(cursor.raw()?),
                b"stop_reason" => message.has_stop_reason = cursor.string()?.is_some(),
                b"usage" => message.usage = Usage::read(cursor)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(is_object.then_some(message))
    }
}

impl<'a> Usage<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
        let mut usage = Self::default();
        let is_object = cursor.object(|cursor, name| {
            match name {
                b"server_tool_use" => {
                    cursor.object(|cursor, name| {
                        if name == b"web_search_requests" {
                            usage.web_searches = Some(cursor.raw()?);
                            return Ok(());
                        }
                        cursor.skip()
                    })?;
                }
                b"service_tier" => usage.tier = cursor.string()?,
                b"speed" => usage.speed = cursor.string()?,
                b"iterations" => cursor.array(|cursor| {
                    let mut iteration = (None, None, Counts::default());
                    cursor.object(|cursor, name| {
                        match name {
                            b"type" => iteration.0 = cursor.string()?,
                            b"model" => iteration.1 = cursor.string()?,
                            _ => iteration.2.field(cursor, name)?,
                        }
                        Ok(())
                    })?;
                    let (kind, model, counts) = iteration;
                    if kind == Some(b"advisor_message") {
                        usage.advice.push((model, counts));
                    }
                    Ok(())
                })?,
                _ => usage.counts.field(cursor, name)?,
            }
            Ok(())
        })?;
        Ok(is_object.then_some(usage))
    }

    fn tokens(&self, tally: &mut Tally) -> Result<ByClass<Tokens>, Note> {
        self.counts.tokens(tally)
    }

    fn web_searches(&self, tally: &mut Tally) -> Result<u64, Note> {
        self.web_searches.map_or(Some(0), |raw| tally.count(raw)).ok_or(Note::BadCount)
    }

    fn service(&self) -> Service {
        match (self.speed, self.tier) {
            (Some(b"fast"), _) => Service::Fast,
            (_, Some(b"batch")) => Service::Batch,
            (_, Some(b"priority")) => Service::Priority,
            _ => Service::Standard,
        }
    }
}

impl<'a> Counts<'a> {
    fn field(&mut self, cursor: &mut Cursor<'a>, name: &[u8]) -> Result<(), Malformed> {
        match name {
            b"input_tokens" => self.input = Some(cursor.raw()?),
            b"output_tokens" => self.output = Some(cursor.raw()?),
            b"cache_read_input_tokens" => self.cache_read = Some(cursor.raw()?),
            b"cache_creation_input_tokens" => self.cache_write = Some(cursor.raw()?),
            b"cache_creation" => {
                cursor.object(|cursor, name| {
                    match name {
                        b"ephemeral_5m_input_tokens" => self.cache_write_5m = Some(cursor.raw()?),
                        b"ephemeral_1h_input_tokens" => self.cache_write_1h = Some(cursor.raw()?),
                        _ => cursor.skip()?,
                    }
                    Ok(())
                })?;
            }
            _ => cursor.skip()?,
        }
        Ok(())
    }

    /// What was written to the cache is the larger of the total and its two parts; what the parts leave out was
    /// written for five minutes.
    fn tokens(&self, tally: &mut Tally) -> Result<ByClass<Tokens>, Note> {
        let mut count = |raw: Option<&[u8]>| raw.map_or(Some(0), |raw| tally.count(raw)).ok_or(Note::BadCount);
        let one_hour = count(self.cache_write_1h)?;
        let parts = count(self.cache_write_5m)?.saturating_add(one_hour);
        let written = count(self.cache_write)?.max(parts);
        let mut tokens = ByClass::default();
        tokens[TokenClass::Input] = Tokens(count(self.input)?);
        tokens[TokenClass::Output] = Tokens(count(self.output)?);
        tokens[TokenClass::CacheRead] = Tokens(count(self.cache_read)?);
        tokens[TokenClass::CacheWrite1h] = Tokens(one_hour);
        tokens[TokenClass::CacheWrite5m] = Tokens(written - one_hour);
        Ok(tokens)
    }
}
