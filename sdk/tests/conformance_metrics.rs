//! What the specification demands of a metrics SDK, through the OpenTelemetry API alone and judged on decoded OTLP.
//! `docs/conformance.md` names these tests.

#![allow(clippy::disallowed_methods, reason = "this is what a foreign library does")]

mod core_support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use core_support::{
    collect, collect_delta, exponential, histograms, integer, numbers, provider, provider_with,
    requests,
};
use inferometer_sdk::{
    Encoder, HistogramAggregation, ManualClock, MeterProvider, MetricReader, TemporalityPreference,
};
use opentelemetry::{InstrumentationScope, KeyValue, global, metrics::MeterProvider as _};
use opentelemetry_proto::tonic::metrics::v1::{
    Metric, NumberDataPoint, metric::Data, number_data_point::Value,
};
use opentelemetry_sdk::Resource;

const STEP: Duration = Duration::from_nanos(100);

fn provider_at(unix_nanos: u64) -> (MeterProvider, ManualClock) {
    let clock = ManualClock::at(unix_nanos);
    let provider = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
    (provider, clock)
}

fn named<'a>(metrics: &'a [Metric], name: &str) -> &'a Metric {
    metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn is_overflow(point: &NumberDataPoint) -> bool {
    point.attributes.iter().any(|attribute| attribute.key == "otel.metric.overflow")
}

#[test]
fn the_global_provider_is_the_one_that_was_set() {
    let provider = provider();
    global::set_meter_provider(provider.clone());
    global::meter("library").u64_counter("requests").build().add(3, &[]);
    assert_eq!(integer(&collect(&provider), "requests"), 3);
}

#[test]
fn every_kind_of_synchronous_instrument_arrives_with_its_name_unit_and_description() {
    let provider = provider();
    let meter = provider.meter("library");
    macro_rules! record {
        ($method:ident, $name:literal, $record:ident, $value:expr) => {
            meter
                .$method($name)
                .with_unit("{thing}")
                .with_description(concat!("of ", $name))
                .build()
                .$record($value, &[KeyValue::new("k", "v")]);
        };
    }
    record!(u64_counter, "u64.counter", add, 1);
    record!(f64_counter, "f64.counter", add, 1.5);
    record!(i64_up_down_counter, "i64.level", add, -1);
    record!(f64_up_down_counter, "f64.level", add, -1.5);
    record!(u64_gauge, "u64.gauge", record, 2);
    record!(i64_gauge, "i64.gauge", record, -2);
    record!(f64_gauge, "f64.gauge", record, -2.5);
    record!(u64_histogram, "u64.histogram", record, 3);
    record!(f64_histogram, "f64.histogram", record, 3.5);

    let metrics = collect(&provider);
    assert_eq!(metrics.len(), 9);
    for metric in &metrics {
        assert_eq!(metric.unit, "{thing}", "{}", metric.name);
        assert_eq!(metric.description, format!("of {}", metric.name));
        let attributes = match metric.data.as_ref().unwrap() {
            Data::Histogram(histogram) => histogram.data_points[0].attributes.clone(),
            _ => numbers(&metrics, &metric.name)[0].attributes.clone(),
        };
        assert_eq!(attributes[0].key, "k", "{}", metric.name);
    }
    for (name, is_monotonic, value) in [
        ("u64.counter", true, Value::AsInt(1)),
        ("f64.counter", true, Value::AsDouble(1.5)),
        ("i64.level", false, Value::AsInt(-1)),
        ("f64.level", false, Value::AsDouble(-1.5)),
    ] {
        let Some(Data::Sum(sum)) = &named(&metrics, name).data else { panic!("{name} is no sum") };
        assert_eq!((sum.is_monotonic, sum.data_points[0].value), (is_monotonic, Some(value)));
    }
    for (name, value) in [
        ("u64.gauge", Value::AsInt(2)),
        ("i64.gauge", Value::AsInt(-2)),
        ("f64.gauge", Value::AsDouble(-2.5)),
    ] {
        let Some(Data::Gauge(gauge)) = &named(&metrics, name).data else {
            panic!("{name} is no gauge")
        };
        assert_eq!(gauge.data_points[0].value, Some(value), "{name}");
    }
    for (name, sum) in [("u64.histogram", 3.0), ("f64.histogram", 3.5)] {
        let point = &histograms(&metrics, name)[0];
        assert_eq!((point.count, point.sum), (1, Some(sum)), "{name}");
        assert_eq!((point.min, point.max), (Some(sum), Some(sum)), "{name}");
    }
}

