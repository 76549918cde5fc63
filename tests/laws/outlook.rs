//! Crossings of zero profit against a walk through the years, and billing by the meter against single users.

use plancost::economics::{Economics, Fees, Overage, Terms};
use plancost::population::{Distribution, Level};
use plancost::scenario::metered::{Bill, TakeUp, WorseOff};
use plancost::scenario::outlook::{Ceiling, Outlook, Segment, Side, Trend, Years};
use plancost::scenario::solve::{
    OverageRate, PopulationCap, Reason, Setting, Target, population_cap, population_overage,
};
use plancost::units::Ratio;
use proptest::prelude::*;

use crate::drawn;

fn hundredths(n: i32) -> Ratio {
    Ratio::from(n) / Ratio::from(100)
}

/// Hundredths: utilization, cost of full use, growth, decline; and whether the allowance holds use back.
type Part = (i32, i32, i32, i32, bool);

fn parts() -> impl Strategy<Value = Vec<Part>> {
    proptest::collection::vec((0..150_i32, 0..50_000_i32, -40..150_i32, -20..80_i32, any::<bool>()), 1..4)
}

fn segment(part: &Part) -> Segment {
    let (utilization, full, growth, decline, kept) = *part;
    Segment::new(
        hundredths(utilization),
        hundredths(full),
        Trend::growth(&hundredths(growth)).expect("growth"),
        Trend::decline(&hundredths(decline)).expect("a decline"),
        if kept { Ceiling::Kept } else { Ceiling::Lifted },
    )
    .expect("a segment")
}

fn outlook(net: i32, price_growth: i32, parts: &[Part]) -> Outlook {
    Outlook {
        revenue_usd: hundredths(net),
        net_usd: hundredths(net),
        price: Trend::growth(&hundredths(price_growth)).expect("growth"),
        segments: parts.iter().map(segment).collect(),
    }
}

/// Profit in some year by the definition, over what is there to pay with.
fn profit(net: i32, price_growth: i32, parts: &[Part], year: f64) -> f64 {
    let after = |percent: i32| libm::pow(1.0 + f64::from(percent) / 100.0, year);
    let cost: f64 = parts
        .iter()
        .map(|&(utilization, full, growth, decline, kept)| {
            let demand = f64::from(utilization) / 100.0 * after(growth);
            let served = if kept { demand.min(1.0) } else { demand };
            served * f64::from(full) * after(-decline)
        })
        .sum();
    1.0 - cost / (f64::from(net) * after(price_growth))
}

/// A plan, and use that it sells above its maximum.
fn plan() -> impl Strategy<Value = Economics> {
    (0..20_000_i32, 0..100_000_i32, 0..100_i32, 0..300_i32, 0..30_i32, 0..30_i32).prop_map(
        |(price, max, cost, rate, fee, overage_fee)| {
            let fees = Fees::Processor { share: hundredths(fee), fixed_usd: hundredths(fee) };
            Economics {
                revenue: Terms { fees, ..Terms::monthly(hundredths(price)) }.revenue(),
                fixed_cost_usd: hundredths(fee),
                serving_share: hundredths(cost),
                max_api_usd: Some(hundredths(max)),
                overage: Some(Overage { of_list_price: hundredths(rate), fee_share: hundredths(overage_fee) }),
            }
        },
    )
}

