//! Setting up: completions, manual pages, versions.

use std::process::{Command, Output, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plancost"));
    command.env_clear().stdin(Stdio::null()).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn ran(args: &[&str]) -> Output {
    program().args(args).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Every command, as --help lists them.
fn verbs() -> Vec<String> {
    let help = text(&ran(&["--help"]).stdout);
    let (list, _) = help.split_once("\nOptions:").expect("options follow the commands");
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn each_shell_has_a_script_that_knows_every_command() {
    let verbs = verbs();
    assert!(verbs.len() >= 5, "{verbs:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = ran(&["completions", shell]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{shell}");
        let script = text(&output.stdout);
        for verb in &verbs {
            assert!(script.contains(verb), "{shell} does not know {verb}");
        }
    }
    assert_eq!(ran(&["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn bash_can_load_its_script() {
    let kept = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(kept.path(), ran(&["completions", "bash"]).stdout).expect("written");
    let Ok(status) = Command::new("bash").arg("-n").arg(kept.path()).status() else {
        eprintln!("skipped: there is no bash");
        return;
    };
    assert!(status.success());
}

#[test]
fn every_command_has_a_page_with_examples_and_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = ran(&["man", "--dir", &folder.path().to_string_lossy()]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("the page is there");
    let main = page("plancost.1");
    for verb in verbs() {
        let page = page(&format!("plancost-{verb}.1"));
        assert!(main.contains(&format!("plancost\\-{verb}(1)")), "{verb}");
        assert!(page.contains(".SH SYNOPSIS\n\\fBplancost "), "{verb}");
        assert!(page.contains(".SH EXAMPLES\n.nf\n"), "{verb} has no examples");
        assert!(page.contains(".SH \"EXIT STATUS\"\n.nf\n"), "{verb} has no exit codes");
        assert_eq!(text(&ran(&["man", &verb]).stdout), page);
    }
    assert_eq!(text(&ran(&["man"]).stdout), main);
}

#[test]
fn a_page_that_cannot_be_had_says_why() {
    let unknown = ran(&["man", "anlyze"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `analyze`?"));
    let nowhere = ran(&["man", "--dir", "/nowhere/at/all"]);
    assert_eq!(nowhere.status.code(), Some(5));
    assert!(text(&nowhere.stderr).contains("error[PC601]: cannot write"));
}

#[test]
fn versions_can_be_read_by_a_script() {
    assert_eq!(text(&ran(&["--version"]).stdout), concat!("plancost ", env!("CARGO_PKG_VERSION"), "\n"));
    for args in [["--version", "--json"], ["--json", "-V"]] {
        let output = ran(&args);
        assert_eq!(output.status.code(), Some(0));
        let version: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(
            (&version["kind"], &version["tool"]["version"]),
            (&"version".into(), &env!("CARGO_PKG_VERSION").into())
        );
        assert_eq!(version["format_versions"], serde_json::json!([1]));
        assert!(version["catalogue"]["date"].as_str().is_some_and(|date| date.len() == 10));
    }
}
