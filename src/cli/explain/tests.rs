//! Laws over the bundled catalogue: the tree says what `analyze` says.

use super::*;
use crate::analysis::{Answer, Question};
use crate::catalog::{self, Catalog, Input as File};
use crate::cli::analyze::{Context, fields};
use crate::economics::{Fees, Subscriber};
use crate::explain::{Effect, Formula, Node, figure};
use crate::plan::MixRule;
use crate::problem::Source;
use crate::report::{Cell, HeatTitle, Unit};
use crate::units::{Date, Ratio};
use std::sync::Arc;

/// Every kind of limit, several windows, pools of models, fees, tax, seats, years, other money, overage.
const KINDS: &str = include_str!("../../../tests/explain/kinds.toml");

fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

fn read(files: &[File]) -> Catalog {
    let (catalog, problems) = catalog::read(files, &[]);
    let errors: Vec<_> = problems.iter().filter(|problem| problem.level == Level::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    catalog
}

fn kinds() -> Catalog {
    let source = Arc::new(Source { name: "kinds.toml".to_owned(), text: KINDS.to_owned() });
    read(&[File { source, bundled: false, plans: true }])
}

fn subscriber() -> Subscriber {
    Subscriber {
        mean_utilization: ratio("8%"),
        support_usd_per_month: ratio("1.5"),
        churn_per_month: ratio("4.5%"),
        discount_per_month: ratio("0.8%"),
        acquisition_usd: Some(ratio("140")),
    }
}

/// The figures of a plan as `analyze` has them, by address.
fn analyzed(case: &Case<'_>, answer: &Answer<'_>, asked: &Asked) -> Vec<(Address, Option<Ratio>)> {
    let points: Vec<HeatTitle> = ["0%", "2/35", "50%", "100%", "150%"]
        .map(|text| HeatTitle { utilization: ratio(text), text: text.to_owned() })
        .to_vec();
    let unit = answer.economics.as_ref().and_then(|economics| economics.unit(case.subscriber?));
    let context = Context { answer, unit, asked, points: &points };
    let value = |cell: &Cell| match cell {
        Cell::Usd(figure) | Cell::Share(figure) | Cell::Multiple(figure) | Cell::Number(figure) => {
            Some(figure.value.clone())
        }
        _ => None,
    };
    let mut figures = Vec::new();
    for field in fields(&points) {
        let cell = (field.fill)(&context);
        match (&cell, field.column.unit) {
            (Cell::Heat(cells), _) => {
                for heat in cells {
                    for (key, cell) in [("margin_at", &heat.margin), ("profit_at", &heat.profit_usd)] {
                        let address = Address::new(key, Some(heat.utilization.clone())).expect("a figure");
                        figures.push((address, value(cell)));
                    }
                }
            }
            (_, Unit::Text | Unit::Command | Unit::Source | Unit::List | Unit::Date | Unit::Flag | Unit::Count) => {}
            (cell, _) => {
                let address = Address::new(field.column.key, None);
                figures.push((address.unwrap_or_else(|| panic!("no address {}", field.column.key)), value(cell)));
            }
        }
    }
    // What only `compare` and `check` have.
    for (key, _) in &MAIN_FIGURES[MAIN_FIGURES.iter().take_while(|(key, _)| *key != "buyer_break_even_usd").count()..] {
        let address = Address::new(key, None);
        figures.extend(address.map(|address| (address.clone(), figure(case, answer, &address))));
    }
    figures
}

fn questions(day: Date) -> Vec<Question> {
    let own = Question::on(day);
    let card = Fees::Processor { share: ratio("0.029"), fixed_usd: ratio("0.3") };
    let schedule = crate::allowance::Schedule::Active {
        hours_per_day: crate::allowance::Hours::new(&ratio("8")).expect("hours"),
        days_per_week: 5,
        pinged: false,
    };
    vec![
        own.clone(),
        Question { mix: Some(MixRule::WorstCase), fees: Some(card), ..own.clone() },
        Question { billing: Some(crate::plan::Billing::Year), schedule, api_gross_margin: Some(ratio("0.6")), ..own },
    ]
}

fn each_tree(
    catalog: Catalog,
    mut check: impl FnMut(&Case<'_>, &Answer<'_>, &Address, &Option<Ratio>, Option<&Node>),
) -> usize {
    let subscriber = subscriber();
    let day = catalog.newest.expect("dated facts");
    let mut trees = 0;
    for question in questions(day) {
        let asked = Asked {
            sources: Vec::new(),
            catalog: catalog.clone(),
            question,
            day: Some(day),
            inputs: Vec::new(),
            prices: Vec::new(),
            input_names: Vec::new(),
        };
        for plan in plans_on(&asked.catalog.plans, day) {
            let market = asked.catalog.market();
            let case = Case { plan, market, question: &asked.question, subscriber: Some(&subscriber) };
            let answer = case.answer();
            for (address, value) in analyzed(&case, &answer, &asked) {
                let root = tree(&case, &answer, &address);
                trees += usize::from(root.is_some());
                check(&case, &answer, &address, &value, root.as_ref());
            }
        }
    }
    trees
}

fn law(catalog: Catalog) -> usize {
    each_tree(catalog, |case, answer, address, value, root| {
        let name = || format!("{}:{} {:?}", case.plan.id, address.key, address.utilization);
        assert_eq!(figure(case, answer, address), *value, "{}", name());
        assert_eq!(root.map(|root| root.value.clone()), *value, "{}", name());
        let Some(root) = root else { return };
        root.walk(&mut |node| {
            let again = node.formula.as_ref().map(|formula| formula.value(&node.children));
            assert!(again.is_none_or(|again| again.as_ref() == Some(&node.value)), "{} {}", name(), node.key);
        });
    })
}

#[test]
fn the_root_of_every_tree_is_the_figure_of_analyze() {
    assert!(law(read(&catalog::bundled())) > 3_000);
}

#[test]
fn every_kind_of_limit_and_price_has_its_trees() {
    assert!(law(kinds()) > 300);
}

#[test]
fn every_input_that_is_put_back_gives_the_figure_back() {
    for catalog in [read(&catalog::bundled()), kinds()] {
        each_tree(catalog, |case, _, address, value, root| {
            let Some(root) = root.filter(|_| address.key == "break_even" || address.key.starts_with("second")) else {
                return;
            };
            root.walk(&mut |node| {
                // An input in a plan that is in force alike for the whole tree: unchanged, nothing changes.
                let Some(input) = &node.input else { return };
                if let Some(figure) = input.with(&node.value, case, address) {
                    assert_eq!(figure, *value, "{} {}", case.plan.id, node.key);
                }
            });
        });
    }
}

fn effects(catalog: &Catalog, id: &str, key: &str) -> (Node, Vec<Effect>) {
    let day = catalog.newest.expect("dated facts");
    let question = Question::on(day);
    let plan = *plans_on(&catalog.plans, day).iter().find(|plan| *plan.id == *id).expect("the plan");
    let case = Case { plan, market: catalog.market(), question: &question, subscriber: None };
    let address = Address::new(key, None).expect("a figure");
    let root = tree(&case, &case.answer(), &address).expect("a tree");
    let effects = sensitivity(&case, &address, &root);
    (root, effects)
}

#[test]
fn break_even_of_the_published_tier_is_200_over_14000_quarters() {
    let (root, effects) = effects(&read(&catalog::bundled()), "chatgpt-pro-20x", "break_even");
    assert_eq!(root.value, ratio("2/35"));
    let values: Vec<_> = root.children.iter().map(|node| node.value.clone()).collect();
    assert_eq!(values, ["200", "14000", "0.25"].map(ratio));
    assert!(matches!(root.formula, Some(Formula::Quotient(..))));
    // 0.825 of margin leaves 0.175: 200 / 2,450 = 4/49. 220 / 3,500 = 11/175. 200 / 3,850 = 4/77.
    let told: Vec<_> = effects.iter().map(|effect| (effect.key.as_str(), effect.figure.clone())).collect();
    assert_eq!(told[0], ("api_gross_margin", Some(ratio("4/49"))));
    assert_eq!(told[1], ("price", Some(ratio("11/175"))));
    assert_eq!(told[2], ("limit.month.grant", Some(ratio("4/77"))));
}

#[test]
fn a_dearer_plan_breaks_even_later_and_a_larger_limit_never_does() {
    for catalog in [read(&catalog::bundled()), kinds()] {
        for plan in plans_on(&catalog.plans, catalog.newest.expect("dated facts")) {
            let question = Question::on(catalog.newest.expect("dated facts"));
            let case = Case { plan, market: catalog.market(), question: &question, subscriber: None };
            let address = Address::new("break_even", None).expect("a figure");
            let Some(root) = tree(&case, &case.answer(), &address) else { continue };
            for effect in sensitivity(&case, &address, &root) {
                let Some(figure) = effect.figure else { continue };
                match effect.key.as_str() {
                    "price" | "price.charge" => assert!(figure > root.value, "{} {}", plan.id, effect.key),
                    key if key.ends_with(".grant") => assert!(figure <= root.value, "{} {key}", plan.id),
                    _ => {}
                }
            }
        }
    }
}
