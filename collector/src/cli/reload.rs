//! Goes on with the configuration as its files have it now, when SIGHUP, a change of a file or a request asks for it.

use std::{fmt, future::pending, io, time::Duration};

use inferometer_collector::{
    Collector,
    config::{Config, ConfigSource, FilesRead, LogLevel},
    health::ReloadAsks,
    self_metrics::ReloadResult,
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::spawn_blocking,
};

use super::{
    log::{Log, say},
    memory,
    serve::say_addresses,
    watched_files::WatchedFiles,
};

/// Where the configuration is read again, and what asks for it.
#[derive(Debug)]
pub(super) struct Reloads {
    hangup: Signal,
    files: Option<WatchedFiles>,
    /// Nothing if the command line says all.
    source: Option<ConfigSource>,
    log: Log,
}

/// What has asked for a reload, as the log names it.
#[derive(Debug)]
pub(super) enum Asked {
    Signal,
    Files(String),
    Request,
}

impl Reloads {
    /// `read` is what runs; its files are looked at where there is an `interval`.
    pub(super) fn watch(
        source: Option<ConfigSource>,
        interval: Option<Duration>,
        read: &FilesRead,
        log: Log,
    ) -> io::Result<Self> {
        let hangup = signal(SignalKind::hangup())?;
        let files = interval.zip(source.clone());
        let files =
            files.map(|(interval, source)| WatchedFiles::new(interval, source, read.clone()));
        Ok(Self { hangup, files, source, log })
    }

    /// Waits until it is asked for. What asks again while one is under way asks for one more, however often it does.
    pub(super) async fn asked(&mut self, requests: &ReloadAsks) -> Asked {
        let changed = async {
            match &mut self.files {
                Some(files) => files.changed().await,
                None => pending().await,
            }
        };
        tokio::select! {
            Some(()) = self.hangup.recv() => Asked::Signal,
            files = changed => Asked::Files(files),
            () = requests.asked() => Asked::Request,
        }
    }

    /// Reads, checks and goes on with it; what runs goes on if that fails. Says and counts what became of it. If it is
    /// given up, nothing has changed. All who have asked over HTTP until it begins are told too; without any who still
    /// waits, one that only they have asked for does nothing.
    pub(super) async fn reload(&mut self, asked: &Asked, collector: &mut Collector) {
        // Nobody is taken before: a listener that was replaced waits for those whom a reload has taken.
        collector.settled().await;
        let requests = collector.health().reload_asks().take();
        if matches!(asked, Asked::Request) && requests.is_empty() {
            return;
        }
        let outcome = self.attempt(collector).await;
        // Before the log, which may be read slowly: their listener may be one that was replaced.
        requests.answer(&outcome);
        match &outcome {
            Ok(()) => {
                collector.metrics().config_reloaded(ReloadResult::Renewed);
                say(
                    LogLevel::Info,
                    &format!("{asked}: the configuration was read again, listening:"),
                );
                say_addresses(collector);
            }
            Err(errors) => {
                collector.metrics().config_reloaded(ReloadResult::Failed);
                say(LogLevel::Error, errors);
                let what = "the configuration was not taken, all goes on as before";
                say(LogLevel::Error, &format!("{asked}: {what}"));
            }
        }
    }

    async fn attempt(&mut self, collector: &mut Collector) -> Result<(), String> {
        let source = self.source.clone().ok_or("inferometer: error: no --config names a file")?;
        let loaded = spawn_blocking(move || source.load()).await;
        let config = loaded.map_err(|cause| format!("inferometer: error: {cause}"))?;
        if let Some(files) = &mut self.files {
            files.read(config.as_ref().map_or_else(|errors| errors.files(), Config::files).clone());
        }
        let config = config.map_err(|errors| errors.to_string())?;
        memory::check(&config).map_err(|failure| failure.to_string())?;
        let Config { resolved, warnings } = config;
        for warning in warnings.lines() {
            say(LogLevel::Warn, &warning);
        }
        let level = resolved.logs.level;
        let reloaded = collector.reload(resolved).await;
        reloaded.map_err(|cause| format!("inferometer: error: {cause}"))?;
        self.log.set_level(level);
        Ok(())
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal => f.write_str("SIGHUP"),
            Self::Request => f.write_str("POST /-/reload"),
            Self::Files(files) => write!(f, "a changed file: {files}"),
        }
    }
}
