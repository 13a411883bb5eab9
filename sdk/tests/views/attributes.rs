//! Which attributes are left, which sets become one, and how many a stream may have.

use inferometer_sdk::View;
use opentelemetry::metrics::MeterProvider as _;

use crate::{
    core_support::{LEVEL, SIZES, THINGS, collect, histograms},
    support::{metric, pairs, point, select, shown, spell, with_views},
};

#[test]
fn only_allowed_attributes_are_kept_and_sets_that_become_alike_add_up() {
    let provider = with_views([select("test.*").with_allowed_attribute_keys(["a", "absent"])]);
    let scope = provider.scope("test");
    for (a, b, value) in [(1, 1, 1.0), (1, 2, 2.0), (2, 1, 1.0), (1, 3, 3.0)] {
        let set = pairs(&[("b", b), ("a", a)]);
        scope.counter::<u64>(&THINGS, &set).add(1);
        scope.gauge::<f64>(&LEVEL, &set).record(value);
        scope.histogram::<f64>(&SIZES, &set).record(value);
    }
    let metrics = collect(&provider);
    assert_eq!(
        shown(metric(&metrics, "test.things")),
        [point(&["a=1"], 3.0), point(&["a=2"], 1.0)]
    );
    assert_eq!(
        shown(metric(&metrics, "test.level")),
        [point(&["a=1"], 3.0), point(&["a=2"], 1.0)],
        "the last value of each"
    );
    let sizes = histograms(&metrics, "test.sizes");
    let sizes: Vec<_> =
        sizes.iter().map(|point| (spell(&point.attributes), point.count, point.sum)).collect();
    let expected = [(vec!["a=1".to_owned()], 3, Some(6.0)), (vec!["a=2".to_owned()], 1, Some(1.0))];
    assert_eq!(sizes, expected);
}

#[test]
fn an_empty_list_keeps_no_attribute() {
    let none: [&'static str; 0] = [];
    let provider = with_views([select("test.things").with_allowed_attribute_keys(none)]);
    let scope = provider.scope("test");
    scope.counter::<u64>(&THINGS, &pairs(&[("a", 1)])).add(1);
    scope.counter::<u64>(&THINGS, &[]).add(2);
    assert_eq!(shown(metric(&collect(&provider), "test.things")), [point(&[], 3.0)]);
}

#[test]
fn excluded_attributes_are_left_out_and_both_lists_hold() {
    let provider = with_views([
        select("test.things").with_excluded_attribute_keys(["b"]),
        select("test.things")
            .with_name("both")
            .with_allowed_attribute_keys(["a"])
            .with_excluded_attribute_keys(["b", "c"]),
    ]);
    let set = pairs(&[("a", 1), ("b", 2), ("c", 3)]);
    provider.scope("test").counter::<u64>(&THINGS, &set).add(1);
    let metrics = collect(&provider);
    assert_eq!(shown(metric(&metrics, "test.things")), [point(&["a=1", "c=3"], 1.0)]);
    assert_eq!(shown(metric(&metrics, "both")), [point(&["a=1"], 1.0)]);
}

#[test]
fn the_apis_unbound_calls_reach_the_filtered_series_in_any_spelling() {
    let provider = with_views([select("api.*").with_excluded_attribute_keys(["user"])]);
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let requests = provider.meter("library").u64_counter("api.requests").build();
    for user in 0..3000 {
        requests.add(1, &pairs(&[("user", user), ("code", 200)]));
        requests.add(1, &pairs(&[("code", 200), ("user", user)]));
    }
    assert_eq!(shown(metric(&collect(&provider), "api.requests")), [point(&["code=200"], 6000.0)]);
    assert_eq!(provider.stats().overflowed_binds(), 0, "the limit is of what is left");
}

#[test]
fn each_stream_has_its_own_limit_and_loses_nothing_at_it() {
    let provider = with_views([
        select("test.things").with_name("few").with_cardinality_limit(2),
        select("test.things").with_name("many").with_cardinality_limit(100),
    ]);
    let scope = provider.scope("test");
    for replica in 0..20 {
        scope.counter::<u64>(&THINGS, &pairs(&[("replica", replica)])).add(1);
    }
    let metrics = collect(&provider);
    let many = shown(metric(&metrics, "many"));
    assert_eq!((many.len(), many.iter().map(|(_, value)| value).sum()), (20, 20.0));
    let few = shown(metric(&metrics, "few"));
    assert_eq!(few.iter().map(|(_, value)| value).sum::<f64>(), 20.0);
    assert_eq!(few.len(), 3, "two and the overflow series: {few:?}");
    assert!(few.iter().any(|(set, _)| *set == ["otel.metric.overflow=true"]), "{few:?}");
}

#[test]
fn a_set_that_overflows_in_one_stream_of_an_unbound_instrument_is_whole_in_the_other() {
    let provider = with_views([
        select("api.requests").with_name("few").with_cardinality_limit(1),
        View::builder().meter_name("library"),
    ]);
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let requests = provider.meter("library").u64_counter("api.requests").build();
    for _ in 0..2 {
        for user in 0..50 {
            requests.add(1, &pairs(&[("user", user)]));
        }
    }
    let metrics = collect(&provider);
    let all = shown(metric(&metrics, "api.requests"));
    assert_eq!(all.len(), 50);
    assert!(all.iter().all(|(_, value)| *value == 2.0), "{all:?}");
    let few = shown(metric(&metrics, "few"));
    assert_eq!(few.iter().map(|(_, value)| value).sum::<f64>(), 100.0);
}
