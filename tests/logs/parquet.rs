//! Usage events out of Parquet files: what each kind of column means, and that a table says the same.

use std::io::Cursor;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use plancost::logs::{Format, Log, combine, is_parquet, read_parquet};
use plancost::usage::Service;

use crate::{all_counts, log, notes};

/// The cells of a column; those that are `None` are empty.
#[derive(Clone)]
enum Cells {
    Bool(Vec<Option<bool>>),
    I32(Vec<Option<i32>>),
    I64(Vec<Option<i64>>),
    I96(Vec<Option<Int96>>),
    F32(Vec<Option<f32>>),
    F64(Vec<Option<f64>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
}

impl Cells {
    fn text(cells: &[&str]) -> Self {
        Self::Bytes(cells.iter().map(|cell| (!cell.is_empty()).then(|| cell.as_bytes().to_vec())).collect())
    }

    /// These cells alone.
    fn part(&self, rows: std::ops::Range<usize>) -> Self {
        match self {
            Self::Bool(cells) => Self::Bool(cells[rows].to_vec()),
            Self::I32(cells) => Self::I32(cells[rows].to_vec()),
            Self::I64(cells) => Self::I64(cells[rows].to_vec()),
            Self::I96(cells) => Self::I96(cells[rows].to_vec()),
            Self::F32(cells) => Self::F32(cells[rows].to_vec()),
            Self::F64(cells) => Self::F64(cells[rows].to_vec()),
            Self::Bytes(cells) => Self::Bytes(cells[rows].to_vec()),
            Self::Fixed(cells) => Self::Fixed(cells[rows].to_vec()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Bool(cells) => cells.len(),
            Self::I32(cells) => cells.len(),
            Self::I64(cells) => cells.len(),
            Self::I96(cells) => cells.len(),
            Self::F32(cells) => cells.len(),
            Self::F64(cells) => cells.len(),
            Self::Bytes(cells) | Self::Fixed(cells) => cells.len(),
        }
    }

    fn write(self, to: &mut ColumnWriter<'_>) {
        /// Levels of all cells, and the values of those that have one.
        fn parts<T, U>(cells: Vec<Option<T>>, value: impl Fn(T) -> U) -> (Vec<i16>, Vec<U>) {
            let levels = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
            (levels, cells.into_iter().flatten().map(value).collect())
        }
        macro_rules! write {
            ($writer:expr, $cells:expr, $value:expr) => {{
                let (mut levels, values) = parts($cells, $value);
                let most = $writer.get_descriptor().max_def_level();
                levels.iter_mut().for_each(|level| *level = if *level == 1 { most } else { most.max(1) - 1 });
                $writer.write_batch(&values, Some(&levels), None)
            }};
        }
        let written = match (to, self) {
            (ColumnWriter::BoolColumnWriter(to), Self::Bool(cells)) => write!(to, cells, |cell| cell),
            (ColumnWriter::Int32ColumnWriter(to), Self::I32(cells)) => write!(to, cells, |cell| cell),
            (ColumnWriter::Int64ColumnWriter(to), Self::I64(cells)) => write!(to, cells, |cell| cell),
            (ColumnWriter::Int96ColumnWriter(to), Self::I96(cells)) => write!(to, cells, |cell| cell),
            (ColumnWriter::FloatColumnWriter(to), Self::F32(cells)) => write!(to, cells, |cell| cell),
            (ColumnWriter::DoubleColumnWriter(to), Self::F64(cells)) => write!(to, cells, |cell| cell),
            (ColumnWriter::ByteArrayColumnWriter(to), Self::Bytes(cells)) => write!(to, cells, ByteArray::from),
            (ColumnWriter::FixedLenByteArrayColumnWriter(to), Self::Fixed(cells)) => {
                write!(to, cells, FixedLenByteArray::from)
            }
            _ => panic!("a column of another type"),
        };
        written.expect("memory");
    }
}

/// A file whose columns are declared so, in groups of so many rows.
fn file_with(schema: &str, columns: &[Cells], rows_a_group: usize, packing: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder().set_compression(packing).set_data_page_row_count_limit(100).build();
    file_as(schema, columns, rows_a_group, properties)
}

fn file_as(schema: &str, columns: &[Cells], rows_a_group: usize, properties: WriterProperties) -> Vec<u8> {
    let schema = parse_message_type(&format!("message usage {{ {schema} }}")).expect("a schema");
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).expect("memory");
    let rows = columns[0].len();
    for from in (0..rows).step_by(rows_a_group) {
        let mut group = writer.next_row_group().expect("memory");
        for cells in columns {
            let mut column = group.next_column().expect("memory").expect("as many columns as are declared");
            cells.part(from..rows.min(from + rows_a_group)).write(column.untyped());
            column.close().expect("memory");
        }
        group.close().expect("memory");
    }
    writer.into_inner().expect("memory")
}

fn file(schema: &str, columns: &[Cells]) -> Vec<u8> {
    file_with(schema, columns, usize::MAX >> 1, Compression::UNCOMPRESSED)
}

/// A file without dictionaries, with one column encoded in some way.
fn encoded(schema: &str, columns: &[Cells], column: &str, encoding: Encoding) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_column_encoding(column.into(), encoding)
        .set_compression(Compression::UNCOMPRESSED)
        .build();
    file_as(schema, columns, usize::MAX >> 1, properties)
}

