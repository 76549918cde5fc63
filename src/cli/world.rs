//! The world as the program meets it: streams, environment, terminal. Everything else is handed values.

use std::ffi::OsString;
use std::io::{Read, Write};

/// What the program is given. The only way to the outside besides files.
pub struct World<'a> {
    /// The arguments, the program's name first.
    pub args: Vec<OsString>,
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output, for the document and nothing else.
    pub stdout: &'a mut dyn Write,
    /// Standard error, for all that is said about it.
    pub stderr: &'a mut dyn Write,
    /// Standard input is a terminal.
    pub stdin_is_terminal: bool,
    /// Columns of the terminal that standard output is, if it is one.
    pub stdout_columns: Option<usize>,
    /// Columns of the terminal that standard error is, if it is one.
    pub stderr_columns: Option<usize>,
    /// A variable of the environment; an empty one counts as unset.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

impl World<'_> {
    /// A variable of the environment that is set and not empty.
    #[must_use]
    pub fn env(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }
}
