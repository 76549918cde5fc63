//! Values of Parquet columns, as cells of a table would show them.

use std::fmt::{Display, Write as _};

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::Result;
use parquet::schema::types::ColumnDescriptor;

use super::TimeIs;
use crate::units::Instant;

/// What a cell shows.
pub(super) enum Shown<'a> {
    /// What would be written in it.
    Text(&'a str),
    /// A time; `None`: one that no calendar has.
    Time(Option<Instant>, TimeIs),
    /// Bytes that are no text.
    NotUtf8,
}

/// A column of a row group.
pub(super) type Rows = Box<dyn Cells>;

/// Cells of a column, one after another.
pub(super) trait Cells {
    /// Reads the cells of so many further rows, and says of how many there are.
    fn fill(&mut self, rows: usize) -> Result<usize>;

    /// The next cell of those; `None`: an empty one.
    fn next(&mut self) -> Option<Shown<'_>>;
}

/// The cells of a column.
pub(super) fn rows(reader: ColumnReader, leaf: &ColumnDescriptor) -> Rows {
    match reader {
        ColumnReader::BoolColumnReader(reader) => Typed::boxed(reader, leaf),
        ColumnReader::Int32ColumnReader(reader) => Typed::boxed(reader, leaf),
        ColumnReader::Int64ColumnReader(reader) => Typed::boxed(reader, leaf),
        ColumnReader::Int96ColumnReader(reader) => Typed::boxed(reader, leaf),
        ColumnReader::FloatColumnReader(reader) => Typed::boxed(reader, leaf),
        ColumnReader::DoubleColumnReader(reader) => Typed::boxed(reader, leaf),
        ColumnReader::ByteArrayColumnReader(reader) => Typed::boxed(reader, leaf),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => Typed::boxed(reader, leaf),
    }
}

/// What values stand for, beyond how they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The number or text that they are.
    Plain,
    /// A number without a sign.
    Unsigned,
    /// A number with so many of its digits behind the point.
    Decimal(u32),
    /// Days since 1970 began.
    Day,
    /// So many parts of a second since 1970 began.
    Time { per_second: i64, is: TimeIs },
    /// An id of sixteen bytes.
    Uuid,
    /// What a table of usage has no cell for, such as a time of day.
    Foreign,
}

impl Meaning {
    fn of(leaf: &ColumnDescriptor) -> Self {
        let time = |per_second, is| Self::Time { per_second, is };
        let decimal = |scale: i32| u32::try_from(scale).map_or(Self::Foreign, Self::Decimal);
        if let Some(meaning) = leaf.logical_type_ref() {
            return match meaning {
                LogicalType::Decimal(decimals) => decimal(decimals.scale),
                LogicalType::Date => Self::Day,
                LogicalType::Timestamp(stamp) => {
                    let is = if stamp.is_adjusted_to_u_t_c { TimeIs::Utc } else { TimeIs::WithoutOffset };
                    match stamp.unit {
                        TimeUnit::MILLIS => time(1_000, is),
                        TimeUnit::MICROS => time(1_000_000, is),
                        TimeUnit::NANOS => time(1_000_000_000, is),
                    }
                }
                LogicalType::Integer(integer) if !integer.is_signed => Self::Unsigned,
                LogicalType::Integer(_) | LogicalType::String | LogicalType::Enum | LogicalType::Json => Self::Plain,
                LogicalType::Uuid => Self::Uuid,
                _ => Self::Foreign,
            };
        }
        match leaf.converted_type() {
            ConvertedType::DECIMAL => decimal(leaf.type_scale()),
            ConvertedType::DATE => Self::Day,
            ConvertedType::TIMESTAMP_MILLIS => time(1_000, TimeIs::Utc),
            ConvertedType::TIMESTAMP_MICROS => time(1_000_000, TimeIs::Utc),
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                Self::Unsigned
            }
            ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS | ConvertedType::INTERVAL | ConvertedType::BSON => {
                Self::Foreign
            }
            _ => Self::Plain,
        }
    }
}

/// A column whose values are kept as `T`.
struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    meaning: Meaning,
    /// The level of cells that hold a value; those of empty cells are lower.
    filled: i16,
    levels: Vec<i16>,
    values: Vec<T::T>,
    /// The place of the next cell, and of the next value.
    next: (usize, usize),
    text: String,
}

impl<T: DataType<T: Value>> Typed<T> {
    fn boxed(reader: ColumnReaderImpl<T>, leaf: &ColumnDescriptor) -> Rows {
        Box::new(Self {
            reader,
            meaning: Meaning::of(leaf),
            filled: leaf.max_def_level(),
            levels: Vec::new(),
            values: Vec::new(),
            next: (0, 0),
            text: String::new(),
        })
    }
}

impl<T: DataType<T: Value>> Cells for Typed<T> {
    fn fill(&mut self, rows: usize) -> Result<usize> {
        self.levels.clear();
        self.values.clear();
        self.next = (0, 0);
        let (found, _, _) = self.reader.read_records(rows, Some(&mut self.levels), None, &mut self.values)?;
        Ok(found)
    }

