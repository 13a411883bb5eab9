//! What the serving layer promises, as the exact metrics and spans that come out of it.

mod device_events;
mod device_steps;
mod ends;
mod history;
mod items;
mod kv_cache;
mod labels;
mod media;
mod mistakes;
mod requests;
mod scheduler;
mod spans;
mod speculative;
mod states;
mod steps;
mod steps_standard_meter;
mod stream_panics;
mod streams;
mod support;
mod transfer_rates;
mod transfers;
mod usage;
