//! Instants: when something happened, whatever the clock on the wall said.

use std::fmt;

use jiff::Timestamp;

use super::{Date, TimeZone};

/// A point in time, in whole milliseconds since 1970 began in UTC; years -9999 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    unix_ms: i64,
}

impl Instant {
    /// Milliseconds of a day of 24 hours.
    pub const MS_PER_DAY: i64 = 86_400_000;

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

    /// Reads a date, a time and an offset, as RFC 3339 has them: `2026-11-10T10:00:05.000Z`. Below a millisecond is
    /// cut off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(|at: Timestamp| Self { unix_ms: at.as_millisecond() })
    }

    /// The calendar day in a time zone.
    #[must_use]
    pub fn day_in(self, zone: &TimeZone) -> Date {
        zone.to_datetime(self.timestamp()).date()
    }

    /// The minute of the day in UTC, from 0.
    #[must_use]
    pub fn minute_of_day_utc(self) -> u16 {
        u16::try_from(self.unix_ms.rem_euclid(Self::MS_PER_DAY) / 60_000).expect("a day has 1,440 minutes")
    }

    /// The day of the week in UTC: Monday is 0.
    #[must_use]
    pub fn weekday_utc(self) -> usize {
        // 1 January 1970 was a Thursday.
        usize::try_from((self.unix_ms.div_euclid(Self::MS_PER_DAY) + 3).rem_euclid(7)).expect("below seven")
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.unix_ms).expect("the constructors keep to its range")
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_instant_is_read_with_its_offset() {
        // 2026-11-10 is 20,767 days after 1970 began: 56 years of 365 days, 14 leap days, 313 days of 2026.
        let noon = Instant::from_unix_ms((20_767 * 24 + 12) * 3_600_000).expect("in range");
        for text in ["2026-11-10T12:00:00.000Z", "2026-11-10T13:00:00+01:00", "2026-11-10T12:00:00.0009Z"] {
            assert_eq!(Instant::parse(text), Some(noon), "{text}");
        }
        for bad in ["", "yesterday", "2026-11-10T12:00:00", "2026-02-30T00:00:00Z"] {
            assert_eq!(Instant::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_same_instant_is_another_day_elsewhere() {
        let late = Instant::parse("2026-11-10T23:30:00Z").expect("a time");
        assert_eq!(late.day_in(&TimeZone::UTC), date(2026, 11, 10));
        assert_eq!(late.day_in(&TimeZone::fixed(jiff::tz::offset(1))), date(2026, 11, 11));
    }

    #[test]
    fn days_and_minutes_before_1970_count_on() {
        // 31 December 1969 was a Wednesday.
        let before = Instant::from_unix_ms(-60_000).expect("in range");
        assert_eq!((before.weekday_utc(), before.minute_of_day_utc()), (2, 1_439));
        assert_eq!(Instant::from_unix_ms(i64::MAX), None);
    }
}
