//! A distribution taken apart: single values on one side, curves on the other.

use super::{Distribution, Piece};

impl Distribution {
    /// The values that single users or a list of values put there, each with its share of all, and what remains, with
    /// its share; `None`: nothing does. The cap of a clamped shape stays with the shape.
    #[must_use]
    pub fn split(&self) -> (Vec<(f64, f64)>, Option<(f64, Self)>) {
        let (mut values, mut curves) = (Vec::new(), Vec::new());
        for (weight, piece) in &self.parts {
            match piece {
                Piece::Atoms(atoms) => values.extend(atoms.pairs().map(|(x, share)| (x, weight * share))),
                Piece::Cut(_) => curves.push((*weight, piece.clone())),
            }
        }
        let share: f64 = curves.iter().map(|(weight, _)| weight).sum();
        curves.iter_mut().for_each(|(weight, _)| *weight /= share);
        (values, (!curves.is_empty()).then_some((share, Self { parts: curves })))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn values_and_curves_are_told_apart_with_their_shares() {
        let half = Distribution::discrete(&[1.0, 3.0], None).expect("values");
        let curve = Distribution::lognormal(Level::Median(2.0), 1.0).expect("a curve");
        let mixed = Distribution::mixture(&[(1.0, half.clone()), (3.0, curve.clone())]).expect("parts");
        assert_eq!(mixed.split(), (vec![(1.0, 0.125), (3.0, 0.125)], Some((0.75, curve.clone()))));
        assert_eq!(half.split(), (vec![(1.0, 0.5), (3.0, 0.5)], None));
        assert_eq!(curve.split(), (Vec::new(), Some((1.0, curve))));
    }
}
