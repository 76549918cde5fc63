//! Low-discrepancy points: Sobol' sequences, scrambled by a seed.
//!
//! Points of a Sobol' sequence fill the cube more evenly than random ones, so that averages over them converge faster.
//! A random lower triangular matrix over the bits and a random shift (Matousek, "On the L2-discrepancy for anchored
//! boxes", 1998) make each point uniform while the set stays even; several scrambles are independent of one another, and
//! their differences tell the error.

use crate::simulation::draw::Stream;

/// Bits of a coordinate, and so the logarithm of the most points.
const BITS: usize = 32;

/// Primitive polynomials and first direction numbers of the dimensions after the first: degree, inner coefficients,
/// numbers. From S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", 2008
/// (table new-joe-kuo-6).
const TABLE: [(usize, u32, &[u32]); 19] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
    (6, 19, &[1, 1, 1, 15, 7, 5]),
    (6, 22, &[1, 3, 1, 15, 13, 25]),
    (6, 25, &[1, 1, 5, 5, 19, 61]),
    (7, 1, &[1, 3, 7, 11, 23, 15, 103]),
];

/// The most coordinates that a point can have.
pub(super) const DIMENSIONS_MAX: usize = TABLE.len() + 1;

/// The points of one scramble, in order.
pub(super) struct Points {
    directions: Vec<[u32; BITS]>,
    at: Vec<u32>,
    index: u32,
}

impl Points {
    /// Points of so many coordinates, at most [`DIMENSIONS_MAX`], in the scramble of that number under the seed.
    pub(super) fn new(dimensions: usize, seed: u64, scramble: u64) -> Self {
        // Stream 0 is that of the use of subscribers.
        let stream = Stream::new(seed, scramble.saturating_add(1));
        let mut words = (0..).map(|word| u32::try_from(stream.bits(word) >> 32).unwrap_or(0));
        let mut word = || words.next().unwrap_or(0);
        let scrambled = |dimension: usize| {
            let matrix: [u32; BITS] = std::array::from_fn(|bit| {
                let diagonal = 1_u32 << (BITS - 1 - bit);
                diagonal | (word() & (diagonal - 1))
            });
            let product = |v: u32| (0..BITS).filter(|k| v >> (BITS - 1 - k) & 1 == 1).fold(0, |x, k| x ^ matrix[k]);
            (directions(dimension).map(product), word())
        };
        let (directions, at) = (0..dimensions.min(DIMENSIONS_MAX)).map(scrambled).unzip();
        Self { directions, at, index: 0 }
    }

    /// The next point, each coordinate inside (0, 1).
    pub(super) fn next_into(&mut self, point: &mut [f64]) {
        for (coordinate, bits) in point.iter_mut().zip(&self.at) {
            *coordinate = (f64::from(*bits) + 0.5) / 4_294_967_296.0;
        }
        // Gray code: the next point differs in one direction, that of the lowest zero bit of the index.
        let step = self.index.trailing_ones() as usize;
        self.index = self.index.wrapping_add(1);
        for (bits, directions) in self.at.iter_mut().zip(&self.directions) {
            *bits ^= directions.get(step).copied().unwrap_or(0);
        }
    }
}

/// The direction numbers of a coordinate, the first bit of each on the left.
fn directions(dimension: usize) -> [u32; BITS] {
    let mut v: [u32; BITS] = std::array::from_fn(|k| 1 << (BITS - 1 - k));
    let Some((degree, coefficients, first)) = dimension.checked_sub(1).and_then(|row| TABLE.get(row)) else {
        return v;
    };
    for k in 0..BITS {
        v[k] = match first.get(k) {
            Some(number) => number << (BITS - 1 - k),
            None => {
                let back = v[k - degree];
                (1..*degree)
                    .filter(|i| coefficients >> (degree - 1 - i) & 1 == 1)
                    .fold(back ^ (back >> degree), |x, i| x ^ v[k - i])
            }
        };
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(dimensions: usize, count: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut points = Points::new(dimensions, seed, 0);
        (0..count)
            .map(|_| {
                let mut point = vec![0.0; dimensions];
                points.next_into(&mut point);
                point
            })
            .collect()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cell of a small grid")]
    fn cell(x: f64, cells: f64) -> usize {
        (x * cells).floor() as usize
    }

    #[test]
    fn each_coordinate_of_256_points_falls_once_into_each_256th() {
        for seed in 0..4 {
            let points = set(DIMENSIONS_MAX, 256, seed);
            for dimension in 0..DIMENSIONS_MAX {
                let mut cells: Vec<usize> = points.iter().map(|point| cell(point[dimension], 256.0)).collect();
                cells.sort_unstable();
                assert_eq!(cells, (0..256).collect::<Vec<_>>(), "dimension {dimension}");
            }
        }
    }

    #[test]
    fn the_first_two_coordinates_fill_every_grid_of_256_cells() {
        // A (0, 8, 2)-net: however 256 equal rectangles are cut by halving, each holds one of 256 points.
        let points = set(2, 256, 7);
        for halvings in 0..=8 {
            let (wide, high) = (f64::from(1_u32 << halvings), f64::from(256_u32 >> halvings));
            let mut cells: Vec<_> = points.iter().map(|p| (cell(p[0], wide), cell(p[1], high))).collect();
            cells.sort_unstable();
            cells.dedup();
            assert_eq!(cells.len(), 256, "{wide} x {high}");
        }
    }

    #[test]
    fn the_polynomials_of_the_table_are_primitive() {
        // x is of order 2^degree - 1 modulo each.
        for (degree, coefficients, _) in TABLE {
            let polynomial = (1_u32 << degree) | (coefficients << 1) | 1;
            let mut power = 1_u32;
            let order = (1..=1_u32 << degree).find(|_| {
                power <<= 1;
                if power >> degree & 1 == 1 {
                    power ^= polynomial;
                }
                power == 1
            });
            assert_eq!(order, Some((1 << degree) - 1), "{degree} {coefficients}");
        }
    }

    #[test]
    fn a_printed_seed_means_the_same_points_in_every_release() {
        let mut points = Points::new(2, 42, 3);
        let mut point = [0.0; 2];
        let mut bits = Vec::new();
        for _ in 0..3 {
            bits.push(points.at.clone());
            points.next_into(&mut point);
        }
        assert_eq!(bits, PINNED);
    }

    const PINNED: [[u32; 2]; 3] =
        [[1_347_848_653, 798_504_088], [2_426_771_796, 2_970_017_298], [3_612_230_322, 1_211_052_017]];

    #[test]
    fn each_seed_and_scramble_has_points_of_its_own() {
        let first = |seed, scramble| Points::new(1, seed, scramble).at[0];
        let mut starts: Vec<u32> =
            (0..40).flat_map(|seed| (0..40).map(move |scramble| first(seed, scramble))).collect();
        starts.sort_unstable();
        starts.dedup();
        assert_eq!(starts.len(), 1_600);
    }

    #[test]
    fn no_two_coordinates_move_together() {
        for (i, j) in (0..DIMENSIONS_MAX).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let points = set(DIMENSIONS_MAX, 4096, 1);
            let covariance: f64 = points.iter().map(|p| (p[i] - 0.5) * (p[j] - 0.5)).sum::<f64>() / 4096.0;
            // A twelfth if they were the same.
            assert!(covariance.abs() < 0.002, "{i} {j}: {covariance}");
        }
    }
}
