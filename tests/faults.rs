//! The fault list of the CLI contract: what goes wrong around the program, and that it stays upright. Tests carry the
//! number of their row.

mod program;

mod faults {
    use super::{codes, file, folder, json, program};
    #[cfg(target_os = "linux")]
    use super::{said, shell};

    mod logs;
}

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use program::{Answered, Given};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes on a loaded machine: what is not done by then hangs. No measurement.
const HANGS: Duration = Duration::from_secs(60);

const FORMATS: [&str; 7] = ["table", "plain", "json", "jsonl", "csv", "tsv", "markdown"];
const SIX: &str = "tests/fixtures/six.toml";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A file of these bytes in a folder.
fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("the folder can be written");
    path
}

/// Only these arguments, with no catalogue beneath them.
fn analyze<'a>(args: impl IntoIterator<Item = &'a str>) -> Given {
    Given::args(["analyze", "--no-bundled"].into_iter().chain(args))
}

fn analyze_path(path: &Path) -> Answered {
    let mut given = analyze([]);
    given.args.push(path.into());
    given.run()
}

fn analyze_text(text: impl AsRef<[u8]>, args: &[&str]) -> Answered {
    let mut given = analyze(args.iter().copied().chain(["-"]));
    given.stdin = text.as_ref().to_vec();
    given.run()
}

fn json(answered: &Answered) -> Value {
    serde_json::from_str(&answered.out).unwrap_or_else(|error| panic!("{error}: {}", answered.out))
}

fn codes(answered: &Answered) -> Vec<String> {
    let document = json(answered);
    let problems = document["diagnostics"].as_array().expect("a list");
    problems.iter().map(|problem| problem["code"].as_str().expect("a code").to_owned()).collect()
}

/// A plan of this price and this much a month.
fn plan(price: &str, api_usd: &str) -> String {
    format!("[[plan]]\nid = \"p\"\nprice_usd = {price}\n[[plan.limit]]\nevery = \"month\"\napi_usd = {api_usd}\n")
}

/// The program as a process of its own.
fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plancost"));
    command.args(args).env_clear().stdin(Stdio::null());
    command
}

/// A shell command in which `$P` is the program.
#[cfg(target_os = "linux")]
fn shell(line: &str) -> Output {
    Command::new("sh")
        .args(["-c", line])
        .env("P", env!("CARGO_BIN_EXE_plancost"))
        .stdin(Stdio::null())
        .output()
        .expect("a shell")
}

#[cfg(target_os = "linux")]
fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn f01_what_cannot_be_opened_is_said_and_the_rest_is_answered() {
    let folder = folder();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    for path in [folder.path().join("missing.toml"), empty, file(&folder, "file.toml", "").join("below")] {
        let answered = analyze_path(&path);
        assert_eq!(answered.code, 3, "{answered:?}");
        assert!(answered.err.contains("error[PC101]: cannot read"), "{answered:?}");
        assert!(!answered.err.contains("os error"), "{answered:?}");
    }
    let some = analyze(["missing.toml", SIX, "--json"]).run();
    assert_eq!((some.code, codes(&some)), (3, vec!["PC101".to_owned()]));
    assert_eq!((&json(&some)["complete"], &json(&some)["summary"]["plans"]), (&Value::from(false), &Value::from(6)));
}

#[cfg(unix)]
#[test]
fn f01_what_may_not_be_read_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = file(&folder, "secret.toml", plan("1", "1"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("our file");
    if fs::read(&path).is_err() {
        // Root may read everything.
        let answered = analyze_path(&path);
        assert_eq!(answered.code, 3);
        assert!(answered.err.contains("permission denied"), "{answered:?}");
    }
}

#[test]
fn f02_line_ends_and_marks_do_not_change_the_figures() {
    let text = fs::read_to_string(SIX).expect("a fixture");
    let plain = analyze_text(&text, &["-f", "csv"]);
    assert_eq!(plain.code, 0);
    for same in [
        format!("\u{feff}{text}"),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
        text.trim_end().to_owned(),
    ] {
        assert_eq!(analyze_text(same, &["-f", "csv"]), plain);
    }
    for nothing in ["", "\n", "# only a comment", "\u{feff}", "\r\n"] {
        let answered = analyze_text(nothing, &["--json"]);
        assert_eq!((answered.code, codes(&answered)), (3, vec!["PC109".to_owned()]), "{nothing:?}");
    }
    let lone = analyze_text(text.replace('\n', "\r"), &["--json"]);
    assert_eq!((lone.code, codes(&lone)), (3, vec!["PC104".to_owned()]));
}

#[test]
fn f03_what_is_not_utf8_is_refused_at_its_byte() {
    let utf16: Vec<u8> = plan("1", "1").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, says) in [
        (b"[[plan]]\nid = \"\xff\"\n".to_vec(), "is not UTF-8: see byte 15"),
        ([b"\xff\xfe".to_vec(), utf16].concat(), "it looks like UTF-16"),
        (b"\xc3".to_vec(), "see byte 0"),
    ] {
        let answered = analyze_text(bytes, &[]);
        assert_eq!(answered.code, 3);
        assert!(answered.err.contains("error[PC102]") && answered.err.contains(says), "{}", answered.err);
    }
    // NUL is UTF-8, and no TOML.
    let nul = analyze_text(b"a = \"\0\"\n", &["--json"]);
    assert_eq!((nul.code, codes(&nul)), (3, vec!["PC104".to_owned()]));
}

