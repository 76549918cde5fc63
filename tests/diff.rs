//! `diff` by its documents: pairs of files in `diff/`, what stands beside each, and earlier JSON of every kind.
//!
//! `PLANCOST_BLESS=1` rewrites the documents.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff")
}

fn folder_file(name: &str) -> PathBuf {
    folder().join(name)
}

fn program(args: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plancost"));
    command.args(args).current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

fn ran(args: &[&str]) -> Output {
    program(args, &folder()).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn results(output: &Output) -> Vec<Value> {
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["results"].as_array().expect("a list").clone()
}

/// What `analyze` says of a file today, as JSON to change.
fn analyzed(file: &str) -> Value {
    let output = ran(&["analyze", "--no-bundled", "--json", file]);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// `diff DOCUMENT FILE` with the document in a file of its own.
fn against(document: &str, file: &str, more: &[&str]) -> Output {
    let kept = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
    fs::write(kept.path(), document).expect("written");
    let path = kept.path().to_string_lossy().into_owned();
    let mut args = vec!["diff", &path, file, "--no-bundled"];
    args.extend(more);
    ran(&args)
}

#[test]
fn documents_stay_what_they_were() {
    let mut failures = Vec::new();
    for (name, format) in [
        ("table.txt", "table"),
        ("plain.txt", "plain"),
        ("comment.md", "markdown"),
        ("rows.csv", "csv"),
        ("rows.json", "json"),
        ("rows.tsv", "tsv"),
        ("rows.jsonl", "jsonl"),
    ] {
        let output = ran(&["diff", "old.toml", "new.toml", "--no-bundled", "--format", format]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{name}");
        let path = folder().join(name);
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            fs::write(&path, &output.stdout).expect("written");
        }
        if fs::read(&path).unwrap_or_default() != output.stdout {
            failures.push(name);
        }
    }
    assert!(failures.is_empty(), "{failures:?} moved: look at them and run with PLANCOST_BLESS=1");
}

#[test]
fn the_same_twice_is_empty_and_says_so() {
    let document = text(&ran(&["analyze", "--no-bundled", "--json", "old.toml"]).stdout);
    for output in [
        ran(&["diff", "old.toml", "old.toml", "--exit-code", "--no-bundled"]),
        against(&document, "old.toml", &["--exit-code"]),
    ] {
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
        assert!(text(&output.stdout).starts_with("\nNothing changed: 5 plans."), "{}", text(&output.stdout));
    }
    let output = ran(&["diff", "old.toml", "old.toml", "--format", "markdown"]);
    assert!(text(&output.stdout).contains("**Plan economics: 5 plans unchanged**"));
}

#[test]
fn the_whole_catalogue_is_what_its_own_json_says() {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let made = program(&["analyze", "--json"], &plans).output().expect("the program starts");
    let kept = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
    fs::write(kept.path(), &made.stdout).expect("written");
    let path = kept.path().to_string_lossy().into_owned();
    let output = program(&["diff", &path, ".", "--exit-code"], &plans).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn the_exit_code_tells_a_change_only_when_asked() {
    assert_eq!(ran(&["diff", "old.toml", "new.toml"]).status.code(), Some(0));
    assert_eq!(ran(&["diff", "old.toml", "new.toml", "--exit-code"]).status.code(), Some(1));
    // No answer outranks no: one figure is not known.
    assert_eq!(ran(&["diff", "old.toml", "new.toml", "--exit-code", "--strict"]).status.code(), Some(4));
    assert_eq!(ran(&["diff", "old.toml", "nowhere.toml", "--exit-code"]).status.code(), Some(3));
    assert_eq!(ran(&["diff", "old.toml"]).status.code(), Some(2));
    assert_eq!(ran(&["diff", "-", "-"]).status.code(), Some(2));
    assert_eq!(ran(&["diff", "old.toml", "new.toml", "--plan", "nobody"]).status.code(), Some(3));
}

#[test]
fn a_side_that_cannot_be_read_makes_no_plan_new_or_gone() {
    let output = ran(&["diff", "old.toml", "nowhere.toml", "--json", "--exit-code"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(results(&output).is_empty());
    assert_eq!(text(&output.stderr).matches("error[").count(), 1, "{}", text(&output.stderr));
    // A side without a plan of that name is no mistake: it is new.
    let output = ran(&["diff", "old.toml", "new.toml", "--plan", "fresh", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(results(&output).iter().all(|row| row["change"] == "added" || row["scope"] == "list_price"));
}

#[test]
fn a_damaged_plan_is_told_and_the_others_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let plans = fs::read_to_string(folder_file("old.toml")).expect("it is there");
    fs::write(folder.path().join("a.toml"), &plans).expect("written");
    fs::write(folder.path().join("b.toml"), plans.replace("price_usd = 12", "price_usd = 12e1")).expect("written");
    let output = program(&["diff", "a.toml", "b.toml", "--json"], folder.path()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(3));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&document["complete"], &document["summary"]["unchanged"]), (&json!(false), &json!(4)));
}

#[test]
fn an_input_that_moved_is_named_with_its_place() {
    let rows = results(&ran(&["diff", "old.toml", "new.toml", "--no-bundled", "--json"]));
    let limit = rows.iter().find(|row| row["key"] == "limit.day.tokens").expect("the limit moved");
    assert_eq!(limit["scope"], "input");
    assert_eq!((&limit["from"], &limit["to"], &limit["relative"]), (&json!(1_000_000), &json!(1_500_000), &json!(0.5)));
    assert_eq!(limit["from_source"], json!({"path": "old.toml", "line": 10}));
    assert_eq!(limit["to_source"], json!({"path": "new.toml", "line": 10}));
    // The price of a model that no plan uses stands apart.
    let prices: Vec<&Value> = rows.iter().filter(|row| row["scope"] == "list_price").collect();
    assert_eq!(prices.len(), 1);
    assert_eq!((&prices[0]["plan"], &prices[0]["key"]), (&Value::Null, &json!("rates.m-unused.output_usd_per_mtok")));
}

#[test]
fn what_became_unknown_is_a_change_and_no_zero() {
    let rows = results(&ran(&["diff", "old.toml", "new.toml", "--no-bundled", "--json"]));
    let max = rows.iter().find(|row| row["plan"] == "dark" && row["key"] == "max_api_usd_per_month").expect("it moved");
    assert_eq!((&max["to"], &max["to_status"], &max["difference"]), (&Value::Null, &json!("unknown"), &Value::Null));
    assert_eq!(max["verdict"], Value::Null);
}

#[test]
fn differences_are_rounded_from_the_exact_ones() {
    // Break-even is price over serving cost: 12 / (11.25 x 0.4) = 2.666667 and 15 / 4.5 = 3.333333.
    // 15 / 4.5 - 12 / 4.5 = 2/3, while 3.333333 - 2.666667 = 0.666666.
    let rows = results(&ran(&["diff", "old.toml", "new.toml", "--no-bundled", "--json"]));
    let even = rows.iter().find(|row| row["plan"] == "kestrel/flat" && row["key"] == "break_even").expect("it moved");
    assert_eq!(even["difference"].to_string(), "0.666667");
}

#[test]
fn small_moves_are_left_out_when_asked() {
    let args = ["diff", "old.toml", "old.toml", "--set", "same.price_usd=5.02", "--no-bundled", "--exit-code"];
    assert_eq!(ran(&args).status.code(), Some(1));
    let output = ran(&[&args[..], &["--ignore-below", "0.01"]].concat());
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("less than 1%"));
}

#[test]
fn a_document_of_another_version_or_tool_is_refused_by_name() {
    let today = analyzed("old.toml");
    let with = |key: &str, value: Value| {
        let mut document = today.clone();
        document[key] = value;
        document.to_string()
    };
    let mut changed = today.clone();
    changed["results"][0]["break_even"] = json!("0.2");
    let mut twice = today.clone();
    twice["results"][1] = twice["results"][0].clone();
    for (document, named) in [
        (with("format_version", json!(0)), "format version 0"),
        (with("format_version", json!(2)), "format version 2"),
        (with("format_version", json!(99)), "format version 99"),
        (with("format_version", json!("1")), "format version \"1\""),
        (with("kind", json!("simulate")), "is of \"simulate\""),
        (with("results", json!({})), "format version 1, but not its shape"),
        (changed.to_string(), "`break_even` of plan `northwind/pro` is not a share"),
        (twice.to_string(), "has plan `northwind/pro` twice"),
        (r#"{"version": "0.2", "totalMonthlyCost": "1361.3075"}"#.to_owned(), "the JSON of another tool"),
        ("[{\"daily\": []}]".to_owned(), "not a document of plancost"),
        ("{\"format_version\": 1".to_owned(), "not one JSON document"),
        (String::new(), "not one JSON document"),
    ] {
        let output = against(&document, "old.toml", &[]);
        assert_eq!(output.status.code(), Some(3), "{named}");
        let said = text(&output.stderr);
        assert!(said.contains("error[PC130]") && said.contains(named), "{named}: {said}");
        assert_eq!(said.matches("error[").count(), 1, "{said}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn numbers_of_a_document_are_exact_and_unknown_keys_are_ignored() {
    let mut document = analyzed("old.toml");
    document["x_new"] = json!({"any": 1});
    document["results"][3]["x_new"] = json!([1]);
    // Past any float: 5.000000000000000001 dollars.
    let text =
        document.to_string().replace("\"price_usd_per_month\":5.0,", "\"price_usd_per_month\":5.000000000000000001,");
    let rows = results(&against(&text, "old.toml", &["--json", "--plan", "same"]));
    assert!(rows.iter().any(|row| row["key"] == "price_usd_per_month"), "{rows:?}");
}

#[test]
fn other_assumptions_are_told() {
    let made = text(&ran(&["analyze", "--no-bundled", "--json", "--api-margin", "0.5", "old.toml"]).stdout);
    let output = against(&made, "old.toml", &[]);
    assert!(text(&output.stderr).contains("warning[PC401]"), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("`api_gross_margin` 0.5 -> null"), "{}", text(&output.stderr));
}

#[test]
fn a_side_comes_from_standard_input_as_toml_or_json() {
    let json = ran(&["analyze", "--no-bundled", "--json", "old.toml"]).stdout;
    for given in [fs::read(folder().join("old.toml")).expect("it is there"), json] {
        let mut child = program(&["diff", "-", "old.toml", "--no-bundled", "--exit-code"], &folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        child.stdin.take().expect("piped").write_all(&given).expect("written");
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
}

#[test]
fn a_comment_stays_below_its_limit_and_says_what_it_leaves_out() {
    let plans = |price: u32| {
        let one = |n| {
            format!(
                "[[plan]]\nid = \"plan-{n}\"\nprice_usd = {price}\n[[plan.limit]]\nevery = \"month\"\napi_usd = 400\n"
            )
        };
        (0..2_000).map(one).collect::<String>()
    };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), plans(20)).expect("written");
    fs::write(folder.path().join("b.toml"), plans(25)).expect("written");
    let output = program(&["diff", "a.toml", "b.toml", "-f", "markdown"], folder.path()).output().expect("it starts");
    let comment = text(&output.stdout);
    assert!(comment.chars().count() <= 60_000, "{}", comment.chars().count());
    assert!(comment.starts_with("<!-- plancost:diff:v1 -->\n**Plan economics: 2000 plans better**"), "{comment}");
    assert_eq!(comment.matches(" are not shown: a comment has at most 60,000 characters").count(), 3);
    assert_eq!(comment.matches("```").count(), 2);
    assert!(comment.contains("</details>"));
}

#[test]
fn names_are_inert_in_a_comment() {
    let mut document = analyzed("old.toml");
    let name = "a|b` *c* <script> @team ]]> ${{ x }}\n```\n::error::x \u{1b}]52;c;x\u{7} \u{202e}";
    document["results"][0]["plan"] = json!(name);
    document["results"][1]["name"] = json!(name);
    let comment = text(&against(&document.to_string(), "old.toml", &["-f", "markdown"]).stdout);
    assert!(!comment.contains('\u{1b}') && !comment.contains('\u{202e}'), "{comment}");
    assert!(comment.lines().all(|line| !line.trim_start().starts_with("::")), "{comment}");
    // Only the fences of the block of lines.
    assert_eq!(comment.lines().filter(|line| line.starts_with("```")).count(), 2, "{comment}");
    let row = comment.lines().find(|line| line.contains("script") && line.starts_with('|')).expect("its line");
    assert!(row.starts_with("| ````a\\u{7c}b` *c* <script>"), "{row}");
    // Seven bars: six cells.
    assert_eq!(row.matches('|').count(), 7, "{row}");
}

#[test]
fn the_question_is_asked_of_one_day() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = |price: u32, from: &str| {
        format!("[[plan]]\nid = \"p\"\nprice_usd = {price}\nfrom = {from}\nunlimited = true\n")
    };
    fs::write(folder.path().join("a.toml"), plan(20, "2026-01-01")).expect("written");
    // The old price ends where the new one begins.
    fs::write(folder.path().join("b.toml"), plan(20, "2026-01-01") + &plan(25, "2030-03-01")).expect("written");
    let args = ["diff", "a.toml", "b.toml", "--no-bundled", "--json"];
    let rows = results(&program(&args, folder.path()).output().expect("it starts"));
    assert!(rows.iter().any(|row| row["key"] == "price_usd_per_month" && row["to"] == json!(25.0)), "{rows:?}");
    let args = [&args[..], &["--as-of", "2029-01-01"]].concat();
    assert!(results(&program(&args, folder.path()).output().expect("it starts")).is_empty());
}
