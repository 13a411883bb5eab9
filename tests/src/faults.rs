//! Faults around the real program: an account of what was sent to it, and a backend that fails as it is told to.
//!
//! | what | file |
//! |---|---|
//! | requests with numbered spans, and what they are known by | `numbered.rs` |
//! | what was sent and what was answered, compared with what arrived | `account.rs`, `arrived.rs` |
//! | the end: all arrived, nothing waits, the page balances | `settle.rs` |
//! | senders side by side | `load.rs` |
//! | a backend and its ways to fail | `backend.rs`, `script.rs`, `reply.rs` |
//! | the collector's configuration | `setup.rs` |
//! | a disk that is soon full | `small_disk.rs` |
//! | scenarios that mostly wait, several at a time | `side_by_side.rs` |
//! | moments that nobody chose, the same again for the same seed | `chance.rs` |
//! | how large it all is, and what it came to | `scale.rs`, `summary.rs` |

mod account;
mod arrived;
mod backend;
mod chance;
mod load;
mod numbered;
mod reply;
mod scale;
mod script;
mod settle;
mod setup;
mod side_by_side;
mod small_disk;
mod summary;

pub use account::{Account, Answer, Balance};
pub use arrived::Arrived;
pub use backend::ScriptedBackend;
pub use chance::Chance;
pub use load::Load;
pub use scale::{SCALE, scaled};
pub use script::Script;
pub use settle::{all_arrived, empty_queue};
pub use setup::{Disk, Protocol, Setup};
pub use side_by_side::side_by_side;
pub use small_disk::SmallDisk;
pub use summary::say;
