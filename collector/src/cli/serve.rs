//! Runs the collector until it is told to stop, and has it reloaded meanwhile.

use std::sync::Arc;

use inferometer_collector::{
    Collector,
    config::{Config, ConfigSource, LogLevel},
};

use super::{
    Failure, RunOptions, log, reload::Reloads, service_manager::ServiceManager, signals::Signals,
};

/// Starts the collector, says where it listens, reads the configuration again when it is asked to, and stops on SIGINT or
/// SIGTERM.
pub(super) async fn run(
    config: Config,
    source: Option<ConfigSource>,
    options: RunOptions,
) -> Result<(), Failure> {
    let log = log::start(&config.resolved.logs);
    let mut signals = Signals::watch().map_err(|cause| Failure::start(&cause))?;
    let reloads = Reloads::watch(source, options.watch_config, config.files(), log);
    let mut reloads = reloads.map_err(|cause| Failure::start(&cause))?;
    for warning in config.warnings.lines() {
        log::say(LogLevel::Warn, &warning);
    }
    let manager = ServiceManager::of_this_process();
    let mut collector = Collector::start(config.resolved)?;
    say(&format!("inferometer {} is listening:", env!("CARGO_PKG_VERSION")));
    say_addresses(&collector);
    manager.ready(collector.addresses(), Arc::clone(collector.health())).await;
    let health = Arc::clone(collector.health());
    let requests = health.reload_asks();
    requests.open();
    let name = loop {
        let asked = tokio::select! {
            name = signals.next() => break name,
            asked = reloads.asked(requests) => asked,
        };
        // It may wait for what the one before has replaced.
        tokio::select! {
            name = signals.next() => break name,
            () = async {
                manager.reloading().await;
                reloads.reload(&asked, &mut collector).await;
                manager.listening(collector.addresses()).await;
            } => {}
        }
    };
    requests.close();
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

/// Where it listens and sends to, a line each.
pub(super) fn say_addresses(collector: &Collector) {
    for listening in collector.addresses() {
        say(&format!("  {listening}"));
    }
    for forwarding in collector.forwarding() {
        say(&format!("  {forwarding}"));
    }
}

/// For the person at the terminal, whatever the log level is.
fn say(line: &str) {
    log::say(LogLevel::Info, line);
}
