//! Which jobs compute when: sequences take turns, one forward pass each.
//!
//! A step of the loop is one pass of every sequence in the batch. Between steps, jobs that wait come in as far as
//! there are places and blocks. When a sequence needs a block and there is none, the one that came last gives up its
//! own, and computes them again when it has its next turn: so the one that came first always goes on.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Receiver;

use inferometer_sdk::{
    Engine as Recorder, KvCacheEvictionReason, ObservedQueues, StepBatch, Steps,
};

use super::backend::Backend;
use super::queue::Depths;
use super::sequence::{Broken, Paused, Sequence};
use super::{Finish, Job};
use crate::model::Model;

pub(super) struct Scheduler<M: Model> {
    backend: Backend<M>,
    sequences_max: usize,
    /// In the order in which they came; they take their turns in it.
    running: Vec<Sequence<M::Session>>,
    /// In the same order; before all that wait.
    preempted: VecDeque<Paused>,
    /// The job that came first of those that wait, once it found no blocks.
    next: Option<Paused>,
    recorder: Recorder,
    steps: Steps,
    depths: Arc<Depths>,
    _observed: ObservedQueues,
}

impl<M: Model> Scheduler<M> {
    pub(super) fn new(backend: Backend<M>, sequences_max: usize, recorder: Recorder) -> Self {
        let depths = Arc::<Depths>::default();
        let asked = Arc::clone(&depths);
        Self {
            backend,
            sequences_max,
            running: Vec::with_capacity(sequences_max),
            preempted: VecDeque::new(),
            next: None,
            steps: recorder.steps(),
            _observed: recorder.observe_queues(move || asked.read()),
            recorder,
            depths,
        }
    }

    pub(super) fn depths(&self) -> &Arc<Depths> {
        &self.depths
    }

    /// Computes jobs until every sender is gone and all jobs are done.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            self.admit(jobs);
            if self.running.is_empty() {
                return;
            }
            self.step();
        }
    }

    /// Fills the batch; waits for a job if there is nothing to compute.
    fn admit(&mut self, jobs: &Receiver<Job>) {
        while self.running.len() < self.sequences_max {
            let is_new = self.preempted.is_empty();
            let Some(job) = self.preempted.pop_front().or_else(|| self.next(jobs)) else { break };
            if job.is_abandoned() {
                drop(job);
            } else if self.backend.could_hold(job.tokens.len()) {
                self.start(job);
            } else if is_new {
                self.next = Some(job);
                break;
            } else {
                self.preempted.push_front(job);
                break;
            }
            if is_new {
                self.depths.waiting.fetch_sub(1, Relaxed);
            }
        }
        self.count();
    }

    fn next(&mut self, jobs: &Receiver<Job>) -> Option<Paused> {
        if let Some(job) = self.next.take() {
            return Some(job);
        }
        let job = if self.running.is_empty() { jobs.recv().ok() } else { jobs.try_recv().ok() };
        job.map(Paused::from)
    }

    fn start(&mut self, job: Paused) {
        let mut blocks = self.backend.table.hold();
        self.backend.grow(&mut blocks, job.tokens.len());
        let sequence = job.start(&mut self.backend, blocks);
        self.running.push(sequence);
    }

    /// One forward pass of every sequence.
    fn step(&mut self) {
        let began = self.recorder.now();
        let mut batch = StepBatch::default();
        let mut turn = 0;
        while turn < self.running.len() && self.make_room(turn) {
            let sequence = &mut self.running[turn];
            // A defect in a backend costs one request, not the server: the session it may have left half written is
            // dropped with its sequence, and kept prefixes are never written to.
            let stepped =
                catch_unwind(AssertUnwindSafe(|| sequence.step(&mut self.backend, &mut batch)));
            match stepped.unwrap_or(Err(Broken::Panicked)) {
                Ok(None) => turn += 1,
                Ok(Some(finish)) => self.end(turn, Ok(finish)),
                Err(broken) => self.end(turn, Err(broken)),
            }
            self.publish();
        }
        if batch.requests > 0 {
            self.steps.record_between(batch, began, self.recorder.now());
        }
        self.count();
    }

    /// Its memory is seen to be free before its client hears of the end.
    fn end(&mut self, turn: usize, outcome: Result<Finish, Broken>) {
        let job = self.running.remove(turn).release();
        self.count();
        self.publish();
        job.end(outcome, self.recorder.now());
    }

    /// Has the sequence at `turn` hold blocks for its next step. Says no if it was preempted itself, being the last.
    fn make_room(&mut self, turn: usize) -> bool {
        loop {
            let sequence = &mut self.running[turn];
            let tokens = sequence.tokens_after_step();
            if self.backend.grow(&mut sequence.blocks, tokens) {
                return true;
            }
            let Some(last) = self.running.pop() else { return false };
            let (job, blocks) = last.preempt(self.recorder.now());
            self.backend.table.evict(blocks, KvCacheEvictionReason::Preemption);
            self.preempted.push_front(job);
            if turn == self.running.len() {
                return false;
            }
        }
    }

    fn count(&self) {
        self.depths.running.store(self.running.len() as u64, Relaxed);
        self.depths.preempted.store(self.preempted.len() as u64, Relaxed);
    }

    fn publish(&mut self) {
        let active = self.running.iter().map(|sequence| sequence.blocks.held()).sum();
        self.backend.table.publish(active, self.backend.prefixes.blocks());
    }
}
