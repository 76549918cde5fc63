//! `prices import`: another project's price file as a plan file, with all that could not be carried.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Shape;
use super::sources::{Loaded, PriceArgs, ProjectWord, pattern};
use super::table::{self, Chosen, Field, Made, columns, counted, document, or_none, rows, section};
use crate::catalog::import::{self, Imported, Terms};
use crate::catalog::{codes, write};
use crate::cli::args::OutputArgs;
use crate::cli::asked::{sha256, today};
use crate::cli::publish::{complain, not_written};
use crate::cli::values::Day;
use crate::cli::world::World;
use crate::cli::{Answered, Exit, Stop, output};
use crate::problem::{Place, Problem, Source};
use crate::rates::{Compared, DatedRates, Difference, TokenClass, compare};
use crate::report::{Cell, Missing, Section, Unit};
use crate::units::Date;

/// Read the price file of models.dev, litellm or genai-prices, and write its prices as a plan file
///
/// A model is kept where its maker sells it; --seller also takes from others. No missing cache or tier rate is made up,
/// no number is rounded, and what has no place in a plan file is listed. The table shows where the file and the catalogue
/// disagree, from the catalogue to the file, on the day of the file.
///
/// Without --to nothing is written. Undated prices hold from --date on, and are taken to have been so before; without
/// --date they have no day, and count as stale.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(mut_arg("table", |arg| arg.hide(false).help(
    "Print this table alone: skipped, not_carried, elsewhere or silent"
)))]
pub(super) struct Args {
    /// The file, as the project publishes it; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Whose file it is
    #[arg(long, value_name = "PROJECT", default_value = "auto")]
    from: ProjectWord,
    /// Write the plan file here; `-` for standard output, in place of the table
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// The day on which the file was published or fetched
    #[arg(long, value_name = "DATE", value_parser = crate::cli::values::day)]
    date: Option<Day>,
    /// Also take models from this seller, by its id in the file; `*` stands for anything
    #[arg(long, value_name = "GLOB")]
    seller: Vec<String>,
    #[command(flatten)]
    prices: PriceArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  plancost prices import tests/data/prices/litellm.json --date 2026-07-15
  plancost prices import --from genai-prices tests/data/prices/genai-prices.json \\
      --date 2026-08-21 --to rates.toml
  plancost prices import tests/data/prices/models-dev.json --table not_carried

Exit codes:
  0  done      2  wrong use      3  the file could not be used
  5  the plan file or the output could not be written";

/// One key on which the catalogue and the file differ.
struct Line<'a> {
    compared: &'a Compared<'a>,
    difference: &'a Difference,
}

fn fields<'a>() -> [Field<Line<'a>>; 9] {
    [
        ("model", "Model", Unit::Text, Some(0), "the model, as the file names it", |l| {
            Cell::Text(l.compared.entry.model.to_string())
        }),
        ("rate", "Rate", Unit::Text, Some(0), "what they disagree on", |l| Cell::Text(l.difference.key.clone())),
        ("catalogue", "Catalogue", Unit::Text, Some(0), "what the catalogue says", |l| {
            table::worth(l.difference.from.as_ref())
        }),
        ("file", "File", Unit::Text, Some(0), "what the file says", |l| table::worth(l.difference.to.as_ref())),
        (
            "difference",
            "More",
            Unit::Share,
            Some(1),
            "how much more the file says, as a share of the catalogue's",
            |l| or_none(l.difference.share(), |share| Cell::Share(share.into())),
        ),
        ("from", "From", Unit::Date, Some(3), "first day of the catalogue's price", |l| {
            or_none(l.compared.known.and_then(|known| known.validity.from), Cell::Date)
        }),
        ("checked", "Checked", Unit::Date, Some(2), "the day on which the catalogue's price was last compared", |l| {
            or_none(l.compared.known.and_then(|known| known.provenance.checked), Cell::Date)
        }),
        ("cited", "Cited", Unit::Text, None, "where in the file", |l| {
            table::text(l.compared.entry.provenance.source.as_deref())
        }),
        ("source", "Source", Unit::List, None, "line of the file", |l| super::list::place(l.compared.entry)),
    ]
}

/// Something that happened to several models.
struct Group {
    what: String,
    why: String,
    models: Vec<String>,
}

