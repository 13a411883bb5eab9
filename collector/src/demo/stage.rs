//! The two stages of the simulated fleet.

use serde::Serialize;

/// Replicas of each stage.
pub(super) const REPLICAS: usize = 2;

/// What a replica does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Computes the KV cache of a prompt and sends it on.
    Prefill,
    /// Takes a client's request, has its prompt prefilled, generates the answer.
    Decode,
}

impl Stage {
    /// Both, in the order in which a prompt's KV cache passes them.
    pub const ALL: [Self; 2] = [Self::Prefill, Self::Decode];

    /// The value of `infer.stage`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prefill => "prefill",
            Self::Decode => "decode",
        }
    }
}
