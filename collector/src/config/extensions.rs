//! The extensions that a file may define, and which of them run.

use super::{
    authenticator::{self, AuthenticatorSettings},
    component::{self, Defined, Kind},
    file_storage::{self, FileStorageSettings},
    health_check::{self, HealthCheckSettings},
    nearest,
    problem::{Position, Problems},
    section::Section,
};

/// The extensions that this collector has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionSettings {
    /// `file_storage`
    FileStorage(FileStorageSettings),
    /// `bearertokenauth` and `basicauth`
    Authenticator(Box<AuthenticatorSettings>),
    /// `health_check`
    HealthCheck(Box<HealthCheckSettings>),
}

/// How they are read.
pub(super) const EXTENSIONS: &[Kind<ExtensionSettings>] = &[
    Kind { name: "file_storage", read: file_storage::read },
    Kind { name: "bearertokenauth", read: authenticator::read_bearer },
    Kind { name: "basicauth", read: authenticator::read_basic },
    Kind { name: "health_check", read: health_check::read },
];

/// Reads `extensions`.
pub(super) fn read_all(
    section: Option<Section<'_>>,
    problems: &mut Problems,
) -> Vec<Defined<ExtensionSettings>> {
    component::read_all(section, "extension", EXTENSIONS, problems)
}

/// Marks the extensions that `service.extensions` names.
pub(super) fn start(
    names: Vec<(Position, String)>,
    extensions: &mut [Defined<ExtensionSettings>],
    problems: &mut Problems,
) {
    for (at, name) in names {
        let known = extensions.iter_mut().find(|extension| extension.id.to_string() == name);
        match known {
            Some(extension) => extension.used = true,
            None => {
                let ids: Vec<String> = extensions.iter().map(|it| it.id.to_string()).collect();
                let hint = nearest::hint(&name, ids.iter().map(String::as_str));
                problems.error(
                    at,
                    format!(
                        "service.extensions names {name:?}, which extensions does not define{hint}"
                    ),
                );
            }
        }
    }
}
