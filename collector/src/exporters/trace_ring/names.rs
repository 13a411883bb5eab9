//! Services and operations that spans in the ring have.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use parking_lot::Mutex;

use super::{jaeger::kind_name, ring::Ring, walk::latest_first};

/// Entries of a list; further ones are left out, which is said among the answer's errors. Those of the latest traces stay.
const ENTRIES_MAX: usize = 10_000;
/// Bytes of their names, likewise.
const BYTES_MAX: usize = 1 << 20;

/// The kinds that spans of each name have, as Jaeger spells them; empty for a span that has none.
pub(super) type Operations = BTreeMap<String, BTreeSet<&'static str>>;

/// Some entries, and whether there were more than a list holds.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub(super) entries: T,
    pub(super) is_cut: bool,
}

/// How much of a list is taken.
#[derive(Debug, Default)]
pub(super) struct Space {
    entries: usize,
    bytes: usize,
    is_cut: bool,
}

impl Space {
    /// Whether there is room for a further entry with so many bytes of names.
    pub(super) const fn take(&mut self, bytes: usize) -> bool {
        let (entries, sum) = (self.entries + 1, self.bytes.saturating_add(bytes));
        if entries > ENTRIES_MAX || sum > BYTES_MAX {
            self.is_cut = true;
            return false;
        }
        (self.entries, self.bytes) = (entries, sum);
        true
    }

    pub(super) fn listed<T>(&self, entries: T) -> Listed<T> {
        Listed { entries, is_cut: self.is_cut }
    }
}

impl<T> Listed<T> {
    /// What an answer says if something is left out.
    pub(super) fn left_out_message(&self) -> Option<String> {
        self.is_cut.then(|| {
            format!(
                "entries are left out, as a list holds {ENTRIES_MAX} of them and {} MiB of their names: those of the \
                 latest traces are there",
                BYTES_MAX >> 20
            )
        })
    }
}

/// The services that spans come from.
pub(super) fn services(ring: &Mutex<Ring>) -> Listed<BTreeSet<String>> {
    let (mut services, mut space) = (BTreeSet::new(), Space::default());
    for trace in latest_first(ring) {
        for span in trace.spans() {
            let service = &span.process.service;
            if !services.contains(service) && space.take(service.len()) {
                services.insert(service.clone());
            }
        }
    }
    space.listed(services)
}

/// The names of a service's spans, those of one kind alone if it is named.
pub(super) fn operations(
    ring: &Mutex<Ring>,
    service: &str,
    kind: Option<SpanKind>,
) -> Listed<Operations> {
    let (mut operations, mut space) = (Operations::new(), Space::default());
    for trace in latest_first(ring) {
        let of_service = trace.spans().iter().filter(|span| span.process.service == service);
        for span in of_service.filter(|span| kind.is_none_or(|kind| span.kind == kind)) {
            let kind = kind_name(span.kind).unwrap_or_default();
            match operations.get_mut(&*span.name) {
                Some(kinds) => {
                    kinds.insert(kind);
                }
                None if space.take(span.name.len()) => {
                    operations.insert(span.name.to_string(), BTreeSet::from([kind]));
                }
                None => {}
            }
        }
    }
    space.listed(operations)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{
        super::span::{Process, StoredSpan},
        *,
    };

    /// A ring of traces with a span each, the last one first, whose name and service are this.
    fn ring(names: impl Iterator<Item = String>) -> Mutex<Ring> {
        let mut ring = Ring::new(usize::MAX, usize::MAX);
        for (number, name) in (1_u128..).zip(names) {
            let process = Process { service: name.clone(), ..Process::default() };
            let span = StoredSpan {
                name: name.into(),
                process: Arc::new(process),
                ..StoredSpan::blank(0)
            };
            ring.push(number.to_be_bytes(), span);
        }
        Mutex::new(ring)
    }

    #[test]
    fn a_list_holds_the_services_of_the_latest_traces_and_says_if_there_are_more() {
        let services = |count: usize| super::services(&ring((0..count).map(|n| format!("{n:06}"))));
        let all = services(ENTRIES_MAX);
        assert_eq!((all.entries.len(), all.left_out_message()), (ENTRIES_MAX, None));
        let most = services(ENTRIES_MAX + 5);
        assert_eq!(most.entries.len(), ENTRIES_MAX);
        assert_eq!(most.entries.first().map(String::as_str), Some("000005"));
        assert!(most.left_out_message().is_some_and(|said| said.contains("10000 of them")));
    }

    #[test]
    fn long_names_of_operations_are_bounded_too() {
        let (one, other) = ("a".repeat(600 << 10), "b".repeat(600 << 10));
        let mut spans = Ring::new(usize::MAX, usize::MAX);
        for (number, name) in (1_u128..).zip([&*one, &*other, &*one, "short"]) {
            let span = StoredSpan { name: name.into(), ..StoredSpan::blank(0) };
            spans.push(number.to_be_bytes(), span);
        }
        let listed = operations(&Mutex::new(spans), "service", None);
        assert_eq!(listed.entries.keys().map(String::as_str).collect::<Vec<_>>(), [&*one, "short"]);
        assert!(listed.is_cut);
    }
}
