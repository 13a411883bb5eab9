//! Several requests as one.

use bytes::{Bytes, BytesMut};

/// One request with the resources of all of them, in their order.
///
/// A request is one repeated field, so its bytes are put one behind the other: protobuf reads them as one message. A
/// single request is passed on without a copy.
pub(super) fn join(mut requests: Vec<Bytes>) -> Bytes {
    if requests.len() <= 1 {
        return requests.pop().unwrap_or_default();
    }
    let mut joined = BytesMut::with_capacity(requests.iter().map(Bytes::len).sum());
    for request in &requests {
        joined.extend_from_slice(request);
    }
    joined.freeze()
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        trace::v1::{ResourceSpans, ScopeSpans, Span},
    };
    use prost::Message;

    use super::*;

    fn request(name: &str) -> ExportTraceServiceRequest {
        let span = Span { name: name.to_owned(), ..Span::default() };
        let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
        let resource = ResourceSpans { scope_spans, ..ResourceSpans::default() };
        ExportTraceServiceRequest { resource_spans: vec![resource] }
    }

    #[test]
    fn a_foreign_reader_finds_all_requests_in_their_order() {
        let parts = ["a", "b", "c"].map(request);
        let joined = join(parts.iter().map(|part| part.encode_to_vec().into()).collect());
        let read = ExportTraceServiceRequest::decode(joined).unwrap();
        assert_eq!(read.resource_spans, parts.map(|part| part.resource_spans).concat());
    }

    #[test]
    fn one_request_is_not_copied() {
        let alone = Bytes::from(request("a").encode_to_vec());
        let address = alone.as_ptr();
        assert_eq!(join(vec![alone]).as_ptr(), address);
        assert!(join(Vec::new()).is_empty());
    }
}
