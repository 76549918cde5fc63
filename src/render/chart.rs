//! Curves for a terminal: dots of braille, or one sign a curve where only ASCII is shown.
//!
//! Each curve is named at its right end; where there is no room, or one ends before it, each has a sign that is named
//! below, so that nothing rests on colour. The line on which neither side gains is drawn through.

use std::collections::BTreeMap;

use super::figures::Style;
use super::width::{fill, middle, pad, width};
use super::{Look, escape};
use crate::report::{Axis, Cell, Chart, Curve, Unit};
use crate::units::Ratio;

/// Lines of the plot.
const LINES: usize = 12;
/// Most columns of a chart.
pub(super) const COLUMNS_MOST: usize = 100;
/// Least columns of a plot; below that the names of curves go.
const PLOT_LEAST: usize = 20;
/// What curves are drawn with in ASCII.
const SIGNS: [char; Chart::CURVES_MOST] = ['*', '+', 'o', 'x', '#', '@', '%', '='];
/// Dots of a character: across and down.
const DOTS: (usize, usize) = (2, 4);

/// The chart; nothing if no curve has a point.
pub(super) fn chart(chart: &Chart, look: &Look) -> String {
    let columns = look.width.unwrap_or(80).min(COLUMNS_MOST);
    let (Some(across), Some(up)) = (Scale::across(chart), Scale::up(chart)) else {
        return String::new();
    };
    let labels: Vec<(f64, String)> = up.ticks(5).into_iter().map(|at| (at, up.label(at, look))).collect();
    let left = labels.iter().map(|(_, label)| width(label)).max().unwrap_or(0);
    let names = names(chart, look);
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let has_marks = chart.curves.iter().any(|curve| curve.mark.is_some());
    let is_named = !has_marks && columns >= left + longest + PLOT_LEAST + 3;
    let plot = columns.saturating_sub(left + 2 + if is_named { longest + 1 } else { 0 }).max(1);
    let mut canvas = Canvas::new(plot, look.ascii);
    canvas.rest = up.rest().and_then(|rest| up.part(rest)).map(line_of);
    for (nth, curve) in chart.curves.iter().enumerate() {
        let dots: Vec<(f64, f64)> =
            curve.points.iter().filter_map(|&(x, y)| Some((across.part(x)?, up.part(y)?))).collect();
        canvas.curve(&dots, nth);
        let mark = curve.mark.and_then(|(x, y)| Some((across.part(x)?, up.part(y)?)));
        if let (false, Some(at)) = (is_named, mark.or(dots.last().copied())) {
            canvas.sign(at, nth);
        }
    }
    let ends = if is_named { ends(chart, &up) } else { Vec::new() };
    let rule = if look.ascii { '|' } else { '│' };
    let mut out = String::new();
    for (line, dots) in canvas.lines().into_iter().enumerate() {
        let label = labels.iter().find(|(at, _)| up.part(*at).is_some_and(|part| line_of(part) == line));
        let head = pad(label.map_or("", |(_, label)| label), left, true);
        let name = ends.iter().find(|(at, _)| *at == line).map_or("", |&(_, nth)| &names[nth]);
        out += format!("{head} {rule}{} {name}", pad(&dots, plot, false)).trim_end();
        out.push('\n');
    }
    out += &foot(&across, left, plot, look);
    if is_named { out } else { out + &signed(&names, columns, look) }
}

/// The names behind their signs, on lines of their own.
fn signed(names: &[String], columns: usize, look: &Look) -> String {
    let signed = |(nth, name): (usize, &String)| {
        let name = if look.ascii { name.clone() } else { format!("{} {name}", letter(nth)) };
        middle(&name, columns, look.ascii)
    };
    let names: Vec<String> = names.iter().enumerate().map(signed).collect();
    fill(names.iter().map(String::as_str), "   ", Some(columns)) + "\n"
}

/// What marks a curve where it cannot be named.
fn letter(nth: usize) -> char {
    u8::try_from(nth % 26).map_or('?', |nth| char::from(b'a' + nth))
}

/// What the curves are called; in ASCII behind their sign.
fn names(chart: &Chart, look: &Look) -> Vec<String> {
    let name = |(nth, curve): (usize, &Curve)| {
        let name = escape::terminal(&curve.name, look.ascii);
        if look.ascii { format!("{} {name}", SIGNS[nth % SIGNS.len()]) } else { name }
    };
    chart.curves.iter().enumerate().map(name).collect()
}

