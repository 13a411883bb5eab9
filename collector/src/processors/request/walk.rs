//! Every place of a request where something can be changed or taken out, with its context.

use opentelemetry_proto::tonic::{
    common::v1::{InstrumentationScope, KeyValue},
    metrics::v1::{ExponentialHistogram, Gauge, Histogram, Metric, Sum, Summary, metric::Data},
    resource::v1::Resource,
};

use super::{Context, MetricKind, Request, Subject};

/// Does the same with the points of a metric, whatever kind they are.
macro_rules! with_points {
    ($data:expr, $points:ident => $does:expr) => {
        match $data {
            Data::Gauge(Gauge { data_points: $points }) => $does,
            Data::Sum(Sum { data_points: $points, .. }) => $does,
            Data::Histogram(Histogram { data_points: $points, .. }) => $does,
            Data::ExponentialHistogram(ExponentialHistogram { data_points: $points, .. }) => $does,
            Data::Summary(Summary { data_points: $points }) => $does,
        }
    };
}
impl Request {
    /// Points, spans or log records.
    pub(in crate::processors) fn items(&self) -> u64 {
        let items: usize = match self {
            Self::Metrics(request) => {
                let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
                let metrics = scopes.flat_map(|scope| &scope.metrics);
                metrics.map(points).sum()
            }
            Self::Traces(request) => {
                let scopes = request.resource_spans.iter().flat_map(|of| &of.scope_spans);
                scopes.map(|scope| scope.spans.len()).sum()
            }
            Self::Logs(request) => {
                let scopes = request.resource_logs.iter().flat_map(|of| &of.scope_logs);
                scopes.map(|scope| scope.log_records.len()).sum()
            }
        };
        items as u64
    }

    /// Shows the attributes of every resource.
    pub(in crate::processors) fn each_resource(
        &mut self,
        mut show: impl FnMut(&mut Vec<KeyValue>),
    ) {
        let mut show = |resource: &mut Option<Resource>| {
            show(&mut resource.get_or_insert_default().attributes);
        };
        match self {
            Self::Metrics(request) => {
                request.resource_metrics.iter_mut().for_each(|of| show(&mut of.resource));
            }
            Self::Traces(request) => {
                request.resource_spans.iter_mut().for_each(|of| show(&mut of.resource));
            }
            Self::Logs(request) => {
                request.resource_logs.iter_mut().for_each(|of| show(&mut of.resource));
            }
        }
    }

