//! The scrape endpoint: `/metrics`, and clear answers to everything else.

use std::{sync::Arc, time::Duration};

use http::{
    HeaderValue, Method, StatusCode,
    header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::{
    exporter::State,
    text::{self, Encoder},
};
use crate::http::{Body, BodySender, Handler, Request, Response};

/// Where the page is.
const PATH: &str = "/metrics";
/// Scrapes at a time; one more is told to come back, so that many slow readers hold little memory.
const SCRAPES_MAX: usize = 16;
/// How long a reader may take for the whole page; then the answer is broken off, and the scrape fails whole.
const SCRAPE_DEADLINE: Duration = Duration::from_secs(60);

/// Answers scrapes from the store.
#[derive(Debug)]
pub(super) struct Scrape {
    state: Arc<State>,
    room: Arc<Semaphore>,
}

impl Scrape {
    pub(super) fn new(state: Arc<State>) -> Self {
        Self { state, room: Arc::new(Semaphore::new(SCRAPES_MAX)) }
    }

    fn page(&self) -> Response {
        let arrived = Instant::now();
        let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() else {
            let mut response = plain(
                StatusCode::SERVICE_UNAVAILABLE,
                format!(
                    "{SCRAPES_MAX} scrapes are being answered, the limit; try again in a second\n"
                ),
            );
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            return response;
        };
        self.state.show_own_metrics();
        let (sender, body) = Body::stream();
        tokio::spawn(send_page(Arc::clone(&self.state), sender, permit, arrived));
        with_type(body)
    }
}

impl Handler for Scrape {
    async fn handle(self: Arc<Self>, request: Request) -> Response {
        if request.uri().path() != PATH {
            return plain(
                StatusCode::NOT_FOUND,
                format!("nothing at this path; the metrics are at {PATH}\n"),
            );
        }
        match *request.method() {
            Method::GET => self.page(),
            Method::HEAD => with_type(Body::default()),
            _ => {
                let text = format!("{PATH} answers GET and HEAD\n");
                let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, text);
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
                response
            }
        }
    }
}

async fn send_page(
    state: Arc<State>,
    sender: BodySender,
    permit: OwnedSemaphorePermit,
    arrived: Instant,
) {
    let send = async {
        let mut encoder = Encoder::default();
        while let Some(piece) = encoder.piece(state.store()) {
            sender.send(piece).await?;
        }
        sender.finish().await
    };
    if matches!(timeout(SCRAPE_DEADLINE, send).await, Ok(Ok(()))) {
        state.metrics().scraped(arrived.elapsed());
    } else {
        // A reader that went away or is too slow: the sender is gone with the future, and breaks its answer off.
        tracing::debug!(deadline = ?SCRAPE_DEADLINE, "a scrape ended before its page did");
    }
    drop(permit);
}

fn with_type(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(text::CONTENT_TYPE));
    response
}

fn plain(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::full(text));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
