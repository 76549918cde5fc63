//! `outlook` and `budget` print the published tables, and their figures agree with one another.

mod program;

use program::{Answered, Given};
use proptest::prelude::*;
use serde_json::Value;

/// The document of a command that is answered.
fn document(args: &[&str]) -> Value {
    let Answered { code, out, err } = Given::args(args.iter().chain(&["--json"])).run();
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    serde_json::from_str(&out).expect("JSON")
}

fn rows(document: &Value) -> &Vec<Value> {
    document["results"].as_array().expect("results")
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} is {}", row[key]))
}

const SIX: [&str; 3] = ["--from", "tests/fixtures/six.toml", "--no-bundled"];

/// Years of a plan at one utilization, growth and pace; with the words for it.
fn years(document: &Value, utilization: f64, growth: f64, pace: &str) -> String {
    let is_it = |row: &&Value| {
        let near = |key: &str, value: f64| (number(row, key) - value).abs() < 1e-9;
        near("utilization", utilization) && near("use_growth_per_year", growth) && row["cost_decline"] == pace
    };
    let row = rows(document).iter().find(is_it).expect("the row is there");
    row["covers_years"].as_str().expect("words").to_owned()
}

#[test]
fn the_years_to_break_even_are_as_published() {
    let mut args = vec!["outlook", "chatgpt-pro-20x", "--cost-decline", "1.2x,2x,9x,40x"];
    args.extend(["--use-growth", "0%,50%,100%", "--cap", "lifted"]);
    args.extend(SIX);
    let found = document(&args);
    // economics.md 8: use of 10, 50 and 100 %; 10 % growing by half; 100 % doubling.
    let cases = [(0.1, 0.0), (0.5, 0.0), (1.0, 0.0), (0.1, 0.5), (1.0, 1.0)];
    let table = [
        ("1.2x", ["3.07", "11.90", "15.70", "never", "never"]),
        ("2x", ["0.81", "3.13", "4.13", "1.95", "never"]),
        ("9x", ["0.25", "0.99", "1.30", "0.31", "1.90"]),
        ("40x", ["0.15", "0.59", "0.78", "0.17", "0.96"]),
    ];
    for (pace, wanted) in table {
        assert_eq!(cases.map(|(use_now, growth)| years(&found, use_now, growth, pace)), wanted, "{pace}");
    }
}

#[test]
fn a_plan_earns_then_loses_and_earns_again() {
    let mut args = vec!["outlook", "chatgpt-pro-20x", "--at", "3%", "--cost-decline", "25%", "--use-growth", "90%"];
    args.extend(SIX);
    let found = document(&args);
    let row = &rows(&found)[0];
    let told = ["first_loss_years", "saturated_years", "recovery_years"].map(|key| number(row, key).to_string());
    assert_eq!(told, ["1.82", "5.46", "9.95"]);
    assert_eq!((row["covers"].as_str(), number(row, "years_to_break_even")), (Some("now"), 0.0));
}

#[test]
fn the_metered_plan_is_as_published() {
    let mut args = vec!["outlook", "claude-pro", "--metered", "fee=20, included=20, rate=1, take-up=60%"];
    args.extend(["--dist", "lognormal(median=60, s=1.2763)"]);
    args.extend(SIX);
    let found = document(&args);
    let [flat, metered] = rows(&found).as_slice() else { panic!("two ways of billing") };
    let percent = |row: &Value, key: &str| format!("{:.0}", number(row, key) * 100.0);
    assert_eq!(percent(flat, "margin"), "-33");
    assert_eq!(["worse_off_share", "top_decile_share_of_overage"].map(|key| percent(metered, key)), ["81", "56"]);
    // Of $90.30, $22.15 are serving cost: 75.5 %.
    let [revenue, serving] =
        ["revenue_usd_per_user_month", "serving_usd_per_user_month"].map(|key| number(metered, key));
    assert!((number(metered, "margin") - (1.0 - serving / revenue)).abs() < 1e-5);
    assert_eq!(format!("{:.1}", number(metered, "margin") * 100.0), "75.5");
}

#[test]
fn the_month_of_500_million_is_as_published() {
    let shapes = ["lognormal(median=1285, s=1.2763)", "pareto(floor=1000, a=1.6)", "pareto(floor=400, a=1.3)"];
    let dists = shapes.iter().flat_map(|shape| ["--dist", shape]);
    let args: Vec<&str> = ["budget", "--total", "500M", "--cap", "5k"].into_iter().chain(dists).collect();
    let of_shapes = document(&args);
    let args = ["budget", "--total", "500M", "--heads", "10k", "--dist", "lognormal(median=1, s=1.2763)"];
    let of_heads = document(&[&args[..], &["--cap", "5000", "--blended", "1.4"]].concat());
    let table = [
        (&of_shapes, 0, ["172324", "2902", "1285", "346k", "14.7", "332M", "24736"]),
        (&of_shapes, 1, ["187500", "2667", "1542", "1975k", "17.8", "381M", "14277"]),
        (&of_shapes, 2, ["288462", "1733", "682", "6341k", "34.6", "320M", "10817"]),
        (&of_heads, 0, ["10000", "50000", "22144", "2551k", "14.7", "48M", "8782"]),
    ];
    for (found, at, wanted) in table {
        let (row, cap) = (&rows(found)[at], &found["caps"][at]);
        let shown = [
            format!("{:.0}", number(row, "heads")),
            format!("{:.0}", number(row, "mean_usd_per_month")),
            format!("{:.0}", number(row, "median_usd_per_month")),
            format!("{:.0}k", number(row, "largest_usd_per_month") / 1e3),
            format!("{:.1}", number(row, "top_1_percent_share") * 100.0),
            format!("{:.0}M", number(cap, "total_usd_per_month") / 1e6),
            format!("{:.0}", number(cap, "capped_heads")),
        ];
        assert_eq!(shown, wanted);
    }
    assert_eq!(format!("{:.1}", number(&rows(&of_heads)[0], "median_tokens") / 1e9), "15.8");
}

