//! When a window opens: how many a user can fill in an average month.

use crate::units::Ratio;

/// A span of time in whole hundredths of an hour, at most a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    hundredths: u32,
}

impl Hours {
    /// A day.
    pub const DAY: Self = Self { hundredths: 2_400 };
    /// A week.
    pub const WEEK: Self = Self { hundredths: 7 * 2_400 };
    const MAX: i128 = 366 * 2_400;

    /// So many hours; `None` if negative, finer than a hundredth, or more than a year.
    #[must_use]
    pub fn new(hours: &Ratio) -> Option<Self> {
        let hundredths = (hours * Ratio::from(100)).to_i128().filter(|h| (0..=Self::MAX).contains(h))?;
        Some(Self { hundredths: u32::try_from(hundredths).ok()? })
    }

    /// The number of hours.
    #[must_use]
    pub fn ratio(self) -> Ratio {
        Ratio::new(i128::from(self.hundredths), 100)
    }
}

/// The span a limit holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// So many hours from the first use on; more than zero.
    Hours(Hours),
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
}

impl Window {
    /// Reads `5h`, `day`, `week` or `month`; also `3d`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hours = |number: &str, of: i32| Hours::new(&(Ratio::parse(number).ok()? * Ratio::from(of)));
        let window = match text {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            _ => match text.strip_suffix('h') {
                Some(number) => Self::Hours(hours(number, 1)?),
                None => Self::Hours(hours(text.strip_suffix('d')?, 24)?),
            },
        };
        match window {
            Self::Hours(span) if span.hundredths == 0 => None,
            Self::Hours(Hours::DAY) => Some(Self::Day),
            Self::Hours(Hours::WEEK) => Some(Self::Week),
            window => Some(window),
        }
    }

    /// Its length; `None` for a month, which has no fixed one.
    #[must_use]
    pub const fn length(self) -> Option<Hours> {
        match self {
            Self::Hours(hours) => Some(hours),
            Self::Day => Some(Hours::DAY),
            Self::Week => Some(Hours::WEEK),
            Self::Month => None,
        }
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hours(hours) => write!(f, "{}h", hours.ratio().to_decimal_trimmed(0, 2)),
            Self::Day => f.write_str("day"),
            Self::Week => f.write_str("week"),
            Self::Month => f.write_str("month"),
        }
    }
}

/// When the user works. A month's maximum depends on it wherever windows open at the first use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// Day and night: every window follows the one before.
    #[default]
    AlwaysOn,
    /// Some hours in a row on some days in a row.
    Active {
        /// Hours a day, at most 24.
        hours_per_day: Hours,
        /// Days a week, at most 7.
        days_per_week: u8,
        /// Something opens a window before work starts, so that one more fits.
        pinged: bool,
    },
}

/// Weeks of an average month: 365.25 / 12 / 7 days.
pub const WEEKS_PER_MONTH: (i128, i128) = (487, 112);

fn weeks_per_month() -> Ratio {
    Ratio::new(WEEKS_PER_MONTH.0, WEEKS_PER_MONTH.1)
}

/// Hours of an average month: 730.5.
#[must_use]
pub fn hours_per_month() -> Ratio {
    Ratio::new(1461, 2)
}

/// The windows of a length that a user can open in a week, on average over many weeks.
///
/// A window opens at the first use after the one before has ended. Opening as early as possible is the best there
/// is, since an earlier opening never delays a later one; a window can reach past midnight and into the next week,
/// so weeks are walked until they repeat. With `pinged` the supremum `ceil(h / w) + 1` a day, at most `24 / w`.
#[must_use]
pub fn windows_per_week(window_length: Hours, schedule: &Schedule) -> Ratio {
    let Schedule::Active { hours_per_day, days_per_week, pinged } = *schedule else {
        return Hours::WEEK.ratio() / window_length.ratio();
    };
    let (length, active, days) =
        (u64::from(window_length.hundredths), u64::from(hours_per_day.hundredths), u64::from(days_per_week));
    if active == 0 || days == 0 {
        return Ratio::zero();
    }
    let day = u64::from(Hours::DAY.hundredths);
    // What the last window of a week takes of the next decides all that follows. Windows of whole hundredths of an
    // hour leave at most `length` different rests, so the weeks repeat before that.
    let mut rests = vec![0_u64];
    let mut opened = vec![0_u64];
    let cycle = loop {
        let mut busy_until = rests[rests.len() - 1];
        let mut count = opened[opened.len() - 1];
        for start in (0..days).map(|d| d * day) {
            let (open, end) = (busy_until.max(start), start + active);
            if open < end {
                let windows = (end - open).div_ceil(length);
                count += windows;
                busy_until = open + windows * length;
            }
        }
        let rest = busy_until.saturating_sub(7 * day);
        opened.push(count);
        if let Some(seen) = rests.iter().position(|&r| r == rest) {
            break seen;
        }
        rests.push(rest);
    };
    let (weeks, windows) = (opened.len() - 1 - cycle, opened[opened.len() - 1] - opened[cycle]);
    let greedy = Ratio::from(windows) / Ratio::from(weeks as u64);
    if !pinged {
        return greedy;
    }
    greedy.max(pinged_windows_per_day(window_length, hours_per_day) * Ratio::from(days))
}

