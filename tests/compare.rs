//! `plancost compare`: what holds of its answers, and what it refuses. What it prints is in `golden/compare/`.

mod program;

use plancost::scenario::tiers::{Offer, ladder};
use plancost::units::Ratio;
use program::{Answered, Given};

const MARKET: &str = "tests/fixtures/tiers.toml";

fn program(args: &[&str], stdin: &str) -> Answered {
    let args = ["compare"].iter().chain(args).copied();
    Given { stdin: stdin.into(), ..Given::args(args) }.run()
}

/// The program on the invented market alone.
fn compare(args: &[&str]) -> Answered {
    program(&[args, &["--no-bundled", "--from", MARKET]].concat(), "")
}

/// The cutting points of `economics.md` 4.5, from the catalogue itself.
#[test]
fn the_published_ladders_come_out_exactly() {
    let cuts = |plans: &[&str]| {
        let args =
            [&["--ladder", "-f", "csv", "--columns", "plan,from_usd_per_month,to_usd_per_month"], plans].concat();
        let answered = program(&args, "");
        assert_eq!(answered.code, 0, "{}", answered.err);
        answered.out.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        cuts(&["claude-pro", "claude-max-5x", "claude-max-20x"]),
        ["API,0.00,20.00", "claude-pro,20.00,480.00", "claude-max-5x,480.00,2100.00", "claude-max-20x,2100.00,"]
    );
    assert_eq!(
        cuts(&["chatgpt-plus", "chatgpt-pro-5x", "chatgpt-pro-20x"]),
        ["API,0.00,20.00", "chatgpt-plus,20.00,780.00", "chatgpt-pro-5x,780.00,3600.00", "chatgpt-pro-20x,3600.00,"]
    );
}

/// Against the reference program: every ladder in `tests/oracle/cases.json`.
#[test]
fn the_ladders_of_the_reference_come_out() {
    let ratio = |value: &serde_json::Value| Ratio::parse(value.as_str()?).ok();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/cases.json"));
    let cases: serde_json::Value = serde_json::from_str(&text.expect("the cases are there")).expect("they are JSON");
    let choices = cases["cases"].as_array().expect("a list").iter().filter(|case| case["op"] == "pop.choice");
    let mut tried = 0;
    for case in choices {
        let plans = case["input"]["plans"].as_array().expect("a list");
        let mut names: Vec<&str> = plans.iter().filter_map(|plan| plan["id"].as_str()).collect();
        let mut offers: Vec<Offer> = plans
            .iter()
            .map(|plan| Offer {
                fee_usd: ratio(&plan["price"]).expect("a price"),
                included_usd: ratio(&plan["max_usd"]),
                overflow_rate: ratio(&plan["overflow_rate"]).unwrap_or_else(Ratio::one),
                ..Offer::api(Ratio::zero())
            })
            .collect();
        if case["input"]["api"] == true {
            names.push("api");
            offers.push(Offer::api(Ratio::zero()));
        }
        let near = |mine: Option<&Ratio>, theirs: &serde_json::Value| match (mine, theirs.as_f64()) {
            (Some(mine), Some(theirs)) => (mine.to_f64() - theirs).abs() < 1e-6,
            (mine, theirs) => mine.is_none() && theirs.is_none(),
        };
        let segments = ladder(&offers);
        let cuts = case["expect"]["cuts"].as_array().expect("a list");
        assert_eq!(segments.len(), cuts.len(), "{}", case["id"]);
        for (segment, cut) in segments.iter().zip(cuts) {
            assert_eq!(names[segment.offer], cut["plan"], "{}", case["id"]);
            let ends = near(Some(&segment.from_usd), &cut["from"]) && near(segment.to_usd.as_ref(), &cut["to"]);
            assert!(ends, "{}: {segment:?} {cut}", case["id"]);
        }
        tried += 1;
    }
    assert!(tried > 10, "only {tried} were tried");
}

#[test]
fn a_plan_that_does_not_exist_is_wrong_use_and_a_near_one_is_named() {
    let told = |args: &[&str], words: &[&str]| {
        let answered = compare(args);
        assert_eq!((answered.code, answered.out.as_str()), (2, ""), "{args:?}");
        assert!(words.iter().all(|word| answered.err.contains(word)), "{args:?}: {}", answered.err);
    };
    told(&["pro", "max-2x"], &["error[PC012]: no plan `max-2x`", "did you mean `max-20x`?"]);
    told(&["pro", "lite["], &["`lite[` is not a pattern"]);
    told(&["pro", "zzz*"], &["no plan fits `zzz*`", "lists them"]);
    told(&["pro", "lite", "--baseline", "liet"], &["no plan `liet`", "did you mean `lite`?"]);
    told(&["--ladder", "--vendor", "northwnd"], &["no plan of a vendor `northwnd`", "did you mean `northwind`?"]);
    told(&["pro", "plans/a.toml"], &["no plan `plans/a.toml`", "after `--from`"]);
    told(&["pro"], &["nothing to compare `pro` with", "at least two plans"]);
    told(&["pro", "pro", "pr?"], &["nothing to compare `pro` with"]);
    told(&["pro", "lite", "--columns", "pric"], &["unknown column `pric`"]);
    let nothing = program(&[], "");
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("no plan is named"), "{}", nothing.err);
    assert_eq!(program(&["--ladder"], "").code, 2);
    assert_eq!(compare(&["pro", "lite", "--ladder", "--baseline", "pro"]).code, 2);
}

#[test]
fn two_wrong_ids_are_two_mistakes() {
    let answered = compare(&["prop", "litee"]);
    assert_eq!(answered.err.matches("error[PC012]").count(), 2, "{}", answered.err);
}

