//! The one thing that moves through a pipeline.

use std::sync::Arc;

use bytes::Bytes;
/// The OTLP signals, named as configuration, labels and paths name them.
pub use inferometer_semconv::attributes::Signal;

use super::{ack::Ack, traced::Traced};

/// One export request: the bytes as they came, and what is known of them.
///
/// Cloning clones handles, never the bytes.
#[derive(Debug, Clone)]
pub struct Item {
    /// Which service it came in for.
    pub signal: Signal,
    /// The encoded `Export*ServiceRequest`, uncompressed and checked.
    pub bytes: Bytes,
    /// How much is in it.
    pub counts: Counts,
    /// Whose it is; requests of two tenants are never joined.
    pub tenant: Tenant,
    /// Told by every exporter what became of it.
    pub ack: Ack,
    /// Which of the collector's own spans it comes from.
    pub traced: Traced,
}

/// How much a request holds, counted once when it was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Points, spans or log records: the unit in which losses are counted.
    pub items: u64,
}

/// Whose request it is. Requests without a trusted tenant header belong to the default tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Tenant(Option<Arc<str>>);

impl Tenant {
    /// A named tenant.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Some(Arc::from(name)))
    }

    /// The name, if it is not the default tenant.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}
