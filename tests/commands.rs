//! Every command line in `golden/` prints exactly what stands beside it, and ends with the code it states.
//!
//! A `.cmd` file holds one run:
//!
//! ```text
//! # what it shows
//! env NO_COLOR=1              a variable; there are no others
//! terminal 80                 standard output and error are a terminal of 80 columns (TERM=xterm-256color and
//!                             LANG=C.UTF-8, unless an `env` line says otherwise)
//! stdin tests/fixtures/a.toml what standard input holds; `stdin terminal` makes it one
//! code 3                      the exit code, 0 if left out; never rewritten
//! plancost analyze --plan 'claude-*' -o {tmp}/out.csv
//! ```
//!
//! The last line is split as a shell splits it (`split`). Beside it stand `.out`, and where they are not empty
//! `.err` and `.files` (what was written to `{tmp}`, an empty folder). Paths are relative to the repository.
//! `PLANCOST_BLESS=1` rewrites all but the codes: read every change before it is committed.

mod program;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use program::{Answered, Given};
use serde_json::Value;

/// A command line as a shell splits it: at spaces, but not within `'…'` or `"…"`. Nothing else is special.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn golden(ending: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in fs::read_dir("tests/golden").expect("the goldens are there") {
        for entry in fs::read_dir(folder.expect("an entry").path()).expect("a folder of goldens") {
            files.push(entry.expect("an entry").path());
        }
    }
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}

/// What a `.cmd` file asks for.
struct Case {
    given: Given,
    code: u8,
    folder: tempfile::TempDir,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("UTF-8");
        let folder = tempfile::tempdir().expect("a folder");
        let tmp = folder.path().to_str().expect("UTF-8").to_owned();
        let (mut given, mut code) = (Given::default(), 0);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "env" => {
                    let (name, value) = rest.split_once('=').expect("NAME=VALUE");
                    given.env.insert(name.to_owned(), value.to_owned());
                }
                "terminal" => {
                    let columns = Some(rest.parse().expect("columns"));
                    (given.stdout_columns, given.stderr_columns) = (columns, columns);
                    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
                        given.env.entry(name.to_owned()).or_insert_with(|| value.to_owned());
                    }
                }
                "stdin" if rest == "terminal" => given.stdin_is_terminal = true,
                "stdin" => given.stdin = fs::read(rest).expect("a file"),
                "code" => code = rest.parse().expect("a code"),
                "plancost" => given.args = split(&rest.replace("{tmp}", &tmp)).into_iter().map(Into::into).collect(),
                _ => panic!("{}: what is `{word}`?", path.display()),
            }
        }
        Self { given, code, folder }
    }

    /// What was printed and written, under the ending of the file it is kept in.
    fn run(&self) -> (u8, BTreeMap<&'static str, String>) {
        let Answered { code, out, err } = self.given.run();
        let tmp = self.folder.path().to_str().expect("UTF-8");
        let mut written: Vec<_> =
            fs::read_dir(tmp).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
        written.sort();
        let files = written.iter().fold(String::new(), |mut files, path| {
            let name = path.file_name().expect("a file").to_string_lossy();
            write!(files, "==> {name} <==\n{}", fs::read_to_string(path).expect("UTF-8")).expect("memory");
            files
        });
        let texts = [("out", out), ("err", err), ("files", files)];
        (code, texts.map(|(ending, text)| (ending, text.replace(tmp, "{tmp}"))).into())
    }
}

/// What is wrong with a golden, if anything.
fn difference(path: &Path) -> String {
    let case = Case::read(path);
    let (code, texts) = case.run();
    let mut wrong = String::new();
    if code != case.code {
        writeln!(wrong, "{}: code {code}, not {}", path.display(), case.code).expect("memory");
    }
    for (ending, found) in texts {
        let beside = path.with_extension(ending);
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            if found.is_empty() && ending != "out" {
                // It may not have been there.
                let _ = fs::remove_file(&beside);
            } else {
                fs::write(&beside, &found).expect("goldens can be written");
            }
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            writeln!(wrong, "{}: expected\n{expected}\nfound\n{found}", beside.display()).expect("memory");
        }
    }
    wrong
}

#[test]
fn commands_print_what_stands_beside_them() {
    let cases = golden("cmd");
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(path) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let difference = difference(path);
                    *wrong.lock().expect("no thread panicked") += &difference;
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no thread panicked");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(cases.len() >= 100, "there are {} goldens", cases.len());
}

