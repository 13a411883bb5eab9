//! Opens a GGUF file and reads what the rest needs to know from its metadata.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{Content, Value};

/// The first four bytes of every GGUF file.
const MAGIC: &[u8; 4] = b"GGUF";

/// What to do about a model that isn't there or isn't one.
const REMEDY: &str = "run examples/fetch-model.sh and pass the path that it prints to --model";

/// A GGUF file whose header has been read: metadata and the list of tensors.
#[derive(Debug)]
pub(crate) struct GgufFile {
    path: PathBuf,
    content: Content,
    reader: BufReader<File>,
}

impl GgufFile {
    /// Opens `path` and reads its header.
    ///
    /// # Errors
    /// If the file can't be read, has no GGUF magic, or its header is damaged.
    pub(crate) fn open(path: &Path) -> Result<Self, GgufError> {
        let unreadable = |source| GgufError::Unreadable { path: path.to_owned(), source };
        let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
        let mut magic = [0; MAGIC.len()];
        match reader.read_exact(&mut magic) {
            Ok(()) if &magic == MAGIC => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                return Err(unreadable(error));
            }
            _ => {
                return Err(GgufError::NotGguf { path: path.to_owned() });
            }
        }
        reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let content = Content::read(&mut reader).map_err(|error| GgufError::Damaged {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self { path: path.to_owned(), content, reader })
    }

    /// The model's id in the API: the name of the file without `.gguf`.
    pub(crate) fn id(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The text under `key`.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn text(&self, key: &'static str) -> Result<&str, GgufError> {
        self.value(key, "a string", |value| value.to_string().ok()).map(String::as_str)
    }

    /// The number under `key`.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn number(&self, key: &'static str) -> Result<u32, GgufError> {
        self.value(key, "a number", |value| value.to_u32().ok())
    }

    /// The list of texts under `key`.
    ///
    /// # Errors
    /// If there is none, or an element is no text.
    pub(crate) fn texts(&self, key: &'static str) -> Result<Vec<&str>, GgufError> {
        self.value(key, "a list of strings", |value| {
            value
                .to_vec()
                .ok()?
                .iter()
                .map(|text| text.to_string().ok().map(String::as_str))
                .collect()
        })
    }

    /// The list of numbers under `key`; a negative one counts as 0, which no list here has a use for.
    ///
    /// # Errors
    /// If there is none, or an element is no 32-bit number.
    pub(crate) fn numbers(&self, key: &'static str) -> Result<Vec<u32>, GgufError> {
        let number = |value: &Value| {
            value.to_u32().ok().or_else(|| Some(u32::try_from(value.to_i32().ok()?).unwrap_or(0)))
        };
        self.value(key, "a list of numbers", |value| {
            value.to_vec().ok()?.iter().map(number).collect()
        })
    }

    /// The header, and the reader that its tensors' offsets refer to.
    pub(crate) fn into_parts(self) -> (PathBuf, Content, BufReader<File>) {
        (self.path, self.content, self.reader)
    }

    /// An error about what this file holds.
    pub(crate) fn unsupported(&self, reason: String) -> GgufError {
        GgufError::Unsupported { path: self.path.clone(), reason }
    }

    fn value<'a, T>(
        &'a self,
        key: &'static str,
        kind: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<T, GgufError> {
        let value = self
            .content
            .metadata
            .get(key)
            .ok_or_else(|| self.unsupported(format!("its metadata has no `{key}`")))?;
        read(value).ok_or_else(|| self.unsupported(format!("its metadata's `{key}` is not {kind}")))
    }
}

/// Why a file can't be served. Every message names the file and the remedy.
#[derive(Debug)]
pub(crate) enum GgufError {
    /// It does not exist or can't be read.
    Unreadable { path: PathBuf, source: io::Error },
    /// It does not start with GGUF's magic.
    NotGguf { path: PathBuf },
    /// It starts as GGUF, but its header or tensors can't be read.
    Damaged { path: PathBuf, reason: String },
    /// It is sound, but not a model that this program can run.
    Unsupported { path: PathBuf, reason: String },
}

impl fmt::Display for GgufError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, source } => {
                write!(f, "cannot read the model '{}': {source}; {REMEDY}", path.display())
            }
            Self::NotGguf { path } => {
                write!(
                    f,
                    "'{}' is not a model in GGUF format (it does not start with the bytes `GGUF`); {REMEDY}",
                    path.display()
                )
            }
            Self::Damaged { path, reason } => write!(
                f,
                "the model '{}' is damaged: {reason}; remove it, then {REMEDY}",
                path.display()
            ),
            Self::Unsupported { path, reason } => {
                write!(f, "cannot run the model '{}': {reason}; {REMEDY}", path.display())
            }
        }
    }
}

impl std::error::Error for GgufError {}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn check(content: Option<&[u8]>, expected: &str) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("model.gguf");
        if let Some(content) = content {
            File::create(&path).expect("a new file").write_all(content).expect("a written file");
        }
        let error = GgufFile::open(&path).expect_err("no model").to_string();
        assert!(error.contains(expected), "{expected:?} is not in {error:?}");
        assert!(error.contains(&path.display().to_string()), "{error:?} does not name the file");
        assert!(error.contains("examples/fetch-model.sh"), "{error:?} has no remedy");
    }

    #[test]
    fn a_missing_file_is_named_with_the_remedy() {
        check(None, "No such file or directory");
    }

    #[test]
    fn a_file_without_the_magic_is_not_gguf() {
        check(Some(b""), "not a model in GGUF format");
        check(Some(b"PK\x03\x04 a zip archive"), "not a model in GGUF format");
    }

    #[test]
    fn a_truncated_header_is_damaged() {
        check(Some(b"GGUF\x03\x00\x00\x00\x09"), "is damaged");
    }

    #[test]
    fn a_file_with_an_empty_header_lacks_its_metadata() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("Tiny.gguf");
        let mut header = b"GGUF\x03\x00\x00\x00".to_vec();
        header.extend([0; 16]);
        std::fs::write(&path, header).expect("a written file");
        let file = GgufFile::open(&path).expect("a sound header");
        assert_eq!(file.id(), "Tiny");
        let error = file.text("general.architecture").expect_err("no metadata").to_string();
        assert!(error.contains("its metadata has no `general.architecture`"), "{error}");
    }
}
