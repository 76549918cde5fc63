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
/// Where a line goes on.
const DOTS: &str = "...";
/// A message longer than this holds a text of a user that no one will read.
const MESSAGE_MOST: usize = 600;

/// The problems in the order given, at most `most` of them, then how many there are beyond.
#[must_use]
pub fn problems(problems: &[Problem], format: MessageFormat, most: usize, look: &Look) -> String {
    let shown = &problems[..problems.len().min(most)];
    let text: String = match format {
        MessageFormat::Json => return problems.iter().map(json::diagnostic).collect(),
        MessageFormat::Full => shown.iter().map(|problem| full(problem, look)).collect::<Vec<_>>().join("\n"),
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

/// Sources and their marks, in the order in which they are shown.
type Marked<'a> = Vec<(&'a Arc<Source>, Marks<'a>)>;

/// The places of a problem, source by source, and related sources without a stretch to show.
fn by_source(problem: &Problem) -> (Marked<'_>, Vec<&(Place, String)>) {
    let mut sources: Marked<'_> = Vec::new();
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
    let corrected =
        (drawn != column).then(|| (format!("{path}:{line}:{drawn}\n"), format!("{path}:{line}:{column}\n")));
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
        let here: Vec<usize> = (0..spans.len()).filter(|&n| (at..=at + line.len()).contains(&spans[n].start)).collect();
        let part = window(line, here.iter().map(|&n| spans[n].start - at).min());
        for n in here {
            let [start, end] = [spans[n].start, spans[n].end]
                .map(|byte| excerpt.text.len() + shown(line, &part, byte - at, ascii).len());
            excerpt.spans[n] = start..end;
        }
        if spans.iter().any(|span| near(text, &(at..at + line.len()), span)) {
            excerpt.text += &shown(line, &part, part.end, ascii);
            excerpt.text += if part.end < line.trim_end_matches('\r').len() { DOTS } else { "" };
        }
        excerpt.text.push('\n');
        at += line.len() + 1;
    }
    excerpt
}

/// A part of a line up to one of its bytes, as it is shown.
fn shown(line: &str, part: &Range<usize>, byte: usize, ascii: bool) -> String {
    let lead = if part.start > 0 { DOTS } else { "" };
    lead.to_owned() + &escape::source_line(&line[part.start..byte.clamp(part.start, part.end)], ascii)
}

/// Whether a line holds the place or is next to the line that does.
fn near(text: &str, line: &Range<usize>, span: &Range<usize>) -> bool {
    let between = if span.start > line.end { line.end..span.start } else { span.end.min(line.start)..line.start };
    text.as_bytes()[between].iter().filter(|&&b| b == b'\n').take(2).count() < 2
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    fn source(name: &str, text: &str) -> Arc<Source> {
        Arc::new(Source { name: name.to_owned(), text: text.to_owned() })
    }

    fn find(source: &Arc<Source>, what: &str) -> Place {
        let at = source.text.find(what).expect("it is there");
        Place::at(source, at..at + what.len())
    }

    fn unknown_key() -> Problem {
        let file = source("plans/northwind.toml", "[[plan]]\nid = \"northwind/pro\"\nprise = 20\n");
        Problem::error(Code(103), "unknown key `prise` in plan `northwind/pro`")
            .at(find(&file, "prise"))
            .label("did you mean `price`?")
            .note("`price` is also missing; fixing this key fixes both")
            .help("write `price`")
    }

    fn told(problem: Problem, format: MessageFormat) -> String {
        problems(&[problem], format, 20, &Look::default())
    }

    fn full(problem: Problem) -> String {
        told(problem, MessageFormat::Full)
    }

    #[test]
    fn a_problem_shows_the_line_it_speaks_of() {
        let expected = "\
error[PC103]: unknown key `prise` in plan `northwind/pro`
 --> plans/northwind.toml:3:1
  |
3 | prise = 20
  | ^^^^^ did you mean `price`?
  |
  = note: `price` is also missing; fixing this key fixes both
  = help: write `price`
";
        assert_eq!(full(unknown_key()), expected);
    }

    #[test]
    fn the_other_forms_say_the_same() {
        assert_eq!(
            told(unknown_key(), MessageFormat::Short),
            "plans/northwind.toml:3:1: error[PC103]: unknown key `prise` in plan `northwind/pro` (write `price`)\n"
        );
        assert_eq!(
            told(unknown_key(), MessageFormat::Json),
            "{\"code\":\"PC103\",\"level\":\"error\",\"message\":\"unknown key `prise` in plan `northwind/pro`\",\
             \"path\":\"plans/northwind.toml\",\"line\":3,\"column\":1,\"plan\":null,\"help\":\"write `price`\"}\n"
        );
        assert_eq!(
            told(unknown_key(), MessageFormat::Github),
            "::error file=plans/northwind.toml,line=3,col=1,title=PC103::unknown key `prise` in plan \
             `northwind/pro`%0A`price` is also missing; fixing this key fixes both%0Awrite `price`\n"
        );
    }

    #[test]
    fn a_place_without_a_stretch_and_no_place_at_all_read_well() {
        let file = source("orbit.toml", "x = 1\n");
        let whole = Problem::warning(Code(102), "not read").at(Place::whole(&file)).help("save it as UTF-8");
        assert_eq!(full(whole.clone()), "warning[PC102]: not read\n--> orbit.toml\n = help: save it as UTF-8\n");
        assert_eq!(told(whole, MessageFormat::Short), "orbit.toml: warning[PC102]: not read (save it as UTF-8)\n");

        let nowhere = Problem::error(Code(10), "unknown column `brake_even`");
        assert_eq!(full(nowhere.clone()), "error[PC010]: unknown column `brake_even`\n");
        assert_eq!(told(nowhere, MessageFormat::Github), "::error title=PC010::unknown column `brake_even`\n");

        let unread = source("gone.toml", "");
        let note = Problem::new(Level::Note, Code(101), "gone").at(Place::at(&unread, 3..4));
        assert_eq!(full(note), "note[PC101]: gone\n--> gone.toml\n");
    }

    #[test]
    fn related_places_stand_beside_it_in_their_own_source() {
        let a = source("a.toml", "one = 1\nx\ny\nz\none = 2\n");
        let b = source("b.toml", "one = 3\n");
        let twice = Problem::error(Code(110), "`one` is there three times")
            .at(Place::at(&a, 14..17))
            .label("again")
            .related(find(&a, "one"), "first")
            .related(find(&b, "one"), "and here")
            .related(Place::whole(&b), "which is read first");
        let expected = "\
error[PC110]: `one` is there three times
 --> a.toml:5:1
  |
1 | one = 1
  | --- first
...
5 | one = 2
  | ^^^ again
  |
 ::: b.toml:1:1
  |
1 | one = 3
  | --- and here
  |
  = note: which is read first (b.toml)
";
        assert_eq!(full(twice), expected);
    }

    #[test]
    fn the_column_counts_characters_of_the_file_not_of_the_screen() {
        // A tab, `k`, a space, `=`, a space, the escape: `x` is the 7th character.
        let file = source("a.toml", "\tk = \u{1b}x\r\n");
        let expected = "\
error[PC001]: hidden
 --> a.toml:1:7
  |
1 |     k = \\u{1b}x
  |               ^ here
";
        assert_eq!(full(Problem::error(Code(1), "hidden").at(find(&file, "x")).label("here")), expected);
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        // `k = "` is 5 characters, then 5,000: the closing quote is the 5,006th.
        let file = source("a.toml", &format!("k = \"{}\" = {}", "é".repeat(5_000), "z".repeat(50_000)));
        let out = full(Problem::error(Code(1), "long").at(find(&file, "\" =")).label("there"));
        assert!(out.contains("--> a.toml:1:5006\n"), "{out}");
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH + 10), "{out}");
        assert!(out.contains("^^^ there"), "{out}");
    }

    #[test]
    fn any_stretch_of_any_text_can_be_shown() {
        let file = source("\u{1b}é.toml", "é\u{301}🦀\t\r\n\n\u{202e}a\u{0}b\rc\n漢");
        for start in 0..=file.text.len() + 1 {
            for end in start..=file.text.len() + 1 {
                let problem = Problem::error(Code(1), "x")
                    .at(Place::at(&file, start..end))
                    .related(Place::at(&file, 0..end), "y")
                    .label("z");
                let out = problems(&[problem], MessageFormat::Full, 1, &Look { ascii: true, ..Look::default() });
                assert!(out.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)), "{out:?}");
            }
        }
    }

    #[test]
    fn hostile_text_is_inert_in_every_form() {
        let actions = Look { github_actions: true, ..Look::default() };
        for name in super::super::fixture::hostile() {
            let file = source(&name, &name);
            let hostile = Problem::error(Code(1), &name)
                .at(Place::at(&file, 0..1))
                .label(&name)
                .note(&name)
                .help(&name)
                .plan(&name);
            for format in [MessageFormat::Full, MessageFormat::Short, MessageFormat::Json, MessageFormat::Github] {
                let out = problems(std::slice::from_ref(&hostile), format, 1, &actions);
                assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
                assert!(!out.contains(['\u{202e}', '\u{200d}']), "{out:?}");
                let commands = out.lines().filter(|line| line.trim_start().starts_with("::")).count();
                assert_eq!(commands, usize::from(format == MessageFormat::Github), "{out}");
            }
        }
    }

    #[test]
    fn properties_of_a_command_cannot_be_added() {
        let file = source("a,title=x:b\n::error::y", "k = 1\n");
        let out = told(Problem::error(Code(1), "50%\nmore").at(Place::at(&file, 0..1)), MessageFormat::Github);
        let expected =
            "::error file=a%2Ctitle=x%3Ab\\u{a}%3A%3Aerror%3A%3Ay,line=1,col=1,title=PC001::50%25\\u{a}more\n";
        assert_eq!(out, expected);
    }

    #[test]
    fn colour_comes_only_when_told() {
        assert!(!full(unknown_key()).contains('\u{1b}'));
        let colored =
            problems(&[unknown_key()], MessageFormat::Full, 1, &Look { depth: ColorDepth::Ansi16, ..Look::default() });
        assert!(colored.contains("\u{1b}["));
    }

    #[test]
    fn beyond_the_most_there_is_a_count_and_json_has_them_all() {
        let many: Vec<Problem> = (0..23).map(|n| Problem::warning(Code(200 + n), "x")).collect();
        let out = problems(&many, MessageFormat::Short, 20, &Look::default());
        assert_eq!(out.lines().count(), 21);
        assert!(out.starts_with("warning[PC200]: x\nwarning[PC201]: x\n"));
        assert!(out.ends_with("warning[PC219]: x\n… and 3 more (--max-diagnostics)\n"));
        assert_eq!(problems(&many, MessageFormat::Json, 20, &Look::default()).lines().count(), 23);
    }
}
