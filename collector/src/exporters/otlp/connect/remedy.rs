//! What a failure of TLS means, and what to do about it.

use std::{io, time::Duration};

use http::Uri;
use parking_lot::Mutex;
use rustls::{
    AlertDescription, CertificateError, Error, PeerIncompatible,
    pki_types::{ServerName, UnixTime},
};
use tokio::time::Instant;
use tracing::warn;

use crate::{
    config::{OtlpExporterSettings, OtlpProtocol, TlsVersion},
    tls::Material,
};

/// How long nothing more is said of connections that end alike.
const TOLD_FOR: Duration = Duration::from_secs(600);

/// What this side of a connection was told to do, as far as remedies name it.
#[derive(Debug)]
pub(super) struct Side {
    endpoint: Uri,
    protocol: OtlpProtocol,
    /// What the server's certificate must be for.
    name: String,
    /// What the authorities are called, if they are not the system's alone.
    authorities: Option<String>,
    /// What our certificate is called.
    certificate: Option<String>,
    /// The versions that are spoken.
    versions: &'static str,
    /// When an end behind the handshake was last told.
    told: Mutex<Option<Instant>>,
}

impl Side {
    pub(super) fn new(
        endpoint: &Uri,
        name: &ServerName<'_>,
        settings: &OtlpExporterSettings,
        material: &Material,
    ) -> Self {
        let common = &settings.tls.common;
        Self {
            endpoint: endpoint.clone(),
            protocol: settings.protocol,
            name: name.to_str().into_owned(),
            authorities: material.authorities().map(str::to_owned),
            certificate: material.certificate().map(str::to_owned),
            versions: match (common.min_version, common.max_version) {
                (TlsVersion::V1_3, _) => "TLS 1.3",
                (TlsVersion::V1_2, Some(TlsVersion::V1_2)) => "TLS 1.2",
                (TlsVersion::V1_2, _) => "TLS 1.2 or 1.3",
            },
            told: Mutex::default(),
        }
    }

    pub(super) fn is_grpc(&self) -> bool {
        self.protocol == OtlpProtocol::Grpc
    }

    /// A handshake that was not over in time.
    pub(super) fn hung(&self, limit: Duration) -> io::Error {
        let message = format!("no TLS handshake within {limit:?}: {}", self.in_the_clear());
        io::Error::new(io::ErrorKind::TimedOut, message)
    }

