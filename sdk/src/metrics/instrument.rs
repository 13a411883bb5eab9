//! An instrument as a program asked for it, and its streams.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use opentelemetry::KeyValue;

use super::{
    attributes::AttributeSet,
    descriptor::Descriptor,
    observable::Observable,
    registration::Finding,
    series::Series,
    stats::Stats,
    stream::{Binding, Stream},
};
use crate::fork;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// An instrument. What is recorded goes to each of its streams.
#[derive(Debug)]
pub(crate) struct Instrument {
    /// Never given to another instrument of the process, so that a cached handle cannot meet a stranger.
    pub(crate) id: u64,
    /// As it was asked for first.
    pub(crate) descriptor: Descriptor,
    /// One, unless views say otherwise; none if nobody wants its values.
    pub(crate) streams: Box<[Arc<Stream>]>,
    /// For observable instruments.
    pub(crate) observable: Option<Observable>,
    pub(crate) stats: Arc<Stats>,
    /// Whether it was warned that others spell its name or choose its bounds differently.
    is_other_spelling_known: AtomicBool,
    are_other_bounds_known: AtomicBool,
}

impl Instrument {
    pub(crate) fn new(
        descriptor: Descriptor,
        streams: Box<[Arc<Stream>]>,
        stats: Arc<Stats>,
    ) -> Self {
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            observable: descriptor.is_observable.then(Observable::default),
            descriptor,
            streams,
            stats,
            is_other_spelling_known: AtomicBool::new(false),
            are_other_bounds_known: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.streams.is_empty()
    }

    pub(crate) fn is_exported(&self) -> bool {
        self.streams.iter().any(|stream| stream.is_exported)
    }

    /// What a later registration of this instrument asks for otherwise. Each difference is told once.
    pub(crate) fn difference(&self, asked: &Descriptor) -> Option<Finding> {
        let is_news = |known: &AtomicBool| !known.swap(true, Relaxed);
        let known = || self.descriptor.name.clone();
        if self.descriptor.name != asked.name && is_news(&self.is_other_spelling_known) {
            return Some(Finding::OtherSpelling { known: known() });
        }
        // Bounds that no stream uses are nobody's concern.
        let ours = &self.descriptor.aggregation;
        let are_in_use = self.streams.iter().any(|stream| stream.descriptor.aggregation == *ours);
        let is_other = are_in_use && *ours != asked.aggregation;
        (is_other && is_news(&self.are_other_bounds_known))
            .then(|| Finding::OtherBounds { known: known() })
    }

    /// The series of these attributes in each stream, made now if they are new; several are one to their holder.
    pub(crate) fn bind(&self, attributes: &[KeyValue]) -> Binding {
        // It gives this thread the page that a record into the series looks for, so the record would not begin it.
        fork::settle();
        let attributes = AttributeSet::new(attributes);
        match &*self.streams {
            [] => Binding::new(Arc::new(Series::dropped(&self.stats)), true),
            [stream] => stream.bind(attributes),
            streams => self.bind_all(streams, &attributes),
        }
    }

    fn bind_all(&self, streams: &[Arc<Stream>], attributes: &AttributeSet) -> Binding {
        let mut is_overflow = true;
        let bound = streams.iter().map(|stream| {
            let binding = stream.bind(attributes.clone());
            is_overflow &= binding.is_overflow;
            binding.bound
        });
        let series = Series::of_streams(bound.collect(), &self.stats);
        Binding::new(Arc::new(series), is_overflow)
    }
}
