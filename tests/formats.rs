//! What `check` writes for CI services keeps to the formats of others: SARIF 2.1.0, JUnit XML and GitLab's code quality
//! report.
//!
//! What is checked: every member and attribute we write, against `check/sarif.schema.json`, `check/gitlab.schema.json`
//! and `ELEMENTS` below. They restate, in our words, what the official documents say of exactly those members: which
//! must be there, their types, words and patterns, and that there are no others. They are narrower than the official
//! documents, so what they admit the official ones admit. Beyond them: rules are named by their index, fingerprints
//! tell results apart, counts are those of the cases. XML is read by `roxmltree`, which demands well-formed XML 1.0 and
//! refuses a DTD.
//!
//! What is not: the official documents themselves are not here, so a mistake in restating them is not seen, and neither
//! is what a service does beyond its schema. That was tried by hand, and is to be tried again when a schema here
//! changes: the golden files and all that `documents` yields, kept with `PLANCOST_KEEP=FOLDER`, passed the SARIF 2.1.0
//! schema (in the crate `serde-sarif` and the npm package `@microsoft/jest-sarif`), `junit-10.xsd` of Jenkins' xUnit
//! plugin (in the sources of PyPI's `pytest`) and GitLab's `codeclimate.json`. The XSD of Ant is not met: it demands a
//! host and a time stamp, which would make two runs differ.

mod program;
mod schema;

use std::collections::BTreeSet;
use std::fs;

use program::{Answered, Given};
use roxmltree::{Document, Node};
use serde_json::{Value, json};

/// A name that is dangerous somewhere: ends of CDATA, comments, tags, attributes, commands; control and bidi characters;
/// what JSON takes and XML does not; beyond the basic plane.
const HOSTILE: &str = "x]]>&lt;&#0;\\\"'`|@t =c() ::error::x %0A%zz \\u001b]52;c \\u202e \\u0085\\ufffe\\uffff\\U0010ffff 😀 \
                       e\\u0301 ${{ x }} <script a='b'> --> <!-- <![CDATA[ <!DOCTYPE a> <?x ?>\\r\\n\\t\\u2028 #1";

/// An element of a JUnit file.
struct Element {
    name: &'static str,
    parent: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    holds_text: bool,
}

/// Jenkins' grammar as far as we write it: it takes the children of an element in any order.
const ELEMENTS: [Element; 9] = [
    element("testsuites", "", &["name", "tests", "failures", "errors", "time"], &[]),
    element("testsuite", "testsuites", &["name", "tests", "failures", "errors", "time", "skipped"], &[]),
    element("properties", "testsuite", &[], &[]),
    element("property", "properties", &["name", "value"], &[]),
    element("testcase", "testsuite", &["name", "classname", "time"], &[]),
    Element { holds_text: true, ..element("failure", "testcase", &["message", "type"], &[]) },
    Element { holds_text: true, ..element("error", "testcase", &["message", "type"], &[]) },
    Element { holds_text: true, ..element("system-out", "testcase", &[], &[]) },
    element("skipped", "testcase", &["message"], &[]),
];

const fn element(
    name: &'static str,
    parent: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
) -> Element {
    Element { name, parent, required, optional, holds_text: false }
}

fn schema_of(format: &str) -> Value {
    let text = fs::read_to_string(format!("tests/check/{format}.schema.json")).expect("our schema");
    serde_json::from_str(&text).expect("JSON")
}

/// What a document of a format breaks of it.
fn breaches(format: &str, text: &str) -> Vec<String> {
    if format == "junit" {
        return junit_breaches(text);
    }
    match serde_json::from_str::<Value>(text) {
        Err(error) => vec![error.to_string()],
        Ok(document) => {
            let mut wrong = schema::breaches(&document, &schema_of(format));
            wrong.extend(if format == "sarif" { sarif_breaches(&document) } else { gitlab_breaches(&document) });
            wrong
        }
    }
}

