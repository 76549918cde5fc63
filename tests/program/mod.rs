//! The program, run in this process: arguments, environment and streams in, bytes and a code out.

use std::collections::BTreeMap;
use std::ffi::OsString;

use plancost::cli::{World, run};

/// What the program is given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// The arguments after the program's name.
    pub(crate) args: Vec<OsString>,
    /// The whole environment.
    pub(crate) env: BTreeMap<String, String>,
    /// What standard input holds.
    pub(crate) stdin: Vec<u8>,
    /// Standard input is a terminal.
    pub(crate) stdin_is_terminal: bool,
    /// Columns of the terminal that standard output is.
    pub(crate) stdout_columns: Option<usize>,
    /// Columns of the terminal that standard error is.
    pub(crate) stderr_columns: Option<usize>,
}

/// What it answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    /// The exit code.
    pub(crate) code: u8,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Given {
    /// These arguments, in pipes, with nothing in the environment and an empty standard input.
    pub(crate) fn args<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Self {
        Self { args: args.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Runs the program.
    pub(crate) fn run(&self) -> Answered {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(&mut World {
            args: std::iter::once("plancost".into()).chain(self.args.iter().cloned()).collect(),
            stdin: &mut self.stdin.as_slice(),
            stdout: &mut out,
            stderr: &mut err,
            stdin_is_terminal: self.stdin_is_terminal,
            stdout_columns: self.stdout_columns,
            stderr_columns: self.stderr_columns,
            env: &|name| self.env.get(name).cloned(),
        });
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Answered { code, out: text(out), err: text(err) }
    }
}
