//! What stands for the reader of Parquet files in a program that was built without it.

use std::io::{Read, Seek};

use super::Part;

/// What there is to say, of a pipe as well.
pub(in crate::logs) const FROM_A_PIPE: &str = "it is a Parquet file, which this program was built without: \
     `cargo install --path . --features parquet` makes one that reads it";

/// Says so.
pub(in crate::logs) fn read(bytes: u64, _input: impl Read + Seek + Send + 'static, part: &mut Part) {
    part.bytes = bytes;
    part.stop(FROM_A_PIPE.to_owned());
}
