//! Why a request was not answered, or not in full.

use std::{fmt, io};

use crate::{answer::MAX_CHUNKS, events::MAX_EVENT_BYTES};

/// What went wrong with one request, or with the connection before it.
#[derive(Debug)]
#[non_exhaustive]
pub enum BenchError {
    /// The server cannot be reached.
    Connect(io::Error),
    /// The connection broke.
    Http(hyper::Error),
    /// The server refused, with this status and the beginning of its explanation.
    Status(u16, String),
    /// An event is not what OpenAI's API sends.
    Json(serde_json::Error),
    /// An event is longer than [`MAX_EVENT_BYTES`].
    TooLong,
    /// An answer has more than [`MAX_CHUNKS`].
    Endless,
    /// The server said in its answer that it failed.
    Failed(String),
    /// The answer broke off before its last event.
    Incomplete,
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(cause) => write!(f, "the server cannot be reached: {cause}"),
            Self::Http(cause) => write!(f, "the connection broke: {cause}"),
            Self::Status(status, text) => write!(f, "the server answered {status}: {text}"),
            Self::Json(cause) => write!(f, "an event of the answer makes no sense: {cause}"),
            Self::TooLong => {
                write!(f, "an event of the answer is longer than {MAX_EVENT_BYTES} bytes")
            }
            Self::Endless => write!(f, "an answer has more than {MAX_CHUNKS} chunks"),
            Self::Failed(message) => write!(f, "the server failed: {message}"),
            Self::Incomplete => write!(f, "the answer broke off"),
        }
    }
}

impl std::error::Error for BenchError {}

impl From<hyper::Error> for BenchError {
    fn from(cause: hyper::Error) -> Self {
        Self::Http(cause)
    }
}

impl From<serde_json::Error> for BenchError {
    fn from(cause: serde_json::Error) -> Self {
        Self::Json(cause)
    }
}
