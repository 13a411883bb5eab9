//! The page: answers in the shape of Jaeger's query API.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    asked::{Asked, Problem},
    jaeger,
    names::{operations, services},
    ring::{Ring, Trace},
    search::{Found, Search},
    trace_id,
    turns::Turns,
    wall_clock,
};
use crate::http::{Body, BodySender, Gone, Handler, Request, Response};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What Jaeger says of a trace that it does not have.
const NOT_FOUND: &str = "trace not found";

/// Answers queries from the ring.
#[derive(Debug)]
pub(super) struct Page {
    ring: Arc<Mutex<Ring>>,
    turns: Turns,
}

impl Page {
    pub(super) fn new(ring: Arc<Mutex<Ring>>) -> Self {
        Self { ring, turns: Turns::new() }
    }

    async fn answer(&self, asked: Asked) -> Result<Response, Problem> {
        match asked {
            Asked::Search(search) => self.search(*search).await,
            Asked::Trace(id) => {
                let trace = self.ring.lock().trace(&id);
                let trace = trace.ok_or_else(|| Problem::not_found(NOT_FOUND.to_owned()))?;
                Ok(self.traces(Found { traces: vec![trace], ..Found::default() }, 0))
            }
            Asked::Services => Ok(list(&self.ask(services).await?.into_iter().collect::<Vec<_>>())),
            Asked::OperationNames { service } => {
                let found = self.ask(move |ring| operations(ring, &service, None)).await?;
                Ok(list(&found.into_keys().collect::<Vec<_>>()))
            }
            Asked::Operations { service, kind } => {
                let found = self.ask(move |ring| operations(ring, &service, kind)).await?;
                let mut data = Vec::new();
                for (name, kinds) in &found {
                    data.extend(kinds.iter().map(|kind| json!({ "name": name, "spanKind": kind })));
                }
                Ok(list(&data))
            }
            Asked::Dependencies(calls) => Ok(list(&self.ask(move |ring| calls.count(ring)).await?)),
        }
    }

    async fn search(&self, search: Search) -> Result<Response, Problem> {
        let limit = search.limit;
        let found = self.ask(move |ring| search.run(ring)).await?;
        Ok(self.traces(found, limit))
    }

    /// Asks the ring something that takes a while.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Mutex<Ring>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let ring = Arc::clone(&self.ring);
        let answer = self.turns.run(move || question(&ring)).await;
        answer.ok_or_else(|| Problem {
            status: StatusCode::SERVICE_UNAVAILABLE,
            message: "the collector is about to end".to_owned(),
        })
    }

    /// Traces are written one by one as the peer takes them, so that a page never needs more memory than its largest
    /// trace.
    fn traces(&self, found: Found, limit: usize) -> Response {
        let (sender, body) = Body::stream();
        let turns = self.turns.clone();
        tokio::spawn(async move {
            // A peer that went away needs no more.
            let _ = write(found, limit, &turns, sender).await;
        });
        json_response(body)
    }
}

impl Handler for Page {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        let asked = Asked::of(request.method(), request.uri(), wall_clock::unix_micros());
        let answer = match asked {
            Ok(asked) => self.answer(asked).await,
            Err(problem) => Err(problem),
        };
        answer.unwrap_or_else(|problem| refusal(&problem))
    }
}

async fn write(found: Found, limit: usize, turns: &Turns, sender: BodySender) -> Result<(), Gone> {
    let errors = errors(&found);
    let total = found.traces.len();
    let mut before = "{\"data\":[";
    for trace in found.traces {
        // A response that cannot go on is broken off.
        let piece = turns.run(move || render(before, &trace)).await.flatten().ok_or(Gone)?;
        before = ",";
        sender.send(piece).await?;
    }
    if total == 0 {
        sender.send(before).await?;
    }
    let end = format!("],\"total\":{total},\"limit\":{limit},\"offset\":0,\"errors\":{errors}}}");
    sender.send(Bytes::from(end)).await?;
    sender.finish().await
}

/// A trace behind what stands before it. Nothing for maps without text keys alone, and there are none.
fn render(before: &str, trace: &Trace) -> Option<Vec<u8>> {
    let mut piece = before.as_bytes().to_vec();
    serde_json::to_writer(&mut piece, &jaeger::Trace::of(trace.spans())).ok()?;
    Some(piece)
}

/// What is said beside the traces: each that is missing, and how many are left out; null if there is nothing to say.
fn errors(found: &Found) -> Value {
    let missing =
        |id: &trace_id::TraceId| json!({ "msg": NOT_FOUND, "traceID": trace_id::text(id) });
    let mut errors: Vec<Value> = found.missing.iter().map(missing).collect();
    errors.extend(found.left_out_message().map(|message| json!({ "msg": message })));
    if errors.is_empty() { Value::Null } else { errors.into() }
}

fn list<T: Serialize>(data: &[T]) -> Response {
    let body =
        json!({ "data": data, "total": data.len(), "limit": 0, "offset": 0, "errors": null });
    json_response(Body::full(body.to_string()))
}

fn refusal(Problem { status, message }: &Problem) -> Response {
    let errors = json!([{ "code": status.as_u16(), "msg": message }]);
    let body = json!({ "data": null, "total": 0, "limit": 0, "offset": 0, "errors": errors });
    let mut response = json_response(Body::full(body.to_string()));
    *response.status_mut() = *status;
    if *status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

fn json_response(body: Body) -> Response {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}
