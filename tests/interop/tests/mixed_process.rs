//! Both SDKs in one process, sending to one collector: which series they may share, and what tells theirs apart.
//!
//! OpenTelemetry gives a series one writer. Resource, scope, name and attributes identify it, so two providers must
//! differ in one of them; the last test shows what this collector does if they do not.

use inferometer_interop::{NEVER, telemetry};
use inferometer_sdk::Telemetry;
use inferometer_tests::{CollectorProcess, Expected, Scrape, oracle::promtool_check, series, wait};
use opentelemetry::{
    InstrumentationScope, KeyValue,
    metrics::{Meter, MeterProvider},
};
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
};

/// The same service in both.
const SHOP: (&str, &str) = ("service.name", "shop");

struct Both {
    collector: CollectorProcess,
    ours: Telemetry,
    theirs: SdkMeterProvider,
}

impl Both {
    fn with_resources(ours: &[(&'static str, &str)], theirs: &[(&'static str, &str)]) -> Self {
        let mut collector = CollectorProcess::start();
        let endpoint = format!("http://{}/v1/metrics", collector.address("OTLP over HTTP"));
        let exporter = MetricExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        let exporter = exporter.with_endpoint(endpoint).build().expect("an exporter");
        let attributes = theirs.iter().map(|(key, value)| KeyValue::new(*key, value.to_string()));
        let theirs = SdkMeterProvider::builder()
            .with_resource(Resource::builder().with_attributes(attributes).build())
            .with_reader(PeriodicReader::builder(exporter).with_interval(NEVER).build())
            .build();
        Self { ours: telemetry(&mut collector, ours), theirs, collector }
    }

    /// Records 1, then 2, then 4 through our meter, tenfold through theirs; both export each time, in turn.
    fn record(&mut self, ours: &Meter, theirs: &Meter) -> Scrape {
        let (ours, theirs) = (Instruments::of(ours), Instruments::of(theirs));
        for value in [1, 2, 4] {
            ours.record(value);
            theirs.record(10 * value);
            self.ours.flush(wait::PATIENCE).expect("everything is delivered");
            self.theirs.force_flush().expect("everything is delivered");
        }
        let page = self.collector.scrape();
        promtool_check(&page.text);
        page
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        let _ = self.theirs.shutdown();
    }
}

struct Instruments {
    sold: opentelemetry::metrics::Counter<u64>,
    open: opentelemetry::metrics::UpDownCounter<i64>,
    price: opentelemetry::metrics::Histogram<u64>,
}

impl Instruments {
    #[expect(clippy::disallowed_methods, reason = "an application's own instruments")]
    fn of(meter: &Meter) -> Self {
        Self {
            sold: meter.u64_counter("sold").with_description("Sold.").build(),
            open: meter.i64_up_down_counter("open").with_description("Open.").build(),
            price: meter.u64_histogram("price").with_description("Price.").build(),
        }
    }

    fn record(&self, value: u32) {
        let attributes = [KeyValue::new("shelf", 3)];
        self.sold.add(value.into(), &attributes);
        self.open.add(value.into(), &attributes);
        self.price.record(value.into(), &attributes);
    }
}

/// The sums of what [`Both::record`] recorded with one provider, in the series that `narrow` finds, and no other series.
#[track_caller]
fn expect_all(page: &Scrape, narrow: impl Fn(Expected) -> Expected, sum: f64) {
    let of = |name: &str| narrow(series(name).label("job", "shop").label("shelf", "3"));
    for name in ["sold_total", "open", "price_sum"] {
        of(name).value(sum).expect_in(page);
    }
    of("price_count").value(3.0).expect_in(page);
    let bucket = of("price_bucket").label("le", "25");
    bucket.value(if sum > 7.0 { 2.0 } else { 3.0 }).expect_in(page);
}

const OURS: f64 = 7.0;
const THEIRS: f64 = 70.0;

#[test]
fn instances_that_differ_keep_equal_scopes_and_instruments_apart() {
    let mut both = Both::with_resources(&[SHOP], &[SHOP, ("service.instance.id", "standard")]);
    let (ours, theirs) = (both.ours.meter_provider().meter("app"), both.theirs.meter("app"));
    let page = both.record(&ours, &theirs);
    let (_, sold) = page.sum("sold_total", &[("otel_scope_name", "app")]);
    assert_eq!(sold, 2);
    let theirs = series("sold_total").label("instance", "standard").expect_in(&page);
    let ours = page.samples().find(|one| one.name == theirs.name && one.line != theirs.line);
    let instance = ours.expect("our series").label("instance").to_owned();
    assert_eq!(instance.len(), 36, "this SDK made an id: {instance}");
    expect_all(&page, |series| series.label("instance", "standard"), THEIRS);
    expect_all(&page, |series| series.label("instance", &instance), OURS);
    let (_, targets) = page.sum("target_info", &[("job", "shop")]);
    assert_eq!(targets, 2, "one for each instance");
}

#[test]
fn one_instance_with_a_scope_for_each_provider_loses_nothing() {
    let instance = ("service.instance.id", "7");
    let mut both = Both::with_resources(&[SHOP, instance], &[SHOP, instance]);
    let (ours, theirs) = (both.ours.meter_provider().meter("new"), both.theirs.meter("old"));
    let page = both.record(&ours, &theirs);
    expect_all(&page, |series| series.label("otel_scope_name", "old"), THEIRS);
    expect_all(&page, |series| series.label("otel_scope_name", "new"), OURS);
    let (_, instances) = page.sum("sold_total", &[("instance", "7")]);
    assert_eq!(instances, 2);
    let (_, targets) = page.sum("target_info", &[("instance", "7")]);
    assert_eq!(targets, 1, "one instance has one resource");
}

#[test]
fn one_instance_and_scope_loses_nothing_if_an_attribute_of_the_scope_differs() {
    let instance = ("service.instance.id", "7");
    let mut both = Both::with_resources(&[SHOP, instance], &[SHOP, instance]);
    let scope = |sdk: &'static str| {
        let attributes = [KeyValue::new("sdk", sdk)];
        InstrumentationScope::builder("app").with_attributes(attributes).build()
    };
    let ours = both.ours.meter_provider().meter_with_scope(scope("new"));
    let theirs = both.theirs.meter_with_scope(scope("old"));
    let page = both.record(&ours, &theirs);
    expect_all(&page, |series| series.label("otel_scope_sdk", "old"), THEIRS);
    expect_all(&page, |series| series.label("otel_scope_sdk", "new"), OURS);
}

#[test]
fn of_two_writers_of_one_series_the_later_is_shown_and_every_point_of_the_other_is_counted() {
    let instance = ("service.instance.id", "7");
    let mut both = Both::with_resources(&[SHOP, instance], &[SHOP, instance]);
    let (ours, theirs) = (both.ours.meter_provider().meter("app"), both.theirs.meter("app"));
    let page = both.record(&ours, &theirs);
    let (shown, series) = page.sum("sold_total", &[]);
    assert_eq!(series, 1, "nobody can tell them apart");
    assert!([OURS, THEIRS].contains(&shown), "never a mixture: {shown}");
    expect_all(&page, |series| series, shown);
    let late = [("infer_collector_rejection_reason", "out_of_order")];
    let (rejected, _) = page.sum("infer_collector_item_rejected_total", &late);
    // The one that is shown may have come second: then the other's first export was still taken.
    assert!([6.0, 9.0].contains(&rejected), "{rejected} of 9 points");
}
