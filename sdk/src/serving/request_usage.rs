//! The tokens of a request: what went in, what came out, and which of them are special.

use inferometer_semconv::attributes::TokenModality;

use super::{
    correction::Correction,
    formulas::seconds_between,
    meters::{Add, Meters, Record},
    partition::partition,
    prompt::{Cached, Prompt, TokenUsage},
    request::Request,
};

/// What a request used so far, in tokens. `None` is not known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    pub(super) input: Option<u64>,
    pub(super) cached: Option<u64>,
    pub(super) input_audio: Option<u64>,
    /// Prompt tokens whose source was counted.
    sourced: u64,
    /// What was cached is among them, so that the rest is computed.
    is_cached_sourced: bool,
    /// Whatever they stand for.
    pub(super) output: u64,
    /// Of another modality than the engine's.
    output_foreign: u64,
    /// Those that the engine's modality does not say.
    output_audio: Option<u64>,
    /// More than one step emitted tokens.
    pub(super) has_decoded: bool,
    pub(super) reasoning: Option<u64>,
    tool: Option<u64>,
}

impl Usage {
    /// Prompt tokens without a source yet, if the prompt is known.
    fn unsourced(&self) -> Option<u64> {
        self.input.map(|input| input.saturating_sub(self.sourced))
    }

    /// Generated tokens that are neither reasoning nor of a tool call.
    fn plain_output(&self) -> u64 {
        let parts = self.reasoning.unwrap_or(0).saturating_add(self.tool.unwrap_or(0));
        self.output.saturating_sub(parts)
    }
}

impl<M: Meters> Request<M> {
    /// Its prompt, for who knew nothing of it at its arrival. A second one is ignored and counted as
    /// [`Correction::RepeatedTransition`].
    pub fn prompt(&mut self, prompt: Prompt) {
        if self.usage.input.is_some() {
            return self.correct(Correction::RepeatedTransition);
        }
        let media = [prompt.image_tokens, prompt.audio_tokens, prompt.video_tokens];
        let split = partition(prompt.tokens, media.map(Option::unwrap_or_default));
        if split.is_cut {
            self.correct(Correction::MediaBeyondPrompt);
        }
        let [image, audio, video] = split.parts;
        let by_modality = [split.rest, image, audio, video];
        add_each(&self.engine.instruments.token_input, by_modality);
        self.usage.input = Some(prompt.tokens);
        self.usage.input_audio = prompt.audio_tokens.map(|_| audio);
    }

    /// This much of its prompt is in the KV cache already. To be said once, before [`Request::prefilled`] or by it; a
    /// second time is ignored and counted as [`Correction::RepeatedTransition`], so that nothing is counted twice when
    /// a preempted request finds its own blocks again. Of a prompt that is not known nothing can be a part:
    /// [`Correction::IllegalTransition`].
    pub fn cached(&mut self, cached: Cached) {
        if self.usage.cached.is_some() {
            return self.correct(Correction::RepeatedTransition);
        }
        let Some(unsourced) = self.usage.unsourced() else {
            return self.correct(Correction::IllegalTransition);
        };
        let tiers = [cached.device, cached.host, cached.disk, cached.remote];
        let split = partition(unsourced, tiers);
        if split.is_cut {
            self.correct(Correction::CachedBeyondPrompt);
        }
        for (counter, tokens) in
            self.engine.instruments.prompt_tokens_cached.iter().zip(split.parts)
        {
            counter.add(tokens);
        }
        let all = unsourced - split.rest;
        self.usage.sourced = self.usage.sourced.saturating_add(all);
        self.usage.is_cached_sourced = true;
        self.count_cached(all);
    }

    /// A step emitted `n` tokens of the engine's output modality; with speculation, all that were accepted. A step that
    /// emitted none is none.
    ///
    /// The time since the step before is recorded once, not once per token: it is what a reader of the stream waits.
    #[inline]
    pub fn tokens(&mut self, n: usize) {
        self.tokens_at(n, self.engine.clock.unix_nanos());
    }

