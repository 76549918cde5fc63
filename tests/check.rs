//! `plancost check`, in process: exit codes, every form of the result, and that the way out is one.
//!
//! `PLANCOST_BLESS=1` rewrites the golden files of `check/`. What the formats of others demand is in `formats.rs`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use plancost::cli::{World, run};
use serde_json::Value;

struct Ran {
    code: u8,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or("")
    }
}

fn run_with(args: &[&str], env: &[(&str, &str)], stdout: &mut dyn Write) -> (u8, String) {
    let mut stderr = Vec::new();
    let env = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let code = run(&mut World {
        args: ["plancost", "check"].iter().chain(args).map(Into::into).collect(),
        stdin: &mut io::empty(),
        stdout,
        stderr: &mut stderr,
        stdin_is_terminal: false,
        stdout_columns: None,
        stderr_columns: None,
        env: &env,
    });
    (code, String::from_utf8(stderr).expect("text"))
}

fn check_env(args: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut stdout = Vec::new();
    let (code, stderr) = run_with(args, env, &mut stdout);
    Ran { code, stdout: String::from_utf8(stdout).expect("text"), stderr }
}

fn check(args: &[&str]) -> Ran {
    check_env(args, &[])
}

fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("the folder is there");
    path.to_string_lossy().into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

const PLANS: [&str; 3] = ["--no-bundled", "tests/check/northwind.toml", "tests/check/orbit.toml"];

fn golden(extra: &[&str]) -> Ran {
    let mut args = vec!["--policy", "tests/check/policy.toml"];
    args.extend(PLANS);
    args.extend(extra);
    check(&args)
}

fn compare(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check").join(name);
    if std::env::var_os("PLANCOST_BLESS").is_some() {
        std::fs::write(&path, found).expect("the folder is there");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, kept, "{name} differs: run with PLANCOST_BLESS=1 after a change that is meant");
}

#[test]
fn every_form_says_the_same_as_it_did() {
    for (form, name) in [
        ("text", "golden.txt"),
        ("json", "golden.json"),
        ("sarif", "golden.sarif"),
        ("junit", "golden.xml"),
        ("github", "golden.github"),
        ("gitlab", "golden.gitlab.json"),
        ("markdown", "golden.md"),
    ] {
        let ran = golden(&["-f", form]);
        // Something cannot be evaluated, which outranks what is denied, in every form.
        assert_eq!(ran.code, 4, "{form}: {}", ran.stderr);
        compare(name, &ran.stdout);
    }
}

#[test]
fn the_counts_are_those_of_hand() {
    // multiple-cap <= 10, at the high end of ranges:
    //   free: not applicable. secret: declared unknown. orbit/plus: no price of orbit-9.
    //   pro: 2M x 30.4375 days x (0.1 x 4 + 0.8 x 0.4 + 0.1 x 20 = 2.72 a million) = 165.58, 8.279x: passes.
    //   max-20x: 700 x 487/112 = 3,043.75, 15.2x: denied. launch: 20x, waived.
    // half-use-margin >= 10 %: pro 1 - 0.5 x 0.4 x 165.58 / 20 = -65.58 %, max-20x far below: two warnings.
    let ran = golden(&[]);
    assert_eq!(
        ran.last_line(),
        "check: 1 denied, 2 warnings, 1 not evaluable, 2 not applicable, 1 passed \
         (1 declared unknown, 1 waived, 1 note)"
    );
    let json = golden(&["--json"]).json();
    let of = |plan: &str| {
        let rows = json["results"].as_array().expect("a list");
        let row = rows.iter().find(|row| row["plan"] == plan && row["rule"] == "multiple-cap").expect("it is there");
        (row["verdict"].as_str().expect("a word").to_owned(), row["value"].to_string())
    };
    assert_eq!(of("northwind/pro"), ("passed".to_owned(), "8.279".to_owned()));
    assert_eq!(of("northwind/max-20x"), ("failed".to_owned(), "15.21875".to_owned()));
    assert_eq!(of("northwind/free"), ("not_applicable".to_owned(), "null".to_owned()));
    assert_eq!(of("orbit/plus"), ("not_evaluable".to_owned(), "null".to_owned()));
    assert_eq!(json["complete"], false);
}

