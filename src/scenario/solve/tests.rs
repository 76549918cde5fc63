//! The table of six plans at 20 % mean utilization, and what cannot be solved.

use super::*;
use crate::allowance::{Activity, CreditRates, Grant, Limit, Program, Schedule, Window};
use crate::economics::{BreakEven, Fees};
use crate::fact::{Basis, Line, Provenance, Validity};
use crate::plan::MixRule;
use crate::population::{Distribution, Level};
use crate::scenario::metered::TakeUp;
use crate::units::Usd;

fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

fn setting(price: &str, max: &str) -> Setting {
    Setting { terms: Terms::monthly(ratio(price)), serving_share: ratio("0.25"), max_api_usd: Some(ratio(max)) }
}

fn margin(least: &str) -> Target {
    Target::Margin { utilization: ratio("0.2"), least_share: ratio(least) }
}

fn solved(setting: &Setting, target: &Target, unknown: &Unknown) -> Ratio {
    match solve(setting, target, unknown) {
        Solution::Solved(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_table_of_six_plans_at_a_fifth_of_their_allowance() {
    let table = [
        ("20", "400", "20", "50", "160", "75.0", "62.5"),
        ("100", "2000", "100", "250", "800", "75.0", "62.5"),
        ("200", "8000", "400", "1000", "1600", "87.5", "83.3"),
        ("20", "700", "35", "87.5", "160", "85.7", "80.4"),
        ("100", "3500", "175", "437.5", "800", "85.7", "80.4"),
        ("200", "14000", "700", "1750", "1600", "92.9", "92.3"),
    ];
    let cheap = Unknown::RoutedShare { serving_share: ratio("0.01") };
    for (price, max, even, sixty, allowance, api_margin, routed) in table {
        let plan = setting(price, max);
        let percent = |share: Ratio| (share * Ratio::from(100)).to_decimal(1);
        assert_eq!(solved(&plan, &margin("0"), &Unknown::Price), ratio(even), "{price} {max}");
        assert_eq!(solved(&plan, &margin("0.6"), &Unknown::Price), ratio(sixty), "{price} {max}");
        assert_eq!(solved(&plan, &margin("0.6"), &Unknown::Allowance), ratio(allowance), "{price} {max}");
        assert_eq!(percent(solved(&plan, &margin("0"), &Unknown::ApiMargin)), api_margin, "{price} {max}");
        assert_eq!(percent(solved(&plan, &margin("0.6"), &cheap)), routed, "{price} {max}");
    }
}

#[test]
fn a_price_carries_its_tax_and_each_fee() {
    // 20 % tax inside, 3 % of the charge and 0.30 a charge of two seats and a year; nothing but 5 a month to cover.
    // A year and seat at p: p/12/1.2 - 0.03 p/12 - 0.30/24 = 5, so p (1/14.4 - 0.0025) = 5.0125.
    let mut plan = setting("100", "0");
    plan.terms.period_months = 12;
    plan.terms.seats = 2;
    plan.terms.vat_share = ratio("0.2");
    plan.terms.fees = Fees::Processor { share: ratio("0.03"), fixed_usd: ratio("0.3") };
    plan.terms.fixed_cost_usd = ratio("5");
    let target = Target::profit_at_full(Ratio::zero());
    assert_eq!(solved(&plan, &target, &Unknown::Price), ratio("5.0125") / (ratio("10/144") - ratio("0.0025")));
}

#[test]
fn a_store_takes_its_part_before_the_target_does() {
    // 0.7 p - 0.2 p = 100 of serving at full use
    let mut plan = setting("20", "400");
    plan.terms.fees = Fees::Store { share: ratio("0.3") };
    assert_eq!(solved(&plan, &Target::margin_at_full(ratio("0.2")), &Unknown::Price), Ratio::from(200));
    let all = Target::margin_at_full(ratio("0.7"));
    assert_eq!(
        solve(&plan, &all, &Unknown::Price),
        Solution::Impossible { root: None, reason: Reason::FeesLeaveTooLittle }
    );
}

#[test]
fn a_break_even_asked_for_is_the_break_even_one_gets() {
    let target = Target::BreakEven { least_utilization: ratio("0.5") };
    let plan = setting("200", "14000");
    let price = solved(&plan, &target, &Unknown::Price);
    // Half of 14,000 costs 1,750 to serve.
    assert_eq!(price, Ratio::from(1750));
    let (plan, _) = put_back(&plan, &target, &Unknown::Price, &price);
    assert_eq!(
        plan.economics().break_even(),
        BreakEven::Finite { usd: ratio("7000"), utilization: Some(ratio("0.5")) }
    );
}

#[test]
fn what_is_met_already_needs_no_value() {
    let plan = setting("200", "2000");
    // 200 - 0.25 x 2,000 x 0.2 = 100: a margin of one half. Full use breaks even at 800.
    let cheap = Unknown::RoutedShare { serving_share: ratio("0.05") };
    assert_eq!(solve(&plan, &margin("0.4"), &cheap), Solution::NotNeeded { root: Some(ratio("-1/4")) });
    let small = setting("200", "400");
    let none = Target::profit_at_full(Ratio::zero());
    assert_eq!(solve(&small, &none, &Unknown::Utilization), Solution::NotNeeded { root: Some(Ratio::from(2)) });
    // A loss that is borne: nothing need be charged.
    let gift = Target::profit_at_full(ratio("-100"));
    assert_eq!(solve(&small, &gift, &Unknown::Price), Solution::Solved(Ratio::zero()));
    let larger = Target::profit_at_full(ratio("-101"));
    assert_eq!(solve(&small, &larger, &Unknown::Price), Solution::NotNeeded { root: Some(ratio("-1")) });
}

#[test]
fn a_gift_bears_no_fee_where_a_small_price_would() {
    let mut plan = setting("20", "0");
    plan.terms.fees = Fees::Processor { share: Ratio::zero(), fixed_usd: ratio("0.3") };
    let none = Target::profit_at_full(Ratio::zero());
    assert_eq!(solve(&plan, &none, &Unknown::Price), Solution::NotNeeded { root: Some(ratio("0.3")) });
}

#[test]
fn an_impossible_target_says_why() {
    let reason = |plan: &Setting, target: &Target, unknown: &Unknown| match solve(plan, target, unknown) {
        Solution::Impossible { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    let plan = setting("20", "400");
    let above_price = Target::profit_at_full(ratio("21"));
    for unknown in [Unknown::Allowance, Unknown::Utilization, Unknown::ApiMargin] {
        assert_eq!(reason(&plan, &above_price, &unknown), Reason::MissedWithoutUse);
    }
    let routed = |share: &str| Unknown::RoutedShare { serving_share: ratio(share) };
    assert_eq!(reason(&plan, &above_price, &routed("0")), Reason::MissedWithoutUse);
    // Full use costs 100; on the other model still 24.
    let even = Target::profit_at_full(Ratio::zero());
    assert_eq!(reason(&plan, &even, &routed("0.06")), Reason::OtherModelNotEnough);
    assert_eq!(reason(&plan, &even, &routed("0.25")), Reason::OtherModelNoCheaper);
    let unlimited = Setting { max_api_usd: None, ..plan };
    for unknown in [Unknown::Price, Unknown::Utilization, Unknown::ApiMargin, routed("0")] {
        assert_eq!(reason(&unlimited, &even, &unknown), Reason::Unlimited);
    }
    assert_eq!(solved(&unlimited, &even, &Unknown::Allowance), Ratio::from(80));
}

#[test]
fn use_that_costs_nothing_decides_nothing() {
    let free = Setting { serving_share: Ratio::zero(), ..setting("20", "400") };
    let even = Target::profit_at_full(Ratio::zero());
    for unknown in [Unknown::Allowance, Unknown::Utilization] {
        assert_eq!(solve(&free, &even, &unknown), Solution::NotNeeded { root: None });
    }
    let idle = Target::Profit { utilization: Ratio::zero(), least_usd: Ratio::zero() };
    for unknown in [Unknown::Allowance, Unknown::ApiMargin, Unknown::RoutedShare { serving_share: Ratio::zero() }] {
        assert_eq!(solve(&setting("20", "400"), &idle, &unknown), Solution::NotNeeded { root: None });
    }
}

/// Chat, code and an agent against a week and the big model within it.
fn three_activities() -> (Program, Vec<Ratio>) {
    let row = |texts: [&str; 3]| texts.map(ratio).to_vec();
    let program = Program {
        values: row(["0.02", "0.9", "3.1"]),
        limits: vec![(Some(ratio("4000")), row(["1", "20", "55"])), (Some(ratio("900")), row(["0", "4", "25"]))],
    };
    (program, row(["0.7", "0.25", "0.05"]))
}

#[test]
fn a_limit_as_measured_is_scaled_until_it_decides() {
    // A mix is worth 0.394 and takes 8.45 of the week, 2.25 of the big model; today the big model decides, at 157.60.
    let (program, shares) = three_activities();
    let budget = |limit, max: &str| limit_budget(&program, MixRule::AsMeasured, &shares, limit, &ratio(max));
    // 78.80 is 200 mixes: 1,690 of the week, 450 of the big model.
    assert_eq!(budget(0, "78.8"), Some(Solution::Solved(Ratio::from(1690))));
    assert_eq!(budget(1, "78.8"), Some(Solution::Solved(Ratio::from(450))));
    // The big model holds it below 160, however large the week.
    assert_eq!(budget(0, "160"), Some(Solution::NotNeeded { root: None }));
    assert_eq!(budget(2, "160"), None);
}

#[test]
fn a_limit_in_the_worst_case_is_found_on_the_second_piece() {
    // Without the big model the week is all chat: 4,000 x 0.02 = 80. Code for chat gains 0.9 - 20 x 0.02 = 0.5 for 4 of
    // it, until 800 of it give 200 code and 180; from there on agents for code.
    let (program, shares) = three_activities();
    let budget = |limit, max: &str| limit_budget(&program, MixRule::WorstCase, &shares, limit, &ratio(max));
    assert_eq!(budget(1, "130"), Some(Solution::Solved(Ratio::from(400))));
    assert_eq!(budget(1, "180"), Some(Solution::Solved(Ratio::from(800))));
    // Today's 900 give 0.9 x 180 5/14 + 3.1 x 7 1/7.
    let today = ratio("0.9") * ratio("2525/14") + ratio("3.1") * ratio("50/7");
    let found = limit_budget(&program, MixRule::WorstCase, &shares, 1, &today);
    assert_eq!(found, Some(Solution::Solved(Ratio::from(900))));
    // Chat alone is worth 80, and no limit on the big model stops that.
    let impossible = Solution::Impossible { root: None, reason: Reason::OtherUseWorthMore };
    assert_eq!(budget(1, "79"), Some(impossible));
    let unlimited = Solution::Impossible { root: None, reason: Reason::OtherUseUnlimited };
    let mut alone = program.clone();
    alone.limits.remove(0);
    assert_eq!(limit_budget(&alone, MixRule::WorstCase, &shares, 0, &ratio("50")), Some(unlimited));
}

fn limit(id: &str, usd: i64) -> Limit {
    Limit {
        id: id.into(),
        every: Window::parse(id).expect("a window"),
        grant: Grant::ApiUsd { usd: Usd::dollars(usd), discount: Ratio::zero() },
        models: None,
        range: None,
        validity: Validity::default(),
        provenance: Provenance {
            source: None,
            checked: None,
            basis: Basis::Measured,
            note: None,
            line: Line { path: "plan".into(), line: 1 },
        },
    }
}

#[test]
fn the_grant_of_a_window_is_what_makes_the_month() {
    // $10 each five hours is 1,461 a month, $300 a week 1,304.46; at most 1,000 asks for 1,000 / 146.1 each five hours.
    let (session, week) = (limit("5h", 10), limit("week", 300));
    let activity = [Activity::api_dollar(None)];
    let credits = CreditRates::default();
    let limits = [&session, &week];
    let grants = Grants {
        limits: &limits,
        activities: &activity,
        credits: &credits,
        schedule: &Schedule::AlwaysOn,
        mix: MixRule::WorstCase,
    };
    let thousand = Ratio::from(1000);
    assert_eq!(limit_grant(grants, "5h", &thousand), Ok(Solution::Solved(thousand.clone() / ratio("146.1"))));
    assert_eq!(limit_grant(grants, "week", &thousand), Ok(Solution::Solved(&thousand * ratio("112/487"))));
    assert_eq!(limit_grant(grants, "5h", &ratio("1400")), Ok(Solution::NotNeeded { root: None }));
    assert_eq!(limit_grant(grants, "month", &thousand), Err(NoWindow::NoSuchLimit));
    let asleep = Schedule::Active {
        hours_per_day: crate::allowance::Hours::new(&Ratio::zero()).expect("hours"),
        days_per_week: 5,
        pinged: false,
    };
    let idle = Grants { schedule: &asleep, ..grants };
    assert_eq!(limit_grant(idle, "5h", &thousand), Ok(Solution::NotNeeded { root: None }));
    let counted = Limit { grant: Grant::Hours(Ratio::from(5)), ..limit("day", 0) };
    let limits = [&session, &counted];
    let unknown = Grants { limits: &limits, ..grants };
    assert_eq!(limit_grant(unknown, "5h", &thousand), Err(NoWindow::UseOf { limit: "day".into() }));
}

fn spread(median: f64) -> Distribution {
    Distribution::lognormal(Level::Median(median), 1.35).expect("a lognormal")
}

#[test]
fn a_cap_for_a_population_serves_what_the_price_pays_for() {
    // Users who want 10 and 100: at a quarter of list, $5 serve 20 on average: 10 and 30.
    let demand = Distribution::discrete(&[10.0, 100.0], None).expect("two values");
    let even = Target::profit_at_full(Ratio::zero());
    let cap = |price: &str| population_cap(&setting(price, "0"), &even, &demand);
    match cap("5") {
        PopulationCap::Solved { max_usd, capped_share, refused_usd } => {
            for (got, want) in [(max_usd, 30.0), (capped_share, 0.5), (refused_usd, 35.0)] {
                assert!((got - want).abs() < 1e-12 * want, "{got} for {want}");
            }
        }
        other => panic!("{other:?}"),
    }
    // All that they want costs 13.75.
    assert_eq!(cap("13.75"), PopulationCap::NotNeeded);
    assert_eq!(
        population_cap(&setting("5", "0"), &Target::profit_at_full(ratio("6")), &demand),
        PopulationCap::Impossible(Reason::MissedWithoutUse)
    );
    let free = Setting { serving_share: Ratio::zero(), ..setting("5", "0") };
    assert_eq!(population_cap(&free, &even, &demand), PopulationCap::NotNeeded);
}

#[test]
fn a_population_put_back_under_its_cap_meets_the_target() {
    for (price, median, target) in [("20", 130.0, "0.3"), ("100", 900.0, "-0.5"), ("3", 2.0, "0.8")] {
        let (plan, demand) = (setting(price, "0"), spread(median));
        let target = margin(target);
        let PopulationCap::Solved { max_usd, .. } = population_cap(&plan, &target, &demand) else { panic!("a cap") };
        let budget = plan.budget_usd(&target).to_f64();
        assert!((0.25 * demand.limited_mean(max_usd) - budget).abs() <= 1e-12 * budget);
    }
}

#[test]
fn overage_put_back_meets_the_target() {
    let plan = setting("20", "400");
    let (fees, take_up) = (ratio("0.03"), TakeUp::new(ratio("0.4")).expect("a share"));
    let target = margin("0.35");
    let found = population_overage(&plan, &target, &fees, &take_up, &spread(130.0));
    let OverageRate::Solved(rate) = found.rate else { panic!("{found:?}") };
    let revenue = 20.0 + rate * found.sold_usd;
    let profit = 20.0 + 0.97 * rate * found.sold_usd - 0.25 * (found.included_usd + found.sold_usd);
    assert!((profit / revenue - 0.35).abs() < 1e-12);
}

#[test]
fn overage_that_nobody_buys_or_that_fees_take_repairs_nothing() {
    let demand = Distribution::point(300.0).expect("a point");
    let rate = |plan: &Setting, target: &str, take_up: &TakeUp| {
        population_overage(plan, &margin(target), &ratio("0.1"), take_up, &demand).rate
    };
    assert_eq!(rate(&setting("20", "400"), "0", &TakeUp::all()), OverageRate::Impossible(Reason::NoOverageSold));
    let plan = setting("20", "200");
    assert_eq!(
        rate(&plan, "0", &TakeUp::new(Ratio::zero()).expect("a share")),
        OverageRate::Impossible(Reason::NoOverageSold)
    );
    assert_eq!(rate(&plan, "0.9", &TakeUp::all()), OverageRate::Impossible(Reason::FeesLeaveTooLittle));
    assert_eq!(rate(&setting("100", "400"), "0", &TakeUp::all()), OverageRate::NotNeeded { root: None });
}

#[test]
fn what_serving_may_cost_is_a_share_of_revenue_before_fees() {
    // At most 75 % of $200 is $150; at a quarter of list that is 600 of API use. Fees and fixed cost do not matter.
    let most = Target::Serving { utilization: Ratio::one(), most_share: ratio("0.75") };
    let plan = setting("200", "8000");
    assert_eq!(solved(&plan, &most, &Unknown::Allowance), Ratio::from(600));
    assert_eq!(solved(&plan, &most, &Unknown::Utilization), ratio("0.075"));
    // 0.25 x 8,000 = 2,000 is 75 % of 2,666.67.
    assert_eq!(solved(&plan, &most, &Unknown::Price), ratio("8000/3"));
    let fees = Fees::Processor { share: ratio("0.029"), fixed_usd: ratio("0.3") };
    let charged = Setting { terms: Terms { fees, fixed_cost_usd: ratio("3"), ..plan.terms.clone() }, ..plan.clone() };
    for unknown in [Unknown::Allowance, Unknown::Price] {
        assert_eq!(solved(&charged, &most, &unknown), solved(&plan, &most, &unknown));
    }
}
