//! What is known about one connection: its socket, its requests and its answers all note here what happens.
//!
//! Nothing here reads a clock. Times are numbers of ticks of the connection's [`Sweep`](super::sweep::Sweep), so that
//! a request costs a few additions and nothing else.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};

use http::{HeaderMap, HeaderValue, header::CONNECTION};

/// One exchange, or one piece of an answer, in [`Progress::exchanges`].
const OPEN: u64 = 1;
/// Bits of each count but the last, many times the pieces that the streams of one connection can have.
const BITS: u32 = 18;
/// One piece of an answer, by the generation in which it was handed over.
const ANSWERS: [u64; 2] = [1 << BITS, 1 << (2 * BITS)];
/// One request that came in; these wrap, as only their change is of interest.
const REQUEST: u64 = 1 << (3 * BITS);

/// How far a connection has come, and what it waits for.
#[derive(Debug, Default)]
pub(super) struct Progress {
    is_http2: AtomicBool,
    has_begun: AtomicBool,
    is_flooding: AtomicBool,
    is_last: AtomicBool,
    /// Number of the tick that is now.
    tick: AtomicU32,
    /// Which of the two counts of answers is now added to.
    generation: AtomicU32,
    /// The tick after the one in which an HTTP/2 head began that has not ended; 0 without one.
    head_since: AtomicU32,
    /// The tick after the one in which the socket took no more of what is to be sent; 0 while it does.
    write_since: AtomicU32,
    /// How many exchanges are open, answers of either generation are on their way, and requests came in.
    exchanges: AtomicU64,
}

/// What [`Progress`] counts, at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exchanges {
    /// Requests whose answers are not sent to the end.
    pub(super) open: u64,
    /// Pieces of answers that wait to be sent since the generation before this one.
    pub(super) old_answers: u64,
    /// Changes with every request.
    pub(super) requests: u64,
}

impl Progress {
    /// The peer speaks HTTP/2.
    pub(super) fn speaks_http2(&self) {
        self.is_http2.store(true, Relaxed);
    }

    pub(super) fn is_http2(&self) -> bool {
        self.is_http2.load(Relaxed)
    }

