//! When calendar periods begin, from nothing but the offset of a zone at an instant.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use plancost::replay::CalendarUnit;
use plancost::units::TimeZone;

use super::slow::STEP;

const DAY: i64 = 86_400_000;

fn offset(zone: &TimeZone, at: i64) -> i64 {
    i64::from(zone.to_offset(Timestamp::from_millisecond(at).expect("in range")).seconds()) * 1_000
}

/// The instant at which clocks show a time, given as if they showed UTC. Around a change of clocks the offset before
/// it holds: a time that is shown twice is the first, one that is skipped moves forward.
fn instant(zone: &TimeZone, shown: i64) -> i64 {
    let (before, after) = (offset(zone, shown - DAY), offset(zone, shown + DAY));
    let shows = |offset_then: i64| offset(zone, shown - offset_then) == offset_then;
    if shows(before) || !shows(after) { shown - before } else { shown - after }
}

fn begins_on(unit: CalendarUnit, day: Date) -> bool {
    match unit {
        CalendarUnit::Day => true,
        CalendarUnit::Week(first) => day.weekday() == first,
        CalendarUnit::Month(of_month) => day.day() == i8::try_from(of_month).expect("a day").min(day.days_in_month()),
    }
}

/// When the periods around an instant begin, at least one before it and one after.
pub(crate) fn beginnings(unit: CalendarUnit, zone: &TimeZone, half_hours: u8, around: i64) -> Vec<i64> {
    let reach = match unit {
        CalendarUnit::Day => 3,
        CalendarUnit::Week(_) => 10,
        CalendarUnit::Month(_) => 40,
    };
    let days = (around / DAY - reach)..(around / DAY + reach);
    let epoch = date(1970, 1, 1);
    let on = |day: &i64| begins_on(unit, epoch + jiff::Span::new().days(*day));
    days.filter(on).map(|day| instant(zone, day * DAY + i64::from(half_hours) * STEP)).collect()
}
