//! Usage events out of Parquet files: the columns of a table, in parts that are read apart from each other.
//!
//! Only columns of ours are read, a page of each at a time, so memory does not grow with the file. Each row then is an
//! event by the same rules as a row of a table with the same cells. Columns inside of records are named by their path, as
//! fields of JSON are; those inside of lists and maps hold nothing of ours.

mod cells;
mod pages;
mod part;

use std::borrow::Cow;
use std::io::{Read, Seek};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::reader::get_column_reader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};

use self::cells::{Rows, Shown, rows};
use self::pages::Pages;
use self::part::Parts;
use super::columns::{Column, Head};
use super::{Cells, Events, Names, Part, TimeIs, columns};
use crate::logs::Note;

/// Why Parquet cannot come from a pipe.
pub(in crate::logs) const FROM_A_PIPE: &str = "a Parquet file is read from its end; name the file in place of a pipe";

/// Rows of which all cells are in memory at once.
const BATCH: usize = 1_024;

/// What a Parquet file begins and ends with.
const MARK: &[u8] = b"PAR1";

/// What one ends with that hides even what its columns are.
const MARK_OF_SECRETS: &[u8] = b"PARE";

/// Reads a file of so many bytes.
pub(in crate::logs) fn read(bytes: u64, input: impl Read + Seek + Send + 'static, part: &mut Part) {
    part.bytes = bytes;
    let mut events = Events { part, names: Names::default() };
    if let Err(why) = file(&Arc::new(Parts::new(bytes, input)), &mut events) {
        events.part.stop(why);
    }
}

fn file<R: Read + Seek + Send + 'static>(parts: &Arc<Parts<R>>, events: &mut Events<'_>) -> Result<(), String> {
    let [first, last] = parts.ends().map_err(|error| error.to_string())?;
    if last == MARK_OF_SECRETS {
        return Err("it is encrypted".to_owned());
    }
    if first != MARK {
        return Err("it is no Parquet file, whatever its name: it does not begin with `PAR1`".to_owned());
    }
    if last != MARK {
        return Err("it breaks off: a Parquet file ends with `PAR1`, and tells just before what it holds".to_owned());
    }
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&**parts).map_err(|error| broken(&error))?;
    let leaves = metadata.file_metadata().schema_descr().columns();
    let names: Vec<String> = leaves
        .iter()
        .map(|leaf| if leaf.max_rep_level() == 0 { leaf.path().parts().join(".") } else { String::new() })
        .collect();
    let head = Head::new(names.iter().map(String::as_str));
    if let Some(missing) = head.missing() {
        let known: Vec<_> = columns().map(|(name, _)| name).collect();
        return Err(format!("it has no column for {missing}; name the columns {}", known.join(", ")));
    }
    let ours: Vec<(usize, Column)> =
        (0..head.len()).filter_map(|place| head.column(place).map(|column| (place, column))).collect();
    metadata.row_groups().iter().try_for_each(|group| row_group(parts, group, &ours, events))
}

/// Reads the rows of one group; those before a fault count.
fn row_group<R: Read + Seek + Send + 'static>(
    parts: &Arc<Parts<R>>,
    group: &RowGroupMetaData,
    ours: &[(usize, Column)],
    events: &mut Events<'_>,
) -> Result<(), String> {
    let stated = usize::try_from(group.num_rows()).map_err(|_| "it states less than no rows".to_owned())?;
    let mut leaves = Vec::with_capacity(ours.len());
    for &(place, column) in ours {
        let chunk = group.column(place);
        let packing = chunk.compression();
        if !matches!(packing, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_)) {
            let path = chunk.column_path().parts().join(".");
            // Without its level: `GZIP(GzipLevel(6))`.
            let packing = packing.to_string();
            let packing = packing.split('(').next().unwrap_or_default();
            return Err(format!("its column `{path}` is packed with {packing}; Snappy, Zstandard and none are read"));
        }
        let pages = Pages::new(parts, chunk, stated).map_err(|error| broken(&error))?;
        let leaf = chunk.column_descr_ptr();
        leaves.push(Leaf { column, rows: rows(get_column_reader(Arc::clone(&leaf), Box::new(pages)), &leaf) });
    }
    let mut left = stated;
    while left > 0 {
        let batch = left.min(BATCH);
        for leaf in &mut leaves {
            if leaf.rows.fill(batch).map_err(|error| broken(&error))? != batch {
                return Err("its columns hold fewer rows than it states".to_owned());
            }
        }
        for _ in 0..batch {
            if let Err(note) = event(&mut leaves, events) {
                events.part.tally.note(note);
            }
        }
        left -= batch;
    }
    Ok(())
}

fn broken(error: &ParquetError) -> String {
    // What is whole, and not read.
    if let ParquetError::NYI(what) = error {
        return what.clone();
    }
    let what = error.to_string();
    format!("its data is broken or encrypted: {}", what.trim_start_matches("Parquet error: "))
}

/// A column of ours and what its cells hold.
struct Leaf {
    column: Column,
    rows: Rows,
}

/// Counts the next row.
fn event(leaves: &mut [Leaf], events: &mut Events<'_>) -> Result<(), Note> {
    let mut cells = Cells::default();
    let mut time = None;
    let mut is_text = true;
    for leaf in leaves {
        match leaf.rows.next() {
            None => {}
            Some(Shown::Time(instant, is)) if leaf.column == Column::Time => time = Some((instant, is)),
            Some(Shown::Time(instant, _)) => {
                cells[leaf.column as usize] = instant.map(|instant| Cow::Owned(instant.to_string()));
            }
            Some(Shown::Text(text)) => cells[leaf.column as usize] = Some(Cow::Borrowed(text.trim())),
            Some(Shown::NotUtf8) => is_text = false,
        }
    }
    if !is_text {
        return Err(Note::NotUtf8);
    }
    let Some((instant, is)) = time else { return events.event(&cells) };
    let instant = instant.ok_or(Note::NoTime)?;
    if is == TimeIs::WithoutOffset {
        events.part.tally.note(Note::TimeAsUtc);
    }
    events.event_at(instant, &cells)
}
