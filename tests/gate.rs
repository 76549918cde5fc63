//! `diff --policy`: the change is gated, and what did not change is not its fault.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// A folder with `old.toml`, `new.toml` and `policy.toml`.
struct Site(TempDir);

impl Site {
    fn new(old: &str, new: &str, rules: &str) -> Self {
        let site = Self(tempfile::tempdir().expect("a folder"));
        site.write("old.toml", old);
        site.write("new.toml", new);
        site.write("policy.toml", &format!("policy_version = 1\n{rules}"));
        site
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("written");
    }

    fn ran(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_plancost"))
            .args(args)
            .current_dir(self.0.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran { code: output.status.code().expect("it ends"), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    fn gated(&self, more: &[&str]) -> Ran {
        self.ran(&[&["diff", "old.toml", "new.toml", "--no-bundled", "--policy", "policy.toml"], more].concat())
    }
}

/// A plan of a price with so many API dollars a month; serving costs a quarter of list.
fn plan(id: &str, price: &str, api: &str) -> String {
    format!("[[plan]]\nid = \"{id}\"\nprice_usd = {price}\n[[plan.limit]]\nevery = \"month\"\napi_usd = {api}\n")
}

fn dark(id: &str) -> String {
    format!("[[plan]]\nid = \"{id}\"\nprice_usd = 20\nallowance_unknown = true\n")
}

/// A limit in requests that nothing prices, which no file declares.
fn unpriced(id: &str) -> String {
    format!("[[plan]]\nid = \"{id}\"\nprice_usd = 20\n[[plan.limit]]\nevery = \"day\"\nrequests = 5\n")
}

fn rule(id: &str, demands: &str) -> String {
    format!("[[rule]]\nid = \"{id}\"\n{demands}\n")
}

#[test]
fn only_plans_that_were_added_or_changed_are_judged() {
    // 400 / 20 = 20x, 500 / 20 = 25x, 600 / 20 = 30x; `gone` is judged no more.
    let old = plan("same", "20", "600") + &unpriced("blind") + &plan("moved", "20", "400") + &plan("gone", "20", "900");
    let new =
        plan("same", "20", "600") + &unpriced("blind") + &plan("moved", "20", "500") + &plan("fresh", "20", "600");
    let site = Site::new(&old, &new, &rule("cap", "max_multiple = 20"));
    let ran = site.gated(&["--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let document = ran.json();
    let judged: Vec<(&str, &str)> = document["verdicts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["plan"].as_str().expect("an id"), row["verdict"].as_str().expect("a word")))
        .collect();
    assert_eq!(judged, [("moved", "failed"), ("fresh", "failed")]);
    let summary = &document["summary"];
    assert_eq!((&summary["denied"], &summary["unchanged_breaking"]), (&json!(2), &json!(1)));
    assert_eq!(summary["unchanged_not_evaluable"], json!(1));
    assert!(ran.stderr.contains("error[PC501]: cap: moved gives 25x, limit is 20x\n"), "{}", ran.stderr);
    // 500 / 20 is $25.
    assert!(ran.stderr.contains("passes with price ≥ 25.00: --set moved.price_usd=25"), "{}", ran.stderr);
    let table = site.gated(&[]).stdout;
    assert!(table.contains("\nPolicy policy.toml: 2 denied.\n"), "{table}");
    let line = "1 unchanged plan breaks a rule already, 1 unchanged plan cannot be evaluated: not counted against";
    assert!(table.contains(line), "{table}");
    // With nothing changed, nothing is denied.
    assert_eq!(site.ran(&["diff", "new.toml", "new.toml", "--no-bundled", "--policy", "policy.toml"]).code, 0);
}

#[test]
fn a_multiple_may_rise_so_far_and_no_further() {
    // 400 / 20 = 20x and 500 / 20 = 25x: up by 5.
    let of = |limit: &str| {
        let rules = rule("jump", &format!("max_multiple_increase = {limit}"));
        Site::new(&plan("p", "20", "400"), &plan("p", "20", "500"), &rules)
    };
    assert_eq!(of("5").gated(&[]).code, 0);
    let site = of("4.5");
    let ran = site.gated(&["--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("jump: p gives 25x after 20x, up by 5x, limit is 4.5x\n --> new.toml:2:1"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("rule policy.toml:4: max_multiple_increase = 4.5 (deny)"), "{}", ran.stderr);
    let row = &ran.json()["verdicts"][0];
    assert_eq!((&row["old_value"], &row["value"], &row["threshold"]), (&json!(20), &json!(25), &json!(4.5)));
    assert_eq!((&row["path"], &row["line"], &row["rule_line"]), (&json!("new.toml"), &json!(2), &json!(4)));
    // 24.5x takes 500 / 24.5 = 20.408, or 24.5 x 20 = 490.
    assert_eq!(row["passes_with"], json!(["p.price_usd=20.41", "p.limit.month.api_usd=490"]));
    for set in ["p.price_usd=20.41", "p.limit.month.api_usd=490"] {
        assert_eq!(site.gated(&["--set", set]).code, 0, "{set}");
    }
    for set in ["p.price_usd=20.40", "p.limit.month.api_usd=490.01"] {
        assert_eq!(site.gated(&["--set", set]).code, 1, "{set}");
    }
    // What falls does not rise, and a gate is not moved by what is left out of sight.
    assert_eq!(site.ran(&["diff", "new.toml", "old.toml", "--no-bundled", "--policy", "policy.toml"]).code, 0);
    assert_eq!(site.gated(&["--ignore-below", "0.9"]).code, 1);
}

#[test]
fn a_break_even_may_fall_so_far_and_no_further() {
    // 20 / (400 x 0.25) = 0.2 and 20 / (500 x 0.25) = 0.16: down by 0.04.
    let of = |limit: &str| {
        let rules = rule("fall", &format!("max_break_even_decrease = {limit}"));
        Site::new(&plan("p", "20", "400"), &plan("p", "20", "500"), &rules)
    };
    assert_eq!(of("0.04").gated(&[]).code, 0);
    let site = of("0.03");
    let ran = site.gated(&["--json"]);
    assert_eq!(ran.code, 1);
    let said = "fall: p breaks even at 16% after 20%, down by 4 points, limit is 3 points";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    // 0.17 takes 0.17 x 125 = 21.25; 20 / (0.17 x 0.25) = 470.58; 1 - 20 / (0.17 x 500) = 13/17.
    let ways = json!(["p.price_usd=21.25", "p.api_gross_margin=0.764706", "p.limit.month.api_usd=470.58"]);
    assert_eq!(ran.json()["verdicts"][0]["passes_with"], ways);
    for set in ways.as_array().expect("a list") {
        assert_eq!(site.gated(&["--set", set.as_str().expect("text")]).code, 0, "{set}");
    }
}

#[test]
fn what_has_no_bound_any_more_is_denied() {
    let rules = rule("jump", "max_multiple_increase = 1000") + &rule("fall", "max_break_even_decrease = 1");
    let unlimited = "[[plan]]\nid = \"p\"\nprice_usd = 20\nunlimited = true\n";
    let old = plan("p", "20", "400");
    let ran = Site::new(&old, unlimited, &rules).gated(&[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("jump: p grants use without limit after 20x, limit is 1000x"), "{}", ran.stderr);
    let ran = Site::new(&old, &plan("p", "0", "400"), &rules).gated(&[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("jump: p is free after 20x, limit is 1000x"), "{}", ran.stderr);
    let poor = old.replace("price_usd = 20\n", "price_usd = 20\nfixed_cost_usd_per_month = 21\n");
    let ran = Site::new(&old, &poor, &rules).gated(&[]);
    assert_eq!(ran.code, 1);
    let said = "fall: p loses money without any use after 20%, limit is 100 points";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    // From no cap to a cap nothing rises.
    assert_eq!(Site::new(unlimited, &old, &rules).gated(&[]).code, 0);
}

#[test]
fn what_cannot_be_evaluated_does_not_pass() {
    let rules = rule("jump", "max_multiple_increase = 5");
    let known = plan("p", "20", "400");
    // What was known and is hidden says nothing of where it went.
    for (old, new, code) in [
        (&known, &dark("p"), 4),
        (&known, &unpriced("p"), 4),
        (&unpriced("p"), &known, 4),
        (&dark("p"), &known, 0),
        (&String::from("[vendor]\nid = \"v\"\n"), &known, 0),
    ] {
        let ran = Site::new(old, new, &rules).gated(&["--json"]);
        assert_eq!(ran.code, code, "{old}{new}{}", ran.stderr);
        let document = ran.json();
        let verdict = if code == 4 { "not_evaluable" } else { "not_applicable" };
        assert_eq!(document["verdicts"][0]["verdict"], verdict, "{old}{new}");
        assert_eq!(document["complete"] == json!(true), code == 0 && !old.contains("unknown"), "{old}{new}");
    }
    // No answer outranks no, from the policy as from --exit-code.
    let site = Site::new(&(known.clone() + &plan("q", "20", "400")), &(dark("p") + &plan("q", "20", "900")), &rules);
    let ran = site.gated(&["--exit-code"]);
    assert_eq!(ran.code, 4);
    assert!(ran.stderr.contains("error[PC501]") && ran.stderr.contains("error[PC502]"), "{}", ran.stderr);
    let comment = site.gated(&["-f", "markdown"]).stdout;
    let named =
        "\n\n**Denied by the policy:** `q` (`jump`)\n\n**Not evaluable by the policy:** `p` (`jump`)\n\n| Plan |";
    assert!(comment.contains(named), "{comment}");
    assert!(comment.starts_with("<!-- plancost:diff:v1 -->\n**Plan economics: "), "{comment}");
}

#[test]
fn an_earlier_document_is_a_before_and_no_after() {
    let rules = rule("jump", "max_multiple_increase = 5");
    // 70 / 3 = 23.333333 in the document; 85 / 3 is up by 5 exactly.
    let site = Site::new(&plan("p", "3", "70"), &plan("p", "3", "85"), &rules);
    for (from, to) in [("old.toml", "old.json"), ("new.toml", "new.json")] {
        let made = site.ran(&["analyze", "--no-bundled", "--json", from]).stdout;
        site.write(to, &made);
    }
    let gated = |old, new, more: &[&str]| {
        site.ran(&[&["diff", old, new, "--no-bundled", "--policy", "policy.toml"], more].concat())
    };
    assert_eq!(gated("old.json", "new.toml", &[]).code, 0);
    assert_eq!(gated("old.json", "new.toml", &["--set", "p.limit.month.api_usd=85.01"]).code, 1);
    let ran = gated("old.toml", "new.json", &[]);
    assert_eq!(ran.code, 4);
    assert!(ran.stderr.contains("error[PC502]: policy.toml: cannot evaluate `new.json`"), "{}", ran.stderr);
    assert_eq!(gated("new.toml", "new.json", &[]).code, 0);
}

#[test]
fn the_end_of_a_range_is_the_one_of_check() {
    // Likely 100 / 10 = 10x on both sides; at the high end 20x and 30x.
    let of = |high: &str| plan("p", "10", "100") + &format!("range_usd = [50, {high}]\n");
    let site = Site::new(&of("200"), &of("300"), &rule("jump", "max_multiple_increase = 5"));
    let ran = site.gated(&["--json"]);
    assert_eq!((ran.code, &ran.json()["verdicts"][0]["value"]), (1, &json!(30)));
    assert_eq!(site.gated(&["--likely"]).code, 0);
}

#[test]
fn waivers_levels_and_old_prices_count_as_in_check() {
    let (old, new) = (plan("p", "20", "400"), plan("p", "20", "900"));
    let jump = |more: &str| rule("jump", &format!("max_multiple_increase = 5\n{more}"));
    assert_eq!(Site::new(&old, &new, &jump("level = \"warn\"")).gated(&[]).code, 0);
    assert_eq!(Site::new(&old, &new, &jump("plans = \"q\"")).gated(&[]).code, 0);
    let waiver = "[[waiver]]\nrule = \"jump\"\nplan = \"p\"\nreason = \"launch\"\nuntil = 2026-09-01\n";
    let site = Site::new(&old, &new, &(jump("") + waiver));
    assert_eq!(site.gated(&["--as-of", "2026-08-31"]).code, 0);
    assert_eq!(site.gated(&["--as-of", "2026-09-01"]).code, 1);
    let site = Site::new(&old, &new, "max_price_age = \"45d\"\n");
    let ran = site.gated(&["--as-of", "2026-09-01"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("error[PC511]"), "{}", ran.stderr);
}

#[test]
fn a_bad_policy_is_wrong_use() {
    let site = Site::new(&plan("p", "20", "400"), &plan("p", "20", "900"), "");
    assert_eq!(site.gated(&[]).code, 2);
    for rules in ["max_multiple_increase = -1", "max_multiple_increas = 1", "level = \"deny\""] {
        site.write("policy.toml", &format!("policy_version = 1\n{}", rule("r", rules)));
        assert_eq!(site.gated(&[]).code, 2, "{rules}");
    }
    assert_eq!(site.ran(&["diff", "old.toml", "new.toml", "--policy", "nowhere.toml"]).code, 2);
    assert_eq!(site.ran(&["diff", "-", "new.toml", "--policy", "-"]).code, 2);
    // An input that cannot be used outranks what is denied.
    site.write("policy.toml", &format!("policy_version = 1\n{}", rule("r", "max_multiple = 1")));
    site.write("new.toml", &(plan("p", "20", "900") + &plan("q", "2e1", "1")));
    assert_eq!(site.gated(&[]).code, 3);
}

#[test]
fn check_says_that_a_rule_of_a_change_is_not_its_own() {
    let site = Site::new("", &plan("p", "20", "400"), &rule("jump", "max_multiple_increase = 5"));
    let ran = site.ran(&["check", "new.toml", "--no-bundled", "--policy", "policy.toml"]);
    assert_eq!(ran.code, 0);
    let said = "note[PC516]: jump: max_multiple_increase = 5 is for `diff` alone\n --> policy.toml:4:25";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    assert!(ran.stdout.lines().last().expect("a line").contains(", 0 passed"), "{}", ran.stdout);
    // A policy that says nothing of plans is none: what is unknown fails as it does without.
    site.write("new.toml", &unpriced("p"));
    assert_eq!(site.ran(&["check", "new.toml", "--no-bundled", "--policy", "policy.toml"]).code, 4);
}

#[test]
fn a_breach_comes_before_warnings() {
    let odd: String = (0..30)
        .map(|n| format!("[[plan]]\nid = \"p{n}\"\nprice_usd = 20\nworkload = \"w\"\n[[plan.limit]]\nevery = \"day\"\ntokens = 5\n"))
        .collect::<String>()
        + &(0..30).map(|n| format!("[[workload]]\nid = \"w{n}\"\nmodel = \"m{n}\"\ninput_share = 1\n")).collect::<String>()
        + "[[workload]]\nid = \"w\"\nmodel = \"m\"\ninput_share = 1\n";
    let rules = rule("jump", "max_multiple_increase = 5");
    let site = Site::new(&(odd.clone() + &plan("q", "20", "400")), &(odd + &plan("q", "20", "900")), &rules);
    let ran = site.gated(&[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("warning[PC") && ran.stderr.starts_with("error[PC501]: jump: q "), "{}", ran.stderr);
}
