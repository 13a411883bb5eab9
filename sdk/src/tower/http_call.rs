//! How a plain HTTP request is named and judged.

use http::{Method, Request, StatusCode};
use inferometer_semconv::attributes::{
    HTTP_REQUEST_METHOD, HTTP_REQUEST_METHOD_ORIGINAL, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE,
    HttpRequestMethod, URL_PATH, URL_SCHEME,
};
use opentelemetry::{
    StringValue,
    trace::{SpanBuilder, SpanRef},
};

use super::layer::Route;
use crate::serving::pair;

/// The name of a span whose method is not known. Source: OpenTelemetry semantic conventions, HTTP spans.
const UNKNOWN_METHOD: &str = "HTTP";

/// One HTTP request.
pub(super) struct HttpCall {
    is_head: bool,
    status: Option<StatusCode>,
}

impl HttpCall {
    pub(super) fn of<B>(request: &Request<B>, route: Option<Route>) -> (Self, SpanBuilder) {
        let original = request.method().as_str();
        let mut known = HttpRequestMethod::ALL.iter().map(|method| method.as_str());
        let method = known.find(|known| *known == original);
        let method = method.unwrap_or(HttpRequestMethod::OTHER.as_str());
        let is_known = method == original;
        let mut attributes = vec![
            pair(&HTTP_REQUEST_METHOD, method),
            pair(&URL_PATH, request.uri().path().to_owned()),
        ];
        if !is_known {
            attributes.push(pair(&HTTP_REQUEST_METHOD_ORIGINAL, original.to_owned()));
        }
        if let Some(scheme) = request.uri().scheme_str() {
            attributes.push(pair(&URL_SCHEME, scheme.to_owned()));
        }
        let verb = if is_known { method } else { UNKNOWN_METHOD };
        let route = route.and_then(|route| route(request.extensions()));
        let name = match route {
            Some(route) => {
                attributes.push(pair(&HTTP_ROUTE, route.to_owned()));
                format!("{verb} {route}")
            }
            None => verb.to_owned(),
        };
        let call = Self { is_head: *request.method() == Method::HEAD, status: None };
        (call, SpanBuilder::from_name(name).with_attributes(attributes))
    }

    pub(super) fn respond(&mut self, span: &SpanRef<'_>, status: StatusCode) {
        self.status = Some(status);
        span.set_attribute(pair(&HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16())));
    }

    /// Whether a body is sent with this status. One that is not is dropped without being asked for.
    pub(super) fn has_body(&self, status: StatusCode) -> bool {
        let is_without = status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        !self.is_head && !is_without
    }

    /// The type of the error that the status says, if it says one: a server is not to blame for 4xx.
    pub(super) fn judge(&self) -> Option<StringValue> {
        let status = self.status.filter(StatusCode::is_server_error)?;
        Some(status.as_str().to_owned().into())
    }
}
