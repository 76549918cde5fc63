//! What a reader did not count, and why.

use std::collections::BTreeMap;
use std::fmt;

use super::json::{self, Count};

/// Something about a log that its totals do not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// A line that holds usage and is cut short or otherwise broken.
    Broken,
    /// A line that holds usage and bytes that are not UTF-8.
    NotUtf8,
    /// The last line of a file, without a line end, that breaks off.
    TornEnd,
    /// A line too long to be read.
    TooLong,
    /// Usage without a time, and none before it in its file.
    NoTime,
    /// Usage with a count that is not a number, or past 1.8e19.
    BadCount,
    /// A file whose compressed data ends early or is broken.
    BadCompression,
    /// A file that could not be read to its end.
    Unreadable,
    /// A row of a table that does not fit its head.
    BadRow,
    /// Usage without a time of its own: it took the time of the usage before it.
    TimeOfLineBefore,
    /// A time without an offset: it was taken as UTC.
    TimeAsUtc,
    /// A count below zero: it was taken as 0.
    Negative,
    /// A count with a part after the point: the part was dropped.
    PartOfToken,
    /// More cached tokens than prompt tokens: the uncached count was taken as 0.
    MoreCachedThanPrompt,
    /// A response of which only a placeholder for the output was written.
    WithoutFinalCount,
    /// Usage of a model that the log does not name.
    NoModel,
    /// A notice of an error in place of a response.
    ErrorNotice,
    /// Lines of one response beyond the one that was counted.
    SameResponse,
    /// Copies in other files: sessions that were resumed or forked.
    CopiedElsewhere,
    /// Replays of the conversation on a side chain.
    SideChainReplay,
    /// Progress reports of responses that are counted.
    ProgressReport,
    /// Usage events sent again with the same totals.
    SentAgain,
    /// Events that hold limits and no usage.
    LimitsOnly,
    /// Events that a fork copied from its parent.
    CopiedByFork,
    /// Files that hold a session that another file holds too.
    SameSession,
    /// Readings of a plan's meter that are cut short or otherwise broken.
    BrokenReading,
    /// Readings of a plan's meter without a time.
    ReadingWithoutTime,
}

impl Note {
    /// Whether usage may be missing from the totals because of it.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        matches!(
            self,
            Self::Broken
                | Self::NotUtf8
                | Self::TornEnd
                | Self::TooLong
                | Self::NoTime
                | Self::BadCount
                | Self::BadCompression
                | Self::Unreadable
                | Self::BadRow
        )
    }

    /// A short name for machines: `torn_end`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Broken => "broken_line",
            Self::NotUtf8 => "not_utf8",
            Self::TornEnd => "torn_end",
            Self::TooLong => "line_too_long",
            Self::NoTime => "no_time",
            Self::BadCount => "bad_count",
            Self::BadCompression => "bad_compression",
            Self::Unreadable => "unreadable",
            Self::BadRow => "bad_row",
            Self::TimeOfLineBefore => "time_of_line_before",
            Self::TimeAsUtc => "time_as_utc",
            Self::Negative => "negative_count",
            Self::PartOfToken => "part_of_token",
            Self::MoreCachedThanPrompt => "more_cached_than_prompt",
            Self::WithoutFinalCount => "without_final_count",
            Self::NoModel => "no_model",
            Self::ErrorNotice => "error_notice",
            Self::SameResponse => "same_response",
            Self::CopiedElsewhere => "copied_elsewhere",
            Self::SideChainReplay => "side_chain_replay",
            Self::ProgressReport => "progress_report",
            Self::SentAgain => "sent_again",
            Self::LimitsOnly => "limits_only",
            Self::CopiedByFork => "copied_by_fork",
            Self::SameSession => "same_session",
            Self::BrokenReading => "broken_reading",
            Self::ReadingWithoutTime => "reading_without_time",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}

