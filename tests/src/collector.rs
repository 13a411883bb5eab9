//! The collector under test: as a library in this process, or as the real program.

use std::{fs, net::SocketAddr, path::PathBuf, process::Command};

use inferometer_collector::{Collector, Config, Serves, self_metrics::SelfCount};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
    metrics::v1::{Metric, ResourceMetrics, ScopeMetrics},
};
use prost::Message;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{Child, Ended, Scrape, collector_program, http, wait};

/// The default configuration on ports that are free.
pub const LOOPBACK_CONFIG: &str = "\
receivers:
  otlp:
    protocols:
      grpc: {endpoint: \"127.0.0.1:0\"}
      http: {endpoint: \"127.0.0.1:0\"}
exporters:
  prometheus: {endpoint: \"127.0.0.1:0\"}
  trace_ring: {endpoint: \"127.0.0.1:0\"}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheus]}
    traces: {receivers: [otlp], exporters: [trace_ring]}
";

/// A collector in this process, on a runtime of its own. Dropping it cuts everything off.
#[derive(Debug)]
pub struct CollectorUnderTest {
    collector: Collector,
    // Ends after the collector, whose tasks run on it.
    _runtime: Runtime,
}

impl CollectorUnderTest {
    /// Starts [`LOOPBACK_CONFIG`].
    #[must_use]
    pub fn start() -> Self {
        Self::with_config(LOOPBACK_CONFIG)
    }

    /// Starts the default, except that traces go to `backend` as well as to the ring.
    #[must_use]
    pub fn forwarding_traces_to(backend: SocketAddr) -> Self {
        let forward = format!("exporters:\n  otlp: {{endpoint: \"http://{backend}\"}}");
        let config = LOOPBACK_CONFIG.replace("exporters:\n", &format!("{forward}\n"));
        Self::with_config(&config.replace("[trace_ring]", "[otlp, trace_ring]"))
    }

    /// Starts a configuration.
    ///
    /// # Panics
    /// If it is not sound, or something of it cannot start.
    #[must_use]
    pub fn with_config(yaml: &str) -> Self {
        let config = Config::parse("test.yaml", yaml);
        let config = config.unwrap_or_else(|errors| panic!("{errors}\nin\n{yaml}"));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let collector = {
            let _entered = runtime.enter();
            Collector::start(config.resolved).expect("the collector starts")
        };
        Self { collector, _runtime: runtime }
    }

    /// Where something is served.
    ///
    /// # Panics
    /// If it is not served.
    #[must_use]
    pub fn address(&self, serves: Serves) -> SocketAddr {
        let found = self.collector.addresses().iter().find(|listening| listening.serves == serves);
        found.unwrap_or_else(|| panic!("{serves:?} is not served")).address
    }

    /// Sends metrics over HTTP, without a resource. How many of their points were not kept.
    ///
    /// # Panics
    /// If they are refused.
    #[must_use]
    pub fn take(&self, metrics: Vec<Metric>) -> i64 {
        let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
        let resource = ResourceMetrics { scope_metrics, ..ResourceMetrics::default() };
        let request = ExportMetricsServiceRequest { resource_metrics: vec![resource] };
        let protobuf = [("content-type", "application/x-protobuf")];
        let address = self.address(Serves::OtlpHttp);
        let reply = http::post(address, "/v1/metrics", &protobuf, &request.encode_to_vec());
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let reply = ExportMetricsServiceResponse::decode(&*reply.body).expect("a response");
        reply.partial_success.map_or(0, |partial| partial.rejected_data_points)
    }

    /// The URL for a sender of OTLP over gRPC.
    #[must_use]
    pub fn otlp_endpoint(&self) -> String {
        format!("http://{}", self.address(Serves::OtlpGrpc))
    }

    /// The page of metrics, now.
    #[must_use]
    pub fn scrape(&self) -> Scrape {
        Scrape::of(self.address(Serves::Metrics))
    }

    /// The traces of the ring in the shape of Jaeger's query API, at most `limit`.
    #[must_use]
    pub fn traces(&self, limit: usize) -> serde_json::Value {
        traces(self.address(Serves::Traces), limit)
    }

    /// One trace of the ring, by its id.
    ///
    /// # Panics
    /// If it is not there.
    #[must_use]
    pub fn trace(&self, id: &str) -> serde_json::Value {
        get_json(self.address(Serves::Traces), &format!("/api/traces/{id}"))
    }

    /// What the collector says came in, and where it went.
    #[must_use]
    pub fn counts(&self) -> Vec<SelfCount> {
        self.collector.metrics().counts().collect()
    }
}

/// The program `inferometer` with a configuration file. Dropping it kills it.
#[derive(Debug)]
pub struct CollectorProcess {
    child: Child,
    file: PathBuf,
    _folder: TempDir,
}

impl CollectorProcess {
    /// Starts [`LOOPBACK_CONFIG`].
    #[must_use]
    pub fn start() -> Self {
        Self::with_config(LOOPBACK_CONFIG)
    }

    /// Starts a configuration, which need not be sound.
    ///
    /// # Panics
    /// If there is no place for its file.
    #[must_use]
    pub fn with_config(yaml: &str) -> Self {
        Self::with_command(Command::new(collector_program()), yaml)
    }

    /// Starts a configuration with a command of one's own that runs the program.
    ///
    /// # Panics
    /// If there is no place for its file.
    #[must_use]
    pub fn with_command(mut command: Command, yaml: &str) -> Self {
        let (file, folder) = config_file(yaml);
        let child = Child::spawn(command.arg("--config").arg(&file));
        Self { child, file, _folder: folder }
    }

    /// Starts [`LOOPBACK_CONFIG`] under limits of the shell, such as `-n 64`.
    ///
    /// # Panics
    /// If there is no place for its file.
    #[must_use]
    pub fn with_ulimit(ulimit: &str) -> Self {
        let (file, folder) = config_file(LOOPBACK_CONFIG);
        let script = format!("ulimit {ulimit} && exec \"$0\" --config \"$1\"");
        let mut command = Command::new("sh");
        let child = Child::spawn(command.arg("-c").arg(script).arg(collector_program()).arg(&file));
        Self { child, file, _folder: folder }
    }

    /// The configuration file, as errors name it.
    #[must_use]
    pub fn file(&self) -> String {
        self.file.display().to_string()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where something is served, as the program says when it starts: `OTLP over gRPC`, `metrics`, ...
    ///
    /// # Panics
    /// If it does not say so in time.
    #[must_use]
    pub fn address(&mut self, title: &str) -> SocketAddr {
        self.child.wait_for(title, |line| address_in(line, title))
    }

    /// As [`address`](Self::address), or nothing if the program has ended before it said so.
    ///
    /// # Panics
    /// If it does neither in time.
    #[must_use]
    pub fn address_unless_ended(&mut self, title: &str) -> Option<SocketAddr> {
        wait::until(title, || {
            // Asked first, so that a line before the end is seen.
            let is_running = self.is_running();
            let lines = self.lines();
            match lines.iter().find_map(|line| address_in(line, title)) {
                None if is_running => Err(lines.join("\n")),
                address => Ok(address),
            }
        })
    }

    /// The same of one component, such as `exporters.prometheus/text`, where several serve it.
    ///
    /// # Panics
    /// As [`address`](Self::address).
    #[must_use]
    pub fn address_of(&mut self, title: &str, component: &str) -> SocketAddr {
        let end = format!("({component})");
        self.child
            .wait_for(component, |line| address_in(line, title).filter(|_| line.ends_with(&end)))
    }

    /// Waits until it says a line of a kind; `what` is named if it never does.
    ///
    /// # Panics
    /// If it does not in time.
    #[track_caller]
    pub fn says(&mut self, what: &str, is_it: impl Fn(&str) -> bool) {
        self.child.wait_for(what, |line| is_it(line).then_some(()));
    }

    /// The page of metrics, now.
    #[must_use]
    pub fn scrape(&mut self) -> Scrape {
        Scrape::of(self.address("metrics"))
    }

    /// The traces of the ring, at most `limit`.
    #[must_use]
    pub fn traces(&mut self, limit: usize) -> serde_json::Value {
        traces(self.address("traces"), limit)
    }

    /// A line of the kernel's account of its memory, such as `VmRSS`, in bytes.
    ///
    /// # Panics
    /// If it does not run, or the kernel has no such line.
    #[must_use]
    pub fn memory(&self, key: &str) -> u64 {
        let path = format!("/proc/{}/status", self.id());
        let status = fs::read_to_string(path).expect("the program runs");
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.unwrap_or_else(|| panic!("no {key} in\n{status}")) << 10
    }

    /// The kernel's highest mark of its resident memory, `VmHWM`, starts anew.
    ///
    /// # Panics
    /// If it does not run.
    pub fn forget_peak(&self) {
        let path = format!("/proc/{}/clear_refs", self.id());
        fs::write(path, "5").expect("the kernel forgets the peak of a process of ours");
    }

    /// What it has said so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.child.lines()
    }

    /// Gives it another configuration in the place of its own, and asks it to read that.
    ///
    /// # Panics
    /// If it has ended, or there is no place for the file.
    pub fn reload(&self, yaml: &str) {
        fs::write(&self.file, yaml).expect("a file");
        self.hang_up();
    }

    /// Puts another configuration in the place of its own, at once, and tells it nothing.
    ///
    /// # Panics
    /// If there is no place for the file.
    pub fn replace_config(&self, yaml: &str) {
        let next = self.file.with_extension("next");
        fs::write(&next, yaml).expect("a file");
        fs::rename(next, &self.file).expect("the same folder");
    }

    /// Asks it to read its configuration again, with SIGHUP.
    ///
    /// # Panics
    /// If it has ended.
    pub fn hang_up(&self) {
        self.child.hang_up();
    }

    /// Asks it to end, and returns while it does so.
    ///
    /// # Panics
    /// If it has ended.
    pub fn ask_to_end(&self) {
        self.child.ask_to_end();
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        self.child.is_running()
    }

    /// Asks it to end and waits for it.
    #[must_use]
    pub fn terminate(self) -> Ended {
        self.child.terminate()
    }

    /// Waits until it ends by itself.
    #[must_use]
    pub fn wait(self) -> Ended {
        self.child.wait()
    }
}

fn config_file(yaml: &str) -> (PathBuf, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("collector.yaml");
    fs::write(&file, yaml).expect("a file");
    (file, folder)
}

/// The address in a line that begins with the title.
fn address_in(line: &str, title: &str) -> Option<SocketAddr> {
    let url = line.trim_start().strip_prefix(title)?.trim_start();
    let address = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    address.split(['/', ' ']).next()?.parse().ok()
}

fn traces(address: SocketAddr, limit: usize) -> serde_json::Value {
    get_json(address, &format!("/api/traces?limit={limit}"))
}

fn get_json(address: SocketAddr, path: &str) -> serde_json::Value {
    let reply = http::get(address, path).expect("the page is answered");
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}
