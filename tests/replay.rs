//! `plancost replay`: what holds of its answers. What it prints is in `golden/replay/`.

mod program;

use plancost::catalog::{self, Input};
use plancost::population::Quantity;
use plancost::problem::Source;
use plancost::units::Ratio;
use program::{Answered, Given};
use serde_json::Value;

const PLANS: &str = "tests/fixtures/logs/plans.toml";
const HOME: &str = "tests/fixtures/logs/home";

fn replay(log: &str, args: &str) -> Answered {
    let words = args.split(' ').filter(|word| !word.is_empty());
    Given::args(["replay", log].into_iter().chain(words).chain(["--plans", PLANS])).run()
}

fn json_of(answered: &Answered) -> Value {
    serde_json::from_str(&answered.out).unwrap_or_else(|error| panic!("{error}: {}", answered.err))
}

fn json(log: &str, args: &str) -> Value {
    json_of(&replay(log, &format!("{args} --json")))
}

/// The same over a log that is piped in.
fn piped(log: &str, args: &str) -> Value {
    let words = args.split(' ').filter(|word| !word.is_empty());
    let mut given = Given::args(["replay", "-", "--json"].into_iter().chain(words).chain(["--plans", PLANS]));
    given.stdin = log.as_bytes().to_vec();
    json_of(&given.run())
}

/// A number with all its digits.
fn ratio(value: &Value) -> Ratio {
    Ratio::parse(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn of_plan<'v>(document: &'v Value, id: &str) -> &'v Value {
    let rows = document["results"].as_array().expect("results");
    rows.iter().find(|row| row["plan"] == id).unwrap_or_else(|| panic!("no {id} in {rows:?}"))
}

fn number(text: &str) -> Ratio {
    Ratio::parse(text).expect("a number")
}

/// Whatever becomes of the dollars of the log, all of them are somewhere.
fn assert_conserved(document: &Value, what: &str) {
    let mut rows = 0;
    for row in document["results"].as_array().expect("results").iter().filter(|row| !row["hits"].is_null()) {
        let parts = ["included_usd", "overage_api_usd", "downgraded_usd", "refused_usd", "pending_usd"];
        let sum: Ratio = parts.iter().map(|key| ratio(&row[*key])).sum();
        assert_eq!(sum, ratio(&row["api_usd"]), "{what}: {row}");
        rows += 1;
    }
    assert!(rows > 0, "{what}: no plan was tried");
}

/// Thirty requests of $1.70 every 20 minutes from 08:00, $10 in five hours, $28 a week: `economics` 10.4.
#[test]
fn the_published_example_comes_out() {
    let log = "tests/fixtures/logs/day.csv";
    for (args, included, refused, paid, hours, still) in [
        ("", "20.40", "30.60", "0", "6", None),
        ("--admission strict", "17", "34", "0", "6.67", None),
        ("--admission split", "20", "31", "0", "6.67", None),
        ("--overflow overage", "20", "0", "31", "6", Some("0")),
        ("--overflow overage --spend-cap 7", "20", "24", "7", "6", Some("5")),
    ] {
        let document = json(log, args);
        let row = of_plan(&document, "acme-pro");
        let found = ["included_usd", "refused_usd", "overage_api_usd", "blocked_hours"].map(|key| ratio(&row[key]));
        assert_eq!(found, [included, refused, paid, hours].map(number), "{args}");
        assert_eq!(row["hits"], 2, "{args}");
        if let Some(still) = still {
            assert_eq!(ratio(&row["blocked_hours_paying"]), number(still), "{args}");
        }
    }
}

/// One day of $51: a month is 30.4375 of them. $20 and $30.60 a day, less $20.40 a day at 25 % served.
#[test]
fn a_month_is_the_price_and_what_the_days_come_to() {
    let document = json("tests/fixtures/logs/day.csv", "");
    let row = of_plan(&document, "acme-pro");
    assert_eq!(ratio(&row["monthly_total_usd"]), number("20") + number("30.60") * number("30.4375"));
    let served = number("20.40") * number("0.25") * number("30.4375");
    assert_eq!(ratio(&row["vendor_profit_usd"]), number("20") - served);
    let api = of_plan(&document, "pay-as-you-go");
    assert_eq!(ratio(&api["monthly_total_usd"]), number("51") * number("30.4375"));
    // Six hours a day at $10 and nothing for the work that was refused.
    let valued = json("tests/fixtures/logs/day.csv", "--refused 0 --blocked-hour 10");
    let total = ratio(&of_plan(&valued, "acme-pro")["monthly_total_usd"]);
    assert_eq!(total, number("20") + number("60") * number("30.4375"));
}

