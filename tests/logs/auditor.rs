//! A second reader, slow and obvious: every line is parsed in full, all lines are kept, and the rules are put as
//! questions to all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Tokens by model: input, cache read, written for five minutes, for an hour, output; and responses.
pub(super) type Totals = BTreeMap<String, [u64; 6]>;

fn add(totals: &mut Totals, model: &str, counts: [u64; 5]) {
    let sum = totals.entry(model.to_owned()).or_default();
    for (sum, count) in sum.iter_mut().zip(counts.iter().chain(&[1])) {
        *sum += count;
    }
}

fn values(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.filter_map(|line| serde_json::from_str(std::str::from_utf8(line).ok()?).ok()).collect()
}

/// A line of a transcript.
#[derive(Clone)]
struct Seen {
    id: String,
    request: Option<String>,
    session: String,
    time: String,
    model: String,
    rank: u8,
    counts: [u64; 5],
    advice: Vec<(String, [u64; 5])>,
}

fn claude_counts(usage: &Value) -> [u64; 5] {
    let count = |value: &Value| value.as_u64().unwrap_or(0);
    let hour = count(&usage["cache_creation"]["ephemeral_1h_input_tokens"]);
    let five = count(&usage["cache_creation"]["ephemeral_5m_input_tokens"]);
    let written = count(&usage["cache_creation_input_tokens"]).max(hour + five);
    let read = count(&usage["cache_read_input_tokens"]);
    [count(&usage["input_tokens"]), read, written - hour, hour, count(&usage["output_tokens"])]
}

fn seen(line: &Value) -> Option<Seen> {
    let is_own = line["message"]["usage"].is_object();
    let (inner, rank) = match (is_own, line["isSidechain"] == true) {
        (true, false) => (line, 2),
        (true, true) => (line, 1),
        (false, _) => (&line["data"]["message"], 0),
    };
    let (message, text) = (&inner["message"], |value: &Value| value.as_str().map(str::to_owned));
    if !message["usage"].is_object() || message["model"] == "<synthetic>" || inner["isApiErrorMessage"] == true {
        return None;
    }
    let iterations = message["usage"]["iterations"].as_array().cloned().unwrap_or_default();
    let advice = iterations.iter().filter(|iteration| iteration["type"] == "advisor_message");
    Some(Seen {
        id: text(&message["id"])?,
        request: text(&inner["requestId"]),
        session: text(&line["sessionId"]).unwrap_or_default(),
        time: text(&inner["timestamp"])?,
        model: text(&message["model"])?,
        rank,
        counts: claude_counts(&message["usage"]),
        advice: advice.map(|advice| (text(&advice["model"]).unwrap_or_default(), claude_counts(advice))).collect(),
    })
}

fn is_one(a: &Seen, b: &Seen, all: &[Seen]) -> bool {
    let first_party = all.iter().any(|other| other.id == a.id && other.request.is_some());
    let prompt = |seen: &Seen| [seen.counts[0], seen.counts[1], seen.counts[2] + seen.counts[3]];
    a.id == b.id
        && (first_party || a.session == b.session && prompt(a) == prompt(b) || a.time == b.time && a.counts == b.counts)
}

/// What transcripts come to.
pub(super) fn claude(files: &[(String, Vec<u8>)]) -> Totals {
    let all: Vec<Seen> = files.iter().flat_map(|(_, bytes)| values(bytes)).filter_map(|line| seen(&line)).collect();
    let mut left: Vec<&Seen> = all.iter().collect();
    let mut totals = Totals::new();
    while let Some(first) = left.pop() {
        // All that are one with it, or with one that is.
        let mut one = vec![first];
        let mut at = 0;
        while at < one.len() {
            let (same, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|other| is_one(one[at], other, &all));
            one.extend(same);
            left = others;
            at += 1;
        }
        let best = one.iter().max_by_key(|seen| (seen.rank, seen.counts[4], seen.advice.len())).expect("not empty");
        add(&mut totals, &best.model, best.counts);
        for (model, counts) in &best.advice {
            add(&mut totals, model, *counts);
        }
    }
    totals
}

/// What rollouts come to; every parent's file must be there, and no record of single responses.
pub(super) fn codex(files: &[(String, Vec<u8>)]) -> Totals {
    let mut sessions = BTreeMap::<String, Vec<Value>>::new();
    for (name, bytes) in files {
        let name = name.rsplit('/').next().expect("split has a part");
        let lines = values(bytes);
        let longer = sessions.get(name).is_none_or(|other| other.len() < lines.len());
        if longer {
            sessions.insert(name.to_owned(), lines);
        }
    }
    let mut totals = Totals::new();
    for lines in sessions.values() {
        let parent_id = &lines[0]["payload"]["forked_from_id"];
        let parent = sessions.values().find(|other| parent_id.is_string() && other[0]["payload"]["id"] == *parent_id);
        let parents: BTreeSet<String> = parent.map(|lines| running(lines)).unwrap_or_default().into_iter().collect();
        let (mut model, mut before) = ("?".to_owned(), Value::Null);
        for line in lines {
            let payload = &line["payload"];
            if line["type"] == "turn_context" {
                model = payload["model"].as_str().unwrap_or("?").to_owned();
            }
            let total = &payload["info"]["total_token_usage"];
            if payload["type"] != "token_count" || !total.is_object() || *total == before {
                continue;
            }
            let last = &payload["info"]["last_token_usage"];
            let fields =
                ["input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens", "total_tokens"];
            let count = |usage: &Value, field: &str| usage[field].as_u64().unwrap_or(0);
            let fell = fields.iter().any(|field| count(total, field) < count(&before, field));
            let used = |field: &str| match last.is_object() {
                true => count(last, field),
                false if fell => count(total, field),
                false => count(total, field) - count(&before, field),
            };
            if !parents.contains(&total.to_string()) {
                let (input, cached) = (used(fields[0]), used(fields[1]));
                add(&mut totals, &model, [input - cached, cached, 0, 0, used(fields[2])]);
            }
            before = total.clone();
        }
    }
    totals
}

/// The running totals in a rollout, as text.
fn running(lines: &[Value]) -> Vec<String> {
    let totals = lines.iter().map(|line| &line["payload"]["info"]["total_token_usage"]);
    totals.filter(|total| total.is_object()).map(Value::to_string).collect()
}
