//! Defaults for flags from `plancost.toml`: found upward from the working directory, told apart from the user's own.
//!
//! What a file says is laid under the arguments before they are read again: a flag that was given stays, a variable of
//! the environment stays, everything else is as if it had been typed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::inputs::{self, Selection};
use super::world::World;
use super::{Exit, Stop};
use crate::catalog::codes;
use crate::catalog::config::{CONFIG_KEYS, Setting, Whose, read};
use crate::problem::{Level, Place, Problem, Source};
use crate::report::{Cell, Record};

/// Most bytes of a configuration, as of any file of the format.
const BYTES_MOST: u64 = 1 << 20;

/// The name that is looked for.
const NAME: &str = "plancost.toml";

/// Keys that only one command has the columns for.
const OF_ANALYZE: &[&str] = &["columns", "sort"];

/// The variables that outrank a file for a key.
fn variables(key: &str) -> &'static [&'static str] {
    match key {
        "as_of" => &["PLANCOST_AS_OF"],
        "strict" => &["PLANCOST_STRICT"],
        "format" => &["PLANCOST_FORMAT"],
        "color" => &["PLANCOST_COLOR", "NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"],
        _ => &[],
    }
}

/// The defaults that hold: the project's, then the user's.
pub(super) struct Defaults {
    /// The project's file, or the one that was named.
    pub(super) project: Option<PathBuf>,
    settings: Vec<Setting>,
}

impl Defaults {
    fn get(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key == key)
    }
}

