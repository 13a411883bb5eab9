//! Goes on with the configuration as its files have it now, when SIGHUP asks for it.

use std::io;

use inferometer_collector::{
    Collector,
    config::{Config, ConfigSource, LogLevel},
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
};

/// Where the configuration is read again, and what asks for it.
#[derive(Debug)]
pub(super) struct Reloads {
    hangup: Signal,
    /// Nothing if the command line says all.
    source: Option<ConfigSource>,
    log: Log,
}

impl Reloads {
    pub(super) fn watch(source: Option<ConfigSource>, log: Log) -> io::Result<Self> {
        Ok(Self { hangup: signal(SignalKind::hangup())?, source, log })
    }

    /// Waits until it is asked for. What asks again while one is under way asks for one more, however often it does.
    pub(super) async fn asked(&mut self) {
        if self.hangup.recv().await.is_none() {
            // Nobody can ask any more.
            std::future::pending::<()>().await;
        }
    }

    /// Reads, checks and goes on with it; what runs goes on if that fails. Says and counts what became of it. If it is
    /// given up, nothing has changed.
    pub(super) async fn reload(&self, collector: &mut Collector) {
        match self.attempt(collector).await {
            Ok(()) => {
                collector.metrics().config_reloaded(ReloadResult::Renewed);
                say(LogLevel::Info, "SIGHUP: the configuration was read again, listening:");
                say_addresses(collector);
            }
            Err(errors) => {
                collector.metrics().config_reloaded(ReloadResult::Failed);
                say(LogLevel::Error, &errors);
                say(
                    LogLevel::Error,
                    "SIGHUP: the configuration was not taken, all goes on as before",
                );
            }
        }
    }

    async fn attempt(&self, collector: &mut Collector) -> Result<(), String> {
        let source = self.source.clone().ok_or("inferometer: error: no --config names a file")?;
        let loaded = spawn_blocking(move || source.load()).await;
        let config = loaded.map_err(|cause| format!("inferometer: error: {cause}"))?;
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
