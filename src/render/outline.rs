//! Outlines for people: text that fits its columns, and nested lists of Markdown.
//!
//! A tree stands in columns where the place of each figure fits behind it, and has it on a line below where it does
//! not. Only running text is wrapped; a figure is never cut.

use super::figures::{self, grouped};
use super::width::{pad, width, wrap};
use super::{Format, Look, escape};
use crate::report::{Block, Branch, Cell, Decimals, Outline, Piece};
use crate::units::Ratio;

/// The outline as Markdown if that is asked for, else as text.
#[must_use]
pub fn outline(outline: &Outline, format: Format, look: &Look) -> String {
    let block = |block: &Block| if format == Format::Markdown { markdown(block, look) } else { text(block, look) };
    let blocks: Vec<String> = outline.blocks.iter().map(block).collect();
    escape::commands(blocks.join("\n"), look)
}

fn text(block: &Block, look: &Look) -> String {
    match block {
        Block::Line(pieces) => wrap(&escape::terminal(&line(pieces, look), look.ascii), look.width) + "\n",
        Block::Formula(lines) => {
            lines.iter().map(|pieces| below(&escape::terminal(&line(pieces, look), look.ascii), 0, look)).collect()
        }
        Block::Prose(words) => wrap(&escape::terminal(words, look.ascii), look.width) + "\n",
        Block::Verbatim(lines) => {
            lines.lines().map(|line| format!("  {}\n", escape::source_line(line, look.ascii))).collect()
        }
        Block::Tree { heading, branches } => {
            let heading = if heading.is_empty() {
                String::new()
            } else {
                wrap(&escape::terminal(heading, look.ascii), look.width) + "\n"
            };
            heading + &tree(branches, look)
        }
    }
}

/// Spaces before a line of a tree.
fn indent(depth: usize) -> usize {
    2 + 2 * depth
}

fn tree(branches: &[Branch], look: &Look) -> String {
    let shown: Vec<[String; 4]> = branches
        .iter()
        .map(|branch| {
            let plain = |words: &str| escape::terminal(words, look.ascii);
            [
                " ".repeat(indent(branch.depth)) + &plain(&branch.label),
                value(branch, look),
                plain(&line(&branch.after, look)),
                plain(&branch.place),
            ]
        })
        .collect();
    let widest = |part: usize| shown.iter().map(|parts| width(&parts[part])).max().unwrap_or(0);
    let (labels, values, units, places) = (widest(0), widest(1), widest(2), widest(3));
    let aligned = look.width.is_none_or(|columns| labels + values + units + 4 <= columns);
    let beside = aligned && look.width.is_none_or(|columns| labels + values + units + places + 6 <= columns);
    let mut out = String::new();
    for (branch, [label, value, unit, place]) in branches.iter().zip(&shown) {
        let head = match (aligned, beside) {
            (true, true) => format!(
                "{}  {}  {}  {place}",
                pad(label, labels, false),
                pad(value, values, true),
                pad(unit, units, false)
            ),
            (true, false) => format!("{}  {}  {unit}", pad(label, labels, false), pad(value, values, true)),
            // Where even that is too wide, what follows the label is wrapped as words are.
            (false, _) => {
                below(&format!("{} {value} {unit}", label.trim_start()), branch.depth, look).trim_end().to_owned()
            }
        };
        out += head.trim_end();
        out.push('\n');
        if !beside && !place.is_empty() {
            out += &below(place, branch.depth + 1, look);
        }
        for note in &branch.notes {
            out += &below(&escape::terminal(&line(note, look), look.ascii), branch.depth + 1, look);
        }
    }
    out
}

/// Running text at a depth.
fn below(words: &str, depth: usize, look: &Look) -> String {
    let spaces = indent(depth);
    let room = look.width.map(|columns| columns.saturating_sub(spaces).max(20));
    wrap(words, room).lines().map(|line| format!("{}{line}\n", " ".repeat(spaces))).collect()
}

