//! `man`: manual pages from the same definitions as --help.

use std::io;
use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::world::World;
use super::{Cli, Exit, output, put, say};
use crate::catalog::codes;
use crate::problem::nearest;

/// Print the manual page of a command, or write all of them to a folder
///
/// Without VERB it is the page of plancost itself; with --dir that page and one of each command are written, as
/// `plancost.1` and `plancost-VERB.1`. A command within another is named after both, such as `prices-list`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The command
    #[arg(value_name = "VERB")]
    verb: Option<String>,
    /// Write to this folder, which must exist
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  plancost man analyze | man -l -
  plancost man --dir ~/.local/share/man/man1

Exit codes:
  0  done      2  wrong use      5  the output could not be written";

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Exit {
    let mut all = Cli::command();
    all.build();
    // A command of commands has a page for each of them too: `prices-list`.
    let of = |verb: &Command| {
        let name = verb.get_name().to_owned();
        let inner: Vec<(String, Command)> =
            verb.get_subcommands().map(|inner| (format!("{name}-{}", inner.get_name()), inner.clone())).collect();
        std::iter::once((name, verb.clone())).chain(inner).collect::<Vec<_>>()
    };
    let commands: Vec<(String, Command)> = all.get_subcommands().flat_map(of).collect();
    let verbs: Vec<String> = commands.iter().map(|(name, _)| name.clone()).collect();
    if let Some(unknown) = args.verb.as_ref().filter(|verb| !verbs.contains(verb)) {
        let near = nearest(unknown, verbs.iter().map(String::as_str));
        let help = near.map_or_else(|| verbs.join(", "), |near| format!("did you mean `{near}`?"));
        let found = unknown.escape_debug();
        say(world, &format!("error[{}]: no command `{found}`\n   = help: {help}\n", codes::USAGE));
        return Exit::Usage;
    }
    let pages: Vec<(String, String)> = std::iter::once(("plancost".to_owned(), all))
        .chain(commands)
        .filter(|(name, _)| match &args.verb {
            Some(verb) => name == verb,
            None => args.dir.is_some() || name == "plancost",
        })
        .map(|(_, command)| (file_name(&command), page(command)))
        .collect();
    let Some(folder) = &args.dir else {
        return pages.first().map_or(Exit::Done, |(_, page)| put(world, page));
    };
    let mut exit = Exit::Done;
    for (name, page) in &pages {
        if let Err(error) = output::to_file(&folder.join(name), page, &[]) {
            say(world, &format!("error[{}]: {}\n", codes::NOT_WRITTEN, output::words(&error)));
            exit = Exit::Output;
        }
    }
    exit
}

/// `plancost-analyze.1`.
fn file_name(command: &Command) -> String {
    format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()).replace(' ', "-"))
}

/// A page: what clap knows, then the examples and exit codes of --help, line for line.
fn page(command: Command) -> String {
    let last = command.get_after_long_help().or_else(|| command.get_after_help()).map(ToString::to_string);
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).replace(' ', "-");
    let has_verbs = command.get_subcommands().next().is_some();
    let man = Man::new(command.name(name).version(env!("CARGO_PKG_VERSION")));
    let mut out = Vec::new();
    let written = (|| -> io::Result<()> {
        man.render_title(&mut out)?;
        man.render_name_section(&mut out)?;
        man.render_synopsis_section(&mut out)?;
        man.render_description_section(&mut out)?;
        man.render_options_section(&mut out)?;
        if has_verbs {
            man.render_subcommands_section(&mut out)?;
        }
        closing(last.as_deref().unwrap_or("")).to_writer(&mut out)?;
        man.render_version_section(&mut out)
    })();
    written.expect("memory takes all");
    String::from_utf8_lossy(&out).into_owned()
}

/// The text under the options: `Heading:` begins a section, and its lines stay lines.
fn closing(text: &str) -> Roff {
    let mut page = Roff::default();
    let mut open = false;
    for line in text.lines() {
        match line.strip_suffix(':').filter(|heading| !heading.starts_with(' ')) {
            Some(heading) => {
                if open {
                    page.control("fi", []);
                }
                let heading = if heading == "Exit codes" { "EXIT STATUS".to_owned() } else { heading.to_uppercase() };
                page.control("SH", [heading.as_str()]);
                page.control("nf", []);
                open = true;
            }
            None if line.is_empty() => {}
            None if open => {
                page.text([roman(line.trim_start().to_owned())]);
            }
            None => {
                page.control("SH", ["START"]);
                page.text([roman(line.to_owned())]);
            }
        }
    }
    if open {
        page.control("fi", []);
    }
    page
}
