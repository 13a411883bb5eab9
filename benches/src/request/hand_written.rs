//! Requests as an engine's author records them by hand: the same quantities, none of the guards.

use super::{
    instruments::{Maker, Series, Style, UnderTest},
    recorder::{CACHED_TOKENS, PROMPT_TOKENS, Recorder},
};
use inferometer_semconv::{
    attributes::{
        FinishReason, GEN_AI_OPERATION_NAME, GEN_AI_PROVIDER_NAME, GEN_AI_REQUEST_MODEL,
        GEN_AI_TOKEN_MODALITY, INFER_KV_CACHE_SOURCE, INFER_REPLICA, INFER_REQUEST_FINISH_REASON,
        INFER_REQUEST_STATE, INFER_STAGE, KvCacheSource, RequestState, TokenModality,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

const MODEL: &str = "llama-3-70b";

pub(super) struct HandWritten<S: Style> {
    under_test: UnderTest,
    waiting: S::UpDownCounter,
    running: S::UpDownCounter,
    input: S::Counter,
    output: S::Counter,
    cached: S::Counter,
    from_device: S::Counter,
    computed: S::Counter,
    stopped: S::Counter,
    queue: S::Seconds,
    prefill: S::Seconds,
    decode: S::Seconds,
    time_to_first_token: S::Seconds,
    time_per_output_token: S::Seconds,
    time_between_tokens: S::Seconds,
    duration: S::Seconds,
    input_tokens: S::Tokens,
    cached_tokens: S::Tokens,
    output_tokens: S::Tokens,
}

pub(super) struct Request {
    arrived: u64,
    scheduled: u64,
    first_token: Option<u64>,
    last_token: u64,
    output: u64,
}

impl<S: Style> HandWritten<S> {
    pub(super) fn new() -> Self {
        let under_test = UnderTest::new();
        let attributes = vec![
            KeyValue::new(GEN_AI_OPERATION_NAME.key, "chat"),
            KeyValue::new(GEN_AI_PROVIDER_NAME.key, "self_hosted"),
            KeyValue::new(GEN_AI_REQUEST_MODEL.key, MODEL),
            KeyValue::new(INFER_STAGE.key, "decode"),
            KeyValue::new(INFER_REPLICA.key, 0_i64),
        ];
        let make = Maker { meter: under_test.meter(), attributes };
        let state = |it: RequestState| KeyValue::new(INFER_REQUEST_STATE.key, it.as_str());
        let text = || Some(KeyValue::new(GEN_AI_TOKEN_MODALITY.key, TokenModality::Text.as_str()));
        let source =
            |it: KvCacheSource| Some(KeyValue::new(INFER_KV_CACHE_SOURCE.key, it.as_str()));
        let stop = KeyValue::new(INFER_REQUEST_FINISH_REASON.key, FinishReason::Stop.as_str());
        let sources = &def::INFER_KV_CACHE_PROMPT_TOKENS;
        Self {
            waiting: make.level::<S>(&def::INFER_REQUEST_ACTIVE, state(RequestState::Waiting)),
            running: make.level::<S>(&def::INFER_REQUEST_ACTIVE, state(RequestState::Running)),
            input: make.counter::<S>(&def::INFER_TOKEN_INPUT, text()),
            output: make.counter::<S>(&def::INFER_TOKEN_OUTPUT, text()),
            cached: make.counter::<S>(&def::INFER_TOKEN_CACHED_INPUT, None),
            from_device: make.counter::<S>(sources, source(KvCacheSource::Device)),
            computed: make.counter::<S>(sources, source(KvCacheSource::Computed)),
            stopped: make.counter::<S>(&def::INFER_REQUEST_FINISHED, Some(stop)),
            queue: make.seconds::<S>(&def::INFER_REQUEST_QUEUE_DURATION),
            prefill: make.seconds::<S>(&def::INFER_REQUEST_PREFILL_DURATION),
            decode: make.seconds::<S>(&def::INFER_REQUEST_DECODE_DURATION),
            time_to_first_token: make.seconds::<S>(&def::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN),
            time_per_output_token: make.seconds::<S>(&def::GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN),
            time_between_tokens: make.seconds::<S>(&def::INFER_REQUEST_TIME_BETWEEN_TOKENS),
            duration: make.seconds::<S>(&def::GEN_AI_SERVER_REQUEST_DURATION),
            input_tokens: make.tokens::<S>(&def::INFER_REQUEST_INPUT_TOKENS),
            cached_tokens: make.tokens::<S>(&def::INFER_REQUEST_CACHED_TOKENS),
            output_tokens: make.tokens::<S>(&def::INFER_REQUEST_OUTPUT_TOKENS),
            under_test,
        }
    }
}

impl<S: Style> Recorder for HandWritten<S> {
    type Request = Request;

    fn arrived(&self, at: u64) -> Request {
        self.waiting.write(1);
        self.input.write(PROMPT_TOKENS);
        Request { arrived: at, scheduled: at, first_token: None, last_token: at, output: 0 }
    }

    fn scheduled(&self, request: &mut Request, at: u64) {
        self.waiting.write(-1);
        self.running.write(1);
        self.queue.write(seconds(request.arrived, at));
        request.scheduled = at;
    }

    fn prefilled(&self, request: &mut Request, at: u64) {
        self.prefill.write(seconds(request.scheduled, at));
        self.cached.write(CACHED_TOKENS);
        self.from_device.write(CACHED_TOKENS);
        self.computed.write(PROMPT_TOKENS - CACHED_TOKENS);
    }

    #[inline]
    fn token(&self, request: &mut Request, at: u64) {
        if request.first_token.is_some() {
            self.time_between_tokens.write(seconds(request.last_token, at));
        } else {
            request.first_token = Some(at);
        }
        self.output.write(1);
        request.output += 1;
        request.last_token = at;
    }

    fn finished(&self, request: Request, at: u64) {
        self.running.write(-1);
        self.stopped.write(1);
        self.duration.write(seconds(request.arrived, at));
        self.input_tokens.write(PROMPT_TOKENS);
        self.cached_tokens.write(CACHED_TOKENS);
        self.output_tokens.write(request.output);
        if let Some(first_token) = request.first_token {
            self.time_to_first_token.write(seconds(request.arrived, first_token));
            if request.output > 1 {
                self.decode.write(seconds(first_token, request.last_token));
                #[expect(clippy::cast_precision_loss, reason = "a few tokens")]
                let after_first = (request.output - 1) as f64;
                self.time_per_output_token.write(seconds(first_token, at) / after_first);
            }
        }
    }

    fn shown(&self) -> f64 {
        self.under_test.shown()
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53 ns")]
#[inline]
fn seconds(from: u64, to: u64) -> f64 {
    (to - from) as f64 / 1e9
}
