//! The store: a directory of all series, and the rules of who gets in.
//!
//! Whoever brings points keeps the series it has found, and gives a known one its next point under that series' own
//! lock. Only new and ended series take the directory's write lock; readers take its read lock for one page of series
//! at a time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::RwLock;

use super::{
    bounds::SharedBounds,
    directory::{Cursor, Directory, Page},
    exemplar::{Exemplar, ExemplarMemory, Room},
    family::{Description, Kind},
    point::{Point, Reading},
    prefix::Utf8Names,
    rejection::Rejection,
    single::{Series, Taken},
    value::Value,
};

/// How much the store holds, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Series, `target_info` included. Points of further series are rejected as
    /// [`SeriesLimit`](crate::pipeline::RejectReason::SeriesLimit) until others end.
    pub max_series: usize,
    /// Bytes that all series may take by [`Series::cost`], with their exemplars, which may take a quarter of them. Points
    /// of further series are rejected as [`SeriesBytes`](crate::pipeline::RejectReason::SeriesBytes) until others end, and
    /// exemplars dropped.
    pub max_bytes: usize,
    /// How long a series without new points is shown.
    pub metric_expiration: Duration,
}

impl Limits {
    /// The default of [`max_series`](Self::max_series).
    pub const DEFAULT_MAX_SERIES: usize = 100_000;
    /// The default of [`max_bytes`](Self::max_bytes), 512 MiB.
    pub const DEFAULT_MAX_BYTES: usize = 512 << 20;
    /// The default of [`metric_expiration`](Self::metric_expiration).
    pub const DEFAULT_METRIC_EXPIRATION: Duration = Duration::from_secs(300);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_series: Self::DEFAULT_MAX_SERIES,
            max_bytes: Self::DEFAULT_MAX_BYTES,
            metric_expiration: Self::DEFAULT_METRIC_EXPIRATION,
        }
    }
}

/// All exemplars together may take this part of the bytes, so that there is room for series however many come.
const EXEMPLARS_SHARE: usize = 4;

