//! What compresses a page while it is made.

use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};

/// The fastest level: the next ones make a page a third smaller for twice the time.
const GZIP_LEVEL: u32 = 1;
/// The fastest level that is not a trade of size for speed. Its window is 512 KiB, far below the 8 MiB that every reader of
/// the coding has (RFC 9659).
const ZSTD_LEVEL: i32 = 1;

/// Compresses what is written to it into a buffer.
pub(super) trait Compressor: Write {
    /// What is compressed so far and not yet taken.
    fn buffer(&mut self) -> &mut Vec<u8>;

    /// Ends the coding; the rest of what is compressed.
    fn finish(self) -> io::Result<Vec<u8>>;
}

/// One that writes gzip behind what is in the buffer.
pub(super) fn gzip(buffer: Vec<u8>) -> impl Compressor {
    GzEncoder::new(buffer, Compression::new(GZIP_LEVEL))
}

/// One that writes zstd behind what is in the buffer.
pub(super) fn zstd(buffer: Vec<u8>) -> io::Result<impl Compressor> {
    zstd::Encoder::new(buffer, ZSTD_LEVEL)
}

impl Compressor for GzEncoder<Vec<u8>> {
    fn buffer(&mut self) -> &mut Vec<u8> {
        self.get_mut()
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        Self::finish(self)
    }
}

impl Compressor for zstd::Encoder<'static, Vec<u8>> {
    fn buffer(&mut self) -> &mut Vec<u8> {
        self.get_mut()
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        Self::finish(self)
    }
}
