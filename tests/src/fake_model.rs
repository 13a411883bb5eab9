//! An engine with made-up tokens behind OpenAI's API, recorded as a real one would be, in a time of its own.
//!
//! Time is Tokio's, paused: it moves when nobody has anything to do, to the next moment at which a token is due. So
//! every duration is exact, and nothing waits for it.

mod chunk;
mod clock;
mod script;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, thread};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::{Stream, StreamExt, stream};
use inferometer_sdk::{
    Engine, MediaOutput, Prompt, Request, StreamItem, Telemetry, media::Audio, tower::ServerLayer,
};
use opentelemetry::Context;
use tokio::{net::TcpListener, sync::oneshot, time::sleep};

use chunk::Chunk;
pub use clock::TokioClock;
pub use script::{AUDIO_RATE, BETWEEN_TOKENS, QUEUE, TO_FIRST_TOKEN};
use script::{Script, Step};

/// Serves on a thread of its own until it is dropped.
#[derive(Debug)]
pub struct FakeModel {
    address: SocketAddr,
    // Its end stops the server.
    _stop: oneshot::Sender<()>,
}

impl FakeModel {
    /// Serves `model` on a free port.
    ///
    /// # Panics
    /// If it cannot.
    #[must_use]
    pub fn start(telemetry: &Telemetry, model: &str) -> Self {
        let (engine, layer) = (telemetry.engine(model), telemetry.server_layer());
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let serve = async move {
            let clock: Arc<dyn inferometer_sdk::Clock> = Arc::new(TokioClock::new());
            let router = router(engine.clock(Arc::clone(&clock)).build(), layer.clock(clock));
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
            let serve = axum::serve(listener, router);
            serve.with_graceful_shutdown(async { drop(stopped.await) }).await
        };
        thread::spawn(|| paused_runtime().block_on(serve));
        Self { address: told.recv().expect("the server starts"), _stop: stop }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A runtime of one thread whose time moves when it has nothing to do.
///
/// # Panics
/// If there is none to be had.
#[must_use]
pub fn paused_runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(true).build().expect("a runtime")
}

/// The API: `POST /v1/chat/completions`, whose chunks count increments, and `POST /v1/completions`, whose chunks count
/// totals.
pub fn router(engine: Engine, layer: ServerLayer) -> Router {
    let voice = engine.audio_output(AUDIO_RATE);
    let serving = Arc::new(Serving { engine, voice });
    Router::new()
        .route("/v1/chat/completions", post(answer::<false>))
        .route("/v1/completions", post(answer::<true>))
        .layer(Extension(serving))
        .layer(layer)
}

struct Serving {
    engine: Engine,
    voice: MediaOutput<Audio>,
}

async fn answer<const TOTALS: bool>(
    Extension(serving): Extension<Arc<Serving>>,
    Extension(context): Extension<Context>,
    body: Bytes,
) -> Response {
    let Ok(script) = Script::of(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let prompt = Prompt::text(script.prompt_tokens());
    let mut request = serving.engine.request(&context, prompt);
    if !script.is_streamed {
        let whole = request.whole(whole::<TOTALS>(script)).await.unwrap_or_default();
        return ([(CONTENT_TYPE, "application/json")], whole).into_response();
    }
    let mut speech = script.is_spoken.then(|| serving.voice.begin(&mut request));
    let steps = play(script.steps()).map(move |step| {
        if let (Some(speech), true) = (&mut speech, step.samples > 0) {
            speech.packet(step.samples);
        }
        if let Some(speech) = speech.take_if(|_| step.is_last) {
            speech.finish();
        }
        Chunk::<TOTALS>::of(step)
    });
    events(request, steps, &script)
}

/// The steps as they come.
fn play(steps: Vec<Step>) -> impl Stream<Item = Step> {
    stream::iter(steps).then(async |step| {
        sleep(step.after).await;
        step
    })
}

fn events<T>(
    request: Request,
    items: impl Stream<Item = T> + Send + 'static,
    script: &Script,
) -> Response
where
    T: StreamItem<Forwarded = String> + 'static,
{
    let items = request.stream(items).answers(script.answers()).include_usage(script.include_usage);
    let data = items.chain(stream::iter(["[DONE]".to_owned()]));
    let events = data.map(|data| Ok::<_, Infallible>(format!("data: {data}\n\n")));
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(events)).into_response()
}

/// All steps as one item.
async fn whole<const TOTALS: bool>(script: Script) -> Chunk<TOTALS> {
    let mut steps = std::pin::pin!(play(script.steps()));
    while steps.next().await.is_some() {}
    Chunk::whole(&script)
}
