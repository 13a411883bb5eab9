//! Which replica gets a request: the one with least to do, and for prompts the one that saw their beginning before.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::stage::REPLICAS;

/// How much longer the queue of the replica with the right prefix may be than another's.
const DETOUR_MIN: usize = 4;

/// How much each replica has in hand; counted up by who places, down by the replica.
#[derive(Debug, Clone, Default)]
pub(super) struct Loads(Arc<[AtomicUsize; REPLICAS]>);

impl Loads {
    /// The replica with least to do gets one more.
    pub(super) fn place(&self) -> usize {
        self.add(self.least())
    }

    /// The replica that this system prompt belongs to gets one more, or the one with least to do if that saves much.
    pub(super) fn place_prompt(&self, system_prompt: usize) -> usize {
        let home = system_prompt % REPLICAS;
        let least = self.least();
        let saved = self.of(home).saturating_sub(self.of(least));
        self.add(if saved > DETOUR_MIN { least } else { home })
    }

    /// A replica is done with one.
    pub(super) fn done(&self, replica: usize) {
        self.0[replica].fetch_sub(1, Ordering::Relaxed);
    }

    fn least(&self) -> usize {
        let replicas = 0..REPLICAS;
        replicas.min_by_key(|&replica| self.of(replica)).unwrap_or_default()
    }

    fn of(&self, replica: usize) -> usize {
        self.0[replica].load(Ordering::Relaxed)
    }

    fn add(&self, replica: usize) -> usize {
        self.0[replica].fetch_add(1, Ordering::Relaxed);
        replica
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_where_least_is_to_do() {
        let loads = Loads::default();
        assert_eq!([loads.place(), loads.place(), loads.place()], [0, 1, 0]);
        loads.done(0);
        loads.done(0);
        assert_eq!(loads.place(), 0);
    }

    #[test]
    fn a_prompt_goes_home_unless_the_queue_there_is_long() {
        let loads = Loads::default();
        let placed: Vec<_> = (0..7).map(|_| loads.place_prompt(1)).collect();
        assert_eq!(placed, [1, 1, 1, 1, 1, 0, 1]);
    }
}
