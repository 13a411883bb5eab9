//! The ring itself: traces in the order of their arrival, the oldest first to go.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::{span::StoredSpan, trace_id::TraceId};

/// Traces under a bound in number and bytes.
#[derive(Debug)]
pub(super) struct Ring {
    traces_max: usize,
    bytes_max: usize,
    traces: HashMap<TraceId, Arc<Trace>>,
    /// Every trace once, by the arrival of its first span.
    order: VecDeque<TraceId>,
    /// How many traces have gone; a trace's place in the order of all that ever came stays what it is.
    gone: u64,
    bytes: usize,
    spans: u64,
}

/// The spans of one trace, in the order of their arrival.
///
/// Whoever reads a trace shares it. A span that comes meanwhile goes into a copy, of handles and not of spans.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    spans: Vec<Arc<StoredSpan>>,
    bytes: usize,
    has_root: bool,
}

impl Trace {
    pub(super) fn spans(&self) -> &[Arc<StoredSpan>] {
        &self.spans
    }

    /// What its spans are charged with.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the span that it begins with is there.
    pub(super) const fn has_root(&self) -> bool {
        self.has_root
    }

    /// Adds a span, and returns what it is charged with.
    fn push(&mut self, span: StoredSpan) -> usize {
        let is_known =
            self.spans.last().is_some_and(|last| Arc::ptr_eq(&last.process, &span.process));
        let cost = span.cost() + if is_known { 0 } else { span.process_cost() };
        self.bytes += cost;
        self.has_root |= span.is_root;
        self.spans.push(Arc::new(span));
        cost
    }
}

impl Ring {
    pub(super) fn new(traces_max: usize, bytes_max: usize) -> Self {
        Self {
            traces_max,
            bytes_max,
            traces: HashMap::new(),
            order: VecDeque::new(),
            gone: 0,
            bytes: 0,
            spans: 0,
        }
    }

    /// Keeps a span, and returns how many had to go for it.
    ///
    /// A trace that alone is above the bound goes too.
    pub(super) fn push(&mut self, id: TraceId, span: StoredSpan) -> u64 {
        let trace = self.traces.entry(id).or_insert_with(|| {
            self.order.push_back(id);
            Arc::default()
        });
        self.bytes += Arc::make_mut(trace).push(span);
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
        self.gone += 1;
        self.bytes -= trace.bytes;
        self.spans -= spans;
        spans
    }

    /// Spans in the ring.
    pub(super) const fn spans(&self) -> u64 {
        self.spans
    }

    /// One trace.
    pub(super) fn trace(&self, id: &TraceId) -> Option<Arc<Trace>> {
        self.traces.get(id).cloned()
    }

    /// Up to `count` traces that came before this place, the latest first, and the place of the earliest of them; none
    /// if there are no more.
    pub(super) fn before(&self, place: u64, count: usize) -> (Vec<Arc<Trace>>, u64) {
        let end = usize::try_from(place.saturating_sub(self.gone)).unwrap_or(usize::MAX);
        let end = end.min(self.order.len());
        let begin = end.saturating_sub(count);
        let ids = self.order.range(begin..end).rev();
        let traces = ids.filter_map(|id| self.traces.get(id)).cloned().collect();
        (traces, self.gone + begin as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::span::Process, *};

    fn span(size: usize) -> StoredSpan {
        StoredSpan::blank(size)
    }

    fn check(ring: &Ring, kept: &[u8], spans: u64) {
        let seen: Vec<u8> = ring.order.iter().map(|id| id[0]).collect();
        assert_eq!((seen.as_slice(), ring.spans()), (kept, spans));
        assert_eq!(ring.traces.len(), kept.len());
        let all = ring.traces.values().flat_map(|trace| trace.spans());
        let bytes: usize = all.map(|span| span.cost()).sum();
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

    #[test]
    fn a_process_is_charged_once_for_the_spans_of_a_trace_that_come_together() {
        let mut ring = Ring::new(10, usize::MAX);
        let one = |process: &Arc<Process>| StoredSpan { process: Arc::clone(process), ..span(10) };
        let processes = [1, 2].map(|_| Arc::new(Process { parts: 1000, ..Process::default() }));
        for place in [0, 0, 0, 1, 1] {
            ring.push([1; 16], one(&processes[place]));
        }
        let trace = ring.trace(&[1; 16]).expect("a trace");
        let spans: usize = trace.spans().iter().map(|span| span.cost()).sum();
        assert_eq!(trace.bytes(), spans + 2 * one(&processes[0]).process_cost());
        assert_eq!(ring.bytes, trace.bytes());
    }

    #[test]
    fn a_trace_that_is_read_stays_as_it_is() {
        let mut ring = Ring::new(1, 1 << 20);
        ring.push([1; 16], span(10));
        let read = ring.trace(&[1; 16]).expect("a trace");
        ring.push([1; 16], span(10));
        check(&ring, &[1], 2);
        ring.push([2; 16], span(10));
        assert_eq!(read.spans().len(), 1);
    }
}
