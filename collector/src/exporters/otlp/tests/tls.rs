//! TLS: who is trusted and who is not, what a failure says, and certificates that change.

use std::{convert::Infallible, net::Ipv4Addr};

use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rustls::version;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::Semaphore,
};

use super::{
    terminator::{Authority, BOTH, HTTP1, HTTP2, Server, Terminator},
    *,
};
use crate::{
    config::{TlsClientSettings, TlsVersion},
    exporters::otlp::{client::Client, compression::Packed, target, verdict::Failure},
};

const PROTOCOLS: [OtlpProtocol; 2] = [OtlpProtocol::Grpc, OtlpProtocol::Http];

/// A server of HTTP/1.1 that answers each request with what it is told, the first one once the gate is open.
#[derive(Clone)]
struct Site {
    answer: fn() -> http::Response<Full<Bytes>>,
    gate: Arc<Semaphore>,
    requests: Arc<Mutex<u64>>,
}

impl Site {
    async fn start(answer: fn() -> http::Response<Full<Bytes>>) -> (Self, SocketAddr) {
        let (site, address) = Self::start_closed(answer).await;
        site.gate.add_permits(1);
        (site, address)
    }

    async fn start_closed(answer: fn() -> http::Response<Full<Bytes>>) -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let gate = Arc::new(Semaphore::new(0));
        let site = Self { answer, gate, requests: Arc::default() };
        let served = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let site = served.clone();
                let service = service_fn(move |request| site.clone().serve(request));
                let stream = TokioIo::new(stream);
                tokio::spawn(http1::Builder::new().serve_connection(stream, service));
            }
        });
        (site, address)
    }

    async fn serve(
        self,
        request: http::Request<Incoming>,
    ) -> Result<http::Response<Full<Bytes>>, Infallible> {
        request.into_body().collect().await.expect("a whole body");
        let nth = {
            let mut requests = self.requests.lock();
            *requests += 1;
            *requests
        };
        if nth == 1 {
            self.gate.acquire().await.expect("never closed").forget();
        }
        Ok((self.answer)())
    }
}

fn kept() -> http::Response<Full<Bytes>> {
    http::Response::default()
}

fn secured(
    protocol: OtlpProtocol,
    address: SocketAddr,
    tls: TlsClientSettings,
) -> OtlpExporterSettings {
    let endpoint = format!("https://{address}");
    OtlpExporterSettings { protocol, endpoint, tls, ..settings(address) }
}

/// A backend of the protocol behind TLS.
async fn backend(protocol: OtlpProtocol, config: rustls::ServerConfig) -> (Terminator, SocketAddr) {
    let behind = match protocol {
        OtlpProtocol::Grpc => Backend::start([]).await.1,
        OtlpProtocol::Http => Site::start(kept).await.1,
    };
    Terminator::start(config, behind).await
}

/// What the first attempt says; it must fail, and be worth another.
async fn failure(settings: &OtlpExporterSettings) -> String {
    let endpoint = target::endpoint(&settings.endpoint).expect("an endpoint");
    let client = Client::new(&endpoint, http::HeaderMap::new(), settings).expect("sound settings");
    let packed = Packed::new(vec![item(1).bytes], Compression::None).await;
    let failure = client.send(Signal::Traces, &packed, None).await.expect_err("not to be trusted");
    assert!(!matches!(failure, Failure::Final { .. }), "{failure:?}");
    format!("{failure:?}")
}

async fn check_delivered(settings: &OtlpExporterSettings) {
    let bench = Bench::start(settings);
    bench.offer(item(2)).expect("room");
    bench.settled().await;
    Bench::check(&bench.metrics, 2, &[]);
}

async fn check_fails(settings: &OtlpExporterSettings, part: &str) {
    let message = failure(settings).await;
    assert!(message.contains(part), "{part:?} is not in {message:?}");
}

#[tokio::test]
async fn a_backend_that_the_named_authority_certifies_is_delivered_to() {
    let authority = Authority::new();
    for (protocol, agreed) in PROTOCOLS.into_iter().zip([HTTP2, HTTP1]) {
        for versions in [BOTH, &[&version::TLS12], &[&version::TLS13]] {
            let server = Server { versions, ..Server::default() };
            let (seen, address) = backend(protocol, authority.server(&server, |_| ())).await;
            check_delivered(&secured(protocol, address, authority.trusted())).await;
            assert_eq!(seen.greetings()[0].protocol.as_deref(), Some(agreed));
        }
    }
}

