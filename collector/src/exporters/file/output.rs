//! The file that is written now, and those before it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::config::FileExporterSettings;

/// Telemetry may hold prompts: only the user who runs the collector reads it.
const MODE: u32 = 0o600;

/// An open file that ends behind its last whole write.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    bytes_max: u64,
    backups_max: u64,
    /// Nothing after a failure that left the file in an unknown state; the next write begins another.
    file: Option<File>,
    bytes: u64,
}

impl Output {
    /// Begins a file; one that is there becomes the latest backup.
    pub(super) fn begin(settings: &FileExporterSettings) -> io::Result<Self> {
        let mut output = Self {
            path: settings.path.clone(),
            bytes_max: settings.file_bytes_max,
            backups_max: settings.backups_max,
            file: None,
            bytes: 0,
        };
        output.begin_another()?;
        Ok(output)
    }

    /// Writes bytes that belong together, in this file or the next. After an error nothing of them is in a file.
    pub(super) fn write(&mut self, batch: &[u8]) -> io::Result<()> {
        let length = batch.len() as u64;
        if self.file.is_none() || (self.bytes > 0 && self.bytes + length > self.bytes_max) {
            self.begin_another()?;
        }
        let Some(file) = &mut self.file else {
            return Err(io::ErrorKind::NotFound.into());
        };
        match file.write_all(batch) {
            Ok(()) => {
                self.bytes += length;
                Ok(())
            }
            Err(cause) => {
                self.truncate();
                Err(cause)
            }
        }
    }

    /// Cuts off what a failed write left: it would be read as the length of a request.
    pub(super) fn truncate(&mut self) {
        let bytes = self.bytes;
        self.file.take_if(|file| file.set_len(bytes).is_err());
    }

    fn begin_another(&mut self) -> io::Result<()> {
        self.file = None;
        if fs::metadata(&self.path).is_ok_and(|there| there.is_file() && there.len() > 0) {
            for number in (1..self.backups_max).rev() {
                rename(&self.backup(number), &self.backup(number + 1))?;
            }
            rename(&self.path, &self.backup(1))?;
        }
        let mut options = OpenOptions::new();
        // A link that somebody else has put there does not lead telemetry to another file.
        options.append(true).create(true).mode(MODE).custom_flags(libc::O_NOFOLLOW);
        let opened = options.open(&self.path).map_err(|cause| match cause.raw_os_error() {
            Some(libc::ELOOP) => io::Error::other("it is a symbolic link, which is not followed"),
            _ => cause,
        });
        self.file = Some(opened?);
        self.bytes = 0;
        Ok(())
    }

    fn backup(&self, number: u64) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

/// Renames a file if it is there.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}