/// The lines at which curves end, each taken once, and the curve that is named there.
fn ends(chart: &Chart, up: &Scale<'_>) -> Vec<(usize, usize)> {
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for (nth, curve) in chart.curves.iter().enumerate() {
        let Some(part) = curve.points.iter().rev().find_map(|&(_, y)| up.part(y)) else { continue };
        let wanted = line_of(part);
        let is_free = |line: &usize| !ends.iter().any(|(taken, _)| taken == line);
        if let Some(line) = (wanted..LINES).chain((0..wanted).rev()).find(is_free) {
            ends.push((line, nth));
        }
    }
    ends
}

/// The line of a part of the height.
fn line_of(part: f64) -> usize {
    line_at(1.0 - part, LINES)
}

/// The lower edge: ticks and what they count.
pub(super) fn foot(across: &Scale<'_>, left: usize, plot: usize, look: &Look) -> String {
    let (corner, rule, tick) = if look.ascii { ('+', '-', '+') } else { ('└', '─', '┴') };
    let mut edge: Vec<char> = vec![rule; plot];
    let mut labels = String::new();
    for at in across.ticks(plot / 9) {
        let Some(column) = across.part(at).map(|part| line_at(part, plot)) else { continue };
        let label = across.label(at, look);
        let start = (left + 2 + column).saturating_sub(width(&label) / 2);
        let start = start.min((left + 2 + plot).saturating_sub(width(&label)));
        if start < width(&labels) + usize::from(!labels.is_empty()) * 2 {
            continue;
        }
        edge[column] = tick;
        labels += &" ".repeat(start - width(&labels));
        labels += &label;
    }
    let title = middle(&escape::terminal(&across.axis.title, look.ascii), plot.max(8), look.ascii);
    let indent = " ".repeat(left + 2 + plot.saturating_sub(width(&title)) / 2);
    let edge: String = edge.into_iter().collect();
    format!("{} {corner}{edge}\n{labels}\n{indent}{title}\n", " ".repeat(left))
}

/// The place of a part from 0 to 1 among so many.
pub(super) fn line_at(part: f64, count: usize) -> usize {
    let wanted = Ratio::from_f64(part * count as f64).and_then(|at| at.floor().to_i128()).unwrap_or(0);
    usize::try_from(wanted.max(0)).unwrap_or(0).min(count.saturating_sub(1))
}

/// From values to parts of an axis.
pub(super) struct Scale<'a> {
    axis: &'a Axis,
    low: f64,
    high: f64,
}

