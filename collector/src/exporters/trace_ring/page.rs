//! The page: answers in the shape of Jaeger's query API.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    answers::{ANSWERS_BYTES_MAX, Answers, Full, Room},
    asked::{Asked, Problem},
    jaeger,
    names::{Listed, operations, services},
    ring::{Ring, Trace},
    search::{Found, Search},
    trace_id,
    turns::Turns,
    wall_clock,
};
use crate::http::{Body, BodySender, Gone, Handler, Request, Response};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Seconds until a reader should ask again that finds no room for its answer.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// What Jaeger says of a trace that it does not have.
const NOT_FOUND: &str = "trace not found";

/// Answers queries from the ring.
#[derive(Debug)]
pub(super) struct Page {
    ring: Arc<Mutex<Ring>>,
    turns: Turns,
    answers: Arc<Answers>,
}

impl Page {
    pub(super) fn new(ring: Arc<Mutex<Ring>>) -> Self {
        Self::with_room(ring, ANSWERS_BYTES_MAX)
    }

    fn with_room(ring: Arc<Mutex<Ring>>, answers_bytes_max: usize) -> Self {
        Self { ring, turns: Turns::new(), answers: Answers::new(answers_bytes_max) }
    }

    async fn answer(&self, asked: Asked) -> Result<Response, Problem> {
        match asked {
            Asked::Search(search) => self.search(*search).await,
            Asked::Trace(id) => {
                let trace = self.ring.lock().trace(&id);
                let trace = trace.ok_or_else(|| Problem::not_found(NOT_FOUND.to_owned()))?;
                self.traces(Found { traces: vec![trace], ..Found::default() }, 0)
            }
            Asked::Services => self.list(self.ask(services).await?, Vec::from_iter),
            Asked::OperationNames { service } => {
                let found = self.ask(move |ring| operations(ring, &service, None)).await?;
                self.list(found, |names| names.into_keys().collect())
            }
            Asked::Operations { service, kind } => {
                let found = self.ask(move |ring| operations(ring, &service, kind)).await?;
                self.list(found, |names| {
                    let mut data = Vec::new();
                    for (name, kinds) in &names {
                        let rows =
                            kinds.iter().map(|kind| json!({ "name": name, "spanKind": kind }));
                        data.extend(rows);
                    }
                    data
                })
            }
            Asked::Dependencies(calls) => {
                self.list(self.ask(move |ring| calls.count(ring)).await?, |calls| calls)
            }
        }
    }

