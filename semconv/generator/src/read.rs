//! Reads the files of a registry.

use std::{fs, path::Path};

use crate::model::{Definitions, FILE_FORMAT, Manifest, NAMESPACE};

const MANIFEST: &str = "manifest.yaml";

/// One file of the registry.
#[derive(Debug)]
pub struct Source {
    /// Its path below the registry's folder; `upstream/` holds what others defined.
    pub(crate) path: String,
    pub(crate) definitions: Definitions,
}

impl Source {
    /// Whether the definitions are ours.
    #[must_use]
    pub fn is_own(&self) -> bool {
        !is_upstream(&self.path)
    }
}

pub(crate) fn is_upstream(path: &str) -> bool {
    path.starts_with("upstream/")
}

/// Reads every definition file of a registry, ours first, each folder in alphabetical order.
///
/// # Errors
///
/// One message per file that cannot be read or parsed.
pub fn read(registry: &Path) -> Result<Vec<Source>, Vec<String>> {
    let mut sources = Vec::new();
    let mut problems: Vec<String> = manifest_problem(registry).into_iter().collect();
    for folder in ["", "upstream/"] {
        let names = match file_names(&registry.join(folder)) {
            Ok(names) => names,
            Err(error) => {
                problems.push(format!("cannot list {}: {error}", registry.join(folder).display()));
                continue;
            }
        };
        for name in names {
            let path = format!("{folder}{name}");
            let text = fs::read_to_string(registry.join(&path))
                .map_err(|error| format!("{path}: {error}"));
            match text.and_then(|text| read_str(&path, &text)) {
                Ok(source) => sources.push(source),
                Err(problem) => problems.push(problem),
            }
        }
    }
    if problems.is_empty() { Ok(sources) } else { Err(problems) }
}

/// Parses one file.
///
/// # Errors
///
/// A message with path, line and column.
pub fn read_str(path: &str, text: &str) -> Result<Source, String> {
    let definitions: Definitions =
        serde_saphyr::from_str(text).map_err(|error| format!("{path}: {error}"))?;
    if definitions.file_format != FILE_FORMAT {
        return Err(format!(
            "{path}: file_format is {:?}, not {FILE_FORMAT:?}",
            definitions.file_format
        ));
    }
    Ok(Source { path: path.to_owned(), definitions })
}

fn manifest_problem(registry: &Path) -> Option<String> {
    let text = match fs::read_to_string(registry.join(MANIFEST)) {
        Ok(text) => text,
        Err(error) => return Some(format!("{MANIFEST}: {error}")),
    };
    match serde_saphyr::from_str::<Manifest>(&text) {
        Ok(manifest) if manifest.name == NAMESPACE => None,
        Ok(manifest) => Some(format!("{MANIFEST}: name is {:?}, not {NAMESPACE:?}", manifest.name)),
        Err(error) => Some(format!("{MANIFEST}: {error}")),
    }
}

fn file_names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // The manifest describes the registry; it defines nothing.
        if name.ends_with(".yaml") && name != MANIFEST {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
