//! Modules know only those above them, other people's crates have an address, and only the shell touches the world.
//!
//! The sources are read as words, not understood: paths that a macro makes up, or methods that reach the world, are
//! not seen. Code that is there for tests alone is exempt.

use std::collections::BTreeMap;
use std::path::Path;

/// Where each crate of `Cargo.toml` may be named: files and folders of `src`.
const ADDRESSES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["render/problems.rs"]),
    ("anyhow", SHELL),
    ("askama", &["render/html.rs", "render/html"]),
    ("bytes", &["logs/events/parquet"]),
    ("clap", SHELL),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("comfy_table", &["render/text.rs"]),
    ("csv", &["catalog/sample.rs", "logs", "render/csv.rs"]),
    ("dashu_int", &["units"]),
    ("dashu_ratio", &["units"]),
    ("glob", &["cli", "main.rs", "policy.rs"]),
    ("indicatif", &["cli/parallel.rs"]),
    ("jiff", &["units", "cli"]),
    ("libm", &["population", "simulation", "uncertainty", "scenario", "render/chart.rs", "render/palette.rs"]),
    ("memchr", &["logs"]),
    ("parquet", &["logs/events/parquet", "logs/events/parquet.rs"]),
    ("ruzstd", &["logs"]),
    ("serde", &["catalog/import", "render/json.rs", "cli/diff/earlier.rs", "cli/schema.rs", "cli/version.rs"]),
    (
        "serde_json",
        &[
            "catalog/import",
            "logs",
            "render/json.rs",
            "render/gitlab.rs",
            "render/sarif.rs",
            "cli/diff/earlier.rs",
            "cli/schema.rs",
            "cli/version.rs",
        ],
    ),
    ("sha2", SHELL),
    ("signal_hook", &["cli/interrupt.rs"]),
    ("strsim", &["problem"]),
    ("tempfile", SHELL),
    ("terminal_size", SHELL),
    ("toml", &["catalog"]),
    ("toml_parser", &["catalog"]),
    ("unicode_width", &["render"]),
    ("walkdir", SHELL),
];

const SHELL: &[&str] = &["cli", "main.rs"];

/// Files, environment, streams, clock and all else that makes two runs differ.
const WORLD: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "io", "stderr"],
    &["std", "io", "stdin"],
    &["std", "io", "stdout"],
    &["std", "net"],
    &["std", "os"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time"],
    &["jiff", "Timestamp", "now"],
    &["jiff", "Zoned", "now"],
];

/// A file of `src` by its path within it: `render/json.rs`.
type Sources = BTreeMap<String, String>;

fn sources() -> Sources {
    fn walk(folder: &Path, root: &Path, found: &mut Sources) {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.insert(name, std::fs::read_to_string(&path).expect("UTF-8"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Sources::new();
    walk(&root, &root, &mut found);
    found
}

/// A word or sign of a source, and its line.
#[derive(Clone, Debug, PartialEq)]
struct Token {
    line: usize,
    text: String,
}

/// The words and signs of a source, without comments and literals.
fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b'/' if rest.starts_with(b"//") => rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => rest.windows(2).position(|w| w == b"*/").map_or(rest.len(), |n| n + 2),
            b'r' | b'b' if raw_string(rest).is_some() => raw_string(rest).expect("just seen"),
            b'"' => quoted(rest, b'"'),
            // `'a'` and `'\n'` are characters, `'a` is a lifetime.
            b'\'' if rest.get(1) == Some(&b'\\') || text[at + 1..].chars().nth(1) == Some('\'') => quoted(rest, b'\''),
            b'\'' => 1,
            b':' if rest.starts_with(b"::") => 2,
            byte if is_word(byte) => rest.iter().position(|&b| !is_word(b)).unwrap_or(rest.len()),
            _ => 1,
        };
        let word = &text[at..at + length];
        if word == "::" || is_word(rest[0]) && !word.ends_with(['"', '#']) || length == 1 && rest[0] > b' ' {
            tokens.push(Token { line, text: word.to_owned() });
        }
        line += word.matches('\n').count();
        at += length;
    }
    tokens
}

