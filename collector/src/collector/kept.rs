//! What a reload leaves as it is, by the settings alone.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use crate::{
    config::{
        Component, ComponentId, ExporterSettings, PipelineId, PipelineSettings, ProcessorSettings,
        QueueSettings, ReceiverSettings, Resolved,
    },
    http::StartError,
};

/// Components that go on, with all that they hold: connections, series, queues, what waits in a batch.
///
/// An extension, a receiver, a processor, a connector or an exporter is kept if its settings are the same; a pipeline, if all
/// components behind its receivers are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) health_checks: Vec<ComponentId>,
    pub(super) receivers: Vec<ComponentId>,
    pub(super) processors: Vec<ComponentId>,
    pub(super) exporters: Vec<ComponentId>,
    /// Of the other exporters, those that go on with their queue on disk.
    pub(super) queues: Vec<ComponentId>,
    pub(super) connectors: Vec<ComponentId>,
    pub(super) pipelines: Vec<PipelineId>,
}

impl Kept {
    /// What two configurations have in common.
    pub(super) fn between(before: &Resolved, after: &Resolved) -> Self {
        let mut kept = Self {
            health_checks: in_both(&before.health_checks, &after.health_checks),
            receivers: in_both(&before.receivers, &after.receivers),
            processors: in_both(&before.processors, &after.processors),
            exporters: in_both(&before.exporters, &after.exporters),
            queues: Vec::new(),
            connectors: in_both(&before.connectors, &after.connectors),
            pipelines: Vec::new(),
        };
        let pipelines = after.pipelines.iter().filter(|pipeline| {
            let before = before.pipelines.iter().find(|it| it.id == pipeline.id);
            // Who feeds it changes nothing in it.
            before.is_some_and(|it| {
                it.processors == pipeline.processors && it.exporters == pipeline.exporters
            }) && kept.has_all_of(pipeline)
        });
        kept.pipelines = pipelines.map(|pipeline| pipeline.id.clone()).collect();
        let others = after.exporters.iter().filter(|it| !kept.exporters.contains(&it.id));
        let with_queue = others.filter(|it| {
            let before = before.exporters.iter().find(|before| before.id == it.id);
            before.and_then(queue_on_disk).is_some_and(|queue| queue_on_disk(it) == Some(queue))
        });
        kept.queues = with_queue.map(|it| it.id.clone()).collect();
        kept
    }

    fn has_all_of(&self, pipeline: &PipelineSettings) -> bool {
        let is_end = |id| self.exporters.contains(id) || self.connectors.contains(id);
        pipeline.processors.iter().all(|id| self.processors.contains(id))
            && pipeline.exporters.iter().all(is_end)
    }

    /// Checks that nothing new needs what only one may have at a time, and what runs still has. An address passes from what
    /// is replaced to what is new, if it is the same; so does the queue on disk of an exporter.
    ///
    /// # Errors
    /// It does, and the process has to be started anew for that.
    pub(super) fn check(&self, before: &Resolved, after: &Resolved) -> Result<(), StartError> {
        let replaced = owned(before, self);
        let passes = |own: &Own| {
            matches!(own, Own::Address(_)) && replaced.iter().any(|(_, other)| other == own)
        };
        let held = owned(before, &Self::default());
        for (name, own) in owned(after, self).into_iter().filter(|(_, own)| !passes(own)) {
            if let Some((holder, _)) = held.iter().find(|(_, other)| other.excludes(&own)) {
                let message = format!(
                    "{own} is in use by {holder} as it runs, and cannot pass from it to these settings: restart the \
                     collector, or name another {}",
                    own.kind()
                );
                return Err(StartError::new(&name, message));
            }
        }
        Ok(())
    }
}

/// The components of `after` that `before` has with the same settings.
fn in_both<S: PartialEq>(before: &[Component<S>], after: &[Component<S>]) -> Vec<ComponentId> {
    after.iter().filter(|it| before.contains(it)).map(|it| it.id.clone()).collect()
}

fn queue_on_disk(exporter: &Component<ExporterSettings>) -> Option<&QueueSettings> {
    match &exporter.settings {
        ExporterSettings::Otlp(settings) => {
            Some(&settings.queue).filter(|queue| queue.storage.is_some())
        }
        _ => None,
    }
}

