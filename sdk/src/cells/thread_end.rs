//! Learning that a thread has ended, without an allocation, a lock or a system call on that thread.
//!
//! Rust's thread-locals with a destructor allocate when a thread first touches them, which a CUDA host callback or an
//! NCCL thread must not do inside its first record. A POSIX thread-specific value does not, as long as the process
//! has made fewer than 32 keys before this one (glibc keeps those inside the thread's own descriptor), and its
//! destructor runs on every thread, whoever made it. The value is a slab's number, never a pointer.

use std::{ffi::c_void, ptr, sync::OnceLock};

#[cfg(not(unix))]
compile_error!("inferometer-sdk learns of a thread's end from POSIX thread-specific data");

static KEY: OnceLock<Option<libc::pthread_key_t>> = OnceLock::new();

/// Makes the key, once per process. Called where allocation is welcome, long before the first record.
pub(super) fn prepare() {
    crate::fork::get_or_init(&KEY, || {
        let mut key = 0;
        #[expect(unsafe_code, reason = "the only way to a thread-specific value")]
        // SAFETY: `key` is a live, writable `pthread_key_t`, and `ended` is a function for the life of the process
        // that may be called on any thread with any value that `call_at_end` stored. (A library that contains this crate must not
        // be unloaded while threads that recorded are alive: never `dlclose` it.)
        let status = unsafe { libc::pthread_key_create(&raw mut key, Some(ended)) };
        (status == 0).then_some(key)
    });
}

/// Has [`lease::thread_ended`](super::lease::thread_ended) called with `slab` when the current thread ends. `false` if
/// that cannot be had: the thread must not own a slab then.
pub(super) fn call_at_end(slab: usize) -> bool {
    let Some(Some(key)) = KEY.get() else {
        return false;
    };
    // Null means "no value" to POSIX, so numbers start at 1.
    let value = ptr::without_provenance::<c_void>(slab + 1);
    #[expect(unsafe_code, reason = "the only way to a thread-specific value")]
    // SAFETY: `key` came from `pthread_key_create` and is never deleted; the value is not a pointer that anybody reads
    // through.
    let status = unsafe { libc::pthread_setspecific(*key, value) };
    status == 0
}

extern "C" fn ended(value: *mut c_void) {
    super::lease::thread_ended(value.addr() - 1);
}