#[test]
fn a_histogram_without_advice_has_the_specifications_bounds() {
    let provider = provider();
    provider.meter("library").f64_histogram("sizes").build().record(1.0, &[]);
    let bounds = &histograms(&collect(&provider), "sizes")[0].explicit_bounds;
    let expected = [
        0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0,
        7500.0, 10000.0,
    ];
    assert_eq!(bounds[..], expected);
}

#[test]
fn advised_bounds_are_used_and_a_value_on_a_bound_is_below_it() {
    let provider = provider();
    let meter = provider.meter("library");
    let sizes = meter.f64_histogram("sizes").with_boundaries(vec![1.0, 2.0]).build();
    [1.0, 1.5, 2.0, 2.5].iter().for_each(|size| sizes.record(*size, &[]));
    let point = &histograms(&collect(&provider), "sizes")[0];
    assert_eq!(
        (&point.explicit_bounds[..], &point.bucket_counts[..]),
        (&[1.0, 2.0][..], &[1, 2, 1][..])
    );
}

#[test]
fn meters_are_separate_namespaces() {
    let provider = provider();
    for (name, added) in [("one", 1), ("other", 2)] {
        provider.meter(name).u64_counter("requests").build().add(added, &[]);
    }
    provider.meter("third").f64_gauge("requests").build().record(0.5, &[]);
    let scopes: Vec<_> = requests(&provider, Encoder::DEFAULT_MAX_REQUEST_BYTES)
        .into_iter()
        .flat_map(|request| request.resource_metrics)
        .flat_map(|resource| resource.scope_metrics)
        .map(|scope| (scope.scope.unwrap().name, scope.metrics))
        .collect();
    let names: Vec<&str> = scopes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["one", "other", "third"]);
    assert_eq!([integer(&scopes[0].1, "requests"), integer(&scopes[1].1, "requests")], [1, 2]);
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
fn a_meter_without_a_name_works_under_that_name() {
    let provider = provider();
    provider.meter("").u64_counter("requests").build().add(1, &[]);
    let request = requests(&provider, Encoder::DEFAULT_MAX_REQUEST_BYTES).remove(0);
    let scope = &request.resource_metrics[0].scope_metrics[0];
    assert_eq!(scope.scope.as_ref().unwrap().name, "");
    assert_eq!(integer(&scope.metrics, "requests"), 1);
}

#[test]
fn units_and_descriptions_are_taken_as_they_are_and_none_is_empty() {
    let provider = provider();
    let meter = provider.meter("library");
    let unit = "u".repeat(100);
    let description = "größe ".repeat(400);
    let odd = meter.u64_counter("odd").with_unit(unit.clone());
    odd.with_description(description.clone()).build().add(1, &[]);
    meter.u64_counter("plain").build().add(1, &[]);
    meter.u64_counter("plain").with_unit("").with_description("").build().add(1, &[]);
    let metrics = collect(&provider);
    let odd = named(&metrics, "odd");
    assert_eq!((&odd.unit, &odd.description), (&unit, &description));
    assert_eq!(integer(&metrics, "plain"), 2, "nothing said and nothing in it are the same");
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
fn meters_instruments_records_collections_and_the_stop_may_be_called_from_any_thread() {
    const THREADS: u64 = 8;
    const ROUNDS: u64 = 200;
    let provider = provider();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    let meter = provider.meter("library");
                    meter.u64_counter("requests").build().add(1, &[]);
                    let set = [KeyValue::new("round", i64::try_from(round % 7).unwrap())];
                    meter.f64_histogram("sizes").build().record(1.0, &set);
                }
            });
        }
        let mut reader = MetricReader::new(TemporalityPreference::Delta);
        for _ in 0..50 {
            collect(&provider);
            collect_delta(&mut reader, &provider);
        }
    });
    let metrics = collect(&provider);
    assert_eq!(integer(&metrics, "requests"), i64::try_from(THREADS * ROUNDS).unwrap());
    let sizes: u64 = histograms(&metrics, "sizes").iter().map(|point| point.count).sum();
    assert_eq!(sizes, THREADS * ROUNDS);
    thread::scope(|scope| {
        (0..THREADS).for_each(|_| drop(scope.spawn(|| provider.stop())));
    });
    assert!(collect(&provider).is_empty());
}