/// What the store holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Metric families.
    pub families: usize,
    /// Series in all of them.
    pub series: usize,
    /// What they take, by [`Series::cost`], with their exemplars.
    pub bytes: usize,
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
    /// As it was opened.
    limits: Limits,
    /// The limit of series now.
    max_series: AtomicUsize,
    directory: RwLock<Directory>,
    bounds: SharedBounds,
    /// The directory's count, readable without its lock; a full store is refused by it at the cost of one load.
    live: AtomicUsize,
    /// The directory's bytes, readable in the same way.
    bytes: AtomicUsize,
    exemplars: Arc<ExemplarMemory>,
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            max_series: AtomicUsize::new(limits.max_series),
            limits,
            directory: RwLock::default(),
            bounds: SharedBounds::default(),
            live: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            exemplars: Arc::default(),
        }
    }

    /// How much it may hold.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits { max_series: self.max_series.load(Ordering::Relaxed), ..self.limits }
    }

    /// May hold so many series, if that is more than before.
    pub fn make_room(&self, max_series: usize) {
        self.max_series.fetch_max(max_series, Ordering::Relaxed);
    }

    /// Gives a known series its next point. A point that ends it leaves it where it is: see [`Store::forget`].
    ///
    /// `now` is any clock that never goes back, the same in every call; expiry follows it.
    ///
    /// # Errors
    /// The rejection tells why the point was not kept; the series is as it was then.
    #[inline]
    pub fn give(
        &self,
        series: &Series,
        point: &Point<'_>,
        now: Duration,
    ) -> Result<Taken, Rejection> {
        point.reading.check()?;
        if let Some(taken) = series.take(point, now, &self.bounds)? {
            return Ok(taken);
        }
        self.grow(series, point.reading.bytes())?;
        Ok(series.take(point, now, &self.bounds)?.unwrap_or(Taken::HadEnded))
    }

    #[cold]
    fn grow(&self, series: &Series, value_bytes: usize) -> Result<(), Rejection> {
        let held = self.exemplars.held();
        self.directory.write().grow(series, value_bytes, &self.limits(), held)
    }

    /// Whether another series could not be admitted now; a hint that costs one load.
    ///
    /// # Errors
    /// There is no room.
    pub fn has_room(&self) -> Result<(), Rejection> {
        let limit = self.max_series.load(Ordering::Relaxed);
        if self.live.load(Ordering::Relaxed) >= limit {
            return Err(Rejection::SeriesLimit { limit });
        }
        Ok(())
    }

    /// Shows a new series with its first point; none if that point only ends it.
    ///
    /// # Errors
    /// The rejection tells why it was not admitted; the store is as it was then.
    pub fn admit(
        &self,
        description: &Description,
        point: &Point<'_>,
        now: Duration,
    ) -> Result<Option<Arc<Series>>, Rejection> {
        point.reading.check()?;
        let Some(series) = Series::new(description, point, now, &self.bounds)? else {
            return Ok(None);
        };
        let mut directory = self.directory.write();
        let series = directory.admit(description, series, &self.limits(), self.exemplars.held())?;
        self.tell_size(&directory);
        Ok(Some(series))
    }

    /// Keeps an exemplar of a series that has taken its point, beside those that it has or in the place of one. Whether
    /// the limit of bytes has room for it; otherwise it is dropped, and the caller counts it.
    pub fn keep_exemplar(&self, series: &Series, exemplar: Exemplar, now: Duration) -> bool {
        let left = self.limits.max_bytes.saturating_sub(self.bytes.load(Ordering::Relaxed));
        let most = left.min(self.limits.max_bytes / EXEMPLARS_SHARE);
        series.keep_exemplar(exemplar, now, Room { memory: &self.exemplars, most })
    }

    fn tell_size(&self, directory: &Directory) {
        self.live.store(directory.series(), Ordering::Relaxed);
        self.bytes.store(directory.bytes(), Ordering::Relaxed);
    }

    /// Shows a gauge of 1 with these labels, by [`Labels::render_both`](super::Labels::render_both), in the place of the one that was shown before.
    ///
    /// # Errors
    /// As [`admit`](Self::admit); the old one is gone then.
    pub fn show_info(
        &self,
        old: Option<&Series>,
        family: &str,
        help: &str,
        (labels, utf8_labels): (String, Option<String>),
    ) -> Result<Option<Arc<Series>>, Rejection> {
        let utf8 = utf8_labels.map(|labels| Utf8Names { family: family.to_owned(), labels });
        let description = Description {
            family: family.to_owned(),
            help: help.to_owned(),
            unit: String::new(),
            kind: Kind::Gauge,
            labels,
            utf8,
            folded: false,
        };
        let point = Point::plain(Reading::Int(1));
        let series = Series::new(&description, &point, Duration::ZERO, &self.bounds)?;
        // Under one lock, so that no reader finds neither the old series nor the new one.
        let mut directory = self.directory.write();
        if let Some(old) = old {
            directory.remove(old);
        }
        let held = self.exemplars.held();
        let admitted =
            series.map(|series| directory.admit(&description, series, &self.limits(), held));
        self.tell_size(&directory);
        admitted.transpose()
    }

    /// Shows series no more. Whoever still holds one is told that it has ended when it brings the next point.
    pub fn forget<'a>(&self, ended: impl IntoIterator<Item = &'a Series>) {
        let mut directory = self.directory.write();
        for series in ended {
            series.end();
            directory.remove(series);
        }
        self.tell_size(&directory);
    }

    /// The next series behind the cursor, `limit` (at least 1) at most, all of one family.
    ///
    /// Families come in the order of their names, and each family's series in the order of their labels, also while
    /// series come and go; one that is there from the first page to the last is seen exactly once.
    #[must_use]
    pub fn page(&self, cursor: &mut Cursor, limit: usize) -> Option<Page> {
        self.directory.read().page(cursor, limit.max(1))
    }

    /// What the family of this name is, if there is one.
    #[must_use]
    pub fn kind_of(&self, family: &str) -> Option<Kind> {
        self.directory.read().kind_of(family)
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
        Stats {
            families: directory.families(),
            series: directory.series(),
            bytes: directory.bytes() + self.exemplars.held(),
        }
    }
}
