//! From a snapshot to OTLP bytes, without an intermediate object.

mod attributes;
mod exemplars;
mod metrics;
mod wire;

pub(crate) use attributes::{
    decode_point_attributes, encode_exemplar_attributes, encode_point_attributes,
};
pub use metrics::Encoder;
