//! What passes through each pipeline, what waits in it, and what was lost.

use serde_json::{Value, json};

use super::{
    Trouble,
    counts::{ACCEPTED, Counts, EXPORTED, QUEUED, REFUSED, REJECTED},
    timestamp::rfc3339,
};
use crate::{config::ComponentId, pipeline::Signal, self_metrics::SelfMetrics};

/// All pipelines, in the order of the file. Counts are those of the pipeline's signal since the start, whatever pipeline
/// of a component they came through.
pub(super) fn show(metrics: &SelfMetrics) -> Value {
    let health = metrics.health();
    let counts = Counts::of(metrics);
    let pipelines = health.pipelines();
    let shown = pipelines.iter().map(|pipeline| {
        let signal = pipeline.id.signal;
        let receivers = pipeline.receivers.iter().map(|id| receiver(id, signal, &counts));
        let processors = pipeline.processors.iter().map(ToString::to_string);
        let exporters = pipeline.exporters.iter().map(|id| exporter(id, signal, &counts, metrics));
        json!({
            "pipeline": pipeline.id.to_string(),
            "receivers": receivers.collect::<Vec<_>>(),
            "processors": processors.collect::<Vec<_>>(),
            "exporters": exporters.collect::<Vec<_>>(),
        })
    });
    json!({ "pipelines": shown.collect::<Vec<_>>() })
}

fn receiver(id: &ComponentId, signal: Signal, counts: &Counts) -> Value {
    let id = id.to_string();
    json!({
        "id": id,
        "accepted_items": counts.total(ACCEPTED, &id, signal),
        "refused_requests": counts.reasons(REFUSED, &id, signal),
    })
}

fn exporter(id: &ComponentId, signal: Signal, counts: &Counts, metrics: &SelfMetrics) -> Value {
    let id = id.to_string();
    let health = metrics.health().exporter(&id);
    let told = |trouble: Option<Trouble>| {
        trouble.map(|it| json!({ "message": &*it.message, "time": rfc3339(it.since) }))
    };
    json!({
        "id": id,
        "sent_items": counts.total(EXPORTED, &id, signal),
        "queued_items": counts.total(QUEUED, &id, signal),
        "rejected_items": counts.reasons(REJECTED, &id, signal),
        "queue": health.queue(),
        "error": told(health.trouble()),
        "last_error": told(health.last_error()),
    })
}
