//! Half-way, from the one side: the providers of `opentelemetry_sdk` stay, and the serving layer records through them.

use std::error::Error;

use inferometer_sdk::{Cached, Engine, FinishReason, Prompt, StandardMeter};
use opentelemetry::{Context, global};
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let resource = Resource::builder().with_service_name("shop").build();
    let meter_provider = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_periodic_exporter(MetricExporter::builder().with_tonic().build()?)
        .build();
    let tracer_provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_batch_exporter(SpanExporter::builder().with_tonic().build()?)
        .build();
    global::set_meter_provider(meter_provider.clone());
    global::set_tracer_provider(tracer_provider.clone());

    inferometer_migration::work();

    let meters = StandardMeter::new(global::meter("inferometer.serving"));
    let engine = Engine::builder(meters, global::tracer("inferometer.serving"), "llama-3-70b");
    let engine = engine.stage("decode").replica(0).build();
    let mut request = engine.request(&Context::current(), Prompt::text(812));
    request.scheduled();
    request.prefilled(Cached { device: 640, ..Cached::default() });
    request.tokens(4);
    request.finish(FinishReason::Stop);

    tracer_provider.shutdown()?;
    meter_provider.shutdown()?;
    Ok(())
}
