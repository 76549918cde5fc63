//! Readings of a plan's meters that are kept beside transcripts, and nothing else of the files that hold them.
//!
//! Three files have them:
//!
//! 1. The state file of Claude Code, `~/.claude.json`: the last reading, with the instants at which windows reset.
//! 2. The history of the Claude desktop application, `plan-usage-history.json`: a reading every few minutes. `fh` is the
//!    window of five hours and `sd` that of seven days, in percent; a sample without a figure is no reading of 0. Where
//!    windows reset it does not say. Organisations are told apart by number where there are several.
//! 3. What Claude Code hands a status line, one object a line, as a script of one's own kept it. It has no time of its
//!    own, so the script must add one: `timestamp` or `time`, as text with an offset or as seconds since 1970.

use std::io::Read;

use super::json::{Cursor, Malformed, unescaped};
use super::lines::{Buffer, Piece, pieces};
use super::tally::Note;
use super::{Part, millis, seconds, stopped};
use crate::units::Instant;
use crate::usage::{Meter, Source};

/// A document holds settings and histories; more than this is no such file.
const LONGEST: usize = 64 * 1024 * 1024;

/// Reads the file.
pub(super) fn read(input: impl Read, buffer: &mut Buffer, part: &mut Part) {
    let (mut text, mut is_lines) = (Vec::new(), None);
    let ended = pieces(input, buffer, |piece| {
        let (Piece::Lines(piece) | Piece::Rest(piece)) = piece else { return part.tally.note(Note::TooLong) };
        // A first line that is whole is one of many; a document on one line is that too, and read as well so.
        if *is_lines.get_or_insert_with(|| first_line_is_whole(piece)) {
            piece.split(|byte| *byte == b'\n').for_each(|line| document(line, part));
        } else if text.len() < LONGEST {
            text.extend_from_slice(piece);
        }
    });
    stopped(part, ended);
    document(&text, part);
}

fn first_line_is_whole(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let mut cursor = Cursor::new(line.strip_prefix(MARK).unwrap_or(line));
    cursor.skip().and_then(|()| cursor.end()).is_ok()
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads a document, or a line that is one.
fn document(text: &[u8], part: &mut Part) {
    let text = text.strip_prefix(MARK).unwrap_or(text).trim_ascii();
    if text.is_empty() {
        return;
    }
    let mut found = Found::default();
    let mut cursor = Cursor::new(text);
    let read = found.walk(&mut cursor).and_then(|()| cursor.end());
    if read.is_err() {
        return part.tally.note(Note::BrokenReading);
    }
    match found.time {
        Some(instant) => found.windows.iter().filter_map(|limit| limit.meter(instant)).for_each(|m| keep(m, part)),
        None if found.windows.is_empty() => {}
        None => part.tally.note(Note::ReadingWithoutTime),
    }
    part.tally.add(Note::ReadingWithoutTime, found.untimed);
    part.meters.append(&mut found.meters);
}

/// Status lines are handed out several times a second: of readings in a row that agree, the first is kept.
fn keep(meter: Meter, part: &mut Part) {
    let mut recent = part.meters.iter().rev().take(8);
    let last = recent.find(|last| (last.window_minutes, &last.model) == (meter.window_minutes, &meter.model));
    let is_again =
        |last: &Meter| (last.used_millipercent, last.resets_at) == (meter.used_millipercent, meter.resets_at);
    if !last.is_some_and(is_again) {
        part.meters.push(meter);
    }
}

/// What a document holds.
#[derive(Default)]
struct Found<'a> {
    meters: Vec<Meter>,
    /// Readings among them that were left out, for nothing says of when they are.
    untimed: u64,
    /// Of a status line, whose time may stand behind them.
    windows: Vec<Limit<'a>>,
    time: Option<Instant>,
}