const SKIPPED: [Field<Group>; 3] = [
    ("reason", "Reason", Unit::Text, Some(0), "why entries were not kept", |g| Cell::Text(g.what.clone())),
    ("entries", "Entries", Unit::Count, Some(0), "how many", |g| Cell::Count(g.models.len() as u64)),
    ("models", "Models", Unit::List, Some(1), "which, after their sellers", list),
];

const NOT_CARRIED: [Field<Group>; 4] = [
    ("field", "Field", Unit::Text, Some(0), "key in the file", |g| Cell::Text(g.what.clone())),
    ("entries", "Entries", Unit::Count, Some(0), "in how many models that were kept", |g| {
        Cell::Count(g.models.len() as u64)
    }),
    ("why", "Why", Unit::Text, Some(1), "why it has no place in a plan file", |g| Cell::Text(g.why.clone())),
    ("models", "Models", Unit::List, None, "in which", list),
];

const SILENT: [Field<Group>; 3] = [
    ("rate", "Rate", Unit::Text, Some(0), "what one says and the other does not", |g| Cell::Text(g.what.clone())),
    ("says", "Said by", Unit::Text, Some(0), "who says it: `catalogue` or `file`", |g| Cell::Text(g.why.clone())),
    ("models", "Models", Unit::List, Some(1), "of which models", list),
];

const ELSEWHERE: [Field<import::Elsewhere>; 5] = [
    ("model", "Model", Unit::Text, Some(0), "a model that was kept from its maker", |e| Cell::Text(e.model.clone())),
    ("seller", "Seller", Unit::Text, Some(0), "who asks another price", |e| Cell::Text(e.provider.clone())),
    ("input_usd_per_mtok", "In", Unit::Rate, Some(0), "prompt tokens that were not in the cache", |e| {
        table::rate(e.rates.base[TokenClass::Input])
    }),
    ("cache_read_usd_per_mtok", "Read", Unit::Rate, Some(1), "prompt tokens read from the cache", |e| {
        table::rate(e.rates.base[TokenClass::CacheRead])
    }),
    ("output_usd_per_mtok", "Out", Unit::Rate, Some(0), "answer tokens", |e| {
        table::rate(e.rates.base[TokenClass::Output])
    }),
];

fn list(group: &Group) -> Cell {
    Cell::List(group.models.iter().map(|model| Cell::Text(model.clone())).collect())
}

pub(super) fn shape() -> Shape {
    let counts = ["read", "kept", "skipped", "conflicts", "compared", "agree"];
    let sections = sections(&[], &Groups::default());
    ("prices-import", columns(&fields()), counts.map(|key| (key, Unit::Count)).to_vec(), sections)
}

#[derive(Default)]
struct Groups {
    skipped: Vec<Group>,
    not_carried: Vec<Group>,
    silent: Vec<Group>,
}

