//! Pictures of figures: curves over an axis, and bars along one.

use super::{Cell, Unit};

/// What a terminal draws.
#[derive(Clone, Debug)]
pub enum Picture {
    /// Curves over an axis.
    Curves(Chart),
    /// A bar for each result.
    Bars(Bars),
}

/// Curves over an axis: the rows of a section as people would rather see them.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The axis across.
    pub across: Axis,
    /// The axis up.
    pub up: Axis,
    /// The curves; points that are no numbers are left out.
    pub curves: Vec<Curve>,
    /// Lines below it: what is not drawn.
    pub notes: Vec<String>,
}

impl Chart {
    /// More curves than this cannot be told apart.
    pub const CURVES_MOST: usize = 8;
}

/// One axis of a picture.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it counts.
    pub title: String,
    /// How its ticks are written.
    pub unit: Unit,
    /// Equal factors, not equal steps, are equally far apart; values up to zero are left out.
    pub logarithmic: bool,
}

/// One curve of a chart.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What it is called.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// The point of it that matters, such as a break-even: a sign there tells it from others, not its end.
    pub mark: Option<(f64, f64)>,
}

/// Bars along an axis, a line each.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What they are measured by.
    pub axis: Axis,
    /// Headings of the names and of the figures beside each bar.
    pub titles: Vec<String>,
    /// The bars.
    pub bars: Vec<Bar>,
    /// What the full and the shaded part of a bar mean, and dots where it would end before it begins; empty if they need
    /// no words.
    pub meanings: [&'static str; 3],
    /// Lines below it: what is not drawn.
    pub notes: Vec<String>,
}

/// A bar: full up to a point, shaded from there to its end. Ends beyond the axis are cut there; infinity is no end.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// What stands beside it; the first go where there is no room.
    pub figures: Vec<Cell>,
    /// Where it begins.
    pub from: f64,
    /// Where its full part ends.
    pub full_to: f64,
    /// Where it ends.
    pub to: f64,
}
