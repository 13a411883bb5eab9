//! HTTP: paths, headers, statuses, delays, and answers that are too large or unreadable.

use std::convert::Infallible;

use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;

use super::*;

/// What the backend was sent.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    path: String,
    headers: http::HeaderMap,
    pub(super) body: Bytes,
}

/// A backend that gives the answers it is told, then empty ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Web(Arc<Mutex<VecDeque<http::Response<Bytes>>>>, Arc<Mutex<Vec<Seen>>>);

impl Web {
    pub(super) async fn start(
        answers: impl IntoIterator<Item = http::Response<Bytes>>,
    ) -> (Self, SocketAddr) {
        let web = Self::default();
        web.0.lock().extend(answers);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let served = web.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let web = served.clone();
                let service = service_fn(move |request| web.clone().answer(request));
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        (web, address)
    }

    async fn answer(
        self,
        request: http::Request<Incoming>,
    ) -> Result<http::Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        self.1.lock().push(Seen { path: head.uri.path().to_owned(), headers: head.headers, body });
        Ok(self.0.lock().pop_front().unwrap_or_default().map(Full::new))
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.1.lock().clone()
    }
}

pub(super) fn answer(status: u16, body: impl Into<Bytes>) -> http::Response<Bytes> {
    http::Response::builder().status(status).body(body.into()).expect("a status")
}

pub(super) fn over_http(address: SocketAddr) -> OtlpExporterSettings {
    OtlpExporterSettings { protocol: OtlpProtocol::Http, ..settings(address) }
}

#[tokio::test]
async fn each_signal_goes_to_its_path_as_the_bytes_it_came_in() {
    let (web, address) = Web::start([]).await;
    let mut settings = over_http(address);
    settings.endpoint.push_str("/base");
    settings.headers.push(("x-tenant".to_owned(), crate::config::Secret::new("blue")));
    settings.queue = QueueSettings { consumers: 1, batch: ALONE, ..QueueSettings::default() };
    let bench = Bench::start(&settings);
    for signal in Signal::ALL {
        let bytes = Bytes::from(signal.as_str());
        bench.offer(Item { signal, ..item_of(bytes, 1) }).expect("room");
    }
    bench.settled().await;
    let seen = web.seen();
    let paths: Vec<_> = seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths, ["/base/v1/metrics", "/base/v1/traces", "/base/v1/logs"]);
    for (signal, seen) in Signal::ALL.into_iter().zip(seen) {
        assert_eq!(seen.body, signal.as_str());
        assert_eq!(seen.headers["content-type"], "application/x-protobuf");
        assert_eq!(seen.headers["x-tenant"], "blue");
        assert!(!seen.headers.contains_key("content-encoding"));
    }
}

#[tokio::test]
async fn a_compressed_body_says_so() {
    for (compression, name) in [(Compression::Gzip, "gzip"), (Compression::Zstd, "zstd")] {
        let (web, address) = Web::start([]).await;
        let bench = Bench::start(&OtlpExporterSettings { compression, ..over_http(address) });
        bench.offer(item(300)).expect("room");
        bench.settled().await;
        let seen = web.seen().remove(0);
        assert_eq!(seen.headers["content-encoding"], name);
        assert!(seen.body.len() < item(300).bytes.len());
        Bench::check(&bench.metrics, 300, &[]);
    }
}

#[tokio::test]
async fn an_overloaded_backend_is_tried_again_and_one_that_refuses_is_not() {
    let (web, address) =
        Web::start([answer(503, "busy"), answer(200, ""), answer(400, "no")]).await;
    let bench = Bench::start(&over_http(address));
    bench.offer(item(3)).expect("room");
    bench.offer(item(2)).expect("room");
    bench.settled().await;
    assert_eq!(web.seen().len(), 3);
    Bench::check(&bench.metrics, 3, &[(RejectReason::Remote, 2)]);
}

#[tokio::test]
async fn partial_success_is_counted_and_never_sent_again() {
    let partial = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 2,
            error_message: "too old".to_owned(),
        }),
    };
    let (web, address) = Web::start([answer(200, partial.encode_to_vec())]).await;
    let bench = Bench::start(&over_http(address));
    bench.offer(item(3)).expect("room");
    bench.settled().await;
    assert_eq!(web.seen().len(), 1);
    Bench::check(&bench.metrics, 1, &[(RejectReason::Remote, 2)]);
}

#[tokio::test]
async fn an_answer_beyond_four_mebibytes_is_not_read_to_its_end_and_final() {
    let (web, address) = Web::start([answer(200, vec![0; (4 << 20) + 1])]).await;
    let bench = Bench::start(&over_http(address));
    bench.offer(item(3)).expect("room");
    bench.settled().await;
    assert_eq!(web.seen().len(), 1);
    Bench::check(&bench.metrics, 0, &[(RejectReason::Remote, 3)]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, other) = Web::start([]).await;
    let mut redirect = answer(307, "");
    let location = format!("http://{other}/v1/traces").parse().expect("a header");
    redirect.headers_mut().insert("location", location);
    let (web, address) = Web::start([redirect]).await;
    let bench = Bench::start(&over_http(address));
    bench.offer(item(3)).expect("room");
    bench.settled().await;
    assert_eq!((web.seen().len(), elsewhere.seen().len()), (1, 0));
    Bench::check(&bench.metrics, 0, &[(RejectReason::Remote, 3)]);
}

#[tokio::test]
async fn whatever_a_backend_answers_behind_a_success_is_a_success() {
    let answers = [answer(200, "<html>"), answer(202, vec![0xff; 100]), answer(299, "{}")];
    let (web, address) = Web::start(answers).await;
    let bench = Bench::start(&over_http(address));
    for _ in 0..3 {
        bench.offer(item(1)).expect("room");
        bench.settled().await;
    }
    assert_eq!(web.seen().len(), 3);
    Bench::check(&bench.metrics, 3, &[]);
}