fn sections(elsewhere: &[import::Elsewhere], groups: &Groups) -> Vec<Section> {
    vec![
        section("skipped", "Not kept".to_owned(), &SKIPPED, &groups.skipped),
        section("not_carried", "Kept without".to_owned(), &NOT_CARRIED, &groups.not_carried),
        section("silent", "Said by one alone".to_owned(), &SILENT, &groups.silent),
        section("elsewhere", "Sold by others at another price".to_owned(), &ELSEWHERE, elsewhere),
    ]
}

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Answered, Stop> {
    let selected = match table::chosen(&args.output, &columns(&fields()))? {
        Chosen::Help(help) => return Ok(help),
        Chosen::Columns(selected) => selected,
    };
    let sellers = args.seller.iter().map(|text| pattern(text)).collect::<Result<Vec<_>, Stop>>()?;
    let mut problems = Vec::new();
    let texts = args.prices.texts(std::slice::from_ref(&args.file), world, &mut problems)?;
    let [input] = texts.as_slice() else {
        if problems.is_empty() {
            problems.push(Problem::error(codes::USAGE, "import takes one file").help("name them one after the other"));
        }
        return Err(Stop { exit: Exit::Input, problems });
    };
    let source = &input.source;
    let day = args.date.map(|day| match day {
        Day::On(day) => day,
        Day::Today => today(),
    });
    let refuse = |problem: Box<Problem>| Stop { exit: Exit::Input, problems: vec![*problem] };
    let project = match args.from.project() {
        Some(project) => project,
        None => import::recognize(source).map_err(refuse)?,
    };
    let terms = Terms { day, sellers: &|id| sellers.iter().any(|seller| seller.matches(id)) };
    let mut file = import::read(project, source, terms).map_err(refuse)?;
    problems.append(&mut file.problems);
    let mut loaded = args.prices.load(&[], world, &mut problems)?;
    loaded.day = args.prices.day(world)?.or(day).or(loaded.day);
    loaded.names.push(source.name.clone());
    loaded.inputs.push(vec![
        ("path", Cell::Text(source.name.clone())),
        ("sha256", Cell::Text(sha256(&source.text))),
        ("plans", Cell::Count(0)),
    ]);
    if file.rates.is_empty() {
        let message = format!("`{}` has no price that is kept", source.name);
        problems.push(
            Problem::error(codes::IMPORT, message)
                .at(Place::whole(source))
                .help("`--seller GLOB` takes from others than makers; `--table skipped` says why each was left out"),
        );
    }
    if let Some(to) = args.to.as_deref().filter(|_| !file.rates.is_empty()) {
        let text = plan_file(&file, source, day);
        let wrong = write::problems(&to.to_string_lossy(), &text, &file.rates);
        if !wrong.is_empty() {
            return Err(Stop { exit: Exit::Input, problems: wrong });
        }
        if to.as_os_str() == "-" {
            complain(world, &args.output, &problems);
            return Ok(Answered::Help(text));
        }
        write_to(to, &text, &loaded)?;
    }
    let made = made(args, &file, &loaded, day);
    Ok(document(made, selected, loaded, problems))
}

fn write_to(to: &Path, text: &str, loaded: &Loaded) -> Result<(), Stop> {
    output::to_file(to, text, &loaded.names)
        .map_err(|error| Stop { exit: Exit::Output, problems: vec![not_written(&error, Some(to))] })
}

/// The rates as a plan file, under where they come from.
fn plan_file(file: &Imported, source: &Arc<Source>, day: Option<Date>) -> String {
    let head = [
        format!("List prices imported by plancost from {} ({}; MIT).", file.project, file.project.address()),
        format!("File: {}", source.name),
        format!(
            "Date: {}",
            day.map_or_else(|| "not stated; prices without a day count as stale".to_owned(), |d| d.to_string())
        ),
        format!("SHA-256: {}", sha256(&source.text)),
        format!(
            "Read {}, kept {}, left out {}; {} kept without some field.",
            counted(file.read, "entry", "entries"),
            kept(file),
            file.skipped.len(),
            counted(
                file.not_carried.iter().map(|n| &n.model).collect::<std::collections::BTreeSet<_>>().len(),
                "model",
                "models"
            ),
        ),
    ];
    write::rates(&head, &file.rates)
}

/// Models that were kept.
fn kept(file: &Imported) -> usize {
    file.rates.iter().map(|rates| &rates.model).collect::<std::collections::BTreeSet<_>>().len()
}

fn made(args: &Args, file: &Imported, loaded: &Loaded, day: Option<Date>) -> Made {
    let compared = compare(&file.rates, &loaded.rates, loaded.on());
    let mut lines: Vec<Line<'_>> = Vec::new();
    for compared in &compared {
        let contradictions = compared.differences.iter().filter(|difference| difference.contradicts());
        lines.extend(contradictions.map(|difference| Line { compared, difference }));
    }
    let groups = Groups {
        skipped: grouped(file.skipped.iter().map(|skipped| {
            let seller = if skipped.provider.is_empty() { String::new() } else { format!("{}/", skipped.provider) };
            (skipped.reason.to_string(), String::new(), format!("{seller}{}", skipped.model))
        })),
        not_carried: grouped(
            file.not_carried.iter().map(|left| (left.field.clone(), left.why.to_owned(), left.model.clone())),
        ),
        silent: grouped(silent(&compared)),
    };
    let known = compared.iter().filter(|compared| compared.known.is_some()).count();
    let conflicts = compared.iter().filter(|compared| compared.contradicts()).count();
    let mut sections = sections(&file.elsewhere, &groups);
    let long = folded(&mut sections);
    Made {
        kind: "prices-import",
        columns: columns(&fields()),
        rows: rows(&fields(), &lines),
        sections,
        summary: vec![
            ("read", Cell::Count(file.read as u64)),
            ("kept", Cell::Count(kept(file) as u64)),
            ("skipped", Cell::Count(file.skipped.len() as u64)),
            ("conflicts", Cell::Count(conflicts as u64)),
            ("compared", Cell::Count(known as u64)),
            ("agree", Cell::Count((known - conflicts) as u64)),
        ],
        footer: long.into_iter().chain(footer(args, file, (known, conflicts), day, loaded)).collect(),
        assumptions: vec![
            ("project", Cell::Text(file.project.to_string())),
            ("date", day.map_or(Cell::Missing(Missing::Unknown), Cell::Date)),
            ("written_to", or_none(args.to.as_ref(), |to| Cell::Text(to.to_string_lossy().into_owned()))),
        ],
        no: false,
    }
}

