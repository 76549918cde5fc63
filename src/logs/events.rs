//! Usage events of any origin: a table with a head (comma, semicolon, tab or bar between cells), or a JSON object a
//! line.
//!
//! Every line stands for itself, so a quote that is never closed costs one row; a cell cannot hold a line end. Rows with
//! an id are one response however often they come; rows without one all count, but for a file that holds exactly what
//! another one holds.

mod columns;
#[cfg_attr(not(feature = "parquet"), path = "events/no_parquet.rs")]
pub(super) mod parquet;

use std::borrow::Cow;
use std::collections::HashMap;

use self::columns::{Column, Head};
use super::json::{Cursor, Malformed, unescaped};
use super::lines::{Buffer, Piece, pieces};
use super::names::Names;
use super::tally::{Note, Tally};
use super::{Part, money, stopped};
use crate::rates::{ByClass, TokenClass};
use crate::units::{Instant, Ratio, Tokens};
use crate::usage::dedup::{Kind, Sighting};
use crate::usage::{Record, Service, Source};

pub(super) use self::columns::columns;

/// Reads one file of events.
pub(super) fn read(input: impl std::io::Read, buffer: &mut Buffer, part: &mut Part) {
    let events = Events { part, names: Names::default() };
    let mut reader = Reader { events, shape: Shape::Unknown, fields: Fields::default() };
    let ended = pieces(input, buffer, |piece| match piece {
        Piece::Lines(lines) | Piece::Rest(lines) => {
            for line in lines.split(|byte| *byte == b'\n') {
                reader.line(line);
            }
        }
        Piece::TooLong => reader.events.part.tally.note(Note::TooLong),
    });
    stopped(part, ended);
}

/// How the file is written, known from its first line.
enum Shape {
    Unknown,
    Json,
    Table {
        head: Head,
        between: u8,
    },
    /// No events can be read from it.
    Useless,
}

/// The cells of one event, by column.
type Cells<'a> = [Option<Cow<'a, str>>; Column::COUNT];

/// Whether a time says where on Earth it is that late.
#[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "text is read as it is written"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeIs {
    Utc,
    WithoutOffset,
}

/// Events as they are found, and where they go.
struct Events<'p> {
    part: &'p mut Part,
    names: Names,
}

struct Reader<'p> {
    events: Events<'p>,
    shape: Shape,
    fields: Fields,
}

/// What each field of an object is, by its path, as met so far.
#[derive(Default)]
struct Fields(HashMap<String, Option<(Column, usize)>>);

impl Fields {
    /// Files that name their fields anew on every line do not fill the memory.
    const MOST: usize = 10_000;

    fn get(&mut self, path: &str) -> Option<(Column, usize)> {
        if let Some(known) = self.0.get(path) {
            return *known;
        }
        let named = Column::named(path);
        if self.0.len() < Self::MOST {
            self.0.insert(path.to_owned(), named);
        }
        named
    }
}

impl Reader<'_> {
    fn line(&mut self, line: &[u8]) {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let start = line.iter().position(|byte| *byte != 0 && !matches!(byte, b' ' | b'\r'));
        let Some(line) = start.map(|start| line[start..].strip_suffix(b"\r").unwrap_or(&line[start..])) else { return };
        if matches!(self.shape, Shape::Unknown) {
            self.shape = self.first(line);
            if !matches!(self.shape, Shape::Json) {
                return;
            }
        }
        let read = std::str::from_utf8(line).map_err(|_| Note::NotUtf8).and_then(|text| match &self.shape {
            Shape::Json => json_cells(line, &mut self.fields),
            Shape::Table { head, between } => table_cells(text, *between, head),
            Shape::Unknown | Shape::Useless => Ok(Cells::default()),
        });
        if matches!(self.shape, Shape::Useless) {
            return;
        }
        if let Err(note) = read.and_then(|cells| self.events.event(&cells)) {
            self.events.part.tally.note(note);
        }
    }

    fn first(&mut self, line: &[u8]) -> Shape {
        if line[0] == b'{' {
            return Shape::Json;
        }
        let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
        let between = [b',', b'\t', b';', b'|'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',');
        let names = std::str::from_utf8(line).ok().and_then(|text| split(text, between));
        let head = Head::new(names.unwrap_or_default().iter().map(|name| &**name));
        match head.missing() {
            None => Shape::Table { head, between },
            Some(missing) => {
                self.events.part.stop(format!(
                    "its first line is no JSON object and names no column for {missing}; name the columns {}",
                    columns().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
                ));
                Shape::Useless
            }
        }
    }
}

