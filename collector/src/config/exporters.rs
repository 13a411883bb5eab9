//! How the settings of exporters are read.

use super::{
    backend,
    component::{Kind, Read},
    problem::Problems,
    prometheus,
    receivers::listen,
    resolved::ExporterSettings,
    section::Section,
    settings::{OtlpExporterSettings, RetrySettings, TraceRingSettings},
};

/// The exporters that a file may define.
pub(super) const EXPORTERS: &[Kind<ExporterSettings>] = &[
    Kind { name: "prometheus", read: prometheus::read },
    Kind { name: "otlp", read: read_otlp },
    Kind { name: "trace_ring", read: read_trace_ring },
];

/// Traces that may be configured.
const TRACES_MAX: u64 = 1_000_000;
/// Bytes of spans that may be configured.
const TRACE_BYTES_MAX: u64 = 64 << 30;
/// Requests that may be queued.
const QUEUE_MAX: u64 = 1_000_000;

fn read_trace_ring(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExporterSettings> {
    let default = TraceRingSettings::default();
    let mut listeners = Vec::new();
    let settings = TraceRingSettings {
        endpoint: listen(section, default.endpoint, &mut listeners, problems),
        max_traces: section
            .number("max_traces", 1..=TRACES_MAX, problems)
            .unwrap_or(default.max_traces),
        max_bytes: section
            .number("max_bytes", 1..=TRACE_BYTES_MAX, problems)
            .unwrap_or(default.max_bytes),
    };
    Read { settings: ExporterSettings::TraceRing(settings), listeners }
}

fn read_otlp(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExporterSettings> {
    let mut settings = OtlpExporterSettings::new(&read_backend(section, problems));
    if let Some(timeout) = section.positive_duration("timeout", problems) {
        settings.timeout = timeout;
    }
    for (name, value) in section.texts("headers", problems) {
        settings.headers.push((name.name.clone(), value));
    }
    if let Some(mut queue) = section.section("sending_queue", problems) {
        if let Some(size) = queue.number("queue_size", 1..=QUEUE_MAX, problems) {
            settings.queue_size = size;
        }
        queue.close(problems);
    }
    if let Some(retry) = section.section("retry_on_failure", problems) {
        settings.retry = read_retry(retry, problems);
    }
    Read { settings: ExporterSettings::Otlp(settings), listeners: Vec::new() }
}

fn read_retry(mut retry: Section<'_>, problems: &mut Problems) -> RetrySettings {
    let default = RetrySettings::default();
    let read = RetrySettings {
        enabled: retry.flag("enabled", problems).unwrap_or(default.enabled),
        initial_interval: retry
            .positive_duration("initial_interval", problems)
            .unwrap_or(default.initial_interval),
        max_interval: retry
            .positive_duration("max_interval", problems)
            .unwrap_or(default.max_interval),
        max_elapsed_time: retry
            .duration("max_elapsed_time", problems)
            .unwrap_or(default.max_elapsed_time),
    };
    retry.close(problems);
    read
}

/// `endpoint` and `tls.insecure`, as `http://HOST:PORT`.
fn read_backend(section: &mut Section<'_>, problems: &mut Problems) -> String {
    let insecure = section.section("tls", problems).is_some_and(|mut tls| {
        let insecure = tls.flag("insecure", problems);
        tls.close(problems);
        insecure.unwrap_or(false)
    });
    if section.node("endpoint").is_none() {
        section.missing("endpoint", backend::EXPECTED, problems);
    }
    let Some(text) = section.text("endpoint", backend::EXPECTED, problems) else {
        return String::new();
    };
    match backend::read(text, insecure) {
        Ok(url) => url,
        Err(wrong) => {
            let at = section.node("endpoint").map_or(section.at(), |node| node.at);
            let remedy = wrong.remedy("set tls.insecure to true to send in the clear");
            problems.error(at, format!("{} is {text:?}, {remedy}", section.path_of("endpoint")));
            String::new()
        }
    }
}
