//! `explain` as a program: its screens, its codes, its examples. `PLANCOST_BLESS=1` rewrites the screens in `explain/`.

use std::ffi::OsString;
use std::path::Path;

use plancost::cli::{World, run};

const KINDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/explain/kinds.toml");

/// Exit code, standard output, standard error.
fn plancost(args: &[&str]) -> (u8, String, String) {
    let (mut stdin, mut stdout, mut stderr) = (std::io::empty(), Vec::new(), Vec::new());
    let code = run(&mut World {
        args: std::iter::once("plancost").chain(args.iter().copied()).map(OsString::from).collect(),
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdin_is_terminal: false,
        stdout_columns: None,
        stderr_columns: None,
        env: &|_| None,
    });
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (code, text(stdout), text(stderr))
}

fn explained(args: &[&str]) -> String {
    let (code, out, err) = plancost(&[&["explain"], args].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}\n{out}");
    out
}

#[test]
fn screens_are_as_reviewed() {
    let screens: [(&str, &[&str]); 7] = [
        ("break_even.80", &["chatgpt-pro-20x:break_even", "--width", "80"]),
        ("break_even.60", &["chatgpt-pro-20x:break_even", "--width", "60"]),
        ("break_even.140", &["chatgpt-pro-20x:break_even", "--width", "140"]),
        ("break_even.md", &["chatgpt-pro-20x:break_even", "-f", "markdown"]),
        ("tokens.80", &["glm-pro:max_api_usd_per_month", "--width", "80"]),
        ("missing.80", &["claude-ultra:break_even", "--width", "80"]),
        ("windows.ascii.60", &["opencode-go:margin_at[2/35]", "--width", "60", "--ascii"]),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    for (name, args) in screens {
        let path = folder.join(format!("{name}.txt"));
        let shown = explained(args);
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            std::fs::write(&path, &shown).expect("the folder can be written");
        }
        assert_eq!(
            std::fs::read_to_string(&path).expect("a screen"),
            shown,
            "{name}: run with PLANCOST_BLESS=1 if meant"
        );
    }
}

#[test]
fn a_line_is_as_wide_as_it_may_be_but_for_a_word_that_is_wider() {
    for width in ["60", "80", "140"] {
        for plan in ["chatgpt-pro-20x", "opencode-go", "glm-pro", "claude-team-premium", "cursor-pro"] {
            let what = format!("{plan}:margin_at_full");
            let most: usize = width.parse().expect("a number");
            for line in explained(&[&what, "--width", width, "--ascii"]).lines() {
                let words = line.trim_start().split(' ').map(str::len).max().unwrap_or(0);
                assert!(line.is_ascii() && (line.len() <= most || words + 12 > most), "{width} {plan}: {line}");
            }
        }
    }
}

#[test]
fn every_number_of_analyze_has_an_address() {
    let (_, json, _) =
        plancost(&["analyze", KINDS, "--json", "--mean-use", "8%", "--churn", "4.5%", "--cac-usd", "140"]);
    let document: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let mut asked = 0;
    for plan in document["results"].as_array().expect("results") {
        let id = plan["plan"].as_str().expect("an id");
        let mut figures: Vec<(String, serde_json::Value)> = Vec::new();
        for (key, value) in plan.as_object().expect("a result") {
            if value.is_number() {
                figures.push((key.clone(), value.clone()));
            }
        }
        for point in plan["margin_at"].as_array().expect("points") {
            for (key, part) in [("margin_at", "margin"), ("profit_at", "profit_usd")] {
                if point[part].is_number() {
                    figures.push((format!("{key}[{}]", point["utilization"]), point[part].clone()));
                }
            }
        }
        for (figure, value) in figures {
            let what = format!("{id}:{figure}");
            let subscriber = ["--mean-use", "8%", "--churn", "4.5%", "--cac-usd", "140"];
            let tree = explained(&[&[what.as_str(), KINDS, "--json"][..], &subscriber].concat());
            let tree: serde_json::Value = serde_json::from_str(&tree).expect("JSON");
            assert_eq!((&tree["kind"], &tree["results"][0]["value"]), (&"explain".into(), &value), "{what}");
            asked += 1;
        }
    }
    assert!(asked > 150, "{asked}");
}

#[test]
fn the_examples_of_the_help_run() {
    let (_, help, _) = plancost(&["explain", "--help"]);
    let examples: Vec<&str> = help.lines().filter_map(|line| line.trim().strip_prefix("plancost ")).collect();
    assert!(examples.len() >= 6, "{help}");
    for example in examples.iter().filter(|example| example.starts_with("explain ")) {
        let plans: Vec<String> = ["anthropic", "openai"]
            .iter()
            .map(|name| format!("{}/plans/{name}.toml", env!("CARGO_MANIFEST_DIR")))
            .collect();
        let words = example.split(' ').filter(|word| !word.is_empty()).map(|word| word.trim_matches('\''));
        let args: Vec<&str> = words
            .flat_map(
                |word| if word == "plans/*.toml" { plans.iter().map(String::as_str).collect() } else { vec![word] },
            )
            .collect();
        assert_eq!(plancost(&args).0, 0, "{example}");
    }
}