    async fn search(&self, search: Search) -> Result<Response, Problem> {
        let limit = search.limit;
        let found = self.ask(move |ring| search.run(ring)).await?;
        self.traces(found, limit)
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
    /// trace. All of them keep their room until they are sent.
    fn traces(&self, found: Found, limit: usize) -> Result<Response, Problem> {
        let room = self.room(found.bytes())?;
        let (sender, body) = Body::stream();
        let turns = self.turns.clone();
        tokio::spawn(async move {
            // A peer that went away needs no more.
            let _ = write((found, room), limit, &turns, sender).await;
        });
        Ok(json_response(body))
    }

    /// A list of what was found, and whether that is all.
    fn list<T, U: Serialize>(
        &self,
        found: Listed<T>,
        rows: impl FnOnce(T) -> Vec<U>,
    ) -> Result<Response, Problem> {
        let message = found.left_out_message();
        let errors = message.map(|message| json!([{ "msg": message }]));
        let data = rows(found.entries);
        let body =
            json!({ "data": data, "total": data.len(), "limit": 0, "offset": 0, "errors": errors });
        let text = body.to_string().into_bytes();
        let room = self.room(text.len())?;
        Ok(json_response(Body::full(room.hold(text))))
    }

    fn room(&self, bytes: usize) -> Result<Room, Problem> {
        self.answers.room(bytes).map_err(|Full { used, max }| Problem {
            status: StatusCode::SERVICE_UNAVAILABLE,
            message: format!(
                "answers that were not read yet take {used} of {max} bytes and this one would take {bytes}; ask again in a \
                 second"
            ),
        })
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

async fn write(
    (found, mut room): (Found, Room),
    limit: usize,
    turns: &Turns,
    sender: BodySender,
) -> Result<(), Gone> {
    let errors = errors(&found);
    let total = found.traces.len();
    let mut before = "{\"data\":[";
    for trace in found.traces {
        let of_trace = room.split(trace.bytes());
        // A response that cannot go on is broken off.
        let piece = turns.run(move || render(before, &trace)).await.flatten().ok_or(Gone)?;
        before = ",";
        sender.send(of_trace.hold(piece)).await?;
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

fn refusal(Problem { status, message }: &Problem) -> Response {
    let errors = json!([{ "code": status.as_u16(), "msg": message }]);
    let body = json!({ "data": null, "total": 0, "limit": 0, "offset": 0, "errors": errors });
    let mut response = json_response(Body::full(body.to_string()));
    *response.status_mut() = *status;
    match *status {
        StatusCode::METHOD_NOT_ALLOWED => {
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        _ => {}
    }
    response
}

fn json_response(body: Body) -> Response {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::span::StoredSpan, *};

    /// Traces of the page.
    const TRACES: u8 = 20;
    /// Bytes of the name of each one's span, which is shown once.
    const NAME_BYTES: usize = 1000;

    fn page(answers_bytes_max: usize) -> Page {
        let mut ring = Ring::new(usize::MAX, usize::MAX);
        for trace in 1..=TRACES {
            let encoded = opentelemetry_proto::tonic::trace::v1::Span {
                trace_id: vec![trace; 16],
                span_id: vec![trace; 8],
                name: "n".repeat(NAME_BYTES),
                ..Default::default()
            };
            let encoded = prost::Message::encode_to_vec(&encoded).into();
            ring.push([trace; 16], StoredSpan { encoded, ..StoredSpan::blank(0) });
        }
        Page::with_room(Arc::new(Mutex::new(ring)), answers_bytes_max)
    }

    async fn get(page: &Page, target: &str) -> Response {
        let uri = target.parse().expect("a target");
        let answer = match Asked::of(&http::Method::GET, &uri, 0) {
            Ok(asked) => page.answer(asked).await,
            Err(problem) => Err(problem),
        };
        answer.unwrap_or_else(|problem| refusal(&problem))
    }

    /// Asks until nothing more is answered, and reads no answer.
    async fn fill(page: &Page, target: &str) -> Vec<Response> {
        let mut unread = Vec::new();
        for _ in 0..5000 {
            let answer = get(page, target).await;
            if answer.status() != StatusCode::OK {
                assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
                assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
                return unread;
            }
            unread.push(answer);
        }
        panic!("{} answers are unread", unread.len());
    }

    #[tokio::test]
    async fn answers_that_nobody_reads_are_bounded_and_further_ones_are_to_come_back() {
        const ROOM: usize = 100_000;
        let page = page(ROOM);
        for (target, bytes) in [
            ("/api/traces?limit=100", usize::from(TRACES) * NAME_BYTES),
            (&format!("/api/traces/{}", "01".repeat(16)), NAME_BYTES),
            ("/api/services", 60),
        ] {
            let unread = fill(&page, target).await;
            assert!(
                !unread.is_empty() && unread.len() * bytes <= ROOM,
                "{target}: {}",
                unread.len()
            );
            drop(unread);
            let mut tries = 0;
            while get(&page, "/api/traces?limit=100").await.status() != StatusCode::OK {
                tries += 1;
                assert!(tries < 2000, "the room of {target} is not given back");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_larger_than_all_may_be_is_given_alone() {
        let page = page(100);
        let first = get(&page, "/api/traces?limit=100").await;
        assert_eq!(first.status(), StatusCode::OK);
        let second = get(&page, "/api/traces?limit=100").await;
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
