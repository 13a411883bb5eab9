//! A snapshot as `ExportMetricsServiceRequest`s, each below a size limit.
//!
//! Lengths are computed, not patched in: a point's length follows from its kind and its pre-encoded attributes.
//! Field numbers are those of `opentelemetry/proto/metrics/v1/metrics.proto`, named beside each use.

use opentelemetry_sdk::Resource;

use super::{
    attributes::{put_attribute, put_key_value},
    exemplars::{exemplars_len, put_exemplars},
    wire::{
        FIXED64_FIELD_LEN, bytes_field_len, put_bytes_field, put_double_field, put_fixed64_field,
        put_head, put_string_field, put_varint, put_varint_field, varint_len, zigzag,
    },
};
use crate::cells::{ExponentialTotals, ZERO_THRESHOLD};
use crate::metrics::{
    Aggregation, Descriptor, Point, PointValue, ScopePoints, Snapshot, StreamPoints, Temporality,
    Value,
};

/// `AGGREGATION_TEMPORALITY_DELTA` and `AGGREGATION_TEMPORALITY_CUMULATIVE`.
const DELTA: u64 = 1;
const CUMULATIVE: u64 = 2;

/// Turns snapshots into the bytes of `ExportMetricsServiceRequest`s of OTLP; keeps its buffers between calls, so that a
/// call allocates nothing once they are large enough. [`MeterProvider`](crate::MeterProvider) shows it at work.
#[derive(Debug)]
pub struct Encoder {
    /// `ResourceMetrics.resource` and `schema_url`, which never change.
    resource: Vec<u8>,
    max_request_bytes: usize,
    scope_head: Vec<u8>,
    scratch: Vec<u8>,
    /// `ScopeMetrics` fields of the request being built.
    scopes: Vec<u8>,
    /// `Metric` fields of the scope being built.
    metrics: Vec<u8>,
    request: Vec<u8>,
    points: usize,
}

impl Encoder {
    /// The request size that most receivers accept: gRPC servers refuse messages over 4 MiB unless told otherwise.
    pub const DEFAULT_MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024 - 64 * 1024;

    /// For one resource. A request grows beyond `max_request_bytes` only if a single point does.
    #[must_use]
    pub fn new(resource: &Resource, max_request_bytes: usize) -> Self {
        let mut attributes = Vec::new();
        for (key, value) in resource {
            put_key_value(&mut attributes, 1, key.as_str(), value);
        }
        let mut encoded = Vec::new();
        put_bytes_field(&mut encoded, 1, &attributes);
        put_string_field(&mut encoded, 3, resource.schema_url().unwrap_or_default());
        Self {
            resource: encoded,
            max_request_bytes,
            scope_head: Vec::new(),
            scratch: Vec::new(),
            scopes: Vec::new(),
            metrics: Vec::new(),
            request: Vec::new(),
            points: 0,
        }
    }

    /// Calls `emit` with each request's bytes and the number of points in it; not at all if there is no point.
    pub fn encode(&mut self, snapshot: &Snapshot, mut emit: impl FnMut(&[u8], usize)) {
        for scope in snapshot.scopes() {
            self.begin_scope(scope);
            for stream in snapshot.streams(scope) {
                self.put_stream(snapshot, stream, &mut emit);
            }
            self.end_scope();
        }
        self.flush(&mut emit);
    }

    fn begin_scope(&mut self, scope: &ScopePoints) {
        let scope = &scope.scope.scope;
        let head = &mut self.scratch;
        head.clear();
        put_string_field(head, 1, scope.name());
        put_string_field(head, 2, scope.version().unwrap_or_default());
        for attribute in scope.attributes() {
            put_attribute(head, 3, attribute);
        }
        self.scope_head.clear();
        put_bytes_field(&mut self.scope_head, 1, head);
        put_string_field(&mut self.scope_head, 3, scope.schema_url().unwrap_or_default());
    }

    /// Wraps the metrics written so far into a `ScopeMetrics`.
    fn end_scope(&mut self) {
        if !self.metrics.is_empty() {
            put_head(&mut self.scopes, 2, self.scope_head.len() + self.metrics.len());
            self.scopes.extend_from_slice(&self.scope_head);
            self.scopes.append(&mut self.metrics);
        }
    }

    fn flush(&mut self, emit: &mut impl FnMut(&[u8], usize)) {
        self.end_scope();
        if self.scopes.is_empty() {
            return;
        }
        self.request.clear();
        put_head(&mut self.request, 1, self.resource.len() + self.scopes.len());
        self.request.extend_from_slice(&self.resource);
        self.request.append(&mut self.scopes);
        emit(&self.request, std::mem::take(&mut self.points));
    }

