//! Variables of metrics, whichever way they leave.

use super::{
    parse::{interval, set, timeout},
    traces::exporter,
    variable::{Use, Variable},
};
use crate::metrics::{ExemplarFilter, HistogramAggregation, TemporalityPreference};

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "OTEL_METRICS_EXPORTER",
        effect: "what becomes of metrics: `otlp`, `console` (lines on standard output) or `none`. For Prometheus, send \
                 them to a collector, or register a `PrometheusCollector` (cargo feature `prometheus`)",
        values: "one of otlp, console and none",
        default: "`otlp`",
        used: Use::Read(|settings, value| exporter(&mut settings.metrics.exporter, value)),
    },
    Variable {
        name: "OTEL_METRIC_EXPORT_INTERVAL",
        effect: "milliseconds between two exports of metrics",
        values: "a whole number above 0",
        default: "60000",
        used: Use::Read(|settings, value| set(&mut settings.interval, interval(value))),
    },
    Variable {
        name: "OTEL_METRIC_EXPORT_TIMEOUT",
        effect: "milliseconds for one export of metrics, whatever the exporter; the shorter of this and \
                 `OTEL_EXPORTER_OTLP_TIMEOUT` holds. 0: no limit",
        values: "a whole number from 0",
        default: "30000",
        used: Use::Read(|settings, value| set(&mut settings.metrics.timeout, timeout(value))),
    },
    Variable {
        name: "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        effect: "whether sums and histograms tell of all time or of the time since the last export",
        values: "cumulative, delta or lowmemory",
        default: "`cumulative`",
        used: Use::Read(|settings, value| {
            set(&mut settings.temporality, TemporalityPreference::from_word(value))
        }),
    },
    Variable {
        name: "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        effect: "what histograms become; an exponential one starts at scale 3",
        values: "explicit_bucket_histogram or base2_exponential_bucket_histogram",
        default: "`explicit_bucket_histogram`",
        used: Use::Read(|settings, value| {
            set(&mut settings.histograms, HistogramAggregation::from_word(value))
        }),
    },
    Variable {
        name: "OTEL_METRICS_EXEMPLAR_FILTER",
        effect: "which measurements may become exemplars: those within a sampled span, all, or none",
        values: "trace_based, always_on or always_off",
        default: "`trace_based`",
        used: Use::Read(|settings, value| {
            set(&mut settings.exemplars, ExemplarFilter::from_word(value))
        }),
    },
];
