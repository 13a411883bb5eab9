//! Renders `semconv/src/generated/`.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::{
    generate::COMMAND,
    registry::{
        Attribute, AttributeUse, Event, Instrument, Metric, Registry, RequirementLevel, Span,
        SpanKind, ValueSet,
    },
    resolve::camel_case,
};

pub(crate) fn root() -> String {
    let mut out = header("What `semconv/registry` defines, as constants.");
    line(&mut out, "#[rustfmt::skip]\npub mod attributes;");
    line(&mut out, "#[rustfmt::skip]\npub mod events;");
    line(&mut out, "#[rustfmt::skip]\npub mod metrics;");
    line(&mut out, "#[rustfmt::skip]\npub mod spans;");
    out
}

pub(crate) fn attributes(registry: &Registry) -> String {
    let mut out = header("Every attribute, and a type for each closed set of values.");
    line(&mut out, "use crate::{AttributeDef, AttributeType, Values};\n");
    for attribute in &registry.attributes {
        out.push_str(&attribute_constant(attribute));
    }
    line(&mut out, "/// Every attribute, by key.");
    out.push_str(&all(
        "AttributeDef",
        registry.attributes.iter().map(|attribute| constant_name(&attribute.key)),
    ));
    for (name, users) in enums(registry) {
        out.push_str(&closed_enum(name, &users));
    }
    out
}

pub(crate) fn metrics(registry: &Registry) -> String {
    let mut out = header("Every instrument.");
    line(&mut out, "use crate::{");
    line(
        &mut out,
        "    AttributeRef, DEFAULT_CARDINALITY_LIMIT, InstrumentDef, InstrumentKind, Requirement, Stability, ValueType,",
    );
    line(&mut out, "    generated::attributes as keys,\n};\n");
    for metric in &registry.metrics {
        out.push_str(&metric_constant(metric));
    }
    line(&mut out, "/// Every instrument, own ones first.");
    out.push_str(&all(
        "InstrumentDef",
        registry.metrics.iter().map(|metric| constant_name(&metric.name)),
    ));
    out
}

pub(crate) fn spans(registry: &Registry) -> String {
    let mut out = header("Every span.");
    line(
        &mut out,
        "use crate::{AttributeRef, Requirement, SpanDef, SpanKind, generated::attributes as keys};\n",
    );
    for span in &registry.spans {
        out.push_str(&span_constant(span));
    }
    line(&mut out, "/// Every span.");
    out.push_str(&all("SpanDef", registry.spans.iter().map(|span| constant_name(&span.span_type))));
    out
}

pub(crate) fn events(registry: &Registry) -> String {
    let mut out = header("Every event on a span.");
    line(
        &mut out,
        "use crate::{AttributeRef, EventDef, Requirement, generated::attributes as keys};\n",
    );
    for event in &registry.events {
        out.push_str(&event_constant(event));
    }
    line(&mut out, "/// Every event.");
    out.push_str(&all("EventDef", registry.events.iter().map(|event| constant_name(&event.name))));
    out
}

fn header(title: &str) -> String {
    format!("//! {title}\n//!\n//! @generated from semconv/registry; run `{COMMAND}`.\n\n")
}

fn attribute_constant(attribute: &Attribute) -> String {
    let mut out = doc(&format!("`{}`: {}", attribute.key, attribute.brief), &attribute.note);
    let values = match &attribute.values {
        ValueSet::Closed(values) => format!("Values::Closed({})", strings(values)),
        ValueSet::Open { known, limit } => {
            format!("Values::Open {{ known: {}, limit: {limit} }}", strings(known))
        }
        ValueSet::Unbounded | ValueSet::Unsaid => "Values::Unbounded".to_owned(),
    };
    line(
        &mut out,
        &format!("pub const {}: AttributeDef = AttributeDef {{", constant_name(&attribute.key)),
    );
    line(&mut out, &format!("    key: {:?},", attribute.key));
    line(&mut out, &format!("    value_type: AttributeType::{},", attribute.value_type));
    line(&mut out, &format!("    values: {values},"));
    line(&mut out, &format!("    description: {:?},", attribute.brief));
    line(&mut out, "};\n");
    out
}

fn metric_constant(metric: &Metric) -> String {
    let note = format!("Prometheus: `{}`. {}", metric.prometheus_name(), metric.note);
    let mut out = doc(&format!("`{}`: {}", metric.name, metric.brief), note.trim());
    let kind = match metric.instrument {
        Instrument::Counter => "Counter",
        Instrument::UpDownCounter => "UpDownCounter",
        Instrument::Gauge => "Gauge",
        Instrument::Histogram => "Histogram",
    };
    let bounds: Vec<String> = metric.bounds.iter().map(|bound| format!("{bound:?}")).collect();
    let limit = metric
        .cardinality_limit
        .map_or("DEFAULT_CARDINALITY_LIMIT".to_owned(), |limit| limit.to_string());
    line(
        &mut out,
        &format!("pub const {}: InstrumentDef = InstrumentDef {{", constant_name(&metric.name)),
    );
    line(&mut out, &format!("    name: {:?},", metric.name));
    line(&mut out, &format!("    kind: InstrumentKind::{kind},"));
    line(
        &mut out,
        &format!("    value_type: ValueType::{},", if metric.is_int { "Int" } else { "Double" }),
    );
    line(&mut out, &format!("    unit: {:?},", metric.unit));
    line(&mut out, &format!("    description: {:?},", metric.brief));
    line(&mut out, &format!("    bounds: &[{}],", bounds.join(", ")));
    out.push_str(&attribute_uses(&metric.attributes));
    line(&mut out, &format!("    cardinality_limit: {limit},"));
    let stability = if metric.is_stable { "Stable" } else { "Development" };
    line(&mut out, &format!("    stability: Stability::{stability},"));
    line(&mut out, "};\n");
    out
}