#[test]
fn f04_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let padded = |bytes: usize| {
        let plan = plan("1", "1");
        format!("{plan}#{}", "x".repeat(bytes - plan.len() - 1))
    };
    assert_eq!(analyze_text(padded(1 << 20), &[]).code, 0);
    let answered = analyze_text(padded((1 << 20) + 1), &["--json"]);
    assert_eq!((answered.code, codes(&answered)), (3, vec!["PC106".to_owned()]));
}

#[cfg(target_os = "linux")]
#[test]
fn f04_what_has_no_end_is_refused_at_once() {
    let folder = folder();
    let sparse = folder.path().join("sparse.toml");
    fs::File::create(&sparse).and_then(|file| file.set_len(10_000_000_000)).expect("a sparse file");
    let began = Instant::now();
    for path in [sparse.as_path(), Path::new("/dev/zero")] {
        let answered = analyze_path(path);
        assert_eq!(answered.code, 3, "{answered:?}");
        assert!(answered.err.contains("PC106"), "{answered:?}");
    }
    assert!(began.elapsed() < HANGS);
}

#[cfg(target_os = "linux")]
#[test]
fn f04_a_pipe_is_waited_for_only_where_it_is_named() {
    let folder = folder();
    let path = folder.path().join("pipe.toml");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    let quoted = path.display();
    // In a folder it is not opened: nobody writes to it.
    let (code, err) = said(&shell(&format!("timeout 5 $P analyze --no-bundled '{}'", folder.path().display())));
    assert_eq!(code, Some(3), "{err}");
    let named =
        shell(&format!("(sleep 0.2; cat {SIX} > '{quoted}') & timeout 5 $P analyze --no-bundled '{quoted}' -f csv"));
    assert_eq!(said(&named), (Some(0), String::new()));
    assert_eq!(named.stdout, analyze_text(fs::read(SIX).expect("a fixture"), &["-f", "csv"]).out.into_bytes());
}

#[test]
fn f05_deep_and_wide_files_are_refused_or_read() {
    let many = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<String>();
    for (name, text, code) in [
        ("brackets", format!("a = {}", "[".repeat(1_000_000)), 3),
        ("braces", format!("a = {}", "{b=".repeat(300_000)), 3),
        ("dotted keys", format!("{} = 1", vec!["a"; 100_000].join(".")), 3),
        ("tables", many(60_000, |n| format!("[t{n}]\n")), 3),
        ("keys", many(60_000, |n| format!("k{n} = 1\n")), 3),
        ("keys that pass", many(60_000, |n| format!("x_{n} = 1\n")) + &plan("1", "1"), 0),
    ] {
        let began = Instant::now();
        let answered = analyze_text(text, &["--max-file-size", "2MiB", "--max-diagnostics", "3"]);
        assert_eq!(answered.code, code, "{name}: {}", answered.err);
        assert!(answered.err.len() < 5_000, "{name}: {} bytes of messages", answered.err.len());
        assert!(began.elapsed() < HANGS, "{name}: {:?}", began.elapsed());
    }
}

