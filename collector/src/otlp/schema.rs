//! The messages of OTLP 1.11 as tables: what a field may hold, and which fields are the items that requests are counted
//! in.
//!
//! Source: `opentelemetry/proto/{collector,metrics,trace,logs,common,resource}/*/v1/*.proto`.

/// How deep messages may nest, attribute values included: what other readers of OTLP take too.
pub(super) const MAX_DEPTH: u32 = 100;

/// Numbers of known fields are below it.
const FIELDS: usize = 17;

/// A message.
pub(super) struct Schema {
    pub(super) name: &'static str,
    fields: [Option<Field>; FIELDS],
}

/// A field of a message.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What a field holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Message(&'static Schema),
    /// A message that is one point, span or log record.
    Item(&'static Schema),
    /// One of several messages of which the last one counts.
    Alternative(&'static Schema),
    Text,
    Bytes,
    Varint,
    Fixed32,
    Fixed64,
    /// Any number of them, packed or one by one.
    Varints,
    Fixed64s,
}

use Kind::{Alternative, Bytes, Fixed32, Fixed64, Fixed64s, Item, Message, Text, Varint, Varints};

impl Schema {
    const fn new(name: &'static str, known: &[(usize, &'static str, Kind)]) -> Self {
        let mut fields = [None; FIELDS];
        let mut index = 0;
        while index < known.len() {
            let (number, name, kind) = known[index];
            fields[number] = Some(Field { name, kind });
            index += 1;
        }
        Self { name, fields }
    }

    pub(super) fn field(&self, number: u32) -> Option<Field> {
        *self.fields.get(usize::try_from(number).ok()?)?
    }
}

pub(super) static METRICS: Schema = Schema::new(
    "ExportMetricsServiceRequest",
    &[(1, "resource_metrics", Message(&RESOURCE_METRICS))],
);
pub(super) static TRACES: Schema =
    Schema::new("ExportTraceServiceRequest", &[(1, "resource_spans", Message(&RESOURCE_SPANS))]);
pub(super) static LOGS: Schema =
    Schema::new("ExportLogsServiceRequest", &[(1, "resource_logs", Message(&RESOURCE_LOGS))]);

