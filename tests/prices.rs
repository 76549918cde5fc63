//! Price files of other projects: what is kept of them is what `plans/` says, or the difference has a name.
//!
//! `data/prices` holds excerpts of the real files; `LICENSES` there says whose they are.

mod program;

use std::collections::BTreeSet;
use std::sync::Arc;

use plancost::catalog::import::{self, Imported, Project, Reason, Terms};
use plancost::catalog::{self, Catalog, write};
use plancost::problem::Source;
use plancost::rates::{DatedRates, TokenClass, Worth, compare};
use plancost::units::{Date, Ratio};
use program::{Answered, Given};
use proptest::prelude::*;
use serde_json::Value;

const FILES: [(Project, &str); 3] = [
    (Project::ModelsDev, "tests/data/prices/models-dev.json"),
    (Project::Litellm, "tests/data/prices/litellm.json"),
    (Project::GenaiPrices, "tests/data/prices/genai-prices.json"),
];

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn source(name: &str, text: &str) -> Arc<Source> {
    Arc::new(Source { name: name.to_owned(), text: text.to_owned() })
}

fn excerpt(project: Project, on: Option<Date>) -> Imported {
    let (_, path) = FILES.iter().find(|(known, _)| *known == project).expect("one of the three");
    let text = std::fs::read_to_string(path).expect("the excerpt is there");
    import::read(project, &source(path, &text), Terms { day: on, sellers: &|_| false }).expect("it is such a file")
}

fn bundled() -> Catalog {
    catalog::read(&catalog::bundled(), &[]).0
}

/// What the catalogue and a file both say, and not the same: model, rate, the catalogue's figure, the file's.
fn contradictions(file: &Imported, on: Date) -> BTreeSet<String> {
    let catalog = bundled();
    let number = |worth: &Option<Worth>| match worth.as_ref().expect("both say something") {
        Worth::PerMtok(rate) => rate.usd_per_mtok().to_exact(),
        other => format!("{other:?}"),
    };
    let compared = compare(&file.rates, &catalog.rates, on);
    let lines = compared.iter().flat_map(|compared| {
        let differences = compared.differences.iter().filter(|difference| difference.contradicts());
        differences.map(|difference| {
            let (ours, theirs) = (number(&difference.from), number(&difference.to));
            format!("{} {} {ours} {theirs}", compared.entry.model, difference.key)
        })
    });
    lines.collect()
}

fn rates<'a>(file: &'a Imported, model: &str) -> &'a DatedRates {
    file.rates.iter().find(|rates| *rates.model == *model).expect("the model is kept")
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[test]
fn each_file_says_what_the_catalogue_says_but_for_these() {
    // The retired model that two databases price differently; and models.dev counts the mark of a tier in.
    let models_dev = set(&[
        "gpt-5.4 tier-272000.mark MarkIncluded(false) MarkIncluded(true)",
        "kimi-k2-turbo-preview input 1.15 2.4",
        "kimi-k2-turbo-preview cache_read 0.15 0.6",
        "kimi-k2-turbo-preview output 8 10",
    ]);
    // LiteLLM still had the price of before 2026-07-30.
    let litellm = set(&[
        "gpt-5.6-luna input 0.2 1",
        "gpt-5.6-luna cache_read 0.02 0.1",
        "gpt-5.6-luna cache_write_5m 0.25 1.25",
        "gpt-5.6-luna output 1.2 6",
        "gpt-5.6-luna tier-272000.input 0.4 2",
        "gpt-5.6-luna tier-272000.cache_read 0.04 0.2",
        "gpt-5.6-luna tier-272000.cache_write_5m 0.5 2.5",
        "gpt-5.6-luna tier-272000.output 1.8 9",
    ]);
    // Resellers' cache rate, and the price of before 2026-08-17.
    let genai = set(&[
        "grok-4.5 cache_read 0.3 0.5",
        "deepseek-v4-pro input 0.66 0.435",
        "deepseek-v4-pro cache_read 0.022 0.003625",
        "deepseek-v4-pro output 1.98 0.87",
    ]);
    let on = day("2026-08-26");
    for ((project, _), expected) in FILES.into_iter().zip([models_dev, litellm, genai]) {
        let file = excerpt(project, Some(on));
        assert_eq!(contradictions(&file, on), expected, "{project}");
        let compared = compare(&file.rates, &bundled().rates, on).iter().filter(|c| c.known.is_some()).count();
        assert!(compared >= 7, "{project}: {compared} prices are in both");
    }
}

