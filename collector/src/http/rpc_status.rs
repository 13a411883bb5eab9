//! The message that both sides of OTLP put errors in.

use std::time::Duration;

use prost::Message;

use crate::pipeline::Refusal;

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RpcStatus {
    /// The gRPC status code; OTLP/HTTP leaves it 0.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// What is wrong, and the remedy.
    #[prost(string, tag = "2")]
    pub message: String,
    /// Further messages, each with its type.
    #[prost(message, repeated, tag = "3")]
    pub details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Any {
    /// The type of the message, as a URL.
    #[prost(string, tag = "1")]
    pub type_url: String,
    /// The encoded message.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// `google.rpc.RetryInfo`: when to try again.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RetryInfo {
    /// The least time to wait.
    #[prost(message, optional, tag = "1")]
    pub retry_delay: Option<ProtoDuration>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct ProtoDuration {
    /// Whole seconds.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// The rest in nanoseconds, below a second.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl RpcStatus {
    /// The status for a refusal, with its delay if it has one.
    #[must_use]
    pub fn of(refusal: &Refusal, code: i32) -> Self {
        let details = refusal.retry_after.map(|delay| Any {
            type_url: RETRY_INFO.to_owned(),
            value: RetryInfo::after(delay).encode_to_vec(),
        });
        Self {
            code,
            message: refusal.message.clone(),
            details: details.into_iter().collect(),
        }
    }

    /// The delay that the other side asks for; `None` if it names none, or one that is negative or unreadable.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        let info = self.details.iter().find(|any| any.type_url == RETRY_INFO)?;
        let delay = RetryInfo::decode(&*info.value).ok()?.retry_delay?;
        let seconds = u64::try_from(delay.seconds).ok()?;
        let nanos = u32::try_from(delay.nanos).ok()?;
        Some(Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos.into())))
    }
}

impl RetryInfo {
    fn after(delay: Duration) -> Self {
        Self {
            retry_delay: Some(ProtoDuration {
                seconds: i64::try_from(delay.as_secs()).unwrap_or(i64::MAX),
                nanos: i32::try_from(delay.subsec_nanos()).unwrap_or_default(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::RefusalReason;

    fn delay_of(seconds: i64, nanos: i32) -> Option<Duration> {
        let info = RetryInfo {
            retry_delay: Some(ProtoDuration { seconds, nanos }),
        };
        let details = vec![Any {
            type_url: RETRY_INFO.to_owned(),
            value: info.encode_to_vec(),
        }];
        let status = RpcStatus {
            details,
            ..RpcStatus::default()
        };
        status.retry_delay()
    }

    #[test]
    fn a_refusals_delay_survives_the_wire() {
        let refusal = Refusal {
            reason: RefusalReason::QueueFull,
            message: "queue full".to_owned(),
            retry_after: Some(Duration::from_millis(1500)),
        };
        let bytes = RpcStatus::of(&refusal, 14).encode_to_vec();
        let status = RpcStatus::decode(&*bytes).expect("just encoded");
        assert_eq!(status.retry_delay(), refusal.retry_after);
        assert_eq!((status.code, status.message.as_str()), (14, "queue full"));
    }

    #[test]
    fn negative_delays_are_ignored_and_huge_ones_do_not_overflow() {
        assert_eq!(delay_of(-1, 0), None);
        assert_eq!(delay_of(0, -1), None);
        assert!(delay_of(i64::MAX, i32::MAX).is_some());
    }
}