fn span_constant(span: &Span) -> String {
    let mut out = doc(&format!("`{}`: {}", span.span_type, span.brief), &span.note);
    line(&mut out, &format!("pub const {}: SpanDef = SpanDef {{", constant_name(&span.span_type)));
    line(&mut out, &format!("    span_type: {:?},", span.span_type));
    line(&mut out, &format!("    name: {:?},", span.name));
    line(&mut out, &format!("    kind: SpanKind::{},", kind_name(span.kind)));
    line(&mut out, &format!("    description: {:?},", span.brief));
    out.push_str(&attribute_uses(&span.attributes));
    line(&mut out, "};\n");
    out
}

fn event_constant(event: &Event) -> String {
    let mut out = doc(&format!("`{}`: {}", event.name, event.brief), &event.note);
    line(&mut out, &format!("pub const {}: EventDef = EventDef {{", constant_name(&event.name)));
    line(&mut out, &format!("    name: {:?},", event.name));
    line(&mut out, &format!("    description: {:?},", event.brief));
    out.push_str(&attribute_uses(&event.attributes));
    line(&mut out, "};\n");
    out
}

pub(crate) fn kind_name(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Server => "Server",
        SpanKind::Client => "Client",
        SpanKind::Internal => "Internal",
        SpanKind::Producer => "Producer",
        SpanKind::Consumer => "Consumer",
    }
}

fn attribute_uses(uses: &[AttributeUse]) -> String {
    if uses.is_empty() {
        return "    attributes: &[],\n".to_owned();
    }
    let mut out = "    attributes: &[\n".to_owned();
    for AttributeUse { key, requirement } in uses {
        let requirement = match requirement {
            RequirementLevel::Required => "Required".to_owned(),
            RequirementLevel::ConditionallyRequired(condition) => {
                format!("ConditionallyRequired({condition:?})")
            }
            RequirementLevel::Recommended => "Recommended".to_owned(),
            RequirementLevel::OptIn => "OptIn".to_owned(),
        };
        let key = constant_name(key);
        line(
            &mut out,
            &format!(
                "        AttributeRef {{ attribute: &keys::{key}, requirement: Requirement::{requirement} }},"
            ),
        );
    }
    line(&mut out, "    ],");
    out
}

/// The closed sets by the name of their type, each with the attributes that share it.
pub(crate) fn enums(registry: &Registry) -> BTreeMap<&str, Vec<&Attribute>> {
    let mut enums: BTreeMap<&str, Vec<&Attribute>> = BTreeMap::new();
    for attribute in &registry.attributes {
        if matches!(attribute.values, ValueSet::Closed(_)) && attribute.value_type == "String" {
            enums.entry(&attribute.enum_name).or_default().push(attribute);
        }
    }
    enums
}

fn closed_enum(name: &str, users: &[&Attribute]) -> String {
    let Some(ValueSet::Closed(values)) = users.first().map(|attribute| &attribute.values) else {
        return String::new();
    };
    let keys: Vec<String> = users.iter().map(|attribute| format!("`{}`", attribute.key)).collect();
    let mut out = format!("\n/// The values of {}.\n", keys.join(", "));
    line(&mut out, "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]");
    line(&mut out, &format!("pub enum {name} {{"));
    for (value, brief) in values {
        let brief = if brief.is_empty() { format!("`{value}`.") } else { brief.clone() };
        line(&mut out, &format!("    /// {brief}\n    {},", camel_case(value)));
    }
    line(&mut out, &format!("}}\n\nimpl {name} {{"));
    let variants: Vec<String> =
        values.iter().map(|(value, _)| format!("Self::{}", camel_case(value))).collect();
    line(
        &mut out,
        "    /// Every value, in the order of their definition, which is that of the discriminants.",
    );
    line(
        &mut out,
        &format!("    pub const ALL: [Self; {}] = [{}];\n", values.len(), variants.join(", ")),
    );
    line(&mut out, "    /// The value as it is sent.\n    #[must_use]");
    line(&mut out, "    pub const fn as_str(self) -> &'static str {\n        match self {");
    for (value, _) in values {
        line(&mut out, &format!("            Self::{} => {value:?},", camel_case(value)));
    }
    line(&mut out, "        }\n    }\n}");
    out
}

fn all(of: &str, names: impl Iterator<Item = String>) -> String {
    let mut out = format!("pub const ALL: &[&{of}] = &[\n");
    for name in names {
        line(&mut out, &format!("    &{name},"));
    }
    line(&mut out, "];");
    out
}

fn doc(summary: &str, note: &str) -> String {
    let mut out = format!("/// {summary}\n");
    if !note.is_empty() {
        line(&mut out, &format!("///\n/// {note}"));
    }
    out
}

/// `infer.kv_cache.tier` is `INFER_KV_CACHE_TIER`.
pub(crate) fn constant_name(name: &str) -> String {
    name.replace('.', "_").to_ascii_uppercase()
}

fn strings(values: &[(String, String)]) -> String {
    let quoted: Vec<String> = values.iter().map(|(value, _)| format!("{value:?}")).collect();
    format!("&[{}]", quoted.join(", "))
}

/// Writing to a string cannot fail.
fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").ok();
}
