//! The files that `tls` blocks name, read with the configuration: what is wrong with one is told with its place, before
//! anything starts.

use super::{
    problem::{Position, Problems},
    protection::ProtectionSettings,
    raw::{Node, Value},
    resolved::{ExporterSettings, ReceiverSettings, Resolved},
};
use crate::tls;

/// Reads what components that run have use for. Blocks, for as long as the disk takes.
pub(super) fn check(tree: &Node, resolved: &Resolved, problems: &mut Problems) {
    for exporter in &resolved.exporters {
        if let ExporterSettings::Otlp(settings) = &exporter.settings
            && !settings.endpoint.starts_with("http://")
        {
            let id = exporter.id.to_string();
            let mistakes = tls::mistakes(&settings.tls.common);
            report(tree, &["exporters", &id], mistakes, problems);
        }
        let protection = match &exporter.settings {
            ExporterSettings::Prometheus(settings) => &settings.protection,
            ExporterSettings::TraceRing(settings) => &settings.protection,
            ExporterSettings::Otlp(_) | ExporterSettings::Debug(_) | ExporterSettings::File(_) => {
                continue;
            }
        };
        listener(tree, &["exporters", &exporter.id.to_string()], protection, problems);
    }
    for receiver in &resolved.receivers {
        let id = receiver.id.to_string();
        let ReceiverSettings::Otlp(settings) = &receiver.settings;
        for (protocol, settings) in [("grpc", &settings.grpc), ("http", &settings.http)] {
            if let Some(settings) = settings {
                let path = ["receivers", &id, "protocols", protocol];
                listener(tree, &path, &settings.protection, problems);
            }
        }
    }
}

fn listener(tree: &Node, path: &[&str], protection: &ProtectionSettings, problems: &mut Problems) {
    if let Some(settings) = &protection.tls {
        report(tree, path, tls::mistakes_of_listener(settings), problems);
    }
}

/// Reports what is wrong with the files of the block `tls` behind a path, each at the value that names it.
fn report(tree: &Node, path: &[&str], mistakes: Vec<tls::Mistake>, problems: &mut Problems) {
    for tls::Mistake { key, message } in mistakes {
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
