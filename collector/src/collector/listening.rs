//! What the collector listens on and where it sends to, for people and tests who want to reach it.

use std::{fmt, net::SocketAddr};

/// What a listener serves.
pub use inferometer_semconv::attributes::CollectorListener as Serves;

use crate::{health::HealthCheck, http::Server, receivers::otlp::OtlpReceiver};

/// One listener with the address that it really has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The component's place in the file, such as `receivers.otlp`.
    pub component: String,
    /// What is served there.
    pub serves: Serves,
    /// The bound address; never port 0.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub is_secured: bool,
}

/// One exporter with the backend that it sends to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarding {
    /// The component's place in the file, such as `exporters.otlp`.
    pub component: String,
    /// The backend, as a URL; nobody may listen there yet.
    pub endpoint: String,
}

const fn title_and_path(serves: Serves) -> (&'static str, &'static str) {
    match serves {
        Serves::OtlpGrpc => ("OTLP over gRPC", ""),
        Serves::OtlpHttp => ("OTLP over HTTP", ""),
        Serves::Metrics => ("metrics", "/metrics"),
        Serves::Traces => ("traces", "/api/traces?limit=20"),
        Serves::Health => ("health", "/status"),
    }
}

impl Listening {
    /// The URL to give to a client or a browser. A wildcard address is shown as this machine's own.
    #[must_use]
    pub fn url(&self) -> String {
        let (_, path) = title_and_path(self.serves);
        let scheme = if self.is_secured { "https" } else { "http" };
        if self.address.ip().is_unspecified() {
            return format!("{scheme}://localhost:{}{path}", self.address.port());
        }
        format!("{scheme}://{}{path}", self.address)
    }

    pub(super) fn of_health_check(check: &HealthCheck) -> Self {
        let (address, is_secured) = (check.address(), check.is_secured());
        Self { component: check.name().to_owned(), serves: Serves::Health, address, is_secured }
    }

    pub(super) fn of_receiver(component: &str, receiver: &OtlpReceiver) -> Vec<Self> {
        let grpc = receiver.grpc().map(|server| (Serves::OtlpGrpc, server));
        let http = receiver.http().map(|server| (Serves::OtlpHttp, server));
        let of = |(serves, server): (Serves, &Server)| Self {
            component: component.to_owned(),
            serves,
            address: server.address(),
            is_secured: server.is_secured(),
        };
        grpc.into_iter().chain(http).map(of).collect()
    }
}

/// One line for the terminal: what, where, and which component it is.
impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, _) = title_and_path(self.serves);
        write!(f, "{title:<15} {:<45} ({})", self.url(), self.component)
    }
}

/// One line for the terminal, in the columns of [`Listening`].
impl fmt::Display for Forwarding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<15} {:<45} ({})", "forwarded to", self.endpoint, self.component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_address_is_shown_as_one_that_can_be_opened() {
        let mut page = Listening {
            component: "exporters.prometheus".to_owned(),
            serves: Serves::Metrics,
            address: "0.0.0.0:9464".parse().unwrap(),
            is_secured: false,
        };
        assert_eq!(page.url(), "http://localhost:9464/metrics");
        page.address = "[::1]:9464".parse().unwrap();
        assert_eq!(page.url(), "http://[::1]:9464/metrics");
        page.is_secured = true;
        assert_eq!(page.url(), "https://[::1]:9464/metrics");
    }
}
