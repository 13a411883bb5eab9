//! The files that `tls` blocks name, read with the configuration: what is wrong with one is told with its place, before
//! anything starts.

use super::{
    problem::{Position, Problems},
    raw::{Node, Value},
    resolved::{ExporterSettings, Resolved},
    tls::TlsSettings,
};
use crate::tls;

/// Reads what components that run have use for. Blocks, for as long as the disk takes.
pub(super) fn check(tree: &Node, resolved: &Resolved, problems: &mut Problems) {
    for exporter in &resolved.exporters {
        if let ExporterSettings::Otlp(settings) = &exporter.settings
            && !settings.endpoint.starts_with("http://")
        {
            let id = exporter.id.to_string();
            block_of(tree, &["exporters", &id], &settings.tls.common, problems);
        }
    }
}

/// Reports what is wrong with the files of the block `tls` behind a path, each at the value that names it.
fn block_of(tree: &Node, path: &[&str], settings: &TlsSettings, problems: &mut Problems) {
    for tls::Mistake { key, message } in tls::mistakes(settings) {
        let at = place(tree, path.iter().copied().chain(["tls", key]));
        problems.error(at, format!("{}.{message}", path.join(".")));
    }
}

/// Where the value of a key stands, or as much of its path as there is.
fn place<'a>(tree: &Node, path: impl Iterator<Item = &'a str>) -> Position {
    let mut found = tree;
    for name in path {
        let Value::Map(entries) = &found.value else { break };
        let Some((_, value)) = entries.iter().find(|(key, _)| key.name == name) else { break };
        found = value;
    }
    found.at
}
