//! A decode replica: takes clients' requests, has their prompts prefilled, generates the answers step by step.
//!
//! It records each request from the client's arrival to its end. While the request is prefilled elsewhere it is
//! running here, in the phase "prefill"; that the prompt's KV entries all came from there is told by their source.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender},
    },
};

use inferometer_sdk::{Cached, Edge, FinishReason, KvCache, KvStats, Prompt, Request, Transfer};
use inferometer_semconv::attributes::KvCacheSource;
use opentelemetry::Context;

use super::{
    blocks::blocks_of,
    ledger::Ledger,
    message::{Job, SLOTS, ToDecode, Woken, wait},
    placement::Loads,
    replica::{Replica, Report},
    workload::{Arrival, Fate, OUTPUT_TOKENS_MAX},
};

/// Requests that wait for room; a further one fails at once.
const WAITING_MAX: usize = 256;
/// All KV blocks that it has.
const BLOCKS: u64 = 4_096;
/// What a step costs, in nanoseconds, ...
const STEP_NANOS: u64 = 7_000_000;
/// ... and more for each request of its batch ...
const SEQUENCE_NANOS: u64 = 150_000;
/// ... and for each token that it attends to.
const TOKEN_NANOS: u64 = 120;

/// A decode replica at work.
#[derive(Debug)]
pub(super) struct Decode {
    replica: Replica,
    /// From each prefill replica.
    edges: Vec<Edge>,
    kv_cache: KvCache,
    prefills: Vec<SyncSender<Job>>,
    loads: Loads,
    prefill_loads: Loads,
    /// At most [`WAITING_MAX`].
    waiting: VecDeque<Sequence>,
    /// By ticket, those whose KV cache is not here yet; with `ready` and `batch` at most [`SLOTS`].
    fetching: HashMap<u64, Sequence>,
    /// They join with the next step.
    ready: Vec<Sequence>,
    batch: Vec<Sequence>,
    /// When the step under way ends.
    step_ends: Option<u64>,
    next_ticket: u64,
    active_blocks: u64,
    has_more: bool,
    /// Set to end at once.
    is_cut: Arc<AtomicBool>,
    recorded: Ledger,
}

/// A request with what it still needs.
#[derive(Debug)]
struct Sequence {
    arrival: Arrival,
    request: Request,
    /// While its KV cache is on its way.
    transfer: Option<Transfer>,
    output_tokens: u32,
}

impl Sequence {
    /// Room for the longest answer that the client allows is kept from the start.
    const fn blocks(&self) -> u64 {
        blocks_of(self.arrival.prompt_tokens() + OUTPUT_TOKENS_MAX)
    }

    const fn tokens(&self) -> u64 {
        (self.arrival.prompt_tokens() + self.output_tokens) as u64
    }

    /// Whether the token that it just got was its last.
    fn end(&self) -> Option<FinishReason> {
        let output = self.output_tokens;
        match self.arrival.fate {
            Fate::Aborted { after_tokens } if output >= after_tokens => Some(FinishReason::Abort),
            _ if output >= self.arrival.output_tokens => Some(FinishReason::Stop),
            _ if output >= OUTPUT_TOKENS_MAX => Some(FinishReason::Length),
            _ => None,
        }
    }
}

impl Decode {
    pub(super) fn new(
        replica: Replica,
        prefills: Vec<SyncSender<Job>>,
        loads: Loads,
        prefill_loads: Loads,
        is_cut: Arc<AtomicBool>,
    ) -> Self {
        Self {
            edges: replica.edges(),
            kv_cache: replica.kv_cache(),
            replica,
            prefills,
            loads,
            prefill_loads,
            waiting: VecDeque::new(),
            fetching: HashMap::new(),
            ready: Vec::new(),
            batch: Vec::new(),
            step_ends: None,
            next_ticket: 0,
            active_blocks: 0,
            has_more: true,
            is_cut,
            recorded: Ledger::default(),
        }
    }

    /// Works until no client asks any more and every answer is given, or until it is told to end.
    pub(super) fn run(mut self, messages: &Receiver<ToDecode>) -> Report {
        self.publish();
        while self.goes_on() {
            let now = self.replica.clock.unix_nanos();
            match wait(messages, self.step_ends, now) {
                Woken::By(message) => self.take(message),
                Woken::InTime => {}
                Woken::Alone => break,
            }
            let now = self.replica.clock.unix_nanos();
            self.end_step(now);
            self.admit(now);
            self.begin_step(now);
            self.publish();
        }
        self.cut();
        let Self { replica, kv_cache, prefills, recorded, .. } = self;
        // It takes its blocks out of the sums while that is still exported.
        drop(kv_cache);
        // The prefill replicas need not wait for this one's last export.
        drop(prefills);
        replica.end(recorded)
    }

    fn goes_on(&self) -> bool {
        let is_busy = self.in_hand() + self.waiting.len() > 0;
        (self.has_more || is_busy) && !self.is_cut.load(Ordering::Relaxed)
    }

    fn in_hand(&self) -> usize {
        self.fetching.len() + self.ready.len() + self.batch.len()
    }

