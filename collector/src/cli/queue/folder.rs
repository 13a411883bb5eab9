//! The folder that was named: whether it is one of a queue.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use inferometer_collector::journal::{Audit, DEAD_LETTERS, Depth, Folder, Header, Stored, audit};

use crate::cli::Failure;

/// What every folder of a queue has, however little was in it.
const LOCK: &str = "lock";
const SEGMENT: &str = ".segment";

/// Looks through a folder and that of its dead letters, which there may not be. The records of both are shown.
///
/// # Errors
/// It is none of a queue, or cannot be read; the message says what to name instead.
pub(super) fn look(
    path: &Path,
    depth: Depth,
    visit: impl FnMut(&Header, bool, Option<&Stored>),
    visit_dead: impl FnMut(&Header, bool, Option<&Stored>),
    dead_depth: Depth,
) -> Result<(Audit, Option<Audit>), Failure> {
    is_queue(path)?;
    let failed = |of: &Path, cause: &io::Error| Failure::start(&unreadable(of, cause));
    let folder = Folder::read(path).map_err(|cause| failed(path, &cause))?;
    let queue = audit(&folder, depth, visit).map_err(|cause| failed(path, &cause))?;
    let path = path.join(DEAD_LETTERS);
    let dead = match Folder::read(&path) {
        Ok(folder) => {
            Some(audit(&folder, dead_depth, visit_dead).map_err(|cause| failed(&path, &cause))?)
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        Err(cause) => return Err(failed(&path, &cause)),
    };
    Ok((queue, dead))
}

/// Refuses a folder that no queue is in, so that a slip of the keyboard is not taken for an empty queue.
pub(super) fn is_queue(path: &Path) -> Result<(), Failure> {
    let names = names(path).map_err(|cause| Failure::start(&unreadable(path, &cause)))?;
    if names.iter().any(|name| name == LOCK || name.ends_with(SEGMENT)) {
        return Ok(());
    }
    let inside = names
        .iter()
        .map(|name| path.join(name))
        .filter(|path| self::names(path).is_ok_and(|names| names.iter().any(|name| name == LOCK)));
    let inside: Vec<String> = inside.map(|path: PathBuf| path.display().to_string()).collect();
    let remedy = if inside.is_empty() {
        "name the folder of an exporter's queue, inside the directory of file_storage".to_owned()
    } else {
        format!("name one of {}", inside.join(", "))
    };
    Err(Failure::start(&format!("{} holds no queue: {remedy}", path.display())))
}

fn unreadable(path: &Path, cause: &io::Error) -> String {
    let remedy = match cause.kind() {
        io::ErrorKind::PermissionDenied => "run this as the user of the collector",
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            "name the folder of an exporter's queue, inside the directory of file_storage"
        }
        _ => "see to the disk",
    };
    format!("cannot read {}: {cause}; {remedy}", path.display())
}

/// The names in a folder, in their order.
fn names(path: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
    let mut names: Vec<String> =
        names.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect();
    names.sort();
    Ok(names)
}

/// Writes the answer to stdout.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let failed = |cause: io::Error| Failure::start(&format!("cannot write the result: {cause}"));
    writeln!(io::stdout(), "{text}").map_err(failed)
}
