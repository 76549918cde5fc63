//! Drawings as SVG. Places are worked out here and printed by a template; colours are classes, so that themes have them.

use std::fmt;

use askama::Template;

use super::super::chart::Scale;
use super::super::width::{middle, width};
use super::super::{Look, escape};
use crate::report::page::{Curves, Drawing, Lanes, Plot, Points, Side, Tone};
use crate::report::{Axis, Curve, Unit};

/// Width of a letter of 12 pixels, in wide fonts.
const LETTER: f64 = 7.3;
/// Pixels of a large drawing, across.
const WIDE: f64 = 960.0;

#[derive(Template)]
#[template(path = "drawing.html", config = "src/render/html/askama.toml")]
struct View<'a> {
    id: String,
    title: &'a str,
    description: &'a str,
    is_small: bool,
    width: Px,
    height: Px,
    legend: Vec<(&'static str, &'a str)>,
    shapes: Vec<Shape>,
}

/// A part of a drawing.
enum Shape {
    Line {
        from: Spot,
        to: Spot,
        class: &'static str,
    },
    Rect {
        at: Spot,
        size: Spot,
        class: &'static str,
        words: String,
    },
    /// Rectangles alike, each from a corner.
    Rects {
        corners: Vec<(Spot, Spot)>,
        class: &'static str,
    },
    Curve {
        points: Vec<Spot>,
        class: &'static str,
    },
    Dot {
        at: Spot,
        class: &'static str,
        words: String,
    },
    Text {
        at: Spot,
        class: &'static str,
        text: String,
    },
    /// What was defined elsewhere in the page.
    Use {
        id: String,
    },
}

/// Where the axes of a drawing are.
#[derive(Clone, Copy)]
pub(super) enum Axes<'a> {
    /// In itself.
    Own,
    /// In the page, by this name: those of many small drawings alike.
    Shared(&'a str),
}

/// Pixels to a tenth.
#[derive(Clone, Copy)]
struct Px(f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.1}", self.0);
        let text = text.strip_suffix(".0").unwrap_or(&text);
        f.write_str(if text == "-0" { "0" } else { text })
    }
}

impl askama::FastWritable for Px {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}

/// Across and down.
type Spot = (Px, Px);

const fn spot(across: f64, down: f64) -> Spot {
    (Px(across), Px(down))
}

/// The axes of small drawings, to be defined once under a name; `None` where they differ.
pub(super) fn shared_axes(drawings: &[&Drawing], id: &str, look: &Look) -> Option<String> {
    let [first, others @ ..] = drawings else { return None };
    let window = |drawing: &Drawing| match &drawing.plot {
        Plot::Curves(curves) => curves.window,
        Plot::Points(_) | Plot::Lanes(_) => None,
    };
    let Plot::Curves(curves) = &first.plot else { return None };
    let is_shared = first.is_small && !others.is_empty() && window(first).is_some();
    if !is_shared || !others.iter().all(|other| window(other) == window(first)) {
        return None;
    }
    let shapes = plane(curves, first, look)?.axes(SMALL_TICKS, look);
    Some(Definition { id, shapes }.render().expect("a string takes all"))
}

#[derive(Template)]
#[template(path = "definition.html", config = "src/render/html/askama.toml")]
struct Definition<'a> {
    id: &'a str,
    shapes: Vec<Shape>,
}

