//! Two pages in one form: what the model would show, and what a page shows.

use super::{
    client_model::{Metric, MetricFamily, MetricType, families},
    store::Model,
    values::Shown,
};

/// The page of the model, line by line, sorted.
pub(in super::super) fn expected(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, (kind, help)) in &model.families {
        if !help.is_empty() {
            let help = help.replace('\\', "\\\\").replace('\n', "\\n");
            lines.push(format!("# HELP {name} {help}"));
        }
        let kind = if kind.as_str() == "unknown" { "untyped" } else { kind.as_str() };
        lines.push(format!("# TYPE {name} {kind}"));
    }
    for (series, shown) in model.shown() {
        let mut put = |suffix: &str, extra: Option<(&str, f64)>, value: String| {
            let labels = &series.labels;
            let comma = if labels.is_empty() { "" } else { "," };
            let labels = match extra {
                Some((label, value)) => {
                    format!("{{{labels}{comma}{label}=\"{}\"}}", spelled(value))
                }
                None if labels.is_empty() => String::new(),
                None => format!("{{{labels}}}"),
            };
            lines.push(format!("{}{suffix}{labels} {value}", series.family));
        };
        match &shown {
            Shown::Int(number) => put("", None, number.to_string()),
            Shown::Double(number) => put("", None, spelled(*number)),
            Shown::Histogram { bounds, counts, count, sum } => {
                for (index, bound) in bounds.iter().enumerate() {
                    let counts = counts[..=index].iter();
                    let below = counts.fold(0, |sum: u64, count| sum.saturating_add(*count));
                    if *bound != f64::INFINITY {
                        put("_bucket", Some(("le", *bound)), below.to_string());
                    }
                }
                put("_bucket", Some(("le", f64::INFINITY)), count.to_string());
                if let Some(sum) = sum {
                    put("_sum", None, spelled(*sum));
                }
                put("_count", None, count.to_string());
            }
            Shown::Exponential(histogram) => {
                for (bound, below) in histogram.buckets() {
                    put("_bucket", Some(("le", bound)), below.to_string());
                }
                put("_bucket", Some(("le", f64::INFINITY)), histogram.count.to_string());
                if let Some(sum) = histogram.sum {
                    put("_sum", None, spelled(sum));
                }
                put("_count", None, histogram.count.to_string());
            }
            Shown::Summary { quantiles, count, sum } => {
                for (share, value) in quantiles {
                    put("", Some(("quantile", *share)), spelled(*value));
                }
                put("_sum", None, spelled(*sum));
                put("_count", None, count.to_string());
            }
        }
    }
    sorted(lines.iter().map(|line| normal(line)).collect())
}

/// A page as the exporter wrote it, in the same form.
pub(in super::super) fn seen(page: &str) -> Vec<String> {
    sorted(page.split('\n').filter(|line| !line.is_empty()).map(normal).collect())
}

/// A page in protobuf, in the same form, with its numbers as doubles.
pub(in super::super) fn of_protobuf(page: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    for family in families(page) {
        let name = family.name();
        if !family.help().is_empty() {
            let help = family.help().replace('\\', "\\\\").replace('\n', "\\n");
            lines.push(format!("# HELP {name} {help}"));
        }
        let kind = format!("{:?}", family.r#type()).to_lowercase();
        lines.push(format!("# TYPE {name} {kind}"));
        for metric in &family.metric {
            put_metric(&family, metric, &mut lines);
        }
    }
    let lines: Vec<String> = lines.iter().map(|line| normal(line)).collect();
    in_doubles(&lines)
}

fn put_metric(family: &MetricFamily, metric: &Metric, lines: &mut Vec<String>) {
    let mut put = |suffix: &str, extra: Option<(&str, f64)>, value: f64| {
        let extra = extra.map(|(name, value)| (name, spelled(value)));
        let extra = extra.iter().map(|(name, value)| (*name, value.as_str()));
        let labels: Vec<String> = metric
            .labels()
            .into_iter()
            .chain(extra)
            .map(|(name, value)| {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                format!("{name}=\"{}\"", value.replace('\n', "\\n"))
            })
            .collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        lines.push(format!("{}{suffix}{labels} {}", family.name(), spelled(value)));
    };
    match family.r#type() {
        MetricType::Counter => put("", None, metric.counter.as_ref().unwrap().value()),
        MetricType::Gauge => put("", None, metric.gauge.as_ref().unwrap().value()),
        MetricType::Untyped => put("", None, metric.untyped.as_ref().unwrap().value()),
        MetricType::Summary => {
            let summary = metric.summary.as_ref().unwrap();
            for quantile in &summary.quantile {
                put("", Some(("quantile", quantile.quantile())), quantile.value());
            }
            put("_sum", None, summary.sample_sum());
            put("_count", None, summary.sample_count() as f64);
        }
        MetricType::Histogram => {
            let histogram = metric.histogram.as_ref().unwrap();
            for bucket in &histogram.bucket {
                let below = bucket.cumulative_count() as f64;
                put("_bucket", Some(("le", bucket.upper_bound())), below);
            }
            put("_sum", None, histogram.sample_sum());
            put("_count", None, histogram.sample_count() as f64);
            if histogram.schema.is_some() {
                let in_buckets = histogram.native_population();
                assert_eq!(in_buckets, histogram.sample_count(), "{histogram:?}");
            }
        }
        MetricType::GaugeHistogram => panic!("nobody sends one"),
    }
}

/// Lines with their numbers as doubles. A sum that nobody keeps is not a number in protobuf, and no line in text.
pub(in super::super) fn in_doubles(lines: &[String]) -> Vec<String> {
    let in_double = |line: &String| match line.rsplit_once(' ') {
        Some((name, value)) if !line.starts_with('#') => {
            let value = spelled(value.parse().unwrap());
            (!(value == "NaN" && name.contains("_sum"))).then(|| format!("{name} {value}"))
        }
        _ => Some(line.clone()),
    };
    sorted(lines.iter().filter_map(in_double).collect())
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// Doubles have one spelling here, whichever of theirs the page chose. Integers are left as they are, so that each of
/// their digits counts.
fn normal(line: &str) -> String {
    let Some((name, value)) = line.rsplit_once(' ') else {
        return line.to_owned();
    };
    if line.starts_with('#') {
        return line.to_owned();
    }
    let bound = name.rsplit_once("=\"").and_then(|(front, bound)| {
        let is_last = front.ends_with("le") || front.ends_with("quantile");
        let bound: f64 = bound.strip_suffix("\"}").filter(|_| is_last)?.parse().ok()?;
        Some(format!("{front}=\"{}\"}}", spelled(bound)))
    });
    let is_integer = value.parse::<i128>().is_ok() && value != "-0";
    let value = match value.parse::<f64>() {
        Ok(number) if !is_integer => spelled(number),
        _ => value.to_owned(),
    };
    format!("{} {value}", bound.as_deref().unwrap_or(name))
}

/// The shortest digits that read back as the same bits; whole numbers as integers are spelled.
fn spelled(number: f64) -> String {
    if number.is_nan() { "NaN".to_owned() } else { format!("{number}") }
}