#[test]
fn every_output_has_its_command() {
    for ending in ["out", "err", "files"] {
        for path in golden(ending) {
            assert!(path.with_extension("cmd").exists(), "{}", path.display());
        }
    }
}

#[test]
fn every_flag_of_analyze_is_in_a_golden() {
    let help = Given::args(["analyze", "-h"]).run().out;
    let flags = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let start = line.find("--").filter(|_| line.starts_with('-'))?;
        line[start..].split([' ', '[', '<']).next()
    });
    let commands: String = golden("cmd").iter().map(|path| fs::read_to_string(path).expect("UTF-8")).collect();
    let words: Vec<&str> = commands.split([' ', '\n', '=']).collect();
    let short = |flag: &str| match flag {
        "--format" => "-f",
        "--output" => "-o",
        "--quiet" => "-q",
        "--verbose" => "-v",
        "--recursive" => "-r",
        _ => "",
    };
    let missing: Vec<&str> = flags
        .filter(|flag| !words.iter().any(|word| word == flag || (!word.is_empty() && *word == short(flag))))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
    assert!(help.contains("--at"), "{help}");
}

/// The examples in a command's help, each with its exit code: what stands before two spaces, a redirection or a pipe.
fn examples(command: &str) -> Vec<(String, u8)> {
    let help = Given::args(command.split(' ').chain(["--help"])).run().out.replace(" \\\n     ", "");
    let lines = help.lines().filter_map(|line| line.strip_prefix("  plancost "));
    let command = |line: &str| {
        let command = line.split("  ").next()?.split([" > ", " | "].as_slice()[0]).next()?;
        Some((command.to_owned(), u8::from(line.contains("exit code 1"))))
    };
    lines.filter_map(command).collect()
}

#[test]
fn every_example_in_help_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let commands = [
        ("analyze", 5),
        ("budget", 5),
        ("outlook", 8),
        ("prices list", 4),
        ("prices show", 2),
        ("prices bill", 2),
        ("prices import", 3),
        ("prices check", 3),
        ("report", 5),
        ("route", 8),
        ("schema", 3),
        ("simulate", 8),
    ];
    for (command, least) in commands {
        let examples = examples(command);
        assert!(examples.len() >= least, "{command}: {examples:?}");
        for (example, expected) in examples {
            // The file that the example before it writes, and logs of one's own.
            let own = example.replace(" team.toml", " schemas/example-routes.toml");
            let mut words = split(&own.replace(" logs/", " tests/fixtures/logs/home"));
            if let Some(at) = words.iter().position(|word| ["-o", "--to"].contains(&word.as_str())) {
                words[at + 1] = folder.path().join(&words[at + 1]).to_string_lossy().into_owned();
            }
            let Answered { code, out, .. } = Given::args(words).run();
            assert_eq!(code, expected, "{example}");
            assert!(!out.is_empty() || example.contains(" -o "), "{example}");
        }
    }
}

#[test]
fn no_line_of_help_is_wider_than_the_terminal_or_ends_in_a_space() {
    let commands =
        ["", "analyze", "budget", "outlook", "prices", "prices bill", "prices import", "route", "schema", "simulate"];
    for command in commands {
        for flag in ["-h", "--help"] {
            for columns in [None, Some(60), Some(80), Some(200)] {
                let mut given = Given::args(command.split(' ').chain([flag]).filter(|word| !word.is_empty()));
                given.stdout_columns = columns;
                for line in given.run().out.lines() {
                    assert!(
                        line.chars().count() <= columns.unwrap_or(80).min(100),
                        "{command} {flag} {columns:?}: {line}"
                    );
                    assert_eq!(line, line.trim_end(), "{command} {flag}");
                }
            }
        }
    }
}

/// Environment, columns of the terminal, flags, and whether there is colour.
type Coloured<'a> = (&'a [(&'a str, &'a str)], Option<usize>, &'a [&'a str], bool);

