//! What others have published of routing: points to hold an answer of `route` against, never defaults of it.

use super::Explained;
use super::document::of_rows;
use crate::cli::{Exit, Found};
use crate::report::{Block, Branch, Cell, Missing, Outline, Piece, Record};
use crate::units::Ratio;

/// One published result.
struct Published {
    name: &'static str,
    /// On what: a saving in percent, or from one to another.
    savings: &'static [(&'static str, i32, i32)],
    quality: &'static str,
    date: &'static str,
    source: &'static str,
    note: &'static str,
}

const ALL: [Published; 5] = [
    Published {
        name: "RouteLLM",
        savings: &[("MT-Bench", 85, 85), ("MMLU", 45, 45), ("GSM8K", 35, 35)],
        quality: "95 % of GPT-4's",
        date: "2024-07",
        source: "https://lmsys.org/blog/2024-07-01-routellm/",
        note: "One pair of models. On MT-Bench 14 % of the calls go to the strong one; how much is saved depends on the questions.",
    },
    Published {
        name: "FrugalGPT",
        savings: &[("at most", 98, 98)],
        quality: "that of the best single model",
        date: "2023-05",
        source: "https://arxiv.org/abs/2305.05176",
        note: "A cascade, on the data sets of its authors.",
    },
    Published {
        name: "Cognition",
        savings: &[("", 80, 90)],
        quality: "not stated",
        date: "2026-07",
        source: "CNBC on model routing, July 2026",
        note: "Reported as five to ten times cheaper.",
    },
    Published {
        name: "Coinbase",
        savings: &[("", 50, 50)],
        quality: "not stated",
        date: "2026-06",
        source: "InfoWorld, June 2026",
        note: "A press report of its spending.",
    },
    Published {
        name: "up to 95 %",
        savings: &[("at most", 95, 95)],
        quality: "not stated",
        date: "2026-06",
        source: "https://www.aibase.com/news/28910",
        note: "Said of some companies; no first-hand source was found. `plancost route --target-saving 95%` says what it takes.",
    },
];

const ABOUT: &str = "Each holds for the questions, the models and the prices it was measured on, and most leave out \
    escalation, the router and lost caches. `plancost route` uses none of them: it works out a saving from your own costs.";

/// The published results.
pub(super) fn explained() -> Explained {
    let branch = |published: &Published| Branch {
        label: published.name.to_owned(),
        after: vec![Piece::Words(format!("{}; quality: {}", savings(published), published.quality))],
        place: published.date.to_owned(),
        notes: [published.note, published.source].map(|line| vec![Piece::Words(line.to_owned())]).to_vec(),
        ..Branch::default()
    };
    let tree = Block::Tree {
        heading: "Savings by routing, as published".to_owned(),
        branches: ALL.iter().map(branch).collect(),
    };
    let outline = Outline { blocks: vec![tree, Block::Prose(ABOUT.to_owned())] };
    let report = of_rows(ALL.iter().flat_map(records).collect(), Vec::new());
    let columns: Vec<usize> = (0..report.columns.len()).collect();
    let (leaves, leaf_columns) = (report.clone(), columns.clone());
    Explained { outline, found: Found { report, columns, exit: Exit::Done, inputs: Vec::new() }, leaves, leaf_columns }
}

fn savings(published: &Published) -> String {
    let one = |(on, low, high): &(&str, i32, i32)| {
        let saving = if low == high { format!("{low} %") } else { format!("{low} to {high} %") };
        match *on {
            "" => saving,
            "at most" => format!("at most {saving}"),
            on => format!("{saving} on {on}"),
        }
    };
    published.savings.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn records(published: &Published) -> impl Iterator<Item = Record> {
    let text =
        |text: &str| if text.is_empty() { Cell::Missing(Missing::NotApplicable) } else { Cell::Text(text.to_owned()) };
    let percent = |value: i32| Cell::Share((Ratio::from(value) / Ratio::from(100)).into());
    published.savings.iter().map(move |(on, low, high)| {
        vec![
            ("published", text(published.name)),
            ("on", text(if *on == "at most" { "" } else { on })),
            ("saving_least", percent(*low)),
            ("saving_most", percent(*high)),
            ("quality", text(published.quality)),
            ("date", text(published.date)),
            ("source", text(published.source)),
            ("note", text(published.note)),
        ]
    })
}
