//! Text in a given number of columns: cutting and wrapping.

use std::collections::HashSet;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes on a screen.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text with spaces before or after it.
pub(super) fn pad(text: &str, columns: usize, right: bool) -> String {
    let spaces = " ".repeat(columns.saturating_sub(width(text)));
    if right { spaces + text } else { text.to_owned() + &spaces }
}

/// The text, its middle cut out if it is wider than `columns`.
pub(super) fn middle(text: &str, columns: usize, ascii: bool) -> String {
    cut(text, columns, half(columns, ascii), ascii)
}

/// The texts of a column, each in `columns` columns, those that differ still different.
///
/// The cut moves until they differ; if it cannot, rows that would look the same end in their number.
pub(super) fn distinct(texts: &[String], columns: usize, ascii: bool) -> Vec<String> {
    let different = texts.iter().collect::<HashSet<_>>().len();
    let half = half(columns, ascii);
    let heads = (0..=half).flat_map(|off| [half - off, half + off]).filter(|&head| head < columns);
    for head in heads {
        let short: Vec<String> = texts.iter().map(|text| cut(text, columns, head, ascii)).collect();
        if short.iter().collect::<HashSet<_>>().len() == different {
            return short;
        }
    }
    numbered(texts, columns, ascii)
}

fn numbered(texts: &[String], columns: usize, ascii: bool) -> Vec<String> {
    let fits = |text: &String| width(text) <= columns;
    let number = |(row, text): (usize, &String)| {
        let end = format!("#{}", row + 1);
        if fits(text) { text.clone() } else { middle(text, columns.saturating_sub(end.len()), ascii) + &end }
    };
    texts.iter().enumerate().map(number).collect()
}

fn dots(ascii: bool) -> &'static str {
    if ascii { "..." } else { "…" }
}

/// What is left of so many columns for the beginning, if the end gets as much.
fn half(columns: usize, ascii: bool) -> usize {
    columns.saturating_sub(width(dots(ascii))).div_ceil(2)
}

/// `head` columns of its beginning and as many of its end as there is room for.
fn cut(text: &str, columns: usize, head: usize, ascii: bool) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let dots = dots(ascii);
    let Some(room) = columns.checked_sub(width(dots)) else {
        return dots.chars().take(columns).collect();
    };
    let begin = take(text.chars(), head.min(room));
    let used = width(&begin);
    // A mark at the beginning of the end has lost its letter.
    let end: String = take(text.chars().rev(), room - used).chars().rev().collect();
    let end = end.trim_start_matches(|c: char| c.width() == Some(0));
    format!("{begin}{dots}{end}")
}

/// As many characters as fit.
fn take(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= columns
    };
    chars.take_while(fits).collect()
}

/// Lines of words, at most so wide where words allow.
pub(crate) fn wrap(text: &str, columns: Option<usize>) -> String {
    let words = text.trim_start_matches(' ');
    let (indent, _) = text.split_at(text.len() - words.len());
    indent.to_owned() + &fill(words.split(' '), " ", columns.map(|columns| columns.saturating_sub(indent.len())))
}

/// Lines of parts that stay whole.
pub(super) fn fill<'a>(parts: impl IntoIterator<Item = &'a str>, gap: &str, columns: Option<usize>) -> String {
    let mut out = String::new();
    let mut used = 0;
    for part in parts {
        let wide = width(part);
        if out.is_empty() {
            used = wide;
        } else if columns.is_some_and(|columns| used + width(gap) + wide > columns) {
            out.push('\n');
            used = wide;
        } else {
            out.push_str(gap);
            used += width(gap) + wide;
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn the_middle_goes_and_the_ends_stay() {
        // Ten columns: five, the sign, four.
        assert_eq!(middle("northwind/max-5x", 10, false), "north…x-5x");
        // With three dots seven are left: four and three.
        assert_eq!(middle("northwind/max-5x", 10, true), "nort...-5x");
        assert_eq!(middle("short", 10, false), "short");
    }

    #[test]
    fn wide_letters_are_never_halved() {
        // Each takes two columns. Of seven, one is the sign; three for the head hold one, four for the tail two.
        assert_eq!(middle("漢字漢字漢字", 7, false), "漢…漢字");
        assert!(width(&middle("🦀🦀🦀🦀", 5, false)) <= 5);
    }

    #[test]
    fn the_cut_moves_until_names_differ() {
        let names = texts(&["vendor/plan-a-for-teams", "vendor/plan-b-for-teams"]);
        let short = distinct(&names, 16, false);
        assert_ne!(short[0], short[1]);
        assert!(short.iter().all(|name| width(name) == 16), "{short:?}");
    }

    #[test]
    fn names_that_only_differ_deep_inside_are_numbered() {
        let long = "x".repeat(30);
        let names = [format!("{long}a{long}"), format!("{long}b{long}")];
        // Two of eight columns are the number; of six, one is the sign, three are head.
        assert_eq!(distinct(&names, 8, false), ["xxx…xx#1", "xxx…xx#2"]);
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", Some(8)), "one two\nthree");
        assert_eq!(wrap("one two three", None), "one two three");
    }
}