    /// The peer has said what it wants: a whole head, or what HTTP/2 begins with.
    pub(super) fn begun(&self) {
        // Reading is cheaper than writing, and it is true but once.
        if !self.has_begun.load(Relaxed) {
            self.has_begun.store(true, Relaxed);
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.has_begun.load(Relaxed)
    }

    /// The peer sent more frames without a request than it may.
    pub(super) fn flooded(&self) {
        self.is_flooding.store(true, Relaxed);
    }

    pub(super) fn is_flooding(&self) -> bool {
        self.is_flooding.load(Relaxed)
    }

    /// Another serves the peer's next connection: what is answered from now on is the last answer of this one.
    pub(super) fn answers_last(&self) {
        self.is_last.store(true, Relaxed);
    }

    pub(super) fn is_last(&self) -> bool {
        self.is_last.load(Relaxed)
    }

    /// Whether the peer can be told to go elsewhere between two requests, and is to be. Of HTTP/1, an answer tells it.
    pub(super) fn leaves_unasked(&self) -> bool {
        self.is_last() && self.is_http2() && self.has_begun()
    }

    /// Whether the peer is in the middle of a head.
    pub(super) fn is_in_head(&self, is_in_head: bool) {
        self.note(&self.head_since, is_in_head);
    }

    /// Whether what is to be sent has to wait for the peer.
    pub(super) fn is_write_blocked(&self, is_blocked: bool) {
        self.note(&self.write_since, is_blocked);
    }

    fn note(&self, since: &AtomicU32, is_so: bool) {
        since
            .store(if is_so { self.tick.load(Relaxed).wrapping_add(1).max(1) } else { 0 }, Relaxed);
    }

    /// Ticks since a head began that has not ended; 0 without one.
    pub(super) fn ticks_in_head(&self) -> u32 {
        self.ticks_since(&self.head_since)
    }

    /// Ticks since the socket took no more.
    pub(super) fn ticks_write_blocked(&self) -> u32 {
        self.ticks_since(&self.write_since)
    }

    fn ticks_since(&self, since: &AtomicU32) -> u32 {
        match since.load(Relaxed) {
            0 => 0,
            since => self.tick.load(Relaxed).wrapping_add(1).wrapping_sub(since),
        }
    }

    /// The next tick begins.
    pub(super) fn tick(&self) {
        self.tick.fetch_add(1, Relaxed);
    }

    /// From here on answers are counted apart from those before.
    pub(super) fn next_generation(&self) {
        self.generation.fetch_add(1, Relaxed);
    }

    pub(super) fn exchanges(&self) -> Exchanges {
        let count = |packed: u64, unit: u64| (packed / unit) & ((1 << BITS) - 1);
        let packed = self.exchanges.load(Relaxed);
        let before = self.generation.load(Relaxed).wrapping_add(1) as usize % ANSWERS.len();
        Exchanges {
            open: count(packed, OPEN),
            old_answers: count(packed, ANSWERS[before]),
            requests: packed / REQUEST,
        }
    }

    /// A request came in. Its exchange is open until what this returns is dropped.
    pub(super) fn request(self: &Arc<Self>) -> Exchange {
        self.begun();
        self.exchanges.fetch_add(REQUEST + OPEN, Relaxed);
        Exchange { progress: Arc::clone(self), counted: OPEN }
    }
}

/// A request, or a piece of its answer, that is not done with.
#[derive(Debug)]
pub(super) struct Exchange {
    progress: Arc<Progress>,
    counted: u64,
}

impl Exchange {
    /// Tells the peer in the answer if it is the last one.
    pub(super) fn finish(&self, headers: &mut HeaderMap) {
        if self.progress.is_last() && !self.progress.is_http2() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    /// From here on the peer is waited for.
    pub(super) fn answering(mut self) -> Self {
        let answer = ANSWERS[self.progress.generation.load(Relaxed) as usize % ANSWERS.len()];
        self.progress.exchanges.fetch_add(answer, Relaxed);
        self.counted += answer;
        self
    }

    /// The same for one piece of an answer that goes on.
    pub(super) fn piece(&self) -> Self {
        self.progress.exchanges.fetch_add(OPEN, Relaxed);
        Self { progress: Arc::clone(&self.progress), counted: OPEN }.answering()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.progress.exchanges.fetch_sub(self.counted, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_counted_until_their_last_piece_is_sent() {
        let progress = Arc::new(Progress::default());
        let (first, second) = (progress.request(), progress.request());
        let piece = first.piece();
        let Exchanges { open, old_answers, requests } = progress.exchanges();
        assert_eq!((open, old_answers, requests), (3, 0, 2));
        progress.next_generation();
        let new = second.answering();
        assert_eq!(progress.exchanges().old_answers, 1, "the second answer is new");
        drop(piece);
        assert_eq!(progress.exchanges(), Exchanges { open: 2, old_answers: 0, requests: 2 });
        progress.next_generation();
        assert_eq!(progress.exchanges().old_answers, 1);
        drop((first, new));
        assert_eq!(progress.exchanges(), Exchanges { open: 0, old_answers: 0, requests: 2 });
    }

    #[test]
    fn ticks_are_counted_from_the_beginning_of_what_lasts() {
        let progress = Progress::default();
        assert_eq!(progress.ticks_in_head(), 0);
        progress.tick();
        progress.is_in_head(true);
        assert_eq!(progress.ticks_in_head(), 0, "in this tick");
        progress.tick();
        progress.tick();
        assert_eq!((progress.ticks_in_head(), progress.ticks_write_blocked()), (2, 0));
        progress.is_in_head(false);
        assert_eq!(progress.ticks_in_head(), 0);
    }
}