/// What a schema cannot say: indexes hit their rule, no fingerprint comes twice, and a path has its root or a scheme.
fn sarif_breaches(document: &Value) -> Vec<String> {
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    let run = &document["runs"][0];
    for result in run["results"].as_array().into_iter().flatten() {
        if let Some(index) = result["ruleIndex"].as_u64() {
            let rule = usize::try_from(index).ok().map(|index| &run["tool"]["driver"]["rules"][index]["id"]);
            if rule != Some(&result["ruleId"]) {
                wrong.push(format!("rule {index} is {rule:?}, not {}", result["ruleId"]));
            }
        }
        let print = &result["partialFingerprints"]["plancost/v1"];
        if !seen.insert(print.to_string()) {
            wrong.push(format!("{print} comes twice"));
        }
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let absolute = artifact["uri"].as_str().is_some_and(|uri| uri.starts_with("file:///"));
        if absolute == (artifact["uriBaseId"] == "%SRCROOT%") {
            wrong.push(format!("{artifact} has not one root"));
        }
    }
    wrong
}

fn gitlab_breaches(document: &Value) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let prints = document.as_array().into_iter().flatten().map(|issue| issue["fingerprint"].to_string());
    prints.filter(|print| !seen.insert(print.clone())).map(|print| format!("{print} comes twice")).collect()
}

fn junit_breaches(text: &str) -> Vec<String> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let mut wrong = Vec::new();
    if !text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {
        wrong.push("no declaration".to_owned());
    }
    for node in document.descendants() {
        if node.is_comment() || node.is_pi() {
            wrong.push(format!("{node:?} is not ours"));
        }
        if node.is_element() {
            element_breaches(node, &mut wrong);
        }
    }
    wrong
}

fn element_breaches(node: Node<'_, '_>, wrong: &mut Vec<String>) {
    let name = node.tag_name().name();
    let Some(element) = ELEMENTS.iter().find(|element| element.name == name) else {
        wrong.push(format!("no element {name}"));
        return;
    };
    let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
    if parent != element.parent || node.tag_name().namespace().is_some() {
        wrong.push(format!("{name} within `{parent}`"));
    }
    let missing = element.required.iter().filter(|wanted| !node.has_attribute(**wanted));
    wrong.extend(missing.map(|wanted| format!("{name} has no {wanted}")));
    for attribute in node.attributes() {
        let (key, value) = (attribute.name(), attribute.value());
        let holds = match key {
            _ if !element.required.contains(&key) && !element.optional.contains(&key) => false,
            "tests" | "failures" | "errors" | "skipped" => value.parse::<usize>().is_ok_and(|n| n.to_string() == value),
            // Of what Jenkins takes, seconds with thousandths, we write one.
            "time" => value == "0",
            "type" => value.len() == 5 && value.starts_with("PC") && value[2..].parse::<u16>().is_ok(),
            _ => !value.is_empty(),
        };
        if !holds {
            wrong.push(format!("{name} has {key}=\"{value}\""));
        }
    }
    let stray = |child: &Node<'_, '_>| child.is_text() && !child.text().unwrap_or("").trim().is_empty();
    if !element.holds_text && node.children().any(|child| stray(&child)) {
        wrong.push(format!("{name} holds text"));
    }
    if name == "testcase" && node.children().filter(Node::is_element).count() > 1 {
        wrong.push("testcase has two verdicts".to_owned());
    }
    for (count, kind) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
        let found = node.descendants().filter(|inner| inner.has_tag_name(kind)).count().to_string();
        if node.attribute(count).is_some_and(|said| said != found) {
            wrong.push(format!("{name} says {:?} {count}, and holds {found}", node.attribute(count)));
        }
    }
}

const FORMATS: [(&str, &str); 3] =
    [("sarif", "golden.sarif"), ("junit", "golden.xml"), ("gitlab", "golden.gitlab.json")];

/// A check of these arguments in a format.
fn check(format: &str, args: &[&str]) -> Answered {
    Given::args(["check", "-f", format].iter().chain(args)).run()
}