#[test]
fn the_likely_figure_is_used_only_when_asked() {
    // 600 x 487/112 / 200 = 13.04; 700 x 487/112 / 200 = 15.22.
    let of = |extra: &[&str]| {
        let json = golden(&[&["--json", "--plan", "northwind/max-20x"], extra].concat()).json();
        let row = &json["results"][0];
        (row["range_end"].as_str().expect("a word").to_owned(), row["value"].to_string())
    };
    assert_eq!(of(&[]), ("high".to_owned(), "15.21875".to_owned()));
    assert_eq!(of(&["--likely"]), ("likely".to_owned(), "13.044643".to_owned()));
}

#[test]
fn the_bundled_catalogue_is_denied_at_fifty_and_says_the_way_out() {
    let folder = folder();
    let policy =
        file(&folder, "p.toml", "policy_version = 1\n[[rule]]\nid = \"cap\"\nplans = \"*\"\nmax_multiple = 50\n");
    for args in [vec!["--policy", &policy], vec!["--max-multiple", "50"]] {
        let ran = check(&args);
        assert_eq!(ran.code, 1, "{}", ran.last_line());
        assert!(
            ran.stdout.contains("chatgpt-pro-20x gives 70x, limit is 50x\n   --> plans/openai.toml:"),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains("passes with price ≥ 280.00: --set chatgpt-pro-20x.price_usd=280"));
        assert!(ran.stdout.contains("max API ≤ 10,000.00: --set chatgpt-pro-20x.limit.month.api_usd=10000"));
    }
    for set in ["chatgpt-pro-20x.price_usd=280", "chatgpt-pro-20x.limit.month.api_usd=10000"] {
        assert_eq!(check(&["--policy", &policy, "--plan", "chatgpt-pro-20x", "--set", set]).code, 0, "{set}");
    }
    let near = ["chatgpt-pro-20x.price_usd=279.99", "chatgpt-pro-20x.limit.month.api_usd=10000.01"];
    for set in near {
        assert_eq!(check(&["--policy", &policy, "--plan", "chatgpt-pro-20x", "--set", set]).code, 1, "{set}");
    }
}

/// Plans of many shapes, each of which breaks every rule of the vendor's.
const SHAPES: &str = r#"
[vendor]
id = "shapes"
[[rates]]
model = "small"
input_usd_per_mtok = 1.3
output_usd_per_mtok = 7
[[rates]]
model = "large"
input_usd_per_mtok = 3
output_usd_per_mtok = 17
[[workload]]
id = "w"
model = "small"
input_share = 0.93
output_share = 0.07
tokens_per_request = 7000
[[workload]]
id = "mixed"
[[workload.request]]
model = "small"
share = 0.7
input_tokens = 9000
output_tokens = 300
[[workload.request]]
model = "large"
share = 0.3
input_tokens = 20000
output_tokens = 900
[[plan]]
id = "weekly"
price_usd = 17
[[plan.limit]]
every = "week"
api_usd = 333.33
[[plan]]
id = "ranged"
price_usd = 20
fixed_cost_usd_per_month = 1.1
[[plan.limit]]
every = "5h"
api_usd = 7
range_usd = [3, 11]
[[plan.limit]]
every = "week"
api_usd = 150
[[plan]]
id = "tokens"
price_usd = 19.99
workload = "w"
[[plan.limit]]
every = "day"
tokens = 12_345_678
[[plan]]
id = "requests"
price = 9.90
currency = "EUR"
usd_per_unit = 1.0837
vat_share = 0.19
workload = "w"
[[plan.limit]]
every = "3d"
requests = 2500
[[plan]]
id = "yearly"
price_usd = 200
billed_every = "year"
fees = { share = 0.029, fixed_usd = 0.3 }
[[plan.limit]]
every = "month"
api_usd = 700
[[plan]]
id = "both"
price_usd = 20
annual_price_usd = 210
fees = { store_share = 0.15 }
[[plan.limit]]
every = "month"
api_usd = 411.11
discount_share = 0.2
[[plan]]
id = "pools"
price_usd = 20
mix = "worst-case"
[[plan.limit]]
every = "month"
id = "own"
api_usd = 300
models = ["small"]
[[plan.limit]]
every = "month"
id = "other"
api_usd = 200
models = ["large"]
[[plan]]
id = "mixed"
price_usd = 31
seats = 3
fees = { share = 0.029, fixed_usd = 0.3 }
mix = "worst-case"
workload = "mixed"
[[plan.limit]]
every = "week"
requests = 9000
[[plan.limit]]
every = "week"
id = "large"
tokens = 40_000_000
models = ["large"]
[[plan]]
id = "credits"
price_usd = 25
credits_per_api_usd = 25
[[plan.limit]]
every = "week"
credits = 3333
range = [3000, 4444.5]
"#;

