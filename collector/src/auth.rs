//! Who may ask a listener, and who an exporter says that it is: the OpenTelemetry Collector's extensions
//! `bearertokenauth` and `basicauth`.
//!
//! A listener's [`Guard`] looks at the head of a request, before anything of its body is read, on every path and for
//! every call. Secrets are kept as digests where that is enough, compared in constant time, and never shown.

mod basic;
mod bearer;
mod credential;
mod denial;
mod digest;
mod guard;
mod htpasswd;
mod material;
mod tokens;
mod users;

pub(crate) use credential::Credential;
pub use denial::Denial;
pub(crate) use guard::Guard;
