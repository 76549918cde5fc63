//! What the README shows is what happens.

use plancost::cli::{World, run};

/// The README's commands: each with the lines it shows under it.
fn sessions() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string("README.md").expect("the README is there");
    let mut sessions: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match (line.strip_prefix("$ "), sessions.last_mut()) {
                (Some(command), _) => sessions.push((command.to_owned(), String::new())),
                (None, Some((_, shown))) => *shown += &format!("{line}\n"),
                (None, None) => panic!("output without a command: {line}"),
            },
        }
    }
    sessions
}

/// The words of a command, as a shell splits them; a comment ends it.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        let word = words.last_mut().expect("there is always one");
        match letter {
            '\'' => quoted = !quoted,
            '#' if !quoted && word.is_empty() => break,
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(String::new());
                }
            }
            _ => word.push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Standard output and exit code on a terminal of 80 columns.
fn on_a_terminal(command: &str) -> (String, u8) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(&mut World {
        args: words(command).into_iter().map(Into::into).collect(),
        stdin: &mut std::io::empty(),
        stdout: &mut out,
        stderr: &mut err,
        stdin_is_terminal: true,
        stdout_columns: Some(80),
        stderr_columns: Some(80),
        env: &|name| (name == "LANG").then(|| "C.UTF-8".to_owned()),
    });
    (String::from_utf8(out).expect("UTF-8"), code)
}

#[test]
fn the_commands_of_the_readme_work_and_print_what_it_shows() {
    let mut run = 0;
    let folder = tempfile::tempdir().expect("a folder for what commands write");
    for (command, shown) in sessions() {
        let shell = ["|", ">", "||"].iter().any(|word| command.contains(word));
        // The reader's own file, and what a shell or another program does.
        if !command.starts_with("plancost ")
            || shell
            || ["my-rates.toml", "my-use.csv", "policy.toml", "team.toml"].iter().any(|file| command.contains(file))
        {
            continue;
        }
        run += 1;
        let (out, code) = on_a_terminal(&command.replace(" -o ", &format!(" -o {}/", folder.path().display())));
        assert_eq!(code, 0, "{command}");
        if !shown.is_empty() {
            // Whole tables from the first on; what stands below them may be left out.
            let rest = out.strip_prefix(&shown);
            assert!(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('\n')), "{command}: {out}");
        }
    }
    assert!(run >= 6, "{run} commands were found");
}