    fn take(&mut self, message: ToDecode) {
        match message {
            ToDecode::Request(arrival) => self.enqueue(arrival),
            ToDecode::Sending { ticket, prefill, sent } => {
                if let Some(sequence) = self.fetching.get_mut(&ticket) {
                    let context = sequence.request.context();
                    sequence.transfer = Some(self.edges[prefill].receive(&sent, context));
                }
            }
            ToDecode::Delivered { ticket, bytes } => self.receive(ticket, bytes),
            ToDecode::Lost { ticket } => self.lose(ticket),
            ToDecode::NoMoreRequests => self.has_more = false,
            ToDecode::LookUp => {}
        }
    }

    fn enqueue(&mut self, arrival: Arrival) {
        let tokens = u64::from(arrival.prompt_tokens());
        let prompt = Prompt { tokens, ..Prompt::default() };
        let request = self.replica.engine.request(&Context::new(), prompt);
        self.recorded.input_tokens += tokens;
        if self.waiting.len() >= WAITING_MAX {
            request.fail("overloaded");
            self.recorded.finished(FinishReason::Error);
            return self.loads.done(self.replica.index);
        }
        self.waiting.push_back(Sequence { arrival, request, transfer: None, output_tokens: 0 });
    }

    /// Gives room to those who waited longest and sends their prompts to be prefilled.
    fn admit(&mut self, now: u64) {
        while self.in_hand() < SLOTS {
            let fits = |it: &mut Sequence| self.active_blocks + it.blocks() <= BLOCKS;
            let Some(mut sequence) = self.waiting.pop_front_if(fits) else {
                return;
            };
            self.active_blocks += sequence.blocks();
            sequence.request.scheduled_at(now);
            let ticket = self.next_ticket;
            self.next_ticket += 1;
            let arrival = &sequence.arrival;
            let job = Job {
                decode: self.replica.index,
                ticket,
                context: sequence.request.context().clone(),
                system_prompt: arrival.system_prompt,
                shared_tokens: arrival.shared_tokens,
                own_tokens: arrival.own_tokens,
                is_lost: arrival.fate == Fate::LostInTransfer,
            };
            let prefill = self.prefill_loads.place_prompt(job.system_prompt);
            self.fetching.insert(ticket, sequence);
            if self.prefills[prefill].send(job).is_err() {
                // Its thread is gone, which only a defect does; the request must not wait for ever.
                self.lose(ticket);
            }
        }
    }

    fn receive(&mut self, ticket: u64, bytes: u64) {
        let Some(mut sequence) = self.fetching.remove(&ticket) else {
            return;
        };
        if let Some(transfer) = sequence.transfer.take() {
            transfer.finish(bytes);
            self.recorded.transferred(bytes);
        }
        let remote = u64::from(sequence.arrival.prompt_tokens());
        sequence.request.prefilled(Cached { remote, ..Cached::default() });
        self.recorded.in_place(KvCacheSource::Remote, remote);
        self.ready.push(sequence);
    }

    fn lose(&mut self, ticket: u64) {
        let Some(mut sequence) = self.fetching.remove(&ticket) else {
            return;
        };
        if let Some(transfer) = sequence.transfer.take() {
            transfer.fail("connection_reset");
        }
        self.release(&sequence);
        sequence.request.fail("prefill_failed");
        self.recorded.finished(FinishReason::Error);
    }

    fn begin_step(&mut self, now: u64) {
        if self.step_ends.is_some() {
            return;
        }
        self.batch.append(&mut self.ready);
        if self.batch.is_empty() {
            return;
        }
        let attended = self.batch.iter().map(Sequence::tokens).sum::<u64>();
        let nanos = STEP_NANOS + SEQUENCE_NANOS * self.batch.len() as u64 + TOKEN_NANOS * attended;
        self.step_ends = Some(now + nanos);
    }

    /// Every request of the batch gets its token, at the same time.
    fn end_step(&mut self, now: u64) {
        if self.step_ends.take_if(|ends| *ends <= now).is_none() {
            return;
        }
        for mut sequence in std::mem::take(&mut self.batch) {
            sequence.request.tokens_at(1, now);
            sequence.output_tokens += 1;
            self.recorded.output_tokens += 1;
            let Some(reason) = sequence.end() else {
                self.batch.push(sequence);
                continue;
            };
            self.release(&sequence);
            sequence.request.finish_at(reason, now);
            self.recorded.finished(reason);
        }
    }

    fn release(&mut self, sequence: &Sequence) {
        self.active_blocks -= sequence.blocks();
        self.loads.done(self.replica.index);
    }

    fn publish(&mut self) {
        self.kv_cache.publish(KvStats {
            active_blocks: self.active_blocks,
            cached_blocks: 0,
            total_blocks: BLOCKS,
            ..Default::default()
        });
    }

    /// The clients of what is left get no answer.
    fn cut(&mut self) {
        let left = self.waiting.drain(..);
        let left = left.chain(self.fetching.drain().map(|(_, sequence)| sequence));
        let left = left.chain(self.ready.drain(..)).chain(self.batch.drain(..));
        for sequence in left {
            if let Some(transfer) = sequence.transfer {
                transfer.fail("cancelled");
            }
            sequence.request.finish(FinishReason::Abort);
            self.recorded.finished(FinishReason::Abort);
        }
        self.active_blocks = 0;
        self.publish();
    }
}

// The longest request fits, so nobody waits for ever.
const _: () = {
    use super::{system_prompts, workload};
    let longest = system_prompts::TOKENS_MAX + workload::OWN_TOKENS_MAX + OUTPUT_TOKENS_MAX;
    assert!(blocks_of(longest) <= BLOCKS);
};
