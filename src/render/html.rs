//! A page as one file of HTML: no script, nothing loaded, drawings as SVG beside tables of the same figures.
//!
//! The file is well-formed XML too, apart from its first line, so that it can be read by any tool. Every text passes
//! [`Inert`] on its way out; templates hold no text of users.

mod svg;

use std::fmt;

use askama::Template;
use askama::filters::Escaper;

use svg::Axes;

use super::figures::Style;
use super::{Look, escape, figures, heat, palette};
use crate::report::page::{Drawing, Page, Part, Theme};
use crate::report::{Cell, Column, Missing, Section, Unit};

/// A table of more rows is folded away below a drawing of it.
const ROWS_OPEN_MOST: usize = 30;

/// More letters than this are no name.
const NAME_MOST: usize = 60;

/// The document.
#[must_use]
pub fn html(page: &Page, look: &Look) -> String {
    let parts: Vec<PartView> = page.parts.iter().map(|part| PartView::new(part, look)).collect();
    let view = PageView {
        page,
        theme: match page.theme {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        },
        color_scheme: match page.theme {
            Theme::Auto => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        },
        version: env!("CARGO_PKG_VERSION"),
        heat: palette::css(),
        words: words(page),
        parts,
    };
    view.render().expect("a string takes all")
}

/// Text as HTML and SVG show it and do nothing with it; what steers or hides is shown by its code.
#[derive(Clone, Copy)]
pub(crate) struct Inert;

impl Escaper for Inert {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, text: &str) -> fmt::Result {
        askama::filters::Html.write_escaped_str(dest, &escape::terminal(text, false))
    }
}

#[derive(Template)]
#[template(path = "page.html", config = "src/render/html/askama.toml")]
struct PageView<'a> {
    page: &'a Page,
    theme: &'static str,
    color_scheme: &'static str,
    version: &'static str,
    heat: Vec<(usize, String)>,
    parts: Vec<PartView<'a>>,
    words: Vec<(String, &'static str)>,
}

struct PartView<'a> {
    key: &'static str,
    heading: &'a str,
    lead: &'a [String],
    large: Vec<String>,
    small: Vec<String>,
    tables: Vec<TableView<'a>>,
}

impl<'a> PartView<'a> {
    fn new(part: &'a Part, look: &Look) -> Self {
        let (small, large): (Vec<&Drawing>, Vec<&Drawing>) = part.drawings.iter().partition(|drawing| drawing.is_small);
        let id = |kind: &str, nth: usize| format!("{}-{kind}{nth}", part.key);
        let large = large.iter().enumerate().map(|(nth, drawing)| svg::svg(drawing, id("l", nth), Axes::Own, look));
        let axes = format!("{}-axes", part.key);
        let shared = svg::shared_axes(&small, &axes, look);
        let own = || if shared.is_some() { Axes::Shared(&axes) } else { Axes::Own };
        let small = small.iter().enumerate().map(|(nth, drawing)| svg::svg(drawing, id("s", nth), own(), look));
        Self {
            key: part.key,
            heading: &part.heading,
            lead: &part.lead,
            large: large.collect(),
            small: shared.clone().into_iter().chain(small).collect(),
            tables: part
                .tables
                .iter()
                .filter(|table| table.is_shown())
                .map(|t| TableView::new(t, part, look))
                .collect(),
        }
    }
}

struct TableView<'a> {
    caption: &'a str,
    is_folded: bool,
    heads: Vec<Heading<'a>>,
    rows: Vec<Vec<String>>,
}

struct Heading<'a> {
    text: String,
    meaning: &'a str,
    is_number: bool,
}

/// A cell of a table.
#[derive(Template)]
#[template(path = "cell.html", config = "src/render/html/askama.toml")]
enum TableCell {
    Head(String),
    LongHead(String),
    Words(String),
    Day(String),
    Number(String),
    Heat { step: String, text: String },
    Link { address: String, text: String },
}

impl<'a> TableView<'a> {
    fn new(section: &'a Section, part: &Part, look: &Look) -> Self {
        let table = section.table();
        let shown = table.shown();
        let heads = shown.iter().flat_map(|&at| headings(&section.columns[at]));
        let styles: Vec<Style> = shown.iter().map(|&at| Style::of_column(table, at, look)).collect();
        let row = |cells: &[Cell]| {
            let mut texts = Vec::new();
            for (place, (&at, style)) in shown.iter().zip(&styles).enumerate() {
                let cell = &cells[at];
                match section.columns[at].unit {
                    Unit::Heat => texts.extend(heated(cell, section.columns[at].heat_points.len())),
                    _ if place == 0 => texts.push(head(style.raw(cell))),
                    Unit::Date => texts.push(TableCell::Day(style.raw(cell))),
                    Unit::Source => texts.push(source(cell, style)),
                    unit if figures::is_right(unit) => texts.push(TableCell::Number(style.raw(cell))),
                    _ => texts.push(TableCell::Words(style.raw(cell))),
                }
            }
            texts.iter().map(|cell| cell.render().expect("a string takes all")).collect()
        };
        Self {
            caption: &section.title,
            is_folded: !part.drawings.is_empty() && section.rows.len() > ROWS_OPEN_MOST,
            heads: heads.collect(),
            rows: section.rows.iter().map(|found| row(&found.cells)).collect(),
        }
    }
}

/// What a row is about; lines are broken in a long list of names, but not in a name.
fn head(text: String) -> TableCell {
    if text.chars().count() > NAME_MOST { TableCell::LongHead(text) } else { TableCell::Head(text) }
}

fn headings(column: &Column) -> Vec<Heading<'_>> {
    if column.unit == Unit::Heat {
        let heading = |text: &String| Heading { text: text.clone(), meaning: "", is_number: true };
        return column.heat_points.iter().map(|point| heading(&point.text)).collect();
    }
    let is_number = figures::is_right(column.unit);
    vec![Heading { text: column.title.clone(), meaning: column.meaning, is_number }]
}

fn heated(cell: &Cell, points: usize) -> Vec<TableCell> {
    let heated = |margin: heat::Margin<'_>| {
        let step = margin.map_or("x".to_owned(), |margin| palette::step(margin).to_string());
        let text = if margin.is_ok() { heat::marked_number(margin, false) } else { heat::number(margin) };
        TableCell::Heat { step, text: text.trim_end().to_owned() }
    };
    heat::margins(cell, points).into_iter().map(heated).collect()
}

/// A link where that is safe: an address of the web, encrypted, and nothing else.
fn source(cell: &Cell, style: &Style) -> TableCell {
    let text = style.raw(cell);
    match text.strip_prefix("https://") {
        Some(rest) if !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic()) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned();
            TableCell::Link { address: text, text: host }
        }
        _ if *cell == Cell::Missing(Missing::NotApplicable) => TableCell::Words(String::new()),
        _ => TableCell::Words(text),
    }
}

/// What each heading means, once.
fn words(page: &Page) -> Vec<(String, &'static str)> {
    let mut words: Vec<(String, &'static str)> = Vec::new();
    let shown = page.parts.iter().flat_map(|part| &part.tables).filter(|table| table.is_shown());
    for column in shown.flat_map(|table| &table.columns).filter(|column| column.shown) {
        let word = (column.title.clone(), column.meaning);
        if column.unit != Unit::Heat && !column.meaning.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
