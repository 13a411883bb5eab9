//! A real folder.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::storage::{Storage, StorageFile, is_full};
use crate::failpoint::{self, FailPoint};

/// Telemetry may hold prompts: only the user who runs the collector reads it.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

const LOCK: &str = "lock";

/// A file that holds room for a checkpoint, and how much: four thousand requests that were delivered out of order.
const RESERVE: &str = "reserve";
const RESERVE_BYTES: usize = 64 << 10;

/// A folder that this process alone writes to, or that it merely reads. Clones have the same lock.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// Kept open, as the lock goes with it.
    lock: Option<Arc<File>>,
}

impl Folder {
    /// Takes a folder for this process, and makes it if it is not there.
    ///
    /// # Errors
    /// It cannot be made or written to, or another process has it (`WouldBlock`).
    pub fn take(path: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(FILE_MODE);
        let lock = options.open(path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock: Some(Arc::new(lock)) }),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(cause)) => Err(cause),
        }
    }

    /// A folder to be read, which another process may be writing to.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        fs::read_dir(path)?;
        Ok(Self { path: path.to_owned(), lock: None })
    }
}

impl Storage for Folder {
    type File = File;

    fn folder(&self, name: &str) -> io::Result<Self> {
        let path = self.path.join(name);
        fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&path)?;
        Ok(Self { path, lock: self.lock.clone() })
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let names =
            fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        Ok(names.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    fn create(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(FILE_MODE).open(self.path.join(name))
    }

    fn open(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        // No link is followed to somebody else's file, and no pipe waited for.
        options.read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let file =
            options.open(self.path.join(name)).map_err(|cause| match cause.raw_os_error() {
                Some(libc::ELOOP | libc::ENXIO) => no_file(),
                _ => cause,
            })?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(no_file()) }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn keep_reserve(&self) -> bool {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(FILE_MODE);
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let reserve = match options.open(self.path.join(RESERVE)) {
            Ok(reserve) => reserve,
            // Something else under its name, for example, is no reason to refuse records that fit.
            Err(cause) => return !is_full(&cause),
        };
        // A process that was killed while it made it has left a part.
        if reserve.length().is_ok_and(|length| length >= RESERVE_BYTES as u64) {
            return true;
        }
        failpoint::hit(FailPoint::ReserveCreated);
        let is_kept = reserve.write_all_at(&[0; RESERVE_BYTES], 0).is_ok();
        if !is_kept {
            // It is tried again, with more room.
            let _ = self.remove(RESERVE);
        }
        is_kept
    }

    fn release_reserve(&self) -> bool {
        self.remove(RESERVE).is_ok()
    }
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is no file, but a folder, a link or a pipe")
}

impl StorageFile for File {
    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, at)
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < into.len() {
            match FileExt::read_at(self, &mut into[done..], at + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
        Ok(done)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
