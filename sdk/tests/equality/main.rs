//! The same measurements through `opentelemetry_sdk` and through this crate come out as the same points.
//!
//! Left out: what this crate refuses (negatives on histograms and the like), series that only ever showed zero, and
//! gauges that nobody set since the last delta. Start times need only precede the points' times.

mod drive;
mod peer;
mod points;
mod views;

use std::collections::BTreeSet;

use drive::{Driver, Step, attribute_set};
use inferometer_sdk::{
    Encoder, HistogramAggregation, MeterProvider, MeterProviderBuilder, MetricReader,
    TemporalityPreference,
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::{Resource, metrics::Temporality};
use peer::Peer;
use points::{Key, Points};
use proptest::prelude::*;
use prost::Message;
use views::{Chosen, Pair};

/// How the sequence is recorded and read.
#[derive(Debug, Clone, Copy)]
struct Mode {
    preference: TemporalityPreference,
    histograms: HistogramAggregation,
}

impl Mode {
    const fn temporality(self) -> Temporality {
        match self.preference {
            TemporalityPreference::Cumulative => Temporality::Cumulative,
            TemporalityPreference::Delta => Temporality::Delta,
            TemporalityPreference::LowMemory => Temporality::LowMemory,
        }
    }
}

fn modes() -> impl Strategy<Value = Mode> {
    let preference = prop_oneof![
        Just(TemporalityPreference::Cumulative),
        Just(TemporalityPreference::Delta),
        Just(TemporalityPreference::LowMemory),
    ];
    let histograms = prop_oneof![
        Just(HistogramAggregation::ExplicitBuckets),
        (0..=8_u32).prop_map(|scale| HistogramAggregation::Exponential { scale }),
    ];
    (preference, histograms).prop_map(|(preference, histograms)| Mode { preference, histograms })
}

/// Numbers whose sums are exact in whatever order they are added.
fn dyadic() -> impl Strategy<Value = f64> {
    (-(1_i32 << 20)..1 << 20).prop_map(|eighths| f64::from(eighths) / 8.0)
}

/// Any numbers within the range of this crate's exponential buckets.
fn any_size() -> impl Strategy<Value = f64> {
    (-14.0..40.0_f64, any::<bool>()).prop_map(|(exponent, is_negative)| {
        if is_negative { -exponent.exp2() } else { exponent.exp2() }
    })
}

fn rounds(value: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = (0..drive::SCOPES, 0..drive::INSTRUMENTS, 0..drive::SETS, any::<bool>(), value)
        .prop_map(|(scope, instrument, set, is_bound, value)| Step {
            scope,
            instrument,
            set,
            is_bound,
            value,
        });
    prop::collection::vec(prop::collection::vec(step, 0..60), 1..5)
}

/// Records on both sides, collects after every round and compares. Doubles may differ by `tolerance` times the sum of
/// all magnitudes recorded so far.
fn check(
    mode: Mode,
    views: &Chosen,
    sets: &[Vec<(usize, i32)>],
    rounds: &[Vec<Step>],
    tolerance: f64,
) -> Result<(), TestCaseError> {
    let ours = views::pairs(views)
        .map(Pair::ours)
        .fold(MeterProvider::builder(), MeterProviderBuilder::with_view)
        .with_resource(Resource::builder_empty().build())
        .with_histograms(mode.histograms)
        .build();
    let mut reader = MetricReader::new(mode.preference);
    let mut encoder = Encoder::new(ours.resource(), usize::MAX);
    let theirs = Peer::new(mode.temporality(), mode.histograms, views);
    let sets: Vec<_> = sets.iter().map(|set| attribute_set(set)).collect();
    let (mut our_driver, mut their_driver) =
        (Driver::new(&ours, &sets), Driver::new(&theirs.provider, &sets));
    let mut magnitude = 0.0;
    for round in rounds {
        for step in round {
            our_driver.record(step);
            their_driver.record(step);
            magnitude += step.value.abs();
        }
        let mut request = ExportMetricsServiceRequest::default();
        encoder.encode(reader.collect(&ours), |bytes, _| {
            request.merge(bytes).expect("our bytes decode")
        });
        let mut our_points = Points::of(request);
        let their_points = Points::of(theirs.collect());
        if mode.preference == TemporalityPreference::Delta {
            our_points.keep_gauges_of(&their_points);
        }
        let keys = |points: &Points| points.keys().cloned().collect::<BTreeSet<Key>>();
        prop_assert_eq!(keys(&our_points), keys(&their_points));
        for (key, ours) in our_points.iter() {
            let difference = ours.difference(&their_points[key], tolerance * magnitude);
            prop_assert!(difference.is_none(), "{:?}: {}", key, difference.unwrap_or_default());
        }
    }
    prop_assert_eq!(ours.stats().overflowed_binds(), 0);
    Ok(())
}

fn sets() -> impl Strategy<Value = Vec<Vec<(usize, i32)>>> {
    prop::collection::vec(prop::collection::vec((0..5_usize, -2..3_i32), 0..4), drive::SETS)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn sums_that_are_exact_are_equal_to_the_bit(
        mode in modes(), sets in sets(), rounds in rounds(dyadic()),
    ) {
        check(mode, &Chosen::new(), &sets, &rounds, 0.0)?;
    }

    #[test]
    fn streams_of_the_same_views_are_equal_to_the_bit(
        mode in modes(), views in views::chosen(), sets in sets(), rounds in rounds(dyadic()),
    ) {
        check(mode, &views, &sets, &rounds, 0.0)?;
    }

    #[test]
    fn any_sums_differ_by_rounding_at_most(
        mode in modes(), sets in sets(), rounds in rounds(any_size()),
    ) {
        check(mode, &Chosen::new(), &sets, &rounds, 1e-13)?;
    }
}
