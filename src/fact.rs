//! Where a figure comes from and when it held.
//!
//! Every rate, price and limit is a dated fact: a change is a new entry, never an edit, so a report of an earlier day
//! stays what it was.

use std::sync::Arc;

use crate::units::Date;

/// How a figure is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The vendor says so.
    #[default]
    Published,
    /// Someone metered it.
    Measured,
    /// Worked out from other figures.
    Estimated,
}

impl Basis {
    /// Every basis, surest first.
    pub const ALL: [Self; 3] = [Self::Published, Self::Measured, Self::Estimated];

    /// The word for it in files and documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Measured => "measured",
            Self::Estimated => "estimated",
        }
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The file, as it was named.
    pub path: Arc<str>,
    /// The line, from 1.
    pub line: usize,
}

/// What stands behind a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Where the figure comes from: an address or a name.
    pub source: Option<Arc<str>>,
    /// The last day someone compared it with its source.
    pub checked: Option<Date>,
    /// How it is known.
    pub basis: Basis,
    /// What a reader should know.
    pub note: Option<Arc<str>>,
    /// Where it is written.
    pub line: Line,
}

/// The days on which a figure held: from `from` on, and no longer on `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// First day; `None`: always held before `until`.
    pub from: Option<Date>,
    /// First day it held no longer.
    pub until: Option<Date>,
    /// It already held on `from`; since when is not recorded, so earlier days use it too.
    pub held_earlier: bool,
}

impl Validity {
    /// Whether it held on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.starts().is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }

    /// Whether some day is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |a: &Self, b: &Self| match (a.starts(), b.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        starts_before_end(self, other) && starts_before_end(other, self)
    }

    /// The first day on which it is taken to hold; `None`: since always.
    #[must_use]
    pub fn starts(&self) -> Option<Date> {
        if self.held_earlier { None } else { self.from }
    }
}

/// The entry in force on a day: of those that hold, the one that began last.
#[must_use]
pub fn in_force<T>(entries: &[T], day: Date, validity: impl Fn(&T) -> &Validity) -> Option<&T> {
    entries.iter().filter(|entry| validity(entry).holds_on(day)).max_by_key(|entry| validity(entry).from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn span(from: Option<Date>, until: Option<Date>) -> Validity {
        Validity { from, until, held_earlier: false }
    }

    #[test]
    fn a_fact_holds_on_its_first_day_and_not_on_its_end() {
        let fact = span(Some(date(2026, 6, 1)), Some(date(2026, 7, 1)));
        let on = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 1)];
        assert_eq!(on.map(|day| fact.holds_on(day)), [false, true, true, false]);
        assert!(Validity { held_earlier: true, ..fact }.holds_on(date(2020, 1, 1)));
    }

    #[test]
    fn facts_that_meet_do_not_overlap() {
        let first = span(None, Some(date(2026, 7, 1)));
        let second = span(Some(date(2026, 7, 1)), None);
        assert!(!first.overlaps(&second));
        assert!(first.overlaps(&span(Some(date(2026, 6, 30)), None)));
        assert!(span(None, None).overlaps(&second));
    }

    #[test]
    fn the_entry_that_began_last_is_in_force() {
        let entries = [span(Some(date(2026, 1, 1)), None), span(Some(date(2026, 3, 1)), None), span(None, None)];
        assert_eq!(in_force(&entries, date(2026, 2, 1), |v| v), Some(&entries[0]));
        assert_eq!(in_force(&entries, date(2026, 3, 1), |v| v), Some(&entries[1]));
        assert_eq!(in_force(&entries, date(2025, 1, 1), |v| v), Some(&entries[2]));
    }
}
