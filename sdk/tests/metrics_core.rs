//! What the lock-free core promises, seen through the wire format and judged by the generated OTLP types.

mod core_support;

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use core_support::{
    ACTIVE, LEVEL, SECONDS, SIZES, THINGS, collect, histograms, integer, metrics, numbers,
    provider, requests,
};
use inferometer_sdk::{ManualClock, MeterProvider, RETIRE_AFTER, Recorder};
use inferometer_semconv::attributes::SdkRefusalReason;
use opentelemetry::{KeyValue, metrics::MeterProvider as _};
use opentelemetry_proto::tonic::metrics::v1::number_data_point;
use prost::Message;

#[test]
fn every_kind_arrives_with_its_value() {
    let provider = provider();
    let scope = provider.scope("test");
    scope.counter::<u64>(&THINGS, &[]).add(5);
    scope.counter::<f64>(&SECONDS, &[]).add(1.5);
    scope.up_down_counter::<i64>(&ACTIVE, &[]).add(-3);
    scope.gauge::<f64>(&LEVEL, &[]).record(0.25);
    let sizes = scope.histogram::<f64>(&SIZES, &[]);
    for size in [0.0, 1.0, 1.5, 4.0, 9.0] {
        sizes.record(size);
    }

    let metrics = collect(&provider);
    assert_eq!(integer(&metrics, "test.things"), 5);
    assert_eq!(integer(&metrics, "test.active"), -3);
    let double = |name: &str| numbers(&metrics, name)[0].value;
    assert_eq!(double("test.seconds"), Some(number_data_point::Value::AsDouble(1.5)));
    assert_eq!(double("test.level"), Some(number_data_point::Value::AsDouble(0.25)));
    let histogram = &histograms(&metrics, "test.sizes")[0];
    assert_eq!(histogram.bucket_counts, [2, 1, 1, 1], "bounds are upper inclusive");
    assert_eq!(histogram.explicit_bounds, [1.0, 2.0, 4.0]);
    assert_eq!((histogram.count, histogram.sum), (5, Some(15.5)));
    assert_eq!((histogram.min, histogram.max), (Some(0.0), Some(9.0)));
}

#[test]
fn a_counter_shows_zero_from_its_bind_and_a_gauge_nothing_until_it_is_known() {
    let provider = provider();
    let scope = provider.scope("test");
    let _counter = scope.counter::<u64>(&THINGS, &[]);
    let _gauge = scope.gauge::<f64>(&LEVEL, &[]);
    let metrics = collect(&provider);
    assert_eq!(integer(&metrics, "test.things"), 0);
    assert!(numbers(&metrics, "test.level").is_empty());
}

#[test]
fn totals_are_exact_under_thread_churn() {
    const THREADS: u64 = 64;
    const ADDS: u64 = 10_000;
    let provider = provider();
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    for generation in 0..8 {
        thread::scope(|scope| {
            for _ in 0..THREADS / 8 {
                scope.spawn(|| (0..ADDS).for_each(|_| things.add(1)));
            }
        });
        let expected = i64::try_from((generation + 1) * THREADS / 8 * ADDS).unwrap();
        assert_eq!(integer(&collect(&provider), "test.things"), expected);
    }
}

#[test]
fn a_histogram_snapshot_never_mixes_two_moments() {
    const VALUE: f64 = 3.0;
    let provider = provider();
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    let stop = Arc::new(AtomicBool::new(false));
    let all_recorded = Arc::new(Barrier::new(9));
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (sizes, stop, all_recorded) =
                (sizes.clone(), Arc::clone(&stop), Arc::clone(&all_recorded));
            thread::spawn(move || {
                let mut recorded = 1_u64;
                sizes.record(VALUE);
                all_recorded.wait();
                while !stop.load(Ordering::Relaxed) {
                    sizes.record(VALUE);
                    recorded += 1;
                }
                recorded
            })
        })
        .collect();
    all_recorded.wait();
    for _ in 0..500 {
        for point in histograms(&collect(&provider), "test.sizes") {
            #[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
            let expected = VALUE * point.count as f64;
            assert_eq!(point.sum, Some(expected));
            assert_eq!((point.min, point.max), (Some(VALUE), Some(VALUE)));
            assert_eq!(point.bucket_counts.iter().sum::<u64>(), point.count);
        }
    }
    stop.store(true, Ordering::Relaxed);
    let recorded: u64 = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
    assert_eq!(histograms(&collect(&provider), "test.sizes")[0].count, recorded);
    assert_eq!(provider.stats().torn_reads(), 0);
}

