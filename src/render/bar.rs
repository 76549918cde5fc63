//! Bars: shares as lengths, to eighths of a character; spans along an axis, to whole ones.

use super::chart::{COLUMNS_MOST, Scale, foot, line_at};
use super::figures::Style;
use super::width::{distinct, fill, pad, width, wrap};
use super::{Look, escape};
use crate::report::{Bar, Bars, Cell};
use crate::units::Ratio;

/// Characters of the longest bar.
const LONGEST: usize = 24;
/// The same where a line is short.
const SHORTEST: usize = 8;

/// A bar for each cell; the largest share has the longest, and what is not known or not above zero has none.
pub(super) fn bars(cells: &[&Cell], look: &Look) -> Vec<String> {
    let longest = look.width.map_or(LONGEST, |columns| (columns / 4).clamp(SHORTEST, LONGEST));
    let shares = cells.iter().map(|cell| match cell {
        Cell::Share(figure) => figure.value.to_f64().max(0.0),
        _ => 0.0,
    });
    let shares: Vec<f64> = shares.collect();
    let most = shares.iter().copied().fold(0.0, f64::max);
    shares.iter().map(|share| if most > 0.0 { bar(share / most, longest, look.ascii) } else { String::new() }).collect()
}

/// A bar of a part, at most 1, of the longest; what is more than nothing is at least the thinnest.
fn bar(part: f64, longest: usize, ascii: bool) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let steps = if ascii { longest } else { longest * 8 };
    let wanted = Ratio::from_f64(part).unwrap_or_else(Ratio::zero) * Ratio::from(steps as u64) + Ratio::new(1, 2);
    let wanted = wanted.floor().to_i128().and_then(|steps| usize::try_from(steps).ok()).unwrap_or(0);
    let filled = wanted.max(usize::from(part > 0.0)).min(steps);
    if ascii { "#".repeat(filled) } else { "█".repeat(filled / 8) + EIGHTHS[filled % 8] }
}

/// Least columns of the axis; figures go before it is shorter.
const AXIS_LEAST: usize = 18;
/// No name is cut shorter than this, nor than a third of the line.
const NAME_LEAST: usize = 12;
/// Spaces between what stands beside a bar.
const GAP: usize = 2;

/// A line for each bar, the axis below, and what the parts of a bar mean; nothing if no bar can stand on the axis.
pub(super) fn picture(bars: &Bars, look: &Look) -> String {
    let columns = look.width.unwrap_or(80).min(COLUMNS_MOST);
    let values = bars.bars.iter().flat_map(|bar| [bar.from, bar.full_to, bar.to]);
    let Some(scale) = Scale::of(&bars.axis, values) else { return String::new() };
    let mut left = beside(bars, columns, look);
    let wide = |left: &[Vec<String>]| left.iter().map(|cells| longest(cells) + GAP).sum::<usize>();
    let mut hidden = Vec::new();
    while left.len() > 1 && wide(&left) + AXIS_LEAST > columns {
        hidden.push(left.remove(1).swap_remove(0));
    }
    let indent = wide(&left) - GAP;
    let plot = columns.saturating_sub(indent + GAP).max(1);
    let rule = if look.ascii { '|' } else { '│' };
    let line = |at: usize| {
        let cells = left.iter().enumerate().map(|(nth, cells)| pad(&cells[at], longest(cells), nth > 0));
        cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
    };
    let mut out = line(0).trim_end().to_owned() + "\n";
    for (nth, bar) in bars.bars.iter().enumerate() {
        out += format!("{} {rule}{}", line(nth + 1), span(bar, &scale, plot, look.ascii)).trim_end();
        out.push('\n');
    }
    let occurs = [
        true,
        bars.bars.iter().any(|bar| bar.full_to < bar.to),
        bars.bars.iter().any(|bar| 0.0 < bar.to && bar.to < bar.from),
    ];
    let meanings = bars.meanings.iter().zip(signs(look.ascii)).zip(occurs);
    let meanings = meanings.filter(|((meaning, _), occurs)| *occurs && !meaning.is_empty());
    let meanings: Vec<String> = meanings.map(|((meaning, sign), _)| format!("{sign} {meaning}")).collect();
    out += &foot(&scale, indent, plot, look);
    if !meanings.is_empty() {
        out += &(fill(meanings.iter().map(String::as_str), "   ", Some(columns)) + "\n");
    }
    if !hidden.is_empty() {
        let noun = if hidden.len() == 1 { "figure" } else { "figures" };
        let line = format!("{} {noun} hidden at {columns} columns: {} (--width)", hidden.len(), hidden.join(", "));
        out += &(wrap(&line, Some(columns)) + "\n");
    }
    out
}

