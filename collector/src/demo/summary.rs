//! The numbers of the live view, as the collector received them.

use inferometer_semconv::{
    attributes::{
        FinishReason, GEN_AI_REQUEST_MODEL, INFER_KV_CACHE_SOURCE, INFER_REQUEST_FINISH_REASON,
        INFER_REQUEST_STATE, KvCacheSource, RequestState,
    },
    metrics as def,
};

use super::{
    intake::Intake,
    received::Family,
    stage::{REPLICAS, Stage},
};
use crate::{
    pipeline::Signal,
    self_metrics::SelfMetrics,
    series::{Histogram, Store},
};

/// The finish reasons that the fleet has.
pub(super) const REASONS: [FinishReason; 4] =
    [FinishReason::Stop, FinishReason::Length, FinishReason::Abort, FinishReason::Error];

/// What the distribution is called that clients feel first.
pub(super) const TO_FIRST_TOKEN: &str = "time to first token";

/// One reading of everything.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) replicas: Vec<ReplicaNumbers>,
    pub(super) latencies: Vec<Latency>,
    pub(super) totals: RunningTotals,
    /// The prompt tokens that prefill replicas did not compute, and all; none before the first prompt.
    pub(super) prefix_hits: Option<(u64, u64)>,
    pub(super) points: Intake,
    pub(super) spans: Intake,
}

/// Counters that are shown as rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RunningTotals {
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) transfer_bytes: u64,
}

#[derive(Debug)]
pub(super) struct ReplicaNumbers {
    pub(super) stage: Stage,
    pub(super) index: usize,
    pub(super) waiting: i64,
    pub(super) running: i64,
    pub(super) transferring: i64,
    /// In the order of [`REASONS`].
    pub(super) ended: [u64; REASONS.len()],
    /// The used share of its KV blocks.
    pub(super) kv_used: Option<f64>,
}

/// A distribution, since the start.
#[derive(Debug)]
pub(super) struct Latency {
    /// Of which model or replica.
    pub(super) of: String,
    pub(super) what: &'static str,
    pub(super) seconds: Histogram,
}

impl Summary {
    pub(super) fn read(store: &Store, collector: &SelfMetrics) -> Self {
        Self {
            replicas: replicas(store),
            latencies: latencies(store),
            totals: totals(store),
            prefix_hits: prefix_hits(store),
            points: Intake::read(collector, Signal::Metrics),
            spans: Intake::read(collector, Signal::Traces),
        }
    }
}

fn all_replicas() -> impl Iterator<Item = (Stage, usize)> {
    let replicas = |stage| (0..REPLICAS).map(move |index| (stage, index));
    Stage::ALL.into_iter().flat_map(replicas)
}

fn replicas(store: &Store) -> Vec<ReplicaNumbers> {
    let active = Family::read(store, &def::INFER_REQUEST_ACTIVE);
    let transfers = Family::read(store, &def::INFER_TRANSFER_ACTIVE);
    let finished = Family::read(store, &def::INFER_REQUEST_FINISHED);
    let utilization = Family::read(store, &def::INFER_KV_CACHE_UTILIZATION);
    let of = |(stage, index)| {
        let active = active.of_replica(stage, index);
        let in_state =
            |state: RequestState| active.only(&INFER_REQUEST_STATE, state.as_str()).sum();
        let finished = finished.of_replica(stage, index);
        let ended = |reason: FinishReason| {
            let ended = finished.only(&INFER_REQUEST_FINISH_REASON, reason.as_str());
            ended.total()
        };
        ReplicaNumbers {
            stage,
            index,
            waiting: in_state(RequestState::Waiting),
            running: in_state(RequestState::Running),
            transferring: transfers.of_replica(stage, index).sum(),
            ended: REASONS.map(ended),
            kv_used: utilization.of_replica(stage, index).gauge(),
        }
    };
    all_replicas().map(of).collect()
}

/// A request counts where its client asked, at the decode stage; the prefill stage has its own part of it.
fn latencies(store: &Store) -> Vec<Latency> {
    let mut latencies = Vec::new();
    let decode = |instrument| Family::read(store, instrument).of_stage(Stage::Decode);
    let first_token = decode(&def::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN);
    let duration = decode(&def::GEN_AI_SERVER_REQUEST_DURATION);
    for model in duration.values(&GEN_AI_REQUEST_MODEL) {
        for (what, family) in [(TO_FIRST_TOKEN, &first_token), ("end to end", &duration)] {
            latencies.push(Latency {
                of: model.clone(),
                what,
                seconds: family.only(&GEN_AI_REQUEST_MODEL, &model).histogram(),
            });
        }
    }
    let between = Family::read(store, &def::INFER_REQUEST_TIME_BETWEEN_TOKENS);
    let queue = Family::read(store, &def::INFER_REQUEST_QUEUE_DURATION);
    let prefill = Family::read(store, &def::INFER_REQUEST_PREFILL_DURATION);
    let mut of_stage = |stage: Stage, shown: &[(&'static str, &Family)]| {
        for (index, &(what, family)) in
            (0..REPLICAS).flat_map(|it| shown.iter().map(move |s| (it, s)))
        {
            latencies.push(Latency {
                of: format!("{} {index}", stage.as_str()),
                what,
                seconds: family.of_replica(stage, index).histogram(),
            });
        }
    };
    of_stage(Stage::Decode, &[("between tokens", &between)]);
    of_stage(Stage::Prefill, &[("queue", &queue), ("prefill", &prefill)]);
    latencies
}

fn totals(store: &Store) -> RunningTotals {
    let decode = |instrument| {
        let family = Family::read(store, instrument);
        family.of_stage(Stage::Decode).total()
    };
    RunningTotals {
        input_tokens: decode(&def::INFER_TOKEN_INPUT),
        output_tokens: decode(&def::INFER_TOKEN_OUTPUT),
        transfer_bytes: decode(&def::INFER_TRANSFER_IO),
    }
}

fn prefix_hits(store: &Store) -> Option<(u64, u64)> {
    let tokens = Family::read(store, &def::INFER_KV_CACHE_PROMPT_TOKENS);
    let tokens = tokens.of_stage(Stage::Prefill);
    let computed = tokens.only(&INFER_KV_CACHE_SOURCE, KvCacheSource::Computed.as_str());
    let (computed, all) = (computed.total(), tokens.total());
    (all > 0).then(|| (all.saturating_sub(computed), all))
}
