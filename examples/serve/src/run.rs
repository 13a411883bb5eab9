//! Starts everything in order, and stops it in the order in which requests flow.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use inferometer_sdk::{Engine as Recorder, EngineState};
use tokio::net::TcpListener;
use tokio::signal;

use crate::api::{App, ModelCard, router, unix_seconds};
use crate::cli::Arguments;
use crate::engine::{Capacity, Engine};
use crate::model::{GgufError, GgufFile, Llama};
use crate::prompt::ChatTemplate;
use crate::server;
use crate::telemetry;
use crate::tokenizer::Tokenizer;

/// How long tasks may take to end after the drain; what is left is cut off.
const TASKS_TIME_MAX: Duration = Duration::from_secs(1);
/// How long the last export may take; a collector that is away costs a warning.
const FLUSH_TIME_MAX: Duration = Duration::from_secs(5);

/// Loads the model, serves it until it is told to stop, and flushes the telemetry.
///
/// # Errors
/// If the model can't be loaded, the address can't be bound, or telemetry can't be started. Telemetry
/// that can't be sent is no error.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let file = GgufFile::open(&arguments.model)?;
    let tokenizer = Arc::new(Tokenizer::from_gguf(&file)?);
    let template = Arc::new(ChatTemplate::from_gguf(&file, &tokenizer)?);
    let id = file.id();

    let telemetry = inferometer_sdk::init()?;
    let recorder = telemetry::recorder(&telemetry, &id);
    let clock = Arc::clone(telemetry.clock());
    let model = load(file, &recorder)?;
    let _status = recorder.status(EngineState::Awake);
    let card = ModelCard {
        id,
        created: unix_seconds(&*clock),
        context_tokens: model.context_tokens(),
        max_tokens: arguments.max_tokens.into(),
    };
    let capacity = Capacity {
        sequences: arguments.sequences.into(),
        blocks: arguments.kv_blocks.into(),
        context_tokens: card.context_tokens,
    };
    let (own_tokenizer, own_template) = (Arc::clone(&tokenizer), Arc::clone(&template));
    let engine = Engine::new(model, own_tokenizer, own_template, capacity, recorder.clone());
    let (queue, engine) = engine.start(arguments.queue.into())?;
    let app = App { model: card, tokenizer, template, queue, recorder, clock };

    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let router = router(Arc::new(app), telemetry::server_layer(&telemetry));
    let served = runtime.block_on(listen_and_serve(arguments, router));
    // Drops what the drain left behind: its clients are gone for the engine, which then ends.
    runtime.shutdown_timeout(TASKS_TIME_MAX);
    engine.join().map_err(|_| "the engine's thread panicked")?;
    if let Err(error) = telemetry.shutdown(FLUSH_TIME_MAX) {
        // A fault of the telemetry is never one of the engine: the exit code stays 0.
        tracing::warn!("the last telemetry was not sent: {error}; is the collector running?");
    }
    served
}

fn load(file: GgufFile, recorder: &Recorder) -> Result<Llama, GgufError> {
    let loads = recorder.model_loads();
    let began = recorder.now();
    let loaded = Llama::load(file);
    let took = Duration::from_nanos(recorder.now().saturating_sub(began));
    match &loaded {
        Ok(_) => loads.loaded(took),
        Err(_) => loads.failed("model_error", took),
    }
    loaded
}

async fn listen_and_serve(arguments: &Arguments, router: Router) -> Result<(), Box<dyn Error>> {
    let asked = arguments.listen;
    let listener = TcpListener::bind(asked).await.map_err(|error| {
        let remedy = "pass another address to --listen, port 0 takes a free one";
        format!("cannot listen on {asked}: {error}; {remedy}")
    })?;
    let address = listener.local_addr()?;
    announce(&format!("listening on http://{address}"))?;
    server::serve(listener, router, told_to_stop(), told_to_stop()).await;
    Ok(())
}

/// One line on stdout, at once, for people and for scripts that wait for it.
fn announce(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// Ready at Ctrl-C or SIGTERM; each call waits for a signal of its own.
async fn told_to_stop() {
    let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) else {
        return signal::ctrl_c().await.unwrap_or_default();
    };
    tokio::select! {
        _ = signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
