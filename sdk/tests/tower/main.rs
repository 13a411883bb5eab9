//! What the `tower` layer promises, with real servers of axum and tonic behind real sockets.

mod grpc;
mod grpc_service;
mod http;
mod propagation;
mod rig;
mod service;
