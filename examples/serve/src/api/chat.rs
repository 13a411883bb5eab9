//! `POST /v1/chat/completions`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Json, Response, Sse};
use bytes::Bytes;
use inferometer_sdk::Prompt as PromptTokens;
use tokio::sync::mpsc::{self, Receiver};

use super::chunk::Chunks;
use super::completion::{Completion, Head};
use super::error::ApiError;
use super::request::ChatRequest;
use super::resolve::{fit, resolve};
use super::sse::AnswerStream;
use super::{App, BODY_BYTES_MAX, unix_seconds};
use crate::engine::{Event, Job, Refused};
use crate::telemetry;

/// How long a client may take to send its body.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// Checks a request, queues it, and answers as it asks.
pub(super) async fn complete(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let arrived = app.clock.unix_nanos();
    check_content_type(&headers)?;
    let body = read(body).await?;
    let request: ChatRequest =
        serde_json::from_slice(&body).map_err(|error| ApiError::malformed(&error))?;
    let mut resolved = resolve(request, &app.model)?;
    let prompt = app
        .template
        .render(&app.tokenizer, &resolved.messages)
        .map_err(|error| ApiError::malformed(&error))?;
    resolved.settings.max_tokens = fit(prompt.tokens().len(), &resolved, &app.model)?;

    // From here on it is a request of the engine's, also if its queue is full.
    let tokens = PromptTokens { tokens: prompt.tokens().len() as u64, ..PromptTokens::default() };
    let request = app.recorder.request_at(&telemetry::parent(&headers), tokens, arrived);
    let (sender, events) = mpsc::channel(resolved.settings.events_max());
    let job = Job { prompt, settings: resolved.settings, events: sender, request };
    submit(&app, job)?;

    let head = |object| Head {
        id: format!("chatcmpl-{:032x}", rand::random::<u128>()),
        object,
        created: unix_seconds(&*app.clock),
        model: app.model.id.clone(),
    };
    if resolved.stream {
        let chunks = Chunks::new(head("chat.completion.chunk"), resolved.include_usage);
        return Ok(Sse::new(AnswerStream::new(chunks, events)).into_response());
    }
    whole(head("chat.completion"), events).await.map(|completion| Json(completion).into_response())
}

/// Collects an answer. If the client leaves, this future is dropped, and `events` with it.
async fn whole(head: Head, mut events: Receiver<Event>) -> Result<Completion, ApiError> {
    let mut content = String::new();
    loop {
        match events.recv().await {
            Some(Event::Text(text)) => content.push_str(&text),
            Some(Event::Finished(finish, usage)) => {
                return Ok(Completion::new(head, content, finish, usage));
            }
            Some(Event::Failed(reason)) => return Err(ApiError::failed(&reason)),
            None => return Err(ApiError::engine_stopped()),
        }
    }
}

fn submit(app: &App, job: Job) -> Result<(), ApiError> {
    app.queue.submit(job).map_err(|refused| {
        let (job, error_type, error) = match refused {
            Refused::Full(job) => {
                (job, "queue_full", ApiError::queue_full(app.queue.waiting_max()))
            }
            Refused::Stopped(job) => (job, "engine_stopped", ApiError::engine_stopped()),
        };
        job.request.fail(error_type);
        error
    })
}

async fn read(body: Body) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(BODY_TIME_MAX, to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(body)) => Ok(body),
        // The only other error is a client that left, and nobody reads the answer to that.
        Ok(Err(_)) => Err(ApiError::too_large()),
        Err(_) => Err(ApiError::too_slow(BODY_TIME_MAX.as_secs())),
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let found = headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("not text"));
    let media_type = found.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(ApiError::wrong_content_type(found))
}
