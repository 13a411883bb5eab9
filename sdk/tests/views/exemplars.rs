//! What a view leaves out of a series' attributes is kept with its exemplars.

use inferometer_sdk::{ExemplarFilter, MeterProvider};
use inferometer_semconv::attributes::SdkRefusalReason;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_proto::tonic::metrics::v1::Exemplar;

use crate::{
    core_support::{LEVEL, SIZES, collect, histograms},
    support::{buckets, pairs, select, spell},
};

/// A provider that makes an exemplar of every record.
fn provider(views: impl IntoIterator<Item = inferometer_sdk::ViewBuilder>) -> MeterProvider {
    views
        .into_iter()
        .map(|view| view.build().expect("a view that is right"))
        .fold(MeterProvider::builder(), |builder, view| builder.with_view(view))
        .with_exemplars(ExemplarFilter::AlwaysOn)
        .build()
}

fn left_out(exemplars: &[Exemplar]) -> Vec<Vec<String>> {
    exemplars.iter().map(|exemplar| spell(&exemplar.filtered_attributes)).collect()
}

#[test]
fn attributes_that_a_view_leaves_out_stay_with_the_exemplars_of_each_stream() {
    let provider = provider([
        select("test.*").with_excluded_attribute_keys(["code"]),
        select("test.sizes").with_name("codes").with_allowed_attribute_keys(["code"]),
    ]);
    let set = pairs(&[("user", 7), ("code", 200)]);
    provider.scope("library").histogram::<f64>(&SIZES, &set).record(3.0);
    let metrics = collect(&provider);
    let of = |name: &str| left_out(&histograms(&metrics, name)[0].exemplars);
    assert_eq!(of("test.sizes"), [["code=200"]]);
    assert_eq!(of("codes"), [["user=7"]]);
}

#[test]
fn unbound_calls_keep_what_each_of_them_left_out() {
    let provider = provider([select("api.sizes").with_excluded_attribute_keys(["user"])]);
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    let sizes = provider.meter("library").f64_histogram("api.sizes").build();
    for (user, value) in [(1, 1.0), (2, 100.0), (1, 1000.0)] {
        sizes.record(value, &pairs(&[("user", user)]));
    }
    let metrics = collect(&provider);
    let mut exemplars = histograms(&metrics, "api.sizes").remove(0).exemplars;
    exemplars.sort_by_key(|exemplar| exemplar.time_unix_nano);
    assert_eq!(left_out(&exemplars), [["user=1"], ["user=2"], ["user=1"]]);
}

#[test]
fn what_one_stream_refuses_is_no_exemplar_of_it() {
    let provider = provider([
        select("test.level"),
        select("test.level").with_name("spread").with_aggregation(buckets(&[1.0])),
    ]);
    let level = provider.scope("test").gauge::<f64>(&LEVEL, &[]);
    level.record(0.5);
    level.record(-1.0);
    let spread = histograms(&collect(&provider), "spread").remove(0);
    assert_eq!((spread.count, spread.exemplars.len()), (1, 1));
    assert_eq!(provider.stats().refused(SdkRefusalReason::Negative), 1);
}
