//! The real program under attack.

use std::{
    fmt::Display,
    fs,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    bystander::{Bystander, Seen},
    report::Report,
};
use crate::{CollectorProcess, Conserved, Scrape, conserved, wait};

/// A collector on free ports whose patience with connections is short, so that tests need not wait long.
pub const CONFIG: &str = "\
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: \"127.0.0.1:0\"
        keepalive: {server_parameters: {time: 2s, timeout: 1s, max_connection_idle: 4s}}
        read_header_timeout: 2s
        write_timeout: 2s
        limits: {min_body_rate_grace: 2s}
      http:
        endpoint: \"127.0.0.1:0\"
        read_header_timeout: 2s
        idle_timeout: 3s
        write_timeout: 2s
        limits: {min_body_rate_grace: 2s}
exporters:
  prometheus: {endpoint: \"127.0.0.1:0\"}
  trace_ring: {endpoint: \"127.0.0.1:0\"}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheus]}
    traces: {receivers: [otlp], exporters: [trace_ring]}
";

/// Answers to the bystander before the first attack, which are the baseline of all.
const BASELINE_ANSWERS: usize = 200;

/// Answers before these, to a program that has only just started.
const WARM_UP_ANSWERS: usize = 20;

/// Answers to the bystander that an attack's figures rest on at least; one that is over sooner is waited for.
const DURING_ANSWERS: usize = 20;

/// Scenarios of one program run one after another: figures of two at a time would be of neither.
static ALONE: Mutex<()> = Mutex::new(());

/// A collector with a bystander. Dropping it kills it.
#[derive(Debug)]
pub struct Victim {
    /// Where OTLP over gRPC is taken.
    pub grpc: SocketAddr,
    /// Where OTLP over HTTP is taken.
    pub http: SocketAddr,
    /// Where the page is.
    pub metrics: SocketAddr,
    process: CollectorProcess,
    bystander: Bystander,
    baseline: Seen,
    _alone: MutexGuard<'static, ()>,
}

impl Victim {
    /// Starts [`CONFIG`].
    #[must_use]
    pub fn start() -> Self {
        Self::with_config(CONFIG)
    }

    /// Starts a configuration with all the components of [`CONFIG`].
    #[must_use]
    pub fn with_config(yaml: &str) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut process = CollectorProcess::with_config(yaml);
        let [grpc, http, metrics] =
            ["OTLP over gRPC", "OTLP over HTTP", "metrics"].map(|title| process.address(title));
        let bystander = Bystander::start(grpc, http);
        let _ = bystander.take_after(WARM_UP_ANSWERS);
        let baseline = bystander.take_after(BASELINE_ANSWERS);
        Self { grpc, http, metrics, process, bystander, baseline, _alone: alone }
    }

    /// Attacks, while the bystander is measured. The attack gives back what it has to say in the report.
    ///
    /// # Panics
    /// If the bystander gets no answers at all.
    #[track_caller]
    pub fn attack<N: Display>(&self, name: &str, attack: impl FnOnce() -> N) -> Report {
        let _ = self.bystander.take();
        self.process.forget_peak();
        let resting = self.resident();
        let notes = attack().to_string();
        let mut during = self.bystander.take();
        if during.latencies.len() < DURING_ANSWERS {
            let more = self.bystander.take_after(DURING_ANSWERS);
            during.latencies.extend(more.latencies);
            during.errors.extend(more.errors);
        }
        let peak = self.process.memory("VmHWM");
        let baseline = self.baseline.clone();
        let report = Report { name: name.to_owned(), baseline, during, resting, peak, notes };
        report.print();
        report
    }

    /// Resident bytes now.
    #[must_use]
    pub fn resident(&self) -> u64 {
        self.process.memory("VmRSS")
    }

    /// Files that it has open, connections included.
    #[must_use]
    pub fn open_files(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.process.id());
        fs::read_dir(folder).expect("the program runs").count()
    }

    /// Waits until it has no more than `files` files open.
    ///
    /// # Panics
    /// If it keeps more.
    #[track_caller]
    pub fn closes_down_to(&self, files: usize) {
        wait::until("connections to be closed", || {
            let open = self.open_files();
            if open <= files { Ok(()) } else { Err(format!("{open} files are open")) }
        });
    }

    /// The page of metrics, now.
    #[must_use]
    pub fn scrape(&self) -> Scrape {
        Scrape::of(self.metrics)
    }

    /// Connections that it says it refused for this reason.
    #[must_use]
    pub fn refused(&self, reason: &str) -> f64 {
        let labels = [("infer_collector_connection_refusal_reason", reason)];
        self.scrape().sum("infer_collector_connection_refused_total", &labels).0
    }

    /// Connections that it says it ended for this reason.
    #[must_use]
    pub fn cut(&self, reason: &str) -> f64 {
        let labels = [("infer_collector_connection_cut_reason", reason)];
        self.scrape().sum("infer_collector_connection_cut_total", &labels).0
    }

    /// What it says of itself once nothing comes any more, for metrics and for traces: every item is in one number, and
    /// those that came in are the bystander's and `besides` of the attacks, metrics' points and spans.
    ///
    /// It is then asked to end, which it must do in order.
    ///
    /// # Panics
    /// If any of it is not so.
    #[track_caller]
    pub fn settles(mut self, besides: [u64; 2]) -> Conserved {
        assert!(self.process.is_running(), "the collector ended");
        let acknowledged = self.bystander.stop();
        let page = self.scrape();
        let metrics = conserved(&page, "metrics", "prometheus");
        let traces = conserved(&page, "traces", "trace_ring");
        let expected = [acknowledged + besides[0], besides[1]].map(|items| items as f64);
        assert_eq!([metrics.accepted, traces.accepted], expected, "{metrics:?}, {traces:?}");
        self.bystander.is_shown(&page);
        let ended = self.process.terminate();
        assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
        metrics
    }
}
