//! Scenarios that mostly wait, several at a time.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    thread,
};

/// How many run at a time: they wait for programs that start, for retries and for deadlines, and two cores do the rest.
const AT_ONCE: usize = 4;

/// Runs each of them once.
///
/// # Panics
/// If one does, once the others have ended.
pub fn side_by_side<T: Send>(scenarios: impl IntoIterator<Item = T>, run: impl Fn(T) + Sync) {
    let left: Mutex<VecDeque<T>> = Mutex::new(scenarios.into_iter().collect());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(scenario) = next() {
                    run(scenario);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn each_runs_once() {
        let ran = AtomicU64::new(0);
        side_by_side(0..10, |nth| {
            ran.fetch_add(1 << (4 * nth), Ordering::Relaxed);
        });
        assert_eq!(ran.into_inner(), 0x11_1111_1111);
    }

    #[test]
    #[should_panic = "a scoped thread panicked"]
    fn one_that_fails_is_not_passed_over() {
        side_by_side(0..10, |nth| assert_ne!(nth, 3));
    }
}
