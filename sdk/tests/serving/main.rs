//! What the serving layer promises, as the exact metrics and spans that come out of it.

mod kv_cache;
mod labels;
mod mistakes;
mod requests;
mod spans;
mod support;
mod transfer_rates;
mod transfers;