    /// As [`Request::tokens`], at a time that the caller read.
    #[inline]
    pub fn tokens_at(&mut self, n: usize, unix_nanos: u64) {
        if n == 0 {
            return;
        }
        self.step(unix_nanos);
        let n = n as u64;
        self.engine.instruments.token_output_own.add(n);
        self.usage.output = self.usage.output.saturating_add(n);
    }

    /// As [`Request::tokens`], of a modality that may be another than the engine's.
    pub fn tokens_of(&mut self, modality: TokenModality, n: usize) {
        self.tokens_of_at(modality, n, self.engine.clock.unix_nanos());
    }

    /// As [`Request::tokens_of`], at a time that the caller read.
    pub fn tokens_of_at(&mut self, modality: TokenModality, n: usize, unix_nanos: u64) {
        if n == 0 {
            return;
        }
        self.step(unix_nanos);
        self.count_output(modality, n as u64);
    }

    /// A step emitted tokens whose number is not known yet, such as a chunk of text: it has its time, and
    /// [`Request::usage`] brings the number.
    pub fn emitted(&mut self) {
        self.emitted_at(self.engine.clock.unix_nanos());
    }

    /// As [`Request::emitted`], at a time that the caller read.
    pub fn emitted_at(&mut self, unix_nanos: u64) {
        self.step(unix_nanos);
    }

    /// Of the tokens reported so far, `n` more are reasoning. More than there are, tool calls left out, are cut and
    /// counted as [`Correction::PartBeyondWhole`].
    pub fn reasoning_tokens(&mut self, n: usize) {
        self.add_reasoning(n as u64);
    }

    /// Of the tokens reported so far, `n` more belong to a tool call. More than there are, reasoning left out, are cut
    /// and counted as [`Correction::PartBeyondWhole`].
    pub fn tool_tokens(&mut self, n: usize) {
        self.add_tool(n as u64);
    }

    /// Totals that somebody else counted, such as those of a stream's final usage. See [`TokenUsage`].
    pub fn usage(&mut self, totals: TokenUsage) {
        if let Some(input) = totals.input {
            self.input_total(input, totals.input_audio);
        }
        if let Some(cached) = totals.cached {
            self.cached_total(cached);
        }
        if let Some(output) = totals.output {
            self.output_total(output, totals.output_audio);
        }
        if let Some(more) = self.more(totals.reasoning, self.usage.reasoning) {
            self.add_reasoning(more);
        }
        if let Some(more) = self.more(totals.tool, self.usage.tool) {
            self.add_tool(more);
        }
    }

    /// Tokens reported so far.
    #[must_use]
    pub const fn output_tokens(&self) -> u64 {
        self.usage.output
    }

    /// Generated tokens that stand for audio, if that is known.
    pub(super) fn audio_output(&self) -> Option<u64> {
        if self.engine.instruments.own_modality == TokenModality::Audio {
            let own = self.usage.output.saturating_sub(self.usage.output_foreign);
            return (own > 0).then_some(own);
        }
        self.usage.output_audio
    }

    /// Counts `tokens` of the prompt as computed.
    pub(super) fn compute(&mut self, tokens: u64) {
        let Some(unsourced) = self.usage.unsourced() else {
            return self.correct(Correction::IllegalTransition);
        };
        let part = tokens.min(unsourced);
        if part < tokens && !self.may_recompute {
            self.correct(Correction::PartBeyondWhole);
        }
        self.engine.instruments.prompt_tokens_computed.add(part);
        self.usage.sourced = self.usage.sourced.saturating_add(part);
    }

    /// What the caches did not have was computed. Without knowing what they had, nothing is said of it.
    pub(super) fn compute_rest(&mut self) {
        if let Some(unsourced) = self.usage.unsourced().filter(|_| self.usage.is_cached_sourced) {
            self.compute(unsourced);
        }
    }

    #[inline]
    fn step(&mut self, unix_nanos: u64) {
        // While a request decodes, nothing but its steps moves its time.
        if self.is_steady && unix_nanos >= self.times.last_token {
            self.record_gap(unix_nanos);
            self.times.last_token = unix_nanos;
        } else {
            self.unusual_step(unix_nanos);
        }
    }