#[test]
fn a_plan_that_is_not_on_sale_that_day_is_told_apart() {
    let file = "[[plan]]\nid = \"late\"\nprice_usd = 1\nunlimited = true\nfrom = 2026-05-01\nsource = \"s\"\nchecked = 2026-05-01\n";
    let answered = program(&["late", "late", "--no-bundled", "--as-of", "2026-01-01", "--from", "-"], file);
    assert_eq!(answered.code, 2);
    assert!(answered.err.contains("it was not on sale on 2026-01-01"), "{}", answered.err);
}

#[test]
fn what_is_wrong_with_a_file_comes_before_a_plan_it_may_hold() {
    let answered = program(&["pro", "lite", "--no-bundled", "--from", "-"], "[[plan]]\nid = \"pro\"\nprice_us = 20\n");
    assert_eq!(answered.code, 3);
    assert!(answered.err.contains("error[PC103]: ") && answered.err.contains("no plan `lite`"), "{}", answered.err);
}

#[test]
fn an_unknown_maximum_is_incomplete_where_that_is_asked() {
    for args in [["pro", "mystery"].as_slice(), &["--ladder", "pro", "mystery"]] {
        assert_eq!(compare(args).code, 0);
        let strict = compare(&[args, &["--strict", "--json"]].concat());
        assert_eq!(strict.code, 4);
        assert!(strict.out.contains("\"complete\": false"), "{}", strict.out);
    }
    let ladder = compare(&["--ladder", "pro", "mystery"]).out;
    assert!(ladder.contains("Left out, since not all is known: mystery (allowance)."), "{ladder}");
}

#[test]
fn what_is_not_served_above_full_use_is_said() {
    let above = compare(&["pro", "lite", "--at", "150%"]).out;
    assert!(above.contains("Above 100%: no overage is sold by lite,"), "{above}");
    assert!(!compare(&["pro", "lite"]).out.contains("Above 100%"));
}

#[test]
fn hostile_names_reach_no_format() {
    for format in ["table", "plain", "markdown", "json", "jsonl", "csv", "tsv"] {
        for ladder in [&[][..], &["--ladder"]] {
            let answered = compare(&[&["pro", "lite", "-f", format, "--columns", "plan,name,vendor"], ladder].concat());
            assert_eq!(answered.code, 0, "{}", answered.err);
            let is_loose = |c: char| c == '\u{1b}' || c == '\u{202E}';
            assert!(!answered.out.contains(is_loose), "{format}: {:?}", answered.out);
        }
    }
}

#[test]
fn no_line_is_wider_than_asked() {
    let plans = ["pro", "max-5x", "max-20x", "lite", "free", "flat", "mystery", "a-plan-*"];
    for width in [40, 50, 60, 72, 80, 100, 140, 200] {
        let columns = width.to_string();
        for more in [&[][..], &["--baseline", "pro"], &["--baseline", "mystery", "--ascii"]] {
            let answered = compare(&[&plans[..], &["--width", columns.as_str()], more].concat());
            // A name in a sentence is not cut.
            let lines = answered.out.lines().filter(|line| line.contains(' '));
            let widest = lines.map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= width, "{widest} at {width}:\n{}", answered.out);
        }
    }
}

#[test]
fn more_than_six_plans_are_shown_where_they_fit_and_named_where_not() {
    let plans = ["pro", "max-5x", "max-20x", "lite", "free", "flat", "mystery", "a-plan-*"];
    let narrow = compare(&[&plans[..], &["--width", "80"]].concat()).out.replace('\n', " ");
    assert!(narrow.contains("2 plans hidden at 80 columns: mystery, a-plan-with-a-very-long-name"), "{narrow}");
    let wide = compare(&[&plans[..], &["--width", "200"]].concat()).out;
    assert!(!wide.contains("hidden"), "{wide}");
    let csv = compare(&[&plans[..], &["-f", "csv"]].concat()).out;
    assert_eq!(csv.lines().count(), 9);
}

#[test]
fn equal_figures_are_all_marked() {
    // pro and the long one: 400 for 20. lite has 400 for 30.
    let csv = compare(&["pro", "a-plan-*", "lite", "-f", "csv", "--columns", "plan,best_in"]).out;
    let has = |line: usize, key: &str| csv.lines().nth(line).is_some_and(|line| line.contains(key));
    assert!(has(1, "multiple") && has(2, "multiple") && !has(3, "multiple"), "{csv}");
    // 30 covers 120 of 400, 20 only 80.
    assert!(has(3, "; break_even") || has(3, ",break_even"), "{csv}");
}

#[test]
fn the_order_of_the_ids_is_the_order_of_the_columns() {
    let names = |args: &[&str]| {
        let csv = compare(&[args, &["-f", "csv", "--columns", "plan"]].concat()).out;
        csv.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&["lite", "pro"]), ["lite", "pro"]);
    assert_eq!(names(&["max-20x", "max-*", "pro"]), ["max-20x", "max-5x", "pro"]);
    assert_eq!(names(&["pro", "max-*", "--baseline", "lite"]), ["lite", "pro", "max-5x", "max-20x"]);
    assert_eq!(names(&["lite", "pro", "--sort", "price_usd_per_month"]), ["pro", "lite"]);
}

#[test]
fn help_says_what_it_is_for_and_lists_every_column() {
    let help = program(&["--help"], "");
    assert_eq!(help.code, 0);
    for words in ["plancost compare --ladder", "Exit codes:", "--from <PLAN>...", "--baseline"] {
        assert!(help.out.contains(words), "{words}: {}", help.out);
    }
    let columns = program(&["--ladder", "--columns", "help"], "");
    assert!(columns.out.contains("loses_from_usd_per_month"), "{}", columns.out);
}
