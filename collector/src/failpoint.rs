//! Moments at which a test has the program die as by `kill -9`: `INFEROMETER_FAILPOINT=CheckpointWritten:2` ends it when
//! a checkpoint is written and has not taken the place of the last one, for the second time.
//!
//! They lie between the steps of what is written to disk, where a kill at random hardly ever comes. A build without debug
//! assertions, as every release is, has none of it: neither the variable nor the look.

/// A moment at which a crash matters. A member's name is how the variable names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailPoint {
    /// A file for records was made, and has none yet.
    SegmentCreated,
    /// Records were written, and not synced.
    RecordWritten,
    /// Records were synced, and the log does not know them yet. Only with `fsync`.
    RecordSynced,
    /// Records are in the log, and their senders were not answered.
    RecordAppended,
    /// The other side has a request, and the log does not know.
    RequestDelivered,
    /// The log knows, and no checkpoint says so.
    RequestSettled,
    /// A dead letter was written, and its request still waits on disk.
    DeadLetterWritten,
    /// A file for a checkpoint was made, and is empty.
    CheckpointCreated,
    /// It was written, and not synced.
    CheckpointWritten,
    /// It has taken the place of the last one, and the names were not synced.
    CheckpointRenamed,
    /// It is there, and the files with which it has done are too.
    CheckpointStored,
    /// One of those was removed.
    SegmentRemoved,
    /// The room for a checkpoint on a full disk was given back, and it was not written.
    ReserveReleased,
    /// There was no such room: the last checkpoint was removed, before files of which nothing is needed.
    CheckpointRemoved,
    /// The file that holds that room was made, and holds none.
    ReserveCreated,
    /// While a log is opened: a file without records was removed from its end.
    EndRemoved,
    /// A file that cannot be read was put aside.
    FilePutAside,
}

impl FailPoint {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::SegmentCreated,
        Self::RecordWritten,
        Self::RecordSynced,
        Self::RecordAppended,
        Self::RequestDelivered,
        Self::RequestSettled,
        Self::DeadLetterWritten,
        Self::CheckpointCreated,
        Self::CheckpointWritten,
        Self::CheckpointRenamed,
        Self::CheckpointStored,
        Self::SegmentRemoved,
        Self::ReserveReleased,
        Self::CheckpointRemoved,
        Self::ReserveCreated,
        Self::EndRemoved,
        Self::FilePutAside,
    ];
}

#[cfg(debug_assertions)]
pub use armed::{VARIABLE, arm};

/// This is one of those moments; the program goes on, unless a test has chosen it.
#[inline]
pub(crate) fn hit(point: FailPoint) {
    #[cfg(debug_assertions)]
    armed::hit(point);
    #[cfg(not(debug_assertions))]
    let _ = point;
}

#[cfg(debug_assertions)]
mod armed {
    use std::{
        env, process,
        sync::{
            OnceLock,
            atomic::{AtomicU64, Ordering},
        },
    };

    use nix::sys::signal::{Signal, raise};

    use super::FailPoint;

    /// The variable that chooses one: `NAME`, or `NAME:N` for the Nth time.
    pub const VARIABLE: &str = "INFEROMETER_FAILPOINT";

    /// The one that was chosen, and how often it may come before.
    static CHOSEN: OnceLock<(FailPoint, AtomicU64)> = OnceLock::new();

    /// Reads [`VARIABLE`], before anything else is done; without it nothing dies.
    ///
    /// # Errors
    /// It names no point, or its number is none above 0.
    pub fn arm() -> Result<(), String> {
        let Some(text) = env::var_os(VARIABLE) else { return Ok(()) };
        let (point, nth) = text.to_str().and_then(parse).ok_or_else(|| {
            format!("{VARIABLE} is {text:?}; expected NAME or NAME:N, with N from 1 and NAME one of {:?}", FailPoint::ALL)
        })?;
        let _ = CHOSEN.set((point, AtomicU64::new(nth - 1)));
        Ok(())
    }

    fn parse(text: &str) -> Option<(FailPoint, u64)> {
        let (name, nth) = text.split_once(':').unwrap_or((text, "1"));
        let point = FailPoint::ALL.into_iter().find(|point| format!("{point:?}") == name)?;
        Some((point, nth.parse().ok().filter(|nth| *nth > 0)?))
    }

    pub(super) fn hit(point: FailPoint) {
        let Some((_, left)) = CHOSEN.get().filter(|(chosen, _)| *chosen == point) else { return };
        let before =
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if before.is_err() {
            // Nothing of the process goes on behind it: no destructor, no other thread, nothing that is flushed.
            let _ = raise(Signal::SIGKILL);
            process::abort();
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_point_is_chosen_by_its_name_and_a_number() {
            for point in FailPoint::ALL {
                assert_eq!(parse(&format!("{point:?}")), Some((point, 1)));
                assert_eq!(parse(&format!("{point:?}:7")), Some((point, 7)));
            }
            for wrong in
                ["", "recordwritten", "RecordWritten:", "RecordWritten:0", "RecordWritten:x"]
            {
                assert_eq!(parse(wrong), None, "{wrong}");
            }
        }
    }
}
