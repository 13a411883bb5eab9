//! All of it: the providers, the serving layer, and handles of the application's own for what is recorded most often.

use std::error::Error;

use inferometer_sdk::{
    Cached, Environment, FinishReason, Prompt, Telemetry, View, ViewAggregation,
};
use inferometer_semconv::{
    DEFAULT_CARDINALITY_LIMIT, InstrumentDef, InstrumentKind, Stability, ValueType,
};
use opentelemetry::{Context, KeyValue};

/// An instrument of the application's own, as a constant.
const BEATS: InstrumentDef = InstrumentDef {
    name: "shop.beats",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{beat}",
    description: "Turns of the main loop.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

fn main() -> Result<(), Box<dyn Error>> {
    let packing = View::builder()
        .instrument_name("shop.packing.duration")
        .with_aggregation(ViewAggregation::ExplicitBuckets(vec![0.5, 1.0, 2.0, 4.0]))
        .build()?;
    let telemetry = Telemetry::builder()
        .environment(&Environment::process())
        .service_name("shop")
        .resource_attributes([KeyValue::new("deployment.environment.name", "production")])
        .with_view(packing)
        .build()?;
    telemetry.install_global();

    inferometer_migration::work();

    let scope = telemetry.meter_provider().scope("shop");
    let beats = scope.counter::<u64>(&BEATS, &[KeyValue::new("shop.channel", "web")]);
    for _ in 0..1000 {
        beats.add(1);
    }

    let engine = telemetry.engine("llama-3-70b").stage("decode").replica(0).build();
    let mut request = engine.request(&Context::current(), Prompt::text(812));
    request.scheduled();
    request.prefilled(Cached { device: 640, ..Cached::default() });
    request.tokens(4);
    request.finish(FinishReason::Stop);
    Ok(())
}
