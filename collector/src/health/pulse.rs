//! The sign of life of the runtime that the components share.

use std::time::Duration;

use tokio::{
    task::JoinHandle,
    time::{self, Instant, MissedTickBehavior},
};

use super::Workers;

const EVERY: Duration = Duration::from_secs(1);

/// A task that says every second that tasks still get their turn. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Pulse(JoinHandle<()>);

impl Pulse {
    /// Must be called within a Tokio runtime.
    pub(crate) fn start(workers: &Workers) -> Self {
        let worker = workers.begin("service");
        worker.beat(Instant::now());
        Self(tokio::spawn(async move {
            let mut ticks = time::interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                worker.beat(ticks.tick().await);
            }
        }))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_runtime_that_gives_no_turns_hangs() {
        let workers = Workers::default();
        let pulse = Pulse::start(&workers);
        time::sleep(Duration::from_secs(100)).await;
        assert_eq!(workers.faults(Instant::now()), []);
        // Time passes, and no task gets its turn meanwhile.
        time::advance(Duration::from_secs(31)).await;
        let late = Instant::now() + Duration::from_secs(31);
        assert_eq!(workers.faults(late).len(), 1);
        drop(pulse);
    }
}
