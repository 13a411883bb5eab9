//! The LoRA adapters of an engine, asked when somebody looks.

use std::fmt;

use inferometer_semconv::{
    attributes::{INFER_LORA_STATE, LoraState},
    metrics as def,
};

use super::{engine::Engine, labels::pair, meters::Meters, queue_depths::level};
use crate::metrics::Scope;

/// The LoRA adapters of an engine at one moment. A running one is loaded too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct Adapters {
    /// Those whose weights are in the accelerator's memory, idle ones included.
    pub loaded: u64,
    /// Those that a running request uses.
    pub running: u64,
    /// Those that only waiting requests want.
    pub waiting: u64,
}

/// Keeps an engine being asked; dropping it takes its series off the page.
#[must_use = "nobody is asked once this is dropped"]
pub struct ObservedAdapters<M: Meters = Scope> {
    _observation: M::Observation,
}

impl<M: Meters> Engine<M> {
    /// Asks for the adapters at every collection, on the collecting thread; `adapters` must not block.
    ///
    /// Adapters are counted, not named: their names are an open set, and lists of them are a new series each.
    pub fn observe_adapters(
        &self,
        adapters: impl Fn() -> Adapters + Send + Sync + 'static,
    ) -> ObservedAdapters<M> {
        let attributes = [LoraState::Loaded, LoraState::Running, LoraState::Waiting]
            .map(|state| self.0.labels.with(&[pair(&INFER_LORA_STATE, state.as_str())]));
        let levels = move || {
            let Adapters { loaded, running, waiting } = adapters();
            Some([loaded, running, waiting].map(level))
        };
        let definition = &def::INFER_LORA_ADAPTER_ACTIVE;
        ObservedAdapters {
            _observation: self.0.meters.observe_levels(definition, attributes, levels),
        }
    }
}

impl<M: Meters> fmt::Debug for ObservedAdapters<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedAdapters").finish_non_exhaustive()
    }
}
