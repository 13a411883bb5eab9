//! Steps between receivers and exporters.

mod action;
mod attributes;
pub(crate) mod batch;
mod decoding;
mod engine_identity;
pub(crate) mod filter;
mod latch;
mod matching;
mod memory_limiter;
mod onward;
mod pattern;
mod request;
mod screen;
mod stop;
mod tail_sampling;
mod total_memory;
mod value;

pub use action::{Action, Keys, Source, When};
pub use attributes::{Attributes, AttributesSettings, Resource};
pub use batch::{Batch, BatchSettings};
pub use engine_identity::{EngineIdentities, EngineIdentity, EngineIdentitySettings, UnknownIndex};
pub use filter::{Condition, Filter, FilterSettings, Level, MetricMatch};
pub use matching::{AttributeMatch, LibraryMatch, Match, Selection, TextMatch, ValueMatch};
pub use memory_limiter::{
    MemoryLimit, MemoryLimiter, MemoryLimiterSettings, MemoryReading, NoReading, ProcessMemory,
};
pub use pattern::Pattern;
pub use tail_sampling::{Policy, Rule, SpanTest, StatusCode, TailSampling, TailSamplingSettings};
pub(crate) use total_memory::total_bytes;
pub use value::ValueType;
