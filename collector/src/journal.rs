//! A log of export requests on disk: what a queue acknowledged and has not delivered yet.
//!
//! ```text
//! folder/
//!   lock                          held by the process that writes here
//!   00000000000000000001.segment  records 1 to 42, in the order in which they came
//!   00000000000000000043.segment
//!   checkpoint                    which of them are settled: delivered, rejected or evicted, and counted as such
//!   dead/                         another such log, of the queue's dead letters
//! ```
//!
//! A record is appended once and never moved. Records go out in order, and are settled in any; a segment whose records
//! are all settled is removed, after a checkpoint that says so is on disk. Nothing else is ever written, so there is no
//! index that could contradict the records. After a crash the log begins where the checkpoint says: what was settled
//! since is read, and sent, a second time.
//!
//! | question | answer |
//! |---|---|
//! | what survives | with [`Durability::Os`] what was appended when the process is killed; with [`Durability::Fsync`] also when the machine loses power |
//! | a record that was not written to its end | was never acknowledged; it is passed over |
//! | bytes that changed on disk | a header that does not fit its checksum is passed over to the next that does; a record whose content does not fit is handed out as [`Stored::Corrupt`] with what its header says of it |
//! | records that are missing | are counted by their numbers, if they are followed by another or a checkpoint knew of them, and had not been settled |
//! | a file with bytes of no record, or of a format that is not known | is renamed to `….damaged` once its records are settled, and counted; so is, at once, what has the name of a file and is none that can be opened: a folder, a link, somebody else's file. What has another name is left alone |
//! | a write that fails | leaves the log as it was; the records are not in it |
//! | a disk without any room | what is kept free for a checkpoint is used for one; where it is not, files of which nothing is needed go before it, and the last checkpoint before them: a crash in between has what is left sent again |
//! | a sync that fails | what was not synced is not acknowledged, and nothing is written behind it any more |

mod audit;
mod checkpoint;
mod dead_letter;
mod disk;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod log;
mod quarantine;
mod record;
mod scan;
mod segment;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod simulated;
mod storage;
#[cfg(test)]
mod tests;
mod wall_clock;

pub use audit::{Audit, Checkpointed, Depth, Fault, FaultKind, SegmentAudit, Share, audit};
pub use dead_letter::{DeadLetter, DeadLetterReason};
pub use disk::Folder;
pub use log::{
    Append, Damage, Durability, Journal, Opened, Place, Saving, Settings, Totals, Written,
};
pub use record::{Content, Header, Stored};
pub use scan::Spot;
pub use storage::{Storage, StorageFile};
pub use wall_clock::unix_millis;

/// The folder inside a queue's own in which its dead letters are.
pub const DEAD_LETTERS: &str = "dead";
