//! Requests between an engine and a cache server, as either end sees them.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    InstrumentDef,
    attributes::{INFER_KV_CACHE_METHOD, KvCacheFailureReason, KvCacheMethod},
    metrics as def,
};

use super::ending::{Account, Amount, End, EndingDefinitions, Endings, bytes_of};
use crate::{
    metrics::Scope,
    serving::{
        correction::Correction,
        engine::{Engine, EngineState},
        formulas::seconds_between,
        labels::pair,
        meters::{Add, Meters},
    },
};

/// What a call is about, or what became of a part of it. What is not known is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct CallSize {
    /// Keys: chunks, blocks, pages.
    pub keys: u64,
    /// Their size.
    pub bytes: u64,
    /// The tokens that they hold.
    pub tokens: u64,
}

/// Records the calls that one cache server answers, or that one engine makes of it. Cheap to clone and to send.
#[derive(Clone)]
pub struct CacheCalls<M: Meters = Scope>(Arc<CallsState<M>>);

struct CallsState<M: Meters> {
    engine: Arc<EngineState<M>>,
    by_method: [CallSeries<M>; KvCacheMethod::ALL.len()],
}

struct CallSeries<M: Meters> {
    active: M::UpDownCounter,
    endings: Endings<M>,
}

/// The instruments of one end.
struct Side {
    active: &'static InstrumentDef,
    endings: EndingDefinitions,
}

const SERVER: Side = Side {
    active: &def::INFER_KV_CACHE_SERVER_REQUEST_ACTIVE,
    endings: EndingDefinitions {
        keys: &def::INFER_KV_CACHE_SERVER_KEYS,
        bytes: Some(&def::INFER_KV_CACHE_SERVER_IO),
        tokens: Some(&def::INFER_KV_CACHE_SERVER_TOKENS),
        duration: &def::INFER_KV_CACHE_SERVER_REQUEST_DURATION,
    },
};

const CLIENT: Side = Side {
    active: &def::INFER_KV_CACHE_CLIENT_REQUEST_ACTIVE,
    endings: EndingDefinitions {
        keys: &def::INFER_KV_CACHE_CLIENT_KEYS,
        bytes: Some(&def::INFER_KV_CACHE_CLIENT_IO),
        tokens: Some(&def::INFER_KV_CACHE_CLIENT_TOKENS),
        duration: &def::INFER_KV_CACHE_CLIENT_REQUEST_DURATION,
    },
};

impl<M: Meters> Engine<M> {
    /// The calls that this process answers as a cache server.
    #[must_use]
    pub fn cache_server(&self) -> CacheCalls<M> {
        CacheCalls::bind(&self.0, &SERVER)
    }

    /// The calls that this engine makes of a cache server: what its integrator asked for, found, fetched and stored.
    #[must_use]
    pub fn cache_client(&self) -> CacheCalls<M> {
        CacheCalls::bind(&self.0, &CLIENT)
    }
}

impl<M: Meters> CacheCalls<M> {
    fn bind(engine: &Arc<EngineState<M>>, side: &Side) -> Self {
        let by_method = KvCacheMethod::ALL.map(|method| {
            let labels = engine.labels.with(&[pair(&INFER_KV_CACHE_METHOD, method.as_str())]);
            let good: &[End] = match method {
                KvCacheMethod::Store => &[End::Success],
                KvCacheMethod::Retrieve => &[End::Success, End::Miss],
                KvCacheMethod::Lookup => &[End::Hit, End::Miss],
            };
            let expected = good.iter().copied().chain(End::failures());
            CallSeries {
                active: engine.meters.up_down_counter(side.active, &labels),
                endings: Endings::bind(&engine.meters, side.endings, labels, expected),
            }
        });
        Self(Arc::new(CallsState { engine: Arc::clone(engine), by_method }))
    }

