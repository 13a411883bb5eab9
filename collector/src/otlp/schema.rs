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
    /// By the key of a field, if it has one byte.
    layouts: [Layout; 0x80],
    /// A bit for the number of each field of which a message has one at most.
    one_of: u32,
}

/// How a known field with a key of one byte is passed over when it is laid out as its message says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Not without looking closer.
    Other,
    Number,
    Four,
    Eight,
    /// Numbers of eight bytes each behind a length.
    Eights,
    Text,
    /// Bytes of any kind.
    Bytes,
    Attribute,
}

/// A field of a message.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

impl Field {
    /// What JSON calls it: its name in lowerCamelCase.
    pub(super) fn key(&self) -> String {
        let mut words = self.name.split('_');
        let mut key = words.next().unwrap_or_default().to_owned();
        for word in words {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            key.push_str(&first.to_ascii_uppercase());
            key.push_str(rest);
        }
        key
    }
}

/// What a field holds, and how it is laid out on the wire.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Message(&'static Schema),
    /// Any number of messages.
    Messages(&'static Schema),
    /// Any number of attributes.
    Attributes(&'static Schema),
    /// Any number of messages that are one point, span or log record each.
    Item(&'static Schema),
    /// One of several messages of which the last one counts.
    Alternative(&'static Schema),
    Text,
    Texts,
    Bytes,
    /// Bytes that identify a trace or a span; JSON has them in hexadecimal digits.
    Id,
    Varint(Number),
    Fixed32(Number),
    Fixed64(Number),
    /// Any number of them, packed or one by one.
    Varints(Number),
    Fixed64s(Number),
}

impl Kind {
    /// The wire type and the layout in which it is nearly always sent.
    const fn layout(self) -> (usize, Layout) {
        match self {
            Varint(_) => (0, Layout::Number),
            Fixed64(_) => (1, Layout::Eight),
            Fixed32(_) => (5, Layout::Four),
            Fixed64s(_) => (2, Layout::Eights),
            Text | Texts => (2, Layout::Text),
            Attributes(_) => (2, Layout::Attribute),
            Bytes | Id => (2, Layout::Bytes),
            Varints(_) | Message(_) | Messages(_) | Item(_) | Alternative(_) => (2, Layout::Other),
        }
    }
}

/// What the bits of a number mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Bool,
    Enum,
    Int32,
    /// Laid out in zigzag, so that small negative numbers are short.
    Sint32,
    Uint32,
    Int64,
    Uint64,
    Double,
}

use Kind::{
    Alternative, Attributes, Bytes, Fixed32, Fixed64, Fixed64s, Id, Item, Message, Messages, Text,
    Texts, Varint, Varints,
};
use Number::{Bool, Double, Enum, Int32, Int64, Sint32, Uint32, Uint64};

impl Schema {
    const fn new(name: &'static str, known: &[(usize, &'static str, Kind)]) -> Self {
        let mut fields = [None; FIELDS];
        let mut layouts = [Layout::Other; 0x80];
        let mut index = 0;
        while index < known.len() {
            let (number, name, kind) = known[index];
            fields[number] = Some(Field { name, kind });
            let (wire_type, layout) = kind.layout();
            let key = number << 3 | wire_type;
            if key < layouts.len() {
                layouts[key] = layout;
            }
            index += 1;
        }
        Self { name, fields, layouts, one_of: 0 }
    }

    /// The same with fields of which a message has one at most.
    const fn one_of(mut self, numbers: &[usize]) -> Self {
        let mut index = 0;
        while index < numbers.len() {
            self.one_of |= 1 << numbers[index];
            index += 1;
        }
        self
    }

    /// Whether a message has this field or one of some others, but not two of them.
    pub(super) const fn is_one_of(&self, number: u32) -> bool {
        self.one_of & 1 << number != 0
    }

    /// The layout of the field with this key, if that is below 128.
    #[inline]
    pub(super) fn layout(&self, key: u8) -> Layout {
        self.layouts.get(usize::from(key)).copied().unwrap_or(Layout::Other)
    }

    #[inline]
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        self.fields.get(usize::try_from(number).ok()?)?.as_ref()
    }

    /// The field that JSON calls by this key, with its number: the field's own name in lowerCamelCase.
    pub(super) fn keyed(&self, key: &str) -> Option<(u32, Field)> {
        let numbered = (0..).zip(&self.fields);
        let mut known = numbered.filter_map(|(number, field)| Some((number, (*field)?)));
        known.find(|(_, field)| is_camel_of(field.name, key))
    }
}

