//! From the file as typed to the checked configuration.

use super::{
    check, component, connectors,
    exporters::EXPORTERS,
    file_storage,
    problem::{Position, Problem, Problems},
    processors::PROCESSORS,
    raw::{self, Node, Value},
    receivers::RECEIVERS,
    resolved::{Component, Resolved},
    section::Section,
    service::{self, Definitions},
    tls_files,
};

/// Whether what a configuration names on this machine is looked at too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    /// Certificates and keys are read.
    Read,
    /// Only the text counts.
    Unread,
}

/// Reads and checks a file's text. Problems come in the order of the file; with an error among them there is no
/// configuration.
pub(super) fn resolve(text: &str, machine: Machine) -> (Option<Resolved>, Vec<Problem>) {
    let tree = match raw::parse(text) {
        Ok(tree) => tree,
        Err(syntax) => return (None, vec![syntax]),
    };
    if !matches!(tree.value, Value::Map(_)) {
        let message = format!(
            "the file is {}, expected receivers, exporters and service.pipelines: leave --config away to run with the \
             defaults",
            tree.value
        );
        return (None, vec![Problem::error(Position::START, message)]);
    }
    let mut problems = Problems::default();
    refuse_placeholders(&tree, &mut problems);
    let resolved = sections(&tree, &mut problems);
    if machine == Machine::Read {
        tls_files::check(&tree, &resolved, &mut problems);
    }
    let resolved = (!problems.any_error()).then_some(resolved);
    (resolved, problems.sorted())
}

fn sections(tree: &Node, problems: &mut Problems) -> Resolved {
    let mut root = Section::open("", Position::START, tree, problems);
    let receivers = root.section("receivers", problems);
    let processors = root.section("processors", problems);
    let exporters = root.section("exporters", problems);
    let connectors = root.section("connectors", problems);
    let extensions = root.section("extensions", problems);
    let mut definitions = Definitions {
        receivers: component::read_all(receivers, "receiver", RECEIVERS, problems),
        processors: component::read_all(processors, "processor", PROCESSORS, problems),
        exporters: component::read_all(exporters, "exporter", EXPORTERS, problems),
        connectors: connectors::read_all(connectors, problems),
        extensions: file_storage::read_all(extensions, problems),
    };
    let (pipelines, log_level) = match root.section("service", problems) {
        Some(mut service) => {
            let read = service::read(&mut service, &mut definitions, problems);
            service.close(problems);
            read
        }
        None => {
            root.missing("service", "service.pipelines with at least one pipeline", problems);
            Default::default()
        }
    };
    root.close(problems);
    file_storage::connect(&mut definitions, problems);
    check::whole(&definitions, problems);
    let connectors = definitions.connectors.into_iter().map(|connector| connector.defined);
    Resolved {
        receivers: used(definitions.receivers),
        processors: used(definitions.processors),
        exporters: used(definitions.exporters),
        connectors: used(connectors.collect()),
        pipelines,
        log_level,
    }
}

fn used<S>(defined: Vec<component::Defined<S>>) -> Vec<Component<S>> {
    let used = defined.into_iter().filter(|component| component.used);
    used.filter_map(|component| {
        Some(Component { id: component.id, settings: component.read?.settings })
    })
    .collect()
}

/// Values that hold `${...}` would be taken literally, which nobody means.
fn refuse_placeholders(node: &Node, problems: &mut Problems) {
    match &node.value {
        Value::Text(text) if text.contains("${") => {
            problems.settle(
                node.at,
                format!("{text:?} holds ${{...}}, which is not expanded: write the value itself"),
            );
        }
        Value::List(entries) => {
            entries.iter().for_each(|entry| refuse_placeholders(entry, problems))
        }
        Value::Map(entries) => {
            entries.iter().for_each(|(_, value)| refuse_placeholders(value, problems))
        }
        _ => {}
    }
}