#[test]
fn f06_what_is_written_twice_is_refused_and_a_file_named_twice_is_read_once() {
    for (text, code) in [
        (plan("1", "1") + "api_usd = 2\n", "PC105"),
        ("[vendor]\nid = \"a\"\n[vendor]\nid = \"b\"\n".to_owned() + &plan("1", "1"), "PC105"),
        (plan("1", "1") + &plan("2", "2"), "PC131"),
    ] {
        let answered = analyze_text(text, &["--json"]);
        assert_eq!((answered.code, codes(&answered)), (3, vec![code.to_owned()]));
    }
    let folder = folder();
    let path = file(&folder, "a.toml", plan("1", "1"));
    let mut given = analyze(["-f", "csv"]);
    given.args.extend([path.clone(), path.clone(), folder.path().join(".").join("a.toml")].map(Into::into));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, folder.path().join("b.toml")).expect("a link");
        given.args.push(folder.path().join("b.toml").into());
    }
    let answered = given.run();
    assert_eq!((answered.code, answered.out.lines().count()), (0, 2), "{answered:?}");
}

#[test]
fn f07_a_price_is_a_plain_decimal() {
    for wrong in
        ["nan", "inf", "-inf", "1e400", "1e-400", "0x10", "1_0", ".5", "20.", "+5", "\"20\"", "2e1", "-1", "true"]
    {
        let answered = analyze_text(plan(wrong, "10"), &["--json"]);
        assert_eq!((answered.code, codes(&answered).len()), (3, 1), "{wrong}: {}", answered.err);
        assert_eq!(json(&answered)["results"], Value::Array(Vec::new()), "{wrong}");
    }
    for (right, shown) in
        [("0", "0.00"), ("-0", "0.00"), ("-0.0", "0.00"), ("20.10", "20.10"), ("0.000000001", "0.000000001")]
    {
        let answered = analyze_text(plan(right, "10"), &["-f", "csv", "--columns", "price_usd_per_month"]);
        assert_eq!((answered.code, answered.out.as_str()), (0, &*format!("price_usd_per_month\n{shown}\n")), "{right}");
    }
}

#[test]
fn f08_nothing_is_divided_by_nothing() {
    const COLUMNS: &str =
        "status,price_usd_per_month,max_api_usd_per_month,multiple,break_even,break_even_status,margin_at_full";
    for (price, api_usd, row) in [
        ("0", "10", "not_applicable,0.00,10.00,,0,finite,"),
        ("10", "0", "ok,10.00,0.00,0,,always,1"),
        ("0", "0", "not_applicable,0.00,0.00,,,always,"),
        ("999999999999.999999999", "10", "ok,999999999999.999999999,10.00,0,400000000000,finite,1"),
        ("10", "999999999999.999999999", "ok,10.00,999999999999.999999999,100000000000,0,finite,-24999999999"),
    ] {
        for format in FORMATS {
            let answered = analyze_text(plan(price, api_usd), &["-f", format]);
            assert_eq!(answered.code, 0, "{price} {api_usd} {format}: {}", answered.err);
        }
        let answered = analyze_text(plan(price, api_usd), &["-f", "csv", "--columns", COLUMNS]);
        assert_eq!(answered.out.lines().nth(1), Some(row), "{price} {api_usd}");
    }
}

#[cfg(unix)]
#[test]
fn f13_links_are_followed_to_files_and_never_in_circles() {
    use std::os::unix::fs::symlink;
    let (inside, outside) = (folder(), folder());
    file(&inside, "a.toml", plan("1", "1"));
    let target = file(&outside, "target.toml", plan("1", "1").replace("\"p\"", "\"q\""));
    symlink(inside.path(), inside.path().join("loop")).expect("a link");
    symlink("nowhere.toml", inside.path().join("dangling.toml")).expect("a link");
    symlink("circle.toml", inside.path().join("circle.toml")).expect("a link");
    symlink(target, inside.path().join("out.toml")).expect("a link");
    let mut given = analyze(["-r", "-f", "csv", "--columns", "plan"]);
    given.args.push(inside.path().into());
    let answered = given.run();
    assert_eq!((answered.code, answered.out.as_str(), answered.err.as_str()), (0, "plan\np\nq\n", ""));
    for name in ["dangling.toml", "circle.toml"] {
        assert_eq!(analyze_path(&inside.path().join(name)).code, 3, "{name}");
    }
}

#[test]
fn f13_a_folder_of_many_files_is_walked() {
    let folder = folder();
    for n in 0..20_000 {
        // Empty: only the walk is of interest.
        fs::File::create(folder.path().join(format!("{n}.txt"))).expect("a file");
    }
    file(&folder, "a.toml", plan("1", "1"));
    let deep = (0..40).fold(folder.path().to_owned(), |path, _| path.join("d"));
    fs::create_dir_all(&deep).expect("folders");
    fs::write(deep.join("deep.toml"), "not TOML").expect("a file");
    let mut given = analyze(["-r", "-f", "csv"]);
    given.args.push(folder.path().into());
    let began = Instant::now();
    assert_eq!(given.run().code, 0, "folders below the 16th are left alone");
    assert!(began.elapsed() < HANGS);
}

