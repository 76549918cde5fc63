//! The printed table of years, and crossings worked by hand.

use super::*;

fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

fn outlook(net: &str, segments: Vec<Segment>) -> Outlook {
    Outlook { revenue_usd: ratio(net), net_usd: ratio(net), price: Trend::none(), segments }
}

fn segment(utilization: &str, full: &str, growth: &str, factor: &str, ceiling: Ceiling) -> Segment {
    let growth = Trend::growth(&ratio(growth)).expect("growth");
    let cost = Trend::times_cheaper(&ratio(factor)).expect("a factor");
    Segment::new(ratio(utilization), ratio(full), growth, cost, ceiling).expect("a segment")
}

fn near(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "want {want}, got {got}");
}

/// A plan of $200 whose full use costs $3,500 to serve.
fn pro(utilization: &str, growth: &str, factor: &str) -> Outlook {
    outlook("200", vec![segment(utilization, "3500", growth, factor, Ceiling::Lifted)])
}

#[test]
fn the_table_of_years_to_break_even() {
    let columns = [("0.1", "0"), ("0.5", "0"), ("1", "0"), ("0.1", "0.5"), ("1", "1")];
    let table = [
        ("1.2", ["3.07", "11.90", "15.70", "never", "never"]),
        ("2", ["0.81", "3.13", "4.13", "1.95", "never"]),
        ("9", ["0.25", "0.99", "1.30", "0.31", "1.90"]),
        ("40", ["0.15", "0.59", "0.78", "0.17", "0.96"]),
    ];
    for (factor, row) in table {
        for ((utilization, growth), want) in columns.into_iter().zip(row) {
            let shown = match pro(utilization, growth, factor).years_to_break_even() {
                Years::Later(years) => format!("{years:.2}"),
                other => other.status().to_owned(),
            };
            assert_eq!(shown, want, "{factor}x, u {utilization}, growth {growth}");
        }
    }
    assert_eq!(pro("2/35", "0", "2").years_to_break_even(), Years::Now);
}

