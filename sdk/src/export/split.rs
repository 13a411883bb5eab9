//! Requests of spans within the size that most receivers take.

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans},
};
use prost::Message;

use super::sender::Requests;
use crate::otlp::Encoder;

/// A request that is too large for most receivers becomes several; only then is it read.
pub(super) fn split(request: Bytes, spans: u64) -> Requests {
    if request.len() > Encoder::DEFAULT_MAX_REQUEST_BYTES
        && let Ok(count) = usize::try_from(spans)
        && let Ok(decoded) = ExportTraceServiceRequest::decode(request.clone())
    {
        let mut requests = Vec::new();
        put(decoded, count, &mut requests);
        return requests;
    }
    vec![(request, spans)]
}

/// In halves, until each fits; a single span goes as it is.
fn put(mut request: ExportTraceServiceRequest, spans: usize, out: &mut Requests) {
    if spans <= 1 || request.encoded_len() <= Encoder::DEFAULT_MAX_REQUEST_BYTES {
        out.push((request.encode_to_vec().into(), spans as u64));
        return;
    }
    let kept = spans / 2;
    let second = split_off(&mut request, kept);
    put(request, kept, out);
    put(second, spans - kept, out);
}

/// Moves all spans but the first `kept` to a request of their own.
fn split_off(request: &mut ExportTraceServiceRequest, kept: usize) -> ExportTraceServiceRequest {
    let mut room = kept;
    let mut second = ExportTraceServiceRequest::default();
    for of_resource in &mut request.resource_spans {
        let mut moved = ResourceSpans {
            resource: of_resource.resource.clone(),
            scope_spans: Vec::new(),
            schema_url: of_resource.schema_url.clone(),
        };
        for of_scope in &mut of_resource.scope_spans {
            let stays = room.min(of_scope.spans.len());
            room -= stays;
            moved.scope_spans.push(ScopeSpans {
                scope: of_scope.scope.clone(),
                spans: of_scope.spans.split_off(stays),
                schema_url: of_scope.schema_url.clone(),
            });
        }
        of_resource.scope_spans.retain(|scope| !scope.spans.is_empty());
        moved.scope_spans.retain(|scope| !scope.spans.is_empty());
        second.resource_spans.push(moved);
    }
    second
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::Span as WireSpan;

    use super::*;

    fn request(scopes: &[&[usize]]) -> ExportTraceServiceRequest {
        let span = |bytes: &usize| WireSpan { name: "x".repeat(*bytes), ..Default::default() };
        let scope = |sizes: &&[usize]| ScopeSpans {
            spans: sizes.iter().map(span).collect(),
            ..Default::default()
        };
        let scope_spans = scopes.iter().map(scope).collect();
        ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans { scope_spans, ..Default::default() }],
        }
    }

    /// The sizes of the spans in each request.
    #[track_caller]
    fn check(scopes: &[&[usize]], expected: &[&[usize]]) {
        let spans: usize = scopes.iter().map(|spans| spans.len()).sum();
        let out = split(request(scopes).encode_to_vec().into(), spans as u64);
        let decoded = out.iter().map(|(bytes, spans)| {
            let request = ExportTraceServiceRequest::decode(&**bytes).unwrap();
            let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
            let sizes: Vec<_> =
                scopes.flat_map(|scope| &scope.spans).map(|span| span.name.len()).collect();
            assert_eq!(sizes.len() as u64, *spans);
            sizes
        });
        assert_eq!(decoded.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_batch_over_the_limit_goes_out_in_parts_and_loses_no_span() {
        const BIG: usize = 2 * 1024 * 1024;
        const HUGE: usize = 5 * 1024 * 1024;
        check(&[&[1, 2], &[3]], &[&[1, 2, 3]]);
        check(&[&[BIG, BIG + 1], &[BIG + 2]], &[&[BIG], &[BIG + 1], &[BIG + 2]]);
        check(&[&[HUGE], &[1]], &[&[HUGE], &[1]]);
    }
}