fn markdown(block: &Block, look: &Look) -> String {
    let words = |words: &str| escape::markdown(words, look.ascii);
    match block {
        Block::Line(pieces) => words(&line(pieces, look)) + "\n",
        Block::Formula(lines) => lines.iter().map(|pieces| format!("- {}\n", words(&line(pieces, look)))).collect(),
        Block::Prose(prose) => words(prose) + "\n",
        Block::Verbatim(lines) => {
            lines.lines().map(|line| format!("    {}\n", escape::source_line(line, look.ascii))).collect()
        }
        Block::Tree { heading, branches } => {
            let mut out = if heading.is_empty() { String::new() } else { format!("**{}**\n\n", words(heading)) };
            for branch in branches {
                let spaces = "  ".repeat(branch.depth);
                let figure = value(branch, look);
                let parts = [format!("{}: {figure}", branch.label), line(&branch.after, look)];
                let head = words(parts.join(" ").trim_end());
                let place = if branch.place.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", escape::markdown_code(&branch.place, look.ascii))
                };
                out += &format!("{spaces}- {head}{place}\n");
                for note in &branch.notes {
                    out += &format!("{spaces}  - {}\n", words(&line(note, look)));
                }
            }
            out
        }
    }
}

fn line(pieces: &[Piece], look: &Look) -> String {
    pieces.iter().map(|piece| shown(piece, look)).collect()
}

fn shown(piece: &Piece, look: &Look) -> String {
    match piece {
        Piece::Words(words) => words.clone(),
        Piece::Figure(cell) => figures::Style::of([cell], look).raw(cell),
        Piece::Plain(value) => grouped(&value.to_decimal_trimmed(0, decimals(value, 6))),
        Piece::Exact(value) => exact(value),
        Piece::Change(cell) => change(cell, look),
    }
}

/// Small numbers have more decimals, so that they are not nothing.
fn decimals(value: &Ratio, usual: usize) -> usize {
    if !value.is_zero() && value.abs() < Ratio::new(1, 100) { usual.max(10) } else { usual }
}

fn value(branch: &Branch, look: &Look) -> String {
    match (&branch.value, branch.decimals) {
        (None, _) => String::new(),
        (Some(cell), Decimals::Fine) => figure(cell, look),
        (Some(cell), Decimals::Rounded) => figures::Style::of([cell], look).raw(cell),
    }
}

/// A figure by itself: with more decimals than in a column, where it has them.
fn figure(cell: &Cell, look: &Look) -> String {
    match cell {
        Cell::Usd(figure) => {
            let value = &figure.value;
            let mark = if figure.approximate { "~" } else { "" };
            format!(
                "{mark}{}",
                grouped(&value.to_decimal_trimmed(look.decimals, decimals(value, 4).max(look.decimals)))
            )
        }
        Cell::Share(figure) => {
            let percent = &figure.value * &Ratio::from(100);
            grouped(&percent.to_decimal_trimmed(0, 2)) + "%"
        }
        Cell::Number(figure) => grouped(&figure.value.to_decimal_trimmed(0, decimals(&figure.value, 4))),
        Cell::Multiple(figure) => grouped(&figure.value.to_decimal_trimmed(0, 2)) + "x",
        cell => figures::Style::of([cell], look).raw(cell),
    }
}

/// `2/35 = 0.0571428571…`, or all digits where they end.
fn exact(value: &Ratio) -> String {
    const PLACES: i128 = 10_000_000_000;
    let text = value.to_exact();
    if !text.contains('/') && text.len() < 40 {
        return text;
    }
    let scaled = value.abs() * Ratio::from(PLACES);
    let cut = scaled.floor() / Ratio::from(PLACES);
    let cut = if value.is_negative() { -cut } else { cut };
    let digits = format!("{}…", cut.to_decimal(10));
    if text.len() < 60 { format!("{text} = {digits}") } else { digits }
}

fn change(cell: &Cell, look: &Look) -> String {
    let (value, text) = match cell {
        Cell::Share(figure) => {
            let points = figure.value.abs() * Ratio::from(100);
            (&figure.value, points.to_decimal_trimmed(0, decimals(&points, 2)) + " points")
        }
        Cell::Usd(figure) => (&figure.value, grouped(&figure.value.abs().to_decimal(look.decimals.max(2)))),
        Cell::Number(figure) | Cell::Multiple(figure) => {
            let size = figure.value.abs();
            (&figure.value, grouped(&size.to_decimal_trimmed(0, decimals(&size, 4))))
        }
        _ => return String::new(),
    };
    match () {
        () if value.is_zero() => "· no change".to_owned(),
        () if value.is_negative() => format!("▼ −{text}"),
        () => format!("▲ +{text}"),
    }
}
