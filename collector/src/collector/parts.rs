//! Components that run together: started in the order in which they need each other, and stopped in that of the data.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout};

use super::{
    connectors::RunningConnector,
    each,
    exporters::RunningExporter,
    graphs::{self, Line},
    kept::Kept,
    listening::Listening,
    processors::RunningProcessor,
    receivers::RunningReceiver,
    unreachable,
};
use crate::{
    config::{ComponentId, PipelineSettings, Resolved},
    health::HealthCheck,
    http::{Offer, Sockets, StartError, Threads},
    pipeline::{Exporter, Graph, Switch},
    self_metrics::SelfMetrics,
};

/// What remains of the deadline for pages that are being read while exporters drain.
const PAGES_GRACE: Duration = Duration::from_millis(500);

/// Started components, of a whole configuration or those that it has beside another.
#[derive(Debug, Default)]
pub(super) struct Parts {
    health_checks: Vec<HealthCheck>,
    pub(super) receivers: Vec<RunningReceiver>,
    connectors: Vec<RunningConnector>,
    processors: Vec<RunningProcessor>,
    lines: Vec<Line>,
    pub(super) exporters: Vec<RunningExporter>,
}

/// What new components are built from.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) config: &'a Resolved,
    /// What is not built, since it runs.
    pub(super) kept: &'a Kept,
    pub(super) running: &'a Parts,
    pub(super) metrics: &'a Arc<SelfMetrics>,
    pub(super) threads: &'a Threads,
    /// Where its listeners get their sockets.
    pub(super) sockets: &'a Sockets,
}

impl Parts {
    /// Starts what of the configuration does not run yet: what says how far it is, then exporters, so that a receiver never
    /// accepts what nobody would take.
    ///
    /// # Errors
    /// A component cannot start. What was started until then is in `self`, to be shut down.
    pub(super) fn start(&mut self, plan: &Plan<'_>) -> Result<(), StartError> {
        let Plan { config, kept, running, metrics, threads, sockets } = plan;
        let new = config.health_checks.iter().filter(|it| !kept.health_checks.contains(&it.id));
        for component in new {
            self.health_checks.push(HealthCheck::start(component.clone(), metrics, sockets)?);
        }
        for component in config.exporters.iter().filter(|it| !kept.exporters.contains(&it.id)) {
            let before = running.with_queue_for(kept, &component.id);
            let exporter =
                RunningExporter::start(component.clone(), Arc::clone(metrics), sockets, before)?;
            self.exporters.push(exporter);
        }
        for component in config.processors.iter().filter(|it| !kept.processors.contains(&it.id)) {
            self.processors.push(RunningProcessor::start(component.clone(), metrics)?);
        }
        // A connector needs the pipelines that it feeds, and those that feed it need the connector.
        let new = config.pipelines.iter().filter(|it| !kept.pipelines.contains(&it.id));
        let (feeding, fed): (Vec<_>, Vec<_>) =
            new.partition(|pipeline| feeds_connector(config, pipeline));
        for settings in fed {
            self.join(plan, settings, false)?;
        }
        for component in config.connectors.iter().filter(|it| !kept.connectors.contains(&it.id)) {
            let switch = Switch::new(Arc::new(self.graph_of(config, running, &component.id)));
            let connector = RunningConnector::start(component.clone(), switch, metrics);
            self.connectors.push(connector);
        }
        for settings in feeding {
            self.join(plan, settings, true)?;
        }
        for component in config.receivers.iter().filter(|it| !kept.receivers.contains(&it.id)) {
            let switch = Switch::new(Arc::new(self.graph_of(config, running, &component.id)));
            let of = (*threads, *sockets);
            self.receivers.push(RunningReceiver::start(component, switch, metrics, of)?);
        }
        Ok(())
    }

    /// Joins a pipeline of new components and, where there is none of a name, those that run.
    fn join(
        &mut self,
        plan: &Plan<'_>,
        settings: &PipelineSettings,
        feeds_connector: bool,
    ) -> Result<(), StartError> {
        let processors = || self.processors.iter().chain(&plan.running.processors);
        let named = settings.processors.iter();
        let named = named.filter_map(|id| processors().find(|processor| processor.id() == id));
        // The configuration is resolved: what a pipeline names is there.
        let ends = settings.exporters.iter();
        let ends = ends.filter_map(|id| self.end(id).or_else(|| plan.running.end(id))).collect();
        let line = Line::join(settings, named, ends, feeds_connector)?;
        self.lines.push(line);
        Ok(())
    }

    /// The exporter whose queue passes to the new one of this name.
    fn with_queue_for(&self, kept: &Kept, id: &ComponentId) -> Option<&RunningExporter> {
        self.exporters.iter().find(|it| it.id() == id && kept.queues.contains(id))
    }

    fn end(&self, id: &ComponentId) -> Option<Arc<dyn Exporter>> {
        let exporter = self.exporters.iter().find(|exporter| exporter.id() == id);
        let connector = || self.connectors.iter().find(|connector| connector.id() == id);
        let exporter = exporter.map(RunningExporter::exporter);
        exporter.or_else(|| connector().map(RunningConnector::exporter))
    }

    /// The pipelines that a receiver or a connector feeds.
    fn graph_of(&self, config: &Resolved, running: &Self, id: &ComponentId) -> Graph {
        let fed = config.pipelines.iter().filter(|pipeline| pipeline.receivers.contains(id));
        let line = |pipeline: &PipelineSettings| {
            let mut lines = self.lines.iter().chain(&running.lines);
            lines.find(|line| *line.id() == pipeline.id)
        };
        Graph::new(fed.filter_map(line).map(|line| line.pipeline().clone()))
    }

