//! The store: shards for those who bring points, a directory for those who read.
//!
//! A known series costs its shard's read lock and its own lock. Only new and ended series take a shard's and the
//! directory's write lock, always in this order; readers take the directory's for one page of series at a time.

use std::{
    hash::BuildHasher,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use foldhash::quality::RandomState;
use parking_lot::RwLock;

use super::{
    directory::{Cursor, Directory, Page},
    family::{Description, Kind},
    identity::Identity,
    point::{Point, Reading},
    rejection::Rejection,
    shard::{Series, Shard},
    value::Value,
};

/// Parts of the store that ingest locks apart; a power of two, several times the threads of a large host.
const SHARDS: usize = 64;
const _: () = assert!(SHARDS.is_power_of_two());

/// How much the store holds, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Series, `target_info` included. Points of further series are rejected as
    /// [`SeriesLimit`](crate::pipeline::RejectReason::SeriesLimit) until others end.
    pub max_series: usize,
    /// How long a series without new points is shown.
    pub metric_expiration: Duration,
}

impl Limits {
    /// The default of [`max_series`](Self::max_series).
    pub const DEFAULT_MAX_SERIES: usize = 100_000;
    /// The default of [`metric_expiration`](Self::metric_expiration).
    pub const DEFAULT_METRIC_EXPIRATION: Duration = Duration::from_secs(300);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_series: Self::DEFAULT_MAX_SERIES,
            metric_expiration: Self::DEFAULT_METRIC_EXPIRATION,
        }
    }
}

/// What the store holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Metric families.
    pub families: usize,
    /// Series in all of them.
    pub series: usize,
}

/// One series with its value, copied out of the store.
#[derive(Debug, Clone)]
pub struct Sample {
    series: Arc<Series>,
    /// Its last value.
    pub value: Value,
}

impl Sample {
    /// The value of a label, by Prometheus name.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<String> {
        let mut labels = self.series.labels();
        labels.find_map(|(label, value)| (label == name).then(|| value.into_owned()))
    }

    /// All labels, ordered by name.
    #[must_use]
    pub fn labels(&self) -> Vec<(String, String)> {
        let labels = self.series.labels();
        labels.map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    }
}

