//! Requests as they are sent: one behind the other, and compressed if the settings ask for it.

use std::{
    io::{self, Write},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use flate2::{Compression as Level, write::GzEncoder};
use tokio::task::spawn_blocking;

use crate::config::Compression;

/// zstd's fastest positive level: requests are sent once, so time counts more than the last percent.
const ZSTD_LEVEL: i32 = 1;
/// Requests below this size that leave as one are copied one behind the other: as chunks of their own each would be a
/// write, or a frame of HTTP/2, which costs more than the copy.
const SMALL: usize = 4 << 10;
/// Bytes of such a copy: a frame of HTTP/2 has no more.
const COPY_BYTES: usize = 16 << 10;

/// One or several requests as they are sent as one, whatever the number of attempts.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    /// The message is all of them, one behind the other.
    pub(super) chunks: Arc<[Bytes]>,
    pub(super) is_compressed: bool,
}

impl Packed {
    /// Joins requests of one signal: each is one repeated field, so that all their bytes are one request. Compresses
    /// them away from the threads that move others.
    pub(super) async fn new(requests: Vec<Bytes>, compression: Compression) -> Self {
        let chunks: Arc<[Bytes]> = together(requests).into();
        if compression == Compression::None {
            return Self { chunks, is_compressed: false };
        }
        let plain = Arc::clone(&chunks);
        match spawn_blocking(move || compress(&plain, compression)).await {
            Ok(Ok(compressed)) => Self { chunks: [compressed.into()].into(), is_compressed: true },
            // There was no memory for it, or the runtime is going away; plain bytes are always understood.
            _ => Self { chunks, is_compressed: false },
        }
    }

    /// Bytes of the message.
    pub(super) fn len(&self) -> usize {
        self.chunks.iter().map(Bytes::len).sum()
    }
}

/// Copies small requests that follow each other into one chunk; all others stay as they are.
fn together(requests: Vec<Bytes>) -> Vec<Bytes> {
    if requests.len() < 2 || requests.iter().all(|request| request.len() >= SMALL) {
        return requests;
    }
    let mut chunks = Vec::with_capacity(requests.len());
    let mut copy = BytesMut::new();
    for request in requests {
        let is_small = request.len() < SMALL;
        if !copy.is_empty() && (!is_small || copy.len() + request.len() > COPY_BYTES) {
            chunks.push(copy.split().freeze());
        }
        if is_small {
            copy.extend_from_slice(&request);
        } else {
            chunks.push(request);
        }
    }
    if !copy.is_empty() {
        chunks.push(copy.freeze());
    }
    chunks
}

fn compress(chunks: &[Bytes], compression: Compression) -> io::Result<Vec<u8>> {
    match compression {
        Compression::None => Ok(chunks.concat()),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
            chunks.iter().try_for_each(|chunk| encoder.write_all(chunk))?;
            encoder.finish()
        }
        Compression::Zstd if chunks.len() == 1 => zstd::bulk::compress(&chunks[0], ZSTD_LEVEL),
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
            chunks.iter().try_for_each(|chunk| encoder.write_all(chunk))?;
            encoder.finish()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lengths: &[usize]) -> Vec<Bytes> {
        lengths.iter().map(|length| Bytes::from(vec![7; *length])).collect()
    }

    fn check(lengths: &[usize], expected: &[usize]) {
        let seen: Vec<_> = together(of(lengths)).iter().map(Bytes::len).collect();
        assert_eq!(seen, expected, "{lengths:?}");
    }

    #[test]
    fn small_requests_that_follow_each_other_are_one_chunk() {
        check(&[], &[]);
        check(&[10], &[10]);
        check(&[10, 20, 30], &[60]);
        check(&[SMALL, SMALL], &[SMALL, SMALL]);
        check(&[10, 20, SMALL, 30, 40], &[30, SMALL, 70]);
        check(&[SMALL - 1; 6], &[4 * (SMALL - 1), 2 * (SMALL - 1)]);
    }

    #[tokio::test]
    async fn a_large_request_is_not_copied() {
        let requests = of(&[SMALL, 1]);
        let address = requests[0].as_ptr();
        let packed = Packed::new(requests, Compression::None).await;
        assert_eq!(packed.chunks[0].as_ptr(), address);
        assert_eq!(packed.len(), SMALL + 1);
    }

    #[test]
    fn what_is_compressed_together_is_all_of_it_in_its_order() {
        let chunks = ["ab", "", "cd"].map(Bytes::from);
        let gzip = compress(&chunks, Compression::Gzip).unwrap();
        let mut charge = crate::http::InFlight::new(1 << 20).charge();
        let encoding = crate::http::Encoding::named(b"gzip").unwrap();
        let plain = crate::http::inflate(gzip.into(), encoding, 100, &mut charge).unwrap();
        assert_eq!(plain, "abcd");
        for chunks in [&chunks[..], &chunks[..1]] {
            let zstd = compress(chunks, Compression::Zstd).unwrap();
            assert_eq!(zstd::bulk::decompress(&zstd, 100).unwrap(), chunks.concat());
        }
    }
}
