//! Logs go to stderr; `RUST_LOG` decides which, else the configuration.
//!
//! Beside what is logged stand lines that are said whatever the level is: where the collector listens, and why it does
//! not start. Both have the same format.

mod json;
mod sampling;

use std::{
    env,
    io::{self, IsTerminal, Write},
    panic,
    sync::{Arc, OnceLock},
};

use clap::ValueEnum;
use inferometer_collector::config::{LogEncoding, LogLevel, LogSettings};
use serde_json::Map;
use tokio::task::JoinHandle;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::ParseError,
    fmt::{
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::SubscriberExt,
    registry, reload,
    util::SubscriberInitExt,
};

use self::{
    json::JsonLines,
    sampling::{Sampled, Sampling},
};

/// What a line is said by, where no code of ours has logged it.
const TARGET: &str = "inferometer";

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// One JSON object for each line: timestamp, level, target, message, fields
    Json,
}

impl From<LogEncoding> for LogFormat {
    fn from(encoding: LogEncoding) -> Self {
        match encoding {
            LogEncoding::Console => Self::Text,
            LogEncoding::Json => Self::Json,
        }
    }
}

/// Of this process, once it is known; text before.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// From here on everything on stderr has this format. The first call counts.
pub(super) fn speak(format: LogFormat) {
    if FORMAT.set(format).is_ok() && format == LogFormat::Json {
        panic::set_hook(Box::new(|panic| say(LogLevel::Error, &panic.to_string())));
    }
}

fn format() -> LogFormat {
    FORMAT.get().copied().unwrap_or(LogFormat::Text)
}

/// Says lines whatever the log level is. As JSON each is an object of this level, without the blanks around it.
pub(super) fn say(level: LogLevel, lines: &str) {
    for line in lines.lines() {
        match format() {
            LogFormat::Text => write(line),
            LogFormat::Json => {
                let level = level.as_str().to_uppercase();
                write(&json::line(&now(), &level, TARGET, line.trim(), Map::new()));
            }
        }
    }
}

/// Logging that has begun. Dropping it tells what was held back last.
#[derive(Debug)]
#[must_use = "what is held back is told at its end"]
pub(super) struct Log {
    sampling: Option<Arc<Sampling>>,
    ticking: Option<JoinHandle<()>>,
    filter: reload::Handle<EnvFilter, Registry>,
}

impl Log {
    /// Logs at this level from now on, unless `RUST_LOG` says what is logged.
    pub(super) fn set_level(&self, level: LogLevel) {
        // Without its subscriber there is no filter to change.
        let _ = self.filter.reload(filter(level).0);
    }
}

/// Starts logging, within a runtime. A `RUST_LOG` that cannot be read is reported and ignored, as a typo there must stop
/// nothing.
pub(super) fn start(settings: &LogSettings) -> Log {
    let (filter, wrong) = filter(settings.level);
    let (filter, handle) = reload::Layer::new(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let layer = match format() {
        LogFormat::Text => layer.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => layer.with_ansi(false).event_format(JsonLines).boxed(),
    };
    let sampling = settings.sampling.map(|settings| Arc::new(Sampling::new(settings)));
    let sampled = sampling.clone().map(Sampled);
    // Fails only if another subscriber is set already, which then is the one to use.
    let _ = registry().with(filter).with(sampled).with(layer).try_init();
    if let Some(cause) = wrong {
        tracing::warn!(%cause, "RUST_LOG is ignored, expected a filter such as info or inferometer_collector=debug");
    }
    let ticking = settings.sampling.zip(sampling.clone()).map(|(settings, sampling)| {
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(settings.tick);
            loop {
                ticks.tick().await;
                tell_repeats(&sampling);
            }
        })
    });
    Log { sampling, ticking, filter: handle }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(ticking) = &self.ticking {
            ticking.abort();
        }
        if let Some(sampling) = &self.sampling {
            tell_repeats(sampling);
        }
    }
}

/// Says of each message how often it was held back. Past the filter, which has let the message itself through.
fn tell_repeats(sampling: &Sampling) {
    for repeats in sampling.end_of_tick() {
        let (level, message) =
            (repeats.level, format!("repeats are left out: {}", repeats.message));
        let (target, left_out) = (repeats.target, repeats.left_out);
        write(&match format() {
            LogFormat::Text => {
                format!("{} {level:>5} {target}: {message} left_out={left_out}", now())
            }
            LogFormat::Json => {
                let fields = Map::from_iter([("left_out".to_owned(), left_out.into())]);
                json::line(&now(), level.as_str(), target, &message, fields)
            }
        });
    }
}

/// One call for a line, so that those of several threads do not mix.
fn write(line: &str) {
    // A closed stderr must not end a collector that works.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// The time in UTC, by RFC 3339.
fn now() -> String {
    let mut text = String::new();
    // Nothing fails that is written to memory.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}

fn filter(level: LogLevel) -> (EnvFilter, Option<ParseError>) {
    let default = || EnvFilter::new(level.as_str());
    match env::var(EnvFilter::DEFAULT_ENV) {
        Ok(text) if !text.is_empty() => match text.parse() {
            Ok(filter) => (filter, None),
            Err(cause) => (default(), Some(cause)),
        },
        _ => (default(), None),
    }
}