#[test]
fn dollars_are_conserved_whatever_becomes_of_them() {
    for log in ["day", "team", "mixed", "summed", "unpriced"].map(|name| format!("tests/fixtures/logs/{name}.csv")) {
        for overflow in ["drop", "defer", "overage", "overage --prepaid 3", "downgrade=acme-small"] {
            for admission in ["soft", "strict", "split"] {
                let args =
                    format!("--overflow {overflow} --admission {admission} --prices tests/fixtures/logs/other.toml");
                assert_conserved(&json(&log, &args), &format!("{log} {args}"));
            }
        }
    }
}

/// Logs made up from seeds: conserved, and no order of rows, user or project changes what all of it comes to.
#[test]
fn made_up_logs_are_conserved_and_their_order_does_not_matter() {
    let mut state = 7_u64;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for round in 0..12 {
        let rows: Vec<String> = (0..40)
            .map(|_| {
                let (day, hour, minute) = (draw(27) + 1, draw(24), draw(60));
                let model = ["acme-large", "acme-small"][usize::try_from(draw(2)).expect("small")];
                let (input, output, user) = (draw(4_000_000), draw(300_000), draw(3));
                format!("2026-03-{day:02}T{hour:02}:{minute:02}:{:02}Z,u{user},{model},{input},{output}", draw(60))
            })
            .collect();
        let text = |rows: &[String]| format!("time,user,model,input,output\n{}\n", rows.join("\n"));
        let overflow = ["drop", "defer", "overage", "downgrade=acme-small"][round % 4];
        let args = format!("--overflow {overflow}");
        let document = piped(&text(&rows), &args);
        assert_conserved(&document, &format!("round {round}"));
        let reversed: Vec<String> = rows.iter().rev().cloned().collect();
        assert_eq!(document["results"], piped(&text(&reversed), &args)["results"], "round {round}");
        let users: Ratio =
            document["users"].as_array().expect("users").iter().map(|user| ratio(&user["api_usd_per_month"])).sum();
        let api = ratio(&of_plan(&document, "pay-as-you-go")["monthly_total_usd"]);
        assert!((users - api).abs() < number("0.00001"), "round {round}");
    }
}

#[test]
fn a_larger_plan_never_refuses_more() {
    for log in ["day", "team"].map(|name| format!("tests/fixtures/logs/{name}.csv")) {
        let document = json(&log, "");
        let refused = |id: &str| ratio(&of_plan(&document, id)["refused_usd"]);
        assert!(refused("acme-max") <= refused("acme-pro"), "{log}");
    }
}

#[test]
fn a_model_without_a_price_makes_the_answer_incomplete() {
    let log = "tests/fixtures/logs/unpriced.csv";
    let with = json(log, "--plan acme-pro");
    assert_eq!(with["complete"], false);
    assert_eq!(of_plan(&with, "acme-pro")["fits"], Value::Null);
    assert_eq!(of_plan(&with, "pay-as-you-go")["monthly_total_usd"], Value::Null);
    assert_eq!(replay(log, "--plan acme-pro --strict").code, 4);
    let without = json("tests/fixtures/logs/day.csv", "--plan acme-max");
    assert_eq!((&without["complete"], &of_plan(&without, "acme-max")["fits"]), (&true.into(), &true.into()));
}

#[test]
fn an_empty_log_costs_the_price_of_the_plan() {
    let document = json("tests/fixtures/logs/empty.csv", "");
    for (plan, price) in [("acme-pro", "20"), ("acme-max", "100"), ("acme-mini", "5"), ("acme-credits", "15")] {
        assert_eq!(ratio(&of_plan(&document, plan)["monthly_total_usd"]), number(price), "{plan}");
    }
}

