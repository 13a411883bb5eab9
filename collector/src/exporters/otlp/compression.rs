//! Compresses requests, if the settings ask for it.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use tokio::task::spawn_blocking;

use crate::config::Compression;

/// zstd's fastest positive level: requests are sent once, so time counts more than the last percent.
const ZSTD_LEVEL: i32 = 1;

/// A request as it is sent, whatever the number of attempts.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub(super) bytes: Bytes,
    pub(super) is_compressed: bool,
}

impl Packed {
    /// Compresses a request, away from the threads that move others.
    pub(super) async fn new(bytes: Bytes, compression: Compression) -> Self {
        if compression == Compression::None {
            return Self { bytes, is_compressed: false };
        }
        let plain = bytes.clone();
        match spawn_blocking(move || compress(&plain, compression)).await {
            Ok(Ok(compressed)) => Self { bytes: compressed.into(), is_compressed: true },
            // There was no memory for it, or the runtime is going away; plain bytes are always understood.
            _ => Self { bytes, is_compressed: false },
        }
    }
}

fn compress(bytes: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
    match compression {
        Compression::None => Ok(bytes.to_vec()),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Compression::Zstd => zstd::bulk::compress(bytes, ZSTD_LEVEL),
    }
}
