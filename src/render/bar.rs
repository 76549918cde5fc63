//! Bars: shares as lengths, to eighths of a character.

use super::Look;
use crate::report::Cell;
use crate::units::Ratio;

/// Characters of the longest bar.
const LONGEST: usize = 24;
/// The same where a line is short.
const SHORTEST: usize = 8;

/// A bar for each cell; the largest share has the longest, and what is not known or not above zero has none.
pub(super) fn bars(cells: &[&Cell], look: &Look) -> Vec<String> {
    let longest = look.width.map_or(LONGEST, |columns| (columns / 4).clamp(SHORTEST, LONGEST));
    let shares = cells.iter().map(|cell| match cell {
        Cell::Share(figure) => figure.value.to_f64().max(0.0),
        _ => 0.0,
    });
    let shares: Vec<f64> = shares.collect();
    let most = shares.iter().copied().fold(0.0, f64::max);
    shares.iter().map(|share| if most > 0.0 { bar(share / most, longest, look.ascii) } else { String::new() }).collect()
}

/// A bar of a part, at most 1, of the longest; what is more than nothing is at least the thinnest.
fn bar(part: f64, longest: usize, ascii: bool) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let steps = if ascii { longest } else { longest * 8 };
    let wanted = Ratio::from_f64(part).unwrap_or_else(Ratio::zero) * Ratio::from(steps as u64) + Ratio::new(1, 2);
    let wanted = wanted.floor().to_i128().and_then(|steps| usize::try_from(steps).ok()).unwrap_or(0);
    let filled = wanted.max(usize::from(part > 0.0)).min(steps);
    if ascii { "#".repeat(filled) } else { "█".repeat(filled / 8) + EIGHTHS[filled % 8] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(shares: &[&str], look: &Look) -> Vec<String> {
        let cells: Vec<Cell> =
            shares.iter().map(|text| Cell::Share(Ratio::parse_share(text).expect("a share").into())).collect();
        bars(&cells.iter().collect::<Vec<_>>(), look)
    }

    #[test]
    fn the_largest_share_has_the_longest_bar_and_the_least_is_still_seen() {
        // Of 8 characters at 32 columns: 1/2 of 40 % is 4, 1/64 is one eighth, and 0.001 % of it is not nothing.
        let look = Look { width: Some(32), ..Look::default() };
        assert_eq!(shown(&["40%", "20%", "0.625%", "0.0004%", "0"], &look), ["████████", "████", "▏", "▏", ""]);
        let look = Look { ascii: true, ..look };
        assert_eq!(shown(&["40%", "20%", "0"], &look), ["########", "####", ""]);
    }

    #[test]
    fn what_is_not_known_has_no_bar() {
        let cell = Cell::Missing(crate::report::Missing::Unknown);
        assert_eq!(bars(&[&cell], &Look::default()), [""]);
    }
}