/// Of each encoding whose decoder believes what a page says of itself, a file.
fn encoded_otherwise() -> Vec<(&'static str, Encoding, Vec<u8>)> {
    let schema = format!("{TIME} optional binary model (STRING); optional int32 output; optional double cost;");
    let columns = [
        Cells::I64((0..9).map(|row| Some(MS + row)).collect()),
        Cells::text(&["m", "", "n", "m", "", "", "m", "n", "o"]),
        Cells::I32((0..9).map(|row| (row % 4 > 0).then_some(row)).collect()),
        Cells::F64((0..9).map(|row| Some(f64::from(row))).collect()),
    ];
    let of = |(column, encoding)| (column, encoding, encoded(&schema, &columns, column, encoding));
    [
        ("time", Encoding::DELTA_BINARY_PACKED),
        ("output", Encoding::DELTA_BINARY_PACKED),
        ("model", Encoding::DELTA_LENGTH_BYTE_ARRAY),
        ("model", Encoding::DELTA_BYTE_ARRAY),
        ("cost", Encoding::BYTE_STREAM_SPLIT),
        ("time", Encoding::BYTE_STREAM_SPLIT),
    ]
    .map(of)
    .into()
}

fn read(file: &[u8]) -> Log {
    combine(vec![read_parquet("usage.parquet", file.len() as u64, Cursor::new(file.to_vec()))], Service::Standard)
}

fn why(file: &[u8]) -> String {
    read(file).stopped.first().map(|(_, why)| why.clone()).unwrap_or_default()
}

/// Ten in the morning of 10 November 2026.
const MS: i64 = 1_794_304_800_000;

const TIME: &str = "required int64 time (TIMESTAMP(MILLIS,true));";

