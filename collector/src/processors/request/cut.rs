//! Takes the first items out of a request, under copies of what they share with the others.

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    logs::v1::{ResourceLogs, ScopeLogs},
    metrics::v1::{
        ExponentialHistogram, Gauge, Histogram, Metric, ResourceMetrics, ScopeMetrics, Sum,
        Summary, metric::Data,
    },
    trace::v1::{ResourceSpans, ScopeSpans},
};

use super::{Request, walk::points};

impl Request {
    /// The first `items` items, or all if there are fewer; they are no longer in this request.
    pub(in crate::processors) fn take_front(&mut self, items: u64) -> Self {
        let items = usize::try_from(items).unwrap_or(usize::MAX);
        match self {
            Self::Metrics(request) => Self::Metrics(ExportMetricsServiceRequest {
                resource_metrics: take(&mut request.resource_metrics, items),
            }),
            Self::Traces(request) => Self::Traces(ExportTraceServiceRequest {
                resource_spans: take(&mut request.resource_spans, items),
            }),
            Self::Logs(request) => Self::Logs(ExportLogsServiceRequest {
                resource_logs: take(&mut request.resource_logs, items),
            }),
        }
    }
}

/// A message that holds items, perhaps in other messages.
trait Holder {
    fn items(&self) -> usize;

    /// A copy of it with the first `items` of its items, which it no longer has.
    fn take_front(&mut self, items: usize) -> Self;
}

/// The holders at the front that have `items` items; of the last of them perhaps a part.
fn take<T: Holder>(holders: &mut Vec<T>, mut items: usize) -> Vec<T> {
    let mut whole = 0;
    for holder in holders.iter() {
        let Some(left) = items.checked_sub(holder.items()) else {
            break;
        };
        items = left;
        whole += 1;
    }
    let mut taken: Vec<T> = holders.drain(..whole).collect();
    if let Some(next) = holders.first_mut().filter(|_| items > 0) {
        taken.push(next.take_front(items));
    }
    taken
}

/// Implements [`Holder`] for a message whose list `$list` holds other holders.
macro_rules! holds_holders {
    ($($message:ident { $list:ident, $($shared:ident),* })*) => {$(
        impl Holder for $message {
            fn items(&self) -> usize {
                self.$list.iter().map(Holder::items).sum()
            }

            fn take_front(&mut self, items: usize) -> Self {
                Self { $list: take(&mut self.$list, items), $($shared: self.$shared.clone()),* }
            }
        }
    )*};
}

/// Implements [`Holder`] for a message whose list `$list` holds the items themselves.
macro_rules! holds_items {
    ($($message:ident { $list:ident, $($shared:ident),* })*) => {$(
        impl Holder for $message {
            fn items(&self) -> usize {
                self.$list.len()
            }

            fn take_front(&mut self, items: usize) -> Self {
                let taken = self.$list.drain(..items.min(self.$list.len())).collect();
                Self { $list: taken, $($shared: self.$shared.clone()),* }
            }
        }
    )*};
}

holds_holders! {
    ResourceMetrics { scope_metrics, resource, schema_url }
    ScopeMetrics { metrics, scope, schema_url }
    ResourceSpans { scope_spans, resource, schema_url }
    ResourceLogs { scope_logs, resource, schema_url }
}

holds_items! {
    ScopeSpans { spans, scope, schema_url }
    ScopeLogs { log_records, scope, schema_url }
    Gauge { data_points, }
    Sum { data_points, aggregation_temporality, is_monotonic }
    Histogram { data_points, aggregation_temporality }
    ExponentialHistogram { data_points, aggregation_temporality }
    Summary { data_points, }
}

impl Holder for Metric {
    fn items(&self) -> usize {
        points(self)
    }

    fn take_front(&mut self, items: usize) -> Self {
        let data = self.data.as_mut().map(|data| match data {
            Data::Gauge(data) => Data::Gauge(data.take_front(items)),
            Data::Sum(data) => Data::Sum(data.take_front(items)),
            Data::Histogram(data) => Data::Histogram(data.take_front(items)),
            Data::ExponentialHistogram(data) => Data::ExponentialHistogram(data.take_front(items)),
            Data::Summary(data) => Data::Summary(data.take_front(items)),
        });
        Self {
            name: self.name.clone(),
            description: self.description.clone(),
            unit: self.unit.clone(),
            metadata: self.metadata.clone(),
            data,
        }
    }
}
