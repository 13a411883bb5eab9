//! Requests that wait for company, by tenant.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};

use super::{super::stop::Stop, BatchSettings, join::join, split};
use crate::pipeline::{Pipeline, RejectReason, Tenant, Traced};

/// Bytes that may wait. A request that is larger by itself is taken while nothing else waits.
pub(super) const BYTES_MAX: usize = 64 << 20;
/// What a request is charged beside its bytes, so that their number is bounded too.
const REQUEST_OVERHEAD_BYTES: usize = 256;

/// One request that was taken.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) bytes: Bytes,
    pub(super) items: u64,
    /// What it has taken of the room; 0 for all but one part of a request that was split.
    pub(super) charge: usize,
    /// When it has waited long enough.
    pub(super) due: Instant,
    pub(super) traced: Traced,
}

/// What is sent on as one.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) tenant: Tenant,
    pub(super) bytes: Bytes,
    pub(super) items: u64,
    /// Given back once the rest of the pipeline has it.
    pub(super) charge: usize,
    pub(super) traced: Traced,
}

/// What the worker does next.
#[derive(Debug)]
pub(super) enum Next {
    Send(Joined),
    /// Nothing is due before this time, or at all.
    Wait(Option<Instant>),
}

/// There is no room for a request.
#[derive(Debug)]
pub(super) struct Full {
    pub(super) used: usize,
    pub(super) max: usize,
}

/// Between what comes before a batch and its worker.
#[derive(Debug)]
pub(super) struct Queue {
    /// The component's place in the file.
    pub(super) name: String,
    pub(super) settings: BatchSettings,
    /// What is behind the batch.
    pub(super) rest: Pipeline,
    /// Room that is taken or reserved, what the worker holds included.
    bytes: AtomicUsize,
    bytes_max: usize,
    /// Items that were taken and not yet sent on or counted as lost.
    items: AtomicU64,
    /// Once it is told, nothing waits for company.
    pub(super) stop: Stop,
    lanes: Mutex<Lanes>,
    /// Told when something is due earlier than the worker knows.
    pub(super) wake: Notify,
}

/// Tenants that something waits for, longest first. There are never more than requests.
#[derive(Debug, Default)]
struct Lanes {
    lanes: Vec<Lane>,
    /// Nobody will take what comes now.
    closed: bool,
}

#[derive(Debug)]
struct Lane {
    tenant: Tenant,
    requests: VecDeque<Waiting>,
    items: u64,
}

