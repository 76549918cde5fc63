//! Where logs are looked for, and what is done with what cannot be read.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::Ordering;

use plancost::cli::logs::{Found, Progress, Root, find, read_all, tier_of_settings, usual_roots};
use plancost::logs::{Format, Log};
use plancost::usage::Service;

use super::claude::Line;
use super::codex::{event, meta, turn};
use crate::notes;

fn line(id: &'static str) -> String {
    Line { id: Some(id), ..Line::default() }.text()
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("it is below the root")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn usual(variables: &[(&str, String)]) -> Found {
    let variables: BTreeMap<&str, String> = variables.iter().cloned().collect();
    find(&usual_roots(&|name| variables.get(name).cloned()))
}

fn names(found: &Found, root: &Path) -> Vec<String> {
    let inside = found.files.iter().map(|file| file.path.strip_prefix(root).unwrap_or(&file.path));
    inside.map(|path| path.to_string_lossy().into_owned()).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn read_on(found: &Found, threads: usize) -> Log {
    read_all(found, Service::Standard, NonZeroUsize::new(threads).expect("a thread"), &Progress::default())
}

#[test]
fn logs_are_found_without_being_told_where() {
    let home = tempfile::tempdir().expect("a folder");
    let files = [
        ".claude/projects/-w-p/0a/subagents/agent-1.jsonl",
        ".claude/projects/-w-p/0a/subagents/workflows/run/agent-2.jsonl",
        ".claude/projects/-w-p/0a.jsonl",
        ".claude.json",
        ".codex/archived_sessions/rollout-b.jsonl",
        ".codex/sessions/2026/11/10/rollout-a.jsonl.zst",
        ".config/Claude/plan-usage-history.json",
        ".config/Claude/sessions/x/.claude/projects/-w-q/1a.jsonl",
        ".config/claude/projects/-w-p/0b.jsonl",
    ];
    for file in files {
        put(home.path(), file, "");
    }
    put(home.path(), ".claude/projects/-w-p/0a/subagents/agent-1.meta.json", "{}");
    put(home.path(), ".config/Claude/other.jsonl", "{}");
    // What the desktop application keeps beside them may lie at any depth.
    put(home.path(), &format!(".config/Claude/{}a.js", "node_modules/x/".repeat(12)), "");
    let found = usual(&[("HOME", text(home.path()))]);
    assert_eq!(names(&found, home.path()), files);
    assert_eq!(found.unreadable, []);
    let formats: Vec<Format> = found.files.iter().map(|file| file.format).collect();
    use Format::{Claude, Codex, Meters};
    assert_eq!(formats, [Claude, Claude, Claude, Meters, Codex, Codex, Meters, Claude, Claude]);
}

#[test]
fn variables_of_the_environment_say_where_logs_are() {
    let home = tempfile::tempdir().expect("a folder");
    for file in [
        "one/projects/p/a.jsonl",
        "two/projects/p/b.jsonl",
        "codex/sessions/rollout-c.jsonl",
        ".claude/projects/p/not.jsonl",
    ] {
        put(home.path(), file, "");
    }
    let at = |path: &str| text(&home.path().join(path));
    // A list; each a configuration folder or its projects.
    let list = format!("{}, {},{}", at("one"), at("two/projects"), at("one/projects"));
    let found = usual(&[("HOME", at("")), ("CLAUDE_CONFIG_DIR", list), ("CODEX_HOME", at("codex"))]);
    assert_eq!(
        names(&found, home.path()),
        ["codex/sessions/rollout-c.jsonl", "one/projects/p/a.jsonl", "two/projects/p/b.jsonl"]
    );
}

/// On macOS and Windows, from the store and not.
#[test]
fn agents_of_the_desktop_application_are_found_on_each_system() {
    let home = tempfile::tempdir().expect("a folder");
    let app = [
        "Library/Application Support/Claude",
        "roaming/Claude",
        "local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude",
    ];
    for (number, folder) in app.iter().enumerate() {
        let agent = format!("local-agent-mode-sessions/a/b/local_c/.claude/projects/-p/{number}.jsonl");
        put(home.path(), &format!("{folder}/{agent}"), &line(["msg_1", "msg_2", "msg_3"][number]));
        put(home.path(), &format!("{folder}/plan-usage-history.json"), r#"{"samples":[{"t":1,"u":{"fh":1}}]}"#);
    }
    let at = |path: &str| text(&home.path().join(path));
    let found = usual(&[("HOME", at("")), ("APPDATA", at("roaming")), ("LOCALAPPDATA", at("local"))]);
    let log = read_on(&found, 2);
    assert_eq!((found.files.len(), log.records.len(), notes(&log).as_str()), (6, 3, ""));
    // Three files that say the same of one moment are one reading.
    assert_eq!(log.meters.len(), 1);
}

#[test]
fn files_that_were_named_tell_their_format() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.jsonl", &line("msg_1"));
    put(folder.path(), "b.jsonl", &(meta(0, "s", "") + &turn(1, "m") + &event(2, None, Some([5, 0, 1, 0]))));
    put(folder.path(), "c.csv", "time,model,output\n2026-11-10T10:00:00Z,m,7\n");
    put(folder.path(), "notes.txt", "not a log");
    put(folder.path(), "x/plan-usage-history.json", "{}");
    let found = find(&[Root::named(folder.path())]);
    let formats: Vec<Format> = found.files.iter().map(|file| file.format).collect();
    assert_eq!(formats, [Format::Claude, Format::Codex, Format::Events, Format::Meters]);
    // Settings are no log of the format that was asked for.
    let all_claude = find(&[Root { format: Some(Format::Claude), ..Root::named(folder.path()) }]);
    assert_eq!(all_claude.files.len(), 3);
    assert_eq!(read_on(&found, 1).records.len(), 3);
    let missing = find(&[Root::named(folder.path().join("gone.jsonl"))]);
    assert_eq!((missing.files.len(), missing.unreadable.len()), (0, 1));
}

#[test]
fn the_number_of_threads_changes_nothing_and_progress_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for file in 0..40_u32 {
        let lines: String = (0..=file)
            .map(|n| {
                Line { id: Some("msg_1"), request: None, input: (n * 7 % 11).into(), second: n % 60, ..Line::default() }
                    .text()
            })
            .collect();
        put(folder.path(), &format!("{file}.jsonl"), &lines);
    }
    let found = find(&[Root::named(folder.path())]);
    let progress = Progress::default();
    let one = read_all(&found, Service::Standard, NonZeroUsize::MIN, &progress);
    assert_eq!(progress.read.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
    assert_eq!(one.bytes, progress.total.load(Ordering::Relaxed));
    for threads in [2, 8, 64] {
        assert_eq!(read_on(&found, threads), one, "{threads}");
    }
}

#[cfg(unix)]
#[test]
fn links_neither_loop_nor_count_a_file_twice() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "real/a.jsonl", &line("msg_1"));
    symlink(folder.path(), folder.path().join("real/loop")).expect("a link");
    symlink(folder.path().join("real/a.jsonl"), folder.path().join("b.jsonl")).expect("a link");
    symlink("nowhere", folder.path().join("c.jsonl")).expect("a link");
    let found = find(&[Root::named(folder.path()), Root::named(folder.path().join("real"))]);
    assert_eq!(found.files.len(), 1);
    assert_eq!(found.unreadable.len(), 1, "{found:?}");
    let log = read_on(&found, 2);
    assert_eq!((log.records.len(), notes(&log).as_str()), (1, "unreadable 1"));
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.jsonl", &line("msg_1"));
    put(folder.path(), "closed/b.jsonl", &line("msg_2"));
    let closed = folder.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("it is ours");
    let found = find(&[Root::named(folder.path())]);
    // Someone with all rights reads it all the same.
    let expected = if fs::read_dir(&closed).is_ok() { (2, 0) } else { (1, 1) };
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("it is ours");
    assert_eq!((found.files.len(), found.unreadable.len()), expected);
    let log = read_on(&found, 1);
    assert_eq!(log.stopped.len(), expected.1);
}

