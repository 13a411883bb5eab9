//! Views of instruments that are asked at collection.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use inferometer_sdk::{InstrumentType, MetricReader, TemporalityPreference, View, ViewAggregation};
use opentelemetry::metrics::MeterProvider as _;

use crate::{
    core_support::{ACTIVE, LEVEL, THINGS, collect, collect_delta},
    support::{metric, names, pairs, point, select, shown, with_views},
};

#[test]
fn totals_of_sets_that_become_alike_add_up_and_a_gauge_shows_the_last() {
    let provider = with_views([select("*").with_allowed_attribute_keys(["a"])]);
    let meter = provider.meter("library");
    let sets = || (1..=3).map(|b| (b, pairs(&[("a", 1), ("b", b)])));
    meter
        .i64_observable_up_down_counter("level")
        .with_callback(move |observer| sets().for_each(|(b, set)| observer.observe(-b, &set)))
        .build();
    meter
        .u64_observable_counter("total")
        .with_callback(move |observer| {
            sets().for_each(|(b, set)| observer.observe(b.unsigned_abs(), &set));
        })
        .build();
    meter
        .i64_observable_gauge("gauge")
        .with_callback(move |observer| sets().for_each(|(b, set)| observer.observe(b, &set)))
        .build();
    for _ in 0..3 {
        let metrics = collect(&provider);
        assert_eq!(shown(metric(&metrics, "level")), [point(&["a=1"], -6.0)]);
        assert_eq!(shown(metric(&metrics, "total")), [point(&["a=1"], 6.0)], "not more each time");
        assert_eq!(shown(metric(&metrics, "gauge")), [point(&["a=1"], 3.0)]);
    }
}

#[test]
fn totals_that_were_added_up_give_deltas() {
    let provider = with_views([select("test.things").with_excluded_attribute_keys(["a"])]);
    let scope = provider.scope("test");
    let total = Arc::new(AtomicU64::new(0));
    for a in 0..3 {
        let total = Arc::clone(&total);
        scope
            .observable_counter::<u64>(&THINGS, &pairs(&[("a", a)]), move || {
                Some(total.load(Relaxed))
            })
            .forever();
    }
    let mut reader = MetricReader::new(TemporalityPreference::Delta);
    for _ in 0..3 {
        total.fetch_add(2, Relaxed);
        let metrics = collect_delta(&mut reader, &provider);
        assert_eq!(shown(metric(&metrics, "test.things")), [point(&[], 6.0)]);
    }
}

#[test]
fn callbacks_run_once_for_all_streams_of_an_instrument() {
    let provider = with_views([
        select("test.active"),
        select("test.active").with_name("renamed").with_excluded_attribute_keys(["a"]),
    ]);
    let scope = provider.scope("test");
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let sets = [pairs(&[("a", 1)]), pairs(&[("a", 2)])];
    let observation = scope.observable_up_down_counters::<i64, 2>(&ACTIVE, sets, move || {
        counted.fetch_add(1, Relaxed);
        Some([5, 7])
    });
    let metrics = collect(&provider);
    assert_eq!(
        shown(metric(&metrics, "test.active")),
        [point(&["a=1"], 5.0), point(&["a=2"], 7.0)]
    );
    assert_eq!(shown(metric(&metrics, "renamed")), [point(&[], 12.0)]);
    assert_eq!(runs.load(Relaxed), 1);
    drop(observation);
    assert!(collect(&provider).is_empty());
}

#[test]
fn an_observable_gauge_may_be_added_up() {
    let view = View::builder()
        .instrument_type(InstrumentType::ObservableGauge)
        .with_aggregation(ViewAggregation::Sum)
        .with_excluded_attribute_keys(["a"]);
    let provider = with_views([view]);
    let scope = provider.scope("test");
    let _observations = [(1, 0.5), (2, 0.25)]
        .map(|(a, value)| scope.observable_gauge(&LEVEL, &pairs(&[("a", a)]), move || Some(value)));
    assert_eq!(shown(metric(&collect(&provider), "test.level")), [point(&[], 0.75)]);
}

#[test]
fn a_dropped_one_is_not_asked() {
    let provider = with_views([select("test.*").with_aggregation(ViewAggregation::Drop)]);
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let _observation = provider.scope("test").observable_gauge(&LEVEL, &[], move || {
        counted.fetch_add(1, Relaxed);
        Some(1.0)
    });
    assert!(collect(&provider).is_empty());
    assert_eq!(runs.load(Relaxed), 0);
}

#[test]
fn sets_beyond_the_limit_of_a_stream_add_up_in_its_overflow_series() {
    let provider = with_views([
        select("test.active").with_name("few").with_cardinality_limit(1),
        select("test.active"),
    ]);
    let sets = [1, 2, 3].map(|a| pairs(&[("a", a)]));
    provider
        .scope("test")
        .observable_up_down_counters::<i64, 3>(&ACTIVE, sets, || Some([1, 2, 4]))
        .forever();
    let metrics = collect(&provider);
    assert_eq!(names(&metrics), ["few", "test.active"]);
    assert_eq!(shown(metric(&metrics, "test.active")).len(), 3);
    let few: f64 = shown(metric(&metrics, "few")).iter().map(|(_, value)| value).sum();
    assert_eq!(few, 7.0);
}