impl<'a> Scale<'a> {
    fn across(chart: &'a Chart) -> Option<Self> {
        Self::of(&chart.across, chart.curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.0)))
    }

    fn up(chart: &'a Chart) -> Option<Self> {
        Self::of(&chart.up, chart.curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.1)))
    }

    /// An axis on which these values have room; `None` if none of them can stand on it.
    pub(super) fn of(axis: &'a Axis, values: impl Iterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> =
            values.filter(|&value| value.is_finite() && (!axis.logarithmic || value > 0.0)).collect();
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        Some(Self::over(axis, (low, high)))
    }

    /// From end to end; above zero where the axis is logarithmic.
    pub(super) fn over(axis: &'a Axis, (low, high): (f64, f64)) -> Self {
        Self { axis, low, high: if high > low { high } else { low + 1.0 } }
    }

    /// The ends.
    pub(super) const fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// The value on which neither side gains, if it is on the axis: nothing, or once of what is held against it.
    fn rest(&self) -> Option<f64> {
        let rest = match (self.axis.logarithmic, self.axis.unit) {
            (false, _) => 0.0,
            (true, Unit::Multiple) => 1.0,
            (true, _) => return None,
        };
        (self.low < rest && rest < self.high).then_some(rest)
    }

    /// The same, values beyond an end at that end.
    pub(super) fn part_within(&self, value: f64) -> f64 {
        self.part(value.clamp(self.low, self.high)).unwrap_or(0.0)
    }

    /// Where a value stands, from 0 to 1; `None` off the axis.
    pub(super) fn part(&self, value: f64) -> Option<f64> {
        let on = |value: f64| if self.axis.logarithmic { libm::log10(value) } else { value };
        let part = (on(value) - on(self.low)) / (on(self.high) - on(self.low));
        (-1e-9..=1.0 + 1e-9).contains(&part).then(|| part.clamp(0.0, 1.0))
    }

    /// At most about so many round values on the axis: 1, 2 or 5 times a power of ten.
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        let most = most.clamp(2, 10);
        if self.axis.logarithmic {
            let steps = || (-9..=12).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * power_of_ten(power)));
            let on: Vec<f64> = steps().filter(|&value| self.part(value).is_some()).collect();
            let decades: Vec<f64> = on.iter().copied().filter(|&value| is_power_of_ten(value)).collect();
            return if on.len() <= most || decades.len() < 2 { on } else { decades };
        }
        let steps = (-9..=15).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * power_of_ten(power)));
        let step = steps.into_iter().find(|step| (self.high - self.low) / step <= most as f64).unwrap_or(1.0);
        let first = libm::ceil(self.low / step - 1e-9);
        (0..=most).map(|nth| (first + nth as f64) * step).filter(|&value| self.part(value).is_some()).collect()
    }

    pub(super) fn label(&self, value: f64, look: &Look) -> String {
        let Some(value) = Ratio::from_f64(value) else { return String::new() };
        // Ticks are round; what a binary float adds to them is not.
        let value = Ratio::parse(&value.to_decimal(9)).unwrap_or(value);
        match self.axis.unit {
            Unit::Share | Unit::Margin | Unit::Bar => (value * Ratio::from(100)).to_decimal_trimmed(0, 2) + "%",
            Unit::Usd => {
                let sign = if value.is_negative() { "-" } else { "" };
                format!("{sign}${}", super::figures::grouped(&value.abs().to_decimal_trimmed(0, 2)))
            }
            _ => {
                let cell = Cell::Number(value.into());
                Style::of([&cell], look).text(&cell)
            }
        }
    }
}

fn power_of_ten(power: i32) -> f64 {
    libm::pow(10.0, f64::from(power))
}

fn is_power_of_ten(value: f64) -> bool {
    let power = libm::log10(value);
    (power - libm::round(power)).abs() < 1e-9
}

/// Dots on characters.
struct Canvas {
    columns: usize,
    /// For each character of each line: dots of braille, or the number of the curve plus one.
    cells: Vec<Vec<u8>>,
    /// The line on which neither side gains.
    rest: Option<usize>,
    /// What marks a curve, by line and column.
    signs: BTreeMap<(usize, usize), char>,
    ascii: bool,
}

impl Canvas {
    fn new(columns: usize, ascii: bool) -> Self {
        Self { columns, cells: vec![vec![0; columns]; LINES], rest: None, signs: BTreeMap::new(), ascii }
    }

