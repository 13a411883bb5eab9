//! The section `connectors`: what is the end of some pipelines and a receiver of others.

mod span_metrics;

use super::{
    component::{self, Defined, Kind, Read},
    component_id::ComponentId,
    problem::{Position, Problems},
    resolved::ConnectorSettings,
    section::Section,
};
use crate::pipeline::Signal;

/// The connectors that a file may define; the second name is an older one of the first.
pub(super) const CONNECTORS: &[Kind<ConnectorSettings>] =
    &[Kind { name: "span_metrics", read }, Kind { name: "spanmetrics", read }];

fn read(section: &mut Section<'_>, problems: &mut Problems) -> Read<ConnectorSettings> {
    let settings = span_metrics::read(section, problems);
    Read { settings: ConnectorSettings::SpanMetrics(Box::new(settings)), listeners: Vec::new() }
}

/// A connector as the file defines it.
#[derive(Debug)]
pub(super) struct DefinedConnector {
    pub(super) defined: Defined<ConnectorSettings>,
    /// Whether a pipeline names it as an exporter.
    is_fed: bool,
    /// Whether a pipeline names it as a receiver.
    feeds: bool,
}

/// In which of a pipeline's lists a connector stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Receivers,
    Exporters,
}

/// Reads every connector of the file.
pub(super) fn read_all(
    section: Option<Section<'_>>,
    problems: &mut Problems,
) -> Vec<DefinedConnector> {
    let all = component::read_all(section, "connector", CONNECTORS, problems);
    all.into_iter()
        .map(|defined| DefinedConnector { defined, is_fed: false, feeds: false })
        .collect()
}

impl DefinedConnector {
    pub(super) const fn id(&self) -> &ComponentId {
        &self.defined.id
    }

    /// The signal that it takes from pipelines, or gives to them; none if its type is unknown.
    fn signal(&self, side: Side) -> Option<Signal> {
        let settings = &self.defined.read.as_ref()?.settings;
        Some(match side {
            Side::Receivers => settings.gives(),
            Side::Exporters => settings.takes(),
        })
    }

    /// Whether a pipeline of a signal can name it there.
    pub(super) fn fits(&self, side: Side, signal: Signal) -> bool {
        self.signal(side) == Some(signal)
    }

    /// A pipeline of a signal names it, here.
    pub(super) fn name(
        &mut self,
        side: Side,
        signal: Signal,
        at: Position,
        problems: &mut Problems,
    ) {
        match side {
            Side::Receivers => self.feeds = true,
            Side::Exporters => self.is_fed = true,
        }
        self.defined.used = self.feeds && self.is_fed;
        let Some(own) = self.signal(side).filter(|own| *own != signal) else {
            return;
        };
        let (id, own, signal) = (self.id(), own.as_str(), signal.as_str());
        let (does, list) = match side {
            Side::Receivers => ("gives", "receivers"),
            Side::Exporters => ("takes", "exporters"),
        };
        let remedy = format!("name it in the {list} of a pipeline of {own}");
        problems.error(at, format!("connector {id} {does} {own}, not {signal}: {remedy}"));
    }

    /// Reports a connector that only one kind of pipelines names, or none.
    fn check(&self, problems: &mut Problems) {
        let Some(settings) = self.defined.read.as_ref().map(|read| &read.settings) else {
            return;
        };
        let (at, id) = (self.defined.at, self.id());
        let (takes, gives) = (settings.takes().as_str(), settings.gives().as_str());
        match (self.is_fed, self.feeds) {
            (true, true) => {}
            (true, false) => problems.error(
                at,
                format!(
                    "connector {id} gives its {gives} to nobody: name it in the receivers of a pipeline of {gives}"
                ),
            ),
            (false, true) => problems.error(
                at,
                format!(
                    "connector {id} gets no {takes}: name it in the exporters of a pipeline of {takes}"
                ),
            ),
            (false, false) => problems.warning(
                at,
                format!(
                    "connector {id} will not run: name it in the exporters of a pipeline of {takes} and in the receivers \
                     of one of {gives}, or remove it"
                ),
            ),
        }
    }
}

/// Reports connectors that do not connect anything.
pub(super) fn check(connectors: &[DefinedConnector], problems: &mut Problems) {
    connectors.iter().for_each(|connector| connector.check(problems));
}
