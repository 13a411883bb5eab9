//! What an event on a span is.

use crate::attribute::AttributeRef;

/// The definition of one event, generated from `registry/*.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventDef {
    /// The event's name, as it is sent.
    pub name: &'static str,
    /// One sentence: what happened.
    pub description: &'static str,
    /// The attributes that it may carry.
    pub attributes: &'static [AttributeRef],
}