/// Results of many kinds in a format, each with the code it ended with: the bundled catalogue by every rule, nothing to
/// report, broken inputs, policies with waivers and remarks, and names that are dangerous.
fn documents(format: &str) -> Vec<Answered> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("the folder is there");
        path.to_string_lossy().into_owned()
    };
    let hostile_plans = file(
        "::error::n,x##[y] % ü&'<.toml",
        &format!(
            "[vendor]\nid = \"v\"\nname = \"{HOSTILE}\"\n[[plan]]\nid = \"a\"\nname = \"{HOSTILE}\"\nprice_usd = 1\n\
             source = \"javascript:{HOSTILE}\"\nchecked = 2026-08-01\nnote = \"{HOSTILE}\"\n[[plan.limit]]\n\
             every = \"month\"\napi_usd = 10\n[[workload]]\nid = \"w\"\nmodel = \"{HOSTILE}\"\ninput_share = 1\n\
             [[plan]]\nid = \"b\"\nprice_usd = 1\nworkload = \"w\"\n[[plan.limit]]\nevery = \"month\"\ntokens = 5\n"
        ),
    );
    let pattern = HOSTILE.replace('[', "[[]");
    let hostile_policy = file(
        "policy.toml",
        &format!(
            "policy_version = 1\n[[rule]]\nid = \"cap\"\nplans = [\"*\", \"{pattern}\"]\nmax_multiple = 5\n[[waiver]]\n\
             rule = \"cap\"\nplan = \"a\"\nreason = \"{HOSTILE}\"\nuntil = 2026-12-01\n"
        ),
    );
    let hostile_key =
        file("key.toml", &format!("[[plan]]\nid = \"a\"\n\"{HOSTILE}\" = 1\nprice_usd = \"{HOSTILE}\"\n"));
    let golden = ["--policy", "tests/check/policy.toml", "--no-bundled"];
    let plans = ["tests/check/northwind.toml", "tests/check/orbit.toml"];
    let runs: [&[&str]; 12] = [
        &[],
        &["--max-multiple", "50"],
        &["--max-multiple", "0.001", "--min-multiple", "0.0001", "--min-break-even", "0.9", "--max-price-age", "1d"],
        &["--min-margin-at", "1=0.5", "--max-loss-at-full-usd", "0", "--max-serving-share-at-full", "0.1"],
        &["--max-multiple", "1000000", "--plan", "chatgpt-pro-20x"],
        &[&golden[..], &plans[..]].concat(),
        &[&golden[..], &plans[..], &["--allow-incomplete", "--exit-zero"]].concat(),
        &[&golden[..], &plans[..], &["--fail-on", "warn", "--likely"]].concat(),
        &["--no-bundled", "tests/fixtures/names.toml", "--max-multiple", "0.001", "--max-price-age", "1d"],
        &["--no-bundled", "tests/fixtures/broken.toml", plans[0], "--max-multiple", "10"],
        &["--policy", &hostile_policy, "--no-bundled", &hostile_plans, "--as-of", "2026-11-01"],
        &["--max-multiple", "5", "--no-bundled", &hostile_key, &hostile_plans],
    ];
    runs.iter().map(|args| check(format, args)).collect()
}

#[test]
fn every_document_keeps_to_its_format() {
    for (format, golden) in FORMATS {
        let golden = fs::read_to_string(format!("tests/check/{golden}")).expect("a golden file");
        assert_eq!(breaches(format, &golden), Vec::<String>::new(), "{format}");
        let documents = documents(format);
        for (n, answered) in documents.iter().enumerate() {
            assert!(!answered.out.is_empty(), "{format} {n}: {}", answered.err);
            assert_eq!(breaches(format, &answered.out), Vec::<String>::new(), "{format} {n}: {}", answered.out);
            if let Ok(folder) = std::env::var("PLANCOST_KEEP") {
                // For a check by hand with the official schemas.
                fs::write(format!("{folder}/{n}.{format}"), &answered.out).expect("the folder is there");
            }
        }
        let codes: BTreeSet<u8> = documents.iter().map(|answered| answered.code).collect();
        assert!(codes.is_superset(&[0, 1, 4].into()), "{format}: {codes:?}");
    }
}

