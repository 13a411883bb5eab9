//! What a span is.

use crate::attribute::AttributeRef;

/// The definition of one span type, generated from `registry/*.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanDef {
    /// The span type, for example `infer.server.inference`; it is not sent.
    pub span_type: &'static str,
    /// The span's name, in which `{key}` stands for the value of an attribute.
    pub name: &'static str,
    /// Which side of a call it describes.
    pub kind: SpanKind,
    /// One sentence: what happens between its start and its end.
    pub description: &'static str,
    /// The attributes that it may carry.
    pub attributes: &'static [AttributeRef],
}

/// The span kinds of OpenTelemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// Handles a request of a remote caller.
    Server,
    /// Calls another service.
    Client,
    /// Stays inside the process.
    Internal,
    /// Starts work that is done later, elsewhere.
    Producer,
    /// Does work that was started elsewhere.
    Consumer,
}