/// Whether `key` is the lowerCamelCase of a name in snake_case.
fn is_camel_of(name: &str, key: &str) -> bool {
    let mut key = key.bytes();
    let mut starts_word = false;
    for byte in name.bytes() {
        if byte == b'_' {
            starts_word = true;
            continue;
        }
        let byte = if starts_word { byte.to_ascii_uppercase() } else { byte };
        starts_word = false;
        if key.next() != Some(byte) {
            return false;
        }
    }
    key.next().is_none()
}

pub(super) static METRICS: Schema = Schema::new(
    "ExportMetricsServiceRequest",
    &[(1, "resource_metrics", Messages(&RESOURCE_METRICS))],
);
pub(super) static TRACES: Schema =
    Schema::new("ExportTraceServiceRequest", &[(1, "resource_spans", Messages(&RESOURCE_SPANS))]);
pub(super) static LOGS: Schema =
    Schema::new("ExportLogsServiceRequest", &[(1, "resource_logs", Messages(&RESOURCE_LOGS))]);

static RESOURCE_METRICS: Schema = Schema::new(
    "ResourceMetrics",
    &[
        (1, "resource", Message(&RESOURCE)),
        (2, "scope_metrics", Messages(&SCOPE_METRICS)),
        (3, "schema_url", Text),
    ],
);
static SCOPE_METRICS: Schema = Schema::new(
    "ScopeMetrics",
    &[(1, "scope", Message(&SCOPE)), (2, "metrics", Messages(&METRIC)), (3, "schema_url", Text)],
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
        (12, "metadata", Attributes(&KEY_VALUE)),
    ],
)
.one_of(&[5, 7, 9, 10, 11]);
static GAUGE: Schema = Schema::new("Gauge", &[(1, "data_points", Item(&NUMBER_DATA_POINT))]);
static SUM: Schema = Schema::new(
    "Sum",
    &[
        (1, "data_points", Item(&NUMBER_DATA_POINT)),
        (2, "aggregation_temporality", Varint(Enum)),
        (3, "is_monotonic", Varint(Bool)),
    ],
);
static HISTOGRAM: Schema = Schema::new(
    "Histogram",
    &[
        (1, "data_points", Item(&HISTOGRAM_DATA_POINT)),
        (2, "aggregation_temporality", Varint(Enum)),
    ],
);
static EXPONENTIAL_HISTOGRAM: Schema = Schema::new(
    "ExponentialHistogram",
    &[
        (1, "data_points", Item(&EXPONENTIAL_HISTOGRAM_DATA_POINT)),
        (2, "aggregation_temporality", Varint(Enum)),
    ],
);
static SUMMARY: Schema = Schema::new("Summary", &[(1, "data_points", Item(&SUMMARY_DATA_POINT))]);
static NUMBER_DATA_POINT: Schema = Schema::new(
    "NumberDataPoint",
    &[
        (2, "start_time_unix_nano", Fixed64(Uint64)),
        (3, "time_unix_nano", Fixed64(Uint64)),
        (4, "as_double", Fixed64(Double)),
        (5, "exemplars", Messages(&EXEMPLAR)),
        (6, "as_int", Fixed64(Int64)),
        (7, "attributes", Attributes(&KEY_VALUE)),
        (8, "flags", Varint(Uint32)),
    ],
)
.one_of(&[4, 6]);
static HISTOGRAM_DATA_POINT: Schema = Schema::new(
    "HistogramDataPoint",
    &[
        (2, "start_time_unix_nano", Fixed64(Uint64)),
        (3, "time_unix_nano", Fixed64(Uint64)),
        (4, "count", Fixed64(Uint64)),
        (5, "sum", Fixed64(Double)),
        (6, "bucket_counts", Fixed64s(Uint64)),
        (7, "explicit_bounds", Fixed64s(Double)),
        (8, "exemplars", Messages(&EXEMPLAR)),
        (9, "attributes", Attributes(&KEY_VALUE)),
        (10, "flags", Varint(Uint32)),
        (11, "min", Fixed64(Double)),
        (12, "max", Fixed64(Double)),
    ],
);
static EXPONENTIAL_HISTOGRAM_DATA_POINT: Schema = Schema::new(
    "ExponentialHistogramDataPoint",
    &[
        (1, "attributes", Attributes(&KEY_VALUE)),
        (2, "start_time_unix_nano", Fixed64(Uint64)),
        (3, "time_unix_nano", Fixed64(Uint64)),
        (4, "count", Fixed64(Uint64)),
        (5, "sum", Fixed64(Double)),
        (6, "scale", Varint(Sint32)),
        (7, "zero_count", Fixed64(Uint64)),
        (8, "positive", Message(&BUCKETS)),
        (9, "negative", Message(&BUCKETS)),
        (10, "flags", Varint(Uint32)),
        (11, "exemplars", Messages(&EXEMPLAR)),
        (12, "min", Fixed64(Double)),
        (13, "max", Fixed64(Double)),
        (14, "zero_threshold", Fixed64(Double)),
    ],
);
static BUCKETS: Schema =
    Schema::new("Buckets", &[(1, "offset", Varint(Sint32)), (2, "bucket_counts", Varints(Uint64))]);
