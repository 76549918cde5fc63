//! What holds over formats. What one module does alone is tested beside it.

use super::fixture::{column, empty, hostile, hostile_report, plan, published, ratio, text, unknown};
use super::width::width;
use super::{ColorDepth, Format, Look, render};
use crate::problem::{Code, Problem};
use crate::report::{Cell, Missing, Report, Row, Section, Unit};

const ALL: [usize; 7] = [0, 1, 2, 3, 4, 5, 6];
const FORMATS: [Format; 7] =
    [Format::Table, Format::Plain, Format::Json, Format::Jsonl, Format::Csv, Format::Tsv, Format::Markdown];
const DEPTHS: [ColorDepth; 3] = [ColorDepth::Ansi16, ColorDepth::Ansi256, ColorDepth::TrueColor];

fn table(report: &Report, columns: usize) -> String {
    render(report, &ALL, Format::Table, &Look { width: Some(columns), ..Look::default() })
}

fn lines(text: &str, count: usize) -> Vec<&str> {
    text.lines().take(count).collect()
}

/// The mock of the contract: serving at full use costs 261.12 / 4 = 65.28, 3.264 times the price.
fn mock() -> Report {
    let mut report = empty(&["0%", "10%", "20%", "30%", "40%", "50%", "60%", "70%", "80%", "90%", "100%"]);
    report.rows = vec![plan(&report, "northwind/pro", "20", "261.12"), unknown("orbit/unlimited")];
    report
}

#[test]
fn at_80_columns_margins_are_a_strip() {
    // 1 - 3.264 u: 1, .67, .35, .02, -.31, -.63, -.96, -1.28, ... Multiple 13.056, break-even 1 / 3.264 = .3064.
    let expected = "\
PLAN             PRICE  MAX API   MULT  EVEN AT  AT FULL  USE 0→100%
─────────────────────────────────────────────────────────────────────
northwind/pro    20.00  ~261.12  13.1x    30.6%    -226%  ▲▲+·−−−▼▼▼▼
orbit/unlimited  40.00        ?      ?        ?        ?  ???????????

▲ profit over half the price   + profit   · within 5%   − loss
▼ loss over the price   ? not known
Basis: API-equivalent at list prices; serving cost 0.25 × list.
";
    assert_eq!(table(&mock(), 80), expected);
}

#[test]
fn at_140_columns_margins_are_numbers() {
    let row = "northwind/pro    20.00  ~261.12  13.1x    30.6%    -226%  \
               +100▲ +67▲ +35  +2· -31  -63  -96  -128▼ -161▼ -194▼ -226▼";
    assert_eq!(table(&mock(), 140).lines().nth(2), Some(row));
}

#[test]
fn columns_go_by_rank_and_the_table_says_which() {
    let at_60 = table(&mock(), 60);
    assert_eq!(lines(&at_60, 1), ["PLAN             PRICE   MULT  EVEN AT  AT FULL  USE 0→100%"]);
    assert!(at_60.contains("\n1 column hidden at 60 columns: max_api_usd_per_month\n(--columns, --width)\n"));

    let at_40 = table(&mock(), 40);
    assert_eq!(lines(&at_40, 1), ["PLAN             PRICE  USE 0→100%"]);
    let flat = at_40.replace('\n', " ");
    assert!(flat.contains(
        "4 columns hidden at 40 columns: max_api_usd_per_month, multiple, break_even, margin_at_full \
         (--columns, --width)"
    ));
}

#[test]
fn margins_that_were_asked_for_stay_numbers_while_other_columns_can_go() {
    let mut asked = mock();
    asked.columns[6].drop_rank = 0;
    assert_eq!(
        lines(&table(&asked, 110), 1),
        ["PLAN             PRICE   MULT  EVEN AT  AT FULL     0%  10%  20% 30%  40%  50%  60%   70%   80%   90%  100%"]
    );
    // At 80 columns no dropping makes room for them: a strip, and nothing is dropped.
    assert_eq!(table(&asked, 80), table(&mock(), 80));
}

#[test]
fn without_a_terminal_nothing_is_dropped_or_cut() {
    let mut report = mock();
    let long = "x".repeat(10_000);
    report.rows[0].cells[0] = text(&long);
    let out = render(&report, &ALL, Format::Table, &Look::default());
    assert!(out.contains(&long));
    assert!(out.contains("-226▼"));
    assert!(!out.contains("hidden"));
}

