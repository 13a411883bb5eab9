//! From the files as typed to the checked configuration.

use super::{
    auth, check, component, connectors,
    expand::{self, Variables},
    exporters::EXPORTERS,
    extensions, file_storage, health_check, merge,
    problem::{Position, Problem, Problems},
    processors::PROCESSORS,
    raw::{Node, Value},
    receivers::RECEIVERS,
    resolved::{Component, Resolved},
    section::Section,
    service::{self, Definitions},
    source::{self, Sources},
    tls_files,
};

/// Whether what a configuration names on this machine is looked at too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    /// Certificates and keys are read.
    Read,
    /// They are not.
    Unread,
}

/// A text that a configuration is made of.
#[derive(Debug)]
pub(super) struct Text {
    /// The file's name.
    pub(super) name: String,
    /// What it holds, or why it cannot be read.
    pub(super) content: Result<String, String>,
}

/// What a configuration comes to.
#[derive(Debug)]
pub(super) struct Resolution {
    /// Nothing if there is an error among the problems.
    pub(super) resolved: Option<Resolved>,
    /// In the order of the files.
    pub(super) problems: Vec<Problem>,
    /// Where problems may be.
    pub(super) sources: Sources,
}

/// Reads, joins, expands and checks texts and settings, each over those before it.
pub(super) fn resolve(
    texts: Vec<Text>,
    settings: &[String],
    variables: Variables<'_>,
    machine: Machine,
) -> Resolution {
    resolve_tree(texts, settings, variables, machine).1
}

/// The same, with the tree as it is read, joined and expanded.
pub(super) fn resolve_tree(
    texts: Vec<Text>,
    settings: &[String],
    variables: Variables<'_>,
    machine: Machine,
) -> (Option<Node>, Resolution) {
    let mut problems = Problems::default();
    let mut resolved = None;
    let mut tree = merged(texts, settings, &mut problems);
    if let Some(tree) = &mut tree {
        expand::expand(tree, variables, &mut problems);
        let sections = sections(tree, &mut problems);
        if machine == Machine::Read {
            tls_files::check(tree, &sections, &mut problems);
        }
        resolved = (!problems.any_error()).then_some(sections);
    }
    let (problems, sources) = problems.sorted();
    (tree, Resolution { resolved, problems, sources })
}

/// All texts and settings as one tree, nothing expanded; nothing if one of the texts cannot be read.
pub(super) fn merged(
    texts: Vec<Text>,
    settings: &[String],
    problems: &mut Problems,
) -> Option<Node> {
    let is_only = texts.len() == 1;
    let mut tree: Option<Node> = None;
    let mut is_readable = true;
    for Text { name, content } in texts {
        let Some(over) = read(&name, content, is_only, problems) else {
            is_readable = false;
            continue;
        };
        match &mut tree {
            Some(tree) => merge::merge(tree, over),
            None => tree = Some(over),
        }
    }
    let tree = tree.filter(|_| is_readable);
    let settings: Vec<_> =
        settings.iter().filter_map(|setting| merge::read_setting(setting, problems)).collect();
    let mut tree = tree?;
    settings.into_iter().for_each(|setting| merge::merge(&mut tree, setting));
    Some(tree)
}

/// One text as a mapping, or why it is none.
fn read(
    name: &str,
    content: Result<String, String>,
    is_only: bool,
    problems: &mut Problems,
) -> Option<Node> {
    problems.sources.note_file(name, content.as_deref().map_err(Clone::clone));
    let Some(source) = problems.sources.add_file(name) else {
        problems.add(Problem::of_all(source::too_many()));
        return None;
    };
    let text = content
        .map_err(|cause| {
            let message = format!("cannot read this file: {cause}");
            problems.add(Problem::error(Position::whole(source), message));
        })
        .ok()?;
    let tree = merge::read(&text, source, problems).map_err(|syntax| problems.add(syntax)).ok()?;
    match &tree.value {
        Value::Map(_) => return Some(tree),
        // One of several may be empty, as those are that a template leaves empty.
        Value::Null if !is_only => {
            return Some(Node::new(Position::start_of(source), Value::Map(Vec::new())));
        }
        _ => {}
    }
    let message = format!(
        "the file is {}, expected receivers, exporters and service.pipelines: leave --config away to run with the \
         defaults",
        tree.value
    );
    problems.add(Problem::error(Position::start_of(source), message));
    None
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
        extensions: extensions::read_all(extensions, problems),
    };
    let (pipelines, logs, own_traces) = match root.section("service", problems) {
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
    auth::connect(&mut definitions, problems);
    check::whole(&definitions, problems);
    let connectors = definitions.connectors.into_iter().map(|connector| connector.defined);
    Resolved {
        receivers: used(definitions.receivers),
        processors: used(definitions.processors),
        exporters: used(definitions.exporters),
        connectors: used(connectors.collect()),
        health_checks: health_check::used(definitions.extensions),
        pipelines,
        logs,
        own_traces,
    }
}

fn used<S>(defined: Vec<component::Defined<S>>) -> Vec<Component<S>> {
    let used = defined.into_iter().filter(|component| component.used);
    used.filter_map(|component| {
        Some(Component { id: component.id, settings: component.read?.settings })
    })
    .collect()
}
