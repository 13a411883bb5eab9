//! The section `service`: which components are connected to what.

use super::{
    component::{Defined, Kind},
    component_id::ComponentId,
    connectors::{CONNECTORS, DefinedConnector, Side},
    exporters::EXPORTERS,
    extensions::{self, ExtensionSettings},
    logs::LogSettings,
    nearest,
    own_traces::OwnTraceSettings,
    problem::{Position, Problems},
    processors::PROCESSORS,
    raw::Value,
    receivers::RECEIVERS,
    resolved::{
        ExporterSettings, PipelineId, PipelineSettings, ProcessorSettings, ReceiverSettings,
    },
    section::Section,
    telemetry,
};
use crate::pipeline::Signal;

/// Everything that the file defines, for pipelines to name.
#[derive(Debug)]
pub(super) struct Definitions {
    pub(super) receivers: Vec<Defined<ReceiverSettings>>,
    pub(super) processors: Vec<Defined<ProcessorSettings>>,
    pub(super) exporters: Vec<Defined<ExporterSettings>>,
    pub(super) connectors: Vec<DefinedConnector>,
    pub(super) extensions: Vec<Defined<ExtensionSettings>>,
}

/// Reads `service` and marks the components that its pipelines use.
pub(super) fn read(
    service: &mut Section<'_>,
    definitions: &mut Definitions,
    problems: &mut Problems,
) -> (Vec<PipelineSettings>, LogSettings, Option<OwnTraceSettings>) {
    let (logs, own_traces) = telemetry::read(service, problems);
    let names = service.names("extensions", problems);
    let names = names.into_iter().map(|(at, name)| (at, name.to_owned())).collect();
    extensions::start(names, &mut definitions.extensions, problems);
    let Some(section) = service.section("pipelines", problems) else {
        service.missing("pipelines", "at least one, such as metrics", problems);
        return (Vec::new(), logs, own_traces);
    };
    if section.entries().next().is_none() {
        problems.error(
            section.at(),
            "service.pipelines is empty, expected at least one, such as metrics",
        );
    }
    let mut pipelines = Vec::new();
    for (key, node) in section.entries() {
        let Some(id) = PipelineId::parse(&key.name) else {
            let kind = key.name.split('/').next().unwrap_or_default();
            let hint = nearest::hint(kind, Signal::ALL.map(Signal::as_str));
            problems
                .error(key.at, format!("unknown signal {:?} in service.pipelines{hint}", key.name));
            continue;
        };
        let mut section = Section::open(section.path_of(&key.name), key.at, node, problems);
        pipelines.push(pipeline(id, &mut section, definitions, problems));
        section.close(problems);
    }
    (pipelines, logs, own_traces)
}

fn pipeline(
    id: PipelineId,
    section: &mut Section<'_>,
    definitions: &mut Definitions,
    problems: &mut Problems,
) -> PipelineSettings {
    let Definitions { receivers, processors, exporters, connectors, .. } = definitions;
    let takers = exporters.iter().filter(|exporter| takes(exporter, id.signal));
    let (takers, all) = (known(takers), known(receivers.iter()));
    let of = |side| (&connectors[..], side, id.signal);
    need_one(section, "exporters", takers, of(Side::Exporters), problems);
    need_one(section, "receivers", all, of(Side::Receivers), problems);
    let receivers = members(
        section,
        ("receivers", "receiver", RECEIVERS),
        receivers,
        Some((&mut connectors[..], Side::Receivers, id.signal)),
        problems,
    );
    let processors =
        members(section, ("processors", "processor", PROCESSORS), processors, None, problems);
    let exporters = members(
        section,
        ("exporters", "exporter", EXPORTERS),
        exporters,
        Some((&mut connectors[..], Side::Exporters, id.signal)),
        problems,
    );
    for (at, exporter) in &exporters {
        let takes = settings_of(exporter, &definitions.exporters).map(ExporterSettings::signals);
        refuse_foreign_signal(*at, ("exporter", exporter), id.signal, takes, problems);
    }
    for (at, processor) in &processors {
        let takes = settings_of(processor, &definitions.processors).map(ProcessorSettings::signals);
        refuse_foreign_signal(*at, ("processor", processor), id.signal, takes, problems);
    }
    let ids =
        |members: Vec<(Position, ComponentId)>| members.into_iter().map(|(_, id)| id).collect();
    PipelineSettings {
        id,
        receivers: ids(receivers),
        processors: ids(processors),
        exporters: ids(exporters),
    }
}

/// The names of components whose types are known.
fn known<'a, S: 'a>(defined: impl Iterator<Item = &'a Defined<S>>) -> Vec<String> {
    defined.filter(|defined| defined.read.is_some()).map(|it| it.id.to_string()).collect()
}