#[test]
fn a_plan_changed_by_the_way_out_passes() {
    let folder = folder();
    let plans = file(&folder, "shapes.toml", SHAPES);
    let rules = [
        &["--max-multiple", "3.7"][..],
        &["--min-multiple", "10000"],
        &["--min-break-even", "0.9"],
        &["--min-break-even", "1.7"],
        &["--min-margin-at", "0.5=0.1"],
        &["--min-margin-at", "1=0.333"],
        &["--max-loss-at-full-usd", "0"],
        &["--max-loss-at-full-usd", "3.21"],
        &["--max-serving-share-at-full", "0.7"],
    ];
    let mut tried = 0;
    let mut kinds = BTreeSet::new();
    for rule in rules {
        for extra in [&[][..], &["--likely"], &["--billed", "year"], &["--fees", "card"], &["--hours-per-day", "8"]] {
            let base = [&["--json", "--no-bundled", &plans], rule, extra].concat();
            let json = check(&base).json();
            for row in json["results"].as_array().expect("a list") {
                let plan = row["plan"].as_str().unwrap_or("");
                if row["key"].is_null() || row["verdict"] == "passed" {
                    continue;
                }
                assert_eq!(row["verdict"], "failed", "{row}");
                let ways = row["passes_with"].as_array().expect("a list");
                assert!(ways.len() >= 2, "{rule:?} {row}");
                for way in ways {
                    let sets: Vec<&str> = way.as_str().expect("text").split(' ').collect();
                    let flags = sets.iter().flat_map(|set| ["--set", set]);
                    let args: Vec<&str> = base.iter().copied().chain(["--plan", plan]).chain(flags).collect();
                    let again = check(&args).json();
                    let rows = again["results"].as_array().expect("a list");
                    let row = rows.iter().find(|row| !row["key"].is_null()).unwrap_or_else(|| panic!("{way}: {again}"));
                    assert_eq!(row["verdict"], "passed", "{rule:?} {extra:?} {way}: {again}");
                    kinds.insert((
                        row["key"].as_str().expect("a key").to_owned(),
                        sets[0].split(['.', '=']).nth(1).map(str::to_owned),
                    ));
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
    // Price, limit and margin for each of the four about serving; price and limit for the two multiples.
    assert_eq!(kinds.iter().filter(|(_, input)| input.as_deref() == Some("limit")).count(), 6, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|(_, input)| input.as_deref() == Some("api_gross_margin")).count(), 4, "{kinds:?}");
}

#[test]
fn bad_policies_are_wrong_use_and_show_every_mistake_at_its_place() {
    let folder = folder();
    let bad = [
        ("policy_version = 1\n", "PC506", "has no rule"),
        ("", "PC108", "has no `policy_version`"),
        ("policy_version = 2\n[[rule]]\nid = \"a\"\nmax_multiple = 1\n", "PC509", "p.toml:1:18"),
        ("policy_version = 1\n[[rule]]\nid = \"a\"\nmax_multple = 1\n", "PC103", "did you mean `max_multiple`?"),
        ("policy_version = 1\n[[rule]]\nid = \"a\"\n", "PC108", "has no threshold"),
        ("policy_version = 1\n[[rule]]\nid = \"a\"\nmax_multiple = \"10\"\n", "PC121", "p.toml:4:16"),
        ("policy_version = 1\n[[rule]]\nid = \"a\"\nplans = \"[\"\nmax_multiple = 1\n", "PC510", "p.toml:4:9"),
        ("policy_version = 1\nmax_price_age = 45\n", "PC107", "a number of days"),
        (
            "policy_version = 1\n[[rule]]\nid = \"a\"\nmax_multiple = 1\n[[rule]]\nid = \"a\"\nmax_multiple = 2\n",
            "PC131",
            "two rules have the id `a`",
        ),
        (
            "policy_version = 1\n[[rule]]\nid = \"a\"\nmax_multiple = 5\n[[rule]]\nid = \"b\"\nplans = \"claude-*\"\n\
             min_multiple = 6\n",
            "PC505",
            "the other",
        ),
        (
            "policy_version = 1\n[[rule]]\nid = \"cap\"\nmax_multiple = 5\n[[waiver]]\nrule = \"kap\"\nplan = \"x\"\n\
             reason = \"r\"\nuntil = 2026-01-01\n",
            "PC508",
            "did you mean `cap`?",
        ),
        (
            "policy_version = 1\n[[rule]]\nid = \"cap\"\nmax_multiple = 5\n[[waiver]]\nrule = \"cap\"\nplan = \"x\"\n\
             until = 2026-01-01\n",
            "PC108",
            "has no `reason`",
        ),
        ("policy_version = 1\n[[rule]\n", "PC104", "p.toml:2"),
    ];
    for (text, code, words) in bad {
        let policy = file(&folder, "p.toml", text);
        let ran = check(&["--policy", &policy]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{text}\n{}", ran.stderr);
        assert!(ran.stderr.contains(code) && ran.stderr.contains(words), "{text}\n{}", ran.stderr);
        assert_eq!(ran.stderr.matches("error[").count(), 1, "one mistake, one report: {}", ran.stderr);
    }
    // Rules that contradict one another for no plan in common are no contradiction.
    let apart = "policy_version = 1\n[[rule]]\nid = \"a\"\nplans = \"kilo-*\"\nmax_multiple = 5\n[[rule]]\nid = \"b\"\n\
                 plans = \"claude-*\"\nmin_multiple = 6\n";
    assert_ne!(check(&["--policy", &file(&folder, "p.toml", apart)]).code, 2);
    assert_eq!(check(&["--policy", "/no/such/policy.toml"]).code, 2);
    assert_eq!(check(&["--max-multiple", "ten"]).code, 2);
}

#[test]
fn an_expired_waiver_is_denied_and_an_idle_one_warned_of() {
    let folder = folder();
    let policy = |until: &str, plan: &str| {
        format!(
            "policy_version = 1\n[[rule]]\nid = \"cap\"\nmax_multiple = 50\n[[waiver]]\nrule = \"cap\"\nplan = \"{plan}\"\n\
             reason = \"launch\"\nuntil = {until}\n"
        )
    };
    let run = |until: &str, plan: &str| {
        let policy = file(&folder, "p.toml", &policy(until, plan));
        check(&["--policy", &policy, "--plan", "chatgpt-pro-20x", "--as-of", "2026-11-03"])
    };
    assert_eq!(run("2026-11-04", "chatgpt-pro-20x").code, 0);
    let expired = run("2026-11-03", "chatgpt-pro-20x");
    assert_eq!(expired.code, 1);
    assert!(expired.stdout.contains("error[PC503]: the waiver of cap for chatgpt-pro-20x expired on 2026-11-03"));
    assert!(expired.last_line().starts_with("check: 2 denied"), "{}", expired.last_line());
    let idle = run("2027-01-01", "chatgpt-pro-20");
    assert!(idle.stdout.contains("warning[PC507]") && idle.stdout.contains("did you mean `chatgpt-pro-20x`?"));
}

#[test]
fn a_rule_that_matches_nothing_is_warned_of() {
    let folder = folder();
    let text = "policy_version = 1\n[[rule]]\nid = \"cap\"\nplans = \"chatgpt-por\"\nmax_multiple = 50\n";
    let ran = check(&["--policy", &file(&folder, "p.toml", text), "--plan", "kilo-19"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("warning[PC504]: rule `cap` is for no plan"), "{}", ran.stdout);
    let strict = check(&["--policy", &file(&folder, "p.toml", text), "--plan", "kilo-19", "--fail-on", "warn"]);
    assert_eq!(strict.code, 1);
}

#[test]
fn no_answer_outranks_no_and_what_softens_it_is_said() {
    let code = |extra: &[&str]| golden(extra).code;
    assert_eq!(code(&[]), 4);
    assert_eq!(code(&["--allow-incomplete"]), 1);
    assert_eq!(code(&["--exit-zero"]), 4);
    assert_eq!(code(&["--allow-incomplete", "--exit-zero"]), 0);
    assert_eq!(code(&["--plan", "northwind/pro"]), 0);
    assert_eq!(code(&["--plan", "northwind/pro", "--fail-on", "warn"]), 1);
    assert_eq!(code(&["--plan", "none-such"]), 3);
    assert_eq!(code(&["/no/such/file.toml"]), 3);
    for form in ["text", "json", "sarif", "junit", "github", "markdown"] {
        let ran = golden(&["--allow-incomplete", "--exit-zero", "-f", form]);
        let said = if form == "json" {
            ["\"exit_zero\": true", "\"allow_incomplete\": true"]
        } else {
            ["--exit-zero", "--allow-incomplete"]
        };
        assert!(said.iter().all(|word| ran.stdout.contains(word)), "{form}: {}", ran.stdout);
    }
}

#[test]
fn without_a_policy_the_files_are_checked() {
    let ran = check(&PLANS);
    assert_eq!(ran.code, 4, "{}", ran.stdout);
    assert!(ran.stdout.contains("error[PC502]: orbit/plus has figures that are not known: rate of orbit-9"));
    assert!(ran.stdout.contains("--> tests/check/orbit.toml:6:9"), "{}", ran.stdout);
    assert_eq!(check_env(&PLANS, &[("PLANCOST_STRICT", "0")]).code, 0);

    let folder = folder();
    let text = r#"
[vendor]
id = "v"
[[plan]]
id = "a"
price_usd = 20
source = "s"
checked = 2026-08-01
[[plan.limit]]
every = "day"
api_usd = 1
[[plan.limit]]
every = "week"
api_usd = 8
[[plan.limit]]
every = "month"
api_usd = 33
[[plan]]
id = "b"
price_usd = 25
checked = 2026-09-01
[[plan.limit]]
every = "month"
api_usd = 30
[[plan]]
id = "c"
price_usd = 10
source = "s"
[[plan.limit]]
every = "month"
api_usd = 3
[[plan]]
id = "d"
price_unknown = true
allowance_unknown = true
"#;
    let path = file(&folder, "v.toml", text);
    let run = |extra: &[&str]| check(&[&["--no-bundled", &path, "--as-of", "2026-10-01"], extra].concat());
    // 1 August is 61 days before, 1 September 30. A week touches 8 days: 8 x $1 is no more than $8. A month of 31 days
    // touches 32: $32 is below $33. b costs more than a, and grants 30 against 30.4375.
    let ran = run(&["--message-format", "short"]);
    let name = Path::new(&path).file_name().expect("a name").to_string_lossy().into_owned();
    let found: Vec<String> =
        ran.stdout.lines().filter_map(|line| Some(line.split_once(&name)?.1.split(" (").next()?.to_owned())).collect();
    assert_eq!(
        found,
        [
            ":5:1: warning[PC511]: the price of a was checked on 2026-08-01, 61 days before 2026-10-01",
            ":12:1: warning[PC513]: limit `week` of a can never bind: `day` is always tighter",
            ":15:1: warning[PC513]: limit `month` of a can never bind: `day` is always tighter",
            ":19:1: warning[PC514]: b is beaten by a, which costs no more and grants no less",
            ":26:1: warning[PC511]: the price of c has no `checked`, so that its age is not known",
            ":19:1: note[PC512]: the price of b has no `source`",
            ":33:1: note[PC515]: the file of d declares unknown: price, allowance",
        ],
        "{}",
        ran.stdout
    );
    assert_eq!(ran.code, 0);
    // A price past what the policy takes is no answer, and no pass.
    let aged = run(&["--max-price-age", "45d"]);
    assert_eq!((aged.code, aged.last_line().contains("2 not evaluable")), (4, true), "{}", aged.stdout);
    assert_eq!(run(&["--max-price-age", "100d", "--plan", "a"]).code, 0);
}

/// A stream whose reader is gone, or whose disk is full.
struct Broken(ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_reader_that_leaves_keeps_the_verdict_and_a_full_disk_is_code_5() {
    for form in ["text", "json", "sarif", "junit", "github", "gitlab", "markdown"] {
        for (kind, code) in [(ErrorKind::BrokenPipe, 1), (ErrorKind::StorageFull, 5)] {
            let args = ["--max-multiple", "50", "--plan", "chatgpt-pro-20x", "-f", form];
            let (found, stderr) = run_with(&args, &[], &mut Broken(kind));
            assert_eq!(found, code, "{form} {stderr}");
            assert_eq!(stderr.contains("PC601"), code == 5, "{form} {stderr}");
        }
    }
}

#[test]
fn exports_are_written_beside_and_never_over_an_input() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (sarif, junit) = (format!("sarif={}", at("p.sarif")), format!("junit={}", at("p.xml")));
    let ran = golden(&["--export", &sarif, "--export", &junit]);
    assert_eq!(ran.code, 4);
    assert!(ran.last_line().starts_with("check: "));
    assert_eq!(std::fs::read_to_string(at("p.sarif")).expect("it is written"), golden(&["-f", "sarif"]).stdout);
    assert_eq!(std::fs::read_to_string(at("p.xml")).expect("it is written"), golden(&["-f", "junit"]).stdout);
    let policy = file(&folder, "policy.toml", "policy_version = 1\nmax_price_age = \"45d\"\n");
    let over = check(&["--policy", &policy, "--export", &format!("json={policy}"), "--plan", "kilo-19"]);
    assert_eq!(over.code, 5);
    assert!(std::fs::read_to_string(&policy).expect("it is there").starts_with("policy_version"));
}

#[test]
fn hostile_names_are_inert_in_every_form() {
    let folder = folder();
    let hostile = "x]]>&lt;\\\"'`|@team =cmd() ::error::x %0A \\u001b]52;c \\u202e ${{ x }} <script> --> #1";
    let plans = format!(
        "[vendor]\nid = \"v\"\n[[plan]]\nid = \"a\"\nname = \"{hostile}\"\nprice_usd = 1\nsource = \"javascript:{hostile}\"\n\
         checked = 2026-08-01\nnote = \"{hostile}\"\n[[plan.limit]]\nevery = \"month\"\napi_usd = 10\n[[workload]]\n\
         id = \"w\"\nmodel = \"{hostile}\"\ninput_share = 1\n[[plan]]\nid = \"b\"\nprice_usd = 1\nworkload = \"w\"\n\
         [[plan.limit]]\nevery = \"month\"\ntokens = 5\n"
    );
    let policy = format!(
        "policy_version = 1\n[[rule]]\nid = \"cap\"\nplans = [\"*\", \"{hostile}\"]\nmax_multiple = 5\n[[waiver]]\n\
         rule = \"cap\"\nplan = \"a\"\nreason = \"{hostile}\\n::error::y\"\nuntil = 2026-12-01\n"
    );
    let plans = file(&folder, "::error::n,x\n##[y].toml", &plans);
    let policy = file(&folder, "policy.toml", &policy);
    let actions = [("GITHUB_ACTIONS", "true")];
    for form in ["text", "json", "sarif", "junit", "github", "gitlab", "markdown"] {
        let ran = check_env(&["--policy", &policy, "--no-bundled", &plans, "-f", form], &actions);
        assert_eq!(ran.code, 4, "{form} {}", ran.stderr);
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{form} {text:?}");
            assert!(!text.contains('\u{202e}'), "{form} {text:?}");
            for line in text.lines().filter(|line| line.trim_start().starts_with("::")) {
                let ours = ["::error file=", "::warning file=", "::notice file=", "::: "];
                assert!(ours.iter().any(|start| line.trim_start().starts_with(start)), "{form} {line}");
            }
            assert!(form != "junit" || text == &ran.stderr || !text.contains("<script>"), "{text}");
        }
        if ["json", "sarif", "gitlab"].contains(&form) {
            ran.json();
        }
    }
}

#[test]
fn fingerprints_outlive_lines_and_values() {
    let folder = folder();
    let text = std::fs::read_to_string("tests/check/northwind.toml").expect("it is there");
    let moved = format!("# a line\n\n{}", text.replace("range_usd = [500, 700]", "range_usd = [500, 900]"));
    let of = |path: &str| {
        let json = check(&["--json", "--no-bundled", "--max-multiple", "10", path]).json();
        let rows = json["results"].as_array().expect("a list").clone();
        rows.iter().map(|row| row["fingerprint"].to_string()).collect::<BTreeSet<_>>()
    };
    assert_eq!(of("tests/check/northwind.toml"), of(&file(&folder, "northwind.toml", &moved)));
}

#[test]
fn annotations_stop_before_github_drops_them() {
    let ran = check(&["--max-multiple", "0.001", "-f", "github"]);
    for word in ["error", "warning", "notice"] {
        let start = format!("::{word} ");
        let lines: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with(&start)).collect();
        assert!(lines.len() <= 10, "{}", ran.stdout);
        if lines.len() == 10 {
            assert!(lines[9].contains(" more of this level"), "{}", lines[9]);
        }
    }
}

#[test]
fn the_examples_of_the_help_run() {
    let help = check(&["--help"]).stdout;
    let here = RefCell::new(0);
    for line in help.lines().filter_map(|line| line.trim().strip_prefix("plancost check ")) {
        let command = line.split("   ").next().expect("a command").replace('\'', "");
        let folder = folder();
        let out = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let policy = PathBuf::from("tests/check/policy.toml").to_string_lossy().into_owned();
        let command = command.replace("--policy policy.toml", &format!("--policy {policy}"));
        let command =
            ["p.sarif", "p.xml", "summary.md"].iter().fold(command, |all, name| all.replace(name, &out(name)));
        let ran = check(&command.split_whitespace().collect::<Vec<_>>());
        assert!([0, 1, 4].contains(&ran.code), "{command}: {} {}", ran.code, ran.stderr);
        *here.borrow_mut() += 1;
    }
    assert!(*here.borrow() >= 5, "{help}");
}
