//! What is said in the log, on whichever thread.

use std::{fmt, sync::Arc};

use parking_lot::Mutex;
use tokio::runtime::{Builder, Runtime};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::set_default,
};

/// Every line of a runtime.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    /// A runtime whose time stands while there is work, and all of whose threads tell it.
    pub(super) fn runtime(&self) -> Runtime {
        let (here, there) = (self.clone(), self.clone());
        // The thread that builds it runs its tasks; guards last as long as their threads.
        std::mem::forget(set_default(here));
        let mut builder = Builder::new_current_thread();
        builder.on_thread_start(move || std::mem::forget(set_default(there.clone())));
        builder.enable_time().start_paused(true).build().expect("a runtime")
    }

    /// Lines that begin so.
    pub(super) fn lines(&self, start: &str) -> Vec<String> {
        let mut lines = self.0.lock().clone();
        lines.retain(|line| line.starts_with(start));
        lines
    }
}

impl Subscriber for Told {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&self.0));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Line<'a>(&'a Mutex<Vec<String>>);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0.lock().push(format!("{value:?}"));
        }
    }
}
