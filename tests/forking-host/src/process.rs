//! The system calls that no safe library has: the one module of this program with unsafe code.

use std::{io, process, thread, time::Duration};

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Code(i32),
    Signal(i32),
}

/// Time between two looks at a child.
const PAUSE: Duration = Duration::from_millis(1);

/// 0 in the child.
pub(crate) fn fork() -> io::Result<libc::pid_t> {
    #[expect(unsafe_code, reason = "what this program is for")]
    // SAFETY: what the child may do after it is what is tested here. glibc's own locks it releases by itself.
    let forked = unsafe { libc::fork() };
    if forked < 0 { Err(io::Error::last_os_error()) } else { Ok(forked) }
}

/// Ends the process at once: no flush, no destructor.
pub(crate) fn leave(code: i32) -> ! {
    #[expect(
        unsafe_code,
        reason = "the standard library's `exit` runs what is registered for the end"
    )]
    // SAFETY: ends the process and returns to nobody.
    unsafe {
        libc::_exit(code)
    }
}

/// Ends the process as an out-of-memory killer does.
pub(crate) fn kill_self() -> ! {
    #[expect(unsafe_code, reason = "the standard library kills others only")]
    // SAFETY: a signal to this very process, which nobody can catch.
    unsafe {
        libc::kill(libc::getpid(), libc::SIGKILL);
    }
    process::abort()
}

/// Waits for a child to end as expected. One that does not within `patience` is killed.
pub(crate) fn wait(child: libc::pid_t, patience: Duration, expected: Ending) -> io::Result<()> {
    let mut looks = patience.as_millis() / PAUSE.as_millis();
    loop {
        let mut status = 0;
        #[expect(unsafe_code, reason = "the standard library waits for children that it started")]
        // SAFETY: `status` is a live integer, and the child is this process's own.
        let ended = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) };
        if ended == child {
            let ending = if libc::WIFSIGNALED(status) {
                Ending::Signal(libc::WTERMSIG(status))
            } else {
                Ending::Code(libc::WEXITSTATUS(status))
            };
            if ending == expected {
                return Ok(());
            }
            return Err(io::Error::other(format!(
                "a child ended with {ending:?}, not {expected:?}"
            )));
        }
        if looks == 0 {
            #[expect(unsafe_code, reason = "the standard library kills children that it started")]
            // SAFETY: a signal to this process's own child, which was not waited for yet.
            unsafe {
                libc::kill(child, libc::SIGKILL);
            }
            return Err(io::Error::other("a child hangs"));
        }
        looks -= 1;
        // Nobody unparks it, so that this is a pause between two looks.
        thread::park_timeout(PAUSE);
    }
}
