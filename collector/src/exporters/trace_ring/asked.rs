//! What a request asks of the page.

use http::{Method, StatusCode, Uri};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use percent_encoding::percent_decode_str;

use super::{
    dependencies::Calls,
    jaeger::kind_name,
    search::{Search, given},
    trace_id::{self, TraceId},
};
use crate::http::Query;

/// The kinds that a query may name.
const KINDS: [SpanKind; 5] = [
    SpanKind::Server,
    SpanKind::Client,
    SpanKind::Producer,
    SpanKind::Consumer,
    SpanKind::Internal,
];

/// A question.
#[derive(Debug)]
pub(super) enum Asked {
    Search(Box<Search>),
    Trace(TraceId),
    Services,
    OperationNames { service: String },
    Operations { service: String, kind: Option<SpanKind> },
    Dependencies(Calls),
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Asked {
    /// Reads a request. Times in it are compared with `now_micros`, since 1970.
    pub(super) fn of(method: &Method, uri: &Uri, now_micros: u64) -> Result<Self, Problem> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let message = format!("method {method} is not supported; use GET");
            return Err(Problem { status: StatusCode::METHOD_NOT_ALLOWED, message });
        }
        let query = Query::of(uri);
        let path = uri.path();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let asked = match parts[..] {
            ["api", "traces"] => {
                Search::of(query, now_micros).map(|search| Self::Search(Box::new(search)))
            }
            // Jaeger's `start` and `end` beside an id say where its storage has to look; here it looks everywhere.
            ["api", "traces", id] => trace_id::parse(id).map(Self::Trace),
            ["api", "services"] => Ok(Self::Services),
            ["api", "services", service, "operations"] => {
                let service = percent_decode_str(service).decode_utf8_lossy().into_owned();
                Ok(Self::OperationNames { service })
            }
            ["api", "operations"] => operations(query),
            ["api", "dependencies"] => Calls::of(query, now_micros).map(Self::Dependencies),
            _ => {
                return Err(Problem::not_found(format!(
                    "unknown path {path}; use /api/traces, /api/traces/{{traceID}}, /api/services, \
                     /api/services/{{service}}/operations, /api/operations or /api/dependencies"
                )));
            }
        };
        asked.map_err(|message| Problem { status: StatusCode::BAD_REQUEST, message })
    }
}

fn operations(query: Query<'_>) -> Result<Asked, String> {
    let service = given(query, "service")
        .ok_or("parameter service is missing; give one of /api/services".to_owned())?;
    let kind = match given(query, "spanKind") {
        None => None,
        Some(name) => {
            let is_it = |kind: &SpanKind| {
                kind_name(*kind).is_some_and(|known| known.eq_ignore_ascii_case(&name))
            };
            Some(KINDS.into_iter().find(is_it).ok_or_else(|| {
                format!(
                    "parameter spanKind is {name:?}; give server, client, producer, consumer or internal"
                )
            })?)
        }
    };
    Ok(Asked::Operations { service, kind })
}

impl Problem {
    pub(super) const fn not_found(message: String) -> Self {
        Self { status: StatusCode::NOT_FOUND, message }
    }
}
