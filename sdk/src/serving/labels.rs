//! The attributes that every series of one engine carries.

use std::sync::Arc;

use inferometer_semconv::{
    AttributeDef,
    attributes::{
        GEN_AI_OPERATION_NAME, GEN_AI_PROVIDER_NAME, GEN_AI_REQUEST_MODEL, INFER_REPLICA,
        INFER_STAGE,
    },
};
use opentelemetry::{KeyValue, Value};

/// Who records: an operation of a model, on a replica of a stage.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    /// The caller's own, then ours: where a key is given twice, the later one wins.
    all: Arc<[KeyValue]>,
    stage: KeyValue,
    replica: KeyValue,
}

/// The parts of [`Labels`] as a builder collects them.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) operation: Arc<str>,
    pub(super) provider: Arc<str>,
    pub(super) model: Arc<str>,
    pub(super) stage: Arc<str>,
    pub(super) replica: u32,
    pub(super) own: Vec<KeyValue>,
}

impl From<Identity> for Labels {
    fn from(identity: Identity) -> Self {
        let stage = pair(&INFER_STAGE, identity.stage);
        let replica = pair(&INFER_REPLICA, i64::from(identity.replica));
        let ours = [
            pair(&GEN_AI_OPERATION_NAME, identity.operation),
            pair(&GEN_AI_PROVIDER_NAME, identity.provider),
            pair(&GEN_AI_REQUEST_MODEL, identity.model),
            stage.clone(),
            replica.clone(),
        ];
        let mut all = identity.own;
        all.retain(|own| ours.iter().all(|our| our.key != own.key));
        all.extend(ours);
        Self { all: all.into(), stage, replica }
    }
}

impl Labels {
    /// All of them and those of one series.
    pub(super) fn with(&self, more: &[KeyValue]) -> Vec<KeyValue> {
        let mut labels = Vec::with_capacity(self.all.len() + more.len());
        labels.extend_from_slice(&self.all);
        labels.extend_from_slice(more);
        labels
    }

    /// The value of `infer.stage`.
    pub(super) const fn stage(&self) -> &Value {
        &self.stage.value
    }

    /// The value of `infer.replica`.
    pub(super) const fn replica(&self) -> &Value {
        &self.replica.value
    }

    /// Stage and replica, which is what a child span repeats; `room` more fit without growing.
    pub(super) fn place(&self, room: usize) -> Vec<KeyValue> {
        let mut labels = Vec::with_capacity(2 + room);
        labels.extend([self.stage.clone(), self.replica.clone()]);
        labels
    }
}

pub(crate) fn pair(attribute: &AttributeDef, value: impl Into<Value>) -> KeyValue {
    KeyValue::new(attribute.key, value)
}

/// A count as an attribute; at most `i64::MAX`.
pub(super) fn count(attribute: &AttributeDef, value: u64) -> KeyValue {
    pair(attribute, i64::try_from(value).unwrap_or(i64::MAX))
}
