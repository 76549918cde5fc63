//! What is wrong with an input, where, and what would be right.
//!
//! A problem is data: it is found by `catalog` and `cli`, carried in a report, and put into words on a screen or in
//! a document by `render` alone. One mistake is one problem.

use std::ops::Range;
use std::sync::Arc;

/// A text that problems point into: a file, standard input, a flag.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The name to show: the path as it was given, `<stdin>`, `--set`.
    pub name: String,
    /// The whole text; empty where it could not be read.
    pub text: String,
}

impl Source {
    /// Line and column of a byte, both from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..byte.min(self.text.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        (line, 1 + String::from_utf8_lossy(&before[line_start..]).chars().count())
    }
}

/// A stretch of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// Bytes of it; `None` means the source as a whole.
    pub span: Option<Range<usize>>,
}

impl Place {
    /// A stretch of bytes.
    #[must_use]
    pub fn at(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self { source: Arc::clone(source), span: Some(span) }
    }

    /// A source as a whole.
    #[must_use]
    pub fn whole(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), span: None }
    }

    /// Line and column, if it is a stretch.
    #[must_use]
    pub fn line_column(&self) -> Option<(usize, usize)> {
        self.span.as_ref().map(|span| self.source.line_column(span.start))
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// The answer holds, with a reservation.
    Warning,
    /// This input is not used.
    Error,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable code; families by hundreds: 0 usage, 1 plan files, 2 prices, 3 logs, 4 arithmetic, 5 policy, 6 output.
    pub code: Code,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, in lower case, what was written in backticks.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Beside the underlined text.
    pub label: String,
    /// Other places that it takes to understand it, each with what stands there.
    pub related: Vec<(Place, String)>,
    /// What follows from it.
    pub notes: Vec<String>,
    /// What would be right.
    pub helps: Vec<String>,
    /// Id of the plan it concerns.
    pub plan: Option<String>,
}

/// A stable number for a kind of mistake: `PC103`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PC{:03}", self.0)
    }
}

impl Problem {
    /// A mistake at a place.
    #[must_use]
    pub fn new(level: Level, code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            level,
            message: message.into(),
            place: None,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            plan: None,
        }
    }

    /// An error.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Level::Error, code, message)
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, code, message)
    }

    /// Where it is.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// What to write beside the underlined text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Another place, and what stands there.
    #[must_use]
    pub fn related(mut self, place: Place, what: impl Into<String>) -> Self {
        self.related.push((place, what.into()));
        self
    }

    /// What follows from it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// The plan it concerns.
    #[must_use]
    pub fn plan(mut self, id: impl Into<String>) -> Self {
        self.plan = Some(id.into());
        self
    }
}

/// The nearest of `candidates` to a name that is none of them, if one is near: at most one slip, and one more for
/// every four letters.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let bound = 1 + length / 4;
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= bound)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|&(distance, _)| distance <= bound)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_columns_count_characters() {
        let source = Source { name: "f".to_owned(), text: "ab\nпрайс = 2\n".to_owned() };
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(3), (2, 1));
        // Five Cyrillic letters take ten bytes.
        assert_eq!(source.line_column(13), (2, 6));
        assert_eq!(source.line_column(999), (3, 1));
    }

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        assert_eq!(nearest("prise_usd", ["price_usd", "name"]), Some("price_usd"));
        assert_eq!(nearest("banana", ["price_usd", "name"]), None);
    }
}
