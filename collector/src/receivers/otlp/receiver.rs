//! The component: starts the listeners, and stops them.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorListener;

use super::{door::Door, grpc::Grpc, grpc_health::GrpcHealth, http::Http};
use crate::{
    config::{OtlpListenerSettings, OtlpReceiverSettings},
    http::{Handler, InFlight, Offer, Protection, Server, Sockets, StartError, Threads},
    own_traces::Listener,
    pipeline::Intake,
    self_metrics::{Connections, SelfMetrics},
};

/// An OTLP receiver with its listeners.
#[derive(Debug)]
pub struct OtlpReceiver {
    grpc: Option<Server>,
    http: Option<Server>,
}

impl OtlpReceiver {
    /// Listens and receives until it is shut down.
    ///
    /// `name` is the component's id, which errors name; `budget` is what its requests are charged to, `threads` serve
    /// its connections, which come in on `sockets`. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// An endpoint cannot be listened on, or a file of TLS not be used; nothing listens then.
    pub fn start(
        name: &str,
        settings: &OtlpReceiverSettings,
        intake: &Arc<dyn Intake>,
        budget: &Arc<InFlight>,
        metrics: &SelfMetrics,
        (threads, sockets): (&Threads, &Sockets),
    ) -> Result<Self, StartError> {
        let [of_grpc, of_http] = [CollectorListener::OtlpGrpc, CollectorListener::OtlpHttp]
            .map(|listener| metrics.connections(listener));
        let door = |of, listener: &OtlpListenerSettings| {
            let counters = metrics.receiver(name, of);
            let transport = if of == CollectorListener::OtlpGrpc { "grpc" } else { "http" };
            let traces = Listener::new(metrics.own_traces().clone(), name, transport);
            Arc::new(Door::new(Arc::clone(intake), Arc::clone(budget), listener, counters, traces))
        };
        let grpc = settings.grpc.as_ref().map(|listener| {
            let door = door(CollectorListener::OtlpGrpc, listener);
            let health = GrpcHealth::new(Arc::clone(metrics.health()), listener.pace);
            bind(
                (threads, sockets),
                name,
                "grpc",
                listener,
                Grpc::new(door, request_bytes_max(listener), health),
                of_grpc,
            )
        });
        let http = settings.http.as_ref().map(|listener| {
            let door = door(CollectorListener::OtlpHttp, listener);
            let handler = Http::new(door, request_bytes_max(listener), &listener.cors);
            bind((threads, sockets), name, "http", listener, handler, of_http)
        });
        Ok(Self { grpc: grpc.transpose()?, http: http.transpose()? })
    }

    /// The address of the gRPC listener, if there is one.
    #[must_use]
    pub fn grpc_address(&self) -> Option<SocketAddr> {
        self.grpc().map(Server::address)
    }

    /// The address of the HTTP listener, if there is one.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http().map(Server::address)
    }

    pub(crate) const fn grpc(&self) -> Option<&Server> {
        self.grpc.as_ref()
    }

    pub(crate) const fn http(&self) -> Option<&Server> {
        self.http.as_ref()
    }

    /// The sockets of its listeners, for the one that replaces it.
    pub(crate) fn offers(&self) -> impl Iterator<Item = Offer> + '_ {
        self.grpc().into_iter().chain(self.http()).filter_map(Server::offer)
    }

    /// Stops accepting, and waits until open requests are answered, at most until `deadline`.
    pub async fn shutdown(self, deadline: Duration) {
        let stop = async |server: Option<Server>| {
            if let Some(server) = server {
                server.shutdown(deadline).await;
            }
        };
        tokio::join!(stop(self.grpc), stop(self.http));
    }
}

fn bind<H: Handler>(
    (threads, sockets): (&Threads, &Sockets),
    name: &str,
    protocol: &str,
    listener: &OtlpListenerSettings,
    handler: H,
    connections: Connections,
) -> Result<Server, StartError> {
    let name = format!("{name}.protocols.{protocol}");
    let protection = Protection::start(&name, &listener.protection, &connections)?;
    let socket = sockets.listen(&name, &listener.endpoint.to_string())?;
    let limits = listener.limits.clone();
    Server::bind_on(threads, socket, Arc::new(handler), limits, connections, protection)
}

/// A limit beyond the address space is no limit.
fn request_bytes_max(listener: &OtlpListenerSettings) -> usize {
    usize::try_from(listener.body_bytes_max).unwrap_or(usize::MAX)
}
