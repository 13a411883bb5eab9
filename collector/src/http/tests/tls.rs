//! TLS of a listener: who is let in, what becomes of the others, and certificates that change.

use inferometer_semconv::attributes::CollectorReloadResult as Reload;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::*;
use crate::{
    config::{Pem, ProtectionSettings, TlsServerSettings, TlsVersion},
    tls::testing::Authority,
};

/// How often the files are looked at where they change.
const OFTEN: Duration = Duration::from_millis(5);

fn served(metrics: &SelfMetrics, limits: Limits, tls: TlsServerSettings) -> Server {
    let counts = metrics.connections(CollectorListener::Metrics);
    let settings = ProtectionSettings { tls: Some(tls), ..ProtectionSettings::NONE };
    let protection = Protection::start("page", &settings, &counts).expect("sound files");
    let handler = Arc::new(Paths);
    Server::bind("page", "127.0.0.1:0", handler, limits, counts, protection).expect("a free port")
}

fn trusting(authority: &Authority) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der()).expect("a root");
    roots
}

/// A client that trusts the authority, offers these protocols, and shows a certificate if it is given one's issuer.
fn client(authority: &Authority, protocols: &[&[u8]], shown: Option<&Authority>) -> TlsConnector {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(trusting(authority));
    let mut config = match shown {
        None => builder.with_no_client_auth(),
        Some(issuer) => {
            let (certificate, key) = issuer.sign(|_| ());
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
            builder.with_client_auth_cert(vec![certificate.der().clone()], key).expect("a client")
        }
    };
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn shake(client: &TlsConnector, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let handshake = client.connect(name, TcpStream::connect(address).await?);
    time::timeout(PATIENCE, handshake).await.expect("the handshake ends")
}

/// Asks over a connection of its own, and reads until the server closes it.
async fn ask(client: &TlsConnector, address: SocketAddr) -> io::Result<String> {
    let mut stream = shake(client, address).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("an end")?;
    Ok(answer)
}

/// The certificate that the listener shows now.
async fn shown(client: &TlsConnector, address: SocketAddr) -> CertificateDer<'static> {
    let stream = shake(client, address).await.expect("a handshake");
    let shown = stream.get_ref().1.peer_certificates().expect("a certificate");
    shown[0].clone().into_owned()
}

fn reloads(metrics: &SelfMetrics) -> [i64; 2] {
    let reload = &metrics::INFER_COLLECTOR_CREDENTIAL_RELOAD;
    [Reload::Renewed, Reload::Failed].map(|it| counted(metrics, reload, Some(it.as_str())))
}

/// Waits until one more change was seen that came to this.
async fn seen(metrics: &SelfMetrics, result: Reload, before: [i64; 2]) {
    let of = |counts: [i64; 2]| counts[result as usize];
    let seen = async {
        while of(reloads(metrics)) == of(before) {
            time::sleep(OFTEN).await;
        }
    };
    time::timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("{result:?} is not counted"));
}

#[tokio::test]
async fn both_versions_of_http_are_agreed_on_and_a_peer_that_names_neither_is_cut() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let server = served(&metrics, Limits::default(), authority.listener());
    for (offered, agreed) in [
        (&[&b"h2"[..], b"http/1.1"][..], Some(&b"h2"[..])),
        (&[b"http/1.1"], Some(b"http/1.1")),
        (&[], None),
    ] {
        let connected = shake(&client(&authority, offered, None), server.address()).await;
        let connected = connected.expect("a handshake");
        assert_eq!(connected.get_ref().1.alpn_protocol(), agreed);
    }
    for offered in [&[b"http/1.1" as &[u8]][..], &[]] {
        let answer = ask(&client(&authority, offered, None), server.address()).await;
        assert!(answer.expect("an answer").ends_with("ok"));
    }
    let refused = shake(&client(&authority, &[b"smtp"], None), server.address()).await;
    refused.expect_err("no protocol in common");
    check_cut(&metrics, Cut::HandshakeFailed, 1);
}

#[tokio::test]
async fn an_old_version_of_tls_is_refused() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let tls = TlsServerSettings { min_version: TlsVersion::V1_3, ..authority.listener() };
    let server = served(&metrics, Limits::default(), tls);
    let old = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("versions")
        .with_root_certificates(trusting(&authority))
        .with_no_client_auth();
    let refused = shake(&TlsConnector::from(Arc::new(old)), server.address()).await;
    refused.expect_err("TLS 1.2 is too old");
    check_cut(&metrics, Cut::HandshakeFailed, 1);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_cut_and_holds_up_nobody() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let limits = Limits { header_timeout: Duration::from_millis(300), ..Limits::default() };
    let server = served(&metrics, limits, authority.listener());
    let mut silent = connect(server.address()).await;
    // The start of a handshake, which announces more than comes.
    let mut halting = connect(server.address()).await;
    halting.write_all(&[22, 3, 1, 2, 0, 1, 0]).await.expect("sent");
    let asked = client(&authority, &[], None);
    assert!(ask(&asked, server.address()).await.expect("an answer").ends_with("ok"));
    for stream in [&mut silent, &mut halting] {
        assert_eq!(read_to_end(stream).await, "");
    }
    check_cut(&metrics, Cut::HandshakeTimeout, 2);
}

