//! OpenAI's chat completion API over HTTP: what comes in is checked here, once, and only what can be
//! served reaches the engine.

mod chat;
mod chunk;
mod completion;
mod error;
mod request;
mod resolve;
mod sse;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, Uri};
use axum::response::Json;
use axum::routing::{get, post};
use inferometer_sdk::tower::ServerLayer;
use inferometer_sdk::{Clock, Engine as Recorder};
use serde::Serialize;

use crate::engine::Queue;
use crate::prompt::ChatTemplate;
use crate::tokenizer::Tokenizer;
use error::ApiError;

/// The largest request body in bytes; a larger one is refused with 413. A full context of 4096 tokens
/// takes about 20 KB of English.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;

/// What every handler needs.
pub(crate) struct App {
    pub(crate) model: ModelCard,
    pub(crate) tokenizer: Arc<Tokenizer>,
    pub(crate) template: Arc<ChatTemplate>,
    pub(crate) queue: Queue,
    pub(crate) recorder: Recorder,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What the API says about the model, and the limits of a request for it.
#[derive(Debug, Clone)]
pub(crate) struct ModelCard {
    pub(crate) id: String,
    /// Seconds since the Unix epoch.
    pub(crate) created: u64,
    /// The most tokens of prompt and completion together.
    pub(crate) context_tokens: usize,
    /// The most tokens of a completion.
    pub(crate) max_tokens: usize,
}

/// The routes. Only those of requests for the model are recorded.
pub(crate) fn router(app: Arc<App>, recorded: ServerLayer) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat::complete))
        .route_layer(recorded)
        .route("/v1/models", get(models))
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(|uri: Uri| async move { ApiError::unknown_path(uri.path()) })
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            ApiError::wrong_method(&method, uri.path())
        })
        .with_state(app)
}

/// Now, as OpenAI's `created` fields say it: seconds since the Unix epoch.
pub(crate) fn unix_seconds(clock: &dyn Clock) -> u64 {
    clock.unix_nanos() / 1_000_000_000
}

#[derive(Serialize)]
struct ModelList {
    object: &'static str,
    data: [ModelEntry; 1],
}

#[derive(Serialize)]
struct ModelEntry {
    id: String,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
    /// The most tokens of prompt and completion together, under the name that vLLM gives it.
    max_model_len: usize,
}

async fn models(State(app): State<Arc<App>>) -> Json<ModelList> {
    let ModelCard { id, created, context_tokens, .. } = app.model.clone();
    let entry = ModelEntry {
        id,
        object: "model",
        created,
        owned_by: "HuggingFaceTB",
        max_model_len: context_tokens,
    };
    Json(ModelList { object: "list", data: [entry] })
}

#[cfg(test)]
mod tests;
