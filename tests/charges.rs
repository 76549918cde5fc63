//! What is written beside the answers of `usage` and `replay`: charges, and limits that were measured.

mod program;

use std::collections::BTreeMap;
use std::fs;

use plancost::units::Ratio;
use program::Given;
use serde_json::Value;

const PLANS: &str = "tests/fixtures/logs/plans.toml";
const METERED: &str = "tests/fixtures/logs/metered";

type Row = BTreeMap<String, String>;

/// The document of a command, and the charges that it wrote.
fn charges(command: &str, log: &str, args: &str) -> (Value, Vec<Row>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("charges.csv");
    let export = format!("focus={}", path.display());
    let words = args.split(' ').filter(|word| !word.is_empty());
    let all = [command, log, "--json", "--export", &export].into_iter().chain(words).chain(["--plans", PLANS]);
    let answered = Given::args(all).run();
    let document = serde_json::from_str(&answered.out).unwrap_or_else(|error| panic!("{error}: {}", answered.err));
    let mut table = csv::Reader::from_path(&path).expect("the charges");
    (document, table.deserialize().map(|row| row.expect("a row")).collect())
}

fn number(text: &str) -> Ratio {
    Ratio::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn sum(rows: &[Row], category: &str, column: &str) -> Ratio {
    let of_category = rows.iter().filter(|row| row["ChargeCategory"] == category);
    of_category.map(|row| &row[column]).filter(|text| !text.is_empty()).map(|text| number(text)).sum()
}

/// By days of two zones, by months of two beginnings, for one plan and another.
#[test]
fn list_cost_of_usage_over_billed_cost_of_purchases_is_the_multiple() {
    for log in ["day.csv", "team.csv", "summed.csv"] {
        for args in [
            "--plan acme-pro",
            "--plan acme-max --tz Asia/Tokyo",
            "--plan acme-credits --billing-day 4",
            "--plan acme-pro --set acme-pro.price_usd=17.77",
        ] {
            let (document, rows) = charges("usage", &format!("tests/fixtures/logs/{log}"), args);
            let (listed, billed) = (sum(&rows, "Usage", "ListCost"), sum(&rows, "Purchase", "BilledCost"));
            let shown = |key: &str| number(&document["summary"][key].to_string());
            assert_eq!((&listed, &billed), (&shown("api_usd"), &shown("billed_usd")), "{log} {args}");
            let multiple = listed.checked_div(&billed).expect("the plan has a price");
            assert_eq!(number(&multiple.to_decimal(6)), shown("multiple"), "{log} {args}");
            // What was paid is carried by what was used, to the last digit.
            assert_eq!(sum(&rows, "Usage", "EffectiveCost"), billed, "{log} {args}");
            assert_eq!(sum(&rows, "Purchase", "EffectiveCost"), Ratio::zero(), "{log} {args}");
            for row in &rows {
                let cost = number(&row["ListUnitPrice"]) * number(&row["PricingQuantity"]);
                assert_eq!(cost, number(&row["ListCost"]), "{row:?}");
            }
        }
    }
}

/// Four users: four seats at $20 in each of the months.
#[test]
fn replay_writes_the_charges_of_its_plan_for_every_seat() {
    let (document, rows) = charges("replay", "tests/fixtures/logs/team.csv", "--plan acme-pro");
    let seats = document["summary"]["users"].as_u64().expect("a count");
    assert!(seats > 1, "{document}");
    let purchases: Vec<&Row> = rows.iter().filter(|row| row["ChargeCategory"] == "Purchase").collect();
    for row in &purchases {
        assert_eq!((row["PricingQuantity"].as_str(), row["PricingUnit"].as_str()), (&*seats.to_string(), "Seats"));
        assert_eq!(number(&row["BilledCost"]), number("20") * Ratio::from(seats));
    }
    assert!(!purchases.is_empty());
    let used = number(&document["summary"]["api_usd"].to_string());
    assert_eq!(sum(&rows, "Usage", "ListCost"), used);
}

/// A million tokens in take 1 credit, four million 4, at 0.17 USD a million at list.
#[test]
fn a_plan_in_credits_is_priced_in_credits() {
    let (_, rows) = charges("usage", "tests/fixtures/logs/summed.csv", "--plan acme-credits");
    assert_eq!(sum(&rows, "Usage", "PricingCurrencyEffectiveCost"), number("5"));
    for row in rows.iter().filter(|row| row["ChargeCategory"] == "Usage") {
        assert_eq!(row["PricingCurrency"], "Credits");
        assert_eq!(row["BillingCurrency"], "USD");
        assert_eq!(row["PricingCurrencyListUnitPrice"], "1");
        assert_eq!(number(&row["ListUnitPrice"]), number("0.17"));
    }
    // Nobody says what the large model takes: that is not 0.
    let (_, rows) = charges("usage", "tests/fixtures/logs/day.csv", "--plan acme-credits");
    let unknown = rows.iter().filter(|row| row["ChargeCategory"] == "Usage");
    assert!(unknown.clone().count() > 0);
    assert!(unknown.clone().all(|row| row["PricingCurrencyEffectiveCost"].is_empty()));
}

/// Seven requests at 3 credits each; tokens take none, and at list the requests have no fee. With a fee of $0.01 they cost
/// $0.07 too; without a list price, nobody knows what they cost.
#[test]
fn credits_for_requests_are_charged_though_list_prices_have_no_fee_for_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (log, plans, out) = (path("cr.csv"), path("cr.toml"), path("focus.csv"));
    fs::write(&log, "time,model,input,output,requests\n2026-03-02T08:00:00Z,m1,1000,100,7\n").expect("a file");
    let plan = "[[plan]]\nid = \"cr\"\nprice_usd = 10\n[[plan.limit]]\nevery = \"month\"\ncredits = 100\n\
        [[plan.credit_rate]]\nmodel = \"m1\"\ninput_credits_per_mtok = 0\noutput_credits_per_mtok = 0\n\
        credits_per_request = 3\n";
    let listed = "[[rates]]\nmodel = \"m1\"\ninput_usd_per_mtok = 1\noutput_usd_per_mtok = 2\n";
    for (rates, usd) in
        [(listed.to_owned(), "0"), (format!("{listed}usd_per_request = 0.01\n"), "0.07"), (String::new(), "")]
    {
        fs::write(&plans, format!("{rates}{plan}")).expect("a file");
        let export = format!("focus={out}");
        let answered = Given::args(["usage", &log, "--plan", "cr", "--plans", &plans, "--export", &export]).run();
        let mut table = csv::Reader::from_path(&out).unwrap_or_else(|error| panic!("{error}: {}", answered.err));
        let rows: Vec<Row> = table.deserialize().map(|row| row.expect("a row")).collect();
        assert_eq!(sum(&rows, "Usage", "PricingCurrencyEffectiveCost"), number("21"), "{rates}{rows:?}");
        let requests: Vec<&Row> = rows.iter().filter(|row| row["SkuId"] == "m1/requests").collect();
        let [requests] = requests[..] else { panic!("{rates}{rows:?}") };
        assert_eq!((&*requests["ListCost"], &*requests["ConsumedQuantity"]), (usd, "7"), "{rates}");
    }
}

