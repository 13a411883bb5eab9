//! How many scrapes are answered at a time, and how long others wait for their turn.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};

/// Scrapes at a time, so that many slow readers hold little memory.
pub(super) const SCRAPES_MAX: usize = 16;
/// Further ones that wait for their turn; one more is told at once to come back.
const WAITING_MAX: usize = 128;
/// How long they wait until they are told to come back: half of the time that Prometheus gives a scrape.
const PATIENCE: Duration = Duration::from_secs(5);

/// Places for scrapes.
#[derive(Debug)]
pub(super) struct Turns {
    places: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(SCRAPES_MAX)), waiting: Semaphore::new(WAITING_MAX) }
    }
}

impl Turns {
    /// A place, kept until it is dropped; none if none gets free in time.
    pub(super) async fn next(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        let _waiting = self.waiting.try_acquire().ok()?;
        time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_scrape_waits_for_its_turn_and_not_for_ever() {
        let turns = Turns::default();
        let mut taken = Vec::new();
        for _ in 0..SCRAPES_MAX {
            taken.push(turns.next().await.expect("a place"));
        }
        let start = time::Instant::now();
        assert!(turns.next().await.is_none());
        assert_eq!(start.elapsed().as_secs(), PATIENCE.as_secs());
        let freed = async {
            time::sleep(PATIENCE / 2).await;
            drop(taken.pop());
        };
        assert!(tokio::join!(turns.next(), freed).0.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_wait_and_no_more() {
        let turns = Arc::new(Turns::default());
        let mut scrapes = tokio::task::JoinSet::new();
        for _ in 0..SCRAPES_MAX + WAITING_MAX {
            let turns = Arc::clone(&turns);
            scrapes.spawn(async move {
                let _place = turns.next().await;
                time::sleep(2 * PATIENCE).await;
            });
        }
        // Until all of them have asked.
        time::sleep(Duration::from_millis(1)).await;
        let start = time::Instant::now();
        assert!(turns.next().await.is_none());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
