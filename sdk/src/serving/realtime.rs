//! Realtime sessions: how many are open, and how their turns are found.

use std::{fmt, sync::Arc, time::Duration};

use inferometer_semconv::{attributes::ERROR_TYPE, metrics as def};

use super::{
    correction::Correction,
    engine::{Engine, EngineState},
    error_types::{ByErrorType, OTHER},
    labels::pair,
    meters::{Add, Meters, Record},
};
use crate::metrics::Scope;

/// Records the realtime sessions of an engine, whose answers are ordinary [requests](Engine::request). Cheap to clone
/// and to send.
#[derive(Clone)]
pub struct Realtime<M: Meters = Scope>(Arc<RealtimeState<M>>);

struct RealtimeState<M: Meters> {
    engine: Arc<EngineState<M>>,
    active: M::UpDownCounter,
    detection: M::Histogram,
    endpoint: M::Histogram,
    errors: ByErrorType<M::Counter>,
}

/// One open session. It is closed when it is dropped, in whatever way that comes about.
pub struct RealtimeSession<M: Meters = Scope>(Arc<RealtimeState<M>>);

impl<M: Meters> Engine<M> {
    /// The realtime sessions of this engine, bound once: the number of open ones is 0 from now on.
    #[must_use]
    pub fn realtime(&self) -> Realtime<M> {
        let engine = Arc::clone(&self.0);
        let (meters, labels) = (engine.meters.clone(), engine.labels.clone());
        let all = labels.with(&[]);
        Realtime(Arc::new(RealtimeState {
            active: meters.up_down_counter(&def::INFER_REALTIME_SESSION_ACTIVE, &all),
            detection: meters.histogram(&def::INFER_REALTIME_DETECTION_DURATION, &all),
            endpoint: meters.histogram(&def::INFER_REALTIME_ENDPOINT_DURATION, &all),
            errors: ByErrorType::new(&[], move |error_type| {
                let error_type = pair(&ERROR_TYPE, error_type.to_owned());
                meters.counter(&def::INFER_REALTIME_ERRORS, &labels.with(&[error_type]))
            }),
            engine,
        }))
    }
}

impl<M: Meters> Realtime<M> {
    /// A session was opened.
    #[must_use = "the session is closed when it is dropped"]
    pub fn session(&self) -> RealtimeSession<M> {
        self.0.active.add(1);
        RealtimeSession(Arc::clone(&self.0))
    }
}

impl<M: Meters> RealtimeSession<M> {
    /// The voice activity detector ran once, for this long.
    pub fn detected(&self, took: Duration) {
        self.0.detection.record(took.as_secs_f64());
    }

    /// A turn was found to be over, this long after its last speech.
    pub fn turn_ended(&self, silence: Duration) {
        self.0.endpoint.record(silence.as_secs_f64());
    }

    /// The session or its detector failed. Beyond [`MAX_ERROR_TYPES`](super::MAX_ERROR_TYPES) types the series is that
    /// of `_OTHER`, and [`Correction::ErrorTypeBeyondLimit`] is counted.
    pub fn failed(&self, error_type: &str) {
        let own = self.0.errors.get(error_type);
        if own.is_none() {
            self.0.engine.corrections.count(Correction::ErrorTypeBeyondLimit);
        }
        if let Some(counter) = own.or_else(|| self.0.errors.get(OTHER)) {
            counter.add(1);
        }
    }
}

impl<M: Meters> Drop for RealtimeSession<M> {
    fn drop(&mut self) {
        self.0.active.add(-1);
    }
}

impl<M: Meters> fmt::Debug for Realtime<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Realtime").field(&self.0.active).finish()
    }
}

impl<M: Meters> fmt::Debug for RealtimeSession<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RealtimeSession").field(&self.0.active).finish()
    }
}
