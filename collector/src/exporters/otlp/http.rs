//! OTLP over HTTP: protobuf in a POST, and what its status means.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header, uri::PathAndQuery};
use prost::Message;

use super::{
    answer::{ACCEPTED_ENCODINGS, Accepted, Answer, inflate, shown},
    chunks::Chunks,
    compression::Packed,
    verdict::Failure,
};
use crate::{config::Compression, pipeline::Signal};

/// The media type of requests, and of the answers to them.
const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// The headers that every request has, but for the encoding of one that is compressed.
pub(super) fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, PROTOBUF);
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED_ENCODINGS));
    headers
}

/// The header of a request that is compressed.
pub(super) const fn encoding(compression: Compression) -> HeaderValue {
    HeaderValue::from_static(compression.as_str())
}

/// Where a signal is sent, below the path of the endpoint.
pub(super) fn path(base: &str, signal: Signal) -> Option<PathAndQuery> {
    let base = base.trim_end_matches('/');
    format!("{base}/v1/{}", signal.as_str()).parse().ok()
}

pub(super) fn body(packed: &Packed) -> Chunks {
    Chunks::new(Bytes::new(), Arc::clone(&packed.chunks))
}

/// What an answer says about the request.
pub(super) fn verdict(answer: Answer) -> Result<Accepted, Failure> {
    let Answer { head, body, .. } = answer;
    let encoding = head.headers.get(header::CONTENT_ENCODING);
    let body = inflate(body, encoding.map_or(&[], HeaderValue::as_bytes));
    if head.status.is_success() {
        return Ok(body.map_or_else(|cause| Accepted::unread(&cause), |body| Accepted::read(&body)));
    }
    let message = message(head.status, &head.headers, &body.unwrap_or_default());
    Err(Failure::of_http(head.status.as_u16(), retry_after(&head.headers), message))
}

/// How long the other side asks to wait: seconds, or a date, which is compared with its own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let asked = text(header::RETRY_AFTER)?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let now = httpdate::parse_http_date(text(header::DATE)?).ok()?;
    until.duration_since(now).ok()
}

fn message(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    let words = if headers.get(header::CONTENT_TYPE) == Some(&PROTOBUF) {
        tonic_types::Status::decode(body).map(|status| status.message).unwrap_or_default()
    } else {
        String::from_utf8_lossy(body).into_owned()
    };
    format!("HTTP status {status}{}: {}", redirect(status, headers), shown(words.trim()))
}

/// Where an answer points that is a redirect, and what to do about it: what is sent may be nobody else's to read, so none
/// is followed. What may be secret in the address is left out.
pub(super) fn redirect(status: StatusCode, headers: &HeaderMap) -> String {
    let Some(location) = headers.get(header::LOCATION).filter(|_| status.is_redirection()) else {
        return String::new();
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    let place = location.split(['?', '#']).next().unwrap_or_default();
    let place = match place.split_once("://").map(|(scheme, rest)| (scheme, rest.split_once('@'))) {
        Some((scheme, Some((_, rest)))) => format!("{scheme}://{rest}"),
        _ => place.to_owned(),
    };
    format!(
        " to {}, which is not followed; if that is the backend, set it as endpoint",
        shown(&place)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Answer {
        let mut response = http::Response::new(());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in headers {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        let body = Bytes::copy_from_slice(body);
        Answer { head: response.into_parts().0, body, trailers: HeaderMap::new() }
    }

    #[test]
    fn every_status_is_success_or_the_failure_of_the_table() {
        for status in 200..600 {
            let verdict = verdict(answer(status, &[], b"\xff"));
            if status < 300 {
                assert_eq!(verdict.expect("taken").rejected, 0, "{status}");
                continue;
            }
            let failure = verdict.expect_err("not taken");
            let message = match &failure {
                Failure::Passing { message, .. }
                | Failure::Refused { message }
                | Failure::Final { message } => message.clone(),
                Failure::Unanswered { .. } | Failure::CutOff { .. } => panic!("{failure:?}"),
            };
            assert_eq!(failure, Failure::of_http(status, None, message));
        }
    }

    #[test]
    fn a_redirect_is_final_and_named_without_what_may_be_secret() {
        let location = ("location", "https://user:pass@elsewhere:4318/v1/traces?token=secret#x");
        for status in [301, 302, 303, 307, 308] {
            let failure = verdict(answer(status, &[location], b"")).unwrap_err();
            let Failure::Final { message } = failure else { panic!("{failure:?}") };
            let expected = " to https://elsewhere:4318/v1/traces, which is not followed; if that is the backend, set \
                            it as endpoint: ";
            assert!(message.ends_with(expected), "{message}");
        }
        let failure = verdict(answer(500, &[location], b"")).unwrap_err();
        assert!(!format!("{failure:?}").contains("elsewhere"));
    }

    fn check_delay(headers: &[(&'static str, &str)], expected: Option<u64>) {
        let failure = verdict(answer(503, headers, b"busy\n")).unwrap_err();
        let asked = expected.map(Duration::from_secs);
        let message = "HTTP status 503 Service Unavailable: busy".to_owned();
        assert_eq!(failure, Failure::Passing { asked, message });
    }

    #[test]
    fn a_delay_is_read_in_seconds_or_as_a_date() {
        check_delay(&[("retry-after", "30")], Some(30));
        let until = ("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT");
        check_delay(&[until, ("date", "Fri, 31 Dec 1999 23:59:49 GMT")], Some(10));
        check_delay(&[until], None);
        check_delay(&[until, ("date", "Sat, 01 Jan 2000 00:00:00 GMT")], None);
        check_delay(&[("retry-after", "soon")], None);
        check_delay(&[], None);
    }

    #[test]
    fn a_status_in_protobuf_is_told_in_its_own_words() {
        let status = tonic_types::Status { message: "no\n".to_owned(), ..Default::default() };
        let headers = [("content-type", "application/x-protobuf")];
        let failure = verdict(answer(400, &headers, &status.encode_to_vec())).unwrap_err();
        let message = "HTTP status 400 Bad Request: no".to_owned();
        assert_eq!(failure, Failure::Refused { message });
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_no_reason_to_send_again() {
        for (headers, body) in
            [(&[][..], &b"\xff"[..]), (&[("content-encoding", "br")], b""), (&[], b"{}")]
        {
            let taken = verdict(answer(200, headers, body)).unwrap();
            assert_eq!(taken.rejected, 0);
            assert!(taken.message.starts_with("the answer cannot be read: "), "{taken:?}");
        }
    }
}