fn near(got: f64, want: f64, scale: f64) -> bool {
    (got - want).abs() <= 1e-9 * scale.max(1.0)
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn every_crossing_is_seen_by_walking_the_years(parts in parts(), net in 1..40_000_i32, price in -10..20_i32) {
        let plan = outlook(net, price, &parts);
        let crossings = plan.crossings(&Ratio::from(15));
        let mut covers = plan.covers_now();
        let mut next = crossings.iter().peekable();
        for step in 1..=3_000 {
            let year = f64::from(step) / 200.0;
            while let Some(crossing) = next.next_if(|crossing| crossing.year <= year) {
                prop_assert_ne!(crossing.to == Side::Profit, covers, "two crossings to one side");
                covers = crossing.to == Side::Profit;
                prop_assert!(profit(net, price, &parts, crossing.year).abs() < 1e-9, "no root at {}", crossing.year);
            }
            let walked = profit(net, price, &parts, year);
            prop_assert!(walked.abs() < 1e-9 || (walked > 0.0) == covers, "year {year}: {walked}");
        }
        prop_assert!(next.next().is_none());
        match plan.years_to_break_even() {
            Years::Now => prop_assert!(plan.covers_now()),
            Years::Later(years) => {
                let first = crossings.iter().find(|crossing| crossing.to == Side::Profit);
                prop_assert!(first.map_or(years > 14.999, |first| near(first.year, years, years)));
            }
            Years::Never => prop_assert!(crossings.iter().all(|crossing| crossing.to == Side::Loss)),
        }
    }

    #[test]
    fn a_population_is_billed_as_its_users_are(
        plan in plan(), take_up in 0..101_i32, wants in proptest::collection::vec(0..200_000_i32, 10..=10),
    ) {
        let values: Vec<f64> = wants.iter().map(|cents| f64::from(*cents) / 100.0).collect();
        let demand = Distribution::empirical(&values).expect("ten values");
        let share = hundredths(take_up);
        let bill = Bill::of(&plan, &TakeUp::new(share.clone()).expect("a share"), &demand);
        let (max, overage) = (plan.max_api_usd.clone().expect("a maximum"), plan.overage.clone().expect("overage"));
        let (mut revenue, mut profit, mut over) = (Ratio::zero(), Ratio::zero(), Vec::new());
        for want in wants {
            let want = hundredths(want);
            let within = want.clone().min(max.clone());
            let bought = (want - &within) * &share;
            let paid = &bought * &overage.of_list_price;
            revenue += &(&plan.revenue.revenue_usd + &paid);
            profit += &(plan.room_usd() + &paid * (Ratio::one() - &overage.fee_share) - (within + &bought) * &plan.serving_share);
            over.push(paid);
        }
        let ten = Ratio::from(10);
        let scale = 1e4;
        prop_assert!(near(bill.revenue_usd, (revenue / &ten).to_f64(), scale));
        prop_assert!(near(bill.profit_usd, (profit / &ten).to_f64(), scale));
        let payers = over.iter().filter(|paid| paid.is_positive()).count();
        prop_assert!((bill.payers_share * 10.0 - f64::from(u8::try_from(payers).expect("ten"))).abs() < 1e-9);
        // A tenth of ten users is one.
        let all: Ratio = over.iter().cloned().sum();
        let heaviest = over.into_iter().max().expect("ten users").checked_div(&all).map(|part| part.to_f64());
        let got = bill.top_decile_share_of_overage;
        prop_assert!(got.zip(heaviest).map_or(got.is_none() && heaviest.is_none(), |(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn who_is_worse_off_pays_more(flat in plan(), metered in plan(), take_up in 0..101_i32, want in 0..200_000_i32) {
        let take_up = TakeUp::new(hundredths(take_up)).expect("a share");
        let user = Distribution::point(f64::from(want) / 100.0).expect("a point");
        let flat = Economics { overage: None, ..flat };
        let paid = |plan: &Economics| Bill::of(plan, &take_up, &user).revenue_usd;
        let more = paid(&metered) - paid(&flat);
        let worse = WorseOff::than_on(&flat, &metered, &take_up, &user).share();
        prop_assert!(more.abs() < 1e-9 || near(worse, f64::from(u8::from(more > 0.0)), 1.0), "{more} more, {worse}");
    }

    #[test]
    fn what_was_solved_for_a_population_meets_its_target(
        price in 0..30_000_i32, max in 1..200_000_i32, cost in 1..120_i32, target in -100..90_i32, fee in 0..20_i32,
        median in 1..100_000_i32, s in 10..200_i32,
    ) {
        let fees = Fees::Processor { share: hundredths(fee), fixed_usd: hundredths(30) };
        let setting = Setting {
            terms: Terms { fees, ..Terms::monthly(hundredths(price)) },
            serving_share: hundredths(cost),
            max_api_usd: Some(hundredths(max)),
        };
        let demand = Distribution::lognormal(Level::Median(f64::from(median) / 100.0), f64::from(s) / 100.0);
        let demand = demand.expect("a lognormal");
        let asked = f64::from(target) / 100.0;
        let target = Target::margin_at_full(hundredths(target));
        let slack = |max: Option<f64>, rate: Option<f64>| {
            let plan = Economics {
                // A cap of a trillion dollars is none.
                max_api_usd: max.and_then(|max| Ratio::parse(&format!("{max:.12}")).ok()),
                ..setting.economics()
            };
            let bill = Bill::of(&plan, &TakeUp::all(), &demand);
            let over = max.map_or(0.0, |max| demand.excess_mean(max));
            let paid = rate.unwrap_or(0.0) * over;
            let sold = rate.map_or(0.0, |_| setting.serving_share.to_f64() * over);
            let kept = paid * (1.0 - f64::from(fee) / 100.0) - sold;
            bill.profit_usd + kept - asked * (bill.revenue_usd + paid)
        };
        let scale = demand.mean() + f64::from(price);
        match population_cap(&setting, &target, &demand) {
            PopulationCap::Solved { max_usd, .. } => prop_assert!(near(slack(Some(max_usd), None), 0.0, scale)),
            PopulationCap::NotNeeded => prop_assert!(slack(None, None) >= -1e-9 * scale),
            PopulationCap::Impossible(_) => prop_assert!(slack(Some(0.0), None) < 0.0),
        }
        let max = hundredths(max).to_f64();
        match population_overage(&setting, &target, &hundredths(fee), &TakeUp::all(), &demand).rate {
            OverageRate::Solved(rate) => {
                prop_assert!(near(slack(Some(max), Some(rate)), 0.0, scale * (1.0 + rate.min(1e3))) || rate > 1e3);
            }
            OverageRate::NotNeeded { .. } => prop_assert!(slack(Some(max), Some(0.0)) >= -1e-9 * scale),
            OverageRate::Impossible(Reason::FeesLeaveTooLittle) => prop_assert!(slack(Some(max), Some(1e3)) < 0.0),
            OverageRate::Impossible(_) => prop_assert!(demand.excess_mean(max) <= 0.0),
        }
    }
}