static RESOURCE_METRICS: Schema = Schema::new(
    "ResourceMetrics",
    &[
        (1, "resource", Message(&RESOURCE)),
        (2, "scope_metrics", Message(&SCOPE_METRICS)),
        (3, "schema_url", Text),
    ],
);
static SCOPE_METRICS: Schema = Schema::new(
    "ScopeMetrics",
    &[(1, "scope", Message(&SCOPE)), (2, "metrics", Message(&METRIC)), (3, "schema_url", Text)],
);
static METRIC: Schema = Schema::new(
    "Metric",
    &[
        (1, "name", Text),
        (2, "description", Text),
        (3, "unit", Text),
        (5, "gauge", Alternative(&GAUGE)),
        (7, "sum", Alternative(&SUM)),
        (9, "histogram", Alternative(&HISTOGRAM)),
        (10, "exponential_histogram", Alternative(&EXPONENTIAL_HISTOGRAM)),
        (11, "summary", Alternative(&SUMMARY)),
        (12, "metadata", Message(&KEY_VALUE)),
    ],
);
static GAUGE: Schema = Schema::new("Gauge", &[(1, "data_points", Item(&NUMBER_DATA_POINT))]);
static SUM: Schema = Schema::new(
    "Sum",
    &[
        (1, "data_points", Item(&NUMBER_DATA_POINT)),
        (2, "aggregation_temporality", Varint),
        (3, "is_monotonic", Varint),
    ],
);
static HISTOGRAM: Schema = Schema::new(
    "Histogram",
    &[(1, "data_points", Item(&HISTOGRAM_DATA_POINT)), (2, "aggregation_temporality", Varint)],
);
static EXPONENTIAL_HISTOGRAM: Schema = Schema::new(
    "ExponentialHistogram",
    &[
        (1, "data_points", Item(&EXPONENTIAL_HISTOGRAM_DATA_POINT)),
        (2, "aggregation_temporality", Varint),
    ],
);
static SUMMARY: Schema = Schema::new("Summary", &[(1, "data_points", Item(&SUMMARY_DATA_POINT))]);
static NUMBER_DATA_POINT: Schema = Schema::new(
    "NumberDataPoint",
    &[
        (2, "start_time_unix_nano", Fixed64),
        (3, "time_unix_nano", Fixed64),
        (4, "as_double", Fixed64),
        (5, "exemplars", Message(&EXEMPLAR)),
        (6, "as_int", Fixed64),
        (7, "attributes", Message(&KEY_VALUE)),
        (8, "flags", Varint),
    ],
);
static HISTOGRAM_DATA_POINT: Schema = Schema::new(
    "HistogramDataPoint",
    &[
        (2, "start_time_unix_nano", Fixed64),
        (3, "time_unix_nano", Fixed64),
        (4, "count", Fixed64),
        (5, "sum", Fixed64),
        (6, "bucket_counts", Fixed64s),
        (7, "explicit_bounds", Fixed64s),
        (8, "exemplars", Message(&EXEMPLAR)),
        (9, "attributes", Message(&KEY_VALUE)),
        (10, "flags", Varint),
        (11, "min", Fixed64),
        (12, "max", Fixed64),
    ],
);
static EXPONENTIAL_HISTOGRAM_DATA_POINT: Schema = Schema::new(
    "ExponentialHistogramDataPoint",
    &[
        (1, "attributes", Message(&KEY_VALUE)),
        (2, "start_time_unix_nano", Fixed64),
        (3, "time_unix_nano", Fixed64),
        (4, "count", Fixed64),
        (5, "sum", Fixed64),
        (6, "scale", Varint),
        (7, "zero_count", Fixed64),
        (8, "positive", Message(&BUCKETS)),
        (9, "negative", Message(&BUCKETS)),
        (10, "flags", Varint),
        (11, "exemplars", Message(&EXEMPLAR)),
        (12, "min", Fixed64),
        (13, "max", Fixed64),
        (14, "zero_threshold", Fixed64),
    ],
);
static BUCKETS: Schema =
    Schema::new("Buckets", &[(1, "offset", Varint), (2, "bucket_counts", Varints)]);
static SUMMARY_DATA_POINT: Schema = Schema::new(
    "SummaryDataPoint",
    &[
        (2, "start_time_unix_nano", Fixed64),
        (3, "time_unix_nano", Fixed64),
        (4, "count", Fixed64),
        (5, "sum", Fixed64),
        (6, "quantile_values", Message(&VALUE_AT_QUANTILE)),
        (7, "attributes", Message(&KEY_VALUE)),
        (8, "flags", Varint),
    ],
);
static VALUE_AT_QUANTILE: Schema =
    Schema::new("ValueAtQuantile", &[(1, "quantile", Fixed64), (2, "value", Fixed64)]);
static EXEMPLAR: Schema = Schema::new(
    "Exemplar",
    &[
        (2, "time_unix_nano", Fixed64),
        (3, "as_double", Fixed64),
        (4, "span_id", Bytes),
        (5, "trace_id", Bytes),
        (6, "as_int", Fixed64),
        (7, "filtered_attributes", Message(&KEY_VALUE)),
    ],
);

