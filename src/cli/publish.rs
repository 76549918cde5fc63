//! Printing, once, for all commands: which columns, in which order, in which form, to where.

use std::path::Path;

use super::args::{Export, FormatWord, MessageWord, OutputArgs};
use super::explain::Explained;
use super::world::World;
use super::{Exit, Found, Stop, looks, output, say};
use crate::catalog::codes;
use crate::problem::{Level, Problem, nearest};
use crate::render::{self, Format, Look, MessageFormat};
use crate::report::{Cell, Column, Report, Row, Unit};
use crate::units::{Date, Ratio};

/// The chosen columns, and the column to sort by.
pub(super) type Selected = (Vec<usize>, Option<(usize, bool)>);

pub(super) fn select(args: &OutputArgs, columns: &[&Column]) -> Result<Selected, Stop> {
    let position =
        |name: &str| columns.iter().position(|column| column.key == name).ok_or_else(|| unknown(name, columns));
    let chosen = if args.columns.is_empty() {
        (0..columns.len()).filter(|&c| columns[c].shown).collect()
    } else {
        args.columns.iter().map(|name| position(name.trim())).collect::<Result<Vec<usize>, Stop>>()?
    };
    let order = match &args.sort {
        None => None,
        Some(key) => {
            let (name, descending) = match key.split_once(':') {
                Some((name, "desc")) => (name, true),
                Some((name, "asc")) => (name, false),
                Some((_, other)) => {
                    let problem = Problem::error(codes::USAGE, format!("unknown order `{other}`"));
                    return Err(problem.help("write `KEY`, `KEY:asc` or `KEY:desc`").into());
                }
                None => (key.as_str(), false),
            };
            let at = position(name)?;
            if columns[at].unit == Unit::Heat {
                let problem = Problem::error(codes::USAGE, format!("rows have no order by `{name}`"));
                return Err(problem.help("it is a figure for each utilization; take another column").into());
            }
            Some((at, descending))
        }
    };
    Ok((chosen, order))
}

fn unknown(name: &str, columns: &[&Column]) -> Stop {
    const HELP: &str = "`--columns help` lists them";
    if name.is_empty() {
        return Problem::error(codes::UNKNOWN_COLUMN, "a column without a name").help(HELP).into();
    }
    let problem = Problem::error(codes::UNKNOWN_COLUMN, format!("unknown column `{name}`"));
    let help = match nearest(name, columns.iter().map(|column| column.key)) {
        Some(near) => format!("did you mean `{near}`? (`--columns help` lists them)"),
        None => HELP.to_owned(),
    };
    problem.help(help).into()
}

pub(super) fn columns_help(columns: &[&Column]) -> String {
    let widest = columns.iter().map(|column| column.key.len()).max().unwrap_or(0);
    let line = |column: &&Column| {
        let mark = if column.shown { '*' } else { ' ' };
        format!("{mark} {:widest$}  {}\n", column.key, column.meaning)
    };
    let lines: String = columns.iter().map(line).collect();
    format!("{lines}\n* shown by default\n")
}

