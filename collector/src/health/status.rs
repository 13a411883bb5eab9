//! The status of every component, in the shape of the OpenTelemetry Collector's `healthcheckv2`.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use super::{Fault, Health, Phase, timestamp::rfc3339};
use crate::config::{ComponentId, PipelineSettings};

/// What the Collector calls it; the worst of its components, of the collector and of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
enum Kind {
    #[serde(rename = "StatusOK")]
    Ok,
    #[serde(rename = "StatusRecoverableError")]
    RecoverableError,
    #[serde(rename = "StatusPermanentError")]
    PermanentError,
    #[serde(rename = "StatusStarting")]
    Starting,
    #[serde(rename = "StatusStopping")]
    Stopping,
}

/// The status of the collector, of a pipeline, or of a component.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Status {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    /// False where only a restart helps.
    healthy: bool,
    status: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    status_time: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    components: BTreeMap<String, Self>,
}

impl Status {
    /// Of the collector at this time, with all its components.
    pub(super) fn of(health: &Health, now: Instant) -> Self {
        let look = Look { health, faults: health.faults(now) };
        let mut components: BTreeMap<String, Self> = health
            .pipelines()
            .iter()
            .map(|pipeline| (format!("pipeline:{}", pipeline.id), look.pipeline(pipeline)))
            .collect();
        let extensions = health.extensions();
        let of_extensions = extensions.iter().map(|id| {
            (format!("extension:{id}"), look.component(&format!("extensions.{id}"), None))
        });
        components.insert("extensions".to_owned(), look.joined(of_extensions.collect()));
        let mut all = look.joined(components);
        // Also of what is no component of a pipeline, such as the runtime.
        if let Some(fault) = look.faults.first() {
            let components = std::mem::take(&mut all.components);
            all = Self { components, ..look.component(&fault.worker, None) };
        }
        Self { start_time: Some(rfc3339(health.started())), ..all }
    }

    /// Of one of its pipelines.
    pub(super) fn pipeline(&self, name: &str) -> Option<&Self> {
        self.components.get(&format!("pipeline:{name}"))
    }

    /// In JSON, with or without the components.
    pub(super) fn shown(&self, is_verbose: bool) -> Value {
        let components = if is_verbose { self.components.clone() } else { BTreeMap::new() };
        serde_json::to_value(Self { components, ..self.clone() }).unwrap_or_default()
    }

    /// The answer's code, as the Collector has it: an exporter's error is none of the collector.
    pub(super) const fn code(&self) -> StatusCode {
        match self.status {
            Kind::Ok | Kind::RecoverableError => StatusCode::OK,
            Kind::PermanentError => StatusCode::INTERNAL_SERVER_ERROR,
            Kind::Starting | Kind::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// What is known at one moment.
struct Look<'a> {
    health: &'a Health,
    faults: Vec<Fault>,
}

impl Look<'_> {
    fn pipeline(&self, pipeline: &PipelineSettings) -> Status {
        let receivers = pipeline.receivers.iter().map(|id| ("receiver", id));
        let processors = pipeline.processors.iter().map(|id| ("processor", id));
        let exporters = pipeline.exporters.iter().map(|id| ("exporter", id));
        let components = receivers.chain(processors).chain(exporters).map(|(role, id)| {
            let trouble =
                (role == "exporter").then(|| self.health.exporter(&id.to_string()).trouble());
            let trouble = trouble.flatten().map(|it| (it.message.to_string(), it.since));
            (format!("{role}:{id}"), self.component(&self.place(role, id), trouble))
        });
        self.joined(components.collect())
    }

    /// Where a component of a pipeline is defined. What is missed as a connector is one, at whichever end it is named.
    fn place(&self, role: &str, id: &ComponentId) -> String {
        let connector = format!("connectors.{id}");
        let is_missed = self.faults.iter().any(|fault| fault.worker == connector);
        if is_missed { connector } else { format!("{role}s.{id}") }
    }

    /// One component, by its place in the configuration.
    fn component(&self, place: &str, trouble: Option<(String, u64)>) -> Status {
        let is_of = |fault: &&Fault| {
            let rest = fault.worker.strip_prefix(place);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let (phase, since) = self.health.phase();
        let (status, error, since) = match (phase, self.faults.iter().find(is_of), trouble) {
            (_, Some(fault), _) => (Kind::PermanentError, Some(fault.message().to_owned()), since),
            (Phase::Starting, ..) => (Kind::Starting, None, since),
            (Phase::Stopping, ..) => (Kind::Stopping, None, since),
            (Phase::Running, None, Some((message, since))) => {
                (Kind::RecoverableError, Some(message), since)
            }
            (Phase::Running, None, None) => (Kind::Ok, None, since),
        };
        Status {
            start_time: None,
            healthy: status != Kind::PermanentError,
            status,
            error,
            status_time: rfc3339(since),
            components: BTreeMap::new(),
        }
    }

    /// What these come to: the worst of them, and of the worst the first.
    fn joined(&self, components: BTreeMap<String, Status>) -> Status {
        let none = self.component("", None);
        let worst = components
            .values()
            .fold(&none, |worst, next| if next.status > worst.status { next } else { worst });
        let worst = Status { components: BTreeMap::new(), ..worst.clone() };
        let healthy = components.values().all(|component| component.healthy);
        Status { healthy, components, ..worst }
    }
}