#[test]
fn earlier_prices_are_held_against_the_catalogue_of_their_days() {
    // genai-prices has gpt-5.6-luna at 1 and 6 dollars until 2026-07-30, as the catalogue has, and 0.2 and 1.2 since.
    let file = excerpt(Project::GenaiPrices, None);
    let dates = |model: &str| {
        let entries = file.rates.iter().filter(|rates| *rates.model == *model);
        entries.map(|rates| (rates.validity.from, rates.validity.until)).collect::<Vec<_>>()
    };
    let change = Some(day("2026-07-30"));
    assert_eq!(dates("gpt-5.6-luna"), [(None, change), (change, None)]);
    let catalog = bundled();
    let compared = compare(&file.rates, &catalog.rates, day("2026-08-26"));
    let luna: Vec<_> = compared.iter().filter(|compared| *compared.entry.model == *"gpt-5.6-luna").collect();
    assert!(luna.iter().all(|compared| compared.known.is_some() && !compared.contradicts()), "{luna:?}");
}

#[test]
fn no_cache_or_tier_rate_is_made_up() {
    // models.dev has no price of an hour's cache, and litellm none of a batch for Claude.
    let models_dev = excerpt(Project::ModelsDev, None);
    assert_eq!(rates(&models_dev, "claude-sonnet-5").rates.base[TokenClass::CacheWrite1h], None);
    assert_eq!(rates(&models_dev, "gpt-5-pro").rates.base[TokenClass::CacheRead], None);
    assert!(models_dev.rates.iter().all(|rates| rates.rates.batch_multiplier.is_none()));
    let litellm = excerpt(Project::Litellm, None);
    assert_eq!(rates(&litellm, "claude-opus-4-8").rates.batch_multiplier, None);
    assert_eq!(rates(&litellm, "gpt-5.5").rates.batch_multiplier, Some(Ratio::new(1, 2)));
}

#[test]
fn a_price_per_token_keeps_every_digit() {
    // 2.25e-06 a token is 2.25 a million; 12 dollars for a thousand requests is 0.012 each.
    let litellm = excerpt(Project::Litellm, None);
    let input = rates(&litellm, "zai-glm-4.7").rates.base[TokenClass::Input].expect("a rate");
    assert_eq!(input.usd_per_mtok(), Ratio::new(9, 4));
    let genai = excerpt(Project::GenaiPrices, None);
    assert_eq!(rates(&genai, "sonar").rates.usd_per_request.ratio(), Ratio::new(12, 1_000));
    // Twice in every class from 00:30 to 16:30.
    let peak = rates(&genai, "deepseek-chat").rates.peak.as_ref().expect("dearer hours");
    assert_eq!((&peak.multiplier, peak.minutes_utc.as_slice()), (&Ratio::from(2), &[(30, 990)][..]));
}

#[test]
fn what_cannot_be_carried_is_named() {
    let has = |file: &Imported, model: &str, field: &str| {
        file.not_carried.iter().any(|left| left.model == model && left.field == field)
    };
    let models_dev = excerpt(Project::ModelsDev, None);
    assert!(has(&models_dev, "gpt-5.4", "experimental.modes.fast"));
    assert!(has(&models_dev, "qwen-turbo", "reasoning"));
    // The older name of the same tier is no second one.
    assert!(!has(&models_dev, "gpt-5.4", "context_over_200k"));
    assert_eq!(rates(&models_dev, "gpt-5.4").rates.tiers.len(), 1);
    let litellm = excerpt(Project::Litellm, None);
    assert!(has(&litellm, "gpt-5.5", "input_cost_per_token_priority"));
    assert!(has(&litellm, "claude-opus-4-8", "search_context_cost_per_query"));
    let genai = excerpt(Project::GenaiPrices, None);
    assert!(has(&genai, "claude-sonnet-5", "web_searches_kcount"));
    assert!(has(&genai, "gpt-realtime-2", "input_audio_mtok"));
}

