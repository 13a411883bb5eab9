//! How much of a request may describe one series.

use crate::series::Rejection;

/// Bytes of an encoded resource, of a scope, of a metric's texts, and of a point's attributes. With more of any of them
/// a point is rejected: to be shown they are decoded, which can take sixty times their size.
pub(super) const DESCRIPTION_BYTES_MAX: usize = 64 << 10;

/// Whether so many bytes may be decoded.
///
/// # Errors
/// They are more than [`DESCRIPTION_BYTES_MAX`].
pub(super) const fn fits(bytes: usize) -> Result<(), Rejection> {
    if bytes <= DESCRIPTION_BYTES_MAX {
        return Ok(());
    }
    Err(Rejection::Invalid(
        "the resource, the scope, the metric's texts or the point's attributes take more than 64 KiB; send less of them",
    ))
}
