//! A Prometheus metric family: all series of one name.

use std::{borrow::Borrow, cmp::Ordering, collections::BTreeSet, sync::Arc};

use super::{prefix::Utf8Names, single::Series};

/// Prometheus' metric types, as far as the store can show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// Only grows, until a reset.
    Counter,
    /// Any number.
    #[default]
    Gauge,
    /// Cumulative buckets.
    Histogram,
    /// Quantiles computed by the sender.
    Summary,
    /// A number of which the sender says that its kind is unknown.
    Unknown,
}

impl Kind {
    /// The word, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Unknown => "unknown",
        }
    }

    /// What samples append to the family's name; samples of the other kinds have the plain name.
    #[must_use]
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Histogram => &["_bucket", "_sum", "_count"],
            Self::Summary => &["_sum", "_count"],
            Self::Counter | Self::Gauge | Self::Unknown => &[],
        }
    }
}

/// How Prometheus shows a series; made once, for the first point.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// Prometheus name of the family.
    pub family: String,
    /// One sentence; may be empty.
    pub help: String,
    /// The word for the unit, if the name has one; may be empty.
    pub unit: String,
    /// What the family is.
    pub kind: Kind,
    /// The labels, rendered: see [`Labels::render`](super::Labels::render).
    pub labels: String,
    /// Family and labels for readers of any names, where they are not those above.
    pub utf8: Option<Utf8Names>,
    /// Whether a label stands for several values of an attribute, so that streams which become this series are parts
    /// of it and not rivals.
    pub folded: bool,
}

/// What is said once about all series of a name.
#[derive(Debug, Clone)]
pub struct Family {
    /// Prometheus name.
    pub name: Arc<str>,
    /// One sentence, of the first stream that had one; may be empty.
    pub help: Arc<str>,
    /// The word for the unit, of the first stream that had one; may be empty.
    pub unit: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// Tells this family from one that had the same name before it and ended.
    pub(super) generation: u64,
}

#[cfg(test)]
impl Family {
    /// One without help and unit.
    pub(crate) fn named(name: &str, kind: Kind) -> Self {
        let (help, unit) = (Arc::default(), Arc::default());
        Self { name: name.into(), help, unit, kind, generation: 0 }
    }
}

/// A family with its series, in the order of their labels. Never empty outside the directory's lock.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) family: Family,
    pub(super) series: BTreeSet<ByPrefix>,
    /// The same series by the names that readers of any names see, as soon as these differ from the family's: what is
    /// one family to the others may be several to them.
    pub(super) by_utf8: Option<BTreeSet<ByUtf8>>,
}

/// A series, ordered as readers of any names see it.
#[derive(Debug, Clone)]
pub(super) struct ByUtf8(pub(super) Arc<Series>);

impl PartialEq for ByUtf8 {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ByUtf8 {}

impl PartialOrd for ByUtf8 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByUtf8 {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.0, &other.0);
        a.utf8_prefix().order(a.prefix(), b.utf8_prefix(), b.prefix())
    }
}

/// A series, ordered and found by its rendered name and labels.
#[derive(Debug, Clone)]
pub(super) struct ByPrefix(pub(super) Arc<Series>);

impl Borrow<str> for ByPrefix {
    fn borrow(&self) -> &str {
        self.0.prefix()
    }
}

impl PartialEq for ByPrefix {
    fn eq(&self, other: &Self) -> bool {
        self.0.prefix() == other.0.prefix()
    }
}

impl Eq for ByPrefix {}

impl PartialOrd for ByPrefix {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByPrefix {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.prefix().cmp(other.0.prefix())
    }
}
