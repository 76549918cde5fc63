//! Which files to read, and reading them.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::output::reason;
use super::world::World;
use crate::catalog::{Input, codes};
use crate::problem::{Place, Problem, Source};

/// Which files to read and how much of each.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    /// Files, folders, patterns, or `-`.
    pub(super) paths: Vec<PathBuf>,
    /// Their plans are asked for, not only their prices.
    pub(super) plans: bool,
    /// Also read the folders within folders.
    pub(super) recursive: bool,
    /// The most bytes of one file.
    pub(super) max_bytes: u64,
    /// The name that standard input goes by.
    pub(super) stdin_name: String,
}

/// Folders within folders are followed no deeper.
const DEPTH_MAX: usize = 16;

/// Reads what was selected: arguments in their order, the files of a folder or pattern by name, each file once.
pub(super) fn read(selection: &Selection, world: &mut World<'_>, problems: &mut Vec<Problem>) -> Vec<Input> {
    let mut seen = HashSet::new();
    let mut stdin_read = false;
    let mut inputs = Vec::new();
    for path in &selection.paths {
        if path.as_os_str() == "-" {
            if !stdin_read {
                stdin_read = true;
                inputs.extend(keep(read_all(&mut *world.stdin, selection), &selection.stdin_name, selection, problems));
            }
            continue;
        }
        for file in expand(path, selection, problems) {
            let real = fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
            if seen.insert(real) {
                let read = fs::File::open(&file).and_then(|handle| read_all(handle, selection));
                inputs.extend(keep(read, &name_of(&file), selection, problems));
            }
        }
    }
    inputs
}

/// The name to show: as given, with `/` between folders.
fn name_of(path: &Path) -> String {
    let name = path.to_string_lossy();
    if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() }
}

fn expand(path: &Path, selection: &Selection, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    if path.is_dir() {
        let mut files = Vec::new();
        collect(path, selection, 0, &mut files, problems);
        if files.is_empty() {
            problems.push(unreadable(&name_of(path), "it holds no `.toml` file").help(if selection.recursive {
                "name a folder or file with plans"
            } else {
                "folders within it are read with `--recursive`"
            }));
        }
        return files;
    }
    let text = path.to_string_lossy();
    if path.exists() || !text.contains(['*', '?', '[']) {
        return vec![path.to_owned()];
    }
    let Ok(matches) = glob::glob(&text) else {
        return vec![path.to_owned()];
    };
    let mut files: Vec<PathBuf> = matches.filter_map(Result::ok).filter(|file| !file.is_dir()).collect();
    files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    if files.is_empty() {
        problems.push(unreadable(&name_of(path), "it matches no file"));
    }
    files
}

fn collect(folder: &Path, selection: &Selection, depth: usize, files: &mut Vec<PathBuf>, problems: &mut Vec<Problem>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(unreadable(&name_of(folder), &reason(&error)));
            return;
        }
    };
    let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
    entries.sort_by(|a, b| a.file_name().as_encoded_bytes().cmp(b.file_name().as_encoded_bytes()));
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        // Links to folders are not followed, so that a loop of them cannot be walked into.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if is_folder {
            if selection.recursive && depth < DEPTH_MAX {
                collect(&path, selection, depth + 1, files, problems);
            }
        } else if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            files.push(path);
        }
    }
}

fn read_all(reader: impl Read, selection: &Selection) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(selection.max_bytes + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn keep(read: io::Result<Vec<u8>>, name: &str, selection: &Selection, problems: &mut Vec<Problem>) -> Option<Input> {
    let problem = match read {
        Err(error) => unreadable(name, &reason(&error)),
        Ok(bytes) if bytes.len() as u64 > selection.max_bytes => {
            Problem::error(codes::TOO_LARGE, format!("`{name}` is larger than {} bytes", selection.max_bytes))
                .at(whole(name))
                .help("raise the limit with `--max-file-size`")
        }
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => {
                return Some(Input {
                    source: Arc::new(Source { name: name.to_owned(), text }),
                    bundled: false,
                    plans: selection.plans,
                });
            }
            Err(error) => not_utf8(name, error.as_bytes(), error.utf8_error().valid_up_to()),
        },
    };
    problems.push(problem);
    None
}

fn whole(name: &str) -> Place {
    Place::whole(&Arc::new(Source { name: name.to_owned(), text: String::new() }))
}

fn unreadable(name: &str, why: &str) -> Problem {
    Problem::error(codes::UNREADABLE, format!("cannot read `{name}`: {why}")).at(whole(name))
}

fn not_utf8(name: &str, bytes: &[u8], offset: usize) -> Problem {
    let problem = Problem::error(codes::ENCODING, format!("`{name}` is not UTF-8: see byte {offset}")).at(whole(name));
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => problem.help("it looks like UTF-16; save it as UTF-8"),
        _ => problem.help("save it as UTF-8"),
    }
}