#[test]
fn every_entry_is_kept_joined_or_left_out_for_a_reason() {
    for (project, _) in FILES {
        let file = excerpt(project, None);
        let names: BTreeSet<&str> = file.rates.iter().map(|rates| &*rates.model).collect();
        let joined = usize::from(project == Project::Litellm);
        assert_eq!(file.read, names.len() + joined + file.skipped.len(), "{project}");
    }
    let litellm = excerpt(Project::Litellm, None);
    let why = |model: &str| &litellm.skipped.iter().find(|s| s.model == model).expect("left out").reason;
    assert_eq!(*why("sample_spec"), Reason::Specimen);
    assert_eq!(*why("codestral-latest"), Reason::AllZero);
    assert_eq!(*why("us.anthropic.claude-haiku-4-5-20251001-v1:0"), Reason::Reseller);
    let aliases: Vec<&str> = rates(&litellm, "claude-haiku-4-5").aliases.iter().map(|alias| &**alias).collect();
    assert_eq!(aliases, ["claude-haiku-4-5-20251001"]);
    // Others ask another price for what was kept from its maker.
    let genai = excerpt(Project::GenaiPrices, None);
    assert!(genai.elsewhere.iter().any(|other| other.model == "GLM-5.2" && other.provider == "zhipuai"));
}

#[test]
fn what_is_written_reads_back_the_same() {
    for (project, path) in FILES {
        for on in [None, Some(day("2026-08-26"))] {
            let file = excerpt(project, on);
            let text = write::rates(&[format!("From {path}")], &file.rates);
            assert_eq!(write::problems("rates.toml", &text, &file.rates), [], "{text}");
        }
    }
    // All there is of a price list: dearer hours, own costs, tiers of both kinds.
    let all: Vec<DatedRates> = bundled().rates.iter().cloned().collect();
    assert_eq!(write::problems("all.toml", &write::rates(&[], &all), &all), []);
}

#[test]
fn a_file_of_another_project_is_recognized() {
    for (project, path) in FILES {
        let text = std::fs::read_to_string(path).expect("the excerpt is there");
        assert_eq!(import::recognize(&source(path, &text)).ok(), Some(project));
        for other in Project::ALL.into_iter().filter(|other| *other != project) {
            let terms = Terms { day: None, sellers: &|_| false };
            let problem = import::read(other, &source(path, &text), terms).expect_err("another project's");
            assert!(problem.message.contains(&format!("looks like a file of {project}, not of {other}")));
        }
    }
}

/// What is left out of a file of one project that says this, as `model: reason`.
fn left_out(project: Project, text: &str) -> Vec<String> {
    let file = import::read(project, &source("prices.json", text), Terms { day: None, sellers: &|_| false });
    file.expect("it is such a file").skipped.iter().map(|left| format!("{}: {}", left.model, left.reason)).collect()
}

#[test]
fn a_price_in_another_unit_is_left_out_and_said() {
    // Fault F21: dollars per million where such files have them per token, and the other way about.
    let per_million = r#"{"gpt-a": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 0.25,
        "output_cost_per_token": 2}}"#;
    let dear = "is more than $10,000 per million tokens; is it in another unit?";
    assert_eq!(left_out(Project::Litellm, per_million), [format!("gpt-a: `input_cost_per_token` {dear}")]);
    let per_token = r#"{"openai": {"id": "openai", "models": {"gpt-a": {"id": "gpt-a",
        "cost": {"input": 0.0000025, "output": 0.00001}}}}}"#;
    let cheap = "is less than $0.0001 per million tokens; is it in another unit?";
    assert_eq!(left_out(Project::ModelsDev, per_token), [format!("gpt-a: `input` {cheap}")]);
    let per_token = r#"[{"id": "openai", "models": [{"id": "gpt-a",
        "prices": {"input_mtok": 0.0000025, "output_mtok": 0.00001}}]}]"#;
    assert_eq!(left_out(Project::GenaiPrices, per_token), [format!("gpt-a: `input_mtok` {cheap}")]);
}

#[test]
fn numbers_that_are_text_are_left_out_and_said() {
    let text =
        r#"{"openai": {"id": "openai", "models": {"gpt-a": {"id": "gpt-a", "cost": {"input": "2.5", "output": 10}}}}}"#;
    assert_eq!(left_out(Project::ModelsDev, text), ["gpt-a: `input` is not a number"]);
    let text = r#"[{"id": "openai", "models": [{"id": "gpt-a", "prices": {"input_mtok": "2.5", "output_mtok": 10}}]}]"#;
    assert_eq!(left_out(Project::GenaiPrices, text), ["gpt-a: `input_mtok` is not a number"]);
}

