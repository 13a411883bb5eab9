//! What the files hold that the settings name.

use std::{fmt, io, path::Path};

use crate::{
    config::{Pem, TlsSettings},
    small_file,
};

/// How the settings name something in PEM: by its file, or as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    file: &'static str,
    text: &'static str,
}

/// Who may have signed the other end's certificate.
pub(super) const AUTHORITIES: Key = Key { file: "ca_file", text: "ca_pem" };
/// The same of a listener's peers.
pub(super) const PEERS: Key = Key { file: "client_ca_file", text: "client_ca_pem" };
/// Who this end is.
pub(super) const CERTIFICATE: Key = Key { file: "cert_file", text: "cert_pem" };
/// How it shows that.
pub(super) const KEY: Key = Key { file: "key_file", text: "key_pem" };

impl Key {
    /// The key of `tls` that this stands behind.
    pub(super) const fn of(self, pem: &Pem) -> &'static str {
        match pem {
            Pem::File(_) => self.file,
            Pem::Text(_) => self.text,
        }
    }
}

/// Certificates or a key in PEM, and what they are called in messages: the key of the settings, and the file.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) name: String,
    pub(super) pem: Vec<u8>,
}

/// Everything that one configuration of TLS is made from. Two that are equal make the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Material {
    pub(super) authorities: Option<Text>,
    /// The certificate, and its key.
    pub(super) identity: Option<(Text, Text)>,
}

impl Material {
    /// Reads the files. Blocks, for as long as the disk takes.
    ///
    /// # Errors
    /// One of them cannot be read, or is larger than 1 MiB; the message names it, its key and the remedy.
    pub(crate) fn read(settings: &TlsSettings) -> Result<Self, String> {
        let authorities = settings.authorities.as_ref().map(|pem| Text::read(AUTHORITIES, pem));
        let identity = settings.identity.as_ref().map(|identity| {
            let certificate = Text::read(CERTIFICATE, &identity.certificate)?;
            Ok::<_, String>((certificate, Text::read(KEY, &identity.key)?))
        });
        Ok(Self { authorities: authorities.transpose()?, identity: identity.transpose()? })
    }

    /// What the authorities are called, if they are not the system's alone.
    pub(crate) fn authorities(&self) -> Option<&str> {
        self.authorities.as_ref().map(|text| text.name.as_str())
    }

    /// What this end's certificate is called, if it has one.
    pub(crate) fn certificate(&self) -> Option<&str> {
        self.identity.as_ref().map(|(certificate, _)| certificate.name.as_str())
    }
}

impl Text {
    /// Blocks, for as long as the disk takes.
    ///
    /// # Errors
    /// The file cannot be read, or is larger than 1 MiB; the message names it, its key and the remedy.
    pub(super) fn read(key: Key, pem: &Pem) -> Result<Self, String> {
        let name = format!("tls.{}", key.of(pem));
        match pem {
            Pem::Text(text) => Ok(Self { name, pem: text.clone().into_bytes() }),
            Pem::File(path) => {
                let name = format!("{name} {}", path.display());
                let pem = small_file::read(path).map_err(|cause| {
                    format!("{name} cannot be read: {cause}{}", remedy(path, &cause))
                })?;
                Ok(Self { name, pem })
            }
        }
    }
}

fn remedy(path: &Path, cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::NotFound if path.is_relative() => {
            ": write its whole path, as it is looked for where the program was started"
        }
        io::ErrorKind::NotFound => ": put it there, or name another one",
        io::ErrorKind::PermissionDenied => {
            ": let this user read it, or run this as the user of the collector"
        }
        _ => "",
    }
}

impl fmt::Debug for Text {
    /// The name alone: a key is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&self.name).finish()
    }
}
