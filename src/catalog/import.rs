//! Price files of other projects: text to list prices, and everything that could not be carried.
//!
//! Three projects keep prices of many vendors: models.dev, LiteLLM and genai-prices. A model is kept where its maker
//! sells it, and the prices of others who sell it are listed beside it. Nothing is made up: a cache or tier rate that a
//! file does not state is not there, a number is read digit by digit, and what has no place in a plan file is named.

mod genai_prices;
mod json;
mod litellm;
mod models_dev;
mod sheet;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use json::{Members, Piece};

use super::codes;
use crate::fact::{Basis, Line, Provenance, Validity};
use crate::problem::{Place, Problem, Source};
use crate::rates::{DatedRates, Rates};
use crate::units::Date;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Project {
    /// `api.json` of <https://models.dev>.
    ModelsDev,
    /// `model_prices_and_context_window.json` of LiteLLM.
    Litellm,
    /// `data.json` or `data_slim.json` of genai-prices.
    GenaiPrices,
}

impl Project {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ModelsDev, Self::Litellm, Self::GenaiPrices];

    /// Its name, as a flag takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ModelsDev => "models.dev",
            Self::Litellm => "litellm",
            Self::GenaiPrices => "genai-prices",
        }
    }

    /// Where it publishes its file.
    #[must_use]
    pub const fn address(self) -> &'static str {
        match self {
            Self::ModelsDev => "https://models.dev/api.json",
            Self::Litellm => {
                "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
            }
            Self::GenaiPrices => "https://github.com/pydantic/genai-prices/tree/main/prices",
        }
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What to take of a file.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The day on which the file was published or fetched. Undated prices hold from it, and were so earlier too.
    pub day: Option<Date>,
    /// Other sellers than makers to take from, by their ids in the file.
    pub sellers: &'a dyn Fn(&str) -> bool,
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Whose file it is.
    pub project: Project,
    /// Entries that were read.
    pub read: usize,
    /// The list prices, by vendor and model.
    pub rates: Vec<DatedRates>,
    /// Entries that were not kept.
    pub skipped: Vec<Skipped>,
    /// Parts of entries that were kept for which plan files have no place.
    pub not_carried: Vec<NotCarried>,
    /// Prices of others for models that were kept from their maker.
    pub elsewhere: Vec<Elsewhere>,
    /// Entries with a number that is no price.
    pub problems: Vec<Problem>,
}

/// An entry that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Who sells the model, by the id in the file.
    pub provider: String,
    /// The model, as the file names it.
    pub model: String,
    /// Why.
    pub reason: Reason,
}

/// Why an entry was not kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It states no price of tokens or requests.
    NoPrice,
    /// It is billed otherwise: by the image, by the second.
    OtherKind(String),
    /// Every price is zero: free, part of a subscription, or not known, and the file does not say which.
    AllZero,
    /// Sold by someone who did not make it.
    Reseller,
    /// The seller has the name twice.
    Twice,
    /// It describes the form of the others.
    Specimen,
    /// A price that it needs cannot be used as it stands.
    Unusable(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrice => f.write_str("no price of tokens"),
            Self::OtherKind(kind) => write!(f, "not billed as text: {kind}"),
            Self::AllZero => f.write_str("every price is 0: free, in a plan, or not known"),
            Self::Reseller => f.write_str("sold by others than its maker"),
            Self::Twice => f.write_str("named twice"),
            Self::Specimen => f.write_str("a specimen, not a model"),
            Self::Unusable(why) => f.write_str(why),
        }
    }
}

/// Part of an entry for which a plan file has no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCarried {
    /// The model.
    pub model: String,
    /// The key in the file.
    pub field: String,
    /// Why it has no place.
    pub why: &'static str,
}

/// What someone else asks for a model that was kept from its maker.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The model, as it is kept.
    pub model: String,
    /// Who sells it too.
    pub provider: String,
    /// At these prices.
    pub rates: Rates,
}

