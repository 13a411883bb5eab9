//! A connection to the server, and one request at a time on it.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    rt::{Read, Write},
};
use inferometer_sdk::Clock;
use serde_json::Value;

use crate::{answer::Answer, error::BenchError, events::Events, question::Question};

const PATH: &str = "/v1/chat/completions";
const MODELS: &str = "/v1/models";
/// What is shown of a refusal.
const EXPLANATION_BYTES: usize = 300;
/// What is read of a page that is no stream.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// An HTTP/1.1 connection over whatever carries bytes.
#[derive(Debug)]
pub struct Connection {
    requests: SendRequest<Full<Bytes>>,
    authority: String,
    clock: Arc<dyn Clock>,
}

impl Connection {
    /// Over a connection to the host and port of `authority`. Needs a Tokio runtime.
    ///
    /// # Errors
    /// The other side does not speak HTTP.
    pub async fn over<T>(
        io: T,
        authority: impl Into<String>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BenchError>
    where
        T: Read + Write + Unpin + Send + 'static,
    {
        let (requests, connection) = http1::handshake(io).await?;
        // When it breaks, the request on it says so.
        tokio::spawn(connection);
        Ok(Self { requests, authority: authority.into(), clock })
    }

    /// Asks, and reads the whole answer.
    ///
    /// # Errors
    /// There was none, or not all of it. A connection whose server refused may be used again.
    pub async fn ask(&mut self, question: &Question) -> Result<Answer, BenchError> {
        let body = question.to_json().to_string();
        let request = Request::post(PATH).header(header::CONTENT_TYPE, "application/json");
        self.requests.ready().await?;
        let mut answer = Answer::to_request_at(self.clock.unix_nanos());
        let mut stream = self.send(request, body).await?;
        let mut events = Events::default();
        while let Some(frame) = stream.frame().await {
            let at = self.clock.unix_nanos();
            if let Some(bytes) = frame?.data_ref() {
                events.push(bytes, |data| answer.event(data, at))?;
            }
        }
        answer.end()
    }

    /// The first model that the server lists.
    ///
    /// # Errors
    /// It lists none, or does not say in a way that is understood.
    pub async fn model(&mut self) -> Result<String, BenchError> {
        let page = self.send(Request::get(MODELS), String::new()).await?;
        let models: Value = serde_json::from_slice(&read(page, PAGE_BYTES_MAX).await)?;
        let model = models["data"][0]["id"].as_str();
        model.map(str::to_owned).ok_or_else(|| BenchError::Failed("it lists no model".to_owned()))
    }

    async fn send(
        &mut self,
        request: http::request::Builder,
        body: String,
    ) -> Result<Incoming, BenchError> {
        let request = request.header(header::HOST, &self.authority).body(Full::from(body));
        let request = request.map_err(|cause| BenchError::Failed(cause.to_string()))?;
        let response = self.requests.send_request(request).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.into_body());
        }
        let text = read(response.into_body(), EXPLANATION_BYTES).await;
        Err(BenchError::Status(status.as_u16(), String::from_utf8_lossy(&text).into_owned()))
    }
}

/// The first bytes of a body.
async fn read(mut body: Incoming, bytes_max: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        if bytes.len() >= bytes_max {
            break;
        }
    }
    bytes.truncate(bytes_max);
    bytes
}