static SUMMARY_DATA_POINT: Schema = Schema::new(
    "SummaryDataPoint",
    &[
        (2, "start_time_unix_nano", Fixed64(Uint64)),
        (3, "time_unix_nano", Fixed64(Uint64)),
        (4, "count", Fixed64(Uint64)),
        (5, "sum", Fixed64(Double)),
        (6, "quantile_values", Messages(&VALUE_AT_QUANTILE)),
        (7, "attributes", Attributes(&KEY_VALUE)),
        (8, "flags", Varint(Uint32)),
    ],
);
static VALUE_AT_QUANTILE: Schema = Schema::new(
    "ValueAtQuantile",
    &[(1, "quantile", Fixed64(Double)), (2, "value", Fixed64(Double))],
);
static EXEMPLAR: Schema = Schema::new(
    "Exemplar",
    &[
        (2, "time_unix_nano", Fixed64(Uint64)),
        (3, "as_double", Fixed64(Double)),
        (4, "span_id", Id),
        (5, "trace_id", Id),
        (6, "as_int", Fixed64(Int64)),
        (7, "filtered_attributes", Attributes(&KEY_VALUE)),
    ],
)
.one_of(&[3, 6]);

static RESOURCE_SPANS: Schema = Schema::new(
    "ResourceSpans",
    &[
        (1, "resource", Message(&RESOURCE)),
        (2, "scope_spans", Messages(&SCOPE_SPANS)),
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
        (1, "trace_id", Id),
        (2, "span_id", Id),
        (3, "trace_state", Text),
        (4, "parent_span_id", Id),
        (5, "name", Text),
        (6, "kind", Varint(Enum)),
        (7, "start_time_unix_nano", Fixed64(Uint64)),
        (8, "end_time_unix_nano", Fixed64(Uint64)),
        (9, "attributes", Attributes(&KEY_VALUE)),
        (10, "dropped_attributes_count", Varint(Uint32)),
        (11, "events", Messages(&EVENT)),
        (12, "dropped_events_count", Varint(Uint32)),
        (13, "links", Messages(&LINK)),
        (14, "dropped_links_count", Varint(Uint32)),
        (15, "status", Message(&STATUS)),
        (16, "flags", Fixed32(Uint32)),
    ],
);
static EVENT: Schema = Schema::new(
    "Event",
    &[
        (1, "time_unix_nano", Fixed64(Uint64)),
        (2, "name", Text),
        (3, "attributes", Attributes(&KEY_VALUE)),
        (4, "dropped_attributes_count", Varint(Uint32)),
    ],
);
static LINK: Schema = Schema::new(
    "Link",
    &[
        (1, "trace_id", Id),
        (2, "span_id", Id),
        (3, "trace_state", Text),
        (4, "attributes", Attributes(&KEY_VALUE)),
        (5, "dropped_attributes_count", Varint(Uint32)),
        (6, "flags", Fixed32(Uint32)),
    ],
);
static STATUS: Schema = Schema::new("Status", &[(2, "message", Text), (3, "code", Varint(Enum))]);