    /// Writes the stream's points as one `Metric`, or as several if the request is full in between.
    fn put_stream(
        &mut self,
        snapshot: &Snapshot,
        points: &StreamPoints,
        emit: &mut impl FnMut(&[u8], usize),
    ) {
        let descriptor = &points.stream.descriptor;
        let mut rest = snapshot.points(points);
        while !rest.is_empty() {
            let used = self.resource.len()
                + self.scopes.len()
                + self.scope_head.len()
                + self.metrics.len();
            let room = self.max_request_bytes.saturating_sub(used + metric_overhead(descriptor));
            let (fitting, bytes) = fitting(snapshot, rest, points, room);
            if fitting == 0 && self.points > 0 {
                self.flush(emit);
                continue;
            }
            // A point that no request has room for goes alone, and the receiver decides.
            let fitting = fitting.max(1);
            let bytes = if bytes == 0 {
                bytes_field_len(point_len(snapshot, &rest[0], points))
            } else {
                bytes
            };
            self.put_metric(snapshot, points, &rest[..fitting], bytes);
            self.points += fitting;
            rest = &rest[fitting..];
        }
    }

    fn put_metric(
        &mut self,
        snapshot: &Snapshot,
        stream: &StreamPoints,
        points: &[Point],
        points_len: usize,
    ) {
        let descriptor = &stream.stream.descriptor;
        let temporality = match stream.temporality {
            Temporality::Delta => DELTA,
            Temporality::Cumulative => CUMULATIVE,
        };
        // `Metric.gauge`, `.sum`, `.histogram`, `.exponential_histogram`; after the points of all but the first: temporality (2) and monotonic (3).
        let (field, settings): (u8, &[(u8, u64)]) = match descriptor.aggregation {
            Aggregation::LastValue => (5, &[]),
            Aggregation::Sum { monotonic: false } => (7, &[(2, temporality)]),
            Aggregation::Sum { monotonic: true } => (7, &[(2, temporality), (3, 1)]),
            Aggregation::Histogram { .. } => (9, &[(2, temporality)]),
            Aggregation::Exponential { .. } => (10, &[(2, temporality)]),
        };
        let data_len = points_len + 2 * settings.len();
        let out = &mut self.metrics;
        put_head(out, 2, names_len(descriptor) + bytes_field_len(data_len));
        put_string_field(out, 1, &descriptor.name);
        put_string_field(out, 2, &descriptor.description);
        put_string_field(out, 3, &descriptor.unit);
        put_head(out, field, data_len);
        for point in points {
            put_point(out, snapshot, stream, point);
        }
        for (field, value) in settings {
            put_varint_field(out, *field, *value);
        }
    }
}

fn names_len(descriptor: &Descriptor) -> usize {
    [&descriptor.name, &descriptor.description, &descriptor.unit]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| bytes_field_len(text.len()))
        .sum()
}

/// What a `Metric` and the messages around it cost besides its points, at most.
fn metric_overhead(descriptor: &Descriptor) -> usize {
    names_len(descriptor) + 4 * 6 + 4
}

/// How many of the points fit into `room` bytes, and how long they are together.
fn fitting(
    snapshot: &Snapshot,
    points: &[Point],
    stream: &StreamPoints,
    room: usize,
) -> (usize, usize) {
    let mut bytes = 0;
    for (index, point) in points.iter().enumerate() {
        let length = bytes_field_len(point_len(snapshot, point, stream));
        if bytes + length > room {
            return (index, bytes);
        }
        bytes += length;
    }
    (points.len(), bytes)
}

fn bounds(descriptor: &Descriptor) -> &[f64] {
    match &descriptor.aggregation {
        Aggregation::Histogram { buckets } => buckets.bounds(),
        Aggregation::Sum { .. } | Aggregation::LastValue | Aggregation::Exponential { .. } => &[],
    }
}

/// Minimum and maximum cannot be subtracted, so a delta has none.
fn has_extremes(stream: &StreamPoints) -> bool {
    stream.temporality == Temporality::Cumulative
}

fn extremes_len(stream: &StreamPoints) -> usize {
    if has_extremes(stream) { 2 * FIXED64_FIELD_LEN } else { 0 }
}

