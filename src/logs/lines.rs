//! Blocks of whole lines out of a stream of bytes, in memory that does not grow with the stream.
//!
//! A line longer than the buffer is squeezed while it comes in: long strings keep their beginning, which is more than
//! any field that counts. So a line of 40 MB with a picture in it costs kilobytes.

use std::io::{ErrorKind, Read};

use memchr::{memchr2, memrchr};

/// What is asked of the stream at once.
const BLOCK: usize = 512 * 1024;

/// What a string keeps of itself in a line that is squeezed.
const KEPT: usize = 16 * 1024;

/// A line that is still longer than this after squeezing is dropped.
const LONGEST: usize = 16 * 1024 * 1024;

/// A buffer to be used for one stream after another.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
}

/// What is handed out.
pub(super) enum Piece<'a> {
    /// Whole lines, each with its line end.
    Lines(&'a [u8]),
    /// What stands after the last line end of the stream.
    Rest(&'a [u8]),
    /// A line that was too long to keep.
    TooLong,
}

/// How a stream ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Bytes that came.
    pub(super) bytes: u64,
    /// Why no more came, if not because it was at its end.
    pub(super) error: Option<std::io::Error>,
}

/// Hands out the stream piece by piece, in order.
pub(super) fn pieces(mut input: impl Read, buffer: &mut Buffer, mut take: impl FnMut(Piece<'_>)) -> Ended {
    let bytes = &mut buffer.bytes;
    bytes.resize(2 * BLOCK, 0);
    // What is held of a line that has not ended, and how its squeezing stands.
    let (mut held, mut squeeze) = (0, None::<Squeeze>);
    let mut ended = Ended { bytes: 0, error: None };
    loop {
        if bytes.len() < held + BLOCK {
            bytes.resize(held + BLOCK, 0);
        }
        let end = bytes.len().min(held + 2 * BLOCK);
        let came = match input.read(&mut bytes[held..end]) {
            Ok(0) => break,
            Ok(came) => came,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                ended.error = Some(error);
                break;
            }
        };
        ended.bytes += came as u64;
        let mut fresh = held..held + came;
        if let Some(state) = &mut squeeze {
            // The rest of a long line: up to its end, or all that came.
            let line_end = memchr::memchr(b'\n', &bytes[fresh.clone()]);
            let until = line_end.map_or(fresh.end, |end| fresh.start + end);
            held = state.squeeze(bytes, held, fresh.start..until);
            let Some(_) = line_end else { continue };
            if state.dropped {
                take(Piece::TooLong);
            } else {
                bytes[held] = b'\n';
                take(Piece::Lines(&bytes[..=held]));
            }
            squeeze = None;
            bytes.copy_within(until + 1..fresh.end, 0);
            fresh = 0..fresh.end - until - 1;
            held = fresh.end;
        } else {
            held = fresh.end;
        }
        if let Some(last) = memrchr(b'\n', &bytes[fresh.clone()]) {
            let last = fresh.start + last;
            take(Piece::Lines(&bytes[..=last]));
            bytes.copy_within(last + 1..held, 0);
            held -= last + 1;
        }
        if held >= BLOCK && squeeze.is_none() {
            let mut state = Squeeze::default();
            held = state.squeeze(bytes, 0, 0..held);
            squeeze = Some(state);
        }
    }
    if squeeze.is_some_and(|state| state.dropped) {
        take(Piece::TooLong);
    } else if held > 0 {
        take(Piece::Rest(&bytes[..held]));
    }
    // One long line should not hold its memory for all streams to come.
    bytes.truncate(2 * BLOCK);
    bytes.shrink_to(2 * BLOCK);
    ended
}

/// Where in a line's strings the squeezing stands.
#[derive(Debug, Default)]
struct Squeeze {
    in_string: bool,
    /// The next byte belongs to an escape.
    escaped: bool,
    /// Length of the string so far.
    length: usize,
    /// Bytes since the last escape began.
    since_escape: usize,
    /// The string has been cut.
    cut: bool,
    /// The line is too long even so.
    dropped: bool,
}

impl Squeeze {
    /// Moves what is kept of a part of the line to the place `to`; returns the place after it.
    fn squeeze(&mut self, bytes: &mut [u8], mut to: usize, part: std::ops::Range<usize>) -> usize {
        let mut at = part.start;
        while at < part.end {
            if self.cut && !self.escaped {
                // Nothing of the string is kept any more: straight to what may end it.
                let Some(next) = memchr2(b'"', b'\\', &bytes[at..part.end]) else { break };
                at += next;
            }
            let byte = bytes[at];
            if self.keeps(byte) && to < LONGEST {
                bytes[to] = byte;
                to += 1;
            }
            at += 1;
        }
        self.dropped |= to >= LONGEST;
        to
    }

    /// Steps over a byte and says whether it is kept.
    fn keeps(&mut self, byte: u8) -> bool {
        if !self.in_string {
            if byte == b'"' {
                (self.in_string, self.length, self.since_escape) = (true, 0, usize::MAX / 2);
            }
            return true;
        }
        if self.escaped {
            self.escaped = false;
        } else if byte == b'"' {
            self.in_string = false;
            self.cut = false;
            return true;
        } else if byte == b'\\' {
            self.escaped = true;
            self.since_escape = 0;
        } else if self.length >= KEPT && byte.is_ascii() && self.since_escape > 6 {
            // Not within an escape or a letter of several bytes.
            self.cut = true;
        }
        self.length += 1;
        self.since_escape += 1;
        !self.cut
    }
}
