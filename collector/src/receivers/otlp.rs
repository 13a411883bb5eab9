//! Receives OTLP: gRPC and HTTP listeners in front of one door into the pipelines.
//!
//! Both unframe and inflate the body themselves, so that every byte is charged to the in-flight budget as it appears,
//! and hand on bytes, never decoded messages. A request is checked, offered to the pipelines, and answered when every
//! exporter has spoken. Every refusal of a request for a known signal is counted by its reason.

mod answer;
mod cors;
mod door;
mod encoding;
mod format;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod grpc;
mod grpc_frame;
mod grpc_health;
mod grpc_status;
mod http;
mod http_error;
mod receiver;
mod rpc_status;
#[cfg(test)]
mod tests;

pub use receiver::OtlpReceiver;
