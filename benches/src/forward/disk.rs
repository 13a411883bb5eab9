//! What the disk takes for itself.

use std::{fs::File, io::Write, path::Path};

use tokio::time::Instant;

use crate::error::BenchError;

/// About as long as a request of traces.
const BYTES: usize = 105 << 10;

const SYNCS: usize = 300;

/// Milliseconds within which 99 of a hundred requests were written to a file in `folder` and synced, one after another.
pub(super) fn sync_p99_ms(folder: &Path) -> Result<f64, BenchError> {
    let request = vec![0x5a; BYTES];
    let mut file = File::create(folder.join("probe"))?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let start = Instant::now();
        file.write_all(&request)?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let p99 = times.get(SYNCS * 99 / 100).copied().unwrap_or_default();
    Ok(p99.as_secs_f64() * 1e3)
}
