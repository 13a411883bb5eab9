//! Waiting for a condition, never for a time.

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long a test waits for something that takes milliseconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks until there is something to see, for at most [`PATIENCE`].
///
/// # Panics
/// At the deadline, with `what` was waited for and what was seen last instead.
#[track_caller]
pub fn until<T>(what: &str, look: impl FnMut() -> Result<T, String>) -> T {
    until_within(PATIENCE, what, look)
}

/// As [`until`], with a deadline of its own.
///
/// # Panics
/// As [`until`].
#[track_caller]
pub fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl FnMut() -> Result<T, String>,
) -> T {
    let deadline = now() + patience;
    loop {
        match look() {
            Ok(seen) => return seen,
            Err(instead) if now() >= deadline => {
                panic!("waited {patience:?} for {what}, but {instead}")
            }
            // Nobody unparks it, so that this is a pause between two looks.
            Err(_) => thread::park_timeout(PAUSE),
        }
    }
}

/// Lets time pass: for faults that come at any moment, never to wait for something.
pub fn pass(time: Duration) {
    let end = now() + time;
    loop {
        let left = end.saturating_duration_since(now());
        if left.is_zero() {
            return;
        }
        thread::park_timeout(left);
    }
}

/// How long something takes: the time since this call.
pub fn stopwatch() -> impl Fn() -> Duration {
    let start = now();
    move || start.elapsed()
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the tests, for deadlines alone")]
fn now() -> Instant {
    Instant::now()
}
