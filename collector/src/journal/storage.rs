//! What the log needs of a file system, so that tests can pull the plug of one.

use std::{fmt, io};

/// One folder of files.
pub trait Storage: fmt::Debug + Send + Sync + Sized + 'static {
    /// An open file of it.
    type File: StorageFile;

    /// A folder inside this one, made if it is not there. Whoever has this one has that one too.
    ///
    /// # Errors
    /// It cannot be made, or is none.
    fn folder(&self, name: &str) -> io::Result<Self>;

    /// The names of all files.
    ///
    /// # Errors
    /// The folder cannot be read.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Makes a file, which must not be there, for reading and writing.
    ///
    /// # Errors
    /// It is there, or there is no room for it.
    fn create(&self, name: &str) -> io::Result<Self::File>;

    /// Opens a file that is there, for reading.
    ///
    /// # Errors
    /// It is not there (`NotFound`), no file (`InvalidData`), not this user's to read (`PermissionDenied`), or something
    /// else keeps it from being opened now.
    fn open(&self, name: &str) -> io::Result<Self::File>;

    /// Gives a file another name, in the place of the file that had it.
    ///
    /// # Errors
    /// It is not there.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// It is not there.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Returns once the names, as they are now, survive a loss of power.
    ///
    /// # Errors
    /// They may not.
    fn sync_names(&self) -> io::Result<()>;

    /// Keeps some room for what must be written when there is none; whether it is kept now, or was already.
    fn keep_reserve(&self) -> bool {
        true
    }

    /// Gives that room back; whether there was any.
    fn release_reserve(&self) -> bool {
        false
    }
}

/// Whether something failed for want of room.
pub(super) fn is_full(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// One file.
pub trait StorageFile: fmt::Debug + Send + Sync + 'static {
    /// Writes all of it at a place.
    ///
    /// # Errors
    /// Any part of it may have been written.
    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Reads into the whole of the buffer, or to the end of the file; returns how much that was.
    ///
    /// # Errors
    /// The file cannot be read.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize>;

    /// How long it is.
    ///
    /// # Errors
    /// The file system does not say.
    fn length(&self) -> io::Result<u64>;

    /// Cuts it off.
    ///
    /// # Errors
    /// It is as long as it was.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Returns once its content, as it is now, survives a loss of power.
    ///
    /// # Errors
    /// It may not, nor may anything that is written to it later: see <https://wiki.postgresql.org/wiki/Fsync_Errors>.
    fn sync(&self) -> io::Result<()>;
}
