//! What a request goes through, whoever records it, and the operations that are made of it.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    error::BenchError,
    fixture::values,
    op::{Op, forget_memory},
};

/// When the first request arrives, in nanoseconds since the Unix epoch.
const START: u64 = 1_700_000_000_000_000_000;

/// Prompt tokens of every request, and those of them that were cached.
pub(super) const PROMPT_TOKENS: u64 = 812;
pub(super) const CACHED_TOKENS: u64 = 640;

/// Steps of a whole request, one token each.
const STEPS: usize = 128;

/// Records requests at the times that it is given.
pub(super) trait Recorder: Send + Sync + 'static {
    type Request: Send + 'static;

    /// A request of [`PROMPT_TOKENS`] arrives.
    fn arrived(&self, at: u64) -> Self::Request;
    fn scheduled(&self, request: &mut Self::Request, at: u64);
    /// Of its prompt, [`CACHED_TOKENS`] were in the accelerator's memory.
    fn prefilled(&self, request: &mut Self::Request, at: u64);
    /// A step emitted a token.
    fn token(&self, request: &mut Self::Request, at: u64);
    /// The model ended.
    fn finished(&self, request: Self::Request, at: u64);
    /// All values of all sums and all counts of histograms.
    fn shown(&self) -> f64;
}

/// Gaps between steps, in nanoseconds.
fn gaps() -> Result<Arc<[u64]>, BenchError> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive and far below 2^53"
    )]
    let nanos = |seconds: &f64| (seconds * 1e9) as u64;
    Ok(values()?.iter().map(nanos).collect())
}

/// A request in decode.
fn decoding<R: Recorder>(recorder: &R) -> R::Request {
    let mut request = recorder.arrived(START);
    recorder.scheduled(&mut request, START + 1_000_000);
    recorder.prefilled(&mut request, START + 50_000_000);
    recorder.token(&mut request, START + 60_000_000);
    request
}

/// One step of one token, of a request that each thread has for itself.
pub(super) fn token_step<R: Recorder>(recorder: R) -> Result<Op, BenchError> {
    let gaps = gaps()?;
    let recorder = Arc::new(recorder);
    let show = Arc::clone(&recorder);
    let idle = Mutex::new(vec![(decoding(&*recorder), START + 60_000_000)]);
    let run = move |mut times: u64| {
        let taken = idle.lock().pop();
        let (mut request, mut now) =
            taken.unwrap_or_else(|| (decoding(&*recorder), START + 60_000_000));
        while times > 0 {
            let length = usize::try_from(times).unwrap_or(usize::MAX).min(gaps.len());
            for gap in &gaps[..length] {
                now += gap;
                recorder.token(&mut request, now);
                forget_memory();
            }
            times -= length as u64;
        }
        idle.lock().push((request, now));
    };
    Ok(Op::of_loop(run, move || show.shown()))
}

/// A whole request of [`STEPS`] steps.
pub(super) fn whole_request<R: Recorder>(recorder: R) -> Result<Op, BenchError> {
    let gaps = gaps()?;
    let recorder = Arc::new(recorder);
    let show = Arc::clone(&recorder);
    let run = move |times: u64| {
        let one = |gaps: &[u64]| {
            let mut now = START;
            let mut request = recorder.arrived(now);
            now += 1_000_000;
            recorder.scheduled(&mut request, now);
            now += 50_000_000;
            recorder.prefilled(&mut request, now);
            for gap in gaps {
                now += gap;
                recorder.token(&mut request, now);
                forget_memory();
            }
            recorder.finished(request, now + 1000);
        };
        // Leaves out the bookkeeping of each allocation, which would count against whoever allocates more.
        allocation_counter::opt_out(|| {
            let mut all = gaps.chunks_exact(STEPS).cycle();
            for gaps in (0..times).filter_map(|_| all.next()) {
                one(gaps);
            }
        });
    };
    Ok(Op::of_loop(run, move || show.shown()))
}
