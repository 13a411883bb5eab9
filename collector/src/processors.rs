//! Steps between receivers and exporters.

mod memory_limiter;

pub use memory_limiter::{
    MemoryLimiter, MemoryLimiterSettings, MemoryReading, NoReading, ProcessMemory,
};
