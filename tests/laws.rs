//! What holds whatever the numbers are: of exact arithmetic, bills, windows, limits, margins and whole files.
//!
//! The inputs are drawn from a fixed seed, so that a run is the run before it; `PROPTEST_CASES` draws more, and
//! `PROPTEST_RNG_SEED` others.

mod laws {
    pub(crate) mod auditor;
    pub(crate) mod files;
    pub(crate) mod outlook;
    pub(crate) mod solve;
}

use std::cmp::Ordering;
use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode};
use good_lp::{ResolutionError, Solution as _, SolverModel, constraint, microlp, variable, variables};
use laws::{auditor, files};
use plancost::allowance::{
    Hours, Maximum, Program, Schedule, Solution, Window, pinged_windows_per_day, windows_per_month, windows_per_week,
};
use plancost::economics::{BreakEven, Buyer, Economics, Fees, Overage, Terms};
use plancost::rates::{Bundle, ByClass, Rates};
use plancost::units::{Rate, Ratio, Tokens, Usd};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn drawn() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_611);
    }
    config
}

// Numbers, as they are written.

/// A plain decimal: up to 12 digits on either side of the point.
fn decimal() -> impl Strategy<Value = String> {
    prop_oneof![r"-?[0-9]{1,12}", r"-?[0-9]{1,12}\.[0-9]{1,12}", r"-?[0-9]{1,3}\.[0-9]{0,3}5"]
}

fn ratio(text: &str) -> Ratio {
    Ratio::parse(text).expect("a plain decimal")
}

fn other(text: &str) -> BigDecimal {
    BigDecimal::from_str(text).expect("a plain decimal")
}

/// Digits by the other library, half to even.
fn rounded(number: &BigDecimal, places: usize) -> String {
    let scale = i64::try_from(places).expect("few places");
    number.with_scale_round(scale, RoundingMode::HalfEven).to_plain_string()
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn arithmetic_and_rounding_are_those_of_other_decimals(a in decimal(), b in decimal(), places in 0_usize..14) {
        let (x, y, v, w) = (ratio(&a), ratio(&b), other(&a), other(&b));
        prop_assert_eq!(x.to_decimal(places), rounded(&v, places));
        prop_assert_eq!((&x + &y).to_decimal(places), rounded(&(&v + &w), places));
        prop_assert_eq!((&x - &y).to_decimal(places), rounded(&(&v - &w), places));
        prop_assert_eq!((&x * &y).to_decimal(places), rounded(&(&v * &w), places));
        prop_assert_eq!(x.cmp(&y), v.cmp(&w));
        if !y.is_zero() {
            // The other quotient has 100 digits: a tie of numbers as short as these ends long before.
            prop_assert_eq!((&x / &y).to_decimal(places), rounded(&(v / w), places));
        }
    }

    #[test]
    fn a_decimal_is_read_and_written_without_loss(text in decimal()) {
        let value = ratio(&text);
        prop_assert_eq!(ratio(&value.to_decimal(12)), value.clone());
        prop_assert_eq!(other(&value.to_exact()), other(&text));
        prop_assert_eq!(other(&value.to_decimal_trimmed(2, 12)), other(&text));
    }

    #[test]
    fn money_is_rate_times_tokens_to_the_last_digit(micros in 0_i128..=1_000_000_000_000, tokens: u64) {
        let per_mtok = Ratio::new(micros, 1_000_000);
        let rate = Rate::from_usd_per_mtok(&per_mtok).expect("at most a dollar a token");
        let bill = rate * Tokens(tokens);
        let wanted = BigDecimal::new(micros.into(), 6) * BigDecimal::from(tokens) / BigDecimal::from(1_000_000);
        prop_assert_eq!(other(&bill.ratio().to_exact()), wanted);
        prop_assert_eq!(Usd::from_ratio(&bill.ratio()), Some(bill));
    }
}

// Bills.

fn rate() -> impl Strategy<Value = Rate> {
    (0_i128..=200_000_000).prop_map(|micros| Rate::from_usd_per_mtok(&Ratio::new(micros, 1_000_000)).expect("a rate"))
}

fn rates() -> impl Strategy<Value = Rates> {
    let classes = proptest::array::uniform5(rate());
    (classes, proptest::option::of(0_i128..=100), 0_i128..1_000).prop_map(|(classes, batch, fee)| {
        let mut classes = classes.into_iter().map(Some);
        Rates {
            base: ByClass::from_fn(|_| classes.next().flatten()),
            batch_multiplier: batch.map(|percent| Ratio::new(percent, 100)),
            usd_per_request: Usd::from_atto(fee * Usd::ATTO / 1_000),
            ..Rates::default()
        }
    })
}