#[test]
fn a_source_is_text_and_never_a_link() {
    // Fault F27: addresses that a reader of Markdown or HTML would follow.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rates.toml").to_string_lossy().into_owned();
    for address in ["javascript:alert(1)", "file:///etc/passwd", "http://prices.example", "[a](https://b.example)"] {
        let text = format!(
            "[[rates]]\nmodel = \"acme\"\ninput_usd_per_mtok = 1\noutput_usd_per_mtok = 2\nsource = \"{address}\"\n\
             checked = 2026-08-01\n"
        );
        std::fs::write(&file, text).expect("a file");
        let shown = Given::args(["prices", "list", &file, "--columns", "model,cited", "-f", "markdown"]).run();
        assert_eq!(shown.code, 0, "{}", shown.err);
        let row = shown.out.lines().find(|line| line.contains("acme")).expect("its row");
        // Code is shown as it stands.
        let outside: String = row.split('`').step_by(2).collect();
        assert!(!outside.contains("](") && !outside.contains("://"), "{row}");
    }
}

#[test]
fn a_name_in_two_spellings_is_one_model() {
    let entry = |name: &str, usd: &str| {
        format!(
            r#""{name}": {{"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": {usd}, "output_cost_per_token": 1e-5}}"#
        )
    };
    let text = format!("{{{}, {}}}", entry("gpt-a", "1e-6"), entry("GPT-A", "2e-6"));
    assert_eq!(left_out(Project::Litellm, &text), ["GPT-A: named twice"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_refused_or_read_and_never_a_panic(which in 0_usize..3, at in 0.0_f64..1.0, byte in 0_u8..128) {
        let text = std::fs::read(FILES[which].1).expect("the excerpt is there");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within the file")]
        let at = (at * text.len() as f64) as usize;
        let mut flipped = text.clone();
        flipped[at] = byte;
        for damaged in [text[..at].to_vec(), flipped] {
            let damaged = String::from_utf8_lossy(&damaged).into_owned();
            let source = source("damaged.json", &damaged);
            for project in Project::ALL {
                if let Ok(file) = import::read(project, &source, Terms { day: None, sellers: &|_| true }) {
                    let text = write::rates(&[], &file.rates);
                    prop_assert_eq!(write::problems("damaged.toml", &text, &file.rates), []);
                }
            }
        }
    }
}

fn json(args: &[&str]) -> (u8, Value) {
    let Answered { code, out, err } = Given::args(args).run();
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}")))
}

#[test]
fn the_worked_bill_comes_out_to_the_last_digit() {
    // 12,000 x 5 + 150,000 x 0.5 + 9,000 x 6.25 + 3,000 x 10 + 2,500 x 25, per million.
    let (code, bill) = json(&[
        "prices",
        "bill",
        "claude-opus-4-8",
        "--input",
        "12000",
        "--cache-read",
        "150000",
        "--cache-write-5m",
        "9000",
        "--cache-write-1h",
        "3000",
        "--output",
        "2500",
        "--json",
    ]);
    assert_eq!((code, bill["summary"]["usd"].to_string().as_str()), (0, "0.28375"));
    // One token at 0.003625 dollars a million: more digits than a number of the document has.
    let (_, bill) =
        json(&["prices", "bill", "deepseek-v4-pro", "--cache-read", "1", "--as-of", "2026-07-01", "--json"]);
    assert_eq!(bill["summary"]["exact"], "0.000000003625");
}

#[test]
fn an_imported_file_serves_as_prices() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("rates.toml").to_string_lossy().into_owned();
    let (code, report) = json(&["prices", "import", FILES[1].1, "--date", "2026-07-15", "--to", &to, "--json"]);
    assert_eq!(code, 0);
    assert_eq!(report["summary"]["kept"], 7);
    let (code, same) = json(&["prices", "diff", &to, FILES[1].1, "--exit-code", "--json"]);
    assert_eq!((code, &same["summary"]["unchanged"]), (0, &7.into()));
    // Luna at its price of before 2026-07-30: a million tokens in are a dollar.
    let (_, bill) = json(&["prices", "bill", "gpt-5.6-luna", &to, "--input", "100k", "--json"]);
    assert_eq!(bill["summary"]["usd"].to_string(), "0.1");
}
