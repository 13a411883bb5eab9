//! The Collector's `tls` block: whom the other end may be, and who this one is.
//!
//! Files are named here. They are read with the configuration (`tls_files`), so that a mistake in one has its place, and
//! again where a component starts.

use std::{fmt, path::PathBuf, time::Duration};

use super::{
    problem::{Position, Problems},
    section::Section,
};

/// What both ends of TLS have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsSettings {
    /// Who may have signed the other end's certificate; without, the authorities that the system trusts.
    pub authorities: Option<Pem>,
    /// Whether those of the system may too, beside `authorities`; default false.
    pub system_authorities: bool,
    /// Who this end is; without, it has no certificate to show.
    pub identity: Option<TlsIdentity>,
    /// The oldest version that is spoken; default 1.2.
    pub min_version: TlsVersion,
    /// The newest version that is spoken; default 1.3.
    pub max_version: Option<TlsVersion>,
    /// How often the files are read again; default never.
    pub reload_interval: Option<Duration>,
}

/// TLS of a client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsClientSettings {
    /// What servers have too.
    pub common: TlsSettings,
    /// The name that the server's certificate must have, instead of the endpoint's host.
    pub server_name: Option<String>,
    /// Whether any server is believed to be the right one; default false.
    pub skips_verification: bool,
}

/// A certificate, with those that lead to its authority behind it, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsIdentity {
    /// The certificates.
    pub certificate: Pem,
    /// The private key of the first of them.
    pub key: Pem,
}

/// Certificates or a key, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// In a file.
    File(PathBuf),
    /// In the configuration itself. Never shown.
    Text(String),
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(_) => f.write_str("Text(..)"),
        }
    }
}

/// A version of TLS. Those before 1.2 are broken, and not spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    V1_2,
    /// TLS 1.3.
    V1_3,
}

impl TlsVersion {
    const WORDS: [(&str, Self); 2] = [("1.2", Self::V1_2), ("1.3", Self::V1_3)];
}

/// An exporter's `tls` as it was read.
#[derive(Debug, Default)]
pub(super) struct ClientTls {
    pub(super) settings: TlsClientSettings,
    /// `insecure`, if it is there, and where.
    pub(super) insecure: Option<(bool, Position)>,
    /// Where `insecure_skip_verify` is true.
    pub(super) unverified: Option<Position>,
    /// Each key that says nothing to a connection in the clear.
    pub(super) needs_tls: Vec<NeedsTls>,
}

/// A key that only matters where TLS is spoken.
#[derive(Debug)]
pub(super) struct NeedsTls {
    pub(super) path: String,
    pub(super) at: Position,
    /// Whether it is a certificate or a key, which nobody names who does not want TLS.
    pub(super) is_certificate: bool,
}

/// Certificates and keys.
const CERTIFICATES: [&str; 6] =
    ["ca_file", "ca_pem", "cert_file", "cert_pem", "key_file", "key_pem"];
/// What else only matters where TLS is spoken.
const OTHERS: [&str; 6] = [
    "include_system_ca_certs_pool",
    "min_version",
    "max_version",
    "reload_interval",
    "insecure_skip_verify",
    "server_name_override",
];

impl ClientTls {
    /// Reads `tls` of an exporter; without it, everything is the default.
    pub(super) fn read(exporter: &mut Section<'_>, problems: &mut Problems) -> Self {
        let Some(mut section) = exporter.section("tls", problems) else {
            return Self::default();
        };
        let insecure = section.flag("insecure", problems);
        let insecure = insecure.zip(section.place_of("insecure"));
        let skips_verification = section.flag("insecure_skip_verify", problems) == Some(true);
        let unverified = section.node("insecure_skip_verify").filter(|_| skips_verification);
        let unverified = unverified.map(|node| node.at);
        let server_name = server_name(&mut section, problems);
        let common = read_common(&mut section, problems);
        let settings = TlsClientSettings { common, server_name, skips_verification };
        let keys = CERTIFICATES.map(|key| (key, true)).into_iter();
        let keys = keys.chain(OTHERS.map(|key| (key, false)));
        let needs_tls = keys.filter_map(|(key, is_certificate)| {
            let at = section.place_of(key)?;
            Some(NeedsTls { path: section.path_of(key), at, is_certificate })
        });
        let needs_tls = needs_tls.collect();
        section.close(problems);
        Self { settings, insecure, unverified, needs_tls }
    }
}

