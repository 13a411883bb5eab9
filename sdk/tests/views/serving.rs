//! A view applies to the serving layer's instruments as to any other.

use inferometer_sdk::{
    Cached, Exporter, FinishReason, InMemory, Prompt, Telemetry, ViewAggregation,
};
use inferometer_semconv::metrics::{
    GEN_AI_SERVER_TIME_TO_FIRST_TOKEN, INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_OUTPUT,
};
use opentelemetry::Context;

use crate::{
    core_support::{collect, histograms},
    support::{buckets, metric, names, select, shown, spell},
};

#[test]
fn a_view_renames_rebuckets_filters_and_drops_what_an_engine_records() {
    let queue = select(INFER_REQUEST_QUEUE_DURATION.name)
        .with_name("my.queue")
        .with_excluded_attribute_keys(["gen_ai.request.model"]);
    let first_token =
        select(GEN_AI_SERVER_TIME_TO_FIRST_TOKEN.name).with_aggregation(buckets(&[0.2, 3600.0]));
    let tokens = select(INFER_TOKEN_OUTPUT.name).with_aggregation(ViewAggregation::Drop);
    let telemetry = [queue, first_token, tokens]
        .map(|view| view.build().expect("a view that is right"))
        .into_iter()
        .fold(Telemetry::builder(), |builder, view| builder.with_view(view))
        .exporter(Exporter::Memory(InMemory::default()))
        .build()
        .expect("telemetry starts");
    let engine = telemetry.engine("llama-3-70b").build();
    let prompt = Prompt { tokens: 812, ..Default::default() };
    let mut request = engine.request(&Context::new(), prompt);
    request.scheduled();
    request.prefilled(Cached::default());
    request.tokens(1);
    request.tokens(1);
    request.finish(FinishReason::Stop);

    let metrics = collect(telemetry.meter_provider());
    let shown_names = names(&metrics);
    assert!(!shown_names.contains(&INFER_TOKEN_OUTPUT.name), "{shown_names:?}");
    assert!(!shown_names.contains(&INFER_REQUEST_QUEUE_DURATION.name), "{shown_names:?}");
    let queue = &histograms(&metrics, "my.queue")[0];
    assert_eq!((queue.count, &*queue.explicit_bounds), (1, INFER_REQUEST_QUEUE_DURATION.bounds));
    let attributes = spell(&queue.attributes);
    assert!(!attributes.is_empty(), "the others are kept");
    assert!(!attributes.iter().any(|set| set.contains("model")), "{attributes:?}");
    let first_token = &histograms(&metrics, GEN_AI_SERVER_TIME_TO_FIRST_TOKEN.name)[0];
    assert_eq!(first_token.explicit_bounds, [0.2, 3600.0]);
    assert_eq!(first_token.bucket_counts, [1, 0, 0]);
    let attributes = spell(&first_token.attributes);
    assert!(attributes.iter().any(|set| set.contains("llama-3-70b")), "{attributes:?}");
    assert!(!shown(metric(&metrics, "infer.token.input")).is_empty(), "untouched");
}
