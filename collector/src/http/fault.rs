//! Which of a connection's ends was the listener's doing.

use std::error::Error;

use h2::Reason;
use inferometer_semconv::attributes::CollectorConnectionCutReason as Cut;

use super::progress::Progress;

/// Why hyper ended a connection with this error; `None` if the peer did, or went away.
pub(super) fn cut_by(error: &(dyn Error + 'static), progress: &Progress) -> Option<Cut> {
    if progress.is_flooding() {
        return Some(Cut::Flood);
    }
    let error = error.downcast_ref::<hyper::Error>()?;
    if error.is_timeout() {
        return Some(if progress.is_http2() { Cut::KeepAlive } else { Cut::Idle });
    }
    if error.is_parse() {
        return Some(Cut::Protocol);
    }
    let error = error.source()?.downcast_ref::<h2::Error>()?;
    match error.reason() {
        Some(Reason::NO_ERROR) | None => None,
        Some(_) if error.is_remote() => None,
        Some(Reason::ENHANCE_YOUR_CALM) => Some(Cut::Flood),
        Some(_) => Some(Cut::Protocol),
    }
}
