//! What reading, answering and printing cost: the bundled catalogue, and ten thousand plans made up from a seed.
//!
//! Compare within one run, or with `--baseline`; single times are of one machine on one day.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use plancost::analysis::{Answer, Question, answer, plans_on};
use plancost::catalog::{self, Catalog, Input};
use plancost::cli::{World, run};
use plancost::problem::Source;
use plancost::render::{Format, Look, render};
use plancost::report::{Cell, Column, HeatCell, HeatTitle, Layout, Missing, Report, Row, Unit};
use plancost::units::Ratio;

const FILES: u64 = 4;
const PLANS_A_FILE: u64 = 2_500;

/// Files of many plans of all kinds, always the same; the first has the rates and workloads of all.
fn many_plans() -> Vec<String> {
    let mut seed = 20_260_611_u64;
    let mut up_to = |most: u64| {
        // Knuth's MMIX generator; the high bits are the random ones.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most + 1
    };
    let mut market = String::from("[vendor]\nid = \"acme\"\napi_gross_margin = 0.75\n");
    for model in 0..20 {
        let (input, output) = (up_to(10), up_to(50));
        write!(
            market,
            "[[rates]]\nmodel = \"model-{model}\"\nfrom = 2026-01-15\ninput_usd_per_mtok = {input}\n\
             cache_read_usd_per_mtok = 0.{input:02}\noutput_usd_per_mtok = {output}\n\
             [[workload]]\nid = \"work-{model}\"\nmodel = \"model-{model}\"\ntokens_per_request = 30_000\n\
             input_share = 0.05\ncache_read_share = 0.93\noutput_share = 0.02\n"
        )
        .expect("memory");
    }
    let mut plan = |file: u64, plan: u64| {
        let (price, model) = (up_to(500), up_to(20) - 1);
        let limits = match up_to(3) {
            1 => format!("[[plan.limit]]\nevery = \"month\"\napi_usd = {}\n", up_to(20_000)),
            2 => format!("[[plan.limit]]\nevery = \"week\"\ntokens = {}\n", up_to(9_999) * 1_000_000),
            _ => format!(
                "[[plan.limit]]\nevery = \"5h\"\nrequests = {}\n[[plan.limit]]\nevery = \"week\"\nrequests = {}\n",
                up_to(200),
                up_to(3_000)
            ),
        };
        format!(
            "[[plan]]\nid = \"plan-{file}-{plan}\"\nname = \"Plan {file} {plan}\"\nprice_usd = {price}\n\
             vendor = \"acme\"\nworkload = \"work-{model}\"\nfrom = 2026-02-01\n\
             source = \"https://acme.example/plans\"\nchecked = 2026-06-15\n{limits}"
        )
    };
    (0..FILES)
        .map(|file| {
            let plans = (0..PLANS_A_FILE).map(|number| plan(file, number));
            (if file == 0 { market.as_str() } else { "" }).to_owned() + &plans.collect::<String>()
        })
        .collect()
}

fn read(files: &[String]) -> Catalog {
    let input = |(number, text): (usize, &String)| Input {
        source: Arc::new(Source { name: format!("{number}.toml"), text: text.clone() }),
        bundled: false,
        plans: true,
    };
    let (catalog, problems) = catalog::read(&files.iter().enumerate().map(input).collect::<Vec<_>>(), &[]);
    assert!(problems.is_empty(), "{problems:?}");
    catalog
}

fn answers(catalog: &Catalog) -> Vec<Answer<'_>> {
    let question = Question::on(catalog.newest.expect("dated"));
    plans_on(&catalog.plans, question.day).into_iter().map(|plan| answer(plan, catalog.market(), &question)).collect()
}