/// Who makes models: vendor id, the ids under which the projects know it, and how the names of its models begin (any
/// name if none is listed). Where two sell one model, the earlier made it.
const MAKERS: &[(&str, &[&str], &[&str])] = &[
    ("anthropic", &["anthropic"], &["claude"]),
    ("openai", &["openai", "text-completion-openai"], &[]),
    ("google", &["google", "gemini"], &["gemini", "gemma"]),
    ("xai", &["xai", "x-ai"], &["grok"]),
    ("deepseek", &["deepseek"], &["deepseek"]),
    ("moonshot", &["moonshotai", "moonshot"], &["kimi", "moonshot"]),
    ("zai", &["zai"], &["glm"]),
    ("minimax", &["minimax"], &["minimax"]),
    ("mistral", &["mistral"], &[]),
    ("alibaba", &["alibaba", "dashscope"], &["qwen", "qwq", "qvq"]),
    ("xiaomi", &["xiaomi"], &["mimo"]),
    ("cerebras", &["cerebras"], &[]),
    ("perplexity", &["perplexity"], &[]),
    ("cohere", &["cohere", "cohere_chat"], &[]),
    ("aws", &["amazon-bedrock", "bedrock", "bedrock_converse", "aws"], &["amazon.", "nova"]),
];

/// An entry of a file, before it is decided whose price counts.
struct Entry {
    provider: String,
    model: String,
    aliases: Vec<String>,
    /// Where it stands.
    at: usize,
    /// The last day on which the project compared it with its source.
    checked: Option<Date>,
    not_carried: Vec<(String, &'static str)>,
    /// Dated prices, or why there are none.
    prices: Result<Vec<(Validity, Rates)>, Reason>,
}

/// Tells whose file a text is, by its shape.
///
/// # Errors
///
/// If it is no JSON, or the file of none of the three; the problem says what it looks like.
pub fn recognize(source: &Arc<Source>) -> Result<Project, Box<Problem>> {
    let piece = whole(source)?;
    looks_like(piece).ok_or_else(|| Box::new(unknown(source, piece)))
}

/// Reads a file of a project.
///
/// # Errors
///
/// If it is no JSON, or not of that project; the problem says which it looks like.
pub fn read(project: Project, source: &Arc<Source>, terms: Terms<'_>) -> Result<Imported, Box<Problem>> {
    let piece = whole(source)?;
    match looks_like(piece) {
        Some(found) if found != project => {
            let message = format!("`{}` looks like a file of {found}, not of {project}", source.name);
            let problem = Problem::error(codes::IMPORT, message).at(Place::whole(source));
            return Err(Box::new(problem.help(format!("read it with `--from {found}`, or `--from auto`"))));
        }
        Some(_) => {}
        None => return Err(Box::new(unknown(source, piece))),
    }
    let entries = match project {
        Project::ModelsDev => models_dev::entries(piece),
        Project::Litellm => litellm::entries(piece),
        Project::GenaiPrices => genai_prices::entries(piece),
    };
    Ok(gather(project, entries, source, terms))
}

/// The text as one JSON value.
fn whole(source: &Arc<Source>) -> Result<Piece<'_>, Box<Problem>> {
    Piece::whole(&source.text).map_err(|wrong| {
        let place = wrong.at.map_or_else(|| Place::whole(source), |at| Place::at(source, at..at));
        let text = &source.text;
        let is_plan_file = ["[[rates]]", "[[plan]]", "[vendor]"].iter().any(|table| text.contains(table));
        let (why, help) = match wrong.cut_off {
            true if text.trim().is_empty() => ("it is empty", "fetch it again"),
            true => ("it ends in the middle", "fetch it again"),
            false if is_plan_file => (&*wrong.why, "a plan file needs no import: `plancost prices list FILE` reads it"),
            false => (&*wrong.why, "take the JSON file that models.dev, litellm or genai-prices publishes"),
        };
        let message = format!("`{}` is not JSON: {why}", source.name);
        Box::new(Problem::error(codes::IMPORT, message).at(place).help(help))
    })
}

fn looks_like(piece: Piece<'_>) -> Option<Project> {
    if genai_prices::providers(piece).is_some() {
        return Some(Project::GenaiPrices);
    }
    let members = Members::of(piece)?;
    if models_dev::providers(piece).is_some() {
        return Some(Project::ModelsDev);
    }
    let is_priced = |piece: Piece<'_>| {
        Members::of(piece).is_some_and(|entry| entry.get("litellm_provider").is_some() || entry.get("mode").is_some())
    };
    members.iter().any(|(_, piece)| is_priced(piece)).then_some(Project::Litellm)
}

