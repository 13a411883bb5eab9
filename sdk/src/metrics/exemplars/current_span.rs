//! Which sampled span is current on a thread, without asking the OpenTelemetry API at each record.
//!
//! The API tells an observer of every context that is attached or detached. Ours keeps the ids of the span in it in a
//! plain thread-local, and a bit in the thread's slab, which is all that a record looks at. To ask for the context at
//! each record would cost a thread-local with a destructor, which allocates on a thread's first and panics on a thread
//! that ends.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use opentelemetry::{
    Context,
    context::{ContextObserver, GlobalContextObserver},
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

use super::sampled_span::SampledSpan;
use crate::cells;

thread_local! {
    /// Plain and without a destructor.
    static CURRENT: Cell<Option<SampledSpan>> = const { Cell::new(None) };
}

/// The sampled span that is current on this thread.
pub(crate) fn current_span() -> Option<SampledSpan> {
    CURRENT.get()
}

/// Has contexts followed from now on, once for the process. A context that is attached already, on another thread than
/// this one, is noticed when the next one comes.
///
/// The API has room for one observer. If another program part was first, that is warned of, and exemplars are made only
/// of what is recorded with its span handed in, as by requests.
pub(super) fn follow_contexts() {
    static IS_BEGUN: AtomicBool = AtomicBool::new(false);
    // Whoever comes meanwhile goes on: a lock would be one that a forked child may wait for.
    if IS_BEGUN.swap(true, Relaxed) {
        return;
    }
    GlobalContextObserver::set(Arc::new(Follower));
    if !is_followed() {
        tracing::warn!(
            name: "ContextObserverTaken",
            "another observer of OpenTelemetry contexts is installed in this process, so records do not see the \
             current span and make no exemplars; requests make theirs, and so does `record_in_span`"
        );
    }
}

struct Follower;

impl ContextObserver for Follower {
    fn on_context_enter(&self, _: &Context, to: &Context) {
        follow(to);
    }

    fn on_context_exit(&self, _: &Context, to: &Context) {
        follow(to);
    }
}

/// Called within the API, which must not be called back.
fn follow(context: &Context) {
    let span = SampledSpan::of(context);
    if span.is_none() && CURRENT.get().is_none() {
        return;
    }
    CURRENT.set(span);
    cells::span_is_current(span.is_some());
}

/// Whether this thread's contexts reach our observer: one is attached for a moment.
fn is_followed() -> bool {
    let span = SpanContext::new(
        TraceId::from_bytes([0xff; 16]),
        SpanId::from_bytes([0xff; 8]),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    let probe = SampledSpan::of_span_context(&span);
    let attached = Context::new().with_remote_span_context(span).attach();
    let is_followed = current_span() == probe;
    // Leaving it shows the observer what was current before.
    drop(attached);
    is_followed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(flags: TraceFlags, id: u8) -> Context {
        let (trace, span) = (TraceId::from_bytes([id; 16]), SpanId::from_bytes([id; 8]));
        let span = SpanContext::new(trace, span, flags, true, TraceState::NONE);
        Context::new().with_remote_span_context(span)
    }

    fn current_id() -> Option<u8> {
        current_span().map(|span| span.id_bytes().0[0])
    }

    #[test]
    fn the_current_span_is_that_of_the_context_on_top_if_it_is_sampled() {
        follow_contexts();
        assert_eq!(current_id(), None);
        let one = remote(TraceFlags::SAMPLED, 1).attach();
        assert_eq!(current_id(), Some(1));
        let two = remote(TraceFlags::SAMPLED, 2).attach();
        assert_eq!(current_id(), Some(2));
        let unsampled = remote(TraceFlags::NOT_SAMPLED, 3).attach();
        assert_eq!(current_id(), None);
        let none = Context::new().attach();
        assert_eq!(current_id(), None);
        // Out of order: the one below goes first, and is not come back to.
        drop(two);
        drop(none);
        assert_eq!(current_id(), None);
        drop(unsampled);
        assert_eq!(current_id(), Some(1));
        drop(one);
        assert_eq!(current_id(), None);
    }

    #[test]
    fn a_span_is_current_on_its_thread_only() {
        follow_contexts();
        let _attached = remote(TraceFlags::SAMPLED, 1).attach();
        assert_eq!(std::thread::spawn(current_id).join().ok(), Some(None));
    }
}
