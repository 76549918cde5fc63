//! Reference answers of an independent program, put to the public library.
//!
//! The cases are `tests/oracle/cases.json`, or the file that `PLANCOST_ORACLE_CASES` names. Every operation is
//! listed with how many of its cases passed; one that has no adapter yet is listed as such.

#![expect(clippy::print_stdout, reason = "a test harness of its own reports to standard output")]

mod oracle {
    pub(crate) mod allow;
    pub(crate) mod budget;
    pub(crate) mod choice;
    pub(crate) mod margin;
    pub(crate) mod outlook;
    pub(crate) mod pop;
    pub(crate) mod rates;
    pub(crate) mod replay;
    pub(crate) mod route;
    pub(crate) mod simulation;
    pub(crate) mod solve;
    pub(crate) mod uncertainty;
    pub(crate) mod value;
}

use std::collections::BTreeMap;
use std::process::ExitCode;

use oracle::value::{Answer, disagreement};
use serde_json::Value;

type Adapter = fn(&Value) -> Answer;

const ADAPTERS: &[(&str, Adapter)] = &[
    ("rates.bundle", oracle::rates::bundle),
    ("rates.blended", oracle::rates::blended),
    ("allow.month", oracle::allow::month),
    ("allow.windows", oracle::allow::windows),
    ("allow.kind", oracle::allow::kind),
    ("allow.nested", oracle::allow::nested),
    ("allow.lp", oracle::allow::lp),
    ("margin.plan", oracle::margin::plan),
    ("margin.curve", oracle::margin::curve),
    ("margin.heatmap", oracle::margin::heatmap),
    ("margin.portfolio", oracle::margin::portfolio),
    ("margin.unit", oracle::margin::unit),
    ("margin.vs_api", oracle::margin::vs_api),
    ("route.simple", oracle::route::simple),
    ("route.classes", oracle::route::classes),
    ("route.optimize", oracle::route::optimum),
    ("route.cascade", oracle::route::cascade),
    ("route.session", oracle::route::session),
    ("route.migrate", oracle::route::migration),
    ("solve.linear", oracle::solve::linear),
    ("solve.cap", oracle::solve::cap),
    ("solve.overage", oracle::solve::overage),
    ("outlook.years", oracle::outlook::years),
    ("outlook.crossings", oracle::outlook::crossings),
    ("outlook.trajectory", oracle::outlook::trajectory),
    ("outlook.two_speed", oracle::outlook::two_speed),
    ("outlook.metered", oracle::outlook::metered),
    ("ent.headcount", oracle::budget::headcount),
    ("ent.scale", oracle::budget::scale),
    ("pop.stats", oracle::pop::stats),
    ("pop.finite", oracle::pop::finite),
    ("pop.two_point", oracle::pop::two_point),
    ("pop.fit", oracle::pop::fit),
    ("pop.choice", oracle::choice::choice),
    ("pop.price_change", oracle::choice::price_change),
    ("pop.best_price", oracle::choice::best_price),
    ("unc.breakeven", oracle::uncertainty::breakeven),
    ("unc.sobol_product", oracle::uncertainty::sobol_product),
    ("unc.tornado", oracle::uncertainty::tornado),
    ("pop.mc_truth", oracle::simulation::draws),
    ("replay.run", oracle::replay::run),
    ("replay.calendar", oracle::replay::calendar),
    ("replay.recommend", oracle::replay::recommend),
];

#[derive(Default)]
struct Tally {
    passed: usize,
    failures: Vec<String>,
    without_adapter: usize,
}

fn main() -> ExitCode {
    if std::env::args().any(|arg| arg == "--list") {
        println!("oracle: test");
        return ExitCode::SUCCESS;
    }
    let path = std::env::var("PLANCOST_ORACLE_CASES").unwrap_or_else(|_| "tests/oracle/cases.json".to_owned());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
    let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
    assert_eq!(file["format"], 1, "{path}: unknown format of cases");

    let mut tallies = BTreeMap::<String, Tally>::new();
    for case in file["cases"].as_array().expect("a list of cases") {
        let op = case["op"].as_str().expect("an operation");
        let tally = tallies.entry(op.to_owned()).or_default();
        match ADAPTERS.iter().find(|(name, _)| *name == op) {
            None => tally.without_adapter += 1,
            Some((_, adapter)) => match disagreement(case, &adapter(&case["input"])) {
                None => tally.passed += 1,
                Some(what) => tally.failures.push(format!("{}: {what}", case["id"])),
            },
        }
    }

    let (mut passed, mut failed, mut without) = (0, 0, 0);
    println!("{path}");
    for (op, tally) in &tallies {
        passed += tally.passed;
        failed += tally.failures.len();
        without += tally.without_adapter;
        if tally.without_adapter > 0 {
            println!("  {op:20} {:4} cases, no adapter yet", tally.without_adapter);
        } else {
            println!("  {op:20} {:4} passed {:4} failed", tally.passed, tally.failures.len());
        }
        for failure in &tally.failures {
            println!("    {failure}");
        }
    }
    println!("cases: {passed} passed, {failed} failed, {without} without an adapter");
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
