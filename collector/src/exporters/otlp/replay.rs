//! Sends single requests on demand: for commands that empty a queue without a collector.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{self, Instant};

use super::{
    backoff::{Backoff, random_share},
    client::Client,
    compression::Packed,
    target,
    verdict::Failure,
};
use crate::{
    config::{OtlpExporterSettings, headers},
    pipeline::Signal,
};

/// A sender to one endpoint, which takes one request at a time.
#[derive(Debug)]
pub struct Replay {
    client: Client,
    settings: OtlpExporterSettings,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// The other side has acknowledged it.
    Acknowledged {
        /// Points, spans or log records of it that it did not keep; they are not to be sent again.
        rejected: u64,
        /// What it said about that.
        message: String,
    },
    /// The other side will never take it: why.
    Refused(String),
    /// No attempt was answered, or each with the wish to come back: the last reason.
    Unreachable(String),
}

impl Replay {
    /// A sender that connects with its first request.
    ///
    /// # Errors
    /// The endpoint is no `http://` or `https://` URL, a header is not valid, or a file of TLS cannot be used; the message
    /// says what was expected.
    pub fn to(settings: OtlpExporterSettings) -> Result<Self, String> {
        let endpoint = target::endpoint(&settings.endpoint)?;
        let headers = headers::to_send(&settings.headers)?;
        Ok(Self { client: Client::new(&endpoint, headers, &settings)?, settings })
    }

    /// Sends a request, again and again while the other side asks for it or is away, for as long as the settings' retry
    /// says.
    pub async fn send(&self, signal: Signal, bytes: Bytes) -> Replayed {
        let retry = &self.settings.retry;
        let packed = Packed::new(vec![bytes], self.client.compression()).await;
        let mut backoff = Backoff::new(retry);
        let end = Instant::now() + retry.max_elapsed_time;
        loop {
            let (asked, message) = match self.client.send(signal, &packed, None).await {
                Ok(taken) => {
                    let (rejected, message) = (taken.rejected, taken.message);
                    return Replayed::Acknowledged { rejected, message };
                }
                Err(Failure::Refused { message } | Failure::Final { message }) => {
                    return Replayed::Refused(message);
                }
                Err(Failure::Passing { asked, message }) => (asked, message),
                Err(Failure::Unanswered { message } | Failure::CutOff { message }) => {
                    (None, message)
                }
            };
            let wait = backoff.next(random_share(), asked);
            if !retry.enabled || Instant::now() + wait > end {
                return Replayed::Unreachable(message);
            }
            time::sleep(wait.max(Duration::from_millis(1))).await;
        }
    }
}
