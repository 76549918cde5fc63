//! Clocks on walls: what they showed at an instant, and when they showed it.
//!
//! The database of time zones comes with the program, so that a week with a change of clocks is as long on every
//! machine.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Instant;

/// The time zone of a name of the IANA database (`Europe/Berlin`), in any case of letters; `None` if it has none such.
#[must_use]
pub fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// What the clocks of a zone show at an instant.
#[must_use]
pub fn wall_clock(zone: &TimeZone, at: Instant) -> DateTime {
    zone.to_datetime(Timestamp::from_millisecond(at.unix_ms()).expect("an instant is in range"))
}

/// When the clocks of a zone show a date and time. One that they skip moves forward by as much as they skip, one that
/// they show twice is the first (RFC 5545). `None` past year 9999.
#[must_use]
pub fn instant_of(zone: &TimeZone, shown: DateTime) -> Option<Instant> {
    Instant::from_unix_ms(zone.to_timestamp(shown).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Instant {
        Instant::parse(text).expect("a time")
    }

    #[test]
    fn zones_are_known_without_the_machine() {
        let berlin = time_zone("Europe/Berlin").expect("in the database");
        assert_eq!(wall_clock(&berlin, at("2026-07-01T10:00:00Z")), date(2026, 7, 1).at(12, 0, 0, 0));
        assert!(time_zone("Europe/Atlantis").is_none());
    }

    #[test]
    fn a_skipped_time_moves_forward_and_a_doubled_one_is_the_first() {
        let new_york = time_zone("America/New_York").expect("in the database");
        // On 8 March 02:00 EST becomes 03:00 EDT; on 1 November 02:00 EDT becomes 01:00 EST.
        let skipped = instant_of(&new_york, date(2026, 3, 8).at(2, 30, 0, 0));
        assert_eq!(skipped, Some(at("2026-03-08T03:30:00-04:00")));
        let doubled = instant_of(&new_york, date(2026, 11, 1).at(1, 30, 0, 0));
        assert_eq!(doubled, Some(at("2026-11-01T01:30:00-04:00")));
    }
}
