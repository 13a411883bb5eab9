//! How far a server is, which its connections follow.

use tokio::sync::watch;

/// Each comes after the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// It accepts.
    Serving,
    /// Another accepts from its socket. Peers are answered once more and told to come back over another connection; one
    /// that is idle may stay.
    Succeeded,
    /// Peers leave, the idle ones at once.
    Stopping,
}

/// Resolves when the server is that far, or is gone.
pub(super) async fn reached(stage: Stage, now: &mut watch::Receiver<Stage>) {
    let _ = now.wait_for(|now| *now >= stage).await;
}
