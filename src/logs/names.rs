//! Names that repeat on every line, kept once.

use std::collections::HashSet;
use std::sync::Arc;

use super::json::unescaped;

/// Names that were met.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashSet<Arc<str>>,
    /// As it was written last time, and its name: neighbouring lines mostly agree.
    last: [Option<Written>; 4],
}

/// A name as it was written, and what it is.
type Written = (Box<[u8]>, Arc<str>);

/// What a name stands for; each has a memory of its own.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Model,
    Session,
    Project,
    Plan,
}

impl Names {
    /// The name that a JSON string holds; `None` if it is empty or no text.
    pub(super) fn get(&mut self, field: Field, raw: Option<&[u8]>) -> Option<Arc<str>> {
        let raw = raw?;
        if let Some((_, name)) = self.last[field as usize].as_ref().filter(|(written, _)| **written == *raw) {
            return Some(Arc::clone(name));
        }
        let text = unescaped(raw).filter(|text| !text.is_empty())?;
        let name = self.intern(&text);
        self.last[field as usize] = Some((raw.into(), Arc::clone(&name)));
        Some(name)
    }

    /// The one copy of a name.
    pub(super) fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(name) = self.known.get(text) {
            return Arc::clone(name);
        }
        let name: Arc<str> = text.into();
        self.known.insert(Arc::clone(&name));
        name
    }
}