#[test]
fn folders_too_deep_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), &format!("{}a.jsonl", "d/".repeat(30)), &line("msg_1"));
    let found = find(&[Root::named(folder.path())]);
    assert_eq!((found.files.len(), found.unreadable.len()), (0, 1));
}

#[test]
fn a_file_that_is_gone_or_grows_when_it_is_read_is_read_as_far_as_it_went() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.jsonl", &line("msg_1"));
    put(folder.path(), "b.jsonl", &line("msg_2"));
    let found = find(&[Root::named(folder.path())]);
    fs::remove_file(folder.path().join("b.jsonl")).expect("it is ours");
    // Half a line was added.
    put(folder.path(), "a.jsonl", &(line("msg_1") + &line("msg_3")[..80]));
    let log = read_on(&found, 2);
    assert_eq!((log.records.len(), notes(&log).as_str()), (1, "torn_end 1, unreadable 1"));
}

#[test]
fn parquet_files_in_folders_are_read_or_said_not_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.csv", "time,model,output\n2026-11-10T10:00:00Z,m,7\n");
    put(folder.path(), "b.parquet", "no Parquet at all");
    put(folder.path(), "c", "PAR1, and then it breaks off");
    let log = read_on(&find(&[Root::named(folder.path()), Root::named(folder.path().join("c"))]), 2);
    // What can be read is.
    assert_eq!((log.records.len(), notes(&log).as_str()), (1, "unreadable 2"));
    let why: Vec<&str> = log.stopped.iter().map(|(_, why)| why.as_str()).collect();
    if cfg!(feature = "parquet") {
        assert!(why[0].starts_with("it is no Parquet file") && why[1].starts_with("it breaks off"), "{why:?}");
    } else {
        assert!(why.iter().all(|why| why.contains("--features parquet")), "{why:?}");
    }
}

#[test]
fn programs_keep_no_parquet_files_among_their_logs() {
    let home = tempfile::tempdir().expect("a folder");
    put(home.path(), ".claude/projects/-w-p/data.parquet", "PAR1");
    assert_eq!(usual(&[("HOME", text(home.path()))]), Found::default());
}

/// `plancost usage .` among the logs; the tests share one working directory, so here `..` stands for it.
#[test]
fn the_settings_of_codex_are_found_from_whatever_names_its_folders() {
    let home = tempfile::tempdir().expect("a folder");
    put(home.path(), "config.toml", "service_tier = \"fast\"\n");
    put(home.path(), "sessions/2026/rollout-a.jsonl", "");
    for path in ["", "sessions", "sessions/", "sessions/.", "sessions/..", "sessions/2026/.."] {
        let root = Root::named(home.path().join(path));
        assert_eq!(tier_of_settings(&[root]).as_deref(), Some("fast"), "{path}");
    }
    assert_eq!(tier_of_settings(&[Root::named(home.path().join("sessions/2026"))]), None);
}
