//! A prefill replica: computes prompts one after the other and sends their KV cache to the decode replicas.

use std::{
    collections::VecDeque,
    sync::mpsc::{Receiver, SyncSender},
};

use inferometer_sdk::{Cached, Edge, FinishReason, KvCache, KvStats, Prompt, Request, Transfer};
use inferometer_semconv::attributes::KvCacheSource;

use super::{
    blocks::{TOKEN_BYTES, blocks_of, whole_blocks},
    ledger::Ledger,
    link::Link,
    message::{Job, ToDecode, Woken, wait},
    placement::Loads,
    prefix_cache::PrefixCache,
    replica::{Replica, Report},
};

/// What a prompt costs however short it is, in nanoseconds.
const START_NANOS: u64 = 4_000_000;
/// What each computed token costs, in nanoseconds: 16 000 tokens a second.
const TOKEN_NANOS: u64 = 62_500;
/// The bandwidth of the replica's link, in gigabytes per second.
pub(super) const LINK_BANDWIDTH: f64 = 12.5;
/// All KV blocks that it has.
const BLOCKS: u64 = 6_144;
/// Those of them that may be kept for system prompts.
const BLOCKS_CACHED_MAX: u64 = 1_280;

/// A prefill replica at work.
#[derive(Debug)]
pub(super) struct Prefill {
    replica: Replica,
    /// To each decode replica.
    edges: Vec<Edge>,
    kv_cache: KvCache,
    cache: PrefixCache,
    loads: Loads,
    decodes: Vec<SyncSender<ToDecode>>,
    /// At most what decode replicas have in hand.
    queue: VecDeque<Prompted>,
    computing: Option<Computing>,
    link: Link<Sending>,
    active_blocks: u64,
    recorded: Ledger,
}

/// A job and its part of the request, recorded.
#[derive(Debug)]
struct Prompted {
    job: Job,
    request: Request,
}

#[derive(Debug)]
struct Computing {
    prompted: Prompted,
    cached_tokens: u32,
    ends_at: u64,
}

#[derive(Debug)]
struct Sending {
    prompted: Prompted,
    bytes: u64,
    transfer: Transfer,
}

impl Prefill {
    pub(super) fn new(replica: Replica, decodes: Vec<SyncSender<ToDecode>>, loads: Loads) -> Self {
        Self {
            edges: replica.edges(),
            kv_cache: replica.kv_cache(),
            replica,
            cache: PrefixCache::new(BLOCKS_CACHED_MAX),
            loads,
            decodes,
            queue: VecDeque::new(),
            computing: None,
            link: Link::new(LINK_BANDWIDTH),
            active_blocks: 0,
            recorded: Ledger::default(),
        }
    }

