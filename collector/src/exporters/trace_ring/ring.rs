//! The ring itself: traces in the order of their arrival, the oldest first to go.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use super::{
    search::Search,
    span::{StoredSpan, TraceId},
};

/// The spans of one trace, in the order of their arrival.
pub(super) type Spans = Vec<Arc<StoredSpan>>;

/// Traces under a bound in number and bytes.
#[derive(Debug)]
pub(super) struct Ring {
    traces_max: usize,
    bytes_max: usize,
    traces: HashMap<TraceId, Trace>,
    /// Every trace once, by the arrival of its first span.
    order: VecDeque<TraceId>,
    bytes: usize,
    spans: u64,
}

#[derive(Debug, Default)]
struct Trace {
    spans: Spans,
    bytes: usize,
    has_root: bool,
}

impl Ring {
    pub(super) fn new(traces_max: usize, bytes_max: usize) -> Self {
        Self {
            traces_max,
            bytes_max,
            traces: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
            spans: 0,
        }
    }

    /// Keeps a span, and returns how many had to go for it.
    ///
    /// A trace that alone is above the bound goes too.
    pub(super) fn push(&mut self, id: TraceId, span: StoredSpan) -> u64 {
        let cost = span.cost();
        let trace = self.traces.entry(id).or_insert_with(|| {
            self.order.push_back(id);
            Trace::default()
        });
        trace.bytes += cost;
        trace.has_root |= span.is_root;
        trace.spans.push(Arc::new(span));
        self.bytes += cost;
        self.spans += 1;
        let mut evicted = 0;
        while self.bytes > self.bytes_max || self.order.len() > self.traces_max {
            evicted += self.evict_oldest();
        }
        evicted
    }

    fn evict_oldest(&mut self) -> u64 {
        let oldest = self.order.pop_front();
        let Some(trace) = oldest.and_then(|id| self.traces.remove(&id)) else {
            return 0;
        };
        let spans = trace.spans.len() as u64;
        self.bytes -= trace.bytes;
        self.spans -= spans;
        spans
    }

    /// Spans in the ring.
    pub(super) const fn spans(&self) -> u64 {
        self.spans
    }

    /// The spans of one trace.
    pub(super) fn trace(&self, id: &TraceId) -> Option<Spans> {
        self.traces.get(id).map(|trace| trace.spans.clone())
    }

    /// The traces that a search finds: those with a root span, the latest first, then the others, the latest first.
    ///
    /// A root span arrives when its request has ended. Until then its trace is a fragment, and fragments are always
    /// the latest: in front they would hide every whole trace of a busy server.
    pub(super) fn search(&self, search: &Search) -> Vec<Spans> {
        let latest_first = |has_root: bool| {
            let traces = self.order.iter().rev().filter_map(|id| self.traces.get(id));
            traces
                .filter(move |trace| trace.has_root == has_root)
                .filter(|trace| trace.spans.iter().any(|span| search.finds(span)))
        };
        let found = latest_first(true).chain(latest_first(false));
        found.take(search.limit).map(|trace| trace.spans.clone()).collect()
    }

    /// The services that spans come from.
    pub(super) fn services(&self) -> BTreeSet<String> {
        self.all_spans().map(|span| span.process.service.clone()).collect()
    }

    /// The names of a service's spans.
    pub(super) fn operations(&self, service: &str) -> BTreeSet<String> {
        self.all_spans()
            .filter(|span| span.process.service == service)
            .map(|span| span.name.clone().into_string())
            .collect()
    }

    fn all_spans(&self) -> impl Iterator<Item = &Arc<StoredSpan>> {
        self.traces.values().flat_map(|trace| &trace.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exporters::trace_ring::span::{Process, Scope};

    fn span(size: usize) -> StoredSpan {
        StoredSpan {
            encoded: vec![0; size].into(),
            parts: 0,
            name: "span".into(),
            start_nanos: 0,
            is_root: true,
            process: Arc::new(Process { service: "service".to_owned(), encoded: Vec::new() }),
            scope: Arc::new(Scope { name: String::new(), version: String::new() }),
        }
    }

    fn check(ring: &Ring, kept: &[u8], spans: u64) {
        let seen: Vec<u8> = ring.order.iter().map(|id| id[0]).collect();
        assert_eq!((seen.as_slice(), ring.spans()), (kept, spans));
        assert_eq!(ring.traces.len(), kept.len());
        let bytes: usize = ring.all_spans().map(|span| span.cost()).sum();
        assert_eq!(ring.bytes, bytes, "the sum of what is kept");
    }

    #[test]
    fn the_oldest_trace_makes_room() {
        let mut ring = Ring::new(2, 1 << 20);
        assert_eq!(ring.push([1; 16], span(10)), 0);
        assert_eq!(ring.push([1; 16], span(10)), 0);
        assert_eq!(ring.push([2; 16], span(10)), 0);
        assert_eq!(ring.push([3; 16], span(10)), 2);
        check(&ring, &[2, 3], 2);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut ring = Ring::new(1000, 2500);
        assert_eq!(ring.push([1; 16], span(800)), 0);
        assert_eq!(ring.push([2; 16], span(800)), 0);
        assert_eq!(ring.push([3; 16], span(800)), 1);
        check(&ring, &[2, 3], 2);
    }

    #[test]
    fn a_trace_above_the_bound_goes_whole() {
        let mut ring = Ring::new(1000, 1500);
        assert_eq!(ring.push([1; 16], span(800)), 0);
        assert_eq!(ring.push([1; 16], span(800)), 2);
        check(&ring, &[], 0);
    }
}
