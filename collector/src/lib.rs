//! The Inferometer collector: OTLP in, Prometheus out, traces forwarded or kept in a small ring.
//!
//! ```text
//! receivers/otlp -> pipeline::Graph -> processors -> exporters/{prometheus, otlp, trace_ring}
//!                                                     \-> connectors -> pipeline::Graph -> ...
//! ```
//!
//! [`config`] turns a file into checked settings; [`Collector`] builds the components that they name, connects them
//! by a [`pipeline`] graph and stops them in order. What came in and where it went is counted in [`self_metrics`].

mod auth;
mod collector;
pub mod config;
pub mod connectors;
#[cfg(feature = "demo")]
pub mod demo;
pub mod exporters;
pub mod failpoint;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod health;
pub mod http;
pub mod journal;
pub mod otlp;
mod own_traces;
pub mod pipeline;
mod prefetch;
pub mod processors;
pub mod receivers;
mod rotation;
pub mod self_metrics;
pub mod series;
mod small_file;
mod tls;

pub use collector::{Collector, Forwarding, Listening, Serves};
pub use config::Config;
pub use http::StartError;
