//! A distribution taken apart: single values on one side, curves on the other.

use super::{Distribution, Piece};

impl Distribution {
    /// The single values among it, each with its share of all. The cap of a clamped shape is not one of them: it stays
    /// with the shape, in [`Self::curves`].
    #[must_use]
    pub fn values(&self) -> Vec<(f64, f64)> {
        let mut values = Vec::new();
        for (weight, piece) in &self.parts {
            if let Piece::Atoms(atoms) = piece {
                values.extend(atoms.pairs().map(|(x, share)| (x, weight * share)));
            }
        }
        values
    }

    /// What remains without [`Self::values`], and its share of all; `None`: nothing does.
    #[must_use]
    pub fn curves(&self) -> Option<(f64, Self)> {
        let is_curve = |(_, piece): &&(f64, Piece)| matches!(piece, Piece::Cut(_));
        let curves = || self.parts.iter().filter(is_curve);
        let share: f64 = curves().map(|(weight, _)| weight).sum();
        let parts: Vec<(f64, Piece)> = curves().map(|(weight, piece)| (weight / share, piece.clone())).collect();
        (!parts.is_empty()).then_some((share, Self { parts }))
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
        assert_eq!((mixed.values(), mixed.curves()), (vec![(1.0, 0.125), (3.0, 0.125)], Some((0.75, curve.clone()))));
        assert_eq!((half.values(), half.curves()), (vec![(1.0, 0.5), (3.0, 0.5)], None));
        assert_eq!((curve.values(), curve.curves()), (Vec::new(), Some((1.0, curve))));
    }
}
