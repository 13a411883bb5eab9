//! The end of the pipeline before a sampler: room for one request.

use std::sync::Arc;

use super::{super::stop::RETRY_AFTER, shared::Shared};
use crate::{
    pipeline::{Exporter, Item, Refusal, RefusalReason, Reservation},
    self_metrics::ExporterMetrics,
};

/// What pipelines hand items to.
#[derive(Debug)]
pub(super) struct Entrance(pub(super) Arc<Shared>);

impl Exporter for Entrance {
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        let shared = &*self.0;
        if let Some(refusal) = shared.stop.refusal(&shared.name) {
            return Err(refusal);
        }
        let charge = shared.reserve(item).map_err(|full| Refusal {
            reason: RefusalReason::QueueFull,
            message: format!(
                "{}: spans that are kept take {} of {} bytes; wait until what is behind it has caught up",
                shared.name, full.used, full.max
            ),
            retry_after: Some(RETRY_AFTER),
        })?;
        Ok(Box::new(Place { shared, charge: Some(charge) }))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        self.0.rest.reach(visit);
    }
}

/// Room for a request.
struct Place<'a> {
    shared: &'a Shared,
    /// Given back on drop, unless the request has taken the place.
    charge: Option<usize>,
}

impl Reservation for Place<'_> {
    fn commit(mut self: Box<Self>, item: Item) {
        let charge = self.charge.take().unwrap_or(0);
        self.shared.take(&item, charge);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(charge) = self.charge {
            self.shared.release(charge);
        }
    }
}
