//! A document to read: one question, its answer, and parts with prose, drawings and tables.
//!
//! Every drawing stands beside a table of the same figures, so that nothing rests on seeing it. Drawings hold binary
//! floats: they are looked at, not computed with.

use super::{Axis, Chart, Section};

/// A document to read.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is called.
    pub title: String,
    /// What was asked.
    pub question: String,
    /// The answer, a paragraph each.
    pub answer: Vec<String>,
    /// Whether the answer is whole.
    pub notice: Notice,
    /// What the figures rest on, in a few words each: its name and its value.
    pub facts: Vec<(String, String)>,
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// Colours.
    pub theme: Theme,
}

/// Whether everything that was asked for is known and was read.
#[derive(Clone, Debug)]
pub struct Notice {
    /// It is.
    pub complete: bool,
    /// The same in a sentence.
    pub text: String,
    /// What is missing, a line each.
    pub missing: Vec<String>,
}

/// The colours of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system is set.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark; printed dark on light all the same.
    Dark,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its name within the page; no other part has it.
    pub key: &'static str,
    /// Its heading.
    pub heading: String,
    /// What it shows, a paragraph each.
    pub lead: Vec<String>,
    /// What there is to look at.
    pub drawings: Vec<Drawing>,
    /// The same as figures, and others beside it; of their columns, those that are shown.
    pub tables: Vec<Section>,
}

/// Something to look at.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// What it shows, in a few words.
    pub title: String,
    /// What there is to see, for those who cannot.
    pub description: String,
    /// One of many that stand side by side.
    pub is_small: bool,
    /// What is drawn.
    pub plot: Plot,
}

/// A kind of drawing.
#[derive(Clone, Debug)]
pub enum Plot {
    /// Curves over an axis.
    Curves(Curves),
    /// Points by two figures.
    Points(Points),
    /// Stretches of an axis, in lanes one below the other.
    Lanes(Lanes),
}

/// Curves over an axis, with what they cross.
#[derive(Clone, Debug)]
pub struct Curves {
    /// The curves and their axes.
    pub chart: Chart,
    /// The stretch of each axis that is seen, low and high; all that has points where `None`.
    pub window: Option<Window>,
    /// Stretches of the axis across.
    pub zones: Vec<Zone>,
    /// Places on the axis across.
    pub marks: Vec<Mark>,
}

/// The ends of both axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Low and high end of the axis across.
    pub across: (f64, f64),
    /// Low and high end of the axis up.
    pub up: (f64, f64),
}

/// A stretch of the axis across.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its low end.
    pub from: f64,
    /// Its high end.
    pub to: f64,
    /// What it means.
    pub tone: Tone,
}

/// A place on the axis across.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where.
    pub at: f64,
    /// Whose break-even it is.
    pub whose: Side,
}

/// A side of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who pays.
    Buyer,
    /// Who serves.
    Vendor,
}

/// Points by two figures, both on logarithmic axes.
#[derive(Clone, Debug)]
pub struct Points {
    /// The axis across.
    pub across: Axis,
    /// The axis up.
    pub up: Axis,
    /// The points, those to be named first.
    pub points: Vec<Point>,
    /// So many times the figure across is the figure up: a line for each, named `20x`.
    pub multiples: Vec<u32>,
}

/// A point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What it is called.
    pub name: String,
    /// Its place on the axis across.
    pub across: f64,
    /// Its place on the axis up.
    pub up: f64,
    /// What more there is to say of it.
    pub words: String,
}

/// Stretches of an axis, in lanes one below the other.
#[derive(Clone, Debug)]
pub struct Lanes {
    /// The axis.
    pub across: Axis,
    /// Its ends.
    pub ends: (f64, f64),
    /// Places on it and what they are called; round ones where there are none.
    pub ticks: Vec<(f64, String)>,
    /// The lanes, from top to bottom.
    pub lanes: Vec<Lane>,
    /// What the tones mean here.
    pub legend: Vec<(Tone, String)>,
}

/// One lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// What it is called.
    pub name: String,
    /// Its stretches.
    pub spans: Vec<Span>,
    /// What more there is to say of it.
    pub words: String,
}

/// A stretch of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its low end.
    pub from: f64,
    /// Its high end; that of the axis where `None`.
    pub to: Option<f64>,
    /// What it means.
    pub tone: Tone,
    /// What is written on it, where there is room.
    pub text: String,
    /// What more there is to say of it.
    pub words: String,
}

/// What a colour means. Every drawing also says it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Both sides gain.
    Gain,
    /// Neither good nor bad.
    Plain,
    /// As that, where it has to be told from its neighbour.
    Other,
    /// Someone loses.
    Loss,
}
