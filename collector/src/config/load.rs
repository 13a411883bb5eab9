//! Reads a configuration from files and from settings of the command line.

use std::{
    env, fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    expand::Variables,
    files_read::FilesRead,
    problem::Problem,
    resolve::{Machine, Resolution, Text, resolve},
    resolved::Resolved,
    source::Sources,
};

/// Bytes of a configuration file; a larger one is refused unread.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What `inferometer` runs without a file.
pub(super) const DEFAULT: &str = "\
receivers:
  otlp:
    protocols:
      grpc:
      http:
exporters:
  prometheus:
  trace_ring:
service:
  pipelines:
    metrics:
      receivers: [otlp]
      exporters: [prometheus]
    traces:
      receivers: [otlp]
      exporters: [trace_ring]
";

/// A configuration that can be run, and what its author should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What the components get.
    pub resolved: Resolved,
    /// What was found that does not keep it from running.
    pub warnings: Warnings,
}

/// What a configuration is read from: files, and settings over them. Each is joined with what stands before it as the
/// OpenTelemetry Collector does: mappings key by key, and of all else, lists included, the later one stays. Then
/// `${env:VAR}` and `${file:PATH}` are expanded. It may be read again, which is what a reload does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigSource {
    /// Files of at most 1 MiB, none for the default; as in the Collector also `file:PATH`, `env:VAR` and `yaml:TEXT`.
    pub files: Vec<PathBuf>,
    /// `PATH=VALUE`, such as `processors.batch.timeout=2s`: keys between dots, and a value in YAML.
    pub settings: Vec<String>,
}

/// Warnings of a configuration; shown one per line, as `FILE:LINE:COL: warning: ...`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Warnings(Report);

/// Everything that is wrong with a configuration; shown one per line, as `FILE:LINE:COL: error: ...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Report);

/// Problems in the order of the files, and where they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Report {
    sources: Sources,
    list: Vec<Problem>,
}

/// Where a problem is, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'a> {
    /// The file's name, or `--set PATH`.
    pub file: String,
    /// Line and column from 1; none for a setting and for a file as a whole.
    pub place: Option<(u64, u64)>,
    /// What is wrong.
    pub problem: &'a Problem,
}

impl ConfigSource {
    /// One file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { files: vec![path.into()], settings: Vec::new() }
    }

    /// Reads and checks it, and the certificates and keys that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it and them, not only the first; or that a file cannot be read.
    pub fn load(&self) -> Result<Config, ConfigError> {
        Config::from_resolution(resolve(self.texts(), &self.settings, VARIABLES, Machine::Read))
    }

    /// The files, or without any the default.
    pub(super) fn texts(&self) -> Vec<Text> {
        self.texts_of(read)
    }

    /// The same, each read in this way.
    pub(super) fn texts_of(&self, read: impl Fn(&Path) -> Text) -> Vec<Text> {
        if self.files.is_empty() {
            return vec![Text { name: "the default".to_owned(), content: Ok(DEFAULT.to_owned()) }];
        }
        self.files.iter().map(|file| read(file)).collect()
    }
}

/// Variables of this process.
pub(super) const VARIABLES: Variables<'static> = &|name| env::var(name);

impl Config {
    /// Reads and checks a file of at most 1 MiB, and the certificates and keys that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it and them, not only the first; or that it cannot be read.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        ConfigSource::file(path).load()
    }

    /// Checks a text, and no certificate that it names; `file` stands in front of every problem. Variables that it names
    /// are those of this process.
    ///
    /// # Errors
    /// Everything that is wrong with it, not only the first.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let text = Text { name: file.to_owned(), content: Ok(text.to_owned()) };
        Self::from_resolution(resolve(vec![text], &[], VARIABLES, Machine::Unread))
    }

    /// The files that it was read from.
    #[must_use]
    pub const fn files(&self) -> &FilesRead {
        self.warnings.0.sources.files()
    }

    pub(super) fn from_resolution(resolution: Resolution) -> Result<Self, ConfigError> {
        let Resolution { resolved, problems, sources } = resolution;
        let report = Report { sources, list: problems };
        match resolved {
            Some(resolved) => Ok(Self { resolved, warnings: Warnings(report) }),
            None => Err(ConfigError(report)),
        }
    }
}

/// What `inferometer` runs without a file.
impl Default for Config {
    fn default() -> Self {
        Resolved::default().into()
    }
}

/// For a configuration that no file stands behind.
impl From<Resolved> for Config {
    fn from(resolved: Resolved) -> Self {
        Self { resolved, warnings: Warnings::default() }
    }
}

impl Warnings {
    /// `FILE:LINE:COL: warning: MESSAGE` for each of them.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.0.lines()
    }

    /// The warnings, in the order of the files.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.0.list
    }

    /// The warnings with their places.
    pub fn located(&self) -> impl Iterator<Item = Located<'_>> {
        self.0.located()
    }
}

impl ConfigError {
    pub(super) fn of(resolution: Resolution) -> Self {
        Self(Report { sources: resolution.sources, list: resolution.problems })
    }

    /// The files that it was read from, those that could not be read among them.
    #[must_use]
    pub const fn files(&self) -> &FilesRead {
        self.0.sources.files()
    }

    /// The problems, in the order of the files; at least one is an error.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.0.list
    }

    /// The problems with their places.
    pub fn located(&self) -> impl Iterator<Item = Located<'_>> {
        self.0.located()
    }
}

/// A file, or what one of the Collector's schemes names.
fn read(file: &Path) -> Text {
    read_with(file, read_text)
}

/// The same as long as a file is a regular one: a pipe is empty after its first reader, or never ends.
pub(super) fn read_regular(file: &Path) -> Text {
    read_with(file, |path| {
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        read_text(path)
    })
}

fn read_with(file: &Path, read_text: impl Fn(&Path) -> io::Result<String>) -> Text {
    let name = file.display().to_string();
    let content = match file.to_str().and_then(|text| text.split_once(':')) {
        Some(("file", path)) => read_text(Path::new(path)),
        Some(("env", variable)) => env::var(variable).map_err(io::Error::other),
        Some(("yaml", text)) => {
            return Text { name: "yaml:".to_owned(), content: Ok(text.to_owned()) };
        }
        Some(("http" | "https", _)) => {
            Err(io::Error::other("nothing is fetched over the network: save it, and name the file"))
        }
        _ => read_text(file),
    };
    Text { name, content: content.map_err(|cause| cause.to_string()) }
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok(text)
}

impl Report {
    fn located(&self) -> impl Iterator<Item = Located<'_>> {
        self.list.iter().map(|problem| {
            let at = problem.at;
            Located {
                file: at.map_or_else(String::new, |at| self.sources.name(at.source)),
                place: at.and_then(|at| self.sources.line_and_column(at)),
                problem,
            }
        })
    }

    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.located().map(|located| located.to_string())
    }
}

impl fmt::Display for Located<'_> {
    /// `FILE:LINE:COL: error: MESSAGE`, as far as there are file and line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, place, problem } = self;
        if let Some((line, column)) = place {
            write!(f, "{file}:{line}:{column}: ")?;
        } else if !file.is_empty() {
            write!(f, "{file}: ")?;
        }
        write!(f, "{}: {}", problem.severity.as_str(), problem.message)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, line) in self.lines().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ConfigError {}
