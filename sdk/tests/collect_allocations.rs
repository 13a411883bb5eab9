//! Once every series was seen, collecting and encoding allocates the same for one series as for a thousand.

use allocation_counter::measure;
use inferometer_sdk::{
    Encoder, HistogramAggregation, MeterProvider, MetricReader, Scope, TemporalityPreference,
};
use inferometer_semconv::metrics::{
    INFER_KV_CACHE_UTILIZATION, INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_INPUT, INFER_TOKEN_OUTPUT,
};
use opentelemetry::KeyValue;

/// Records on `series` series of every kind, at all times within the same buckets.
fn recording(scope: &Scope, series: i64) -> impl Fn() + use<> {
    let attributes = |series| [KeyValue::new("infer.replica", series)];
    let handles: Vec<_> = (0..series)
        .map(|series| {
            let attributes = attributes(series);
            scope.observable_counter::<u64>(&INFER_TOKEN_INPUT, &attributes, || Some(1)).forever();
            scope
                .observable_gauge::<f64>(&INFER_KV_CACHE_UTILIZATION, &attributes, || Some(0.5))
                .forever();
            (
                scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &attributes),
                scope.histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &attributes),
            )
        })
        .collect();
    move || {
        for (counter, histogram) in &handles {
            counter.add(1);
            [0.01, 0.1, 1.0].iter().for_each(|value| histogram.record(*value));
        }
    }
}

/// Allocations of one collection and encoding, after `settled` others.
fn allocations(
    preference: TemporalityPreference,
    histograms: HistogramAggregation,
    series: i64,
) -> u64 {
    let provider = MeterProvider::builder().with_histograms(histograms).build();
    let record = recording(&provider.scope("test"), series);
    let mut reader = MetricReader::new(preference);
    let mut encoder = Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
    let mut collect = || {
        record();
        let mut points = 0;
        let measured = measure(|| {
            encoder.encode(reader.collect(&provider), |_, encoded| points += encoded as i64);
        });
        (measured.count_total, points)
    };
    // The first counts each series as new, the second begins to remember deltas, and both grow what is reused.
    collect();
    collect();
    let (allocations, points) = collect();
    let constant = i64::from(preference == TemporalityPreference::Delta);
    assert_eq!(points, (4 - constant) * series, "an observed total that stays has no delta");
    allocations
}

#[test]
fn a_collection_allocates_as_much_for_a_thousand_series_as_for_one() {
    for preference in [TemporalityPreference::Cumulative, TemporalityPreference::Delta] {
        for histograms in [
            HistogramAggregation::ExplicitBuckets,
            HistogramAggregation::Exponential { scale: HistogramAggregation::DEFAULT_SCALE },
        ] {
            let one = allocations(preference, histograms, 1);
            let thousand = allocations(preference, histograms, 1000);
            assert_eq!(one, thousand, "{preference:?} {histograms:?}");
        }
    }
}