    /// A server that speaks TLS and has not agreed on HTTP/2.
    pub(super) fn without_http2(&self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, self.other_protocol())
    }

    /// A handshake that failed.
    pub(super) fn refused(&self, cause: io::Error) -> io::Error {
        match cause.kind() {
            kind if is_end(kind) => {
                let message = format!(
                    "it ended the connection in the TLS handshake: {}",
                    self.in_the_clear()
                );
                io::Error::new(cause.kind(), message)
            }
            _ => self.explained(cause),
        }
    }

    /// A connection that ends behind the handshake, as by TLS 1.3 it does if the server does not like our certificate;
    /// `heard` says whether the server has said anything there. Told at once: a request that was not sent yet may only
    /// learn that the connection is closed.
    pub(super) fn ended(&self, cause: io::Error, heard: bool) -> io::Error {
        let is_of_tls = cause.get_ref().is_some_and(|inner| inner.is::<Error>());
        let is_wordless = !heard && is_end(cause.kind());
        if !is_of_tls && !is_wordless {
            return cause;
        }
        let explained =
            if is_wordless { self.without_a_word(cause.kind()) } else { self.explained(cause) };
        let mut told = self.told.lock();
        if told.is_none_or(|before| before.elapsed() > TOLD_FOR) {
            *told = Some(Instant::now());
            warn!("{}: {explained}", self.endpoint);
        }
        explained
    }

    fn without_a_word(&self, kind: io::ErrorKind) -> io::Error {
        let remedy = match &self.certificate {
            None => "if it demands a certificate, set tls.cert_file and tls.key_file".to_owned(),
            Some(certificate) => {
                format!("it may not accept {certificate}: look at its log")
            }
        };
        let message = format!("it ended the connection behind the TLS handshake: {remedy}");
        io::Error::new(kind, message)
    }

    /// The same failure with its remedy, if it is one of TLS.
    fn explained(&self, cause: io::Error) -> io::Error {
        let tls = cause.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        match tls {
            Some(tls) => io::Error::new(cause.kind(), self.explain(tls)),
            None => cause,
        }
    }

    fn explain(&self, error: &Error) -> String {
        match error {
            Error::InvalidCertificate(cause) => self.of_their_certificate(cause),
            Error::AlertReceived(alert) => self.of_alert(*alert),
            Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => self.other_version(),
            Error::InvalidMessage(_) => {
                format!("it answers something else than TLS: {}", self.in_the_clear())
            }
            _ => format!("TLS fails: {error}"),
        }
    }

    fn of_their_certificate(&self, cause: &CertificateError) -> String {
        match cause {
            // Also where an authority was made anew under its name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                let who = match &self.authorities {
                    Some(authorities) => format!("none of {authorities}"),
                    None => "no authority that this system trusts".to_owned(),
                };
                format!(
                    "its certificate was signed by {who}: name the authority that did in tls.ca_file, or let the \
                     server send the certificates that lead to it"
                )
            }
            CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
                let names: Vec<_> = presented.iter().map(|name| bare(name)).collect();
                format!(
                    "its certificate is for {}, not for {}: set tls.server_name_override to a name that it is for",
                    names.join(", "),
                    self.name
                )
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!(
                    "its certificate names no host: have one issued with subjectAltName {}",
                    self.name
                )
            }
            CertificateError::ExpiredContext { not_after, .. } => {
                let remedy = "have it renewed, or set this machine's clock";
                format!("its certificate expired on {}: {remedy}", date(*not_after))
            }
            CertificateError::NotValidYetContext { not_before, .. } => format!(
                "its certificate is valid from {} on: set this machine's clock",
                date(*not_before)
            ),
            cause if cause.to_string().contains("CaUsedAsEndEntity") => {
                "its certificate is an authority's own (CA:TRUE), which no server may show: have one issued with \
                 basicConstraints CA:FALSE"
                    .to_owned()
            }
            cause => format!("its certificate is not to be trusted: {cause}"),
        }
    }

    fn of_alert(&self, alert: AlertDescription) -> String {
        match alert {
            AlertDescription::DecryptError if self.certificate.is_none() => {
                "it refuses the handshake: DecryptError".to_owned()
            }
            AlertDescription::ProtocolVersion => self.other_version(),
            AlertDescription::NoApplicationProtocol => self.other_protocol(),
            AlertDescription::UnrecognisedName => format!(
                "it serves nobody called {}: set tls.server_name_override to a name that it serves",
                self.name
            ),
            AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError
            | AlertDescription::CertificateRequired => match &self.certificate {
                None => {
                    format!("it demands a certificate ({alert:?}): set tls.cert_file and tls.key_file")
                }
                Some(certificate) => format!(
                    "it does not accept {certificate} ({alert:?}): name one that it trusts and that has not expired"
                ),
            },
            AlertDescription::HandshakeFailure if self.certificate.is_none() => {
                "it refuses the handshake: set tls.cert_file and tls.key_file, if it demands a certificate; else \
                 nothing that it offers is safe"
                    .to_owned()
            }
            alert => format!("it refuses the handshake: {alert:?}"),
        }
    }

    fn other_version(&self) -> String {
        let versions = self.versions;
        format!(
            "it does not speak {versions}: upgrade it, or change tls.min_version or max_version"
        )
    }

    fn other_protocol(&self) -> String {
        match self.protocol {
            OtlpProtocol::Grpc => "it speaks TLS, but has not agreed on HTTP/2 (ALPN h2), which gRPC needs: name its port \
                                   for gRPC, or use the exporter otlphttp",
            OtlpProtocol::Http => "it speaks TLS, but no HTTP/1.1: name its port for OTLP over HTTP, or use the exporter \
                                   otlp",
        }
        .to_owned()
    }

    fn in_the_clear(&self) -> &'static str {
        match self.protocol {
            OtlpProtocol::Grpc => "if it speaks none, write http:// or set tls.insecure to true",
            OtlpProtocol::Http => "if it speaks none, write http://",
        }
    }
}

const fn is_end(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(kind, UnexpectedEof | ConnectionReset | BrokenPipe)
}

/// `a.example` of `DnsName("a.example")`, as webpki shows names.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

fn date(time: UnixTime) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(time.as_secs()))
}