#[test]
fn after_the_stop_a_meter_works_and_exports_nothing() {
    let provider = provider();
    let before = provider.meter("library").u64_counter("before").build();
    provider.stop();
    before.add(1, &[]);
    let meter = provider.meter("library");
    meter.u64_counter("after").build().add(1, &[]);
    meter.u64_observable_counter("asked").with_callback(|_| panic!("is asked")).build();
    assert!(collect(&provider).is_empty());
    assert_eq!(provider.stats().callback_panics(), 0);
}

#[test]
fn resource_and_scope_carry_their_schema_urls() {
    let resource = Resource::builder_empty()
        .with_schema_url([KeyValue::new("service.name", "llm")], "https://example.com/resource")
        .build();
    let provider = MeterProvider::builder().with_resource(resource).build();
    let scope = InstrumentationScope::builder("library")
        .with_schema_url("https://example.com/scope")
        .build();
    provider.meter_with_scope(scope).u64_counter("requests").build().add(1, &[]);
    let request = requests(&provider, Encoder::DEFAULT_MAX_REQUEST_BYTES).remove(0);
    let resource = &request.resource_metrics[0];
    assert_eq!(resource.schema_url, "https://example.com/resource");
    assert_eq!(resource.resource.as_ref().unwrap().attributes[0].key, "service.name");
    assert_eq!(resource.scope_metrics[0].schema_url, "https://example.com/scope");
}

#[test]
fn a_cumulative_point_is_repeated_with_its_start_and_a_later_time() {
    let (provider, clock) = provider_at(1_000);
    let requests = provider.meter("library").u64_counter("requests").build();
    clock.advance(STEP);
    requests.add(5, &[]);
    for collection in 1..4_u64 {
        clock.advance(STEP);
        let point = numbers(&collect(&provider), "requests").remove(0);
        assert_eq!(point.value, Some(Value::AsInt(5)));
        assert_eq!(point.start_time_unix_nano, 1_100, "when it was first measured");
        assert_eq!(point.time_unix_nano, 1_100 + 100 * collection);
    }
}

#[test]
fn each_series_starts_when_it_is_first_measured() {
    let (provider, clock) = provider_at(1_000);
    let requests = provider.meter("library").u64_counter("requests").build();
    for route in 0..3 {
        clock.advance(STEP);
        requests.add(1, &[KeyValue::new("route", route)]);
    }
    let points = numbers(&collect(&provider), "requests");
    let starts: Vec<u64> = points.iter().map(|point| point.start_time_unix_nano).collect();
    assert_eq!(starts, [1_100, 1_200, 1_300]);
}

#[test]
fn an_observed_total_starts_with_its_instrument() {
    let (provider, clock) = provider_at(1_000);
    provider
        .meter("library")
        .u64_observable_counter("requests")
        .with_callback(|observer| observer.observe(7, &[]))
        .build();
    for _ in 0..2 {
        clock.advance(STEP);
        let point = numbers(&collect(&provider), "requests").remove(0);
        assert_eq!(point.start_time_unix_nano, 1_000);
    }
}

#[test]
fn callbacks_run_once_for_each_collection_of_each_reader() {
    let provider = provider();
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let shown = move || counted.fetch_add(1, Ordering::Relaxed) + 1;
    provider
        .meter("library")
        .u64_observable_gauge("runs")
        .with_callback(move |observer| observer.observe(shown(), &[]))
        .build();
    let mut delta = MetricReader::new(TemporalityPreference::Delta);
    let mut low_memory = MetricReader::new(TemporalityPreference::LowMemory);
    for round in 0..3 {
        assert_eq!(integer(&collect_delta(&mut delta, &provider), "runs"), 2 * round + 1);
        assert_eq!(integer(&collect_delta(&mut low_memory, &provider), "runs"), 2 * round + 2);
    }
    assert_eq!(runs.load(Ordering::Relaxed), 6);
}