/// Reports a list that is absent or empty, with the components that it could name.
fn need_one(
    section: &mut Section<'_>,
    key: &'static str,
    mut fit: Vec<String>,
    (connectors, side, signal): (&[DefinedConnector], Side, Signal),
    problems: &mut Problems,
) {
    let connectors = connectors.iter().filter(|connector| connector.fits(side, signal));
    fit.extend(connectors.map(|connector| connector.id().to_string()));
    let expected = if fit.is_empty() {
        "at least one".to_owned()
    } else {
        format!("at least one of: {}", fit.join(", "))
    };
    let Some(node) = section.node(key) else {
        return section.missing(key, &expected, problems);
    };
    // Nothing stands nowhere: then it is the key's place.
    let at = match &node.value {
        Value::Null => section.place_of(key),
        Value::List(entries) if entries.is_empty() => Some(node.at),
        _ => None,
    };
    if let Some(at) = at {
        problems.error(at, format!("{} is empty, expected {expected}", section.path_of(key)));
    }
}

/// The defined components that the list of a role names. What it names wrongly is reported and left out.
fn members<S>(
    section: &mut Section<'_>,
    (key, role, kinds): (&'static str, &str, &[Kind<S>]),
    defined: &mut [Defined<S>],
    mut connectors: Option<(&mut [DefinedConnector], Side, Signal)>,
    problems: &mut Problems,
) -> Vec<(Position, ComponentId)> {
    let names = section.names(key, problems);
    let path = section.path_of(key);
    let mut members: Vec<(Position, ComponentId)> = Vec::new();
    for (at, name) in &names {
        let connector = connectors.as_mut().and_then(|(all, side, signal)| {
            let named = all.iter_mut().find(|connector| connector.id().to_string() == *name)?;
            Some((named, *side, *signal))
        });
        let found = defined.iter_mut().find(|defined| defined.id.to_string() == *name);
        let id = match (&found, &connector) {
            (Some(found), _) => found.id.clone(),
            (None, Some((connector, ..))) => connector.id().clone(),
            (None, None) => {
                let hint = undefined(name, role, kinds, defined);
                problems.error(
                    *at,
                    format!("{path} names {name:?}, which {key} does not define{hint}"),
                );
                continue;
            }
        };
        if members.iter().any(|(_, known)| *known == id) {
            problems.error(*at, format!("{path} names {name:?} twice: keep one"));
            continue;
        }
        match (found, connector) {
            (Some(found), _) => found.used = true,
            (None, Some((connector, side, signal))) => connector.name(side, signal, *at, problems),
            (None, None) => {}
        }
        members.push((*at, id));
    }
    members
}

/// The end of the message about a name that nothing defines: the nearest that is defined, or the types that there are
/// if its type is none of them, or all that is defined.
fn undefined<S>(name: &str, role: &str, kinds: &[Kind<S>], defined: &[Defined<S>]) -> String {
    let known: Vec<String> = defined.iter().map(|defined| defined.id.to_string()).collect();
    let known = || known.iter().map(String::as_str);
    let kind = name.split('/').next().unwrap_or_default();
    if role != "processor" && CONNECTORS.iter().any(|it| it.name == kind) {
        return ", and neither does connectors: define it there".to_owned();
    }
    let is_kind = kinds.iter().any(|it| it.name == kind);
    if is_kind || nearest::nearest(name, known()).is_some() {
        return nearest::hint(name, known());
    }
    let types: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
    match types.as_slice() {
        [only] => format!(": the only {role} is {only}"),
        all => format!(": the {role}s are {}", all.join(", ")),
    }
}

fn takes(exporter: &Defined<ExporterSettings>, signal: Signal) -> bool {
    exporter.read.as_ref().is_some_and(|read| read.settings.signals().contains(&signal))
}

fn settings_of<'a, S>(id: &ComponentId, defined: &'a [Defined<S>]) -> Option<&'a S> {
    let found = defined.iter().find(|defined| defined.id == *id)?;
    Some(&found.read.as_ref()?.settings)
}

/// Reports a component in a pipeline of a signal that it does not take; `takes` is nothing if it could not be read.
fn refuse_foreign_signal(
    at: Position,
    (role, id): (&str, &ComponentId),
    signal: Signal,
    takes: Option<&[Signal]>,
    problems: &mut Problems,
) {
    let Some(takes) = takes.filter(|takes| !takes.contains(&signal)) else {
        return;
    };
    let takes: Vec<_> = takes.iter().map(|signal| signal.as_str()).collect();
    let (signal, takes) = (signal.as_str(), takes.join(" and "));
    problems.error(
        at,
        format!("{role} {id} takes {takes}, not {signal}: move it to a pipeline of {takes}"),
    );
}
