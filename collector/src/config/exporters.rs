//! How the settings of exporters are read.

use super::{
    component::{Kind, Read},
    debug_exporter, file_exporter, listener_limits,
    otlp_exporter::{read_otlp, read_otlp_http},
    problem::Problems,
    prometheus, protection,
    receivers::listen,
    resolved::ExporterSettings,
    section::Section,
    settings::TraceRingSettings,
};

/// The exporters that a file may define.
pub(super) const EXPORTERS: &[Kind<ExporterSettings>] = &[
    Kind { name: "prometheus", read: prometheus::read },
    Kind { name: "otlp", read: read_otlp },
    Kind { name: "otlphttp", read: read_otlp_http },
    Kind { name: "debug", read: debug_exporter::read },
    Kind { name: "file", read: file_exporter::read },
    Kind { name: "trace_ring", read: read_trace_ring },
];

/// Traces that may be configured.
const TRACES_MAX: u64 = 1_000_000;
/// Bytes of spans that may be configured.
const TRACE_BYTES_MAX: u64 = 64 << 30;

fn read_trace_ring(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExporterSettings> {
    let default = TraceRingSettings::default();
    let mut listeners = Vec::new();
    let settings = TraceRingSettings {
        endpoint: listen(section, default.endpoint, &mut listeners, problems),
        protection: protection::read(section, &mut listeners, problems),
        max_traces: section
            .number("max_traces", 1..=TRACES_MAX, problems)
            .unwrap_or(default.max_traces),
        max_bytes: section
            .number("max_bytes", 1..=TRACE_BYTES_MAX, problems)
            .unwrap_or(default.max_bytes),
        limits: listener_limits::read_page(section, problems),
    };
    Read { settings: ExporterSettings::TraceRing(settings), listeners }
}