#[test]
fn every_line_fits_and_every_row_has_one_from_40_to_200_columns() {
    let mut report = hostile_report();
    report.rows.push(unknown("acme/a-plan-with-a-name-that-goes-on-and-on-for-teams"));
    report.footer = vec!["Words of a footer go on to the next line. ".repeat(10)];
    for columns in 40..=200 {
        let out = table(&report, columns);
        let rows = out.lines().skip(2).take_while(|line| !line.contains("hidden at") && !line.is_empty()).count();
        assert_eq!(rows, report.rows.len(), "{columns} columns");
        assert_eq!(out.lines().find(|line| width(line) > columns), None, "{columns} columns");
    }
}

#[test]
fn names_that_are_cut_stay_different() {
    let mut report = empty(&["100%"]);
    let name = |middle: char| format!("{}{middle}{}", "same-beginning-".repeat(3), "-same-end".repeat(3));
    report.rows = ('a'..='z').map(|middle| plan(&report, &name(middle), "20", "400")).collect();
    let out = table(&report, 40);
    let names: std::collections::HashSet<&str> =
        out.lines().skip(2).take(26).map(|line| line.split_whitespace().next().unwrap_or("")).collect();
    assert_eq!(names.len(), 26, "{out}");
}

#[test]
fn the_published_heat_map_comes_out_cell_by_cell() {
    let expected = [
        ["+95▲", "+75▲", "+71▲", "+50", "+43", "+25", "0·", "-25", "-150▼", "-400▼"],
        ["+95▲", "+75▲", "+71▲", "+50", "+43", "+25", "0·", "-25", "-150▼", "-400▼"],
        ["+90▲", "+50", "+43", "0·", "-14", "-50", "-100", "-150▼", "-400▼", "-900▼"],
        ["+91▲", "+56▲", "+50", "+12", "0·", "-31", "-75", "-119▼", "-338▼", "-775▼"],
        ["+91▲", "+56▲", "+50", "+12", "0·", "-31", "-75", "-119▼", "-338▼", "-775▼"],
        ["+82▲", "+12", "0·", "-75", "-100", "-162▼", "-250▼", "-338▼", "-775▼", "-1650▼"],
    ];
    let out = render(&published(), &[0, 6], Format::Table, &Look::default());
    let rows = out.lines().skip(2).take(6);
    let cells: Vec<Vec<&str>> = rows.map(|line| line.split_whitespace().skip(1).collect()).collect();
    assert_eq!(cells, expected);
}

#[test]
fn the_published_figures_come_out() {
    let out = render(&published(), &[0, 1, 2, 3, 4, 5], Format::Table, &Look { decimals: 0, ..Look::default() });
    let rows: Vec<Vec<&str>> = out.lines().skip(2).take(6).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["claude-pro", "20", "~400", "20x", "20.0%", "-400%"]);
    assert_eq!(rows[2], ["claude-max-20x", "200", "~8,000", "40x", "10.0%", "-900%"]);
    assert_eq!(rows[4], ["chatgpt-pro-5x", "100", "~3,500", "35x", "11.4%", "-775%"]);
    assert_eq!(rows[5], ["chatgpt-pro-20x", "200", "~14,000", "70x", "5.7%", "-1650%"]);
}

#[test]
fn groups_have_headings() {
    let mut report = mock();
    for (row, group) in report.rows.iter_mut().zip(["Northwind", "Orbit"]) {
        row.group = Some(group.to_owned());
    }
    let out = render(&report, &[0, 1], Format::Table, &Look { quiet: true, ..Look::default() });
    let expected = "\
PLAN             PRICE
──────────────────────
Northwind
northwind/pro    20.00

Orbit
orbit/unlimited  40.00
";
    assert_eq!(out, expected);
    let markdown = render(&report, &[0, 1], Format::Markdown, &Look { quiet: true, ..Look::default() });
    assert!(markdown.contains("| **Orbit** |\n| `orbit/unlimited` | 40.00 |\n"), "{markdown}");
}

#[test]
fn colour_repeats_the_symbols_and_replaces_none() {
    for (depth, columns) in DEPTHS.into_iter().flat_map(|depth| [(depth, 80), (depth, 140)]) {
        let look = Look { width: Some(columns), depth, ..Look::default() };
        let colored = render(&mock(), &ALL, Format::Table, &look);
        assert!(colored.contains("\u{1b}["));
        assert_eq!(without_escapes(&colored), table(&mock(), columns));
    }
}

