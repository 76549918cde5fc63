//! Random bits with an address: the draw of a subscriber in a dimension under a seed, whoever asks and in any order.
//!
//! Nothing is carried from one draw to the next, so any thread may compute any part. Each pair of seed and dimension
//! has its own start of splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014), and
//! the subscriber is the number of steps from there; start and draw are each a full mix of 64 bits. The bits never
//! change between releases: a printed seed gives the same answer in every later one.

/// Steps between neighbours: 2^64 over the golden ratio, odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The draws of one dimension under one seed.
///
/// All streams lie on one circle of 2^64 steps. Two that are each `n` long overlap with probability `n / 2^63`: one in
/// nine million for `n` of 10^12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    start: u64,
}

impl Stream {
    /// The stream of a dimension: 0 for what decides a subscriber's use, others for what else is uncertain.
    #[must_use]
    pub const fn new(seed: u64, dimension: u64) -> Self {
        Self { start: output(output(seed, 0), dimension) }
    }

    /// 64 random bits of a subscriber.
    #[must_use]
    pub const fn bits(self, subscriber: u64) -> u64 {
        output(self.start, subscriber)
    }
}

/// An output of splitmix64 from a start; the first is number 0.
const fn output(start: u64, number: u64) -> u64 {
    let state = start.wrapping_add(number.wrapping_add(1).wrapping_mul(STEP));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Stream, output};

    /// A draw as a share of 1.
    fn unit(bits: u64) -> f64 {
        (bits >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Correlation of pairs of uniform draws, in its own standard errors.
    fn correlation(pairs: impl Iterator<Item = (u64, u64)>) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0_f64);
        for (a, b) in pairs {
            sum += (unit(a) - 0.5) * (unit(b) - 0.5) * 12.0;
            count += 1.0;
        }
        sum / count.sqrt()
    }

    #[test]
    fn the_outputs_are_those_that_are_published_for_splitmix64() {
        let from = |start: u64| [0, 1, 2].map(|number| output(start, number));
        assert_eq!(from(0), [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
        assert_eq!(from(1_234_567), [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_printed_seed_means_the_same_draws_in_every_release() {
        // Worked out by another program: splitmix64 from the second output from the first output from 42.
        let draws = [0, 1, 2].map(|subscriber| Stream::new(42, 1).bits(subscriber));
        assert_eq!(draws, [622_664_797_948_044_658, 14_266_671_629_466_169_366, 10_393_159_843_682_885_281]);
    }

    #[test]
    fn draws_fill_their_range_evenly() {
        // 256 boxes by the top bits and by the bottom ones: chi-square with 255 degrees of freedom has standard
        // deviation 22.6, and five of them are allowed.
        for (seed, dimension) in [(0, 0), (1, 0), (0, 1), (u64::MAX, 7)] {
            let stream = Stream::new(seed, dimension);
            let draws = 1 << 18;
            let (mut high, mut low) = ([0_u32; 256], [0_u32; 256]);
            for bits in (0..draws).map(|i| stream.bits(i)) {
                high[usize::from(bits.to_be_bytes()[0])] += 1;
                low[usize::from(bits.to_le_bytes()[0])] += 1;
            }
            for counts in [high, low] {
                let expected = draws as f64 / 256.0;
                let chi: f64 =
                    counts.iter().map(|&n| (f64::from(n) - expected) * (f64::from(n) - expected) / expected).sum();
                assert!((chi - 255.0).abs() < 5.0 * 22.6, "{seed} {dimension}: {chi}");
            }
        }
    }

    #[test]
    fn neighbours_dimensions_and_seeds_are_uncorrelated() {
        let draws = 1 << 18;
        let (one, other, reseeded) = (Stream::new(5, 0), Stream::new(5, 1), Stream::new(6, 0));
        for lag in [1, 2, 3, 64, 1024] {
            let z = correlation((0..draws).map(|i| (one.bits(i), one.bits(i + lag))));
            assert!(z.abs() < 4.5, "lag {lag}: {z}");
        }
        for (name, second) in [("dimension", other), ("seed", reseeded)] {
            let z = correlation((0..draws).map(|i| (one.bits(i), second.bits(i))));
            assert!(z.abs() < 4.5, "{name}: {z}");
        }
    }

    #[test]
    fn one_bit_of_the_address_changes_half_of_the_draw() {
        // 64 bits that each flip with probability 1/2: mean 32, standard deviation 4; over 4,096 addresses the mean
        // has a standard error of 1/16.
        let mean = |flipped: &dyn Fn(u64) -> u32| (0..4096).map(|i| f64::from(flipped(i))).sum::<f64>() / 4096.0;
        for bit in 0..64 {
            let flip = 1_u64 << bit;
            let addresses: [&dyn Fn(u64) -> u32; 3] = [
                &|i| (Stream::new(9, 0).bits(i) ^ Stream::new(9, 0).bits(i ^ flip)).count_ones(),
                &|i| (Stream::new(9, i).bits(3) ^ Stream::new(9, i ^ flip).bits(3)).count_ones(),
                &|i| (Stream::new(i, 2).bits(3) ^ Stream::new(i ^ flip, 2).bits(3)).count_ones(),
            ];
            for (part, flipped) in addresses.into_iter().enumerate() {
                let mean = mean(flipped);
                assert!((mean - 32.0).abs() < 5.5 / 16.0, "part {part}, bit {bit}: {mean}");
            }
        }
    }
}