    /// The first two, the first after a pause, or one before its time.
    #[cold]
    #[inline(never)]
    fn unusual_step(&mut self, unix_nanos: u64) {
        let at = self.advance(unix_nanos);
        let is_first = !self.is_decoding && self.enter_decode(at);
        if !is_first {
            self.record_gap(at);
            self.usage.has_decoded = true;
            self.is_steady = true;
        }
        self.times.last_token = at;
    }

    #[inline]
    fn record_gap(&self, at: u64) {
        let gap = seconds_between(self.times.last_token, at);
        self.engine.instruments.time_between_tokens.record_in_span(gap, self.span);
    }

    fn count_cached(&mut self, tokens: u64) {
        self.engine.instruments.token_cached.add(tokens);
        self.usage.cached = Some(tokens);
    }

    fn count_output(&mut self, modality: TokenModality, n: u64) {
        let instruments = &self.engine.instruments;
        instruments.token_output(modality).add(n);
        let own = instruments.own_modality;
        let usage = &mut self.usage;
        usage.output = usage.output.saturating_add(n);
        if modality != own {
            usage.output_foreign = usage.output_foreign.saturating_add(n);
        }
        if modality == TokenModality::Audio {
            usage.output_audio = Some(usage.output_audio.unwrap_or(0).saturating_add(n));
        }
    }

    fn add_reasoning(&mut self, n: u64) {
        let part = self.part_of_output(n);
        self.engine.instruments.token_reasoning.add(part);
        self.usage.reasoning = Some(self.usage.reasoning.unwrap_or(0).saturating_add(part));
    }

    fn add_tool(&mut self, n: u64) {
        let part = self.part_of_output(n);
        self.engine.instruments.token_tool.add(part);
        self.usage.tool = Some(self.usage.tool.unwrap_or(0).saturating_add(part));
    }

    fn part_of_output(&self, n: u64) -> u64 {
        let plain = self.usage.plain_output();
        if n > plain {
            self.correct(Correction::PartBeyondWhole);
        }
        n.min(plain)
    }

    /// What a total adds to what is known; nothing if it fell.
    fn more(&self, total: Option<u64>, known: Option<u64>) -> Option<u64> {
        let more = total?.checked_sub(known.unwrap_or(0));
        if more.is_none() {
            self.correct(Correction::CumulativeDecrease);
        }
        more
    }

    fn input_total(&mut self, input: u64, audio: Option<u64>) {
        match self.usage.input {
            None => {
                self.prompt(Prompt { tokens: input, audio_tokens: audio, ..Prompt::default() });
            }
            Some(known) if known != input => self.correct(Correction::RepeatedTransition),
            Some(known) if self.usage.input_audio.is_none() => {
                self.usage.input_audio = audio.map(|audio| audio.min(known));
            }
            Some(_) => {}
        }
    }

    /// Which tier had them nobody said, so that they have no source.
    fn cached_total(&mut self, cached: u64) {
        match self.usage.cached {
            None => {
                let prompt = self.usage.input.unwrap_or(u64::MAX);
                if cached > prompt {
                    self.correct(Correction::CachedBeyondPrompt);
                }
                self.count_cached(cached.min(prompt));
            }
            Some(known) if known != cached => self.correct(Correction::RepeatedTransition),
            Some(_) => {}
        }
    }

    /// What no step reported the number of has no time of its own.
    fn output_total(&mut self, output: u64, audio: Option<u64>) {
        let more_audio = self.more(audio, self.audio_output());
        let Some(more) = self.more(Some(output), Some(self.usage.output)) else { return };
        let own = self.engine.instruments.own_modality;
        match more_audio {
            Some(more_audio) => {
                let new = more_audio.min(more);
                self.count_output(TokenModality::Audio, new);
                self.count_output(own, more - new);
                // What the steps counted as something else stays so in the counters.
                self.usage.output_audio = audio.map(|audio| audio.min(output));
            }
            None => self.count_output(own, more),
        }
    }
}

/// Nothing is added where there is nothing to add.
fn add_each<C: Add<u64>, const N: usize>(counters: &[C; N], tokens: [u64; N]) {
    for (counter, tokens) in counters.iter().zip(tokens).filter(|(_, tokens)| *tokens > 0) {
        counter.add(tokens);
    }
}