/// The last point of every series.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
    /// Keyed anew in every process, so that nobody outside can choose colliding identities.
    hasher: RandomState,
    shards: Box<[RwLock<Shard>]>,
    directory: RwLock<Directory>,
    /// The directory's count, readable without its lock; a full store is refused by it at the cost of one load.
    live: AtomicUsize,
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            hasher: RandomState::default(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            directory: RwLock::default(),
            live: AtomicUsize::new(0),
        }
    }

    /// Gives a series its next point; `describe` is asked only for the first.
    ///
    /// `now` is any clock that never goes back, the same in every call; expiry follows it.
    ///
    /// # Errors
    /// The rejection tells why the point was not kept; the store is as it was then.
    pub fn apply(
        &self,
        identity: &Identity,
        point: &Point<'_>,
        now: Duration,
        describe: impl FnOnce() -> Result<Description, Rejection>,
    ) -> Result<(), Rejection> {
        point.reading.check()?;
        let (hash, identity) = (self.hasher.hash_one(identity.as_bytes()), identity.as_bytes());
        if matches!(point.reading, Reading::Gone) {
            return self.end(hash, identity, point);
        }
        if let Some(series) = self.shard(hash).read().find(hash, identity) {
            return series.take(point, now);
        }
        self.add(hash, identity, point, now, describe)
    }

    fn add(
        &self,
        hash: u64,
        identity: &[u8],
        point: &Point<'_>,
        now: Duration,
        describe: impl FnOnce() -> Result<Description, Rejection>,
    ) -> Result<(), Rejection> {
        let limit = self.limits.max_series;
        if self.live.load(Ordering::Relaxed) >= limit {
            return Err(Rejection::SeriesLimit { limit });
        }
        let description = describe()?;
        let mut shard = self.shard(hash).write();
        if let Some(series) = shard.find(hash, identity) {
            return series.take(point, now);
        }
        let mut directory = self.directory.write();
        let series = directory.admit(&description, point, now, limit)?;
        self.live.store(directory.series(), Ordering::Relaxed);
        drop(directory);
        if let Some(series) = series {
            shard.insert(hash, identity, series);
        }
        Ok(())
    }

    /// Shows a gauge of 1 whose labels may change: one series per identity, whatever its labels were before.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn show_info(
        &self,
        identity: &Identity,
        family: &str,
        help: &str,
        labels: String,
        now: Duration,
    ) -> Result<(), Rejection> {
        let (hash, identity) = (self.hasher.hash_one(identity.as_bytes()), identity.as_bytes());
        if let Some(series) = self.shard(hash).read().find(hash, identity)
            && series.rendered_labels() == labels
        {
            series.touch(now);
            return Ok(());
        }
        let description = Description {
            family: family.to_owned(),
            help: help.to_owned(),
            kind: Kind::Gauge,
            labels,
            folded: false,
        };
        let point = Point { start: 0, time: 0, reading: Reading::Int(1) };
        let mut shard = self.shard(hash).write();
        // Under one lock, so that no reader finds neither the old series nor the new one.
        let mut directory = self.directory.write();
        if let Some(old) = shard.remove(hash, identity) {
            directory.remove(&old);
        }
        let series = directory.admit(&description, &point, now, self.limits.max_series);
        self.live.store(directory.series(), Ordering::Relaxed);
        if let Some(series) = series? {
            shard.insert(hash, identity, series);
        }
        Ok(())
    }

    fn end(&self, hash: u64, identity: &[u8], point: &Point<'_>) -> Result<(), Rejection> {
        if let Some(series) = self.shard(hash).read().find(hash, identity) {
            series.ends_by(point)?;
        }
        self.remove(hash, identity);
        Ok(())
    }

    fn remove(&self, hash: u64, identity: &[u8]) {
        let mut shard = self.shard(hash).write();
        if let Some(series) = shard.remove(hash, identity) {
            self.forget(&[series]);
        }
    }

    fn forget(&self, ended: &[Arc<Series>]) {
        let mut directory = self.directory.write();
        for series in ended {
            directory.remove(series);
        }
        self.live.store(directory.series(), Ordering::Relaxed);
    }

    /// Forgets series without points since [`metric_expiration`](Limits::metric_expiration); returns how many.
    ///
    /// The owner calls it on an interval, so that memory follows what is live even if nobody scrapes.
    pub fn expire(&self, now: Duration) -> usize {
        let Some(before) = now.checked_sub(self.limits.metric_expiration) else {
            return 0;
        };
        let mut count = 0;
        for shard in &self.shards {
            let mut shard = shard.write();
            let ended = shard.extract(|series| series.updated() <= before);
            if !ended.is_empty() {
                self.forget(&ended);
                count += ended.len();
            }
        }
        count
    }

    /// The next series behind the cursor, `limit` (at least 1) at most, all of one family.
    ///
    /// Families come in the order of their names, and each family's series in the order of their labels, also while
    /// series come and go; one that is there from the first page to the last is seen exactly once.
    #[must_use]
    pub fn page(&self, cursor: &mut Cursor, limit: usize) -> Option<Page> {
        self.directory.read().page(cursor, limit.max(1))
    }

    /// All series of one family, by Prometheus name, with their values; empty if there is none.
    #[must_use]
    pub fn samples(&self, family: &str) -> Vec<Sample> {
        let page = self.directory.read().of_family(family);
        let series = page.map(|page| page.series).unwrap_or_default();
        let copied =
            series.into_iter().map(|series| Sample { value: series.read(Value::clone), series });
        copied.collect()
    }

    /// How much it holds.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let directory = self.directory.read();
        Stats { families: directory.families(), series: directory.series() }
    }

    fn shard(&self, hash: u64) -> &RwLock<Shard> {
        // The table inside the shard uses the low bits and the top seven.
        let bits = usize::try_from((hash >> 32) & (SHARDS as u64 - 1)).unwrap_or(0);
        &self.shards[bits]
    }
}
