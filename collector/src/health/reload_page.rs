//! `POST /-/reload`: asks for a reload and answers what became of it.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::reload_asks::{NotTaken, ReloadAnswer, ReloadAsks};

/// Where it is.
pub(super) const PATH: &str = "/-/reload";
/// How long a request waits at most for the reload before its own, which may wait for what that one has replaced.
const LINE_DEADLINE: Duration = Duration::from_secs(90);
/// How long its own reload may take from there on.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);
/// Errors of one answer; the log has all.
const ERRORS_MAX: usize = 100;
/// When to come back.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// What one listener asks with.
#[derive(Debug)]
pub(super) struct ReloadPage {
    asks: Arc<ReloadAsks>,
    /// Whether the listener is told to end.
    ends: watch::Sender<bool>,
}

/// An answer, with its headers.
pub(super) type Answer = (StatusCode, HeaderMap, Value);

impl ReloadPage {
    pub(super) fn new(asks: Arc<ReloadAsks>) -> Self {
        Self { asks, ends: watch::Sender::new(false) }
    }

    /// Whoever waits for a reload that has not begun is sent away, so that the listener can end before it does.
    pub(super) fn end(&self) {
        self.ends.send_replace(true);
    }

    pub(super) async fn answer(&self, method: &Method, headers: &HeaderMap) -> Answer {
        if method != Method::POST {
            let allowed = [(header::ALLOW, HeaderValue::from_static("POST"))];
            let message = format!("method {method} is not supported; use POST");
            return refused(StatusCode::METHOD_NOT_ALLOWED, allowed, &message);
        }
        if headers.contains_key(header::ORIGIN) {
            return refused(
                StatusCode::FORBIDDEN,
                [],
                "pages in a browser may not ask for a reload",
            );
        }
        let mut ask = match self.asks.ask() {
            Ok(ask) => ask,
            Err(NotTaken::Full) => return unavailable("too many wait for a reload"),
            Err(NotTaken::Closed) => return unavailable("the collector is starting or stopping"),
        };
        let mut ends = self.ends.subscribe();
        let why = tokio::select! {
            biased;
            answer = ask.answer() => return told(answer),
            _ = ends.wait_for(|ends| *ends) => "this listener ends: ask the one that is there now",
            () = sleep(LINE_DEADLINE) => "the reload before is still under way",
        };
        if ask.withdraw() {
            return unavailable(why);
        }
        match timeout(ANSWER_DEADLINE, ask.answer()).await {
            Ok(answer) => told(answer),
            Err(_) => {
                let message = "it is still under way: the log will say what became of it";
                refused(StatusCode::GATEWAY_TIMEOUT, [], message)
            }
        }
    }
}

fn told(answer: Option<ReloadAnswer>) -> Answer {
    match answer {
        Some(Ok(())) => (StatusCode::OK, HeaderMap::new(), json!({ "reloaded": true })),
        Some(Err(errors)) => {
            let lines: Vec<_> = errors.lines().take(ERRORS_MAX).collect();
            let body = json!({ "reloaded": false, "errors": lines });
            (StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new(), body)
        }
        None => unavailable("the collector is stopping"),
    }
}

fn unavailable(message: &str) -> Answer {
    refused(StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER)], message)
}

fn refused<const N: usize>(
    status: StatusCode,
    headers: [(header::HeaderName, HeaderValue); N],
    message: &str,
) -> Answer {
    (status, HeaderMap::from_iter(headers), json!({ "error": message }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::reload_asks::WAITING_MAX;

    fn page() -> Arc<ReloadPage> {
        let asks = Arc::new(ReloadAsks::default());
        asks.open();
        Arc::new(ReloadPage::new(asks))
    }

    async fn post(page: Arc<ReloadPage>) -> (u16, HeaderMap, Value) {
        let (status, headers, body) = page.answer(&Method::POST, &HeaderMap::new()).await;
        (status.as_u16(), headers, body)
    }

    /// Requests that wait.
    async fn posts(page: &Arc<ReloadPage>, count: usize) -> Vec<tokio::task::JoinHandle<Answered>> {
        let tasks = (0..count).map(|_| tokio::spawn(post(Arc::clone(page)))).collect();
        // One thread: all of them have had their turn once this one has it again.
        tokio::task::yield_now().await;
        tasks
    }

    type Answered = (u16, HeaderMap, Value);

    #[tokio::test]
    async fn all_who_wait_are_answered_by_one_reload_and_those_after_by_another() {
        let page = page();
        let first = posts(&page, 2).await;
        page.asks.asked().await;
        let taken = page.asks.take();
        let later = posts(&page, 1).await;
        taken.answer(&Err("c.yaml:1:2: error: a\nc.yaml:3:4: error: b".to_owned()));
        for task in first {
            let (code, _, body) = task.await.expect("an answer");
            let errors = json!(["c.yaml:1:2: error: a", "c.yaml:3:4: error: b"]);
            assert_eq!((code, body), (500, json!({ "reloaded": false, "errors": errors })));
        }
        page.asks.take().answer(&Ok(()));
        for task in later {
            let (code, _, body) = task.await.expect("an answer");
            assert_eq!((code, body), (200, json!({ "reloaded": true })));
        }
    }

    #[tokio::test]
    async fn one_more_than_may_wait_is_told_to_come_back() {
        let page = page();
        let waiting = posts(&page, WAITING_MAX).await;
        let (code, headers, _) = post(Arc::clone(&page)).await;
        assert_eq!((code, &headers[header::RETRY_AFTER]), (503, &RETRY_AFTER));
        // Who goes makes room.
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
        for task in waiting {
            assert!(task.await.is_err_and(|error| error.is_cancelled()));
        }
        assert!(page.asks.ask().is_ok());
    }

    #[tokio::test]
    async fn a_listener_that_ends_sends_away_who_waits_and_answers_whom_a_reload_has_taken() {
        let page = page();
        let taken_task = posts(&page, 1).await;
        let taken = page.asks.take();
        let waiting = posts(&page, 1).await;
        page.end();
        for task in waiting {
            assert_eq!(task.await.expect("an answer").0, 503);
        }
        taken.answer(&Ok(()));
        for task in taken_task {
            assert_eq!(task.await.expect("an answer").0, 200);
        }
        assert_eq!(post(page).await.0, 503);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_without_end() {
        let page = page();
        assert_eq!(post(Arc::clone(&page)).await.0, 503);
        let tasks = posts(&page, 1).await;
        let taken = page.asks.take();
        for task in tasks {
            assert_eq!(task.await.expect("an answer").0, 504);
        }
        drop(taken);
    }

    #[tokio::test]
    async fn who_waits_when_the_collector_ends_is_told() {
        let page = page();
        let tasks = posts(&page, 1).await;
        page.asks.close();
        for task in tasks {
            assert_eq!(task.await.expect("an answer").0, 503);
        }
        assert_eq!(post(page).await.0, 503);
    }

    #[tokio::test]
    async fn a_browser_and_another_method_ask_for_nothing() {
        let page = page();
        let (status, headers, _) = page.answer(&Method::GET, &HeaderMap::new()).await;
        assert!(status == StatusCode::METHOD_NOT_ALLOWED && headers[header::ALLOW] == "POST");
        let origin = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static("null"))]);
        assert_eq!(page.answer(&Method::POST, &origin).await.0, StatusCode::FORBIDDEN);
    }
}