/// Nothing costs least without any use.
#[test]
fn without_usage_nothing_is_recommended() {
    let told = |document: &Value| {
        let summary = &document["summary"];
        (summary["recommended"].clone(), summary["recommendation"].as_str().expect("a sentence").to_owned())
    };
    let empty = json("tests/fixtures/logs/empty.csv", "--plan acme-pro");
    assert_eq!(told(&empty), (Value::Null, "No answer: there is no usage.".to_owned()));
    // All of it is of March 2026.
    let days = "--plan acme-pro --from 2025-01-01 --to 2025-01-07";
    let answered = replay("tests/fixtures/logs/day.csv", &format!("{days} --json"));
    let outside = json_of(&answered);
    assert_eq!(told(&outside), (Value::Null, "No answer: there is no usage in these days.".to_owned()));
    assert_eq!(ratio(&of_plan(&outside, "acme-pro")["monthly_total_usd"]), number("20"));
    assert_eq!(answered.code, 4, "{}", answered.err);
    let said = replay("tests/fixtures/logs/day.csv", days).err;
    assert!(said.contains("PC302") && said.contains("there is no usage from 2025-01-01 to 2025-01-07"), "{said}");
}

/// Codex: $0.07 + $0.0105 + $0.014 and $0.035 + $0.0315 + $0.042 at 1.75 in, 0.175 cached and 14 out. Claude: 4 input,
/// 20,000 written, 200,000 read are $0.22502 on Opus 4.8 at 5, 6.25 and 0.50, and outputs of 2,000, 4,000, 3,000, 8,000
/// and 2,000 at 25 are $0.475; a fifth of the prompt and $0.005 on Haiku; the fast one is twice $0.22502 + $0.025.
#[test]
fn responses_of_programs_are_counted_once_and_fast_mode_is_billed_apart() {
    let mut given = Given::args(["replay", "--plan", "claude-max-5x", "--json"]);
    given.env.insert("HOME".to_owned(), HOME.to_owned());
    let document = json_of(&given.run());
    let summary = &document["summary"];
    assert_eq!((&summary["responses"], &summary["files"], &summary["days"]), (&9.into(), &4.into(), &10.into()));
    assert_eq!(ratio(&summary["billed_apart_usd"]), number("0.50004"));
    let claude = number("0.22502") * Ratio::from(5) + number("0.475") + number("0.045004") + number("0.005");
    let codex = number("0.0945") + number("0.1085");
    assert_eq!(ratio(&summary["api_usd"]), claude + codex);
    // The meters of Codex tell of a weekly reset.
    assert_eq!(document["assumptions"]["weeks_begin_by_meters"][0]["vendor"], "openai");
}

#[test]
fn no_word_of_a_conversation_is_told_and_names_are_numbered_on_demand() {
    for format in ["table", "plain", "json", "csv", "markdown"] {
        let run = |more: &[&str]| {
            let args = ["replay", "--plan", "claude-enterprise", "-f", format];
            let mut given = Given::args(args.iter().chain(more).copied());
            given.env.insert("HOME".to_owned(), HOME.to_owned());
            let answered = given.run();
            assert_eq!(answered.code, 0, "{}", answered.err);
            answered.out + &answered.err
        };
        assert!(!run(&[]).contains("secret"), "{format}");
        for more in [&["--anonymize"][..], &["--anonymize", "--table", "hits"]] {
            let text = run(more);
            assert!(!text.contains("/w/shop") && !text.contains("0a55"), "{format}: {text}");
        }
    }
}

#[test]
fn the_population_that_is_written_is_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("book.toml");
    let path = path.to_str().expect("UTF-8");
    let args = format!("--plan acme-max --from 2026-03-01 --write-population {path}");
    assert_eq!(replay("tests/fixtures/logs/team.csv", &args).code, 0);
    let text = std::fs::read_to_string(path).expect("it was written");
    let source = Source { name: "book.toml".to_owned(), text };
    let input = Input { source: std::sync::Arc::new(source), bundled: false, plans: true };
    let (catalog, problems) = catalog::read(&[input], &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let of = |id: &str| catalog.populations.get(id).unwrap_or_else(|| panic!("no population {id}"));
    assert_eq!(of("measured").of, Quantity::ApiUsd);
    // $8.50, $54.40 and $1.87 in 31 days: a mean of $21.198 in 30.4375.
    let mean = of("measured").members.whole().expect("one shape").mean();
    assert!((mean - 64.77 / 3.0 * 30.4375 / 31.0).abs() < 1e-5, "{mean}");
    // 280 a week are 1,217.50 a month.
    let share = of("measured-acme-max").members.whole().expect("one shape").mean();
    assert!((share - mean / 1_217.5).abs() < 1e-6, "{share}");
}

