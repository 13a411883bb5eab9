//! What is wrong only when the whole file is seen: components that nothing uses, listeners that collide.

use std::net::SocketAddr;

use super::{
    backend,
    component::{Defined, Listener},
    connectors,
    problem::Problems,
    resolved::ExporterSettings,
    service::Definitions,
};

/// Reports what no single section can know.
pub(super) fn whole(definitions: &Definitions, problems: &mut Problems) {
    // After an error in `service`, a component may only seem unused.
    if !problems.any_error() {
        unused(&definitions.receivers, "receiver", "a pipeline", problems);
        unused(&definitions.processors, "processor", "a pipeline", problems);
        unused(&definitions.exporters, "exporter", "a pipeline", problems);
        unused(&definitions.extensions, "extension", "service.extensions", problems);
        connectors::check(&definitions.connectors, problems);
    }
    loops(definitions, problems);
    let listeners: Vec<&Listener> = listeners(&definitions.receivers)
        .chain(listeners(&definitions.exporters))
        .chain(listeners(&definitions.extensions))
        .collect();
    for (i, listener) in listeners.iter().enumerate() {
        if let Some(doubt) = exposed(listener) {
            let message = format!("{} is {}, {doubt}", listener.path, listener.address);
            problems.warning(listener.at, message);
        }
        if let Some(first) =
            listeners[..i].iter().find(|first| collide(first.address, listener.address))
        {
            let there = problems.sources.other(first.at, listener.at);
            problems.error(
                listener.at,
                format!(
                    "{} is {}, where {} ({there}) listens already: give one of them another port",
                    listener.path, listener.address, first.path
                ),
            );
        }
    }
}

/// What strangers can do with a listener.
fn exposed(listener: &Listener) -> Option<&'static str> {
    if listener.address.ip().is_loopback() {
        return None;
    }
    match (listener.is_secured, listener.knows_peers) {
        (true, true) => None,
        (true, false) => Some(
            "which other machines may reach without a password: set auth or tls.client_ca_file, or use 127.0.0.1 \
             unless the network is trusted",
        ),
        (false, true) => Some(
            "where other machines may read what is sent, passwords too: set tls, or use 127.0.0.1 unless the network \
             is trusted",
        ),
        (false, false) => Some(
            "which other machines may reach without TLS or a password: use 127.0.0.1 unless the network is trusted",
        ),
    }
}

/// An exporter that sends to this collector's own receiver would send round for ever.
fn loops(definitions: &Definitions, problems: &mut Problems) {
    for exporter in definitions.exporters.iter().filter(|exporter| exporter.used) {
        let Some(ExporterSettings::Otlp(settings)) =
            exporter.read.as_ref().map(|read| &read.settings)
        else {
            continue;
        };
        let own = listeners(&definitions.receivers).map(|listener| listener.address);
        if backend::is_one_of(&settings.endpoint, own) {
            problems.error(
                exporter.at,
                format!(
                    "exporters.{}.endpoint is {:?}, which this collector listens on itself: name another backend",
                    exporter.id, settings.endpoint
                ),
            );
        }
    }
}

fn unused<S>(defined: &[Defined<S>], role: &str, place: &str, problems: &mut Problems) {
    for component in defined.iter().filter(|component| !component.used && component.read.is_some())
    {
        let message =
            format!("{role} {} will not run: name it in {place}, or remove it", component.id);
        problems.warning(component.at, message);
    }
}

/// Only components that a pipeline or `service.extensions` names run, so only they listen.
fn listeners<S>(defined: &[Defined<S>]) -> impl Iterator<Item = &Listener> {
    let used = defined.iter().filter(|component| component.used);
    used.filter_map(|component| component.read.as_ref()).flat_map(|read| &read.listeners)
}

/// Port 0 means any free port; an unspecified address takes the port on every other one.
fn collide(a: SocketAddr, b: SocketAddr) -> bool {
    a.port() != 0
        && a.port() == b.port()
        && (a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified())
}