/// Length of a `NumberDataPoint` or `HistogramDataPoint` body.
fn point_len(snapshot: &Snapshot, point: &Point, stream: &StreamPoints) -> usize {
    let attributes =
        point.source.encoded_attributes().len() + exemplars_len(snapshot.exemplars(point));
    match &point.value {
        Value::Number(_) => 3 * FIXED64_FIELD_LEN + attributes,
        Value::Histogram { buckets, .. } => {
            let packed = |count: usize| {
                if count == 0 { 0 } else { bytes_field_len(8 * count) }
            };
            4 * FIXED64_FIELD_LEN
                + extremes_len(stream)
                + packed(buckets.len())
                + packed(bounds(&stream.stream.descriptor).len())
                + attributes
        }
        Value::Exponential { totals, buckets } => {
            exponential_len(totals, snapshot.buckets(buckets)) + extremes_len(stream) + attributes
        }
    }
}

fn put_point(out: &mut Vec<u8>, snapshot: &Snapshot, stream: &StreamPoints, point: &Point) {
    // All messages: points (1) of their data, start (2) and time (3).
    put_head(out, 1, point_len(snapshot, point, stream));
    put_fixed64_field(out, 2, point.start_unix_nanos);
    put_fixed64_field(out, 3, snapshot.time_unix_nanos());
    match &point.value {
        // `as_double` (4), `as_int` (6).
        Value::Number(PointValue::Double(value)) => put_double_field(out, 4, *value),
        Value::Number(PointValue::Int(value)) => put_fixed64_field(out, 6, value.cast_unsigned()),
        Value::Histogram { totals, buckets } => {
            // count (4), sum (5), bucket_counts (6), explicit_bounds (7), min (11), max (12).
            put_fixed64_field(out, 4, totals.count);
            put_double_field(out, 5, totals.sum);
            put_packed(out, 6, snapshot.buckets(buckets).iter().copied());
            let bounds = bounds(&stream.stream.descriptor);
            put_packed(out, 7, bounds.iter().map(|bound| bound.to_bits()));
            if has_extremes(stream) {
                put_double_field(out, 11, totals.min);
                put_double_field(out, 12, totals.max);
            }
        }
        Value::Exponential { totals, buckets } => {
            put_exponential(out, totals, snapshot.buckets(buckets), has_extremes(stream));
        }
    }
    let exemplars = match point.value {
        Value::Number(_) => 5,
        Value::Histogram { .. } => 8,
        Value::Exponential { .. } => 11,
    };
    put_exemplars(out, exemplars, snapshot.exemplars(point));
    out.extend_from_slice(point.source.encoded_attributes());
}

/// Length of an `ExponentialHistogramDataPoint` body but for its attributes, minimum and maximum.
fn exponential_len(totals: &ExponentialTotals, counts: &[u64]) -> usize {
    // start, time, count, sum, zero count and zero threshold are eight bytes each.
    6 * FIXED64_FIELD_LEN
        + 1
        + varint_len(zigzag(totals.scale))
        + if counts.is_empty() {
            0
        } else {
            bytes_field_len(exponential_buckets_len(totals, counts))
        }
}

/// Length of a `Buckets` body: offset and packed counts.
fn exponential_buckets_len(totals: &ExponentialTotals, counts: &[u64]) -> usize {
    1 + varint_len(zigzag(totals.first_index)) + bytes_field_len(packed_varints_len(counts))
}

fn packed_varints_len(counts: &[u64]) -> usize {
    counts.iter().map(|count| varint_len(*count)).sum()
}

fn put_exponential(
    out: &mut Vec<u8>,
    totals: &ExponentialTotals,
    counts: &[u64],
    has_extremes: bool,
) {
    // count (4), sum (5), scale (6), zero_count (7), positive (8), min (12), max (13), zero_threshold (14).
    put_fixed64_field(out, 4, totals.totals.count);
    put_double_field(out, 5, totals.totals.sum);
    put_varint_field(out, 6, zigzag(totals.scale));
    put_fixed64_field(out, 7, totals.zeros);
    if !counts.is_empty() {
        put_head(out, 8, exponential_buckets_len(totals, counts));
        put_varint_field(out, 1, zigzag(totals.first_index));
        put_head(out, 2, packed_varints_len(counts));
        counts.iter().for_each(|count| put_varint(out, *count));
    }
    if has_extremes {
        put_double_field(out, 12, totals.totals.min);
        put_double_field(out, 13, totals.totals.max);
    }
    put_double_field(out, 14, ZERO_THRESHOLD);
}

fn put_packed(out: &mut Vec<u8>, field: u8, values: impl ExactSizeIterator<Item = u64>) {
    if values.len() == 0 {
        return;
    }
    put_head(out, field, 8 * values.len());
    for value in values {
        out.extend_from_slice(&value.to_le_bytes());
    }
}

const _: () = assert!(
    varint_len(u64::MAX) == 10,
    "a length of any size fits the overhead that is reckoned with"
);
