//! An operation of a tier from its reservation or submission to its one end.

use std::{fmt, sync::Arc};

use inferometer_semconv::attributes::{KvCacheFailureReason, KvCacheOperation};

use super::{
    ending::{Account, End, bytes_of},
    event::{Keys, StorageEventKind},
    tier::{Telling, TierState},
};
use crate::{
    metrics::Scope,
    serving::{
        correction::Correction,
        formulas::seconds_between,
        meters::{Add, Meters},
    },
};

/// An operation that has begun. Its keys may end one by one; it ends when it is finished or dropped.
///
/// Keys that are left when it is dropped have failed as `cancelled`, and it counts as
/// [`Correction::DroppedUnfinished`]: whatever happens to its owner, what was requested ends, and nothing stays in
/// flight. More keys than it is about are cut with their bytes, and counted as [`Correction::PartBeyondWhole`].
#[must_use = "dropping it ends it, and what is left of it has failed"]
pub struct StorageOperation<M: Meters = Scope> {
    tier: Arc<TierState<M>>,
    operation: KvCacheOperation,
    account: Account,
    /// Announced and not yet reported as moved.
    bytes_left: u64,
    /// Held until the end.
    memory: i64,
    started: u64,
}

impl<M: Meters> StorageOperation<M> {
    pub(super) fn begin(
        tier: Arc<TierState<M>>,
        operation: KvCacheOperation,
        keys: Keys<'_>,
        started: u64,
    ) -> Self {
        let memory = i64::try_from(keys.bytes).unwrap_or(i64::MAX);
        tier.series(operation).begun(keys.count, memory);
        let (account, bytes_left) = (Account::of(keys.count), keys.bytes);
        Self { tier, operation, account, bytes_left, memory, started }
    }

    /// Some of its keys are done; those of a lookup were found.
    pub fn succeed(&mut self, keys: Keys<'_>) {
        self.through(self.good_end(), keys);
    }

    /// Some of its keys failed.
    pub fn fail(&mut self, reason: KvCacheFailureReason, keys: Keys<'_>) {
        self.through(End::Failed(reason), keys);
    }

    /// All that is left of it is done, with the bytes that were announced; of a lookup, was found.
    pub fn finish(mut self) {
        let rest = Keys::new(self.account.left(), self.bytes_left);
        self.succeed(rest);
    }

    /// These keys are done and what is left is not: not found by a lookup, and failed as `not_found` otherwise.
    pub fn found(mut self, keys: Keys<'_>) {
        let end = match self.operation {
            KvCacheOperation::Lookup => End::Miss,
            _ => End::Failed(KvCacheFailureReason::NotFound),
        };
        let keys = self.count(self.good_end(), keys);
        let kind = StorageEventKind::ended(self.operation);
        let telling = match self.account.left() {
            0 => Telling::of(kind, keys),
            left => Telling {
                done: keys,
                ..Telling::of_end(kind, end, self.count(end, Keys::new(left, 0)))
            },
        };
        self.tier.tell(telling);
    }

    /// Keys are filled and in use at once, so that nothing can evict them in between: the end of a write, and the
    /// beginning of the read that is returned. What is left of the write beyond `keys` was given up.
    pub fn finish_and_reserve_read(mut self, keys: Keys<'_>) -> Self {
        let now = self.tier.engine.clock.unix_nanos();
        let keys = self.count(self.good_end(), keys);
        let telling = Telling::of(StorageEventKind::WriteFinishedReadReserved, keys);
        self.tier.tell(Telling { unix_nanos: Some(now), ..telling });
        Self::begin(Arc::clone(&self.tier), KvCacheOperation::Read, keys, now)
    }

    fn good_end(&self) -> End {
        match self.operation {
            KvCacheOperation::Lookup => End::Hit,
            _ => End::Success,
        }
    }

    fn through(&mut self, end: End, keys: Keys<'_>) {
        let keys = self.count(end, keys);
        if !keys.is_nothing() {
            let kind = StorageEventKind::ended(self.operation);
            self.tier.tell(Telling::of_end(kind, end, keys));
        }
    }

    /// Counts keys as through; returns them without those that the operation is not about.
    fn count<'a>(&mut self, end: End, said: Keys<'a>) -> Keys<'a> {
        let (count, is_cut) = self.account.take(said.count, end);
        let mut keys = said;
        if is_cut {
            self.tier.engine.corrections.count(Correction::PartBeyondWhole);
            let hashes = usize::try_from(count).unwrap_or(usize::MAX).min(said.hashes.len());
            let bytes = bytes_of(count, said.count, said.bytes);
            keys = Keys { count, bytes, hashes: &said.hashes[..hashes] };
        }
        self.bytes_left = self.bytes_left.saturating_sub(keys.bytes);
        self.tier.ended(self.operation, end, keys);
        keys
    }
}

impl<M: Meters> Drop for StorageOperation<M> {
    fn drop(&mut self) {
        let left = self.account.left();
        if left > 0 {
            self.tier.engine.corrections.count(Correction::DroppedUnfinished);
            self.through(End::Failed(KvCacheFailureReason::Cancelled), Keys::new(left, 0));
        }
        let (now, series) = (self.tier.engine.clock.unix_nanos(), self.tier.series(self.operation));
        series
            .endings
            .time(self.account.whole(self.good_end()), seconds_between(self.started, now));
        series.active.add(-1);
        series.memory.add(-self.memory);
    }
}

impl<M: Meters> fmt::Debug for StorageOperation<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageOperation")
            .field("place", &self.tier.place)
            .field("operation", &self.operation)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
