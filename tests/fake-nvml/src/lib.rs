//! A fake `libnvidia-ml.so`: the part of NVML's C interface that the SDK calls, over values and faults from a script.
//!
//! Tests load it by path, so that the real binding code runs against it, and script it through [`FakeNvml`], which is
//! the other side of two files beside the library:
//!
//! | file | who writes it | what it holds |
//! |---|---|---|
//! | `script` | the test | one value a line: device, quantity, value ([`Script`](script) says which) |
//! | `page` | both, by shared memory | the script's generation, and how often each function was called |
//!
//! Each copy of the library in a folder of its own is a fake driver of its own, so tests run side by side.

mod abi;
mod control;
mod driver;
mod exports;
mod gpu;
mod page;
pub mod script;

pub use control::FakeNvml;
