//! Finds usage logs and reads them: the only part of that which touches files.
//!
//! Files are read side by side, each by itself; the log that comes of them does not depend on how many threads there
//! were or which file was done first.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use walkdir::WalkDir;

use super::output::reason;
use crate::logs::{Buffer, Format, Log, Part, TOLD_BY, combine, is_parquet, read, read_parquet};
use crate::usage::Service;

/// Folders below folders are looked into this far.
const DEPTH_MAX: usize = 16;

/// A place where logs may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// A folder, or a file.
    pub path: PathBuf,
    /// The format of its files; `None`: told by looking at each.
    pub format: Option<Format>,
    /// Only files below a folder of this name count.
    pub below: Option<&'static str>,
    /// Someone named it, so it must exist.
    pub must_exist: bool,
}

/// A log file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its format.
    pub format: Format,
    /// Its size.
    pub bytes: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Log files, each once, by path.
    pub files: Vec<LogFile>,
    /// What could not be looked into, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// How far the reading is. Another thread may look at it at any time.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read so far.
    pub read: AtomicU64,
    /// Bytes to read.
    pub total: AtomicU64,
}

impl Root {
    /// A place that someone named.
    #[must_use]
    pub fn named(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), format: None, below: None, must_exist: true }
    }

    fn usual(path: PathBuf, format: Format) -> Self {
        Self { path, format: Some(format), below: None, must_exist: false }
    }
}

/// Where Claude Code, its desktop application and Codex keep their logs, by the variables of the environment.
#[must_use]
pub fn usual_roots(env: &dyn Fn(&str) -> Option<String>) -> Vec<Root> {
    let folder = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = folder("HOME").or_else(|| folder("USERPROFILE"));
    let in_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let config = folder("XDG_CONFIG_HOME").or_else(|| in_home(".config"));
    let mut roots = Vec::new();
    let claude: Vec<PathBuf> = match env("CLAUDE_CONFIG_DIR").filter(|value| !value.trim().is_empty()) {
        Some(list) => list.split(',').map(str::trim).filter(|path| !path.is_empty()).map(PathBuf::from).collect(),
        None => in_home(".claude").into_iter().chain(config.as_ref().map(|config| config.join("claude"))).collect(),
    };
    for folder in in_home("").into_iter().chain(claude.iter().cloned()) {
        roots.push(Root::usual(folder.join(".claude.json"), Format::Meters));
    }
    for folder in claude {
        let is_projects = folder.file_name().is_some_and(|name| name == "projects");
        let projects = if is_projects { folder } else { folder.join("projects") };
        roots.push(Root::usual(projects, Format::Claude));
    }
    let desktop = [
        in_home("Library/Application Support/Claude"),
        config.map(|config| config.join("Claude")),
        folder("APPDATA").map(|data| data.join("Claude")),
        // As Windows keeps it for the application from its store.
        folder("LOCALAPPDATA").map(|data| data.join("Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude")),
    ];
    for folder in desktop.into_iter().flatten() {
        roots.push(Root::usual(folder.join("plan-usage-history.json"), Format::Meters));
        roots.push(Root { below: Some("projects"), ..Root::usual(folder, Format::Claude) });
    }
    if let Some(codex) = folder("CODEX_HOME").or_else(|| in_home(".codex")) {
        roots.push(Root::usual(codex.join("sessions"), Format::Codex));
        roots.push(Root::usual(codex.join("archived_sessions"), Format::Codex));
    }
    roots
}

/// The log files in some places. A file that is reached in two ways is there once.
#[must_use]
pub fn find(roots: &[Root]) -> Found {
    let mut found = Found::default();
    let mut seen = HashSet::new();
    for root in roots {
        if !root.must_exist && !root.path.exists() {
            continue;
        }
        let real_root = root.path.canonicalize().unwrap_or_else(|_| root.path.clone());
        for entry in WalkDir::new(&root.path).max_depth(DEPTH_MAX) {
            match entry {
                Ok(entry) => look(root, &real_root, &entry, &mut seen, &mut found),
                Err(error) => {
                    let path = error.path().unwrap_or(&root.path).to_owned();
                    let why = error.into_io_error().map_or_else(|| "a loop of links".to_owned(), |e| reason(&e));
                    found.unreadable.push((path, why));
                }
            }
        }
    }
    found.files.sort();
    found.unreadable.sort();
    found.unreadable.dedup();
    found
}

/// The tier that the settings of Codex beside some places ask for, if it is a fast one.
#[must_use]
pub fn tier_of_settings(roots: &[Root]) -> Option<String> {
    let folder = |root: &Root| {
        // `.` and `..` do not say which folder they are.
        let path = match root.path.file_name() {
            Some(_) => root.path.clone(),
            None => root.path.canonicalize().ok()?,
        };
        match path.file_name().and_then(|name| name.to_str()) {
            Some("sessions" | "archived_sessions") => path.parent().map(Path::to_owned),
            _ => Some(path),
        }
    };
    let tier = |folder: PathBuf| {
        let settings = std::fs::read_to_string(folder.join("config.toml")).ok()?;
        // Of all settings this one alone is looked at; it stands before any table.
        let own = settings.lines().take_while(|line| !line.trim_start().starts_with('['));
        let values = own.filter_map(|line| line.split_once('=')).filter(|(key, _)| key.trim() == "service_tier");
        let value = values.last()?.1.split('#').next()?.trim().trim_matches(['"', '\'']).to_owned();
        matches!(&*value, "fast" | "priority").then_some(value)
    };
    roots.iter().filter_map(folder).find_map(tier)
}