#[test]
fn sets_beyond_the_limit_share_the_overflow_series_and_are_counted() {
    let provider = provider();
    let scope = provider.scope("test");
    for replica in 0..10 {
        scope.counter::<u64>(&THINGS, &[KeyValue::new("replica", replica)]).add(1);
    }
    let points = numbers(&collect(&provider), "test.things");
    assert_eq!(points.len(), 4 + 1, "as many sets as the limit allows, and the overflow series");
    let overflow =
        points.iter().find(|point| point.attributes[0].key == "otel.metric.overflow").unwrap();
    assert_eq!(overflow.value, Some(number_data_point::Value::AsInt(6)));
    assert_eq!(provider.stats().overflowed_binds(), 6);
}

#[test]
fn nan_infinity_and_negatives_are_refused_and_counted() {
    let provider = provider();
    let scope = provider.scope("test");
    scope.counter::<f64>(&SECONDS, &[]).add(f64::NAN);
    scope.counter::<f64>(&SECONDS, &[]).add(-1.0);
    scope.gauge::<f64>(&LEVEL, &[]).record(f64::INFINITY);
    scope.gauge::<f64>(&LEVEL, &[]).record(-1.0);
    let sizes = scope.histogram::<f64>(&SIZES, &[]);
    sizes.record(f64::NEG_INFINITY);
    sizes.record(f64::NAN);
    sizes.record(-0.0);
    let metrics = collect(&provider);
    assert_eq!(
        numbers(&metrics, "test.seconds")[0].value,
        Some(number_data_point::Value::AsDouble(0.0))
    );
    assert_eq!(
        numbers(&metrics, "test.level")[0].value,
        Some(number_data_point::Value::AsDouble(-1.0))
    );
    assert_eq!(histograms(&metrics, "test.sizes")[0].count, 1, "minus zero is zero");
    let refused = |reason| provider.stats().refused(reason);
    assert_eq!(refused(SdkRefusalReason::Negative), 1);
    assert_eq!(refused(SdkRefusalReason::Nan), 2);
    assert_eq!(refused(SdkRefusalReason::Infinite), 2);
}

#[test]
fn a_library_that_knows_only_the_api_records_into_the_same_cells() {
    let provider = provider();
    let meter = provider.meter("library");
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let requests = meter.u64_counter("library.requests").with_unit("{request}").build();
    for _ in 0..3 {
        requests.add(1, &[KeyValue::new("route", "/a"), KeyValue::new("method", "GET")]);
        requests.add(1, &[KeyValue::new("method", "GET"), KeyValue::new("route", "/a")]);
    }
    requests.bind(&[KeyValue::new("method", "GET"), KeyValue::new("route", "/a")]).add(4);
    assert_eq!(
        integer(&collect(&provider), "library.requests"),
        10,
        "one series in any order, bound or not"
    );
}

#[test]
fn one_instrument_asked_for_twice_is_one_and_a_conflicting_one_is_counted() {
    let provider = provider();
    let scope = provider.scope("test");
    scope.counter::<u64>(&THINGS, &[]).add(1);
    provider.scope("test").counter::<u64>(&THINGS, &[]).add(1);
    assert_eq!(integer(&collect(&provider), "test.things"), 2);
    assert_eq!(provider.stats().conflicting_instruments(), 0);
    let meter = provider.meter("test");
    #[expect(clippy::disallowed_methods, reason = "a second registration by hand")]
    let conflicting = meter.f64_counter("TEST.things").build();
    conflicting.add(1.0, &[]);
    assert_eq!(provider.stats().conflicting_instruments(), 1);
}