fn tokens() -> impl Strategy<Value = ByClass<Tokens>> {
    proptest::array::uniform5(0_u64..10_000_000).prop_map(|counts| {
        let mut counts = counts.into_iter();
        ByClass::from_fn(|_| Tokens(counts.next().unwrap_or(0)))
    })
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn two_bundles_cost_what_they_cost_together(rates in rates(), a in tokens(), b in tokens(), batch: bool, n in 0_u64..9) {
        let bundle = |tokens, requests| Bundle { tokens, batch, requests, multiplier: None };
        let both = ByClass::from_fn(|class| a[class] + b[class]);
        let usd = |bundle: Bundle| rates.bill(&bundle).expect("every class has a rate").usd;
        prop_assert_eq!(usd(bundle(a, n)) + usd(bundle(b, 1)), usd(bundle(both, n + 1)));
    }

    #[test]
    fn rates_that_double_double_the_bill(rates in rates(), tokens in tokens(), requests in 0_u64..9) {
        let twice = |rate: Rate| Rate::from_usd_per_mtok(&(rate.usd_per_mtok() * Ratio::from(2))).expect("a rate");
        let dearer = Rates {
            base: ByClass::from_fn(|class| rates.base[class].map(twice)),
            usd_per_request: rates.usd_per_request.checked_add(rates.usd_per_request).expect("small"),
            ..rates.clone()
        };
        let bundle = Bundle { tokens, requests, ..Bundle::default() };
        let usd = |rates: &Rates| rates.bill(&bundle).expect("every class has a rate").usd;
        prop_assert_eq!(usd(&dearer), usd(&rates) * Ratio::from(2));
    }
}

// Windows.

/// Hours in steps of three minutes, so that weeks repeat soon and the auditor need not walk for long.
fn hours(range: std::ops::RangeInclusive<i128>) -> impl Strategy<Value = Hours> {
    range.prop_map(|steps| Hours::new(&Ratio::new(steps, 20)).expect("hundredths of an hour"))
}

fn active(hours_per_day: Hours, days_per_week: u8, pinged: bool) -> Schedule {
    Schedule::Active { hours_per_day, days_per_week, pinged }
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn windows_are_those_that_an_hour_by_hour_walk_opens(
        length in hours(1..=600),
        per_day in hours(0..=480),
        days in 0_u8..=7,
    ) {
        let quick = windows_per_week(length, &active(per_day, days, false));
        prop_assert_eq!(quick, auditor::windows_per_week(length, per_day, days));
    }

    #[test]
    fn more_time_never_opens_fewer_windows(
        length in hours(1..=600),
        per_day in (hours(0..=480), hours(0..=480)),
        days in (0_u8..=7, 0_u8..=7),
    ) {
        let (less, more) = (per_day.0.min(per_day.1), per_day.0.max(per_day.1));
        let (few, many) = (days.0.min(days.1), days.0.max(days.1));
        let count = |hours, days, pinged| windows_per_week(length, &active(hours, days, pinged));
        prop_assert!(count(less, few, false) <= count(more, few, false));
        prop_assert!(count(less, few, false) <= count(less, many, false));
        prop_assert!(count(less, few, false) <= count(less, few, true));
        prop_assert!(count(less, few, true) <= count(more, many, true));
        prop_assert!(count(more, many, true) <= windows_per_week(length, &Schedule::AlwaysOn));
        prop_assert!(pinged_windows_per_day(length, less) <= pinged_windows_per_day(length, more));
    }

    #[test]
    fn a_months_windows_are_487_of_112_weeks(length in hours(1..=600), per_day in hours(0..=480), days in 0_u8..=7) {
        let schedule = active(per_day, days, false);
        let month = windows_per_month(Window::Hours(length), &schedule);
        prop_assert_eq!(month * Ratio::new(112, 487), windows_per_week(length, &schedule));
    }
}

// Limits.

/// Small numbers, often zero.
fn amount() -> impl Strategy<Value = Ratio> {
    prop_oneof![1 => Just(Ratio::zero()), 3 => (1_i128..60, 1_i128..8).prop_map(|(over, under)| Ratio::new(over, under))]
}

fn budget() -> impl Strategy<Value = Option<Ratio>> {
    prop_oneof![1 => Just(None), 6 => (0_i128..5_000, 1_i128..8).prop_map(|(over, under)| Some(Ratio::new(over, under)))]
}