#[test]
fn dangerous_names_are_read_back_as_they_are_shown() {
    // What no terminal takes is shown by its code, in each of the three, and all else is read back unchanged.
    let shown = "x]]>&lt;&#0;\"'`|@t =c() ::error::x %0A%zz \\u{1b}]52;c \\u{202e} \\u{85}";
    for (format, _) in FORMATS.iter().filter(|(format, _)| *format != "gitlab") {
        let answered = &documents(format)[10];
        let texts: Vec<String> = if *format == "junit" {
            let document = Document::parse(&answered.out).expect("XML");
            document.descendants().filter_map(|node| node.attribute("message").map(str::to_owned)).collect()
        } else {
            let document: Value = serde_json::from_str(&answered.out).expect("JSON");
            let results = document["runs"][0]["results"].as_array().expect("a list").clone();
            results.iter().filter_map(|r| r["suppressions"][0]["justification"].as_str().map(str::to_owned)).collect()
        };
        assert!(texts.iter().any(|text| text.starts_with(shown)), "{format}: {texts:?}");
    }
}

/// Every place of a document, as a path of member names and indexes.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    if let Some(members) = value.as_object() {
        members.iter().for_each(|(name, value)| places(value, &format!("{at}/{}", name.replace('/', "~1")), found));
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        places(item, &format!("{at}/{n}"), found);
    }
}

#[test]
fn a_member_that_is_renamed_or_of_another_type_is_found() {
    for (format, golden) in FORMATS.iter().filter(|(format, _)| *format != "junit") {
        let text = fs::read_to_string(format!("tests/check/{golden}")).expect("a golden file");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let schema = schema_of(format);
        let mut all = Vec::new();
        places(&document, "", &mut all);
        for place in &all {
            for other in [Value::Null, json!([[]]), json!({"a": 1}), json!(-1), json!(0.5), json!("")] {
                let mut changed = document.clone();
                *changed.pointer_mut(place).expect("it is there") = other;
                // A plan's name may be anything.
                let free = place.ends_with("/properties/plan") && changed.pointer(place) == Some(&json!(""));
                assert_eq!(schema::breaches(&changed, &schema).is_empty(), free, "{format} {place}");
            }
            let (parent, name) = place.rsplit_once('/').unwrap_or_default();
            let mut changed = document.clone();
            if let Some(members) = changed.pointer_mut(parent).and_then(Value::as_object_mut)
                && let Some(value) = members.remove(&name.replace("~1", "/"))
            {
                members.insert(format!("{name}X"), value);
                assert!(!schema::breaches(&changed, &schema).is_empty(), "{format} {place}");
            }
        }
        assert!(all.len() > 40, "{format}: {}", all.len());
    }
}

#[test]
fn what_is_wrong_in_a_junit_file_is_found() {
    let golden = fs::read_to_string("tests/check/golden.xml").expect("a golden file");
    for (right, wrong) in [
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version=\"1.0\"?>"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE a>"),
        ("tests=\"9\"", "tests=\"8\""),
        ("tests=\"9\"", "tests=\"9\" id=\"1\""),
        ("failures=\"1\" errors=\"1\"", "failures=\"1\""),
        ("skipped=\"1\"", "skipped=\"2\""),
        (" time=\"0\"/>", " time=\"soon\"/>"),
        ("<skipped message=\"launch offer\"/>", "<skipped message=\"launch offer\"><failure/></skipped>"),
        ("<skipped message=\"launch offer\"/>", "<skipped message=\"launch < offer\"/>"),
        ("<skipped message=\"launch offer\"/>", "<skipped message=\"launch & offer\"/>"),
        ("<skipped message=\"launch offer\"/>", "<skipped message=\"a\" message=\"b\"/>"),
        ("<skipped message=\"launch offer\"/>", "<skipped message=\"launch \u{1b} offer\"/>"),
        ("<skipped message=\"launch offer\"/>", "<skipped message=\"launch offer\"/>text"),
        ("<skipped message=\"launch offer\"/>", "<skipped message=\"launch offer\"/><system-out/>"),
        ("<skipped message=\"launch offer\"/>", "<skiped message=\"launch offer\"/>"),
        ("type=\"PC501\"", "type=\"\""),
        ("</testsuites>", ""),
    ] {
        let changed = golden.replacen(right, wrong, 1);
        assert_ne!(changed, golden, "{right}");
        assert!(!junit_breaches(&changed).is_empty(), "{wrong}");
    }
}
