//! Plan files made up from numbers, and what the library answers to them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use plancost::analysis::{Question, answer};
use plancost::catalog::{self, Input};
use plancost::cli::{World, run};
use plancost::problem::Source;
use plancost::units::Ratio;
use proptest::prelude::*;

/// A file of one vendor with a model, a workload on it, and plans. Money is in millionths of a dollar.
#[derive(Clone, Debug)]
pub(crate) struct File {
    number: usize,
    margin_percent: u8,
    /// Input, cache reads, output.
    rates: [u64; 3],
    /// Hundredths of all tokens that are output, and that are read from the cache.
    output_percent: u64,
    cache_percent: u64,
    pub(crate) plans: Vec<Plan>,
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    price: u64,
    limits: Vec<(&'static str, Grant)>,
}

#[derive(Clone, Debug)]
enum Grant {
    ApiUsd(u64),
    Tokens(u64),
    Requests(u64),
}

/// A plan whose workload names a model that no file prices.
pub(crate) const UNPRICED: &str = r#"
[[workload]]
id = "of-nobody"
model = "model-of-nobody"
input_share = 1
[[plan]]
id = "unpriced"
price_usd = 20
workload = "of-nobody"
limit = [{ every = "week", tokens = 1_000_000 }]
"#;

fn plan() -> impl Strategy<Value = Plan> {
    let grant = prop_oneof![
        (0_u64..10_000_000_000).prop_map(Grant::ApiUsd),
        (0_u64..10_000_000_000).prop_map(Grant::Tokens),
        (0_u64..100_000).prop_map(Grant::Requests),
    ];
    let windows = proptest::sample::subsequence(vec!["5h", "day", "week", "month"], 1..=3);
    (1_u64..1_000_000_000, windows, proptest::collection::vec(grant, 3))
        .prop_map(|(price, windows, grants)| Plan { price, limits: windows.into_iter().zip(grants).collect() })
}

/// A file.
pub(crate) fn one() -> impl Strategy<Value = File> {
    let rates = proptest::array::uniform3(1_u64..100_000_000);
    (0_u8..=100, rates, 0_u64..=50, 0_u64..=50, proptest::collection::vec(plan(), 1..4)).prop_map(
        |(margin_percent, rates, output_percent, cache_percent, plans)| File {
            number: 0,
            margin_percent,
            rates,
            output_percent,
            cache_percent,
            plans,
        },
    )
}

/// Files that share no name.
pub(crate) fn several() -> impl Strategy<Value = Vec<File>> {
    proptest::collection::vec(one(), 2..5).prop_map(|mut files| {
        files.iter_mut().enumerate().for_each(|(number, file)| file.number = number);
        files
    })
}

/// Millionths as a decimal.
fn decimal(millionths: u64) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

/// Hundredths as a decimal.
fn percent(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

impl File {
    /// The same with all money times `k`.
    pub(crate) fn scaled(&self, k: u64) -> Self {
        let mut scaled = self.clone();
        scaled.rates.iter_mut().for_each(|rate| *rate *= k);
        for plan in &mut scaled.plans {
            plan.price *= k;
            for (_, grant) in &mut plan.limits {
                if let Grant::ApiUsd(usd) = grant {
                    *usd *= k;
                }
            }
        }
        scaled
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        let Self { number, margin_percent, rates, output_percent, cache_percent, plans } = self;
        let [input, cache, output] = rates.map(decimal);
        let mut text = format!(
            "[vendor]\nid = \"vendor-{number}\"\napi_gross_margin = {}\n\n\
             [[rates]]\nmodel = \"model-{number}\"\ninput_usd_per_mtok = {input}\ncache_read_usd_per_mtok = {cache}\n\
             output_usd_per_mtok = {output}\n\n\
             [[workload]]\nid = \"work-{number}\"\nmodel = \"model-{number}\"\ntokens_per_request = 20_000\n\
             input_share = {}\ncache_read_share = {}\noutput_share = {}\n",
            percent((*margin_percent).into()),
            percent(100 - output_percent - cache_percent),
            percent(*cache_percent),
            percent(*output_percent),
        );
        for (i, plan) in plans.iter().enumerate() {
            let price = decimal(plan.price);
            write!(text, "\n[[plan]]\nid = \"plan-{number}-{i}\"\nworkload = \"work-{number}\"\nprice_usd = {price}\n")
                .expect("memory");
            for (every, grant) in &plan.limits {
                let grant = match grant {
                    Grant::ApiUsd(usd) => format!("api_usd = {}", decimal(*usd)),
                    Grant::Tokens(count) => format!("tokens = {count}"),
                    Grant::Requests(count) => format!("requests = {count}"),
                };
                write!(text, "[[plan.limit]]\nevery = \"{every}\"\n{grant}\n").expect("memory");
            }
        }
        text
    }
}

/// What is said of a plan.
#[derive(Debug, PartialEq)]
pub(crate) struct Answered {
    pub(crate) max_api_usd: Option<Ratio>,
    pub(crate) profit_at_full: Option<Ratio>,
    /// Multiple, break-even, margin at a third and at full use.
    pub(crate) shares: [Option<Ratio>; 4],
    pub(crate) binding: Vec<String>,
}

/// What the library answers to files, by plan.
pub(crate) fn answers(files: &[File]) -> BTreeMap<String, Answered> {
    let input = |file: &File| Input {
        source: Arc::new(Source { name: format!("{}.toml", file.number), text: file.text() }),
        bundled: false,
        plans: true,
    };
    let (catalog, problems) = catalog::read(&files.iter().map(input).collect::<Vec<_>>(), &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let question = Question::on(jiff::civil::date(2026, 6, 15));
    let told = |plan| {
        let answer = answer(plan, catalog.market(), &question);
        let economics = answer.economics.as_ref().expect("all is known");
        let at = |utilization: Ratio| economics.at(&utilization).expect("bounded");
        Answered {
            max_api_usd: economics.max_api_usd.clone(),
            profit_at_full: Some(at(Ratio::one()).profit_usd),
            shares: [
                economics.multiple(),
                economics.break_even().utilization().cloned(),
                at(Ratio::new(1, 3)).margin,
                at(Ratio::one()).margin,
            ],
            binding: answer.binding().map(|limit| limit.id.to_string()).collect(),
        }
    };
    catalog.plans.iter().map(|plan| (plan.id.to_string(), told(plan))).collect()
}

/// What `plancost analyze --json` answers to a file on standard input.
pub(crate) fn json(text: &str) -> serde_json::Value {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = run(&mut World {
        args: ["plancost", "analyze", "-", "--no-bundled", "--json"].map(Into::into).to_vec(),
        stdin: &mut text.as_bytes(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdin_is_terminal: false,
        stdout_columns: None,
        stderr_columns: None,
        env: &|_| None,
    });
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).expect("JSON")
}
