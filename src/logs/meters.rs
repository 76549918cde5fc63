//! The state file of Claude Code, `~/.claude.json`: the last reading of the plan's meters in it, and nothing else.

use std::io::Read;

use super::json::{Cursor, Malformed, unescaped};
use super::lines::{Buffer, Piece, pieces};
use super::tally::Note;
use super::{Part, millis, seconds, stopped};
use crate::units::Instant;
use crate::usage::{Meter, Source};

/// The file holds settings and histories; more than this is no such file.
const LONGEST: usize = 64 * 1024 * 1024;

/// Reads the file.
pub(super) fn read(input: impl Read, buffer: &mut Buffer, part: &mut Part) {
    let mut text = Vec::new();
    let ended = pieces(input, buffer, |piece| match piece {
        Piece::Lines(lines) | Piece::Rest(lines) if text.len() < LONGEST => text.extend_from_slice(lines),
        _ => {}
    });
    stopped(part, ended);
    let mut cursor = Cursor::new(text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text));
    let mut found = Vec::new();
    let read = cursor.object(|cursor, name| {
        if name != b"cachedUsageUtilization" {
            return cursor.skip();
        }
        found = readings(cursor)?;
        Ok(())
    });
    match read.and_then(|_| cursor.end()) {
        Ok(()) => part.meters.extend(found),
        Err(Malformed) => part.tally.note(Note::Broken),
    }
}

fn readings(cursor: &mut Cursor<'_>) -> Result<Vec<Meter>, Malformed> {
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
    let Some(instant) = fetched_ms.and_then(Instant::from_unix_ms) else { return Ok(Vec::new()) };
    Ok(limits.iter().filter_map(|limit| limit.meter(instant)).collect())
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

    fn meter(&self, instant: Instant) -> Option<Meter> {
        let is_scoped = self.kind == Some(b"weekly_scoped");
        let model = self.model.and_then(unescaped);
        if is_scoped && model.is_none() {
            return None;
        }
        Some(Meter {
            instant,
            window_minutes: match self.kind? {
                b"session" => 300,
                b"weekly_all" | b"weekly_scoped" => 10_080,
                _ => return None,
            },
            used_millipercent: millis(self.percent?)?,
            resets_at: self.resets_at.and_then(|raw| match raw {
                [b'"', text @ .., b'"'] => Instant::parse(std::str::from_utf8(text).ok()?),
                number => seconds(number),
            }),
            model: model.filter(|_| is_scoped).map(Into::into),
            plan: None,
            overflow: false,
            source: Source::ClaudeCode,
        })
    }
}
