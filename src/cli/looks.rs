//! What the output may look like: colour, width, characters. One policy for the whole program.

use super::world::World;
use crate::render::ColorDepth;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum When {
    /// On a terminal that can.
    Auto,
    /// Also in a pipe.
    Always,
    /// Not at all.
    Never,
}

/// The colours of a stream: flag, then `PLANCOST_COLOR`, `NO_COLOR`, `CLICOLOR_FORCE` or `FORCE_COLOR`, then
/// whether it is a terminal and `TERM` is not `dumb`. An empty variable counts as unset.
pub(super) fn depth(world: &World<'_>, flag: Option<When>, columns: Option<usize>) -> ColorDepth {
    let env = |name: &str| world.env(name);
    let asked = flag.or_else(|| match env("PLANCOST_COLOR")?.as_str() {
        "always" => Some(When::Always),
        "never" => Some(When::Never),
        _ => None,
    });
    let forced = |name: &str| env(name).is_some_and(|value| value != "0");
    let on = match asked {
        Some(When::Always) => true,
        Some(When::Never) => false,
        Some(When::Auto) | None if env("NO_COLOR").is_some() => false,
        Some(When::Auto) | None if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") => true,
        Some(When::Auto) | None => columns.is_some() && env("TERM").is_some_and(|term| term != "dumb"),
    };
    if !on {
        return ColorDepth::None;
    }
    let names = |name: &str, word: &str| env(name).is_some_and(|value| value.contains(word));
    if names("COLORTERM", "truecolor") || names("COLORTERM", "24bit") {
        ColorDepth::TrueColor
    } else if names("TERM", "256color") {
        ColorDepth::Ansi256
    } else {
        ColorDepth::Ansi16
    }
}

/// The columns to fit: the flag, or on a terminal `COLUMNS`, then what the terminal says. In a pipe there is nothing
/// to fit.
pub(super) fn width(world: &World<'_>, flag: Option<usize>) -> Option<usize> {
    flag.or_else(|| {
        let terminal = world.stdout_columns?;
        let asked = world.env("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
        Some(asked.unwrap_or(terminal))
    })
}

/// Whether to keep to ASCII: the flag, or a terminal whose locale is not UTF-8. A pipe gets the same bytes whatever
/// the locale.
pub(super) fn ascii(world: &World<'_>, flag: bool) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| world.env(name)).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    flag || world.stdout_columns.is_some() && !utf8
}