#[cfg(target_os = "linux")]
#[test]
fn f14_file_names_are_shown_harmless() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder();
    let long = [b"l".repeat(250), b".toml".to_vec()].concat();
    let names: [&[u8]; 6] =
        [b"new\nline.toml", b"\x1b[31mred.toml", b"::error::x.toml", b"-r.toml", b"\xff\xfe.toml", &long];
    for name in names {
        fs::write(folder.path().join(OsStr::from_bytes(name)), "id = nan").expect("Linux takes any name");
    }
    for format in FORMATS {
        for messages in ["full", "short", "json", "github"] {
            let output = Command::new(env!("CARGO_BIN_EXE_plancost"))
                .args(["analyze", "--no-bundled", "-v", "-f", format, "--message-format", messages])
                .arg(folder.path())
                .env_clear()
                .env("GITHUB_ACTIONS", "true")
                .output()
                .expect("the program");
            assert_eq!(output.status.code(), Some(3));
            let text =
                String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8(output.stderr).expect("UTF-8");
            assert!(!text.contains('\u{1b}'), "{format} {messages}: {text}");
            let is_command =
                |line: &str| line.starts_with("::") && !(messages == "github" && line.starts_with("::error file="));
            assert!(!text.lines().any(is_command), "{format} {messages}: {text}");
        }
    }
}

#[test]
fn f15_names_are_inert_in_every_format() {
    // `\u{…}` is how they are shown.
    let is_harmful = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    for format in FORMATS {
        for width in ["", "40", "80"] {
            let mut given = analyze([
                "tests/fixtures/names.toml",
                "--columns",
                "name,plan,source",
                "--group",
                "vendor",
                "-f",
                format,
            ]);
            if !width.is_empty() {
                given.args.extend(["--width", width].map(Into::into));
            }
            given.env.insert("GITHUB_ACTIONS".to_owned(), "true".to_owned());
            let answered = given.run();
            assert_eq!(answered.code, 0);
            assert!(!answered.out.contains(is_harmful), "{format}: {}", answered.out);
            if !matches!(format, "csv" | "tsv") {
                // CSV is for a file; it keeps the line ends of its cells.
                assert!(
                    !answered.out.lines().any(|line| line.trim_start().starts_with("::")),
                    "{format}: {}",
                    answered.out
                );
            }
        }
    }
}

#[test]
fn f15_a_name_that_is_too_long_is_refused_and_a_long_one_is_cut() {
    let named = |name: &str| plan("1", "1").replace("price_usd", &format!("name = \"{name}\"\nprice_usd"));
    let answered = analyze_text(named(&"x".repeat(10_000)), &["--json"]);
    assert_eq!((answered.code, codes(&answered)), (3, vec!["PC112".to_owned()]));
    let answered = analyze_text(named(&"e\u{301}".repeat(100)), &["--columns", "plan,name", "--width", "40", "-q"]);
    assert_eq!(answered.code, 0);
    assert!(
        answered.out.lines().all(|line| line.chars().filter(|&c| c != '\u{301}').count() <= 40),
        "{}",
        answered.out
    );
}

#[cfg(target_os = "linux")]
#[test]
fn f16_a_full_disk_is_code_5_for_small_and_large_documents() {
    for format in FORMATS {
        for plans in ["claude-pro", "*"] {
            let line = format!("$P analyze -q --plan '{plans}' -f {format} > /dev/full");
            let (code, err) = said(&shell(&line));
            assert_eq!(code, Some(5), "{line}");
            assert!(err.contains("error[PC601]: cannot write <stdout>: no space left on device"), "{line}: {err}");
        }
    }
    for line in [
        "$P --help > /dev/full",
        "$P analyze -o /dev/full",
        "$P schema plan > /dev/full",
        "$P analyze --columns help > /dev/full",
    ] {
        assert_eq!(said(&shell(line)).0, Some(5), "{line}");
    }
    // Nobody is left to tell, and the verdict stands.
    assert_eq!(shell("$P analyze --strict 2> /dev/full > /dev/null").status.code(), Some(4));
}

