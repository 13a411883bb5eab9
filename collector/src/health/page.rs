//! What is asked over HTTP, and the answers in JSON. Nothing of a request's body is read.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Health, pipelines,
    reload_page::{self, ReloadPage},
    status,
};
use crate::{
    http::{Body, Handler, Query, Request, Response},
    self_metrics::SelfMetrics,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// What it says is of this moment.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Answers every path of the listener.
#[derive(Debug)]
pub(super) struct Page {
    metrics: Arc<SelfMetrics>,
    /// Where the status is, beside `/status`.
    path: String,
    /// Nothing if nobody may ask for a reload.
    reload: Option<ReloadPage>,
}

impl Page {
    pub(super) fn new(metrics: Arc<SelfMetrics>, path: String, takes_reloads: bool) -> Self {
        let asks = metrics.health().reload_asks();
        let reload = takes_reloads.then(|| ReloadPage::new(Arc::clone(asks)));
        Self { metrics, path, reload }
    }

    /// Its listener is about to end.
    pub(super) fn end(&self) {
        self.reload.iter().for_each(ReloadPage::end);
    }

    /// Where reloads are not asked for, their path is no path in any method.
    fn read(&self, request: &Request) -> (StatusCode, HeaderMap, Value) {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        if is_read || request.uri().path() == reload_page::PATH {
            let (status, value) = self.answer(request.uri(), Instant::now());
            return (status, HeaderMap::new(), value);
        }
        let message = format!("method {} is not supported; use GET", request.method());
        let allowed = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
        let headers = HeaderMap::from_iter(allowed);
        (StatusCode::METHOD_NOT_ALLOWED, headers, json!({ "error": message }))
    }

    fn answer(&self, uri: &http::Uri, now: Instant) -> (StatusCode, Value) {
        let health = self.metrics.health();
        match uri.path() {
            "/healthz" => alive(health, now),
            "/readyz" => ready(health, now),
            "/debug/pipelines" => (StatusCode::OK, pipelines::show(&self.metrics)),
            path if path == "/status" || path == self.path => self.status(uri, now),
            path => {
                let message = format!(
                    "{path} is not here: ask for /healthz, /readyz, /status or /debug/pipelines"
                );
                (StatusCode::NOT_FOUND, json!({ "error": message }))
            }
        }
    }

    fn status(&self, uri: &http::Uri, now: Instant) -> (StatusCode, Value) {
        let query = Query::of(uri);
        let is_verbose = query.get("verbose").is_some_and(|value| value != "false");
        let all = status::Status::of(self.metrics.health(), now);
        let Some(name) = query.get("pipeline") else {
            return (all.code(), all.shown(is_verbose));
        };
        match all.pipeline(&name) {
            Some(pipeline) => (pipeline.code(), pipeline.shown(is_verbose)),
            None => {
                let message = format!("there is no pipeline {name:?}");
                (StatusCode::NOT_FOUND, json!({ "error": message }))
            }
        }
    }
}

fn alive(health: &Health, now: Instant) -> (StatusCode, Value) {
    let faults = health.faults(now);
    let reason =
        |fault: &super::Fault| json!({ "component": fault.worker, "message": fault.message() });
    let reasons: Vec<Value> = faults.iter().map(reason).collect();
    (code(reasons.is_empty()), json!({ "alive": reasons.is_empty(), "reasons": reasons }))
}

fn ready(health: &Health, now: Instant) -> (StatusCode, Value) {
    let reasons = health.unready(now);
    (code(reasons.is_empty()), json!({ "ready": reasons.is_empty(), "reasons": reasons }))
}

const fn code(is_well: bool) -> StatusCode {
    if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

impl Handler for Page {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        let (status, mut headers, value) = match &self.reload {
            Some(reload) if request.uri().path() == reload_page::PATH => {
                reload.answer(request.method(), request.headers()).await
            }
            _ => self.read(&request),
        };
        let mut response = http::Response::new(Body::full(value.to_string()));
        *response.status_mut() = status;
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        *response.headers_mut() = headers;
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Resolved, health::Phase};

    fn page() -> Page {
        let metrics = Arc::new(SelfMetrics::default());
        metrics.health().shows(&Resolved::default());
        metrics.health().enters(Phase::Running);
        Page::new(metrics, "/".to_owned(), false)
    }

    fn ask(page: &Page, path: &'static str) -> (u16, Value) {
        let (status, body) = page.answer(&http::Uri::from_static(path), Instant::now());
        (status.as_u16(), body)
    }

    #[tokio::test]
    async fn a_worker_that_died_is_told_whatever_is_asked() {
        let page = page();
        let worker = page.metrics.exporter("trace_ring").health().begin("exporters.trace_ring");
        let worker = tokio::spawn(async move {
            let _worker = worker;
            panic!("as the test wants");
        });
        assert_eq!(
            [ask(&page, "/healthz").0, ask(&page, "/readyz").0, ask(&page, "/").0],
            [200; 3]
        );
        assert!(worker.await.is_err());
        let (code, alive) = ask(&page, "/healthz");
        assert_eq!((code, &alive["alive"]), (503, &json!(false)));
        assert_eq!(alive["reasons"][0]["component"], "exporters.trace_ring");
        assert_eq!(ask(&page, "/readyz").0, 503);
        let (code, status) = ask(&page, "/status?verbose");
        assert_eq!((code, &status["healthy"]), (500, &json!(false)));
        let traces = &status["components"]["pipeline:traces"];
        for of in [&status, traces, &traces["components"]["exporter:trace_ring"]] {
            assert_eq!(of["status"], "StatusPermanentError", "{status}");
        }
        assert_eq!(status["components"]["pipeline:metrics"]["status"], "StatusOK", "{status}");
        assert_eq!(ask(&page, "/status?pipeline=metrics").0, 200);
        assert_eq!(ask(&page, "/status?pipeline=traces").0, 500);
    }

    #[test]
    fn a_collector_that_starts_or_stops_is_unready_and_alive() {
        let page = page();
        for (phase, expected) in
            [(Phase::Starting, "StatusStarting"), (Phase::Stopping, "StatusStopping")]
        {
            page.metrics.health().enters(phase);
            assert_eq!(ask(&page, "/healthz").0, 200);
            assert_eq!(ask(&page, "/readyz").0, 503);
            let (code, status) = ask(&page, "/");
            assert_eq!((code, &status["status"]), (503, &json!(expected)));
        }
    }
}