/// The drawing; nothing where there is nothing to draw.
pub(super) fn svg(drawing: &Drawing, id: String, axes: Axes<'_>, look: &Look) -> String {
    let (size, shapes, legend) = match &drawing.plot {
        Plot::Curves(curves) => (curves_size(drawing), self::curves(curves, drawing, axes, look), Vec::new()),
        Plot::Points(points) => ((WIDE, 460.0), self::points(points, look), Vec::new()),
        Plot::Lanes(lanes) => {
            let is_drawn = |tone: &Tone| lanes.lanes.iter().flat_map(|lane| &lane.spans).any(|span| span.tone == *tone);
            let legend = lanes.legend.iter().filter(|(tone, _)| is_drawn(tone));
            let legend = legend.map(|(tone, text)| (tone_class(*tone), text.as_str()));
            (lanes_size(lanes), self::lanes(lanes, look), legend.collect())
        }
    };
    if shapes.is_empty() {
        return String::new();
    }
    let shapes = gathered(shapes);
    let view = View {
        id,
        title: &drawing.title,
        description: &drawing.description,
        is_small: drawing.is_small,
        width: Px(size.0),
        height: Px(size.1),
        legend,
        shapes,
    };
    view.render().expect("a string takes all")
}

/// Rectangles of one class of which nothing is said, as one shape where the first of them stands.
fn gathered(shapes: Vec<Shape>) -> Vec<Shape> {
    let mut kept: Vec<Shape> = Vec::new();
    for shape in shapes {
        match shape {
            Shape::Rect { at, size, class, words } if words.is_empty() => {
                let known = kept.iter_mut().find_map(|known| match known {
                    Shape::Rects { corners, class: other } if *other == class => Some(corners),
                    _ => None,
                });
                match known {
                    Some(corners) => corners.push((at, size)),
                    None => kept.push(Shape::Rects { corners: vec![(at, size)], class }),
                }
            }
            other => kept.push(other),
        }
    }
    kept
}

const fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Gain => "gain",
        Tone::Plain => "plain",
        Tone::Other => "other",
        Tone::Loss => "loss",
    }
}

const fn mark_class(whose: Side) -> &'static str {
    match whose {
        Side::Buyer => "at-gain",
        Side::Vendor => "at-loss",
    }
}

/// Columns of a screen, as pixels.
fn pixels(text: &str) -> f64 {
    width(text) as f64 * LETTER
}

/// The area between axes.
struct Plane<'a> {
    across: Scale<'a>,
    up: Scale<'a>,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Plane<'_> {
    fn x(&self, value: f64) -> Option<f64> {
        Some(self.left + self.across.part(value)? * self.width)
    }

    fn y(&self, value: f64) -> Option<f64> {
        Some(self.top + (1.0 - self.up.part(value)?) * self.height)
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Lines and labels of both axes.
    fn axes(&self, ticks: (usize, usize), look: &Look) -> Vec<Shape> {
        let mut shapes = Vec::new();
        for value in self.up.ticks(ticks.1) {
            let Some(y) = self.y(value) else { continue };
            let (from, to) = (spot(self.left, y), spot(self.left + self.width, y));
            // The line at which nothing is gained or lost.
            let class = if value.abs() < 1e-9 { "axis" } else { "rule" };
            shapes.push(Shape::Line { from, to, class });
            shapes.push(Shape::Text {
                at: spot(self.left - 5.0, y + 4.0),
                class: "e",
                text: self.up.label(value, look),
            });
        }
        let mut free = f64::MIN;
        for value in self.across.ticks(ticks.0) {
            let Some(x) = self.x(value) else { continue };
            shapes.push(Shape::Line { from: spot(x, self.top), to: spot(x, self.bottom() + 4.0), class: "rule" });
            let text = self.across.label(value, look);
            let half = pixels(&text) / 2.0;
            if x - half >= free {
                free = x + half + 8.0;
                shapes.push(Shape::Text { at: spot(x, self.bottom() + 17.0), class: "m", text });
            }
        }
        let corner = spot(self.left, self.bottom());
        shapes.push(Shape::Line { from: corner, to: spot(self.left + self.width, self.bottom()), class: "axis" });
        shapes
    }
}

fn curves_size(drawing: &Drawing) -> (f64, f64) {
    if drawing.is_small { (300.0, 170.0) } else { (WIDE, 360.0) }
}

/// Ticks of small drawings, across and up.
const SMALL_TICKS: (usize, usize) = (3, 4);

/// The area of curves; `None` without a point.
fn plane<'a>(curves: &'a Curves, drawing: &Drawing, look: &Look) -> Option<Plane<'a>> {
    let (wide, high) = curves_size(drawing);
    let chart = &curves.chart;
    let ends = |pick: fn(&(f64, f64)) -> f64, axis: &Axis| {
        let values = chart.curves.iter().flat_map(|curve| curve.points.iter().map(pick));
        Scale::of(axis, values).map(|scale| scale.ends())
    };
    let found = || Some((ends(|point| point.0, &chart.across)?, ends(|point| point.1, &chart.up)?));
    let (across, up) = curves.window.map(|window| (window.across, window.up)).or_else(found)?;
    let (across, up) = (Scale::over(&chart.across, across), Scale::over(&chart.up, up));
    let labels = up.ticks(5).into_iter().map(|value| pixels(&up.label(value, look))).fold(0.0, f64::max);
    let names = chart.curves.iter().map(|curve| pixels(&curve.name)).fold(0.0, f64::max);
    let (right, title) = if drawing.is_small { (18.0, 0.0) } else { (names.max(12.0) + 8.0, 18.0) };
    let left = labels + 10.0;
    Some(Plane { across, up, left, top: 8.0, width: wide - left - right, height: high - 30.0 - title })
}