#[cfg(target_os = "linux")]
#[test]
fn f16_closed_streams_keep_the_verdict() {
    for (line, code) in [
        ("$P analyze >&-", 0),
        ("$P analyze <&-", 0),
        ("$P analyze 2>&- > /dev/null", 0),
        ("$P analyze --strict >&- 2>&-", 4),
        ("$P analyze nowhere.toml >&- 2>&- <&-", 3),
        ("$P analyze --no-bundled - <&- 2> /dev/null", 3),
        ("$P analyze --bogus 2>&-", 2),
    ] {
        assert_eq!(shell(line).status.code(), Some(code), "{line}");
    }
}

#[test]
fn f16_an_input_is_never_written_over() {
    let folder = folder();
    let text = plan("1", "1");
    let path = file(&folder, "a.toml", &text);
    let name = path.to_str().expect("UTF-8");
    let prices = file(&folder, "prices.toml", "# none\n");
    let prices = prices.to_str().expect("UTF-8");
    let export = format!("csv={name}");
    for args in [
        vec![name, "-o", name],
        vec![name, "--export", &export],
        vec![name, "--prices", prices, "-o", prices],
        vec![folder.path().to_str().expect("UTF-8"), "-o", name],
    ] {
        let answered = analyze(args.iter().copied()).run();
        assert_eq!(answered.code, 5, "{args:?}");
        assert!(answered.err.contains("it is one of the inputs"), "{args:?}: {}", answered.err);
        assert_eq!(fs::read_to_string(&path).expect("still there"), text, "{args:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "no temporary file is left");
}

#[cfg(unix)]
#[test]
fn f16_an_input_is_not_written_over_by_another_name_either() {
    let folder = folder();
    let path = file(&folder, "a.toml", plan("1", "1"));
    std::os::unix::fs::symlink(&path, folder.path().join("soft.toml")).expect("a link");
    fs::hard_link(&path, folder.path().join("hard.toml")).expect("a link");
    for name in ["soft.toml", "./soft.toml"] {
        let mut given = analyze(["-o"]);
        given.args.extend([folder.path().join(name), path.clone()].map(Into::into));
        assert_eq!(given.run().code, 5, "{name}");
    }
    // A hard link is another file to rename over: the input keeps its bytes.
    let mut given = analyze(["-o"]);
    given.args.extend([folder.path().join("hard.toml"), path.clone()].map(Into::into));
    given.run();
    assert_eq!(fs::read_to_string(&path).expect("still there"), plan("1", "1"));
}

#[cfg(target_os = "linux")]
#[test]
fn f16_a_folder_that_cannot_be_written_is_code_5_and_the_old_file_stays() {
    let (code, err) = said(&shell("$P analyze -q --plan claude-pro -o /proc/plans.txt"));
    assert_eq!(code, Some(5), "{err}");
    assert!(err.starts_with("error[PC601]: cannot write /proc/plans.txt: "), "{err}");
    assert!(!err.contains("unchanged"), "{err}");
    let folder = folder();
    let path = file(&folder, "out.txt", "before");
    let mut given = analyze([SIX, "-f", "csv", "-o"]);
    given.args.push(path.clone().into());
    assert_eq!(given.run().code, 0);
    assert!(fs::read_to_string(&path).expect("written").starts_with("plan,"));
}

#[test]
fn f17_a_reader_that_leaves_early_changes_nothing() {
    let run = |args: &[&str], lines: usize| {
        let mut child =
            program(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        for _ in 0..lines {
            out.read_line(&mut String::new()).expect("a line");
        }
        drop(out);
        let mut err = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("UTF-8");
        (child.wait().expect("it ends").code(), err)
    };
    // More than a pipe holds in most formats, so that a write does meet the closed end.
    let points: Vec<String> = (0..1_000).map(|n| format!("{n}/1000")).collect();
    let points = points.join(",");
    std::thread::scope(|scope| {
        for format in FORMATS {
            for (file, code) in [(SIX, 0), ("tests/fixtures/gaps.toml", 4)] {
                let flags = ["--plan", "c*", "--plan", "orbit/[ks]*", "--strict", "-q", "-f", format, "--at", &points];
                let args: Vec<&str> = ["analyze", "--no-bundled", file].into_iter().chain(flags).collect();
                scope.spawn(move || {
                    for lines in [0, 1] {
                        for _ in 0..8 {
                            assert_eq!(run(&args, lines), (Some(code), String::new()), "{format} {file}");
                        }
                    }
                });
            }
        }
    });
}

#[test]
fn f17_a_run_that_fails_does_not_pass_because_nobody_reads() {
    for _ in 0..20 {
        let mut child = program(&["analyze", "--no-bundled", "tests/fixtures/broken.toml", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().expect("it ends").code(), Some(3));
    }
}

/// Sends a signal to a process: `sh` is there already, and its `kill` starts no program.
#[cfg(target_os = "linux")]
struct Killer(std::process::Child);

#[cfg(target_os = "linux")]
impl Killer {
    fn ready(signal: &str) -> Self {
        let line = format!("read pid && kill -s {signal} $pid");
        let sh = Command::new("sh").args(["-c", &line]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
        Self(sh.expect("a shell"))
    }

    fn send(mut self, pid: u32) {
        writeln!(self.0.stdin.take().expect("a pipe"), "{pid}").expect("the shell reads");
        self.0.wait().expect("it ends");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn f18_a_signal_leaves_the_old_file_or_the_new_one_and_nothing_else() {
    use std::os::unix::process::ExitStatusExt;

    let plans = |more: usize| {
        (1..=150).fold(String::new(), |text, n| {
            text + &plan(&(n + more).to_string(), "9").replace("\"p\"", &format!("\"p{n}\""))
        })
    };
    let inputs = folder();
    let (old, new) = (file(&inputs, "old.toml", plans(0)), file(&inputs, "new.toml", plans(1)));
    let (old, new) = (old.to_str().expect("UTF-8"), new.to_str().expect("UTF-8"));
    let verbs: [(&[&str], &str); 3] = [
        (&["analyze", "-q", "--no-bundled", old, "--json", "-o"], ""),
        (&["check", "--no-bundled", old, "--max-multiple", "5", "--export"], "json="),
        (&["diff", "-q", "--no-bundled", old, new, "--json", "-o"], ""),
    ];
    let run = |(args, before): (&[&str], &str), name: &str, number: i32| {
        let out = folder();
        let path = file(&out, "out.json", "before");
        let start = || {
            let mut command = program(args);
            command.arg(format!("{before}{}", path.display())).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().expect("the program starts")
        };
        let began = Instant::now();
        let code = start().wait().expect("it ends").code();
        let whole_run = began.elapsed();
        let whole = fs::read(&path).expect("written");
        let mut killed = 0;
        for moment in 0..10 {
            fs::write(&path, "before").expect("our file");
            let killer = Killer::ready(name);
            let began = Instant::now();
            let mut child = start();
            let entries = || fs::read_dir(out.path()).expect("a folder").count();
            let is_due = || match moment {
                // Five spread over the run, and five as soon as the new file is begun beside the old one.
                0..5 => began.elapsed() >= whole_run * moment / 5,
                _ => entries() > 1,
            };
            while !is_due() && child.try_wait().expect("our child").is_none() {
                std::thread::sleep(Duration::from_micros(50));
            }
            killer.send(child.id());
            let status = child.wait().expect("it ends");
            let what = format!("{args:?} {name} {moment}: {status}");
            assert!(status.signal() == Some(number) || status.code() == code, "{what}");
            killed += u32::from(status.signal().is_some());
            let found = fs::read(&path).expect("it is there");
            assert!(found == b"before" || found == whole, "{what}: {} bytes", found.len());
            assert_eq!(entries(), 1, "{what}: a temporary file is left");
        }
        assert!(killed > 0, "{args:?}: no signal came in time");
    };
    std::thread::scope(|scope| {
        for verb in verbs {
            for (name, number) in [("INT", 2), ("TERM", 15)] {
                let run = &run;
                scope.spawn(move || run(verb, name, number));
            }
        }
    });
}

#[test]
fn f19_no_prefix_and_no_flipped_byte_of_a_plan_file_panics() {
    let text = fs::read("schemas/example.toml").expect("the example");
    let prefixes = (0..text.len()).map(|end| text[..end].to_vec());
    let flips = (0..text.len()).flat_map(|at| [0x02, 0x20, 0x80].map(|bit| (at, bit))).map(|(at, bit)| {
        let mut flipped = text.clone();
        flipped[at] ^= bit;
        flipped
    });
    let cases: Vec<Vec<u8>> = prefixes.chain(flips).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(bytes) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answered = analyze_text(bytes, &["-f", "jsonl"]);
                    assert!(matches!(answered.code, 0 | 3), "{}", String::from_utf8_lossy(bytes));
                    assert_eq!(answered.code == 3, answered.err.contains("error[PC"), "{}", answered.err);
                    for line in answered.out.lines() {
                        serde_json::from_str::<Value>(line).expect("JSON whatever the input");
                    }
                }
            });
        }
    });
}

#[test]
fn f23_no_environment_upsets_it() {
    let environments: [&[(&str, &str)]; 9] = [
        &[],
        &[("COLUMNS", "0")],
        &[("COLUMNS", "abc")],
        &[("COLUMNS", "1")],
        &[("COLUMNS", "99999999999999999999")],
        &[("TERM", "")],
        &[("LANG", "C")],
        &[("LC_ALL", "nonsense"), ("NO_COLOR", "0")],
        &[("PLANCOST_COLOR", "sometimes"), ("COLORTERM", "\u{1b}")],
    ];
    for env in environments {
        for columns in [None, Some(0), Some(1), Some(80)] {
            for format in FORMATS {
                let mut given = analyze([SIX, "tests/fixtures/gaps.toml", "-f", format]);
                given.stdout_columns = columns;
                given.stderr_columns = columns;
                given.env = env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
                assert_eq!(given.run().code, 0, "{env:?} {columns:?} {format}");
            }
        }
    }
    let huge = program(&["analyze", SIX]).env("HUGE", "x".repeat(100_000)).output().expect("it starts");
    assert_eq!(huge.status.code(), Some(0));
}

#[test]
fn f24_the_same_inputs_give_the_same_bytes() {
    let args = ["analyze", "--no-bundled", SIX, "tests/fixtures/gaps.toml"];
    for format in FORMATS {
        let run = |env: &[(&str, &str)]| {
            let mut command = program(&args);
            command.args(["-f", format]).envs(env.iter().copied());
            command.output().expect("the program")
        };
        let first = run(&[]);
        assert_eq!(first.status.code(), Some(0));
        for locale in ["C", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.eucJP"] {
            for zone in ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"] {
                let again = run(&[("LC_ALL", locale), ("LANG", locale), ("TZ", zone)]);
                assert_eq!(
                    (again.stdout, again.stderr),
                    (first.stdout.clone(), first.stderr.clone()),
                    "{locale} {zone}"
                );
            }
        }
    }
}

