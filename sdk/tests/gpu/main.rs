//! What is shown of GPUs, through the real binding to NVML, over a driver that the tests script.

#[path = "../core_support/mod.rs"]
mod core_support;
mod driver;
mod hangs;
mod instances;
mod meters;
mod support;
mod unsupported;
mod values;
