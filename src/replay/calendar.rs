//! Days, weeks and months of a time zone, as spans of real time.
//!
//! A period begins when the clocks on the walls show its time, so a day with a change of clocks has 23 or 25 hours
//! and a week 167 or 169.

use crate::units::{Date, DateTime, Instant, Time, TimeZone, Weekday, instant_of, wall_clock};

/// When a calendar limit starts anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    unit: CalendarUnit,
    at: Time,
    zone: TimeZone,
}

/// The period that repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// Every day.
    Day,
    /// Every week, on a day of the week.
    Week(Weekday),
    /// Every month, on a day of the month from 1 to 31; in a shorter month on its last day.
    Month(u8),
}

/// A span of time: its end belongs to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub start: Instant,
    /// The first instant after it.
    pub end: Instant,
}

impl Span {
    /// From one instant to a later one; `None` if it is not later.
    #[must_use]
    pub fn new(start: Instant, end: Instant) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// Its length in milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.end.unix_ms() - self.start.unix_ms()
    }

    /// Whether an instant lies in it.
    #[must_use]
    pub fn holds(self, at: Instant) -> bool {
        self.start <= at && at < self.end
    }
}

impl Calendar {
    /// A period that begins at a time of day in a zone; `None` if the day of the month is not from 1 to 31.
    #[must_use]
    pub fn new(unit: CalendarUnit, at: Time, zone: TimeZone) -> Option<Self> {
        let possible = !matches!(unit, CalendarUnit::Month(day) if !(1..=31).contains(&day));
        possible.then_some(Self { unit, at, zone })
    }

    /// Months from the first day on, in UTC.
    #[must_use]
    pub fn months() -> Self {
        Self { unit: CalendarUnit::Month(1), at: Time::midnight(), zone: TimeZone::UTC }
    }

    /// The period that holds an instant; `None` within a month of the years -9999 and 9999.
    #[must_use]
    pub fn period(&self, at: Instant) -> Option<Span> {
        let shown = wall_clock(&self.zone, at);
        // By the clock the period is near; a change of clocks can move it by one. Where a zone skipped a whole day,
        // two periods begin at once and the first of them is empty.
        let mut day = self.next(self.day_on_or_before(shown.date())?)?;
        let mut end = self.begin(self.next(day)?)?;
        loop {
            let start = self.begin(day)?;
            if start <= at {
                return Span::new(start, end);
            }
            day = self.day_on_or_before(day.yesterday().ok()?)?;
            end = start;
        }
    }

    fn begin(&self, day: Date) -> Option<Instant> {
        instant_of(&self.zone, DateTime::from_parts(day, self.at))
    }

    /// The last day on which a period begins, up to a day.
    fn day_on_or_before(&self, day: Date) -> Option<Date> {
        match self.unit {
            CalendarUnit::Day => Some(day),
            CalendarUnit::Week(first) => {
                let mut day = day;
                while day.weekday() != first {
                    day = day.yesterday().ok()?;
                }
                Some(day)
            }
            CalendarUnit::Month(of_month) => {
                let this = in_month(day, of_month)?;
                if this <= day { Some(this) } else { in_month(day.first_of_month().yesterday().ok()?, of_month) }
            }
        }
    }

    /// The next day on which a period begins.
    fn next(&self, day: Date) -> Option<Date> {
        match self.unit {
            CalendarUnit::Day => day.tomorrow().ok(),
            CalendarUnit::Week(_) => (0..7).try_fold(day, |day, _| day.tomorrow().ok()),
            CalendarUnit::Month(of_month) => in_month(day.last_of_month().tomorrow().ok()?, of_month),
        }
    }
}

/// A day of the month of a date, or the last if that is before it.
fn in_month(date: Date, of_month: u8) -> Option<Date> {
    let of_month = i8::try_from(of_month).ok()?.min(date.days_in_month());
    Date::new(date.year(), date.month(), of_month).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::time_zone;

    fn at(text: &str) -> Instant {
        Instant::parse(text).expect("a time")
    }

    fn period(unit: CalendarUnit, time: &str, zone: &str, instant: &str) -> (String, String) {
        let zone = time_zone(zone).expect("in the database");
        let calendar = Calendar::new(unit, time.parse().expect("a time of day"), zone).expect("possible");
        let span = calendar.period(at(instant)).expect("in range");
        (span.start.to_string(), span.end.to_string())
    }

    fn is(span: (String, String), start: &str, end: &str) {
        assert_eq!(span, (start.to_owned(), end.to_owned()));
    }

    #[test]
    fn a_day_with_a_change_of_clocks_has_23_or_25_hours() {
        let spring = period(CalendarUnit::Day, "00:00", "America/New_York", "2026-03-08T06:59:00Z");
        is(spring, "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z");
        let autumn = period(CalendarUnit::Day, "01:30", "America/New_York", "2026-11-01T06:10:00Z");
        is(autumn, "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z");
    }

    #[test]
    fn a_reset_belongs_to_the_new_period() {
        let week = CalendarUnit::Week(Weekday::Monday);
        is(period(week, "00:00", "UTC", "2026-03-02T00:00:00Z"), "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z");
        is(period(week, "00:00", "UTC", "2026-03-01T23:59:59.999Z"), "2026-02-23T00:00:00Z", "2026-03-02T00:00:00Z");
    }

    #[test]
    fn day_31_is_the_last_of_a_shorter_month() {
        let month = CalendarUnit::Month(31);
        is(period(month, "00:00", "UTC", "2026-02-28T12:00:00Z"), "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z");
        is(period(month, "00:00", "UTC", "2026-02-27T12:00:00Z"), "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z");
        assert_eq!(Calendar::new(CalendarUnit::Month(32), Time::midnight(), TimeZone::UTC), None);
    }

    #[test]
    fn a_day_that_a_zone_skipped_is_empty() {
        // Samoa went from 29 to 31 December 2011, at 10:00 UTC.
        let span = period(CalendarUnit::Day, "12:00", "Pacific/Apia", "2011-12-30T23:00:00Z");
        is(span, "2011-12-30T22:00:00Z", "2011-12-31T22:00:00Z");
    }

    #[test]
    fn at_the_end_of_time_there_is_no_period() {
        assert_eq!(Calendar::months().period(at("9999-12-30T00:00:00Z")), None);
    }
}
