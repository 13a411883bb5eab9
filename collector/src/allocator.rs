//! How much free memory the process keeps for what comes next.

/// Keeps the memory of requests that are done with for those that come.
///
/// A request of average size is as large as what glibc gives back to the system at once, so that every request would
/// have its memory taken away, handed out anew and filled with zeros: a tenth of what a request costs. Kept are at most
/// 1 MiB at the end of each heap, of which a thread has one. To be called before there are threads; other allocators are
/// left as they are.
pub(crate) fn keep_memory_of_requests() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// Free bytes at the end of a heap that are kept.
        const KEPT_BYTES: libc::c_int = 1 << 20;
        /// Larger pieces are given back as soon as they are free, whatever lies behind them.
        const PIECE_BYTES: libc::c_int = 1 << 20;
        // A refusal costs time and nothing else.
        #[expect(unsafe_code, reason = "the only way to set it from inside the process")]
        // SAFETY: there is one thread; both are parameters of `mallopt`, with values in their ranges.
        let _ = unsafe {
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
            libc::mallopt(libc::M_MMAP_THRESHOLD, PIECE_BYTES)
        };
    }
}