/// Names and figures, column by column, each under its heading.
fn beside(bars: &Bars, columns: usize, look: &Look) -> Vec<Vec<String>> {
    let names: Vec<String> = bars.bars.iter().map(|bar| escape::terminal(&bar.name, look.ascii)).collect();
    let names = distinct(&names, NAME_LEAST.max(columns / 3), look.ascii);
    let figures = (0..bars.titles.len().saturating_sub(1)).map(|nth| {
        let cells: Vec<&Cell> = bars.bars.iter().filter_map(|bar| bar.figures.get(nth)).collect();
        let style = Style::of(cells.iter().copied(), look);
        cells.into_iter().map(|cell| style.text(cell)).collect::<Vec<_>>()
    });
    let titles = bars.titles.iter().map(|title| escape::terminal(&title.to_uppercase(), look.ascii));
    let under = |(title, cells): (String, Vec<String>)| [title].into_iter().chain(cells).collect();
    titles.zip([names].into_iter().chain(figures)).map(under).collect()
}

fn longest(cells: &[String]) -> usize {
    cells.iter().map(|cell| width(cell)).max().unwrap_or(0)
}

/// What is full, what is shaded, and what lies between an end and a later beginning.
const fn signs(ascii: bool) -> [char; 3] {
    if ascii { ['#', '-', '.'] } else { ['█', '▒', '·'] }
}

/// A bar in so many columns: at least one of them, and an arrow where it has no end.
fn span(bar: &Bar, scale: &Scale<'_>, plot: usize, ascii: bool) -> String {
    if bar.to <= 0.0 {
        return String::new();
    }
    let [full, shaded, gap] = signs(ascii);
    let at = |value: f64| line_at(scale.part_within(value), plot);
    let (begin, end) = (at(bar.from.min(bar.to)), at(bar.to.max(bar.from)));
    let turn = at(bar.full_to);
    let sign = |column: usize| match column {
        column if column < begin => ' ',
        _ if bar.to < bar.from => gap,
        column if column == end && bar.to.is_infinite() => {
            if ascii {
                '>'
            } else {
                '→'
            }
        }
        column if bar.full_to > bar.from && (column < turn || bar.full_to >= bar.to) => full,
        _ => shaded,
    };
    (0..=end).map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Axis, Unit};

    fn shown(shares: &[&str], look: &Look) -> Vec<String> {
        let cells: Vec<Cell> =
            shares.iter().map(|text| Cell::Share(Ratio::parse_share(text).expect("a share").into())).collect();
        bars(&cells.iter().collect::<Vec<_>>(), look)
    }

    #[test]
    fn the_largest_share_has_the_longest_bar_and_the_least_is_still_seen() {
        // Of 8 characters at 32 columns: 1/2 of 40 % is 4, 1/64 is one eighth, and 0.001 % of it is not nothing.
        let look = Look { width: Some(32), ..Look::default() };
        assert_eq!(shown(&["40%", "20%", "0.625%", "0.0004%", "0"], &look), ["████████", "████", "▏", "▏", ""]);
        let look = Look { ascii: true, ..look };
        assert_eq!(shown(&["40%", "20%", "0"], &look), ["########", "####", ""]);
    }

    #[test]
    fn what_is_not_known_has_no_bar() {
        let cell = Cell::Missing(crate::report::Missing::Unknown);
        assert_eq!(bars(&[&cell], &Look::default()), [""]);
    }

    #[test]
    fn a_bar_is_full_to_its_turn_and_has_an_arrow_where_it_has_no_end() {
        let bar = |name: &str, from, full_to, to| Bar {
            name: name.to_owned(),
            figures: vec![Cell::Usd(Ratio::from(20).into())],
            from,
            full_to,
            to,
        };
        let bars = Bars {
            axis: Axis { title: "dollars".to_owned(), unit: Unit::Usd, logarithmic: true },
            titles: ["Plan", "Price"].map(str::to_owned).to_vec(),
            bars: vec![
                bar("pro", 10.0, 100.0, 1000.0),
                bar("flat", 100.0, 200.0, f64::INFINITY),
                bar("dear", 100.0, 1000.0, 10.0),
                bar("never", 10.0, 0.0, 100.0),
                bar("always", 10.0, f64::INFINITY, 1000.0),
                bar("nothing", 10.0, 10.0, 0.0),
            ],
            meanings: ["earns", "loses", "is dear"],
            notes: Vec::new(),
        };
        // 40 columns: 7 for names, 2, 5 for prices, 2, 24 for the axis; a factor of ten is 12 of them.
        let look = Look { width: Some(40), ascii: true, ..Look::default() };
        let expected = "\
PLAN     PRICE
pro      20.00 |############------------
flat     20.00 |            ###-------->
dear     20.00 |.............
never    20.00 |-------------
always   20.00 |########################
nothing  20.00 |
               ++-----------+----------+
               $10        $100    $1,000
                        dollars
# earns   - loses   . is dear
";
        assert_eq!(picture(&bars, &look), expected);
    }
}