#[test]
fn the_scenario_says_that_it_is_one() {
    let help = Given::args(["budget", "--help"]).run().out;
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("rests on one unnamed source"), "{words}");
    let shown = Given::args(["budget", "--total", "500M"]).run().out;
    assert!(shown.contains("A scenario, no measurement"), "{shown}");
}

#[test]
fn no_figure_of_the_catalogue_is_infinite_or_no_number() {
    for args in
        [&["outlook", "--use-growth", "0%,900%", "--price-growth", "-50%"][..], &["outlook", "--metered", "fee=0"]]
    {
        let out = Given::args(args.iter().chain(&["--json"])).run().out;
        let words = out.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_ascii_lowercase);
        let wrong: Vec<String> = words.filter(|word| word == "nan" || word == "inf" || word == "infinity").collect();
        assert_eq!(wrong, Vec::<String>::new(), "{args:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_trajectory_passes_zero_between_the_years_that_a_crossing_is_between(
        utilization in 1..150_u32, decline in -30..80_i32, growth in -50..150_i32, price in -20..20_i32,
    ) {
        let text = |value: i32| format!("{value}%");
        let (at, decline, growth, price) = (format!("{utilization}%"), text(decline), text(growth), text(price));
        let mut args = vec!["outlook", "claude-max-20x", "--at", &at, "--years", "50"];
        args.extend(["--cost-decline", &decline, "--use-growth", &growth, "--price-growth", &price]);
        args.extend(SIX);
        let found = document(&args);
        let row = &rows(&found)[0];
        let profits: Vec<f64> = found["trajectory"].as_array().expect("years").iter()
            .map(|year| number(year, "profit_usd_per_month")).collect();
        let crossings: Vec<f64> = row["crossings"].as_array().expect("a list").iter()
            .filter_map(|word| word.as_str()?.split(' ').nth(1)?.parse().ok()).collect();
        for (year, pair) in profits.windows(2).enumerate() {
            let start = u32::try_from(year).map(f64::from).expect("fifty");
            // Years are told to two decimals.
            let within = crossings.iter().filter(|at| **at > start + 0.006 && **at < start + 0.994).count();
            let near_an_end = crossings.iter().any(|at| (at - start).abs() <= 0.006 || (at - start - 1.0).abs() <= 0.006);
            let changes = (pair[0] >= 0.0) != (pair[1] >= 0.0);
            prop_assert!(near_an_end || changes == (within % 2 == 1), "year {year}: {pair:?}, {crossings:?}");
        }
        let covers = row["covers"].as_str().expect("a word");
        prop_assert_eq!(covers == "now", profits[0] >= 0.0);
        prop_assert_eq!(covers == "never", row["years_to_break_even"].is_null());
    }

    #[test]
    fn heads_times_mean_is_the_bill_and_a_cap_splits_it(
        median in 1..100_000_u32, s in 10..250_u32, heads in 2..1_000_000_u32, cap in 1..1_000_000_u32,
    ) {
        let shape = format!("lognormal(median={median}, s={}.{:02})", s / 100, s % 100);
        let (heads, cap) = (heads.to_string(), cap.to_string());
        let of_heads = document(&["budget", "--heads", &heads, "--dist", &shape, "--cap", &cap]);
        let (row, capped) = (&rows(&of_heads)[0], &of_heads["caps"][0]);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1e4);
        let total = number(row, "total_usd_per_month");
        prop_assert!(near(total, number(row, "heads") * number(row, "mean_usd_per_month")));
        prop_assert!(near(total, number(capped, "total_usd_per_month") + number(capped, "saved_usd_per_month")));
        prop_assert!(number(capped, "capped_heads") <= number(row, "heads"));
        // The bill, given back, takes as many people.
        let bill = format!("{:.2}", total.max(1.0));
        prop_assume!(total < 1e12);
        let back = document(&["budget", "--total", &bill, "--dist", &shape]);
        prop_assert!((number(&rows(&back)[0], "heads") - number(row, "heads")).abs() <= 1.0);
        // And so many people with that bill have that mean.
        let both = document(&["budget", "--total", &bill, "--heads", &heads, "--dist", &shape]);
        prop_assert!(near(number(&rows(&both)[0], "median_usd_per_month"), number(row, "median_usd_per_month")));
    }

    #[test]
    fn no_flag_makes_a_panic(
        decline in "[-0-9.xe%a-f/]{0,8}", growth in "[-0-9.%/]{0,8}", segment in "[a-f:0-9.%x-]{0,16}",
        terms in "(fee|rate|included|take-up|share|sold|keeps|,|=|[0-9.%-]){0,8}",
    ) {
        for args in [
            &["outlook", "claude-pro", "--cost-decline", &decline, "--use-growth", &growth][..],
            &["outlook", "claude-pro", "--segment", &segment, "--price-growth", &growth],
            &["outlook", "claude-pro", "--metered", &terms],
            &["outlook", "claude-pro", "--split-frontier", &terms],
            &["budget", "--heads", &growth, "--cap", &decline],
        ] {
            let Answered { code, err, .. } = Given::args(args.iter().chain(&SIX).filter(|word| args[0] == "outlook" || !SIX.contains(word))).run();
            prop_assert!([0, 2].contains(&code), "{args:?}: {code} {err}");
            prop_assert!(code == 0 || !err.is_empty(), "{args:?}");
        }
    }
}
