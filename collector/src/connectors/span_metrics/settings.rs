//! Settings of the connector `span_metrics`, with the OpenTelemetry Collector's defaults where no reason is given.

use std::time::Duration;

/// Settings of the connector `span_metrics`.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanMetricsSettings {
    /// Stands before the names `calls` and `duration`, with a dot between; empty for none. The default is the one that
    /// Jaeger's monitoring tab looks for.
    pub namespace: String,
    /// What every span has and series are told apart by; by default all.
    pub common: Vec<CommonDimension>,
    /// Attributes that series are told apart by as well.
    pub dimensions: Vec<Dimension>,
    /// In what durations are told.
    pub unit: DurationUnit,
    /// How durations are told. The Collector's default is explicit buckets.
    pub histogram: DurationHistogram,
    /// Spans that a point leads to at most; 0 for none. The Collector has none unless it is told to.
    pub exemplars_max: usize,
    /// How often totals are offered to the pipelines of metrics.
    pub flush_interval: Duration,
    /// A series without a span for so long is forgotten, once its totals were taken; never if there is none.
    pub expiration: Option<Duration>,
    /// Series at a time; spans of further ones are counted in the overflow series. The Collector has no limit.
    pub series_max: usize,
    /// Which resources the series belong to.
    pub resource: ResourceOf,
}

impl SpanMetricsSettings {
    /// The default of `namespace`.
    pub const NAMESPACE: &str = "traces.span.metrics";
    /// The default of `series_max`.
    pub const SERIES_MAX: usize = 10_000;
    /// The default of `exemplars_max`.
    pub const EXEMPLARS_MAX: usize = 5;
    /// The default of `flush_interval`.
    pub const FLUSH_INTERVAL: Duration = Duration::from_secs(60);
}

impl Default for SpanMetricsSettings {
    fn default() -> Self {
        Self {
            namespace: Self::NAMESPACE.to_owned(),
            common: CommonDimension::ALL.to_vec(),
            dimensions: Vec::new(),
            unit: DurationUnit::Milliseconds,
            histogram: DurationHistogram::default(),
            exemplars_max: Self::EXEMPLARS_MAX,
            flush_interval: Self::FLUSH_INTERVAL,
            expiration: None,
            series_max: Self::SERIES_MAX,
            resource: ResourceOf::Collector,
        }
    }
}

/// What every span has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommonDimension {
    /// The service of the span's resource; `OTLPResourceNoServiceName`, as Jaeger calls it, if there is none.
    ServiceName,
    /// The span's own name.
    SpanName,
    /// `SPAN_KIND_SERVER` and so on.
    SpanKind,
    /// `STATUS_CODE_UNSET`, `STATUS_CODE_OK` or `STATUS_CODE_ERROR`.
    StatusCode,
}

impl CommonDimension {
    /// All of them, in the order in which points have them.
    pub const ALL: [Self; 4] =
        [Self::ServiceName, Self::SpanName, Self::SpanKind, Self::StatusCode];

    /// The key of the attribute.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::ServiceName => "service.name",
            Self::SpanName => "span.name",
            Self::SpanKind => "span.kind",
            Self::StatusCode => "status.code",
        }
    }
}

/// An attribute that series are told apart by: the span's, or else its resource's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// The attribute's key.
    pub name: String,
    /// What stands in for an attribute that is not there; without it the point lacks it too.
    pub default: Option<String>,
}

/// In what durations are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationUnit {
    /// `ms`
    Milliseconds,
    /// `s`
    Seconds,
}

impl DurationUnit {
    /// The unit as OpenTelemetry writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }

    /// A number of nanoseconds in this unit.
    #[must_use]
    pub const fn of_nanos(self, nanos: u64) -> f64 {
        let divisor = match self {
            Self::Milliseconds => 1e6,
            Self::Seconds => 1e9,
        };
        nanos as f64 / divisor
    }
}

/// How durations are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationHistogram {
    /// Not at all.
    Disabled,
    /// By the buckets that end at these durations, ascending.
    Explicit(Vec<Duration>),
    /// By at most so many exponential buckets, as fine as they can be.
    Exponential {
        /// From 2 to 1024.
        max_size: usize,
    },
}

impl DurationHistogram {
    /// The default of `max_size`.
    pub const MAX_SIZE: usize = 160;
    /// The default bounds of explicit buckets, in milliseconds.
    pub const BOUNDS_MILLIS: [u64; 16] =
        [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000];
}

impl Default for DurationHistogram {
    fn default() -> Self {
        Self::Exponential { max_size: Self::MAX_SIZE }
    }
}

/// Which resources the series belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceOf {
    /// This collector, as an instance of its own: spans of all resources are added up.
    Collector,
    /// The spans', told apart by these attributes, and with no others.
    Attributes(Vec<String>),
    /// The spans', with all their attributes.
    Spans,
}
