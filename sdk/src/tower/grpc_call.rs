//! How a gRPC call is named and judged.

use http::{HeaderMap, HeaderName, Request, header::CONTENT_TYPE};
use inferometer_semconv::attributes::{
    RPC_METHOD, RPC_METHOD_ORIGINAL, RPC_RESPONSE_STATUS_CODE, RPC_SYSTEM_NAME, RpcSystemName,
};
use opentelemetry::{
    StringValue,
    trace::{SpanBuilder, SpanRef},
};

use crate::serving::pair;

/// What every content type of gRPC begins with.
const GRPC: &str = "application/grpc";
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
/// What a method that the server does not know is called. Source: OpenTelemetry semantic conventions, `rpc.method`.
const OTHER_METHOD: &str = "_OTHER";

/// The status codes of gRPC by their numbers, and whether the server is to blame for them.
/// Source: OpenTelemetry semantic conventions, gRPC server spans.
const STATUSES: [(&str, bool); 17] = [
    ("OK", false),
    ("CANCELLED", false),
    ("UNKNOWN", true),
    ("INVALID_ARGUMENT", false),
    ("DEADLINE_EXCEEDED", true),
    ("NOT_FOUND", false),
    ("ALREADY_EXISTS", false),
    ("PERMISSION_DENIED", false),
    ("RESOURCE_EXHAUSTED", false),
    ("FAILED_PRECONDITION", false),
    ("ABORTED", false),
    ("OUT_OF_RANGE", false),
    (UNIMPLEMENTED, true),
    ("INTERNAL", true),
    ("UNAVAILABLE", true),
    ("DATA_LOSS", true),
    ("UNAUTHENTICATED", false),
];
const UNIMPLEMENTED: &str = "UNIMPLEMENTED";
/// What gRPC takes a code for that it does not know.
const UNKNOWN: (&str, bool) = STATUSES[2];

/// One gRPC call.
pub(super) struct GrpcCall {
    /// `package.Service/Method`.
    method: String,
    status: Option<(&'static str, bool)>,
}

impl GrpcCall {
    /// The call that a request is, if it is one of gRPC.
    ///
    /// The span's name is the method, so that samplers can look at it. The attribute follows when the call ends: only
    /// then is it known whether the server has such a method, and an attribute cannot be replaced.
    pub(super) fn of<B>(request: &Request<B>) -> Option<(Self, SpanBuilder)> {
        let content_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        if !content_type.starts_with(GRPC) {
            return None;
        }
        let method = request.uri().path().trim_start_matches('/').to_owned();
        let span = SpanBuilder::from_name(method.clone())
            .with_attributes([pair(&RPC_SYSTEM_NAME, RpcSystemName::Grpc.as_str())]);
        Some((Self { method, status: None }, span))
    }

    /// The status is in the trailers, or in the head of a response that has neither messages nor trailers.
    pub(super) fn look_for_status(&mut self, headers: &HeaderMap) {
        if let Some(code) = headers.get(GRPC_STATUS) {
            let code = code.to_str().ok().and_then(|code| code.parse::<usize>().ok());
            let status = code.and_then(|code| STATUSES.get(code));
            self.status = Some(status.copied().unwrap_or(UNKNOWN));
        }
    }

    /// Says the method and the status; the type of the error, if the status says one. The names of methods that the
    /// server does not know are as many as clients like, so that they name no span.
    pub(super) fn judge(&self, span: &SpanRef<'_>) -> Option<StringValue> {
        let (status, is_error) = self.status.unzip();
        if status == Some(UNIMPLEMENTED) {
            span.update_name(RpcSystemName::Grpc.as_str());
            span.set_attributes([
                pair(&RPC_METHOD, OTHER_METHOD),
                pair(&RPC_METHOD_ORIGINAL, self.method.clone()),
            ]);
        } else {
            span.set_attribute(pair(&RPC_METHOD, self.method.clone()));
        }
        span.set_attributes(status.map(|status| pair(&RPC_RESPONSE_STATUS_CODE, status)));
        status.filter(|_| is_error == Some(true)).map(StringValue::from)
    }
}