    fn next(&mut self) -> Option<Shown<'_>> {
        let (cell, value) = self.next;
        self.next.0 += 1;
        if self.filled > 0 && self.levels.get(cell) != Some(&self.filled) {
            return None;
        }
        self.next.1 += 1;
        self.text.clear();
        self.values.get(value)?.show(self.meaning, &mut self.text)
    }
}

/// A value as it is kept.
trait Value {
    /// What a cell shows of it; the text may be put together in `text`. `None`: nothing.
    fn show<'a>(&'a self, meaning: Meaning, text: &'a mut String) -> Option<Shown<'a>>;
}

/// What stands in a cell that is of no use: neither a number nor a time, so that it is counted as such.
const FOREIGN: Shown<'static> = Shown::Text("?");

fn written(value: impl Display, text: &mut String) -> Option<Shown<'_>> {
    write!(text, "{value}").expect("memory takes what is written");
    Some(Shown::Text(text))
}

/// A whole number, by what it stands for; `unsigned` is what its bits are without a sign.
fn whole(value: i64, unsigned: u64, meaning: Meaning, text: &mut String) -> Option<Shown<'_>> {
    match meaning {
        Meaning::Plain => written(value, text),
        Meaning::Unsigned => written(unsigned, text),
        Meaning::Decimal(scale) => decimal(value.into(), scale, text),
        Meaning::Day => {
            let unix_ms = value.checked_mul(Instant::MS_PER_DAY);
            Some(Shown::Time(unix_ms.and_then(Instant::from_unix_ms), TimeIs::WithoutOffset))
        }
        Meaning::Time { per_second, is } => {
            Some(Shown::Time(Instant::from_unix_ms(value.div_euclid(per_second / 1_000)), is))
        }
        Meaning::Uuid | Meaning::Foreign => Some(FOREIGN),
    }
}

/// `123` with two digits behind the point is `1.23`.
fn decimal(digits: i128, scale: u32, text: &mut String) -> Option<Shown<'_>> {
    // More digits than any decimal of Parquet has.
    let Some(one) = 10_i128.checked_pow(scale).map(i128::unsigned_abs) else { return Some(FOREIGN) };
    let sign = if digits < 0 { "-" } else { "" };
    let (whole, part) = (digits.unsigned_abs() / one, digits.unsigned_abs() % one);
    if scale == 0 {
        return written(digits, text);
    }
    written(format_args!("{sign}{whole}.{part:0width$}", width = scale as usize), text)
}

/// The number whose bytes these are, the highest first.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { -1 };
    (bytes.len() <= 16).then(|| bytes.iter().fold(sign, |number: i128, byte| number << 8 | i128::from(*byte)))
}

fn bytes<'a>(bytes: &'a [u8], meaning: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
    match (meaning, bytes) {
        (Meaning::Plain, _) => Some(std::str::from_utf8(bytes).map_or(Shown::NotUtf8, Shown::Text)),
        (Meaning::Decimal(scale), _) => big_endian(bytes).map_or(Some(FOREIGN), |digits| decimal(digits, scale, text)),
        (Meaning::Uuid, [a @ .., _, _, _, _, _, _, _, _, _, _, _, _]) if a.len() == 4 => {
            for (place, byte) in bytes.iter().enumerate() {
                let dash = if matches!(place, 4 | 6 | 8 | 10) { "-" } else { "" };
                write!(text, "{dash}{byte:02x}").expect("memory takes what is written");
            }
            Some(Shown::Text(text))
        }
        _ => Some(FOREIGN),
    }
}

impl Value for bool {
    fn show<'a>(&'a self, _: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
        written(self, text)
    }
}

impl Value for i32 {
    fn show<'a>(&'a self, meaning: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
        whole((*self).into(), self.cast_unsigned().into(), meaning, text)
    }
}

impl Value for i64 {
    fn show<'a>(&'a self, meaning: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
        whole(*self, self.cast_unsigned(), meaning, text)
    }
}

/// A time as old writers kept it, without a word on its zone.
impl Value for Int96 {
    fn show<'a>(&'a self, _: Meaning, _: &'a mut String) -> Option<Shown<'a>> {
        Some(Shown::Time(Instant::from_unix_ms(self.to_millis()), TimeIs::WithoutOffset))
    }
}

/// Not a number: what some writers put where nothing is known.
impl Value for f32 {
    fn show<'a>(&'a self, _: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
        if self.is_nan() { None } else { written(self, text) }
    }
}

impl Value for f64 {
    fn show<'a>(&'a self, _: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
        if self.is_nan() { None } else { written(self, text) }
    }
}

impl Value for ByteArray {
    fn show<'a>(&'a self, meaning: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
        bytes(self.data(), meaning, text)
    }
}

impl Value for FixedLenByteArray {
    fn show<'a>(&'a self, meaning: Meaning, text: &'a mut String) -> Option<Shown<'a>> {
        bytes(self.data(), meaning, text)
    }
}