#[test]
fn f24_the_order_of_flags_and_the_folder_do_not_matter() {
    let flags: [&[&str]; 5] =
        [&["--at", "1%,100%"], &["--plan", "claude-*"], &["--json"], &["--api-margin", "0.6"], &["--fees", "card"]];
    let run = |order: &[usize]| {
        let flags = order.iter().flat_map(|&at| flags[at].iter().copied());
        analyze(std::iter::once(SIX).chain(flags)).run()
    };
    let first = run(&[0, 1, 2, 3, 4]);
    for order in [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [1, 4, 0, 3, 2]] {
        assert_eq!(run(&order), first);
    }
    let elsewhere = folder();
    let here = program(&["analyze", "--json"]).output().expect("the program");
    let there = program(&["analyze", "--json"]).current_dir(elsewhere.path()).output().expect("the program");
    assert_eq!(here, there);
}

#[test]
fn f24_the_order_of_files_orders_rows_and_changes_nothing_else() {
    let sorted = |files: [&str; 3]| {
        let answered = analyze(files.into_iter().chain(["-f", "csv"])).run();
        let mut lines: Vec<String> = answered.out.lines().map(str::to_owned).collect();
        lines.sort();
        (answered.code, lines)
    };
    let [a, b, c] = [SIX, "tests/fixtures/market.toml", "tests/fixtures/gaps.toml"];
    assert_eq!(sorted([a, b, c]), sorted([c, a, b]));
    assert_eq!(sorted([a, b, c]), sorted([b, c, a]));
}

