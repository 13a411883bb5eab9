//! The instruments of requests, bound once for an engine, so that recording looks nothing up.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use inferometer_semconv::{
    InstrumentDef,
    attributes::{
        ERROR_TYPE, FinishReason, GEN_AI_TOKEN_MODALITY, INFER_KV_CACHE_SOURCE,
        INFER_PREEMPTION_MODE, INFER_REQUEST_FINISH_REASON, INFER_REQUEST_STATE, KvCacheSource,
        PreemptionMode, RequestState, TokenModality,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    error_types::{ByErrorType, OTHER, TIMEOUT},
    labels::{Labels, pair},
    meters::{Meters, Record},
};

/// The `error.type` of a request that was dropped because its thread panicked.
pub(crate) const PANIC: &str = "panic";

/// What a prompt may be made of, in the order of [`Prompt`](super::Prompt)'s parts.
const INPUTS: [TokenModality; 4] =
    [TokenModality::Text, TokenModality::Image, TokenModality::Audio, TokenModality::Video];

/// Where a prompt's KV entries may be found, in the order of [`Cached`](super::Cached).
const CACHES: [KvCacheSource; 4] =
    [KvCacheSource::Device, KvCacheSource::Host, KvCacheSource::Disk, KvCacheSource::Remote];

/// What requests feed. Counters show 0 from now on, histograms nothing until they hold a value.
pub(super) struct RequestInstruments<M: Meters> {
    /// What a token step touches, together.
    pub(super) time_between_tokens: M::Histogram,
    pub(super) token_output_own: M::Counter,
    /// What the engine generates unless it says otherwise.
    pub(super) own_modality: TokenModality,
    pub(super) token_reasoning: M::Counter,
    pub(super) token_tool: M::Counter,
    pub(super) token_cached: M::Counter,
    /// Text, image, audio, video.
    pub(super) token_input: [M::Counter; 4],
    token_output: [M::Counter; TokenModality::ALL.len()],
    pub(super) prompt_tokens_computed: M::Counter,
    /// Device, host, disk, remote.
    pub(super) prompt_tokens_cached: [M::Counter; 4],
    active: [M::UpDownCounter; RequestState::ALL.len()],
    preempted: [M::Counter; PreemptionMode::ALL.len()],
    pub(super) duration: M::Histogram,
    pub(super) time_to_first_token: M::Histogram,
    pub(super) time_per_output_token: M::Histogram,
    pub(super) queue_duration: M::Histogram,
    pub(super) prefill_duration: M::Histogram,
    pub(super) decode_duration: M::Histogram,
    pub(super) input_tokens: M::IntHistogram,
    pub(super) cached_tokens: M::IntHistogram,
    pub(super) audio_input_tokens: M::IntHistogram,
    pub(super) output_tokens: M::IntHistogram,
    pub(super) reasoning_tokens: M::IntHistogram,
    pub(super) audio_output_tokens: M::IntHistogram,
    /// By [`FinishReason`], of which `Error` is in `failed` instead.
    finished: [M::Counter; FinishReason::ALL.len() - 1],
    failed: ByErrorType<Failed<M>>,
    are_exemplars_expected: AtomicBool,
}

/// Series of requests that ended with one type of error.
pub(super) struct Failed<M: Meters> {
    pub(super) finished: M::Counter,
    pub(super) duration: M::Histogram,
}

// `finished` is indexed by the discriminant, which leaves no room for `Error` only if that is the last one.
const _: () = assert!(FinishReason::Error as usize == FinishReason::ALL.len() - 1);

