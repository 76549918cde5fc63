//! Which sightings are one response.
//!
//! A transcript writes a response several times: a line for each block of its content, again in each session that
//! resumes it, again where a side question replays its parent or a sub-agent reports progress. The rules:
//!
//! 1. Sightings of one id are one response if a request id stands beside any of them: such ids are unique.
//! 2. Without request ids (gateways) an id may be used for every response. Sightings of one id are one response if,
//!    inside a session, their input and cache counts are equal; across sessions, if time and usage are equal too.
//! 3. Without an id, sightings are one response if time, model and usage are equal.
//! 4. A side chain's copy gives way to the main conversation's, and a progress report to either, in whatever order they
//!    were written.
//! 5. Of what is left, the largest output holds: counts grow while a response streams in, and stale copies exist.
//! 6. It belongs to the earliest instant and, of files that hold it, to the one whose usage began first; of those, to
//!    the one that ended first, because a session that is resumed goes on after the one it copies.
//!
//! The outcome does not depend on the order of sightings or files.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::{Record, Service};
use crate::rates::{ByClass, TokenClass};
use crate::units::{Instant, Tokens};

/// A response as one line of a log tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// What the line says.
    pub record: Record,
    /// What kind of line it is.
    pub kind: Kind,
    /// A request id stands beside the response's id.
    pub has_request_id: bool,
    /// Some line of the response says why it ended, or holds more output than a placeholder.
    pub has_final_count: bool,
    /// The file, by its place in the order that [`responses`] is given.
    pub file: u32,
    /// Answers of other models within it, which its counts leave out.
    pub advice: Vec<Advice>,
}

/// What kind of line a sighting is; later ones outweigh earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A report on the progress of a sub-agent.
    Progress,
    /// A line of a side chain.
    SideChain,
    /// A line of the conversation.
    Main,
}

/// Another model's answer within a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The model.
    pub model: Option<Arc<str>>,
    /// Its tokens.
    pub tokens: ByClass<Tokens>,
}

/// Sightings that were not counted because another one of the same response was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Lines of one response in one file.
    pub lines: u64,
    /// Copies in another file.
    pub copies: u64,
    /// Replays on a side chain.
    pub side_chains: u64,
    /// Progress reports.
    pub progress: u64,
}

impl std::ops::AddAssign for Merged {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.copies += other.copies;
        self.side_chains += other.side_chains;
        self.progress += other.progress;
    }
}

/// What sightings come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Responses {
    /// Each response once, advice included, by time.
    pub records: Vec<Record>,
    /// What was not counted again.
    pub merged: Merged,
    /// Responses of which only placeholders for the output were written: what they used is not known.
    pub without_final_count: u64,
}

impl Sighting {
    /// Whether the other is surely of the same response, so that the two may be merged before all are known.
    #[must_use]
    pub fn is_surely(&self, other: &Self) -> bool {
        self.has_request_id && other.has_request_id && self.record.id.is_some() && self.record.id == other.record.id
    }

    /// Takes in another sighting of the same response, and says what became of one of the two.
    pub fn merge(&mut self, mut other: Self) -> Merged {
        let merged = if self.kind.min(other.kind) == Kind::Progress {
            Merged { progress: 1, ..Merged::default() }
        } else if self.kind != other.kind {
            Merged { side_chains: 1, ..Merged::default() }
        } else if self.file != other.file {
            Merged { copies: 1, ..Merged::default() }
        } else {
            Merged { lines: 1, ..Merged::default() }
        };
        if other.weight(self) == Ordering::Greater {
            std::mem::swap(self, &mut other);
        }
        // `self` now has the counts; where it belongs may be told better by `other`.
        let origin = |sighting: &Self| (Reverse(sighting.kind), sighting.record.instant, sighting.file);
        if origin(&other) < origin(self) {
            self.record.instant = other.record.instant;
            self.record.session = other.record.session;
            self.record.project = other.record.project;
            self.record.user = other.record.user;
            self.file = other.file;
        }
        self.has_request_id |= other.has_request_id;
        self.has_final_count |= other.has_final_count;
        merged
    }

    /// Whose counts hold; equal only if nothing that counts differs.
    fn weight(&self, other: &Self) -> Ordering {
        let rank = |s: &Self| {
            let counts = TokenClass::ALL.map(|class| s.record.tokens[class].0);
            let served = (s.record.service, s.record.web_searches, s.record.stated_usd);
            (s.kind, counts[TokenClass::Output as usize], s.advice.len(), s.has_final_count, counts, served)
        };
        rank(self).cmp(&rank(other)).then_with(|| self.record.model.cmp(&other.record.model))
    }

    fn is_one_with(&self, other: &Self) -> bool {
        match (&self.record.id, &other.record.id) {
            (None, None) => {
                self.record.instant == other.record.instant
                    && self.record.model == other.record.model
                    && self.record.tokens == other.record.tokens
            }
            (one, another) => one == another,
        }
    }

    /// Equal for sightings that may be of one response.
    fn group(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match &self.record.id {
            Some(id) => id.hash(&mut hasher),
            None => (self.record.instant, self.record.tokens).hash(&mut hasher),
        }
        hasher.finish()
    }

