//! The Collector's `tls` block of a listener: who it is, and who its peers must be.

use std::time::Duration;

use super::{
    problem::Problems,
    section::Section,
    tls::{self, Pem, TlsIdentity, TlsVersion},
};

/// TLS of a listener. Its files are read where the listener starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsServerSettings {
    /// The certificate that peers are shown, and its key.
    pub identity: TlsIdentity,
    /// Who must have signed the certificates of peers; without, they need none.
    pub client_authorities: Option<Pem>,
    /// Whether their file is read again; default false. The key is `client_ca_file_reload`.
    pub reloads_client_authorities: bool,
    /// The oldest version that is spoken; default 1.2.
    pub min_version: TlsVersion,
    /// The newest version that is spoken; default 1.3.
    pub max_version: Option<TlsVersion>,
    /// How often the certificate and its key are read again; default never.
    pub reload_interval: Option<Duration>,
}

/// Reads `tls` of a listener, if it is there.
pub(super) fn read(
    listener: &mut Section<'_>,
    problems: &mut Problems,
) -> Option<TlsServerSettings> {
    let mut section = listener.section("tls", problems)?;
    let identity = tls::identity(&mut section, problems);
    let is_named = ["cert_file", "cert_pem", "key_file", "key_pem"]
        .map(|key| section.node(key).is_some())
        .contains(&true);
    if identity.is_none() && !is_named {
        section.missing("cert_file", "the certificate that peers are shown", problems);
    }
    let client_authorities = tls::pem(&mut section, ("client_ca_file", "client_ca_pem"), problems);
    let reloads_client_authorities = section.flag("client_ca_file_reload", problems) == Some(true);
    if reloads_client_authorities && !matches!(client_authorities, Some(Pem::File(_))) {
        section.doubt("client_ca_file_reload", "has no effect without client_ca_file", problems);
    }
    let (min_version, max_version) = tls::version_range(&mut section, problems);
    let reload_interval = tls::reload_interval(&mut section, &["cert_file", "key_file"], problems);
    let peers = "it says whom a client trusts: name the authority of the peers in client_ca_file";
    for (key, remedy) in [
        ("ca_file", peers),
        ("ca_pem", peers),
        ("include_system_ca_certs_pool", peers),
        ("insecure", "a listener without TLS has no tls: remove it, or all of tls"),
        ("insecure_skip_verify", "a listener asks for certificates by client_ca_file: remove it"),
        ("server_name_override", "it is for clients: remove it"),
    ] {
        section.refuse(key, remedy, problems);
    }
    tls::refuse_what_is_not_chosen(&mut section, problems);
    section.close(problems);
    Some(TlsServerSettings {
        identity: identity?,
        client_authorities,
        reloads_client_authorities,
        min_version,
        max_version,
        reload_interval,
    })
}
