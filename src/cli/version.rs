//! `--version --json`: what a script asks before it relies on anything.

use serde::Serialize;

use crate::catalog;

#[derive(Serialize)]
struct Version {
    format_version: u8,
    kind: &'static str,
    tool: Tool,
    catalogue: Catalogue,
    /// The shapes of documents that can be written.
    format_versions: &'static [u8],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
    /// Where the build names it.
    commit: Option<&'static str>,
}

#[derive(Serialize)]
struct Catalogue {
    date: Option<String>,
    plans: usize,
}

/// Whether the arguments ask for it.
pub(super) fn is_asked(args: &[std::ffi::OsString]) -> bool {
    let rest = args.get(1..).unwrap_or(&[]);
    let has = |words: &[&str]| rest.iter().any(|arg| words.iter().any(|word| arg == word));
    rest.len() == 2 && has(&["--version", "-V"]) && has(&["--json"])
}

/// The document.
pub(super) fn document() -> String {
    let (bundled, _) = catalog::read(&catalog::bundled(), &[]);
    let version = Version {
        format_version: 1,
        kind: "version",
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            commit: option_env!("PLANCOST_COMMIT"),
        },
        catalogue: Catalogue { date: bundled.newest.map(|date| date.to_string()), plans: bundled.plans.len() },
        format_versions: &[1],
    };
    serde_json::to_string_pretty(&version).expect("keys are text") + "\n"
}