#[tokio::test]
async fn a_certificate_that_another_authority_signed_is_refused_with_the_file() {
    let (authority, other) = (Authority::new(), Authority::new());
    for protocol in PROTOCOLS {
        let config = authority.server(&Server::default(), |_| ());
        let (seen, address) = backend(protocol, config).await;
        let settings = secured(protocol, address, other.trusted());
        let file = other.path("ca.pem");
        let named = format!("signed by none of tls.ca_file {}: name the authority", file.display());
        check_fails(&settings, &named).await;
        assert!(seen.greetings().is_empty(), "nothing was sent");
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_until_its_name_is_expected() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let config = authority.server(&Server::default(), |params| {
            *params =
                rcgen::CertificateParams::new(vec!["tempo.example".to_owned()]).expect("a name");
        });
        let (seen, address) = backend(protocol, config).await;
        let mut settings = secured(protocol, address, authority.trusted());
        let part = "is for tempo.example, not for 127.0.0.1: set tls.server_name_override";
        check_fails(&settings, part).await;
        settings.tls.server_name = Some("tempo.example".to_owned());
        check_delivered(&settings).await;
        assert_eq!(seen.greetings()[0].server_name.as_deref(), Some("tempo.example"));
    }
}

#[tokio::test]
async fn an_expired_certificate_is_refused_with_its_date() {
    let authority = Authority::new();
    let config = authority.server(&Server::default(), |params| {
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 2);
    });
    let (_, address) = backend(OtlpProtocol::Grpc, config).await;
    let settings = secured(OtlpProtocol::Grpc, address, authority.trusted());
    check_fails(&settings, "expired on Thu, 02 Jan 2020 00:00:00 GMT: have it renewed").await;
}

#[tokio::test]
async fn an_authority_s_own_certificate_is_no_server_s() {
    let authority = Authority::new();
    let config = authority.server(&Server::default(), |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    let (_, address) = backend(OtlpProtocol::Grpc, config).await;
    let settings = secured(OtlpProtocol::Grpc, address, authority.trusted());
    check_fails(&settings, "an authority's own (CA:TRUE)").await;
}

#[tokio::test]
async fn a_certificate_is_shown_to_whom_demands_one_and_its_lack_is_named() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        for versions in [&[&version::TLS12][..], &[&version::TLS13]] {
            let demands = Some(&authority);
            let server = Server { versions, demands, ..Server::default() };
            let (seen, address) = backend(protocol, authority.server(&server, |_| ())).await;
            let mut settings = secured(protocol, address, authority.trusted());
            check_fails(&settings, "set tls.cert_file and tls.key_file").await;

            let stranger = Authority::new();
            settings.tls.common.identity = Some(stranger.write_identity().0);
            let shown =
                format!("does not accept tls.cert_file {}", stranger.path("cert.pem").display());
            check_fails(&settings, &shown).await;

            let (identity, certificate) = authority.write_identity();
            settings.tls.common.identity = Some(identity);
            check_delivered(&settings).await;
            assert_eq!(seen.greetings()[0].certificate, Some(certificate));
        }
    }
}

#[tokio::test]
async fn a_version_that_is_not_spoken_is_named() {
    let authority = Authority::new();
    let server = Server { versions: &[&version::TLS12], ..Server::default() };
    let (_, address) = backend(OtlpProtocol::Grpc, authority.server(&server, |_| ())).await;
    let mut settings = secured(OtlpProtocol::Grpc, address, authority.trusted());
    settings.tls.common.min_version = TlsVersion::V1_3;
    check_fails(&settings, "does not speak TLS 1.3: upgrade it, or change tls.min_version").await;
}

/// A server that reads a little and answers with fixed bytes.
async fn blunt(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
    });
    address
}

