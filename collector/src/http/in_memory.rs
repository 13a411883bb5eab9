//! A connection without a network, for tests whose time stands still: what is sent has arrived at once.

use std::sync::Arc;

use inferometer_semconv::attributes::CollectorListener;
use tokio::{io::DuplexStream, runtime::Handle, sync::watch};

use super::{
    Handler, Limits, Protection,
    connection::{self, Shared},
    stage::Stage,
};
use crate::self_metrics::SelfMetrics;

/// Bytes that the connection holds in each direction.
const PIPE_BYTES: usize = 64 << 10;

/// The peer's end of a connection, and what stops the server. Must be called within a Tokio runtime.
pub(crate) fn connect<H: Handler>(
    handler: H,
    limits: Limits,
    metrics: &SelfMetrics,
) -> (DuplexStream, watch::Sender<Stage>) {
    let (stream, served) = tokio::io::duplex(PIPE_BYTES);
    let (stop, stage) = watch::channel(Stage::Serving);
    let age = limits.connection_age;
    let counts = metrics.connections(CollectorListener::Metrics);
    let (handler, runtime) = (Arc::new(handler), Handle::current());
    let protection = Protection::default();
    let shared = Shared { handler, limits, protection, counts, stage, runtime };
    tokio::spawn(connection::serve(served, Arc::new(shared), age));
    (stream, stop)
}