fn unknown(source: &Arc<Source>, piece: Piece<'_>) -> Problem {
    let members = Members::of(piece);
    let has = |key: &str| members.as_ref().is_some_and(|members| members.get(key).is_some());
    let what = if has("format_version") && has("tool") {
        "it looks like a document of plancost itself".to_owned()
    } else if members.as_ref().is_some_and(|members| members.iter().next().is_none()) {
        "it is empty".to_owned()
    } else {
        let keys: Vec<String> = members
            .iter()
            .flat_map(Members::iter)
            .take(3)
            .map(|(key, _)| super::read::shown(key).into_owned())
            .collect();
        if keys.is_empty() {
            "it has no providers".to_owned()
        } else {
            format!("it begins with `{}`", keys.join("`, `"))
        }
    };
    let message = format!("`{}` is a price file of none of the three projects: {what}", source.name);
    Problem::error(codes::IMPORT, message)
        .at(Place::whole(source))
        .help("take `api.json` of models.dev, `model_prices_and_context_window.json` of litellm, or `data.json` of genai-prices")
}

/// Who makes a model, if it is the one who sells it: the place among [`MAKERS`].
fn maker(provider: &str, model: &str) -> Option<usize> {
    let model = model.to_lowercase();
    let is = |(_, providers, names): &(&str, &[&str], &[&str])| {
        providers.contains(&provider) && (names.is_empty() || names.iter().any(|name| model.starts_with(name)))
    };
    MAKERS.iter().position(is)
}

/// The last part of a name: others who sell a model often write its maker before it.
fn last_part(model: &str) -> &str {
    model.rsplit_once('/').map_or(model, |(_, last)| last)
}

/// Decides whose price counts, joins names of one model, and dates what has no date.
fn gather(project: Project, entries: Vec<Entry>, source: &Arc<Source>, terms: Terms<'_>) -> Imported {
    let mut imported = Imported {
        project,
        read: entries.len(),
        rates: Vec::new(),
        skipped: Vec::new(),
        not_carried: Vec::new(),
        elsewhere: Vec::new(),
        problems: Vec::new(),
    };
    let mut kept: BTreeMap<String, (usize, Entry)> = BTreeMap::new();
    let mut spellings: BTreeMap<String, String> = BTreeMap::new();
    let mut others: Vec<Entry> = Vec::new();
    for entry in entries {
        let rank = maker(&entry.provider, &entry.model);
        let rank = rank.or_else(|| (terms.sellers)(&entry.provider).then_some(MAKERS.len()));
        if let Err(reason) = &entry.prices {
            imported.skip(&entry, reason.clone(), source, rank.is_some());
            continue;
        }
        let Some(rank) = rank else {
            imported.skip(&entry, Reason::Reseller, source, false);
            others.push(entry);
            continue;
        };
        // One model in two spellings is one model: nobody sells two whose names differ in case alone.
        let spelling = spellings.entry(entry.model.to_lowercase()).or_insert_with(|| entry.model.clone());
        match kept.remove(spelling) {
            None => {
                kept.insert(entry.model.clone(), (rank, entry));
            }
            Some((first, known)) => {
                let (rank, stays, goes) = if rank < first { (rank, entry, known) } else { (first, known, entry) };
                let reason = if stays.provider == goes.provider { Reason::Twice } else { Reason::Reseller };
                imported.skip(&goes, reason, source, true);
                others.push(goes);
                spelling.clone_from(&stays.model);
                kept.insert(stays.model.clone(), (rank, stays));
            }
        }
    }
    imported.compare_with(&kept, others);
    join_names(&mut kept);
    let mut entries: Vec<(usize, Entry)> = kept.into_values().collect();
    drop_taken_names(&mut entries);
    entries.sort_by(|(a, x), (b, y)| (a, &x.model).cmp(&(b, &y.model)));
    let ends: Vec<usize> = source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
    for (rank, entry) in entries {
        let line = Line { path: source.name.as_str().into(), line: 1 + ends.partition_point(|end| *end < entry.at) };
        imported.keep(rank, entry, line, terms.day);
    }
    imported
}

impl Imported {
    fn skip(&mut self, entry: &Entry, reason: Reason, source: &Arc<Source>, is_wanted: bool) {
        if let (Reason::Unusable(why), true) = (&reason, is_wanted) {
            let problem =
                Problem::warning(codes::IMPORT, format!("`{}` is left out: {why}", super::read::shown(&entry.model)))
                    .at(Place::at(source, entry.at..entry.at));
            self.problems.push(problem);
        }
        self.skipped.push(Skipped { provider: entry.provider.clone(), model: entry.model.clone(), reason });
    }

