//! Logs go to stderr; `RUST_LOG` decides which, else the configuration.

use std::io;

use inferometer_collector::config::LogLevel;
use tracing_subscriber::{EnvFilter, filter::ParseError};

/// Starts logging. A `RUST_LOG` that cannot be read is reported and ignored, as a typo there must stop nothing.
pub(super) fn start(level: LogLevel) {
    let (filter, wrong) = filter(level);
    let color = io::IsTerminal::is_terminal(&io::stderr());
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(color);
    // Fails only if another subscriber is set already, which then is the one to use.
    let _ = subscriber.try_init();
    if let Some(cause) = wrong {
        tracing::warn!(%cause, "RUST_LOG is ignored, expected a filter such as info or inferometer_collector=debug");
    }
}

fn filter(level: LogLevel) -> (EnvFilter, Option<ParseError>) {
    let default = || EnvFilter::new(level.as_str());
    match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(text) if !text.is_empty() => match text.parse() {
            Ok(filter) => (filter, None),
            Err(cause) => (default(), Some(cause)),
        },
        _ => (default(), None),
    }
}
