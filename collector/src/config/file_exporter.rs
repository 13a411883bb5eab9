//! The exporter `file`: where it writes, and how much it keeps.

use std::{path::PathBuf, time::Duration};

use super::{component::Read, problem::Problems, resolved::ExporterSettings, section::Section};

/// Settings of the exporter `file`, with the Collector's names. Its format is the Collector's `proto`: each request behind
/// its length, four bytes with the highest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileExporterSettings {
    /// The file that is written now. Those before it have `.1`, `.2` and so on behind their name, the latest first.
    pub path: PathBuf,
    /// Whether each request is compressed with zstd, inside its length; default false.
    pub compress: bool,
    /// How long a request may wait for others to be written with; default 1 s.
    pub flush_interval: Duration,
    /// Bytes after which a new file is begun; default 100 MiB. A file is larger only if one write alone is.
    pub file_bytes_max: u64,
    /// Files that are kept beside the one that is written; default 100. The oldest is overwritten.
    pub backups_max: u64,
}

impl FileExporterSettings {
    /// The defaults for a file.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            compress: false,
            flush_interval: Duration::from_secs(1),
            file_bytes_max: 100 << 20,
            backups_max: 100,
        }
    }
}

/// Mebibytes of a file that may be configured.
const FILE_MEBIBYTES_MAX: u64 = 1 << 20;
/// Backups that may be configured: each is renamed when a new file is begun.
const BACKUPS_MAX: u64 = 1000;
const FORMAT: &str = "proto, the only format that is written here: set it, and read the file with a program for \
                      length-delimited protobuf";

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExporterSettings> {
    let expected = "the file to write";
    if section.node("path").is_none() {
        section.missing("path", expected, problems);
    }
    let path = section.text("path", expected, problems).unwrap_or_default();
    let mut settings = FileExporterSettings::new(path);
    read_format(section, problems);
    settings.compress = section.word("compression", &[("zstd", ())], problems).is_some();
    if let Some(interval) = section.duration("flush_interval", problems) {
        settings.flush_interval = interval;
    }
    if let Some(mut rotation) = section.section("rotation", problems) {
        if let Some(mebibytes) = rotation.number("max_megabytes", 1..=FILE_MEBIBYTES_MAX, problems)
        {
            settings.file_bytes_max = mebibytes << 20;
        }
        if let Some(backups) = rotation.number("max_backups", 1..=BACKUPS_MAX, problems) {
            settings.backups_max = backups;
        }
        rotation.close(problems);
    }
    Read { settings: ExporterSettings::File(settings), listeners: Vec::new() }
}

/// The Collector's default is JSON, so that the format must be written down to mean the same everywhere.
fn read_format(section: &mut Section<'_>, problems: &mut Problems) {
    match section.node("format") {
        None => section.missing("format", FORMAT, problems),
        Some(node) if node.text() == Some("proto") => {}
        Some(node) => {
            let path = section.path_of("format");
            problems.error(node.at, format!("{path} is {}, expected {FORMAT}", node.shown()));
        }
    }
}
