//! Where documents go: standard output or a file.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

#[cfg(unix)]
use super::interrupt::uninterrupted;
use super::world::World;

/// Writes a document to standard output, to the last byte. A reader that has left is no error: what was computed
/// stands.
pub(super) fn to_stdout(world: &mut World<'_>, document: &str) -> Result<()> {
    match world.stdout.write_all(document.as_bytes()).and_then(|()| world.stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("cannot write <stdout>"),
        _ => Ok(()),
    }
}

/// Writes a document to a file, whole or not at all: beside it first, then by renaming. An input is not written over.
pub(super) fn to_file(path: &Path, document: &str, inputs: &[String]) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let real = fs::canonicalize(path);
    if let Ok(real) = &real
        && inputs.iter().any(|input| fs::canonicalize(input).is_ok_and(|input| input == *real))
    {
        bail!("{}: it is one of the inputs; name another file", cannot());
    }
    let folder = folder_of(path);
    if !folder.exists() {
        bail!("{}: no such folder", cannot());
    }
    // A device or a pipe is written to, not replaced.
    let special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if special {
        let mut file = fs::OpenOptions::new().write(true).open(path).with_context(cannot)?;
        return file.write_all(document.as_bytes()).with_context(cannot);
    }
    uninterrupted(|| replace(folder, real.as_deref().unwrap_or(path), document)).with_context(cannot)
}

/// Elsewhere a signal may leave the temporary file.
#[cfg(not(unix))]
fn uninterrupted<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    work()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(folder: &Path, path: &Path, document: &str) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".plancost-");
    if let Some(permissions) = permissions(path) {
        builder.permissions(permissions);
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(document.as_bytes())?;
    file.flush()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Those of the file that is replaced, or what a new file gets, less what the system masks.
fn permissions(path: &Path) -> Option<fs::Permissions> {
    if let Ok(metadata) = fs::metadata(path) {
        return Some(metadata.permissions());
    }
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    None
}

/// An error and its causes in plain words: `cannot write x: no space left on device`.
pub(super) fn words(error: &anyhow::Error) -> String {
    let cause = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().map_or_else(|| cause.to_string(), reason)
    };
    error.chain().map(cause).collect::<Vec<_>>().join(": ")
}

/// An error of the system without its number.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::StorageFull => "no space left on device".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}