/// What only one component may have at a time.
#[derive(Debug, PartialEq, Eq)]
enum Own {
    Address(SocketAddr),
    /// Where a queue on disk is, or the requests of a sampler.
    Folder(PathBuf),
    File(PathBuf),
}

impl Own {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "port",
            Self::Folder(_) => "directory",
            Self::File(_) => "file",
        }
    }

    /// Whether nobody can have both. Who listens on all addresses of a machine has the port on each.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Address(one), Self::Address(two)) => {
                let is_any = one.ip().is_unspecified() || two.ip().is_unspecified();
                one.port() == two.port() && (is_any || one.ip() == two.ip())
            }
            _ => self == other,
        }
    }

    fn folder(path: &Path) -> Self {
        Self::Folder(path.to_owned())
    }
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Folder(path) => write!(f, "the folder {}", path.display()),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// What the components own that are not kept, by their places in the file.
fn owned(config: &Resolved, kept: &Kept) -> Vec<(String, Own)> {
    let mut owned = Vec::new();
    for check in config.health_checks.iter().filter(|it| !kept.health_checks.contains(&it.id)) {
        owned.push((format!("extensions.{}", check.id), Own::Address(check.settings.endpoint)));
    }
    for receiver in config.receivers.iter().filter(|it| !kept.receivers.contains(&it.id)) {
        let ReceiverSettings::Otlp(settings) = &receiver.settings;
        for (protocol, listener) in [("grpc", &settings.grpc), ("http", &settings.http)] {
            let name = format!("receivers.{}.protocols.{protocol}", receiver.id);
            owned.extend(listener.iter().map(|it| (name.clone(), Own::Address(it.endpoint))));
        }
    }
    for exporter in config.exporters.iter().filter(|it| !kept.exporters.contains(&it.id)) {
        let own = match &exporter.settings {
            ExporterSettings::Prometheus(settings) => Some(Own::Address(settings.endpoint)),
            ExporterSettings::TraceRing(settings) => Some(Own::Address(settings.endpoint)),
            ExporterSettings::Otlp(_) if kept.queues.contains(&exporter.id) => None,
            ExporterSettings::Otlp(settings) => {
                settings.queue.storage.as_ref().map(|storage| Own::folder(&storage.folder))
            }
            ExporterSettings::File(settings) => Some(Own::File(settings.path.clone())),
            ExporterSettings::Debug(_) => None,
        };
        owned.extend(own.map(|own| (format!("exporters.{}", exporter.id), own)));
    }
    for pipeline in config.pipelines.iter().filter(|it| !kept.pipelines.contains(&it.id)) {
        let named = config.processors.iter().filter(|it| pipeline.processors.contains(&it.id));
        for processor in named {
            if let ProcessorSettings::TailSampling(settings) = &processor.settings
                && let Some(storage) = &settings.storage
            {
                let own = Own::Folder(storage.of_pipeline(&pipeline.id).folder);
                owned.push((format!("processors.{}", processor.id), own));
            }
        }
    }
    // Port 0 is another one each time.
    owned.retain(|(_, own)| !matches!(own, Own::Address(address) if address.port() == 0));
    owned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const BEFORE: &str = "\
extensions:
  file_storage: {directory: /q}
receivers:
  otlp: {protocols: {grpc: {endpoint: \"127.0.0.1:4317\"}}}
processors:
  batch: {timeout: 1s}
  batch/late: {timeout: 10s}
connectors:
  span_metrics: {}
exporters:
  prometheus: {endpoint: \"127.0.0.1:9464\"}
  otlp/a: {endpoint: \"http://127.0.0.1:1\"}
  otlp/b: {endpoint: \"http://127.0.0.1:2\", sending_queue: {storage: file_storage}}
  file: {path: /f, format: proto}
service:
  extensions: [file_storage]
  pipelines:
    metrics: {receivers: [otlp], processors: [batch], exporters: [prometheus]}
    metrics/spans: {receivers: [span_metrics], exporters: [prometheus]}
    traces: {receivers: [otlp], processors: [batch, batch/late], exporters: [otlp/a, span_metrics]}
    traces/b: {receivers: [otlp], exporters: [otlp/b]}
    logs: {receivers: [otlp], exporters: [file]}
";

    fn resolved(yaml: &str) -> Resolved {
        Config::parse("test.yaml", yaml).unwrap_or_else(|errors| panic!("{errors}")).resolved
    }

    /// What is not kept when these texts are replaced, and what the check of it says.
    #[track_caller]
    fn check(replaced: &[(&str, &str)], changed: &[&str], refused: Option<&str>) {
        let after = replaced.iter().fold(BEFORE.to_owned(), |yaml, (old, new)| {
            assert!(yaml.contains(old), "{old}");
            yaml.replace(old, new)
        });
        let (before, after) = (resolved(BEFORE), resolved(&after));
        let kept = Kept::between(&before, &after);
        let mut seen = Vec::new();
        let mut differs = |all: Vec<String>, kept: Vec<String>| {
            seen.extend(all.into_iter().filter(|id| !kept.contains(id)));
        };
        fn names<S>(all: &[Component<S>]) -> Vec<String> {
            all.iter().map(|it| it.id.to_string()).collect()
        }
        let texts = |ids: &[ComponentId]| ids.iter().map(ToString::to_string).collect();
        differs(names(&after.receivers), texts(&kept.receivers));
        differs(names(&after.processors), texts(&kept.processors));
        differs(names(&after.connectors), texts(&kept.connectors));
        differs(names(&after.exporters), texts(&kept.exporters));
        let pipelines = after.pipelines.iter().map(|it| it.id.to_string()).collect();
        differs(pipelines, kept.pipelines.iter().map(ToString::to_string).collect());
        assert_eq!(seen, changed);
        let outcome = kept.check(&before, &after).map_err(|error| error.to_string());
        match (outcome, refused) {
            (Ok(()), None) => {}
            (Err(said), Some(part)) => assert!(said.contains(part), "{said}"),
            (outcome, refused) => panic!("{outcome:?}, expected {refused:?}"),
        }
    }

    #[test]
    fn what_is_the_same_is_kept() {
        check(&[], &[], None);
    }

    #[test]
    fn a_pipeline_is_rebuilt_for_its_processors_and_exporters_alone() {
        check(&[("1s", "2s")], &["batch", "metrics", "traces"], None);
        check(&[("10s", "20s")], &["batch/late", "traces"], None);
        check(&[("[batch, batch/late]", "[batch/late, batch]")], &["traces"], None);
        check(&[("[otlp/a, span", "[otlp/a, otlp/b, span")], &["traces"], None);
        check(&[("127.0.0.1:1", "127.0.0.1:3")], &["otlp/a", "traces"], None);
        check(&[("{}", "{namespace: x}")], &["span_metrics", "traces"], None);
        let fed = ("{receivers: [span_metrics]", "{receivers: [span_metrics, otlp]");
        check(&[fed], &[], None);
    }

    #[test]
    fn a_folder_and_a_file_have_one_owner() {
        check(&[("127.0.0.1:2", "127.0.0.1:4")], &["otlp/b", "traces/b"], None);
        let other_queue = ("storage: file_storage", "storage: file_storage, queue_size: 7");
        check(&[other_queue], &["otlp/b", "traces/b"], Some("folder /q/"));
        check(&[("/f,", "/f, flush_interval: 9s,")], &["file", "logs"], Some("the file /f"));
        check(&[("/f,", "/g,")], &["file", "logs"], None);
    }

    #[test]
    fn an_address_passes_to_what_replaces_its_owner_and_is_not_had_beside_it() {
        let page = ["prometheus", "metrics", "metrics/spans"];
        let timestamps = ("\"127.0.0.1:9464\"", "\"127.0.0.1:9464\", send_timestamps: true");
        check(&[timestamps], &page, None);
        check(&[("127.0.0.1:9464", "127.0.0.1:9465")], &page, None);
        let limited = ("\"127.0.0.1:4317\"", "\"127.0.0.1:4317\", max_recv_msg_size_mib: 1");
        check(&[limited], &["otlp"], None);
        // The same folder under another name would be another one; the same address is not.
        let renamed = ["prometheus/other", "metrics", "metrics/spans"];
        check(&[("prometheus", "prometheus/other")], &renamed, None);
        let swapped = [("127.0.0.1:9464", "127.0.0.1:1"), ("127.0.0.1:4317", "127.0.0.1:9464")];
        check(&swapped, &["otlp", "prometheus", "metrics", "metrics/spans"], None);
        let everywhere = Some("receivers.otlp.protocols.grpc: 0.0.0.0:4317 is in use by receivers");
        check(&[("127.0.0.1:4317", "0.0.0.0:4317")], &["otlp"], everywhere);
    }
}
