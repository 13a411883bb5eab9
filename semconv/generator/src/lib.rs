//! Writes the generated files of `inferometer-semconv`: reads the registry, checks it, renders it.
//!
//! ```text
//! registry/*.yaml -> model (as typed) -> Registry (resolved) -> check -> rust, markdown, python
//! coverage/*.yaml -> Coverage -> check against the registry -> markdown
//! ../sdk/conformance/*.yaml -> Conformance -> check against the specification's rows -> markdown
//! ```
//!
//! Nothing here touches the generated code, so that it can be written anew when it does not compile.

mod check;
pub mod conformance;
mod conformance_page;
pub mod coverage;
mod coverage_page;
mod generate;
mod markdown;
mod model;
mod python;
mod read;
mod registry;
mod resolve;
mod rust;
mod suffix;

// The crate's own files: a dependency on the crate would need the generated code to compile.
#[path = "../../src/prometheus_name.rs"]
pub mod prometheus_name;
#[path = "../../src/unit.rs"]
pub mod unit;

pub use check::check;
pub use generate::{COMMAND, GeneratedFile, Problems, generate, repository_root};
pub use read::{Source, read, read_str};
pub use registry::{
    Attribute, AttributeUse, Event, Instrument, Metric, Registry, RequirementLevel, Span, SpanKind,
    ValueSet,
};
pub use resolve::resolve;
