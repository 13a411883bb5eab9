//! The section `service.telemetry`: what the collector says of itself.

use super::{
    logs::{self, LogSettings},
    own_traces::{self, OwnTraceSettings},
    problem::Problems,
    section::Section,
};

/// Reads `telemetry` out of the section `service`.
pub(super) fn read(
    service: &mut Section<'_>,
    problems: &mut Problems,
) -> (LogSettings, Option<OwnTraceSettings>) {
    let mut settings = LogSettings::default();
    let Some(mut telemetry) = service.section("telemetry", problems) else {
        return (settings, None);
    };
    if let Some(mut section) = telemetry.section("logs", problems) {
        settings = logs::read(&mut section, problems);
        section.close(problems);
    }
    let traces = own_traces::read(&mut telemetry, problems);
    telemetry.refuse(
        "metrics",
        "this collector's own metrics are on the page of the exporter prometheus: remove it",
        problems,
    );
    telemetry.refuse("resource", "OTEL_RESOURCE_ATTRIBUTES says it: remove it", problems);
    telemetry.close(problems);
    (settings, traces)
}
