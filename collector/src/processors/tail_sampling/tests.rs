//! A sampler between senders and an exporter, under a clock that the test turns.

mod bounds;
mod disk;
mod fixture;
mod late;
mod payload;
mod policies;
mod property;
mod times;
mod told;
