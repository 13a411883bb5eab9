//! The section `service`: which components are connected to what.

use super::{
    component::Defined,
    component_id::ComponentId,
    nearest,
    problem::{Position, Problems},
    resolved::{
        ExporterSettings, LogLevel, PipelineId, PipelineSettings, ProcessorSettings,
        ReceiverSettings,
    },
    section::Section,
};
use crate::pipeline::Signal;

/// Everything that the file defines, for pipelines to name.
#[derive(Debug)]
pub(super) struct Definitions {
    pub(super) receivers: Vec<Defined<ReceiverSettings>>,
    pub(super) processors: Vec<Defined<ProcessorSettings>>,
    pub(super) exporters: Vec<Defined<ExporterSettings>>,
}

/// Reads `service` and marks the components that its pipelines use.
pub(super) fn read(
    service: &mut Section<'_>,
    definitions: &mut Definitions,
    problems: &mut Problems,
) -> (Vec<PipelineSettings>, LogLevel) {
    let log_level = telemetry(service, problems);
    for (at, name) in service.names("extensions", problems) {
        problems.error(
            at,
            format!(
                "service.extensions names {name:?}, this collector has no extensions: remove it"
            ),
        );
    }
    let Some(section) = service.section("pipelines", problems) else {
        service.missing("pipelines", "at least one, such as metrics", problems);
        return (Vec::new(), log_level);
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
    (pipelines, log_level)
}

fn telemetry(service: &mut Section<'_>, problems: &mut Problems) -> LogLevel {
    let Some(mut telemetry) = service.section("telemetry", problems) else {
        return LogLevel::default();
    };
    let mut level = None;
    if let Some(mut logs) = telemetry.section("logs", problems) {
        level = logs.word("level", &LogLevel::ALL.map(|level| (level.as_str(), level)), problems);
        logs.close(problems);
    }
    telemetry.close(problems);
    level.unwrap_or_default()
}

fn pipeline(
    id: PipelineId,
    section: &mut Section<'_>,
    definitions: &mut Definitions,
    problems: &mut Problems,
) -> PipelineSettings {
    let receivers = members(section, "receivers", &mut definitions.receivers, problems);
    let processors = members(section, "processors", &mut definitions.processors, problems);
    let exporters = members(section, "exporters", &mut definitions.exporters, problems);
    for (key, members) in [("receivers", &receivers), ("exporters", &exporters)] {
        if members.is_none() {
            section.missing(key, "at least one", problems);
        }
    }
    let exporters = exporters.unwrap_or_default();
    for (at, exporter) in &exporters {
        refuse_foreign_signal(*at, exporter, id.signal, &definitions.exporters, problems);
    }
    let ids =
        |members: Vec<(Position, ComponentId)>| members.into_iter().map(|(_, id)| id).collect();
    PipelineSettings {
        id,
        receivers: ids(receivers.unwrap_or_default()),
        processors: ids(processors.unwrap_or_default()),
        exporters: ids(exporters),
    }
}

/// The defined components that a list names; nothing if the list is absent or empty. What it names wrongly is reported
/// and left out.
fn members<S>(
    section: &mut Section<'_>,
    key: &'static str,
    defined: &mut [Defined<S>],
    problems: &mut Problems,
) -> Option<Vec<(Position, ComponentId)>> {
    let names = section.names(key, problems);
    let path = section.path_of(key);
    let mut members: Vec<(Position, ComponentId)> = Vec::new();
    for (at, name) in &names {
        let Some(found) = defined.iter_mut().find(|defined| defined.id.to_string() == *name) else {
            let known: Vec<String> = defined.iter().map(|defined| defined.id.to_string()).collect();
            let hint = nearest::hint(name, known.iter().map(String::as_str));
            problems
                .error(*at, format!("{path} names {name:?}, which {key} does not define{hint}"));
            continue;
        };
        if members.iter().any(|(_, id)| *id == found.id) {
            problems.error(*at, format!("{path} names {name:?} twice: keep one"));
            continue;
        }
        found.used = true;
        members.push((*at, found.id.clone()));
    }
    (!names.is_empty()).then_some(members)
}

fn refuse_foreign_signal(
    at: Position,
    exporter: &ComponentId,
    signal: Signal,
    defined: &[Defined<ExporterSettings>],
    problems: &mut Problems,
) {
    let read = defined
        .iter()
        .find(|defined| defined.id == *exporter)
        .and_then(|defined| defined.read.as_ref());
    let Some(takes) = read.map(|read| read.settings.signals()) else {
        return;
    };
    if !takes.contains(&signal) {
        let takes: Vec<_> = takes.iter().map(|signal| signal.as_str()).collect();
        let (signal, takes) = (signal.as_str(), takes.join(" and "));
        problems.error(
            at,
            format!(
                "exporter {exporter} takes {takes}, not {signal}: move it to a pipeline of {takes}"
            ),
        );
    }
}
