//! Renders `docs/metrics.md`.

use std::fmt::Write;

use crate::{
    generate::COMMAND,
    registry::{
        Attribute, AttributeUse, Event, Instrument, Metric, Registry, RequirementLevel, Span,
        ValueSet,
    },
    rust::kind_name,
};

pub(crate) fn page(registry: &Registry) -> String {
    let mut out = format!(
        "<!-- @generated from semconv/registry; run `{COMMAND}`. -->\n\n# What is measured\n"
    );
    line(
        &mut out,
        "\nEvery instrument, attribute, span and event, with the name that Prometheus shows. Names under `infer.` are",
    );
    line(
        &mut out,
        "Inferometer's own; all others are OpenTelemetry's, unchanged. An attribute marked * is on every point that an engine records.",
    );
    line(&mut out, "\n## Instruments\n");
    line(&mut out, "| Instrument | Prometheus | Kind | Unit |\n|---|---|---|---|");
    for metric in &registry.metrics {
        let name = &metric.name;
        let anchor = anchor(name);
        line(
            &mut out,
            &format!(
                "| [`{name}`](#{anchor}) | `{}` | {} | `{}` |",
                metric.prometheus_name(),
                kind(metric),
                metric.unit
            ),
        );
    }
    for metric in &registry.metrics {
        out.push_str(&instrument(registry, metric));
    }
    line(&mut out, "\n## Attributes\n");
    line(
        &mut out,
        "| Attribute | Prometheus label | Type | Values | Meaning |\n|---|---|---|---|---|",
    );
    for attribute in &registry.attributes {
        let label = crate::prometheus_name::label_name(&attribute.key);
        let meaning = join(&attribute.brief, &attribute.note);
        let (key, value_type) = (&attribute.key, attribute.value_type);
        line(
            &mut out,
            &format!("| `{key}` | `{label}` | {value_type} | {} | {meaning} |", values(attribute)),
        );
    }
    line(&mut out, "\n## Spans");
    for each in &registry.spans {
        out.push_str(&span(each));
    }
    line(&mut out, "\n## Events on spans");
    for each in &registry.events {
        out.push_str(&event(each));
    }
    out
}

fn instrument(registry: &Registry, metric: &Metric) -> String {
    let mut out = format!("\n### {}\n\n{}\n\n", metric.name, join(&metric.brief, &metric.note));
    let numbers = if metric.is_int { "integers" } else { "doubles" };
    line(
        &mut out,
        &format!(
            "- Prometheus: `{}`; {} of {numbers} in `{}`",
            metric.prometheus_name(),
            kind(metric),
            metric.unit
        ),
    );
    if !metric.bounds.is_empty() {
        let bounds: Vec<String> = metric.bounds.iter().map(f64::to_string).collect();
        line(&mut out, &format!("- Bounds: {}", bounds.join(", ")));
    }
    if let Some(limit) = metric.cardinality_limit {
        line(&mut out, &format!("- Series: at most {limit}"));
    }
    for AttributeUse { key, requirement } in &metric.attributes {
        let limited = registry.attribute(key).map(limited).unwrap_or_default();
        line(&mut out, &format!("- {}: {limited}", used(key, requirement)));
    }
    out
}

fn span(span: &Span) -> String {
    let mut out = format!("\n### {} ({})\n\n", span.span_type, kind_name(span.kind).to_uppercase());
    line(&mut out, &format!("{}\n\n- Name: `{}`", join(&span.brief, &span.note), span.name));
    for AttributeUse { key, requirement } in &span.attributes {
        line(&mut out, &format!("- {}", used(key, requirement)));
    }
    out
}

fn event(event: &Event) -> String {
    let mut out = format!("\n### {}\n\n{}\n", event.name, join(&event.brief, &event.note));
    if !event.attributes.is_empty() {
        line(&mut out, "");
    }
    for AttributeUse { key, requirement } in &event.attributes {
        line(&mut out, &format!("- {}", used(key, requirement)));
    }
    out
}

fn used(key: &str, requirement: &RequirementLevel) -> String {
    match requirement {
        RequirementLevel::Required => format!("`{key}`*"),
        RequirementLevel::Recommended => format!("`{key}`"),
        RequirementLevel::OptIn => format!("`{key}` (on request)"),
        RequirementLevel::ConditionallyRequired(condition) => {
            let mut chars = condition.trim_end_matches('.').chars();
            let condition: String = chars
                .next()
                .map(|first| first.to_ascii_lowercase())
                .into_iter()
                .chain(chars)
                .collect();
            format!("`{key}` ({condition})")
        }
    }
}

fn kind(metric: &Metric) -> &'static str {
    match metric.instrument {
        Instrument::Counter => "counter",
        Instrument::UpDownCounter => "up-down counter",
        Instrument::Gauge => "gauge",
        Instrument::Histogram => "histogram",
    }
}

/// The closed values, or how many there may be.
fn limited(attribute: &Attribute) -> String {
    match &attribute.values {
        ValueSet::Closed(values) => list(values),
        ValueSet::Open { limit, .. } => format!("any, at most {limit}"),
        ValueSet::Unbounded | ValueSet::Unsaid => "any; on spans only".to_owned(),
    }
}

fn values(attribute: &Attribute) -> String {
    match &attribute.values {
        ValueSet::Open { known, .. } if !known.is_empty() => {
            format!("{}; well known: {}", limited(attribute), list(known))
        }
        _ => limited(attribute),
    }
}

fn list(values: &[(String, String)]) -> String {
    let quoted: Vec<String> = values.iter().map(|(value, _)| format!("`{value}`")).collect();
    quoted.join(", ")
}

/// As GitHub makes them: dots vanish.
fn anchor(name: &str) -> String {
    name.replace('.', "")
}

fn join(brief: &str, note: &str) -> String {
    format!("{brief} {note}").trim().replace('|', "\\|")
}

/// Writing to a string cannot fail.
fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").ok();
}
