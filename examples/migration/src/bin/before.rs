//! Before: the application on `opentelemetry_sdk` and `opentelemetry-otlp`.

use std::error::Error;

use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::{
    Resource,
    metrics::{Aggregation, Instrument, SdkMeterProvider, Stream},
    trace::SdkTracerProvider,
};

/// A view: buckets that fit how long packing takes.
fn packing(instrument: &Instrument) -> Option<Stream> {
    if instrument.name() != "shop.packing.duration" {
        return None;
    }
    let boundaries = vec![0.5, 1.0, 2.0, 4.0];
    let buckets = Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: true };
    Stream::builder().with_aggregation(buckets).build().ok()
}

#[tokio::main] // gRPC of opentelemetry-otlp needs a runtime
async fn main() -> Result<(), Box<dyn Error>> {
    let resource = Resource::builder()
        .with_service_name("shop")
        .with_attribute(KeyValue::new("deployment.environment.name", "production"))
        .build();

    let exporter = MetricExporter::builder().with_tonic().build()?;
    let meter_provider = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_view(packing)
        .with_periodic_exporter(exporter)
        .build();

    let exporter = SpanExporter::builder().with_tonic().build()?;
    let tracer_provider =
        SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();

    global::set_meter_provider(meter_provider.clone());
    global::set_tracer_provider(tracer_provider.clone());

    inferometer_migration::work();

    tracer_provider.shutdown()?;
    meter_provider.shutdown()?;
    Ok(())
}
