//! Which spans are recorded: the words of `OTEL_TRACES_SAMPLER`.

use opentelemetry_sdk::trace::Sampler;

/// A sampler by its word, whose share may come later, or one that the program gave.
#[derive(Debug, Clone)]
pub(crate) enum Sampling {
    Word { follows_parent: bool, root: Root },
    Given(Sampler),
}

/// What becomes of a trace that starts here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Root {
    On,
    Off,
    /// A share of traces from 0 to 1.
    Ratio(f64),
}

/// What the environment's words have before them to follow the parent's decision.
const FOLLOWS_PARENT: &str = "parentbased_";

impl Sampling {
    /// By its word in `OTEL_TRACES_SAMPLER`, in lower case.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let root = match word.strip_prefix(FOLLOWS_PARENT).unwrap_or(word) {
            "always_on" => Root::On,
            "always_off" => Root::Off,
            "traceidratio" => Root::Ratio(1.0),
            _ => return None,
        };
        Some(Self::Word { follows_parent: word.starts_with(FOLLOWS_PARENT), root })
    }

    /// The share of traces, where that is what decides.
    pub(crate) const fn ratio_mut(&mut self) -> Option<&mut f64> {
        match self {
            Self::Word { root: Root::Ratio(ratio), .. } => Some(ratio),
            Self::Word { .. } | Self::Given(_) => None,
        }
    }

    pub(crate) fn sampler(&self) -> Sampler {
        let (follows_parent, root) = match self {
            Self::Word { follows_parent, root } => (*follows_parent, root),
            Self::Given(sampler) => return sampler.clone(),
        };
        let root = match root {
            Root::On => Sampler::AlwaysOn,
            Root::Off => Sampler::AlwaysOff,
            Root::Ratio(ratio) => Sampler::TraceIdRatioBased(*ratio),
        };
        if follows_parent { Sampler::ParentBased(Box::new(root)) } else { root }
    }
}

impl Default for Sampling {
    fn default() -> Self {
        Self::Word { follows_parent: true, root: Root::On }
    }
}
