//! Load for collectors: requests that are encoded once and patched in place before each send, and connections that send
//! them.
//!
//! | part | what it does |
//! |---|---|
//! | `fleet.rs` | the engines that are shown: what is in a request |
//! | `wire.rs`, `layout.rs` | where in an encoded request its times, values and attributes are |
//! | `payload.rs` | an encoded request that is patched before each send |
//! | `template.rs` | one of metrics |
//! | `traces.rs` | one of traces, and what is in it |
//! | `client.rs`, `drive.rs` | connections with one request in flight each, as fast as answers come or at a pace |
//! | `tally.rs` | what came back |

mod client;
mod drive;
mod fleet;
mod layout;
mod payload;
mod tally;
mod template;
mod traces;
mod wire;

pub(crate) use self::{
    drive::{Plan, Until, drive},
    fleet::Fleet,
    payload::Payload,
    tally::Tally,
    template::{Change, Template},
    traces::SpanTemplate,
    wire::{count_points, count_spans},
};