#[test]
fn as_many_sets_as_the_limit_allows_never_overflow_and_stay_when_others_do() {
    const LIMIT: i64 = 2000;
    let provider = provider();
    let requests = provider.meter("library").u64_counter("requests").build();
    let add = |route| requests.add(1, &[KeyValue::new("route", route)]);
    (0..LIMIT).for_each(add);
    let points = numbers(&collect(&provider), "requests");
    assert_eq!(points.len(), 2000);
    assert!(!points.iter().any(is_overflow));
    assert_eq!(provider.stats().overflowed_binds(), 0);

    (0..LIMIT + 10).for_each(add);
    let points = numbers(&collect(&provider), "requests");
    assert_eq!(points.len(), 2001, "all sets from before, and one for the rest");
    let overflow: Vec<_> = points.iter().filter(|point| is_overflow(point)).collect();
    assert_eq!(overflow.len(), 1);
    assert_eq!((overflow[0].value, overflow[0].attributes.len()), (Some(Value::AsInt(10)), 1));
    let counted: i64 = points
        .iter()
        .map(|point| match point.value {
            Some(Value::AsInt(value)) => value,
            other => panic!("{other:?}"),
        })
        .sum();
    assert_eq!(counted, LIMIT + LIMIT + 10, "every measurement is there exactly once");
}

#[test]
fn a_bound_instrument_keeps_the_series_that_it_was_bound_to() {
    const LIMIT: i64 = 2000;
    let provider = provider();
    let requests = provider.meter("library").u64_counter("requests").build();
    let early = [KeyValue::new("route", "early")];
    let late = [KeyValue::new("route", "late")];
    let bound_early = requests.bind(&early);
    (1..LIMIT).for_each(|route| requests.add(1, &[KeyValue::new("route", route)]));
    let bound_late = requests.bind(&late);
    bound_early.add(5);
    requests.add(1, &early);
    bound_late.add(7);
    requests.add(1, &late);
    let points = numbers(&collect(&provider), "requests");
    assert_eq!(points[0].value, Some(Value::AsInt(6)), "bound and unbound are one series");
    let overflow = points.iter().find(|point| is_overflow(point)).unwrap();
    assert_eq!(overflow.value, Some(Value::AsInt(8)));
}

#[test]
fn counters_saturate_levels_come_back_and_what_is_no_number_is_refused() {
    let provider = provider();
    let meter = provider.meter("library");
    let requests = meter.u64_counter("requests").build();
    requests.add(u64::MAX, &[]);
    requests.add(u64::MAX, &[]);
    let level = meter.i64_up_down_counter("level").build();
    level.add(i64::MIN, &[]);
    level.add(-1, &[]);
    level.add(1, &[]);
    let seconds = meter.f64_counter("seconds").build();
    [1.0, f64::NAN, f64::INFINITY, -1.0].iter().for_each(|value| seconds.add(*value, &[]));
    let metrics = collect(&provider);
    assert_eq!(integer(&metrics, "requests"), i64::MAX, "the largest that OTLP can carry");
    assert_eq!(integer(&metrics, "level"), i64::MIN, "a level comes back from beyond its range");
    assert_eq!(numbers(&metrics, "seconds")[0].value, Some(Value::AsDouble(1.0)));
}

#[test]
fn a_histogram_takes_no_negative_value() {
    let provider = provider();
    let sizes = provider.meter("library").f64_histogram("sizes").build();
    [2.0, -1.0].iter().for_each(|size| sizes.record(*size, &[]));
    let point = &histograms(&collect(&provider), "sizes")[0];
    assert_eq!((point.count, point.sum), (1, Some(2.0)), "negatives are refused");
}

#[test]
fn every_normal_value_is_in_an_exponential_histogram_and_no_other() {
    let provider = provider_with(HistogramAggregation::Exponential { scale: 3 });
    let sizes = provider.meter("library").f64_histogram("sizes").build();
    let normal = [f64::MIN_POSITIVE, 1e-30, 1.0, 1e30, f64::MAX / 4.0];
    normal.iter().for_each(|size| sizes.record(*size, &[]));
    [f64::NAN, f64::INFINITY].iter().for_each(|size| sizes.record(*size, &[]));
    let point = &exponential(&collect(&provider), "sizes")[0];
    let in_buckets: u64 = point.positive.as_ref().unwrap().bucket_counts.iter().sum();
    assert_eq!(point.count, normal.len() as u64);
    assert_eq!(in_buckets + point.zero_count, point.count);
    assert_eq!(point.max, Some(f64::MAX / 4.0));
}

#[test]
fn no_limit_of_attributes_applies_to_metrics() {
    let provider = provider();
    let many: Vec<KeyValue> =
        (0..300).map(|index| KeyValue::new(format!("k{index}"), "x".repeat(1000))).collect();
    provider.meter("library").u64_counter("requests").build().add(1, &many);
    let point = numbers(&collect(&provider), "requests").remove(0);
    assert_eq!(point.attributes.len(), 300);
}
