//! `plancost.toml`: defaults for flags, read as plan files are, so that every mistake is shown at its place.

use std::sync::Arc;

use super::codes;
use super::read::{Reader, Spot, table};
use super::shape::{self, Table};
use super::syntax;
use super::value::{Key, List, Text};
use crate::problem::{Place, Problem, Source};

/// The JSON Schema (draft 7) of a configuration.
pub const CONFIG_SCHEMA: &str = include_str!("../../schemas/config.schema.json");

/// Whose configuration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The project's: anything.
    Project,
    /// The user's: looks alone, so that figures are the same for everyone.
    User,
}

/// A default for a flag.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The key: the long flag with `_` for `-`; `plans` stands for the PLAN arguments.
    pub key: &'static str,
    /// Its value, or values, as the flag takes them.
    pub values: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Keys that change looks and never figures.
const LOOKS: &[&str] = &["color", "ascii", "decimals", "no_heat", "format", "columns", "sort", "max_diagnostics"];

/// Every key and what it means, in the order of the schema.
pub const CONFIG_KEYS: &[shape::KeyDoc] = shape::Config::KEYS;

/// Reads a configuration. Where there are problems, none of it is to be used.
#[must_use]
pub fn read(source: &Arc<Source>, whose: Whose) -> (Vec<Setting>, Vec<Problem>) {
    let mut reader = Reader::default();
    let tree = syntax::parse(source, &mut reader);
    let config = table::<shape::Config>(&mut reader, &Spot::new("", &tree, source));
    let settings = config.map_or_else(Vec::new, |config| settings(&config));
    if whose == Whose::User {
        for setting in settings.iter().filter(|setting| !LOOKS.contains(&setting.key)) {
            reader.report(
                Problem::error(codes::USER_FIGURES, format!("`{}` changes figures", setting.key))
                    .at(setting.place.clone())
                    .note("user-level config may change looks, never figures: they are the same for everyone")
                    .help("put it into the project's `plancost.toml`"),
            );
        }
    }
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| {
        problem.place.as_ref().and_then(|place| place.span.as_ref()).map_or(0, |span| span.start)
    });
    (settings, problems)
}

fn settings(config: &shape::Config) -> Vec<Setting> {
    let mut out = Vec::new();
    macro_rules! each {
        ($($key:ident)+) => {$(
            if let Some(place) = config.$key.place() {
                out.push(Setting { key: stringify!($key), values: vec![written(place)], place: place.clone() });
            }
        )+};
    }
    each! { as_of api_margin hours_per_day days_per_week mix billed fees strict }
    for (key, list) in [("prices", &config.prices), ("plans", &config.plans)] {
        out.extend(listed(key, list));
    }
    each! { policy color ascii decimals no_heat format }
    out.extend(listed("columns", &config.columns));
    each! { sort max_diagnostics }
    // Numbers and text as they were understood.
    let understood = [
        ("api_margin", config.api_margin.get().map(|margin| margin.0.to_exact())),
        ("hours_per_day", config.hours_per_day.get().map(|hours| hours.0.to_exact())),
        ("days_per_week", config.days_per_week.get().map(|days| days.0.to_string())),
        ("decimals", config.decimals.get().map(|decimals| decimals.0.to_string())),
        ("max_diagnostics", config.max_diagnostics.get().map(|most| most.0.to_string())),
        ("policy", config.policy.get().map(|text| text.0.clone())),
        ("sort", config.sort.get().map(|text| text.0.clone())),
    ];
    for (key, value) in understood {
        if let (Some(setting), Some(value)) = (out.iter_mut().find(|setting| setting.key == key), value) {
            setting.values = vec![value];
        }
    }
    out
}

fn listed(key: &'static str, list: &Key<List<Text>>) -> Option<Setting> {
    let at = list.at()?;
    let values = at.value.0.iter().map(|item| item.value.0.clone()).collect();
    Some(Setting { key, values, place: at.place.clone() })
}

/// A word, day or flag as it is written, without quotes.
fn written(place: &Place) -> String {
    let text = place.span.clone().and_then(|span| place.source.text.get(span)).unwrap_or("");
    text.trim_matches(['"', '\'']).to_owned()
}