    /// Lists what others ask for the models that are kept.
    fn compare_with(&mut self, kept: &BTreeMap<String, (usize, Entry)>, others: Vec<Entry>) {
        for other in others {
            let known = kept.get(&other.model).or_else(|| kept.get(last_part(&other.model)));
            let Some((_, known)) = known else { continue };
            let now =
                |entry: &Entry| entry.prices.as_ref().ok().and_then(|prices| prices.last()).map(|(_, r)| r.clone());
            let (Some(theirs), Some(ours)) = (now(&other), now(known)) else { continue };
            if crate::rates::differences(&ours, &theirs).iter().any(crate::rates::Difference::contradicts) {
                self.elsewhere.push(Elsewhere { model: known.model.clone(), provider: other.provider, rates: theirs });
            }
        }
    }

    fn keep(&mut self, rank: usize, entry: Entry, line: Line, day: Option<Date>) {
        let vendor = MAKERS.get(rank).map_or(entry.provider.as_str(), |(vendor, ..)| vendor);
        let not_carried = entry.not_carried.into_iter();
        self.not_carried.extend(not_carried.map(|(field, why)| NotCarried { model: entry.model.clone(), field, why }));
        let provenance = Provenance {
            source: Some(format!("{}: {}/{}", self.project, entry.provider, entry.model).into()),
            checked: entry.checked.or(day),
            basis: Basis::Published,
            note: None,
            line,
        };
        for (validity, rates) in entry.prices.unwrap_or_default() {
            let undated = validity.from.is_none() && validity.until.is_none();
            let validity = match day {
                Some(day) if undated => Validity { from: Some(day), until: None, held_earlier: true },
                _ => validity,
            };
            self.rates.push(DatedRates {
                model: entry.model.as_str().into(),
                aliases: entry.aliases.iter().map(|alias| alias.as_str().into()).collect(),
                vendor: Some(vendor.into()),
                validity,
                provenance: provenance.clone(),
                rates,
                bundled: false,
            });
        }
    }
}

/// `claude-haiku-4-5-20251001` becomes another name of `claude-haiku-4-5` where both cost the same.
fn join_names(kept: &mut BTreeMap<String, (usize, Entry)>) {
    let dated: Vec<(String, String)> =
        kept.keys().filter_map(|model| Some((model.clone(), without_date(model)?.to_owned()))).collect();
    for (dated, base) in dated {
        let prices = |name: &str| kept.get(name).map(|(_, entry)| &entry.prices);
        if prices(&base).is_none() || prices(&base) != prices(&dated) {
            continue;
        }
        if let (Some((_, gone)), Some((_, base))) = (kept.remove(&dated), kept.get_mut(&base)) {
            base.aliases.extend(std::iter::once(gone.model).chain(gone.aliases));
        }
    }
}

/// A name without the day at its end, `-20251001` or `-2025-10-01`.
fn without_date(model: &str) -> Option<&str> {
    let is_day = |end: &str, shape: &str| {
        end.len() == shape.len()
            && end.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
    };
    ["-00000000", "-0000-00-00"].into_iter().find_map(|shape| {
        let at = model.len().checked_sub(shape.len()).filter(|&at| at > 0 && model.is_char_boundary(at))?;
        is_day(&model[at..], shape).then(|| &model[..at])
    })
}

/// An alias belongs to one model, and is not the name of another.
fn drop_taken_names(entries: &mut [(usize, Entry)]) {
    let mut taken: std::collections::BTreeSet<String> = entries.iter().map(|(_, entry)| entry.model.clone()).collect();
    for (_, entry) in entries {
        let (mine, others): (Vec<String>, Vec<String>) = entry
            .aliases
            .drain(..)
            .filter(|alias| *alias != entry.model)
            .partition(|alias| taken.insert(alias.clone()));
        entry.aliases = mine;
        entry.not_carried.extend(others.into_iter().map(|alias| (alias, "a name that another model has")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_at_the_end_of_a_name_is_seen() {
        assert_eq!(without_date("claude-haiku-4-5-20251001"), Some("claude-haiku-4-5"));
        assert_eq!(without_date("gpt-5.4-2026-03-05"), Some("gpt-5.4"));
        assert_eq!(without_date("-20251001"), None);
        assert_eq!(without_date("grok-4-0709"), None);
        assert_eq!(without_date("é-2026-03-0"), None);
    }

    #[test]
    fn a_maker_sells_what_it_made() {
        assert!(maker("anthropic", "claude-opus-4-8").is_some());
        assert!(maker("google", "claude-fable-5").is_none());
        assert!(maker("zai", "GLM-5.2").is_some());
        assert!(maker("zhipuai", "GLM-5.2").is_none());
    }
}