fn curves(curves: &Curves, drawing: &Drawing, axes: Axes<'_>, look: &Look) -> Vec<Shape> {
    let Some(plane) = plane(curves, drawing, look) else { return Vec::new() };
    let zone = |zone: &crate::report::page::Zone| {
        let (low, high) = plane.across.ends();
        let (from, to) = (plane.x(zone.from.max(low))?, plane.x(zone.to.min(high))?);
        let (at, size) = (spot(from, plane.top), spot((to - from).max(0.0), plane.height));
        Some(Shape::Rect { at, size, class: tone_class(zone.tone), words: String::new() })
    };
    let mut shapes: Vec<Shape> = curves.zones.iter().filter_map(zone).collect();
    match axes {
        Axes::Own => shapes.extend(plane.axes(if drawing.is_small { SMALL_TICKS } else { (9, 6) }, look)),
        Axes::Shared(id) => shapes.push(Shape::Use { id: id.to_owned() }),
    }
    for mark in &curves.marks {
        let Some(x) = plane.x(mark.at) else { continue };
        let (from, to) = (spot(x, plane.top), spot(x, plane.bottom()));
        shapes.push(Shape::Line { from, to, class: mark_class(mark.whose) });
    }
    for (nth, curve) in curves.chart.curves.iter().enumerate() {
        let points = within(curve, &plane);
        shapes.push(Shape::Curve { points, class: ["c0", "c1", "c2", "c3"][nth % 4] });
    }
    if !drawing.is_small {
        shapes.extend(names(&curves.chart.curves, &plane));
        shapes.push(title_across(&curves.chart.across, &plane, curves_size(drawing).1));
    }
    shapes
}

/// What curves are called, at their right ends; one that would cover another stands below it.
fn names(curves: &[Curve], plane: &Plane<'_>) -> Vec<Shape> {
    let mut ends: Vec<f64> = Vec::new();
    let mut shapes = Vec::new();
    for curve in curves {
        let Some((_, Px(end))) = within(curve, plane).last().copied() else { continue };
        let mut y = end + 4.0;
        while ends.iter().any(|taken| (taken - y).abs() < 13.0) {
            y += 13.0;
        }
        ends.push(y);
        let at = spot(plane.left + plane.width + 6.0, y);
        shapes.push(Shape::Text { at, class: "", text: curve.name.clone() });
    }
    shapes
}

fn title_across(axis: &Axis, plane: &Plane<'_>, high: f64) -> Shape {
    let at = spot(plane.left + plane.width / 2.0, high - 4.0);
    Shape::Text { at, class: "m soft", text: axis.title.clone() }
}

