//! Attacks on the real program, with a well-behaved client beside them whose answers are timed.
//!
//! | what | file |
//! |---|---|
//! | the program under attack: its memory, its files, its own account afterwards | `victim.rs` |
//! | the client that nobody may hurt | `bystander.rs` |
//! | one line of figures for each attack, and what must hold | `report.rs` |
//! | connections from addresses of their own, orderly and cut off | `socket.rs` |
//! | HTTP/2 frames made by hand, and floods of them | `frame.rs`, `flood.rs` |
//! | requests that are right, and how they look on the wire | `request.rs`, `seed.rs` |
//! | requests with everything in them, and how they are bent | `corpus.rs`, `mutation.rs` |
//! | payloads that are small on the wire and large in memory | `bomb.rs` |
//! | collectors' ends without a network, for what is taken | `stage.rs` |
//! | how large it all is | `scale.rs` |

mod bomb;
mod bystander;
mod corpus;
mod flood;
mod frame;
mod mutation;
mod report;
mod request;
mod scale;
mod seed;
mod socket;
mod stage;
mod victim;

pub use bomb::{Bomb, bombs, nested};
pub use bystander::Seen;
pub use corpus::{all_metrics, all_records, all_spans};
pub use flood::{Flood, Flooded};
pub use frame::{Frame, PREFACE, flag, header_block, kind, literal, opening};
pub use mutation::Mutator;
pub use report::{MIB, Report};
pub(crate) use request::attribute;
pub use request::{gauges, spans, to_protobuf};
pub use scale::{SCALE, scale, scaled};
pub use seed::{Encoding, Format, Seed, grpc_call, grpc_seed, http_seed};
pub use socket::{attacker, connect, connect_to_reset, connect_with_little_room, runtime};
pub use stage::Stage;
pub use victim::{CONFIG, Victim};
