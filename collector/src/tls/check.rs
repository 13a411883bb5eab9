//! Every mistake in what the settings of TLS name, all at once: for whoever checks a configuration before it runs.

use super::{
    identity,
    material::{AUTHORITIES, CERTIFICATE, KEY, Key, PEERS, Text},
    pem, roots,
};
use crate::config::{Pem, TlsIdentity, TlsServerSettings, TlsSettings};

/// A certificate, a key or authorities that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The key of `tls` that names it.
    pub(crate) key: &'static str,
    /// What is wrong: it begins with the key, and names file, line and remedy.
    pub(crate) message: String,
}

/// Reads the files that the settings name and checks what they hold, as a start does. Blocks, for as long as the disk
/// takes.
pub(crate) fn mistakes(settings: &TlsSettings) -> Vec<Mistake> {
    of((AUTHORITIES, settings.authorities.as_ref()), settings.identity.as_ref())
}

/// The same of a listener.
pub(crate) fn mistakes_of_listener(settings: &TlsServerSettings) -> Vec<Mistake> {
    of((PEERS, settings.client_authorities.as_ref()), Some(&settings.identity))
}

fn of((trusted, authorities): (Key, Option<&Pem>), identity: Option<&TlsIdentity>) -> Vec<Mistake> {
    let mut found = Vec::new();
    if let Some(authorities) = authorities {
        let read = Text::read(trusted, authorities);
        let checked = read.and_then(|text| roots::roots(Some(&text), false));
        note(&mut found, trusted.of(authorities), checked);
    }
    if let Some(TlsIdentity { certificate, key }) = identity {
        let chain = Text::read(CERTIFICATE, certificate)
            .and_then(|text| pem::certificates(&text).map(|_| text));
        let chain = note(&mut found, CERTIFICATE.of(certificate), chain);
        let private = Text::read(KEY, key).and_then(|text| pem::key(&text).map(|_| text));
        let private = note(&mut found, KEY.of(key), private);
        if let (Some(chain), Some(private)) = (chain, private) {
            note(&mut found, KEY.of(key), identity::certified(&chain, &private));
        }
    }
    found
}

/// What is sound; a mistake is taken down.
fn note<T>(found: &mut Vec<Mistake>, key: &'static str, checked: Result<T, String>) -> Option<T> {
    checked.map_err(|message| found.push(Mistake { key, message })).ok()
}
