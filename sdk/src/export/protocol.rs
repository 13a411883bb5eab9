//! How requests travel: the words of `OTEL_EXPORTER_OTLP_PROTOCOL` and `_COMPRESSION`, and the files for TLS.

use std::{io::Write, path::PathBuf};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};

/// How OTLP requests are carried. Default: HTTP where the endpoint has a path or port 4318, gRPC otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// A unary gRPC call over HTTP/2. A collector's usual port for it is 4317.
    Grpc,
    /// A POST with a protobuf body over HTTP/1.1. A collector's usual port for it is 4318.
    HttpProtobuf,
}

impl Protocol {
    /// By its word in `OTEL_EXPORTER_OTLP_PROTOCOL`. JSON is not spoken.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "grpc" => Some(Self::Grpc),
            "http/protobuf" => Some(Self::HttpProtobuf),
            _ => None,
        }
    }

    /// The word in the names of components.
    pub(crate) const fn component(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::HttpProtobuf => "http",
        }
    }
}

/// How requests are compressed. Answers are asked for uncompressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all: the cheapest for a collector on the same host.
    #[default]
    None,
    /// With gzip, which every OTLP receiver takes.
    Gzip,
    /// With zstd, which is cheaper than gzip, but is not in the OTLP specification: not every receiver takes it.
    #[cfg(feature = "zstd")]
    Zstd,
}

impl Compression {
    /// By its word in `OTEL_EXPORTER_OTLP_COMPRESSION`.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "gzip" => Some(Self::Gzip),
            #[cfg(feature = "zstd")]
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The word in `content-encoding` and `grpc-encoding`.
    pub(super) const fn word(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Gzip => Some("gzip"),
            #[cfg(feature = "zstd")]
            Self::Zstd => Some("zstd"),
        }
    }

    /// The message as it travels.
    pub(super) fn apply(self, message: Bytes) -> std::io::Result<Bytes> {
        match self {
            Self::None => Ok(message),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
                encoder.write_all(&message)?;
                encoder.finish().map(Bytes::from)
            }
            #[cfg(feature = "zstd")]
            Self::Zstd => zstd::encode_all(&*message, ZSTD_LEVEL).map(Bytes::from),
        }
    }
}

/// The library's fast end: the host's time is worth more than the last percent of size.
#[cfg(feature = "zstd")]
const ZSTD_LEVEL: i32 = 1;

/// PEM files for `https://` endpoints; a file is read once, when the telemetry starts, and may have 1 MiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it, with `..Default::default()`")]
pub struct TlsFiles {
    /// Certificates of authorities. Default: those that the system trusts. With this, only these.
    pub certificate: Option<PathBuf>,
    /// This program's own certificate and its chain, for a collector that asks for one. Needs `client_key`.
    pub client_certificate: Option<PathBuf>,
    /// The private key of `client_certificate`.
    pub client_key: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitive_bytes_get_smaller() {
        let message = Bytes::from(vec![7; 100_000]);
        for word in ["gzip", "zstd"] {
            let Some(compression) = Compression::from_word(word) else {
                continue; // built without it
            };
            assert_eq!(compression.word(), Some(word));
            let compressed = compression.apply(message.clone()).unwrap();
            assert!(compressed.len() < 1000, "{word}: {}", compressed.len());
        }
        assert_eq!(Compression::None.apply(message.clone()).unwrap(), message);
    }
}