/// Lines with an escape sequence on standard output and error.
fn coloured(env: &[(&str, &str)], columns: Option<usize>, flags: &[&str]) -> (usize, usize) {
    let args = ["analyze", "--no-bundled", "tests/fixtures/six.toml", "tests/fixtures/broken.toml"];
    let mut given = Given::args(args.iter().chain(flags));
    given.stdout_columns = columns;
    given.stderr_columns = columns;
    if columns.is_some() {
        given.env.insert("TERM".to_owned(), "xterm-256color".to_owned());
        given.env.insert("LANG".to_owned(), "C.UTF-8".to_owned());
    }
    given.env.extend(env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
    let Answered { code, out, err } = given.run();
    assert_eq!(code, 3, "the code does not depend on colour");
    let count = |text: &str| text.lines().filter(|line| line.contains('\u{1b}')).count();
    (count(&out), count(&err))
}

#[test]
fn colour_follows_the_flag_then_the_environment_then_the_terminal() {
    // The matrix of the CLI contract.
    let terminal = Some(140);
    #[rustfmt::skip]
    let matrix: &[Coloured] = &[
        (&[], terminal, &[], true),
        (&[("NO_COLOR", "1")], terminal, &[], false),
        (&[("NO_COLOR", "")], terminal, &[], true),
        (&[("TERM", "dumb")], terminal, &[], false),
        (&[("TERM", "")], terminal, &[], false),
        (&[], terminal, &["--color", "never"], false),
        (&[], None, &[], false),
        (&[("TERM", "xterm-256color")], None, &[], false),
        (&[("FORCE_COLOR", "1")], None, &[], true),
        (&[("FORCE_COLOR", "0")], None, &[], false),
        (&[("FORCE_COLOR", "")], None, &[], false),
        (&[("FORCE_COLOR", "0")], terminal, &[], true),
        (&[("CLICOLOR_FORCE", "1")], None, &[], true),
        (&[("CLICOLOR_FORCE", "0")], None, &[], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], None, &[], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], None, &[], true),
        (&[("NO_COLOR", "1")], terminal, &["--color", "always"], true),
        (&[("NO_COLOR", "1")], None, &["--color", "always"], true),
        (&[("TERM", "dumb")], None, &["--color", "always"], true),
        (&[("FORCE_COLOR", "1")], None, &["--color", "never"], false),
        (&[("NO_COLOR", "1")], terminal, &["--color", "auto"], false),
        (&[], None, &["--color", "auto"], false),
        (&[("PLANCOST_COLOR", "always"), ("NO_COLOR", "1")], None, &[], true),
        (&[("PLANCOST_COLOR", "never"), ("FORCE_COLOR", "1")], terminal, &[], false),
        (&[("PLANCOST_COLOR", "never")], terminal, &["--color", "always"], true),
        (&[("PLANCOST_COLOR", "auto")], terminal, &[], true),
        (&[("COLORTERM", "truecolor")], None, &[], false),
    ];
    for (env, columns, flags, wanted) in matrix {
        let (out, err) = coloured(env, *columns, flags);
        assert_eq!((out > 0, err > 0), (*wanted, *wanted), "{env:?} {columns:?} {flags:?}: {out} and {err} lines");
    }
}

#[test]
fn machine_formats_have_no_colour_even_where_it_is_forced() {
    for format in ["json", "jsonl", "csv", "tsv", "markdown", "plain"] {
        assert_eq!(coloured(&[("FORCE_COLOR", "1")], Some(140), &["-f", format]).0, 0, "{format}");
    }
}

#[test]
fn colour_of_the_help_follows_the_same_rules() {
    for (env, columns, wanted) in [
        (&[("TERM", "xterm")][..], Some(80), true),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], Some(80), false),
        (&[("TERM", "dumb")], Some(80), false),
        (&[("FORCE_COLOR", "1")], None, true),
        (&[], None, false),
    ] {
        let mut given = Given::args(["analyze", "--help"]);
        given.stdout_columns = columns;
        given.env = env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(given.run().out.contains('\u{1b}'), wanted, "{env:?}");
    }
}

#[test]
fn today_is_a_day_of_the_calendar() {
    let out = Given::args(["analyze", "--as-of", "today", "--json", "tests/fixtures/six.toml"]).run().out;
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let day: jiff::civil::Date = document["as_of"].as_str().expect("a day").parse().expect("a date");
    assert!(day > jiff::civil::date(2026, 6, 11), "{day}");
}

