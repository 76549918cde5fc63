//! From text to a tree of values with places, keeping what is sound of a damaged file.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use toml_parser::lexer::TokenKind;

use super::codes;
use super::read::{Reader, shown};
use crate::problem::{Place, Problem, Source};

/// The tree of a file, without the tables that mistakes of syntax make doubtful.
///
/// A mistake drops the top-level table it stands in and, unless it is a mere repetition or a wrong date, all that
/// follow it.
pub(super) fn parse<'a>(source: &'a Arc<Source>, reader: &mut Reader) -> Spanned<DeValue<'a>> {
    let text = source.text.as_str();
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut tree = tree.into_inner();
    let mut mistakes: Vec<Mistake> = errors
        .iter()
        .map(|error| Mistake::new(text, error.message(), error.span().unwrap_or(text.len()..text.len())))
        .collect();
    mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.local));
    if let Some(opened) = errors.iter().any(|e| e.message().starts_with("unclosed")).then(|| unclosed(text)).flatten() {
        // Whatever follows was read as part of it.
        mistakes.retain(|mistake| mistake.span.start < opened);
        mistakes.push(Mistake {
            span: opened..opened + 1,
            message: format!("this `{}` is never closed", &text[opened..=opened]),
            help: None,
            code: codes::SYNTAX,
            local: false,
        });
    }
    let starts = drop_damaged(&mut tree, &mistakes);
    // In a table that is repeated as a whole, each key is; the header says so.
    let mut repeated = None;
    mistakes.retain(|mistake| {
        let twice = mistake.code == codes::WRITTEN_TWICE;
        let follows = twice && repeated.is_some_and(|header: usize| !text[header..mistake.span.start].contains("\n["));
        if twice && header_of(line_of(text, mistake.span.start)).is_some() {
            repeated = Some(mistake.span.start);
        }
        !follows
    });
    let mut line_end = None;
    for (nth, mistake) in mistakes.into_iter().enumerate() {
        if line_end.is_some_and(|end| mistake.span.start <= end) {
            continue;
        }
        line_end = Some(text[mistake.span.start..].find('\n').map_or(text.len(), |at| mistake.span.start + at));
        // The search for the other place reads the file again.
        let other = (mistake.code == codes::WRITTEN_TWICE && nth < 100)
            .then(|| written_before(text, &starts, &mistake.span))
            .flatten();
        let mut problem = Problem::error(mistake.code, mistake.message).at(Place::at(source, mistake.span));
        if let Some(other) = other {
            problem = problem.related(Place::at(source, other), "first written here");
        }
        if let Some(help) = mistake.help {
            problem = problem.help(help);
        }
        reader.report(problem);
    }
    Spanned::new(0..0, DeValue::Table(tree))
}

/// One error of the parser, in our words.
struct Mistake {
    span: Range<usize>,
    message: String,
    help: Option<String>,
    code: crate::problem::Code,
    /// What follows it was read all right.
    local: bool,
}

