//! One counter and one histogram, shipped over OTLP to the collector on this machine.
//!
//! `OTEL_EXPORTER_OTLP_ENDPOINT` and the other `OTEL_*` variables apply.

use inferometer_sdk::StartError;
use inferometer_semconv::attributes::{GEN_AI_TOKEN_MODALITY, TokenModality};
use inferometer_semconv::metrics::{INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_OUTPUT};
use opentelemetry::KeyValue;

fn main() -> Result<(), StartError> {
    tracing_subscriber::fmt().init(); // what cannot be sent is warned of here
    let telemetry = inferometer_sdk::init()?; // flushes when dropped
    let scope = telemetry.meter_provider().scope("minimal");
    let text = KeyValue::new(GEN_AI_TOKEN_MODALITY.key, TokenModality::Text.as_str());
    let tokens = scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &[text]);
    let waits = scope.histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &[]);
    for step in 0..1000_u32 {
        tokens.add(1);
        waits.record(f64::from(step) / 1000.0);
    }
    Ok(())
}
