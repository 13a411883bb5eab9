//! What a listener's connections are made with, also after its files have changed.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use parking_lot::RwLock;
use rustls::{
    CertificateError, Error, RootCertStore, ServerConfig,
    client::verify_server_cert_signed_by_trust_anchor,
    crypto::ring,
    pki_types::{CertificateDer, UnixTime},
    server::{ParsedCertificate, WebPkiClientVerifier},
    sign::SingleCertAndKey,
};
use tokio::net::TcpStream;
use tokio_rustls::{Accept, TlsAcceptor};

use super::{
    identity,
    material::{CERTIFICATE, KEY, PEERS, Text},
    pem, roots,
    versions::versions,
};
use crate::{
    config::TlsServerSettings,
    rotation::{Rotated, Rotation},
    self_metrics::Connections,
};

/// What HTTP may be spoken, by its names in ALPN; a peer that names neither is refused, one that names nothing is heard.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How often the authorities of peers are looked at with `client_ca_file_reload`; where the OpenTelemetry Collector is
/// told by the system, which says nothing of files behind the symbolic links of a mounted secret.
const CLIENT_CA_INTERVAL: Duration = Duration::from_secs(10);

/// Shakes hands with peers, by the certificates that the files held last.
#[derive(Debug)]
pub(crate) struct Acceptor {
    current: Current,
    _rotation: Option<Rotation>,
}

type Current = Arc<RwLock<Arc<ServerConfig>>>;

impl Acceptor {
    /// Reads the files, now and as often as the settings say; `name` is the component that the log names. Must be called
    /// within a Tokio runtime.
    ///
    /// # Errors
    /// A file cannot be used; the message names it, its line and the remedy.
    pub(crate) fn start(
        name: &str,
        settings: &TlsServerSettings,
        counts: &Connections,
    ) -> Result<Self, String> {
        let first = ServerMaterial::read(settings)?;
        let config = server_config(settings, &first)?;
        if let Err(wrong) = first.is_current(UnixTime::now()) {
            // A clock that is set later must not keep a collector from starting.
            tracing::warn!("{name}: {wrong}");
        }
        let current = Arc::new(RwLock::new(Arc::new(config)));
        let files = Files {
            settings: settings.clone(),
            first: first.clone(),
            current: Arc::clone(&current),
        };
        let rotation = interval(settings)
            .map(|interval| Rotation::start(name, interval, files, first, Some(counts)));
        Ok(Self { current, _rotation: rotation })
    }

    /// Shakes hands with a peer, for as long as that takes.
    pub(crate) fn accept(&self, stream: TcpStream) -> Accept<TcpStream> {
        let config = Arc::clone(&self.current.read());
        TlsAcceptor::from(config).accept(stream)
    }
}

fn interval(settings: &TlsServerSettings) -> Option<Duration> {
    let of_authorities = settings.reloads_client_authorities.then_some(CLIENT_CA_INTERVAL);
    settings.reload_interval.into_iter().chain(of_authorities).min()
}

/// Everything that the configuration of a listener's TLS is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerMaterial {
    certificate: Text,
    key: Text,
    /// Who must have signed the certificates of peers, if they need any.
    authorities: Option<Text>,
}

impl ServerMaterial {
    /// Reads the files. Blocks, for as long as the disk takes.
    ///
    /// # Errors
    /// One of them cannot be read, or is larger than 1 MiB; the message names it and its key.
    pub(crate) fn read(settings: &TlsServerSettings) -> Result<Self, String> {
        let (certificate, key) = identity(settings)?;
        Ok(Self { certificate, key, authorities: authorities(settings)? })
    }

    /// Whether the certificate can be shown at this time.
    fn is_current(&self, now: UnixTime) -> Result<(), String> {
        let chain = pem::certificates(&self.certificate)?;
        let Some((line, first)) = chain.first() else {
            return Ok(());
        };
        let wrong = |what: String| {
            Err(format!("{}, line {line}: the certificate {what}", self.certificate.name))
        };
        match validity(first, now) {
            Some(CertificateError::ExpiredContext { not_after, .. }) => {
                wrong(format!("expired on {}: have it renewed", date(not_after)))
            }
            Some(CertificateError::NotValidYetContext { not_before, .. }) => {
                wrong(format!("is valid from {} on: set this machine's clock", date(not_before)))
            }
            _ => Ok(()),
        }
    }
}

fn identity(settings: &TlsServerSettings) -> Result<(Text, Text), String> {
    let certificate = Text::read(CERTIFICATE, &settings.identity.certificate)?;
    Ok((certificate, Text::read(KEY, &settings.identity.key)?))
}

fn authorities(settings: &TlsServerSettings) -> Result<Option<Text>, String> {
    settings.client_authorities.as_ref().map(|pem| Text::read(PEERS, pem)).transpose()
}

