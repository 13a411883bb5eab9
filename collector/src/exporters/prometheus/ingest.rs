//! Brings the points of a request into the store, reading the request's bytes in place.
//!
//! ```text
//! resource bytes -> Target -> scope, metric and attribute bytes -> Series        known: nothing is decoded or allocated
//!                        \-> attributes in their own order -> Series             spelled in another way: learned
//!                                              \-> translate -> Store::admit     new: decoded once
//! ```
//!
//! Senders repeat themselves, so what followed last time is compared first, and a table is asked only where that
//! fails. Everything that is remembered is bounded where it is kept; forgetting costs time and never a point.

mod applied;
mod description;
mod exemplars;
mod hashing;
mod info;
mod known;
mod learned;
mod resources;
mod streams;
mod target;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hashbrown::HashTable;
use parking_lot::Mutex;

pub(super) use self::applied::Applied;
use self::{
    hashing::{Hashing, SHARDS, shard},
    info::Infos,
    resources::Resources,
    target::{Context, Target, decode_resource},
};
use super::translate::{self, Translation};
use crate::{
    otlp::{MetricView, ResourceMetricsView, ScopeMetricsView, resource_metrics},
    series::{Limits, Rejection, Store},
};

/// The store with all that finds a series in it.
#[derive(Debug)]
pub(super) struct Ingest {
    store: Arc<Store>,
    hashing: Hashing,
    resources: Resources,
    infos: Infos,
    targets: Box<[Mutex<HashTable<Arc<Target>>>]>,
    /// Targets in all parts; as many as series may be, since each has one.
    count: AtomicUsize,
}

impl Ingest {
    /// An empty store.
    pub(super) fn new(limits: Limits) -> Self {
        Self::with_hashing(limits, Hashing::default())
    }

    fn with_hashing(limits: Limits, hashing: Hashing) -> Self {
        Self {
            store: Arc::new(Store::new(limits)),
            hashing,
            resources: Resources::default(),
            infos: Infos::default(),
            targets: (0..SHARDS).map(|_| Mutex::default()).collect(),
            count: AtomicUsize::new(0),
        }
    }

    /// An empty store that is found by hashes of so few bits.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn with_hash_bits(limits: Limits, bits: u32) -> Self {
        Self::with_hashing(limits, Hashing::of_bits(bits))
    }

    /// What is shown.
    pub(super) const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Applies every point of a checked `ExportMetricsServiceRequest`; `now` is any clock that never goes back, the
    /// same in every call. A series is translated once, so a resource's series all have one translation.
    pub(super) fn apply(
        &self,
        translation: &Translation,
        request: &[u8],
        now: Duration,
    ) -> Applied {
        let mut applied = Applied::default();
        let context = Context { translation, store: &self.store, hashing: &self.hashing, now };
        for view in resource_metrics(request) {
            self.apply_resource(context, &view, &mut applied);
        }
        applied
    }

    fn apply_resource(
        &self,
        context: Context<'_>,
        view: &ResourceMetricsView<'_>,
        applied: &mut Applied,
    ) {
        if let Some(target) = self.resources.find(&self.hashing, &view.resource)
            && target.apply(context, view, applied).is_ok()
        {
            return;
        }
        if !has_points(view) {
            return;
        }
        // Expiry may be faster than this; it does not come again for a while.
        loop {
            let target = match self.target(context.translation, &view.resource) {
                Ok(target) => target,
                Err(rejection) => return reject_all(view, &rejection, applied),
            };
            self.resources.learn(&self.hashing, &view.resource, &target);
            if target.apply(context, view, applied).is_ok() {
                return;
            }
        }
    }

    /// The target that a resource names, which is made if it is new.
    fn target(&self, translation: &Translation, resource: &[u8]) -> Result<Arc<Target>, Rejection> {
        description::fits(resource.len())?;
        let attributes = decode_resource(resource);
        let target = translate::Target::of(translation, &attributes);
        let key = target.key();
        let hash = self.hashing.of(0, &key);
        let mut targets = self.targets[shard(hash)].lock();
        if let Some(known) = targets.find(hash, |known| *known.key() == *key) {
            return Ok(Arc::clone(known));
        }
        let limit = self.store.limits().max_series;
        if self.count.load(Ordering::Relaxed) >= limit {
            return Err(Rejection::SeriesLimit { limit });
        }
        let target = Arc::new(Target::new(key, self.infos.of(&target)));
        self.count.fetch_add(1, Ordering::Relaxed);
        targets.insert_unique(hash, Arc::clone(&target), |target| self.hashing.of(0, target.key()));
        Ok(target)
    }

    /// Forgets series without points since [`metric_expiration`](Limits::metric_expiration); returns how many.
    ///
    /// The owner calls it on an interval, so that memory follows what is live even if nobody scrapes.
    pub(super) fn expire(&self, now: Duration) -> usize {
        let Some(before) = now.checked_sub(self.store.limits().metric_expiration) else {
            return 0;
        };
        let mut ended = 0;
        for targets in &self.targets {
            let mut targets = targets.lock();
            let count = targets.len();
            targets.retain(|target| {
                ended += target.expire(&self.store, before);
                !target.has_ended()
            });
            self.count.fetch_sub(count - targets.len(), Ordering::Relaxed);
            if targets.len() * 4 < targets.capacity() {
                targets.shrink_to_fit(|target| self.hashing.of(0, target.key()));
            }
        }
        self.resources.expire();
        ended + self.infos.expire(&self.store)
    }
}

/// Without any, a resource names no target: it would take the place of one that has series.
fn has_points(view: &ResourceMetricsView<'_>) -> bool {
    let mut metrics = view.scopes().flat_map(|scope| scope.metrics()).filter_map(MetricView::read);
    metrics.any(|metric| metric.points().next().is_some())
}

fn reject_all(view: &ResourceMetricsView<'_>, rejection: &Rejection, applied: &mut Applied) {
    view.scopes().for_each(|scope| reject_scope(&scope, rejection, applied));
}

fn reject_scope(scope: &ScopeMetricsView<'_>, rejection: &Rejection, applied: &mut Applied) {
    for metric in scope.metrics().filter_map(MetricView::read) {
        reject_metric(&metric, rejection, applied);
    }
}

fn reject_metric(metric: &MetricView<'_>, rejection: &Rejection, applied: &mut Applied) {
    metric.points().for_each(|_| applied.reject(metric.name, rejection));
}
