//! One request in the file: its length, four bytes with the highest first, then itself, compressed or not.

use std::io;

/// zstd's fastest positive level: the thread that compresses is the one that writes.
const ZSTD_LEVEL: i32 = 1;

/// Puts a request behind what is in `batch`.
///
/// # Errors
/// Its length does not fit into four bytes, or there is no memory to compress it; `batch` is as before then.
pub(super) fn write(request: &[u8], compress: bool, batch: &mut Vec<u8>) -> io::Result<()> {
    let compressed;
    let record = if compress {
        compressed = zstd::bulk::compress(request, ZSTD_LEVEL)?;
        &compressed
    } else {
        request
    };
    let length = u32::try_from(record.len()).map_err(io::Error::other)?;
    batch.extend_from_slice(&length.to_be_bytes());
    batch.extend_from_slice(record);
    Ok(())
}