/// Without colours, and without the spaces that a coloured last cell keeps at the end of its line.
fn without_escapes(text: &str) -> String {
    let parts = text.split("\u{1b}[").enumerate();
    let plain = parts.map(|(at, part)| if at == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
    plain.collect::<String>().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn a_coloured_number_fills_its_cell() {
    let mut report = empty(&["50%", "100%"]);
    report.rows = vec![plan(&report, "a", "20", "40")];
    // Serving is half the price: 75 % and 50 %; 60 to 80 is step 9, 40 to 60 is step 8.
    let look = Look { depth: ColorDepth::Ansi16, quiet: true, ..Look::default() };
    let out = render(&report, &[0, 6], Format::Table, &look);
    let row = "a     \u{1b}[97;44m+75▲\u{1b}[0m \u{1b}[30;46m+50 \u{1b}[0m";
    assert_eq!(out.lines().nth(2), Some(row));
}

#[test]
fn no_colour_no_escape() {
    for format in FORMATS {
        let looks = [Look::default(), Look { depth: ColorDepth::TrueColor, heat: false, ..Look::default() }];
        for look in looks {
            assert!(!render(&hostile_report(), &ALL, format, &look).contains('\u{1b}'), "{format:?}");
        }
    }
}

#[test]
fn ascii_mode_writes_ascii() {
    for format in [Format::Table, Format::Plain, Format::Markdown] {
        let mut report = hostile_report();
        report.rows.extend(mock().rows);
        for width in [None, Some(50)] {
            let out = render(&report, &ALL, format, &Look { ascii: true, width, ..Look::default() });
            assert!(out.is_ascii(), "{format:?}: {:?}", out.chars().find(|c| !c.is_ascii()));
        }
    }
    let out = render(&mock(), &ALL, Format::Table, &Look { ascii: true, width: Some(80), ..Look::default() });
    assert!(out.contains("  ^^+.---vvvv\n"), "{out}");
}

#[test]
fn hostile_names_are_inert_in_every_format() {
    for format in FORMATS {
        let look = Look { github_actions: true, ..Look::default() };
        let out = render(&hostile_report(), &ALL, format, &look);
        let live = |c: char| {
            (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}'..='\u{200f}')
        };
        assert_eq!(out.chars().find(|&c| live(c)), None, "{format:?}");
        if !matches!(format, Format::Csv | Format::Tsv) {
            assert!(!out.lines().any(|line| line.trim_start().starts_with("::")), "{format:?}");
        }
    }
}

#[test]
fn csv_guards_text_and_never_figures() {
    let mut report = empty(&["2/35", "100%"]);
    report.rows = hostile().iter().map(|name| plan(&report, name, "20", "400")).collect();
    report.rows.push(unknown("orbit"));
    let out = render(&report, &ALL, Format::Csv, &Look::default());
    let mut lines = out.lines();
    assert_eq!(
        lines.next(),
        Some(
            "plan,price_usd_per_month,max_api_usd_per_month,multiple,break_even,margin_at_full,margin_at_2/35,margin_at_1"
        )
    );
    // 1 - 2/35 x 5 = 25/35
    assert!(out.contains("\n'=cmd(),20.00,400.00,20,0.2,-4,0.714286,-4\n"), "{out}");
    assert!(out.contains("\n'@team,"));
    assert!(out.contains("\n\"two\nlines\","));
    assert!(out.ends_with("orbit,40.00,,,,,,\n"));
    let raw = render(&report, &ALL, Format::Csv, &Look { csv_guard: false, ..Look::default() });
    assert!(raw.contains("\n=cmd(),"));
}

#[test]
fn tsv_has_as_many_cells_and_lines_as_the_table() {
    let out = render(&hostile_report(), &ALL, Format::Tsv, &Look::default());
    assert_eq!(out.lines().count(), 1 + hostile().len());
    assert!(out.lines().all(|line| line.split('\t').count() == 9), "{out}");
}

#[test]
fn a_markdown_row_has_as_many_cells_as_the_header_whatever_its_name() {
    let out = render(&hostile_report(), &ALL, Format::Markdown, &Look::default());
    assert_eq!(lines(&out, 2)[1], "|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for line in out.lines().take(2 + hostile().len()) {
        let pipes = line.replace("\\|", "").matches('|').count();
        assert_eq!(pipes, 10, "{line}");
    }
    assert!(out.contains("| ```a`b``c``` | 20.00 | \\~400.00 |"), "{out}");
    assert!(out.contains("`@team`") && out.contains("`</script>`"));
}

#[test]
fn markdown_stops_before_github_drops_it() {
    let mut report = empty(&["100%"]);
    let row = plan(&report, &"x".repeat(1_000), "20", "400");
    report.rows = vec![row; 1_000];
    let out = render(&report, &ALL, Format::Markdown, &Look::default());
    assert!(out.len() < 900 * 1024 + 500);
    assert!(out.contains(" of 1000 rows are shown: the rest would pass 900 KiB.**"), "{}", &out[out.len() - 300..]);
}

#[test]
fn plain_is_a_block_for_each_row() {
    let mut report = empty(&["0%", "100%"]);
    report.rows = vec![plan(&report, "a", "20", "400"), unknown("b")];
    report.columns[5].unit = Unit::List;
    let source = |n: i32| text(&format!("https://vendor.example/prices/{n}"));
    report.rows[0].cells[5] = Cell::List(vec![source(1), source(2)]);
    report.rows[1].cells[5] = Cell::List(vec![source(3)]);
    let expected = "\
Plan: a
Price: 20.00
At full:
  https://vendor.example/prices/1
  https://vendor.example/prices/2
Use 0→100%:
  0%: 100%
  100%: -400%

Plan: b
Price: 40.00
At full: https://vendor.example/prices/3
Use 0→100%:
  0%: ?
  100%: ?

Basis: API-equivalent at list prices; serving cost 0.25 × list.
";
    assert_eq!(render(&report, &[0, 1, 5, 6], Format::Plain, &Look::default()), expected);
}

#[test]
fn json_is_one_envelope_in_a_fixed_order() {
    let mut report = empty(&["2/35"]);
    report.rows = vec![plan(&report, "a\u{202e}", "20", "400"), unknown("b")];
    report.complete = false;
    report.problems = vec![Problem::warning(Code(201), "no price").help("one").help("two").plan("b")];
    let expected = r#"{
  "format_version": 1,
  "kind": "analyze",
  "tool": {
    "name": "plancost",
    "version": "VERSION"
  },
  "complete": false,
  "currency": "USD",
  "as_of": "2026-08-20",
  "inputs": [
    {
      "path": "plans/a.toml",
      "plans": 6
    }
  ],
  "prices": [],
  "assumptions": {
    "api_gross_margin": 0.75
  },
  "results": [
    {
      "plan": "a\u202e",
      "price_usd_per_month": 20.00,
      "max_api_usd_per_month": 400.00,
      "multiple": 20,
      "break_even": 0.2,
      "margin_at_full": -4,
      "margin_at": [
        {
          "utilization": 0.057143,
          "served": 0.057143,
          "margin": 0.714286,
          "profit_usd": 14.285714286
        }
      ]
    },
    {
      "plan": "b",
      "price_usd_per_month": 40.00,
      "max_api_usd_per_month": null,
      "multiple": null,
      "break_even": null,
      "margin_at_full": null,
      "margin_at": null
    }
  ],
  "summary": {
    "plans": 6
  },
  "diagnostics": [
    {
      "code": "PC201",
      "level": "warning",
      "message": "no price",
      "path": null,
      "line": null,
      "column": null,
      "plan": "b",
      "help": "one\ntwo"
    }
  ]
}
"#;
    let expected = expected.replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert_eq!(render(&report, &[0], Format::Json, &Look::default()), expected);
}

#[test]
fn json_lines_are_the_envelope_and_the_results() {
    let report = mock();
    let lines = render(&report, &[0], Format::Jsonl, &Look::default());
    let document = render(&report, &[0], Format::Json, &Look::default());
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let mut document = value(&document);
    let results = document.as_object_mut().and_then(|map| map.remove("results")).expect("results");
    let parts: Vec<_> = lines.lines().map(value).collect();
    assert_eq!(parts[0], document);
    assert_eq!(serde_json::Value::from(parts[1..].to_vec()), results);
}

#[test]
fn numbers_in_json_have_no_exponent_no_minus_zero_and_at_most_nine_decimals() {
    let mut report = empty(&["0%"]);
    for value in ["-0.0000000001", "1/3", "999999999999.999999999999", "0.000000000001", "-2/3", "0"] {
        let mut row = plan(&report, "a", "20", "400");
        row.cells[2] = Cell::Usd(ratio(value).into());
        row.cells[3] = Cell::Multiple(ratio(value).into());
        row.cells[4] = Cell::Number((ratio(value) * ratio("999999999999") * ratio("999999999999")).into());
        row.cells[5] = Cell::Missing(Missing::Never);
        report.rows.push(row);
    }
    let out = render(&report, &[], Format::Json, &Look::default());
    serde_json::from_str::<serde_json::Value>(&out).expect("JSON");
    for line in out.lines() {
        let Some((_, value)) = line.trim_end_matches(',').split_once(": ") else { continue };
        if value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            let (_, decimals) = value.split_once('.').unwrap_or((value, ""));
            assert!(!value.contains(['e', 'E']) && decimals.len() <= 9, "{line}");
            assert!(!value.starts_with('-') || value.contains(|c: char| ('1'..='9').contains(&c)), "{line}");
        }
    }
}