/// The length of a literal up to its closing sign.
fn quoted(rest: &[u8], sign: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != sign {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// The length of `r"…"`, `r#"…"#`, `b"…"` or `br"…"`, if there is one.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let prefix = rest.iter().position(|&b| b != b'b' && b != b'r')?;
    let hashes = rest[prefix..].iter().take_while(|&&b| b == b'#').count();
    if prefix > 2 || rest.get(prefix + hashes) != Some(&b'"') {
        return None;
    }
    let body = prefix + hashes;
    if !rest[..prefix].contains(&b'r') {
        return (hashes == 0).then(|| body + quoted(&rest[body..], b'"'));
    }
    let end = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    rest[body + 1..].windows(end.len()).position(|window| window == end).map(|at| body + 1 + at + end.len())
}

/// The same without items and attributes that are there for tests alone, and the names of test modules in files of
/// their own.
fn without_tests(tokens: &[Token]) -> (Vec<Token>, Vec<String>) {
    let is = |at: usize, words: &[&str]| {
        words.iter().enumerate().all(|(i, word)| tokens.get(at + i).is_some_and(|token| token.text == *word))
    };
    // The end of the brackets that open at or after a place; of the item, if `;` comes before them.
    let close = |mut at: usize, open: &str, shut: &str| {
        let mut depth = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            depth += usize::from(token.text == open);
            if token.text == shut {
                depth -= 1;
            }
            if depth == 0 && (token.text == shut || token.text == ";" && open == "{") {
                break;
            }
        }
        at
    };
    let (mut kept, mut files, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        if is(at, &["#", "[", "cfg_attr", "(", "test"]) {
            at = close(at, "[", "]");
        } else if is(at, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = close(at, "[", "]");
            while is(at, &["#", "["]) {
                at = close(at, "[", "]");
            }
            if is(at, &["mod"]) && is(at + 2, &[";"]) {
                files.push(tokens[at + 1].text.clone());
            }
            at = close(at, "{", "}");
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    (kept, files)
}

/// A path such as `crate::units::Usd`, and its line.
#[derive(Clone, Debug, PartialEq)]
struct Named {
    line: usize,
    path: Vec<String>,
}

/// The paths of a source: those that `use` brings in, each in full, and those written elsewhere.
fn paths(tokens: &[Token]) -> (Vec<Named>, Vec<Named>) {
    let is_word = |token: &Token| token.text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let (mut used, mut written, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        let follows = at > 0 && ["::", "."].contains(&tokens[at - 1].text.as_str());
        if tokens[at].text == "use" {
            at = use_tree(tokens, at + 1, &[], &mut used);
        } else if is_word(&tokens[at]) && !follows {
            let mut path = vec![tokens[at].text.clone()];
            let line = tokens[at].line;
            while tokens.get(at + 1).is_some_and(|sign| sign.text == "::") && tokens.get(at + 2).is_some_and(is_word) {
                path.push(tokens[at + 2].text.clone());
                at += 2;
            }
            // A word by itself is a name of the file's own, but for macros: `anyhow!`.
            if path.len() > 1 || tokens.get(at + 1).is_some_and(|sign| sign.text == "::" || sign.text == "!") {
                written.push(Named { line, path });
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    (used, written)
}

/// Reads a tree such as `a::{b, c as d, e::*}`; returns the place after it. `as` names are kept as `as d`.
fn use_tree(tokens: &[Token], mut at: usize, stem: &[String], found: &mut Vec<Named>) -> usize {
    let mut path = stem.to_vec();
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.text.as_str() {
            "::" => {}
            "{" => loop {
                at = use_tree(tokens, at, &path, found);
                match tokens.get(at - 1).map(|token| token.text.as_str()) {
                    Some(",") => {}
                    _ => return at + 1,
                }
            },
            "," | ";" | "}" => {
                if path.len() > stem.len() {
                    if path.last().is_some_and(|last| last == "self") {
                        path.pop();
                    }
                    found.push(Named { line: token.line, path });
                }
                return at;
            }
            "as" => {
                path.push(format!("as {}", tokens[at].text));
                at += 1;
            }
            word => path.push(word.to_owned()),
        }
    }
    at
}

/// What a file's paths mean, each from the root of its crate: `["crate", "units", "Usd"]`, `["std", "fs"]`.
fn meant(name: &str, text: &str) -> (Vec<Named>, Vec<String>) {
    let (tokens, test_files) = without_tests(&tokens(text));
    let (used, written) = paths(&tokens);
    let own_modules = tokens.windows(2).filter(|pair| pair[0].text == "mod").map(|pair| pair[1].text.as_str());
    let own_modules: Vec<&str> = own_modules.collect();
    let place: Vec<&str> = name.trim_end_matches(".rs").split('/').filter(|part| *part != "lib").collect();
    let absolute = |named: &Named| {
        let supers = named.path.iter().take_while(|step| *step == "super").count();
        let stem: &[&str] = match named.path[0].as_str() {
            "super" => &place[..place.len().saturating_sub(supers)],
            "self" => &place,
            own if own_modules.contains(&own) => &place,
            _ => return named.clone(),
        };
        let skipped = supers.max(usize::from(named.path[0] == "self"));
        let steps = stem.iter().map(|step| (*step).to_owned()).chain(named.path[skipped..].iter().cloned());
        Named { line: named.line, path: std::iter::once("crate".to_owned()).chain(steps).collect() }
    };
    let mut aliases = BTreeMap::new();
    let mut all = Vec::new();
    for mut named in used.iter().map(absolute) {
        let alias = named.path.last().and_then(|last| last.strip_prefix("as ")).map(str::to_owned);
        if alias.is_some() {
            named.path.pop();
        }
        aliases.insert(alias.unwrap_or_else(|| named.path.last().expect("not empty").clone()), named.path.clone());
        all.push(named);
    }
    all.extend(written.iter().map(absolute).map(|named| match aliases.get(&named.path[0]) {
        Some(stem) => Named { line: named.line, path: [stem, &named.path[1..]].concat() },
        None => named,
    }));
    (all, test_files)
}

/// The modules of `lib.rs`, from vocabulary to shell.
fn order(sources: &Sources) -> Vec<String> {
    let declared = tokens(&sources["lib.rs"]);
    declared.windows(2).filter(|pair| pair[0].text == "mod").map(|pair| pair[1].text.clone()).collect()
}

/// What the sources do that they may not, each with its file and line.
fn breaches(sources: &Sources) -> Vec<String> {
    let order = order(sources);
    let mut found = Vec::new();
    let meanings: Vec<_> = sources.iter().map(|(name, text)| (name, meant(name, text))).collect();
    let is_test_file = |name: &str| {
        meanings.iter().any(|(parent, (_, test_files))| {
            let folder = parent.trim_end_matches(".rs");
            test_files.iter().any(|file| name == format!("{folder}/{file}.rs"))
        })
    };
    for (name, (named, _)) in meanings.iter().filter(|(name, _)| !is_test_file(name)) {
        let module = name.split('/').next().expect("split has a part").trim_end_matches(".rs");
        let rank = order.iter().position(|known| known == module).unwrap_or(order.len());
        let lives_at = |addresses: &[&str]| {
            addresses
                .iter()
                .any(|address| name == address || name.starts_with(&format!("{address}/")) || module == *address)
        };
        for Named { line, path } in named {
            let mut breach = |what: String| found.push(format!("src/{name}:{line}: {what}"));
            match path[0].as_str() {
                "crate" if path.len() > 1 => match order.iter().position(|known| *known == path[1]) {
                    Some(other) if other > rank => {
                        breach(format!("`{module}` uses `{}`, which lib.rs lists below it", path[1]));
                    }
                    Some(_) => {}
                    None => breach(format!("`{}` is not a module that lib.rs lists", path[1])),
                },
                "plancost" if name.as_str() != "main.rs" => breach("says `plancost` for `crate`".to_owned()),
                "plancost" if path[1] != "cli" => breach(format!("main.rs uses `{}`; it knows `cli` alone", path[1])),
                outside => {
                    let address = ADDRESSES.iter().find(|(known, _)| *known == outside);
                    if let Some((_, addresses)) = address.filter(|(_, addresses)| !lives_at(addresses)) {
                        breach(format!("`{outside}` is named outside its address, {}", addresses.join(" and ")));
                    }
                }
            }
            let reaches = |place: &&&[&str]| {
                let all = path.last().is_some_and(|last| last == "*");
                let steps = &path[..path.len() - usize::from(all)];
                steps.iter().zip(**place).all(|(step, wanted)| step == wanted)
                    && (steps.len() >= place.len() || all && !steps.is_empty())
            };
            if let Some(place) = WORLD.iter().find(reaches).filter(|_| !lives_at(SHELL)) {
                breach(format!("`{}` is for cli and main.rs", place.join("::")));
            }
        }
    }
    found
}

#[test]
fn modules_know_only_those_above_them_and_the_shell_alone_touches_the_world() {
    let found = breaches(&sources());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_dependency_has_an_address() {
    let manifest = include_str!("../Cargo.toml");
    // Those of some systems alone as well: `[target.….dependencies]`.
    let tables = manifest.split("\n[").filter_map(|table| table.split_once("dependencies]\n"));
    let tables = tables.filter(|(before, _)| before.is_empty() || before.starts_with("target."));
    let lines = tables.flat_map(|(_, table)| table.lines()).filter(|line| !line.starts_with('#'));
    let declared = lines.filter_map(|line| line.split_once(" = "));
    let mut declared: Vec<String> = declared.map(|(name, _)| name.replace('-', "_")).collect();
    declared.sort();
    let known: Vec<&str> = ADDRESSES.iter().map(|(name, _)| *name).collect();
    assert_eq!(declared, known, "the table of addresses in this file and Cargo.toml differ");
}

#[test]
fn every_dependency_has_its_reason_above_it() {
    // A reason may speak for several lines in a row.
    let manifest = include_str!("../Cargo.toml");
    for (title, table) in manifest.split("\n[").filter_map(|table| table.split_once(']')) {
        if !title.ends_with("dependencies") {
            continue;
        }
        let mut reasons = String::new();
        let mut before = "";
        for line in table.lines() {
            if line.starts_with('#') {
                if !before.starts_with('#') {
                    reasons.clear();
                }
                reasons += line;
            } else if let Some((name, _)) = line.split_once(" = ") {
                assert!(reasons.contains(&format!("`{name}`")), "Cargo.toml does not say why it needs `{name}`");
            }
            before = line;
        }
    }
}

#[test]
fn the_check_sees_what_it_forbids() {
    let told = |file: &str, code: &str| {
        let mut changed = sources();
        let text = changed.get_mut(file).expect("a file of src");
        // Before the tests at its end, which are exempt.
        let at = text.find("\n#[cfg(test)]").map_or(text.len(), |at| at + 1);
        let line = text[..at].matches('\n').count() + 1;
        text.insert_str(at, &format!("{code}\n"));
        let found = breaches(&changed);
        assert_eq!(found.len(), 1, "{file} with `{code}`: {found:?}");
        assert!(found[0].starts_with(&format!("src/{file}:{line}: ")), "{found:?}");
    };
    told("rates.rs", "use crate::catalog::Catalog;");
    told("rates.rs", "use crate::{fact::Basis, plan::Plan};");
    told("units/ratio.rs", "fn f(day: crate::fact::Basis) {}");
    told("units/ratio.rs", "use super::super::fact;");
    told("economics.rs", "fn f() { crate::Shortcut::new(); }");
    told("plan.rs", "use toml::Spanned as S;");
    told("render/markdown.rs", "fn f() { csv::Writer::from_writer(Vec::new()); }");
    told("catalog.rs", "fn f() -> anyhow::Result<()> { Ok(()) }");
    told("catalog/lower.rs", "fn f() { anyhow!(\"no\") }");
    told("catalog/read.rs", "use std::fs;");
    told("catalog/read.rs", "use std::*;");
    told("analysis.rs", "use std::{collections::HashMap, io::{Write, stdout}};");
    told("render/text.rs", "const fn f() { let _ = \"use std::fs;\"; } fn g() { std::process::exit(1) }");
    told("main.rs", "use plancost::units::Usd;");
    let in_tests = "#[cfg(test)]\nmod more { use crate::cli; use std::fs; }\n";
    let mut changed = sources();
    changed.get_mut("rates.rs").expect("a file of src").push_str(in_tests);
    assert_eq!(breaches(&changed), Vec::<String>::new());
    // An alias is seen through.
    changed.get_mut("fact.rs").expect("a file of src").insert_str(0, "use std::io as i;\nfn f() { i::stdin(); }\n");
    assert_eq!(breaches(&changed), ["src/fact.rs:2: `std::io::stdin` is for cli and main.rs"]);
}