/// The most windows of a length that a day can hold when one is opened before work starts: `ceil(h / w) + 1`, at
/// most `24 / w`; none without work.
#[must_use]
pub fn pinged_windows_per_day(length: Hours, hours_per_day: Hours) -> Ratio {
    if hours_per_day.hundredths == 0 {
        return Ratio::zero();
    }
    let fit = Hours::DAY.ratio() / length.ratio();
    Ratio::from(u64::from(hours_per_day.hundredths.div_ceil(length.hundredths)) + 1).min(fit)
}

/// The windows that a user can fill in an average month of 30.4375 days.
#[must_use]
pub fn windows_per_month(window: Window, schedule: &Schedule) -> Ratio {
    match window.length() {
        Some(length) => windows_per_week(length, schedule) * weeks_per_month(),
        None => Ratio::one(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(text: &str) -> Hours {
        Hours::new(&Ratio::parse(text).expect("a decimal")).expect("hours")
    }

    fn active(hours_per_day: &str, days_per_week: u8, pinged: bool) -> Schedule {
        Schedule::Active { hours_per_day: hours(hours_per_day), days_per_week, pinged }
    }

    #[test]
    fn windows_are_read_and_written_alike() {
        for text in ["5h", "day", "week", "month", "4.5h", "72h"] {
            assert_eq!(Window::parse(text).expect("a window").to_string(), text);
        }
        assert_eq!(Window::parse("24h"), Some(Window::Day));
        assert_eq!(Window::parse("7d"), Some(Window::Week));
        for bad in ["", "h", "0h", "-5h", "5", "5m", "fortnight", "99999h", "0.001h"] {
            assert_eq!(Window::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_month_is_365_and_a_quarter_days_over_twelve() {
        // 30.4375 days of 24 hours hold 146.1 windows of five hours, and 4.348... weeks.
        let count = |text: &str| windows_per_month(Window::parse(text).expect("a window"), &Schedule::AlwaysOn);
        assert_eq!(count("5h"), Ratio::new(1461, 10));
        assert_eq!(count("day"), Ratio::new(487, 16));
        assert_eq!(count("week"), Ratio::new(487, 112));
        assert_eq!(count("month"), Ratio::one());
    }

    #[test]
    fn office_hours_open_two_windows_of_five_hours_a_day() {
        // 9:00 to 14:00, 14:00 to 19:00: the second outlasts the working day.
        assert_eq!(windows_per_week(hours("5"), &active("8", 5, false)), Ratio::from(10));
        assert_eq!(windows_per_week(hours("5"), &active("11", 6, false)), Ratio::from(18));
        assert_eq!(windows_per_week(hours("5"), &active("8", 5, true)), Ratio::from(15));
    }

    #[test]
    fn a_window_that_outlasts_the_night_delays_the_next_morning() {
        // 22 hours a day of five-hour windows: 98 windows in three weeks.
        assert_eq!(windows_per_week(hours("5"), &active("22", 7, false)), Ratio::new(98, 3));
        assert_eq!(windows_per_week(hours("5"), &active("24", 7, false)), Ratio::new(168, 5));
    }

    #[test]
    fn a_week_is_filled_once_however_short_the_day() {
        assert_eq!(windows_per_week(Hours::WEEK, &active("1", 1, false)), Ratio::one());
        assert_eq!(windows_per_week(Hours::DAY, &active("8", 5, false)), Ratio::from(5));
        assert_eq!(windows_per_week(hours("5"), &active("0", 5, true)), Ratio::zero());
    }
}
