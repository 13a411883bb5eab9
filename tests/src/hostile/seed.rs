//! Whole requests as they look on the wire, to be cut and bent.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::frame::{Frame, flag, header_block, kind, opening};

/// How a body is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As generated types encode it.
    Protobuf,
    /// As OTLP's mapping to JSON has it.
    Json,
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

/// All bytes of a connection with one request.
#[derive(Debug, Clone)]
pub struct Seed {
    /// What it is, for messages.
    pub name: String,
    /// From the first byte that a client sends to its last.
    pub bytes: Vec<u8>,
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

impl Encoding {
    /// Its name in headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Compresses a body.
    ///
    /// # Panics
    /// If the encoder fails, which it has no reason to.
    #[must_use]
    pub fn encode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity => bytes.to_vec(),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(bytes).expect("a Vec takes all");
                encoder.finish().expect("a Vec takes all")
            }
            Self::Zstd => zstd::encode_all(bytes, 3).expect("a Vec takes all"),
        }
    }
}

/// A request over HTTP/1.1, in so many chunks if there are any, and with its length announced if not.
#[must_use]
pub fn http_seed(
    signal: &str,
    format: Format,
    encoding: Encoding,
    chunks: usize,
    body: &[u8],
) -> Seed {
    let body = encoding.encode(body);
    let (framing, payload) = if chunks == 0 {
        (format!("content-length: {}", body.len()), body)
    } else {
        let pieces = body.chunks(body.len().div_ceil(chunks).max(1));
        let mut payload: Vec<u8> = pieces.flat_map(chunk).collect();
        payload.extend(chunk(b""));
        ("transfer-encoding: chunked".to_owned(), payload)
    };
    let head = format!(
        "POST /v1/{signal} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {}\r\n\
         content-encoding: {}\r\n{framing}\r\n\r\n",
        format.media_type(),
        encoding.name()
    );
    let name = format!("HTTP, {signal} in {format:?}, {}, {chunks} chunks", encoding.name());
    Seed { name, bytes: [head.into_bytes(), payload].concat() }
}

fn chunk(piece: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

/// A call over gRPC on a connection of its own, made of frames by hand.
///
/// # Panics
/// If the body does not fit into one frame.
#[must_use]
pub fn grpc_seed(service: &str, encoding: Encoding, body: &[u8]) -> Seed {
    let bytes = [opening(), grpc_call(1, service, encoding, body)].concat();
    Seed { name: format!("gRPC, {service}, {}", encoding.name()), bytes }
}

/// The frames of one call.
///
/// # Panics
/// If the body does not fit into one frame.
#[must_use]
pub fn grpc_call(stream: u32, service: &str, encoding: Encoding, body: &[u8]) -> Vec<u8> {
    let path = format!("/opentelemetry.proto.collector.{service}/Export");
    let block = header_block(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":path", &path),
        (":authority", "x"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("grpc-encoding", encoding.name()),
    ]);
    let body = encoding.encode(body);
    let length = u32::try_from(body.len()).expect("a body of a frame");
    let mut message = vec![u8::from(encoding != Encoding::Identity)];
    message.extend(length.to_be_bytes());
    message.extend(body);
    let headers = Frame::new(kind::HEADERS, flag::END_HEADERS, stream, block);
    let data = Frame::new(kind::DATA, flag::END_STREAM, stream, message);
    [headers.bytes(), data.bytes()].concat()
}
