//! How much may wait.

use super::waiting::Waiting;
use crate::config::{OnFull, QueueSettings, Sizer};

/// The bounds of a queue, and what a request takes of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// In the unit of the sizer; what is being sent does not count.
    pub(super) units_max: u64,
    /// Of what waits and what is being sent.
    pub(super) bytes_max: u64,
    pub(super) sizer: Sizer,
    pub(super) on_full: OnFull,
}

/// What requests take of the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Load {
    pub(super) units: u64,
    pub(super) bytes: u64,
}

impl Bounds {
    pub(super) const fn new(settings: &QueueSettings) -> Self {
        let bytes_max = match settings.sizer {
            Sizer::Bytes => settings.size,
            Sizer::Requests | Sizer::Items => QueueSettings::BYTES_MAX,
        };
        Self {
            units_max: settings.size,
            bytes_max,
            sizer: settings.sizer,
            on_full: settings.on_full,
        }
    }

    /// What a request takes. One without items takes a unit too, so that no number of them is for nothing.
    pub(super) fn load(&self, bytes: usize, items: u64) -> Load {
        let bytes = bytes as u64;
        let units = match self.sizer {
            Sizer::Requests => 1,
            Sizer::Items => items.max(1),
            Sizer::Bytes => bytes,
        };
        Load { units, bytes }
    }

    pub(super) fn load_of(&self, waiting: &Waiting) -> Load {
        self.load(waiting.bytes.len(), waiting.items)
    }
}

impl Load {
    pub(super) const fn add(&mut self, other: Self) {
        self.units += other.units;
        self.bytes += other.bytes;
    }

    pub(super) const fn subtract(&mut self, other: Self) {
        self.units -= other.units;
        self.bytes -= other.bytes;
    }
}
