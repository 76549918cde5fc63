//! The commands by what they are for, as `plancost --help` lists them.

use std::fmt::Write;

use clap::builder::StyledStr;

use crate::render;

/// Groups of commands, in the order of help.
const GROUPS: &[(&str, &[&str])] = &[
    ("Plans", &["analyze", "compare", "explain", "check", "diff", "prices"]),
    ("Populations", &["simulate", "solve", "outlook", "budget"]),
    ("Workloads", &["route", "usage", "replay"]),
    ("Output and set-up", &["report", "schema", "completions", "man"]),
];

/// Columns before what a command does.
const INDENT: usize = 15;

/// The command with its subcommands listed in groups, for so many columns.
pub(super) fn grouped(command: clap::Command, columns: usize) -> clap::Command {
    let header = *command.get_styles().get_header();
    let literal = *command.get_styles().get_literal();
    let mut list = String::new();
    for (title, verbs) in GROUPS {
        let listed = verbs.iter().filter_map(|name| command.find_subcommand(name));
        let lines: String = listed.map(|verb| entry(verb, literal, columns)).collect();
        if !lines.is_empty() {
            // Memory takes all.
            let _ = write!(list, "{header}{title}:{header:#}\n{lines}\n");
        }
    }
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}{header}Options:{header:#}\n{{options}}{{after-help}}"
    );
    command.help_template(StyledStr::from(template))
}

fn entry(verb: &clap::Command, literal: clap::builder::styling::Style, columns: usize) -> String {
    let name = verb.get_name();
    let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
    let wrapped = render::wrap(&about, Some(columns.saturating_sub(INDENT)));
    let about = wrapped.replace('\n', &format!("\n{}", " ".repeat(INDENT)));
    let gap = " ".repeat(INDENT.saturating_sub(2 + name.len()));
    format!("  {literal}{name}{literal:#}{gap}{about}\n")
}

#[cfg(test)]
mod tests {
    use super::GROUPS;
    use crate::cli::Cli;
    use clap::CommandFactory;

    #[test]
    fn every_command_is_in_one_group() {
        let command = Cli::command();
        for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
            let name = verb.get_name();
            let groups = GROUPS.iter().flat_map(|(_, verbs)| verbs.iter()).filter(|listed| **listed == name).count();
            assert_eq!(groups, 1, "{name}");
        }
    }
}
