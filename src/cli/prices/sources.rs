//! Files of prices: plan files, and the files of other projects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::import::{self, Imported, Project, Terms};
use crate::catalog::{self, Input, codes};
use crate::cli::asked::{day_asked, input_record, price_record, sha256, today};
use crate::cli::inputs::{self, Selection};
use crate::cli::values::Day;
use crate::cli::world::World;
use crate::cli::{Exit, Stop, diff};
use crate::problem::{Level, Place, Problem, Source, nearest};
use crate::rates::{DatedRates, Lookup, RateBook};
use crate::report::Record;
use crate::units::Date;

/// Which prices.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Prices")]
pub(super) struct PriceArgs {
    /// Also take prices from this file; later ones win
    #[arg(long, value_name = "FILE")]
    pub(super) prices: Vec<PathBuf>,
    /// Do not use the rates inside the program
    #[arg(long)]
    pub(super) no_bundled: bool,
    /// Use the prices of this day, or of `today` [default: the newest date in the inputs] [env: PLANCOST_AS_OF]
    #[arg(long, value_name = "DATE", value_parser = crate::cli::values::day)]
    pub(super) as_of: Option<Day>,
    /// Most bytes of a file [default: 1MiB; of JSON 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = crate::cli::values::size)]
    pub(super) max_file_size: Option<u64>,
    /// Name of standard input in messages
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub(super) stdin_name: String,
}

/// Most bytes of a price file of another project: ten times the largest there is.
const JSON_MOST: u64 = 64 << 20;
/// Most bytes of a plan file, which takes far more memory than its text.
const TOML_MOST: u64 = 1 << 20;

/// The prices that were read.
pub(super) struct Loaded {
    pub(super) rates: RateBook,
    /// The day whose prices count; `None`: no input has a date.
    pub(super) day: Option<Date>,
    pub(super) inputs: Vec<Record>,
    pub(super) prices: Vec<Record>,
    /// Files that must not be written over.
    pub(super) names: Vec<String>,
}

impl PriceArgs {
    fn selection(&self, paths: Vec<PathBuf>) -> Selection {
        Selection {
            paths,
            // What plans lack is not asked here.
            plans: false,
            recursive: false,
            max_bytes: self.max_file_size.unwrap_or(JSON_MOST),
            stdin_name: self.stdin_name.clone(),
        }
    }

    /// The texts of files.
    pub(super) fn texts(
        &self,
        paths: &[PathBuf],
        world: &mut World<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Input>, Stop> {
        if world.stdin_is_terminal && paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(Problem::error(codes::USAGE, "`-` reads standard input, which is a terminal")
                .help("pipe a price file in, or name one")
                .into());
        }
        let mut inputs = inputs::read(&self.selection(paths.to_vec()), world, problems);
        inputs.retain(|input| {
            let text = &input.source.text;
            let fits = self.max_file_size.is_some()
                || text.len() as u64 <= TOML_MOST
                || diff::is_json(&input.source.name, text);
            if !fits {
                let message = format!("`{}` is larger than {TOML_MOST} bytes", input.source.name);
                let problem = Problem::error(codes::TOO_LARGE, message).at(Place::whole(&input.source));
                problems.push(problem.help("raise the limit with `--max-file-size`"));
            }
            fits
        });
        Ok(inputs)
    }

    /// The day that was asked for.
    pub(super) fn day(&self, world: &World<'_>) -> Result<Option<Date>, Stop> {
        Ok(day_asked(self.as_of, world)?.map(|day| match day {
            Day::On(day) => day,
            Day::Today => today(),
        }))
    }

