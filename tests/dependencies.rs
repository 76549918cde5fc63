//! Other people's code: under which licences, from where, in how many versions, and none that opens a connection.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than their text.
const LICENCES: &[&str] = if WITH_PARQUET {
    &["MIT", "Apache-2.0", "Unicode-3.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0"]
} else {
    LICENCES_ALWAYS
};

const LICENCES_ALWAYS: &[&str] = &["MIT", "Apache-2.0", "Unicode-3.0"];

/// What the feature `parquet` brings is looked at where it is on.
const WITH_PARQUET: bool = cfg!(feature = "parquet");

/// The program opens no connection, so nothing it is made of should be able to.
const BANNED: &[&str] =
    &["curl", "hyper", "native-tls", "openssl", "openssl-sys", "reqwest", "rustls", "tokio", "ureq"];

/// Crates that are there in two versions, and why.
const TWICE: &[(&str, &str)] = if WITH_PARQUET {
    &[
        ("getrandom", "parquet hashes with version 0.3"),
        ("num-bigint", "tests check against bigdecimal, with version 0.4"),
        ("syn", "parquet brings version 2, and so does criterion"),
    ]
} else {
    &[("syn", "criterion brings version 2, for benches alone")]
};

/// The packages of this machine's tree, tests and benches included, as far as they were needed to build this test.
fn packages() -> Vec<Value> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("-vV").output().expect("the compiler answers");
    let version = String::from_utf8(version.stdout).expect("UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("the compiler names its host");
    let tree = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked", "--filter-platform", host])
        .args(if WITH_PARQUET { &["--features", "parquet"][..] } else { &[] })
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo answers");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree: Value = serde_json::from_slice(&tree.stdout).expect("JSON");
    let packages = tree["packages"].as_array().expect("packages").clone();
    assert!(packages.len() > 20, "the tree has {} packages", packages.len());
    packages
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or("")
}

/// Whether the licences that may be chosen allow what a package asks for: of each part joined by `AND`, one choice.
fn is_allowed(licence: &str) -> bool {
    let choices = licence.replace('/', " OR ");
    choices
        .split(" AND ")
        .all(|part| part.trim_matches(['(', ')']).split(" OR ").any(|choice| LICENCES.contains(&choice.trim())))
}

#[test]
fn every_licence_is_one_that_we_know() {
    for package in packages() {
        let licence = text(&package, "license");
        assert!(is_allowed(licence), "{} is under `{licence}`", text(&package, "name"));
    }
}

#[test]
fn a_choice_of_licences_is_enough_and_half_of_a_pair_is_not() {
    for good in ["MIT", "MIT/Apache-2.0", "Unlicense OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
        assert!(is_allowed(good), "{good}");
    }
    for bad in ["", "GPL-3.0-only", "MPL-2.0", "MIT AND GPL-3.0-only", "Apache-2.0 WITH LLVM-exception"] {
        assert!(!is_allowed(bad), "{bad}");
    }
}

#[test]
fn nothing_in_the_tree_opens_a_connection() {
    let packages = packages();
    let found: Vec<&str> = packages.iter().map(|p| text(p, "name")).filter(|name| BANNED.contains(name)).collect();
    assert_eq!(found, Vec::<&str>::new());
}

#[test]
fn everything_comes_from_the_registry() {
    for package in packages().iter().filter(|package| package["name"] != env!("CARGO_PKG_NAME")) {
        let source = text(package, "source");
        assert!(source.starts_with("registry+"), "{} comes from `{source}`", text(package, "name"));
    }
}

#[test]
fn no_crate_is_there_in_two_versions_without_a_reason() {
    let mut versions = BTreeMap::<String, Vec<String>>::new();
    for package in packages() {
        let version = text(&package, "version").to_owned();
        versions.entry(text(&package, "name").to_owned()).or_default().push(version);
    }
    let twice: Vec<&String> = versions.iter().filter(|(_, list)| list.len() > 1).map(|(name, _)| name).collect();
    let known: Vec<&str> = TWICE.iter().map(|(name, _)| *name).collect();
    assert_eq!(twice, known, "{versions:?}");
}
