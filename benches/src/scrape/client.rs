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

/// What Prometheus asks for first otherwise.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Text as it is.
    Plain,
    /// Text as gzip.
    Gzip,
    /// Text as zstd.
    Zstd,
    /// OpenMetrics as it is.
    OpenMetrics,
    /// Protobuf as it is.
    Protobuf,
}

impl Form {
    const fn accept(self) -> &'static str {
        match self {
            Self::Plain | Self::Gzip | Self::Zstd => "*/*",
            Self::OpenMetrics => OPEN_METRICS,
            Self::Protobuf => PROTOBUF,
        }
    }

    const fn encoding(self) -> &'static str {
        match self {
            Self::Plain | Self::OpenMetrics | Self::Protobuf => IDENTITY,
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Whether this is what was asked for; a subject that does not have it answers with text as it is.
    fn is(self, answer: &Answer) -> bool {
        let media = |types: &str| types.split(';').next().unwrap_or_default().to_owned();
        let wanted = media(self.accept());
        (wanted == "*/*" || wanted == media(&answer.content_type))
            && answer.encoding == self.encoding()
    }
}

/// No encoding.
const IDENTITY: &str = "identity";

/// What came, apart from the page.
#[derive(Debug)]
struct Answer {
    content_type: String,
    encoding: String,
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

/// Whether a subject has a form.
pub(super) fn has(process: &Process, form: Form) -> Result<bool, BenchError> {
    Ok(form.is(&fetch(process, form, drop)?))
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

/// Reads a page piece by piece.
fn fetch(process: &Process, form: Form, take: impl FnMut(Bytes)) -> Result<Answer, BenchError> {
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
) -> Result<Answer, BenchError> {
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
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let answer = Answer {
        content_type: header(CONTENT_TYPE).unwrap_or_default().to_owned(),
        encoding: header(CONTENT_ENCODING).unwrap_or(IDENTITY).to_owned(),
    };
    // Every subject has gzip.
    let lacks_gzip = form == Form::Gzip && answer.encoding != form.encoding();
    if response.status() != StatusCode::OK || lacks_gzip {
        return Err(failed(&format!("its page: {response:?}")));
    }
    let mut body: Incoming = response.into_body();
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame.map_err(|cause| failed(&cause))?.into_data() {
            take(chunk);
        }
    }
    Ok(answer)
}
