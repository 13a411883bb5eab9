//! What views make of instruments, as the generated types decode what is exported.

mod aggregations;
mod allocations;
mod attributes;
#[path = "../core_support/mod.rs"]
mod core_support;
mod exemplars;
mod observables;
mod selection;
mod serving;
mod streams;
mod support;
