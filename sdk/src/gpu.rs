//! NVIDIA GPUs: what the driver says about them, sampled through NVML.
//!
//! ```no_run
//! # fn main() -> Result<(), inferometer_sdk::StartError> {
//! let telemetry = inferometer_sdk::init()?;
//! let gpus = telemetry.gpu().start()?; // a thread that samples until this is dropped
//! println!("{}", gpus.state()); // on a machine without a driver: no GPU
//! # Ok(())
//! # }
//! ```
//!
//! One thread talks to the driver and to nobody else, so a driver that hangs stops nothing but its own answers:
//!
//! | stage | from -> to | where |
//! |---|---|---|
//! | ask | the interval's thread, or a caller -> the driver's thread; one question at a time | `sampler.rs`, `exchange.rs` |
//! | read | NVML -> readings and failures | `driver.rs`, `session.rs`, `device.rs`, `asker.rs`, `fields.rs`, `profile.rs`, `instance.rs` |
//! | publish | readings -> series | `publisher.rs`, `series.rs`, `cumulative.rs` |
//!
//! **Absent is not zero.** A quantity that a GPU cannot tell has no series; one that it did not tell this time has no
//! point this time. Either is counted in `infer.gpu.query.failed`, what is not supported once.
//!
//! **Who is who.** `hw.id` is the UUID of a GPU and `hw.name` its index in NVML. A MIG instance has its own UUID as
//! `hw.id`, that of its GPU as `hw.parent`, and index of GPU and instance, `0:1`, as `hw.name`. A temperature belongs to
//! a sensor: its `hw.parent` is the GPU.

mod asker;
mod builder;
mod cumulative;
mod device;
mod driver;
mod exchange;
mod failure;
mod fields;
mod instance;
mod profile;
mod publisher;
mod reading;
mod sampler;
mod series;
mod session;
mod state;

pub use builder::{DEFAULT_GPU_INTERVAL, DEFAULT_GPU_TIMEOUT, GpuSamplerBuilder};
pub use inferometer_semconv::attributes::GpuQuery;
pub use sampler::{GPU_DROP_TIMEOUT, GpuSampler};
pub use session::MAX_GPUS;
pub use state::{GpuState, NoGpu};
