//! Half-way, from the other side: the providers are `inferometer-sdk`'s, and the application does not know.

use inferometer_sdk::{Environment, StartError, Telemetry};
use opentelemetry::KeyValue;

fn main() -> Result<(), StartError> {
    let telemetry = Telemetry::builder()
        .environment(&Environment::process()) // OTEL_EXPORTER_OTLP_ENDPOINT and its like
        .service_name("shop")
        .resource_attributes([KeyValue::new("deployment.environment.name", "production")])
        .build()?;

    telemetry.install_global();

    inferometer_migration::work();

    drop(telemetry); // delivers what is left; ends within 5 s whatever the collector does
    Ok(())
}
