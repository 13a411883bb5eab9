//! From the registry's folder to the texts of all generated files.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{
    check::check, conformance::Conformance, conformance_page, coverage::Coverage, coverage_page,
    markdown, python, read::read, resolve::resolve, rust,
};

/// What to run after a change to the registry; every generated file names it.
pub const COMMAND: &str = "cargo run -p inferometer-semconv-generator";

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path below the root of the repository.
    pub path: &'static str,
    /// All of it.
    pub contents: String,
}

/// Everything that is wrong with a registry, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// Reads, checks and renders the registry at `semconv/registry` below the root, its coverage of other systems at
/// `semconv/coverage`, and the SDK's conformance to OpenTelemetry's specification at `sdk/conformance`.
///
/// # Errors
///
/// Everything that is wrong with any of them; then nothing is rendered.
pub fn generate(root: &Path) -> Result<Vec<GeneratedFile>, Problems> {
    let sources = read(&root.join("semconv/registry")).map_err(Problems)?;
    let registry = resolve(&sources).map_err(Problems)?;
    let coverage = Coverage::read(root).map_err(Problems)?;
    let conformance = Conformance::read(root).map_err(Problems)?;
    let mut problems = check(&registry);
    problems.extend(coverage.check(&registry));
    problems.extend(conformance.check());
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let file = |path, contents| GeneratedFile { path, contents };
    Ok(vec![
        file("semconv/src/generated/mod.rs", rust::root()),
        file("semconv/src/generated/attributes.rs", rust::attributes(&registry)),
        file("semconv/src/generated/metrics.rs", rust::metrics(&registry)),
        file("semconv/src/generated/spans.rs", rust::spans(&registry)),
        file("semconv/src/generated/events.rs", rust::events(&registry)),
        file("semconv/python/inferometer_semconv.py", python::module(&registry)),
        file("docs/metrics.md", markdown::page(&registry)),
        file("docs/coverage.md", coverage_page::page(&coverage)),
        file("docs/conformance.md", conformance_page::page(&conformance)),
    ])
}

/// The root of the repository that this program was built from.
#[must_use]
pub fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
