//! One request through an engine, in the calls that an engine's author makes.

use inferometer_sdk::{Cached, FinishReason, Prompt, StartError};
use opentelemetry::Context;

fn main() -> Result<(), StartError> {
    tracing_subscriber::fmt().init(); // what cannot be sent is warned of here
    let telemetry = inferometer_sdk::init()?; // OTEL_* decides; flushes when dropped
    let engine = telemetry.engine("llama-3-70b").stage("decode").replica(0).build();

    let prompt = Prompt { tokens: 812, ..Default::default() };
    let mut request = engine.request(&Context::current(), prompt); // arrived: it waits
    request.scheduled();
    request.prefilled(Cached { device: 640, ..Default::default() });
    for step in [1, 1, 3, 1] {
        request.tokens(step); // the first: time to first token; then: time between tokens
    }
    request.finish(FinishReason::Stop); // exactly once; a request that is dropped is aborted
    Ok(())
}
