//! Pages of a column, looked at before they are decoded: the decoder trusts some of what a file says of itself, and would
//! end the program where a damaged one is wrong.

use std::io::{Read, Seek};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::part::Parts;

/// The length before a text.
const LENGTH: usize = 4;

/// The pages of a column.
pub(super) struct Pages<R: Read + Seek + Send> {
    pages: SerializedPageReader<Parts<R>>,
    column: String,
    is_text: bool,
    may_be_empty: bool,
    has_dictionary: bool,
}

impl<R: Read + Seek + Send + 'static> Pages<R> {
    /// Those of one part of a file, which holds so many rows.
    pub(super) fn new(parts: &Arc<Parts<R>>, chunk: &ColumnChunkMetaData, rows: usize) -> Result<Self> {
        let first = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
        if first < 0 || chunk.compressed_size() < 0 {
            return Err(wrong("a column begins before the file"));
        }
        Ok(Self {
            pages: SerializedPageReader::new(Arc::clone(parts), chunk, rows, None)?,
            column: chunk.column_path().parts().join("."),
            is_text: chunk.column_type() == Type::BYTE_ARRAY,
            may_be_empty: chunk.column_descr().max_def_level() > 0,
            has_dictionary: false,
        })
    }

    /// The page, if what is about to be trusted is true of it.
    fn checked(&mut self, mut page: Page) -> Result<Page> {
        let encoding = page.encoding();
        let is_indexes = matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
        // Decoders of the others believe every length that a page states. No usual writer asks for them unless told to.
        if !is_indexes && !matches!(encoding, Encoding::PLAIN | Encoding::RLE) {
            let column = &self.column;
            let what =
                format!("its column `{column}` is encoded as {encoding}; plain values and dictionaries are read");
            return Err(ParquetError::NYI(what));
        }
        let is_text = self.is_text && encoding == Encoding::PLAIN;
        match &mut page {
            Page::DictionaryPage { buf, num_values, .. } => {
                self.has_dictionary = true;
                if self.is_text && texts(buf)? < *num_values as usize {
                    return Err(wrong("a dictionary ends early"));
                }
            }
            _ if is_indexes && !self.has_dictionary => return Err(wrong("a column lacks its dictionary")),
            Page::DataPage { buf, num_values, def_level_encoding, .. } if is_text => {
                let from = if self.may_be_empty { levels(buf, *def_level_encoding, *num_values)? } else { 0 };
                if texts(&buf[from..])? < *num_values as usize {
                    // How many cells are empty is not known yet: behind the last text stands one that cannot be there.
                    *buf = [&**buf, &[0xFF; LENGTH]].concat().into();
                }
            }
            Page::DataPageV2 {
                buf, num_values, num_nulls, def_levels_byte_len: levels, rep_levels_byte_len, ..
            } => {
                let from = u64::from(*levels) + u64::from(*rep_levels_byte_len);
                let values = usize::try_from(from).ok().and_then(|from| buf.get(from..));
                let values = values.ok_or_else(|| wrong("a page ends within its levels"))?;
                if is_text && texts(values)? < num_values.saturating_sub(*num_nulls) as usize {
                    return Err(wrong("a page ends early"));
                }
            }
            Page::DataPage { .. } => {}
        }
        Ok(page)
    }
}

fn wrong(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// Where the values of a page begin, behind the levels that tell which cells are empty.
fn levels(page: &Bytes, encoding: Encoding, cells: u32) -> Result<usize> {
    let length = match encoding {
        Encoding::RLE => page.first_chunk().map(|length| LENGTH as u64 + u64::from(u32::from_le_bytes(*length))),
        // A bit for each.
        _ => Some(u64::from(cells).div_ceil(8)),
    };
    let end = length.and_then(|length| usize::try_from(length).ok()).filter(|end| *end <= page.len());
    end.ok_or_else(|| wrong("a page ends within its levels"))
}

/// How many texts stand one after another, each behind its length.
fn texts(mut bytes: &[u8]) -> Result<usize> {
    let mut count = 0;
    while !bytes.is_empty() {
        let text = bytes.split_first_chunk().and_then(|(length, rest): (&[u8; LENGTH], _)| {
            rest.get(usize::try_from(u32::from_le_bytes(*length)).ok()?..)
        });
        bytes = text.ok_or_else(|| wrong("a text is longer than its page"))?;
        count += 1;
    }
    Ok(count)
}

impl<R: Read + Seek + Send + 'static> Iterator for Pages<R> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl<R: Read + Seek + Send + 'static> PageReader for Pages<R> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.map(|page| self.checked(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}
