//! Measures an OpenAI-style server from outside, in the server's own terms: the definitions of the registry with their
//! names, units and bounds, and the formulas of the SDK. Where client and server differ, the network is between them.
//!
//! | what | file |
//! |---|---|
//! | a connection, and requests on it | `connection.rs`, `question.rs` |
//! | an answer as it comes, event by event | `events.rs`, `chunk.rs`, `answer.rs` |
//! | what is measured of it | `measures.rs`, `distribution.rs` |
//! | many requests at a time | `load.rs` |
//! | the table | `report.rs` |
//! | the program | `cli.rs`, `main.rs` |

mod answer;
mod chunk;
mod cli;
mod connection;
mod distribution;
mod error;
mod events;
mod load;
mod measures;
mod question;
mod report;

pub use answer::{Answer, MAX_CHUNKS};
pub use cli::Options;
pub use connection::Connection;
pub use distribution::Distribution;
pub use error::BenchError;
pub use events::MAX_EVENT_BYTES;
pub use load::{Load, Outcome};
pub use measures::Measures;
pub use question::Question;
pub use report::table;