/// Limits and activities, the shares of these, and one limit more.
fn programs() -> impl Strategy<Value = (Program, Vec<Ratio>, (Option<Ratio>, Vec<Ratio>))> {
    (1_usize..5).prop_flat_map(|activities| {
        let row = move || proptest::collection::vec(amount(), activities);
        let limit = move || (budget(), row());
        let parts = proptest::collection::vec(0_u64..10, activities).prop_map(|mut parts| {
            parts[0] += 1;
            let whole: u64 = parts.iter().sum();
            parts.into_iter().map(|part| Ratio::from(part) / Ratio::from(whole)).collect()
        });
        let program =
            (row(), proptest::collection::vec(limit(), 1..5)).prop_map(|(values, limits)| Program { values, limits });
        (program, parts, limit())
    })
}

fn dot<'a>(a: impl IntoIterator<Item = &'a Ratio>, b: &[Ratio]) -> Ratio {
    a.into_iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Whether the first is at most the second; unlimited is more than any figure.
fn at_most(a: &Maximum, b: &Maximum) -> bool {
    match (a, b) {
        (Maximum::Finite(a), Maximum::Finite(b)) => a.usd <= b.usd,
        (_, Maximum::Unlimited { .. }) => true,
        (Maximum::Unlimited { .. }, Maximum::Finite(_)) => false,
    }
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn the_duals_prove_that_no_mix_is_worth_more((program, _, _) in programs()) {
        let Solution::Optimal(best) = program.solve() else { return Ok(()) };
        prop_assert_eq!(&dot(&program.values, &best.x), &best.value);
        let (mut budgets, mut duals) = (Vec::new(), Vec::new());
        for ((budget, uses), dual) in program.limits.iter().zip(&best.dual) {
            prop_assert!(!dual.is_negative());
            match budget {
                Some(budget) => {
                    prop_assert!(dot(uses, &best.x) <= *budget);
                    budgets.push(budget.clone());
                    duals.push(dual.clone());
                }
                None => prop_assert!(dual.is_zero()),
            }
        }
        prop_assert!(best.x.iter().all(|units| !units.is_negative()));
        prop_assert_eq!(&dot(&budgets, &duals), &best.value);
        for (j, value) in program.values.iter().enumerate() {
            let column: Vec<Ratio> = program.limits.iter().map(|(_, uses)| uses[j].clone()).collect();
            prop_assert!(dot(&column, &best.dual) >= *value);
        }
    }

    #[test]
    fn the_maximum_is_that_of_another_solver((program, _, _) in programs()) {
        let mut names = variables!();
        let x = names.add_vector(variable().min(0.0), program.values.len());
        let sum = |row: &[Ratio]| row.iter().zip(&x).map(|(a, x)| a.to_f64() * *x).sum::<good_lp::Expression>();
        let mut model = names.maximise(sum(&program.values)).using(microlp);
        for (budget, uses) in &program.limits {
            if let Some(budget) = budget {
                model.add_constraint(constraint!(sum(uses) <= budget.to_f64()));
            }
        }
        match (program.solve(), model.solve()) {
            (Solution::Optimal(ours), Ok(theirs)) => {
                let (ours, theirs) = (ours.value.to_f64(), theirs.eval(sum(&program.values)));
                prop_assert!((ours - theirs).abs() <= 1e-9 * ours.max(1.0), "{ours} {theirs}");
            }
            (Solution::Unbounded { .. }, Err(ResolutionError::Unbounded)) => {}
            (ours, theirs) => prop_assert!(false, "{ours:?} {:?}", theirs.err()),
        }
    }

    #[test]
    fn fixed_shares_are_never_worth_more_than_the_best_mix((program, shares, _) in programs()) {
        prop_assert!(at_most(&program.as_measured(&shares), &program.worst_case()));
    }

    #[test]
    fn a_further_limit_never_raises_a_maximum((program, shares, limit) in programs()) {
        let mut stricter = program.clone();
        stricter.limits.push(limit);
        prop_assert!(at_most(&stricter.as_measured(&shares), &program.as_measured(&shares)));
        prop_assert!(at_most(&stricter.worst_case(), &program.worst_case()));
    }

    #[test]
    fn a_larger_grant_never_lowers_a_maximum((program, shares, _) in programs(), which: prop::sample::Index, more in amount()) {
        let mut larger = program.clone();
        let at = which.index(larger.limits.len());
        larger.limits[at].0 = larger.limits[at].0.as_ref().map(|budget| budget + &more);
        prop_assert!(at_most(&program.as_measured(&shares), &larger.as_measured(&shares)));
        prop_assert!(at_most(&program.worst_case(), &larger.worst_case()));
    }

    #[test]
    fn grants_that_double_double_the_maximum((program, shares, _) in programs()) {
        let mut doubled = program.clone();
        for (budget, _) in &mut doubled.limits {
            *budget = budget.as_ref().map(|budget| budget * Ratio::from(2));
        }
        for (once, twice) in [
            (program.as_measured(&shares), doubled.as_measured(&shares)),
            (program.worst_case(), doubled.worst_case()),
        ] {
            match (once, twice) {
                (Maximum::Finite(once), Maximum::Finite(twice)) => {
                    prop_assert_eq!(once.usd * Ratio::from(2), twice.usd);
                }
                (once, twice) => prop_assert_eq!(once, twice),
            }
        }
    }
}

// Margins.

fn share() -> impl Strategy<Value = Ratio> {
    (0_i128..=100).prop_map(|percent| Ratio::new(percent, 100))
}

fn terms() -> impl Strategy<Value = Terms> {
    let fees = prop_oneof![
        Just(Fees::default()),
        (0_i128..10, 0_i128..100).prop_map(|(percent, cents)| Fees::Processor {
            share: Ratio::new(percent, 100),
            fixed_usd: Ratio::new(cents, 100),
        }),
        (0_i128..40).prop_map(|percent| Fees::Store { share: Ratio::new(percent, 100) }),
    ];
    (1_i128..100_000, prop_oneof![Just(1_u32), Just(12)], 1_u32..30, 0_i128..30, fees, 0_i128..500).prop_map(
        |(cents, period_months, seats, vat, fees, fixed)| Terms {
            price: Ratio::new(cents, 100),
            usd_per_unit: Ratio::one(),
            period_months,
            seats,
            vat_share: Ratio::new(vat, 100),
            fees,
            fixed_cost_usd: Ratio::new(fixed, 100),
        },
    )
}

fn economics(terms: &Terms, serving_share: Ratio, max_cents: i128) -> Economics {
    Economics {
        revenue: terms.revenue(),
        fixed_cost_usd: terms.fixed_cost_usd.clone(),
        serving_share,
        max_api_usd: Some(Ratio::new(max_cents, 100)),
        overage: None,
    }
}

fn plans() -> impl Strategy<Value = Economics> {
    (terms(), share(), 1_i128..2_000_000).prop_map(|(terms, share, max)| economics(&terms, share, max))
}

fn margin(plan: &Economics, utilization: &Ratio) -> Ratio {
    plan.at(utilization).and_then(|outcome| outcome.margin).expect("a price and a maximum")
}

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn margin_falls_as_utilization_rises(plan in plans(), a in share(), b in share()) {
        let (less, more) = (a.clone().min(b.clone()), a.max(b));
        let (before, after) = (margin(&plan, &less), margin(&plan, &more));
        let stays = less == more || plan.serving_share.is_zero();
        prop_assert_eq!(after.cmp(&before), if stays { Ordering::Equal } else { Ordering::Less });
    }

    #[test]
    fn margin_at_break_even_is_exactly_nothing(plan in plans()) {
        match plan.break_even() {
            BreakEven::Finite { utilization: Some(even), usd } => {
                prop_assert_eq!(&even * plan.max_api_usd.as_ref().expect("bounded"), usd);
                // Use above the maximum is not served, so a plan that breaks even there earns at full use.
                let found = margin(&plan, &even);
                prop_assert_eq!(found.is_zero(), even <= Ratio::one());
                prop_assert!(!found.is_negative());
            }
            BreakEven::Never => prop_assert!(margin(&plan, &Ratio::zero()).is_negative()),
            _ => prop_assert!(!margin(&plan, &Ratio::one()).is_negative()),
        }
    }

    #[test]
    fn multiple_times_revenue_is_the_maximum(plan in plans()) {
        let multiple = plan.multiple().expect("a price and a maximum");
        prop_assert_eq!(Some(multiple * &plan.revenue.revenue_usd), plan.max_api_usd);
    }

    #[test]
    fn margin_of_the_mean_use_is_the_mean_of_the_margins(plan in plans(), uses in proptest::collection::vec(share(), 1..6)) {
        let count = Ratio::from(uses.len() as u64);
        let mean = uses.iter().cloned().sum::<Ratio>() / &count;
        let margins: Ratio = uses.iter().map(|utilization| margin(&plan, utilization)).sum();
        prop_assert_eq!(margin(&plan, &mean), margins / count);
    }

    #[test]
    fn money_in_another_unit_changes_no_share(terms in terms(), c in share(), max in 1_i128..2_000_000, k in 2_i128..1_000) {
        let scale = |usd: &Ratio| usd * Ratio::from(k);
        let fees = match &terms.fees {
            Fees::Processor { share, fixed_usd } => {
                Fees::Processor { share: share.clone(), fixed_usd: scale(fixed_usd) }
            }
            store @ Fees::Store { .. } => store.clone(),
        };
        let scaled = Terms {
            price: scale(&terms.price),
            fixed_cost_usd: scale(&terms.fixed_cost_usd),
            fees,
            ..terms.clone()
        };
        let (one, other) = (economics(&terms, c.clone(), max), economics(&scaled, c, max * k));
        let half = Ratio::new(1, 2);
        prop_assert_eq!(one.multiple(), other.multiple());
        prop_assert_eq!(one.break_even().utilization().cloned(), other.break_even().utilization().cloned());
        prop_assert_eq!(one.buyer_break_even(&Buyer::default()), other.buyer_break_even(&Buyer::default()));
        prop_assert_eq!(margin(&one, &half), margin(&other, &half));
        prop_assert_eq!(scale(&one.room_usd()), other.room_usd());
    }

    #[test]
    fn without_fees_the_buyers_break_even_is_the_vendors_times_the_serving_share(cents in 1_i128..100_000, c in share(), max in 1_i128..2_000_000) {
        let plan = economics(&Terms::monthly(Ratio::new(cents, 100)), c.clone(), max);
        if let Some(even) = plan.break_even().utilization() {
            prop_assert_eq!(plan.buyer_break_even(&Buyer::default()), Some(even * c));
        }
    }

    #[test]
    fn overage_has_paid_for_the_loss_at_the_second_break_even(mut plan in plans(), list in share(), fee in 0_i128..10) {
        let fee_share = Ratio::new(fee, 100);
        plan.overage = Some(Overage { of_list_price: list * Ratio::from(2), fee_share });
        if let Some(even) = plan.second_break_even() {
            prop_assert!(even > Ratio::one());
            prop_assert_eq!(plan.at(&even).expect("bounded").profit_usd, Ratio::zero());
        }
    }

    #[test]
    fn by_subscription_or_by_api_one_side_gains_what_the_other_pays(cents in 1_i128..100_000, c in share(), max in 1_i128..2_000_000, use_cents in 0_i128..3_000_000) {
        let plan = economics(&Terms::monthly(Ratio::new(cents, 100)), c, max);
        let sides = plan.against_api(&Ratio::new(use_cents, 100));
        prop_assert_eq!(sides.by_subscription_usd - sides.by_api_usd, -sides.buyer_saves_usd);
    }
}

