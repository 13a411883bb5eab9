//! What the files hold that the settings name.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::config::{Pem, TlsSettings};

/// Bytes of a file that are read; the roots of a whole system are a quarter of it. A larger file is an error.
const FILE_BYTES_MAX: u64 = 1 << 20;

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
    /// One of them cannot be read, or is larger than 1 MiB; the message names it and its key.
    pub(crate) fn read(settings: &TlsSettings) -> Result<Self, String> {
        let authorities = settings.authorities.as_ref().map(|pem| Text::read("ca", pem));
        let identity = settings.identity.as_ref().map(|identity| {
            let certificate = Text::read("cert", &identity.certificate)?;
            Ok::<_, String>((certificate, Text::read("key", &identity.key)?))
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
    fn read(key: &str, pem: &Pem) -> Result<Self, String> {
        match pem {
            Pem::Text(text) => {
                Ok(Self { name: format!("tls.{key}_pem"), pem: text.clone().into_bytes() })
            }
            Pem::File(path) => {
                let name = format!("tls.{key}_file {}", path.display());
                let pem = read(path).map_err(|cause| format!("{name} cannot be read: {cause}"))?;
                Ok(Self { name, pem })
            }
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut pem = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut pem)?;
    if pem.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok(pem)
}

impl fmt::Debug for Text {
    /// The name alone: a key is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&self.name).finish()
    }
}
