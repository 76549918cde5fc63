//! Parts of a file, wherever they stand in it.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file of which parts are asked for.
pub(super) struct Parts<R> {
    input: Arc<Mutex<R>>,
    bytes: u64,
}

/// A file from some place on. Several of one file do not disturb each other.
pub(super) struct From<R> {
    input: Arc<Mutex<R>>,
    at: u64,
}

impl<R: Read + Seek> Parts<R> {
    pub(super) fn new(bytes: u64, input: R) -> Self {
        Self { input: Arc::new(Mutex::new(input)), bytes }
    }

    /// Its first and last four bytes; all that it has, if it has fewer.
    pub(super) fn ends(&self) -> io::Result<[Vec<u8>; 2]> {
        let four = |at| {
            let mut read = Vec::new();
            self.from(at).take(4).read_to_end(&mut read).map(|_| read)
        };
        Ok([four(0)?, four(self.bytes.saturating_sub(4))?])
    }

    fn from(&self, at: u64) -> From<R> {
        From { input: Arc::clone(&self.input), at }
    }
}

impl<R: Read + Seek> Read for From<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        input.seek(SeekFrom::Start(self.at))?;
        let read = input.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl<R> Length for Parts<R> {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl<R: Read + Seek + Send> ChunkReader for Parts<R> {
    type T = BufReader<From<R>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        // Heads of pages are short.
        Ok(BufReader::with_capacity(1_024, self.from(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Room is made only for what can be there.
        let end = start.checked_add(length as u64).filter(|end| *end <= self.bytes);
        let breaks_off = || ParquetError::EOF(format!("{length} bytes from {start} on are past its end"));
        end.ok_or_else(breaks_off)?;
        let mut part = vec![0; length];
        self.from(start).read_exact(&mut part)?;
        Ok(part.into())
    }
}
