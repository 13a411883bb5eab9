//! What the transfers of one engine share: they overlap on it, so only their union is the time in which it is busy.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{
        INFER_TRANSFER_DESTINATION, INFER_TRANSFER_SOURCE, INFER_TRANSFER_TRANSPORT, KvCacheTier,
        NETWORK_IO_DIRECTION, NetworkIoDirection, TransferTransport,
    },
    metrics as def,
};

use super::{
    busy::Busy,
    formulas::seconds_between,
    labels::{Labels, pair},
    meters::{Add, Meters},
};
use crate::fork::Mutex;

/// One direction of one transport between two tiers, as this engine sees it. Edges to several peers share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LinkKey {
    pub(super) source: KvCacheTier,
    pub(super) destination: KvCacheTier,
    pub(super) transport: Option<TransferTransport>,
    pub(super) direction: Option<NetworkIoDirection>,
}

/// Counts the time in which at least one transfer was under way.
pub(super) struct Link<M: Meters> {
    busy: Busy,
    busy_time: M::FloatCounter,
}

/// The links of one engine, each bound once, when the first of its edges is. Their number is that of the keys.
pub(super) struct Links<M: Meters>(Mutex<Vec<(LinkKey, Arc<Link<M>>)>>);

impl<M: Meters> Links<M> {
    /// The link of this key; busy time counts from `now`.
    pub(super) fn bind(&self, meters: &M, labels: &Labels, key: LinkKey, now: u64) -> Arc<Link<M>> {
        let mut links = self.0.lock();
        if let Some((_, link)) = links.iter().find(|(bound, _)| *bound == key) {
            return Arc::clone(link);
        }
        let mut own = vec![
            pair(&INFER_TRANSFER_SOURCE, key.source.as_str()),
            pair(&INFER_TRANSFER_DESTINATION, key.destination.as_str()),
        ];
        own.extend(key.transport.map(|it| pair(&INFER_TRANSFER_TRANSPORT, it.as_str())));
        own.extend(key.direction.map(|it| pair(&NETWORK_IO_DIRECTION, it.as_str())));
        let link = Arc::new(Link {
            busy: Busy::since(now),
            busy_time: meters.float_counter(&def::INFER_TRANSFER_BUSY_TIME, &labels.with(&own)),
        });
        links.push((key, Arc::clone(&link)));
        link
    }
}

impl<M: Meters> Default for Links<M> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<M: Meters> Link<M> {
    /// A transfer starts; false if too many are under way for it to count.
    pub(super) fn begin(&self, now: u64) -> bool {
        self.busy.begin(now)
    }

    /// Some of the bytes that are under way are through.
    pub(super) fn carry(&self, now: u64) {
        self.add(self.busy.take(now));
    }

    /// A transfer that began ends.
    pub(super) fn end(&self, now: u64) {
        self.add(self.busy.end(now));
    }

    fn add(&self, nanos: u64) {
        if nanos > 0 {
            self.busy_time.add(seconds_between(0, nanos));
        }
    }
}

impl<M: Meters> fmt::Debug for Link<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.busy_time).finish()
    }
}