#[test]
fn a_request_over_the_size_limit_is_split_and_nothing_is_lost() {
    let provider = provider();
    let meter = provider.meter("library");
    #[expect(
        clippy::disallowed_methods,
        reason = "an instrument with the default limit of 2000 series"
    )]
    let counter = meter.u64_counter("library.requests").build();
    for route in 0..1000 {
        counter.add(1, &[KeyValue::new("route", route)]);
    }
    let requests = requests(&provider, 4096);
    assert!(requests.len() > 10, "{} requests", requests.len());
    assert!(requests.iter().all(|request| request.encoded_len() <= 4096));
    let metrics: Vec<_> = requests.into_iter().flat_map(metrics).collect();
    assert_eq!(numbers(&metrics, "library.requests").len(), 1000);
}

#[test]
fn a_provider_after_another_starts_from_nothing() {
    for _ in 0..3 {
        let provider = provider();
        let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
        things.add(7);
        assert_eq!(integer(&collect(&provider), "test.things"), 7);
        provider.stop();
        assert!(collect(&provider).is_empty());
    }
}

#[test]
fn a_thread_that_records_while_it_ends_loses_nothing() {
    struct RecordsOnDrop(inferometer_sdk::Counter<u64>);
    impl Drop for RecordsOnDrop {
        fn drop(&mut self) {
            self.0.add(1);
        }
    }
    thread_local! {
        static LATE: std::cell::RefCell<Option<RecordsOnDrop>> = const { std::cell::RefCell::new(None) };
    }
    let provider = provider();
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    for _ in 0..4 {
        let things = things.clone();
        thread::spawn(move || {
            LATE.set(Some(RecordsOnDrop(things.clone())));
            things.add(1);
        })
        .join()
        .unwrap();
    }
    assert_eq!(integer(&collect(&provider), "test.things"), 8);
}

#[test]
fn ten_thousand_short_threads_stay_within_the_bound_and_lose_nothing() {
    let provider = provider();
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    for _ in 0..1250 {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    things.add(1);
                    sizes.record(1.0);
                });
            }
        });
    }
    let metrics = collect(&provider);
    assert_eq!(integer(&metrics, "test.things"), 10_000);
    let histogram = &histograms(&metrics, "test.sizes")[0];
    assert_eq!((histogram.count, histogram.sum), (10_000, Some(10_000.0)));
}

#[test]
fn a_recorder_and_a_handle_feed_one_series() {
    let provider = provider();
    let scope = provider.scope("test");
    let things = scope.counter::<u64>(&THINGS, &[]);
    let active = scope.up_down_counter::<i64>(&ACTIVE, &[]);
    let sizes = scope.histogram::<f64>(&SIZES, &[]);
    let recorder = Recorder::for_this_thread();
    things.add(1);
    recorder.add(&things, 2);
    recorder.change(&active, -4);
    recorder.record(&sizes, 3.0);
    sizes.record(1.0);
    let metrics = collect(&provider);
    assert_eq!((integer(&metrics, "test.things"), integer(&metrics, "test.active")), (3, -4));
    assert_eq!(histograms(&metrics, "test.sizes")[0].sum, Some(4.0));
}

#[test]
fn a_slice_whose_contents_change_in_place_is_another_set() {
    let provider = provider();
    let meter = provider.meter("library");
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let requests = meter.u64_counter("library.requests").build();
    let mut attributes = [KeyValue::new("route", "/a")];
    requests.add(1, &attributes);
    requests.add(1, &attributes);
    attributes[0] = KeyValue::new("route", "/b");
    requests.add(5, &attributes);
    let points = numbers(&collect(&provider), "library.requests");
    let values: Vec<_> = points.iter().map(|point| point.value).collect();
    let expected = [2, 5].map(|value| Some(number_data_point::Value::AsInt(value)));
    assert_eq!(values, expected);
}

