//! Keys of connectors.

use super::{
    Default::{Is, Says},
    Part,
    Takes::{Duration, DurationAboveZero, Flag, Number, Other, Word},
    entry,
};

pub(super) const PARTS: &[Part] = &[Part {
    title: "Connector `span_metrics`",
    under: &["connectors.span_metrics", "connectors.spanmetrics"],
    about: "Counts spans and their durations; `spanmetrics` is an older name of it.",
    entries: &[
        entry(
            "namespace",
            Other("text"),
            Is("traces.span.metrics"),
            "stands before `calls` and `duration`; empty for nothing",
        ),
        entry(
            "dimensions",
            Other("a list of `{name, default}`, 64 at most"),
            Is("[]"),
            "attributes that series are told apart by",
        ),
        entry(
            "exclude_dimensions",
            Other("a list of `service.name`, `span.name`, `span.kind`, `status.code`"),
            Is("[]"),
            "which of these series are not told apart by",
        ),
        entry("histogram.unit", Word(&["ms", "s"]), Is("ms"), "in what durations are told"),
        entry("histogram.disable", Flag, Is("false"), "true leaves durations out"),
        entry(
            "histogram.exponential.max_size",
            Number(2, 1024),
            Says("160"),
            "buckets of a series",
        ),
        entry(
            "histogram.explicit.buckets",
            Other("a list of durations, ascending, 1000 at most"),
            Says("none"),
            "bounds of buckets in place of exponential ones",
        ),
        entry("exemplars.enabled", Flag, Is("true"), "whether points lead to spans"),
        entry("exemplars.max_per_data_point", Number(1, 100), Is("5"), "to how many"),
        entry(
            "metrics_flush_interval",
            DurationAboveZero,
            Is("60s"),
            "how often totals are offered to the pipelines of metrics",
        ),
        entry(
            "metrics_expiration",
            Duration,
            Is("0s"),
            "a series without a span for so long is forgotten; 0 means never",
        ),
        entry(
            "aggregation_cardinality_limit",
            Number(1, 1_000_000),
            Is("10000"),
            "series of all tenants; spans of further ones are counted in the overflow series",
        ),
        entry(
            "add_resource_attributes",
            Flag,
            Says("false"),
            "true tells series apart by the spans' resources too",
        ),
        entry(
            "resource_metrics_key_attributes",
            Other("a list of keys"),
            Is("[]"),
            "the same by these attributes of theirs alone",
        ),
        entry(
            "aggregation_temporality",
            Word(&["AGGREGATION_TEMPORALITY_CUMULATIVE", "AGGREGATION_TEMPORALITY_DELTA"]),
            Is("AGGREGATION_TEMPORALITY_CUMULATIVE"),
            "deltas are refused: one that is refused further on would be lost",
        ),
    ],
}];
