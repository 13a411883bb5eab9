//! The TLS handshake of a connection, in its own task and within its own time: it holds up no other.

use std::{io, time::Duration};

use inferometer_semconv::attributes::CollectorConnectionCutReason as Cut;
use rustls::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

use super::{
    connection::Shared,
    stage::{Stage, reached},
    stream::Stream,
};
use crate::tls::Acceptor;

/// What is still read of a peer that is told why it is refused, and how long: closing a connection with something unread
/// would have its system forget what it was told.
const LAST_WORDS_BYTES: u64 = 64 << 10;
const LAST_WORDS_TIME: Duration = Duration::from_secs(1);

/// A stream that is as private as the listener is told to make it; nothing if the peer went away, or was cut, which is
/// counted.
pub(super) async fn secured<H>(stream: TcpStream, shared: &Shared<H>) -> Option<Stream> {
    match &shared.protection.tls {
        None => Some(Stream::Plain(stream)),
        Some(acceptor) => shake_hands(stream, acceptor, shared).await,
    }
}

async fn shake_hands<H>(
    stream: TcpStream,
    acceptor: &Acceptor,
    shared: &Shared<H>,
) -> Option<Stream> {
    let Shared { limits, counts, stage, .. } = shared;
    let mut stage = stage.clone();
    let handshake = acceptor.accept(stream).into_fallible();
    let accepted = tokio::select! {
        accepted = time::timeout(limits.header_timeout, handshake) => accepted,
        () = reached(Stage::Stopping, &mut stage) => return None,
    };
    match accepted {
        Ok(Ok(stream)) => return Some(Stream::Secured(Box::new(stream))),
        Ok(Err((cause, stream))) => {
            tracing::debug!(listener = ?counts, %cause, "a TLS handshake failed");
            if let Some(reason) = cut_by(&cause) {
                counts.cut(reason);
                // Whoever does not listen needs no more.
                let _ = time::timeout(LAST_WORDS_TIME, hear_out(stream)).await;
            }
        }
        Err(_) => counts.cut(Cut::HandshakeTimeout),
    }
    None
}

/// Reads until the peer has closed its end.
async fn hear_out(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut rest = stream.take(LAST_WORDS_BYTES);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await.map(drop)
}

/// Why the listener ended a handshake with this error; nothing if the peer went away.
fn cut_by(cause: &io::Error) -> Option<Cut> {
    let error = cause.get_ref().and_then(|inner| inner.downcast_ref::<Error>())?;
    Some(match error {
        Error::NoCertificatesPresented | Error::InvalidCertificate(_) => Cut::ClientCertificate,
        _ => Cut::HandshakeFailed,
    })
}
