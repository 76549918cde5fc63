//! Every wrong plan file in `bad_plans/` earns exactly the messages that stand beside it.
//!
//! A file holds one mistake, on the line that ends in `#~`, unless its name begins with `many-`. Lines `# --set …` are
//! overrides. `PLANCOST_BLESS=1` rewrites the messages.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plancost::catalog::{self, Input};
use plancost::problem::{Place, Problem, Source};

fn position(place: &Place) -> String {
    match place.line_column() {
        Some((line, column)) => format!("{}:{line}:{column}", place.source.name),
        None => place.source.name.clone(),
    }
}

fn told(problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        let at = problem.place.as_ref().map_or_else(String::new, |place| position(place) + ": ");
        writeln!(out, "{at}{}[{}]: {}", problem.level.word(), problem.code, problem.message).expect("memory");
        if !problem.label.is_empty() {
            writeln!(out, "  ^ {}", problem.label).expect("memory");
        }
        for (place, what) in &problem.related {
            writeln!(out, "  {}: {what}", position(place)).expect("memory");
        }
        for note in &problem.notes {
            writeln!(out, "  note: {note}").expect("memory");
        }
        for help in &problem.helps {
            writeln!(out, "  help: {help}").expect("memory");
        }
    }
    out
}

fn gallery() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_plans");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the gallery is there")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn wrong_plan_files_earn_their_messages() {
    let mut failures = String::new();
    let files = gallery();
    for path in &files {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("UTF-8");
        let sets: Vec<_> = text.lines().filter_map(|line| Some(line.strip_prefix("# --set ")?.to_owned())).collect();
        let marked = text.lines().position(|line| line.ends_with("#~")).map(|line| line + 1);
        let source = Arc::new(Source { name: name.clone(), text });
        let (_, problems) = catalog::read(&[Input { source: Arc::clone(&source), bundled: false, plans: true }], &sets);
        if !name.starts_with("many-") && problems.len() != 1 {
            writeln!(failures, "{name}: {} problems for one mistake\n{}", problems.len(), told(&problems))
                .expect("memory");
        }
        let line = problems.first().and_then(|problem| problem.place.as_ref()?.line_column()).map(|(line, _)| line);
        if marked.is_some() && marked != line {
            writeln!(failures, "{name}: found on {line:?}, made on {marked:?}").expect("memory");
        }
        let beside = path.with_extension("stderr");
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            std::fs::write(&beside, told(&problems)).expect("the gallery can be written");
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        if expected != told(&problems) {
            writeln!(failures, "{name}: expected\n{expected}found\n{}", told(&problems)).expect("memory");
        }
    }
    assert!(files.len() >= 45, "the gallery has {} files", files.len());
    assert!(failures.is_empty(), "{failures}");
}
