//! The four stages. What they compute is a toy; what they record is what real ones would.

use std::time::Duration;

use inferometer_sdk::{
    Cached, Diffusion, DiffusionStage, Engine, FinishReason, MediaInput, MediaOutput, Prompt,
    Request, media,
};
use opentelemetry::Context;

use crate::{
    REPLICAS,
    wire::{Message, Outlet, Stage},
};

/// Tokens of a question's text.
const TEXT_TOKENS: u64 = 40;
/// Tokens that stand for an image.
const IMAGE_TOKENS: u64 = 64;
/// Tokens of an answer.
const ANSWER_TOKENS: usize = 16;
/// Bytes of a token's embedding.
const EMBEDDING_BYTES: usize = 256;
/// Codes that the talker speaks for a token.
const CODES_PER_TOKEN: usize = 2;
const SAMPLE_RATE: u32 = 24_000;
/// Samples of one code: 20 ms of speech.
const SAMPLES_PER_CODE: u64 = 480;
/// Codes whose samples go to the client together.
const CODES_PER_PACKET: usize = 8;
/// Width and height of a picture.
const SIDE: u32 = 64;
const STEPS: u32 = 4;

#[derive(Clone, Copy)]
pub(crate) struct Question {
    pub(crate) number: u32,
    /// In nanoseconds since the Unix epoch: what a listener waits counts from here.
    pub(crate) asked: u64,
}

impl Question {
    /// Every second one shows an image and asks for another.
    const fn is_about_an_image(&self) -> bool {
        self.number % 2 == 1
    }
}

/// Answers in text.
pub(crate) struct Thinker {
    engine: Engine,
    images: MediaInput<media::Image>,
    text: MediaOutput<media::Text>,
    speech: Outlet,
    drawing: Outlet,
}

impl Thinker {
    pub(crate) fn new(engine: Engine, speech: Outlet, drawing: Outlet) -> Self {
        Self { images: engine.image_input(), text: engine.text_output(), engine, speech, drawing }
    }

    pub(crate) fn answer(&self, question: Question) {
        let image_tokens = if question.is_about_an_image() { IMAGE_TOKENS } else { 0 };
        let prompt = Prompt {
            tokens: TEXT_TOKENS + image_tokens,
            image_tokens: Some(image_tokens),
            ..Prompt::default()
        };
        let mut request = self.engine.request_at(&Context::new(), prompt, question.asked);
        if question.is_about_an_image() {
            self.images.received(SIDE, SIDE);
            self.images.cache_misses(1);
            self.images.preprocess().finish();
            self.images.encode().finish_in(Duration::from_micros(900)); // the device's time
        }
        request.scheduled();
        request.prefilled(Cached { device: 16, ..Cached::default() });
        let text = self.text.begin(&mut request);
        for _ in 0..ANSWER_TOKENS {
            request.tokens(1);
        }
        text.finish();
        let embeddings = || vec![0; ANSWER_TOKENS * EMBEDDING_BYTES];
        let next = question.number / REPLICAS % REPLICAS;
        self.speech.send(next, question, embeddings(), &request);
        if question.is_about_an_image() {
            self.drawing.send(next, question, embeddings(), &request);
        }
        request.finish(FinishReason::Stop);
    }
}

/// Turns an answer into codes of speech.
pub(crate) struct Talker {
    codes: Outlet,
}

impl Talker {
    pub(crate) const fn new(codes: Outlet) -> Self {
        Self { codes }
    }
}

impl Stage for Talker {
    fn prompt(&self, embeddings: &[u8]) -> Option<Prompt> {
        let tokens = (embeddings.len() / EMBEDDING_BYTES) as u64;
        Some(Prompt { tokens, ..Prompt::default() })
    }

    fn work(&self, mut request: Request, message: &Message) {
        request.scheduled();
        request.prefilled(Cached::default());
        let codes = message.payload.len() / EMBEDDING_BYTES * CODES_PER_TOKEN;
        for _ in 0..codes {
            request.tokens(1);
        }
        let next = message.question.number % REPLICAS;
        self.codes.send(next, message.question, vec![0; codes], &request);
        request.finish(FinishReason::Stop);
    }
}

/// Turns codes into speech, which goes to the client packet by packet.
pub(crate) struct Vocoder {
    speech: MediaOutput<media::Audio>,
}

impl Vocoder {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { speech: engine.audio_output(SAMPLE_RATE) }
    }
}

impl Stage for Vocoder {
    fn prompt(&self, _codes: &[u8]) -> Option<Prompt> {
        None
    }

    fn work(&self, mut request: Request, message: &Message) {
        request.scheduled();
        let mut clip = self.speech.begin_since(message.question.asked);
        for codes in message.payload.chunks(CODES_PER_PACKET) {
            clip.packet(codes.len() as u64 * SAMPLES_PER_CODE);
        }
        clip.finish();
        request.finish(FinishReason::Stop);
    }
}

/// Draws.
pub(crate) struct Image {
    diffusion: Diffusion,
    pictures: MediaOutput<media::Image>,
}

impl Image {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { diffusion: engine.diffusion::<media::Image>(), pictures: engine.image_output() }
    }
}

impl Stage for Image {
    fn prompt(&self, _embeddings: &[u8]) -> Option<Prompt> {
        None
    }

    fn work(&self, mut request: Request, message: &Message) {
        request.scheduled();
        let mut picture = self.pictures.begin_since(message.question.asked);
        self.diffusion.stage(DiffusionStage::Preprocess).finish();
        let step = Duration::from_micros(message.payload.len() as u64); // the device's time
        let denoising = self.diffusion.stage(DiffusionStage::Denoise);
        for _ in 0..STEPS {
            self.diffusion.step(step);
        }
        denoising.finish_in(step * STEPS);
        self.diffusion.stage(DiffusionStage::Decode).finish();
        picture.image(SIDE, SIDE);
        picture.finish();
        request.finish(FinishReason::Stop);
    }
}
