//! The connector between a pipeline of traces and one of metrics, read with the types that protoc generates.

mod exemplars;
mod identity;
mod life;
mod limits;
mod rounds;
mod support;
mod totals;
