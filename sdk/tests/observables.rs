//! Instruments that are asked at collection: what their callbacks may do, and what becomes of it.

mod core_support;

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use core_support::{
    ACTIVE, LEVEL, SECONDS, THINGS, collect, collect_delta, integer, numbers, provider,
};
use inferometer_sdk::{
    MAX_CALLBACKS_PER_INSTRUMENT, ManualClock, MeterProvider, MetricReader, Snapshot,
    TemporalityPreference,
};
use inferometer_semconv::attributes::SdkRefusalReason;
use opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Meter, MeterProvider as _},
};
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data, number_data_point::Value};

fn doubles(metrics: &[Metric], name: &str) -> Vec<f64> {
    let values = numbers(metrics, name).into_iter().map(|point| match point.value {
        Some(Value::AsDouble(value)) => value,
        other => panic!("{name} is {other:?}"),
    });
    values.collect()
}

fn integers(metrics: &[Metric], name: &str) -> Vec<i64> {
    let values = numbers(metrics, name).into_iter().map(|point| match point.value {
        Some(Value::AsInt(value)) => value,
        other => panic!("{name} is {other:?}"),
    });
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values
}

/// A counter as a foreign library makes one.
fn things(meter: &Meter, callback: impl Fn(&dyn AsyncInstrument<u64>) + Send + Sync + 'static) {
    meter.u64_observable_counter("api.things").with_callback(callback).build();
}

#[test]
fn every_kind_and_number_type_of_the_api_arrives() {
    let provider = provider();
    let meter = provider.meter("library");
    meter.u64_observable_counter("a").with_callback(|o| o.observe(1, &[])).build();
    meter.f64_observable_counter("b").with_callback(|o| o.observe(1.5, &[])).build();
    meter.i64_observable_up_down_counter("c").with_callback(|o| o.observe(-2, &[])).build();
    meter.f64_observable_up_down_counter("d").with_callback(|o| o.observe(-2.5, &[])).build();
    meter.u64_observable_gauge("e").with_callback(|o| o.observe(3, &[])).build();
    meter.i64_observable_gauge("f").with_callback(|o| o.observe(-3, &[])).build();
    meter.f64_observable_gauge("g").with_callback(|o| o.observe(-3.5, &[])).build();

    let metrics = collect(&provider);
    let shown = ["a", "c", "e", "f"].map(|name| integer(&metrics, name));
    assert_eq!(shown, [1, -2, 3, -3]);
    let shown = ["b", "d", "g"].map(|name| doubles(&metrics, name)[0]);
    assert_eq!(shown, [1.5, -2.5, -3.5]);
    let monotonic = metrics.iter().map(|metric| match &metric.data {
        Some(Data::Sum(sum)) => Some(sum.is_monotonic),
        _ => None,
    });
    let expected = [Some(true), Some(true), Some(false), Some(false), None, None, None];
    assert_eq!(monotonic.collect::<Vec<_>>(), expected);
}

#[test]
fn the_last_observation_of_a_set_wins_in_any_spelling() {
    let provider = provider();
    let meter = provider.meter("library");
    let (a, b) = (KeyValue::new("a", 1), KeyValue::new("b", 2));
    things(&meter, move |observer| {
        observer.observe(1, &[a.clone(), b.clone()]);
        observer.observe(2, &[b.clone(), a.clone()]);
        observer.observe(3, &[a.clone(), b.clone(), a.clone()]);
    });
    for _ in 0..3 {
        assert_eq!(integer(&collect(&provider), "api.things"), 3);
    }
}

#[test]
fn a_set_that_is_not_observed_has_no_point() {
    let provider = provider();
    let turn = AtomicU64::new(0);
    things(&provider.meter("library"), move |observer| {
        let turn = turn.fetch_add(1, Ordering::Relaxed);
        observer.observe(turn, &[KeyValue::new("even", turn.is_multiple_of(2))]);
    });
    for turn in 0..4 {
        assert_eq!(integers(&collect(&provider), "api.things"), [turn]);
    }
}

