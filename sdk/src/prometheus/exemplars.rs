//! Exemplars as a page of OpenMetrics shows them.

use std::fmt::Write;

use ::prometheus::proto::MetricType;
use inferometer_semconv::prometheus_name::label_name;
use opentelemetry_proto::tonic::metrics::v1::Exemplar as DecodedExemplar;
use prost::Message;

use super::text::text;
use crate::metrics::{Exemplar, PointValue, SampledSpan};

/// Characters that an exemplar's label names and values may have together.
///
/// Source: OpenMetrics 1.0.0, "Exemplars".
const MAX_CHARACTERS: usize = 128;

/// Of a counter or of one bucket.
#[derive(Debug)]
pub(super) struct PageExemplar {
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: f64,
    pub(super) unix_nanos: u64,
}

/// Those that the format has a place for; gauges have none.
pub(super) fn page_exemplars(kind: MetricType, exemplars: &[Exemplar]) -> Vec<PageExemplar> {
    if kind == MetricType::GAUGE {
        return Vec::new();
    }
    exemplars.iter().map(PageExemplar::new).collect()
}

impl PageExemplar {
    #[expect(clippy::cast_precision_loss, reason = "Prometheus has only doubles")]
    fn new(exemplar: &Exemplar) -> Self {
        let ids = ids(exemplar.span.as_ref());
        let value = match exemplar.value {
            PointValue::Int(value) => value as f64,
            PointValue::Double(value) => value,
        };
        let labels = with_filtered(ids, exemplar.filtered.as_deref().unwrap_or_default());
        Self { labels, value, unix_nanos: exemplar.unix_nanos }
    }
}

fn ids(span: Option<&SampledSpan>) -> Vec<(String, String)> {
    let Some(span) = span else { return Vec::new() };
    let (trace_id, span_id) = span.id_bytes();
    vec![("trace_id".to_owned(), hex(trace_id)), ("span_id".to_owned(), hex(span_id))]
}

/// Adds the attributes that views left out, as far as there is room. Labels that are there win.
fn with_filtered(mut labels: Vec<(String, String)>, encoded: &[u8]) -> Vec<(String, String)> {
    // Our own bytes decode, always.
    let decoded = DecodedExemplar::decode(encoded).unwrap_or_default();
    for attribute in decoded.filtered_attributes {
        let name = label_name(&attribute.key).into_owned();
        let value = text(attribute.value);
        let length = |text: &str| text.chars().count();
        let used: usize = labels.iter().map(|(name, value)| length(name) + length(value)).sum();
        let fits = used + length(&name) + length(&value) <= MAX_CHARACTERS;
        if fits && !value.is_empty() && !labels.iter().any(|(known, _)| *known == name) {
            labels.push((name, value));
        }
    }
    labels
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
