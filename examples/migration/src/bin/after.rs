//! Half-way, from the other side: the providers are `inferometer-sdk`'s, and the application does not know.

use std::error::Error;

use inferometer_sdk::{Environment, Telemetry, View, ViewAggregation};
use opentelemetry::KeyValue;

fn main() -> Result<(), Box<dyn Error>> {
    let packing = View::builder()
        .instrument_name("shop.packing.duration")
        .with_aggregation(ViewAggregation::ExplicitBuckets(vec![0.5, 1.0, 2.0, 4.0]))
        .build()?;
    let telemetry = Telemetry::builder()
        .environment(&Environment::process()) // OTEL_EXPORTER_OTLP_ENDPOINT and its like
        .service_name("shop")
        .resource_attributes([KeyValue::new("deployment.environment.name", "production")])
        .with_view(packing)
        .build()?;

    telemetry.install_global();

    inferometer_migration::work();

    drop(telemetry); // delivers what is left; ends within 5 s whatever the collector does
    Ok(())
}
