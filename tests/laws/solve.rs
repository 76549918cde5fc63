//! A value that was solved for meets its target.

use plancost::allowance::{Maximum, Program};
use plancost::economics::{Fees, Terms};
use plancost::plan::MixRule;
use plancost::scenario::solve::{Setting, Solution, Target, Unknown, limit_budget, put_back, solve};
use plancost::units::Ratio;
use proptest::prelude::*;

use crate::drawn;

fn hundredths(range: std::ops::Range<i32>) -> impl Strategy<Value = Ratio> {
    range.prop_map(|n| Ratio::from(n) / Ratio::from(100))
}

fn fees() -> impl Strategy<Value = Fees> {
    prop_oneof![
        (hundredths(0..30), hundredths(0..100)).prop_map(|(share, fixed_usd)| Fees::Processor { share, fixed_usd }),
        hundredths(0..50).prop_map(|share| Fees::Store { share }),
    ]
}

fn setting() -> impl Strategy<Value = Setting> {
    let terms = (hundredths(0..30_000), hundredths(50..150), 1_u32..13, 1_u32..5, hundredths(0..30), fees());
    (terms, hundredths(0..1_000), hundredths(0..120), hundredths(0..1_000_000)).prop_map(
        |((price, usd_per_unit, period_months, seats, vat_share, fees), fixed_cost_usd, serving_share, max)| Setting {
            terms: Terms { price, usd_per_unit, period_months, seats, vat_share, fees, fixed_cost_usd },
            serving_share,
            max_api_usd: Some(max),
        },
    )
}

fn target() -> impl Strategy<Value = Target> {
    let utilization = || hundredths(0..150);
    prop_oneof![
        (utilization(), hundredths(-200..100))
            .prop_map(|(utilization, least_share)| Target::Margin { utilization, least_share }),
        (utilization(), hundredths(-10_000..10_000))
            .prop_map(|(utilization, least_usd)| Target::Profit { utilization, least_usd }),
        (utilization(), hundredths(0..150))
            .prop_map(|(utilization, most_share)| Target::Serving { utilization, most_share }),
        utilization().prop_map(|least_utilization| Target::BreakEven { least_utilization }),
    ]
}

fn unknown() -> impl Strategy<Value = Unknown> {
    prop_oneof![
        Just(Unknown::Price),
        Just(Unknown::Allowance),
        Just(Unknown::Utilization),
        Just(Unknown::ApiMargin),
        hundredths(0..120).prop_map(|serving_share| Unknown::RoutedShare { serving_share }),
    ]
}

/// Values that the unknown can be.
fn possible(unknown: &Unknown) -> Vec<Ratio> {
    let (from, to) = match unknown {
        Unknown::Price | Unknown::Allowance => (0, 1_000_000),
        Unknown::Utilization | Unknown::RoutedShare { .. } => (0, 1),
        Unknown::ApiMargin => (-100, 1),
    };
    (0..=20).map(|step| Ratio::from(from) + Ratio::from((to - from) * step) / Ratio::from(20)).collect()
}

fn program() -> impl Strategy<Value = Program> {
    let numbers = |n| proptest::collection::vec((0_i32..12).prop_map(Ratio::from), n);
    (1_usize..4, 1_usize..4).prop_flat_map(move |(activities, limits)| {
        let limit = ((0_i32..40).prop_map(|budget| Some(Ratio::from(budget))), numbers(activities));
        (numbers(activities), proptest::collection::vec(limit, limits))
            .prop_map(|(values, limits)| Program { values, limits })
    })
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn what_was_solved_for_meets_its_target_exactly(setting in setting(), target in target(), unknown in unknown()) {
        let slack = |value: &Ratio| {
            let (setting, target) = put_back(&setting, &target, &unknown, value);
            setting.slack_usd(&target).expect("a maximum")
        };
        match solve(&setting, &target, &unknown) {
            Solution::Solved(value) => prop_assert_eq!(slack(&value), Ratio::zero()),
            Solution::NotNeeded { .. } if unknown == Unknown::ApiMargin => {
                prop_assert!(!slack(&setting.serving_share).is_negative());
            }
            // Moving use to a dearer model can lose what was won.
            Solution::NotNeeded { .. } if matches!(unknown, Unknown::RoutedShare { .. }) => {
                prop_assert!(!slack(&Ratio::zero()).is_negative());
            }
            // A small price can bear fees that none does not.
            Solution::NotNeeded { .. } if unknown == Unknown::Price => {
                prop_assert!(!slack(&Ratio::zero()).is_negative());
            }
            Solution::NotNeeded { .. } => {
                for value in possible(&unknown) {
                    prop_assert!(!slack(&value).is_negative(), "missed at {}", value.to_exact());
                }
            }
            // Without any cost even a price of zero meets what fees make of no other.
            Solution::Impossible { .. } => {
                for value in possible(&unknown).into_iter().filter(|v| unknown != Unknown::Price || v.is_positive()) {
                    prop_assert!(slack(&value).is_negative(), "met at {}", value.to_exact());
                }
            }
        }
    }

    #[test]
    fn the_slack_of_a_margin_is_the_margin_above_it(setting in setting(), share in hundredths(0..100), u in hundredths(0..101)) {
        let outcome = setting.economics().at(&u).expect("a maximum");
        let slack = setting.slack_usd(&Target::Margin { utilization: u, least_share: share.clone() });
        if let Some(margin) = outcome.margin {
            prop_assert_eq!(slack.expect("a maximum"), (margin - share) * outcome.revenue_usd);
        }
    }

    #[test]
    fn a_limit_that_was_solved_for_makes_the_maximum(
        program in program(), worst in any::<bool>(), max in 0_i32..60, shares in proptest::collection::vec(1_i32..5, 3),
    ) {
        let shares: Vec<Ratio> = shares.into_iter().take(program.values.len()).map(Ratio::from).collect();
        let mix = if worst { MixRule::WorstCase } else { MixRule::AsMeasured };
        let max = Ratio::from(max);
        let maximum = |limit: usize, budget: Option<Ratio>| {
            let mut changed = program.clone();
            changed.limits[limit].0 = budget;
            match if worst { changed.worst_case() } else { changed.as_measured(&shares) } {
                Maximum::Finite(ceiling) => Some(ceiling.usd),
                Maximum::Unlimited { .. } => None,
            }
        };
        for limit in 0..program.limits.len() {
            match limit_budget(&program, mix, &shares, limit, &max).expect("a limit") {
                Solution::Solved(budget) => {
                    prop_assert_eq!(maximum(limit, Some(budget.clone())), Some(max.clone()));
                    let more = maximum(limit, Some(budget + Ratio::new(1, 1000)));
                    prop_assert!(more.is_none_or(|more| more > max));
                }
                Solution::NotNeeded { .. } => prop_assert!(maximum(limit, None).is_some_and(|most| most <= max)),
                Solution::Impossible { .. } => {
                    prop_assert!(maximum(limit, Some(Ratio::zero())).is_none_or(|least| least > max));
                }
            }
        }
    }
}
