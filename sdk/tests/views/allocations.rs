//! Views are paid for when attributes are bound: a record allocates nothing.

use allocation_counter::measure;
use inferometer_sdk::MeterProvider;
use opentelemetry::metrics::MeterProvider as _;

use crate::{
    core_support::{LEVEL, SIZES, THINGS},
    support::{buckets, pairs, select, with_views},
};

#[track_caller]
fn check(provider: &MeterProvider) {
    provider.register_thread();
    let set = pairs(&[("a", 1), ("user", 2)]);
    let scope = provider.scope("test");
    let things = scope.counter::<u64>(&THINGS, &set);
    let level = scope.gauge::<f64>(&LEVEL, &set);
    let sizes = scope.histogram::<f64>(&SIZES, &set);
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let unbound = provider.meter("library").f64_histogram("test.api").build();
    let bound = unbound.bind(&set);
    unbound.record(1.0, &set);
    let measured = measure(|| {
        for _ in 0..100 {
            things.add(1);
            level.record(1.0);
            sizes.record(1.0);
            bound.record(1.0);
            unbound.record(1.0, &set);
        }
    });
    assert_eq!(measured.count_total, 0);
}

#[test]
fn a_record_through_a_filter_allocates_nothing() {
    check(&with_views([select("test.*").with_excluded_attribute_keys(["user"])]));
}

#[test]
fn a_record_into_several_streams_allocates_nothing() {
    let again = |name: &str| select(name).with_name(format!("{name}.again"));
    let names = ["test.things", "test.level", "test.sizes", "test.api"];
    check(&with_views(names.map(again).into_iter().chain([select("*")])));
}

#[test]
fn a_record_into_another_aggregation_allocates_nothing() {
    check(&with_views([select("test.*").with_aggregation(buckets(&[1.0]))]));
}
