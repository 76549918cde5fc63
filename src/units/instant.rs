//! Instants: when something happened, whatever the clock on the wall said.

use std::fmt;

use jiff::Timestamp;

/// A point in time, in whole milliseconds since 1970 began in UTC; years -9999 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    unix_ms: i64,
}

impl Instant {
    /// The instant so many milliseconds after 1970 began in UTC; `None` outside years -9999 to 9999.
    #[must_use]
    pub fn from_unix_ms(unix_ms: i64) -> Option<Self> {
        Timestamp::from_millisecond(unix_ms).is_ok().then_some(Self { unix_ms })
    }

    /// Milliseconds since 1970 began in UTC.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.unix_ms
    }

    /// Reads a date, a time and an offset as RFC 3339 has them: `2026-11-10T10:00:05Z`. Parts of a millisecond are
    /// cut off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at: Timestamp = text.parse().ok()?;
        Some(Self { unix_ms: at.as_millisecond() })
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Timestamp::from_millisecond(self.unix_ms).expect("the constructors keep to its range").fmt(f)
    }
}
