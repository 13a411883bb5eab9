//! Runs the collector until it is told to stop.

use std::sync::Arc;

use inferometer_collector::{
    Collector,
    config::{Config, LogLevel},
};

use super::{Failure, RunOptions, log, service_manager::ServiceManager, signals::Signals};

/// Starts the collector, says where it listens, and stops it on SIGINT or SIGTERM.
pub(super) async fn run(config: Config, options: RunOptions) -> Result<(), Failure> {
    let _log = log::start(&config.resolved.logs);
    let mut signals = Signals::watch().map_err(|cause| Failure::start(&cause))?;
    for warning in config.warnings.lines() {
        log::say(LogLevel::Warn, &warning);
    }
    let manager = ServiceManager::of_this_process();
    let collector = Collector::start(config.resolved)?;
    say(&format!("inferometer {} is listening:", env!("CARGO_PKG_VERSION")));
    for listening in collector.addresses() {
        say(&format!("  {listening}"));
    }
    for forwarding in collector.forwarding() {
        say(&format!("  {forwarding}"));
    }
    manager.ready(collector.addresses(), Arc::clone(collector.health())).await;
    let name = signals.next().await;
    let deadline = options.drain_deadline;
    say(&format!(
        "{name}: finishing open requests and queues within {deadline:?}; once more ends at once"
    ));
    let end = async {
        manager.stopping(deadline).await;
        collector.shutdown(deadline).await;
    };
    tokio::select! {
        () = end => Ok(()),
        _ = signals.next() => Err(Failure::cut_short()),
    }
}

/// For the person at the terminal, whatever the log level is.
fn say(line: &str) {
    log::say(LogLevel::Info, line);
}
