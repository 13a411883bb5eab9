//! A frontend and a worker in the manner of NVIDIA Dynamo: the worker publishes its KV stats once per forward pass and
//! answers with annotated items; the frontend takes the annotations off, whether or not its client asked for usage.
//!
//! ```text
//! namespace "dynamo" -+- component "frontend" -- endpoint "chat"      (time to first token, cached tokens, ...)
//!                     `- component "backend" -+- endpoint "generate"  (queue, prefill, decode, KV stats, ...)
//!                                             `- endpoint "clear_kv_blocks"
//! ```

mod annotated;
mod hierarchy;
mod worker;

use std::{error::Error, time::Duration};

use futures_util::{StreamExt, future::join_all, stream};
use inferometer_sdk::{Engine, FinishReason, Prompt};
use opentelemetry::Context;

use hierarchy::Namespace;
use worker::{Ask, Jobs, Worker};

/// Requests whose client asks for usage, does not, and leaves after two tokens.
const CLIENTS: [Client; 4] = [
    Client { include_usage: true, patience: None },
    Client { include_usage: false, patience: None },
    Client { include_usage: false, patience: None },
    Client { include_usage: false, patience: Some(2) },
];
const FLUSH: Duration = Duration::from_secs(5);

#[derive(Clone, Copy)]
struct Client {
    include_usage: bool,
    /// Items after which it leaves.
    patience: Option<usize>,
}

fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init(); // what cannot be sent is warned of here
    let telemetry = inferometer_sdk::init()?; // OTEL_* decides; flushes when dropped
    let namespace = Namespace::new(&telemetry, "dynamo");
    let backend = namespace.component("backend");
    let frontend = namespace.component("frontend").endpoint("chat").stage("frontend").build();

    // Two endpoints of one component have series of their own.
    let clear = backend.endpoint("clear_kv_blocks").build();
    clear.request(&Context::new(), None).finish(FinishReason::Stop);

    let (jobs, worker) = Worker::start(&backend.endpoint("generate").build());
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        // The first one leaves its prompt's blocks in the cache, for the others to find.
        let [first, others @ ..] = CLIENTS;
        serve(&frontend, &jobs, first).await;
        join_all(others.map(|client| serve(&frontend, &jobs, client))).await;
    });
    drop(jobs);
    // What the worker published last is shown for as long as the worker is there.
    let worker = worker.join();
    // What is not delivered is warned of, and counted.
    let _ = telemetry.flush(FLUSH);
    drop(worker);
    Ok(())
}

/// The frontend's side of one request.
async fn serve(frontend: &Engine, jobs: &Jobs, client: Client) {
    let prompt = Prompt::text(worker::PROMPT_TOKENS);
    let request = frontend.request(&Context::current(), prompt);
    let (answer, mut items) = tokio::sync::mpsc::channel(worker::ITEMS_MAX);
    // If the worker is gone nobody answers: the stream ends without saying why, which is a failure.
    let _ = jobs.send(Ask { parent: request.context().clone(), answer });
    let items = stream::poll_fn(move |task| items.poll_recv(task));
    let deltas = request.stream(items).include_usage(client.include_usage);
    // A connection that closes drops the stream, and with it the request.
    let mut deltas = deltas.take(client.patience.unwrap_or(usize::MAX));
    let mut connection = String::new();
    while let Some(delta) = deltas.next().await {
        connection += &format!("data: {}\n\n", delta.as_json());
    }
}
