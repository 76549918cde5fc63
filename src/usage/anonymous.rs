//! Numbers in place of names: what a log says of projects, sessions and users without telling which they are.

use std::collections::HashMap;
use std::sync::Arc;

use super::{LimitHit, Record};

/// Puts `project-1`, `session-1` and `user-1` in place of names, numbered by first use, so that a log that goes on
/// keeps its numbers. Records come in order of time; of one instant, names decide.
pub fn anonymize(records: &mut [Record], hits: &mut [LimitHit]) {
    let mut order: Vec<usize> = (0..records.len()).collect();
    let names = |record: &Record| (record.project.clone(), record.session.clone(), record.user.clone());
    order.sort_by_cached_key(|&at| (records[at].instant, names(&records[at])));
    let (mut projects, mut sessions, mut users) = (Numbers::default(), Numbers::default(), Numbers::default());
    for at in order {
        let record = &mut records[at];
        projects.put(&mut record.project, "project");
        sessions.put(&mut record.session, "session");
        users.put(&mut record.user, "user");
        // Ids are of no use to readers of sums, and could be looked up.
        record.id = None;
    }
    for hit in hits {
        sessions.put(&mut hit.session, "session");
    }
}

#[derive(Default)]
struct Numbers(HashMap<Arc<str>, Arc<str>>);

impl Numbers {
    fn put(&mut self, name: &mut Option<Arc<str>>, kind: &str) {
        if let Some(name) = name {
            let next = self.0.len() + 1;
            let number = self.0.entry(Arc::clone(name)).or_insert_with(|| format!("{kind}-{next}").into());
            *name = Arc::clone(number);
        }
    }
}
