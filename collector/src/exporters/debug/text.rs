//! A request in words.

use std::fmt::{Display, Write};

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    metrics::v1::{Metric, metric::Data},
};
use prost::Message;

use crate::{config::Verbosity, exporters::queue::Waiting, otlp, pipeline::Signal};

/// Lines about the metrics, spans or records of one request; the rest is a number.
const LINES_MAX: usize = 200;
/// Bytes of a request that is shown whole; the rest is a number.
const DETAIL_BYTES_MAX: usize = 64 << 10;

/// Bytes that a request may take when it is decoded, about; of a larger one only the first line is shown.
const DECODED_BYTES_MAX: usize = 64 << 20;

/// What is said about a request.
pub(super) fn of(request: &Waiting, verbosity: Verbosity) -> String {
    let Waiting { signal, bytes, items, .. } = request;
    let unit = match signal {
        Signal::Metrics => "points",
        Signal::Traces => "spans",
        Signal::Logs => "log records",
    };
    let resources = otlp::resources(bytes).count();
    let mut text = format!("{items} {unit} of {resources} resources in {} bytes", bytes.len());
    if verbosity != Verbosity::Basic && otlp::decoded_size(*signal, bytes) > DECODED_BYTES_MAX {
        text.push_str(", too large to be shown");
        return text;
    }
    match verbosity {
        Verbosity::Basic => {}
        Verbosity::Normal => normal(*signal, bytes, &mut text),
        Verbosity::Detailed => detailed(*signal, bytes, &mut text),
    }
    text
}

fn normal(signal: Signal, bytes: &[u8], text: &mut String) {
    match signal {
        Signal::Metrics => {
            let request = decoded::<ExportMetricsServiceRequest>(bytes);
            let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
            let metrics = scopes.flat_map(|scope| &scope.metrics);
            lines(
                text,
                metrics.map(|metric| {
                    let (kind, points) = kind_and_points(metric);
                    format!("metric {:?}: {kind}, {points} points", metric.name)
                }),
            );
        }
        Signal::Traces => {
            let request = decoded::<ExportTraceServiceRequest>(bytes);
            let scopes = request.resource_spans.iter().flat_map(|of| &of.scope_spans);
            let spans = scopes.flat_map(|scope| &scope.spans);
            lines(
                text,
                spans.map(|span| {
                    let (trace, own) = (hex(&span.trace_id), hex(&span.span_id));
                    format!("span {:?}: trace {trace}, id {own}", span.name)
                }),
            );
        }
        Signal::Logs => {
            let request = decoded::<ExportLogsServiceRequest>(bytes);
            let scopes = request.resource_logs.iter().flat_map(|of| &of.scope_logs);
            let records = scopes.flat_map(|scope| &scope.log_records);
            lines(
                text,
                records.map(|record| {
                    let body = otlp::text(record.body.as_ref());
                    format!("log record: {:?} {body:?}", record.severity_text)
                }),
            );
        }
    }
}

fn lines(text: &mut String, mut all: impl Iterator<Item = impl Display>) {
    for line in all.by_ref().take(LINES_MAX) {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {line}");
    }
    let further = all.count();
    if further > 0 {
        let _ = write!(text, "\n  and {further} further ones");
    }
}

fn kind_and_points(metric: &Metric) -> (&'static str, usize) {
    match &metric.data {
        None => ("no data", 0),
        Some(Data::Gauge(gauge)) => ("gauge", gauge.data_points.len()),
        Some(Data::Sum(sum)) => ("sum", sum.data_points.len()),
        Some(Data::Histogram(histogram)) => ("histogram", histogram.data_points.len()),
        Some(Data::ExponentialHistogram(histogram)) => {
            ("exponential histogram", histogram.data_points.len())
        }
        Some(Data::Summary(summary)) => ("summary", summary.data_points.len()),
    }
}

fn detailed(signal: Signal, bytes: &[u8], text: &mut String) {
    text.push('\n');
    let mut cut = Cut { text, left: DETAIL_BYTES_MAX };
    let whole = match signal {
        Signal::Metrics => write!(cut, "{:#?}", decoded::<ExportMetricsServiceRequest>(bytes)),
        Signal::Traces => write!(cut, "{:#?}", decoded::<ExportTraceServiceRequest>(bytes)),
        Signal::Logs => write!(cut, "{:#?}", decoded::<ExportLogsServiceRequest>(bytes)),
    };
    if whole.is_err() {
        text.push_str("... and more");
    }
}

/// Text up to a number of bytes; formatting ends there.
struct Cut<'a> {
    text: &'a mut String,
    left: usize,
}

impl Write for Cut<'_> {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let shown = &part[..part.floor_char_boundary(self.left)];
        self.text.push_str(shown);
        self.left -= shown.len();
        if shown.len() < part.len() { Err(std::fmt::Error) } else { Ok(()) }
    }
}

/// Receivers have checked the bytes; what a processor broke since is shown as empty.
fn decoded<M: Message + Default>(bytes: &[u8]) -> M {
    M::decode(bytes).unwrap_or_default()
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