/// Reads the files that a command goes by; `None`: it goes by none.
pub(super) fn defaults(verb: &ArgMatches, world: &mut World<'_>) -> Result<Option<Defaults>, Stop> {
    // A command that knows no config has neither flag; clap tells that apart from one that was not given in debug alone.
    if !verb.ids().any(|id| id == "no_config") || verb.get_flag("no_config") {
        return Ok(None);
    }
    let named = verb.get_one::<PathBuf>("config").cloned().or_else(|| world.env("PLANCOST_CONFIG").map(PathBuf::from));
    let project = match named {
        Some(path) => Some(path),
        None => nearest_above(),
    };
    let user = world
        .env("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| world.env("HOME").map(|home| Path::new(&home).join(".config")))
        .map(|folder| folder.join("plancost/config.toml"))
        .filter(|path| path.is_file());
    let mut settings: Vec<Setting> = Vec::new();
    let mut problems = Vec::new();
    for (path, whose) in [(&project, Whose::Project), (&user, Whose::User)] {
        let Some(path) = path else { continue };
        let Some(source) = source(path, world, &mut problems) else { continue };
        let (found, wrong) = read(&source, whose);
        problems.extend(wrong);
        for mut setting in found {
            if settings.iter().any(|known| known.key == setting.key) {
                continue;
            }
            if ["prices", "plans", "policy"].contains(&setting.key) {
                let folder = path.parent().unwrap_or(Path::new(""));
                setting.values = setting.values.iter().map(|file| beside(folder, file)).collect();
            }
            settings.push(setting);
        }
    }
    if problems.iter().any(|problem| problem.level == Level::Error) {
        return Err(Stop { exit: Exit::Usage, problems });
    }
    Ok(Some(Defaults { project, settings }))
}

/// A path of the file, seen from the working directory.
fn beside(folder: &Path, file: &str) -> String {
    if file.starts_with('-') && folder.as_os_str().is_empty() {
        format!("./{file}")
    } else {
        folder.join(file).to_string_lossy().into_owned()
    }
}

/// The nearest file upward, up to the folder that holds `.git` or the root of the file system; named from here, so that
/// no absolute path enters a document.
fn nearest_above() -> Option<PathBuf> {
    let mut folder = PathBuf::new();
    let here = fs::canonicalize(".").ok()?;
    for above in here.ancestors() {
        if above.join(NAME).is_file() {
            return Some(folder.join(NAME));
        }
        if above.join(".git").exists() {
            return None;
        }
        folder.push("..");
    }
    None
}

fn source(path: &Path, world: &mut World<'_>, problems: &mut Vec<Problem>) -> Option<Arc<Source>> {
    if path.as_os_str() == "-" || !path.is_file() {
        let name = path.to_string_lossy().into_owned();
        let place = Place::whole(&Arc::new(Source { name: name.clone(), text: String::new() }));
        let what = if path.is_dir() { "it is a folder" } else { "no such file" };
        problems.push(Problem::error(codes::UNREADABLE, format!("cannot read `{name}`: {what}")).at(place));
        return None;
    }
    let selection = Selection {
        // A pattern is no name of a file here.
        paths: vec![path.to_owned()],
        plans: false,
        recursive: false,
        max_bytes: BYTES_MOST,
        stdin_name: String::new(),
    };
    inputs::read(&selection, world, problems).into_iter().next().map(|input| input.source)
}

/// Whether a flag was typed.
fn is_given(verb: &ArgMatches, id: &str) -> bool {
    verb.value_source(id) == Some(ValueSource::CommandLine)
}

/// The arguments with the defaults laid under them.
pub(super) fn completed(
    command: &Command,
    verb_name: &str,
    verb: &ArgMatches,
    defaults: &Defaults,
    world: &World<'_>,
) -> Vec<OsString> {
    let Some(command) = command.find_subcommand(verb_name) else { return world.args.clone() };
    let mut added: Vec<OsString> = Vec::new();
    let mut plans: Vec<OsString> = Vec::new();
    for setting in &defaults.settings {
        if setting.key == "plans" {
            let taken = command.get_arguments().find(|arg| arg.get_id() == "paths" && !is_given(verb, "paths"));
            match taken.map(clap::Arg::get_long) {
                Some(Some(long)) => added.extend(setting.values.iter().map(|file| format!("--{long}={file}").into())),
                Some(None) => plans.extend(setting.values.iter().map(OsString::from)),
                None => {}
            }
            continue;
        }
        let long = setting.key.replace('_', "-");
        let Some(arg) = command.get_arguments().find(|arg| arg.get_long() == Some(&long)) else { continue };
        let is_ours = !OF_ANALYZE.contains(&setting.key) || verb_name == "analyze";
        let by_json = setting.key == "format" && verb.try_get_one::<bool>("json").ok().flatten() == Some(&true);
        let by_variable = variables(setting.key).iter().any(|name| world.env(name).is_some());
        if !is_ours || by_json || by_variable || is_given(verb, arg.get_id().as_str()) {
            continue;
        }
        if setting.key == "format" && verb_name == "check" {
            // The form of tables: what a check has no such form for stays as it is.
            let form = match setting.values.first().map_or("", String::as_str) {
                "table" | "plain" => "text",
                form => form,
            };
            if arg.get_possible_values().iter().any(|value| value.matches(form, false)) {
                added.push(OsString::from(format!("--format={form}")));
            }
        } else if arg.get_action().takes_values() {
            added.extend(setting.values.iter().map(|value| OsString::from(format!("--{long}={value}"))));
        } else if setting.values == ["true"] {
            added.push(OsString::from(format!("--{long}")));
        }
    }
    if let Some(path) = defaults.project.as_ref().filter(|_| !is_given(verb, "config")) {
        let mut flag = OsString::from("--config=");
        flag.push(path);
        added.push(flag);
    }
    let mut args = world.args.clone();
    // Flags go after the command, before what a user may have put behind `--`; plans last, after other arguments.
    let at = args.iter().skip(1).position(|arg| arg == verb_name).map_or(args.len(), |at| at + 2);
    args.splice(at..at, added);
    args.extend(plans);
    args
}

/// The entry of a file among the inputs of a document.
pub(super) fn record(path: &Path) -> Option<Record> {
    let text = fs::read(path).ok()?;
    Some(vec![
        ("path", Cell::Text(path.to_string_lossy().into_owned())),
        ("sha256", Cell::Text(super::asked::sha256(&String::from_utf8_lossy(&text)))),
        ("plans", Cell::Count(0)),
    ])
}

/// Each key with its value and where that comes from.
pub(super) fn effective(defaults: Option<&Defaults>, command: &Command, world: &World<'_>) -> String {
    let lines: Vec<(String, String)> = CONFIG_KEYS
        .iter()
        .map(|doc| {
            let variable = variables(doc.key).iter().find_map(|name| Some((name, world.env(name)?)));
            let setting = defaults.and_then(|defaults| defaults.get(doc.key));
            let (value, origin) = match (variable, setting) {
                (Some((name, value)), _) => (shown(&value), format!("${name}")),
                (None, Some(setting)) => {
                    let line = setting.place.line_column().map_or(1, |(line, _)| line);
                    let written = setting.place.span.clone().and_then(|span| setting.place.source.text.get(span));
                    let written = written.unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
                    (written, format!("{}:{line}", setting.place.source.name))
                }
                (None, None) => {
                    let long = doc.key.replace('_', "-");
                    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(&long));
                    let default = arg.and_then(|arg| arg.get_default_values().first());
                    (
                        default.map_or_else(|| "-".to_owned(), |value| value.to_string_lossy().into_owned()),
                        "default".to_owned(),
                    )
                }
            };
            (format!("{} = {value}", doc.key), origin)
        })
        .collect();
    let widest = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0).min(48);
    lines.iter().map(|(line, origin)| format!("{line:widest$}  # {}\n", origin.escape_debug())).collect()
}

fn shown(value: &str) -> String {
    format!("\"{}\"", value.escape_debug())
}
