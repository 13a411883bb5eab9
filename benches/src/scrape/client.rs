//! Scrapes, and pages that are looked into.

use std::io::Read;

use http_body_util::BodyExt;
use hyper::{
    Request, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    runtime,
    time::{Duration, Instant, timeout},
};

use crate::{error::BenchError, subject::Process};

/// For a whole page.
const PATIENCE: Duration = Duration::from_secs(60);

/// Most bytes that a page may inflate to.
const PAGE_BYTES_MAX: u64 = 4 << 30;

/// What Prometheus asks for when it scrapes native histograms.
const PROTOBUF: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Text as it is.
    Plain,
    /// Text as gzip.
    Gzip,
    /// Protobuf as it is.
    Protobuf,
}

impl Form {
    const fn accept(self) -> &'static str {
        match self {
            Self::Plain | Self::Gzip => "*/*",
            Self::Protobuf => PROTOBUF,
        }
    }

    const fn encoding(self) -> &'static str {
        match self {
            Self::Plain | Self::Protobuf => "identity",
            Self::Gzip => "gzip",
        }
    }
}

/// What a scrape cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scraped {
    /// From the connection's first byte to the page's last.
    pub(super) seconds: f64,
    /// Processor time of the subject's process in seconds.
    pub(super) cpu: f64,
    /// As sent.
    pub(super) bytes: u64,
}

/// What is on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) lines: usize,
    /// Inflated.
    pub(super) bytes: u64,
}

/// Scrapes once over a connection of its own, and throws the page away as it comes.
pub(super) fn scrape(process: &Process, form: Form) -> Result<Scraped, BenchError> {
    let before = process.cpu()?;
    let start = Instant::now();
    let mut bytes = 0;
    fetch(process, form, |chunk| bytes += chunk.len() as u64)?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Scraped { seconds, cpu: process.cpu()? - before, bytes })
}

/// Whether a subject has protobuf; one that has not answers with text.
pub(super) fn has_protobuf(process: &Process) -> Result<bool, BenchError> {
    let content_type = fetch(process, Form::Protobuf, drop)?;
    Ok(PROTOBUF.split(';').next() == content_type.split(';').next())
}

/// Scrapes once and reads the lines of the page.
pub(super) fn page(process: &Process, form: Form) -> Result<Page, BenchError> {
    let mut body = Vec::new();
    fetch(process, form, |chunk| body.extend_from_slice(&chunk))?;
    if form == Form::Gzip {
        #[expect(clippy::disallowed_types, reason = "capped by `take`")]
        let inflater = flate2::read::MultiGzDecoder::new(&*body);
        let mut inflated = Vec::new();
        inflater.take(PAGE_BYTES_MAX).read_to_end(&mut inflated)?;
        body = inflated;
    }
    let lines = body.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty() && line[0] != b'#').count();
    Ok(Page { lines, bytes: body.len() as u64 })
}

/// Reads a page piece by piece; its content type.
fn fetch(process: &Process, form: Form, take: impl FnMut(Bytes)) -> Result<String, BenchError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(async { timeout(PATIENCE, exchange(process, form, take)).await }) {
        Ok(result) => result,
        Err(_) => Err(BenchError::library(process.name(), "its page takes too long")),
    }
}

async fn exchange(
    process: &Process,
    form: Form,
    mut take: impl FnMut(Bytes),
) -> Result<String, BenchError> {
    let failed = |cause: &dyn std::fmt::Display| BenchError::library(process.name(), cause);
    let stream =
        TcpStream::connect(("127.0.0.1", process.page())).await.map_err(|cause| failed(&cause))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|cause| failed(&cause))?;
    tokio::spawn(connection);
    let request = Request::get("/metrics")
        .header(HOST, "localhost")
        .header(ACCEPT, form.accept())
        .header(ACCEPT_ENCODING, form.encoding());
    let request = request.body(String::new()).map_err(|cause| failed(&cause))?;
    let response = sender.send_request(request).await.map_err(|cause| failed(&cause))?;
    let is_gzip = response.headers().get(CONTENT_ENCODING).is_some_and(|value| value == "gzip");
    if response.status() != StatusCode::OK || is_gzip != (form == Form::Gzip) {
        return Err(failed(&format!("its page: {response:?}")));
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let mut body: Incoming = response.into_body();
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame.map_err(|cause| failed(&cause))?.into_data() {
            take(chunk);
        }
    }
    Ok(content_type)
}
