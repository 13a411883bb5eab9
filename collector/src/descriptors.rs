//! How many files and connections the process may have open.

/// Takes as many descriptors as the system lets the process have.
///
/// Many systems begin with 1024, fewer than the connections that the listeners take at their defaults: then one crowded
/// listener would keep the others, and the files of queues, from working. A refusal leaves it as it is.
pub(crate) fn take_all() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};

        if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
            && soft < hard
        {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
        }
    }
}