impl Note {
    /// What it counts, in words for that many: `line with usage that is broken`.
    #[must_use]
    pub const fn of(self, times: u64) -> &'static str {
        if times == 1 { self.words().0 } else { self.words().1 }
    }

    /// For one, and for more.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Broken => ("line with usage that is broken", "lines with usage that are broken"),
            Self::NotUtf8 => ("line with usage that is not UTF-8", "lines with usage that are not UTF-8"),
            Self::TornEnd => ("file whose last line breaks off", "files whose last line breaks off"),
            Self::TooLong => ("line too long to be read", "lines too long to be read"),
            Self::NoTime => ("line with usage that has no time", "lines with usage that have no time"),
            Self::BadCount => ("line with a count that is no number", "lines with a count that is no number"),
            Self::BadCompression => ("file whose compressed data is broken", "files whose compressed data is broken"),
            Self::Unreadable => ("file that could not be read to its end", "files that could not be read to their end"),
            Self::BadRow => ("row that does not fit its table", "rows that do not fit their table"),
            Self::TimeOfLineBefore => (
                "line without a time, counted at the time of the line before",
                "lines without a time, counted at the time of the line before",
            ),
            Self::TimeAsUtc => ("time without an offset, taken as UTC", "times without an offset, taken as UTC"),
            Self::Negative => ("count below zero, taken as 0", "counts below zero, taken as 0"),
            Self::PartOfToken => (
                "count with a part after the point, which was dropped",
                "counts with a part after the point, which was dropped",
            ),
            Self::MoreCachedThanPrompt => (
                "response with more cached tokens than prompt tokens",
                "responses with more cached tokens than prompt tokens",
            ),
            Self::WithoutFinalCount => {
                ("response without a final count of its output", "responses without a final count of their output")
            }
            Self::NoModel => {
                ("response of a model that the log does not name", "responses of a model that the log does not name")
            }
            Self::ErrorNotice => ("notice of an error", "notices of errors"),
            Self::SameResponse => ("further line of a response", "further lines of a response"),
            Self::CopiedElsewhere => ("copy of a response in another file", "copies of responses in other files"),
            Self::SideChainReplay => ("replay of a response on a side chain", "replays of responses on side chains"),
            Self::ProgressReport => {
                ("progress report of a response that is counted", "progress reports of responses that are counted")
            }
            Self::SentAgain => ("event sent again with the same totals", "events sent again with the same totals"),
            Self::LimitsOnly => ("event with limits and no usage", "events with limits and no usage"),
            Self::CopiedByFork => {
                ("event that a fork copied from its parent", "events that a fork copied from its parent")
            }
            Self::SameSession => {
                ("file of a session that another file holds", "files of a session that another file holds")
            }
            Self::BrokenReading => {
                ("reading of a plan's meter that is broken", "readings of a plan's meter that are broken")
            }
            Self::ReadingWithoutTime => {
                ("reading of a plan's meter without a time", "readings of a plan's meter without a time")
            }
        }
    }
}

/// How often each note was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Note, u64>);

impl Tally {
    /// How often a note was made.
    #[must_use]
    pub fn of(&self, note: Note) -> u64 {
        self.0.get(&note).copied().unwrap_or(0)
    }

    /// Every note that was made, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Note, u64)> {
        self.0.iter().map(|(note, times)| (*note, *times))
    }

    /// Whether usage may be missing.
    #[must_use]
    pub fn has_losses(&self) -> bool {
        self.0.keys().any(|note| note.is_loss())
    }

    /// Makes a note so many times.
    pub(crate) fn add(&mut self, note: Note, times: u64) {
        if times > 0 {
            *self.0.entry(note).or_default() += times;
        }
    }

    /// Makes a note once.
    pub(super) fn note(&mut self, note: Note) {
        self.add(note, 1);
    }

    /// Adds another tally.
    pub(super) fn add_all(&mut self, other: &Self) {
        for (note, times) in other.iter() {
            self.add(note, times);
        }
    }

    /// The count that a value holds, with what had to be done to it; `None` if it holds none.
    pub(super) fn count(&mut self, raw: &[u8]) -> Option<u64> {
        match json::count(raw) {
            Count::Whole(count) => Some(count),
            Count::Negative => {
                self.note(Note::Negative);
                Some(0)
            }
            Count::Part(count) => {
                self.note(Note::PartOfToken);
                Some(count)
            }
            Count::Bad => None,
        }
    }
}