/// The part of a curve that is seen, with the places where it leaves.
fn within(curve: &Curve, plane: &Plane<'_>) -> Vec<Spot> {
    let (low, high) = plane.up.ends();
    let mut seen: Vec<Spot> = Vec::new();
    for pair in curve.points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let cut = |(x, y): (f64, f64)| {
            let bound = y.clamp(low, high);
            let moved = (y - bound).abs() > 0.0 && (y1 - y0).abs() > 0.0;
            let x = if moved { x0 + (x1 - x0) * (bound - y0) / (y1 - y0) } else { x };
            Some(spot(plane.x(x)?, plane.y(bound)?))
        };
        if (y0 > high && y1 > high) || (y0 < low && y1 < low) {
            continue;
        }
        if seen.is_empty() {
            seen.extend(cut(pair[0]));
        }
        seen.extend(cut(pair[1]));
    }
    seen
}

fn points(points: &Points, look: &Look) -> Vec<Shape> {
    let (Some(across), Some(up)) = (
        Scale::of(&points.across, points.points.iter().map(|point| point.across)),
        Scale::of(&points.up, points.points.iter().map(|point| point.up)),
    ) else {
        return Vec::new();
    };
    // Room for points at the edge and their names.
    let wider = |scale: Scale<'_>, by: f64| (scale.ends().0 / by, scale.ends().1 * by);
    let (across, up) = (Scale::over(&points.across, wider(across, 1.25)), Scale::over(&points.up, wider(up, 1.5)));
    let left = up.ticks(6).into_iter().map(|value| pixels(&up.label(value, look))).fold(0.0, f64::max) + 10.0;
    let plane = Plane { across, up, left, top: 24.0, width: WIDE - left - 10.0, height: 460.0 - 24.0 - 40.0 };
    let mut shapes = plane.axes((8, 6), look);
    shapes.push(Shape::Text { at: spot(0.0, 12.0), class: "soft", text: points.up.title.clone() });
    let mut taken: Vec<(f64, f64, f64, f64)> = Vec::new();
    for multiple in &points.multiples {
        shapes.extend(guide(f64::from(*multiple), *multiple, &plane, &mut taken));
    }
    let places: Vec<(f64, f64)> =
        points.points.iter().filter_map(|point| Some((plane.x(point.across)?, plane.y(point.up)?))).collect();
    taken.extend(places.iter().map(|&(x, y)| (x - 5.0, y - 5.0, x + 5.0, y + 5.0)));
    for (point, &(x, y)) in points.points.iter().zip(&places) {
        shapes.push(Shape::Dot { at: spot(x, y), class: "dot", words: point.words.clone() });
        let half = pixels(&point.name) / 2.0;
        let beside = [(x + 8.0 + half, y), (x - 8.0 - half, y), (x, y - 13.0), (x, y + 13.0)];
        let free = beside.into_iter().find(|&(x, y)| {
            let label = (x - half, y - 6.0, x + half, y + 6.0);
            label.0 > plane.left
                && label.2 < plane.left + plane.width
                && label.1 > plane.top - 6.0
                && label.3 < plane.bottom()
                && !taken.iter().any(|other| overlap(&label, other))
        });
        if let Some((x, y)) = free {
            taken.push((x - half, y - 6.0, x + half, y + 6.0));
            shapes.push(Shape::Text { at: spot(x, y + 4.0), class: "m", text: point.name.clone() });
        }
    }
    shapes.push(title_across(&points.across, &plane, 460.0));
    shapes
}

fn overlap(a: &(f64, f64, f64, f64), b: &(f64, f64, f64, f64)) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

