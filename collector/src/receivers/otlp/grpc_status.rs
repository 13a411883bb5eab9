//! gRPC's answers around a message: the trailers of a success, and refusals.

use http::{HeaderMap, HeaderValue};

use super::rpc_status;
use crate::{
    http::{Body, Encoding, Response},
    pipeline::Refusal,
};

/// The trailers of a call that succeeded.
pub(super) fn ok() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    trailers
}

/// The answer to a refused call, without a body.
pub(super) fn refused(refusal: &Refusal) -> Response {
    let mut response = rpc_status::status(refusal).into_http::<Body>();
    let encodings = HeaderValue::from_static(Encoding::NAMES);
    response.headers_mut().insert("grpc-accept-encoding", encodings);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::RefusalReason;

    #[test]
    fn messages_are_percent_encoded() {
        let response = refused(&Refusal {
            reason: RefusalReason::TooLarge,
            message: "100% ü\n".to_owned(),
            retry_after: None,
        });
        assert_eq!(response.headers()["grpc-message"], "100%25%20%C3%BC%0A");
    }

    #[test]
    fn a_refusal_fits_into_the_header_lists_of_its_peers() {
        let message = "ü%\n".repeat(1 << 20);
        for reason in RefusalReason::ALL {
            let refusal = Refusal { reason, message: message.clone(), retry_after: None };
            let response = refused(&refusal);
            let headers = response.headers().iter();
            let bytes: usize =
                headers.map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
            assert!(bytes < 8 << 10, "{bytes} bytes for {reason:?}");
        }
    }
}