impl Events<'_> {
    /// Keeps an event, or says why there is none.
    fn event(&mut self, cells: &Cells<'_>) -> Result<(), Note> {
        let text = cells[Column::Time as usize].as_deref().filter(|text| !text.is_empty());
        let instant = text.and_then(|text| time(text, &mut self.part.tally)).ok_or(Note::NoTime)?;
        self.event_at(instant, cells)
    }

    /// The same of one whose time is known.
    fn event_at(&mut self, instant: Instant, cells: &Cells<'_>) -> Result<(), Note> {
        let tally = &mut self.part.tally;
        let cell = |column: Column| cells[column as usize].as_deref().filter(|text| !text.is_empty());
        let tokens = tokens(cell, tally)?;
        let mut whole = |column: Column, otherwise| {
            cell(column).map_or(Some(otherwise), |text| tally.count(text.as_bytes())).ok_or(Note::BadCount)
        };
        let requests = whole(Column::Requests, 1)?;
        let web_searches = whole(Column::WebSearches, 0)?;
        let model = cell(Column::Model).map(|name| self.names.intern(name));
        let mut name = |column| cell(column).map(|name| self.names.intern(name));
        let (session, project, user) = (name(Column::Session), name(Column::Project), name(Column::User));
        let record = Record {
            instant,
            model,
            tokens,
            requests,
            web_searches,
            service: match cell(Column::Service) {
                Some("batch") => Service::Batch,
                Some("priority") => Service::Priority,
                Some("fast") => Service::Fast,
                _ => Service::Standard,
            },
            side: false,
            stated_usd: cell(Column::CostUsd).and_then(|text| money(text.as_bytes())),
            id: cell(Column::Id).map(Into::into),
            session,
            project,
            user,
            source: Source::Events,
        };
        self.part.covers(instant);
        if record.id.is_some() {
            self.part.sightings.push(Sighting {
                record,
                kind: Kind::Main,
                has_request_id: true,
                has_final_count: true,
                file: 0,
                advice: Vec::new(),
            });
        } else {
            self.part.records.push(record);
        }
        Ok(())
    }
}

/// The tokens of an event. A column for the whole prompt includes what the cache columns hold.
fn tokens<'c>(cell: impl Fn(Column) -> Option<&'c str>, tally: &mut Tally) -> Result<ByClass<Tokens>, Note> {
    let mut count = |column| match cell(column) {
        Some(text) => tally.count(text.as_bytes()).map(Some).ok_or(Note::BadCount),
        None => Ok(None),
    };
    let (input, prompt) = (count(Column::Input)?, count(Column::Prompt)?);
    let (read, output) = (count(Column::CacheRead)?, count(Column::Output)?);
    let (five, hour) = (count(Column::CacheWrite5m)?, count(Column::CacheWrite1h)?);
    if [input, prompt, read, output, five, hour].iter().all(Option::is_none) {
        return Err(Note::BadRow);
    }
    let cached = [read, five, hour].into_iter().flatten().fold(0_u64, u64::saturating_add);
    let uncached = match (input, prompt) {
        (Some(input), _) => input,
        (None, Some(prompt)) => {
            if cached > prompt {
                tally.note(Note::MoreCachedThanPrompt);
            }
            prompt.saturating_sub(cached)
        }
        (None, None) => 0,
    };
    Ok(ByClass::from_fn(|class| {
        Tokens(match class {
            TokenClass::Input => uncached,
            TokenClass::CacheRead => read.unwrap_or(0),
            TokenClass::CacheWrite5m => five.unwrap_or(0),
            TokenClass::CacheWrite1h => hour.unwrap_or(0),
            TokenClass::Output => output.unwrap_or(0),
        })
    }))
}

