//! The one small HTTP server under every listener: OTLP receivers, the scrape page, the trace page.
//!
//! A [`Server`] owns its accept loop and its [`Limits`]; a [`Handler`] turns a request into a [`Response`]. Bodies
//! that come in are read by [`read_body`] under a cap, charged to an [`InFlight`] budget, and inflated by
//! [`inflate`] under the same cap.

mod body;
mod charged_bytes;
mod connection;
mod fault;
mod frames;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod handshake;
mod in_flight;
#[cfg(test)]
pub(crate) mod in_memory;
mod inflate;
mod limits;
mod listener;
mod pace;
mod page_server;
mod peers;
mod progress;
mod protection;
mod query;
mod read_ahead;
mod read_body;
mod server;
mod sockets;
mod stage;
mod start_error;
mod stream;
mod streams;
mod sweep;
#[cfg(test)]
mod tests;
mod threads;
mod watched;

pub use crate::auth::Denial;
pub use body::{Body, BodySender, Gone, SentBytes};
pub use charged_bytes::ChargedBytes;
pub use connection::{Handler, Request, Response};
pub use in_flight::{Charge, InFlight};
pub use inflate::{Encoding, inflate};
pub use limits::Limits;
pub use pace::Pace;
pub(crate) use page_server::PageServer;
pub use protection::Protection;
pub use query::Query;
pub use read_body::read_body;
pub use server::Server;
pub(crate) use sockets::Offer;
pub use sockets::Sockets;
#[cfg(test)]
pub(crate) use stage::Stage;
pub use start_error::StartError;
pub use threads::Threads;