#[test]
fn the_last_line_names_the_plan_and_the_next_smaller_one() {
    let out = replay("tests/fixtures/logs/day.csv", "").out;
    let last = out.lines().last().expect("a line");
    for words in [
        "acme-max fits 1 day of use, at $100.00 a month.",
        "acme-pro would have blocked you 6.0 hours and refused $30.60 of work, or cost $31.00 of overage.",
        "Pay as you go costs $1,552.31.",
        "a blocked hour is worth $0.00",
    ] {
        assert!(last.contains(words), "no `{words}` in {last}");
    }
}

/// $8.50 at 08:30 and at 13:15, $1.70 at 13:20, and $10 in five hours. From 08:30 a window holds all three, and the last
/// finds it full; from 08:00 it ends before the second. Rolling, the last sees both; from midnight on Monday windows part
/// at 10:00.
#[test]
fn windows_begin_as_they_are_said_to() {
    let rows = ["08:30:00Z,acme-large,5000000,0", "13:15:00Z,acme-large,5000000,0", "13:20:00Z,acme-large,1000000,0"];
    let log = format!("time,model,input,output\n2026-03-02T{}\n", rows.join("\n2026-03-02T"));
    for (args, refused) in [
        ("", "1.70"),
        ("--window first-use", "1.70"),
        ("--session-floor 60", "0"),
        ("--window rolling", "1.70"),
        ("--window fixed", "0"),
        ("--window fixed --weekly-anchor 2026-03-02T08:30:00Z", "1.70"),
    ] {
        let document = piped(&log, &format!("{args} --plan acme-pro"));
        assert_eq!(ratio(&of_plan(&document, "acme-pro")["refused_usd"]), number(refused), "{args}");
    }
}

/// Codex tells when its weeks begin; that says nothing of anyone else's.
#[test]
fn the_meter_of_one_vendor_does_not_say_when_the_weeks_of_another_begin() {
    let run = |args: &str| {
        let mut given = Given::args(["replay", "--json"].into_iter().chain(args.split(' ').filter(|a| !a.is_empty())));
        given.env.insert("HOME".to_owned(), "tests/fixtures/logs/metered".to_owned());
        json_of(&given.run())["assumptions"].clone()
    };
    let found = run("");
    // 1794700000 seconds after 1970.
    let told = serde_json::json!([{"vendor": "openai", "at": "2026-11-14T23:46:40Z"}]);
    assert_eq!((&found["weeks_begin_by_meters"], &found["weeks_begin_source"]), (&told, &"assumed".into()));
    let asked = run("--weekly-anchor 2026-11-10T09:00:00Z");
    assert_eq!(
        (&asked["weeks_begin_by_meters"], &asked["weeks_begin_source"]),
        (&serde_json::json!([]), &"asked".into())
    );
}

/// What is lost is not counted, and what is left does not tell that a plan fits; a last line that breaks off is not of
/// the past.
#[test]
fn a_torn_log_does_not_say_that_a_plan_fits() {
    let good: String = (0..20).map(|n| format!("2026-03-02T08:{n:02}:00Z,acme-large,1000,0\n")).collect();
    let log = format!("time,model,input,output\n{good}2026-03-02T09:00:00Z,acme-large,many,0\n");
    let run = |args: &str| {
        let words = args.split(' ').filter(|word| !word.is_empty());
        let mut given = Given::args(["replay", "-", "--json"].into_iter().chain(words).chain(["--plans", PLANS]));
        given.stdin = log.as_bytes().to_vec();
        let answered = given.run();
        let fits = of_plan(&json_of(&answered), "acme-pro")["fits"].clone();
        (answered.code, fits)
    };
    assert_eq!(run("--plan acme-pro"), (0, Value::Null));
    assert_eq!(run("--must-fit acme-pro"), (4, Value::Null));
    assert_eq!(run("--must-fit acme-pro --max-skipped 5%"), (0, true.into()));
}

#[test]
fn why_it_is_not_known_whether_a_plan_fits_is_told_as_it_is() {
    let answered = replay("tests/fixtures/logs/day.csv", "nofile.jsonl --must-fit acme-max");
    let why = "it is not known whether `acme-max` fits: not all of the logs could be read";
    assert!(answered.err.contains(why), "{}", answered.err);
    assert_eq!(answered.code, 3, "{}", answered.err);
    let answered = replay("tests/fixtures/logs/broken.jsonl", "--must-fit acme-max");
    let why = "it is not known whether `acme-max` fits: more of the logs was lost than `--max-skipped` allows";
    assert!(answered.err.contains(why), "{}", answered.err);
}