#[test]
fn a_report_without_rows_is_a_document_for_machines_and_nothing_for_people() {
    for format in FORMATS {
        let nothing = render(&empty(&[]), &ALL, format, &Look { width: Some(40), ..Look::default() });
        let for_people = matches!(format, Format::Table | Format::Plain | Format::Markdown);
        assert_eq!(nothing.is_empty(), for_people, "{format:?}: {nothing:?}");
        let _ = render(&mock(), &[], format, &Look { width: Some(1), ..Look::default() });
    }
    // Names are cut to eight columns and no further; figures are never cut.
    assert!(table(&mock(), 0).contains("nort…pro  20.00"), "{}", table(&mock(), 0));
}

#[test]
fn a_table_of_ten_thousand_rows_keeps_every_row() {
    let mut report = empty(&["0%", "100%"]);
    report.rows =
        (0..10_000).map(|n| plan(&report, &format!("vendor/plan-{n:05}-of-many-plans"), "20", "400")).collect();
    let out = table(&report, 60);
    assert_eq!(out.lines().filter(|line| line.starts_with("vendor")).count(), 10_000);
}

/// A report with a histogram beside its result.
fn with_histogram() -> Report {
    let mut report = mock();
    report.rows.truncate(1);
    let row = |up_to: &str, share: &str| Row {
        group: None,
        cells: vec![text(up_to), Cell::Share(ratio(share).into()), Cell::Count(7)],
    };
    let mut hidden = column("subscribers", "Subscribers", Unit::Count, 1);
    hidden.shown = false;
    report.sections = vec![Section {
        key: "histogram",
        title: "Subscribers by utilization".to_owned(),
        columns: vec![column("up_to", "Up to", Unit::Text, 0), column("share", "Share", Unit::Bar, 0), hidden],
        rows: vec![row("10%", "0.75"), row("20%", "0.25")],
        chart: None,
    }];
    report
}

