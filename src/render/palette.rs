//! Orange for losses, blue for profits: a two-way scale that people with any colour vision can tell apart.
//!
//! Its eleven steps were measured against five others (least distance between a loss and the profit of equal size:
//! 32 with any of the three colour deficiencies). Text on it is black or white, whichever contrasts more.

use super::ColorDepth;
use crate::units::Ratio;

type Rgb = [u8; 3];

/// From the worst loss to the best profit.
const STEPS: [Rgb; 11] = [
    [0x7a, 0x2e, 0x00],
    [0xa8, 0x43, 0x00],
    [0xd5, 0x5e, 0x00],
    [0xf0, 0x94, 0x4d],
    [0xfb, 0xd3, 0xb0],
    [0xf5, 0xf5, 0xf5],
    [0xc6, 0xdb, 0xef],
    [0x7f, 0xb8, 0xdc],
    [0x2f, 0x8f, 0xc4],
    [0x00, 0x72, 0xb2],
    [0x00, 0x4b, 0x7a],
];

/// The same with sixteen colours: red, yellow, light yellow, white, light cyan, cyan, blue. The number of the
/// background, and what it is on most terminals.
const NAMED: [(u8, Rgb); 11] = [
    (41, [0xcd, 0x00, 0x00]),
    (41, [0xcd, 0x00, 0x00]),
    (43, [0xcd, 0xcd, 0x00]),
    (43, [0xcd, 0xcd, 0x00]),
    (103, [0xff, 0xff, 0x00]),
    (47, [0xe5, 0xe5, 0xe5]),
    (106, [0x00, 0xff, 0xff]),
    (46, [0x00, 0xcd, 0xcd]),
    (46, [0x00, 0xcd, 0xcd]),
    (44, [0x00, 0x00, 0xee]),
    (44, [0x00, 0x00, 0xee]),
];

const NEUTRAL: usize = 5;
/// A margin above these percents is one step better; a margin cannot pass 100 %.
const PROFITS: [i32; 5] = [5, 20, 40, 60, 80];
/// A margin below minus these percents is one step worse; a loss has no bound.
const LOSSES: [i32; 5] = [5, 50, 100, 200, 400];

/// Ends a colour.
pub(super) const RESET: &str = "\u{1b}[0m";

/// Which step of the scale a margin is on.
pub(super) fn step(margin: &Ratio) -> usize {
    let percent = margin * &Ratio::from(100);
    let passed = |bounds: [i32; 5], size: &Ratio| bounds.iter().filter(|&&bound| *size > Ratio::from(bound)).count();
    if percent.is_negative() { NEUTRAL - passed(LOSSES, &percent.abs()) } else { NEUTRAL + passed(PROFITS, &percent) }
}

/// The escape sequence that begins a step; empty without colours.
pub(super) fn begin(step: usize, depth: ColorDepth) -> String {
    match depth {
        ColorDepth::None => String::new(),
        ColorDepth::Ansi16 => {
            let (number, color) = NAMED[step];
            format!("\u{1b}[{};{number}m", if wants_white(color) { 97 } else { 30 })
        }
        ColorDepth::Ansi256 => {
            let (number, color) = nearest(STEPS[step]);
            format!("\u{1b}[38;5;{};48;5;{number}m", if wants_white(color) { 231 } else { 16 })
        }
        ColorDepth::TrueColor => {
            let [r, g, b] = STEPS[step];
            let text = if wants_white(STEPS[step]) { 255 } else { 0 };
            format!("\u{1b}[38;2;{text};{text};{text};48;2;{r};{g};{b}m")
        }
    }
}

/// The number of each step and what a style sheet says of it.
pub(super) fn css() -> Vec<(usize, String)> {
    let rule = |(step, color): (usize, &Rgb)| {
        let [r, g, b] = color;
        let text = if wants_white(*color) { "#fff" } else { "#000" };
        (step, format!("background:#{r:02x}{g:02x}{b:02x};color:{text}"))
    };
    STEPS.iter().enumerate().map(rule).collect()
}

/// The nearest of the 240 fixed colours of a 256-colour terminal: a cube of six levels and a ramp of greys.
fn nearest(color: Rgb) -> (u8, Rgb) {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let cube = (0..216_u8).map(|n| (16 + n, [n / 36, n / 6 % 6, n % 6].map(|level| LEVELS[usize::from(level)])));
    let greys = (0..24_u8).map(|n| (232 + n, [8 + 10 * n; 3]));
    let distance = |other: Rgb| -> u32 { color.iter().zip(other).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    cube.chain(greys).min_by_key(|&(_, other)| distance(other)).expect("240 colours")
}

fn wants_white(background: Rgb) -> bool {
    contrast(background, [255; 3]) > contrast(background, [0; 3])
}

/// Contrast as WCAG 2 defines it: 1 to 21, 4.5 is readable.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let [a, b] = [a, b].map(luminance);
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: Rgb) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
    };
    color.iter().zip([0.2126, 0.7152, 0.0722]).map(|(&channel, weight)| weight * linear(channel)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_readable_on_every_step_at_every_depth() {
        let shown = |step: usize| [STEPS[step], nearest(STEPS[step]).1, NAMED[step].1];
        for color in (0..STEPS.len()).flat_map(shown) {
            let text = if wants_white(color) { [255; 3] } else { [0; 3] };
            assert!(contrast(color, text) >= 4.5, "{color:?}: {}", contrast(color, text));
        }
    }

    #[test]
    fn better_margins_are_never_on_a_worse_step() {
        let percents = [-900, -400, -201, -200, -101, -51, -6, -5, 0, 5, 6, 21, 41, 61, 81, 100];
        let steps = percents.map(|percent| step(&Ratio::new(percent, 100)));
        assert_eq!(steps, [0, 1, 1, 2, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9, 10, 10]);
    }

    #[test]
    fn the_nearest_fixed_colour_is_in_the_cube_or_among_the_greys() {
        // 0072b2 is (0, 114, 178): levels 0, 95 (19 away; 135 is 21), 175: 16 + 0 x 36 + 1 x 6 + 3 = 25.
        assert_eq!(nearest([0x00, 0x72, 0xb2]), (25, [0, 95, 175]));
        // f5f5f5 is 245: the ramp ends 228, 238; 238 is 7 away and 255 is 10 away.
        assert_eq!(nearest([0xf5; 3]), (255, [238; 3]));
    }

    #[test]
    fn no_depth_no_escape() {
        assert_eq!(begin(0, ColorDepth::None), "");
        assert_eq!(begin(10, ColorDepth::TrueColor), "\u{1b}[38;2;255;255;255;48;2;0;75;122m");
        assert_eq!(begin(0, ColorDepth::Ansi16), "\u{1b}[97;41m");
    }
}
