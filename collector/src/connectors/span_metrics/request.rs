//! A request of metrics, put together from the points of series.

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{InstrumentationScope, KeyValue},
    metrics::v1::{
        AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Histogram,
        HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
        metric::Data,
    },
    resource::v1::Resource,
};
use prost::Message;

use super::{
    series::{DurationPoint, Points},
    settings::SpanMetricsSettings,
    state::Cursor,
};
use crate::pipeline::Tenant;

/// Bytes from which on a request takes no further series, well below the 4 MiB that other collectors take. A lock is
/// held while it is put together.
const REQUEST_BYTES: usize = 512 << 10;

/// What the metrics say they were made by.
const SCOPE: &str = concat!(env!("CARGO_PKG_NAME"), "/span_metrics");

/// A request, and the series in it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) tenant: Tenant,
    pub(super) bytes: Bytes,
    pub(super) points: u64,
    /// The first of its series.
    pub(super) from: Cursor,
    pub(super) series: usize,
}

/// A request of one tenant that is being put together.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    settings: &'a SpanMetricsSettings,
    /// Series that it may have.
    series_max: usize,
    resources: Vec<DraftResource>,
    bytes: usize,
    points: u64,
    series: usize,
}

#[derive(Debug)]
struct DraftResource {
    place: usize,
    attributes: Vec<KeyValue>,
    calls: Vec<NumberDataPoint>,
    explicit: Vec<HistogramDataPoint>,
    exponential: Vec<ExponentialHistogramDataPoint>,
}

impl<'a> Draft<'a> {
    pub(super) const fn new(settings: &'a SpanMetricsSettings, series_max: usize) -> Self {
        Self { settings, series_max, resources: Vec::new(), bytes: 0, points: 0, series: 0 }
    }

    /// Adds a series of a resource, which others of it have preceded or not. Whether there is room for another one.
    pub(super) fn add(&mut self, place: usize, attributes: &[KeyValue], points: Points) -> bool {
        if self.resources.last().is_none_or(|last| last.place != place) {
            self.bytes += attributes.iter().map(Message::encoded_len).sum::<usize>();
            self.resources.push(DraftResource {
                place,
                attributes: attributes.to_vec(),
                calls: Vec::new(),
                explicit: Vec::new(),
                exponential: Vec::new(),
            });
        }
        let Some(resource) = self.resources.last_mut() else {
            return false;
        };
        let Points { calls, duration } = points;
        self.bytes += calls.encoded_len();
        self.points += 1;
        self.series += 1;
        resource.calls.push(calls);
        match duration {
            DurationPoint::None => {}
            DurationPoint::Explicit(point) => {
                self.bytes += point.encoded_len();
                self.points += 1;
                resource.explicit.push(point);
            }
            DurationPoint::Exponential(point) => {
                self.bytes += point.encoded_len();
                self.points += 1;
                resource.exponential.push(point);
            }
        }
        self.bytes < REQUEST_BYTES && self.series < self.series_max
    }

    /// Encodes it, unless there is nothing in it.
    pub(super) fn finish(self, tenant: &Tenant, from: Cursor) -> Option<Request> {
        let Self { settings, resources, points, series, .. } = self;
        if series == 0 {
            return None;
        }
        let resource_metrics = resources.into_iter().map(|of| of.finish(settings)).collect();
        let request = ExportMetricsServiceRequest { resource_metrics };
        let bytes = request.encode_to_vec().into();
        Some(Request { tenant: tenant.clone(), bytes, points, from, series })
    }
}

impl DraftResource {
    fn finish(self, settings: &SpanMetricsSettings) -> ResourceMetrics {
        let cumulative = AggregationTemporality::Cumulative.into();
        let calls = Data::Sum(Sum {
            data_points: self.calls,
            aggregation_temporality: cumulative,
            is_monotonic: true,
        });
        let mut metrics = vec![metric(settings, "calls", "{call}", "Spans.", calls)];
        let duration = if !self.explicit.is_empty() {
            let data_points = self.explicit;
            Some(Data::Histogram(Histogram { data_points, aggregation_temporality: cumulative }))
        } else if !self.exponential.is_empty() {
            let data_points = self.exponential;
            let histogram =
                ExponentialHistogram { data_points, aggregation_temporality: cumulative };
            Some(Data::ExponentialHistogram(histogram))
        } else {
            None
        };
        let unit = settings.unit.as_str();
        let told = |data| metric(settings, "duration", unit, "How long spans took.", data);
        metrics.extend(duration.map(told));
        let scope = InstrumentationScope { name: SCOPE.to_owned(), ..Default::default() };
        let scope_metrics =
            vec![ScopeMetrics { scope: Some(scope), metrics, ..ScopeMetrics::default() }];
        let resource = Resource { attributes: self.attributes, ..Resource::default() };
        ResourceMetrics { resource: Some(resource), scope_metrics, ..ResourceMetrics::default() }
    }
}

fn metric(
    settings: &SpanMetricsSettings,
    name: &str,
    unit: &str,
    description: &str,
    data: Data,
) -> Metric {
    let name = match &*settings.namespace {
        "" => name.to_owned(),
        namespace => format!("{namespace}.{name}"),
    };
    Metric {
        name,
        unit: unit.to_owned(),
        description: description.to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}