fn look(root: &Root, real_root: &Path, entry: &walkdir::DirEntry, seen: &mut HashSet<PathBuf>, found: &mut Found) {
    let path = entry.path();
    let inside = path.strip_prefix(&root.path).unwrap_or(path);
    let is_below = root.below.is_none_or(|folder| inside.iter().any(|step| step == folder));
    if entry.file_type().is_dir() {
        // An application keeps much else beside its logs, at any depth.
        if entry.depth() == DEPTH_MAX && is_below {
            found.unreadable.push((path.to_owned(), format!("more than {DEPTH_MAX} folders deep")));
        }
        return;
    }
    // Programs keep no Parquet files among their logs.
    let may_be_parquet = root.format.is_none_or(|format| format == Format::Events);
    if !is_below || !is_log(path, entry.depth() == 0, may_be_parquet) {
        return;
    }
    // A file of settings is none of the format that its neighbours were said to have.
    if entry.depth() > 0 && root.format.is_some_and(|format| format != Format::Meters) && is_of_meters(path) {
        return;
    }
    // Links to files are followed, links to folders are not, so only a link's real path needs to be asked for.
    let real = match entry.depth() {
        1.. if !entry.path_is_symlink() => Ok(real_root.join(inside)),
        _ => path.canonicalize(),
    };
    let seen_before = real.and_then(|real| Ok((std::fs::metadata(path)?, !seen.insert(real))));
    match seen_before {
        Ok((metadata, false)) if metadata.is_file() => match root.format.map_or_else(|| format_of(path), Ok) {
            Ok(format) => {
                found.files.push(LogFile { path: path.to_owned(), format, bytes: metadata.len() });
            }
            Err(error) => found.unreadable.push((path.to_owned(), reason(&error))),
        },
        Ok((metadata, _)) if entry.depth() == 0 && !metadata.is_file() => {
            found
                .unreadable
                .push((path.to_owned(), "it is neither a file nor a folder; name `-` for a pipe".to_owned()));
        }
        Ok(_) => {}
        Err(error) => found.unreadable.push((path.to_owned(), reason(&error))),
    }
}

/// Whether a file looks like a log by its name; one that was named itself does.
fn is_log(path: &Path, is_named: bool, may_be_parquet: bool) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let ends = |ending: &str| name.ends_with(ending);
    let has_ending = || [".jsonl", ".jsonl.zst", ".csv", ".tsv"].into_iter().any(ends);
    is_named || has_ending() || may_be_parquet && ends(".parquet") || is_of_meters(path)
}

fn is_of_meters(path: &Path) -> bool {
    path.file_name().is_some_and(|name| Format::is_of_meters(&name.to_string_lossy()))
}

fn format_of(path: &Path) -> io::Result<Format> {
    if let Some(format) = Format::named(&path.to_string_lossy()) {
        return Ok(format);
    }
    Ok(Format::of(&path.to_string_lossy(), &Format::head(File::open(path)?)?))
}

/// Reads all files and makes one log of them, on at most so many threads; requests of Codex were served as stated where no
/// file says how they were.
#[must_use]
pub fn read_all(found: &Found, untold: Service, threads: NonZeroUsize, progress: &Progress) -> Log {
    progress.total.store(found.files.iter().map(|file| file.bytes).sum(), Ordering::Relaxed);
    // The largest first, so that none of them is left for the end.
    let mut queue: Vec<&LogFile> = found.files.iter().collect();
    queue.sort_by_key(|file| std::cmp::Reverse(file.bytes));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = Buffer::default();
        let mut parts = Vec::new();
        while let Some(file) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            parts.push(read_file(file, &mut buffer, progress));
        }
        parts
    };
    let mut parts = std::thread::scope(|scope| {
        // This thread works too.
        let others: Vec<_> = (1..threads.get().min(queue.len())).map(|_| scope.spawn(work)).collect();
        let mut parts = work();
        for other in others {
            parts.extend(other.join().expect("a reader does not panic"));
        }
        parts
    });
    parts.extend(found.unreadable.iter().map(|(path, why)| Part::unreadable(&path.to_string_lossy(), why.clone())));
    combine(parts, untold)
}

fn read_file(file: &LogFile, buffer: &mut Buffer, progress: &Progress) -> Part {
    let name = file.path.to_string_lossy();
    // What is written while it is read is left for the next time.
    let opened = File::open(&file.path).and_then(|opened| Ok((opened.metadata()?.len(), opened)));
    match opened {
        Ok((bytes, opened)) if file.format == Format::Events && is_parquet(&name, &first(&opened)) => {
            let part = read_parquet(&name, bytes, opened);
            progress.read.fetch_add(bytes, Ordering::Relaxed);
            part
        }
        Ok((bytes, opened)) => {
            let input = Counted { input: opened.take(bytes), read: &progress.read };
            read(file.format, &name, input, buffer)
        }
        Err(error) => Part::unreadable(&name, reason(&error)),
    }
}

/// The first bytes of a file, which is then read from its start; fewer if it does not give them.
fn first(mut file: &File) -> Vec<u8> {
    let mut first = Vec::new();
    // Whoever reads on meets the same error, and says so.
    let _ = file.take(TOLD_BY as u64).read_to_end(&mut first).and_then(|_| file.rewind());
    first
}

/// A stream that says how far it is.
struct Counted<'p, R> {
    input: R,
    read: &'p AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
