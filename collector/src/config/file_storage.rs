//! The extension `file_storage`: where queues are kept on disk.

use std::path::PathBuf;

use super::{
    component::{Defined, Read},
    component_id::ComponentId,
    extensions::ExtensionSettings,
    problem::{Position, Problems},
    resolved::{ExporterSettings, PipelineId, ProcessorSettings},
    section::Section,
    service::Definitions,
};
use crate::journal::Durability;

/// Settings of the extension `file_storage`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileStorageSettings {
    /// A folder, in which each exporter's queue has one of its own.
    pub directory: PathBuf,
    /// What an acknowledged request survives; the key is `fsync`, by default false.
    pub durability: Durability,
}

/// Where one exporter's queue, or a sampler's requests, are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueStorage {
    /// The extension, as the file names it.
    pub extension: ComponentId,
    /// Its own folder.
    pub folder: PathBuf,
    /// What an acknowledged request survives.
    pub durability: Durability,
}

impl QueueStorage {
    /// Named, and not found yet.
    pub(super) fn named(extension: ComponentId) -> Self {
        Self { extension, folder: PathBuf::new(), durability: Durability::default() }
    }

    /// The folder of a component in one of the pipelines that name it.
    #[must_use]
    pub fn of_pipeline(&self, pipeline: &PipelineId) -> Self {
        Self { folder: self.folder.join(folder_name(&pipeline.to_string())), ..self.clone() }
    }
}

/// Reads `file_storage`.
pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExtensionSettings> {
    const EXPECTED: &str = "a folder, such as /var/lib/inferometer";
    if section.node("directory").is_none() {
        section.missing("directory", EXPECTED, problems);
    }
    let directory = section.text("directory", EXPECTED, problems).unwrap_or_default();
    let fsync = section.flag("fsync", problems).unwrap_or(false);
    for (key, remedy) in [
        ("timeout", "a folder that another process has is an error at once: remove it"),
        ("compaction", "what is delivered is removed file by file: remove it"),
        (
            "create_directory",
            "folders are made where they are missing, for this user alone: remove it",
        ),
        (
            "directory_permissions",
            "folders are made where they are missing, for this user alone: remove it",
        ),
        ("recreate", "damage is passed over and counted: remove it"),
    ] {
        section.refuse(key, remedy, problems);
    }
    let durability = if fsync { Durability::Fsync } else { Durability::Os };
    let settings = FileStorageSettings { directory: directory.into(), durability };
    Read { settings: ExtensionSettings::FileStorage(settings), listeners: Vec::new() }
}

/// Gives every queue and sampler that names an extension its folder.
pub(super) fn connect(definitions: &mut Definitions, problems: &mut Problems) {
    let Definitions { extensions, exporters, processors, .. } = definitions;
    for exporter in exporters {
        if let Some(Read { settings: ExporterSettings::Otlp(settings), .. }) = &mut exporter.read
            && let Some(storage) = &mut settings.queue.storage
        {
            let path = format!("exporters.{}.sending_queue.storage", exporter.id);
            let folder = folder_name(&exporter.id.to_string());
            find(storage, extensions, &folder, (exporter.at, &path), problems);
        }
    }
    for processor in processors {
        if let Some(Read { settings: ProcessorSettings::TailSampling(settings), .. }) =
            &mut processor.read
            && let Some(storage) = &mut settings.storage
        {
            let path = format!("processors.{}.storage", processor.id);
            // There is no dot in the name of an exporter's folder.
            let folder = format!("processor.{}", folder_name(&processor.id.to_string()));
            find(storage, extensions, &folder, (processor.at, &path), problems);
        }
    }
}

/// Looks up the extension that a storage names.
fn find(
    storage: &mut QueueStorage,
    extensions: &[Defined<ExtensionSettings>],
    folder: &str,
    (at, path): (Position, &str),
    problems: &mut Problems,
) {
    let extension = extensions.iter().find(|extension| extension.id == storage.extension);
    match extension.map(|extension| (extension.used, &extension.read)) {
        Some((true, Some(Read { settings: ExtensionSettings::FileStorage(settings), .. }))) => {
            storage.folder = settings.directory.join(folder);
            storage.durability = settings.durability;
        }
        // The extension's own error says what is wrong.
        Some((true, None)) => {}
        Some((false, _)) => problems.error(
            at,
            format!("{path} is {0:?}, which service.extensions does not start: add {0} there", storage.extension.to_string()),
        ),
        Some((true, Some(_))) => problems.error(
            at,
            format!(
                "{path} is {:?}, which keeps nothing: name an extension of the type file_storage",
                storage.extension.to_string()
            ),
        ),
        None => problems.error(
            at,
            format!(
                "{path} is {:?}, which extensions does not define: define it there, with a directory, and name it in \
                 service.extensions",
                storage.extension.to_string()
            ),
        ),
    }
}

/// A component's name as that of a folder, which no other name gives.
fn folder_name(id: &str) -> String {
    let mut name = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exporter_has_a_folder_of_its_own() {
        let folder = |id| folder_name(id);
        assert_eq!(folder("otlp"), "otlp");
        assert_eq!(folder("otlp/a"), "otlp%2Fa");
        assert_eq!(folder("otlp/../é%"), "otlp%2F%2E%2E%2F%C3%A9%25");
    }
}
