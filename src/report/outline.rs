//! An answer that is not a table: a title, lines, and trees of figures.

use super::Cell;
use crate::units::Ratio;

/// A document of lines and trees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// Its parts, a blank line between each.
    pub blocks: Vec<Block>,
}

/// A part of an outline.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// One line of words and figures, broken only between words.
    Line(Vec<Piece>),
    /// Lines of a formula.
    Formula(Vec<Vec<Piece>>),
    /// Running text.
    Prose(String),
    /// Text whose line ends stay, such as a stretch of a file.
    Verbatim(String),
    /// Lines under a heading, each as deep as it says; those of one block stand in columns.
    Tree {
        /// What stands above, if anything.
        heading: String,
        /// The lines.
        branches: Vec<Branch>,
    },
}

/// A line of a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Branch {
    /// How deep it stands.
    pub depth: usize,
    /// What it is.
    pub label: String,
    /// Its figure.
    pub value: Option<Cell>,
    /// How many of its decimals are shown.
    pub decimals: Decimals,
    /// The unit, or what changes.
    pub after: Vec<Piece>,
    /// Where it comes from; on a line of its own where there is no room.
    pub place: String,
    /// Running text below it.
    pub notes: Vec<Vec<Piece>>,
}

/// How many decimals of a figure are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decimals {
    /// More than in a table, where it has them: inputs.
    #[default]
    Fine,
    /// As in a table.
    Rounded,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// A figure as tables round it.
    Figure(Cell),
    /// A plain number, for formulas.
    Plain(Ratio),
    /// The exact value.
    Exact(Ratio),
    /// A change, with its sign; that of a share in points.
    Change(Cell),
}