#[cfg(target_os = "linux")]
#[test]
fn f25_little_memory_few_handles_and_little_time_are_enough() {
    let all = shell("$P analyze --json");
    for limit in ["ulimit -v 65536", "ulimit -n 16", "ulimit -t 5", "ulimit -s 512"] {
        let output = shell(&format!("{limit}; $P analyze --json"));
        assert_eq!((output.status.code(), &output.stdout), (Some(0), &all.stdout), "{limit}");
    }
    let folder = folder();
    for n in 0..100 {
        file(&folder, &format!("{n}.toml"), plan("1", "1").replace("\"p\"", &format!("\"p{n}\"")));
    }
    let folder = folder.path().display();
    let output = shell(&format!("ulimit -n 16; $P analyze --no-bundled '{folder}' -f csv"));
    assert_eq!((output.status.code(), output.stdout.iter().filter(|&&b| b == b'\n').count()), (Some(0), 101));
}

/// A plan worth 1,000 requests of a workload of these kinds of request.
fn mixed(requests: impl Iterator<Item = usize>) -> String {
    let mut text = "[[rates]]\nmodel = \"m\"\ninput_usd_per_mtok = 0.000000000001\noutput_usd_per_mtok = 999999.999999999999\n\
                    [[plan]]\nid = \"p\"\nprice_usd = 1\nworkload = \"w\"\n[[plan.limit]]\nevery = \"month\"\nrequests = 1000\n\
                    [[workload]]\nid = \"w\"\n"
        .to_owned();
    for n in requests {
        let (input, output) = (n + 1, (n % 3) * 1_000_000_000_000);
        writeln!(
            text,
            "[[workload.request]]\nid = \"r{n}\"\nmodel = \"m\"\nshare = 0.001\ninput_tokens = {input}\noutput_tokens = {output}"
        )
        .expect("memory");
    }
    text
}