/// A time as exports write it: with an offset, without one, or as seconds, milli-, micro- or nanoseconds since 1970.
fn time(text: &str, tally: &mut Tally) -> Option<Instant> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let number = super::decimal(text.as_bytes())?;
        let whole = number.floor().to_i128()?;
        // Each unit's numbers of our times have three digits more than those of the one before.
        let unix_ms = match whole.checked_ilog10().unwrap_or(0) {
            0..11 => (number * Ratio::from(1_000)).floor().to_i128()?,
            11..14 => whole,
            14..17 => whole / 1_000,
            _ => whole / 1_000_000,
        };
        return Instant::from_unix_ms(i64::try_from(unix_ms).ok()?);
    }
    if let Some(instant) = Instant::parse(text) {
        return Some(instant);
    }
    let as_utc = [format!("{text}Z"), format!("{text}T00:00:00Z")];
    let instant = as_utc.iter().find_map(|text| Instant::parse(text))?;
    tally.note(Note::TimeAsUtc);
    Some(instant)
}

fn table_cells<'a>(text: &'a str, between: u8, head: &Head) -> Result<Cells<'a>, Note> {
    let row = split(text, between).ok_or(Note::BadRow)?;
    if row.len() != head.len() {
        return Err(Note::BadRow);
    }
    let mut cells = Cells::default();
    for (place, cell) in row.into_iter().enumerate() {
        if let Some(column) = head.column(place) {
            cells[column as usize] = Some(cell);
        }
    }
    Ok(cells)
}

/// The cells of a line; `None` if its quotes do not end.
fn split(text: &str, between: u8) -> Option<Vec<Cow<'_, str>>> {
    if !text.contains('"') {
        return Some(text.split(char::from(between)).map(|cell| Cow::Borrowed(cell.trim())).collect());
    }
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        return None;
    }
    let table = csv::ReaderBuilder::new().has_headers(false).delimiter(between).from_reader(text.as_bytes());
    let row = table.into_records().next()?.ok()?;
    Some(row.iter().map(|cell| Cow::Owned(cell.trim().to_owned())).collect())
}

fn json_cells<'a>(line: &'a [u8], fields: &mut Fields) -> Result<Cells<'a>, Note> {
    let mut found = Found { cells: Cells::default(), rank: [usize::MAX; Column::COUNT], fields };
    let mut cursor = Cursor::new(line);
    let is_object = found.walk(&mut cursor, &mut String::new(), 0).map_err(|Malformed| Note::Broken)?;
    cursor.end().map_err(|Malformed| Note::Broken)?;
    if is_object { Ok(found.cells) } else { Err(Note::Broken) }
}

/// Cells found in an object so far, and how well their names fit.
struct Found<'a, 'f> {
    cells: Cells<'a>,
    rank: [usize; Column::COUNT],
    fields: &'f mut Fields,
}

impl<'a> Found<'a, '_> {
    /// Objects further down than this hold nothing of ours.
    const DEPTH_MAX: usize = 4;

    fn walk(&mut self, cursor: &mut Cursor<'a>, path: &mut String, depth: usize) -> Result<bool, Malformed> {
        cursor.object(|cursor, name| {
            let Ok(name) = std::str::from_utf8(name) else { return cursor.skip() };
            let raw = cursor.raw()?;
            let above = path.len();
            if above > 0 {
                path.push('.');
            }
            path.push_str(name);
            if raw[0] != b'{' {
                self.cell(path, raw);
            } else if depth < Self::DEPTH_MAX {
                self.walk(&mut Cursor::new(raw), path, depth + 1)?;
            }
            path.truncate(above);
            Ok(())
        })
    }

    /// Keeps a value if its name fits a column better than what was found before.
    fn cell(&mut self, path: &str, raw: &'a [u8]) {
        let Some((column, rank)) = self.fields.get(path) else { return };
        let text = match raw {
            b"null" => None,
            [b'"', inside @ .., b'"'] => unescaped(inside),
            _ => std::str::from_utf8(raw).ok().map(Cow::Borrowed),
        };
        if let Some(text) = text.filter(|text| !text.is_empty() && rank < self.rank[column as usize]) {
            self.cells[column as usize] = Some(text);
            self.rank[column as usize] = rank;
        }
    }
}