#[tokio::test]
async fn a_server_of_older_versions_alone_is_refused() {
    /// A fatal alert: protocol_version.
    const ALERT: &[u8] = &[21, 3, 1, 0, 2, 2, 70];
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let settings = secured(protocol, blunt(ALERT).await, authority.trusted());
        check_fails(&settings, "does not speak TLS 1.2 or 1.3").await;
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_named_as_one() {
    let authority = Authority::new();
    let address = blunt(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    for (protocol, remedy) in
        PROTOCOLS.into_iter().zip(["write http:// or set tls.insecure to true", "write http://"])
    {
        let settings = secured(protocol, address, authority.trusted());
        check_fails(&settings, "something else than TLS: if it speaks none").await;
        check_fails(&settings, remedy).await;
    }
    let silent = blunt(b"").await;
    let settings = secured(OtlpProtocol::Grpc, silent, authority.trusted());
    check_fails(&settings, "ended the connection in the TLS handshake: if it speaks none").await;
}

#[tokio::test]
async fn a_handshake_that_hangs_is_over_within_an_attempt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let authority = Authority::new();
    let mut settings = secured(OtlpProtocol::Grpc, address, authority.trusted());
    settings.timeout = Duration::from_millis(200);
    check_fails(&settings, "no TLS handshake within 180ms").await;
}

#[tokio::test]
async fn grpc_needs_a_server_that_agrees_on_http2() {
    let authority = Authority::new();
    for protocols in [&[][..], &[HTTP1]] {
        let server = Server { protocols, ..Server::default() };
        let config = authority.server(&server, |_| ());
        let (_, address) = backend(OtlpProtocol::Http, config).await;
        let over_grpc = secured(OtlpProtocol::Grpc, address, authority.trusted());
        check_fails(&over_grpc, "has not agreed on HTTP/2 (ALPN h2)").await;
        check_delivered(&secured(OtlpProtocol::Http, address, authority.trusted())).await;
    }
}

#[tokio::test]
async fn whoever_answers_is_believed_if_that_is_asked_for() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let config = authority.server(&Server::default(), |params| {
            params.not_after = rcgen::date_time_ymd(2020, 1, 2);
        });
        let (_, address) = backend(protocol, config).await;
        let tls = TlsClientSettings { skips_verification: true, ..TlsClientSettings::default() };
        check_delivered(&secured(protocol, address, tls)).await;
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_into_the_clear() {
    fn elsewhere() -> http::Response<Full<Bytes>> {
        let location = format!("http://{}:80/v1/traces", Ipv4Addr::LOCALHOST);
        let response = http::Response::builder().status(307).header("location", location);
        response.body(Full::default()).expect("a response")
    }
    let authority = Authority::new();
    let (site, behind) = Site::start(elsewhere).await;
    let config = authority.server(&Server::default(), |_| ());
    let (_, address) = Terminator::start(config, behind).await;
    let bench = Bench::start(&secured(OtlpProtocol::Http, address, authority.trusted()));
    bench.offer(item(3)).expect("room");
    bench.settled().await;
    assert_eq!(*site.requests.lock(), 1);
    Bench::check(&bench.metrics, 0, &[(RejectReason::Remote, 3)]);
}

/// Sends one item after another until `is_done`.
async fn send_until(bench: &Bench, mut is_done: impl FnMut() -> bool) -> u64 {
    let mut sent = 0;
    let sending = async {
        while !is_done() {
            bench.offer(item(1)).expect("room");
            bench.settled().await;
            sent += 1;
        }
    };
    time::timeout(PATIENCE, sending).await.expect("done in time");
    sent
}

#[tokio::test]
async fn new_certificates_are_used_without_a_restart_and_old_connections_close() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let demands = Some(&authority);
        let config = authority.server(&Server { demands, ..Server::default() }, |_| ());
        let (seen, address) = backend(protocol, config).await;
        let (identity, first) = authority.write_identity();
        let mut settings = secured(protocol, address, authority.trusted());
        settings.tls.common.identity = Some(identity);
        settings.tls.common.reload_interval = Some(Duration::from_millis(1));
        let bench = Bench::start(&settings);
        let mut sent = send_until(&bench, || !seen.greetings().is_empty()).await;
        assert_eq!(seen.greetings()[0].certificate, Some(first));

        // A mistake changes nothing.
        authority.write("key.pem", "no key");
        let mut rounds = 0..20;
        sent += send_until(&bench, || rounds.next().is_none()).await;
        let (_, second) = authority.write_identity();
        let is_second = || {
            let last = seen.greetings().pop();
            last.and_then(|greeting| greeting.certificate) == Some(second.clone())
        };
        sent += send_until(&bench, is_second).await;
        let closed = async {
            while seen.open() > 1 {
                time::sleep(Duration::from_millis(1)).await;
            }
        };
        time::timeout(PATIENCE, closed).await.expect("the old connections close");
        Bench::check(&bench.metrics, sent, &[]);
    }
}

#[tokio::test]
async fn a_request_that_is_under_way_while_certificates_change_is_answered() {
    let authority = Authority::new();
    let (site, behind) = Site::start_closed(kept).await;
    let demands = Some(&authority);
    let config = authority.server(&Server { demands, ..Server::default() }, |_| ());
    let (seen, address) = Terminator::start(config, behind).await;
    let mut settings = secured(OtlpProtocol::Http, address, authority.trusted());
    settings.queue = QueueSettings { consumers: 2, ..QueueSettings::default() };
    settings.tls.common.identity = Some(authority.write_identity().0);
    settings.tls.common.reload_interval = Some(Duration::from_millis(1));
    let bench = Bench::start(&settings);
    let mut requests = 0;
    let mut send = async || {
        bench.offer(item(1)).expect("room");
        requests += 1;
        let arrived = async {
            while *site.requests.lock() < requests {
                time::sleep(Duration::from_millis(1)).await;
            }
        };
        time::timeout(PATIENCE, arrived).await.expect("the request arrives");
        requests
    };
    send().await;
    let second = Some(authority.write_identity().1);
    while seen.greetings().pop().and_then(|last| last.certificate) != second {
        assert!(send().await < 10_000, "the second certificate is never shown");
    }
    let sent = send().await;
    site.gate.add_permits(1);
    bench.settled().await;
    assert_eq!(*site.requests.lock(), sent, "none was sent twice");
    Bench::check(&bench.metrics, sent, &[]);
}
