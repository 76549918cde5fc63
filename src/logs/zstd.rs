//! Streams that may be compressed with Zstandard: told by their first bytes, unpacked as they are read.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::errors::{
    BlockHeaderReadError, DecodeBlockContentError, DecompressBlockError, FrameDecoderError, ReadFrameHeaderError,
};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// What a frame begins with.
const MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();

/// The most memory a frame may ask for; the strongest usual setting asks for 8 MiB.
const WINDOW_MAX: u64 = 32 * 1024 * 1024;

/// Whether a stream that begins so is packed.
pub(super) fn is_packed(first: &[u8]) -> bool {
    first.starts_with(&MAGIC)
}

/// A last block of no bytes, and what stands in the place of a checksum.
const NOTHING_MORE: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

/// Whether the stream ended within a frame, before the block was looked into.
fn breaks_off(error: &FrameDecoderError) -> bool {
    use FrameDecoderError::{FailedToReadBlockBody, FailedToReadBlockHeader};
    match error {
        FailedToReadBlockHeader(BlockHeaderReadError::ReadError(_))
        | FailedToReadBlockBody(DecodeBlockContentError::ReadError { .. }) => true,
        FailedToReadBlockBody(DecodeBlockContentError::DecompressBlockError(error)) => {
            matches!(error, DecompressBlockError::BlockContentReadError(_))
        }
        _ => false,
    }
}

/// One frame after another, unpacked.
pub(super) struct Frames<R: Read> {
    input: BufReader<R>,
    decoder: FrameDecoder,
    /// A frame has begun and not all of it was handed on.
    is_within: bool,
    /// The frame breaks off, which is told when what came before has been handed on.
    is_torn: bool,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(input: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW_MAX);
        Self { input: BufReader::new(input), decoder, is_within: false, is_torn: false }
    }

    /// Goes on to the next frame; `false` at the end.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.input.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(&mut self.input) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.input.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }

    /// The next block. The decoder keeps what later blocks may refer to, and hands it on at the end of the frame: where
    /// the stream breaks off, the frame is ended for it.
    fn decode(&mut self) -> io::Result<()> {
        let decoded = self.decoder.decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1));
        let Err(error) = decoded else { return Ok(()) };
        // A block that is whole and damaged may have been unpacked in part.
        if !breaks_off(&error) {
            return Err(io::Error::other(error));
        }
        let decoded = self.decoder.decode_blocks(NOTHING_MORE, BlockDecodingStrategy::All);
        self.is_torn = true;
        decoded.map(|_| ()).map_err(io::Error::other)
    }

    fn check(&self) -> io::Result<()> {
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(stated), Some(found)) if stated != found => {
                Err(io::Error::other("the unpacked data does not have the checksum that it should"))
            }
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_within && !self.begin()? {
                return Ok(0);
            }
            self.is_within = true;
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decode()?;
            }
            let read = self.decoder.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            if self.is_torn {
                return Err(io::Error::other("its compressed data breaks off"));
            }
            self.check()?;
            self.is_within = false;
        }
    }
}