    /// A call begins that is about this much.
    pub fn begin(&self, method: KvCacheMethod, asked: CallSize) -> CacheCall<M> {
        let calls = Arc::clone(&self.0);
        calls.by_method[method as usize].active.add(1);
        let started = calls.engine.clock.unix_nanos();
        let (keys, tokens) = (Account::of(asked.keys), Account::of(asked.tokens));
        CacheCall { calls, method, keys, tokens, bytes_left: asked.bytes, started }
    }
}

/// A call that has begun. It ends when it is answered, failed or dropped, and at no other time.
///
/// Keys and tokens that are left when it is dropped have failed as `cancelled`, and the call counts as
/// [`Correction::DroppedUnfinished`]. More than was asked for is cut with its bytes, and counted as
/// [`Correction::PartBeyondWhole`].
#[must_use = "dropping it ends it, and what is left of it has failed"]
pub struct CacheCall<M: Meters = Scope> {
    calls: Arc<CallsState<M>>,
    method: KvCacheMethod,
    keys: Account,
    tokens: Account,
    /// Announced and not yet reported.
    bytes_left: u64,
    started: u64,
}

impl<M: Meters> CacheCall<M> {
    /// A part is stored, retrieved or, by a lookup, found.
    pub fn succeed(&mut self, part: CallSize) {
        self.count(self.good_end(), part);
    }

    /// A part failed.
    pub fn fail(&mut self, reason: KvCacheFailureReason, part: CallSize) {
        self.count(End::Failed(reason), part);
    }

    /// All that is left is stored, retrieved or found.
    pub fn finish(mut self) {
        let rest = self.left(self.bytes_left);
        self.succeed(rest);
    }

    /// This much is stored, retrieved or found, and what is left is not: the cache does not have it, or, of a store, has
    /// no room for it.
    pub fn answer(mut self, done: CallSize) {
        self.succeed(done);
        let rest = self.left(0);
        if rest != CallSize::default() {
            let end = match self.method {
                KvCacheMethod::Store => End::Failed(KvCacheFailureReason::OutOfMemory),
                KvCacheMethod::Retrieve | KvCacheMethod::Lookup => End::Miss,
            };
            self.count(end, rest);
        }
    }

    const fn left(&self, bytes: u64) -> CallSize {
        CallSize { keys: self.keys.left(), bytes, tokens: self.tokens.left() }
    }

    const fn good_end(&self) -> End {
        match self.method {
            KvCacheMethod::Lookup => End::Hit,
            KvCacheMethod::Store | KvCacheMethod::Retrieve => End::Success,
        }
    }

    fn series(&self) -> &CallSeries<M> {
        &self.calls.by_method[self.method as usize]
    }

    fn count(&mut self, end: End, part: CallSize) {
        let (keys, are_keys_cut) = self.keys.take(part.keys, end);
        let (tokens, are_tokens_cut) = self.tokens.take(part.tokens, end);
        if are_keys_cut || are_tokens_cut {
            self.calls.engine.corrections.count(Correction::PartBeyondWhole);
        }
        let bytes = if part.keys > 0 {
            bytes_of(keys, part.keys, part.bytes)
        } else {
            bytes_of(tokens, part.tokens, part.bytes)
        };
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        self.series().endings.count(end, Amount { keys, bytes, tokens });
    }
}

impl<M: Meters> Drop for CacheCall<M> {
    fn drop(&mut self) {
        let rest = self.left(0);
        if rest != CallSize::default() {
            self.calls.engine.corrections.count(Correction::DroppedUnfinished);
            self.count(End::Failed(KvCacheFailureReason::Cancelled), rest);
        }
        let seconds = seconds_between(self.started, self.calls.engine.clock.unix_nanos());
        let series = self.series();
        let good = self.good_end();
        series.endings.time(self.keys.whole(good).or_worse(self.tokens.whole(good)), seconds);
        series.active.add(-1);
    }
}

impl<M: Meters> fmt::Debug for CacheCalls<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endings = self.0.by_method.iter().map(|series| &series.endings);
        f.debug_list().entries(endings).finish()
    }
}

impl<M: Meters> fmt::Debug for CacheCall<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheCall")
            .field("method", &self.method)
            .field("keys", &self.keys)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}
