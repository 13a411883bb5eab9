//! The same views for both sides.

use inferometer_sdk::{InstrumentType, View, ViewAggregation, ViewBuilder};
use opentelemetry::Key;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind, Stream, StreamBuilder};
use proptest::prelude::*;

/// One view as each side says it. Where two select the same instrument, their streams have different names: the peer
/// takes the first of two streams of one name, a dropped one too, and we export both.
pub(crate) struct Pair {
    ours: fn() -> ViewBuilder,
    selects: fn(&Instrument) -> bool,
    theirs: fn(StreamBuilder) -> StreamBuilder,
}

/// Which of [`PAIRS`] are there.
pub(crate) type Chosen = Vec<bool>;

const PAIRS: &[Pair] = &[
    Pair {
        ours: || named("Counter.Whole").with_name("renamed"),
        selects: |it| it.name() == "counter.whole",
        theirs: |stream| stream.with_name("renamed"),
    },
    Pair {
        ours: || {
            named("counter.whole")
                .with_name("again")
                .with_description("Once more.")
                .with_allowed_attribute_keys(["whole", "text"])
        },
        selects: |it| it.name() == "counter.whole",
        theirs: |stream| {
            stream
                .with_name("again")
                .with_description("Once more.")
                .with_allowed_attribute_keys(keys(&["whole", "text"]))
        },
    },
    Pair {
        ours: || named("counter.d*").with_aggregation(ViewAggregation::ExplicitBuckets(bounds())),
        selects: |it| it.name().starts_with("counter.d"),
        theirs: |stream| stream.with_aggregation(explicit()),
    },
    Pair {
        ours: || named("level.*").with_allowed_attribute_keys(["text"]),
        selects: |it| it.name().starts_with("level."),
        theirs: |stream| stream.with_allowed_attribute_keys(keys(&["text"])),
    },
    Pair {
        ours: || {
            named("*.s*")
                .instrument_type(InstrumentType::Gauge)
                .meter_schema_url("https://example.com/schema")
                .with_aggregation(ViewAggregation::Drop)
        },
        selects: |it| {
            it.name() == "gauge.signed"
                && it.kind() == InstrumentKind::Gauge
                && it.scope().schema_url() == Some("https://example.com/schema")
        },
        theirs: |stream| stream.with_aggregation(Aggregation::Drop),
    },
    Pair {
        ours: || named("gauge.?????e").with_allowed_attribute_keys(keys(&[])),
        selects: |it| it.name() == "gauge.double",
        theirs: |stream| stream.with_allowed_attribute_keys(keys(&[])),
    },
    Pair {
        ours: || {
            named("gauge.unsigned")
                .with_name("gauge.spread")
                .with_aggregation(ViewAggregation::ExplicitBuckets(bounds()))
        },
        selects: |it| it.name() == "gauge.unsigned",
        theirs: |stream| stream.with_name("gauge.spread").with_aggregation(explicit()),
    },
    Pair {
        ours: || named("sizes.whole").with_aggregation(ViewAggregation::Sum),
        selects: |it| it.name() == "sizes.whole",
        theirs: |stream| stream.with_aggregation(Aggregation::Sum),
    },
    Pair {
        ours: || {
            named("sizes.double")
                .instrument_unit("{thing}")
                .meter_name("library")
                .meter_version("1.2")
                .with_aggregation(ViewAggregation::ExplicitBuckets(bounds()))
        },
        selects: |it| it.name() == "sizes.double" && it.scope().version() == Some("1.2"),
        theirs: |stream| stream.with_aggregation(explicit()),
    },
    Pair {
        ours: || {
            named("sizes.double")
                .with_name("sizes.fine")
                .with_aggregation(ViewAggregation::Exponential { scale: 3 })
        },
        selects: |it| it.name() == "sizes.double",
        theirs: |stream| stream.with_name("sizes.fine").with_aggregation(exponential()),
    },
];

impl Pair {
    pub(crate) fn ours(&self) -> View {
        (self.ours)().build().expect("a view that is right")
    }

    pub(crate) fn stream(&self, instrument: &Instrument) -> Option<Stream> {
        let stream = (self.selects)(instrument).then(|| (self.theirs)(Stream::builder()));
        stream.map(|stream| stream.build().expect("a stream that is right"))
    }
}

pub(crate) fn chosen() -> impl Strategy<Value = Chosen> {
    prop::collection::vec(any::<bool>(), PAIRS.len())
}

pub(crate) fn pairs(chosen: &Chosen) -> impl Iterator<Item = &'static Pair> {
    PAIRS.iter().zip(chosen).filter(|(_, is_chosen)| **is_chosen).map(|(pair, _)| pair)
}

fn named(pattern: &str) -> ViewBuilder {
    View::builder().instrument_name(pattern)
}

fn keys(keys: &'static [&'static str]) -> Vec<Key> {
    keys.iter().copied().map(Key::from_static_str).collect()
}

fn bounds() -> Vec<f64> {
    vec![0.0, 1.0, 64.0, 1e4]
}

fn explicit() -> Aggregation {
    Aggregation::ExplicitBucketHistogram { boundaries: bounds(), record_min_max: true }
}

fn exponential() -> Aggregation {
    Aggregation::Base2ExponentialHistogram { max_size: 160, max_scale: 20, record_min_max: true }
}
