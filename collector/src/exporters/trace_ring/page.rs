//! The page: paths and answers of Jaeger's query API.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::{
    jaeger::Trace,
    ring::{Ring, Spans},
    search::Search,
    span::TraceId,
};
use crate::http::{Body, BodySender, Gone, Handler, Query, Request, Response};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Answers queries from the ring.
#[derive(Debug)]
pub(super) struct Page {
    ring: Arc<Mutex<Ring>>,
}

/// An answer other than the one asked for.
struct Problem {
    status: StatusCode,
    message: String,
}

impl Page {
    pub(super) const fn new(ring: Arc<Mutex<Ring>>) -> Self {
        Self { ring }
    }

    fn answer(&self, request: &Request) -> Result<Response, Problem> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Problem {
                status: StatusCode::METHOD_NOT_ALLOWED,
                message: format!("method {} is not supported; use GET", request.method()),
            });
        }
        let path = request.uri().path();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts[..] {
            ["api", "traces"] => {
                let search = Search::of(Query::of(request.uri())).map_err(bad_request)?;
                let found = self.ring.lock().search(&search);
                Ok(traces(found, search.limit))
            }
            ["api", "traces", id] => {
                let id = trace_id(id).map_err(bad_request)?;
                let spans = self.ring.lock().trace(&id);
                let spans = spans.ok_or_else(|| not_found("trace not found".to_owned()))?;
                Ok(traces(vec![spans], 0))
            }
            ["api", "services"] => Ok(names(&self.ring.lock().services())),
            ["api", "services", service, "operations"] => {
                let service = percent_decode_str(service).decode_utf8_lossy();
                Ok(names(&self.ring.lock().operations(&service)))
            }
            _ => Err(not_found(format!(
                "unknown path {path}; use /api/traces, /api/traces/{{traceID}}, /api/services or \
                 /api/services/{{service}}/operations"
            ))),
        }
    }
}

impl Handler for Page {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        match self.answer(&request) {
            Ok(response) => response,
            Err(Problem { status, message }) => {
                let errors = json!([{ "code": status.as_u16(), "msg": message }]);
                let body =
                    json!({ "data": null, "total": 0, "limit": 0, "offset": 0, "errors": errors });
                let mut response = json_response(Body::full(body.to_string()));
                *response.status_mut() = status;
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    let allowed = HeaderValue::from_static("GET, HEAD");
                    response.headers_mut().insert(header::ALLOW, allowed);
                }
                response
            }
        }
    }
}

/// Traces are written one by one as the peer takes them, so that a page never needs more memory than its largest trace.
fn traces(found: Vec<Spans>, limit: usize) -> Response {
    let (sender, body) = Body::stream();
    tokio::spawn(async move {
        // A peer that went away needs no more.
        let _ = write(found, limit, sender).await;
    });
    json_response(body)
}

async fn write(found: Vec<Spans>, limit: usize, sender: BodySender) -> Result<(), Gone> {
    let total = found.len();
    let mut before = "{\"data\":[";
    for spans in found {
        let mut piece = before.as_bytes().to_vec();
        before = ",";
        // It fails for maps without text keys alone, and there are none; the response is broken off then.
        serde_json::to_writer(&mut piece, &Trace::of(spans)).map_err(|_| Gone)?;
        sender.send(piece).await?;
    }
    if total == 0 {
        sender.send(before).await?;
    }
    let end = format!("],\"total\":{total},\"limit\":{limit},\"offset\":0,\"errors\":null}}");
    sender.send(Bytes::from(end)).await?;
    sender.finish().await
}

fn names(names: &BTreeSet<String>) -> Response {
    let body =
        json!({ "data": names, "total": names.len(), "limit": 0, "offset": 0, "errors": null });
    json_response(Body::full(body.to_string()))
}

fn json_response(body: Body) -> Response {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// A trace id of up to 32 hexadecimal digits; a shorter one has zeros in front.
fn trace_id(text: &str) -> Result<TraceId, String> {
    // The parser would take a sign, and any number of zeros in front.
    let is_id = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(text, 16)
        .ok()
        .filter(|_| is_id)
        .map(u128::to_be_bytes)
        .ok_or_else(|| format!("trace id {text:?} is not valid; give up to 32 hexadecimal digits"))
}

const fn bad_request(message: String) -> Problem {
    Problem { status: StatusCode::BAD_REQUEST, message }
}

const fn not_found(message: String) -> Problem {
    Problem { status: StatusCode::NOT_FOUND, message }
}
