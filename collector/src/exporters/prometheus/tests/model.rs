//! A second collector of metrics, plain and slow, that must show what the real one shows.
//!
//! ```text
//! generate (requests) -> respell | damage (bytes) -+-> subject (the real ingest) -+
//!                                                  `-> store   (the model)       -+-> equal pages, equal counts
//! ```
//!
//! The model decodes with the generated types, keeps everything in maps of strings, and looks nothing up by bytes. It
//! shares with the real thing what has tests of its own and no state: how a name and a value are spelled.

mod component;
mod damage;
mod describe;
mod differential;
mod exponential;
mod forgetting;
mod generate;
mod guard;
mod page;
mod respell;
mod series;
mod steady;
mod store;
mod subject;
mod tame;
mod values;
mod wire;