/// The six tiers and their published figures, `design.md` section 2.
const SIX: [(&str, &str, [&str; 5]); 6] = [
    ("claude-pro", "20.00", ["~400.00", "20x", "20.0%", "-400%", ""]),
    ("claude-max-5x", "100.00", ["~2,000.00", "20x", "20.0%", "-400%", ""]),
    ("claude-max-20x", "200.00", ["~8,000.00", "40x", "10.0%", "-900%", ""]),
    ("chatgpt-plus", "20.00", ["~700.00", "35x", "11.4%", "-775%", ""]),
    ("chatgpt-pro-5x", "100.00", ["~3,500.00", "35x", "11.4%", "-775%", ""]),
    ("chatgpt-pro-20x", "200.00", ["~14,000.00", "70x", "5.7%", "-1650%", ""]),
];

/// The published heat map, `economics.md` 3.4, in the order of `SIX`.
const CELLS: [[i64; 10]; 6] = [
    [95, 75, 71, 50, 43, 25, 0, -25, -150, -400],
    [95, 75, 71, 50, 43, 25, 0, -25, -150, -400],
    [90, 50, 43, 0, -14, -50, -100, -150, -400, -900],
    [91, 56, 50, 12, 0, -31, -75, -119, -338, -775],
    [91, 56, 50, 12, 0, -31, -75, -119, -338, -775],
    [82, 12, 0, -75, -100, -162, -250, -338, -775, -1650],
];

const POINTS: &str = "1%,5%,2/35,10%,4/35,15%,20%,25%,50%,100%";

#[test]
fn the_catalogue_shows_the_six_tiers_and_all_sixty_cells_as_published() {
    let out = Given::args(["analyze", "--at", POINTS]).run().out;
    for ((plan, price, figures), cells) in SIX.iter().zip(CELLS) {
        let row = out.lines().find(|line| line.split(' ').next() == Some(plan)).expect("the plan is shown");
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(words[1..6], [price, figures[0], figures[1], figures[2], figures[3]], "{plan}");
        let shown: Vec<i64> = words[6..]
            .iter()
            .map(|cell| cell.trim_matches(['▲', '▼', '·']).parse().expect("a whole percent"))
            .collect();
        assert_eq!(shown, cells, "{plan}");
    }
}

#[test]
fn json_holds_the_sixty_cells_as_fractions() {
    let out = Given::args(["analyze", "--json", "--at", POINTS, "--no-bundled", "tests/fixtures/six.toml"]).run().out;
    let document: Value = serde_json::from_str(&out).expect("JSON");
    for ((plan, ..), (row, cells)) in SIX.iter().zip(document["results"].as_array().expect("rows").iter().zip(CELLS)) {
        assert_eq!(row["plan"], *plan);
        let margins =
            row["margin_at"].as_array().expect("cells").iter().map(|cell| cell["margin"].as_f64().expect("known"));
        // Ties to even: 12.5 is shown as 12, 37.5 as 38.
        #[expect(clippy::cast_possible_truncation, reason = "whole percents")]
        let shown: Vec<i64> = margins.map(|margin| (margin * 100.0).round_ties_even() as i64).collect();
        assert_eq!(shown, cells, "{plan}");
    }
}

#[test]
fn drawing_changes_no_form_but_the_table() {
    let six = ["--no-bundled", "--from", "tests/fixtures/six.toml"];
    let logs = "tests/fixtures/logs/home";
    let commands = [
        vec!["analyze", "--no-bundled", "tests/fixtures/market.toml"],
        [&["compare", "claude-pro", "chatgpt-plus"][..], &six].concat(),
        [&["compare", "--ladder", "claude-pro", "chatgpt-plus"][..], &six].concat(),
        vec!["usage", logs],
    ];
    for command in commands {
        let run = |format, chart: &[&str]| {
            let asked = [&command[..1], chart, &["-f", format], &command[1..]].concat();
            Given::args(asked).run()
        };
        for format in ["json", "jsonl", "csv", "tsv", "markdown", "plain"] {
            let (plain, drawn) = (run(format, &[]), run(format, &["--chart"]));
            assert_eq!((plain.code, &plain.out), (drawn.code, &drawn.out), "{command:?} {format}");
            assert!(!drawn.out.is_empty(), "{command:?} {format}");
        }
        assert!(run("table", &["--chart"]).out.contains('│'), "{command:?}");
    }
}
