//! All rollouts together: which files are one session, and what forks copied.
//!
//! The rules, beyond those of one file:
//!
//! 1. Files of one name, wherever they lie and compressed or not, are one session, unless they say otherwise; the one
//!    with the most events holds.
//! 2. A fork may begin with a copy of its parent, stamped anew, and its totals go on from the parent's; a sub-agent may
//!    be called a fork and begin at zero. So what is dropped is what can be shown to be a copy: the events at its start
//!    whose running totals stand in the parent in the same order. One that the parent's file lost counts in the fork.
//! 3. Where the fork says at which record its own history begins, that decides.
//! 4. Without the parent's file, a fork that brings its parent's description along, or events before any turn, has its
//!    first burst dropped: all events before a second passes between two records, or before its first turn where copied
//!    events come before one.
//! 5. Files of one session id under other names repeat each other in the same way as forks.
//! 6. How a request was served is what the turn's description says. Where it says nothing, the settings file
//!    (`config.toml`) tells how requests are served now and not how this one was, so it is taken as the caller says.
//! 7. A response that a record names by thread and id counts once, wherever it stands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Event, Rollout};
use crate::logs::tally::{Note, Tally};
use crate::units::Instant;
use crate::usage::{Record, Service, Source};

/// A parent's file is not taken to have lost more events in a row than this.
const LOST_MAX: usize = 8;

/// The responses of all sessions, and how many were served in a way that nothing says and that is taken as `untold`.
/// Each rollout comes with the name of its file.
pub(in crate::logs) fn records(
    rollouts: Vec<(Arc<str>, Rollout)>,
    untold: Service,
    tally: &mut Tally,
) -> (Vec<Record>, u64) {
    let rollouts = one_a_session(rollouts, tally);
    let mut by_id = HashMap::<&str, Vec<usize>>::new();
    for (index, (_, rollout)) in rollouts.iter().enumerate() {
        if let Some(id) = &rollout.id {
            by_id.entry(id).or_default().push(index);
        }
    }
    let mut responses = HashSet::new();
    let (mut records, mut times_untold) = (Vec::new(), 0);
    for (index, (_, rollout)) in rollouts.iter().enumerate() {
        let find = |id: &Option<Arc<str>>| id.as_deref().and_then(|id| by_id.get(id)).map_or(&[][..], Vec::as_slice);
        // Rollouts are in order of time: of files with one id, earlier ones are what later ones repeat.
        let earlier = find(&rollout.id).iter().filter(|&&other| other < index);
        let parents = find(&rollout.forked_from).iter().filter(|&&other| other != index);
        let sources: Vec<&Rollout> = parents.chain(earlier).map(|&other| &rollouts[other].1).collect();
        let copied = rollout.copied(&sources);
        tally.add(Note::CopiedByFork, copied.len() as u64);
        let mut copied = copied.into_iter().peekable();
        for (place, event) in rollout.events.iter().enumerate() {
            if copied.next_if_eq(&place).is_some() {
                continue;
            }
            let response = event.response.as_deref().filter(|response| !response.is_empty());
            if response.is_some_and(|response| !responses.insert(response)) {
                tally.note(Note::CopiedElsewhere);
                continue;
            }
            times_untold += u64::from(event.service.is_none());
            records.push(Record { service: event.service.unwrap_or(untold), ..rollout.record(event, tally) });
        }
    }
    (records, times_untold)
}

/// One rollout for each file name, in order of time.
fn one_a_session(mut rollouts: Vec<(Arc<str>, Rollout)>, tally: &mut Tally) -> Vec<(Arc<str>, Rollout)> {
    rollouts.sort_by_cached_key(|(path, rollout)| {
        let most_events = std::cmp::Reverse(rollout.events.len());
        (session_name(path), rollout.id.is_none(), rollout.id.clone(), most_events, Arc::clone(path))
    });
    let before = rollouts.len();
    rollouts.dedup_by(|(later_path, later), (path, earlier)| {
        session_name(later_path) == session_name(path) && (later.id == earlier.id || later.id.is_none())
    });
    tally.add(Note::SameSession, (before - rollouts.len()) as u64);
    let starts = |rollout: &Rollout| rollout.events.first().map(|event: &Event| event.instant);
    rollouts.sort_by(|(a_path, a), (b_path, b)| (starts(a), a_path).cmp(&(starts(b), b_path)));
    rollouts
}

/// The name of a file without its folders and endings.
fn session_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.strip_suffix(".zst").unwrap_or(name);
    name.strip_suffix(".jsonl").unwrap_or(name).to_owned()
}

impl Rollout {
    /// The places of events that are not its own.
    fn copied(&self, sources: &[&Self]) -> Vec<usize> {
        let has_ordinals = self.events.first().is_some_and(|event| event.ordinal.is_some());
        if let Some(own_from) = self.own_from.filter(|_| has_ordinals) {
            let is_copy = |event: &&Event| event.ordinal.is_some_and(|ordinal| ordinal < own_from);
            return (0..self.events.iter().take_while(is_copy).count()).collect();
        }
        let shown = sources.iter().map(|source| self.repeats(source)).max_by_key(Vec::len).unwrap_or_default();
        let brings_parent = self.forked_from.is_some() && (self.has_copied_meta || self.starts_before_turn);
        if shown.is_empty() && brings_parent { (0..self.burst).collect() } else { shown }
    }

    /// The places of events at the start that stand in another rollout in the same order.
    fn repeats(&self, source: &Self) -> Vec<usize> {
        let marks: Vec<_> = source.events.iter().filter_map(|event| event.mark).collect();
        let mut rest = marks.as_slice();
        // Records without totals go with what is around them.
        let (mut found, mut between, mut misses) = (Vec::new(), Vec::new(), 0);
        for (place, event) in self.events.iter().enumerate() {
            match event.mark.map(|mark| rest.iter().position(|other| *other == mark)) {
                None => between.push(place),
                Some(Some(at)) => {
                    found.append(&mut between);
                    found.push(place);
                    rest = &rest[at + 1..];
                    misses = 0;
                }
                Some(None) if misses < LOST_MAX => misses += 1,
                Some(None) => break,
            }
        }
        found
    }

    fn record(&self, event: &Event, tally: &mut Tally) -> Record {
        let instant: Instant = event.instant;
        Record {
            instant,
            model: event.model.clone(),
            tokens: event.used.tokens(tally),
            requests: 1,
            web_searches: 0,
            service: Service::Standard,
            side: self.is_subagent,
            stated_usd: None,
            id: event.response.clone().filter(|response| !response.is_empty()),
            session: self.id.clone(),
            project: self.project.clone(),
            user: None,
            source: Source::Codex,
        }
    }
}
