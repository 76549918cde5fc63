use super::*;
use crate::economics::{Overage, Terms};
use crate::population::Level;

fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

/// A plan whose serving costs a quarter of list.
fn plan(price: &str, max: Option<&str>, overage: Option<&str>) -> Economics {
    Economics {
        revenue: Terms::monthly(ratio(price)).revenue(),
        fixed_cost_usd: Ratio::zero(),
        serving_share: ratio("0.25"),
        max_api_usd: max.map(ratio),
        overage: overage.map(|rate| Overage { of_list_price: ratio(rate), fee_share: Ratio::zero() }),
    }
}

fn take_up(share: &str) -> TakeUp {
    TakeUp::new(ratio(share)).expect("a share")
}

fn demand() -> Distribution {
    Distribution::lognormal(Level::Median(60.0), 1.2763).expect("a lognormal")
}

fn near(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "want {want}, got {got}");
}

/// Four users who want 10, 20, 60 and 110.
fn four() -> Distribution {
    Distribution::discrete(&[10.0, 20.0, 60.0, 110.0], None).expect("four values")
}

#[test]
fn a_metered_plan_is_carried_by_its_heavy_users_and_a_flat_one_loses_on_them() {
    let metered = plan("20", Some("20"), Some("1"));
    let bill = Bill::of(&metered, &take_up("0.6"), &demand());
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    assert_eq!(percent(bill.margin.expect("revenue")), "75");
    assert_eq!(percent(bill.payers_share), "81");
    assert_eq!(percent(bill.top_decile_share_of_overage.expect("overage")), "56");
    let flat = plan("20", Some("400"), None);
    assert_eq!(percent(WorseOff::than_on(&flat, &metered, &take_up("0.6"), &demand()).share()), "81");
    let flat = Bill::of(&flat, &TakeUp::all(), &demand());
    assert_eq!(percent(flat.margin.expect("revenue")), "-33");
    assert_eq!((flat.overage_share_of_revenue, flat.mean_bill_of_payers_usd), (Some(0.0), None));
}

#[test]
fn a_bill_of_four_users_by_hand() {
    // $30 includes 20; half of 40 and 90 above is bought at twice list: 2 x 65 / 4 = 32.50 a user, by two of four.
    let bill = Bill::of(&plan("30", Some("20"), Some("2")), &take_up("0.5"), &four());
    near(bill.revenue_usd, 62.5);
    near(bill.overage_usd, 32.5);
    // 10 + 20 + 20 + 20 within, 20 + 45 above
    near(bill.serving_usd, 0.25 * 135.0 / 4.0);
    near(bill.profit_usd, 62.5 - 0.25 * 135.0 / 4.0);
    near(bill.payers_share, 0.5);
    near(bill.mean_bill_of_payers_usd.expect("payers"), 95.0);
    // A tenth of all is two fifths of the heaviest user: 0.4 x 90 of 130.
    near(bill.top_decile_share_of_overage.expect("overage"), 36.0 / 130.0);
}

#[test]
fn what_has_no_maximum_has_no_overage() {
    let heavy = Distribution::pareto(10.0, 1.01).expect("a Pareto with a mean");
    let bill = Bill::of(&plan("30", None, Some("1")), &TakeUp::all(), &heavy);
    near(bill.overage_usd, 0.0);
    near(bill.serving_usd, 0.25 * heavy.mean());
    assert_eq!((bill.payers_share > 0.0, bill.top_decile_share_of_overage), (false, None));
}

#[test]
fn a_user_is_worse_off_above_what_the_lower_fee_buys() {
    let (flat, metered) = (plan("50", Some("400"), None), plan("20", Some("20"), Some("1")));
    // 20 + 0.5 x (D - 20) = 50 at D = 80: one of four wants more.
    assert_eq!(
        WorseOff::than_on(&flat, &metered, &take_up("0.5"), &four()),
        WorseOff::Above { usd: 80.0, share: 0.25 }
    );
    assert_eq!(WorseOff::than_on(&metered, &flat, &TakeUp::all(), &four()), WorseOff::Everyone);
    assert_eq!(WorseOff::than_on(&flat, &metered, &take_up("0"), &four()), WorseOff::Nobody);
    assert_eq!(WorseOff::than_on(&flat, &plan("20", None, None), &TakeUp::all(), &four()), WorseOff::Nobody);
}

#[test]
fn a_frontier_model_sold_by_the_meter_to_everyone() {
    // Half of 10, 20, 60, 110 is for the frontier model, at list: 50 a user on average, at a margin of 3/4. The flat plan
    // keeps 5, 10, 30, 50 of at most 50, of 55.
    let split =
        Split::new(plan("20", Some("50"), None), plan("0", Some("0"), Some("1")), ratio("0.5"), Sold::ToEveryone)
            .expect("a share");
    let bill = split.bill(&TakeUp::all(), &four());
    near(bill.frontier.revenue_usd, 25.0);
    near(bill.mid.serving_usd, 0.25 * 95.0 / 4.0);
    near(bill.revenue_usd, 45.0);
    near(bill.profit_usd, 45.0 - 0.25 * (95.0 + 100.0) / 4.0);
    near(bill.margin.expect("revenue"), bill.profit_usd / 45.0);
    near(bill.forgone_usd, 0.0);
}

#[test]
fn an_add_on_is_bought_by_those_to_whom_it_is_worth_its_fee() {
    // Half of demand: 5, 10, 30, 55. At $20 for 40, two buy and use 30 and 40; 15 more at list by the last.
    let add_on = |fee: &str| {
        Split::new(plan("20", Some("50"), None), plan(fee, Some("40"), Some("1")), ratio("0.5"), Sold::AsAddOn)
            .expect("a share")
    };
    let bill = add_on("20").bill(&TakeUp::all(), &four());
    near(bill.frontier.buyers_share, 0.5);
    near(bill.frontier.revenue_usd, (2.0 * 20.0 + 15.0) / 4.0);
    near(bill.frontier.serving_usd, 0.25 * 85.0 / 4.0);
    near(bill.frontier.payers_share, 0.25);
    near(bill.forgone_usd, 15.0 / 4.0);
    // For $40 it gives no more than the API would.
    let none = add_on("40").bill(&TakeUp::all(), &four());
    near(none.frontier.revenue_usd, 0.0);
    near(none.frontier.profit_usd, 0.0);
    near(none.forgone_usd, 25.0);
}

#[test]
fn all_of_a_plan_or_none_of_it_can_be_the_frontier_model() {
    let split = |share: &str| {
        Split::new(plan("20", Some("50"), None), plan("0", Some("0"), Some("1")), ratio(share), Sold::ToEveryone)
            .expect("a share")
            .bill(&TakeUp::all(), &four())
    };
    near(split("0").frontier.revenue_usd, 0.0);
    near(split("1").frontier.revenue_usd, 50.0);
    near(split("1").mid.serving_usd, 0.0);
    let error = Split::new(plan("20", None, None), plan("0", None, None), ratio("1.5"), Sold::AsAddOn);
    let error = error.expect_err("no share").to_string();
    assert_eq!(error, "the share of the frontier model is 1.5; it must be a share from 0 to 1");
}
