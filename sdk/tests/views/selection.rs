//! Which instruments a view selects.

use inferometer_sdk::{InstrumentType, MeterProvider, View, ViewAggregation, ViewBuilder};
use opentelemetry::{InstrumentationScope, metrics::MeterProvider as _};

use crate::{
    core_support::collect,
    support::{names, select, with_views},
};

/// One instrument of each type, recorded once, in one meter.
#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
fn record_everything(provider: &MeterProvider, scope: InstrumentationScope) {
    let meter = provider.meter_with_scope(scope);
    meter.u64_counter("app.counter").with_unit("{thing}").build().add(1, &[]);
    meter.i64_up_down_counter("app.level").build().add(1, &[]);
    meter.u64_gauge("app.gauge").build().record(1, &[]);
    meter.f64_histogram("app.Histogram").with_unit("s").build().record(1.0, &[]);
    meter.u64_observable_counter("app.asked.counter").with_callback(|o| o.observe(1, &[])).build();
    meter
        .i64_observable_up_down_counter("app.asked.level")
        .with_callback(|o| o.observe(1, &[]))
        .build();
    meter.u64_observable_gauge("app.asked.gauge").with_callback(|o| o.observe(1, &[])).build();
}

/// What is left of everything once the view drops what it selects.
#[track_caller]
fn check(view: ViewBuilder, selected: &[&str]) {
    let provider = with_views([view.with_aggregation(ViewAggregation::Drop)]);
    record_everything(&provider, InstrumentationScope::builder("library").build());
    let metrics = collect(&provider);
    let mut left = vec![
        "app.Histogram",
        "app.asked.counter",
        "app.asked.gauge",
        "app.asked.level",
        "app.counter",
        "app.gauge",
        "app.level",
    ];
    left.retain(|name| !selected.contains(name));
    assert_eq!(names(&metrics), left);
}

#[test]
fn a_name_selects_in_either_case_and_wildcards_select_several() {
    check(select("app.counter"), &["app.counter"]);
    check(select("APP.histogram"), &["app.Histogram"]);
    check(select("app.asked.*"), &["app.asked.counter", "app.asked.gauge", "app.asked.level"]);
    check(select("app.?????"), &["app.gauge", "app.level"]);
    check(select("other"), &[]);
}

#[test]
fn every_type_is_told_from_every_other() {
    for (wanted, selected) in [
        (InstrumentType::Counter, "app.counter"),
        (InstrumentType::UpDownCounter, "app.level"),
        (InstrumentType::Gauge, "app.gauge"),
        (InstrumentType::Histogram, "app.Histogram"),
        (InstrumentType::ObservableCounter, "app.asked.counter"),
        (InstrumentType::ObservableUpDownCounter, "app.asked.level"),
        (InstrumentType::ObservableGauge, "app.asked.gauge"),
    ] {
        check(View::builder().instrument_type(wanted), &[selected]);
    }
}

#[test]
fn a_unit_selects_letter_by_letter() {
    check(View::builder().instrument_unit("s"), &["app.Histogram"]);
    check(View::builder().instrument_unit("S"), &[]);
    let unitless =
        ["app.asked.counter", "app.asked.gauge", "app.asked.level", "app.gauge", "app.level"];
    check(View::builder().instrument_unit(""), &unitless);
}

#[test]
fn all_criteria_must_hold() {
    let seconds = || select("app.*").instrument_unit("s");
    check(seconds().instrument_type(InstrumentType::Histogram), &["app.Histogram"]);
    check(seconds().instrument_type(InstrumentType::Counter), &[]);
    check(seconds().meter_name("library"), &["app.Histogram"]);
    check(seconds().meter_name("another"), &[]);
}

#[test]
fn a_meter_is_selected_by_name_version_and_schema_url() {
    let scope = |version: &'static str| {
        InstrumentationScope::builder("library")
            .with_version(version)
            .with_schema_url("https://example.com/1")
            .build()
    };
    let views = [
        View::builder().meter_name("library").meter_version("1"),
        View::builder().meter_schema_url("https://example.com/2"),
        View::builder().meter_version(""),
    ];
    let drop = |view: ViewBuilder| view.with_aggregation(ViewAggregation::Drop);
    let provider = with_views(views.map(drop));
    record_everything(&provider, scope("1"));
    assert!(collect(&provider).is_empty());
    record_everything(&provider, InstrumentationScope::builder("library").build());
    assert!(collect(&provider).is_empty(), "no version is an empty one");
    record_everything(&provider, scope("2"));
    assert_eq!(collect(&provider).len(), 7);
}
