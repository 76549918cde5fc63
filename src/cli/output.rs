//! Where documents go: standard output or a file, and what it means if they cannot.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::inputs::reason;
use super::world::World;
use crate::catalog::codes;
use crate::problem::Problem;

/// Writes a document to standard output.
///
/// A reader that has left is no error: what was computed stands.
///
/// # Errors
///
/// If it cannot be written, to the last byte.
pub(super) fn to_stdout(world: &mut World<'_>, document: &str) -> Result<(), Problem> {
    let written = world.stdout.write_all(document.as_bytes()).and_then(|()| world.stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(not_written("<stdout>", &error)),
        _ => Ok(()),
    }
}

/// Writes a document to a file, whole or not at all: beside it first, then by renaming.
///
/// # Errors
///
/// If it cannot be written, or is one of the inputs; what was there before is unchanged.
pub(super) fn to_file(path: &Path, document: &str, inputs: &[String]) -> Result<(), Problem> {
    let name = path.to_string_lossy();
    let real = fs::canonicalize(path);
    if let Ok(real) = &real
        && inputs.iter().any(|input| fs::canonicalize(input).is_ok_and(|input| input == *real))
    {
        return Err(Problem::error(codes::NOT_WRITTEN, format!("cannot write {name}: it is one of the inputs"))
            .help("name another file"));
    }
    let folder = folder_of(path);
    // A device or a pipe is written to, not replaced.
    let special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    let written = if special {
        fs::OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(document.as_bytes()))
    } else {
        replace(folder, real.as_deref().unwrap_or(path), document)
    };
    written.map_err(|error| {
        let problem = not_written(&name, &error);
        if path.is_file() { problem.note(format!("the previous {name} is unchanged")) } else { problem }
    })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(folder: &Path, path: &Path, document: &str) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".plancost-").permissions(permissions(path)).tempfile_in(folder)?;
    file.write_all(document.as_bytes())?;
    file.flush()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Those of the file that is replaced, or what a new file gets.
#[cfg(unix)]
fn permissions(path: &Path) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).map_or_else(|_| fs::Permissions::from_mode(0o644), |metadata| metadata.permissions())
}

fn not_written(name: &str, error: &io::Error) -> Problem {
    let why = match error.kind() {
        io::ErrorKind::NotFound if !folder_of(Path::new(name)).exists() => "no such folder".to_owned(),
        _ => reason(error),
    };
    Problem::error(codes::NOT_WRITTEN, format!("cannot write {name}: {why}"))
}
