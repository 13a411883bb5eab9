//! The section `service.telemetry.traces`: spans of the collector's own, and where they are sent.
//!
//! The keys are those of OpenTelemetry's declarative configuration, as the Collector has them. Times in it are whole
//! milliseconds.

mod exporter;
mod sampler;

use std::{path::PathBuf, time::Duration};

use super::{
    otlp_exporter::{Compression, OtlpProtocol},
    problem::Problems,
    secret_text::Secret,
    section::Section,
};

/// The longest time that a key takes, in milliseconds.
const MILLISECONDS_MAX: u64 = 3_600_000;
/// The most spans that may wait.
const SPANS_MAX: u64 = 65_536;
const EXPECTED: &str =
    "[{batch: {exporter: {otlp: {protocol: grpc, endpoint: http://HOST:PORT}}}}]";

/// Where spans of the collector's own are sent, and which there are; `service.telemetry.traces`.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnTraceSettings {
    /// What carries the requests.
    pub protocol: OtlpProtocol,
    /// The backend, as `http://HOST:PORT` or `https://HOST`; over HTTP a path may follow, which is used as it is, and
    /// without one it is `/v1/traces`.
    pub endpoint: String,
    /// Sent with every request, over gRPC as metadata.
    pub headers: Vec<(String, Secret)>,
    /// How requests are compressed; default [`Compression::None`].
    pub compression: Compression,
    /// How long one export may take with its retries; default 10 s. What is not delivered then is lost and counted.
    pub timeout: Duration,
    /// Who may have signed the backend's certificate; without, the authorities that the system trusts.
    pub authorities: Option<PathBuf>,
    /// The collector's own certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// How long a span waits for others; default 5 s.
    pub delay: Duration,
    /// Spans that may wait; further ones are lost and counted. Default 2048.
    pub queue_size: usize,
    /// Spans in one request; default 512.
    pub batch_size: usize,
    /// The share of requests that are traced, from 0 to 1, among those whose sender decided nothing; default 1.
    pub ratio: f64,
}

impl OwnTraceSettings {
    /// Bytes of spans that may wait; further ones are lost and counted.
    pub const QUEUE_BYTES_MAX: usize = 8 << 20;

    /// The defaults for a backend.
    #[must_use]
    pub fn new(protocol: OtlpProtocol, endpoint: &str) -> Self {
        Self {
            protocol,
            endpoint: endpoint.to_owned(),
            headers: Vec::new(),
            compression: Compression::None,
            timeout: Duration::from_secs(10),
            authorities: None,
            identity: None,
            delay: Duration::from_secs(5),
            queue_size: 2048,
            batch_size: 512,
            ratio: 1.0,
        }
    }
}

/// Reads `traces` out of the section `service.telemetry`; nothing if it is absent, or asks for no traces.
pub(super) fn read(
    telemetry: &mut Section<'_>,
    problems: &mut Problems,
) -> Option<OwnTraceSettings> {
    let mut section = telemetry.section("traces", problems)?;
    let levels = [("none", false), ("basic", true), ("normal", true), ("detailed", true)];
    let is_on = section.word("level", &levels, problems).unwrap_or(true);
    for (at, name) in section.text_list("propagators", "name", problems) {
        if name != "tracecontext" {
            let path = section.path_of("propagators");
            let message = format!("{path} names {name:?}, expected tracecontext alone");
            problems.error(at, message);
        }
    }
    let ratio = sampler::read(&mut section, problems);
    let remedy = "a span has 128 attributes and links at most: remove it";
    section.refuse("limits", remedy, problems);
    let mut settings = None;
    let processors = section.sections("processors", problems);
    if processors.len() > 1 {
        section.wrong("processors", "names several, expected one: keep one batch", problems);
    }
    for mut processor in processors {
        processor.refuse("simple", "spans leave in batches: use batch", problems);
        match processor.section("batch", problems) {
            Some(mut batch) => {
                settings = read_batch(&mut batch, problems);
                batch.close(problems);
            }
            None => processor.missing("batch", EXPECTED, problems),
        }
        processor.close(problems);
    }
    section.close(problems);
    let settings = settings.filter(|_| is_on)?;
    Some(OwnTraceSettings { ratio, ..settings })
}

fn read_batch(section: &mut Section<'_>, problems: &mut Problems) -> Option<OwnTraceSettings> {
    let delay = milliseconds(section, "schedule_delay", problems);
    let queue_size = section.number("max_queue_size", 1..=SPANS_MAX, problems);
    let batch_size = section.number("max_export_batch_size", 1..=SPANS_MAX, problems);
    section.refuse("export_timeout", "timeout of the exporter otlp bounds it: set that", problems);
    let Some(mut exporter) = section.section("exporter", problems) else {
        section.missing("exporter", "otlp with protocol and endpoint", problems);
        return None;
    };
    let settings = exporter::read(&mut exporter, problems);
    exporter.close(problems);
    let mut settings = settings?;
    settings.delay = delay.unwrap_or(settings.delay);
    let size = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
    settings.queue_size = queue_size.map_or(settings.queue_size, size);
    settings.batch_size = batch_size.map_or(settings.batch_size, size).min(settings.queue_size);
    Some(settings)
}

/// A time above zero, in whole milliseconds.
fn milliseconds(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<Duration> {
    section.number(key, 1..=MILLISECONDS_MAX, problems).map(Duration::from_millis)
}