impl Mistake {
    fn new(text: &str, message: &str, span: Range<usize>) -> Self {
        let span = span.start.min(text.len())..span.end.min(text.len());
        let found = shown(text.get(span.clone()).unwrap_or(""));
        let word = shown(word_at(text, span.start));
        let expected = message.split_once(", expected ").map(|(_, expected)| expected);
        let (code, words, help, local) = if message.starts_with("duplicate key") {
            (codes::WRITTEN_TWICE, format!("`{found}` is written twice"), twice_help(text, &span), true)
        } else if ["invalid date", "invalid time"].iter().any(|start| message.starts_with(start)) {
            let why = expected.map_or_else(String::new, |expected| format!("; expected {expected}"));
            (codes::DATE, format!("`{found}` is not a date"), Some(format!("a day, as `2026-06-11`{why}")), true)
        } else if message.starts_with("invalid") && message.contains("string") {
            let words = "text without its closing quote".to_owned();
            (codes::SYNTAX, words, Some("text stands in straight quotes: `\"…\"`".to_owned()), false)
        } else if message.starts_with("missing escaped value") {
            let words = "`\\` begins an escape that TOML does not have".to_owned();
            let help = "a backslash is written `\\\\`, or the text stands in single quotes".to_owned();
            (codes::SYNTAX, words, Some(help), true)
        } else if word.is_empty() && message.starts_with("string values must be quoted") {
            (codes::SYNTAX, "a value is missing after `=`".to_owned(), None, false)
        } else if message.starts_with("string values must be quoted") || message.starts_with("invalid boolean") {
            let words = if found.is_empty() { word.clone() } else { found.clone() };
            let help = "text stands in straight quotes; numbers are digits, without a currency sign".to_owned();
            (codes::SYNTAX, format!("`{words}` is not a TOML value"), Some(help), false)
        } else if [
            "invalid float",
            "invalid mantissa",
            "invalid fraction",
            "invalid exponent",
            "unexpected leading zero",
        ]
        .iter()
        .any(|start| message.starts_with(start))
            || message.starts_with("`_` may only")
            || message.starts_with("unexpected key or value") && text[span.start..].starts_with(',')
        {
            let words = shown(value_at(text, span.start));
            let is_number = words.starts_with(|c: char| c.is_ascii_digit() || ".-+_".contains(c));
            let help = if is_number {
                "digits with at most one point between them, and no 0 in front: `0.5`, `2000`"
            } else {
                "text stands in quotes"
            };
            (codes::SYNTAX, format!("`{words}` is not a TOML value"), Some(help.to_owned()), false)
        } else {
            (codes::SYNTAX, format!("not TOML: {message}"), None, false)
        };
        Self { span, message: words, help, code, local }
    }
}

fn twice_help(text: &str, span: &Range<usize>) -> Option<String> {
    const SEVERAL: [&str; 7] =
        ["rates", "rates.tier", "plan", "plan.limit", "plan.credit_rate", "workload", "workload.request"];
    let name = header_of(line_of(text, span.start))?.trim_matches(['[', ']']).trim();
    SEVERAL.contains(&name).then(|| format!("several of a kind each begin with `[[{name}]]`"))
}

/// The `[header]` that a line is.
fn header_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.starts_with('[').then(|| &line[..line.find(']').map_or(line.len(), |at| at + 1)])
}

fn line_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[start..].lines().next().unwrap_or("")
}

/// The letters that begin at a byte.
fn word_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or("");
    &rest[..rest.find(|c: char| c.is_whitespace() || c == '#').unwrap_or(rest.len())]
}

/// The value that a byte stands in: from the `=` on.
fn value_at(text: &str, at: usize) -> &str {
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let start = text[line_start..at].rfind(['=', ',', '[']).map_or(line_start, |found| line_start + found + 1);
    word_at(text, start + text[start..].len() - text[start..].trim_start_matches(' ').len())
}

/// The first bracket that nothing closes.
fn unclosed(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                open.push((token.kind(), token.span().start()))
            }
            TokenKind::RightSquareBracket if matches!(open.last(), Some((TokenKind::LeftSquareBracket, _))) => {
                open.pop();
            }
            TokenKind::RightCurlyBracket if matches!(open.last(), Some((TokenKind::LeftCurlyBracket, _))) => {
                open.pop();
            }
            _ => {}
        }
    }
    open.first().map(|&(_, at)| at)
}

/// Takes out the top-level tables that mistakes make doubtful; returns where each of all of them began.
fn drop_damaged(tree: &mut DeTable<'_>, mistakes: &[Mistake]) -> Vec<usize> {
    if mistakes.is_empty() {
        return Vec::new();
    }
    let mut starts: Vec<usize> = tree
        .iter()
        .flat_map(|(key, value)| match value.get_ref() {
            DeValue::Array(rows) => rows.iter().map(|row| row.span().start).collect(),
            _ => vec![key.span().start.min(value.span().start)],
        })
        .collect();
    starts.sort_unstable();
    // The top-level table in which a byte stands is the last that begins before it.
    let owner = |at: usize| starts[..starts.partition_point(|&start| start <= at)].last().copied();
    let gone_from = mistakes.iter().find(|mistake| !mistake.local).map(|m| owner(m.span.start).unwrap_or(0));
    let gone: Vec<usize> = mistakes.iter().filter_map(|mistake| owner(mistake.span.start)).collect();
    let sound = |start: usize, end: usize| {
        let holds = |at: &Mistake| (start..end).contains(&at.span.start);
        gone_from.is_none_or(|from| end <= from) && !gone.contains(&start) && !mistakes.iter().any(holds)
    };
    let all = std::mem::take(tree);
    *tree = all
        .into_iter()
        .filter_map(|(key, mut value)| {
            let start = key.span().start.min(value.span().start);
            if let DeValue::Array(rows) = value.get_mut() {
                let all = std::mem::replace(rows, DeArray::new());
                *rows = all.into_iter().filter(|row| sound(row.span().start, end(row))).collect();
                return (!rows.is_empty()).then_some((key, value));
            }
            sound(start, end(&value)).then_some((key, value))
        })
        .collect();
    starts
}

