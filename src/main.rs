//! The `plancost` program: hands arguments and streams to the library.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use plancost::cli::{World, run};
use terminal_size::{Width, terminal_size_of};

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        // Nobody is left to tell if this fails.
        let _ = io::Write::write_fmt(
            &mut io::stderr(),
            format_args!(
                "error[PC901]: this is a defect in plancost {version}, at {at}\n   = help: report it with the \
                 command and the files that showed it; nothing was written\n"
            ),
        );
        std::process::exit(101);
    }));
    let columns = |size: Option<(Width, terminal_size::Height)>| size.map(|(Width(columns), _)| columns.into());
    let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
    let code = run(&mut World {
        args: std::env::args_os().collect(),
        stdin_is_terminal: stdin.is_terminal(),
        stdout_columns: stdout.is_terminal().then(|| columns(terminal_size_of(&stdout)).unwrap_or(80)),
        stderr_columns: stderr.is_terminal().then(|| columns(terminal_size_of(&stderr)).unwrap_or(80)),
        stdin: &mut stdin.lock(),
        stdout: &mut stdout.lock(),
        stderr: &mut stderr.lock(),
        env: &|name| std::env::var(name).ok(),
    });
    ExitCode::from(code)
}