/// Orders rows by a column; what is missing comes last either way.
pub(super) fn sort(rows: &mut [Row], column: usize, descending: bool) {
    use std::cmp::Ordering;
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Key<'a> {
        Number(&'a Ratio),
        Count(u64),
        Date(Date),
        Text(&'a str),
    }
    fn key(cell: &Cell) -> Option<Key<'_>> {
        match cell {
            Cell::Usd(figure) | Cell::Share(figure) | Cell::Multiple(figure) | Cell::Number(figure) => {
                Some(Key::Number(&figure.value))
            }
            Cell::Count(count) => Some(Key::Count(*count)),
            Cell::Date(date) => Some(Key::Date(*date)),
            Cell::Text(text) => Some(Key::Text(text)),
            Cell::List(cells) => cells.first().and_then(key),
            Cell::Flag(flag) => Some(Key::Count(u64::from(*flag))),
            Cell::Record(fields) => fields.first().and_then(|(_, cell)| key(cell)),
            Cell::Missing(_) | Cell::Heat(_) => None,
        }
    }
    rows.sort_by(|a, b| match (key(&a.cells[column]), key(&b.cells[column])) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
}

/// The columns of a document. An empty cell of CSV does not say why it is empty, so that `status` stands beside it
/// unless columns were asked for.
fn with_status(report: &Report, columns: &[usize], format: Format, args: &OutputArgs) -> Vec<usize> {
    let mut columns = columns.to_vec();
    let status = report.columns.iter().position(|column| column.key == "status");
    if let (Format::Csv | Format::Tsv, true, Some(status)) = (format, args.columns.is_empty(), status) {
        columns.insert(1, status);
    }
    columns
}

/// The file that was asked for instead of standard output.
fn to_file(args: &OutputArgs) -> Option<&Path> {
    args.output.as_deref().filter(|path| path.as_os_str() != "-")
}

/// Writes the report wherever it was asked for, then what was wrong to standard error.
pub(super) fn publish(world: &mut World<'_>, args: &OutputArgs, found: &Found) -> Exit {
    let alone = match args.table.as_deref().map(|key| alone(&found.report, key)).transpose() {
        Ok(alone) => alone,
        Err(stop) => return stopped(world, args, stop),
    };
    let document = |format, look: &Look| match &alone {
        Some(table) if !matches!(format, Format::Json | Format::Jsonl) => {
            let columns = match format {
                Format::Csv | Format::Tsv => (0..table.columns.len()).collect(),
                _ if table.columns.iter().any(|column| column.shown) => table.table().shown(),
                _ => (0..table.columns.len()).collect(),
            };
            render::render(table, &columns, format, look)
        }
        _ => render::render(&found.report, &with_status(&found.report, &found.columns, format, args), format, look),
    };
    publish_as(world, args, found, &document)
}

/// The report with one of the tables beside the results in their place.
fn alone(report: &Report, key: &str) -> Result<Report, Stop> {
    let tables = || report.sections.iter().filter(|section| !section.is_of_results());
    let keys = || tables().map(|section| section.key);
    let Some(section) = tables().find(|section| section.key == key) else {
        let problem = Problem::error(codes::USAGE, format!("no table `{key}`"));
        return Err(match nearest(key, keys()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if keys().next().is_none() => problem.help("this command has no table beside its results"),
            None => problem.help(format!("the tables are {}", keys().collect::<Vec<_>>().join(", "))),
        }
        .into());
    };
    // One that is not shown below the results is shown whole where it was asked for.
    let columns = section.columns.iter().cloned();
    let columns = columns.map(|column| Column { shown: column.shown || !section.is_shown(), ..column });
    Ok(Report {
        layout: crate::report::Layout::Rows,
        columns: columns.collect(),
        rows: section.rows.clone(),
        sections: Vec::new(),
        footer: Vec::new(),
        ..report.clone()
    })
}

/// The same for an explanation: a tree for people and JSON, its leaves as rows of CSV and TSV.
pub(super) fn explained(world: &mut World<'_>, args: &OutputArgs, explained: &Explained) -> Exit {
    let Explained { outline, found, leaves, leaf_columns } = explained;
    let document = |format, look: &Look| match format {
        Format::Csv | Format::Tsv => render::render(leaves, leaf_columns, format, look),
        Format::Json | Format::Jsonl => render::render(&found.report, &found.columns, format, look),
        Format::Table | Format::Plain | Format::Markdown => render::outline(outline, format, look),
    };
    publish_as(world, args, found, &document)
}

/// The same for a page, which has one form.
pub(super) fn page(world: &mut World<'_>, args: &OutputArgs, found: &Found, page: &dyn Fn(&Look) -> String) -> Exit {
    write(world, args, found, Format::Json, &|_, look| page(look))
}

fn publish_as(
    world: &mut World<'_>,
    args: &OutputArgs,
    found: &Found,
    document: &dyn Fn(Format, &Look) -> String,
) -> Exit {
    match format_of(args, world) {
        Ok(format) => write(world, args, found, format, document),
        Err(stop) => stopped(world, args, stop),
    }
}

fn write(
    world: &mut World<'_>,
    args: &OutputArgs,
    found: &Found,
    format: Format,
    document: &dyn Fn(Format, &Look) -> String,
) -> Exit {
    let Found { report, inputs, exit, .. } = found;
    let mut failures = Vec::new();
    for (form, path) in &args.export {
        let Export::Document(format) = *form else { continue };
        let written = document(format, &Look { csv_guard: !args.csv_raw, ..Look::default() });
        failures.extend(output::to_file(path, &written, inputs).err().map(|error| not_written(&error, Some(path))));
    }
    match to_file(args) {
        Some(path) => {
            let look = Look {
                csv_guard: !args.csv_raw,
                decimals: args.decimals.into(),
                width: args.width,
                ascii: args.ascii,
                quiet: args.quiet,
                ..Look::default()
            };
            let written = document(format, &look);
            failures.extend(output::to_file(path, &written, inputs).err().map(|error| not_written(&error, Some(path))));
        }
        // What is wrong says it all; people need no heading over nothing.
        None if report.says_nothing() && matches!(format, Format::Table | Format::Plain | Format::Markdown) => {}
        None => {
            let written = document(format, &look(args, world));
            failures.extend(output::to_stdout(world, &written).err().map(|error| not_written(&error, None)));
        }
    }
    if args.verbose {
        let day = report.as_of.map_or_else(|| "none".to_owned(), |day| day.to_string());
        say(world, &format!("facts of {day}\n"));
        for input in &report.inputs {
            if let Some((_, path)) = input.iter().find(|(key, _)| *key == "path") {
                say(world, &format!("read {}\n", render::cell(path)));
            }
        }
    }
    let problems: Vec<Problem> =
        report.problems.iter().filter(|problem| !args.quiet || problem.level > Level::Note).cloned().collect();
    complain(world, args, &problems);
    if failures.is_empty() {
        return *exit;
    }
    complain(world, args, &failures);
    exit.or(Exit::Output)
}

pub(super) fn print(world: &mut World<'_>, args: &OutputArgs, text: &str) -> Exit {
    let printed = match to_file(args) {
        Some(path) => output::to_file(path, text, &[]),
        None => output::to_stdout(world, text),
    };
    match printed {
        Ok(()) => Exit::Done,
        Err(error) => stopped(world, args, Stop { exit: Exit::Output, problems: vec![not_written(&error, None)] }),
    }
}

pub(super) fn not_written(error: &anyhow::Error, path: Option<&Path>) -> Problem {
    let problem = Problem::error(codes::NOT_WRITTEN, output::words(error));
    match path.filter(|path| path.is_file()) {
        Some(path) => problem.note(format!("the previous {} is unchanged", path.display())),
        None => problem,
    }
}

pub(super) fn stopped(world: &mut World<'_>, args: &OutputArgs, stop: Stop) -> Exit {
    complain(world, args, &stop.problems);
    stop.exit
}

pub(super) fn complain(world: &mut World<'_>, args: &OutputArgs, problems: &[Problem]) {
    let format = match args.message_format {
        MessageWord::Full => MessageFormat::Full,
        MessageWord::Short => MessageFormat::Short,
        MessageWord::Json => MessageFormat::Json,
        MessageWord::Github => MessageFormat::Github,
    };
    let look = Look {
        depth: looks::depth(world, args.color, world.stderr_columns),
        width: world.stderr_columns,
        ..look(args, world)
    };
    let text = render::problems(problems, format, args.max_diagnostics, &look);
    say(world, &text);
}

pub(super) fn format_of(args: &OutputArgs, world: &World<'_>) -> Result<Format, Stop> {
    if args.json {
        return Ok(Format::Json);
    }
    if let Some(word) = args.format {
        return Ok(word.format());
    }
    let Some(text) = world.env("PLANCOST_FORMAT") else { return Ok(Format::Table) };
    <FormatWord as clap::ValueEnum>::from_str(&text, false).map(FormatWord::format).map_err(|_| {
        Problem::error(codes::USAGE, format!("PLANCOST_FORMAT is `{text}`"))
            .help("one of table, plain, json, jsonl, csv, tsv, markdown")
            .into()
    })
}

pub(super) fn look(args: &OutputArgs, world: &World<'_>) -> Look {
    Look {
        width: looks::width(world, args.width),
        depth: looks::depth(world, args.color, world.stdout_columns),
        ascii: looks::ascii(world, args.ascii),
        heat: !args.no_heat,
        decimals: args.decimals.into(),
        quiet: args.quiet,
        csv_guard: !args.csv_raw,
        github_actions: world.env("GITHUB_ACTIONS").is_some(),
    }
}
