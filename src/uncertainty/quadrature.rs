//! Integrals of several functions at once, to a stated accuracy.

/// The points of Kronrod's rule with 15 points on (-1, 1), from the outermost in, and their weights.
const KRONROD: [(f64, f64); 8] = [
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224),
    (0.949_107_912_342_758_5, 0.063_092_092_629_978_55),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_18),
    (0.741_531_185_599_394_4, 0.140_653_259_715_525_92),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9),
    (0.405_845_151_377_397_2, 0.190_350_578_064_785_4),
    (0.207_784_955_007_898_47, 0.204_432_940_075_298_9),
    (0.0, 0.209_482_141_084_727_83),
];

/// The weights of Gauss's rule, which has every second of these points.
const GAUSS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_7, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

/// How often an interval is halved at most: to a 2^-40th.
const HALVINGS: u32 = 40;

/// The integrals of `N` functions over the stretches between neighbouring `breaks`, which are in ascending order.
///
/// Each stretch is halved until Gauss's and Kronrod's rules agree to `tolerance` times its share of the whole, or it is
/// a 2^-40th of what it was. A function that is smooth between the breaks is integrated to rounding error; a jump costs
/// some forty halvings.
pub fn integrate<const N: usize>(f: impl Fn(f64) -> [f64; N], breaks: &[f64], tolerance: f64) -> [f64; N] {
    let mut total = [0.0; N];
    for pair in breaks.windows(2) {
        let mut stretches = vec![(pair[0], pair[1], 0_u32, tolerance)];
        while let Some((from, to, halvings, tolerance)) = stretches.pop() {
            let (sum, error) = rule(&f, from, to);
            if error > tolerance && halvings < HALVINGS {
                let middle = 0.5 * (from + to);
                // Errors of the halves add up like the sides of a square: they are as often too large as too small.
                let tolerance = tolerance * std::f64::consts::FRAC_1_SQRT_2;
                stretches.extend([(from, middle, halvings + 1, tolerance), (middle, to, halvings + 1, tolerance)]);
            } else {
                total.iter_mut().zip(sum).for_each(|(total, part)| *total += part);
            }
        }
    }
    total
}

/// Kronrod's rule, and how far Gauss's is from it at most.
fn rule<const N: usize>(f: &impl Fn(f64) -> [f64; N], from: f64, to: f64) -> ([f64; N], f64) {
    let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
    let (mut kronrod, mut gauss) = ([0.0; N], [0.0; N]);
    for (i, (x, weight)) in KRONROD.iter().enumerate() {
        let at = [Some(centre + half * x), (i < 7).then(|| centre - half * x)];
        for values in at.into_iter().flatten().map(f) {
            for (k, value) in values.iter().enumerate() {
                kronrod[k] += half * weight * value;
                if i % 2 == 1 {
                    gauss[k] += half * GAUSS[i / 2] * value;
                }
            }
        }
    }
    let error = kronrod.iter().zip(gauss).map(|(kronrod, gauss)| (kronrod - gauss).abs()).fold(0.0, f64::max);
    (kronrod, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_rules_are_exact_for_the_polynomials_they_are_made_for() {
        // Kronrod's to degree 22, Gauss's to degree 13; x^n over (0, 1) is 1 / (n + 1).
        for degree in 0..=22_i32 {
            let ([sum], error) = rule(&|x: f64| [libm::pow(x, f64::from(degree))], 0.0, 1.0);
            assert!((sum - 1.0 / f64::from(degree + 1)).abs() < 1e-15, "{degree}: {sum}");
            assert!(degree > 13 || error < 1e-15, "{degree}: {error}");
        }
    }

    #[test]
    fn jumps_and_steep_ends_are_found() {
        // A step at 1/3; and 1 / (2 sqrt x), whose integral is 1.
        let [step, steep] = integrate(|x| [f64::from(u8::from(x > 1.0 / 3.0)), 0.5 / x.sqrt()], &[0.0, 1.0], 1e-10);
        assert!((step - 2.0 / 3.0).abs() < 1e-9, "{step}");
        assert!((steep - 1.0).abs() < 2e-6, "{steep}");
    }

    #[test]
    fn nothing_is_integrated_without_a_stretch() {
        assert_eq!(integrate(|x| [x], &[1.0], 1e-9).map(f64::to_bits), [0]);
    }
}
