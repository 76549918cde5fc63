//! Usage logs on the command line: the flags that commands share, and reading what they name.

use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::OutputArgs;
use super::logs::{self, Root};
use super::parallel::{self, Progress};
use super::route::section;
use super::world::World;
use super::{Stop, values};
use crate::catalog::codes;
use crate::logs::{Buffer, Format, Log, Note, Part, combine, read};
use crate::problem::{Place, Problem, Source};
use crate::report::{Cell, Row, Section, Unit};
use crate::units::{Date, Instant, Ratio, TimeZone, instant_of, time_zone};
use crate::usage::anonymous::anonymize;
use crate::usage::span::{Span, span};
use crate::usage::{self, Record, Service};

/// Which logs, and what of them.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Logs")]
pub(super) struct LogArgs {
    /// Logs, or folders of them at any depth, or `-` for standard input [default: where Claude Code and Codex keep them]
    #[arg(value_name = "LOG", help_heading = clap::builder::Resettable::Reset)]
    pub(super) logs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) read: ReadArgs,
    /// Only from this day on
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(super) from: Option<Date>,
    /// Only up to this day, that day included
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(super) to: Option<Date>,
    /// Time zone of days, weeks and months; that of the machine is not asked
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub(super) tz: Zone,
    /// Most usage that may be lost to lines that cannot be read, as a share of the responses; past it the answer is
    /// incomplete, and the exit code 4 with --strict
    #[arg(long, value_name = "SHARE", default_value = "0.1%", value_parser = values::share, allow_negative_numbers = true)]
    pub(super) max_skipped: Ratio,
    /// Number projects, sessions and users in place of their names
    #[arg(long)]
    pub(super) anonymize: bool,
}

/// How logs are read.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ReadArgs {
    /// Format of the logs; of those in the usual places, only these
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(super) log_format: LogFormat,
    /// How requests of Codex were served of which the log does not tell; its config.toml says how they are served now, and
    /// is not believed of the past
    #[arg(long, value_name = "TIER", default_value = "standard")]
    pub(super) codex_tier: CodexTier,
    /// Files to read at once; no figure depends on it [default: as the machine can]
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(super) threads: Option<NonZeroUsize>,
}

/// How requests of Codex were served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum CodexTier {
    /// At list price
    Standard,
    /// Faster, at a multiple of list
    Fast,
}

impl CodexTier {
    const fn service(self) -> Service {
        match self {
            Self::Standard => Service::Standard,
            Self::Fast => Service::Fast,
        }
    }
}

/// A kind of log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// Told by looking at each file
    Auto,
    /// Transcripts of Claude Code
    ClaudeCode,
    /// Rollouts of Codex
    Codex,
    /// Usage events: a table, JSON lines, or Parquet where the program was built with it
    Events,
}

impl LogFormat {
    pub(super) const fn format(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::ClaudeCode => Some(Format::Claude),
            Self::Codex => Some(Format::Codex),
            Self::Events => Some(Format::Events),
        }
    }

    /// Whether files of a usual place are of this kind.
    fn takes(self, root: &Root) -> bool {
        match self.format() {
            None => true,
            Some(Format::Claude) => matches!(root.format, Some(Format::Claude | Format::Meters)),
            wanted => root.format == wanted,
        }
    }
}

/// A time zone and its name.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) zone: TimeZone,
}

fn zone(text: &str) -> Result<Zone, String> {
    let zone = time_zone(text).ok_or("write a name of the IANA database, such as `Europe/Berlin` or `UTC`")?;
    Ok(Zone { name: zone.iana_name().unwrap_or("UTC").to_owned(), zone })
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let count = text.parse::<NonZeroUsize>().ok().filter(|count| count.get() <= 1_024);
    count.ok_or_else(|| "write a number of threads from 1 to 1024".to_owned())
}

