//! The rules that a registry must keep; they stand in for OpenTelemetry Weaver, which cannot be had as a crate.

use std::collections::BTreeMap;

use crate::{
    model::NAMESPACE,
    read::is_upstream,
    registry::{
        Attribute, AttributeUse, Instrument, Metric, Registry,
        RequirementLevel::{OptIn, Required},
        ValueSet,
    },
    rust::enums,
    suffix::broken_promise,
    unit,
};

/// Endings that collide with the suffixes of Prometheus's histograms, counters and infos.
const RESERVED_ENDINGS: [&str; 6] = ["count", "sum", "bucket", "total", "created", "info"];
/// Prometheus' own name for which program this is, a gauge that nothing is appended to: `prometheus_build_info`.
const BUILD_INFO: &str = ".build.info";
/// OpenTelemetry API, instrument name syntax.
const NAME_CHARS_MAX: usize = 255;
/// Series of an instrument that says no limit: `DEFAULT_CARDINALITY_LIMIT` of the crate.
const CARDINALITY_LIMIT_DEFAULT: u32 = 2000;
/// Values of an open attribute that may be on every point.
const OPEN_VALUES_MAX: u32 = 1024;

/// Everything that is wrong with a registry, one line each; empty if it is sound.
#[must_use]
pub fn check(registry: &Registry) -> Vec<String> {
    let mut problems = Vec::new();
    names(registry, &mut problems);
    duplicates(registry, &mut problems);
    for metric in &registry.metrics {
        instrument(metric, &mut problems);
        if !is_upstream(&metric.file) {
            own_instrument(registry, metric, &mut problems);
        }
        metric_attributes(registry, metric, &mut problems);
    }
    for attribute in &registry.attributes {
        values(attribute, &mut problems);
    }
    for span in &registry.spans {
        for placeholder in placeholders(&span.name) {
            if !span.attributes.iter().any(|AttributeUse { key, .. }| key == placeholder) {
                problems.push(format!(
                    "{}: the name wants {placeholder}, which it does not carry",
                    span.span_type
                ));
            }
        }
    }
    for event in &registry.events {
        if event.brief.is_empty() {
            problems.push(format!("{}: no brief", event.name));
        }
    }
    for (name, users) in enums(registry) {
        if users.iter().any(|attribute| attribute.values != users[0].values) {
            problems.push(format!(
                "{name}: attributes with different values share this type; set enum_name"
            ));
        }
    }
    problems
}

fn names(registry: &Registry, problems: &mut Vec<String>) {
    let metrics = registry.metrics.iter().map(|metric| (&metric.name, &metric.file));
    let attributes = registry.attributes.iter().map(|attribute| (&attribute.key, &attribute.file));
    let spans = registry.spans.iter().map(|span| (&span.span_type, &span.file));
    let events = registry.events.iter().map(|event| (&event.name, &event.file));
    for (name, file) in metrics.clone().chain(attributes).chain(spans).chain(events) {
        if let Some(problem) = name_problem(name) {
            problems.push(format!("{name}: {problem}"));
        }
        if !is_upstream(file) && !is_own(name) {
            problems.push(format!("{name}: not under {NAMESPACE}.*, and {file} is ours"));
        }
        if is_upstream(file) && is_own(name) {
            problems.push(format!("{name}: under {NAMESPACE}.*, but {file} is not ours"));
        }
    }
    for (name, file) in metrics.filter(|(_, file)| !is_upstream(file)) {
        let last = name.rsplit(['.', '_']).next().unwrap_or(name);
        if RESERVED_ENDINGS.contains(&last) && !name.ends_with(BUILD_INFO) {
            problems
                .push(format!("{name}: ends in {last}, which Prometheus appends itself ({file})"));
        }
    }
}

fn is_own(name: &str) -> bool {
    name.strip_prefix(NAMESPACE).is_some_and(|rest| rest.starts_with('.'))
}

