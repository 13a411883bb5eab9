//! Which registrations are one instrument, what is warned of, and what a scope carries.

mod core_support;

use std::{fmt::Write, sync::Arc};

use core_support::{collect, histograms, integer, provider, requests};
use inferometer_sdk::{Encoder, MAX_INSTRUMENTS_PER_SCOPE};
use opentelemetry::{InstrumentationScope, KeyValue, metrics::MeterProvider as _};
use opentelemetry_proto::tonic::metrics::v1::ScopeMetrics;
use parking_lot::Mutex;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Collects the names of warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Subscriber for Warnings {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut text = Message(event.metadata().name().to_owned());
        event.record(&mut text);
        self.0.lock().push(text.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, ": {value:?}");
        }
    }
}

/// The warnings that `register` causes.
fn warnings(register: impl FnOnce()) -> Vec<String> {
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), register);
    std::mem::take(&mut *warnings.0.lock())
}

fn check_warnings(register: impl FnOnce(), expected: &[&str]) {
    let warnings = warnings(register);
    let names: Vec<_> =
        warnings.iter().map(|warning| warning.split(':').next().unwrap_or_default()).collect();
    assert_eq!(names, expected, "{warnings:#?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn one_instrument_spelt_twice_keeps_its_first_name_and_is_warned_of_once() {
    let provider = provider();
    let meter = provider.meter("library");
    check_warnings(
        || {
            meter.u64_counter("Requests").build().add(1, &[]);
            for _ in 0..3 {
                meter.u64_counter("requests").build().add(1, &[]);
            }
        },
        &["DuplicateMetricStreamName"],
    );
    assert_eq!(integer(&collect(&provider), "Requests"), 4);
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn a_conflict_is_warned_of_once_and_both_are_exported_under_the_first_name() {
    let provider = provider();
    let meter = provider.meter("library");
    let in_bytes = || meter.u64_counter("Traffic").with_unit("By").build().add(2, &[]);
    check_warnings(
        || {
            meter.u64_counter("traffic").build().add(1, &[]);
            in_bytes();
            in_bytes();
            meter.f64_counter("traffic").build().add(1.0, &[]);
            meter.u64_counter("traffic").with_description("Seen").build().add(1, &[]);
            meter.u64_observable_counter("traffic").with_callback(|o| o.observe(1, &[])).build();
            meter.i64_up_down_counter("traffic").build().add(1, &[]);
        },
        &[
            "DuplicateMetricStreamCreated",
            "DuplicateMetricStreamName", // of the instrument in bytes, asked for again as `Traffic`
            "DuplicateMetricStreamCreated",
            "DuplicateMetricStreamCreated",
            "DuplicateMetricStreamCreated",
            "DuplicateMetricStreamCreated",
        ],
    );
    let metrics = collect(&provider);
    assert_eq!(metrics.len(), 6);
    assert!(metrics.iter().all(|metric| metric.name == "traffic"));
    assert_eq!(provider.stats().conflicting_instruments(), 5);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn the_first_bounds_advised_win_and_others_are_warned_of_once() {
    let provider = provider();
    let meter = provider.meter("library");
    let with_bounds = |bounds: Vec<f64>| {
        meter.f64_histogram("sizes").with_boundaries(bounds).build().record(1.0, &[]);
    };
    check_warnings(
        || {
            with_bounds(vec![1.0, 2.0]);
            with_bounds(vec![1.0, 2.0]);
            with_bounds(vec![5.0]);
            with_bounds(vec![6.0]);
        },
        &["DuplicateMetricStreamBounds"],
    );
    let point = &histograms(&collect(&provider), "sizes")[0];
    assert_eq!((&point.explicit_bounds[..], point.count), (&[1.0, 2.0][..], 4));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn an_instrument_with_a_name_that_is_not_allowed_is_warned_of_counted_and_not_exported() {
    let provider = provider();
    let meter = provider.meter("library");
    check_warnings(
        || {
            for _ in 0..3 {
                meter.u64_counter("no spaces").build().add(1, &[]);
            }
            meter.f64_observable_gauge("").with_callback(|_| panic!("is asked")).build();
        },
        &["InvalidInstrumentName"; 2],
    );
    assert!(collect(&provider).is_empty());
    assert_eq!(provider.stats().invalid_names(), 2);
    assert_eq!(provider.stats().callback_panics(), 0);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn instruments_beyond_the_limit_are_warned_of_once_and_each_is_counted() {
    let provider = provider();
    let meter = provider.meter("library");
    check_warnings(
        || {
            for index in 0..MAX_INSTRUMENTS_PER_SCOPE + 3 {
                meter.u64_counter(format!("c{index}")).build().add(1, &[]);
            }
        },
        &["TooManyInstruments"],
    );
    assert_eq!(collect(&provider).len(), MAX_INSTRUMENTS_PER_SCOPE);
    assert_eq!(provider.stats().conflicting_instruments(), 3);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn a_meter_without_a_name_works_and_is_warned_of_once() {
    let provider = provider();
    check_warnings(
        || {
            for _ in 0..3 {
                provider.meter("").u64_counter("requests").build().add(1, &[]);
            }
        },
        &["InvalidMeterName"],
    );
    assert_eq!(integer(&collect(&provider), "requests"), 3);
}

fn library(version: &'static str, attributes: &[KeyValue]) -> InstrumentationScope {
    InstrumentationScope::builder("library")
        .with_version(version)
        .with_schema_url("https://example.com/schema")
        .with_attributes(attributes.iter().cloned())
        .build()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn a_scope_is_its_name_version_schema_and_attributes() {
    let provider = provider();
    let (a, b) = (KeyValue::new("a", 1), KeyValue::new("b", "x"));
    for scope in [
        library("1", &[a.clone(), b.clone()]),
        library("1", &[b.clone(), a.clone()]),
        library("1", std::slice::from_ref(&a)),
        library("2", &[a, b]),
    ] {
        provider.meter_with_scope(scope).u64_counter("requests").build().add(1, &[]);
    }
    let requests = requests(&provider, Encoder::DEFAULT_MAX_REQUEST_BYTES);
    let scopes: Vec<ScopeMetrics> = requests
        .into_iter()
        .flat_map(|request| request.resource_metrics)
        .flat_map(|resource| resource.scope_metrics)
        .collect();
    assert_eq!(scopes.len(), 3, "attributes in another order are the same scope");
    assert!(scopes.iter().all(|scope| scope.schema_url == "https://example.com/schema"));
    let shown = scopes.iter().map(|scope| {
        let scope = scope.scope.clone().unwrap();
        (scope.version, scope.attributes.len())
    });
    let expected = [("1".to_owned(), 2), ("1".to_owned(), 1), ("2".to_owned(), 2)];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    assert_eq!(integer(&scopes[0].metrics, "requests"), 2);
}
