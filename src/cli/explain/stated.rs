//! What a file says, by itself: its value, who says it, and where.

use super::document::{of_rows, set_of};
use crate::cli::facts::Stated;
use crate::fact::Provenance;
use crate::report::{Block, Branch, Cell, Decimals, Missing, Outline, Piece, Record, Report};
use crate::units::Ratio;

fn none() -> Cell {
    Cell::Missing(Missing::NotApplicable)
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A number as it is.
fn exact(cell: &Cell) -> Option<Ratio> {
    match cell {
        Cell::Usd(figure) | Cell::Share(figure) | Cell::Multiple(figure) | Cell::Number(figure) => {
            Some(figure.value.clone())
        }
        Cell::Count(count) => Some(Ratio::from(*count)),
        _ => None,
    }
}

/// The word for machines.
const fn unit_word(cell: &Cell) -> &'static str {
    match cell {
        Cell::Usd(_) => "usd",
        Cell::Share(_) => "share",
        Cell::Multiple(_) => "multiple",
        Cell::Number(_) | Cell::Count(_) => "number",
        Cell::Date(_) => "date",
        Cell::Flag(_) => "flag",
        _ => "text",
    }
}

/// An input of a plan, or a list price of none, as lines, as a document, and as a row.
pub(super) fn explained(what: &str, plan: Option<&str>, stated: &Stated, sets: &[String]) -> (Outline, Report, Report) {
    let set = plan.and_then(|plan| set_of(sets, plan, &stated.key)).map(|set| format!("--set {set}"));
    let fact = Some(&stated.from).filter(|_| set.is_none());
    let outline = outline(what, stated, set.as_deref(), fact);
    let optional = |value: Option<String>| value.map_or_else(none, Cell::Text);
    let source = fact.map_or_else(none, |fact| {
        Cell::Record(vec![("path", text(&*fact.line.path)), ("line", Cell::Count(fact.line.line as u64))])
    });
    let status = if matches!(stated.cell, Cell::Missing(_)) { "unknown" } else { "ok" };
    let head: Record = vec![
        ("key", text(&*stated.key)),
        ("label", text(&*stated.key)),
        ("value", stated.cell.clone()),
        ("exact", optional(exact(&stated.cell).map(|value| value.to_exact()))),
        ("unit", text(unit_word(&stated.cell))),
        ("per", text("")),
    ];
    let cited: Record = vec![
        ("flag", optional(set)),
        ("cited", optional(fact.and_then(|fact| fact.source.as_ref()).map(ToString::to_string))),
        ("checked", fact.and_then(|fact| fact.checked).map_or_else(none, Cell::Date)),
        ("basis", optional(fact.map(|fact| fact.basis.word().to_owned()))),
        ("notes", Cell::List(fact.and_then(|fact| fact.note.as_ref()).map(|note| text(&**note)).into_iter().collect())),
    ];
    let mut record: Record = vec![
        ("plan", plan.map_or_else(none, text)),
        ("figure", text(&*stated.key)),
        ("status", text(status)),
        ("missing", Cell::List(Vec::new())),
    ];
    record.extend(head.iter().cloned().chain([("formula", none()), ("source", source)]).chain(cited.iter().cloned()));
    record.extend([("inputs", Cell::List(Vec::new())), ("range", none()), ("sensitivity", Cell::List(Vec::new()))]);
    let mut leaf: Record = head.into_iter().chain(cited).collect();
    leaf.push(("path", fact.map_or_else(none, |fact| text(&*fact.line.path))));
    leaf.push(("line", fact.map_or_else(none, |fact| Cell::Count(fact.line.line as u64))));
    leaf.push(("status", text(status)));
    (outline, of_rows(vec![record], vec![("inputs", Cell::Count(1))]), of_rows(vec![leaf], Vec::new()))
}

fn outline(what: &str, stated: &Stated, set: Option<&str>, fact: Option<&Provenance>) -> Outline {
    let words = |words: String| Piece::Words(words);
    let shown = match &stated.cell {
        Cell::Text(text) => words(text.clone()),
        Cell::Flag(flag) => words(flag.to_string()),
        Cell::Date(day) => words(day.to_string()),
        Cell::Missing(_) => words("?".to_owned()),
        Cell::Count(count) => Piece::Figure(Cell::Number(Ratio::from(*count).into())),
        cell => Piece::Figure(cell.clone()),
    };
    let mut line = vec![words(format!("{what} = ")), shown];
    if let Some(value) = exact(&stated.cell) {
        line.extend([words(" (exact ".to_owned()), Piece::Exact(value), words(")".to_owned())]);
    }
    let place = match (set, fact) {
        (Some(set), _) => set.to_owned(),
        (None, Some(fact)) => format!("{}:{}", fact.line.path, fact.line.line),
        (None, None) => String::new(),
    };
    let mut notes = Vec::new();
    if let Some(fact) = fact {
        let checked = fact.checked.map_or_else(|| "never checked".to_owned(), |day| format!("checked {day}"));
        let source = fact.source.as_deref().unwrap_or("no source");
        notes.push(vec![words(format!("{}, {checked}: {source}", fact.basis.word()))]);
        notes.extend(fact.note.as_ref().map(|note| vec![words(format!("note: {note}"))]));
    }
    let branch = Branch { label: stated.key.clone(), place, notes, decimals: Decimals::Fine, ..Branch::default() };
    Outline { blocks: vec![Block::Line(line), Block::Tree { heading: String::new(), branches: vec![branch] }] }
}
