//! Which population is asked about: in words, by its id, or measured.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::asked::{Asked, sha256};
use super::output::reason;
use super::world::World;
use super::{Exit, Stop};
use crate::catalog::{self, codes, sample};
use crate::fact::Provenance;
use crate::population::fit::{self, Method};
use crate::population::{Distribution, Members, Population, Quantity, ShapeError};
use crate::problem::{Place, Problem, Source, nearest};
use crate::report::{Cell, Missing, Record};
use crate::units::Ratio;

/// Who uses the plans, and how much.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Population")]
pub(super) struct PopulationArgs {
    /// How use is spread, in words: `lognormal(median=3%, s=1.28)`, `beta(2, 26)`, `pareto(floor=1%, a=1.6)`,
    /// `discrete(60%: 1%, 40%: 9%)`, `zero_inflated(30%, beta(2, 26))`, `mixture(90% light: 2%, 10% heavy: 80%)`
    #[arg(long, value_name = "SHAPE", conflicts_with_all = ["population", "utilizations"])]
    pub(super) dist: Option<String>,
    /// A `[[population]]` of the files read, or of the catalogue [default: typical]
    #[arg(long, value_name = "ID", conflicts_with = "utilizations")]
    pub(super) population: Option<String>,
    /// Measured use: a CSV file with one number a line, or with a column of them; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) utilizations: Option<PathBuf>,
    /// The column of that file [default: the one that can be meant]
    #[arg(long, value_name = "NAME", requires = "utilizations")]
    pub(super) column: Option<String>,
    /// Fit a shape to that file rather than take its users as they are
    #[arg(long, value_name = "METHOD", requires = "utilizations")]
    pub(super) fit: Option<FitWord>,
    /// What --dist or --utilizations count [default: share, or what the name of the column says]
    #[arg(long, value_name = "UNIT", conflicts_with = "population")]
    pub(super) unit: Option<UnitWord>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum UnitWord {
    /// Shares of the plan's maximum
    Share,
    /// Dollars a month at API list prices
    ApiUsd,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum FitWord {
    /// Lognormal through the quantiles at 10, 25, 50, 75, 90 and 99 %
    Quantiles,
    /// Lognormal from what the top 1 and 10 % hold, at the mean
    TopShares,
    /// Lognormal from the Gini coefficient, at the mean
    Gini,
    /// Lognormal with the mean and the standard deviation
    Moments,
    /// Pareto from what the top 1 and 10 % hold, at the mean
    Pareto,
    /// Beta with the mean and the standard deviation
    Beta,
}

/// The population of a run.
pub(super) struct Chosen {
    /// Who it is made of.
    pub(super) members: Members,
    /// All of them together: demand, so that a utilization may pass 1.
    pub(super) whole: Distribution,
    /// What is spread.
    pub(super) of: Quantity,
    /// What it is, in words.
    pub(super) words: String,
    /// What stands behind it, where a file describes it.
    pub(super) provenance: Option<Provenance>,
    /// The file it was read from, if it has one of its own.
    pub(super) input: Option<Record>,
    /// The name of that file, so that it is not written over.
    pub(super) input_name: Option<String>,
}

/// The population where none is asked for.
const DEFAULT: &str = "typical";

/// The demand, in dollars a month, where none is asked for.
const DEFAULT_DEMAND: &str = "lognormal(median=60, s=1.2763)";

/// Most bytes of measured use: some ten million lines.
const SAMPLE_BYTES_MOST: u64 = 128 << 20;

impl PopulationArgs {
    /// Whether a population is named.
    pub(super) const fn is_given(&self) -> bool {
        self.dist.is_some() || self.population.is_some() || self.utilizations.is_some()
    }

    /// Reads what the flags name.
    pub(super) fn settle(&self, asked: &Asked, world: &mut World<'_>) -> Result<Chosen, Stop> {
        match (&self.dist, &self.utilizations) {
            (Some(text), _) => self.in_words(text, Quantity::Utilization),
            (None, Some(path)) => self.measured(path, self.unit.map(UnitWord::quantity), world),
            (None, None) => self.population.as_ref().map_or_else(|| typical(asked), |id| named(id, asked)),
        }
    }

    /// The same where dollars are asked for: figures without a unit are dollars. Who is named by an id may still be in
    /// shares.
    pub(super) fn settle_in_usd(&self, asked: &Asked, world: &mut World<'_>) -> Result<Chosen, Stop> {
        let unit = self.unit.map_or(Quantity::ApiUsd, UnitWord::quantity);
        match (&self.dist, &self.utilizations, &self.population) {
            (Some(text), ..) => self.in_words(text, Quantity::ApiUsd),
            (None, Some(path), _) => self.measured(path, Some(unit), world),
            (None, None, Some(id)) => named(id, asked),
            (None, None, None) => self.in_words(DEFAULT_DEMAND, Quantity::ApiUsd),
        }
    }

    fn in_words(&self, text: &str, unit: Quantity) -> Result<Chosen, Stop> {
        of_words(text, self.unit.map_or(unit, UnitWord::quantity))
    }

    fn measured(&self, path: &Path, unit: Option<Quantity>, world: &mut World<'_>) -> Result<Chosen, Stop> {
        let unusable = |problems| Stop { exit: Exit::Input, problems };
        let source = read(path, world)?;
        let sample = sample::sample(&source, self.column.as_deref(), unit);
        let sample = sample.map_err(unusable)?;
        let refused = |why: String, help: &str| {
            unusable(vec![Problem::error(codes::SHAPE, why).at(Place::whole(&source)).help(help)])
        };
        let measured = Distribution::empirical(&sample.values)
            .map_err(|error| refused(error.to_string(), "write shares of the maximum, or dollars a month"))?;
        let (spread, how) = match self.fit {
            None => (measured, String::new()),
            Some(word) => (
                fitted(&sample.values, word).map_err(|why| {
                    refused(why, "try another `--fit`, or none: the users are then taken as they are")
                })?,
                format!(", fitted by {}", word.words()),
            ),
        };
        let column = sample.column.as_ref().map_or_else(String::new, |name| format!(", column `{name}`"));
        let count = crate::render::cell(&Cell::Count(sample.values.len() as u64));
        let words = format!("{count} users of {}{column}{how}", source.name);
        let chosen = Chosen::new(Members::of(spread), sample.of, words)?;
        let record = vec![
            ("path", Cell::Text(source.name.clone())),
            ("sha256", Cell::Text(sha256(&source.text))),
            ("plans", Cell::Count(0)),
        ];
        let name = (path.as_os_str() != "-").then(|| source.name.clone());
        Ok(Chosen { input: Some(record), input_name: name, ..chosen })
    }
}

impl UnitWord {
    const fn quantity(self) -> Quantity {
        match self {
            Self::Share => Quantity::Utilization,
            Self::ApiUsd => Quantity::ApiUsd,
        }
    }
}

impl FitWord {
    const fn method(self) -> Method {
        match self {
            Self::Quantiles => Method::LognormalQuantiles,
            Self::TopShares => Method::LognormalTopShares,
            Self::Gini => Method::LognormalGini,
            Self::Moments => Method::LognormalMoments,
            Self::Pareto => Method::ParetoTopShares,
            Self::Beta => Method::BetaMoments,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Quantiles => "a lognormal through their quantiles",
            Self::TopShares => "a lognormal from their top shares",
            Self::Gini => "a lognormal from their Gini coefficient",
            Self::Moments => "a lognormal with their mean and standard deviation",
            Self::Pareto => "a Pareto from their top shares",
            Self::Beta => "a beta with their mean and standard deviation",
        }
    }
}

impl Chosen {
    fn new(members: Members, of: Quantity, words: String) -> Result<Self, Stop> {
        let whole = members.whole().map_err(|error| Problem::error(codes::SHAPE, error.to_string()))?;
        Ok(Self { members, whole, of, words, provenance: None, input: None, input_name: None })
    }

    /// What people read of it below a table.
    pub(super) fn line(&self) -> String {
        let of = match self.of {
            Quantity::Utilization => "shares of the maximum",
            Quantity::ApiUsd => "API dollars a month",
        };
        let behind = self.provenance.as_ref().map_or_else(String::new, |behind| {
            let site = behind.source.as_deref().map_or_else(String::new, |source| format!(" by {}", site(source)));
            let checked = behind.checked.map_or_else(String::new, |day| format!(", {day}"));
            format!("; {}{site}{checked}", behind.basis.word())
        });
        format!("Population: {}, {of}{behind}.", self.words)
    }

    /// The same for machines.
    pub(super) fn record(&self) -> Record {
        let text = |text: &str| Cell::Text(text.to_owned());
        let none = || Cell::Missing(Missing::NotApplicable);
        let behind = self.provenance.as_ref();
        vec![
            ("population", text(&self.words)),
            ("population_unit", text(if self.of == Quantity::ApiUsd { "api-usd" } else { "share" })),
            ("population_basis", behind.map_or_else(none, |behind| text(behind.basis.word()))),
            ("population_source", behind.and_then(|behind| behind.source.as_deref()).map_or_else(none, text)),
            ("population_checked", behind.and_then(|behind| behind.checked).map_or_else(none, Cell::Date)),
        ]
    }

    /// Demand on a plan of this maximum, as shares of it.
    ///
    /// # Errors
    ///
    /// Dollars by a maximum of nothing, or one so small or large that the shares leave the range of a float.
    pub(super) fn demand_on(&self, max_api_usd: &Ratio) -> Result<Distribution, ShapeError> {
        demand(&self.whole, self.of, max_api_usd)
    }
}

/// Who publishes an address; any other source as it is.
fn site(source: &str) -> &str {
    let address = source.strip_prefix("https://").or_else(|| source.strip_prefix("http://"));
    address
        .and_then(|address| address.split('/').next())
        .map_or(source, |host| host.strip_prefix("www.").unwrap_or(host))
}

/// A spread as shares of a maximum.
pub(super) fn demand(spread: &Distribution, of: Quantity, max_api_usd: &Ratio) -> Result<Distribution, ShapeError> {
    match of {
        Quantity::Utilization => Ok(spread.clone()),
        Quantity::ApiUsd => {
            let wanted = "above 0 to divide dollars by";
            let max = max_api_usd.to_f64();
            let shares = Ratio::one().checked_div(max_api_usd);
            let shares = shares.ok_or(ShapeError::OutOfRange { name: "the maximum", value: max, wanted })?;
            spread.scaled(shares.to_f64())
        }
    }
}

/// A shape fitted to a sample; those who use nothing stand apart, since no lognormal or Pareto holds them.
fn fitted(values: &[f64], word: FitWord) -> Result<Distribution, String> {
    let users: Vec<f64> = values.iter().copied().filter(|&value| value > 0.0).collect();
    if users.is_empty() {
        return Err("nobody uses anything, so that there is nothing to fit".to_owned());
    }
    let sample = Distribution::empirical(&users).map_err(|error| error.to_string())?;
    let shape = fit::fit(&sample, word.method()).map_err(|error| error.to_string())?;
    let idle = values.len() - users.len();
    if idle == 0 {
        return Ok(shape);
    }
    let share = Ratio::new(idle as i128, values.len() as i128).to_f64();
    Distribution::zero_inflated(share, &shape).map_err(|error| error.to_string())
}

/// A population in words.
pub(super) fn of_words(text: &str, of: Quantity) -> Result<Chosen, Stop> {
    let members = catalog::distribution::members(text).map_err(|mistake| {
        let source = Arc::new(Source { name: "--dist".to_owned(), text: text.to_owned() });
        let problem = Problem::error(codes::SHAPE, mistake.message).at(Place::at(&source, mistake.span));
        Stop::from(problem.help(mistake.help))
    })?;
    Chosen::new(members, of, text.to_owned())
}

/// The population that stands for any tier, also where the catalogue inside the program is left out.
fn typical(asked: &Asked) -> Result<Chosen, Stop> {
    if let Some(population) = asked.catalog.populations.get(DEFAULT) {
        return described(population);
    }
    let (bundled, _) = catalog::read(&catalog::bundled(), &[]);
    match bundled.populations.get(DEFAULT) {
        Some(population) => described(population),
        None => named(DEFAULT, asked),
    }
}

/// A population of the catalogue.
pub(super) fn named(id: &str, asked: &Asked) -> Result<Chosen, Stop> {
    let populations = &asked.catalog.populations;
    let Some(population) = populations.get(id) else {
        let problem = Problem::error(codes::USAGE, format!("no population `{id}`"));
        let ids = || populations.keys().map(|id| &**id);
        return Err(match nearest(id, ids()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if populations.is_empty() => {
                problem.help("say how use is spread: `--dist 'lognormal(median=3%, s=1.28)'`")
            }
            None => problem.help(format!("the populations are {}", ids().collect::<Vec<_>>().join(", "))),
        }
        .into());
    };
    described(population)
}

fn described(population: &Population) -> Result<Chosen, Stop> {
    let id = &population.id;
    let named = population.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let provenance = Some(population.provenance.clone());
    let chosen = Chosen::new(population.members.clone(), population.of, format!("`{id}`{named}"))?;
    Ok(Chosen { provenance, ..chosen })
}

fn read(path: &Path, world: &mut World<'_>) -> Result<Arc<Source>, Stop> {
    let is_stdin = path.as_os_str() == "-";
    if is_stdin && world.stdin_is_terminal {
        let problem = Problem::error(codes::USAGE, "`-` reads standard input, which is a terminal");
        return Err(problem.help("pipe a CSV file in, or name one").into());
    }
    let name = if is_stdin { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let mut bytes = Vec::new();
    let read = if is_stdin {
        world.stdin.take(SAMPLE_BYTES_MOST + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(SAMPLE_BYTES_MOST + 1).read_to_end(&mut bytes))
    };
    let unusable = |problem: Problem| {
        let source = Arc::new(Source { name: name.clone(), text: String::new() });
        Stop { exit: Exit::Input, problems: vec![problem.at(Place::whole(&source))] }
    };
    if let Err(error) = read {
        let message = format!("cannot read `{name}`: {}", reason(&error));
        return Err(unusable(Problem::error(codes::UNREADABLE, message)));
    }
    if bytes.len() as u64 > SAMPLE_BYTES_MOST {
        let problem = Problem::error(codes::TOO_LARGE, format!("`{name}` is larger than 128 MiB"));
        return Err(unusable(problem.help("take a random part of its lines: a million say as much")));
    }
    String::from_utf8(bytes).map(|text| Arc::new(Source { name: name.clone(), text })).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let problem = Problem::error(codes::ENCODING, format!("`{name}` is not UTF-8: see byte {at}"));
        unusable(problem.help("save it as UTF-8"))
    })
}