/// What is wrong with a certificate, as a peer would find it; nobody is trusted, so something always is.
fn validity(certificate: &CertificateDer<'_>, now: UnixTime) -> Option<CertificateError> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    let nobody = RootCertStore::empty();
    match verify_server_cert_signed_by_trust_anchor(&parsed, &nobody, &[], now, algorithms) {
        Err(Error::InvalidCertificate(cause)) => Some(cause),
        _ => None,
    }
}

fn date(time: UnixTime) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(time.as_secs()))
}

/// Checks everything that was read, and makes the configuration of it.
///
/// # Errors
/// A certificate or a key cannot be used; the message names file, line and remedy.
pub(crate) fn server_config(
    settings: &TlsServerSettings,
    material: &ServerMaterial,
) -> Result<ServerConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions(settings.min_version, settings.max_version))
        .map_err(|cause| format!("TLS cannot be set up: {cause}"))?;
    let builder = match &material.authorities {
        None => builder.with_no_client_auth(),
        Some(text) => {
            let trusted = Arc::new(roots::roots(Some(text), false)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(trusted, provider).build();
            let verifier =
                verifier.map_err(|cause| format!("{} cannot be used: {cause}", text.name))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let certified = identity::certified(&material.certificate, &material.key)?;
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

/// The files of a listener.
struct Files {
    settings: TlsServerSettings,
    /// What was read when it started, which stays where the settings do not say otherwise.
    first: ServerMaterial,
    current: Current,
}

impl Rotated for Files {
    type Read = ServerMaterial;

    fn read(&self) -> Result<ServerMaterial, String> {
        let mut read = self.first.clone();
        if self.settings.reload_interval.is_some() {
            (read.certificate, read.key) = identity(&self.settings)?;
        }
        if self.settings.reloads_client_authorities {
            read.authorities = authorities(&self.settings)?;
        }
        Ok(read)
    }

    /// An expired certificate is no better than the one before it.
    fn apply(&self, read: &ServerMaterial) -> Result<(), String> {
        let config = Arc::new(server_config(&self.settings, read)?);
        read.is_current(UnixTime::now())?;
        *self.current.write() = config;
        Ok(())
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::date_time_ymd;

    use super::*;
    use crate::{config::Pem, tls::testing::Authority};

    fn files(settings: &TlsServerSettings) -> Files {
        let first = ServerMaterial::read(settings).unwrap();
        let config = server_config(settings, &first).unwrap();
        let current = Arc::new(RwLock::new(Arc::new(config)));
        Files { settings: settings.clone(), first, current }
    }

    #[test]
    fn an_expired_certificate_is_not_taken_for_the_one_before_it() {
        let authority = Authority::new();
        let reload_interval = Some(Duration::from_secs(1));
        let settings = TlsServerSettings { reload_interval, ..authority.listener() };
        let files = files(&settings);
        let before = Arc::clone(&files.current.read());
        authority.write_changed_identity(|params| params.not_after = date_time_ymd(2020, 1, 1));
        let error = files.apply(&files.read().unwrap()).unwrap_err();
        let line = format!("tls.cert_file {}, line 1: ", authority.path("cert.pem").display());
        assert_eq!(
            error,
            format!(
                "{line}the certificate expired on Wed, 01 Jan 2020 00:00:00 GMT: have it renewed"
            )
        );
        authority.write_changed_identity(|params| params.not_before = date_time_ymd(4000, 1, 1));
        let error = files.apply(&files.read().unwrap()).unwrap_err();
        assert!(error.contains("is valid from Sat, 01 Jan 4000"), "{error}");
        assert!(Arc::ptr_eq(&before, &files.current.read()));
    }

    #[test]
    fn only_what_the_settings_name_is_read_again() {
        let (authority, other) = (Authority::new(), Authority::new());
        let peers =
            authority.write("peers.pem", &std::fs::read_to_string(other.path("ca.pem")).unwrap());
        let sound = TlsServerSettings {
            client_authorities: Some(Pem::File(peers.clone())),
            ..authority.listener()
        };
        for (of_identity, of_peers) in [(false, false), (true, false), (false, true)] {
            let settings = TlsServerSettings {
                reload_interval: of_identity.then_some(Duration::from_secs(1)),
                reloads_client_authorities: of_peers,
                ..sound.clone()
            };
            let files = files(&settings);
            authority.write_identity();
            std::fs::write(&peers, std::fs::read(Authority::new().path("ca.pem")).unwrap())
                .unwrap();
            let read = files.read().unwrap();
            assert_eq!(read.certificate != files.first.certificate, of_identity);
            assert_eq!(read.authorities != files.first.authorities, of_peers);
            assert_eq!(interval(&settings).is_some(), of_identity || of_peers);
        }
    }
}
