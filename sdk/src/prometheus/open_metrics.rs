//! A provider's series as a page of OpenMetrics 1.0.0.
//!
//! Source: <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>.

use std::fmt::Write;

use ::prometheus::proto::{Metric, MetricType};

use super::{
    exemplars::PageExemplar,
    families::{Families, Family, Shown, TARGET_INFO},
    labels::LabelSet,
};

/// The content type of [`PrometheusCollector::open_metrics`](super::PrometheusCollector::open_metrics).
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const NANOS_PER_SECOND: u64 = 1_000_000_000;

pub(super) fn page(families: &Families) -> String {
    let mut out = String::new();
    for (name, family) in families.iter() {
        put_family(&mut out, name, family);
    }
    out.push_str("# EOF\n");
    out
}

fn put_family(out: &mut String, name: &str, family: &Family) {
    let (name, kind) = match family.kind {
        MetricType::COUNTER => (name.strip_suffix("_total").unwrap_or(name), "counter"),
        MetricType::HISTOGRAM => (name, "histogram"),
        _ if name == TARGET_INFO => ("target", "info"),
        _ => (name, "gauge"),
    };
    put(out, &["# TYPE ", name, " ", kind, "\n"]);
    if !family.help.is_empty() {
        put(out, &["# HELP ", name, " "]);
        put_escaped(out, &family.help);
        out.push('\n');
    }
    for (labels, shown) in &family.series {
        match kind {
            "counter" => {
                let value = number(shown.metric.get_counter().get_value());
                let sample = Sample { name, suffix: "_total", labels, bound: None };
                sample.put(out, &value, latest(shown.exemplars.iter()));
            }
            "histogram" => put_histogram(out, name, labels, shown),
            _ => {
                let suffix = if kind == "info" { "_info" } else { "" };
                let value = number(shown.metric.get_gauge().get_value());
                Sample { name, suffix, labels, bound: None }.put(out, &value, None);
            }
        }
    }
}

fn put_histogram(out: &mut String, name: &str, labels: &LabelSet, shown: &Shown) {
    let Shown { metric, exemplars } = shown;
    let mut lower = f64::NEG_INFINITY;
    for (upper, count) in buckets(metric) {
        let within = exemplars.iter().filter(|one| one.value > lower && one.value <= upper);
        let bound = Some(if upper.is_infinite() { "+Inf".to_owned() } else { number(upper) });
        let sample = Sample { name, suffix: "_bucket", labels, bound };
        sample.put(out, &count.to_string(), latest(within));
        lower = upper;
    }
    let histogram = metric.get_histogram();
    let sum = number(histogram.get_sample_sum());
    Sample { name, suffix: "_sum", labels, bound: None }.put(out, &sum, None);
    let count = histogram.get_sample_count().to_string();
    Sample { name, suffix: "_count", labels, bound: None }.put(out, &count, None);
}

/// Upper bounds and what lies up to them, that of all values included.
fn buckets(metric: &Metric) -> impl Iterator<Item = (f64, u64)> {
    let histogram = metric.get_histogram();
    let bounded = histogram.get_bucket().iter();
    let bounded = bounded.map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()));
    bounded.chain([(f64::INFINITY, histogram.get_sample_count())])
}

/// One line.
struct Sample<'a> {
    name: &'a str,
    suffix: &'a str,
    labels: &'a LabelSet,
    bound: Option<String>,
}

impl Sample<'_> {
    fn put(&self, out: &mut String, value: &str, exemplar: Option<&PageExemplar>) {
        put(out, &[self.name, self.suffix]);
        let bound = self.bound.iter().map(|bound| ("le", bound.as_str()));
        let labels = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = labels.chain(bound).collect();
        if !all.is_empty() {
            put_labels(out, all.into_iter());
        }
        put(out, &[" ", value]);
        if let Some(exemplar) = exemplar {
            out.push_str(" # ");
            let labels = exemplar.labels.iter();
            put_labels(out, labels.map(|(name, value)| (name.as_str(), value.as_str())));
            let (seconds, nanos) =
                (exemplar.unix_nanos / NANOS_PER_SECOND, exemplar.unix_nanos % NANOS_PER_SECOND);
            // Writing to a string cannot fail.
            let _ = write!(out, " {} {seconds}.{nanos:09}", number(exemplar.value));
        }
        out.push('\n');
    }
}

fn latest<'a>(exemplars: impl Iterator<Item = &'a PageExemplar>) -> Option<&'a PageExemplar> {
    exemplars.max_by_key(|exemplar| exemplar.unix_nanos)
}

fn put_labels<'a>(out: &mut String, labels: impl Iterator<Item = (&'a str, &'a str)>) {
    out.push('{');
    for (index, (name, value)) in labels.enumerate() {
        put(out, &[if index > 0 { "," } else { "" }, name, "=\""]);
        put_escaped(out, value);
        out.push('"');
    }
    out.push('}');
}

fn number(value: f64) -> String {
    if value.is_finite() {
        ryu::Buffer::new().format_finite(value).to_owned()
    } else if value.is_nan() {
        "NaN".to_owned()
    } else {
        (if value > 0.0 { "+Inf" } else { "-Inf" }).to_owned()
    }
}

fn put_escaped(out: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
}

fn put(out: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| out.push_str(part));
}