static RESOURCE_SPANS: Schema = Schema::new(
    "ResourceSpans",
    &[
        (1, "resource", Message(&RESOURCE)),
        (2, "scope_spans", Message(&SCOPE_SPANS)),
        (3, "schema_url", Text),
    ],
);
static SCOPE_SPANS: Schema = Schema::new(
    "ScopeSpans",
    &[(1, "scope", Message(&SCOPE)), (2, "spans", Item(&SPAN)), (3, "schema_url", Text)],
);
static SPAN: Schema = Schema::new(
    "Span",
    &[
        (1, "trace_id", Bytes),
        (2, "span_id", Bytes),
        (3, "trace_state", Text),
        (4, "parent_span_id", Bytes),
        (5, "name", Text),
        (6, "kind", Varint),
        (7, "start_time_unix_nano", Fixed64),
        (8, "end_time_unix_nano", Fixed64),
        (9, "attributes", Message(&KEY_VALUE)),
        (10, "dropped_attributes_count", Varint),
        (11, "events", Message(&EVENT)),
        (12, "dropped_events_count", Varint),
        (13, "links", Message(&LINK)),
        (14, "dropped_links_count", Varint),
        (15, "status", Message(&STATUS)),
        (16, "flags", Fixed32),
    ],
);
static EVENT: Schema = Schema::new(
    "Event",
    &[
        (1, "time_unix_nano", Fixed64),
        (2, "name", Text),
        (3, "attributes", Message(&KEY_VALUE)),
        (4, "dropped_attributes_count", Varint),
    ],
);
static LINK: Schema = Schema::new(
    "Link",
    &[
        (1, "trace_id", Bytes),
        (2, "span_id", Bytes),
        (3, "trace_state", Text),
        (4, "attributes", Message(&KEY_VALUE)),
        (5, "dropped_attributes_count", Varint),
        (6, "flags", Fixed32),
    ],
);
static STATUS: Schema = Schema::new("Status", &[(2, "message", Text), (3, "code", Varint)]);

static RESOURCE_LOGS: Schema = Schema::new(
    "ResourceLogs",
    &[
        (1, "resource", Message(&RESOURCE)),
        (2, "scope_logs", Message(&SCOPE_LOGS)),
        (3, "schema_url", Text),
    ],
);
static SCOPE_LOGS: Schema = Schema::new(
    "ScopeLogs",
    &[
        (1, "scope", Message(&SCOPE)),
        (2, "log_records", Item(&LOG_RECORD)),
        (3, "schema_url", Text),
    ],
);
static LOG_RECORD: Schema = Schema::new(
    "LogRecord",
    &[
        (1, "time_unix_nano", Fixed64),
        (2, "severity_number", Varint),
        (3, "severity_text", Text),
        (5, "body", Message(&ANY_VALUE)),
        (6, "attributes", Message(&KEY_VALUE)),
        (7, "dropped_attributes_count", Varint),
        (8, "flags", Fixed32),
        (9, "trace_id", Bytes),
        (10, "span_id", Bytes),
        (11, "observed_time_unix_nano", Fixed64),
        (12, "event_name", Text),
    ],
);

static RESOURCE: Schema = Schema::new(
    "Resource",
    &[
        (1, "attributes", Message(&KEY_VALUE)),
        (2, "dropped_attributes_count", Varint),
        (3, "entity_refs", Message(&ENTITY_REF)),
    ],
);
static ENTITY_REF: Schema = Schema::new(
    "EntityRef",
    &[
        (1, "schema_url", Text),
        (2, "type", Text),
        (3, "id_keys", Text),
        (4, "description_keys", Text),
    ],
);
static SCOPE: Schema = Schema::new(
    "InstrumentationScope",
    &[
        (1, "name", Text),
        (2, "version", Text),
        (3, "attributes", Message(&KEY_VALUE)),
        (4, "dropped_attributes_count", Varint),
    ],
);
static KEY_VALUE: Schema = Schema::new(
    "KeyValue",
    &[(1, "key", Text), (2, "value", Message(&ANY_VALUE)), (3, "key_strindex", Varint)],
);
static ANY_VALUE: Schema = Schema::new(
    "AnyValue",
    &[
        (1, "string_value", Text),
        (2, "bool_value", Varint),
        (3, "int_value", Varint),
        (4, "double_value", Fixed64),
        (5, "array_value", Message(&ARRAY_VALUE)),
        (6, "kvlist_value", Message(&KEY_VALUE_LIST)),
        (7, "bytes_value", Bytes),
        (8, "string_value_strindex", Varint),
    ],
);
static ARRAY_VALUE: Schema = Schema::new("ArrayValue", &[(1, "values", Message(&ANY_VALUE))]);
static KEY_VALUE_LIST: Schema = Schema::new("KeyValueList", &[(1, "values", Message(&KEY_VALUE))]);