static RESOURCE_LOGS: Schema = Schema::new(
    "ResourceLogs",
    &[
        (1, "resource", Message(&RESOURCE)),
        (2, "scope_logs", Messages(&SCOPE_LOGS)),
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
        (1, "time_unix_nano", Fixed64(Uint64)),
        (2, "severity_number", Varint(Enum)),
        (3, "severity_text", Text),
        (5, "body", Message(&ANY_VALUE)),
        (6, "attributes", Attributes(&KEY_VALUE)),
        (7, "dropped_attributes_count", Varint(Uint32)),
        (8, "flags", Fixed32(Uint32)),
        (9, "trace_id", Id),
        (10, "span_id", Id),
        (11, "observed_time_unix_nano", Fixed64(Uint64)),
        (12, "event_name", Text),
    ],
);

static RESOURCE: Schema = Schema::new(
    "Resource",
    &[
        (1, "attributes", Attributes(&KEY_VALUE)),
        (2, "dropped_attributes_count", Varint(Uint32)),
        (3, "entity_refs", Messages(&ENTITY_REF)),
    ],
);
static ENTITY_REF: Schema = Schema::new(
    "EntityRef",
    &[
        (1, "schema_url", Text),
        (2, "type", Text),
        (3, "id_keys", Texts),
        (4, "description_keys", Texts),
    ],
);
static SCOPE: Schema = Schema::new(
    "InstrumentationScope",
    &[
        (1, "name", Text),
        (2, "version", Text),
        (3, "attributes", Attributes(&KEY_VALUE)),
        (4, "dropped_attributes_count", Varint(Uint32)),
    ],
);
static KEY_VALUE: Schema = Schema::new(
    "KeyValue",
    &[(1, "key", Text), (2, "value", Message(&ANY_VALUE)), (3, "key_strindex", Varint(Int32))],
);
static ANY_VALUE: Schema = Schema::new(
    "AnyValue",
    &[
        (1, "string_value", Text),
        (2, "bool_value", Varint(Bool)),
        (3, "int_value", Varint(Int64)),
        (4, "double_value", Fixed64(Double)),
        (5, "array_value", Message(&ARRAY_VALUE)),
        (6, "kvlist_value", Message(&KEY_VALUE_LIST)),
        (7, "bytes_value", Bytes),
        (8, "string_value_strindex", Varint(Int32)),
    ],
)
.one_of(&[1, 2, 3, 4, 5, 6, 7, 8]);
static ARRAY_VALUE: Schema = Schema::new("ArrayValue", &[(1, "values", Messages(&ANY_VALUE))]);
static KEY_VALUE_LIST: Schema =
    Schema::new("KeyValueList", &[(1, "values", Attributes(&KEY_VALUE))]);

#[cfg(test)]
mod tests;
