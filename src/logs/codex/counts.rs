//! Counts of tokens as Codex keeps them.

use crate::logs::tally::{Note, Tally};
use crate::rates::{ByClass, TokenClass};
use crate::units::Tokens;

/// The counts of a token usage, as Codex keeps them: cached and written tokens are part of the input, reasoning of the
/// output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Counts {
    pub(super) input: u64,
    pub(super) cached: u64,
    pub(super) cache_write: u64,
    pub(super) output: u64,
    pub(super) reasoning: u64,
    pub(super) total: u64,
}

impl Counts {
    pub(super) const fn parts(&self) -> [u64; 6] {
        [self.input, self.cached, self.cache_write, self.output, self.reasoning, self.total]
    }

    /// What was used since earlier totals. A count that fell means that counting began anew.
    pub(super) fn since(self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        if self.parts().iter().zip(earlier.parts()).any(|(now, before)| *now < before) {
            return self;
        }
        Self {
            input: self.input - earlier.input,
            cached: self.cached - earlier.cached,
            cache_write: self.cache_write - earlier.cache_write,
            output: self.output - earlier.output,
            reasoning: self.reasoning - earlier.reasoning,
            total: self.total - earlier.total,
        }
    }

    /// Whether both tell of one request; events say less of it than records.
    pub(super) const fn is_same_request(&self, other: &Self) -> bool {
        self.input == other.input && self.cached == other.cached && self.output == other.output
    }

    /// By the classes that are billed.
    pub(super) fn tokens(&self, tally: &mut Tally) -> ByClass<Tokens> {
        if self.cached > self.input {
            tally.note(Note::MoreCachedThanPrompt);
        }
        let uncached = self.input.saturating_sub(self.cached);
        let written = self.cache_write.min(uncached);
        let mut tokens = ByClass::default();
        tokens[TokenClass::Input] = Tokens(uncached - written);
        tokens[TokenClass::CacheRead] = Tokens(self.cached);
        tokens[TokenClass::CacheWrite5m] = Tokens(written);
        tokens[TokenClass::Output] = Tokens(self.output);
        tokens
    }
}