// Whole files.

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn the_order_of_files_orders_the_rows_and_nothing_else(
        (order, files) in files::several().prop_flat_map(|files| {
            let order = (0..files.len()).collect::<Vec<_>>();
            (Just(order).prop_shuffle(), Just(files))
        }),
    ) {
        let straight = files::answers(&files);
        let shuffled = files::answers(&order.iter().map(|&i| files[i].clone()).collect::<Vec<_>>());
        prop_assert_eq!(straight.len(), files.iter().map(|file| file.plans.len()).sum::<usize>());
        prop_assert_eq!(straight, shuffled);
    }

    #[test]
    fn prices_and_rates_in_another_unit_scale_money_alone(file in files::one(), k in 2_u64..50) {
        let once = files::answers(std::slice::from_ref(&file));
        let scaled = files::answers(&[file.scaled(k)]);
        for (one, other) in once.values().zip(scaled.values()) {
            let times = |usd: &Option<Ratio>| usd.as_ref().map(|usd| usd * Ratio::from(k));
            prop_assert_eq!(times(&one.max_api_usd), other.max_api_usd.clone());
            prop_assert_eq!(times(&one.profit_at_full), other.profit_at_full.clone());
            prop_assert_eq!(&one.shares, &other.shares);
            prop_assert_eq!(&one.binding, &other.binding);
        }
    }

    #[test]
    fn a_plan_on_a_model_without_a_price_makes_the_answer_incomplete(file in files::one()) {
        let known = files::json(&file.text());
        prop_assert_eq!(&known["complete"], true);
        let unpriced = files::json(&(file.text() + files::UNPRICED));
        prop_assert_eq!(&unpriced["complete"], false);
        // What was known before is still known, and the new plan is there, with no figure in place of the missing one.
        let rows = unpriced["results"].as_array().expect("rows");
        prop_assert_eq!(known["results"].as_array().expect("rows"), &rows[..rows.len() - 1]);
        let last = rows.last().expect("a row");
        prop_assert_eq!((&last["plan"], &last["max_api_usd_per_month"]), (&"unpriced".into(), &serde_json::Value::Null));
    }
}
