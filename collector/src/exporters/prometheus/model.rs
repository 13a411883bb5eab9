//! A second collector of metrics, plain and slow, that must show what the real one shows.
//!
//! ```text
//! bytes -+-> subject (the real ingest) -+
//!        `-> store   (the model)       -+-> equal pages, equal counts
//! ```
//!
//! The model decodes with the generated types, keeps everything in maps of strings, and looks nothing up by bytes. It
//! shares with the real thing what has tests of its own and no state: how a name and a value are spelled. Tests and fuzz
//! targets give both the same bytes.

#![cfg_attr(not(test), allow(dead_code, reason = "some of it only tests ask for"))]
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "it judges, and is never shipped"
)]

pub(super) mod client_model;
pub(super) mod describe;
pub(super) mod exponential;
pub(super) mod grammar;
pub(super) mod guard;
pub(super) mod page;
pub(super) mod series;
pub(super) mod store;
pub(super) mod subject;
pub(super) mod tame;
pub(super) mod values;