impl Queue {
    pub(super) fn new(
        name: String,
        settings: BatchSettings,
        rest: Pipeline,
        bytes_max: usize,
    ) -> Self {
        Self {
            name,
            settings,
            rest,
            bytes: AtomicUsize::new(0),
            bytes_max,
            items: AtomicU64::new(0),
            stop: Stop::new(),
            lanes: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Items that wait or are being sent on.
    pub(super) fn items(&self) -> u64 {
        self.items.load(Ordering::Relaxed)
    }

    /// Whether nothing waits, is being sent on, or has room reserved.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.load(Ordering::Acquire) == 0
    }

    /// Sets room aside for a request, and says how much; to be given back with [`Queue::release`].
    pub(super) fn reserve(&self, bytes: usize) -> Result<usize, Full> {
        let charge = bytes.saturating_add(REQUEST_OVERHEAD_BYTES);
        let max = self.bytes_max;
        let fits = |used: usize| {
            let sum = used.checked_add(charge)?;
            (sum <= max || used == 0).then_some(sum)
        };
        let taken = self.bytes.fetch_update(Ordering::AcqRel, Ordering::Relaxed, fits);
        taken.map(|_| charge).map_err(|used| Full { used, max })
    }

    pub(super) fn release(&self, charge: usize) {
        self.bytes.fetch_sub(charge, Ordering::AcqRel);
    }

    /// Adds a request whose room was set aside before.
    ///
    /// # Errors
    /// The worker has ended: the items are lost, counted, and their room is free again.
    pub(super) fn push(
        &self,
        tenant: Tenant,
        bytes: Bytes,
        items: u64,
        charge: usize,
        traced: Traced,
    ) -> Result<(), u64> {
        let mut lanes = self.lanes.lock();
        if lanes.closed {
            drop(lanes);
            self.release(charge);
            self.lost(items);
            return Err(items);
        }
        self.items.fetch_add(items, Ordering::Relaxed);
        self.rest.reach(&mut |exporter| exporter.queued(self.rest.signal, items));
        let due = Instant::now() + self.settings.timeout;
        let waiting = Waiting { bytes, items, charge, due, traced };
        let lane = lanes.of(tenant);
        lane.items += waiting.items;
        lane.requests.push_back(waiting);
        let is_news = lane.requests.len() == 1 || self.is_full(lane);
        drop(lanes);
        if is_news {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// What is due now; all of it when there is no time to wait any more.
    pub(super) fn next(&self, now: Instant) -> Next {
        let stopping = self.stop.is_told();
        let mut lanes = self.lanes.lock();
        let is_due = |lane: &Lane| {
            stopping || lane.due().is_some_and(|due| due <= now) || self.is_full(lane)
        };
        let Some(index) = lanes.lanes.iter().position(is_due) else {
            return Next::Wait(lanes.lanes.iter().filter_map(Lane::due).min());
        };
        let lane = &mut lanes.lanes[index];
        let taken = lane.take(&self.settings);
        let tenant = lane.tenant.clone();
        if lane.requests.is_empty() {
            lanes.lanes.remove(index);
        }
        drop(lanes);
        Next::Send(self.joined(tenant, taken))
    }

    /// Joins what was taken from a lane, or cuts it if it is a single request that is too large: then the other parts
    /// go back to the front.
    fn joined(&self, tenant: Tenant, taken: Vec<Waiting>) -> Joined {
        let max = self.settings.items_max();
        let due = taken.first().map(|waiting| waiting.due);
        let items = taken.iter().map(|waiting| waiting.items).sum();
        let charge = taken.iter().map(|waiting| waiting.charge).sum();
        let traced: Traced =
            taken.iter().flat_map(|waiting| waiting.traced.iter()).cloned().collect();
        let bytes = join(taken.into_iter().map(|waiting| waiting.bytes).collect());
        let (Some(due), true) = (due, items > max) else {
            return Joined { tenant, bytes, items, charge, traced };
        };
        let mut parts: VecDeque<Waiting> = split::split(self.rest.signal, &bytes, items, max)
            .into_iter()
            .map(|(bytes, items)| Waiting { bytes, items, charge: 0, due, traced: traced.clone() })
            .collect();
        // The room is free when all parts are gone.
        if let Some(last) = parts.back_mut() {
            last.charge = charge;
        }
        let Some(first) = parts.pop_front() else {
            return Joined { tenant, bytes, items, charge, traced };
        };
        if !parts.is_empty() {
            self.lanes.lock().put_back(&tenant, parts);
        }
        Joined { tenant, bytes: first.bytes, items: first.items, charge: first.charge, traced }
    }

    /// Forgets items that were sent on or given up; their room is [given back](Self::release) by itself.
    pub(super) fn settle(&self, items: u64) {
        self.items.fetch_sub(items, Ordering::Relaxed);
        self.dequeued(items);
    }

    /// Once the worker has ended: takes nothing more, and counts what is left as lost. Returns how many items.
    pub(super) fn close(&self) -> u64 {
        let mut lanes = self.lanes.lock();
        lanes.closed = true;
        lanes.lanes.clear();
        let left = self.items.swap(0, Ordering::Relaxed);
        drop(lanes);
        self.dequeued(left);
        self.lost(left);
        left
    }

    fn dequeued(&self, items: u64) {
        self.rest.reach(&mut |exporter| exporter.dequeued(self.rest.signal, items));
    }

    fn lost(&self, items: u64) {
        if items > 0 {
            let signal = self.rest.signal;
            self.rest.reach(&mut |exporter| {
                exporter.rejected(signal, RejectReason::Unreachable, items);
            });
        }
    }

    fn is_full(&self, lane: &Lane) -> bool {
        self.settings.is_immediate() || lane.items >= self.settings.send_batch_size
    }
}

impl Lanes {
    fn of(&mut self, tenant: Tenant) -> &mut Lane {
        let index = self.lanes.iter().position(|lane| lane.tenant == tenant);
        let index = index.unwrap_or_else(|| {
            self.lanes.push(Lane { tenant, requests: VecDeque::new(), items: 0 });
            self.lanes.len() - 1
        });
        &mut self.lanes[index]
    }

    /// Parts of a request that was taken: nothing that came later may overtake them.
    fn put_back(&mut self, tenant: &Tenant, mut parts: VecDeque<Waiting>) {
        let lane = self.of(tenant.clone());
        lane.items += parts.iter().map(|part| part.items).sum::<u64>();
        parts.append(&mut lane.requests);
        lane.requests = parts;
    }
}

impl Lane {
    /// When the oldest request has waited long enough.
    fn due(&self) -> Option<Instant> {
        self.requests.front().map(|oldest| oldest.due)
    }

    /// Requests from the front until there are enough, or one more would be too many; at least one.
    fn take(&mut self, settings: &BatchSettings) -> Vec<Waiting> {
        let mut taken: Vec<Waiting> = Vec::new();
        let mut items = 0;
        while let Some(next) = self.requests.front() {
            let is_enough = settings.send_batch_size > 0 && items >= settings.send_batch_size;
            let is_too_many = items + next.items > settings.items_max();
            if !taken.is_empty() && (is_enough || is_too_many || settings.send_batch_size == 0) {
                break;
            }
            items += next.items;
            taken.extend(self.requests.pop_front());
        }
        self.items -= items;
        taken
    }
}