    /// Works until no decode replica is left.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) -> Report {
        loop {
            let now = self.replica.clock.unix_nanos();
            match wait(jobs, self.next_event(), now) {
                Woken::By(job) => self.enqueue(job),
                Woken::InTime => {}
                Woken::Alone => break,
            }
            let now = self.replica.clock.unix_nanos();
            self.deliver(now);
            self.send_computed(now);
            self.compute_next(now);
            self.publish();
        }
        self.cut();
        let Self { replica, kv_cache, recorded, .. } = self;
        // It takes its blocks out of the sums while that is still exported.
        drop(kv_cache);
        replica.end(recorded)
    }

    fn next_event(&self) -> Option<u64> {
        let computed = self.computing.as_ref().map(|computing| computing.ends_at);
        [computed, self.link.next_arrival()].into_iter().flatten().min()
    }

    fn enqueue(&mut self, job: Job) {
        let tokens = u64::from(job.prompt_tokens());
        let prompt = Prompt { tokens, ..Prompt::default() };
        let request = self.replica.engine.request(&job.context, prompt);
        self.recorded.input_tokens += tokens;
        self.queue.push_back(Prompted { job, request });
    }

    fn compute_next(&mut self, now: u64) {
        if self.computing.is_some() {
            return;
        }
        let fits = |prompted: &mut Prompted| {
            let blocks = blocks_of(prompted.job.prompt_tokens());
            self.active_blocks + blocks <= BLOCKS - BLOCKS_CACHED_MAX
        };
        let Some(mut prompted) = self.queue.pop_front_if(fits) else {
            return;
        };
        let job = &prompted.job;
        let is_hit = self.cache.look_up(job.system_prompt, job.shared_tokens);
        let cached_tokens = if is_hit { whole_blocks(job.shared_tokens) } else { 0 };
        self.active_blocks += blocks_of(job.prompt_tokens());
        let computed = u64::from(job.prompt_tokens() - cached_tokens);
        prompted.request.scheduled_at(now);
        self.computing = Some(Computing {
            prompted,
            cached_tokens,
            ends_at: now + START_NANOS + computed * TOKEN_NANOS,
        });
    }

    fn send_computed(&mut self, now: u64) {
        let is_over = |computing: &mut Computing| computing.ends_at <= now;
        let Some(computing) = self.computing.take_if(is_over) else {
            return;
        };
        let Computing { mut prompted, cached_tokens, .. } = computing;
        let (device, tokens) = (u64::from(cached_tokens), u64::from(prompted.job.prompt_tokens()));
        let cached = Cached { device, ..Cached::default() };
        prompted.request.prefilled_at(cached, now);
        self.recorded.in_place(KvCacheSource::Device, device);
        self.recorded.in_place(KvCacheSource::Computed, tokens - device);

        let bytes = tokens * TOKEN_BYTES;
        let (decode, ticket) = (prompted.job.decode, prompted.job.ticket);
        let transfer = self.edges[decode].start_at(prompted.request.context(), now);
        let (prefill, sent) = (self.replica.index, transfer.sent());
        self.tell(decode, ToDecode::Sending { ticket, prefill, sent });
        let sending = Sending { prompted, bytes, transfer };
        self.link.send(sending, bytes, now);
    }

    fn deliver(&mut self, now: u64) {
        for sending in self.link.arrived(now) {
            let Sending { prompted: Prompted { job, request }, bytes, transfer } = sending;
            let ticket = job.ticket;
            if job.is_lost {
                transfer.fail("connection_reset");
                request.fail("transfer_failed");
                self.recorded.finished(FinishReason::Error);
                self.tell(job.decode, ToDecode::Lost { ticket });
            } else {
                transfer.finish(bytes);
                self.recorded.transferred(bytes);
                // Its part of the answer is done; the answer itself is the decode replica's.
                request.finish(FinishReason::Stop);
                self.recorded.finished(FinishReason::Stop);
                self.tell(job.decode, ToDecode::Delivered { ticket, bytes });
            }
            self.active_blocks -= blocks_of(job.prompt_tokens());
            self.loads.done(self.replica.index);
        }
    }

    /// A decode replica that has ended wants to hear nothing more.
    fn tell(&self, decode: usize, message: ToDecode) {
        let _ = self.decodes[decode].send(message);
    }

    fn publish(&mut self) {
        self.kv_cache.publish(KvStats {
            active_blocks: self.active_blocks,
            cached_blocks: self.cache.blocks(),
            total_blocks: BLOCKS,
            ..Default::default()
        });
    }

    /// Nobody waits for what is left.
    fn cut(&mut self) {
        let queued = self.queue.drain(..);
        let computing = self.computing.take().map(|computing| computing.prompted);
        let sending = self.link.cut().into_iter().map(|sending| {
            sending.transfer.fail("cancelled");
            sending.prompted
        });
        for prompted in queued.chain(computing).chain(sending) {
            prompted.request.finish(FinishReason::Abort);
            self.recorded.finished(FinishReason::Abort);
        }
        self.active_blocks = 0;
        self.publish();
    }
}

// The longest prompt fits, so the queue never stands still.
const _: () = {
    use super::{system_prompts, workload};
    let longest = system_prompts::TOKENS_MAX + workload::OWN_TOKENS_MAX;
    assert!(blocks_of(longest) <= BLOCKS - BLOCKS_CACHED_MAX);
};
