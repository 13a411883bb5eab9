//! The command line: what to serve, where, and how much of it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// Serves a SmolLM2 model in GGUF format with OpenAI's chat completion API, and records every step of
/// every request with the Inferometer SDK. `OTEL_*` variables decide where the telemetry goes.
#[derive(Debug, Parser)]
#[command(name = "inferometer-serve", version)]
pub(crate) struct Arguments {
    /// The GGUF file; `examples/fetch-model.sh` downloads it and prints its path.
    #[arg(long, value_name = "PATH")]
    pub(crate) model: PathBuf,

    /// The address to listen on; port 0 takes a free one, which is printed.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// How many requests may wait behind those that run; the next one is refused with 503.
    #[arg(long, value_name = "REQUESTS", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) queue: u16,

    /// How many requests take turns; the others wait.
    #[arg(long, value_name = "REQUESTS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) sequences: u16,

    /// Blocks of 16 tokens that all requests and the kept prefixes share, at least as many as one request can need. A
    /// request that finds none makes the last one start over.
    #[arg(long, value_name = "BLOCKS", default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) kv_blocks: u16,

    /// The most tokens one completion may have, and what a request gets that names no maximum.
    #[arg(long, value_name = "TOKENS", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) max_tokens: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expected: Result<(u16, u16), &str>) {
        let program = std::iter::once("inferometer-serve");
        let parsed = Arguments::try_parse_from(program.chain(arguments.iter().copied()));
        match (parsed, expected) {
            (Ok(found), Ok(expected)) => assert_eq!((found.queue, found.max_tokens), expected),
            (Err(error), Err(part)) => {
                assert_eq!(error.exit_code(), 2);
                assert!(error.to_string().contains(part), "{part:?} is not in {error}");
            }
            (found, expected) => panic!("{arguments:?} gave {found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn only_the_model_is_required() {
        check(&["--model", "m.gguf"], Ok((64, 256)));
        check(&["--model", "m.gguf", "--queue", "1", "--max-tokens", "7"], Ok((1, 7)));
        check(&[], Err("--model <PATH>"));
    }

    #[test]
    fn a_value_out_of_range_is_named_with_its_range() {
        check(&["--model", "m", "--queue", "0"], Err("0 is not in 1..=4096"));
        check(&["--model", "m", "--listen", "nowhere"], Err("'nowhere'"));
    }
}