/// A log that was read, and what it covers.
pub(super) struct Used {
    /// The days that were asked for.
    pub(super) log: Log,
    /// Of all that was read, before days were left out.
    pub(super) span: Option<Span>,
    /// Responses before or after the days that were asked for.
    pub(super) outside: u64,
    /// Files that must not be written over.
    pub(super) names: Vec<String>,
    /// Lines with usage that were lost, as a share of all; 0 where nothing was lost.
    pub(super) skipped_share: Ratio,
}

/// Reads the logs that were named, or those in the usual places.
pub(super) fn read_logs(
    args: &LogArgs,
    output: &OutputArgs,
    world: &mut World<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Used, Stop> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && to < from
    {
        return Err(Problem::error(codes::USAGE, format!("`--to {to}` is before `--from {from}`"))
            .help("`--to` is the last day that counts")
            .into());
    }
    let (mut log, names) = read_named(&args.logs, &args.read, "<stdin>", output, world)?;
    if log.files == 0 {
        problems.push(nothing_found(&args.logs));
    }
    of_files(args.anonymize, &mut log, problems);
    problems.extend(of_tier(&args.logs, &args.read, &log, world));
    let skipped_share = of_lines(&args.max_skipped, &log, problems);
    let covered = span(&log.records);
    of_history(&log, problems);
    let before = log.records.len();
    keep_days(args, &mut log);
    let outside = (before - log.records.len()) as u64;
    if log.records.is_empty() && log.files > 0 && log.stopped.is_empty() {
        problems.push(no_usage(args, &log, outside));
    }
    if args.anonymize {
        anonymize(&mut log.records, &mut log.limit_hits);
    }
    Ok(Used { log, span: covered, outside, names, skipped_share })
}

