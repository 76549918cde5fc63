//! What flags take, read exactly and refused in words.

use crate::allowance::Hours;
use crate::report::HeatTitle;
use crate::units::{Date, Ratio};

fn number(text: &str, form: &str) -> Result<Ratio, String> {
    Ratio::parse_share(text.trim()).map_err(|error| format!("{error}; write {form}"))
}

fn not_negative(value: Ratio) -> Result<Ratio, String> {
    if value.is_negative() { Err("must not be negative".to_owned()) } else { Ok(value) }
}

const SHARE: &str = "a percentage (`5%`), a decimal (`0.05`) or a fraction (`2/35`)";

/// A share from 0 to 1.
pub(super) fn share(text: &str) -> Result<Ratio, String> {
    let value = not_negative(number(text, SHARE)?)?;
    if value > Ratio::one() {
        return Err(if text.contains(['%', '/']) {
            format!("a share is at most 1; `{text}` is more")
        } else {
            format!("a share is at most 1; for {text} percent write `{text}%`")
        });
    }
    Ok(value)
}

/// A gross margin: at most 1, and negative where the API is sold below cost.
pub(super) fn margin(text: &str) -> Result<Ratio, String> {
    let value = number(text, SHARE)?;
    if value > Ratio::one() {
        return Err(format!("a gross margin is at most 1; for {text} percent write `{text}%`"));
    }
    Ok(value)
}

/// A utilization of zero or more, with the text it was asked by.
pub(super) fn utilization(text: &str) -> Result<HeatTitle, String> {
    let utilization = not_negative(number(text, SHARE)?)?;
    if utilization > Ratio::from(1_000) {
        return Err(format!("a utilization is a share of the allowance; for {text} percent write `{text}%`"));
    }
    Ok(HeatTitle { utilization, text: text.trim().to_owned() })
}

/// Dollars, zero or more.
pub(super) fn usd(text: &str) -> Result<Ratio, String> {
    let value = Ratio::parse(text.trim()).map_err(|error| format!("{error}; write dollars such as `12.50`"))?;
    not_negative(value)
}

/// Hours of a day.
pub(super) fn hours_per_day(text: &str) -> Result<Hours, String> {
    let wrong = || "write hours from 0 to 24, with at most two decimals".to_owned();
    let hours = Ratio::parse(text.trim()).map_err(|_| wrong())?;
    Hours::new(&hours).filter(|hours| *hours <= Hours::DAY).ok_or_else(wrong)
}

/// A day, or `today`.
pub(super) fn day(text: &str) -> Result<Day, String> {
    if text == "today" {
        return Ok(Day::Today);
    }
    let shape = text.len() == 10 && text.is_ascii();
    let date = text.parse::<Date>().ok().filter(|_| shape);
    date.map(Day::On).ok_or_else(|| "write a day as `2026-06-15`, or `today`".to_owned())
}

/// A day of the calendar.
pub(super) fn date(text: &str) -> Result<Date, String> {
    match day(text) {
        Ok(Day::On(day)) => Ok(day),
        _ => Err("write a day as `2026-06-15`".to_owned()),
    }
}

/// A day that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Whatever the clock says; the only way to it.
    Today,
    /// This one.
    On(Date),
}

/// A size in bytes: `1048576`, `512KiB`, `1MiB`, `2MB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        "kb" => Some(1_000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        _ => None,
    };
    let bytes = text[..digits].parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    bytes.filter(|bytes| *bytes > 0 && *bytes <= 1 << 34).ok_or_else(|| "write a size such as `1MiB`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_above_one_is_refused_with_the_percent_that_was_meant() {
        assert_eq!(share("5%"), Ok(Ratio::new(1, 20)));
        assert_eq!(share("5"), Err("a share is at most 1; for 5 percent write `5%`".to_owned()));
        assert_eq!(share("-0.1"), Err("must not be negative".to_owned()));
        assert_eq!(share("120%"), Err("a share is at most 1; `120%` is more".to_owned()));
        assert!(share("nan").is_err());
    }

    #[test]
    fn a_utilization_keeps_the_text_it_was_asked_by() {
        let point = utilization("2/35").expect("a fraction");
        assert_eq!((point.text.as_str(), point.utilization), ("2/35", Ratio::new(2, 35)));
        assert!(utilization("150%").is_ok());
    }

    #[test]
    fn days_are_days_of_the_calendar() {
        assert_eq!(day("2026-06-15"), Ok(Day::On(jiff::civil::date(2026, 6, 15))));
        for bad in ["2026-02-30", "2026-6-1", "15.06.2026", "2026-06-15T00:00", ""] {
            assert!(day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("1MiB"), Ok(1_048_576));
        assert_eq!(size("2kB"), Ok(2_000));
        for bad in ["", "MiB", "-1", "1.5MiB", "0", "99999999999999999999"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
