//! Waiting outside of a runtime.

use tokio::{
    runtime,
    time::{Duration, sleep},
};

use crate::error::BenchError;

/// Does nothing for a while.
pub(crate) fn pause(time: Duration) -> Result<(), BenchError> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    // Within the runtime: a timer looks for the one that it is made in.
    runtime.block_on(async { sleep(time).await });
    Ok(())
}
