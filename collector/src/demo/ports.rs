//! The default ports, or free ones where something else has them.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

use crate::config::{ExporterSettings, ReceiverSettings, Resolved};

/// Which ports the collector of the demo takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ports {
    /// The default ones; for each that is taken, a free one.
    #[default]
    Default,
    /// Free ones.
    Free,
}

impl Ports {
    /// The collector's default configuration on these ports, and the default addresses that are taken.
    pub(super) fn configure(self) -> (Resolved, Vec<SocketAddr>) {
        let mut config = Resolved::default();
        let mut taken = Vec::new();
        for endpoint in endpoints(&mut config) {
            match self {
                Self::Free => endpoint.set_port(0),
                Self::Default if is_taken(*endpoint) => {
                    taken.push(*endpoint);
                    endpoint.set_port(0);
                }
                Self::Default => {}
            }
        }
        (config, taken)
    }
}

/// Who takes it between this look and the collector's start makes that fail; then it is looked at again.
fn is_taken(endpoint: SocketAddr) -> bool {
    TcpListener::bind(endpoint).is_err_and(|cause| cause.kind() == ErrorKind::AddrInUse)
}

fn endpoints(config: &mut Resolved) -> impl Iterator<Item = &mut SocketAddr> {
    let receivers = config.receivers.iter_mut().flat_map(|receiver| {
        let ReceiverSettings::Otlp(otlp) = &mut receiver.settings;
        let listeners = otlp.grpc.iter_mut().chain(&mut otlp.http);
        listeners.map(|listener| &mut listener.endpoint)
    });
    let exporters = config.exporters.iter_mut();
    let pages = exporters.filter_map(|exporter| match &mut exporter.settings {
        ExporterSettings::Prometheus(page) => Some(&mut page.endpoint),
        ExporterSettings::TraceRing(page) => Some(&mut page.endpoint),
        ExporterSettings::Otlp(_) | ExporterSettings::Debug(_) | ExporterSettings::File(_) => None,
    });
    receivers.chain(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_address_is_seen() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert!(is_taken(address));
        drop(listener);
        assert!(!is_taken(address));
    }

    #[test]
    fn free_ports_leave_no_fixed_one() {
        let (mut config, taken) = Ports::Free.configure();
        let ports: Vec<_> = endpoints(&mut config).map(|it| it.port()).collect();
        assert_eq!((ports, taken), (vec![0; 4], vec![]));
    }
}
