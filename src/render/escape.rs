//! One encoder for each sink. Text of users goes through one of them on its way out, and through nothing else.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use super::Look;

/// Marks in a row that a letter may carry; accents of real languages take fewer.
const MARKS_MAX: usize = 4;

/// For a terminal: what is invisible, steers the cursor or turns the writing direction becomes `\u{…}`.
pub(super) fn terminal(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        match (ascii && !c.is_ascii()).then(|| lookalike(c)) {
            _ if is_hidden(c) || marks > MARKS_MAX => push_code(&mut out, c),
            None => out.push(c),
            Some(Some(same)) => out.push_str(same),
            Some(None) => push_code(&mut out, c),
        }
    }
    out
}

/// As [`terminal`], for lines of a source: a tab is four spaces.
pub(super) fn source_line(line: &str, ascii: bool) -> String {
    terminal(&line.replace('\t', "    "), ascii)
}

/// Inside a JSON string, after quotes, backslashes and C0: the rest of what [`terminal`] keeps off a screen.
pub(super) fn json(fragment: &str) -> Cow<'_, str> {
    let plain = fragment.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain || !fragment.chars().any(is_hidden) {
        return Cow::Borrowed(fragment);
    }
    let mut out = String::with_capacity(fragment.len() + 16);
    for c in fragment.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a string takes all");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A text cell of CSV: line ends stay (the cell is quoted), and what a spreadsheet would run as a formula does not.
pub(super) fn csv(text: &str, guard: bool) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mut out = String::with_capacity(text.len() + 1);
    if guard && formula {
        out.push('\'');
    }
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if is_hidden(c) => push_code(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// Tabs and line ends end cells and rows of TSV: they become spaces.
pub(super) fn tsv(text: &str, guard: bool) -> String {
    csv(&text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " "), guard)
}