    /// Shows the attributes of every point, span and log record, to be changed.
    pub(in crate::processors) fn each_item(
        &mut self,
        mut show: impl FnMut(Context<'_>, &mut Vec<KeyValue>),
    ) {
        match self {
            Self::Metrics(request) => {
                for of in &mut request.resource_metrics {
                    let resource = attributes(&of.resource);
                    for scope in &mut of.scope_metrics {
                        for metric in &mut scope.metrics {
                            let context = (resource, scope.scope.as_ref());
                            each_point(metric, context, &mut show);
                        }
                    }
                }
            }
            Self::Traces(request) => {
                for of in &mut request.resource_spans {
                    let resource = attributes(&of.resource);
                    for of in &mut of.scope_spans {
                        let scope = of.scope.as_ref();
                        for span in &mut of.spans {
                            let mut own = std::mem::take(&mut span.attributes);
                            show(
                                Context { resource, scope, subject: Subject::Span(span) },
                                &mut own,
                            );
                            span.attributes = own;
                        }
                    }
                }
            }
            Self::Logs(request) => {
                for of in &mut request.resource_logs {
                    let resource = attributes(&of.resource);
                    for of in &mut of.scope_logs {
                        let scope = of.scope.as_ref();
                        for record in &mut of.log_records {
                            let mut own = std::mem::take(&mut record.attributes);
                            show(
                                Context { resource, scope, subject: Subject::Log(record) },
                                &mut own,
                            );
                            record.attributes = own;
                        }
                    }
                }
            }
        }
    }

    /// Takes out every metric, with all its points, that is not to be kept. Nothing happens to the other signals.
    pub(in crate::processors) fn retain_metrics(
        &mut self,
        mut keep: impl FnMut(Context<'_>) -> bool,
    ) {
        let Self::Metrics(request) = self else {
            return;
        };
        request.resource_metrics.retain_mut(|of| {
            let resource = attributes(&of.resource);
            of.scope_metrics.retain_mut(|of| {
                let scope = of.scope.as_ref();
                of.metrics.retain(|metric| {
                    let kind = MetricKind::of(metric.data.as_ref());
                    keep(Context { resource, scope, subject: Subject::Metric { metric, kind } })
                });
                !of.metrics.is_empty()
            });
            !of.scope_metrics.is_empty()
        });
    }

    /// Takes out every point, span and log record that is not to be kept, and what is empty without them.
    pub(in crate::processors) fn retain_items(
        &mut self,
        mut keep: impl FnMut(Context<'_>, &[KeyValue]) -> bool,
    ) {
        match self {
            Self::Metrics(request) => request.resource_metrics.retain_mut(|of| {
                let resource = attributes(&of.resource);
                of.scope_metrics.retain_mut(|of| {
                    let context = (resource, of.scope.as_ref());
                    of.metrics.retain_mut(|metric| retain_points(metric, context, &mut keep));
                    !of.metrics.is_empty()
                });
                !of.scope_metrics.is_empty()
            }),
            Self::Traces(request) => request.resource_spans.retain_mut(|of| {
                let resource = attributes(&of.resource);
                of.scope_spans.retain_mut(|of| {
                    let scope = of.scope.as_ref();
                    of.spans.retain(|span| {
                        let subject = Subject::Span(span);
                        keep(Context { resource, scope, subject }, &span.attributes)
                    });
                    !of.spans.is_empty()
                });
                !of.scope_spans.is_empty()
            }),
            Self::Logs(request) => request.resource_logs.retain_mut(|of| {
                let resource = attributes(&of.resource);
                of.scope_logs.retain_mut(|of| {
                    let scope = of.scope.as_ref();
                    of.log_records.retain(|record| {
                        let subject = Subject::Log(record);
                        keep(Context { resource, scope, subject }, &record.attributes)
                    });
                    !of.log_records.is_empty()
                });
                !of.scope_logs.is_empty()
            }),
        }
    }
}

/// A resource's attributes and the scope.
type Around<'a> = (&'a [KeyValue], Option<&'a InstrumentationScope>);

fn each_point(
    metric: &mut Metric,
    (resource, scope): Around<'_>,
    show: &mut impl FnMut(Context<'_>, &mut Vec<KeyValue>),
) {
    let mut data = metric.data.take();
    let kind = MetricKind::of(data.as_ref());
    let context = Context { resource, scope, subject: Subject::Metric { metric, kind } };
    if let Some(data) = &mut data {
        with_points!(data, points => points.iter_mut().for_each(|point| show(context, &mut point.attributes)));
    }
    metric.data = data;
}

/// Whether the metric has points then.
fn retain_points(
    metric: &mut Metric,
    (resource, scope): Around<'_>,
    keep: &mut impl FnMut(Context<'_>, &[KeyValue]) -> bool,
) -> bool {
    let mut data = metric.data.take();
    let kind = MetricKind::of(data.as_ref());
    let context = Context { resource, scope, subject: Subject::Metric { metric, kind } };
    if let Some(data) = &mut data {
        with_points!(data, points => points.retain(|point| keep(context, &point.attributes)));
    }
    metric.data = data;
    points(metric) > 0
}

/// Points of a metric.
pub(super) fn points(metric: &Metric) -> usize {
    metric.data.as_ref().map_or(0, |data| with_points!(data, points => points.len()))
}

fn attributes(resource: &Option<Resource>) -> &[KeyValue] {
    resource.as_ref().map_or(&[], |resource| &resource.attributes)
}