/// Where the last thing in a value ends.
fn end(value: &Spanned<DeValue<'_>>) -> usize {
    let inner = match value.get_ref() {
        DeValue::Table(table) => table.iter().map(|(_, value)| end(value)).max(),
        DeValue::Array(items) => items.iter().map(end).max(),
        _ => None,
    };
    inner.unwrap_or(0).max(value.span().end)
}

/// Where the key or header that is repeated at `span` was written before, in the same table.
fn written_before(text: &str, starts: &[usize], span: &Range<usize>) -> Option<Range<usize>> {
    let header = header_of(line_of(text, span.start));
    let from = if header.is_some() {
        0
    } else {
        let owner = starts[..starts.partition_point(|&start| start <= span.start)].last().copied().unwrap_or(0);
        text[..span.start].rfind("\n[").map_or(owner, |header| header.max(owner))
    };
    let key = &text[span.clone()];
    let mut at = from;
    for before in text[from..span.start].split_inclusive('\n') {
        let line = before.trim_start();
        let here = match header {
            Some(header) => header_of(line) == Some(header),
            None => line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', '.'])),
        };
        if here {
            let start = at + before.len() - line.len();
            return Some(start..start + header.map_or(key.len(), str::len));
        }
        at += before.len();
    }
    None
}

/// Warns of the first piece of syntax that only TOML 1.1 has.
pub(super) fn newer(source: &Arc<Source>, reader: &mut Reader) {
    let text = source.text.as_str();
    let mut open = Vec::new();
    let mut comma = false;
    let found = toml_parser::Source::new(text).lex().find_map(|token| {
        let span = token.span().start()..token.span().end();
        let after_comma = comma;
        comma = token.kind() == TokenKind::Comma || comma && token.kind() == TokenKind::Whitespace;
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => open.push(token.kind()),
            TokenKind::RightSquareBracket => {
                open.pop();
            }
            TokenKind::RightCurlyBracket => {
                open.pop();
                return after_comma.then_some((span, "a comma at the end of an inline table"));
            }
            TokenKind::Newline if open.last() == Some(&TokenKind::LeftCurlyBracket) => {
                return Some((span, "a line break in an inline table"));
            }
            TokenKind::BasicString | TokenKind::MlBasicString => {
                let mut escaped = false;
                return text[span.clone()].bytes().enumerate().find_map(|(at, byte)| {
                    let newer = escaped && matches!(byte, b'e' | b'x');
                    escaped = byte == b'\\' && !escaped;
                    newer.then(|| (span.start + at - 1..span.start + at + 1, "the escapes `\\e` and `\\x`"))
                });
            }
            TokenKind::Atom => {
                let atom = text[span.clone()].as_bytes();
                let clock = &atom[atom.len().min(if atom.get(4) == Some(&b'-') { 11 } else { 0 })..];
                let digit = |at: usize| clock.get(at).is_some_and(u8::is_ascii_digit);
                let short = digit(0) && digit(1) && clock.get(2) == Some(&b':') && digit(3) && digit(4);
                return (short && clock.get(5) != Some(&b':')).then_some((span, "a time without seconds"));
            }
            _ => {}
        }
        None
    });
    if let Some((span, what)) = found {
        reader.report(
            Problem::warning(codes::TOML_1_1, format!("{what} came with TOML 1.1"))
                .at(Place::at(source, span))
                .note("other readers and editors may refuse this file"),
        );
    }
}