#[test]
fn f28_sums_are_exact_in_any_order() {
    // Output: 333 requests use a million million tokens and 333 two of them, at a million dollars less 1e-12 a million:
    // 999 x 999,999,999,999.999999 = 998,999,999,999,999.999001. Input: 500,500 tokens at 1e-18 dollars are 5.005e-13,
    // below the nine decimals that are printed.
    let forwards = analyze_text(mixed(0..1_000), &["-f", "csv", "--columns", "max_api_usd_per_month"]);
    assert_eq!((forwards.code, forwards.out.as_str()), (0, "max_api_usd_per_month\n998999999999999.999001\n"));
    let backwards = analyze_text(mixed((0..1_000).rev()), &["-f", "csv", "--columns", "max_api_usd_per_month"]);
    assert_eq!(backwards, forwards);
}

#[test]
fn f28_the_largest_and_smallest_amounts_stay_exact() {
    let text = plan("0.000000000001", "999999999999.999999999999");
    let answered = analyze_text(text, &["--json", "--at", "0,1"]);
    assert_eq!(answered.code, 0, "{}", answered.err);
    // A dollar amount has nine decimals at most: 1e-12 is shown as 0, and the multiple is still that of the amounts.
    assert!(answered.out.contains("\"max_api_usd_per_month\": 1000000000000.00,"), "{}", answered.out);
    assert!(answered.out.contains("\"multiple\": 999999999999999999999999,"), "{}", answered.out);
}

#[test]
fn a_long_list_of_points_is_answered() {
    let points: Vec<String> = (0..10_000).map(|n| format!("{n}/10000")).collect();
    let points = points.join(",");
    for format in ["csv", "json", "table"] {
        let began = Instant::now();
        let answered = analyze([SIX, "--plan", "claude-pro", "-f", format, "--at", &points]).run();
        assert_eq!(answered.code, 0, "{format}");
        assert!(began.elapsed() < HANGS, "{format}: {:?}", began.elapsed());
    }
    let narrow = analyze([SIX, "--plan", "claude-pro", "--width", "80", "--at", &points]).run();
    assert_eq!(narrow.code, 0);
}

#[test]
fn an_argument_that_is_not_utf8_is_refused_and_not_a_panic() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let bytes = std::ffi::OsString::from_vec(b"\xff\xfe".to_vec());
        for flag in ["--plan", "--set", "--sort", "--at", "-f", "--stdin-name"] {
            let mut given = analyze([SIX, flag]);
            given.args.push(bytes.clone());
            assert_eq!(given.run().code, 2, "{flag}");
        }
        let mut given = analyze([]);
        given.args.push(bytes);
        assert_eq!(given.run().code, 3);
    }
}

#[test]
fn a_writer_that_fails_late_is_code_5() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let whole = analyze([SIX]).run().out.len();
    for (room, code) in [(0, 5), (1, 5), (whole - 1, 5), (whole, 0)] {
        let mut err = Vec::new();
        let found = plancost::cli::run(&mut plancost::cli::World {
            args: ["plancost", "analyze", "--no-bundled", SIX].map(Into::into).to_vec(),
            stdin: &mut std::io::empty(),
            stdout: &mut Full(room),
            stderr: &mut err,
            stdin_is_terminal: false,
            stdout_columns: None,
            stderr_columns: None,
            env: &|_| None,
        });
        assert_eq!(found, code, "{room} of {whole} bytes");
    }
}
