//! Puts aside what cannot be read, so that it neither keeps a log from opening nor is lost to whoever wants to look.

use std::io;

use super::storage::Storage;
use crate::failpoint::{self, FailPoint};

/// What is behind the name of a file that was put aside.
pub(super) const DAMAGED: &str = ".damaged";
/// Such files that are kept; the content of further ones is gone.
const DAMAGED_MAX: usize = 8;

/// Whether what is there can never be read by this process: a folder or a link under the name of a file, or a file that
/// this user may not read. Any other failure may be over the next time.
pub(super) fn is_unfit(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::InvalidData | io::ErrorKind::PermissionDenied)
}

/// Gives it a name under which nobody looks for it, or removes it if there are [`DAMAGED_MAX`] such.
///
/// # Errors
/// Neither can be done; it is still there.
pub(super) fn put_aside(storage: &impl Storage, name: &str) -> io::Result<()> {
    let aside = storage.names()?.iter().filter(|name| name.ends_with(DAMAGED)).count();
    if aside >= DAMAGED_MAX && storage.remove(name).is_ok() {
        return Ok(());
    }
    storage.rename(name, &format!("{name}{DAMAGED}"))?;
    failpoint::hit(FailPoint::FilePutAside);
    Ok(())
}
