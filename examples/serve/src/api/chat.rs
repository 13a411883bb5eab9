//! `POST /v1/chat/completions`.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Json, Response, Sse};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use inferometer_sdk::Prompt as PromptTokens;
use opentelemetry::Context;
use tokio::sync::mpsc;

use super::chunk::Chunks;
use super::completion::{Completion, Head};
use super::error::ApiError;
use super::request::ChatRequest;
use super::resolve::{fit, resolve};
use super::sse::AnswerStream;
use super::{App, BODY_BYTES_MAX, unix_seconds};
use crate::engine::{Job, Refused, Told, told};

/// How long a client may take to send its body.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// Checks a request, queues it, and answers as it asks.
pub(super) async fn complete(
    State(app): State<Arc<App>>,
    Extension(context): Extension<Context>,
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
    let request = app.recorder.request_at(&context, tokens, arrived);
    let (sender, events) = mpsc::channel(resolved.settings.events_max());
    let job = Job { prompt, settings: resolved.settings, events: sender };
    if let Err((error_type, error)) = submit(&app, job) {
        request.fail(error_type);
        return Err(error);
    }

    let head = |object| Head {
        id: format!("chatcmpl-{:032x}", rand::random::<u128>()),
        object,
        created: unix_seconds(&*app.clock),
        model: app.model.id.clone(),
    };
    if resolved.stream {
        let chunks = Chunks::new(head("chat.completion.chunk"), resolved.include_usage);
        let told = told(request, events, resolved.include_usage);
        return Ok(Sse::new(AnswerStream::new(chunks, told)).into_response());
    }
    // A whole answer has its usage, asked or not.
    whole(head("chat.completion"), told(request, events, true))
        .await
        .map(|completion| Json(completion).into_response())
}

/// Collects an answer. If the client leaves, this future is dropped, and `told` with it.
async fn whole(
    head: Head,
    mut told: impl Stream<Item = Told> + Unpin,
) -> Result<Completion, ApiError> {
    let mut content = String::new();
    let completion = loop {
        match told.next().await {
            Some(Told::Text(text)) => content.push_str(&text),
            Some(Told::Finished(finish, usage)) => {
                break Ok(Completion::new(head, content, finish, usage.unwrap_or_default()));
            }
            Some(Told::Failed(reason)) => break Err(ApiError::failed(&reason)),
            None => return Err(ApiError::engine_stopped()),
        }
    };
    // The end of the stream is that of the request: what is recorded is complete before the client hears of it.
    while told.next().await.is_some() {}
    completion
}

fn submit(app: &App, job: Job) -> Result<(), (&'static str, ApiError)> {
    app.queue.submit(job).map_err(|refused| match refused {
        Refused::Full => ("queue_full", ApiError::queue_full(app.queue.waiting_max())),
        Refused::Stopped => ("engine_stopped", ApiError::engine_stopped()),
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