/// Takes tables that would bury the disagreements out of sight, and says how to see them.
fn folded(sections: &mut [Section]) -> Option<String> {
    const ROWS_MOST: usize = 40;
    let mut long = Vec::new();
    for section in sections.iter_mut().filter(|section| section.rows.len() > ROWS_MOST) {
        section.columns.iter_mut().for_each(|column| column.shown = false);
        long.push(format!("{} ({} lines, --table {})", section.title, section.rows.len(), section.key));
    }
    (!long.is_empty()).then(|| format!("Too long to stand here: {}.", long.join(", ")))
}

/// Models by what happened to them.
fn grouped(items: impl Iterator<Item = (String, String, String)>) -> Vec<Group> {
    let mut groups: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (what, why, model) in items {
        groups.entry((what, why)).or_default().push(model);
    }
    groups.into_iter().map(|((what, why), models)| Group { what, why, models }).collect()
}

/// What the catalogue or the file says and the other does not, of models that both price.
fn silent<'a>(compared: &'a [Compared<'a>]) -> impl Iterator<Item = (String, String, String)> + 'a {
    let of = |compared: &'a Compared<'a>| {
        let alone = compared.differences.iter().filter(|difference| !difference.contradicts());
        let mut alone: Vec<(String, bool)> =
            alone.map(|difference| (difference.key.clone(), difference.from.is_some())).collect();
        // A tier that is there as a whole or not at all is one thing.
        let whole: Vec<String> =
            alone.iter().filter_map(|(key, _)| key.strip_suffix(".mark").map(str::to_owned)).collect();
        for (key, _) in &mut alone {
            if let Some(tier) = whole.iter().find(|tier| key.starts_with(&format!("{tier}."))) {
                key.clone_from(tier);
            }
        }
        alone.dedup();
        alone.into_iter().map(|(key, is_known)| {
            let says = if is_known { "catalogue" } else { "file" };
            (key, says.to_owned(), compared.entry.model.to_string())
        })
    };
    compared.iter().filter(|compared| compared.known.is_some()).flat_map(of)
}

fn footer(
    args: &Args,
    file: &Imported,
    (known, conflicts): (usize, usize),
    day: Option<Date>,
    loaded: &Loaded,
) -> Vec<String> {
    let kept: &[DatedRates] = &file.rates;
    let joined = file.read.saturating_sub(self::kept(file) + file.skipped.len());
    let mut footer = vec![format!(
        "Read {} of {}: {} kept with {}, {}{} left out.",
        counted(file.read, "entry", "entries"),
        file.project,
        counted(self::kept(file), "model", "models"),
        counted(kept.len(), "price", "prices"),
        if joined > 0 { format!("{joined} taken as other names of these, ") } else { String::new() },
        file.skipped.len()
    )];
    let on = loaded.day.map_or_else(String::new, |day| format!(" on {day}"));
    footer.push(format!(
        "The catalogue has {known} of these prices{on}: {} {} in all that both say, {conflicts} {}.",
        known - conflicts,
        if known - conflicts == 1 { "agrees" } else { "agree" },
        if conflicts == 1 { "disagrees" } else { "disagree" }
    ));
    match (&args.to, kept.is_empty()) {
        (Some(to), false) => footer.push(format!("Written to {}.", to.display())),
        _ => footer.push("Nothing is written without `--to FILE`.".to_owned()),
    }
    if day.is_none() {
        footer.push("Without `--date` these prices have no day and count as stale.".to_owned());
    }
    footer
}
