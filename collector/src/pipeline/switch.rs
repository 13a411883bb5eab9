//! An intake that can be exchanged while requests come in.

use std::sync::Arc;

use parking_lot::RwLock;

use super::{item::Item, refusal::Refusal, stage::Intake};

/// What a receiver or a connector hands in to, whichever graph stands behind it at the moment.
///
/// An item is admitted to one graph as a whole. Admissions hold a read lock, which they share: what a request pays for it
/// is two additions. A turn waits for those under way, milliseconds at most, and those that come meanwhile wait for it.
#[derive(Debug)]
pub struct Switch(RwLock<Arc<dyn Intake>>);

impl Switch {
    /// Hands in to `intake`, until it is turned.
    #[must_use]
    pub fn new(intake: Arc<dyn Intake>) -> Self {
        Self(RwLock::new(intake))
    }

    /// Hands in to `intake` from now on. When this returns, nobody hands in to the one before any more, so that it can be
    /// emptied.
    pub fn turn(&self, intake: Arc<dyn Intake>) {
        let before = std::mem::replace(&mut *self.0.write(), intake);
        // It may be the last one that holds the graph, whose end need not keep admissions waiting.
        drop(before);
    }
}

impl Intake for Switch {
    fn admit(&self, item: Item) -> Result<(), Refusal> {
        self.0.read().admit(item)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use parking_lot::Mutex;

    use super::*;
    use crate::pipeline::{Signal, testing};

    /// Says that an item is in it, and lets it out when it is told to.
    #[derive(Debug)]
    struct Slow(mpsc::SyncSender<&'static str>, Mutex<mpsc::Receiver<()>>);

    impl Intake for Slow {
        fn admit(&self, _: Item) -> Result<(), Refusal> {
            self.0.send("in the old one").unwrap();
            self.1.lock().recv().unwrap();
            self.0.send("out of the old one").unwrap();
            Ok(())
        }
    }

    #[derive(Debug)]
    struct Next(mpsc::SyncSender<&'static str>);

    impl Intake for Next {
        fn admit(&self, _: Item) -> Result<(), Refusal> {
            self.0.send("in the new one").unwrap();
            Ok(())
        }
    }

    #[test]
    fn a_turn_returns_when_nobody_is_in_the_one_before() {
        let (says, said) = mpsc::sync_channel(4);
        let (lets_out, out) = mpsc::sync_channel(1);
        let switch = Switch::new(Arc::new(Slow(says.clone(), Mutex::new(out))));
        thread::scope(|scope| {
            scope.spawn(|| switch.admit(testing::item(Signal::Traces)).unwrap());
            assert_eq!(said.recv(), Ok("in the old one"));
            scope.spawn(|| {
                switch.turn(Arc::new(Next(says.clone())));
                says.send("turned").unwrap();
                switch.admit(testing::item(Signal::Traces)).unwrap();
            });
            lets_out.send(()).unwrap();
        });
        let order: Vec<_> = said.try_iter().collect();
        assert_eq!(order, ["out of the old one", "turned", "in the new one"]);
    }
}
