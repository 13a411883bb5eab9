//! Services and operations that spans in the ring have.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use parking_lot::Mutex;

use super::{jaeger::kind_name, ring::Ring, walk::latest_first};

/// The kinds that spans of each name have, as Jaeger spells them; empty for a span that has none.
pub(super) type Operations = BTreeMap<String, BTreeSet<&'static str>>;

/// The services that spans come from.
pub(super) fn services(ring: &Mutex<Ring>) -> BTreeSet<String> {
    let mut services = BTreeSet::new();
    for trace in latest_first(ring) {
        for span in trace.spans() {
            if !services.contains(&span.process.service) {
                services.insert(span.process.service.clone());
            }
        }
    }
    services
}

/// The names of a service's spans, those of one kind alone if it is named.
pub(super) fn operations(ring: &Mutex<Ring>, service: &str, kind: Option<SpanKind>) -> Operations {
    let mut operations = Operations::new();
    for trace in latest_first(ring) {
        let of_service = trace.spans().iter().filter(|span| span.process.service == service);
        for span in of_service.filter(|span| kind.is_none_or(|kind| span.kind == kind)) {
            let kind = kind_name(span.kind).unwrap_or_default();
            match operations.get_mut(&*span.name) {
                Some(kinds) => {
                    kinds.insert(kind);
                }
                None => {
                    operations.insert(span.name.to_string(), BTreeSet::from([kind]));
                }
            }
        }
    }
    operations
}