fn server_name(section: &mut Section<'_>, problems: &mut Problems) -> Option<String> {
    const KEY: &str = "server_name_override";
    const EXPECTED: &str = "the host that the server's certificate names, such as tempo.example";
    let name = section.text(KEY, EXPECTED, problems)?;
    if rustls::pki_types::ServerName::try_from(name).is_err() {
        section.wrong(KEY, &format!("is {name:?}, expected {EXPECTED}"), problems);
        return None;
    }
    Some(name.to_owned())
}

fn read_common(section: &mut Section<'_>, problems: &mut Problems) -> TlsSettings {
    let authorities = pem(section, ("ca_file", "ca_pem"), problems);
    let identity = identity(section, problems);
    let (min_version, max_version) = version_range(section, problems);
    let reload_interval = reload_interval(section, &["ca_file", "cert_file", "key_file"], problems);
    refuse_what_is_not_chosen(section, problems);
    TlsSettings {
        authorities,
        system_authorities: section.flag("include_system_ca_certs_pool", problems) == Some(true),
        identity,
        min_version,
        max_version,
        reload_interval,
    }
}

/// A certificate and its key; both or none of them.
pub(super) fn identity(section: &mut Section<'_>, problems: &mut Problems) -> Option<TlsIdentity> {
    let certificate = pem(section, ("cert_file", "cert_pem"), problems);
    let key = pem(section, ("key_file", "key_pem"), problems);
    match (certificate, key) {
        (Some(certificate), Some(key)) => return Some(TlsIdentity { certificate, key }),
        (Some(_), None) => {
            section.missing("key_file", "the private key of the certificate", problems);
        }
        (None, Some(_)) => {
            section.missing("cert_file", "the certificate of the private key", problems);
        }
        (None, None) => {}
    }
    None
}

/// The oldest and the newest version that are spoken.
pub(super) fn version_range(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> (TlsVersion, Option<TlsVersion>) {
    let min_version = version(section, "min_version", problems).unwrap_or_default();
    let max_version = version(section, "max_version", problems);
    if max_version.is_some_and(|max| max < min_version) {
        section.wrong("max_version", "is below min_version: raise it, or remove it", problems);
    }
    (min_version, max_version)
}

/// How often `files` are read again, if any of them is named.
pub(super) fn reload_interval(
    section: &mut Section<'_>,
    files: &[&'static str],
    problems: &mut Problems,
) -> Option<Duration> {
    let interval = section.duration("reload_interval", problems);
    let interval = interval.filter(|interval| !interval.is_zero());
    let names_file = files.iter().any(|key| section.node(key).is_some());
    if interval.is_some() && !names_file {
        section.doubt("reload_interval", "has no effect, as no file is named", problems);
    }
    interval
}

/// The file or the text of a pair of keys; not both.
pub(super) fn pem(
    section: &mut Section<'_>,
    (file, text): (&'static str, &'static str),
    problems: &mut Problems,
) -> Option<Pem> {
    let path = section.text(file, "a file in PEM", problems).map(|path| Pem::File(path.into()));
    // Not through the getter of texts, which would show what is wrong with it.
    let inline = section.node(text).and_then(|node| {
        let pem = node.text().filter(|pem| !pem.is_empty());
        if pem.is_none() {
            section.wrong(text, &format!("is no text, expected PEM; or name {file}"), problems);
        }
        pem.map(|pem| Pem::Text(pem.to_owned()))
    });
    if path.is_some() && inline.is_some() {
        section.wrong(text, &format!("is there beside {file}: keep one of them"), problems);
    }
    path.or(inline)
}

/// `1.2` or `1.3`, in quotes or not: without them YAML reads a number.
fn version(
    section: &mut Section<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<TlsVersion> {
    let node = section.node(key)?;
    let typed = node.written().unwrap_or_default();
    let known = TlsVersion::WORDS.iter().find(|(word, _)| *word == typed);
    if known.is_none() {
        let expected = "expected 1.2 or 1.3, as versions before are broken and not spoken";
        section.wrong(key, &format!("is {}, {expected}", node.shown()), problems);
    }
    known.map(|(_, version)| *version)
}

/// Keys of the OpenTelemetry Collector for choices that are made here once and for all.
pub(super) fn refuse_what_is_not_chosen(section: &mut Section<'_>, problems: &mut Problems) {
    let sound = "every cipher suite and curve that is offered is sound: remove it";
    for (key, remedy) in [
        ("cipher_suites", sound),
        ("curve_preferences", sound),
        ("include_insecure_cipher_suites", "no insecure one is known: remove it"),
        ("tpm", "keys are read from files: remove it, and name key_file"),
    ] {
        section.refuse(key, remedy, problems);
    }
}
