//! Which stretch of time a log covers, and where it is silent.

use super::Record;
use crate::units::Instant;

/// From the first to the last response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first response.
    pub first: Instant,
    /// The last response.
    pub last: Instant,
}

/// The stretch that records cover; `None` without records.
#[must_use]
pub fn span(records: &[Record]) -> Option<Span> {
    let instants = || records.iter().map(|record| record.instant);
    Some(Span { first: instants().min()?, last: instants().max()? })
}

impl Span {
    /// Days of 24 hours from the first response to the last, rounded down.
    #[must_use]
    pub const fn whole_days(&self) -> i64 {
        (self.last.unix_ms() - self.first.unix_ms()) / Instant::MS_PER_DAY
    }

    /// Whether it looks as if older usage was deleted: Claude Code removes transcripts after 30 days unless told
    /// otherwise, so a log of 29 or 30 days is more likely the rest of a longer one.
    #[must_use]
    pub const fn looks_cut_at_30_days(&self) -> bool {
        matches!(self.whole_days(), 29 | 30)
    }
}

/// Stretches without a response of at least `least_ms` milliseconds, between the first response and the last.
#[must_use]
pub fn gaps(records: &[Record], least_ms: i64) -> Vec<Span> {
    let mut instants: Vec<Instant> = records.iter().map(|record| record.instant).collect();
    instants.sort_unstable();
    let pairs = instants.windows(2).map(|pair| Span { first: pair[0], last: pair[1] });
    pairs.filter(|gap| gap.last.unix_ms() - gap.first.unix_ms() >= least_ms.max(1)).collect()
}
