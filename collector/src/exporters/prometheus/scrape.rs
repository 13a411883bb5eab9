//! The scrape endpoint: `/metrics`, and clear answers to everything else.

mod buffers;
mod coding;
mod compressor;
mod delivery;
mod negotiation;
mod turns;
mod weight;

use std::{sync::Arc, time::Duration};

use http::{
    HeaderValue, Method, StatusCode,
    header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, VARY},
};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use self::{
    coding::Coding,
    delivery::{Delivered, deliver},
    negotiation::Offer,
    turns::{SCRAPES_MAX, Turns},
};
use super::{
    encoder::{self, Encoder, Options},
    exporter::State,
    format::{self, Wanted},
};
use crate::{
    config::PrometheusSettings,
    http::{Body, BodySender, Handler, Request, Response},
};

/// Where the page is.
const PATH: &str = "/metrics";
/// What of a request decides about the answer.
const VARYING: HeaderValue = HeaderValue::from_static("accept, accept-encoding");
/// How long a reader may take for the whole page; then the answer is broken off, and the scrape fails whole.
const DEADLINE: Duration = Duration::from_secs(60);

/// Answers scrapes from the store.
#[derive(Debug)]
pub(super) struct Scrape {
    state: Arc<State>,
    offer: Offer,
    options: Options,
    turns: Turns,
}

impl Scrape {
    pub(super) fn new(state: Arc<State>, settings: &PrometheusSettings) -> Self {
        Self {
            state,
            offer: Offer { open_metrics: settings.open_metrics },
            options: Options {
                timestamps: settings.send_timestamps,
                classic_buckets: settings.always_classic_histograms,
                created: settings.created_samples,
            },
            turns: Turns::default(),
        }
    }

    async fn page(&self, wanted: Wanted, coding: Coding) -> Response {
        let arrived = Instant::now();
        let Some(permit) = self.turns.next().await else {
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
        let encoder = Encoder::new(wanted, self.options);
        tokio::spawn(send_page(Arc::clone(&self.state), encoder, coding, sender, permit, arrived));
        described(body, wanted, coding)
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
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let text = format!("{PATH} answers GET and HEAD\n");
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, text);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let Some(coding) = Coding::accepted(request.headers()) else {
            let text =
                "the page comes plain, as gzip or as zstd, and Accept-Encoding excludes all\n";
            let mut response = plain(StatusCode::NOT_ACCEPTABLE, text.to_owned());
            response.headers_mut().insert(VARY, VARYING);
            return response;
        };
        let wanted = self.offer.choose(request.headers());
        match *request.method() {
            // The same head, but for what the connection says of a body's length.
            Method::HEAD => described(Body::default(), wanted, coding),
            _ => self.page(wanted, coding).await,
        }
    }
}

async fn send_page(
    state: Arc<State>,
    encoder: Encoder,
    coding: Coding,
    sender: BodySender,
    permit: OwnedSemaphorePermit,
    arrived: Instant,
) {
    let mut delivered = Delivered::default();
    let outcome = deliver(state.store(), encoder, coding, sender, DEADLINE, &mut delivered).await;
    let (took, Delivered { page_bytes, sent_bytes, omitted }) = (arrived.elapsed(), delivered);
    state.metrics().scrape_sent(coding.into(), sent_bytes);
    state.metrics().scrape_omitted(omitted);
    match outcome {
        Ok(()) => {
            state.metrics().scraped(took);
            tracing::trace!(?took, ?coding, page_bytes, sent_bytes, "a scrape was answered");
        }
        Err(cause) => tracing::debug!(
            ?took,
            ?coding,
            page_bytes,
            sent_bytes,
            %cause,
            "a scrape ended before its page did"
        ),
    }
    drop(permit);
}

/// The answer with the page, or in its place nothing.
fn described(body: Body, wanted: Wanted, coding: Coding) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, wanted.content_type());
    headers.insert(VARY, VARYING);
    if let Some(name) = coding.name() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    response
}

fn plain(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::full(text));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
