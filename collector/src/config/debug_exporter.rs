//! The exporter `debug`: how much it says.

use super::{component::Read, problem::Problems, resolved::ExporterSettings, section::Section};

/// Settings of the exporter `debug`, with the Collector's names and defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugExporterSettings {
    /// How much is said about a request; default [`Verbosity::Basic`].
    pub verbosity: Verbosity,
    /// Requests that are shown at the start of each second; default 2.
    pub sampling_initial: u64,
    /// Of the further ones of that second, each so manieth is shown; default 1, which is all. 0 shows none.
    pub sampling_thereafter: u64,
}

/// How much is said about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verbosity {
    /// One line.
    #[default]
    Basic,
    /// A line for each metric, span or log record.
    Normal,
    /// Everything.
    Detailed,
}

const VERBOSITIES: [(&str, Verbosity); 3] =
    [("basic", Verbosity::Basic), ("normal", Verbosity::Normal), ("detailed", Verbosity::Detailed)];

impl Default for DebugExporterSettings {
    fn default() -> Self {
        Self { verbosity: Verbosity::default(), sampling_initial: 2, sampling_thereafter: 1 }
    }
}

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExporterSettings> {
    let default = DebugExporterSettings::default();
    let any = 0..=i64::MAX.unsigned_abs();
    let settings = DebugExporterSettings {
        verbosity: section.word("verbosity", &VERBOSITIES, problems).unwrap_or(default.verbosity),
        sampling_initial: section
            .number("sampling_initial", any.clone(), problems)
            .unwrap_or(default.sampling_initial),
        sampling_thereafter: section
            .number("sampling_thereafter", any, problems)
            .unwrap_or(default.sampling_thereafter),
    };
    Read { settings: ExporterSettings::Debug(settings), listeners: Vec::new() }
}
