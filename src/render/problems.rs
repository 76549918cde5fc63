//! Problems on a screen, in a log, for an editor, and as annotations of a pull request.
//!
//! A source line is shown as an excerpt: the line of the place and no more than a few hundred characters of it, made
//! safe for a terminal before anything is drawn under it.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level as Drawn, Origin, Renderer, Snippet};

use super::width::middle;
use super::{ColorDepth, Look, escape, json};
use crate::problem::{Level, Place, Problem, Source};

/// The forms in which problems are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageFormat {
    /// With the line they speak of.
    Full,
    /// `path:line:column: error[PC103]: message (help)`.
    Short,
    /// One JSON object a line, all of them.
    Json,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// Width of an excerpt where there is no terminal.
const WIDTH: usize = 140;
/// Bytes of a line that are looked at, before and from the place.
const BEFORE: usize = 100;
const FROM: usize = 300;
/// A message longer than this holds a text of a user that no one will read.
const MESSAGE_MOST: usize = 600;

/// The problems in the order given, at most `most` of them, then how many there are beyond.
#[must_use]
pub fn problems(problems: &[Problem], format: MessageFormat, most: usize, look: &Look) -> String {
    let shown = &problems[..problems.len().min(most)];
    let text: String = match format {
        MessageFormat::Json => return problems.iter().map(json::diagnostic).collect(),
        MessageFormat::Full => shown.iter().map(|problem| full(problem, look) + "\n").collect(),
        MessageFormat::Short => shown.iter().map(|problem| short(problem, look)).collect(),
        MessageFormat::Github => shown.iter().map(|problem| github(problem, look)).collect(),
    };
    let more = match problems.len() - shown.len() {
        0 => String::new(),
        more => escape::terminal(&format!("… and {more} more (--max-diagnostics)"), look.ascii) + "\n",
    };
    match format {
        MessageFormat::Github => text + &more,
        _ => escape::commands(text + &more, look),
    }
}

fn safe(text: &str, look: &Look) -> String {
    middle(&escape::terminal(text, look.ascii), MESSAGE_MOST, look.ascii)
}

fn short(problem: &Problem, look: &Look) -> String {
    let at = problem.place.as_ref().map_or(String::new(), |place| location(place, look) + ": ");
    let helps: String = problem.helps.iter().map(|help| format!(" ({})", safe(help, look))).collect();
    format!("{at}{}[{}]: {}{helps}\n", problem.level.word(), problem.code, safe(&problem.message, look))
}

/// `path:line:column`, or the path.
fn location(place: &Place, look: &Look) -> String {
    let path = safe(&place.source.name, look);
    place.line_column().map_or(path.clone(), |(line, column)| format!("{path}:{line}:{column}"))
}

fn github(problem: &Problem, look: &Look) -> String {
    let command = match problem.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &problem.place {
        properties.push(format!("file={}", escape::github_property(&safe(&place.source.name, look))));
        if let Some((line, column)) = place.line_column() {
            properties.push(format!("line={line},col={column}"));
        }
    }
    properties.push(format!("title={}", problem.code));
    let lines = [&problem.message].into_iter().chain(&problem.notes).chain(&problem.helps);
    let message = lines.map(|line| safe(line, look)).collect::<Vec<_>>().join("\n");
    format!("::{command} {}::{}\n", properties.join(","), escape::github_data(&message))
}

fn full(problem: &Problem, look: &Look) -> String {
    let level = match problem.level {
        Level::Error => Drawn::ERROR,
        Level::Warning => Drawn::WARNING,
        Level::Note => Drawn::NOTE,
    };
    let title = level.primary_title(safe(&problem.message, look)).id(problem.code.to_string());
    let (sources, loose) = by_source(problem);
    let mut group = Group::with_title(title);
    let mut columns = Vec::new();
    for (source, marks) in &sources {
        let (element, corrected) = draw(source, marks, look);
        group = group.element(element);
        columns.extend(corrected);
    }
    let loose = loose.iter().map(|(place, what)| format!("{what} ({})", place.source.name));
    for note in problem.notes.iter().cloned().chain(loose) {
        group = group.element(Drawn::NOTE.message(safe(&note, look)));
    }
    for help in &problem.helps {
        group = group.element(Drawn::HELP.message(safe(help, look)));
    }
    let renderer = if look.depth == ColorDepth::None { Renderer::plain() } else { Renderer::styled() };
    let mut text = renderer.term_width(look.width.unwrap_or(WIDTH)).render(&[group]);
    for (drawn, meant) in columns {
        text = text.replacen(&drawn, &meant, 1);
    }
    text + "\n"
}

/// What to mark in one source, the place of the problem first.
type Marks<'a> = Vec<(Option<Range<usize>>, AnnotationKind, &'a str)>;

