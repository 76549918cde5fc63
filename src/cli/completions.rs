//! `completions`: scripts that complete commands, flags and their words. They are static and run nothing of a user's.

use clap::{CommandFactory, ValueEnum};
use clap_complete::{Shell, generate};

use super::world::World;
use super::{Cli, Exit, put};

/// Print a script that completes commands and flags in a shell
///
/// The script knows commands, flags and the words they take. It reads no file and runs nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: ShellWord,
}

/// The shells there is a script for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ShellWord {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
    /// Elvish
    Elvish,
}

const EXAMPLES: &str = "\
Examples:
  plancost completions bash > ~/.local/share/bash-completion/completions/plancost
  plancost completions zsh > ~/.zfunc/_plancost
  plancost completions fish > ~/.config/fish/completions/plancost.fish

Exit codes:
  0  done      2  wrong use      5  the output could not be written";

/// Answers the command.
pub(super) fn run(args: &Args, world: &mut World<'_>) -> Exit {
    let shell = match args.shell {
        ShellWord::Bash => Shell::Bash,
        ShellWord::Zsh => Shell::Zsh,
        ShellWord::Fish => Shell::Fish,
        ShellWord::PowerShell => Shell::PowerShell,
        ShellWord::Elvish => Shell::Elvish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "plancost", &mut script);
    put(world, &String::from_utf8_lossy(&script))
}