/// The line on which the figure up is so many times the figure across, as far as it is seen.
fn guide(factor: f64, multiple: u32, plane: &Plane<'_>, taken: &mut Vec<(f64, f64, f64, f64)>) -> Vec<Shape> {
    let ((left, right), (low, high)) = (plane.across.ends(), plane.up.ends());
    let (from, to) = (left.max(low / factor), right.min(high / factor));
    if from >= to {
        return Vec::new();
    }
    let place = |value: f64| Some((plane.x(value)?, plane.y((value * factor).clamp(low, high))?));
    let (Some((x0, y0)), Some((x1, y1))) = (place(from), place(to)) else { return Vec::new() };
    let text = format!("{multiple}x");
    let half = pixels(&text) / 2.0;
    let (x, y) = (x1.min(plane.left + plane.width - half), y1 - 5.0);
    taken.push((x - half, y - 10.0, x + half, y + 2.0));
    vec![
        Shape::Line { from: spot(x0, y0), to: spot(x1, y1), class: "rule" },
        Shape::Text { at: spot(x, y), class: "m soft", text },
    ]
}

/// Pixels of a lane, its gap included.
const LANE: f64 = 20.0;

fn lanes_size(lanes: &Lanes) -> (f64, f64) {
    (WIDE, lanes.lanes.len() as f64 * LANE + 46.0)
}

fn lanes(lanes: &Lanes, look: &Look) -> Vec<Shape> {
    if lanes.lanes.is_empty() {
        return Vec::new();
    }
    let longest = lanes.lanes.iter().map(|lane| pixels(&lane.name)).fold(0.0, f64::max);
    let left = longest.min(220.0) + 12.0;
    let (high, none) = (lanes_size(lanes).1, Axis { title: String::new(), unit: Unit::Number, logarithmic: false });
    let up = Scale::over(&none, (0.0, 1.0));
    let across = Scale::over(&lanes.across, lanes.ends);
    let plane = Plane { across, up, left, top: 4.0, width: WIDE - left - 30.0, height: high - 46.0 };
    let mut shapes = Vec::new();
    let round = || plane.across.ticks(9).into_iter().map(|value| (value, plane.across.label(value, look))).collect();
    let ticks: Vec<(f64, String)> = if lanes.ticks.is_empty() { round() } else { lanes.ticks.clone() };
    for (value, text) in ticks {
        let Some(x) = plane.x(value) else { continue };
        shapes.push(Shape::Line { from: spot(x, plane.top), to: spot(x, plane.bottom() + 4.0), class: "rule" });
        shapes.push(Shape::Text { at: spot(x, plane.bottom() + 17.0), class: "m", text });
    }
    for (nth, lane) in lanes.lanes.iter().enumerate() {
        let top = plane.top + nth as f64 * LANE;
        let name = middle(&lane.name, 30, false);
        shapes.push(Shape::Text { at: spot(left - 8.0, top + 14.0), class: "e", text: name });
        if !lane.words.is_empty() {
            // Of the whole lane, below its stretches.
            let (at, size) = (spot(0.0, top), spot(plane.left + plane.width, LANE));
            shapes.push(Shape::Rect { at, size, class: "none", words: lane.words.clone() });
        }
        for span in &lane.spans {
            let (low, high) = plane.across.ends();
            let bound = |value: f64| plane.x(value.clamp(low, high));
            let (Some(from), Some(to)) = (bound(span.from), bound(span.to.unwrap_or(high))) else { continue };
            // What is there is seen, however short, and told from what follows.
            let size = spot((to - from - 1.0).max(1.5), LANE - 3.0);
            let at = spot(from, top + 1.5);
            shapes.push(Shape::Rect { at, size, class: tone_class(span.tone), words: span.words.clone() });
            let text = escape::terminal(&span.text, false);
            if !text.is_empty() && pixels(&text) + 6.0 <= to - from {
                shapes.push(Shape::Text { at: spot(f64::midpoint(from, to), top + 14.0), class: "m on", text });
            }
        }
    }
    shapes.push(title_across(&lanes.across, &plane, high));
    shapes
}