/// The places of a problem, source by source, and related sources without a stretch to show.
fn by_source(problem: &Problem) -> (Vec<(&Arc<Source>, Marks<'_>)>, Vec<&(Place, String)>) {
    let mut sources: Vec<(&Arc<Source>, Marks<'_>)> = Vec::new();
    if let Some(place) = &problem.place {
        let mark = (place.span.clone(), AnnotationKind::Primary, problem.label.as_str());
        sources.push((&place.source, vec![mark]));
    }
    let (spanned, loose): (Vec<_>, Vec<_>) = problem.related.iter().partition(|(place, _)| place.span.is_some());
    for (place, what) in spanned {
        let mark = (place.span.clone(), AnnotationKind::Context, what.as_str());
        let same = |(source, marks): &&mut (&Arc<Source>, Marks<'_>)| {
            Arc::ptr_eq(source, &place.source) && marks.iter().all(|(span, ..)| span.is_some())
        };
        match sources.iter_mut().find(same) {
            Some((_, marks)) => marks.push(mark),
            None => sources.push((&place.source, vec![mark])),
        }
    }
    (sources, loose)
}

/// A source with its marks, and what is to stand for the location where the excerpt is not at its true column.
fn draw(source: &Source, marks: &Marks<'_>, look: &Look) -> (Element<'static>, Option<(String, String)>) {
    let path = safe(&source.name, look);
    let spans: Vec<Range<usize>> = marks.iter().filter_map(|(span, ..)| span.clone()).collect();
    let Some(first) = spans.first().filter(|_| !source.text.is_empty()) else {
        return (Origin::path(path).into(), None);
    };
    let (line, column) = source.line_column(first.start);
    let excerpt = excerpt(&source.text, &spans, look.ascii);
    let drawn = excerpt.column(0);
    let annotations = marks.iter().zip(&excerpt.spans).map(|((_, kind, label), span)| {
        let annotation: Annotation<'static> = kind.span(span.clone());
        if label.is_empty() { annotation } else { annotation.label(safe(label, look)) }
    });
    let snippet = Snippet::source(excerpt.text.clone())
        .path(path.clone())
        .line_start(excerpt.first_line)
        .annotations(annotations.collect::<Vec<_>>());
    let corrected = (drawn != column)
        .then(|| (format!("{path}:{line}:{drawn}\n"), format!("{path}:{line}:{column}\n")));
    (snippet.into(), corrected)
}

/// Lines of a source, fit for a screen, and where the places stand in them.
struct Excerpt {
    text: String,
    first_line: usize,
    spans: Vec<Range<usize>>,
}

impl Excerpt {
    /// The column, from 1, at which a span begins.
    fn column(&self, span: usize) -> usize {
        let before = &self.text[..self.spans[span].start];
        1 + before.rsplit('\n').next().unwrap_or("").chars().count()
    }
}

/// The lines from the first place to the last. A place that goes over several lines ends with its first; lines between
/// places that are not next to one are folded away, and left empty.
fn excerpt(text: &str, spans: &[Range<usize>], ascii: bool) -> Excerpt {
    let spans: Vec<Range<usize>> = spans.iter().map(|span| in_one_line(text, span)).collect();
    let first = spans.iter().map(|span| span.start).min().unwrap_or(0);
    let last = spans.iter().map(|span| span.end).max().unwrap_or(0);
    let begin = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    let mut excerpt = Excerpt {
        text: String::new(),
        first_line: 1 + text[..begin].bytes().filter(|&b| b == b'\n').count(),
        spans: spans.clone(),
    };
    let mut at = begin;
    for line in text[begin..end].split('\n') {
        let within = at..at + line.len();
        let here = spans.iter().filter(|span| within.contains(&span.start) || span.start == within.end);
        let near = spans.iter().any(|span| near(text, &within, span));
        let window = window(line, here.map(|span| span.start - at).min());
        let lead = if window.start > 0 { "..." } else { "" };
        let map = |byte: usize| {
            let byte = (byte - at).clamp(window.start, window.end);
            lead.len() + escape::source_line(&line[window.start..byte], ascii).len()
        };
        for (span, shown) in spans.iter().zip(&mut excerpt.spans) {
            if within.contains(&span.start) || span.start == within.end {
                *shown = excerpt.text.len() + map(span.start)..excerpt.text.len() + map(span.end);
            }
        }
        if near {
            excerpt.text += lead;
            excerpt.text += &escape::source_line(&line[window.clone()], ascii);
            excerpt.text += if window.end < line.trim_end_matches('\r').len() { "..." } else { "" };
        }
        excerpt.text.push('\n');
        at = within.end + 1;
    }
    excerpt
}

/// Whether a line holds the place or is next to the line that does.
fn near(text: &str, line: &Range<usize>, span: &Range<usize>) -> bool {
    let newlines = |range: Range<usize>| text.as_bytes()[range].iter().filter(|&&b| b == b'\n').take(2).count();
    if span.start > line.end { newlines(line.end..span.start) < 2 } else { newlines(span.end.min(line.start)..line.start) < 2 }
}

/// The span cut to whole characters of its first line.
fn in_one_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let whole = |byte: usize| (0..=byte.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = whole(span.start);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = whole(span.end).clamp(start, line_end);
    start..if text[start..end].ends_with('\r') { end - 1 } else { end }
}

/// The part of a line that is looked at.
fn window(line: &str, place: Option<usize>) -> Range<usize> {
    let line = line.trim_end_matches('\r');
    let place = place.unwrap_or(0).min(line.len());
    let boundary = |byte: usize| (0..=byte).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
    let start = if line.len() > FROM { boundary(place.saturating_sub(BEFORE)) } else { 0 };
    start..boundary((place + FROM).min(line.len()))
}
