//! The instruments of requests, bound once for an engine, so that recording looks nothing up.

use inferometer_semconv::{
    InstrumentDef,
    attributes::{
        ERROR_TYPE, FinishReason, GEN_AI_TOKEN_MODALITY, INFER_KV_CACHE_SOURCE,
        INFER_REQUEST_FINISH_REASON, INFER_REQUEST_STATE, KvCacheSource, RequestState,
        TokenModality,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    error_types::{ByErrorType, OTHER},
    labels::{Labels, pair},
    meters::Meters,
};

/// The `error.type` of a request that was dropped because its thread panicked.
pub(super) const PANIC: &str = "panic";

/// What requests feed. Counters show 0 from now on, histograms nothing until they hold a value.
pub(super) struct RequestInstruments<M: Meters> {
    pub(super) waiting: M::UpDownCounter,
    pub(super) running: M::UpDownCounter,
    pub(super) duration: M::Histogram,
    pub(super) time_to_first_token: M::Histogram,
    pub(super) time_per_output_token: M::Histogram,
    pub(super) time_between_tokens: M::Histogram,
    pub(super) queue_duration: M::Histogram,
    pub(super) prefill_duration: M::Histogram,
    pub(super) decode_duration: M::Histogram,
    pub(super) input_tokens: M::IntHistogram,
    pub(super) output_tokens: M::IntHistogram,
    /// Text, image, audio, video.
    pub(super) token_input: [M::Counter; 4],
    pub(super) token_output: M::Counter,
    /// Computed, device, host, disk, remote.
    pub(super) prompt_tokens: [M::Counter; 5],
    /// By [`FinishReason`], of which `Error` is in `failed` instead.
    finished: [M::Counter; FinishReason::ALL.len() - 1],
    failed: ByErrorType<Failed<M>>,
}

/// Series of requests that ended with one type of error.
pub(super) struct Failed<M: Meters> {
    pub(super) finished: M::Counter,
    pub(super) duration: M::Histogram,
}

// `finished` is indexed by the discriminant, which leaves no room for `Error` only if that is the last one.
const _: () = assert!(FinishReason::Error as usize == FinishReason::ALL.len() - 1);

impl<M: Meters> RequestInstruments<M> {
    pub(super) fn bind(meters: &M, labels: &Labels, output: TokenModality) -> Self {
        let binder = Binder { meters, labels };
        let modality = |modality: TokenModality| pair(&GEN_AI_TOKEN_MODALITY, modality.as_str());
        Self {
            waiting: binder.state(RequestState::Waiting),
            running: binder.state(RequestState::Running),
            duration: binder.seconds(&def::GEN_AI_SERVER_REQUEST_DURATION),
            time_to_first_token: binder.seconds(&def::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN),
            time_per_output_token: binder.seconds(&def::GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN),
            time_between_tokens: binder.seconds(&def::INFER_REQUEST_TIME_BETWEEN_TOKENS),
            queue_duration: binder.seconds(&def::INFER_REQUEST_QUEUE_DURATION),
            prefill_duration: binder.seconds(&def::INFER_REQUEST_PREFILL_DURATION),
            decode_duration: binder.seconds(&def::INFER_REQUEST_DECODE_DURATION),
            input_tokens: meters.int_histogram(&def::INFER_REQUEST_INPUT_TOKENS, &labels.with(&[])),
            output_tokens: meters
                .int_histogram(&def::INFER_REQUEST_OUTPUT_TOKENS, &labels.with(&[])),
            token_input: [
                TokenModality::Text,
                TokenModality::Image,
                TokenModality::Audio,
                TokenModality::Video,
            ]
            .map(|input| binder.counter(&def::INFER_TOKEN_INPUT, &[modality(input)])),
            token_output: binder.counter(&def::INFER_TOKEN_OUTPUT, &[modality(output)]),
            prompt_tokens: KvCacheSource::ALL.map(|source| {
                let source = pair(&INFER_KV_CACHE_SOURCE, source.as_str());
                binder.counter(&def::INFER_KV_CACHE_PROMPT_TOKENS, &[source])
            }),
            finished: std::array::from_fn(|index| {
                let reason = pair(&INFER_REQUEST_FINISH_REASON, FinishReason::ALL[index].as_str());
                binder.counter(&def::INFER_REQUEST_FINISHED, &[reason])
            }),
            failed: bind_failed(meters.clone(), labels.clone()),
        }
    }

    /// The counter of a reason other than [`FinishReason::Error`].
    pub(super) fn finished(&self, reason: FinishReason) -> Option<&M::Counter> {
        self.finished.get(reason as usize)
    }

    /// The series of an error type, and whether it is its own, not the shared `_OTHER`.
    pub(super) fn failed(&self, error_type: &str) -> (Option<&Failed<M>>, bool) {
        match self.failed.get(error_type) {
            Some(failed) => (Some(failed), true),
            None => (self.failed.get(OTHER), false),
        }
    }
}

fn bind_failed<M: Meters>(meters: M, labels: Labels) -> ByErrorType<Failed<M>> {
    ByErrorType::new(&[PANIC], move |error_type| {
        let error_type = pair(&ERROR_TYPE, error_type.to_owned());
        let reason = pair(&INFER_REQUEST_FINISH_REASON, FinishReason::Error.as_str());
        Failed {
            finished: meters
                .counter(&def::INFER_REQUEST_FINISHED, &labels.with(&[reason, error_type.clone()])),
            duration: meters
                .histogram(&def::GEN_AI_SERVER_REQUEST_DURATION, &labels.with(&[error_type])),
        }
    })
}

struct Binder<'a, M> {
    meters: &'a M,
    labels: &'a Labels,
}

impl<M: Meters> Binder<'_, M> {
    fn state(&self, state: RequestState) -> M::UpDownCounter {
        let state = pair(&INFER_REQUEST_STATE, state.as_str());
        self.meters.up_down_counter(&def::INFER_REQUEST_ACTIVE, &self.labels.with(&[state]))
    }

    fn seconds(&self, definition: &'static InstrumentDef) -> M::Histogram {
        self.meters.histogram(definition, &self.labels.with(&[]))
    }

    fn counter(&self, definition: &'static InstrumentDef, more: &[KeyValue]) -> M::Counter {
        self.meters.counter(definition, &self.labels.with(more))
    }
}