#[test]
fn the_years_are_the_closed_form() {
    // ln(u K / N) / (ln k - ln(1 + w))
    for (utilization, growth, factor) in [("0.3", "0.25", "3"), ("0.9", "-0.1", "1.01"), ("0.06", "0.5", "900")] {
        let float = |text: &str| ratio(text).to_f64();
        let want = libm::log(float(utilization) * 3500.0 / 200.0)
            / (libm::log(float(factor)) - libm::log(1.0 + float(growth)));
        match pro(utilization, growth, factor).years_to_break_even() {
            Years::Later(years) => near(years, want),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn growth_that_eats_the_decline_exactly_never_breaks_even() {
    // 1.25 x 0.8 = 1
    let cost = Trend::decline(&ratio("0.2")).expect("a decline");
    let growth = Trend::growth(&ratio("0.25")).expect("growth");
    let use_of = Segment::new(ratio("0.5"), ratio("3500"), growth, cost, Ceiling::Lifted).expect("a segment");
    assert_eq!(outlook("200", vec![use_of]).years_to_break_even(), Years::Never);
}

#[test]
fn a_plan_can_earn_now_lose_later_and_recover() {
    let cost = Trend::decline(&ratio("0.25")).expect("a decline");
    let growth = Trend::growth(&ratio("0.9")).expect("growth");
    let use_of = Segment::new(ratio("0.03"), ratio("3500"), growth, cost, Ceiling::Kept).expect("a segment");
    let saturated = use_of.saturates_after_years().expect("growing use");
    let plan = outlook("200", vec![use_of]);
    let crossings = plan.crossings(&ratio("20"));
    // 0.03 x 17.5 x 1.425^t = 1, then 17.5 x 0.75^t = 1
    near(saturated, -libm::log(0.03) / libm::log(1.9));
    assert_eq!(crossings.iter().map(|crossing| crossing.to).collect::<Vec<_>>(), [Side::Loss, Side::Profit]);
    near(crossings[0].year, -libm::log(0.525) / libm::log(1.425));
    near(crossings[1].year, libm::log(17.5) / -libm::log(0.75));
    assert_eq!(format!("{:.2} {saturated:.2} {:.2}", crossings[0].year, crossings[1].year), "1.82 5.46 9.95");
    assert!(plan.covers_now());
    assert_eq!(plan.crossings(&ratio("9.9")).len(), 1);
    assert_eq!(plan.years_to_break_even(), Years::Now);
}

#[test]
fn demand_that_shrinks_below_the_allowance_recovers() {
    // Twice the allowance, a tenth less each year: held at 200 of cost until 0.9^t = 1/2, at 100 when 0.9^t = 1/4.
    let plan = outlook("100", vec![segment("2", "200", "-0.1", "1", Ceiling::Kept)]);
    let crossings = plan.crossings(&ratio("20"));
    assert_eq!(crossings.len(), 1);
    near(crossings[0].year, libm::log(0.25) / libm::log(0.9));
    assert_eq!(plan.years_to_break_even(), Years::Later(crossings[0].year));
}

#[test]
fn a_rising_price_is_as_good_as_a_falling_cost() {
    let rising = Outlook {
        price: Trend::growth(&ratio("0.25")).expect("growth"),
        ..outlook("100", vec![segment("1", "200", "0", "1", Ceiling::Kept)])
    };
    let falling = outlook("100", vec![segment("1", "200", "0", "1.25", Ceiling::Kept)]);
    assert_eq!(rising.years_to_break_even(), falling.years_to_break_even());
    assert_eq!(rising.trajectory(4)[4].margin, falling.trajectory(4)[4].margin);
}

#[test]
fn the_slow_part_alone_decides_whether_it_ever_breaks_even() {
    let parts = |slow: &str| {
        let mid = segment("1", "480", "0", "40", Ceiling::Kept);
        outlook("150", vec![segment("1", slow, "0", "1", Ceiling::Kept), mid])
    };
    // 480 / 40^t = 50
    match parts("100").years_to_break_even() {
        Years::Later(years) => near(years, libm::log(9.6) / libm::log(40.0)),
        other => panic!("{other:?}"),
    }
    assert_eq!(parts("100").floor_usd(), Ratio::from(100));
    assert_eq!(parts("150").years_to_break_even(), Years::Never);
    assert_eq!(parts("151").years_to_break_even(), Years::Never);
}

#[test]
fn a_falling_and_a_growing_part_cross_twice() {
    // With y = 2^t: 90 / y + 10 y = 100 at y = 1 and y = 9; at 95 it loses, earns in between and loses again.
    let parts = vec![segment("1", "90", "0", "2", Ceiling::Lifted), segment("1", "10", "1", "1", Ceiling::Lifted)];
    let plan = outlook("95", parts);
    let crossings = plan.crossings(&ratio("10"));
    let root = |sign: f64| libm::log((95.0 + sign * libm::sqrt(95.0 * 95.0 - 3600.0)) / 20.0) / libm::log(2.0);
    assert_eq!(crossings.iter().map(|crossing| crossing.to).collect::<Vec<_>>(), [Side::Profit, Side::Loss]);
    near(crossings[0].year, root(-1.0));
    near(crossings[1].year, root(1.0));
    assert_eq!(plan.years_to_break_even(), Years::Later(crossings[0].year));
    // The least it ever costs is 2 sqrt(900) = 60.
    assert_eq!(outlook("59", plan.segments.clone()).years_to_break_even(), Years::Never);
    assert!(outlook("59", plan.segments).crossings(&ratio("10")).is_empty());
}

#[test]
fn a_plan_with_nothing_to_pay_with_never_crosses() {
    let plan = outlook("0", vec![segment("1", "90", "0", "2", Ceiling::Kept)]);
    assert_eq!((plan.crossings(&ratio("50")).len(), plan.years_to_break_even()), (0, Years::Never));
    assert_eq!(plan.trajectory(1)[1].margin, None);
    let unused = outlook("0", vec![segment("0", "90", "0", "2", Ceiling::Kept)]);
    assert_eq!(unused.years_to_break_even(), Years::Now);
}

#[test]
fn years_are_exact() {
    // 100 at half as much again, held at full use from the second year on: 60, 90 -> 0.6, 0.9, 1 x 100 x 0.8^t
    let plan = outlook("200", vec![segment("0.6", "100", "0.5", "1.25", Ceiling::Kept)]);
    let serving: Vec<Ratio> = plan.trajectory(2).into_iter().map(|year| year.serving_usd).collect();
    assert_eq!(serving, ["60", "72", "64"].map(ratio));
}

#[test]
fn a_trend_leaves_something() {
    assert!(Trend::growth(&ratio("-1")).is_err());
    assert!(Trend::decline(&ratio("1")).is_err());
    assert!(Trend::times_cheaper(&ratio("-2")).is_err());
    let error = Trend::times_cheaper(&Ratio::zero()).expect_err("nothing is left of a price");
    assert_eq!(error.to_string(), "a factor of 0 a year is not possible; it must be more than 0");
}

#[test]
fn every_pace_on_offer_has_its_figure_within_its_range() {
    for pace in DEFLATIONS {
        let factor = pace.factor_per_year();
        assert!(pace.range_per_year().is_none_or(|(slow, fast)| slow <= factor && factor <= fast), "{}", pace.id);
        assert_eq!(pace.trend().per_year() * &factor, Ratio::one());
    }
    // 75 to 40 in 15 months, 75 to 20 in 13, 18.40 to 6.07 in a year
    let a_year = |from: f64, to: f64, months: f64| format!("{:.2}", libm::pow(from / to, 12.0 / months));
    let paces = [a_year(75.0, 40.0, 15.0), a_year(75.0, 20.0, 13.0), a_year(18.4, 6.07, 12.0)];
    assert_eq!(paces, ["1.65", "3.39", "3.03"]);
}
