//! The lines of a rollout, read as far as they matter.

use super::Counts;
use crate::logs::json::{Count, Cursor, Malformed, count};
use crate::logs::tally::{Note, Tally};
use crate::logs::{millis, seconds};
use crate::units::Instant;

/// The part of a line before its payload.
#[derive(Default)]
pub(super) struct Head<'a> {
    pub(super) timestamp: Option<&'a [u8]>,
    pub(super) kind: Option<&'a [u8]>,
    pub(super) ordinal: Option<&'a [u8]>,
    pub(super) payload: Option<Cursor<'a>>,
}

/// Whether the payload says that it is another kind of event, before anything else.
pub(super) fn is_not_token_count(mut payload: Cursor<'_>) -> bool {
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
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
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
pub(super) struct Payload<'a> {
    pub(super) kind: Option<&'a [u8]>,
    pub(super) id: Option<&'a [u8]>,
    pub(super) forked_from: Option<&'a [u8]>,
    pub(super) is_subagent: bool,
    pub(super) own_from: Option<&'a [u8]>,
    pub(super) cwd: Option<&'a [u8]>,
    pub(super) model: Option<&'a [u8]>,
    /// The tier, where the line has one; `None` within for another kind of value.
    pub(super) tier: Option<Option<&'a [u8]>>,
    pub(super) info: Option<Info<'a>>,
    pub(super) windows: [Option<Window<'a>>; 2],
    pub(super) plan: Option<&'a [u8]>,
    pub(super) overflow: bool,
    pub(super) thread_id: Option<&'a [u8]>,
    pub(super) response_id: Option<&'a [u8]>,
    pub(super) usage: Option<RawCounts<'a>>,
}

#[derive(Default)]
pub(super) struct Info<'a> {
    pub(super) total: Option<RawCounts<'a>>,
    pub(super) last: Option<RawCounts<'a>>,
}

#[derive(Default)]
pub(super) struct Window<'a> {
    pub(super) used_percent: Option<&'a [u8]>,
    pub(super) minutes: Option<&'a [u8]>,
    pub(super) resets_at: Option<&'a [u8]>,
    /// As earlier versions write it.
    pub(super) resets_in_seconds: Option<&'a [u8]>,
}

#[derive(Default)]
pub(super) struct RawCounts<'a> {
    pub(super) input: Option<&'a [u8]>,
    pub(super) cached: Option<&'a [u8]>,
    pub(super) cache_write: Option<&'a [u8]>,
    pub(super) output: Option<&'a [u8]>,
    pub(super) reasoning: Option<&'a [u8]>,
    pub(super) total: Option<&'a [u8]>,
}

impl<'a> Payload<'a> {
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, Malformed> {
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
                b"service_tier" => payload.tier = Some(cursor.string()?),
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

    pub(super) fn limits(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
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
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
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
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
        let mut window = Self::default();
        let is_object = cursor.object(|cursor, name| {
            match name {
                b"used_percent" => window.used_percent = Some(cursor.raw()?),
                b"window_minutes" => window.minutes = Some(cursor.raw()?),
                b"resets_at" => window.resets_at = Some(cursor.raw()?),
                b"resets_in_seconds" => window.resets_in_seconds = Some(cursor.raw()?),
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        Ok(is_object.then_some(window))
    }

    /// When it begins anew, by a reading of that instant.
    pub(super) fn resets_at(&self, instant: Instant) -> Option<Instant> {
        let after = || instant.unix_ms().checked_add(i64::try_from(millis(self.resets_in_seconds?)?).ok()?);
        self.resets_at.and_then(seconds).or_else(|| Instant::from_unix_ms(after()?))
    }

    /// Minutes of the window and thousandths of a percent used.
    pub(super) fn reading(&self) -> Option<(u64, u64)> {
        let whole = |raw: &[u8]| match count(raw) {
            Count::Whole(count) => Some(count),
            _ => None,
        };
        Some((whole(self.minutes?)?, millis(self.used_percent?)?))
    }
}

impl<'a> RawCounts<'a> {
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Option<Self>, Malformed> {
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

    pub(super) fn counts(&self, tally: &mut Tally) -> Result<Counts, Note> {
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