#[test]
fn a_table_beside_the_results_stands_below_them_with_bars() {
    let out = table(&with_histogram(), 60);
    // The longest bar is 60 / 4 = 15 characters; a third of it is 5.
    let expected = "
Subscribers by utilization
UP TO  SHARE
────────────────────────────
10%    75.0% ███████████████
20%    25.0% █████

";
    assert!(out.contains(expected), "{out}");
}

#[test]
fn other_forms_have_the_table_beside_the_results_too() {
    let show = |format| render(&with_histogram(), &ALL, format, &Look::default());
    let markdown = "### Subscribers by utilization\n\n| Up to | Share |\n|---|--:|\n| `10%` | 75.0% |\n";
    assert!(show(Format::Markdown).contains(markdown));
    assert!(show(Format::Plain).contains("\nSubscribers by utilization\n\nUp to: 10%\nShare: 75.0%\n"));
    let json: serde_json::Value = serde_json::from_str(&show(Format::Json)).expect("JSON");
    assert_eq!(json["histogram"][1], serde_json::json!({"up_to": "20%", "share": 0.25, "subscribers": 7}));
    assert_eq!(json["results"].as_array().map(Vec::len), Some(1));
    // One table is all that such a file can hold.
    assert_eq!(show(Format::Csv).lines().count(), 2);
}