    fn prompt(&self) -> [Tokens; 3] {
        let tokens = &self.record.tokens;
        // The two kinds of cache write are one count where a log does not tell them apart.
        let written = tokens[TokenClass::CacheWrite5m] + tokens[TokenClass::CacheWrite1h];
        [tokens[TokenClass::Input], tokens[TokenClass::CacheRead], written]
    }
}

/// Each response once. `file_order` has, for each file, the place it takes among files that hold the same response.
#[must_use]
pub fn responses(mut sightings: Vec<Sighting>, file_order: &[u32]) -> Responses {
    for sighting in &mut sightings {
        sighting.file = file_order.get(sighting.file as usize).copied().unwrap_or(u32::MAX);
    }
    let mut groups: Vec<(u64, usize)> =
        sightings.iter().enumerate().map(|(place, sighting)| (sighting.group(), place)).collect();
    groups.sort_unstable();
    let mut sightings: Vec<Option<Sighting>> = sightings.into_iter().map(Some).collect();
    let mut found = Responses::default();
    for group in groups.chunk_by(|(one, _), (other, _)| one == other) {
        if let [(_, place)] = group {
            // As most are, once a file's own lines are merged.
            found.extend(sightings[*place].take());
            continue;
        }
        let mut alike: Vec<Sighting> = group.iter().filter_map(|&(_, place)| sightings[place].take()).collect();
        // Two ids with one hash are next to impossible, and told apart here.
        while let Some(first) = alike.pop() {
            let (mut one, others): (Vec<_>, Vec<_>) = alike.into_iter().partition(|other| other.is_one_with(&first));
            one.push(first);
            found.add_group(one);
            alike = others;
        }
    }
    found.records.sort_unstable_by(|a, b| a.instant.cmp(&b.instant).then_with(|| order(a).cmp(&order(b))));
    found
}

/// A total order of records that a log can tell apart.
fn order(record: &Record) -> impl Ord + use<'_> {
    let counts = TokenClass::ALL.map(|class| record.tokens[class]);
    (record.instant, &record.id, &record.session, &record.model, counts, record.source, record.service)
}

impl Responses {
    /// Sightings of one id.
    fn add_group(&mut self, sightings: Vec<Sighting>) {
        let clusters = if sightings.iter().any(|sighting| sighting.has_request_id || sighting.record.id.is_none()) {
            vec![sightings]
        } else {
            without_request_ids(sightings)
        };
        for mut cluster in clusters {
            cluster.sort_by_key(|sighting| (sighting.file, sighting.record.instant));
            let mut cluster = cluster.into_iter();
            let Some(mut one) = cluster.next() else { continue };
            for other in cluster {
                self.merged += one.merge(other);
            }
            self.extend(Some(one));
        }
    }

    /// Responses as the one sighting that holds of each tells of them.
    fn extend(&mut self, sightings: impl IntoIterator<Item = Sighting>) {
        for sighting in sightings {
            self.without_final_count += u64::from(!sighting.has_final_count);
            if sighting.advice.is_empty() {
                self.records.push(sighting.record);
            } else {
                self.records.extend(sighting.into_records());
            }
        }
    }
}

/// Rule 2: clusters of sightings of one id that are one response each.
fn without_request_ids(sightings: Vec<Sighting>) -> Vec<Vec<Sighting>> {
    // Inside a session.
    let mut inside = HashMap::<_, Vec<Sighting>>::new();
    let mut keys = Vec::new();
    for sighting in sightings {
        let key = (sighting.prompt(), sighting.record.session.clone());
        if !inside.contains_key(&key) {
            keys.push(key.clone());
        }
        inside.entry(key).or_default().push(sighting);
    }
    // Across sessions: a line with the same time and usage ties two clusters together.
    keys.sort();
    let mut clusters: Vec<Vec<Sighting>> = Vec::new();
    let mut cluster_of = HashMap::<(Instant, ByClass<Tokens>), usize>::new();
    for key in keys {
        let mut members = inside.remove(&key).unwrap_or_default();
        let line = |member: &Sighting| (member.record.instant, member.record.tokens);
        let mut tied: Vec<usize> = members.iter().filter_map(|m| cluster_of.get(&line(m)).copied()).collect();
        tied.sort_unstable();
        tied.dedup();
        for other in tied {
            members.append(&mut clusters[other]);
        }
        for member in &members {
            cluster_of.insert(line(member), clusters.len());
        }
        clusters.push(members);
    }
    clusters.retain(|cluster| !cluster.is_empty());
    clusters
}

impl Sighting {
    /// The response, and the advice within it as responses of their own.
    fn into_records(self) -> impl Iterator<Item = Record> {
        let advised = self.advice.into_iter().enumerate().map({
            let record = self.record.clone();
            move |(index, advice)| Record {
                model: advice.model,
                tokens: advice.tokens,
                web_searches: 0,
                service: Service::Standard,
                stated_usd: None,
                id: record.id.as_ref().map(|id| format!("{id}#advice-{}", index + 1).into()),
                ..record.clone()
            }
        });
        std::iter::once(self.record).chain(advised)
    }
}
