//! How the settings of the connector `span_metrics` are read.

use std::time::Duration;

use super::super::{
    nearest,
    problem::{Position, Problems},
    section::Section,
    value,
};
use crate::{
    connectors::{
        CommonDimension, Dimension, DurationHistogram, DurationUnit, ResourceOf,
        SpanMetricsSettings,
    },
    series::EXPONENTIAL_BUCKETS_MAX,
};

/// Dimensions that a file may name.
const DIMENSIONS_MAX: usize = 64;
/// Bounds of explicit buckets that a file may name.
const BOUNDS_MAX: usize = 1000;
/// Series that may be configured; a million take a few gibibytes.
const SERIES_MAX: u64 = 1_000_000;
/// Exemplars of a point that may be configured.
const EXEMPLARS_MAX: u64 = 100;

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> SpanMetricsSettings {
    let default = SpanMetricsSettings::default();
    refuse(section, problems);
    let (unit, histogram) = histogram(section, problems);
    let settings = SpanMetricsSettings {
        namespace: namespace(section, problems).unwrap_or(default.namespace),
        common: common(section, problems),
        dimensions: dimensions(section, problems),
        unit,
        histogram,
        exemplars_max: exemplars(section, problems),
        flush_interval: section
            .positive_duration("metrics_flush_interval", problems)
            .unwrap_or(default.flush_interval),
        expiration: section
            .duration("metrics_expiration", problems)
            .filter(|expiration| !expiration.is_zero()),
        series_max: section
            .number("aggregation_cardinality_limit", 1..=SERIES_MAX, problems)
            .map_or(default.series_max, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        resource: resource(section, problems),
    };
    temporality(section, problems);
    settings
}

/// Reports what the OpenTelemetry Collector has and this collector has not.
fn refuse(section: &mut Section<'_>, problems: &mut Problems) {
    const BOUNDED: &str = "aggregation_cardinality_limit bounds all that is kept: set that instead";
    for (key, remedy) in [
        ("dimensions_cache_size", BOUNDED),
        ("resource_metrics_cache_size", BOUNDED),
        ("metric_timestamp_cache_size", "only deltas need it: remove it"),
        ("delta_temporality", "only deltas need it: remove it"),
        (
            "calls_dimensions",
            "calls and durations have the same dimensions: name them in dimensions",
        ),
        ("events", "only spans are counted: remove it"),
        ("include_instrumentation_scope", "scopes are no dimensions: remove it"),
    ] {
        section.refuse(key, remedy, problems);
    }
}

/// Deltas would be lost with a request that is refused.
fn temporality(section: &mut Section<'_>, problems: &mut Problems) {
    const CUMULATIVE: &str = "AGGREGATION_TEMPORALITY_CUMULATIVE";
    const DELTA: &str = "AGGREGATION_TEMPORALITY_DELTA";
    let word =
        section.word("aggregation_temporality", &[(CUMULATIVE, true), (DELTA, false)], problems);
    if word == Some(false) {
        let what = format!(
            "is {DELTA:?}, expected {CUMULATIVE}: a refused delta would be lost, a total is offered again"
        );
        section.wrong("aggregation_temporality", &what, problems);
    }
}

/// Text that may be empty.
fn namespace(section: &mut Section<'_>, problems: &mut Problems) -> Option<String> {
    let node = section.node("namespace")?;
    if let Some(text) = node.text() {
        return Some(text.to_owned());
    }
    let what = format!("is {}, expected text such as traces.span.metrics", node.shown());
    section.wrong("namespace", &what, problems);
    None
}

fn common(section: &mut Section<'_>, problems: &mut Problems) -> Vec<CommonDimension> {
    let excluded = section.text_list("exclude_dimensions", "dimension", problems);
    for (at, name) in &excluded {
        let keys = CommonDimension::ALL.map(CommonDimension::key);
        if !keys.contains(&name.as_str()) {
            let path = section.path_of("exclude_dimensions");
            let hint = nearest::hint(name, keys);
            problems
                .error(*at, format!("{path} names {name:?}, which no span has by itself{hint}"));
        }
    }
    let is_kept = |common: &CommonDimension| excluded.iter().all(|(_, name)| name != common.key());
    CommonDimension::ALL.into_iter().filter(is_kept).collect()
}

fn dimensions(section: &mut Section<'_>, problems: &mut Problems) -> Vec<Dimension> {
    let mut dimensions: Vec<Dimension> = Vec::new();
    for mut entry in section.sections("dimensions", problems) {
        const EXPECTED: &str = "the key of an attribute of spans or resources";
        if entry.node("name").is_none() {
            entry.missing("name", EXPECTED, problems);
        }
        let name = entry.text("name", EXPECTED, problems).unwrap_or_default().to_owned();
        let default = default_value(&mut entry, problems);
        let is_common = CommonDimension::ALL.iter().any(|common| common.key() == name);
        if is_common {
            entry.wrong("name", &format!("is {name:?}, which every span has: remove it"), problems);
        } else if dimensions.iter().any(|known| known.name == name && !name.is_empty()) {
            entry.wrong("name", &format!("is {name:?}, which is there before: keep one"), problems);
        } else {
            dimensions.push(Dimension { name, default });
        }
        entry.close(problems);
    }
    if dimensions.len() > DIMENSIONS_MAX {
        let what = format!("has {} entries, expected at most {DIMENSIONS_MAX}", dimensions.len());
        section.wrong("dimensions", &what, problems);
        dimensions.truncate(DIMENSIONS_MAX);
    }
    dimensions
}

/// Text, or a number or flag as it is written.
fn default_value(entry: &mut Section<'_>, problems: &mut Problems) -> Option<String> {
    let node = entry.node("default")?;
    let written = node.written();
    if written.is_none() {
        entry.wrong("default", &format!("is {}, expected text", node.shown()), problems);
    }
    written
}

fn histogram(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> (DurationUnit, DurationHistogram) {
    const UNITS: [(&str, DurationUnit); 2] =
        [("ms", DurationUnit::Milliseconds), ("s", DurationUnit::Seconds)];
    let default = SpanMetricsSettings::default();
    let Some(mut section) = section.section("histogram", problems) else {
        return (default.unit, default.histogram);
    };
    section.refuse(
        "dimensions",
        "calls and durations have the same dimensions: name them in the connector's own dimensions",
        problems,
    );
    let unit = section.word("unit", &UNITS, problems).unwrap_or(default.unit);
    let is_disabled = section.flag("disable", problems).unwrap_or(false);
    let explicit = section.section("explicit", problems).map(|mut section| {
        let bounds = bounds(&mut section, problems);
        section.close(problems);
        DurationHistogram::Explicit(bounds)
    });
    let exponential = section.section("exponential", problems).map(|mut section| {
        let max_size = section.number("max_size", 2..=EXPONENTIAL_BUCKETS_MAX as u64, problems);
        section.close(problems);
        let max_size = max_size.and_then(|size| usize::try_from(size).ok());
        DurationHistogram::Exponential { max_size: max_size.unwrap_or(DurationHistogram::MAX_SIZE) }
    });
    if let (Some(_), Some(_), Some(at)) = (&explicit, &exponential, section.place_of("exponential"))
    {
        let path = section.path_of("exponential");
        problems.error(at, format!("{path} stands beside explicit: remove one"));
    }
    section.close(problems);
    match (is_disabled, explicit.or(exponential)) {
        (true, _) => (unit, DurationHistogram::Disabled),
        (false, histogram) => (unit, histogram.unwrap_or(default.histogram)),
    }
}

/// The ends of explicit buckets, ascending.
fn bounds(section: &mut Section<'_>, problems: &mut Problems) -> Vec<Duration> {
    let texts = section.text_list("buckets", "duration such as 200ms", problems);
    if texts.is_empty() {
        return DurationHistogram::BOUNDS_MILLIS.map(Duration::from_millis).to_vec();
    }
    if texts.len() > BOUNDS_MAX {
        let what = format!("has {} entries, expected at most {BOUNDS_MAX}", texts.len());
        section.wrong("buckets", &what, problems);
    }
    let path = section.path_of("buckets");
    let mut bounds: Vec<Duration> = Vec::new();
    for (at, text) in texts.iter().take(BOUNDS_MAX) {
        match value::duration(text) {
            Some(bound) if bounds.last().is_none_or(|last| *last < bound) => bounds.push(bound),
            Some(_) => problems.error(
                *at,
                format!("an entry of {path} is {text:?}, expected more than the one before"),
            ),
            None => problems.error(
                *at,
                format!("an entry of {path} is {text:?}, expected {}", value::DURATION),
            ),
        }
    }
    bounds
}

fn exemplars(section: &mut Section<'_>, problems: &mut Problems) -> usize {
    let Some(mut section) = section.section("exemplars", problems) else {
        return SpanMetricsSettings::EXEMPLARS_MAX;
    };
    let is_enabled = section.flag("enabled", problems).unwrap_or(true);
    let most = section.number("max_per_data_point", 1..=EXEMPLARS_MAX, problems);
    section.close(problems);
    let most = most.and_then(|most| usize::try_from(most).ok());
    if is_enabled { most.unwrap_or(SpanMetricsSettings::EXEMPLARS_MAX) } else { 0 }
}

fn resource(section: &mut Section<'_>, problems: &mut Problems) -> ResourceOf {
    let is_added = section.flag("add_resource_attributes", problems);
    let keys: Vec<(Position, String)> =
        section.text_list("resource_metrics_key_attributes", "attribute key", problems);
    match (is_added, keys.is_empty()) {
        (Some(true), true) => ResourceOf::Spans,
        (Some(false), false) => {
            let what =
                "is false, and resource_metrics_key_attributes names some: remove one of the two";
            section.wrong("add_resource_attributes", what, problems);
            ResourceOf::Collector
        }
        (_, false) => ResourceOf::Attributes(keys.into_iter().map(|(_, key)| key).collect()),
        (_, true) => ResourceOf::Collector,
    }
}
