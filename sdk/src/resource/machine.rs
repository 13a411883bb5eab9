//! Where detectors look: files below a root, and variables. Tests hand in their own.

use std::{collections::BTreeMap, fs::File, io::Read, path::PathBuf};

/// The most of a file that is read. A mount table of a busy node is some hundred KiB.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Longer values are left out: nothing that is detected is a text.
const MAX_VALUE_BYTES: usize = 1024;

/// A machine as a detector sees it.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// What stands for `/`.
    pub(crate) root: PathBuf,
    /// Those that [`super::reads`]; none unless the environment was asked.
    pub(crate) variables: BTreeMap<String, String>,
    /// NVML's library; `None`: where the system's loader finds it.
    #[cfg(feature = "nvml")]
    pub(crate) nvml: Option<PathBuf>,
}

impl Machine {
    /// A variable, unless it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        value(self.variables.get(name)?)
    }

    /// The start of a file; `None` if it is not there, or not for this process, or no text.
    pub(super) fn file(&self, path: &str) -> Option<String> {
        let mut text = String::new();
        File::open(self.path(path)).ok()?.take(MAX_FILE_BYTES).read_to_string(&mut text).ok()?;
        Some(text)
    }

    /// A file that holds one value.
    pub(super) fn value(&self, path: &str) -> Option<String> {
        value(&self.file(path)?).map(str::to_owned)
    }

    /// Where a link leads.
    pub(super) fn link(&self, path: &str) -> Option<PathBuf> {
        std::fs::read_link(self.path(path)).ok()
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            root: PathBuf::from("/"),
            variables: BTreeMap::new(),
            #[cfg(feature = "nvml")]
            nvml: None,
        }
    }
}

/// What is left of a text that is to be a value.
pub(super) fn value(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_VALUE_BYTES).then_some(text)
}
