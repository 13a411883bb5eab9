//! A real engine under the Inferometer SDK: SmolLM2-135M behind OpenAI's chat completion API.
//!
//! A request is checked in [`api`], waits in the [`engine`]'s queue, and is computed by the [`model`]
//! on one thread, in turns with others, reusing the [`prefix_cache`] where its prompt begins like an earlier one. Its
//! recorder ([`telemetry`]) goes with it from the first step to the last.

mod api;
mod cli;
mod detokenizer;
mod engine;
mod model;
mod prefix_cache;
mod prompt;
mod run;
mod server;
mod stop;
mod telemetry;
mod tokenizer;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Exit codes: 0 after a clean stop, 1 if the model can't be served, 2 for a wrong command line.
/// `RUST_LOG` says what is logged to stderr; by default warnings, such as telemetry that can't be sent.
fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let level =
        EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    match run::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a stderr there is nobody to tell.
            let _ = writeln!(io::stderr(), "inferometer-serve: error: {error}");
            ExitCode::FAILURE
        }
    }
}