/// The logs that were named, or those in the usual places, and the names of their files.
pub(super) fn read_named(
    logs: &[PathBuf],
    how: &ReadArgs,
    stdin_name: &str,
    output: &OutputArgs,
    world: &mut World<'_>,
) -> Result<(Log, Vec<String>), Stop> {
    if logs.iter().any(|path| path.as_os_str() == "-") {
        return Ok((from_stdin(logs, how, stdin_name, world)?, Vec::new()));
    }
    let found = logs::find(&roots(logs, how.log_format, world));
    let threads = how.threads.unwrap_or_else(|| std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
    let is_watched = world.stderr_columns.is_some() && !output.quiet;
    let shown = if is_watched { Progress::Shown } else { Progress::Hidden };
    let bytes = found.files.iter().map(|file| file.bytes).sum();
    let done = logs::Progress::default();
    let untold = how.codex_tier.service();
    let log = parallel::watched(bytes, shown, &done.read, || logs::read_all(&found, untold, threads, &done));
    Ok((log, found.files.iter().map(|file| file.path.to_string_lossy().into_owned()).collect()))
}

fn roots(logs: &[PathBuf], format: LogFormat, world: &World<'_>) -> Vec<Root> {
    match logs {
        [] => logs::usual_roots(&|name| world.env(name)).into_iter().filter(|root| format.takes(root)).collect(),
        named => named.iter().map(|path| Root { format: format.format(), ..Root::named(path) }).collect(),
    }
}

fn from_stdin(logs: &[PathBuf], how: &ReadArgs, name: &str, world: &mut World<'_>) -> Result<Log, Stop> {
    let wrong = |message: &str, help: &str| Stop::from(Problem::error(codes::USAGE, message).help(help));
    if logs.len() > 1 {
        return Err(wrong("`-` is named beside other logs", "name `-` once, as the only log"));
    }
    if world.stdin_is_terminal {
        return Err(wrong("`-` reads standard input, which is a terminal", "pipe a log in, or name one"));
    }
    let part = match Format::head(&mut *world.stdin) {
        Err(error) => Part::unreadable(name, super::output::reason(&error)),
        Ok(head) => {
            let format = how.log_format.format().unwrap_or_else(|| Format::of(name, &head));
            read(format, name, head.as_slice().chain(&mut *world.stdin), &mut Buffer::default())
        }
    };
    Ok(combine(vec![part], how.codex_tier.service()))
}

/// Settings that say that requests of Codex are served fast, where logs do not tell how they were.
pub(super) fn of_tier(logs: &[PathBuf], how: &ReadArgs, log: &Log, world: &World<'_>) -> Option<Problem> {
    if log.tier_untold == 0 || how.codex_tier == CodexTier::Fast {
        return None;
    }
    let told = logs::tier_of_settings(&roots(logs, how.log_format, world))?;
    let responses = plural(log.tier_untold, "response", "responses");
    let message = format!("the settings of Codex ask for its tier `{told}`, and {responses} do not tell theirs");
    Some(
        Problem::warning(codes::TIER_UNTOLD, message)
            .note("the settings are of now, the responses of earlier: they are counted at list price")
            .help("`--codex-tier fast` counts them as fast"),
    )
}

/// Leaves out what is before or after the days that were asked for.
fn keep_days(args: &LogArgs, log: &mut Log) {
    let starts = |day: Date| instant_of(&args.tz.zone, day.to_datetime(jiff::civil::Time::midnight()));
    let from = args.from.and_then(starts);
    // After the last day of the calendar nothing begins.
    let end = args.to.and_then(|day| starts(day.tomorrow().ok()?));
    let is_in = |at: Instant| from.is_none_or(|from| from <= at) && end.is_none_or(|end| at < end);
    log.records.retain(|record| is_in(record.instant));
    log.meters.retain(|meter| is_in(meter.instant));
    log.limit_hits.retain(|hit| is_in(hit.instant));
}

pub(super) fn nothing_found(logs: &[PathBuf]) -> Problem {
    let problem = Problem::error(codes::NO_USAGE, "no usage log is found");
    if logs.is_empty() {
        return problem
            .note("looked for Claude Code in ~/.claude and ~/.config/claude, and for Codex in ~/.codex")
            .help("name a log or a folder, or set CLAUDE_CONFIG_DIR or CODEX_HOME");
    }
    let names: Vec<String> = logs.iter().map(|path| format!("`{}`", path.display())).collect();
    problem
        .note(format!("in {}", names.join(", ")))
        .help("in folders, logs end in .jsonl, .jsonl.zst, .csv, .tsv or .parquet")
}

fn no_usage(args: &LogArgs, log: &Log, outside: u64) -> Problem {
    let files = if log.files == 1 { "the log holds".to_owned() } else { format!("{} logs hold", log.files) };
    let problem = Problem::error(codes::NO_USAGE, format!("{files} no usage that counts"));
    let is_plan = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    match () {
        () if outside > 0 => problem
            .note(format!("{} of other days", plural(outside, "response", "responses")))
            .help("ask for other days with `--from` and `--to`"),
        () if args.logs.iter().any(is_plan) => problem.help("plan files come after `--plans`"),
        () => problem.help("a log of another kind is read with `--log-format`"),
    }
}

/// Files that could not be read to their end, each an error; by number where names are not to be told.
pub(super) fn of_files(anonymize: bool, log: &mut Log, problems: &mut Vec<Problem>) {
    for (number, (name, why)) in log.stopped.iter_mut().enumerate() {
        if anonymize {
            *name = format!("file-{}", number + 1).into();
        }
        let source = Arc::new(Source { name: name.to_string(), text: String::new() });
        let mut plain = why.split(" (os error").next().unwrap_or(why).to_owned();
        if plain.get(..1).is_some_and(|first| first.chars().all(char::is_uppercase)) {
            plain = plain.to_lowercase();
        }
        let problem = Problem::error(codes::UNREADABLE, format!("cannot read `{name}`: {plain}"));
        let is_plan = Path::new(&**name).extension().is_some_and(|extension| extension == "toml");
        problems.push(match is_plan {
            true => problem.at(Place::whole(&source)).help("plan files come after `--plans`"),
            false => problem.at(Place::whole(&source)),
        });
        *why = plain;
    }
}

/// How many lines were lost, one by one; files that could not be read are told apart.
fn lost_lines(log: &Log) -> u64 {
    let is_line = |note: &Note| note.is_loss() && !matches!(note, Note::Unreadable | Note::BadCompression);
    log.tally.iter().filter(|(note, _)| is_line(note)).map(|(_, times)| times).sum()
}

pub(super) fn of_lines(max_skipped: &Ratio, log: &Log, problems: &mut Vec<Problem>) -> Ratio {
    let lost = lost_lines(log);
    let all = lost + log.records.len() as u64;
    let share = Ratio::from(lost).checked_div(&Ratio::from(all)).unwrap_or_default();
    if lost > 0 {
        let percent = crate::render::cell(&Cell::Share(share.clone().into()));
        let lines = plural(lost, "line with usage was", "lines with usage were");
        let beside = plural(log.records.len() as u64, "response", "responses");
        let message = format!("{lines} not read, beside {beside}: {percent}");
        let mut problem = Problem::warning(codes::LOG_LINES, message);
        for (note, times) in log.tally.iter().filter(|(note, _)| note.is_loss()) {
            problem = problem.note(format!("{times} {}", note.of(times)));
        }
        if share > *max_skipped {
            problem = problem.help("the answer is incomplete; `--max-skipped` says how much may be lost");
        }
        problems.push(problem);
    }
    share
}

/// Claude Code deletes transcripts after 30 days unless told otherwise.
pub(super) fn of_history(log: &Log, problems: &mut Vec<Problem>) {
    let is_claude = |record: &&Record| record.source == usage::Source::ClaudeCode;
    let instants = || log.records.iter().filter(is_claude).map(|record| record.instant);
    let (Some(first), Some(last)) = (instants().min(), instants().max()) else { return };
    let covered = Span { first, last };
    if covered.looks_cut_at_30_days() {
        let days = covered.whole_days();
        let problem = Problem::warning(
            codes::HISTORY,
            format!("the transcripts of Claude Code go back {days} days: older ones were probably deleted"),
        );
        problems.push(
            problem
                .note("it keeps them for 30 days; what was used before is not in these figures")
                .help("keep more with `\"cleanupPeriodDays\": 365` in ~/.claude/settings.json"),
        );
    }
}

/// What was not counted, or was put right, without its rows.
pub(super) fn skipped() -> Section {
    let columns = [
        ("reason", "Reason", Unit::Text, None, "the reason, in a word"),
        ("what", "Not counted", Unit::Text, Some(0), "what it is"),
        ("times", "Times", Unit::Count, Some(0), "how often"),
        ("loss", "Lost", Unit::Flag, Some(0), "usage may be missing because of it"),
    ];
    section("skipped", "What was not counted, or was put right", &columns)
}

/// The same of a log.
pub(super) fn of_skipped(used: &Used) -> Section {
    let mut section = skipped();
    let row = |reason: &str, what: String, times: u64, loss: bool| Row {
        group: None,
        cells: vec![Cell::Text(reason.to_owned()), Cell::Text(what), Cell::Count(times), Cell::Flag(loss)],
    };
    let notes = used.log.tally.iter();
    section.rows.extend(notes.map(|(note, times)| row(note.key(), note.to_string(), times, note.is_loss())));
    if used.outside > 0 {
        let what = "responses before or after the days that are looked at";
        section.rows.push(row("outside", what.to_owned(), used.outside, false));
    }
    section
}

/// So many things, in words.
pub(super) fn plural(count: u64, one: &str, more: &str) -> String {
    let number = crate::render::cell(&Cell::Count(count));
    if count == 1 { format!("{number} {one}") } else { format!("{number} {more}") }
}
