//! The command line.

use std::num::NonZeroUsize;

use clap::Parser;

/// Sends chat completions to an OpenAI-style server and shows how long they took, in the server's own terms.
#[derive(Debug, Clone, Parser)]
#[command(name = "inferometer-bench-client", version)]
pub struct Options {
    /// Host and port of the server.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    pub server: String,
    /// The model; the first that the server lists, unless said.
    #[arg(long)]
    pub model: Option<String>,
    /// Requests in all.
    #[arg(long, default_value_t = 16)]
    pub requests: usize,
    /// Requests at a time.
    #[arg(long, default_value = "4")]
    pub concurrency: NonZeroUsize,
    /// The most tokens of an answer.
    #[arg(long, value_name = "TOKENS", default_value_t = 32)]
    pub max_tokens: u64,
    /// Answers to each request.
    #[arg(long, default_value_t = 1)]
    pub answers: u64,
    /// What is asked.
    #[arg(long, default_value = "Tell me about the sea.")]
    pub prompt: String,
    /// Asks for speech too.
    #[arg(long)]
    pub speech: bool,
    /// Samples a second of the server's speech.
    #[arg(long, value_name = "HZ", default_value_t = 24_000)]
    pub sample_rate: u32,
}
