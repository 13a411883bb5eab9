//! Reads the collector's `/metrics` page as Prometheus does, over HTTP.

use std::{fmt::Display, io, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, header::HOST};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// The largest page that is read; the fleet's has about 100 KiB.
const PAGE_BYTES_MAX: usize = 64 << 20;
const DEADLINE: Duration = Duration::from_secs(2);

/// One scrape, whole.
pub(super) async fn scrape(address: SocketAddr) -> io::Result<Bytes> {
    timeout(DEADLINE, read(address))
        .await
        .map_err(|_| failed(address, &format!("not within {} s", DEADLINE.as_secs())))?
}

async fn read(address: SocketAddr) -> io::Result<Bytes> {
    let error = |cause: &dyn Display| failed(address, cause);
    let stream = TcpStream::connect(address).await.map_err(|it| error(&it))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|it| error(&it))?;
    let connection = tokio::spawn(connection);
    let request = Request::get("/metrics")
        .header(HOST, address.to_string())
        .body(Empty::<Bytes>::new())
        .map_err(|it| error(&it))?;
    let response = sender.send_request(request).await.map_err(|it| error(&it))?;
    let status = response.status();
    if status != StatusCode::OK {
        return Err(error(&status));
    }
    let body = Limited::new(response.into_body(), PAGE_BYTES_MAX).collect();
    let page = body.await.map_err(|it| error(&it))?.to_bytes();
    connection.abort();
    Ok(page)
}

fn failed(address: SocketAddr, cause: &dyn Display) -> io::Error {
    io::Error::other(format!("cannot scrape http://{address}/metrics: {cause}"))
}
