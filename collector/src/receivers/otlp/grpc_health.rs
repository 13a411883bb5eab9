//! `grpc.health.v1.Health`: whether the collector is ready, for clients and proxies that ask on the port they send to.
//!
//! `Check` and `List` are answered. `Watch` is UNIMPLEMENTED, upon which a client of gRPC takes the server for healthy, as
//! the protocol says: a stream for each client would hold its connection open for as long as the collector runs.

use std::{collections::HashMap, sync::Arc};

use http::header;
use prost::Message;
use tonic::Status;

use super::{
    encoding::encoding_of,
    grpc::{GRPC, GRPC_ENCODING},
    grpc_frame, grpc_status,
};
use crate::{
    health::Health,
    http::{Body, InFlight, Pace, Request, Response, read_body},
    pipeline::Refusal,
};

const CHECK: &str = "/grpc.health.v1.Health/Check";
const LIST: &str = "/grpc.health.v1.Health/List";
const WATCH: &str = "/grpc.health.v1.Health/Watch";

/// The services of this port; the empty name is the server as a whole. All are as the collector is.
const SERVICES: [&str; 5] = [
    "",
    "grpc.health.v1.Health",
    "opentelemetry.proto.collector.logs.v1.LogsService",
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
    "opentelemetry.proto.collector.trace.v1.TraceService",
];

/// Bytes of a question, which is the name of a service; a larger one is refused.
const QUESTION_BYTES_MAX: usize = 1 << 10;
/// Bytes of questions that are being read. They are not charged to what requests may take, so that they are answered also
/// when that is spent.
const QUESTIONS_BYTES_MAX: usize = 256 << 10;

/// Which service is asked about.
#[derive(Clone, PartialEq, Message)]
struct Question {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Answer {
    #[prost(enumeration = "Serving", tag = "1")]
    status: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Answers {
    #[prost(map = "string, message", tag = "1")]
    statuses: HashMap<String, Answer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
enum Serving {
    Unknown = 0,
    Yes = 1,
    No = 2,
}

/// Answers the calls of the service.
#[derive(Debug)]
pub(super) struct GrpcHealth {
    health: Arc<Health>,
    pace: Pace,
    budget: Arc<InFlight>,
}

impl GrpcHealth {
    pub(super) fn new(health: Arc<Health>, pace: Pace) -> Self {
        Self { health, pace, budget: InFlight::new(QUESTIONS_BYTES_MAX) }
    }

    /// Whether a call is one of this service.
    pub(super) fn serves(path: &str) -> bool {
        matches!(path, CHECK | LIST | WATCH)
    }

    pub(super) async fn answer(&self, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        if path == WATCH {
            return Status::unimplemented("Watch is not served; call Check").into_http();
        }
        let service = match self.read(request).await {
            Ok(question) => question.service,
            Err(refusal) => return grpc_status::refused(&refusal),
        };
        let serving = if self.health.is_ready() { Serving::Yes } else { Serving::No };
        let answer = Answer { status: serving.into() };
        if path == LIST {
            let statuses = SERVICES.map(|service| (service.to_owned(), answer)).into();
            return answered(&Answers { statuses });
        }
        if SERVICES.contains(&&*service) {
            return answered(&answer);
        }
        Status::not_found("there is no such service on this port").into_http()
    }

    async fn read(&self, request: Request) -> Result<Question, Refusal> {
        let encoding = encoding_of(request.headers(), &GRPC_ENCODING)?;
        let mut charge = self.budget.charge();
        let framed = grpc_frame::framed_bytes;
        let limit = QUESTION_BYTES_MAX;
        let body = read_body(request, limit, &self.pace, framed, &mut charge).await?;
        let message = grpc_frame::unframe(body, encoding, limit, &mut charge)?;
        Question::decode(message).map_err(|cause| {
            grpc_frame::malformed(format!("the message is no HealthCheckRequest: {cause}"))
        })
    }
}

fn answered(message: &impl Message) -> Response {
    let body = Body::with_trailers(grpc_frame::frame(&message.encode_to_vec()), grpc_status::ok());
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, GRPC);
    response
}
