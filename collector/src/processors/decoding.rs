//! The memory of requests that processors have decoded: all of them together are bounded.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    otlp,
    pipeline::{Refusal, RefusalReason, Signal},
};

/// Bytes that the decoded requests of all processors take at most, about, beside those that came in. A request that
/// needs more is refused as [`RefusalReason::Memory`].
const DECODED_BYTES_MAX: usize = 256 << 20;

/// What is taken now, in the whole process.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Room for a decoded request, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Decoding {
    bytes: usize,
}

impl Decoding {
    /// Room for a request.
    ///
    /// # Errors
    /// There is none now, or the request is too large for any.
    pub(super) fn of(signal: Signal, request: &[u8]) -> Result<Self, Refusal> {
        Self::taking(otlp::decoded_size(signal, request))
    }

    fn taking(bytes: usize) -> Result<Self, Refusal> {
        let with = |taken: usize| taken.checked_add(bytes).filter(|sum| *sum <= DECODED_BYTES_MAX);
        if TAKEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with).is_ok() {
            return Ok(Self { bytes });
        }
        let is_too_large = bytes > DECODED_BYTES_MAX;
        let reason = if is_too_large { RefusalReason::TooLarge } else { RefusalReason::Memory };
        let message = format!(
            "the request would take about {bytes} bytes once a processor has decoded it, and all together may take \
             {DECODED_BYTES_MAX}; send smaller batches"
        );
        Err(Refusal { reason, message, retry_after: None })
    }
}

impl Drop for Decoding {
    fn drop(&mut self) {
        TAKEN.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decoded_is_bounded_and_given_back() {
        let most = DECODED_BYTES_MAX / 2;
        let first = Decoding::taking(most).expect("room");
        let refused = Decoding::taking(DECODED_BYTES_MAX).expect_err("no room beside the first");
        assert_eq!(refused.reason, RefusalReason::Memory);
        drop(first);
        let again = Decoding::taking(most).expect("room again");
        drop(again);
        let refused = Decoding::taking(DECODED_BYTES_MAX + 1).expect_err("no room ever");
        assert_eq!(refused.reason, RefusalReason::TooLarge);
    }

    #[test]
    fn a_small_request_that_becomes_huge_is_refused_before_it_is_decoded() {
        let spans = [0x12, 0x00].repeat(1 << 20);
        let mut scope = Vec::new();
        prost::encoding::bytes::encode(2, &spans, &mut scope);
        let mut request = Vec::new();
        prost::encoding::bytes::encode(1, &scope, &mut request);
        assert_eq!(
            crate::otlp::check(Signal::Traces, &request).map(|counts| counts.items),
            Ok(1 << 20)
        );
        let refused = Decoding::of(Signal::Traces, &request).expect_err("a gigabyte");
        assert_eq!(refused.reason, RefusalReason::TooLarge);
    }
}