#[tokio::test]
async fn handshakes_count_against_the_limit_of_connections() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = served(&metrics, limits, authority.listener());
    let _silent = connect(server.address()).await;
    accepted(&metrics).await;
    let asked = client(&authority, &[], None);
    shake(&asked, server.address()).await.expect_err("no place");
    let over_limit = Some(ConnectionRefusal::OverLimit.as_str());
    let refused = &metrics::INFER_COLLECTOR_CONNECTION_REFUSED;
    assert_eq!(counted(&metrics, refused, over_limit), 1);
}

#[tokio::test]
async fn what_is_no_tls_is_cut_without_an_answer() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let server = served(&metrics, Limits::default(), authority.listener());
    let mut stream = connect(server.address()).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    let _ = time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an end");
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    check_cut(&metrics, Cut::HandshakeFailed, 1);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_handshake() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let server = served(&metrics, Limits::default(), authority.listener());
    let mut silent = connect(server.address()).await;
    accepted(&metrics).await;
    time::timeout(PATIENCE, server.shutdown(2 * PATIENCE)).await.expect("long before the deadline");
    read_to_end(&mut silent).await;
}

#[tokio::test]
async fn a_peer_without_a_certificate_of_the_named_authority_is_refused_and_told() {
    let (authority, other) = (Authority::new(), Authority::new());
    let metrics = SelfMetrics::default();
    let peers = Some(Pem::File(authority.path("ca.pem")));
    let tls = TlsServerSettings { client_authorities: peers, ..authority.listener() };
    let server = served(&metrics, Limits::default(), tls);
    let known = client(&authority, &[], Some(&authority));
    assert!(ask(&known, server.address()).await.expect("an answer").ends_with("ok"));
    for (shown, told) in [(None, "CertificateRequired"), (Some(&other), "received fatal alert")] {
        let asked = client(&authority, &[], shown);
        let error = ask(&asked, server.address()).await.expect_err("a stranger").to_string();
        assert!(error.contains(told), "{error}");
    }
    check_cut(&metrics, Cut::ClientCertificate, 2);
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_a_restart_and_old_connections_live() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let tls = TlsServerSettings { reload_interval: Some(OFTEN), ..authority.listener() };
    let server = served(&metrics, Limits::default(), tls);
    let asked = client(&authority, &[], None);
    let mut kept = shake(&asked, server.address()).await.expect("a handshake");
    let (_, renewed) = authority.write_identity();
    // The two files may be seen one without the other, which is told, and then together.
    seen(&metrics, Reload::Renewed, [0, 0]).await;
    assert_eq!(shown(&asked, server.address()).await, renewed);
    kept.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    kept.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.ends_with("ok"));
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_never_shown() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let tls = TlsServerSettings { reload_interval: Some(OFTEN), ..authority.listener() };
    let server = served(&metrics, Limits::default(), tls);
    let asked = client(&authority, &[], None);
    let first = shown(&asked, server.address()).await;
    let good = std::fs::read_to_string(authority.path("cert.pem")).expect("a file");
    let of_another_key = authority.sign(|_| ()).0.pem();
    for bad in [&good[..good.len() / 2], "", &of_another_key] {
        let before = reloads(&metrics);
        authority.write("cert.pem", bad);
        seen(&metrics, Reload::Failed, before).await;
        assert_eq!(shown(&asked, server.address()).await, first, "{bad}");
    }
    let before = reloads(&metrics);
    std::fs::remove_file(authority.path("cert.pem")).expect("removed");
    seen(&metrics, Reload::Failed, before).await;
    assert_eq!(shown(&asked, server.address()).await, first);
    assert_eq!(reloads(&metrics)[0], 0, "nothing of this was used");
}

#[tokio::test]
async fn files_that_cannot_be_used_keep_a_listener_from_starting_and_are_named() {
    let (authority, metrics) = (Authority::new(), SelfMetrics::default());
    let counts = metrics.connections(CollectorListener::Metrics);
    let sound = authority.listener();
    let check = |tls: TlsServerSettings, part: &str| {
        let settings = ProtectionSettings { tls: Some(tls), ..ProtectionSettings::NONE };
        let error = Protection::start("receivers.otlp.protocols.grpc", &settings, &counts);
        let error = error.expect_err("not to be used").to_string();
        assert!(error.starts_with("receivers.otlp.protocols.grpc: tls."), "{error}");
        assert!(error.contains(part), "{part:?} is not in {error:?}");
    };
    let other = Pem::Text(authority.sign(|_| ()).1.serialize_pem());
    let mut wrong = sound.clone();
    wrong.identity.key = other;
    check(wrong, "tls.key_pem is not the key of the first certificate of tls.cert_file");
    let peers = Some(Pem::File("/nowhere/ca.pem".into()));
    let wrong = TlsServerSettings { client_authorities: peers, ..sound };
    check(wrong, "tls.client_ca_file /nowhere/ca.pem cannot be read: No such file");
}