#[test]
fn a_series_without_handles_is_shown_for_a_while_and_then_leaves() {
    let clock = ManualClock::at(1);
    let provider = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
    let scope = provider.scope("test");
    let kept = scope.counter::<u64>(&THINGS, &[KeyValue::new("handle", "kept")]);
    let dropped = scope.counter::<u64>(&THINGS, &[KeyValue::new("handle", "dropped")]);
    kept.add(1);
    dropped.add(2);
    drop(dropped);
    let count = || numbers(&collect(&provider), "test.things").len();
    assert_eq!(count(), 2, "its last value is exported");
    clock.advance(RETIRE_AFTER / 2);
    assert_eq!(count(), 2);
    let again = scope.counter::<u64>(&THINGS, &[KeyValue::new("handle", "dropped")]);
    again.add(3);
    clock.advance(RETIRE_AFTER);
    assert_eq!(count(), 2, "a new handle keeps it, with its value");
    drop(again);
    assert_eq!(count(), 2);
    clock.advance(RETIRE_AFTER);
    assert_eq!(count(), 1);
    let anew = scope.counter::<u64>(&THINGS, &[KeyValue::new("handle", "dropped")]);
    anew.add(7);
    let points = numbers(&collect(&provider), "test.things");
    assert_eq!(points[1].value, Some(number_data_point::Value::AsInt(7)), "it starts from nothing");
    assert!(points[1].start_time_unix_nano > points[0].start_time_unix_nano);
}

#[test]
fn a_handle_that_comes_and_goes_between_snapshots_loses_nothing_to_retirement() {
    let clock = ManualClock::at(1);
    let provider = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
    let scope = provider.scope("test");
    let mut added = 0;
    for round in 0..200 {
        for _ in 0..3 {
            scope.counter::<u64>(&THINGS, &[]).add(1);
            added += 1;
        }
        clock.advance(RETIRE_AFTER / 60);
        assert_eq!(integer(&collect(&provider), "test.things"), added, "round {round}");
    }
}

#[test]
fn a_series_of_the_apis_unbound_calls_stays() {
    let clock = ManualClock::at(1);
    let provider = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let requests = provider.meter("library").u64_counter("library.requests").build();
    thread::scope(|scope| {
        scope.spawn(|| requests.add(1, &[KeyValue::new("route", "/a")]));
    });
    for _ in 0..3 {
        assert_eq!(numbers(&collect(&provider), "library.requests").len(), 1);
        clock.advance(RETIRE_AFTER);
    }
}

#[test]
fn a_dropped_instrument_keeps_nothing_shows_nothing_and_refuses_nothing() {
    let provider =
        MeterProvider::builder().drop_instrument("Test.Things").drop_instrument(SIZES.name).build();
    let scope = provider.scope("test");
    let things = scope.counter::<u64>(&THINGS, &[]);
    let sizes = scope.histogram::<f64>(&SIZES, &[]);
    let asked = Arc::new(AtomicBool::new(false));
    let callback = Arc::clone(&asked);
    scope
        .observable_counter::<u64>(&THINGS, &[], move || {
            callback.store(true, Ordering::Relaxed);
            Some(1)
        })
        .forever();
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let unbound = provider.meter("api").u64_counter(THINGS.name).build();
    for replica in 0..3 {
        things.add(1);
        sizes.record(1.0);
        unbound.add(1, &[KeyValue::new("replica", replica)]);
    }
    scope.up_down_counter::<i64>(&ACTIVE, &[]).add(2);
    let metrics = collect(&provider);
    assert_eq!(metrics.len(), 1, "{metrics:?}");
    assert_eq!(integer(&metrics, ACTIVE.name), 2);
    assert!(!asked.load(Ordering::Relaxed), "nobody wants the answer");
    assert_eq!(provider.stats().refused(SdkRefusalReason::NoCells), 0);
}