/// Running text of Markdown. What GitHub links on its own (mentions, issues, addresses) goes into a code span, because
/// a backslash does not stop it.
pub(super) fn markdown(text: &str, ascii: bool) -> String {
    if text.contains(['@', '#']) || text.contains("://") || text.contains("www.") {
        return markdown_code(text, ascii);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in terminal(text, ascii).chars() {
        if matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '!' | '~' | '&' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A code span of Markdown that holds any text, in a table too.
///
/// A table splits its cells before it reads code spans, so a pipe is shown by its code.
pub(super) fn markdown_code(text: &str, ascii: bool) -> String {
    let text = terminal(text, ascii).replace('|', "\\u{7c}");
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The message of a GitHub workflow command.
pub(super) fn github_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a GitHub workflow command.
pub(super) fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Takes the meaning of a workflow command from every line, if GitHub Actions reads along.
///
/// Its runner skips leading spaces before `::`, and finds the older `##[` anywhere. The `::: ` before a second source
/// of a problem has no name of a command after it, and stays.
pub(super) fn commands(text: String, look: &Look) -> String {
    if !look.github_actions {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let line = line.replace("##[", "#\\u{23}[");
        let body = line.trim_start();
        if let Some(rest) = body.strip_prefix("::").filter(|rest| !rest.starts_with(": ")) {
            out.push_str(&line[..line.len() - body.len()]);
            out.push_str("\\u{3a}:");
            out.push_str(rest);
        } else {
            out.push_str(&line);
        }
    }
    out
}

/// Text or an attribute of XML; what XML cannot hold is shown by its code.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in terminal(text, false).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => push_code(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// A byte of a path within a URI.
pub(super) fn uri(byte: u8) -> String {
    let plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

fn push_code(out: &mut String, c: char) {
    write!(out, "\\u{{{:x}}}", u32::from(c)).expect("a string takes all");
}

/// Controls, line separators, and format characters of Unicode 16 (Cf), with those of other classes that show nothing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xAD | 0x34F
                | 0x600..=0x605
                | 0x61C
                | 0x6DD
                | 0x70F
                | 0x890..=0x891
                | 0x8E2
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFB
                | 0x110BD
                | 0x110CD
                | 0x13430..=0x1345F
                | 0x1BCA0..=0x1BCA3
                | 0x1D173..=0x1D17A
                | 0xE0000..=0xE0FFF
        )
}

/// What stands in for our own signs where there is only ASCII.
fn lookalike(c: char) -> Option<&'static str> {
    Some(match c {
        '▲' => "^",
        '▼' => "v",
        '·' | '•' => ".",
        '−' | '–' | '‐' | '‑' | '─' => "-",
        '—' => "--",
        '…' => "...",
        '→' => "->",
        '≥' => ">=",
        '≤' => "<=",
        '×' => "x",
        '÷' => "/",
        '≈' => "~",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '\u{a0}' => " ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_by_its_code() {
        assert_eq!(terminal("a\u{1b}]52;c;x\u{7}", false), "a\\u{1b}]52;c;x\\u{7}");
        assert_eq!(terminal("x\u{202e}y\u{2066}z\u{200d}\u{2028}\u{9b}\u{7f}", false), {
            "x\\u{202e}y\\u{2066}z\\u{200d}\\u{2028}\\u{9b}\\u{7f}"
        });
        assert_eq!(terminal("line\nbreak", false), "line\\u{a}break");
        assert_eq!(terminal("прайс 🦀 é", false), "прайс 🦀 é");
    }

    #[test]
    fn a_letter_carries_four_marks_and_no_storm() {
        // Six acute accents on an e: four stay, two are shown by their code.
        let storm = format!("e{}", "\u{301}".repeat(6));
        assert_eq!(terminal(&storm, false), format!("e{}\\u{{301}}\\u{{301}}", "\u{301}".repeat(4)));
    }

    #[test]
    fn ascii_mode_keeps_the_meaning_of_our_signs_and_the_code_of_the_rest() {
        assert_eq!(terminal("▲ 5 − 3 … ≥ é", true), "^ 5 - 3 ... >= \\u{e9}");
    }

    #[test]
    fn json_escapes_beyond_the_basic_plane_are_surrogate_pairs() {
        // U+E0041 is D800 + (D0041 >> 10) = DB40, DC00 + 041 = DC41.
        assert_eq!(json("a\u{7f}\u{202e}\u{e0041}z"), "a\\u007f\\u202e\\udb40\\udc41z");
        assert_eq!(json("plain ▲"), "plain ▲");
    }

    #[test]
    fn formulas_are_disarmed_in_text_only_when_asked() {
        assert_eq!(csv("=cmd()", true), "'=cmd()");
        assert_eq!(csv("=cmd()", false), "=cmd()");
        assert_eq!(csv("\t=1", true), "'\t=1");
        assert_eq!(csv("\r=1", true), "'\\u{d}=1");
        assert_eq!(csv("a=1\nb", true), "a=1\nb");
        assert_eq!(tsv("a\tb\r\nc", true), "a b c");
    }

    #[test]
    fn markdown_is_text_whatever_it_holds() {
        assert_eq!(markdown("a|b *c* _d_ <script> ![x]", false), "a\\|b \\*c\\* \\_d\\_ \\<script\\> \\!\\[x\\]");
        assert_eq!(markdown("back\\|slash", false), "back\\\\\\|slash");
        assert_eq!(markdown("ask @team about #1", false), "`ask @team about #1`");
        assert_eq!(markdown("https://x.example", false), "`https://x.example`");
    }

    #[test]
    fn a_code_span_holds_backticks_and_pipes() {
        assert_eq!(markdown_code("northwind/pro", false), "`northwind/pro`");
        assert_eq!(markdown_code("a`b``c", false), "```a`b``c```");
        assert_eq!(markdown_code("`", false), "`` ` ``");
        assert_eq!(markdown_code("a|b\n", false), "`a\\u{7c}b\\u{a}`");
    }

    #[test]
    fn a_workflow_command_cannot_be_smuggled_in() {
        let actions = Look { github_actions: true, ..Look::default() };
        let text = "::error::a\n  ::set-env::b\nx ::y\n##[group]z\n ::: b.toml:1:1\n".to_owned();
        assert_eq!(commands(text.clone(), &actions), {
            "\\u{3a}:error::a\n  \\u{3a}:set-env::b\nx ::y\n#\\u{23}[group]z\n ::: b.toml:1:1\n"
        });
        assert_eq!(commands(text.clone(), &Look::default()), text);
        assert_eq!(github_property("a,b:c%\r\n"), "a%2Cb%3Ac%25%0D%0A");
    }
}
