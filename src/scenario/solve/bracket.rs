//! Roots that no formula gives.

use std::fmt;

/// Why two values do not enclose a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBracket {
    /// They are not two numbers in ascending order.
    Ends,
    /// The function has the same sign at both.
    SameSign,
    /// The function is not a number somewhere between them.
    Undefined,
}

impl fmt::Display for NoBracket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ends => "the ends of a bracket are two finite numbers, the lower one first",
            Self::SameSign => {
                "the function must be at most zero at one end of a bracket and at least zero at the other"
            }
            Self::Undefined => "the function must have a value everywhere between the ends of a bracket",
        })
    }
}

impl std::error::Error for NoBracket {}

/// A root of a function between two values of opposite sign, to the last bit: by halving, so that a function that is not
/// smooth does no harm and the same inputs take the same steps.
///
/// Of several roots, one. A jump across zero counts as a root.
///
/// # Errors
///
/// If the ends are not in order, or the signs of the function there do not differ, or it is not a number somewhere.
pub fn bisect(low: f64, high: f64, function: impl Fn(f64) -> f64) -> Result<f64, NoBracket> {
    if !(low.is_finite() && high.is_finite() && low <= high) {
        return Err(NoBracket::Ends);
    }
    let value = |at: f64| Some(function(at)).filter(|value| !value.is_nan()).ok_or(NoBracket::Undefined);
    let (at_low, at_high) = (value(low)?, value(high)?);
    let rising = match (at_low <= 0.0 && at_high >= 0.0, at_low >= 0.0 && at_high <= 0.0) {
        (true, _) => true,
        (_, true) => false,
        _ => return Err(NoBracket::SameSign),
    };
    let (mut below, mut above) = (low, high);
    loop {
        // Halves are added, since the sum of the ends could pass the largest float.
        let middle = below / 2.0 + above / 2.0;
        if middle <= below || middle >= above {
            // Neighbours: the one that is nearer to zero.
            let nearer = value(below)?.abs() <= value(above)?.abs();
            return Ok(if nearer { below } else { above });
        }
        if (value(middle)? <= 0.0) == rising {
            below = middle;
        } else {
            above = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_found_to_the_last_bit_whichever_way_the_function_goes() {
        let root = 2.0_f64.sqrt();
        for sign in [1.0, -1.0] {
            let found = bisect(0.0, 2.0, |x| sign * (x * x - 2.0)).expect("a bracket");
            assert!((found - root).abs() <= f64::EPSILON * root, "{found}");
        }
    }

    #[test]
    fn a_root_at_an_end_is_a_root() {
        assert!(bisect(1.0, 3.0, |x| x - 1.0).is_ok_and(|root| (root - 1.0).abs() <= f64::EPSILON));
        assert!(bisect(-3.0, 1.0, |x| x - 1.0).is_ok_and(|root| (root - 1.0).abs() <= f64::EPSILON));
    }

    #[test]
    fn ends_that_enclose_nothing_are_refused() {
        assert_eq!(bisect(1.0, 2.0, |x| x), Err(NoBracket::SameSign));
        assert_eq!(bisect(2.0, 1.0, |x| x - 1.5), Err(NoBracket::Ends));
        assert_eq!(bisect(0.0, f64::INFINITY, |x| x - 1.5), Err(NoBracket::Ends));
        assert_eq!(bisect(-1.0, 1.0, |_| f64::NAN), Err(NoBracket::Undefined));
    }

    #[test]
    fn the_widest_bracket_ends() {
        let found = bisect(f64::MIN, f64::MAX, |x| x - 1e-300).expect("a bracket");
        assert!((found - 1e-300).abs() <= 1e-310);
    }
}
