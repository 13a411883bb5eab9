//! The server in front of an engine: a [`tower`](https://docs.rs/tower) layer for axum, tonic and anything else that
//! serves `http` requests.
//!
//! ```
//! use inferometer_sdk::{Engine, MeterProvider, Prompt, tower::ServerLayer};
//! use opentelemetry::{Context, trace::noop::NoopTracer};
//!
//! // Or `telemetry.server_layer()`. With axum, `Router::layer` takes it; with tonic, `Server::layer`.
//! let layer = ServerLayer::new(NoopTracer::new());
//!
//! // In a handler: what the engine does becomes a child of the server's span.
//! fn handle(request: &http::Request<()>, engine: &Engine) {
//!     let parent = request.extensions().get::<Context>().cloned().unwrap_or_default();
//!     let request = engine.request(&parent, Prompt { tokens: 812, ..Default::default() });
//!     # drop(request);
//! }
//! ```
//!
//! | what | file |
//! |---|---|
//! | the layer and its settings | `layer.rs` |
//! | one call, from the arrival of its head to its handler's response | `service.rs`, `future.rs` |
//! | its response, to the last chunk | `body.rs` |
//! | its span | `call.rs`, `http_call.rs`, `grpc_call.rs` |
//! | W3C Trace Context in headers, and out to whoever is called | `headers.rs`, `client.rs` |

mod body;
mod call;
mod client;
mod future;
mod grpc_call;
mod headers;
mod http_call;
mod layer;
mod service;

pub use body::TracedBody;
pub use client::{PropagationLayer, PropagationService};
pub use future::TracedFuture;
pub use headers::{TRACERESPONSE, extract, inject};
pub use layer::ServerLayer;
pub use service::ServerService;
