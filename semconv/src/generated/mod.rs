//! What `semconv/registry` defines, as constants.
//!
//! @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.

#[rustfmt::skip]
pub mod attributes;
#[rustfmt::skip]
pub mod events;
#[rustfmt::skip]
pub mod metrics;
#[rustfmt::skip]
pub mod spans;
