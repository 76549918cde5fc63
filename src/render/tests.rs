//! What holds over formats. What one module does alone is tested beside it.

use super::fixture::{hostile, hostile_report, plan, published, unknown};
use super::width::width;
use super::{ColorDepth, Format, Look, fixture, render};
use crate::report::{Cell, Missing, Report};

const ALL: [usize; 7] = [0, 1, 2, 3, 4, 5, 6];
const FORMATS: [Format; 7] =
    [Format::Table, Format::Plain, Format::Json, Format::Jsonl, Format::Csv, Format::Tsv, Format::Markdown];

fn table(report: &Report, columns: usize) -> String {
    render(report, &ALL, Format::Table, &Look { width: Some(columns), ..Look::default() })
}

/// A plan whose serving cost at full use is 3.264 times its price, as in the mock of the contract.
fn mock() -> Report {
    let points = ["0%", "10%", "20%", "30%", "40%", "50%", "60%", "70%", "80%", "90%", "100%"];
    let mut report = fixture::empty(&points);
    report.rows = vec![plan(&report, "northwind/pro", "20", "261.12"), unknown("orbit/unlimited")];
    report
}
#[test]
fn zzz() {
    for w in [140, 80, 60, 40] {
        println!("{}", table(&mock(), w));
    }
    let mut r = mock();
    r.columns[6].drop_rank = 0;
    println!("{}", table(&r, 110));
    println!("{}", table(&r, 100));
    for f in FORMATS { println!("=== {f:?}\n{}", render(&mock(), &ALL, f, &Look::default())); }
    println!("{}", table(&hostile_report(), 80));
    println!("{}", render(&hostile_report(), &[0,1], Format::Markdown, &Look::default()).chars().take(3000).collect::<String>());
    println!("{}", table(&published(), 160));
}
