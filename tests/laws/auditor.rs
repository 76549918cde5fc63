//! A slow and obvious count of the windows that a week opens.

use std::collections::BTreeMap;

use plancost::allowance::Hours;
use plancost::units::Ratio;

/// Three minutes, of which every span here is a whole number.
fn steps(hours: Hours) -> u64 {
    let steps = (hours.ratio() * Ratio::from(20)).to_i128().expect("a whole number of steps");
    u64::try_from(steps).expect("not negative")
}

/// Walks the weeks three minutes at a time: whoever works while no window is open opens one. Once a week begins with
/// as much of a window still open as an earlier one did, what lies between repeats for ever.
pub(crate) fn windows_per_week(length: Hours, hours_per_day: Hours, days_per_week: u8) -> Ratio {
    let (length, active) = (steps(length), steps(hours_per_day));
    let mut weeks_begun = BTreeMap::new();
    let (mut left, mut opened) = (0, 0);
    for week in 0_u64.. {
        if let Some((earlier, before)) = weeks_begun.insert(left, (week, opened)) {
            return Ratio::from(opened - before) / Ratio::from(week - earlier);
        }
        for day in 0..7 {
            for step in 0..480 {
                let works = day < days_per_week && step < active;
                if works && left == 0 {
                    opened += 1;
                    left = length;
                }
                left = u64::saturating_sub(left, 1);
            }
        }
    }
    unreachable!("what is left of a window takes few values")
}
