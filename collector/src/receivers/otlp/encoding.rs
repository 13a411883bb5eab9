//! Which compression a sender says it used.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    http::Encoding,
    pipeline::{Refusal, RefusalReason},
};

/// The encoding that this header names; there may be one, in one header.
pub(super) fn encoding_of(headers: &HeaderMap, name: &HeaderName) -> Result<Encoding, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map_or(&b""[..], HeaderValue::as_bytes).trim_ascii();
    match (Encoding::named(first), values.next()) {
        (Some(encoding), None) => Ok(encoding),
        (_, second) => {
            let given = if second.is_some() {
                "several of them are".to_owned()
            } else {
                format!("{} is", first.escape_ascii())
            };
            Err(Refusal {
                reason: RefusalReason::Unsupported,
                message: format!("{name}: {given} not supported; send zstd, gzip or identity"),
                retry_after: None,
            })
        }
    }
}
