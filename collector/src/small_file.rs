//! Files that are read whole: certificates, keys, passwords, tokens.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Bytes of a file that are read; the roots of a whole system are a quarter of it. A larger file is an error.
const BYTES_MAX: u64 = 1 << 20;

/// What a file holds. Blocks, for as long as the disk takes.
///
/// # Errors
/// It cannot be read, or is larger than 1 MiB.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {BYTES_MAX} bytes")));
    }
    Ok(bytes)
}