fn name_problem(name: &str) -> Option<&'static str> {
    let is_delimiter = |byte: u8| byte == b'.' || byte == b'_';
    let bytes = name.as_bytes();
    if bytes.len() > NAME_CHARS_MAX {
        return Some("longer than 255 characters");
    }
    if !bytes
        .iter()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || is_delimiter(*byte))
    {
        return Some("has characters outside a-z, 0-9, `_` and `.`");
    }
    if !bytes.first().is_some_and(u8::is_ascii_lowercase) {
        return Some("does not start with a letter");
    }
    if bytes.last().copied().is_some_and(is_delimiter) {
        return Some("ends with a delimiter");
    }
    if bytes.windows(2).any(|pair| is_delimiter(pair[0]) && is_delimiter(pair[1])) {
        return Some("has two delimiters in a row");
    }
    None
}

fn duplicates(registry: &Registry, problems: &mut Vec<String>) {
    let mut shown: BTreeMap<String, &str> = BTreeMap::new();
    for metric in &registry.metrics {
        for name in prometheus_families(metric) {
            if let Some(other) = shown.insert(name.clone(), &metric.name) {
                problems.push(format!(
                    "{}: Prometheus shows it as {name}, and {other} too",
                    metric.name
                ));
            }
        }
        let inner = format!("{}.", metric.name);
        if let Some(other) = registry.metrics.iter().find(|other| other.name.starts_with(&inner)) {
            problems.push(format!("{}: is a namespace of {}", metric.name, other.name));
        }
    }
    let mut labels: BTreeMap<String, &str> = BTreeMap::new();
    for attribute in &registry.attributes {
        let label = crate::prometheus_name::label_name(&attribute.key).into_owned();
        if let Some(other) = labels.insert(label.clone(), &attribute.key) {
            problems.push(format!(
                "{}: Prometheus shows it as {label}, and {other} too",
                attribute.key
            ));
        }
    }
    for attribute in &registry.attributes {
        let inner = format!("{}.", attribute.key);
        if let Some(other) = registry.attributes.iter().find(|other| other.key.starts_with(&inner))
        {
            problems.push(format!("{}: is a namespace of {}", attribute.key, other.key));
        }
    }
    for (index, event) in registry.events.iter().enumerate() {
        if registry.events[..index].iter().any(|other| other.name == event.name) {
            problems.push(format!("{}: defined twice", event.name));
        }
    }
    for (index, span) in registry.spans.iter().enumerate() {
        if registry.spans[..index].iter().any(|other| other.span_type == span.span_type) {
            problems.push(format!("{}: defined twice", span.span_type));
        }
    }
}

/// Every name under which a scrape shows the metric.
fn prometheus_families(metric: &Metric) -> Vec<String> {
    let name = metric.prometheus_name();
    match metric.instrument {
        Instrument::Histogram => {
            let mut names: Vec<String> =
                ["_bucket", "_sum", "_count"].iter().map(|end| format!("{name}{end}")).collect();
            names.push(name);
            names
        }
        _ => vec![name],
    }
}

