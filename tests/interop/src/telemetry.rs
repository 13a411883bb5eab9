//! This SDK, sending to a collector.

use std::time::Duration;

use inferometer_sdk::Telemetry;
use inferometer_tests::CollectorProcess;
use opentelemetry::KeyValue;

/// No export comes by itself within a test.
pub const NEVER: Duration = Duration::from_secs(3600);

/// Telemetry that sends over gRPC when it is flushed, with these attributes of its resource.
///
/// # Panics
/// If it does not start.
pub fn telemetry(collector: &mut CollectorProcess, resource: &[(&'static str, &str)]) -> Telemetry {
    let attributes = resource.iter().map(|(key, value)| KeyValue::new(*key, (*value).to_owned()));
    Telemetry::builder()
        .resource_attributes(attributes)
        .endpoint(format!("http://{}", collector.address("OTLP over gRPC")))
        .interval(NEVER)
        .build()
        .expect("telemetry starts")
}
