//! How many streams come of an instrument and its views, and what is told of those that do not go together.

use inferometer_sdk::{
    Counter, Exporter, HistogramAggregation, InMemory, MAX_VIEWS, MeterProvider, Recorder,
    Telemetry, View, ViewAggregation,
};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;

use crate::{
    core_support::{
        ACTIVE, LEVEL, SECONDS, SIZES, THINGS, collect, exponential, histograms, integer,
    },
    support::{buckets, metric, names, pairs, point, select, shown, with_views},
};

#[test]
fn an_instrument_that_no_view_selects_is_exported_as_it_is() {
    let provider = with_views([select("another").with_name("renamed")]);
    provider.scope("test").counter::<u64>(&THINGS, &pairs(&[("a", 1)])).add(3);
    let metrics = collect(&provider);
    let things = metric(&metrics, "test.things");
    assert_eq!((&*things.unit, &*things.description), ("{thing}", "A thing."));
    assert_eq!(shown(things), [point(&["a=1"], 3.0)]);
}

#[test]
fn a_view_renames_and_describes_and_changes_bounds() {
    let view = select("Test.Sizes")
        .with_name("renamed")
        .with_description("Another thing.")
        .with_aggregation(buckets(&[10.0]));
    let provider = with_views([view]);
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    [1.0, 10.0, 11.0].into_iter().for_each(|value| sizes.record(value));
    let metrics = collect(&provider);
    assert_eq!(names(&metrics), ["renamed"]);
    assert_eq!((&*metrics[0].unit, &*metrics[0].description), ("{thing}", "Another thing."));
    let points = histograms(&metrics, "renamed");
    assert_eq!(
        (&*points[0].explicit_bounds, &*points[0].bucket_counts),
        (&[10.0][..], &[2, 1][..])
    );
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
fn bounds_of_a_view_win_over_advised_ones_and_advice_over_the_default() {
    let provider = with_views([
        select("api.viewed").with_aggregation(buckets(&[7.0])),
        select("api.advised").with_description("As advised."),
    ]);
    let meter = provider.meter("library");
    for name in ["api.viewed", "api.advised"] {
        #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
        let histogram = meter.f64_histogram(name).with_boundaries(vec![1.0, 2.0]).build();
        histogram.record(1.0, &[]);
    }
    let metrics = collect(&provider);
    assert_eq!(histograms(&metrics, "api.viewed")[0].explicit_bounds, [7.0]);
    assert_eq!(histograms(&metrics, "api.advised")[0].explicit_bounds, [1.0, 2.0]);
}

#[test]
fn each_view_gives_a_stream_of_its_own_whoever_records() {
    let provider = with_views([
        select("test.things"),
        select("test.things").with_name("renamed").with_allowed_attribute_keys(["a"]),
        select("test.things").with_name("spread").with_aggregation(buckets(&[1.0])),
    ]);
    let set = pairs(&[("a", 1), ("b", 2)]);
    let things: Counter<u64> = provider.scope("library").counter(&THINGS, &set);
    let same = things.clone();
    things.add(1);
    same.add(3);
    Recorder::for_this_thread().add(&things, 2);
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let unbound = provider
        .meter("library")
        .u64_counter("test.things")
        .with_unit("{thing}")
        .with_description("A thing.")
        .build();
    unbound.add(4, &set);
    unbound.add(5, &set);
    unbound.bind(&set).add(6);
    let metrics = collect(&provider);
    assert_eq!(names(&metrics), ["renamed", "spread", "test.things"]);
    assert_eq!(shown(metric(&metrics, "test.things")), [point(&["a=1", "b=2"], 21.0)]);
    assert_eq!(shown(metric(&metrics, "renamed")), [point(&["a=1"], 21.0)]);
    let spread = &histograms(&metrics, "spread")[0];
    assert_eq!((spread.sum, &*spread.bucket_counts), (Some(21.0), &[1, 5][..]));
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
fn every_kind_of_handle_feeds_every_stream() {
    let second = |name: &str| select(name).with_name(format!("{name}.again"));
    let kinds = [&THINGS, &SECONDS, &ACTIVE, &LEVEL, &SIZES].map(|definition| definition.name);
    let provider = with_views(
        kinds.into_iter().map(second).chain([select("test.*").with_description("All.")]),
    );
    let scope = provider.scope("test");
    scope.counter::<u64>(&THINGS, &[]).add(1);
    scope.counter::<f64>(&SECONDS, &[]).add(1.5);
    scope.up_down_counter::<i64>(&ACTIVE, &[]).add(-2);
    scope.gauge::<f64>(&LEVEL, &[]).record(-0.5);
    scope.histogram::<f64>(&SIZES, &[]).record(3.0);
    let metrics = collect(&provider);
    for (name, value) in kinds.into_iter().zip([1.0, 1.5, -2.0, -0.5]) {
        for name in [name.to_owned(), format!("{name}.again")] {
            assert_eq!(shown(metric(&metrics, &name)), [point(&[], value)], "{name}");
        }
    }
    for name in ["test.sizes", "test.sizes.again"] {
        assert_eq!(histograms(&metrics, name)[0].sum, Some(3.0), "{name}");
    }
}

#[test]
fn what_an_instrument_refuses_is_counted_once_for_all_its_streams() {
    let provider = with_views([select("test.things"), select("test.things").with_name("again")]);
    let things = provider.scope("test").counter::<i64>(&THINGS, &[]);
    things.add(-1);
    let stats = provider.stats();
    assert_eq!(stats.refused(inferometer_semconv::attributes::SdkRefusalReason::Negative), 1);
}

#[test]
fn views_that_make_the_same_of_an_instrument_give_one_stream() {
    let provider = with_views([select("test.*"), select("*"), select("test.things")]);
    provider.scope("test").counter::<u64>(&THINGS, &[]).add(1);
    assert_eq!(integer(&collect(&provider), "test.things"), 1);
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
fn two_different_streams_of_one_name_are_both_exported_and_counted_once() {
    let provider =
        with_views([select("*"), select("test.things").with_allowed_attribute_keys(["a"])]);
    let scope = provider.scope("test");
    for _ in 0..3 {
        scope.counter::<u64>(&THINGS, &pairs(&[("b", 1)])).add(1);
    }
    let metrics = collect(&provider);
    let mut all: Vec<_> = metrics.iter().flat_map(shown).collect();
    all.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
    assert_eq!(names(&metrics), ["test.things", "test.things"]);
    assert_eq!(all, [point(&[], 3.0), point(&["b=1"], 3.0)]);
    assert_eq!(provider.stats().conflicting_instruments(), 1);
}

#[test]
fn an_instrument_that_gets_the_name_of_another_conflicts_with_it() {
    let provider = with_views([select("test.seconds").with_name("Test.Things")]);
    let scope = provider.scope("test");
    scope.counter::<u64>(&THINGS, &[]).add(1);
    scope.counter::<f64>(&SECONDS, &[]).add(1.0);
    assert_eq!(names(&collect(&provider)), ["test.things", "test.things"], "the first one's name");
    assert_eq!(provider.stats().conflicting_instruments(), 1);
}

#[test]
fn instruments_that_views_make_the_same_stream_of_add_up_in_it() {
    let named = |name: &str| select(name).with_name("all").with_description("All of them.");
    let provider = with_views([named("a"), named("b")]);
    let meter = provider.meter("library");
    for (name, value) in [("a", 1), ("b", 2)] {
        #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
        meter.u64_counter(name).build().add(value, &[]);
    }
    assert_eq!(integer(&collect(&provider), "all"), 3);
    assert_eq!(provider.stats().conflicting_instruments(), 0);
}

#[test]
fn an_instrument_whose_name_is_not_allowed_is_exported_under_the_one_that_a_view_gives() {
    let provider = with_views([select("größe").with_name("size")]);
    let meter = provider.meter("library");
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    meter.u64_counter("größe").build().add(1, &[]);
    assert_eq!(integer(&collect(&provider), "size"), 1);
    assert_eq!(provider.stats().invalid_names(), 0);
}

#[test]
fn a_match_all_view_that_drops_leaves_what_others_select() {
    let provider =
        with_views([select("*").with_aggregation(ViewAggregation::Drop), select("test.active")]);
    let scope = provider.scope("test");
    let things = scope.counter::<u64>(&THINGS, &[]);
    things.add(1);
    scope.up_down_counter::<i64>(&ACTIVE, &[]).add(2);
    let metrics = collect(&provider);
    assert_eq!(names(&metrics), ["test.active"]);
    assert_eq!(integer(&metrics, "test.active"), 2);
}

#[test]
fn the_default_aggregation_is_the_providers() {
    let view = select("test.sizes").with_name("renamed").build().expect("a view");
    let provider = MeterProvider::builder()
        .with_histograms(HistogramAggregation::Exponential { scale: 2 })
        .with_view(view)
        .build();
    provider.scope("test").histogram::<f64>(&SIZES, &[]).record(1.0);
    assert_eq!(exponential(&collect(&provider), "renamed")[0].scale, 2);
}

#[test]
fn views_beyond_the_bound_are_counted_by_a_provider_and_refused_by_telemetry() {
    let views = || (0..=MAX_VIEWS).map(|view| select(&format!("a{view}")).build().expect("a view"));
    let last = format!("a{MAX_VIEWS}");
    let provider =
        views().fold(MeterProvider::builder(), |builder, view: View| builder.with_view(view));
    let provider = provider.drop_instrument(&last).build();
    assert_eq!(provider.stats().conflicting_instruments(), 2);
    let telemetry = views().fold(
        Telemetry::builder().exporter(Exporter::Memory(InMemory::default())),
        |builder, view| builder.with_view(view),
    );
    let error = telemetry.build().expect_err("too many").to_string();
    assert!(error.contains("257 views") && error.contains("at most 256"), "{error}");
}

#[test]
fn a_stream_shows_what_its_aggregation_is() {
    let provider = with_views([select("test.sizes").with_aggregation(ViewAggregation::Sum)]);
    provider.scope("test").histogram::<f64>(&SIZES, &[]).record(1.0);
    let metrics = collect(&provider);
    assert!(matches!(&metrics[0].data, Some(Data::Sum(sum)) if sum.is_monotonic));
}
