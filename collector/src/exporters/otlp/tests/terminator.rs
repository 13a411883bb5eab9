//! TLS in front of a backend that speaks none: certificates as files, and a server that passes on what it deciphers.

use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::CertificateParams;
use rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
    version,
};
use tokio::{
    io::{AsyncReadExt, copy_bidirectional},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::config::{Pem, TlsClientSettings, TlsSettings};
pub(super) use crate::tls::testing::Authority;

pub(super) const BOTH: &[&SupportedProtocolVersion] = &[&version::TLS12, &version::TLS13];
pub(super) const HTTP2: &[u8] = b"h2";
pub(super) const HTTP1: &[u8] = b"http/1.1";

/// What a server shows and asks for.
pub(super) struct Server<'a> {
    pub(super) versions: &'a [&'static SupportedProtocolVersion],
    pub(super) protocols: &'a [&'a [u8]],
    /// Who must have signed the client's certificate.
    pub(super) demands: Option<&'a Authority>,
}

impl Default for Server<'_> {
    fn default() -> Self {
        Self { versions: BOTH, protocols: &[HTTP2, HTTP1], demands: None }
    }
}

impl Authority {
    /// The settings of a client that trusts this authority alone.
    pub(super) fn trusted(&self) -> TlsClientSettings {
        let authorities = Some(Pem::File(self.path("ca.pem")));
        let common = TlsSettings { authorities, ..TlsSettings::default() };
        TlsClientSettings { common, ..TlsClientSettings::default() }
    }

    /// A server with a certificate of this authority.
    pub(super) fn server(
        &self,
        server: &Server<'_>,
        change: impl FnOnce(&mut CertificateParams),
    ) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(server.versions)
            .expect("versions");
        let builder = match server.demands {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der()).expect("a root");
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let (certificate, key) = self.sign(change);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = builder.with_single_cert(vec![certificate.der().clone()], key);
        let mut config = config.expect("a server");
        config.alpn_protocols = server.protocols.iter().map(|name| name.to_vec()).collect();
        config
    }
}

/// What a client said in a handshake that ended well.
#[derive(Debug, Clone)]
pub(super) struct Greeting {
    pub(super) protocol: Option<Vec<u8>>,
    pub(super) server_name: Option<String>,
    pub(super) certificate: Option<CertificateDer<'static>>,
}

/// Speaks TLS, and passes on what it deciphers.
#[derive(Debug, Clone, Default)]
pub(super) struct Terminator {
    greetings: Arc<Mutex<Vec<Greeting>>>,
    open: Arc<AtomicUsize>,
}

impl Terminator {
    pub(super) async fn start(config: ServerConfig, backend: SocketAddr) -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let terminator = Self::default();
        let serving = terminator.clone();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(acceptor.clone(), tcp, backend));
            }
        });
        (terminator, address)
    }

    async fn serve(self, acceptor: TlsAcceptor, tcp: TcpStream, backend: SocketAddr) {
        let mut tls = match acceptor.accept(tcp).into_fallible().await {
            Ok(tls) => tls,
            // Reads on, so that the client gets the alert instead of a reset.
            Err((_, mut tcp)) => {
                let _ = tcp.read_to_end(&mut Vec::new()).await;
                return;
            }
        };
        let (_, session) = tls.get_ref();
        let certificates = session.peer_certificates().unwrap_or_default();
        self.greetings.lock().push(Greeting {
            protocol: session.alpn_protocol().map(<[u8]>::to_vec),
            server_name: session.server_name().map(str::to_owned),
            certificate: certificates.first().map(|first| first.clone().into_owned()),
        });
        self.open.fetch_add(1, Ordering::SeqCst);
        let mut behind = TcpStream::connect(backend).await.expect("the backend");
        let _ = copy_bidirectional(&mut tls, &mut behind).await;
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    pub(super) fn greetings(&self) -> Vec<Greeting> {
        self.greetings.lock().clone()
    }

    /// Connections that are open now.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}
