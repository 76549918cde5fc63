//! `plancost simulate`: what holds of its answers. What it prints is in `golden/simulate/`.

mod program;

use program::{Answered, Given};
use serde_json::Value;

const MARKET: &str = "tests/fixtures/tiers.toml";

fn simulate(args: &[&str]) -> Answered {
    Given::args(["simulate"].iter().chain(args).copied()).run()
}

/// The program on the invented market, as JSON.
fn market(args: &[&str]) -> Value {
    json(&[args, &["--no-bundled", MARKET]].concat())
}

fn json(args: &[&str]) -> Value {
    let answered = simulate(&[args, &["--json"]].concat());
    assert_eq!(answered.code, 0, "{args:?}: {}", answered.err);
    serde_json::from_str(&answered.out).expect("JSON")
}

fn rows<'a>(document: &'a Value, key: &str) -> &'a [Value] {
    document[key].as_array().expect("a list")
}

fn row<'a>(document: &'a Value, plan: &str) -> &'a Value {
    rows(document, "results").iter().find(|row| row["plan"] == plan).expect("the plan")
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} of {row}"))
}

fn near(got: f64, want: f64, within: f64) {
    assert!((got - want).abs() <= within, "{got} is not {want}");
}

/// Lines of CSV below the heading.
fn csv(args: &[&str]) -> Vec<String> {
    let answered = simulate(&[args, &["-f", "csv"]].concat());
    assert_eq!(answered.code, 0, "{}", answered.err);
    answered.out.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_published_table_of_losers_comes_out_of_the_catalogue() {
    // `economics` 4.2: plan, median, mean, margin and losers in percent, surplus, deficit, ratio, as printed.
    for (plan, median, printed) in [
        ("claude-pro", "3%", ["6.60", "67.0", "6.9", "14.68", "1.27", "0.09"]),
        ("claude-max-20x", "3%", ["6.60", "34.0", "17.3", "115.38", "47.30", "0.41"]),
        ("chatgpt-plus", "3%", ["6.60", "42.3", "14.7", "12.20", "3.74", "0.31"]),
        ("chatgpt-pro-20x", "1%", ["2.25", "60.6", "8.6", "140.47", "19.26", "0.14"]),
        ("chatgpt-pro-20x", "3%", ["6.60", "-15.4", "30.7", "86.42", "117.28", "1.36"]),
    ] {
        let document = json(&["--plan", plan, "--dist", &format!("lognormal(median={median}, s=1.2763)")]);
        let row = row(&document, plan);
        let figures = [
            format!("{:.2}", 100.0 * number(row, "mean_utilization")),
            format!("{:.1}", 100.0 * number(row, "margin")),
            format!("{:.1}", 100.0 * number(row, "loss_share")),
            format!("{:.2}", number(row, "surplus_usd")),
            format!("{:.2}", number(row, "deficit_usd")),
            format!("{:.2}", number(row, "deficit_ratio")),
        ];
        assert_eq!(figures, printed, "{plan} at {median}");
    }
}

#[test]
fn the_published_table_of_self_selection_comes_out_of_the_catalogue() {
    // `economics` 4.5: margins of the tiers and of all, in whole percents.
    let claude = ["claude-pro", "claude-max-5x", "claude-max-20x"];
    let chatgpt = ["chatgpt-plus", "chatgpt-pro-5x", "chatgpt-pro-20x"];
    for (plans, over, noise, want) in [
        (claude, "1", "0", [-39.0, -105.0, -306.0, -61.0]),
        (claude, "2", "0", [9.0, -10.0, -125.0, -10.0]),
        (claude, "2", "1", [-3.0, 28.0, 3.0, 12.0]),
        (chatgpt, "1", "0", [-62.0, -222.0, -567.0, -85.0]),
        (chatgpt, "2", "0", [-14.0, -72.0, -261.0, -38.0]),
        (chatgpt, "2", "1", [-22.0, 4.0, -29.0, -13.0]),
    ] {
        let selected = plans.iter().flat_map(|plan| ["--plan", plan]);
        let args: Vec<&str> =
            ["--choose", "--over-estimate", over, "--noise", noise].into_iter().chain(selected).collect();
        let document = json(&args);
        let margins = plans.iter().map(|plan| number(row(&document, plan), "margin"));
        let whole = number(&rows(&document, "all_plans")[0], "margin");
        for (got, want) in margins.chain([whole]).zip(want) {
            near(100.0 * got, want, 0.5);
        }
        let shares: f64 = rows(&document, "results").iter().map(|row| number(row, "buyers_share")).sum();
        near(shares, 1.0, 1e-5);
    }
}

#[test]
fn a_rise_of_a_quarter_leaves_fewer_and_heavier_subscribers() {
    // `economics` 4.6: users -28 %, mean use 10.1 -> 11.6 %, margin 49.5 -> 53.5 %, profit -2.7 %.
    let shape = "mixture(70%: 3%, 25%: 18%, 5%: 70%)";
    let args = ["--plan", "claude-max-5x", "--dist", shape, "--subscribers", "1e5", "--new-price", "+25%"];
    let document = json(&[&args[..], &["--elasticity", "1.8,0.9,0.3"]].concat());
    let after = &rows(&document, "results")[1];
    assert_eq!((&after["at"], &after["price_usd_per_month"]), (&"new".into(), &125.0.into()));
    near(number(after, "subscribers_change"), -0.28, 0.005);
    near(number(after, "mean_utilization"), 0.116, 0.0005);
    near(number(after, "margin"), 0.535, 0.0005);
    near(number(after, "profit_change"), -0.027, 0.0005);
}

#[test]
fn what_others_leave_less_what_losers_take_is_the_profit_of_every_plan() {
    let document = json(&[]);
    let mut tried = 0;
    for row in rows(&document, "results").iter().filter(|row| !row["surplus_usd"].is_null()) {
        let profit = number(row, "profit_usd_per_subscriber");
        near(number(row, "surplus_usd") - number(row, "deficit_usd"), profit, 1e-6 * (1.0 + profit.abs()));
        near(number(row, "profit_usd_per_month"), 1_000.0 * profit, 1e-4 * (1.0 + profit.abs()));
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn bands_add_up_and_a_book_is_weighted_by_what_its_plans_bring() {
    let document = market(&["--plan", "pro", "--plan", "max-20x", "--subscribers", "300,pro=900"]);
    for plan in ["pro", "max-20x"] {
        let bands = rows(&document, "histogram").iter().filter(|band| band["plan"] == plan);
        let (subscribers, used) = bands.fold((0.0, 0.0), |(subscribers, used), band| {
            (subscribers + number(band, "subscribers_share"), used + number(band, "use_share"))
        });
        near(subscribers, 1.0, 1e-5);
        near(used, 1.0, 1e-5);
    }
    let [pro, max] = ["pro", "max-20x"].map(|plan| number(row(&document, plan), "margin"));
    let book = &rows(&document, "book")[0];
    // 900 x $20 and 300 x $200.
    near(number(book, "margin"), (18_000.0 * pro + 60_000.0 * max) / 78_000.0, 1e-5);
    assert_eq!(book["subscribers"], 1_200);
    // A book of one plan is its total.
    let document = market(&["--plan", "max-20x"]);
    for (book, total) in rows(&document, "book").iter().zip(rows(&document, "totals")) {
        for key in ["profit_sd_usd", "loss_probability", "value_at_risk_usd", "expected_shortfall_usd"] {
            assert_eq!(book[key], total[key], "{key}");
        }
    }
}

#[test]
fn draws_agree_with_closed_forms_on_every_plan() {
    let document = json(&["--method", "both", "--samples", "20000", "--seed", "3"]);
    let checks = rows(&document, "check");
    for check in checks {
        // Those of a figure that cannot vary differ by rounding alone.
        if let Some(off) =
            check["difference_in_standard_errors"].as_f64().filter(|_| number(check, "standard_error") > 1e-9)
        {
            assert!(off.abs() <= 4.0, "{check}");
        }
    }
    assert!(checks.len() > 80, "{}", checks.len());
}

#[test]
fn a_seed_says_it_all_and_threads_nothing() {
    let args = |threads| {
        ["--plan", "pro", "--method", "simulate", "--samples", "200000", "--months", "300", "--threads", threads]
    };
    let run =
        |threads, seed| simulate(&[&args(threads)[..], &["--seed", seed, "--json", "--no-bundled", MARKET]].concat());
    let alone = run("1", "1");
    assert_eq!(alone.code, 0, "{}", alone.err);
    for threads in ["2", "8"] {
        assert_eq!(run(threads, "1").out, alone.out);
    }
    assert_ne!(run("1", "2").out, alone.out);
}

#[test]
fn dollars_over_the_maximum_are_shares_of_it() {
    // The maximum is $400: a median of $12 is 3 %.
    let dollars = market(&["--plan", "pro", "--dist", "lognormal(median=12, s=1.2763)", "--unit", "api-usd"]);
    let shares = market(&["--plan", "pro", "--dist", "lognormal(median=3%, s=1.2763)"]);
    assert_eq!(row(&dollars, "pro"), row(&shares, "pro"));
    assert_eq!(dollars["histogram"], shares["histogram"]);
}

#[test]
fn overage_at_list_price_repairs_the_heavy_tail() {
    let args = ["--plan", "pro", "--dist", "discrete(50%: 10%, 50%: 200%)", "--samples", "100000"];
    let billed = market(&[&args[..], &["--overage"]].concat());
    // $20 - $100 x 10 % = 10; $20 - $100 x 2 + $400 = 220. Revenue 20 and 420.
    near(number(row(&billed, "pro"), "profit_usd_per_subscriber"), 115.0, 4.0 * 0.34);
    near(number(row(&billed, "pro"), "margin"), 115.0 / 220.0, 0.005);
    near(number(row(&billed, "pro"), "loss_share"), 0.0, 1e-12);
}

#[test]
fn whatever_the_shape_no_figure_is_infinite_or_no_number() {
    let shapes = [
        "0",
        "100%",
        "1000000",
        "lognormal(median=3%, s=8)",
        "lognormal(median=0.000001, s=5, truncate=1)",
        "pareto(floor=1%, a=1.000001)",
        "beta(0.000001, 5)",
        "zero_inflated(100%, 5%)",
        "mixture(50%: 0, 50%: pareto(1%, 1.1))",
        "uniform(0, 500000000000)",
    ];
    for unit in ["share", "api-usd"] {
        for shape in shapes {
            let given = ["--dist", shape, "--unit", unit, "--subscribers", "1e15", "--no-bundled", MARKET];
            for more in [
                &["-f", "csv"][..],
                &["--json"],
                &["--method", "simulate", "--samples", "1000", "--plan", "pro", "--plan", "flat", "--json"],
            ] {
                let answered = simulate(&[&given[..], more].concat());
                assert_eq!(answered.code, 0, "{shape} {unit} {more:?}: {}", answered.err);
                let words: Vec<&str> = answered
                    .out
                    .split(|c: char| !c.is_ascii_alphabetic())
                    .filter(|w| *w == "inf" || *w == "NaN")
                    .collect();
                assert!(words.is_empty(), "{shape} {unit}");
            }
        }
    }
}

#[test]
fn the_idle_stand_apart_from_a_fitted_shape() {
    let given = ["--utilizations", "tests/fixtures/use.csv", "--column", "utilization", "--plan", "pro"];
    for fit in ["quantiles", "top-shares", "gini", "moments", "pareto"] {
        let document = market(&[&given[..], &["--fit", fit]].concat());
        let idle = &rows(&document, "histogram")[0];
        assert_eq!((&idle["band"], &idle["subscribers_share"]), (&"none".into(), &0.1.into()), "{fit}");
    }
}

#[test]
fn every_table_can_be_printed_alone() {
    for table in ["quantiles", "histogram", "curve", "totals", "book", "check", "months"] {
        let given =
            ["--plan", "pro", "--method", "both", "--months", "100", "--samples", "1000", "--no-bundled", MARKET];
        let lines = csv(&[&given[..], &["--table", table]].concat());
        assert!(!lines.is_empty(), "{table}");
    }
}

#[test]
fn flags_that_change_nothing_are_refused() {
    for args in [
        &["--samples", "10"][..],
        &["--choose", "--method", "both"],
        &["--choose", "--show", "curve"],
        &["--choose", "--new-price", "5"],
        &["--choose", "--subscribers", "claude-pro=5"],
        &["--new-price", "5", "--elasticity", "1", "--overage"],
        &["--overage", "--method", "both"],
        &["--show", "check"],
        &["--show", "months"],
        &["--fit", "gini"],
        &["--unit", "share", "--population", "typical"],
    ] {
        let answered = simulate(&[&["--plan", "claude-pro"], args].concat());
        assert_eq!((answered.code, answered.out.as_str()), (2, ""), "{args:?}");
        assert!(!answered.err.is_empty());
    }
}
