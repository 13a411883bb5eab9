//! What the disk takes for itself.

use std::{fs::File, io::Write, path::Path};

use tokio::time::{Duration, Instant};

use crate::{error::BenchError, pause::pause};

/// About as long as a request of traces.
const BYTES: usize = 105 << 10;

/// Of one look at the disk.
const SYNCS: usize = 120;

/// How long writes and syncs took, of all looks together.
#[derive(Debug, Default)]
pub(super) struct Syncs(Vec<Duration>);

impl Syncs {
    /// Writes requests to a file in `folder` and syncs them, one each `interval`.
    ///
    /// Back to back, a disk and the processor that waits for it are never idle, and faster than they are to any load with
    /// pauses in it.
    pub(super) fn look(&mut self, folder: &Path, interval: Duration) -> Result<(), BenchError> {
        let request = vec![0x5a; BYTES];
        let mut file = File::create(folder.join("probe"))?;
        for _ in 0..SYNCS {
            let start = Instant::now();
            file.write_all(&request)?;
            file.sync_data()?;
            let time = start.elapsed();
            self.0.push(time);
            pause(interval.saturating_sub(time))?;
        }
        Ok(())
    }

    /// Milliseconds within which 99 of a hundred were done.
    pub(super) fn p99_ms(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let p99 = sorted.get(sorted.len() * 99 / 100).copied().unwrap_or_default();
        p99.as_secs_f64() * 1e3
    }
}
