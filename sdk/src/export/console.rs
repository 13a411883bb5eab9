//! Requests as lines on standard output, for a look at what a program records.

use std::io::Write;

use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{Metric, NumberDataPoint, metric::Data, number_data_point::Value as NumberValue},
    trace::v1::Span,
};
use prost::Message;

use super::signal::Signal;

/// Writes one line for each item. Blocks as long as standard output does.
pub(super) fn write(signal: Signal, request: &[u8]) -> std::io::Result<()> {
    let lines = render(signal, request).map_err(std::io::Error::other)?;
    let mut out = std::io::stdout().lock();
    out.write_all(lines.as_bytes())?;
    out.flush()
}

fn render(signal: Signal, request: &[u8]) -> Result<String, prost::DecodeError> {
    let mut lines = String::new();
    match signal {
        Signal::Metrics => metrics(request, &mut lines),
        Signal::Traces => spans(request, &mut lines),
    }?;
    Ok(lines)
}

fn metrics(request: &[u8], lines: &mut String) -> Result<(), prost::DecodeError> {
    let request = ExportMetricsServiceRequest::decode(request)?;
    for scope in request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics) {
        let name = scope.scope.as_ref().map(|scope| scope.name.as_str()).unwrap_or_default();
        for metric in &scope.metrics {
            points(name, metric, lines);
        }
    }
    Ok(())
}

fn points(scope: &str, metric: &Metric, lines: &mut String) {
    let mut line = |attributes: &[KeyValue], value: &str| {
        let (name, attributes, unit) = (&metric.name, self::attributes(attributes), &metric.unit);
        lines.push_str(&format!("metric {scope} {name}{attributes} {value} {unit}\n"));
    };
    let mut numbers = |points: &[NumberDataPoint]| {
        for point in points {
            let value = match point.value {
                Some(NumberValue::AsInt(value)) => value.to_string(),
                Some(NumberValue::AsDouble(value)) => value.to_string(),
                None => "none".to_owned(),
            };
            line(&point.attributes, &value);
        }
    };
    match &metric.data {
        Some(Data::Sum(sum)) => numbers(&sum.data_points),
        Some(Data::Gauge(gauge)) => numbers(&gauge.data_points),
        Some(Data::Histogram(histogram)) => {
            for point in &histogram.data_points {
                let (count, sum) = (point.count, point.sum.unwrap_or_default());
                line(&point.attributes, &format!("count={count} sum={sum}"));
            }
        }
        Some(Data::ExponentialHistogram(histogram)) => {
            for point in &histogram.data_points {
                let (count, sum) = (point.count, point.sum.unwrap_or_default());
                line(&point.attributes, &format!("count={count} sum={sum} scale={}", point.scale));
            }
        }
        Some(Data::Summary(_)) | None => {}
    }
}

fn spans(request: &[u8], lines: &mut String) -> Result<(), prost::DecodeError> {
    let request = ExportTraceServiceRequest::decode(request)?;
    for scope in request.resource_spans.iter().flat_map(|resource| &resource.scope_spans) {
        let name = scope.scope.as_ref().map(|scope| scope.name.as_str()).unwrap_or_default();
        for span in &scope.spans {
            lines.push_str(&format!("span {name} {}\n", self::span(span)));
        }
    }
    Ok(())
}

fn span(span: &Span) -> String {
    let nanos = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
    format!(
        "{}{} trace={} span={} parent={} {:?}",
        span.name.escape_debug(),
        attributes(&span.attributes),
        hex(&span.trace_id),
        hex(&span.span_id),
        hex(&span.parent_span_id),
        std::time::Duration::from_nanos(nanos)
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attributes(attributes: &[KeyValue]) -> String {
    let one = |attribute: &KeyValue| {
        let value = attribute.value.as_ref().map(value).unwrap_or_default();
        format!("{}={value}", attribute.key)
    };
    format!("{{{}}}", attributes.iter().map(one).collect::<Vec<_>>().join(","))
}

fn value(value: &AnyValue) -> String {
    match &value.value {
        Some(Value::StringValue(text)) => format!("\"{}\"", text.escape_debug()),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use inferometer_semconv::metrics::{INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_OUTPUT};
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};

    use super::*;
    use crate::{
        metrics::{MeterProvider, Snapshot},
        otlp::Encoder,
    };

    #[test]
    fn a_data_point_is_a_line() {
        let provider = MeterProvider::builder().build();
        let scope = provider.scope("engine");
        let stage = [opentelemetry::KeyValue::new("infer.stage", "a\"b")];
        scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &stage).add(7);
        scope.histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &[]).record(0.5);
        let mut snapshot = Snapshot::default();
        provider.snapshot(&mut snapshot);
        let mut lines = String::new();
        Encoder::new(provider.resource(), usize::MAX).encode(&snapshot, |request, _| {
            lines = render(Signal::Metrics, request).unwrap();
        });
        assert_eq!(
            lines,
            "metric engine infer.token.output{infer.stage=\"a\\\"b\"} 7 {token}\n\
             metric engine infer.request.queue.duration{} count=1 sum=0.5 s\n"
        );
    }

    #[test]
    fn a_span_is_a_line() {
        let span = Span {
            name: "chat".to_owned(),
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            start_time_unix_nano: 1_000_000,
            end_time_unix_nano: 3_000_000,
            ..Default::default()
        };
        let scope_spans = vec![ScopeSpans { spans: vec![span], ..Default::default() }];
        let request = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans { scope_spans, ..Default::default() }],
        };
        let line = render(Signal::Traces, &request.encode_to_vec()).unwrap();
        let (trace, id) = ("01".repeat(16), "02".repeat(8));
        assert_eq!(line, format!("span  chat{{}} trace={trace} span={id} parent= 2ms\n"));
    }
}