    /// The sockets of what is not kept, for what replaces it.
    pub(super) fn offers(&self, kept: &Kept) -> Vec<Offer> {
        let checks = self.health_checks.iter().filter(|it| !kept.health_checks.contains(it.id()));
        let exporters = self.exporters.iter().filter(|it| !kept.exporters.contains(it.id()));
        let receivers = self.receivers.iter().filter(|it| !kept.receivers.contains(it.id()));
        let pages = checks.filter_map(HealthCheck::offer);
        let pages = pages.chain(exporters.filter_map(RunningExporter::offer));
        pages.chain(receivers.flat_map(RunningReceiver::offers)).collect()
    }

    /// Takes over from `running` what is kept, and has all that is received go through the pipelines of `config`. When
    /// this returns, nothing goes to what is left in `running`.
    pub(super) fn take_over(&mut self, running: &mut Self, kept: &Kept, config: &Resolved) {
        for exporter in self.exporters.iter_mut().filter(|it| kept.queues.contains(it.id())) {
            let before = running.exporters.iter_mut().find(|before| before.id() == exporter.id());
            before.into_iter().for_each(|before| exporter.take_over(before));
        }
        take(&mut self.health_checks, &mut running.health_checks, |it| {
            kept.health_checks.contains(it.id())
        });
        take(&mut self.exporters, &mut running.exporters, |it| kept.exporters.contains(it.id()));
        take(&mut self.processors, &mut running.processors, |it| kept.processors.contains(it.id()));
        take(&mut self.connectors, &mut running.connectors, |it| kept.connectors.contains(it.id()));
        take(&mut self.receivers, &mut running.receivers, |it| kept.receivers.contains(it.id()));
        take(&mut self.lines, &mut running.lines, |it| kept.pipelines.contains(it.id()));
        let none = Self::default();
        for connector in &self.connectors {
            connector.switch().turn(Arc::new(self.graph_of(config, &none, connector.id())));
        }
        for receiver in &self.receivers {
            receiver.switch().turn(Arc::new(self.graph_of(config, &none, receiver.id())));
        }
    }

    /// Everything that is listened on, receivers last, in the order of the file.
    pub(super) fn listening(&self, config: &Resolved) -> Vec<Listening> {
        let exporters = config.exporters.iter();
        let exporter = |id| self.exporters.iter().find(|exporter| exporter.id() == id);
        let exporters = exporters.filter_map(|it| exporter(&it.id)?.listening());
        let receivers = config.receivers.iter();
        let receiver = |id| self.receivers.iter().find(|receiver| receiver.id() == id);
        let receivers = receivers.filter_map(|it| Some(receiver(&it.id)?.listening()));
        let checks = config.health_checks.iter();
        let check = |id| self.health_checks.iter().find(|check| check.id() == id);
        let checks = checks.filter_map(|it| check(&it.id).map(Listening::of_health_check));
        checks.chain(exporters).chain(receivers.flatten()).collect()
    }

    /// Stops in the order of the data: receivers answer what they have accepted, batches, connectors and exporters send
    /// what they have, pages are read to their end.
    ///
    /// Returns at the deadline at the latest, give or take half a second; what could not be sent by then is counted as
    /// unreachable and logged. Receivers get half of the time, and so does `beside`, which still feeds what stops last;
    /// what feeds connectors half of what is left then, connectors half of the rest, and the other batches too. Without
    /// connectors, batches have half of it.
    pub(super) async fn shutdown(
        self,
        metrics: &SelfMetrics,
        deadline: Duration,
        beside: impl Future<Output = ()>,
    ) {
        let Self { health_checks, receivers, connectors, processors, lines, exporters } = self;
        let end = Instant::now() + deadline;
        let left = move || end.saturating_duration_since(Instant::now());
        let half = left() / 2;
        let receivers = each(receivers.into_iter().map(|receiver| receiver.shutdown(half)));
        // What takes longer goes on, while there is anything that takes it.
        let ((), _) = tokio::join!(receivers, timeout(half, beside));
        drop(processors);
        let before = unreachable(metrics);
        let half = || left() / 2;
        let (feeding, others): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| line.feeds_connector);
        graphs::empty(feeding, half()).await;
        each(connectors.into_iter().map(|connector| connector.shutdown(half()))).await;
        graphs::empty(others, half()).await;
        let (pages, queues): (Vec<_>, Vec<_>) =
            exporters.into_iter().partition(RunningExporter::is_page);
        each(queues.into_iter().map(|queue| queue.shutdown(left()))).await;
        let lost = unreachable(metrics) - before;
        if lost > 0 {
            tracing::warn!(
                items = lost,
                "backends were not reached before the deadline, what was queued is lost"
            );
        }
        each(pages.into_iter().map(|page| page.shutdown(left().max(PAGES_GRACE)))).await;
        each(health_checks.into_iter().map(|check| check.shutdown(PAGES_GRACE))).await;
    }
}

fn feeds_connector(config: &Resolved, pipeline: &PipelineSettings) -> bool {
    config.connectors.iter().any(|connector| pipeline.exporters.contains(&connector.id))
}

/// Moves those that are to be kept.
fn take<T>(to: &mut Vec<T>, from: &mut Vec<T>, is_kept: impl Fn(&T) -> bool) {
    let (kept, left) = std::mem::take(from).into_iter().partition(is_kept);
    *from = left;
    to.extend::<Vec<T>>(kept);
}
