//! From a duration back to its trace: of each bucket the latest span, and of more buckets than are kept the slowest.
//!
//! They are offered with their point and forgotten once it was taken, so that each leads to something new.

use opentelemetry_proto::tonic::metrics::v1::{Exemplar, exemplar::Value};

use super::{settings::DurationUnit, span::SpanView};

/// A span that a point leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    bucket: u32,
    nanos: u64,
    time: u64,
    trace_id: [u8; 16],
    span_id: [u8; 8],
    /// The flush before which it came.
    flush: u64,
}

/// The exemplars of one series.
#[derive(Debug, Default)]
pub(super) struct Exemplars(Vec<Kept>);

impl Exemplars {
    /// Keeps a span, unless it has no ids, or `most` slower buckets have one. One without an end has the time `now`.
    pub(super) fn keep(
        &mut self,
        span: &SpanView<'_>,
        bucket: u32,
        flush: u64,
        now: u64,
        most: usize,
    ) {
        let (Some(trace_id), Some(span_id)) = (id(span.trace_id), id(span.span_id)) else {
            return;
        };
        let time = if span.end_nanos == 0 { now } else { span.end_nanos };
        let kept = Kept { bucket, nanos: span.duration_nanos, time, trace_id, span_id, flush };
        if let Some(same) = self.0.iter_mut().find(|known| known.bucket == bucket) {
            *same = kept;
        } else if self.0.len() < most {
            self.0.push(kept);
        } else if let Some(fastest) = self.0.iter_mut().min_by_key(|known| known.bucket)
            && fastest.bucket < bucket
        {
            *fastest = kept;
        }
    }

    /// As a point has them, the fastest first.
    pub(super) fn encode(&self, unit: DurationUnit) -> Vec<Exemplar> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by_key(|kept| kept.bucket);
        let exemplar = |kept: &Kept| Exemplar {
            time_unix_nano: kept.time,
            trace_id: kept.trace_id.to_vec(),
            span_id: kept.span_id.to_vec(),
            value: Some(Value::AsDouble(unit.of_nanos(kept.nanos))),
            ..Exemplar::default()
        };
        sorted.iter().map(exemplar).collect()
    }

    /// Forgets those that a flush has delivered.
    pub(super) fn delivered(&mut self, flush: u64) {
        self.0.retain(|kept| kept.flush >= flush);
    }
}

/// An identifier, unless it has another length or is all zero, which means that there is none.
fn id<const BYTES: usize>(bytes: &[u8]) -> Option<[u8; BYTES]> {
    let id: [u8; BYTES] = bytes.try_into().ok()?;
    id.iter().any(|byte| *byte != 0).then_some(id)
}