    /// Draws straight lines between points given as parts of the plot.
    fn curve(&mut self, points: &[(f64, f64)], nth: usize) {
        let (across, down) = if self.ascii { (1, 1) } else { DOTS };
        let (wide, high) = (self.columns * across, LINES * down);
        let dot = |&(x, y): &(f64, f64)| (line_at(x, wide), line_at(1.0 - y, high));
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (dot(&pair[0]), dot(&pair[1]));
            let steps = x0.abs_diff(x1).max(y0.abs_diff(y1)).max(1);
            for step in 0..=steps {
                let between = |from: usize, to: usize| (from * (steps - step) + to * step + steps / 2) / steps;
                self.dot(between(x0, x1), between(y0, y1), nth);
            }
        }
        if let [only] = points {
            let (x, y) = dot(only);
            self.dot(x, y, nth);
        }
    }

    fn dot(&mut self, x: usize, y: usize, nth: usize) {
        /// The bit of each dot of a character, line by line.
        const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let (across, down) = if self.ascii { (1, 1) } else { DOTS };
        if let Some(cell) = self.cells.get_mut(y / down).and_then(|line| line.get_mut(x / across)) {
            if self.ascii {
                *cell = u8::try_from(nth + 1).unwrap_or(u8::MAX);
            } else {
                *cell |= BITS[y % down][x % across];
            }
        }
    }

    /// Puts the sign of a curve at a part of the plot, or as near as is free beside it.
    fn sign(&mut self, (x, y): (f64, f64), nth: usize) {
        let (line, wanted) = (line_of(y), line_at(x, self.columns));
        let is_free = |column: &usize| !self.signs.contains_key(&(line, *column));
        if let Some(column) = (wanted..self.columns).chain((0..wanted).rev()).find(is_free) {
            let sign = if self.ascii { SIGNS[nth % SIGNS.len()] } else { letter(nth) };
            self.signs.insert((line, column), sign);
        }
    }

    fn lines(&self) -> Vec<String> {
        let rest = if self.ascii { '-' } else { '┈' };
        let drawn = |(line, cells): (usize, &Vec<u8>)| {
            let sign = |(column, &cell): (usize, &u8)| match (self.signs.get(&(line, column)), cell) {
                (Some(sign), _) => *sign,
                (None, 0) if self.rest == Some(line) => rest,
                (None, 0) => ' ',
                (None, nth) if self.ascii => SIGNS[usize::from(nth - 1) % SIGNS.len()],
                (None, dots) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
            };
            cells.iter().enumerate().map(sign).collect()
        };
        self.cells.iter().enumerate().map(drawn).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> Chart {
        let axis = |title: &str, logarithmic| Axis { title: title.to_owned(), unit: Unit::Share, logarithmic };
        Chart {
            across: axis("utilization", false),
            up: axis("subscribers", false),
            curves: vec![Curve { name: "share".to_owned(), points: points.to_vec(), mark: None }],
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_straight_line_goes_from_corner_to_corner() {
        let look = Look { width: Some(40), ascii: true, ..Look::default() };
        let out = chart(&line(&[(0.0, 0.0), (1.0, 1.0)]), &look);
        // 40 columns: 4 for `100%`, 2 for the rule, 8 for the name, 26 for the plot.
        let expected = "\
100% |                        ** * share
     |                      **
 80% |                    **
     |                  **
 60% |               ***
     |             **
     |           **
 40% |        ***
     |      **
 20% |    **
     |  **
  0% |**
     ++------------+-----------+
     0%           50%       100%
             utilization
";
        assert_eq!(out, expected);
    }

    #[test]
    fn no_line_is_wider_than_asked_and_nothing_is_drawn_of_nothing() {
        for columns in [40, 60, 80, 140] {
            for ascii in [false, true] {
                let look = Look { width: Some(columns), ascii, ..Look::default() };
                let out = chart(&line(&[(0.01, 0.0), (0.2, 0.9), (1.0, 1.0)]), &look);
                assert!(out.lines().all(|line| width(line) <= columns), "{out}");
            }
        }
        assert_eq!(chart(&line(&[]), &Look::default()), "");
        assert_eq!(chart(&line(&[(f64::NAN, 1.0)]), &Look::default()), "");
    }

    #[test]
    fn a_logarithmic_axis_has_powers_of_ten() {
        let mut skewed = line(&[(0.0001, 0.0), (1.0, 1.0)]);
        skewed.across.logarithmic = true;
        let out = chart(&skewed, &Look { width: Some(80), ..Look::default() });
        let ticks: Vec<&str> = out.lines().nth(LINES + 1).expect("ticks").split_whitespace().collect();
        assert_eq!(ticks, ["0.01%", "0.1%", "1%", "10%", "100%"]);
    }

    #[test]
    fn curves_with_a_point_that_matters_have_a_sign_there_and_the_line_between_profit_and_loss_is_drawn() {
        let axis = |unit| Axis { title: "use".to_owned(), unit, logarithmic: false };
        let curve = |name: &str, mark| Curve { name: name.to_owned(), points: vec![(0.0, 1.0), (1.0, -1.0)], mark };
        let twice = Chart {
            across: axis(Unit::Share),
            up: axis(Unit::Margin),
            curves: vec![curve("one", Some((0.5, 0.0))), curve("other", Some((0.5, 0.0))), curve("third", None)],
            notes: Vec::new(),
        };
        let out = chart(&twice, &Look { width: Some(30), ..Look::default() });
        // 23 columns of plot: the middle is the twelfth, and taken once.
        assert_eq!(out.lines().nth(6), Some("   0% │┈┈┈┈┈┈┈┈┈┈┈ab⡀┈┈┈┈┈┈┈┈┈"), "{out}");
        assert!(out.ends_with("a one   b other   c third\n"), "{out}");
        assert_eq!(out.lines().nth(11).map(|line| line.ends_with('c')), Some(true), "{out}");
    }
}
