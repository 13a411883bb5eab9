//! What a connector counts: as the end of pipelines, as a receiver of others, and of the series between.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use inferometer_sdk::{Counter, Observation, Scope};
use inferometer_semconv::{attributes, metrics};
use opentelemetry::KeyValue;

use super::{ExporterMetrics, ReceiverMetrics, otelcol};

/// Counters of one connector.
pub struct ConnectorMetrics {
    id: Box<str>,
    exporter: Arc<ExporterMetrics>,
    receiver: ReceiverMetrics,
    series_usage: Arc<AtomicU64>,
    series_limit: Arc<AtomicU64>,
    overflowed: Counter<u64>,
    _observed: [Observation; 2],
}

impl ConnectorMetrics {
    /// Series of each connector, without those that it has as an exporter.
    pub(super) const SERIES: usize = 3 + ReceiverMetrics::SERIES + otelcol::RECEIVER_SERIES;

    pub(super) fn bind(scope: &Scope, id: &str, exporter: Arc<ExporterMetrics>) -> Self {
        let set = [KeyValue::new(attributes::INFER_COLLECTOR_CONNECTOR.key, id.to_owned())];
        let shown = |definition, series: &Arc<AtomicU64>| {
            let series = Arc::clone(series);
            scope.observable_up_down_counter(definition, &set, move || {
                Some(i64::try_from(series.load(Ordering::Relaxed)).unwrap_or(i64::MAX))
            })
        };
        let (series_usage, series_limit) = <(Arc<AtomicU64>, Arc<AtomicU64>)>::default();
        Self {
            id: id.into(),
            exporter,
            receiver: ReceiverMetrics::bind(scope, id, None),
            _observed: [
                shown(&metrics::INFER_COLLECTOR_CONNECTOR_SERIES_USAGE, &series_usage),
                shown(&metrics::INFER_COLLECTOR_CONNECTOR_SERIES_LIMIT, &series_limit),
            ],
            series_usage,
            series_limit,
            overflowed: scope.counter(&metrics::INFER_COLLECTOR_CONNECTOR_OVERFLOW, &set),
        }
    }

    /// What became of the items that reached it.
    #[must_use]
    pub fn exporter(&self) -> &ExporterMetrics {
        &self.exporter
    }

    /// What pipelines took or refused of what it made.
    #[must_use]
    pub const fn receiver(&self) -> &ReceiverMetrics {
        &self.receiver
    }

    /// So many series it holds now.
    pub fn series_usage(&self, series: u64) {
        self.series_usage.store(series, Ordering::Relaxed);
    }

    /// So many it may hold.
    pub fn series_limit(&self, series: u64) {
        self.series_limit.store(series, Ordering::Relaxed);
    }

    /// Counts items that are in an overflow series, as their own would have been one too many.
    pub fn overflowed(&self, items: u64) {
        self.overflowed.add(items);
    }
}

impl fmt::Debug for ConnectorMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConnectorMetrics").field(&self.id).finish()
    }
}