/// $20 in five hours and $66.67 a week, of four responses of $1 and 16 and 6 points of the meters.
#[test]
fn measured_limits_are_limits_of_a_plan_that_other_commands_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    let path = path.to_str().expect("UTF-8");
    let args =
        ["usage", "--calibrate", "--log-format", "claude-code", "--plan", "claude-max-5x", "--write-limits", path];
    let mut given = Given::args(args);
    given.env.insert("HOME".to_owned(), METERED.to_owned());
    let answered = given.run();
    assert_eq!(answered.code, 0, "{answered:?}");
    let text = fs::read_to_string(path).expect("the limits");
    for line in ["id = \"claude-max-5x-measured\"", "price_usd = 100", "api_usd = 20.00", "basis = \"measured\""] {
        assert!(text.contains(line), "{text}");
    }
    let read = Given::args(["analyze", path, "--json"]).run();
    let document: Value = serde_json::from_str(&read.out).unwrap_or_else(|error| panic!("{error}: {}", read.err));
    let row = &document["results"][0];
    assert_eq!((&row["plan"], &row["basis"]), (&"claude-max-5x-measured".into(), &"measured".into()), "{row}");
    // The week decides: a month is 30.4375 / 7 of it.
    let month = number("66.67") * number("30.4375") / Ratio::from(7);
    let found = number(&row["max_api_usd_per_month"].to_string());
    assert_eq!(found.to_decimal(2), month.to_decimal(2), "{row}");
}
