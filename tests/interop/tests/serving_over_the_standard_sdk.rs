//! The serving layer over the standard `SdkMeterProvider`: an application that has `opentelemetry-prometheus` or
//! `opentelemetry-otlp` keeps it, and its pages show what this SDK's would.

use std::{collections::BTreeMap, net::SocketAddr};

use inferometer_interop::{NEVER, SCOPE, Served, of_scope, telemetry};
use inferometer_sdk::StandardMeter;
use inferometer_tests::{CollectorProcess, Scrape, oracle::promtool_check, wait};
use opentelemetry::{InstrumentationScope, metrics::MeterProvider};
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
};
use prometheus::{Registry, TextEncoder};

/// `opentelemetry-prometheus` calls gauges of the unit `1` ratios, which the specification does not ask for.
const RATIO: &str = "infer_kv_cache_utilization_ratio";
const RATIO_HERE: &str = "infer_kv_cache_utilization";

fn serve(provider: &SdkMeterProvider) -> Served<StandardMeter> {
    Served::through(StandardMeter::new(provider.meter(SCOPE)))
}

/// What this SDK shows of the same serving, through its own cells.
fn ours() -> BTreeMap<String, f64> {
    let mut collector = CollectorProcess::start();
    let telemetry = telemetry(&mut collector, &[("service.name", "ours")]);
    let scope = InstrumentationScope::builder(SCOPE).build();
    let _served = Served::through(telemetry.meter_provider().scope_of(scope));
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let page = collector.scrape();
    Served::<StandardMeter>::expect_in(&page);
    of_scope(&page, SCOPE)
}

#[test]
fn a_registry_of_opentelemetry_prometheus_shows_what_was_recorded_and_promtool_accepts_it() {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build();
    let provider =
        SdkMeterProvider::builder().with_reader(exporter.expect("a new registry")).build();
    let _served = serve(&provider);
    let text = TextEncoder::new().encode_to_string(&registry.gather()).expect("a page");
    promtool_check(&text);
    let text = text.replace(RATIO, RATIO_HERE);
    let page = Scrape::parse(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
    Served::<StandardMeter>::expect_in(&page);
    assert_eq!(of_scope(&page, SCOPE), ours());
}

/// Sends what is served through `exporter` and compares the collector's page with ours.
#[track_caller]
fn check_otlp(listener: &str, exporter: impl FnOnce(SocketAddr) -> MetricExporter) {
    let mut collector = CollectorProcess::start();
    let exporter = exporter(collector.address(listener));
    let reader = PeriodicReader::builder(exporter).with_interval(NEVER).build();
    let resource = Resource::builder_empty().with_service_name("theirs").build();
    let provider = SdkMeterProvider::builder().with_resource(resource).with_reader(reader).build();
    let _served = serve(&provider);
    provider.force_flush().expect("everything is delivered");
    let page = collector.scrape();
    promtool_check(&page.text);
    Served::<StandardMeter>::expect_in(&page);
    assert_eq!(of_scope(&page, SCOPE), ours());
    provider.shutdown().expect("the provider ends");
}

#[test]
fn opentelemetry_otlp_over_grpc_brings_it_to_a_collector() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    check_otlp("OTLP over gRPC", |address| {
        let exporter = MetricExporter::builder().with_tonic();
        exporter.with_endpoint(format!("http://{address}")).build().expect("an exporter")
    });
}

#[test]
fn opentelemetry_otlp_over_http_brings_it_to_a_collector() {
    check_otlp("OTLP over HTTP", |address| {
        let exporter = MetricExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        exporter.with_endpoint(format!("http://{address}/v1/metrics")).build().expect("an exporter")
    });
}
