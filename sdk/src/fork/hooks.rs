//! The calls that make the C library tell of forks and of the process's end.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use super::gate;

static IS_WATCHED: AtomicBool = AtomicBool::new(false);
static IS_EXIT_WATCHED: AtomicBool = AtomicBool::new(false);

/// Has forks of this process told from now on. Once; further calls do nothing.
pub(super) fn watch_process() {
    if IS_WATCHED.swap(true, Relaxed) {
        return;
    }
    #[expect(unsafe_code, reason = "the only way to learn of a fork before and after it")]
    // SAFETY: the three are functions for the life of the process (a library that contains this crate must never be
    // unloaded), take nothing and do not unwind. Before the fork and in the parent they add to atomics and wait. In the
    // child, where only what a signal handler may call is certain to work, they store to atomics, read a clock, and
    // touch locks that nobody else holds; they neither allocate nor free.
    let status = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    if status != 0 {
        tracing::warn!("forks go unnoticed: the system has no memory to note who asks for them");
    }
}

/// Has [`at_exit`](super::at_exit) called when the process ends by itself. Once; further calls do nothing.
pub(crate) fn watch_exit() {
    if IS_EXIT_WATCHED.swap(true, Relaxed) {
        return;
    }
    #[expect(unsafe_code, reason = "the only way to learn that the process ends")]
    // SAFETY: a function for the life of the process that takes nothing and does not unwind.
    let status = unsafe { libc::atexit(at_exit) };
    if status != 0 {
        tracing::warn!("telemetry is not flushed at exit: the system has no memory to note it");
    }
}

extern "C" fn before() {
    gate::close();
}

extern "C" fn in_parent() {
    gate::open();
}

extern "C" fn in_child() {
    gate::open_in_child();
    super::begin_child();
}

extern "C" fn at_exit() {
    // A panic must not leave a function that C calls. What is half done is the process's last.
    let _ = catch_unwind(AssertUnwindSafe(super::at_exit));
}
