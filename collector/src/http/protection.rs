//! What keeps strangers out of a listener.

use std::sync::Arc;

use super::start_error::StartError;
use crate::{auth::Guard, config::ProtectionSettings, self_metrics::Connections, tls::Acceptor};

/// TLS and credentials, where the settings of a listener ask for them. The default lets everybody in.
#[derive(Debug, Default)]
pub struct Protection {
    pub(super) tls: Option<Acceptor>,
    pub(super) guard: Option<Arc<Guard>>,
}

impl Protection {
    /// What the settings ask for; `name` is the listener's place in the configuration, `counts` are its counters. Reads
    /// the files that are named; must be called within a Tokio runtime.
    ///
    /// # Errors
    /// A file cannot be used; the message names it and the remedy.
    pub fn start(
        name: &str,
        settings: &ProtectionSettings,
        counts: &Connections,
    ) -> Result<Self, StartError> {
        let wrong = |message: String| StartError::new(name, message);
        let tls = settings.tls.as_ref().map(|tls| Acceptor::start(name, tls, counts));
        let guard = settings.auth.as_ref().map(|auth| Guard::start(name, auth, counts));
        let guard = guard.transpose().map_err(wrong)?;
        Ok(Self { tls: tls.transpose().map_err(wrong)?, guard: guard.map(Arc::new) })
    }
}
