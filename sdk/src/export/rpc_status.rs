//! `google.rpc.Status`, in which both protocols say why a request failed, as far as it is read here.

use std::time::Duration;

use prost::Message;

/// `google/rpc/status.proto`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) details: Vec<Any>,
}

/// `google/protobuf/any.proto`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google/rpc/error_details.proto`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// `google/protobuf/duration.proto`.
#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

const RETRY_INFO: &str = "google.rpc.RetryInfo";

impl RpcStatus {
    /// How long the receiver asks to be left alone. A negative time is none at all.
    pub(super) fn retry_delay(&self) -> Option<Duration> {
        let info = self
            .details
            .iter()
            .find(|detail| detail.type_url.rsplit('/').next() == Some(RETRY_INFO))?;
        let delay = RetryInfo::decode(&*info.value).ok()?.retry_delay?;
        Some(Duration::new(u64::try_from(delay.seconds).ok()?, u32::try_from(delay.nanos).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::{ErrorDetails, StatusExt};

    use super::*;

    #[test]
    fn the_delay_that_another_library_writes_is_read() {
        let wait = Duration::from_millis(3500);
        let details = ErrorDetails::with_retry_info(Some(wait));
        let status = tonic::Status::with_error_details(tonic::Code::Unavailable, "full", details);
        let read = RpcStatus::decode(status.details()).unwrap();
        assert_eq!((read.code, read.message.as_str()), (14, "full"));
        assert_eq!(read.retry_delay(), Some(wait));
    }

    #[test]
    fn nonsense_asks_for_no_delay() {
        for (seconds, nanos) in [(-1, 0), (0, -1), (i64::MIN, i32::MIN)] {
            let info = RetryInfo { retry_delay: Some(Delay { seconds, nanos }) };
            let value = info.encode_to_vec();
            let details = vec![Any { type_url: format!("x/{RETRY_INFO}"), value }];
            let status = RpcStatus { code: 14, message: String::new(), details };
            assert_eq!(status.retry_delay(), None, "{seconds} {nanos}");
        }
        let huge = RetryInfo { retry_delay: Some(Delay { seconds: i64::MAX, nanos: i32::MAX }) };
        let details = vec![Any { type_url: RETRY_INFO.to_owned(), value: huge.encode_to_vec() }];
        assert!(RpcStatus { code: 14, message: String::new(), details }.retry_delay().is_some());
    }
}