#[test]
fn what_is_missing_is_said_and_demanded_with_strict() {
    assert_eq!(plancost(&["explain", "secret:break_even", KINDS, "--strict"]).0, 4);
    let out = explained(&["secret:break_even", KINDS]);
    assert!(out.starts_with("secret:break_even = ?\n") && out.contains("allowance"), "{out}");
    assert!(explained(&["unlimited:max_api_usd_per_month", KINDS]).contains("= no cap"));
    assert!(explained(&["empty:break_even", KINDS]).contains("= always"));
    assert!(explained(&["free:multiple", KINDS]).contains("= n/a"));
}

#[test]
fn slips_are_named() {
    for (what, near) in [
        ("chatgpt-pro-20:break_even", "`chatgpt-pro-20x`"),
        ("chatgpt-plus:brek_even", "`break_even`"),
        ("chatgpt-plus:margin_at", "`margin_at[50%]`"),
        ("chatgpt-plus:break_even[50%]", "has no utilization"),
        ("chatgpt-plus:margin_at[x]", "not a utilization"),
        ("PC13", "`PC103`"),
        ("break_even", "PLAN_ID:FIGURE"),
        ("chatgpt-plus:price_us", "`price_usd`"),
        ("glm-pro:limit.week.token", "`limit.week.tokens`"),
        ("rates.gpt-5.5@2026-04-23.input_usd_per_mtk", "`rates.gpt-5.5@2026-04-23.input_usd_per_mtok`"),
    ] {
        let (code, out, err) = plancost(&["explain", what]);
        assert_eq!((code, out.as_str()), (2, ""), "{what}");
        assert!(err.contains(near), "{what}: {err}");
    }
}

#[test]
fn an_override_is_its_own_place() {
    let args = ["kilo-19:multiple", "--set", "kilo-19.price_usd=25", "--set", "kilo-*.limit.month.api_usd=50"];
    let out = explained(&args);
    // 50 / 25
    assert!(out.starts_with("kilo-19:multiple = 2x (exact 2)"), "{out}");
    assert!(out.contains("--set kilo-19.price_usd=25"), "{out}");
    let flag = explained(&["kilo-19:break_even", "--api-margin", "0.5", "--fees", "card"]);
    assert!(flag.contains("--api-margin") && flag.contains("--fees"), "{flag}");
}

#[test]
fn an_input_is_what_its_file_says() {
    let price = explained(&["claude-pro:price_usd"]);
    assert!(price.starts_with("claude-pro:price_usd = 20.00 (exact 20)\n"), "{price}");
    assert!(price.contains("plans/anthropic.toml:") && price.contains("published, checked "), "{price}");
    let set = explained(&["claude-pro:price_usd", "--set", "claude-*.price_usd=25"]);
    assert!(set.starts_with("claude-pro:price_usd = 25.00 ") && set.contains("--set claude-*.price_usd=25"), "{set}");
    assert!(!set.contains("checked"), "{set}");
    let words = explained(&["claude-pro:billed_every"]);
    assert!(words.starts_with("claude-pro:billed_every = month\n"), "{words}");
    let list =
        explained(&["rates.gpt-5.5@2026-04-23.input_usd_per_mtok", "-f", "csv", "--columns", "value,unit,basis"]);
    assert_eq!(list, "value,unit,basis\n5.00,usd,published\n");
}

#[test]
fn codes_are_explained() {
    let one = explained(&["pc103"]);
    assert!(one.contains("PC103: a key is not one of the format") && one.contains("  price_usd = 20"), "{one}");
    let all = explained(&["codes"]);
    assert_eq!(all.lines().count(), plancost::catalog::codes::ALL.len());
    assert!(explained(&["codes", "--json"]).contains("\"code\": \"PC601\""));
}

#[test]
fn the_leaves_are_rows() {
    let rows = explained(&["chatgpt-pro-20x:break_even", "-f", "csv"]);
    let keys: Vec<&str> = rows.lines().map(|line| line.split(',').next().unwrap_or("")).collect();
    assert_eq!(keys, ["key", "price", "limit.month.grant", "api_gross_margin"]);
    let columns = ["secret:break_even", KINDS, "-f", "csv", "--columns", "key,value,status"];
    assert_eq!(explained(&columns), "key,value,status\nbreak_even,,unknown\n");
}
