//! Who is inside: the threads that hold, or wait for, a lock which a forked child needs.
//!
//! Who enters adds to one of a few counters and looks whether a fork is about to happen; who forks says so and waits for
//! the counters. Both in one total order, so one of them sees the other.

use std::{
    cell::Cell,
    marker::PhantomData,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

/// Counters, so that threads which bind at the same time rarely meet on a cache line.
const STRIPES: usize = 8;

/// How long a fork waits for the others at most, and they for it. They do short work, so this is for a thread that was
/// stopped inside, by a debugger for instance, and for hooks of other libraries that wait for one of the others. Then
/// everybody goes on, and a lock that was held stays locked in the child.
const LONGEST: Duration = Duration::from_secs(5);
const WAIT: Duration = Duration::from_micros(100);
const YIELDS: u32 = 64;

static INSIDE: [Stripe; STRIPES] = [const { Stripe(AtomicUsize::new(0)) }; STRIPES];

/// Forks that are about to happen.
static FORKING: AtomicUsize = AtomicUsize::new(0);

/// Somebody has waited for the fork for as long as anybody may: until it is over nobody waits for it.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

#[repr(align(64))]
struct Stripe(AtomicUsize);

thread_local! {
    /// How many times this thread is inside.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// This thread forks: what hooks of other libraries call meanwhile does not wait for it.
    static FORKS: Cell<bool> = const { Cell::new(false) };
}

/// The thread is inside until this is dropped.
#[derive(Debug)]
pub(super) struct Inside(PhantomData<*const ()>);

/// Enters, once no fork is about to happen; a thread that is inside goes further in without waiting.
pub(super) fn enter() -> Inside {
    let depth = DEPTH.get();
    if depth == 0 {
        enter_first();
    }
    DEPTH.set(depth + 1);
    Inside(PhantomData)
}

fn enter_first() {
    let stripe = stripe();
    loop {
        stripe.fetch_add(1, SeqCst);
        if FORKING.load(SeqCst) == 0 || FORKS.get() || GIVEN_UP.load(SeqCst) {
            return;
        }
        stripe.fetch_sub(1, SeqCst);
        if !wait_until(|| FORKING.load(SeqCst) == 0 || GIVEN_UP.load(SeqCst)) {
            GIVEN_UP.store(true, SeqCst);
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth == 0 {
            stripe().fetch_sub(1, SeqCst);
        }
    }
}

/// The address of a thread-local differs between threads, which is all the spreading that is needed.
fn stripe() -> &'static AtomicUsize {
    let address = DEPTH.with(|depth| std::ptr::from_ref(depth).addr());
    &INSIDE[(address >> 12) % STRIPES].0
}

fn own() -> usize {
    usize::from(DEPTH.get() > 0)
}

/// Before a fork: waits until nobody else is inside.
pub(super) fn close() {
    FORKS.set(true);
    if FORKING.fetch_add(1, SeqCst) == 0 {
        GIVEN_UP.store(false, SeqCst);
    }
    let inside = || INSIDE.iter().map(|stripe| stripe.0.load(SeqCst)).sum::<usize>();
    wait_until(|| inside() <= own());
}

/// After a fork, in the parent.
pub(super) fn open() {
    FORKS.set(false);
    FORKING.fetch_sub(1, SeqCst);
}

/// After a fork, in the child: nobody else is there.
pub(super) fn open_in_child() {
    INSIDE.iter().for_each(|stripe| stripe.0.store(0, SeqCst));
    stripe().store(own(), SeqCst);
    FORKING.store(0, SeqCst);
    FORKS.set(false);
}

/// Looks again and again, for [`LONGEST`] at most; whether it came to be so.
#[expect(
    clippy::disallowed_methods,
    reason = "a thread that is woken by the others would have to be in a queue, which a fork copies; and no test's clock \
              moves while a process forks"
)]
pub(super) fn wait_until(is_so: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    let mut attempts = 0;
    while !is_so() {
        if begun.elapsed() >= LONGEST {
            return false;
        }
        attempts += 1;
        if attempts < YIELDS {
            thread::yield_now();
        } else {
            thread::sleep(WAIT);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Barrier,
        atomic::{AtomicBool, Ordering::Relaxed},
    };

    use super::*;

    #[test]
    fn a_fork_waits_for_who_is_inside_and_not_for_itself() {
        let (entered, is_closed) = (Barrier::new(2), AtomicBool::new(false));
        thread::scope(|scope| {
            let inside = enter();
            scope.spawn(|| {
                // It forks in the middle of something of its own.
                let _own = enter();
                entered.wait();
                close();
                is_closed.store(true, Relaxed);
                open();
            });
            entered.wait();
            let further_in = enter();
            assert!(!is_closed.load(Relaxed));
            drop(further_in);
            assert!(!is_closed.load(Relaxed));
            drop(inside);
        });
        assert!(is_closed.load(Relaxed));
        drop(enter());
    }

    #[test]
    fn what_the_hooks_of_others_call_does_not_wait_for_the_fork_of_its_own_thread() {
        thread::spawn(|| {
            close();
            drop(enter());
            open();
        })
        .join()
        .expect("it came back");
    }
}