impl<M: Meters> RequestInstruments<M> {
    pub(super) fn bind(meters: &M, labels: &Labels, own_modality: TokenModality) -> Self {
        let binder = Binder { meters, labels };
        let output = TokenModality::ALL.map(|it| binder.modality(&def::INFER_TOKEN_OUTPUT, it));
        Self {
            time_between_tokens: binder.seconds(&def::INFER_REQUEST_TIME_BETWEEN_TOKENS),
            token_output_own: output[own_modality as usize].clone(),
            own_modality,
            token_reasoning: binder.counter(&def::INFER_TOKEN_REASONING_OUTPUT, &[]),
            token_tool: binder.counter(&def::INFER_TOKEN_TOOL_OUTPUT, &[]),
            token_cached: binder.counter(&def::INFER_TOKEN_CACHED_INPUT, &[]),
            token_input: INPUTS.map(|input| binder.modality(&def::INFER_TOKEN_INPUT, input)),
            token_output: output,
            prompt_tokens_computed: binder.source(KvCacheSource::Computed),
            prompt_tokens_cached: CACHES.map(|source| binder.source(source)),
            active: RequestState::ALL.map(|state| binder.state(state)),
            preempted: PreemptionMode::ALL.map(|mode| {
                let mode = pair(&INFER_PREEMPTION_MODE, mode.as_str());
                binder.counter(&def::INFER_SCHEDULER_PREEMPTIONS, &[mode])
            }),
            duration: binder.seconds(&def::GEN_AI_SERVER_REQUEST_DURATION),
            time_to_first_token: binder.seconds(&def::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN),
            time_per_output_token: binder.seconds(&def::GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN),
            queue_duration: binder.seconds(&def::INFER_REQUEST_QUEUE_DURATION),
            prefill_duration: binder.seconds(&def::INFER_REQUEST_PREFILL_DURATION),
            decode_duration: binder.seconds(&def::INFER_REQUEST_DECODE_DURATION),
            input_tokens: binder.tokens(&def::INFER_REQUEST_INPUT_TOKENS),
            cached_tokens: binder.tokens(&def::INFER_REQUEST_CACHED_TOKENS),
            audio_input_tokens: binder.tokens(&def::INFER_REQUEST_AUDIO_INPUT_TOKENS),
            output_tokens: binder.tokens(&def::INFER_REQUEST_OUTPUT_TOKENS),
            reasoning_tokens: binder.tokens(&def::INFER_REQUEST_REASONING_TOKENS),
            audio_output_tokens: binder.tokens(&def::INFER_REQUEST_AUDIO_OUTPUT_TOKENS),
            finished: std::array::from_fn(|index| {
                let reason = pair(&INFER_REQUEST_FINISH_REASON, FinishReason::ALL[index].as_str());
                binder.counter(&def::INFER_REQUEST_FINISHED, &[reason])
            }),
            failed: bind_failed(meters.clone(), labels.clone()),
            are_exemplars_expected: AtomicBool::new(false),
        }
    }

    /// A sampled request has arrived: room is made for the exemplars of this one and all later ones.
    pub(super) fn expect_exemplars(&self) {
        if self.are_exemplars_expected.load(Relaxed) {
            return;
        }
        for histogram in [
            &self.time_between_tokens,
            &self.duration,
            &self.time_to_first_token,
            &self.time_per_output_token,
            &self.queue_duration,
            &self.prefill_duration,
            &self.decode_duration,
        ] {
            histogram.expect_exemplars();
        }
        for histogram in [
            &self.input_tokens,
            &self.cached_tokens,
            &self.audio_input_tokens,
            &self.output_tokens,
            &self.reasoning_tokens,
            &self.audio_output_tokens,
        ] {
            histogram.expect_exemplars();
        }
        self.are_exemplars_expected.store(true, Relaxed);
    }

    pub(super) const fn active(&self, state: RequestState) -> &M::UpDownCounter {
        &self.active[state as usize]
    }

    pub(super) const fn preempted(&self, mode: PreemptionMode) -> &M::Counter {
        &self.preempted[mode as usize]
    }

    pub(super) const fn token_output(&self, modality: TokenModality) -> &M::Counter {
        &self.token_output[modality as usize]
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
    ByErrorType::new(&[PANIC, TIMEOUT], move |error_type| {
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

    fn source(&self, source: KvCacheSource) -> M::Counter {
        let source = pair(&INFER_KV_CACHE_SOURCE, source.as_str());
        self.counter(&def::INFER_KV_CACHE_PROMPT_TOKENS, &[source])
    }

    fn modality(&self, definition: &'static InstrumentDef, modality: TokenModality) -> M::Counter {
        self.counter(definition, &[pair(&GEN_AI_TOKEN_MODALITY, modality.as_str())])
    }

    fn seconds(&self, definition: &'static InstrumentDef) -> M::Histogram {
        self.meters.histogram(definition, &self.labels.with(&[]))
    }

    fn tokens(&self, definition: &'static InstrumentDef) -> M::IntHistogram {
        self.meters.int_histogram(definition, &self.labels.with(&[]))
    }

    fn counter(&self, definition: &'static InstrumentDef, more: &[KeyValue]) -> M::Counter {
        self.meters.counter(definition, &self.labels.with(more))
    }
}
