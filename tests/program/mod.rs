//! The program, run in this process: arguments, environment and streams in, bytes and a code out.

use std::collections::BTreeMap;
use std::ffi::OsString;

use plancost::cli::{World, run};

/// What the program is given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The arguments after the program's name.
    pub args: Vec<OsString>,
    /// The whole environment.
    pub env: BTreeMap<String, String>,
    /// What standard input holds.
    pub stdin: Vec<u8>,
    /// Standard input is a terminal.
    pub stdin_is_terminal: bool,
    /// Columns of the terminal that standard output is.
    pub stdout_columns: Option<usize>,
    /// Columns of the terminal that standard error is.
    pub stderr_columns: Option<usize>,
}

/// What it answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answered {
    /// The exit code.
    pub code: u8,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Given {
    /// These arguments, in pipes, with nothing in the environment and an empty standard input.
    pub fn args<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Self {
        Self { args: args.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Runs the program.
    pub fn run(&self) -> Answered {
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

/// A command line as a shell splits it: at spaces, but not within `'…'` or `"…"`. Nothing else is special.
pub fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