impl<'a> Found<'a> {
    fn walk(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
        cursor.object(|cursor, name| {
            match name {
                b"cachedUsageUtilization" => self.readings(cursor)?,
                b"samples" => self.samples(cursor)?,
                b"rate_limits" => cursor
                    .object(|cursor, name| {
                        self.windows.extend(Limit::of_status_line(cursor, name)?);
                        Ok(())
                    })
                    .map(|_| ())?,
                b"timestamp" | b"time" => self.time = time(cursor.raw()?).or(self.time),
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(())
    }

    /// `[{"t":1794304800000,"org":"…","u":{"fh":64,"sd":7}}]`
    fn samples(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Malformed> {
        let (mut meters, mut organisations) = (Vec::new(), Vec::<&[u8]>::new());
        cursor.array(|cursor| {
            let (mut at, mut organisation, mut used) = (None, &b""[..], [None, None]);
            cursor.object(|cursor, name| {
                match name {
                    b"t" => at = time(cursor.raw()?),
                    b"org" => organisation = cursor.string()?.unwrap_or_default(),
                    b"u" => cursor
                        .object(|cursor, name| {
                            match name {
                                b"fh" => used[0] = millis(cursor.raw()?),
                                b"sd" => used[1] = millis(cursor.raw()?),
                                _ => cursor.skip()?,
                            }
                            Ok(())
                        })
                        .map(|_| ())?,
                    _ => cursor.skip()?,
                }
                Ok(())
            })?;
            let known = organisations.iter().position(|known| *known == organisation);
            let number = known.unwrap_or_else(|| {
                organisations.push(organisation);
                organisations.len() - 1
            });
            let Some(instant) = at else {
                self.untimed += u64::from(used.iter().any(Option::is_some));
                return Ok(());
            };
            for (window_minutes, used_millipercent) in [300, WEEK].into_iter().zip(used) {
                let Some(used_millipercent) = used_millipercent else { continue };
                meters.push((number, reading(instant, window_minutes, used_millipercent)));
            }
            Ok(())
        })?;
        let several = organisations.len() > 1;
        let named = |number: usize| several.then(|| format!("organisation-{}", number + 1).into());
        self.meters.extend(meters.into_iter().map(|(number, meter)| Meter { plan: named(number), ..meter }));
        Ok(())
    }

    fn readings(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Malformed> {
        let (mut fetched_ms, mut limits) = (None, Vec::new());
        cursor.object(|cursor, name| {
            match name {
                b"fetchedAtMs" => fetched_ms = millis(cursor.raw()?).and_then(|ms| i64::try_from(ms / 1_000).ok()),
                b"limits" => cursor.array(|cursor| {
                    limits.push(Limit::read(cursor)?);
                    Ok(())
                })?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        match fetched_ms.and_then(Instant::from_unix_ms) {
            Some(instant) => self.meters.extend(limits.iter().filter_map(|limit| limit.meter(instant))),
            None => self.untimed += u64::from(limits.iter().any(|limit| limit.percent.is_some())),
        }
        Ok(())
    }
}

/// A time as text, or as seconds or milliseconds since 1970.
fn time(raw: &[u8]) -> Option<Instant> {
    match raw {
        [b'"', text @ .., b'"'] => Instant::parse(std::str::from_utf8(text).ok()?),
        // Seconds of our times have ten digits, milliseconds thirteen.
        number => match millis(number)? {
            thousandths if thousandths < 100_000_000_000_000 => seconds(number),
            thousandths => Instant::from_unix_ms(i64::try_from(thousandths / 1_000).ok()?),
        },
    }
}

const WEEK: u64 = 10_080;

/// A reading of all models together.
const fn reading(instant: Instant, window_minutes: u64, used_millipercent: u64) -> Meter {
    Meter {
        instant,
        window_minutes,
        used_millipercent,
        resets_at: None,
        model: None,
        plan: None,
        overflow: false,
        source: Source::ClaudeCode,
    }
}

#[derive(Default)]
struct Limit<'a> {
    kind: Option<&'a [u8]>,
    percent: Option<&'a [u8]>,
    resets_at: Option<&'a [u8]>,
    model: Option<&'a [u8]>,
}

impl<'a> Limit<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Malformed> {
        let mut limit = Self::default();
        cursor.object(|cursor, name| {
            match name {
                b"kind" => limit.kind = cursor.string()?,
                b"percent" => limit.percent = Some(cursor.raw()?),
                b"resets_at" => limit.resets_at = Some(cursor.raw()?),
                b"scope" => limit.scope(cursor)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(limit)
    }

    /// `{"model":{"display_name":"…"}}`
    fn scope(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
        cursor.object(|cursor, name| {
            if name != b"model" {
                return cursor.skip();
            }
            cursor.object(|cursor, name| {
                if name != b"display_name" {
                    return cursor.skip();
                }
                self.model = cursor.string()?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }

    /// A window of a status line: `"five_hour":{"used_percentage":23.5,"resets_at":1738425600}`. A week of one model
    /// has its name behind `seven_day_`.
    fn of_status_line(cursor: &mut Cursor<'a>, window: &'a [u8]) -> Result<Option<Self>, Malformed> {
        let mut limit = Self::default();
        let (kind, model): (&[u8], _) = match window {
            b"five_hour" => (b"session", None),
            b"seven_day" => (b"weekly_all", None),
            _ => (b"weekly_scoped", window.strip_prefix(b"seven_day_")),
        };
        (limit.kind, limit.model) = (Some(kind), model);
        let is_object = cursor.object(|cursor, name| {
            match name {
                b"used_percentage" => limit.percent = Some(cursor.raw()?),
                b"resets_at" => limit.resets_at = Some(cursor.raw()?),
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok((is_object && limit.percent.is_some()).then_some(limit))
    }

    fn meter(&self, instant: Instant) -> Option<Meter> {
        let is_scoped = self.kind == Some(b"weekly_scoped");
        let model = self.model.and_then(unescaped);
        if is_scoped && model.is_none() {
            return None;
        }
        let window_minutes = match self.kind? {
            b"session" => 300,
            b"weekly_all" | b"weekly_scoped" => WEEK,
            _ => return None,
        };
        Some(Meter {
            resets_at: self.resets_at.and_then(time),
            model: model.filter(|_| is_scoped).map(Into::into),
            ..reading(instant, window_minutes, millis(self.percent?)?)
        })
    }
}