    /// Reads the catalogue inside the program, then files; later ones win.
    pub(super) fn load(
        &self,
        files: &[PathBuf],
        world: &mut World<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<Loaded, Stop> {
        let mut texts = if self.no_bundled { Vec::new() } else { catalog::bundled() };
        let named: Vec<PathBuf> = self.prices.iter().chain(files).cloned().collect();
        texts.extend(self.texts(&named, world, problems)?);
        let day = self.day(world)?;
        Ok(together(texts, day, problems))
    }

    /// One side of a comparison: a file, or `bundled` for the catalogue inside the program.
    pub(super) fn side(&self, path: &Path, world: &mut World<'_>, problems: &mut Vec<Problem>) -> Result<Loaded, Stop> {
        let day = self.day(world)?;
        let texts = if path.as_os_str() == "bundled" && !path.exists() {
            catalog::bundled()
        } else {
            self.texts(&[path.to_owned()], world, problems)?
        };
        Ok(together(texts, day, problems))
    }
}

/// Whatever another project's file says, every seller's prices that count; whose file it is, is seen from its shape.
fn imported(source: &Arc<Source>) -> Result<Imported, Box<Problem>> {
    let project = import::recognize(source)?;
    import::read(project, source, Terms { day: None, sellers: &|_| false })
}

/// The prices of several files, a later one before an earlier.
fn together(texts: Vec<Input>, asked: Option<Date>, problems: &mut Vec<Problem>) -> Loaded {
    let (json, toml): (Vec<Input>, Vec<Input>) =
        texts.into_iter().partition(|input| diff::is_json(&input.source.name, &input.source.text));
    let (mut catalog, found) = catalog::read(&toml, &[]);
    problems.extend(found.into_iter().filter(|problem| problem.level == Level::Error));
    let mut newest = catalog.newest;
    for input in &json {
        match imported(&input.source) {
            Err(problem) => problems.push(*problem),
            Ok(file) => {
                problems.extend(file.problems);
                let dates = file.rates.iter().flat_map(|rates| [rates.provenance.checked, rates.validity.from]);
                newest = newest.max(dates.flatten().max().filter(|_| toml.is_empty()));
                file.rates.iter().for_each(|rates| catalog.rates.remove(&rates.model));
                file.rates.into_iter().for_each(|rates| catalog.rates.insert(rates));
            }
        }
    }
    let day = asked.or(newest);
    let texts: Vec<Input> = toml.into_iter().chain(json).collect();
    let hashes: Vec<String> = texts.iter().map(|input| sha256(&input.source.text)).collect();
    let of = || texts.iter().zip(&hashes);
    Loaded {
        day,
        inputs: of()
            .filter(|(input, _)| !input.bundled)
            .map(|(input, hash)| input_record(input, hash, &catalog))
            .collect(),
        prices: of().filter_map(|(input, hash)| price_record(input, hash, &catalog, day)).collect(),
        names: texts.iter().filter(|input| !input.bundled).map(|input| input.source.name.clone()).collect(),
        rates: catalog.rates,
    }
}

impl Loaded {
    /// The day, or the last there is where no input has a date: then every price without one holds.
    pub(super) fn on(&self) -> Date {
        self.day.unwrap_or(Date::MAX)
    }

    /// All entries of a model, by their first day.
    pub(super) fn entries(&self, model: &str) -> Result<Vec<&DatedRates>, Stop> {
        let Some(name) = self.rates.resolve(model).cloned() else { return Err(self.unknown(model)) };
        let mut entries: Vec<&DatedRates> = self.rates.iter().filter(|rates| rates.model == name).collect();
        entries.sort_by_key(|rates| rates.validity.from);
        Ok(entries)
    }

    /// The rates of a model on the day.
    pub(super) fn rates_of(&self, model: &str) -> Result<&DatedRates, Stop> {
        match self.rates.on(model, self.on()) {
            Lookup::Found(rates) => Ok(rates),
            Lookup::NoSuchModel => Err(self.unknown(model)),
            Lookup::NotOnThatDay => {
                let message = format!("`{model}` has no price on {}", self.on());
                Err(Problem::error(codes::UNKNOWN_MODEL, message)
                    .help(format!("`plancost prices show {model}` lists the days; ask for one with `--as-of`"))
                    .into())
            }
        }
    }

    fn unknown(&self, model: &str) -> Stop {
        let problem = Problem::error(codes::UNKNOWN_MODEL, format!("no price of a model `{model}`"));
        match nearest(model, self.rates.names()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("`plancost prices list --columns model,vendor` lists them"),
        }
        .into()
    }

    /// Days since a price was compared with its source, on the day; 0 if that was later.
    pub(super) fn age(&self, rates: &DatedRates) -> Option<u64> {
        let days = (self.day? - rates.provenance.checked?).get_days();
        Some(u64::try_from(days).unwrap_or(0))
    }
}

/// A stop with what was wrong with the inputs before it: a model may be missing because its file could not be read.
pub(super) fn after(stop: Stop, problems: &[Problem]) -> Stop {
    let told: Vec<Problem> = problems.iter().filter(|problem| problem.level == Level::Error).cloned().collect();
    if told.is_empty() {
        return stop;
    }
    Stop { exit: Exit::Input, problems: told.into_iter().chain(stop.problems).collect() }
}

/// A pattern of names of models.
pub(super) fn pattern(text: &str) -> Result<glob::Pattern, Stop> {
    glob::Pattern::new(text).map_err(|error| {
        Problem::error(codes::USAGE, format!("`{text}` is not a pattern: {}", error.msg.to_lowercase()))
            .help("write the name of a model, or `*` for anything: `claude-*`")
            .into()
    })
}

/// The word for a project among flags.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum ProjectWord {
    /// Seen from the file's shape
    Auto,
    /// `api.json`
    #[value(name = "models.dev")]
    ModelsDev,
    /// `model_prices_and_context_window.json`
    Litellm,
    /// `data.json` or `data_slim.json`
    GenaiPrices,
}

impl ProjectWord {
    pub(super) const fn project(self) -> Option<Project> {
        match self {
            Self::Auto => None,
            Self::ModelsDev => Some(Project::ModelsDev),
            Self::Litellm => Some(Project::Litellm),
            Self::GenaiPrices => Some(Project::GenaiPrices),
        }
    }
}
