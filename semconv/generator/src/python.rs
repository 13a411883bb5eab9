//! Renders `semconv/python/inferometer_semconv.py`.

use std::fmt::Write;

use crate::{
    generate::COMMAND,
    registry::{Instrument, Metric, Registry, ValueSet},
    rust::constant_name,
};

const HEAD: &str = r#""""Names, units, bounds and closed values of Inferometer's semantic conventions."""

from typing import Final, NamedTuple


class Instrument(NamedTuple):
    """One instrument."""

    name: str
    prometheus_name: str
    kind: str
    unit: str
    description: str
    bounds: tuple[float, ...]
    attributes: tuple[str, ...]


"#;

pub(crate) fn module(registry: &Registry) -> String {
    let mut out = format!("# @generated from semconv/registry; run `{COMMAND}`.\n{HEAD}");
    for attribute in &registry.attributes {
        let name = constant_name(&attribute.key);
        line(&mut out, &format!("ATTRIBUTE_{name}: Final[str] = {:?}", attribute.key));
        if let ValueSet::Closed(values) = &attribute.values {
            let values = tuple(values.iter().map(|(value, _)| format!("{value:?}")));
            line(&mut out, &format!("VALUES_{name}: Final[tuple[str, ...]] = {values}"));
        }
    }
    for metric in &registry.metrics {
        out.push_str(&instrument(metric));
    }
    line(&mut out, "");
    for span in &registry.spans {
        line(
            &mut out,
            &format!("SPAN_{}: Final[str] = {:?}", constant_name(&span.span_type), span.name),
        );
    }
    for event in &registry.events {
        let name = constant_name(&event.name);
        line(&mut out, &format!("EVENT_{name}: Final[str] = {:?}", event.name));
    }
    line(&mut out, "\nINSTRUMENTS: Final[tuple[Instrument, ...]] = (");
    for metric in &registry.metrics {
        line(&mut out, &format!("    METRIC_{},", constant_name(&metric.name)));
    }
    line(&mut out, ")");
    out
}

fn instrument(metric: &Metric) -> String {
    let name = constant_name(&metric.name);
    let bounds = tuple(metric.bounds.iter().map(|bound| format!("{bound:?}")));
    let keys = metric.attributes.iter().map(|used| &used.key);
    let attributes = tuple(keys.map(|key| format!("ATTRIBUTE_{}", constant_name(key))));
    let fields = [
        ("name", format!("{:?}", metric.name)),
        ("prometheus_name", format!("{:?}", metric.prometheus_name())),
        ("kind", format!("{:?}", kind(metric.instrument))),
        ("unit", format!("{:?}", metric.unit)),
        ("description", format!("{:?}", metric.brief)),
        ("bounds", bounds),
        ("attributes", attributes),
    ];
    let mut out = format!("\nMETRIC_{name}: Final[Instrument] = Instrument(\n");
    for (field, value) in fields {
        line(&mut out, &format!("    {field}={value},"));
    }
    line(&mut out, ")");
    out
}

fn kind(instrument: Instrument) -> &'static str {
    match instrument {
        Instrument::Counter => "counter",
        Instrument::UpDownCounter => "updowncounter",
        Instrument::Gauge => "gauge",
        Instrument::Histogram => "histogram",
    }
}

/// A tuple of one needs its comma.
fn tuple(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.as_slice() {
        [one] => format!("({one},)"),
        _ => format!("({})", items.join(", ")),
    }
}

/// Writing to a string cannot fail.
fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").ok();
}