fn instrument(metric: &Metric, problems: &mut Vec<String>) {
    let name = &metric.name;
    if !unit::is_known(&metric.unit) {
        problems.push(format!(
            "{name}: unit {:?} is neither a known UCUM code nor a {{lower_case}} annotation",
            metric.unit
        ));
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    if is_plural(last) && !is_upstream(&metric.file) {
        if !metric.unit.starts_with('{') {
            problems.push(format!("{name}: a plural, but its unit {} counts nothing", metric.unit));
        } else if metric.instrument == Instrument::UpDownCounter {
            problems.push(format!("{name}: up-down counters are singular"));
        }
    }
    if last == unit::prometheus_word(&metric.unit) {
        problems.push(format!("{name}: the unit is in the name; Prometheus appends it itself"));
    }
    if metric.brief.is_empty() {
        problems.push(format!("{name}: no brief"));
    }
    let is_histogram = metric.instrument == Instrument::Histogram;
    if is_histogram == metric.bounds.is_empty() {
        let problem = if is_histogram {
            "a histogram without bucket_boundaries"
        } else {
            "bucket_boundaries without a histogram"
        };
        problems.push(format!("{name}: {problem}"));
    }
    if !metric.bounds.is_sorted_by(|left, right| left < right)
        || !metric.bounds.iter().all(|bound| bound.is_finite())
    {
        problems.push(format!("{name}: bucket_boundaries are not finite and ascending"));
    }
    if metric.cardinality_limit == Some(0) {
        problems.push(format!("{name}: cardinality_limit is 0"));
    }
}

/// What upstream's definitions need not keep, or cannot be held to.
fn own_instrument(registry: &Registry, metric: &Metric, problems: &mut Vec<String>) {
    let name = &metric.name;
    problems.extend(broken_promise(metric));
    if !metric.brief.ends_with('.') {
        problems.push(format!("{name}: the brief is no sentence; it ends with a full stop"));
    }
    if metric.unit == "s" && metric.is_int {
        problems.push(format!("{name}: seconds are doubles"));
    }
    let plural = name.split('.').rev().skip(1).find(|word| is_plural(word));
    if let Some(word) = plural {
        problems.push(format!("{name}: the namespace {word} is a plural"));
    }
    // Those that every point carries; a closed set that outgrows the limit would always overflow.
    let required = metric.attributes.iter().filter(|it| it.requirement == Required);
    let series: usize = required
        .filter_map(|used| match &registry.attribute(&used.key)?.values {
            ValueSet::Closed(values) => Some(values.len().max(1)),
            _ => None,
        })
        .product();
    let limit = metric.cardinality_limit.unwrap_or(CARDINALITY_LIMIT_DEFAULT) as usize;
    if series > limit {
        problems
            .push(format!("{name}: its closed attributes alone make {series} series of {limit}"));
    }
    for AttributeUse { key, requirement } in &metric.attributes {
        let values = registry.attribute(key).map(|attribute| &attribute.values);
        let is_many =
            matches!(values, Some(ValueSet::Open { limit, .. }) if *limit > OPEN_VALUES_MAX);
        if is_many && *requirement != OptIn {
            problems.push(format!(
                "{name}: {key} has more than {OPEN_VALUES_MAX} values, so it is opt_in"
            ));
        }
    }
}

/// `loss`, `status` and `series` are none, nor is a phrase such as `time_between_tokens`.
fn is_plural(word: &str) -> bool {
    word.ends_with('s')
        && !["ss", "us", "series"].iter().any(|singular| word.ends_with(singular))
        && !word.contains('_')
}

fn metric_attributes(registry: &Registry, metric: &Metric, problems: &mut Vec<String>) {
    for AttributeUse { key, .. } in &metric.attributes {
        if registry.attribute(key).is_some_and(|attribute| attribute.values == ValueSet::Unbounded)
        {
            problems.push(format!(
                "{}: {key} has no bound, so only spans may carry it; give it a limit",
                metric.name
            ));
        }
    }
}

fn values(attribute: &Attribute, problems: &mut Vec<String>) {
    let key = &attribute.key;
    let problem = match &attribute.values {
        ValueSet::Unsaid => "say one of closed, limit and unbounded in annotations.inferometer",
        ValueSet::Closed(values) if values.is_empty() => "closed, but it has no values",
        ValueSet::Open { limit: 0, .. } => "its limit is 0",
        ValueSet::Open { known, limit } if known.len() > *limit as usize => {
            "more known values than its limit"
        }
        ValueSet::Closed(values)
            if !is_upstream(&attribute.file)
                && values.iter().any(|(value, _)| name_problem(value).is_some()) =>
        {
            "a closed value is not in lower case with underscores"
        }
        _ if attribute.brief.is_empty() => "no brief",
        _ => return,
    };
    problems.push(format!("{key}: {problem}"));
}

/// The keys in braces.
fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(key, _)| key))
}
