//! The least HTTP/1.1 that a test needs: one request on one connection, read to its end.
//!
//! Hand-made, so that a test can send what a well-behaved client never would.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long one read may take; a model's first token comes later than any answer of a collector.
const READ_TIME_MAX: Duration = Duration::from_secs(120);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without the chunks' frames.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text; what is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|cause| panic!("no JSON ({cause}): {}", self.text()))
    }
}

/// Gets a page.
///
/// # Errors
/// The connection broke before the answer was whole.
pub fn get(address: SocketAddr, path: &str) -> io::Result<Reply> {
    send(address, "GET", path, &[], b"")
}

/// Posts a body.
///
/// # Errors
/// As [`get`].
pub fn post(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Reply> {
    send(address, "POST", path, headers, body)
}

/// Sends a request with any method.
///
/// # Errors
/// As [`get`].
pub fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Reply> {
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(READ_TIME_MAX))?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| {
        let text = String::from_utf8_lossy(&answer);
        io::Error::other(format!("no whole HTTP answer: {text:?}"))
    })
}

/// Takes an answer apart; nothing if it was broken off.
pub(crate) fn parse(answer: &[u8]) -> Option<Reply> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]);
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let mut reply = Reply { status, headers: headers.collect(), body: answer[end + 4..].to_vec() };
    if reply.header("transfer-encoding") == Some("chunked") {
        reply.body = dechunk(&reply.body)?;
    } else if let Some(length) = reply.header("content-length") {
        (length.parse() == Ok(reply.body.len())).then_some(())?;
    }
    Some(reply)
}

/// Joins chunks; nothing if the last, empty one is missing, which means that the answer was broken off.
fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|bytes| bytes == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let start = line + 2;
        body.extend_from_slice(rest.get(start..start + size)?);
        rest = rest.get(start + size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, expected: Option<&str>) {
        let body = parse(answer.as_bytes()).map(|reply| reply.text());
        assert_eq!(body.as_deref(), expected, "{answer:?}");
    }

    #[test]
    fn an_answer_that_was_broken_off_is_none() {
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        check(&format!("{chunked}3\r\nabc\r\n0\r\n\r\n"), Some("abc"));
        check(&format!("{chunked}3\r\nabc\r\n"), None);
        let sized = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
        check(&format!("{sized}abc"), Some("abc"));
        check(&format!("{sized}ab"), None);
        check("HTTP/1.1 200 OK\r\n", None);
    }
}
