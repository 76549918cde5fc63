//! Blocks of whole lines out of a stream of bytes, in memory that does not grow with the stream.
//!
//! A line longer than the buffer is squeezed while it comes in: long strings keep their beginning, which is more than
//! any field that counts. So a line of 40 MB with a picture in it costs kilobytes.

use std::io::{self, ErrorKind, Read};

use memchr::{memchr, memchr2, memrchr};

/// What is asked of the stream at once.
const BLOCK: usize = 1024 * 1024;

/// The room before a block for the line that it goes on with. Blocks always come to the same place in memory: copying
/// them there is the dearest part of all, and faster if both ends are aligned.
const ROOM: usize = 512 * 1024;

/// What a string keeps of itself in a line that is squeezed.
const KEPT: usize = 16 * 1024;

/// A line that is still longer than this after squeezing is dropped.
const LONGEST: usize = 16 * 1024 * 1024;

/// A buffer to be used for one stream after another.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    /// How much of the stream is in it already.
    ready: usize,
    /// Why no more of the stream came.
    error: Option<io::Error>,
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
    pub(super) error: Option<io::Error>,
}

impl Buffer {
    /// The first bytes of a stream, at least so many if it has them. They stay in the buffer: whoever reads the same
    /// stream into it goes on behind them.
    pub(super) fn begin(&mut self, input: &mut impl Read, least: usize) -> &[u8] {
        self.bytes.resize(ROOM + BLOCK, 0);
        (self.ready, self.error) = (0, None);
        while self.ready < least {
            match read_some(input, &mut self.bytes[ROOM + self.ready..]) {
                Ok(0) => break,
                Ok(came) => self.ready += came,
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        &self.bytes[ROOM..ROOM + self.ready]
    }

    /// Forgets the first bytes.
    pub(super) fn clear(&mut self) {
        (self.ready, self.error) = (0, None);
    }
}

fn read_some(input: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Hands out the stream piece by piece, in order, beginning with what the buffer holds of it.
pub(super) fn pieces(mut input: impl Read, buffer: &mut Buffer, mut take: impl FnMut(Piece<'_>)) -> Ended {
    buffer.bytes.resize(ROOM + BLOCK, 0);
    let mut came = std::mem::take(&mut buffer.ready);
    let mut ended = Ended { bytes: 0, error: buffer.error.take() };
    let mut blocks = Blocks { bytes: &mut buffer.bytes, held: 0, long: None };
    loop {
        ended.bytes += came as u64;
        blocks.hand_out(came, &mut take);
        if ended.error.is_some() {
            break;
        }
        came = match read_some(&mut input, &mut blocks.bytes[ROOM..]) {
            Ok(0) => break,
            Ok(came) => came,
            Err(error) => {
                ended.error = Some(error);
                break;
            }
        };
    }
    match blocks.long {
        Some(long) if long.kept.len() >= LONGEST => take(Piece::TooLong),
        Some(long) => take(Piece::Rest(&long.kept)),
        None if blocks.held > 0 => take(Piece::Rest(&blocks.bytes[ROOM - blocks.held..ROOM])),
        None => {}
    }
    ended
}

/// Blocks as they come, and what is held of the line that has not ended.
struct Blocks<'b> {
    bytes: &'b mut [u8],
    /// Bytes of the line, just before the place of blocks.
    held: usize,
    /// The line, once it is longer than there is room for.
    long: Option<Long>,
}

impl Blocks<'_> {
    /// Hands out the lines that end in a block of so many bytes.
    fn hand_out(&mut self, came: usize, take: &mut impl FnMut(Piece<'_>)) {
        let (mut from, end) = (ROOM - self.held, ROOM + came);
        if let Some(long) = &mut self.long {
            let line_end = memchr(b'\n', &self.bytes[ROOM..end]);
            from = ROOM + line_end.unwrap_or(came);
            long.extend(&self.bytes[ROOM..from]);
            if line_end.is_none() {
                return;
            }
            from += 1;
            if long.kept.len() >= LONGEST {
                take(Piece::TooLong);
            } else {
                long.kept.push(b'\n');
                take(Piece::Lines(&long.kept));
            }
            self.long = None;
        }
        let fresh = from.max(ROOM);
        if let Some(last) = memrchr(b'\n', &self.bytes[fresh..end]) {
            take(Piece::Lines(&self.bytes[from..=fresh + last]));
            from = fresh + last + 1;
        }
        self.held = end - from;
        if self.held > ROOM {
            let mut long = Long::default();
            long.extend(&self.bytes[from..end]);
            (self.long, self.held) = (Some(long), 0);
        } else {
            self.bytes.copy_within(from..end, ROOM - self.held);
        }
    }
}

/// A long line as it is squeezed.
#[derive(Debug, Default)]
struct Long {
    kept: Vec<u8>,
    in_string: bool,
    /// The next byte belongs to an escape.
    escaped: bool,
    /// Length of the string so far.
    length: usize,
    /// Bytes since the last escape began.
    since_escape: usize,
    /// The string has been cut.
    cut: bool,
}

impl Long {
    /// Keeps what is to be kept of the next part of the line.
    fn extend(&mut self, part: &[u8]) {
        let mut at = 0;
        while at < part.len() {
            if self.cut && !self.escaped {
                // Nothing of the string is kept any more: straight to what may end it.
                let Some(next) = memchr2(b'"', b'\\', &part[at..]) else { break };
                at += next;
            }
            if self.keeps(part[at]) && self.kept.len() < LONGEST {
                self.kept.push(part[at]);
            }
            at += 1;
        }
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
