//! `plancost.toml`: where it is found, what outranks what, and what a wrong one earns.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const PLANS: &str = "\
[[plan]]
id = \"p\"
price_usd = 20
checked = 2026-08-20
[[plan.limit]]
every = \"month\"
api_usd = 100
";

/// A project with a folder in it, and a user.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new(project: &str, user: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a folder") };
        site.write("project/.git/HEAD", "");
        site.write("project/plans/a.toml", PLANS);
        site.write("project/deep/er/b.toml", PLANS);
        if !project.is_empty() {
            site.write("project/plancost.toml", project);
        }
        if !user.is_empty() {
            site.write("home/.config/plancost/config.toml", user);
        }
        site
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn ran_in(&self, folder: &str, env: &[(&str, &str)], args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plancost"));
        command.args(args).current_dir(self.folder.path().join(folder)).env_clear().stdin(Stdio::null());
        command.env("HOME", self.folder.path().join("home")).envs(env.iter().copied());
        command.output().expect("the program starts")
    }

    fn ran(&self, env: &[(&str, &str)], args: &[&str]) -> String {
        let output = self.ran_in("project", env, args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn a_flag_outranks_a_variable_which_outranks_the_project_which_outranks_the_user() {
    let user = "format = \"tsv\"\ndecimals = 5\n";
    let all = Site::new("format = \"csv\"\nplans = [\"plans\"]\n", user);
    let without_project = Site::new("", user);
    let nobody = Site::new("", "");
    let form = |site: &Site, env: &[(&str, &str)], flags: &[&str]| {
        let out = site.ran(env, &[&["analyze", "plans", "--columns", "plan,price_usd_per_month"], flags].concat());
        match out {
            out if out.starts_with('{') => "json",
            out if out.starts_with('|') => "markdown",
            out if out.contains("p,20.00") => "csv",
            out if out.contains("p\t20.00") => "tsv",
            _ => "table",
        }
    };
    let variable = [("PLANCOST_FORMAT", "markdown")];
    assert_eq!(form(&nobody, &[], &[]), "table");
    assert_eq!(form(&without_project, &[], &[]), "tsv");
    assert_eq!(form(&all, &[], &[]), "csv");
    assert_eq!(form(&all, &variable, &[]), "markdown");
    assert_eq!(form(&all, &variable, &["--json"]), "json");
    assert_eq!(form(&all, &[], &["--json"]), "json");
    assert_eq!(form(&all, &[], &["--format", "markdown"]), "markdown");
    assert_eq!(form(&all, &[], &["--no-config"]), "table");
    // An empty variable is an unset one.
    assert_eq!(form(&all, &[("PLANCOST_FORMAT", "")], &[]), "csv");
    // What the project does not say, the user does.
    assert!(all.ran(&[], &["analyze", "plans", "-f", "table"]).contains("20.00000"));
}

#[test]
fn the_file_that_was_named_replaces_the_one_that_would_be_found() {
    let site = Site::new("api_margin = 0.5\n", "");
    site.write("project/other.toml", "api_margin = 0.4\n");
    site.write("project/third.toml", "api_margin = 0.3\n");
    let share = |env: &[(&str, &str)], flags: &[&str]| {
        let args = ["analyze", "plans", "--columns", "serving_share", "-f", "csv"];
        let out = site.ran(env, &[&args[..], flags].concat());
        out.lines().nth(1).expect("a row").to_owned()
    };
    assert_eq!(share(&[], &[]), "0.5");
    assert_eq!(share(&[("PLANCOST_CONFIG", "other.toml")], &[]), "0.6");
    assert_eq!(share(&[("PLANCOST_CONFIG", "other.toml")], &["--config", "third.toml"]), "0.7");
    assert_eq!(share(&[("PLANCOST_CONFIG", "other.toml")], &["--no-config"]), "0.25");
    assert_eq!(share(&[], &["--api-margin", "0.9"]), "0.1");
}

#[test]
fn every_default_reaches_its_flag() {
    let project = "\
        as_of = 2026-08-20\napi_margin = -0.2\nhours_per_day = 8\ndays_per_week = 5\nmix = \"worst-case\"\n\
        billed = \"year\"\nfees = \"card\"\nprices = [\"rates.toml\"]\nplans = [\"plans\"]\nformat = \"json\"\n";
    let site = Site::new(project, "");
    site.write("project/rates.toml", "[[rates]]\nmodel = \"m\"\ninput_usd_per_mtok = 1\n");
    let document: serde_json::Value = serde_json::from_str(&site.ran(&[], &["analyze"])).expect("JSON");
    let assumed = &document["assumptions"];
    let said: Vec<String> = ["api_gross_margin", "hours_per_day", "days_per_week", "mix", "billed_every", "fees"]
        .map(|key| assumed[key].to_string())
        .to_vec();
    let expected = ["-0.2", "8", "5", "\"worst-case\"", "\"year\"", "{\"fixed_usd\":0.3,\"share\":0.029}"];
    assert_eq!(said, expected);
    assert_eq!(document["as_of"], "2026-08-20");
    assert!(document["prices"].as_array().expect("a list").iter().any(|file| file["source"] == "rates.toml"));
    let inputs: Vec<&str> =
        document["inputs"].as_array().expect("a list").iter().filter_map(|input| input["path"].as_str()).collect();
    assert_eq!(inputs, ["plans/a.toml", "rates.toml", "plancost.toml"]);
    // Plans that are named replace those of the file.
    let named = site.ran(&[], &["analyze", "deep/er/b.toml"]);
    assert!(named.contains("deep/er/b.toml") && !named.contains("plans/a.toml"));
}

#[test]
fn strictness_can_be_a_default() {
    let site = Site::new("strict = true\n", "");
    site.write("project/dark.toml", "[[plan]]\nid = \"d\"\nprice_usd = 1\nallowance_unknown = true\n");
    assert_eq!(site.ran_in("project", &[], &["analyze", "dark.toml"]).status.code(), Some(4));
    assert_eq!(site.ran_in("project", &[("PLANCOST_STRICT", "0")], &["analyze", "dark.toml"]).status.code(), Some(0));
}

#[test]
fn the_file_is_found_upward_and_its_paths_are_its_own() {
    let site = Site::new("plans = [\"plans\"]\n", "");
    let output = site.ran_in("project/deep/er", &[], &["analyze", "--json", "-v"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["inputs"][0]["path"], "../../plans/a.toml");
    assert_eq!(document["inputs"][1]["path"], "../../plancost.toml");
    assert!(text(&output.stderr).contains("read ../../plancost.toml\n"));
    // Nothing is taken from outside the repository.
    let outside = Site::new("", "");
    outside.write("plancost.toml", "format = \"csv\"\n");
    assert!(!outside.ran(&[], &["analyze", "plans"]).starts_with("plan,"));
}

#[test]
fn all_mistakes_are_shown_at_once_at_their_places() {
    let site = Site::new("decimal = 3\nfees = \"crad\"\nhours_per_day = 25\nmax_diagnostics = -1\nx_own = 1\n", "");
    let output = site.ran_in("project", &[], &["analyze", "--message-format", "short"]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""));
    let said = text(&output.stderr);
    let expected = [
        ("plancost.toml:1:1", "PC103", "unknown key `decimal` in the configuration"),
        ("plancost.toml:2:8", "PC113", "cannot be `crad`"),
        ("plancost.toml:3:17", "PC122", "at most 24"),
        ("plancost.toml:4:19", "PC122", "at least 0"),
    ];
    assert_eq!(said.lines().count(), expected.len(), "{said}");
    for (line, (place, code, words)) in said.lines().zip(expected) {
        assert!(line.starts_with(place) && line.contains(code) && line.contains(words), "{line}");
    }
}

#[test]
fn the_user_may_change_looks_and_no_figures() {
    let site = Site::new("", "decimals = 3\napi_margin = 0.9\nstrict = true\n");
    let output = site.ran_in("project", &[], &["analyze", "plans"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert_eq!(said.matches("error[PC011]").count(), 2, "{said}");
    assert!(said.contains("user-level config may change looks, never figures"), "{said}");
    // `XDG_CONFIG_HOME` comes before the home folder.
    let elsewhere = site.folder.path().join("home").to_string_lossy().into_owned();
    assert_eq!(
        site.ran_in("project", &[("XDG_CONFIG_HOME", &elsewhere)], &["analyze", "plans"]).status.code(),
        Some(0)
    );
}

#[test]
fn a_file_that_cannot_be_read_is_wrong_use() {
    let site = Site::new("", "");
    for path in ["nowhere.toml", "plans", "-"] {
        let output = site.ran_in("project", &[], &["analyze", "--config", path]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(text(&output.stderr).contains("error[PC101]"), "{path}");
    }
    site.write("project/damaged.toml", "decimals = \n");
    let output = site.ran_in("project", &[], &["analyze", "--config", "damaged.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("error[PC104]"));
}

#[test]
fn a_configuration_is_not_written_over() {
    let site = Site::new("decimals = 3\n", "");
    let output = site.ran_in("project", &[], &["analyze", "plans", "-o", "plancost.toml"]);
    assert_eq!(output.status.code(), Some(5));
    let kept = fs::read_to_string(site.folder.path().join("project/plancost.toml")).expect("it is there");
    assert_eq!(kept, "decimals = 3\n");
}

#[test]
fn each_default_tells_its_origin() {
    let site = Site::new("api_margin = 0.5\nformat = \"csv\"\n", "decimals = 3\n");
    let out = site.ran(&[("PLANCOST_AS_OF", "2026-06-15")], &["schema", "config", "--show-effective"]);
    let line = |key: &str| {
        let line = out.lines().find(|line| line.starts_with(key)).expect("a line of each key");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("as_of"), "as_of = \"2026-06-15\" # $PLANCOST_AS_OF");
    assert_eq!(line("api_margin"), "api_margin = 0.5 # plancost.toml:1");
    assert!(line("decimals").starts_with("decimals = 3 # ") && line("decimals").ends_with("config.toml:1"));
    assert_eq!(line("max_diagnostics"), "max_diagnostics = 20 # default");
    assert_eq!(out.lines().count(), 19);
}

#[test]
fn the_schema_is_that_of_the_reader() {
    let site = Site::new("", "");
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/config.schema.json");
    assert_eq!(site.ran(&[], &["schema", "config"]), fs::read_to_string(committed).expect("it is there"));
}

#[test]
fn the_policy_of_a_project_is_that_of_check_and_diff() {
    // 100 / 20 = 5x; 200 / 20 = 10x.
    let site = Site::new("policy = \"rules/p.toml\"\nplans = [\"plans\"]\n", "");
    site.write("project/rules/p.toml", "policy_version = 1\n[[rule]]\nid = \"cap\"\nmax_multiple = 4\n");
    site.write("project/new.toml", &PLANS.replace("100", "200"));
    site.write("project/lax.toml", "policy_version = 1\n[[rule]]\nid = \"cap\"\nmax_multiple = 10\n");
    let code = |folder: &str, args: &[&str]| site.ran_in(folder, &[], args).status.code();
    assert_eq!(code("project", &["check"]), Some(1));
    assert_eq!(code("project/deep", &["check"]), Some(1));
    assert_eq!(code("project", &["check", "--policy", "lax.toml"]), Some(0));
    assert_eq!(code("project", &["check", "--no-config", "plans"]), Some(0));
    assert_eq!(code("project", &["check", "--config", "nowhere.toml"]), Some(2));
    let diff = ["diff", "plans/a.toml", "new.toml"];
    assert_eq!(code("project", &diff), Some(1));
    assert_eq!(code("project/deep", &["diff", "../plans/a.toml", "../new.toml"]), Some(1));
    assert_eq!(code("project", &[&diff[..], &["--policy", "lax.toml"]].concat()), Some(0));
    assert_eq!(code("project", &[&diff[..], &["--no-config"]].concat()), Some(0));
    let document = |args: &[&str]| -> serde_json::Value {
        serde_json::from_slice(&site.ran_in("project", &[], args).stdout).expect("JSON")
    };
    let row = &document(&["check", "--json"])["results"][0];
    assert_eq!((&row["rule_path"], &row["plan"]), (&"rules/p.toml".into(), &"p".into()));
}

#[test]
fn a_check_goes_by_the_configuration_like_the_rest() {
    let project =
        "format = \"json\"\nas_of = 2026-09-30\napi_margin = 0.5\nplans = [\"plans\"]\nprices = [\"rates.toml\"]\n";
    let site = Site::new(project, "");
    site.write("project/rates.toml", "[[rates]]\nmodel = \"m\"\ninput_usd_per_mtok = 1\n");
    let document: serde_json::Value = serde_json::from_str(&site.ran(&[], &["check"])).expect("JSON");
    assert_eq!((&document["kind"], &document["as_of"]), (&"check".into(), &"2026-09-30".into()));
    assert_eq!(document["assumptions"]["api_gross_margin"].to_string(), "0.5");
    let inputs: Vec<&str> =
        document["inputs"].as_array().expect("a list").iter().filter_map(|input| input["path"].as_str()).collect();
    assert_eq!(inputs, ["plans/a.toml", "rates.toml", "plancost.toml"]);
    // The forms of tables are text to a check, and one that it does not have is not for it.
    for form in ["table", "plain", "csv"] {
        site.write("project/plancost.toml", &format!("format = \"{form}\"\nplans = [\"plans\"]\n"));
        assert!(site.ran(&[], &["check"]).lines().last().expect("a line").starts_with("check: "), "{form}");
    }
    site.write("project/plancost.toml", "ascii = true\nmax_diagnostics = 0\nplans = [\"plans\"]\n");
    assert!(!site.ran(&[], &["check"]).contains("PC512"));
    site.write("project/plancost.toml", "decimal = 3\n");
    let output = site.ran_in("project", &[], &["check", "--message-format", "short"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("plancost.toml:1:1"), "{}", text(&output.stderr));
    // No file is written over.
    site.write("project/plancost.toml", "plans = [\"plans\"]\n");
    assert_eq!(site.ran_in("project", &[], &["check", "-o", "plancost.toml"]).status.code(), Some(5));
}
