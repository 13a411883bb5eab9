//! What the page shows for what was sent.

mod accumulation;
mod concurrency;
mod exemplars;
mod folding;
mod helpers;
mod life;
mod memory;
mod model;
mod open_metrics;
mod options;
mod page;
mod protobuf;
mod scrape;
mod spelling;
mod translation;
mod utf8_names;