/// A table of the published columns with a heat map, as `analyze` has.
fn report(answers: &[Answer<'_>]) -> Report {
    let points: Vec<Ratio> = (0..=10).map(|tenth| Ratio::new(tenth, 10)).collect();
    let column = |key: &'static str, unit: Unit| Column {
        key,
        title: key.to_owned(),
        meaning: "",
        unit,
        shown: true,
        drop_rank: 0,
        heat_points: points
            .iter()
            .filter(|_| unit == Unit::Heat)
            .map(|point| HeatTitle { utilization: point.clone(), text: point.to_exact() })
            .collect(),
    };
    let share = |share: Option<Ratio>| share.map_or(Cell::Missing(Missing::Unknown), |share| Cell::Share(share.into()));
    let row = |answer: &Answer<'_>| {
        let economics = answer.economics.as_ref().expect("price and maximum are known");
        let heat = points.iter().map(|point| {
            let outcome = economics.at(point).expect("bounded");
            HeatCell {
                utilization: point.clone(),
                served: share(Some(outcome.served)),
                margin: share(outcome.margin),
                profit_usd: Cell::Usd(outcome.profit_usd.into()),
            }
        });
        let max = economics.max_api_usd.clone().expect("bounded");
        Row {
            group: None,
            cells: vec![
                Cell::Text(answer.plan.id.to_string()),
                Cell::Usd(economics.revenue.gross_usd.clone().into()),
                Cell::Usd(max.into()),
                economics
                    .multiple()
                    .map_or(Cell::Missing(Missing::NotApplicable), |times| Cell::Multiple(times.into())),
                share(economics.break_even().utilization().cloned()),
                Cell::Heat(heat.collect()),
            ],
        }
    };
    Report {
        kind: "analyze",
        layout: Layout::Rows,
        complete: true,
        as_of: None,
        inputs: Vec::new(),
        prices: Vec::new(),
        assumptions: Vec::new(),
        columns: vec![
            column("plan", Unit::Text),
            column("price_usd_per_month", Unit::Usd),
            column("max_api_usd_per_month", Unit::Usd),
            column("multiple", Unit::Multiple),
            column("break_even", Unit::Share),
            column("margin_at", Unit::Heat),
        ],
        rows: answers.iter().map(row).collect(),
        summary: Vec::new(),
        footer: Vec::new(),
        problems: Vec::new(),
        sections: Vec::new(),
        verdicts: None,
    }
}

/// The program as it is run, but for its process.
fn program(args: &[&str]) -> Vec<u8> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = run(&mut World {
        args: ["plancost"].iter().chain(args).map(Into::into).collect(),
        stdin: &mut std::io::empty(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdin_is_terminal: false,
        stdout_columns: None,
        stderr_columns: None,
        env: &|_| None,
    });
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&stderr));
    stdout
}

fn bundled(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bundled catalogue");
    group.bench_function("read", |bench| bench.iter(|| catalog::read(&catalog::bundled(), &[])));
    let (catalog, _) = catalog::read(&catalog::bundled(), &[]);
    group.bench_function("answer", |bench| bench.iter(|| black_box(answers(&catalog)).len()));
    group.bench_function("analyze", |bench| bench.iter(|| program(&["analyze"])));
    group.finish();
}

fn ten_thousand(criterion: &mut Criterion) {
    let files = many_plans();
    let folder = tempfile::tempdir().expect("a folder for the files");
    for (number, text) in files.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.toml")), text).expect("a file");
    }
    let mut group = criterion.benchmark_group("10,000 plans");
    group.sample_size(10);
    group.bench_function("read", |bench| bench.iter(|| read(&files)));
    let catalog = read(&files);
    group.bench_function("answer", |bench| bench.iter(|| black_box(answers(&catalog)).len()));
    let answers = answers(&catalog);
    group.bench_function("report", |bench| bench.iter(|| report(&answers)));
    let report = report(&answers);
    let columns: Vec<usize> = (0..report.columns.len()).collect();
    for format in
        [Format::Table, Format::Plain, Format::Markdown, Format::Csv, Format::Tsv, Format::Json, Format::Jsonl]
    {
        let look = Look::default();
        group.bench_function(format!("as {format:?}"), |bench| {
            bench.iter(|| render(&report, &columns, format, &look));
        });
    }
    let args = ["analyze", folder.path().to_str().expect("UTF-8"), "--json"];
    group.bench_function("analyze --json", |bench| bench.iter(|| program(&args)));
    group.finish();
}

criterion_group!(benches, bundled, ten_thousand);
criterion_main!(benches);
