//! Measured use: a column of numbers in a CSV file.
//!
//! The file is one number a line, or a table whose first line names its columns. Cells are separated by commas,
//! semicolons or tabs, whichever the first line holds; lines that begin with `#` are left out.

use std::sync::Arc;

use super::codes;
use crate::population::Quantity;
use crate::problem::{Place, Problem, Source, nearest};
use crate::units::Ratio;

/// Most mistakes that are reported of one file.
const MISTAKES_MOST: usize = 20;

/// The numbers of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The numbers, in the order of the lines; at least one.
    pub values: Vec<f64>,
    /// What they count.
    pub of: Quantity,
    /// What the column is called, where the file says so.
    pub column: Option<String>,
}

/// Reads a column of a file: the one of this name, or the only one there is. A name that ends in `_usd`,
/// `_usd_per_month` or `_cost` holds dollars, and one in `_percent` or `_pct` percentages; `of` overrules the first.
///
/// # Errors
///
/// Every line that holds no use, the first twenty of them; or what makes the column unclear.
pub fn sample(source: &Arc<Source>, column: Option<&str>, of: Option<Quantity>) -> Result<Sample, Vec<Problem>> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let shift = source.text.len() - text.len();
    let lines = lines(text);
    let Some(first) = lines.first() else {
        let problem = Problem::error(codes::SAMPLE, format!("`{}` holds no number", source.name));
        return Err(vec![problem.at(Place::whole(source)).help("write one number a line, such as `0.05` or `5%`")]);
    };
    let heads = (!first.cells.iter().any(|cell| number(cell).is_some())).then(|| first.cells.clone());
    let at = position(heads.as_deref(), first.cells.len(), column).map_err(|(message, help)| {
        vec![Problem::error(codes::SAMPLE, message).at(Place::at(source, first.place(shift))).help(help)]
    })?;
    let name = heads.map(|heads| heads[at].clone());
    let of = of.unwrap_or_else(|| name.as_deref().map_or(Quantity::Utilization, quantity));
    let scale = if name.as_deref().is_some_and(is_percent) { 0.01 } else { 1.0 };
    let (mut values, mut mistakes) = (Vec::with_capacity(lines.len()), Vec::new());
    for line in &lines[usize::from(name.is_some())..] {
        match value(line.cells.get(at).map_or("", String::as_str), of, scale) {
            Ok(value) => values.push(value),
            Err((message, help)) if mistakes.len() < MISTAKES_MOST => {
                let problem = Problem::error(codes::SAMPLE, message).at(Place::at(source, line.place(shift)));
                mistakes.push(problem.help(help));
            }
            Err(_) => break,
        }
    }
    if values.is_empty() && mistakes.is_empty() {
        let problem = Problem::error(codes::SAMPLE, format!("`{}` names a column and holds no number", source.name));
        mistakes.push(problem.at(Place::whole(source)).help("write one number a line below it"));
    }
    let is_above = |value: &&f64| **value > 1.0;
    if of == Quantity::Utilization && mistakes.is_empty() && values.iter().filter(is_above).count() * 2 > values.len() {
        let message = format!("most numbers of `{}` are above 1, more than a plan grants", source.name);
        let problem = Problem::error(codes::SAMPLE, message).at(Place::whole(source));
        mistakes.push(
            problem.help(
                "write percentages with `%` or call their column `use_percent`; for dollars give `--unit api-usd`",
            ),
        );
    }
    if mistakes.is_empty() { Ok(Sample { values, of, column: name }) } else { Err(mistakes) }
}

/// A line that holds something.
struct Line {
    start: usize,
    length: usize,
    cells: Vec<String>,
}

impl Line {
    fn place(&self, shift: usize) -> std::ops::Range<usize> {
        self.start + shift..self.start + shift + self.length
    }
}

fn lines(text: &str) -> Vec<Line> {
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let head = text.lines().find(|line| !line.trim().is_empty() && !is_comment(line)).unwrap_or("");
    let delimiter = [b'\t', b';', b','].into_iter().find(|&sign| head.as_bytes().contains(&sign)).unwrap_or(b',');
    let mut start = 0;
    let mut found = Vec::new();
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        if !line.trim().is_empty() && !is_comment(line) {
            found.push(Line { start, length: line.len(), cells: cells(line, delimiter) });
        }
        start += whole.len();
    }
    found
}

