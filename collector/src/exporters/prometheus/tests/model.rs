//! The model of `exporters/prometheus/model.rs` and the real thing, side by side.
//!
//! ```text
//! generate (requests) -> respell | damage (bytes) -+-> subject (the real ingest) -+
//!                                                  `-> store   (the model)       -+-> equal pages, equal counts
//! ```

mod component;
mod damage;
mod differential;
mod forgetting;
mod generate;
mod respell;
mod steady;
mod wire;
