//! Scrapes, and pages that are looked into.

use std::io::Read;

use http_body_util::BodyExt;
use hyper::{
    Request, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST},
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
pub(super) fn scrape(process: &Process, gzip: bool) -> Result<Scraped, BenchError> {
    let before = process.cpu()?;
    let start = Instant::now();
    let mut bytes = 0;
    fetch(process, gzip, |chunk| bytes += chunk.len() as u64)?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Scraped { seconds, cpu: process.cpu()? - before, bytes })
}

/// Scrapes once and reads the page.
pub(super) fn page(process: &Process, gzip: bool) -> Result<Page, BenchError> {
    let mut body = Vec::new();
    fetch(process, gzip, |chunk| body.extend_from_slice(&chunk))?;
    if gzip {
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

fn fetch(process: &Process, gzip: bool, take: impl FnMut(Bytes)) -> Result<(), BenchError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(async { timeout(PATIENCE, exchange(process, gzip, take)).await }) {
        Ok(result) => result,
        Err(_) => Err(BenchError::library(process.name(), "its page takes too long")),
    }
}

async fn exchange(
    process: &Process,
    gzip: bool,
    mut take: impl FnMut(Bytes),
) -> Result<(), BenchError> {
    let failed = |cause: &dyn std::fmt::Display| BenchError::library(process.name(), cause);
    let stream =
        TcpStream::connect(("127.0.0.1", process.page())).await.map_err(|cause| failed(&cause))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|cause| failed(&cause))?;
    tokio::spawn(connection);
    let encoding = if gzip { "gzip" } else { "identity" };
    let request =
        Request::get("/metrics").header(HOST, "localhost").header(ACCEPT_ENCODING, encoding);
    let request = request.body(String::new()).map_err(|cause| failed(&cause))?;
    let response = sender.send_request(request).await.map_err(|cause| failed(&cause))?;
    let is_gzip = response.headers().get(CONTENT_ENCODING).is_some_and(|value| value == "gzip");
    if response.status() != StatusCode::OK || is_gzip != gzip {
        return Err(failed(&format!("its page: {response:?}")));
    }
    let mut body: Incoming = response.into_body();
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame.map_err(|cause| failed(&cause))?.into_data() {
            take(chunk);
        }
    }
    Ok(())
}