#[test]
fn two_registrations_of_one_instrument_both_run() {
    let provider = provider();
    let meter = provider.meter("library");
    things(&meter, |observer| observer.observe(1, &[KeyValue::new("by", "one")]));
    things(&meter, |observer| observer.observe(2, &[KeyValue::new("by", "other")]));
    assert_eq!(integers(&collect(&provider), "api.things"), [1, 2]);
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
fn nan_infinity_and_negative_totals_are_refused_and_counted() {
    let provider = provider();
    let scope = provider.scope("test");
    let _observations = [
        scope.observable_counter(&SECONDS, &[], || Some(-1.0)),
        scope.observable_gauge(&LEVEL, &[], || Some(f64::NAN)),
        scope.observable_up_down_counter(&ACTIVE, &[], || Some(f64::INFINITY)),
    ];
    assert!(collect(&provider).is_empty());
    let refused = |reason| provider.stats().refused(reason);
    assert_eq!(refused(SdkRefusalReason::Negative), 1);
    assert_eq!(refused(SdkRefusalReason::Nan), 1);
    assert_eq!(refused(SdkRefusalReason::Infinite), 1);
}

#[test]
fn a_panicking_callback_is_counted_and_the_others_run() {
    let provider = provider();
    let meter = provider.meter("library");
    things(&meter, |observer| {
        observer.observe(1, &[KeyValue::new("by", "panicking")]);
        panic!("as the test wants it");
    });
    things(&meter, |observer| observer.observe(2, &[KeyValue::new("by", "calm")]));
    for panics in 1..3 {
        assert_eq!(integers(&collect(&provider), "api.things"), [1, 2]);
        assert_eq!(provider.stats().callback_panics(), panics);
    }
}

#[test]
fn sets_beyond_the_limit_share_the_overflow_series_and_are_counted() {
    let provider = provider();
    let scope = provider.scope("test");
    let _observations: Vec<_> = (0..10)
        .map(|replica| {
            let attributes = [KeyValue::new("replica", replica)];
            scope.observable_counter::<u64>(&THINGS, &attributes, || Some(1))
        })
        .collect();
    for collection in 1..3 {
        let metrics = collect(&provider);
        assert_eq!(integers(&metrics, "test.things"), [1, 1, 1, 1, 6], "the limit is 4");
        assert_eq!(provider.stats().overflowed_binds(), collection * 6);
    }
}

#[test]
fn sets_that_are_gone_make_room_for_new_ones() {
    let provider = provider();
    let epoch = Arc::new(AtomicI64::new(0));
    let scope = provider.scope("test");
    let _observations: Vec<_> = (0..8)
        .map(|of| {
            let epoch = Arc::clone(&epoch);
            let attributes = [KeyValue::new("of", of)];
            scope.observable_gauge(&LEVEL, &attributes, move || {
                (epoch.load(Ordering::Relaxed) == of).then_some(1.0)
            })
        })
        .collect();
    for now in 0..8 {
        epoch.store(now, Ordering::Relaxed);
        for _ in 0..3 {
            assert_eq!(doubles(&collect(&provider), "test.level"), [1.0]);
        }
    }
    assert_eq!(provider.stats().overflowed_binds(), 0);
}

#[test]
fn a_callback_ends_with_its_observation() {
    let provider = provider();
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let observation = provider.scope("test").observable_gauge(&LEVEL, &[], move || {
        let _held = &held;
        Some(1.0)
    });
    assert_eq!(doubles(&collect(&provider), "test.level"), [1.0]);
    drop(observation);
    assert!(collect(&provider).is_empty());
    assert!(weak.upgrade().is_none(), "what the callback held is let go");
}

#[test]
fn callbacks_beyond_the_limit_are_counted_and_not_run() {
    let provider = provider();
    let scope = provider.scope("test");
    let asked = Arc::new(AtomicU64::new(0));
    let _observations: Vec<_> = (0..MAX_CALLBACKS_PER_INSTRUMENT + 3)
        .map(|_| {
            let asked = Arc::clone(&asked);
            let count = move || Some(asked.fetch_add(1, Ordering::Relaxed));
            scope.observable_counter(&THINGS, &[], count)
        })
        .collect();
    collect(&provider);
    assert_eq!(asked.load(Ordering::Relaxed), MAX_CALLBACKS_PER_INSTRUMENT as u64);
    assert_eq!(provider.stats().conflicting_instruments(), 3);
}

#[test]
fn a_callback_may_register_record_and_collect() {
    let provider = provider();
    let inner = provider.clone();
    let observation = provider.scope("test").observable_gauge(&LEVEL, &[], move || {
        let scope = inner.scope("made.in.a.callback");
        scope.counter::<u64>(&THINGS, &[]).add(1);
        scope.observable_up_down_counter::<i64>(&ACTIVE, &[], || Some(1)).forever();
        let mut nested = Snapshot::default();
        inner.snapshot(&mut nested);
        Some(nested.point_count() as f64)
    });
    let metrics = collect(&provider);
    assert_eq!(doubles(&metrics, "test.level"), [1.0], "what is asked already is not asked again");
    assert_eq!(integer(&collect(&provider), "test.things"), 2);
    drop(observation);
}

#[test]
fn a_total_that_falls_starts_anew_and_its_delta_is_all_of_it() {
    let clock = ManualClock::at(1_000);
    let provider = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
    let totals = Arc::new(AtomicU64::new(0));
    let shown = Arc::clone(&totals);
    provider
        .scope("test")
        .observable_counter(&THINGS, &[], move || Some(shown.load(Ordering::Relaxed)))
        .forever();
    let mut reader = MetricReader::new(TemporalityPreference::Delta);
    let mut seen = Vec::new();
    for total in [5, 7, 7, 2, 3] {
        clock.advance(std::time::Duration::from_nanos(100));
        totals.store(total, Ordering::Relaxed);
        seen.extend(integers(&collect_delta(&mut reader, &provider), "test.things"));
    }
    assert_eq!(seen, [5, 2, 2, 1], "without the collection in which nothing happened");
    let cumulative = &numbers(&collect(&provider), "test.things")[0];
    assert_eq!(cumulative.start_time_unix_nano, 1_300, "the collection before the fall");
}