#[test]
fn the_same_events_are_the_same_in_a_table_and_in_parquet() {
    let rows = 2_500_usize;
    let number = |row: usize| i64::try_from(row).expect("small");
    let time: Vec<_> = (0..rows).map(|row| (row % 97 != 5).then(|| MS + number(row) * 1_001)).collect();
    let input: Vec<_> = (0..rows).map(|row| (row % 3 > 0).then(|| number(row) * 7 % 1_009 - 2)).collect();
    let output: Vec<_> = (0..rows).map(|row| (row % 5 > 0).then(|| number(row) % 211)).collect();
    let cost: Vec<_> = (0..rows).map(|row| (row % 4 > 0).then(|| number(row))).collect();
    let names = |most: usize, stem: &str| -> Vec<String> {
        (0..rows).map(|row| if row % most == 0 { String::new() } else { format!("{stem}{}", row % most) }).collect()
    };
    let (user, model, session, id) = (names(9, "é, "), names(4, "model-"), names(40, "s"), names(2_000, "id-"));
    let hits: Vec<_> = (0..rows).map(|row| Some(i32::try_from(row).expect("small") * 3)).collect();
    let shown = |cell: Option<String>| cell.unwrap_or_default();
    let mut table = "time,user,model,input_tokens,cache_read,output,cost,session,request_id\n".to_owned();
    for row in 0..rows {
        let at = time[row].map(|ms| plancost::units::Instant::from_unix_ms(ms).expect("in range").to_string());
        let usd = cost[row].map(|usd| format!("0.{usd:06}"));
        let counts = [input[row], hits[row].map(i64::from), output[row]].map(|n| shown(n.map(|n| n.to_string())));
        let cells = [shown(at), format!("\"{}\"", user[row]), model[row].clone(), counts.join(","), shown(usd)];
        table += &format!("{},{},{}\n", cells.join(","), session[row], id[row]);
    }
    let text = |names: &[String]| Cells::text(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let schema = "optional int64 time (TIMESTAMP(MILLIS,true)); optional binary user (STRING); \
        optional binary model (UTF8); optional int64 input_tokens; optional int32 cache_read; optional int64 output; \
        optional int64 cost (DECIMAL(18,6)); optional binary session (STRING); optional binary request_id (STRING);";
    let columns = [
        Cells::I64(time),
        text(&user),
        text(&model),
        Cells::I64(input),
        Cells::I32(hits),
        Cells::I64(output),
        Cells::I64(cost),
        text(&session),
        text(&id),
    ];
    let expected = log(Format::Events, &[("usage.csv", &table)]);
    assert_eq!(notes(&expected), "no_time 26, negative_count 4, no_model 497, same_response 488");
    for (group, packing) in [
        (rows, Compression::UNCOMPRESSED),
        (1_024, Compression::SNAPPY),
        (77, Compression::ZSTD(parquet::basic::ZstdLevel::default())),
    ] {
        let found = read(&file_with(schema, &columns, group, packing));
        assert_eq!(found.records, expected.records, "{packing}");
        assert_eq!((found.tally, found.stopped), (expected.tally.clone(), Vec::new()), "{packing}");
    }
}

#[test]
fn a_time_is_read_however_it_is_kept() {
    let at = |kind: &str, cells: Cells| {
        let log = read(&file(&format!("optional {kind}; required int32 output;"), &[cells, Cells::I32(vec![Some(1)])]));
        (log.records.first().map(|record| record.instant.unix_ms()), notes(&log))
    };
    let utc = (Some(MS), "no_model 1".to_owned());
    let as_utc = (Some(MS), "time_as_utc 1, no_model 1".to_owned());
    let i64 = |value| Cells::I64(vec![Some(value)]);
    assert_eq!(at("int64 time (TIMESTAMP(MILLIS,true))", i64(MS)), utc);
    assert_eq!(at("int64 time (TIMESTAMP_MILLIS)", i64(MS)), utc);
    assert_eq!(at("int64 Timestamp (TIMESTAMP(MICROS,true))", i64(MS * 1_000 + 999)), utc);
    assert_eq!(at("int64 start_time (TIMESTAMP(NANOS,true))", i64(MS * 1_000_000 + 1)), utc);
    assert_eq!(at("int64 time (TIMESTAMP(MICROS,false))", i64(MS * 1_000)), as_utc);
    assert_eq!(at("int64 time", i64(MS / 1_000)), utc);
    assert_eq!(at("double time", Cells::F64(vec![Some(1_794_304_800.0)])), utc);
    assert_eq!(at("binary time (STRING)", Cells::text(&["2026-11-10T11:00:00+01:00"])), utc);
    // 20,767 days after 1970 began; day 2,440,588 of INT96 is the first of 1970.
    assert_eq!(at("int32 time (DATE)", Cells::I32(vec![Some(20_767)])).0, Some(MS - 10 * 3_600_000));
    let mut int96 = Int96::new();
    let nanos = 10 * 3_600_000_000_000_u64;
    int96.set_data(
        u32::try_from(nanos & 0xFFFF_FFFF).expect("low"),
        u32::try_from(nanos >> 32).expect("high"),
        2_440_588 + 20_767,
    );
    assert_eq!(at("int96 time", Cells::I96(vec![Some(int96)])), as_utc);
    let none = (None, "no_time 1".to_owned());
    assert_eq!(at("int64 time (TIMESTAMP(MILLIS,true))", i64(i64::MAX)), none);
    assert_eq!(at("int32 time (TIME(MILLIS,true))", Cells::I32(vec![Some(36_000_000)])), none);
    assert_eq!(at("boolean time", Cells::Bool(vec![Some(true)])), none);
    assert_eq!(at("int64 time (TIMESTAMP(MILLIS,true))", Cells::I64(vec![None])), none);
}

#[test]
fn a_count_is_read_however_it_is_kept() {
    let count = |kind: &str, cells: Cells| {
        let log = read(&file(&format!("{TIME} optional {kind};"), &[Cells::I64(vec![Some(MS)]), cells]));
        (all_counts(&log).first().map(|counts| counts[4]), notes(&log).replace("no_model 1", ""))
    };
    let plain = |value| (Some(value), String::new());
    assert_eq!(count("int64 output", Cells::I64(vec![Some(7)])), plain(7));
    assert_eq!(count("int32 output (INTEGER(32,false))", Cells::I32(vec![Some(-1)])), plain(u32::MAX.into()));
    assert_eq!(count("int64 output (UINT_64)", Cells::I64(vec![Some(-1)])), plain(u64::MAX));
    assert_eq!(count("double output", Cells::F64(vec![Some(3e9)])), plain(3_000_000_000));
    assert_eq!(count("float output", Cells::F32(vec![Some(16.0)])), plain(16));
    assert_eq!(count("double output", Cells::F64(vec![Some(7.5)])), (Some(7), "part_of_token 1, ".to_owned()));
    assert_eq!(count("int32 output (DECIMAL(9,2))", Cells::I32(vec![Some(1_200)])), plain(12));
    assert_eq!(count("binary output (DECIMAL(20,0))", Cells::Bytes(vec![Some(vec![1, 0])])), plain(256));
    let fixed = Cells::Fixed(vec![Some([0xFF; 16].to_vec())]);
    let negative = (Some(0), "negative_count 1, ".to_owned());
    assert_eq!(count("fixed_len_byte_array(16) output (DECIMAL(38,2))", fixed), negative);
    assert_eq!(count("int64 output", Cells::I64(vec![Some(-3)])), negative);
    assert_eq!(count("binary output (STRING)", Cells::text(&[" 12 "])), plain(12));
    for (kind, cells) in [
        ("binary output (STRING)", Cells::text(&["many"])),
        ("boolean output", Cells::Bool(vec![Some(true)])),
        ("double output", Cells::F64(vec![Some(f64::INFINITY)])),
        ("int64 output (TIME(MICROS,true))", Cells::I64(vec![Some(1)])),
    ] {
        assert_eq!(count(kind, cells), (None, "bad_count 1".to_owned()), "{kind}");
    }
    // Not a number is no count at all, as an empty cell is.
    assert_eq!(count("double output", Cells::F64(vec![Some(f64::NAN)])), (None, "bad_row 1".to_owned()));
}

#[test]
fn names_are_read_however_they_are_kept() {
    let id = |kind: &str, cells: Cells| {
        let columns = [Cells::I64(vec![Some(MS)]), Cells::I32(vec![Some(1)]), cells];
        let log = read(&file(&format!("{TIME} required int32 output; optional {kind};"), &columns));
        log.records.first().and_then(|record| record.id.as_deref().map(str::to_owned)).ok_or_else(|| notes(&log))
    };
    assert_eq!(id("int64 id", Cells::I64(vec![Some(42)])).as_deref(), Ok("42"));
    assert_eq!(id("binary id (ENUM)", Cells::text(&["a"])).as_deref(), Ok("a"));
    let uuid = Cells::Fixed(vec![Some((0..16).collect())]);
    let text = "00010203-0405-0607-0809-0a0b0c0d0e0f";
    assert_eq!(id("fixed_len_byte_array(16) id (UUID)", uuid).as_deref(), Ok(text));
    assert_eq!(id("binary id", Cells::Bytes(vec![Some(vec![0xFF])])), Err("not_utf8 1".to_owned()));
}

#[test]
fn columns_inside_of_records_go_by_their_path_and_lists_are_left_alone() {
    let schema = "required int64 startTime (TIMESTAMP(MILLIS,true)); \
        optional group usage { optional int64 input_tokens; optional int64 output_tokens; } \
        optional group attributes { optional binary gen_ai.request.model (STRING); }";
    let columns = [
        Cells::I64(vec![Some(MS), Some(MS + 1)]),
        Cells::I64(vec![Some(3), None]),
        Cells::I64(vec![None, Some(4)]),
        Cells::text(&["m", "m"]),
    ];
    let log = read(&file(schema, &columns));
    assert_eq!((all_counts(&log), notes(&log).as_str()), (vec![[3, 0, 0, 0, 0], [0, 0, 0, 0, 4]], ""));
    let lists = file("required int64 time; repeated int64 output;", &[Cells::I64(vec![]), Cells::I64(vec![])]);
    assert!(why(&lists).starts_with("it has no column for tokens; name the columns time, user, model"));
}

/// Two responses.
fn good() -> Vec<u8> {
    file(
        &format!("{TIME} required binary model (STRING); required int32 output;"),
        &[Cells::I64(vec![Some(MS), Some(MS + 1)]), Cells::text(&["m", "m"]), Cells::I32(vec![Some(5), Some(6)])],
    )
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let good = good();
    assert_eq!((read(&good).records.len(), why(&good)), (2, String::new()));
    assert!(why(b"time,output\n1,2\n").contains("it does not begin with `PAR1`"));
    assert!(why(b"").contains("it does not begin with `PAR1`"));
    assert!(why(b"PAR1").starts_with("its data is broken"), "{}", why(b"PAR1"));
    assert!(why(&good[..good.len() - 3]).starts_with("it breaks off"));
    let secret = [&good[..good.len() - 4], b"PARE"].concat();
    assert_eq!(why(&secret), "it is encrypted");
    let mut no_footer = good.clone();
    let at = good.len() - 8;
    no_footer[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(why(&no_footer).starts_with("its data is broken or encrypted: "), "{}", why(&no_footer));
    assert_eq!(notes(&read(&no_footer)), "unreadable 1");
    let text = file("required int64 time; required binary model (STRING);", &[Cells::I64(vec![]), Cells::text(&[])]);
    assert!(why(&text).starts_with("it has no column for tokens"));
}

/// Dictionaries and plain values are what pyarrow, polars and DuckDB write unless told otherwise.
#[test]
fn values_that_are_encoded_otherwise_are_refused_by_name() {
    for (column, encoding, file) in encoded_otherwise() {
        let expected =
            format!("its column `{column}` is encoded as {encoding}; plain values and dictionaries are read");
        assert_eq!((why(&file), read(&file).records.len()), (expected, 0));
    }
}

#[test]
fn what_came_before_a_fault_counts_and_so_do_other_files() {
    let rows = 5_000_i64;
    let columns = [
        Cells::I64((0..rows).map(|row| Some(MS + row)).collect()),
        Cells::I64((0..rows).map(|row| Some(row * row)).collect()),
    ];
    let whole = file_with(&format!("{TIME} required int64 output;"), &columns, 1_000, Compression::SNAPPY);
    let mut torn = whole.clone();
    // In the middle of the third group.
    let middle = whole.len() / 2;
    torn[middle..middle + 2_000].fill(0xFF);
    let part = |name: &str, bytes: &[u8]| read_parquet(name, bytes.len() as u64, Cursor::new(bytes.to_vec()));
    let both = combine(vec![part("torn.parquet", &torn), part("good.parquet", &good())], Service::Standard);
    assert_eq!(both.stopped.len(), 1);
    assert_eq!(&*both.stopped[0].0, "torn.parquet");
    assert!((2_002..4_002).contains(&both.records.len()), "{}", both.records.len());
}

#[test]
fn no_damage_stops_the_program() {
    // With a dictionary and empty cells, and packed.
    let schema = format!("{TIME} optional binary model (STRING); optional int32 output;");
    let columns = [
        Cells::I64((0..9).map(|row| Some(MS + row)).collect()),
        Cells::text(&["m", "", "n", "m", "", "", "m", "n", "o"]),
        Cells::I32((0..9).map(|row| (row % 4 > 0).then_some(row)).collect()),
    ];
    let packed = file_with(&schema, &columns, 5, Compression::SNAPPY);
    let otherwise = encoded_otherwise().into_iter().map(|(_, _, whole)| whole);
    for whole in [good(), file(&schema, &columns), packed].into_iter().chain(otherwise) {
        for at in 0..whole.len() {
            let mut bad = whole.clone();
            bad[at] = [0, 0x7F, 0x80, 0xFF, whole[at] ^ 0x10][at % 5];
            read(&bad);
            read(&[&whole[..at], &whole[at + 1..]].concat());
        }
    }
}

#[test]
fn a_parquet_file_is_told_by_its_first_bytes_or_its_name() {
    assert!(is_parquet("usage", &good()[..4]));
    assert!(is_parquet("Usage.PARQUET", b"") && is_parquet("x", b"PARE"));
    assert!(!is_parquet("usage.csv", b"time"));
    // A pipe cannot be read from its end.
    let piped = crate::log_of_bytes(Format::Events, &[("<stdin>", &good())]);
    assert!(piped.stopped[0].1.contains("name the file"), "{:?}", piped.stopped);
}