/// The cells of a line; a number has no line break in it, so that each line stands by itself.
fn cells(line: &str, delimiter: u8) -> Vec<String> {
    if !line.bytes().any(|sign| sign == delimiter || sign == b'"') {
        return vec![line.trim().to_owned()];
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(line.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(str::to_owned).collect()
}

/// A number as people and programs write it: `0.05`, `5%`, `2/35`, `6.6e-2`.
fn number(cell: &str) -> Option<f64> {
    let percent = cell.strip_suffix('%');
    let digits = percent.unwrap_or(cell).trim();
    let value = match digits.parse::<f64>() {
        // `inf` and `nan` are words.
        Ok(value) if digits.ends_with(|sign: char| sign.is_ascii_digit() || sign == '.') => value,
        _ => Ratio::parse_share(cell).ok()?.to_f64(),
    };
    value.is_finite().then(|| if percent.is_some() { value / 100.0 } else { value })
}

fn value(cell: &str, of: Quantity, scale: f64) -> Result<f64, (String, String)> {
    let wanted = match of {
        Quantity::Utilization => "write a share of the maximum such as `0.05` or `5%`",
        Quantity::ApiUsd => "write dollars a month such as `12.50`",
    };
    if cell.is_empty() {
        return Err((
            "a line without a number".to_owned(),
            "use that is not known is not 0: leave out its line".into(),
        ));
    }
    let dollars = cell.strip_prefix('$').filter(|_| of == Quantity::ApiUsd).unwrap_or(cell);
    let Some(value) = number(dollars) else {
        return Err((format!("`{cell}` is not a number"), wanted.to_owned()));
    };
    let value = value * scale;
    if value < 0.0 {
        return Err((format!("`{cell}` is below 0"), wanted.to_owned()));
    }
    if of == Quantity::ApiUsd && cell.ends_with('%') {
        return Err((format!("`{cell}` is not in dollars"), wanted.to_owned()));
    }
    Ok(value)
}

fn is_percent(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("percent") || name.ends_with("pct")
}

fn quantity(name: &str) -> Quantity {
    let name = name.to_ascii_lowercase();
    let is_money = ["usd", "usd_per_month", "cost"].iter().any(|end| name.ends_with(end));
    if is_money { Quantity::ApiUsd } else { Quantity::Utilization }
}

/// Which column is meant; or what is wrong, and what would be right.
fn position(heads: Option<&[String]>, columns: usize, wanted: Option<&str>) -> Result<usize, (String, String)> {
    let listed = |heads: &[String]| heads.iter().map(|head| format!("`{head}`")).collect::<Vec<_>>().join(", ");
    match (heads, wanted) {
        (Some(heads), Some(wanted)) => heads.iter().position(|head| head == wanted).ok_or_else(|| {
            let help = match nearest(wanted, heads.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the columns are {}", listed(heads)),
            };
            (format!("no column `{wanted}`"), help)
        }),
        (None, Some(wanted)) => {
            let help = "the first line holds numbers; a file with several columns begins with their names";
            Err((format!("no column `{wanted}`"), help.to_owned()))
        }
        (_, None) if columns == 1 => Ok(0),
        (Some(heads), None) => {
            let known = |head: &String| head == "utilization" || quantity(head) == Quantity::ApiUsd;
            let mut fitting = heads.iter().enumerate().filter(|(_, head)| known(head));
            match (fitting.next(), fitting.next()) {
                (Some((at, _)), None) => Ok(at),
                _ => {
                    let help = format!("name it with `--column`: {}", listed(heads));
                    Err(("it is not clear which column holds the use".to_owned(), help))
                }
            }
        }
        (None, None) => {
            let help = "begin the file with a line that names them, and name the one to use with `--column`";
            Err((format!("{columns} columns without names"), help.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, column: Option<&str>) -> Result<Sample, Vec<String>> {
        let source = Arc::new(Source { name: "use.csv".to_owned(), text: text.to_owned() });
        sample(&source, column, None).map_err(|problems| {
            let line = |place: &Place| place.line_column().map_or(0, |(line, _)| line);
            problems.iter().map(|p| format!("{} {}", p.place.as_ref().map_or(0, line), p.message)).collect()
        })
    }

    fn values(text: &str, column: Option<&str>) -> Vec<f64> {
        read(text, column).expect("a sample").values
    }

    #[test]
    fn one_number_a_line_is_read_in_every_way_to_write_it() {
        assert_eq!(values("0.05\n5%\r\n\n# why\n1/4\n2.5e-1\n0\n", None), [0.05, 0.05, 0.25, 0.25, 0.0]);
        assert_eq!(values("\u{feff}1", None), [1.0]);
    }

    #[test]
    fn a_column_is_found_by_its_name_and_says_its_unit() {
        let table = "user;api_usd_per_month;use_percent\nann;12.50;3\nbob;100;40\n";
        assert_eq!(
            read(table, None).map(|sample| (sample.values, sample.of)),
            Ok((vec![12.5, 100.0], Quantity::ApiUsd))
        );
        let percent = read(table, Some("use_percent")).expect("a sample");
        assert_eq!((percent.values.as_slice(), percent.of), ([0.03, 0.4].as_slice(), Quantity::Utilization));
    }

    #[test]
    fn lines_that_hold_no_use_are_named() {
        let wrong =
            ["3 `x` is not a number", "4 `-1` is below 0", "5 `nan` is not a number", "6 `inf` is not a number"];
        assert_eq!(read("utilization\n0.1\nx\n-1\nnan\ninf\n", None), Err(wrong.map(str::to_owned).to_vec()));
        assert_eq!(read("a,use_usd\n1,\n", None), Err(vec!["2 a line without a number".to_owned()]));
        let most = "0 most numbers of `use.csv` are above 1, more than a plan grants";
        assert_eq!(read("12\n3\n0.5\n", None), Err(vec![most.to_owned()]));
        assert_eq!(values("12%\n3%\n11\n", None), [0.12, 0.03, 11.0]);
        assert_eq!(read("", None), Err(vec!["0 `use.csv` holds no number".to_owned()]));
        assert_eq!(read("usd\n", None), Err(vec!["0 `use.csv` names a column and holds no number".to_owned()]));
    }

    #[test]
    fn a_column_that_is_not_clear_is_asked_for() {
        assert_eq!(read("a,b\n1,2\n", None), Err(vec!["1 it is not clear which column holds the use".to_owned()]));
        assert_eq!(read("a,b\n1,2\n", Some("c")), Err(vec!["1 no column `c`".to_owned()]));
        assert_eq!(read("1,2\n", None), Err(vec!["1 2 columns without names".to_owned()]));
        assert_eq!(read("1\n", Some("c")), Err(vec!["1 no column `c`".to_owned()]));
    }
}
