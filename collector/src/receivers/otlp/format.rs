//! The two formats of OTLP/HTTP. A sender is answered in its own.

use http::{HeaderMap, HeaderValue, header};

/// How a message is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Protobuf,
    Json,
}

impl Format {
    /// The media types of both, as `accept` lists them.
    pub(super) const MEDIA_TYPES: HeaderValue =
        HeaderValue::from_static("application/x-protobuf, application/json");

    /// The format that the content type names; `None` if it names another one, or there is none.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let media_type = media_type(headers);
        [Self::Protobuf, Self::Json]
            .into_iter()
            .find(|format| media_type.eq_ignore_ascii_case(format.media_type().as_bytes()))
    }

    pub(super) const fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        })
    }
}

/// The content type without its parameters; empty if there is none.
pub(super) fn media_type(headers: &HeaderMap) -> &[u8] {
    let value = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let end = value.iter().position(|&byte| byte == b';');
    value[..end.unwrap_or(value.len())].trim_ascii()
}
